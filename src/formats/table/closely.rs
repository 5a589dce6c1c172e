//! What stands in every column, for whoever looks closely: an ordinary conversion does without.

use crate::formats::table::THIS_YEAR;
use crate::formats::table::column::Column;
use crate::formats::table::date::{self, Cell};
use crate::formats::table::head::Head;
use crate::formats::table::slot::Row;

/// Sample values of a column.
const SAMPLES: usize = 3;

/// Letters of a sample that are kept.
const LONGEST: usize = 60;

/// How full a column is, and what stands in it.
#[derive(Debug, Clone, Default)]
pub(in crate::formats) struct Filled {
    /// Rows that have something in it.
    pub(in crate::formats) count: u64,
    /// The first few different values, cut where they are long.
    pub(in crate::formats) samples: Vec<String>,
}

/// Every column of the rows that were counted.
#[derive(Debug, Default)]
pub(in crate::formats) struct Closely {
    pub(in crate::formats) columns: Vec<Filled>,
    /// The first date that proves each order, in the order of [`DateOrder`](super::DateOrder)'s variants.
    pub(in crate::formats) dates: [Option<String>; 3],
    /// The first date that proves none.
    pub(in crate::formats) open_date: Option<String>,
}

impl Closely {
    /// Of the rows below a header; none is counted yet.
    pub(in crate::formats) fn new(head: &Head) -> Closely {
        Closely { columns: vec![Filled::default(); head.headers.len()], ..Closely::default() }
    }

    /// Counts a row; `dates` are the columns that hold dates, in a language.
    pub(in crate::formats) fn count(&mut self, row: Row<'_>, dates: &[usize], language: &str) {
        for (at, column) in self.columns.iter_mut().enumerate() {
            let cell = row.cell(at);
            column.count += u64::from(!cell.is_empty());
            if !cell.is_empty() && column.samples.len() < SAMPLES {
                let sample: String = cell.chars().take(LONGEST).collect();
                if !column.samples.contains(&sample) {
                    column.samples.push(sample);
                }
            }
        }
        for cell in dates.iter().map(|at| row.cell(*at)) {
            if let Cell::Numbers(numbers) = date::read(cell, language, THIS_YEAR) {
                let place = match numbers.orders().only() {
                    Some(order) => &mut self.dates[order as usize],
                    None => &mut self.open_date,
                };
                place.get_or_insert_with(|| cell.to_owned());
            }
        }
    }

    /// What stands in a column.
    pub(in crate::formats) fn column(&self, at: usize) -> Filled {
        self.columns.get(at).cloned().unwrap_or_default()
    }
}

/// What a column is called for people, none where it is kept under its header.
pub(in crate::formats) fn called(column: Column) -> String {
    column.name().unwrap_or_else(|| "keep".to_owned())
}
