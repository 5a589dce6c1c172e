//! PHOTO: base64 that is only moved is not decoded.

use std::borrow::Cow;

use super::Version;
use super::card::Card;
use super::decode::base64_text;
use super::draft::Draft;
use super::escape::unescape;
use super::line::Param;
use super::media;
use super::property::{Property, base64_of};
use super::single::has_scheme;
use super::table::Row;
use crate::formats::photo;
use crate::model::{Field, Loss, Photo, PhotoData, PhotoKind, Rest};

/// Keeps the media type of a picture that is of no kind we know.
const MEDIATYPE: &str = "MEDIATYPE";

pub(super) fn read_photo(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    if property.value.trim().is_empty() {
        return;
    }
    if draft.contact.photo.is_some() {
        return draft.extra(property);
    }
    match photo_of(property) {
        Some((photo, label)) => {
            let mut rest = property.rest(|param| names_kind(param, label.as_deref()));
            if let Some(media) = unknown_type(property, &photo) {
                rest.params.retain(|(name, _)| name != MEDIATYPE);
                rest.params.push((MEDIATYPE.to_owned(), vec![media]));
            }
            draft.contact.photo = Some(photo);
            draft.contact.keep_rest(row.field, rest);
        }
        None => {
            draft.not_understood(row.field, "neither base64 nor a link");
            draft.extra(property);
        }
    }
}

/// Whether a parameter is the one that named the kind.
fn names_kind(param: &Param<'_>, label: Option<&str>) -> bool {
    (param.is_type() || param.is("MEDIATYPE")) && label.is_some_and(|label| label == param.value)
}

/// The media type that a `data:` URI says, where neither that nor its content is a kind we know.
fn unknown_type(property: &Property<'_>, photo: &Photo) -> Option<String> {
    if photo::kind(photo).is_some() || !is_data_uri(property.value.trim_start()) {
        return None;
    }
    let uri = unescape(&property.value, property.version);
    let (media, _) = base64_of(uri.trim())?;
    (media.contains('/') && media::is_word(media) && media != media::UNKNOWN).then(|| media.to_owned())
}

/// The photo, and the word that said its kind.
fn photo_of(property: &Property<'_>) -> Option<(Photo, Option<String>)> {
    let words = property.types().chain(property.param("MEDIATYPE"));
    let named = words.filter_map(|word| Some((photo::kind_named(word)?, word.to_owned()))).next();
    let (kind, label) = named.unzip();
    // A data: URI goes before ENCODING: some write both.
    if property.base64 && !is_data_uri(&property.value) {
        let data = PhotoData::Encoded(base64_text(&property.value)?);
        return Some((Photo { data, kind }, label));
    }
    if property.value_is("text") {
        return None;
    }
    let text = unescape(&property.value, property.version);
    let text = text.trim();
    if is_data_uri(text) {
        return data_uri(text, kind).map(|photo| (photo, label));
    }
    if has_scheme(text) || property.value_is("URI") || property.value_is("URL") {
        return Some((Photo { data: PhotoData::Link(text.to_owned()), kind }, label));
    }
    // Some leave ENCODING out.
    let found = Photo { data: PhotoData::Encoded(base64_text(text)?), kind };
    photo::kind(&Photo { kind: None, ..found.clone() }).map(|_| (found, label))
}

fn is_data_uri(text: &str) -> bool {
    text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
}

/// The picture in a `data:` URI; a link when it is not base64.
fn data_uri(uri: &str, kind: Option<PhotoKind>) -> Option<Photo> {
    let Some((media, data)) = base64_of(uri) else {
        return uri.contains(',').then(|| Photo { data: PhotoData::Link(uri.to_owned()), kind });
    };
    let kind = photo::kind_named(media).or(kind);
    Some(Photo { data: PhotoData::Encoded(base64_text(data)?), kind })
}

pub(super) fn write_photo(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    let Some(picture) = &contact.photo else { return };
    if let Some(why) = card.profile.refuses(picture) {
        return card.losses.push(Loss::new(Field::Photo, named(picture), why));
    }
    let rest = card.rest_of(Field::Photo);
    match &picture.data {
        PhotoData::Link(link) => write_link(card, row, link, picture.kind, rest),
        _ => write_picture(card, row, picture, rest),
    }
}

/// A photo in a report: a link as it is, a picture by its kind and size.
fn named(picture: &Photo) -> String {
    match &picture.data {
        PhotoData::Link(link) => link.clone(),
        _ => {
            let kind = photo::kind(picture).map_or("a picture of an unknown kind", photo::type_word);
            format!("{kind}, {} bytes", photo::size(picture))
        }
    }
}

fn write_link(card: &mut Card<'_>, row: &'static Row, link: &str, kind: Option<PhotoKind>, rest: &Rest) {
    let word = kind.filter(|_| card.version != Version::V4_0).map_or("", photo::type_word);
    card.begin(row.field, row.name(card.version), &[word], rest, false);
    match card.version {
        Version::V2_1 => card.param("VALUE", "URL"),
        Version::V3_0 => card.param("VALUE", "uri"),
        Version::V4_0 => {
            if !has_scheme(link) {
                card.param("VALUE", "uri");
            }
            if let Some(kind) = kind {
                card.param("MEDIATYPE", photo::media_type(kind));
            }
        }
    }
    card.uri(link);
}

fn write_picture(card: &mut Card<'_>, row: &'static Row, picture: &Photo, rest: &Rest) {
    let Some(text) = photo::encoded(picture) else { return };
    let kind = photo::kind(picture);
    let mut rest = Cow::Borrowed(rest);
    let media = match kind {
        Some(kind) => photo::media_type(kind).to_owned(),
        None => media::take_picture_type(card, rest.to_mut()).unwrap_or_else(|| media::UNKNOWN.to_owned()),
    };
    let word = if card.version == Version::V4_0 { String::new() } else { media::word_of(&media, "image") };
    card.begin(row.field, row.name(card.version), &[&word], &rest, false);
    match card.version {
        Version::V2_1 => card.param("ENCODING", "BASE64"),
        Version::V3_0 => card.param("ENCODING", "b"),
        Version::V4_0 => return card.base64(&format!("data:{media};base64,"), &text),
    }
    card.base64("", &text);
}
