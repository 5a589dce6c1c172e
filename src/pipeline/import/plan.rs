//! The first pass: every record is read and decided about; nothing is sent.

use serde_json::{Map, Value};

use super::decide::{Decision, Rules};
use super::options::{MatchBy, OnMatch};
use super::photo::foreseen;
use super::prepare::{Prepared, Preparer};
use super::{Import, Inputs, Stopped, claims};
use crate::formats::exchange::Change;
use crate::formats::exchange::extended::{Marks, State};
use crate::formats::{Outcome, Position, Record, Reject, Remark};
use crate::model::Loss;
use crate::model::identity::{Key, Keys};
use crate::pipeline::ledger::{Action, Held, Ledger, LedgerError, Row};
use crate::pipeline::{Ending, RecordReport, Totals, Watcher};
use crate::remote::{Clock, Transport};

/// Look-alikes that a plan names.
const EXAMPLES: usize = 5;

/// What is planned for all records.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// How the records would end.
    pub totals: Totals,
    /// Contacts there that would be changed.
    pub changes: u64,
    /// Records that would be created although something else has put a contact there that looks like them.
    pub like: Likeness,
    /// Contacts that the folder holds.
    pub there: u64,
}

/// Records that look like contacts that something else has put there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Likeness {
    /// How many.
    pub count: u64,
    /// The names of some.
    pub examples: Vec<String>,
    /// By what they would be found.
    pub by: Vec<MatchBy>,
}

/// A record and what is planned for it.
#[derive(Debug)]
pub struct Planned<'a> {
    /// Its number in the run, from 1.
    pub number: u64,
    /// Where it stands.
    pub position: &'a Position,
    /// The contact's name.
    pub name: &'a str,
    /// What is to be done.
    pub action: Action,
    /// Why, where it does not go without saying.
    pub why: &'a str,
    /// Its key; none for what cannot be read.
    pub key: Option<Key>,
    /// Fingerprint of the content, as text.
    pub content: &'a str,
    /// Fingerprint of the photo, as text.
    pub photo: &'a str,
    /// The contact there that is meant.
    pub id: Option<&'a str>,
    /// Its change key.
    pub change_key: &'a str,
    /// What would be changed in it.
    pub changes: &'a [Change],
    /// What would be lost.
    pub losses: &'a [Loss],
    /// A contact of another origin that looks like it.
    pub like: Option<&'a str>,
    /// Whether this run has made or changed the contact that is meant, before it was stopped.
    pub begun: bool,
    /// The record's own bytes and what is wrong with them, where it cannot be read.
    pub rejected: Option<(&'a [u8], &'a Reject)>,
    record: Option<(&'a Prepared, &'a str)>,
}

impl Planned<'_> {
    /// How the record would end.
    pub fn ending(&self) -> Ending {
        match self.action {
            Action::Create => Ending::Created,
            Action::Change | Action::SetPhoto | Action::Delete => Ending::Updated,
            Action::CheckPhoto => Ending::Unchanged,
            Action::End(ending) => ending,
        }
    }

    /// The record as it would end.
    pub fn report(&self) -> RecordReport<'_> {
        let Planned { position, id, name, why, losses, changes, rejected, .. } = *self;
        let (position, why) = (Some(position), Some(why).filter(|why| !why.is_empty()));
        let hidden = match self.record {
            Some((record, _)) if self.action == Action::Create => record.written.hidden.as_slice(),
            _ => &[],
        };
        let no_photo = self.record.and_then(|(record, _)| record.no_photo.as_ref());
        let report = RecordReport::of(self.ending());
        RecordReport { position, id, name, why, losses, hidden, no_photo, changes, rejected, ..report }
    }

    /// The body that would be sent to create the contact; none where it is not created.
    pub fn body(&self) -> Option<Map<String, Value>> {
        let (record, run) = self.record.filter(|_| self.action == Action::Create)?;
        let marks = Marks { key: self.key?, ..marks(record, run) };
        Some(record.written.json(Some(&marks)))
    }
}

/// The marks of a contact that a run creates.
pub(super) fn marks(record: &Prepared, run: &str) -> Marks {
    let (content, photo) = (record.written.content, record.print());
    Marks { key: record.key, state: State { content, photo, run: run.to_owned(), changed_by: None } }
}

/// The key of one more contact of the same record: the first that no contact has, but for what this very run has made in
/// an earlier attempt.
fn key_of_another(ledger: &Ledger, key: Key, run: &str) -> Result<Key, LedgerError> {
    let (mut free, mut number) = (key, 1);
    loop {
        let held = ledger.held_by_key(free)?;
        let is_ours = |held: &Held| held.state.as_ref().is_some_and(|state| state.run == run);
        if held.iter().all(is_ours) {
            return Ok(free);
        }
        number += 1;
        free = key.again(number);
    }
}

/// Reads every record, and keeps in the ledger what is to be done with each, by what it knows of the folder.
pub(super) fn plan<T: Transport, C: Clock>(
    import: &Import<'_, T, C>,
    inputs: &Inputs<'_>,
    ledger: &mut Ledger,
    watcher: &mut dyn Watcher,
) -> Result<Plan, Stopped> {
    ledger.forget_seen()?;
    if import.options.compares_traits() {
        claims::note(import, inputs, ledger)?;
    }
    let dialect = import.mailbox.endpoint().dialect;
    let run = ledger.head().run.clone();
    let mut planner = Planner {
        rules: Rules { options: import.options, dialect, follows_links: import.pictures.is_some() },
        preparer: Preparer { keys: Keys::default(), dialect, categories: &import.options.categories },
        run: &run,
        number: 0,
        plan: Plan { there: ledger.held_counts()?.0, ..Plan::default() },
    };
    planner.plan.totals.photo_links.wanted = import.pictures.is_some();
    let mut records = inputs.records();
    let mut totals = std::mem::take(&mut planner.plan.totals);
    inputs.tell_failed(&mut totals, watcher);
    while let Some(record) = records.next(&mut totals, &mut Remarks(watcher)) {
        import.check_interrupted()?;
        planner.next(record, ledger, &mut totals, watcher)?;
    }
    records.photos().iter().for_each(|photos| photos.count(&mut totals.photo_files));
    ledger.forget_rows_after(planner.number)?;
    ledger.commit()?;
    Ok(Plan { totals, ..planner.plan })
}

struct Planner<'a> {
    rules: Rules<'a>,
    preparer: Preparer<'a>,
    run: &'a str,
    number: u64,
    plan: Plan,
}

impl Planner<'_> {
    fn next(
        &mut self,
        record: Record,
        ledger: &mut Ledger,
        totals: &mut Totals,
        watcher: &mut dyn Watcher,
    ) -> Result<(), Stopped> {
        let Record { position, raw, outcome, losses } = record;
        self.number += 1;
        match outcome {
            Outcome::Contact(contact) => {
                let mut prepared = self.preparer.prepare(*contact, position, losses);
                if self.rules.options.on_match == OnMatch::Duplicate {
                    prepared.key = key_of_another(ledger, prepared.key, self.run)?;
                }
                let decision = self.rules.decide(ledger, &prepared, self.number)?;
                let decision = match self.rules.options.failed_only {
                    true => retried(ledger, &prepared, self.number, decision)?,
                    false => decision,
                };
                self.keep(&prepared, &decision, ledger, totals, watcher)
            }
            Outcome::Reject(reject) => {
                let row = row(self.number, &position, Action::End(Ending::Rejected), &reject.why);
                ledger.plan(&row)?;
                let rejected = Some((&*raw, &reject));
                tell(&Planned { losses: &losses, rejected, ..planned(&row, &position) }, totals, watcher);
                Ok(())
            }
            // Its record has been held back and is counted with the last one.
            Outcome::Group(_) => Ok(()),
        }
    }

    /// Keeps a decision, counts it and tells it.
    fn keep(
        &mut self,
        record: &Prepared,
        decision: &Decision,
        ledger: &mut Ledger,
        totals: &mut Totals,
        watcher: &mut dyn Watcher,
    ) -> Result<(), Stopped> {
        let Decision { action, why, held, changes, like } = decision;
        let row = Row {
            name: record.name.clone(),
            key: Some(record.key),
            content: record.written.content.to_string(),
            photo: record.print().map(|print| print.to_string()).unwrap_or_default(),
            id: held.as_ref().map(|held| held.id.clone()),
            ..row(self.number, &record.position, *action, why)
        };
        ledger.plan(&row)?;
        self.plan.changes += u64::from(action.changes());
        if let Some((title, by)) = like {
            self.plan.like.add(title, *by);
        }
        let mut losses = record.losses.clone();
        if *action == Action::Create {
            losses.extend(record.written.losses.iter().cloned());
        }
        if matches!(action, Action::Create | Action::SetPhoto) {
            losses.extend(record.picture.as_ref().and_then(foreseen));
        }
        let told = Planned {
            change_key: held.as_ref().map_or("", |held| &held.change_key),
            changes,
            losses: &losses,
            like: like.as_ref().map(|(title, _)| title.as_str()),
            begun: held.as_ref().map_or(Ok(false), |held| begun(ledger, held))?,
            record: Some((record, self.run)),
            ..planned(&row, &record.position)
        };
        tell(&told, totals, watcher);
        Ok(())
    }
}

/// What is decided about a record of a run that is tried again: nothing, where it did not fail.
fn retried(ledger: &Ledger, record: &Prepared, number: u64, decision: Decision) -> Result<Decision, Stopped> {
    let Some(row) = ledger.row(number)? else { return Ok(decision) };
    if row.key != Some(record.key) || row.content != record.written.content.to_string() {
        return Err(Stopped::OtherReading(record.position.to_string()));
    }
    Ok(match row.done {
        Some(done) if done.ending != Ending::Failed => {
            let there = matches!(done.ending, Ending::Created | Ending::Updated);
            Decision::end(if there { Ending::Unchanged } else { done.ending }, done.said)
        }
        _ => decision,
    })
}

impl Likeness {
    fn add(&mut self, title: &str, by: MatchBy) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(title.to_owned());
        }
        if !self.by.contains(&by) {
            self.by.push(by);
        }
    }
}

fn row(number: u64, position: &Position, action: Action, why: &str) -> Row {
    let (name, content, photo) = Default::default();
    let (position, why) = (position.to_string(), why.to_owned());
    Row { number, position, name, key: None, content, photo, action, why, id: None, done: None }
}

fn planned<'a>(row: &'a Row, position: &'a Position) -> Planned<'a> {
    Planned {
        number: row.number,
        position,
        name: &row.name,
        action: row.action,
        why: &row.why,
        key: row.key,
        content: &row.content,
        photo: &row.photo,
        id: row.id.as_deref(),
        change_key: "",
        changes: &[],
        losses: &[],
        like: None,
        begun: false,
        rejected: None,
        record: None,
    }
}

/// Whether a contact is this run's own work: it says so itself, or the run has kept what it was before.
fn begun(ledger: &Ledger, held: &Held) -> Result<bool, LedgerError> {
    let run = &ledger.head().run;
    let says = |state: &State| state.run == *run || state.changed_by.as_ref() == Some(run);
    if held.state.as_ref().is_some_and(says) { Ok(true) } else { ledger.has_version(&held.id) }
}

/// Counts a record as it would end, and tells what is planned.
fn tell(planned: &Planned<'_>, totals: &mut Totals, watcher: &mut dyn Watcher) {
    totals.count(&planned.report(), &mut Silent);
    watcher.planned(planned);
}

/// Nobody watches.
pub(super) struct Silent;
impl Watcher for Silent {}

/// Lets through what concerns the sources; the records are told when they are done.
struct Remarks<'a>(&'a mut dyn Watcher);

impl Watcher for Remarks<'_> {
    fn remarks(&mut self, source: &str, remarks: &[Remark]) {
        self.0.remarks(source, remarks);
    }

    fn source_failed(&mut self, why: &str) {
        self.0.source_failed(why);
    }

    fn note(&mut self, what: &str) {
        self.0.note(what);
    }
}
