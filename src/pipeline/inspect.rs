//! A look at what a source is, how it would be read, and what a target would lose of it; nothing is written.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::formats::exchange::{self, Dialect};
#[cfg(feature = "sheet")]
use crate::formats::sheet;
use crate::formats::table::{Findings, Map, Profile, Style};
use crate::formats::vcard::{Tally, Version};
use crate::formats::{Encoder, Format, Outcome, Reader, Record, Remark, csv, vcard};
use crate::model::{Contact, Field, Loss, PhotoData, Why};
use crate::pipeline::links::is_file_name;
use crate::pipeline::{Reading, Source, SourceError};

/// Rejected records that are told one by one.
const REJECTS: usize = 5;

/// What a source would be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// An Exchange mailbox.
    Exchange,
    /// Cards of a version.
    Vcard(Version),
    /// A table for a program.
    Table(Style),
    /// A workbook with every field.
    #[cfg(feature = "sheet")]
    Workbook,
}

impl Target {
    /// The target of a name, if it is one.
    pub fn named(name: &str) -> Option<Target> {
        let version = |number: &str| match number {
            "" | "3" => Some(Version::V3_0),
            "4" => Some(Version::V4_0),
            number => Version::of_number(number),
        };
        match name {
            "exchange" => Some(Target::Exchange),
            #[cfg(feature = "sheet")]
            "xlsx" => Some(Target::Workbook),
            name => match name.strip_prefix("vcard") {
                Some(number) => version(number).map(Target::Vcard),
                None => Style::named(name).map(Target::Table),
            },
        }
    }

    /// Its name.
    pub fn name(self) -> String {
        match self {
            Target::Exchange => "exchange".to_owned(),
            Target::Vcard(version) => format!("vcard{}", version.number()),
            Target::Table(style) => style.name(),
            #[cfg(feature = "sheet")]
            Target::Workbook => "xlsx".to_owned(),
        }
    }

    /// Every name there is; those of tables in other languages than English have the language behind a slash.
    pub fn names() -> Vec<String> {
        let versions = [Version::V2_1, Version::V3_0, Version::V4_0].map(Target::Vcard);
        let tables = Profile::ALL.iter().map(|profile| Target::Table(Style::from(*profile)));
        let names = [Target::Exchange].into_iter().chain(versions).chain(tables);
        #[cfg(feature = "sheet")]
        let names = names.chain([Target::Workbook]);
        names.map(Target::name).collect()
    }

    fn losses(self) -> Losses {
        match self {
            Target::Exchange => Losses::Exchange,
            Target::Vcard(version) => Losses::Encoder(Box::new(vcard::Encoder::new(version)), Vec::new()),
            Target::Table(style) => Losses::Encoder(Box::new(csv::Encoder::new(style)), Vec::new()),
            #[cfg(feature = "sheet")]
            Target::Workbook => {
                Losses::Encoder(Box::new(sheet::Encoder::new(Profile::Generic.into(), None)), Vec::new())
            }
        }
    }
}

/// What finds out what a target loses of a contact.
enum Losses {
    Exchange,
    Encoder(Box<dyn Encoder>, Vec<u8>),
}

impl Losses {
    /// What the target loses, and how many values it keeps without showing them.
    fn of(&mut self, contact: &Contact) -> (Vec<Loss>, u64) {
        match self {
            Losses::Exchange => {
                let written = exchange::write(contact, Dialect::Graph);
                (written.losses, written.hidden.len() as u64)
            }
            Losses::Encoder(encoder, bytes) => {
                bytes.clear();
                (encoder.encode(contact, bytes), 0)
            }
        }
    }
}

/// What a look at a source shows.
#[derive(Default)]
pub struct Inspected {
    /// The source as the user named it.
    pub source: String,
    /// What it is; none where that is not known.
    pub format: Option<Format>,
    /// What was decided about it, if it is a table.
    pub table: Option<Findings>,
    /// What its cards are made of, if it is vCards.
    pub cards: Option<Tally>,
    /// What its reader says of it beyond what was decided about a table.
    pub remarks: Vec<Remark>,
    /// Contacts that it gives.
    pub contacts: u64,
    /// Groups of contacts in it.
    pub groups: u64,
    /// Pictures, photos that are links, and names of files with photos.
    pub photos: [u64; 3],
    /// Contacts that have something in a field.
    pub fields: BTreeMap<Field, u64>,
    /// Records of which no contact can be made.
    pub rejected: u64,
    /// The first of them: their lines, and why.
    pub rejects: Vec<(u64, String)>,
    /// What cannot be understood, by field and reason: how often, and the first line.
    pub not_understood: Counts,
    /// What the target would lose, likewise.
    pub lost: Counts,
    /// Values that the target would keep without showing them.
    pub hidden: u64,
    /// Why it cannot be read, or not to its end.
    pub failed: Option<String>,
}

/// Losses by field and reason: how often, and the line of the first record.
pub type Counts = BTreeMap<(Field, Why), (u64, u64)>;

/// Looks at a source: every record of it is read and tried on the target.
///
/// # Errors
/// Only when `interrupted` becomes true ([`io::ErrorKind::Interrupted`]).
pub fn inspect(
    source: Result<Source, SourceError>,
    reading: &Reading,
    target: Target,
    interrupted: &AtomicBool,
) -> io::Result<Inspected> {
    let source = match source {
        Ok(source) => source,
        Err(error) => return Ok(Inspected { failed: Some(error.to_string()), ..Inspected::default() }),
    };
    let mut reading = reading.clone();
    reading.csv.table.closely = true;
    let mut inspected = Inspected { source: source.name(), ..Inspected::default() };
    let survey = source.survey(&reading);
    match source.content(&reading) {
        Ok((format, _)) => inspected.format = Some(format),
        Err(error) => inspected.failed = Some(error.to_string()),
    }
    inspected.cards = (inspected.format == Some(Format::Vcard)).then(Tally::default);
    if inspected.failed.is_none() {
        match source.open_surveyed(&reading, survey) {
            Ok(mut reader) => inspected.read(&mut *reader, target.losses(), interrupted)?,
            Err(error) => inspected.failed = Some(error.to_string()),
        }
    }
    if inspected.is_unknown_table() {
        inspected.table = unknown_table(&source, reading);
    }
    Ok(inspected)
}

/// What can be said of a table whose headers nobody knows.
fn unknown_table(source: &Source, mut reading: Reading) -> Option<Findings> {
    if reading.csv.table.map.is_some() {
        return None;
    }
    reading.csv.table.map = Some(Arc::new(Map::blank()));
    let mut reader = source.open(&reading).ok()?;
    // What is wrong with the record is not asked; what was decided is.
    let _ = reader.next();
    reader.findings()
}

impl Inspected {
    fn is_unknown_table(&self) -> bool {
        self.format.is_some_and(|format| format != Format::Vcard) && self.table.is_none()
    }

    /// Reads every record.
    fn read(&mut self, reader: &mut dyn Reader, mut losses: Losses, interrupted: &AtomicBool) -> io::Result<()> {
        for record in &mut *reader {
            match record {
                Ok(record) => self.record(&record, &mut losses),
                Err(error) => self.failed = Some(error.to_string()),
            }
            if interrupted.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
        }
        self.remarks = reader.remarks();
        self.table = reader.findings();
        if let Some(table) = &self.table {
            self.remarks.retain(|remark| !table.remarks.contains(remark));
        }
        Ok(())
    }

    fn record(&mut self, record: &Record, losses: &mut Losses) {
        let line = record.position.line;
        count(&mut self.not_understood, &record.losses, line);
        match &record.outcome {
            Outcome::Contact(contact) => {
                self.contacts += 1;
                self.cards.iter_mut().for_each(|cards| cards.count(&record.raw));
                self.contact(contact);
                let (lost, hidden) = losses.of(contact);
                count(&mut self.lost, &lost, line);
                self.hidden += hidden;
            }
            Outcome::Group(_) => {
                self.groups += 1;
                self.cards.iter_mut().for_each(|cards| cards.count(&record.raw));
            }
            Outcome::Reject(reject) => {
                self.rejected += 1;
                if self.rejects.len() < REJECTS {
                    self.rejects.push((line, reject.why.clone()));
                }
            }
        }
    }

    fn contact(&mut self, contact: &Contact) {
        for field in Field::ALL.iter().filter(|field| !field.is_absent(contact)) {
            *self.fields.entry(*field).or_default() += 1;
        }
        if let Some(photo) = &contact.photo {
            let kind = match &photo.data {
                PhotoData::Link(link) if is_file_name(link) => 2,
                PhotoData::Link(_) => 1,
                _ => 0,
            };
            self.photos[kind] += 1;
        }
    }
}

fn count(counts: &mut Counts, losses: &[Loss], line: u64) {
    for loss in losses {
        counts.entry((loss.field, loss.why)).or_insert((0, line)).0 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_have_names() {
        for name in Target::names() {
            assert_eq!(Target::named(&name).map(Target::name), Some(name));
        }
        assert_eq!(Target::named("outlook-desktop/DE").map(Target::name).as_deref(), Some("outlook-desktop/de"));
        assert_eq!(Target::named("vcard"), Target::named("vcard3.0"));
        assert_eq!(Target::named("vcard4"), Target::named("vcard4.0"));
        assert_eq!((Target::named("vcard5"), Target::named("lotus")), (None, None));
    }
}
