//! One run of the program, measured from outside.
//!
//! The system knows the peak memory of all children that a process has had, as one figure. So each run is the only
//! child of a process of its own: this very runner, started again, which holds next to nothing when it starts it.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use crate::peer;
use crate::usage::{Usage, usage};

/// The first word of the runner that measures one run.
pub const CHILD: &str = "--measure";

/// The variable that has the token for a mailbox behind a URL.
pub const TOKEN_ENV: &str = "BENCH_TOKEN";

const PROGRAM: &str = env!("CARGO_BIN_EXE_cardferry");

/// What one run cost.
pub struct Run {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of all processors, where the system tells.
    pub cpu: Option<f64>,
    /// Bytes of memory at the most, where the system tells.
    pub peak: Option<f64>,
    /// The program's own summary.
    pub summary: Value,
}

/// Runs the program, or with [`peer::WORD`] first a peer, with these words in a fresh process and measures it.
pub fn measured(words: &[OsString]) -> Run {
    let runner = std::env::current_exe().unwrap();
    let output = Command::new(runner).arg(CHILD).args(words).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "the run failed: {words:?}");
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    let number = |name: &str| figures[name].as_f64();
    Run { wall: number("wall").unwrap(), cpu: number("cpu"), peak: number("peak"), summary: figures["summary"].clone() }
}

/// Runs the program once and prints what it cost.
pub fn child(words: impl Iterator<Item = OsString>) {
    let mut words = words.peekable();
    let is_peer = words.peek().is_some_and(|word| word == peer::WORD);
    let program = if is_peer { std::env::current_exe().unwrap() } else { PROGRAM.into() };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::null()).stderr(Stdio::inherit());
    // The caller's settings for the program would change what is measured.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARDFERRY_")) {
        command.env_remove(name);
    }
    command.env(TOKEN_ENV, "bench");
    let start = Instant::now();
    let output = command.output().unwrap();
    let wall = start.elapsed().as_secs_f64();
    // 3: done, but some records were rejected, as may be in a file of the user's own.
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", output.status);
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    let Usage { cpu, peak } = usage(true);
    println!("{}", json!({ "wall": wall, "cpu": cpu, "peak": peak, "summary": summary }));
}
