//! What must hold of any bytes that claim to be vCards. The test suite holds them to the corpus and to damaged copies
//! of it, the fuzz targets to whatever they come upon.

use std::sync::Arc;

use cardferry::formats::vcard::{self, Version};
use cardferry::formats::{Outcome, Record};
use cardferry::model::{Contact, Loss};

/// What a source holds up to where it cannot be read on, and whether it can be read to its end.
pub fn as_far_as(bytes: &[u8]) -> (Vec<Record>, bool) {
    let mut whole = true;
    let reader = vcard::Reader::new(Arc::from("test.vcf"), bytes, vcard::Options::default());
    let records = reader.filter_map(|record| record.inspect_err(|_| whole = false).ok()).collect();
    (records, whole)
}

/// The contacts among some records.
pub fn kept(records: Vec<Record>) -> Vec<Contact> {
    let contact = |record: Record| match record.outcome {
        Outcome::Contact(contact) => Some(*contact),
        Outcome::Group(_) | Outcome::Reject(_) => None,
    };
    records.into_iter().filter_map(contact).collect()
}

/// The cards of some contacts, and what was lost.
pub fn written(contacts: &[Contact], version: Version) -> (Vec<u8>, Vec<Loss>) {
    let mut writer = vcard::Writer::new(Vec::new(), version);
    let mut losses = Vec::new();
    for contact in contacts {
        losses.extend(writer.write(contact).unwrap_or_default());
    }
    let _ = writer.finish();
    (writer.into_inner(), losses)
}

/// Reading ends, its records stand one behind the other, and what it hands on is no longer than what was read.
pub fn reading_does_no_harm(bytes: &[u8]) -> Result<(), String> {
    let (records, _) = as_far_as(bytes);
    let positions: Vec<_> = records.iter().map(|record| (record.position.byte, record.position.line)).collect();
    if !positions.is_sorted() {
        return Err(format!("records out of order: {positions:?}"));
    }
    let raw: usize = records.iter().map(|record| record.raw.len()).sum();
    // UTF-16 becomes UTF-8, which takes three bytes for two at the most, and as much for half a unit at the end.
    if raw > bytes.len() / 2 * 3 + 3 {
        return Err(format!("{} bytes became {raw}", bytes.len()));
    }
    Ok(())
}

/// What is written of a source reads back as what was written, and is written again as the same bytes, in each version.
pub fn round_trips_settle(bytes: &[u8]) -> Result<(), String> {
    let first = kept(as_far_as(bytes).0);
    Version::ALL.into_iter().try_for_each(|version| {
        let mut standing = 0;
        for contact in &first {
            standing += usize::from(settles(contact, version)?);
        }
        let (together, _) = written(&first, version);
        let (records, whole) = as_far_as(&together);
        let again = kept(records).len();
        if again == standing && whole { Ok(()) } else { Err(format!("{version:?}: {standing} cards are {again}")) }
    })
}

/// Whether a contact stands after it was written and read: one of whom everything is told lost may not. What stands is
/// written again as the same bytes; what was told lost may change them twice more.
pub fn settles(contact: &Contact, version: Version) -> Result<bool, String> {
    let (mut card, mut losses) = written(std::slice::from_ref(contact), version);
    // The second label of a group becomes its only one when the first is said by a word.
    let labels = contact.extra.iter().filter(|extra| extra.name.eq_ignore_ascii_case("X-ABLABEL")).count();
    for _ in 0..3 + labels {
        let again = kept(as_far_as(&card).0);
        match &again[..] {
            [_] => {}
            [] if !losses.is_empty() => return Ok(false),
            _ => return Err(format!("{version:?}: a card is {}", again.len())),
        }
        let told = labels > 0 || !losses.is_empty();
        let before = std::mem::take(&mut card);
        (card, losses) = written(&again, version);
        match before == card || ungrouped(&before) == ungrouped(&card) {
            true => return Ok(true),
            false if told => {}
            false => return Err(format!("{version:?}: {}", difference(&before, &card))),
        }
    }
    Err(format!("{version:?}: never the same"))
}

/// The lines of a card without their groups. A group is a name for what stands together and says nothing more; with
/// labels that label nothing, or with two of a kind, it may change once more.
fn ungrouped(card: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<_> = card.split(|byte| *byte == b'\n').map(without_group).collect();
    lines.sort_unstable();
    lines
}

fn without_group(line: &[u8]) -> &[u8] {
    let token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_/".contains(byte);
    match line.iter().position(|byte| !token(byte)) {
        Some(dot) if line[dot] == b'.' => &line[dot + 1..],
        _ => line,
    }
}

/// The first lines that differ, cut short.
pub fn difference(once: &[u8], twice: &[u8]) -> String {
    let (once, twice) = (String::from_utf8_lossy(once), String::from_utf8_lossy(twice));
    let mut lines = once.lines().zip(twice.lines()).enumerate();
    let cut = |line: &str| line.chars().take(100).collect::<String>();
    let found = lines.find(|(_, (before, after))| before != after);
    found.map_or("lengths".to_owned(), |(at, (before, after))| format!("{at}: {:?} -> {:?}", cut(before), cut(after)))
}
