//! Google's labels: `Work`, `Home Fax`, the user's own words, and `* ` before the label of the preferred value.

use std::borrow::Cow;

use crate::model::{Kind, Line};

/// What stands between several values in one cell.
pub(in crate::formats) const BETWEEN: &str = " ::: ";

/// Google's words for where a value belongs.
const KINDS: &[(&str, Kind)] = &[("Home", Kind::Home), ("Work", Kind::Business), ("Other", Kind::Other)];

/// Google's words for what is at the end of a number; several of them are only its API's.
const LINES: &[(&str, Line)] = &[
    ("Mobile", Line::Mobile),
    ("Fax", Line::Fax),
    ("Pager", Line::Pager),
    ("Car", Line::Car),
    ("Radio", Line::Radio),
    ("Callback", Line::Callback),
    ("Company Main", Line::CompanyMain),
    ("Main", Line::Primary),
    ("Assistant", Line::Assistant),
    ("ISDN", Line::Isdn),
    ("Telex", Line::Telex),
    ("TTY", Line::Tty),
    ("Video", Line::Video),
];

/// A label as it is understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::formats) struct Label {
    /// Where the value belongs.
    pub(in crate::formats) kind: Option<Kind>,
    /// What is at the end of the number.
    pub(in crate::formats) line: Line,
    /// The user's own word.
    pub(in crate::formats) text: String,
    /// Whether it is the preferred value.
    pub(in crate::formats) preferred: bool,
}

impl Label {
    /// Understands a label cell of a phone.
    pub(in crate::formats) fn of_phone(cell: &str) -> Label {
        let (preferred, text) = star(cell);
        let (kind, rest) = match KINDS.iter().find_map(|(word, kind)| Some((kind, after(text, word)?))) {
            Some((kind, rest)) => (Some(*kind), rest),
            None => (None, text),
        };
        let line = LINES.iter().find(|(word, _)| word.eq_ignore_ascii_case(rest)).map(|(_, line)| *line);
        match (line, rest.is_empty()) {
            (Some(line), _) => Label { kind, line, preferred, ..Label::default() },
            (None, true) => Label { kind, preferred, ..Label::default() },
            (None, false) => Label { text: text.to_owned(), preferred, ..Label::default() },
        }
    }

    /// Understands a label cell of any other value.
    pub(in crate::formats) fn of_value(cell: &str) -> Label {
        let (preferred, text) = star(cell);
        match KINDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
            Some((_, kind)) => Label { kind: Some(*kind), preferred, ..Label::default() },
            None => Label { text: text.to_owned(), preferred, ..Label::default() },
        }
    }

    /// RFC 6350 PREF of one of the values that share it: of several the first is the preferred one.
    pub(in crate::formats) fn preference_of(&self, nth: usize) -> Option<u8> {
        (self.preferred && nth == 0).then_some(1)
    }
}

/// The rest of a label behind a word, if it begins with it.
fn after<'l>(text: &'l str, word: &str) -> Option<&'l str> {
    let begins = text.get(..word.len())?.eq_ignore_ascii_case(word);
    let rest = &text[if begins { word.len() } else { return None }..];
    (rest.is_empty() || rest.starts_with(' ')).then(|| rest.trim_start())
}

/// Takes the star of the preferred value off.
fn star(cell: &str) -> (bool, &str) {
    let cell = cell.trim();
    cell.strip_prefix('*').map_or((false, cell), |rest| (true, rest.trim()))
}

/// Whether a label says that its value is the preferred one.
pub(in crate::formats) fn is_preferred(label: &str) -> bool {
    star(label).0
}

/// The word for a kind.
pub(in crate::formats) fn kind_word(kind: Option<Kind>) -> &'static str {
    KINDS.iter().find(|(_, of)| Some(*of) == kind).map_or("", |(word, _)| word)
}

/// The word for a line.
pub(in crate::formats) fn line_word(line: Line) -> &'static str {
    LINES.iter().find(|(_, of)| *of == line).map_or("", |(word, _)| word)
}

/// The label of a kind and line, else the user's own word, with the star of the preferred value.
pub(in crate::formats) fn written(kind: Option<Kind>, line: Line, own: &str, preference: Option<u8>) -> Cow<'_, str> {
    let words = (kind_word(kind), line_word(line));
    let label: Cow<'_, str> = match words {
        ("", "") => Cow::Borrowed(own),
        (kind, "") => Cow::Borrowed(kind),
        ("", line) => Cow::Borrowed(line),
        (kind, line) => Cow::Owned(format!("{kind} {line}")),
    };
    if preference == Some(1) { Cow::Owned(format!("* {label}")) } else { label }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trap 18, and the way back.
    #[test]
    fn labels_read_as_they_are_written() {
        for kind in [None, Some(Kind::Home), Some(Kind::Business), Some(Kind::Other)] {
            for line in Line::ALL {
                for preference in [None, Some(1)] {
                    let label = Label::of_phone(&written(kind, line, "", preference));
                    assert_eq!((label.kind, label.line, label.preference_of(0)), (kind, line, preference));
                    assert_eq!(label.text, "");
                }
            }
        }
    }

    #[test]
    fn own_words_are_kept() {
        for own in ["Travail", "Workshop", "Home sweet home", "Zuhause", "Fax machine"] {
            assert_eq!(Label::of_phone(own), Label { text: own.to_owned(), ..Label::default() });
            assert_eq!(Label::of_value(own).text, own);
        }
        assert_eq!(Label::of_value("* "), Label { preferred: true, ..Label::default() });
        assert_eq!(Label::of_value("* Work").kind, Some(Kind::Business));
        assert_eq!(
            Label::of_phone("work fax"),
            Label { kind: Some(Kind::Business), line: Line::Fax, ..Label::default() }
        );
    }
}
