//! Photos that stand beside a table: files that its cells name, read on the way in and written on the way out.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::disk::album::Album;
use crate::disk::directory::Directory;
use crate::disk::names::{Names, distinct};
use crate::formats::{Encoder, Outcome, Record, photo};
use crate::model::{Contact, Field, Loss, Photo, PhotoData, Why};
use crate::pipeline::links::{is_file_name, link_of};

/// The most bytes of a picture: 4 MiB, what an Exchange mailbox takes.
const LARGEST: u64 = 4 * 1024 * 1024;

/// What a picture is called whose contact has no name.
const NAMELESS: &str = "Unnamed";

/// The photos that are named by a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PhotoFiles {
    /// Names whose picture was read.
    pub read: u64,
    /// Names whose picture is not there, or was refused; each is a loss, too.
    pub missing: u64,
    /// Names that nobody followed.
    pub named: u64,
}

/// Reads the pictures that cells name from one directory.
#[derive(Debug)]
pub struct PhotoDirectory {
    album: Album,
    read: AtomicU64,
    missing: AtomicU64,
}

impl PhotoDirectory {
    /// Opens the directory.
    ///
    /// # Errors
    /// What the system says: not there, no directory.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { album: Album::open(path)?, read: AtomicU64::new(0), missing: AtomicU64::new(0) })
    }

    /// Puts the picture in the place of its name; where there is none, the name is a loss.
    pub(super) fn attach(&self, record: &mut Record) {
        let Outcome::Contact(contact) = &mut record.outcome else { return };
        let Some(name) = link_of(contact).filter(|link| is_file_name(link)).map(str::to_owned) else { return };
        let picture = self.album.picture(&name, LARGEST).map_err(|refusal| refusal.to_string());
        let known = picture.and_then(|bytes| match photo::kind_of(&bytes) {
            Some(kind) => Ok(Photo { data: PhotoData::Bytes(bytes), kind: Some(kind) }),
            None => Err("it is no picture of a known kind".to_owned()),
        });
        let count = if known.is_ok() { &self.read } else { &self.missing };
        count.fetch_add(1, Ordering::Relaxed);
        contact.photo = match known {
            Ok(photo) => Some(photo),
            Err(why) => {
                record.losses.push(Loss::new(Field::Photo, format!("{name} ({why})"), Why::NotInInput));
                None
            }
        };
    }

    /// Adds what was read and what was not since the last time.
    pub(super) fn count(&self, into: &mut PhotoFiles) {
        into.read += self.read.swap(0, Ordering::Relaxed);
        into.missing += self.missing.swap(0, Ordering::Relaxed);
    }
}

/// A directory that pictures are written into while a table names them.
#[derive(Debug, Clone)]
pub struct PhotoShelf(Arc<Mutex<Shelf>>);

#[derive(Debug)]
struct Shelf {
    directory: Directory,
    written: u64,
    /// What went wrong first.
    error: Option<io::Error>,
}

impl PhotoShelf {
    /// Begins the directory; it takes its place with [`commit`](Self::commit).
    ///
    /// # Errors
    /// What the system says, and what stands in the place that is not replaced.
    pub fn create(path: &Path) -> io::Result<Self> {
        let directory = Directory::create(path, Names::new("", NAMELESS))?;
        Ok(Self(Arc::new(Mutex::new(Shelf { directory, written: 0, error: None }))))
    }

    /// What is written so far.
    pub fn temporary(&self) -> PathBuf {
        self.with(|shelf| shelf.directory.temporary().to_owned())
    }

    /// An encoder that writes contacts' pictures here, and in the contacts the names of the files.
    pub fn beside(&self, encoder: Box<dyn Encoder>) -> Box<dyn Encoder> {
        Box::new(Beside { encoder, shelf: self.clone() })
    }

    /// Puts the directory in its place; how many pictures it has.
    ///
    /// # Errors
    /// What went wrong first: then nothing has changed in the place.
    pub fn commit(self) -> io::Result<u64> {
        let Some(shelf) = Arc::into_inner(self.0) else {
            return Err(io::Error::other("the pictures are still being written"));
        };
        let Shelf { directory, written, error } = shelf.into_inner().unwrap_or_else(PoisonError::into_inner);
        error.map_or_else(|| directory.commit(), Err)?;
        Ok(written)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Shelf) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Writes the picture of a contact; none without one. The name is made of the contact's and the picture's content, so
    /// that it is the same in whatever order contacts come.
    fn put(&self, contact: &Contact) -> Option<Result<String, Loss>> {
        let photo = contact.photo.as_ref()?;
        let bytes = photo::bytes(photo)?;
        let (called, digest) = (contact.display_name(), Sha256::digest(&bytes));
        let print = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect::<String>();
        let ending = photo::kind(photo).map_or(String::new(), |kind| format!(".{}", photo::file_ending(kind)));
        let name = distinct(&called, NAMELESS, &format!("-{print}"), &ending);
        let put = self.with(|shelf| {
            let put = shelf.directory.put(&name, &bytes);
            let (written, done) = (put.as_ref().is_ok_and(|new| *new), put.is_ok());
            shelf.written += u64::from(written);
            if let Err(error) = put {
                shelf.error.get_or_insert(error);
            }
            done
        });
        Some(if put { Ok(name) } else { Err(Loss::new(Field::Photo, name, Why::NoPlace)) })
    }
}

/// An encoder of contacts whose pictures stand in files.
struct Beside {
    encoder: Box<dyn Encoder>,
    shelf: PhotoShelf,
}

impl Encoder for Beside {
    fn opening(&mut self, into: &mut Vec<u8>) {
        self.encoder.opening(into);
    }

    fn encode(&mut self, contact: &Contact, into: &mut Vec<u8>) -> Vec<Loss> {
        match self.shelf.put(contact) {
            None => self.encoder.encode(contact, into),
            Some(put) => {
                let (link, loss) = (put.as_ref().ok().cloned(), put.err());
                let photo = link.map(|link| Photo { data: PhotoData::Link(link), kind: None });
                let named = Contact { photo, ..contact.clone() };
                let mut losses = self.encoder.encode(&named, into);
                losses.extend(loss);
                losses
            }
        }
    }

    fn another(&self) -> Box<dyn Encoder> {
        self.shelf.beside(self.encoder.another())
    }
}
