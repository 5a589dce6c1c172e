//! Reading any bytes as a workbook, the first of which says as which: `cargo +nightly fuzz run --fuzz-dir tests/fuzz
//! sheet_read`.
#![no_main]

use std::io::Cursor;

use cardferry::formats::sheet::{Book, Options, Reader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((way, bytes)) = bytes.split_first() else { return };
    let bytes = Cursor::new(bytes.to_vec());
    let book = match way % 3 {
        0 => Book::Xls(Box::new(bytes)),
        1 => Book::Ods(Box::new(bytes)),
        _ => Book::Html(Box::new(bytes)),
    };
    Reader::new("book".into(), book, Options::default()).for_each(drop);
});
