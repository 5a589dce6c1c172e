//! A directory of files that appears whole or not at all.
//!
//! The files are written into a new directory beside the place, which is renamed into it when all are there. What the
//! place may hold before: nothing, or what an earlier run put there and nobody has changed since. A list of the files
//! with their SHA-256 (`sha256sum -c` reads it) stays in the directory and tells. So a second run replaces what the first
//! one wrote, and never a file of somebody else.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use unicode_normalization::UnicodeNormalization;

use super::names::Names;

/// The list of what was written.
const LIST: &str = ".cardferry-files";
/// What file managers leave behind; nobody misses it.
const LITTER: &[&str] = &[".DS_Store", "Thumbs.db", "desktop.ini"];

/// A directory in the making. Dropped without [`commit`](Directory::commit), it leaves no trace, and what stood there
/// before stays.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    staged: TempDir,
    list: BufWriter<File>,
    names: Names,
}

impl Directory {
    /// Begins a directory whose files are named by `names`. A link is followed: what it points at is replaced.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::DirectoryNotEmpty`] when the place holds what is not replaced, and
    /// [`io::ErrorKind::ResourceBusy`] when it cannot be taken by another directory.
    pub fn create(path: &Path, names: Names) -> io::Result<Self> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.components().collect());
        if let Some(what) = hindrance(&path) {
            let what = format!("{what}; name a new directory, in it or elsewhere");
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, what));
        }
        check(&path)?;
        let staged = beside(&path)?;
        let list = new_file(&staged.path().join(LIST))?;
        Ok(Self { path, staged, list: BufWriter::new(list), names })
    }

    /// The directory that is written so far.
    pub fn temporary(&self) -> &Path {
        self.staged.path()
    }

    /// Adds a file for something that people call `text`.
    ///
    /// # Errors
    /// What the system says.
    pub fn add(&mut self, text: &str, bytes: &[u8]) -> io::Result<()> {
        let (name, mut file) = loop {
            let name = self.names.next(text);
            match new_file(&self.staged.path().join(&name)) {
                Ok(file) => break (name, file),
                // Some file system takes even more names for the same.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        };
        file.write_all(bytes)?;
        writeln!(self.list, "{}", line(&Sha256::digest(bytes), &name))
    }

    /// Adds a file of this name, which [`distinct`](super::names::distinct) has made; false when one is there already.
    ///
    /// # Errors
    /// What the system says.
    pub fn put(&mut self, name: &str, bytes: &[u8]) -> io::Result<bool> {
        let mut file = match new_file(&self.staged.path().join(name)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            file => file?,
        };
        file.write_all(bytes)?;
        writeln!(self.list, "{}", line(&Sha256::digest(bytes), name))?;
        Ok(true)
    }

    /// Puts the directory in its place, durably.
    ///
    /// # Errors
    /// What the system says, a full disk above all; [`io::ErrorKind::DirectoryNotEmpty`] when somebody has put something
    /// there meanwhile. Then nothing has changed in the place.
    pub fn commit(self) -> io::Result<()> {
        let Self { path, staged, list, .. } = self;
        drop(list.into_inner().map_err(io::IntoInnerError::into_error)?);
        sync(staged.path())?;
        match check(&path)? {
            Before::Nothing => fs::rename(staged.path(), &path)?,
            Before::Ours => swap(staged.path(), &path)?,
        }
        // It is no longer where it was made.
        let _ = staged.keep();
        sync_directory(path.parent());
        Ok(())
    }
}

/// Puts a directory in the place of one that is there. Between the two renamings there is none: whoever pulls the plug
/// just then finds the old one beside it.
fn swap(new: &Path, place: &Path) -> io::Result<()> {
    let aside = beside(place)?;
    let old = aside.path().join("old");
    fs::rename(place, &old)?;
    let taken = fs::rename(new, place);
    if taken.is_err() && fs::rename(&old, place).is_err() {
        // Rather litter than a loss.
        let _ = aside.keep();
    }
    taken
}

/// Removes what a [`Directory`] has written so far: for a process that ends without dropping it. Should it just take its
/// place, it stays whole.
pub fn discard(temporary: &Path) {
    let doomed = temporary.with_extension("gone");
    if fs::rename(temporary, &doomed).is_ok() {
        // Whatever prevents it, there is nothing more to be done.
        let _ = fs::remove_dir_all(&doomed);
    }
}

/// Why a place cannot be taken, whatever it holds.
fn hindrance(path: &Path) -> Option<&'static str> {
    match () {
        () if is_current(path) => Some("is the current directory, which cannot be replaced while somebody is in it"),
        () if is_mount_point(path) => Some("is where a file system is mounted, which cannot be replaced"),
        // Only a link that leads nowhere is still one.
        () if path.is_symlink() => Some("is a link to what is not there"),
        () => None,
    }
}

/// Whether it is the directory that the process, and mostly a shell, is in.
fn is_current(path: &Path) -> bool {
    fs::canonicalize(".").is_ok_and(|current| current == path)
}

/// Whether another file system begins there; the topmost directory is one, too.
#[cfg(unix)]
fn is_mount_point(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let Some(parent) = path.parent() else { return path.has_root() };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    matches!((fs::metadata(path), fs::metadata(parent)), (Ok(there), Ok(above)) if there.dev() != above.dev())
        || is_mount_root(path)
}

/// Whether another file system begins there: a drive's topmost directory.
#[cfg(not(unix))]
fn is_mount_point(path: &Path) -> bool {
    path.parent().is_none()
}

/// Whether the system says that something is mounted there, be it a part of the same file system.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_mount_root(path: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let there = statx(CWD, path, AtFlags::empty(), StatxFlags::empty());
    there.is_ok_and(|there| there.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn is_mount_root(_path: &Path) -> bool {
    false
}

/// What stands in the place.
#[derive(Debug, PartialEq, Eq)]
enum Before {
    Nothing,
    /// A directory, empty or of an earlier run.
    Ours,
}

/// Whether the place may be taken.
fn check(path: &Path) -> io::Result<Before> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Before::Nothing),
        entries => entries?,
    };
    let listed = listed(path)?;
    for entry in entries {
        let entry = entry?;
        // Some systems give names back decomposed.
        let name: String = entry.file_name().to_string_lossy().nfc().collect();
        let known = name == LIST || LITTER.contains(&name.as_str());
        let unchanged = || !listed.is_empty() && is_listed(&entry.path(), &name, &listed);
        if !entry.file_type()?.is_file() || !known && !unchanged() {
            let what = format!(
                "it holds {name:?}, which no earlier run wrote, or which was changed since; name a new or an empty directory"
            );
            return Err(io::Error::new(io::ErrorKind::DirectoryNotEmpty, what));
        }
    }
    Ok(Before::Ours)
}

/// The lines of the list that an earlier run left, as hashes: there may be very many.
fn listed(directory: &Path) -> io::Result<HashSet<u128>> {
    match File::open(directory.join(LIST)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(HashSet::new()),
        list => BufReader::new(list?).lines().map(|line| Ok(print(&line?))).collect(),
    }
}

/// Whether a file is still what the list says.
fn is_listed(path: &Path, name: &str, listed: &HashSet<u128>) -> bool {
    let mut digest = Sha256::new();
    let copied = File::open(path).and_then(|mut file| io::copy(&mut file, &mut HashWriter(&mut digest)));
    copied.is_ok() && listed.contains(&print(&line(&digest.finalize(), name)))
}

/// A line of the list, as `sha256sum` has it.
fn line(digest: &[u8], name: &str) -> String {
    format!("{}  {name}", HEXLOWER.encode(digest))
}

fn print(line: &str) -> u128 {
    Sha256::digest(line.as_bytes()).iter().take(16).fold(0, |print, byte| print << 8 | u128::from(*byte))
}

/// Hashes what is written to it.
struct HashWriter<'a>(&'a mut Sha256);

impl Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that was not there.
fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// A new directory beside a place, with the permissions that an ordinary one has (or the one that is there).
fn beside(path: &Path) -> io::Result<TempDir> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // A directory that is not there is told as the system tells it, and not by the temporary one's name.
    fs::metadata(directory)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".cardferry-").suffix(".part");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let there = fs::metadata(path).map(|there| there.permissions());
        builder.permissions(there.unwrap_or_else(|_| fs::Permissions::from_mode(0o777)));
    }
    builder.tempdir_in(directory).map_err(|error| error.kind().into())
}

/// Makes what is in a directory last. Where the system can write all it holds back at once, that takes a moment, and file
/// by file it takes minutes for an address book.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn sync(directory: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(directory)?)?)
}

/// Makes what is in a directory last: the files' content first, then their names.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn sync(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        OpenOptions::new().write(true).open(entry?.path())?.sync_all()?;
    }
    sync_directory(Some(directory));
    Ok(())
}

/// Not every system can; the names are then there a little later.
fn sync_directory(directory: Option<&Path>) {
    let directory = directory.filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
}

#[cfg(test)]
mod tests;
