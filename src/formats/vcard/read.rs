//! The reader: pieces of the source to records.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use encoding_rs::Encoding;

use super::Version;
use super::decode::Charsets;
use super::draft::Draft;
use super::frame::{Frame, Frames, HEAD, Piece};
use super::group;
use super::line::{self, Lists, MOST};
use super::property::Property;
use super::spare::Spare;
use super::structure;
use super::survey::{Survey, may_hold_group};
use super::unfold::{Physical, Unfolded};
use crate::formats::{Batch, Outcome, Position, ReadError, Record, Reject, Remark};
use crate::model::{Contact, Field, Group, Loss, Why};

/// How a vCard source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Bytes that a card may have; a larger one is rejected without being held.
    pub max_card_size: usize,
    /// The character set of text that declares none and is not UTF-8; guessed when it is not said.
    pub charset: Option<&'static Encoding>,
    /// What [`survey`](super::survey()) found in the source. Without it each value's charset is guessed by itself.
    pub survey: Survey,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_card_size: 32 * 1024 * 1024, charset: None, survey: Survey::default() }
    }
}

/// Reads vCards of any version; it holds a batch of cards at a time, and a batch is 128 KiB of them or a single one.
///
/// A UTF-16 source is made UTF-8 first: `raw`, line and byte of its records are those of the UTF-8 text. `raw` of what
/// is no card, or too large a one, is its first 64 KiB.
pub struct Reader<R> {
    source: Arc<str>,
    frames: Frames<R>,
    options: Options,
    /// Pieces cut so far.
    record: u64,
    /// What is wrong with the source as a whole, so far.
    unusable: Option<ReadError>,
    done: bool,
    /// Records that were read ahead of their turn, for the iterator.
    ready: VecDeque<Record>,
    noticed: Vec<Remark>,
}

impl<R: Read> Reader<R> {
    /// Reads from `input`, which needs no buffer of its own; `source` is its name for positions.
    pub fn new(source: Arc<str>, input: R, options: Options) -> Self {
        let frames = Frames::new(input, options.max_card_size);
        let (ready, noticed) = (VecDeque::new(), Vec::new());
        Self { source, frames, options, record: 0, unusable: None, done: false, ready, noticed }
    }

    /// The next cards. A source that is nothing but text outside cards gives none: it is no vCard file.
    fn cut(&mut self) -> Result<Option<Cards>, ReadError> {
        let mut frames = self.frames()?;
        if let (0, [Frame { piece: Piece::Outside, .. }]) = (self.record, frames.as_slice()) {
            let more = self.frames()?;
            if more.is_empty() {
                self.unusable = Some(self.no_card());
                frames.clear();
            }
            frames.extend(more);
        }
        let Some(last) = frames.last() else {
            self.done = true;
            return self.unusable.take().map_or(Ok(None), Err);
        };
        let first = self.record + 1;
        self.record += frames.len() as u64;
        self.unusable = (last.piece == Piece::Unended && !is_cut_off(&last.raw)).then(|| {
            let Frame { line, byte, .. } = *last;
            let position = Position { source: Arc::clone(&self.source), record: self.record, line, byte };
            let what = "the file ends inside this card; what is there was read, but it may have been cut off";
            ReadError::Unusable { position, what: what.to_owned() }
        });
        Ok(Some(Cards {
            source: Arc::clone(&self.source),
            frames,
            first,
            options: self.options,
            wide: self.frames.wide().and_then(|name| Encoding::for_label(name.as_bytes())),
            buffer: self.frames.handed_over(),
        }))
    }

    fn frames(&mut self) -> Result<Vec<Frame>, ReadError> {
        self.frames.batch().map_err(|error| {
            self.done = true;
            ReadError::Io { position: self.here(), error }
        })
    }

    fn no_card(&self) -> ReadError {
        let what = "there is no BEGIN:VCARD in it, so it is no vCard file; --input-format says what it is".to_owned();
        ReadError::Unusable { position: Position::start(&self.source), what }
    }

    fn here(&self) -> Position {
        let (line, byte) = self.frames.place();
        Position { source: Arc::clone(&self.source), record: self.record + 1, line, byte }
    }
}

impl<R: Read + Send> Iterator for Reader<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Some(Ok(record));
            }
            let batch = match crate::formats::Reader::batch(self)? {
                Ok(batch) => batch,
                Err(error) => return Some(Err(error)),
            };
            let noticed = batch.read(&mut |record| {
                self.ready.push_back(record);
                None
            });
            let news: Vec<_> = noticed.into_iter().filter(|remark| !self.noticed.contains(remark)).collect();
            self.noticed.extend(news);
        }
    }
}

impl<R: Read + Send> crate::formats::Reader for Reader<R> {
    fn remarks(&self) -> Vec<Remark> {
        let wide = self.frames.wide().map(|name| Remark::decided(name, ""));
        wide.into_iter().chain(self.noticed.iter().cloned()).collect()
    }

    fn batch(&mut self) -> Option<Result<Box<dyn Batch>, ReadError>> {
        if self.done {
            return None;
        }
        let cards = self.cut().transpose()?;
        Some(cards.map(|cards| Box::new(cards) as Box<dyn Batch>))
    }
}

/// Cards that were cut out and are not understood yet.
struct Cards {
    source: Arc<str>,
    frames: Vec<Frame>,
    /// The number of the first one.
    first: u64,
    options: Options,
    /// UTF-16, where that is what their source is in.
    wide: Option<&'static Encoding>,
    /// The buffer that they stand in, and where to give it back.
    buffer: (Bytes, Spare),
}

impl Batch for Cards {
    fn read(self: Box<Self>, each: &mut dyn FnMut(Record) -> Option<Box<Contact>>) -> Vec<Remark> {
        let mut cards = Interpreter::new(self.options);
        // A name of the batch's own: threads that count the uses of one name together wait for each other.
        let name: Arc<str> = Arc::from(&*self.source);
        for (frame, record) in self.frames.into_iter().zip(self.first..) {
            let (source, line, byte) = (Arc::clone(&name), frame.line, frame.byte);
            let mut record = cards.record(frame, Position { source, record, line, byte });
            if let Outcome::Reject(reject) = &mut record.outcome {
                reject.wide = self.wide;
            }
            cards.spent = each(record);
        }
        let (buffer, spare) = self.buffer;
        spare.give(buffer);
        cards.remarks()
    }
}

/// The groups of a source, in their order, and nothing else of it: a quick pass for whoever wants to know them before the
/// contacts are read. What is wrong with the source is left to its [`Reader`] to tell.
pub fn groups(input: impl Read, options: Options, each: &mut dyn FnMut(Group)) {
    let (mut frames, mut cards) = (Frames::new(input, options.max_card_size), Interpreter::new(options));
    while let Ok(batch) = frames.batch() {
        if batch.is_empty() {
            return;
        }
        let whole = |frame: &&Frame| matches!(frame.piece, Piece::Card | Piece::Unended);
        for frame in batch.iter().filter(whole).filter(|frame| may_hold_group(&frame.raw, false)) {
            if let Outcome::Group(group) = cards.card(&frame.raw, &mut Vec::new()) {
                each(group);
            }
        }
    }
}

/// Properties for which there is room from one card to the next.
const KEPT: usize = 256;

/// Makes records of cards.
struct Interpreter {
    options: Options,
    unfolded: Unfolded,
    charsets: Charsets,
    /// The last card's list of properties, empty, for the next one.
    spare: Vec<Property<'static>>,
    lists: Lists,
    /// A contact that nobody needs any more, whose memory the next one takes.
    spent: Option<Box<Contact>>,
    /// Whether a card had no END.
    unended: bool,
}

impl Interpreter {
    fn new(options: Options) -> Self {
        let charsets = Charsets { said: options.charset, survey: options.survey, ..Charsets::default() };
        let (unfolded, spare, lists) = (Unfolded::default(), Vec::new(), Lists::default());
        Self { options, unfolded, charsets, spare, lists, spent: None, unended: false }
    }

    /// What the user should know of the cards, though nothing of them is lost.
    fn remarks(&self) -> Vec<Remark> {
        const UNENDED: &str = "a card without END:VCARD was read up to where the next one begins or the file ends";
        let unended = self.unended.then(|| Remark::Notable(UNENDED.to_owned()));
        unended.into_iter().chain(self.charsets.remarks()).collect()
    }

    fn record(&mut self, frame: Frame, position: Position) -> Record {
        let Frame { piece, raw, size, .. } = frame;
        let mut losses = Vec::new();
        let outcome = match piece {
            Piece::Unended if is_cut_off(&raw) => {
                reject("the file ends in the middle of this card: it was cut off, so get the whole file".to_owned())
            }
            Piece::Outside => {
                let why =
                    format!("{size} bytes stand outside any card: put BEGIN:VCARD before and END:VCARD after them");
                Outcome::Reject(Reject { cut: size > raw.len() as u64, ..Reject::new(why) })
            }
            Piece::TooLarge => {
                let limit = self.options.max_card_size;
                let why = format!("the card has {size} bytes, above the limit of {limit}: raise --max-card-size");
                Outcome::Reject(Reject { cut: true, ..Reject::new(why) })
            }
            Piece::Card => self.card(&raw, &mut losses),
            Piece::Unended => {
                self.unended = true;
                self.card(&raw, &mut losses)
            }
        };
        Record { position, raw, outcome, losses }
    }

    fn card(&mut self, raw: &[u8], losses: &mut Vec<Loss>) -> Outcome {
        let version = version_of(raw);
        self.unfolded.take(raw, version);
        let mut properties: Vec<Property<'_>> = std::mem::take(&mut self.spare);
        let charsets = &mut self.charsets;
        if let Err(why) = read_properties(&self.unfolded, version, (charsets, &mut self.lists), &mut properties, losses)
        {
            return reject(why);
        }
        for text in &self.unfolded.strays {
            losses.push(stray(text, &mut self.charsets));
        }
        let (contact, not_understood) = Draft::read(&properties, self.spent.take());
        losses.extend(not_understood);
        properties.iter_mut().for_each(|property| self.lists.give(std::mem::take(&mut property.params)));
        self.spare = emptied(properties);
        if group::is_group(&contact) {
            let (group, lost) = group::group(&contact);
            if group.name.is_empty() {
                return reject("the group has no name that could be a category: give it an FN".to_owned());
            }
            losses.extend(lost);
            return Outcome::Group(group);
        }
        if contact.is_empty() {
            return reject("the card is empty: no property in it has a value".to_owned());
        }
        Outcome::Contact(contact)
    }
}

/// Takes the properties of a card; an error says why it is no card that anybody wants.
fn read_properties<'u>(
    unfolded: &'u Unfolded,
    version: Version,
    (charsets, lists): (&mut Charsets, &mut Lists),
    properties: &mut Vec<Property<'u>>,
    losses: &mut Vec<Loss>,
) -> Result<(), String> {
    let count = unfolded.count();
    if count > MOST {
        return Err(format!("the card has {count} properties, above the limit of {MOST}: it is no person's card"));
    }
    properties.reserve(count);
    let (mut params, mut items, is_long) = (0, 0, unfolded.size() > MOST);
    for logical in unfolded.lines() {
        let Some(line) = line::parse_logical(logical, lists) else {
            losses.push(stray(logical.bytes, charsets));
            continue;
        };
        params += line.params.len();
        if params > MOST {
            return Err(format!("the card has more than {MOST} parameters: it is no person's card"));
        }
        let property = Property::new(line, version, charsets);
        items += if is_long { structure::items(property.name, &property.value) } else { 0 };
        if items > MOST {
            return Err(format!("the card has more than {MOST} items in its lists: it is no person's card"));
        }
        properties.push(property);
    }
    Ok(())
}

/// The list without what is in it, for properties of any other card.
fn emptied<'p>(mut properties: Vec<Property<'_>>) -> Vec<Property<'p>> {
    properties.clear();
    properties.shrink_to(KEPT);
    // The standard library collects into the memory that the elements come from.
    properties.into_iter().map_while(|_| None).collect()
}

/// Whether the last card of a source, which has no END, ends in the middle of a line.
pub(super) fn is_cut_off(raw: &[u8]) -> bool {
    !raw.ends_with(b"\n") && !raw.ends_with(b"\r")
}

fn reject(why: String) -> Outcome {
    Outcome::Reject(Reject::new(why))
}

/// A line that belongs to no property.
fn stray(text: &[u8], charsets: &mut Charsets) -> Loss {
    Loss::new(Field::Extra, charsets.text(&text[..text.len().min(HEAD)], None), Why::NotUnderstood)
}

/// The version that a card says it has, wherever it says so; 3.0 when it does not.
fn version_of(raw: &[u8]) -> Version {
    version_text(raw).and_then(Version::of_number).unwrap_or_default()
}

/// What a card says in VERSION, wherever that stands; empty when that is no text.
pub(super) fn version_text(raw: &[u8]) -> Option<&str> {
    const NAME: &[u8] = b"VERSION";
    let value = Physical(raw).find_map(|line| {
        let (name, rest) = line.split_at_checked(NAME.len())?;
        let value = rest.trim_ascii_start().strip_prefix(b":")?;
        name.eq_ignore_ascii_case(NAME).then_some(value)
    })?;
    Some(std::str::from_utf8(value).unwrap_or_default().trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_card_has_the_memory_of_the_last_ones_list() {
        let line = line::parse(b"FN:a").unwrap();
        let mut properties = Vec::with_capacity(20);
        properties.push(Property::new(line, Version::V3_0, &mut Charsets::default()));
        let memory = properties.as_ptr().addr();
        let emptied = emptied(properties);
        assert_eq!((emptied.len(), emptied.capacity(), emptied.as_ptr().addr()), (0, 20, memory));
    }
}
