//! The cells that a mapping makes of a row's own: joined, split, with something around them, constant.

use regex::Regex;

use crate::formats::table::column::Column;
use crate::formats::table::map::{Around, Key};
use crate::formats::table::slot::{Build, Row};
use crate::model::{Field, Loss, Why};

/// What a map makes of the rows below a header row.
#[derive(Debug)]
pub(in crate::formats) struct Mapped {
    /// What the user calls the map; may be empty.
    pub(super) name: String,
    /// How many columns the map names.
    pub(super) named: usize,
    /// Whether the table has no header row.
    pub(super) headless: bool,
    /// The columns that nothing is said about and that are kept.
    pub(super) unmapped: Vec<usize>,
    /// How many of those are left out, because the map says so.
    pub(super) ignored: usize,
    pub(super) splits: Vec<Split>,
    pub(super) made: Vec<Made>,
    /// What separates the values of one cell, if the map says it.
    pub(super) separators: Option<Vec<String>>,
}

/// A column that is parted.
#[derive(Debug)]
pub(super) struct Split {
    pub(super) at: usize,
    pub(super) name: String,
    pub(super) pattern: Regex,
}

/// A cell that is made.
#[derive(Debug)]
pub(super) struct Made {
    /// What it is called where it is kept or told.
    pub(super) name: String,
    pub(super) column: Column,
    /// What it is made of, each on a line of its own.
    pub(super) pieces: Vec<Piece>,
}

/// A part of a made cell. Without a value it has no prefix either.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) from: Value,
    pub(super) around: Around,
}

/// Where a value comes from.
#[derive(Debug)]
pub(super) enum Value {
    /// Cells, with a text between them.
    Cells(Vec<usize>, String),
    /// A group of a split column's pattern: which split, which group from 1.
    Group(usize, usize),
    /// A constant. It stands only where one of these cells has something, so that it alone makes no contact, nor a
    /// country an address.
    Constant(String, Vec<usize>),
}

/// The cells of a row with those that were made of them.
#[derive(Debug, Default)]
pub(in crate::formats) struct Cells {
    text: String,
    ends: Vec<usize>,
    /// The splits whose patterns do not fit.
    unfit: Vec<usize>,
}

impl Piece {
    /// Some cells' text as it is.
    pub(super) fn cells(cells: Vec<usize>, with: &str, around: &Around) -> Piece {
        Piece { from: Value::Cells(cells, with.to_owned()), around: around.clone() }
    }

    /// A constant, where one of these cells has something.
    pub(super) fn constant(text: &str, beside: Vec<usize>) -> Piece {
        Piece { from: Value::Constant(text.to_owned(), beside), around: Around::default() }
    }
}

impl Key {
    /// Whether it is a column's number.
    pub(super) fn is_number(&self) -> bool {
        self.number.is_some()
    }

    /// As messages show it.
    pub(super) fn shown(&self) -> String {
        format!("“{}”", self.text)
    }
}

impl Mapped {
    /// What is made of a column.
    pub(in crate::formats) fn made_of(&self, at: usize) -> impl Iterator<Item = Column> {
        let holds = move |piece: &Piece| match &piece.from {
            Value::Cells(cells, _) => cells.contains(&at),
            Value::Group(split, _) => self.splits[*split].at == at,
            Value::Constant(..) => false,
        };
        self.made.iter().filter(move |made| made.pieces.iter().any(holds)).map(|made| made.column)
    }

    /// The cells that one of the made ones, numbered from 0, holds as they are.
    pub(in crate::formats) fn sources(&self, nth: usize) -> impl Iterator<Item = usize> {
        let pieces = self.made.get(nth).into_iter().flat_map(|made| &made.pieces);
        pieces.flat_map(|piece| if let Value::Cells(cells, _) = &piece.from { cells.as_slice() } else { &[] }).copied()
    }

    /// What the map says of the columns behind the table's own.
    pub(in crate::formats) fn made(&self) -> impl Iterator<Item = (&str, Column)> {
        self.made.iter().map(|made| (made.name.as_str(), made.column))
    }

    /// Whether the table has no header row.
    pub(in crate::formats) fn is_headless(&self) -> bool {
        self.headless
    }

    /// The columns that nothing is said about and that are kept.
    pub(in crate::formats) fn unmapped(&self) -> &[usize] {
        &self.unmapped
    }

    /// What separates the values of one cell, if the map says it.
    pub(in crate::formats) fn separators(&self) -> Option<&[String]> {
        self.separators.as_deref()
    }

    /// What the map decides, in words.
    pub(in crate::formats) fn words(&self) -> String {
        if self.named == 0 {
            return "none of the headers is known".to_owned();
        }
        let name = if self.name.is_empty() { String::new() } else { format!(" “{}”", self.name) };
        let columns = if self.named == 1 { "1 column".to_owned() } else { format!("{} columns", self.named) };
        let ignored = match self.ignored {
            0 => String::new(),
            more => format!(", {more} more left out"),
        };
        let is_constant = |piece: &&Piece| matches!(piece.from, Value::Constant(..));
        let constants = match self.made.iter().flat_map(|made| &made.pieces).filter(is_constant).count() {
            0 => String::new(),
            1 => ", 1 constant".to_owned(),
            many => format!(", {many} constants"),
        };
        format!("mapped by the file{name}: {columns}{ignored}{constants}")
    }

    /// The row with the made cells behind its own; `width` is how many columns the table has.
    pub(in crate::formats) fn view<'c>(&self, row: Row<'c>, width: usize, cells: &'c mut Cells) -> Row<'c> {
        if self.made.is_empty() {
            return row;
        }
        for at in 0..width {
            cells.text.push_str(row.verbatim(at));
            cells.ends.push(cells.text.len());
        }
        let parts: Vec<_> = self.splits.iter().map(|split| split.pattern.captures(row.cell(split.at))).collect();
        let unfit = (0..parts.len()).filter(|nth| parts[*nth].is_none() && !row.cell(self.splits[*nth].at).is_empty());
        cells.unfit.extend(unfit);
        let group = |split: usize, group| parts[split].as_ref().and_then(|parts| parts.get(group));
        for made in &self.made {
            let start = cells.text.len();
            for piece in &made.pieces {
                let value = match &piece.from {
                    Value::Cells(from, with) => {
                        let filled = from.iter().map(|at| row.cell(*at)).filter(|cell| !cell.is_empty());
                        filled.collect::<Vec<_>>().join(with)
                    }
                    Value::Group(split, nth) => group(*split, *nth).map_or("", |part| part.as_str().trim()).to_owned(),
                    Value::Constant(text, beside) => {
                        if beside.iter().any(|at| !row.cell(*at).is_empty()) {
                            text.clone()
                        } else {
                            String::new()
                        }
                    }
                };
                if !value.is_empty() {
                    let line = if cells.text.len() > start { "\n" } else { "" };
                    let texts = [line, &piece.around.prefix, &value, &piece.around.suffix];
                    texts.into_iter().for_each(|text| cells.text.push_str(text));
                }
            }
            cells.ends.push(cells.text.len());
        }
        Row::new(&cells.text, &cells.ends)
    }

    /// Keeps what a pattern did not fit, and tells it.
    pub(in crate::formats) fn keep_unfit(&self, row: Row<'_>, cells: &Cells, into: &mut Build) {
        for split in cells.unfit.iter().map(|nth| &self.splits[*nth]) {
            let value = row.cell(split.at);
            into.losses.push(Loss::new(Field::Extra, format!("{}: {value}", split.name), Why::NotUnderstood));
            into.keep(&split.name, value);
        }
    }
}
