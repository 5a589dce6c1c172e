//! Dates in cells: what a cell says by itself, and what it says in the order that was decided for its table.

use crate::formats::table::months::month;
use crate::formats::table::order::{DateOrder, Order, Orders};
use crate::model::PartialDate;

/// What a date cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Cell {
    /// Nothing: blank, or a date of zeros (`0/0/00`), which is how Outlook writes "none".
    Null,
    /// A date that can be read in one way.
    Plain(PartialDate),
    /// Two or three numbers, whose order the table decides.
    Numbers(Numbers),
    /// A number such as spreadsheets keep for a date: the days since 1900.
    Serial,
    /// No date that is understood.
    Unknown,
}

/// A number of a date, and how many digits it is written with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Number {
    value: u16,
    digits: usize,
}

/// The numbers of a date in the cell's order; the last one is missing where there is no year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) struct Numbers {
    parts: [Number; 3],
    has_year: bool,
    /// The orders in which they are a date.
    orders: Orders,
}

/// Years that mean "none": Outlook.com and iOS write 1604 (a leap year), others 0.
const NO_YEAR: [u16; 2] = [1604, 0];

/// The days since 1900 that are birthdays of somebody alive, or soon: 1927 to 2064.
const SERIALS: std::ops::Range<u32> = 10_000..60_000;

/// Words that people put between the parts of a date.
const BETWEEN: &[&str] = &["de", "del", "of", "the", "den", "di", "d'", "g", "г", "р", "m", "gada", "an"];

/// What East Asian languages put behind year, month and day.
const MARKS: &[[char; 3]] = &[['年', '月', '日'], ['년', '월', '일']];

/// How far ahead of this year a date may be; years beyond are of another calendar.
const AHEAD: u16 = 100;

/// Reads a cell as far as it goes without knowing the table's order. `language` is that of its headers; `this_year`
/// tells what a year of two digits means.
pub(in crate::formats) fn read(text: &str, language: &str, this_year: u16) -> Cell {
    let text = date_part(text.trim());
    if text.is_empty() {
        return Cell::Null;
    }
    if text.len() > 64 {
        return Cell::Unknown;
    }
    let mut digits = text.bytes().filter(u8::is_ascii_digit).peekable();
    if digits.peek().is_some() && digits.all(|digit| digit == b'0') {
        return if text.chars().any(char::is_alphabetic) { Cell::Unknown } else { Cell::Null };
    }
    if let Some(yearless) = text.strip_prefix("--") {
        let date = month_day(yearless).and_then(|(month, day)| PartialDate::yearless(month, day));
        return date.map_or(Cell::Unknown, Cell::Plain);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits_alone(text);
    }
    numbers(text, this_year).or_else(|| marked(text)).unwrap_or_else(|| with_month_name(text, language, this_year))
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

/// `YYYYMMDD`, or the number that a spreadsheet keeps for a date.
fn digits_alone(text: &str) -> Cell {
    let number = |range: std::ops::Range<usize>| text[range].parse().unwrap_or(0);
    match text.len() {
        8 => plain(number(0..4), number(4..6), number(6..8)),
        5 if text.parse().is_ok_and(|days| SERIALS.contains(&days)) => Cell::Serial,
        _ => Cell::Unknown,
    }
}

/// Two or three numbers between points, slashes or dashes. Two are a day and a month.
fn numbers(text: &str, this_year: u16) -> Option<Cell> {
    let dotted = text.contains('.');
    let text = text.trim_end_matches('.');
    let mut parts = [Number::default(); 3];
    let mut count = 0;
    for part in text.split(['.', '/', '-']).map(str::trim) {
        if part.is_empty() || part.len() > 4 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *parts.get_mut(count)? = Number { value: part.parse().ok()?, digits: part.len() };
        count += 1;
    }
    let [first, second, third] = parts;
    Some(match (count, first.digits, second.digits, third.digits) {
        (3, 3.., 1..=2, 1..=2) => plain(first.value, second.value, third.value),
        (2, 1..=2, 1..=2, _) | (3, 1..=2, 1..=2, _) => Numbers::cell(parts, count == 3, dotted, this_year),
        _ => Cell::Unknown,
    })
}

/// `1980年5月1日`. With the name of an era before the year it is none: that is another count of years.
fn marked(text: &str) -> Option<Cell> {
    let [year_mark, month_mark, day_mark] = MARKS.iter().find(|marks| text.contains(marks[1]))?;
    let (year, rest) = text.split_once(*year_mark).map_or((None, text), |(year, rest)| (Some(year), rest));
    let (month, rest) = rest.split_once(*month_mark)?;
    let number = |text: &str| text.trim().parse::<u16>().ok();
    let day = number(rest.trim().strip_suffix(*day_mark)?)?;
    let year = year.map(|year| number(year).filter(|_| year.trim().len() == 4));
    Some(match (year, number(month)) {
        (None, Some(month)) => plain(NO_YEAR[0], month, day),
        (Some(Some(year)), Some(month)) => plain(year, month, day),
        _ => Cell::Unknown,
    })
}

/// A day, a month's name and a year, in the orders people write them.
fn with_month_name(text: &str, language: &str, this_year: u16) -> Cell {
    let lower = text.to_lowercase();
    let is_between = |c: char| matches!(c, ' ' | ',' | '-' | '/' | '.' | '\u{a0}');
    // Thai writes points within the names.
    let dotted = lower.split([' ', ',', '-', '/', '\u{a0}']).find_map(|word| Some((word, month(word, language)?)));
    let (mut days, mut years, mut named) = (None, None, dotted.filter(|(word, _)| word.contains('.')).map(|it| it.1));
    let without = dotted.filter(|_| named.is_some()).map_or(lower.clone(), |(word, _)| lower.replacen(word, " ", 1));
    for word in without.split(is_between).filter(|word| !word.is_empty() && !BETWEEN.contains(word)) {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let number = word[..digits].parse::<u16>().ok();
        let is_ordinal = word.len() - digits <= 3;
        match (digits, number) {
            (0, _) if named.is_none() => named = month(word, language),
            (1 | 2, Some(day)) if days.is_none() && is_ordinal => days = Some(day),
            (2, Some(year)) if years.is_none() && word.len() == 2 => years = Some(full_year(year, this_year)),
            (4, Some(year)) if years.is_none() && word.len() == 4 => years = Some(year),
            _ => return Cell::Unknown,
        }
        if digits == 0 && named.is_none() {
            return Cell::Unknown;
        }
    }
    // A spreadsheet shows the twelfth of March as 12-Mar, and the March of 2012 as Mar-12.
    let is_month_and_year = years.is_none() && text.contains('-') && !text.starts_with(|c: char| c.is_ascii_digit());
    match (days, named) {
        (Some(day), Some(month)) if !is_month_and_year => plain(years.unwrap_or(NO_YEAR[0]), month, day),
        _ => Cell::Unknown,
    }
}

/// What a year of two digits means: the latest one that is not in the future, because these are birthdays and
/// anniversaries.
fn full_year(short: u16, this_year: u16) -> u16 {
    let year = this_year / 100 * 100 + short;
    if year > this_year { year.saturating_sub(100) } else { year }
}

/// A date of a known order, the year possibly none.
fn plain(year: u16, month: u16, day: u16) -> Cell {
    date(year, month, day).map_or(Cell::Unknown, Cell::Plain)
}

fn date(year: u16, month: u16, day: u16) -> Option<PartialDate> {
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    if NO_YEAR.contains(&year) { PartialDate::yearless(month, day) } else { PartialDate::full(year, month, day) }
}

/// Whether a date's year is one of ours: further ahead it is counted from somewhere else.
pub(in crate::formats) fn is_of_our_calendar(date: PartialDate, this_year: u16) -> bool {
    date.year.is_none_or(|year| year <= this_year.saturating_add(AHEAD))
}

impl Numbers {
    /// The numbers, with the orders in which they are a date; no date where there is none.
    fn cell(parts: [Number; 3], has_year: bool, dotted: bool, this_year: u16) -> Cell {
        let mut numbers = Numbers { parts, has_year, orders: Orders::NONE };
        for order in DateOrder::ALL {
            // Nobody writes the month first and points behind it.
            let admitted = !(dotted && order == DateOrder::MonthDayYear);
            if admitted && numbers.in_order(order, this_year).is_some() {
                numbers.orders = numbers.orders.with(order);
            }
        }
        if numbers.orders == Orders::NONE { Cell::Unknown } else { Cell::Numbers(numbers) }
    }

    /// The orders in which they are a date.
    pub(in crate::formats) fn orders(&self) -> Orders {
        self.orders
    }

    /// Whether it is the same date in each of its orders.
    pub(in crate::formats) fn is_one_date(&self, this_year: u16) -> bool {
        let mut dates = DateOrder::ALL.into_iter().filter(|order| self.orders.has(*order));
        let first = dates.next().and_then(|order| self.in_order(order, this_year));
        dates.all(|order| self.in_order(order, this_year) == first)
    }

    /// Whether the year is written with two digits.
    pub(in crate::formats) fn has_short_year(&self) -> bool {
        self.has_year && self.parts.iter().all(|number| number.digits <= 2)
    }

    /// The date as the table's order has it; none where that cannot be, or where the order is open.
    pub(in crate::formats) fn date(&self, order: Order, this_year: u16) -> Option<PartialDate> {
        let order = match order {
            Order::Given(order) | Order::Proved(order) | Order::Assumed(order) => order,
            Order::Open(_) | Order::Contrary => {
                let first = DateOrder::ALL.into_iter().find(|order| self.orders.has(*order));
                first.filter(|_| self.is_one_date(this_year))?
            }
        };
        self.in_order(order, this_year).filter(|_| self.orders.has(order))
    }

    fn in_order(&self, order: DateOrder, this_year: u16) -> Option<PartialDate> {
        let [first, second, third] = self.parts;
        if !self.has_year {
            return match order {
                DateOrder::DayMonthYear => date(NO_YEAR[0], second.value, first.value),
                DateOrder::MonthDayYear => date(NO_YEAR[0], first.value, second.value),
                DateOrder::YearMonthDay => None,
            };
        }
        let (day, month, year) = match order {
            DateOrder::DayMonthYear => (first, second, third),
            DateOrder::MonthDayYear => (second, first, third),
            DateOrder::YearMonthDay => (third, second, first),
        };
        if day.digits > 2 {
            return None;
        }
        let year = if year.digits <= 2 { full_year(year.value, this_year) } else { year.value };
        date(year, month.value, day.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, order: DateOrder, language: &str) -> String {
        let date = match read(text, language, 2026) {
            Cell::Null => return "null".to_owned(),
            Cell::Unknown => return "?".to_owned(),
            Cell::Serial => return "serial".to_owned(),
            Cell::Plain(date) => Some(date),
            Cell::Numbers(numbers) => numbers.date(Order::Proved(order), 2026),
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
            ("3/4/1970", Ymd, "contrary"),
            ("3/4/1970 12:00:00 AM", Dmy, "1970 4 3"),
            ("03.04.80", Dmy, "1980 4 3"),
            ("03.04.80", Mdy, "contrary"),
            ("1/2/26", Mdy, "2026 1 2"),
            ("1/2/27", Mdy, "1927 1 2"),
            ("80/04/03", Ymd, "1980 4 3"),
            ("1980/4/3", Dmy, "1980 4 3"),
            ("1980. 05. 01.", Dmy, "1980 5 1"),
            ("13/4/1970", Mdy, "contrary"),
            ("4/13/1970", Dmy, "contrary"),
            ("7.3.", Dmy, "- 3 7"),
            ("3/7", Mdy, "- 3 7"),
            ("13/7", Mdy, "contrary"),
            ("12-1980", Dmy, "?"),
            ("31.2.1980", Dmy, "?"),
            ("circa 1800", Dmy, "?"),
            ("soon", Dmy, "?"),
            ("99999999", Dmy, "?"),
            ("1.2.3.4", Dmy, "?"),
            ("29345", Dmy, "serial"),
            ("1980", Dmy, "?"),
            ("1980年5月1日", Ymd, "1980 5 1"),
            ("5月1日", Ymd, "- 5 1"),
            ("1980년 5월 1일", Ymd, "1980 5 1"),
            ("昭和55年5月1日", Ymd, "?"),
            ("55年5月1日", Ymd, "?"),
            ("S55.5.1", Ymd, "?"),
        ] {
            assert_eq!(cell(text, order, "en"), expected, "{text:?} as {}", order.name());
        }
    }

    #[test]
    fn months_have_names() {
        for (text, language, expected) in [
            ("15 Jan 2024", "en", "2024 1 15"),
            ("15-Jan-2024", "en", "2024 1 15"),
            ("5-Mar-80", "en", "1980 3 5"),
            ("January 5, 2024", "en", "2024 1 5"),
            ("March 5th, 1980", "en", "1980 3 5"),
            ("1980 March 5", "en", "1980 3 5"),
            ("12-Mar", "en", "- 3 12"),
            ("Mar-12", "en", "?"),
            ("Mar 12", "en", "- 3 12"),
            ("5. März 1980", "de", "1980 3 5"),
            ("3 juillet 1980", "fr", "1980 7 3"),
            ("1er août 1980", "fr", "1980 8 1"),
            ("5 de mayo de 1980", "es", "1980 5 5"),
            ("5 мая 1980 г.", "ru", "1980 5 5"),
            ("5 listopadu 1980", "cs", "1980 11 5"),
            ("5. marraskuuta 1980", "fi", "1980 11 5"),
            ("5 พ.ค. 1980", "th", "1980 5 5"),
            ("7 March", "en", "- 3 7"),
            ("5 lis 1980", "en", "?"),
            ("May", "en", "?"),
            ("5 of nothing", "en", "?"),
            ("31 February 1980", "en", "?"),
        ] {
            assert_eq!(cell(text, DateOrder::DayMonthYear, language), expected, "{text:?} in {language}");
        }
    }

    #[test]
    fn numbers_know_the_orders_they_fit() {
        let orders = |text: &str| match read(text, "en", 2026) {
            Cell::Numbers(numbers) => numbers.orders().names(),
            other => vec![match other {
                Cell::Plain(_) => "plain",
                _ => "none",
            }],
        };
        assert_eq!(orders("13/2/1980"), ["dmy"]);
        assert_eq!(orders("2/13/1980"), ["mdy"]);
        assert_eq!(orders("3/4/1980"), ["dmy", "mdy"]);
        assert_eq!(orders("3.4.1980"), ["dmy"]);
        assert_eq!(orders("13/4/05"), ["dmy", "ymd"]);
        assert_eq!(orders("3/4/05"), ["dmy", "mdy", "ymd"]);
        assert_eq!(orders("80/04/03"), ["ymd"]);
        assert_eq!(orders("1980-04-03"), ["plain"]);
        assert_eq!(orders("13/13/13"), ["none"]);
    }
}
