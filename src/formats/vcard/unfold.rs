//! A card's logical lines: folds undone, quoted-printable soft breaks joined, and what producers break wrongly mended.

use std::ops::Range;

use memchr::{memchr, memchr2};
use simdutf8::basic::from_utf8;

use super::Version;
use super::decode::{is_base64, is_quoted_printable, is_wide, may_declare};
use super::mark::{Mark, mark};

/// What is kept of the buffer from one card to the next.
const KEPT: usize = 1024 * 1024;

/// Bytes of a header that is folded, and blanks behind a soft break, that are looked at: a card may have hundreds of
/// thousands of lines, and none may cost a look at all before it.
const HEADER: usize = 16 * 1024;
const BLANKS: usize = 1024;

/// A logical line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Logical<'a> {
    pub(super) bytes: &'a [u8],
    /// The same where its card is all UTF-8 without a NUL; else the character set is to be found.
    pub(super) text: Option<&'a str>,
    /// The length of its header; that of the line where there is no colon.
    pub(super) header: usize,
}

/// Where a logical line stands.
struct Place {
    range: Range<usize>,
    header: usize,
}

/// The logical lines of one card, in one buffer that is used again for the next card.
#[derive(Default)]
pub(super) struct Unfolded {
    text: Vec<u8>,
    /// Whether a NUL is in it.
    has_nul: bool,
    lines: Vec<Place>,
    /// Lines that belong to no property.
    pub(super) strays: Vec<Vec<u8>>,
    /// The length of the physical line read last.
    previous: usize,
    /// The current line is an AGENT whose card was folded in line by line.
    card_folded: bool,
    /// What the current line's header declares, as far as it has come.
    quoted: bool,
    base64: bool,
    /// Whether the colon that ends the header has come, and where it is when that is certain.
    whole_header: bool,
    colon: Option<usize>,
}

impl Unfolded {
    /// Takes the lines of a card between its BEGIN and its END.
    pub(super) fn take(&mut self, raw: &[u8], version: Version) {
        self.text.clear();
        self.text.shrink_to(raw.len().max(KEPT));
        self.lines.clear();
        self.strays.clear();
        self.previous = 0;
        let cleaned: Vec<u8>;
        self.has_nul = memchr(0, raw).is_some();
        let raw = if self.has_nul {
            cleaned = without_nuls(raw);
            &cleaned
        } else {
            raw
        };
        let mut depth = 0_u32;
        let mut lines = Physical(raw);
        while let Some(line) = lines.next() {
            let goes_on = matches!(lines.0.first(), Some(b' ' | b'\t'));
            let mark = mark(line);
            let (begins, ends) = (mark == Mark::Begin, mark == Mark::End);
            depth += u32::from(begins);
            if depth > 1 {
                self.nested(line);
            } else if !begins && !ends {
                self.physical(line, goes_on, version);
            }
            depth = depth.saturating_sub(u32::from(ends));
        }
        self.close();
        if from_utf8(&self.text).is_err() {
            self.mend_headers();
        }
    }

    /// The logical lines, without BEGIN and END; an AGENT's nested card stands in its value with line feeds.
    pub(super) fn lines(&self) -> impl Iterator<Item = Logical<'_>> {
        // Looked at once for the whole card, and not again for each of its values.
        let text = if self.has_nul { None } else { from_utf8(&self.text).ok() };
        self.lines.iter().map(move |Place { range, header }| {
            let (bytes, text) = (&self.text[range.clone()], text.and_then(|text| text.get(range.clone())));
            Logical { bytes, text, header: *header }
        })
    }

    /// How many logical lines there are.
    pub(super) fn count(&self) -> usize {
        self.lines.len()
    }

    /// How many bytes they have together.
    pub(super) fn size(&self) -> usize {
        self.text.len()
    }

    fn physical(&mut self, line: &[u8], goes_on: bool, version: Version) {
        let open = !self.lines.is_empty();
        let Some(&first) = line.first() else {
            // An empty line ends a value, one with a soft break too.
            let _ended = open && self.awaits_soft_break();
            return;
        };
        if open && self.awaits_soft_break() {
            self.text.extend_from_slice(line);
        } else if open && matches!(first, b' ' | b'\t') && self.card_folded {
            self.text.push(b'\n');
            self.text.extend_from_slice(&line[1..]);
        } else if open && matches!(first, b' ' | b'\t') {
            self.text.extend_from_slice(if self.keeps_blank(version) { line } else { &line[1..] });
            if !self.whole_header {
                self.look_at_header();
            }
        } else if begins_property(line, goes_on) {
            self.close();
            self.card_folded = line.last_chunk::<12>().is_some_and(|end| end.eq_ignore_ascii_case(b":BEGIN:VCARD"));
            let start = self.text.len();
            self.text.extend_from_slice(line);
            self.lines.push(Place { range: start..start, header: 0 });
            self.look_at_header();
        } else {
            self.broken(line);
        }
        self.previous = line.len();
    }

    /// A line that cannot begin a property: the rest of one that was broken without a fold.
    fn broken(&mut self, line: &[u8]) {
        if self.lines.is_empty() {
            self.strays.push(line.to_vec());
        } else if self.base64 {
            let fits = line.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/= \t".contains(byte));
            if fits {
                self.text.extend_from_slice(line);
            } else {
                self.strays.push(line.to_vec());
            }
        } else {
            self.text.push(b'\n');
            self.text.extend_from_slice(line);
        }
    }

    fn nested(&mut self, line: &[u8]) {
        if !self.current().ends_with(b":") {
            self.text.push(b'\n');
        }
        self.text.extend_from_slice(line);
    }

    /// In vCard 2.1 the blank of a fold is text, yet many fold in the later way. Those fold at a fixed width.
    fn keeps_blank(&self, version: Version) -> bool {
        version == Version::V2_1 && !(72..=77).contains(&self.previous)
    }

    /// Finds where the current line's header ends, and its transfer encoding.
    fn look_at_header(&mut self) {
        let line = self.current();
        let name = name_length(line);
        if line.get(name) == Some(&b':') {
            (self.quoted, self.base64, self.whole_header, self.colon) = (false, false, true, Some(name));
            return;
        }
        let colon = colon(line);
        let head = colon.map_or_else(|| header(line), |colon| &line[..colon]);
        let whole = head.len() < line.len() || head.len() > HEADER;
        let said = may_declare(head).then(|| (is_quoted_printable(head), is_base64(head)));
        (self.quoted, self.base64) = said.unwrap_or_default();
        (self.whole_header, self.colon) = (whole, colon);
    }

    /// Takes the `=` of a soft break away, if the current line ends with one.
    fn awaits_soft_break(&mut self) -> bool {
        if !self.quoted {
            return false;
        }
        let line = self.current();
        let tail = &line[line.len().saturating_sub(BLANKS)..];
        let trimmed = tail.trim_ascii_end();
        if !trimmed.ends_with(b"=") {
            return false;
        }
        let keep = self.text.len() - (tail.len() - trimmed.len()) - 1;
        self.text.truncate(keep);
        true
    }

    /// The logical line being collected.
    fn current(&self) -> &[u8] {
        self.lines.last().map_or(&[], |line| &self.text[line.range.start..])
    }

    /// Ends the line being collected.
    fn close(&mut self) {
        let end = self.text.len();
        if let Some(Place { range, header: length }) = self.lines.last_mut() {
            range.end = end;
            *length = self.colon.unwrap_or_else(|| header(&self.text[range.clone()]).len());
        }
    }

    /// Makes names and parameters that are not UTF-8 so; the values stay as they are, for their charset to be found.
    fn mend_headers(&mut self) {
        for Place { range, header } in &mut self.lines {
            let value_at = range.start + *header;
            let head = &self.text[range.start..value_at];
            if from_utf8(head).is_err() {
                let mut mended = String::from_utf8_lossy(head).into_owned().into_bytes();
                *header = mended.len();
                mended.extend_from_slice(&self.text[value_at..range.end]);
                *range = self.text.len()..self.text.len() + mended.len();
                self.text.append(&mut mended);
            }
        }
    }
}

/// A card without its NULs, which mean nothing but in a value that says it is UTF-16.
fn without_nuls(raw: &[u8]) -> Vec<u8> {
    let mut cleaned = Vec::with_capacity(raw.len());
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let wide = memchr(0, line).is_some() && is_wide(header(line));
        cleaned.extend(line.iter().copied().filter(|byte| wide || *byte != 0));
    }
    cleaned
}

/// The part of a logical line before the colon that ends its parameters; all of it when there is none.
pub(super) fn header(line: &[u8]) -> &[u8] {
    // Unbalanced quotes: the first colon will do.
    colon(line).or_else(|| memchr(b':', line)).map_or(line, |colon| &line[..colon])
}

/// The first colon that stands in no quotes; none either where there are quotes that do not end.
fn colon(line: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + memchr2(b':', b'"', &line[from..])?;
        if line[at] == b':' {
            return Some(at);
        }
        from = at + 1 + memchr(b'"', &line[at + 1..])? + 1;
    }
}

/// The length of the group and name at the beginning of a line. They are short: a plain loop is quickest.
fn name_length(line: &[u8]) -> usize {
    line.iter().position(|byte| !NAME[usize::from(*byte)]).unwrap_or(line.len())
}

/// The bytes of groups and names.
const NAME: &[bool; 256] = &{
    let (mut table, mut byte) = ([false; 256], 0_u8);
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
        byte += 1;
    }
    table
};

/// Whether a line begins with `group.NAME:` or `group.NAME;…:`; the colon may stand on a line that goes on from it.
pub(super) fn begins_property(line: &[u8], goes_on: bool) -> bool {
    let end = name_length(line);
    end > 0
        && match line.get(end) {
            Some(b':') => true,
            Some(b';') => goes_on || memchr(b':', &line[end..]).is_some(),
            Some(_) => false,
            None => goes_on,
        }
}

/// The lines of a text that ends its lines with LF, CR LF, CR or CR CR LF.
pub(super) struct Physical<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Physical<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let end = memchr2(b'\n', b'\r', self.0).unwrap_or(self.0.len());
        let (line, tail) = self.0.split_at(end);
        let ending = match tail {
            [b'\r', b'\r', b'\n', ..] => 3,
            [b'\r', b'\n', ..] => 2,
            [] => 0,
            _ => 1,
        };
        self.0 = &tail[ending..];
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::Version::V3_0;
    use super::*;

    fn lines(text: &str, version: Version) -> Vec<String> {
        let mut unfolded = Unfolded::default();
        unfolded.take(format!("BEGIN:VCARD\n{text}\nEND:VCARD\n").as_bytes(), version);
        unfolded.lines().map(|line| String::from_utf8_lossy(line.bytes).into_owned()).collect()
    }

    #[test]
    fn folds_and_breaks_are_undone() {
        use Version::*;
        let long = "NOTE:".to_owned() + &"x".repeat(70);
        let cases: &[(&str, Version, &[&str])] = &[
            ("FN:Ada\r\n  Byron", V3_0, &["FN:Ada Byron"]),
            ("FN:Ada\r\n\tByron", V3_0, &["FN:AdaByron"]),
            ("FN:Ada\r\n Byron", V2_1, &["FN:Ada Byron"]),
            (&format!("{long}\n yy"), V2_1, &[&format!("{long}yy")]),
            ("NOTE;QUOTED-PRINTABLE:a=\n  b=\nc\nFN:d", V2_1, &["NOTE;QUOTED-PRINTABLE:a  bc", "FN:d"]),
            ("NOTE:a=\nFN:d", V2_1, &["NOTE:a=", "FN:d"]),
            ("NOTE:first\nsecond at 10:30\nFN:d", V3_0, &["NOTE:first\nsecond at 10:30", "FN:d"]),
            ("KEY;ENCODING=BASE64:AAAA\nBBBB\n\nFN:d", V2_1, &["KEY;ENCODING=BASE64:AAAABBBB", "FN:d"]),
            ("AGENT:\nBEGIN:VCARD\nFN:b\nEND:VCARD\nFN:a", V2_1, &["AGENT:BEGIN:VCARD\nFN:b\nEND:VCARD", "FN:a"]),
            ("AGENT:BEGIN:VCARD\n FN:b\n END:VCARD\nFN:a", V3_0, &["AGENT:BEGIN:VCARD\nFN:b\nEND:VCARD", "FN:a"]),
            ("ADR;LABEL=\"a\n b\":c", V4_0, &["ADR;LABEL=\"ab\":c"]),
            ("A;B=\"x:y\":z", V4_0, &["A;B=\"x:y\":z"]),
        ];
        for (text, version, wanted) in cases {
            assert_eq!(lines(text, *version), *wanted, "{text:?}");
        }
    }

    #[test]
    fn no_line_costs_a_look_at_all_before_it() {
        // Each of these takes minutes when it does.
        let (blanks, header) = (" ".repeat(73) + "\n", "x".repeat(4 << 20));
        let folded = "NOTE:a\n".to_owned() + &blanks.repeat(200_000);
        let soft = "NOTE;QUOTED-PRINTABLE:a\n".to_owned() + &blanks.repeat(200_000);
        let broken = format!("NOTE;X-A={header}:a\n") + &"b\n".repeat(200_000);
        for text in [folded, soft, broken] {
            let lines = lines(&text, V3_0);
            assert_eq!((lines.len(), lines[0].len() > 400_000), (1, true));
        }
    }

    #[test]
    fn a_header_may_be_folded_before_it_says_its_encoding() {
        let text = "NOTE;CHARSET=UTF-8;\n ENCODING=QUOTED-PRINTABLE:a=\nb";
        assert_eq!(lines(text, V3_0), ["NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:ab"]);
        assert_eq!(lines("KEY;\n ENCODING=b:QUJD\nQUJD", V3_0), ["KEY;ENCODING=b:QUJDQUJD"]);
    }

    #[test]
    fn a_fold_may_split_a_character() {
        let mut unfolded = Unfolded::default();
        unfolded.take(b"BEGIN:VCARD\r\nFN:Zo\xc3\r\n \xab\r\nEND:VCARD\r\n", Version::V3_0);
        assert_eq!(unfolded.lines().map(|line| line.text).collect::<Vec<_>>(), [Some("FN:Zoë")]);
    }

    #[test]
    fn a_header_that_is_no_text_is_made_one_and_the_value_left() {
        let mut unfolded = Unfolded::default();
        unfolded.take(b"BEGIN:VCARD\nX;A=\xfc:\xe9\nFN:\xe9\nEND:VCARD\n", Version::V3_0);
        let wanted = ["X;A=\u{fffd}:".as_bytes(), b"FN:"].map(|head| [head, b"\xe9"].concat());
        assert_eq!(unfolded.lines().map(|line| line.bytes).collect::<Vec<_>>(), wanted);
        assert!(unfolded.lines().all(|line| line.bytes[line.header] == b':'));
    }

    #[test]
    fn text_before_the_first_property_is_a_stray() {
        let mut unfolded = Unfolded::default();
        unfolded.take(b"BEGIN:VCARD\nwhat is this\nFN:a\nEND:VCARD\n", Version::V3_0);
        assert_eq!(unfolded.strays, [b"what is this".to_vec()]);
        assert_eq!(unfolded.lines().count(), 1);
    }
}
