//! Pictures decoded within limits, and encoded as JPEG: the only file that names the crate for it.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage,
};

use super::{kind_of, type_word};
use crate::model::PhotoKind;

/// Pixels that a picture may have: what the cameras of telephones make.
const MAX_PIXELS: u64 = 50_000_000;
/// Bytes that its pixels, and what decoding needs beside, may take.
const MAX_MEMORY: u64 = 256 * 1024 * 1024;
/// The longest colour profile that is kept; longer ones are of scanners and printers.
const MAX_PROFILE: usize = 16 * 1024;

/// A picture's pixels, as it is to be looked at.
pub(in crate::formats) struct Decoded {
    pub(in crate::formats) image: DynamicImage,
    /// What its colours mean (ICC.1), where it says so of red, green and blue.
    #[cfg_attr(not(feature = "remote"), expect(dead_code, reason = "a small picture in a workbook needs none"))]
    pub(in crate::formats) profile: Option<Vec<u8>>,
}

/// Why a picture is not decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Undecoded {
    /// It is of a kind for which there is no decoder here, or of none.
    #[error("{0} pictures cannot be decoded here; make it a JPEG")]
    Kind(&'static str),
    /// It is too large: for a camera's picture, and for the memory that it would take.
    #[error("it has {width}×{height} pixels, and at most {most} million are decoded; make it smaller")]
    TooLarge {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Millions of pixels that are decoded.
        most: u64,
    },
    /// It is damaged, or not what it seems.
    #[error("it cannot be decoded ({0}); save it anew as a JPEG")]
    Broken(String),
}

impl From<image::ImageError> for Undecoded {
    fn from(error: image::ImageError) -> Self {
        Self::Broken(error.to_string())
    }
}

/// The picture, turned as its camera says. What it would take is known from its head, and refused if it is too much.
pub(in crate::formats) fn decode(bytes: &[u8]) -> Result<Decoded, Undecoded> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format(bytes)?);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_MEMORY {
        return Err(Undecoded::TooLarge { width, height, most: MAX_PIXELS / 1_000_000 });
    }
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| is_of_rgb(profile));
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(turned);
    let profile = profile.filter(|_| image.color().has_color());
    Ok(Decoded { image, profile })
}

fn format(bytes: &[u8]) -> Result<ImageFormat, Undecoded> {
    match kind_of(bytes) {
        Some(PhotoKind::Jpeg) => Ok(ImageFormat::Jpeg),
        Some(PhotoKind::Png) => Ok(ImageFormat::Png),
        Some(PhotoKind::Gif) => Ok(ImageFormat::Gif),
        Some(PhotoKind::Bmp) => Ok(ImageFormat::Bmp),
        Some(PhotoKind::Webp) => Ok(ImageFormat::WebP),
        Some(kind @ PhotoKind::Heic) => Err(Undecoded::Kind(type_word(kind))),
        None => Err(Undecoded::Kind("unknown")),
    }
}

/// Whether a profile is of red, green and blue (ICC.1:2022, 7.2.8): that of printing colours says nothing of what is
/// decoded.
fn is_of_rgb(profile: &[u8]) -> bool {
    profile.len() <= MAX_PROFILE && profile.get(16..20) == Some(b"RGB ")
}

/// What shines through a picture is white: JPEG knows no transparency.
pub(in crate::formats) fn on_white(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    let mix =
        |value: u8, alpha: u8| ((u16::from(value) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255) as u8;
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|value| mix(value, alpha)))
    })
}

/// A JPEG of a quality in percent.
pub(in crate::formats) fn jpeg(image: &RgbImage, quality: u8, profile: Option<&[u8]>) -> image::ImageResult<Vec<u8>> {
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, quality);
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile.to_vec()).map_err(image::ImageError::Unsupported)?;
    }
    encoder.write_image(image.as_raw(), image.width(), image.height(), ExtendedColorType::Rgb8)?;
    Ok(jpeg)
}

/// The same picture with so many pixels.
#[cfg(feature = "remote")]
pub(super) fn scaled(image: &RgbImage, width: u32, height: u32) -> RgbImage {
    // Needs no memory but for what it makes, as other ways do.
    image::imageops::thumbnail(image, width, height)
}
