//! The work on one record: requests to the mailbox.

use bytes::Bytes;

use crate::formats::exchange::extended::{Fingerprint, Marks, State};
use crate::formats::exchange::{MAX_PHOTO_BYTES, Written};
use crate::formats::{Position, photo};
use crate::model::identity::Key;
use crate::model::{Loss, PhotoKind};
use crate::pipeline::links::keeps_photo;
use crate::pipeline::{Ending, NoPhoto, PhotoLink, RecordReport};
use crate::remote::api::Place;
use crate::remote::fetch::Fetch;
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
    pub(super) no_photo: Option<NoPhoto>,
    /// The photo, when it is a link, which the contact keeps whatever becomes of its picture.
    pub(super) link: Option<String>,
    /// Whether the contact is there with a photo already.
    pub(super) has_photo: bool,
    pub(super) losses: Vec<Loss>,
    /// The service's id where the contact is there already.
    pub(super) id: String,
    pub(super) work: Work,
}

impl Job {
    /// What is known of it when it ended so.
    pub(super) fn report(&self, ending: Ending) -> RecordReport<'_> {
        let hidden = if ending == Ending::Created { self.written.hidden.as_slice() } else { &[] };
        let (position, no_photo) = (Some(&self.position), self.no_photo.as_ref());
        let (name, losses, photo_link) = (self.name.as_str(), self.losses.as_slice(), self.kept_link(ending));
        RecordReport { position, name, losses, hidden, no_photo, photo_link, ..RecordReport::of(ending) }
    }

    /// The link, when the contact has no other photo.
    fn kept_link(&self, ending: Ending) -> Option<PhotoLink<'_>> {
        let is_there = matches!(ending, Ending::Created | Ending::Updated | Ending::Unchanged);
        let kept = is_there && !self.has_photo && keeps_photo(&self.written.losses);
        self.link.as_deref().filter(|_| kept).map(PhotoLink::Kept)
    }
}

/// A picture to upload.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) bytes: Bytes,
    pub(super) kind: PhotoKind,
    pub(super) print: Fingerprint,
}

impl Picture {
    /// A picture that the service may take, or why it does not.
    pub(super) fn of(bytes: Vec<u8>) -> Result<Self, String> {
        if bytes.len() > MAX_PHOTO_BYTES {
            let (size, most) = (bytes.len(), MAX_PHOTO_BYTES);
            return Err(format!("it has {size} bytes, and the service takes at most {most}"));
        }
        let kind = photo::kind_of(&bytes).ok_or("it is no picture of a known kind")?;
        Ok(Self { print: Fingerprint::of(&bytes), kind, bytes: Bytes::from(bytes) })
    }
}

/// What became of a job.
#[derive(Debug)]
pub(super) struct Applied {
    pub(super) ending: Ending,
    pub(super) id: String,
    pub(super) photo_set: bool,
    /// Whether it was there with a photo.
    pub(super) had_photo: bool,
    /// Why the photo did not arrive, when it did not.
    pub(super) no_photo: Option<NoPhoto>,
}

/// Where the work is done: the mailbox, its folder, the run's name, and who fetches pictures.
pub(super) struct Site<'a, T, C> {
    pub(super) mailbox: &'a Mailbox<T, C>,
    pub(super) place: &'a Place,
    pub(super) run: &'a str,
    pub(super) pictures: Option<&'a dyn Fetch>,
}

impl<T, C> Clone for Site<'_, T, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, C> Copy for Site<'_, T, C> {}

/// Does the work, and hands the job back with what became of it.
pub(super) async fn apply<T: Transport, C: Clock>(
    site: Site<'_, T, C>,
    job: Job,
) -> (Job, Result<Applied, RemoteError>) {
    let applied = match job.work {
        Work::Create => create(site, &job).await,
        Work::SetPhoto => complete(site, &job).await,
        Work::CheckPhoto => match site.mailbox.has_photo(site.place, &job.id).await {
            Ok(true) => Ok(Applied { had_photo: true, ..Applied::new(Ending::Unchanged, &job.id) }),
            Ok(false) => complete(site, &job).await,
            Err(error) => Err(error),
        },
    };
    (job, applied)
}

async fn create<T: Transport, C: Clock>(site: Site<'_, T, C>, job: &Job) -> Result<Applied, RemoteError> {
    let photo = job.picture.as_ref().map(|picture| picture.print);
    let state = State { content: job.written.content, photo, run: site.run.to_owned() };
    let marks = Marks { key: job.key, state };
    let filled = job.written.json_with_given_name(Some(&marks));
    let plain = job.written.json(Some(&marks));
    let created = site.mailbox.create_or_fill(site.place, &plain, filled.as_ref(), job.key).await?;
    set_photo(site, job, &created.id, Ending::Created).await
}

/// Adds the photo to a contact that is there without it; one that is refused changes nothing.
async fn complete<T: Transport, C: Clock>(site: Site<'_, T, C>, job: &Job) -> Result<Applied, RemoteError> {
    let mut applied = set_photo(site, job, &job.id, Ending::Updated).await?;
    if !applied.photo_set {
        applied.ending = Ending::Unchanged;
    }
    Ok(applied)
}

/// Sets the photo, if there is one. That the service refuses it does not undo the contact. The service documents JPEG
/// alone and has answered 200 to other pictures without keeping them, so that these are looked for afterwards.
async fn set_photo<T: Transport, C: Clock>(
    site: Site<'_, T, C>,
    job: &Job,
    id: &str,
    ending: Ending,
) -> Result<Applied, RemoteError> {
    let Site { mailbox, place, .. } = site;
    let mut applied = Applied::new(ending, id);
    let picture = match picture(site, job).await {
        Ok(Some(picture)) => picture,
        Ok(None) => return Ok(applied),
        Err(why) => return Ok(Applied { no_photo: Some(why), ..applied }),
    };
    let kind = photo::media_type(picture.kind);
    match mailbox.set_photo(place, id, kind, picture.bytes).await {
        Ok(()) if picture.kind == PhotoKind::Jpeg || mailbox.has_photo(place, id).await? => applied.photo_set = true,
        Ok(()) => {
            let why = format!("the service did not keep the {kind}; make it a JPEG");
            applied.no_photo = Some(NoPhoto::Refused(why));
        }
        Err(RemoteError::Refused(error)) => applied.no_photo = Some(NoPhoto::Refused(error.to_string())),
        Err(error) => return Err(error),
    }
    Ok(applied)
}

/// The picture of a job, fetched if it is a link and that is wanted. A link is followed when its contact is there: so
/// contacts are created in their order however long a picture takes, and no picture waits in memory.
async fn picture<T, C>(site: Site<'_, T, C>, job: &Job) -> Result<Option<Picture>, NoPhoto> {
    let (Some(link), Some(pictures)) = (&job.link, site.pictures) else { return Ok(job.picture.clone()) };
    let fetched = pictures.picture(link).await.map_err(|why| NoPhoto::NotFetched(why.to_string()))?;
    Picture::of(fetched).map(Some).map_err(NoPhoto::Refused)
}

impl Applied {
    fn new(ending: Ending, id: &str) -> Self {
        Self { ending, id: id.to_owned(), photo_set: false, had_photo: false, no_photo: None }
    }
    /// What became of the photo, when it is a link.
    pub(super) fn photo_link<'a>(&self, job: &'a Job) -> Option<PhotoLink<'a>> {
        match &job.link {
            Some(_) if self.photo_set => Some(PhotoLink::Fetched),
            Some(_) if !self.had_photo => job.kept_link(self.ending),
            _ => None,
        }
    }
}
