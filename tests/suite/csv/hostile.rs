//! Bytes that mean harm: never a panic, never without end.

use std::io::Read;

use cardferry::formats::Outcome;
use cardferry::formats::csv::Options;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces that the decision and the state machine turn on.
const PIECES: &[&[u8]] = &[
    b"First Name,Last Name,Birthday,Notes\n",
    b"First Name;E-mail 1 - Value;E-mail 1 - Label;Address 1 - Street\r\n",
    b"sep=",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\r",
    b"\n",
    b"\r\n",
    b"\0",
    b" ::: ",
    b"* ",
    b"0/0/00",
    b"13/13/13",
    b"--02-30",
    b"99999999999999999999",
    b"\xc3",
    b"\xa9",
    b"\x81\x5c",
    b"/o=",
    b"(",
    b")",
    b"\xe2\x80\x8b",
    b"Eve,Roe,1/2/03,note\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..400)) {
        let _ = super::read(bytes.as_slice(), Options::default());
    }

    #[test]
    fn any_pieces(pieces in vec(select(PIECES), 0..60), header in any::<bool>()) {
        let mut bytes = if header { PIECES[0].to_vec() } else { Vec::new() };
        bytes.extend(pieces.concat());
        if let Ok((records, _)) = super::read(bytes.as_slice(), Options::default()) {
            for record in records {
                prop_assert!(record.position.byte as usize + record.raw.len() <= bytes.len() + 8);
            }
        }
    }
}

/// A source that is made while it is read: a beginning, very many times the same, an end.
struct Made {
    parts: [(&'static [u8], u64); 3],
    part: usize,
    at: u64,
}

impl Made {
    fn of(begin: &'static [u8], (piece, length): (&'static [u8], u64), end: &'static [u8]) -> Self {
        let whole = |bytes: &'static [u8]| (bytes, bytes.len() as u64);
        Made { parts: [whole(begin), (piece, length), whole(end)], part: 0, at: 0 }
    }
}

impl Read for Made {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while let Some((piece, length)) = self.parts.get(self.part) {
            let from = (self.at % piece.len() as u64) as usize;
            let count = (piece.len() - from).min(into.len()).min((length - self.at) as usize);
            if count > 0 {
                into[..count].copy_from_slice(&piece[from..from + count]);
                self.at += count as u64;
                return Ok(count);
            }
            (self.part, self.at) = (self.part + 1, 0);
        }
        Ok(0)
    }
}

const MIB: u64 = 1024 * 1024;
static LETTERS: [u8; 64 * 1024] = [b'x'; 64 * 1024];
static BREAKS: [u8; 64 * 1024] = [b'\n'; 64 * 1024];

/// A cell of 2 GiB is a rejected row of which the beginning is kept, with quotes or without, and the next row is read.
/// It takes its time in a program that is not optimised, so the whole of it is left to the longer campaign.
#[test]
fn a_cell_without_end() {
    let length = if std::env::var_os("CARDFERRY_SEEDS").is_some() { 2048 * MIB } else { 64 * MIB };
    for (begin, end) in [
        (&b"First Name,Last Name\nEve,"[..], &b"\nAnn,Poe\n"[..]),
        (&b"First Name,Last Name\nEve,\""[..], &b"\"\nAnn,Poe\n"[..]),
    ] {
        let (records, _) = super::read(Made::of(begin, (&LETTERS, length), end), Options::default()).unwrap();
        let Outcome::Reject(reject) = &records[0].outcome else { panic!("a contact of 2 GiB") };
        assert!(reject.cut && reject.why.contains("the row is longer than 8 MiB"), "{}", reject.why);
        assert_eq!((records.len(), records[0].raw.len(), &*records[1].raw), (2, 64 * 1024, &b"Ann,Poe"[..]));
        assert_eq!(records[1].position.line, 3);
    }
}

/// Blank lines are nothing, however many.
#[test]
fn blank_lines_without_end() {
    let source = Made::of(b"First Name,Last Name\n", (&BREAKS, 32 * MIB), b"Ann,Poe\n");
    let (records, _) = super::read(source, Options::default()).unwrap();
    assert_eq!((records.len(), records[0].position.line), (1, 2 + 32 * MIB));
}

/// Whatever is wrong with a file as a whole is said, and with which way out.
#[test]
fn files_that_are_no_tables() {
    for (bytes, says) in [
        (&b""[..], "the file is empty"),
        (b"\"", "no header row"),
        (&b"\"\"\"\"\"\"\"\""[..], "no header row"),
        (&[b'"'; 100_000][..], "no header row"),
        (&[0; 100_000][..], "no header row"),
        (&[b','; 100_000][..], "no header row"),
        (b"Eve,Roe\nAnn,Poe\n", "no header row"),
        (b"First Name,\"Last Name\nEve,Roe\n", "of the header is never closed"),
    ] {
        let error = super::read(bytes, Options::default()).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
}

/// NULs, a photo of a row's own length, mixed line ends, a table of which every row is rejected.
#[test]
fn rows_that_are_odd() {
    let (records, _) = super::read(&b"First Name,Last Name\nE\0ve,Roe\n\0,\0\n"[..], Options::default()).unwrap();
    assert_eq!(records.len(), 2);
    let (records, _) =
        super::read(&b"First Name,Last Name\r\nEve,Roe\nAnn,Poe\rZoe,Moe\n\r\n"[..], Options::default()).unwrap();
    assert_eq!(records.iter().map(|record| record.position.line).collect::<Vec<_>>(), [2, 3, 4]);
    let photo = "QUJD".repeat((8 * 1024 * 1024 - 64) / 4);
    let text = format!("Given Name,Family Name,Photo\nEve,Roe,{photo}\nAnn,Poe,\n");
    let (records, _) = super::read(text.as_bytes(), Options::default()).unwrap();
    assert!(records.len() == 2 && records.iter().all(|record| matches!(record.outcome, Outcome::Contact(_))));
    let text = ["First Name,Last Name,Notes\n", &"footer\n".repeat(10_000)].concat();
    let (records, _) = super::read(text.as_bytes(), Options::default()).unwrap();
    assert_eq!(records.len(), 10_000);
    assert!(records.iter().all(|record| matches!(record.outcome, Outcome::Reject(_))));
}

/// A header of very many columns is refused, not built into memory.
#[test]
fn a_million_columns() {
    let mut text = b"First Name,Last Name".to_vec();
    text.extend(std::iter::repeat_n(b',', 1_000_000));
    text.extend_from_slice(b"\nEve,Roe\n");
    let refused = |text: &[u8]| super::read(text, Options::default()).unwrap_err().to_string();
    let said = refused(&text);
    assert!(said.contains("the header row has more than 4096 columns"), "{said}");
    let names: String = (0..4000).map(|at| format!(",a column with number {at}")).collect();
    let said = refused(format!("First Name,Last Name{names}\nEve,Roe\n").as_bytes());
    assert!(said.contains("the header row is longer than 64 KiB"), "{said}");
    let said = refused(format!("one,two{}\n1,2\n", ",x".repeat(5000)).as_bytes());
    assert!(said.contains("no header row with known column names"), "{said}");
    let row = [b"First Name,Last Name\nEve,Roe".as_slice(), &vec![b','; 1_000_000], b"\nAnn,Poe\n"].concat();
    let (records, _) = super::read(row.as_slice(), Options::default()).unwrap();
    assert_eq!(records.len(), 2);
}
