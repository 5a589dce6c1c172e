//! What the benchmarks read: the generator's address books, through our own writers.

use std::io::Write;

use cardferry::formats::vcard::Version;
use cardferry::formats::{Encoder, Writer, csv, vcard};
use cardferry::model::Contact;

#[path = "../generator.rs"]
mod generator;

/// The seed of every input: the same bytes on every machine.
const SEED: u64 = 7;

/// Percent of the contacts that have a photo, in inputs with photos.
const ALL: usize = 100;

/// So many invented contacts; with photos each has one of about 16 KiB.
pub fn contacts(count: usize, photos: bool) -> impl Iterator<Item = Contact> {
    generator::contacts(count, if photos { ALL } else { 0 }, SEED)
}

/// Writes contacts as vCards 3.0, one at a time.
pub fn write_vcards<W: Write>(contacts: impl Iterator<Item = Contact>, out: W) -> W {
    let mut writer = vcard::Writer::new(out, Version::V3_0);
    write(contacts, &mut writer);
    writer.into_inner()
}

/// Writes contacts as a table in the form of Outlook's desktop program.
pub fn write_table(contacts: impl Iterator<Item = Contact>, out: impl Write) {
    write(contacts, &mut csv::Writer::new(out, csv::Profile::OutlookDesktop));
}

fn write(contacts: impl Iterator<Item = Contact>, writer: &mut Writer<impl Write, impl Encoder>) {
    for contact in contacts {
        writer.write(&contact).unwrap();
    }
    writer.finish().unwrap();
}
