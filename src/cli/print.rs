//! What is printed: data on standard output, all else on standard error.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this file is where the program prints")]

use std::fmt::Write;
use std::path::Path;

use serde_json::json;

use crate::cli::args::Common;
use crate::model::{Field, Why};
use crate::pipeline::import::Proof;
use crate::pipeline::{Ending, LossCount, RecordReport, Totals};

/// Which job a summary is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Job {
    Convert,
    Import,
    Export,
}

/// What is said at a job's end.
pub(super) struct Summary<'a> {
    pub(super) job: Job,
    pub(super) totals: &'a Totals,
    pub(super) proof: Option<Proof>,
}

/// An error and its causes, on one line.
pub(super) fn error(error: &anyhow::Error) {
    eprintln!("error: {}", clean(&format!("{error:#}")));
}

/// Any other line.
pub(super) fn line(text: &str) {
    eprintln!("{}", clean(text));
}

/// Something worth knowing.
pub(super) fn note(common: &Common, text: &str) {
    if !common.quiet {
        line(&format!("note: {text}"));
    }
}

/// Names and messages come from files and servers: control characters in them must not reach the terminal.
fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() && letter != '\n' { '\u{fffd}' } else { letter }).collect()
}

/// One record: how it ended, where it stands, why.
pub(super) fn record(report: &RecordReport<'_>, verbose: bool) -> String {
    let mut text = format!("{} {}", report.ending.word(), report.place());
    if !report.name.is_empty() && report.position.is_some() {
        let _ = write!(text, " ({})", report.name);
    }
    if let Some(why) = report.why {
        let _ = write!(text, ": {why}");
    }
    for loss in report.losses.iter().filter(|_| verbose) {
        let _ = write!(text, "\n  lost {loss}");
    }
    text
}

/// The totals, the losses and the proof.
pub(super) fn summary(common: &Common, summary: &Summary<'_>) {
    if common.json {
        println!("{}", as_json(summary));
    }
    if common.quiet {
        return;
    }
    for text in as_lines(summary, common.verbose) {
        line(&text);
    }
}

/// The ending that a job's word for success stands for.
fn word(job: Job, ending: Ending) -> &'static str {
    match (job, ending) {
        (Job::Convert | Job::Export, Ending::Created) => "written",
        _ => ending.word(),
    }
}

/// Which endings a job can have: a conversion knows no mailbox.
fn possible(job: Job) -> &'static [Ending] {
    match job {
        Job::Import => &Ending::ALL,
        Job::Convert => &[Ending::Created, Ending::Rejected],
        Job::Export => &[Ending::Created, Ending::Failed],
    }
}

fn as_lines(summary: &Summary<'_>, verbose: bool) -> Vec<String> {
    let totals = summary.totals;
    let counts =
        possible(summary.job).iter().map(|ending| format!("{} {}", word(summary.job, *ending), totals.of(*ending)));
    let mut lines = vec![format!("read {} = {}", totals.read, counts.collect::<Vec<_>>().join(" + "))];
    if totals.failed_sources > 0 {
        lines.push(format!("inputs that could not be read to their end: {}", totals.failed_sources));
    }
    if totals.photos + totals.refused_photos > 0 {
        let refused = format!(", {} refused", totals.refused_photos);
        let refused = if totals.refused_photos > 0 { refused } else { String::new() };
        lines.push(format!("photos: {}{refused}", totals.photos));
    }
    lines.extend(losses(totals, verbose));
    lines.extend(summary.proof.as_ref().map(|proof| proof_line(proof, totals)));
    lines
}

fn losses(totals: &Totals, verbose: bool) -> Vec<String> {
    if totals.losses.is_empty() {
        return Vec::new();
    }
    let hint = if verbose { "" } else { "; -v shows each" };
    let mut lines = vec![format!("losses: {}{hint}", totals.lost())];
    let line = |((field, why), loss): (&(Field, Why), &LossCount)| {
        format!("  {} × {}: {why} (first: {})", loss.count, field.name(), loss.first)
    };
    lines.extend(totals.losses.iter().map(line));
    lines
}

fn proof_line(proof: &Proof, totals: &Totals) -> String {
    let mut text = format!(
        "proof: the folder now holds {} contacts, {} of them with a key of cardferry",
        proof.contacts, proof.keyed
    );
    let _ = match (totals.of(Ending::Created), proof.missing) {
        (0, _) => write!(text, "; this run created none"),
        (_, 0) => write!(text, "; all {} that this run created are there", proof.found),
        (created, missing) => write!(text, "; of the {created} that this run created, {missing} are MISSING"),
    };
    if proof.twins_removed > 0 {
        let _ = write!(text, "; {} twins made by lost answers were removed", proof.twins_removed);
    }
    text
}

fn as_json(summary: &Summary<'_>) -> serde_json::Value {
    let totals = summary.totals;
    let losses: Vec<_> = totals
        .losses
        .iter()
        .map(|((field, why), loss)| {
            json!({ "field": field.name(), "why": why.to_string(), "count": loss.count, "first": loss.first })
        })
        .collect();
    let mut object = json!({ "read": totals.read });
    for ending in possible(summary.job) {
        object[word(summary.job, *ending)] = totals.of(*ending).into();
    }
    object["failedInputs"] = totals.failed_sources.into();
    object["photos"] = totals.photos.into();
    object["refusedPhotos"] = totals.refused_photos.into();
    object["losses"] = losses.into();
    if let Some(proof) = summary.proof {
        object["proof"] = json!({
            "contacts": proof.contacts, "keyed": proof.keyed, "found": proof.found, "missing": proof.missing,
            "twinsRemoved": proof.twins_removed,
        });
    }
    object
}

/// The URLs of a running server: they are what a script reads, so they go to standard output.
pub(super) fn serving(url: &str, store: &Path) {
    println!("Microsoft Graph v1.0: {url}/v1.0");
    println!("Outlook REST v2.0:    {url}/api/v2.0");
    eprintln!("any bearer token that is not empty is taken; store: {}; stop with Ctrl-C", store.display());
}
