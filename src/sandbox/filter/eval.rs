//! Holding contacts and folders against a [`Filter`].

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use super::{Cast, Collection, Field, Filter, Op, Operand, Test};
use crate::sandbox::extended::{HAS_PICTURE, Stored, stored, values};
use crate::sandbox::store::{ContactRow, FolderRow};

/// What a filter is held against. Extended properties are normalised ids and values, as the store has them.
#[derive(Clone, Copy)]
pub(in crate::sandbox) enum Item<'a> {
    Contact(&'a ContactRow, &'a [(String, String)]),
    Folder(&'a FolderRow, &'a [(String, String)]),
    Text(&'a str),
    Email(&'a Value),
    /// Id and value of an extended property or an extension.
    Extended(&'a str, &'a str),
}

impl Filter {
    /// Whether the item is one that the filter lets through.
    pub(in crate::sandbox) fn matches(&self, item: Item<'_>) -> bool {
        match self {
            Filter::Or(all) => all.iter().any(|one| one.matches(item)),
            Filter::And(all) => all.iter().all(|one| one.matches(item)),
            Filter::Not(one) => !one.matches(item),
            Filter::Test(test) => test.matches(item),
            Filter::Any(collection, body) => {
                any(*collection, item, |entry| body.as_ref().is_none_or(|body| body.matches(entry)))
            }
        }
    }
}

/// Whether any entry of an item's collection passes.
fn any(collection: Collection, item: Item<'_>, pass: impl Fn(Item<'_>) -> bool) -> bool {
    let extended = |wanted: Stored, has: &[(String, String)]| {
        has.iter().any(|(id, value)| stored(id) == wanted && pass(Item::Extended(id, value)))
    };
    match (collection, item) {
        (Collection::Emails, Item::Contact(contact, _)) => {
            list(contact, "emailAddresses").any(|email| pass(Item::Email(email)))
        }
        (Collection::Texts(name), Item::Contact(contact, _)) => {
            list(contact, name).filter_map(Value::as_str).any(|text| pass(Item::Text(text)))
        }
        (Collection::Single, Item::Contact(contact, has)) => {
            let picture = if contact.has_photo { "true" } else { "false" };
            extended(Stored::Single, has) || pass(Item::Extended(HAS_PICTURE, picture))
        }
        (Collection::Single, Item::Folder(_, has)) => extended(Stored::Single, has),
        (Collection::Multi, Item::Contact(_, has) | Item::Folder(_, has)) => extended(Stored::Multi, has),
        (Collection::Extensions, Item::Contact(_, has)) => extended(Stored::Extension, has),
        (Collection::Values, Item::Extended(_, value)) => values(value).iter().any(|text| pass(Item::Text(text))),
        _ => false,
    }
}

fn list<'a>(contact: &'a ContactRow, name: &str) -> impl Iterator<Item = &'a Value> {
    contact.content.get(name).and_then(Value::as_array).into_iter().flatten()
}

impl Test {
    fn matches(&self, item: Item<'_>) -> bool {
        match self.value {
            Operand::Time(wanted) => self.compares(time(self.field, item).map(|found| found.cmp(&wanted))),
            Operand::Integer(wanted) => self.compares(number(item, |text| {
                let whole = text.parse::<i64>().ok().map(|found| found.cmp(&wanted));
                whole.or_else(|| text.parse::<f64>().ok()?.partial_cmp(&(wanted as f64)))
            })),
            Operand::Number(wanted) => {
                self.compares(number(item, |text| text.parse::<f64>().ok()?.partial_cmp(&wanted)))
            }
            Operand::Boolean(wanted) => {
                let found = number(item, |text| text.to_ascii_lowercase().parse::<bool>().ok());
                self.compares(found.map(|found| found.cmp(&wanted)))
            }
            Operand::Null | Operand::Text(_) | Operand::Exact(_) => self.matches_text(item),
        }
    }

    /// What has no value differs from every value.
    fn compares(&self, found: Option<Ordering>) -> bool {
        found.map_or(self.op == Op::Ne, |found| ordered(found, self.op))
    }

    fn matches_text(&self, item: Item<'_>) -> bool {
        let found = text(self.field, item);
        match (&self.value, found) {
            (Operand::Text(wanted), Some(found)) if self.field == Field::ExtendedId => found == wanted.as_str(),
            (Operand::Text(wanted), Some(found)) if self.field == Field::Cast(Cast::Guid) => {
                words(found.trim_matches(['{', '}']).to_lowercase().as_str(), self.op, wanted)
            }
            (Operand::Text(wanted), Some(found)) => words(&found.to_lowercase(), self.op, wanted),
            (Operand::Exact(wanted), Some(found)) => words(&found, self.op, wanted),
            (Operand::Text(_) | Operand::Exact(_), None) => self.op == Op::Ne,
            (_, found) => found.is_none() == (self.op == Op::Eq),
        }
    }
}

fn words(found: &str, op: Op, wanted: &str) -> bool {
    match op {
        Op::StartsWith => found.starts_with(wanted),
        Op::EndsWith => found.ends_with(wanted),
        Op::Contains => found.contains(wanted),
        _ => ordered(found.cmp(wanted), op),
    }
}

fn ordered(order: Ordering, op: Op) -> bool {
    match op {
        Op::Eq => order.is_eq(),
        Op::Ne => order.is_ne(),
        Op::Gt => order.is_gt(),
        Op::Ge => order.is_ge(),
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
        Op::StartsWith | Op::EndsWith | Op::Contains => false,
    }
}

/// An extended property's value as something else than a text.
fn number<T>(item: Item<'_>, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    let Item::Extended(_, value) = item else { return None };
    read(value)
}

fn text<'a>(field: Field, item: Item<'a>) -> Option<Cow<'a, str>> {
    match (field, item) {
        (Field::Property(name, part), Item::Contact(contact, _)) => {
            let value = contact.content.get(name)?;
            part.map_or(Some(value), |part| value.get(part))?.as_str().map(Cow::Borrowed)
        }
        (Field::Property("displayName", _), Item::Folder(folder, _)) => Some(Cow::Borrowed(&folder.name)),
        (Field::Entry, Item::Text(text)) => Some(Cow::Borrowed(text)),
        (Field::EmailAddress, Item::Email(email)) => email.get("address")?.as_str().map(Cow::Borrowed),
        (Field::ExtendedId, Item::Extended(id, _)) => Some(Cow::Borrowed(id)),
        (Field::ExtendedValue | Field::Cast(_), Item::Extended(_, value)) => Some(Cow::Borrowed(value)),
        (Field::Time(_), Item::Contact(..)) => time(field, item).map(|time| Cow::Owned(time.to_string())),
        _ => None,
    }
}

fn time(field: Field, item: Item<'_>) -> Option<Timestamp> {
    match (field, item) {
        (Field::Cast(Cast::Moment), Item::Extended(_, value)) => value.parse().ok(),
        (Field::Time("createdDateTime"), Item::Contact(contact, _)) => Timestamp::from_second(contact.created).ok(),
        (Field::Time("lastModifiedDateTime"), Item::Contact(contact, _)) => {
            Timestamp::from_second(contact.modified).ok()
        }
        // A day compares as the moment that Graph shows for it.
        (Field::Time(name), Item::Contact(contact, _)) => {
            format!("{}T11:59:00Z", contact.content.get(name)?.as_str()?).parse().ok()
        }
        _ => None,
    }
}

/// What items are sorted by; what has no value comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::sandbox) enum Key {
    None,
    Time(Timestamp),
    /// In lower case.
    Text(String),
}

/// An item's place in the order by one field.
pub(in crate::sandbox) fn key(field: Field, item: Item<'_>) -> Key {
    match field {
        Field::Time(_) => time(field, item).map_or(Key::None, Key::Time),
        _ => text(field, item).map_or(Key::None, |text| Key::Text(text.to_lowercase())),
    }
}

/// The order of two items by one field.
pub(in crate::sandbox) fn compare_by(field: Field, one: Item<'_>, other: Item<'_>) -> Ordering {
    key(field, one).cmp(&key(field, other))
}
