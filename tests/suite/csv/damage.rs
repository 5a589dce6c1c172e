//! Real tables, damaged: whatever is done to a table, reading it ends, every row of it is accounted for, and rows far
//! from the damage stay what they are.
//!
//! `CARDFERRY_SEEDS` says how often each file is damaged anew; a failure names its seed and shows the smallest input
//! that still fails.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;

use crate::csv_laws;
use crate::generator::Draw;

/// Files above this are left to the tests that read them whole.
const LARGEST: usize = 24 * 1024;

/// One way to damage a file.
type Damage = fn(&mut Draw, Vec<u8>) -> Vec<u8>;

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

fn flip_bits(draw: &mut Draw, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..=draw.below(4) {
        let at = draw.below(bytes.len());
        bytes[at] ^= 1 << draw.below(8);
    }
    bytes
}

fn cut_out(draw: &mut Draw, mut bytes: Vec<u8>) -> Vec<u8> {
    let from = draw.below(bytes.len());
    let to = (from + 1 + draw.below(80)).min(bytes.len());
    bytes.drain(from..to);
    bytes
}

fn cut_off(draw: &mut Draw, mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(1 + draw.below(bytes.len()));
    bytes
}

/// The lines of a text, each with its end.
fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn duplicate_a_line(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let mut lines = lines(&bytes);
    let line = lines[draw.below(lines.len())].clone();
    lines.insert(draw.below(lines.len() + 1), line);
    lines.concat()
}

fn swap_two_lines(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let mut lines = lines(&bytes);
    let count = lines.len();
    lines.swap(draw.below(count), draw.below(count));
    lines.concat()
}

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

fn insert(draw: &mut Draw, mut bytes: Vec<u8>, piece: &[u8]) -> Vec<u8> {
    let at = draw.below(bytes.len() + 1);
    bytes.splice(at..at, piece.iter().copied());
    bytes
}

fn insert_garbage(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let count = 1 + draw.below(9);
    let garbage: Vec<u8> = (0..count).map(|_| draw.below(256) as u8).collect();
    insert(draw, bytes, &garbage)
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

/// Damages a file one to four times over.
fn damaged(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut draw = Draw::new(seed);
    let mut bytes = bytes.to_vec();
    for _ in 0..=draw.below(4) {
        if !bytes.is_empty() {
            bytes = DAMAGES[draw.below(DAMAGES.len())](&mut draw, bytes);
        }
    }
    bytes
}

/// Every law, and no panic.
fn holds(bytes: &[u8]) -> Result<(), String> {
    let laws = || {
        csv_laws::every_row_is_accounted_for(bytes)?;
        csv_laws::a_survey_changes_nothing(bytes)?;
        csv_laws::neighbours_survive(bytes)
    };
    catch_unwind(AssertUnwindSafe(laws)).unwrap_or_else(|_| Err("a panic".to_owned()))
}

/// What is left when every line, then every byte, is taken out without which it fails in another way or not at all.
fn smallest(bytes: Vec<u8>, why: &str) -> Vec<u8> {
    let alike = |bytes: &[u8]| holds(bytes).is_err_and(|other| other.bytes().take(16).eq(why.bytes().take(16)));
    let mut pieces = lines(&bytes);
    for _ in 0..2 {
        let mut at = 0;
        while at < pieces.len() && pieces.len() < 600 {
            let piece = pieces.remove(at);
            if !alike(&pieces.concat()) {
                pieces.insert(at, piece);
                at += 1;
            }
        }
        pieces = pieces.concat().into_iter().map(|byte| vec![byte]).collect();
    }
    pieces.concat()
}

fn seeds() -> u64 {
    std::env::var("CARDFERRY_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
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
    let work = Mutex::new((0..seeds()).flat_map(|seed| all.iter().map(move |file| (seed, file))));
    let wrong = Mutex::new(Vec::new());
    let run = || {
        while let Some((seed, (name, bytes))) = { work.lock().unwrap().next() } {
            let bytes = damaged(bytes, seed);
            if let Err(why) = holds(&bytes) {
                wrong.lock().unwrap().push((name, seed, why, bytes));
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(run);
        run();
    });
    let wrong = wrong.into_inner().unwrap();
    let shown = wrong.iter().take(10).map(|(name, seed, why, bytes)| {
        let why: String = why.chars().take(600).collect();
        let least = String::from_utf8_lossy(&smallest(bytes.clone(), &why)).chars().take(400).collect::<String>();
        format!("{name}, seed {seed}: {why}\n    {least:?}\n")
    });
    assert!(wrong.is_empty(), "{} inputs\n{}", wrong.len(), shown.collect::<String>());
}

/// Whole files keep the laws too.
#[test]
fn a_whole_table_does_no_harm() {
    for (name, bytes) in files() {
        assert_eq!(holds(&bytes), Ok(()), "{name}");
    }
}
