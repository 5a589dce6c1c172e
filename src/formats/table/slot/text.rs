//! Fields of one text, each with a column of its own.

use crate::formats::table::column::{Part, Slot};
use crate::formats::table::slot::organization::PARTS as ORGANIZATION;
use crate::formats::table::slot::{Build, Plan, Row, Sheet, Source};
use crate::model::{Contact, Field, Shape, Why};

pub(super) fn read(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans {
        let (Slot::Text(field), Some(at)) = (plan.slot, plan.at(Part::Value)) else { continue };
        into.text(field, row.cell(at), &source.headers[at]);
    }
}

pub(super) fn write(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    for field in Field::ALL.iter().filter(|field| field.shape() == Shape::Text) {
        let Some(text) = field.text(contact).filter(|text| !text.is_empty()) else { continue };
        if *field == Field::Sensitivity || ORGANIZATION.iter().any(|(of, _)| of == field) {
            continue;
        }
        match plans.iter().find(|plan| plan.slot == Slot::Text(*field)) {
            Some(plan) => {
                sheet.put(plan, Part::Value, text);
            }
            None if *field == Field::FullName => write_full_name(plans, contact, sheet),
            None => sheet.homeless.push(*field),
        }
    }
}

/// The full name of a table without a column for it: nothing is lost where it is made of the parts, or of what else
/// names the contact; without any parts it takes the place of the given name.
fn write_full_name(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    let full = &contact.name.full;
    let parts = contact.name.joined();
    if *full == parts || parts.is_empty() && *full == contact.organization.company {
        return;
    }
    let given = plans.iter().find(|plan| plan.slot == Slot::Text(Field::GivenName));
    match given {
        Some(plan) if parts.is_empty() => {
            sheet.put(plan, Part::Value, full);
            sheet.lose(Field::FullName, full, Why::Remark);
        }
        _ => sheet.lose(Field::FullName, full, Why::NoPlace),
    }
}
