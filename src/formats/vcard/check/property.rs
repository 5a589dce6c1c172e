//! One property: its name, its transfer, its text; then its parameters, its value and the second opinion.

use std::borrow::Cow;

use super::registry::{self, Known, PROPERTIES, Value};
use super::tell::{Tell, excerpt, excerpt_of};
use super::{Code, lint, params, photo, text, value};
use crate::formats::vcard::Version;
use crate::formats::vcard::decode;
use crate::formats::vcard::line::{self, Line, Param};
use crate::formats::vcard::unfold::header;

/// What the card wants to know of a property.
pub(super) struct Seen<'a> {
    pub(super) group: &'a str,
    pub(super) name: &'a str,
    /// Its place among the registered properties.
    pub(super) known: Option<usize>,
    pub(super) altid: Option<String>,
    /// The sources that its PIDs name.
    pub(super) sources: Vec<u32>,
    /// How many parameters it has.
    pub(super) params: usize,
    /// Its text; empty for base64.
    pub(super) value: Cow<'a, str>,
}

/// How the value is encoded for its transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Plain,
    QuotedPrintable,
    Base64,
}

/// A line's parts with what the registry says, as the other rules want them.
pub(super) struct Property<'a> {
    pub(super) line: Line<'a>,
    pub(super) known: Option<&'static Known>,
    pub(super) version: Version,
    pub(super) coding: Coding,
}

impl Property<'_> {
    /// The first value of a parameter.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.line.params.iter().find(|param| param.is(name)).map(|param| param.value.as_ref())
    }

    /// What VALUE says, by its name or as a bare word of 2.1.
    pub(super) fn value_type(&self) -> Option<&str> {
        let bare = |param: &&Param<'_>| param.name.is_empty() && registry::is_place(&param.value);
        let bare = || self.line.params.iter().find(bare).map(|param| param.value.as_ref());
        self.param("VALUE").or_else(bare)
    }

    /// What its value is when VALUE does not say.
    pub(super) fn kind(&self) -> Value {
        self.known.map_or(Value::Free, |known| known.value)
    }
}

/// Looks at a logical line; nothing when it is no property.
pub(super) fn look<'a>(bytes: &'a [u8], version: Version, tell: &mut Tell<'_>) -> Option<Seen<'a>> {
    let head = header(bytes);
    let Ok(shown) = std::str::from_utf8(head) else {
        tell.say(Code::HeaderCharset, excerpt_of(head));
        return None;
    };
    let Some(line) = line::parse(bytes).filter(|line| !line.name.is_empty()) else {
        tell.say(Code::Stray, excerpt(shown));
        return None;
    };
    let (group, name, at) = (line.group, line.name, registry::property(line.name));
    let known = at.map(|at| &PROPERTIES[at]);
    names(&line, shown, known, version, tell);
    let coding = coding(&line, version, tell);
    let property = Property { line, known, version, coding };
    params::look(&property, shown, tell);
    let value = value_of(&property, bytes, tell);
    if !tell.is_faulty() && version == Version::V4_0 {
        lint::look(&property, bytes, tell);
    }
    let altid = property.param("ALTID").map(str::to_owned);
    let pids = property.line.params.iter().filter(|param| param.is("PID"));
    let sources = pids.filter_map(|pid| pid.value.split_once('.')?.1.parse().ok()).collect();
    let params = property.line.params.len();
    Some(Seen { group, name, known: at, altid, sources, params, value })
}

/// The characters of name and group, and whether the version has the property.
fn names(line: &Line<'_>, head: &str, known: Option<&Known>, version: Version, tell: &mut Tell<'_>) {
    let written = head.split(';').next().unwrap_or_default();
    // 2.1 has any printable letter in a word but these.
    let word = |byte: u8| version == Version::V2_1 && byte.is_ascii_graphic() && !b"[]=:.,;".contains(&byte);
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || word(byte);
    let fits = |text: &str| !text.is_empty() && text.bytes().all(letter);
    if !fits(line.name) || written.contains('.') && !fits(line.group) || written.trim() != written {
        return tell.say(Code::PropertyName, excerpt(written));
    }
    match known {
        None if registry::is_private(line.name) => {}
        None => tell.say(Code::PropertyUnknown, excerpt(line.name)),
        Some(known) if known.is_of(version) => {}
        Some(known) if known.is_dropped(version) => tell.say(Code::PropertyDropped, known.name),
        Some(known) => tell.say(Code::PropertyLater, known.name),
    }
}

/// The transfer encoding, if the version has it.
fn coding(line: &Line<'_>, version: Version, tell: &mut Tell<'_>) -> Coding {
    let Some(param) = line.params.iter().find(|param| is_encoding(param)) else { return Coding::Plain };
    let word = param.value.to_ascii_uppercase();
    let coding = match word.as_str() {
        "QUOTED-PRINTABLE" | "Q" => Coding::QuotedPrintable,
        "BASE64" | "B" => Coding::Base64,
        _ => Coding::Plain,
    };
    let usual = if version == Version::V2_1 { "BASE64" } else { "B" };
    match (version, coding) {
        (Version::V4_0, _) => tell.say(Code::EncodingVersion, excerpt(&param.value)),
        (Version::V3_0, Coding::QuotedPrintable) => tell.say(Code::QpVersion, line.name),
        (_, Coding::Base64) if word != usual => tell.say(Code::EncodingSpelling, excerpt(&param.value)),
        (_, Coding::Plain) if !matches!(word.as_str(), "8BIT" | "7BIT") => {
            tell.say(Code::EncodingUnknown, excerpt(&param.value));
        }
        _ => {}
    }
    coding
}

/// Whether a parameter is the transfer encoding, by its name or as a bare word of 2.1.
pub(super) fn is_encoding(param: &Param<'_>) -> bool {
    const WORDS: [&str; 4] = ["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"];
    let bare = || WORDS.iter().any(|word| word.eq_ignore_ascii_case(&param.value));
    param.is("ENCODING") || param.name.is_empty() && bare()
}

/// Undoes the transfer, and looks at what comes out. The value is a part of `bytes`.
fn value_of<'a>(property: &Property<'a>, bytes: &'a [u8], tell: &mut Tell<'_>) -> Cow<'a, str> {
    let raw = &bytes[bytes.len() - property.line.value.len()..];
    if raw.trim_ascii().is_empty() {
        if !property.line.name.eq_ignore_ascii_case("AGENT") {
            tell.say(Code::Empty, property.line.name);
        }
        return Cow::Borrowed("");
    }
    if property.coding == Coding::Base64 || property.kind() == Value::Binary {
        photo::look(property, raw, tell);
        return Cow::Borrowed("");
    }
    let plain = match property.coding {
        Coding::QuotedPrintable => {
            if let Some(bad) = bad_escape(raw) {
                tell.say(Code::QpEscape, excerpt_of(bad));
            }
            decode::quoted_printable(raw)
        }
        _ => Cow::Borrowed(raw),
    };
    let charset = property.param("CHARSET");
    let decoded = match plain {
        Cow::Borrowed(plain) => text::decode(plain, charset, property.version, tell),
        Cow::Owned(plain) => Cow::Owned(text::decode(&plain, charset, property.version, tell).into_owned()),
    };
    text::look(&decoded, property.coding, tell);
    value::look(property, &decoded, tell);
    decoded
}

/// The first `=` that begins no escape, with what follows it.
fn bad_escape(value: &[u8]) -> Option<&[u8]> {
    let mut rest = value;
    while let Some(at) = memchr::memchr(b'=', rest) {
        match &rest[at + 1..] {
            [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => rest = &rest[at + 3..],
            _ => return Some(&rest[at..(at + 3).min(rest.len())]),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_escapes_are_found() {
        assert_eq!(bad_escape(b"a=3D=c3=BC"), None);
        assert_eq!(bad_escape(b"a=3D=zz1"), Some(&b"=zz"[..]));
        assert_eq!(bad_escape(b"50=%"), Some(&b"=%"[..]));
        assert_eq!(bad_escape(b"a="), Some(&b"="[..]));
    }
}
