//! Workbooks: what is read of them, what is written, and what damaged and hostile ones do.

mod cells;
mod hostile;
#[cfg(feature = "cli")]
mod inputs;
pub(crate) mod laws;
mod make;
mod roundtrip;
mod samples;
mod sheets;
mod write;

use cardferry::formats::sheet::{Book, Options, Reader};
use cardferry::formats::{Outcome, ReadError, Reader as _, Record};
use cardferry::model::Contact;

/// Every record of a workbook, and the remarks on it.
fn read(book: Book, options: Options) -> Result<(Vec<Record>, Vec<String>), ReadError> {
    let mut reader = Reader::new("book".into(), book, options);
    let records = reader.by_ref().collect::<Result<Vec<_>, _>>()?;
    Ok((records, reader.remarks().iter().map(ToString::to_string).collect()))
}

/// As [`read`], of an XLSX file.
fn read_xlsx(bytes: Vec<u8>) -> (Vec<Record>, Vec<String>) {
    read(make::book(bytes), Options::default()).unwrap()
}

/// The contact of a record.
fn contact(record: &Record) -> &Contact {
    match &record.outcome {
        Outcome::Contact(contact) => contact,
        other => panic!("no contact: {other:?}"),
    }
}
