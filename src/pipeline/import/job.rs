//! The work on one record: requests to the mailbox.

use std::sync::{Mutex, PoisonError};

use super::photo::set_photo;
use super::prepare::Prepared;
use super::{Import, change, plan};
use crate::formats::exchange::Change;
use crate::model::Loss;
use crate::pipeline::ledger::{Action, Done, Held, Ledger, LedgerError, PhotoLeft};
use crate::pipeline::links::keeps_photo;
use crate::pipeline::{Ending, NoPhoto, PhotoLink, RecordReport};
use crate::remote::{Clock, RemoteError, Transport};

/// What is said of a contact that the mailbox takes with a given name alone.
const GIVEN_NAME_MADE: &str = "with a given name made of what there is, since the mailbox wants one";

/// A record and what is to be done with it.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) number: u64,
    pub(super) action: Action,
    pub(super) why: String,
    /// The contact there that is meant, as it was listed.
    pub(super) held: Option<Held>,
    pub(super) record: Prepared,
}

/// What became of a job.
#[derive(Debug)]
pub(super) struct Applied {
    pub(super) ending: Ending,
    pub(super) id: String,
    /// Why it ended so, where it does not go without saying.
    pub(super) why: Option<String>,
    /// Fingerprint of the content that is left in the mailbox.
    pub(super) left: String,
    /// What was changed in the contact that was there.
    pub(super) changes: Vec<Change>,
    /// What became of the photo in the mailbox.
    pub(super) left_photo: PhotoLeft,
    pub(super) photo_set: bool,
    /// Whether it was there with a photo.
    pub(super) had_photo: bool,
    /// Why the photo did not arrive, when it did not.
    pub(super) no_photo: Option<NoPhoto>,
    /// What was lost while it was done.
    pub(super) losses: Vec<Loss>,
}

/// Why a job came to nothing.
#[derive(Debug)]
pub(super) enum Failed {
    Remote(RemoteError),
    Ledger(LedgerError),
    /// Somebody has changed the contact since it was planned, and only what is planned may be done.
    Changed,
}

impl From<RemoteError> for Failed {
    fn from(error: RemoteError) -> Self {
        Self::Remote(error)
    }
}

impl From<LedgerError> for Failed {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

/// Where the work is done.
pub(super) struct Site<'a, T, C> {
    pub(super) import: &'a Import<'a, T, C>,
    pub(super) run: &'a str,
    ledger: Mutex<&'a mut Ledger>,
}

impl<'a, T, C> Site<'a, T, C> {
    pub(super) fn new(import: &'a Import<'a, T, C>, run: &'a str, ledger: &'a mut Ledger) -> Self {
        Self { import, run, ledger: Mutex::new(ledger) }
    }

    /// Uses the ledger; never across a request.
    pub(super) fn ledger<V>(&self, with: impl FnOnce(&mut Ledger) -> V) -> V {
        with(&mut self.ledger.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Job {
    /// What is known of it when it ended so.
    pub(super) fn report(&self, ending: Ending) -> RecordReport<'_> {
        let Prepared { position, name, written, losses, no_photo, .. } = &self.record;
        let hidden = if ending == Ending::Created { written.hidden.as_slice() } else { &[] };
        let (position, no_photo, photo_link) = (Some(position), no_photo.as_ref(), self.kept_link(ending));
        let id = self.held.as_ref().map(|held| held.id.as_str());
        RecordReport { position, id, name, losses, hidden, no_photo, photo_link, ..RecordReport::of(ending) }
    }

    /// What the ledger keeps of it.
    pub(super) fn done(&self, applied: &Applied, attempts: u32) -> Done {
        let losses: Vec<_> = self.record.losses.iter().map(Loss::to_string).collect();
        let why = applied.why.iter().cloned();
        let photo = applied.no_photo.iter().map(|why| format!("without its photo: {why}"));
        let said = why.chain(photo).collect::<Vec<_>>().join("; ");
        let (left, left_photo, losses) = (applied.left.clone(), applied.left_photo, losses.join("\n"));
        Done { ending: applied.ending, said, change_key: String::new(), left, left_photo, attempts, losses }
    }

    fn id(&self) -> &str {
        self.held.as_ref().map_or("", |held| &held.id)
    }

    /// The link, when the contact has no other photo.
    fn kept_link(&self, ending: Ending) -> Option<PhotoLink<'_>> {
        let is_there = matches!(ending, Ending::Created | Ending::Updated | Ending::Unchanged);
        let has_photo = self.held.as_ref().is_some_and(|held| held.has_picture == Some(true));
        let kept = is_there && !has_photo && keeps_photo(&self.record.written.losses);
        self.record.link.as_deref().filter(|_| kept).map(PhotoLink::Kept)
    }
}

/// Does the work, and hands the job back with what became of it.
pub(super) async fn apply<T: Transport, C: Clock>(
    site: &Site<'_, T, C>,
    mut job: Job,
) -> (Job, Result<Applied, Failed>) {
    let mut applied = match job.action {
        Action::Create => {
            job.record.losses.append(&mut job.record.written.losses.clone());
            create(site, &job).await
        }
        Action::Change => change::change(site, &job).await,
        Action::SetPhoto => complete(site, &job).await,
        Action::CheckPhoto => match site.import.mailbox.has_photo(site.import.place, job.id()).await {
            Ok(true) => Ok(Applied { had_photo: true, ..Applied::new(Ending::Unchanged, job.id()) }),
            Ok(false) => complete(site, &job).await,
            Err(error) => Err(error.into()),
        },
        Action::Delete | Action::End(_) => Ok(Applied::new(Ending::Skipped, job.id())),
    };
    if let Ok(applied) = &mut applied {
        job.record.losses.append(&mut applied.losses);
    }
    (job, applied)
}

async fn create<T: Transport, C: Clock>(site: &Site<'_, T, C>, job: &Job) -> Result<Applied, Failed> {
    let Import { mailbox, place, .. } = site.import;
    let (written, marks) = (&job.record.written, plan::marks(&job.record, site.run));
    let (plain, filled) = (written.json(Some(&marks)), written.json_with_given_name(Some(&marks)));
    let created = mailbox.create_or_fill(place, &plain, filled.as_ref(), job.record.key).await?;
    let why = created.filled.then(|| GIVEN_NAME_MADE.to_owned());
    let left = written.content.to_string();
    let applied = Applied { left, why, ..Applied::new(Ending::Created, &created.id) };
    add_photo(site, job, applied).await
}

/// Sets the photo, if there is one, of a contact that has just been written; should that come to nothing, it is noted
/// all the same what was written.
async fn add_photo<T: Transport, C: Clock>(
    site: &Site<'_, T, C>,
    job: &Job,
    applied: Applied,
) -> Result<Applied, Failed> {
    let (id, done) = (applied.id.clone(), job.done(&applied, 0));
    let added = set_photo(site, job, applied, None).await;
    if added.is_err() {
        site.ledger(|ledger| ledger.done(job.number, Some(&id), &done))?;
    }
    added
}

/// Adds the photo to a contact that is there without it; one that is refused changes nothing.
async fn complete<T: Transport, C: Clock>(site: &Site<'_, T, C>, job: &Job) -> Result<Applied, Failed> {
    change::keep_as_it_is(site, job, job.id(), false).await?;
    let mut applied = set_photo(site, job, Applied::new(Ending::Updated, job.id()), None).await?;
    if !applied.photo_set {
        applied.ending = Ending::Unchanged;
    }
    Ok(applied)
}

impl Applied {
    pub(super) fn new(ending: Ending, id: &str) -> Self {
        let (id, left, changes, losses) = (id.to_owned(), String::new(), Vec::new(), Vec::new());
        let (left_photo, photo_set, had_photo) = (PhotoLeft::Untouched, false, false);
        Self { ending, id, why: None, left, changes, left_photo, photo_set, had_photo, no_photo: None, losses }
    }

    /// What became of the photo, when it is a link.
    pub(super) fn photo_link<'a>(&self, job: &'a Job) -> Option<PhotoLink<'a>> {
        match &job.record.link {
            Some(_) if self.photo_set => Some(PhotoLink::Fetched),
            Some(_) if !self.had_photo => job.kept_link(self.ending),
            _ => None,
        }
    }
}
