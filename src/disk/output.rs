//! Files to write: they appear whole or not at all.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread::{Builder, JoinHandle};

use tempfile::NamedTempFile;

const BUFFER: usize = 256 * 1024;

/// So many bytes are put on the disk while more of them are made.
const AHEAD: usize = 8 * 1024 * 1024;

/// A file that is written beside its place and takes it with [`Output::commit`]. Dropped without, it leaves no trace,
/// and what stood there before stays.
#[derive(Debug)]
pub struct Output(Kind);

#[derive(Debug)]
enum Kind {
    /// Written beside its place first.
    Replaced { file: BufWriter<NamedTempFile>, path: PathBuf, ahead: Ahead },
    /// A pipe or device, which cannot be replaced.
    Direct(BufWriter<Box<dyn Sink>>),
}

/// Somewhere to write to.
trait Sink: Write + Send + std::fmt::Debug {}
impl<W: Write + Send + std::fmt::Debug> Sink for W {}

impl Output {
    /// Begins a file. A link is followed: what it points at is replaced, not the link.
    ///
    /// # Errors
    /// What the system says: no such directory, no permission, a directory in its place.
    pub fn create(path: &Path) -> io::Result<Self> {
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        match std::fs::metadata(&path) {
            Ok(there) if there.is_dir() => Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory")),
            Ok(there) if !there.is_file() => Ok(Self(Kind::Direct(BufWriter::with_capacity(BUFFER, open(&path)?)))),
            _ => {
                let file = BufWriter::with_capacity(BUFFER, beside(&path)?);
                Ok(Self(Kind::Replaced { file, path, ahead: Ahead::default() }))
            }
        }
    }

    /// The file that is written so far, if it is one of its own.
    pub fn temporary(&self) -> Option<&Path> {
        match &self.0 {
            Kind::Replaced { file, .. } => Some(file.get_ref().path()),
            Kind::Direct(_) => None,
        }
    }

    /// Puts the file in its place, durably.
    ///
    /// # Errors
    /// What the system says, a full disk above all; then nothing has changed in the file's place.
    pub fn commit(self) -> io::Result<()> {
        match self.0 {
            Kind::Direct(mut file) => file.flush(),
            Kind::Replaced { file, path, ahead } => {
                let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
                ahead.end()?;
                file.as_file().sync_all()?;
                file.persist(path).map(drop).map_err(|error| error.error)
            }
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Kind::Replaced { file, ahead, .. } => {
                let count = file.write(bytes)?;
                ahead.wrote(count, file.get_ref().as_file())?;
                Ok(count)
            }
            Kind::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Kind::Replaced { file, .. } => file.flush(),
            Kind::Direct(file) => file.flush(),
        }
    }
}

/// Has what is written put on the disk while more of it is made: little is left to wait for when the file takes its place.
#[derive(Debug, Default)]
struct Ahead {
    /// Bytes since it was last done.
    written: usize,
    doing: Option<JoinHandle<io::Result<()>>>,
}

impl Ahead {
    /// So many bytes more were written to a file. An error is that of bytes before them: the system tells it once alone.
    fn wrote(&mut self, count: usize, file: &File) -> io::Result<()> {
        self.written += count;
        if self.written < AHEAD || self.doing.as_ref().is_some_and(|doing| !doing.is_finished()) {
            return Ok(());
        }
        self.written = 0;
        if let Some(doing) = self.doing.take() {
            joined(doing)?;
        }
        let file = file.try_clone()?;
        // Where there are no more threads, the end does it all.
        self.doing = Builder::new().spawn(move || file.sync_data()).ok();
        Ok(())
    }

    /// Waits for what is being done.
    fn end(self) -> io::Result<()> {
        self.doing.map_or(Ok(()), joined)
    }
}

fn joined(doing: JoinHandle<io::Result<()>>) -> io::Result<()> {
    doing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn open(path: &Path) -> io::Result<Box<dyn Sink>> {
    Ok(Box::new(std::fs::OpenOptions::new().write(true).open(path)?))
}

/// A temporary file in the same directory, with the permissions that an ordinary new file has (or the old one had).
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A directory that is not there is told as the system tells it, and not by the temporary file's name.
    std::fs::metadata(directory)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cardferry-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let there = std::fs::metadata(path).map(|there| there.permissions());
        builder.permissions(there.unwrap_or_else(|_| std::fs::Permissions::from_mode(0o666)));
    }
    builder.tempfile_in(directory).map_err(|error| error.kind().into())
}

/// Removes what an [`Output`] or a [`Directory`](super::directory::Directory) has written so far: for a process that ends
/// without dropping it.
pub fn discard(temporary: &Path) {
    if temporary.is_dir() {
        return super::directory::discard(temporary);
    }
    // Whatever prevents it, there is nothing more to be done.
    let _ = std::fs::remove_file(temporary);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(directory: &Path) -> usize {
        std::fs::read_dir(directory).unwrap().count()
    }

    #[test]
    fn a_file_appears_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.vcf");
        std::fs::write(&path, "old").unwrap();
        let mut output = Output::create(&path).unwrap();
        output.write_all(b"new").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        output.commit().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(files(directory.path()), 1);
    }

    #[test]
    fn a_large_file_is_put_on_the_disk_as_it_is_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.vcf");
        let (mut output, mut whole) = (Output::create(&path).unwrap(), Vec::new());
        for at in 0..40_u8 {
            let block = vec![at; 1024 * 1024];
            output.write_all(&block).unwrap();
            whole.extend(block);
        }
        output.commit().unwrap();
        assert!(std::fs::read(&path).unwrap() == whole);
        assert_eq!(files(directory.path()), 1);
    }

    #[test]
    fn a_file_that_is_given_up_leaves_no_trace() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("out.vcf");
        std::fs::write(&path, "old").unwrap();
        let mut output = Output::create(&path).unwrap();
        output.write_all(b"half").unwrap();
        drop(output);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(files(directory.path()), 1);
    }

    #[test]
    fn where_no_file_can_be_says_so_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let kind = |path: &Path| Output::create(path).unwrap_err().kind();
        assert_eq!(kind(directory.path()), io::ErrorKind::IsADirectory);
        assert_eq!(kind(&directory.path().join("no/such/out.vcf")), io::ErrorKind::NotFound);
        let said = Output::create(&directory.path().join("no/such/out.vcf")).unwrap_err().to_string();
        assert!(!said.contains(".part"), "{said}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_permissions_stay() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let (file, link) = (directory.path().join("file"), directory.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let mut output = Output::create(&link).unwrap();
        output.write_all(b"new").unwrap();
        output.commit().unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    }
}
