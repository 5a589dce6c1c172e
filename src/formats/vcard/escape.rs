//! Backslash escapes and the separators they protect, per version.
//!
//! vCard 3.0 and 4.0 escape backslash, comma, semicolon and line feed (RFC 6350 section 3.4). vCard 2.1 knows `\;` alone;
//! `\,` is common there and understood, while `C:\new` must stay what it is.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::Version;
use crate::formats::scan;

/// The character that stands for the escape `\` + `byte`.
fn meaning(byte: u8, version: Version) -> Option<char> {
    match (byte, version) {
        (b';', _) => Some(';'),
        (b',', _) => Some(','),
        (_, Version::V2_1) => None,
        (b'n' | b'N', _) => Some('\n'),
        (b'\\', _) => Some('\\'),
        (b':', _) => Some(':'),
        // No standard has it, but Google and the Mac's address book wrote it.
        (b'"', _) => Some('"'),
        _ => None,
    }
}

/// Undoes the escapes of a text, and makes its line ends `\n`. What is no escape stays as it is.
pub(super) fn unescape(text: &str, version: Version) -> Cow<'_, str> {
    if !scan::any_of(text.as_bytes(), *b"\\\r") {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr2(b'\\', b'\r', rest.as_bytes()) {
        plain.push_str(&rest[..at]);
        let tail = &rest[at..];
        let (char, length) = match tail.as_bytes() {
            [b'\r', b'\n', ..] => ('\n', 2),
            [b'\r', ..] => ('\n', 1),
            [_, byte, ..] => meaning(*byte, version).map_or(('\\', 1), |char| (char, 2)),
            _ => ('\\', 1),
        };
        plain.push(char);
        rest = &tail[length..];
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The parts of a value between separators that are not escaped; their own escapes still stand.
pub(super) fn split(text: &str, separator: u8, version: Version) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let bytes = text.as_bytes();
        let mut from = 0;
        // The parts of a value are short: a plain loop is quickest.
        while let Some(found) = bytes[from..].iter().position(|byte| *byte == separator || *byte == b'\\') {
            let at = from + found;
            if bytes[at] == separator {
                rest = Some(&text[at + 1..]);
                return Some(&text[..at]);
            }
            let escaped = bytes.get(at + 1).is_some_and(|byte| meaning(*byte, version).is_some());
            from = at + 1 + usize::from(escaped);
        }
        rest = None;
        Some(text)
    })
}

/// Adds a text with its escapes. A line end of any kind becomes `\n`; in 2.1 it stays, for quoted-printable to encode.
pub(super) fn escape(text: &str, version: Version, into: &mut String) {
    match version {
        Version::V2_1 => escape_2_1(text, true, into),
        _ => escape_these(text, TEXT, into),
    }
}

/// Adds a text that is the whole of a 2.1 value, where only what looks like an escape needs one; else as [`escape`].
pub(super) fn escape_whole(text: &str, version: Version, into: &mut String) {
    match version {
        Version::V2_1 => escape_2_1(text, false, into),
        _ => escape(text, version, into),
    }
}

/// Adds a URI: commas and semicolons are its own (RFC 6350 section 4.2), a backslash is not.
pub(super) fn escape_uri(text: &str, version: Version, into: &mut String) {
    match version {
        Version::V2_1 => escape_2_1(text, false, into),
        _ => escape_these(text, URI, into),
    }
}

/// Bytes that a text escapes, and those that a URI does.
const TEXT: [u8; 5] = *b"\\,;\n\r";
const URI: [u8; 3] = *b"\\\n\r";

fn escape_these<const N: usize>(text: &str, special: [u8; N], into: &mut String) {
    if !scan::any_of(text.as_bytes(), special) {
        return into.push_str(text);
    }
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| special.contains(&byte)) {
        into.push_str(&rest[..at]);
        match rest.as_bytes()[at..] {
            [b'\r', b'\n', ..] => {}
            [b'\r' | b'\n', ..] => into.push_str("\\n"),
            [other, ..] => into.extend(['\\', char::from(other)]),
            [] => {}
        }
        rest = &rest[at + 1..];
    }
    into.push_str(rest);
}

/// 2.1: a semicolon is escaped where it would separate, a semicolon or comma after a backslash always.
fn escape_2_1(text: &str, component: bool, into: &mut String) {
    if memchr2(b';', b'\\', text.as_bytes()).is_none() {
        into.push_str(text);
        return;
    }
    let mut last = ' ';
    for char in text.chars() {
        let guarded = matches!(char, ';' | ',') && last == '\\';
        if guarded || (component && char == ';') {
            into.push('\\');
        }
        into.push(char);
        last = char;
    }
}

/// Makes a 2.1 value one with the escapes of 3.0 and 4.0, which is how unmodelled values are kept.
pub(super) fn modern(value: &str) -> String {
    let mut modern = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(char) = chars.next() {
        match (char, chars.peek()) {
            ('\\', Some(';' | ',')) => modern.push('\\'),
            ('\\', _) => modern.push_str("\\\\"),
            ('\r', Some('\n')) => {}
            ('\r' | '\n', _) => modern.push_str("\\n"),
            (other, _) => modern.push(other),
        }
    }
    modern
}

/// Makes the line ends in a value of 3.0 or 4.0 escapes; a backslash before one of them is text and gets one too. 2.1
/// has such line ends in it.
pub(super) fn one_line(value: &str, version: Version) -> Cow<'_, str> {
    if version == Version::V2_1 || !scan::any_of(value.as_bytes(), *b"\n\r") {
        return Cow::Borrowed(value);
    }
    let mut line = String::with_capacity(value.len() + 2);
    let mut chars = value.chars().peekable();
    while let Some(char) = chars.next() {
        match (char, chars.peek().copied()) {
            ('\\', Some('\n' | '\r')) => line.push_str("\\\\"),
            ('\\', Some(escaped)) => {
                line.extend(['\\', escaped]);
                chars.next();
            }
            ('\r', Some('\n')) => {}
            ('\r' | '\n', _) => line.push_str("\\n"),
            (other, _) => line.push(other),
        }
    }
    Cow::Owned(line)
}

/// Adds a value with the escapes of 3.0 and 4.0 as 2.1 has it: the other way of [`modern`]. False when a blank had to go
/// between a backslash and a separator, which 2.1 would take for an escape.
pub(super) fn plain_2_1(value: &str, into: &mut String) -> bool {
    let mut whole = true;
    let mut bare_backslash = false;
    let mut chars = value.chars().peekable();
    while let Some(char) = chars.next() {
        let next = chars.peek().copied();
        let (text, escape) = match (char, next) {
            ('\\', Some(next @ ('\\' | ':' | '"'))) => (next, true),
            ('\\', Some('n' | 'N')) => ('\n', true),
            (other, _) => (other, false),
        };
        if bare_backslash && matches!(text, ';' | ',') {
            whole = false;
            into.push(' ');
        }
        into.push(text);
        if escape {
            chars.next();
        }
        // One that begins an escape of 2.1 is not bare.
        bare_backslash = text == '\\' && (escape || !matches!(next, Some(';' | ',')));
    }
    whole
}

/// Whether a component cannot be said in this version: in 2.1 a backslash before the separator would escape it.
pub(super) fn is_unsayable(component: &str, version: Version) -> bool {
    version == Version::V2_1 && component.ends_with('\\')
}

/// Undoes RFC 6868's carets in a parameter value.
pub(super) fn uncaret(text: &str) -> Cow<'_, str> {
    if memchr(b'^', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let meaning = match (char, chars.peek()) {
            ('^', Some('n')) => Some('\n'),
            ('^', Some('\'')) => Some('"'),
            ('^', Some('^')) => Some('^'),
            _ => None,
        };
        if meaning.is_some() {
            chars.next();
        }
        plain.push(meaning.unwrap_or(char));
    }
    Cow::Owned(plain)
}

/// Adds a parameter value with RFC 6868's carets.
pub(super) fn caret(text: &str, into: &mut String) {
    for char in text.chars() {
        match char {
            '^' => into.push_str("^^"),
            '\n' => into.push_str("^n"),
            '"' => into.push_str("^'"),
            '\r' => {}
            other => into.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_per_version() {
        let cases: &[(&str, &str, &str)] = &[
            // as written, in 2.1, in 3.0 and 4.0
            (r"a\, b\; c", "a, b; c", "a, b; c"),
            (r"C:\new\dir", r"C:\new\dir", "C:\new\\dir"),
            (r"C:\\new", r"C:\\new", r"C:\new"),
            (r"http\://x", r"http\://x", "http://x"),
            (r"a\Nb", r"a\Nb", "a\nb"),
            ("a\r\nb\rc", "a\nb\nc", "a\nb\nc"),
            (r"end\", r"end\", r"end\"),
            (r"\\;", r"\;", r"\;"),
        ];
        for (written, old, new) in cases {
            assert_eq!(unescape(written, Version::V2_1), *old, "{written}");
            assert_eq!(unescape(written, Version::V3_0), *new, "{written}");
        }
    }

    #[test]
    fn what_is_escaped_reads_back() {
        for text in ["", "a,b;c", r"a\;b\,c", "a\nb", r"\\", r"\n", r"x\y", ";", ";;,"] {
            for version in Version::ALL {
                for escaper in [escape, escape_whole, escape_uri] {
                    let mut written = String::new();
                    escaper(text, version, &mut written);
                    assert_eq!(unescape(&written, version), text, "{version:?} {written}");
                }
                let mut written = String::new();
                escape(text, version, &mut written);
                if !is_unsayable(text, version) {
                    written.push_str(";next");
                    assert_eq!(split(&written, b';', version).count(), 2, "{version:?} {written}");
                }
            }
        }
    }

    #[test]
    fn components_split_at_bare_separators() {
        let parts: Vec<_> = split(r"a\;b;c\\;d", b';', Version::V3_0).collect();
        assert_eq!(parts, [r"a\;b", r"c\\", "d"]);
        assert_eq!(split("", b';', Version::V4_0).count(), 1);
    }

    #[test]
    fn values_become_one_line() {
        for (value, wanted) in
            [("a\nb\r\nc\rd", r"a\nb\nc\nd"), ("a\\\nb", r"a\\\nb"), ("a\\\\\nb\\", r"a\\\nb\"), (r"a\,b", r"a\,b")]
        {
            assert_eq!(one_line(value, Version::V3_0), wanted, "{value:?}");
            assert_eq!(unescape(&one_line(value, Version::V4_0), Version::V4_0), unescape(value, Version::V4_0));
            assert_eq!(one_line(value, Version::V2_1), value);
        }
    }

    #[test]
    fn carets() {
        assert_eq!(uncaret("^n^'^^^x^"), "\n\"^^x^");
        let mut written = String::new();
        caret("\n\"^^x^", &mut written);
        assert_eq!(uncaret(&written), "\n\"^^x^");
    }
}
