//! What is measured: the program's words for each case, and the input it reads.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::inputs;
use crate::measure::{Run, measured};

/// Contacts that are imported and exported.
const IMPORTED: usize = 1_000;

/// The program run with certain words over a certain input.
pub struct Case {
    /// Its name in the table.
    pub name: &'static str,
    /// What is read; for an export, what had been imported.
    pub input: Input,
    command: Command,
    output: PathBuf,
}

/// A file to read.
#[derive(Clone)]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    making: Making,
}

/// How an input comes about.
#[derive(Clone, Copy)]
enum Making {
    There,
    Vcards { count: usize, photos: bool },
    Table { count: usize },
}

/// What the program is asked to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Command {
    Convert,
    /// Into a store without contacts, a new one in each run.
    Import,
    /// Into a store that has them all.
    ImportAgain,
    /// From a store that has them all.
    Export,
}

/// All cases over inputs of their own in a directory.
pub fn all(directory: &Path, cards: usize) -> Vec<Case> {
    let input = |name: &str, making| Input { path: directory.join(name), making };
    let plain = input("plain.vcf", Making::Vcards { count: cards, photos: false });
    let photos = input("photos.vcf", Making::Vcards { count: cards, photos: true });
    let table = input("table.csv", Making::Table { count: cards });
    let import = input("import.csv", Making::Table { count: IMPORTED });
    let case = |name, command, input: &Input, output: &str| {
        let (input, output) = (input.clone(), directory.join(output));
        Case { name, input, command, output }
    };
    vec![
        case("vcf to csv", Command::Convert, &plain, "out.csv"),
        case("csv to vcf", Command::Convert, &table, "out.vcf"),
        case("vcf to vcf", Command::Convert, &plain, "out.vcf"),
        case("vcf to vcf, photos", Command::Convert, &photos, "out.vcf"),
        case("import, new", Command::Import, &import, ""),
        case("import, again", Command::ImportAgain, &import, ""),
        case("export to vcf", Command::Export, &import, "out.vcf"),
    ]
}

/// A file of the user's own, converted to both formats.
pub fn of_file(file: &Path, directory: &Path) -> Vec<Case> {
    let input = Input { path: file.to_owned(), making: Making::There };
    let case = |name, output: &str| {
        let (input, output) = (input.clone(), directory.join(output));
        Case { name, input, command: Command::Convert, output }
    };
    vec![case("to vcf", "out.vcf"), case("to csv", "out.csv")]
}

impl Input {
    /// Makes the file, unless it is there.
    pub fn make(&self) {
        let create = || File::create(&self.path).unwrap();
        match self.making {
            _ if self.path.exists() => {}
            Making::There => panic!("{}: no such file", self.path.display()),
            Making::Vcards { count, photos } => drop(inputs::write_vcards(inputs::contacts(count, photos), create())),
            Making::Table { count } => inputs::write_table(inputs::contacts(count, false), create()),
        }
    }
}

impl Case {
    /// Measures so many runs.
    pub fn runs(&self, count: u32) -> Vec<Run> {
        let full = tempfile::tempdir().unwrap();
        let full = full.path();
        if matches!(self.command, Command::ImportAgain | Command::Export) {
            measured(&self.words(Command::Import, full));
        }
        let run = |_| match self.command {
            Command::Import => measured(&self.words(self.command, tempfile::tempdir().unwrap().path())),
            command => measured(&self.words(command, full)),
        };
        let runs: Vec<_> = (0..count).map(run).collect();
        if !matches!(self.input.making, Making::There) {
            runs.iter().for_each(|run| self.check(run));
        }
        runs
    }

    /// Whether it reads and writes record by record, so that its peak memory has a goal.
    pub fn streams(&self) -> bool {
        self.command == Command::Convert
    }

    /// The bytes that go through: those read, for an export those written.
    pub fn bytes(&self) -> u64 {
        let path = if self.command == Command::Export { &self.output } else { &self.input.path };
        fs::metadata(path).unwrap().len()
    }

    fn words(&self, command: Command, store: &Path) -> Vec<OsString> {
        let input = || self.input.path.clone().into_os_string();
        let output = || ["-o".into(), self.output.clone().into_os_string()];
        let store = ["--sandbox-store".into(), store.join("sandbox.db").into_os_string()];
        let mut words: Vec<OsString> = vec!["--quiet".into(), "--json".into()];
        match command {
            Command::Convert => {
                words.extend(["convert".into(), input()]);
                words.extend(output());
            }
            Command::Import | Command::ImportAgain => {
                words.extend(["import".into(), input(), "--to".into(), "sandbox".into()]);
                words.extend(store);
            }
            Command::Export => {
                words.extend(["export".into(), "--from".into(), "sandbox".into()]);
                words.extend(output());
                words.extend(store);
            }
        }
        words
    }

    /// A run that did something else than it should is no measure of anything.
    fn check(&self, run: &Run) {
        let count = match self.input.making {
            Making::Vcards { count, .. } | Making::Table { count } => count as u64,
            Making::There => return,
        };
        let ending = match self.command {
            Command::Import => "created",
            Command::ImportAgain => "unchanged",
            Command::Convert | Command::Export => "written",
        };
        assert_eq!(run.summary[ending].as_u64(), Some(count), "{}: {}", self.name, run.summary);
    }
}
