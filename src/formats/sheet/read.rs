//! The reader of workbooks: finds the sheet that has the contacts, and goes through it row by row.

use std::io::{self, Cursor};
use std::sync::Arc;

use encoding_rs::UTF_8;

use crate::formats::sheet::cells::{Cells, MAX_ROW};
use crate::formats::sheet::choose::{Chosen, choose};
use crate::formats::sheet::store::{Scratch, Stop, Store, Stored};
use crate::formats::sheet::view::View;
use crate::formats::sheet::{Book, Options, html, ods, xls, xlsx};
use crate::formats::table::{Census, Findings, Rows};
use crate::formats::{Batch, Outcome, Position, ReadError, Record, Reject, Remark, Table, csv};
use crate::model::Loss;

/// Bytes of rows that make a batch: as contacts they take some twenty times as much.
const BATCH: usize = 16 * 1024;

/// Reads the contacts of one sheet of a workbook.
///
/// The whole workbook goes through a scratch before the first record: the dates of all rows decide on their order. A
/// record's line is the row's number in its sheet, and its raw bytes are the row as CSV.
pub struct Reader<S: Scratch> {
    source: Arc<str>,
    options: Options,
    state: State<S>,
    remarks: Vec<Remark>,
    number: u64,
    /// What was decided, for whoever looks closely.
    findings: Option<Findings>,
    /// What stopped the reading, when the records before it are not handed on yet.
    failed: Option<ReadError>,
}

enum State<S: Scratch> {
    Fresh(Book, S),
    Open(Box<Open<S>>),
    Ended,
}

/// A sheet that was decided on.
struct Open<S> {
    stored: Stored<S>,
    rows: Rows,
    view: View,
    /// The number of the last row above the table.
    before: u32,
    around: Arc<Table>,
    cells: Cells,
    /// Why there may be more rows than there are.
    damage: Option<String>,
}

impl Reader<Cursor<Vec<u8>>> {
    /// Reads a workbook; `source` is what the user calls it. All its rows are kept in memory; nothing is read before the
    /// first record is asked for.
    pub fn new(source: Arc<str>, book: Book, options: Options) -> Self {
        Reader::with_scratch(source, book, Cursor::default(), options)
    }
}

impl<S: Scratch> Reader<S> {
    /// As [`new`](Reader::new); the rows are kept in an empty scratch.
    pub fn with_scratch(source: Arc<str>, book: Book, scratch: S, options: Options) -> Self {
        let state = State::Fresh(book, scratch);
        Reader { source, options, state, remarks: Vec::new(), number: 0, findings: None, failed: None }
    }

    /// Where the record of the running number begins.
    fn place(&self, line: u32) -> Position {
        Position { source: Arc::clone(&self.source), record: self.number.max(1), line: u64::from(line.max(1)), byte: 0 }
    }

    fn error(&self, stop: Stop, line: u32) -> ReadError {
        let position = self.place(line);
        match stop {
            Stop::Book(what) => ReadError::Unusable { position, what },
            Stop::Io(error) => ReadError::Io { position, error },
        }
    }

    /// Decides, if that is not done yet, and goes to the first row behind the header.
    fn open(&mut self) -> Result<(), Stop> {
        let State::Fresh(book, scratch) = std::mem::replace(&mut self.state, State::Ended) else { return Ok(()) };
        let mut store = Store::new(scratch);
        match book {
            Book::Xlsx(mut parts) => xlsx::fill(&mut *parts, &mut store)?,
            Book::Xls(bytes) => xls::fill(bytes, &mut store)?,
            Book::Ods(content) => ods::fill(content, &mut store)?,
            Book::Html(text) => html::fill(text, &mut store)?,
        }
        let (mut sheets, scratch) = store.end()?;
        let choice = self.options.sheet.as_ref();
        let chosen = choose(&sheets, choice, &self.options.table).map_err(Stop::Book)?;
        self.remarks = chosen.remarks(&sheets, choice);
        let why = Chosen::why(&sheets, choice);
        let sheet = sheets.swap_remove(chosen.at);
        let mut stored = Stored::of(&sheet, scratch)?;
        let mut view = View::new(&chosen.head, &sheet);
        let census = count(&mut stored, &chosen, &mut view, self.options.table.closely)?;
        let order = census.order(&chosen.head, &self.options.table);
        let name = Some((sheet.name.clone(), why));
        let look = || Findings { sheet: name, ..Findings::of(&chosen.head, &census, &self.options.table) };
        self.findings = self.options.table.closely.then(look);
        if let Some(what) = census.dilemma(&chosen.head).or_else(|| census.question(order)) {
            return Err(Stop::Book(what));
        }
        self.remarks.extend(census.remarks(&chosen.head, order));
        self.remarks.extend(view.remark());
        stored.rewind()?;
        let rows = Rows::new(&chosen.head, order, self.options.table.this_year);
        let rows = rows.with_photos(self.options.table.photo_name.as_ref(), &chosen.head);
        self.state = State::Open(Box::new(Open::new(stored, rows, view, chosen, sheet.damage)));
        Ok(())
    }

    /// The next record of an open sheet; nothing at its end.
    fn record(&mut self) -> Option<Result<Record, ReadError>> {
        let State::Open(open) = &mut self.state else { return None };
        loop {
            let stop = match open.next() {
                Ok(Step::Blank) => continue,
                Ok(Step::Read(outcome, losses)) => {
                    let mut raw = Vec::new();
                    csv_row(open.cells.texts(), &mut raw);
                    let line = open.cells.number;
                    self.number += 1;
                    return Some(Ok(Record { position: self.place(line), raw: raw.into(), outcome, losses }));
                }
                Ok(Step::End) => Stop::Book(open.damage.take()?),
                Err(error) => Stop::Io(error),
            };
            let line = open.cells.number;
            self.number += 1;
            self.state = State::Ended;
            return Some(Err(self.error(stop, line)));
        }
    }
}

/// What comes next in a sheet.
enum Step {
    Read(Outcome, Vec<Loss>),
    /// Nothing, or a row above the table.
    Blank,
    End,
}

impl<S: Scratch> Open<S> {
    fn new(stored: Stored<S>, rows: Rows, view: View, chosen: Chosen, damage: Option<String>) -> Self {
        let Chosen { head, before, .. } = chosen;
        let mut header = b"\xef\xbb\xbf".to_vec();
        if before > 0 {
            csv_row(head.headers.iter().map(String::as_str), &mut header);
            header.extend_from_slice(b"\r\n");
        }
        let around = Table {
            header,
            line_break: b"
"
            .to_vec(),
            encoding: UTF_8,
            delimiter: b',',
            padded: false,
        };
        Open { stored, rows, view, before, around: Arc::new(around), cells: Cells::default(), damage }
    }

    fn next(&mut self) -> io::Result<Step> {
        let last = self.cells.number.max(self.before);
        if !self.stored.next(&mut self.cells)? {
            return Ok(Step::End);
        }
        if self.cells.number <= self.before {
            return Ok(Step::Blank);
        }
        self.view.show(&self.cells);
        let is_apart = self.cells.number > last.saturating_add(1);
        let mut read = if self.cells.too_long {
            let why = format!("the row is longer than {} MiB", MAX_ROW / (1024 * 1024));
            (Outcome::Reject(Reject { cut: true, ..Reject::new(why) }), Vec::new())
        } else if is_apart && self.rows.width() > 2 && self.cells.filled() == 1 {
            let why = "the row has one cell and stands below a blank one: a text below the table?";
            (Outcome::Reject(Reject::new(why)), Vec::new())
        } else {
            match self.rows.read(self.view.row()) {
                Some(read) => read,
                None if self.view.losses(&self.cells).is_empty() => return Ok(Step::Blank),
                None => (Outcome::Reject(Reject::new("no cell of the row has a value that can be read")), Vec::new()),
            }
        };
        read.1.extend(self.view.losses(&self.cells));
        match &mut read.0 {
            Outcome::Contact(contact) => self.view.keep(&self.cells, contact),
            Outcome::Reject(reject) => reject.table = Some(Arc::clone(&self.around)),
            Outcome::Group(_) => {}
        }
        Ok(Step::Read(read.0, read.1))
    }
}

/// Adds a row as CSV.
fn csv_row<'t>(texts: impl Iterator<Item = &'t str>, into: &mut Vec<u8>) {
    for (at, text) in texts.enumerate() {
        if at > 0 {
            into.push(b',');
        }
        csv::add(text.as_bytes(), b',', into);
    }
}

/// Counts the rows below the header; `closely`, what stands in every column too.
fn count<S: Scratch>(stored: &mut Stored<S>, chosen: &Chosen, view: &mut View, closely: bool) -> io::Result<Census> {
    let (mut census, mut cells) = (Census::new(&chosen.head), Cells::default());
    if closely {
        census.look_closely(&chosen.head);
    }
    while stored.next(&mut cells)? {
        if cells.number > chosen.before {
            census.count(view.show(&cells), cells.number.into());
        }
    }
    Ok(census)
}

impl<S: Scratch> Iterator for Reader<S> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.state, State::Fresh(..))
            && let Err(stop) = self.open()
        {
            return Some(Err(self.error(stop, 1)));
        }
        let is_open = matches!(self.state, State::Open(_));
        let record = self.record();
        if record.is_none() {
            if is_open && self.number == 0 {
                self.remarks.push(Remark::Notable("there is no record below the header row".to_owned()));
            }
            self.state = State::Ended;
        }
        record
    }
}

impl<S: Scratch> crate::formats::Reader for Reader<S> {
    fn remarks(&self) -> Vec<Remark> {
        self.remarks.clone()
    }

    fn findings(&self) -> Option<Findings> {
        self.findings.clone()
    }

    fn batch(&mut self) -> Option<Result<Box<dyn Batch>, ReadError>> {
        if let Some(error) = self.failed.take() {
            return Some(Err(error));
        }
        let (mut records, mut bytes) = (Vec::new(), 0);
        while bytes < BATCH {
            match self.next() {
                Some(Ok(record)) => {
                    bytes += record.raw.len();
                    records.push(record);
                }
                Some(Err(error)) if records.is_empty() => return Some(Err(error)),
                Some(Err(error)) => {
                    self.failed = Some(error);
                    break;
                }
                None if records.is_empty() => return None,
                None => break,
            }
        }
        Some(Ok(Box::new(records)))
    }
}
