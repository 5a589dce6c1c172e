//! The words that say what a value is for: TYPE values and Apple's built-in labels, both ways.

use std::sync::LazyLock;

use super::Version;
use super::index::Index;
use crate::model::{Kind, Line};

/// What a TYPE word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Whose it is.
    Kind(Kind),
    /// What is at the end of a telephone number.
    Line(Line),
    /// Both at once.
    Both(Kind, Line),
    /// It is the preferred one (vCard 2.1 and 3.0).
    Preferred,
}

/// TYPE words and the labels that Apple wraps as `_$!<…>!$_`, in any case. The first word of a line is the one written.
const WORDS: &[(&str, Word)] = &[
    ("HOME", Word::Kind(Kind::Home)),
    ("WORK", Word::Kind(Kind::Business)),
    ("OTHER", Word::Kind(Kind::Other)),
    ("PREF", Word::Preferred),
    ("VOICE", Word::Line(Line::Voice)),
    ("CELL", Word::Line(Line::Mobile)),
    ("MOBILE", Word::Line(Line::Mobile)),
    ("FAX", Word::Line(Line::Fax)),
    ("PAGER", Word::Line(Line::Pager)),
    ("CAR", Word::Line(Line::Car)),
    ("RADIO", Word::Line(Line::Radio)),
    ("CALLBACK", Word::Line(Line::Callback)),
    ("COMPANY", Word::Line(Line::CompanyMain)),
    ("MAIN", Word::Line(Line::Primary)),
    ("ASSISTANT", Word::Line(Line::Assistant)),
    ("ISDN", Word::Line(Line::Isdn)),
    ("TLX", Word::Line(Line::Telex)),
    ("TELEX", Word::Line(Line::Telex)),
    ("TEXTPHONE", Word::Line(Line::Tty)),
    ("TTYTDD", Word::Line(Line::Tty)),
    ("TTY-TDD", Word::Line(Line::Tty)),
    ("VIDEO", Word::Line(Line::Video)),
    ("X-EVOLUTION-CALLBACK", Word::Line(Line::Callback)),
    ("X-EVOLUTION-RADIO", Word::Line(Line::Radio)),
    ("X-EVOLUTION-TELEX", Word::Line(Line::Telex)),
    ("X-EVOLUTION-TTYTDD", Word::Line(Line::Tty)),
    ("X-EVOLUTION-ASSISTANT", Word::Line(Line::Assistant)),
    ("X-EVOLUTION-COMPANY", Word::Line(Line::CompanyMain)),
    ("HOMEFAX", Word::Both(Kind::Home, Line::Fax)),
    ("WORKFAX", Word::Both(Kind::Business, Line::Fax)),
    ("OTHERFAX", Word::Both(Kind::Other, Line::Fax)),
];

static MEANINGS: LazyLock<Index<Word>> = LazyLock::new(|| Index::new(WORDS.iter().copied()));

/// The meaning of a word, in any case.
pub(super) fn meaning(word: &str) -> Option<Word> {
    MEANINGS.get(word)
}

/// The TYPE word of a kind; upper case for 2.1 and 3.0, lower case for 4.0.
pub(super) fn kind_word(kind: Kind, version: Version) -> &'static str {
    match (kind, version) {
        (Kind::Home, Version::V4_0) => "home",
        (Kind::Business, Version::V4_0) => "work",
        (Kind::Other, Version::V4_0) => "other",
        (Kind::Home, _) => "HOME",
        (Kind::Business, _) => "WORK",
        (Kind::Other, _) => "OTHER",
    }
}

/// The TYPE word of a line in 2.1 and 3.0; 4.0 has it in lower case. VOICE is 4.0's default, the others want it said.
pub(super) fn line_word(line: Line, version: Version) -> &'static str {
    let words = match line {
        Line::Voice => ("VOICE", ""),
        Line::Mobile => ("CELL", "cell"),
        Line::Fax => ("FAX", "fax"),
        Line::Pager => ("PAGER", "pager"),
        Line::Car => ("CAR", "car"),
        Line::Radio => ("RADIO", "radio"),
        Line::Callback => ("CALLBACK", "callback"),
        Line::CompanyMain => ("COMPANY", "company"),
        Line::Primary => ("MAIN", "main"),
        Line::Assistant => ("ASSISTANT", "assistant"),
        Line::Isdn => ("ISDN", "isdn"),
        Line::Telex => ("TLX", "tlx"),
        Line::Tty => ("TTYTDD", "textphone"),
        Line::Video => ("VIDEO", "video"),
    };
    if version == Version::V4_0 { words.1 } else { words.0 }
}

/// Whether a number of this line is a voice line too without saying so.
pub(super) fn implies_voice(line: Line) -> bool {
    !matches!(line, Line::Fax | Line::Pager | Line::Isdn | Line::Telex | Line::Tty | Line::Video)
}

/// Of two lines that one number is said to be, whether the second tells more: `CELL,FAX` is a fax.
pub(super) fn tells_more(said: Line, than: Line) -> bool {
    let rank = |line| match line {
        Line::Voice => 0,
        Line::Video => 1,
        Line::Tty => 2,
        Line::Primary => 3,
        Line::Mobile => 4,
        Line::Fax => 6,
        Line::Pager => 7,
        _ => 5,
    };
    rank(said) > rank(than)
}

/// Labels that Apple translates on display. Others of its wrapped labels are kept as they are written.
const LABELS: &[&str] = &["HomePage", "School"];

/// The text between `_$!<` and `>!$_`.
pub(super) fn unwrapped(label: &str) -> Option<&str> {
    label.strip_prefix("_$!<")?.strip_suffix(">!$_")
}

/// A label as a person knows it: without the wrapping of the built-in ones.
pub(super) fn label_read(label: &str) -> &str {
    unwrapped(label).filter(|inner| LABELS.contains(inner)).unwrap_or(label)
}

/// Whether a label is one of Apple's and written wrapped.
pub(super) fn label_is_wrapped(label: &str) -> bool {
    LABELS.contains(&label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for version in Version::ALL {
            for line in Line::ALL {
                let word = line_word(line, version);
                assert!(word.is_empty() || meaning(word) == Some(Word::Line(line)), "{word}");
            }
            for kind in [Kind::Home, Kind::Business, Kind::Other] {
                assert_eq!(meaning(kind_word(kind, version)), Some(Word::Kind(kind)));
            }
        }
    }

    #[test]
    fn labels() {
        assert_eq!(label_read("_$!<HomePage>!$_"), "HomePage");
        assert_eq!(label_read("_$!<Unheard>!$_"), "_$!<Unheard>!$_");
        assert_eq!(unwrapped("_$!<Home>!$_"), Some("Home"));
    }
}
