//! What a person sees while a job runs.

use std::fmt::Write;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::cli::args::Common;
use crate::cli::print::{self, Job};
use crate::cli::rejects::Rejects;
use crate::cli::verified;
use crate::formats::Remark;
use crate::pipeline::import::Difference;
use crate::pipeline::{Ending, RecordReport, Watcher};

/// Where there is no terminal to draw on, a line after so many records, and then whenever they have doubled.
const FIRST_LINE: u64 = 1000;
/// How many skipped records are told one by one.
const SKIPPED_SHOWN: u64 = 20;
const REDRAW_EVERY: Duration = Duration::from_millis(100);

/// Shows progress on standard error: a line that is redrawn on a terminal, a line now and then elsewhere.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    lines: bool,
    verbose: bool,
    quiet: bool,
    job: Job,
    done: u64,
    skipped: u64,
    rejects: Option<Rejects>,
}

impl Progress {
    /// Begins to show it.
    pub(super) fn start(common: &Common, job: Job) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = (terminal && !common.quiet).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({rate}, {elapsed})") {
                bar.set_style(style.with_key("rate", rate));
            }
            bar.enable_steady_tick(REDRAW_EVERY);
            bar
        });
        let lines = !terminal && !common.quiet;
        Self { bar, lines, verbose: common.verbose, quiet: common.quiet, job, done: 0, skipped: 0, rejects: None }
    }

    /// Keeps rejected records.
    pub(super) fn with_rejects(self, rejects: Option<Rejects>) -> Self {
        Self { rejects, ..self }
    }

    /// Clears the line, and gives back what was rejected.
    pub(super) fn finish(&mut self) -> Option<Rejects> {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.rejects.take()
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

/// Records a second, as a whole number.
fn rate(state: &ProgressState, out: &mut dyn Write) {
    // A rate that cannot be shown is left out.
    let _ = write!(out, "{:.0} a second", state.per_sec());
}

impl Watcher for Progress {
    fn remarks(&mut self, source: &str, remarks: &[Remark]) {
        let lines = match () {
            () if self.quiet => Vec::new(),
            () if self.verbose => remarks.iter().map(Remark::to_string).collect(),
            () => in_short(remarks),
        };
        lines.iter().for_each(|remark| self.line(&format!("{source}: {remark}")));
    }

    fn source_failed(&mut self, why: &str) {
        self.line(&format!("error: {why}"));
    }

    fn record(&mut self, report: &RecordReport<'_>) {
        self.done += 1;
        self.rejects.iter_mut().for_each(|rejects| rejects.add(report));
        if self.shows(report) {
            print::record(self.job, report, self.verbose).iter().for_each(|text| self.line(text));
        }
        match &self.bar {
            Some(bar) => {
                bar.inc(1);
                bar.set_message(format!("{} records {}", self.done, self.job.done()));
            }
            None if self.lines
                && self.done.is_multiple_of(FIRST_LINE)
                && (self.done / FIRST_LINE).is_power_of_two() =>
            {
                self.line(&format!("{} records {} …", self.done, self.job.done()));
            }
            None => {}
        }
    }

    fn differs(&mut self, difference: &Difference<'_>) {
        verified::difference(difference, self.verbose && !self.quiet).iter().for_each(|text| self.line(text));
    }

    fn note(&mut self, what: &str) {
        if !self.quiet {
            self.line(&format!("note: {what}"));
        }
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
