//! A plan in a file: a line of JSON for the run, then one for each record. It can be read by people and programs, kept,
//! and carried out later, if nothing has changed in between.

use std::io::{self, BufRead, Read, Write};

use serde_json::{Map, Value, json};

use super::Planned;
use crate::formats::Remark;
use crate::formats::exchange::CONTENT_VERSION;
use crate::model::identity::KEY_VERSION;
use crate::pipeline::ledger::{Action, Head};
use crate::pipeline::{Ending, RecordReport, Watcher, counted};

/// Version of the form of these lines.
const VERSION: u32 = 1;
/// Differences that are told one by one.
const SHOWN: usize = 5;
/// The longest line. A contact that the service takes is a quarter of it; what is longer says less instead.
const LONGEST_LINE: usize = 16 * 1024 * 1024;
/// What a line leaves out when it is too long.
const SPARED: [&str; 3] = ["body", "losses", "changes"];
/// What two plans of the same are the same in.
const COMPARED: [&str; 7] = ["number", "key", "content", "photo", "action", "id", "like"];
/// The same where a contact that is there would be changed.
const COMPARED_IN_CHANGES: [&str; 2] = ["changeKey", "changes"];
/// What the first line says of the run: its name there, and what it is called.
const MADE_FOR: [(&str, &str); 6] = [
    ("address", "address"),
    ("api", "API"),
    ("mailbox", "mailbox"),
    ("folder", "folder"),
    ("options", "choice of options"),
    ("source", "content of the inputs"),
];

/// Watches a plan being made, and writes it.
pub struct PlanWriter<'a> {
    out: &'a mut dyn Write,
    watcher: &'a mut dyn Watcher,
    records: u64,
    /// What went wrong first.
    failed: Option<io::Error>,
}

/// Watches a plan being made, and holds it against one that was written.
pub struct PlanCheck<'a> {
    lines: Lines<'a>,
    watcher: &'a mut dyn Watcher,
    differences: Vec<String>,
    count: u64,
    failed: Option<PlanError>,
}

/// The lines of a plan that was written.
struct Lines<'a> {
    from: &'a mut dyn BufRead,
    number: u64,
    /// Records so far.
    records: u64,
    /// Whether the last line has been read.
    ended: bool,
}

/// Why a plan that was written is not carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is no plan, or one of another version.
    #[error("is no plan that this version of cardferry can read; --save-plan makes one")]
    Foreign,
    /// It is not as it was written.
    #[error("line {line} {what}; make the plan again with --save-plan")]
    Damaged {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        what: &'static str,
    },
    /// It was made for something else.
    #[error("was made for another {what}{}; nothing was sent; make the plan again with --save-plan", either(.saved, .now))]
    Other {
        /// What is another.
        what: &'static str,
        /// What it was when the plan was made; empty where that says nothing to people.
        saved: String,
        /// What it is now.
        now: String,
    },
    /// Something has changed since.
    #[error("no longer holds for {} ({}); nothing was sent; make the plan again with --save-plan", counted(*.count, "record"), .examples.join("; "))]
    Stale {
        /// How many.
        count: u64,
        /// Some of them.
        examples: Vec<String>,
    },
}

impl PlanError {
    /// Whether it is the plan of something else, or of another time; else it is no plan that can be read.
    pub fn is_stale(&self) -> bool {
        matches!(self, Self::Other { .. } | Self::Stale { .. })
    }
}

fn either(saved: &str, now: &str) -> String {
    if saved.is_empty() && now.is_empty() {
        String::new()
    } else {
        format!(" (“{saved}”, and now it is “{now}”)")
    }
}

impl<'a> PlanWriter<'a> {
    /// Begins the plan of a run.
    pub fn new(out: &'a mut dyn Write, head: &Head, watcher: &'a mut dyn Watcher) -> Self {
        let failed = writeln!(out, "{}", header(head)).err();
        Self { out, watcher, records: 0, failed }
    }

    /// Ends the plan; without its last line nobody takes it for whole.
    ///
    /// # Errors
    /// What went wrong first.
    pub fn finish(self) -> io::Result<()> {
        match self.failed {
            Some(error) => Err(error),
            None => writeln!(self.out, "{}", json!({ "end": "plan", "records": self.records })),
        }?;
        self.out.flush()
    }
}

impl<'a> PlanCheck<'a> {
    /// Reads what the plan was made for.
    ///
    /// # Errors
    /// When it was made for anything else than this run.
    pub fn new(from: &'a mut dyn BufRead, head: &Head, watcher: &'a mut dyn Watcher) -> Result<Self, PlanError> {
        let mut lines = Lines { from, number: 0, records: 0, ended: false };
        let (saved, now) = (lines.first()?, header(head));
        for name in ["cardferry", "version", "keys", "contents"] {
            if saved.get(name) != now.get(name) {
                return Err(PlanError::Foreign);
            }
        }
        for (name, what) in MADE_FOR {
            let [saved, now] = [&saved, &now].map(|of| of.get(name).and_then(Value::as_str).unwrap_or_default());
            if saved != now {
                // Nobody reads a fingerprint.
                let [saved, now] = [saved, now].map(|text| if name == "source" { "" } else { text }.to_owned());
                return Err(PlanError::Other { what, saved, now });
            }
        }
        Ok(Self { lines, watcher, differences: Vec::new(), count: 0, failed: None })
    }

    /// Whether the plan holds.
    ///
    /// # Errors
    /// What has changed, or that the file cannot be read.
    pub fn finish(mut self) -> Result<(), PlanError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        while let Some(line) = self.lines.next()? {
            let at = line.get("position").and_then(Value::as_str).unwrap_or("a record");
            self.differ(format!("{at}: is no longer there"));
        }
        let Self { count, differences: examples, .. } = self;
        if count > 0 { Err(PlanError::Stale { count, examples }) } else { Ok(()) }
    }

    fn differ(&mut self, what: String) {
        self.count += 1;
        if self.differences.len() < SHOWN {
            self.differences.push(what);
        }
    }

    fn compare(&mut self, planned: &Planned<'_>) {
        if self.failed.is_some() {
            return;
        }
        let saved = match self.lines.next() {
            Ok(Some(saved)) => saved,
            Ok(None) => return self.differ(format!("{}: is new", planned.position)),
            Err(error) => {
                self.failed = Some(error);
                return;
            }
        };
        let (now, _) = fitting(planned);
        if !is_same(&saved, &now, planned.action) && !goes_on(&saved, &now, planned) {
            self.differ(told(&saved, planned));
        }
    }
}

/// What of a record is no longer as it was planned.
fn told(saved: &Value, planned: &Planned<'_>) -> String {
    let was = saved.get("action").and_then(Value::as_str).unwrap_or_default();
    let (at, now) = (planned.position, planned.action.word());
    match planned.like {
        _ if was != now => format!("{at}: was planned as “{was}”, and would now be “{now}”"),
        Some(like) if saved.get("like").is_none() => format!("{at}: a contact that looks like it is there now, {like}"),
        _ if planned.action.changes() => format!("{at}: the contact there has changed"),
        _ => format!("{at}: has changed"),
    }
}

fn is_same(saved: &Value, now: &Value, action: Action) -> bool {
    let same = |names: &[&str]| names.iter().all(|name| saved.get(*name) == now.get(*name));
    same(&COMPARED) && (!action.changes() || same(&COMPARED_IN_CHANGES))
}

/// Whether a line has been carried out since by this very plan, which was stopped, wholly or but for the photo. What
/// somebody has changed after that is a change.
fn goes_on(saved: &Value, now: &Value, planned: &Planned<'_>) -> bool {
    let works = [Action::Create, Action::Change, Action::SetPhoto, Action::CheckPhoto];
    let planned_then = works.iter().any(|work| saved.get("action").and_then(Value::as_str) == Some(work.word()));
    let same = ["number", "key", "content", "photo"].iter().all(|name| saved.get(*name) == now.get(*name));
    let same_contact = saved.get("id").is_none_or(|id| Some(id) == now.get("id"));
    let rest = match planned.action {
        Action::End(ending) => ending == Ending::Unchanged,
        Action::Change | Action::SetPhoto | Action::CheckPhoto => planned.changes.is_empty(),
        Action::Create | Action::Delete => false,
    };
    planned.begun && planned_then && same && same_contact && rest
}

fn header(head: &Head) -> Value {
    json!({
        "cardferry": "plan", "version": VERSION, "program": env!("CARGO_PKG_VERSION"), "keys": KEY_VERSION,
        "contents": CONTENT_VERSION, "source": head.source, "inputs": head.named_inputs(), "address": head.address,
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

/// A record's line without what would make it longer than one that is read.
fn fitting(planned: &Planned<'_>) -> (Value, String) {
    let mut line = line(planned);
    let mut text = line.to_string();
    for name in SPARED {
        if let (true, Some(members)) = (text.len() >= LONGEST_LINE, line.as_object_mut()) {
            members.remove(name);
            text = line.to_string();
        }
    }
    (line, text)
}

impl Lines<'_> {
    /// The first line: that a file is none of ours shows there.
    fn first(&mut self) -> Result<Value, PlanError> {
        match self.line() {
            Ok(Some(line)) if line.is_object() => Ok(line),
            Err(PlanError::Io(error)) => Err(PlanError::Io(error)),
            _ => Err(PlanError::Foreign),
        }
    }

    /// The next record; none behind the last.
    fn next(&mut self) -> Result<Option<Value>, PlanError> {
        if self.ended {
            return Ok(None);
        }
        let damaged = |lines: &Self, what| PlanError::Damaged { line: lines.number, what };
        match self.line()? {
            None => Err(PlanError::Damaged { line: self.number + 1, what: "is missing: the plan breaks off" }),
            Some(line) if line.get("end").is_some() => {
                if line.get("records").and_then(Value::as_u64) != Some(self.records) {
                    return Err(damaged(self, "is not the last one that was written: records are missing or doubled"));
                }
                self.ended = true;
                match self.line()? {
                    None => Ok(None),
                    Some(_) => Err(damaged(self, "stands behind the end of the plan")),
                }
            }
            Some(line) if line.is_object() => {
                self.records += 1;
                Ok(Some(line))
            }
            Some(_) => Err(damaged(self, "is none of a plan")),
        }
    }

    fn line(&mut self) -> Result<Option<Value>, PlanError> {
        let mut line = Vec::new();
        let read = (&mut self.from).take(LONGEST_LINE as u64 + 1).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let damaged = |what| PlanError::Damaged { line: self.number, what };
        if read > LONGEST_LINE {
            return Err(damaged("is longer than any of a plan"));
        }
        serde_json::from_slice(&line).map(Some).map_err(|_| damaged("is no whole line of JSON"))
    }
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
            self.records += 1;
            self.failed = writeln!(self.out, "{}", fitting(planned).1).err();
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
