//! `compare` on the command line.

use std::path::PathBuf;

use clap::Args as Group;

use super::import::match_by;
use super::{How, MailboxArgs};
use crate::pipeline::import::MatchBy;

/// What to type, for the help.
const EXAMPLES: &str = "\
Signs: = the same, + in the files only, - in the mailbox only, * differs, ! could not be compared.

Examples:
  cardferry compare people.vcf --with graph              a line for each contact
  cardferry compare people.vcf --with graph -v           and what differs, file -> mailbox
  cardferry compare people.csv --with graph --match-by key,uid,email,name";

/// `compare`.
#[derive(Debug, Group)]
#[command(after_help = EXAMPLES)]
pub struct Compare {
    /// Files, directories or zip archives with .vcf, .csv, .xlsx, .xls and .ods files, or - for standard input
    #[arg(value_name = "FILE", required = true)]
    pub inputs: Vec<PathBuf>,
    /// The mailbox: sandbox, graph, or a URL such as https://graph.microsoft.com/v1.0
    #[arg(long, value_name = "ADDRESS", env = "CARDFERRY_WITH", help_heading = "Which mailbox")]
    pub with: String,
    /// Which mailbox.
    #[command(flatten)]
    pub mailbox: MailboxArgs,
    /// How.
    #[command(flatten)]
    pub how: How,
    /// By what a record is found in the mailbox; the first that finds one decides
    #[arg(long, value_name = "WHAT,…", env = "CARDFERRY_MATCH_BY", value_delimiter = ',', default_value = "key,uid")]
    #[arg(value_parser = match_by(), help_heading = "What is compared")]
    pub match_by: Vec<MatchBy>,
    /// The category that an import with --category gave to every contact; may be given several times
    #[arg(long, value_name = "NAME", env = "CARDFERRY_CATEGORY", help_heading = "What is compared")]
    pub category: Vec<String>,
}
