//! Numbers as a spreadsheet shows them: what a number format makes of a value that is a phone number, a postal code or a
//! date to whoever looks at it.
//!
//! Formats are as ECMA-376 part 1 (18.8.31) has them. What matters for contacts is followed: dates, times, percent, and
//! digits among other characters; thousands and rounding are for the eye alone and are left out.

use crate::formats::sheet::cells::Flaw;

/// More digits than this a spreadsheet does not keep: it writes zeros in their place.
const DIGITS: f64 = 1e15;

/// What a number format makes of numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NumberFormat {
    sections: Vec<(Option<Condition>, Kind)>,
}

/// The kind of a format's section.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    General,
    Percent,
    /// A date, with or without its year and the time of day.
    Date {
        year: bool,
        time: bool,
    },
    /// A time of day, or a duration.
    Time,
    /// Digits among other characters.
    Mask(Vec<Item>),
}

/// A part of a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    /// A digit that is always shown (`0`).
    Zero,
    /// A digit that is shown where there is one (`#`, `?`).
    Digit,
    Literal(char),
}

/// `[<=9999999]`: what decides between sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Condition {
    less: bool,
    equal: bool,
    limit: u64,
}

impl NumberFormat {
    /// The format that a code is.
    pub(super) fn of(code: &str) -> Self {
        if code.is_empty() || code.eq_ignore_ascii_case("general") || code.len() > 255 {
            return Self::default();
        }
        NumberFormat { sections: sections(code).map(section).collect() }
    }

    /// The built-in format of a number (ECMA-376 part 1, 18.8.30), as far as it is no plain number.
    pub(super) fn built_in(id: u16) -> Self {
        Self::of(match id {
            9 | 10 => "0%",
            14 | 15 | 17 | 27..=31 | 36 | 50..=54 | 57 | 58 => "yyyy-mm-dd",
            16 => "d-mmm",
            22 => "yyyy-mm-dd h:mm",
            18..=21 | 32..=35 | 45..=47 | 55 | 56 => "h:mm:ss",
            _ => "",
        })
    }

    /// A number as text, and what is to be known of it. `is_1904` says which day the days are counted from.
    pub(super) fn show(&self, value: f64, is_1904: bool) -> (String, Option<Flaw>) {
        match self.kind(value) {
            _ if !value.is_finite() => ("#NUM!".to_owned(), Some(Flaw::Error)),
            Kind::Date { year, time } => date(value, *year, *time, is_1904),
            Kind::Time => (clock(value.abs() * 86_400.0), None),
            Kind::Percent => (format!("{}%", general(value * 100.0)), None),
            Kind::Mask(items) if value >= 0.0 && value.fract() == 0.0 && value < DIGITS => (mask(items, value), None),
            Kind::Mask(_) => (general(value), (value.abs() >= DIGITS).then_some(Flaw::Digits)),
            Kind::General if value.abs() >= DIGITS => (general(value), Some(Flaw::Digits)),
            Kind::General => (general(value), Some(Flaw::Plain)),
        }
    }

    fn kind(&self, value: f64) -> &Kind {
        let holds = |condition: &Option<Condition>| condition.is_none_or(|condition| condition.holds(value));
        self.sections.iter().find(|(condition, _)| holds(condition)).map_or(&Kind::General, |(_, kind)| kind)
    }
}

impl Condition {
    /// What stands between brackets, if it is a condition.
    fn of(text: &str) -> Option<Self> {
        let less = text.starts_with('<');
        let rest = text.strip_prefix(['<', '>'])?;
        let equal = rest.starts_with('=');
        let limit = rest.trim_start_matches('=').parse().ok()?;
        Some(Condition { less, equal, limit })
    }

    fn holds(self, value: f64) -> bool {
        let limit = self.limit as f64;
        self.equal && value == limit || if self.less { value < limit } else { value > limit }
    }
}

/// The sections of a code, which semicolons part. Without conditions the first is for positive numbers, and the others
/// never matter here.
fn sections(code: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    code.split(move |letter| {
        quoted ^= letter == '"';
        letter == ';' && !quoted
    })
}

/// What a section means.
fn section(code: &str) -> (Option<Condition>, Kind) {
    let (mut condition, mut items, mut letters) = (None, Vec::new(), String::new());
    let mut rest = code.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '"' => items.extend(rest.by_ref().take_while(|letter| *letter != '"').map(Item::Literal)),
            '\\' => items.extend(rest.next().map(Item::Literal)),
            // A blank as wide as the next character, and a character that fills the cell.
            '_' | '*' => drop(rest.next()),
            '[' => {
                let inner: String = rest.by_ref().take_while(|letter| *letter != ']').collect();
                condition = condition.or(Condition::of(&inner));
                if !inner.is_empty() && inner.chars().all(|letter| "hHmMsS".contains(letter)) {
                    letters.push('h');
                }
            }
            '0' => items.push(Item::Zero),
            '#' | '?' => items.push(Item::Digit),
            ' ' | '(' | ')' | '-' | '+' | '/' | ':' => items.push(Item::Literal(letter)),
            other => letters.extend(other.to_lowercase()),
        }
    }
    (condition, kind(&letters, items))
}

/// The kind by the letters that are neither quoted nor digits.
fn kind(letters: &str, items: Vec<Item>) -> Kind {
    let has = |any: &str| letters.contains(|letter| any.contains(letter));
    let digits = items.iter().filter(|item| !matches!(item, Item::Literal(_))).count();
    match () {
        () if letters.contains("general") || has("@") => Kind::General,
        () if has("%") => Kind::Percent,
        () if has("yd") => Kind::Date { year: has("y"), time: has("hs") },
        () if has("hs") => Kind::Time,
        () if has("m") => Kind::Date { year: true, time: false },
        () if !letters.is_empty() || digits == 0 || items == [Item::Zero] || items == [Item::Digit] => Kind::General,
        () => Kind::Mask(items),
    }
}

/// The digits of a number in a mask, from the right; the leftmost place takes all that are left.
fn mask(items: &[Item], value: f64) -> String {
    let digits = if value == 0.0 { String::new() } else { format!("{value:.0}") };
    let mut digits: Vec<char> = digits.chars().collect();
    let first = items.iter().position(|item| !matches!(item, Item::Literal(_)));
    let mut shown = Vec::new();
    for (at, item) in items.iter().enumerate().rev() {
        match (item, digits.pop()) {
            (Item::Literal(letter), digit) => {
                digits.extend(digit);
                shown.push(*letter);
            }
            (_, Some(digit)) => shown.push(digit),
            (Item::Zero, None) => shown.push('0'),
            (Item::Digit, None) => {}
        }
        if Some(at) == first {
            shown.extend(digits.drain(..).rev());
        }
    }
    shown.iter().rev().collect()
}

/// A number with the fifteen digits that a spreadsheet shows, without exponent or thousands.
fn general(value: f64) -> String {
    if value.fract() == 0.0 {
        return if value == 0.0 { "0".to_owned() } else { format!("{value:.0}") };
    }
    let rounded: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    format!("{rounded}")
}

/// A day as an ISO date. Without a year, as whoever typed "3 April" sees it, the year is not the one that the program
/// added. Day 0 is how an empty date is shown.
fn date(value: f64, year: bool, time: bool, is_1904: bool) -> (String, Option<Flaw>) {
    let (whole, seconds) = (value.floor(), (value - value.floor()) * 86_400.0);
    if !(0.0..2_958_466.0).contains(&value) {
        return (general(value), Some(Flaw::Error));
    }
    match whole {
        0.0 if !is_1904 => (if seconds < 0.5 { String::new() } else { clock(seconds) }, None),
        // Lotus believed that 1900 was a leap year, and the others followed.
        60.0 if !is_1904 => ("1900-02-29".to_owned(), Some(Flaw::Error)),
        _ => {
            let epoch = match (is_1904, whole < 60.0) {
                (true, _) => -24_107,
                (false, true) => -25_568,
                (false, false) => -25_569,
            };
            let (y, m, d) = civil(whole as i64 + epoch);
            let day = if year { format!("{y:04}-{m:02}-{d:02}") } else { format!("--{m:02}-{d:02}") };
            let is_midnight = seconds < 0.5;
            (if time && !is_midnight { format!("{day} {}", clock(seconds)) } else { day }, None)
        }
    }
}

/// An ISO date and time without the time, if that is midnight.
pub(super) fn day(text: &str) -> &str {
    text.split_once('T')
        .filter(|(_, time)| time.bytes().all(|byte| b"0:.Z".contains(&byte)))
        .map_or(text, |(day, _)| day)
}

/// Hours, minutes and seconds.
fn clock(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Years begin in March here, so that the leap day is a year's last one.
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str, value: f64) -> String {
        NumberFormat::of(code).show(value, false).0
    }

    #[test]
    fn numbers_are_plain() {
        for (value, text) in [
            (491_511_234_567.0, "491511234567"),
            (-3.0, "-3"),
            (0.0, "0"),
            (0.1 + 0.2, "0.3"),
            (1234.5, "1234.5"),
            (1e-7, "0.0000001"),
        ] {
            for code in ["General", "", "0", "#,##0.00", "0.00", "@", "#"] {
                assert_eq!(shown(code, value), text, "{code}");
            }
        }
        let (text, flaw) = NumberFormat::default().show(4.915_112_345_678_9e18, false);
        assert_eq!((text.as_str(), flaw), ("4915112345678900224", Some(Flaw::Digits)));
        assert_eq!(NumberFormat::default().show(f64::NAN, false).1, Some(Flaw::Error));
    }

    #[test]
    fn digits_stand_where_the_format_puts_them() {
        for (code, value, text) in [
            ("00000", 1067.0, "01067"),
            ("00000", 123_456.0, "123456"),
            ("00000-0000", 21_340_123.0, "02134-0123"),
            ("[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", 4_255_550_103.0, "(425) 555-0103"),
            ("[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", 5_550_103.0, "555-0103"),
            ("\"+\"0", 49_301_234.0, "+49301234"),
            ("+## ## ####", 491_234_567.0, "+491 23 4567"),
            ("\"D-\"00000", 1067.0, "D-01067"),
            ("00000", 1067.5, "1067.5"),
            ("0000000000", 301_234_567.0, "0301234567"),
            ("0%", 0.5, "50%"),
            ("_-* #\\ ##0_-", 12.0, " 12"),
        ] {
            assert_eq!(shown(code, value), text, "{code}");
        }
    }

    #[test]
    fn dates_are_iso_dates() {
        for (code, value, text) in [
            ("m/d/yyyy", 29_313.0, "1980-04-02"),
            ("[$-407]d. mmmm yyyy;@", 29_313.75, "1980-04-02"),
            ("yyyy\\-mm\\-dd hh:mm", 29_313.75, "1980-04-02 18:00:00"),
            ("d-mmm", 45_385.0, "--04-03"),
            ("mmm-yy", 45_385.0, "2024-04-03"),
            ("dd.mm.yyyy", 1.0, "1900-01-01"),
            ("dd.mm.yyyy", 59.0, "1900-02-28"),
            ("dd.mm.yyyy", 61.0, "1900-03-01"),
            ("dd.mm.yyyy", 0.0, ""),
            ("h:mm AM/PM", 0.75, "18:00:00"),
            ("[h]:mm", 1.5, "36:00:00"),
            ("\"day \"0", 3.0, "day 3"),
        ] {
            assert_eq!(shown(code, value), text, "{code}");
        }
        assert_eq!(NumberFormat::built_in(14).show(27_851.0, true).0, "1980-04-02", "the days of old Macs");
        assert_eq!(NumberFormat::built_in(14).show(60.0, false).1, Some(Flaw::Error));
        assert_eq!(NumberFormat::built_in(14).show(-1.0, false).1, Some(Flaw::Error));
        assert_eq!(NumberFormat::built_in(16).show(45_385.0, false).0, "--04-03");
        assert_eq!(NumberFormat::built_in(1).show(3.0, false).0, "3");
    }
}
