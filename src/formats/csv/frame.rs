//! Cuts text into rows, in bounded memory, and keeps each row's own bytes and place.
//!
//! Kept here is what no CSV library gives: the raw bytes, a cap on a row's size, and the place where a quote opened that
//! nobody closed, behind which the rows are read on.

use std::io::{self, Read};
use std::ops::Range;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::formats::charset;
use crate::formats::csv::scan::{Cells, Found, MAX_CELLS, Scan, count, is_line_break, letters, lines, next_row};

/// The longest row that is read: enough for a photo in a cell.
pub(super) const MAX_ROW: usize = 8 * 1024 * 1024;

/// How much of a longer one is kept to show.
const KEPT: usize = 64 * 1024;

/// What is read at once.
const BUFFER: usize = 128 * 1024;

/// How many bytes may be looked at again behind quotes that nobody closed, besides as many as were passed.
const AGAIN: u64 = 4 * MAX_ROW as u64;

/// What [`Frames::next`] came upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// A row; it is in [`Frames::text`].
    Row,
    /// A quote that is never closed opens on this line, in this cell (both from 1). The row reaches to where the rows
    /// make sense again.
    OpenQuote { line: u64, cell: usize },
    /// A row longer than [`MAX_ROW`]; its raw bytes are only its beginning.
    TooLong,
    /// No more rows.
    End,
}

/// The rows of a stream of UTF-8 (or what may turn out not to be).
pub(super) struct Frames<R> {
    input: R,
    encoding: &'static Encoding,
    delimiter: u8,
    /// What was read and is not passed yet is `start..end`; it begins with the row, once there is one.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    /// The row without the line break behind it, and where the next one may begin.
    raw: Range<usize>,
    next: usize,
    /// The beginning of a row that is too long; empty for all others.
    long: Vec<u8>,
    /// Line and byte of `start`, and of the row.
    base: (u64, u64),
    row: (u64, u64),
    /// Whether the last byte before `start` was a carriage return, so that a line feed there ends no line.
    after_return: bool,
    passed: u64,
    again: u64,
}

impl<R: Read> Frames<R> {
    /// The rows of `input`, cut at `delimiter`. `encoding` is what the input was decoded from, and `base` the line and
    /// the byte of that source where the input begins.
    pub(super) fn new(input: R, delimiter: u8, encoding: &'static Encoding, base: (u64, u64)) -> Self {
        Frames {
            input,
            encoding,
            delimiter,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            ended: false,
            raw: 0..0,
            next: 0,
            long: Vec::new(),
            base,
            row: base,
            after_return: false,
            passed: 0,
            again: 0,
        }
    }

    /// The row as text of the input, without the line break behind it.
    pub(super) fn text(&self) -> &[u8] {
        if self.long.is_empty() { &self.buffer[self.raw.clone()] } else { &self.long }
    }

    /// Whether no cell of the row has anything but blanks.
    pub(super) fn is_blank(&self) -> bool {
        let delimiter = self.delimiter;
        let says_nothing = |byte: &u8| *byte == delimiter || matches!(byte, b' ' | b'\t' | b'"' | 0x80..);
        if !self.text().iter().all(says_nothing) {
            return false;
        }
        let (row, mut cells) = (String::from_utf8_lossy(self.text()), Cells::default());
        let row = cells.split(&row, delimiter, MAX_CELLS);
        row.len() <= MAX_CELLS && row.is_blank()
    }

    /// The line (from 1) and byte (from 0) of the source that the row begins at.
    pub(super) fn position(&self) -> (u64, u64) {
        self.row
    }

    /// The stream behind it.
    pub(super) fn input(&self) -> &R {
        &self.input
    }

    /// Goes on to the next row. `width` is how many cells a row should have; it matters only behind an unclosed quote.
    pub(super) fn next(&mut self, width: usize) -> io::Result<Frame> {
        self.long.clear();
        self.raw = 0..0;
        self.pass(self.next - self.start);
        self.pass_line_breaks()?;
        (self.row, self.next) = (self.base, self.start);
        if self.start == self.end {
            return Ok(Frame::End);
        }
        let mut scan = Scan::default();
        loop {
            let row = &self.buffer[self.start..self.end];
            match scan.go_on(row, self.delimiter, self.ended) {
                Found::End(length) if length > MAX_ROW => {
                    self.long = row[..KEPT].to_vec();
                    self.next = self.start + length;
                    return Ok(Frame::TooLong);
                }
                Found::End(length) => return Ok(self.row(length)),
                Found::Doubtful(open) => {
                    self.fill_line(scan.at)?;
                    let row = &self.buffer[self.start..self.end];
                    let next = next_row(row, open, width, self.delimiter);
                    if let Some(length) = next.filter(|length| *length < scan.at) {
                        return Ok(self.open_quote(open, length));
                    }
                }
                Found::Nothing if self.ended => return Ok(self.last(scan, width)),
                Found::Nothing if row.len() > MAX_ROW => match self.again(scan, width) {
                    Some(frame) => return Ok(frame),
                    None => return self.too_long(scan),
                },
                Found::Nothing => self.fill()?,
            }
        }
    }

    fn row(&mut self, length: usize) -> Frame {
        self.raw = self.start..self.start + length;
        self.next = self.raw.end;
        Frame::Row
    }

    /// A row with a quote that nobody closed, up to where the next row begins.
    fn open_quote(&mut self, open: usize, length: usize) -> Frame {
        self.row(length);
        let raw = &self.buffer[self.raw.clone()];
        let breaks = raw.iter().rev().take_while(|byte| is_line_break(**byte)).count();
        self.raw.end -= breaks;
        let before = &self.buffer[self.start..self.start + open];
        Frame::OpenQuote { line: self.row.0 + lines(before, false), cell: count(before, self.delimiter, open).1 }
    }

    /// The input ends behind the row, or in it.
    fn last(&mut self, scan: Scan, width: usize) -> Frame {
        let length = self.end - self.start;
        match scan.open {
            None => self.row(length),
            Some(open) => self.again(scan, width).unwrap_or_else(|| self.open_quote(open, length)),
        }
    }

    /// Behind a quote that is never closed: goes back to the first line that looks like a row of its own.
    fn again(&mut self, scan: Scan, width: usize) -> Option<Frame> {
        let (open, row) = (scan.open?, &self.buffer[self.start..self.end]);
        if self.again + row.len() as u64 > AGAIN + self.passed {
            return None;
        }
        self.again += row.len() as u64;
        let length = next_row(row, open, width, self.delimiter)?;
        Some(self.open_quote(open, length))
    }

    /// Reads a row that is too long to its end, keeping only its beginning.
    fn too_long(&mut self, mut scan: Scan) -> io::Result<Frame> {
        self.long = self.buffer[self.start..self.start + KEPT].to_vec();
        loop {
            match scan.go_on(&self.buffer[self.start..self.end], self.delimiter, self.ended) {
                Found::End(length) => {
                    self.next = self.start + length;
                    return Ok(Frame::TooLong);
                }
                Found::Doubtful(_) => {}
                Found::Nothing if self.ended => {
                    self.next = self.end;
                    return Ok(Frame::TooLong);
                }
                Found::Nothing => {
                    // The last byte tells what a quote behind it means.
                    let known = scan.at.saturating_sub(1);
                    scan.forget(known);
                    self.pass(known);
                    self.fill()?;
                }
            }
        }
    }

    /// Leaves bytes behind.
    fn pass(&mut self, count: usize) {
        let passed = &self.buffer[self.start..self.start + count];
        self.base.0 += lines(passed, self.after_return);
        self.base.1 += source_length(self.encoding, passed);
        self.after_return = passed.last().map_or(self.after_return, |last| *last == b'\r');
        self.passed += count as u64;
        self.start += count;
    }

    fn pass_line_breaks(&mut self) -> io::Result<()> {
        loop {
            let breaks = self.buffer[self.start..self.end].iter().take_while(|byte| is_line_break(**byte)).count();
            self.pass(breaks);
            if self.start < self.end || self.ended {
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// Reads on until the line is whole that has this byte of the row.
    fn fill_line(&mut self, at: usize) -> io::Result<()> {
        while !self.ended && self.end - self.start <= MAX_ROW {
            if memchr::memchr2(b'\n', b'\r', &self.buffer[self.start + at..self.end]).is_some() {
                return Ok(());
            }
            self.fill()?;
        }
        Ok(())
    }

    /// Reads more, behind the row that is being read.
    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        } else if self.end < BUFFER / 2 && self.buffer.len() > BUFFER {
            self.buffer.truncate(BUFFER);
            self.buffer.shrink_to_fit();
        }
        let count = read(&mut self.input, &mut self.buffer[self.end..])?;
        self.end += count;
        self.ended = count == 0;
        Ok(())
    }
}

/// Reads once, whatever interrupts.
pub(super) fn read(input: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match input.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// How long a piece of text is in the source.
pub(super) fn source_length(encoding: &'static Encoding, text: &[u8]) -> u64 {
    if encoding == UTF_8 || text.is_empty() {
        return text.len() as u64;
    }
    if encoding.is_single_byte() {
        return letters(text);
    }
    let text = String::from_utf8_lossy(text);
    if encoding == UTF_16LE || encoding == UTF_16BE {
        text.encode_utf16().count() as u64 * 2
    } else {
        charset::encode(encoding, &text).len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every row: its line, byte, raw text and cells; broken ones with what is wrong.
    fn rows(text: &[u8], width: usize) -> Vec<String> {
        let mut frames = Frames::new(text, b',', UTF_8, (1, 0));
        let mut found = Vec::new();
        loop {
            let frame = frames.next(width).unwrap();
            let (line, byte) = frames.position();
            let raw = String::from_utf8(frames.text().to_vec()).unwrap();
            match frame {
                Frame::End => return found,
                Frame::Row => {
                    let mut cells = Cells::default();
                    let row = cells.split(&raw, b',', MAX_CELLS);
                    let cells: Vec<_> = (0..row.len()).map(|at| row.verbatim(at)).collect();
                    found.push(format!("{line}@{byte} {raw:?} {cells:?}"));
                }
                broken => found.push(format!("{line}@{byte} {raw:?} {broken:?}")),
            }
        }
    }

    /// Traps 20 and 21: line breaks of every kind within cells and between rows, rows of any length.
    #[test]
    fn rows_keep_their_bytes_and_places() {
        assert_eq!(
            rows(b"a,b\r\n\r\n\"x\r\ny\",\"q\"\"r\"\r\nlast", 2),
            [r#"1@0 "a,b" ["a", "b"]"#, r#"3@7 "\"x\r\ny\",\"q\"\"r\"" ["x\r\ny", "q\"r"]"#, r#"5@22 "last" ["last"]"#]
        );
        assert_eq!(rows(b"a,b\rc,d\r", 2), [r#"1@0 "a,b" ["a", "b"]"#, r#"2@4 "c,d" ["c", "d"]"#]);
        assert_eq!(rows(b"", 2), [] as [String; 0]);
        assert_eq!(rows(b"\r\n\n\r", 2), [] as [String; 0]);
    }

    /// Trap 31: a backslash is an ordinary character.
    #[test]
    fn a_backslash_escapes_nothing() {
        assert_eq!(rows(br#""a\",b"#, 2), [r#"1@0 "\"a\\\",b" ["a\\", "b"]"#]);
    }

    /// Trap 32: the quote that nobody closed is named, and what follows is read.
    #[test]
    fn an_open_quote_costs_its_own_row_alone() {
        assert_eq!(
            rows(b"a,b,c\n1,\"two,3\nnote goes on\n4,5,6\n7,8,9\n", 3),
            [
                r#"1@0 "a,b,c" ["a", "b", "c"]"#,
                r#"2@6 "1,\"two,3\nnote goes on" OpenQuote { line: 2, cell: 2 }"#,
                r#"4@28 "4,5,6" ["4", "5", "6"]"#,
                r#"5@34 "7,8,9" ["7", "8", "9"]"#
            ]
        );
        assert_eq!(rows(b"a,\"x\ny", 2), [r#"1@0 "a,\"x\ny" OpenQuote { line: 1, cell: 2 }"#]);
    }

    /// Trap 32: where other cells have quotes, the next of them closes the open one, in the middle of a cell.
    #[test]
    fn an_open_quote_that_the_next_one_closes_joins_no_rows() {
        let found = rows(b"a,b,c,d\nA,B,e,\"open\n\"C,D,c,n\nE,F,g,h\n", 4);
        let ends = ["[\"a\", \"b\", \"c\", \"d\"]", "{ line: 2, cell: 4 }", "{ line: 3, cell: 1 }", "\"h\"]"];
        assert!(found.len() == 4 && found.iter().zip(ends).all(|(row, end)| row.ends_with(end)), "{found:?}");
    }

    #[test]
    fn an_open_quote_ends_before_the_next_row_with_quotes() {
        assert_eq!(
            rows(b"\"1\",\"two\n\"3\",\"four\"\n\"5\",\"a\nb\"\n", 2),
            [
                r#"1@0 "\"1\",\"two" OpenQuote { line: 1, cell: 2 }"#,
                r#"2@9 "\"3\",\"four\"" ["3", "four"]"#,
                r#"3@20 "\"5\",\"a\nb\"" ["5", "a\nb"]"#
            ]
        );
        let quoted = r#"1@0 "1,\"line\nsaid \"so, and so\"" ["1", "line\nsaid so", " and so\""]"#;
        assert_eq!(rows(b"1,\"line\nsaid \"so, and so\"\n", 9), [quoted], "no line of it looks like a row");
    }

    /// Each line leaves a quote open: the file is looked at again a bounded number of times.
    #[test]
    fn hostile_quotes_take_bounded_time() {
        assert_eq!(rows(&b"x\"z,\"y\n".repeat(20_000), 2).len(), 20_000);
        let never = [b"a,\"\"\"b\n".repeat(20_000), b"c,d\n".repeat(20_000)].concat();
        assert!(rows(&never, 2).len() > 20_000);
    }

    #[test]
    fn a_row_that_is_too_long_is_passed_over() {
        let mut text = b"a,\"".to_vec();
        text.resize(text.len() + MAX_ROW + 100_000, b'x');
        text.extend_from_slice(b"\",b\nnext,row\n");
        let mut frames = Frames::new(text.as_slice(), b',', UTF_8, (1, 0));
        assert_eq!(frames.next(2).unwrap(), Frame::TooLong);
        assert_eq!(frames.text().len(), KEPT);
        assert_eq!(frames.next(2).unwrap(), Frame::Row);
        assert_eq!(frames.text(), b"next,row");
        assert_eq!(frames.position(), (2, text.len() as u64 - 9));
        assert_eq!(frames.next(2).unwrap(), Frame::End);
        assert!(frames.buffer.len() <= BUFFER, "the memory is given back");
    }

    /// Behind an open quote stand more bytes than a row may have.
    #[test]
    fn an_open_quote_before_a_large_rest() {
        let text = [b"a,\"b\n".to_vec(), b"c,d\n".repeat(3_000_000)].concat();
        let mut frames = Frames::new(text.as_slice(), b',', UTF_8, (1, 0));
        assert_eq!(frames.next(2).unwrap(), Frame::OpenQuote { line: 1, cell: 2 });
        assert_eq!((frames.next(2).unwrap(), frames.text(), frames.position()), (Frame::Row, &b"c,d"[..], (2, 5)));
    }
}
