//! XLS: the cells of its sheets as texts. BIFF8 as [MS-XLS] has it, which Excel has written since 1997; the section of
//! each record stands beside its number.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read, Seek};

use crate::formats::sheet::cells::{Cells, Flaw};
use crate::formats::sheet::number::NumberFormat;
use crate::formats::sheet::ole::{Compound, Stream, u16_at, u32_at};
use crate::formats::sheet::store::{MAX_SHEETS, Scratch, Stop, Store};

mod texts;

use texts::Pieces;

/// The records that matter.
mod kind {
    pub(super) const FORMULA: u16 = 0x0006; // 2.4.127
    pub(super) const EOF: u16 = 0x000a; // 2.4.103
    pub(super) const DATE_MODE: u16 = 0x0022; // 2.4.77
    pub(super) const PASSWORD: u16 = 0x002f; // 2.4.117
    pub(super) const CONTINUE: u16 = 0x003c; // 2.4.58
    pub(super) const SHEET: u16 = 0x0085; // 2.4.28
    pub(super) const MANY_RK: u16 = 0x00bd; // 2.4.175
    pub(super) const RICH_TEXT: u16 = 0x00d6;
    pub(super) const XF: u16 = 0x00e0; // 2.4.353
    pub(super) const TEXTS: u16 = 0x00fc; // 2.4.265
    pub(super) const SHARED_TEXT: u16 = 0x00fd; // 2.4.149
    pub(super) const NUMBER: u16 = 0x0203; // 2.4.180
    pub(super) const LABEL: u16 = 0x0204; // 2.4.148
    pub(super) const BOOL_OR_ERROR: u16 = 0x0205; // 2.4.24
    pub(super) const FORMULA_TEXT: u16 = 0x0207; // 2.4.268
    pub(super) const ROW: u16 = 0x0208; // 2.4.221
    pub(super) const RK: u16 = 0x027e; // 2.4.220
    pub(super) const FORMAT: u16 = 0x041e; // 2.4.126
    pub(super) const BOF: u16 = 0x0809; // 2.4.21
}

/// Reads every sheet into the store. A sheet that is damaged has the rows before the damage.
pub(super) fn fill<R: Read + Seek, S: Scratch>(input: R, store: &mut Store<S>) -> Result<(), Stop> {
    let stream = Compound::open(input).and_then(|file| file.stream("Workbook"));
    let stream = stream.map_err(|error| damaged(&error))?;
    let Some(stream) = stream else {
        let what = "is of Excel 95 or older; open it in a spreadsheet program and save it as XLSX or CSV";
        return Err(Stop::Book(what.to_owned()));
    };
    let mut records = Records { stream, next: None };
    let globals = Globals::read(&mut records, store)?;
    store.is_1904 = globals.is_1904;
    for sheet in &globals.sheets {
        store.begin(&sheet.name, sheet.hidden);
        records.go_to(u64::from(sheet.start));
        match rows(&mut records, &globals, store) {
            Err(Stop::Book(why)) => store.damaged(why),
            other => other?,
        }
    }
    Ok(())
}

fn damaged(why: &io::Error) -> Stop {
    Stop::Book(format!("is damaged ({why}); open it in a spreadsheet program and save it anew, or as CSV"))
}

fn broken(what: &str) -> Stop {
    damaged(&io::Error::new(io::ErrorKind::InvalidData, what))
}

/// The records of a workbook.
struct Records<R> {
    stream: Stream<R>,
    /// The head of the next one, if it has been read.
    next: Option<(u16, u16)>,
}

impl<R: Read + Seek> Records<R> {
    fn go_to(&mut self, place: u64) {
        self.stream.go_to(place);
        self.next = None;
    }

    /// The kind and the size of the next record; none at the end.
    fn peek(&mut self) -> Result<Option<(u16, u16)>, Stop> {
        if self.next.is_none() {
            let mut head = Vec::with_capacity(4);
            self.stream.by_ref().take(4).read_to_end(&mut head).map_err(|error| damaged(&error))?;
            self.next = (head.len() == 4).then(|| (u16_at(&head, 0), u16_at(&head, 2)));
        }
        Ok(self.next)
    }

    /// The next record; none at the end.
    fn next(&mut self, into: &mut Vec<u8>) -> Result<Option<u16>, Stop> {
        let Some((kind, size)) = self.peek()? else { return Ok(None) };
        self.next = None;
        into.clear();
        let read = self.stream.by_ref().take(u64::from(size)).read_to_end(into).map_err(|error| damaged(&error))?;
        if read < usize::from(size) {
            return Err(broken("it is cut off in a record"));
        }
        Ok(Some(kind))
    }

    /// A record with those that continue it. What cannot be read ends them.
    fn pieces<'r>(&'r mut self, first: &[u8]) -> Pieces<'r> {
        Pieces::new(first.to_vec(), || {
            let (kind, _) = self.peek().ok()??;
            let mut piece = Vec::new();
            (kind == kind::CONTINUE && self.next(&mut piece).is_ok()).then_some(piece)
        })
    }
}

/// What stands before the sheets.
#[derive(Default)]
struct Globals {
    sheets: Vec<SheetPlace>,
    /// The formats of the cells' styles.
    formats: Vec<NumberFormat>,
    is_1904: bool,
}

struct SheetPlace {
    name: String,
    hidden: bool,
    start: u32,
}

impl Globals {
    fn read<R: Read + Seek, S: Scratch>(records: &mut Records<R>, store: &mut Store<S>) -> Result<Self, Stop> {
        let mut globals = Globals::default();
        let (mut data, mut codes, mut styles) = (Vec::new(), HashMap::new(), Vec::new());
        while let Some(kind) = records.next(&mut data)? {
            match kind {
                kind::BOF if u16_at(&data, 0) != 0x0600 => {
                    let what = "is of Excel 95 or older; open it in a spreadsheet program and save it as XLSX or CSV";
                    return Err(Stop::Book(what.to_owned()));
                }
                kind::PASSWORD => {
                    let what = "is protected by a password; open it and save it without one";
                    return Err(Stop::Book(what.to_owned()));
                }
                kind::DATE_MODE => globals.is_1904 = u16_at(&data, 0) == 1,
                kind::FORMAT => {
                    codes.insert(u16_at(&data, 0), Pieces::one(&data).skipped(2).long_text());
                }
                kind::XF => styles.push(u16_at(&data, 2)),
                kind::SHEET if data.get(5) == Some(&0) && globals.sheets.len() < MAX_SHEETS => {
                    let name = Pieces::one(&data).skipped(6).short_text().unwrap_or_default();
                    let hidden = data.get(4).is_some_and(|state| state & 3 != 0);
                    globals.sheets.push(SheetPlace { name, hidden, start: u32_at(&data, 0) });
                }
                kind::TEXTS => texts::share(&mut records.pieces(&data), store)?,
                kind::EOF => break,
                _ => {}
            }
        }
        let format = |id: &u16| match codes.get(id) {
            Some(Some(code)) => NumberFormat::of(code),
            _ => NumberFormat::built_in(*id),
        };
        globals.formats = styles.iter().map(format).collect();
        Ok(globals)
    }

    fn number(&self, style: u16, value: f64) -> (String, Option<Flaw>) {
        let plain = NumberFormat::default();
        self.formats.get(usize::from(style)).unwrap_or(&plain).show(value, self.is_1904)
    }
}

/// Reads the rows of one sheet.
fn rows<R: Read + Seek, S: Scratch>(
    records: &mut Records<R>,
    globals: &Globals,
    store: &mut Store<S>,
) -> Result<(), Stop> {
    let (mut data, mut cells, mut depth, mut of_formula) = (Vec::new(), Cells::default(), 0, (0, 0));
    let mut hidden = HashSet::new();
    loop {
        let Some(kind) = records.next(&mut data)? else { return Err(broken("it ends in the midst of a sheet")) };
        match kind {
            kind::BOF => depth += 1,
            kind::EOF if depth <= 1 => return Ok(store.add(&cells)?),
            // What stands within the sheet's own records is a chart.
            kind::EOF => depth -= 1,
            _ if depth != 1 => {}
            // The bit says that the row has no height.
            kind::ROW => hidden.extend(data.get(12).filter(|bits| **bits & 0x20 != 0).map(|_| u16_at(&data, 0))),
            kind::SHARED_TEXT => {
                begin(u16_at(&data, 0), &mut cells, &hidden, store)?;
                shared_text(&data, &mut cells, store)?;
            }
            kind::FORMULA_TEXT => {
                let text = records.pieces(&data).long_text();
                let (row, column) = of_formula;
                begin(row, &mut cells, &hidden, store)?;
                cells.put(usize::from(column), &text.ok_or_else(|| broken("a text is cut off"))?, None);
            }
            kind => {
                if kind == kind::FORMULA {
                    of_formula = (u16_at(&data, 0), u16_at(&data, 2));
                }
                cell(kind, &data, records, globals, &mut |(row, column), text, flaw| {
                    begin(row, &mut cells, &hidden, store)?;
                    cells.put(usize::from(column), text, flaw);
                    Ok(())
                })?;
            }
        }
    }
}

/// Makes a row ready for its next cell; the rows before go into the store.
fn begin<S: Scratch>(row: u16, cells: &mut Cells, hidden: &HashSet<u16>, store: &mut Store<S>) -> Result<(), Stop> {
    let number = u32::from(row) + 1;
    if cells.number != number {
        store.add(cells)?;
        cells.begin(number);
        cells.hidden = hidden.contains(&row);
    }
    Ok(())
}

/// Puts a cell whose text is one of those that cells share.
fn shared_text<S: Scratch>(data: &[u8], cells: &mut Cells, store: &mut Store<S>) -> Result<(), Stop> {
    let text = store.shared(u32_at(data, 6))?;
    let (text, _) = text.ok_or_else(|| broken("a cell names a text that is not there"))?;
    cells.put(usize::from(u16_at(data, 2)), text, None);
    Ok(())
}

/// Takes each cell: its row and column from 0, its text, and what is wrong with it.
type Each<'e> = dyn FnMut((u16, u16), &str, Option<Flaw>) -> Result<(), Stop> + 'e;

/// The cells of a record, if it is one of cells.
fn cell<R: Read + Seek>(
    kind: u16,
    data: &[u8],
    records: &mut Records<R>,
    globals: &Globals,
    each: &mut Each<'_>,
) -> Result<(), Stop> {
    let (place, style) = ((u16_at(data, 0), u16_at(data, 2)), u16_at(data, 4));
    let mut number = |place, style, value| {
        let (text, flaw) = globals.number(style, value);
        each(place, &text, flaw)
    };
    match kind {
        kind::NUMBER => number(place, style, double(data, 6)),
        kind::RK => number(place, style, rk(u32_at(data, 6))),
        kind::MANY_RK => {
            let many = data.get(4..data.len().saturating_sub(2)).unwrap_or_default().chunks_exact(6);
            for (column, one) in (place.1..).zip(many) {
                number((place.0, column), u16_at(one, 0), rk(u32_at(one, 2)))?;
            }
            Ok(())
        }
        kind::FORMULA if u16_at(data, 12) != 0xffff => number(place, style, double(data, 6)),
        kind::FORMULA => match data.get(6) {
            Some(kind @ (1 | 2)) => bool_or_error(place, data.get(8).copied(), *kind == 2, each),
            // A text follows in a record of its own, or there is none.
            _ => Ok(()),
        },
        kind::BOOL_OR_ERROR => bool_or_error(place, data.get(6).copied(), data.get(7) == Some(&1), each),
        kind::LABEL | kind::RICH_TEXT => {
            let text = records.pieces(data).skipped(6).long_text();
            each(place, &text.ok_or_else(|| broken("a text is cut off"))?, None)
        }
        _ => Ok(()),
    }
}

fn bool_or_error(place: (u16, u16), value: Option<u8>, is_error: bool, each: &mut Each<'_>) -> Result<(), Stop> {
    // 2.5.10 Bes
    let error = match value {
        Some(0x00) => "#NULL!",
        Some(0x07) => "#DIV/0!",
        Some(0x0f) => "#VALUE!",
        Some(0x17) => "#REF!",
        Some(0x1d) => "#NAME?",
        Some(0x24) => "#NUM!",
        _ => "#N/A",
    };
    match (is_error, value) {
        (true, _) => each(place, error, Some(Flaw::Error)),
        (false, Some(0)) => each(place, "FALSE", None),
        (false, _) => each(place, "TRUE", None),
    }
}

fn double(data: &[u8], at: usize) -> f64 {
    f64::from_bits(u64::from(u32_at(data, at)) | u64::from(u32_at(data, at + 4)) << 32)
}

/// A number in 30 bits: a whole one, or the upper bits of a floating one, of which it may be the hundredfold (2.5.217).
fn rk(bits: u32) -> f64 {
    let value = match bits & 2 {
        0 => f64::from_bits(u64::from(bits & !3) << 32),
        _ => f64::from((bits as i32) >> 2),
    };
    if bits & 1 == 0 { value } else { value / 100.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_numbers() {
        for (bits, value) in [(0x3ff0_0000, 1.0), (0x3ff0_0001, 0.01), (0x004b_5642, 1_234_320.0), (0xffff_fffe, -1.0)]
        {
            assert_eq!(rk(bits), value, "{bits:x}");
        }
    }
}
