//! The cells of one sheet, from the part that it stands in (ECMA-376 part 1, 18.3).

use std::borrow::Cow;

use quick_xml::events::{BytesStart, Event};

use super::book::Globals;
use super::damaged;
use super::xml::{Text, Xml, unescape_units};
use crate::formats::sheet::cells::{Cells, Flaw};
use crate::formats::sheet::number::day;
use crate::formats::sheet::store::{Scratch, Stop, Store};

/// How many rows and columns a sheet has.
const MAX_ROWS: u32 = 1_048_576;
const MAX_COLUMNS: usize = 16_384;

/// What a cell says that it holds (18.18.11 ST_CellType).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A number, as nothing else is said.
    Unsaid,
    Number,
    SharedText,
    /// A text of its own: in `is`, or in `v` that is a formula's.
    OwnText,
    Bool,
    Error,
    Date,
    Unknown,
}

/// What the tag of a cell says.
struct Head {
    kind: Kind,
    style: usize,
}

/// Goes through the sheet.
struct Walk<'g> {
    globals: &'g Globals,
    cells: Cells,
    /// The number of the row that is read, from 1, and its next column, from 0.
    row: u32,
    column: usize,
    text: Text,
    /// The formula of the cell, as far as it is kept.
    formula: Text,
    /// Whether the sheet does not show the row.
    hidden: bool,
}

/// Reads the rows of a sheet: the rectangle that it says it has is never made.
pub(super) fn rows<S: Scratch>(xml: &mut Xml<'_>, globals: &Globals, store: &mut Store<S>) -> Result<(), Stop> {
    let mut walk = Walk::of(globals);
    loop {
        let step = match xml.next()? {
            Event::Start(element) => walk.begin(&element)?,
            Event::End(element) => Step::end(element.local_name().as_ref()),
            Event::Eof => return Err(damaged(&"it ends in the midst of a sheet")),
            _ => Step::Other,
        };
        match step {
            Step::Cell(head) => {
                if walk.cells.number != walk.row {
                    store.add(&walk.cells)?;
                    walk.cells.begin(walk.row);
                    walk.cells.hidden = walk.hidden;
                }
                let head = walk.value(head, xml)?;
                walk.put(&head, store)?;
                walk.column += 1;
            }
            // What follows may be damaged, and this row is not.
            Step::RowEnd => {
                store.add(&walk.cells)?;
                walk.cells.begin(0);
            }
            Step::SheetEnd => return Ok(store.add(&walk.cells)?),
            Step::Other => {}
        }
    }
}

/// What an event is to the sheet.
enum Step {
    Cell(Head),
    RowEnd,
    SheetEnd,
    Other,
}

impl Step {
    fn end(name: &str) -> Self {
        match name {
            "row" => Step::RowEnd,
            "sheetData" => Step::SheetEnd,
            _ => Step::Other,
        }
    }
}

impl<'g> Walk<'g> {
    fn of(globals: &'g Globals) -> Self {
        let (text, formula) = (Text::default(), Text::default());
        Walk { globals, cells: Cells::default(), row: 0, column: 0, text, formula, hidden: false }
    }

    fn begin(&mut self, element: &BytesStart<'_>) -> Result<Step, Stop> {
        match element.local_name().as_ref() {
            "row" => self.begin_row(element).map(|()| Step::Other),
            "c" => self.begin_cell(element).map(Step::Cell),
            _ => Ok(Step::Other),
        }
    }

    fn begin_row(&mut self, element: &BytesStart<'_>) -> Result<(), Stop> {
        let said = super::xml::attribute(element, "r");
        self.row = match &said {
            Some(said) => match place(said) {
                Some((None, row)) => row,
                _ => return Err(no_place(said)),
            },
            None => self.row.saturating_add(1),
        };
        self.column = 0;
        self.hidden = matches!(super::xml::attribute(element, "hidden").as_deref(), Some("1" | "true"));
        Ok(())
    }

    fn begin_cell(&mut self, element: &BytesStart<'_>) -> Result<Head, Stop> {
        let mut head = Head { kind: Kind::Unsaid, style: 0 };
        for attribute in element.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| damaged(&error))?;
            match attribute.key.local_name().as_ref() {
                "r" => match place(&attribute.value) {
                    Some((Some(column), row)) => (self.row, self.column) = (row, column),
                    _ => return Err(no_place(&attribute.value)),
                },
                "s" => head.style = attribute.value.parse().unwrap_or_default(),
                "t" => head.kind = kind(&attribute.value),
                _ => {}
            }
        }
        // A cell without a row around it, which no program writes, stands in the first one.
        self.row = self.row.max(1);
        Ok(head)
    }

    /// Takes the value of the cell up to its end.
    fn value(&mut self, mut head: Head, xml: &mut Xml<'_>) -> Result<Head, Stop> {
        self.text.clear();
        self.formula.clear();
        loop {
            let part = match xml.next()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "v" => "v",
                    "is" => "is",
                    "f" => "f",
                    _ => continue,
                },
                Event::End(element) if element.local_name().as_ref() == "c" => return Ok(head),
                Event::Eof => return Err(damaged(&"it ends in the midst of a cell")),
                _ => continue,
            };
            let mut text = Text::default();
            match part {
                "is" => xml.runs(part, &mut text)?,
                "f" => {
                    xml.text(part, &mut self.formula)?;
                    // Cells that share a formula have it but once.
                    if self.formula.text.is_empty() {
                        self.formula.text.push('…');
                    }
                }
                _ => xml.text(part, &mut text)?,
            }
            // Some programs write an empty one beside the other.
            if text.text.is_empty() {
                continue;
            }
            if part == "is" {
                head.kind = Kind::OwnText;
            } else if head.kind == Kind::OwnText {
                let own = std::mem::take(&mut text.text);
                unescape_units(&own, &mut text.text);
            }
            self.text = text;
        }
    }

    /// Puts the cell into its row, as a person sees it.
    fn put<S: Scratch>(&mut self, head: &Head, store: &mut Store<S>) -> Result<(), Stop> {
        let Text { text, damaged: is_damaged } = &self.text;
        if text.is_empty() {
            // An empty text is a result, too.
            if head.kind != Kind::OwnText {
                self.cells.put(self.column, &self.formula.text, Some(Flaw::Formula));
            }
            return Ok(());
        }
        if *is_damaged {
            self.cells.put(self.column, text, Some(Flaw::Damaged));
            return Ok(());
        }
        let (shown, flaw): (Cow<'_, str>, _) = match head.kind {
            Kind::SharedText => {
                let number = text.trim().parse().ok();
                let shared = number.map_or(Ok(None), |number| store.shared(number))?;
                let (text, is_damaged) = shared.ok_or_else(|| damaged(&"a cell names a text that is not there"))?;
                self.cells.put(self.column, text, is_damaged.then_some(Flaw::Damaged));
                return Ok(());
            }
            Kind::OwnText => (text.into(), None),
            Kind::Bool => match text.trim() {
                "0" | "false" => ("FALSE".into(), None),
                "1" | "true" => ("TRUE".into(), None),
                _ => (text.into(), Some(Flaw::Damaged)),
            },
            Kind::Error => (text.into(), Some(Flaw::Error)),
            Kind::Date => (day(text).into(), None),
            Kind::Unsaid | Kind::Number => match number(text) {
                Some(value) => {
                    let format = self.globals.format(head.style);
                    let (shown, flaw) = format.show(value, self.globals.is_1904);
                    (Cow::Owned(shown), flaw)
                }
                None => (text.into(), (head.kind == Kind::Number).then_some(Flaw::Damaged)),
            },
            Kind::Unknown => (text.into(), Some(Flaw::Damaged)),
        };
        self.cells.put(self.column, &shown, flaw);
        Ok(())
    }
}

fn kind(said: &str) -> Kind {
    match said {
        "n" => Kind::Number,
        "s" => Kind::SharedText,
        "str" | "inlineStr" | "is" => Kind::OwnText,
        "b" => Kind::Bool,
        "e" => Kind::Error,
        "d" => Kind::Date,
        _ => Kind::Unknown,
    }
}

/// A number; words such as `inf` are none.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_of_digits = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|_| is_of_digits)
}

/// The column, from 0, and the row, from 1, of a place such as `B12`; or of `12`, which is a row alone.
fn place(said: &str) -> Option<(Option<usize>, u32)> {
    let digits = said.find(|letter: char| letter.is_ascii_digit())?;
    let (letters, digits) = said.split_at(digits);
    if letters.len() > 3 || digits.len() > 7 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let column = letters.bytes().try_fold(0usize, |column, letter| {
        let letter = letter.to_ascii_uppercase();
        letter.is_ascii_uppercase().then(|| column * 26 + usize::from(letter - b'A') + 1)
    })?;
    let row = digits.parse().ok().filter(|row| (1..=MAX_ROWS).contains(row))?;
    (column <= MAX_COLUMNS).then_some((column.checked_sub(1), row))
}

fn no_place(said: &str) -> Stop {
    let said: String = said.chars().take(20).collect();
    damaged(&format!("no sheet has a place {said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_within_a_sheet() {
        assert_eq!(place("A1"), Some((Some(0), 1)));
        assert_eq!(place("aB12"), Some((Some(27), 12)));
        assert_eq!(place("XFD1048576"), Some((Some(16_383), 1_048_576)));
        assert_eq!(place("7"), Some((None, 7)));
        for said in
            ["", "A", "A0", "0", "XFE1", "A1048577", "A99999999999", "AAAAAAA1", "1A", "A1B", "Ä1", "$A$1", "A-1"]
        {
            assert_eq!(place(said), None, "{said}");
        }
    }

    #[test]
    fn words_are_no_numbers() {
        assert_eq!([number("12"), number(" -1.5e3 "), number(".5")], [Some(12.0), Some(-1500.0), Some(0.5)]);
        assert_eq!([number("inf"), number("NaN"), number(""), number("-inf"), number("12a")], [None; 5]);
    }
}
