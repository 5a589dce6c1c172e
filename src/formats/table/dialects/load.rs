//! The header tables: for each program and language its headers, what each one means, and in what order they stand.
//!
//! A table is a text file in one of two forms. `PROGRAM.LANGUAGE.tsv` has one line a header: the header, a tab, the name
//! of its column ([`Column::named`]); below the blank line stand headers that are understood as well, of other versions
//! of the program or with no known place, and a file that begins with the blank line has only these. `PROGRAM.tsv` is of
//! a program that has the same columns in every language: the first line has their names, each other line a language and
//! its headers; behind a `|` stand others that are understood as well. `{n}` stands for a number.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::formats::table::column::Column;
use crate::formats::table::dialects::Dialect;
use crate::formats::table::fold::{Folded, fold};

/// One file of headers.
enum Source {
    /// One language, one line a header.
    List(Dialect, &'static str, &'static str),
    /// All languages, one line each.
    Rows(Dialect, &'static str),
}

macro_rules! list {
    ($dialect:ident, $language:literal, $file:literal) => {
        Source::List(Dialect::$dialect, $language, include_str!($file))
    };
}

/// The sources, in the order that decides between equals.
const SOURCES: &[Source] = &[
    list!(OutlookDesktop, "en", "outlook-desktop.en.tsv"),
    list!(OutlookDesktop, "de", "outlook-desktop.de.tsv"),
    list!(OutlookDesktop, "fr", "outlook-desktop.fr.tsv"),
    list!(OutlookDesktop, "it", "outlook-desktop.it.tsv"),
    list!(OutlookDesktop, "ru", "outlook-desktop.ru.tsv"),
    list!(OutlookDesktop, "ja", "outlook-desktop.ja.tsv"),
    list!(OutlookDesktop, "ko", "outlook-desktop.ko.tsv"),
    list!(OutlookDesktop, "zh-CN", "outlook-desktop.zh-CN.tsv"),
    list!(OutlookDesktop, "zh-TW", "outlook-desktop.zh-TW.tsv"),
    list!(OutlookDesktop, "es", "outlook-desktop.es.tsv"),
    list!(OutlookDesktop, "pt-BR", "outlook-desktop.pt-BR.tsv"),
    list!(OutlookDesktop, "nl", "outlook-desktop.nl.tsv"),
    list!(OutlookDesktop, "pl", "outlook-desktop.pl.tsv"),
    list!(OutlookDesktop, "da", "outlook-desktop.da.tsv"),
    list!(OutlookDesktop, "sv", "outlook-desktop.sv.tsv"),
    list!(OutlookDesktop, "nb", "outlook-desktop.nb.tsv"),
    list!(OutlookDesktop, "tr", "outlook-desktop.tr.tsv"),
    list!(OutlookDesktop, "sk", "outlook-desktop.sk.tsv"),
    list!(OutlookWeb, "en", "outlook-web.en.tsv"),
    list!(OutlookCom, "en", "outlook-com.en.tsv"),
    list!(GoogleOutlook, "en", "google-outlook.en.tsv"),
    list!(Google2024, "en", "google-2024.en.tsv"),
    list!(Google2009, "en", "google-2009.en.tsv"),
    list!(Google2007, "en", "google-2007.en.tsv"),
    Source::Rows(Dialect::Thunderbird, include_str!("thunderbird.tsv")),
    Source::Rows(Dialect::WindowsLiveMail, include_str!("windows-live-mail.tsv")),
    list!(WindowsAddressBook, "ja", "windows-address-book.ja.tsv"),
    list!(WindowsAddressBook, "ko", "windows-address-book.ko.tsv"),
    list!(Yahoo, "en", "yahoo.en.tsv"),
    list!(LinkedIn, "en", "linkedin.en.tsv"),
    list!(LinkedIn, "de", "linkedin.de.tsv"),
    list!(OutlookNoSpace, "en", "outlook-nospace.en.tsv"),
    list!(Generic, "en", "generic.en.tsv"),
    list!(Generic, "de", "generic.de.tsv"),
    list!(Generic, "fr", "generic.fr.tsv"),
    list!(Generic, "es", "generic.es.tsv"),
    list!(Generic, "it", "generic.it.tsv"),
    list!(Generic, "pt", "generic.pt.tsv"),
    list!(Generic, "nl", "generic.nl.tsv"),
    list!(Generic, "pl", "generic.pl.tsv"),
    list!(Generic, "ru", "generic.ru.tsv"),
    list!(Generic, "ja", "generic.ja.tsv"),
    list!(Generic, "zh", "generic.zh.tsv"),
    list!(Generic, "ko", "generic.ko.tsv"),
    list!(Generic, "sv", "generic.sv.tsv"),
    list!(Generic, "da", "generic.da.tsv"),
    list!(Generic, "nb", "generic.nb.tsv"),
    list!(Generic, "fi", "generic.fi.tsv"),
    list!(Generic, "cs", "generic.cs.tsv"),
    list!(Generic, "sk", "generic.sk.tsv"),
    list!(Generic, "hu", "generic.hu.tsv"),
    list!(Generic, "tr", "generic.tr.tsv"),
    list!(Evolution, "en", "evolution.en.tsv"),
    list!(KAddressBook, "en", "kaddressbook.en.tsv"),
    list!(Roundcube, "en", "roundcube.en.tsv"),
    list!(SnappyMail, "en", "snappymail.en.tsv"),
    list!(Tine20, "en", "tine20.en.tsv"),
    list!(MacAddressBookExporter, "de", "mac-addressbook-exporter.de.tsv"),
    list!(Salesforce, "en", "salesforce.en.tsv"),
    list!(HubSpot, "en", "hubspot.en.tsv"),
    list!(ExchangeExternalContacts, "en", "exchange-external-contacts.en.tsv"),
    list!(Becky, "en", "becky.en.tsv"),
    list!(Foxmail, "en", "foxmail.en.tsv"),
    list!(Atmail, "en", "atmail.en.tsv"),
    list!(Cardferry, "en", "cardferry.en.tsv"),
];

/// One header of a table.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats) struct Header {
    /// The header, verbatim.
    pub(in crate::formats) text: &'static str,
    /// The name of its column.
    pub(in crate::formats) name: &'static str,
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
    /// How many of them have a place in the program's order; none, where that order is not known.
    pub(in crate::formats) own: usize,
    /// Its number among the tables.
    number: u16,
}

/// How well a table explains a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::formats) struct Hits {
    /// How many of the row's cells it knows.
    pub(in crate::formats) known: usize,
    /// How many of these it calls its own.
    pub(in crate::formats) own: usize,
}

/// Folded header to the tables that have it and its places there, both ascending: twins have several.
type Index = HashMap<String, Vec<(u16, u16)>>;

impl Table {
    /// `outlook-desktop/en` and so on.
    pub(in crate::formats) fn name(&self) -> String {
        format!("{}/{}", self.dialect.name(), self.language)
    }

    /// How many headers a whole table of it has.
    pub(in crate::formats) fn size(&self) -> usize {
        if self.own == 0 { self.headers.len() } else { self.own }
    }

    fn is_own(&self, place: u16) -> bool {
        usize::from(place) < self.size()
    }

    /// What a folded header means where it stands for the `nth` time (from 0) in its row. Twins are told apart by
    /// their order; a header that stands there more often than the table knows repeats the last.
    pub(in crate::formats) fn header(&self, folded: &str, nth: usize) -> Option<Header> {
        if let Some(places) = self.places(folded) {
            let own = places.iter().take_while(|(_, place)| self.is_own(*place)).count();
            let last = if own == 0 { places.len() } else { own } - 1;
            return Some(self.headers[usize::from(places[nth.min(last)].1)]);
        }
        let (pattern, number) = numbered(folded)?;
        let (_, place) = self.places(&pattern)?.first()?;
        let header = self.headers[usize::from(*place)];
        Some(Header { column: header.column.numbered(number), ..header })
    }

    /// Where a folded header stands in it.
    fn places(&self, folded: &str) -> Option<&'static [(u16, u16)]> {
        let all = index().get(folded)?;
        let start = all.partition_point(|(table, _)| *table < self.number);
        let end = all.partition_point(|(table, _)| *table <= self.number);
        (start < end).then(|| &all[start..end])
    }
}

/// How well each table, in the order of [`tables`], explains a row of folded headers.
pub(in crate::formats) fn hits(folded: &[String]) -> Vec<Hits> {
    let (tables, index) = (tables(), index());
    let mut hits = vec![Hits::default(); tables.len()];
    // Each table counts a header once, whether it has it as it stands or with any number.
    let mut last = vec![usize::MAX; tables.len()];
    // Numbers are no sign of a header, though some translations have them.
    let words = folded.iter().enumerate().filter(|(_, header)| header.chars().any(char::is_alphabetic));
    for (at, header) in words {
        let pattern = numbered(header).map(|(pattern, _)| pattern);
        for text in std::iter::once(header).chain(&pattern) {
            for (number, place) in index.get(text).into_iter().flatten() {
                let table = usize::from(*number);
                if std::mem::replace(&mut last[table], at) != at {
                    hits[table].known += 1;
                    hits[table].own += usize::from(tables[table].is_own(*place));
                }
            }
        }
    }
    hits
}

/// `e-mail 2 - value` as `e-mail {n} - value` and 2.
fn numbered(folded: &str) -> Option<(String, u16)> {
    let start = folded.find(|c: char| c.is_ascii_digit())?;
    let digits = folded[start..].bytes().take_while(u8::is_ascii_digit).count();
    let number = folded[start..start + digits].parse().ok()?;
    Some((format!("{}{{n}}{}", &folded[..start], &folded[start + digits..]), number))
}

/// Every table, in the order that decides between equals. They are parsed when the first one is asked for.
pub(in crate::formats) fn tables() -> &'static [Table] {
    static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
        let (mut names, mut tables) = (HashMap::new(), Vec::new());
        for source in SOURCES {
            match source {
                Source::List(dialect, language, text) => tables.push(list(*dialect, language, text, &mut names)),
                Source::Rows(dialect, text) => tables.extend(rows(*dialect, text, &mut names)),
            }
        }
        (0..).zip(&mut tables).for_each(|(number, table)| table.number = number);
        tables
    });
    &TABLES
}

/// The table of a dialect in a language.
pub(in crate::formats) fn table(dialect: Dialect, language: &str) -> Option<&'static Table> {
    tables().iter().find(|table| table.dialect == dialect && table.language == language)
}

/// The known header that is nearest to a folded one, of those that are `admitted`, if any is near enough to be a slip of
/// the pen.
pub(in crate::formats) fn nearest(folded: &str, admitted: impl Fn(&Table, &Header) -> bool) -> Option<&'static str> {
    let slip = Folded::new(folded);
    let header = |(table, place): &(u16, u16)| {
        let table = &tables()[usize::from(*table)];
        let header = &table.headers[usize::from(*place)];
        (slip.is_alike(header.text) && admitted(table, header)).then_some(header.text)
    };
    let near = |(known, places): &Known| {
        let far = slip.distance(known)?;
        Some((far, places.iter().filter_map(header).min()?))
    };
    let by_length = by_length();
    let from = by_length.partition_point(|(known, _)| known.len() + slip.limit() < slip.len());
    let of_length = by_length[from..].iter().take_while(|(known, _)| known.len() <= slip.len() + slip.limit());
    of_length.filter_map(near).min().map(|(_, text)| text)
}

/// A folded header and its places.
type Known = (Folded, &'static [(u16, u16)]);

/// Every folded header, the shortest first. Made when the first strange header is looked at.
fn by_length() -> &'static [Known] {
    static BY_LENGTH: LazyLock<Vec<Known>> = LazyLock::new(|| {
        let mut all: Vec<_> = index().iter().map(|(text, places)| (Folded::new(text), places.as_slice())).collect();
        all.sort_unstable_by_key(|(known, _)| known.len());
        all
    });
    &BY_LENGTH
}

/// Made when the first table of contacts is read; who writes one needs it not.
fn index() -> &'static Index {
    static INDEX: LazyLock<Index> = LazyLock::new(|| {
        let mut index = Index::with_capacity(8192);
        for table in tables() {
            for (place, header) in (0..).zip(&table.headers) {
                index.entry(fold(header.text)).or_default().push((table.number, place));
            }
        }
        index
    });
    &INDEX
}

/// The names of columns that were looked up before.
type Names = HashMap<&'static str, Option<Column>>;

/// A header with its column's name; a unit test holds that each name is one.
fn header(text: &'static str, name: &'static str, names: &mut Names) -> Option<Header> {
    let column = (*names.entry(name).or_insert_with(|| Column::named(name)))?;
    Some(Header { text, name, column })
}

fn list(dialect: Dialect, language: &'static str, source: &'static str, names: &mut Names) -> Table {
    let mut parse = |line: &'static str| line.split_once('\t').and_then(|(text, name)| header(text, name, names));
    let own = source.lines().take_while(|line| !line.is_empty()).count();
    let headers = source.lines().filter_map(&mut parse).collect();
    Table { dialect, language, headers, own, number: 0 }
}

fn rows(dialect: Dialect, source: &'static str, names: &mut Names) -> Vec<Table> {
    let mut lines = source.lines();
    let columns: Vec<&'static str> = lines.next().unwrap_or_default().split('\t').skip(1).collect();
    let mut table = |line: &'static str| {
        let (language, cells) = line.split_once('\t')?;
        let cells = || columns.iter().zip(cells.split('\t')).filter(|(_, cell)| !cell.is_empty());
        let own = cells().map(|(name, cell)| (*name, cell.split('|').next().unwrap_or_default()));
        let others = cells().flat_map(|(name, cell)| cell.split('|').skip(1).map(|text| (*name, text)));
        let headers = own.chain(others).filter_map(|(name, text)| header(text, name, names)).collect();
        Some(Table { dialect, language, headers, own: cells().count(), number: 0 })
    };
    lines.filter_map(&mut table).collect()
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
