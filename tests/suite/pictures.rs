//! Pictures made to fit: every kind, every size, whatever is broken about them. And pictures for other tests.

use std::io::Cursor;

use cardferry::formats::photo::{Fitted, Undecoded, fit, kind_of};
use cardferry::model::PhotoKind;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use pretty_assertions::assert_eq;

use crate::generator::Draw;

const PLENTY: usize = 4 << 20;

/// A picture that no encoder makes small.
pub(crate) fn noise(width: u32, height: u32) -> DynamicImage {
    let mut draw = Draw::new(9);
    let mut next = || draw.below(256) as u8;
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |_, _| Rgb([next(), next(), next()])))
}

/// A picture of four colours, one in each quarter: red, green; blue, white.
pub(crate) fn quarters(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => Rgb([255, 0, 0]),
        (false, true) => Rgb([0, 255, 0]),
        (true, false) => Rgb([0, 0, 255]),
        (false, false) => Rgb([255, 255, 255]),
    }))
}

/// Its bytes as a picture of a kind.
pub(crate) fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// What looks like a HEIC to whoever reads its first bytes.
pub(crate) fn heic() -> Vec<u8> {
    [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice(), &[0; 64]].concat()
}

fn back(fitted: &Fitted) -> RgbImage {
    assert_eq!(kind_of(&fitted.bytes), Some(PhotoKind::Jpeg));
    let image = image::load_from_memory(&fitted.bytes).unwrap().into_rgb8();
    assert_eq!(image.dimensions(), fitted.after);
    image
}

/// Whether a pixel has about this colour.
fn is(image: &RgbImage, (x, y): (u32, u32), colour: [u8; 3]) -> bool {
    image.get_pixel(x, y).0.iter().zip(colour).all(|(is, should)| is.abs_diff(should) < 24)
}

#[test]
fn every_kind_becomes_a_jpeg_of_its_own_size() {
    let image = quarters(64, 32);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP] {
        let bytes = encoded(&image, format);
        let fitted = fit(&bytes, PLENTY).unwrap();
        assert_eq!((fitted.kind, fitted.before, fitted.after), (kind_of(&bytes), (64, 32), (64, 32)), "{format:?}");
        let image = back(&fitted);
        assert!(is(&image, (4, 4), [255, 0, 0]) && is(&image, (60, 4), [0, 255, 0]), "{format:?}");
        assert!(is(&image, (4, 28), [0, 0, 255]) && is(&image, (60, 28), [255, 255, 255]), "{format:?}");
    }
}

#[test]
fn what_is_too_large_becomes_as_large_as_may_be() {
    let bytes = encoded(&noise(900, 600), ImageFormat::Png);
    for most in [1_000, 20_000, 100_000, 300_000] {
        let fitted = fit(&bytes, most).unwrap();
        let size = fitted.bytes.len();
        assert!(size <= most && size > most / 6, "{size} of {most}");
        let (width, height) = fitted.after;
        assert!((f64::from(width) / f64::from(height) - 1.5).abs() < 0.2, "{width}×{height}");
        back(&fitted);
    }
    let loss = fit(&bytes, 100_000).unwrap().loss().to_string();
    assert!(loss.starts_with("photo: PNG 900×600 -> JPEG ") && loss.contains("re-encoded"), "{loss}");
}

#[test]
fn what_shines_through_is_white() {
    let image = RgbaImage::from_fn(32, 32, |x, _| match x {
        0..8 => Rgba([255, 0, 0, 255]),
        8..16 => Rgba([255, 0, 0, 0]),
        _ => Rgba([0, 0, 0, 128]),
    });
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let fitted = fit(&encoded(&DynamicImage::ImageRgba8(image.clone()), format), PLENTY).unwrap();
        let image = back(&fitted);
        assert!(is(&image, (2, 16), [255, 0, 0]) && is(&image, (12, 16), [255; 3]), "{format:?}");
        assert!(is(&image, (28, 16), [127; 3]), "{format:?}");
    }
    let gif = encoded(&DynamicImage::ImageRgba8(image), ImageFormat::Gif);
    assert!(is(&back(&fit(&gif, PLENTY).unwrap()), (12, 16), [255; 3]));
}

/// A JPEG that says how its camera was held (Exif 2.3, 4.6.4, tag 0x0112).
fn held(image: &DynamicImage, orientation: u8) -> Vec<u8> {
    let jpeg = encoded(image, ImageFormat::Jpeg);
    let tiff = [
        b"Exif\0\0MM\0\x2a\0\0\0\x08".as_slice(),
        b"\0\x01\x01\x12\0\x03\0\0\0\x01\0",
        &[orientation],
        b"\0\0\0\0\0\0",
    ];
    let exif = tiff.concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_picture_stands_as_its_camera_was_held() {
    // Where red, the upper left corner of what was stored, comes to stand.
    for (orientation, corner) in
        [(1, (2, 2)), (2, (61, 2)), (3, (61, 29)), (4, (2, 29)), (5, (2, 2)), (6, (29, 2)), (7, (29, 61)), (8, (2, 61))]
    {
        let fitted = fit(&held(&quarters(64, 32), orientation), PLENTY).unwrap();
        let turned = orientation > 4;
        assert_eq!(fitted.before, if turned { (32, 64) } else { (64, 32) }, "{orientation}");
        assert!(is(&back(&fitted), corner, [255, 0, 0]), "{orientation}");
        assert!(!String::from_utf8_lossy(&fitted.bytes).contains("Exif"), "it would be turned twice");
    }
}

#[test]
fn colours_mean_what_they_meant() {
    let jpeg = encoded(&quarters(16, 16), ImageFormat::Jpeg);
    for (space, kept) in [(b"RGB ", true), (b"CMYK", false), (b"GRAY", false)] {
        let mut profile = vec![7; 128];
        profile[16..20].copy_from_slice(space);
        let icc = [b"ICC_PROFILE\0\x01\x01".as_slice(), &profile].concat();
        let length = (icc.len() as u16 + 2).to_be_bytes();
        let bytes = [&jpeg[..2], b"\xff\xe2", &length, &icc, &jpeg[2..]].concat();
        let fitted = fit(&bytes, PLENTY).unwrap();
        let has = fitted.bytes.windows(profile.len()).any(|window| window == profile);
        assert_eq!(has, kept, "{}", String::from_utf8_lossy(space));
        back(&fitted);
    }
}

/// A JPEG of one block in four colours for printing, all of them half on.
fn cmyk() -> Vec<u8> {
    let mut jpeg = b"\xff\xd8\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0".to_vec();
    jpeg.extend([b"\xff\xdb\0\x43\0".as_slice(), &[1; 64]].concat());
    jpeg.extend(b"\xff\xc0\0\x14\x08\0\x08\0\x08\x04\x01\x11\0\x02\x11\0\x03\x11\0\x04\x11\0");
    // One code, of one bit, in each table: no difference; the end of the block.
    for table in [0x00, 0x10] {
        let mut lengths = [0; 16];
        lengths[0] = 1;
        jpeg.extend([b"\xff\xc4\0\x14".as_slice(), &[table], &lengths, &[0]].concat());
    }
    jpeg.extend(b"\xff\xda\0\x0e\x04\x01\0\x02\0\x03\0\x04\0\0\x3f\0\x00\xff\xd9");
    jpeg
}

#[test]
fn printing_colours_become_those_of_a_screen() {
    let fitted = fit(&cmyk(), PLENTY).unwrap();
    let image = back(&fitted);
    let [red, green, blue] = image.get_pixel(4, 4).0;
    assert!(red.abs_diff(green) < 8 && green.abs_diff(blue) < 8 && (20..=140).contains(&red), "{red} {green} {blue}");
}

#[test]
fn what_cannot_be_decoded_says_the_way_out() {
    for (bytes, says) in [
        (heic(), "HEIC pictures cannot be decoded here; make it a JPEG"),
        (b"GIF89a".to_vec(), "it cannot be decoded ("),
        (b"\xff\xd8\xff\xe0 no more".to_vec(), "it cannot be decoded ("),
        (b"a text".to_vec(), "unknown pictures cannot be decoded here; make it a JPEG"),
    ] {
        let error = fit(&bytes, PLENTY).unwrap_err().to_string();
        assert!(error.starts_with(says) && error.ends_with("a JPEG"), "{error}");
    }
}

/// Writes a size over what a picture says of itself.
fn claiming(image: &[u8], at: usize, size: &[u8]) -> Vec<u8> {
    let mut bytes = image.to_vec();
    bytes[at..at + size.len()].copy_from_slice(size);
    bytes
}

#[test]
fn a_small_file_of_many_pixels_is_not_decoded() {
    let small = quarters(8, 8);
    let of = |format| encoded(&small, format);
    let sixty_thousand = 60_000_u32.to_be_bytes();
    let mut png = claiming(&of(ImageFormat::Png), 16, &[sixty_thousand, sixty_thousand].concat());
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    let jpeg = of(ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|two| two == b"\xff\xc0").unwrap();
    let bombs = [
        ("png", png),
        ("jpeg", claiming(&jpeg, frame + 5, b"\xff\xf0\xff\xf0")),
        ("gif", claiming(&of(ImageFormat::Gif), 6, b"\xf0\xff\xf0\xff")),
        ("bmp", claiming(&of(ImageFormat::Bmp), 18, &[20_000_u32.to_le_bytes(), 20_000_u32.to_le_bytes()].concat())),
    ];
    for (name, bomb) in bombs {
        match fit(&bomb, PLENTY) {
            Err(Undecoded::TooLarge { width, height, most: 50 }) => assert!(width >= 20_000 && height >= 20_000),
            other => panic!("{name}: {other:?}"),
        }
        let said = fit(&bomb, PLENTY).unwrap_err().to_string();
        assert!(said.ends_with(" pixels, and at most 50 million are decoded; make it smaller"), "{said}");
    }
}

/// The check sum of a PNG's piece (ISO 3309).
fn crc(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 })
    };
    !bytes.iter().fold(u32::MAX, step)
}

#[test]
fn broken_pictures_break_nothing() {
    let image = quarters(24, 16);
    let mut draw = Draw::new(4);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP] {
        let bytes = encoded(&image, format);
        for end in 0..bytes.len() {
            let _ = fit(&bytes[..end], PLENTY);
        }
        for _ in 0..400 {
            let mut bytes = bytes.clone();
            for _ in 0..1 + draw.below(4) {
                let at = draw.below(bytes.len());
                bytes[at] = draw.below(256) as u8;
            }
            if let Ok(fitted) = fit(&bytes, PLENTY) {
                back(&fitted);
            }
        }
    }
}
