//! Holds the walls of the house: which room may import which, and which crate lives where.

use std::fs;
use std::path::{Path, PathBuf};

/// Room, and the rooms it may import.
const ROOMS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("formats", &["model"]),
    ("remote", &["model", "formats"]),
    ("disk", &[]),
    ("pipeline", &["model", "formats", "remote", "disk"]),
    ("sandbox", &["disk"]),
    ("cli", &["model", "formats", "remote", "disk", "pipeline", "sandbox"]),
];

/// Crate, and the places that may name it.
const HOMES: &[(&str, &[&str])] = &[
    ("reqwest", &["remote/http.rs", "remote/http/"]),
    ("hyper", &["sandbox/serve"]),
    ("hyper_util", &["sandbox/serve"]),
    ("rcgen", &["sandbox/serve"]),
    ("tokio_rustls", &["sandbox/serve"]),
    ("rusqlite", &["disk/", "pipeline/ledger", "sandbox/store"]),
    ("zip", &["disk/"]),
    ("flate2", &["disk/"]),
    ("calamine", &[]),
    ("quick_xml", &["formats/sheet/"]),
    ("rust_xlsxwriter", &["formats/sheet/"]),
    ("image", &["formats/photo/"]),
    ("clap", &["cli/"]),
    ("toml", &["formats/table/map/", "sandbox/faults/"]),
    ("regex", &["formats/table/map/"]),
    ("unicode_width", &["cli/"]),
    ("anyhow", &["cli/"]),
    ("indicatif", &["cli/"]),
];

#[test]
fn each_room_imports_only_what_it_may() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some((room, allowed)) = ROOMS.iter().find(|(room, _)| path.starts_with(&format!("{room}/"))) else {
            continue;
        };
        for (number, line) in code_lines(&text) {
            for (other, _) in ROOMS {
                let named =
                    line.contains(&format!("crate::{other}::")) || line.contains(&format!("cardferry::{other}::"));
                if named && other != room && !allowed.contains(other) {
                    wrong.push(format!("{path}:{number}: {room} may not import {other}: {}", line.trim()));
                }
            }
            if line.contains("use crate::{") || line.contains("use super::super::super") {
                wrong.push(format!("{path}:{number}: name the room in the use line: {}", line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_crate_stays_at_home() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (number, line) in code_lines(&text) {
            for (name, homes) in HOMES {
                let named = line.contains(&format!("{name}::")) || line.trim() == format!("use {name};");
                if named && !homes.iter().any(|home| path.starts_with(home)) {
                    wrong.push(format!("{path}:{number}: {name} belongs in {homes:?}: {}", line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_file_is_in_a_room() {
    for (path, _) in sources() {
        let in_room = ROOMS.iter().any(|(room, _)| path.starts_with(&format!("{room}/")));
        assert!(in_room || path == "lib.rs" || path == "main.rs", "src/{path} stands in no room");
    }
}

/// Every source file: its path below `src` with forward slashes, and its text.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = vec![root.clone()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(found.len() > 10, "the walk over src found only {} files", found.len());
    found
}

/// The lines that are code, with their numbers.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}
