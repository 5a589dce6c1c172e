//! The writer of tables.

use std::io::Write;

use csv_core::{QuoteStyle, Terminator, WriteResult};

use crate::formats::csv::column::Column;
use crate::formats::csv::profile::{self, Profile};
use crate::formats::csv::slot::{self, Plans, Sheet};
use crate::model::{Contact, Loss};

/// Without it Excel takes the file for one of the machine's code page.
const MARK: &str = "\u{feff}";

/// Encodes contacts as rows of one table: UTF-8 with a byte order mark, CR LF, quotes where they are needed.
pub struct Encoder {
    profile: Profile,
    plans: Plans,
    sheet: Sheet,
    core: csv_core::Writer,
}

impl Encoder {
    /// An encoder of a table for a program.
    pub fn new(profile: Profile) -> Self {
        let (headers, columns): (Vec<String>, Vec<Column>) = profile::layout(profile).into_iter().unzip();
        let plans = Plans::new(columns.into_iter().map(Some));
        let mut core = csv_core::WriterBuilder::new();
        let core = core.terminator(Terminator::CRLF).quote_style(QuoteStyle::Necessary).build();
        Encoder { profile, plans, sheet: Sheet::new(headers, profile.is_google()), core }
    }
}

impl crate::formats::Encoder for Encoder {
    fn opening(&mut self, into: &mut Vec<u8>) {
        into.extend_from_slice(MARK.as_bytes());
        row(&mut self.core, &self.sheet.headers, into);
    }

    fn encode(&mut self, contact: &Contact, into: &mut Vec<u8>) -> Vec<Loss> {
        self.sheet.clear();
        slot::write(&self.plans, contact, &mut self.sheet);
        row(&mut self.core, &self.sheet.cells, into);
        std::mem::take(&mut self.sheet.losses)
    }

    fn another(&self) -> Box<dyn crate::formats::Encoder> {
        Box::new(Encoder::new(self.profile))
    }
}

/// Adds a row.
fn row(core: &mut csv_core::Writer, cells: &[String], into: &mut Vec<u8>) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            with_room(into, 2, |room| core.delimiter(room));
        }
        // Every byte may be a quote that is doubled, between two more.
        with_room(into, 2 * cell.len() + 4, |room| {
            let (result, _, written) = core.field(cell.as_bytes(), room);
            (result, written)
        });
    }
    with_room(into, 4, |room| core.terminator(room));
}

/// Adds what `write` writes into room that is enough for it.
fn with_room(into: &mut Vec<u8>, room: usize, write: impl FnOnce(&mut [u8]) -> (WriteResult, usize)) {
    let start = into.len();
    into.resize(start + room, 0);
    let (_, written) = write(&mut into[start..]);
    into.truncate(start + written);
}

/// Writes contacts as one table.
pub type Writer<W> = crate::formats::Writer<W, Encoder>;

impl<W: Write> Writer<W> {
    /// A table for a program.
    pub fn new(out: W, profile: Profile) -> Self {
        Writer::over(out, Encoder::new(profile))
    }
}
