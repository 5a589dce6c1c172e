//! A table that was decided on: its rows as text, from the one behind the header.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8};

use crate::formats::charset::{self, Decode};
use crate::formats::csv::Options;
use crate::formats::csv::frame::{Frame, Frames};
use crate::formats::csv::sniff::Decision;
use crate::formats::table::Row;
use crate::formats::{Remark, Table};

/// How far into the source the decision looks.
const WINDOW: usize = 256 * 1024;

/// The beginning of a source, and what follows it.
pub(super) struct Window<R> {
    /// Its first 256 KiB.
    pub(super) bytes: Vec<u8>,
    /// Whether that is all of it.
    pub(super) complete: bool,
    rest: R,
}

impl<R: Read> Window<R> {
    /// Looks at the beginning.
    pub(super) fn of(mut input: R) -> io::Result<Self> {
        let mut bytes = Vec::new();
        input.by_ref().take(WINDOW as u64).read_to_end(&mut bytes)?;
        Ok(Window { complete: bytes.len() < WINDOW, bytes, rest: input })
    }

    /// Whether there is nothing in the source.
    pub(super) fn is_blank(&self) -> bool {
        let mark = charset::by_mark(&self.bytes).map_or(0, |(_, mark)| mark);
        self.complete && self.bytes[mark..].iter().all(u8::is_ascii_whitespace)
    }
}

/// An open table.
pub(super) struct Open<R: Read> {
    frames: Frames<Input<R>>,
    encoding: &'static Encoding,
    /// What a rejected row needs around it.
    pub(super) around: Arc<Table>,
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

impl<R: Read> Open<R> {
    /// Goes to the row behind the header.
    pub(super) fn new(decision: &Decision, options: &Options, window: Window<R>) -> Self {
        let mut header = window.bytes[..decision.mark].to_vec();
        let line_break = charset::encode(decision.encoding, "\r\n");
        let mut bytes = Cursor::new(window.bytes);
        bytes.set_position(decision.mark as u64);
        let bytes = bytes.chain(window.rest);
        let input = match decision.encoding {
            encoding if encoding == UTF_8 => Input::Plain(bytes),
            encoding => Input::Decoded(Decode::new(encoding, bytes)),
        };
        let mut frames = Frames::new(input, decision.delimiter, decision.encoding, (1, decision.mark as u64));
        for _ in 0..decision.head.rows_before() {
            // These rows were read before; what fails now fails again with the next row.
            let _ = frames.next(0);
        }
        if decision.head.rows_before() > 0 {
            header.extend_from_slice(&frames.raw());
            header.extend_from_slice(&line_break);
        }
        Open {
            frames,
            encoding: decision.encoding,
            around: Arc::new(Table { header, line_break }),
            undecided: decision.ascii && options.encoding.is_none(),
            late: None,
            recoded: (String::new(), Vec::new()),
        }
    }

    /// Goes to the next row; `width` is how many cells it should have.
    pub(super) fn next(&mut self, width: usize) -> io::Result<Frame> {
        self.frames.next(width)
    }

    /// Where the row stands: its line from 1, its byte from 0.
    pub(super) fn position(&self) -> (u64, u64) {
        self.frames.position()
    }

    /// The row's own bytes.
    pub(super) fn raw(&self) -> Vec<u8> {
        self.frames.raw()
    }

    /// The cells of the row, or why they are no text; the remarks get what was decided on the way.
    pub(super) fn row(&mut self, remarks: &mut Vec<Remark>) -> Result<Row<'_>, String> {
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
            _ => return Err("the row is not valid UTF-8: say what it is with --encoding".to_owned()),
        };
        let malformed = matches!(self.frames.input(), Input::Decoded(text) if text.malformed());
        if malformed && (0..row.len()).any(|at| row.verbatim(at).contains('\u{fffd}')) {
            let encoding = self.encoding.name();
            return Err(format!("the row has bytes that mean nothing in {encoding}: say what it is with --encoding"));
        }
        Ok(row)
    }
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
