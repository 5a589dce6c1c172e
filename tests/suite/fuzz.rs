//! The fuzz targets as they stand, built by the suite's own compiler and run over the samples. A fuzzer wants another
//! compiler and hours; a target that no longer builds would find nothing for as long as nobody looks.
#![allow(unused_attributes, reason = "`no_main` is for the crate that a target is to the fuzzer")]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../fuzz/targets/csv_detect.rs"]
mod csv_detect;
#[path = "../fuzz/targets/csv_read.rs"]
mod csv_read;
#[path = "../fuzz/targets/odata_request.rs"]
mod odata_request;
#[cfg(feature = "sheet")]
#[path = "../fuzz/targets/sheet_read.rs"]
mod sheet_read;
#[path = "../fuzz/targets/vcard_read.rs"]
mod vcard_read;
#[path = "../fuzz/targets/vcard_roundtrip.rs"]
mod vcard_roundtrip;

/// What stands in for the fuzzer's macro: it makes a target a function.
macro_rules! fuzz_target {
    (|$bytes:ident: &[u8]| $body:block) => {
        pub(crate) fn run($bytes: &[u8]) $body
    };
}
pub(crate) use fuzz_target;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder.
fn paths(folder: &str) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.is_file());
    paths.sort();
    paths
}

/// Runs a target over the files of some folders, which it panics at if a law does not hold.
fn over(folders: &[&str], target: fn(&[u8])) {
    let paths: Vec<_> = folders.iter().flat_map(|folder| paths(folder)).collect();
    assert!(!paths.is_empty());
    paths.iter().for_each(|path| target(&fs::read(path).unwrap()));
}

#[test]
fn every_target_is_here_and_known_to_the_fuzzer() {
    let (suite, manifest) = (include_str!("fuzz.rs"), include_str!("../fuzz/Cargo.toml"));
    let targets = paths("tests/fuzz/targets");
    assert!(targets.len() >= 5);
    for target in targets {
        let file = target.file_name().unwrap().to_str().unwrap();
        assert!(suite.contains(&format!("#[path = \"../fuzz/targets/{file}\"]")), "{file}");
        assert!(manifest.contains(&format!("path = \"targets/{file}\"")), "{file}");
    }
}

#[test]
fn the_targets_of_cards_hold_for_the_samples() {
    over(&["samples/vcard"], vcard_read::run);
    over(&["samples/vcard"], vcard_roundtrip::run);
}

#[test]
fn the_targets_of_tables_hold_for_the_samples() {
    over(&["samples/csv", "samples/dialects"], csv_detect::run);
    over(&["samples/csv"], csv_read::run);
}

#[test]
fn the_target_of_requests_holds_for_some() {
    for text in
        ["/v1.0/me/contacts?$top=3", "/api/v2.0/me/contacts('{contact}')?$expand=Extensions", "/v1.0/\u{e9}?$filter=("]
    {
        odata_request::run(text.as_bytes());
    }
}

#[cfg(feature = "sheet")]
#[test]
fn the_target_of_workbooks_holds_for_one_of_each_kind() {
    let xls = fs::read(root().join("samples/sheet/members.xls")).unwrap();
    let row = "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row><row><c t=\"s\"><v>2</v></c><c><v>29313</v></c></row>";
    let xlsx = format!("<sheetData>{row}</sheetData>");
    let html = "<table><tr><th>First Name<th>Birthday</tr><tr><td>Ann<td>1980-04-02</tr></table>";
    let books = [(0, xls.as_slice()), (1, b"<office:spreadsheet/>"), (2, html.as_bytes()), (3, xlsx.as_bytes())];
    books.iter().for_each(|(way, book)| sheet_read::run(&[&[*way], *book].concat()));
}
