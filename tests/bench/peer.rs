//! What the program is held against, each in a process of its own as the program is: calcard, which reads the whole
//! file and writes what it parsed; for tables the csv crate, which reads row by row and writes the same cells; and a copy
//! of the bytes, below which nobody gets.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write};

use calcard::vcard::VCardVersion;
use calcard::{Entry, Parser};
use serde_json::json;

/// The first word of the runner that is the peer.
pub const WORD: &str = "--peer";

/// Reading and writing with calcard.
pub const CALCARD: &str = "calcard";

/// Reading and writing rows with the csv crate, which knows of no contacts.
pub const CSV: &str = "csv crate";

/// Reading and writing the same bytes.
pub const COPY: &str = "copy";

/// Does what the words say: a peer's name, the file to read, the file to write. Prints a summary like the program's.
pub fn run(words: impl Iterator<Item = OsString>) {
    let [name, input, output] = <[OsString; 3]>::try_from(words.collect::<Vec<_>>()).unwrap();
    let (input, output) = (File::open(input).unwrap(), File::create(output).unwrap());
    let count = match name.to_str() {
        Some(CALCARD) => calcard(input, output),
        Some(CSV) => csv_crate(input, output),
        _ => copy(input, output),
    };
    println!("{}", json!({ "read": count, "written": count }));
}

fn calcard(mut input: File, mut output: File) -> usize {
    const HELD: usize = 64 * 1024;
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let mut parser = Parser::new(&text);
    let (mut held, mut count) = (String::new(), 0);
    loop {
        match parser.entry() {
            Entry::VCard(card) => {
                card.write_to(&mut held, VCardVersion::V3_0).unwrap();
                count += 1;
            }
            Entry::Eof => break,
            _ => {}
        }
        if held.len() > HELD {
            output.write_all(held.as_bytes()).unwrap();
            held.clear();
        }
    }
    output.write_all(held.as_bytes()).unwrap();
    count
}

fn csv_crate(input: File, output: File) -> usize {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(output);
    let (mut row, mut count) = (csv::ByteRecord::new(), 0);
    while reader.read_byte_record(&mut row).unwrap() {
        writer.write_byte_record(&row).unwrap();
        count += 1;
    }
    writer.flush().unwrap();
    count
}

fn copy(mut input: File, mut output: File) -> usize {
    let mut buffer = vec![0; 128 * 1024];
    loop {
        match input.read(&mut buffer).unwrap() {
            0 => return 0,
            length => output.write_all(&buffer[..length]).unwrap(),
        }
    }
}
