//! Cards with very many properties: whatever is done for one of them must not look at all the others.
//!
//! With a step that does, each of these tests takes minutes.

use cardferry::formats::vcard::Version;
use cardferry::formats::{Outcome, Record};

use super::{contacts, read, write};

const MANY: usize = 20_000;

/// A card with so many properties, of which `line` makes each.
fn card(line: impl Fn(usize) -> String) -> String {
    let lines: String = (0..MANY).map(line).collect();
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\r\n{lines}END:VCARD\r\n")
}

/// Reads the card, writes it in every version, and counts in the last what `count` counts.
fn goes_through(card: &str, count: impl Fn(&cardferry::model::Contact) -> usize) {
    let mut read = contacts(card.as_bytes());
    for version in Version::ALL {
        read = contacts(write(&read, version).0.as_bytes());
        assert_eq!(count(&read[0]), MANY, "{version:?}");
    }
}

#[test]
fn labelled_groups() {
    let card = card(|at| format!("i{at}.TEL:{at}\r\ni{at}.X-ABLabel:l{at}\r\n"));
    goes_through(&card, |contact| contact.phones.iter().filter(|phone| !phone.label.is_empty()).count());
}

#[test]
fn employers_with_titles_in_groups() {
    let card = card(|at| format!("o{at}.ORG:c{at}\r\no{at}.TITLE:t{at}\r\n"));
    goes_through(&card, |contact| 1 + contact.organizations.len());
}

#[test]
fn addresses_and_their_labels_far_apart() {
    let card = card(|at| if at % 2 == 0 { "ADR:;;s;;;;\r\n".to_owned() } else { "X-A:\r\nLABEL:f\r\n".to_owned() });
    let read = contacts(card.as_bytes());
    assert_eq!(read[0].addresses.iter().filter(|address| address.formatted == "f").count(), MANY / 2);
}

#[test]
fn properties_of_other_names() {
    let card = card(|at| format!("X-AIM:{at}\r\nX-SPOUSE:s{at}\r\n"));
    goes_through(&card, |contact| contact.ims.len());
}

#[test]
fn parameters_of_one_property() {
    let params: String = (0..MANY).map(|at| format!(";X-P{at}={at}")).collect();
    let card = format!("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nTEL{params}:1\r\nEND:VCARD\r\n");
    let again = write(&contacts(card.as_bytes()), Version::V4_0).0;
    assert_eq!(again.replace("\r\n ", "").matches(";X-P").count(), MANY);
}

#[test]
fn a_card_of_too_many_parts_is_rejected_before_it_takes_memory() {
    let good = "BEGIN:VCARD\nFN:Ann\nEND:VCARD\n";
    let bodies = [
        "TEL:1\n".repeat(100_001),
        format!("TEL;TYPE={}:1\n", "a,".repeat(100_001)),
        format!("X;{}:1\n", "a;".repeat(100_001)),
        format!("CATEGORIES:{}\n", "a,".repeat(100_001)),
        format!("CATEGORIES:{}\n", "a,".repeat(1001)).repeat(100),
        format!("NICKNAME:{}\n", "a,".repeat(100_001)),
        format!("ORG:{}\n", ";".repeat(100_001)),
        format!("N:{};;;;\n", "a,".repeat(100_001)),
        format!("VERSION:2.1\nCATEGORIES;QUOTED-PRINTABLE:{}\n", "=2C".repeat(100_001)),
    ];
    for many in bodies {
        let records = read(format!("{good}BEGIN:VCARD\n{many}END:VCARD\n{good}").as_bytes()).unwrap();
        let why = |record: &Record| match &record.outcome {
            Outcome::Reject(reject) => Some(reject.why.clone()),
            _ => None,
        };
        let whys: Vec<_> = records.iter().map(why).collect();
        assert!(whys[0].is_none() && whys[2].is_none(), "{whys:?}");
        assert!(whys[1].as_ref().is_some_and(|why| why.contains("100000")), "{whys:?}");
    }
}

#[test]
fn a_text_and_a_list_as_long_as_people_have_them_are_read() {
    let note = "a,".repeat(100_001);
    let list = (0..MANY).map(|at| format!("c{at}")).collect::<Vec<_>>();
    let card = format!("BEGIN:VCARD\nFN:a\nNOTE:{note}\nCATEGORIES:{}\nEND:VCARD\n", list.join(","));
    let read = contacts(card.as_bytes());
    assert_eq!((&read[0].notes, &read[0].categories), (&note, &list));
}
