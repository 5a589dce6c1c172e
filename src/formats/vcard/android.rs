//! X-ANDROID-CUSTOM: what Android's address book has and vCard 2.1 has not. Its components are a content type, the value,
//! a number for what the value is, the user's own word for that, and twelve more that are empty.
//!
//! Nicknames, dates and related people go where they belong; what else there is stays verbatim.

use super::card::Card;
use super::date;
use super::draft::Draft;
use super::escape::{split, unescape};
use super::people;
use super::property::Property;
use super::table::Row;
use crate::model::{Contact, Date, Event, Field, PartialDate, Rest};

/// The property.
pub(super) const NAME: &str = "X-ANDROID-CUSTOM";

const TYPE: &str = "vnd.android.cursor.item/";
const NICKNAME: &str = "nickname";
const EVENT: &str = "contact_event";
const RELATION: &str = "relation";

/// The components that Android writes.
const COMPONENTS: usize = 16;

/// Android's numbers for names beside the name, where there is a field for them.
const NICKNAMES: &[(&str, Field)] = &[("1", Field::Nickname), ("3", Field::MaidenName), ("5", Field::Initials)];

/// Android's number for "see the label".
const CUSTOM: &str = "0";

/// Android's numbers for dates.
const ANNIVERSARY: &str = "1";
const OTHER_EVENT: &str = "2";
const BIRTHDAY: &str = "3";

/// Android's numbers for related people.
const RELATIONS: &[(&str, &str)] = &[
    ("1", "assistant"),
    ("2", "brother"),
    ("3", "child"),
    ("4", "domestic partner"),
    ("5", "father"),
    ("6", "friend"),
    ("7", "manager"),
    ("8", "mother"),
    ("9", "parent"),
    ("10", "partner"),
    ("11", "referred by"),
    ("12", "relative"),
    ("13", "sister"),
    ("14", "spouse"),
];

/// The label of other dates, which is Apple's too.
const OTHER: &str = "Other";

pub(super) fn read(draft: &mut Draft<'_>, _: &'static Row, property: &Property<'_>) {
    let parts: Vec<_> = split(&property.value, b';', property.version).take(COMPONENTS * 2).collect();
    let part = |at: usize| unescape(parts.get(at).copied().unwrap_or_default(), property.version).into_owned();
    let plain = property.rest(|_| false).is_empty() && parts.iter().skip(4).all(|part| part.is_empty());
    let (value, number, label) = (part(1), part(2), part(3));
    let understood = plain
        && !value.trim().is_empty()
        && match part(0).strip_prefix(TYPE) {
            Some(NICKNAME) => nickname(draft, property, value, &number, &label),
            Some(EVENT) => event(draft, property, &value, &number, label),
            Some(RELATION) => relation(draft, property, value, &number, label),
            _ => false,
        };
    if !understood {
        draft.extra(property);
    }
}

fn nickname(draft: &mut Draft<'_>, property: &Property<'_>, value: String, number: &str, label: &str) -> bool {
    let Some((_, field)) = NICKNAMES.iter().find(|(known, _)| *known == number && label.is_empty()) else {
        return false;
    };
    let place = field.text_mut(&mut draft.contact).filter(|place| place.is_empty());
    let fits = place.map(|place| *place = value).is_some();
    if fits {
        draft.spell(*field, 0, property);
    }
    fits
}

fn event(draft: &mut Draft<'_>, property: &Property<'_>, value: &str, number: &str, label: String) -> bool {
    let Some((found, true)) = date::parse(value) else { return false };
    let Contact { birthday, anniversary, events, .. } = &mut *draft.contact;
    let date = Date::Known(found);
    let (field, at) = match number {
        ANNIVERSARY if anniversary.is_none() && label.is_empty() => {
            *anniversary = Some(date);
            (Field::Anniversary, 0)
        }
        BIRTHDAY if birthday.is_none() && label.is_empty() => {
            *birthday = Some(date);
            (Field::Birthday, 0)
        }
        OTHER_EVENT if label.is_empty() => {
            events.push(Event { date, label: OTHER.to_owned(), rest: Rest::default() });
            (Field::Events, events.len() - 1)
        }
        CUSTOM => {
            events.push(Event { date, label, rest: Rest::default() });
            (Field::Events, events.len() - 1)
        }
        _ => return false,
    };
    draft.spell(field, at, property);
    true
}

fn relation(draft: &mut Draft<'_>, property: &Property<'_>, value: String, number: &str, label: String) -> bool {
    let known = RELATIONS.iter().find(|(known, _)| *known == number && label.is_empty());
    let label = match known {
        Some((_, relation)) => (*relation).to_owned(),
        None if number == CUSTOM => label,
        None => return false,
    };
    people::assign(draft, property, value, label, Rest::default());
    true
}

/// Whether the property can say a date whole.
pub(super) fn can_say(known: &PartialDate) -> bool {
    date::parse(&date::spell(*known, super::Version::V3_0)) == Some((*known, true))
}

/// Tells what the property, which has no parameters, does not say of the value that was written last.
pub(super) fn tell(card: &mut Card<'_>, rest: &Rest) {
    for (name, values) in rest.params.iter().filter(|(name, _)| name != "VALUE") {
        card.remark(format!("{name}={}", values.join(",")));
    }
    if let Some(raw) = &rest.raw {
        card.remark(raw.to_string());
    }
}

/// Writes a nickname, or another name beside the name.
pub(super) fn write_nickname(card: &mut Card<'_>, field: Field, text: &str) {
    let number = NICKNAMES.iter().find(|(_, known)| *known == field).map_or(CUSTOM, |(number, _)| number);
    write(card, field, NICKNAME, text, number, "");
}

/// Writes a date of a field.
pub(super) fn write_date(card: &mut Card<'_>, field: Field, known: PartialDate, label: &str) {
    let (number, label) = match field {
        Field::Anniversary => (ANNIVERSARY, ""),
        Field::Birthday => (BIRTHDAY, ""),
        _ if label == OTHER => (OTHER_EVENT, ""),
        _ => (CUSTOM, label),
    };
    let text = date::spell(known, super::Version::V3_0);
    write(card, field, EVENT, &text, number, label);
}

/// Writes a related person.
pub(super) fn write_relation(card: &mut Card<'_>, field: Field, name: &str, label: &str) {
    let known = RELATIONS.iter().find(|(_, relation)| *relation == label);
    let (number, label) = known.map_or((CUSTOM, label), |(number, _)| (*number, ""));
    write(card, field, RELATION, name, number, label);
}

fn write(card: &mut Card<'_>, field: Field, kind: &str, value: &str, number: &str, label: &str) {
    card.begin(field, NAME, &[], &Rest::default(), false);
    card.components(&[&format!("{TYPE}{kind}"), value, number, label], COMPONENTS);
}
