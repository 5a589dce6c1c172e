//! Small pictures of photos, for the cells of a workbook.

use std::io::Cursor;
use std::sync::{Arc, Mutex, PoisonError};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat};
use image::{ImageReader, Limits, metadata::Orientation};

use crate::formats::photo;
use crate::model::{Photo, PhotoKind};

/// Whose turn it is to decode.
pub(super) type Turn = Arc<Mutex<()>>;

/// Pixels a side that a photo may have, and bytes that decoding it may take.
const MAX_SIDE: u32 = 12_000;
const MAX_MEMORY: u64 = 256 * 1024 * 1024;

/// The quality of the JPEG, in percent.
const QUALITY: u8 = 80;

/// A JPEG so many pixels high, or as high as the photo; the error says why there is none.
pub(super) fn of(photo: &Photo, height: u32, turn: &Turn) -> Result<Vec<u8>, String> {
    let bytes = photo::bytes(photo).ok_or("it is a link")?;
    let format = match photo::kind_of(&bytes) {
        Some(PhotoKind::Jpeg) => ImageFormat::Jpeg,
        Some(PhotoKind::Png) => ImageFormat::Png,
        Some(kind) => return Err(format!("{} is not decoded", photo::type_word(kind))),
        None => return Err("it is no picture".to_owned()),
    };
    let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
    let image = decoded(&bytes, format).map_err(|error| error.to_string())?;
    let height = height.clamp(1, image.height().max(1));
    // As wide as three times its height at the most.
    let small = image.thumbnail(height.saturating_mul(3), height);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode_image(&DynamicImage::ImageRgb8(on_white(&small)))
        .map_err(|error| error.to_string())?;
    Ok(jpeg)
}

/// The picture, turned as its camera says.
fn decoded(bytes: &[u8], format: ImageFormat) -> image::ImageResult<DynamicImage> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(turned);
    Ok(image)
}

/// What shines through a picture is white: JPEG knows no transparency.
fn on_white(image: &DynamicImage) -> image::RgbImage {
    let image = image.to_rgba8();
    let mix =
        |value: u8, alpha: u8| ((u16::from(value) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255) as u8;
    image::RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0;
        image::Rgb([red, green, blue].map(|value| mix(value, alpha)))
    })
}
