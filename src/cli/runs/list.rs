//! The runs, the latest first.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::args::Common;
use crate::cli::exit::{Exit, Failure};
use crate::cli::print::{self, Job};
use crate::cli::state;
use crate::cli::undo::place;
use crate::pipeline::Ending;
use crate::pipeline::ledger::{Head, Kind, Ledger, LedgerError, Phase, Summary};

/// Prints them: a line each, or all as JSON.
pub(super) fn list(common: &Common, directory: &Path) -> Result<Exit, Failure> {
    let runs = Ledger::runs(directory).map_err(state::failure)?;
    let undone: HashMap<String, String> =
        runs.iter().filter_map(|(name, run)| undone(name, run.as_ref().ok()?)).collect();
    if common.json {
        let all: Vec<Value> = runs.iter().map(|(name, run)| one_json(name, run, undone.get(name))).collect();
        print::data(&Value::from(all).to_string())?;
        return Ok(Exit::Done);
    }
    for (name, run) in &runs {
        let text = match run {
            Ok(run) => one_line(run, undone.get(name)),
            Err(LedgerError::Busy(_)) => format!("{name}  under way"),
            Err(error) => format!("{name}  cannot be read: {error}"),
        };
        print::data(&print::clean(&text))?;
    }
    if runs.is_empty() {
        print::note(common, &format!("no runs are remembered in {}", directory.display()));
    }
    Ok(Exit::Done)
}

/// The run that another one took back, with the name of that.
fn undone(name: &str, run: &Summary) -> Option<(String, String)> {
    (run.head.kind == Kind::Undo && run.phase == Phase::Done).then(|| (run.head.of.clone(), name.to_owned()))
}

fn one_line(run: &Summary, undone: Option<&String>) -> String {
    let head = &run.head;
    let what = match head.kind {
        Kind::Import => format!("import {}", named(head)),
        Kind::Undo => format!("undo of {}", head.of),
    };
    let back = undone.map(|by| format!("; taken back by {by}")).unwrap_or_default();
    format!(
        "{}  {}  {what} -> {}: {}; {}{back}",
        head.run,
        state::moment(head.started),
        target(head),
        state_of(run),
        sums(run)
    )
}

/// The inputs without the directories that they stand in.
fn named(head: &Head) -> String {
    let name = |path: &String| Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(path).to_owned();
    state::inputs_of(head).iter().map(name).collect::<Vec<_>>().join(" ")
}

/// Which folder of which mailbox.
pub(super) fn target(head: &Head) -> String {
    place(&head.address, &head.mailbox, &head.folder)
}

/// How far it came.
pub(super) fn state_of(run: &Summary) -> String {
    match (&run.stopped, run.phase, run.ended) {
        (Some(why), ..) => format!("stopped: {why}"),
        (None, Phase::Done, _) => "done".to_owned(),
        (None, Phase::Planning, _) => "was ended before anything was sent".to_owned(),
        (None, Phase::Applying, _) => "was killed; the same command goes on".to_owned(),
    }
}

/// How many records ended how.
pub(super) fn sums(run: &Summary) -> String {
    let job = job(run.head.kind);
    let sums = run.endings.iter().map(|(ending, count)| format!("{} {count}", print::word(job, *ending)));
    let sums = sums.collect::<Vec<_>>().join(", ");
    if sums.is_empty() { "nothing was done".to_owned() } else { sums }
}

/// Whose words are used.
pub(super) fn job(kind: Kind) -> Job {
    match kind {
        Kind::Import => Job::Import,
        Kind::Undo => Job::Undo,
    }
}

fn one_json(name: &str, run: &Result<Summary, LedgerError>, undone: Option<&String>) -> Value {
    match run {
        Ok(run) => {
            let mut object = as_json(run);
            object["takenBackBy"] = undone.map(String::as_str).into();
            object
        }
        Err(LedgerError::Busy(_)) => json!({ "run": name, "state": "under way" }),
        Err(error) => json!({ "run": name, "state": "unreadable", "why": error.to_string() }),
    }
}

/// A run as JSON.
pub(super) fn as_json(run: &Summary) -> Value {
    let head = &run.head;
    let mut counts = json!({});
    for ending in Ending::ALL.into_iter().chain([Ending::Deleted]) {
        let count = run.endings.get(&ending).copied().unwrap_or_default();
        counts[ending.word()] = count.into();
    }
    let state = match (&run.stopped, run.phase) {
        (Some(_), _) => "stopped",
        (None, Phase::Done) => "done",
        (None, Phase::Planning) => "planned",
        (None, Phase::Applying) => "killed",
    };
    json!({
        "run": head.run, "kind": head.kind.word(), "of": Some(&head.of).filter(|of| !of.is_empty()),
        "started": head.started, "ended": run.ended, "state": state, "why": run.stopped,
        "address": head.address, "api": head.api, "mailbox": head.mailbox, "folder": head.folder,
        "inputs": state::inputs_of(head), "options": head.options, "records": counts,
    })
}
