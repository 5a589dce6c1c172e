//! What the benchmarks read: the generator's address books, through our own writers.

use std::io::Write;

use cardferry::formats::{csv, table};
use cardferry::model::Contact;

#[path = "../generator.rs"]
pub mod generator;

/// The seed of every input: the same bytes on every machine.
const SEED: u64 = 7;

/// Percent of the contacts that have a photo, in inputs with photos.
const ALL: usize = 100;

/// So many invented contacts; with photos each has one of about 16 KiB.
pub fn contacts(count: usize, photos: bool) -> impl Iterator<Item = Contact> {
    generator::contacts(count, if photos { ALL } else { 0 }, SEED)
}

/// Writes contacts as a table in the form of Outlook's desktop program.
pub fn write_table(contacts: impl Iterator<Item = Contact>, out: impl Write) {
    let mut writer = csv::Writer::new(out, table::Profile::OutlookDesktop);
    for contact in contacts {
        writer.write(&contact).unwrap();
    }
    writer.finish().unwrap();
}
