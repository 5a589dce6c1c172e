//! The inputs of a job: files, the files of a directory, standard input.

use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::disk::input::{self, There};
use crate::formats::{Format, Reader, csv, vcard};

/// Bytes looked at to tell a format.
const HEAD: usize = 4096;

/// One input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Standard input, spelled `-`.
    Stdin,
    /// A file.
    File(PathBuf),
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
    #[error("{0}: neither the name nor the content tells the format; say it with --input-format vcard or csv")]
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
}

/// The inputs that the user's words stand for: a directory stands for the contact files in it. What is not there is told
/// before anything is opened.
pub fn sources_of(words: &[PathBuf]) -> Vec<Result<Source, SourceError>> {
    let mut sources = Vec::new();
    for word in words {
        if word.as_os_str() == "-" {
            sources.push(Ok(Source::Stdin));
            continue;
        }
        match input::look(word) {
            Ok(There::Directory) => sources.extend(files_of(word)),
            Ok(There::File) => sources.push(Ok(Source::File(word.clone()))),
            Err(error) => sources.push(Err(SourceError::Io { source_name: word.display().to_string(), error })),
        }
    }
    sources
}

/// The endings that files of a directory are known by; a table may be anything else too, so that it is named by itself.
const IN_DIRECTORIES: [&str; 3] = ["vcf", "vcard", "csv"];

/// A directory's files of a known ending; none at all is an error, for somebody expected some.
fn files_of(directory: &Path) -> Vec<Result<Source, SourceError>> {
    let name = directory.display().to_string();
    let files = match input::files_in(directory) {
        Ok(files) => files,
        Err(error) => return vec![Err(SourceError::Io { source_name: name, error })],
    };
    let known = |file: &PathBuf| {
        let ending = file.extension().unwrap_or_default().to_ascii_lowercase();
        IN_DIRECTORIES.iter().any(|known| ending == *known)
    };
    let found: Vec<_> = files.into_iter().filter(known).map(|file| Ok(Source::File(file))).collect();
    if found.is_empty() {
        let (what, way_out) = ("a directory without .vcf or .csv files", "name the files that are meant");
        return vec![Err(SourceError::Unsupported { source_name: name, what, way_out })];
    }
    found
}

impl Source {
    /// Its name in messages.
    pub fn name(&self) -> String {
        match self {
            Source::Stdin => "-".to_owned(),
            Source::File(path) => path.display().to_string(),
        }
    }

    /// Opens it and makes a reader of its format.
    ///
    /// # Errors
    /// When it cannot be opened, is empty, or is of no format that is read.
    pub fn open(&self, reading: &Reading) -> Result<Box<dyn Reader>, SourceError> {
        let source: Arc<str> = self.name().into();
        let (format, input) = self.content(reading)?;
        Ok(match format {
            Format::Vcard => Box::new(vcard::Reader::new(source, input, reading.vcard)),
            Format::Csv => Box::new(csv::Reader::new(source, input, reading.csv.clone())),
        })
    }

    /// Opens it and tells its format.
    ///
    /// # Errors
    /// When it cannot be opened, is empty, or is of no format that is read.
    pub(super) fn content(&self, reading: &Reading) -> Result<(Format, Box<dyn Read + Send>), SourceError> {
        let name = self.name();
        let io = |error| SourceError::Io { source_name: name.clone(), error };
        let mut input: Box<dyn Read + Send> = match self {
            Source::Stdin => Box::new(io::stdin()),
            Source::File(path) => Box::new(input::open(path).map_err(io)?),
        };
        let mut head = Vec::with_capacity(HEAD);
        input.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(io)?;
        if head.is_empty() {
            return Err(SourceError::Empty(name));
        }
        let format = reading.format.map_or_else(|| format_of(&name, &head), Ok)?;
        Ok((format, Box::new(Cursor::new(head).chain(input))))
    }
}

/// What begins like this is known, but no contact file.
const FOREIGN: &[(&[u8], &str, &str)] = &[
    (b"PK\x03\x04", "a spreadsheet or a zip archive", "save it as CSV, or unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old Office file", "save it as CSV"),
    (b"!BDN", "an Outlook data file (PST)", "export it from Outlook as CSV"),
    (b"%PDF", "a PDF", "export the contacts as vCard or CSV where they come from"),
];

/// How a card begins.
const CARD: &[u8] = b"BEGIN:VCARD";

/// The content goes before the name where it is certain, the name before a guess.
fn format_of(name: &str, head: &[u8]) -> Result<Format, SourceError> {
    if let Some((_, what, way_out)) = FOREIGN.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Err(SourceError::Unsupported { source_name: name.to_owned(), what, way_out });
    }
    // UTF-16 has a NUL in every other byte.
    let text: Vec<u8> = head.iter().filter(|byte| **byte != 0).map(u8::to_ascii_uppercase).collect();
    let first = text.iter().position(|byte| byte.is_ascii_graphic()).unwrap_or(text.len());
    let has_card = || text.windows(CARD.len()).any(|window| window == CARD);
    match Format::of_file_name(name) {
        _ if text[first..].starts_with(CARD) => Ok(Format::Vcard),
        Some(format) => Ok(format),
        None if has_card() => Ok(Format::Vcard),
        None if looks_like_a_table(&text) => Ok(Format::Csv),
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
        let table: [(&str, &[u8], Format); 7] = [
            ("a.vcf", b"anything", Format::Vcard),
            ("a.CSV", b"Name;Mail", Format::Csv),
            ("a.csv", b"\r\nBEGIN:VCARD\r\n", Format::Vcard),
            ("a.txt", b"Begin:vCard\n", Format::Vcard),
            ("a", &utf16, Format::Vcard),
            ("-", b"\n\nFirst Name\tLast Name\n", Format::Csv),
            ("a.csv", b"Notes\nsay BEGIN:VCARD where a card begins\n", Format::Csv),
        ];
        for (name, head, format) in table {
            assert_eq!(format_of(name, head).unwrap(), format, "{name} {head:?}");
        }
    }

    #[test]
    fn what_is_not_read_says_why() {
        let says = |name: &str, head: &[u8]| format_of(name, head).unwrap_err().to_string();
        assert!(says("a.xlsx", b"PK\x03\x04").contains("spreadsheet"));
        assert!(says("a.bin", b"hello world").contains("--input-format"));
    }
}
