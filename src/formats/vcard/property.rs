//! A property as the table's rows see it: transfer encoding and character set undone, escapes still standing.

use std::borrow::Cow;

use super::Version;
use super::decode::{self, Charsets};
use super::escape::{escape, modern, one_line, uncaret, unescape};
use super::line::{Line, Param};
use super::mark::is_card;
use super::structure;
use super::table::{Row, row_named};
use crate::model::{Extra, Origin, Rest};

/// Bare words of vCard 2.1 that are transfer encodings.
const ENCODINGS: &[&str] = &["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"];

/// Bare words of vCard 2.1 that say where the value is.
const PLACES: &[&str] = &["INLINE", "URL", "CID", "CONTENT-ID"];

/// Parameters in which carets stand for what a parameter cannot hold in any version: this program's own, and 4.0's
/// LABEL wherever it is found.
const CARETED: &[&str] = &["X-CARDFERRY-NAME", "X-NAME", "LABEL"];

/// Types of value that are what a property has anyway, or what its own row says again.
const VALUES: &[&str] = &[
    "TEXT",
    "URI",
    "URL",
    "INLINE",
    "BINARY",
    "DATE",
    "TIME",
    "DATE-TIME",
    "DATE-AND-OR-TIME",
    "TIMESTAMP",
    "UTC-OFFSET",
    "LANGUAGE-TAG",
    "PHONE-NUMBER",
    "VCARD",
];

/// Parameters of one name are gathered among so many of different names: nobody but a hostile card has more.
const GATHERED: usize = 64;

/// One property of a card.
pub(super) struct Property<'a> {
    pub(super) group: &'a str,
    pub(super) name: &'a str,
    pub(super) params: Vec<Param<'a>>,
    /// The value as text; base64 is left encoded.
    pub(super) value: Cow<'a, str>,
    /// Whether the value is base64.
    pub(super) base64: bool,
    /// The row that reads it, if any does.
    pub(super) row: Option<&'static Row>,
    pub(super) version: Version,
}

impl<'a> Property<'a> {
    /// Undoes encoding and character set of a line.
    pub(super) fn new(line: Line<'a>, version: Version, charsets: &mut Charsets) -> Self {
        let Line { group, name, mut params, value, text } = line;
        for param in &mut params {
            if param.name.is_empty() && PLACES.iter().any(|place| place.eq_ignore_ascii_case(&param.value)) {
                param.name = "VALUE";
            }
            if version == Version::V4_0 || CARETED.iter().any(|name| param.is(name)) {
                undo_carets(param);
            }
        }
        let encoding = params.iter().find(|param| is_encoding(param)).map(|param| param.value.as_ref());
        let says = |word: &str| encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case(word));
        let charset = params.iter().find(|param| param.is("CHARSET")).map(|param| param.value.as_ref());
        let row = row_named(name);
        let mut base64 = says("BASE64") || says("B");
        let mut value = if says("QUOTED-PRINTABLE") || says("Q") {
            match structure::guarded(name, value) {
                Cow::Borrowed(value) => match decode::quoted_printable(value) {
                    Cow::Borrowed(bytes) => charsets.text(bytes, charset),
                    Cow::Owned(bytes) => Cow::Owned(charsets.text(&bytes, charset).into_owned()),
                },
                Cow::Owned(coded) => Cow::Owned(charsets.text(&decode::quoted_printable(&coded), charset).into_owned()),
            }
        } else if let (None, Some(text)) = (charset, text) {
            Cow::Borrowed(text)
        } else {
            charsets.plain(value, charset)
        };
        // Text in base64 (vCard 2.1 allows it of any property): only binary properties keep it.
        let is_text = base64 && row.is_some_and(|row| !row.is_binary());
        if let Some(bytes) = is_text.then(|| decode::base64(&value)).flatten() {
            value = Cow::Owned(charsets.text(&bytes, charset).into_owned());
            base64 = false;
        }
        // No version has a NUL; one that an encoding brought in is dropped as one between the lines is.
        let is_as_it_stood = text.is_some() && matches!(value, Cow::Borrowed(_));
        if !is_as_it_stood && value.contains('\0') {
            value = Cow::Owned(value.replace('\0', ""));
        }
        Self { group, name, params, value, base64, row, version }
    }

    /// The value as one text.
    pub(super) fn text(&self) -> Cow<'_, str> {
        unescape(&self.value, self.version)
    }

    /// The first value of a parameter.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|param| param.is(name)).map(|param| param.value.as_ref())
    }

    /// Whether the VALUE parameter says this.
    pub(super) fn value_is(&self, word: &str) -> bool {
        self.param("VALUE").is_some_and(|value| value.eq_ignore_ascii_case(word))
    }

    /// TYPE words, named and bare, without encodings.
    pub(super) fn types(&self) -> impl Iterator<Item = &str> {
        self.params.iter().filter(|param| param.is_type() && !is_encoding(param)).map(|param| param.value.as_ref())
    }

    /// Group and parameters, without those of the transfer, VALUE, and what `modelled` knows.
    pub(super) fn rest(&self, modelled: impl Fn(&Param<'_>) -> bool) -> Rest {
        let mut rest = Rest { group: self.group.to_owned(), ..Rest::default() };
        for param in &self.params {
            if !is_transfer(param) && !is_usual_value(param) && !modelled(param) {
                push_param(&mut rest, param);
            }
        }
        rest
    }

    /// Remembers the value's own text in a rest, with the VALUE parameter it came with; one with a word that nobody
    /// knows is there already.
    pub(super) fn keep_raw(&self, rest: &mut Rest) {
        rest.raw = Some(one_line(&self.value, self.version).as_ref().into());
        if rest.params.iter().any(|(name, _)| name == "VALUE") {
            return;
        }
        for param in self.params.iter().filter(|param| is_usual_value(param)) {
            push_param(rest, param);
        }
    }

    /// The whole property, verbatim.
    pub(super) fn whole(&self) -> Extra {
        let mut rest = Rest { group: self.group.to_owned(), ..Rest::default() };
        for param in &self.params {
            if !is_transfer(param) {
                push_param(&mut rest, param);
            }
        }
        let encodes = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
        let encoded = self.base64 && self.value.bytes().all(encodes);
        if encoded {
            rest.params.push(("ENCODING".into(), vec!["b".into()]));
        } else if self.base64 {
            // What has other characters than base64 is text, though it may begin like a link.
            rest.params.retain(|(name, _)| name != "VALUE");
            rest.params.push(("VALUE".into(), vec!["text".into()]));
        }
        Extra { origin: Origin::Vcard, name: self.name.to_owned(), value: self.kept(encoded), rest }
    }

    /// The value as an extra has it: base64, or a text with the escapes of 3.0 and 4.0.
    fn kept(&self, encoded: bool) -> String {
        if encoded {
            let mut base64 = self.value.clone().into_owned();
            base64.retain(|char| !char.is_ascii_whitespace());
            base64
        } else if self.name.eq_ignore_ascii_case("AGENT") && is_card(&self.value) {
            // A card within the card (vCard 2.1): as RFC 2426 section 3.5.4 writes it.
            let mut card = String::new();
            escape(&self.value, Version::V3_0, &mut card);
            card
        } else if self.version == Version::V2_1 {
            modern(&self.value)
        } else {
            one_line(&self.value, self.version).into_owned()
        }
    }
}

/// Adds a parameter's value; those of one parameter stay together. `TYPE=pref` is kept as 4.0's `PREF=1`.
fn push_param(rest: &mut Rest, param: &Param<'_>) {
    if param.is_type() && param.value.eq_ignore_ascii_case("PREF") {
        if !rest.params.iter().take(GATHERED).any(|(name, _)| name == "PREF") {
            rest.params.push(("PREF".to_owned(), vec!["1".to_owned()]));
        }
        return;
    }
    let name = if param.name.is_empty() { "TYPE".to_owned() } else { param.name.to_ascii_uppercase() };
    let value = param.value.clone().into_owned();
    match rest.params.iter_mut().take(GATHERED).find(|(known, _)| *known == name) {
        // A number tells more than the word.
        Some((_, values)) if name == "PREF" => *values = vec![value],
        Some((_, values)) => values.push(value),
        None => rest.params.push((name, vec![value])),
    }
}

fn undo_carets(param: &mut Param<'_>) {
    if let Cow::Owned(plain) = uncaret(&param.value) {
        param.value = Cow::Owned(plain);
    }
}

/// Whether a parameter is a VALUE that says nothing special.
fn is_usual_value(param: &Param<'_>) -> bool {
    param.is("VALUE") && is_usual_word(&param.value)
}

/// Whether a word of VALUE says nothing special.
pub(super) fn is_usual_word(word: &str) -> bool {
    VALUES.iter().any(|usual| usual.eq_ignore_ascii_case(word))
}

fn is_encoding(param: &Param<'_>) -> bool {
    let bare = || ENCODINGS.iter().any(|word| word.eq_ignore_ascii_case(&param.value));
    param.is("ENCODING") || (param.name.is_empty() && bare())
}

/// Parameters that describe the transfer and not the value.
fn is_transfer(param: &Param<'_>) -> bool {
    param.is("CHARSET") || is_encoding(param)
}

/// Media type and base64 of a `data:` URI (RFC 2397), if it has base64.
pub(super) fn base64_of(uri: &str) -> Option<(&str, &str)> {
    let (head, data) = uri.get(5..)?.split_once(',')?;
    let (media, _) = head.rsplit_once(';').filter(|(_, word)| word.eq_ignore_ascii_case("base64"))?;
    Some((media.split(';').next().unwrap_or_default(), data))
}
