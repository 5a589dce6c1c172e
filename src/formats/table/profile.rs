//! The tables that are written: for each program its columns, and how values stand in them.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_8, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254,
};

use crate::formats::table::column::{Column, Part, Slot};
use crate::formats::table::dialects::{self, Dialect};
use crate::formats::table::slot::{Dates, ENGLISH, LABELS, OWN_FIELDS, Plans, Sheet, Way, words_of};
use crate::model::Field;

/// A program that a table is written for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// Outlook for Windows: 92 columns, in any language whose order of them is known.
    OutlookDesktop,
    /// Outlook on the web and the new Outlook.
    OutlookWeb,
    /// Google Contacts, with the names of 2024.
    Google,
    /// Thunderbird.
    Thunderbird,
    /// A spreadsheet for people, with a column for everything that a contact can hold; read back as it was.
    #[default]
    Generic,
}

/// Which encoding a program expects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expects {
    /// UTF-8 with a byte order mark.
    MarkedUtf8,
    /// UTF-8 without one.
    Utf8,
    /// The code page that Windows has in the language of the headers.
    CodePage,
}

/// One program: what it expects.
struct Row {
    profile: Profile,
    name: &'static str,
    dialect: Dialect,
    /// How often its numbered columns are written. A stream cannot know the largest contact, so the numbers are fixed.
    groups: &'static [(&'static str, u16)],
    expects: Expects,
    /// What ends a row.
    line_end: &'static str,
    /// How values stand in cells, but for the words of the language.
    way: Way,
}

/// In Outlook each column says what its values are; dates are ISO, which no machine's own order of day and month turns
/// round (Google's tables for Outlook have the same).
const OUTLOOK: Way =
    Way { labelled: false, joins: false, whole: false, dates: Dates::Iso, line_break: "\r\n", words: &ENGLISH };

/// What each program expects: its own exports, and what is known of its import.
const ROWS: &[Row] = &[
    Row {
        profile: Profile::OutlookDesktop,
        name: "outlook-desktop",
        dialect: Dialect::OutlookDesktop,
        groups: &[],
        expects: Expects::CodePage,
        line_end: "\r\n",
        way: OUTLOOK,
    },
    Row {
        profile: Profile::OutlookWeb,
        name: "outlook-web",
        dialect: Dialect::OutlookWeb,
        groups: &[],
        expects: Expects::MarkedUtf8,
        line_end: "\r\n",
        way: OUTLOOK,
    },
    Row {
        profile: Profile::Google,
        name: "google",
        dialect: Dialect::Google2024,
        groups: &[
            ("E-mail ", 4),
            ("Phone ", 8),
            ("Address ", 3),
            ("Relation ", 6),
            ("Website ", 3),
            ("Event ", 3),
            ("IM ", 2),
            ("Custom Field ", 8),
        ],
        expects: Expects::Utf8,
        line_end: "\n",
        way: Way { labelled: true, joins: true, dates: Dates::Yearless, line_break: "\n", ..OUTLOOK },
    },
    Row {
        profile: Profile::Thunderbird,
        name: "thunderbird",
        dialect: Dialect::Thunderbird,
        groups: &[],
        expects: Expects::Utf8,
        line_end: "\n",
        way: Way { dates: Dates::Parts, line_break: "\n", ..OUTLOOK },
    },
    Row {
        profile: Profile::Generic,
        name: "generic",
        dialect: Dialect::Cardferry,
        groups: &[
            ("E-mail ", 6),
            ("Phone ", 10),
            ("Address ", 4),
            ("Website ", 5),
            ("IM ", 5),
            ("Relation ", 8),
            ("Event ", 5),
            ("Custom Field ", 12),
        ],
        expects: Expects::MarkedUtf8,
        line_end: "\r\n",
        way: Way { labelled: true, whole: true, dates: Dates::Yearless, line_break: "\n", ..OUTLOOK },
    },
];

/// The code page that Windows has in a language (the "ANSI" one), where it is not the western one. Languages are tags of
/// RFC 5646.
const CODE_PAGES: &[(&str, &Encoding)] = &[
    ("ru", WINDOWS_1251),
    ("pl", WINDOWS_1250),
    ("cs", WINDOWS_1250),
    ("sk", WINDOWS_1250),
    ("tr", WINDOWS_1254),
    ("ja", SHIFT_JIS),
    ("ko", EUC_KR),
    ("zh-CN", GBK),
    ("zh-TW", BIG5),
];

impl Profile {
    /// Every profile there is.
    pub const ALL: &'static [Profile] =
        &[Profile::OutlookDesktop, Profile::OutlookWeb, Profile::Google, Profile::Thunderbird, Profile::Generic];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The profile of a name, if it is one.
    pub fn named(name: &str) -> Option<Profile> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.profile)
    }

    /// The languages that its headers can be written in: those whose own order of columns is known; English is first.
    pub fn languages(self) -> Vec<&'static str> {
        let (dialect, tables) = (self.row().dialect, dialects::tables().iter());
        let whole = dialects::table(dialect, "en").map_or(0, |table| table.own);
        let own = tables.filter(|table| table.dialect == dialect && table.own >= whole.max(1));
        own.map(|table| table.language).collect()
    }

    fn row(self) -> &'static Row {
        // Every profile has a row (tested below); the last one stands in for a profile that is added without.
        ROWS.iter().find(|row| row.profile == self).unwrap_or(&ROWS[ROWS.len() - 1])
    }
}

/// A profile in one of its languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// The program.
    pub profile: Profile,
    language: &'static str,
}

impl From<Profile> for Style {
    fn from(profile: Profile) -> Self {
        Style { profile, language: "en" }
    }
}

impl Style {
    /// A profile in a language, if its headers can be written in that.
    pub fn of(profile: Profile, language: &str) -> Option<Style> {
        let language = profile.languages().into_iter().find(|known| *known == language)?;
        Some(Style { profile, language })
    }

    /// The profile of a name, in the language behind it if there is one: `outlook-desktop/de`.
    pub fn named(name: &str) -> Option<Style> {
        let (profile, language) = name.split_once('/').unwrap_or((name, "en"));
        let (profile, tag) = (Profile::named(profile)?, language.replace('_', "-"));
        let language = profile.languages().into_iter().find(|known| known.eq_ignore_ascii_case(&tag))?;
        Some(Style { profile, language })
    }

    /// `outlook-desktop/de`; the name of the profile alone where the language is English.
    pub fn name(self) -> String {
        let name = self.profile.name();
        if self.language == "en" { name.to_owned() } else { format!("{name}/{}", self.language) }
    }

    /// The encoding that the program expects, and whether a byte order mark is to stand before it.
    pub fn encoding(self) -> (&'static Encoding, bool) {
        let page = CODE_PAGES.iter().find(|(language, _)| *language == self.language);
        match self.profile.row().expects {
            Expects::MarkedUtf8 => (UTF_8, true),
            Expects::Utf8 => (UTF_8, false),
            Expects::CodePage => (page.map_or(WINDOWS_1252, |(_, page)| page), false),
        }
    }

    /// What ends a row.
    pub(in crate::formats) fn line_end(self) -> &'static str {
        self.profile.row().line_end
    }

    /// An empty row of it, and where the values of a contact go in it; with the slot of each column.
    pub(in crate::formats) fn sheet(self) -> (Plans, Sheet) {
        let (headers, columns): (Vec<String>, Vec<Column>) = layout(self).into_iter().unzip();
        let way = Way { words: words_of(self.language), ..self.profile.row().way };
        (Plans::new(columns.into_iter().map(Some)), Sheet::new(headers, way))
    }

    /// For each column the field that it is about, and whether it holds nothing but telephone numbers.
    pub(in crate::formats) fn fields(self) -> Vec<(Field, bool)> {
        let field = |column: Column| direct(column, self.profile).first().copied().unwrap_or(Field::Extra);
        let phone = |column: Column| matches!(column.slot, Slot::Phone(..)) && column.part == Part::Value;
        layout(self).into_iter().map(|(_, column)| (field(column), phone(column))).collect()
    }

    /// How many columns it has.
    pub fn width(self) -> usize {
        layout(self).len()
    }

    /// Whether a column can name a photo.
    pub fn has_photos(self) -> bool {
        layout(self).iter().any(|(_, column)| column.slot == Slot::Photo)
    }
}

/// The columns of a profile in their order, each with what it means.
pub(in crate::formats) fn layout(style: impl Into<Style>) -> Vec<(String, Column)> {
    let Style { profile, language } = style.into();
    let row = profile.row();
    let Some(table) = dialects::table(row.dialect, language) else { return Vec::new() };
    let own = &table.headers[..table.own];
    let mut columns = Vec::new();
    let mut at = 0;
    while at < own.len() {
        let is_of = |text: &str, group: &str| text.strip_prefix(group).is_some_and(|rest| rest.starts_with("{n}"));
        let Some((group, count)) = row.groups.iter().find(|(group, _)| is_of(own[at].text, group)) else {
            columns.push((own[at].text.to_owned(), own[at].column));
            at += 1;
            continue;
        };
        let members = own[at..].iter().take_while(|header| is_of(header.text, group)).count();
        for number in 1..=*count {
            for header in &own[at..at + members] {
                let text = header.text.replace("{n}", &number.to_string());
                columns.push((text, header.column.numbered(number)));
            }
        }
        at += members;
    }
    columns
}

/// The columns of a profile that carry a field, for documentation; none when the field is lost in it. Numbered columns
/// are named once: `E-mail 1…4 - Value`.
pub fn columns(profile: Profile, field: Field) -> Vec<String> {
    let layout = layout(profile);
    let has_own = |field: Field| layout.iter().any(|(_, column)| direct(*column, profile).contains(&field));
    let mut names: Vec<String> = Vec::new();
    for (header, column) in &layout {
        let label = match column {
            column if direct(*column, profile).contains(&field) => None,
            Column { part: Part::Value, .. } if !has_own(field) => match by_label(*column, field) {
                Some(label) => Some(label),
                None => continue,
            },
            _ => continue,
        };
        let name = ranged(header, profile);
        let name = label.map_or(name.clone(), |label| format!("{name} (“{label}”)"));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The fields that a column holds whatever its label says.
fn direct(column: Column, profile: Profile) -> Vec<Field> {
    match column.slot {
        Slot::Text(field) | Slot::List(field) | Slot::Date(field) => vec![field],
        Slot::Gender => vec![Field::Gender],
        Slot::Sensitivity => vec![Field::Sensitivity],
        Slot::Organization(1) => organization_fields(column.part, profile),
        Slot::Organization(_) => vec![Field::Organizations],
        Slot::Email(..) => vec![Field::Emails],
        Slot::Phone(..) | Slot::PreferredPhone => vec![Field::Phones],
        Slot::Address(..) => vec![Field::Addresses],
        Slot::Url(..) => vec![Field::Urls],
        Slot::Im(..) => vec![Field::Ims],
        Slot::Relation(_) => vec![Field::Relations],
        Slot::Event(_) => vec![Field::Events],
        Slot::Photo => vec![Field::Photo],
        Slot::Custom(_) | Slot::Priority | Slot::Kept => vec![Field::Extra],
    }
}

fn organization_fields(part: Part, profile: Profile) -> Vec<Field> {
    let own = match part {
        Part::Company => Field::Company,
        Part::YomiCompany => Field::YomiCompany,
        Part::Department => Field::Department,
        Part::JobTitle => Field::JobTitle,
        Part::Role => Field::Role,
        _ => Field::Office,
    };
    if profile.row().way.joins { vec![own, Field::Organizations] } else { vec![own] }
}

/// The label under which a labelled column carries a field.
fn by_label(column: Column, field: Field) -> Option<&'static str> {
    let rows: &[(&'static str, Field)] = match column.slot {
        Slot::Relation(_) if field == Field::Children => return Some("Child"),
        Slot::Event(_) if field == Field::Anniversary => return Some("Anniversary"),
        Slot::Relation(_) => OWN_FIELDS,
        Slot::Custom(_) => LABELS,
        _ => return None,
    };
    rows.iter().find(|(_, of)| *of == field).map(|(label, _)| *label)
}

/// A numbered header with the range of its numbers.
fn ranged(header: &str, profile: Profile) -> String {
    let mut groups = profile.row().groups.iter();
    let rest = |group: &str| {
        let rest = header.strip_prefix(group)?.trim_start_matches(|letter: char| letter.is_ascii_digit());
        rest.starts_with(' ').then_some(rest)
    };
    match groups.find_map(|(group, count)| Some((group, count, rest(group)?))) {
        Some((group, count, part)) => format!("{group}1…{count}{part}"),
        None => header.to_owned(),
    }
}

#[cfg(test)]
#[path = "profile/tests.rs"]
mod tests;
