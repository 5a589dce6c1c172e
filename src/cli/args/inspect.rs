//! `inspect` on the command line.

use std::path::PathBuf;

use clap::Args as Group;
use clap::builder::FalseyValueParser;

use super::{How, list};
use crate::pipeline::inspect::Target;

/// What to type, for the help.
const EXAMPLES: &str = "\
Examples:
  cardferry inspect people.csv                     what each column means
  cardferry inspect people.vcf --target google     what a table for Google would lose
  cardferry inspect people.csv --write-map a.toml  what was decided, to be edited
  cardferry convert people.csv --map a.toml -o people.vcf";

/// `inspect`.
#[derive(Debug, Group)]
#[command(after_help = EXAMPLES)]
pub struct Inspect {
    /// Files, directories or zip archives with .vcf, .csv, .xlsx, .xls and .ods files, or - for standard input
    #[arg(value_name = "FILE", required_unless_present = "columns")]
    pub inputs: Vec<PathBuf>,
    /// Tell what would be lost in a target: exchange (a mailbox), vcard2.1, vcard3.0, vcard4.0, xlsx, or a table's profile as --profile has it
    #[arg(long, value_name = "NAME", env = "CARDFERRY_TARGET", default_value = "exchange", value_parser = target_named)]
    pub target: Target,
    /// Write what was decided about a table as a mapping file, to be edited and given to --map
    #[arg(long, value_name = "FILE", env = "CARDFERRY_WRITE_MAP", conflicts_with = "map")]
    pub write_map: Option<PathBuf>,
    /// Print every name that a mapping file may give to a column
    #[arg(long, env = "CARDFERRY_COLUMNS", value_parser = FalseyValueParser::new())]
    pub columns: bool,
    /// How.
    #[command(flatten)]
    pub how: How,
}

fn target_named(text: &str) -> Result<Target, String> {
    let names = Target::names();
    let found = Target::named(&text.to_ascii_lowercase());
    found.ok_or_else(|| format!("the targets are {}", list(names.iter().map(String::as_str))))
}
