//! vCard 2.1 (versit, 1996), 3.0 (RFC 2426) and 4.0 (RFC 6350): a lenient reader and a strict writer of all three.
//!
//! Reading goes through five layers, a file each:
//!
//! ```text
//! input    bytes of the source, UTF-16 made UTF-8
//! frame    one card's bytes at a time, with recovery
//! unfold   its logical lines: folds, soft breaks and wrongly broken lines undone
//! line     group, name, parameters, value            decode   quoted-printable, base64, charsets
//! table    one row a field: property names, how it is read, how it is written
//! ```
//!
//! Beside them stand `survey`, one quick pass over a whole source before it is read, and `group`, which tells the cards
//! that are no contact. What the reader forgives, `check` (behind the feature of that name) tells.
//!
//! Values keep their backslash escapes until a row of the table takes them, since only the row knows the value's form.

mod address;
mod android;
mod card;
#[cfg(feature = "check")]
pub mod check;
mod date;
mod days;
mod decode;
mod draft;
mod escape;
mod extra;
mod fold;
mod frame;
mod group;
mod index;
mod input;
mod line;
mod mark;
mod media;
mod messaging;
mod name;
mod people;
mod picture;
pub mod profile;
mod property;
mod reach;
mod read;
pub mod rejected;
mod single;
mod spare;
mod structure;
mod survey;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod translate;
mod unfold;
mod words;
mod write;

pub use profile::Profile;
pub use read::{Options, Reader, groups};
pub use survey::{Survey, survey};
pub use table::columns;
pub use tally::Tally;
pub use write::{Encoder, Writer};

/// The versions of vCard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// vCard 2.1.
    V2_1,
    /// vCard 3.0: what Outlook, Apple and Google all read.
    #[default]
    V3_0,
    /// vCard 4.0.
    V4_0,
}

impl Version {
    /// Every version there is.
    pub const ALL: [Version; 3] = [Version::V2_1, Version::V3_0, Version::V4_0];

    /// The value of the VERSION property.
    pub fn number(self) -> &'static str {
        match self {
            Version::V2_1 => "2.1",
            Version::V3_0 => "3.0",
            Version::V4_0 => "4.0",
        }
    }

    /// The version with this number.
    pub fn of_number(number: &str) -> Option<Version> {
        let number = number.trim();
        Version::ALL.into_iter().find(|version| version.number() == number)
    }
}
