//! Real files from many producers. They stand outside the project, in the folder that `CARDFERRY_CORPUS` names; the
//! golden file holds counts and hashes only.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cardferry::formats::vcard::{self, Version};
use cardferry::formats::{Outcome, Record};
use cardferry::model::{Contact, Origin};
use sha2::{Digest, Sha256};

use super::{read, write};
use crate::golden;

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

pub(crate) fn kept(records: Vec<Record>) -> Vec<Contact> {
    let contact = |record: Record| match record.outcome {
        Outcome::Contact(contact) => Some(*contact),
        Outcome::Reject(_) => None,
    };
    records.into_iter().filter_map(contact).collect()
}

/// What a source holds up to where it cannot be read on, and whether it can be read to its end.
pub(crate) fn as_far_as(bytes: &[u8]) -> (Vec<Record>, bool) {
    let mut whole = true;
    let reader = vcard::Reader::new(Arc::from("test.vcf"), bytes, vcard::Options::default());
    let records = reader.filter_map(|record| record.inspect_err(|_| whole = false).ok()).collect();
    (records, whole)
}

/// One line a file: cards, rejects, properties that no field models, losses, a hash of what was made of it, and whether
/// it was whole.
fn summary(name: &str, (records, whole): (Vec<Record>, bool)) -> String {
    let count = records.len();
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
                wrong.push(format!("{name} in {version:?}: {}", difference(&once, &twice)));
            }
        }
    }
    assert!(wrong.is_empty(), "{} files\n{}", wrong.len(), wrong.join("\n"));
}

/// The first lines that differ, cut short.
fn difference(once: &str, twice: &str) -> String {
    let lines = once.lines().zip(twice.lines()).enumerate();
    let cut = |line: &str| line.chars().take(100).collect::<String>();
    let found = lines.into_iter().find(|(_, (before, after))| before != after);
    found.map_or("lengths".to_owned(), |(at, (before, after))| format!("{at}: {:?} -> {:?}", cut(before), cut(after)))
}
