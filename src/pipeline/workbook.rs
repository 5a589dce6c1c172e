//! Workbooks among the inputs: which kind one is, by what is in it; and its parts, looked at before they are parsed.

#[cfg(feature = "sheet")]
use std::collections::HashSet;
#[cfg(feature = "sheet")]
use std::io::{self, Read};
#[cfg(feature = "sheet")]
use std::sync::Arc;

use crate::disk::archive::{self, Archive};
#[cfg(feature = "sheet")]
use crate::disk::spool;
#[cfg(feature = "sheet")]
use crate::formats::sheet::{self, Book, Contents, Guard};
use crate::formats::{Format, Reader};
use crate::pipeline::{Reading, Source, SourceError};

/// How an OLE compound file begins: XLS, and older Office files.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0";

/// How the records of Excel 2, 3, 4 and 5 begin where no compound file is around them ([MS-XLS] 2.4.21 has their later form).
const BARE: [&[u8]; 4] = [b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00"];

/// What to do with a workbook that is not read.
const SAVE_ANEW: &str = "open it in a spreadsheet program and save it as XLSX or CSV";

/// A workbook's format; or what else it is, and what to do.
type Kind = Result<Format, (&'static str, &'static str)>;

/// What a zip archive is that has a file of this name.
const PARTS: &[(&str, Kind)] = &[
    ("xl/workbook.xml", Ok(Format::Xlsx)),
    ("xl/workbook.bin", Err(("a binary workbook (XLSB)", SAVE_ANEW))),
    ("content.xml", Ok(Format::Ods)),
    ("Index/Document.iwa", Err(("an Apple Numbers file", "export it from Numbers as CSV or XLSX"))),
    ("Index.zip", Err(("an Apple Numbers file", "export it from Numbers as CSV or XLSX"))),
    ("word/document.xml", Err(("a Word document", "copy its table into a spreadsheet, and save that"))),
    ("[Content_Types].xml", Ok(Format::Xlsx)),
];

/// The format of a workbook that begins so; none if it is none. A page with a table counts as XLS, as which such are known.
///
/// # Errors
/// When it is something else that is known, or cannot be read.
pub(super) fn format_of(source: &Source, head: &[u8]) -> Result<Option<Format>, SourceError> {
    let io = |error| SourceError::Io { source_name: source.name(), error };
    if archive::begins(head) {
        let spool = source.spool().map_err(io)?;
        let archive = Archive::list(&spool, |_| false).map_err(|error| damaged(source, &error))?;
        return match kind_of(&archive) {
            Some(Ok(format)) => Ok(Some(format)),
            Some(Err((what, way_out))) => Err(unsupported(source, what, way_out)),
            None => Err(unsupported(source, "a zip archive in an archive", "unpack it, and name what is in it")),
        };
    }
    if head.starts_with(OLE) {
        return ole(source).map(Some);
    }
    if BARE.iter().any(|begin| head.starts_with(begin)) {
        return Err(unsupported(source, "a workbook of Excel 95 or older", SAVE_ANEW));
    }
    let text: Vec<u8> = head.iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase).collect();
    let has = |tag: &str| memchr::memmem::find(&text, tag.as_bytes()).is_some();
    let begins = text.iter().position(u8::is_ascii_graphic).is_some_and(|at| text[at..].starts_with(b"<"));
    let marked = text.strip_prefix(b"\xef\xbb\xbf").is_some_and(|text| text.trim_ascii_start().starts_with(b"<"));
    match begins || marked {
        true if has("office:spreadsheet") => Err(unsupported(source, "a workbook as XML of 2003", SAVE_ANEW)),
        true if has("<html") || has("<table") || has("<tr") => Ok(Some(Format::Xls)),
        _ => Ok(None),
    }
}

/// What an archive is that is no collection of files: a workbook, or another document.
pub(super) fn kind_of(archive: &Archive) -> Option<Kind> {
    let has = |part: &str| archive.others.iter().any(|name| name == part);
    let is_open_document = || has("mimetype") && has("META-INF/manifest.xml");
    PARTS.iter().find(|(part, _)| has(part) && (*part != "content.xml" || is_open_document())).map(|(_, kind)| *kind)
}

fn unsupported(source: &Source, what: &'static str, way_out: &'static str) -> SourceError {
    SourceError::Unsupported { source_name: source.name(), what, way_out }
}

fn damaged(source: &Source, why: &impl std::fmt::Display) -> SourceError {
    let why = format!("is a workbook or a zip archive, but it cannot be opened ({why}); get it again whole");
    SourceError::Archive { source_name: source.name(), why }
}

#[cfg(not(feature = "sheet"))]
fn ole(source: &Source) -> Result<Format, SourceError> {
    Err(unsupported(source, "an old Office file", "save it as CSV"))
}

#[cfg(not(feature = "sheet"))]
pub(super) fn open(source: &Source, _: Format, _: &Reading) -> Result<Box<dyn Reader>, SourceError> {
    Err(unsupported(source, "a workbook, and this build reads none", "save it as CSV"))
}

/// What an OLE compound file is.
#[cfg(feature = "sheet")]
fn ole(source: &Source) -> Result<Format, SourceError> {
    let bytes = source.spool().and_then(|spool| spool.open());
    let bytes = bytes.map_err(|error| SourceError::Io { source_name: source.name(), error })?;
    match sheet::contents(bytes).map_err(|why| damaged(source, &why))? {
        Contents::Workbook => Ok(Format::Xls),
        Contents::Encrypted => Err(unsupported(source, LOCKED.0, LOCKED.1)),
        Contents::Message => Err(unsupported(source, "an Outlook message", "export the contacts from Outlook as CSV")),
        Contents::Other => Err(unsupported(source, "an old Office file, but no workbook", "save its table as CSV")),
    }
}

#[cfg(feature = "sheet")]
const LOCKED: (&str, &str) = ("protected by a password", "open it and save it without one");

/// Opens a workbook and makes a reader of it. Its parts are unpacked once to look at them.
#[cfg(feature = "sheet")]
pub(super) fn open(source: &Source, format: Format, reading: &Reading) -> Result<Box<dyn Reader>, SourceError> {
    let io = |error| SourceError::Io { source_name: source.name(), error };
    let book = match format {
        Format::Xlsx => {
            let spool = source.spool().map_err(io)?;
            let is_part = |name: &str| {
                let name = name.to_ascii_lowercase();
                name.ends_with(".xml") || name.ends_with(".rels")
            };
            let archive = Archive::list(&spool, is_part).map_err(|error| damaged(source, &error))?;
            looked_at(source, &archive)?;
            Book::Xlsx(Box::new(Members(archive)))
        }
        Format::Ods => open_document(source)?,
        _ => {
            let mut bytes = source.spool().and_then(|spool| spool.open()).map_err(io)?;
            let mut head = [0; 4];
            let is_ole = bytes.read_exact(&mut head).is_ok() && head == OLE;
            bytes.seek(std::io::SeekFrom::Start(0)).map_err(io)?;
            if is_ole { Book::Xls(Box::new(bytes)) } else { Book::Html(Box::new(bytes)) }
        }
    };
    let options = sheet::Options { sheet: reading.sheet.clone(), table: reading.csv.table.clone() };
    let name: Arc<str> = source.name().into();
    Ok(Box::new(sheet::Reader::with_scratch(name, book, spool::scratch(), options)))
}

/// The parts of an XLSX file.
#[cfg(feature = "sheet")]
struct Members(Archive);

#[cfg(feature = "sheet")]
impl sheet::Parts for Members {
    fn open(&mut self, name: &str) -> io::Result<Option<Box<dyn Read + '_>>> {
        let name = name.trim_start_matches('/');
        let mut members = self.0.members.iter();
        let found = members.find(|(of, _)| of.trim_start_matches('/').eq_ignore_ascii_case(name));
        let Some((_, member)) = found else { return Ok(None) };
        let member = member.as_ref().map_err(|why| io::Error::new(io::ErrorKind::InvalidData, why.clone()))?;
        Ok(Some(Box::new(member.open()?)))
    }
}

/// Unpacks the parts that were asked for, to see that none is more than can be parsed.
#[cfg(feature = "sheet")]
fn looked_at(source: &Source, archive: &Archive) -> Result<(), SourceError> {
    let (mut guard, mut names) = (Guard::default(), HashSet::new());
    let refused = |why: String| SourceError::Archive { source_name: source.name(), why };
    for (name, member) in &archive.members {
        if !names.insert(name.to_ascii_lowercase()) {
            return Err(refused(format!("has two parts {name}: it is damaged or forged; {SAVE_ANEW}")));
        }
        // What to do with an archive is not what to do with a workbook.
        let plain = |why: &String| why.split_once(';').map_or(why.as_str(), |(why, _)| why).to_owned();
        let member = member.as_ref();
        let member = member.map_err(|why| refused(format!("its part {name} {}; {SAVE_ANEW}", plain(why))))?;
        let bytes = member.open().map_err(|error| damaged(source, &error))?;
        guard.part(name, bytes).map_err(refused)?;
    }
    Ok(())
}

#[cfg(feature = "sheet")]
fn open_document(source: &Source) -> Result<Book, SourceError> {
    let spool = source.spool().map_err(|error| SourceError::Io { source_name: source.name(), error })?;
    let list = |part: &str| Archive::list(&spool, |name| name == part).map_err(|error| damaged(source, &error));
    let member = |archive: &Archive| archive.members.first().and_then(|(_, member)| member.clone().ok());
    let manifest = member(&list("META-INF/manifest.xml")?).and_then(|manifest| manifest.open().ok());
    if manifest.is_some_and(sheet::is_encrypted) {
        return Err(unsupported(source, LOCKED.0, LOCKED.1));
    }
    let content = list("content.xml")?;
    looked_at(source, &content)?;
    let bytes = member(&content).ok_or_else(|| damaged(source, &"it has no content"))?.open();
    Ok(Book::Ods(Box::new(bytes.map_err(|error| damaged(source, &error))?)))
}
