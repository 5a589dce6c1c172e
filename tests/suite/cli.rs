//! The command line over the real binary: streams, files, exit codes, messages.

mod check;
mod compare;
mod convert;
mod faults;
mod https;
mod inspect;
mod links;
pub(crate) mod mailbox;
mod photo_files;
mod plans;
mod refusals;
mod rehearsal;
mod servers;
mod split;
mod tables;
mod terminal;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// The variable that holds the token in every run, and the token, which no output may show.
pub(crate) const TOKEN_ENV: &str = "TOKEN_OF_THE_TEST";
pub(crate) const TOKEN: &str = "s3cr3t-0f-th3-t3st";

/// A program that hangs fails its test after that long.
const PATIENCE: Duration = Duration::from_secs(300);

/// A directory of its own, with the program in it.
pub(crate) struct Stage {
    dir: TempDir,
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8(self.read(name)).unwrap()
    }

    /// The names of what is in the directory, the program's own home aside.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != "home").collect();
        names.sort();
        names
    }

    /// The program in the stage's directory, without the developer's own settings.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cardferry"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy().to_ascii_uppercase();
            if text.starts_with("CARDFERRY_") || text.ends_with("_PROXY") {
                command.env_remove(name);
            }
        }
        command.current_dir(self.dir.path()).env("CARDFERRY_HOME", self.path("home")).env(TOKEN_ENV, TOKEN);
        command
    }

    /// Runs it with nothing on standard input.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.fed(args, b"")
    }

    /// Runs it with these bytes on standard input.
    pub(crate) fn fed(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command();
        command.args(args);
        Ran::of(command, input)
    }
}

impl Ran {
    /// Runs a command to its end. No run may panic or show the token.
    pub(crate) fn of(command: Command, input: &[u8]) -> Self {
        let mut command = assert_cmd::Command::from_std(command);
        let output = command.write_stdin(input).timeout(PATIENCE).output().unwrap();
        let err = String::from_utf8(output.stderr).expect("messages are UTF-8");
        let code = output.status.code().unwrap_or_else(|| panic!("killed: {err}"));
        assert!(!err.contains("panicked"), "{err}");
        let shown = String::from_utf8_lossy(&output.stdout);
        assert!(!err.contains(TOKEN) && !shown.contains(TOKEN), "the token is shown: {shown}{err}");
        Self { code, out: output.stdout, err }
    }

    /// Checks the exit code.
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.err);
        self
    }

    /// Checks that standard error holds every one of these.
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.err.contains(text), "no {text:?} in:\n{}", self.err);
        }
        self
    }

    /// Checks that there is one line of error, that it begins so, and that it holds these.
    pub(crate) fn stops(self, code: i32, texts: &[&str]) -> Self {
        let errors: Vec<_> = self.err.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!(errors.len(), 1, "{}", self.err);
        assert!(errors[0].len() < 400, "too long: {}", errors[0]);
        for text in texts {
            assert!(errors[0].contains(text), "no {text:?} in: {}", errors[0]);
        }
        self.exits(code)
    }

    /// Standard output as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.out).unwrap()
    }

    /// The summary of `--json`.
    pub(crate) fn json(&self) -> Value {
        let summary: Value = serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        let number = |name: &str| summary.get(name).and_then(Value::as_u64).unwrap_or_default();
        let endings = ["written", "created", "updated", "unchanged", "skipped", "rejected", "failed"];
        let sum: u64 = endings.iter().map(|name| number(name)).sum();
        assert_eq!(number("read"), sum, "the totals do not add up: {summary}");
        summary
    }
}

/// The sample files of a kind: `csv`, `vcard`.
pub(crate) fn samples(kind: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(kind);
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// One sample's path as an argument.
pub(crate) fn sample(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    path.to_str().unwrap().to_owned()
}

/// How many records a sample has.
pub(crate) fn count_of(sample: &str) -> u64 {
    let read = Stage::new().run(&["convert", sample, "-o", "a.vcf", "--json"]).exits(0).json()["read"].as_u64();
    read.filter(|read| *read > 1).unwrap()
}

/// How many cards a text holds.
pub(crate) fn cards(text: &str) -> u64 {
    text.lines().filter(|line| line.eq_ignore_ascii_case("BEGIN:VCARD")).count() as u64
}

/// A card of vCard 3.0.
pub(crate) fn card(given: &str, family: &str, mail: &str) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:{family};{given};;;\r\nFN:{given} {family}\r\nEMAIL:{mail}\r\nEND:VCARD\r\n"
    )
}
