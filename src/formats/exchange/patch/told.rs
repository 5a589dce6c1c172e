//! What differs between two contacts, for people to read.

use std::fmt;

use serde_json::Value;

use super::{Contact, Field};
use crate::formats::exchange::piece;
use crate::formats::exchange::print::{HEAPS, content, netstring, plain};
use crate::formats::exchange::rules::line_word;
use crate::formats::exchange::words::{LINES, of_word};
use crate::model::{Line, Rest, Shape};

/// One thing that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The field that it belongs to.
    pub field: Field,
    /// What it is: the field's name, in a list that of the sort (`phone (work)`).
    pub name: String,
    /// What is there; empty where that is nothing. Personal data: for the user's own eyes.
    pub before: String,
    /// What shall be there; empty where that is nothing.
    pub after: String,
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &str| {
            if text.is_empty() { "nothing".to_owned() } else { format!("\"{}\"", text.replace('\n', " / ")) }
        };
        write!(out, "{}: {} -> {}", self.name, shown(&self.before), shown(&self.after))
    }
}

/// What differs in what the two say of the contact.
pub(super) fn changes(before: &Contact, after: &Contact) -> Vec<Change> {
    let mut changes = Vec::new();
    if content(before) == content(after) {
        return changes;
    }
    let (before, after) = (plain(before), plain(after));
    for field in Field::ALL.iter().copied().filter(|field| *field != Field::Revision) {
        let [old, new] = [&before, &after].map(|contact| value(field, contact));
        let [remark, other] = [&before, &after].map(|contact| contact.rest_of(field).map(remark_text));
        if old == new && remark == other {
            continue;
        }
        match (&old, &new) {
            (Value::Array(old), Value::Array(new)) if field.shape() == Shape::Structured => {
                in_a_list(field, old, new, &mut changes);
            }
            _ if old == new => {
                let shown = |remark: Option<String>| format!("{}{}", text(&old), remark.unwrap_or_default());
                changes.push(Change {
                    field,
                    name: field.name().to_owned(),
                    before: shown(remark),
                    after: shown(other),
                });
            }
            _ => {
                let (before, after) = (text(&old), text(&new));
                changes.push(Change { field, name: field.name().to_owned(), before, after });
            }
        }
    }
    changes
}

/// What a contact has in a field, null where that is nothing; lists whose order says nothing in an order of their own.
fn value(field: Field, contact: &Contact) -> Value {
    if field.is_absent(contact) {
        let is_list = matches!(field.shape(), Shape::Structured | Shape::TextList);
        let is_list = is_list && !matches!(field, Field::Gender | Field::Photo);
        return if is_list { Value::Array(Vec::new()) } else { Value::Null };
    }
    let mut value = piece::value_of(field, contact).unwrap_or_default();
    if let Some(values) = value.as_array_mut().filter(|_| HEAPS.contains(&field)) {
        values.sort_by_cached_key(netstring);
    }
    value
}

/// The sorts of a list in which something differs. Where the same stands in every sort, what is said of it does.
fn in_a_list(field: Field, old: &[Value], new: &[Value], changes: &mut Vec<Change>) {
    let names: Vec<String> = old.iter().chain(new).map(|value| name(field, value)).collect();
    let shown = |values: &[Value], of: &str| {
        let of = values.iter().filter(|value| name(field, value) == of).map(|value| item(field, value));
        of.collect::<Vec<_>>().join(", ")
    };
    let known = changes.len();
    for (_, name) in names.iter().enumerate().filter(|(at, name)| !names[..*at].contains(name)) {
        let (before, after) = (shown(old, name), shown(new, name));
        if before != after {
            changes.push(Change { field, name: name.clone(), before, after });
        }
    }
    if changes.len() == known {
        let all = |values: &[Value]| values.iter().map(|value| item(field, value)).collect::<Vec<_>>().join(", ");
        let name = format!("{} (order)", field.name());
        changes.push(Change { field, name, before: all(old), after: all(new) });
    }
}

/// What a value of a list is.
fn name(field: Field, value: &Value) -> String {
    let word = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let line = || line_word(of_word::<Line>(LINES, word("line")).unwrap_or_default());
    let (name, sort) = match field {
        Field::Emails => ("e-mail", word("kind")),
        Field::Phones => (line(), word("kind")),
        Field::Ims => ("messaging address", word("kind")),
        Field::Urls => ("web page", word("kind")),
        Field::Addresses => ("address", word("kind")),
        Field::Organizations => ("further employer", ""),
        Field::Events => ("date", word("label")),
        Field::Relations => ("related person", word("label")),
        _ => (word("name"), ""),
    };
    if sort.is_empty() { name.to_owned() } else { format!("{name} ({sort})") }
}

/// The members of a value that are no part of its text.
const NOT_TEXT: [&str; 6] = ["kind", "line", "label", "preference", "rest", "column"];

/// A value of a list and all that is said of it but its sort.
fn item(field: Field, value: &Value) -> String {
    let told = matches!(field, Field::Events | Field::Relations);
    let label = value.get("label").and_then(Value::as_str).filter(|label| !told && !label.is_empty());
    let label = label.map(|label| format!("“{label}”"));
    let preference = value.get("preference").map(|preference| format!("preference {preference}"));
    let rest = value.get("rest").map(Value::to_string);
    let said: Vec<String> = [label, preference, rest].into_iter().flatten().collect();
    let shown = if field == Field::Extra { text(&value["value"]) } else { text(value) };
    if said.is_empty() { shown } else { format!("{shown} [{}]", said.join(", ")) }
}

/// A value as text: its parts in a row, a date with its parts as far as they are known.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(parts) if parts.iter().any(Value::is_number) => {
            let part = |part: &Value| part.as_u64().map_or_else(|| "-".to_owned(), |number| format!("{number:02}"));
            parts.iter().map(part).collect::<Vec<_>>().join("-")
        }
        Value::Array(values) => in_a_row(values.iter()),
        Value::Object(members) => {
            in_a_row(members.iter().filter(|(name, _)| !NOT_TEXT.contains(&name.as_str())).map(|(_, value)| value))
        }
        other => other.to_string(),
    }
}

fn in_a_row<'a>(values: impl Iterator<Item = &'a Value>) -> String {
    let texts: Vec<String> = values.map(text).filter(|text| !text.is_empty()).collect();
    texts.join(", ")
}

fn remark_text(rest: &Rest) -> String {
    let params = rest.params.iter().map(|(name, values)| format!("{name}={}", values.join(",")));
    let said: Vec<String> = params.chain(rest.raw.as_deref().map(str::to_owned)).collect();
    format!(" [{}]", said.join("; "))
}
