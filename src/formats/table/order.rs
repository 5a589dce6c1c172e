//! The order of day, month and year, decided once for a table by all of its dates.

use crate::formats::table::date::Numbers;
use crate::formats::table::tally::Tally;

/// The order of day, month and year in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// 31.12.1999
    DayMonthYear,
    /// 12/31/1999
    MonthDayYear,
    /// 99/12/31; a year of four digits in front needs no order.
    YearMonthDay,
}

impl DateOrder {
    /// Every order there is.
    pub(in crate::formats) const ALL: [DateOrder; 3] =
        [DateOrder::DayMonthYear, DateOrder::MonthDayYear, DateOrder::YearMonthDay];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            DateOrder::DayMonthYear => "dmy",
            DateOrder::MonthDayYear => "mdy",
            DateOrder::YearMonthDay => "ymd",
        }
    }

    /// The order of a name, if it is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == name)
    }

    /// How a date looks in it, for a remark.
    pub(in crate::formats) fn words(self) -> &'static str {
        match self {
            DateOrder::DayMonthYear => "day, month, year",
            DateOrder::MonthDayYear => "month, day, year",
            DateOrder::YearMonthDay => "year, month, day",
        }
    }
}

/// The languages whose people write dates in one order. English has two, and so it is none of them; neither is any that
/// is not listed.
const LANGUAGES: &[(DateOrder, &[&str])] = &[
    (
        DateOrder::DayMonthYear,
        &[
            "af", "ar", "ast", "be", "bg", "br", "bs", "ca", "cs", "cy", "da", "de", "dsb", "el", "es", "et", "fi",
            "fr", "fy", "ga", "gd", "gl", "he", "hi", "hr", "hsb", "hy", "hye", "id", "is", "it", "ka", "kab", "kk",
            "km", "lv", "mk", "ms", "nb", "nl", "nn", "no", "pa", "pl", "pt", "rm", "ro", "ru", "sk", "sl", "sq", "sr",
            "th", "tr", "uk", "uz", "vi",
        ],
    ),
    (DateOrder::YearMonthDay, &["eu", "hu", "ja", "ko", "lt", "sv", "zh"]),
];

/// The programs that write dates in one order whatever the language.
const PROGRAMS: &[(&str, DateOrder)] = &[("yahoo", DateOrder::MonthDayYear)];

/// The one order in which a program writes dates, by its dialect's name, or the people of a language; if there is one.
pub(in crate::formats) fn usual(dialect: &str, language: &str) -> Option<DateOrder> {
    if let Some((_, order)) = PROGRAMS.iter().find(|(name, _)| *name == dialect) {
        return Some(*order);
    }
    let primary = language.split(['_', '-']).next().unwrap_or_default();
    LANGUAGES.iter().find(|(_, languages)| languages.contains(&primary)).map(|(order, _)| *order)
}

/// Some orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) struct Orders(u8);

impl Orders {
    /// None of them.
    pub(in crate::formats) const NONE: Orders = Orders(0);
    const ALL: Orders = Orders(0b111);

    /// These and another one.
    pub(in crate::formats) fn with(self, order: DateOrder) -> Self {
        Orders(self.0 | 1 << order as u8)
    }

    /// Whether one of them is this.
    pub(in crate::formats) fn has(self, order: DateOrder) -> bool {
        self.0 & 1 << order as u8 != 0
    }

    fn and(self, other: Orders) -> Self {
        Orders(self.0 & other.0)
    }

    fn each(self) -> impl Iterator<Item = DateOrder> {
        DateOrder::ALL.into_iter().filter(move |order| self.has(*order))
    }

    /// The only one.
    pub(in crate::formats) fn only(self) -> Option<DateOrder> {
        let mut each = self.each();
        each.next().filter(|_| each.next().is_none())
    }

    /// Their names on the command line.
    pub(in crate::formats) fn names(self) -> Vec<&'static str> {
        self.each().map(DateOrder::name).collect()
    }

    /// How dates look in them.
    pub(in crate::formats) fn words(self) -> Vec<&'static str> {
        self.each().map(DateOrder::words).collect()
    }
}

/// The date cells that were seen, by the orders in which each one is a date.
#[derive(Debug, Clone, Default)]
pub(in crate::formats) struct Votes {
    /// Every cell of numbers.
    seen: [Tally; 8],
    /// Those that are another date in each order.
    open: [Tally; 8],
}

impl Votes {
    /// Counts the numbers of a cell on a line.
    pub(in crate::formats) fn count(&mut self, numbers: &Numbers, line: u64, this_year: u16) {
        let fits = usize::from(numbers.orders().0);
        self.seen[fits].add(line);
        if !numbers.is_one_date(this_year) {
            self.open[fits].add(line);
        }
    }

    /// How many cells of numbers there are.
    pub(in crate::formats) fn seen(&self) -> u64 {
        self.seen.iter().map(|tally| tally.count).sum()
    }

    /// The cells that are a date in one order alone, and so prove it.
    pub(in crate::formats) fn proofs(&self, order: DateOrder) -> &Tally {
        &self.seen[usize::from(Orders::NONE.with(order).0)]
    }

    /// The cells that the order of the table decides.
    pub(in crate::formats) fn open(&self) -> Tally {
        let mut all = Tally::default();
        self.open.iter().for_each(|tally| all.join(tally));
        all
    }

    /// The orders in which every cell is a date.
    fn left(&self) -> Orders {
        let seen = |fits: &u8| self.seen[usize::from(*fits)].count > 0;
        (1..8).filter(seen).fold(Orders::ALL, |left, fits| left.and(Orders(fits)))
    }
}

/// How the dates of a file are read, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Order {
    /// The user says so.
    Given(DateOrder),
    /// Cells prove it, and none the contrary.
    Proved(DateOrder),
    /// Nothing proves it; the language writes it so.
    Assumed(DateOrder),
    /// Nothing proves any of these, and the language writes more than one: the user must say. Only a cell that is the
    /// same date in all of them can be read.
    Open(Orders),
    /// Cells prove contrary orders: only a cell that proves its own can be trusted.
    Contrary,
}

impl Order {
    /// The order that the votes give, else the usual one of the program or the language, if there is one.
    pub(in crate::formats) fn decide(votes: &Votes, usual: Option<DateOrder>) -> Order {
        let left = votes.left();
        match (left.only(), usual) {
            _ if left == Orders::NONE => Order::Contrary,
            (Some(order), _) => Order::Proved(order),
            (None, Some(order)) if left.has(order) => Order::Assumed(order),
            (None, _) => Order::Open(left),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::table::date::{self, Cell};
    use crate::model::PartialDate;

    fn votes(cells: &[&str]) -> Votes {
        let mut votes = Votes::default();
        for (cell, line) in cells.iter().zip(1..) {
            if let Cell::Numbers(numbers) = date::read(cell, "en", 2026) {
                votes.count(&numbers, line, 2026);
            }
        }
        votes
    }

    #[test]
    fn the_file_decides_once() {
        use DateOrder::{DayMonthYear as Dmy, MonthDayYear as Mdy, YearMonthDay as Ymd};
        let decide = |cells: &[&str], language| Order::decide(&votes(cells), usual("generic", language));
        assert_eq!(decide(&["1/2/1980", "13/2/1980"], "en"), Order::Proved(Dmy));
        assert_eq!(decide(&["1/2/1980", "2/13/1980"], "de"), Order::Proved(Mdy));
        assert_eq!(decide(&["1/2/1980"], "fr"), Order::Assumed(Dmy));
        assert_eq!(decide(&["1/2/1980"], "pt_BR"), Order::Assumed(Dmy));
        assert_eq!(decide(&["1/2/80"], "ja"), Order::Open(Orders(0b011)));
        assert_eq!(decide(&["1/2/03"], "ja"), Order::Assumed(Ymd));
        assert_eq!(decide(&["1.2.1980"], "en"), Order::Proved(Dmy));
        assert_eq!(decide(&["1/2/1980"], "en"), Order::Open(Orders(0b011)));
        assert_eq!(decide(&["13/4/05", "3/4/1980"], "en"), Order::Proved(Dmy), "two cells leave one order");
        assert_eq!(decide(&["13/2/1980", "2/13/1980"], "en"), Order::Contrary);
        assert_eq!(
            decide(&["13/4/05", "2/13/1980"], "en"),
            Order::Contrary,
            "the first fits any order but the second's"
        );
    }

    #[test]
    fn dates_that_are_the_same_either_way_ask_nothing() {
        let votes = votes(&["5/5/1980", "2024-01-02", "0/0/00"]);
        assert_eq!((votes.seen(), votes.open().count), (1, 0));
    }

    #[test]
    fn contrary_files_give_only_what_proves_itself() {
        let date = |text: &str| match date::read(text, "en", 2026) {
            Cell::Numbers(numbers) => numbers.date(Order::Contrary, 2026),
            _ => None,
        };
        assert_eq!(date("13/2/1980"), PartialDate::full(1980, 2, 13));
        assert_eq!(date("2/13/1980"), PartialDate::full(1980, 2, 13));
        assert_eq!(date("5/5/1980"), PartialDate::full(1980, 5, 5));
        assert_eq!(date("2/3/1980"), None);
    }
}
