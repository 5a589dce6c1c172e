//! Cuts text into rows, in bounded memory, and keeps each row's own bytes and place.
//!
//! Kept here is what no CSV library gives: the raw bytes, a cap on a row's size, and the place where a quote opened that
//! nobody closed, behind which the rows are read on.

use std::io::{self, Read};
use std::ops::Range;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::formats::charset;
use crate::formats::csv::grammar::Grammar;
use crate::formats::csv::scan::{Cells, Found, MAX_CELLS, Scan, count, is_line_break, letters, lines, next_row};
use crate::formats::table::REASON_MARK;

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
    grammar: Grammar,
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
    /// Whether the rows are those that an earlier run rejected, each with its reason in the last cell.
    rejected: bool,
}

impl<R: Read> Frames<R> {
    /// The rows of `input`, cut by `grammar`. `encoding` is what the input was decoded from, and `base` the line and
    /// the byte of that source where the input begins.
    pub(super) fn new(input: R, grammar: impl Into<Grammar>, encoding: &'static Encoding, base: (u64, u64)) -> Self {
        Frames {
            input,
            encoding,
            grammar: grammar.into(),
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
            rejected: false,
        }
    }

    /// Says that what follows are rows that an earlier run rejected.
    pub(super) fn are_rejected(&mut self) {
        self.rejected = true;
    }

    /// The row as text of the input, without the line break behind it.
    pub(super) fn text(&self) -> &[u8] {
        if self.long.is_empty() { &self.buffer[self.raw.clone()] } else { &self.long }
    }

    /// Whether no cell of the row has anything but blanks.
    pub(super) fn is_blank(&self) -> bool {
        let delimiter = self.grammar.delimiter;
        let says_nothing = |byte: &u8| *byte == delimiter || matches!(byte, b' ' | b'\t' | b'"' | 0x80..);
        if !self.text().iter().all(says_nothing) {
            return false;
        }
        let (row, mut cells) = (String::from_utf8_lossy(self.text()), Cells::default());
        let row = cells.split(&row, self.grammar, MAX_CELLS);
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
            match scan.go_on(row, self.grammar, self.ended) {
                Found::End(length) if length > MAX_ROW => {
                    self.long = row[..KEPT].to_vec();
                    self.next = self.start + length;
                    return Ok(Frame::TooLong);
                }
                Found::End(length) => {
                    let marked = self.marked(length).map(|(open, end)| self.open_quote(open, end));
                    return Ok(marked.unwrap_or_else(|| self.row(length)));
                }
                Found::Doubtful(open) => {
                    self.fill_line(scan.at)?;
                    let row = &self.buffer[self.start..self.end];
                    let marked = self.marked(scan.at).map(|(_, end)| end);
                    let next = marked.or_else(|| next_row(row, open, width, self.grammar));
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
        Frame::OpenQuote { line: self.row.0 + lines(before, false), cell: count(before, self.grammar, open).1 }
    }

    /// The input ends behind the row, or in it.
    fn last(&mut self, scan: Scan, width: usize) -> Frame {
        let length = self.end - self.start;
        match scan.open {
            None => self.row(length),
            Some(_) if let Some((open, end)) = self.marked(length) => self.open_quote(open, end),
            Some(open) => self.again(scan, width).unwrap_or_else(|| self.open_quote(open, length)),
        }
    }

    /// Where a quote is open in a row that was rejected before, and where that row ends: at the line that ends with the
    /// reason. Else the open quote of one such row would find its end in that of the next.
    fn marked(&self, length: usize) -> Option<(usize, usize)> {
        let row = &self.buffer[self.start..self.start + length];
        if !self.rejected || memchr::memchr2(b'\n', b'\r', row).is_none() {
            return None;
        }
        let mark = [&[self.grammar.delimiter], REASON_MARK.as_bytes()].concat();
        let mut scan = Scan::default();
        memchr::memmem::find_iter(row, &mark).find_map(|at| {
            while scan.at < at && !matches!(scan.go_on(&row[..at], self.grammar, false), Found::Nothing) {}
            let end = memchr::memchr2(b'\n', b'\r', &row[at..]).map_or(length, |line| at + line);
            scan.open.map(|open| (open, end))
        })
    }

    /// Behind a quote that is never closed: goes back to the first line that looks like a row of its own.
    fn again(&mut self, scan: Scan, width: usize) -> Option<Frame> {
        let (open, row) = (scan.open?, &self.buffer[self.start..self.end]);
        if self.again + row.len() as u64 > AGAIN + self.passed {
            return None;
        }
        self.again += row.len() as u64;
        let length = next_row(row, open, width, self.grammar)?;
        Some(self.open_quote(open, length))
    }

    /// Reads a row that is too long to its end, keeping only its beginning.
    fn too_long(&mut self, mut scan: Scan) -> io::Result<Frame> {
        self.long = self.buffer[self.start..self.start + KEPT].to_vec();
        loop {
            match scan.go_on(&self.buffer[self.start..self.end], self.grammar, self.ended) {
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
#[path = "frame/tests.rs"]
mod tests;
