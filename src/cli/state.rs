//! Where runs are remembered, and the ledger of the one that begins.

use std::path::{Path, PathBuf};

use crate::cli::address;
use crate::cli::args::{Common, State};
use crate::cli::exit::{Exit, Failure};
use crate::cli::print;
use crate::formats::exchange::Dialect;
use crate::pipeline::import::Inputs;
use crate::pipeline::ledger::{Head, Ledger, LedgerError};
use crate::remote::Clock;
use crate::remote::clock::System;

/// The directory of the ledgers: the one named, else `runs` in the user's data directory.
pub(super) fn directory(args: &State) -> Result<PathBuf, Failure> {
    match &args.state_dir {
        Some(directory) => Ok(directory.clone()),
        None => Ok(address::home("--state-dir names a directory for the runs")?.join("runs")),
    }
}

/// A head with a name that no other run has, the time and a random number, and nothing else.
pub(super) fn head() -> Head {
    let clock = System::start();
    let started = clock.unix();
    let run = format!("{started:x}-{:08x}", (clock.chance() * f64::from(u32::MAX)) as u32);
    Head { run, started, ..Head::default() }
}

/// The ledger of a run: that of an earlier one that was to do the same and did not come to its end, else a new one.
pub(super) fn begin(common: &Common, args: &State, head: Head) -> Result<Ledger, Failure> {
    let directory = directory(args)?;
    match Ledger::unfinished(&directory, &head).map_err(failure)? {
        Some(ledger) => {
            print::note(common, &format!("going on with run {}, which did not come to its end", ledger.head().run));
            Ok(ledger)
        }
        None => Ledger::create(&directory, head).map_err(failure),
    }
}

/// Notes in the ledger how the run ended.
pub(super) fn close(mut ledger: Ledger, ended: Result<Exit, Failure>) -> Result<Exit, Failure> {
    let stopped = ended.as_ref().err().map(|failure| match &failure.error {
        Some(error) => error.to_string(),
        None => "stopped".to_owned(),
    });
    let noted = ledger.end(System::start().unix(), stopped.as_deref());
    ended.and_then(|exit| noted.map(|()| exit).map_err(failure))
}

/// A ledger that cannot be used: nothing more may be changed without it.
pub(super) fn failure(error: LedgerError) -> Failure {
    match error {
        LedgerError::NoRun(_) => Failure::new(Exit::Usage, error),
        LedgerError::Busy(_) => Failure::new(Exit::Stopped, error),
        _ => Failure::new(Exit::Stopped, format!("{error}; --state-dir names another directory for the runs")),
    }
}

/// An API's word in a ledger, the one of `--api`.
pub(super) fn api(dialect: Dialect) -> &'static str {
    dialect.pick(("graph", "outlook"))
}

/// The inputs as a ledger keeps them: as the user named them, but where the working directory does not matter. One that
/// is no text cannot be named again, and is for people alone.
pub(super) fn inputs(paths: &[PathBuf]) -> String {
    let absolute = |path: &Path| match path.to_str() {
        Some("-") => None,
        _ => std::path::absolute(path).ok(),
    };
    let named = paths.iter().map(|path| absolute(path).unwrap_or_else(|| path.clone()).display().to_string());
    serde_json::Value::from(named.collect::<Vec<_>>()).to_string()
}

/// The inputs of a ledger.
pub(super) fn inputs_of(head: &Head) -> Vec<String> {
    head.named_inputs()
}

/// A moment in UTC, for people.
pub(super) fn moment(unix: u64) -> String {
    let moment = i64::try_from(unix).ok().and_then(|unix| jiff::Timestamp::from_second(unix).ok());
    let text = moment.map(|moment| moment.to_string()).unwrap_or_default();
    text.replace('T', " ").replace('Z', " UTC")
}

/// The ledger of a run that is tried again, if these are the files that it read.
pub(super) fn same_source(ledger: Ledger, inputs: &Inputs<'_>) -> Result<Ledger, Failure> {
    let Head { run, source, .. } = ledger.head();
    if *source == inputs.print() {
        return Ok(ledger);
    }
    let way_out = format!("`cardferry runs retry {run} FILE…` names them where they stand elsewhere now");
    Err(Failure::new(Exit::Refused, format!("the files are not those that run {run} read; {way_out}")))
}
