//! One contact is brought back: looked at whole, kept as it is, then written.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Map, Value};

use super::Undo;
use super::plan::{CHANGED, other_run};
use super::touched::{Earlier, Left};
use crate::formats::exchange::{self, Item};
use crate::formats::photo;
use crate::model::PhotoKind;
use crate::pipeline::ledger::{Action, Kind, Ledger, LedgerError, PhotoLeft, Row, Version};
use crate::pipeline::{Ending, NoPhoto, import};
use crate::remote::{Clock, RemoteError, Transport};

/// What became of a contact.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) ending: Ending,
    pub(super) id: String,
    pub(super) why: String,
    /// Fingerprint of the content that is left.
    pub(super) left: String,
    pub(super) left_photo: PhotoLeft,
    /// Why the photo is not what it was, although all else is.
    pub(super) no_photo: Option<NoPhoto>,
    pub(super) photo_set: bool,
}

/// Why nothing came of it.
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
    pub(super) undo: &'a Undo<'a, T, C>,
    own: Mutex<&'a mut Ledger>,
}

/// A contact as it is now.
struct Now {
    json: Map<String, Value>,
    item: Item,
    photo: Option<Bytes>,
}

impl<'a, T, C> Site<'a, T, C> {
    pub(super) fn new(undo: &'a Undo<'a, T, C>, own: &'a mut Ledger) -> Self {
        Self { undo, own: Mutex::new(own) }
    }

    /// Uses the undo's ledger; never across a request.
    pub(super) fn own<V>(&self, with: impl FnOnce(&mut Ledger) -> V) -> V {
        with(&mut self.own.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The run's record of a contact, and what the contact was before the run touched it.
    fn known(&self, row: &Row) -> Result<(Option<Row>, Option<Version>), LedgerError> {
        let Some(of) = self.undo.of else { return Ok((None, None)) };
        let known = of.row(row.number)?;
        let id = known.as_ref().and_then(|known| known.id.as_deref());
        let version = id.map_or(Ok(None), |id| of.version(id))?;
        Ok((known, version))
    }
}

/// Brings a contact back, and hands its row back with what became of it.
pub(super) async fn take<T: Transport, C: Clock>(site: &Site<'_, T, C>, row: Row) -> (Row, Result<Taken, Failed>) {
    let taken = match row.action {
        Action::Delete => delete(site, &row).await,
        Action::Change => restore(site, &row).await,
        Action::Create => recreate(site, &row).await,
        Action::SetPhoto | Action::CheckPhoto | Action::End(_) => Ok(Taken::end(Ending::Skipped, &row, "")),
    };
    (row, taken)
}

/// Deletes what the run created, if it is as the run left it.
async fn delete<T: Transport, C: Clock>(site: &Site<'_, T, C>, row: &Row) -> Result<Taken, Failed> {
    let undo = site.undo;
    let (known, version) = site.known(row)?;
    let Some(mut now) = Now::look(undo, row.id()).await? else { return gone(site, row) };
    let left = Left::made(known.as_ref(), version.as_ref(), now.item.state.as_ref());
    let made_by_import = undo.of.is_none_or(|of| of.head().kind == Kind::Import);
    if let Some(other) = other_run(now.item.state.as_ref(), undo.run).filter(|_| made_by_import) {
        return Ok(Taken::end(Ending::Skipped, row, &format!("run {other} has changed it since")));
    }
    if !left.has(exchange::content(&now.item.contact)) {
        return Ok(Taken::end(Ending::Skipped, row, CHANGED));
    }
    now.look_at_photo(undo, row.id()).await?;
    if !left.has_photo(now.photo.as_ref()) {
        return Ok(Taken::end(Ending::Skipped, row, CHANGED));
    }
    now.keep(site, row, String::new(), PhotoLeft::Untouched)?;
    undo.mailbox.delete(undo.place, row.id()).await?;
    Ok(Taken::end(Ending::Deleted, row, ""))
}

/// A contact that is not there: an earlier attempt of this undo has deleted it, or somebody else has.
fn gone<T, C>(site: &Site<'_, T, C>, row: &Row) -> Result<Taken, Failed> {
    let ours = site.own(|own| own.version(row.id()))?.is_some();
    let (ending, why) = if ours { (Ending::Deleted, "") } else { (Ending::Unchanged, "is gone already") };
    Ok(Taken::end(ending, row, why))
}

/// Changes back what the run changed, if it is as the run left it.
async fn restore<T: Transport, C: Clock>(site: &Site<'_, T, C>, row: &Row) -> Result<Taken, Failed> {
    let undo = site.undo;
    let dialect = undo.mailbox.endpoint().dialect;
    let (known, version) = site.known(row)?;
    let Some(earlier) = version.and_then(|version| Earlier::read(version, dialect)) else {
        return Ok(Taken::end(Ending::Failed, row, "its earlier version in the ledger is damaged"));
    };
    let Some(mut now) = Now::look(undo, row.id()).await? else {
        return Ok(Taken::end(Ending::Skipped, row, "is gone since"));
    };
    let left = Left::changed(known.as_ref(), &earlier.version);
    let content = exchange::content(&now.item.contact);
    if !left.has(content) && content != earlier.content {
        return Ok(Taken::end(Ending::Skipped, row, CHANGED));
    }
    if left.touches_photo() {
        now.look_at_photo(undo, row.id()).await?;
    }
    let photo = left.touches_photo() && !earlier.had_photo(now.photo.as_ref());
    if photo && !left.has_photo(now.photo.as_ref()) {
        return Ok(Taken::end(Ending::Skipped, row, CHANGED));
    }
    let body = exchange::restore(&earlier.json, &now.json, dialect);
    if body.is_empty() && !photo {
        let ours = site.own(|own| own.version(row.id()))?.is_some();
        let ending = if ours { Ending::Updated } else { Ending::Unchanged };
        return Ok(Taken::end(ending, row, "is as it was before"));
    }
    let left_photo = if photo { PhotoLeft::of(earlier.version.photo.as_ref()) } else { PhotoLeft::Untouched };
    let left = earlier.content.to_string();
    now.keep(site, row, left.clone(), left_photo)?;
    if !body.is_empty() {
        undo.mailbox.update(undo.place, row.id(), &body).await?;
    }
    let taken = Taken { left, ..Taken::end(Ending::Updated, row, "") };
    if photo { set_photo(undo, taken, earlier.version.photo).await } else { Ok(taken) }
}

/// Creates again what the run deleted; where that is done already, its photo may still be missing.
async fn recreate<T: Transport, C: Clock>(site: &Site<'_, T, C>, row: &Row) -> Result<Taken, Failed> {
    let undo = site.undo;
    let dialect = undo.mailbox.endpoint().dialect;
    let (_, version) = site.known(row)?;
    let earlier = version.and_then(|version| Earlier::read(version, dialect));
    let key = earlier.as_ref().and_then(|earlier| exchange::read(earlier.json.clone(), dialect).key);
    let (Some(earlier), Some(key)) = (earlier, key) else {
        return Ok(Taken::end(Ending::Failed, row, "its earlier version in the ledger is damaged"));
    };
    let (id, photo) = match &row.id {
        None => {
            let body = exchange::recreate(&earlier.json, dialect);
            (undo.mailbox.create(undo.place, &body, key).await?.id, earlier.version.photo)
        }
        Some(id) => {
            let there = undo.mailbox.photo(undo.place, id).await?;
            (id.clone(), earlier.version.photo.filter(|_| there.is_none()))
        }
    };
    let taken = Taken { id, left: earlier.content.to_string(), ..Taken::end(Ending::Created, row, "") };
    if photo.is_some() { set_photo(undo, taken, photo).await } else { Ok(taken) }
}

/// Sets the photo that there was, or takes it away where there was none. That the service refuses it undoes nothing.
async fn set_photo<T: Transport, C: Clock>(
    undo: &Undo<'_, T, C>,
    taken: Taken,
    photo: Option<Bytes>,
) -> Result<Taken, Failed> {
    let left_photo = PhotoLeft::of(photo.as_ref());
    let photo_set = photo.is_some();
    let done = match photo {
        Some(picture) => {
            let kind = photo::media_type(photo::kind_of(&picture).unwrap_or(PhotoKind::Jpeg));
            undo.mailbox.set_photo(undo.place, &taken.id, kind, picture).await
        }
        None => undo.mailbox.delete_photo(undo.place, &taken.id).await,
    };
    match done {
        Ok(()) => Ok(Taken { left_photo, photo_set, ..taken }),
        Err(error) if error.is_about_one_request() => {
            let why =
                if photo_set { error.to_string() } else { format!("the run's photo cannot be taken away: {error}") };
            Ok(Taken { no_photo: Some(NoPhoto::Refused(why)), ..taken })
        }
        Err(error) => Err(error.into()),
    }
}

impl Now {
    /// The contact whole; none when it is gone.
    async fn look<T: Transport, C: Clock>(undo: &Undo<'_, T, C>, id: &str) -> Result<Option<Self>, RemoteError> {
        match import::whole(undo.mailbox, undo.place, id).await {
            Ok(json) => {
                let item = exchange::read(json.clone(), undo.mailbox.endpoint().dialect);
                Ok(Some(Self { json, item, photo: None }))
            }
            Err(error) if error.status() == Some(StatusCode::NOT_FOUND) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn look_at_photo<T: Transport, C: Clock>(
        &mut self,
        undo: &Undo<'_, T, C>,
        id: &str,
    ) -> Result<(), RemoteError> {
        if self.item.has_picture != Some(false) {
            self.photo = undo.mailbox.photo(undo.place, id).await?;
        }
        Ok(())
    }

    /// Keeps it in the undo's ledger, with what the write is to leave.
    fn keep<T, C>(
        self,
        site: &Site<'_, T, C>,
        row: &Row,
        left: String,
        left_photo: PhotoLeft,
    ) -> Result<(), LedgerError> {
        let (id, json) = (row.id().to_owned(), Value::Object(self.json).to_string());
        let version = Version { id, number: row.number, json, photo: self.photo, left, left_photo };
        site.own(|own| own.keep(&version))
    }
}

impl Taken {
    fn end(ending: Ending, row: &Row, why: &str) -> Self {
        let (left, left_photo, no_photo) = Default::default();
        let (id, why) = (row.id().to_owned(), why.to_owned());
        Self { ending, id, why, left, left_photo, no_photo, photo_set: false }
    }
}

impl Row {
    fn id(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }
}
