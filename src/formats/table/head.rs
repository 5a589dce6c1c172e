//! The header row of a table: which one it is, of what program and language, and what each header means.

use std::sync::Arc;

use crate::formats::table::Options;
use crate::formats::table::column::{Column, Part, Slot};
use crate::formats::table::dialects::{self, Table};
use crate::formats::table::fold::{fold, nearest};
use crate::formats::table::map::{Map, Mapped};
use crate::model::Field;

/// How many rows may stand before the header row (LinkedIn and reports have some).
pub(in crate::formats) const ROWS: usize = 20;

/// More columns than any table of contacts has.
pub(in crate::formats) const MAX_COLUMNS: usize = 4096;

/// A header row and what it means.
#[derive(Debug)]
pub(in crate::formats) struct Head {
    /// The header row's number among the rows, from 0.
    pub(in crate::formats) row: usize,
    pub(in crate::formats) headers: Vec<String>,
    pub(in crate::formats) columns: Vec<Option<Column>>,
    pub(in crate::formats) table: &'static Table,
    /// Another table that fits as well and means something else, and the headers that it differs on.
    pub(in crate::formats) rival: Option<(&'static Table, Vec<String>)>,
    /// What a mapping file makes of its rows, where there is one.
    pub(in crate::formats) mapped: Option<Arc<Mapped>>,
}

impl Head {
    /// What each column means, those that a mapping file makes behind the table's own.
    pub(in crate::formats) fn layout(&self) -> impl Iterator<Item = Option<Column>> {
        let made = self.mapped.iter().flat_map(|mapped| mapped.made().map(|(_, column)| Some(column)));
        self.columns.iter().copied().chain(made)
    }

    /// The columns that mean nothing to us and are kept under their headers.
    pub(in crate::formats) fn unmapped(&self) -> Vec<usize> {
        match &self.mapped {
            Some(mapped) => mapped.unmapped().to_vec(),
            None => (0..self.columns.len()).filter(|at| self.columns[*at].is_none()).collect(),
        }
    }

    /// How many rows stand above the first record.
    pub(in crate::formats) fn rows_before(&self) -> usize {
        if self.mapped.as_ref().is_some_and(|mapped| mapped.is_headless()) { 0 } else { self.row + 1 }
    }
}

/// A row taken for the header of a table.
#[derive(Debug)]
pub(in crate::formats) struct Attempt {
    row: usize,
    headers: Vec<String>,
    table: &'static Table,
    /// How many of its cells are headers of the table, and how many are not empty.
    hits: usize,
    filled: usize,
    /// The mapping file that says so, if one does.
    map: Option<Arc<Map>>,
}

impl Attempt {
    /// The best of each of the first rows taken for the header with each table.
    pub(in crate::formats) fn best(rows: &[Vec<String>], options: &Options) -> Option<Attempt> {
        if let Some(map) = &options.map {
            return Attempt::mapped(rows, map);
        }
        let mut found: Option<Attempt> = None;
        for (row, headers) in rows.iter().enumerate() {
            let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
            let filled = folded.iter().filter(|header| !header.is_empty()).count();
            let admitted = |table: &&Table| options.dialect.as_ref().is_none_or(|choice| choice.admits(table));
            for table in dialects::tables().iter().filter(admitted) {
                let hits = folded.iter().filter(|header| table.knows(header)).count();
                if hits > 0 && found.as_ref().is_none_or(|best| better((hits, filled), best)) {
                    found = Some(Attempt { row, headers: headers.clone(), table, hits, filled, map: None });
                }
            }
        }
        found
    }

    /// The best of the first rows taken for the header that a mapping file means.
    fn mapped(rows: &[Vec<String>], map: &Arc<Map>) -> Option<Attempt> {
        let mut found: Option<Attempt> = None;
        for (row, headers) in map.candidates(rows) {
            let (table, known) = Attempt::in_dialect(&headers, map)?;
            let named = map.hits(&headers) + if map.is_by_dialect() { known } else { 0 };
            let hits = named * (MAX_COLUMNS + 1) + map.weight(rows, &headers).min(MAX_COLUMNS);
            if found.as_ref().is_none_or(|best| better((hits, hits), best)) {
                found = Some(Attempt { row, headers, table, hits, filled: hits, map: Some(Arc::clone(map)) });
            }
        }
        found
    }

    /// The table of the dialect that a mapping file names, and how many headers of a row it knows.
    fn in_dialect(headers: &Vec<String>, map: &Map) -> Option<(&'static Table, usize)> {
        let Some(choice) = map.dialect() else { return Some((Map::plain_table()?, 0)) };
        let options = Options { dialect: choice.cloned(), ..Options::default() };
        if let Some(attempt) = Attempt::best(std::slice::from_ref(headers), &options) {
            return Some((attempt.table, attempt.hits));
        }
        let is_meant = |table: &&Table| choice.is_some_and(|choice| choice.admits(table));
        Some((dialects::tables().iter().find(is_meant).or_else(Map::plain_table)?, 0))
    }

    /// Whether it explains more than another one.
    pub(in crate::formats) fn beats(&self, other: &Attempt) -> bool {
        better((self.hits, self.filled), other)
    }

    /// One known header among many is chance, unless the user named the table.
    pub(in crate::formats) fn is_enough(&self, options: &Options) -> bool {
        let is_said = options.dialect.is_some() || self.map.is_some();
        self.headers.len() <= MAX_COLUMNS && (is_said || self.hits > 1 || self.filled <= 2)
    }

    /// The headers as they stand there.
    pub(in crate::formats) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Takes it for the header. `Err` says why it cannot be, and what to do.
    pub(in crate::formats) fn decide(self) -> Result<Head, String> {
        let columns = columns(self.table, &self.headers);
        if let Some(map) = &self.map {
            let (columns, mapped) = map.fit(&self.headers, &columns)?;
            let Attempt { row, headers, table, .. } = self;
            return Ok(Head { row, headers, columns, table, rival: None, mapped: Some(Arc::new(mapped)) });
        }
        let rival = dialects::tables().iter().filter(|table| !std::ptr::eq(*table, self.table)).find_map(|table| {
            let others = self::columns(table, &self.headers);
            let hits = others.iter().flatten().count();
            let differs = |at: &usize| columns[*at].is_some() && others[*at].is_some() && columns[*at] != others[*at];
            let headers: Vec<String> =
                (0..columns.len()).filter(differs).map(|at| self.headers[at].trim().to_owned()).collect();
            (hits >= self.hits && !headers.is_empty()).then_some((table, headers))
        });
        Ok(Head { row: self.row, headers: self.headers, columns, table: self.table, rival, mapped: None })
    }
}

/// More known headers win, then the larger share of known ones; equals stay as they come.
fn better((hits, filled): (usize, usize), best: &Attempt) -> bool {
    let share = (hits * best.filled).cmp(&(best.hits * filled));
    hits.cmp(&best.hits).then(share).is_gt()
}

/// What each header means in a table; twins are counted.
fn columns(table: &Table, headers: &[String]) -> Vec<Option<Column>> {
    let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
    let nth = |at: usize| folded[..at].iter().filter(|before| **before == folded[at]).count();
    let mut columns: Vec<_> = (0..folded.len()).map(|at| table.column(&folded[at], nth(at))).collect();
    family_beside_given(&mut columns);
    columns
}

/// A name beside a given name, where there is no family name, is the family name: "Name;Vorname".
fn family_beside_given(columns: &mut [Option<Column>]) {
    let named = |field| Some(Column { slot: Slot::Text(field), part: Part::Value });
    let has = |columns: &[Option<Column>], field| columns.contains(&named(field));
    if has(columns, Field::GivenName) && !has(columns, Field::Surname) {
        let full = columns.iter_mut().filter(|column| **column == named(Field::FullName));
        full.for_each(|column| *column = named(Field::Surname));
    }
}

/// Why there is no header row, and the way out.
pub(in crate::formats) fn advice(first_row: &[String]) -> String {
    let all = || dialects::tables().iter().flat_map(|table| table.headers.iter().map(|header| header.text));
    let mut near = Vec::new();
    for cell in first_row.iter().take(50) {
        let folded = fold(cell);
        if let Some(name) = (folded.len() > 2).then(|| nearest(&folded, all())).flatten() {
            near.push(format!("“{name}”"));
        }
    }
    near.dedup();
    near.truncate(3);
    let near = if near.is_empty() { String::new() } else { format!(" (near to known ones: {})", near.join(", ")) };
    format!(
        "no header row with known column names in the first {ROWS} rows{near}; put names such as “First Name”, \
         “Last Name” and “E-mail Address” above the columns, or name the table with --csv-dialect ({})",
        dialects::known().join(", ")
    )
}

/// A header, or the number of a column that has none.
pub(in crate::formats) fn name(at: usize, header: &str) -> String {
    let header = header.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if header.is_empty() { format!("column {}", at + 1) } else { header.to_owned() }
}

/// What a language of the tables is called.
pub(in crate::formats) fn language_name(language: &str) -> &str {
    match language {
        "en" => "English",
        "de" => "German",
        "fr" => "French",
        other => other,
    }
}
