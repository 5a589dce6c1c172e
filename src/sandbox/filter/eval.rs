//! Holding contacts and folders against a [`Filter`].

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use super::{Collection, Field, Filter, Op, Operand, Test};
use crate::sandbox::extended::HAS_PICTURE;
use crate::sandbox::store::{ContactRow, FolderRow};

/// What a filter is held against.
#[derive(Clone, Copy)]
pub(in crate::sandbox) enum Item<'a> {
    /// A contact and its extended properties.
    Contact(&'a ContactRow, &'a [(String, String)]),
    Folder(&'a FolderRow),
    Text(&'a str),
    Email(&'a Value),
    /// Normalised id and value.
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
                entries(*collection, item).any(|entry| body.as_ref().is_none_or(|body| body.matches(entry)))
            }
        }
    }
}

fn entries<'a>(collection: Collection, item: Item<'a>) -> Box<dyn Iterator<Item = Item<'a>> + 'a> {
    let Item::Contact(contact, extended) = item else { return Box::new(std::iter::empty()) };
    let list = |name: &str| contact.content.get(name).and_then(Value::as_array).into_iter().flatten();
    match collection {
        Collection::Emails => Box::new(list("emailAddresses").map(Item::Email)),
        Collection::Texts(name) => Box::new(list(name).filter_map(Value::as_str).map(Item::Text)),
        Collection::Extended => {
            let picture = if contact.has_photo { "true" } else { "false" };
            let stored = extended.iter().map(|(id, value)| Item::Extended(id, value));
            Box::new(stored.chain([Item::Extended(HAS_PICTURE, picture)]))
        }
    }
}

impl Test {
    fn matches(&self, item: Item<'_>) -> bool {
        if let Operand::Time(wanted) = self.value {
            let Some(found) = time(self.field, item) else { return self.op == Op::Ne };
            return ordered(found.cmp(&wanted), self.op);
        }
        let found = text(self.field, item);
        match (&self.value, found) {
            (Operand::Text(wanted), Some(found)) if self.field == Field::ExtendedId => found == wanted.as_str(),
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

fn text<'a>(field: Field, item: Item<'a>) -> Option<Cow<'a, str>> {
    match (field, item) {
        (Field::Property(name, part), Item::Contact(contact, _)) => {
            let value = contact.content.get(name)?;
            part.map_or(Some(value), |part| value.get(part))?.as_str().map(Cow::Borrowed)
        }
        (Field::Property("displayName", _), Item::Folder(folder)) => Some(Cow::Borrowed(&folder.name)),
        (Field::Entry, Item::Text(text)) => Some(Cow::Borrowed(text)),
        (Field::EmailAddress, Item::Email(email)) => email.get("address")?.as_str().map(Cow::Borrowed),
        (Field::ExtendedId, Item::Extended(id, _)) => Some(Cow::Borrowed(id)),
        (Field::ExtendedValue, Item::Extended(_, value)) => Some(Cow::Borrowed(value)),
        _ => None,
    }
}

fn time(field: Field, item: Item<'_>) -> Option<Timestamp> {
    let (Field::Time(name), Item::Contact(contact, _)) = (field, item) else { return None };
    match name {
        "createdDateTime" => Timestamp::from_second(contact.created).ok(),
        "lastModifiedDateTime" => Timestamp::from_second(contact.modified).ok(),
        // A day compares as the moment that Graph shows for it.
        _ => format!("{}T11:59:00Z", contact.content.get(name)?.as_str()?).parse().ok(),
    }
}

/// The order of two items by one field; what has no value comes first.
pub(in crate::sandbox) fn compare_by(field: Field, one: Item<'_>, other: Item<'_>) -> Ordering {
    if let Field::Time(_) = field {
        return time(field, one).cmp(&time(field, other));
    }
    let folded = |item| text(field, item).map(|text| text.to_lowercase());
    folded(one).cmp(&folded(other))
}
