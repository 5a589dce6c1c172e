//! Rows that were cut and are not understood yet: what one thread works on while another cuts the next.

use std::sync::Arc;

use bytes::Bytes;
use encoding_rs::{Encoding, UTF_8};

use crate::formats::csv::frame::{Frame, MAX_ROW};
use crate::formats::csv::grammar::Grammar;
use crate::formats::csv::open::{Fallback, Recoded, raw};
use crate::formats::csv::scan::{Cells, MAX_CELLS};
use crate::formats::table::Rows;
use crate::formats::{Batch, Outcome, Position, Record, Reject, Remark, Table};
use crate::model::{Contact, Loss, Why};

/// Bytes of rows that make a chunk.
const CHUNK: usize = 128 * 1024;

/// What all chunks of a table share.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    pub(super) source: Arc<str>,
    pub(super) rows: Arc<Rows>,
    /// What a rejected row needs around it.
    pub(super) around: Arc<Table>,
    pub(super) encoding: &'static Encoding,
    pub(super) grammar: Grammar,
    pub(super) fallback: Option<Fallback>,
}

/// Rows of one table, one behind the other.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    text: Vec<u8>,
    cuts: Vec<Cut>,
    /// Whether bytes of the source meant nothing and became U+FFFD.
    pub(super) malformed: bool,
}

/// One row of a chunk.
#[derive(Debug)]
struct Cut {
    frame: Frame,
    end: usize,
    line: u64,
    byte: u64,
}

impl Chunk {
    pub(super) fn new() -> Self {
        Chunk { text: Vec::with_capacity(CHUNK + CHUNK / 8), ..Chunk::default() }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, frame: Frame, text: &[u8], (line, byte): (u64, u64)) {
        self.text.extend_from_slice(text);
        self.cuts.push(Cut { frame, end: self.text.len(), line, byte });
    }

    /// How many rows it has.
    pub(super) fn len(&self) -> usize {
        self.cuts.len()
    }

    /// Whether it has as many as one thread should work on.
    pub(super) fn is_full(&self) -> bool {
        self.text.len() >= CHUNK
    }

    /// The bytes of its rows that are not UTF-8; none when all are.
    pub(super) fn not_utf8(&self) -> Option<&[u8]> {
        let error = std::str::from_utf8(&self.text).err()?;
        let cut = self.cuts.partition_point(|cut| cut.end <= error.valid_up_to());
        let start = cut.checked_sub(1).map_or(0, |before| self.cuts[before].end);
        self.text.get(start..self.cuts.get(cut)?.end)
    }
}

/// A chunk, and what it takes to understand its rows.
pub(super) struct Job {
    pub(super) shared: Shared,
    pub(super) chunk: Chunk,
    /// The number of its first record.
    pub(super) first: u64,
}

/// What is used again from one row to the next.
#[derive(Default)]
struct Room {
    cells: Cells,
    /// A contact that nobody needs any more.
    spent: Option<Box<Contact>>,
}

impl Batch for Job {
    fn read(self: Box<Self>, each: &mut dyn FnMut(Record) -> Option<Box<Contact>>) -> Vec<Remark> {
        let Job { shared, chunk, first } = *self;
        let Chunk { text, cuts, malformed } = chunk;
        let (text, mut room, mut start) = (Bytes::from(text), Room::default(), 0);
        let utf8 = std::str::from_utf8(&text).ok();
        // A name of the chunk's own: threads that count the uses of one name together wait for each other.
        let source: Arc<str> = Arc::from(&*shared.source);
        for (cut, record) in cuts.into_iter().zip(first..) {
            let Cut { frame, end, line, byte } = cut;
            let row = text.slice(start..end);
            let known = utf8.and_then(|text| text.get(start..end));
            start = end;
            let (mut outcome, losses) = match frame {
                Frame::Row | Frame::End => shared.row((&row, known), malformed, &mut room).unwrap_or_else(rejected),
                Frame::TooLong => rejected(too_long(line)),
                Frame::OpenQuote { line, cell } => rejected(open_quote(line, cell)),
            };
            if let Outcome::Reject(reject) = &mut outcome {
                (reject.cut, reject.table) = (frame == Frame::TooLong, Some(Arc::clone(&shared.around)));
            }
            let raw = match known {
                _ if shared.encoding == UTF_8 => row,
                Some(text) if shared.encoding.is_ascii_compatible() && text.is_ascii() => row,
                _ => raw(shared.encoding, &row).into(),
            };
            room.spent = each(Record {
                position: Position { source: Arc::clone(&source), record, line, byte },
                raw,
                outcome,
                losses,
            });
        }
        Vec::new()
    }
}

impl Shared {
    /// What a whole row says. `Err` says why nothing can be made of it.
    fn row(
        &self,
        (row, known): (&[u8], Option<&str>),
        malformed: bool,
        room: &mut Room,
    ) -> Result<(Outcome, Vec<Loss>), String> {
        let encoding = self.encoding.name();
        if malformed && memchr::memmem::find(row, "\u{fffd}".as_bytes()).is_some() {
            return Err(format!("the row has bytes that mean nothing in {encoding}: say what it is with --encoding"));
        }
        let blank = || "the row has nothing but blanks in it".to_owned();
        if let Some(text) = known.or_else(|| std::str::from_utf8(row).ok()) {
            let row = room.cells.split(text, self.grammar, MAX_CELLS);
            if row.len() > MAX_CELLS {
                return Err(too_many());
            }
            return self.rows.read_into(row, room.spent.take()).ok_or_else(blank);
        }
        let Some(Fallback { encoding, mixed }) = self.fallback else {
            return Err("the row is not valid UTF-8: say what it is with --encoding".to_owned());
        };
        let recoded = Recoded::new(row, self.grammar, encoding);
        let row = recoded.row();
        if row.len() > MAX_CELLS {
            return Err(too_many());
        }
        let (outcome, mut losses) = self.rows.read_into(row, room.spent.take()).ok_or_else(blank)?;
        if mixed && matches!(outcome, Outcome::Contact(_)) {
            losses.extend(
                recoded.guessed.iter().map(|(at, _)| Loss::new(self.rows.field(*at), row.cell(*at), Why::Guessed)),
            );
        }
        Ok((outcome, losses))
    }
}

fn rejected(why: String) -> (Outcome, Vec<Loss>) {
    (Outcome::Reject(Reject::new(why)), Vec::new())
}

fn too_many() -> String {
    format!("the row has more than {MAX_CELLS} cells: is something else between its values?")
}

fn too_long(line: u64) -> String {
    let limit = MAX_ROW / (1024 * 1024);
    format!("the row is longer than {limit} MiB: perhaps a quote that opens on line {line} is never closed")
}

fn open_quote(line: u64, cell: usize) -> String {
    format!("the quote that opens on line {line} in cell {cell} is never closed: close it, or double it")
}
