//! Dates of which parts may be unknown.

use crate::model::Rest;

/// A calendar date whose year, month or day may be unknown (RFC 6350 section 4.3.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartialDate {
    /// Year, 1 to 9999.
    pub year: Option<u16>,
    /// Month, 1 to 12.
    pub month: Option<u8>,
    /// Day of the month, 1 to 31.
    pub day: Option<u8>,
}

impl PartialDate {
    /// A whole date, if there is such a day.
    pub fn full(year: u16, month: u8, day: u8) -> Option<Self> {
        Self { year: Some(year), month: Some(month), day: Some(day) }.checked()
    }

    /// A day of the year without the year, if there is such a day.
    pub fn yearless(month: u8, day: u8) -> Option<Self> {
        Self { year: None, month: Some(month), day: Some(day) }.checked()
    }

    /// The date itself if its known parts can stand together and at least one is known.
    pub fn checked(self) -> Option<Self> {
        let known = self.year.is_some() || self.month.is_some() || self.day.is_some();
        let year = self.year.is_none_or(|year| (1..=9999).contains(&year));
        let month = self.month.is_none_or(|month| (1..=12).contains(&month));
        let day = self.day.is_none_or(|day| day >= 1 && day <= self.days_in_month());
        (known && year && month && day).then_some(self)
    }

    /// Year, month and day, when all three are known.
    pub fn ymd(self) -> Option<(u16, u8, u8)> {
        Some((self.year?, self.month?, self.day?))
    }

    /// The longest this month can be, given what is known.
    fn days_in_month(self) -> u8 {
        match self.month {
            Some(2) if self.year.is_some_and(|year| !is_leap(year)) => 28,
            Some(2) => 29,
            Some(4 | 6 | 9 | 11) => 30,
            _ => 31,
        }
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// A date as a contact has it: understood, or the source's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Date {
    /// A date that was understood.
    Known(PartialDate),
    /// Text that is no date ("circa 1800"); RFC 6350 VALUE=text.
    Text(String),
}

impl Date {
    /// The date, when it was understood.
    pub fn known(&self) -> Option<PartialDate> {
        match self {
            Date::Known(date) => Some(*date),
            Date::Text(_) => None,
        }
    }
}

/// A labelled date that is neither birthday nor wedding anniversary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub date: Date,
    /// What happened, in the source's words.
    pub label: String,
    /// What the source said beyond that.
    pub rest: Rest,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist() {
        assert!(PartialDate::full(2024, 2, 29).is_some());
        assert!(PartialDate::full(2023, 2, 29).is_none());
        assert!(PartialDate::full(1900, 2, 29).is_none());
        assert!(PartialDate::full(2000, 2, 29).is_some());
        assert!(PartialDate::yearless(2, 29).is_some(), "some year has it");
        assert!(PartialDate::yearless(4, 31).is_none());
        assert!(PartialDate::full(0, 1, 1).is_none());
        assert!(PartialDate::default().checked().is_none(), "nothing known is no date");
    }
}
