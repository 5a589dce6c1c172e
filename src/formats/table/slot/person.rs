//! Gender, sensitivity, photo, and related people.

use std::borrow::Cow;

use crate::formats::table::column::{Part, Slot};
use crate::formats::table::slot::row::clean;
use crate::formats::table::slot::sheet::{Remarks, Value};
use crate::formats::table::slot::way::ENGLISH;
use crate::formats::table::slot::{Build, Plan, Row, Sheet, Source, words};
use crate::model::{Contact, Field, Gender, Loss, Photo, PhotoData, Relation, Rest, Why};

pub(super) fn read(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans.iter().filter(|plan| !row.lacks(plan)) {
        let Some(field) = field_of(plan.slot) else { continue };
        if field.is_absent(&into.contact) {
            read_one(plan, row, into);
            continue;
        }
        // Columns of a second such value: the first one stays.
        let mut other = Build::default();
        read_one(plan, row, &mut other);
        if !field.is_absent(&other.contact) && !is_same(field, &into.contact, &other.contact) {
            plan.parts.iter().for_each(|(_, at)| into.second(field, row.cell(*at), &source.headers[*at]));
        }
        into.losses.append(&mut other.losses);
    }
}

fn read_one(plan: &Plan, row: Row<'_>, into: &mut Build) {
    let cell = |part| plan.at(part).map_or("", |at| row.cell(at));
    let value = cell(Part::Value);
    match plan.slot {
        Slot::Gender => read_gender(value, into),
        Slot::Sensitivity => read_sensitivity(value, cell(Part::Private), into),
        Slot::Photo => read_photo(value, cell(Part::Base64), into),
        _ => {}
    }
}

fn field_of(slot: Slot) -> Option<Field> {
    match slot {
        Slot::Gender => Some(Field::Gender),
        Slot::Sensitivity => Some(Field::Sensitivity),
        Slot::Photo => Some(Field::Photo),
        _ => None,
    }
}

fn is_same(field: Field, one: &Contact, other: &Contact) -> bool {
    match field {
        Field::Gender => one.gender == other.gender,
        Field::Photo => one.photo == other.photo,
        _ => one.sensitivity == other.sensitivity,
    }
}

/// The word of a gender, else the person's own words.
pub(super) fn read_gender(value: &str, into: &mut Build) {
    into.contact.gender = match words::gender(value) {
        Some(sex) => Gender { sex, identity: String::new() },
        None => Gender { sex: None, identity: clean(value).into_owned() },
    };
}

pub(super) fn read_sensitivity(value: &str, private: &str, into: &mut Build) {
    let place = &mut into.contact.sensitivity;
    words::sensitivity(value).unwrap_or(value).clone_into(place);
    match words::flag(private) {
        Some(true) if place.is_empty() => "private".clone_into(place),
        None if !private.is_empty() => into.losses.push(Loss::new(Field::Sensitivity, private, Why::NotUnderstood)),
        _ => {}
    }
}

/// A photo in a cell: base64 in a column of its own, a `data:` URL, bare base64 where a link could stand, a link, or the
/// name of a file.
fn read_photo(link: &str, base64: &str, into: &mut Build) {
    let inline = link.strip_prefix("data:").and_then(|url| url.split_once(";base64,")).map(|(_, data)| data);
    let data = match inline.or(Some(base64).filter(|base64| !base64.is_empty())) {
        Some(base64) => PhotoData::Encoded(base64.split_whitespace().collect()),
        None if is_base64(link) => PhotoData::Encoded(link.split_whitespace().collect()),
        None => PhotoData::Link(link.to_owned()),
    };
    match data {
        PhotoData::Encoded(text) if base64_simd::STANDARD.check(text.as_bytes()).is_err() => {
            into.losses.push(Loss::new(Field::Photo, "base64", Why::NotUnderstood));
        }
        data => into.contact.photo = Some(Photo { data, kind: None }),
    }
}

/// Whether a text is base64 and no name: no picture is so small, and no name so long.
fn is_base64(text: &str) -> bool {
    const SHORTEST: usize = 256;
    let text: Vec<u8> =
        if text.len() < SHORTEST { return false } else { text.split_whitespace().flat_map(str::bytes).collect() };
    base64_simd::STANDARD.check(&text).is_ok()
}

/// Google's words for people that have a field of their own.
pub(in crate::formats) const OWN_FIELDS: &[(&str, Field)] = &[
    ("Spouse", Field::Spouse),
    ("Manager", Field::Manager),
    ("Assistant", Field::Assistant),
    ("Referred By", Field::ReferredBy),
];

const CHILD: &str = "Child";

/// Relation types of RFC 6350 section 6.6.6, and those that the model writes likewise, which have a capital in Google's
/// tables.
const TYPES: &[(&str, &str)] = &[
    ("Spouse", "spouse"),
    ("Manager", "manager"),
    ("Assistant", "assistant"),
    ("Friend", "friend"),
    ("Parent", "parent"),
    ("Sibling", "sibling"),
    ("Colleague", "colleague"),
    ("Contact", "contact"),
    ("Neighbor", "neighbor"),
    ("Agent", "agent"),
    ("Emergency", "emergency"),
];

pub(super) fn read_relations(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans {
        let Some(at) = plan.at(Part::Value) else { continue };
        let label = plan.at(Part::Label).map_or("", |at| row.cell(at));
        let label = label.strip_prefix('*').map_or(label, str::trim);
        let own = OWN_FIELDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(label)).map(|(_, field)| *field);
        for name in source.values(row.verbatim(at)).filter(|name| !name.is_empty()) {
            let name = clean(name).into_owned();
            let place = own.and_then(|field| field.text_mut(&mut into.contact)).filter(|place| place.is_empty());
            if let Some(place) = place {
                *place = name;
            } else if label.eq_ignore_ascii_case(CHILD) {
                into.contact.children.push(name);
            } else {
                let known = TYPES.iter().find(|(word, _)| *word == label).map_or(label, |(_, of)| of);
                let label = clean(known).into_owned();
                into.contact.relations.push(Relation { value: name, label, rest: Rest::default() });
            }
        }
    }
}

pub(super) fn write(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    let plan = |slot| plans.iter().find(|plan| plan.slot == slot);
    if let (Some(plan), false) = (plan(Slot::Gender), contact.gender == Gender::default()) {
        write_gender(plan, &contact.gender, sheet);
    } else if contact.gender != Gender::default() {
        sheet.homeless.push(Field::Gender);
    }
    if !contact.sensitivity.is_empty() {
        let words = sheet.way.words;
        match (plan(Slot::Sensitivity), words.sensitivity(&contact.sensitivity)) {
            (Some(plan), Some(word)) => {
                sheet.put(plan, Part::Value, word);
                sheet.put(plan, Part::Private, words.flag(contact.sensitivity.eq_ignore_ascii_case("private")));
            }
            (Some(plan), None) => {
                sheet.put(plan, Part::Value, &contact.sensitivity);
            }
            (None, _) => sheet.homeless.push(Field::Sensitivity),
        }
    }
    if let Some(photo) = &contact.photo {
        match (plan(Slot::Photo), &photo.data) {
            (Some(plan), PhotoData::Link(link)) => {
                sheet.put(plan, Part::Value, link);
            }
            (_, PhotoData::Link(link)) => sheet.lose(Field::Photo, link, Why::NoPlace),
            _ => sheet.lose(Field::Photo, "the picture", Why::NoPlace),
        }
    }
}

fn write_gender(plan: &Plan, gender: &Gender, sheet: &mut Sheet) {
    match gender.sex.and_then(|sex| sheet.way.words.gender(sex)) {
        Some(word) => {
            sheet.put(plan, Part::Value, word);
            if !gender.identity.is_empty() {
                sheet.lose(Field::Gender, &gender.identity, Why::NoPlace);
            }
        }
        None if sheet.way.whole && gender.sex.is_none() && words::gender(&gender.identity).is_none() => {
            sheet.put(plan, Part::Value, &gender.identity);
        }
        None => sheet.lose(Field::Gender, &gender_text(gender), Why::NoPlace),
    }
}

/// What a column of one word can say of a gender, if it can.
pub(super) fn gender_told(gender: &Gender) -> Option<&str> {
    match gender.sex {
        None => Some(&gender.identity),
        Some(sex) => ENGLISH.gender(sex).filter(|_| gender.identity.is_empty()),
    }
}

/// Sex and identity as a report shows them.
pub(super) fn gender_text(gender: &Gender) -> String {
    let sex = gender.sex.map(|sex| ENGLISH.gender(sex).map_or_else(|| format!("{sex:?}"), str::to_owned));
    let identity = Some(gender.identity.clone()).filter(|identity| !identity.is_empty());
    sex.into_iter().chain(identity).collect::<Vec<_>>().join(", ")
}

/// Related people, and those of them that have fields of their own where the table has no column for these.
pub(super) fn write_relations(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    if plans.is_empty() {
        for relation in &contact.relations {
            sheet.lose(Field::Relations, &relation.value, Why::NoPlace);
        }
        return;
    }
    let mut values: Vec<Value<'_, 1>> = Vec::new();
    let mut add = |field, label, name| {
        values.push(Value { field, label: Cow::Borrowed(label), parts: [(Part::Value, Cow::Borrowed(name))] });
    };
    for (word, field) in OWN_FIELDS {
        if sheet.finds_home(*field) {
            add(*field, word, field.text(contact).map_or("", String::as_str));
        }
    }
    if sheet.finds_home(Field::Children) {
        contact.children.iter().for_each(|child| add(Field::Children, CHILD, child));
    }
    for relation in &contact.relations {
        let word = TYPES.iter().find(|(_, of)| *of == relation.label).map_or(relation.label.as_str(), |(word, _)| word);
        add(Field::Relations, word, &relation.value);
        sheet.lose_remarks(Field::Relations, &relation.value, Remarks::default(), &relation.rest);
    }
    sheet.groups(plans, values);
}
