//! Files to read.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Opens a file for reading.
///
/// # Errors
/// What the system says: not there, no permission, a directory.
pub fn open(path: &Path) -> io::Result<impl Read + use<>> {
    if look(path)? == There::Directory {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
    }
    std::fs::File::open(path)
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum There {
    /// A directory.
    Directory,
    /// A file, or something that is read like one: a pipe, a device.
    File,
}

/// Looks what stands at a path, without opening it.
///
/// # Errors
/// What the system says: nothing is there, or it may not be looked at.
pub fn look(path: &Path) -> io::Result<There> {
    let there = std::fs::metadata(path)?;
    Ok(if there.is_dir() { There::Directory } else { There::File })
}

/// The files right in a directory, sorted by name; directories in it and hidden files are left out.
///
/// # Errors
/// What the system says.
pub fn files_in(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if path.is_file() && !hidden {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_listed_in_order_without_what_is_hidden() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["b.vcf", "a.vcf", ".hidden"] {
            let mut file = crate::disk::output::Output::create(&directory.path().join(name)).unwrap();
            io::Write::write_all(&mut file, b"x").unwrap();
            file.commit().unwrap();
        }
        let files = files_in(directory.path()).unwrap();
        let names: Vec<_> = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.vcf", "b.vcf"]);
        let error = open(directory.path()).map(drop).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }
}
