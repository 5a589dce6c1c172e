//! What is printed: data on standard output, all else on standard error.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::sync::OnceLock;

use serde_json::json;

use crate::cli::args::Common;
use crate::cli::exit::Failure;
use crate::cli::outcome::Outcome;
use crate::cli::verified;
use crate::model::{Field, Why};
use crate::pipeline::import::Proof;
use crate::pipeline::{Ending, LossCount, PhotoFiles, PhotoLink, PhotoLinks, RecordReport, Totals, counted};

/// What standard output is called in messages.
pub(super) const STDOUT: &str = "standard output";

/// Which job a summary is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Job {
    Convert,
    Import,
    /// An import that is only planned.
    Rehearsal,
    Export,
    /// A run that is taken back.
    Undo,
}

impl Job {
    /// What is done to records.
    pub(super) fn done(self) -> &'static str {
        match self {
            Job::Convert => "read",
            // Those that were there already are among them.
            Job::Import => "done",
            Job::Rehearsal => "planned",
            Job::Export => "downloaded",
            Job::Undo => "taken back",
        }
    }
}

/// What is said at a job's end.
pub(super) struct Summary<'a> {
    pub(super) job: Job,
    pub(super) totals: &'a Totals,
    pub(super) proof: Option<Proof>,
    /// What more there is to say of an import.
    pub(super) outcome: Option<&'a Outcome<'a>>,
}

/// The token of this run, which no message may hold, whoever wrote it.
static SECRET: OnceLock<String> = OnceLock::new();
/// What is shorter is no secret, but a word that messages may well hold.
const SHORTEST_SECRET: usize = 8;
/// Longer lines are cut: a server may answer a whole page in place of a message.
const LONGEST_LINE: usize = 1000;
/// Hosts of photo links that a summary names.
const HOSTS_SHOWN: usize = 5;

/// Keeps a token out of everything that is printed from now on.
pub(super) fn keep_secret(token: &str) {
    if token.len() >= SHORTEST_SECRET {
        let _ = SECRET.set(token.to_owned());
    }
}

/// An error and its causes, on one line.
pub(super) fn error(error: &anyhow::Error) {
    line(&format!("error: {error:#}"));
}

/// Any other line. That nobody reads it is no reason to stop.
pub(super) fn line(text: &str) {
    let _ = writeln!(io::stderr(), "{}", clean(text));
}

/// A line of data on standard output.
pub(super) fn data(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    // In one piece: who has read the first line of several may be gone.
    let written = out.write_all(format!("{text}\n").as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Failure::output(STDOUT, &error))
}

/// Something worth knowing.
pub(super) fn note(common: &Common, text: &str) {
    if !common.quiet {
        line(&format!("note: {text}"));
    }
}

/// Names and messages come from files and servers: what moves the cursor or turns the reading direction must not reach
/// the terminal, nor a line break that would forge a line of ours.
pub(super) fn clean(text: &str) -> String {
    let hidden = without_secret(text);
    let text = without_passwords(&hidden);
    let harmless = |letter: char| match letter {
        '\n' | '\t' => ' ',
        // Bidirectional embeddings, overrides and isolates (Unicode 15, 23.2).
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
        letter if letter.is_control() => '\u{fffd}',
        letter => letter,
    };
    let mut line: String = text.chars().take(LONGEST_LINE).map(harmless).collect();
    if text.chars().nth(LONGEST_LINE).is_some() {
        line.push('…');
    }
    line
}

/// A text without the token of this run.
pub(super) fn without_secret(text: &str) -> Cow<'_, str> {
    match SECRET.get().filter(|secret| text.contains(secret.as_str())) {
        Some(secret) => Cow::Owned(text.replace(secret, "[token]")),
        None => Cow::Borrowed(text),
    }
}

/// A text whose URLs name nobody who signs in: links from files may hold a password.
fn without_passwords(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let mut parts = text.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|letter: char| letter == '/' || letter.is_whitespace()).unwrap_or(part.len());
        let host = part[..end].rfind('@').map_or(0, |at| at + 1);
        shown.push_str("://");
        shown.push_str(&part[host..]);
    }
    Cow::Owned(shown)
}

/// One record: how it ended, where it stands, why; then what was lost of it, each on a line.
pub(super) fn record(job: Job, report: &RecordReport<'_>, verbose: bool) -> Vec<String> {
    let mut text = format!("{} {}", word(job, report.ending), report.place());
    if !report.name.is_empty() && report.position.is_some() {
        let _ = write!(text, " ({})", report.name);
    }
    if let Some(why) = report.why {
        let _ = write!(text, ": {why}");
    }
    if let Some(why) = report.no_photo {
        let _ = write!(text, ": without its photo: {why}");
    }
    let link = report.photo_link.filter(|_| verbose).and_then(|link| match link {
        PhotoLink::Kept(link) => Some(format!("  photo kept as a link: {link}")),
        PhotoLink::Fetched | PhotoLink::Lost => None,
    });
    let losses = report.losses.iter().filter(|_| verbose).map(|loss| format!("  lost {loss}"));
    let changes = report.changes.iter().filter(|_| verbose).map(|change| format!("  {change}"));
    let hidden = report.hidden.iter().filter(|_| verbose);
    let hidden = hidden.map(|of| format!("  hidden {}: {}", of.field.name(), of.value));
    std::iter::once(text).chain(changes).chain(link).chain(losses).chain(hidden).collect()
}

/// The totals, the losses and the proof.
pub(super) fn summary(common: &Common, summary: &Summary<'_>) -> Result<(), Failure> {
    if !common.quiet {
        as_lines(summary, common.verbose).iter().for_each(|text| line(text));
    }
    if common.json { data(&as_json(summary).to_string()) } else { Ok(()) }
}

/// The ending that a job's word for success stands for.
pub(super) fn word(job: Job, ending: Ending) -> &'static str {
    match (job, ending) {
        (Job::Convert | Job::Export, Ending::Created) => "written",
        (Job::Rehearsal, Ending::Created) => "to create",
        (Job::Rehearsal, Ending::Updated) => "to update",
        (Job::Undo, Ending::Created) => "created again",
        (Job::Undo, Ending::Updated) => "restored",
        _ => ending.word(),
    }
}

/// The same for programs, who are told in another place that it is a rehearsal.
pub(super) fn key(job: Job, ending: Ending) -> &'static str {
    if job == Job::Rehearsal { ending.word() } else { word(job, ending) }
}

/// The endings of contacts that are taken back.
pub(super) const UNDONE: [Ending; 6] =
    [Ending::Deleted, Ending::Updated, Ending::Created, Ending::Unchanged, Ending::Skipped, Ending::Failed];

/// Which endings a job can have: a conversion knows no mailbox.
pub(super) fn possible(job: Job) -> &'static [Ending] {
    match job {
        Job::Import | Job::Rehearsal => &Ending::ALL,
        // What is skipped is groups.
        Job::Convert => &[Ending::Created, Ending::Skipped, Ending::Rejected],
        Job::Export => &[Ending::Created, Ending::Failed],
        Job::Undo => &UNDONE,
    }
}

pub(super) fn as_lines(summary: &Summary<'_>, verbose: bool) -> Vec<String> {
    let totals = summary.totals;
    let shown = |ending: &&Ending| match (summary.job, ending) {
        (Job::Convert, Ending::Skipped) => totals.of(Ending::Skipped) > 0,
        _ => true,
    };
    let count = |ending: &Ending| format!("{} {}", word(summary.job, *ending), totals.of(*ending));
    let counts = possible(summary.job).iter().filter(shown).map(count);
    let mut lines = vec![format!("read {} = {}", totals.read, counts.collect::<Vec<_>>().join(" + "))];
    if totals.failed_sources > 0 {
        lines.push(format!("inputs that could not be read to their end: {}", totals.failed_sources));
    }
    // A conversion has no target that takes photos one by one.
    if totals.photos + totals.refused_photos > 0 && summary.job != Job::Convert {
        let refused = format!(", {} refused", totals.refused_photos);
        let refused = if totals.refused_photos > 0 { refused } else { String::new() };
        lines.push(format!("photos: {}{refused}", totals.photos));
    }
    lines.extend(photo_files(&totals.photo_files));
    lines.extend(photo_links(summary.job, &totals.photo_links));
    lines.extend(losses(totals, verbose));
    if totals.hidden > 0 {
        let hint = if verbose { "" } else { "; -v shows each" };
        let whose = if totals.hidden == 1 { "its contact" } else { "their contacts" };
        let what = format!("kept with {whose} for the way back, for which Outlook has no place to show");
        lines.push(format!("hidden: {} {what}{hint}", counted(totals.hidden, "value")));
    }
    lines.extend(summary.proof.as_ref().map(|proof| proof_line(proof, totals)));
    lines.extend(summary.proof.and_then(|proof| proof.verified).map(|verified| verified::line(&verified)));
    lines.extend(summary.outcome.iter().flat_map(|outcome| outcome.lines(summary.job, totals)));
    lines
}

/// What became of photos that are named by a file.
fn photo_files(files: &PhotoFiles) -> Option<String> {
    let PhotoFiles { read, missing, named } = *files;
    let text = match (read + missing, named) {
        (0, 0) => return None,
        (0, named) => format!("{named} named, none was read; --photo-dir says where they stand"),
        (_, _) if missing == 0 => format!("{read} read"),
        _ => format!("{read} read, {missing} could not be"),
    };
    Some(format!("photo files: {text}"))
}

/// What became of photos that are links, with the hosts that most of those lead to that stayed links.
fn photo_links(job: Job, links: &PhotoLinks) -> Option<String> {
    let (form, them) = if links.kept == 1 { ("a link", "it") } else { ("links", "them") };
    let unseen = if job == Job::Import { ", which Outlook does not show" } else { "" };
    let kept = format!("{} kept as {form}{unseen}", links.kept);
    let failed = match links.not_fetched {
        0 => String::new(),
        failed => format!("; {failed} could not be downloaded"),
    };
    let text = match (links.wanted, links.kept) {
        (_, 0) if links.fetched + links.not_fetched == 0 => return None,
        (_, 0) => format!("{} downloaded{failed}", links.fetched),
        (true, _) => format!("{} downloaded, {kept} ({}){failed}", links.fetched, hosts(links)),
        (false, _) => {
            let way_out = format!("; --fetch-photos downloads {them}");
            let way_out = if job == Job::Export { "" } else { way_out.as_str() };
            format!("{kept}, nothing was downloaded ({}){way_out}", hosts(links))
        }
    };
    Some(format!("photo links: {text}"))
}

/// The hosts with the most links, and how many links lead elsewhere.
fn hosts(links: &PhotoLinks) -> String {
    let mut hosts: Vec<_> = links.hosts.iter().collect();
    hosts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    hosts.truncate(HOSTS_SHOWN);
    let shown: u64 = hosts.iter().map(|(_, count)| **count).sum();
    let mut texts: Vec<_> = hosts.iter().map(|(host, count)| format!("{host} {count}")).collect();
    if links.kept > shown {
        texts.push(format!("others {}", links.kept - shown));
    }
    texts.join(", ")
}

fn losses(totals: &Totals, verbose: bool) -> Vec<String> {
    if totals.losses.is_empty() {
        return Vec::new();
    }
    let hint = if verbose { "" } else { "; -v shows each" };
    let mut lines = vec![format!("losses: {}{hint}", totals.lost())];
    let line = |((field, why), loss): (&(Field, Why), &LossCount)| {
        format!("  {} × {}: {why} (e.g. {})", loss.count, field.name(), loss.example)
    };
    lines.extend(totals.losses.iter().map(line));
    lines
}

fn proof_line(proof: &Proof, totals: &Totals) -> String {
    let mut text = format!("proof: the folder now holds {}", counted(proof.contacts, "contact"));
    let foreign = proof.contacts - proof.keyed;
    if foreign > 0 {
        let _ = write!(text, ", {foreign} of them not from cardferry");
    }
    let _ = match (totals.of(Ending::Created), proof.missing) {
        (0, _) => write!(text, "; this run created none"),
        (_, 0) => write!(text, "; all {} that this run created are there", proof.found),
        (created, missing) => write!(text, "; of the {created} that this run created, {missing} are MISSING"),
    };
    if proof.twins_removed > 0 {
        let were = if proof.twins_removed == 1 { "was" } else { "were" };
        let _ = write!(text, "; {} made by lost answers {were} removed", counted(proof.twins_removed, "twin"));
    }
    text
}

pub(super) fn as_json(summary: &Summary<'_>) -> serde_json::Value {
    let totals = summary.totals;
    let losses: Vec<_> = totals
        .losses
        .iter()
        .map(|((field, why), loss)| {
            json!({ "field": field.name(), "why": why.to_string(), "count": loss.count, "example": loss.example })
        })
        .collect();
    let mut object = json!({ "read": totals.read });
    for ending in possible(summary.job) {
        object[key(summary.job, *ending)] = totals.of(*ending).into();
    }
    object["failedInputs"] = totals.failed_sources.into();
    object["photos"] = totals.photos.into();
    object["refusedPhotos"] = totals.refused_photos.into();
    let links = &totals.photo_links;
    object["photoLinks"] = json!({
        "fetched": links.fetched, "kept": links.kept, "lost": links.lost, "notFetched": links.not_fetched, "hosts": links.hosts,
    });
    let files = &totals.photo_files;
    object["photoFiles"] = json!({ "read": files.read, "missing": files.missing, "named": files.named });
    object["losses"] = losses.into();
    object["hidden"] = totals.hidden.into();
    if let Some(proof) = summary.proof {
        object["proof"] = json!({
            "contacts": proof.contacts, "keyed": proof.keyed, "found": proof.found, "missing": proof.missing,
            "twinsRemoved": proof.twins_removed,
        });
        if let Some(verified) = proof.verified {
            object["verified"] = json!({ "asSent": verified.as_sent, "differ": verified.differ });
        }
    }
    summary.outcome.iter().for_each(|outcome| outcome.add_to(summary.job, &mut object));
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photo_links_in_words() {
        let links = |wanted, fetched, hosts: &[(&str, u64)], elsewhere: u64| PhotoLinks {
            wanted,
            fetched,
            kept: hosts.iter().map(|(_, count)| count).sum::<u64>() + elsewhere,
            hosts: hosts.iter().map(|(host, count)| ((*host).to_owned(), *count)).collect(),
            ..PhotoLinks::default()
        };
        let says = |links: &PhotoLinks| photo_links(Job::Convert, links).unwrap_or_default();
        assert_eq!(says(&links(false, 0, &[], 0)), "");
        assert_eq!(says(&links(true, 0, &[], 0)), "");
        assert_eq!(says(&links(true, 7, &[], 0)), "photo links: 7 downloaded");
        assert_eq!(
            says(&links(true, 7, &[("a.example", 2)], 0)),
            "photo links: 7 downloaded, 2 kept as links (a.example 2)"
        );
        let failed = |links: PhotoLinks| says(&PhotoLinks { not_fetched: 2, ..links });
        assert_eq!(failed(links(true, 7, &[], 0)), "photo links: 7 downloaded; 2 could not be downloaded");
        assert_eq!(
            failed(links(true, 0, &[("a.example", 3)], 0)),
            "photo links: 0 downloaded, 3 kept as links (a.example 3); 2 could not be downloaded"
        );
        let one = "photo links: 1 kept as a link, nothing was downloaded (a 1); --fetch-photos downloads it";
        assert_eq!(says(&links(false, 0, &[("a", 1)], 0)), one);
        let many = [("a", 1), ("b", 3), ("c", 3), ("d", 9), ("e", 2), ("f", 1), ("g", 1)];
        let text = says(&links(false, 0, &many, 5));
        assert!(
            text.contains("25 kept as links, nothing was downloaded (d 9, b 3, c 3, e 2, a 1, others 7); "),
            "{text}"
        );
    }
}
