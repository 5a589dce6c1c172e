//! Postal codes that have lost their first zeros in a spreadsheet, and what proves it.

use crate::formats::Remark;
use crate::formats::table::column::Part;
use crate::formats::table::head::Head;
use crate::formats::table::slot::{Plans, Row};
use crate::formats::table::tally::Tally;

/// The longest code that is all digits, and one more.
const LENGTHS: usize = 9;

/// Numbers in words, for as many digits.
const WORDS: [&str; LENGTHS] = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];

/// How many digits all codes of a country have, where some of them begin with a zero (Universal Postal Union, postal
/// addressing systems); and its names as people write them.
const COUNTRIES: &[(usize, &[&str])] = &[
    (5, &["us", "usa", "u.s.", "u.s.a.", "united states", "united states of america", "vereinigte staaten"]),
    (5, &["états-unis", "etats-unis", "estados unidos", "stati uniti", "puerto rico"]),
    (5, &["de", "d", "deu", "ger", "deutschland", "germany", "allemagne", "alemania", "germania", "duitsland"]),
    (5, &["fr", "f", "fra", "france", "frankreich", "francia", "frankrijk"]),
    (5, &["es", "e", "esp", "spain", "españa", "spanien", "espagne", "spagna", "spanje"]),
    (5, &["it", "i", "ita", "italy", "italia", "italien", "italie", "italië"]),
    (5, &["mx", "mex", "mexico", "méxico", "mexiko", "mexique", "messico"]),
    (5, &["fi", "fin", "finland", "suomi", "finnland", "finlande", "finlandia"]),
    (5, &["tr", "tur", "turkey", "türkiye", "türkei", "turquie", "turquía", "turchia"]),
    (5, &["kr", "kor", "south korea", "korea", "대한민국", "한국", "südkorea"]),
    (5, &["my", "mys", "malaysia", "ua", "ukr", "ukraine", "україна", "lt", "ltu", "lithuania", "lietuva", "litauen"]),
    (5, &["sk", "svk", "slovakia", "slovensko", "slowakei", "pe", "per", "peru", "perú", "dz", "algeria", "algérie"]),
    (4, &["no", "nor", "norway", "norge", "norwegen", "norvège", "noruega", "norvegia"]),
    (4, &["au", "aus", "australia", "australien", "australie", "nz", "nzl", "new zealand", "neuseeland"]),
    (4, &["za", "zaf", "south africa", "südafrika", "dk", "dnk", "denmark", "danmark", "dänemark"]),
    (6, &["cn", "chn", "china", "中国", "ro", "rou", "romania", "românia", "rumänien", "sg", "singapore", "singapur"]),
    (8, &["br", "bra", "brazil", "brasil", "brasilien", "brésil", "brasile"]),
];

/// Languages that one country speaks, or nearly so, and the digits of its codes.
const LANGUAGES: &[(&str, usize)] = &[("fi", 5), ("ko", 5), ("tr", 5), ("nb", 4)];

/// States where all codes begin with a zero: those of the United States, with five digits.
const STATES: &[&str] = &[
    "ct",
    "connecticut",
    "ma",
    "massachusetts",
    "me",
    "maine",
    "nh",
    "new hampshire",
    "nj",
    "new jersey",
    "ri",
    "rhode island",
    "vt",
    "vermont",
];

/// The postal codes of a table.
#[derive(Debug, Default)]
pub(in crate::formats) struct Codes {
    columns: Vec<Column>,
    /// The digits that codes have in the only country of the headers' language.
    own: Option<usize>,
}

/// The codes of one column.
#[derive(Debug, Default)]
struct Column {
    at: usize,
    country: Option<usize>,
    state: Option<usize>,
    /// Codes of digits by their length, of which nothing tells the country.
    alone: [Tally; LENGTHS],
    /// Those that are shorter than all of their country, by how long they should be.
    cut: [Tally; LENGTHS],
    /// Codes in front of which a zero still stands, by their length.
    zeros: [u64; LENGTHS],
}

impl Codes {
    /// Of the rows below a header; none is counted yet.
    pub(in crate::formats) fn new(head: &Head) -> Codes {
        let columns = Plans::new(head.layout()).addresses.into_iter().filter_map(|plan| {
            let (country, state) = (plan.at(Part::Country), plan.at(Part::State));
            Some(Column { at: plan.at(Part::PostalCode)?, country, state, ..Column::default() })
        });
        let own = LANGUAGES.iter().find(|(language, _)| *language == head.table.language).map(|(_, digits)| *digits);
        Codes { columns: columns.collect(), own }
    }

    /// The columns that are looked at.
    pub(in crate::formats) fn columns(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().flat_map(|of| [Some(of.at), of.country, of.state]).flatten()
    }

    /// Counts a row that begins on a line.
    pub(in crate::formats) fn count(&mut self, row: Row<'_>, line: u64) {
        self.columns.iter_mut().for_each(|column| column.count(row, self.own, line));
    }

    /// What is to be said of each column.
    pub(in crate::formats) fn remarks(&self, head: &Head) -> impl Iterator<Item = Remark> {
        let most = |digits: usize| {
            let count = |digits: usize| self.columns.iter().map(|of| of.alone[digits].count).sum::<u64>();
            count(digits) > count(digits - 1)
        };
        let usual = [5, 4].into_iter().find(|digits| most(*digits));
        self.columns.iter().flat_map(move |column| column.remarks(usual, head))
    }
}

impl Column {
    fn count(&mut self, row: Row<'_>, own: Option<usize>, line: u64) {
        let code = row.cell(self.at);
        if code.is_empty() || code.len() >= LENGTHS || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        let cell = |at: Option<usize>| at.map_or("", |at| row.cell(at)).to_lowercase();
        let (country, length) = (cell(self.country), code.len());
        let longer = |(digits, names): &&(usize, &[&str])| *digits > length && names.contains(&country.as_str());
        let digits = match country.is_empty() {
            false => COUNTRIES.iter().find(longer).map(|(digits, _)| *digits),
            true if length < 5 && STATES.contains(&cell(self.state).as_str()) => Some(5),
            true => own,
        };
        match digits {
            Some(digits) if length < digits => self.cut[digits].add(line),
            None if country.is_empty() => {
                self.alone[length].add(line);
                self.zeros[length] += u64::from(code.starts_with('0'));
            }
            _ => {}
        }
    }

    /// Codes that are shorter than those of their country; and those of no country that have a digit less than most,
    /// unless zeros stand in front of others: then no spreadsheet has been there.
    fn remarks(&self, usual: Option<usize>, head: &Head) -> Vec<Remark> {
        let mut cut = self.cut;
        if let Some(usual) = usual.filter(|usual| self.zeros[*usual] == 0) {
            cut[usual].join(&self.alone[usual - 1]);
        }
        let Some(header) = head.names().nth(self.at) else { return Vec::new() };
        let told = cut.iter().zip(WORDS).filter(|(tally, _)| tally.count > 0);
        let told = told.map(|(tally, digits)| {
            let (have, zero) = if tally.count == 1 { ("code", "has") } else { ("codes", "have") };
            let what = format!("{} postal {have} in “{header}” {zero} fewer than {digits} digits", tally.count);
            let places = tally.in_brackets();
            let why = "a spreadsheet may have dropped the zero in front; they are kept as they stand";
            Remark::Notable(format!("{what}{places}: {why}"))
        });
        told.collect()
    }
}
