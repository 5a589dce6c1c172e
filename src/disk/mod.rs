//! What lasts: files that appear whole or not at all, directories of records, locks, databases. Imports nothing of the
//! crate.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this room is the one home of files")]

pub mod album;
pub mod archive;
pub mod directory;
pub mod input;
#[cfg(any(feature = "remote", feature = "sandbox"))]
pub mod lock;
pub mod names;
pub mod output;
pub mod private;
pub mod spool;
#[cfg(any(feature = "remote", feature = "sandbox"))]
pub mod sqlite;

use std::io;
use std::path::{Path, PathBuf};

/// Makes a directory and those above it; one that is there is fine.
///
/// # Errors
/// What the system says.
pub fn make_directory(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// A file or directory that is there, whatever path leads to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place(PathBuf);

impl Place {
    /// The place that a path leads to; none when it leads nowhere.
    pub fn of(path: &Path) -> Option<Self> {
        std::fs::canonicalize(path).ok().map(Self)
    }

    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.0.is_dir()
    }

    /// Whether a file is this one, or stands in this directory or below it; false when it is not there.
    pub fn holds(&self, file: &Path) -> bool {
        std::fs::canonicalize(file).is_ok_and(|file| file.starts_with(&self.0))
    }
}

/// Whether two paths lead to the same file; false when one of them leads nowhere.
pub fn same_file(one: &Path, other: &Path) -> bool {
    matches!((std::fs::canonicalize(one), std::fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}
