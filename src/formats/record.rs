//! What every reader hands on.

use std::fmt;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use encoding_rs::Encoding;

use crate::formats::Position;
use crate::formats::table::Findings;
use crate::model::{Contact, Group, Loss};

/// One record of a source: a contact, a group of contacts, or why it is neither.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it begins.
    pub position: Position,
    /// Its own bytes as they stand in the source, so that a reject can be written back in the source's form.
    pub raw: Bytes,
    /// What became of it.
    pub outcome: Outcome,
    /// What could not be understood, although the rest of the record could.
    pub losses: Vec<Loss>,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A contact.
    Contact(Box<Contact>),
    /// A group of contacts, which is no contact of its own: its name is a category of its members.
    Group(Group),
    /// No contact could be made of it.
    Reject(Reject),
}

/// Why no contact could be made of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// What is wrong, and what to do about it: one sentence without the record's content.
    pub why: String,
    /// Whether the record is too large, so that only its beginning is kept.
    pub cut: bool,
    /// The table that it is a row of, if it is one.
    pub table: Option<Arc<Table>>,
    /// The encoding of a source of cards in UTF-16, whose raw bytes are handed on in UTF-8; none for all others.
    pub wide: Option<&'static Encoding>,
}

impl Reject {
    /// A rejection for a reason, of a record that is kept whole and stands in no table.
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), cut: false, table: None, wide: None }
    }
}

/// What a row needs around it to be read by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The header row as it stands in the source, with a byte order mark before it if the source has one, and a line
    /// break behind it.
    pub header: Vec<u8>,
    /// A line break in the source's encoding.
    pub line_break: Vec<u8>,
    /// The source's encoding.
    pub encoding: &'static Encoding,
    /// What stands between the cells: an ASCII character.
    pub delimiter: u8,
    /// Whether blanks stand before the quotes that open cells.
    pub padded: bool,
}

/// What stops the reading of a source: everything that concerns one record is a [`Reject`] instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The source itself failed.
    #[error("{position}: cannot be read: {error}")]
    Io {
        /// How far the reading had come.
        position: Position,
        /// What the source said.
        error: io::Error,
    },
    /// The source is not of the format it is read as, or nothing can be made of it as a whole.
    #[error("{position}: {what}")]
    Unusable {
        /// Where that showed.
        position: Position,
        /// What is wrong and what to do.
        what: String,
    },
}

/// Something about a source as a whole that its reader decided or noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// A decision that the source proves: what, and why.
    Decided {
        /// What was decided: "UTF-8", "separated by commas".
        what: String,
        /// Why, for whoever wants to know; may be empty.
        why: String,
    },
    /// What the user should know, or may know better.
    Notable(String),
    /// What hardly anybody needs to know.
    Minor(String),
}

impl Remark {
    /// A decision and its reason.
    pub fn decided(what: impl Into<String>, why: impl Into<String>) -> Self {
        Remark::Decided { what: what.into(), why: why.into() }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Remark::Decided { what, why } if why.is_empty() => out.write_str(what),
            Remark::Decided { what, why } => write!(out, "{what}, {why}"),
            Remark::Notable(text) | Remark::Minor(text) => out.write_str(text),
        }
    }
}

/// Some records of a source, cut out but not understood yet: what one thread works on while others work on the next.
pub trait Batch: Send {
    /// Understands the records, in their order; returns what was noticed about the source on the way. Who is done with a
    /// record at once may give its contact back, so that the next one takes its memory.
    fn read(self: Box<Self>, each: &mut dyn FnMut(Record) -> Option<Box<Contact>>) -> Vec<Remark>;
}

/// Records that were understood as they were cut.
impl Batch for Vec<Record> {
    fn read(self: Box<Self>, each: &mut dyn FnMut(Record) -> Option<Box<Contact>>) -> Vec<Remark> {
        self.into_iter().for_each(|record| drop(each(record)));
        Vec::new()
    }
}

/// Reads the records of one source in their order: one at a time as an iterator, or in batches for several threads.
pub trait Reader: Iterator<Item = Result<Record, ReadError>> + Send {
    /// What was decided about the source as a whole (character set, dialect, …), for the user to see. Complete once
    /// the first record has been read.
    fn remarks(&self) -> Vec<Remark>;

    /// What was decided about a table and what its rows show, for people; only if it was to look closely. Complete once
    /// the first record has been read.
    fn findings(&self) -> Option<Findings> {
        None
    }

    /// Cuts the next records; none at the end of the source.
    ///
    /// # Errors
    /// As the iterator: what stops the reading comes after the records before it.
    fn batch(&mut self) -> Option<Result<Box<dyn Batch>, ReadError>>;
}
