//! What the rows of a table show beyond its header: the votes on the date order, how full the columns are; and what was
//! decided about them in plain words.

use crate::formats::Remark;
use crate::formats::table::Options;
use crate::formats::table::date::{self, Cell, Order, Votes};
use crate::formats::table::dialects::language_name;
use crate::formats::table::head::{Dispute, Head, name};
use crate::formats::table::slot::{Plans, Row};

/// What the rows show that were counted.
#[derive(Debug, Default)]
pub(in crate::formats) struct Census {
    votes: Votes,
    short_years: bool,
    rows: usize,
    /// The columns that hold dates.
    dates: Vec<usize>,
    /// The columns that several tables read otherwise, and whether something stands in them.
    disputed: Vec<(usize, bool)>,
    /// How many rows have something in each column that means nothing to us.
    unmapped: Vec<(usize, usize)>,
}

impl Census {
    /// Of the rows below a header; none is counted yet.
    pub(in crate::formats) fn new(head: &Head) -> Census {
        let plans = Plans::new(head.columns.iter().copied());
        let unmapped = head.columns.iter().enumerate().filter(|(_, column)| column.is_none());
        Census {
            dates: plans.date_columns().collect(),
            disputed: head.disputes.iter().map(|dispute| (dispute.at, false)).collect(),
            unmapped: unmapped.map(|(at, _)| (at, 0)).collect(),
            ..Census::default()
        }
    }

    /// Counts a row.
    pub(in crate::formats) fn count(&mut self, row: Row<'_>) {
        if row.is_blank() {
            return;
        }
        self.rows += 1;
        for at in &self.dates {
            let cell = row.cell(*at);
            self.votes.count(cell);
            if let Cell::Numbers(numbers) = date::read(cell) {
                self.short_years |= date::has_short_year(numbers);
            }
        }
        for (at, filled) in &mut self.disputed {
            *filled |= !row.cell(*at).is_empty();
        }
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

    /// Why the table cannot be read: several tables of headers fit equally well and read columns otherwise in which
    /// something stands.
    pub(in crate::formats) fn dilemma(&self, head: &Head) -> Option<String> {
        let open = self.disputed.iter().zip(&head.disputes).filter(|((_, filled), _)| *filled);
        Dispute::dilemma(open.map(|(_, dispute)| dispute))
    }

    /// What was decided about the table in plain words.
    pub(in crate::formats) fn remarks(&self, head: &Head, order: Order) -> Vec<Remark> {
        let (known, all) = (head.columns.iter().flatten().count(), head.columns.len());
        let (dialect, language) = (head.table.dialect.title(), language_name(head.table.language));
        let headers = format!("{dialect} in {language}, {known} of {all} headers known");
        let mut remarks = vec![Remark::decided(headers, format!("in row {}", head.row + 1))];
        if known * 2 < all {
            let what = "fewer than half of the headers are known; look at the result before you use it";
            remarks.push(Remark::Notable(what.to_owned()));
        }
        remarks.extend(head.remarks());
        remarks.extend(self.date_remark(order));
        if self.short_years {
            remarks.push(Remark::decided("a year of two digits is the latest one that is not in the future", ""));
        }
        remarks.extend(self.unmapped.iter().filter_map(|(at, filled)| self.unmapped_remark(head, *at, *filled)));
        remarks
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

    fn date_remark(&self, order: Order) -> Option<Remark> {
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
