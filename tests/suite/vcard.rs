//! The vCard room as a whole: what is written reads back, hostile bytes do no harm, the corpus is read.

mod charsets;
#[cfg(feature = "cli")]
mod check;
mod conformance;
pub(crate) mod corpus;
mod crossing;
mod damage;
mod large;
mod lines;
mod lossless;
mod oracle;
mod peers;
mod producers;
mod profiles;
mod samples;
mod versions;

use std::sync::Arc;

use cardferry::formats::vcard::{self, Version};
use cardferry::formats::{Outcome, ReadError, Reader, Record};
use cardferry::model::{Contact, Field, Loss, Why};
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use crate::contacts::arbitrary_contact;

/// Everything a source holds.
fn read(bytes: &[u8]) -> Result<Vec<Record>, ReadError> {
    vcard::Reader::new(Arc::from("test.vcf"), bytes, vcard::Options::default()).collect()
}

/// The contacts of a source that holds nothing else but groups.
pub(crate) fn contacts(bytes: &[u8]) -> Vec<Contact> {
    let contact = |record: Record| match record.outcome {
        Outcome::Contact(contact) => Some(*contact),
        Outcome::Group(_) => None,
        Outcome::Reject(reject) => panic!("{}: {}", record.position, reject.why),
    };
    read(bytes).unwrap().into_iter().filter_map(contact).collect()
}

/// The cards of some contacts, and what was lost.
pub(crate) fn write(contacts: &[Contact], version: Version) -> (String, Vec<Loss>) {
    let mut writer = vcard::Writer::new(Vec::new(), version);
    let losses = contacts.iter().flat_map(|contact| writer.write(contact).unwrap()).collect();
    writer.finish().unwrap();
    (String::from_utf8(writer.into_inner()).unwrap(), losses)
}

/// Takes what was declared lost out of a contact. Only remarks are lost, so only they are looked for.
fn without_losses(contact: &Contact, losses: &[Loss]) -> Contact {
    let mut contact = contact.clone();
    for loss in losses {
        assert_eq!(loss.why, Why::Remark, "{loss:?}");
        match loss.field {
            Field::Emails => contact.emails.iter_mut().for_each(|email| {
                forget(&mut email.rest.params, &mut email.preference, loss);
                if loss.value == format!("X-CARDFERRY-NAME={}", email.name) {
                    email.name.clear();
                }
            }),
            Field::Phones => {
                contact.phones.iter_mut().for_each(|phone| forget(&mut phone.rest.params, &mut phone.preference, loss));
            }
            Field::Urls => {
                contact.urls.iter_mut().for_each(|url| forget(&mut url.rest.params, &mut url.preference, loss));
            }
            Field::Ims => contact.ims.iter_mut().for_each(|im| {
                forget(&mut im.rest.params, &mut im.preference, loss);
                if loss.value == format!("X-SERVICE-TYPE={}", im.service) {
                    im.service.clear();
                }
            }),
            Field::Addresses => contact.addresses.iter_mut().for_each(|address| {
                forget(&mut address.rest.params, &mut address.preference, loss);
            }),
            Field::Extra => contact.extra.retain(|extra| loss.value != format!("X-NAME={}", extra.name)),
            other => panic!("{other:?} is not expected to lose anything: {loss:?}"),
        }
    }
    contact
}

fn forget(params: &mut Vec<(String, Vec<String>)>, preference: &mut Option<u8>, loss: &Loss) {
    params.retain(|(name, values)| !values.iter().any(|value| loss.value == format!("{name}={value}")));
    if preference.is_some_and(|number| loss.value == format!("PREF={number}")) {
        *preference = None;
    }
}

/// A contact with the full name that its card gets: a card must have one, made of the parts where there is none.
fn named(mut contact: Contact) -> Contact {
    if contact.name.full.is_empty() {
        contact.name.full = contact.name.joined();
    }
    contact.forget_made_name();
    contact
}

fn holds(contact: &Contact, version: Version) {
    if contact.is_empty() {
        return;
    }
    let (card, losses) = write(std::slice::from_ref(contact), version);
    // 4.0 loses nothing, 3.0 no more than parameters with what only RFC 6868 can say.
    let unsayable = |loss: &&Loss| loss.why == Why::Remark && loss.value.contains(['"', '\n']);
    if version != Version::V2_1 {
        let told: Vec<_> = losses.iter().filter(|loss| version == Version::V4_0 || !unsayable(loss)).collect();
        assert!(told.is_empty(), "{version:?} loses nothing: {told:?}");
    }
    let mut again = contacts(card.as_bytes());
    assert_eq!(again.len(), 1, "{card}");
    let mut again = again.remove(0);
    // Before 4.0 a link has to say that it is one.
    for extra in again.extra.iter_mut().filter(|extra| extra.name == "SOUND") {
        extra.rest.params.retain(|(name, _)| name != "VALUE");
    }
    // A blank after a backslash, where 2.1 would take the backslash for an escape.
    if losses.iter().any(|loss| loss.why == Why::Characters) {
        assert_eq!(contacts(write(&[again.clone()], version).0.as_bytes()), [named(again)]);
        return;
    }
    let mut wanted = named(without_losses(contact, &losses));
    // A column whose header 2.1 cannot name comes back as a property.
    if version == Version::V2_1 && losses.iter().any(|loss| loss.field == Field::Extra) {
        (again.extra, wanted.extra) = Default::default();
    }
    assert_eq!(again, wanted, "{version:?}\n{card}");
    // Nothing can be folded before the value in 2.1.
    for line in card.split("\r\n").filter(|line| !line.ends_with("QUOTED-PRINTABLE:=")) {
        assert!(line.len() <= 75, "longer than 75 octets: {line}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn version_3_0_reads_back(contact in arbitrary_contact()) {
        holds(&contact, Version::V3_0);
    }

    #[test]
    fn version_4_0_reads_back(contact in arbitrary_contact()) {
        holds(&contact, Version::V4_0);
    }

    #[test]
    fn version_2_1_reads_back_but_for_its_losses(contact in arbitrary_contact()) {
        holds(&contact, Version::V2_1);
    }

    #[test]
    fn hostile_bytes_do_no_harm(bytes in hostile()) {
        let Ok(records) = read(&bytes) else { return Ok(()) };
        for record in records {
            if let Outcome::Contact(contact) = record.outcome {
                for version in Version::ALL {
                    let (card, _) = write(&[*contact.clone()], version);
                    prop_assert_eq!(read(card.as_bytes()).unwrap().len(), 1);
                }
            }
        }
    }
}

/// Pieces of cards and noise in any order.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        proptest::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        proptest::collection::vec(any::<u8>(), 0..12),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

const PIECES: &[&str] = &[
    "BEGIN:VCARD\r\n",
    "END:VCARD\r\n",
    "\n",
    "\r",
    "\r\n ",
    "\t",
    "=\r\n",
    "VERSION:2.1\n",
    "VERSION:4.0\n",
    "N:",
    ";",
    ",",
    "\\",
    "\\n",
    ":",
    "\"",
    "=",
    "=C3=BC",
    "^n",
    "TEL;TYPE=",
    "PHOTO;ENCODING=b:",
    "/9j/",
    "data:image/png;base64,",
    "ADR;LABEL=\"",
    "item1.",
    "X-ABLabel:",
    "_$!<Home>!$_",
    "BDAY:",
    "1604-04-15",
    "--04",
    "X-APPLE-OMIT-YEAR=1604",
    ";CHARSET=SHIFT_JIS",
    ";ENCODING=QUOTED-PRINTABLE:",
    "AGENT:\n",
    "ORG:a;b\n",
    "TITLE:t\n",
    "GEO:1;2\n",
    "REV:20240101T120000Z\n",
    "IMPP:xmpp:%",
    "RELATED;TYPE=child:",
    "KIND:group\n",
    "ü",
    "\u{0}",
    "\u{feff}",
    "GENDER:;",
    "X-MS-TEXT:\n",
    "FN:a\n",
];

#[test]
fn the_same_contact_gives_the_same_bytes() {
    let card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\r\nTEL;TYPE=HOME,FAX:1\r\nX-B:1\r\nX-A:2\r\nEND:VCARD\r\n";
    let contacts = contacts(card);
    for version in Version::ALL {
        assert_eq!(write(&contacts, version), write(&contacts, version));
    }
}

#[test]
fn an_empty_file_has_no_records_and_no_vcard_is_an_error() {
    assert!(read(b"").unwrap().is_empty());
    assert!(read(b"\xef\xbb\xbf\r\n").unwrap().is_empty());
    let error = read(b"Name,Phone\r\nAda,1\r\n").unwrap_err().to_string();
    assert_eq!(
        error,
        "test.vcf, record 1, line 1: there is no BEGIN:VCARD in it, so it is no vCard file; --input-format says what it is"
    );
}

#[test]
fn a_broken_card_does_not_take_its_neighbours_down() {
    let text =
        b"BEGIN:VCARD\nFN:a\nBEGIN:VCARD\nFN:b\nEND:VCARD\njunk\nBEGIN:VCARD\nEND:VCARD\nBEGIN:VCARD\nFN:c\nEND:VCARD";
    let records = read(text).unwrap();
    let shown: Vec<_> = records
        .iter()
        .map(|record| match &record.outcome {
            Outcome::Contact(contact) => format!("{} {}", record.position.line, contact.name.full),
            Outcome::Group(group) => format!("{} {}", record.position.line, group.name),
            Outcome::Reject(reject) => format!("{} {}", record.position.line, reject.why),
        })
        .collect();
    assert_eq!(
        shown,
        [
            "1 a",
            "3 b",
            "6 5 bytes stand outside any card: put BEGIN:VCARD before and END:VCARD after them",
            "7 the card is empty: no property in it has a value",
            "9 c",
        ]
    );
    let raw: Vec<u8> = records.into_iter().flat_map(|record| record.raw).collect();
    assert_eq!(raw, text);
}

#[test]
fn a_file_that_ends_inside_a_card_says_so() {
    let read = |text: &'static str| {
        let reader = vcard::Reader::new(Arc::from("test.vcf"), text.as_bytes(), vcard::Options::default());
        reader.map(|record| match record {
            Ok(Record { outcome: Outcome::Contact(contact), .. }) => contact.name.full,
            Ok(Record { outcome: Outcome::Group(group), .. }) => group.name,
            Ok(Record { outcome: Outcome::Reject(reject), .. }) => reject.why,
            Err(error) => error.to_string(),
        })
    };
    let whole: Vec<_> = read("BEGIN:VCARD\nFN:a\nEND:VCARD\nBEGIN:VCARD\nFN:b\n").collect();
    assert_eq!(whole.len(), 3, "{whole:?}");
    assert_eq!(&whole[..2], ["a", "b"]);
    assert!(whole[2].starts_with("test.vcf, record 2, line 4: the file ends inside this card"), "{whole:?}");
    let cut: Vec<_> = read("BEGIN:VCARD\nFN:a\nEND:VCARD\nBEGIN:VCARD\nFN:b").collect();
    assert_eq!(cut.len(), 2, "{cut:?}");
    assert!(cut[1].starts_with("the file ends in the middle of this card"), "{cut:?}");
}

#[test]
fn utf_16_is_read_with_and_without_a_mark() {
    let text = "BEGIN:VCARD\r\nFN:Zoë 山\r\nEND:VCARD\r\n";
    let marked = "\u{feff}".to_owned() + text;
    let wide = |text: &str, big: bool| -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    };
    for bytes in [wide(text, true), wide(text, false), wide(&marked, true), wide(&marked, false)] {
        assert_eq!(contacts(&bytes)[0].name.full, "Zoë 山");
    }
}

#[test]
fn a_card_above_the_limit_is_rejected_and_its_neighbour_read() {
    let text = format!("BEGIN:VCARD\nNOTE:{}\nEND:VCARD\nBEGIN:VCARD\nFN:b\nEND:VCARD\n", "x".repeat(400_000));
    let options = vcard::Options { max_card_size: 200_000, ..vcard::Options::default() };
    let records: Vec<_> =
        vcard::Reader::new(Arc::from("-"), text.as_bytes(), options).collect::<Result<_, _>>().unwrap();
    assert!(matches!(&records[0].outcome, Outcome::Reject(reject) if reject.why.contains("--max-card-size")));
    assert!(records[0].raw.len() <= 64 * 1024);
    assert!(matches!(&records[1].outcome, Outcome::Contact(contact) if contact.name.full == "b"));
}

#[test]
fn guesses_are_remarked() {
    let mut reader = vcard::Reader::new(
        Arc::from("-"),
        &b"BEGIN:VCARD\nFN:J\xfcrgen M\xfcller\nEND:VCARD\n"[..],
        vcard::Options::default(),
    );
    assert_eq!(reader.by_ref().count(), 1);
    assert_eq!(reader.remarks().len(), 1, "{:?}", reader.remarks());
}
