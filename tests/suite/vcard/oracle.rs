//! What we write, as another reader understands it: calcard, which shares no code with us.
//!
//! calcard's own limits stay out of the comparison (it takes quoted-printable without a charset for Latin-1, and has no
//! escapes for unknown properties), so the oracle is asked about 3.0 and 4.0 and the properties it models.

use calcard::vcard::{VCard, VCardProperty, VCardValue};
use cardferry::formats::vcard::Version;
use cardferry::model::Contact;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::write;
use crate::contacts::arbitrary_contact;

/// The texts of a property, in order; a structured one's components are joined by a bar.
fn texts(card: &VCard, property: &VCardProperty) -> Vec<String> {
    let values = |values: &[VCardValue]| {
        let text = |value: &VCardValue| match value {
            VCardValue::Text(text) => text.clone(),
            VCardValue::Component(parts) => parts.join(","),
            other => format!("{other:?}"),
        };
        values.iter().map(text).collect::<Vec<_>>().join("|")
    };
    card.entries.iter().filter(|entry| entry.name == *property).map(|entry| values(&entry.values)).collect()
}

fn agrees(contact: &Contact, version: Version) {
    let (text, _) = write(std::slice::from_ref(contact), version);
    let card = VCard::parse(&text).unwrap_or_else(|entry| panic!("{entry:?}\n{text}"));
    let one = |value: &str| if value.is_empty() { Vec::new() } else { vec![value.to_owned()] };
    let name = &contact.name;
    if !name.full.is_empty() {
        assert_eq!(texts(&card, &VCardProperty::Fn), one(&name.full), "{text}");
    }
    let parts = [&name.surname, &name.given, &name.middle, &name.prefix, &name.suffix].map(String::as_str);
    if parts.iter().any(|part| !part.is_empty()) {
        assert_eq!(texts(&card, &VCardProperty::N), [parts.join("|")], "{text}");
    }
    let emails: Vec<_> = contact.emails.iter().map(|email| email.address.clone()).collect();
    assert_eq!(texts(&card, &VCardProperty::Email), emails, "{text}");
    let phones: Vec<_> = contact.phones.iter().map(|phone| phone.number.clone()).collect();
    assert_eq!(texts(&card, &VCardProperty::Tel), phones, "{text}");
    assert_eq!(texts(&card, &VCardProperty::Note), one(&contact.notes), "{text}");
    let addresses: Vec<_> = contact.addresses.iter().map(|address| address.parts().join("|")).collect();
    assert_eq!(texts(&card, &VCardProperty::Adr), addresses, "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn calcard_reads_what_we_write(mut contact in arbitrary_contact()) {
        // calcard takes a backslash in a parameter for an escape, which RFC 6350 section 3.3 does not know.
        contact.emails.iter_mut().for_each(|email| email.name.clear());
        contact.name.file_as = contact.name.file_as.replace('\\', "/");
        agrees(&contact, Version::V3_0);
        agrees(&contact, Version::V4_0);
    }
}
