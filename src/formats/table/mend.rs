//! The cells of a row as they were meant, before other programs had their way with them.

use crate::formats::table::THIS_YEAR;
use crate::formats::table::column::{Column, Part, Slot};
use crate::formats::table::damage;
use crate::formats::table::date::{self, Cell};
use crate::formats::table::head::Head;
use crate::formats::table::slot::Row;

/// What is looked for in the cells of a table.
#[derive(Debug, Default)]
pub(in crate::formats) struct Mend {
    /// The columns of phones, and of postal codes; those that a mapping file makes stand behind the table's own.
    phones: Vec<usize>,
    codes: Vec<usize>,
    language: &'static str,
    /// Whether line breaks are written as a backslash and a letter, as KAddressBook does.
    literal_breaks: bool,
    /// Whether cells that were decoded twice are decoded back.
    pub(in crate::formats) mojibake: bool,
}

/// A row whose cells are not all as they stand in the table.
#[derive(Debug, Default)]
pub(in crate::formats) struct Mended {
    text: String,
    ends: Vec<usize>,
    /// The columns of which a spreadsheet program left nothing that could be read; their cells are empty here.
    pub(in crate::formats) spoiled: Vec<usize>,
}

/// What becomes of a cell.
enum Fate {
    Text(String),
    Spoiled,
}

impl Mend {
    /// For the rows below a header.
    pub(in crate::formats) fn new(head: &Head) -> Mend {
        let columns = |wanted: fn(Column) -> bool| -> Vec<usize> {
            let layout = head.layout().enumerate();
            layout.filter(|(_, column)| column.is_some_and(wanted)).map(|(at, _)| at).collect()
        };
        Mend {
            phones: columns(|column| matches!(column.slot, Slot::Phone(..)) && column.part == Part::Value),
            codes: columns(|column| column.part == Part::PostalCode),
            language: head.table.language,
            literal_breaks: head.table.dialect.name() == "kaddressbook",
            mojibake: false,
        }
    }

    /// The row with its cells mended; nothing for one in which there is nothing to mend, as in most.
    pub(in crate::formats) fn row(&self, row: Row<'_>) -> Option<Mended> {
        let mut fates = Vec::new();
        let text = row.text();
        if memchr::memchr3(b'\'', b'=', b'#', text.as_bytes()).is_some()
            || memchr::memmem::find(text.as_bytes(), b"E+").is_some()
        {
            fates.extend((0..row.len()).filter_map(|at| Some((at, guard_or_damage(row.verbatim(at))?))));
        }
        for at in self.phones.iter().filter(|at| !row.verbatim(**at).is_empty()) {
            let cell = row.cell(*at);
            if self.is_no_phone(cell) {
                fates.push((*at, Fate::Spoiled));
            } else if let Some(bare) = cell.strip_prefix('\'').filter(|bare| !bare.is_empty()) {
                fates.push((*at, Fate::Text(bare.to_owned())));
            }
        }
        fates.extend(self.codes.iter().filter(|at| damage::is_fraction(row.cell(**at))).map(|at| (*at, Fate::Spoiled)));
        if self.literal_breaks || self.mojibake {
            fates.extend((0..row.len()).filter_map(|at| Some((at, Fate::Text(self.decoded(row.verbatim(at))?)))));
        }
        (!fates.is_empty()).then(|| Mended::new(row, fates))
    }

    /// The row with those of the cells left empty that a mapping file makes, which stand behind the first `width`, and
    /// of which a spreadsheet program left nothing that could be read; nothing where there are none. A phone is none
    /// either when one of the cells that it is made of `is_spoiled`.
    pub(in crate::formats) fn made(
        &self,
        row: Row<'_>,
        width: usize,
        is_spoiled: impl Fn(usize) -> bool,
    ) -> Option<Mended> {
        let is_number = |at: usize| self.phones.contains(&at) || self.codes.contains(&at);
        let is_bad = |at: &usize| {
            let cell = row.cell(*at);
            let of_number = || is_spoiled(*at) || damage::is_fraction(cell) || self.is_no_phone(cell);
            !cell.is_empty() && (damage::is_spoiled(cell) || is_number(*at) && of_number())
        };
        let fates: Vec<_> = (width..row.len()).filter(is_bad).map(|at| (at, Fate::Spoiled)).collect();
        (!fates.is_empty()).then(|| Mended::new(row, fates))
    }

    /// Whether a phone went through a spreadsheet as a number, or as a date.
    fn is_no_phone(&self, cell: &str) -> bool {
        // Mar-12 is as bad as 12-Mar, though nobody knows whether it is a day or a year.
        let is_date = || matches!(date::read(&cell.replace('-', " "), self.language, THIS_YEAR), Cell::Plain(_));
        let has_word = || cell.chars().filter(|letter| letter.is_alphabetic()).count() > 2;
        damage::is_fraction(cell) || has_word() && is_date()
    }

    fn decoded(&self, cell: &str) -> Option<String> {
        let breaks = || damage::with_line_breaks(cell).filter(|_| self.literal_breaks);
        damage::unscrambled(cell).filter(|_| self.mojibake).or_else(breaks)
    }
}

fn guard_or_damage(cell: &str) -> Option<Fate> {
    match cell.trim_start().as_bytes().first()? {
        b'\'' | b'=' => damage::unguarded(cell).map(|bare| Fate::Text(bare.into_owned())),
        _ => damage::is_spoiled(cell.trim()).then_some(Fate::Spoiled),
    }
}

impl Mended {
    fn new(row: Row<'_>, mut fates: Vec<(usize, Fate)>) -> Mended {
        fates.sort_by_key(|(at, _)| *at);
        fates.dedup_by_key(|(at, _)| *at);
        let mut mended = Mended::default();
        let mut fates = fates.into_iter().peekable();
        for at in 0..row.len() {
            match fates.next_if(|(of, _)| *of == at) {
                None => mended.text.push_str(row.verbatim(at)),
                Some((_, Fate::Text(text))) => mended.text.push_str(&text),
                Some((_, Fate::Spoiled)) => mended.spoiled.push(at),
            }
            mended.ends.push(mended.text.len());
        }
        mended
    }

    /// The row.
    pub(in crate::formats) fn row(&self) -> Row<'_> {
        Row::new(&self.text, &self.ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(mend: &Mend, cells: &[&str]) -> Option<(Vec<String>, Vec<usize>)> {
        let text = cells.concat();
        let ends: Vec<usize> = cells.iter().scan(0, |end, cell| (*end += cell.len(), Some(*end)).1).collect();
        let mended = mend.row(Row::new(&text, &ends))?;
        let row = mended.row();
        Some(((0..row.len()).map(|at| row.verbatim(at).to_owned()).collect(), mended.spoiled.clone()))
    }

    #[test]
    fn most_rows_need_no_mending() {
        let mend = Mend { phones: vec![1], codes: vec![2], language: "en", ..Mend::default() };
        assert_eq!(mended(&mend, &["O'Neil", "+1 (425) 555-0100 x12", "98052", "a = b, # 1"]), None);
        let (cells, spoiled) = mended(&mend, &["'=x", "12-Mar", "98052.0", "kept"]).unwrap();
        assert_eq!((cells.as_slice(), spoiled), (["=x", "", "", "kept"].map(str::to_owned).as_slice(), vec![1, 2]));
    }

    /// Trap 31: what KAddressBook writes for a line break is one, and in other tables two letters.
    #[test]
    fn line_breaks_as_letters() {
        let mend = Mend { literal_breaks: true, ..Mend::default() };
        assert_eq!(mended(&mend, &["a\\nb\\r\\nc"]).unwrap().0, ["a\nb\nc"]);
        assert_eq!(mended(&Mend::default(), &["a\\nb"]), None);
    }

    #[test]
    fn letters_are_decoded_back_for_who_asks() {
        let mend = Mend { mojibake: true, ..Mend::default() };
        assert_eq!(mended(&mend, &["JÃ¼rgen", "Núñez"]).unwrap().0, ["Jürgen", "Núñez"]);
    }
}
