//! Values against their types.

use std::borrow::Cow;

use super::property::Property;
use super::registry::{self, Value};
use super::tell::{Tell, excerpt};
use super::{Code, date, uri};
use crate::formats::vcard::Version;
use crate::formats::vcard::date as lenient;
use crate::formats::vcard::escape::{split, unescape};

/// Looks at a value that is not empty.
pub(super) fn look(property: &Property<'_>, text: &str, tell: &mut Tell<'_>) {
    match property.value_type() {
        Some(said) if !property.line.name.eq_ignore_ascii_case("VERSION") => said_type(property, said, text, tell),
        _ => own_type(property, text, tell),
    }
}

/// A value whose type VALUE says.
fn said_type(property: &Property<'_>, said: &str, text: &str, tell: &mut Tell<'_>) {
    let number = |text: &str| text.trim().parse::<f64>().is_ok_and(f64::is_finite);
    let fits = match said.to_ascii_uppercase().as_str() {
        "URI" | "URL" => return uri(text, property.version, tell),
        "DATE" | "DATE-TIME" | "DATE-AND-OR-TIME" | "TIME" => return date_or_time(text, property.version, tell),
        "TIMESTAMP" => return timestamp(text, property.version, tell),
        "UTC-OFFSET" => return offset(text, property.version, tell),
        "LANGUAGE-TAG" => return language(text, tell),
        "BOOLEAN" => text.eq_ignore_ascii_case("TRUE") || text.eq_ignore_ascii_case("FALSE"),
        "INTEGER" => text.split(',').all(|text| text.trim().parse::<i64>().is_ok()),
        "FLOAT" => text.split([',', ';']).all(number),
        "TEXT" => return said_text(property, text, tell),
        _ => return own_type(property, text, tell),
    };
    if !fits {
        tell.say(Code::ValueForm, format!("{} is no {said}", excerpt(text)));
    }
}

/// VALUE=text takes a type away from a property that has another, and changes nothing for one of text.
fn said_text(property: &Property<'_>, text: &str, tell: &mut Tell<'_>) {
    let textual = matches!(
        property.kind(),
        Value::Text
            | Value::List
            | Value::Parts(..)
            | Value::Org
            | Value::Email
            | Value::Tel
            | Value::Gender
            | Value::Kind
    );
    match property.kind() {
        _ if textual => own_type(property, text, tell),
        Value::Free => {}
        _ => one_text(property, text, tell),
    }
}

fn own_type(property: &Property<'_>, text: &str, tell: &mut Tell<'_>) {
    let version = property.version;
    match property.kind() {
        Value::Free | Value::Binary => {}
        Value::Text => one_text(property, text, tell),
        Value::List => escapes(text, version, tell),
        Value::Org => {
            escapes(text, version, tell);
            comma(text, version, tell);
        }
        Value::Parts(least, most) => parts(property, text, (least, most), tell),
        Value::Uri => uri(text, version, tell),
        Value::UriOrText if version == Version::V4_0 => uri_or_text(property, text, tell),
        Value::UriOrText => {}
        Value::Email => email(property, text, tell),
        Value::Tel => tel(property, text, tell),
        Value::Date => date_or_time(text, version, tell),
        Value::Timestamp => timestamp(text, version, tell),
        Value::Geo => geo(text, version, tell),
        Value::Zone => zone(text, version, tell),
        Value::Language => language(text, tell),
        Value::Gender => gender(text, tell),
        Value::Kind if !registry::is_kind(text) => tell.say(Code::Kind, excerpt(text)),
        Value::Kind => {}
        Value::PidMap => pid_map(text, tell),
    }
}

/// A text that is neither a list nor structured.
fn one_text(property: &Property<'_>, text: &str, tell: &mut Tell<'_>) {
    escapes(text, property.version, tell);
    comma(text, property.version, tell);
    if property.version == Version::V3_0 && split(text, b';', Version::V3_0).nth(1).is_some() {
        tell.say(Code::Semicolon, property.line.name);
    }
}

fn comma(text: &str, version: Version, tell: &mut Tell<'_>) {
    if version != Version::V2_1 && split(text, b',', version).nth(1).is_some() {
        tell.say(Code::Comma, "");
    }
}

/// Backslashes: in 3.0 and 4.0 each begins an escape; 2.1 has none for a new line.
fn escapes(text: &str, version: Version, tell: &mut Tell<'_>) {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let mut letters = rest[at + 1..].chars();
        let next = letters.next();
        if version == Version::V2_1 {
            // A path may go on with an n; a new line hardly begins with a small letter.
            let breaks =
                next == Some('n') && !letters.next().is_some_and(|letter| letter.is_lowercase() || letter == '\\');
            if breaks {
                return tell.say(Code::EscapeNewline, "");
            }
        } else if !next.is_some_and(|next| "\\,;nN".contains(next)) {
            return tell.say(Code::Escape, excerpt(&rest[at..rest.len().min(at + 1 + next.map_or(0, char::len_utf8))]));
        }
        let length = next.map_or(0, char::len_utf8);
        rest = &rest[at + 1 + length..];
    }
}

/// Components: all of them, and no more. 4.0 has the further ones of RFC 9554 section 2.
fn parts(property: &Property<'_>, text: &str, (least, further): (usize, usize), tell: &mut Tell<'_>) {
    escapes(text, property.version, tell);
    let most = if property.version == Version::V4_0 { further } else { least };
    let count = split(text, b';', property.version).count();
    let detail = || format!("{} has {count} in place of {least}", property.line.name);
    if count > most {
        tell.say(Code::PartsMany, detail());
    } else if count < least && property.version != Version::V2_1 {
        tell.say(Code::Parts, detail());
    }
}

fn uri(text: &str, version: Version, tell: &mut Tell<'_>) {
    let text = bare(text.trim(), version, tell);
    // Google escapes the colon.
    if !uri::has_scheme(&text.replacen("\\:", ":", 1)) {
        tell.say(Code::UriScheme, excerpt(&text));
    } else if let Some(stranger) = uri::stranger(&text) {
        tell.say(Code::UriCharacter, format!("{} in {}", excerpt(&stranger.to_string()), excerpt(&text)));
    }
}

/// A URI of 4.0 without backslashes before commas and semicolons: RFC 6350 has examples with and without them.
fn bare<'a>(text: &'a str, version: Version, tell: &mut Tell<'_>) -> Cow<'a, str> {
    if version != Version::V4_0 || !text.contains("\\,") && !text.contains("\\;") {
        return Cow::Borrowed(text);
    }
    tell.say(Code::UriEscape, "");
    Cow::Owned(text.replace("\\,", ",").replace("\\;", ";"))
}

fn uri_or_text(property: &Property<'_>, text: &str, tell: &mut Tell<'_>) {
    if property.line.name.eq_ignore_ascii_case("UID") && !uri::has_scheme(text) {
        tell.say(Code::UidText, "");
    } else {
        uri(text, property.version, tell);
    }
}

fn email(property: &Property<'_>, text: &str, tell: &mut Tell<'_>) {
    escapes(text, property.version, tell);
    // Of addresses of other systems only their owners know the form.
    let foreign = |word: &str| !registry::is_type("IMPP", word) && !word.eq_ignore_ascii_case("INTERNET");
    let known = |word: &str| registry::is_type("EMAIL", word);
    let mut types = property.line.params.iter().filter(|param| param.is_type());
    if types.any(|param| foreign(&param.value) && known(&param.value) && !registry::is_private(&param.value)) {
        return;
    }
    let plain = unescape(text, property.version);
    let strange = |letter: char| letter.is_whitespace() || letter.is_control() || "<>(),;".contains(letter);
    let whole = plain.rsplit_once('@').is_some_and(|(local, host)| {
        let quoted = local.starts_with('"') && local.ends_with('"') && local.len() > 2;
        !local.is_empty() && !host.is_empty() && !host.contains(strange) && (quoted || !local.contains(strange))
    });
    if !whole {
        tell.say(Code::Email, excerpt(&plain));
    }
}

fn tel(property: &Property<'_>, text: &str, tell: &mut Tell<'_>) {
    if text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:")) {
        return;
    }
    one_text(property, text, tell);
    if !text.contains(char::is_numeric) {
        tell.say(Code::Tel, excerpt(text));
    }
}

fn date_or_time(text: &str, version: Version, tell: &mut Tell<'_>) {
    if date::is_date_and_or_time(text, version) {
        return;
    }
    let understood = lenient::parse(text).is_some() || date::is_date_and_or_time(text, Version::V4_0);
    tell.say(if understood { Code::DateForm } else { Code::Date }, excerpt(text));
}

fn timestamp(text: &str, version: Version, tell: &mut Tell<'_>) {
    if date::is_timestamp(text, version) {
        return;
    }
    let understood = lenient::rfc3339(text).is_some() || lenient::parse(text).is_some();
    tell.say(if understood { Code::DateForm } else { Code::Timestamp }, excerpt(text));
}

fn offset(text: &str, version: Version, tell: &mut Tell<'_>) {
    if !date::is_offset(text, version) {
        tell.say(Code::UtcOffset, excerpt(text));
    }
}

/// 4.0 takes any text for a zone; before, a text has to say that it is one, and 2.1 may name the zone behind the offset.
fn zone(text: &str, version: Version, tell: &mut Tell<'_>) {
    match version {
        Version::V4_0 => {}
        Version::V3_0 => offset(text, version, tell),
        Version::V2_1 => offset(text.split(';').next().unwrap_or_default(), version, tell),
    }
}

/// `geo:` in 4.0, two numbers with a semicolon in 3.0, with a comma in 2.1 (where their order is not agreed on).
fn geo(text: &str, version: Version, tell: &mut Tell<'_>) {
    let text = &*bare(text.trim(), version, tell);
    let (text, separator) = match (version, uri::scheme(text)) {
        (Version::V4_0, Some(scheme)) if scheme.eq_ignore_ascii_case("geo") => (&text[4..], ','),
        // A URI of another scheme names a place too.
        (Version::V4_0, Some(_)) => return uri(text, version, tell),
        (Version::V4_0, None) => return tell.say(Code::Geo, excerpt(text)),
        (Version::V3_0, _) => (text, ';'),
        (Version::V2_1, _) => (text, ','),
    };
    let text = if version == Version::V4_0 { text.split(';').next().unwrap_or_default() } else { text };
    let numbers: Vec<f64> = text.split(separator).map_while(|part| part.trim().parse().ok()).take(4).collect();
    let further = if version == Version::V4_0 { 3 } else { 2 };
    let count = text.split(separator).count();
    if numbers.len() != count || count < 2 || count > further {
        return tell.say(Code::Geo, excerpt(text));
    }
    let highest = if version == Version::V2_1 { 180.0 } else { 90.0 };
    // Not within, rather than without: NaN is nowhere.
    if !(numbers[0].abs() <= highest && numbers[1].abs() <= 180.0) {
        tell.say(Code::GeoRange, "");
    }
}

fn language(text: &str, tell: &mut Tell<'_>) {
    if !is_language(text) {
        tell.say(Code::Language, excerpt(text));
    }
}

/// Whether a text has the form of a language tag (RFC 5646 section 2.1): letters first, then parts of at most 8.
pub(super) fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let private = first.eq_ignore_ascii_case("x") || first.eq_ignore_ascii_case("i");
    let begins = private && text.len() > 2
        || (2..=8).contains(&first.len()) && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    begins && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn gender(text: &str, tell: &mut Tell<'_>) {
    escapes(text, Version::V4_0, tell);
    let mut parts = split(text, b';', Version::V4_0);
    let letter = parts.next().unwrap_or_default();
    if !matches!(letter.to_ascii_uppercase().as_str(), "" | "M" | "F" | "O" | "N" | "U") || parts.nth(1).is_some() {
        tell.say(Code::Gender, excerpt(letter));
    }
}

fn pid_map(text: &str, tell: &mut Tell<'_>) {
    let whole = text.split_once(';').is_some_and(|(number, map)| {
        number.bytes().all(|byte| byte.is_ascii_digit())
            && number.parse::<u32>().is_ok_and(|number| number > 0)
            && uri::has_scheme(map)
    });
    if !whole {
        tell.say(Code::PidMap, excerpt(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags() {
        for tag in ["de", "pt-BR", "zh-Hant-TW", "x-klingon", "i-navajo", "en-us"] {
            assert!(is_language(tag), "{tag}");
        }
        for tag in ["", "x", "e", "en_US", "en-", "German!", "toolonglanguage", "de-ä"] {
            assert!(!is_language(tag), "{tag}");
        }
    }
}
