//! `runs`: its flags.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args as Group, Subcommand};

use super::import::Telling;
use super::{How, MailboxArgs, State};

/// `runs`.
#[derive(Debug, Group)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Runs {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<RunsCommand>,
    /// Where runs are remembered.
    #[command(flatten)]
    pub state: State,
}

/// What to do with runs.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// Show a run: what it is, its sums, and its records
    Show(Show),
    /// Try again the records of an import that failed or were not reached; all others are left alone
    Retry(Box<Retry>),
    /// Remove what is remembered of a run; it cannot be fully undone then
    Forget(Forget),
}

/// `runs show`.
#[derive(Debug, Group)]
pub struct Show {
    /// The run
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Where runs are remembered.
    #[command(flatten)]
    pub state: State,
}

/// `runs retry`.
#[derive(Debug, Group)]
pub struct Retry {
    /// The run, an import
    #[arg(value_name = "RUN")]
    pub run: String,
    /// The same files as then, where they stand elsewhere now or came through a pipe
    #[arg(value_name = "IN")]
    pub inputs: Vec<PathBuf>,
    /// The mailbox, in place of the one that the run's ledger names
    #[arg(long, value_name = "ADDRESS", env = "CARDFERRY_TO", help_heading = "Which mailbox")]
    pub to: Option<String>,
    /// Which mailbox; what is not given is as it was for the run.
    #[command(flatten)]
    pub mailbox: MailboxArgs,
    /// How; it must be said again where it was said for the run.
    #[command(flatten)]
    pub how: How,
    /// Download photos that are links
    #[arg(long, env = "CARDFERRY_FETCH_PHOTOS", value_parser = FalseyValueParser::new())]
    pub fetch_photos: bool,
    /// What is told of it.
    #[command(flatten)]
    pub telling: Telling,
    /// Where runs are remembered.
    #[command(flatten)]
    pub state: State,
}

/// `runs forget`.
#[derive(Debug, Group)]
pub struct Forget {
    /// The runs
    #[arg(value_name = "RUN", required_unless_present = "older_than")]
    pub runs: Vec<String>,
    /// All runs that ended more than DAYS days ago
    #[arg(long, value_name = "DAYS", env = "CARDFERRY_OLDER_THAN")]
    pub older_than: Option<u64>,
    /// Do it without asking
    #[arg(long, env = "CARDFERRY_YES", value_parser = FalseyValueParser::new())]
    pub yes: bool,
    /// Where runs are remembered.
    #[command(flatten)]
    pub state: State,
}
