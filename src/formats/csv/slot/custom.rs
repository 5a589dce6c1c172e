//! Texts under labels of the user's own, and columns that no field models.

use std::borrow::Cow;

use crate::formats::csv::column::Part;
use crate::formats::csv::fold::fold;
use crate::formats::csv::slot::sheet::{Remarks, Value};
use crate::formats::csv::slot::{Build, Plan, Row, Sheet, Source, person};
use crate::model::{Contact, Extra, Field, Origin, Why};

/// The labels under which Google's custom fields carry what its table has no column for.
const LABELS: &[(&str, Field)] = &[
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

/// The fields that custom labels carry.
pub(crate) fn carried() -> impl Iterator<Item = (&'static str, Field)> {
    LABELS.iter().copied()
}

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
                Some(field) => into.text(field, text, name),
                None => into.keep(name, text),
            }
        }
    }
}

pub(super) fn read_kept(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for at in plans.iter().filter_map(|plan| plan.at(Part::Value)) {
        into.keep(&source.headers[at], row.cell(at));
    }
}

/// Everything that has found no column yet: in custom fields where the table has them, else lost.
pub(super) fn write(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    let mut values: Vec<Value<'_, 1>> = Vec::new();
    for field in std::mem::take(&mut sheet.homeless) {
        let text = match field {
            Field::Gender => Cow::Owned(person::gender_text(&contact.gender)),
            field => Cow::Borrowed(field.text(contact).map_or("", String::as_str)),
        };
        match LABELS.iter().find(|(_, of)| *of == field).filter(|_| !plans.is_empty()) {
            Some((label, _)) => values.push(Value { label: Cow::Borrowed(label), parts: [(Part::Value, text)] }),
            None => sheet.lose(field, &text, Why::NoPlace),
        }
    }
    if !plans.is_empty() {
        let own = contact.extra.iter().filter(|extra| extra.origin == Origin::Column && column(sheet, extra).is_none());
        values.extend(own.map(|extra| Value {
            label: Cow::Borrowed(extra.name.as_str()),
            parts: [(Part::Value, Cow::Borrowed(extra.value.as_str()))],
        }));
    }
    sheet.groups(plans, Field::Extra, values.into_iter());
}

/// Leftovers go back to the column they come from, if the table has it.
pub(super) fn write_kept(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    let _ = plans;
    for extra in &contact.extra {
        match column(sheet, extra) {
            Some(at) if sheet.cells[at].is_empty() => {
                sheet.set(at, &extra.value);
                sheet.lose_remarks(Field::Extra, &extra.name, Remarks::default(), &extra.rest);
            }
            _ if extra.origin == Origin::Column && sheet.google => {}
            _ => sheet.lose(Field::Extra, &format!("{}: {}", extra.name, extra.value), Why::NoPlace),
        }
    }
}

/// The column that a leftover's header stands for.
fn column(sheet: &Sheet, extra: &Extra) -> Option<usize> {
    let folded = (extra.origin == Origin::Column).then(|| fold(&extra.name))?;
    sheet.headers.iter().position(|header| fold(header) == folded)
}
