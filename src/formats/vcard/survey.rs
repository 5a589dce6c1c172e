//! One quick pass over a source before it is read: whether it may hold groups, and what its text is in where nothing
//! says so. Told once for the whole source, the same name is not read in one charset here and in another there.

use std::borrow::Cow;
use std::io::{self, Read};
use std::ops::Range;

use encoding_rs::Encoding;
use memchr::{memchr, memchr_iter, memchr2, memmem, memrchr2};

use super::decode;
use super::input::wide_of;
use super::unfold::{Physical, header};
use crate::formats::charset;

/// Bytes looked at together.
const BLOCK: usize = 256 * 1024;

/// The most that is kept of one block to be looked at with the next.
const CARRY: usize = 64 * 1024;

/// Bytes of lines that are enough to tell a charset by.
const EVIDENCE: usize = 64 * 1024;

/// Bytes looked at of one such line.
const LINE: usize = 4 * 1024;

/// Bytes of a line in which its header is looked for.
const HEADER: usize = 16 * 1024;

/// Bytes of UTF-8 that are enough to know the letters of a source by.
const LETTERS: usize = 1024 * 1024;

/// How far apart the name, the colon and the letters of a group's KIND may stand, with folds and in UTF-16.
const WORD: usize = 64;

/// What a pass over a source found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Survey {
    /// Whether there may be cards of groups (`KIND:group`, `X-ADDRESSBOOKSERVER-KIND:group`). Where it is false there is
    /// none, unless the word itself is in quoted-printable or base64.
    pub groups: bool,
    /// The charset of text that declares none and is not UTF-8; none where there is no such text.
    pub legacy: Option<&'static Encoding>,
    /// Whether there is text that is UTF-8 but for damaged bytes.
    pub damaged: bool,
}

/// Looks over a whole vCard source. Memory is constant.
///
/// # Errors
/// What the input says when it cannot be read.
pub fn survey(mut input: impl Read) -> io::Result<Survey> {
    let (mut scan, mut buffer, mut held) = (Scan::default(), vec![0; BLOCK], 0);
    loop {
        let filled = fill(&mut input, &mut buffer, held)?;
        let (ended, block) = (filled < buffer.len(), &buffer[..filled]);
        scan.wide = scan.wide || wide_of(block).is_some() && !scan.begun;
        scan.begun = true;
        let cut = scan.block(block, ended);
        if ended {
            return Ok(scan.end());
        }
        buffer.copy_within(cut.., 0);
        held = filled - cut;
    }
}

/// Fills the buffer behind what it holds; less than all of it only at the end of the input.
fn fill(input: &mut impl Read, buffer: &mut [u8], mut filled: usize) -> io::Result<usize> {
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// What has been found so far.
struct Scan {
    begun: bool,
    /// The source is UTF-16, which says what it is.
    wide: bool,
    groups: bool,
    /// Which bytes begin letters in what is UTF-8, and how much of that was looked at.
    leads: [bool; 256],
    looked: usize,
    /// Lines that are not UTF-8 and say no charset, unfolded, a line break behind each.
    evidence: Vec<u8>,
    /// Whether there were such lines that are damaged beyond doubt.
    damaged: bool,
}

impl Default for Scan {
    fn default() -> Self {
        let (leads, evidence) = ([false; 256], Vec::new());
        Self { begun: false, wide: false, groups: false, leads, looked: 0, evidence, damaged: false }
    }
}

impl Scan {
    /// Looks at a block and says where the next is to begin: at the last line, which the block may hold in part.
    fn block(&mut self, block: &[u8], ended: bool) -> usize {
        self.groups = self.groups || may_hold_group(block, self.wide);
        let cut = if ended { block.len() } else { last_line(block) };
        if !self.wide && self.evidence.len() < EVIDENCE {
            if !block[..cut].is_ascii() {
                self.text(&block[..cut]);
            }
            self.quoted(&block[..cut]);
        }
        cut
    }

    /// Text beyond ASCII: looks for lines that are not UTF-8.
    fn text(&mut self, block: &[u8]) {
        let mut at = 0;
        loop {
            let wrong = at + Encoding::utf8_valid_up_to(&block[at..]);
            if wrong == block.len() {
                break;
            }
            self.letters(&block[at..wrong]);
            let line = logical_line(block, at, wrong);
            self.line(&unfolded(&block[line.clone()]));
            at = line.end;
        }
        self.letters(&block[at..]);
    }

    /// Quoted-printable without a charset: text beyond ASCII in disguise. However often a line says the word, it is
    /// looked at once.
    fn quoted(&mut self, block: &[u8]) {
        let mut behind = 0;
        while let Some(found) = quoted_printable_word(block, behind) {
            let start = memrchr2(b'\n', b'\r', &block[behind..found]).map_or(behind, |before| behind + before + 1);
            let end = memchr2(b'\n', b'\r', &block[found..]).map_or(block.len(), |ending| found + ending);
            let line = &block[start..end.min(start + HEADER)];
            let head = header(line);
            behind = end;
            if head.len() < line.len() && found < start + head.len() && !declares_charset(head) {
                let first = start + head.len() + 1;
                let (value, length) = soft_lines(&block[first..]);
                self.value(&decode::quoted_printable(&value));
                behind = end.max(first + length);
            }
        }
    }

    fn line(&mut self, line: &[u8]) {
        let header = &line[..memchr(b':', line).unwrap_or(line.len())];
        if !declares_charset(header) && !decode::is_base64(header) {
            self.value(line);
        }
    }

    /// Text that says no charset.
    fn value(&mut self, text: &[u8]) {
        if charset::is_utf8(text, true) {
            self.letters(text);
        } else if charset::is_damaged_utf8(text) {
            self.damaged = true;
        } else if self.evidence.len() < EVIDENCE {
            self.evidence.extend_from_slice(&text[..text.len().min(LINE)]);
            self.evidence.push(b'\n');
        }
    }

    /// Takes note of the letters of UTF-8.
    fn letters(&mut self, text: &[u8]) {
        if self.looked < LETTERS && !text.is_ascii() {
            self.looked += text.len();
            // Most of it is ASCII all the same.
            let (blocks, rest) = text.as_chunks::<16>();
            let blocks = blocks.iter().filter(|block| !block.is_ascii()).flatten();
            let leads = blocks.chain(rest).filter(|byte| **byte >= 0xc2);
            leads.for_each(|byte| self.leads[usize::from(*byte)] = true);
        }
    }

    fn end(self) -> Survey {
        let lines = self.evidence.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let (damaged, foreign): (Vec<&[u8]>, Vec<&[u8]>) = lines.partition(|line| self.is_damaged(line));
        let legacy = (!foreign.is_empty()).then(|| charset::guess(&foreign.join(&b'\n')));
        Survey { groups: self.groups, legacy, damaged: self.damaged || !damaged.is_empty() }
    }

    /// Whether a line is UTF-8 of which something was cut off: what is wrong in it begins like letters that the source
    /// has elsewhere whole.
    fn is_damaged(&self, line: &[u8]) -> bool {
        let cut = |wrong: &[u8]| wrong.first().is_none_or(|lead| self.leads[usize::from(*lead)]);
        line.utf8_chunks().all(|chunk| cut(chunk.invalid()))
    }
}

/// Where the last line begins that no continuation follows. Lines that are too long to keep are cut anywhere.
fn last_line(block: &[u8]) -> usize {
    let first = block.len().saturating_sub(CARRY);
    let (mut to, is_ascii) = (block.len(), block[first..].is_ascii());
    while let Some(end) = memrchr2(b'\n', b'\r', &block[first..to]) {
        let next = first + end + 1;
        if !matches!(block.get(next), None | Some(b' ' | b'\t' | b'\n')) {
            return next;
        }
        to = first + end;
        // Where all is ASCII nothing needs a whole line; only the word that makes a group must not fall in two.
        if is_ascii {
            return next.min(block.len() - 2 * WORD);
        }
    }
    first.max(1)
}

/// The line around a byte with its continuation lines, not reaching back beyond `from`.
fn logical_line(block: &[u8], from: usize, at: usize) -> Range<usize> {
    let is_continued = |next: usize| matches!(block.get(next), Some(b' ' | b'\t'));
    let mut start = at;
    loop {
        start = memrchr2(b'\n', b'\r', &block[from..start]).map_or(from, |before| from + before + 1);
        if start <= from || !is_continued(start) || at - start > LINE {
            break;
        }
        start = if block[..start].ends_with(b"\r\n") { start - 2 } else { start - 1 };
    }
    let mut end = at;
    loop {
        end = memchr2(b'\n', b'\r', &block[end..]).map_or(block.len(), |ending| end + ending + 1);
        if block[..end].ends_with(b"\r") && block.get(end) == Some(&b'\n') {
            end += 1;
        }
        if !is_continued(end) || end - at > LINE {
            return start..end;
        }
    }
}

/// A line without its folds; the first [`LINE`] bytes of it, and a little more.
fn unfolded(line: &[u8]) -> Cow<'_, [u8]> {
    let line = line.trim_ascii_end();
    if memchr2(b'\n', b'\r', line).is_none() {
        return Cow::Borrowed(line);
    }
    let mut whole = Vec::new();
    for part in line.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|part| !part.is_empty()) {
        whole.extend_from_slice(if whole.is_empty() { part } else { &part[1..] });
    }
    Cow::Owned(whole)
}

/// Where the name of the encoding stands next, in any case. The hyphen in it is rarer than any of its letters, and
/// base64 has none.
fn quoted_printable_word(block: &[u8], from: usize) -> Option<usize> {
    let (before, after) = (b"QUOTED", b"PRINTABLE");
    let is_word = |hyphen: &usize| {
        block[from..*hyphen].last_chunk().is_some_and(|word: &[u8; 6]| word.eq_ignore_ascii_case(before))
            && block[hyphen + 1..].first_chunk().is_some_and(|word: &[u8; 9]| word.eq_ignore_ascii_case(after))
    };
    memchr_iter(b'-', &block[from..]).map(|at| from + at).find(is_word).map(|hyphen| hyphen - before.len())
}

/// A quoted-printable value with its soft breaks undone, up to [`LINE`] bytes, and how many bytes that took.
fn soft_lines(text: &[u8]) -> (Vec<u8>, usize) {
    let (mut value, text) = (Vec::new(), &text[..text.len().min(LINE)]);
    let mut lines = Physical(text);
    for line in lines.by_ref() {
        let line = line.trim_ascii_end();
        let part = line.strip_suffix(b"=");
        value.extend_from_slice(part.unwrap_or(line));
        if part.is_none() {
            break;
        }
    }
    (value, text.len() - lines.0.len())
}

fn declares_charset(header: &[u8]) -> bool {
    header.windows(8).any(|window| window.eq_ignore_ascii_case(b"CHARSET="))
}

/// How the word behind a KIND may begin, folded or not, and in UTF-16. A colon alone stands in every line.
const NARROW: [&[u8]; 6] = [b":g", b":G", b": ", b":\t", b":\r", b":\n"];
const WIDE: [&[u8]; 1] = [b":\0"];

/// Whether a card's KIND may be a group: the word behind a colon, in any case, folded or in UTF-16.
pub(super) fn may_hold_group(block: &[u8], wide: bool) -> bool {
    let beginnings: &[&[u8]] = if wide { &WIDE } else { &NARROW };
    beginnings.iter().any(|beginning| {
        memmem::find_iter(block, beginning).any(|colon| {
            spells(block[colon + 1..].iter(), b"GROUP")
                && block[..colon].iter().rev().take(WORD).any(|byte| byte.eq_ignore_ascii_case(&b'K'))
        })
    })
}

/// Whether the bytes spell a word, whatever blanks, line breaks and NULs stand between.
fn spells<'a>(bytes: impl Iterator<Item = &'a u8>, word: &[u8]) -> bool {
    let mut letters = bytes.take(WORD).filter(|byte| !matches!(byte, 0 | b' ' | b'\t' | b'\r' | b'\n'));
    word.iter().all(|wanted| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(wanted)))
}

#[cfg(test)]
mod tests;
