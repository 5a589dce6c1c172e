//! What kind of picture a photo is, its two spellings, bytes and base64, and how it is made to fit.

use std::borrow::Cow;

use crate::model::{Photo, PhotoData, PhotoKind};

#[cfg(any(feature = "remote", feature = "sheet"))]
pub(in crate::formats) mod decode;
#[cfg(feature = "remote")]
mod fit;

#[cfg(any(feature = "remote", feature = "sheet"))]
pub use decode::Undecoded;
#[cfg(feature = "remote")]
pub use fit::{Fitted, fit};

/// One kind of picture.
struct Row {
    kind: PhotoKind,
    media_type: &'static str,
    /// RFC 2426's word for TYPE.
    word: &'static str,
    ending: &'static str,
    /// How its bytes begin: all of these stand at these offsets.
    magic: &'static [(usize, &'static [u8])],
}

const fn row_of(
    kind: PhotoKind,
    media_type: &'static str,
    word: &'static str,
    ending: &'static str,
    magic: &'static [(usize, &'static [u8])],
) -> Row {
    Row { kind, media_type, word, ending, magic }
}

const KINDS: &[Row] = &[
    row_of(PhotoKind::Jpeg, "image/jpeg", "JPEG", "jpg", &[(0, b"\xff\xd8\xff")]),
    row_of(PhotoKind::Png, "image/png", "PNG", "png", &[(0, b"\x89PNG\r\n\x1a\n")]),
    row_of(PhotoKind::Gif, "image/gif", "GIF", "gif", &[(0, b"GIF8")]),
    // Two letters are little: the four bytes that are reserved tell a picture from a text.
    row_of(PhotoKind::Bmp, "image/bmp", "BMP", "bmp", &[(0, b"BM"), (6, b"\0\0\0\0")]),
    row_of(PhotoKind::Webp, "image/webp", "WEBP", "webp", &[(0, b"RIFF"), (8, b"WEBP")]),
    row_of(PhotoKind::Heic, "image/heic", "HEIC", "heic", &[(4, b"ftyp")]),
];

/// The brands of the ISO media files that are HEIC or HEIF (ISO 23008-12, annex B); others, `avif` among them, are not.
const HEIC_BRANDS: &[&[u8]] =
    &[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"heif"];

/// The bytes of base64 text that are enough to tell the kind: 16 characters are 12 bytes.
const TELLING: usize = 16;

/// The kind that the content itself shows.
pub fn kind_of(bytes: &[u8]) -> Option<PhotoKind> {
    let shows = |(at, magic): &(usize, &[u8])| bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    let kind = KINDS.iter().find(|row| row.magic.iter().all(shows)).map(|row| row.kind);
    kind.filter(|kind| *kind != PhotoKind::Heic || bytes.get(8..12).is_some_and(|brand| HEIC_BRANDS.contains(&brand)))
}

/// The media type of a kind.
pub fn media_type(kind: PhotoKind) -> &'static str {
    row(kind).media_type
}

/// RFC 2426's TYPE word for a kind.
pub fn type_word(kind: PhotoKind) -> &'static str {
    row(kind).word
}

/// The usual file name ending of a kind.
pub fn file_ending(kind: PhotoKind) -> &'static str {
    row(kind).ending
}

/// The kind that a media type or TYPE word names, in any case; `JPG` and `image/jpg` are common misspellings, and HEIF is
/// what HEIC is one of.
pub fn kind_named(word: &str) -> Option<PhotoKind> {
    let word = word.trim().to_ascii_lowercase();
    let word = word.strip_prefix("image/").unwrap_or(&word);
    let word = match word {
        "jpg" | "pjpeg" => "jpeg",
        "heif" => "heic",
        "x-png" => "png",
        "x-bmp" | "x-ms-bmp" => "bmp",
        other => other,
    };
    KINDS.iter().find(|row| row.word.eq_ignore_ascii_case(word)).map(|row| row.kind)
}

fn row(kind: PhotoKind) -> &'static Row {
    // Every kind has a row (tested below); the first one stands in for a kind that is added without.
    KINDS.iter().find(|row| row.kind == kind).unwrap_or(&KINDS[0])
}

/// The kind of a photo: what the content shows, else what the source said. A link has what the source said.
pub fn kind(photo: &Photo) -> Option<PhotoKind> {
    let shown = match &photo.data {
        PhotoData::Bytes(bytes) => kind_of(bytes),
        PhotoData::Encoded(text) => {
            let head = text.as_bytes().get(..TELLING.min(text.len() / 4 * 4)).unwrap_or_default();
            base64_simd::STANDARD.decode_to_vec(head).ok().and_then(|head| kind_of(&head))
        }
        PhotoData::Link(_) => None,
    };
    shown.or(photo.kind)
}

/// The picture's bytes; none for a link, or for text that is not base64.
pub fn bytes(photo: &Photo) -> Option<Cow<'_, [u8]>> {
    match &photo.data {
        PhotoData::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
        PhotoData::Encoded(text) => base64_simd::STANDARD.decode_to_vec(text).ok().map(Cow::Owned),
        PhotoData::Link(_) => None,
    }
}

/// How many bytes the picture has, without decoding it; none for a link.
pub fn size(photo: &Photo) -> usize {
    match &photo.data {
        PhotoData::Bytes(bytes) => bytes.len(),
        PhotoData::Encoded(text) => text.trim_end_matches('=').len() * 3 / 4,
        PhotoData::Link(_) => 0,
    }
}

/// The picture as base64 text; none for a link.
pub fn encoded(photo: &Photo) -> Option<Cow<'_, str>> {
    match &photo.data {
        PhotoData::Encoded(text) => Some(Cow::Borrowed(text)),
        PhotoData::Bytes(bytes) => Some(Cow::Owned(base64_simd::STANDARD.encode_to_string(bytes))),
        PhotoData::Link(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n....";

    #[test]
    fn every_kind_has_its_row() {
        for row in KINDS {
            assert_eq!(kind_named(row.media_type), Some(row.kind));
            assert_eq!(kind_named(row.word), Some(row.kind));
            let shown = (media_type(row.kind), type_word(row.kind), file_ending(row.kind));
            assert_eq!(shown, (row.media_type, row.word, row.ending));
        }
        assert_eq!(kind_named("image/JPG"), Some(PhotoKind::Jpeg));
    }

    #[test]
    fn the_first_bytes_show_the_kind() {
        let cases: &[(&[u8], Option<PhotoKind>)] = &[
            (b"\xff\xd8\xff\xe0..JFIF..", Some(PhotoKind::Jpeg)),
            (PNG, Some(PhotoKind::Png)),
            (b"GIF87a......", Some(PhotoKind::Gif)),
            (b"BM....\0\0\0\0..", Some(PhotoKind::Bmp)),
            (b"BMW is a car", None),
            (b"RIFF....WEBP", Some(PhotoKind::Webp)),
            (b"RIFF....WAVE", None),
            (b"\0\0\0\x18ftypheic", Some(PhotoKind::Heic)),
            (b"\0\0\0\x18ftypmif1", Some(PhotoKind::Heic)),
            (b"\0\0\0\x18ftypmsf1", Some(PhotoKind::Heic)),
            (b"\0\0\0\x18ftypavif", None),
            (b"\0\0\0\x18ftyp", None),
            (b"", None),
        ];
        for (bytes, kind) in cases {
            assert_eq!(kind_of(bytes), *kind, "{bytes:?}");
        }
    }

    #[test]
    fn content_goes_before_the_label() {
        let photo = Photo { data: PhotoData::Bytes(PNG.to_vec()), kind: Some(PhotoKind::Jpeg) };
        assert_eq!(kind(&photo), Some(PhotoKind::Png));
        let text = encoded(&photo).unwrap().into_owned();
        let photo = Photo { data: PhotoData::Encoded(text), kind: Some(PhotoKind::Jpeg) };
        assert_eq!(kind(&photo), Some(PhotoKind::Png));
        assert_eq!(bytes(&photo).unwrap(), PNG);
        assert_eq!(size(&photo), PNG.len());
    }

    #[test]
    fn what_is_no_picture_has_no_bytes() {
        let link = Photo { data: PhotoData::Link("https://example.com/a.jpg".into()), kind: None };
        assert!(bytes(&link).is_none() && encoded(&link).is_none() && kind(&link).is_none());
        let broken = Photo { data: PhotoData::Encoded("?".into()), kind: None };
        assert!(bytes(&broken).is_none() && kind(&broken).is_none());
    }
}
