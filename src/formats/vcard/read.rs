//! The reader: pieces of the source to records.

use std::io::{self, Read};
use std::sync::Arc;

use encoding_rs::Encoding;

use super::Version;
use super::decode::Charsets;
use super::draft::Draft;
use super::frame::{Frame, Frames, HEAD, Piece};
use super::line;
use super::property::Property;
use super::unfold::{Physical, Unfolded};
use crate::formats::{Outcome, Position, ReadError, Record, Reject, Remark};
use crate::model::{Field, Loss, Why};

/// How a vCard source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Bytes that a card may have; a larger one is rejected without being held.
    pub max_card_size: usize,
    /// The character set of text that declares none and is not UTF-8; guessed when it is not said.
    pub charset: Option<&'static Encoding>,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_card_size: 32 * 1024 * 1024, charset: None }
    }
}

/// Reads vCards of any version, one at a time; it holds one card and a buffer of 128 KiB.
///
/// A UTF-16 source is made UTF-8 first: `raw`, line and byte of its records are those of the UTF-8 text. `raw` of what
/// is no card, or too large a one, is its first 64 KiB.
pub struct Reader<R> {
    source: Arc<str>,
    frames: Frames<R>,
    options: Options,
    unfolded: Unfolded,
    charsets: Charsets,
    record: u64,
    cards: u64,
    /// A piece that was looked at ahead of its turn.
    ahead: Option<Frame>,
    /// What is wrong with the source as a whole, so far.
    unusable: Option<ReadError>,
    done: bool,
}

impl<R: Read> Reader<R> {
    /// Reads from `input`, which needs no buffer of its own; `source` is its name for positions.
    pub fn new(source: Arc<str>, input: R, options: Options) -> Self {
        Self {
            source,
            frames: Frames::new(input, options.max_card_size),
            options,
            unfolded: Unfolded::default(),
            charsets: Charsets { said: options.charset, ..Charsets::default() },
            record: 0,
            cards: 0,
            ahead: None,
            unusable: None,
            done: false,
        }
    }

    /// The next piece. A source that is nothing but text outside cards gives none: it is no vCard file.
    fn frame(&mut self) -> io::Result<Option<Frame>> {
        if let Some(frame) = self.ahead.take() {
            return Ok(Some(frame));
        }
        let frame = self.frames.next()?;
        if self.record > 0 || frame.as_ref().is_none_or(|frame| frame.piece != Piece::Outside) {
            return Ok(frame);
        }
        self.ahead = self.frames.next()?;
        if self.ahead.is_some() {
            return Ok(frame);
        }
        let what = "there is no BEGIN:VCARD in it, so it is no vCard file; --input-format says what it is".to_owned();
        let position = Position::start(&self.source);
        self.unusable = Some(ReadError::Unusable { position, what });
        Ok(None)
    }

    fn record(&mut self, frame: Frame) -> Record {
        self.record += 1;
        self.unusable = None;
        let Frame { piece, raw, size, line, byte } = frame;
        let position = Position { source: Arc::clone(&self.source), record: self.record, line, byte };
        let mut losses = Vec::new();
        let outcome = match piece {
            Piece::Unended if !raw.ends_with(b"\n") && !raw.ends_with(b"\r") => {
                self.cards += 1;
                reject("the file ends in the middle of this card: it was cut off, so get the whole file".to_owned())
            }
            Piece::Outside => {
                reject(format!("{size} bytes stand outside any card: put BEGIN:VCARD before and END:VCARD after them"))
            }
            Piece::TooLarge => {
                self.cards += 1;
                let limit = self.options.max_card_size;
                reject(format!("the card has {size} bytes, above the limit of {limit}: raise --max-card-size"))
            }
            Piece::Card | Piece::Unended => {
                self.cards += 1;
                if piece == Piece::Unended {
                    let what = "the file ends inside this card; what is there was read, but it may have been cut off";
                    self.unusable = Some(ReadError::Unusable { position: position.clone(), what: what.to_owned() });
                    losses.push(Loss::new(Field::Extra, "END:VCARD is missing", Why::NotUnderstood));
                }
                self.card(&raw, &mut losses)
            }
        };
        Record { position, raw, outcome, losses }
    }

    fn card(&mut self, raw: &[u8], losses: &mut Vec<Loss>) -> Outcome {
        let version = version_of(raw);
        self.unfolded.take(raw, version);
        let mut properties = Vec::with_capacity(24);
        for text in self.unfolded.lines() {
            match line::parse(text) {
                Some(line) => properties.push(Property::new(line, version, &mut self.charsets)),
                None => losses.push(stray(text, &mut self.charsets)),
            }
        }
        for text in &self.unfolded.strays {
            losses.push(stray(text, &mut self.charsets));
        }
        let (contact, not_understood) = Draft::read(&properties);
        losses.extend(not_understood);
        if contact.is_empty() {
            return reject("the card is empty: no property in it has a value".to_owned());
        }
        Outcome::Contact(Box::new(contact))
    }

    fn here(&self) -> Position {
        let (line, byte) = self.frames.place();
        Position { source: Arc::clone(&self.source), record: self.record + 1, line, byte }
    }
}

fn reject(why: String) -> Outcome {
    Outcome::Reject(Reject { why })
}

/// A line that belongs to no property.
fn stray(text: &[u8], charsets: &mut Charsets) -> Loss {
    Loss::new(Field::Extra, charsets.text(&text[..text.len().min(HEAD)], None), Why::NotUnderstood)
}

/// The version that a card says it has, wherever it says so; 3.0 when it does not.
fn version_of(raw: &[u8]) -> Version {
    const NAME: &[u8] = b"VERSION";
    let value = Physical(raw).find_map(|line| {
        let (name, rest) = line.split_at_checked(NAME.len())?;
        let value = rest.trim_ascii_start().strip_prefix(b":")?;
        name.eq_ignore_ascii_case(NAME).then_some(value)
    });
    value.and_then(|value| std::str::from_utf8(value).ok()).and_then(Version::of_number).unwrap_or_default()
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        match self.frame() {
            Ok(Some(frame)) => Some(Ok(self.record(frame))),
            Ok(None) => {
                self.done = true;
                Some(Err(self.unusable.take()?))
            }
            Err(error) => {
                self.done = true;
                Some(Err(ReadError::Io { position: self.here(), error }))
            }
        }
    }
}

impl<R: Read> crate::formats::Reader for Reader<R> {
    fn remarks(&self) -> Vec<Remark> {
        let wide = self.frames.wide().map(|name| Remark::decided(name, ""));
        let guessed = &self.charsets.guessed;
        let guessed = guessed.iter().map(|name| {
            format!("text that is not UTF-8 and says no charset was read as {name}; --encoding says another")
        });
        let unknown = self.charsets.unknown.iter().map(|name| format!("nobody knows the charset {name:?}: guessed"));
        let damaged = (self.charsets.damaged > 0).then(|| {
            format!("{} values are UTF-8 with damaged bytes, which are shown as \u{fffd}", self.charsets.damaged)
        });
        let notable = guessed.chain(unknown).chain(damaged).map(Remark::Notable);
        wide.into_iter().chain(notable).collect()
    }
}
