//! What is planned is carried out, several contacts at a time.

use std::collections::VecDeque;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::Undo;
use super::back::{self, Failed, Site, Taken};
use crate::pipeline::import::Stopped;
use crate::pipeline::ledger::{Action, Done, Ledger, Row};
use crate::pipeline::many::{AT_ONCE, Breakdowns};
use crate::pipeline::{Ending, RecordReport, Totals, Watcher};
use crate::remote::{Clock, Transport};

/// Rows of the ledger that are read in one go.
const PAGE: u32 = 200;

/// Does what the ledger has planned.
pub(super) async fn apply<T: Transport, C: Clock>(
    undo: &Undo<'_, T, C>,
    own: &mut Ledger,
    totals: &mut Totals,
    watcher: &mut dyn Watcher,
) -> Result<(), Stopped> {
    let site = Site::new(undo, own);
    let mut apply =
        Apply { site: &site, last: 0, rows: VecDeque::new(), breakdowns: Breakdowns::default(), totals, watcher };
    let applied = apply.all().await;
    let written = site.own(Ledger::commit).map_err(Stopped::from);
    applied.and(written)
}

struct Apply<'a, 'b, T, C> {
    site: &'a Site<'a, T, C>,
    last: u64,
    rows: VecDeque<Row>,
    breakdowns: Breakdowns,
    totals: &'b mut Totals,
    watcher: &'b mut dyn Watcher,
}

impl<T: Transport, C: Clock> Apply<'_, '_, T, C> {
    async fn all(&mut self) -> Result<(), Stopped> {
        let (mut under_way, mut stopped) = (FuturesUnordered::new(), None);
        loop {
            while stopped.is_none() && under_way.len() < AT_ONCE {
                match self.site.undo.check_interrupted().and_then(|()| self.next()) {
                    Ok(Some(row)) => under_way.push(back::take(self.site, row)),
                    Ok(None) => break,
                    Err(error) => stopped = Some(error),
                }
            }
            let Some((row, taken)) = under_way.next().await else { break };
            if let Err(error) = self.end(&row, taken) {
                stopped.get_or_insert(error);
            }
        }
        stopped.map_or(Ok(()), Err)
    }

    /// The next contact that something is to be done with; those before it are counted.
    fn next(&mut self) -> Result<Option<Row>, Stopped> {
        loop {
            if self.rows.is_empty() {
                self.rows = self.site.own(|own| own.rows_after(self.last, PAGE))?.into();
            }
            let Some(row) = self.rows.pop_front() else { return Ok(None) };
            self.last = row.number;
            let Action::End(ending) = row.action else { return Ok(Some(row)) };
            if row.done.as_ref().is_none_or(|done| done.ending != ending) {
                let done = Done { ending, said: row.why.clone(), ..nothing() };
                self.site.own(|own| own.done(row.number, None, &done))?;
            }
            let why = Some(row.why.as_str()).filter(|why| !why.is_empty());
            self.count(&row, RecordReport { why, ..RecordReport::of(ending) });
        }
    }

    /// Notes and counts what became of a contact; an error stops the run.
    fn end(&mut self, row: &Row, taken: Result<Taken, Failed>) -> Result<(), Stopped> {
        match taken {
            Ok(taken) => {
                self.breakdowns.end();
                let Taken { ending, id, why, left, left_photo, no_photo, photo_set } = taken;
                let photo = no_photo.as_ref().map(|why| format!("without its photo: {why}"));
                let said = photo.unwrap_or_else(|| why.clone());
                let done = Done { ending, said, left, left_photo, ..nothing() };
                self.site.own(|own| {
                    own.done(row.number, Some(&id), &done)?;
                    // What is created again has no version whose keeping would put this onto the disk.
                    if ending == Ending::Created { own.commit() } else { Ok(()) }
                })?;
                self.totals.photos += u64::from(photo_set);
                let why = Some(why.as_str()).filter(|why| !why.is_empty());
                self.count(row, RecordReport { why, no_photo: no_photo.as_ref(), ..RecordReport::of(ending) });
                Ok(())
            }
            Err(Failed::Ledger(error)) => Err(error.into()),
            Err(Failed::Remote(error)) => {
                let why = error.to_string();
                let done = Done { ending: Ending::Failed, said: why.clone(), ..nothing() };
                let noted = self.site.own(|own| own.done(row.number, None, &done));
                self.count(row, RecordReport { why: Some(&why), ..RecordReport::of(Ending::Failed) });
                noted?;
                if self.breakdowns.stops(&error) { Err(error.into()) } else { Ok(()) }
            }
        }
    }

    fn count(&mut self, row: &Row, report: RecordReport<'_>) {
        let (id, name) = (row.id.as_deref(), row.name.as_str());
        self.totals.count(&RecordReport { id, name, ..report }, self.watcher);
    }
}

/// An ending of which nothing more is to be said.
fn nothing() -> Done {
    let (said, change_key, left, left_photo, losses) = Default::default();
    Done { ending: Ending::Unchanged, said, change_key, left, left_photo, attempts: 0, losses }
}
