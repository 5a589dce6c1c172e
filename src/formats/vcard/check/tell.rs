//! Where findings go, and what they are.

use std::fmt::Write as _;

use super::Code;
use super::rule::Rule;
use crate::formats::Position;
use crate::formats::vcard::Survey;

/// Characters of a value that a finding shows at most.
const EXCERPT: usize = 32;

/// One thing that is wrong or unusual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule is broken.
    pub code: Code,
    /// The record that it is in: its file, its number, where it begins.
    pub position: Position,
    /// The line of the source that it is on, from 1.
    pub line: u64,
    /// What exactly: the property, and a short excerpt where that helps; empty when the rule's title says all.
    pub detail: String,
}

impl Finding {
    /// The rule that is broken.
    pub fn rule(&self) -> &'static Rule {
        self.code.rule()
    }

    /// What is wrong: the rule's title and the detail.
    pub fn what(&self) -> String {
        let title = self.rule().title;
        if self.detail.is_empty() { title.to_owned() } else { format!("{title}: {}", self.detail) }
    }
}

/// Takes findings while one record is looked at.
pub(super) struct Tell<'a> {
    sink: &'a mut dyn FnMut(Finding),
    position: Position,
    /// The line that is being looked at.
    line: u64,
    /// Whether the line has been found wrong in any way since it began.
    faulty: bool,
    /// What a look over the whole source found.
    survey: Survey,
}

impl<'a> Tell<'a> {
    pub(super) fn new(sink: &'a mut dyn FnMut(Finding), position: Position) -> Self {
        let line = position.line;
        Self { sink, position, line, faulty: false, survey: Survey::default() }
    }

    /// For a source that was looked over.
    pub(super) fn surveyed(self, survey: Survey) -> Self {
        Self { survey, ..self }
    }

    pub(super) fn survey(&self) -> Survey {
        self.survey
    }

    /// Begins a line.
    pub(super) fn begin(&mut self, line: u64) {
        (self.line, self.faulty) = (line, false);
    }

    /// Whether anything has been found wrong with the line.
    pub(super) fn is_faulty(&self) -> bool {
        self.faulty
    }

    pub(super) fn position(&self) -> &Position {
        &self.position
    }

    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Something on the line that is being looked at.
    pub(super) fn say(&mut self, code: Code, detail: impl Into<String>) {
        // These two are worth knowing, and nothing is wrong with the line.
        self.faulty |= !matches!(code, Code::PhotoLink | Code::TypeUnknown);
        self.at(self.line, code, detail);
    }

    /// Something about the record as a whole.
    pub(super) fn say_first(&mut self, code: Code, detail: impl Into<String>) {
        self.at(self.position.line, code, detail);
    }

    /// Something on another line, which does not count for the one that is being looked at.
    pub(super) fn at(&mut self, line: u64, code: Code, detail: impl Into<String>) {
        (self.sink)(Finding { code, position: self.position.clone(), line, detail: detail.into() });
    }
}

/// The beginning of a value in quotation marks: enough to find it, not enough to tell whose it is.
pub(super) fn excerpt(text: &str) -> String {
    let mut shown = String::from("“");
    for letter in text.chars().take(EXCERPT) {
        if letter.is_control() {
            // Writing to a string does not fail.
            let _ = write!(shown, "\\x{:02x}", u32::from(letter));
        } else {
            shown.push(letter);
        }
    }
    shown.push_str(if text.chars().nth(EXCERPT).is_some() { "…”" } else { "”" });
    shown
}

/// The beginning of bytes as far as they are text.
pub(super) fn excerpt_of(bytes: &[u8]) -> String {
    excerpt(&String::from_utf8_lossy(&bytes[..bytes.len().min(EXCERPT * 4)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_short_and_harmless() {
        assert_eq!(excerpt("a\tb\u{1b}"), "“a\\x09b\\x1b”");
        assert_eq!(excerpt(&"x".repeat(40)), format!("“{}…”", "x".repeat(32)));
        assert_eq!(excerpt_of(b"J\xfcrgen"), "“J\u{fffd}rgen”");
    }
}
