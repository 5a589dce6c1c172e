//! What a person sees while a job runs.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::args::Common;
use crate::cli::print;
use crate::pipeline::{Ending, RecordReport, Watcher};

/// Where there is no terminal to draw on, a line each so many records.
const LINE_EVERY: u64 = 1000;
const REDRAW_EVERY: Duration = Duration::from_millis(100);

/// Shows progress on standard error: a line that is redrawn on a terminal, a line now and then elsewhere.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    lines: bool,
    verbose: bool,
    quiet: bool,
    /// What is done to records: "uploaded".
    verb: &'static str,
    done: u64,
}

impl Progress {
    /// Begins to show it.
    pub(super) fn start(common: &Common, verb: &'static str) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = (terminal && !common.quiet).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({per_sec}, {elapsed})") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(REDRAW_EVERY);
            bar
        });
        let lines = !terminal && !common.quiet;
        Self { bar, lines, verbose: common.verbose, quiet: common.quiet, verb, done: 0 }
    }

    /// Clears the line.
    pub(super) fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Prints a line without tearing the one that is redrawn.
    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| print::line(text)),
            None => print::line(text),
        }
    }
}

impl Watcher for Progress {
    fn remark(&mut self, source: &str, remark: &str) {
        if !self.quiet {
            self.line(&format!("{source}: {remark}"));
        }
    }

    fn source_failed(&mut self, why: &str) {
        self.line(&format!("error: {why}"));
    }

    fn record(&mut self, report: &RecordReport<'_>) {
        self.done += 1;
        let failed = matches!(report.ending, Ending::Rejected | Ending::Failed) || report.why.is_some_and(is_trouble);
        let shown = failed && !self.quiet || self.verbose;
        if shown {
            self.line(&print::record(report, self.verbose));
        }
        match &self.bar {
            Some(bar) => {
                bar.inc(1);
                bar.set_message(format!("{} records {}", self.done, self.verb));
            }
            None if self.lines && self.done.is_multiple_of(LINE_EVERY) => {
                self.line(&format!("{} records {} …", self.done, self.verb));
            }
            None => {}
        }
    }

    fn note(&mut self, what: &str) {
        if !self.quiet {
            self.line(&format!("note: {what}"));
        }
    }
}

/// Whether a remark on a record that did arrive tells of trouble: a photo that was refused.
fn is_trouble(why: &str) -> bool {
    why.starts_with("photo: ")
}
