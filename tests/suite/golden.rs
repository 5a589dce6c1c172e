//! Files under tests/golden: what the program should say, checked by eye once. `CARDFERRY_BLESS=1` writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

use pretty_assertions::assert_eq;

/// Where a golden file is.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Holds a text against a golden file.
pub(crate) fn check(name: &str, text: &str) {
    let path = path(name);
    if std::env::var_os("CARDFERRY_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(golden, text, "{} differs; if that is right, run again with CARDFERRY_BLESS=1", path.display());
}
