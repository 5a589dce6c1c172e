//! The choice among tables that explain a header row equally well, and what they disagree on.

use crate::formats::table::column::{Column, Slot};
use crate::formats::table::dialects::{Dialect, Table};
use crate::formats::table::head::{Reading, columns, counted, name};
use crate::model::Field;

/// A header that the tables which fit equally well read in different ways.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::formats) struct Dispute {
    /// Its column, from 0.
    pub(in crate::formats) at: usize,
    /// The header.
    pub(in crate::formats) header: String,
    /// Each reading by the name of its column, and the tables that read it so; the first is the likeliest table's.
    pub(in crate::formats) readings: Vec<(&'static str, Vec<String>)>,
}

/// So many headers are more than chance, even of a small table.
const SEVERAL: usize = 8;

/// A table, and what the headers mean in it.
struct Candidate {
    table: &'static Table,
    columns: Vec<Option<Reading>>,
}

/// What was chosen.
pub(super) struct Choice {
    pub(super) table: &'static Table,
    /// What each header means in it.
    pub(super) columns: Vec<Option<Column>>,
    pub(super) disputes: Vec<Dispute>,
}

/// How two readings of a header differ.
#[derive(PartialEq, Eq)]
enum Difference {
    None,
    /// Only in how much they claim: that a value is of work or of home, that a name is the given one.
    Kind,
    Meaning,
}

/// The likeliest of the tables, all of which know as many of the headers; what the headers mean in it, and what others
/// that are as likely read otherwise.
pub(super) fn among(tables: &[&'static Table], known: usize, headers: &[String]) -> Option<Choice> {
    let counted = counted(headers);
    let candidate = |table| Candidate { table, columns: columns(table, &counted) };
    let mut likely: Vec<Candidate> = likely(tables, known).into_iter().map(candidate).collect();
    let best = plainest(&likely);
    likely.swap(0, best);
    let winner = likely.first()?;
    let disputes = (0..headers.len()).filter_map(|at| dispute(&likely, at, headers)).collect();
    let columns = winner.columns.iter().map(|column| column.map(|(column, _)| column)).collect();
    Some(Choice { table: winner.table, columns, disputes })
}

/// The tables of which at least half is there; where none is, those that are not so rare that a few headers are no sign
/// of them.
fn likely(tables: &[&'static Table], known: usize) -> Vec<&'static Table> {
    let mut tables = tables.to_vec();
    let is_half = |table: &&'static Table| known >= SEVERAL && known * 2 >= table.size();
    let is_usual = |table: &&'static Table| !table.dialect.habits().rare;
    if tables.iter().any(is_half) {
        tables.retain(is_half);
    } else if tables.iter().any(is_usual) {
        tables.retain(is_usual);
    }
    tables
}

/// The first candidate; or the table of common headers, where it says less than the first one and nothing else: it does
/// not claim of an address that it is a home.
fn plainest(candidates: &[Candidate]) -> usize {
    let Some(first) = candidates.first() else { return 0 };
    let is_plainer = |other: &Candidate| {
        let mut differences = first.columns.iter().zip(&other.columns).map(|(one, other)| difference(one, other));
        other.table.dialect == Dialect::Generic && differences.all(|difference| difference != Difference::Meaning)
    };
    candidates.iter().position(is_plainer).unwrap_or(0)
}

/// What the candidates read a header as, if they do not agree. The first of them need not be more precise than others.
fn dispute(candidates: &[Candidate], at: usize, headers: &[String]) -> Option<Dispute> {
    let first = candidates.first()?;
    let plain = first.table.dialect == Dialect::Generic;
    let mut readings: Vec<(&'static str, Vec<String>)> = Vec::new();
    for candidate in candidates {
        let (Some(own), Some(other)) = (&first.columns[at], &candidate.columns[at]) else { continue };
        let agrees = match difference(&Some(*own), &Some(*other)) {
            Difference::None => true,
            Difference::Kind => plain,
            Difference::Meaning => false,
        };
        let read = if agrees { own.1 } else { other.1 };
        match readings.iter_mut().find(|(name, _)| *name == read) {
            Some((_, tables)) => tables.push(candidate.table.name()),
            None => readings.push((read, vec![candidate.table.name()])),
        }
    }
    (readings.len() > 1).then(|| Dispute { at, header: name(at, &headers[at]), readings })
}

/// How two readings differ; one that a table does not have is no contradiction.
fn difference(one: &Option<Reading>, other: &Option<Reading>) -> Difference {
    let (Some((one, _)), Some((other, _))) = (one, other) else { return Difference::None };
    match (one.slot, other.slot) {
        _ if one == other => Difference::None,
        (Slot::Kept, Slot::Kept) => Difference::None,
        // A given name that no family name stands beside is all of the name.
        (Slot::Text(Field::FullName), Slot::Text(Field::GivenName))
        | (Slot::Text(Field::GivenName), Slot::Text(Field::FullName)) => Difference::Kind,
        (Slot::Phone(Some((_, one)), _), Slot::Phone(Some((_, other)), _)) if one == other => Difference::Kind,
        (Slot::Address(..), Slot::Address(..))
        | (Slot::Email(..), Slot::Email(..))
        | (Slot::Url(..), Slot::Url(..))
            if one.part == other.part =>
        {
            Difference::Kind
        }
        _ => Difference::Meaning,
    }
}

impl Dispute {
    /// Why a table with these cannot be read, and the way out; nothing where there is none.
    pub(in crate::formats) fn dilemma<'d>(disputes: impl Iterator<Item = &'d Dispute>) -> Option<String> {
        let disputes: Vec<&Dispute> = disputes.take(3).collect();
        let tables = disputes.first()?.readings.iter().filter_map(|(_, tables)| tables.first());
        let ways: Vec<String> = tables.map(|table| format!("--csv-dialect {table}")).collect();
        let words: Vec<String> = disputes.iter().map(|dispute| dispute.words()).collect();
        let (words, ways) = (words.join("; "), ways.join(" or "));
        Some(format!("the headers fit several tables that disagree: {words}; say which it is with {ways}"))
    }

    /// It in plain words.
    pub(in crate::formats) fn words(&self) -> String {
        const SHOWN: usize = 3;
        let reading = |(name, tables): &(&str, Vec<String>)| {
            let more = tables.len().saturating_sub(SHOWN);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{name} in {}{more}", tables[..tables.len().min(SHOWN)].join(", "))
        };
        let readings: Vec<String> = self.readings.iter().map(reading).collect();
        format!("“{}” is {}", self.header, readings.join(", but "))
    }
}
