//! Cards that are no contact but a group of them: `KIND:group` (RFC 6350 section 6.1.4), and Apple's
//! `X-ADDRESSBOOKSERVER-KIND:group` in vCard 3.0.

use crate::model::{Contact, Extra, Field, Group, Loss, Why};

const KIND: [&str; 2] = ["KIND", "X-ADDRESSBOOKSERVER-KIND"];
const MEMBER: [&str; 2] = ["MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"];

/// Properties of a group that say nothing of it.
const SILENT: [&str; 1] = ["PRODID"];

/// The fields of a card that a group has a place for.
const HELD: [Field; 8] = [
    Field::FullName,
    Field::Surname,
    Field::GivenName,
    Field::MiddleName,
    Field::Prefix,
    Field::Suffix,
    Field::Uid,
    Field::Revision,
];

/// Whether a card that was read as a contact is a group.
pub(super) fn is_group(contact: &Contact) -> bool {
    contact.extra.iter().any(|extra| is(extra, &KIND) && extra.value.trim().eq_ignore_ascii_case("group"))
}

/// The group of such a card, called by its full name, else by its name, else by its organization; and what of the card
/// a group has no place for.
pub(super) fn group(contact: &Contact) -> (Group, Vec<Loss>) {
    let made = contact.name.joined();
    let company = &contact.organization.company;
    let names = [contact.name.full.trim(), made.trim(), company.trim()];
    let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or_default().to_owned();
    let members = contact.extra.iter().filter(|extra| is(extra, &MEMBER) && !extra.value.trim().is_empty());
    let members = members.map(|extra| extra.value.trim().to_owned()).collect();
    let is_its_name = |field: Field| field == Field::Company && company.trim() == name;
    let mut losses = Vec::new();
    for field in Field::ALL.iter().filter(|field| **field != Field::Extra && !HELD.contains(field)) {
        if !field.is_absent(contact) && !is_its_name(*field) {
            let value = if *field == Field::Notes { contact.notes.clone() } else { format!("of the group {name}") };
            losses.push(Loss::new(*field, value, Why::NoPlace));
        }
    }
    let extra = contact.extra.iter().filter(|extra| !is(extra, &KIND) && !is(extra, &MEMBER) && !is(extra, &SILENT));
    losses.extend(extra.map(|extra| {
        let value = extra.value.chars().take(200).collect::<String>();
        Loss::new(Field::Extra, format!("{}:{value}", extra.name), Why::NoPlace)
    }));
    (Group { name, uid: contact.uid.clone(), members }, losses)
}

fn is(extra: &Extra, names: &[&str]) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(&extra.name))
}
