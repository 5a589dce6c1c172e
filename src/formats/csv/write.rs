//! The writer of tables.

use std::io::{self, Write};

use crate::formats::csv::column::Column;
use crate::formats::csv::profile::{self, Profile};
use crate::formats::csv::slot::{self, Plans, Sheet};
use crate::model::{Contact, Loss};

/// Writes contacts as one table: UTF-8 with a byte order mark, CR LF, quotes where they are needed.
pub struct Writer<W: Write> {
    out: csv::Writer<Marked<W>>,
    plans: Plans,
    sheet: Sheet,
    begun: bool,
}

/// Puts a byte order mark in front: without it Excel takes the file for one of the machine's code page.
struct Marked<W> {
    out: W,
    marked: bool,
}

impl<W: Write> Write for Marked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.marked {
            self.out.write_all("\u{feff}".as_bytes())?;
            self.marked = true;
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> Writer<W> {
    /// A table for a program.
    pub fn new(out: W, profile: Profile) -> Self {
        let (headers, columns): (Vec<String>, Vec<Column>) = profile::layout(profile).into_iter().unzip();
        let out = Marked { out, marked: false };
        let out =
            csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).buffer_capacity(64 * 1024).from_writer(out);
        let plans = Plans::new(columns.into_iter().map(Some));
        Writer { out, plans, sheet: Sheet::new(headers, profile.is_google()), begun: false }
    }

    /// Writes the header row, once.
    fn begin(&mut self) -> io::Result<()> {
        if !self.begun {
            self.begun = true;
            self.out.write_record(&self.sheet.headers)?;
        }
        Ok(())
    }
}

impl<W: Write> crate::formats::Writer for Writer<W> {
    fn write(&mut self, contact: &Contact) -> io::Result<Vec<Loss>> {
        self.begin()?;
        self.sheet.clear();
        slot::write(&self.plans, contact, &mut self.sheet);
        self.out.write_record(&self.sheet.cells)?;
        Ok(std::mem::take(&mut self.sheet.losses))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.begin()?;
        self.out.flush()
    }
}
