//! The second pass: the source is read again, and each record is done as it is planned.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::task::unconstrained;

use super::OnMatch;
use super::job::{self, Applied, Failed, Job, Site};
use super::prepare::{Prepared, Preparer};
use super::{Import, Inputs, Stopped};
use crate::formats::{Outcome, Record, Remark};
use crate::model::identity::Keys;
use crate::pipeline::ledger::{Action, Done, Ledger, LedgerError, Row};
use crate::pipeline::{Ending, RecordReport, Records, Totals, Watcher};
use crate::remote::gate::Limits;
use crate::remote::{Clock, RemoteError, Transport, attempts};

/// Records that are worked on at once: as many as requests may be under way. A job that had to wait at the gate could be
/// passed there by a later one, and contacts are to be created in the order they stand in.
const AT_ONCE: usize = Limits::EXCHANGE.in_flight;
/// Records in a row over which the service may break down before it is the service that is broken, and the run stops.
const BREAKDOWNS: u32 = 3;

/// Does what the ledger has planned.
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
        breakdowns: 0,
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
    /// Records in a row over which the service broke down.
    breakdowns: u32,
    totals: &'b mut Totals,
    watcher: &'b mut dyn Watcher,
}

impl<T: Transport, C: Clock> Apply<'_, '_, T, C> {
    async fn all(&mut self, records: &mut Records<'_>) -> Result<(), Stopped> {
        let (mut under_way, mut stopped) = (FuturesUnordered::new(), None);
        let mut ready = VecDeque::new();
        loop {
            while stopped.is_none() && under_way.len() < AT_ONCE {
                if self.import.interrupted.load(Ordering::Relaxed) {
                    stopped = Some(Stopped::Interrupted);
                    break;
                }
                if let Err(error) = self.fill(records, &mut ready) {
                    stopped = Some(error);
                    break;
                }
                let Some(job) = ready.pop_front() else { break };
                // The runtime would make a job wait now and then to be fair to other tasks, and let a later one pass it.
                under_way.push(unconstrained(attempts::counted(job::apply(self.site, job))));
            }
            let Some(((job, applied), attempts)) = under_way.next().await else { break };
            if let Err(error) = self.end(&job, applied, attempts) {
                stopped.get_or_insert(error);
            }
        }
        let written = self.site.ledger(Ledger::commit).map_err(Stopped::from);
        stopped.map_or(written, Err)
    }

    /// Reads on until there is a job, or nothing more.
    fn fill(&mut self, records: &mut Records<'_>, ready: &mut VecDeque<Job>) -> Result<(), Stopped> {
        while ready.is_empty() {
            let Some(record) = records.next(self.totals, &mut Told(self.watcher)) else { break };
            ready.extend(self.begin(record)?);
        }
        Ok(())
    }

    /// Begins a record: a job for the mailbox, or an ending at once.
    fn begin(&mut self, record: Record) -> Result<Option<Job>, Stopped> {
        let Record { position, raw, outcome, losses } = record;
        let contact = match outcome {
            Outcome::Contact(contact) => contact,
            // Its record has been held back and is counted with the last one.
            Outcome::Group(_) => {
                self.number += 1;
                return Ok(None);
            }
            Outcome::Reject(reject) => {
                self.number += 1;
                self.note(None, &done(Ending::Rejected, &reject.why))?;
                let (position, why, losses) = (Some(&position), Some(reject.why.as_str()), losses.as_slice());
                let (rejected, report) = (Some((&*raw, &reject)), RecordReport::of(Ending::Rejected));
                self.totals.count(&RecordReport { position, why, losses, rejected, ..report }, self.watcher);
                return Ok(None);
            }
        };
        self.number += 1;
        let mut record = self.preparer.prepare(*contact, position, losses);
        let row = self.row_of(&mut record)?;
        let held = match &row.id {
            Some(id) => self.site.ledger(|ledger| ledger.held(id))?,
            None => None,
        };
        let job = Job { number: self.number, action: row.action, why: row.why, held, record };
        match job.action {
            Action::End(ending) => {
                self.note(None, &self.site.noted(&job, done(ending, &job.why))?)?;
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
        let failed = match applied {
            Ok(applied) => return self.succeed(job, &applied, attempts),
            Err(failed) => failed,
        };
        let why = match &failed {
            Failed::Ledger(error) => error.to_string(),
            Failed::Remote(error) => error.to_string(),
            Failed::Changed => "somebody has changed it since the plan was checked; it was left alone".to_owned(),
        };
        if let Failed::Ledger(error) = failed {
            return Err(error.into());
        }
        let noted = Done { attempts, ..done(Ending::Failed, &why) };
        let noted = self.site.ledger(|ledger| ledger.done(job.number, None, &noted));
        let report = job.report(Ending::Failed);
        self.totals.count(&RecordReport { why: Some(&why), attempts, ..report }, self.watcher);
        noted?;
        match failed {
            Failed::Remote(error) if self.stops(&error) => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn succeed(&mut self, job: &Job, applied: &Applied, attempts: u32) -> Result<(), Stopped> {
        self.breakdowns = 0;
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

    fn note(&self, id: Option<&str>, done: &Done) -> Result<(), LedgerError> {
        self.site.ledger(|ledger| ledger.done(self.number, id, done))
    }

    /// Whether the records to come would fare no better.
    fn stops(&mut self, error: &RemoteError) -> bool {
        if error.is_breakdown() {
            self.breakdowns += 1;
            return self.breakdowns >= BREAKDOWNS;
        }
        !error.is_about_one_request()
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
