//! What was decided about a table and why, for people to look at and to mend.

use crate::formats::Remark;
use crate::formats::table::census::Census;
use crate::formats::table::closely::called;
use crate::formats::table::column::{Column, Part, Slot};
use crate::formats::table::dialects::{self, Dialect, Header, Hits, Table, language_name};
use crate::formats::table::fold::fold;
use crate::formats::table::head::{Head, name};
use crate::formats::table::map;
use crate::formats::table::order::Order;
use crate::formats::table::slot::Second;
use crate::formats::table::{DateOrder, Options};

/// Tables that fitted less well and are told.
const RUNNERS_UP: usize = 3;

/// What was decided about a table, and what its rows show.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// The sheet of a workbook, and why it is that one.
    pub sheet: Option<(String, &'static str)>,
    /// The character set and why; none where the file itself says it.
    pub encoding: Option<(String, String)>,
    /// What stands between the cells, as a name in words; none where the file itself says it.
    pub delimiter: Option<(char, String)>,
    /// The number of the header row, from 1; none where there is no header row.
    pub header_row: Option<usize>,
    /// Whose headers these are; none where a mapping file says what they mean.
    pub dialect: Option<Fit>,
    /// Others that fit, the best first.
    pub runners_up: Vec<Fit>,
    /// What a mapping file decides, in words.
    pub mapped: Option<String>,
    /// How the dates are read.
    pub dates: Dates,
    /// Rows below the header, blank ones aside.
    pub rows: u64,
    /// The columns, in their order.
    pub columns: Vec<Found>,
    /// What else the user may know better.
    pub notes: Vec<String>,
    /// All of it as a reader says it.
    pub remarks: Vec<Remark>,
    /// The sections of a mapping file that says the same: what it says of the input, and all else.
    pub(in crate::formats) input: String,
    pub(in crate::formats) sections: String,
}

/// How well a table of headers fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// Its name on the command line: `outlook-desktop/de`.
    pub name: String,
    /// The program and the language, in words.
    pub title: String,
    /// How many of the headers it knows.
    pub known: usize,
}

/// How dates are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dates {
    /// Date cells that the order matters for.
    pub cells: u64,
    /// Those that prove day, month, year; month, day, year; year, month, day.
    pub votes: [u64; 3],
    /// The order that was decided on; none where there is nothing to decide, or no way to.
    pub order: Option<DateOrder>,
    /// The decision and its reason, in words; empty where there is nothing to decide.
    pub words: String,
    /// One date that proves each order, and one that proves none.
    pub examples: [Option<String>; 4],
}

/// A column and what it means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Its number, from 1.
    pub number: usize,
    /// Its header, or its number in words.
    pub header: String,
    /// The places in a contact that it fills, by their names; `keep` and `ignore` as in a mapping file; empty where it
    /// means nothing to us and is kept as it is.
    pub to: Vec<String>,
    /// Rows that have something in it.
    pub filled: u64,
    /// The first few different values, cut where they are long. Personal data.
    pub samples: Vec<String>,
    /// A known header that was perhaps meant, and the place that it fills; for columns that mean nothing to us.
    pub near: Option<(String, String)>,
    /// What becomes of it in rows where another column has filled its place.
    pub second: Option<Beside>,
}

/// What becomes of the second of two columns for one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// The number of the first one, from 1.
    pub after: usize,
    /// The place where both are filled; `keep` as in a mapping file.
    pub to: String,
}

impl Findings {
    /// What was decided about a table, whatever file it stands in.
    pub(in crate::formats) fn of(head: &Head, census: &Census, options: &Options) -> Findings {
        let order = census.order(head, options);
        let (dialect, runners_up) = fits(head);
        let remarks = census.remarks(head, order);
        // The columns and the dates say these by themselves.
        let shown: Vec<Remark> = census.unmapped_remarks(head).chain(census.date_remark(order)).collect();
        let notes = remarks.iter().filter(|remark| !shown.contains(remark)).filter_map(|remark| match remark {
            Remark::Notable(text) => Some(text.clone()),
            _ => None,
        });
        let mut findings = Findings {
            header_row: (head.rows_before() > 0).then_some(head.row + 1),
            dialect,
            runners_up,
            mapped: head.mapped.as_ref().map(|mapped| mapped.words()),
            dates: dates(census, order),
            rows: census.rows(),
            columns: (0..head.headers.len()).map(|at| found(head, census, at)).collect(),
            notes: notes.collect(),
            remarks,
            ..Findings::default()
        };
        findings.sections = map::written(head, &findings);
        findings.say_input(head, None);
        findings
    }

    /// Says in the mapping file what is known of the input by now; no encoding where the file itself says it.
    pub(in crate::formats) fn say_input(&mut self, head: &Head, encoding: Option<&str>) {
        self.input = map::input(head, encoding, self);
    }

    /// A mapping file that says what was decided, for the user to edit; it holds no values of the table. `name` is what
    /// it calls itself.
    pub fn mapping_file(&self, name: &str) -> String {
        map::file(name, self)
    }
}

/// How well a table of headers fits.
fn fit(table: &Table, hits: Hits) -> Fit {
    let title = format!("{} in {}", table.dialect.title(), language_name(table.language));
    Fit { name: table.name(), title, known: hits.known }
}

/// How well the table that was chosen fits, and those that fit next best; nothing where a mapping file says what the
/// headers mean.
fn fits(head: &Head) -> (Option<Fit>, Vec<Fit>) {
    if head.mapped.is_some() {
        return (None, Vec::new());
    }
    let folded: Vec<String> = head.headers.iter().map(|header| fold(header)).collect();
    let all = dialects::tables().iter().zip(dialects::hits(&folded)).filter(|(_, hits)| hits.known > 0);
    let (chosen, mut others): (Vec<_>, Vec<_>) = all.partition(|(table, _)| std::ptr::eq(*table, head.table));
    others.sort_by_key(|(_, hits)| std::cmp::Reverse(*hits));
    others.truncate(RUNNERS_UP);
    let fit = |(table, hits): (&Table, Hits)| fit(table, hits);
    (chosen.into_iter().next().map(fit), others.into_iter().map(fit).collect())
}

/// A column and what it means.
fn found(head: &Head, census: &Census, at: usize) -> Found {
    let filled = census.closely().map(|closely| closely.column(at)).unwrap_or_default();
    let to = goes_to(head, at);
    let near = if to.is_empty() { near(head, at) } else { None };
    let header = name(at, &head.headers[at]);
    let second = second(head, at);
    Found { number: at + 1, header, to, filled: filled.count, samples: filled.samples, near, second }
}

/// What becomes of a column for a single value where one before it has filled that.
fn second(head: &Head, at: usize) -> Option<Beside> {
    let column = head.columns[at]?;
    let to = match (column.slot, Second::of(column.field())) {
        (Slot::Text(_), Second::Joined(_)) => return None,
        (Slot::Text(_), Second::Related(_)) => Slot::Relation(1),
        (Slot::Text(_) | Slot::Date(_) | Slot::Gender | Slot::Sensitivity | Slot::Photo, _) => Slot::Kept,
        _ => return None,
    };
    let first = head.columns[..at].iter().position(|before| *before == Some(column))?;
    let to = called(Column { slot: to, part: Part::Value }).replace("[1]", "[]");
    Some(Beside { after: first + 1, to })
}

/// The places that a column fills.
fn goes_to(head: &Head, at: usize) -> Vec<String> {
    let own = head.columns[at].map(called);
    let made = head.mapped.iter().flat_map(|mapped| mapped.made_of(at)).map(called);
    let mut places: Vec<String> = own.into_iter().chain(made).collect();
    places.dedup();
    if places.is_empty() && !head.unmapped().contains(&at) {
        places.push("ignore".to_owned());
    }
    places
}

/// A known header that a column's is, or nearly is: of another table, of the same, or of those that people make up.
fn near(head: &Head, at: usize) -> Option<(String, String)> {
    let folded = fold(&head.headers[at]);
    if folded.is_empty() {
        return None;
    }
    let said = |text: &str, column: Column| Some((text.trim().to_owned(), column.name()?));
    let exact = dialects::tables().iter().find_map(|table| Some(table.header(&folded, 0)?.column));
    if let Some(column) = exact {
        return said(&head.headers[at], column);
    }
    let likely = |table: &Table| std::ptr::eq(table, head.table) || table.dialect == Dialect::Generic;
    let length = folded.chars().count();
    let candidate = |table: &Table, header: &Header| {
        likely(table) && header.text.chars().count().abs_diff(length) <= length / 4 + 1
    };
    let found = (length > 2).then(|| dialects::nearest(&folded, candidate)).flatten()?;
    let headers = || dialects::tables().iter().filter(|table| likely(table)).flat_map(|table| &table.headers);
    said(found, headers().find(|header| header.text == found)?.column)
}

fn dates(census: &Census, order: Order) -> Dates {
    let cells = census.votes().seen();
    if cells == 0 {
        return Dates::default();
    }
    let votes = DateOrder::ALL.map(|order| census.votes().proofs(order).count);
    let examples = census.closely().map_or([const { None }; 4], |closely| {
        let [first, second, third] = closely.dates.clone();
        [first, second, third, closely.open_date.clone()]
    });
    let words = census.date_remark(order).map(|remark| remark.to_string()).unwrap_or_default();
    Dates { cells, votes, order: decided(order), words, examples }
}

/// The one order that all dates are read in, if there is one.
pub(in crate::formats) fn decided(order: Order) -> Option<DateOrder> {
    match order {
        Order::Given(order) | Order::Proved(order) | Order::Assumed(order) => Some(order),
        Order::Open(_) | Order::Contrary => None,
    }
}
