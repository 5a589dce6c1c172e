//! Lists in one cell: categories and children.

use crate::formats::table::column::{Part, Slot};
use crate::formats::table::fold::fold;
use crate::formats::table::slot::label::BETWEEN;
use crate::formats::table::slot::row::clean;
use crate::formats::table::slot::{Build, Plan, Row, Sheet, Source};
use crate::model::{Contact, Field, Why};

/// Google's own groups, in the languages that old exports have them in, and the category each one is; those without a
/// category are no choice of the user's.
const SYSTEM_GROUPS: &[(&str, Option<&str>)] = &[
    ("mycontacts", None),
    ("my contacts", None),
    ("meine kontakte", None),
    ("mes contacts", None),
    ("mis contactos", None),
    ("i miei contatti", None),
    ("meus contatos", None),
    ("mijn contacten", None),
    ("moje kontakty", None),
    ("мои контакты", None),
    ("other contacts", None),
    ("starred", Some("Starred")),
    ("friends", Some("Friends")),
    ("family", Some("Family")),
    ("coworkers", Some("Coworkers")),
];

/// The group that Google shows in "Contacts"; it is on every contact.
const MY_CONTACTS: &str = "* myContacts";

pub(super) fn read(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans {
        let (Slot::List(field), Some(at)) = (plan.slot, plan.at(Part::Value)) else { continue };
        let cell = row.verbatim(at);
        if cell.trim().is_empty() {
            continue;
        }
        let cell = clean(cell);
        let list = list_of(field, &mut into.contact);
        let has_groups = source.google_groups && field == Field::Categories;
        let item = |item: &str| if has_groups { bare_group(item) } else { Some(item.to_owned()) };
        if source.google && field == Field::Categories {
            list.extend(source.values(&cell).filter_map(group));
        } else if !source.google && !source.separators.is_empty() {
            list.extend(source.values(&cell).filter(|item| !item.is_empty()).filter_map(item));
        } else {
            list.extend(items(&cell).filter_map(item));
        }
    }
}

fn list_of(field: Field, contact: &mut Contact) -> &mut Vec<String> {
    if field == Field::Children { &mut contact.children } else { &mut contact.categories }
}

/// The category of one of Google's groups, unless it is one that stands on every contact.
fn group(label: &str) -> Option<String> {
    let Some(system) = label.strip_prefix("* ") else {
        return (!label.is_empty()).then(|| label.to_owned());
    };
    let folded = fold(system);
    match SYSTEM_GROUPS.iter().find(|(name, _)| *name == folded) {
        Some((_, category)) => category.map(str::to_owned),
        None => Some(system.trim().to_owned()),
    }
}

/// The category of a group in Google's "Outlook CSV", where no star tells Google's own from the user's: only those that
/// nobody else calls so are known.
fn bare_group(label: &str) -> Option<String> {
    match label {
        "myContacts" => None,
        "starred" => Some("Starred".to_owned()),
        own => Some(own.to_owned()),
    }
}

/// The items between semicolons, else between commas.
fn items(cell: &str) -> impl Iterator<Item = &str> {
    let between = if cell.contains(';') { ';' } else { ',' };
    cell.split(between).map(str::trim).filter(|item| !item.is_empty())
}

pub(super) fn write(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    for field in [Field::Categories, Field::Children] {
        let list = if field == Field::Children { &contact.children } else { &contact.categories };
        if list.is_empty() {
            continue;
        }
        match plans.iter().find(|plan| plan.slot == Slot::List(field)) {
            Some(plan) if sheet.way.joins => write_groups(plan, list, sheet),
            Some(plan) => write_items(plan, field, list, sheet),
            // Google writes children as related people.
            None if field == Field::Children && sheet.way.labelled => sheet.homeless.push(field),
            None => list.iter().for_each(|item| sheet.lose(field, item, Why::NoPlace)),
        }
    }
}

fn write_groups(plan: &Plan, categories: &[String], sheet: &mut Sheet) {
    let mut cell = String::new();
    for category in categories {
        let mut name = category.clone();
        if name.contains(BETWEEN.trim()) || name.starts_with('*') {
            sheet.lose(Field::Categories, category, Why::Characters);
            name = name.trim_start_matches(['*', ' ']).replace(BETWEEN.trim(), "::");
        }
        if name == "Starred" {
            name = "* starred".to_owned();
        }
        cell.push_str(&name);
        cell.push_str(BETWEEN);
    }
    cell.push_str(MY_CONTACTS);
    sheet.put(plan, Part::Value, &cell);
}

fn write_items(plan: &Plan, field: Field, list: &[String], sheet: &mut Sheet) {
    let mut cell = String::new();
    for item in list {
        if !cell.is_empty() {
            cell.push(';');
        }
        if item.contains(';') {
            sheet.lose(field, item, Why::Characters);
        }
        cell.push_str(&item.replace(';', ","));
    }
    // One item with a comma would be read as two.
    if list.len() == 1 && cell.contains(',') {
        cell.push(';');
    }
    sheet.put(plan, Part::Value, &cell);
}
