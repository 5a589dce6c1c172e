//! The work on one record: requests to the mailbox.

use bytes::Bytes;

use crate::formats::exchange::Written;
use crate::formats::exchange::extended::{Fingerprint, Marks, State};
use crate::formats::{Position, photo};
use crate::model::identity::Key;
use crate::model::{Loss, PhotoKind};
use crate::pipeline::{Ending, RecordReport};
use crate::remote::api::Place;
use crate::remote::{Clock, Mailbox, RemoteError, Transport};

/// What the mailbox is asked to do for a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Create the contact, then set its photo.
    Create,
    /// Set the photo of a contact that is there without it.
    SetPhoto,
    /// See whether the contact has a photo, and set it if not.
    CheckPhoto,
}

/// A record with all that is needed to work on it.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) position: Position,
    pub(super) name: String,
    pub(super) key: Key,
    pub(super) written: Written,
    pub(super) picture: Option<Picture>,
    /// Why there is no picture to upload although the source has one.
    pub(super) photo_refused: Option<String>,
    pub(super) losses: Vec<Loss>,
    /// The service's id where the contact is there already.
    pub(super) id: String,
    pub(super) work: Work,
}

impl Job {
    /// What is known of it when it ended so.
    pub(super) fn report(&self, ending: Ending) -> RecordReport<'_> {
        let hidden = if ending == Ending::Created { self.written.hidden.as_slice() } else { &[] };
        let (position, photo_refused) = (Some(&self.position), self.photo_refused.as_deref());
        let (name, losses) = (self.name.as_str(), self.losses.as_slice());
        RecordReport { position, name, losses, hidden, photo_refused, ..RecordReport::of(ending) }
    }
}

/// A picture to upload.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) bytes: Bytes,
    pub(super) kind: PhotoKind,
    pub(super) print: Fingerprint,
}

/// What became of a job.
#[derive(Debug)]
pub(super) struct Applied {
    pub(super) ending: Ending,
    pub(super) id: String,
    pub(super) photo_set: bool,
    /// Why the photo did not arrive, when it did not.
    pub(super) photo_refused: Option<String>,
}

/// Does the work, and hands the job back with what became of it.
pub(super) async fn apply<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    run: &str,
    job: Job,
) -> (Job, Result<Applied, RemoteError>) {
    let applied = match job.work {
        Work::Create => create(mailbox, place, run, &job).await,
        Work::SetPhoto => complete(mailbox, place, &job).await,
        Work::CheckPhoto => match mailbox.has_photo(place, &job.id).await {
            Ok(true) => Ok(Applied::new(Ending::Unchanged, &job.id)),
            Ok(false) => complete(mailbox, place, &job).await,
            Err(error) => Err(error),
        },
    };
    (job, applied)
}

async fn create<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    run: &str,
    job: &Job,
) -> Result<Applied, RemoteError> {
    let photo = job.picture.as_ref().map(|picture| picture.print);
    let state = State { content: job.written.content, photo, run: run.to_owned() };
    let body = job.written.json(Some(&Marks { key: job.key, state }));
    let created = mailbox.create(place, &body, job.key).await?;
    set_photo(mailbox, place, job, &created.id, Ending::Created).await
}

/// Adds the photo to a contact that is there without it; one that is refused changes nothing.
async fn complete<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    job: &Job,
) -> Result<Applied, RemoteError> {
    let mut applied = set_photo(mailbox, place, job, &job.id, Ending::Updated).await?;
    if !applied.photo_set {
        applied.ending = Ending::Unchanged;
    }
    Ok(applied)
}

/// Sets the photo, if there is one. That the service refuses it does not undo the contact. The service documents JPEG
/// alone and has answered 200 to other pictures without keeping them, so that these are looked for afterwards.
async fn set_photo<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    job: &Job,
    id: &str,
    ending: Ending,
) -> Result<Applied, RemoteError> {
    let mut applied = Applied::new(ending, id);
    let Some(picture) = &job.picture else { return Ok(applied) };
    let kind = photo::media_type(picture.kind);
    match mailbox.set_photo(place, id, kind, picture.bytes.clone()).await {
        Ok(()) if picture.kind == PhotoKind::Jpeg || mailbox.has_photo(place, id).await? => applied.photo_set = true,
        Ok(()) => applied.photo_refused = Some(format!("the service did not keep the {kind}; make it a JPEG")),
        Err(RemoteError::Refused(error)) => applied.photo_refused = Some(error.to_string()),
        Err(error) => return Err(error),
    }
    Ok(applied)
}

impl Applied {
    fn new(ending: Ending, id: &str) -> Self {
        Self { ending, id: id.to_owned(), photo_set: false, photo_refused: None }
    }
}
