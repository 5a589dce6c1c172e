//! What there is to say at the end of an import beside its totals: each trouble with its way out, and the way back.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::print::Job;
use crate::pipeline::import::{Likeness, Plan};
use crate::pipeline::ledger::Head;
use crate::pipeline::{Ending, Totals, counted};

/// What was seen while it ran.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// Skipped records whose contact is there.
    pub(super) skipped_there: u64,
    /// Whether the rejected records are written to a file.
    pub(super) keeps_rejected: bool,
}

/// How an import ended.
#[derive(Debug)]
pub(super) struct Outcome<'a> {
    pub(super) head: &'a Head,
    /// Whether it came so far as to have a plan.
    pub(super) is_planned: bool,
    like: Likeness,
    /// Records that were planned, and that the run did not come to.
    pub(super) not_reached: u64,
    /// Whether something was changed that an undo takes back.
    has_changed: bool,
    tally: Tally,
}

impl<'a> Outcome<'a> {
    /// `endings` are those of the run as a whole, also of what it did before it was stopped and went on.
    pub(super) fn new(
        head: &'a Head,
        plan: Option<&Plan>,
        totals: &Totals,
        endings: &BTreeMap<Ending, u64>,
        tally: Tally,
    ) -> Self {
        let changes: u64 = [Ending::Created, Ending::Updated].iter().filter_map(|ending| endings.get(ending)).sum();
        Self {
            head,
            is_planned: plan.is_some(),
            like: plan.map(|plan| plan.like.clone()).unwrap_or_default(),
            not_reached: plan.map_or(0, |plan| plan.totals.read.saturating_sub(totals.read)),
            has_changed: changes > 0,
            tally,
        }
    }

    /// A line for each trouble, then the way back.
    pub(super) fn lines(&self, job: Job, totals: &Totals) -> Vec<String> {
        let rehearsal = job == Job::Rehearsal;
        let rejected = if self.tally.keeps_rejected { 0 } else { totals.of(Ending::Rejected) };
        let there = self.tally.skipped_there;
        let sent = |count: u64| if rehearsal { 0 } else { count };
        let troubles = [
            (rejected, of_rejected(rejected)),
            (sent(totals.of(Ending::Failed)), of_failed(totals.of(Ending::Failed))),
            (sent(totals.refused_photos), of_photos(totals.refused_photos)),
            (there, of_skipped(there)),
            (sent(self.like.count), self.twice()),
            (self.not_reached, of_not_reached(self.not_reached)),
        ];
        let troubles = troubles.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text);
        troubles.chain(self.way_back(rehearsal)).collect()
    }

    fn twice(&self) -> String {
        let Likeness { count, examples, by } = &self.like;
        let (run, by) = (&self.head.run, words(by));
        let may = if *count == 1 { "1 person may".to_owned() } else { format!("{count} people may") };
        format!(
            "look-alikes: {may} be there twice now ({}); if so, `cardferry undo {run}`, and import again with --match-by \
             key,uid,{by}",
            examples.join(", ")
        )
    }

    fn way_back(&self, rehearsal: bool) -> Option<String> {
        let run = &self.head.run;
        match (rehearsal, self.has_changed) {
            (true, _) => Some("nothing was sent: this is what would be done".to_owned()),
            (false, true) => Some(format!("run {run}: `cardferry undo {run}` takes back what it did")),
            (false, false) => None,
        }
    }

    /// Adds it to a summary for programs.
    pub(super) fn add_to(&self, job: Job, summary: &mut Value) {
        summary["rehearsal"] = (job == Job::Rehearsal).into();
        summary["run"] = self.head.run.as_str().into();
        summary["skippedThere"] = self.tally.skipped_there.into();
        summary["notReached"] = self.not_reached.into();
        summary["lookAlikes"] = likeness(&self.like);
    }
}

fn of_rejected(count: u64) -> String {
    let (records, it) = (counted(count, "record"), one(count, "it", "each"));
    format!("rejected: {records} cannot be read; --rejects FILE keeps {it} with the reason, to be mended and imported")
}

fn of_failed(count: u64) -> String {
    let (records, it) = (counted(count, "record"), one(count, "it", "them"));
    format!("failed: {records} did not arrive; the same command tries {it} again and leaves alone what is done")
}

fn of_photos(count: u64) -> String {
    let (contacts, is, it) = (counted(count, "contact"), one(count, "is", "are"), one(count, "it", "them"));
    let photo = one(count, "the photo", "the photos");
    format!(
        "without photo: {contacts} {is} there, but the service refused {photo}; mend {it} and run the same command again, \
         which adds {it}"
    )
}

fn of_skipped(count: u64) -> String {
    let (records, has) = (counted(count, "record"), one(count, "has", "have"));
    format!(
        "left alone: {records} {has} a contact there that says something else; --on-match fill, update or replace brings \
         the two together"
    )
}

fn of_not_reached(count: u64) -> String {
    format!("not reached: {}; the same command goes on from here", counted(count, "record"))
}

fn one<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// Look-alikes for programs.
pub(super) fn likeness(like: &Likeness) -> Value {
    let by: Vec<_> = like.by.iter().map(|by| by.word()).collect();
    json!({ "count": like.count, "examples": like.examples, "by": by })
}

/// What is said of records that look like contacts of another origin.
pub(super) fn like(like: &Likeness) -> Option<String> {
    let Likeness { count, examples, by } = like;
    let (is, contact) = match count {
        1 => ("1 record looks like a contact".to_owned(), "it"),
        _ => (format!("{count} records look like contacts"), "them"),
    };
    let (names, by) = (examples.join(", "), words(by));
    (*count > 0).then(|| {
        format!(
            "{is} that something else has put there ({names}), and will stand beside {contact}; --match-by key,uid,{by} \
             takes them for the same"
        )
    })
}

fn words(by: &[crate::pipeline::import::MatchBy]) -> String {
    by.iter().map(|by| by.word()).collect::<Vec<_>>().join(",")
}
