//! Files and directories that are the user's alone: they hold what is personal.
//!
//! On Windows they stand in the user's profile, which others cannot read; elsewhere their modes say so.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file that the user alone may read. It is written beside its place and takes it with [`NewFile::commit`], but never
/// that of a file that is there. Dropped without, it leaves no trace.
#[derive(Debug)]
pub struct NewFile {
    file: BufWriter<NamedTempFile>,
    path: PathBuf,
}

impl NewFile {
    /// Begins the file.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] when something is there; else what the system says.
    pub fn create(path: &Path) -> io::Result<Self> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // A directory that is not there is told as the system tells it, and not by the temporary file's name.
        fs::metadata(directory)?;
        // Its mode is 0600 from the start.
        let file = tempfile::Builder::new().prefix(".cardferry-").suffix(".part").tempfile_in(directory);
        let file = file.map_err(|error| io::Error::from(error.kind()))?;
        Ok(Self { file: BufWriter::new(file), path: path.to_owned() })
    }

    /// The file that is written so far.
    pub fn temporary(&self) -> &Path {
        self.file.get_ref().path()
    }

    /// Puts the file in its place, durably.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] when something has come there in the meantime; else what the system says.
    pub fn commit(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(self.path).map(drop).map_err(|error| error.error)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_private_and_takes_nobody_s_place() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("plan");
        let mut file = NewFile::create(&path).unwrap();
        file.write_all(b"mine").unwrap();
        assert!(file.temporary().exists() && !path.exists());
        file.commit().unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(NewFile::create(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);

        let late = NewFile::create(&directory.path().join("late")).unwrap();
        fs::write(directory.path().join("late"), "theirs").unwrap();
        assert_eq!(late.commit().unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(directory.path().join("late")).unwrap(), b"theirs");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "what is given up leaves no trace");
        let missing = NewFile::create(&directory.path().join("no/plan")).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }
}
