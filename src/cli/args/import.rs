//! `import`: its flags.

use std::path::PathBuf;

use clap::Args as Group;
use clap::builder::{FalseyValueParser, PossibleValuesParser, TypedValueParser};

use super::{Input, MailboxArgs};
use crate::pipeline::import::{MatchBy, OnMatch};

/// `import`.
#[derive(Debug, Group)]
pub struct Import {
    /// The mailbox: sandbox, graph, or a URL such as https://graph.microsoft.com/v1.0
    #[arg(long, value_name = "ADDRESS", env = "CARDFERRY_TO", help_heading = "Which mailbox")]
    pub to: String,
    /// Which mailbox.
    #[command(flatten)]
    pub mailbox: MailboxArgs,
    /// Make the folders of --folder that are missing
    #[arg(long, env = "CARDFERRY_CREATE_FOLDERS", help_heading = "Which mailbox", value_parser = FalseyValueParser::new())]
    pub create_folders: bool,
    /// What to read.
    #[command(flatten)]
    pub input: Input,
    /// Whom a record means.
    #[command(flatten)]
    pub matching: Matching,
    /// What may happen.
    #[command(flatten)]
    pub caution: Caution,
    /// What is told.
    #[command(flatten)]
    pub telling: Telling,
    /// Where runs are remembered.
    #[command(flatten)]
    pub state: State,
}

/// Whom a record means among the contacts that are there, and what becomes of them.
#[derive(Debug, Group)]
#[command(next_help_heading = "What is there already")]
pub struct Matching {
    /// By what a record is found among the contacts that are there; the first that finds one decides
    #[arg(long, value_name = "WHAT,…", env = "CARDFERRY_MATCH_BY", value_delimiter = ',', default_value = "key,uid")]
    #[arg(value_parser = match_by())]
    pub match_by: Vec<MatchBy>,
    /// What becomes of a contact that is found: skip leaves it, fill sets what is empty, update sets what differs,
    /// replace makes it what the record says, duplicate creates another
    #[arg(long, value_name = "HOW", env = "CARDFERRY_ON_MATCH", default_value = "skip", value_parser = on_match())]
    pub on_match: OnMatch,
    /// Give every imported contact this category too; may be given several times
    #[arg(long, value_name = "NAME", env = "CARDFERRY_CATEGORY")]
    pub category: Vec<String>,
}

/// What may happen.
#[derive(Debug, Default, Group)]
#[command(next_help_heading = "Caution")]
pub struct Caution {
    /// Print what would be done to each record, and do nothing
    #[arg(long, env = "CARDFERRY_DRY_RUN", value_parser = FalseyValueParser::new())]
    pub dry_run: bool,
    /// Write the plan to FILE, which is new and the user's alone, - for standard output; do nothing else
    #[arg(long, value_name = "FILE", env = "CARDFERRY_SAVE_PLAN")]
    pub save_plan: Option<PathBuf>,
    /// Do what the plan in FILE says and nothing else: stop with 9 before anything is sent if it no longer holds, and
    /// leave alone what somebody changes after that
    #[arg(long, value_name = "FILE", env = "CARDFERRY_APPLY_PLAN", conflicts_with = "save_plan")]
    pub apply_plan: Option<PathBuf>,
    /// Stop with 9 before anything is sent if more than N contacts that are there would be changed
    #[arg(long, value_name = "N", env = "CARDFERRY_MAX_CHANGES")]
    pub max_changes: Option<u64>,
    /// Read every contact back at the end, photos too, and compare it with what was sent; exit with 8 if one differs
    #[arg(long, env = "CARDFERRY_VERIFY", value_parser = FalseyValueParser::new())]
    pub verify: bool,
}

/// What is told of a run, beside the summary.
#[derive(Debug, Clone, Group)]
#[command(next_help_heading = "What is told")]
pub struct Telling {
    /// Write what became of every record to FILE, as its name says: a page (.html), a table (.csv) or .json
    #[arg(long, value_name = "FILE", env = "CARDFERRY_REPORT")]
    pub report: Option<PathBuf>,
    /// Print what happens on standard output while it does, each event as a line of JSON
    #[arg(long, env = "CARDFERRY_JSON_LINES", value_parser = FalseyValueParser::new())]
    pub json_lines: bool,
}

impl Caution {
    /// Whether nothing is done.
    pub fn only_plans(&self) -> bool {
        self.dry_run || self.save_plan.is_some()
    }
}

/// Where runs are remembered.
#[derive(Debug, Clone, Group)]
#[command(next_help_heading = "Runs")]
pub struct State {
    /// The directory that remembers runs, in place of the one in the user's data directory; it holds personal data
    #[arg(long, value_name = "DIR", env = "CARDFERRY_STATE_DIR")]
    pub state_dir: Option<PathBuf>,
}

pub(super) fn match_by() -> impl TypedValueParser<Value = MatchBy> {
    let of = |word: String| MatchBy::ALL.into_iter().find(|by| by.word() == word).unwrap_or(MatchBy::Key);
    PossibleValuesParser::new(MatchBy::ALL.map(MatchBy::word)).map(of)
}

fn on_match() -> impl TypedValueParser<Value = OnMatch> {
    let of = |word: String| OnMatch::ALL.into_iter().find(|how| how.word() == word).unwrap_or_default();
    PossibleValuesParser::new(OnMatch::ALL.map(OnMatch::word)).map(of)
}
