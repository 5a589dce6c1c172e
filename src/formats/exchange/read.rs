//! A contact from the service's JSON.

use serde_json::{Map, Value};

use super::date;
use super::dialect::{Dialect, Names, names};
use super::extended::{self, Fingerprint, State, same_id};
use super::merge::merge;
use super::print::content;
use super::slots::{Place, SLOTS, Slot, What};
use super::stash;
use super::table::{Carried, ROWS, extended_ids};
use super::write::{Body, Property};
use crate::model::identity::Key;
use crate::model::{Address, Contact, Date, Email, Field, Im, Kind, Phone, Sex, Url};

/// A contact as the service has it.
#[derive(Debug, Clone)]
pub struct Item {
    /// The service's id; it changes when the contact moves.
    pub id: String,
    /// Changes with every change of the contact.
    pub change_key: String,
    /// The folder it is in.
    pub parent_folder: String,
    /// The contact, without its photo.
    pub contact: Contact,
    /// The source record it was made from, when cardferry made it.
    pub key: Option<Key>,
    /// What was uploaded, by which run.
    pub state: Option<State>,
    /// Whether it has a photo; none when the service was not asked or does not say.
    pub has_picture: Option<bool>,
    /// Whether its stash came back damaged: a list may cut long texts, a single contact is whole.
    pub stash_damaged: bool,
    /// Whether another of its extended properties is as long as a list leaves them.
    pub long_text: bool,
}

/// Lists cut the texts of extended properties to this many characters.
const CUT_TEXT: usize = 255;
/// Lists cut notes to this many characters when these begin with an empty line, and take all line breaks out of them
/// (microsoft-graph-docs#17598).
const CUT_NOTES: usize = 256;

impl Item {
    /// Whether it may have lost something on the way through a list, so that it should be fetched by itself. What is just
    /// as cardferry uploaded it is whole. For the rest, notes without a line break are what a list makes of notes that
    /// begin with one.
    pub fn may_be_cut(&self) -> bool {
        let notes = &self.contact.notes;
        let notes = !notes.is_empty() && !notes.contains('\n') && notes.chars().nth(CUT_NOTES).is_none();
        let whole = || self.state.as_ref().is_some_and(|state| state.content == content(&self.contact));
        self.stash_damaged || (self.long_text || notes) && !whole()
    }

    /// The state with a fingerprint that this version can compare: where another version of cardferry made it, the
    /// fingerprint of the content that is there. That is the card that was uploaded, unless somebody has changed it since
    /// or its stash is damaged. The contact must be whole.
    pub fn comparable_state(&self) -> Option<State> {
        let state = self.state.clone()?;
        let content = if state.is_of_this_version() { state.content } else { content(&self.contact) };
        Some(State { content, ..state })
    }
}

/// The ids of all extended properties that a whole contact is made of.
pub fn all_extended() -> Vec<&'static str> {
    let own = [extended::KEY, extended::STATE, extended::STASH, extended::HAS_PICTURE];
    extended_ids().chain(own).collect()
}

/// The properties by which a contact is told and compared: its id and change key, its names, its e-mail addresses and
/// phone numbers.
pub fn telling(dialect: Dialect) -> Vec<&'static str> {
    const NAMES: [Field; 5] = [Field::FullName, Field::GivenName, Field::MiddleName, Field::Surname, Field::Company];
    let texts = ROWS.iter().filter_map(|(field, carried)| match carried {
        Carried::Text(names) if NAMES.contains(field) => Some(*names),
        _ => None,
    });
    let slots = SLOTS.iter().filter_map(|slot| match (slot.what, slot.place) {
        (What::Email | What::Phone(_), Place::One(names) | Place::Many(names, _)) => Some(names),
        _ => None,
    });
    [names::ID, names::CHANGE_KEY].into_iter().chain(texts).chain(slots).map(|names| dialect.pick(names)).collect()
}

/// Reads what the service answers, leniently: what is null, missing, padded or of an unexpected shape is absent.
pub fn read(json: Map<String, Value>, dialect: Dialect) -> Item {
    let mut json = json;
    let mut take = |names: Names| json.remove(dialect.pick(names)).and_then(text).unwrap_or_default();
    let (id, change_key) = (take(names::ID), take(names::CHANGE_KEY));
    let parent_folder = take(names::PARENT_FOLDER);
    let extended = extended_of(&json, dialect);
    let own = |id: &str| extended.iter().find(|(of, _)| same_id(of, id)).map(|(_, value)| value.as_str());
    let key = own(extended::KEY).and_then(|text| text.parse().ok());
    let state = own(extended::STATE).and_then(State::parse);
    let has_picture = own(extended::HAS_PICTURE).map(|text| text.eq_ignore_ascii_case("true"));
    let stash = own(extended::STASH).map(stash::read);
    let long = |(id, value): &(String, String)| !same_id(id, extended::STASH) && value.chars().count() == CUT_TEXT;
    let long_text = extended.iter().any(long);
    let mut contact = contact_of(body_of(json, &extended, dialect));
    let stash_damaged = matches!(stash, Some(Err(_)));
    if let Some(Ok(pieces)) = stash {
        merge(&mut contact, pieces);
    }
    contact.forget_made_name();
    Item { id, change_key, parent_folder, contact, key, state, has_picture, stash_damaged, long_text }
}

/// Fingerprint of a contact's id, if it has one: ids are long, and a folder may hold many.
pub fn id_print(json: &Map<String, Value>, dialect: Dialect) -> Option<Fingerprint> {
    let id = json.get(dialect.pick(names::ID)).and_then(Value::as_str)?;
    Some(Fingerprint::of(id.as_bytes()))
}

/// Whether two contacts of the service hold the same, whatever it says of either beside: ids, times, annotations.
pub fn same_content(one: Map<String, Value>, other: Map<String, Value>) -> bool {
    const MADE_BY_THE_SERVICE: [&str; 4] = ["id", "changeKey", "createdDateTime", "lastModifiedDateTime"];
    let content = |mut json: Map<String, Value>| {
        let made = |name: &str| MADE_BY_THE_SERVICE.iter().any(|of| of.eq_ignore_ascii_case(name));
        json.retain(|name, _| !name.contains('@') && !made(name));
        json
    };
    content(one) == content(other)
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if text.contains('\r') => Some(normal(&text)),
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// A text whose lines are parted by `\n` alone.
pub(super) fn normal(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

fn texts(value: Value) -> Vec<String> {
    let Value::Array(values) = value else { return Vec::new() };
    values.into_iter().filter_map(text).filter(|text| !text.is_empty()).collect()
}

fn object_of(value: Value, wanted: &[Names], dialect: Dialect) -> Vec<(Names, String)> {
    let Value::Object(mut object) = value else { return Vec::new() };
    let part = |names: &Names| Some((*names, object.remove(dialect.pick(*names)).and_then(text)?));
    wanted.iter().filter_map(part).collect()
}

/// The extended properties that say anything: one cannot be taken away, only made empty.
pub(super) fn extended_of(json: &Map<String, Value>, dialect: Dialect) -> Vec<(String, String)> {
    let list = json.get(dialect.pick(names::EXTENDED)).and_then(Value::as_array).into_iter().flatten();
    let pair = |pair: &Value| {
        let part = |names: Names| pair.get(dialect.pick(names)).and_then(Value::as_str).map(normal);
        Some((part(names::EXTENDED_ID)?, part(names::EXTENDED_VALUE)?))
    };
    list.filter_map(pair).filter(|(_, value)| !value.is_empty()).collect()
}

/// Takes the known properties out of the answer.
fn body_of(mut json: Map<String, Value>, extended: &[(String, String)], dialect: Dialect) -> Body {
    let mut body = Body::default();
    let mut take = |names: Names| json.remove(dialect.pick(names));
    for (_, carried) in ROWS {
        match carried {
            Carried::Text(names) | Carried::Day(names) => {
                let found = take(*names).and_then(text).filter(|text| !text.is_empty());
                body.properties.extend(found.map(|text| (*names, Property::Text(text))));
            }
            Carried::TextList(names) => {
                body.properties.extend(take(*names).map(|value| (*names, Property::Texts(texts(value)))));
            }
            _ => {}
        }
    }
    for slot in SLOTS {
        let (Place::One(names) | Place::Many(names, _) | Place::Address(names, _)) = slot.place else { continue };
        body.properties.extend(take(names).and_then(|value| Some((names, slot_of(slot, value, dialect)?))));
    }
    let known = |id: &str| extended_ids().find(|known| same_id(known, id));
    body.extended = extended.iter().filter_map(|(id, value)| Some((known(id)?, value.clone()))).collect();
    body
}

/// What a slot holds.
fn slot_of(slot: &Slot, value: Value, dialect: Dialect) -> Option<Property> {
    const PARTS: &[Names] = &[names::STREET, names::CITY, names::STATE, names::COUNTRY, names::POSTAL_CODE];
    const EMAIL: &[Names] = &[names::EMAIL_NAME, names::EMAIL_ADDRESS];
    match (slot.what, value) {
        (What::Email, Value::Array(values)) => {
            Some(Property::Objects(values.into_iter().map(|value| object_of(value, EMAIL, dialect)).collect()))
        }
        (What::Email, _) => None,
        (What::Address, value) => Some(Property::Object(object_of(value, PARTS, dialect))),
        (_, value @ Value::Array(_)) => Some(Property::Texts(texts(value))),
        (_, value) => text(value).map(Property::Text),
    }
}

/// The contact that a body says: the inverse of writing it.
pub(super) fn contact_of(body: Body) -> Contact {
    let mut contact = Contact::default();
    let mut body = body;
    for (field, carried) in ROWS {
        get(&mut contact, &mut body, *field, *carried);
    }
    contact
}

fn get(contact: &mut Contact, body: &mut Body, field: Field, carried: Carried) {
    match carried {
        Carried::Text(names) => set_text(contact, field, body.take_text(names)),
        Carried::Extended(id) => set_text(contact, field, body.take_extended(id)),
        Carried::TextList(names) => match field {
            Field::Children => contact.children = body.take_texts(names),
            _ => contact.categories = body.take_texts(names),
        },
        Carried::Day(names) => contact.birthday = body.take_text(names).and_then(day),
        Carried::ExtendedDay(id) => contact.anniversary = body.take_extended(id).and_then(day),
        Carried::ExtendedCode(id, codes) => {
            let code = body.take_extended(id).unwrap_or_default();
            let word = codes.iter().find(|(_, of)| *of == code).map(|(word, _)| *word).unwrap_or_default();
            match (field, word) {
                (Field::Gender, "F") => contact.gender.sex = Some(Sex::Female),
                (Field::Gender, "M") => contact.gender.sex = Some(Sex::Male),
                (Field::Gender, _) => {}
                _ => contact.sensitivity = word.to_owned(),
            }
        }
        // All at once, with the first of the fields that live there.
        Carried::Slots if field == Field::Emails => SLOTS.iter().for_each(|slot| body.take_slot(slot, contact)),
        Carried::Slots => {}
        Carried::Lent(_) | Carried::Photo | Carried::Stash => {}
    }
}

fn set_text(contact: &mut Contact, field: Field, text: Option<String>) {
    if let (Some(text), Some(place)) = (text, field.text_mut(contact)) {
        *place = text;
    }
}

fn day(text: String) -> Option<Date> {
    (!date::is_none(&text)).then(|| date::read(&text).map_or_else(|| Date::Text(text), Date::Known))
}

impl Body {
    fn take(&mut self, names: Names) -> Option<Property> {
        let at = self.properties.iter().position(|(of, _)| *of == names)?;
        Some(self.properties.swap_remove(at).1)
    }

    fn take_text(&mut self, names: Names) -> Option<String> {
        match self.take(names)? {
            Property::Text(text) => Some(text),
            _ => None,
        }
    }

    fn take_texts(&mut self, names: Names) -> Vec<String> {
        match self.take(names) {
            Some(Property::Texts(texts)) => texts,
            Some(Property::Text(text)) => vec![text],
            _ => Vec::new(),
        }
    }

    fn take_extended(&mut self, id: &str) -> Option<String> {
        let at = self.extended.iter().position(|(of, _)| *of == id)?;
        Some(self.extended.swap_remove(at).1)
    }

    /// Takes what is in a slot to where it belongs.
    fn take_slot(&mut self, slot: &Slot, contact: &mut Contact) {
        let kind = slot.kind;
        let texts = match slot.place {
            Place::Address(names, po_box) => {
                let address = self.take_address(names, po_box, kind);
                contact.addresses.extend(Some(address).filter(|address| !address.is_empty()));
                return;
            }
            Place::Many(names, _) if slot.what == What::Email => {
                contact.emails = self.take_emails(names);
                return;
            }
            Place::One(names) | Place::Many(names, _) => self.take_texts(names),
            Place::Extended(id) => self.take_extended(id).into_iter().collect(),
        };
        for text in texts.into_iter().filter(|text| !text.is_empty()) {
            match slot.what {
                What::Phone(line) => contact.phones.push(Phone { number: text, line, kind, ..Phone::default() }),
                What::Im => contact.ims.push(Im { address: text, ..Im::default() }),
                _ => contact.urls.push(Url { url: text, kind, ..Url::default() }),
            }
        }
    }

    /// The service names an e-mail after its address when it has no name.
    fn take_emails(&mut self, names: Names) -> Vec<Email> {
        let Some(Property::Objects(objects)) = self.take(names) else { return Vec::new() };
        let email = |texts: Vec<(Names, String)>| {
            let mut email = Email::default();
            for (names, text) in texts {
                *(if names == names::EMAIL_NAME { &mut email.name } else { &mut email.address }) = text;
            }
            if email.name == email.address {
                email.name.clear();
            }
            email
        };
        objects.into_iter().map(email).filter(|email| !email.address.is_empty()).collect()
    }

    fn take_address(&mut self, names: Names, po_box: &str, kind: Option<Kind>) -> Address {
        let mut address = Address { kind, ..Address::default() };
        if let Some(Property::Object(parts)) = self.take(names) {
            for (names, text) in parts {
                *part_mut(&mut address, names) = text;
            }
        }
        address.po_box = self.take_extended(po_box).unwrap_or_default();
        address
    }
}

fn part_mut(address: &mut Address, names: Names) -> &mut String {
    match names {
        names::STREET => &mut address.street,
        names::CITY => &mut address.city,
        names::STATE => &mut address.state,
        names::POSTAL_CODE => &mut address.postal_code,
        _ => &mut address.country,
    }
}
