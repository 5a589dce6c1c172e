//! Real tables, damaged: whatever is done to a table, reading it ends, every row of it is accounted for, and rows far
//! from the damage stay what they are.

use std::fs;
use std::path::Path;

use crate::csv_laws;
use crate::damaging::{
    Damage, LARGEST, campaign, cut_off, cut_out, duplicate_a_line, flip_bits, insert, insert_garbage, lines,
    swap_two_lines, without_panic,
};
use crate::generator::Draw;

const DAMAGES: &[Damage] = &[
    flip_bits,
    cut_out,
    cut_off,
    duplicate_a_line,
    swap_two_lines,
    drop_a_quote,
    change_a_delimiter,
    change_all_delimiters,
    change_line_breaks,
    change_the_encoding_of_a_line,
    insert_garbage,
    insert_very_many,
    insert_a_piece,
    insert_a_piece,
];

/// Changes one of the bytes that are this; nothing where there is none.
fn change_one(draw: &mut Draw, mut bytes: Vec<u8>, wanted: &[u8], to: &[u8]) -> Vec<u8> {
    let places: Vec<usize> = (0..bytes.len()).filter(|at| wanted.contains(&bytes[*at])).collect();
    if !places.is_empty() {
        let at = places[draw.below(places.len())];
        bytes.splice(at..=at, to.iter().copied());
    }
    bytes
}

fn drop_a_quote(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    change_one(draw, bytes, b"\"", b"")
}

fn change_a_delimiter(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let to = [b",".as_slice(), b";", b"\t", b"|", b"\",\"", b""][draw.below(6)];
    change_one(draw, bytes, b",;\t|", to)
}

fn change_all_delimiters(draw: &mut Draw, mut bytes: Vec<u8>) -> Vec<u8> {
    let (from, to) = (b",;\t|"[draw.below(4)], b",;\t|"[draw.below(4)]);
    bytes.iter_mut().filter(|byte| **byte == from).for_each(|byte| *byte = to);
    bytes
}

fn change_line_breaks(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let end = [b"\r".as_slice(), b"\r\n", b"\n\r", b"\n\n"][draw.below(4)];
    let mut lines = lines(&bytes);
    let from = draw.below(lines.len());
    for line in lines[from..].iter_mut().filter(|line| line.ends_with(b"\n")) {
        line.pop();
        line.extend_from_slice(end);
    }
    lines.concat()
}

fn change_the_encoding_of_a_line(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let mut lines = lines(&bytes);
    let at = draw.below(lines.len());
    let text = String::from_utf8_lossy(&lines[at]).into_owned();
    lines[at] = match draw.below(3) {
        0 => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
        1 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => encoding_rs::SHIFT_JIS.encode(&text).0.into_owned(),
    };
    lines.concat()
}

fn insert_very_many(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    const MANY: [&[u8]; 9] = [b",", b";", b"\"", b"\"\"", b"\r\n", b"\0", b",\"\n", b" ::: ", b"\xc3"];
    let piece = MANY[draw.below(MANY.len())].repeat(200 + draw.below(400));
    insert(draw, bytes, &piece)
}

/// What the reading of a table turns on.
fn insert_a_piece(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    const PIECES: [&[u8]; 22] = [
        b"\"",
        b"\"",
        b"\"\"",
        b"\n\"",
        b",\"",
        b"\",",
        b"\r",
        b"\n",
        b"\r\n\r\n",
        b"sep=;\r\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\0",
        b"=\"",
        b"'=",
        b"#####",
        b"9.19E+11",
        b"\nFirst Name,Last Name,E-mail Address,Birthday\n",
        b"\nVorname;Nachname;Geburtstag\n",
        b",1/2/03,",
        b",13/13/13,",
        b"\xc3\x83\xc2\xbc",
    ];
    let piece = PIECES[draw.below(PIECES.len())];
    insert(draw, bytes, piece)
}

/// Every law, and no panic.
fn holds(bytes: &[u8]) -> Result<(), String> {
    without_panic(|| {
        csv_laws::every_row_is_accounted_for(bytes)?;
        csv_laws::a_survey_changes_nothing(bytes)?;
        csv_laws::neighbours_survive(bytes)
    })
}

/// The project's own tables, and those of the corpus where that is there.
fn files() -> Vec<(String, Vec<u8>)> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/csv");
    let corpus = std::env::var_os("CARDFERRY_CORPUS").map(|corpus| Path::new(&corpus).join("csv"));
    let entries = [Some(own), corpus].into_iter().flatten().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let file = |path: &std::path::PathBuf| (path.file_name().unwrap().display().to_string(), fs::read(path).unwrap());
    let mut files: Vec<_> = paths.iter().map(file).collect();
    files.retain(|(name, bytes)| name != "manifest.tsv" && !bytes.is_empty() && bytes.len() <= LARGEST);
    files
}

#[test]
fn a_damaged_table_does_no_harm() {
    let all = files();
    assert!(all.len() >= 5);
    campaign(&all, DAMAGES, holds);
}

/// Whole files keep the laws too.
#[test]
fn a_whole_table_does_no_harm() {
    for (name, bytes) in files() {
        assert_eq!(holds(&bytes), Ok(()), "{name}");
    }
}
