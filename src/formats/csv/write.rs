//! The writer of tables.

use std::io::Write;

use crate::formats::scan;
use crate::formats::table::{self, Column, Plans, Profile, Sheet};
use crate::model::{Contact, Loss};

/// Without it Excel takes the file for one of the machine's code page.
const MARK: &str = "\u{feff}";

/// Encodes contacts as rows of one table: UTF-8 with a byte order mark, CR LF, quotes where they are needed.
pub struct Encoder {
    profile: Profile,
    plans: Plans,
    sheet: Sheet,
}

impl Encoder {
    /// An encoder of a table for a program.
    pub fn new(profile: Profile) -> Self {
        let (headers, columns): (Vec<String>, Vec<Column>) = table::layout(profile).into_iter().unzip();
        let plans = Plans::new(columns.into_iter().map(Some));
        Encoder { profile, plans, sheet: Sheet::new(headers, profile.is_google()) }
    }
}

impl crate::formats::Encoder for Encoder {
    fn opening(&mut self, into: &mut Vec<u8>) {
        into.extend_from_slice(MARK.as_bytes());
        row(&self.sheet.headers, into);
    }

    fn encode(&mut self, contact: &Contact, into: &mut Vec<u8>) -> Vec<Loss> {
        self.sheet.clear();
        table::write(&self.plans, contact, &mut self.sheet);
        row(&self.sheet.cells, into);
        std::mem::take(&mut self.sheet.losses)
    }

    fn another(&self) -> Box<dyn crate::formats::Encoder> {
        Box::new(Encoder::new(self.profile))
    }
}

/// Adds a row. Most cells of a table are empty, and most others need no quotes.
fn row(cells: &[String], into: &mut Vec<u8>) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            into.push(b',');
        }
        let cell = cell.as_bytes();
        if cell.is_empty() {
        } else if !scan::any_of(cell, *b",\"\n\r") {
            into.extend_from_slice(cell);
        } else {
            quoted(cell, into);
        }
    }
    into.extend_from_slice(b"\r\n");
}

/// Adds a cell in quotes.
fn quoted(cell: &[u8], into: &mut Vec<u8>) {
    into.push(b'"');
    let start = into.len();
    // Every byte may be a quote that is doubled.
    into.resize(start + 2 * cell.len(), 0);
    let (_, _, written) = csv_core::quote(cell, &mut into[start..], b'"', b'"', true);
    into.truncate(start + written);
    into.push(b'"');
}

/// Writes contacts as one table.
pub type Writer<W> = crate::formats::Writer<W, Encoder>;

impl<W: Write> Writer<W> {
    /// A table for a program.
    pub fn new(out: W, profile: Profile) -> Self {
        Writer::over(out, Encoder::new(profile))
    }
}
