//! Small pictures of photos, for the cells of a workbook.

use std::sync::{Arc, Mutex, PoisonError};

use crate::formats::photo;
use crate::formats::photo::decode;
use crate::model::{Photo, PhotoKind};

/// Whose turn it is to decode.
pub(super) type Turn = Arc<Mutex<()>>;

/// The quality of the JPEG, in percent.
const QUALITY: u8 = 80;

/// A JPEG so many pixels high, or as high as the photo; the error says why there is none.
pub(super) fn of(photo: &Photo, height: u32, turn: &Turn) -> Result<Vec<u8>, String> {
    let bytes = photo::bytes(photo).ok_or("it is a link")?;
    match photo::kind_of(&bytes) {
        Some(PhotoKind::Jpeg | PhotoKind::Png) => {}
        Some(kind) => return Err(format!("{} is not decoded", photo::type_word(kind))),
        None => return Err("it is no picture".to_owned()),
    }
    let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
    let image = decode::decode(&bytes).map_err(|error| error.to_string())?.image;
    let height = height.clamp(1, image.height().max(1));
    // As wide as three times its height at the most.
    let small = image.thumbnail(height.saturating_mul(3), height);
    decode::jpeg(&decode::on_white(small), QUALITY, None).map_err(|error| error.to_string())
}
