//! The work on one record: requests to the mailbox.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::Map;

use super::prepare::{Picture, Prepared};
use super::{Import, change, plan};
use crate::formats::photo;
use crate::model::{Loss, PhotoKind};
use crate::pipeline::ledger::{Action, Done, Held, Ledger, LedgerError};
use crate::pipeline::links::keeps_photo;
use crate::pipeline::{Ending, NoPhoto, PhotoLink, RecordReport};
use crate::remote::api::ServiceError;
use crate::remote::{Clock, RemoteError, Transport};

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
    pub(super) photo_set: bool,
    /// Whether it was there with a photo.
    pub(super) had_photo: bool,
    /// Why the photo did not arrive, when it did not.
    pub(super) no_photo: Option<NoPhoto>,
}

/// Why a job came to nothing.
#[derive(Debug)]
pub(super) enum Failed {
    Remote(RemoteError),
    Ledger(LedgerError),
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
    /// Whether the mailbox has refused a contact for want of a given name: then it gets one at once.
    given_names: AtomicBool,
}

impl<'a, T, C> Site<'a, T, C> {
    pub(super) fn new(import: &'a Import<'a, T, C>, run: &'a str, ledger: &'a mut Ledger) -> Self {
        Self { import, run, ledger: Mutex::new(ledger), given_names: AtomicBool::new(false) }
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
        RecordReport { position, name, losses, hidden, no_photo, photo_link, ..RecordReport::of(ending) }
    }

    /// What the ledger keeps of it.
    pub(super) fn done(&self, applied: &Applied) -> Done {
        let losses: Vec<_> = self.record.losses.iter().map(Loss::to_string).collect();
        let why = applied.why.iter().cloned();
        let photo = applied.no_photo.iter().map(|why| format!("without its photo: {why}"));
        let said = why.chain(photo).collect::<Vec<_>>().join("; ");
        let (left, losses) = (applied.left.clone(), losses.join("\n"));
        Done { ending: applied.ending, said, change_key: String::new(), left, attempts: 0, losses }
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
    let applied = match job.action {
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
    (job, applied)
}

async fn create<T: Transport, C: Clock>(site: &Site<'_, T, C>, job: &Job) -> Result<Applied, Failed> {
    let Import { mailbox, place, .. } = site.import;
    let (written, marks) = (&job.record.written, plan::marks(&job.record, site.run));
    let filled = written.json_with_given_name(Some(&marks));
    let wanted = site.given_names.load(Ordering::Relaxed);
    let plain = || written.json(Some(&marks));
    let body = filled.as_ref().filter(|_| wanted).map_or_else(plain, Map::clone);
    let created = match (mailbox.create(place, &body, job.record.key).await, filled) {
        (Err(RemoteError::Refused(error)), Some(filled)) if !wanted && wants_given_name(&error) => {
            site.given_names.store(true, Ordering::Relaxed);
            mailbox.create(place, &filled, job.record.key).await?
        }
        (created, _) => created?,
    };
    let left = written.content.to_string();
    let applied = Applied { left, ..Applied::new(Ending::Created, &created.id) };
    add_photo(site, job, applied).await
}

/// Sets the photo, if there is one, of a contact that has just been written; should that come to nothing, it is noted
/// all the same what was written.
pub(super) async fn add_photo<T: Transport, C: Clock>(
    site: &Site<'_, T, C>,
    job: &Job,
    applied: Applied,
) -> Result<Applied, Failed> {
    let (id, done) = (applied.id.clone(), job.done(&applied));
    let added = set_photo(site, job, applied).await;
    if added.is_err() {
        site.ledger(|ledger| ledger.done(job.number, Some(&id), &done))?;
    }
    added
}

/// Some mailboxes take no contact without a given name (msgraph-sdk-dotnet#247). The code says no more than that some
/// property is wrong.
fn wants_given_name(error: &ServiceError) -> bool {
    error.is("ErrorInvalidProperty") && error.message.to_ascii_lowercase().contains("givenname")
}

/// Adds the photo to a contact that is there without it; one that is refused changes nothing.
async fn complete<T: Transport, C: Clock>(site: &Site<'_, T, C>, job: &Job) -> Result<Applied, Failed> {
    change::keep_as_it_is(site, job, job.id(), false).await?;
    let mut applied = set_photo(site, job, Applied::new(Ending::Updated, job.id())).await?;
    if !applied.photo_set {
        applied.ending = Ending::Unchanged;
    }
    Ok(applied)
}

/// Sets the photo, if there is one. That the service refuses it does not undo the contact. The service documents JPEG
/// alone and has answered 200 to other pictures without keeping them, so that these are looked for afterwards.
async fn set_photo<T: Transport, C: Clock>(
    site: &Site<'_, T, C>,
    job: &Job,
    mut applied: Applied,
) -> Result<Applied, Failed> {
    let Import { mailbox, place, .. } = site.import;
    let picture = match picture(site, job).await {
        Ok(Some(picture)) => picture,
        Ok(None) => return Ok(applied),
        Err(why) => return Ok(Applied { no_photo: Some(why), ..applied }),
    };
    let kind = photo::media_type(picture.kind);
    match mailbox.set_photo(place, &applied.id, kind, picture.bytes).await {
        Ok(()) if picture.kind == PhotoKind::Jpeg || mailbox.has_photo(place, &applied.id).await? => {
            applied.photo_set = true;
        }
        Ok(()) => {
            let why = format!("the service did not keep the {kind}; make it a JPEG");
            applied.no_photo = Some(NoPhoto::Refused(why));
        }
        Err(RemoteError::Refused(error)) => applied.no_photo = Some(NoPhoto::Refused(error.to_string())),
        // The service breaks down over this picture: it has just taken the contact.
        Err(error) if error.is_breakdown() => applied.no_photo = Some(NoPhoto::Refused(error.to_string())),
        Err(error) => return Err(error.into()),
    }
    Ok(applied)
}

/// The picture of a job, fetched if it is a link and that is wanted. A link is followed when its contact is there: so
/// contacts are created in their order however long a picture takes, and no picture waits in memory.
async fn picture<T, C>(site: &Site<'_, T, C>, job: &Job) -> Result<Option<Picture>, NoPhoto> {
    let (Some(link), Some(pictures)) = (&job.record.link, site.import.pictures) else {
        return Ok(job.record.picture.clone());
    };
    let fetched = pictures.picture(link).await.map_err(|why| NoPhoto::NotFetched(why.to_string()))?;
    Picture::of(fetched).map(Some).map_err(NoPhoto::Refused)
}

impl Applied {
    pub(super) fn new(ending: Ending, id: &str) -> Self {
        let (id, left) = (id.to_owned(), String::new());
        Self { ending, id, why: None, left, photo_set: false, had_photo: false, no_photo: None }
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
