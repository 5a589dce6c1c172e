//! Every sample card file: what is read of it, and how it is written again in each version.
//!
//! Run with `CARDFERRY_BLESS=1` to write the golden files anew; then read what changed.

use std::fs;
use std::path::PathBuf;

use cardferry::formats::Outcome;
use cardferry::formats::vcard::Version;
use cardferry::model::{Contact, Extra, Field, PhotoData, Rest, Shape};
use pretty_assertions::assert_eq;

use super::{contacts, read, write};
use crate::golden;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn samples() -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(root().join("samples/vcard"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "vcf"))
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    found.sort();
    assert!(found.len() >= 5);
    found
}

#[test]
fn every_sample_is_read_as_its_golden_file_says() {
    for (name, bytes) in samples() {
        let text: String = contacts(&bytes).iter().map(shown).collect::<Vec<_>>().join("\n");
        golden::check(&format!("vcard/{name}.txt"), &text);
    }
}

#[test]
fn every_sample_is_written_as_its_golden_files_say() {
    for (name, bytes) in samples() {
        for version in Version::ALL {
            let (text, losses) = write(&contacts(&bytes), version);
            golden::check(&format!("vcard/{name}.as-{}.vcf", version.number()), &text);
            assert!(version == Version::V2_1 || losses.is_empty(), "{name} {version:?}: {losses:?}");
        }
    }
}

#[test]
fn no_sample_has_anything_that_is_not_understood() {
    for (name, bytes) in samples() {
        for record in read(&bytes).unwrap() {
            assert!(record.losses.is_empty(), "{name}: {:?}", record.losses);
            assert!(matches!(record.outcome, Outcome::Contact(_) | Outcome::Group(_)), "{name}: {}", record.position);
        }
    }
}

#[test]
fn every_sample_keeps_everything_through_3_0_and_4_0() {
    for (name, bytes) in samples() {
        let first = contacts(&bytes);
        for version in [Version::V3_0, Version::V4_0] {
            let again = contacts(write(&first, version).0.as_bytes());
            for (again, first) in again.iter().zip(&first) {
                assert_eq!(lasting(again), lasting(first), "{name} through {version:?}");
            }
            assert_eq!(again.len(), first.len());
        }
    }
}

/// What of a contact does not depend on the version: a value's own spelling does, and so does the spelling of a binary
/// value that no field models.
pub(super) fn lasting(contact: &Contact) -> Vec<String> {
    shown(&without_spelling(contact)).lines().map(str::to_owned).collect()
}

/// The contact without what depends on the version.
pub(super) fn without_spelling(contact: &Contact) -> Contact {
    let mut contact = contact.clone();
    let binary = |extra: &Extra| {
        extra.value.starts_with("data:") || extra.rest.params.iter().any(|(name, _)| name == "ENCODING")
    };
    contact.extra.retain(|extra| !binary(extra));
    for extra in &mut contact.extra {
        // Old address books escape colons, which means nothing; names are alike in any case.
        extra.value = extra.value.replace("\\:", ":");
        extra.name.make_ascii_uppercase();
        // The lines of a card within the card end as the version ends them, the last one too.
        if extra.name == "AGENT" {
            let lines: Vec<_> = extra.value.split("\\n").filter(|line| !line.trim().is_empty()).collect();
            extra.value = lines.join("\\n");
        }
    }
    for rest in rests(&mut contact) {
        rest.raw = None;
        // A TYPE without a word says nothing.
        rest.params
            .iter_mut()
            .filter(|(name, _)| name == "TYPE")
            .for_each(|(_, words)| words.retain(|word| !word.is_empty()));
        rest.params.retain(|(name, values)| name != "VALUE" && !values.is_empty());
    }
    contact
}

/// All that was kept beside the values.
pub(super) fn rests(contact: &mut Contact) -> Vec<&mut Rest> {
    let rests = contact.rest.iter_mut().map(|(_, rest)| rest);
    let rests = rests.chain(contact.emails.iter_mut().map(|value| &mut value.rest));
    let rests = rests.chain(contact.phones.iter_mut().map(|value| &mut value.rest));
    let rests = rests.chain(contact.ims.iter_mut().map(|value| &mut value.rest));
    let rests = rests.chain(contact.urls.iter_mut().map(|value| &mut value.rest));
    let rests = rests.chain(contact.addresses.iter_mut().map(|value| &mut value.rest));
    let rests = rests.chain(contact.organizations.iter_mut().map(|value| &mut value.rest));
    let rests = rests.chain(contact.events.iter_mut().map(|value| &mut value.rest));
    let rests = rests.chain(contact.relations.iter_mut().map(|value| &mut value.rest));
    rests.chain(contact.extra.iter_mut().map(|value| &mut value.rest)).collect()
}

/// A contact as a person can read it: one line a value, absent ones left out.
fn shown(contact: &Contact) -> String {
    let mut lines = Vec::new();
    for field in Field::ALL {
        if !field.is_absent(contact) {
            let rest = contact.rest_of(*field).map(rest).unwrap_or_default();
            lines.extend(values(contact, *field).into_iter().map(|value| format!("{}: {value}{rest}", field.name())));
        }
    }
    lines.join("\n") + "\n"
}

pub(super) fn values(contact: &Contact, field: Field) -> Vec<String> {
    if field.shape() == Shape::Text {
        return field.text(contact).map(|text| format!("{text:?}")).into_iter().collect();
    }
    let list = |texts: &[String]| texts.iter().map(|text| format!("{text:?}")).collect();
    match field {
        Field::Emails => contact.emails.iter().map(|value| format!("{value:?}")).collect(),
        Field::Phones => contact.phones.iter().map(|value| format!("{value:?}")).collect(),
        Field::Ims => contact.ims.iter().map(|value| format!("{value:?}")).collect(),
        Field::Urls => contact.urls.iter().map(|value| format!("{value:?}")).collect(),
        Field::Addresses => contact.addresses.iter().map(|value| format!("{value:?}")).collect(),
        Field::Organizations => contact.organizations.iter().map(|value| format!("{value:?}")).collect(),
        Field::Events => contact.events.iter().map(|value| format!("{value:?}")).collect(),
        Field::Relations => contact.relations.iter().map(|value| format!("{value:?}")).collect(),
        Field::Extra => contact.extra.iter().map(|value| format!("{value:?}")).collect(),
        Field::Birthday => contact.birthday.iter().map(|value| format!("{value:?}")).collect(),
        Field::Anniversary => contact.anniversary.iter().map(|value| format!("{value:?}")).collect(),
        Field::Children => list(&contact.children),
        Field::Categories => list(&contact.categories),
        Field::Gender => vec![format!("{:?}", contact.gender)],
        Field::Photo => contact.photo.iter().map(|photo| format!("{:?} {}", photo.kind, data(&photo.data))).collect(),
        other => panic!("{other:?} has a form of its own"),
    }
}

fn data(data: &PhotoData) -> String {
    match data {
        PhotoData::Encoded(text) => format!("{} characters of base64", text.len()),
        PhotoData::Bytes(bytes) => format!("{} bytes", bytes.len()),
        PhotoData::Link(link) => format!("link {link}"),
    }
}

fn rest(rest: &Rest) -> String {
    let group = if rest.group.is_empty() { String::new() } else { format!(" in {}", rest.group) };
    let params = if rest.params.is_empty() { String::new() } else { format!(" {:?}", rest.params) };
    let raw = rest.raw.as_deref().map(|raw| format!(" raw {raw:?}")).unwrap_or_default();
    format!("{group}{params}{raw}")
}
