//! A table that was decided on: its rows as text, from the one behind the header.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_8};

use crate::formats::Table;
use crate::formats::charset::{self, Decode};
use crate::formats::csv::Options;
use crate::formats::csv::frame::{Frame, Frames};
use crate::formats::csv::grammar::Grammar;
use crate::formats::csv::scan::{Cells, MAX_CELLS};
use crate::formats::csv::sniff::Decision;
use crate::formats::table::{Row, is_reason};

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
    /// What a rejected row needs around it.
    pub(super) around: Arc<Table>,
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
    /// Goes to the row behind the header. `Err` says why there is none.
    pub(super) fn new(decision: &Decision, window: Window<R>) -> Result<Self, String> {
        let mut header = window.bytes[..decision.mark].to_vec();
        let line_break = charset::encode(decision.encoding, "\r\n");
        let mut bytes = Cursor::new(window.bytes);
        bytes.set_position(decision.mark as u64);
        let bytes = bytes.chain(window.rest);
        let input = match decision.encoding {
            encoding if encoding == UTF_8 => Input::Plain(bytes),
            encoding => Input::Decoded(Decode::new(encoding, bytes)),
        };
        let mut frames = Frames::new(input, decision.grammar, decision.encoding, (1, decision.mark as u64));
        for _ in 0..decision.head.rows_before() {
            // These rows were read before; an input that fails now fails again with the next row.
            if let Ok(Frame::OpenQuote { line, cell }) = frames.next(0) {
                let what = format!("the quote that opens on line {line} in cell {cell} of the header is never closed");
                return Err(format!("{what}: close it, or double it"));
            }
        }
        if decision.head.rows_before() > 0 {
            header.extend_from_slice(&raw(decision.encoding, frames.text()));
            header.extend_from_slice(&line_break);
        }
        if decision.head.headers.iter().any(|header| is_reason(header)) {
            frames.are_rejected();
        }
        let (encoding, Grammar { delimiter, padded }) = (decision.encoding, decision.grammar);
        Ok(Open { frames, around: Arc::new(Table { header, line_break, encoding, delimiter, padded }) })
    }

    /// Goes to the next row that is not blank; `width` is how many cells it should have.
    pub(super) fn next(&mut self, width: usize) -> io::Result<Frame> {
        loop {
            let frame = self.frames.next(width)?;
            if frame != Frame::Row || !self.frames.is_blank() {
                return Ok(frame);
            }
        }
    }

    /// Where the row stands: its line from 1, its byte from 0.
    pub(super) fn position(&self) -> (u64, u64) {
        self.frames.position()
    }

    /// The row as text, or what may turn out to be none.
    pub(super) fn text(&self) -> &[u8] {
        self.frames.text()
    }

    /// Whether bytes so far meant nothing in the table's encoding and became U+FFFD.
    pub(super) fn malformed(&self) -> bool {
        matches!(self.frames.input(), Input::Decoded(text) if text.malformed())
    }
}

/// A row as it stands in the source.
pub(super) fn raw(encoding: &'static Encoding, text: &[u8]) -> Vec<u8> {
    if encoding == UTF_8 { text.to_vec() } else { charset::encode(encoding, &String::from_utf8_lossy(text)) }
}

/// What the rows of a table in UTF-8 are read as that are not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fallback {
    pub(super) encoding: &'static Encoding,
    /// Whether other rows are UTF-8 beyond ASCII, so that each such cell is worth a word.
    pub(super) mixed: bool,
}

impl Fallback {
    /// For a table of which some bytes that are not UTF-8 are known. None where the user says what it is.
    pub(super) fn of(bytes: &[u8], mixed: bool, decision: &Decision, options: &Options) -> Option<Fallback> {
        let open = decision.encoding == UTF_8 && options.encoding.is_none();
        open.then(|| Fallback { encoding: charset::guess(bytes), mixed })
    }
}

/// Cells of which some are decoded by themselves.
#[derive(Debug, Default)]
pub(super) struct Recoded {
    text: String,
    /// Where each one stands in it.
    spans: Vec<(usize, usize)>,
    /// Those that are not UTF-8: each one's number from 0, and its bytes.
    pub(super) guessed: Vec<(usize, Vec<u8>)>,
}

impl Recoded {
    /// Decodes each cell of a row that is not UTF-8 by itself.
    pub(super) fn new(row: &[u8], grammar: Grammar, encoding: &'static Encoding) -> Recoded {
        let mut recoded = Recoded::default();
        // Each byte as the character of its number, so that the row can be split before it is decoded.
        let (wide, mut cells): (String, _) = (row.iter().copied().map(char::from).collect(), Cells::default());
        let row = cells.split(&wide, grammar, MAX_CELLS);
        for at in 0..row.len() {
            let bytes: Vec<u8> = row.verbatim(at).chars().filter_map(|byte| u8::try_from(byte).ok()).collect();
            let start = recoded.text.len();
            match std::str::from_utf8(&bytes) {
                Ok(text) => recoded.text.push_str(text),
                Err(_) => {
                    recoded.text.push_str(&encoding.decode_without_bom_handling(&bytes).0);
                    recoded.guessed.push((at, bytes));
                }
            }
            recoded.spans.push((start, recoded.text.len()));
        }
        recoded
    }

    /// The row.
    pub(super) fn row(&self) -> Row<'_> {
        Row::in_places(&self.text, "", &self.spans)
    }
}
