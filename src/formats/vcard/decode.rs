//! Transfer encodings and character sets: a value's bytes to text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memchr;

use super::survey::Survey;
use crate::formats::{Remark, charset};

/// Whether a line's header declares quoted-printable, with or without `ENCODING=` (vCard 2.1 allows the bare word).
pub(super) fn is_quoted_printable(header: &[u8]) -> bool {
    declares(header, &[b"QUOTED-PRINTABLE", b"Q"])
}

/// Whether a line's header declares base64: `BASE64` in 2.1, `b` in 3.0.
pub(super) fn is_base64(header: &[u8]) -> bool {
    declares(header, &[b"BASE64", b"B"])
}

/// Whether a header may declare one of them: most parameters are none by their first letter.
pub(super) fn may_declare(header: &[u8]) -> bool {
    let begins = |byte: u8| matches!(byte | 0x20, b'e' | b'q' | b'b') || byte.is_ascii_whitespace();
    header.windows(2).any(|pair| pair[0] == b';' && begins(pair[1]))
}

fn declares(header: &[u8], words: &[&[u8]]) -> bool {
    parameters(header).skip(1).any(|part| {
        let mut halves = part.splitn(2, |byte| *byte == b'=');
        match (halves.next(), halves.next()) {
            (Some(name), Some(value)) if name.trim_ascii().eq_ignore_ascii_case(b"ENCODING") => {
                words.iter().any(|word| value.trim_ascii().eq_ignore_ascii_case(word))
            }
            (Some(bare), None) => {
                words.iter().any(|word| word.len() > 1 && bare.trim_ascii().eq_ignore_ascii_case(word))
            }
            _ => false,
        }
    })
}

/// What stands between the semicolons of a header; those within quotation marks part nothing.
fn parameters(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(header);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = parameter_end(text);
        rest = text.get(end + 1..);
        Some(&text[..end])
    })
}

fn parameter_end(text: &[u8]) -> usize {
    let mut at = 0;
    while at < text.len() {
        let opens = text[at] == b'"' && at > 0 && matches!(text[at - 1], b'=' | b',');
        at += match text[at] {
            b';' => return at,
            // One that nobody closes is a letter like any other.
            _ if opens => memchr(b'"', &text[at + 1..]).map_or(1, |inner| inner + 2),
            _ => 1,
        };
    }
    text.len()
}

/// Undoes quoted-printable. What is no escape stays as it is; a trailing soft break is dropped.
pub(super) fn quoted_printable(value: &[u8]) -> Cow<'_, [u8]> {
    if memchr(b'=', value).is_none() {
        return Cow::Borrowed(value);
    }
    let mut plain = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = memchr(b'=', rest) {
        plain.extend_from_slice(&rest[..at]);
        let escape = &rest[at + 1..];
        match escape {
            [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                plain.push(hex(*high) << 4 | hex(*low));
                rest = &escape[2..];
            }
            _ if escape.trim_ascii().is_empty() => rest = &[],
            _ => {
                plain.push(b'=');
                rest = escape;
            }
        }
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

/// The value of a hexadecimal digit.
pub(super) fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

/// Base64 text as this program keeps it: no blanks, the standard alphabet, padded. None when it is no base64.
pub(super) fn base64_text(value: &str) -> Option<String> {
    let mut text: String = value.to_owned();
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        text.retain(|char| !char.is_ascii_whitespace());
    }
    text.truncate(text.trim_end_matches('=').len());
    if text.len() % 4 == 1 || text.is_empty() {
        return None;
    }
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    base64_simd::STANDARD.check(text.as_bytes()).is_ok().then_some(text)
}

/// Undoes base64.
pub(super) fn base64(value: &str) -> Option<Vec<u8>> {
    base64_simd::STANDARD.decode_to_vec(base64_text(value)?).ok()
}

fn unquoted(name: &str) -> &str {
    name.trim().trim_matches('"')
}

/// The encoding that a CHARSET names.
fn named(name: &str) -> Option<&'static Encoding> {
    let name = unquoted(name);
    // What nearly all of them say needs no search.
    if name.eq_ignore_ascii_case("UTF-8") { Some(UTF_8) } else { charset::by_label(name) }
}

fn is_utf_16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// Which UTF-16 a value is in, and the value without its mark. A mark says it; without one the name does, if it tells the
/// byte order; else the NULs of Latin text. Where there are none it is little-endian, as Windows and the WHATWG have it;
/// RFC 2781 section 4.3 would have it big-endian.
fn by_width<'a>(name: &str, named: &'static Encoding, bytes: &'a [u8]) -> (Option<&'static Encoding>, &'a [u8]) {
    if let Some((marked, length)) = charset::by_mark(bytes) {
        return (Some(marked), &bytes[length..]);
    }
    let says_order = unquoted(name).to_ascii_lowercase().ends_with('e');
    let found = if says_order { None } else { charset::by_nuls(bytes) };
    (Some(found.unwrap_or(named)), bytes)
}

/// Whether a line's header declares UTF-16, whose NULs are half of its letters.
pub(super) fn is_wide(header: &[u8]) -> bool {
    const NAME: &[u8] = b"CHARSET=";
    let mut params = header.split(|byte| *byte == b';').skip(1).map(<[u8]>::trim_ascii);
    params.any(|param| {
        let value = param.split_at_checked(NAME.len()).filter(|(name, _)| name.eq_ignore_ascii_case(NAME));
        let value = value.and_then(|(_, value)| std::str::from_utf8(value).ok());
        value.and_then(named).is_some_and(is_utf_16)
    })
}

/// How text without a declared character set was read: for the user to see.
#[derive(Debug, Default)]
pub(super) struct Charsets {
    /// What the user says that undeclared text is in.
    pub(super) said: Option<&'static Encoding>,
    /// What a look over the whole source found.
    pub(super) survey: Survey,
    /// How many values were UTF-8 with damaged bytes in it.
    pub(super) damaged: u64,
    /// Encodings that were guessed.
    pub(super) guessed: Vec<&'static str>,
    /// Declared names that nobody knows.
    pub(super) unknown: Vec<String>,
}

impl Charsets {
    /// What the user should know of it.
    pub(super) fn remarks(&self) -> Vec<Remark> {
        let guessed = self.guessed.iter().map(|name| {
            format!("text that is not UTF-8 and says no charset was read as {name}; --encoding says another")
        });
        let unknown = self.unknown.iter().map(|name| format!("nobody knows the charset {name:?}: guessed"));
        let damaged = (self.damaged > 0).then(|| "UTF-8 with damaged bytes, which are shown as \u{fffd}".to_owned());
        guessed.chain(unknown).chain(damaged).map(Remark::Notable).collect()
    }

    /// Makes bytes text. The declared character set is taken at its word, but for single-byte ones of which the bytes
    /// are UTF-8: such files were converted and their labels were not. Undeclared bytes are UTF-8 or guessed.
    pub(super) fn text<'a>(&mut self, bytes: &'a [u8], declared: Option<&str>) -> Cow<'a, str> {
        if let (None, Ok(text)) = (declared, std::str::from_utf8(bytes)) {
            return Cow::Borrowed(text);
        }
        let encoding = declared.and_then(named);
        // What is no superset of ASCII has ASCII bytes that mean something else.
        if bytes.is_ascii() && encoding.is_none_or(Encoding::is_ascii_compatible) {
            return String::from_utf8_lossy(bytes);
        }
        if let (Some(name), None) = (declared, encoding) {
            self.note_unknown(unquoted(name));
        }
        let (encoding, bytes) = match (declared, encoding) {
            (Some(name), Some(wide)) if is_utf_16(wide) => by_width(name, wide, bytes),
            _ => (encoding, bytes),
        };
        let yields = encoding.is_none_or(|encoding| encoding == UTF_8 || encoding.is_single_byte());
        if let (true, Ok(text)) = (yields, std::str::from_utf8(bytes)) {
            return Cow::Borrowed(text);
        }
        let encoding = encoding.filter(|encoding| *encoding != UTF_8);
        if let Some(text) =
            encoding.and_then(|encoding| encoding.decode_without_bom_handling_and_without_replacement(bytes))
        {
            return text;
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Cow::Borrowed(text);
        }
        self.undeclared(bytes)
    }

    /// Text that stands in the source as it is. In a source that is UTF-8 by now, or always was, a label of UTF-16 tells
    /// nothing of a value without the NULs or the mark that UTF-16 would have.
    pub(super) fn plain<'a>(&mut self, bytes: &'a [u8], declared: Option<&str>) -> Cow<'a, str> {
        let is_wide = declared.and_then(named).is_some_and(is_utf_16);
        match std::str::from_utf8(bytes) {
            Ok(text) if is_wide && !text.contains('\0') => Cow::Borrowed(text),
            _ => self.text(bytes, declared),
        }
    }

    fn note_unknown(&mut self, name: &str) {
        if !self.unknown.iter().any(|known| known == name) && self.unknown.len() < 8 {
            self.unknown.push(name.to_owned());
        }
    }

    fn guess<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, str> {
        let encoding = self.survey.legacy.unwrap_or_else(|| charset::guess(bytes));
        if !self.guessed.contains(&encoding.name()) {
            self.guessed.push(encoding.name());
        }
        encoding.decode_without_bom_handling(bytes).0
    }

    /// Text that says no character set and is not UTF-8: as the user says, else UTF-8 that was damaged, else what the
    /// source as a whole is in. A value of which the look over the source has seen nothing is guessed by itself.
    fn undeclared<'a>(&mut self, bytes: &'a [u8]) -> Cow<'a, str> {
        if let Some(said) = self.said {
            return said.decode_without_bom_handling(bytes).0;
        }
        let Survey { legacy, damaged, .. } = self.survey;
        if charset::is_damaged_utf8(bytes) || damaged && legacy.is_none() {
            self.damaged += 1;
            return String::from_utf8_lossy(bytes);
        }
        self.guess(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_quotation_marks_declares_nothing() {
        for (header, expected) in [
            ("NOTE;QUOTED-PRINTABLE", true),
            ("NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE", true),
            ("ADR;LABEL=\"a;QUOTED-PRINTABLE;b\"", false),
            ("ADR;X=\"a\",\"b;QUOTED-PRINTABLE\";PREF=1", false),
            ("ADR;LABEL=\"a\";QUOTED-PRINTABLE", true),
            ("ADR;LABEL=\"a;QUOTED-PRINTABLE", true),
            ("ADR;LABEL=5\" pipe;QUOTED-PRINTABLE;X=\"", true),
            ("QUOTED-PRINTABLE", false),
            (";", false),
        ] {
            assert_eq!(is_quoted_printable(header.as_bytes()), expected, "{header}");
        }
    }

    #[test]
    fn headers_declare_encodings() {
        assert!(
            is_quoted_printable(b"NOTE;QUOTED-PRINTABLE") && is_quoted_printable(b"N;ENCODING=quoted-printable;X=1")
        );
        assert!(!is_quoted_printable(b"QUOTED-PRINTABLE") && !is_quoted_printable(b"N;X=QUOTED-PRINTABLE"));
        for header in [&b"NOTE;X=1; QUOTED-PRINTABLE"[..], b"N;\tencoding=q", b"N;q", b"PHOTO;;base64"] {
            assert!(may_declare(header));
        }
        assert!(!may_declare(b"EMAIL;TYPE=\"QB\"") && !may_declare(b"BDAY;"));
        assert!(is_base64(b"PHOTO;BASE64") && is_base64(b"PHOTO;TYPE=JPEG;encoding=b") && !is_base64(b"PHOTO;TYPE=B"));
    }

    #[test]
    fn quoted_printable_forgives() {
        let cases: &[(&str, &str)] =
            &[("a=3Db", "a=b"), ("a=3db=", "a=b"), ("50=% =zz", "50=% =zz"), ("J=C3=BCrgen", "Jürgen"), ("=", "")];
        for (coded, plain) in cases {
            assert_eq!(&*quoted_printable(coded.as_bytes()), plain.as_bytes(), "{coded}");
        }
    }

    #[test]
    fn base64_is_made_whole() {
        assert_eq!(base64_text(" /9j/\n4A").as_deref(), Some("/9j/4A=="));
        assert_eq!(base64_text("QUI="), Some("QUI=".to_owned()));
        for wrong in ["", "A", "A?==", "Ä==="] {
            assert_eq!(base64_text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn charsets_are_declared_guessed_or_mislabelled() {
        let mut charsets = Charsets::default();
        assert_eq!(charsets.text(b"M\xfcller", Some("ISO-8859-1")), "Müller");
        assert_eq!(charsets.text("Müller".as_bytes(), Some("ISO-8859-1")), "Müller");
        assert_eq!(charsets.text(b"\x8e\x52\x93\x63", Some("SHIFT_JIS")), "山田");
        assert_eq!(charsets.text(b"\xd0\xa0\xbe", Some("no-such")).chars().count(), 3);
        assert_eq!(charsets.unknown, ["no-such"]);
        assert_eq!(charsets.text(b"Fran\xe7ois M\xfcller", None), "François Müller");
        assert!(!charsets.guessed.is_empty());
        assert_eq!(charsets.text(b"J\xc3\xbcrgen Gro\xc3\x9f \xff", None), "Jürgen Groß \u{fffd}");
        assert_eq!(charsets.damaged, 1);
        let mut said = Charsets { said: Some(encoding_rs::WINDOWS_1250), ..Charsets::default() };
        assert_eq!(said.text(b"Iksi\xf1ski", None), "Iksiński");
        assert_eq!(charsets.text(b"abc", None), "abc");
    }
}
