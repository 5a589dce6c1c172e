//! What a run remembers, in a file of its own: what the target folder held, what is to become of every record, what became
//! of it, and the earlier version of everything that the run changes or deletes.
//!
//! The mailbox itself tells a second run what is done, by the key that each contact carries; the ledger is for what the
//! mailbox cannot tell: what was there before, and what failed. So an earlier version is on the disk before the request
//! that overwrites it leaves, while the records of created contacts are written in groups.
//!
//! A ledger holds personal data: its directory and file are the user's alone.

mod held;
mod photos;
mod records;
mod runs;
mod tables;
mod versions;

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use thiserror::Error;

use crate::disk::lock::{self, Attempt, StoreLock};
use crate::disk::private;
use crate::disk::sqlite::{self, SqliteError};

pub use held::{Held, Trait};
pub use records::{Action, Done, Row};
pub use runs::{Head, Kind, Listed, Phase, Summary, is_name};
pub use versions::{PhotoLeft, Version};

/// Changes that share a transaction where nothing depends on their being on the disk at once.
const GROUP: u32 = 64;
/// The ending of a ledger's file.
const ENDING: &str = "db";

/// The ledger of one run, held by this process alone.
#[derive(Debug)]
pub struct Ledger {
    db: Connection,
    head: Head,
    path: Option<PathBuf>,
    /// Changes in the open transaction; none where none is open.
    pending: Option<u32>,
    /// Changes that may still be made: see [`fail_after`](Self::fail_after).
    left: Option<u64>,
    _lock: Option<StoreLock>,
}

/// Why a ledger cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The file, or the directory of the ledgers, cannot be opened or made.
    #[error("{path}: the run's ledger cannot be opened: {error}", path = .path.display())]
    Open {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        error: SqliteError,
    },
    /// The system refuses the directory or the file.
    #[error("{path}: {error}", path = .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The ledger cannot be read or written: most often the disk is full.
    #[error("the run's ledger{}: {error}", .path.as_ref().map(|path| format!(" {}", path.display())).unwrap_or_default())]
    Use {
        /// Its file.
        path: Option<PathBuf>,
        /// Why.
        error: rusqlite::Error,
    },
    /// There is no such run.
    #[error("there is no run {0:?} in the state directory; `cardferry runs` lists them")]
    NoRun(String),
    /// Another process is at it.
    #[error("the run {0} is under way in another process")]
    Busy(String),
}

impl Ledger {
    /// A ledger in a file without a name, which goes away with the process: for plans that are not carried out.
    ///
    /// # Errors
    /// When there is no place for temporary files.
    pub fn temporary(head: Head) -> Result<Self, LedgerError> {
        let path = || PathBuf::from("a temporary file");
        let db = sqlite::temporary(&tables::LAYOUT).map_err(|error| LedgerError::Open { path: path(), error })?;
        let ledger = Self { db, head, path: None, pending: None, left: None, _lock: None };
        ledger.begin_run()
    }

    /// A new ledger for a run, in the directory of the ledgers, which is made if need be.
    ///
    /// # Errors
    /// When the directory or the file cannot be made.
    pub fn create(directory: &Path, head: Head) -> Result<Self, LedgerError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |error| LedgerError::Io { path, error }
        };
        private::make_directory(directory).map_err(io(directory))?;
        let path = file_of(directory, &head.run);
        private::make_file(&path).map_err(io(&path))?;
        Self::seize(path, &head.run)?.begin_run_of(head)
    }

    /// The ledger of a run that is not under way.
    ///
    /// # Errors
    /// When there is none, another process is at it, or it cannot be opened.
    pub fn open(directory: &Path, run: &str) -> Result<Self, LedgerError> {
        let path = file_of(directory, run);
        if !runs::is_name(run) || !private::is_file(&path) {
            return Err(LedgerError::NoRun(run.to_owned()));
        }
        let mut ledger = Self::seize(path, run)?;
        ledger.head = ledger.read_head()?;
        Ok(ledger)
    }

    /// Opens the file and holds it, whatever is in it.
    fn seize(path: PathBuf, run: &str) -> Result<Self, LedgerError> {
        let held = lock::try_hold(&path).map_err(|error| LedgerError::Io { path: path.clone(), error })?;
        let Attempt::Mine(lock) = held else { return Err(LedgerError::Busy(run.to_owned())) };
        let opened = sqlite::open(&path, &tables::LAYOUT);
        let db = opened.map_err(|error| LedgerError::Open { path: path.clone(), error })?;
        Ok(Self { db, head: Head::default(), path: Some(path), pending: None, left: None, _lock: Some(lock) })
    }

    /// What the run is.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Where the ledger is, where it is a file.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// After so many more changes every further one fails, as on a full disk: for tests of exactly that.
    pub fn fail_after(&mut self, changes: u64) {
        self.left = Some(changes);
    }

    /// A change that may wait for others before it is on the disk.
    fn change<V>(&mut self, change: impl FnOnce(&Connection) -> rusqlite::Result<V>) -> Result<V, LedgerError> {
        self.spend()?;
        if self.pending.is_none() {
            self.run_sql("BEGIN IMMEDIATE")?;
            self.pending = Some(0);
        }
        let changed = change(&self.db).map_err(|error| self.failure(error))?;
        let pending = self.pending.map_or(1, |pending| pending + 1);
        self.pending = Some(pending);
        if pending >= GROUP {
            self.commit()?;
        }
        Ok(changed)
    }

    /// Puts everything on the disk.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn commit(&mut self) -> Result<(), LedgerError> {
        if self.pending.take().is_some() {
            self.run_sql("COMMIT")?;
        }
        Ok(())
    }

    /// A change that outlives a power cut, with all that came before it, when this returns. The others outlive the death
    /// of the process: to wait for the disk holds up whatever is under way.
    fn change_durably<V>(&mut self, change: impl FnOnce(&Connection) -> rusqlite::Result<V>) -> Result<V, LedgerError> {
        self.commit()?;
        self.run_sql("PRAGMA synchronous = full")?;
        let changed = self.change_now(change)?;
        self.run_sql("PRAGMA synchronous = normal")?;
        Ok(changed)
    }

    /// A change that outlives the death of the process, with all that came before it, when this returns.
    fn change_now<V>(&mut self, change: impl FnOnce(&Connection) -> rusqlite::Result<V>) -> Result<V, LedgerError> {
        let changed = self.change(change)?;
        self.commit()?;
        Ok(changed)
    }

    fn spend(&mut self) -> Result<(), LedgerError> {
        match &mut self.left {
            Some(0) => {
                let full = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL);
                Err(self.failure(rusqlite::Error::SqliteFailure(full, None)))
            }
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn run_sql(&self, sql: &str) -> Result<(), LedgerError> {
        self.db.execute_batch(sql).map_err(|error| self.failure(error))
    }

    fn failure(&self, error: rusqlite::Error) -> LedgerError {
        LedgerError::Use { path: self.path.clone(), error }
    }
}

fn file_of(directory: &Path, run: &str) -> PathBuf {
    directory.join(format!("{run}.{ENDING}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_outlive_a_power_cut_waits_for_the_disk_and_nothing_else_does() {
        let directory = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::create(directory.path(), Head { run: "a".into(), ..Head::default() }).unwrap();
        // 1 is normal, 2 is full.
        let level = |db: &Connection| db.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0));
        ledger.change(|_| Ok(())).unwrap();
        assert_eq!(ledger.change_durably(level).unwrap(), 2);
        assert_eq!(ledger.change_now(level).unwrap(), 1);
    }
}
