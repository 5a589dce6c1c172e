//! What cards are made of, counted: versions, producers, character sets, properties.

use std::collections::BTreeMap;

use super::Version;
use super::line;
use super::read::version_text;
use super::unfold::Unfolded;

/// Different names that are counted by themselves; hostile cards have names without end.
const NAMES: usize = 1000;

/// Letters of a name that are kept.
const LONGEST: usize = 80;

/// What is counted beyond the first thousand names.
const OTHERS: &str = "(others)";

/// What the cards of a source are made of.
#[derive(Default)]
pub struct Tally {
    /// Cards by what they say in VERSION; those without it by an empty text.
    pub versions: BTreeMap<String, u64>,
    /// Cards by the program that made them (PRODID).
    pub producers: BTreeMap<String, u64>,
    /// Properties by the character set that they declare; cards that are no UTF-8 and declare none by an empty text.
    pub charsets: BTreeMap<String, u64>,
    /// Properties by their names, in upper case.
    pub properties: BTreeMap<String, u64>,
    unfolded: Unfolded,
}

impl Tally {
    /// Counts a card, by its own bytes.
    pub fn count(&mut self, card: &[u8]) {
        let said = version_text(card).unwrap_or_default();
        bump(&mut self.versions, said);
        self.unfolded.take(card, Version::of_number(said).unwrap_or_default());
        let mut declares = false;
        for logical in self.unfolded.lines() {
            let Some(line) = line::parse_logical(logical, &mut line::Lists::default()) else { continue };
            bump(&mut self.properties, &line.name.to_ascii_uppercase());
            if line.name.eq_ignore_ascii_case("PRODID") {
                bump(&mut self.producers, String::from_utf8_lossy(line.value).trim());
            }
            if let Some(charset) = line.params.iter().find(|param| param.is("CHARSET")) {
                declares = true;
                bump(&mut self.charsets, &charset.value.to_ascii_uppercase());
            }
        }
        if !declares && std::str::from_utf8(card).is_err() {
            bump(&mut self.charsets, "");
        }
    }
}

fn bump(counts: &mut BTreeMap<String, u64>, name: &str) {
    let name: String = name.chars().take(LONGEST).collect();
    let is_counted = counts.len() < NAMES || counts.contains_key(&name);
    *counts.entry(if is_counted { name } else { OTHERS.to_owned() }).or_default() += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_card_is_made_of() {
        let mut tally = Tally::default();
        tally.count(b"BEGIN:VCARD\r\nVERSION:2.1\r\nPRODID:-//X\r\nitem1.tel;HOME:1\r\nTEL:2\r\nN;CHARSET=koi8-r:\xc1\r\nEND:VCARD\r\n");
        tally.count(b"BEGIN:VCARD\r\nFN:\xe9\r\n \xe9\r\nEND:VCARD\r\n");
        let counts = |counts: &BTreeMap<String, u64>| {
            counts.iter().map(|(name, count)| format!("{name}={count}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(counts(&tally.versions), "=1 2.1=1");
        assert_eq!(counts(&tally.producers), "-//X=1");
        assert_eq!(counts(&tally.charsets), "=1 KOI8-R=1");
        assert_eq!(counts(&tally.properties), "FN=1 N=1 PRODID=1 TEL=2 VERSION=1");
    }

    #[test]
    fn names_without_end_take_no_memory_without_end() {
        let mut counts = BTreeMap::new();
        (0..NAMES * 3).for_each(|name| bump(&mut counts, &format!("X-{name}")));
        assert_eq!((counts.len(), counts[OTHERS]), (NAMES + 1, 2 * NAMES as u64));
    }
}
