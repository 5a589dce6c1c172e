//! What must hold whenever two contacts become one.

use cardferry::formats::exchange;
use cardferry::model::{Contact, Field, Merge, Shape, merge};
use proptest::prelude::*;

use crate::contacts::arbitrary_contact;

/// Two contacts that have some things in common, as those of one person have.
pub(crate) fn kin() -> impl Strategy<Value = (Contact, Contact)> {
    (arbitrary_contact(), arbitrary_contact(), any::<u64>(), any::<u64>()).prop_map(|(one, other, shared, absent)| {
        let mut other = other;
        for (bit, field) in Field::ALL.iter().enumerate() {
            let has = |mask: u64| mask >> bit & 1 == 1;
            if let (Some(text), Some(place)) = (field.text(&one), field.text_mut(&mut other)) {
                match (has(shared), has(absent)) {
                    (true, _) => place.clone_from(text),
                    (false, true) => place.clear(),
                    (false, false) => {}
                }
            }
        }
        for (bit, phone) in other.phones.iter_mut().enumerate() {
            if let Some(same) = one.phones.get(bit / 2).filter(|_| shared >> bit & 1 == 1) {
                phone.number = format!("({})", same.number);
                (phone.line, phone.kind) = (same.line, same.kind);
            }
        }
        for (bit, address) in other.addresses.iter_mut().enumerate() {
            if let Some(same) = one.addresses.get(bit / 2).filter(|_| shared >> bit & 1 == 0) {
                (address.city, address.kind) = (same.city.to_uppercase(), same.kind);
                if absent >> bit & 1 == 1 {
                    (address.street, address.country) = (String::new(), same.country.clone());
                }
            }
        }
        other.emails.extend(one.emails.iter().filter(|_| shared & 1 == 1).cloned());
        other.ims.extend(one.ims.iter().rev().filter(|_| shared & 2 == 2).cloned());
        other.urls.extend(one.urls.iter().rev().filter(|_| shared & 4 == 4).cloned());
        other.categories.extend(one.categories.iter().filter(|_| shared & 8 == 8).cloned());
        other.events.extend(one.events.iter().filter(|_| shared & 16 == 16).cloned());
        other.extra.extend(one.extra.iter().filter(|_| shared & 32 == 32).cloned());
        (one, other)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// Nothing that was there is another thing now; a full name may have followed its parts.
    #[test]
    fn filling_changes_nothing_that_was_there((there, source) in kin()) {
        let filled = merge(&there, &source, Merge::Fill);
        for field in Field::ALL.iter().filter(|field| !field.is_absent(&there)) {
            let follows = matches!(field, Field::FullName | Field::FileAs);
            if field.shape() == Shape::Text && !follows {
                prop_assert_eq!(field.text(&filled), field.text(&there), "{:?}", field);
            }
        }
        prop_assert_eq!(&filled.phones[..there.phones.len()], &there.phones[..]);
        prop_assert_eq!(&filled.addresses[..there.addresses.len()], &there.addresses[..]);
        prop_assert_eq!(&filled.urls[..there.urls.len()], &there.urls[..]);
        prop_assert_eq!(&filled.extra[..there.extra.len()], &there.extra[..]);
        prop_assert!(there.emails.is_empty() || filled.emails == there.emails);
        prop_assert!(there.ims.is_empty() || filled.ims == there.ims);
        prop_assert!(there.categories.is_empty() || filled.categories == there.categories);
        prop_assert!(there.events.is_empty() || filled.events == there.events);
        prop_assert!(there.birthday.is_none() || filled.birthday == there.birthday);
        prop_assert!(there.photo.is_none() || filled.photo == there.photo);
        prop_assert_eq!(&merge(&filled, &source, Merge::Fill), &filled, "what is full is not filled again");
        prop_assert_eq!(&merge(&there, &Contact::default(), Merge::Fill), &there);
    }

    #[test]
    fn updating_twice_is_updating_once((there, source) in kin()) {
        let updated = merge(&there, &source, Merge::Update);
        prop_assert_eq!(&merge(&updated, &source, Merge::Update), &updated);
        for field in Field::ALL.iter().filter(|field| field.shape() == Shape::Text && !field.is_absent(&source)) {
            prop_assert_eq!(field.text(&updated), field.text(&source), "{:?}", field);
        }
        prop_assert!(source.emails.iter().zip(&updated.emails).all(|(one, other)| one.address == other.address));
        prop_assert!(source.phones.iter().all(|phone| updated.phones.iter().any(|one| one.number == phone.number)));
        prop_assert!(source.notes.is_empty() || updated.notes == source.notes);
        prop_assert!(Field::ALL.iter().all(|field| field.is_absent(&there) || other_name(&there, &source) || !field.is_absent(&updated)));
        prop_assert_eq!(&merge(&there, &Contact::default(), Merge::Update), &there);
    }

    #[test]
    fn a_contact_merged_with_itself_is_itself((one, other) in kin()) {
        for how in [Merge::Fill, Merge::Update, Merge::Replace] {
            prop_assert_eq!(&merge(&one, &one, how), &one);
        }
        prop_assert_eq!(&merge(&one, &other, Merge::Replace), &other);
    }

    /// What was merged goes to the mailbox and back as any other contact.
    #[test]
    fn what_was_merged_can_be_written((there, source) in kin()) {
        for how in [Merge::Fill, Merge::Update] {
            let merged = merge(&there, &source, how);
            let written = exchange::write(&merged, exchange::Dialect::Graph);
            let back = exchange::read(written.json(None), exchange::Dialect::Graph).contact;
            prop_assert!(!written.losses.is_empty() || exchange::content(&back) == exchange::content(&merged));
        }
    }
}

/// Whether the two names may be two people's: then the source's is taken as a whole.
fn other_name(there: &Contact, source: &Contact) -> bool {
    let differ = |one: &str, other: &str| !one.is_empty() && !other.is_empty() && one != other;
    let (there, source) = (&there.name, &source.name);
    let is_whole = there.given.is_empty() && there.middle.is_empty() && there.surname.is_empty();
    let both = !source.given.is_empty() && !source.surname.is_empty();
    is_whole && both || differ(&there.given, &source.given) && differ(&there.surname, &source.surname)
}
