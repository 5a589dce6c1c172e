//! A plan in a file: a line of JSON for the run, then one for each record. It can be read by people and programs, kept,
//! and carried out later, if nothing has changed in between.

use std::io::{self, BufRead, Write};

use serde_json::{Map, Value, json};

use super::Planned;
use crate::formats::Remark;
use crate::formats::exchange::CONTENT_VERSION;
use crate::model::identity::KEY_VERSION;
use crate::pipeline::ledger::{Action, Head};
use crate::pipeline::{Ending, RecordReport, Watcher};

/// Version of the form of these lines.
const VERSION: u32 = 1;
/// Differences that are told one by one.
const SHOWN: usize = 5;
/// What two plans of the same are the same in.
const COMPARED: [&str; 6] = ["number", "key", "content", "photo", "action", "id"];

/// Watches a plan being made, and writes it.
pub struct PlanWriter<'a> {
    out: Box<dyn Write + 'a>,
    watcher: &'a mut dyn Watcher,
    /// What went wrong first.
    failed: Option<io::Error>,
}

/// Watches a plan being made, and holds it against one that was written.
pub struct PlanCheck<'a> {
    lines: Box<dyn BufRead + 'a>,
    watcher: &'a mut dyn Watcher,
    differences: Vec<String>,
    count: u64,
    failed: Option<io::Error>,
}

/// Why a plan that was written is not carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The file cannot be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is no plan, or one of another version.
    #[error("it is no plan that this version of cardferry can read; make it again with --save-plan")]
    Foreign,
    /// It was made for something else.
    #[error("it was made for another {0}; make it again with --save-plan")]
    Other(&'static str),
    /// Something has changed since.
    #[error("{count} of its lines no longer hold ({}); make it again with --save-plan", .examples.join("; "))]
    Stale {
        /// How many.
        count: u64,
        /// Some of them.
        examples: Vec<String>,
    },
}

impl<'a> PlanWriter<'a> {
    /// Begins the plan of a run.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(mut out: Box<dyn Write + 'a>, head: &Head, watcher: &'a mut dyn Watcher) -> io::Result<Self> {
        writeln!(out, "{}", header(head))?;
        Ok(Self { out, watcher, failed: None })
    }

    /// Ends the plan.
    ///
    /// # Errors
    /// What went wrong first.
    pub fn finish(mut self) -> io::Result<()> {
        self.failed.take().map_or_else(|| self.out.flush(), Err)
    }
}

impl<'a> PlanCheck<'a> {
    /// Reads what the plan was made for.
    ///
    /// # Errors
    /// When it was made for anything else than this run.
    pub fn new(mut lines: Box<dyn BufRead + 'a>, head: &Head, watcher: &'a mut dyn Watcher) -> Result<Self, PlanError> {
        let (saved, wanted) = (next(&mut lines)?.ok_or(PlanError::Foreign)?, header(head));
        for name in ["cardferry", "version", "keys", "contents"] {
            if saved.get(name) != wanted.get(name) {
                return Err(PlanError::Foreign);
            }
        }
        let other = |name: &&str| saved.get(*name) != wanted.get(*name);
        if let Some(name) = ["source", "address", "api", "mailbox", "folder", "options"].iter().find(|name| other(name))
        {
            let what = if *name == "source" { "content of the inputs" } else { name };
            return Err(PlanError::Other(what));
        }
        Ok(Self { lines, watcher, differences: Vec::new(), count: 0, failed: None })
    }

    /// Whether the plan holds.
    ///
    /// # Errors
    /// What has changed, or that the file cannot be read.
    pub fn finish(mut self) -> Result<(), PlanError> {
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        while let Some(line) = next(&mut self.lines)? {
            self.differ(&format!("record {} is no longer there", line["number"]));
        }
        let Self { count, differences: examples, .. } = self;
        if count > 0 { Err(PlanError::Stale { count, examples }) } else { Ok(()) }
    }

    fn differ(&mut self, what: &str) {
        self.count += 1;
        if self.differences.len() < SHOWN {
            self.differences.push(what.to_owned());
        }
    }

    fn compare(&mut self, planned: &Planned<'_>) {
        let saved = match next(&mut self.lines) {
            Ok(Some(saved)) => saved,
            Ok(None) => return self.differ(&format!("{} is new", planned.position)),
            Err(error) => {
                self.failed.get_or_insert(error);
                return;
            }
        };
        let now = line(planned);
        let same = |name: &&str| saved.get(*name) == now.get(*name);
        let seen = saved.get("changeKey") == now.get("changeKey") || !planned.action.changes();
        if COMPARED.iter().all(|name| same(name)) && seen || is_done(&saved, planned) {
            return;
        }
        let word = saved.get("action").and_then(Value::as_str).unwrap_or_default();
        let what = format!("{}: was to {word}, would now {}", planned.position, planned.action.word());
        self.differ(&if word == planned.action.word() { format!("{}: has changed", planned.position) } else { what });
    }
}

/// Whether what was planned has been done since: by this very plan, which was stopped.
fn is_done(saved: &Value, planned: &Planned<'_>) -> bool {
    let same = ["key", "content", "photo"].iter().all(|name| saved.get(*name) == line(planned).get(*name));
    same && planned.action == Action::End(Ending::Unchanged)
}

fn header(head: &Head) -> Value {
    json!({
        "cardferry": "plan", "version": VERSION, "program": env!("CARGO_PKG_VERSION"), "keys": KEY_VERSION,
        "contents": CONTENT_VERSION, "source": head.source, "inputs": head.inputs, "address": head.address,
        "api": head.api, "mailbox": head.mailbox, "folder": head.folder, "options": head.options,
    })
}

/// A record's line; what says nothing is left out. The photo stands in it by its fingerprint alone.
fn line(planned: &Planned<'_>) -> Value {
    let Planned { number, name, why, content, photo, change_key, changes, losses, .. } = planned;
    let mut line = Map::new();
    let mut put = |name: &str, value: Value| {
        let says = !value.is_null() && value.as_str() != Some("") && value.as_array().is_none_or(|of| !of.is_empty());
        if says {
            line.insert(name.to_owned(), value);
        }
    };
    put("number", (*number).into());
    put("position", planned.position.to_string().into());
    put("name", (*name).into());
    put("action", planned.action.word().into());
    put("why", (*why).into());
    put("key", planned.key.map(|key| key.to_string()).into());
    put("content", (*content).into());
    put("photo", (*photo).into());
    put("id", planned.id.into());
    put("changeKey", (*change_key).into());
    put("changes", changes.iter().map(|change| Value::from(change.to_string())).collect());
    put("losses", losses.iter().map(|loss| Value::from(loss.to_string())).collect());
    put("like", planned.like.into());
    put("body", planned.body().into());
    Value::Object(line)
}

/// The next line; none at the end.
fn next(lines: &mut dyn BufRead) -> io::Result<Option<Value>> {
    let mut line = String::new();
    if lines.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    serde_json::from_str(&line).map(Some).map_err(io::Error::from)
}

impl Watcher for PlanWriter<'_> {
    fn remarks(&mut self, source: &str, remarks: &[Remark]) {
        self.watcher.remarks(source, remarks);
    }

    fn source_failed(&mut self, why: &str) {
        self.watcher.source_failed(why);
    }

    fn planned(&mut self, planned: &Planned<'_>) {
        if self.failed.is_none() {
            self.failed = writeln!(self.out, "{}", line(planned)).err();
        }
        self.watcher.planned(planned);
    }

    fn record(&mut self, report: &RecordReport<'_>) {
        self.watcher.record(report);
    }

    fn note(&mut self, what: &str) {
        self.watcher.note(what);
    }
}

impl Watcher for PlanCheck<'_> {
    fn remarks(&mut self, source: &str, remarks: &[Remark]) {
        self.watcher.remarks(source, remarks);
    }

    fn source_failed(&mut self, why: &str) {
        self.watcher.source_failed(why);
    }

    fn planned(&mut self, planned: &Planned<'_>) {
        self.compare(planned);
        self.watcher.planned(planned);
    }

    fn record(&mut self, report: &RecordReport<'_>) {
        self.watcher.record(report);
    }

    fn note(&mut self, what: &str) {
        self.watcher.note(what);
    }
}
