//! `cardferry runs`.

mod list;
mod show;

use std::path::{Path, PathBuf};

use crate::cli::args::import::{Caution, Import, Matching};
use crate::cli::args::runs::{Forget, Retry};
use crate::cli::args::{Common, Input, Runs, RunsCommand};
use crate::cli::exit::{Exit, Failure};
use crate::cli::undo::Target;
use crate::cli::{ask, import, print, state};
use crate::pipeline::counted;
use crate::pipeline::import::Options;
use crate::pipeline::ledger::{Kind, Ledger};
use crate::remote::Clock;
use crate::remote::clock::System;

const DAY: u64 = 24 * 60 * 60;

pub(super) async fn run(common: &Common, args: &Runs) -> Result<Exit, Failure> {
    match &args.command {
        None => list::list(common, &state::directory(&args.state)?),
        Some(RunsCommand::Show(show)) => {
            let ledger = Ledger::open(&state::directory(&show.state)?, &show.run).map_err(state::failure)?;
            show::show(common, &ledger)
        }
        Some(RunsCommand::Retry(retry)) => self::retry(common, retry).await,
        Some(RunsCommand::Forget(forget)) => self::forget(common, forget),
    }
}

/// The import of a run once more, for what failed.
async fn retry(common: &Common, args: &Retry) -> Result<Exit, Failure> {
    let ledger = Ledger::open(&state::directory(&args.state)?, &args.run).map_err(state::failure)?;
    let head = ledger.head();
    if head.kind != Kind::Import {
        let way_out = format!("`cardferry undo {}` goes on with what it left", head.of);
        return Err(Failure::usage(format!("run {} is an undo; {way_out}", args.run)));
    }
    let Some(options) = Options::told(&head.options) else {
        return Err(Failure::new(Exit::Stopped, "the run's options are of another version of cardferry"));
    };
    let Target { address, mailbox, .. } = Target::new(args.to.as_deref(), &args.mailbox, Some(head))?;
    let named = || state::inputs_of(head).into_iter().map(PathBuf::from).collect();
    let inputs: Vec<PathBuf> = if args.inputs.is_empty() { named() } else { args.inputs.clone() };
    let fetch_photos = args.fetch_photos || options.fetches_photos;
    let import = Import {
        to: address,
        mailbox,
        create_folders: false,
        input: Input { inputs, how: args.how.clone(), rejects: None, fetch_photos },
        matching: Matching { match_by: options.match_by, on_match: options.on_match, category: options.categories },
        caution: Caution::default(),
        telling: args.telling.clone(),
        state: args.state.clone(),
    };
    import::import(common, &import, Some(ledger)).await
}

/// Removes ledgers, once the user has agreed.
fn forget(common: &Common, args: &Forget) -> Result<Exit, Failure> {
    let directory = state::directory(&args.state)?;
    let mut runs = args.runs.clone();
    if let Some(days) = args.older_than {
        runs.extend(older(&directory, System::start().unix().saturating_sub(days.saturating_mul(DAY)))?);
    }
    runs.sort();
    runs.dedup();
    // All of them, or none.
    for run in &runs {
        drop(Ledger::open(&directory, run).map_err(state::failure)?);
    }
    if !runs.is_empty() {
        let question =
            format!("{} would be forgotten, and what was changed then could not be restored.", several(&runs));
        ask::confirm(&question, args.yes, "--yes does it")?;
    }
    for run in &runs {
        Ledger::remove(&directory, run).map_err(state::failure)?;
    }
    print::note(common, &format!("{} forgotten", counted(runs.len() as u64, "run")));
    if common.json {
        print::data(&serde_json::json!({ "forgotten": runs }).to_string())?;
    }
    Ok(Exit::Done)
}

fn several(runs: &[String]) -> String {
    match runs {
        [run] => format!("run {run}"),
        runs => format!("{} runs", runs.len()),
    }
}

/// The runs that ended, or were killed, before a moment.
fn older(directory: &Path, than: u64) -> Result<Vec<String>, Failure> {
    let runs = Ledger::runs(directory).map_err(state::failure)?;
    let old = runs.into_iter().filter_map(|(name, summary)| {
        let summary = summary.ok()?;
        (summary.ended.unwrap_or(summary.head.started) < than).then_some(name)
    });
    Ok(old.collect())
}
