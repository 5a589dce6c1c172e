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

/// The lines at the beginning of a text that by their first byte are no mark, and by their last announce no card: how
/// many bytes and lines they are. Most lines of a card are such.
pub(super) fn plain_lines(text: &[u8]) -> (usize, u64) {
    let (mut at, mut lines) = (0, 0);
    while text.get(at).is_some_and(|first| !may_be_mark(*first))
        && let Some(length) = memchr2(b'\n', b'\r', &text[at..])
    {
        let (line, ending) = text[at..].split_at(length);
        let ending = match ending {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => break,
        };
        if line.last().is_none_or(|last| *last == b':' || last.is_ascii_whitespace()) {
            break;
        }
        (at, lines) = (at + length + ending, lines + 1);
    }
    (at, lines)
}

/// Whether a line that begins with this byte may be a mark: with its first letter, or with what may stand before it.
fn may_be_mark(first: u8) -> bool {
    matches!(first, b'B' | b'b' | b'E' | b'e' | 0 | 0x1a | 0xef | b'\x0c')
}

/// What a line is.
pub(super) fn mark(line: &[u8]) -> Mark {
    if line.first().is_some_and(|first| may_be_mark(*first)) { mark_of(line) } else { Mark::Other }
}

fn mark_of(line: &[u8]) -> Mark {
    let line = &line[line.iter().take_while(|byte| is_blank(**byte)).count()..];
    let says = |word: &[u8]| {
        let Some((head, rest)) = line.split_at_checked(word.len()) else { return false };
        head.eq_ignore_ascii_case(word) && rest.trim_ascii_start().strip_prefix(b":").is_some_and(is_vcard)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_lines_end_where_one_may_mean_something() {
        for (text, wanted) in [
            ("FN:a\r\nTEL:1\r\nEND:VCARD\r\n", (13, 2)),
            ("FN:a\n b\n\nTEL:1\n", (8, 2)),
            ("TEL:1\nAGENT:\nBEGIN:VCARD\n", (6, 1)),
            ("TEL:1\nAGENT: \n", (6, 1)),
            ("TEL:1\nFN:a\rTEL:2\n", (6, 1)),
            ("TEL:1\n\x1aEND:VCARD\n", (6, 1)),
            ("TEL:1\nFN:a", (6, 1)),
            ("TEL:1\r\nFN:a\r", (7, 1)),
            ("", (0, 0)),
        ] {
            assert_eq!(plain_lines(text.as_bytes()), wanted, "{text:?}");
        }
    }
}
