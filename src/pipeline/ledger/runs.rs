//! The run itself: what it is, how far it came; and the runs of a directory.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::params;

use super::{ENDING, Ledger, LedgerError, file_of};
use crate::disk::private;
use crate::pipeline::Ending;

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Files into a mailbox.
    #[default]
    Import,
    /// An earlier run is taken back.
    Undo,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It is planned; nothing has been sent.
    Planning,
    /// It has begun to change the mailbox.
    Applying,
    /// It came to its end.
    Done,
}

/// What a run is: where two are the same in all but name and time, the second goes on with the first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// Its name.
    pub run: String,
    /// What it does.
    pub kind: Kind,
    /// The run that it takes back, where it does.
    pub of: String,
    /// When it began, in seconds since 1970.
    pub started: u64,
    /// The mailbox's address as the user gave it, without what may be secret in it.
    pub address: String,
    /// The API: `graph` or `outlook`.
    pub api: String,
    /// Whose mailbox.
    pub mailbox: String,
    /// The folder's path, as the user writes it.
    pub folder: String,
    /// Fingerprint of everything that is read.
    pub source: String,
    /// The inputs as the user named them, as a JSON list.
    pub inputs: String,
    /// What the user chose that makes another run of it.
    pub options: String,
}

/// A run of a directory, for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What it is.
    pub head: Head,
    /// How far it came.
    pub phase: Phase,
    /// When it ended, in seconds since 1970.
    pub ended: Option<u64>,
    /// What stopped it before its end.
    pub stopped: Option<String>,
    /// How many records ended how.
    pub endings: BTreeMap<Ending, u64>,
}

/// A run's name, and the run, or why it cannot be read.
pub type Listed = (String, Result<Summary, LedgerError>);

impl Kind {
    const ALL: [Self; 2] = [Self::Import, Self::Undo];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Undo => "undo",
        }
    }
}

impl Phase {
    const ALL: [Self; 3] = [Self::Planning, Self::Applying, Self::Done];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::Applying => "applying",
            Self::Done => "done",
        }
    }
}

impl Head {
    /// The inputs one by one; none where another version of cardferry wrote them.
    pub fn named_inputs(&self) -> Vec<String> {
        serde_json::from_str(&self.inputs).unwrap_or_default()
    }

    /// Whether another run would do the same.
    pub fn is_same_work(&self, other: &Self) -> bool {
        let nameless = |head: &Self| Self { run: String::new(), started: 0, inputs: String::new(), ..head.clone() };
        nameless(self) == nameless(other)
    }
}

impl Ledger {
    pub(super) fn begin_run_of(mut self, head: Head) -> Result<Self, LedgerError> {
        self.head = head;
        self.begin_run()
    }

    pub(super) fn begin_run(mut self) -> Result<Self, LedgerError> {
        let head = self.head.clone();
        self.change_durably(|db| {
            db.execute(
                "INSERT INTO run VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, NULL, NULL)",
                params![
                    head.run,
                    head.kind.word(),
                    head.of,
                    head.started,
                    head.address,
                    head.api,
                    head.mailbox,
                    head.folder,
                    head.source,
                    head.inputs,
                    head.options,
                    Phase::Planning.word()
                ],
            )
        })?;
        Ok(self)
    }

    pub(super) fn read_head(&self) -> Result<Head, LedgerError> {
        Ok(self.summary()?.head)
    }

    /// Goes into another phase.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn enter(&mut self, phase: Phase) -> Result<(), LedgerError> {
        self.change_durably(|db| {
            db.execute("UPDATE run SET phase = ?1, ended = NULL, stopped = NULL", [phase.word()])
        })?;
        Ok(())
    }

    /// Notes that the run ended, or what stopped it, at this time.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn end(&mut self, now: u64, stopped: Option<&str>) -> Result<(), LedgerError> {
        self.change_durably(|db| {
            let phase = "CASE WHEN ?2 IS NULL THEN 'done' ELSE phase END";
            db.execute(&format!("UPDATE run SET ended = ?1, stopped = ?2, phase = {phase}"), params![now, stopped])
        })?;
        Ok(())
    }

    /// The run for a list.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn summary(&self) -> Result<Summary, LedgerError> {
        let endings = self.endings()?;
        let read = self.db.query_row("SELECT * FROM run", [], |row| {
            let (kind, phase): (String, String) = (row.get("kind")?, row.get("phase")?);
            let head = Head {
                run: row.get("run")?,
                kind: Kind::ALL.into_iter().find(|known| known.word() == kind).unwrap_or_default(),
                of: row.get("of")?,
                started: row.get("started")?,
                address: row.get("address")?,
                api: row.get("api")?,
                mailbox: row.get("mailbox")?,
                folder: row.get("folder")?,
                source: row.get("source")?,
                inputs: row.get("inputs")?,
                options: row.get("options")?,
            };
            let phase = Phase::ALL.into_iter().find(|known| known.word() == phase).unwrap_or(Phase::Planning);
            Ok(Summary { head, phase, ended: row.get("ended")?, stopped: row.get("stopped")?, endings })
        });
        read.map_err(|error| self.failure(error))
    }

    /// The ledger of an unfinished run that would do the same as this one; none where there is none, or another process
    /// is at it.
    ///
    /// # Errors
    /// When the directory cannot be read. A ledger that cannot be opened is passed over.
    pub fn unfinished(directory: &Path, head: &Head) -> Result<Option<Self>, LedgerError> {
        for run in names(directory)? {
            let Ok(ledger) = Self::open(directory, &run) else { continue };
            if ledger.head.is_same_work(head) && ledger.summary()?.phase == Phase::Applying {
                return Ok(Some(ledger));
            }
        }
        Ok(None)
    }

    /// The runs of a directory, the latest first; one that cannot be opened comes with the reason.
    ///
    /// # Errors
    /// When the directory cannot be read; one that is not there holds no runs.
    pub fn runs(directory: &Path) -> Result<Vec<Listed>, LedgerError> {
        let mut runs = Vec::new();
        for run in names(directory)? {
            let summary = Self::open(directory, &run).and_then(|ledger| ledger.summary());
            runs.push((run, summary));
        }
        let started = |summary: &Result<Summary, LedgerError>| summary.as_ref().map_or(0, |run| run.head.started);
        runs.sort_by(|(name, one), (other, two)| started(two).cmp(&started(one)).then_with(|| other.cmp(name)));
        Ok(runs)
    }

    /// Removes the ledger of a run.
    ///
    /// # Errors
    /// When there is none, another process is at it, or the system refuses.
    pub fn remove(directory: &Path, run: &str) -> Result<(), LedgerError> {
        drop(Self::open(directory, run)?);
        let path = file_of(directory, run);
        private::remove_database(&path).map_err(|error| LedgerError::Io { path, error })
    }
}

/// Whether a text is a run's name, and not a path that leads elsewhere.
pub fn is_name(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    !text.is_empty() && text.len() <= 64 && text.bytes().all(letter)
}

fn names(directory: &Path) -> Result<Vec<String>, LedgerError> {
    let files = private::files_in(directory).map_err(|error| LedgerError::Io { path: directory.into(), error })?;
    let name = |file: &std::path::PathBuf| {
        let stem = file.file_stem()?.to_str().filter(|stem| is_name(stem))?;
        file.extension().is_some_and(|ending| ending == ENDING).then(|| stem.to_owned())
    };
    Ok(files.iter().filter_map(name).collect())
}
