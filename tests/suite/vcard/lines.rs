//! Physical lines as they stand in the file: their width, their characters, and that any reader finds the same text in
//! them.

use cardferry::formats::vcard::Version;
use cardferry::model::{Contact, Rest};
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::{contacts, write};
use crate::contacts::{arbitrary_contact, lines};

/// RFC 6350 section 3.2, RFC 2426 section 2.6, and RFC 2045 section 6.7 with its own sign.
const WIDTH: usize = 75;

/// The logical lines of a card, by the rules of its version alone: no mending, no guessing.
fn logical(card: &str, version: Version) -> Vec<String> {
    let mut logical: Vec<String> = Vec::new();
    let mut open = false;
    for line in card.strip_suffix("\r\n").unwrap().split("\r\n") {
        let soft = version == Version::V2_1 && line.ends_with('=') && (open || line.contains("QUOTED-PRINTABLE:"));
        let text = if soft { line.strip_suffix('=').unwrap() } else { line };
        match line.strip_prefix(' ') {
            _ if open => logical.last_mut().unwrap().push_str(text),
            Some(rest) => logical.last_mut().unwrap().push_str(rest),
            None => logical.push(text.to_owned()),
        }
        open = soft;
    }
    logical
}

/// Whether a logical line begins as the grammar has it: group, name, parameters with their quotes, colon.
fn is_line(line: &str) -> bool {
    let mut quoted = false;
    let colon = line.char_indices().find(|(_, letter)| {
        quoted ^= *letter == '"';
        *letter == ':' && !quoted
    });
    let Some((colon, _)) = colon else { return false };
    let name = line[..colon].split(';').next().unwrap();
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./".contains(letter))
}

fn holds(contact: &Contact, version: Version) {
    let (card, _) = write(std::slice::from_ref(contact), version);
    assert!(card.ends_with("\r\n"));
    assert!(!card.replace("\r\n", "").contains(['\r', '\n']), "a bare line end\n{card}");
    for line in card.split("\r\n") {
        // Nothing can be folded before the value in 2.1: a long header stays on one line, and nothing else with it.
        let header = version == Version::V2_1 && (line.ends_with("QUOTED-PRINTABLE:=") || line.ends_with("BASE64:"));
        assert!(line.len() <= WIDTH || header, "longer than {WIDTH} octets: {line}");
        assert!(version != Version::V2_1 || line.is_ascii(), "2.1 is ASCII: {line}");
    }
    let logical = logical(&card, version);
    assert_eq!((logical[0].as_str(), logical[1].as_str()), ("BEGIN:VCARD", &*format!("VERSION:{}", version.number())));
    for line in logical.iter().filter(|line| !line.is_empty()) {
        assert!(is_line(line), "no property: {line}\n{card}");
    }
    let marks = logical.iter().filter(|line| line.eq_ignore_ascii_case("END:VCARD")).count();
    let agents = logical.iter().filter(|line| line.eq_ignore_ascii_case("BEGIN:VCARD")).count();
    assert_eq!(marks, agents, "{card}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(80) })]

    #[test]
    fn lines_of_any_contact_are_as_the_specifications_have_them(contact in arbitrary_contact()) {
        for version in Version::ALL {
            holds(&contact, version);
            let two = [contact.clone(), contact.clone()];
            let (text, _) = write(&two, version);
            prop_assert_eq!(&text[..text.len() / 2], &text[text.len() / 2..], "the same contact, the same bytes");
        }
    }

    #[test]
    fn what_looks_like_the_grammar_in_a_text_does_no_harm(before in "[ -~é漢🎈]{0,90}", after in lines(), mark in mark()) {
        let contact = Contact { notes: format!("{before}{mark}{after}"), ..named() };
        for version in Version::ALL {
            holds(&contact, version);
            let (card, _) = write(std::slice::from_ref(&contact), version);
            let again = contacts(card.as_bytes());
            prop_assert_eq!(again.iter().map(|one| &one.notes).collect::<Vec<_>>(), [&contact.notes], "{}", card);
        }
    }
}

fn named() -> Contact {
    let mut contact = Contact::default();
    contact.name.full = "Ann".to_owned();
    contact
}

/// What a reader could take for the end of a line, of a value or of the card.
fn mark() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(
        &[
            "END:VCARD",
            "BEGIN:VCARD",
            "end:vcard\n",
            "=\n",
            "=",
            "\\n",
            "\\",
            ";",
            "\n ",
            "AGENT:\n",
            "TEL:1",
            ":",
            "\t",
        ][..],
    )
}

#[test]
fn the_end_of_a_card_in_a_text_never_stands_on_a_line_of_its_own() {
    for version in Version::ALL {
        for pad in 0..160 {
            for mark in ["END:VCARD", "BEGIN:VCARD", "end:vcard"] {
                let contact = Contact { notes: format!("{}{mark}", "x".repeat(pad)), ..named() };
                holds(&contact, version);
                let (card, _) = write(std::slice::from_ref(&contact), version);
                let again = contacts(card.as_bytes());
                assert_eq!(again.iter().map(|one| &*one.notes).collect::<Vec<_>>(), [&*contact.notes], "{card}");
            }
        }
    }
}

#[test]
fn a_header_longer_than_a_line_is_whole_in_2_1_and_folded_later_on() {
    let mut contact = named();
    let rest = Rest { params: vec![("LANGUAGE".to_owned(), vec!["x".repeat(120)])], ..Rest::default() };
    contact.notes = "ü".repeat(50);
    contact.keep_rest(cardferry::model::Field::Notes, rest);
    for version in Version::ALL {
        holds(&contact, version);
        let (card, losses) = write(std::slice::from_ref(&contact), version);
        assert_eq!((contacts(card.as_bytes()), losses.len()), (vec![contact.clone()], 0), "{card}");
    }
}

#[test]
fn parameters_are_quoted_where_they_must_be() {
    let mut contact = named();
    contact.notes = "text".to_owned();
    let values = ["plain", "a,b", "a;b", "a:b", "a\"b", "a\nb", "a^b", " edge ", "ü", "", "a=b"];
    for value in values {
        let rest = Rest { params: vec![("X-P".to_owned(), vec![value.to_owned()])], ..Rest::default() };
        let mut contact = contact.clone();
        contact.keep_rest(cardferry::model::Field::Notes, rest);
        // What only RFC 6868 can say, which is of 4.0, 3.0 tells as lost.
        let versions = if value.contains(['"', '\n']) { &Version::ALL[2..] } else { &Version::ALL[1..] };
        for version in versions {
            holds(&contact, *version);
            let (card, losses) = write(std::slice::from_ref(&contact), *version);
            assert_eq!((contacts(card.as_bytes()), losses.len()), (vec![contact.clone()], 0), "{card}");
        }
        let kept = contacts(write(std::slice::from_ref(&contact), Version::V3_0).0.as_bytes()) == [contact.clone()];
        assert_eq!(kept, versions.len() == 2, "{value:?}");
        let (card, losses) = write(std::slice::from_ref(&contact), Version::V2_1);
        let kept = contacts(card.as_bytes()) == [contact];
        assert!(kept ^ (losses.len() == 1), "2.1 has no quotes, so what it cannot say is told: {card}");
    }
}
