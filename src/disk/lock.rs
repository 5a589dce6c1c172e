//! One process for one store: an operating-system lock on a file beside it, and the address of whoever holds it.
//!
//! `<store>.lock` carries the lock and nothing else; `<store>.url` carries the holder's URL. They are two files because
//! a locked file cannot be read by others on Windows. The lock decides: the operating system frees it when its holder
//! dies, however it dies, so a URL that a killed server left behind is never believed.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// What came of trying to become the holder.
#[derive(Debug)]
pub enum Attempt {
    /// This process holds the store until the value is dropped.
    Mine(StoreLock),
    /// Another process holds it, and serves it at `url` if it announced one.
    Held {
        /// The base URL that the holder announced, without a trailing slash.
        url: Option<String>,
    },
}

/// The held lock. Dropping it withdraws the announced URL and frees the store.
#[derive(Debug)]
pub struct StoreLock {
    url_file: PathBuf,
    // Held open for the lock; the operating system frees it with the handle.
    _file: File,
}

/// Tries to become the one holder of `store`, without waiting.
///
/// # Errors
/// When the lock file cannot be opened, or the file system cannot lock.
pub fn try_hold(store: &Path) -> io::Result<Attempt> {
    let url_file = beside(store, "url");
    let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(beside(store, "lock"))?;
    match file.try_lock() {
        Ok(()) => {
            let lock = StoreLock { url_file, _file: file };
            lock.withdraw()?;
            Ok(Attempt::Mine(lock))
        }
        Err(TryLockError::WouldBlock) => Ok(Attempt::Held { url: announced(&url_file) }),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

impl StoreLock {
    /// Writes the base URL under which this process serves the store.
    ///
    /// # Errors
    /// When the file beside the store cannot be written.
    pub fn announce(&self, url: &str) -> io::Result<()> {
        // Written aside and renamed, so that a reader never sees half a URL.
        let aside = self.url_file.with_extension("url-new");
        fs::write(&aside, url)?;
        fs::rename(&aside, &self.url_file)
    }

    /// Takes the announced URL back; nothing happens when there is none.
    ///
    /// # Errors
    /// When the file exists and cannot be removed.
    pub fn withdraw(&self) -> io::Result<()> {
        match fs::remove_file(&self.url_file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for StoreLock {
    fn drop(&mut self) {
        // Whoever comes next removes a URL that could not be removed here.
        let _ = self.withdraw();
    }
}

fn announced(url_file: &Path) -> Option<String> {
    let text = fs::read_to_string(url_file).ok()?;
    let url = text.trim().trim_end_matches('/');
    (!url.is_empty()).then(|| url.to_owned())
}

/// `book.db` and `lock` make `book.db.lock`, in the same directory.
fn beside(store: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = store.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_holder_learns_the_url_and_the_third_inherits() {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join("book.db");
        let Attempt::Mine(lock) = try_hold(&store).unwrap() else { panic!("a free store was held") };
        assert!(matches!(try_hold(&store).unwrap(), Attempt::Held { url: None }));
        lock.announce("http://127.0.0.1:8080/").unwrap();
        let Attempt::Held { url } = try_hold(&store).unwrap() else { panic!("a held store was given away") };
        assert_eq!(url.as_deref(), Some("http://127.0.0.1:8080"));
        drop(lock);
        assert!(!beside(&store, "url").exists());
        assert!(matches!(try_hold(&store).unwrap(), Attempt::Mine(_)));
    }

    #[test]
    fn a_url_left_by_a_killed_holder_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join("book.db");
        fs::write(beside(&store, "url"), "http://127.0.0.1:1").unwrap();
        let Attempt::Mine(_lock) = try_hold(&store).unwrap() else { panic!("a stale URL held the store") };
        assert!(matches!(try_hold(&store).unwrap(), Attempt::Held { url: None }));
    }
}
