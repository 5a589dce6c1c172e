//! What every reader hands on.

use std::io;

use crate::formats::Position;
use crate::model::{Contact, Loss};

/// One record of a source: a contact, or why it is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it begins.
    pub position: Position,
    /// Its own bytes as they stand in the source, so that a reject can be written back in the source's form.
    pub raw: Vec<u8>,
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
    /// No contact could be made of it.
    Reject(Reject),
}

/// Why no contact could be made of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// What is wrong, and what to do about it: one sentence without the record's content.
    pub why: String,
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

/// Reads the records of one source in their order, holding one at a time.
pub trait Reader: Iterator<Item = Result<Record, ReadError>> {
    /// What was decided about the source as a whole (character set, dialect, …), for the user to see. Complete once
    /// the first record has been read.
    fn remarks(&self) -> Vec<String>;
}
