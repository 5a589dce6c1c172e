//! OLE compound files, which XLS files are, and encrypted workbooks, Word documents and Outlook messages too ([MS-CFB]).
//!
//! A file of these is a small file system: sectors of one size, a table (FAT) that chains them, a directory. Nothing is
//! read that the file's own length does not cover, and no chain is followed further than there are sectors.

use std::io::{self, Read, Seek, SeekFrom};

/// How such a file begins.
const MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Sector numbers from here on are none.
const NO_SECTOR: u32 = 0xffff_fffa;

/// Streams shorter than this stand in the stream of small ones, in sectors of [`MINI`] bytes.
const SMALL: u64 = 4096;
const MINI: u64 = 64;

/// More entries than this no directory of a workbook has.
const MAX_ENTRIES: usize = 65_536;

/// What a compound file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// An XLS workbook.
    Workbook,
    /// An Office file, a new one as a rule, that a password protects.
    Encrypted,
    /// An Outlook message.
    Message,
    /// Something else: a Word document, an installer.
    Other,
}

/// What a compound file is, by the names in its directory.
///
/// # Errors
/// What is wrong with it.
pub fn contents(input: impl Read + Seek) -> Result<Contents, String> {
    let file = Compound::open(input).map_err(|error| error.to_string())?;
    let has = |name: &str| file.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name));
    Ok(match () {
        () if has("EncryptedPackage") => Contents::Encrypted,
        () if has("Workbook") || has("Book") => Contents::Workbook,
        () if has("__properties_version1.0") => Contents::Message,
        () => Contents::Other,
    })
}

/// A compound file.
pub(super) struct Compound<R> {
    input: R,
    sector: u64,
    /// How many sectors the file has.
    sectors: u32,
    fat: Vec<u32>,
    entries: Vec<Entry>,
    /// Where the table of the small sectors begins.
    mini_fat: u32,
}

/// An entry of the directory.
struct Entry {
    name: String,
    start: u32,
    size: u64,
}

impl<R: Read + Seek> Compound<R> {
    /// Reads header, table and directory.
    pub(super) fn open(mut input: R) -> io::Result<Self> {
        let length = input.seek(SeekFrom::End(0))?;
        input.seek(SeekFrom::Start(0))?;
        let mut header = [0; 512];
        input.read_exact(&mut header).map_err(|_| damaged("its header is cut off"))?;
        let sector = match u16_at(&header, 30) {
            9 => 512,
            12 => 4096,
            _ => return Err(damaged("its sectors have no known size")),
        };
        if !header.starts_with(MAGIC) {
            return Err(damaged("it does not begin as such a file"));
        }
        // The last sector may be cut short.
        let sectors = u32::try_from((length.saturating_sub(sector)).div_ceil(sector)).unwrap_or(NO_SECTOR);
        let (fat, entries, mini_fat) = (Vec::new(), Vec::new(), u32_at(&header, 60));
        let mut file = Compound { input, sector, sectors, fat, entries, mini_fat };
        file.read_fat(&header)?;
        let directory = file.chain(u32_at(&header, 48))?;
        for at in directory {
            let entries = file.read_sector(at)?;
            file.entries.extend(entries.chunks_exact(128).filter_map(Entry::of));
            if file.entries.len() > MAX_ENTRIES {
                return Err(damaged("its directory is too long"));
            }
        }
        Ok(file)
    }

    /// The table of chains: its sectors are named in the header, and in a chain of their own.
    fn read_fat(&mut self, header: &[u8; 512]) -> io::Result<()> {
        let mut parts: Vec<u32> = (0..109).map(|at| u32_at(header, 76 + 4 * at)).collect();
        let (mut next, mut steps) = (u32_at(header, 68), 0);
        while next < NO_SECTOR {
            steps += 1;
            if steps > self.sectors {
                return Err(damaged("its table of sectors runs in a circle"));
            }
            let sector = self.read_sector(next)?;
            let last = sector.len() - 4;
            parts.extend((0..last / 4).map(|at| u32_at(&sector, 4 * at)));
            next = u32_at(&sector, last);
        }
        for part in parts.into_iter().filter(|part| *part < NO_SECTOR) {
            if self.fat.len() >= self.sectors as usize {
                break;
            }
            let sector = self.read_sector(part)?;
            self.fat.extend((0..sector.len() / 4).map(|at| u32_at(&sector, 4 * at)));
        }
        Ok(())
    }

    /// A sector; what the file does not reach to is zero.
    fn read_sector(&mut self, at: u32) -> io::Result<Vec<u8>> {
        if at >= self.sectors {
            return Err(damaged("it is cut off, or a chain of its sectors leads nowhere"));
        }
        self.input.seek(SeekFrom::Start((u64::from(at) + 1) * self.sector))?;
        let mut sector = Vec::with_capacity(self.sector as usize);
        self.input.by_ref().take(self.sector).read_to_end(&mut sector)?;
        sector.resize(self.sector as usize, 0);
        Ok(sector)
    }

    /// The sectors of a chain, in their order.
    fn chain(&self, start: u32) -> io::Result<Vec<u32>> {
        let (mut chain, mut next) = (Vec::new(), start);
        while next < NO_SECTOR {
            if chain.len() > self.fat.len() {
                return Err(damaged("a chain of its sectors runs in a circle"));
            }
            chain.push(next);
            let following = self.fat.get(next as usize).copied();
            next = following.ok_or_else(|| damaged("a chain of its sectors leads nowhere"))?;
        }
        Ok(chain)
    }

    /// The stream of a name; none if there is none.
    pub(super) fn stream(mut self, name: &str) -> io::Result<Option<Stream<R>>> {
        let named = |entry: &&Entry| entry.name.eq_ignore_ascii_case(name);
        let Some((start, size)) = self.entries.iter().find(named).map(|entry| (entry.start, entry.size)) else {
            return Ok(None);
        };
        let (chain, unit) = if size >= SMALL {
            (self.chain(start)?.into_iter().map(|at| (u64::from(at) + 1) * self.sector).collect(), self.sector)
        } else {
            (self.small_chain(start)?, MINI)
        };
        let whole = (chain.len() as u64).saturating_mul(unit);
        if whole < size {
            return Err(damaged("it is cut off"));
        }
        Ok(Some(Stream { input: self.input, places: chain, unit, size, at: 0 }))
    }

    /// Where the small sectors of a short stream stand in the file.
    fn small_chain(&mut self, start: u32) -> io::Result<Vec<u64>> {
        let container = match self.entries.first().map(|root| root.start) {
            Some(root) => self.chain(root)?,
            None => Vec::new(),
        };
        let mut table = Vec::new();
        for at in self.chain(self.mini_fat)? {
            let sector = self.read_sector(at)?;
            table.extend((0..sector.len() / 4).map(|at| u32_at(&sector, 4 * at)));
        }
        let (mut places, mut next) = (Vec::new(), start);
        while next < NO_SECTOR && (places.len() as u64) < SMALL / MINI {
            let offset = u64::from(next) * MINI;
            let sector = container.get((offset / self.sector) as usize);
            let sector = sector.ok_or_else(|| damaged("a chain of its sectors leads nowhere"))?;
            places.push((u64::from(*sector) + 1) * self.sector + offset % self.sector);
            next = table.get(next as usize).copied().unwrap_or(NO_SECTOR);
        }
        Ok(places)
    }
}

impl Entry {
    fn of(bytes: &[u8]) -> Option<Self> {
        let length = usize::from(u16_at(bytes, 64)).checked_sub(2).filter(|length| *length <= 62)?;
        let units: Vec<u16> = (0..length / 2).map(|at| u16_at(bytes, 2 * at)).collect();
        Some(Entry {
            name: String::from_utf16_lossy(&units),
            start: u32_at(bytes, 116),
            size: u64::from(u32_at(bytes, 120)),
        })
    }
}

/// A stream of a compound file.
pub(super) struct Stream<R> {
    input: R,
    /// Where its pieces stand in the file, and how long each is.
    places: Vec<u64>,
    unit: u64,
    size: u64,
    at: u64,
}

impl<R: Read + Seek> Stream<R> {
    /// Goes to a place in it.
    pub(super) fn go_to(&mut self, at: u64) {
        self.at = at;
    }
}

impl<R: Read + Seek> Read for Stream<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let within = self.at % self.unit;
        let left = (self.unit - within).min(self.size.saturating_sub(self.at));
        let (Some(place), 1..) = (self.places.get((self.at / self.unit) as usize), left) else { return Ok(0) };
        self.input.seek(SeekFrom::Start(place + within))?;
        let most = into.len().min(left as usize);
        let count = self.input.read(&mut into[..most])?;
        self.at += count as u64;
        Ok(count)
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// A little-endian number; zero where the bytes end.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes)
}

/// A little-endian number; zero where the bytes end.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
}
