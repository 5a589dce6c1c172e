//! N, FN, NICKNAME, and the employer: ORG with what belongs to it.

use super::Version;
use super::android;
use super::card::{Card, used_groups};
use super::draft::{Draft, key};
use super::escape::{split, unescape};
use super::property::Property;
use super::single;
use super::structure;
use super::table::Row;
use crate::model::{Contact, Field, Loss, Name, Organization, Rest, Why};

/// The components of N in their order (RFC 6350 section 6.2.2).
type Parts = [String; 5];

fn parts_of(name: &Name) -> [&str; 5] {
    [&name.surname, &name.given, &name.middle, &name.prefix, &name.suffix]
}

fn has_parts(name: &Name) -> bool {
    parts_of(name).iter().any(|part| !part.is_empty())
}

/// Takes N apart; false when the typed parts say less than the value (lists, further components).
fn read_parts(value: &str, version: Version) -> (Parts, bool) {
    let mut parts = Parts::default();
    let mut whole = true;
    for (at, component) in split(value, b';', version).enumerate().filter(|(_, component)| !component.is_empty()) {
        match parts.get_mut(at) {
            Some(part) => *part = read_part(component, at, version, &mut whole),
            None => whole = false,
        }
    }
    (parts, whole)
}

/// One component. A list's items are separated by a blank, suffixes by a comma too; a comma before a blank is text.
fn read_part(component: &str, at: usize, version: Version, whole: &mut bool) -> String {
    let plain = unescape(component, version);
    if version == Version::V2_1 || !component.contains(',') {
        return plain.into_owned();
    }
    let items: Vec<_> = split(component, b',', version).collect();
    if items.len() == 1 {
        return plain.into_owned();
    }
    *whole = false;
    if items[1..].iter().any(|item| item.starts_with(' ')) {
        return plain.into_owned();
    }
    let items: Vec<_> = items.into_iter().map(|item| unescape(item, version)).collect();
    items.join(if at == 4 { ", " } else { " " })
}

pub(super) fn read_name(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    let (parts, whole) = read_parts(&property.value, property.version);
    let blank = parts.iter().all(String::is_empty) && whole;
    if !blank && (draft.contact.rest_of(row.field).is_some() || has_parts(&draft.contact.name)) {
        return draft.extra(property);
    }
    if let Some(sort) = sort_as(property).filter(|_| draft.contact.name.file_as.is_empty()) {
        draft.contact.name.file_as = sort;
    }
    if blank {
        return;
    }
    let [surname, given, middle, prefix, suffix] = parts;
    let name = &mut draft.contact.name;
    (name.surname, name.given, name.middle, name.prefix, name.suffix) = (surname, given, middle, prefix, suffix);
    let mut rest = property.rest(|param| param.is("SORT-AS"));
    if !whole {
        property.keep_raw(&mut rest);
    }
    draft.contact.keep_rest(row.field, rest);
}

fn sort_as(property: &Property<'_>) -> Option<String> {
    let values: Vec<_> =
        property.params.iter().filter(|param| param.is("SORT-AS")).map(|param| &*param.value).collect();
    (!values.is_empty()).then(|| values.join(","))
}

pub(super) fn write_name(card: &mut Card<'_>, row: &'static Row) {
    let name = &card.contact.name;
    let rest = card.rest_of(row.field);
    let parts = parts_of(name);
    let sort = sort_param(card);
    // 2.1 and 3.0 ask for an N, even an empty one.
    if parts.iter().all(|part| part.is_empty()) && card.version == Version::V4_0 && sort.is_none() {
        return;
    }
    let raw = structure::raw(card, row.field, rest.raw.as_deref(), parts, read_parts);
    card.begin(row.field, row.name(card.version), &[], rest, raw.is_some());
    if let Some(sort) = sort {
        card.param("SORT-AS", sort);
    }
    match raw {
        Some(raw) => card.verbatim(raw),
        None => card.components(&parts, 5),
    }
}

/// 4.0 sorts by a parameter of N (RFC 6350 section 5.9), unless the sort text has a property's trappings.
fn sort_param<'a>(card: &Card<'a>) -> Option<&'a str> {
    let text = card.contact.name.file_as.as_str();
    let fits = card.version == Version::V4_0 && !text.is_empty() && card.rest_of(Field::FileAs).is_empty();
    (fits && card.spelling(Field::FileAs, 0).is_none()).then_some(text)
}

/// SORT-STRING.
pub(super) fn write_file_as(card: &mut Card<'_>, row: &'static Row) {
    let text = &card.contact.name.file_as;
    if sort_param(card).is_none() && !text.is_empty() {
        let name = card.spelling(row.field, 0).unwrap_or("SORT-STRING");
        card.begin(row.field, name, &[], card.rest_of(row.field), false);
        card.text(text);
    }
}

/// FN, which 3.0 and 4.0 require and everybody shows: made of what there is when the contact has none.
pub(super) fn write_full_name(card: &mut Card<'_>, row: &'static Row) {
    if !card.contact.name.full.is_empty() {
        return single::write_text(card, row);
    }
    card.begin(row.field, row.name(card.version), &[], &Rest::default(), false);
    card.text(&card.contact.display_name());
}

/// NICKNAME, a list; the model separates its items by a comma and a blank.
pub(super) fn read_nickname(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    let text = nickname(&property.value, property.version);
    if text.is_empty() {
        return;
    }
    if !draft.contact.name.nickname.is_empty() {
        return draft.extra(property);
    }
    let mut rest = property.rest(|_| false);
    if property.version != Version::V2_1 {
        let items: Vec<_> = split(&property.value, b',', property.version).collect();
        if items.iter().any(|item| unescape(item, property.version).contains(", ")) {
            property.keep_raw(&mut rest);
        }
    }
    draft.contact.name.nickname = text;
    draft.spell(row.field, 0, property);
    draft.contact.keep_rest(row.field, rest);
}

fn nickname(value: &str, version: Version) -> String {
    if version == Version::V2_1 {
        return unescape(value, version).trim().to_owned();
    }
    let items = split(value, b',', version).map(|item| unescape(item, version).trim().to_owned());
    items.filter(|item| !item.is_empty()).collect::<Vec<_>>().join(", ")
}

pub(super) fn write_nickname(card: &mut Card<'_>, row: &'static Row) {
    let text = &card.contact.name.nickname;
    if text.is_empty() {
        return;
    }
    let rest = card.rest_of(row.field);
    let listed = card.version != Version::V2_1;
    let raw = rest.raw.as_deref().filter(|raw| listed && nickname(raw, card.version) == *text);
    let name = card.name(row, 0);
    if name == android::NAME {
        return android::write_nickname(card, row.field, text);
    }
    card.begin(row.field, name, &[], rest, raw.is_some());
    match (raw, card.version) {
        (Some(raw), _) => card.verbatim(raw),
        (None, Version::V2_1) => card.text(text),
        (None, _) => card.list(text.split(", ")),
    }
}

/// What belongs to an employer beyond ORG, and the property that carries it for a further one.
const PARTS: &[(Field, &str)] = &[
    (Field::YomiCompany, "X-PHONETIC-ORG"),
    (Field::JobTitle, "TITLE"),
    (Field::Role, "ROLE"),
    (Field::Office, "X-KADDRESSBOOK-X-Office"),
    (Field::Profession, "X-KADDRESSBOOK-X-Profession"),
    (Field::Manager, "X-MS-MANAGER"),
    (Field::Assistant, "X-MS-ASSISTANT"),
];

/// The stem of the groups that bind a further employer's properties together.
const STEM: &str = "org";

/// The place of a field in an employer, whichever employer it is.
fn part(organization: &mut Organization, field: Field) -> Option<&mut String> {
    Some(match field {
        Field::YomiCompany => &mut organization.yomi_company,
        Field::JobTitle => &mut organization.job_title,
        Field::Role => &mut organization.role,
        Field::Office => &mut organization.office,
        Field::Profession => &mut organization.profession,
        Field::Manager => &mut organization.manager,
        Field::Assistant => &mut organization.assistant,
        _ => return None,
    })
}

/// Company and department of an ORG; false when they say less than the value.
fn read_units(value: &str, version: Version) -> (String, String, bool) {
    let mut units = split(value, b';', version).map(|unit| unescape(unit, version));
    let company = units.next().unwrap_or_default().into_owned();
    let mut units: Vec<_> = units.collect();
    // Most have one department, of which nothing is to be put together.
    if let [department] = units.as_slice()
        && !department.contains(';')
    {
        return (company, std::mem::take(&mut units[0]).into_owned(), true);
    }
    while units.last().is_some_and(|unit| unit.is_empty()) {
        units.pop();
    }
    let whole = !units.iter().any(|unit| unit.is_empty() || unit.contains("; "));
    units.retain(|unit| !unit.is_empty());
    (company, units.join("; "), whole)
}

/// ORG: the first one is the employer, others are further employers.
pub(super) fn read_organization(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    let (company, department, whole) = read_units(&property.value, property.version);
    let mut rest = property.rest(|_| false);
    if !whole {
        property.keep_raw(&mut rest);
    }
    draft.employers_read += 1;
    if draft.employers_read > 1 && !property.group.is_empty() {
        // Empty ones are not kept, and only further employers are told apart by their groups.
        let at = draft.contact.organizations.len();
        draft.employers.entry(key(property.group).into_owned()).or_insert(at);
    }
    if draft.employers_read == 1 {
        let employer = &mut draft.contact.organization;
        (employer.company, employer.department) = (company, department);
        draft.contact.keep_rest(row.field, rest);
    } else if !company.is_empty() || !department.is_empty() || !rest.group.is_empty() {
        draft.contact.organizations.push(Organization { company, department, rest, ..Organization::default() });
    }
}

/// A field of the employer; in a further employer's group it is that one's, which has no place for more than a text.
pub(super) fn read_employer_part(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    let at = if property.group.is_empty() { None } else { draft.employers.get(key(property.group).as_ref()).copied() };
    let Some(at) = at else { return single::read_text(draft, row, property) };
    let employer = draft.contact.organizations.get_mut(at);
    let place = employer.and_then(|employer| part(employer, row.field)).filter(|place| place.is_empty());
    match place {
        Some(place) if property.rest(|_| false).params.is_empty() => {
            *place = property.text().into_owned();
            draft.spell(row.field, 1 + at, property);
        }
        _ => draft.extra(property),
    }
}

/// Takes the groups away that this program made to bind an employer's properties: they say nothing else, unless another
/// value is in one too.
pub(super) fn drop_made_groups(contact: &mut Contact) {
    let is_made = |group: &str| group.strip_prefix(STEM).is_some_and(|number| number.parse::<u32>().is_ok());
    if !contact.organizations.iter().any(|employer| is_made(&employer.rest.group)) {
        return;
    }
    let used = used_groups(contact);
    for employer in &mut contact.organizations {
        let group = &employer.rest.group;
        let made = is_made(group) && used.get(key(group).as_ref()) == Some(&1);
        let bound = PARTS.iter().any(|(field, _)| part(employer, *field).is_some_and(|text| !text.is_empty()));
        if made && bound {
            employer.rest.group.clear();
        }
    }
}

/// A department that came as a property of its own.
pub(super) fn write_department(card: &mut Card<'_>, row: &'static Row) {
    if has_own_department(card) {
        return single::write_text(card, row);
    }
    for (name, values) in &card.rest_of(row.field).params {
        card.losses.push(Loss::new(row.field, format!("{name}={}", values.join(",")), Why::Remark));
    }
}

fn has_own_department(card: &Card<'_>) -> bool {
    card.spelling(Field::Department, 0).is_some()
}

pub(super) fn write_organization(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    let without: Organization;
    let employer = if has_own_department(card) {
        without = Organization { department: String::new(), ..contact.organization.clone() };
        &without
    } else {
        &contact.organization
    };
    let empty = employer.company.is_empty() && employer.department.is_empty();
    // The first ORG is the employer: further ones need it before them.
    if !empty || !contact.organizations.is_empty() {
        write_units(card, row, employer, card.rest_of(row.field), None);
    }
    for (at, employer) in contact.organizations.iter().enumerate() {
        let mut parts = employer.clone();
        let texts: Vec<(Field, &str, String)> = PARTS
            .iter()
            .filter_map(|(field, name)| Some((*field, *name, std::mem::take(part(&mut parts, *field)?))))
            .filter(|(.., text)| !text.is_empty())
            .collect();
        let bare = employer.company.is_empty() && employer.department.is_empty();
        let needs_group = employer.rest.group.is_empty() && (!texts.is_empty() || bare);
        let group = if needs_group { card.new_group(STEM) } else { employer.rest.group.clone() };
        write_units(card, row, employer, &employer.rest, Some(&group));
        for (field, name, text) in texts {
            let name = card.spelling(field, 1 + at).unwrap_or(name);
            card.begin_in(Field::Organizations, &group, name, &[], &Rest::default(), false);
            card.text(&text);
        }
    }
}

fn write_units(card: &mut Card<'_>, row: &'static Row, employer: &Organization, rest: &Rest, group: Option<&str>) {
    let fits = |raw: &&str| {
        let (company, department, whole) = read_units(raw, card.version);
        !whole && company == employer.company && department == employer.department
    };
    let raw = rest.raw.as_deref().filter(fits);
    let name = row.name(card.version);
    let field = if group.is_some() { Field::Organizations } else { row.field };
    card.begin_in(field, group.unwrap_or(&rest.group), name, &[], rest, raw.is_some());
    match raw {
        Some(raw) => card.verbatim(raw),
        None if !employer.department.contains(';') => card.components(&[&employer.company, &employer.department], 1),
        None => {
            let mut units = vec![employer.company.as_str()];
            units.extend(employer.department.split("; ").filter(|unit| !unit.is_empty()));
            card.components(&units, 1);
        }
    }
}
