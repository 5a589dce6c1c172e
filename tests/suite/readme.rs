//! The README cannot drift: its commands are run and must print what it shows; its tables are the program's own.
//! `CARDFERRY_BLESS=1` writes both anew.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use cardferry::cli::{Exit, events_table};
use cardferry::formats::{exchange, fields, vcard};
use cardferry::sandbox::behaviour;
use pretty_assertions::assert_eq;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap().replace("\r\n", "\n")
}

/// Holds the README against what it should be.
fn check(should: &str) {
    if std::env::var_os("CARDFERRY_BLESS").is_some() {
        fs::write(root().join("README.md"), should).unwrap();
    }
    assert_eq!(readme(), should, "README.md drifted; if the new text is right, run again with CARDFERRY_BLESS=1");
}

#[test]
fn the_readme_says_what_the_program_says() {
    let mut text = readme();
    text = with_block(&text, "fields", &fields::table());
    text = with_block(&text, "slots", &exchange::rules_table());
    text = with_block(&text, "vcard profiles", &vcard::profile::table());
    text = with_block(&text, "table profiles", &fields::profiles());
    text = with_block(&text, "behaviours", &behaviour::table());
    text = with_block(&text, "exit codes", &exit_codes());
    text = with_block(&text, "events", &events_table());
    check(&with_outputs(&text));
}

/// Replaces what stands between a pair of marks.
fn with_block(text: &str, name: &str, block: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no {end}"));
    format!("{before}{begin}{block}{end}{after}")
}

fn exit_codes() -> String {
    let mut table = String::from("| code | meaning |\n| --- | --- |\n");
    for (exit, means) in Exit::ALL {
        writeln!(table, "| {} | {means} |", *exit as i32).unwrap();
    }
    table
}

/// Runs the commands of every `console` block, in order and in one directory, and shows what they print.
fn with_outputs(text: &str) -> String {
    let stage = Stage::new();
    let mut shown = String::new();
    let mut in_console = false;
    for line in text.lines() {
        match (in_console, line) {
            (false, "```console") => in_console = true,
            (true, "```") => in_console = false,
            (true, line) if !line.starts_with("$ ") => continue,
            _ => {}
        }
        writeln!(shown, "{line}").unwrap();
        if let (true, Some(command)) = (in_console, line.strip_prefix("$ ")) {
            shown.push_str(&stage.run(command));
        }
    }
    shown
}

/// A directory with the samples in it, and a sandbox of its own.
struct Stage {
    directory: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        copy(&root().join("samples"), &directory.path().join("samples"));
        Self { directory }
    }

    /// What a command prints, standard output first.
    fn run(&self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let args = match words.as_slice() {
            ["cargo", "run", "--release", "--", args @ ..] | ["cardferry", args @ ..] => args,
            ["cargo", "test"] => return String::new(),
            _ => panic!("the README runs something that is not the program: {line}"),
        };
        let mut command = Command::new(env!("CARGO_BIN_EXE_cardferry"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARDFERRY_")) {
            command.env_remove(name);
        }
        let home = self.directory.path().join("home");
        command.args(args).current_dir(self.directory.path()).env("CARDFERRY_HOME", home).env("COLUMNS", "100");
        let output = command.output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        let printed = [output.stdout, output.stderr].concat();
        String::from_utf8(printed).unwrap().lines().map(|line| format!("{}\n", same_run(line.trim_end()))).collect()
    }
}

/// A line in which every run has one and the same name.
fn same_run(line: &str) -> String {
    let is_run = |word: &str| {
        let hex = |part: &str| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        word.split_once('-').is_some_and(|(time, chance)| hex(time) && hex(chance))
    };
    let words = line.split_inclusive([' ', '`', ':']);
    let same = |word: &str| {
        let bare = word.trim_end_matches([' ', '`', ':']);
        if is_run(bare) { format!("6b02a5c0-1f5d93e7{}", &word[bare.len()..]) } else { word.to_owned() }
    };
    words.map(same).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn the_gate_runs_the_readme_s_test_command() {
    let gate = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(readme().contains("\n$ cargo test\n"));
    assert!(gate.lines().any(|line| line == "cargo test"), "the gate does not call the README's test command");
}
