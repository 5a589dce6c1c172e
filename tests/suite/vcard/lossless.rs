//! A card that is read and written in its own version keeps every property, group and parameter.
//!
//! Both sides are read by a small parser of its own, made alike by the table of allowed differences, and compared.

mod alike;
pub(super) mod cards;
pub(super) mod lines;

use std::collections::BTreeMap;

use cardferry::formats::Outcome;
use cardferry::formats::vcard::Version;

use proptest::prelude::*;

use self::alike::alike;
use self::cards::card;
use self::lines::{Prop, properties, version};
use super::corpus::{as_far_as, files};
use super::{contacts, write};
use crate::golden;

/// What of the input is not in the output, and the other way round; none when the test's parser cannot read it.
pub(super) fn differences(card: &[u8], written: &str, number: &str) -> Option<(Vec<Prop>, Vec<Prop>)> {
    let before = alike(properties(card, number)?, number);
    let mut after = alike(properties(written.as_bytes(), number)?, number);
    // A card must have a name: one is made where there is none.
    let named = before.iter().any(|prop| prop.name == "FN");
    after.retain(|prop| named || prop.name != "FN");
    let mut counts: BTreeMap<&Prop, i32> = BTreeMap::new();
    before.iter().for_each(|prop| *counts.entry(prop).or_default() += 1);
    after.iter().for_each(|prop| *counts.entry(prop).or_default() -= 1);
    let of = |sign: i32| {
        counts.iter().filter(|(_, count)| count.signum() == sign).map(|(prop, _)| (*prop).clone()).collect()
    };
    Some((of(1), of(-1)))
}

/// The corpus has so many cards at least that the test's parser can read.
const LEAST: usize = 335;

#[test]
fn every_card_of_the_corpus_keeps_everything() {
    let (mut compared, mut wrong) = (0, Vec::new());
    let mut beyond: BTreeMap<String, u32> = BTreeMap::new();
    let files = files();
    for (name, bytes) in &files {
        for record in as_far_as(bytes).0 {
            let Outcome::Contact(contact) = &record.outcome else { continue };
            let number = version(&record.raw);
            let target = Version::of_number(&number).unwrap_or_default();
            let (written, _) = write(std::slice::from_ref(contact), target);
            match differences(&record.raw, &written, target.number()) {
                Some((lost, new)) if lost.is_empty() && new.is_empty() => compared += 1,
                Some((lost, new)) => wrong.push(format!("{name} {number}\n  - {lost:?}\n  + {new:?}")),
                None => *beyond.entry(name.clone()).or_default() += 1,
            }
        }
    }
    assert!(wrong.is_empty(), "{} cards of {}\n{}", wrong.len(), compared + wrong.len(), wrong.join("\n"));
    if files.is_empty() {
        return;
    }
    assert!(compared >= LEAST, "no more than {compared} cards were compared");
    let rows = beyond.iter().map(|(name, count)| format!("{name}\t{count}\n"));
    golden::check("vcard/beyond.tsv", &format!("file\tcards beyond the test's parser\n{}", rows.collect::<String>()));
}

/// Reads and writes a generated card in its own version and asserts that nothing is missing, and nothing is told as lost.
fn keeps_everything(card: &str, version: Version) {
    let contacts = contacts(card.as_bytes());
    let (written, losses) = write(&contacts, version);
    let (lost, new) = differences(card.as_bytes(), &written, version.number()).unwrap();
    assert!(lost.is_empty() && new.is_empty(), "- {lost:?}\n+ {new:?}\n{card}\n{written}");
    assert!(losses.is_empty(), "{losses:?}\n{card}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn cards_of_2_1_keep_everything(card in card("2.1")) {
        keeps_everything(&card, Version::V2_1);
    }

    #[test]
    fn cards_of_3_0_keep_everything(card in card("3.0")) {
        keeps_everything(&card, Version::V3_0);
    }

    #[test]
    fn cards_of_4_0_keep_everything(card in card("4.0")) {
        keeps_everything(&card, Version::V4_0);
    }
}
