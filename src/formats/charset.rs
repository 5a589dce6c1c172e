//! Character sets: telling them, and decoding them as a stream. Decoding is strict: what is wrong is said, not guessed.

use std::io::{self, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Names that people use for Windows code pages and the WHATWG encoding standard does not list.
const CODE_PAGES: &[(&str, &str)] = &[
    ("cp932", "shift_jis"),
    ("cp936", "gbk"),
    ("cp949", "euc-kr"),
    ("cp950", "big5"),
    ("ansi", "windows-1252"),
    ("utf-16", "utf-16le"),
];

/// The encoding of a name: a label of the WHATWG encoding standard, or a code page's usual name.
pub fn by_label(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().to_ascii_lowercase();
    let page = CODE_PAGES.iter().find(|(page, _)| *page == label).map_or(label.as_str(), |(_, label)| label);
    Encoding::for_label(page.as_bytes())
}

/// The encoding that a byte order mark shows, and the mark's length.
pub fn by_mark(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(bytes)
}

/// UTF-16 without a mark: every other byte of Latin text is NUL.
pub fn by_nuls(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(512)];
    let nuls = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, enough) = (nuls(0), nuls(1), head.len() / 8);
    if odd > enough && odd > even * 4 {
        Some(UTF_16LE)
    } else if even > enough && even > odd * 4 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Whether the bytes are UTF-8; a beginning of something longer may end within a character.
pub fn is_utf8(bytes: &[u8], complete: bool) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => !complete && error.error_len().is_none(),
    }
}

/// Whether bytes that are not all UTF-8 are UTF-8 that was damaged or cut: of the sequences beyond ASCII most are
/// valid, which in any other character set would be a rare accident.
pub fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut valid, mut damaged) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        valid += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        damaged += usize::from(!chunk.invalid().is_empty());
    }
    damaged > 0 && valid >= damaged * 2
}

/// Whether a table that is not all UTF-8 was put together of pieces that are and pieces that are not: of its cells
/// beyond ASCII a third at least are valid as a whole. In the code pages of East Asia two bytes are often valid by chance,
/// but hardly ever all of a cell.
pub fn is_partly_utf8(bytes: &[u8]) -> bool {
    let ends_cell = |byte: &u8| matches!(byte, b',' | b';' | b'\t' | b'|' | b'"' | b'\n' | b'\r');
    let (mut valid, mut other) = (0_usize, 0_usize);
    for cell in bytes.split(ends_cell).filter(|cell| !cell.is_ascii()) {
        *(if std::str::from_utf8(cell).is_ok() { &mut valid } else { &mut other }) += 1;
    }
    valid * 2 >= other && valid > 0
}

/// The code page that the text's statistics speak for.
pub fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&without_plain_cells(bytes), true);
    detector.guess(None, Utf8Detection::Deny)
}

/// The bytes without the cells that are plain ASCII, which tell the detector nothing: what separates cells or lines ends
/// every word for it. A vertical bar does not count, which may be half of a letter in East Asia.
fn without_plain_cells(bytes: &[u8]) -> Vec<u8> {
    let separates = |byte: &u8| matches!(byte, b',' | b';' | b'\t' | b'"' | b'\n' | b'\r');
    let is_plain = |cell: &[u8]| cell.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let mut kept = Vec::with_capacity(bytes.len());
    for cell in bytes.split_inclusive(separates) {
        let plain = cell.split_last().is_some_and(|(last, before)| separates(last) && is_plain(before));
        kept.extend_from_slice(if plain { &cell[cell.len() - 1..] } else { cell });
    }
    kept
}

/// The text of the bytes, if all of them mean something; a beginning of something longer may end within a character.
pub fn decode(encoding: &'static Encoding, bytes: &[u8], complete: bool) -> Option<String> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length_without_replacement(bytes.len())?);
    let (result, _) = decoder.decode_to_string_without_replacement(bytes, &mut text, complete);
    (result == DecoderResult::InputEmpty).then_some(text)
}

/// The bytes of a text in an encoding; what it lacks becomes a numeric character reference.
pub fn encode(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    if encoding == UTF_16LE {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    } else if encoding == UTF_16BE {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    } else if encoding == UTF_8 {
        text.as_bytes().to_vec()
    } else {
        encoding.encode(text).0.into_owned()
    }
}

/// Decodes a stream to UTF-8. What means nothing becomes U+FFFD, and [`Decode::malformed`] says that there was such.
pub struct Decode<R> {
    input: R,
    decoder: Decoder,
    bytes: Box<[u8]>,
    unread: std::ops::Range<usize>,
    text: Box<[u8]>,
    ready: std::ops::Range<usize>,
    ended: bool,
    malformed: bool,
}

impl<R: Read> Decode<R> {
    /// Decodes `input`, which stands behind its byte order mark.
    pub fn new(encoding: &'static Encoding, input: R) -> Self {
        Decode {
            input,
            decoder: encoding.new_decoder_without_bom_handling(),
            bytes: vec![0; 16 * 1024].into(),
            unread: 0..0,
            text: vec![0; 16 * 1024].into(),
            ready: 0..0,
            ended: false,
            malformed: false,
        }
    }

    /// Whether anything so far meant nothing in this encoding.
    pub fn malformed(&self) -> bool {
        self.malformed
    }

    /// Decodes some more; nothing is ready afterwards only at the end.
    fn advance(&mut self) -> io::Result<()> {
        while self.ready.is_empty() && !(self.ended && self.unread.is_empty()) {
            if self.unread.is_empty() {
                let read = self.input.read(&mut self.bytes)?;
                self.unread = 0..read;
                self.ended = read == 0;
            }
            let bytes = &self.bytes[self.unread.clone()];
            let (_, read, written, malformed) = self.decoder.decode_to_utf8(bytes, &mut self.text, self.ended);
            self.unread.start += read;
            self.ready = 0..written;
            self.malformed |= malformed;
            if self.ended && written == 0 {
                break;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decode<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.advance()?;
        let count = self.ready.len().min(into.len());
        into[..count].copy_from_slice(&self.text[self.ready.start..self.ready.start + count]);
        self.ready.start += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        /// The detector guesses the same with plain cells as without them.
        #[test]
        fn plain_cells_tell_nothing(cells in vec((0..40_usize, select(vec![",", ";", "\t", "\"", "\n", "\r\n", "\",\""])), 0..60)) {
            const CELLS: &[&[u8]] = &[
                b"", b"N", b"n.", b"XVI", b"3", b"Main St 12", b"a@b.example", b"M", b"|", b"a|b", b"_", b"\x1b", b"J\xfcrgen", b"1\xba",
                b"\xba", b"N\xaa x", b"\xa9", b"\xdcBER", b"\x8a\xd1\x83c", b"\xc6\xfc\xcb\xdc", b"\xc4\xe3|", b"\xb1\xb1\xbe\xa9",
                b"\xcf\xf0\xe8\xe2\xe5\xf2", b"\xf0\xd2\xc9\xd7\xc5\xd4", b"\xe0", b"\xa4@\xa4\x7c", b"\xc7\xd1\xb1\xb9", b"\xe9t\xe9", b"\x81",
            ];
            let text: Vec<u8> = cells.iter().flat_map(|(cell, end)| [CELLS[cell % CELLS.len()], end.as_bytes()].concat()).collect();
            let mut whole = EncodingDetector::new(Iso2022JpDetection::Deny);
            whole.feed(&text, true);
            prop_assert_eq!(guess(&text), whole.guess(None, Utf8Detection::Deny));
        }
    }

    #[test]
    fn damaged_utf_8_is_told_from_a_code_page() {
        assert!(is_damaged_utf8(b"J\xc3\xbcrgen M\xc3\xbcller Gro\xc3"));
        assert!(is_damaged_utf8(b"Gro\xc3\x9f, \xc3\xa4 \xff"));
        assert!(!is_damaged_utf8("Jürgen".as_bytes()));
        assert!(!is_damaged_utf8(b"J\xfcrgen M\xfcller"));
        let (japanese, ..) = encoding_rs::SHIFT_JIS.encode("山田太郎は東京都千代田区に住んでいる");
        assert!(!is_damaged_utf8(&japanese));
        let (russian, ..) = encoding_rs::WINDOWS_1251.encode("Анна Каренина, Москва");
        assert!(!is_damaged_utf8(&russian));
    }
    use encoding_rs::{GBK, SHIFT_JIS, WINDOWS_1252};

    #[test]
    fn two_tables_in_one_are_told_from_a_code_page() {
        assert!(is_partly_utf8(b"J\xc3\xbcrgen,M\xc3\xbcller\nJ\xf6rg,Gro\xdf\n"));
        assert!(!is_partly_utf8(b"J\xf6rg,Gro\xdf\n"));
        let chinese = "王芳,女,北京市朝阳区\n李伟,男,上海市浦东新区\n张敏,女,广州市天河区\n";
        assert!(!is_partly_utf8(&GBK.encode(chinese).0));
        assert!(!is_partly_utf8(&SHIFT_JIS.encode("山田,太郎,東京都\n鈴木,花子,大阪府\n").0));
    }

    /// Hands out one byte at a time, as a slow pipe does.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(1);
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn stream(encoding: &'static Encoding, bytes: &[u8]) -> (String, bool) {
        let mut decode = Decode::new(encoding, Drip(bytes));
        let mut text = String::new();
        decode.read_to_string(&mut text).unwrap();
        (text, decode.malformed())
    }

    #[test]
    fn what_is_encoded_decodes_however_it_drips() {
        let text = "Zoë;表能功 \u{1f600}\r\n";
        for encoding in [UTF_16LE, UTF_16BE, UTF_8] {
            assert_eq!(stream(encoding, &encode(encoding, text)), (text.to_owned(), false), "{}", encoding.name());
        }
        assert_eq!(stream(SHIFT_JIS, &encode(SHIFT_JIS, "表能")), ("表能".to_owned(), false));
        assert_eq!(stream(WINDOWS_1252, b"Stra\xdfe \x80"), ("Straße €".to_owned(), false));
    }

    #[test]
    fn what_means_nothing_is_said() {
        assert_eq!(stream(UTF_16LE, b"a\0\x00\xdc"), ("a\u{fffd}".to_owned(), true));
        assert_eq!(stream(SHIFT_JIS, b"a\x81"), ("a\u{fffd}".to_owned(), true));
        assert_eq!(decode(SHIFT_JIS, b"a\x81", true), None);
        assert_eq!(decode(SHIFT_JIS, b"a\x81", false).as_deref(), Some("a"));
    }

    #[test]
    fn utf16_shows_by_its_nuls() {
        assert_eq!(by_nuls(&encode(UTF_16LE, "First Name,Last Name")), Some(UTF_16LE));
        assert_eq!(by_nuls(&encode(UTF_16BE, "First Name,Last Name")), Some(UTF_16BE));
        assert_eq!(by_nuls(b"First Name,Last Name"), None);
        assert_eq!(by_nuls(b""), None);
    }

    #[test]
    fn code_pages_have_their_names() {
        assert_eq!(by_label("cp1252"), Some(WINDOWS_1252));
        assert_eq!(by_label("CP932"), Some(SHIFT_JIS));
        assert_eq!(by_label("no such"), None);
    }
}
