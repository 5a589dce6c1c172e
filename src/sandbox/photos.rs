//! A contact's photo: metadata, bytes, set, deleted.
//!
//! Documented: JPEG. Observed once: a PNG was answered 200 and did not show. The sandbox keeps PNG, GIF, BMP, WEBP and HEIC too, as
//! they came (guessed: the observation was of a nearly empty upload) unless `png-dropped` is on, and refuses what is no image.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, StatusCode};
use imagesize::ImageType;
use serde_json::{Map, Value};

use super::behaviour::Behaviour;
use super::body::{self, Purpose};
use super::contacts::{context, find, fresh};
use super::dialect::Dialect;
use super::error::ODataError;
use super::query::Takes;
use super::request::{Answer, Call, empty, with_type};
use super::schema::{Moment, PHOTO};
use super::store::{Change, ContactRow, PhotoRow};

/// `contacts/{id}/photo`.
pub(super) fn metadata(call: &Call<'_>, id: &str) -> Answer {
    match (&call.method, call.dialect) {
        (&Method::GET, _) => {}
        // Graph's OpenAPI has it. Guessed: all that it could set is the service's own.
        (&Method::PATCH, Dialect::Graph) => drop(body::read(call.body, call.dialect, &PHOTO, Purpose::Update)?),
        _ => return Err(ODataError::not_supported()),
    }
    let query = call.query(&PHOTO, Takes::SELECT)?;
    let (row, photo) = read(call, id, false)?;
    let style = call.style(Moment::Read, query.select.as_deref());
    let mut shown = annotations(call, &row, &photo);
    for property in PHOTO.rows.iter().filter(|property| style.selects(property)) {
        let value: Value = match property.graph {
            "width" => photo.width.into(),
            "height" => photo.height.into(),
            _ => format!("{}X{}", photo.width, photo.height).into(),
        };
        shown.insert(property.name(call.dialect).to_owned(), value);
    }
    // Documented, with this lower-case `photo` in v2.0 too.
    let context = format!("{}('{}')/photo/$entity", context(call), call.id_of(&row));
    Ok(call.json(StatusCode::OK, context, shown))
}

fn annotations(call: &Call<'_>, row: &ContactRow, photo: &PhotoRow) -> Map<String, Value> {
    let mut shown = Map::new();
    let mut add = |name: &str, value: String| drop(shown.insert(name.to_owned(), value.into()));
    match call.dialect {
        Dialect::Graph => {
            add("@odata.mediaContentType", photo.kind.clone());
            add("@odata.mediaEtag", format!("W/\"{}\"", call.mailbox.ids.change_key(row.change)));
        }
        Dialect::Outlook => {
            let id = call.style(Moment::Read, None).entity_id("contacts", &call.id_of(row)) + "/photo";
            add("@odata.id", id.clone());
            add("@odata.readLink", id);
            add("@odata.mediaContentType", photo.kind.clone());
        }
    }
    shown
}

fn read(call: &Call<'_>, id: &str, with_bytes: bool) -> Result<(ContactRow, PhotoRow), ODataError> {
    call.store.read(&call.mailbox.ids, |view| {
        let row = find(view, call, id)?;
        let photo = view.photo(row.number, with_bytes)?.ok_or_else(ODataError::no_photo)?;
        Ok((row, photo))
    })
}

/// `contacts/{id}/photo/$value`.
pub(super) fn value(call: &Call<'_>, id: &str) -> Answer {
    call.query(&PHOTO, Takes::NOTHING)?;
    match (&call.method, call.dialect) {
        (&Method::GET, _) => {
            let (_, photo) = read(call, id, true)?;
            Ok(with_type(StatusCode::OK, &photo.kind, Bytes::from(photo.bytes)))
        }
        (&Method::PUT | &Method::PATCH, _) => put(call, id),
        // Graph's OpenAPI has it, v2.0's page does not.
        (&Method::DELETE, Dialect::Graph) => delete(call, id),
        _ => Err(ODataError::not_supported()),
    }
}

fn put(call: &Call<'_>, id: &str) -> Answer {
    accepts_type(call)?;
    let photo = examine(call.body)?;
    call.change(|change| {
        let row = find(change, call, id)?;
        // Observed once, with a nearly empty upload.
        if photo.kind != "image/jpeg" && call.behaviours.has(Behaviour::PngDropped) {
            return Ok(());
        }
        change.set_photo(row.number, &photo)?;
        touch(call, change, &row)
    })?;
    Ok(empty(StatusCode::OK))
}

/// Documented: each change of a contact changes its change key.
fn touch(call: &Call<'_>, change: &Change<'_>, row: &ContactRow) -> Result<(), ODataError> {
    let changes = call.behaviours.has(Behaviour::PhotoChanges);
    if changes { change.touch_contact(row.number, call.now) } else { Ok(()) }
}

/// Documented: `image/jpeg` is required. The OpenAPI file says `application/octet-stream`; both pass.
fn accepts_type(call: &Call<'_>) -> Result<(), ODataError> {
    let sent = call.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if sent.starts_with("image/") || sent.starts_with("application/octet-stream") {
        return Ok(());
    }
    let message = "The content type of a photo must be that of an image.";
    Err(ODataError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "ErrorInvalidRequest", message))
}

/// What the bytes are, whatever the request says.
fn examine(bytes: &[u8]) -> Result<PhotoRow, ODataError> {
    let kind = match imagesize::image_type(bytes) {
        Ok(ImageType::Jpeg) => "image/jpeg",
        Ok(ImageType::Png) => "image/png",
        Ok(ImageType::Gif) => "image/gif",
        Ok(ImageType::Bmp) => "image/bmp",
        Ok(ImageType::Webp) => "image/webp",
        Ok(ImageType::Heif(_)) => "image/heic",
        _ => return Err(ODataError::not_an_image()),
    };
    let (width, height) = size_of(bytes).unwrap_or(UNKNOWN_SIZE);
    Ok(PhotoRow { kind: kind.to_owned(), width, height, bytes: bytes.to_vec() })
}

/// What a picture is said to measure whose header does not tell: it is kept all the same, for the service is not known
/// to decode what it takes (guessed).
const UNKNOWN_SIZE: (u32, u32) = (1, 1);

fn size_of(bytes: &[u8]) -> Option<(u32, u32)> {
    let size = imagesize::blob_size(bytes).ok()?;
    let (width, height) = (u32::try_from(size.width).ok()?, u32::try_from(size.height).ok()?);
    (width > 0 && height > 0).then_some((width, height))
}

fn delete(call: &Call<'_>, id: &str) -> Answer {
    call.change(|change| {
        let row = find(change, call, id)?;
        fresh(call, &row)?;
        if !change.delete_photo(row.number)? {
            return Err(ODataError::no_photo());
        }
        touch(call, change, &row)
    })?;
    Ok(empty(StatusCode::NO_CONTENT))
}
