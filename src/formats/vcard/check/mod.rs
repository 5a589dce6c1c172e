//! What is wrong or unusual in a vCard source, line by line, with the way out: `cardferry check`.
//!
//! The reader takes what it gets; here is told what it had to overlook. One card is looked at at a time, as the framing
//! cuts it, and every finding goes out at once, so that memory does not grow with the source:
//!
//! ```text
//! lines     physical lines and their ends            walk      folds, soft breaks, broken lines
//! property  name, encoding, character set, text      params    parameters
//! value     values against their types               photo     pictures and other data
//! card      what a card must and may have            people    UIDs and members of the whole source
//! lint      a second opinion on 4.0 lines            registry  what is registered
//! rule      the table of rules
//! ```

mod card;
mod date;
mod lines;
mod lint;
mod params;
mod people;
mod photo;
mod property;
mod registry;
mod rule;
mod tell;
mod text;
mod uri;
mod value;
mod walk;

use std::collections::VecDeque;
use std::io::Read;
use std::sync::Arc;

pub use rule::{Code, RULES, Rule, Severity};
pub use tell::Finding;

use super::frame::{Frame, Frames, Piece};
use super::read::{is_cut_off, version_text};
use super::{Survey, Version};
use crate::formats::{Position, ReadError};
use card::Card;
use lines::Endings;
use people::People;
use tell::{Tell, excerpt_of};
use walk::Walk;

/// Checks the records of one source, one after the other.
pub struct Checker<R> {
    source: Arc<str>,
    frames: Frames<R>,
    /// Pieces that were read ahead of their turn.
    ahead: VecDeque<Frame>,
    endings: Endings,
    people: People,
    walk: Walk,
    survey: Survey,
    record: u64,
    cards: u64,
}

impl<R: Read> Checker<R> {
    /// Checks what `input` holds; `source` is its name for positions. A card above the size is told and not looked at.
    pub fn new(source: Arc<str>, input: R, max_card_size: usize) -> Self {
        Self {
            source,
            frames: Frames::new(input, max_card_size),
            ahead: VecDeque::new(),
            endings: Endings::default(),
            people: People::default(),
            walk: Walk::new(),
            survey: Survey::default(),
            record: 0,
            cards: 0,
        }
    }

    /// With what a look over the whole source found, so that text which says no charset is read as the reader does.
    #[must_use]
    pub fn surveyed(self, survey: Survey) -> Self {
        Self { survey, ..self }
    }

    /// Cards that have been seen so far.
    pub fn cards(&self) -> u64 {
        self.cards
    }

    /// Checks the next record, tells its findings, and says whether there was one; with the last one come the findings
    /// about the source as a whole.
    ///
    /// # Errors
    /// When the source cannot be read, or is no vCard source at all.
    pub fn check_next(&mut self, sink: &mut dyn FnMut(Finding)) -> Result<bool, ReadError> {
        let Some(frame) = self.frame()? else {
            self.people.end(sink);
            return Ok(false);
        };
        self.record += 1;
        let position = self.position(frame.line, frame.byte);
        let mut tell = Tell::new(sink, position);
        if let (1, Some(wide)) = (self.record, self.frames.wide()) {
            tell.at(1, Code::Utf16, wide);
        }
        match frame.piece {
            Piece::Outside => {
                let shown = excerpt_of(frame.raw.trim_ascii());
                tell.at(frame.line, Code::Outside, format!("{} bytes, {shown}", frame.size));
            }
            Piece::TooLarge => {
                self.cards += 1;
                tell.at(frame.line, Code::TooLarge, format!("{} bytes", frame.size));
            }
            Piece::Card | Piece::Unended => {
                self.cards += 1;
                if self.cards == 2 {
                    tell.at(frame.line, Code::SeveralCards, "this is the second one");
                }
                self.card(&frame, sink);
            }
        }
        Ok(true)
    }

    fn position(&self, line: u64, byte: u64) -> Position {
        Position { source: Arc::clone(&self.source), record: self.record, line, byte }
    }

    /// The next piece. A source that is nothing but text outside cards is no vCard source.
    fn frame(&mut self) -> Result<Option<Frame>, ReadError> {
        self.read_ahead(1)?;
        if self.record == 0 && self.ahead.front().is_some_and(|frame| frame.piece == Piece::Outside) {
            self.read_ahead(2)?;
        }
        if self.record > 0 || self.ahead.iter().any(|frame| frame.piece != Piece::Outside) || self.ahead.is_empty() {
            return Ok(self.ahead.pop_front());
        }
        let what = "there is no BEGIN:VCARD in it, so it is no vCard file".to_owned();
        Err(ReadError::Unusable { position: Position::start(&self.source), what })
    }

    /// Has so many pieces ready, if there are as many.
    fn read_ahead(&mut self, count: usize) -> Result<(), ReadError> {
        while self.ahead.len() < count {
            match self.frames.batch() {
                Ok(frames) if frames.is_empty() => break,
                Ok(frames) => self.ahead.extend(frames),
                Err(error) => {
                    let (line, byte) = self.frames.place();
                    return Err(ReadError::Io { position: self.position(line, byte), error });
                }
            }
        }
        Ok(())
    }

    fn card(&mut self, frame: &Frame, sink: &mut dyn FnMut(Finding)) {
        let mut tell = Tell::new(sink, self.position(frame.line, frame.byte)).surveyed(self.survey);
        let said = version_text(&frame.raw);
        let version = said.and_then(Version::of_number).unwrap_or_default();
        match said {
            None => tell.say(Code::VersionMissing, ""),
            Some(number) if Version::of_number(number).is_none() => {
                tell.say(Code::VersionUnknown, excerpt_of(number.as_bytes()));
            }
            Some(_) => {}
        }
        let mut card = Card::new(version, &mut self.people);
        let each = &mut |line: &[u8], tell: &mut Tell<'_>| card.property(line, tell);
        self.walk.walk((&frame.raw, version), each, &mut self.endings, &mut tell);
        card.finish(&mut tell);
        if frame.piece == Piece::Unended {
            let cut = is_cut_off(&frame.raw);
            tell.say_first(if cut { Code::CutOff } else { Code::EndMissing }, "");
        }
    }
}
