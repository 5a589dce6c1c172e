//! The content's fingerprint, from a form of its own that depends on no format's spelling.
//!
//! It travels with every uploaded contact and says whether a source record is what was uploaded, so its making is fixed
//! and has a version; the test vectors in this file are published with it. The form is the contact as a stash would write
//! it ([`super::piece`]), but as netstrings: `s5:hello`, `n12`, `-` for null, `l2:` before two values, `d1:` before one
//! pair of word and value, pairs by their words' bytes.
//!
//! What says nothing of the contact is left out: REV and PRODID, names of groups, the letter case of property names, the
//! order of categories, other dates, related people, unknown properties and parameters, and a full name that was made of
//! something else. The photo has a fingerprint of its own; a link to one is content.
//!
//! A state of another version is not compared: [`super::read()`] makes the fingerprint of what the mailbox holds instead,
//! which is the same card. So a later version changes nothing where nobody changed anything.

use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::extended::Fingerprint;
use super::piece;
use super::words::{FIELDS, word_of};
use crate::model::{Contact, Date, Extra, Field, Origin, PhotoData, Rest};

/// Version of the form below: the first byte of a content's fingerprint, and the first that is hashed.
pub const CONTENT_VERSION: u8 = 1;

/// Lists whose order says nothing.
const HEAPS: [Field; 4] = [Field::Categories, Field::Events, Field::Relations, Field::Extra];

/// The fingerprint of what a contact says, without its photo.
pub fn content(contact: &Contact) -> Fingerprint {
    let mut hash = Sha256::new_with_prefix([CONTENT_VERSION]);
    hash.update(form(contact));
    let mut print = [CONTENT_VERSION; 16];
    print[1..].copy_from_slice(&hash.finalize()[..15]);
    Fingerprint::new(print)
}

fn form(contact: &Contact) -> String {
    let mut json = piece::json_of(&plain(contact));
    let mut form = String::new();
    for (word, value) in &mut json {
        let Value::Array(values) = value else { continue };
        values.retain(|value| !is_empty(value));
        if HEAPS.iter().any(|field| word_of(FIELDS, field) == word) {
            values.sort_by_cached_key(netstring);
        }
    }
    json.retain(|_, value| !is_empty(value));
    write_netstring(&mut form, &Value::Object(json));
    form
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(pairs) => pairs.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn netstring(value: &Value) -> String {
    let mut text = String::new();
    write_netstring(&mut text, value);
    text
}

fn write_netstring(out: &mut String, value: &Value) {
    // Writing to a string does not fail.
    let _ = match value {
        Value::Null => out.write_str("-"),
        Value::Bool(truth) => write!(out, "b{}", u8::from(*truth)),
        Value::Number(number) => write!(out, "n{number}"),
        Value::String(text) => write!(out, "s{}:{text}", text.len()),
        Value::Array(values) => write!(out, "l{}:", values.len()),
        Value::Object(pairs) => write!(out, "d{}:", pairs.len()),
    };
    match value {
        Value::Array(values) => values.iter().for_each(|value| write_netstring(out, value)),
        Value::Object(pairs) => {
            let mut pairs: Vec<_> = pairs.iter().collect();
            pairs.sort_unstable_by_key(|(word, _)| word.as_bytes());
            for (word, value) in pairs {
                let _ = write!(out, "s{}:{word}", word.len());
                write_netstring(out, value);
            }
        }
        _ => {}
    }
}

/// A contact without what says nothing of it.
fn plain(contact: &Contact) -> Contact {
    let mut plain = contact.clone();
    plain.photo = plain.photo.filter(|photo| matches!(photo.data, PhotoData::Link(_)));
    plain.revision.clear();
    plain.extra.retain(|extra| !is_about_the_file(extra));
    for extra in plain.extra.iter_mut().filter(|extra| extra.origin == Origin::Vcard) {
        extra.name.make_ascii_uppercase();
    }
    if plain.name.full.is_empty() {
        plain.name.full = plain.name.joined();
    }
    plain.forget_made_name();
    for rest in rests(&mut plain) {
        rest.group.clear();
        rest.params.sort();
    }
    plain.rest.retain(|(field, rest)| *field != Field::Revision && !rest.is_empty());
    plain
}

/// Every remark that a contact has.
fn rests(contact: &mut Contact) -> impl Iterator<Item = &mut Rest> {
    let single = contact.rest.iter_mut().map(|(_, rest)| rest);
    let reach = (contact.emails.iter_mut().map(|value| &mut value.rest))
        .chain(contact.phones.iter_mut().map(|value| &mut value.rest))
        .chain(contact.ims.iter_mut().map(|value| &mut value.rest))
        .chain(contact.urls.iter_mut().map(|value| &mut value.rest))
        .chain(contact.addresses.iter_mut().map(|value| &mut value.rest));
    let people = (contact.organizations.iter_mut().map(|value| &mut value.rest))
        .chain(contact.relations.iter_mut().map(|value| &mut value.rest));
    let days = contact.events.iter_mut().map(|value| &mut value.rest);
    let others = contact.extra.iter_mut().map(|value| &mut value.rest);
    single.chain(reach).chain(people).chain(days).chain(others)
}

/// Properties that change when nothing of the contact does, whatever writes the file anew.
pub(super) fn is_about_the_file(extra: &Extra) -> bool {
    extra.origin == Origin::Vcard && extra.name.eq_ignore_ascii_case("PRODID")
}

/// A date as text: its known parts, or its words.
pub(super) fn date_text(date: &Date) -> String {
    match date {
        Date::Text(text) => text.clone(),
        Date::Known(date) => {
            let part = |part: Option<u16>| part.map_or_else(|| "-".to_owned(), |number| format!("{number:02}"));
            [part(date.year), part(date.month.map(u16::from)), part(date.day.map(u16::from))].join("-")
        }
    }
}
