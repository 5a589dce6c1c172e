//! What differs between a record and the contact that is there.

use bytes::Bytes;
use serde_json::{Map, Value};

use super::photo::is_there;
use super::prepare::{Picture, Prepared};
use crate::formats::exchange::extended::Fingerprint;
use crate::formats::exchange::{self, Change, Written};
use crate::formats::photo;
use crate::model::Field;
use crate::remote::api::Place;
use crate::remote::{Clock, Mailbox, RemoteError, Transport};

/// What the contact that is there lacks to be what was written, field by field; its photo is looked at by itself.
pub(super) fn of_content(served: &str, written: &Written) -> Option<Vec<Change>> {
    let served: Map<String, Value> = serde_json::from_str(served).ok()?;
    Some(exchange::changes(&served, written, None).fields)
}

/// The photo that is there, unless the folder's listing says that there is none.
pub(super) async fn photo_of<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    id: &str,
    has_picture: Option<bool>,
) -> Result<Option<Bytes>, RemoteError> {
    if has_picture == Some(false) { Ok(None) } else { mailbox.photo(place, id).await }
}

/// What differs between the record's photo and the one that is there. One that was made to fit is the record's too:
/// `made` is what this run made of it.
pub(super) fn of_photo(record: &Prepared, there: Option<&Bytes>, made: Option<&str>) -> Option<Change> {
    let same = match (&record.picture, there) {
        (None, None) => true,
        (Some(picture), Some(there)) => {
            made.is_some_and(|made| Fingerprint::of(there).to_string() == made) || is_there(picture, there)
        }
        _ => false,
    };
    let picture = |picture: &Picture| shown(&picture.bytes);
    let (before, after) = (there.map(|there| shown(there)), record.picture.as_ref().map(picture));
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    (!same).then(|| Change { field: Field::Photo, name: Field::Photo.name().to_owned(), before, after })
}

/// A picture in words: kind, size, and what tells it from others of both.
fn shown(picture: &[u8]) -> String {
    let kind = photo::kind_of(picture).map_or("picture", photo::type_word);
    let print = Fingerprint::of(picture).to_string();
    format!("{kind} of {} bytes, {}", picture.len(), &print[..8])
}
