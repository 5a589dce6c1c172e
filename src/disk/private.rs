//! Files and directories that are the user's alone: they hold what is personal.
//!
//! On Windows they stand in the user's profile, which others cannot read; elsewhere their modes say so.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// Makes a directory that the user alone may look into, and those above it; one that is there stays as it is.
///
/// # Errors
/// What the system says.
pub fn make_directory(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes an empty file that the user alone may read.
///
/// # Errors
/// What the system says, above all when there is one already.
pub fn make_file(path: &Path) -> io::Result<()> {
    create(path).map(drop)
}

/// Makes a file that the user alone may read, and opens it for writing.
///
/// # Errors
/// What the system says, above all when there is one already.
pub fn create(path: &Path) -> io::Result<fs::File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Whether there is such a file.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// The files of a directory; none where there is no such directory.
///
/// # Errors
/// What the system says.
pub fn files_in(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    entries.map(|entry| Ok(entry?.path())).collect()
}

/// Removes a database with all that stands beside it; what is not there is no error.
///
/// # Errors
/// What the system says.
pub fn remove_database(path: &Path) -> io::Result<()> {
    for ending in ["", "-wal", "-shm", ".lock", ".url"] {
        let mut file = path.as_os_str().to_owned();
        file.push(ending);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}
