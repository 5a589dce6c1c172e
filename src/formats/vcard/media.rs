//! Binary values that no field models: LOGO, SOUND, KEY, a second PHOTO, and what else comes in base64.
//!
//! 2.1 and 3.0 say by ENCODING that a value is base64, by VALUE that it is a link, and by TYPE what it is; 4.0 writes a
//! URI, `data:` for base64, and says what a link leads to by MEDIATYPE.

use super::Version;
use super::card::Card;
use super::escape::unescape;
use super::property::{base64_of, is_usual_word};
use super::single::has_scheme;
use crate::formats::photo;
use crate::model::{Extra, Field, Photo, PhotoData, Rest};

/// Properties whose values are binary, and the family of their media types.
const FAMILIES: &[(&str, &str)] = &[("PHOTO", "image"), ("LOGO", "image"), ("SOUND", "audio"), ("KEY", "application")];

/// Words of TYPE that are no media type's second half in lower case (RFC 2426 sections 3.6.6 and 3.7.2).
const WORDS: &[(&str, &str)] =
    &[("PGP", "application/pgp-keys"), ("X509", "application/pkix-cert"), ("WAVE", "audio/wav")];

/// Words of TYPE that say whose a value is, not what.
pub(super) const OWNERS: &[&str] = &["HOME", "WORK", "OTHER"];

pub(super) const UNKNOWN: &str = "application/octet-stream";

/// What ends the head of a `data:` URI that says no more than its type.
const BASE64: &str = ";base64,";

/// A value in the one form or the other.
enum Value {
    Base64(String),
    Link(String),
}

/// Writes an extra as the version has such values; false when it is none, or needs no change.
pub(super) fn write(card: &mut Card<'_>, extra: &Extra) -> bool {
    let family = FAMILIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(&extra.name)).map(|(_, family)| *family);
    let encoded = extra.rest.params.iter().any(|(name, _)| name == "ENCODING");
    // A picture's label is that of its content, in its own version too.
    let is_own = card.is_own() && !(family == Some("image") && begins_data(&extra.value));
    if !encoded && (is_own || (family.is_none() && !begins_data(&extra.value))) {
        return false;
    }
    let Some((value, said)) = value_of(extra, encoded, family.is_some()) else { return false };
    let mut rest = extra.rest.clone();
    rest.params.retain(|(name, _)| name != "ENCODING");
    let media = shown(&value).or(said);
    let named = match value {
        // In their own version the words that say what it is stay as they are.
        Value::Base64(_) if media.is_none() && card.is_own() && card.version != Version::V4_0 => None,
        Value::Base64(_) => take_media(&mut rest, media.is_none()),
        Value::Link(_) => take_media(&mut rest, false),
    };
    let family = family.unwrap_or("application");
    let media = media.or(named.map(|word| media_of(&word, family)));
    let word = media.as_deref().filter(|_| card.version != Version::V4_0).map(|media| word_of(media, family));
    let (word, media) = (word.unwrap_or_default(), media.as_deref());
    match value {
        Value::Base64(data) => write_base64(card, extra, &rest, (&word, media), &data),
        Value::Link(link) => write_link(card, extra, &rest, (&word, media), &link),
    }
    true
}

/// The media type of a picture that does not show its own, taken out of what else is said of it.
pub(super) fn take_picture_type(card: &Card<'_>, rest: &mut Rest) -> Option<String> {
    let stays = card.is_own() && card.version != Version::V4_0;
    let word = if stays { None } else { take_media(rest, !card.is_own()) };
    word.map(|word| media_of(&word, "image"))
}

fn begins_data(value: &str) -> bool {
    value.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
}

/// The value, and the media type that a `data:` URI says.
fn value_of(extra: &Extra, encoded: bool, may_be_link: bool) -> Option<(Value, Option<String>)> {
    if begins_data(&extra.value) {
        let text = unescape(&extra.value, Version::V4_0);
        let base64 = base64_of(&text).filter(|(_, data)| data.bytes().all(|byte| byte.is_ascii_graphic()));
        // One that says more than its type, or no type that a word can say, is a link like any other.
        let is_plain =
            |media: &str| (media.is_empty() || is_word(media)) && text[5 + media.len()..].starts_with(BASE64);
        if let Some((media, data)) = base64.filter(|(media, _)| is_plain(media)) {
            let media = Some(media.to_owned()).filter(|media| !media.is_empty() && media != UNKNOWN);
            return Some((Value::Base64(data.to_owned()), media));
        }
    } else if encoded && extra.value.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Some((Value::Base64(extra.value.clone()), None));
    }
    // A VALUE that nobody knows may say anything.
    let is_other = |values: &[String]| says(values, "text") || !values.iter().all(|value| is_usual_word(value));
    let is_other = extra.rest.params.iter().any(|(name, values)| name == "VALUE" && is_other(values));
    let text = unescape(&extra.value, Version::V4_0);
    let is_link = may_be_link && !is_other && has_scheme(&text);
    is_link.then(|| (Value::Link(text.into_owned()), None))
}

fn says(values: &[String], word: &str) -> bool {
    values.iter().any(|value| value.eq_ignore_ascii_case(word))
}

/// The media type of a picture, by its content.
fn shown(value: &Value) -> Option<String> {
    let Value::Base64(data) = value else { return None };
    // The head is enough, and all that is copied.
    let head = data.get(..16).unwrap_or(data).to_owned();
    let photo = Photo { data: PhotoData::Encoded(head), kind: None };
    photo::kind(&photo).map(|kind| photo::media_type(kind).to_owned())
}

/// Whether a text is one word of a media type, or a whole one (RFC 6838 section 4.2, without what no producer writes).
pub(super) fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/.+".contains(&byte))
}

/// Takes the word out that says what the value is. `any` takes one that nobody knows, unless it says whose the value is.
fn take_media(rest: &mut Rest, any: bool) -> Option<String> {
    let is_media = |(name, values): &(String, Vec<String>)| {
        name == "MEDIATYPE" && matches!(values.as_slice(), [value] if is_word(value))
    };
    if let Some(at) = rest.params.iter().position(is_media) {
        return rest.params.remove(at).1.into_iter().next();
    }
    let (_, words) = rest.params.iter_mut().find(|(name, _)| name == "TYPE")?;
    let names = |word: &String| {
        let owner = OWNERS.iter().any(|owner| owner.eq_ignore_ascii_case(word));
        let known = word.contains('/') || WORDS.iter().any(|(known, _)| known.eq_ignore_ascii_case(word));
        is_word(word) && !owner && (any || known || photo::kind_named(word).is_some())
    };
    let at = words.iter().position(names)?;
    let word = words.remove(at);
    rest.params.retain(|(name, values)| name != "TYPE" || !values.is_empty());
    Some(word)
}

/// The media type that a word of TYPE means.
fn media_of(word: &str, family: &str) -> String {
    if let Some(kind) = photo::kind_named(word) {
        return photo::media_type(kind).to_owned();
    }
    if word.contains('/') {
        return word.to_lowercase();
    }
    let known = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    known.map_or_else(|| format!("{family}/{}", word.to_lowercase()), |(_, media)| (*media).to_owned())
}

/// The word of TYPE for a media type, all of it where a word would mean another; none for one that says nothing.
pub(super) fn word_of(media: &str, family: &str) -> String {
    if let Some(kind) = photo::kind_named(media) {
        return photo::type_word(kind).to_owned();
    }
    let known = WORDS.iter().find(|(_, known)| *known == media);
    let word = known.map_or_else(|| media.rsplit('/').next().unwrap_or_default(), |(word, _)| word);
    match word {
        _ if media == UNKNOWN => String::new(),
        word if media_of(word, family).eq_ignore_ascii_case(media) => word.to_uppercase(),
        _ => media.to_owned(),
    }
}

fn write_base64(card: &mut Card<'_>, extra: &Extra, rest: &Rest, (word, media): (&str, Option<&str>), data: &str) {
    card.begin(Field::Extra, &extra.name, &[word], rest, false);
    if card.version == Version::V4_0 {
        let head = format!("data:{};base64,", media.unwrap_or(UNKNOWN));
        // What only calls itself base64 has the escapes of any other URI.
        return if data.contains('\\') { card.uri(&(head + data)) } else { card.base64(&head, data) };
    }
    card.param("ENCODING", if card.version == Version::V2_1 { "BASE64" } else { "b" });
    card.base64("", data);
}

fn write_link(card: &mut Card<'_>, extra: &Extra, rest: &Rest, (word, media): (&str, Option<&str>), link: &str) {
    card.begin(Field::Extra, &extra.name, &[word], rest, false);
    match (card.version, media) {
        (Version::V2_1, _) => card.param("VALUE", "URL"),
        (Version::V3_0, _) => card.param("VALUE", "uri"),
        (Version::V4_0, Some(media)) => card.param("MEDIATYPE", media),
        (Version::V4_0, None) => {}
    }
    card.uri(link);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_media_types() {
        for (word, media) in [("PGP", "application/pgp-keys"), ("WAVE", "audio/wav"), ("X509", "application/pkix-cert")]
        {
            assert_eq!(media_of(word, "audio"), media);
            assert_eq!(word_of(media, "audio"), word);
        }
        assert_eq!(media_of("GIF", "image"), "image/gif");
        assert_eq!(word_of(&media_of("jpg", "application"), "application"), "JPEG");
        assert_eq!(media_of("Image/PNG", "image"), "image/png");
        assert_eq!(word_of("image/svg+xml", "image"), "SVG+XML");
        assert_eq!(word_of("audio/x-odd", "audio"), "X-ODD");
        assert_eq!(word_of("audio/x-odd", "application"), "audio/x-odd", "the word alone would mean another");
        assert_eq!(word_of(UNKNOWN, "image"), "");
    }
}
