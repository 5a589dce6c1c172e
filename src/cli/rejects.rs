//! `--rejects`: the rejected records as they stand in their sources, each with its reason, to be mended and read again.
//!
//! What cannot stand together in one file goes into files of its own beside it (`left-2.csv`): cards and tables, and
//! tables that differ in headers, delimiter or encoding. So each of them is read whole when it has been mended.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::Encoding;

use crate::cli::args::Common;
use crate::cli::exit::Failure;
use crate::cli::print;
use crate::disk::input;
use crate::disk::output::Output;
use crate::disk::spool::Aside;
use crate::formats::{Reject, Table, charset, csv, vcard};
use crate::pipeline::RecordReport;

/// How many files there are at most. So many kinds of tables are no accident, and each takes an open file.
const MOST: usize = 64;

/// Endings of files that spreadsheet programs refuse where there is text in them.
const WORKBOOKS: [&str; 3] = ["xlsx", "xls", "ods"];

/// What stands together in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// Cards in UTF-8.
    Cards,
    /// Cards in UTF-16.
    Wide(&'static Encoding),
    /// Cards in what else their source has, and says at most once.
    CardsOf(Arc<str>),
    /// Rows below one header.
    Rows(Arc<Table>),
}

/// One of the files.
struct Part {
    kind: Kind,
    /// None for the first, which stands where the user said.
    aside: Option<Aside>,
}

/// The files of the rejected records. They take their places at the end, and only if there are any records.
pub(super) struct Rejects {
    path: PathBuf,
    /// What the job's output is called, which is not there yet.
    output: Option<OsString>,
    file: Output,
    parts: Vec<Part>,
    count: u64,
    /// Those of which only the beginning is known.
    cut: u64,
    /// Those for which there was no file left.
    left_out: u64,
    /// What went wrong first.
    error: Option<io::Error>,
}

impl Rejects {
    /// Begins the file; one that cannot be written is told before anything is read. No further one gets the output's
    /// name.
    pub(super) fn create(path: &Path, output: Option<&Path>) -> Result<Self, Failure> {
        let name = path.display().to_string();
        if name == "-" {
            return Err(Failure::usage("--rejects wants the name of a file"));
        }
        if path.extension().is_some_and(|ending| WORKBOOKS.iter().any(|one| ending.eq_ignore_ascii_case(one))) {
            let what = "--rejects writes rows as CSV, those of spreadsheets too; choose a name that ends in .csv";
            return Err(Failure::usage(what));
        }
        let file = Output::create(path).map_err(|error| Failure::output(&name, &error))?;
        let (path, output) = (path.to_owned(), output.and_then(Path::file_name).map(OsString::from));
        Ok(Self { path, output, file, parts: Vec::new(), count: 0, cut: 0, left_out: 0, error: None })
    }

    /// The file that is written until all is done.
    pub(super) fn temporary(&self) -> Option<PathBuf> {
        self.file.temporary().map(Path::to_owned)
    }

    /// Adds a record, if it was rejected.
    pub(super) fn add(&mut self, report: &RecordReport<'_>) {
        let (Some((raw, reject)), Some(position)) = (report.rejected, report.position) else { return };
        self.count += 1;
        self.cut += u64::from(reject.cut);
        let kind = match &reject.table {
            Some(table) => Kind::Rows(Arc::clone(table)),
            None if let Some(encoding) = reject.wide => Kind::Wide(encoding),
            None if std::str::from_utf8(raw).is_ok() => Kind::Cards,
            None => Kind::CardsOf(Arc::clone(&position.source)),
        };
        if self.error.is_none() {
            self.error = self.write(kind, raw, reject).err();
        }
    }

    fn write(&mut self, kind: Kind, raw: &[u8], reject: &Reject) -> io::Result<()> {
        let known = self.parts.iter().position(|part| part.kind == kind);
        let (at, opening) = match (known, &kind) {
            (Some(at), _) => (at, Vec::new()),
            (None, _) if self.parts.len() >= MOST => {
                self.left_out += 1;
                return Ok(());
            }
            (None, Kind::Rows(table)) => (self.parts.len(), csv::rejected::header(table)),
            (None, Kind::Wide(encoding)) => (self.parts.len(), charset::encode(encoding, "\u{feff}")),
            (None, _) => (self.parts.len(), Vec::new()),
        };
        let record = match &kind {
            Kind::Rows(table) => csv::rejected::row(raw, reject, table),
            Kind::Wide(encoding) => {
                let record = ended(vcard::rejected::with_reason(raw, &reject.why));
                charset::encode(encoding, &String::from_utf8_lossy(&record))
            }
            _ => ended(vcard::rejected::with_reason(raw, &reject.why)),
        };
        if known.is_none() {
            let aside = if at == 0 { None } else { Some(Aside::create()?) };
            self.parts.push(Part { kind, aside });
        }
        let out: &mut dyn Write = match &mut self.parts[at].aside {
            Some(aside) => aside,
            None => &mut self.file,
        };
        out.write_all(&opening)?;
        out.write_all(&record)
    }

    /// Whether each record is there, and whole.
    pub(super) fn keeps_all(&self) -> bool {
        self.cut == 0 && self.left_out == 0 && self.error.is_none()
    }

    /// Puts the files in their places, if there is something in them.
    pub(super) fn end(self, common: &Common) -> Result<(), Failure> {
        let Self { path, output, file, parts, count, cut, left_out, error } = self;
        let name = path.display().to_string();
        if count == 0 {
            return Ok(());
        }
        let failed = |error: io::Error| Failure::output(&name, &error);
        error.map_or_else(|| file.commit(), Err).map_err(failed)?;
        let mut names = Vec::new();
        for part in parts {
            let place = if part.aside.is_none() {
                path.clone()
            } else {
                free_beside(&path, output.as_deref(), &part.kind, names.len())
            };
            names.push(format!("{}{}", place.display(), part.kind.hint()));
            if let Some(aside) = part.aside {
                aside.take_place(&place).map_err(|error| Failure::output(&place.display().to_string(), &error))?;
            }
        }
        let have = if names.len() == 1 { "has" } else { "have" };
        let records = if count == 1 { "the rejected record as it stands in its source" } else { "rejected records" };
        let mut note = match count {
            1 => format!("{} {have} {records}, with the reason", names.join(", ")),
            _ => format!(
                "{} {have} the {count} {records} as they stand in their sources, with the reasons",
                names.join(", ")
            ),
        };
        if names.len() > 1 {
            note += "; each kind is read by itself when it has been mended";
        }
        if cut > 0 {
            let those = if cut == 1 { "one that is".to_owned() } else { format!("{cut} that are") };
            note += &format!("; of {those} too large only the beginning");
        }
        if left_out > 0 {
            note += &format!("; {left_out} are in none, because they are of more than {MOST} kinds");
        }
        print::note(common, &note);
        Ok(())
    }
}

impl Kind {
    /// How the file is to be read, where it does not show by itself.
    fn hint(&self) -> String {
        match self {
            Kind::Rows(table) if !table.encoding.name().starts_with("UTF-") => format!(" ({})", table.encoding.name()),
            _ => String::new(),
        }
    }

    fn ending(&self) -> &'static str {
        if matches!(self, Kind::Rows(_)) { "csv" } else { "vcf" }
    }
}

/// A record with a line break behind it.
fn ended(mut record: Vec<u8>) -> Vec<u8> {
    if !record.ends_with(b"\n") && !record.ends_with(b"\r") {
        record.extend_from_slice(b"\r\n");
    }
    record
}

/// A name beside the file that nobody has: what stands there may be being mended.
fn free_beside(path: &Path, output: Option<&OsStr>, kind: &Kind, taken: usize) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let place = |number: usize| path.with_file_name(format!("{stem}-{number}.{}", kind.ending()));
    (taken + 1..)
        .map(place)
        .find(|place| input::look(place).is_err() && place.file_name() != output)
        .unwrap_or_else(|| place(taken + 1))
}
