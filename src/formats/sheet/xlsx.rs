//! XLSX: the cells of its sheets as texts.

use std::borrow::Cow;
use std::io::{Read, Seek};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use crate::formats::sheet::number::{NumberFormat, day};
use crate::formats::sheet::store::{Cells, Flaw, Scratch, Stop, Store};

/// Reads every sheet into the store. A sheet that is damaged has the rows before the damage.
pub(super) fn fill<R: Read + Seek, S: Scratch>(input: R, store: &mut Store<S>) -> Result<(), Stop> {
    let mut book: Xlsx<R> = Xlsx::new(input).map_err(stop)?;
    let is_1904 = book.has_1904_epoch();
    let sheets: Vec<_> = book.sheets_metadata().to_vec();
    for sheet in sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        store.begin(&sheet.name, sheet.visible != SheetVisible::Visible);
        match rows(&mut book, &sheet.name, is_1904, store) {
            Err(Stop::Book(why)) => store.damaged(why),
            other => other?,
        }
    }
    Ok(())
}

/// Reads the rows of one sheet, cell by cell: the rectangle that a sheet says it has is never made.
fn rows<R: Read + Seek, S: Scratch>(
    book: &mut Xlsx<R>,
    name: &str,
    is_1904: bool,
    store: &mut Store<S>,
) -> Result<(), Stop> {
    let mut reader = book.worksheet_cells_reader(name).map_err(stop)?;
    let code =
        |style: &calamine::Style| style.number_format.as_ref().map(|format| NumberFormat::of(&format.format_code));
    let formats: Vec<NumberFormat> = reader.styles().iter().map(|style| code(style).unwrap_or_default()).collect();
    let plain = NumberFormat::default();
    let mut cells = Cells::default();
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(stop)? {
        let (row, column) = cell.get_position();
        let number = row.saturating_add(1);
        if number != cells.number {
            store.add(&cells)?;
            cells.begin(number);
        }
        let (text, flaw) = text(cell.get_value(), formats.get(style).unwrap_or(&plain), is_1904);
        cells.put(column as usize, &text, flaw);
    }
    Ok(store.add(&cells)?)
}

/// A cell as a person sees it, and what is wrong with it.
fn text<'c>(value: &'c DataRef<'_>, format: &NumberFormat, is_1904: bool) -> (Cow<'c, str>, Option<Flaw>) {
    let number = |value: f64, format: &NumberFormat| {
        let (text, flaw) = format.show(value, is_1904);
        (Cow::Owned(text), flaw)
    };
    match value {
        DataRef::Empty => (Cow::Borrowed(""), None),
        DataRef::String(text) => (Cow::Borrowed(text.as_str()), None),
        DataRef::SharedString(text) => (Cow::Borrowed(*text), None),
        DataRef::Bool(value) => (Cow::Borrowed(if *value { "TRUE" } else { "FALSE" }), None),
        DataRef::Int(value) => number(*value as f64, format),
        DataRef::Float(value) => number(*value, format),
        // Formats of other languages' own numbers are known as dates although their code is not in the file.
        DataRef::DateTime(value) if !format.is_time() => number(value.as_f64(), &NumberFormat::built_in(14)),
        DataRef::DateTime(value) => number(value.as_f64(), format),
        DataRef::DateTimeIso(text) => (Cow::Borrowed(day(text)), None),
        DataRef::DurationIso(text) => (Cow::Borrowed(text.as_str()), None),
        DataRef::Error(error) => (Cow::Owned(error.to_string()), Some(Flaw::Error)),
    }
}

fn stop(error: XlsxError) -> Stop {
    Stop::Book(match error {
        XlsxError::Password => "is protected by a password; open it and save it without one".to_owned(),
        error => format!("is damaged ({error}); open it in a spreadsheet program and save it anew, or as CSV"),
    })
}
