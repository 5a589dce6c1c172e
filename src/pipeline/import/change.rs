//! Changing a contact that is there: what it was is kept first, and what is sent is the difference to what it is now.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::Import;
use super::job::{Applied, Failed, Job, Site, add_photo};
use crate::formats::exchange::extended::{Fingerprint, Marks, State};
use crate::formats::exchange::{self, content};
use crate::model::{Merge, merge};
use crate::pipeline::Ending;
use crate::pipeline::ledger::Version;
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
    let marks = marks(site, job, item.state.as_ref());
    let changes = exchange::changes(&served, &exchange::write(&merged, dialect), Some(&marks));
    let there = match (&job.record.picture, item.has_picture) {
        (None, _) | (_, Some(false)) => None,
        _ => mailbox.photo(place, &held.id).await?,
    };
    let photo = sets_photo(job, how, there.as_ref());
    let mut applied = Applied::new(Ending::Unchanged, &held.id);
    applied.had_photo = there.is_some();
    if changes.fields.is_empty() && !photo {
        return Ok(applied);
    }
    applied.left = content(&changes.contact).to_string();
    keep(site, job, &served, there, &applied.left)?;
    mailbox.update(place, &held.id, &changes.body).await?;
    applied.ending = Ending::Updated;
    if photo { add_photo(site, job, applied).await } else { Ok(applied) }
}

/// The marks that the contact carries from now on: which record it is, what of it was uploaded, who made it and who
/// changed it.
fn marks<T, C>(site: &Site<'_, T, C>, job: &Job, there: Option<&State>) -> Marks {
    let run = there.map_or_else(|| NO_RUN.to_owned(), |state| state.run.clone());
    let photo = job.record.print().or(there.and_then(|state| state.photo));
    let state = State { content: job.record.written.content, photo, run, changed_by: Some(site.run.to_owned()) };
    Marks { key: job.record.key, state }
}

/// Whether the record's photo takes the place of the one that is there.
fn sets_photo(job: &Job, how: Merge, there: Option<&Bytes>) -> bool {
    let follows = || job.record.link.is_some() && there.is_none();
    match (job.record.print(), there) {
        (None, _) => follows(),
        (Some(_), None) => true,
        (Some(photo), Some(there)) => how != Merge::Fill && Fingerprint::of(there) != photo,
    }
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
    keep(site, job, &served, photo, &left.to_string())
}

fn keep<T, C>(
    site: &Site<'_, T, C>,
    job: &Job,
    served: &Map<String, Value>,
    photo: Option<Bytes>,
    left: &str,
) -> Result<(), Failed> {
    let id = job.held.as_ref().map(|held| held.id.clone()).unwrap_or_default();
    let json = Value::Object(served.clone()).to_string();
    site.ledger(|ledger| {
        ledger.expect(job.number, &id, left)?;
        Ok(ledger.keep(&Version { id, number: job.number, json, photo })?)
    })
}
