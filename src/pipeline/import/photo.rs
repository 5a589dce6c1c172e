//! The photo of a contact: sent as it is, and where the service does not take it so, made to fit.

use bytes::Bytes;
use http::StatusCode;

use super::job::{Applied, Failed, Job, Site};
use super::prepare::Picture;
use crate::formats::exchange::MAX_PHOTO_BYTES;
use crate::formats::exchange::extended::Fingerprint;
use crate::formats::photo::{self, Fitted, fit};
use crate::model::{Field, Loss, PhotoKind, Why};
use crate::pipeline::NoPhoto;
use crate::pipeline::ledger::PhotoLeft;
use crate::remote::api::ServiceError;
use crate::remote::{Clock, RemoteError, Transport};

/// Why the service has not got a picture.
struct Refusal {
    why: String,
    /// The most bytes of a picture that it may take in the place of this one; none where none would fare better.
    most: Option<usize>,
}

/// Sets the photo, if there is one; `there` is the one that it replaces. That the service refuses it does not undo the
/// contact.
///
/// A picture goes as it is, since the source's own bytes are what shall come back; the service takes more kinds than it
/// documents. One that it refuses or does not keep, and one that is too large for it, goes as a JPEG that fits.
pub(super) async fn set_photo<T: Transport, C: Clock>(
    site: &Site<'_, T, C>,
    job: &Job,
    mut applied: Applied,
    there: Option<&Bytes>,
) -> Result<Applied, Failed> {
    let picture = match picture(site, job).await {
        Ok(Some(picture)) => picture,
        Ok(None) => return Ok(applied),
        Err(why) => return Ok(Applied { no_photo: Some(why), ..applied }),
    };
    let Some(refusal) = send(site, &applied.id, &picture, there).await? else {
        return Ok(Applied { photo_set: true, left_photo: PhotoLeft::Picture(picture.print), ..applied });
    };
    let Refusal { why, most } = refusal;
    let refused = |why| Some(NoPhoto::Refused(why));
    let fitted = match most.map(|most| fit(&picture.bytes, most)) {
        None => return Ok(Applied { no_photo: refused(why), ..applied }),
        Some(Err(error)) => return Ok(Applied { no_photo: refused(format!("{why}; {error}")), ..applied }),
        Some(Ok(fitted)) => fitted,
    };
    let loss = fitted.loss();
    let fitted = Picture::of(fitted.bytes).map_err(|_| why.clone());
    let refusal = match fitted {
        Ok(fitted) => {
            // Noted first: whoever looks at what the run left must know it for the run's own.
            site.ledger(|ledger| ledger.note_photo(job.number, fitted.print))?;
            applied.left_photo = PhotoLeft::Picture(fitted.print);
            send(site, &applied.id, &fitted, there).await?.map(|refusal| refusal.why)
        }
        Err(why) => Some(why),
    };
    match refusal {
        None => {
            applied.photo_set = true;
            applied.losses.push(loss);
        }
        Some(again) => {
            applied.left_photo = PhotoLeft::Untouched;
            applied.no_photo = refused(format!("{why}; nor as a JPEG: {again}"));
        }
    }
    Ok(applied)
}

/// Sends a picture, and says why the service has not got it, where it has not.
async fn send<T: Transport, C: Clock>(
    site: &Site<'_, T, C>,
    id: &str,
    picture: &Picture,
    there: Option<&Bytes>,
) -> Result<Option<Refusal>, Failed> {
    let (mailbox, place) = (site.import.mailbox, site.import.place);
    if let Some(why) = too_large(picture.bytes.len()) {
        return Ok(Some(Refusal { why, most: Some(MAX_PHOTO_BYTES) }));
    }
    let kind = photo::media_type(picture.kind);
    match mailbox.set_photo(place, id, kind, picture.bytes.clone()).await {
        Ok(()) if picture.kind == PhotoKind::Jpeg => Ok(None),
        Ok(()) => {
            // The service has answered 200 to other pictures without keeping them (msgraph-sdk-dotnet-auth#103).
            let kept = match there {
                None => mailbox.has_photo(place, id).await?,
                Some(there) => mailbox.photo(place, id).await?.is_some_and(|now| now != *there),
            };
            let why = || format!("the service did not keep the {kind}");
            Ok((!kept).then(|| Refusal { why: why(), most: Some(MAX_PHOTO_BYTES) }))
        }
        Err(RemoteError::Refused(error)) => {
            let most = most_instead(&error, picture.bytes.len());
            Ok(Some(Refusal { why: error.to_string(), most }))
        }
        // The service breaks down over this picture: it has just taken the contact.
        Err(error) if error.is_breakdown() => Ok(Some(Refusal { why: error.to_string(), most: None })),
        Err(error) => Err(error.into()),
    }
}

/// What will be told of a picture that is made to fit for its size, as far as that is known before it is decoded.
pub(super) fn foreseen(picture: &Picture) -> Option<Loss> {
    let size = picture.bytes.len();
    let shown = || format!("{} of {size} bytes", photo::type_word(picture.kind));
    too_large(size).map(|_| Loss::new(Field::Photo, shown(), Why::Reencoded))
}

fn too_large(size: usize) -> Option<String> {
    let why = || format!("it has {size} bytes, and the service takes at most {MAX_PHOTO_BYTES}");
    (size > MAX_PHOTO_BYTES).then(why)
}

/// The most bytes of another picture that the service may take which has refused one of this size; none where it has not
/// refused it for what it is.
fn most_instead(error: &ServiceError, size: usize) -> Option<usize> {
    match error.status {
        StatusCode::PAYLOAD_TOO_LARGE => Some(size / 2),
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY => {
            Some(MAX_PHOTO_BYTES)
        }
        _ => None,
    }
}

/// Whether the photo that is there is this picture, as it is or as it was made to fit.
pub(super) fn is_there(picture: &Picture, there: &Bytes) -> bool {
    let may_be_fitted = || picture.kind != PhotoKind::Jpeg || picture.bytes.len() > MAX_PHOTO_BYTES;
    let is_fitted = |fitted: Fitted| fitted.bytes == *there;
    Fingerprint::of(there) == picture.print
        || may_be_fitted() && fit(&picture.bytes, MAX_PHOTO_BYTES).is_ok_and(is_fitted)
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
