//! How the values of a contact stand in the cells of one program's table.

use crate::model::{PartialDate, Sex};

/// What a program expects of its cells.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats) struct Way {
    /// Whether values stand in numbered groups of columns, each with its label, and not in columns of a fixed kind.
    pub(in crate::formats) labelled: bool,
    /// Whether a cell may hold several values, as in Google's tables.
    pub(in crate::formats) joins: bool,
    /// Whether it is read by people and by this program alone, so that texts need no form that a program understands.
    pub(in crate::formats) whole: bool,
    /// The form of dates.
    pub(in crate::formats) dates: Dates,
    /// What separates the lines in a cell.
    pub(in crate::formats) line_break: &'static str,
    /// The fixed words.
    pub(in crate::formats) words: &'static Words,
}

/// The form of dates. Year, month and day in this order need no country to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) enum Dates {
    /// `1970-04-03`; where the year is not known it is 1604, as in Exchange.
    Iso,
    /// `1970-04-03`; without a year `--04-03`.
    Yearless,
    /// Year, month and day in columns of their own.
    Parts,
}

/// The year that stands for none where a date must have one.
pub(super) const NO_YEAR: u16 = 1604;

impl Dates {
    /// A day in this form. A blank before the hyphens keeps spreadsheets from calculating.
    pub(super) fn day(self, date: PartialDate) -> Option<String> {
        let (month, day) = (date.month?, date.day?);
        Some(match (date.year, self) {
            (None, Dates::Yearless) => format!(" --{month:02}-{day:02}"),
            (year, _) => format!("{:04}-{month:02}-{day:02}", year.unwrap_or(NO_YEAR)),
        })
    }
}

/// Outlook's fixed words in one language.
#[derive(Debug)]
pub(in crate::formats) struct Words {
    language: &'static str,
    male: &'static str,
    female: &'static str,
    /// The sensitivities, each after the model's word for it.
    sensitivities: [(&'static str, &'static str); 3],
    /// The flag "Private" when it is set, and when it is not.
    flag: [&'static str; 2],
}

/// Outlook's English words, which stand in for those of a language that are not known.
pub(in crate::formats) const ENGLISH: Words = Words {
    language: "en",
    male: "Male",
    female: "Female",
    sensitivities: [("personal", "Personal"), ("private", "Private"), ("confidential", "Confidential")],
    flag: ["True", "False"],
};

/// The words of the languages in which they are known.
const WORDS: &[Words] = &[
    ENGLISH,
    Words {
        language: "de",
        male: "Männlich",
        female: "Weiblich",
        sensitivities: [("personal", "Persönlich"), ("private", "Privat"), ("confidential", "Vertraulich")],
        flag: ["Wahr", "Falsch"],
    },
    Words {
        language: "fr",
        male: "Masculin",
        female: "Féminin",
        sensitivities: [("personal", "Personnel"), ("private", "Privé"), ("confidential", "Confidentiel")],
        flag: ["Vrai", "Faux"],
    },
];

/// The words of a language, English ones where they are not known.
pub(in crate::formats) fn words_of(language: &str) -> &'static Words {
    WORDS.iter().find(|words| words.language == language).unwrap_or(&WORDS[0])
}

impl Words {
    /// The word for a sex, if there is one.
    pub(super) fn gender(&self, sex: Sex) -> Option<&'static str> {
        match sex {
            Sex::Male => Some(self.male),
            Sex::Female => Some(self.female),
            _ => None,
        }
    }

    /// The word for a sensitivity of the model, if there is one.
    pub(super) fn sensitivity(&self, sensitivity: &str) -> Option<&'static str> {
        let known = self.sensitivities.iter().find(|(word, _)| word.eq_ignore_ascii_case(sensitivity));
        known.map(|(_, written)| *written)
    }

    /// The word for the flag "Private".
    pub(super) fn flag(&self, set: bool) -> &'static str {
        self.flag[usize::from(!set)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::table::slot::words;

    /// What is written is understood when it is read.
    #[test]
    fn every_word_reads_as_it_is_meant() {
        for of in WORDS {
            for sex in [Sex::Male, Sex::Female] {
                assert_eq!(words::gender(of.gender(sex).unwrap()), Some(Some(sex)), "{}", of.language);
            }
            for (meant, written) in of.sensitivities {
                assert_eq!(words::sensitivity(written), Some(meant), "{}", of.language);
            }
            assert_eq!([true, false].map(|set| words::flag(of.flag(set))), [Some(true), Some(false)]);
        }
    }

    #[test]
    fn days_are_written_as_programs_expect() {
        let (whole, yearless) = (PartialDate::full(1970, 4, 3).unwrap(), PartialDate::yearless(4, 3).unwrap());
        assert_eq!(Dates::Iso.day(whole).as_deref(), Some("1970-04-03"));
        assert_eq!(Dates::Iso.day(yearless).as_deref(), Some("1604-04-03"));
        assert_eq!(Dates::Yearless.day(yearless).as_deref(), Some(" --04-03"));
        assert_eq!(Dates::Iso.day(PartialDate { year: Some(1970), ..PartialDate::default() }), None);
    }
}
