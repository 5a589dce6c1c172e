//! `--json-lines`: what happens, each event as one JSON object on a line of standard output.

use serde_json::{Value, json};

use crate::cli::exit::Failure;
use crate::cli::outcome;
use crate::cli::print::{self, Job, Summary};
use crate::model::Loss;
use crate::pipeline::import::Plan;
use crate::pipeline::{NoPhoto, PhotoLink, RecordReport};

/// Each event: its name, when it comes, what it holds.
const EVENTS: [(&str, &str, &str); 7] = [
    ("note", "any time", "`text`; `source` where it is about one input"),
    ("plan", "once, when all is planned", "`records`, how they would end, `there`, `changes`, `lookAlikes`, `run`"),
    ("planned", "in a dry run for each record, before the plan", "the record as in a report: what it would be"),
    ("record", "for each record that ends", "the record as in a report"),
    ("progress", "every 100 records", "`done`, `of`, `perSecond`, `secondsLeft`"),
    ("waiting", "when nothing may be sent for 10 seconds or more", "`seconds`, `why`"),
    ("summary", "once, at the end", "what `--json` prints, and `stopped`: what stopped the run, or null"),
];

/// The events as a Markdown table.
pub fn table() -> String {
    let rows = EVENTS.map(|(name, when, holds)| format!("| `{name}` | {when} | {holds} |\n"));
    format!("| event | when | what it holds |\n| --- | --- | --- |\n{}", rows.concat())
}

/// Where events go. What cannot be written is told at the end: a run does not stop for it.
#[derive(Debug, Default)]
pub(super) struct Events {
    failed: Option<Failure>,
}

impl Events {
    /// Something worth knowing; `source` is the input that it is about.
    pub(super) fn note(&mut self, source: Option<&str>, text: &str) {
        let mut event = json!({ "event": "note", "text": text });
        if let Some(source) = source {
            event["source"] = source.into();
        }
        self.tell(&event);
    }

    /// All is planned.
    pub(super) fn plan(&mut self, job: Job, plan: &Plan, run: &str) {
        let mut event = json!({ "event": "plan", "run": run, "records": plan.totals.read });
        for ending in print::possible(job) {
            event[print::key(job, *ending)] = plan.totals.of(*ending).into();
        }
        event["there"] = plan.there.into();
        event["changes"] = plan.changes.into();
        event["lookAlikes"] = outcome::likeness(&plan.like);
        self.tell(&event);
    }

    /// A record ended.
    pub(super) fn record(&mut self, job: Job, report: &RecordReport<'_>) {
        let mut event = json!({ "event": if job == Job::Rehearsal { "planned" } else { "record" } });
        if let (Some(event), Value::Object(members)) = (event.as_object_mut(), record(job, report)) {
            event.extend(members);
        }
        self.tell(&event);
    }

    /// So many of so many records are done.
    pub(super) fn progress(&mut self, done: u64, of: u64, per_second: f64, seconds_left: u64) {
        let per_second = (per_second * 10.0).round() / 10.0;
        self.tell(
            &json!({ "event": "progress", "done": done, "of": of, "perSecond": per_second, "secondsLeft": seconds_left }),
        );
    }

    /// The end.
    pub(super) fn end(mut self, summary: &Summary<'_>, stopped: Option<&str>) -> Result<(), Failure> {
        let mut event = json!({ "event": "summary" });
        if let (Some(event), Value::Object(members)) = (event.as_object_mut(), print::as_json(summary)) {
            event.extend(members);
        }
        event["stopped"] = stopped.into();
        self.tell(&event);
        self.failed.map_or(Ok(()), Err)
    }

    fn tell(&mut self, event: &Value) {
        if self.failed.is_none() {
            self.failed = print::data(&print::without_secret(&event.to_string())).err();
        }
    }
}

/// A record for programs: where it stands (`source`, `record`, `line`), `name`, `outcome` (in a rehearsal what it
/// would be), `id` (the mailbox's), `why`,
/// `photo`, `requests`, and what was changed (`what`, `before`, `after`), lost and hidden (`field`, `value`, `why`).
pub(super) fn record(job: Job, report: &RecordReport<'_>) -> Value {
    let losses = |losses: &[Loss]| -> Value {
        let loss =
            |loss: &Loss| json!({ "field": loss.field.name(), "value": loss.value, "why": loss.why.to_string() });
        losses.iter().map(loss).collect()
    };
    let changes: Value = report
        .changes
        .iter()
        .map(|change| json!({ "what": change.name, "before": change.before, "after": change.after }))
        .collect();
    json!({
        "source": report.position.map(|position| &*position.source),
        "record": report.position.map(|position| position.record),
        "line": report.position.map(|position| position.line),
        "name": report.name, "outcome": print::key(job, report.ending), "id": report.id, "why": report.why,
        "photo": photo(report), "requests": report.attempts, "changes": changes, "losses": losses(report.losses),
        "hidden": losses(report.hidden),
    })
}

/// What became of a record's photo, in words; none where there is nothing to say.
pub(super) fn photo(report: &RecordReport<'_>) -> Option<String> {
    match (report.photo_set, report.no_photo, report.photo_link) {
        (true, ..) => Some("uploaded".to_owned()),
        (_, Some(NoPhoto::Refused(why)), _) => Some(format!("refused: {why}")),
        (_, Some(NoPhoto::NotFetched(why)), _) => Some(format!("not downloaded: {why}")),
        (.., Some(PhotoLink::Kept(link))) => Some(format!("kept as a link: {link}")),
        (.., Some(PhotoLink::Fetched | PhotoLink::Lost) | None) => None,
    }
}
