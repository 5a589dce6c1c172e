//! A contact as the body of a create request.

use serde_json::{Map, Value};

use super::date;
use super::dialect::{Dialect, Names, names};
use super::extended::{self, Fingerprint, Marks};
use super::leftover::leftover;
use super::read::contact_of;
use super::slots::{ADDRESSES, AddressSlot, PHONES, Place, URLS, takes};
use super::stash::Stash;
use super::table::{Carried, ROWS};
use crate::model::{Address, Contact, Date, Field, Loss, Sex};

/// A contact as the service takes it.
#[derive(Debug, Clone)]
pub struct Written {
    body: Body,
    dialect: Dialect,
    /// Fingerprint of the content, the same in both dialects, whenever and by whatever the source was written.
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
    let stash = Stash::of(leftover(contact, &contact_of(body.clone())));
    let content = format!("[{},{}]", Value::Object(body.json(Dialect::Graph)), stash.content());
    let content = Fingerprint::of(content.as_bytes());
    body.extended.extend(stash.text().map(|text| (extended::STASH, text)));
    Written { body, dialect, content, hidden: stash.hidden, losses: stash.losses }
}

impl Written {
    /// The JSON to send, with the marks that say which record it is.
    pub fn json(&self, marks: Option<&Marks>) -> Map<String, Value> {
        let Some(marks) = marks else { return self.body.json(self.dialect) };
        let mut body = self.body.clone();
        body.extended.push((extended::KEY, marks.key.to_string()));
        body.extended.push((extended::STATE, marks.state.to_string()));
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
            Carried::TextList(names) => self.texts(names, list_of(contact, field)),
            Carried::Day(names) => self.text(names, &day_of(contact, field).unwrap_or_default()),
            Carried::Extended(id) => self.extend(id, text()),
            Carried::ExtendedDay(id) => self.extend(id, &day_of(contact, field).unwrap_or_default()),
            Carried::ExtendedCode(id, codes) => self.extend(id, code_of(contact, field, codes)),
            Carried::Emails(names, max) => self.emails(names, max, contact),
            Carried::Ims(names, max) => {
                let addresses = contact.ims.iter().map(|im| &im.address).filter(|text| !text.is_empty());
                self.texts(names, addresses.take(max).cloned().collect());
            }
            Carried::Slots => match field {
                Field::Phones => self.phones(contact),
                Field::Urls => self.urls(contact),
                _ => self.addresses(contact),
            },
            Carried::Photo | Carried::Stash => {}
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

    /// The most preferred ones first, for a mail program offers the first.
    fn emails(&mut self, names: Names, max: usize, contact: &Contact) {
        let mut emails: Vec<_> = contact.emails.iter().filter(|email| !email.address.is_empty()).collect();
        emails.sort_by_key(|email| email.preference.unwrap_or(u8::MAX));
        let object = |email: &&crate::model::Email| {
            let name = if email.name.is_empty() { &email.address } else { &email.name };
            vec![(names::EMAIL_NAME, name.clone()), (names::EMAIL_ADDRESS, email.address.clone())]
        };
        let objects: Vec<_> = emails.iter().take(max).map(object).collect();
        if !objects.is_empty() {
            self.properties.push((names, Property::Objects(objects)));
        }
    }

    fn phones(&mut self, contact: &Contact) {
        let mut waiting: Vec<_> = contact.phones.iter().filter(|phone| !phone.number.is_empty()).collect();
        for slot in PHONES {
            let fits = |phone: &&crate::model::Phone| phone.line == slot.line && takes(slot.kinds, phone.kind);
            self.fill(slot.place, &mut waiting, fits, |phone| &phone.number);
        }
    }

    fn urls(&mut self, contact: &Contact) {
        let mut waiting: Vec<_> = contact.urls.iter().filter(|url| !url.url.is_empty()).collect();
        for slot in URLS {
            self.fill(slot.place, &mut waiting, |url| takes(slot.kinds, url.kind), |url| &url.url);
        }
    }

    /// Puts as many of the waiting values that fit into a place as it has room for.
    fn fill<'a, V>(
        &mut self,
        place: Place,
        waiting: &mut Vec<&'a V>,
        fits: impl Fn(&&'a V) -> bool,
        text: impl Fn(&'a V) -> &'a String,
    ) {
        let room = match place {
            Place::One(names) => usize::from(!self.has(names)),
            Place::Many(_, max) => max,
            Place::Extended(_) => 1,
        };
        let mut taken = Vec::new();
        waiting.retain(|value| {
            let takes = taken.len() < room && fits(value);
            if takes {
                taken.push(text(value).clone());
            }
            !takes
        });
        match (place, taken.is_empty()) {
            (_, true) => {}
            (Place::Many(names, _), _) => self.texts(names, taken),
            (Place::One(names), _) => self.text(names, &taken[0]),
            (Place::Extended(id), _) => self.extend(id, &taken[0]),
        }
    }

    fn has(&self, names: Names) -> bool {
        self.properties.iter().any(|(of, _)| *of == names)
    }

    fn addresses(&mut self, contact: &Contact) {
        let mut waiting: Vec<&Address> = contact.addresses.iter().filter(|address| carries(address)).collect();
        for slot in ADDRESSES {
            if self.has(slot.json) || self.extended.iter().any(|(id, _)| *id == slot.po_box) {
                continue;
            }
            let fitting = waiting.iter().position(|address| takes(slot.kinds, address.kind));
            if let Some(at) = fitting {
                self.address(slot, waiting.remove(at));
            }
        }
    }

    fn address(&mut self, slot: &AddressSlot, address: &Address) {
        let parts = [
            (names::STREET, street_of(address)),
            (names::CITY, address.city.clone()),
            (names::STATE, address.state.clone()),
            (names::COUNTRY, address.country.clone()),
            (names::POSTAL_CODE, address.postal_code.clone()),
        ];
        let parts: Vec<_> = parts.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        if !parts.is_empty() {
            self.properties.push((slot.json, Property::Object(parts)));
        }
        self.extend(slot.po_box, &address.po_box);
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

/// Whether the service has a place for any part of it; a formatted text alone has none.
fn carries(address: &Address) -> bool {
    address.parts().iter().any(|part| !part.is_empty())
}

/// The street as Outlook shows it: several lines, the extended address as the last of them.
pub(super) fn street_of(address: &Address) -> String {
    match (address.street.is_empty(), address.extended.is_empty()) {
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
