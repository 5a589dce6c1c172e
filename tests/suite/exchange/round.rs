//! vCard to the mailbox and back: the same card. Over the corpus, which stands outside the project in the folder that
//! `CARDFERRY_CORPUS` names (the golden file holds counts only), and over invented cards.

use std::fmt::Write as _;

use cardferry::formats::exchange::{self, Dialect, Item};
use cardferry::formats::vcard::Version;
use cardferry::model::{Contact, PhotoData};
use serde_json::{Map, Value};

use super::BOTH;
use crate::golden;
use crate::vcard::corpus::{as_far_as, files, kept};
use crate::vcard::write;

/// What the service answers to a body: as it was sent, but for what it is known to make of values.
fn served(mut body: Map<String, Value>, dialect: Dialect) -> Map<String, Value> {
    let (birthday, name) = match dialect {
        Dialect::Graph => ("birthday", "emailAddresses"),
        Dialect::Outlook => ("Birthday", "EmailAddresses"),
    };
    if let (Some(Value::String(day)), Dialect::Outlook) = (body.get_mut(birthday), dialect) {
        *day = day.replace("T11:59:00Z", "T00:00:00Z");
    }
    // Extended properties come back with their GUIDs in lower case and in no order that was promised.
    let (list, id) = match dialect {
        Dialect::Graph => ("singleValueExtendedProperties", "id"),
        Dialect::Outlook => ("SingleValueExtendedProperties", "PropertyId"),
    };
    if let Some(Value::Array(values)) = body.get_mut(list) {
        values.reverse();
        for value in values {
            let text = value[id].as_str().unwrap();
            value[id] = match text.split_once(" Name ") {
                Some((before, name)) => format!("{} Name {name}", before.replace("8F", "8f")).into(),
                None => text.replace("0x0036", "0x36").replace("C000", "c000").into(),
            };
        }
    }
    assert!(body.get(name).is_none_or(Value::is_array));
    body
}

/// The contact as it comes back, with the photo that travels by itself.
fn back(contact: &Contact, dialect: Dialect) -> (Item, exchange::Written) {
    let written = exchange::write(contact, dialect);
    let mut item = exchange::read(served(written.json(None), dialect), dialect);
    let picture = contact.photo.clone().filter(|photo| !matches!(photo.data, PhotoData::Link(_)));
    item.contact.photo = picture.or(item.contact.photo);
    (item, written)
}

/// The first lines that differ.
fn difference(there: &str, back: &str) -> String {
    let cut = |line: Option<&str>| line.map(|line| line.chars().take(120).collect::<String>());
    let (mut there, mut back) = (there.lines(), back.lines());
    loop {
        match (there.next(), back.next()) {
            (None, None) => return String::new(),
            (one, other) if one == other => {}
            (one, other) => return format!("{:?} -> {:?}", cut(one), cut(other)),
        }
    }
}

/// One line a file: contacts, hidden values, losses, cards that come back the same in every version and dialect.
#[test]
fn the_corpus_comes_back_the_same() {
    let mut table = String::from("file\tcontacts\thidden\tlosses\tequal\n");
    let mut wrong = Vec::new();
    let files = files();
    for (name, bytes) in &files {
        let contacts = kept(as_far_as(bytes).0);
        let (mut hidden, mut losses, mut equal) = (0, 0, 0);
        for contact in &contacts {
            let there = Version::ALL.map(|version| write(std::slice::from_ref(contact), version).0);
            let mut differs = None;
            for dialect in BOTH {
                let (item, written) = back(contact, dialect);
                if dialect == Dialect::Graph {
                    (hidden, losses) = (hidden + written.hidden.len(), losses + written.losses.len());
                }
                let back = Version::ALL.map(|version| write(std::slice::from_ref(&item.contact), version).0);
                let pairs = there.iter().zip(&back).filter(|(there, back)| there != back);
                differs = differs.or(pairs.map(|(there, back)| difference(there, back)).next());
                if differs.is_none() && exchange::content(&item.contact) != written.content {
                    differs = Some("fingerprint".into());
                }
                if differs.is_some() && written.losses.is_empty() {
                    wrong.push(format!("{name}: {}", differs.clone().unwrap()));
                    break;
                }
            }
            equal += usize::from(differs.is_none());
        }
        writeln!(table, "{name}\t{}\t{hidden}\t{losses}\t{equal}", contacts.len()).unwrap();
    }
    assert!(wrong.is_empty(), "{} cards\n{}", wrong.len(), wrong.join("\n"));
    if !files.is_empty() {
        golden::check("exchange/corpus.tsv", &table);
    }
}
