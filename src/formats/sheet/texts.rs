//! The texts that the cells of a workbook share: kept page by page in the scratch, of which a few pages are in memory.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read, Seek, SeekFrom};

/// The bytes that make a page.
const PAGE: usize = 4 * 1024;

/// The bytes of pages in memory; one page is there even when it is longer.
const IN_MEMORY: usize = 1024 * 1024;

/// In a text's length: that it is damaged.
const DAMAGED: u32 = 1 << 31;

/// Texts by their numbers from 0.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// The page that is filled.
    open: Page,
    open_texts: u32,
    /// The number of the first text on each page before it, and where in the scratch the page is.
    pages: Vec<(u32, u64)>,
    /// Where the last of these pages ends.
    end: u64,
    /// The pages in memory, whether each was used since it was looked at last, and the order in which they are looked at.
    cached: HashMap<usize, (bool, Page)>,
    turns: VecDeque<usize>,
    cached_bytes: usize,
}

/// Texts one behind the other, each behind its length.
#[derive(Debug, Default)]
struct Page {
    /// The number of its first text.
    first: u32,
    bytes: Vec<u8>,
    /// A text that was read before, by its place among the page's, and where it is: those behind it are found from here.
    known: (usize, usize),
}

impl Page {
    fn push(&mut self, text: &str, damaged: bool) {
        let length = text.len() as u32 | if damaged { DAMAGED } else { 0 };
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// A text by its place among the page's.
    fn get(&mut self, at: usize) -> Option<(&str, bool)> {
        let (mut number, mut place) = if self.known.0 <= at { self.known } else { (0, 0) };
        loop {
            let (length, rest) = self.bytes.get(place..)?.split_first_chunk()?;
            let length = u32::from_le_bytes(*length);
            let text = rest.get(..(length & !DAMAGED) as usize)?;
            if number == at {
                self.known = (number, place);
                return Some((std::str::from_utf8(text).ok()?, length & DAMAGED != 0));
            }
            (number, place) = (number + 1, place + size_of::<u32>() + text.len());
        }
    }
}

impl Texts {
    /// Adds a text; a page that is thereby full is handed back, to be written at the end of the scratch, and
    /// [`written`](Self::written) told.
    pub(super) fn add(&mut self, text: &str, damaged: bool) -> Option<&[u8]> {
        self.open.push(text, damaged);
        self.open_texts += 1;
        (self.open.bytes.len() >= PAGE).then_some(&self.open.bytes)
    }

    /// The page that was handed back stands in these bytes of the scratch.
    pub(super) fn written(&mut self, start: u64, end: u64) {
        self.pages.push((self.open.first, start));
        self.end = end;
        self.open.first = self.open.first.saturating_add(self.open_texts);
        self.open_texts = 0;
        self.open.bytes.clear();
        self.open.known = (0, 0);
    }

    /// A text by its number, and whether it is damaged; none if there are not so many. The scratch may have been moved.
    ///
    /// # Errors
    /// What the scratch says.
    pub(super) fn get(&mut self, number: u32, scratch: &mut (impl Read + Seek)) -> io::Result<Option<(&str, bool)>> {
        if number >= self.open.first {
            return Ok(self.open.get((number - self.open.first) as usize));
        }
        let at = self.pages.partition_point(|(first, _)| *first <= number) - 1;
        if !self.cached.contains_key(&at) {
            let (first, start) = self.pages[at];
            let end = self.pages.get(at + 1).map_or(self.end, |(_, start)| *start);
            let size = usize::try_from(end - start).unwrap_or(usize::MAX);
            let mut bytes = self.room(size);
            bytes.resize(size, 0);
            scratch.seek(SeekFrom::Start(start))?;
            scratch.read_exact(&mut bytes)?;
            self.cached_bytes += size;
            self.turns.push_back(at);
            self.cached.insert(at, (false, Page { first, bytes, known: (0, 0) }));
        }
        Ok(self.cached.get_mut(&at).and_then(|(used, page)| {
            *used = true;
            page.get((number - page.first) as usize)
        }))
    }

    /// Room for a page in memory, in the place of those that are not used.
    fn room(&mut self, size: usize) -> Vec<u8> {
        let mut room = Vec::new();
        while self.cached_bytes + size > IN_MEMORY
            && let Some(first) = self.turns.pop_front()
        {
            match self.cached.get_mut(&first) {
                Some((used @ true, _)) => {
                    *used = false;
                    self.turns.push_back(first);
                }
                _ => {
                    room = self.cached.remove(&first).map_or(Vec::new(), |(_, page)| page.bytes);
                    self.cached_bytes -= room.len();
                    room.clear();
                }
            }
        }
        room
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write};

    #[test]
    fn texts_come_back_in_any_order_and_few_are_in_memory() {
        let (mut texts, mut scratch) = (Texts::default(), Cursor::new(Vec::new()));
        let text = |number: u32| format!("{number} {}", "ä".repeat(number as usize % 50));
        let count = 200_000;
        for number in 0..count {
            if let Some(page) = texts.add(&text(number), number % 7 == 0) {
                let start = scratch.seek(SeekFrom::End(0)).unwrap();
                scratch.write_all(page).unwrap();
                let end = scratch.stream_position().unwrap();
                texts.written(start, end);
            }
        }
        assert!(scratch.get_ref().len() > 3 * IN_MEMORY && texts.pages.len() > 100);
        let size = |texts: &Texts| texts.cached.values().map(|(_, page)| page.bytes.len()).sum::<usize>();
        for number in (0..count).step_by(977).chain((0..count).rev().step_by(13)).chain([count - 1]) {
            let read = texts.get(number, &mut scratch).unwrap();
            assert_eq!(read, Some((text(number).as_str(), number % 7 == 0)));
            assert!(texts.cached_bytes <= IN_MEMORY);
            assert_eq!(texts.cached.len(), texts.turns.len());
        }
        assert_eq!(texts.cached_bytes, size(&texts));
        assert_eq!(texts.get(count, &mut scratch).unwrap(), None);
        assert_eq!(texts.get(u32::MAX, &mut scratch).unwrap(), None);
    }
}
