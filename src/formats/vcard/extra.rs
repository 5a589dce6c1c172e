//! What no field models: properties verbatim, and the columns of a table.

use super::Version;
use super::draft::Draft;
use super::escape::unescape;
use super::frame::{is_begin, is_end};
use super::property::Property;
use super::table::{COLUMN, Row};
use super::write::{Card, is_token};
use crate::model::{Extra, Field, Loss, Origin, Why};

/// Names the column that an X-CARDFERRY-COLUMN carries.
const HEADER: &str = "X-NAME";

/// Names that would end the card or say something about it.
const FRAME: &[&str] = &["BEGIN", "END", "VERSION"];

pub(super) fn read_column(draft: &mut Draft<'_>, _: &'static Row, property: &Property<'_>) {
    let Some(name) = property.param(HEADER) else { return draft.extra(property) };
    let rest = property.rest(|param| param.is(HEADER));
    let (name, value) = (name.to_owned(), property.text().into_owned());
    draft.contact.extra.push(Extra { origin: Origin::Column, name, value, rest });
}

pub(super) fn write_extras(card: &mut Card<'_>, _: &'static Row) {
    let contact = card.contact;
    for extra in &contact.extra {
        match extra.origin {
            Origin::Column => write_column(card, extra),
            Origin::Vcard => write_property(card, extra),
        }
    }
}

fn write_column(card: &mut Card<'_>, extra: &Extra) {
    card.begin(Field::Extra, COLUMN, &[], &extra.rest, true);
    card.param(HEADER, &extra.name);
    card.text(&extra.value);
}

fn write_property(card: &mut Card<'_>, extra: &Extra) {
    let framing = FRAME.iter().any(|name| name.eq_ignore_ascii_case(&extra.name));
    if framing || !is_token(&extra.name) {
        card.losses.push(Loss::new(Field::Extra, &extra.name, Why::NoPlace));
        return;
    }
    let encoded = extra.rest.params.iter().any(|(name, _)| name == "ENCODING");
    if encoded {
        return write_binary(card, extra);
    }
    card.begin(Field::Extra, &extra.name, &[], &extra.rest, true);
    if card.version == Version::V2_1 && extra.name.eq_ignore_ascii_case("AGENT") {
        let nested = unescape(&extra.value, Version::V3_0);
        if is_card(&nested) {
            return card.nested(&nested);
        }
    }
    card.verbatim(&extra.value);
}

/// Whether a text is one card, cards within it ended too: anything else would open or end cards around it.
fn is_card(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let mut depth = usize::from(lines.next().is_some_and(|begin| is_begin(begin.as_bytes())));
    while let Some(line) = lines.next().filter(|_| depth > 0) {
        depth += usize::from(is_begin(line.as_bytes()));
        depth -= usize::from(is_end(line.as_bytes()));
        if depth == 0 {
            return lines.next().is_none();
        }
    }
    false
}

/// LOGO, SOUND, KEY in base64.
fn write_binary(card: &mut Card<'_>, extra: &Extra) {
    let mut rest = extra.rest.clone();
    rest.params.retain(|(name, _)| name != "ENCODING" && name != "VALUE");
    let media = media_type(&extra.name, &mut rest, card.version);
    card.begin(Field::Extra, &extra.name, &[], &rest, false);
    match card.version {
        Version::V2_1 => card.param("ENCODING", "BASE64"),
        Version::V3_0 => card.param("ENCODING", "b"),
        Version::V4_0 => return card.base64(&format!("data:{media};base64,"), &extra.value),
    }
    card.base64("", &extra.value);
}

/// 4.0 says in the URI what the older versions say by TYPE.
fn media_type(name: &str, rest: &mut crate::model::Rest, version: Version) -> String {
    let family = match name.to_ascii_uppercase().as_str() {
        "LOGO" | "PHOTO" => "image",
        "SOUND" => "audio",
        _ => "application",
    };
    let types = rest.params.iter().position(|(name, _)| name == "TYPE").filter(|_| version == Version::V4_0);
    let kind = types.map(|at| rest.params.remove(at).1.join("-").to_lowercase());
    let kind = kind.filter(|kind| is_token(kind)).unwrap_or_else(|| "octet-stream".to_owned());
    if kind == "octet-stream" { format!("application/{kind}") } else { format!("{family}/{kind}") }
}
