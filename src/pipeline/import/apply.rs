//! The second pass: the source is read again, and each record is done as it is planned.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::task::unconstrained;

use super::job::{self, Applied, Failed, Job, Site};
use super::prepare::{Prepared, Preparer};
use super::{Import, Inputs, OnMatch, Stopped};
use crate::formats::{Outcome, Record, Remark};
use crate::model::identity::Keys;
use crate::pipeline::ledger::{Action, Done, Ledger, LedgerError, Row};
use crate::pipeline::many::{AT_ONCE, Breakdowns};
use crate::pipeline::{Ending, RecordReport, Records, Totals, Watcher};
use crate::remote::{Clock, Transport, attempts};

/// Why a record fails whose contact is not what it was when its plan was checked.
const CHANGED: &str = "somebody has changed it since the plan was checked; it was left alone";

/// Does what the ledger has planned. No more jobs are begun than requests may be under way: one that had to wait at the
/// gate could be passed there by a later one, and contacts are to be created in the order they stand in.
pub(super) async fn apply<T: Transport, C: Clock>(
    import: &Import<'_, T, C>,
    inputs: &Inputs<'_>,
    ledger: &mut Ledger,
    totals: &mut Totals,
    watcher: &mut dyn Watcher,
) -> Result<(), Stopped> {
    let run = ledger.head().run.clone();
    let dialect = import.mailbox.endpoint().dialect;
    let site = Site::new(import, &run, ledger);
    let mut records = inputs.records();
    let photos = records.photos();
    let mut apply = Apply {
        import,
        site: &site,
        preparer: Preparer { keys: Keys::default(), dialect, categories: &import.options.categories },
        number: 0,
        breakdowns: Breakdowns::default(),
        totals,
        watcher,
    };
    let applied = apply.all(&mut records).await;
    photos.iter().for_each(|photos| photos.count(&mut apply.totals.photo_files));
    applied
}

struct Apply<'a, 'b, T, C> {
    import: &'a Import<'a, T, C>,
    site: &'a Site<'a, T, C>,
    preparer: Preparer<'a>,
    number: u64,
    breakdowns: Breakdowns,
    totals: &'b mut Totals,
    watcher: &'b mut dyn Watcher,
}

impl<T: Transport, C: Clock> Apply<'_, '_, T, C> {
    async fn all(&mut self, records: &mut Records<'_>) -> Result<(), Stopped> {
        let (mut under_way, mut stopped) = (FuturesUnordered::new(), None);
        loop {
            while stopped.is_none() && under_way.len() < AT_ONCE {
                match self.import.check_interrupted().and_then(|()| self.next(records)) {
                    // The runtime would make a job wait now and then to be fair to other tasks, and let a later one
                    // pass it.
                    Ok(Some(job)) => under_way.push(unconstrained(attempts::counted(job::apply(self.site, job)))),
                    Ok(None) => break,
                    Err(error) => stopped = Some(error),
                }
            }
            let Some(((job, applied), attempts)) = under_way.next().await else { break };
            if let Err(error) = self.end(&job, applied, attempts) {
                stopped.get_or_insert(error);
            }
        }
        let written = self.site.ledger(Ledger::commit).map_err(Stopped::from);
        stopped.map_or(written, Err)
    }

    /// Reads on until there is a job; none when there is nothing more.
    fn next(&mut self, records: &mut Records<'_>) -> Result<Option<Job>, Stopped> {
        while let Some(record) = records.next(self.totals, &mut Told(self.watcher)) {
            if let Some(job) = self.begin(record)? {
                return Ok(Some(job));
            }
        }
        Ok(None)
    }

    /// Begins a record: a job for the mailbox, or an ending at once.
    fn begin(&mut self, record: Record) -> Result<Option<Job>, Stopped> {
        let Record { position, raw, outcome, losses } = record;
        self.number += 1;
        let contact = match outcome {
            Outcome::Contact(contact) => contact,
            // Its record has been held back and is counted with the last one.
            Outcome::Group(_) => return Ok(None),
            Outcome::Reject(reject) => {
                self.note(&done(Ending::Rejected, &reject.why))?;
                let (position, why, losses) = (Some(&position), Some(reject.why.as_str()), losses.as_slice());
                let (rejected, report) = (Some((&*raw, &reject)), RecordReport::of(Ending::Rejected));
                self.totals.count(&RecordReport { position, why, losses, rejected, ..report }, self.watcher);
                return Ok(None);
            }
        };
        let mut record = self.preparer.prepare(*contact, position, losses);
        let row = self.row_of(&mut record)?;
        let held = match &row.id {
            Some(id) => self.site.ledger(|ledger| ledger.held(id))?,
            None => None,
        };
        let job = Job { number: self.number, action: row.action, why: row.why, held, record };
        match job.action {
            Action::End(ending) => {
                self.note(&self.site.noted(&job, done(ending, &job.why))?)?;
                let why = Some(job.why.as_str()).filter(|why| !why.is_empty());
                self.totals.count(&RecordReport { why, ..job.report(ending) }, self.watcher);
                Ok(None)
            }
            _ => Ok(Some(job)),
        }
    }

    /// What is planned for a record.
    fn row_of(&self, record: &mut Prepared) -> Result<Row, Stopped> {
        let row = self.site.ledger(|ledger| ledger.row(self.number))?;
        if self.import.options.on_match == OnMatch::Duplicate {
            // It may be one more of its kind, with a key of its own.
            record.key = row.as_ref().and_then(|row| row.key).unwrap_or(record.key);
        }
        let same = |row: &Row| row.key == Some(record.key) && row.content == record.written.content.to_string();
        row.filter(same).ok_or_else(|| Stopped::SourceChanged(record.position.to_string()))
    }

    /// Notes and counts what became of a job that took so many requests; an error stops the run.
    fn end(&mut self, job: &Job, applied: Result<Applied, Failed>, attempts: u32) -> Result<(), Stopped> {
        match applied {
            Ok(applied) => self.succeed(job, &applied, attempts),
            Err(Failed::Ledger(error)) => Err(error.into()),
            Err(Failed::Changed) => self.fail(job, CHANGED, attempts),
            Err(Failed::Remote(error)) => {
                self.fail(job, &error.to_string(), attempts)?;
                if self.breakdowns.stops(&error) { Err(error.into()) } else { Ok(()) }
            }
        }
    }

    fn fail(&mut self, job: &Job, why: &str, attempts: u32) -> Result<(), Stopped> {
        let done = Done { attempts, ..done(Ending::Failed, why) };
        let noted = self.site.ledger(|ledger| ledger.done(job.number, None, &done));
        let report = job.report(Ending::Failed);
        self.totals.count(&RecordReport { why: Some(why), attempts, ..report }, self.watcher);
        Ok(noted?)
    }

    fn succeed(&mut self, job: &Job, applied: &Applied, attempts: u32) -> Result<(), Stopped> {
        self.breakdowns.end();
        self.totals.photos += u64::from(applied.photo_set);
        let done = self.site.noted(job, job.done(applied, attempts))?;
        self.site.ledger(|ledger| ledger.done(job.number, Some(&applied.id), &done))?;
        let Applied { photo_set, changes, .. } = applied;
        let (photo_set, changes) = (*photo_set, changes.as_slice());
        let (id, no_photo) = (Some(applied.id.as_str()), applied.no_photo.as_ref().or(job.record.no_photo.as_ref()));
        let (photo_link, why) = (applied.photo_link(job), applied.why.as_deref());
        let report = RecordReport { id, no_photo, photo_link, why, ..job.report(applied.ending) };
        self.totals.count(&RecordReport { attempts, photo_set, changes, ..report }, self.watcher);
        Ok(())
    }

    /// Notes how the record that was read last ended.
    fn note(&self, done: &Done) -> Result<(), LedgerError> {
        self.site.ledger(|ledger| ledger.done(self.number, None, done))
    }
}

/// A record that ended so without a write.
fn done(ending: Ending, said: &str) -> Done {
    let (change_key, left, left_photo, losses) = Default::default();
    Done { ending, said: said.to_owned(), change_key, left, left_photo, attempts: 0, losses }
}

/// Lets through what concerns the records; the sources were told in the first pass.
struct Told<'a>(&'a mut dyn Watcher);

impl Watcher for Told<'_> {
    fn remarks(&mut self, _: &str, _: &[Remark]) {}

    fn record(&mut self, report: &RecordReport<'_>) {
        self.0.record(report);
    }
}
