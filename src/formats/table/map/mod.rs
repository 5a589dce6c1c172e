//! Mapping files: what the user says about a table's columns, in place of what its headers say by themselves.
//!
//! A file goes through these layers: `tree` walks its TOML and knows where each value stands, `file` and `entry` make a
//! [`Map`] of it, `fit` holds that against a header row, and `view` puts the cells that it makes behind those of each
//! row, so that everything behind it reads an ordinary row. `written` goes the other way: a file of what was decided
//! without one, for the user to edit.

mod entry;
mod file;
mod fit;
mod tree;
mod view;
mod written;

use encoding_rs::Encoding;
use regex::Regex;

use crate::formats::table::DateOrder;
use crate::formats::table::column::Column;
use crate::formats::table::dialects::DialectChoice;

pub use tree::MapError;
pub(in crate::formats) use view::{Cells, Mapped};
pub(in crate::formats) use written::{file, input, written};

/// What a mapping file says.
#[derive(Debug, Clone)]
pub struct Map {
    /// What the user calls it; may be empty.
    pub name: String,
    /// The table's character set, if it is said.
    pub encoding: Option<&'static Encoding>,
    /// What stands between its cells, if it is said.
    pub delimiter: Option<u8>,
    /// The order of its dates, if it is said.
    pub date_order: Option<DateOrder>,
    header: HeaderRow,
    dialect: Naming,
    /// What separates the values of one cell; none: as the dialect has it.
    separators: Option<Vec<String>>,
    entries: Vec<Entry>,
    constants: Vec<(Target, String)>,
    /// Whether a column that is not named means what it means in the dialect.
    by_dialect: bool,
    unmapped: Unmapped,
}

/// Which row is the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HeaderRow {
    /// The one of the first rows that has the most of the named columns.
    Auto,
    /// The one of this number, from 0.
    Row(usize),
    /// None of them: columns have numbers alone.
    None,
}

/// The dialect whose conventions hold in the cells.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Naming {
    /// No program's.
    None,
    /// The one that the headers fit best.
    Auto,
    /// The one that the file names.
    Choice(DialectChoice),
}

/// What becomes of a column that nothing is said about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unmapped {
    /// It is kept under its header, and told.
    Report,
    /// It becomes lines of the notes.
    Notes,
    /// The table is refused.
    Error,
    /// It is left out.
    Ignore,
}

/// One line of `[columns]`.
#[derive(Debug, Clone)]
struct Entry {
    /// The column, or what joined ones are called.
    key: Key,
    to: To,
}

/// How a column is named.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    /// As it stands in the file.
    text: String,
    /// Its number from 0, where it is `@` and a number.
    number: Option<usize>,
}

/// What becomes of a column.
#[derive(Debug, Clone)]
enum To {
    /// It is left out.
    Ignore,
    /// It is kept under its header.
    Keep,
    /// It is a value.
    Value(Target, Around),
    /// It holds several values: one for each group of the pattern; none for a group that is left out.
    Split(Regex, Vec<Option<Target>>),
    /// Several columns are one value.
    Join(Vec<Key>, String, Target, Around),
}

/// A place in the contact, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    column: Column,
    name: String,
}

/// What is put before and behind a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Around {
    prefix: String,
    suffix: String,
}

impl Around {
    fn is_bare(&self) -> bool {
        self.prefix.is_empty() && self.suffix.is_empty()
    }
}

impl Map {
    /// One that says nothing, for a table whose headers nobody knows: each column is kept under its header.
    pub fn blank() -> Map {
        Map {
            name: String::new(),
            encoding: None,
            delimiter: None,
            date_order: None,
            header: HeaderRow::Auto,
            dialect: Naming::None,
            separators: None,
            entries: Vec::new(),
            constants: Vec::new(),
            by_dialect: false,
            unmapped: Unmapped::Report,
        }
    }

    /// Every name that a column may be given, `[]` where a number stands.
    pub fn vocabulary() -> Vec<String> {
        Column::names().collect()
    }

    /// Whether a row of the table is its header.
    pub(in crate::formats) fn has_header(&self) -> bool {
        self.header != HeaderRow::None
    }

    /// Whether it says nothing about any column.
    fn is_blank(&self) -> bool {
        self.entries.is_empty() && !self.by_dialect
    }
}
