//! How dates are spelt: RFC 6350 section 4.3 (basic), RFC 2426 (extended), and what producers make of them.

use super::Version;
use crate::model::PartialDate;

/// A date, and whether it is all that the text says (a time of day may follow).
pub(super) fn parse(text: &str) -> Option<(PartialDate, bool)> {
    let text = text.trim();
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    if time.is_some_and(|time| !is_time(time)) {
        return None;
    }
    let date = parse_date(date)?;
    Some((date, time.is_none()))
}

/// Digits, colons, a fraction and a zone: enough to tell a time from a word.
fn is_time(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_digit() || char == '-')
        && text.bytes().all(|byte| byte.is_ascii_digit() || b":.,+-Zz".contains(&byte))
}

/// Whether a text is a time without a date, `T102200` (RFC 6350 section 4.3.4).
pub(super) fn is_time_of_day(text: &str) -> bool {
    text.strip_prefix('T').is_some_and(is_time)
}

fn parse_date(text: &str) -> Option<PartialDate> {
    let some = |year: Option<&str>, month: Option<&str>, day: Option<&str>| -> Option<PartialDate> {
        let year = year.map(str::parse).transpose().ok()?;
        let month = month.map(str::parse).transpose().ok()?;
        let day = day.map(str::parse).transpose().ok()?;
        // Year 0 stands for an unknown one.
        PartialDate { year: year.filter(|year| *year != 0), month, day }.checked()
    };
    if let Some(date) = usual_date(text.as_bytes()) {
        return date.checked();
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(day) = text.strip_prefix("---") {
        return digits(day).then(|| some(None, None, Some(day)))?;
    }
    if let Some(rest) = text.strip_prefix("--") {
        return match rest.split_once('-') {
            Some((month, day)) if digits(month) && digits(day) => some(None, Some(month), Some(day)),
            None if digits(rest) && rest.len() == 4 => some(None, rest.get(..2), rest.get(2..)),
            None if digits(rest) && rest.len() <= 2 => some(None, Some(rest), None),
            _ => None,
        };
    }
    let (mut parts, mut count) = ([""; 3], 0);
    for part in text.split(['-', '/']) {
        *parts.get_mut(count)? = part;
        count += 1;
    }
    let parts = &parts[..count];
    if !parts.iter().all(|part| digits(part)) || !matches!(parts[0].len(), 4 | 8) {
        return None;
    }
    match (parts, parts[0].len()) {
        ([year, month, day], 4) => some(Some(year), Some(month), Some(day)),
        ([year, month], 4) => some(Some(year), Some(month), None),
        ([year], 4) => some(Some(year), None, None),
        ([date], 8) => some(date.get(..4), date.get(4..6), date.get(6..)),
        _ => None,
    }
}

/// A date in the form that most have: `2024-01-31`.
fn usual_date(text: &[u8]) -> Option<PartialDate> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0');
    let pair = |tens, ones| Some(10 * digit(tens)? + digit(ones)?);
    let year = 100 * u16::from(pair(y1, y2)?) + u16::from(pair(y3, y4)?);
    // Year 0 stands for an unknown one.
    Some(PartialDate { year: (year != 0).then_some(year), month: pair(m1, m2), day: pair(d1, d2) })
        .filter(|date| date.month.is_some() && date.day.is_some())
}

/// The spelling of a version: extended in 3.0, basic in 2.1 and 4.0 (which has no basic form of year and month). A day
/// without a year is none of 2.1 and 3.0, but those who write it there write it extended.
pub(super) fn spell(date: PartialDate, version: Version) -> String {
    let hyphen = if version == Version::V3_0 { "-" } else { "" };
    match (date.year, date.month, date.day) {
        (Some(year), Some(month), Some(day)) => format!("{year:04}{hyphen}{month:02}{hyphen}{day:02}"),
        (Some(year), Some(month), None) => format!("{year:04}-{month:02}"),
        (Some(year), None, None) => format!("{year:04}"),
        (None, Some(month), Some(day)) if version == Version::V4_0 => format!("--{month:02}{day:02}"),
        (None, Some(month), Some(day)) => format!("--{month:02}-{day:02}"),
        (None, Some(month), None) => format!("--{month:02}"),
        (None, None, Some(day)) => format!("---{day:02}"),
        // A year and a day without the month have no spelling of their own.
        (Some(year), None, Some(_)) => format!("{year:04}"),
        (None, None, None) => String::new(),
    }
}

/// A date-time in RFC 3339's form, if the text is one in basic or extended form.
pub(super) fn rfc3339(text: &str) -> Option<String> {
    if is_usual(text.as_bytes()) {
        return parse_date(text.get(..10)?)?.ymd().map(|_| text.to_owned());
    }
    let (date, time) = text.split_once(['T', 't'])?;
    let (year, month, day) = parse_date(date)?.ymd()?;
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at(zone_at);
    let (time, fraction) = time.find(['.', ',']).map_or((time, ""), |at| time.split_at(at));
    let clock: String = time.chars().filter(|char| *char != ':').collect();
    if clock.len() != 6 || !clock.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hour, minute, second) = (clock.get(..2)?, clock.get(2..4)?, clock.get(4..)?);
    let fraction = fraction.replace(',', ".");
    let zone = zone_spelt(zone)?;
    Some(format!("{year:04}-{month:02}-{day:02}T{hour}:{minute}:{second}{fraction}{zone}"))
}

/// Whether a text is in the form that most cards have and that is not changed: `2024-01-01T12:00:00Z`.
fn is_usual(text: &[u8]) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00Z";
    let fits = |(byte, form): (&u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == form };
    text.len() == FORM.len() && text.iter().zip(FORM).all(fits)
}

fn zone_spelt(zone: &str) -> Option<String> {
    if zone.is_empty() || zone.eq_ignore_ascii_case("Z") {
        return Some(zone.to_ascii_uppercase());
    }
    let digits: String = zone[1..].chars().filter(|char| *char != ':').collect();
    let whole = matches!(digits.len(), 2 | 4) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let minutes = digits.get(2..).filter(|minutes| !minutes.is_empty()).unwrap_or("00");
    whole.then(|| format!("{}{}:{minutes}", &zone[..1], &digits[..2]))
}

/// The basic form of an extended date-time (RFC 6350 section 4.3.5); what is none stays as it is.
pub(super) fn basic(text: &str, with_fraction: bool) -> String {
    let Some(spelt) = rfc3339(text) else { return text.to_owned() };
    let (date, time) = spelt.split_at(11);
    let zone_at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at(zone_at);
    let time = if with_fraction { time } else { time.split('.').next().unwrap_or_default() };
    format!("{}{}{}", date.replace('-', ""), time.replace(':', ""), zone.replace(':', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        let date = |year, month, day| Some(PartialDate { year, month, day });
        let cases = [
            ("1996-04-15", date(Some(1996), Some(4), Some(15)), true),
            ("19960415", date(Some(1996), Some(4), Some(15)), true),
            ("1996-4-5", date(Some(1996), Some(4), Some(5)), true),
            ("1996/04/15", date(Some(1996), Some(4), Some(15)), true),
            ("--0415", date(None, Some(4), Some(15)), true),
            ("--04-15", date(None, Some(4), Some(15)), true),
            ("0000-04-15", date(None, Some(4), Some(15)), true),
            ("---15", date(None, None, Some(15)), true),
            ("--04", date(None, Some(4), None), true),
            ("1985-04", date(Some(1985), Some(4), None), true),
            ("1985", date(Some(1985), None, None), true),
            ("19960415T102200Z", date(Some(1996), Some(4), Some(15)), false),
            ("1996-04-15 10:22:00", date(Some(1996), Some(4), Some(15)), false),
            ("--0415T10", date(None, Some(4), Some(15)), false),
        ];
        for (text, wanted, exact) in cases {
            assert_eq!(parse(text), wanted.map(|date| (date, exact)), "{text}");
        }
        for text in ["", "circa 1800", "T102200", "1996-02-30", "15.04.1996", "04/15/1996", "199604", "1996-é4", "--é"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_spelt_reads_back() {
        for text in ["1996-04-15", "--0415", "---15", "--04", "1985-04", "1985"] {
            let date = parse(text).unwrap();
            for version in Version::ALL {
                assert_eq!(parse(&spell(date.0, version)), Some(date));
            }
        }
    }

    #[test]
    fn date_times() {
        assert_eq!(rfc3339("20240101T120000Z").as_deref(), Some("2024-01-01T12:00:00Z"));
        assert_eq!(rfc3339("2024-01-01T12:00:00.5+0130").as_deref(), Some("2024-01-01T12:00:00.5+01:30"));
        assert_eq!(rfc3339("2024-01-01T12:00:00-05").as_deref(), Some("2024-01-01T12:00:00-05:00"));
        assert_eq!(basic("2024-01-01T12:00:00.5+01:30", false), "20240101T120000+0130");
        assert_eq!(basic("2024-01-01T12:00:00.5+01:30", true), "20240101T120000.5+0130");
        for text in ["2024-01-01", "yesterday", "2024-01-01T12", "2024-01-01T1é:00:00Z", "2024-01-01T12:00:00+é"] {
            assert_eq!(rfc3339(text), None, "{text}");
        }
    }
}
