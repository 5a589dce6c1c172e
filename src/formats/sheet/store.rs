//! The rows of a workbook's sheets on their way to contacts, kept where the caller says: a workbook tells only at its end
//! which of its sheets is the one.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Take, Write};

use crate::formats::sheet::cells::{Cells, Flaw};
use crate::formats::sheet::texts::Texts;
use crate::formats::table::ROWS;

/// More sheets than any workbook of contacts has.
pub(super) const MAX_SHEETS: usize = 1000;

/// What all rows and shared texts may come to: more than a full sheet of 92 columns.
const MAX_STORED: u64 = 4 * 1024 * 1024 * 1024;

/// Bytes held back before they are written.
const HELD: usize = 64 * 1024;

/// Somewhere to put rows: a temporary file, or memory.
pub trait Scratch: Read + Write + Seek + Send {}
impl<S: Read + Write + Seek + Send> Scratch for S {}

/// What stops the reading of a workbook.
#[derive(Debug)]
pub(super) enum Stop {
    /// The workbook: what is wrong with it, and what to do.
    Book(String),
    /// The scratch, or the input itself.
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Io(error)
    }
}

/// A sheet in the store.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// How many rows have something in them.
    pub(super) rows: u64,
    /// How many of them the sheet does not show.
    pub(super) hidden_rows: u64,
    /// The first of them.
    pub(super) first: Vec<Cells>,
    /// The number of the last one.
    last: u32,
    /// The bytes of the store that are its rows.
    place: (u64, u64),
    /// Whether something stands beyond the last column that is read.
    pub(super) too_wide: bool,
    /// Why there may be more rows than these.
    pub(super) damage: Option<String>,
    /// Whether its days are counted from 1904.
    pub(super) is_1904: bool,
}

/// Takes the rows of sheet after sheet.
pub(super) struct Store<S> {
    scratch: S,
    held: Vec<u8>,
    written: u64,
    /// Whether the scratch stands where the next bytes are to be written.
    at_end: bool,
    texts: Texts,
    sheets: Vec<Sheet>,
    /// Whether the days of the sheets that begin are counted from 1904.
    pub(super) is_1904: bool,
}

impl<S: Scratch> Store<S> {
    /// An empty one.
    pub(super) fn new(scratch: S) -> Self {
        Store {
            scratch,
            held: Vec::new(),
            written: 0,
            at_end: true,
            texts: Texts::default(),
            sheets: Vec::new(),
            is_1904: false,
        }
    }

    /// The rows that follow are of another sheet.
    pub(super) fn begin(&mut self, name: &str, hidden: bool) {
        let at = self.written + self.held.len() as u64;
        let (name, is_1904) = (name.to_owned(), self.is_1904);
        self.sheets.push(Sheet { name, hidden, place: (at, at), is_1904, ..Sheet::default() });
    }

    /// The sheet that rows go into; there is always one.
    fn current(&mut self) -> &mut Sheet {
        if self.sheets.is_empty() {
            self.begin("", false);
        }
        let last = self.sheets.len() - 1;
        &mut self.sheets[last]
    }

    /// The current sheet could not be read to its end.
    pub(super) fn damaged(&mut self, why: String) {
        self.current().damage = Some(why);
    }

    /// Adds a text that cells share, before the rows of the first sheet; they are counted from 0.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    pub(super) fn share(&mut self, text: &str, damaged: bool) -> io::Result<()> {
        self.has_room()?;
        if let Some(page) = self.texts.add(text, damaged) {
            self.held.extend_from_slice(page);
            let start = self.written;
            self.pass_on()?;
            self.texts.written(start, self.written);
        }
        Ok(())
    }

    /// A shared text by its number, and whether it is damaged; none if there are not so many.
    ///
    /// # Errors
    /// What the scratch says when it cannot be read.
    pub(super) fn shared(&mut self, number: u32) -> io::Result<Option<(&str, bool)>> {
        self.at_end = false;
        self.texts.get(number, &mut self.scratch)
    }

    fn has_room(&self) -> io::Result<()> {
        if self.written <= MAX_STORED {
            return Ok(());
        }
        let what = "its rows come to more than 4 GiB; save the sheet that is meant as CSV";
        Err(io::Error::new(io::ErrorKind::InvalidData, what))
    }

    /// Adds a row, unless there is nothing in it.
    ///
    /// # Errors
    /// What the scratch says when it cannot be written to, or that there are more rows than any workbook has.
    pub(super) fn add(&mut self, cells: &Cells) -> io::Result<()> {
        self.has_room()?;
        self.current().too_wide |= !cells.beyond.is_empty();
        if cells.is_blank() {
            return Ok(());
        }
        let sheet = self.current();
        if sheet.damage.is_none() && (cells.number <= sheet.last || cells.disordered) {
            let (number, way_out) = (cells.number, "open it in a spreadsheet program and save it anew, or as CSV");
            sheet.damage = Some(format!("is damaged: its cells are not in their order in row {number}; {way_out}"));
        }
        // Whoever puts cells in no order may mean any of several.
        if sheet.damage.is_some() {
            return Ok(());
        }
        (sheet.last, sheet.rows) = (cells.number, sheet.rows + 1);
        sheet.hidden_rows += u64::from(cells.hidden);
        if sheet.first.len() < ROWS {
            sheet.first.push(cells.clone());
        }
        encode(cells, &mut self.held);
        self.current().place.1 = self.written + self.held.len() as u64;
        if self.held.len() >= HELD { self.pass_on() } else { Ok(()) }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        if !self.at_end {
            self.scratch.seek(SeekFrom::Start(self.written))?;
            self.at_end = true;
        }
        self.scratch.write_all(&self.held)?;
        self.written += self.held.len() as u64;
        self.held.clear();
        Ok(())
    }

    /// All of it, and where it stands.
    ///
    /// # Errors
    /// What the scratch says when it cannot be written to.
    pub(super) fn end(mut self) -> io::Result<(Vec<Sheet>, S)> {
        self.pass_on()?;
        self.scratch.flush()?;
        Ok((self.sheets, self.scratch))
    }
}

/// A row as bytes: its number, its shape, its text.
fn encode(cells: &Cells, into: &mut Vec<u8>) {
    let mut number = |number: usize| into.extend_from_slice(&(number as u32).to_le_bytes());
    number(cells.number as usize);
    number(usize::from(cells.too_long));
    number(cells.ends.len());
    cells.ends.iter().for_each(|end| number(*end));
    number(cells.flaws.len());
    for (at, flaw) in &cells.flaws {
        number(*at);
        number(Flaw::ALL.iter().position(|of| of == flaw).unwrap_or_default());
    }
    number(cells.beyond.len());
    cells.beyond.iter().for_each(|text| number(text.len()));
    cells.beyond.iter().for_each(|text| into.extend_from_slice(text.as_bytes()));
    into.extend_from_slice(cells.text.as_bytes());
}

/// Gives the rows of one sheet back, as often as they are wanted.
pub(super) struct Stored<S> {
    bytes: BufReader<Take<S>>,
    place: (u64, u64),
}

impl<S: Scratch> Stored<S> {
    /// The rows of a sheet.
    ///
    /// # Errors
    /// What the scratch says.
    pub(super) fn of(sheet: &Sheet, scratch: S) -> io::Result<Self> {
        let mut stored = Stored { bytes: BufReader::with_capacity(HELD, scratch.take(0)), place: sheet.place };
        stored.rewind()?;
        Ok(stored)
    }

    /// Goes back to the first row.
    ///
    /// # Errors
    /// What the scratch says.
    pub(super) fn rewind(&mut self) -> io::Result<()> {
        let (start, end) = self.place;
        // What the buffer holds is forgotten by a seek of its own.
        let scratch = self.bytes.get_mut();
        scratch.get_mut().seek(SeekFrom::Start(start))?;
        scratch.set_limit(end - start);
        let unread = self.bytes.buffer().len();
        std::io::BufRead::consume(&mut self.bytes, unread);
        Ok(())
    }

    /// Reads the next row; false at the end.
    ///
    /// # Errors
    /// What the scratch says.
    pub(super) fn next(&mut self, into: &mut Cells) -> io::Result<bool> {
        let mut first = [0; 4];
        if self.bytes.read(&mut first[..1])? == 0 {
            return Ok(false);
        }
        self.bytes.read_exact(&mut first[1..])?;
        into.begin(u32::from_le_bytes(first));
        into.too_long = self.number()? == 1;
        for _ in 0..self.number()? {
            let end = self.number()?;
            into.ends.push(end);
        }
        for _ in 0..self.number()? {
            let at = self.number()?;
            let flaw = self.number()?;
            into.flaws.push((at, Flaw::ALL.get(flaw).copied().unwrap_or(Flaw::Damaged)));
        }
        let lengths = (0..self.number()?).map(|_| self.number()).collect::<io::Result<Vec<usize>>>()?;
        for length in lengths {
            let mut text = String::new();
            self.text(length, &mut text)?;
            into.beyond.push(text);
        }
        let length = into.ends.last().copied().unwrap_or_default();
        self.text(length, &mut into.text)?;
        Ok(true)
    }

    fn text(&mut self, length: usize, into: &mut String) -> io::Result<()> {
        self.bytes.by_ref().take(length as u64).read_to_string(into)?;
        Ok(())
    }

    fn number(&mut self) -> io::Result<usize> {
        let mut number = [0; 4];
        self.bytes.read_exact(&mut number)?;
        Ok(u32::from_le_bytes(number) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::table::MAX_COLUMNS;
    use std::io::Cursor;

    fn row(number: u32, texts: &[(usize, &str)]) -> Cells {
        let mut cells = Cells::default();
        cells.begin(number);
        texts.iter().for_each(|(at, text)| cells.put(*at, text, (*text == "#REF!").then_some(Flaw::Error)));
        cells
    }

    #[test]
    fn rows_come_back_sheet_by_sheet_and_again() {
        let one = [row(1, &[(0, "a"), (2, "ö"), (MAX_COLUMNS + 7, "far")]), row(70_000, &[(1, "#REF!"), (3, "d")])];
        let mut store = Store::new(Cursor::new(Vec::new()));
        store.begin("one", false);
        one.iter().for_each(|row| store.add(row).unwrap());
        store.add(&row(70_001, &[(0, " ")])).unwrap();
        store.begin("two", true);
        store.add(&row(2, &[(0, "w")])).unwrap();
        store.add(&row(1, &[(0, "x")])).unwrap();
        store.add(&row(3, &[(0, "y")])).unwrap();
        let two = [row(2, &[(0, "w")])];
        let (sheets, scratch) = store.end().unwrap();
        assert_eq!(sheets.iter().map(|sheet| (sheet.rows, sheet.hidden)).collect::<Vec<_>>(), [(2, false), (1, true)]);
        let damage: Vec<bool> = sheets.iter().map(|sheet| sheet.damage.is_some()).collect();
        assert_eq!(damage, [false, true], "a row that goes back ends the sheet");
        let all = |sheet: &Sheet| {
            let mut stored = Stored::of(sheet, scratch.clone()).unwrap();
            let (mut rows, mut cells) = (Vec::new(), Cells::default());
            for _ in 0..2 {
                stored.rewind().unwrap();
                while stored.next(&mut cells).unwrap() {
                    rows.push(cells.clone());
                }
            }
            rows
        };
        assert_eq!(all(&sheets[0]), [one.clone(), one.clone()].concat());
        assert_eq!(all(&sheets[1]), [two.clone(), two].concat());
        assert_eq!(one[1].texts().collect::<Vec<_>>(), ["", "#REF!", "", "d"]);
    }
}
