//! The texts that the cells of a workbook share: kept page by page in the scratch, of which a few pages are in memory.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};

/// The bytes of text, and the texts, that make a page.
const PAGE: usize = 16 * 1024;
const PAGE_TEXTS: usize = 4096;

/// The bytes of pages in memory; one page is there even when it is longer.
const IN_MEMORY: usize = 2 * 1024 * 1024;

/// In a text's length: that it is damaged.
const DAMAGED: u32 = 1 << 31;

/// Texts by their numbers from 0.
#[derive(Debug, Default)]
pub(super) struct Texts {
    /// The page that is filled.
    open: Page,
    /// The number of the first text on each page before it, and where in the scratch the page is.
    pages: Vec<(u32, u64)>,
    /// Where the last of these pages ends.
    end: u64,
    /// The pages in memory, each with the number of its last use.
    cached: HashMap<usize, (u64, Page)>,
    cached_bytes: usize,
    uses: u64,
}

/// Texts one behind the other.
#[derive(Debug, Default)]
struct Page {
    /// The number of its first text.
    first: u32,
    text: String,
    /// Where each ends, and whether it is damaged.
    ends: Vec<(u32, bool)>,
}

impl Page {
    fn push(&mut self, text: &str, damaged: bool) {
        self.text.push_str(text);
        self.ends.push((u32::try_from(self.text.len()).unwrap_or(u32::MAX), damaged));
    }

    fn get(&self, at: usize) -> Option<(&str, bool)> {
        let (end, damaged) = *self.ends.get(at)?;
        let start = if at == 0 { 0 } else { self.ends[at - 1].0 };
        Some((self.text.get(start as usize..end as usize)?, damaged))
    }

    /// Each text behind its length.
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.text.len() + 4 * self.ends.len());
        for (text, damaged) in (0..self.ends.len()).filter_map(|at| self.get(at)) {
            let length = text.len() as u32 | if damaged { DAMAGED } else { 0 };
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        bytes
    }

    fn decode(first: u32, mut bytes: &[u8]) -> io::Result<Self> {
        let torn = || io::Error::new(io::ErrorKind::InvalidData, "the texts that were kept aside are torn");
        let mut page = Page { first, ..Page::default() };
        while let Some((length, rest)) = bytes.split_first_chunk() {
            let length = u32::from_le_bytes(*length);
            let (text, rest) = rest.split_at_checked((length & !DAMAGED) as usize).ok_or_else(torn)?;
            page.push(std::str::from_utf8(text).map_err(|_| torn())?, length & DAMAGED != 0);
            bytes = rest;
        }
        Ok(page)
    }

    /// What it takes of memory.
    fn size(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<(u32, bool)>()
    }
}

impl Texts {
    /// Adds a text; a page that is thereby full is handed back as bytes, to be written at the end of the scratch, and
    /// [`written`](Self::written) told.
    pub(super) fn add(&mut self, text: &str, damaged: bool) -> Option<Vec<u8>> {
        self.open.push(text, damaged);
        let full = self.open.text.len() >= PAGE || self.open.ends.len() >= PAGE_TEXTS;
        full.then(|| self.open.encode())
    }

    /// The page that was handed back stands in these bytes of the scratch.
    pub(super) fn written(&mut self, start: u64, end: u64) {
        let next = self.open.first.saturating_add(self.open.ends.len() as u32);
        let page = std::mem::replace(&mut self.open, Page { first: next, ..Page::default() });
        self.pages.push((page.first, start));
        self.end = end;
        self.keep(self.pages.len() - 1, page);
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
            let mut bytes = Vec::new();
            scratch.seek(SeekFrom::Start(start))?;
            scratch.take(end - start).read_to_end(&mut bytes)?;
            self.keep(at, Page::decode(first, &bytes)?);
        }
        self.uses += 1;
        Ok(self.cached.get_mut(&at).and_then(|(used, page)| {
            *used = self.uses;
            page.get((number - page.first) as usize)
        }))
    }

    /// Keeps a page in memory in the place of those that were not used for longest.
    fn keep(&mut self, at: usize, page: Page) {
        self.cached_bytes += page.size();
        while self.cached_bytes > IN_MEMORY
            && let Some(oldest) = self.cached.iter().min_by_key(|(_, (used, _))| *used).map(|(at, _)| *at)
        {
            let gone = self.cached.remove(&oldest);
            self.cached_bytes -= gone.map_or(0, |(_, page)| page.size());
        }
        self.uses += 1;
        self.cached.insert(at, (self.uses, page));
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
                scratch.write_all(&page).unwrap();
                texts.written(start, start + page.len() as u64);
            }
        }
        assert!(scratch.get_ref().len() > 3 * IN_MEMORY && texts.pages.len() > 100);
        for number in (0..count).step_by(977).chain((0..count).rev().step_by(13)).chain([count - 1]) {
            let read = texts.get(number, &mut scratch).unwrap();
            assert_eq!(read, Some((text(number).as_str(), number % 7 == 0)));
            assert!(texts.cached_bytes <= IN_MEMORY);
            assert_eq!(texts.cached_bytes, texts.cached.values().map(|(_, page)| page.size()).sum::<usize>());
        }
        assert_eq!(texts.get(count, &mut scratch).unwrap(), None);
        assert_eq!(texts.get(u32::MAX, &mut scratch).unwrap(), None);
    }
}
