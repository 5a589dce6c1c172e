//! A card that goes through another version: what does not come back was told as lost.

use cardferry::formats::vcard::Version;
use cardferry::model::{Contact, Field, Relation, Rest};
use proptest::prelude::*;

use super::lossless::cards::card;
use super::samples::{rests, values, without_spelling};
use super::{contacts, write};

/// Every value of a field, with what is said of it; the groups aside, which are names that a writer gives.
fn said(contact: &Contact, field: Field) -> Vec<String> {
    let mut contact = without_spelling(contact);
    for rest in rests(&mut contact) {
        rest.group.clear();
        rest.params.iter_mut().for_each(|(_, values)| values.sort());
    }
    // A child of whom more is said than a name is a relation.
    let (children, relations) =
        contact.relations.drain(..).partition(|relation| relation.label == "child" && relation.rest.is_empty());
    contact.relations = relations;
    let children: Vec<Relation> = children;
    contact.children.extend(children.into_iter().map(|child| child.value));
    let mut said = if field.is_absent(&contact) { Vec::new() } else { values(&contact, field) };
    let rest = contact.rest_of(field).cloned().unwrap_or_default();
    said.extend(rest.params.iter().map(|param| format!("{param:?}")));
    said
}

/// Takes away what another value has too, one for one.
fn beyond(values: Vec<String>, others: &[String]) -> Vec<String> {
    let mut others = others.to_vec();
    let missing = |value: &String| match others.iter().position(|other| other == value) {
        Some(at) => {
            others.swap_remove(at);
            false
        }
        None => true,
    };
    values.into_iter().filter(missing).collect()
}

fn crosses(card: &str, through: Version) {
    let before = contacts(card.as_bytes());
    let (written, losses) = write(&before, through);
    let after = contacts(written.as_bytes());
    for field in Field::ALL {
        let (before, after) = (said(&before[0], *field), said(&after[0], *field));
        let missing = beyond(before.clone(), &after);
        let told = losses.iter().any(|loss| loss.field == *field || is_beside(loss.field, *field));
        // What lost a parameter may be understood then, as a part of an employer that is another one with it.
        let part_of_employer = losses.iter().any(|loss| loss.field == Field::Extra) && *field == Field::Organizations;
        let told = told || part_of_employer && before.len() == after.len();
        assert!(missing.is_empty() || told, "{field:?} lost {missing:?}, has {after:?}\n{card}\n{written}\n{losses:?}");
        let new = beyond(after, &before);
        // What lost a parameter may be understood then.
        let told = told || losses.iter().any(|loss| loss.field == Field::Extra);
        assert!(new.is_empty() || told, "{field:?} got {new:?}\n{card}\n{written}");
    }
}

/// Whether a loss of one field is told of another that stands in the same property.
fn is_beside(told: Field, field: Field) -> bool {
    let name = [Field::Surname, Field::GivenName, Field::MiddleName, Field::Prefix, Field::Suffix];
    let employer = [Field::Company, Field::Department];
    let people = [Field::Relations, Field::Children];
    name.contains(&told) && name.contains(&field)
        || employer.contains(&told) && employer.contains(&field)
        || people.contains(&told) && people.contains(&field)
        // A list joins another one that lost the parameter which kept them apart.
        || told == Field::Categories && field == Field::Extra
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn from_2_1(card in card("2.1")) {
        crosses(&card, Version::V3_0);
        crosses(&card, Version::V4_0);
    }

    #[test]
    fn from_3_0(card in card("3.0")) {
        crosses(&card, Version::V2_1);
        crosses(&card, Version::V4_0);
    }

    #[test]
    fn from_4_0(card in card("4.0")) {
        crosses(&card, Version::V2_1);
        crosses(&card, Version::V3_0);
    }
}

#[test]
fn what_loses_a_parameter_is_understood_then() {
    let cards = [
        "VERSION:4.0\r\nFN:a\r\ng1.X-MANAGER;CALSCALE=gregorian:b\r\nORG:c\r\ng1.ORG:d",
        "VERSION:4.0\r\nFN:a\r\nCATEGORIES;X-SLOT=\"a;b:c,d\":a,b\r\nCATEGORIES:c\\,d",
    ];
    for card in cards {
        let card = format!("BEGIN:VCARD\r\n{card}\r\nEND:VCARD\r\n");
        crosses(&card, Version::V2_1);
        crosses(&card, Version::V3_0);
    }
}

#[test]
fn nothing_is_said_of_an_empty_rest() {
    assert_eq!(
        said(&Contact { rest: vec![(Field::Notes, Rest::default())], ..Contact::default() }, Field::Notes),
        [""; 0]
    );
}

/// What stands in a 3.0 card, what 4.0 makes of it, and what is told of that: RFC 6350 asks for timestamps, URIs and
/// text without control characters.
const STRICTER: &[(&str, &str, &str)] = &[
    ("REV:1997-11-15", "REV:19971115T000000Z", "the value is kept"),
    ("REV:1997-11-15T09:10:11Z", "REV:19971115T091011Z", ""),
    ("REV:0", "", "no place"),
    ("IMPP:ada@chat.example", "IMPP:im:ada@chat.example", ""),
    ("IMPP;TYPE=HOME:ada lovelace", "IMPP;TYPE=home:x-apple:ada%20lovelace", ""),
    ("IMPP:matrix:u/ada", "IMPP:matrix:u/ada", ""),
    ("TEL;TYPE=,HOME:1", "TEL;TYPE=home:1", ""),
    ("NOTE:a\u{b}b\u{7f}\tc", "NOTE:ab\tc", "a character"),
    ("X-ODD:a\u{1b}b", "X-ODD:ab", "a character"),
    ("AGENT:somebody", "X-AGENT:somebody", ""),
];

#[test]
fn four_is_stricter_than_three() {
    for (before, after, told) in STRICTER {
        let card = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\r\n{before}\r\nEND:VCARD\r\n");
        let first = contacts(card.as_bytes());
        let (written, losses) = write(&first, Version::V4_0);
        let line =
            written.lines().filter(|line| !["BEGIN", "VERSION", "FN", "END"].iter().any(|it| line.starts_with(it)));
        assert_eq!(line.collect::<String>(), *after, "{before}");
        let losses: String = losses.iter().map(ToString::to_string).collect();
        assert!(losses.contains(told) && losses.is_empty() == told.is_empty(), "{before}: {losses}");
        let again = write(&contacts(written.as_bytes()), Version::V4_0);
        assert_eq!(again, (written, Vec::new()), "{before}");
        // In its own version it is what it was.
        assert!(
            write(&first, Version::V3_0).0.contains(&format!("{before}\r\n")) || before.contains(",HOME"),
            "{before}"
        );
    }
}
