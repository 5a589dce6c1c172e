//! One input of a job: its bytes as often as they are wanted, and a reader of its format.

use std::io::{self, Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;

use crate::disk::archive::Member;
use crate::disk::input;
use crate::disk::spool::Spool;
#[cfg(feature = "sheet")]
use crate::formats::sheet;
use crate::formats::{Format, Reader, csv, vcard};
use crate::model::Group;
use crate::pipeline::{PhotoDirectory, workbook};

/// Bytes looked at to tell a format.
const HEAD: usize = 4096;

/// One input. It can be opened any number of times, also by several at once.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// Standard input, spelled `-`, or a pipe, kept so that it can be read again.
    Stream {
        /// Its name as the user spelled it.
        name: String,
        /// What came out of it.
        spool: Spool,
    },
    /// A file in a zip archive.
    Member {
        /// The archive's name as the user spelled it, and behind a slash the member's.
        name: String,
        /// Where its bytes are.
        member: Member,
    },
}

/// How inputs are read: what the user says about them.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The format, when the names do not tell.
    pub format: Option<Format>,
    /// How tables are read.
    pub csv: csv::Options,
    /// How vCards are read.
    pub vcard: vcard::Options,
    /// The sheet of a workbook; its table is read as others are.
    #[cfg(feature = "sheet")]
    pub sheet: Option<sheet::Choice>,
    /// Where the pictures stand that photos name by a file.
    pub photos: Option<Arc<PhotoDirectory>>,
}

/// What a look over a source found, before its first record is read: of the format that it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Survey {
    /// Of vCards.
    pub(super) vcard: vcard::Survey,
    /// Of a table; none where it cannot be read as one.
    csv: Option<csv::Survey>,
}

/// Why an input is not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The system refuses it.
    #[error("{source_name}: {error}")]
    Io {
        /// The input as the user named it.
        source_name: String,
        /// What the system says.
        error: io::Error,
    },
    /// There is not a byte in it.
    #[error("{0}: is empty; there is nothing to read")]
    Empty(String),
    /// Neither name nor content tells the format.
    #[error(
        "{0}: neither the name nor the content tells the format; say it with --input-format vcard, csv, xlsx, xls or ods"
    )]
    UnknownFormat(String),
    /// A format that is known, but not read.
    #[error("{source_name}: is {what}; {way_out}")]
    Unsupported {
        /// The input as the user named it.
        source_name: String,
        /// What it is.
        what: &'static str,
        /// What to do.
        way_out: &'static str,
    },
    /// A file of a zip archive that cannot be read, or the archive itself.
    #[error("{source_name}: {why}")]
    Archive {
        /// The archive as the user named it, and the member's name where it is about one.
        source_name: String,
        /// What is wrong with it, and what to do.
        why: String,
    },
}

impl Source {
    /// Its name in messages.
    pub fn name(&self) -> String {
        match self {
            Source::File(path) => path.display().to_string(),
            Source::Stream { name, .. } | Source::Member { name, .. } => name.clone(),
        }
    }

    /// Its bytes from the beginning.
    ///
    /// # Errors
    /// What the system says.
    pub fn bytes(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Source::File(path) => Box::new(input::open(path)?),
            Source::Stream { spool, .. } => Box::new(spool.open()?),
            Source::Member { member, .. } => Box::new(member.open()?),
        })
    }

    /// Its bytes, to be read from any place; a file of an archive is unpacked.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn spool(&self) -> io::Result<Spool> {
        match self {
            Source::File(path) => Ok(Spool::file(path)),
            Source::Stream { spool, .. } => Ok(spool.clone()),
            Source::Member { member, .. } => Spool::of(member.open()?),
        }
    }

    /// Opens it and makes a reader of its format. The whole source is looked over first.
    ///
    /// # Errors
    /// When it cannot be opened, is empty, or is of no format that is read.
    pub fn open(&self, reading: &Reading) -> Result<Box<dyn Reader>, SourceError> {
        self.open_surveyed(reading, self.survey(reading))
    }

    /// As [`open`](Self::open), for whoever has looked it over already.
    pub(super) fn open_surveyed(&self, reading: &Reading, survey: Survey) -> Result<Box<dyn Reader>, SourceError> {
        let (format, input) = self.content(reading)?;
        let source: Arc<str> = self.name().into();
        Ok(match format {
            Format::Vcard => {
                Box::new(vcard::Reader::new(source, input, vcard::Options { survey: survey.vcard, ..reading.vcard }))
            }
            Format::Csv => {
                Box::new(csv::Reader::new(source, input, csv::Options { survey: survey.csv, ..reading.csv.clone() }))
            }
            format => workbook::open(self, format, reading)?,
        })
    }

    /// What a look over the whole of it finds. What cannot be read says so when it is read.
    pub(super) fn survey(&self, reading: &Reading) -> Survey {
        match self.content(reading) {
            Ok((Format::Vcard, input)) => {
                Survey { vcard: vcard::survey(input).unwrap_or_default(), ..Survey::default() }
            }
            Ok((Format::Csv, input)) => Survey { csv: csv::survey(input, &reading.csv), ..Survey::default() },
            // A workbook tells only in its rows which of its sheets is the one: they are kept when it is read.
            Ok(_) | Err(_) => Survey::default(),
        }
    }

    /// Its groups, if it is vCards that a survey found to have some.
    pub(super) fn groups(&self, reading: &Reading, survey: &Survey, each: &mut dyn FnMut(Group)) {
        let survey = survey.vcard;
        if let (true, Ok(input)) = (survey.groups, self.bytes()) {
            vcard::groups(input, vcard::Options { survey, ..reading.vcard }, each);
        }
    }

    /// Opens it and tells its format.
    ///
    /// # Errors
    /// When it cannot be opened, is empty, or is of no format that is read.
    pub(super) fn content(&self, reading: &Reading) -> Result<(Format, Box<dyn Read + Send>), SourceError> {
        let name = self.name();
        let io = |error| SourceError::Io { source_name: name.clone(), error };
        let mut input = self.bytes().map_err(io)?;
        let mut head = Vec::with_capacity(HEAD);
        let looked = input.by_ref().take(HEAD as u64).read_to_end(&mut head);
        // What fails behind some bytes fails again when it is read, and then the records before it are not lost.
        if head.is_empty() {
            return Err(looked.map_or_else(io, |_| SourceError::Empty(name.clone())));
        }
        let format = match reading.format {
            Some(format @ (Format::Vcard | Format::Csv)) => format,
            said => match workbook::format_of(self, &head)? {
                Some(format) => format,
                None => format_of(&name, &head, said)?,
            },
        };
        Ok((format, Box::new(Cursor::new(head).chain(input))))
    }
}

/// What begins like this is known, but no contact file.
const FOREIGN: &[(&[u8], &str, &str)] = &[
    (b"!BDN", "an Outlook data file (PST)", "export it from Outlook as CSV"),
    (b"%PDF", "a PDF", "export the contacts as vCard or CSV where they come from"),
];

/// How a card begins.
const CARD: &[u8] = b"BEGIN:VCARD";

/// The content goes before the name where it is certain, the name before a guess; what the user says before the name.
fn format_of(name: &str, head: &[u8], said: Option<Format>) -> Result<Format, SourceError> {
    if let Some((_, what, way_out)) = FOREIGN.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Err(SourceError::Unsupported { source_name: name.to_owned(), what, way_out });
    }
    // UTF-16 has a NUL in every other byte.
    let text: Vec<u8> = head.iter().filter(|byte| **byte != 0).map(u8::to_ascii_uppercase).collect();
    let first = text.iter().position(|byte| byte.is_ascii_graphic()).unwrap_or(text.len());
    let has_card = || text.windows(CARD.len()).any(|window| window == CARD);
    match said.or_else(|| Format::of_file_name(name)) {
        _ if text[first..].starts_with(CARD) => Ok(Format::Vcard),
        Some(format @ (Format::Vcard | Format::Csv)) => Ok(format),
        _ if has_card() => Ok(Format::Vcard),
        // Many programs write text and call it XLS.
        _ if looks_like_a_table(&text) => Ok(Format::Csv),
        Some(_) => {
            let (what, way_out) = match said {
                Some(_) => ("no spreadsheet, although --input-format says so", "leave that out, or say what it is"),
                None => ("no spreadsheet, although its name says so", "say with --input-format what it is"),
            };
            Err(SourceError::Unsupported { source_name: name.to_owned(), what, way_out })
        }
        None => Err(SourceError::UnknownFormat(name.to_owned())),
    }
}

/// Whether the first line that is not blank has a delimiter.
fn looks_like_a_table(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| matches!(byte, b'\n' | b'\r'));
    let first = lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    first.iter().any(|byte| matches!(byte, b',' | b';' | b'\t' | b'|'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_and_name_tell_the_format() {
        let utf16: Vec<u8> = "\u{feff}begin:vcard\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let table: [(&str, &[u8], Format); 8] = [
            ("a.xls", b"First Name;Last Name", Format::Csv),
            ("a.vcf", b"anything", Format::Vcard),
            ("a.CSV", b"Name;Mail", Format::Csv),
            ("a.csv", b"\r\nBEGIN:VCARD\r\n", Format::Vcard),
            ("a.txt", b"Begin:vCard\n", Format::Vcard),
            ("a", &utf16, Format::Vcard),
            ("-", b"\n\nFirst Name\tLast Name\n", Format::Csv),
            ("a.csv", b"Notes\nsay BEGIN:VCARD where a card begins\n", Format::Csv),
        ];
        for (name, head, format) in table {
            assert_eq!(format_of(name, head, None).unwrap(), format, "{name} {head:?}");
        }
    }

    #[test]
    fn what_is_not_read_says_why() {
        let says = |name: &str, head: &[u8]| format_of(name, head, None).unwrap_err().to_string();
        assert!(says("a.pst", b"!BDN").contains("Outlook data file"));
        assert!(says("a.xls", b"hello world").contains("no spreadsheet"));
        assert!(says("a.bin", b"hello world").contains("--input-format"));
    }
}
