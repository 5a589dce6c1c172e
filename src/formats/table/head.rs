//! The header row of a table: which one it is, of what program and language, and what each header means.

use crate::formats::table::Options;
use crate::formats::table::column::{Column, Part, Slot};
use crate::formats::table::dialects::{self, Table};
use crate::formats::table::fold::{fold, nearest};
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
}

impl Attempt {
    /// The best of each of the first rows taken for the header with each table.
    pub(in crate::formats) fn best(rows: &[Vec<String>], options: &Options) -> Option<Attempt> {
        let mut found: Option<Attempt> = None;
        for (row, headers) in rows.iter().enumerate() {
            let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
            let filled = folded.iter().filter(|header| !header.is_empty()).count();
            let admitted = |table: &&Table| options.dialect.as_ref().is_none_or(|choice| choice.admits(table));
            for table in dialects::tables().iter().filter(admitted) {
                let hits = folded.iter().filter(|header| table.knows(header)).count();
                if hits > 0 && found.as_ref().is_none_or(|best| better((hits, filled), best)) {
                    found = Some(Attempt { row, headers: headers.clone(), table, hits, filled });
                }
            }
        }
        found
    }

    /// Whether it explains more than another one.
    pub(in crate::formats) fn beats(&self, other: &Attempt) -> bool {
        better((self.hits, self.filled), other)
    }

    /// One known header among many is chance, unless the user named the table.
    pub(in crate::formats) fn is_enough(&self, options: &Options) -> bool {
        self.headers.len() <= MAX_COLUMNS && (options.dialect.is_some() || self.hits > 1 || self.filled <= 2)
    }

    /// The headers as they stand there.
    pub(in crate::formats) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Takes it for the header.
    pub(in crate::formats) fn decide(self) -> Head {
        let columns = columns(self.table, &self.headers);
        let rival = dialects::tables().iter().filter(|table| !std::ptr::eq(*table, self.table)).find_map(|table| {
            let others = self::columns(table, &self.headers);
            let hits = others.iter().flatten().count();
            let differs = |at: &usize| columns[*at].is_some() && others[*at].is_some() && columns[*at] != others[*at];
            let headers: Vec<String> =
                (0..columns.len()).filter(differs).map(|at| self.headers[at].trim().to_owned()).collect();
            (hits >= self.hits && !headers.is_empty()).then_some((table, headers))
        });
        Head { row: self.row, headers: self.headers, columns, table: self.table, rival }
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
