//! Workbooks that are written: what is in them, Excel's limits, thumbnails.

use std::io::{Cursor, Read};

use cardferry::formats::sheet::Workbook;
use cardferry::formats::table::Profile;
use cardferry::model::{Contact, Photo, PhotoData, Why};
use image::{DynamicImage, ImageFormat, RgbaImage};
use pretty_assertions::assert_eq;

use super::read_xlsx;
use super::roundtrip::workbook;

fn person(given: &str) -> Contact {
    let mut contact = Contact::default();
    contact.name.given = given.to_owned();
    contact
}

/// A part of a workbook as text.
fn part(book: &[u8], name: &str) -> String {
    let mut zip = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The names of all parts.
fn parts(book: &[u8]) -> Vec<String> {
    let zip = zip::ZipArchive::new(Cursor::new(book)).unwrap();
    zip.file_names().map(|name| name.unwrap().into_owned()).collect()
}

#[test]
fn every_cell_is_a_text_below_a_frozen_header_with_filters() {
    let mut ann = person("Ann");
    ann.notes = "01067".to_owned();
    let (book, _) = workbook(&[ann, person("Ben")], Profile::OutlookDesktop, None);
    let sheet = part(&book, "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<t>01067</t>") && !sheet.contains("<v>"), "{sheet}");
    assert!(sheet.contains("<pane ySplit=\"1\"") && sheet.contains("<autoFilter ref=\"A1:CN3\""), "{sheet}");
    assert!(sheet.contains("numberStoredAsText=\"1\""), "{sheet}");
}

#[test]
fn the_same_contacts_make_the_same_bytes() {
    let book = || workbook(&[person("Ann"), person("Ben")], Profile::Google, None).0;
    assert_eq!(book(), book());
}

#[test]
fn a_workbook_without_contacts_is_one_with_a_header() {
    let (records, remarks) = read_xlsx(workbook(&[], Profile::Google, None).0);
    assert!(records.is_empty());
    assert!(remarks.last().unwrap().contains("no record below the header row"), "{remarks:?}");
}

#[test]
fn a_text_longer_than_a_cell_is_cut_and_told() {
    for (text, kept) in [("é".repeat(32_767), 32_767), ("é".repeat(32_768), 32_767), ("😀".repeat(16_384), 16_383)]
    {
        let mut ann = person("Ann");
        ann.notes = text.clone();
        let (book, losses) = workbook(&[ann], Profile::OutlookDesktop, None);
        let (records, _) = read_xlsx(book);
        assert_eq!(super::contact(&records[0]).notes.chars().count(), kept);
        let told: Vec<_> = losses.iter().map(|loss| loss.why).collect();
        let cut = kept < text.chars().count();
        assert_eq!(told, if cut { vec![Why::TooLong { max: 32_767 }] } else { vec![] });
    }
}

#[test]
fn more_contacts_than_a_sheet_holds_are_refused() {
    let mut book = Workbook::new(None).unwrap();
    let row = [&1u32.to_le_bytes()[..], &[0; 8]].concat();
    book.put(&row.repeat(1_048_576)).unwrap();
    let error = book.put(&row).unwrap_err();
    assert!(error.to_string().contains("1048575 contacts"), "{error}");
}

#[test]
fn frames_that_are_torn_are_refused() {
    for frames in [&[1u8, 0][..], &[1, 0, 0, 0, 9, 0, 0, 0, b'x'], &[1, 0, 0, 0, 1, 0, 0, 0, 0xff, 0, 0, 0, 0]] {
        assert!(Workbook::new(None).unwrap().put(frames).is_err(), "{frames:?}");
    }
}

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let image = RgbaImage::from_fn(width, height, |x, y| image::Rgba([x as u8, y as u8, 0, 255]));
    let image = if format == ImageFormat::Jpeg {
        DynamicImage::ImageRgba8(image).to_rgb8().into()
    } else {
        DynamicImage::from(image)
    };
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[test]
fn thumbnails_are_small_pictures_and_the_others_are_told() {
    let with =
        |bytes: Vec<u8>| Contact { photo: Some(Photo { data: PhotoData::Bytes(bytes), kind: None }), ..person("Ann") };
    let mut cut = picture(100, 100, ImageFormat::Png);
    cut.truncate(60);
    let contacts = [
        with(picture(300, 400, ImageFormat::Jpeg)),
        with(picture(20, 10, ImageFormat::Png)),
        with(cut),
        with(b"GIF89a......".to_vec()),
        with(b"no picture".to_vec()),
        person("Ben"),
    ];
    let (book, losses) = workbook(&contacts, Profile::Google, Some(64));
    let mut zip = zip::ZipArchive::new(Cursor::new(&book)).unwrap();
    let mut sizes = Vec::new();
    for name in parts(&book).iter().filter(|name| name.starts_with("xl/media/")) {
        let mut bytes = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        let image = image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).unwrap();
        sizes.push((image.width(), image.height()));
    }
    sizes.sort_unstable();
    assert_eq!(sizes, [(20, 10), (48, 64)]);
    let told: Vec<&str> =
        losses.iter().map(|loss| loss.value.as_str()).filter(|value| value.contains("thumbnail")).collect();
    assert_eq!(told.len(), 3, "{losses:?}");
    assert!(told[0].starts_with("the PNG picture of “Ann” (60 bytes; the contact is written without a thumbnail: "));
    assert_eq!(
        told[1..],
        [
            "the GIF picture of “Ann” (12 bytes; the contact is written without a thumbnail: GIF is not decoded)",
            "the picture of “Ann” (10 bytes; the contact is written without a thumbnail: it is no picture)",
        ]
    );
    let (records, _) = read_xlsx(book);
    assert_eq!(records.len(), contacts.len());
}

#[test]
fn a_picture_of_absurd_size_is_not_decoded() {
    // The header alone says how large it is.
    let mut bytes = picture(1, 1, ImageFormat::Png);
    bytes[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let contact = Contact { photo: Some(Photo { data: PhotoData::Bytes(bytes), kind: None }), ..person("Ann") };
    let (_, losses) = workbook(&[contact], Profile::Google, Some(64));
    assert!(losses.iter().any(|loss| loss.value.contains("thumbnail")), "{losses:?}");
}
