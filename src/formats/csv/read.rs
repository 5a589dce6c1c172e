//! The reader of tables: decides once, then goes row by row.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8};

use crate::formats::charset::{self, Decode};
use crate::formats::csv::Options;
use crate::formats::csv::date::Order;
use crate::formats::csv::frame::{Frame, Frames, MAX_ROW};
use crate::formats::csv::slot::{self, Build, Plans, Row, Source};
use crate::formats::csv::sniff::{self, Decision, WINDOW};
use crate::formats::csv::survey::{self, Survey};
use crate::formats::{Batch, Outcome, Position, ReadError, Record, Reject, Remark, Table};
use crate::model::{Extra, Field, Loss, Origin, Rest, Why};

/// Reads the contacts of one table, holding one row at a time.
///
/// The first 256 KiB decide on encoding, delimiter, headers and date order; [`remarks`](crate::formats::Reader::remarks)
/// say what was decided and why.
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
    Open(Box<Open<R>>),
    Ended,
}

/// A table that was decided on.
struct Open<R: Read> {
    frames: Frames<Input<R>>,
    encoding: &'static Encoding,
    plans: Plans,
    table: Source,
    /// What a rejected row needs around it.
    around: Arc<Table>,
    /// The columns that mean nothing to us.
    unmapped: Vec<usize>,
    /// Whether the encoding is still open, and what it turned out to be where it was not UTF-8.
    undecided: bool,
    late: Option<&'static Encoding>,
    /// A row whose cells had to be decoded one by one.
    recoded: (String, Vec<usize>),
}

type Bytes<R> = io::Chain<Cursor<Vec<u8>>, R>;

enum Input<R: Read> {
    Plain(Bytes<R>),
    Decoded(Decode<Bytes<R>>),
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Input::Plain(bytes) => bytes.read(into),
            Input::Decoded(text) => text.read(into),
        }
    }
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

    /// Looks ahead, decides, and goes to the first row behind the header.
    fn open(&mut self) -> Result<(), ReadError> {
        let State::Fresh(mut input) = std::mem::replace(&mut self.state, State::Ended) else { return Ok(()) };
        let mut window = Vec::new();
        if let Err(error) = (&mut input).take(WINDOW as u64).read_to_end(&mut window) {
            return self.fail(error, (1, 0));
        }
        let complete = window.len() < WINDOW;
        let unusable = |what: String| ReadError::Unusable { position: Position::start(&self.source), what };
        let mark = charset::by_mark(&window).map_or(0, |(_, mark)| mark);
        if window[mark..].iter().all(u8::is_ascii_whitespace) && complete {
            return Err(unusable("the file is empty; export the contacts once more".to_owned()));
        }
        let decision = sniff::sniff(&window, complete, &self.options).map_err(unusable)?;
        let survey = Survey::of(&decision, &window, complete);
        let order = match self.options.date_order {
            Some(order) => Order::Given(order),
            None => Order::decide(&survey.votes, decision.table.language),
        };
        self.remarks = survey::remarks(&decision, &survey, order);
        self.state = State::Open(Box::new(Open::new(decision, order, &self.options, window, input)));
        Ok(())
    }

    /// The next record of an open table; nothing at its end.
    fn record(&mut self) -> Option<Result<Record, ReadError>> {
        let State::Open(open) = &mut self.state else { return None };
        loop {
            let frame = match open.frames.next(open.table.headers.len()) {
                Ok(frame) => frame,
                Err(error) => {
                    let at = open.frames.position();
                    self.number += 1;
                    return Some(self.fail(error, at));
                }
            };
            let (mut outcome, losses) = match frame {
                Frame::End => return None,
                Frame::TooLong => (Outcome::Reject(too_long(open.frames.position().0)), Vec::new()),
                Frame::OpenQuote { line, cell } => (Outcome::Reject(open_quote(line, cell)), Vec::new()),
                Frame::Row => match open.read_row(&mut self.remarks) {
                    Some(read) => read,
                    None => continue,
                },
            };
            if let Outcome::Reject(reject) = &mut outcome {
                (reject.cut, reject.table) = (frame == Frame::TooLong, Some(Arc::clone(&open.around)));
            }
            self.number += 1;
            let (line, byte) = open.frames.position();
            let position = Position { source: Arc::clone(&self.source), record: self.number, line, byte };
            return Some(Ok(Record { position, raw: open.frames.raw().into(), outcome, losses }));
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
            if matches!(self.state, State::Open(_)) && self.number == 0 {
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

impl<R: Read> Open<R> {
    fn new(decision: Decision, order: Order, options: &Options, window: Vec<u8>, input: R) -> Self {
        let mut header = window[..decision.mark].to_vec();
        let line_break = charset::encode(decision.encoding, "\r\n");
        let mut bytes = Cursor::new(window);
        bytes.set_position(decision.mark as u64);
        let bytes = bytes.chain(input);
        let input = match decision.encoding {
            encoding if encoding == UTF_8 => Input::Plain(bytes),
            encoding => Input::Decoded(Decode::new(encoding, bytes)),
        };
        let mut frames = Frames::new(input, decision.delimiter, decision.encoding, (1, decision.mark as u64));
        for _ in 0..=decision.header_row {
            // These rows were read before; what fails now fails again with the next row.
            let _ = frames.next(0);
        }
        header.extend_from_slice(&frames.raw());
        header.extend_from_slice(&line_break);
        let width = decision.columns.len();
        Open {
            frames,
            encoding: decision.encoding,
            unmapped: (0..width).filter(|at| decision.columns[*at].is_none()).collect(),
            plans: Plans::new(decision.columns.into_iter()),
            table: Source {
                headers: decision.headers.iter().enumerate().map(|(at, header)| name(at, header)).collect(),
                google: decision.table.dialect.is_google(),
                order,
                this_year: options.this_year.unwrap_or(2026),
            },
            around: Arc::new(Table { header, line_break }),
            undecided: decision.ascii && options.encoding.is_none(),
            late: None,
            recoded: (String::new(), Vec::new()),
        }
    }

    /// Makes a contact of the row, or says why it is none; nothing for a blank row.
    fn read_row(&mut self, remarks: &mut Vec<Remark>) -> Option<(Outcome, Vec<Loss>)> {
        let reject = |why: String| Some((Outcome::Reject(Reject::new(why)), Vec::new()));
        let (bytes, ends) = self.frames.cells();
        let row = match std::str::from_utf8(bytes) {
            Ok(text) if ends.iter().all(|end| text.is_char_boundary(*end)) => Row::new(text, ends),
            _ if self.undecided => {
                let encoding = *self.late.get_or_insert_with(|| {
                    let encoding = charset::guess(bytes);
                    let what =
                        format!("bytes that are not UTF-8 are read as {}; --encoding says another", encoding.name());
                    remarks.push(Remark::Notable(what));
                    encoding
                });
                recode(bytes, ends, encoding, &mut self.recoded);
                Row::new(&self.recoded.0, &self.recoded.1)
            }
            _ => return reject("the row is not valid UTF-8: say what it is with --encoding".to_owned()),
        };
        if self.malformed() && row_has_replacement(row) {
            let encoding = self.encoding.name();
            return reject(format!(
                "the row has bytes that mean nothing in {encoding}: say what it is with --encoding"
            ));
        }
        if row.is_blank() {
            return None;
        }
        if row.len() == 1 && self.table.headers.len() > 2 {
            let width = self.table.headers.len();
            return reject(format!("the row has one cell where the header has {width}: a text below the table?"));
        }
        let mut build = Build::default();
        slot::read(&self.plans, row, &self.table, &mut build);
        let mapped = Field::ALL.iter().any(|field| *field != Field::Extra && !field.is_absent(&build.contact));
        if !mapped {
            return reject("no cell of the row stands below a known header".to_owned());
        }
        self.keep_unmapped(row, &mut build);
        Some((Outcome::Contact(build.contact), build.losses))
    }

    fn malformed(&self) -> bool {
        matches!(self.frames.input(), Input::Decoded(text) if text.malformed())
    }

    /// What stands below unknown headers, or beyond the last one.
    fn keep_unmapped(&self, row: Row<'_>, build: &mut Build) {
        for at in &self.unmapped {
            build.keep(&self.table.headers[*at], row.cell(*at));
        }
        for at in self.table.headers.len()..row.len() {
            let value = row.cell(at);
            if !value.is_empty() {
                build.losses.push(Loss::new(Field::Extra, value, Why::NotUnderstood));
                let value = value.to_owned();
                let rest = Rest::default();
                build.contact.extra.push(Extra { origin: Origin::Column, name: name(at, ""), value, rest });
            }
        }
    }
}

fn row_has_replacement(row: Row<'_>) -> bool {
    (0..row.len()).any(|at| row.verbatim(at).contains('\u{fffd}'))
}

/// Decodes each cell by itself.
fn recode(bytes: &[u8], ends: &[usize], encoding: &'static Encoding, into: &mut (String, Vec<usize>)) {
    into.0.clear();
    into.1.clear();
    let mut start = 0;
    for end in ends {
        into.0.push_str(&encoding.decode_without_bom_handling(&bytes[start..*end]).0);
        into.1.push(into.0.len());
        start = *end;
    }
}

/// A header, or the number of a column that has none.
pub(super) fn name(at: usize, header: &str) -> String {
    let header = header.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if header.is_empty() { format!("column {}", at + 1) } else { header.to_owned() }
}
