//! The reader of tables: goes row by row through what was decided on.

use std::io::{self, Read};
use std::sync::Arc;

use crate::formats::csv::Options;
use crate::formats::csv::frame::{Frame, MAX_ROW};
use crate::formats::csv::open::{Open, Window};
use crate::formats::csv::survey::Survey;
use crate::formats::table::Rows;
use crate::formats::{Batch, Outcome, Position, ReadError, Record, Reject, Remark};

/// Reads the contacts of one table, holding one row at a time.
///
/// A [`survey`](super::survey()) of the whole table decides on encoding, delimiter, headers and date order, or the first
/// 256 KiB where there is none; [`remarks`](crate::formats::Reader::remarks) say what was decided and why.
pub struct Reader<R: Read> {
    source: Arc<str>,
    options: Options,
    state: State<R>,
    remarks: Vec<Remark>,
    number: u64,
    /// What stopped the reading, when the records before it are not handed on yet.
    failed: Option<ReadError>,
}

/// Bytes of rows that make a batch.
const BATCH: usize = 128 * 1024;

enum State<R: Read> {
    Fresh(R),
    Open(Box<Open<R>>, Arc<Rows>),
    Ended,
}

impl<R: Read> Reader<R> {
    /// Reads the table that `input` is; `source` is what the user calls it. Nothing is read before the first record is
    /// asked for.
    pub fn new(source: Arc<str>, input: R, options: Options) -> Self {
        Reader { source, options, state: State::Fresh(input), remarks: Vec::new(), number: 0, failed: None }
    }

    /// Where the record of the running number begins.
    fn place(&self, (line, byte): (u64, u64)) -> Position {
        Position { source: Arc::clone(&self.source), record: self.number.max(1), line, byte }
    }

    fn fail<T>(&mut self, error: io::Error, at: (u64, u64)) -> Result<T, ReadError> {
        self.state = State::Ended;
        Err(ReadError::Io { position: self.place(at), error })
    }

    /// Decides, if that is not done yet, and goes to the first row behind the header.
    fn open(&mut self) -> Result<(), ReadError> {
        let State::Fresh(input) = std::mem::replace(&mut self.state, State::Ended) else { return Ok(()) };
        let window = match Window::of(input) {
            Ok(window) => window,
            Err(error) => return self.fail(error, (1, 0)),
        };
        let unusable = |what: String| ReadError::Unusable { position: Position::start(&self.source), what };
        if window.is_blank() {
            return Err(unusable("the file is empty; export the contacts once more".to_owned()));
        }
        let survey = match self.options.survey.take() {
            Some(survey) => survey,
            None => Survey::of_window(&window.bytes, window.complete, &self.options).map_err(unusable)?,
        };
        if let Some(what) = survey.dilemma() {
            return Err(unusable(what));
        }
        self.remarks = survey.remarks(&self.options);
        let open = Box::new(Open::new(survey.decision(), &self.options, window));
        self.state = State::Open(open, Arc::new(survey.rows(&self.options)));
        Ok(())
    }

    /// The next record of an open table; nothing at its end.
    fn record(&mut self) -> Option<Result<Record, ReadError>> {
        let State::Open(open, rows) = &mut self.state else { return None };
        loop {
            let frame = match open.next(rows.width()) {
                Ok(frame) => frame,
                Err(error) => {
                    let at = open.position();
                    self.number += 1;
                    return Some(self.fail(error, at));
                }
            };
            let rejected = |reject| (Outcome::Reject(reject), Vec::new());
            let (mut outcome, losses) = match frame {
                Frame::End => return None,
                Frame::TooLong => rejected(too_long(open.position().0)),
                Frame::OpenQuote { line, cell } => rejected(open_quote(line, cell)),
                Frame::Row => match open.row(&mut self.remarks).map(|row| rows.read(row)) {
                    Ok(Some(read)) => read,
                    Ok(None) => continue,
                    Err(why) => rejected(Reject::new(why)),
                },
            };
            if let Outcome::Reject(reject) = &mut outcome {
                (reject.cut, reject.table) = (frame == Frame::TooLong, Some(Arc::clone(&open.around)));
            }
            self.number += 1;
            let (line, byte) = open.position();
            let position = Position { source: Arc::clone(&self.source), record: self.number, line, byte };
            return Some(Ok(Record { position, raw: open.raw().into(), outcome, losses }));
        }
    }
}

fn too_long(line: u64) -> Reject {
    let limit = MAX_ROW / (1024 * 1024);
    let why = format!("the row is longer than {limit} MiB: perhaps a quote that opens on line {line} is never closed");
    Reject::new(why)
}

fn open_quote(line: u64, cell: usize) -> Reject {
    let why = format!("the quote that opens on line {line} in cell {cell} is never closed: close it, or double it");
    Reject::new(why)
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.state, State::Fresh(_))
            && let Err(error) = self.open()
        {
            return Some(Err(error));
        }
        let record = self.record();
        if record.is_none() {
            if matches!(self.state, State::Open(..)) && self.number == 0 {
                self.remarks.push(Remark::Notable("there is no record below the header row".to_owned()));
            }
            self.state = State::Ended;
        }
        record
    }
}

impl<R: Read + Send> crate::formats::Reader for Reader<R> {
    fn remarks(&self) -> Vec<Remark> {
        self.remarks.clone()
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
