//! A property as the table's rows see it: transfer encoding and character set undone, escapes still standing.

use std::borrow::Cow;

use super::Version;
use super::decode::{self, Charsets};
use super::escape::{escape, unescape};
use super::line::{Line, Param};
use super::table::{Row, row_named};
use crate::model::{Extra, Origin, Rest};

/// Bare words of vCard 2.1 that are transfer encodings.
const ENCODINGS: &[&str] = &["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"];

/// Bare words of vCard 2.1 that say where the value is.
const PLACES: &[&str] = &["INLINE", "URL", "CID", "CONTENT-ID"];

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
        }
        let encoding = params.iter().find(|param| is_encoding(param)).map(|param| param.value.as_ref());
        let says = |word: &str| encoding.is_some_and(|encoding| encoding.eq_ignore_ascii_case(word));
        let charset = params.iter().find(|param| param.is("CHARSET")).map(|param| param.value.as_ref());
        let row = row_named(name);
        let mut base64 = says("BASE64") || says("B");
        let mut value = if says("QUOTED-PRINTABLE") || says("Q") {
            match decode::quoted_printable(value) {
                Cow::Borrowed(bytes) => charsets.text(bytes, charset),
                Cow::Owned(bytes) => Cow::Owned(charsets.text(&bytes, charset).into_owned()),
            }
        } else if let (None, Some(text)) = (charset, text) {
            Cow::Borrowed(text)
        } else {
            charsets.text(value, charset)
        };
        // Text in base64 (vCard 2.1 allows it of any property): only binary properties keep it.
        let is_text = base64 && row.is_some_and(|row| !row.is_binary());
        if let Some(bytes) = is_text.then(|| decode::base64(&value)).flatten() {
            value = Cow::Owned(charsets.text(&bytes, charset).into_owned());
            base64 = false;
        }
        // No version has a NUL; one that an encoding brought in is dropped as one between the lines is.
        if value.contains('\0') {
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
            if !is_transfer(param) && !param.is("VALUE") && !modelled(param) {
                push_param(&mut rest, param);
            }
        }
        rest
    }

    /// Remembers the value's own text in a rest, with the VALUE parameter it came with.
    pub(super) fn keep_raw(&self, rest: &mut Rest) {
        rest.raw = Some(self.value.as_ref().into());
        for param in self.params.iter().filter(|param| param.is("VALUE")) {
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
        let mut value = self.value.clone().into_owned();
        if self.base64 {
            rest.params.push(("ENCODING".into(), vec!["b".into()]));
            value.retain(|char| !char.is_ascii_whitespace());
        } else if self.name.eq_ignore_ascii_case("AGENT") && value.contains('\n') {
            // A card within the card (vCard 2.1): as RFC 2426 section 3.5.4 writes it.
            value = String::new();
            escape(&self.value, Version::V3_0, &mut value);
        }
        Extra { origin: Origin::Vcard, name: self.name.to_owned(), value, rest }
    }
}

/// Adds a parameter's value; those of one parameter stay together.
fn push_param(rest: &mut Rest, param: &Param<'_>) {
    let name = if param.name.is_empty() { "TYPE".to_owned() } else { param.name.to_ascii_uppercase() };
    let value = param.value.clone().into_owned();
    match rest.params.iter_mut().find(|(known, _)| *known == name) {
        Some((_, values)) => values.push(value),
        None => rest.params.push((name, vec![value])),
    }
}

fn is_encoding(param: &Param<'_>) -> bool {
    let bare = || ENCODINGS.iter().any(|word| word.eq_ignore_ascii_case(&param.value));
    param.is("ENCODING") || (param.name.is_empty() && bare())
}

/// Parameters that describe the transfer and not the value.
fn is_transfer(param: &Param<'_>) -> bool {
    param.is("CHARSET") || is_encoding(param)
}
