//! A contact as the body of a create request.

use serde_json::{Map, Value};

use super::assign::{Live, assign};
use super::date;
use super::dialect::{Dialect, Names, names};
use super::extended::{self, Fingerprint, Marks};
use super::leftover::leftover;
use super::merge::{LivePrints, merge};
use super::order::orders;
use super::print::content;
use super::read::contact_of;
use super::slots::{Place, SLOTS};
use super::spelt::Spelt;
use super::stash::{Filler, Stash};
use super::table::{Carried, ROWS, lender};
use crate::model::{Address, Contact, Date, Email, Field, Loss, Sex};

/// A contact as the service takes it.
#[derive(Debug, Clone)]
pub struct Written {
    body: Body,
    dialect: Dialect,
    stash: Stash,
    /// What stands for the given name where the contact has none.
    filler: Option<String>,
    /// Whether the contact has a full name of its own.
    named: bool,
    /// Fingerprint of the content: [`content`], the same in both dialects, whenever and by whatever the source was written.
    pub content: Fingerprint,
    /// What is kept for the way back alone: the mailbox has no place that people see.
    pub hidden: Vec<Loss>,
    /// What could not be carried.
    pub losses: Vec<Loss>,
}

/// Writes a contact: what has a property or a MAPI property goes there, the rest into the stash as far as it has room.
/// The photo is not part of it. No list is longer than the service takes.
pub fn write(contact: &Contact, dialect: Dialect) -> Written {
    let mut body = Body::default();
    for (field, carried) in ROWS {
        body.put(contact, *field, *carried);
    }
    let mut back = contact_of(body.clone());
    let mut stash = Stash::of(leftover(contact, &back));
    let live = LivePrints::of(&back);
    merge(&mut back, std::mem::take(&mut stash.stashed));
    stash.take_orders(orders(contact, &back, &live));
    stash.take_spelt(Spelt::of(contact));
    let (hidden, losses) = (std::mem::take(&mut stash.hidden), std::mem::take(&mut stash.losses));
    let (filler, named, content) = (filler(contact), !contact.name.full.is_empty(), content(contact));
    Written { body, dialect, stash, filler, named, content, hidden, losses }
}

/// What stands for a given name that a contact lacks: its name as a whole, its company, an e-mail or a phone, else
/// whatever else it is called by.
fn filler(contact: &Contact) -> Option<String> {
    let names = [contact.display_name(), contact.name.nickname.clone(), "-".to_owned()];
    contact.name.given.is_empty().then(|| names.into_iter().find(|text| !text.trim().is_empty()))?
}

impl Written {
    /// The JSON to send, with the marks that say which record it is.
    pub fn json(&self, marks: Option<&Marks>) -> Map<String, Value> {
        self.marked(self.body.clone(), marks, None)
    }

    /// The same for a service that wants a given name: it is filled in, and the stash says so, so that it does not come
    /// back. None where the contact has one.
    pub fn json_with_given_name(&self, marks: Option<&Marks>) -> Option<Map<String, Value>> {
        Some(self.filled(self.filler()?, marks))
    }

    /// The JSON with this text for a given name.
    pub(super) fn filled(&self, filler: &str, marks: Option<&Marks>) -> Map<String, Value> {
        let mut body = self.body.clone();
        body.text(names::GIVEN_NAME, filler);
        let nameless = !body.properties.iter().any(|(names, _)| *names == names::DISPLAY_NAME);
        self.marked(body, marks, Some(Filler::of(filler, nameless)))
    }

    /// What stands for the given name where the contact has none.
    pub(super) fn filler(&self) -> Option<&str> {
        self.filler.as_deref()
    }

    /// Whether its display name is one that the contact has, and not made of something else.
    pub(super) fn is_named(&self) -> bool {
        self.named
    }

    /// The API that it is written for.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn marked(&self, mut body: Body, marks: Option<&Marks>, filler: Option<Filler>) -> Map<String, Value> {
        body.extended.extend(self.stash.text(filler).map(|text| (extended::STASH, text)));
        if let Some(marks) = marks {
            body.extended.push((extended::KEY, marks.key.to_string()));
            body.extended.push((extended::STATE, marks.state.to_string()));
        }
        body.json(self.dialect)
    }
}

/// The properties before they are spelled in a dialect.
#[derive(Debug, Clone, Default)]
pub(super) struct Body {
    pub(super) properties: Vec<(Names, Property)>,
    pub(super) extended: Vec<(&'static str, String)>,
}

/// The value of a property, by its shape.
#[derive(Debug, Clone)]
pub(super) enum Property {
    Text(String),
    Texts(Vec<String>),
    /// Objects with texts: e-mail addresses.
    Objects(Vec<Vec<(Names, String)>>),
    /// One object with texts: a postal address.
    Object(Vec<(Names, String)>),
}

impl Body {
    fn put(&mut self, contact: &Contact, field: Field, carried: Carried) {
        let text = || field.text(contact).map(String::as_str).unwrap_or_default();
        match carried {
            Carried::Text(names) if field == Field::FullName => self.text(names, &contact.display_name()),
            Carried::Text(names) => self.text(names, text()),
            Carried::Lent(names) if lender(field, contact).is_some() => self.text(names, text()),
            Carried::TextList(names) => self.texts(names, list_of(contact, field)),
            Carried::Day(names) => self.text(names, &day_of(contact, field).unwrap_or_default()),
            Carried::Extended(id) => self.extend(id, text()),
            Carried::ExtendedDay(id) => self.extend(id, &day_of(contact, field).unwrap_or_default()),
            Carried::ExtendedCode(id, codes) => self.extend(id, code_of(contact, field, codes)),
            Carried::Slots => match field {
                Field::Emails => self.emails(contact),
                Field::Phones => self.slots(&contact.phones),
                Field::Ims => self.slots(&contact.ims),
                Field::Urls => self.slots(&contact.urls),
                _ => self.addresses(contact),
            },
            Carried::Lent(_) | Carried::Photo | Carried::Stash => {}
        }
    }

    fn text(&mut self, names: Names, text: &str) {
        if !text.is_empty() {
            self.properties.push((names, Property::Text(text.to_owned())));
        }
    }

    fn texts(&mut self, names: Names, texts: Vec<String>) {
        if !texts.is_empty() {
            self.properties.push((names, Property::Texts(texts)));
        }
    }

    fn extend(&mut self, id: &'static str, text: &str) {
        if !text.is_empty() {
            self.extended.push((id, text.to_owned()));
        }
    }

    fn emails(&mut self, contact: &Contact) {
        for (place, emails) in by_place(&contact.emails) {
            let Place::Many(names, _) = place else { continue };
            let object = |email: &&Email| {
                let name = if email.name.is_empty() { &email.address } else { &email.name };
                vec![(names::EMAIL_NAME, name.clone()), (names::EMAIL_ADDRESS, email.address.clone())]
            };
            self.properties.push((names, Property::Objects(emails.iter().map(object).collect())));
        }
    }

    /// Values that are one text each.
    fn slots<V: Live>(&mut self, values: &[V]) {
        for (place, taken) in by_place(values) {
            let mut texts: Vec<String> = taken.into_iter().map(Live::live_text).collect();
            match place {
                Place::Many(names, _) => self.texts(names, texts),
                Place::One(names) | Place::Address(names, _) => self.text(names, &texts.remove(0)),
                Place::Extended(id) => self.extend(id, &texts.remove(0)),
            }
        }
    }

    fn addresses(&mut self, contact: &Contact) {
        for (place, taken) in by_place(&contact.addresses) {
            if let (Place::Address(names, po_box), Some(address)) = (place, taken.first()) {
                self.address(names, po_box, address);
            }
        }
    }

    fn address(&mut self, names: Names, po_box: &'static str, address: &Address) {
        let parts = [
            (names::STREET, street_of(address)),
            (names::CITY, address.city.clone()),
            (names::STATE, address.state.clone()),
            (names::COUNTRY, address.country.clone()),
            (names::POSTAL_CODE, address.postal_code.clone()),
        ];
        let parts: Vec<_> = parts.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        if !parts.is_empty() {
            self.properties.push((names, Property::Object(parts)));
        }
        self.extend(po_box, &address.po_box);
    }

    /// Spells it in a dialect.
    fn json(&self, dialect: Dialect) -> Map<String, Value> {
        let object = |texts: &[(Names, String)]| -> Value {
            let pairs = texts.iter().map(|(names, text)| (dialect.pick(*names).to_owned(), Value::from(text.as_str())));
            Value::Object(pairs.collect())
        };
        let mut json: Map<String, Value> = self
            .properties
            .iter()
            .map(|(names, property)| {
                let value = match property {
                    Property::Text(text) => Value::from(text.as_str()),
                    Property::Texts(texts) => Value::from(texts.as_slice()),
                    Property::Objects(objects) => objects.iter().map(|texts| object(texts)).collect(),
                    Property::Object(texts) => object(texts),
                };
                (dialect.pick(*names).to_owned(), value)
            })
            .collect();
        if !self.extended.is_empty() {
            let pair = |(id, value): &(&'static str, String)| {
                object(&[(names::EXTENDED_ID, (*id).to_owned()), (names::EXTENDED_VALUE, value.clone())])
            };
            json.insert(dialect.pick(names::EXTENDED).to_owned(), self.extended.iter().map(pair).collect());
        }
        json
    }
}

/// The places in their order, each with the values that it takes; none that takes nothing.
fn by_place<V: Live>(values: &[V]) -> Vec<(Place, Vec<&V>)> {
    let placed = assign(values);
    let taken = |place: Place| placed.iter().filter(move |(of, _)| *of == place).map(|(_, value)| *value).collect();
    let all = SLOTS.iter().map(|slot| (slot.place, taken(slot.place)));
    all.filter(|(_, taken): &(Place, Vec<&V>)| !taken.is_empty()).collect()
}

/// Whether anything stands for a place beside the printed form.
pub(super) fn has_parts(address: &Address) -> bool {
    address.parts().iter().any(|part| !part.is_empty())
}

/// The street as Outlook shows it: several lines, the extended address as the last of them. An address of which nothing
/// but its printed form is known is shown as it is printed.
pub(super) fn street_of(address: &Address) -> String {
    match (address.street.is_empty(), address.extended.is_empty()) {
        (true, true) if !has_parts(address) => address.formatted.clone(),
        (_, true) => address.street.clone(),
        (true, false) => address.extended.clone(),
        (false, false) => format!("{}\n{}", address.street, address.extended),
    }
}

fn list_of(contact: &Contact, field: Field) -> Vec<String> {
    let list = if field == Field::Children { &contact.children } else { &contact.categories };
    list.iter().filter(|text| !text.is_empty()).cloned().collect()
}

fn day_of(contact: &Contact, field: Field) -> Option<String> {
    let date = if field == Field::Birthday { &contact.birthday } else { &contact.anniversary };
    date.as_ref().and_then(Date::known).and_then(date::write)
}

fn code_of(contact: &Contact, field: Field, codes: &[(&str, &'static str)]) -> &'static str {
    let word = match (field, contact.gender.sex) {
        (Field::Gender, Some(Sex::Female)) => "F",
        (Field::Gender, Some(Sex::Male)) => "M",
        (Field::Gender, _) => "",
        _ => contact.sensitivity.as_str(),
    };
    codes.iter().find(|(of, _)| of.eq_ignore_ascii_case(word)).map(|(_, code)| *code).unwrap_or_default()
}
