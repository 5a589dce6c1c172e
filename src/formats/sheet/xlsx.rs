//! XLSX: the cells of its sheets as texts (ECMA-376 part 1).

mod book;
mod cells;
mod xml;

use std::fmt::Display;
use std::io::{self, Read};

use crate::formats::sheet::store::{Scratch, Stop, Store};
use book::{Globals, SheetPart};
use xml::Xml;

/// The parts of an XLSX file, which is a zip archive of them.
pub trait Parts: Send {
    /// Opens a part by its name, in whatever case the archive has it; none if there is none of this name.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn open(&mut self, name: &str) -> io::Result<Option<Box<dyn Read + '_>>>;
}

/// Reads every sheet into the store. A sheet that is damaged has the rows before the damage.
pub(super) fn fill<S: Scratch>(parts: &mut dyn Parts, store: &mut Store<S>) -> Result<(), Stop> {
    let globals = Globals::read(parts, store)?;
    store.is_1904 = globals.is_1904;
    for sheet in &globals.sheets {
        store.begin(&sheet.name, sheet.hidden);
        match rows(parts, sheet, &globals, store) {
            Err(Stop::Book(why)) => store.damaged(why),
            other => other?,
        }
    }
    Ok(())
}

fn rows<S: Scratch>(
    parts: &mut dyn Parts,
    sheet: &SheetPart,
    globals: &Globals,
    store: &mut Store<S>,
) -> Result<(), Stop> {
    let missing = || damaged(&"the part of a sheet is missing");
    let part = sheet.part.as_ref().ok_or_else(missing)?;
    cells::rows(&mut Xml::open(parts, part)?.ok_or_else(missing)?, globals, store)
}

fn damaged(why: &impl Display) -> Stop {
    Stop::Book(format!("is damaged ({why}); open it in a spreadsheet program and save it anew, or as CSV"))
}
