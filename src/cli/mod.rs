//! Arguments, terminal, exit codes: the room that wires the others together.

pub mod args;

mod address;
mod ask;
mod check;
mod compare;
mod convert;
mod events;
mod exit;
mod export;
mod faults;
mod form;
mod import;
mod inspect;
mod local;
mod outcome;
mod output;
mod plan;
mod print;
mod progress;
mod rejects;
mod report;
mod runs;
mod sandbox;
mod signal;
mod state;
mod undo;
mod verified;
mod waiting;

use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
pub use events::table as events_table;
pub use exit::Exit;
use exit::Failure;

/// Runs the program with the process's arguments; what it returns is the documented exit code.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no errors; clap prints each where it belongs.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Done.into() };
        }
    };
    let quiet = args.common.quiet;
    match run(args) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if let Some(error) = failure.error.filter(|_| !(quiet && failure.exit == Exit::Interrupted)) {
                print::error(&error);
            }
            failure.exit.into()
        }
    }
}

fn run(args: Args) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::stopped(anyhow::Error::from(error).context("cannot start")))?;
    let common = args.common;
    runtime.block_on(async {
        match args.command {
            Command::Check(command) => check::run(&common, &command),
            Command::Inspect(command) => inspect::run(&common, &command),
            Command::Convert(command) => convert::run(&common, &command),
            Command::Import(command) => import::run(&common, &command).await,
            Command::Export(command) => export::run(&common, &command).await,
            Command::Undo(command) => undo::run(&common, &command).await,
            Command::Runs(command) => runs::run(&common, &command).await,
            Command::Compare(command) => compare::run(&common, &command).await,
            Command::Sandbox(command) => sandbox::run(&common, &command).await,
        }
    })
}
