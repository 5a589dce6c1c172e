//! Every sample through the converter to the other format, as golden files; and books of a thousand people.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cardferry::formats::{Encoder, Outcome, Reader, csv, table, vcard};
use cardferry::model::{Contact, Photo, PhotoData};
use pretty_assertions::assert_eq;

use crate::{generator, golden};

fn samples(kind: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(kind);
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 5, "the samples are missing");
    files
}

fn contacts(reader: impl Reader) -> Vec<Contact> {
    let contact = |record: cardferry::formats::Record| match record.outcome {
        Outcome::Contact(contact) => Some(*contact),
        Outcome::Group(_) => None,
        Outcome::Reject(reject) => panic!("{}: {}", record.position, reject.why),
    };
    reader.filter_map(|record| contact(record.unwrap())).collect()
}

fn cards(bytes: &[u8]) -> Vec<Contact> {
    contacts(vcard::Reader::new(Arc::from("cards"), bytes, vcard::Options::default()))
}

fn table(bytes: &[u8]) -> Vec<Contact> {
    contacts(csv::Reader::new(Arc::from("table"), bytes, csv::Options::default()))
}

/// What a writer makes of contacts, with the losses behind it.
fn written(contacts: &[Contact], mut encoder: impl Encoder) -> String {
    let (mut text, mut losses) = (Vec::new(), String::new());
    encoder.opening(&mut text);
    for contact in contacts {
        for loss in encoder.encode(contact, &mut text) {
            writeln!(losses, "LOSS {loss}").unwrap();
        }
    }
    // Line ends and the mark are the writers' own tests' matter; here they would only be hard to see.
    let text = String::from_utf8(text).unwrap().replace(['\r', '\u{feff}'], "");
    text + &losses
}

fn as_cards(contacts: &[Contact], version: vcard::Version) -> String {
    written(contacts, vcard::Encoder::new(version))
}

fn as_table(contacts: &[Contact], profile: table::Profile) -> String {
    let in_unicode = csv::Writing { encoding: encoding_rs::UTF_8, ..profile.into() };
    written(contacts, csv::Encoder::new(in_unicode))
}

#[test]
fn tables_as_cards() {
    for path in samples("csv") {
        let name = path.file_name().unwrap().to_string_lossy();
        let people = table(&fs::read(&path).unwrap());
        golden::check(&format!("convert/{name}.vcf"), &as_cards(&people, vcard::Version::V3_0));
    }
}

#[test]
fn cards_as_tables() {
    for path in samples("vcard") {
        let name = path.file_name().unwrap().to_string_lossy();
        let people = cards(&fs::read(&path).unwrap());
        for profile in table::Profile::ALL {
            golden::check(&format!("convert/{name}.{}.csv", profile.name()), &as_table(&people, *profile));
        }
    }
}

/// A photo in the form that readers give it.
fn as_read(mut contact: Contact) -> Contact {
    if let Some(Photo { data, .. }) = &mut contact.photo
        && let PhotoData::Bytes(bytes) = data
    {
        *data = PhotoData::Encoded(data_encoding::BASE64.encode(bytes));
    }
    contact
}

#[test]
fn a_thousand_people_survive_as_cards_and_as_tables() {
    let people: Vec<_> = generator::contacts(1000, 5, 11).collect();
    for version in vcard::Version::ALL {
        let mut writer = vcard::Writer::new(Vec::new(), version);
        people.iter().for_each(|contact| assert_eq!(writer.write(contact).unwrap(), []));
        writer.finish().unwrap();
        let back = cards(&writer.into_inner());
        let there: Vec<_> = people.iter().cloned().map(as_read).collect();
        assert!(back == there, "{version:?}: {:?}", back.iter().zip(&there).find(|(back, there)| back != there));
    }
    let text = as_table(&people, table::Profile::Google);
    let back = table(text.split("LOSS ").next().unwrap().as_bytes());
    let name = |contact: &Contact| format!("{} {}", contact.name.given, contact.name.surname);
    assert_eq!(back.iter().map(name).collect::<Vec<_>>(), people.iter().map(name).collect::<Vec<_>>());
}
