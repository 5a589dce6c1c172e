//! What the rows of a table show beyond its header: the votes on the date order, how full the columns are, what was done
//! to the cells; and what was decided about them in plain words.

use std::sync::Arc;

use crate::formats::Remark;
use crate::formats::table::closely::Closely;
use crate::formats::table::codes::Codes;
use crate::formats::table::date::{self, Cell};
use crate::formats::table::dialects::language_name;
use crate::formats::table::head::{Dispute, Head, is_reason, name};
use crate::formats::table::map::{Cells, Mapped};
use crate::formats::table::order::{Order, Votes, usual};
use crate::formats::table::slot::{Plans, Row};
use crate::formats::table::tally::Tally;
use crate::formats::table::{Options, THIS_YEAR, damage};

/// What the rows show that were counted.
#[derive(Debug, Default)]
pub(in crate::formats) struct Census {
    language: &'static str,
    votes: Votes,
    short_years: bool,
    /// Date cells with the number that a spreadsheet keeps for a date.
    serials: Tally,
    rows: u64,
    /// The columns that hold dates.
    dates: Vec<usize>,
    /// The columns that several tables read otherwise, and whether something stands in them.
    disputed: Vec<(usize, bool)>,
    /// How many rows have something in each column that means nothing to us.
    unmapped: Vec<(usize, u64)>,
    codes: Codes,
    /// Cells that were decoded twice.
    garbled: Tally,
    /// What a mapping file makes of the rows, where there is one.
    mapped: Option<Arc<Mapped>>,
    /// How many columns the table has.
    width: usize,
    /// What stands in every column, for whoever asks.
    closely: Option<Closely>,
}

impl Census {
    /// Of the rows below a header; none is counted yet.
    pub(in crate::formats) fn new(head: &Head) -> Census {
        let plans = Plans::new(head.layout());
        Census {
            language: head.table.language,
            dates: plans.date_columns().collect(),
            disputed: head.disputes.iter().map(|dispute| (dispute.at, false)).collect(),
            unmapped: head.unmapped().into_iter().map(|at| (at, 0)).collect(),
            codes: Codes::new(head),
            mapped: head.mapped.clone(),
            width: head.columns.len(),
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
        self.rows
    }

    /// The date cells that the order matters for.
    pub(in crate::formats) fn votes(&self) -> &Votes {
        &self.votes
    }

    /// Whether it takes all columns to count a row.
    pub(in crate::formats) fn needs_all_of(row: &str) -> bool {
        damage::may_be_scrambled(row)
    }

    /// How many columns from the left it takes to count other rows.
    pub(in crate::formats) fn width(&self) -> usize {
        if self.closely.is_some() || self.mapped.is_some() {
            return self.width;
        }
        let disputed = self.disputed.iter().map(|(at, _)| *at);
        let unmapped = self.unmapped.iter().map(|(at, _)| *at);
        let columns = self.dates.iter().copied().chain(unmapped).chain(disputed).chain(self.codes.columns());
        columns.max().map_or(0, |last| last + 1)
    }

    /// Counts a row that begins on a line (from 1; 0 where nobody knows it).
    pub(in crate::formats) fn count(&mut self, row: Row<'_>, line: u64) {
        if row.is_blank() {
            return;
        }
        self.rows += 1;
        let mut cells = Cells::default();
        let seen = self.mapped.as_ref().map_or(row, |mapped| mapped.view(row, self.width, &mut cells));
        for at in &self.dates {
            match date::read(seen.cell(*at), self.language, THIS_YEAR) {
                Cell::Numbers(numbers) => {
                    self.votes.count(&numbers, line, THIS_YEAR);
                    self.short_years |= numbers.has_short_year();
                }
                Cell::Serial => self.serials.add(line),
                Cell::Null | Cell::Plain(_) | Cell::Unknown => {}
            }
        }
        for (at, filled) in &mut self.disputed {
            *filled |= !row.cell(*at).is_empty();
        }
        for (at, filled) in &mut self.unmapped {
            *filled += u64::from(!row.cell(*at).is_empty());
        }
        self.codes.count(seen, line);
        self.closely.iter_mut().for_each(|closely| closely.count(seen, &self.dates, self.language));
        if Census::needs_all_of(row.text()) {
            let garbled = (0..row.len()).filter(|at| damage::unscrambled(row.verbatim(*at)).is_some()).count();
            (0..garbled).for_each(|_| self.garbled.add(line));
        }
    }

    /// The order of the dates: as the user says, as the rows prove, else as the program or the headers' language has it.
    pub(in crate::formats) fn order(&self, head: &Head, options: &Options) -> Order {
        match options.date_order {
            Some(order) => Order::Given(order),
            None => Order::decide(&self.votes, usual(head.table.dialect.name(), head.table.language)),
        }
    }

    /// Why the table cannot be read: several tables of headers fit equally well and read columns otherwise in which
    /// something stands.
    pub(in crate::formats) fn dilemma(&self, head: &Head) -> Option<String> {
        let open = self.disputed.iter().zip(&head.disputes).filter(|((_, filled), _)| *filled);
        Dispute::dilemma(open.map(|(_, dispute)| dispute))
    }

    /// What the user must say before the table can be read, because cells can be read in several ways: nothing in it
    /// proves one, and the language has no usual one.
    pub(in crate::formats) fn question(&self, order: Order) -> Option<String> {
        let open = self.votes.open();
        let Order::Open(orders) = order else { return None };
        let (ways, places) = (orders.words().join(" or as "), open.in_brackets());
        let what = match open.count {
            0 => return None,
            1 => format!("1 date{places} can be read as {ways}"),
            count => format!("{count} dates{places} can be read as {ways}"),
        };
        Some(format!(
            "{what}, and no other date proves which it is: say it with --date-order {}",
            orders.names().join(" or ")
        ))
    }

    /// What was decided about the table in plain words.
    pub(in crate::formats) fn remarks(&self, head: &Head, order: Order) -> Vec<Remark> {
        let reasons = head.headers.iter().filter(|header| is_reason(header)).count();
        let (known, all) = (head.columns.iter().flatten().count(), head.columns.len() - reasons);
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
        remarks.extend(head.remarks());
        remarks.extend(self.date_remark(order));
        if self.short_years {
            remarks.push(Remark::decided("a year of two digits is the latest one that is not in the future", ""));
        }
        remarks.extend(self.serial_remark());
        remarks.extend(self.codes.remarks(head));
        remarks.extend(self.unmapped_remarks(head));
        remarks
    }

    /// What becomes of the columns that no field has.
    pub(in crate::formats) fn unmapped_remarks(&self, head: &Head) -> impl Iterator<Item = Remark> {
        self.unmapped.iter().filter_map(|(at, filled)| self.unmapped_remark(head, *at, *filled))
    }

    /// What is to be said of cells that were decoded twice, and whether they are decoded back.
    pub(in crate::formats) fn mojibake_remark(&self, mended: bool) -> Option<Remark> {
        let (count, places) = (self.garbled.count, self.garbled.in_brackets());
        let what = "UTF-8 that was read as windows-1252 and saved so";
        match (count, mended) {
            (0, _) => None,
            (_, true) => Some(Remark::Notable(format!("{count} cells were {what}{places}, and were mended"))),
            (_, false) => Some(Remark::Notable(format!(
                "{count} cells look like {what}{places}: they are kept as they are; --fix-mojibake mends them"
            ))),
        }
    }

    /// A column that no field has: who left it empty need not hear of it.
    fn unmapped_remark(&self, head: &Head, at: usize, filled: u64) -> Option<Remark> {
        let header = name(at, &head.headers[at]);
        let what = || format!("no field for “{header}”: kept as it is (filled in {filled} of {} rows)", self.rows);
        match (filled, head.headers[at].trim()) {
            (0, "") => None,
            (0, _) => Some(Remark::Minor(what())),
            _ => Some(Remark::Notable(what())),
        }
    }

    fn serial_remark(&self) -> Option<Remark> {
        let (count, places) = (self.serials.count, self.serials.in_brackets());
        (count > 0).then(|| {
            let what = format!("{count} date cells hold the number that a spreadsheet keeps for a date{places}");
            Remark::Notable(format!("{what}: they are kept as text; show the column as dates and export it again"))
        })
    }

    /// How dates are read and why; nothing where no date needs it.
    pub(in crate::formats) fn date_remark(&self, order: Order) -> Option<Remark> {
        use crate::formats::table::DateOrder::{DayMonthYear, MonthDayYear, YearMonthDay};
        let seen = self.votes.seen();
        if seen == 0 {
            return None;
        }
        Some(match order {
            Order::Given(order) => Remark::decided(format!("dates as {}", order.words()), "as you said"),
            Order::Proved(order) => {
                let proofs = self.votes.proofs(order);
                let why = match proofs.count {
                    0 => format!("the only order that all {seen} date cells can be read in"),
                    count => format!("proved by {count} of {seen} date cells"),
                };
                Remark::decided(format!("dates as {}", order.words()), why)
            }
            Order::Assumed(order) => Remark::Notable(format!(
                "dates as {}, as the headers' language suggests; none of {seen} date cells proves it; --date-order decides",
                order.words()
            )),
            Order::Open(_) => Remark::Notable(self.question(order)?),
            Order::Contrary => {
                let proofs = [DayMonthYear, MonthDayYear, YearMonthDay].map(|order| (order, self.votes.proofs(order)));
                let proofs = proofs.iter().filter(|(_, cells)| cells.count > 0);
                let each = proofs
                    .map(|(order, cells)| format!("{} prove {}{}", cells.count, order.words(), cells.in_brackets()));
                let (each, kept) = (each.collect::<Vec<_>>().join(", "), "those that prove nothing are kept as text");
                Remark::Notable(format!(
                    "the {seen} date cells contradict each other: {each}; {kept}; --date-order decides"
                ))
            }
        })
    }
}
