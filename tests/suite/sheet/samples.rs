//! The samples: the same people in three formats, each written by another program's library. What is read of them, and
//! that another reader sees the same texts.

use std::fmt::Write as _;
use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Ods, Reader as _, Xls, Xlsx};
use cardferry::formats::Record;
use cardferry::formats::sheet::{Book, Options};
use pretty_assertions::assert_eq;

use super::{make, read};
use crate::{dump, golden};

pub(super) fn sample(ending: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/sheet").join(format!("members.{ending}"));
    std::fs::read(path).unwrap()
}

fn book(ending: &str) -> Book {
    let bytes = Cursor::new(sample(ending));
    match ending {
        "xlsx" => make::book(bytes.into_inner()),
        "xls" => Book::Xls(Box::new(bytes)),
        _ => {
            let mut content = Vec::new();
            let mut zip = zip::ZipArchive::new(bytes).unwrap();
            std::io::copy(&mut zip.by_name("content.xml").unwrap(), &mut content).unwrap();
            Book::Ods(Box::new(Cursor::new(content)))
        }
    }
}

fn shown(records: &[Record], remarks: &[String]) -> String {
    let mut text = String::new();
    remarks.iter().for_each(|remark| writeln!(text, "# {remark}").unwrap());
    for record in records {
        text.push('\n');
        text.push_str(&dump::record(record));
    }
    text
}

#[test]
fn each_sample_gives_its_contacts() {
    for ending in ["xlsx", "xls", "ods"] {
        let (records, remarks) = read(book(ending), Options::default()).unwrap();
        golden::check(&format!("sheet/members.{ending}.txt"), &shown(&records, &remarks));
    }
}

/// The rows as another reader has them: texts as they are, and of everything else that something is there.
fn other_rows(range: &calamine::Range<Data>) -> Vec<Vec<String>> {
    let text = |cell: &Data| match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.replace("\r\n", "\n"),
        _ => "·".to_owned(),
    };
    range.rows().map(|row| row.iter().map(text).collect()).collect()
}

#[test]
fn another_reader_sees_the_same_texts() {
    let mut xls: Xls<_> = Xls::new(Cursor::new(sample("xls"))).unwrap();
    let mut xlsx: Xlsx<_> = Xlsx::new(Cursor::new(sample("xlsx"))).unwrap();
    let mut ods: Ods<_> = Ods::new(Cursor::new(sample("ods"))).unwrap();
    for (ending, range) in [
        ("xlsx", xlsx.worksheet_range("Members").unwrap()),
        ("xls", xls.worksheet_range("Members").unwrap()),
        ("ods", ods.worksheet_range("Members").unwrap()),
    ] {
        let (records, _) = read(book(ending), Options::default()).unwrap();
        let rows = other_rows(&range);
        for record in &records {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&*record.raw);
            let row = reader.records().next().unwrap().unwrap();
            let other = &rows[record.position.line as usize - 1];
            for (at, seen) in other.iter().enumerate() {
                let ours = row.get(at).unwrap_or_default();
                match seen.as_str() {
                    "·" => assert!(!ours.is_empty(), "{ending} line {}, column {at}", record.position.line),
                    seen => assert_eq!(ours, seen, "{ending} line {}, column {at}", record.position.line),
                }
            }
        }
    }
}
