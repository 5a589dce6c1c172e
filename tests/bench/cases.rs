//! What is measured: the program's words for each case, and the input it reads.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::measure::{Run, measured};
use crate::{cards, inputs, peer};

/// Contacts that are imported and exported.
const IMPORTED: usize = 1_000;

/// The program run with certain words over a certain input.
pub struct Case {
    /// Its name in the table.
    pub name: &'static str,
    /// What is read; for an export, what had been imported.
    pub input: Input,
    /// What it may take of a peer's time, where one runs beside it.
    pub goal: Option<Goal>,
    command: Command,
    output: PathBuf,
    /// Whether one run is enough.
    once: bool,
}

/// What a conversion may take at the most: parts of a peer's time.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// The peer's name.
    pub peer: &'static str,
    /// Of its wall time.
    pub wall: f64,
    /// Of its CPU time.
    pub cpu: f64,
}

/// Many small cards.
const PLAIN: Goal = Goal { peer: peer::CALCARD, wall: 0.45, cpu: 0.8 };

/// Photos, which are only moved.
const PHOTOS: Goal = Goal { peer: peer::CALCARD, wall: 0.3, cpu: f64::INFINITY };

/// Rows of a table, with everything that makes contacts of them or them of contacts.
const ROWS: Goal = Goal { peer: peer::CSV, wall: 2.5, cpu: f64::INFINITY };

/// A file of the user's own: compared, not judged.
const NONE: Goal = Goal { peer: peer::CALCARD, wall: f64::INFINITY, cpu: f64::INFINITY };

/// Runs of the program, and of its peers where there are any, one after the other.
#[derive(Default)]
pub struct Rounds {
    /// The program's.
    pub own: Vec<Run>,
    /// The peer's, over the same file: of the one that is read and the one that is written, the table for the csv crate.
    pub peer: Vec<Run>,
    /// Those of a copy of that file.
    pub copy: Vec<Run>,
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
pub fn all(directory: &Path, cards: usize, tenfold: bool) -> Vec<Case> {
    let input = |name: &str, making| Input { path: directory.join(name), making };
    let vcards = |name: &str, count, photos| input(name, Making::Vcards { count, photos });
    let case = |name, command, input: &Input, output: &str, goal| {
        let (input, output) = (input.clone(), directory.join(output));
        Case { name, input, goal, command, output, once: false }
    };
    let table = input("table.csv", Making::Table { count: cards });
    let import = input("import.csv", Making::Table { count: IMPORTED });
    let (plain, photos) = (vcards("plain.vcf", cards, false), vcards("photos.vcf", cards / 20, true));
    let mut cases = vec![
        case("vcf to vcf", Command::Convert, &plain, "out.vcf", Some(PLAIN)),
        case("vcf to csv", Command::Convert, &plain, "out.csv", Some(PLAIN)),
        case("vcf to vcf, photos", Command::Convert, &photos, "out.vcf", Some(PHOTOS)),
        case("csv to vcf", Command::Convert, &table, "out.vcf", Some(ROWS)),
        case("vcf to csv, rows", Command::Convert, &plain, "out.csv", Some(ROWS)),
    ];
    if tenfold {
        let (plain, photos) = (vcards("plain10.vcf", cards * 10, false), vcards("photos10.vcf", cards / 2, true));
        let large = [
            case("vcf to vcf, × 10", Command::Convert, &plain, "out.vcf", None),
            case("vcf to csv, × 10", Command::Convert, &plain, "out.csv", None),
            case("photos, × 10", Command::Convert, &photos, "out.vcf", None),
        ];
        cases.extend(large.map(|case| Case { once: true, ..case }));
    }
    cases.extend([
        case("import, new", Command::Import, &import, "", None),
        case("import, again", Command::ImportAgain, &import, "", None),
        case("export to vcf", Command::Export, &import, "out.vcf", None),
    ]);
    cases
}

/// A file of the user's own, converted to both formats.
pub fn of_file(file: &Path, directory: &Path) -> Vec<Case> {
    let input = Input { path: file.to_owned(), making: Making::There };
    let goal = match file.extension().and_then(|ending| ending.to_str()) {
        Some("vcf") => Some(NONE),
        Some("csv") => Some(Goal { peer: peer::CSV, ..NONE }),
        _ => None,
    };
    let case = |name, output: &str| {
        let (input, output) = (input.clone(), directory.join(output));
        Case { name, input, goal, command: Command::Convert, output, once: false }
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
            Making::Vcards { count, photos } => cards::write(count, photos, create()),
            Making::Table { count } => inputs::write_table(inputs::contacts(count, false), create()),
        }
    }
}

impl Case {
    /// Measures so many runs.
    pub fn rounds(&self, count: u32) -> Rounds {
        let full = tempfile::tempdir().unwrap();
        let full = full.path();
        if matches!(self.command, Command::ImportAgain | Command::Export) {
            measured(&self.words(Command::Import, full));
        }
        let mut rounds = Rounds::default();
        for _ in 0..if self.once { 1 } else { count } {
            rounds.own.push(match self.command {
                Command::Import => measured(&self.words(self.command, tempfile::tempdir().unwrap().path())),
                command => measured(&self.words(command, full)),
            });
            if let Some(goal) = self.goal {
                rounds.copy.push(measured(&self.peer(goal, peer::COPY)));
                rounds.peer.push(measured(&self.peer(goal, goal.peer)));
            }
        }
        if !matches!(self.input.making, Making::There) {
            rounds.own.iter().for_each(|run| self.check(run));
        }
        rounds
    }

    /// The words that make a peer of the runner; what it writes is no output of the case.
    fn peer(&self, goal: Goal, name: &str) -> Vec<OsString> {
        let output = self.output.with_extension("peer");
        let is_table = |path: &Path| path.extension().is_some_and(|ending| ending == "csv");
        let written = goal.peer == peer::CSV && !is_table(&self.input.path);
        let input = if written { &self.output } else { &self.input.path };
        vec![peer::WORD.into(), name.into(), input.into(), output.into()]
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
