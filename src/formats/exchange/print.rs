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
//! A state of another version is not compared: [`Item::comparable_state`](super::Item::comparable_state) makes the
//! fingerprint of what the mailbox holds instead, which is the same card. So a later version changes nothing where nobody
//! changed anything.

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
pub(super) const HEAPS: [Field; 4] = [Field::Categories, Field::Events, Field::Relations, Field::Extra];

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

/// A value as the fingerprint's form has it.
pub(super) fn netstring(value: &Value) -> String {
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
pub(super) fn plain(contact: &Contact) -> Contact {
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
fn is_about_the_file(extra: &Extra) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, Email, Kind, Line, PartialDate, Phone, Photo, Relation, Sex};

    fn ada() -> Contact {
        let mut ada = Contact::default();
        (ada.name.given, ada.name.surname) = ("Ada".into(), "Lovelace".into());
        ada.emails.push(Email { address: "ada@example.com".into(), kind: Some(Kind::Home), ..Email::default() });
        let number = "+44 1".to_owned();
        ada.phones.push(Phone { number, line: Line::Mobile, preference: Some(1), ..Phone::default() });
        ada.birthday = PartialDate::yearless(12, 10).map(Date::Known);
        ada.categories = vec!["Zoë".into(), "Friends".into()];
        ada
    }

    fn grace() -> Contact {
        let mut grace = Contact { uid: "urn:uuid:1".into(), notes: "one\ntwo".into(), ..Contact::default() };
        (grace.organization.company, grace.gender.sex) = ("Navy".into(), Some(Sex::Female));
        let city = "Arlington".to_owned();
        grace.addresses.push(Address { city, kind: Some(Kind::Business), ..Address::default() });
        let params = vec![("B".to_owned(), vec!["2".to_owned(), "1".to_owned()]), ("A".to_owned(), vec![])];
        let rest = Rest { group: "item1".into(), params, raw: Some("raw".into()) };
        let (origin, name) = (Origin::Vcard, "x-ship".to_owned());
        grace.extra.push(Extra { origin, name, value: "Hopper".into(), rest: rest.clone() });
        grace.keep_rest(Field::Notes, rest);
        grace.relations.push(Relation { value: "Ada".into(), label: "friend".into(), ..Relation::default() });
        grace
    }

    #[test]
    fn the_form_is_as_it_is_published() {
        assert_eq!(form(&Contact::default()), "d0:");
        assert_eq!(
            form(&ada()),
            "d7:s8:birthdayl3:-n12n10s10:categoriesl2:s4:Zoës7:Friendss6:emailsl1:d2:s7:addresss15:ada@example.com\
             s4:kinds4:homes8:fullNames12:Ada Lovelaces9:givenNames3:Adas6:phonesl1:d3:s4:lines6:mobiles6:numbers5:+44 1\
             s10:preferencen1s7:surnames8:Lovelace"
        );
    }

    /// The published vectors: a change here makes every earlier upload one of another version.
    #[test]
    fn test_vectors() {
        assert_eq!(CONTENT_VERSION, 1);
        assert_eq!(content(&Contact::default()).to_string(), "01404a1e966d45a6364cf57a3f5719e9");
        assert_eq!(content(&ada()).to_string(), "017718454be3546dc1c3427250af8752");
        assert_eq!(content(&grace()).to_string(), "01c57874703f3aa2234f959b1a1b0bb2");
    }

    #[test]
    fn what_says_nothing_of_the_contact_changes_nothing() {
        let print = content(&ada());
        let same = |change: fn(&mut Contact)| {
            let mut changed = ada();
            change(&mut changed);
            assert_eq!(content(&changed), print);
        };
        same(|ada| ada.revision = "2031-01-01T00:00:00Z".into());
        same(|ada| ada.categories.reverse());
        same(|ada| ada.name.full = "Ada Lovelace".into());
        same(|ada| ada.emails[0].rest.group = "item1".into());
        same(|ada| ada.emails.push(Email::default()));
        same(|ada| ada.rest.push((Field::Revision, Rest { raw: Some("x".into()), ..Rest::default() })));
        let (origin, name) = (Origin::Vcard, "prodid");
        let extra = Extra { origin, name: name.into(), value: "1".into(), rest: Rest::default() };
        let mut changed = ada();
        changed.extra.push(extra);
        changed.photo = Some(Photo { data: PhotoData::Bytes(vec![1]), kind: None });
        assert_eq!(content(&changed), print);
    }

    #[test]
    fn whatever_says_something_changes_it() {
        let mut prints = std::collections::BTreeSet::new();
        let mut one_more = |contact: &Contact| assert!(prints.insert(content(contact).number()), "{contact:?}");
        one_more(&ada());
        for field in Field::ALL.iter().filter(|field| **field != Field::Revision) {
            let mut changed = ada();
            if let Some(text) = field.text_mut(&mut changed) {
                text.push('1');
                one_more(&changed);
            }
            let rest = Rest { params: vec![("X".into(), vec!["1".into()])], ..Rest::default() };
            changed.keep_rest(*field, rest);
            one_more(&changed);
        }
        let mut differs = |change: fn(&mut Contact)| {
            let mut changed = ada();
            change(&mut changed);
            one_more(&changed);
        };
        differs(|ada| ada.emails.insert(0, Email { address: "a@b".into(), ..Email::default() }));
        differs(|ada| ada.emails.push(Email { address: "a@b".into(), ..Email::default() }));
        differs(|ada| ada.phones[0].line = Line::Voice);
        differs(|ada| ada.phones[0].kind = Some(Kind::Other));
        differs(|ada| ada.phones[0].preference = None);
        differs(|ada| ada.phones[0].label = "boat".into());
        differs(|ada| ada.birthday = Some(Date::Text("12-10".into())));
        differs(|ada| ada.birthday = PartialDate::full(1815, 12, 10).map(Date::Known));
        differs(|ada| ada.categories = vec!["ZoëFriends".into()]);
        differs(|ada| ada.children = vec!["Zoë".into(), "Friends".into()]);
        differs(|ada| ada.children = vec!["Friends".into(), "Zoë".into()]);
        differs(|ada| ada.photo = Some(Photo { data: PhotoData::Link("https://a".into()), kind: None }));
    }
}
