//! A mapping file's TOML as a tree whose values know where they stand.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::formats::table::fold::{fold, nearest};

/// What is wrong with a mapping file, and where. Prints as `line 3, column 9: …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct MapError {
    /// The line, from 1.
    pub line: usize,
    /// The letter in the line, from 1.
    pub column: usize,
    /// What is wrong, and what to do.
    pub what: String,
}

/// A value with its place.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A key with its place.
pub(super) type Name<'t> = Spanned<DeString<'t>>;

/// A file's text, which knows what line a place is on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'t>(pub(super) &'t str);

impl<'t> Text<'t> {
    /// The tree of the text.
    pub(super) fn tree(self) -> Result<Spanned<DeTable<'t>>, MapError> {
        DeTable::parse(self.0)
            .map_err(|error| self.error(error.span().unwrap_or_default(), format!("is no TOML: {}", error.message())))
    }

    /// What is wrong at a place.
    pub(super) fn error(self, at: Range<usize>, what: impl Into<String>) -> MapError {
        let before = self.0.get(..at.start).unwrap_or(self.0);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        MapError { line, column, what: what.into() }
    }

    /// A value that is a text.
    pub(super) fn string<'v>(self, value: &'v Value<'t>) -> Result<&'v str, MapError> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text),
            other => Err(self.error(value.span(), format!("wants a text in quotes, not {}", kind(other)))),
        }
    }

    /// A value that is a list of texts.
    pub(super) fn strings<'v>(self, value: &'v Value<'t>) -> Result<Vec<(&'v str, Range<usize>)>, MapError> {
        let DeValue::Array(items) = value.get_ref() else {
            let what = format!("wants a list of texts, as in [\"a\", \"b\"], not {}", kind(value.get_ref()));
            return Err(self.error(value.span(), what));
        };
        items.iter().map(|item| Ok((self.string(item)?, item.span()))).collect()
    }

    /// A value that is a table; `name` is what it is called.
    pub(super) fn table<'v>(self, value: &'v Value<'t>, name: &str) -> Result<&'v DeTable<'t>, MapError> {
        match value.get_ref() {
            DeValue::Table(table) => Ok(table),
            other => Err(self.error(value.span(), format!("wants a table [{name}], not {}", kind(other)))),
        }
    }

    /// Refuses a key that is none of these.
    pub(super) fn only(self, table: &DeTable<'t>, known: &[&str]) -> Result<(), MapError> {
        match table.keys().find(|key| !known.contains(&&**key.get_ref())) {
            None => Ok(()),
            Some(key) => {
                let names = known.iter().copied();
                let what = format!("nothing is called “{}” here{}", key.get_ref(), suggestion(key.get_ref(), names));
                Err(self.error(key.span(), format!("{what}; known are {}", known.join(", "))))
            }
        }
    }
}

/// The keys and values in the order in which they stand in the file.
pub(super) fn in_order<'v, 't>(table: &'v DeTable<'t>) -> Vec<(&'v Name<'t>, &'v Value<'t>)> {
    let mut pairs: Vec<_> = table.iter().collect();
    pairs.sort_by_key(|(key, _)| key.span().start);
    pairs
}

/// A known name that was perhaps meant, as the end of a message.
pub(super) fn suggestion<'n>(text: &str, names: impl Iterator<Item = &'n str>) -> String {
    nearest(&fold(text), names).map_or(String::new(), |name| format!("; did you mean “{name}”?"))
}

/// What a value is, in words.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
