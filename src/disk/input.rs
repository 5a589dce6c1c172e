//! Files to read, and the directories they stand in.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

/// How deep directories are gone into. A tree deeper than this is a mistake, a link in disguise above all.
pub const MAX_DEPTH: usize = 64;

/// How many files a directory may stand for, those of other kinds counted too.
pub const MAX_FILES: usize = 1_000_000;

/// Opens a file for reading.
///
/// # Errors
/// What the system says: not there, no permission, a directory.
pub fn open(path: &Path) -> io::Result<impl Read + Seek + Send + use<>> {
    if look(path)? == There::Directory {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
    }
    File::open(path)
}

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum There {
    /// A directory.
    Directory,
    /// A file, which can be read as often as one likes.
    File,
    /// What gives its bytes only once: a pipe, a device.
    Stream,
}

/// Looks what stands at a path, without opening it.
///
/// # Errors
/// What the system says: nothing is there, or it may not be looked at.
pub fn look(path: &Path) -> io::Result<There> {
    let there = std::fs::metadata(path)?;
    Ok(match () {
        () if there.is_dir() => There::Directory,
        () if there.is_file() => There::File,
        () => There::Stream,
    })
}

/// Whether a file is there without a byte in it.
pub fn is_empty(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|there| there.is_file() && there.len() == 0)
}

/// What a directory and those in it hold.
#[derive(Debug, Default)]
pub struct Tree {
    /// The files, in the order of their names, those of a directory where its name stands among them.
    pub files: Vec<PathBuf>,
    /// Directories that could not be listed, or that are beyond the limits, and why.
    pub unread: Vec<(PathBuf, io::Error)>,
    /// Links to directories, which are not followed: they may lead anywhere, and back.
    pub links: usize,
    /// Pipes, sockets and devices, which are not opened: they may never end.
    pub streams: usize,
}

/// All files in a directory and in those below it. Hidden ones are left out, and whatever is neither file nor directory
/// is counted.
pub fn files_below(directory: &Path) -> Tree {
    let mut tree = Tree::default();
    gather(directory, 0, &mut tree);
    tree
}

fn gather(directory: &Path, depth: usize, tree: &mut Tree) {
    let beyond = |what: String| io::Error::new(io::ErrorKind::Unsupported, what);
    if depth > MAX_DEPTH {
        let what = format!("is more than {MAX_DEPTH} directories deep; name the directory that is meant");
        return tree.unread.push((directory.to_owned(), beyond(what)));
    }
    let paths = match names_in(directory) {
        Ok(paths) => paths,
        Err(error) => return tree.unread.push((directory.to_owned(), error)),
    };
    for path in paths {
        if tree.files.len() >= MAX_FILES {
            let what = format!("there are more than {MAX_FILES} files; name the directories in it one by one");
            return tree.unread.push((path, beyond(what)));
        }
        let is_link = std::fs::symlink_metadata(&path).is_ok_and(|there| there.is_symlink());
        match look(&path) {
            Ok(There::Directory) if is_link => tree.links += 1,
            Ok(There::Directory) => gather(&path, depth + 1, tree),
            // What cannot be looked at says so when it is opened.
            Ok(There::File) | Err(_) => tree.files.push(path),
            Ok(There::Stream) => tree.streams += 1,
        }
    }
}

/// What stands right in a directory and is not hidden, sorted by name.
fn names_in(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory with these files, each in the directories that its name says.
    fn stage(names: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for name in names {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        directory
    }

    fn names(tree: &Tree, directory: &Path) -> Vec<String> {
        let name = |file: &PathBuf| file.strip_prefix(directory).unwrap().to_string_lossy().replace('\\', "/");
        tree.files.iter().map(name).collect()
    }

    #[test]
    fn a_directory_is_listed_in_order_and_to_its_depth_without_what_is_hidden() {
        let directory = stage(&["b.vcf", "a.vcf", ".hidden", "b/z.vcf", "b/a/a.vcf", ".git/x.vcf", "c/d.csv"]);
        let tree = files_below(directory.path());
        assert_eq!(names(&tree, directory.path()), ["a.vcf", "b/a/a.vcf", "b/z.vcf", "b.vcf", "c/d.csv"]);
        assert!(tree.unread.is_empty() && tree.links == 0);
        let error = open(directory.path()).map(drop).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }

    #[test]
    fn a_tree_without_end_ends() {
        let deep = vec!["d"; MAX_DEPTH + 1].join("/") + "/x.vcf";
        let directory = stage(&["a.vcf", &deep]);
        let tree = files_below(directory.path());
        assert_eq!(names(&tree, directory.path()), ["a.vcf"]);
        assert_eq!(tree.unread.len(), 1);
        assert!(tree.unread[0].1.to_string().contains("64 directories deep"));
    }

    #[cfg(unix)]
    #[test]
    fn linked_files_are_files_and_linked_directories_are_left_out() {
        let directory = stage(&["a.vcf", "d/b.vcf"]);
        let link = |to: &str, name: &str| {
            std::os::unix::fs::symlink(directory.path().join(to), directory.path().join(name)).unwrap();
        };
        link("a.vcf", "link.vcf");
        link("d", "loop");
        link(".", "d/up");
        link("nowhere", "broken.vcf");
        let tree = files_below(directory.path());
        assert_eq!(names(&tree, directory.path()), ["a.vcf", "broken.vcf", "d/b.vcf", "link.vcf"]);
        assert_eq!(tree.links, 2);
    }
}
