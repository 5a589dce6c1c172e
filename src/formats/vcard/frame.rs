//! Cuts a source into cards, byte by byte's worth of care: one damaged card must not take its neighbours down.
//!
//! A card ends at its END, at a BEGIN that no AGENT announces (its END is missing), or with the source. What stands
//! outside any card, and a card above the size limit, comes out as a piece of its own; of those no more than
//! [`HEAD`] bytes are held. Cards come in batches that share one buffer, so that none is copied.

use std::io::{self, Read};
use std::ops::Range;

use bytes::Bytes;
use memchr::memchr2;

use super::input::Input;
use super::mark::{Mark, announces_card, end_before_begin, is_blank, mark, plain_lines};
use super::spare::Spare;

/// The buffer's size, unless a card needs more: cards that fit into it make a batch.
const BUFFER: usize = 128 * 1024;

/// How much is kept of what is not read as a card.
pub(super) const HEAD: usize = 64 * 1024;

/// A piece of a source and where it begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) piece: Piece,
    /// Its bytes; the first [`HEAD`] of them unless it is a card.
    pub(super) raw: Bytes,
    /// All its bytes, counted.
    pub(super) size: u64,
    /// Its first line, from 1.
    pub(super) line: u64,
    /// Its first byte, from 0.
    pub(super) byte: u64,
}

/// What a piece of a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// A card with its END.
    Card,
    /// A card whose END is missing.
    Unended,
    /// A card above the limit.
    TooLarge,
    /// Something that stands in no card.
    Outside,
}

/// The pieces of a source, a batch at a time.
pub(super) struct Frames<R> {
    input: Input<R>,
    looked: bool,
    limit: usize,
    buffer: Vec<u8>,
    filled: usize,
    ended: bool,
    /// The first byte still held of the current piece.
    start: usize,
    /// The line to look at next.
    at: usize,
    line: u64,
    byte: u64,
    piece: Option<Open>,
    /// The pieces that wait for the buffer to be handed over.
    cut: Vec<Cut>,
    /// What the source said when the pieces before it were not handed over yet.
    error: Option<io::Error>,
    /// The buffer that was handed over last.
    handed_over: Bytes,
    spare: Spare,
}

/// A piece whose bytes are still in the buffer.
struct Cut {
    piece: Piece,
    held: Held,
    size: u64,
    line: u64,
    byte: u64,
}

enum Held {
    InBuffer(Range<usize>),
    Head(Vec<u8>),
}

/// The piece that is being read.
struct Open {
    line: u64,
    byte: u64,
    /// 0 outside any card; above 1 in a card within a card.
    depth: u32,
    /// The last property was an AGENT without a value, which announces a card within the card.
    announced: bool,
    /// The piece's beginning, once it was found too large to hold.
    head: Option<Vec<u8>>,
    /// Bytes of it that are held no longer.
    dropped: u64,
    /// What is being read is the middle of a line whose beginning is gone.
    beheaded: bool,
}

/// A line found: where its content ends and where the next begins.
struct Line {
    end: usize,
    next: usize,
}

/// What the search for the next line comes to.
enum Found {
    Line(Line),
    /// The source has ended.
    End,
    /// The buffer is full, and pieces in it wait to be handed over.
    Full,
}

impl<R: Read> Frames<R> {
    pub(super) fn new(source: R, limit: usize) -> Self {
        Self {
            input: Input::new(source),
            looked: false,
            limit,
            buffer: vec![0; BUFFER],
            filled: 0,
            ended: false,
            start: 0,
            at: 0,
            line: 1,
            byte: 0,
            piece: None,
            cut: Vec::new(),
            error: None,
            handed_over: Bytes::new(),
            spare: Spare::default(),
        }
    }

    /// The buffer of the last batch, and where to give it back when it is used no more.
    pub(super) fn handed_over(&mut self) -> (Bytes, Spare) {
        (std::mem::take(&mut self.handed_over), self.spare.clone())
    }

    /// The wide encoding that is being undone, known after the first piece.
    pub(super) fn wide(&self) -> Option<&'static str> {
        self.input.wide()
    }

    /// Line and byte that the reading has come to.
    pub(super) fn place(&self) -> (u64, u64) {
        (self.line, self.byte)
    }

    /// The next pieces; none at the end of the source.
    pub(super) fn batch(&mut self) -> io::Result<Vec<Frame>> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        while self.start < BUFFER || self.cut.is_empty() {
            match self.step() {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) if self.cut.is_empty() => return Err(error),
                Err(error) => {
                    self.error = Some(error);
                    break;
                }
            }
        }
        Ok(self.hand_over())
    }

    /// Hands over the pieces that were cut and the buffer they stand in; what is not cut yet goes into a new one.
    fn hand_over(&mut self) -> Vec<Frame> {
        if self.cut.is_empty() {
            return Vec::new();
        }
        let tail = &self.buffer[self.start..self.filled];
        let mut next = self.spare.take(BUFFER.max(2 * tail.len()));
        next[..tail.len()].copy_from_slice(tail);
        let buffer = std::mem::replace(&mut self.buffer, next);
        (self.filled, self.at, self.start) = (self.filled - self.start, self.at - self.start, 0);
        let bytes = Bytes::from(buffer);
        self.handed_over = bytes.clone();
        let frame = |Cut { piece, held, size, line, byte }: Cut| {
            let raw = match held {
                Held::InBuffer(range) => bytes.slice(range),
                Held::Head(head) => head.into(),
            };
            Frame { piece, raw, size, line, byte }
        };
        self.cut.drain(..).map(frame).collect()
    }

    /// Goes by the next lines of a card that mean nothing for the framing, at once.
    fn pass_plain(&mut self) {
        let is_plain = |open: &Open| open.depth == 1 && !open.announced && !open.beheaded && open.head.is_none();
        if !self.piece.as_ref().is_some_and(is_plain) {
            return;
        }
        let (length, lines) = plain_lines(&self.buffer[self.at..self.filled]);
        self.byte += length as u64;
        self.line += lines;
        self.at += length;
    }

    /// Goes on by a line; false when there is none, or none before the buffer is handed over.
    fn step(&mut self) -> io::Result<bool> {
        self.pass_plain();
        let line = match self.find_line()? {
            Found::Line(line) => line,
            Found::Full => return Ok(false),
            Found::End => {
                self.close(if self.depth() > 0 { Piece::Unended } else { Piece::Outside });
                return Ok(false);
            }
        };
        let beheaded = self.piece.as_ref().is_some_and(|open| open.beheaded);
        let joined = end_before_begin(&self.buffer[self.at..line.end]).filter(|_| !beheaded);
        let line = joined.map_or(line, |length| Line { end: self.at + length, next: self.at + length });
        let content = &self.buffer[self.at..line.end];
        let mark = if beheaded { Mark::Other } else { mark(content) };
        match (mark, self.depth()) {
            (Mark::Begin, 0) => {
                self.close(Piece::Outside);
                self.open(1);
                self.go_behind(&line);
            }
            (Mark::Begin, _) if self.announced() => {
                self.deepen(1);
                self.go_behind(&line);
            }
            // The line is looked at again, as the first one of the next card.
            (Mark::Begin, _) => self.close(Piece::Unended),
            (Mark::End, 1) => {
                self.go_behind(&line);
                self.close(Piece::Card);
            }
            (Mark::End, 2..) => {
                self.deepen(-1);
                self.go_behind(&line);
            }
            _ => self.pass(&line),
        }
        Ok(true)
    }

    fn depth(&self) -> u32 {
        self.piece.as_ref().map_or(0, |open| open.depth)
    }

    fn announced(&self) -> bool {
        self.piece.as_ref().is_some_and(|open| open.announced)
    }

    fn open(&mut self, depth: u32) {
        let (line, byte) = (self.line, self.byte);
        self.start = self.at;
        self.piece = Some(Open { line, byte, depth, announced: false, head: None, dropped: 0, beheaded: false });
    }

    fn deepen(&mut self, by: i32) {
        if let Some(open) = &mut self.piece {
            open.depth = open.depth.saturating_add_signed(by);
            open.announced = false;
        }
    }

    /// Goes by a line that is neither BEGIN nor END.
    fn pass(&mut self, line: &Line) {
        let content = &self.buffer[self.at..line.end];
        let blank = content.iter().all(|byte| is_blank(*byte));
        if !blank {
            let announces = announces_card(content);
            match &mut self.piece {
                Some(open) => open.announced = announces,
                None => self.open(0),
            }
        }
        self.go_behind(line);
    }

    /// Goes behind a line.
    fn go_behind(&mut self, line: &Line) {
        self.byte += (line.next - self.at) as u64;
        self.line += u64::from(line.next > line.end);
        self.at = line.next;
        match &mut self.piece {
            None => self.start = self.at,
            Some(open) => {
                open.beheaded = false;
                if open.head.is_some() {
                    open.dropped += (self.at - self.start) as u64;
                    self.start = self.at;
                }
            }
        }
    }

    /// Ends the current piece, if there is one, before the current line.
    fn close(&mut self, piece: Piece) {
        let Some(open) = self.piece.take() else { return };
        let held = self.start..self.at;
        let size = open.dropped + held.len() as u64;
        let head = held.start..held.end.min(held.start + HEAD);
        let (piece, held) = match open.head {
            Some(head) if open.depth > 0 => (Piece::TooLarge, Held::Head(head)),
            Some(head) => (piece, Held::Head(head)),
            None if open.depth > 0 && held.len() > self.limit => (Piece::TooLarge, Held::InBuffer(head)),
            None if open.depth == 0 => (piece, Held::InBuffer(head)),
            None => (piece, Held::InBuffer(held)),
        };
        self.start = self.at;
        self.cut.push(Cut { piece, held, size, line: open.line, byte: open.byte });
    }

    /// The line at `at`, its ending included: LF, CR LF, CR alone, and the CR CR LF of files converted twice.
    fn find_line(&mut self) -> io::Result<Found> {
        let mut looked = 0;
        loop {
            let from = self.at + looked;
            if let Some(found) = memchr2(b'\n', b'\r', &self.buffer[from..self.filled]) {
                let end = from + found;
                let ending = match &self.buffer[end..self.filled] {
                    [b'\n', ..] => 1,
                    [b'\r', b'\n', ..] => 2,
                    [b'\r', b'\r', b'\n', ..] => 3,
                    [b'\r'] | [b'\r', b'\r'] if !self.ended => 0,
                    _ => 1,
                };
                if ending > 0 {
                    return Ok(Found::Line(Line { end, next: end + ending }));
                }
                looked = end - self.at;
            } else if self.ended {
                let end = self.filled;
                return Ok(if self.at < end { Found::Line(Line { end, next: end }) } else { Found::End });
            } else {
                looked = self.filled - self.at;
            }
            if !self.fill(&mut looked)? {
                return Ok(Found::Full);
            }
        }
    }

    /// Reads on; false when the buffer has to be handed over first. What exceeds the limit is let go; `looked` are the
    /// bytes of the current line already searched.
    fn fill(&mut self, looked: &mut usize) -> io::Result<bool> {
        if !self.looked {
            self.input.look()?;
            self.looked = true;
        }
        let limit = if self.depth() > 0 { self.limit } else { HEAD };
        if self.filled - self.start > limit {
            self.let_go(looked);
        }
        if self.filled == self.buffer.len() {
            if !self.cut.is_empty() {
                return Ok(false);
            }
            let most = limit.max(HEAD) + 2 * BUFFER;
            if self.start >= self.buffer.len() / 2 || self.buffer.len() >= most {
                self.buffer.copy_within(self.start..self.filled, 0);
                (self.filled, self.at, self.start) = (self.filled - self.start, self.at - self.start, 0);
            } else {
                self.buffer.resize((self.buffer.len() * 2).min(most), 0);
            }
        }
        let end = self.buffer.len().min(self.filled + BUFFER);
        let count = self.input.read(&mut self.buffer[self.filled..end])?;
        self.filled += count;
        self.ended = count == 0;
        Ok(true)
    }

    /// Keeps the beginning of a piece that is too large, and drops the rest of what is held of it.
    fn let_go(&mut self, looked: &mut usize) {
        if self.piece.is_none() {
            self.open(0);
        }
        let Some(open) = &mut self.piece else { return };
        let held = &self.buffer[self.start..self.filled];
        open.head.get_or_insert_with(|| held[..held.len().min(HEAD)].to_vec());
        // A line this long is no mark; a CR at the very end may still be the first half of its ending.
        let keep = usize::from(held.last() == Some(&b'\r'));
        let to = if *looked > HEAD { self.filled - keep } else { self.at };
        open.beheaded |= to > self.at;
        open.dropped += (to - self.start) as u64;
        self.byte += (to - self.at) as u64;
        *looked = looked.saturating_sub(to - self.at);
        (self.start, self.at) = (to, to);
    }
}

#[cfg(test)]
mod tests;
