//! Workbooks made for a test: XLSX by a writer that shares no code with the reader, ODS and XLS by hand.

use std::io::{self, Cursor, Read, Write};

use cardferry::formats::sheet::{Book, Parts};
use rust_xlsxwriter::{Workbook, Worksheet};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// An XLSX file whose sheets are filled one by one.
pub(super) fn xlsx(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(&mut book);
    book.save_to_buffer().unwrap()
}

/// An XLSX file of one sheet with these rows of texts.
pub(super) fn texts(rows: &[&[&str]]) -> Vec<u8> {
    xlsx(|book| put(book.add_worksheet(), 0, rows))
}

/// An XLSX file to read.
pub(super) fn book(bytes: Vec<u8>) -> Book {
    Book::Xlsx(Box::new(Zipped(ZipArchive::new(Cursor::new(bytes)))))
}

struct Zipped(Result<ZipArchive<Cursor<Vec<u8>>>, ZipError>);

impl Parts for Zipped {
    fn open(&mut self, name: &str) -> io::Result<Option<Box<dyn Read + '_>>> {
        let archive = self.0.as_mut().map_err(|error| io::Error::other(error.to_string()))?;
        match archive.by_name(name) {
            Ok(part) => Ok(Some(Box::new(part))),
            Err(ZipError::FileNotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Writes rows of texts; empty ones are left out.
pub(super) fn put(sheet: &mut Worksheet, first: u32, rows: &[&[&str]]) {
    for (row, texts) in (first..).zip(rows) {
        for (column, text) in (0..).zip(*texts) {
            if !text.is_empty() {
                sheet.write_string(row, column, *text).unwrap();
            }
        }
    }
}

/// A zip archive of these parts.
pub(super) fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// An XLSX file whose only sheet has this XML within `worksheet`, and these shared strings.
pub(super) fn raw_xlsx(sheet: &str, strings: &str) -> Vec<u8> {
    xlsx_of("", sheet, strings)
}

/// As [`raw_xlsx`]; the workbook has these properties.
pub(super) fn xlsx_of(properties: &str, sheet: &str, strings: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let part = |text: String| text.into_bytes();
    let rels = part(format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    ));
    let book = part(format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\">{properties}<sheets><sheet name=\"People\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
    ));
    let book_rels = part(format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"r1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    ));
    let sheet = part(format!("<worksheet xmlns=\"{main}\">{sheet}</worksheet>"));
    zipped(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("_rels/.rels", &rels),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", &book_rels),
        ("xl/worksheets/sheet1.xml", &sheet),
        ("xl/sharedStrings.xml", strings.as_bytes()),
    ])
}

/// A zip archive with one more part.
pub(super) fn with_part(archive: Vec<u8>, name: &str, text: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new_append(Cursor::new(archive)).unwrap();
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(text.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// A zip archive with a part that is another one than before.
pub(super) fn with_other_part(archive: Vec<u8>, name: &str, text: &str) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..old.len() {
        let part = old.by_index_raw(at).unwrap();
        if part.name().unwrap() != name {
            zip.raw_copy_file(part).unwrap();
        }
    }
    with_part(zip.finish().unwrap().into_inner(), name, text)
}

/// The part `content.xml` of an ODS file with this XML within `office:spreadsheet`.
pub(super) fn ods_content(tables: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content><office:automatic-styles>\
         <style:style style:name=\"gone\" style:family=\"table\"><style:table-properties table:display=\"false\"/></style:style>\
         </office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>\
         </office:document-content>"
    )
}

/// An ODS file.
pub(super) fn ods(tables: &str) -> Vec<u8> {
    zipped(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", ods_content(tables).as_bytes()),
        ("META-INF/manifest.xml", b"<manifest:manifest/>"),
    ])
}

/// Rows of an ODS table whose cells are texts.
pub(super) fn ods_rows(rows: &[&[&str]]) -> String {
    let cell = |text: &&str| match *text {
        "" => "<table:table-cell/>".to_owned(),
        text => format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"),
    };
    let row =
        |cells: &&[&str]| format!("<table:table-row>{}</table:table-row>", cells.iter().map(cell).collect::<String>());
    rows.iter().map(row).collect()
}

/// A cell of an XLS file.
#[derive(Clone)]
pub(super) enum Xls {
    Text(&'static str),
    Number(f64, u16),
    Rk(u32, u16),
    Error(u8),
    Formula(&'static str),
}

/// An XLS file with one sheet for each of these names, states and rows; the styles are General, a date, and `00000`.
/// The shared texts are cut into records of so many bytes.
pub(super) fn xls(sheets: &[(&str, u8, Vec<Vec<Xls>>)], piece: usize) -> Vec<u8> {
    let mut texts: Vec<&str> = Vec::new();
    let bodies: Vec<Vec<u8>> = sheets.iter().map(|(.., rows)| xls_sheet(rows, &mut texts)).collect();
    let globals = |starts: &[u32]| {
        let mut globals = record(0x0809, &[0x00, 0x06, 0x05, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let format = [&164u16.to_le_bytes()[..], &[5, 0, 0], b"00000"].concat();
        globals.extend(record(0x041e, &format));
        for format in [0u16, 14, 164] {
            globals.extend(record(0x00e0, &[&[0, 0][..], &format.to_le_bytes(), &[0; 16]].concat()));
        }
        for ((name, state, _), start) in sheets.iter().zip(starts) {
            let head = [&start.to_le_bytes()[..], &[*state, 0, name.len() as u8, 0], name.as_bytes()].concat();
            globals.extend(record(0x0085, &head));
        }
        globals.extend(shared(&texts, piece));
        globals.extend(record(0x000a, &[]));
        globals
    };
    let mut at = globals(&vec![0; sheets.len()]).len() as u32;
    let mut starts = Vec::new();
    for body in &bodies {
        starts.push(at);
        at += body.len() as u32;
    }
    compound("Workbook", &[globals(&starts), bodies.concat()].concat())
}

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
}

fn xls_sheet(rows: &[Vec<Xls>], texts: &mut Vec<&'static str>) -> Vec<u8> {
    let mut sheet = record(0x0809, &[0x00, 0x06, 0x10, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    for (row, cells) in (0..=u16::MAX).zip(rows) {
        for (column, cell) in (0..=u16::MAX).zip(cells) {
            let head = |style: u16| [row.to_le_bytes(), column.to_le_bytes(), style.to_le_bytes()].concat();
            match cell {
                Xls::Text("") => {}
                Xls::Text(text) => {
                    let at = texts.iter().position(|known| known == text).unwrap_or_else(|| {
                        texts.push(text);
                        texts.len() - 1
                    });
                    sheet.extend(record(0x00fd, &[head(0), (at as u32).to_le_bytes().to_vec()].concat()));
                }
                Xls::Number(value, style) => {
                    sheet.extend(record(0x0203, &[head(*style), value.to_le_bytes().to_vec()].concat()));
                }
                Xls::Rk(bits, style) => {
                    sheet.extend(record(0x027e, &[head(*style), bits.to_le_bytes().to_vec()].concat()))
                }
                Xls::Error(code) => sheet.extend(record(0x0205, &[head(0), vec![*code, 1]].concat())),
                Xls::Formula(text) => {
                    let value = [0, 0, 0, 0, 0, 0, 0xff, 0xff];
                    sheet.extend(record(0x0006, &[head(0), value.to_vec(), vec![0; 8]].concat()));
                    // A record between a formula and its text, as shared formulas have.
                    sheet.extend(record(0x04bc, &[0; 10]));
                    sheet.extend(record(
                        0x0207,
                        &[&(text.len() as u16).to_le_bytes()[..], &[0], text.as_bytes()].concat(),
                    ));
                }
            }
        }
    }
    sheet.extend(record(0x000a, &[]));
    sheet
}

/// The table of shared texts, those with letters beyond Latin-1 in UTF-16.
fn shared(texts: &[&str], piece: usize) -> Vec<u8> {
    let count = (texts.len() as u32).to_le_bytes();
    let (mut out, mut data, mut kind) = (Vec::new(), [count, count].concat(), 0x00fcu16);
    let mut next = |data: &mut Vec<u8>, with: &[u8]| {
        out.extend(record(kind, data));
        kind = 0x003c;
        *data = with.to_vec();
    };
    for text in texts {
        let units: Vec<u16> = text.encode_utf16().collect();
        let wide = u8::from(units.iter().any(|unit| *unit > 255));
        if data.len() + 3 > piece {
            next(&mut data, &[]);
        }
        data.extend([&(units.len() as u16).to_le_bytes()[..], &[wide]].concat());
        for unit in units {
            if data.len() + 2 > piece {
                next(&mut data, &[wide]);
            }
            match wide {
                1 => data.extend(unit.to_le_bytes()),
                _ => data.push(unit as u8),
            }
        }
    }
    next(&mut data, &[]);
    out
}

/// An OLE compound file with one stream, and the directory behind it.
pub(super) fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 512;
    // A short stream would have to stand among the small ones.
    let size = stream.len().max(4096);
    let sectors = size.div_ceil(SECTOR) as u32;
    let fat_sectors = (sectors + 2).div_ceil(126);
    let directory = fat_sectors + sectors;
    let mut fat: Vec<u32> = vec![0xffff_fffd; fat_sectors as usize];
    fat.extend((0..sectors).map(|at| if at + 1 == sectors { 0xffff_fffe } else { fat_sectors + at + 1 }));
    fat.push(0xffff_fffe);
    fat.resize(fat_sectors as usize * SECTOR / 4, 0xffff_ffff);
    let mut header = vec![0u8; SECTOR];
    header[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(24, &[0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0]);
    put(44, &fat_sectors.to_le_bytes());
    put(48, &directory.to_le_bytes());
    put(56, &4096u32.to_le_bytes());
    put(60, &0xffff_fffeu32.to_le_bytes());
    put(68, &0xffff_fffeu32.to_le_bytes());
    for at in 0..109u32 {
        let sector = if at < fat_sectors { at } else { 0xffff_ffff };
        put(76 + 4 * at as usize, &sector.to_le_bytes());
    }
    let mut file = header;
    fat.iter().for_each(|next| file.extend(next.to_le_bytes()));
    let start = file.len();
    file.extend_from_slice(stream);
    file.resize(start + sectors as usize * SECTOR, 0);
    file.extend(entry("Root Entry", 5, 0xffff_fffe, 0));
    file.extend(entry(name, 2, fat_sectors, size as u32));
    file.resize(file.len() + SECTOR - 256, 0);
    file
}

fn entry(name: &str, kind: u8, start: u32, size: u32) -> Vec<u8> {
    let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let length = entry.len() as u16 + 2;
    entry.resize(64, 0);
    entry.extend(length.to_le_bytes());
    entry.extend([kind, 1]);
    entry.extend([0xff; 12]);
    entry.resize(116, 0);
    entry.extend(start.to_le_bytes());
    entry.extend(size.to_le_bytes());
    entry.extend([0; 4]);
    entry
}
