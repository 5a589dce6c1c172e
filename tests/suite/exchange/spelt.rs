//! A card comes back from the mailbox in its own version as it would have without it: with its producer's names, and
//! with all that a version has and others have not.

use cardferry::formats::exchange::{self, Dialect, extended};
use cardferry::formats::vcard::Version;
use cardferry::model::{Contact, PhotoData};
use pretty_assertions::assert_eq;
use serde_json::json;

use super::{BOTH, answered, extended_value};
use crate::vcard::{contacts, write};

fn card(version: &str, lines: &[&str]) -> Contact {
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let card = format!("BEGIN:VCARD\r\nVERSION:{version}\r\nFN:Ada Byron\r\nN:Byron;Ada;;;\r\n{lines}END:VCARD\r\n");
    contacts(card.as_bytes()).remove(0)
}

fn text(contact: &Contact, version: &str) -> String {
    let version = Version::ALL.into_iter().find(|known| known.number() == version).unwrap();
    write(std::slice::from_ref(contact), version).0
}

/// Cards and the version that they are of; each of their lines is written back as it is.
const CARDS: &[(&str, &[&str])] = &[
    ("2.1", &["X-EVOLUTION-SPOUSE:Jo", "X-SKYPE-USERNAME:ada", "X-YAHOO-ID:ada", "BDAY:--04-12"]),
    ("3.0", &["X-AIM:one", "X-AIM:two", "X-JABBER:one@x.example", "X-SKYPE-USERNAME:one", "IMPP:xmpp:two@x.example"]),
    (
        "3.0",
        &["X-EVOLUTION-MANAGER:M", "X-KADDRESSBOOK-X-AssistantsName:A", "X-SPOUSE:S", "X-CHILD:One", "X-CHILD:Two"],
    ),
    (
        "3.0",
        &["ORG:One", "a.ORG:Two", "a.X-MANAGER:M", "X-KADDRESSBOOK-X-Anniversary:2001-05-06", "X-EVOLUTION-FILE-AS:B"],
    ),
    ("3.0", &["X-SOCIALPROFILE;TYPE=twitter:https://t.example/a", "X-WAB-GENDER:1", "GENDER:F", "X-HOBBY:chess"]),
    ("3.0", &["SOCIALPROFILE;SERVICE-TYPE=Mastodon:https://m.example/a", "HOBBY:chess", "ANNIVERSARY:2001-05-06"]),
    ("4.0", &["ADR;TYPE=home:;;12 High Street;Town;;1;Land;Room 7;;;12;High Street;;;;;;North"]),
    (
        "4.0",
        &[
            "SOCIALPROFILE;USERNAME=ada;SERVICE-TYPE=Mastodon:https://m.example/a",
            "X-SOCIALPROFILE:https://t.example/a",
        ],
    ),
    ("4.0", &["PRONOUNS;LANGUAGE=en;PREF=1:she/her", "GRAMGENDER:feminine", "CREATED:20240101T000000Z", "LANGUAGE:de"]),
    (
        "4.0",
        &[
            "IMPP;SERVICE-TYPE=Skype:skype:ada",
            "IMPP:xmpp:ada@x.example",
            "BIRTHPLACE:London",
            "EXPERTISE;LEVEL=expert:sums",
        ],
    ),
    (
        "4.0",
        &[
            "KIND:org",
            "MEMBER:urn:uuid:1",
            "CATEGORIES;PREF=1:a,b",
            "GENDER:O;words",
            "TZ;VALUE=uri:https://t.example/z",
        ],
    ),
    (
        "4.0",
        &[
            "TEL;TYPE=work;VALUE=uri:tel:+1-2;ext=3",
            "BDAY;ALTID=1:--0412",
            "RELATED;TYPE=friend:urn:uuid:1",
            "X-ODD;X-A=1:x",
        ],
    ),
];

#[test]
fn a_card_comes_back_in_its_own_version_as_it_was() {
    for (version, lines) in CARDS {
        let contact = card(version, lines);
        let there = text(&contact, version);
        for dialect in BOTH {
            let written = exchange::write(&contact, dialect);
            assert_eq!(written.losses, [], "{lines:?}");
            assert_eq!(text(&exchange::read(written.json(None), dialect).contact, version), there);
        }
        let there = there.replace("\r\n ", "");
        let same = |line: &&&str| there.lines().any(|written| written == **line);
        let others: Vec<_> = lines.iter().filter(|line| !same(line)).collect();
        assert_eq!(others, Vec::<&&str>::new(), "{version}: {there}");
    }
}

#[test]
fn a_name_stays_with_its_value_when_another_one_is_edited() {
    let contact = card("3.0", &["X-AIM:one", "X-ICQ:two", "X-SPOUSE:Jo"]);
    let mut body = exchange::write(&contact, Dialect::Graph).json(None);
    body["imAddresses"][0] = json!("new");
    body["spouseName"] = json!("Joan");
    let back = text(&exchange::read(body, Dialect::Graph).contact, "3.0");
    assert!(back.contains("\r\nX-ICQ:two\r\n") && back.contains("\r\nX-SPOUSE:Joan\r\n"), "{back}");
    assert!(back.contains("\r\nIMPP:new\r\n"), "{back}");
}

/// Under another name a value is the same, so that names make room for values, and are neither hidden nor lost.
#[test]
fn names_are_the_first_to_find_no_room() {
    let mut kept = Vec::new();
    for size in (15_900..16_400).step_by(2) {
        let uid = format!("UID:{}", "x".repeat(size));
        let contact = card("3.0", &["X-EVOLUTION-MANAGER:M", "X-SPOUSE:Jo", &uid]);
        let written = exchange::write(&contact, Dialect::Graph);
        let stash = extended_value(&written.json(None), extended::STASH).unwrap();
        assert!(stash.len() <= 16 * 1024, "{size}: {}", stash.len());
        let back = answered(&contact, Dialect::Graph).contact;
        assert_eq!(back.spellings.version(), "3.0");
        let has_uid = !back.uid.is_empty();
        assert_eq!(written.losses.is_empty(), has_uid, "{size}");
        kept.push((has_uid, back.spellings.names().count()));
    }
    kept.dedup();
    assert_eq!(kept, [(true, 2), (true, 0), (false, 2)]);
}

/// The groups that a contact is a member of are categories, and what its card says of its own ones stays theirs.
#[test]
fn categories_of_groups_come_back() {
    let mut contact = card("4.0", &["CATEGORIES;PREF=1:a,b"]);
    contact.categories.push("Team".into());
    let back = answered(&contact, Dialect::Graph).contact;
    assert_eq!((&back, text(&back, "4.0")), (&contact, text(&contact, "4.0")));
    assert!(text(&back, "4.0").contains("CATEGORIES;PREF=1:a,b,Team\r\n"));
}

/// What is all live needs no stash, and what came from a table has no version to go back to.
#[test]
fn a_plain_contact_has_no_stash() {
    let contact = card("3.0", &["TEL;TYPE=CELL:1", "EMAIL:a@example.com"]);
    let body = exchange::write(&contact, Dialect::Graph).json(None);
    assert_eq!(extended_value(&body, extended::STASH), None);
    let contact = Contact { uid: "1".into(), ..Contact::default() };
    let stash = extended_value(&exchange::write(&contact, Dialect::Graph).json(None), extended::STASH).unwrap();
    assert!(!stash.contains("spelt"), "{stash}");
}

#[test]
fn names_are_no_part_of_the_fingerprint_and_not_hidden() {
    let spelt = card("3.0", &["X-EVOLUTION-SPOUSE:Jo"]);
    let usual = card("3.0", &["X-SPOUSE:Jo"]);
    let [spelt, usual] = [spelt, usual].map(|contact| exchange::write(&contact, Dialect::Graph));
    assert_eq!(spelt.content, usual.content);
    assert_eq!((spelt.hidden, spelt.losses), (Vec::new(), Vec::new()));
}

/// Anybody who may write to a mailbox may write a stash.
#[test]
fn a_name_that_the_field_does_not_have_is_not_written() {
    for name in ["X\\r\\nEND:VCARD\\r\\nBEGIN:VCARD", "TEL", "END", "", "x-spouse"] {
        let pieces = format!(r#"[{{"spelt":"3.0","names":[["{name}","spouse"]]}}]"#);
        let sum = &extended::Fingerprint::of(pieces.as_bytes()).to_string()[..16];
        let stash = format!(r#"{{"v":1,"length":{},"sum":"{sum}","pieces":{pieces}}}"#, pieces.len());
        let mut body = exchange::write(&card("3.0", &["X-MS-SPOUSE:Jo"]), Dialect::Graph).json(None);
        body["singleValueExtendedProperties"] = json!([{ "id": extended::STASH, "value": stash }]);
        let item = exchange::read(body, Dialect::Graph);
        assert_eq!((item.stash_damaged, item.contact.spellings.names().count()), (false, 1), "{name}");
        let plain = Contact { spellings: Default::default(), ..item.contact.clone() };
        assert_eq!(text(&item.contact, "3.0"), text(&plain, "3.0"), "{name}");
    }
}

/// A link may be any text.
#[test]
fn a_photo_that_is_a_link_comes_back_whatever_it_says() {
    for link in ["cid:photo", "photo", "live", "-", "https://example.com/a.jpg"] {
        for (version, line) in
            [("3.0", "PHOTO;VALUE=uri"), ("4.0", "PHOTO"), ("4.0", "a.PHOTO;PREF=1;X-A=b;MEDIATYPE=image/gif")]
        {
            let contact = card(version, &[&format!("{line}:{link}")]);
            let Some(PhotoData::Link(read)) = contact.photo.as_ref().map(|photo| &photo.data) else { continue };
            assert_eq!(read, link);
            let back = answered(&contact, Dialect::Graph).contact;
            assert_eq!((&back.photo, text(&back, version)), (&contact.photo, text(&contact, version)), "{line}:{link}");
        }
    }
}
