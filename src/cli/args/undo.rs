//! `undo`: its flags.

use clap::Args as Group;
use clap::builder::FalseyValueParser;

use super::{MailboxArgs, State};

/// `undo`.
#[derive(Debug, Group)]
pub struct Undo {
    /// The run, as its summary and `cardferry runs` name it
    #[arg(value_name = "RUN")]
    pub run: String,
    /// The mailbox, in place of the one that the run's ledger names
    #[arg(long, value_name = "ADDRESS", env = "CARDFERRY_TO", help_heading = "Which mailbox")]
    pub to: Option<String>,
    /// Which mailbox; what is not given is as it was for the run.
    #[command(flatten)]
    pub mailbox: MailboxArgs,
    /// Show what would be done, and do nothing
    #[arg(long, env = "CARDFERRY_DRY_RUN", help_heading = "Caution", value_parser = FalseyValueParser::new())]
    pub dry_run: bool,
    /// Do it without asking
    #[arg(long, env = "CARDFERRY_YES", help_heading = "Caution", value_parser = FalseyValueParser::new())]
    pub yes: bool,
    /// Stop with 9 before anything is sent if more than N contacts would be touched
    #[arg(long, value_name = "N", env = "CARDFERRY_MAX_CHANGES", help_heading = "Caution")]
    pub max_changes: Option<u64>,
    /// Where runs are remembered.
    #[command(flatten)]
    pub state: State,
}
