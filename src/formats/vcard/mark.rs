//! The lines that begin and end cards.

use memchr::memchr2;

/// What a line means for the framing.
#[derive(PartialEq, Eq)]
pub(super) enum Mark {
    Begin,
    End,
    Other,
}

/// Bytes that mean nothing between cards: blanks, NULs, the DOS end-of-file mark, a byte order mark's.
pub(super) fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, 0 | 0x1a | 0xef | 0xbb | 0xbf)
}

/// What a line is.
pub(super) fn mark(line: &[u8]) -> Mark {
    let line = match line.first() {
        Some(b'B' | b'b' | b'E' | b'e') => line,
        Some(0 | 0x1a | 0xef | b'\x0c') => {
            let junk = line.iter().take_while(|byte| is_blank(**byte)).count();
            &line[junk..]
        }
        _ => return Mark::Other,
    };
    let says = |word: &[u8]| {
        let Some((head, rest)) = line.split_at_checked(word.len()) else { return false };
        let Some(value) = rest.trim_ascii_start().strip_prefix(b":") else { return false };
        head.eq_ignore_ascii_case(word) && is_vcard(value)
    };
    if says(b"BEGIN") {
        Mark::Begin
    } else if says(b"END") {
        Mark::End
    } else {
        Mark::Other
    }
}

/// Where the next card begins on the line that ends one: files were joined of which the first has no last line break.
pub(super) fn end_before_begin(line: &[u8]) -> Option<usize> {
    if !matches!(line.first(), Some(b'E' | b'e')) {
        return None;
    }
    let begin = memchr2(b'B', b'b', &line[..line.len().min(64)])?;
    (mark(&line[..begin]) == Mark::End && mark(&line[begin..]) == Mark::Begin).then_some(begin)
}

fn is_vcard(value: &[u8]) -> bool {
    let length = value.iter().rposition(|byte| !is_blank(*byte)).map_or(0, |last| last + 1);
    value[..length].trim_ascii_start().eq_ignore_ascii_case(b"VCARD")
}

/// Whether a line is a BEGIN or an END of a card.
pub(super) fn is_begin(line: &[u8]) -> bool {
    mark(line) == Mark::Begin
}

/// Whether a line is an END of a card.
pub(super) fn is_end(line: &[u8]) -> bool {
    mark(line) == Mark::End
}

/// Whether a line is an AGENT property without a value: its card follows on the next lines (vCard 2.1).
pub(super) fn announces_card(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let Some(head) = line.strip_suffix(b":") else { return false };
    let name = head.split(|byte| *byte == b';').next().unwrap_or_default();
    let name = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    name.eq_ignore_ascii_case(b"AGENT")
}

/// Whether a text is one card, cards within it ended too: anything else would open or end cards around it.
pub(super) fn is_card(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.is_empty());
    let mut depth = usize::from(lines.next().is_some_and(|begin| is_begin(begin.as_bytes())));
    while let Some(line) = lines.next().filter(|_| depth > 0) {
        depth += usize::from(is_begin(line.as_bytes()));
        depth -= usize::from(is_end(line.as_bytes()));
        if depth == 0 {
            return lines.next().is_none();
        }
    }
    false
}
