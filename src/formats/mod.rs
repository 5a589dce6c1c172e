//! Bytes to contacts and back: pure and streaming, no files, no sockets, no async. Imports `model` alone.
//!
//! Readers hand on [`Record`]s, one for each record of the source, broken ones too; encoders take contacts and say
//! what they could not hold.

pub mod charset;
pub mod csv;
pub mod exchange;
pub mod fields;
pub mod photo;
pub mod table;
pub mod vcard;

mod encode;
mod position;
mod record;
mod scan;

pub use encode::{Encoder, Writer};
pub use position::Position;
pub use record::{Batch, Outcome, ReadError, Reader, Record, Reject, Remark, Table};

/// The file formats that contacts are read from and written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// vCard 2.1, 3.0 and 4.0 (`.vcf`, `.vcard`).
    Vcard,
    /// Comma, semicolon or tab separated text (`.csv`, `.tsv`, `.txt`).
    Csv,
}

impl Format {
    /// Every format there is.
    pub const ALL: &'static [Format] = &[Format::Vcard, Format::Csv];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Vcard => "vcard",
            Format::Csv => "csv",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Format::Vcard => "vCard",
            Format::Csv => "CSV",
        }
    }

    /// The format that a file name's ending stands for, in any case.
    pub fn of_file_name(name: &str) -> Option<Format> {
        let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
        match ending.as_str() {
            "vcf" | "vcard" => Some(Format::Vcard),
            "csv" | "tsv" | "tab" => Some(Format::Csv),
            _ => None,
        }
    }
}
