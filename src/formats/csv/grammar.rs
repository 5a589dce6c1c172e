//! What stands between cells, and where a quote opens one.

use crate::formats::csv::scan::{Scan, ends_cell};

/// How cells stand in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grammar {
    /// What stands between them.
    pub(super) delimiter: u8,
    /// Whether blanks may stand before the quote that opens a cell.
    pub(super) padded: bool,
}

impl From<u8> for Grammar {
    fn from(delimiter: u8) -> Self {
        Grammar { delimiter, padded: false }
    }
}

impl Grammar {
    /// Where the quote stands that opens the cell which begins here, if there is one.
    pub(super) fn opening(self, row: &[u8], start: usize) -> Option<usize> {
        match row.get(start)? {
            b'"' => Some(start),
            b' ' if self.padded => {
                let at = start + blanks(&row[start..]);
                (row.get(at) == Some(&b'"')).then_some(at)
            }
            _ => None,
        }
    }

    /// Whether a quote here opens a cell.
    pub(super) fn opens(self, row: &[u8], at: usize) -> bool {
        let before = match row[..at].last() {
            Some(b' ') if self.padded => row[..at].iter().rfind(|byte| **byte != b' '),
            before => before,
        };
        before.is_none_or(|before| *before == self.delimiter)
    }

    /// Whether the quotes of a text prove that blanks stand before those that open a cell: there is such a cell, none
    /// opens right behind a delimiter, all close where a cell ends, and none stands anywhere else. `whole` says that no
    /// more of the text follows.
    pub(super) fn proves_blanks(text: &[u8], delimiter: u8, whole: bool) -> bool {
        if memchr::memmem::find(text, &[delimiter, b' ']).is_none() || delimiter == b' ' {
            return false;
        }
        let (padded, mut at, mut first, mut found) = (Grammar { delimiter, padded: true }, 0, true, false);
        while at < text.len() {
            let end = match padded.opening(text, at) {
                None => match memchr::memchr3(delimiter, b'\n', b'"', &text[at..]).map(|length| at + length) {
                    Some(end) if text[end] == b'"' => return false,
                    end => end.unwrap_or(text.len()),
                },
                Some(open) if open == at && !first => return false,
                Some(open) => {
                    let mut scan = Scan { at: open + 1, open: Some(open) };
                    let Some(close) = scan.close(text, whole) else { return found && !whole };
                    let behind = close + 1 + blanks(&text[close + 1..]);
                    if text.get(behind).is_some_and(|next| !ends_cell(*next, delimiter)) {
                        return false;
                    }
                    found |= open > at;
                    behind
                }
            };
            first = text.get(end).is_some_and(|byte| *byte != delimiter);
            at = end + 1;
        }
        found
    }

    /// It in plain words.
    pub(super) fn words(self) -> String {
        let name = match self.delimiter {
            b',' => "commas".to_owned(),
            b';' => "semicolons".to_owned(),
            b'\t' => "tabs".to_owned(),
            b'|' => "vertical bars".to_owned(),
            other => format!("“{}”", char::from(other)),
        };
        if self.padded { name + ", with blanks before quotes" } else { name }
    }
}

/// How many blanks a text begins with.
fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|byte| **byte == b' ').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::csv::scan::{Cells, Found, MAX_CELLS};

    #[test]
    fn blanks_before_quotes_are_proved_by_every_quote() {
        let proves = |text: &str| Grammar::proves_blanks(text.as_bytes(), b',', true);
        for text in [
            "a, \"b, c\", d\n",
            "\"a\", \"b\"\n  \"c\",   \"d \"\"e\"\"\"\r\n",
            "a, \"b\nc\"",
            "\"a\" , \"b\" \n",
            "a, \"b\"\na, b\n",
        ] {
            assert!(proves(text), "{text}");
        }
        for text in [
            "",
            "a, b\n",
            "\"a\",\"b, c\"\n",
            "a, \"b\"\nc,\"d\"\n",
            "a, \"b\" c\n",
            "a, \"b\"\nc, d \"e\"\n",
            "a, \"b\"\nc, \"d\n",
            "\"a, \",\"b, \"\n",
            "a, 5\"\nb, \"6\"\n",
        ] {
            assert!(!proves(text), "{text}");
        }
        assert!(Grammar::proves_blanks(b"a, \"b\"\nc, \"d", b',', false), "the rest is not there yet");
        let (grammar, mut cells) = (Grammar { delimiter: b',', padded: true }, Cells::default());
        let text = "a,  \"b, \"\"c\"\"\", \"\", d \"e\"";
        let row = cells.split(text, grammar, MAX_CELLS);
        let cells: Vec<_> = (0..row.len()).map(|at| row.verbatim(at)).collect();
        assert_eq!(cells, ["a", "b, \"c\"", "", " d \"e\""]);
        assert_eq!(Scan::default().go_on(b"a, \"b\nc\"\nd", grammar, true), Found::End(8));
    }
}
