//! One joint decision on a table: encoding, delimiter, header row, program and language of its headers.
//!
//! Each combination is tried on the beginning of the source, and the one whose header row has the most known headers
//! wins: a header is evidence for all five at once.

use std::borrow::Cow;

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253,
    WINDOWS_1254,
};

use crate::formats::charset;
use crate::formats::csv::Options;
use crate::formats::csv::column::{Column, Part, Slot};
use crate::formats::csv::dialects::{self, Table};
use crate::formats::csv::fold::{fold, nearest};
use crate::formats::csv::frame::{Frame, Frames};
use crate::model::Field;

/// How far into the source the decision looks.
pub(super) const WINDOW: usize = 256 * 1024;

/// How much of that the header row is looked for in.
const HEAD: usize = 64 * 1024;

/// How many rows may stand before the header row (LinkedIn and reports have some).
const ROWS: usize = 20;

/// More columns than any table of contacts has.
pub(super) const MAX_COLUMNS: usize = 4096;

/// The code pages that Windows writes without saying so; the first is the most usual.
const PAGES: &[&Encoding] =
    &[WINDOWS_1252, WINDOWS_1250, WINDOWS_1251, SHIFT_JIS, GBK, EUC_KR, BIG5, WINDOWS_1253, WINDOWS_1254, MACINTOSH];

const DELIMITERS: &[u8] = b",;\t|";

/// What was decided.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) encoding: &'static Encoding,
    /// Why this encoding.
    pub(super) because: &'static str,
    /// Length of the byte order mark.
    pub(super) mark: usize,
    /// Whether the window is all ASCII, so that the encoding is still open.
    pub(super) ascii: bool,
    pub(super) delimiter: u8,
    /// The header row's number among the rows, from 0.
    pub(super) header_row: usize,
    pub(super) headers: Vec<String>,
    pub(super) columns: Vec<Option<Column>>,
    pub(super) table: &'static Table,
    /// Another table that fits as well and means something else, and the headers that it differs on.
    pub(super) rival: Option<(&'static Table, Vec<String>)>,
}

/// One way to read the beginning.
struct Attempt {
    encoding: Guess,
    delimiter: u8,
    header_row: usize,
    headers: Vec<String>,
    table: &'static Table,
    hits: usize,
    filled: usize,
}

/// An encoding that may be it.
#[derive(Clone, Copy)]
struct Guess {
    encoding: &'static Encoding,
    because: &'static str,
    mark: usize,
}

/// Decides; `Err` says why nothing fits and what to do.
pub(super) fn sniff(window: &[u8], complete: bool, options: &Options) -> Result<Decision, String> {
    let mut best: Option<Attempt> = None;
    let mut first_row = Vec::new();
    for guess in guesses(window, complete, options) {
        let bytes = &window[guess.mark..];
        let head = &bytes[..bytes.len().min(HEAD)];
        let text = text_of(guess.encoding, head, complete && head.len() == bytes.len());
        for delimiter in delimiters(&text, options) {
            let rows = first_rows(&text, delimiter);
            if first_row.is_empty() || first_row.len() < rows.first().map_or(0, Vec::len) {
                first_row = rows.first().cloned().unwrap_or_default();
            }
            if let Some(attempt) = attempt(&rows, guess, delimiter, options)
                && best.as_ref().is_none_or(|best| better((attempt.hits, attempt.filled), best))
            {
                best = Some(attempt);
            }
        }
    }
    let Some(best) = best.filter(|best| is_enough(best, options)) else { return Err(advice(&first_row)) };
    let encoding = settle_encoding(best.encoding, &best.headers, window, options);
    Ok(decide(Attempt { encoding, ..best }, window))
}

/// The encodings that the bytes admit: a mark, NULs or strict UTF-8 are certain, else each code page that has a
/// meaning for every byte.
fn guesses(window: &[u8], complete: bool, options: &Options) -> Vec<Guess> {
    let marked = charset::by_mark(window);
    if let Some(encoding) = options.encoding {
        let mark = marked.filter(|(of, _)| *of == encoding).map_or(0, |(_, mark)| mark);
        return vec![Guess { encoding, because: "as you said", mark }];
    }
    if let Some((encoding, mark)) = marked {
        return vec![Guess { encoding, because: "it has a byte order mark", mark }];
    }
    if let Some(encoding) = charset::by_nuls(window) {
        return vec![Guess { encoding, because: "every other byte is zero", mark: 0 }];
    }
    if charset::is_utf8(window, complete) {
        let because = if window.is_ascii() { "it begins with plain ASCII" } else { "all of it is valid UTF-8" };
        return vec![Guess { encoding: UTF_8, because, mark: 0 }];
    }
    if charset::is_damaged_utf8(window) {
        let because = "most of it is valid UTF-8, though not all";
        return vec![Guess { encoding: UTF_8, because, mark: 0 }];
    }
    let fits = |page: &&&'static Encoding| charset::decode(page, window, complete).is_some();
    let page = |encoding: &&'static Encoding| Guess { encoding, because: "its headers are known in it", mark: 0 };
    PAGES.iter().filter(fits).map(page).collect()
}

/// The text of the head; what means nothing is shown as such.
pub(super) fn text_of<'t>(encoding: &'static Encoding, head: &'t [u8], complete: bool) -> Cow<'t, str> {
    if encoding == UTF_8 {
        return String::from_utf8_lossy(head);
    }
    match charset::decode(encoding, head, complete) {
        Some(text) => Cow::Owned(text),
        None => Cow::Owned(encoding.decode_without_bom_handling(head).0.into_owned()),
    }
}

/// The delimiters to try: the user's, the one of Excel's `sep=` line, else all.
fn delimiters(text: &str, options: &Options) -> Vec<u8> {
    let line = text.lines().next().unwrap_or_default().trim_matches('"').trim_end_matches(['\r', '\n']);
    let said = line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and_then(|_| line.as_bytes().get(4));
    match options.delimiter.or(said.copied().filter(u8::is_ascii)) {
        Some(delimiter) => vec![delimiter],
        None => DELIMITERS.to_vec(),
    }
}

/// The first rows as this delimiter cuts them.
fn first_rows(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut frames = Frames::new(text.as_bytes(), delimiter, UTF_8, (1, 0));
    let mut rows = Vec::new();
    while rows.len() < ROWS {
        match frames.next(0) {
            Ok(Frame::Row | Frame::OpenQuote { .. }) => rows.push(cells(&frames)),
            Ok(Frame::TooLong) => rows.push(Vec::new()),
            Ok(Frame::End) | Err(_) => break,
        }
    }
    rows
}

/// The cells of a row as texts, not more than a table may have columns.
pub(super) fn cells<R: std::io::Read>(frames: &Frames<R>) -> Vec<String> {
    let (text, ends) = frames.cells();
    let starts = std::iter::once(0).chain(ends.iter().copied());
    let ranges = starts.zip(ends.iter().copied()).take(MAX_COLUMNS + 1);
    ranges.map(|(start, end)| String::from_utf8_lossy(&text[start..end]).into_owned()).collect()
}

/// The best of each row taken for the header with each table.
fn attempt(rows: &[Vec<String>], encoding: Guess, delimiter: u8, options: &Options) -> Option<Attempt> {
    let mut found: Option<Attempt> = None;
    for (header_row, headers) in rows.iter().enumerate() {
        let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
        let filled = folded.iter().filter(|header| !header.is_empty()).count();
        let admitted = |table: &&Table| options.dialect.as_ref().is_none_or(|choice| choice.admits(table));
        for table in dialects::tables().iter().filter(admitted) {
            let hits = folded.iter().filter(|header| table.knows(header)).count();
            if hits > 0 && found.as_ref().is_none_or(|best| better((hits, filled), best)) {
                let headers = headers.clone();
                found = Some(Attempt { encoding, delimiter, header_row, headers, table, hits, filled });
            }
        }
    }
    found
}

/// More known headers win, then the larger share of known ones; equals stay as they come.
fn better((hits, filled): (usize, usize), best: &Attempt) -> bool {
    let share = (hits * best.filled).cmp(&(best.hits * filled));
    hits.cmp(&best.hits).then(share).is_gt()
}

/// One known header among many is chance, unless the user named the table.
fn is_enough(best: &Attempt, options: &Options) -> bool {
    best.headers.len() <= MAX_COLUMNS && (options.dialect.is_some() || best.hits > 1 || best.filled <= 2)
}

/// The header decides between code pages only as far as it uses them; beyond that the statistics of the text do.
fn settle_encoding(guess: Guess, headers: &[String], window: &[u8], options: &Options) -> Guess {
    let is_open = PAGES.contains(&guess.encoding) && options.encoding.is_none();
    if !is_open || headers.iter().any(|header| !header.is_ascii()) {
        return guess;
    }
    let encoding = charset::guess(window);
    let known = PAGES.contains(&encoding) && charset::decode(encoding, window, false).is_some();
    let encoding = if known { encoding } else { guess.encoding };
    Guess { encoding, because: "its letters look like it; --encoding decides otherwise", mark: 0 }
}

fn decide(best: Attempt, window: &[u8]) -> Decision {
    let columns = columns(best.table, &best.headers);
    let rival = dialects::tables().iter().filter(|table| !std::ptr::eq(*table, best.table)).find_map(|table| {
        let others = self::columns(table, &best.headers);
        let hits = others.iter().flatten().count();
        let differs = |at: &usize| columns[*at].is_some() && others[*at].is_some() && columns[*at] != others[*at];
        let headers: Vec<String> =
            (0..columns.len()).filter(differs).map(|at| best.headers[at].trim().to_owned()).collect();
        (hits >= best.hits && !headers.is_empty()).then_some((table, headers))
    });
    Decision {
        encoding: best.encoding.encoding,
        because: best.encoding.because,
        mark: best.encoding.mark,
        ascii: best.encoding.encoding == UTF_8 && window.is_ascii(),
        delimiter: best.delimiter,
        header_row: best.header_row,
        headers: best.headers,
        columns,
        table: best.table,
        rival,
    }
}

/// What each header means in a table; twins are counted.
fn columns(table: &Table, headers: &[String]) -> Vec<Option<Column>> {
    let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
    let nth = |at: usize| folded[..at].iter().filter(|before| **before == folded[at]).count();
    let mut columns: Vec<_> = (0..folded.len()).map(|at| table.column(&folded[at], nth(at))).collect();
    family_beside_given(&mut columns);
    columns
}

/// A name beside a given name, where there is no family name, is the family name: "Name;Vorname".
fn family_beside_given(columns: &mut [Option<Column>]) {
    let named = |field| Some(Column { slot: Slot::Text(field), part: Part::Value });
    let has = |columns: &[Option<Column>], field| columns.contains(&named(field));
    if has(columns, Field::GivenName) && !has(columns, Field::Surname) {
        let full = columns.iter_mut().filter(|column| **column == named(Field::FullName));
        full.for_each(|column| *column = named(Field::Surname));
    }
}

/// Why there is no table, and the way out.
fn advice(first_row: &[String]) -> String {
    let all = || dialects::tables().iter().flat_map(|table| table.headers.iter().map(|header| header.text));
    let mut near = Vec::new();
    for cell in first_row.iter().take(50) {
        let folded = fold(cell);
        if let Some(name) = (folded.len() > 2).then(|| nearest(&folded, all())).flatten() {
            near.push(format!("“{name}”"));
        }
    }
    near.dedup();
    near.truncate(3);
    let near = if near.is_empty() { String::new() } else { format!(" (near to known ones: {})", near.join(", ")) };
    format!(
        "no header row with known column names in the first {ROWS} rows{near}; put names such as “First Name”, \
         “Last Name” and “E-mail Address” above the columns, or name the table with --csv-dialect ({})",
        dialects::known().join(", ")
    )
}
