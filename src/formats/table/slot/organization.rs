//! Employers: the contact's own, and in Google's tables further ones in the same cells or in numbered groups.

use crate::formats::table::column::Part;
use crate::formats::table::slot::label::BETWEEN;
use crate::formats::table::slot::row::clean;
use crate::formats::table::slot::sheet::Remarks;
use crate::formats::table::slot::{Build, Plan, Row, Sheet, Source};
use crate::model::{Contact, Field, Organization, Why};

/// The parts of an employer that stand in columns of an organisation. Profession, manager and assistant are the
/// contact's and have columns of their own.
pub(super) const PARTS: &[(Field, Part)] = &[
    (Field::Company, Part::Company),
    (Field::YomiCompany, Part::YomiCompany),
    (Field::Department, Part::Department),
    (Field::JobTitle, Part::JobTitle),
    (Field::Role, Part::Role),
    (Field::Office, Part::Office),
];

fn place(organization: &mut Organization, part: Part) -> Option<&mut String> {
    Some(match part {
        Part::Company => &mut organization.company,
        Part::YomiCompany => &mut organization.yomi_company,
        Part::Department => &mut organization.department,
        Part::JobTitle => &mut organization.job_title,
        Part::Role => &mut organization.role,
        Part::Office => &mut organization.office,
        _ => return None,
    })
}

pub(super) fn read(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for (nth, plan) in plans.iter().enumerate() {
        if row.lacks(plan) {
            continue;
        }
        let several = plan.parts.iter().map(|(_, at)| source.values(row.verbatim(*at)).count()).max().unwrap_or(1);
        for which in 0..several {
            let mut further = Organization::default();
            let first = nth == 0 && which == 0;
            let found = if first { &mut into.contact.organization } else { &mut further };
            for (part, at) in &plan.parts {
                let text = source.values(row.verbatim(*at)).nth(which).unwrap_or_default();
                if let Some(place) = place(found, *part) {
                    *place = clean(text).into_owned();
                }
            }
            if !further.is_empty() {
                into.contact.organizations.push(further);
            }
        }
    }
}

pub(super) fn write(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    let plan = plans.first();
    for (field, part) in PARTS {
        let text = field.text(contact).map(String::as_str).unwrap_or_default();
        if !text.is_empty() && !plan.is_some_and(|plan| sheet.put(plan, *part, text)) {
            sheet.homeless.push(*field);
        }
    }
    for (nth, further) in contact.organizations.iter().enumerate() {
        let shown = [&further.company, &further.job_title, &further.department].map(String::as_str);
        let shown = shown.into_iter().find(|text| !text.is_empty()).unwrap_or(Field::Organizations.name());
        match (plans.get(nth + 1), plan.filter(|_| sheet.way.joins)) {
            (Some(plan), _) => write_further(plan, further, shown, sheet),
            (None, Some(plan)) => join(plan, further, nth + 1, shown, sheet),
            (None, None) => sheet.lose(Field::Organizations, shown, Why::TooMany { max: plans.len() }),
        }
    }
}

/// An employer in columns of its own.
fn write_further(plan: &Plan, further: &Organization, shown: &str, sheet: &mut Sheet) {
    let mut further = further.clone();
    let rest = std::mem::take(&mut further.rest);
    sheet.lose_remarks(Field::Organizations, shown, Remarks::default(), &rest);
    for (_, part) in PARTS {
        let text = place(&mut further, *part).map(std::mem::take).unwrap_or_default();
        if !text.is_empty() && !sheet.put(plan, *part, &text) {
            sheet.lose(Field::Organizations, &text, Why::NoPlace);
        }
    }
    lose_others(&further, sheet);
}

/// What stands in no organisation's column.
fn lose_others(further: &Organization, sheet: &mut Sheet) {
    let others = [&further.profession, &further.manager, &further.assistant];
    for text in others.into_iter().filter(|text| !text.is_empty()) {
        sheet.lose(Field::Organizations, text, Why::NoPlace);
    }
}

/// Joins an employer to those before it, part by part.
fn join(plan: &Plan, further: &Organization, before: usize, shown: &str, sheet: &mut Sheet) {
    let mut further = further.clone();
    let rest = std::mem::take(&mut further.rest);
    sheet.lose_remarks(Field::Organizations, shown, Remarks::default(), &rest);
    for (_, part) in PARTS {
        let text = place(&mut further, *part).map(std::mem::take).unwrap_or_default();
        let Some(at) = plan.at(*part) else {
            if !text.is_empty() {
                sheet.lose(Field::Organizations, &text, Why::NoPlace);
            }
            continue;
        };
        let separators = sheet.cells[at].matches(BETWEEN).count();
        if !text.is_empty() {
            let cell = sheet.cell(at);
            (separators..before).for_each(|_| cell.push_str(BETWEEN));
            cell.push_str(&text);
        }
    }
    lose_others(&further, sheet);
}
