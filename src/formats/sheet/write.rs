//! The writer of XLSX.
//!
//! Encoders work on several threads, and a workbook wants its rows in order at one place: an [`Encoder`] makes frames of
//! cells, and the [`Workbook`] puts them into the sheet.

use std::io::{self, Seek, Write};
use std::sync::{Arc, Mutex};

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, IgnoreError, Image, Workbook as Book, Worksheet, XlsxError,
};

use crate::formats::photo;
use crate::formats::sheet::thumbnail::{self, Turn};
use crate::formats::table::{self, Plans, Sheet, Style, guard};
use crate::model::{Contact, Field, Loss, Why};

/// Excel's limits.
const MAX_ROWS: u32 = 1_048_576;
const MAX_LETTERS: usize = 32_767;

/// The narrowest and the widest column, in letters.
const WIDTHS: (usize, usize) = (8, 48);

/// Rows that the columns' widths are taken from.
const MEASURED: u32 = 1000;

/// The header above the thumbnails.
const PICTURE: &str = "Picture";

/// Pixels of a row without a thumbnail.
const ROW_PIXELS: u32 = 20;

/// Encodes contacts as frames for a [`Workbook`] of the same kind; the frames are no file.
pub struct Encoder {
    style: Style,
    plans: Plans,
    /// The field of each column.
    fields: Vec<Field>,
    sheet: Sheet,
    thumbnails: Option<u32>,
    /// One picture is decoded at a time, whatever the number of encoders.
    turn: Turn,
}

impl Encoder {
    /// An encoder of a table for a program; with `thumbnails` each row shows the contact's photo, so many pixels high.
    pub fn new(style: Style, thumbnails: Option<u32>) -> Self {
        Encoder::with_turn(style, thumbnails, Arc::new(Mutex::new(())))
    }

    fn with_turn(style: Style, thumbnails: Option<u32>, turn: Turn) -> Self {
        let (plans, sheet) = style.sheet();
        let fields = style.fields().into_iter().map(|(field, _)| field).collect();
        Encoder { style, plans, fields, sheet, thumbnails, turn }
    }

    /// The thumbnail of a contact's photo; empty if there is none.
    fn thumbnail(&mut self, contact: &Contact) -> Vec<u8> {
        let (Some(height), Some(photo)) = (self.thumbnails, &contact.photo) else { return Vec::new() };
        thumbnail::of(photo, height, &self.turn).unwrap_or_else(|why| {
            let kind = photo::kind(photo).map_or(String::new(), |kind| format!("{} ", photo::type_word(kind)));
            let size = photo::bytes(photo).map_or(String::new(), |bytes| format!("{} bytes; ", bytes.len()));
            let told = "the contact is written without a thumbnail";
            let value = format!("the {kind}picture of “{}” ({size}{told}: {why})", contact.display_name());
            self.sheet.losses.push(Loss::new(Field::Photo, value, Why::NotUnderstood));
            Vec::new()
        })
    }

    /// Makes the lines of a cell end as a sheet has them, guards what reading would unwrap, and cuts what is longer than a
    /// cell holds.
    fn fit(&mut self) {
        let Sheet { cells, losses, .. } = &mut self.sheet;
        for (cell, field) in cells.iter_mut().zip(&self.fields) {
            if cell.contains('\r') {
                *cell = cell.replace("\r\n", "\n");
            }
            // The cells are texts and no formulas, but reading takes the apostrophe off one that looks guarded.
            if guard::is_needed(cell, false, false) {
                cell.insert(0, guard::GUARD);
            }
            if let Some(at) = cut(cell) {
                let begin: String = cell.chars().take(40).collect();
                losses.push(Loss::new(*field, format!("{begin}…"), Why::TooLong { max: MAX_LETTERS }));
                cell.truncate(at);
            }
        }
    }
}

/// Where a cell that is too long is cut, in bytes; Excel counts units of UTF-16.
fn cut(cell: &str) -> Option<usize> {
    // A letter has as many bytes in UTF-8 as units in UTF-16, or more.
    if cell.len() <= MAX_LETTERS {
        return None;
    }
    let mut units = 0;
    let mut beyond = cell.char_indices().skip_while(|(_, letter)| {
        units += letter.len_utf16();
        units <= MAX_LETTERS
    });
    beyond.next().map(|(at, _)| at)
}

impl crate::formats::Encoder for Encoder {
    fn opening(&mut self, into: &mut Vec<u8>) {
        let extra = self.thumbnails.map(|_| PICTURE.to_owned());
        let headers: Vec<String> = self.sheet.headers.iter().cloned().chain(extra).collect();
        frame(&headers, &[], into);
    }

    fn encode(&mut self, contact: &Contact, into: &mut Vec<u8>) -> Vec<Loss> {
        self.sheet.clear();
        table::write(&self.plans, contact, &mut self.sheet);
        self.fit();
        let picture = self.thumbnail(contact);
        frame(&self.sheet.cells, &picture, into);
        std::mem::take(&mut self.sheet.losses)
    }

    fn another(&self) -> Box<dyn crate::formats::Encoder> {
        Box::new(Encoder::with_turn(self.style, self.thumbnails, Arc::clone(&self.turn)))
    }
}

/// Adds a row: how many cells there are, and each with its length before it; empty ones are a length alone. Behind them
/// the picture.
fn frame(cells: &[String], picture: &[u8], into: &mut Vec<u8>) {
    let number = |number: usize, into: &mut Vec<u8>| into.extend_from_slice(&(number as u32).to_le_bytes());
    number(cells.len(), into);
    for bytes in cells.iter().map(String::as_bytes).chain([picture]) {
        number(bytes.len(), into);
        into.extend_from_slice(bytes);
    }
}

/// Takes the next part of frames.
fn part<'f>(frames: &mut &'f [u8]) -> io::Result<&'f [u8]> {
    let length = number(frames)?;
    let (part, rest) = frames.split_at_checked(length).ok_or_else(torn)?;
    *frames = rest;
    Ok(part)
}

fn number(frames: &mut &[u8]) -> io::Result<usize> {
    let (number, rest) = frames.split_first_chunk().ok_or_else(torn)?;
    *frames = rest;
    Ok(u32::from_le_bytes(*number) as usize)
}

fn torn() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a row for a workbook is torn")
}

/// An XLSX file with one sheet: every cell a text, so that phones and postal codes stay what they are; the header bold,
/// frozen and with filters. Rows are kept in the system's directory for temporary files, thumbnails in memory.
pub struct Workbook {
    book: Book,
    rows: u32,
    columns: u16,
    widths: Vec<usize>,
    /// Pixels of a thumbnail.
    height: u32,
    header: Format,
    text: Format,
}

impl Workbook {
    /// A workbook without any row; frames of an [`Encoder`] with the same `thumbnails` fill it.
    ///
    /// # Errors
    /// What the directory for temporary files says.
    pub fn new(thumbnails: Option<u32>) -> io::Result<Self> {
        let mut book = Book::new();
        // The file is the same whenever it is written.
        let date = ExcelDateTime::from_ymd(2000, 1, 1).map_err(other)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&date));
        book.add_worksheet_with_constant_memory().map_err(other)?.set_name("Contacts").map_err(other)?;
        let text = Format::new().set_num_format("@").set_align(FormatAlign::Top);
        let header = Format::new().set_num_format("@").set_bold();
        let height = thumbnails.unwrap_or_default();
        Ok(Workbook { book, rows: 0, columns: 0, widths: Vec::new(), height, header, text })
    }

    fn sheet(&mut self) -> io::Result<&mut Worksheet> {
        self.book.worksheet_from_index(0).map_err(other)
    }

    /// Adds rows.
    ///
    /// # Errors
    /// When a sheet holds no more rows, or the directory for temporary files is full.
    pub fn put(&mut self, mut frames: &[u8]) -> io::Result<()> {
        while !frames.is_empty() {
            if self.rows >= MAX_ROWS {
                let what = format!("a sheet holds {} contacts and no more; write CSV, or parts of them", MAX_ROWS - 1);
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
            }
            let count = number(&mut frames)?;
            for column in 0..count {
                let cell = std::str::from_utf8(part(&mut frames)?).map_err(|_| torn())?;
                self.cell(column, cell)?;
            }
            let picture = part(&mut frames)?;
            if !picture.is_empty() {
                self.picture(count, picture)?;
            }
            self.rows += 1;
        }
        Ok(())
    }

    fn cell(&mut self, column: usize, cell: &str) -> io::Result<()> {
        let at = u16::try_from(column).map_err(|_| torn())?;
        self.columns = self.columns.max(at + 1);
        if cell.is_empty() {
            return Ok(());
        }
        if self.rows < MEASURED {
            self.widths.resize(self.widths.len().max(column + 1), 0);
            let width = cell.lines().map(|line| line.chars().count()).max().unwrap_or_default();
            self.widths[column] = self.widths[column].max(width);
        }
        let (row, format) = (self.rows, if self.rows == 0 { &self.header } else { &self.text });
        let sheet = self.book.worksheet_from_index(0).map_err(other)?;
        sheet.write_string_with_format(row, at, cell, format).map_err(other)?;
        Ok(())
    }

    fn picture(&mut self, column: usize, bytes: &[u8]) -> io::Result<()> {
        let (row, height) = (self.rows, self.height);
        let image = Image::new_from_buffer(bytes).map_err(other)?;
        let sheet = self.sheet()?;
        sheet.set_row_height_pixels(row, height.max(ROW_PIXELS) + 4).map_err(other)?;
        sheet.insert_image_with_offset(row, u16::try_from(column).map_err(|_| torn())?, &image, 2, 2).map_err(other)?;
        Ok(())
    }

    /// Writes the file.
    ///
    /// # Errors
    /// What the output says.
    pub fn finish(mut self, out: impl Write + Seek + Send) -> io::Result<()> {
        let (rows, columns, height) = (self.rows, self.columns, self.height);
        let widths = std::mem::take(&mut self.widths);
        let sheet = self.sheet()?;
        for (column, width) in (0..).zip(&widths) {
            // Two letters more, for the filter's button.
            sheet.set_column_width(column, (width + 2).clamp(WIDTHS.0, WIDTHS.1) as f64).map_err(other)?;
        }
        if height > 0 && columns > 0 {
            sheet.set_column_width_pixels(columns - 1, height + 8).map_err(other)?;
        }
        if let (Some(last_row), Some(last_column)) = (rows.checked_sub(1), columns.checked_sub(1)) {
            sheet.set_freeze_panes(1, 0).map_err(other)?;
            sheet.autofilter(0, 0, last_row, last_column).map_err(other)?;
            let ignored = IgnoreError::NumberStoredAsText;
            sheet.ignore_error_range(0, 0, last_row, last_column, ignored).map_err(other)?;
        }
        self.book.save_to_writer(out).map_err(other)
    }
}

fn other(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        error => io::Error::other(error.to_string()),
    }
}
