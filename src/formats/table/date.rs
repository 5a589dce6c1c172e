//! Dates in cells: their order, decided once for a file; null dates; years of two digits and years that are none.

use crate::model::PartialDate;

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
        [DateOrder::DayMonthYear, DateOrder::MonthDayYear, DateOrder::YearMonthDay]
            .into_iter()
            .find(|order| order.name() == name)
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

/// What a date cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Cell {
    /// Nothing: blank, or a date of zeros (`0/0/00`), which is how Outlook writes "none".
    Null,
    /// A date whose order shows by itself.
    Plain(PartialDate),
    /// Three numbers, whose order the file decides.
    Numbers([Number; 3]),
    /// No date that is understood.
    Unknown,
}

/// A number of a date, and how many digits it is written with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::formats) struct Number {
    value: u16,
    digits: usize,
}

/// Years that mean "none": Outlook.com and iOS write 1604 (a leap year), others 0.
const NO_YEAR: [u16; 2] = [1604, 0];

/// The beginnings of the months' names, folded, that English, German and French tables use.
const MONTHS: &[(&str, u8)] = &[
    ("jan", 1),
    ("feb", 2),
    ("fév", 2),
    ("mar", 3),
    ("mär", 3),
    ("mrz", 3),
    ("apr", 4),
    ("avr", 4),
    ("may", 5),
    ("mai", 5),
    ("jun", 6),
    ("juin", 6),
    ("jul", 7),
    ("juil", 7),
    ("aug", 8),
    ("aoû", 8),
    ("sep", 9),
    ("oct", 10),
    ("okt", 10),
    ("nov", 11),
    ("dec", 12),
    ("déc", 12),
    ("dez", 12),
];

/// Reads a cell as far as it goes without knowing the file's order.
pub(in crate::formats) fn read(text: &str) -> Cell {
    let text = date_part(text.trim());
    let digits = text.bytes().filter(u8::is_ascii_digit);
    if !text.is_empty() && text.len() <= 64 && digits.clone().count() > 0 && digits.clone().all(|digit| digit == b'0') {
        return if text.chars().any(char::is_alphabetic) { Cell::Unknown } else { Cell::Null };
    }
    if text.is_empty() {
        return Cell::Null;
    }
    if let Some(yearless) = text.strip_prefix("--") {
        return month_day(yearless)
            .and_then(|(month, day)| PartialDate::yearless(month, day))
            .map_or(Cell::Unknown, Cell::Plain);
    }
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = |range: std::ops::Range<usize>| text[range].parse().unwrap_or(0);
        return plain(number(0..4), number(4..6), number(6..8));
    }
    numbers(text).unwrap_or_else(|| with_month_name(text))
}

/// Without the time of day that follows a date (`2024-05-01T00:00:00`, `5/1/1980 12:00:00 AM`).
fn date_part(text: &str) -> &str {
    let Some(colon) = text.find(':') else { return text };
    text[..colon].rfind(['T', ' ']).map_or(text, |at| text[..at].trim_end())
}

/// `MM-DD` or `MMDD`.
fn month_day(text: &str) -> Option<(u8, u8)> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let shaped = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    shaped.then(|| Some((digits[..2].parse().ok()?, digits[2..].parse().ok()?)))?
}

/// Three numbers between points, slashes or dashes.
fn numbers(text: &str) -> Option<Cell> {
    let text = text.trim_end_matches('.');
    let mut parts = text.split(['.', '/', '-']).map(str::trim);
    let mut found = [Number::default(); 3];
    for number in &mut found {
        let part = parts.next()?;
        if part.is_empty() || part.len() > 4 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = Number { value: part.parse().ok()?, digits: part.len() };
    }
    if parts.next().is_some() {
        return None;
    }
    let [first, second, third] = found;
    Some(match (first.digits, second.digits, third.digits) {
        (3.., 1..=2, 1..=2) => plain(first.value, second.value, third.value),
        (1..=2, 1..=2, _) => Cell::Numbers(found),
        _ => Cell::Unknown,
    })
}

/// A day, a month's name and a year, in the orders people write them.
fn with_month_name(text: &str) -> Cell {
    if text.len() > 40 {
        return Cell::Unknown;
    }
    let lower = text.to_lowercase();
    let mut words = lower.split([' ', ',', '.', '-', '/']).filter(|word| !word.is_empty());
    let (Some(first), Some(second), third, None) = (words.next(), words.next(), words.next(), words.next()) else {
        return Cell::Unknown;
    };
    let month = |word: &str| MONTHS.iter().find(|(name, _)| word.starts_with(name)).map(|(_, month)| u16::from(*month));
    let number = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse::<u16>().ok();
    let (day, month) = match (number(first), month(second), month(first), number(second)) {
        (Some(day), Some(month), ..) | (.., Some(month), Some(day)) => (day, month),
        _ => return Cell::Unknown,
    };
    match third.map(|word| (word.len(), number(word))) {
        None => plain(NO_YEAR[0], month, day),
        Some((4, Some(year))) => plain(year, month, day),
        _ => Cell::Unknown,
    }
}

/// A date of a known order, the year possibly none.
fn plain(year: u16, month: u16, day: u16) -> Cell {
    let (Ok(month), Ok(day)) = (u8::try_from(month), u8::try_from(day)) else { return Cell::Unknown };
    let date =
        if NO_YEAR.contains(&year) { PartialDate::yearless(month, day) } else { PartialDate::full(year, month, day) };
    date.map_or(Cell::Unknown, Cell::Plain)
}

/// The order that three numbers prove, if they prove one.
pub(in crate::formats) fn proved(numbers: [Number; 3], text: &str) -> Option<DateOrder> {
    let [first, second, third] = numbers;
    let is_year = third.digits > 2;
    if first.value > 31 && !is_year {
        return Some(DateOrder::YearMonthDay);
    }
    if text.contains('.') || first.value > 12 {
        return (second.value <= 12 && (is_year || text.contains('.') || third.value > 31))
            .then_some(DateOrder::DayMonthYear);
    }
    (second.value > 12).then_some(DateOrder::MonthDayYear)
}

/// The date of three numbers in an order. `this_year` decides what a year of two digits means: the latest one that is
/// not in the future, because these are birthdays and anniversaries.
pub(in crate::formats) fn in_order(numbers: [Number; 3], order: DateOrder, this_year: u16) -> Option<PartialDate> {
    let [first, second, third] = numbers;
    let (day, month, year) = match order {
        DateOrder::DayMonthYear => (first, second, third),
        DateOrder::MonthDayYear => (second, first, third),
        DateOrder::YearMonthDay => (third, second, first),
    };
    let year = match year.digits {
        1 | 2 => {
            let year_of_now = this_year / 100 * 100 + year.value;
            if year_of_now > this_year { year_of_now - 100 } else { year_of_now }
        }
        _ => year.value,
    };
    match plain(year, month.value, day.value) {
        Cell::Plain(date) => Some(date),
        _ => None,
    }
}

/// Whether the year is written with two digits.
pub(in crate::formats) fn has_short_year(numbers: [Number; 3]) -> bool {
    numbers.iter().all(|number| number.digits <= 2)
}

/// The date cells that were seen, and what they prove.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::formats) struct Votes {
    /// Cells of three numbers.
    pub(in crate::formats) seen: usize,
    /// Those that prove an order, in the order of [`DateOrder`]'s variants.
    pub(in crate::formats) proofs: [usize; 3],
}

impl Votes {
    /// Counts a cell.
    pub(in crate::formats) fn count(&mut self, text: &str) {
        if let Cell::Numbers(numbers) = read(text) {
            self.seen += 1;
            if let Some(order) = proved(numbers, text) {
                self.proofs[order as usize] += 1;
            }
        }
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
    /// Cells prove contrary orders: only a cell that proves its own can be trusted.
    Contrary,
}

impl Order {
    /// The order that the votes give, else the one of the language.
    pub(in crate::formats) fn decide(votes: &Votes, language: &str) -> Order {
        let orders = [DateOrder::DayMonthYear, DateOrder::MonthDayYear, DateOrder::YearMonthDay];
        let mut proved = orders.into_iter().filter(|order| votes.proofs[*order as usize] > 0);
        match (proved.next(), proved.next()) {
            (Some(order), None) => Order::Proved(order),
            (Some(_), Some(_)) => Order::Contrary,
            (None, _) if language == "en" => Order::Assumed(DateOrder::MonthDayYear),
            (None, _) => Order::Assumed(DateOrder::DayMonthYear),
        }
    }

    /// The date of a cell of three numbers; none where it contradicts what was decided.
    pub(in crate::formats) fn date(self, numbers: [Number; 3], text: &str, this_year: u16) -> Option<PartialDate> {
        let proved = proved(numbers, text);
        let order = match self {
            Order::Given(order) => order,
            Order::Proved(order) | Order::Assumed(order) if proved.is_none_or(|proved| proved == order) => order,
            Order::Contrary => proved?,
            Order::Proved(_) | Order::Assumed(_) => return None,
        };
        in_order(numbers, order, this_year)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, order: DateOrder) -> String {
        let date = match read(text) {
            Cell::Null => return "null".to_owned(),
            Cell::Unknown => return "?".to_owned(),
            Cell::Plain(date) => Some(date),
            Cell::Numbers(numbers) => Order::Proved(order).date(numbers, text, 2026),
        };
        let part = |part: Option<u16>| part.map_or("-".to_owned(), |part| part.to_string());
        date.map_or("contrary".to_owned(), |date| {
            format!("{} {} {}", part(date.year), part(date.month.map(u16::from)), part(date.day.map(u16::from)))
        })
    }

    /// Traps 9 to 12.
    #[test]
    fn cells_are_read_as_meant() {
        use DateOrder::{DayMonthYear as Dmy, MonthDayYear as Mdy, YearMonthDay as Ymd};
        for (text, order, expected) in [
            ("", Dmy, "null"),
            ("0/0/00", Mdy, "null"),
            ("0.0.00", Dmy, "null"),
            ("00/0/0", Ymd, "null"),
            ("0000-00-00", Dmy, "null"),
            ("2024-05-01", Mdy, "2024 5 1"),
            ("2024-05-01T00:00:00Z", Mdy, "2024 5 1"),
            ("19700403", Mdy, "1970 4 3"),
            ("1604-03-07", Mdy, "- 3 7"),
            ("3/7/1604", Mdy, "- 3 7"),
            (" --03-07", Mdy, "- 3 7"),
            ("--0307", Mdy, "- 3 7"),
            ("--02-29", Mdy, "- 2 29"),
            ("3/4/1970", Mdy, "1970 3 4"),
            ("3/4/1970", Dmy, "1970 4 3"),
            ("3/4/1970 12:00:00 AM", Dmy, "1970 4 3"),
            ("03.04.80", Dmy, "1980 4 3"),
            ("1/2/26", Mdy, "2026 1 2"),
            ("1/2/27", Mdy, "1927 1 2"),
            ("80/04/03", Ymd, "1980 4 3"),
            ("1980/4/3", Dmy, "1980 4 3"),
            ("13/4/1970", Mdy, "contrary"),
            ("4/13/1970", Dmy, "contrary"),
            ("15 Jan 2024", Dmy, "2024 1 15"),
            ("15-Jan-2024", Mdy, "2024 1 15"),
            ("January 5, 2024", Dmy, "2024 1 5"),
            ("5. März 1980", Dmy, "1980 3 5"),
            ("3 juillet 1980", Dmy, "1980 7 3"),
            ("7 March", Dmy, "- 3 7"),
            ("31.2.1980", Dmy, "contrary"),
            ("circa 1800", Dmy, "?"),
            ("soon", Dmy, "?"),
            ("99999999", Dmy, "?"),
            ("1.2.3.4", Dmy, "?"),
        ] {
            assert_eq!(cell(text, order), expected, "{text:?} as {}", order.name());
        }
    }

    #[test]
    fn the_file_decides_once() {
        let decide = |cells: &[&str], language| {
            let mut votes = Votes::default();
            cells.iter().for_each(|cell| votes.count(cell));
            Order::decide(&votes, language)
        };
        assert_eq!(decide(&["1/2/1980", "13/2/1980"], "en"), Order::Proved(DateOrder::DayMonthYear));
        assert_eq!(decide(&["1/2/1980", "2/13/1980"], "de"), Order::Proved(DateOrder::MonthDayYear));
        assert_eq!(decide(&["1/2/1980"], "en"), Order::Assumed(DateOrder::MonthDayYear));
        assert_eq!(decide(&["1/2/1980"], "fr"), Order::Assumed(DateOrder::DayMonthYear));
        assert_eq!(decide(&["1.2.1980"], "en"), Order::Proved(DateOrder::DayMonthYear));
        assert_eq!(decide(&["13/2/1980", "2/13/1980"], "en"), Order::Contrary);
        assert_eq!(decide(&["2024-01-02"], "en"), Order::Assumed(DateOrder::MonthDayYear));
    }

    #[test]
    fn contrary_files_give_only_what_proves_itself() {
        let date = |text: &str| match read(text) {
            Cell::Numbers(numbers) => Order::Contrary.date(numbers, text, 2026),
            _ => None,
        };
        assert_eq!(date("13/2/1980"), PartialDate::full(1980, 2, 13));
        assert_eq!(date("2/13/1980"), PartialDate::full(1980, 2, 13));
        assert_eq!(date("2/3/1980"), None);
    }
}
