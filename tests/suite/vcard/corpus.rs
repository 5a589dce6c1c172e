//! Real files from many producers. They stand outside the project, in the folder that `CARDFERRY_CORPUS` names; the
//! golden file holds counts and hashes only.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use cardferry::formats::vcard::Version;
use cardferry::formats::{Outcome, Record};
use cardferry::model::{Contact, Field, Origin};
use sha2::{Digest, Sha256};

use super::samples::lasting;
use super::{read, write};
use crate::golden;
use crate::laws::difference;
pub(crate) use crate::laws::{as_far_as, kept};

/// The files of the corpus by their names; none, with a note, when there is no corpus.
pub(crate) fn files() -> Vec<(String, Vec<u8>)> {
    let Some(root) = std::env::var_os("CARDFERRY_CORPUS") else {
        eprintln!("CARDFERRY_CORPUS names no folder: the vCard corpus is not read");
        return Vec::new();
    };
    let root = PathBuf::from(root);
    let root = if root.join("vcf").is_dir() { root.join("vcf") } else { root };
    let mut found = BTreeMap::new();
    walk(&root, &root, &mut found);
    if found.is_empty() {
        eprintln!("{} has no .vcf files: the vCard corpus is not read", root.display());
    }
    found.into_iter().collect()
}

fn walk(root: &Path, dir: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(root, &path, found);
        } else if path.extension().is_some_and(|ending| ending == "vcf" || ending == "vcard") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            found.insert(name, fs::read(&path).unwrap());
        }
    }
}

/// One line a file: contacts, rejects, properties that no field models, losses, a hash of what was made of it, and whether
/// it was whole.
fn summary(name: &str, (records, whole): (Vec<Record>, bool)) -> String {
    let count = records.iter().filter(|record| !matches!(record.outcome, Outcome::Group(_))).count();
    let losses: usize = records.iter().map(|record| record.losses.len()).sum();
    let contacts = kept(records);
    let vcard = |contact: &Contact| contact.extra.iter().filter(|extra| extra.origin == Origin::Vcard).count();
    let extras: usize = contacts.iter().map(vcard).sum();
    let hash = Sha256::digest(write(&contacts, Version::V4_0).0);
    let hash: String = hash[..6].iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let whole = if whole { "whole" } else { "cut" };
    format!("{name}\t{}\t{}\t{extras}\t{losses}\t{hash}\t{whole}\n", contacts.len(), count - contacts.len())
}

#[test]
fn every_file_is_read_as_before() {
    let files = files();
    if files.is_empty() {
        return;
    }
    let mut table = String::from("file\tcontacts\trejects\textras\tlosses\thash\tend\n");
    for (name, bytes) in &files {
        table.push_str(&summary(name, as_far_as(bytes)));
    }
    golden::check("vcard/corpus.tsv", &table);
}

#[test]
fn writing_and_reading_is_a_fixed_point() {
    let mut wrong = Vec::new();
    for (name, bytes) in files() {
        let first = kept(as_far_as(&bytes).0);
        for version in Version::ALL {
            let (once, _) = write(&first, version);
            let second = kept(read(once.as_bytes()).unwrap());
            let (twice, _) = write(&second, version);
            if once != twice {
                wrong.push(format!("{name} in {version:?}: {}", difference(once.as_bytes(), twice.as_bytes())));
            }
        }
    }
    assert!(wrong.is_empty(), "{} files\n{}", wrong.len(), wrong.join("\n"));
}

/// Contacts of one version through another and back: told losses aside, they are what they were.
const CROSSINGS: &[(Version, Version)] = &[
    (Version::V3_0, Version::V4_0),
    (Version::V4_0, Version::V3_0),
    (Version::V2_1, Version::V3_0),
    (Version::V3_0, Version::V2_1),
    (Version::V2_1, Version::V4_0),
    (Version::V4_0, Version::V2_1),
];

/// A contact through a version: what comes back, and the fields that were told to have lost something.
fn through(contact: &Contact, version: Version) -> (Option<Contact>, Vec<Field>) {
    let (card, losses) = write(std::slice::from_ref(contact), version);
    let again = kept(as_far_as(card.as_bytes()).0).pop();
    (again, losses.into_iter().map(|loss| loss.field).collect())
}

/// The fields that differ after a crossing without having been told lost.
fn untold(contact: &Contact, (own, other): (Version, Version)) -> BTreeSet<&'static str> {
    let Some(before) = through(contact, own).0 else { return BTreeSet::new() };
    let (there, told) = through(&before, other);
    let (back, told_back) = there.map(|there| through(&there, own)).unwrap_or_default();
    let lines = |contact: &Contact| -> BTreeSet<String> { lasting(contact).into_iter().collect() };
    let (before, after) = (lines(&before), lines(&back.unwrap_or_default()));
    let fields = before.symmetric_difference(&after).map(|line| field_of(line));
    fields.filter(|field| !told.iter().chain(&told_back).any(|told| told == field)).map(|it| it.name()).collect()
}

fn field_of(line: &str) -> Field {
    let name = line.split(':').next().unwrap_or_default();
    *Field::ALL.iter().find(|field| field.name() == name).unwrap()
}

#[test]
fn crossing_versions_loses_nothing_untold() {
    let mut table = String::new();
    for (name, bytes) in &files() {
        let contacts = kept(as_far_as(bytes).0);
        for (own, other) in CROSSINGS {
            let fields: BTreeSet<_> = contacts.iter().flat_map(|contact| untold(contact, (*own, *other))).collect();
            if !fields.is_empty() {
                let fields: Vec<_> = fields.into_iter().collect();
                let _ = writeln!(table, "{name}\t{}\t{}\t{}", own.number(), other.number(), fields.join(", "));
            }
        }
    }
    assert!(table.is_empty(), "file, of, through, fields:\n{table}");
}

/// Why a property stays as it is read, among the other properties of a contact. A name with a star stands for all that
/// begin so.
const UNMAPPED: &[(&str, &str)] = &[
    ("AGENT", "a card within the card: another person"),
    ("BDAY", "the second of its kind; the field takes one"),
    ("CALADRURI", "where to send meeting requests: no mailbox has a place for it"),
    ("CALURI", "where a calendar is: no mailbox has a place for it"),
    ("CLASS", "the second of its kind; the field takes one"),
    ("CLIENTPIDMAP", "for the merging of copies, not of the person"),
    ("CN", "a name of LDAP; no vCard property"),
    ("DESCRIPTION", "no vCard property"),
    ("FAX", "no vCard property"),
    ("FN", "the second of its kind; the field takes one"),
    ("GENDER", "the second of its kind; the field takes one"),
    ("KEY", "a key or certificate: Exchange takes none by these ways"),
    ("KIND", "what the card is of: a person, a group, a room"),
    ("LANG", "the second of its kind; the field takes one"),
    ("LOGO", "a picture that is no photo: no mailbox has a place for it"),
    ("MAILER", "the program that the person reads mail with"),
    ("MEMBER", "of a group"),
    ("N", "the second of its kind; the field takes one"),
    ("NAME", "the name of the source, not of the person"),
    ("NICKNAME", "the second of its kind; the field takes one"),
    ("NOTE", "the second of its kind; the field takes one"),
    ("PHONE", "no vCard property"),
    ("PHOTO", "the second of its kind, or bytes that are no picture"),
    ("PRODID", "the program that wrote the card"),
    ("PROFILE", "says that the card is a card"),
    ("REV", "the second of its kind; the field takes one"),
    ("SN", "a name of LDAP; no vCard property"),
    ("SOUND", "how the name sounds: no mailbox has a place for it"),
    ("SOURCE", "where the card comes from, not of the person"),
    ("TIME", "no vCard property"),
    ("TZ", "the second of its kind; the field takes one"),
    ("X-AB*", "how Apple's address book shows and numbers the card"),
    ("X-ADDRESSBOOKSERVER-*", "a group and its members, as Apple says it"),
    ("X-ANDROID-CUSTOM", "a kind of value that this program does not know"),
    ("X-ANNIVERSARY", "the second of its kind; the field takes one"),
    ("X-ATTRIBUTE", "nobody's but the file's own"),
    ("X-COUCHDB-*", "of the database that the card lay in"),
    ("X-DEPARTMENT", "the department again; ORG has it"),
    ("X-EPOCSECONDNAME", "Symbian's second name, which is anything"),
    ("X-FOOBAR", "nobody's but the file's own"),
    ("X-GENDER", "the second of its kind; the field takes one"),
    ("X-GENERATOR", "the program that wrote the card"),
    ("X-GN*", "nobody's but the telephone's own"),
    ("X-ID", "nobody's but the file's own"),
    ("X-KADDRESSBOOK-*", "settings of KDE's address book: encryption, a web feed, the department again"),
    ("X-LONG-STRING", "nobody's but the file's own"),
    ("X-MESSAGING/*", "an old form of KDE's address book beside the handles themselves"),
    ("X-MOZILLA-*", "settings of Thunderbird: what mail the person likes, and a conference server"),
    ("X-MS-OL-*", "how Outlook shows the card"),
    ("X-NO", "nobody's but the telephone's own"),
    ("X-NOTE", "nobody's but the file's own"),
    ("X-RADICALE-NAME", "the file's name on the server"),
    ("X-REDUCTION", "nobody's but the telephone's own"),
    ("XML", "anything in XML"),
];

fn reason(name: &str) -> &'static str {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(begin) => name.starts_with(begin),
        None => name == pattern,
    };
    UNMAPPED.iter().find(|(pattern, _)| fits(pattern)).map_or("?", |(_, reason)| reason)
}

#[test]
fn every_unmapped_property_has_its_reason() {
    let mut names: BTreeMap<String, (BTreeSet<String>, usize)> = BTreeMap::new();
    let files = files();
    for (file, bytes) in &files {
        for extra in kept(as_far_as(bytes).0).into_iter().flat_map(|contact| contact.extra) {
            if extra.origin == Origin::Vcard {
                let (files, count) = names.entry(extra.name.to_uppercase()).or_default();
                files.insert(file.clone());
                *count += 1;
            }
        }
    }
    let mut table = String::from("property\tfiles\ttimes\treason\n");
    for (name, (files, count)) in &names {
        let _ = writeln!(table, "{name}\t{}\t{count}\t{}", files.len(), reason(name));
    }
    if !files.is_empty() {
        golden::check("vcard/unmapped.tsv", &table);
    }
    let bare: Vec<_> = names.keys().filter(|name| reason(name) == "?").collect();
    assert!(bare.is_empty(), "read by no field and by no reason why: {bare:?}");
}

/// Why a record of the corpus is rejected, and why that is right.
const REJECTED: &[(&str, &str)] =
    &[("the card is empty: no property in it has a value", "there is nothing to make a contact of")];

#[test]
fn every_reject_has_its_reason() {
    let mut table = String::from("file\trecord\tline\twhy\treason\n");
    let files = files();
    for (file, bytes) in &files {
        for Record { position, outcome, .. } in as_far_as(bytes).0 {
            if let Outcome::Reject(reject) = outcome {
                let reason = REJECTED.iter().find(|(why, _)| *why == reject.why).map_or("?", |(_, reason)| reason);
                let _ = writeln!(table, "{file}\t{}\t{}\t{}\t{reason}", position.record, position.line, reject.why);
            }
        }
    }
    assert!(!table.contains("\t?\n"), "rejected without a reason why that is right:\n{table}");
    if !files.is_empty() {
        golden::check("vcard/rejects.tsv", &table);
    }
}
