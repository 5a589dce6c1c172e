//! Changing a contact that is there: what it was is kept first, and what is sent is the difference to what it is now.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::Import;
use super::job::{Applied, Failed, Job, Site};
use super::photo::{is_there, set_photo};
use crate::formats::exchange::extended::{Fingerprint, Marks, State};
use crate::formats::exchange::{self, Dialect, content};
use crate::model::{Merge, merge};
use crate::pipeline::Ending;
use crate::pipeline::ledger::{Held, PhotoLeft, Version};
use crate::remote::{Clock, Transport};

/// The run of a contact that no run made.
const NO_RUN: &str = "-";

/// Fills, updates or replaces the contact, and its photo.
pub(super) async fn change<T: Transport, C: Clock>(site: &Site<'_, T, C>, job: &Job) -> Result<Applied, Failed> {
    let Import { mailbox, place, options, .. } = site.import;
    let (Some(held), Some(how)) = (&job.held, options.on_match.merging()) else {
        return Ok(Applied::new(Ending::Skipped, ""));
    };
    let served = super::whole(mailbox, place, &held.id).await?;
    let dialect = mailbox.endpoint().dialect;
    let item = exchange::read(served.clone(), dialect);
    let merged = merge(&item.contact, &job.record.contact, how);
    let written = exchange::write(&merged, dialect);
    let changes = exchange::changes(&served, &written, None);
    let there = photo_there(site, job, &held.id, item.has_picture).await?;
    let photo = sets_photo(site, job, how, &there);
    let mut applied = Applied { had_photo: there != There::None, ..Applied::new(Ending::Unchanged, &held.id) };
    if changes.fields.is_empty() && !photo {
        return Ok(applied);
    }
    let left = content(&changes.contact);
    keep(site, job, &served, there.bytes().cloned(), (left, photo_of(job, photo)))?;
    // The photo first: what the contact says that was uploaded must be there.
    if photo {
        applied = set_photo(site, job, applied, there.bytes()).await?;
    }
    if changes.fields.is_empty() && !applied.photo_set {
        return Ok(applied);
    }
    // Who fills does not look whether a photo that stays is the record's.
    let has_photo = applied.photo_set || !photo && how != Merge::Fill;
    let marks = marks(site, job, item.state.as_ref(), has_photo);
    let marked = exchange::changes(&served, &written, Some(&marks));
    mailbox.update(place, &held.id, &marked.body).await?;
    applied.ending = Ending::Updated;
    applied.left = left.to_string();
    applied.changes = marked.fields;
    Ok(applied)
}

/// The marks that the contact carries from now on: which record it is, what of it was uploaded, who made it and who
/// changed it.
fn marks<T, C>(site: &Site<'_, T, C>, job: &Job, there: Option<&State>, has_photo: bool) -> Marks {
    let run = there.map_or_else(|| NO_RUN.to_owned(), |state| state.run.clone());
    let photo = job.record.print().filter(|_| has_photo).or(there.and_then(|state| state.photo));
    let state = State { content: job.record.written.content, photo, run, changed_by: Some(site.run.to_owned()) };
    Marks { key: job.record.key, state }
}

/// The photo of a contact that is to be changed.
#[derive(PartialEq)]
enum There {
    /// It has none.
    None,
    /// It has this one.
    Photo(Bytes),
    /// It has one, and nobody needs to know which.
    Any,
}

impl There {
    fn bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Photo(bytes) => Some(bytes),
            Self::None | Self::Any => None,
        }
    }
}

/// Whether a contact is no longer what it was when it was listed: the service says so, or it holds something else.
fn has_changed(held: &Held, served: &Map<String, Value>, dialect: Dialect) -> bool {
    let now = exchange::read(served.clone(), dialect);
    let listed = held.json.as_deref().and_then(|json| serde_json::from_str(json).ok());
    let differs = |listed| content(&exchange::read(listed, dialect).contact) != content(&now.contact);
    held.change_key != now.change_key || listed.is_some_and(differs)
}

/// The photo that is there, as far as the record has one to put in its place.
async fn photo_there<T: Transport, C: Clock>(
    site: &Site<'_, T, C>,
    job: &Job,
    id: &str,
    has_picture: Option<bool>,
) -> Result<There, Failed> {
    let Import { mailbox, place, .. } = site.import;
    let any = |has: bool| if has { There::Any } else { There::None };
    Ok(match (&job.record.picture, has_picture) {
        (_, Some(false)) => There::None,
        (Some(_), _) => mailbox.photo(place, id).await?.map_or(There::None, There::Photo),
        (None, Some(true)) => There::Any,
        (None, None) if follows_link(site, job) => any(mailbox.has_photo(place, id).await?),
        (None, None) => There::None,
    })
}

/// Whether the record's photo takes the place of what is there. What a link leads to is not fetched again.
fn sets_photo<T, C>(site: &Site<'_, T, C>, job: &Job, how: Merge, there: &There) -> bool {
    match (&job.record.picture, there) {
        (None, There::None) => follows_link(site, job),
        (None, _) | (Some(_), There::Any) => false,
        (Some(_), There::None) => true,
        (Some(photo), There::Photo(there)) => how != Merge::Fill && !is_there(photo, there),
    }
}

fn follows_link<T, C>(site: &Site<'_, T, C>, job: &Job) -> bool {
    job.record.link.is_some() && site.import.pictures.is_some()
}

/// Keeps the contact as it is now, with its photo where that is wanted.
pub(super) async fn keep_as_it_is<T: Transport, C: Clock>(
    site: &Site<'_, T, C>,
    job: &Job,
    id: &str,
    with_photo: bool,
) -> Result<(), Failed> {
    let Import { mailbox, place, .. } = site.import;
    let served = super::whole(mailbox, place, id).await?;
    let photo = if with_photo { mailbox.photo(place, id).await? } else { None };
    let left = content(&exchange::read(served.clone(), mailbox.endpoint().dialect).contact);
    keep(site, job, &served, photo, (left, photo_of(job, true)))
}

/// What is made of the photo.
fn photo_of(job: &Job, sets: bool) -> PhotoLeft {
    match job.record.print() {
        _ if !sets => PhotoLeft::Untouched,
        Some(print) => PhotoLeft::Picture(print),
        None => PhotoLeft::Unknown,
    }
}

fn keep<T: Transport, C: Clock>(
    site: &Site<'_, T, C>,
    job: &Job,
    served: &Map<String, Value>,
    photo: Option<Bytes>,
    (left, left_photo): (Fingerprint, PhotoLeft),
) -> Result<(), Failed> {
    let dialect = site.import.mailbox.endpoint().dialect;
    if site.import.options.exactly && job.held.as_ref().is_some_and(|held| has_changed(held, served, dialect)) {
        return Err(Failed::Changed);
    }
    let id = job.held.as_ref().map(|held| held.id.clone()).unwrap_or_default();
    let json = Value::Object(served.clone()).to_string();
    let version = Version { id, number: job.number, json, photo, left: left.to_string(), left_photo };
    site.ledger(|ledger| {
        ledger.expect(job.number, &version.id, &version.left)?;
        Ok(ledger.keep(&version)?)
    })
}
