//! `--save-plan` and `--apply-plan`: the plan of an import as a file.

use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::cli::args::import::Caution;
use crate::cli::exit::{Exit, Failure};
use crate::cli::form::{is_stdout, name_of};
use crate::disk::input;
use crate::disk::private::NewFile;
use crate::pipeline::Watcher;
use crate::pipeline::import::{PlanCheck, PlanError, PlanWriter};
use crate::pipeline::ledger::Head;

/// What is to be done with the plan: written, held against one that was written, or neither.
pub(super) struct Plans {
    saving: Option<Saving>,
    applying: Option<Applying>,
}

/// Sees the plan being made, and writes or compares it.
pub(super) enum Watched<'a> {
    Plainly(&'a mut dyn Watcher),
    Saved(PlanWriter<'a>),
    Checked(PlanCheck<'a>),
}

/// How the writing or comparing ended.
pub(super) enum Held {
    Plainly,
    Saved(io::Result<()>),
    Checked(Result<(), PlanError>),
}

impl Plans {
    /// Opens the files that are named; what cannot be is told before anything is read.
    pub(super) fn open(args: &Caution) -> Result<Self, Failure> {
        let saving = args.save_plan.as_deref().map(Saving::create).transpose()?;
        let applying = args.apply_plan.as_deref().map(Applying::open).transpose()?;
        Ok(Self { saving, applying })
    }

    /// The file that is written until all is planned.
    pub(super) fn temporary(&self) -> Option<PathBuf> {
        self.saving.as_ref().and_then(Saving::temporary)
    }

    /// Begins; what is planned goes on to the watcher.
    pub(super) fn watch<'a>(&'a mut self, head: &Head, watcher: &'a mut dyn Watcher) -> Result<Watched<'a>, Failure> {
        match (&mut self.saving, &mut self.applying) {
            (Some(saving), _) => Ok(Watched::Saved(saving.writer(head, watcher))),
            (None, Some(applying)) => applying.check(head, watcher).map(Watched::Checked),
            (None, None) => Ok(Watched::Plainly(watcher)),
        }
    }

    /// Puts the file in its place, or refuses what no longer holds; what is to be said of it.
    pub(super) fn end(self, held: Held) -> Result<Option<String>, Failure> {
        match (held, self.saving, self.applying) {
            (Held::Saved(written), Some(saving), _) => saving.end(written),
            (Held::Checked(held), _, Some(applying)) => applying.end(held).map(|()| None),
            _ => Ok(None),
        }
    }
}

impl<'a> Watched<'a> {
    /// Who is to see the plan being made.
    pub(super) fn watcher(&mut self) -> &mut dyn Watcher {
        match self {
            Self::Plainly(watcher) => *watcher,
            Self::Saved(writer) => writer,
            Self::Checked(check) => check,
        }
    }

    /// All is planned.
    pub(super) fn end(self) -> Held {
        match self {
            Self::Plainly(_) => Held::Plainly,
            Self::Saved(writer) => Held::Saved(writer.finish()),
            Self::Checked(check) => Held::Checked(check.finish()),
        }
    }
}

/// Where a plan is written to.
struct Saving {
    path: PathBuf,
    out: Out,
}

enum Out {
    File(NewFile),
    Stdout(BufWriter<io::Stdout>),
}

/// A plan to be held against what is planned now.
struct Applying {
    path: PathBuf,
    lines: Box<dyn io::BufRead>,
}

impl Saving {
    /// Begins the file; that it cannot be written is told before anything is read.
    fn create(path: &Path) -> Result<Self, Failure> {
        let out = match is_stdout(path) {
            true => Out::Stdout(BufWriter::new(io::stdout())),
            false => Out::File(NewFile::create(path).map_err(|error| not_written(path, &error))?),
        };
        Ok(Self { path: path.to_owned(), out })
    }

    /// The file that is written until all is planned.
    fn temporary(&self) -> Option<PathBuf> {
        match &self.out {
            Out::File(file) => Some(file.temporary().to_owned()),
            Out::Stdout(_) => None,
        }
    }

    /// Begins to write; what is planned goes on to the watcher.
    fn writer<'a>(&'a mut self, head: &Head, watcher: &'a mut dyn Watcher) -> PlanWriter<'a> {
        let out: &mut dyn Write = match &mut self.out {
            Out::File(file) => file,
            Out::Stdout(stdout) => stdout,
        };
        PlanWriter::new(out, head, watcher)
    }

    /// Puts the file in its place; what is to be said of it.
    fn end(self, written: io::Result<()>) -> Result<Option<String>, Failure> {
        let name = self.path.display();
        let told = match written.map(|()| self.out) {
            Ok(Out::Stdout(_)) => Ok(None),
            Ok(Out::File(file)) => {
                file.commit().map(|()| Some(format!("{name} has the plan; --apply-plan {name} carries it out")))
            }
            Err(error) => Err(error),
        };
        told.map_err(|error| not_written(&self.path, &error))
    }
}

impl Applying {
    /// Opens the plan.
    fn open(path: &Path) -> Result<Self, Failure> {
        let lines: Box<dyn io::BufRead> = match is_stdout(path) {
            true => return Err(Failure::usage("--apply-plan wants the name of a file")),
            false => Box::new(BufReader::new(input::open(path).map_err(|error| refused(path, &error.into()))?)),
        };
        Ok(Self { path: path.to_owned(), lines })
    }

    /// Begins to compare; what is planned goes on to the watcher.
    fn check<'a>(&'a mut self, head: &Head, watcher: &'a mut dyn Watcher) -> Result<PlanCheck<'a>, Failure> {
        PlanCheck::new(&mut *self.lines, head, watcher).map_err(|error| refused(&self.path, &error))
    }

    /// Whether the plan holds.
    fn end(self, held: Result<(), PlanError>) -> Result<(), Failure> {
        held.map_err(|error| refused(&self.path, &error))
    }
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            let what =
                "is there already, and a plan never takes the place of anything; name another file, or remove it";
            Failure::usage(format!("--save-plan: {} {what}", path.display()))
        }
        _ => Failure::output(&name_of(path), error),
    }
}

fn refused(path: &Path, error: &PlanError) -> Failure {
    let exit = if error.is_stale() { Exit::Refused } else { Exit::Usage };
    Failure::new(exit, format!("--apply-plan: {} {error}", path.display()))
}
