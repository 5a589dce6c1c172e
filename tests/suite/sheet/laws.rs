//! What must hold of any bytes that claim to be a workbook. The fuzz target holds them to whatever it comes upon, the
//! test suite to the samples.

use std::io::Cursor;

use cardferry::formats::sheet::{Book, Guard, Options, Reader};

use super::make;

/// Bytes as a workbook of some kind; none where they are not looked at.
type Way = fn(&[u8]) -> Option<Book>;

/// What the first byte says that the others are.
const WAYS: [Way; 4] = [xls, ods, html, xlsx];

fn xls(bytes: &[u8]) -> Option<Book> {
    Some(Book::Xls(Box::new(Cursor::new(bytes.to_vec()))))
}

fn ods(content: &[u8]) -> Option<Book> {
    Some(Book::Ods(Box::new(Cursor::new(content.to_vec()))))
}

fn html(page: &[u8]) -> Option<Book> {
    Some(Book::Html(Box::new(Cursor::new(page.to_vec()))))
}

/// An archive refuses damaged bytes, so these are the XML within its sheet, which the guard looks at first.
fn xlsx(sheet: &[u8]) -> Option<Book> {
    const TEXTS: &str =
        "<sst><si><t>First Name</t></si><si><t>Birthday</t></si><si><r><t>A</t></r><r><t>nn</t></r></si></sst>";
    let sheet = String::from_utf8_lossy(sheet);
    Guard::default().part("xl/worksheets/sheet1.xml", sheet.as_bytes()).ok()?;
    Some(make::book(make::raw_xlsx(&sheet, TEXTS)))
}

/// Reading ends, at the first error at the latest, and its records stand one below the other.
pub fn reading_ends(bytes: &[u8]) -> Result<(), String> {
    let Some((way, bytes)) = bytes.split_first() else { return Ok(()) };
    let Some(book) = WAYS[usize::from(*way) % WAYS.len()](bytes) else { return Ok(()) };
    let (mut last, mut stopped) = (0, false);
    for record in Reader::new("book".into(), book, Options::default()) {
        match record {
            _ if stopped => return Err("something stands behind an error".to_owned()),
            Ok(record) if record.position.record <= last => {
                return Err(format!("record {} stands behind record {last}", record.position.record));
            }
            Ok(record) => last = record.position.record,
            Err(_) => stopped = true,
        }
    }
    Ok(())
}
