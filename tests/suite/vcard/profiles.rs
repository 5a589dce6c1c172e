//! Profiles: the same cards as ever, but for what their reader does not take.

use cardferry::formats::vcard::{self, Profile, Version};
use cardferry::formats::{Encoder, photo};
use cardferry::model::{Contact, Field, Loss, Photo, PhotoData, Why};
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
                prop_assert!(card == plain || (profile, version) == (Profile::Outlook, Version::V3_0), "{}", card);
            }
        }
    }
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
