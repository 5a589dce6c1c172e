//! Bytes that can be read any number of times: a file as it stands, and what comes only once, kept aside.

use std::fs::File;
use std::io::{self, BufWriter, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::disk::input;
use crate::disk::output::Output;

/// How much of a pipe is kept in memory; a longer one goes to a file.
pub const IN_MEMORY: usize = 1024 * 1024;

/// Where bytes are that can be read again and again. A clone is the same place.
#[derive(Debug, Clone)]
pub struct Spool(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// A file of the user's.
    File(PathBuf),
    /// A short pipe.
    Memory(Arc<[u8]>),
    /// A long pipe, in a file without a name that goes when the last hold on it does.
    Temporary(Arc<Mutex<File>>),
}

/// What can be read and read anew from any place.
pub trait Opened: Read + Seek + Send {}
impl<B: Read + Seek + Send> Opened for B {}

impl Spool {
    /// A file as it stands.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Kind::File(path.into()))
    }

    /// Reads a pipe to its end and keeps it: up to [`IN_MEMORY`] bytes in memory, more in a file without a name in the
    /// system's directory for temporary files.
    ///
    /// # Errors
    /// What the pipe says; and what the directory for temporary files says, a full disk above all.
    pub fn of(mut pipe: impl Read) -> io::Result<Self> {
        let mut head = Vec::new();
        pipe.by_ref().take(IN_MEMORY as u64).read_to_end(&mut head)?;
        if head.len() < IN_MEMORY {
            return Ok(Self(Kind::Memory(head.into())));
        }
        let mut file = tempfile::tempfile().map_err(|error| kept(&error))?;
        while !head.is_empty() {
            file.write_all(&head).map_err(|error| kept(&error))?;
            head.clear();
            pipe.by_ref().take(IN_MEMORY as u64).read_to_end(&mut head)?;
        }
        Ok(Self(Kind::Temporary(Arc::new(Mutex::new(file)))))
    }

    /// Opens it at its beginning.
    ///
    /// # Errors
    /// What the system says of the file.
    pub fn open(&self) -> io::Result<Box<dyn Opened>> {
        Ok(match &self.0 {
            Kind::File(path) => Box::new(input::open(path)?),
            Kind::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Kind::Temporary(file) => Box::new(Shared { file: Arc::clone(file), at: 0 }),
        })
    }
}

/// Somewhere to put bytes and read them again: [`IN_MEMORY`] of them in memory, more in a file without a name.
pub fn scratch() -> impl Read + Write + Seek + Send + use<> {
    tempfile::spooled_tempfile(IN_MEMORY)
}

/// Bytes that wait for their place in a file without a name, which goes when nobody asks for them.
#[derive(Debug)]
pub struct Aside(BufWriter<File>);

impl Aside {
    /// Begins it in the system's directory for temporary files.
    ///
    /// # Errors
    /// What the system says.
    pub fn create() -> io::Result<Self> {
        tempfile::tempfile().map(BufWriter::new).map(Self)
    }

    /// Puts the bytes in their place, as a whole.
    ///
    /// # Errors
    /// What the system says; then nothing has changed there.
    pub fn take_place(self, path: &Path) -> io::Result<()> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        let mut output = Output::create(path)?;
        io::copy(&mut file, &mut output)?;
        output.commit()
    }
}

impl Write for Aside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What went wrong while a pipe was kept, for somebody who never heard of a file there.
fn kept(error: &io::Error) -> io::Error {
    let variable = if cfg!(windows) { "TEMP" } else { "TMPDIR" };
    let why = format!("it cannot be kept in the directory for temporary files ({variable} chooses another): {error}");
    io::Error::new(error.kind(), why)
}

/// A place of its own in a file that several read.
struct Shared {
    file: Arc<Mutex<File>>,
    at: u64,
}

impl Read for Shared {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.at))?;
        let count = file.read(into)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // The file's own place is wherever the last reader left it.
        if let SeekFrom::Current(_) = to {
            file.seek(SeekFrom::Start(self.at))?;
        }
        self.at = file.seek(to)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(spool: &Spool) -> Vec<u8> {
        let mut bytes = Vec::new();
        spool.open().unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_pipe_is_read_again_and_again_however_long_it_is() {
        for length in [0, 1, IN_MEMORY - 1, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY + 7] {
            let bytes: Vec<u8> = (0..length).map(|at| (at / 7) as u8).collect();
            let spool = Spool::of(bytes.as_slice()).unwrap();
            assert_eq!(matches!(spool.0, Kind::Memory(_)), length < IN_MEMORY, "{length}");
            assert!(all(&spool) == bytes && all(&spool.clone()) == bytes, "{length}");
        }
    }

    #[test]
    fn two_readers_do_not_disturb_each_other() {
        let bytes: Vec<u8> = (0..2 * IN_MEMORY).map(|at| (at % 251) as u8).collect();
        let spool = Spool::of(bytes.as_slice()).unwrap();
        let (mut one, mut other) = (spool.open().unwrap(), spool.open().unwrap());
        let (mut of_one, mut of_other) = ([0; 10], [0; 10]);
        one.read_exact(&mut of_one).unwrap();
        other.seek(SeekFrom::End(-10)).unwrap();
        other.read_exact(&mut of_other).unwrap();
        assert_eq!(of_other, bytes[bytes.len() - 10..]);
        one.seek(SeekFrom::Current(5)).unwrap();
        one.read_exact(&mut of_one).unwrap();
        assert_eq!(of_one, bytes[15..25]);
    }

    #[test]
    fn a_pipe_that_breaks_says_so() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
        assert_eq!(Spool::of(Broken).unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    }
}
