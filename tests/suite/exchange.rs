//! Contacts as the JSON of both APIs: golden bodies for every sample, and nothing lost on the way there and back.

#[cfg(feature = "cli")]
mod patches;
mod round;
#[cfg(feature = "cli")]
mod served;
mod slots;
mod spelt;
mod stash;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cardferry::formats::exchange::extended::{self, Marks, State};
use cardferry::formats::exchange::{self, Dialect, Item};
use cardferry::formats::{Outcome, csv, vcard};
use cardferry::model::identity::Keys;
use cardferry::model::{Address, Contact, Date, Email, Extra, Field, Im, Kind, Line, Origin, PartialDate, Phone, Url};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::contacts::arbitrary_contact;
use crate::{dump, golden};

const BOTH: [Dialect; 2] = [Dialect::Graph, Dialect::Outlook];

/// What the service would answer to a body: the same properties, with the extended ones as `$expand` shows them.
fn answered(contact: &Contact, dialect: Dialect) -> Item {
    exchange::read(exchange::write(contact, dialect).json(None), dialect)
}

/// A contact as the mailbox has it: without its photo, with a display name.
fn in_the_mailbox(contact: &Contact) -> Contact {
    let mut contact = contact.clone();
    if contact.name.full.is_empty() {
        contact.name.full = contact.display_name();
    }
    contact.forget_made_name();
    contact.photo = contact.photo.filter(|photo| matches!(photo.data, cardferry::model::PhotoData::Link(_)));
    contact
}

/// The same contact, its remarks in the order of their fields.
fn sorted(mut contact: Contact) -> Contact {
    contact.rest.sort_by_key(|(field, _)| *field);
    contact
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_on_the_way_to_the_mailbox_and_back(contact in arbitrary_contact()) {
        for dialect in BOTH {
            let written = exchange::write(&contact, dialect);
            prop_assert_eq!(&written.losses, &vec![], "the stash has room for it");
            let item = exchange::read(written.json(None), dialect);
            prop_assert_eq!(sorted(item.contact), sorted(in_the_mailbox(&contact)));
        }
    }

    #[test]
    fn values_with_the_same_text_keep_their_labels_apart(contact in arbitrary_contact()) {
        let mut contact = contact;
        contact.emails.iter_mut().for_each(|email| email.address = "a@b.example".into());
        contact.phones.iter_mut().for_each(|phone| phone.number = "1".into());
        contact.ims.iter_mut().for_each(|im| im.address = "joe".into());
        contact.urls.iter_mut().for_each(|url| url.url = "https://example.com".into());
        for address in &mut contact.addresses {
            let (kind, label, preference) = (address.kind, address.label.clone(), address.preference);
            *address = Address { city: "Berlin".into(), kind, label, preference, ..Address::default() };
        }
        let back = answered(&contact, Dialect::Graph).contact;
        prop_assert_eq!(sorted(back), sorted(in_the_mailbox(&contact)));
    }

    #[test]
    fn no_body_is_beyond_the_service_s_limits(contact in arbitrary_contact()) {
        let body = exchange::write(&contact, Dialect::Graph).json(None);
        let count = |name: &str| body.get(name).and_then(Value::as_array).map_or(0, Vec::len);
        prop_assert!(count("emailAddresses") <= 3 && count("imAddresses") <= 3);
        prop_assert!(count("businessPhones") <= 2 && count("homePhones") <= 2);
        let stash = extended_value(&body, extended::STASH).unwrap_or_default();
        prop_assert!(stash.len() <= 16 * 1024);
    }

    #[test]
    fn the_fingerprint_is_of_the_content_alone(contact in arbitrary_contact()) {
        let print = |dialect| exchange::write(&contact, dialect).content;
        prop_assert_eq!(print(Dialect::Graph), print(Dialect::Outlook));
        let mut other = contact.clone();
        other.notes.push('x');
        prop_assert_ne!(exchange::write(&other, Dialect::Graph).content, print(Dialect::Graph));
        let mut rewritten = contact.clone();
        rewritten.revision = "2031-01-01T00:00:00Z".into();
        let (origin, name) = (Origin::Vcard, "PRODID".to_owned());
        rewritten.extra.push(Extra { origin, name, value: "another program".into(), rest: Default::default() });
        prop_assert_eq!(exchange::write(&rewritten, Dialect::Graph).content, print(Dialect::Graph));
    }

    #[test]
    fn any_answer_is_read(text in "\\PC*", number in any::<i64>()) {
        for dialect in BOTH {
            let full = exchange::write(&full_contact(), dialect).json(None);
            for value in [json!(text), json!(number), json!(null), json!([text]), json!({ "address": text }), json!([{ "id": text }])] {
                let answer: Map<String, Value> = full.keys().map(|name| (name.clone(), value.clone())).collect();
                exchange::read(answer, dialect);
            }
        }
    }
}

fn extended_value(body: &Map<String, Value>, id: &str) -> Option<String> {
    let list = body.get("singleValueExtendedProperties")?.as_array()?;
    let found = list.iter().find(|pair| pair["id"] == id)?;
    Some(found["value"].as_str()?.to_owned())
}

/// A contact with something in every slot.
fn full_contact() -> Contact {
    let mut contact = Contact::default();
    for field in Field::ALL {
        if let Some(text) = field.text_mut(&mut contact) {
            *text = field.name().to_owned();
        }
    }
    contact.sensitivity = "private".into();
    for line in Line::ALL {
        for kind in [None, Some(Kind::Home), Some(Kind::Business), Some(Kind::Other)] {
            let number = format!("{line:?} {kind:?}");
            contact.phones.push(Phone { number, line, kind, ..Phone::default() });
        }
    }
    for kind in [None, Some(Kind::Home), Some(Kind::Business), Some(Kind::Other)] {
        contact.urls.push(Url { url: format!("https://{kind:?}.example"), kind, ..Url::default() });
        let (street, po_box) = (format!("street {kind:?}"), format!("box {kind:?}"));
        let city = "city".to_owned();
        contact.addresses.push(Address { street, po_box, city, kind, ..Address::default() });
    }
    for number in 1..=4 {
        contact.emails.push(Email { address: format!("{number}@example.com"), ..Email::default() });
        contact.ims.push(Im { address: format!("im{number}"), ..Im::default() });
    }
    contact.birthday = PartialDate::yearless(2, 29).map(Date::Known);
    contact.anniversary = PartialDate::full(2001, 5, 6).map(Date::Known);
    contact.children = vec!["Ann".into(), "Ben".into()];
    contact.categories = vec!["Friends".into()];
    contact
}

#[test]
fn every_slot_is_used_before_the_stash() {
    for (dialect, name) in [(Dialect::Graph, "graph"), (Dialect::Outlook, "outlook")] {
        let written = exchange::write(&full_contact(), dialect);
        assert_eq!(written.losses, []);
        let body = Value::Object(written.json(None));
        golden::check(&format!("exchange/slots.{name}.json"), &format!("{body:#}\n"));
    }
    let back = answered(&full_contact(), Dialect::Graph).contact;
    assert_eq!(sorted(back), sorted(full_contact()));
}

/// Every sample file, its contacts as bodies for both APIs.
#[test]
fn samples_as_bodies() {
    for path in samples() {
        let name = format!("{}", path.file_name().unwrap().to_string_lossy());
        let mut text = String::new();
        for contact in read(&path) {
            let losses = exchange::write(&contact, Dialect::Graph).losses;
            let body = exchange::write(&contact, Dialect::Graph).json(None);
            let outlook = exchange::write(&contact, Dialect::Outlook).json(None);
            writeln!(text, "{:#}", readable(Value::Object(body.clone()))).unwrap();
            for loss in losses {
                writeln!(text, "LOSS {loss}").unwrap();
            }
            assert_eq!(in_graph_s_words(outlook), body, "{name}: the dialects say the same");
        }
        golden::check(&format!("exchange/{name}.graph.txt"), &text);
    }
}

/// A stash's JSON in its text is hard to judge by eye: it is shown as it is meant.
fn readable(mut body: Value) -> Value {
    for pair in body["singleValueExtendedProperties"].as_array_mut().into_iter().flatten() {
        if pair["id"] == extended::STASH {
            pair["value"] = serde_json::from_str(pair["value"].as_str().unwrap()).unwrap();
        }
    }
    body
}

fn in_graph_s_words(value: Map<String, Value>) -> Map<String, Value> {
    fn rename(value: Value) -> Value {
        match value {
            Value::Object(object) => Value::Object(in_graph_s_words(object)),
            Value::Array(values) => values.into_iter().map(rename).collect(),
            other => other,
        }
    }
    let name = |name: String| match name.as_str() {
        "MobilePhone1" => "mobilePhone".to_owned(),
        "PropertyId" => "id".to_owned(),
        _ => name[..1].to_lowercase() + &name[1..],
    };
    value.into_iter().map(|(key, value)| (name(key), rename(value))).collect()
}

/// Every sample goes through the mailbox and comes back as it was.
#[test]
fn samples_survive_the_mailbox() {
    for path in samples() {
        for contact in read(&path) {
            for dialect in BOTH {
                let back = answered(&contact, dialect).contact;
                let (back, there) = (sorted(back), sorted(in_the_mailbox(&contact)));
                assert_eq!(dump::contact(&back), dump::contact(&there), "{}", path.display());
            }
        }
    }
}

fn samples() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let files = ["csv", "vcard"].iter().flat_map(|kind| fs::read_dir(root.join(kind)).into_iter().flatten());
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 5, "the samples are missing");
    files
}

fn read(path: &Path) -> Vec<Contact> {
    let (source, file) = (Arc::from("sample"), fs::File::open(path).unwrap());
    let reader: Box<dyn cardferry::formats::Reader> = match path.extension().and_then(|ending| ending.to_str()) {
        Some("vcf") => Box::new(vcard::Reader::new(source, file, vcard::Options::default())),
        _ => Box::new(csv::Reader::new(source, file, csv::Options::default())),
    };
    reader
        .filter_map(|record| match record.unwrap().outcome {
            Outcome::Contact(contact) => Some(*contact),
            Outcome::Group(_) | Outcome::Reject(_) => None,
        })
        .collect()
}

#[test]
fn padded_answers_of_v2_are_read() {
    let answer = json!({
        "Id": "A", "ChangeKey": "C", "ParentFolderId": "F", "GivenName": "Ada", "DisplayName": "Ada", "FileAs": "",
        "Birthday": "1815-12-10T00:00:00Z", "MobilePhone1": null, "Children": [],
        "EmailAddresses": [{ "Address": "a@example.com", "Name": "a@example.com" }, null, null],
        "ImAddresses": [null, null, null], "HomePhones": [null, "1"], "BusinessPhones": [null, null],
        "HomeAddress": { "Street": null, "City": "London", "State": null, "CountryOrRegion": null, "PostalCode": null },
        "OtherAddress": {}, "PersonalNotes": "one\r\ntwo",
    });
    let Value::Object(answer) = answer else { unreachable!() };
    let item = exchange::read(answer, Dialect::Outlook);
    assert_eq!((item.id.as_str(), item.change_key.as_str(), item.parent_folder.as_str()), ("A", "C", "F"));
    golden::check("exchange/padded.txt", &dump::contact(&item.contact));
}

#[test]
fn the_marks_travel_with_the_contact() {
    let contact = full_contact();
    for dialect in BOTH {
        let written = exchange::write(&contact, dialect);
        let state = State { content: written.content, photo: None, run: "r".into(), changed_by: None };
        let marks = Marks { key: Keys::default().next(&contact, 0).key, state };
        let item = exchange::read(written.json(Some(&marks)), dialect);
        assert_eq!((item.key, item.state), (Some(marks.key), Some(marks.state)));
    }
}
