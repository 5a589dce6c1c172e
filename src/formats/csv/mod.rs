//! CSV and its relatives: tables as text, with any delimiter and in any encoding.
//!
//! Reading goes through these layers: `sniff` decides encoding, delimiter and header row in one, by how many headers
//! [`table`](super::table) knows; `frame` cuts the rows as `grammar` and `scan` have it; `survey` looks over the whole of
//! it; `read` hands on the rows in batches, and `chunk` makes records of them.

mod chunk;
mod frame;
mod grammar;
mod open;
pub mod plain;
mod read;
pub mod rejected;
mod scan;
mod sniff;
mod survey;
mod write;

use encoding_rs::Encoding;

use crate::formats::table;

pub use read::Reader;
pub use survey::{Survey, survey};
#[cfg(feature = "sheet")]
pub(in crate::formats) use write::add;
pub use write::{Encoder, Writer, Writing};

/// What the user says of a table, so that it need not be found out.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The character set.
    pub encoding: Option<&'static Encoding>,
    /// What stands between the cells: an ASCII character.
    pub delimiter: Option<u8>,
    /// What the headers and the dates mean.
    pub table: table::Options,
    /// What a [`survey()`] with the same options found in the source. Without it the first 256 KiB decide.
    pub survey: Option<Survey>,
}
