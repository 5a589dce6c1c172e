//! The grammar of rows: where a row ends, and which cells it has.
//!
//! The rules are those of `csv_core`: a quote opens a cell only where the cell begins, two quotes in a quoted cell stand
//! for one, what follows its closing quote still belongs to it, and CR, LF or both end a row. A backslash is an ordinary
//! character. A test holds the two against each other; this one goes over the cells at once instead of byte by byte.

use crate::formats::csv::grammar::Grammar;
use crate::formats::table::Row;

/// The most cells that a row may have: as many as the widest spreadsheet.
pub(super) const MAX_CELLS: usize = 16_384;

/// How far the scan of a row has come.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scan {
    /// What was looked at, from the row's beginning.
    pub(super) at: usize,
    /// Where the quote stands that is open.
    pub(super) open: Option<usize>,
}

/// What a scan came upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The row ends before this byte.
    End(usize),
    /// A quote that opened here was closed in a later line, but in the middle of a cell: as it looks when somebody forgot
    /// to close it and the next quote opens another cell.
    Doubtful(usize),
    /// Neither, as far as the bytes reach.
    Nothing,
}

impl Scan {
    /// Goes on over the bytes of a row, from its beginning. `ended` says that no more will follow.
    pub(super) fn go_on(&mut self, row: &[u8], grammar: Grammar, ended: bool) -> Found {
        let delimiter = grammar.delimiter;
        loop {
            self.pass_empty_cells(row, delimiter);
            if let Some(open) = self.open {
                match self.close(row, ended) {
                    None => return Found::Nothing,
                    Some(close) => {
                        let stray = row.get(close + 1).is_some_and(|next| !ends_cell(*next, delimiter));
                        if stray && memchr::memchr2(b'\n', b'\r', &row[open..close]).is_some() {
                            return Found::Doubtful(open);
                        }
                        if let [next, b'"', ..] = &row[close + 1..]
                            && *next == delimiter
                        {
                            (self.at, self.open) = (close + 3, Some(close + 2));
                            continue;
                        }
                    }
                }
            }
            let Some(length) = memchr::memchr3(b'"', b'\n', b'\r', &row[self.at..]) else {
                self.at = row.len();
                return Found::Nothing;
            };
            let at = self.at + length;
            self.at = at + 1;
            if row[at] != b'"' {
                return Found::End(at);
            }
            if grammar.opens(row, at) {
                self.open = Some(at);
            }
        }
    }

    /// In most tables with quotes every cell has them, and most are empty.
    fn pass_empty_cells(&mut self, row: &[u8], delimiter: u8) {
        while let (Some(_), [b'"', between, b'"', ..]) = (self.open, &row[self.at..])
            && *between == delimiter
        {
            self.at += 3;
            self.open = Some(self.at - 1);
        }
    }

    /// Finds the quote that closes the open one.
    pub(super) fn close(&mut self, row: &[u8], ended: bool) -> Option<usize> {
        loop {
            let Some(length) = find(b'"', row.get(self.at..).unwrap_or_default()) else {
                self.at = row.len();
                return None;
            };
            let at = self.at + length;
            match row.get(at + 1) {
                Some(b'"') => self.at = at + 2,
                None if !ended => {
                    self.at = at;
                    return None;
                }
                _ => {
                    (self.at, self.open) = (at + 1, None);
                    return Some(at);
                }
            }
        }
    }

    /// Forgets the first bytes of the row, all of which it has looked at.
    pub(super) fn forget(&mut self, count: usize) {
        self.at -= count;
        self.open = self.open.map(|open| open.saturating_sub(count));
    }
}

pub(super) fn ends_cell(byte: u8, delimiter: u8) -> bool {
    byte == delimiter || byte == b'\n' || byte == b'\r'
}

/// Most cells are short: what is near is found without getting ready for a long search.
fn find(byte: u8, text: &[u8]) -> Option<usize> {
    const NEAR: usize = 8;
    let near = text.len().min(NEAR);
    text[..near].iter().position(|at| *at == byte).or_else(|| Some(near + memchr::memchr(byte, &text[near..])?))
}

/// The cells of one row after the other.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// Where each cell stands in the row, or behind the row's end in the text of the cells that have quotes in them.
    spans: Vec<(usize, usize)>,
    /// Cells with two quotes for one, or with something behind the closing quote.
    unquoted: String,
}

impl Cells {
    /// Splits a row without its line break into its first cells, not more than so many; what is behind them becomes one
    /// cell more.
    pub(super) fn split<'c>(&'c mut self, row: &'c str, grammar: impl Into<Grammar>, most: usize) -> Row<'c> {
        let grammar = grammar.into();
        let delimiter = grammar.delimiter;
        self.spans.clear();
        self.unquoted.clear();
        let (bytes, mut at) = (row.as_bytes(), 0);
        while self.spans.len() < most {
            let end = match &bytes[at..] {
                [b'"', b'"', next, ..] if *next == delimiter => {
                    self.spans.push((at, at));
                    Some(at + 2)
                }
                [b'"', ..] => self.quoted(row, delimiter, at + 1),
                [b' ', ..] if let Some(open) = grammar.opening(bytes, at) => self.quoted(row, delimiter, open + 1),
                rest => {
                    let end = find(delimiter, rest).map(|length| at + length);
                    self.spans.push((at, end.unwrap_or(row.len())));
                    end
                }
            };
            let Some(end) = end else { return Row::in_places(row, &self.unquoted, &self.spans) };
            at = end + 1;
        }
        self.spans.push((at, row.len()));
        Row::in_places(row, &self.unquoted, &self.spans)
    }

    /// Takes a cell behind its opening quote, and returns where the delimiter behind it stands, if there is one.
    fn quoted(&mut self, row: &str, delimiter: u8, start: usize) -> Option<usize> {
        let bytes = row.as_bytes();
        let close = find(b'"', &bytes[start..]).map_or(row.len(), |length| start + length);
        let end = (close + 1).min(row.len());
        if end == row.len() || bytes[end] == delimiter {
            self.spans.push((start, close));
            return (end < row.len()).then_some(end);
        }
        let from = row.len() + self.unquoted.len();
        let behind = self.unquote(row, start);
        let end = find(delimiter, &bytes[behind..]).map(|length| behind + length);
        self.unquoted.push_str(&row[behind..end.unwrap_or(row.len())]);
        self.spans.push((from, row.len() + self.unquoted.len()));
        end
    }

    /// Copies what stands from here to the closing quote, and returns where it goes on.
    fn unquote(&mut self, row: &str, mut at: usize) -> usize {
        let bytes = row.as_bytes();
        loop {
            let Some(length) = find(b'"', &bytes[at..]) else {
                self.unquoted.push_str(&row[at..]);
                return row.len();
            };
            self.unquoted.push_str(&row[at..at + length]);
            at += length + 1;
            if bytes.get(at) != Some(&b'"') {
                return at;
            }
            self.unquoted.push('"');
            at += 1;
        }
    }
}

/// How many cells one line has, and which of them (from 1) the byte at an offset belongs to.
pub(super) fn count(line: &[u8], grammar: Grammar, offset: usize) -> (usize, usize) {
    let delimiter = grammar.delimiter;
    let (mut scan, mut cells, mut cell, mut start) = (Scan::default(), 1, 1, 0);
    loop {
        if let Some(open) = grammar.opening(line, start) {
            (scan.at, scan.open) = (open + 1, Some(open));
            scan.close(line, true);
        } else {
            scan.at = start;
        }
        match memchr::memchr(delimiter, line.get(scan.at..).unwrap_or_default()) {
            None => return (cells, cell),
            Some(length) => {
                start = scan.at + length + 1;
                cells += 1;
                cell += usize::from(start <= offset);
            }
        }
    }
}

/// Where the first line behind an open quote begins that looks like a row of its own.
pub(super) fn next_row(row: &[u8], open: usize, width: usize, grammar: Grammar) -> Option<usize> {
    let mut from = open;
    let fits = |line: &[u8]| {
        let cells = count(line, grammar, 0).0;
        cells > 1 && cells * 2 > width && cells <= width + 1
    };
    loop {
        from += memchr::memchr2(b'\n', b'\r', &row[from..])? + 1;
        let rest = &row[from..];
        let line = &rest[..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())];
        // A quote that opens the line and is never closed either is a letter of it.
        if fits(line) || line.strip_prefix(b"\"").is_some_and(fits) {
            return Some(from);
        }
    }
}

/// Whether a byte ends a line, or is a part of what does.
pub(super) fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// How many lines end in a text: at each CR LF, LF or CR. `after_return` says that a CR stands before it.
pub(super) fn lines(text: &[u8], after_return: bool) -> u64 {
    let feeds = memchr::memchr_iter(b'\n', text).count();
    let returns = memchr::memchr_iter(b'\r', text).filter(|at| text.get(at + 1) != Some(&b'\n')).count();
    let whole = usize::from(after_return && text.first() == Some(&b'\n'));
    (feeds + returns - whole) as u64
}

/// How many letters UTF-8 has: the bytes that go on with none. Few at a time, so that a byte can count them.
pub(super) fn letters(text: &[u8]) -> u64 {
    let begins = |byte: &u8| u8::from(!matches!(byte, 0x80..=0xbf));
    text.chunks(64).map(|few| u64::from(few.iter().map(begins).sum::<u8>())).sum()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    /// The rows of a text, and their cells.
    fn rows(mut text: &[u8], delimiter: u8) -> Vec<Vec<Vec<u8>>> {
        let (mut rows, mut cells) = (Vec::new(), Cells::default());
        loop {
            while text.first().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
                text = &text[1..];
            }
            if text.is_empty() {
                return rows;
            }
            let mut scan = Scan::default();
            let end = loop {
                match scan.go_on(text, delimiter.into(), true) {
                    Found::End(end) => break end,
                    Found::Doubtful(_) => {}
                    Found::Nothing => break text.len(),
                }
            };
            let row = std::str::from_utf8(&text[..end]).unwrap();
            let row = cells.split(row, delimiter, MAX_CELLS);
            rows.push((0..row.len()).map(|at| row.verbatim(at).as_bytes().to_vec()).collect());
            text = &text[end..];
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn rows_are_those_of_the_csv_crate(
            pieces in vec(select(vec!["\"", "\"\"", ",", ";", "\r", "\n", "\r\n", "a", "long text without end", "é", "\\"]), 0..40),
            delimiter in select(vec![b',', b';']),
        ) {
            let text = pieces.concat();
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
            let theirs: Vec<Vec<Vec<u8>>> =
                reader.byte_records().map(|row| row.unwrap().iter().map(<[u8]>::to_vec).collect()).collect();
            prop_assert_eq!(rows(text.as_bytes(), delimiter), theirs);
        }

        /// However the bytes come in, the row ends where it ends.
        #[test]
        fn a_scan_may_stop_anywhere(
            pieces in vec(select(vec!["\"", "\"\"", ",", "\n", "a", "long text without end"]), 1..30),
            stops in vec(0..200_usize, 0..6),
        ) {
            let text = pieces.concat();
            let through = |stops: &[usize]| {
                let mut scan = Scan::default();
                for stop in stops.iter().filter(|stop| **stop < text.len()) {
                    match scan.go_on(&text.as_bytes()[..*stop], b','.into(), false) {
                        Found::Nothing => {}
                        found => return (found, scan.open),
                    }
                }
                (scan.go_on(text.as_bytes(), b','.into(), true), scan.open)
            };
            let mut stops = stops;
            stops.sort_unstable();
            prop_assert_eq!(through(&stops), through(&[]));
        }
    }

    #[test]
    fn cells_are_counted_as_they_are_split() {
        assert_eq!(count(b"a,\"b,c\",d", b','.into(), 3), (3, 2));
        assert_eq!(count(b"", b','.into(), 0), (1, 1));
        assert_eq!(count(b"a,b,\"c", b','.into(), 4), (3, 3));
    }

    #[test]
    fn cells_without_end_take_bounded_room() {
        let row = ",".repeat(1_000_000);
        assert_eq!(Cells::default().split(&row, b',', MAX_CELLS).len(), MAX_CELLS + 1);
        let row = "\"\",".repeat(1_000_000);
        assert_eq!(Cells::default().split(&row, b',', MAX_CELLS).len(), MAX_CELLS + 1);
    }

    #[test]
    fn letters_are_counted_as_they_are() {
        let text = "aé日\u{1f600} ".repeat(50);
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            assert_eq!(letters(&text.as_bytes()[..end]), text[..end].chars().count() as u64);
        }
    }
}
