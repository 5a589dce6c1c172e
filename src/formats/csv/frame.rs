//! Cuts text into rows and cells, in bounded memory, and keeps each row's own bytes.
//!
//! The state machine is `csv_core`'s. Kept here is what the `csv` crate's reader does not give: the raw bytes, a cap on
//! a row's size, and the place where a quote opened that nobody closed. A backslash is an ordinary character.

use std::io::{self, Read};
use std::ops::Range;

use csv_core::ReadRecordResult;
use encoding_rs::{Encoding, UTF_8};

use crate::formats::charset;

/// The longest row that is read: enough for a photo in a cell.
pub(super) const MAX_ROW: usize = 8 * 1024 * 1024;

/// How much of a longer one is kept to show.
const KEPT: usize = 64 * 1024;

/// How often a file may go on behind a quote that was never closed; each time costs looking at its rest again.
const MAX_REPAIRS: u32 = 16;

/// What [`Frames::next`] came upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// A row; its cells are in [`Frames::cells`].
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
    core: csv_core::Reader,
    delimiter: u8,
    /// What was read; the row and the line breaks around it are `start..at`.
    buffer: Vec<u8>,
    start: usize,
    at: usize,
    end: usize,
    ended: bool,
    /// The cells' text, one behind the other, and where each one ends.
    cells: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
    raw: Range<usize>,
    /// The beginning of a row that is too long; empty for all others.
    long: Vec<u8>,
    /// Line and byte of `start`, and of the row.
    base: (u64, u64),
    row: (u64, u64),
    repairs: u32,
}

impl<R: Read> Frames<R> {
    /// The rows of `input`, cut at `delimiter`. `encoding` is what the input was decoded from, and `base` the line and
    /// the byte of that source where the input begins.
    pub(super) fn new(input: R, delimiter: u8, encoding: &'static Encoding, base: (u64, u64)) -> Self {
        Frames {
            input,
            encoding,
            core: core(delimiter),
            delimiter,
            buffer: vec![0; 64 * 1024],
            start: 0,
            at: 0,
            end: 0,
            ended: false,
            cells: vec![0; 4096],
            ends: vec![0; 128],
            count: 0,
            raw: 0..0,
            long: Vec::new(),
            base,
            row: base,
            repairs: 0,
        }
    }

    /// The cells of the row: their text, one behind the other, and where each one ends.
    pub(super) fn cells(&self) -> (&[u8], &[usize]) {
        let ends = &self.ends[..self.count];
        (&self.cells[..ends.last().copied().unwrap_or(0)], ends)
    }

    /// The row as it stands in the source, without the line break behind it.
    pub(super) fn raw(&self) -> Vec<u8> {
        let raw = if self.long.is_empty() { &self.buffer[self.raw.clone()] } else { &self.long };
        if self.encoding == UTF_8 {
            return raw.to_vec();
        }
        charset::encode(self.encoding, &String::from_utf8_lossy(raw))
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
        self.pass();
        self.long.clear();
        self.count = 0;
        let mut written = 0;
        loop {
            if self.at == self.end && !self.ended {
                self.fill()?;
            }
            let input = &self.buffer[self.at..self.end];
            let at_end = input.is_empty();
            let (result, read, wrote, ended) =
                self.core.read_record(input, &mut self.cells[written..], &mut self.ends[self.count..]);
            self.at += read;
            written += wrote;
            self.count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.cells.resize(self.cells.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => return self.finish_row(at_end, width),
                ReadRecordResult::End => return Ok(Frame::End),
            }
            if self.at - self.start > MAX_ROW {
                return self.skip_row();
            }
        }
    }

    /// A row is whole: finds its own bytes, and whether only the end of the file closed a quote in it.
    fn finish_row(&mut self, at_end: bool, width: usize) -> io::Result<Frame> {
        self.take_line_feed()?;
        self.find_raw();
        if !at_end {
            return Ok(Frame::Row);
        }
        let raw = &self.buffer[self.raw.clone()];
        let Some((offset, cell)) = scan(raw, self.delimiter).open else { return Ok(Frame::Row) };
        let line = self.row.0 + lines(&raw[..offset]);
        self.resume(width);
        Ok(Frame::OpenQuote { line, cell })
    }

    /// Behind a quote that is never closed: goes back to the first line that looks like a row of its own.
    fn resume(&mut self, width: usize) {
        if self.repairs == MAX_REPAIRS {
            return;
        }
        self.repairs += 1;
        let mut from = self.raw.start;
        while let Some(length) = memchr::memchr(b'\n', &self.buffer[from..self.end]) {
            from += length + 1;
            let rest = &self.buffer[from..self.end];
            let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            let cells = scan(line, self.delimiter).cells;
            if cells > 1 && cells * 2 > width && cells <= width + 1 {
                self.at = from;
                self.core = core(self.delimiter);
                self.find_raw();
                return;
            }
        }
    }

    /// Reads a row that is too long to its end, keeping only its beginning.
    fn skip_row(&mut self) -> io::Result<Frame> {
        self.find_raw();
        let kept = self.raw.len().min(KEPT);
        self.long = self.buffer[self.raw.start..self.raw.start + kept].to_vec();
        loop {
            self.pass();
            if self.at == self.end && !self.ended {
                self.fill()?;
            }
            let input = &self.buffer[self.at..self.end];
            let (result, read, ..) = self.core.read_record(input, &mut self.cells, &mut self.ends);
            self.at += read;
            if matches!(result, ReadRecordResult::Record | ReadRecordResult::End) {
                self.count = 0;
                self.shrink();
                return Ok(Frame::TooLong);
            }
        }
    }

    /// Gives back the memory that one long row took.
    fn shrink(&mut self) {
        self.cells = vec![0; 4096];
        self.ends = vec![0; 128];
    }

    /// Leaves behind what was read of the row.
    fn pass(&mut self) {
        let passed = &self.buffer[self.start..self.at];
        self.base.0 += lines(passed);
        self.base.1 += self.source_length(passed);
        self.start = self.at;
    }

    /// The line feed of a CR LF: the state machine would take it for the beginning of the next row.
    fn take_line_feed(&mut self) -> io::Result<()> {
        if self.at > self.start && self.buffer[self.at - 1] == b'\r' {
            if self.at == self.end && !self.ended {
                self.fill()?;
            }
            if self.at < self.end && self.buffer[self.at] == b'\n' {
                self.at += 1;
            }
        }
        Ok(())
    }

    /// The row without the blank lines before it and the line break behind it, and where it stands.
    fn find_raw(&mut self) {
        let line_break = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let all = &self.buffer[self.start..self.at];
        let before = all.iter().take_while(|byte| line_break(byte)).count();
        let after = all[before..].iter().rev().take_while(|byte| line_break(byte)).count();
        self.raw = self.start + before..self.at - after;
        let before = &all[..before];
        self.row = (self.base.0 + lines(before), self.base.1 + self.source_length(before));
    }

    /// How long a piece of text is in the source.
    fn source_length(&self, text: &[u8]) -> u64 {
        if self.encoding == UTF_8 || text.is_empty() {
            return text.len() as u64;
        }
        charset::encode(self.encoding, &String::from_utf8_lossy(text)).len() as u64
    }

    /// Reads more, behind the row that is being read.
    fn fill(&mut self) -> io::Result<()> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.raw = self.raw.start.saturating_sub(self.start)..self.raw.end.saturating_sub(self.start);
            self.at -= self.start;
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
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

fn core(delimiter: u8) -> csv_core::Reader {
    csv_core::ReaderBuilder::new().delimiter(delimiter).build()
}

/// How many lines end in it, whatever ends them.
fn lines(text: &[u8]) -> u64 {
    let feeds = memchr::memchr_iter(b'\n', text).count();
    let returns = if feeds == 0 { memchr::memchr_iter(b'\r', text).count() } else { 0 };
    (feeds + returns) as u64
}

/// What [`scan`] sees of a row.
struct Scan {
    cells: usize,
    /// Offset and cell (from 1) of a quote that is not closed.
    open: Option<(usize, usize)>,
}

/// Counts the cells of one row by the rules of the state machine, and finds a quote that is not closed.
fn scan(row: &[u8], delimiter: u8) -> Scan {
    let mut cells = 1;
    let mut at = 0;
    loop {
        if row.get(at) == Some(&b'"') {
            let opened = at;
            at += 1;
            loop {
                let Some(length) = memchr::memchr(b'"', row.get(at..).unwrap_or_default()) else {
                    return Scan { cells, open: Some((opened, cells)) };
                };
                at += length + 1;
                if row.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
        }
        match memchr::memchr3(delimiter, b'\n', b'\r', row.get(at..).unwrap_or_default()) {
            None => return Scan { cells, open: None },
            Some(length) => {
                at += length + 1;
                cells += usize::from(row[at - 1] == delimiter);
            }
        }
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
            let raw = String::from_utf8(frames.raw()).unwrap();
            match frame {
                Frame::End => return found,
                Frame::Row => {
                    let (text, ends) = frames.cells();
                    let text = std::str::from_utf8(text).unwrap();
                    let starts = std::iter::once(0).chain(ends.iter().copied());
                    let cells: Vec<_> = starts.zip(ends).map(|(start, end)| &text[start..*end]).collect();
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

    /// Each line leaves a quote open: the file is looked at again a bounded number of times.
    #[test]
    fn hostile_quotes_take_bounded_time() {
        let text = b"x\"z,\"y\n".repeat(20_000);
        let found = rows(&text, 2);
        assert_eq!(found.len(), MAX_REPAIRS as usize + 1);
    }

    #[test]
    fn a_row_that_is_too_long_is_passed_over() {
        let mut text = b"a,\"".to_vec();
        text.resize(text.len() + MAX_ROW + 100_000, b'x');
        text.extend_from_slice(b"\",b\nnext,row\n");
        let mut frames = Frames::new(text.as_slice(), b',', UTF_8, (1, 0));
        assert_eq!(frames.next(2).unwrap(), Frame::TooLong);
        assert_eq!(frames.raw().len(), KEPT);
        assert_eq!(frames.next(2).unwrap(), Frame::Row);
        assert_eq!(frames.raw(), b"next,row");
        assert_eq!(frames.position(), (2, text.len() as u64 - 9));
        assert_eq!(frames.next(2).unwrap(), Frame::End);
    }
}
