//! A look over a table before its first record is read: every decision about it, once for all.

use std::io::Read;
use std::sync::Arc;

use crate::formats::Remark;
use crate::formats::csv::Options;
use crate::formats::csv::frame::Frame;
use crate::formats::csv::open::{Open, Window};
use crate::formats::csv::sniff::{self, Decision};
use crate::formats::table::{Census, Rows};

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

    /// Why the table cannot be read although it is one.
    pub(super) fn dilemma(&self) -> Option<String> {
        self.0.census.dilemma(&self.0.decision.head)
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
