//! Tables of contacts, whatever file they stand in: what their headers mean, and how the values of a contact stand in
//! cells, both ways.
//!
//! Reading goes through these layers: `head` finds the header row and the table of headers ([`dialects`](Dialect))
//! that it is of, by how many it knows, unless a `map` says in their place what the user wants; `census` counts what
//! stands in the columns, `codes` in those of postal codes, and `closely` in each of them; `order` decides how the dates
//! are read; `findings` are what was decided, for people; `mend` undoes what other programs did to cells; `rows` makes
//! contacts of rows. `column` says what a column means, and `slot` how a value stands in its columns. Writing: `profile`
//! has the //! columns that a program wants.

mod census;
mod closely;
mod codes;
mod column;
mod damage;
mod date;
mod dialects;
mod findings;
mod fold;
pub(in crate::formats) mod guard;
mod head;
mod map;
mod mend;
mod months;
mod order;
mod photo_name;
mod profile;
mod rows;
mod slot;
mod tally;

use std::sync::Arc;

pub use dialects::{Dialect, DialectChoice, UnknownDialect, known, languages};
pub use findings::{Beside, Dates, Findings, Fit, Found};
pub use map::{Map, MapError};
pub use order::DateOrder;
pub use photo_name::{NoPhotoName, PhotoName};
pub use profile::{Profile, Style, columns};

pub(in crate::formats) use census::Census;
#[cfg(feature = "sheet")]
pub(in crate::formats) use column::Column;
pub(in crate::formats) use head::{Attempt, Head, MAX_COLUMNS, ROWS, Seen, WAY_OUT, advice, is_reason};
pub(in crate::formats) use rows::Rows;
pub(in crate::formats) use slot::{Plans, Row, Sheet, write};
#[cfg(feature = "sheet")]
pub(in crate::formats) use tally::Tally;

/// The current year where nobody says it.
const THIS_YEAR: u16 = 2026;
/// The header of the column that says why a row was rejected. It is no part of the contact, whatever the table is.
pub(in crate::formats) const REASON: &str = "cardferry: why rejected";

/// What its cells begin with.
pub(in crate::formats) const REASON_MARK: &str = "rejected: ";

/// What the user says of a table, so that it need not be found out.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The order of day, month and year.
    pub date_order: Option<DateOrder>,
    /// The table of headers.
    pub dialect: Option<DialectChoice>,
    /// How the files of photos are called that no column names.
    pub photo_name: Option<PhotoName>,
    /// The current year, which tells what a year of two digits means; 2026 when it is not said.
    pub this_year: Option<u16>,
    /// Whether cells that were decoded twice (`JÃ¼rgen`) are decoded back.
    pub fix_mojibake: bool,
    /// What a mapping file says: it goes before all that could be found out.
    pub map: Option<Arc<Map>>,
    /// Whether a look over the table also counts what stands in every column, for its [`Findings`].
    pub closely: bool,
}
