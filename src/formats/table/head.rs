//! The header row of a table: which one it is, of what program and language, and what each header means.
//!
//! The row and the tables that know most of its headers win; of these, the ones that call most of them their own. Where
//! several are left they mostly agree. [`choice`] finds the likeliest, and on what the others differ.

mod choice;
mod context;

use std::collections::HashMap;
use std::sync::Arc;

use crate::formats::Remark;
use crate::formats::table::column::{Column, Part, Slot};
use crate::formats::table::dialects::{self, Hits, Table};
use crate::formats::table::fold::fold;
use crate::formats::table::map::{Map, Mapped};
use crate::formats::table::{Options, REASON};
use crate::model::Field;

use choice::Choice;
pub(in crate::formats) use choice::Dispute;

/// How many rows may stand before the header row (LinkedIn and reports have some).
pub(in crate::formats) const ROWS: usize = 20;

/// More columns than any table of contacts has.
pub(in crate::formats) const MAX_COLUMNS: usize = 4096;

/// What helps against a header row that is too large.
pub(in crate::formats) const WAY_OUT: &str =
    "remove the columns that hold nothing, or say with --delimiter what stands between them";

/// A header row and what it means.
#[derive(Debug)]
pub(in crate::formats) struct Head {
    /// The header row's number among the rows, from 0.
    pub(in crate::formats) row: usize,
    pub(in crate::formats) headers: Vec<String>,
    pub(in crate::formats) columns: Vec<Option<Column>>,
    pub(in crate::formats) table: &'static Table,
    /// The headers that other tables, which fit as well, read otherwise.
    pub(in crate::formats) disputes: Vec<Dispute>,
    /// What a mapping file makes of its rows, where there is one.
    pub(in crate::formats) mapped: Option<Arc<Mapped>>,
}

impl Head {
    /// What each column means, those that a mapping file makes behind the table's own.
    pub(in crate::formats) fn layout(&self) -> impl Iterator<Item = Option<Column>> {
        let made = self.mapped.iter().flat_map(|mapped| mapped.made().map(|(_, column)| Some(column)));
        self.columns.iter().copied().chain(made)
    }

    /// What each column of the layout is called: by its header, by its number where it has none, or as a mapping file
    /// calls it.
    pub(in crate::formats) fn names(&self) -> impl Iterator<Item = String> {
        let made = self.mapped.iter().flat_map(|mapped| mapped.made().map(|(name, _)| name.to_owned()));
        self.headers.iter().enumerate().map(|(at, header)| name(at, header)).chain(made)
    }

    /// The columns that mean nothing to us and are kept under their headers.
    pub(in crate::formats) fn unmapped(&self) -> Vec<usize> {
        match &self.mapped {
            Some(mapped) => mapped.unmapped().to_vec(),
            None => {
                let is_unknown = |at: &usize| self.columns[*at].is_none() && !is_reason(&self.headers[*at]);
                (0..self.columns.len()).filter(is_unknown).collect()
            }
        }
    }

    /// How many rows stand above the first record.
    pub(in crate::formats) fn rows_before(&self) -> usize {
        if self.mapped.as_ref().is_some_and(|mapped| mapped.is_headless()) { 0 } else { self.row + 1 }
    }

    /// What is to be said of the table, once it is clear that nothing stands in the columns that are disputed.
    pub(in crate::formats) fn remarks(&self) -> impl Iterator<Item = Remark> {
        let groups = Some(Column { slot: Slot::List(Field::Categories), part: Part::Value });
        let google = self.table.dialect.habits().google_groups && self.columns.contains(&groups);
        let own = google.then(|| Remark::Minor("“* myContacts”, which is on every contact, is no category".to_owned()));
        let empty = |dispute: &Dispute| Remark::Minor(format!("several tables fit: {}; it is empty", dispute.words()));
        own.into_iter().chain(self.disputes.iter().map(empty))
    }
}

/// A row taken for the header of a table.
#[derive(Debug)]
pub(in crate::formats) struct Attempt {
    row: usize,
    headers: Vec<String>,
    score: Score,
    /// The tables that explain it equally well, in the order that decides between equals.
    tables: Vec<&'static Table>,
    /// The mapping file that says so, if one does.
    map: Option<Arc<Map>>,
}

/// Rows that were taken for headers before, and what explains them.
pub(in crate::formats) type Seen = HashMap<Vec<String>, Option<(Score, Vec<&'static Table>)>>;

/// How good a header row is.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats) struct Score {
    hits: Hits,
    /// How many of its cells are not empty.
    filled: usize,
}

impl Score {
    /// More known headers win, then the larger share of known ones, then the more own ones.
    fn cmp(&self, other: &Score) -> std::cmp::Ordering {
        let share = (self.hits.known * other.filled).cmp(&(other.hits.known * self.filled));
        self.hits.known.cmp(&other.hits.known).then(share).then(self.hits.own.cmp(&other.hits.own))
    }
}

impl Attempt {
    /// The best of the first rows, with the tables that explain it best.
    pub(in crate::formats) fn best(rows: &[Vec<String>], options: &Options) -> Option<Attempt> {
        Attempt::best_unseen(rows, options, &mut Seen::default())
    }

    /// As [`best`](Self::best), for whoever tries many rows with the same options, of which most are the same.
    pub(in crate::formats) fn best_unseen(rows: &[Vec<String>], options: &Options, seen: &mut Seen) -> Option<Attempt> {
        if let Some(map) = &options.map {
            return Attempt::mapped(rows, map);
        }
        let mut found: Option<Attempt> = None;
        for (row, headers) in rows.iter().enumerate() {
            if !seen.contains_key(headers) {
                seen.insert(headers.clone(), explain(headers, options));
            }
            let Some(Some((score, tables))) = seen.get(headers) else { continue };
            if found.as_ref().is_none_or(|best| score.cmp(&best.score).is_gt()) {
                let (headers, tables) = (headers.clone(), tables.clone());
                found = Some(Attempt { row, headers, score: *score, tables, map: None });
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
            let score = Score { hits: Hits { known: hits, own: 0 }, filled: hits };
            if found.as_ref().is_none_or(|best| score.cmp(&best.score).is_gt()) {
                found = Some(Attempt { row, headers, score, tables: vec![table], map: Some(Arc::clone(map)) });
            }
        }
        found
    }

    /// The table of the dialect that a mapping file names, and how many headers of a row it knows.
    fn in_dialect(headers: &Vec<String>, map: &Map) -> Option<(&'static Table, usize)> {
        let Some(choice) = map.dialect() else { return Some((Map::plain_table()?, 0)) };
        let options = Options { dialect: choice.cloned(), ..Options::default() };
        if let Some(attempt) = Attempt::best(std::slice::from_ref(headers), &options) {
            let known = attempt.score.hits.known;
            return Some((choice::among(&attempt.tables, known, headers)?.table, known));
        }
        let is_meant = |table: &&Table| choice.is_some_and(|choice| choice.admits(table));
        Some((dialects::tables().iter().find(is_meant).or_else(Map::plain_table)?, 0))
    }

    /// Whether it explains more than another one, as much, or less.
    pub(in crate::formats) fn cmp(&self, other: &Attempt) -> std::cmp::Ordering {
        self.score.cmp(&other.score)
    }

    /// One known header among many is chance, unless the user named the table.
    pub(in crate::formats) fn is_enough(&self, options: &Options) -> bool {
        let Score { hits, filled } = self.score;
        let is_said = options.dialect.is_some() || self.map.is_some();
        self.headers.len() <= MAX_COLUMNS && (is_said || hits.known > 1 || filled <= 2)
    }

    /// `Err` says that it has more columns than are read, where it is a header row for all that is known.
    pub(in crate::formats) fn fits(&self) -> Result<(), String> {
        let wide = self.headers.len() > MAX_COLUMNS && (self.score.hits.known > 1 || self.map.is_some());
        let why = || format!("the header row has more than {MAX_COLUMNS} columns, the most that are read: {WAY_OUT}");
        if wide { Err(why()) } else { Ok(()) }
    }

    /// The number of the header row from 0; none where a mapping file says that there is none.
    pub(in crate::formats) fn header_row(&self) -> Option<usize> {
        Some(self.row).filter(|_| self.map.as_ref().is_none_or(|map| map.has_header()))
    }

    /// The headers as they stand there.
    pub(in crate::formats) fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The label of the one code page that the likeliest program writes, if there is one.
    pub(in crate::formats) fn encoding(&self) -> Option<&'static str> {
        self.tables.first()?.dialect.habits().encoding
    }

    /// Takes it for the header. `Err` says why it cannot be, and what to do.
    pub(in crate::formats) fn decide(self) -> Result<Head, String> {
        let Attempt { row, headers, score, tables, map } = self;
        let choice = choice::among(&tables, score.hits.known, &headers);
        let Choice { table, columns, disputes } = choice.ok_or_else(|| advice(&headers))?;
        let Some(map) = map else { return Ok(Head { row, headers, columns, table, disputes, mapped: None }) };
        let (columns, mapped) = map.fit(&headers, &columns)?;
        Ok(Head { row, headers, columns, table, disputes: Vec::new(), mapped: Some(Arc::new(mapped)) })
    }
}

/// How well a row is explained, and the tables that explain it so; nothing where it is no header.
fn explain(headers: &[String], options: &Options) -> Option<(Score, Vec<&'static Table>)> {
    if holds_values(headers) {
        return None;
    }
    let admitted = |table: &Table| options.dialect.as_ref().is_none_or(|choice| choice.admits(table));
    let folded: Vec<String> = headers.iter().map(|header| fold(header)).collect();
    let filled = folded.iter().filter(|header| !header.is_empty() && !is_reason(header)).count();
    let all = dialects::tables().iter().zip(dialects::hits(&folded)).filter(|(table, _)| admitted(table));
    let hits = all.clone().map(|(_, hits)| hits).max().filter(|hits| hits.known > 0)?;
    let tables = all.filter(|(_, of)| *of == hits).map(|(table, _)| table).collect();
    Some((Score { hits, filled }, tables))
}

/// Whether a cell is an e-mail address or a telephone number: then the row is a contact, and no header.
fn holds_values(row: &[String]) -> bool {
    let is_value = |cell: &String| {
        let cell = cell.trim();
        let digits = cell.bytes().filter(u8::is_ascii_digit).count();
        let is_number = digits >= 6 && cell.chars().all(|c| c.is_ascii_digit() || "+-()./ ".contains(c));
        let is_address = cell.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        is_number || is_address && !cell.contains(' ')
    };
    row.iter().any(is_value)
}

/// What a header means, and the name of that.
type Reading = (Column, &'static str);

/// The headers of a row folded, each with how many of the same stand before it.
fn counted(headers: &[String]) -> Vec<(String, usize)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let count = |header: &String| {
        let folded = fold(header);
        let before = seen.entry(folded.clone()).or_default();
        *before += 1;
        (folded, *before - 1)
    };
    headers.iter().map(count).collect()
}

/// What each counted header means in a table, and the name of that.
fn columns(table: &Table, counted: &[(String, usize)]) -> Vec<Option<Reading>> {
    let header =
        |(folded, nth): &(String, usize)| table.header(folded, *nth).map(|header| (header.column, header.name));
    let mut columns: Vec<_> = counted.iter().map(header).collect();
    context::apply(&mut columns);
    columns
}

/// Why there is no header row, and the way out.
pub(in crate::formats) fn advice(first_row: &[String]) -> String {
    let known = |cell: &String| {
        let folded = fold(cell);
        (folded.len() > 2).then(|| dialects::nearest(&folded, |_, _| true)).flatten()
    };
    let mut near: Vec<String> = Vec::new();
    for name in first_row.iter().take(50).filter_map(known).map(|name| format!("“{name}”")) {
        if near.last() != Some(&name) {
            near.push(name);
        }
        if near.len() == 3 {
            break;
        }
    }
    let near = if near.is_empty() { String::new() } else { format!(" (near to known ones: {})", near.join(", ")) };
    format!(
        "no header row with known column names in the first {ROWS} rows{near}; put names such as “First Name”, \
         “Last Name” and “E-mail Address” above the columns, say what they mean with --map, or name the table with \
         --csv-dialect ({})",
        dialects::known().join(", ")
    )
}

/// Whether a header is that of the column with the reasons of an earlier run.
pub(in crate::formats) fn is_reason(header: &str) -> bool {
    header.trim().eq_ignore_ascii_case(REASON)
}

/// A header, or the number of a column that has none.
pub(in crate::formats) fn name(at: usize, header: &str) -> String {
    let header = header.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if header.is_empty() { format!("column {}", at + 1) } else { header.to_owned() }
}
