//! Transfer encodings and character sets: a value's bytes to text.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};
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

fn declares(header: &[u8], words: &[&[u8]]) -> bool {
    let mut parts = header.split(|byte| *byte == b';').skip(1);
    parts.any(|part| {
        // Most parameters are none of these by their first letter.
        if !matches!(part.trim_ascii_start().first().map(u8::to_ascii_uppercase), Some(b'E' | b'Q' | b'B')) {
            return false;
        }
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
        if bytes.is_ascii() && declared.is_none_or(|name| !name.to_ascii_lowercase().contains("2022")) {
            return String::from_utf8_lossy(bytes);
        }
        let encoding = declared.and_then(|name| self.named(name));
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

    fn named(&mut self, name: &str) -> Option<&'static Encoding> {
        let name = name.trim().trim_matches('"');
        let encoding = Encoding::for_label(name.as_bytes());
        if encoding.is_none() && !self.unknown.iter().any(|known| known == name) && self.unknown.len() < 8 {
            self.unknown.push(name.to_owned());
        }
        encoding
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
    fn headers_declare_encodings() {
        assert!(
            is_quoted_printable(b"NOTE;QUOTED-PRINTABLE") && is_quoted_printable(b"N;ENCODING=quoted-printable;X=1")
        );
        assert!(!is_quoted_printable(b"QUOTED-PRINTABLE") && !is_quoted_printable(b"N;X=QUOTED-PRINTABLE"));
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
