//! What a person sees while a job runs.

use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use tokio::task::JoinHandle;

use crate::cli::args::Common;
use crate::cli::events::Events;
use crate::cli::exit::Failure;
use crate::cli::outcome::Tally;
use crate::cli::print::{self, Job, Summary};
use crate::cli::rejects::Rejects;
use crate::cli::report::Report;
use crate::cli::verified;
use crate::cli::waiting::{self, Waits};
use crate::formats::Remark;
use crate::pipeline::import::{Difference, Plan, Planned};
use crate::pipeline::{Ending, RecordReport, Watcher};
use crate::remote::Clock;
use crate::remote::clock::System;

/// Where there is no terminal to draw on, a line after so many records, and then whenever they have doubled.
const FIRST_LINE: u64 = 1000;
/// How many skipped records are told one by one.
const SKIPPED_SHOWN: u64 = 20;
const REDRAW_EVERY: Duration = Duration::from_millis(100);
/// Programs are told how far it came that often, by records.
const EVENT_EVERY: u64 = 100;

/// Shows progress on standard error: a line that is redrawn on a terminal, a line now and then elsewhere.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    lines: bool,
    verbose: bool,
    quiet: bool,
    job: Job,
    done: u64,
    /// How many there are, once that is known, and when the first of them was begun.
    expected: Option<(u64, System)>,
    skipped: u64,
    /// Skipped records whose contact is there.
    skipped_there: u64,
    rejects: Option<Rejects>,
    report: Option<Report>,
    events: Option<Events>,
    /// Says what is waited for.
    waits: Option<Arc<dyn Waits>>,
    /// Tells long waits.
    waiter: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins to show it.
    pub(super) fn start(common: &Common, job: Job) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = (terminal && !common.quiet).then(|| {
            let bar = ProgressBar::new_spinner();
            styled(&bar, "{spinner} {msg} ({rate}, {elapsed})", None);
            bar.enable_steady_tick(REDRAW_EVERY);
            bar
        });
        Self {
            bar,
            lines: !terminal && !common.quiet,
            verbose: common.verbose,
            quiet: common.quiet,
            job,
            done: 0,
            expected: None,
            skipped: 0,
            skipped_there: 0,
            rejects: None,
            report: None,
            events: None,
            waits: None,
            waiter: None,
        }
    }

    /// Keeps rejected records.
    pub(super) fn with_rejects(self, rejects: Option<Rejects>) -> Self {
        Self { rejects, ..self }
    }

    /// Writes what becomes of every record.
    pub(super) fn with_report(self, report: Option<Report>) -> Self {
        Self { report, ..self }
    }

    /// Tells events on standard output.
    pub(super) fn with_events(self) -> Self {
        Self { events: Some(Events::default()), ..self }
    }

    /// Tells from now on what is waited for.
    pub(super) fn tell_waits(&mut self, waits: Arc<dyn Waits>) {
        if let Some(bar) = &self.bar {
            styled(bar, "{spinner} {msg} ({rate}, {elapsed}){waiting}", Some(Arc::clone(&waits)));
        }
        let (lines, events) = (self.lines, self.events.is_some());
        self.waiter = (lines || events).then(|| waiting::tell(Arc::clone(&waits), lines, events));
        self.waits = Some(waits);
    }

    /// All is planned: from now on it is known how many records there are to do.
    pub(super) fn planned_all(&mut self, plan: &Plan, run: &str) {
        self.events.iter_mut().for_each(|events| events.plan(self.job, plan, run));
        if self.job == Job::Rehearsal {
            return;
        }
        self.expected = Some((plan.totals.read, System::start()));
        self.done = 0;
        if let Some(bar) = &self.bar {
            bar.reset();
            bar.set_length(plan.totals.read);
            styled(bar, "{spinner} {pos} of {len} records done ({rate}, {left} left){waiting}", self.waits.clone());
        }
    }

    /// What was seen for the summary.
    pub(super) fn tally(&self, keeps_rejected: bool) -> Tally {
        Tally { skipped_there: self.skipped_there, keeps_rejected }
    }

    /// Clears the line, and gives back what was rejected, and the report.
    pub(super) fn finish(&mut self) -> (Option<Rejects>, Option<Report>) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.waiter.take().iter().for_each(JoinHandle::abort);
        (self.rejects.take(), self.report.take())
    }

    /// The last event.
    pub(super) fn end_events(&mut self, summary: &Summary<'_>, stopped: Option<&str>) -> Result<(), Failure> {
        self.events.take().map_or(Ok(()), |events| events.end(summary, stopped))
    }

    /// Shows that one more is done.
    fn advance(&mut self, what: &str) {
        self.done += 1;
        let done = self.done;
        if let Some(bar) = &self.bar {
            bar.inc(1);
            bar.set_message(format!("{done} records {what}"));
        }
        let milestone = done.is_multiple_of(FIRST_LINE) && (done / FIRST_LINE).is_power_of_two();
        let Some((of, since)) = &self.expected else {
            if self.lines && milestone {
                self.line(&format!("{done} records {what} …"));
            }
            return;
        };
        let (of, (per_second, left)) = (*of, pace(done, *of, since.now()));
        if self.lines && milestone {
            let left = minutes(left);
            self.line(&format!("{done} of {of} records {what}, {per_second:.0} a second, {left} left …"));
        }
        if done.is_multiple_of(EVENT_EVERY) {
            self.events.iter_mut().for_each(|events| events.progress(done, of, per_second, left.as_secs()));
        }
    }

    /// Silence is for what went well; what was left out on purpose is told until it is clear that there is much of it.
    fn shows(&mut self, report: &RecordReport<'_>) -> bool {
        let trouble = matches!(report.ending, Ending::Rejected | Ending::Failed) || report.no_photo.is_some();
        if report.ending != Ending::Skipped || self.quiet || self.verbose {
            return trouble || self.verbose && !self.quiet;
        }
        self.skipped += 1;
        if self.skipped == SKIPPED_SHOWN + 1 {
            self.line("further skipped records are only counted; -v shows each");
        }
        self.skipped <= SKIPPED_SHOWN
    }

    /// Prints a line without tearing the one that is redrawn.
    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| print::line(text)),
            None => print::line(text),
        }
    }
}

/// Gives a line its form; one that cannot be had leaves the old one.
fn styled(bar: &ProgressBar, template: &str, waits: Option<Arc<dyn Waits>>) {
    let waiting = move |_: &ProgressState, out: &mut dyn Write| {
        if let Some(waiting) = waits.as_ref().and_then(|waits| waits.waiting()) {
            let _ = write!(out, ", {}", waiting.text());
        }
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.with_key("rate", rate).with_key("left", left).with_key("waiting", waiting));
    }
}

/// Records a second, as a whole number.
fn rate(state: &ProgressState, out: &mut dyn Write) {
    // A rate that cannot be shown is left out.
    let _ = write!(out, "{:.0} a second", state.per_sec());
}

/// How long it will go on.
fn left(state: &ProgressState, out: &mut dyn Write) {
    let _ = write!(out, "{}", minutes(state.eta()));
}

/// Records a second, and how long the rest takes at that pace.
fn pace(done: u64, of: u64, took: Duration) -> (f64, Duration) {
    let per_second = done as f64 / took.as_secs_f64().max(0.001);
    let left = of.saturating_sub(done) as f64 / per_second.max(0.001);
    (per_second, Duration::from_secs(left.round() as u64))
}

/// A time as `8:53`, or `2:08:53`.
pub(super) fn minutes(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

impl Watcher for Progress {
    fn remarks(&mut self, source: &str, remarks: &[Remark]) {
        let lines = match () {
            () if self.quiet => Vec::new(),
            () if self.verbose => remarks.iter().map(Remark::to_string).collect(),
            () => in_short(remarks),
        };
        lines.iter().for_each(|remark| self.line(&format!("{source}: {remark}")));
        if let Some(events) = &mut self.events {
            remarks.iter().for_each(|remark| events.note(Some(source), &remark.to_string()));
        }
    }

    fn source_failed(&mut self, why: &str) {
        self.line(&format!("error: {why}"));
        self.events.iter_mut().for_each(|events| events.note(None, why));
        self.report.iter_mut().for_each(|report| report.trouble(why));
    }

    fn planned(&mut self, planned: &Planned<'_>) {
        if self.job != Job::Rehearsal {
            return self.advance(Job::Rehearsal.done());
        }
        self.record(&planned.report());
        if let Some(like) = planned.like.filter(|_| self.verbose && !self.quiet) {
            self.line(&format!("  looks like a contact that something else has put there: {like}"));
        }
    }

    fn record(&mut self, report: &RecordReport<'_>) {
        self.rejects.iter_mut().for_each(|rejects| rejects.add(report));
        self.report.iter_mut().for_each(|file| file.add(report));
        self.events.iter_mut().for_each(|events| events.record(self.job, report));
        self.skipped_there += u64::from(report.ending == Ending::Skipped && report.id.is_some());
        if self.shows(report) {
            print::record(self.job, report, self.verbose).iter().for_each(|text| self.line(text));
        }
        self.advance(self.job.done());
    }

    fn differs(&mut self, difference: &Difference<'_>) {
        verified::difference(difference, self.verbose && !self.quiet).iter().for_each(|text| self.line(text));
    }

    fn note(&mut self, what: &str) {
        if !self.quiet {
            self.line(&format!("note: {what}"));
        }
        self.events.iter_mut().for_each(|events| events.note(None, what));
    }
}

/// What a reader decided, on one line; why is left to `-v`. What the user may know better keeps a line of its own.
fn in_short(remarks: &[Remark]) -> Vec<String> {
    let decided = |remark: &Remark| match remark {
        Remark::Decided { what, .. } => Some(what.clone()),
        _ => None,
    };
    let notable = |remark: &Remark| match remark {
        Remark::Notable(text) => Some(text.clone()),
        _ => None,
    };
    let decided: Vec<_> = remarks.iter().filter_map(decided).collect();
    let first = (!decided.is_empty()).then(|| decided.join("; "));
    first.into_iter().chain(remarks.iter().filter_map(notable)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_by_the_pace_so_far() {
        let seconds = Duration::from_secs;
        assert_eq!(pace(100, 1000, seconds(10)), (10.0, seconds(90)));
        assert_eq!(pace(5, 5, seconds(1)).1, seconds(0));
        assert_eq!(pace(3, 2, seconds(0)).1, seconds(0));
        assert_eq!([9, 75, 3600, 7733].map(|time| minutes(seconds(time))), ["0:09", "1:15", "1:00:00", "2:08:53"]);
    }

    #[test]
    fn remarks_in_short() {
        let notable = "a/en fits as well but reads “X” otherwise; --csv-dialect decides";
        let remarks = [
            Remark::decided("UTF-8", "because it has a byte order mark"),
            Remark::decided("separated by commas", ""),
            Remark::Notable(notable.to_owned()),
            Remark::Minor("no field for “Shoe”".to_owned()),
        ];
        assert_eq!(in_short(&remarks), ["UTF-8; separated by commas", notable]);
        assert_eq!(in_short(&[]), [""; 0]);
        assert_eq!(remarks[0].to_string(), "UTF-8, because it has a byte order mark");
    }
}
