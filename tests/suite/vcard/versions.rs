//! What one version has and another has not: what is written instead, and what comes back.

use std::sync::Arc;

use cardferry::formats::vcard::{self, Version};
use cardferry::formats::{Reader as _, Remark};
use cardferry::model::{Contact, Field, Loss, Why};
use pretty_assertions::assert_eq;

use super::{contacts, read, write};

/// The one contact of a card with these lines.
fn contact(version: &str, lines: &str) -> Contact {
    let lines = lines.replace('\n', "\r\n");
    contacts(format!("BEGIN:VCARD\r\nVERSION:{version}\r\nFN:a\r\n{lines}\r\nEND:VCARD\r\n").as_bytes()).remove(0)
}

/// Whether a card has this line.
fn has(card: &str, line: &str) -> bool {
    card.lines().any(|one| one == line)
}

#[test]
fn a_further_name_of_4_0_renames_nobody_and_comes_back() {
    let lines = "FN;ALTID=1;LANGUAGE=ja:山田\nN;ALTID=1:b;a;;;\nN;ALTID=1:d;c;;;\nUID:urn:x\nUID:urn:y";
    let before = contact("4.0", lines);
    for version in [Version::V2_1, Version::V3_0] {
        let (card, losses) = write(std::slice::from_ref(&before), version);
        // 2.1 has no ALTID.
        assert_eq!(losses.len(), if version == Version::V2_1 { 3 } else { 0 }, "{losses:?}");
        assert!(losses.iter().all(|loss| loss.value == "ALTID=1" && loss.why == Why::Remark), "{losses:?}");
        let names: Vec<_> = card.lines().map(|line| line.split([':', ';']).next().unwrap_or_default()).collect();
        for (name, count) in [("FN", 1), ("N", 1), ("UID", 1), ("X-CARDFERRY-ALT-FN", 1), ("X-CARDFERRY-ALT-N", 1)] {
            assert_eq!(names.iter().filter(|one| **one == name).count(), count, "{name}\n{card}");
        }
        let there = contacts(card.as_bytes());
        assert_eq!(write(&there, version).0, card);
        let (back, _) = write(&there, Version::V4_0);
        let altid = if version == Version::V2_1 { "" } else { ";ALTID=1" };
        for line in [&format!("FN{altid};LANGUAGE=ja:山田"), &format!("N{altid}:d;c;;;"), "UID:urn:y"] {
            assert!(has(&back, line), "{line}\n{back}");
        }
        assert!(!back.contains("X-CARDFERRY"), "{back}");
    }
}

#[test]
fn a_second_name_stays_where_it_came_from() {
    let (card, _) = write(&[contact("3.0", "FN:b")], Version::V3_0);
    assert!(has(&card, "FN:b"), "{card}");
    let mut encoder = vcard::Encoder::of(vcard::Profile::Android, Version::V3_0);
    let mut bytes = Vec::new();
    let _ = cardferry::formats::Encoder::encode(&mut encoder, &contact("3.0", "FN:b"), &mut bytes);
    assert!(has(&String::from_utf8(bytes).unwrap(), "X-CARDFERRY-ALT-FN:b"));
}

#[test]
fn a_place_with_an_altitude_keeps_its_coordinates() {
    for (uri, before_4_0, beyond) in
        [("geo:48.2,16.3,183", "GEO:48.2;16.3", "183"), ("geo:1.5,-2.5;u=10", "GEO:1.5;-2.5", "u=10")]
    {
        let contact = contact("4.0", &format!("GEO:{uri}"));
        for version in [Version::V2_1, Version::V3_0] {
            let (card, losses) = write(std::slice::from_ref(&contact), version);
            assert!(has(&card, before_4_0), "{card}");
            assert_eq!(losses, [Loss::new(Field::Geo, beyond, Why::Remark)]);
        }
        let (card, losses) = write(&[contact], Version::V4_0);
        assert!(has(&card, &format!("GEO:{uri}")) && losses.is_empty(), "{card}");
    }
    let (card, losses) = write(&[contact("3.0", "GEO:geo:48.2,16.3,183")], Version::V3_0);
    assert!(has(&card, "GEO:geo:48.2,16.3,183") && losses.is_empty(), "{card}");
}

#[test]
fn a_time_of_birth_stays_as_it_is() {
    for line in ["BDAY;VALUE=date-and-or-time:T102200", "BDAY:T10", "ANNIVERSARY:T102200Z", "BDAY;VALUE=text:T10"] {
        let text = format!("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\n{line}\r\nEND:VCARD\r\n");
        assert_eq!(read(text.as_bytes()).unwrap()[0].losses, [], "{line}");
        let (card, losses) = write(&contacts(text.as_bytes()), Version::V4_0);
        assert!(has(&card, line) && losses.is_empty(), "{line}\n{card}");
    }
    let (card, _) = write(&[contact("4.0", "BDAY:T102200")], Version::V3_0);
    assert!(has(&card, "BDAY;VALUE=text:T102200"), "{card}");
}

#[test]
fn a_card_without_its_end_loses_nothing_and_is_remarked() {
    let text = "BEGIN:VCARD\nFN:a\nBEGIN:VCARD\nFN:b\nEND:VCARD\n";
    let mut reader = vcard::Reader::new(Arc::from("-"), text.as_bytes(), vcard::Options::default());
    let losses: Vec<_> = reader.by_ref().flat_map(|record| record.unwrap().losses).collect();
    assert_eq!(losses, []);
    let remarks = reader.remarks();
    assert!(matches!(&remarks[..], [Remark::Notable(what)] if what.contains("END:VCARD")), "{remarks:?}");
}

#[test]
fn a_card_is_of_one_kind() {
    let (card, _) = write(&[contact("3.0", "KIND:individual\nX-ABShowAs:COMPANY")], Version::V4_0);
    assert!(has(&card, "KIND:individual") && has(&card, "X-ABShowAs:COMPANY"), "{card}");
    assert!(!has(&card, "KIND:org"), "{card}");
    let (card, _) = write(&[contact("3.0", "X-ABShowAs:COMPANY")], Version::V4_0);
    assert!(has(&card, "KIND:org"), "{card}");
}

#[test]
fn an_extension_is_written_as_people_do_where_no_uri_is_read() {
    let before = contact("4.0", "TEL;VALUE=uri:tel:+1-555;ext=12");
    assert_eq!(before.phones[0].number, "+1-555 ext. 12");
    let (card, _) = write(std::slice::from_ref(&before), Version::V3_0);
    assert!(has(&card, "TEL;TYPE=VOICE:+1-555 ext. 12"), "{card}");
    let (card, _) = write(&[before], Version::V4_0);
    assert!(has(&card, "TEL;VALUE=uri:tel:+1-555;ext=12"), "{card}");
    let odd = contact("4.0", "TEL;VALUE=uri:tel:12;phone-context=+1;ext=3;isub=4");
    assert_eq!(odd.phones[0].number, "12;phone-context=+1;ext=3;isub=4");
}

#[test]
fn a_service_that_a_type_names_stays_and_its_handle_is_a_uri_where_one_is_asked_for() {
    for (line, uri) in [
        ("IMPP;TYPE=SKYPE:ada@example.com", "IMPP;TYPE=SKYPE;X-SERVICE-TYPE=Skype:skype:ada@example.com"),
        ("IMPP;TYPE=ZOOM:ada", "IMPP;TYPE=ZOOM;X-SERVICE-TYPE=Zoom:x-apple:ada"),
    ] {
        let before = contact("3.0", line);
        assert!(has(&write(std::slice::from_ref(&before), Version::V3_0).0, line));
        let (card, losses) = write(std::slice::from_ref(&before), Version::V4_0);
        assert!(has(&card, uri) && losses.is_empty(), "{card}");
        let after = contacts(card.as_bytes()).remove(0);
        let said = |contact: &Contact| (contact.ims[0].service.clone(), contact.ims[0].address.clone());
        assert_eq!(said(&after), said(&before));
    }
}

#[test]
fn a_picture_of_a_kind_that_nobody_knows_keeps_its_type() {
    let rows = [
        ("4.0", "PHOTO:data:image/tiff;base64,SUkqAA==", "PHOTO;TYPE=TIFF;ENCODING=b:SUkqAA=="),
        ("4.0", "PHOTO;TYPE=home:data:image/svg+xml;base64,PHN2Zz4=", "PHOTO;TYPE=SVG+XML,home;ENCODING=b:PHN2Zz4="),
        ("3.0", "PHOTO;TYPE=x-raw;ENCODING=b:AAAA", "PHOTO;TYPE=x-raw;ENCODING=b:AAAA"),
        ("2.1", "PHOTO;TIFF;ENCODING=BASE64:SUkqAA==", "PHOTO;TYPE=TIFF;ENCODING=b:SUkqAA=="),
    ];
    for (version, line, in_3_0) in rows {
        let number = Version::of_number(version).unwrap();
        let before = contact(version, line);
        let (own, losses) = write(std::slice::from_ref(&before), number);
        assert!(has(&own.replace("\r\n ", "").replace("\r\n\r\n", "\r\n"), line) && losses.is_empty(), "{line}\n{own}");
        let (card, _) = write(std::slice::from_ref(&before), Version::V3_0);
        assert!(has(&card, in_3_0), "{in_3_0}\n{card}");
        let (there, _) = write(&contacts(card.as_bytes()), Version::V4_0);
        assert!(!there.contains("octet-stream"), "{there}");
    }
}

#[test]
fn a_second_word_for_a_service_stays() {
    for (version, line) in [
        ("4.0", "IMPP;SERVICE-TYPE=a;X-SERVICE-TYPE=b:xmpp:d"),
        ("3.0", "IMPP;X-SERVICE-TYPE=Skype;X-SERVICE-TYPE=google-talk:xmpp:c"),
        ("3.0", "X-AIM;X-SERVICE-TYPE=Unheard:d"),
    ] {
        let (card, losses) = write(&[contact(version, line)], Version::of_number(version).unwrap());
        assert!(has(&card, line) && losses.is_empty(), "{line}\n{card}");
    }
}
