//! The command line: names, help texts, environment variables.
#![allow(rustdoc::bare_urls, reason = "these texts are printed as they stand")]

mod compare;
mod encoding;
mod how;
pub mod import;
mod inspect;
pub mod runs;
mod sandbox;
mod undo;

use std::fmt;
use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use encoding_rs::Encoding;

use crate::cli::exit::Exit;
use crate::formats::exchange::Dialect;
use crate::formats::{Format, table, vcard};

pub use compare::Compare;
pub use how::How;
pub use import::{Import, State};
pub use inspect::Inspect;
pub use runs::{Runs, RunsCommand};
pub use sandbox::{Access, Clock, FaultArgs, Mailboxes, Sandbox, SandboxCommand, Secret, Serve};
pub use undo::Undo;

/// Moves address books between vCard, CSV and Exchange mailboxes.
///
/// Every record is accounted for, and every command may be run again: what is there already is not made twice.
#[derive(Debug, Parser)]
#[command(name = "cardferry", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = exit_codes())]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What every command takes.
    #[command(flatten)]
    pub common: Common,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Convert address book files between vCard, CSV and spreadsheets, or to a better form of themselves
    Convert(Convert),
    /// Upload address book files into a mailbox; a second run creates nothing
    Import(Box<Import>),
    /// Download a mailbox's contacts, photos included, into a file
    Export(Export),
    /// Take an import back: what it created is deleted, what it changed is restored
    ///
    /// A contact is touched only where it still is as the run left it, photo too; it is looked at just before. The service
    /// has no conditional write, so what somebody changes in that very moment may be lost; what each contact held then is
    /// kept, and the undo is a run that can be undone itself. Folders that the run made stay. Where the ledger of the run
    /// is lost, --to says where it ran: then what it created is told by the contacts' own marks, and what it changed stays.
    Undo(Undo),
    /// List the runs, show one, try again what failed, forget
    ///
    /// Without a command it lists them, the latest first. A run is remembered in a file of its own in the state directory:
    /// what it did with each record, and the earlier version of every contact that it changed. These files are what undo
    /// works from, and hold personal data; forget removes them.
    Runs(Runs),
    /// Hold files against a mailbox, contact by contact; nothing is written
    Compare(Compare),
    /// Look at files: what they are, what each column means and why, what a target would lose; nothing is written
    Inspect(Inspect),
    /// Tell what is wrong or unusual in vCard files, line by line, and how to mend it
    Check(Check),
    /// The embedded server to rehearse on
    Sandbox(Sandbox),
}

/// What every command takes.
#[derive(Debug, Clone, Copy, Group)]
pub struct Common {
    /// Print the summary as JSON on standard output
    #[arg(long, global = true, env = "CARDFERRY_JSON", value_parser = FalseyValueParser::new())]
    pub json: bool,
    /// Print nothing but errors
    #[arg(short, long, global = true, env = "CARDFERRY_QUIET", value_parser = FalseyValueParser::new())]
    pub quiet: bool,
    /// Print every record and every loss
    #[arg(short, long, global = true, env = "CARDFERRY_VERBOSE", value_parser = FalseyValueParser::new())]
    pub verbose: bool,
    /// Exit with 4 when the target could not hold some value
    #[arg(long, global = true, env = "CARDFERRY_STRICT", value_parser = FalseyValueParser::new())]
    pub strict: bool,
    /// Exit with 7 when there was not a single record
    #[arg(long, global = true, env = "CARDFERRY_FAIL_EMPTY", value_parser = FalseyValueParser::new())]
    pub fail_empty: bool,
}

/// Files to read, and how.
#[derive(Debug, Group)]
#[command(next_help_heading = "How files are read")]
pub struct Input {
    /// Files, directories or zip archives with .vcf, .csv, .xlsx, .xls and .ods files, or - for standard input
    #[arg(value_name = "IN", required = true, help_heading = None)]
    pub inputs: Vec<PathBuf>,
    /// How.
    #[command(flatten)]
    pub how: How,
    /// Write the rejected records there as they stand in their sources, each with its reason, to be mended and read again;
    /// what cannot stand in one file stands in FILE-2 and so on
    #[arg(long, value_name = "FILE", env = "CARDFERRY_REJECTS")]
    pub rejects: Option<PathBuf>,
    /// Download photos that are links, as Google writes them: from public https addresses alone, never through a proxy, up to 4 MiB and 30 s each
    #[arg(long, env = "CARDFERRY_FETCH_PHOTOS", value_parser = FalseyValueParser::new())]
    pub fetch_photos: bool,
}

/// How a file is written.
#[derive(Debug, Group)]
#[command(next_help_heading = "How the file is written")]
pub struct Output {
    /// The file to write, - for standard output, or with --split a directory
    #[arg(short, long, value_name = "OUT", env = "CARDFERRY_OUTPUT")]
    pub output: PathBuf,
    /// The output's format, when its name does not tell
    #[arg(long, value_name = "FORMAT", env = "CARDFERRY_OUTPUT_FORMAT", value_parser = format_named)]
    pub output_format: Option<Format>,
    /// Whom it is for: cards for standard, outlook, apple, google, android or thunderbird; a table for outlook-desktop
    /// (with headers in another language: outlook-desktop/de), outlook-web, google, thunderbird, or generic, a
    /// spreadsheet that holds every field
    #[arg(long, value_name = "NAME[/LANG]", env = "CARDFERRY_PROFILE", value_parser = profile_named)]
    pub profile: Option<ProfileChoice>,
    /// The vCard version to write, in place of the profile's: 2.1, 3.0 (what Outlook, Apple and Google all read) or 4.0
    #[arg(long, value_name = "VERSION", env = "CARDFERRY_VCARD_VERSION", value_parser = version_named)]
    pub vcard_version: Option<vcard::Version>,
    /// Write each contact as a card in a file of its own, into the directory OUT, which is new, empty, or from an
    /// earlier run
    #[arg(long, env = "CARDFERRY_SPLIT", value_parser = FalseyValueParser::new())]
    pub split: bool,
    /// The character set of a table, in place of the profile's: utf-8-bom, utf-8, windows-1252, shift_jis … What it
    /// lacks becomes ? and is told
    #[arg(long, value_name = "LABEL", env = "CARDFERRY_OUTPUT_ENCODING", value_parser = encoding::to_write)]
    pub output_encoding: Option<(&'static Encoding, bool)>,
    /// What stands between the cells of a table (default: a comma)
    #[arg(long, value_name = "CHAR", env = "CARDFERRY_OUTPUT_DELIMITER", value_parser = delimiter_named)]
    pub output_delimiter: Option<u8>,
    /// Put an apostrophe before the cells of a table that a spreadsheet would take for formulas; reading takes it off
    #[arg(long, env = "CARDFERRY_EXCEL_SAFE", value_parser = FalseyValueParser::new())]
    pub excel_safe: bool,
    /// Write the photos into the directory DIR, which is new, empty, or from an earlier run, and their names into the
    /// table; --photo-dir DIR reads them again
    #[arg(long, value_name = "DIR", env = "CARDFERRY_PHOTOS")]
    pub photos: Option<PathBuf>,
    /// Show each contact's photo in its row of an .xlsx file, so many pixels high; JPEG and PNG
    #[arg(long, value_name = "PIXELS", env = "CARDFERRY_THUMBNAILS", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "64", value_parser = clap::value_parser!(u32).range(16..=400))]
    pub thumbnails: Option<u32>,
}

/// What a profile's name means: a program that cards are written for, one that tables are written for, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProfileChoice {
    /// For vCard.
    pub vcard: Option<vcard::Profile>,
    /// For tables.
    pub csv: Option<table::Style>,
}

impl ProfileChoice {
    /// The names of the profiles that a format has.
    pub fn names(format: Format) -> String {
        match format {
            Format::Vcard => list(vcard::Profile::ALL.iter().map(|profile| profile.name())),
            _ => list(table::Profile::ALL.iter().map(|profile| profile.name())),
        }
    }

    /// The one format that the profile is of, if it is of one alone.
    pub fn format(self) -> Option<Format> {
        match (self.vcard, self.csv) {
            (Some(_), None) => Some(Format::Vcard),
            (None, Some(_)) => Some(Format::Csv),
            _ => None,
        }
    }

    /// Whether a format has it.
    pub fn is_of(self, format: Format) -> bool {
        match format {
            Format::Vcard => self.vcard.is_some(),
            _ => self.csv.is_some(),
        }
    }

    /// Its name.
    pub fn name(self) -> String {
        let name = self.vcard.map(|profile| profile.name().to_owned());
        name.or(self.csv.map(table::Style::name)).unwrap_or_default()
    }
}

/// Which mailbox, beside its address.
#[derive(Debug, Clone, Group)]
#[command(next_help_heading = "Which mailbox")]
pub struct MailboxArgs {
    /// The API, where the address does not tell
    #[arg(long, env = "CARDFERRY_API", value_enum)]
    pub api: Option<Api>,
    /// Whose mailbox: me, or another user's id or principal name
    #[arg(long, value_name = "ID", env = "CARDFERRY_MAILBOX", default_value = "me")]
    pub mailbox: String,
    /// The contact folder, from the top: Clients/Berlin; a / in a name is \/ (default: the Contacts folder)
    #[arg(long, value_name = "A/B", env = "CARDFERRY_FOLDER", value_parser = folder_path)]
    pub folder: Option<FolderPath>,
    /// The environment variable that holds the bearer token
    #[arg(long, value_name = "NAME", env = "CARDFERRY_TOKEN_ENV")]
    pub token_env: Option<String>,
    /// The sandbox's store, in place of the one in the user's data directory
    #[arg(long, value_name = "FILE", env = "CARDFERRY_SANDBOX_STORE")]
    pub sandbox_store: Option<PathBuf>,
    /// Let go wrong in the built-in sandbox what the TOML file FILE says; `sandbox serve --help` says more of faults
    #[arg(long, value_name = "FILE", env = "CARDFERRY_SANDBOX_FAULTS")]
    pub sandbox_faults: Option<PathBuf>,
    /// Do not hold Exchange's request and upload budgets, for a server that has none (the built-in sandbox has none)
    #[arg(long, env = "CARDFERRY_NO_LIMITS", value_parser = FalseyValueParser::new())]
    pub no_limits: bool,
}

/// `convert`.
#[derive(Debug, Group)]
pub struct Convert {
    /// What to read.
    #[command(flatten)]
    pub input: Input,
    /// What to write.
    #[command(flatten)]
    pub output: Output,
}

/// `export`.
#[derive(Debug, Group)]
pub struct Export {
    /// The mailbox: sandbox, graph, or a URL such as https://graph.microsoft.com/v1.0
    #[arg(long, value_name = "ADDRESS", env = "CARDFERRY_FROM", help_heading = "Which mailbox")]
    pub from: String,
    /// Which mailbox.
    #[command(flatten)]
    pub mailbox: MailboxArgs,
    /// The folders below the folder too
    #[arg(long, env = "CARDFERRY_ALL_FOLDERS", help_heading = "Which mailbox", value_parser = FalseyValueParser::new())]
    pub all_folders: bool,
    /// What to write.
    #[command(flatten)]
    pub output: Output,
}

/// `check`.
#[derive(Debug, Group)]
pub struct Check {
    /// vCard files, directories with .vcf files, or - for standard input
    #[arg(value_name = "FILE", required_unless_present = "rules")]
    pub inputs: Vec<PathBuf>,
    /// Print every rule: its code, severity, versions, section and way out
    #[arg(long, env = "CARDFERRY_RULES", value_parser = FalseyValueParser::new())]
    pub rules: bool,
    /// Bytes that one vCard may have; a larger one is told and not looked at
    #[arg(long, value_name = "BYTES", env = "CARDFERRY_MAX_CARD_SIZE", default_value_t = vcard::Options::default().max_card_size)]
    pub max_card_size: usize,
}

/// The wire API.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Api {
    /// Microsoft Graph v1.0
    Graph,
    /// Outlook REST v2.0, closed by Microsoft to ordinary apps in 2024
    Outlook,
}

impl From<Api> for Dialect {
    fn from(api: Api) -> Self {
        match api {
            Api::Graph => Dialect::Graph,
            Api::Outlook => Dialect::Outlook,
        }
    }
}

/// The order of a date's parts.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum DateOrder {
    /// Day, month, year
    Dmy,
    /// Month, day, year
    Mdy,
    /// Year, month, day
    Ymd,
}

/// The names of a folder and those above it, outermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderPath(pub Vec<String>);

impl fmt::Display for FolderPath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.iter().map(|name| name.replace('/', "\\/")).collect();
        out.write_str(&names.join("/"))
    }
}

fn exit_codes() -> String {
    let codes: Vec<_> = Exit::ALL.iter().map(|(exit, means)| format!("{} {means}", *exit as i32)).collect();
    format!("Exit codes: {}.", codes.join("; "))
}

/// A path of folder names, as the user writes it.
pub(super) fn folder_path(text: &str) -> Result<FolderPath, String> {
    let mut names = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('/')) => names.last_mut().into_iter().for_each(|name| name.extend(letters.next())),
            ('/', _) => names.push(String::new()),
            _ => names.last_mut().into_iter().for_each(|name| name.push(letter)),
        }
    }
    if names.iter().any(|name| name.trim().is_empty()) {
        return Err("a folder has a name; write A/B, and a / in a name as \\/".into());
    }
    Ok(FolderPath(names))
}

fn format_named(text: &str) -> Result<Format, String> {
    let found = Format::ALL.iter().find(|format| format.name() == text.to_ascii_lowercase()).copied();
    found.ok_or_else(|| format!("the formats are {}", list(Format::ALL.iter().map(|format| format.name()))))
}

fn profile_named(text: &str) -> Result<ProfileChoice, String> {
    let name = text.to_ascii_lowercase();
    if let Some((program, language)) = name.split_once('/')
        && let Some(profile) = table::Profile::named(program)
    {
        let languages = profile.languages();
        let tag = language.replace('_', "-");
        let known = languages.iter().find(|known| known.eq_ignore_ascii_case(&tag));
        return match known.and_then(|language| table::Style::of(profile, language)) {
            Some(style) => Ok(ProfileChoice { vcard: None, csv: Some(style) }),
            None => Err(format!("the headers of {program} are known in {}", list(languages.into_iter()))),
        };
    }
    let csv = table::Profile::named(&name).map(table::Style::from);
    let found = ProfileChoice { vcard: vcard::Profile::named(&name), csv };
    if found.vcard.is_none() && found.csv.is_none() {
        let [cards, tables] = [Format::Vcard, Format::Csv].map(ProfileChoice::names);
        return Err(format!("the profiles are {cards} for vCard, and {tables} for CSV"));
    }
    Ok(found)
}

fn version_named(text: &str) -> Result<vcard::Version, String> {
    vcard::Version::of_number(text).ok_or_else(|| "the versions are 2.1, 3.0 and 4.0".to_owned())
}

fn encoding_named(text: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(text.as_bytes()).ok_or_else(|| "no such character set; write it as web pages do".to_owned())
}

fn delimiter_named(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" | "\t" => Ok(b'\t'),
        "," | ";" | "|" => Ok(text.as_bytes()[0]),
        _ => Err("the delimiters are , ; | and tab".into()),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
