//! A row of a sheet, as its cells come one by one.

use crate::formats::table::{MAX_COLUMNS, Row};

/// The longest row, in bytes of text; Excel's own cells hold 32,767 characters.
pub(super) const MAX_ROW: usize = 8 * 1024 * 1024;

/// How many cells beyond the last column that is read are told of a row, and how many letters of each.
const BEYOND: usize = 8;
const BEYOND_LETTERS: usize = 100;

/// What is to be known of a cell's value beside its text, as a rule what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is a spreadsheet's error: `#REF!`.
    Error,
    /// It is a number of more digits than a spreadsheet keeps, so that the last ones are made up.
    Digits,
    /// It cannot be read, or not to its end.
    Damaged,
    /// It is a number that no format makes a date: wrong where a date should stand.
    Plain,
    /// It is a formula whose result nobody has worked out; its text is the formula's.
    Formula,
}

impl Flaw {
    /// All of them.
    pub(super) const ALL: [Flaw; 5] = [Flaw::Error, Flaw::Digits, Flaw::Damaged, Flaw::Plain, Flaw::Formula];
}

/// The cells of one row.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Cells {
    /// The row's number in its sheet, from 1.
    pub(super) number: u32,
    /// The texts of the cells, one behind the other, and where each ends.
    pub(super) text: String,
    pub(super) ends: Vec<usize>,
    /// What is to be known of cells, by their numbers from 0.
    pub(super) flaws: Vec<(usize, Flaw)>,
    /// Whether the sheet does not show it.
    pub(super) hidden: bool,
    /// Whether it is too long to be kept.
    pub(super) too_long: bool,
    /// What stands beyond the last column that is read, as much as is told of it.
    pub(super) beyond: Vec<String>,
    /// Whether a cell came behind those to the right of it.
    pub(super) disordered: bool,
}

impl Cells {
    /// Makes it ready for another row.
    pub(super) fn begin(&mut self, number: u32) {
        self.number = number;
        self.text.clear();
        self.ends.clear();
        self.flaws.clear();
        self.beyond.clear();
        (self.hidden, self.too_long, self.disordered) = (false, false, false);
    }

    /// Puts a text into a column, which is the last one so far or one behind it.
    pub(super) fn put(&mut self, column: usize, text: &str, flaw: Option<Flaw>) {
        if text.is_empty() {
            return;
        }
        if column < self.ends.len() {
            self.disordered = true;
            return;
        }
        if column >= MAX_COLUMNS {
            self.put_beyond(text);
            return;
        }
        if self.text.len() + text.len() > MAX_ROW {
            self.too_long = true;
            return;
        }
        self.ends.resize(column, self.text.len());
        self.text.push_str(text);
        self.ends.push(self.text.len());
        self.flaws.extend(flaw.map(|flaw| (column, flaw)));
    }

    fn put_beyond(&mut self, text: &str) {
        match self.beyond.len() {
            _ if text.trim().is_empty() => {}
            0..BEYOND => self.beyond.push(text.chars().take(BEYOND_LETTERS).collect()),
            BEYOND => self.beyond.push("…".to_owned()),
            _ => {}
        }
    }

    /// Whether nothing stands in it.
    pub(super) fn is_blank(&self) -> bool {
        !self.too_long && self.beyond.is_empty() && self.text.trim().is_empty()
    }

    /// Adds empty cells behind the last one, so that there are so many.
    pub(super) fn widen(&mut self, width: usize) {
        self.ends.resize(width.max(self.ends.len()), self.text.len());
    }

    /// It as a row of a table.
    pub(super) fn row(&self) -> Row<'_> {
        Row::new(&self.text, &self.ends)
    }

    /// The text of a cell.
    pub(super) fn at(&self, column: usize) -> &str {
        self.row().verbatim(column)
    }

    /// How many cells have something in them.
    pub(super) fn filled(&self) -> usize {
        self.texts().filter(|text| !text.trim().is_empty()).count()
    }

    /// The texts of the cells.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.text.get(start..*end).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_or_too_long_is_marked() {
        let mut cells = Cells::default();
        cells.begin(1);
        cells.put(0, "a", None);
        cells.put(MAX_COLUMNS, "b", None);
        assert!(cells.beyond == ["b"] && cells.ends == [1]);
        (0..100).for_each(|at| cells.put(MAX_COLUMNS + at, "more", None));
        assert!(cells.beyond.len() == BEYOND + 1 && cells.beyond[BEYOND] == "…");
        cells.put(1, &"x".repeat(MAX_ROW), None);
        assert!(cells.too_long && cells.text == "a");
        cells.put(0, "before", None);
        assert!(cells.disordered && cells.text == "a", "a column that was passed is not gone back to");
    }
}
