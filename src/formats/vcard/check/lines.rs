//! Physical lines with their ends and numbers.

use memchr::memchr2;

use super::Code;
use super::tell::Tell;

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    CrLf,
    Lf,
    Cr,
    /// CR CR LF, of files that were converted twice.
    Twice,
    /// The last line may have none.
    Missing,
}

/// One physical line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) text: &'a [u8],
    pub(super) ending: Ending,
    /// Its number in the source, from 1.
    pub(super) number: u64,
    /// Whether the next line begins with a blank.
    pub(super) goes_on: bool,
}

/// The lines of a card, cut as the framing cuts them.
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    number: u64,
}

impl<'a> Lines<'a> {
    /// The lines of a text that begins at this line of its source.
    pub(super) fn new(text: &'a [u8], first: u64) -> Self {
        Self { rest: text, number: first }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let end = memchr2(b'\n', b'\r', self.rest).unwrap_or(self.rest.len());
        let (text, tail) = self.rest.split_at(end);
        let (ending, length) = match tail {
            [b'\r', b'\r', b'\n', ..] => (Ending::Twice, 3),
            [b'\r', b'\n', ..] => (Ending::CrLf, 2),
            [b'\r', ..] => (Ending::Cr, 1),
            [_, ..] => (Ending::Lf, 1),
            [] => (Ending::Missing, 0),
        };
        self.rest = &tail[length..];
        let number = self.number;
        self.number += 1;
        Some(Line { text, ending, number, goes_on: matches!(self.rest.first(), Some(b' ' | b'\t')) })
    }
}

/// What has been seen of a source's line ends; each kind is told once a source.
#[derive(Debug, Default)]
pub(super) struct Endings {
    first: Option<Ending>,
    told: Vec<Code>,
}

impl Endings {
    /// Looks at a line's end.
    pub(super) fn look(&mut self, line: &Line<'_>, tell: &mut Tell<'_>) {
        let code = match line.ending {
            Ending::CrLf => None,
            Ending::Lf => Some(Code::LineEndLf),
            Ending::Cr => Some(Code::LineEndCr),
            Ending::Twice => Some(Code::LineEndTwice),
            Ending::Missing => return tell.at(line.number, Code::LineEndLast, ""),
        };
        let first = *self.first.get_or_insert(line.ending);
        if first != line.ending {
            self.once(Code::LineEndMixed, line.number, tell);
        }
        if let Some(code) = code {
            self.once(code, line.number, tell);
        }
    }

    fn once(&mut self, code: Code, line: u64, tell: &mut Tell<'_>) {
        if !self.told.contains(&code) {
            self.told.push(code);
            tell.at(line, code, "");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_ends_and_numbers() {
        let lines: Vec<_> = Lines::new(b"a\r\n b\nc\r\r\r\nd", 7).collect();
        let shown: Vec<_> = lines.iter().map(|line| (line.text, line.ending, line.number, line.goes_on)).collect();
        // CR CR LF is one end; a CR before it is an end of its own.
        let wanted: [(&[u8], _, _, _); 5] = [
            (b"a", Ending::CrLf, 7, true),
            (b" b", Ending::Lf, 8, false),
            (b"c", Ending::Cr, 9, false),
            (b"", Ending::Twice, 10, false),
            (b"d", Ending::Missing, 11, false),
        ];
        assert_eq!(shown, wanted);
    }
}
