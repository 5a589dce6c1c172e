//! A mapping file held against a header row.

use std::collections::HashMap;

use crate::formats::table::column::{Column, Part, Slot};
use crate::formats::table::dialects::{Dialect, DialectChoice, Table, table};
use crate::formats::table::fold::{fold, nearest};
use crate::formats::table::head::{is_reason, name};
use crate::formats::table::map::view::{Made, Mapped, Piece, Split, Value};
use crate::formats::table::map::{Around, Entry, HeaderRow, Key, Map, Naming, Target, To, Unmapped};
use crate::model::Field;

/// Headers that a message names.
const SHOWN: usize = 5;

/// Where the headers of a row stand, folded.
pub(super) struct Index(HashMap<String, Vec<usize>>, usize);

impl Index {
    pub(super) fn of(headers: &[String]) -> Index {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, header) in headers.iter().enumerate() {
            places.entry(fold(header)).or_default().push(at);
        }
        Index(places, headers.len())
    }

    /// Whether two headers are one for whoever names them.
    pub(super) fn alike(one: &str, other: &str) -> bool {
        fold(one) == fold(other)
    }

    /// The column that a key names: by its number, its header, or its header and which of that name it is.
    pub(super) fn find(&self, key: &Key) -> Option<usize> {
        if let Some(number) = key.number {
            return Some(number).filter(|number| *number < self.1);
        }
        if let Some(places) = self.0.get(&fold(&key.text)) {
            return places.first().copied();
        }
        let (text, nth) = key.text.rsplit_once('#')?;
        self.0.get(&fold(text))?.get(nth.parse::<usize>().ok()?.checked_sub(1)?).copied()
    }
}

impl Map {
    /// The rows that may be the header: their numbers and what stands in them. Without a header row, empty headers as
    /// many as most rows have cells.
    pub(in crate::formats) fn candidates(&self, rows: &[Vec<String>]) -> Vec<(usize, Vec<String>)> {
        let numbered = || rows.iter().cloned().enumerate();
        match self.header {
            HeaderRow::None => vec![(0, vec![String::new(); self.width(rows)])],
            HeaderRow::Row(row) => numbered().filter(|(at, _)| *at == row).collect(),
            // Nothing tells a header row whose names are not said from the row below it.
            HeaderRow::Auto if !self.by_dialect && self.entries.iter().flat_map(Entry::keys).all(Key::is_number) => {
                numbered().find(|(_, row)| row.iter().any(|cell| !cell.trim().is_empty())).into_iter().collect()
            }
            HeaderRow::Auto => numbered().collect(),
        }
    }

    /// How many columns a table without a header row has: as many as most rows, or as the map names and some row has.
    fn width(&self, rows: &[Vec<String>]) -> usize {
        let widths = || rows.iter().map(Vec::len).filter(|width| *width > 0);
        let most = widths().max_by_key(|width| (widths().filter(|other| other == width).count(), *width));
        let named = self.entries.iter().flat_map(Entry::keys).filter_map(|key| Some(key.number? + 1)).max();
        let named = named.filter(|named| widths().any(|width| width >= *named));
        most.max(named).unwrap_or_default()
    }

    /// What tells rows apart in which as many of the named columns are: how many columns; where there is no header row,
    /// how many rows have several.
    pub(in crate::formats) fn weight(&self, rows: &[Vec<String>], headers: &[String]) -> usize {
        match self.header {
            HeaderRow::None => rows.iter().filter(|row| row.len() > 1).count(),
            _ => headers.len(),
        }
    }

    /// How many of the columns that it names are there.
    pub(in crate::formats) fn hits(&self, headers: &[String]) -> usize {
        if self.is_blank() {
            return headers.iter().filter(|header| !header.trim().is_empty()).count();
        }
        let index = Index::of(headers);
        self.entries.iter().flat_map(Entry::keys).filter(|key| index.find(key).is_some()).count()
    }

    /// Whether a column that it does not name means what it means in the dialect.
    pub(in crate::formats) fn is_by_dialect(&self) -> bool {
        self.by_dialect
    }

    /// Whose conventions hold: any dialect's, those of one, or nobody's.
    pub(in crate::formats) fn dialect(&self) -> Option<Option<&DialectChoice>> {
        match &self.dialect {
            Naming::None => None,
            Naming::Auto => Some(None),
            Naming::Choice(choice) => Some(Some(choice)),
        }
    }

    /// The table that stands for nobody's conventions.
    pub(in crate::formats) fn plain_table() -> Option<&'static Table> {
        table(Dialect::Generic, "en")
    }

    /// What each column means; `by_dialect` is what each one means in the dialect.
    ///
    /// # Errors
    /// Where the headers are not those that the map is for: which are missing, which are new.
    pub(in crate::formats) fn fit(
        &self,
        headers: &[String],
        by_dialect: &[Option<Column>],
    ) -> Result<(Vec<Option<Column>>, Mapped), String> {
        let index = Index::of(headers);
        let mut fitted = Fitted { headers, columns: vec![None; headers.len()], ..Fitted::default() };
        let missing: Vec<&Key> =
            self.entries.iter().flat_map(Entry::keys).filter(|key| index.find(key).is_none()).collect();
        if missing.is_empty() {
            self.entries.iter().try_for_each(|entry| fitted.entry(entry, &index))?;
        } else {
            let named = self.entries.iter().flat_map(Entry::keys).filter_map(|key| index.find(key));
            fitted.touched.extend(named);
        }
        if self.by_dialect {
            fitted.take_from(by_dialect);
        }
        let unmapped = fitted.unmapped();
        if !missing.is_empty() || self.unmapped == Unmapped::Error && !unmapped.is_empty() {
            return Err(self.refusal(&missing, &unmapped, headers));
        }
        let (mut kept, mut ignored) = (Vec::new(), 0);
        match self.unmapped {
            Unmapped::Notes => unmapped.iter().for_each(|at| fitted.note_unmapped(*at)),
            Unmapped::Ignore => ignored = unmapped.len(),
            Unmapped::Report | Unmapped::Error => kept = unmapped,
        }
        let (notes, others): (Vec<_>, Vec<_>) =
            self.constants.iter().partition(|(target, _)| target.column.slot == Slot::Text(Field::Notes));
        notes.iter().for_each(|(_, text)| fitted.notes.push(Piece::constant(text, fitted.filling.clone())));
        fitted.end_notes();
        others.into_iter().for_each(|(target, text)| fitted.constant(target, text));
        let Fitted { columns, splits, made, touched, .. } = fitted;
        let headless = self.header == HeaderRow::None;
        let (name, named, separators) = (self.name.clone(), touched.len(), self.separators.clone());
        let mapped = Mapped { name, named, headless, unmapped: kept, ignored, splits, made, separators };
        Ok((columns, mapped))
    }

    /// Why the headers do not fit, and the way out.
    fn refusal(&self, missing: &[&Key], new: &[usize], headers: &[String]) -> String {
        let unnamed: Vec<String> = new.iter().map(|at| name(*at, &headers[*at])).collect();
        let mut told = Vec::new();
        if !missing.is_empty() {
            let near = |key: &Key| {
                let near =
                    nearest(&fold(&key.text), unnamed.iter().map(String::as_str)).filter(|_| key.number.is_none());
                let near = near.map_or(String::new(), |near| format!(" (perhaps now “{near}”)"));
                format!("{}{near}", key.shown())
            };
            told.push(format!("missing are {}", listed(missing.iter().map(|key| near(key)))));
        }
        if !new.is_empty() {
            told.push(format!("new are {}", listed(unnamed.iter().map(|name| format!("“{name}”")))));
        }
        let (file, told) =
            (if self.name.is_empty() { String::new() } else { format!(" “{}”", self.name) }, told.join("; "));
        format!("the headers are not those of the mapping file{file}: {told}; mend its [columns], or take another file")
    }
}

/// The first few of many.
fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    let more = names.len().saturating_sub(SHOWN);
    let shown = names[..names.len() - more].join(", ");
    if more > 0 { format!("{shown} and {more} more") } else { shown }
}

/// What has been fitted so far.
#[derive(Default)]
struct Fitted<'h> {
    headers: &'h [String],
    columns: Vec<Option<Column>>,
    /// The columns that the map says something about.
    touched: Vec<usize>,
    /// Those that have a line of their own.
    own: Vec<usize>,
    filling: Vec<usize>,
    splits: Vec<Split>,
    made: Vec<Made>,
    /// What becomes lines of the notes.
    notes: Vec<Piece>,
}

impl Fitted<'_> {
    fn entry(&mut self, entry: &Entry, index: &Index) -> Result<(), String> {
        let places: Vec<usize> = entry.keys().filter_map(|key| index.find(key)).collect();
        let first = self.touch(&places, matches!(entry.to, To::Join(..)))?;
        match &entry.to {
            To::Ignore => return Ok(()),
            To::Keep => {
                self.columns[first] = Some(Column { slot: Slot::Kept, part: Part::Value });
                return Ok(());
            }
            To::Value(target, around) if around.is_bare() && target.column.slot != Slot::Text(Field::Notes) => {
                self.columns[first] = Some(target.column);
            }
            To::Value(target, around) => {
                self.make(&self.name(first), target.column, Piece::cells(vec![first], "", around));
            }
            To::Join(_, with, target, around) => {
                self.make(&entry.key.text, target.column, Piece::cells(places.clone(), with, around));
            }
            To::Split(pattern, targets) => {
                self.splits.push(Split { at: first, name: self.name(first), pattern: pattern.clone() });
                for (nth, target) in targets.iter().enumerate() {
                    let Some(target) = target else { continue };
                    let from = Value::Group(self.splits.len() - 1, nth + 1);
                    self.make(&self.name(first), target.column, Piece { from, around: Around::default() });
                }
            }
        }
        self.filling.extend(places);
        Ok(())
    }

    /// Takes columns, each by itself once; returns the first.
    fn touch(&mut self, places: &[usize], joined: bool) -> Result<usize, String> {
        let new: Vec<usize> = places.iter().copied().filter(|at| !self.touched.contains(at)).collect();
        self.touched.extend(new);
        let first = places.first().copied().unwrap_or_default();
        if !joined && self.own.contains(&first) {
            return Err(format!("the mapping file names column {} (“{}”) twice", first + 1, self.name(first)));
        }
        if !joined {
            self.own.push(first);
        }
        Ok(first)
    }

    fn name(&self, at: usize) -> String {
        name(at, &self.headers[at])
    }

    /// Adds a made cell; those of the notes become lines of one.
    fn make(&mut self, name: &str, column: Column, piece: Piece) {
        if column.slot == Slot::Text(Field::Notes) {
            return self.notes.push(piece);
        }
        self.made.push(Made { name: name.to_owned(), column, pieces: vec![piece] });
    }

    /// What the map does not name means what it means in the dialect, unless the map has filled that place.
    fn take_from(&mut self, by_dialect: &[Option<Column>]) {
        let notes = !self.notes.is_empty();
        for (at, column) in by_dialect.iter().enumerate() {
            let Some(column) = column.filter(|_| !self.touched.contains(&at)) else { continue };
            if column.slot == Slot::Text(Field::Notes) && notes {
                self.notes.push(Piece::cells(vec![at], "", &Around::default()));
            } else if self.columns.contains(&Some(column)) && column.slot != Slot::Kept
                || self.made.iter().any(|made| made.column == column)
            {
                continue;
            } else {
                self.columns[at] = Some(column);
            }
            self.touched.push(at);
            if column.slot != Slot::Kept {
                self.filling.push(at);
            }
        }
    }

    fn unmapped(&self) -> Vec<usize> {
        let is_left = |at: &usize| !self.touched.contains(at) && !is_reason(&self.headers[*at]);
        (0..self.headers.len()).filter(is_left).collect()
    }

    /// A line of the notes, under its header.
    fn note_unmapped(&mut self, at: usize) {
        let around = Around { prefix: format!("{}: ", self.name(at)), ..Around::default() };
        self.notes.push(Piece::cells(vec![at], "", &around));
    }

    /// The notes: a column as it is where that is all.
    fn end_notes(&mut self) {
        let Some(column) = Column::named("notes").filter(|_| !self.notes.is_empty()) else { return };
        // Beside pieces of the map's own there may be a column that the dialect took for notes.
        let others = (0..self.columns.len()).filter(|at| self.columns[*at] == Some(column)).collect::<Vec<_>>();
        for at in others {
            self.columns[at] = None;
            self.notes.insert(0, Piece::cells(vec![at], "", &Around::default()));
        }
        let pieces = std::mem::take(&mut self.notes);
        match pieces.as_slice() {
            [Piece { from: Value::Cells(cells, _), around }] if around.is_bare() && cells.len() == 1 => {
                self.columns[cells[0]] = Some(column);
            }
            _ => self.made.push(Made { name: "notes".to_owned(), column, pieces }),
        }
    }

    /// A constant: a line of an address, or what is said of a value, stands where that has something else; everything
    /// else stands in each contact.
    fn constant(&mut self, target: &Target, text: &str) {
        let Column { slot, part } = target.column;
        let plain = (0..self.columns.len()).filter(|at| self.columns[*at].is_some_and(|of| of.slot == slot));
        let made = self.made.iter().filter(|made| made.column.slot == slot).flat_map(|made| &made.pieces);
        let made = made.flat_map(|piece| match &piece.from {
            Value::Cells(cells, _) => cells.clone(),
            Value::Group(split, _) => vec![self.splits[*split].at],
            Value::Constant(..) => Vec::new(),
        });
        let beside: Vec<usize> = plain.chain(made).collect();
        let says_more = matches!(part, Part::Label | Part::Name | Part::Type | Part::Service);
        let is_part = (says_more || matches!(slot, Slot::Address(..))) && !beside.is_empty();
        let piece = Piece::constant(text, if is_part { beside } else { self.filling.clone() });
        self.made.push(Made { name: target.name.clone(), column: target.column, pieces: vec![piece] });
    }
}
