//! The header tables: for each program and language, its headers in their true order and what each one means.
//!
//! A table is a text file: one line a header, a tab, and the name of its column ([`super::column`]). Below the blank
//! line stand headers that are understood as well, of other versions of the program. `{n}` stands for a number.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::formats::table::column::Column;
use crate::formats::table::fold::fold;

/// The programs whose tables are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Outlook for Windows, and Google's "Outlook CSV", which uses the same names.
    OutlookDesktop,
    /// Outlook on the web, Outlook.com, the new Outlook.
    OutlookWeb,
    /// Google Contacts until 2023.
    Google2009,
    /// Google Contacts since 2024.
    Google2024,
    /// Thunderbird.
    Thunderbird,
    /// What people call their columns in a spreadsheet.
    Generic,
}

impl Dialect {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::OutlookDesktop => "outlook-desktop",
            Dialect::OutlookWeb => "outlook-web",
            Dialect::Google2009 => "google-2009",
            Dialect::Google2024 => "google-2024",
            Dialect::Thunderbird => "thunderbird",
            Dialect::Generic => "generic",
        }
    }

    /// What people call the program.
    pub(in crate::formats) fn title(self) -> &'static str {
        match self {
            Dialect::OutlookDesktop => "Outlook for Windows",
            Dialect::OutlookWeb => "Outlook on the web",
            Dialect::Google2009 => "Google Contacts (2009)",
            Dialect::Google2024 => "Google Contacts (2024)",
            Dialect::Thunderbird => "Thunderbird",
            Dialect::Generic => "a table of common headers",
        }
    }

    /// Whether cells hold several values and labels as Google writes them.
    pub(in crate::formats) fn is_google(self) -> bool {
        matches!(self, Dialect::Google2009 | Dialect::Google2024)
    }
}

/// A dialect that the user asks for, as `outlook-desktop` or `outlook-desktop/de`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialectChoice {
    /// The program.
    pub dialect: Dialect,
    /// The language of its headers; any, when none is given.
    pub language: Option<String>,
}

/// There is no such table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no such CSV dialect; known are {}", known().join(", "))]
pub struct UnknownDialect;

impl FromStr for DialectChoice {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, UnknownDialect> {
        let (name, language) = text.split_once('/').map_or((text, None), |(name, language)| (name, Some(language)));
        let choice = tables()
            .iter()
            .find(|table| table.dialect.name() == name && language.is_none_or(|language| language == table.language))
            .ok_or(UnknownDialect)?;
        Ok(DialectChoice { dialect: choice.dialect, language: language.map(str::to_owned) })
    }
}

impl DialectChoice {
    /// Whether a table is meant by it.
    pub(in crate::formats) fn admits(&self, table: &Table) -> bool {
        self.dialect == table.dialect && self.language.as_deref().is_none_or(|language| language == table.language)
    }
}

/// The names of all tables: `outlook-desktop/en` and so on.
pub fn known() -> Vec<String> {
    tables().iter().map(Table::name).collect()
}

/// The sources, in the order that decides between equals.
const SOURCES: &[(Dialect, &str, &str)] = &[
    (Dialect::OutlookDesktop, "en", include_str!("outlook-desktop.en.tsv")),
    (Dialect::OutlookDesktop, "de", include_str!("outlook-desktop.de.tsv")),
    (Dialect::OutlookDesktop, "fr", include_str!("outlook-desktop.fr.tsv")),
    (Dialect::OutlookWeb, "en", include_str!("outlook-web.en.tsv")),
    (Dialect::Google2024, "en", include_str!("google-2024.en.tsv")),
    (Dialect::Google2009, "en", include_str!("google-2009.en.tsv")),
    (Dialect::Thunderbird, "en", include_str!("thunderbird.en.tsv")),
    (Dialect::Generic, "en", include_str!("generic.en.tsv")),
    (Dialect::Generic, "de", include_str!("generic.de.tsv")),
    (Dialect::Generic, "fr", include_str!("generic.fr.tsv")),
];

/// One header of a table.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats) struct Header {
    /// The header, verbatim.
    pub(in crate::formats) text: &'static str,
    /// What it means.
    pub(in crate::formats) column: Column,
}

/// The headers of one program in one language.
#[derive(Debug)]
pub(in crate::formats) struct Table {
    /// The program.
    pub(in crate::formats) dialect: Dialect,
    /// The language, as a tag of RFC 5646.
    pub(in crate::formats) language: &'static str,
    /// Every header; the first [`own`](Self::own) are the program's own, in its order.
    pub(in crate::formats) headers: Vec<Header>,
    /// How many of them the program writes.
    pub(in crate::formats) own: usize,
    /// Folded header to its places in the list: twins have several.
    index: HashMap<String, Vec<usize>>,
    /// Whether some headers have numbers.
    numbered: bool,
}

impl Table {
    fn parse(dialect: Dialect, language: &'static str, source: &'static str) -> Table {
        let (own, aliases) = source.split_once("\n\n").unwrap_or((source, ""));
        let headers: Vec<Header> = own.lines().chain(aliases.lines()).filter_map(header).collect();
        let mut index: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, header) in headers.iter().enumerate() {
            index.entry(fold(header.text)).or_default().push(at);
        }
        let numbered = source.contains("{n}");
        Table { dialect, language, own: own.lines().count(), headers, index, numbered }
    }

    /// `outlook-desktop/en` and so on.
    pub(in crate::formats) fn name(&self) -> String {
        format!("{}/{}", self.dialect.name(), self.language)
    }

    /// What a folded header means where it stands for the `nth` time (from 0) in its row. Twins are told apart by
    /// their order; a header that stands there more often than the table knows repeats the last.
    pub(in crate::formats) fn column(&self, folded: &str, nth: usize) -> Option<Column> {
        if let Some(places) = self.index.get(folded) {
            let own = places.iter().take_while(|place| **place < self.own).count().max(1);
            return Some(self.headers[places[nth.min(own - 1)]].column);
        }
        let (pattern, number) = self.numbered.then(|| numbered(folded)).flatten()?;
        let places = self.index.get(&pattern)?;
        Some(self.headers[*places.first()?].column.numbered(number))
    }

    /// Whether a folded header is one of its own or understood ones.
    pub(in crate::formats) fn knows(&self, folded: &str) -> bool {
        self.column(folded, 0).is_some()
    }
}

/// One line of a table; a unit test holds that each one parses.
fn header(line: &'static str) -> Option<Header> {
    let (text, name) = line.split_once('\t')?;
    Some(Header { text, column: Column::named(name)? })
}

/// `e-mail 2 - value` as `e-mail {n} - value` and 2.
fn numbered(folded: &str) -> Option<(String, u16)> {
    let start = folded.find(|c: char| c.is_ascii_digit())?;
    let digits = folded[start..].bytes().take_while(u8::is_ascii_digit).count();
    let number = folded[start..start + digits].parse().ok()?;
    Some((format!("{}{{n}}{}", &folded[..start], &folded[start + digits..]), number))
}

/// Every table, in the order that decides between equals.
pub(in crate::formats) fn tables() -> &'static [Table] {
    static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
        SOURCES.iter().map(|(dialect, language, source)| Table::parse(*dialect, language, source)).collect()
    });
    &TABLES
}

/// The table of a dialect in a language.
pub(in crate::formats) fn table(dialect: Dialect, language: &str) -> Option<&'static Table> {
    tables().iter().find(|table| table.dialect == dialect && table.language == language)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::table::column::{Part, Slot};
    use crate::model::Field;

    #[test]
    fn every_line_parses() {
        for (dialect, language, source) in SOURCES {
            for line in source.lines().filter(|line| !line.is_empty()) {
                assert!(header(line).is_some(), "{dialect:?}/{language}: {line:?}");
            }
        }
    }

    #[test]
    fn outlook_has_92_columns_in_each_language() {
        for language in ["en", "de", "fr"] {
            assert_eq!(table(Dialect::OutlookDesktop, language).unwrap().own, 92, "{language}");
        }
    }

    #[test]
    fn twins_are_told_apart_by_their_order() {
        let french = table(Dialect::OutlookDesktop, "fr").unwrap();
        let columns: Vec<_> = (0..3).map(|nth| french.column("titre", nth).unwrap()).collect();
        assert_eq!(columns[0].slot, Slot::Text(Field::Prefix));
        assert_eq!(columns[1], Column { slot: Slot::Organization(1), part: Part::JobTitle });
        assert_eq!(columns[2], columns[1]);
    }

    #[test]
    fn numbers_in_headers_are_slots() {
        let google = table(Dialect::Google2024, "en").unwrap();
        let column = google.column("e-mail 12 - label", 0).unwrap();
        assert_eq!(column, Column { slot: Slot::Email(None, 12), part: Part::Label });
        assert!(!google.knows("e-mail 99999999 - label"));
    }

    #[test]
    fn choices_read_as_they_are_listed() {
        for name in known() {
            assert!(name.parse::<DialectChoice>().is_ok(), "{name}");
        }
        assert!("outlook-desktop".parse::<DialectChoice>().is_ok());
        let wrong = "outlook-desktop/xx".parse::<DialectChoice>().unwrap_err().to_string();
        assert!(wrong.contains("outlook-desktop/de"), "{wrong}");
    }
}
