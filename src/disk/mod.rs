//! What lasts: files that appear whole or not at all, directories of records, locks, databases. Imports nothing of the
//! crate.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this room is the one home of files")]

pub mod archive;
pub mod directory;
pub mod input;
#[cfg(feature = "sandbox")]
pub mod lock;
pub mod names;
pub mod output;
pub mod spool;
#[cfg(feature = "sandbox")]
pub mod sqlite;

use std::io;
use std::path::Path;

/// Makes a directory and those above it; one that is there is fine.
///
/// # Errors
/// What the system says.
pub fn make_directory(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Whether a file is this one, or stands in this directory or below it; false when one of them is not there.
pub fn is_within(file: &Path, place: &Path) -> bool {
    matches!((std::fs::canonicalize(file), std::fs::canonicalize(place)), (Ok(file), Ok(place)) if file.starts_with(&place))
}

/// Whether two paths lead to the same file; false when one of them leads nowhere.
pub fn same_file(one: &Path, other: &Path) -> bool {
    matches!((std::fs::canonicalize(one), std::fs::canonicalize(other)), (Ok(one), Ok(other)) if one == other)
}
