//! What of a contact its JSON body cannot say, piece by piece.

use super::extended::Fingerprint;
use super::table::{Carried, ROWS};
use super::write::street_of;
use crate::model::{
    Address, Contact, Date, Email, Field, Im, Kind, Line, Loss, Organization, Phone, Photo, PhotoData, Rest, Shape,
    Url, Why,
};

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
    list_pieces(Field::Emails, &contact.emails, &back.emails, |c| &mut c.emails, &mut pieces);
    list_pieces(Field::Phones, &contact.phones, &back.phones, |c| &mut c.phones, &mut pieces);
    list_pieces(Field::Ims, &contact.ims, &back.ims, |c| &mut c.ims, &mut pieces);
    list_pieces(Field::Urls, &contact.urls, &back.urls, |c| &mut c.urls, &mut pieces);
    list_pieces(Field::Addresses, &contact.addresses, &back.addresses, |c| &mut c.addresses, &mut pieces);
    homeless_pieces(contact, &mut pieces);
    pieces
}

/// A value that lives in a list of the mailbox and is recognised there by its text.
pub(super) trait Live: Clone + Default + PartialEq {
    /// The text that the mailbox shows.
    fn live_text(&self) -> String;

    /// Where the mailbox shows it: several values may have the same text.
    fn slot(&self) -> (Option<Kind>, Line) {
        (None, Line::default())
    }

    /// Whether this value may be what stands in the mailbox as `live`.
    fn may_be(&self, live: &Self) -> bool {
        let ((kind, line), (live_kind, live_line)) = (self.slot(), live.slot());
        line == live_line && (kind == live_kind || kind.is_none() || live_kind.is_none())
    }
}

impl Live for Email {
    fn live_text(&self) -> String {
        self.address.clone()
    }
}

impl Live for Phone {
    fn live_text(&self) -> String {
        self.number.clone()
    }

    fn slot(&self) -> (Option<Kind>, Line) {
        (self.kind, self.line)
    }
}

impl Live for Im {
    fn live_text(&self) -> String {
        self.address.clone()
    }
}

impl Live for Url {
    fn live_text(&self) -> String {
        self.url.clone()
    }

    fn slot(&self) -> (Option<Kind>, Line) {
        (self.kind, Line::default())
    }
}

impl Live for Address {
    fn live_text(&self) -> String {
        let parts = [&street_of(self), &self.po_box, &self.city, &self.state, &self.postal_code, &self.country];
        parts.map(String::as_str).join("\n")
    }

    fn slot(&self) -> (Option<Kind>, Line) {
        (self.kind, Line::default())
    }
}

/// Fingerprints of live values: text, where each stands, and a running number among those that are alike in both.
pub(super) fn live_prints<V: Live>(values: &[V], field: Field) -> Vec<Fingerprint> {
    let shown = |value: &V| {
        let (kind, line) = value.slot();
        let kind = kind.map_or('-', |kind| match kind {
            Kind::Home => 'h',
            Kind::Business => 'b',
            Kind::Other => 'o',
        });
        let line = Line::ALL.iter().position(|of| *of == line).unwrap_or_default();
        format!("{kind}{line}\n{}", value.live_text())
    };
    let shown: Vec<String> = values.iter().map(shown).collect();
    let number = |at: usize| shown[..at].iter().filter(|earlier| **earlier == shown[at]).count();
    (0..shown.len()).map(|at| live_print(field, &format!("{}.{}", number(at), shown[at]))).collect()
}

/// Fingerprint of a live value, which says where it stands too.
pub(super) fn live_print(field: Field, text: &str) -> Fingerprint {
    Fingerprint::of(format!("{}\n{text}", field.name()).as_bytes())
}

fn text_piece(contact: &Contact, back: &Contact, field: Field, pieces: &mut Vec<Piece>) {
    let (Some(text), Some(live)) = (field.text(contact), field.text(back)) else { return };
    let remark = contact.rest_of(field);
    if text.is_empty() && remark.is_none() || text == live && remark.is_none() {
        return;
    }
    let mut fragment = Contact::default();
    for part in with_neighbours(field) {
        if let (Some(to), Some(from)) = (part.text_mut(&mut fragment), part.text(contact)) {
            to.clone_from(from);
        }
    }
    if let Some(remark) = remark {
        fragment.keep_rest(field, remark.clone());
    }
    let why = if text == live { Why::Remark } else { Why::NoPlace };
    let of = (!live.is_empty()).then(|| live_print(field, live));
    pieces.push(Piece { fragment, of, loss: Loss::new(field, text.clone(), why) });
}

/// The fields that stand in one structured value with this one: a remark on one is a remark on all of N or ORG.
fn with_neighbours(field: Field) -> &'static [Field] {
    const NAME: &[Field] = &[Field::Surname, Field::GivenName, Field::MiddleName, Field::Prefix, Field::Suffix];
    const ORGANIZATION: &[Field] = &[Field::Company, Field::Department];
    for group in [NAME, ORGANIZATION] {
        if group.contains(&field) {
            return group;
        }
    }
    let at = Field::ALL.iter().position(|of| *of == field).unwrap_or_default();
    &Field::ALL[at..=at]
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

/// A date as text, for fingerprints and reports.
pub(super) fn date_text(date: &Date) -> String {
    match date {
        Date::Text(text) => text.clone(),
        Date::Known(date) => {
            let part = |part: Option<u16>| part.map_or_else(|| "-".to_owned(), |number| format!("{number:02}"));
            [part(date.year), part(date.month.map(u16::from)), part(date.day.map(u16::from))].join("-")
        }
    }
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
    let of = back.gender.sex.map(|sex| live_print(Field::Gender, &format!("{sex:?}")));
    let loss = Loss::new(Field::Gender, contact.gender.identity.clone(), Why::NoPlace);
    pieces.push(Piece { fragment, of, loss });
}

fn list_pieces<V: Live>(
    field: Field,
    values: &[V],
    back: &[V],
    place: fn(&mut Contact) -> &mut Vec<V>,
    pieces: &mut Vec<Piece>,
) {
    let prints = live_prints(back, field);
    for (value, live) in values.iter().zip(paired(values, back)) {
        if live.is_some_and(|at| back[at] == *value) || *value == V::default() {
            continue;
        }
        let mut fragment = Contact::default();
        place(&mut fragment).push(value.clone());
        let why = if live.is_some() { Why::Remark } else { full(field) };
        let of = live.map(|at| prints[at]);
        let text = value.live_text();
        let shown = text.split('\n').filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ");
        pieces.push(Piece { fragment, of, loss: Loss::new(field, shown, why) });
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
    match ROWS.iter().find(|(of, _)| *of == field) {
        Some((_, Carried::Emails(_, max) | Carried::Ims(_, max))) => Why::TooMany { max: *max },
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

/// Stands for the photo that the contact itself has, where a remark on it needs a photo to stand with.
pub(super) const LIVE_PHOTO: &str = "cid:photo";

/// A plain list, or the photo, and the remark on it.
fn list_remark(contact: &Contact, field: Field, rest: &Rest) -> Contact {
    let mut fragment = Contact::default();
    match field {
        Field::Children => fragment.children.clone_from(&contact.children),
        Field::Categories => fragment.categories.clone_from(&contact.categories),
        _ => fragment.photo = Some(Photo { data: PhotoData::Link(LIVE_PHOTO.to_owned()), kind: None }),
    }
    fragment.keep_rest(field, rest.clone());
    fragment
}

/// A plain list as one text, for fingerprints.
pub(super) fn list_text(contact: &Contact, field: Field) -> String {
    let list = if field == Field::Children { &contact.children } else { &contact.categories };
    list.join("\n")
}
