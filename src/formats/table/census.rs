//! What the rows of a table show beyond its header: the votes on the date order, how full the columns are; and what was
//! decided about them in plain words.

use std::sync::Arc;

use crate::formats::Remark;
use crate::formats::table::Options;
use crate::formats::table::closely::Closely;
use crate::formats::table::date::{self, Cell, Order, Votes};
use crate::formats::table::head::{Head, language_name, name};
use crate::formats::table::map::{Cells, Mapped};
use crate::formats::table::slot::{Plans, Row};

/// What the rows show that were counted.
#[derive(Debug, Default)]
pub(in crate::formats) struct Census {
    votes: Votes,
    short_years: bool,
    rows: usize,
    /// The columns that hold dates.
    dates: Vec<usize>,
    /// How many rows have something in each column that means nothing to us.
    unmapped: Vec<(usize, usize)>,
    /// What a mapping file makes of the rows, and how many columns the table has.
    mapped: Option<(Arc<Mapped>, usize)>,
    /// What stands in every column, for whoever asks.
    closely: Option<Closely>,
}

impl Census {
    /// Of the rows below a header; none is counted yet.
    pub(in crate::formats) fn new(head: &Head) -> Census {
        let plans = Plans::new(head.layout());
        Census {
            dates: plans.date_columns().collect(),
            unmapped: head.unmapped().into_iter().map(|at| (at, 0)).collect(),
            mapped: head.mapped.as_ref().map(|mapped| (Arc::clone(mapped), head.columns.len())),
            ..Census::default()
        }
    }

    /// Counts what stands in every column too.
    pub(in crate::formats) fn look_closely(&mut self, head: &Head) {
        self.closely = Some(Closely::new(head));
    }

    /// What stands in every column, if that was counted.
    pub(in crate::formats) fn closely(&self) -> Option<&Closely> {
        self.closely.as_ref()
    }

    /// The rows counted.
    pub(in crate::formats) fn rows(&self) -> u64 {
        self.rows as u64
    }

    /// Date cells that the order matters for, and those that prove each order.
    pub(in crate::formats) fn votes(&self) -> (usize, [usize; 3]) {
        (self.votes.seen, self.votes.proofs)
    }

    /// Counts a row.
    pub(in crate::formats) fn count(&mut self, row: Row<'_>) {
        if row.is_blank() {
            return;
        }
        self.rows += 1;
        let mut cells = Cells::default();
        let row = self.mapped.as_ref().map_or(row, |(mapped, width)| mapped.view(row, *width, &mut cells));
        for at in &self.dates {
            let cell = row.cell(*at);
            self.votes.count(cell);
            if let Cell::Numbers(numbers) = date::read(cell) {
                self.short_years |= date::has_short_year(numbers);
            }
        }
        self.closely.iter_mut().for_each(|closely| closely.count(row, &self.dates));
        for (at, filled) in &mut self.unmapped {
            *filled += usize::from(!row.cell(*at).is_empty());
        }
    }

    /// The order of the dates: as the user says, as the rows prove, else as the headers' language suggests.
    pub(in crate::formats) fn order(&self, head: &Head, options: &Options) -> Order {
        match options.date_order {
            Some(order) => Order::Given(order),
            None => Order::decide(&self.votes, head.table.language),
        }
    }

    /// What was decided about the table in plain words.
    pub(in crate::formats) fn remarks(&self, head: &Head, order: Order) -> Vec<Remark> {
        let (known, all) = (head.columns.iter().flatten().count(), head.columns.len());
        let (dialect, language) = (head.table.dialect.title(), language_name(head.table.language));
        let headers = match &head.mapped {
            Some(mapped) => mapped.words(),
            None => format!("{dialect} in {language}, {known} of {all} headers known"),
        };
        let row = if head.rows_before() == 0 { String::new() } else { format!("in row {}", head.row + 1) };
        let mut remarks = vec![Remark::decided(headers, row)];
        if known * 2 < all && head.mapped.is_none() {
            let what = "fewer than half of the headers are known; look at the result before you use it";
            remarks.push(Remark::Notable(what.to_owned()));
        }
        if let Some((table, headers)) = &head.rival {
            let (table, headers) = (table.name(), quoted(headers.iter().map(String::as_str)));
            let what = format!("{table} fits as well but reads {headers} otherwise; --csv-dialect decides");
            remarks.push(Remark::Notable(what));
        }
        remarks.extend(self.date_remark(order));
        if self.short_years {
            remarks.push(Remark::decided("a year of two digits is the latest one that is not in the future", ""));
        }
        remarks.extend(self.unmapped_remarks(head));
        remarks
    }

    /// What becomes of the columns that no field has.
    pub(in crate::formats) fn unmapped_remarks(&self, head: &Head) -> impl Iterator<Item = Remark> {
        self.unmapped.iter().filter_map(|(at, filled)| self.unmapped_remark(head, *at, *filled))
    }

    /// A column that no field has: who left it empty need not hear of it.
    fn unmapped_remark(&self, head: &Head, at: usize, filled: usize) -> Option<Remark> {
        let header = name(at, &head.headers[at]);
        let what = || format!("no field for “{header}”: kept as it is (filled in {filled} of {} rows)", self.rows);
        match (filled, head.headers[at].trim()) {
            (0, "") => None,
            (0, _) => Some(Remark::Minor(what())),
            _ => Some(Remark::Notable(what())),
        }
    }

    /// How dates are read and why; nothing where no date needs it.
    pub(in crate::formats) fn date_remark(&self, order: Order) -> Option<Remark> {
        let (seen, proofs) = (self.votes.seen, self.votes.proofs);
        if seen == 0 {
            return None;
        }
        Some(match order {
            Order::Given(order) => Remark::decided(format!("dates as {}", order.words()), "as you said"),
            Order::Proved(order) => {
                let why = format!("proved by {} of {seen} date cells", proofs[order as usize]);
                Remark::decided(format!("dates as {}", order.words()), why)
            }
            Order::Assumed(order) => Remark::Notable(format!(
                "dates as {}, as the headers' language suggests; none of {seen} date cells proves it; --date-order decides",
                order.words()
            )),
            Order::Contrary => Remark::Notable(format!(
                "{} date cells prove day, month, year and {} month, day, year; those that prove neither are kept as text; \
                 --date-order decides",
                proofs[0], proofs[1]
            )),
        })
    }
}

fn quoted<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.map(|text| format!("“{text}”")).collect::<Vec<_>>().join(", ")
}
