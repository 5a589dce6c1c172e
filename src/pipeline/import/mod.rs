//! From files into a mailbox: every record once, however often it is run.

mod apply;
mod plan;
mod proof;
mod target;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::task::unconstrained;

use crate::formats::{Outcome, Record};
use crate::model::identity::{Key, Keys};
use crate::pipeline::{Ending, RecordReport, Records, Totals, Watcher};
use crate::remote::api::Place;
use crate::remote::fetch::Fetch;
use crate::remote::gate::Limits;
use crate::remote::{Clock, Mailbox, RemoteError, Transport};
use apply::{Applied, Job, Site};
pub use proof::Proof;
use target::Target;

/// Records that are worked on at once: as many as requests may be under way. A job that had to wait at the gate could be
/// passed there by a later one, and contacts are to be created in the order they stand in.
const AT_ONCE: usize = Limits::EXCHANGE.in_flight;
/// Records in a row over which the service may break down before it is the service that is broken, and the run stops.
const BREAKDOWNS: u32 = 3;

/// How an import ended.
#[derive(Debug)]
pub struct Imported {
    /// The sums; complete for what was read, also when the import was stopped.
    pub totals: Totals,
    /// What the mailbox holds now; none when the import was stopped.
    pub proof: Option<Proof>,
    /// What stopped it.
    pub stopped: Option<Stopped>,
}

/// What stops an import before its end.
#[derive(Debug)]
pub enum Stopped {
    /// The mailbox.
    Remote(RemoteError),
    /// The user.
    Interrupted,
}

/// Uploads every record that the folder does not have yet, and proves it. `run` names this run in what it writes;
/// `pictures` fetches what photo links lead to, for contacts that have no photo yet; when `interrupted` becomes true, what
/// is under way is finished and nothing more is begun.
pub async fn import<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    run: &str,
    pictures: Option<&dyn Fetch>,
    records: &mut Records<'_>,
    interrupted: &AtomicBool,
    watcher: &mut dyn Watcher,
) -> Imported {
    let mut totals = Totals::default();
    totals.photo_links.wanted = pictures.is_some();
    let site = Site { mailbox, place, run, pictures };
    let stopped = match Target::list(mailbox, place).await {
        Ok(target) => {
            let photos = records.photos();
            let mut import = Import { site, target, keys: Keys::default(), created: HashMap::new(), breakdowns: 0 };
            let ran = import.run(records, interrupted, &mut totals, watcher).await;
            photos.iter().for_each(|photos| photos.count(&mut totals.photo_files));
            match ran {
                Ok(()) => match proof::prove(mailbox, place, &import.created, watcher).await {
                    Ok(proof) => return Imported { totals, proof: Some(proof), stopped: None },
                    Err(error) => Stopped::Remote(error),
                },
                Err(stopped) => stopped,
            }
        }
        Err(error) => Stopped::Remote(error),
    };
    Imported { totals, proof: None, stopped: Some(stopped) }
}

/// An import under way.
struct Import<'a, T, C> {
    site: Site<'a, T, C>,
    target: Target,
    keys: Keys,
    /// What this run created: key and the service's id.
    created: HashMap<Key, String>,
    /// Records in a row over which the service broke down.
    breakdowns: u32,
}

impl<T: Transport, C: Clock> Import<'_, T, C> {
    async fn run(
        &mut self,
        records: &mut Records<'_>,
        interrupted: &AtomicBool,
        totals: &mut Totals,
        watcher: &mut dyn Watcher,
    ) -> Result<(), Stopped> {
        let mut under_way = FuturesUnordered::new();
        let mut stopped = None;
        loop {
            while stopped.is_none() && under_way.len() < AT_ONCE {
                if interrupted.load(Ordering::Relaxed) {
                    stopped = Some(Stopped::Interrupted);
                    break;
                }
                let Some(record) = records.next(totals, watcher) else { break };
                if let Some(job) = self.begin(record, totals, watcher) {
                    // The runtime would make a job wait now and then to be fair to other tasks, and let a later one
                    // pass it.
                    under_way.push(unconstrained(apply::apply(self.site, job)));
                }
            }
            let Some((job, applied)) = under_way.next().await else { break };
            if let Some(error) = self.end(&job, applied, totals, watcher) {
                stopped.get_or_insert(Stopped::Remote(error));
            }
        }
        stopped.map_or(Ok(()), Err)
    }

    /// Plans a record: a job for the mailbox, or an ending at once.
    fn begin(&mut self, record: Record, totals: &mut Totals, watcher: &mut dyn Watcher) -> Option<Job> {
        let Record { position, raw, outcome, losses } = record;
        let contact = match outcome {
            Outcome::Contact(contact) => contact,
            // Its record has been held back and is counted with the last one.
            Outcome::Group(_) => return None,
            Outcome::Reject(reject) => {
                let (position, why, losses) = (Some(&position), Some(reject.why.as_str()), losses.as_slice());
                let (rejected, report) = (Some((&*raw, &reject)), RecordReport::of(Ending::Rejected));
                totals.count(&RecordReport { position, why, losses, rejected, ..report }, watcher);
                return None;
            }
        };
        let Site { mailbox, pictures, .. } = self.site;
        let (dialect, follows_links) = (mailbox.endpoint().dialect, pictures.is_some());
        let board = plan::Board { keys: &mut self.keys, target: &self.target, dialect, follows_links };
        let (job, action) = plan::plan(*contact, position, losses, board);
        match action {
            plan::Action::End(ending, why) => {
                totals.count(&RecordReport { why, ..job.report(ending) }, watcher);
                None
            }
            plan::Action::Do(work) => Some(Job { work, ..job }),
        }
    }

    /// Counts what became of a job; returns what stops the run.
    fn end(
        &mut self,
        job: &Job,
        applied: Result<Applied, RemoteError>,
        totals: &mut Totals,
        watcher: &mut dyn Watcher,
    ) -> Option<RemoteError> {
        match applied {
            Ok(applied) => {
                self.breakdowns = 0;
                if applied.ending == Ending::Created {
                    self.created.insert(job.key, applied.id.clone());
                }
                totals.photos += u64::from(applied.photo_set);
                let (id, no_photo) = (Some(applied.id.as_str()), applied.no_photo.as_ref().or(job.no_photo.as_ref()));
                let photo_link = applied.photo_link(job);
                totals.count(&RecordReport { id, no_photo, photo_link, ..job.report(applied.ending) }, watcher);
                None
            }
            Err(error) => {
                let why = error.to_string();
                totals.count(&RecordReport { why: Some(&why), ..job.report(Ending::Failed) }, watcher);
                self.stops(&error).then_some(error)
            }
        }
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
