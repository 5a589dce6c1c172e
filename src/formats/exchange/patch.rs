//! From a contact as the service has it to what it shall be: the body of an update, and of its undoing.
//!
//! Whatever is compared is compared as a reader takes it: texts without regard to their line breaks' form, days without
//! their time, what is null, blank or padded as absent. Of an unchanged e-mail address the name is not compared, since
//! the service would not change it (microsoft-graph-docs-contrib#8248).
//!
//! What is to be gone is sent as null where it is a text or a day, as an empty list, as an address of nulls, which says
//! so whether the service takes an address whole or part by part. An extended property cannot be taken away
//! (msgraph-sdk-dotnet#719); it is sent as what says nothing: `""`, 0, or the day that Outlook takes for none.

use serde_json::{Map, Value};

use super::date;
use super::dialect::{Dialect, Names, names};
use super::extended::{self, Marks, same_id};
use super::read::{extended_of, normal, read};
use super::slots::{Place, SLOTS, What};
use super::stash;
use super::table::{Carried, ROWS, extended_ids};
use super::write::Written;
use crate::model::{Contact, Field};

mod told;

pub use told::Change;

/// What an update changes.
#[derive(Debug, Clone)]
pub struct Changes {
    /// The body of the update: nothing but what differs, and `displayName` with it. Empty when nothing does.
    pub body: Map<String, Value>,
    /// What a person would call a change, in the order of the fields. Empty when the marks alone differ, or the way in
    /// which the stash says the same.
    pub fields: Vec<Change>,
    /// The contact as it will be read when the update is done, without its photo.
    pub contact: Contact,
}

/// What it takes to make the contact that the service has what was written. `served` is its whole JSON, with all of
/// [`all_extended`](super::all_extended) expanded, in the dialect of `written`; without `marks` its own stay.
///
/// A given name that was filled in because the service wanted one stays as long as there is no other.
pub fn changes(served: &Map<String, Value>, written: &Written, marks: Option<&Marks>) -> Changes {
    let dialect = written.dialect();
    let wanted = wanted(served, written, marks);
    let body = difference(&wanted, served, marks.is_some(), dialect);
    let contact = read(with_names_of(wanted, served, dialect), dialect).contact;
    let fields =
        if body.is_empty() { Vec::new() } else { told::changes(&read(served.clone(), dialect).contact, &contact) };
    Changes { body, fields, contact }
}

/// The body of the update that brings a contact back to what it was: of all that cardferry writes, its marks and the
/// stash too. Both are whole JSON, as for [`changes`]. Empty when nothing differs.
pub fn restore(earlier: &Map<String, Value>, now: &Map<String, Value>, dialect: Dialect) -> Map<String, Value> {
    difference(&recreate(earlier, dialect), now, true, dialect)
}

/// The body of the request that creates a contact again which is gone, from its whole JSON: what the service says by
/// itself is left out.
pub fn recreate(earlier: &Map<String, Value>, dialect: Dialect) -> Map<String, Value> {
    let mut body = Map::new();
    for (names, form) in properties() {
        let name = dialect.pick(names);
        let value = earlier.get(name).and_then(|value| form.sendable(value, dialect));
        body.extend(value.map(|value| (name.to_owned(), value)));
    }
    let kept = extended_of(earlier, dialect).into_iter().filter(|(id, _)| !same_id(id, extended::HAS_PICTURE));
    let pairs: Vec<Value> = kept.map(|(id, value)| pair(own_id(&id).unwrap_or(&id), &value, dialect)).collect();
    if !pairs.is_empty() {
        body.insert(dialect.pick(names::EXTENDED).to_owned(), pairs.into());
    }
    body
}

/// The body as which the contact would be created, but for names that say nothing: those stay as the service has them.
fn wanted(served: &Map<String, Value>, written: &Written, marks: Option<&Marks>) -> Map<String, Value> {
    let dialect = written.dialect();
    let text = |json: &Map<String, Value>, names: Names| {
        json.get(dialect.pick(names)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let mut wanted = written.json(marks);
    let given = text(served, names::GIVEN_NAME);
    if let Some(filler) = written.filler().filter(|_| is_filled(served, &given, dialect)) {
        let contact = read(wanted.clone(), dialect).contact;
        let filler = if still_says(&contact, &given) { given.as_str() } else { filler };
        wanted = written.filled(filler, marks);
        let shown = dialect.pick(names::DISPLAY_NAME).to_owned();
        wanted.entry(shown).or_insert_with(|| filler.into());
    }
    let shown = text(served, names::DISPLAY_NAME);
    if !written.is_named() && shown != text(&wanted, names::DISPLAY_NAME) && !shown.is_empty() {
        let mut kept = wanted.clone();
        kept.insert(dialect.pick(names::DISPLAY_NAME).to_owned(), shown.into());
        let is_made = |json: &Map<String, Value>| read(json.clone(), dialect).contact.name.full.is_empty();
        if is_made(&wanted) && is_made(&kept) {
            wanted = kept;
        }
    }
    wanted
}

/// Whether the given name that the service has was filled in.
fn is_filled(served: &Map<String, Value>, given: &str, dialect: Dialect) -> bool {
    let extended = extended_of(served, dialect);
    let stash = extended.iter().find(|(id, _)| same_id(id, extended::STASH));
    stash.is_some_and(|(_, text)| stash::has_filler(text, given))
}

/// Whether a name that was filled in would do for the contact as it shall be: it is still one of the things that it was
/// made of.
fn still_says(contact: &Contact, filler: &str) -> bool {
    filler == contact.display_name()
        || filler == contact.organization.company
        || filler == contact.name.nickname
        || contact.emails.iter().any(|email| email.address == filler)
        || contact.phones.iter().any(|phone| phone.number == filler)
}

/// The same body with the names that the service will keep for e-mail addresses that it has.
fn with_names_of(mut wanted: Map<String, Value>, served: &Map<String, Value>, dialect: Dialect) -> Map<String, Value> {
    let list = dialect.pick(("emailAddresses", "EmailAddresses"));
    let (name, address) = (dialect.pick(names::EMAIL_NAME), dialect.pick(names::EMAIL_ADDRESS));
    let known = served.get(list).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let address_of = |email: &Value| email.get(address).and_then(Value::as_str).map(str::to_lowercase);
    for email in wanted.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
        let of = address_of(email);
        let same = known.iter().find(|known| of.is_some() && address_of(known) == of);
        if let Some(kept) = same.and_then(|known| known.get(name)).filter(|kept| kept.is_string()) {
            email[name] = kept.clone();
        }
    }
    wanted
}

/// What has to be sent so that what is `served` becomes what is `wanted`, a body as for a new contact. cardferry's marks
/// are compared where they are `marked`.
fn difference(
    wanted: &Map<String, Value>,
    served: &Map<String, Value>,
    marked: bool,
    dialect: Dialect,
) -> Map<String, Value> {
    let mut body = Map::new();
    for (names, form) in properties() {
        let name = dialect.pick(names);
        let (new, old) = (wanted.get(name), served.get(name));
        if form.said(new, dialect) != form.said(old, dialect) {
            body.insert(name.to_owned(), form.sent(new, dialect));
        }
    }
    let pairs = extended_difference(wanted, served, marked, dialect);
    if !pairs.is_empty() {
        body.insert(dialect.pick(names::EXTENDED).to_owned(), pairs.into());
    }
    // The service would make another one of the parts.
    let shown = dialect.pick(names::DISPLAY_NAME);
    if let Some(name) = wanted.get(shown).filter(|_| !body.is_empty()) {
        body.insert(shown.to_owned(), name.clone());
    }
    body
}

fn extended_difference(
    wanted: &Map<String, Value>,
    served: &Map<String, Value>,
    marked: bool,
    dialect: Dialect,
) -> Vec<Value> {
    let [new, old] = [wanted, served].map(|json| extended_of(json, dialect));
    let of = |list: &[(String, String)], id: &str| {
        list.iter().find(|(of, _)| same_id(of, id)).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let compared = |id: &&str| marked || *id != extended::KEY && *id != extended::STATE;
    let sent = own_ids().filter(compared).filter_map(|id| {
        let (form, new, old) = (Wording::of(id), of(&new, id), of(&old, id));
        let said = form.said(&new);
        if said == form.said(&old) {
            return None;
        }
        let cleared = said.is_none();
        // What no reader understands says nothing to anybody, and is left alone.
        let understood = !cleared || form.is_understood(&old);
        let value = if cleared { form.nothing() } else { new.as_str() };
        understood.then(|| pair(id, value, dialect))
    });
    sent.collect()
}

/// The extended properties that cardferry writes.
fn own_ids() -> impl Iterator<Item = &'static str> {
    extended_ids().chain([extended::KEY, extended::STATE, extended::STASH])
}

fn own_id(id: &str) -> Option<&'static str> {
    own_ids().find(|own| same_id(own, id))
}

fn pair(id: &str, value: &str, dialect: Dialect) -> Value {
    let pair = [(names::EXTENDED_ID, id), (names::EXTENDED_VALUE, value)];
    let pair = pair.into_iter().map(|(names, text)| (dialect.pick(names).to_owned(), text.into()));
    Value::Object(pair.collect())
}

/// How the text of an extended property says something.
#[derive(Clone, Copy)]
enum Wording {
    Text,
    Day,
    Code(&'static [(&'static str, &'static str)]),
}

impl Wording {
    fn of(id: &str) -> Self {
        let row = ROWS.iter().find_map(|(_, carried)| match carried {
            Carried::ExtendedDay(of) if *of == id => Some(Wording::Day),
            Carried::ExtendedCode(of, codes) if *of == id => Some(Wording::Code(codes)),
            _ => None,
        });
        row.unwrap_or(Wording::Text)
    }

    fn said(self, text: &str) -> Option<String> {
        match self {
            Wording::Day => day_said(text),
            Wording::Code(_) => Some(text.to_owned()).filter(|code| code != self.nothing()),
            Wording::Text => Some(normal(text)),
        }
        .filter(|said| !said.is_empty())
    }

    fn is_understood(self, text: &str) -> bool {
        match self {
            Wording::Code(codes) => codes.iter().any(|(_, code)| *code == text),
            Wording::Text | Wording::Day => true,
        }
    }

    fn nothing(self) -> &'static str {
        match self {
            Wording::Text => "",
            Wording::Day => date::NO_DAY,
            Wording::Code(_) => "0",
        }
    }
}

/// The form of a JSON property's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Day,
    Texts,
    Emails,
    Address,
}

/// Every JSON property that cardferry writes.
fn properties() -> impl Iterator<Item = (Names, Form)> {
    let rows = ROWS.iter().filter_map(|(_, carried)| match carried {
        Carried::Text(names) => Some((*names, Form::Text)),
        Carried::TextList(names) => Some((*names, Form::Texts)),
        Carried::Day(names) => Some((*names, Form::Day)),
        _ => None,
    });
    let slots = SLOTS.iter().filter_map(|slot| match (slot.place, slot.what) {
        (Place::One(names), _) => Some((names, Form::Text)),
        (Place::Many(names, _), What::Email) => Some((names, Form::Emails)),
        (Place::Many(names, _), _) => Some((names, Form::Texts)),
        (Place::Address(names, _), _) => Some((names, Form::Address)),
        (Place::Extended(_), _) => None,
    });
    rows.chain(slots)
}

/// The parts of an address.
const PARTS: [Names; 5] = [names::STREET, names::CITY, names::STATE, names::COUNTRY, names::POSTAL_CODE];

impl Form {
    /// What a value says; empty where that is nothing.
    fn said(self, value: Option<&Value>, dialect: Dialect) -> Vec<String> {
        let Some(value) = value else { return Vec::new() };
        let text = |value: &Value| value.as_str().map(normal).filter(|text| !text.is_empty());
        let part = |names: Names| value.get(dialect.pick(names)).and_then(text).unwrap_or_default();
        let values = || value.as_array().map_or(&[][..], Vec::as_slice).iter();
        match self {
            Form::Text => text(value).into_iter().collect(),
            Form::Day => text(value).and_then(|text| day_said(&text)).into_iter().collect(),
            Form::Texts => values().filter_map(text).collect(),
            Form::Emails => {
                let address = |email: &Value| email.get(dialect.pick(names::EMAIL_ADDRESS)).and_then(text);
                values().filter_map(address).collect()
            }
            Form::Address => {
                let parts = PARTS.map(part);
                if parts.iter().all(String::is_empty) { Vec::new() } else { parts.to_vec() }
            }
        }
    }

    /// A value of an update: whole, or what takes it away.
    fn sent(self, value: Option<&Value>, dialect: Dialect) -> Value {
        let value = value.filter(|value| !self.said(Some(value), dialect).is_empty());
        match (self, value) {
            (Form::Address, value) => {
                let part = |names: Names| {
                    let name = dialect.pick(names);
                    (name.to_owned(), value.and_then(|value| value.get(name)).cloned().unwrap_or_default())
                };
                Value::Object(PARTS.into_iter().map(part).collect())
            }
            (_, Some(value)) => value.clone(),
            (Form::Text | Form::Day, None) => Value::Null,
            (Form::Texts | Form::Emails, None) => Value::Array(Vec::new()),
        }
    }

    /// A value that was served, as it is sent with a new contact; none where it says nothing.
    fn sendable(self, value: &Value, dialect: Dialect) -> Option<Value> {
        if self.said(Some(value), dialect).is_empty() {
            return None;
        }
        let object = |value: &Value, wanted: &[Names]| {
            let part = |names: &Names| {
                let name = dialect.pick(*names);
                Some((name.to_owned(), value.get(name).filter(|part| part.is_string())?.clone()))
            };
            Value::Object(wanted.iter().filter_map(part).collect())
        };
        let values = || value.as_array().map_or(&[][..], Vec::as_slice).iter().filter(|value| !value.is_null());
        Some(match self {
            Form::Text => value.clone(),
            Form::Day => {
                let day = value.as_str().and_then(date::read).and_then(date::write);
                day.map_or_else(|| value.clone(), Value::from)
            }
            Form::Texts => values().cloned().collect(),
            Form::Emails => values().map(|email| object(email, &[names::EMAIL_NAME, names::EMAIL_ADDRESS])).collect(),
            Form::Address => object(value, &PARTS),
        })
    }
}

/// A day as the service keeps it, whatever the time; a text that is no day as it is.
fn day_said(text: &str) -> Option<String> {
    let day = || date::read(text).and_then(date::write).unwrap_or_else(|| text.to_owned());
    (!date::is_none(text)).then(day)
}

#[cfg(test)]
mod tests;
