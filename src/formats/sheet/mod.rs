//! Spreadsheets: XLSX, XLS and ODS to read, XLSX to write; and what calls itself XLS but is an HTML table in truth.
//!
//! Reading goes through these layers: `xlsx`, `xls`, `ods` and `html` give the rows of every sheet as the texts that a
//! person sees (`number`); `store` keeps them outside of memory, for only the end of a workbook tells which sheet it is;
//! `choose` decides that, by how many headers [`table`](super::table) knows; `read` makes records. `guard` and `ole` look
//! at a file before it is parsed, since a small one can unpack to any size. Writing: `write`, `thumbnail`.
//!
//! All are read cell by cell, by code of our own. A crate such as calamine holds in memory the texts that cells share, and
//! of XLS and ODS a sheet's whole rectangle of cells, which two cells of a damaged or forged file can stretch to a hundred
//! gigabytes; and what it cannot read of a cell is empty or the end of the sheet. It serves the tests as a second opinion.

mod cells;
mod choose;
mod guard;
mod html;
mod number;
mod ods;
mod ole;
mod read;
mod store;
mod texts;
mod thumbnail;
mod view;
mod write;
mod xls;
mod xlsx;

use std::io::{Read, Seek};

use crate::formats::table;

pub use choose::Choice;
pub use guard::{Guard, is_encrypted};
pub use ole::{Contents, contents};
pub use read::Reader;
pub use store::Scratch;
pub use write::{Encoder, Workbook};
pub use xlsx::Parts;

/// What the user says of a workbook, so that it need not be found out.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The sheet.
    pub sheet: Option<Choice>,
    /// What the headers and the dates mean.
    pub table: table::Options,
}

/// Bytes that can be read from any place.
pub trait Seekable: Read + Seek + Send {}
impl<B: Read + Seek + Send> Seekable for B {}

/// A workbook to read.
pub enum Book {
    /// An XLSX file whose parts have passed the [`Guard`].
    Xlsx(Box<dyn Parts>),
    /// An XLS file: BIFF8, as Excel has written since 1997.
    Xls(Box<dyn Seekable>),
    /// The part `content.xml` of an ODS file.
    Ods(Box<dyn Read + Send>),
    /// An HTML page with a table, which many programs call XLS.
    Html(Box<dyn Read + Send>),
}
