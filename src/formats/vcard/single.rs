//! Fields with one value: plain texts, URIs, and those with a spelling of their own.

use super::android;
use super::card::Card;
use super::date;
use super::draft::Draft;
use super::escape::{split, unescape};
use super::property::Property;
use super::table::{Row, USER_FIELDS};
use super::{Profile, Version};
use crate::model::{Contact, Field, Gender, Loss, Rest, Sex, Why};

/// Puts a text into the field's place; a second one stays verbatim.
pub(super) fn put(draft: &mut Draft<'_>, field: Field, text: String, property: &Property<'_>) {
    if text.is_empty() {
        return;
    }
    match field.text_mut(&mut draft.contact) {
        Some(place) if place.is_empty() => {
            *place = text;
            draft.keep(field, property);
        }
        _ => draft.extra(property),
    }
}

pub(super) fn read_text(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    put(draft, row.field, property.text().into_owned(), property);
}

pub(super) fn write_text(card: &mut Card<'_>, row: &'static Row) {
    with_text(card, row, |card, text| card.text(text));
}

/// For identifiers and addresses, in which blanks at the ends mean nothing.
pub(super) fn read_trimmed(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    put(draft, row.field, property.text().trim().to_owned(), property);
}

pub(super) fn write_uri(card: &mut Card<'_>, row: &'static Row) {
    with_text(card, row, |card, text| card.uri(text));
}

/// Begins the line of a field that has a text, and lets `end` end it.
fn with_text(card: &mut Card<'_>, row: &'static Row, end: impl Fn(&mut Card<'_>, &str)) {
    let contact = card.contact;
    let Some(text) = row.field.text(contact).filter(|text| !text.is_empty()) else { return };
    let name = card.name(row, 0);
    if name == android::NAME {
        return android::write_nickname(card, row.field, text);
    }
    card.begin(row.field, name, &[], card.rest_of(row.field), false);
    end(card, text);
}

/// Whether a text begins with a URI scheme.
pub(super) fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else { return false };
    let letters = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let spaced = text.bytes().any(|byte| byte.is_ascii_whitespace());
    scheme.len() > 1 && letters && scheme.as_bytes()[0].is_ascii_alphabetic() && !spaced
}

/// UID: a URI unless 4.0 is told otherwise (RFC 6350 section 6.7.6).
pub(super) fn write_uid(card: &mut Card<'_>, row: &'static Row) {
    with_text(card, row, |card, text| match card.version {
        Version::V4_0 if !has_scheme(text) => {
            card.param("VALUE", "text");
            card.text(text);
        }
        Version::V4_0 => card.uri(text),
        _ => card.text(text),
    });
}

/// What TZ has in 3.0 unless it is told otherwise (RFC 2426 section 3.4.1), and in 4.0 when it is told (RFC 6350
/// section 6.5.1).
const OFFSET: &str = "utc-offset";

/// TZ, with what 4.0 says of it that is not its usual type.
pub(super) fn read_time_zone(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    let text = property.text().trim().to_owned();
    let before = draft.contact.time_zone.is_empty();
    put(draft, row.field, text, property);
    let said = property.param("VALUE").filter(|_| before && property.version == Version::V4_0);
    if let Some(said) = said.filter(|said| ["uri", OFFSET].iter().any(|word| word.eq_ignore_ascii_case(said))) {
        let mut rest = property.rest(|_| false);
        rest.params.push(("VALUE".to_owned(), vec![said.to_owned()]));
        draft.contact.keep_rest(row.field, rest);
    }
}

pub(super) fn write_time_zone(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    let text = contact.time_zone.as_str();
    if text.is_empty() {
        return;
    }
    let rest = card.rest_of(row.field);
    let is_offset = text.starts_with(['+', '-']);
    let fits = card.version == Version::V4_0 && (is_offset || has_scheme(text));
    card.begin(row.field, row.name(card.version), &[], rest, fits);
    if card.version == Version::V3_0 && !is_offset {
        card.param("VALUE", "text");
    }
    card.text(text);
}

/// CLASS; PUBLIC is the ordinary case and no sensitivity.
pub(super) fn read_sensitivity(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    let text = property.text();
    let typed = sensitivity(&text);
    let known = !draft.contact.sensitivity.is_empty() || draft.contact.rest_of(row.field).is_some();
    if text.is_empty() {
    } else if known {
        draft.extra(property);
    } else {
        let mut rest = property.rest(|_| false);
        if typed.to_uppercase() != text {
            rest.raw = Some(property.value.as_ref().into());
        }
        draft.contact.sensitivity = typed;
        draft.spell(row.field, 0, property);
        draft.contact.keep_rest(row.field, rest);
    }
}

fn sensitivity(text: &str) -> String {
    if text.eq_ignore_ascii_case("PUBLIC") { String::new() } else { text.to_lowercase() }
}

pub(super) fn write_sensitivity(card: &mut Card<'_>, row: &'static Row) {
    let (typed, rest) = (&card.contact.sensitivity, card.rest_of(row.field));
    let raw = rest.raw.as_deref().filter(|raw| sensitivity(&unescape(raw, card.version)) == *typed);
    if raw.is_some() || !typed.is_empty() {
        card.begin(row.field, card.name(row, 0), &[], rest, false);
        match raw {
            Some(raw) => card.verbatim(raw),
            None => card.text(&typed.to_uppercase()),
        }
    }
}

/// REV, as RFC 3339 where it is understood.
pub(super) fn read_revision(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    let text = property.text();
    let text = text.trim();
    put(draft, row.field, date::rfc3339(text).unwrap_or_else(|| text.to_owned()), property);
}

pub(super) fn write_revision(card: &mut Card<'_>, row: &'static Row) {
    let text = &card.contact.revision;
    if card.version == Version::V4_0 && !card.is_own() && !text.is_empty() && date::rfc3339(text).is_none() {
        return write_timestamp(card, row, text);
    }
    with_text(card, row, |card, text| match card.version {
        Version::V3_0 => card.text(text),
        _ => {
            // 4.0's times have no fraction of a second, but a card that came with one keeps it.
            let keeps = card.version == Version::V2_1 || card.is_own();
            if !keeps && text.contains('.') && date::rfc3339(text).is_some() {
                card.remark(text.to_owned());
            }
            card.text(&date::basic(text, keeps));
        }
    });
}

/// REV of 4.0 is a timestamp (RFC 6350 section 6.7.4), of which a day has the first moment; another text is none.
fn write_timestamp(card: &mut Card<'_>, row: &'static Row, text: &str) {
    let day = date::parse(text).filter(|(date, whole)| *whole && date.ymd().is_some());
    let Some((day, _)) = day else {
        return card.losses.push(Loss::new(row.field, text, Why::NoPlace));
    };
    card.begin(row.field, card.name(row, 0), &[], card.rest_of(row.field), false);
    card.remark(format!("{text}: without a time"));
    card.text(&format!("{}T000000Z", date::spell(day, Version::V4_0)));
}

/// GEO: a `geo:` URI in 4.0, `latitude;longitude` before.
pub(super) fn read_geo(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    let text = property.text();
    let text = text.trim();
    let uri = text.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("geo:")).map(|_| &text[4..]);
    let place = match uri {
        Some(place) => coordinates(place, ',').unwrap_or_else(|| place.trim().to_owned()),
        None => coordinates(text, ';').unwrap_or_else(|| text.to_owned()),
    };
    if uri.is_none() && coordinates(&place, ',').is_none() && !place.is_empty() {
        draft.not_understood(row.field, text);
    }
    put(draft, row.field, place, property);
}

/// Two numbers with `separator` between them, as `latitude,longitude`.
fn coordinates(text: &str, separator: char) -> Option<String> {
    let (latitude, longitude) = text.split_once(separator)?;
    let number = |text: &str| text.trim().parse::<f64>().is_ok_and(f64::is_finite);
    (number(latitude) && number(longitude)).then(|| format!("{},{}", latitude.trim(), longitude.trim()))
}

pub(super) fn write_geo(card: &mut Card<'_>, row: &'static Row) {
    with_text(card, row, |card, text| match (card.version, coordinates(text, ',')) {
        (Version::V4_0, Some(_)) => card.uri(&format!("geo:{text}")),
        (_, Some(_)) => card.verbatim(&text.replace(',', ";")),
        (_, None) if !text.starts_with(|char: char| char.is_ascii_digit() || char == '-') => card.text(text),
        (version, None) => match beyond_coordinates(text).filter(|_| version != Version::V4_0 && !card.is_own()) {
            Some((place, beyond)) => {
                card.remark(beyond.to_owned());
                card.verbatim(&place.replace(',', ";"));
            }
            None => card.uri(&format!("geo:{text}")),
        },
    });
}

/// The coordinates of a `geo:` URI that says more than them (RFC 5870 section 3.3), and what else it says.
fn beyond_coordinates(text: &str) -> Option<(String, &str)> {
    let (latitude, rest) = text.split_once(',')?;
    let end = rest.find([',', ';'])?;
    let place = coordinates(&format!("{latitude},{}", &rest[..end]), ',')?;
    Some((place, &rest[end + 1..]))
}

/// RFC 6350's letter and the words that older cards have for a sex.
const SEXES: &[(Sex, &str, &str)] = &[
    (Sex::Male, "M", "Male"),
    (Sex::Female, "F", "Female"),
    (Sex::Other, "O", "Other"),
    (Sex::NotApplicable, "N", "None"),
    (Sex::Unknown, "U", "Unknown"),
];

/// Outlook Express's property, which has a number.
const WAB: &str = "X-WAB-GENDER";

fn number(sex: Sex) -> Option<&'static str> {
    match sex {
        Sex::Female => Some("1"),
        Sex::Male => Some("2"),
        _ => None,
    }
}

/// GENDER of 4.0; X-GENDER with a word; X-WAB-GENDER.
pub(super) fn read_gender(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    let mut parts = split(&property.value, b';', property.version).map(|part| unescape(part, property.version));
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (first, second) = (first.trim(), second.trim());
    let from_outlook_express = property.name.eq_ignore_ascii_case(WAB);
    let known = SEXES.iter().find(|(sex, letter, word)| {
        let number = from_outlook_express && number(*sex) == Some(first);
        first.eq_ignore_ascii_case(letter) || first.eq_ignore_ascii_case(word) || number
    });
    let gender = match known {
        Some((sex, ..)) => Gender { sex: Some(*sex), identity: second.to_owned() },
        None if second.is_empty() => Gender { sex: None, identity: first.to_owned() },
        None => Gender { sex: None, identity: second.to_owned() },
    };
    if gender == Gender::default() {
    } else if draft.contact.gender == Gender::default() {
        draft.contact.gender = gender;
        draft.keep(row.field, property);
    } else {
        draft.extra(property);
    }
}

pub(super) fn write_gender(card: &mut Card<'_>, row: &'static Row) {
    let gender = &card.contact.gender;
    if *gender == Gender::default() {
        return;
    }
    let known = SEXES.iter().find(|(sex, ..)| Some(*sex) == gender.sex);
    let number = gender.identity.is_empty().then(|| known.and_then(|(sex, ..)| number(*sex))).flatten();
    let name = card.name(row, 0);
    let name = if name == WAB && number.is_none() { "X-GENDER" } else { name };
    card.begin(row.field, name, &[], card.rest_of(row.field), false);
    match known {
        _ if name == WAB => card.text(number.unwrap_or_default()),
        Some((_, _, word)) if gender.identity.is_empty() && name != "GENDER" => card.text(word),
        _ => card.components(&[known.map_or("", |(_, letter, _)| letter), &gender.identity], 1),
    }
}

/// CATEGORIES; several properties make one list, but for one that says something else of its own.
pub(super) fn read_categories(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    let before = draft.contact.categories.len();
    let rest = property.rest(|_| false);
    if before > 0 && *draft.contact.rest_of(row.field).unwrap_or(&Rest::default()) != rest {
        return draft.extra(property);
    }
    for item in split(&property.value, b',', property.version) {
        let item = unescape(item, property.version);
        if !item.trim().is_empty() {
            draft.contact.categories.push(item.into_owned());
        }
    }
    draft.contact.keep_rest(row.field, rest);
}

pub(super) fn write_categories(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    if !contact.categories.is_empty() {
        card.begin(row.field, row.name(card.version), &[], card.rest_of(row.field), false);
        card.list(contact.categories.iter().map(String::as_str));
    }
}

/// The fields that a user may give a meaning, in their order.
const USER: [Field; 4] = [Field::User1, Field::User2, Field::User3, Field::User4];

/// X-MS-TEXT: Outlook's user fields, the first to the fourth in the order they stand. X-CUSTOM1 and so on: Thunderbird's.
pub(super) fn read_user_field(draft: &mut Draft<'_>, _: &'static Row, property: &Property<'_>) {
    let numbered = USER_FIELDS[1..].iter().position(|name| name.eq_ignore_ascii_case(property.name));
    let at = numbered.unwrap_or(draft.user_fields);
    draft.user_fields += usize::from(numbered.is_none());
    match USER.get(at) {
        Some(field) => put(draft, *field, property.text().into_owned(), property),
        None => draft.extra(property),
    }
}

pub(super) fn write_user_fields(card: &mut Card<'_>, row: &'static Row) {
    let contact: &Contact = card.contact;
    if contact.user_fields.iter().all(String::is_empty) {
        return;
    }
    let texts = || contact.user_fields.iter().zip(USER).enumerate();
    let numbered = |card: &Card<'_>, field| {
        let spelt = card.spelling(field, 0).is_some_and(|name| USER_FIELDS[1..].contains(&name));
        spelt || card.profile == Profile::Thunderbird
    };
    for (at, (text, field)) in texts().filter(|(_, (text, _))| !text.is_empty()) {
        if numbered(card, field) {
            card.begin(field, USER_FIELDS[1 + at], &[], card.rest_of(field), false);
            card.text(text);
        }
    }
    // Those that have no number in their names are told by their order: empty ones hold the places.
    let ordered = texts().map(|(_, (text, field))| if numbered(card, field) { "" } else { text.as_str() });
    let ordered: Vec<_> = ordered.collect();
    let used = ordered.iter().rposition(|text| !text.is_empty()).map_or(0, |last| last + 1);
    for (text, field) in ordered.into_iter().zip(USER).take(used) {
        let rest = if text.is_empty() { &Rest::default() } else { card.rest_of(field) };
        card.begin(field, row.name(card.version), &[], rest, false);
        card.text(text);
    }
}
