//! Dates on the wire: an instant whose date part, in UTC, is the day.

use crate::model::PartialDate;

/// The year that stands for "no year": what Outlook and the phones write.
const NO_YEAR: u16 = 1604;
/// Exchange keeps time in FILETIME, which begins here.
const FIRST_YEAR: u16 = 1601;

/// What Outlook writes where there is no day: the last of those that it counts.
pub(super) const NO_DAY: &str = "4501-01-01T00:00:00Z";

/// Whether an instant stands for no day.
pub(super) fn is_none(text: &str) -> bool {
    text.get(..10) == NO_DAY.get(..10)
}

/// A day as the service keeps it: at 11:59 UTC (MS-OXOCNTC), where no time zone moves it to another day. None for a
/// date without month or day, before 1601, or that the service has for none.
pub(super) fn write(date: PartialDate) -> Option<String> {
    let (year, month, day) = (date.year.unwrap_or(NO_YEAR), date.month?, date.day?);
    let misread = date.year == Some(NO_YEAR);
    let text = format!("{year:04}-{month:02}-{day:02}T11:59:00Z");
    (year >= FIRST_YEAR && !misread && !is_none(&text)).then_some(text)
}

/// The day of an instant: its date part; the time says nothing (MS-ASCNTC). 1604 is no year.
pub(super) fn read(text: &str) -> Option<PartialDate> {
    let (date, time) = text.split_at_checked(10)?;
    if !(time.is_empty() || time.starts_with('T')) {
        return None;
    }
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    if year == NO_YEAR { PartialDate::yearless(month, day) } else { PartialDate::full(year, month, day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_survive() {
        for date in [PartialDate::full(1974, 7, 22), PartialDate::yearless(2, 29), PartialDate::full(1601, 1, 1)] {
            assert_eq!(read(&write(date.unwrap()).unwrap()), date);
        }
    }

    #[test]
    fn both_apis_spellings_are_read() {
        let day = PartialDate::full(1991, 9, 19);
        for text in ["1991-09-19T11:59:00Z", "1991-09-19T00:00:00Z", "1991-09-19", "1991-09-19T21:00:00.000Z"] {
            assert_eq!(read(text), day, "{text}");
        }
        for text in ["", "0", "1991-13-01", "1991-09-19 10", "ä991-09-19", "1991-09-1é"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn what_exchange_cannot_keep_is_not_written() {
        for date in [
            PartialDate { year: Some(1990), month: None, day: None },
            PartialDate { year: None, month: Some(3), day: None },
            PartialDate { year: Some(1600), month: Some(1), day: Some(1) },
            PartialDate { year: Some(1604), month: Some(1), day: Some(1) },
            PartialDate { year: Some(4501), month: Some(1), day: Some(1) },
        ] {
            assert_eq!(write(date), None, "{date:?}");
        }
    }
}
