//! A look over a table before its first record is read: every decision about it, once for all.

use std::io::Read;
use std::sync::Arc;

use crate::formats::Remark;
use crate::formats::csv::Options;
use crate::formats::csv::frame::Frame;
use crate::formats::csv::open::{Open, Window};
use crate::formats::csv::sniff::{self, Decision, delimiter_name};
use crate::formats::table::{Census, Findings, Rows};

/// What was decided about a table, and what its rows show.
#[derive(Debug, Clone)]
pub struct Survey(Arc<Found>);

#[derive(Debug)]
struct Found {
    decision: Decision,
    census: Census,
}

/// Looks over a whole table. None when it cannot be read as one, or not to its end: the [`Reader`](super::Reader) says
/// why.
pub fn survey(input: impl Read, options: &Options) -> Option<Survey> {
    let window = Window::of(input).ok()?;
    let decision = sniff::sniff(&window.bytes, window.complete, options).ok()?;
    let mut census = Census::new(&decision.head);
    if options.table.closely {
        census.look_closely(&decision.head);
    }
    count(&mut Open::new(&decision, options, window), &decision, &mut census)?;
    Some(Survey(Arc::new(Found { decision, census })))
}

impl Survey {
    /// What the beginning of a table shows, for whoever cannot read it twice. `Err` says why it is none.
    pub(super) fn of_window(bytes: &[u8], complete: bool, options: &Options) -> Result<Survey, String> {
        let decision = sniff::sniff(bytes, complete, options)?;
        let mut census = Census::new(&decision.head);
        // A table that goes on beyond the window may be cut in its last row; counting it does no harm.
        if let Ok(window) = Window::of(bytes) {
            count(&mut Open::new(&decision, options, window), &decision, &mut census);
        }
        Ok(Survey(Arc::new(Found { decision, census })))
    }

    /// What was decided and why, for people; what stands in the columns only if the survey was to look closely.
    pub fn findings(&self, options: &Options) -> Findings {
        let Found { decision, census } = &*self.0;
        let mut findings = Findings::of(&decision.head, census, &options.table);
        findings.encoding = Some((decision.encoding.name().to_owned(), decision.because.to_owned()));
        let delimiter = char::from(decision.delimiter);
        findings.delimiter = Some((delimiter, delimiter_name(decision.delimiter)));
        // What begins as plain ASCII may go on as anything.
        let encoding = (!decision.ascii).then(|| decision.encoding.name().to_ascii_lowercase());
        findings.remarks.extend(decision.remarks());
        findings.say_input(&decision.head, encoding.as_deref());
        findings
    }

    /// What was decided.
    pub(super) fn decision(&self) -> &Decision {
        &self.0.decision
    }

    /// What makes contacts of the rows.
    pub(super) fn rows(&self, options: &Options) -> Rows {
        let Found { decision, census } = &*self.0;
        let order = census.order(&decision.head, &options.table);
        Rows::new(&decision.head, order, options.table.this_year)
    }

    /// The decisions in plain words.
    pub(super) fn remarks(&self, options: &Options) -> Vec<Remark> {
        let Found { decision, census } = &*self.0;
        let order = census.order(&decision.head, &options.table);
        decision.remarks().into_iter().chain(census.remarks(&decision.head, order)).collect()
    }
}

/// Counts all rows; none when the source fails.
fn count<R: Read>(open: &mut Open<R>, decision: &Decision, census: &mut Census) -> Option<()> {
    let (width, mut remarks) = (decision.head.columns.len(), Vec::new());
    loop {
        match open.next(width).ok()? {
            Frame::End => return Some(()),
            Frame::Row => {
                if let Ok(row) = open.row(&mut remarks) {
                    census.count(row);
                }
            }
            Frame::TooLong | Frame::OpenQuote { .. } => {}
        }
    }
}
