//! What of a contact its JSON body cannot say, piece by piece.

use std::collections::HashMap;

use super::assign::Live;
use super::extended::Fingerprint;
use super::print::date_text;
use super::slots::SLOTS;
use super::table::{field_of, lender};
use super::words::{FIELDS, KINDS, LINES, SEXES, word_of};
use crate::model::{Contact, Date, Field, Loss, Organization, Photo, PhotoData, Rest, Shape, Why};

/// One value, or the remarks on one, that has no other home.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// A contact with nothing but this piece.
    pub(super) fragment: Contact,
    /// Fingerprint of the live value that it enriches; none when nothing of it is live.
    pub(super) of: Option<Fingerprint>,
    /// What is lost if the piece finds no place.
    pub(super) loss: Loss,
}

/// The pieces of `contact` that are missing from `back`, the contact that its body says.
pub(super) fn leftover(contact: &Contact, back: &Contact) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for field in Field::ALL.iter().filter(|field| field.shape() == Shape::Text) {
        text_piece(contact, back, *field, &mut pieces);
    }
    date_piece(Field::Birthday, &contact.birthday, &back.birthday, |c| &mut c.birthday, contact, &mut pieces);
    date_piece(
        Field::Anniversary,
        &contact.anniversary,
        &back.anniversary,
        |c| &mut c.anniversary,
        contact,
        &mut pieces,
    );
    gender_piece(contact, back, &mut pieces);
    list_pieces(&contact.emails, &back.emails, |c| &mut c.emails, &mut pieces);
    list_pieces(&contact.phones, &back.phones, |c| &mut c.phones, &mut pieces);
    list_pieces(&contact.ims, &back.ims, |c| &mut c.ims, &mut pieces);
    list_pieces(&contact.urls, &back.urls, |c| &mut c.urls, &mut pieces);
    list_pieces(&contact.addresses, &back.addresses, |c| &mut c.addresses, &mut pieces);
    homeless_pieces(contact, &mut pieces);
    pieces
}

/// Fingerprints of live values: text, where each stands, and a running number among those that are alike in both.
pub(super) fn live_prints<V: Live>(values: &[V]) -> Vec<Fingerprint> {
    let mut alike: HashMap<String, usize> = HashMap::new();
    let print = |value: &V| {
        let (kind, line) = value.slot();
        let kind = kind.map_or("", |kind| word_of(KINDS, &kind));
        let shown = format!("{kind}.{}\n{}", word_of(LINES, &line), value.live_text());
        let number = alike.entry(shown.clone()).or_default();
        *number += 1;
        live_print(V::FIELD, &format!("{number}.{shown}"))
    };
    values.iter().map(print).collect()
}

/// Fingerprint of a live value, which says where it stands too. Stashes hold it, so its making is fixed.
pub(super) fn live_print(field: Field, text: &str) -> Fingerprint {
    Fingerprint::of(format!("{}\n{text}", word_of(FIELDS, &field)).as_bytes())
}

/// Fingerprint of the live sex, if there is one.
pub(super) fn sex_print(contact: &Contact) -> Option<Fingerprint> {
    contact.gender.sex.map(|sex| live_print(Field::Gender, word_of(SEXES, &sex)))
}

fn text_piece(contact: &Contact, back: &Contact, field: Field, pieces: &mut Vec<Piece>) {
    let (Some(text), Some(live)) = (field.text(contact), field.text(back)) else { return };
    let remark = contact.rest_of(field);
    if text.is_empty() && remark.is_none() || text == live && remark.is_none() {
        return;
    }
    let mut fragment = Contact::default();
    if let Some(to) = field.text_mut(&mut fragment) {
        to.clone_from(text);
    }
    if let Some(remark) = remark {
        fragment.keep_rest(field, remark.clone());
    }
    // A text in another field's place is seen there and belongs to what is live there.
    let lent = lender(field, contact).map(|owner| live_print(owner, text));
    let why = if text == live || lent.is_some() { Why::Remark } else { Why::NoPlace };
    let of = lent.or_else(|| (!live.is_empty()).then(|| live_print(field, live)));
    pieces.push(Piece { fragment, of, loss: Loss::new(field, text.clone(), why) });
}

fn date_piece(
    field: Field,
    date: &Option<Date>,
    live: &Option<Date>,
    place: fn(&mut Contact) -> &mut Option<Date>,
    contact: &Contact,
    pieces: &mut Vec<Piece>,
) {
    let remark = contact.rest_of(field);
    if date.is_none() || date == live && remark.is_none() {
        return;
    }
    let mut fragment = Contact::default();
    place(&mut fragment).clone_from(date);
    if let Some(remark) = remark {
        fragment.keep_rest(field, remark.clone());
    }
    let why = if date == live { Why::Remark } else { Why::NoPlace };
    let of = live.as_ref().map(|live| live_print(field, &date_text(live)));
    let shown = date.as_ref().map(date_text).unwrap_or_default();
    pieces.push(Piece { fragment, of, loss: Loss::new(field, shown, why) });
}

fn gender_piece(contact: &Contact, back: &Contact, pieces: &mut Vec<Piece>) {
    let remark = contact.rest_of(Field::Gender);
    if Field::Gender.is_absent(contact) || contact.gender == back.gender && remark.is_none() {
        return;
    }
    let mut fragment = Contact { gender: contact.gender.clone(), ..Contact::default() };
    if let Some(remark) = remark {
        fragment.keep_rest(Field::Gender, remark.clone());
    }
    let of = sex_print(back);
    let loss = Loss::new(Field::Gender, contact.gender.identity.clone(), Why::NoPlace);
    pieces.push(Piece { fragment, of, loss });
}

fn list_pieces<V: Live>(values: &[V], back: &[V], place: fn(&mut Contact) -> &mut Vec<V>, pieces: &mut Vec<Piece>) {
    let prints = live_prints(back);
    for (value, live) in values.iter().zip(paired(values, back)) {
        if live.is_some_and(|at| back[at] == *value) || *value == V::default() {
            continue;
        }
        let mut fragment = Contact::default();
        place(&mut fragment).push(value.clone());
        let text = value.live_text();
        // A repeat without a place of its own is to be seen all the same.
        let is_seen = live.is_some() || !text.is_empty() && back.iter().any(|live| live.live_text() == text);
        let why = match (is_seen, value.is_shown()) {
            (true, _) => Why::Remark,
            (false, true) => full(V::FIELD),
            (false, false) => Why::NoPlace,
        };
        let of = live.map(|at| prints[at]);
        let shown = text.split('\n').filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ");
        pieces.push(Piece { fragment, of, loss: Loss::new(V::FIELD, shown, why) });
    }
}

/// Whether a value and a live one fit.
type Fits<'a, V> = &'a dyn Fn(&V, &V) -> bool;

/// For each value the place in `back` of what stands for it in the mailbox. Of several with the same text each takes the one that is just like
/// it, else one where it may stand, else any that is left.
fn paired<V: Live>(values: &[V], back: &[V]) -> Vec<Option<usize>> {
    let mut live: Vec<usize> = (0..back.len()).collect();
    let mut pairs = vec![None; values.len()];
    let same_text = |value: &V, live: &V| value.live_text() == live.live_text();
    let passes: [Fits<'_, V>; 3] =
        [&|value, live| value == live, &|value, live| same_text(value, live) && value.may_be(live), &same_text];
    for fits in passes {
        for (value, pair) in values.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
            *pair = live.iter().position(|at| fits(value, &back[*at])).map(|at| live.remove(at));
        }
    }
    pairs
}

/// Why a value of a list found no place.
fn full(field: Field) -> Why {
    let mut slots = SLOTS.iter().filter(|slot| field_of(slot.what) == field);
    match (slots.next(), slots.next()) {
        (Some(only), None) => Why::TooMany { max: only.place.room() },
        _ => Why::NoPlace,
    }
}

/// The lists that have no home in the mailbox at all, and the remarks on the two plain ones that do.
fn homeless_pieces(contact: &Contact, pieces: &mut Vec<Piece>) {
    let mut push = |field: Field, shown: &str, fragment: Contact| {
        let remark = !fragment.rest.is_empty();
        let of = (remark && field != Field::Photo).then(|| live_print(field, &list_text(&fragment, field)));
        let loss = Loss::new(field, shown, if remark { Why::Remark } else { Why::NoPlace });
        pieces.push(Piece { fragment, of, loss });
    };
    for organization in contact.organizations.iter().filter(|organization| **organization != Organization::default()) {
        let fragment = Contact { organizations: vec![organization.clone()], ..Contact::default() };
        push(Field::Organizations, &organization.company, fragment);
    }
    for event in &contact.events {
        let fragment = Contact { events: vec![event.clone()], ..Contact::default() };
        push(Field::Events, &event.label, fragment);
    }
    for relation in &contact.relations {
        let fragment = Contact { relations: vec![relation.clone()], ..Contact::default() };
        push(Field::Relations, &relation.value, fragment);
    }
    for (field, rest) in &contact.rest {
        if field.shape() == Shape::TextList || *field == Field::Photo {
            push(*field, &rest.group, list_remark(contact, *field, rest));
        }
    }
    if let Some(Photo { data: PhotoData::Link(link), .. }) = &contact.photo {
        push(Field::Photo, link, Contact { photo: contact.photo.clone(), ..Contact::default() });
    }
    for extra in &contact.extra {
        let fragment = Contact { extra: vec![extra.clone()], ..Contact::default() };
        push(Field::Extra, &extra.name, fragment);
    }
}

/// A plain list, or nothing for the photo, and the remark on it.
fn list_remark(contact: &Contact, field: Field, rest: &Rest) -> Contact {
    let mut fragment = Contact::default();
    match field {
        Field::Children => fragment.children.clone_from(&contact.children),
        Field::Categories => fragment.categories.clone_from(&contact.categories),
        _ => {}
    }
    fragment.keep_rest(field, rest.clone());
    fragment
}

/// A plain list as one text, for fingerprints.
pub(super) fn list_text(contact: &Contact, field: Field) -> String {
    let list = if field == Field::Children { &contact.children } else { &contact.categories };
    list.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Email, Kind, Line, Phone};

    /// Stashes hold them: a change here cuts every piece off from its value.
    #[test]
    fn test_vectors() {
        assert_eq!(live_print(Field::Notes, "x").to_string(), "dfb28894731c7ab62d806a4842e952c8");
        let (number, kind, line) = ("+1 2".to_owned(), Some(Kind::Business), Line::Fax);
        let phone = Phone { number, kind, line, label: "boat".into(), ..Phone::default() };
        let prints: Vec<String> = live_prints(&[phone.clone(), phone]).iter().map(Fingerprint::to_string).collect();
        assert_eq!(prints, ["7d6cd1533c6287a85b4131ccc6075862", "fa685e442ac20dc9a98bc800ca847d88"]);
        let email = Email { address: "a@b".into(), kind: Some(Kind::Home), ..Email::default() };
        assert_eq!(live_prints(&[email])[0].to_string(), "18ee043ae8cd1001f395ac78e4f8ccde");
    }
}
