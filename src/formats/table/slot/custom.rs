//! Texts under labels of the user's own, and columns that no field models.

use std::borrow::Cow;

use crate::formats::table::column::{Part, Slot};
use crate::formats::table::fold::fold;
use crate::formats::table::slot::row::clean;
use crate::formats::table::slot::sheet::{Remarks, Value};
use crate::formats::table::slot::{Build, Plan, Plans, Row, Sheet, Source, person, words};
use crate::model::{Contact, Extra, Field, Origin, Why};

/// The labels under which Google's custom fields carry what its table has no column for.
pub(in crate::formats) const LABELS: &[(&str, Field)] = &[
    ("Initials", Field::Initials),
    ("Maiden Name", Field::MaidenName),
    ("Company Yomi", Field::YomiCompany),
    ("Role", Field::Role),
    ("Office Location", Field::Office),
    ("Profession", Field::Profession),
    ("Gender", Field::Gender),
    ("Hobby", Field::Hobby),
    ("Language", Field::Language),
    ("Location", Field::Location),
    ("Time Zone", Field::TimeZone),
    ("Geo", Field::Geo),
    ("Internet Free Busy", Field::FreeBusyUrl),
    ("Account", Field::Account),
    ("Billing Information", Field::Billing),
    ("Mileage", Field::Mileage),
    ("Government ID Number", Field::GovernmentId),
    ("Organizational ID Number", Field::OrganizationalId),
    ("User 1", Field::User1),
    ("User 2", Field::User2),
    ("User 3", Field::User3),
    ("User 4", Field::User4),
    ("Sensitivity", Field::Sensitivity),
];

pub(super) fn read(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans {
        let Some(at) = plan.at(Part::Value) else { continue };
        let label = plan.at(Part::Label).map_or("", |at| row.cell(at));
        let field = LABELS.iter().find(|(word, _)| *word == label).map(|(_, field)| *field);
        let name = if label.is_empty() { &source.headers[at] } else { label };
        for text in source.values(row.verbatim(at)).filter(|text| !text.is_empty()) {
            match field {
                Some(Field::Gender) => person::read_gender(text, into),
                Some(Field::Sensitivity) => person::read_sensitivity(text, "", into),
                Some(field) if into.alone(field, &clean(text)) => {}
                _ => into.keep(name, text),
            }
        }
    }
}

pub(super) fn read_kept(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans {
        let Some(at) = plan.at(Part::Value) else { continue };
        let cell = row.cell(at);
        if plan.slot != Slot::Priority || !words::is_ordinary(cell) {
            into.keep(&source.headers[at], cell);
        }
    }
}

/// Everything that has found no column yet: in custom fields where the table has them, else lost. Leftovers go back to
/// the column they come from, if the table has it.
pub(super) fn write(plans: &Plans, contact: &Contact, sheet: &mut Sheet) {
    let mut values: Vec<Value<'_, 1>> = Vec::new();
    for field in std::mem::take(&mut sheet.homeless) {
        let label = LABELS.iter().find(|(_, of)| *of == field).filter(|_| !plans.customs.is_empty());
        match (label, text_of(field, contact)) {
            (Some((label, _)), Some(text)) => values.push(value(field, label, text)),
            _ => {
                let text =
                    if field == Field::Gender { &person::gender_text(&contact.gender) } else { text(field, contact) };
                sheet.lose(field, text, Why::NoPlace);
            }
        }
    }
    for extra in &contact.extra {
        let is_column = extra.origin == Origin::Column;
        match own_column(&plans.kept, extra, sheet) {
            Some(at) => sheet.set(at, &extra.value),
            None if (is_column || sheet.way.whole) && !plans.customs.is_empty() => {
                values.push(value(Field::Extra, &extra.name, &extra.value));
                if !is_column {
                    sheet.lose(Field::Extra, &extra.name, Why::Remark);
                }
            }
            None => {
                sheet.lose(Field::Extra, &[&extra.name, ": ", &extra.value].concat(), Why::NoPlace);
                continue;
            }
        }
        sheet.lose_remarks(Field::Extra, &extra.name, Remarks::default(), &extra.rest);
    }
    sheet.groups(&plans.customs, values);
}

fn value<'c>(field: Field, label: &'c str, text: &'c str) -> Value<'c, 1> {
    Value { field, label: Cow::Borrowed(label), parts: [(Part::Value, Cow::Borrowed(text))] }
}

fn text(field: Field, contact: &Contact) -> &str {
    field.text(contact).map_or("", String::as_str)
}

/// What a custom field would say; nothing where it cannot be said in one text.
fn text_of(field: Field, contact: &Contact) -> Option<&str> {
    if field == Field::Gender { person::gender_told(&contact.gender) } else { Some(text(field, contact)) }
}

/// The free column that a leftover's header stands for.
fn own_column(kept: &[Plan], extra: &Extra, sheet: &Sheet) -> Option<usize> {
    if kept.is_empty() || extra.origin != Origin::Column {
        return None;
    }
    let folded = fold(&extra.name);
    let columns = kept.iter().filter_map(|plan| plan.at(Part::Value));
    columns.filter(|at| sheet.cells[*at].is_empty()).find(|at| fold(&sheet.headers[*at]) == folded)
}
