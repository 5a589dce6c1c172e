//! `--rejects`: the rejected records' own bytes, to be mended and read again.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::args::Common;
use crate::cli::exit::Failure;
use crate::cli::print;
use crate::disk::output::Output;
use crate::pipeline::RecordReport;

/// The file of the rejected records. It takes its place at the end, and only if there are any.
pub(super) struct Rejects {
    name: String,
    file: Output,
    /// The source of the last one.
    source: Option<Arc<str>>,
    count: u64,
    /// Those of which only the beginning is known.
    cut: u64,
    /// Whether there were vCards, and whether there were tables.
    kinds: [bool; 2],
    /// What went wrong first.
    error: Option<io::Error>,
}

impl Rejects {
    /// Begins the file; one that cannot be written is told before anything is read.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        if name == "-" {
            return Err(Failure::usage("--rejects wants the name of a file"));
        }
        let file = Output::create(path).map_err(|error| Failure::output(&name, &error))?;
        Ok(Self { name, file, source: None, count: 0, cut: 0, kinds: [false; 2], error: None })
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
        self.kinds[usize::from(reject.table.is_some())] = true;
        let is_new = self.source.as_ref() != Some(&position.source);
        self.source = Some(Arc::clone(&position.source));
        let (before, behind) = match &reject.table {
            Some(table) => (if is_new { table.header.as_slice() } else { &[] }, table.line_break.as_slice()),
            None if raw.ends_with(b"\n") || raw.ends_with(b"\r") => (&[][..], &[][..]),
            None => (&[][..], &b"\r\n"[..]),
        };
        for bytes in [before, raw, behind] {
            if self.error.is_none() {
                self.error = self.file.write_all(bytes).err();
            }
        }
    }

    /// Puts the file in its place, if there is something in it.
    pub(super) fn end(self, common: &Common) -> Result<(), Failure> {
        let Self { name, file, count, cut, kinds, error, .. } = self;
        if count == 0 {
            return Ok(());
        }
        error.map_or_else(|| file.commit(), Err).map_err(|error| Failure::output(&name, &error))?;
        let mut note = match count {
            1 => format!("{name} has the rejected record as it stands in its source"),
            _ => format!("{name} has the {count} rejected records as they stand in their sources"),
        };
        if cut > 0 {
            let those = if cut == 1 { "one that is".to_owned() } else { format!("{cut} that are") };
            note += &format!("; of {those} too large only the beginning");
        }
        if kinds == [true; 2] {
            note += "; vCards and tables are mixed in it, so part them before it is read";
        }
        print::note(common, &note);
        Ok(())
    }
}
