//! The programs whose tables are known: what each is called, what it does besides its headers; and [`load`] with the
//! headers themselves.

mod language;
mod load;

use std::str::FromStr;

pub(in crate::formats) use language::language_name;
pub(in crate::formats) use load::{Header, Hits, Table, hits, nearest, table, tables};

/// The programs whose tables are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// Outlook for Windows.
    OutlookDesktop,
    /// Outlook on the web and the new Outlook.
    OutlookWeb,
    /// Outlook.com of 2012 to 2016.
    OutlookCom,
    /// Outlook's names without blanks and signs, as Access and tools for mail stores write them.
    OutlookNoSpace,
    /// Google's "Outlook CSV", which has Outlook's names in Google's own order.
    GoogleOutlook,
    /// Google Contacts since 2024.
    Google2024,
    /// Google Contacts from 2009 to 2023.
    Google2009,
    /// Google Mail's contacts before 2009.
    Google2007,
    /// Thunderbird.
    Thunderbird,
    /// Yahoo.
    Yahoo,
    /// The connections that LinkedIn hands out.
    LinkedIn,
    /// Windows Contacts, Windows Live Mail, Outlook Express.
    WindowsLiveMail,
    /// The address book of older versions of Windows.
    WindowsAddressBook,
    /// Evolution.
    Evolution,
    /// KDE's address book.
    KAddressBook,
    /// Roundcube's own names.
    Roundcube,
    /// SnappyMail and RainLoop.
    SnappyMail,
    /// tine Groupware.
    Tine20,
    /// A tool that exports the address book of a Mac.
    MacAddressBookExporter,
    /// Salesforce's reports and its data loader.
    Salesforce,
    /// HubSpot.
    HubSpot,
    /// The template of Exchange Online for external contacts.
    ExchangeExternalContacts,
    /// Becky! Internet Mail.
    Becky,
    /// Foxmail.
    Foxmail,
    /// Atmail.
    Atmail,
    /// What people call their columns in a spreadsheet.
    Generic,
    /// The spreadsheet that is written here, with a column for every field.
    Cardferry,
}

/// What is known of a program besides its headers.
#[derive(Debug, Clone, Copy)]
struct Program {
    dialect: Dialect,
    name: &'static str,
    title: &'static str,
    habits: Habits,
}

/// How a program writes its cells, where that is not the ordinary way; and how likely it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::formats) struct Habits {
    /// Several values share a cell, and labels tell what they are, as Google has it.
    pub(in crate::formats) google: bool,
    /// Its own groups stand among the categories.
    pub(in crate::formats) google_groups: bool,
    /// A line break in a cell is written as `\n`.
    pub(in crate::formats) escapes_lines: bool,
    /// The code page that it always writes, where its headers do not show it.
    pub(in crate::formats) encoding: Option<&'static str>,
    /// A handful of its headers is no sign of it: few people have it, or its tables are always whole.
    pub(in crate::formats) rare: bool,
}

const ORDINARY: Habits =
    Habits { google: false, google_groups: false, escapes_lines: false, encoding: None, rare: false };
const RARE: Habits = Habits { rare: true, ..ORDINARY };
const GOOGLE: Habits = Habits { google: true, google_groups: true, ..ORDINARY };
const GOOGLE_OUTLOOK: Habits = Habits { google_groups: true, ..ORDINARY };
// The Central European one in truth, which has no decoder here; the German letters stand at the same places.
const MAC: Habits = Habits { encoding: Some("macintosh"), ..RARE };
const KADDRESSBOOK: Habits = Habits { escapes_lines: true, ..RARE };

const fn program(dialect: Dialect, name: &'static str, title: &'static str, habits: Habits) -> Program {
    Program { dialect, name, title, habits }
}

/// One row a program, in the order of [`Dialect`].
const PROGRAMS: &[Program] = &[
    program(Dialect::OutlookDesktop, "outlook-desktop", "Outlook for Windows", ORDINARY),
    program(Dialect::OutlookWeb, "outlook-web", "Outlook on the web", ORDINARY),
    program(Dialect::OutlookCom, "outlook-com", "Outlook.com (2014)", ORDINARY),
    program(Dialect::OutlookNoSpace, "outlook-nospace", "Outlook's names without blanks", ORDINARY),
    program(Dialect::GoogleOutlook, "google-outlook", "Google's “Outlook CSV”", GOOGLE_OUTLOOK),
    program(Dialect::Google2024, "google-2024", "Google Contacts (2024)", GOOGLE),
    program(Dialect::Google2009, "google-2009", "Google Contacts (2009)", GOOGLE),
    program(Dialect::Google2007, "google-2007", "Google Mail (2007)", RARE),
    program(Dialect::Thunderbird, "thunderbird", "Thunderbird", RARE),
    program(Dialect::Yahoo, "yahoo", "Yahoo", ORDINARY),
    program(Dialect::LinkedIn, "linkedin", "LinkedIn's connections", ORDINARY),
    program(Dialect::WindowsLiveMail, "windows-live-mail", "Windows Contacts", RARE),
    program(Dialect::WindowsAddressBook, "windows-address-book", "the Windows address book", RARE),
    program(Dialect::Evolution, "evolution", "Evolution", RARE),
    program(Dialect::KAddressBook, "kaddressbook", "KAddressBook", KADDRESSBOOK),
    program(Dialect::Roundcube, "roundcube", "Roundcube", RARE),
    program(Dialect::SnappyMail, "snappymail", "SnappyMail", RARE),
    program(Dialect::Tine20, "tine20", "tine", RARE),
    program(Dialect::MacAddressBookExporter, "mac-addressbook-exporter", "Address Book Exporter for the Mac", MAC),
    program(Dialect::Salesforce, "salesforce", "Salesforce", RARE),
    program(Dialect::HubSpot, "hubspot", "HubSpot", RARE),
    program(Dialect::ExchangeExternalContacts, "exchange-external-contacts", "Exchange's external contacts", RARE),
    program(Dialect::Becky, "becky", "Becky!", RARE),
    program(Dialect::Foxmail, "foxmail", "Foxmail", RARE),
    program(Dialect::Atmail, "atmail", "Atmail", RARE),
    program(Dialect::Generic, "generic", "a table of common headers", ORDINARY),
    program(Dialect::Cardferry, "cardferry", "cardferry's own table", RARE),
];

impl Dialect {
    fn program(self) -> &'static Program {
        &PROGRAMS[self as usize]
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        self.program().name
    }

    /// What people call the program.
    pub(in crate::formats) fn title(self) -> &'static str {
        self.program().title
    }

    /// How it writes its cells.
    pub(in crate::formats) fn habits(self) -> Habits {
        self.program().habits
    }

    /// Whether cells hold several values and labels as Google writes them.
    pub(in crate::formats) fn is_google(self) -> bool {
        self.habits().google
    }
}

/// A dialect that the user asks for, as `outlook-desktop` or `outlook-desktop/de`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialectChoice {
    /// The program.
    pub dialect: Dialect,
    /// The language of its headers, as a tag of RFC 5646; any, when none is given.
    pub language: Option<String>,
}

/// There is no such table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownDialect {
    /// No program has that name.
    #[error("no such CSV dialect; known are {}", known().join(", "))]
    Name,
    /// Its headers are not known in that language.
    #[error("no headers of {} are known in that language; known are {}", .0.name(), languages(*.0).join(", "))]
    Language(Dialect),
}

impl FromStr for DialectChoice {
    type Err = UnknownDialect;

    fn from_str(text: &str) -> Result<Self, UnknownDialect> {
        let (name, language) = text.split_once('/').map_or((text, None), |(name, language)| (name, Some(language)));
        let program = PROGRAMS.iter().find(|program| program.name.eq_ignore_ascii_case(name));
        let dialect = program.ok_or(UnknownDialect::Name)?.dialect;
        let Some(language) = language else { return Ok(DialectChoice { dialect, language: None }) };
        let tag = language.replace('_', "-");
        let known = languages(dialect).into_iter().find(|known| known.eq_ignore_ascii_case(&tag));
        let language = known.ok_or(UnknownDialect::Language(dialect))?;
        Ok(DialectChoice { dialect, language: Some(language.to_owned()) })
    }
}

impl DialectChoice {
    /// Whether a table is meant by it.
    pub(in crate::formats) fn admits(&self, table: &Table) -> bool {
        self.dialect == table.dialect && self.language.as_deref().is_none_or(|language| language == table.language)
    }
}

/// The names of all dialects. Most are known in one language; [`languages`] lists them.
pub fn known() -> Vec<&'static str> {
    PROGRAMS.iter().map(|program| program.name).collect()
}

/// The languages that the headers of a dialect are known in, as tags of RFC 5646: `de`, `pt-BR`.
pub fn languages(dialect: Dialect) -> Vec<&'static str> {
    tables().iter().filter(|table| table.dialect == dialect).map(|table| table.language).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_stands_at_its_place_and_has_headers() {
        for (at, program) in PROGRAMS.iter().enumerate() {
            assert_eq!(program.dialect as usize, at, "{}", program.name);
            assert!(!languages(program.dialect).is_empty(), "{}", program.name);
        }
    }

    #[test]
    fn choices_read_as_they_are_listed() {
        for table in tables() {
            let choice: DialectChoice = table.name().parse().unwrap();
            assert!(choice.admits(table), "{}", table.name());
            assert_eq!(tables().iter().filter(|table| choice.admits(table)).count(), 1, "{}", table.name());
        }
        assert_eq!("outlook-desktop/zh_TW".parse(), "Outlook-Desktop/ZH-tw".parse::<DialectChoice>());
        assert!("outlook-desktop".parse::<DialectChoice>().unwrap().language.is_none());
        let wrong = "outlook-desktop/xx".parse::<DialectChoice>().unwrap_err().to_string();
        assert!(wrong.contains("outlook-desktop are known in that language; known are en, de"), "{wrong}");
        let wrong = "lotus".parse::<DialectChoice>().unwrap_err().to_string();
        assert!(wrong.contains("outlook-desktop, outlook-web"), "{wrong}");
    }
}
