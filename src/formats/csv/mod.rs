//! CSV and its relatives: any delimiter, any encoding, the headers of Outlook, Google, Thunderbird and spreadsheets.
//!
//! Reading goes through these layers: `sniff` decides encoding, delimiter, header row and table of headers in one, by
//! how many headers it knows ([`dialects`](Dialect)); `frame` cuts the rows; `column` says what a column means, and
//! `slot` how the values of a contact stand in cells, both ways; `read` and `write` put it together.

mod column;
mod date;
mod dialects;
mod fold;
mod frame;
mod profile;
mod read;
mod slot;
mod sniff;
mod survey;
mod write;

use encoding_rs::Encoding;

pub use date::DateOrder;
pub use dialects::{Dialect, DialectChoice, UnknownDialect, known};
pub use profile::{Profile, columns};
pub use read::Reader;
pub use write::{Encoder, Writer};

/// What the user says of a table, so that it need not be found out.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The character set.
    pub encoding: Option<&'static Encoding>,
    /// What stands between the cells: an ASCII character.
    pub delimiter: Option<u8>,
    /// The order of day, month and year.
    pub date_order: Option<DateOrder>,
    /// The table of headers.
    pub dialect: Option<DialectChoice>,
    /// The current year, which tells what a year of two digits means; 2026 when it is not said.
    pub this_year: Option<u16>,
}
