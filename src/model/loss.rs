//! What a target could not hold.

use std::fmt;

use crate::model::Field;

/// A value that was read but that the target cannot hold, or not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The field it belongs to.
    pub field: Field,
    /// The value, or as much of it as tells the user which one is meant. Personal data: for the user's own report.
    pub value: String,
    /// Why it does not fit.
    pub why: Why,
}

/// Why a value does not fit its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Why {
    /// The source names it, but what it names is not in what was read.
    NotInInput,
    /// The target has no place for such a value.
    NoPlace,
    /// The target takes only so many.
    TooMany {
        /// How many it takes.
        max: usize,
    },
    /// The value is longer than the target takes.
    TooLong {
        /// The longest it takes, in characters (for photos: bytes).
        max: usize,
    },
    /// The value itself is there, but its label, preference or other remark is not.
    Remark,
    /// The source's text could not be understood as what it claims to be.
    NotUnderstood,
    /// A spreadsheet program had spoiled the text before it was read: `9.19E+11` in the place of a phone.
    Spoiled,
    /// Another value of the source has filled its field; it is kept under its header.
    Taken,
    /// The text is in another character set than the rest of its source; which one was guessed.
    Guessed,
    /// The target's character set lacks a character.
    Characters,
    /// The target takes the picture in another form alone, and got it so.
    Reencoded,
}

impl Loss {
    /// A loss of `value` of `field`.
    pub fn new(field: Field, value: impl Into<String>, why: Why) -> Self {
        Self { field, value: value.into(), why }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}: {}", self.field.name(), self.value.replace('\n', " / "), self.why)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::NotInInput => write!(out, "is not in what was read"),
            Why::NoPlace => write!(out, "the target has no place for it"),
            Why::TooMany { max } => write!(out, "the target takes only {max}"),
            Why::TooLong { max } => write!(out, "longer than the target's {max}"),
            Why::Remark => write!(out, "the value is kept, but not its label or remark"),
            Why::NotUnderstood => write!(out, "could not be understood"),
            Why::Spoiled => write!(out, "a spreadsheet program has spoiled it; get it from where it comes from"),
            Why::Taken => write!(out, "its field has a value already; it is kept under its header"),
            Why::Guessed => write!(out, "is in another character set than the rest, which was guessed"),
            Why::Characters => write!(out, "has a character that the target's character set lacks"),
            Why::Reencoded => write!(out, "re-encoded, since the target does not take it as it is"),
        }
    }
}
