//! Zip archives: their members' names, and one member's bytes at a time. Nothing is ever unpacked onto the disk, so that
//! a member's path is nothing but a name.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};

use flate2::Crc;
use flate2::read::DeflateDecoder;
use zip::read::{Config, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, ZipReadOptions};

use crate::disk::spool::{Opened, Spool};

/// How many members an archive may have.
pub const MAX_MEMBERS: usize = 1_000_000;

/// What a member may unpack to whatever its packed size is.
pub const FREE: u64 = 16 * 1024 * 1024;

/// How many bytes beyond [`FREE`] one packed byte may unpack to. Address books come to 20 at the utmost; deflate can
/// do 1032, of which archives that are made to do harm make use.
pub const MAX_RATIO: u64 = 200;

/// What nothing at all is packed to by deflate (RFC 1951, 3.2.6): one block that ends where it begins.
const PACKED_NOTHING: u64 = 2;

/// Whether a file that begins so is a zip archive; spreadsheets are.
pub fn begins(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06")
}

/// A zip archive's table of contents.
#[derive(Debug, Default)]
pub struct Archive {
    /// The members that were asked for, in the archive's order: name, and the member or why it cannot be read.
    pub members: Vec<(String, Result<Member, String>)>,
    /// The names of all others, directories aside; the first [`NAMES_KEPT`] of them.
    pub others: Vec<String>,
    /// How many others there are.
    pub other_count: usize,
    /// Why there may be more members than these: the table of contents is damaged.
    pub damage: Option<String>,
}

/// How many names of members that nobody asked for are kept.
pub const NAMES_KEPT: usize = 1000;

/// A file in an archive.
#[derive(Debug, Clone)]
pub struct Member {
    archive: Spool,
    start: u64,
    packed: u64,
    size: u64,
    crc: u32,
    deflated: bool,
}

impl Archive {
    /// Reads an archive's table of contents; `wanted` says which names it is about.
    ///
    /// # Errors
    /// What the system says, or that there is no such table: the file is no zip archive, or it was cut off.
    pub fn list(archive: &Spool, wanted: impl Fn(&str) -> bool) -> io::Result<Self> {
        let mut iterable = ZipIterable::try_new(BufReader::new(archive.open()?), Config::default()).map_err(plain)?;
        let mut bytes = BufReader::new(archive.open()?);
        let mut list = Self::default();
        for entry in iterable.files().map_err(plain)? {
            match entry {
                Ok(_) if list.members.len() + list.other_count >= MAX_MEMBERS => {
                    list.damage = Some(format!("it has more than {MAX_MEMBERS} members; the first of them are read"));
                    break;
                }
                Ok(entry) if entry.is_dir() => {}
                Ok(entry) => list.add(entry, archive, &mut bytes, &wanted),
                Err(error) => list.damage = Some(why(&error)),
            }
        }
        list.refuse_overlaps();
        Ok(list)
    }

    fn add(
        &mut self,
        entry: ZipFileEntry<'static>,
        archive: &Spool,
        bytes: &mut (impl Read + Seek),
        wanted: &impl Fn(&str) -> bool,
    ) {
        let name = entry.name().map_or_else(|_| String::from_utf8_lossy(entry.name_raw()).into_owned(), Into::into);
        let name = name.replace('\\', "/");
        if wanted(&name) {
            self.members.push((name, Member::of(entry, archive, bytes)));
            return;
        }
        self.other_count += 1;
        if self.others.len() < NAMES_KEPT {
            self.others.push(name);
        }
    }

    /// Members that share their bytes are no accident: a small archive can thus unpack to any size.
    fn refuse_overlaps(&mut self) {
        let mut places: Vec<(u64, usize)> = Vec::new();
        for (at, (_, member)) in self.members.iter().enumerate() {
            places.extend(member.as_ref().ok().map(|member| (member.start, at)));
        }
        places.sort_unstable();
        let mut end = 0;
        for (start, at) in places {
            let Ok(member) = &self.members[at].1 else { continue };
            let past = start.saturating_add(member.packed);
            if start < end {
                self.members[at].1 = Err("shares its bytes with another member; the archive is forged".to_owned());
            }
            end = end.max(past);
        }
    }
}

/// What is wrong with an archive or a member.
fn why(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => "the archive was cut off".to_owned(),
        error => error.to_string(),
    }
}

fn plain(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => error,
        error => io::Error::new(io::ErrorKind::InvalidData, why(&error)),
    }
}

impl Member {
    fn of(entry: ZipFileEntry<'_>, archive: &Spool, bytes: &mut (impl Read + Seek)) -> Result<Self, String> {
        if entry.encrypted() {
            return Err("is encrypted; unpack it with its password, and name the file itself".to_owned());
        }
        let deflated = match entry.compression() {
            CompressionMethod::Stored => false,
            CompressionMethod::Deflated => true,
            _ => return Err("is packed in a way that is not read; unpack it, and name the file itself".to_owned()),
        };
        let (packed, size, crc) = (entry.compressed_size(), entry.size(), entry.crc32());
        let found = entry.with_reader(bytes, ZipReadOptions::new());
        let start = found.as_ref().map(|found| found.data_start());
        match start {
            Ok(Some(start)) => Ok(Self { archive: archive.clone(), start, packed, size, crc, deflated }),
            Ok(None) => Err("is not where the archive says".to_owned()),
            Err(error) => Err(format!("cannot be found in the archive: {}", why(error))),
        }
    }

    /// Where its bytes begin in the archive, which is where no other's do.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Whether there is not a byte in it. What has more packed bytes than that takes is damaged, and says so when read.
    pub fn is_empty(&self) -> bool {
        self.size == 0 && self.packed <= PACKED_NOTHING
    }

    /// Opens it; it is unpacked as it is read.
    ///
    /// # Errors
    /// What the system says of the archive.
    pub fn open(&self) -> io::Result<impl Read + Send + use<>> {
        let mut archive = self.archive.open()?;
        archive.seek(SeekFrom::Start(self.start))?;
        let packed = archive.take(self.packed);
        let bytes = match self.deflated {
            true => Bytes::Deflated(Box::new(DeflateDecoder::new(packed))),
            false => Bytes::Stored(packed),
        };
        let most = self.packed.saturating_mul(MAX_RATIO).saturating_add(FREE);
        Ok(Unpacked { bytes, crc: Crc::new(), given: 0, size: self.size, most, wanted: self.crc })
    }
}

/// A member's bytes, checked as they go by.
struct Unpacked {
    bytes: Bytes,
    crc: Crc,
    given: u64,
    /// What the archive says of it: its size, and its checksum.
    size: u64,
    wanted: u32,
    /// What it may have come to.
    most: u64,
}

enum Bytes {
    Stored(Take<Box<dyn Opened>>),
    Deflated(Box<DeflateDecoder<Take<Box<dyn Opened>>>>),
}

impl Read for Unpacked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let damaged = |what: &str| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        let count = match &mut self.bytes {
            Bytes::Stored(bytes) => bytes.read(into)?,
            Bytes::Deflated(bytes) => bytes.read(into)?,
        };
        self.crc.update(&into[..count]);
        self.given += count as u64;
        match () {
            () if self.given > self.most => {
                damaged("it unpacks to an absurd size and was stopped; if it is meant so, unpack it and name the file")
            }
            () if count > 0 || into.is_empty() => Ok(count),
            () if self.given != self.size || self.crc.sum() != self.wanted => {
                damaged("it is damaged: its checksum is wrong; get the archive again")
            }
            () => Ok(0),
        }
    }
}

#[cfg(test)]
mod tests;
