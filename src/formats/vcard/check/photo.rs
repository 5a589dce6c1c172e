//! Pictures, logos, sounds and keys: base64, `data:` URIs and links.

use super::property::{Coding, Property};
use super::registry::Value;
use super::tell::{Tell, excerpt_of};
use super::{Code, uri};
use crate::formats::photo;
use crate::formats::vcard::Version;
use crate::model::PhotoKind;

/// Characters of base64 that are enough to tell a picture's kind.
const TELLING: usize = 16;

/// Bytes of a link that are looked at.
const LINK: usize = 8 * 1024;

/// Looks at a value that is not empty and is base64, or whose property holds data.
pub(super) fn look(property: &Property<'_>, value: &[u8], tell: &mut Tell<'_>) {
    let value = value.trim_ascii();
    if value.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"data:")) {
        return data_uri(property, value, tell);
    }
    if property.coding == Coding::Base64 {
        return base64(property, value, None, tell);
    }
    let head = &value[..value.len().min(LINK)];
    let said = property.value_type().map(str::to_ascii_uppercase);
    match std::str::from_utf8(head) {
        _ if said.as_deref() == Some("TEXT") => {}
        Ok(link) if uri::has_scheme(link) => self::link(property, said.as_deref(), link, tell),
        _ => undeclared(property, value, tell),
    }
}

fn link(property: &Property<'_>, said: Option<&str>, link: &str, tell: &mut Tell<'_>) {
    if property.line.name.eq_ignore_ascii_case("PHOTO") {
        tell.say(Code::PhotoLink, "");
    }
    if property.version != Version::V4_0 && !matches!(said, Some("URI" | "URL" | "CID" | "CONTENT-ID")) {
        tell.say(Code::PhotoValue, property.line.name);
    }
    if let Some(stranger) = uri::stranger(link) {
        tell.say(Code::UriCharacter, super::tell::excerpt(&stranger.to_string()));
    }
}

/// Neither a link nor said to be base64. A key or a sound may be a text in 2.1.
fn undeclared(property: &Property<'_>, value: &[u8], tell: &mut Tell<'_>) {
    let picture = kind(value).is_some();
    match property.version {
        Version::V4_0 => tell.say(Code::UriScheme, if picture { "a picture in base64" } else { property.line.name }),
        _ if picture => tell.say(Code::PhotoEncoding, property.line.name),
        _ if matches!(property.line.name.to_ascii_uppercase().as_str(), "PHOTO" | "LOGO") => {
            tell.say(Code::PhotoKind, excerpt_of(value));
        }
        _ => {}
    }
}

/// RFC 2397: a media type, `;base64`, a comma, the data.
fn data_uri(property: &Property<'_>, value: &[u8], tell: &mut Tell<'_>) {
    let Some(comma) = memchr::memchr(b',', value) else { return tell.say(Code::DataUri, excerpt_of(value)) };
    let head = String::from_utf8_lossy(&value[5..comma]);
    if property.version != Version::V4_0 {
        let said = property.value_type();
        if !said.is_some_and(|said| said.eq_ignore_ascii_case("URI") || said.eq_ignore_ascii_case("URL")) {
            tell.say(Code::PhotoValue, property.line.name);
        }
    }
    let bare = head.strip_suffix('\\').unwrap_or(&head);
    if bare.len() < head.len() {
        tell.say(if property.version == Version::V4_0 { Code::UriEscape } else { Code::UriCharacter }, "");
    }
    let Some((media, word)) = bare.rsplit_once(';') else { return };
    if !word.eq_ignore_ascii_case("base64") {
        return;
    }
    let media = media.split(';').next().unwrap_or_default();
    if !media.contains('/') && !media.is_empty() {
        tell.say(Code::DataUri, "its media type has no slash");
    }
    base64(property, &value[comma + 1..], Some(media), tell);
}

/// Base64, and what the picture in it is.
fn base64(property: &Property<'_>, value: &[u8], media: Option<&str>, tell: &mut Tell<'_>) {
    match fault(value) {
        Some(Fault::Bad) => return tell.say(Code::Base64Bad, property.line.name),
        Some(Fault::Unpadded) => tell.say(Code::Base64Padding, property.line.name),
        None => {}
    }
    let picture = property.kind() == Value::Binary && property.line.name.eq_ignore_ascii_case("PHOTO");
    let shown = kind(value);
    if picture && shown.is_none() {
        return tell.say(Code::PhotoKind, if is_tiff(value) { "a TIFF" } else { "" });
    }
    let words = property.line.params.iter().filter(|param| param.is_type() || param.is("MEDIATYPE"));
    let words = words.map(|param| param.value.as_ref()).chain(media);
    let named = words.filter_map(photo::kind_named).find(|named| Some(*named) != shown);
    if let (Some(named), Some(shown)) = (named, shown) {
        let (named, shown) = (photo::type_word(named), photo::type_word(shown));
        tell.say(Code::PhotoLabel, format!("{named} is written, and it is {shown}"));
    }
}

/// What is wrong with base64.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Bad,
    Unpadded,
}

/// Blanks are left out: folds leave some.
fn fault(value: &[u8]) -> Option<Fault> {
    let (mut count, mut padding) = (0_usize, 0_usize);
    for byte in value.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => count += 1,
            _ => return Some(Fault::Bad),
        }
    }
    match (count % 4, padding) {
        (1, _) => Some(Fault::Bad),
        (0, 0) | (2, 2) | (3, 1) if count > 0 => None,
        (2 | 3, 0) => Some(Fault::Unpadded),
        _ => Some(Fault::Bad),
    }
}

/// The kind of picture that base64 shows.
fn kind(value: &[u8]) -> Option<PhotoKind> {
    let head: Vec<u8> = value.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(TELLING).collect();
    let whole = &head[..head.len() / 4 * 4];
    photo::kind_of(&base64_simd::STANDARD.decode_to_vec(whole).ok()?)
}

/// Whether base64 begins as a TIFF does, which the Mac's address book wrote and few programs show.
fn is_tiff(value: &[u8]) -> bool {
    value.starts_with(b"TU0AK") || value.starts_with(b"SUkqA")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_base64() {
        for (text, wanted) in [
            (&b"QUJD"[..], None),
            (b"QUI=", None),
            (b"QQ ==\n", None),
            (b"QUI", Some(Fault::Unpadded)),
            (b"QUJDR", Some(Fault::Bad)),
            (b"QU=I", Some(Fault::Bad)),
            (b"QU_D", Some(Fault::Bad)),
            (b"====", Some(Fault::Bad)),
            (b"QUI==", Some(Fault::Bad)),
        ] {
            assert_eq!(fault(text), wanted, "{}", String::from_utf8_lossy(text));
        }
        assert_eq!(kind(b"/9j/4AAQSkZJRg"), Some(PhotoKind::Jpeg));
        assert_eq!(kind(b"QUJD"), None);
    }
}
