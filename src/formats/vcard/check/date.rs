//! The strict grammars of dates, times and offsets, a version each; the reader's own are lenient.

use crate::formats::vcard::Version;
use crate::model::PartialDate;

/// Whether a text is a date or point in time in the form of a version. 4.0 has the basic form with parts left out
/// (RFC 6350 section 4.3.4), earlier versions the basic or extended form of the whole (RFC 2426 section 4, ISO 8601).
pub(super) fn is_date_and_or_time(text: &str, version: Version) -> bool {
    match (version, text.split_once('T')) {
        (Version::V4_0, None) => is_partial_date(text),
        (Version::V4_0, Some(("", time))) => is_partial_time(time),
        (Version::V4_0, Some((date, time))) => is_unreduced_date(date) && is_partial_time(time),
        (_, None) => is_whole_date(text),
        (_, Some((date, time))) => is_whole_date(date) && is_whole_time(time),
    }
}

/// Whether a text is a point in time in the form of a version; before 4.0 a day is one too (RFC 2426 section 3.6.4).
pub(super) fn is_timestamp(text: &str, version: Version) -> bool {
    match (version, text.split_once('T')) {
        (Version::V4_0, Some((date, time))) => {
            let whole = time.len() >= 6 && time.as_bytes()[..6].iter().all(u8::is_ascii_digit);
            date.len() == 8 && is_unreduced_date(date) && whole && is_partial_time(time)
        }
        (Version::V4_0, None) => false,
        _ => is_date_and_or_time(text, version),
    }
}

/// Whether a text is an offset from UTC in the form of a version.
pub(super) fn is_offset(text: &str, version: Version) -> bool {
    let Some(digits) = text.strip_prefix(['+', '-']) else { return false };
    let (hour, minute) = match version {
        Version::V4_0 => digits.split_at_checked(2).unwrap_or((digits, "")),
        Version::V3_0 => digits.split_once(':').unwrap_or(("", "")),
        Version::V2_1 => digits.split_once(':').or_else(|| digits.split_at_checked(2)).unwrap_or((digits, "")),
    };
    let minute = minute.is_empty() && version != Version::V3_0 || number(minute, 2).is_some_and(|minute| minute < 60);
    number(hour, 2).is_some_and(|hour| hour < 24) && minute
}

/// `YYYY`, `YYYY-MM`, `YYYYMMDD`, `--MM`, `--MMDD` or `---DD`.
fn is_partial_date(text: &str) -> bool {
    let (year, month, day) = match text.len() {
        4 if text.starts_with("--") => return number(&text[2..], 2).is_some_and(|month| (1..=12).contains(&month)),
        4 => (number(text, 4), None, None),
        7 => match text.split_once('-') {
            Some((year, month)) => (number(year, 4), number(month, 2), None),
            None => return false,
        },
        _ => return is_unreduced_date(text),
    };
    let whole = year.is_some() && (text.len() == 4 || month.is_some());
    whole && exists(year, month, day)
}

/// `YYYYMMDD`, `--MMDD` or `---DD`.
fn is_unreduced_date(text: &str) -> bool {
    if !text.is_ascii() {
        return false;
    }
    let (year, month, day) = match (text.len(), text.strip_prefix("---"), text.strip_prefix("--")) {
        (5, Some(day), _) => return number(day, 2).is_some_and(|day| exists(None, None, Some(day))),
        (6, None, Some(rest)) => (None, number(&rest[..2], 2), number(&rest[2..], 2)),
        (8, None, None) => (number(&text[..4], 4), number(&text[4..6], 2), number(&text[6..], 2)),
        _ => return false,
    };
    (year.is_some() || text.len() == 6) && month.is_some() && day.is_some() && exists(year, month, day)
}

/// `YYYY-MM-DD` or `YYYYMMDD`.
fn is_whole_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes.len() {
        10 if bytes[4] == b'-' && bytes[7] == b'-' && text.is_ascii() => {
            is_unreduced_date(&[&text[..4], &text[5..7], &text[8..]].concat())
        }
        8 => is_unreduced_date(text),
        _ => false,
    }
}

/// `hh`, `hhmm`, `hhmmss`, `-mm`, `-mmss` or `--ss`, with a zone.
fn is_partial_time(text: &str) -> bool {
    let (clock, zone) = split_zone(text);
    let (unknown, digits) = match clock {
        clock if clock.starts_with("--") => (2, &clock[2..]),
        clock if clock.starts_with('-') => (1, &clock[1..]),
        clock => (0, clock),
    };
    let counted = matches!((unknown, digits.len()), (0, 2 | 4 | 6) | (1, 2 | 4) | (2, 2));
    // Without an hour there is no zone (RFC 6350, erratum 3484).
    let zoned = zone.is_empty() || unknown == 0 && (zone == "Z" || is_offset(zone, Version::V4_0));
    counted && zoned && is_clock(digits, unknown)
}

/// `hh:mm:ss` or `hhmmss`, with a fraction and a zone.
fn is_whole_time(text: &str) -> bool {
    let (clock, zone) = split_zone(text);
    let (clock, fraction) = clock.split_once(['.', ',']).unwrap_or((clock, "0"));
    let colons = clock.len() == 8 && clock.as_bytes()[2] == b':' && clock.as_bytes()[5] == b':';
    let digits: String = clock.chars().filter(|letter| !colons || *letter != ':').collect();
    let zoned = zone.is_empty() || zone == "Z" || is_offset(zone, Version::V2_1);
    digits.len() == 6 && is_clock(&digits, 0) && fraction.bytes().all(|byte| byte.is_ascii_digit()) && zoned
}

/// The clock's part and the zone's; a minus at the very beginning is no zone.
fn split_zone(time: &str) -> (&str, &str) {
    let from = time.bytes().take_while(|byte| *byte == b'-').count();
    let at = time[from..].find(['Z', '+', '-']).map_or(time.len(), |at| from + at);
    time.split_at(at)
}

/// Hours, minutes and seconds, two digits each, of which the first ones may be left out.
fn is_clock(digits: &str, left_out: usize) -> bool {
    // A second may be the leap second.
    let most = [23, 59, 60];
    let parts = digits.as_bytes().chunks(2).zip(&most[left_out..]);
    digits.bytes().all(|byte| byte.is_ascii_digit())
        && parts.into_iter().all(|(pair, most)| pair.iter().fold(0, |sum, digit| sum * 10 + (digit - b'0')) <= *most)
}

fn number(text: &str, digits: usize) -> Option<u16> {
    let fits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// Whether there is such a day. Apple and others write the year 0000 for an unknown one, which ISO 8601 has.
fn exists(year: Option<u16>, month: Option<u16>, day: Option<u16>) -> bool {
    let small = |part: Option<u16>| part.map(|part| u8::try_from(part).unwrap_or(u8::MAX));
    let year = year.filter(|year| *year > 0);
    let date = PartialDate { year, month: small(month), day: small(day) };
    date.checked().is_some() || (month.is_none() && day.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Version::{V2_1, V3_0, V4_0};

    #[test]
    fn forms_of_4_0() {
        for text in [
            "19960415",
            "1996-04",
            "1996",
            "--0415",
            "--04",
            "---15",
            "19531015T231000Z",
            "--0412T14",
            "---12T14-0500",
            "T10",
            "T1022",
            "T102200",
            "T-22",
            "T--00",
            "T102200-08",
            "T-2200",
            "20090808T1430-0500",
        ] {
            assert!(is_date_and_or_time(text, V4_0), "{text}");
        }
        for text in [
            "1996-04-15",
            "199604",
            "19960230",
            "--1301",
            "---32",
            "96",
            "1996-13",
            "19960415 1022",
            "1996T10",
            "T",
            "T25",
            "T1022-5",
            "T-2200Z",
            "19960415T",
            "1996041é",
            "--é1",
            "é",
            "---é",
            "",
        ] {
            assert!(!is_date_and_or_time(text, V4_0), "{text}");
        }
    }

    #[test]
    fn forms_before() {
        for version in [V2_1, V3_0] {
            for text in [
                "1996-04-15",
                "19960415",
                "1996-04-15T10:22:00Z",
                "19531015T231000-05:00",
                "1996-04-15T10:22:00.5+0100",
            ] {
                assert!(is_date_and_or_time(text, version), "{text}");
            }
            for text in [
                "1996-4-15",
                "--0415",
                "1996",
                "15.04.1996",
                "1996-02-30",
                "1996-04-15T10",
                "1996-04-15 10:22:00",
                "199é-0-15",
            ] {
                assert!(!is_date_and_or_time(text, version), "{text}");
            }
        }
    }

    #[test]
    fn points_in_time() {
        assert!(is_timestamp("19961022T140000", V4_0) && is_timestamp("19961022T140000-05", V4_0));
        assert!(
            !is_timestamp("19961022", V4_0)
                && !is_timestamp("19961022T1400", V4_0)
                && !is_timestamp("1996-10-22T14:00:00Z", V4_0)
        );
        assert!(is_timestamp("1996-10-22T14:00:00Z", V3_0) && is_timestamp("1996-10-22", V3_0));
    }

    #[test]
    fn offsets() {
        assert!(
            is_offset("-0500", V4_0) && is_offset("+01", V4_0) && is_offset("-05:00", V3_0) && is_offset("-05", V2_1)
        );
        assert!(
            !is_offset("-05:00", V4_0)
                && !is_offset("-0500", V3_0)
                && !is_offset("0500", V4_0)
                && !is_offset("+2500", V4_0)
        );
        assert!(!is_offset("+é1", V4_0) && !is_offset("+", V2_1));
    }
}
