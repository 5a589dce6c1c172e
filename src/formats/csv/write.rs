//! The writer of tables.

use std::borrow::Cow;
use std::io::Write;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::formats::table::{self, Plans, Profile, Sheet, Style, guard};
use crate::formats::{charset, scan};
use crate::model::{Contact, Field, Loss, Why};

/// What stands before UTF-8 and UTF-16 to tell them. Without it Excel takes the file for one of the machine's code page.
const MARK: &str = "\u{feff}";

/// What stands in the place of a character that the encoding lacks.
const INSTEAD: &str = "?";

/// The encodings that lack nothing.
const UNICODE: [&Encoding; 3] = [UTF_8, UTF_16LE, UTF_16BE];

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writing {
    /// Its columns.
    pub style: Style,
    /// The character set. What it lacks becomes `?`, and is a loss.
    pub encoding: &'static Encoding,
    /// Whether a byte order mark stands at the beginning; only UTF-8 and UTF-16 have one.
    pub mark: bool,
    /// What stands between the cells: an ASCII character.
    pub delimiter: u8,
    /// Whether no cell can be taken for a formula. Reading undoes it.
    pub excel_safe: bool,
}

impl From<Style> for Writing {
    /// As the program that it is for expects it.
    fn from(style: Style) -> Self {
        let (encoding, mark) = style.encoding();
        Writing { style, encoding, mark, delimiter: b',', excel_safe: false }
    }
}

impl From<Profile> for Writing {
    fn from(profile: Profile) -> Self {
        Style::from(profile).into()
    }
}

impl Writing {
    /// Whether its headers can be written at all; `Err` names one that the encoding cannot hold.
    ///
    /// # Errors
    /// The header.
    pub fn check(&self) -> Result<(), String> {
        if UNICODE.contains(&self.encoding) {
            return Ok(());
        }
        let headers = self.style.sheet().1.headers;
        headers.into_iter().find(|header| lacks(self.encoding, header)).map_or(Ok(()), Err)
    }
}

/// Encodes contacts as rows of one table, with quotes where they are needed.
pub struct Encoder {
    writing: Writing,
    plans: Plans,
    sheet: Sheet,
    /// For each column its field, and whether it holds telephone numbers.
    fields: Vec<(Field, bool)>,
    /// A row before it is put into another encoding.
    row: Vec<u8>,
}

impl Encoder {
    /// An encoder of a table, given by how it is written or by the program that it is for.
    pub fn new(writing: impl Into<Writing>) -> Self {
        let writing = writing.into();
        let (plans, sheet) = writing.style.sheet();
        Encoder { writing, plans, sheet, fields: writing.style.fields(), row: Vec::new() }
    }

    /// Puts an apostrophe before the cells that need one.
    fn guard(&mut self) {
        let (fields, excel_safe) = (&self.fields, self.writing.excel_safe);
        self.sheet.each_filled(|at, cell| {
            if guard::is_needed(cell, excel_safe, fields[at].1) {
                cell.insert(0, guard::GUARD);
            }
        });
    }

    /// Replaces what the encoding lacks; each cell that had such is a loss.
    fn fit(&mut self) {
        if UNICODE.contains(&self.writing.encoding) {
            return;
        }
        let Sheet { cells, losses, .. } = &mut self.sheet;
        for (cell, (field, _)) in cells.iter_mut().zip(&self.fields) {
            if lacks(self.writing.encoding, cell) {
                losses.push(Loss::new(*field, cell.as_str(), Why::Characters));
                let mut letter = [0; 4];
                let fitted = |of: char| {
                    let text = of.encode_utf8(&mut letter);
                    if lacks(self.writing.encoding, text) { INSTEAD.to_owned() } else { text.to_owned() }
                };
                *cell = cell.chars().map(fitted).collect();
            }
        }
    }

    /// Adds the cells, or the headers, as a row.
    fn put(&mut self, headers: bool, into: &mut Vec<u8>) {
        let Writing { style, encoding, delimiter, .. } = self.writing;
        let in_utf8 = encoding == UTF_8;
        self.row.clear();
        let row = if in_utf8 { &mut *into } else { &mut self.row };
        let (mut column, last) = (0, self.fields.len().saturating_sub(1));
        let mut put = |at: usize, cell: &str| {
            // Most cells are empty: the delimiters behind them are put at once.
            row.resize(row.len() + at - column, delimiter);
            column = at;
            add(cell.as_bytes(), delimiter, row);
        };
        if headers {
            self.sheet.headers.iter().enumerate().for_each(|(at, header)| put(at, header));
        } else {
            self.sheet.each_filled(|at, cell| put(at, cell));
        }
        row.resize(row.len() + last - column, delimiter);
        row.extend_from_slice(style.line_end().as_bytes());
        if !in_utf8 {
            into.extend_from_slice(&charset::encode(encoding, &String::from_utf8_lossy(&self.row)));
        }
    }
}

/// Whether an encoding has no way to write a text so that it is read as it was. Some write a yen sign as a backslash.
fn lacks(encoding: &'static Encoding, text: &str) -> bool {
    if text.is_ascii() || UNICODE.contains(&encoding) {
        return false;
    }
    let (bytes, _, unmappable) = encoding.encode(text);
    unmappable || encoding.decode_without_bom_handling(&bytes).0 != Cow::Borrowed(text)
}

impl crate::formats::Encoder for Encoder {
    fn opening(&mut self, into: &mut Vec<u8>) {
        if self.writing.mark {
            into.extend_from_slice(&charset::encode(self.writing.encoding, MARK));
        }
        self.put(true, into);
    }

    fn encode(&mut self, contact: &Contact, into: &mut Vec<u8>) -> Vec<Loss> {
        self.sheet.clear();
        table::write(&self.plans, contact, &mut self.sheet);
        self.guard();
        self.fit();
        self.put(false, into);
        std::mem::take(&mut self.sheet.losses)
    }

    fn another(&self) -> Box<dyn crate::formats::Encoder> {
        Box::new(Encoder::new(self.writing))
    }
}

/// Adds a cell; most need no quotes.
pub(in crate::formats) fn add(cell: &[u8], delimiter: u8, into: &mut Vec<u8>) {
    if scan::any_of(cell, [delimiter, b'"', b'\n', b'\r']) {
        quoted(cell, into);
    } else {
        into.extend_from_slice(cell);
    }
}

/// Adds a cell in quotes.
fn quoted(cell: &[u8], into: &mut Vec<u8>) {
    into.push(b'"');
    let start = into.len();
    // Every byte may be a quote that is doubled.
    into.resize(start + 2 * cell.len(), 0);
    let (_, _, written) = csv_core::quote(cell, &mut into[start..], b'"', b'"', true);
    into.truncate(start + written);
    into.push(b'"');
}

/// Writes contacts as one table.
pub type Writer<W> = crate::formats::Writer<W, Encoder>;

impl<W: Write> Writer<W> {
    /// A table, given by how it is written or by the program that it is for.
    pub fn new(out: W, writing: impl Into<Writing>) -> Self {
        Writer::over(out, Encoder::new(writing))
    }
}
