//! Files of the wild, read from the folder that `CARDFERRY_CORPUS` names: what was decided, and how much was found.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use cardferry::formats::csv::{Options, Reader};
use cardferry::formats::{Outcome, Reader as _, Remark};
use cardferry::model::{Contact, Field};
use sha2::{Digest as _, Sha256};

use crate::{dump, golden};

#[test]
fn every_file_is_decided_on_as_before() {
    let Some(corpus) = std::env::var_os("CARDFERRY_CORPUS") else {
        println!("CARDFERRY_CORPUS is not set: the files of the wild are not read");
        return;
    };
    let folder = Path::new(&corpus).join("csv");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("{} is missing: the files of the wild are not read", folder.display());
        return;
    };
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != "manifest.tsv");
    names.sort();
    let rows: Vec<String> = names.iter().map(|name| row(name, &fs::read(folder.join(name)).unwrap())).collect();
    golden::check("csv/corpus.tsv", &format!("{}\n", rows.join("\n")));
}

/// Name, decision, counts, and a hash of the contacts: no content.
fn row(name: &str, bytes: &[u8]) -> String {
    let mut reader = Reader::new("table.csv".into(), bytes, Options::default());
    let records = match reader.by_ref().collect::<Result<Vec<_>, _>>() {
        Ok(records) => records,
        Err(error) => {
            let error = error.to_string();
            let what = error.split([':', '(', ';']).nth(1).unwrap_or_default().trim();
            return format!("{name}\trefused: {what}");
        }
    };
    let decision: Vec<String> = reader.remarks().into_iter().filter_map(decision).collect();
    let contacts: Vec<&Contact> = records
        .iter()
        .filter_map(|record| match &record.outcome {
            Outcome::Contact(contact) => Some(&**contact),
            Outcome::Group(_) | Outcome::Reject(_) => None,
        })
        .collect();
    let mut hash = Sha256::new();
    contacts.iter().for_each(|contact| hash.update(dump::contact(contact)));
    let hash: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let losses: usize = records.iter().map(|record| record.losses.len()).sum();
    let mut fields: BTreeMap<&str, usize> = BTreeMap::new();
    for contact in &contacts {
        for field in Field::ALL.iter().filter(|field| !field.is_absent(contact)) {
            *fields.entry(field.name()).or_default() += 1;
        }
    }
    let fields: Vec<String> = fields.iter().map(|(name, count)| format!("{name} {count}")).collect();
    let rejected = records.len() - contacts.len();
    let counts = format!("{} contacts, {rejected} rejected, {losses} losses", contacts.len());
    format!("{name}\t{}\t{counts}\t{}\t{hash}", decision.join("; "), fields.join(", "))
}

/// What was decided; of other remarks, those that are no content of the file.
fn decision(remark: Remark) -> Option<String> {
    match remark {
        Remark::Decided { what, .. } => Some(what),
        Remark::Notable(text) => (!text.contains('“')).then_some(text),
        Remark::Minor(_) => None,
    }
}
