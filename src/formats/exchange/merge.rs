//! Putting what the stash kept back where it belongs.

use super::assign::Live;
use super::extended::Fingerprint;
use super::leftover::{list_text, live_print, live_prints, sex_print};
use super::order::Order;
use super::print::date_text;
use super::spelt::Spelt;
use super::stash::Filler;
use super::table::lender;
use crate::model::{Contact, Date, Field, Shape};

/// What a stash holds.
#[derive(Debug, Clone)]
pub(super) enum Stashed {
    /// One value, or the remarks on one.
    Piece {
        /// Fingerprint of the live value that it enriches; none when nothing of it is live.
        of: Option<Fingerprint>,
        /// A contact with nothing but this piece.
        fragment: Box<Contact>,
    },
    /// The order of a list.
    Order(Order),
    /// The names that the source's properties had.
    Spelt(Spelt),
    /// A given name that the source did not have.
    Filler(Filler),
}

/// Puts the pieces back where the values they belong to still are as they were.
pub(super) fn merge(contact: &mut Contact, stashed: Vec<Stashed>) {
    for stashed in &stashed {
        if let Stashed::Filler(filler) = stashed {
            filler.take_out(contact);
        }
    }
    let live = LivePrints::of(contact);
    let (mut orders, mut spelt) = (Vec::new(), None);
    for stashed in stashed {
        match stashed {
            Stashed::Piece { of, fragment } => merge_piece(contact, &live, of, *fragment),
            Stashed::Order(order) => orders.push(order),
            Stashed::Spelt(names) => spelt = Some(names),
            Stashed::Filler(_) => {}
        }
    }
    orders.iter().for_each(|order| order.restore(contact, &live));
    if let Some(spelt) = spelt {
        spelt.restore(contact);
    }
}

fn merge_piece(contact: &mut Contact, live: &LivePrints, of: Option<Fingerprint>, fragment: Contact) {
    merge_texts(contact, &fragment, of);
    merge_date(contact, &fragment, of, Field::Birthday, |contact| &mut contact.birthday);
    merge_date(contact, &fragment, of, Field::Anniversary, |contact| &mut contact.anniversary);
    if !Field::Gender.is_absent(&fragment) && sex_print(contact) == of {
        contact.gender = fragment.gender.clone();
        keep_rest(contact, &fragment, Field::Gender);
    }
    for field in [Field::Categories, Field::Children] {
        if of == Some(live_print(field, &list_text(contact, field))) {
            keep_rest(contact, &fragment, field);
        }
    }
    merge_photo(contact, &fragment);
    merge_list(&mut contact.emails, &live.emails, fragment.emails, of);
    merge_list(&mut contact.phones, &live.phones, fragment.phones, of);
    merge_list(&mut contact.ims, &live.ims, fragment.ims, of);
    merge_list(&mut contact.urls, &live.urls, fragment.urls, of);
    merge_list(&mut contact.addresses, &live.addresses, fragment.addresses, of);
    contact.organizations.extend(fragment.organizations);
    contact.events.extend(fragment.events);
    contact.relations.extend(fragment.relations);
    contact.extra.extend(fragment.extra);
}

/// The mailbox's own photo goes before a link; a remark belongs to the mailbox's own.
fn merge_photo(contact: &mut Contact, fragment: &Contact) {
    keep_rest(contact, fragment, Field::Photo);
    contact.photo = contact.photo.take().or_else(|| fragment.photo.clone());
}

fn merge_texts(contact: &mut Contact, fragment: &Contact, of: Option<Fingerprint>) {
    for field in Field::ALL.iter().copied().filter(|field| field.shape() == Shape::Text) {
        let Some(text) = field.text(fragment) else { continue };
        if let Some(owner) = lender(field, fragment) {
            take_back(contact, fragment, of, field, owner);
        }
        let Some(live) = field.text_mut(contact) else { continue };
        let unchanged = if live.is_empty() { of.is_none() } else { of == Some(live_print(field, live)) };
        if !text.is_empty() && unchanged {
            live.clone_from(text);
        }
        if live == text {
            keep_rest(contact, fragment, field);
        }
    }
}

/// A text that stood in another field's place goes where it belongs.
fn take_back(contact: &mut Contact, fragment: &Contact, of: Option<Fingerprint>, field: Field, owner: Field) {
    let is_there = owner.text(contact).is_some_and(|live| of == Some(live_print(owner, live)));
    if is_there && field.is_absent(contact) {
        let text = owner.text_mut(contact).map(std::mem::take).unwrap_or_default();
        if let Some(place) = field.text_mut(contact) {
            *place = text;
        }
        keep_rest(contact, fragment, field);
    }
}

fn merge_date(
    contact: &mut Contact,
    fragment: &Contact,
    of: Option<Fingerprint>,
    field: Field,
    place: fn(&mut Contact) -> &mut Option<Date>,
) {
    let date = if field == Field::Birthday { &fragment.birthday } else { &fragment.anniversary };
    let live = place(contact).as_ref().map(|live| live_print(field, &date_text(live)));
    if date.is_some() && live == of {
        place(contact).clone_from(date);
        keep_rest(contact, fragment, field);
    }
}

fn keep_rest(contact: &mut Contact, fragment: &Contact, field: Field) {
    if let Some(rest) = fragment.rest_of(field) {
        contact.keep_rest(field, rest.clone());
    }
}

/// Fingerprints of what was live before anything was put back, each in its value's place.
pub(super) struct LivePrints {
    emails: Vec<Fingerprint>,
    phones: Vec<Fingerprint>,
    ims: Vec<Fingerprint>,
    urls: Vec<Fingerprint>,
    addresses: Vec<Fingerprint>,
}

impl LivePrints {
    pub(super) fn of(contact: &Contact) -> Self {
        Self {
            emails: live_prints(&contact.emails),
            phones: live_prints(&contact.phones),
            ims: live_prints(&contact.ims),
            urls: live_prints(&contact.urls),
            addresses: live_prints(&contact.addresses),
        }
    }

    /// Those of one of the lists.
    pub(super) fn list(&self, field: Field) -> &[Fingerprint] {
        match field {
            Field::Emails => &self.emails,
            Field::Phones => &self.phones,
            Field::Ims => &self.ims,
            Field::Urls => &self.urls,
            Field::Addresses => &self.addresses,
            _ => &[],
        }
    }
}

/// A value that was live is enriched if it is still there; one that never was comes back.
fn merge_list<V: Live>(live: &mut Vec<V>, prints: &[Fingerprint], values: Vec<V>, of: Option<Fingerprint>) {
    for value in values {
        match of {
            None => live.push(value),
            Some(of) => {
                if let Some(at) = prints.iter().position(|print| *print == of) {
                    live[at] = value;
                }
            }
        }
    }
}
