//! Bytes to contacts and back: pure and streaming, no files, no sockets, no async. Imports `model` alone.
//!
//! Readers hand on [`Record`]s, one for each record of the source, broken ones too; encoders take contacts and say
//! what they could not hold.

pub mod charset;
pub mod csv;
pub mod exchange;
pub mod fields;
pub mod photo;
#[cfg(feature = "sheet")]
pub mod sheet;
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
    /// Excel's workbooks since 2007 (`.xlsx`, `.xlsm`).
    Xlsx,
    /// Excel's workbooks before that (`.xls`).
    Xls,
    /// OpenDocument's workbooks (`.ods`).
    Ods,
}

impl Format {
    /// Every format there is.
    pub const ALL: &'static [Format] = &[Format::Vcard, Format::Csv, Format::Xlsx, Format::Xls, Format::Ods];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Vcard => "vcard",
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Xls => "xls",
            Format::Ods => "ods",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Format::Vcard => "vCard",
            Format::Csv => "CSV",
            Format::Xlsx => "XLSX",
            Format::Xls => "XLS",
            Format::Ods => "ODS",
        }
    }

    /// Whether it holds a table of contacts.
    pub fn is_table(self) -> bool {
        self != Format::Vcard
    }

    /// Whether it is written too.
    pub fn is_written(self) -> bool {
        matches!(self, Format::Vcard | Format::Csv) || self == Format::Xlsx && cfg!(feature = "sheet")
    }

    /// The format that a file name's ending stands for, in any case.
    pub fn of_file_name(name: &str) -> Option<Format> {
        let ending = name.rsplit_once('.')?.1.to_ascii_lowercase();
        match ending.as_str() {
            "vcf" | "vcard" => Some(Format::Vcard),
            "csv" | "tsv" | "tab" => Some(Format::Csv),
            "xlsx" | "xlsm" => Some(Format::Xlsx),
            "xls" => Some(Format::Xls),
            "ods" => Some(Format::Ods),
            _ => None,
        }
    }
}
