//! Decisions about a table as a whole that no trap's number covers.

use std::sync::Arc;

use cardferry::formats::{Outcome, Reader as _, csv};
use pretty_assertions::assert_eq;

/// Each record's given and family name, or why it is none; and the remarks.
fn names(text: &[u8]) -> (Vec<String>, String) {
    let mut reader = csv::Reader::new(Arc::from("table"), text, csv::Options::default());
    let name = |record: cardferry::formats::Record| match record.outcome {
        Outcome::Contact(contact) => format!("{}|{}", contact.name.given, contact.name.surname),
        Outcome::Group(group) => panic!("{group:?}"),
        Outcome::Reject(reject) => reject.why,
    };
    let names = reader.by_ref().map(|record| name(record.unwrap())).collect();
    (names, reader.remarks().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_name_beside_a_given_name_is_the_family_name() {
    let (read, _) = names("Name;Vorname;Telefon;E-Mail\nMüller;Anna;030 1;a@b.example\n".as_bytes());
    assert_eq!(read, ["Anna|Müller"]);
    let (read, _) = names("Name;Vorname;Nachname;E-Mail\nAnna Müller;Anna;Müller;a@b.example\n".as_bytes());
    assert_eq!(read, ["Anna|Müller"]);
}
