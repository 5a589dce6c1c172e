//! The table of rules of [`super::slots`], for people to read.

use std::fmt::Write;

use super::slots::{Place, RULES, Rule, SLOTS, What};
use super::table::carrier;
use crate::model::{Kind, Line};

/// Which value goes to which place of the mailbox, in Markdown: one row for each rule, in Outlook's and Graph's names.
pub fn rules_table() -> String {
    let mut text =
        String::from("| value | in a vCard | goes to | where that is full, to |\n| --- | --- | --- | --- |\n");
    for rule in RULES {
        let mut places = rule.places.iter().map(|place| shown(*place));
        let first = places.next().unwrap_or_default();
        let further: Vec<String> = places.collect();
        let further = if further.is_empty() { "—".to_owned() } else { further.join(", ") };
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {} | `{}` | {first} | {further} |", value(rule), rule.example);
    }
    text
}

/// A place by Outlook's name and what carries it.
fn shown(place: Place) -> String {
    let name = SLOTS.iter().find(|slot| slot.place == place).map_or("", |slot| slot.shown);
    match place {
        Place::Many(names, _) => format!("{name} ({})", names.0),
        place => format!("{name} ({})", carrier(place)),
    }
}

/// What a rule is about.
fn value(rule: &Rule) -> String {
    let kinds: Vec<&str> = rule.kinds.iter().map(|kind| kind_word(*kind)).collect();
    let kinds = if kinds.is_empty() { "any".to_owned() } else { kinds.join(" or ") };
    format!("{kinds} {}", what_word(rule.what))
}

fn kind_word(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Home) => "home",
        Some(Kind::Business) => "work",
        Some(Kind::Other) => "other",
        None => "bare",
    }
}

fn what_word(what: What) -> &'static str {
    match what {
        What::Email => "e-mail",
        What::Im => "messaging address",
        What::Page => "web page",
        What::FtpSite => "FTP site",
        What::Address => "address",
        What::Phone(line) => line_word(line),
    }
}

pub(super) fn line_word(line: Line) -> &'static str {
    match line {
        Line::Voice => "phone",
        Line::Mobile => "mobile phone",
        Line::Fax => "fax",
        Line::Pager => "pager",
        Line::Car => "car phone",
        Line::Radio => "radio phone",
        Line::Callback => "callback number",
        Line::CompanyMain => "company main number",
        Line::Primary => "primary number",
        Line::Assistant => "assistant's number",
        Line::Isdn => "ISDN number",
        Line::Telex => "telex",
        Line::Tty => "TTY/TDD",
        Line::Video => "video phone",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::assign::{Live, assign};
    use super::super::slots::places;
    use super::*;
    use crate::formats::{Outcome, vcard};
    use crate::model::Contact;

    fn card(line: &str) -> Contact {
        let card = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:n\r\n{line}\r\nEND:VCARD\r\n");
        let mut reader = vcard::Reader::new(Arc::from("test"), card.as_bytes(), vcard::Options::default());
        match reader.next().unwrap().unwrap().outcome {
            Outcome::Contact(contact) => *contact,
            Outcome::Group(group) => panic!("{group:?}"),
            Outcome::Reject(reject) => panic!("{}", reject.why),
        }
    }

    fn rule_of<V: Live>(values: &[V]) -> Option<&'static [Place]> {
        values.first().map(|value| places(value.what(), value.kind()))
    }

    #[test]
    fn every_example_is_of_its_own_rule() {
        for rule in RULES {
            let value = match rule.what {
                What::Address => ":;;1 Road;;;;",
                What::Im => ":xmpp:a@b.example",
                _ => ":https://b.example",
            };
            let line =
                if rule.example.contains(':') { rule.example.into() } else { format!("{}{value}", rule.example) };
            let contact = card(&line);
            let found = rule_of(&contact.emails)
                .or(rule_of(&contact.phones))
                .or(rule_of(&contact.ims))
                .or(rule_of(&contact.urls))
                .or(rule_of(&contact.addresses));
            assert_eq!(found, Some(rule.places), "{line}");
        }
    }

    #[test]
    fn every_value_has_exactly_one_rule_and_every_place_is_some_rule_s_first() {
        let kinds = [None, Some(Kind::Home), Some(Kind::Business), Some(Kind::Other)];
        let lines = Line::ALL.map(What::Phone);
        for what in lines.into_iter().chain([What::Email, What::Im, What::Page, What::FtpSite, What::Address]) {
            for kind in kinds {
                let fits = |rule: &&Rule| rule.what == what && (rule.kinds.is_empty() || rule.kinds.contains(&kind));
                assert_eq!(RULES.iter().filter(fits).count(), 1, "{what:?} {kind:?}");
            }
        }
        for slot in SLOTS {
            assert!(RULES.iter().any(|rule| rule.places[0] == slot.place), "{}", slot.shown);
        }
        for place in RULES.iter().flat_map(|rule| rule.places) {
            assert!(!shown(*place).starts_with(' '), "a place without a slot is never read: {place:?}");
        }
    }

    #[test]
    fn what_is_read_from_a_slot_goes_back_there() {
        for slot in SLOTS.iter().filter(|slot| slot.what != What::FtpSite) {
            assert_eq!(places(slot.what, slot.kind)[0], slot.place, "{}", slot.shown);
        }
    }

    #[test]
    fn no_place_takes_more_than_it_holds() {
        let lines: Vec<String> = (0..40).map(|number| format!("TEL;TYPE=WORK:{number}")).collect();
        let contact = card(&lines.join("\r\n"));
        let placed = assign(&contact.phones);
        assert_eq!(placed.len(), 5, "two business phones, other, primary, callback");
        for (place, _) in &placed {
            assert!(placed.iter().filter(|(of, _)| of == place).count() <= place.room());
        }
    }
}
