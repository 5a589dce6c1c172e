//! The report as a page: one file without scripts, which fetches nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::date;
use crate::cli::events;
use crate::cli::outcome::Outcome;
use crate::cli::print::{self, Job, Summary};
use crate::model::Loss;
use crate::pipeline::{Ending, RecordReport, counted};

const STYLE: &str = include_str!("style.css");
/// Nothing is fetched, whatever a name or a message says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// What stands above the records.
pub(super) struct About<'a> {
    pub(super) summary: &'a Summary<'a>,
    /// What stopped the job.
    pub(super) stopped: Option<&'a str>,
    /// Inputs that could not be read.
    pub(super) troubles: &'a [String],
}

/// The page up to its records.
pub(super) fn above(about: &About<'_>) -> String {
    let summary = about.summary;
    let title = if summary.job == Job::Rehearsal { "What would be imported" } else { "What was imported" };
    let head = html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            meta http-equiv="content-security-policy" content=(POLICY);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " · cardferry" }
            style { (PreEscaped(STYLE)) }
        }
        (PreEscaped("<body>"))
        header {
            h1 { (title) }
            @if let Some(outcome) = summary.outcome { (wherefrom(outcome)) }
        }
        (troubles(about))
        section.said aria-label="Summary" {
            @for line in print::as_lines(summary, true) { p { (shown(&line)) } }
        }
        h2 { "Records" }
        (counts(summary))
        @if summary.totals.read == 0 { p.none { "No record was come to." } }
        (PreEscaped("<div class=\"wide\"><table><thead>"))
        tr { th scope="col" { "Record" } th scope="col" { "Name" } th scope="col" { "Outcome" } th scope="col" { "What there is to say" } }
        (PreEscaped("</thead><tbody>\n"))
    };
    head.into_string()
}

/// The page behind its records.
pub(super) fn below() -> &'static str {
    "</tbody></table></div></body></html>\n"
}

/// One record.
pub(super) fn row(job: Job, report: &RecordReport<'_>) -> String {
    let troubled = report.no_photo.is_some();
    let photo = events::photo(report).filter(|_| troubled || report.photo_set || report.photo_link.is_some());
    let row = html! {
        tr class=(class(report.ending)) {
            td.at {
                @match report.position {
                    Some(at) => { span.file { (shown(&at.source)) } " " span.nr { (at.record) } br; small { "line " (at.line) } }
                    None => (shown(&report.place())),
                }
            }
            td.name dir="auto" { (shown(report.name)) }
            td.outcome { span.mark { (print::word(job, report.ending)) } }
            td.more {
                @if let Some(why) = report.why { p { (shown(why)) } }
                @if let Some(photo) = photo { p.troubled[troubled] { "Photo " (shown(&photo)) } }
                @if !report.changes.is_empty() {
                    ul.changes {
                        @for change in report.changes {
                            li { (shown(&change.name)) ": " del dir="auto" { (shown(&change.before)) } " → " ins dir="auto" { (shown(&change.after)) } }
                        }
                    }
                }
                (losses("lost", "Lost", report.losses))
                (losses("hidden", "Kept, but not shown by Outlook", report.hidden))
                (requests(report))
            }
        }
        "\n"
    };
    row.into_string()
}

/// What hardly anybody looks for.
fn requests(report: &RecordReport<'_>) -> Markup {
    let requests = match report.attempts {
        0 => "id".to_owned(),
        sent => counted(sent, "request"),
    };
    html! {
        @match report.id {
            Some(id) => details { summary { (requests) } code { (shown(id)) } },
            None if report.attempts > 0 => small { (requests) },
            None => {}
        }
    }
}

fn losses(class: &str, title: &str, losses: &[Loss]) -> Markup {
    html! {
        @if !losses.is_empty() {
            ul class=(class) {
                @for loss in losses { li { (title) ": " (loss.field.name()) ": " span dir="auto" { (shown(&loss.value)) } @if class == "lost" { ": " (loss.why) } } }
            }
        }
    }
}

/// What was read, and where it went.
fn wherefrom(outcome: &Outcome<'_>) -> Markup {
    let head = outcome.head;
    let folder = if head.folder.is_empty() { "Contacts" } else { &head.folder };
    html! {
        dl {
            div { dt { "From" } dd { (shown(&head.inputs)) } }
            div { dt { "To" } dd { (shown(&head.address)) @if head.mailbox != "me" { ", " (shown(&head.mailbox)) } ", folder " (shown(folder)) } }
            div { dt { "Begun" } dd { (date(head.started).replace('T', " ").replace('Z', " UTC")) } }
            div { dt { "Run" } dd { code { (shown(&head.run)) } } }
        }
    }
}

fn troubles(about: &About<'_>) -> Markup {
    html! {
        @if about.stopped.is_some() || !about.troubles.is_empty() {
            section.trouble role="note" {
                @if let Some(why) = about.stopped { p { strong { "Stopped before its end: " } (shown(why)) } }
                @for why in about.troubles { p { strong { "Not read: " } (shown(why)) } }
            }
        }
    }
}

/// How many records ended how; each is a switch that shows these alone.
fn counts(summary: &Summary<'_>) -> Markup {
    let totals = summary.totals;
    html! {
        fieldset.counts {
            legend { "Show" }
            label { input type="radio" name="show" value="all" checked; b { (totals.read) } " read" }
            @for ending in print::possible(summary.job) {
                label class=(class(*ending)) {
                    input type="radio" name="show" value=(class(*ending)) disabled[totals.of(*ending) == 0];
                    b { (totals.of(*ending)) } " " (print::word(summary.job, *ending))
                }
            }
        }
    }
}

/// The class of an ending, in the style too.
fn class(ending: Ending) -> &'static str {
    ending.word()
}

/// A text from files and servers: no token, and nothing that turns the reading direction.
fn shown(text: &str) -> String {
    let bare = print::without_secret(text);
    let harmless = |letter: char| match letter {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        letter if letter.is_control() && letter != '\n' => '\u{fffd}',
        letter => letter,
    };
    bare.chars().map(harmless).collect()
}
