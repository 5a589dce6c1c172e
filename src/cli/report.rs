//! `--report`: what became of every record, in a file for people (.html, .csv) or programs (.json).
//!
//! It is written as the job goes on and takes its place at the end, also when the job is stopped; then it says by what,
//! and how many records were not reached.

mod html;

use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::cli::args::Common;
use crate::cli::events;
use crate::cli::exit::Failure;
use crate::cli::print::{self, Job, Summary};
use crate::disk::output::Output;
use crate::disk::{self, spool};
use crate::formats::csv::plain;
use crate::model::Loss;
use crate::pipeline::RecordReport;

/// Version of the form of the JSON.
const VERSION: u32 = 1;
/// The headers of the table.
const HEADERS: [&str; 12] =
    ["Source", "Record", "Line", "Name", "Outcome", "Why", "Photo", "Changes", "Losses", "Hidden", "Requests", "Id"];

/// The forms and the endings of their names.
const FORMS: [(&str, Form); 3] = [("html", Form::Html), ("csv", Form::Csv), ("json", Form::Json)];

/// What the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Html,
    Csv,
    Json,
}

/// Somewhere to put rows until what stands above them is known.
trait Scratch: Read + Write + Seek + Send {}
impl<S: Read + Write + Seek + Send> Scratch for S {}

/// The file.
pub(super) struct Report {
    path: PathBuf,
    job: Job,
    form: Form,
    file: Output,
    /// The rows of a page.
    rows: Option<Box<dyn Scratch>>,
    records: u64,
    /// Inputs that could not be read.
    troubles: Vec<String>,
    /// What went wrong first.
    error: Option<io::Error>,
}

impl Report {
    /// Begins the file; one that cannot be written, or that would replace one of the others, is told before anything is
    /// read.
    pub(super) fn create(path: &Path, job: Job, others: &[PathBuf]) -> Result<Self, Failure> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let Some((_, form)) = FORMS.into_iter().find(|(name, _)| *name == ending) else {
            return Err(Failure::usage("--report wants the name of a file that ends in .html, .csv or .json"));
        };
        if others.iter().any(|other| other == path || disk::same_file(other, path)) {
            let what = "--report names a file that this run reads or writes, and would replace it; choose another";
            return Err(Failure::usage(what));
        }
        let failed = |error: &io::Error| Failure::output(&path.display().to_string(), error);
        let mut file = Output::create(path).map_err(|error| failed(&error))?;
        let begun = match form {
            Form::Html => Ok(()),
            Form::Csv => file.write_all(format!("{}{}", plain::MARK, plain::row(&HEADERS)).as_bytes()),
            Form::Json => writeln!(file, "{{\"cardferry\": \"report\", \"version\": {VERSION}, \"records\": ["),
        };
        begun.map_err(|error| failed(&error))?;
        let rows = (form == Form::Html).then(|| Box::new(spool::scratch()) as Box<dyn Scratch>);
        let (records, troubles, error) = (0, Vec::new(), None);
        Ok(Self { path: path.to_owned(), job, form, file, rows, records, troubles, error })
    }

    /// The file that is written until all is done.
    pub(super) fn temporary(&self) -> Option<PathBuf> {
        self.file.temporary().map(Path::to_owned)
    }

    /// An input could not be read.
    pub(super) fn trouble(&mut self, why: &str) {
        self.troubles.push(why.to_owned());
    }

    /// Adds a record.
    pub(super) fn add(&mut self, report: &RecordReport<'_>) {
        if self.error.is_none() {
            self.error = self.write(report).err();
            self.records += 1;
        }
    }

    fn write(&mut self, report: &RecordReport<'_>) -> io::Result<()> {
        match (self.form, &mut self.rows) {
            (Form::Csv, _) => self.file.write_all(print::without_secret(&row(self.job, report)).as_bytes()),
            (Form::Html, Some(rows)) => rows.write_all(html::row(self.job, report).as_bytes()),
            _ => {
                let comma = if self.records == 0 { "" } else { ",\n" };
                let record = events::record(self.job, report).to_string();
                write!(self.file, "{comma}{}", print::without_secret(&record))
            }
        }
    }

    /// Puts the file in its place; `stopped` is what stopped the job.
    pub(super) fn end(mut self, common: &Common, summary: &Summary<'_>, stopped: Option<&str>) -> Result<(), Failure> {
        let name = self.path.display().to_string();
        let ended = self.error.take().map_or_else(|| self.finish(summary, stopped), Err);
        ended.map_err(|error| Failure::output(&name, &error))?;
        print::note(common, &format!("{name} says what became of every record"));
        Ok(())
    }

    fn finish(mut self, summary: &Summary<'_>, stopped: Option<&str>) -> io::Result<()> {
        match (self.form, self.rows) {
            (Form::Csv, _) => {}
            (Form::Html, Some(mut rows)) => {
                let about = html::About { summary, stopped, troubles: &self.troubles };
                self.file.write_all(html::above(&about).as_bytes())?;
                rows.rewind()?;
                io::copy(&mut rows, &mut self.file)?;
                self.file.write_all(html::below().as_bytes())?;
            }
            _ => {
                let end = tail(summary, stopped, &self.troubles);
                writeln!(self.file, "\n], {}", print::without_secret(end.trim_start_matches('{')))?;
            }
        }
        self.file.commit()
    }
}

/// What stands behind the records of a JSON report.
fn tail(summary: &Summary<'_>, stopped: Option<&str>, troubles: &[String]) -> String {
    let mut end = json!({ "run": null });
    if let Some(outcome) = summary.outcome {
        let head = outcome.head;
        end = json!({
            "run": head.run, "begun": date(head.started),
            "inputs": head.inputs, "address": head.address, "api": head.api, "mailbox": head.mailbox,
            "folder": head.folder, "options": head.options,
        });
    }
    end["unreadInputs"] = troubles.into();
    end["stopped"] = stopped.into();
    end["summary"] = print::as_json(summary);
    Value::to_string(&end)
}

/// Seconds since 1970 as RFC 3339 has them.
fn date(seconds: u64) -> String {
    let of = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    of.map(|of| of.to_string()).unwrap_or_default()
}

/// A record as a row of the table.
fn row(job: Job, report: &RecordReport<'_>) -> String {
    let number = |of: fn(&crate::formats::Position) -> u64| report.position.map(|at| of(at).to_string());
    let [record, line] = [number(|at| at.record), number(|at| at.line)].map(Option::unwrap_or_default);
    let lines = |of: Vec<String>| of.join("\n");
    let losses = |of: &[Loss]| lines(of.iter().map(Loss::to_string).collect());
    plain::row(&[
        report.position.map_or("", |position| &position.source),
        &record,
        &line,
        report.name,
        print::word(job, report.ending),
        report.why.unwrap_or_default(),
        &events::photo(report).unwrap_or_default(),
        &lines(report.changes.iter().map(ToString::to_string).collect()),
        &losses(report.losses),
        &losses(report.hidden),
        &report.attempts.to_string(),
        report.id.unwrap_or_default(),
    ])
}
