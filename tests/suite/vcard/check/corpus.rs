//! What is found in real files, and what another checker finds there that we do not.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cardferry::formats::vcard::check::{Code, Finding, Severity};
use magiclen_vcard::VCard;

use super::look;
use crate::golden;
use crate::vcard::corpus::files;

/// The card size that the program has when nothing else is said.
const LIMIT: usize = 32 * 1024 * 1024;

#[test]
fn every_rule_is_broken_as_often_as_before() {
    let files = files();
    if files.is_empty() {
        return;
    }
    let mut counts: BTreeMap<Code, (u64, u64)> = BTreeMap::new();
    for (_, bytes) in &files {
        let mut of_file: BTreeMap<Code, u64> = BTreeMap::new();
        for finding in look(bytes, LIMIT).0 {
            *of_file.entry(finding.code).or_default() += 1;
        }
        for (code, count) in of_file {
            let sum = counts.entry(code).or_default();
            *sum = (sum.0 + count, sum.1 + 1);
        }
    }
    let mut table = String::from("code\tseverity\tfindings\tfiles\n");
    for (code, (count, files)) in counts {
        writeln!(table, "{code}\t{}\t{count}\t{files}", code.rule().severity).unwrap();
    }
    golden::check("vcard/check.tsv", &table);
}

/// The cards of a 4.0 file, line ends made CR LF as the other checker wants them.
fn cards(bytes: &[u8]) -> Vec<String> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    let mut cards = Vec::new();
    for line in text.lines() {
        if line.eq_ignore_ascii_case("BEGIN:VCARD") || cards.is_empty() {
            cards.push(String::new());
        }
        let card = cards.last_mut().unwrap();
        card.push_str(line);
        card.push_str("\r\n");
    }
    cards.retain(|card| card.to_ascii_uppercase().contains("\r\nVERSION:4.0\r\n"));
    cards
}

/// What the other checker says against a card.
fn refusal(card: &str) -> Option<String> {
    match card.parse::<VCard>() {
        Ok(card) => card.validate().err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

/// Whether a finding is as much as a refusal. A UID that is no URI is refused by the other checker and a note of ours:
/// most programs write such UIDs, and none minds.
fn counts(finding: &Finding) -> bool {
    finding.rule().severity != Severity::Note || finding.code == Code::UidText
}

#[test]
fn what_the_other_checker_refuses_is_found() {
    let mut silent = Vec::new();
    for (name, bytes) in files() {
        for card in cards(&bytes) {
            let Some(fault) = refusal(&card) else { continue };
            if !look(card.as_bytes(), LIMIT).0.iter().any(counts) {
                silent.push(format!("{name}: {fault}"));
            }
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

/// Errors and warnings about cards that the other checker takes, each with the reason why we are right.
const TAKEN: &[(Code, &str)] =
    &[(Code::Comma, "RFC 6350 section 4.1: commas must be encoded, and its grammar of text has none that is bare")];

#[test]
fn what_the_other_checker_takes_is_sound_or_explained() {
    let mut alarms = Vec::new();
    for (name, bytes) in files() {
        for card in cards(&bytes).iter().filter(|card| refusal(card).is_none()) {
            for finding in look(card.as_bytes(), LIMIT).0.into_iter().filter(counts) {
                if !TAKEN.iter().any(|(code, _)| *code == finding.code) {
                    alarms.push(format!(
                        "{name}, line {} of its card: {}: {}",
                        finding.line,
                        finding.code,
                        finding.what()
                    ));
                }
            }
        }
    }
    assert!(alarms.is_empty(), "{}", alarms.join("\n"));
}
