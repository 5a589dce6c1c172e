//! A directory of pictures that are asked for by name. No name leads out of it, whatever it says and whatever links stand
//! in the directory.

use std::collections::HashMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use unicode_normalization::UnicodeNormalization;

/// The most directories in a name, one within the other.
const MAX_PARTS: usize = 16;

/// The names of a directory with more than that are not compared without case: they would take too much memory.
const MAX_NAMES: usize = 100_000;

/// Why there is no picture of a name.
#[derive(Debug)]
pub enum Refusal {
    /// Nothing of that name is there.
    Missing,
    /// The name leads out of the directory, or a link that stands in it does.
    Outside,
    /// Several files have the name, apart from case.
    Ambiguous,
    /// The file is larger than so many bytes.
    TooLarge(u64),
    /// What the system says.
    Unreadable(io::Error),
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Missing => out.write_str("there is no such file"),
            Refusal::Outside => out.write_str("the name leads out of the directory"),
            Refusal::Ambiguous => out.write_str("several files have this name but for case"),
            Refusal::TooLarge(limit) => write!(out, "the file has more than {} MiB", limit / (1024 * 1024)),
            Refusal::Unreadable(error) => write!(out, "{error}"),
        }
    }
}

/// The names in a directory as careless people write them, each with the true one; none where there are several.
type Listing = Arc<HashMap<String, Option<PathBuf>>>;

/// A directory of pictures.
#[derive(Debug)]
pub struct Album {
    root: PathBuf,
    /// The directory that was listed last.
    listed: Mutex<Option<(PathBuf, Listing)>>,
}

impl Album {
    /// Opens a directory.
    ///
    /// # Errors
    /// What the system says: not there, no directory.
    pub fn open(path: &Path) -> io::Result<Self> {
        let root = fs::canonicalize(path)?;
        if !fs::metadata(&root)?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { root, listed: Mutex::new(None) })
    }

    /// The bytes of the file of a name, of at most so many bytes. Directories in the name may be separated by `/` or `\`;
    /// where no file has just this name, one that differs in case, or in how letters are composed, is taken.
    ///
    /// # Errors
    /// Why there is none.
    pub fn picture(&self, name: &str, limit: u64) -> Result<Vec<u8>, Refusal> {
        let path = fs::canonicalize(self.path(name)?).map_err(refusal)?;
        if !path.starts_with(&self.root) {
            return Err(Refusal::Outside);
        }
        // Opening a pipe would wait for somebody to write to it.
        if !fs::metadata(&path).map_err(refusal)?.is_file() {
            return Err(Refusal::Missing);
        }
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(refusal)?;
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(Refusal::Unreadable)?;
        if bytes.len() as u64 > limit { Err(Refusal::TooLarge(limit)) } else { Ok(bytes) }
    }

    /// Where the file of a name stands, links not followed yet.
    fn path(&self, name: &str) -> Result<PathBuf, Refusal> {
        let parts: Vec<&str> = name.trim().split(['/', '\\']).collect();
        let leads_out = |part: &&str| part.is_empty() || *part == ".." || part.contains([':', '\0']);
        if parts.len() > MAX_PARTS || parts.iter().any(leads_out) {
            return Err(Refusal::Outside);
        }
        let mut path = self.root.clone();
        for part in parts.into_iter().filter(|part| *part != ".") {
            let exact = path.join(part);
            path = if fs::symlink_metadata(&exact).is_ok() { exact } else { self.alike(&path, part)? };
        }
        Ok(path)
    }

    /// What a directory has of this name but for case.
    fn alike(&self, directory: &Path, name: &str) -> Result<PathBuf, Refusal> {
        let mut listed = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        let listing = match &*listed {
            Some((of, listing)) if of == directory => Arc::clone(listing),
            _ => {
                let listing = Arc::new(list(directory, &self.root)?);
                *listed = Some((directory.to_owned(), Arc::clone(&listing)));
                listing
            }
        };
        match listing.get(&careless(name)) {
            Some(Some(path)) => Ok(path.clone()),
            Some(None) => Err(Refusal::Ambiguous),
            None => Err(Refusal::Missing),
        }
    }
}

fn list(directory: &Path, root: &Path) -> Result<HashMap<String, Option<PathBuf>>, Refusal> {
    // A link to a directory elsewhere is not looked into.
    if !fs::canonicalize(directory).map_err(refusal)?.starts_with(root) {
        return Err(Refusal::Outside);
    }
    let mut listing = HashMap::new();
    for entry in fs::read_dir(directory).map_err(refusal)?.take(MAX_NAMES) {
        let path = entry.map_err(refusal)?.path();
        let name = path.file_name().map(|name| careless(&name.to_string_lossy())).unwrap_or_default();
        listing.entry(name).and_modify(|there| *there = None).or_insert(Some(path));
    }
    Ok(listing)
}

/// What is the same for names that differ in case, or in how letters are composed, alone.
fn careless(name: &str) -> String {
    name.nfc().flat_map(char::to_lowercase).collect()
}

fn refusal(error: io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => Refusal::Missing,
        _ => Refusal::Unreadable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stage() -> (tempfile::TempDir, Album) {
        let stage = tempfile::tempdir().unwrap();
        for (name, bytes) in [("secret.jpg", "secret"), ("in/ann.jpg", "ann"), ("in/Zo\u{eb}/B.PNG", "zoë")] {
            let path = stage.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let album = Album::open(&stage.path().join("in")).unwrap();
        (stage, album)
    }

    fn says(album: &Album, name: &str) -> String {
        match album.picture(name, 5) {
            Ok(bytes) => String::from_utf8(bytes).unwrap(),
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn names_lead_to_files_of_the_directory_alone() {
        let (stage, album) = stage();
        for (name, found) in [
            ("ann.jpg", "ann"),
            (" ANN.JPG ", "ann"),
            ("./ann.jpg", "ann"),
            ("Zoë/B.PNG", "zoë"),
            ("zoe\u{308}\\b.png", "zoë"),
            ("bob.jpg", "there is no such file"),
            ("ann.jpg/x", "there is no such file"),
            ("Zoë", "there is no such file"),
            ("../secret.jpg", "the name leads out of the directory"),
            ("Zoë/../../secret.jpg", "the name leads out of the directory"),
            ("..\\secret.jpg", "the name leads out of the directory"),
            ("C:\\secret.jpg", "the name leads out of the directory"),
            ("/etc/passwd", "the name leads out of the directory"),
            ("\\\\server\\share", "the name leads out of the directory"),
            ("", "the name leads out of the directory"),
            ("ann.jpg\0", "the name leads out of the directory"),
        ] {
            assert_eq!(says(&album, name), found, "{name:?}");
        }
        let absolute = stage.path().join("in/ann.jpg").display().to_string();
        assert_eq!(says(&album, &absolute), "the name leads out of the directory");
        assert_eq!(says(&album, &vec!["."; 17].join("/")), "the name leads out of the directory");
        assert!(Album::open(&stage.path().join("secret.jpg")).is_err());
    }

    #[test]
    fn large_files_and_ambiguous_names_are_refused() {
        let (stage, album) = stage();
        fs::write(stage.path().join("in/large.jpg"), "123456").unwrap();
        assert!(says(&album, "large.jpg").contains("more than 0 MiB"));
        fs::write(stage.path().join("in/ANN.jpg"), "other").unwrap();
        // Where case does not count, it is the same file.
        if says(&album, "ann.jpg") == "ann" {
            assert_eq!(says(&album, "Ann.jpg"), "several files have this name but for case");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_out_are_refused_and_pipes_are_no_files() {
        use std::os::unix::fs::symlink;
        let (stage, album) = stage();
        symlink(stage.path().join("secret.jpg"), stage.path().join("in/link.jpg")).unwrap();
        symlink(stage.path(), stage.path().join("in/up")).unwrap();
        symlink("ann.jpg", stage.path().join("in/alias.jpg")).unwrap();
        for name in ["link.jpg", "LINK.jpg", "up/secret.jpg", "up/SECRET.jpg"] {
            assert_eq!(says(&album, name), "the name leads out of the directory", "{name}");
        }
        assert_eq!(says(&album, "alias.jpg"), "ann");
    }
}
