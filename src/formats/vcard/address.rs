//! ADR and its LABEL: a property in 2.1 and 3.0, a parameter in 4.0.

use super::Version;
use super::card::Card;
use super::draft::Draft;
use super::escape::{split, unescape};
use super::property::Property;
use super::reach::{self, Said};
use super::structure;
use super::table::Row;
use super::words;
use crate::model::{Address, Rest};

/// The components of ADR; false when they say less than the value (lists, further components).
fn read_parts(value: &str, version: Version) -> ([String; 7], bool) {
    let mut parts = <[String; 7]>::default();
    let mut whole = true;
    for (at, component) in split(value, b';', version).enumerate().filter(|(_, component)| !component.is_empty()) {
        match parts.get_mut(at) {
            Some(part) => {
                // An unescaped comma separates items of a list, or was not escaped by mistake: it is kept as it is.
                let one = || !component.contains(',') || split(component, b',', version).count() == 1;
                whole &= version == Version::V2_1 || one();
                *part = unescape(component, version).into_owned();
            }
            None => whole = false,
        }
    }
    (parts, whole)
}

pub(super) fn read_address(draft: &mut Draft<'_>, _: &'static Row, property: &Property<'_>) {
    let (parts, whole) = read_parts(&property.value, property.version);
    let mut said = Said::read(draft, property, false, |param| param.is("LABEL"));
    if !whole {
        property.keep_raw(&mut said.rest);
    }
    // RFC 6350 section 6.3.1 writes line ends in it as `\n`; carets are undone already.
    let formatted = property.param("LABEL").map(|label| unescape(label, Version::V4_0).into_owned());
    let [po_box, extended, street, city, state, postal_code, country] = parts;
    let Said { kind, label, preference, rest, .. } = said;
    draft.contact.addresses.push(Address {
        street,
        extended,
        po_box,
        city,
        state,
        postal_code,
        country,
        formatted: formatted.unwrap_or_default(),
        kind,
        label,
        preference,
        rest,
    });
}

/// LABEL belongs to the address before it, else to the first of its kind that has none, else it is one of its own.
pub(super) fn read_label(draft: &mut Draft<'_>, _: &'static Row, property: &Property<'_>) {
    let text = property.text();
    if text.trim().is_empty() {
        return;
    }
    let said = Said::read(draft, property, false, |_| false);
    // What it says beyond its words is not said of the address.
    if said.rest.params.iter().any(|(name, _)| name != "TYPE") {
        return draft.extra(property);
    }
    let free = |address: &Address| address.formatted.is_empty() && (said.kind.is_none() || address.kind == said.kind);
    let follows = draft.follows_address;
    let before = draft.contact.addresses.len().checked_sub(1);
    let before = before.filter(|at| follows && free(&draft.contact.addresses[*at]));
    let found = before.or_else(|| draft.free_address(said.kind));
    let addresses = &mut draft.contact.addresses;
    match found.and_then(|at| addresses.get_mut(at)) {
        Some(address) => address.formatted = text.into_owned(),
        None => {
            let Said { kind, label, preference, rest, .. } = said;
            let formatted = text.into_owned();
            addresses.push(Address { formatted, kind, label, preference, rest, ..Address::default() });
        }
    }
}

pub(super) fn write_addresses(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    for address in &contact.addresses {
        let Address { kind, label, preference, rest, .. } = address;
        let parts = address.parts();
        let raw = structure::raw(card, row.field, rest.raw.as_deref(), parts, read_parts);
        let (name, said) = (row.name(card.version), (rest, raw.is_some()));
        let group = reach::begin(card, row.field, name, ["", ""], *kind, *preference, said, label);
        if card.version == Version::V4_0 && !address.formatted.is_empty() {
            let text = address.formatted.replace('\\', "\\\\").replace("\r\n", "\\n").replace(['\r', '\n'], "\\n");
            card.param("LABEL", &text);
        }
        match raw {
            Some(raw) => card.verbatim(raw),
            None => card.components(&parts, 7),
        }
        if card.version != Version::V4_0 && !address.formatted.is_empty() {
            write_label(card, row, &group, address);
        }
        card.label(&group, label, words::label_is_wrapped(label));
    }
}

/// LABEL, with the words of its ADR: they are what binds the two.
fn write_label(card: &mut Card<'_>, row: &'static Row, group: &str, address: &Address) {
    let kind = address.kind.map_or("", |kind| words::kind_word(kind, card.version));
    let mut said = vec![kind, if address.preference == Some(1) { "PREF" } else { "" }];
    let kept = address.rest.params.iter().filter(|(name, _)| name == "TYPE").flat_map(|(_, values)| values);
    said.extend(kept.map(String::as_str));
    card.begin_in(row.field, group, "LABEL", &said, &Rest::default(), false);
    card.text(&address.formatted);
}
