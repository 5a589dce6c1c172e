//! Profiles: the same cards as ever, but for what their reader does not take.

use cardferry::formats::vcard::{self, Profile, Version};
use cardferry::formats::{Encoder, photo};
use cardferry::model::{Contact, Field, Loss, Photo, PhotoData, Rest, Why};
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::{contacts, write};
use crate::contacts::arbitrary_contact;

/// The card of a contact for a program, and what was lost.
fn write_for(contact: &Contact, profile: Profile, version: Version) -> (String, Vec<Loss>) {
    let (mut encoder, mut bytes) = (vcard::Encoder::of(profile, version), Vec::new());
    let losses = encoder.encode(contact, &mut bytes);
    let mut again = Vec::new();
    assert_eq!(
        (&encoder.another().encode(contact, &mut again), &again),
        (&losses, &bytes),
        "the same contact, the same bytes"
    );
    (String::from_utf8(bytes).unwrap(), losses)
}

/// A card with Thunderbird's names for Outlook's user fields, of which the empty ones only hold a place.
fn numbered(card: &str) -> String {
    let mut number = 0;
    let lines = card.split_inclusive("\r\n").filter_map(|line| {
        let Some(text) = line.strip_prefix("X-MS-TEXT") else { return Some(line.to_owned()) };
        number += 1;
        (text != ":\r\n").then(|| format!("X-CUSTOM{number}{text}"))
    });
    lines.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn a_profile_leaves_out_photos_and_nothing_else(contact in arbitrary_contact()) {
        for profile in Profile::ALL.iter().copied() {
            let is_rewritten = matches!(profile, Profile::Android | Profile::Outlook);
            let contact = if is_rewritten { without_trappings(&contact) } else { contact.clone() };
            for version in [profile.version(), Version::V3_0] {
                let (card, losses) = write_for(&contact, profile, version);
                let (photos, others): (Vec<_>, Vec<_>) =
                    losses.into_iter().partition(|loss| loss.field == Field::Photo && loss.why != Why::Remark);
                let mut wanted = contact.clone();
                if !photos.is_empty() {
                    wanted.photo = None;
                }
                let (plain, lost) = write(std::slice::from_ref(&wanted), version);
                prop_assert!(photos.len() <= 1 && (profile != Profile::Standard || photos.is_empty()), "{:?}", photos);
                prop_assert_eq!(others, lost);
                prop_assert_eq!(contacts(card.as_bytes()), contacts(plain.as_bytes()));
                // Outlook is told the character set where 3.0 does not need it.
                let plain = if profile == Profile::Thunderbird { numbered(&plain) } else { plain };
                let staff = &contact.organization;
                let has_staff = !staff.manager.trim().is_empty() || !staff.assistant.trim().is_empty();
                let is_rewritten = profile == Profile::Android || profile == Profile::Apple && has_staff;
                prop_assert!(is_rewritten || card == plain || (profile, version) == (Profile::Outlook, Version::V3_0), "{}", card);
            }
        }
    }
}

#[test]
fn a_manager_that_reads_as_a_uri_stays_the_manager() {
    for name in ["AA:", "sip:ada@b.example", "Ada"] {
        let mut contact = Contact::default();
        contact.name.full = "Bo".into();
        (contact.organization.manager, contact.organization.assistant) = (name.into(), name.into());
        let (card, _) = write_for(&contact, Profile::Apple, Version::V3_0);
        let staff = &contacts(card.as_bytes())[0].organization;
        assert_eq!((staff.manager.as_str(), staff.assistant.as_str()), (name, name), "{card}");
    }
}

/// The contact without what only a property of another name can carry: parameters of dates, people and handles.
fn without_trappings(contact: &Contact) -> Contact {
    let mut contact = contact.clone();
    contact.events.iter_mut().for_each(|event| event.rest = Rest::default());
    contact.relations.iter_mut().for_each(|relation| relation.rest = Rest::default());
    contact.ims.iter_mut().for_each(|im| im.rest = Rest::default());
    let days = [Field::Birthday, Field::Anniversary, Field::Spouse, Field::Manager, Field::Assistant];
    contact.rest.retain(|(field, _)| !days.contains(field));
    contact
}

#[test]
fn android_is_given_what_its_own_program_reads() {
    let card = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nIMPP:xmpp:a@b.example\r\nIMPP;PREF=1:skype:ada\r\n\
        IMPP:sip:a@c.example\r\nBDAY:--0415\r\nANNIVERSARY:20090808\r\nRELATED;VALUE=text;TYPE=spouse:Bo\r\n\
        RELATED;VALUE=text;TYPE=co-worker;LANGUAGE=fr:Cy\r\ng.X-ABDATE:2001-02-03\r\ng.X-ABLabel:First met\r\n\
        END:VCARD\r\n";
    let contact = contacts(card.as_bytes()).remove(0);
    let (card, losses) = write_for(&contact, Profile::Android, Version::V3_0);
    let custom = |kind: &str, rest: &str| format!("X-ANDROID-CUSTOM:vnd.android.cursor.item/{kind};{rest}");
    let wanted = [
        "X-JABBER:a@b.example".to_owned(),
        "X-SKYPE-USERNAME;TYPE=PREF:ada".to_owned(),
        "IMPP;X-SERVICE-TYPE=SIP:sip:a@c.example".to_owned(),
        "BDAY:--04-15".to_owned(),
        "ANNIVERSARY:2009-08-08".to_owned(),
        custom("contact_event", "2001-02-03;0;First met;;;;;;;;;;;;"),
        custom("relation", "Bo;14;;;;;;;;;;;;;"),
        custom("relation", "Cy;0;co-worker;;;;;;;;;;;;"),
    ];
    let unfolded = card.replace("\r\n ", "");
    let shown: Vec<_> = unfolded.lines().filter(|line| wanted.iter().any(|wanted| wanted == line)).collect();
    assert_eq!(shown, wanted, "{card}");
    assert_eq!(losses, [Loss::new(Field::Relations, "LANGUAGE=fr", Why::Remark)]);
    assert!(!card.contains("X-AB"), "{card}");
    let yearless = contacts(b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nANNIVERSARY:--0808\r\nEND:VCARD\r\n").remove(0);
    let (card, _) = write_for(&yearless, Profile::Android, Version::V3_0);
    assert!(card.replace("\r\n ", "").contains(&custom("contact_event", "--08-08;1;")), "{card}");
    assert_eq!(contacts(card.as_bytes())[0].anniversary, yearless.anniversary);
}

#[test]
fn outlook_is_given_a_birthday_as_a_date() {
    let card = b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nBDAY:19730203T101500Z\r\nEND:VCARD\r\n";
    let contact = contacts(card).remove(0);
    let (card, losses) = write_for(&contact, Profile::Outlook, Version::V2_1);
    assert!(card.contains("\r\nBDAY:19730203\r\n"), "{card}");
    assert_eq!(losses, [Loss::new(Field::Birthday, "19730203T101500Z", Why::Remark)]);
}

#[test]
fn apple_is_given_manager_and_assistant_as_related_names() {
    let card = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\r\nX-MS-MANAGER:Bo\r\nX-MS-ASSISTANT:Cy\r\nEND:VCARD\r\n";
    let contact = contacts(card).remove(0);
    for version in [Version::V3_0, Version::V4_0] {
        let (card, losses) = write_for(&contact, Profile::Apple, version);
        for (name, label) in [("Bo", "Manager"), ("Cy", "Assistant")] {
            let line = card.lines().find_map(|line| line.strip_suffix(&format!(".X-ABRELATEDNAMES:{name}")));
            let label = format!("{}.X-ABLabel:_$!<{label}>!$_\r\n", line.unwrap());
            assert!(card.contains(&label), "{card}");
        }
        assert!(!card.contains("X-MS-") && losses.is_empty(), "{card}");
        assert_eq!(contacts(card.as_bytes())[0].organization, contact.organization);
    }
    let (card, _) = write_for(&contact, Profile::Google, Version::V3_0);
    assert!(card.contains("\r\nX-MS-MANAGER:Bo\r\n"), "{card}");
}

fn with(data: PhotoData) -> Contact {
    let mut contact = Contact { photo: Some(Photo { data, kind: None }), ..Contact::default() };
    contact.name.full = "Zoë".to_owned();
    contact
}

#[test]
fn what_is_left_out_is_told() {
    let link = "https://example.com/zoe.jpg";
    let (webp, vast) = (b"RIFF....WEBP....".to_vec(), [b"\xff\xd8\xff".to_vec(), vec![0; 1_100_000]].concat());
    let table = [
        (PhotoData::Link(link.to_owned()), link, Why::NoPlace),
        (PhotoData::Bytes(webp), "WEBP, 16 bytes", Why::NoPlace),
        (PhotoData::Bytes(vast), "JPEG, 1100003 bytes", Why::TooLong { max: 224_000 }),
        (PhotoData::Bytes(b"?".to_vec()), "a picture of an unknown kind, 1 bytes", Why::NoPlace),
    ];
    for (data, value, why) in table {
        let (card, losses) = write_for(&with(data), Profile::Apple, Version::V3_0);
        assert_eq!(losses, [Loss::new(Field::Photo, value, why)]);
        assert!(!card.contains("PHOTO") && card.contains("FN:Zoë\r\n"), "{card}");
    }
}

#[test]
fn a_photo_that_is_taken_arrives_byte_for_byte() {
    let jpeg = [b"\xff\xd8\xff".to_vec(), (0..=255).cycle().take(100_000).collect()].concat();
    for profile in Profile::ALL.iter().copied() {
        let (card, losses) = write_for(&with(PhotoData::Bytes(jpeg.clone())), profile, profile.version());
        assert_eq!(losses, []);
        let back = contacts(card.as_bytes()).remove(0).photo.unwrap();
        assert_eq!(photo::bytes(&back).unwrap(), jpeg, "{profile:?}");
    }
}

#[test]
fn outlook_is_told_the_character_set_of_each_line_that_needs_it() {
    let mut contact = with(PhotoData::Link("https://example.com/ü".to_owned()));
    contact.photo = None;
    contact.notes = "plain".to_owned();
    contact.categories = vec!["Büro".to_owned()];
    let (card, _) = write_for(&contact, Profile::Outlook, Version::V2_1);
    let lines: Vec<_> = card.lines().filter(|line| !line.is_ascii() || line.contains("CHARSET")).collect();
    assert_eq!(
        lines,
        [
            "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB",
            "CATEGORIES;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:B=C3=BCro"
        ]
    );
    let (card, _) = write_for(&contact, Profile::Outlook, Version::V3_0);
    let lines: Vec<_> = card.lines().filter(|line| !line.is_ascii() || line.contains("CHARSET")).collect();
    assert_eq!(lines, ["FN;CHARSET=UTF-8:Zoë", "CATEGORIES;CHARSET=UTF-8:Büro"]);
    let (card, _) = write_for(&contact, Profile::Standard, Version::V3_0);
    assert!(!card.contains("CHARSET"), "{card}");
}
