//! BDAY, ANNIVERSARY and Apple's labelled dates.

use std::borrow::Cow;

use super::Version;
use super::android;
use super::card::Card;
use super::date;
use super::draft::Draft;
use super::property::Property;
use super::table::Row;
use crate::model::{Date, Event, Field, PartialDate, Rest};

/// Apple's way of leaving the year out: the parameter names the year that stands for none.
const OMIT_YEAR: &str = "X-APPLE-OMIT-YEAR";
const NO_YEAR: u16 = 1604;

/// Labels of dates that Apple wraps.
const ANNIVERSARY: &str = "_$!<Anniversary>!$_";
const OTHER: (&str, &str) = ("_$!<Other>!$_", "Other");

/// Reads a date; `at` is its place in the list of its field.
fn read_date(draft: &mut Draft<'_>, field: Field, at: usize, property: &Property<'_>) -> Option<(Date, Rest)> {
    let text = property.text();
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let parsed = date::parse(text).filter(|_| !property.value_is("text"));
    let Some((found, exact)) = parsed else {
        let mut rest = property.rest(|_| false);
        if property.version == Version::V4_0 && date::is_time_of_day(text) && !property.value_is("text") {
            property.keep_raw(&mut rest);
        } else if !property.value_is("text") {
            draft.not_understood(field, text);
        }
        return Some((Date::Text(text.to_owned()), rest));
    };
    let omitted = property.param(OMIT_YEAR).and_then(|year| year.trim().parse().ok());
    let yearless = omitted.is_some() && omitted == found.year;
    if found.year.is_none() && property.version != Version::V4_0 {
        draft.contact.spellings.note_bare(field, at);
    }
    let found = if yearless { PartialDate { year: None, ..found } } else { found };
    let mut rest = property.rest(|param| yearless && param.is(OMIT_YEAR));
    if !exact {
        property.keep_raw(&mut rest);
    }
    Some((Date::Known(found), rest))
}

/// Where a date's property stands: field, place in its list, group, name.
type Place<'p> = (Field, usize, &'p str, &'p str);

/// A date with its time, as the version spells it.
fn date_time<'r>(card: &Card<'_>, raw: &'r str) -> Cow<'r, str> {
    match card.version {
        Version::V4_0 => Cow::Owned(date::basic(raw, card.is_own())),
        Version::V3_0 => date::rfc3339(raw).map_or(Cow::Borrowed(raw), Cow::Owned),
        Version::V2_1 => Cow::Borrowed(raw),
    }
}

fn write_date(card: &mut Card<'_>, (field, at, group, name): Place<'_>, date: &Date, rest: &Rest) {
    let version = card.version;
    let known = date.known();
    // A time of day alone, which 4.0 knows (RFC 6350 section 4.3.4) and no date is.
    let is_time = |raw: &&str| matches!(date, Date::Text(text) if raw.trim() == text && date::is_time_of_day(text));
    if let Some(raw) = rest.raw.as_deref().filter(is_time).filter(|_| version == Version::V4_0) {
        card.begin_in(field, group, name, &[], rest, true);
        return card.verbatim(raw);
    }
    let raw = rest.raw.as_deref().map(|raw| date_time(card, raw));
    let raw = raw.filter(|raw| date::parse(raw).map(|(date, _)| date) == known && known.is_some());
    let (raw, unread) = if card.profile.reads_times() { (raw, None) } else { (None, raw) };
    card.begin_in(field, group, name, &[], rest, raw.is_some() && version == Version::V3_0);
    if let Some(time) = unread {
        card.remark(time.into_owned());
    }
    match (date, raw) {
        (_, Some(raw)) => {
            let says_so = rest.params.iter().any(|(name, _)| name == "VALUE");
            if version == Version::V3_0 && !says_so {
                card.param("VALUE", "date-time");
            }
            card.verbatim(&raw);
        }
        (Date::Text(text), _) => {
            if version != Version::V2_1 {
                card.param("VALUE", "text");
            } else if date::parse(text).is_some() {
                card.remark(format!("{text}: as text"));
            }
            card.text(text);
        }
        (Date::Known(known), _) => write_known(card, *known, card.is_bare(field, at)),
    }
}

/// Before 4.0 a date has a year, but for Apple's way of naming one that stands for none. What came without stays so.
fn write_known(card: &mut Card<'_>, known: PartialDate, is_bare: bool) {
    let version = card.version;
    match known {
        PartialDate { year: None, month: Some(_), day: Some(_) } if version != Version::V4_0 && !is_bare => {
            card.param(OMIT_YEAR, &NO_YEAR.to_string());
            card.verbatim(&date::spell(PartialDate { year: Some(NO_YEAR), ..known }, version));
        }
        PartialDate { year: Some(_), month: None, day: Some(day) } => {
            card.remark(format!("day {day} without its month"));
            card.verbatim(&date::spell(known, version));
        }
        _ => card.verbatim(&date::spell(known, version)),
    }
}

fn place<'c>(draft: &'c mut Draft<'_>, field: Field) -> &'c mut Option<Date> {
    match field {
        Field::Birthday => &mut draft.contact.birthday,
        _ => &mut draft.contact.anniversary,
    }
}

/// A birthday or an anniversary.
pub(super) fn read_day(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    if place(draft, row.field).is_some() {
        return draft.extra(property);
    }
    if let Some((date, rest)) = read_date(draft, row.field, 0, property) {
        *place(draft, row.field) = Some(date);
        draft.spell(row.field, 0, property);
        draft.contact.keep_rest(row.field, rest);
    }
}

/// The property of a day: Android's own program knows ANNIVERSARY in every version, but with a year alone.
fn day_name(card: &Card<'_>, row: &'static Row, date: &Date) -> &'static str {
    if row.field != Field::Anniversary || !card.profile.reads_customs() {
        return card.name(row, 0);
    }
    match date.known() {
        Some(known) if known.year.is_none() && android::can_say(&known) => android::NAME,
        _ => "ANNIVERSARY",
    }
}

pub(super) fn write_day(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    let date = if row.field == Field::Birthday { &contact.birthday } else { &contact.anniversary };
    let Some(date) = date else { return };
    let (name, rest) = (day_name(card, row, date), card.rest_of(row.field));
    if let (android::NAME, Some(known)) = (name, date.known()) {
        android::write_date(card, row.field, known, "");
        android::tell(card, rest);
    } else if name == "X-ABDATE" {
        let group = card.group_for_made(row.field, rest, ANNIVERSARY);
        write_date(card, (row.field, 0, &group, name), date, rest);
        card.label(&group, ANNIVERSARY, false);
    } else {
        let name = if name == android::NAME { row.name(card.version) } else { name };
        write_date(card, (row.field, 0, &rest.group, name), date, rest);
    }
}

/// X-ABDATE: Apple's dates, of which the label says what they are.
pub(super) fn read_event(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    let label = draft.label(property, &mut Rest::default()).unwrap_or_default();
    let is_anniversary = label == ANNIVERSARY && draft.contact.anniversary.is_none();
    let (field, at) = if is_anniversary { (Field::Anniversary, 0) } else { (row.field, draft.contact.events.len()) };
    let Some((date, mut rest)) = read_date(draft, field, at, property) else { return };
    let _label = draft.label(property, &mut rest);
    draft.spell(field, at, property);
    if is_anniversary {
        draft.contact.anniversary = Some(date);
        draft.contact.keep_rest(Field::Anniversary, rest);
    } else {
        let label = if label == OTHER.0 { OTHER.1.to_owned() } else { label.into_owned() };
        draft.contact.events.push(Event { date, label, rest });
    }
}

pub(super) fn write_events(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    for (at, event) in contact.events.iter().enumerate() {
        let asked = card.profile.reads_customs() || card.spelling(row.field, at) == Some(android::NAME);
        if let Some(known) = event.date.known().filter(|known| asked && android::can_say(known)) {
            android::write_date(card, row.field, known, &event.label);
            android::tell(card, &event.rest);
            continue;
        }
        let group = card.group_for(&event.rest, &event.label);
        write_date(card, (row.field, at, &group, row.name(card.version)), &event.date, &event.rest);
        card.label(&group, &event.label, event.label == OTHER.1);
    }
}
