//! Telephone numbers.

use std::borrow::Cow;

use crate::formats::table::column::{Part, Slot};
use crate::formats::table::slot::label::{self, Label};
use crate::formats::table::slot::row::clean;
use crate::formats::table::slot::sheet::{Remarks, Value};
use crate::formats::table::slot::{Build, Plan, Row, Sheet, Source};
use crate::model::{Contact, Field, Kind, Line, Phone};

pub(super) fn read(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans {
        let (Slot::Phone(preset, _), Some(at)) = (plan.slot, plan.at(Part::Value)) else { continue };
        if row.cell(at).is_empty() {
            continue;
        }
        let label = match preset {
            Some((kind, line)) => Label { kind, line, ..Label::default() },
            None => Label::of_phone(plan.at(Part::Label).map_or("", |at| row.cell(at))),
        };
        for (nth, number) in source.values(row.verbatim(at)).filter(|number| !number.is_empty()).enumerate() {
            into.contact.phones.push(Phone {
                number: clean(number).into_owned(),
                kind: label.kind,
                line: label.line,
                label: label.text.clone(),
                preference: label.preference_of(nth),
                ..Phone::default()
            });
        }
    }
}

/// The column that names the phone to call first, by the header of that phone's column; a name that no phone has is
/// kept.
pub(super) fn read_preferred(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for at in plans.iter().filter_map(|plan| plan.at(Part::Value)) {
        let label = Label::of_phone(row.cell(at));
        let is_it = |phone: &&mut Phone| match (label.line, label.kind) {
            (Line::Voice, None) => false,
            (Line::Voice, kind) => phone.line == Line::Voice && phone.kind == kind,
            (line, _) => phone.line == line,
        };
        match into.contact.phones.iter_mut().find(is_it) {
            Some(phone) => phone.preference = Some(1),
            None => into.keep(&source.headers[at], row.cell(at)),
        }
    }
}

/// Kind and line of a fixed slot.
fn preset(plan: &Plan) -> Option<(Option<Kind>, Line)> {
    if let Slot::Phone(preset, _) = plan.slot { preset } else { None }
}

/// What a phone is where a slot must say it: one that the source says nothing of counts as "other".
fn wanted(phone: &Phone) -> (Option<Kind>, Line) {
    match (phone.kind, phone.line) {
        (None, line @ (Line::Voice | Line::Fax)) => (Some(Kind::Other), line),
        as_it_is => as_it_is,
    }
}

/// Whether a slot may take a phone that finds none of its own: the number is worth more than the remark.
fn may_take(slot: (Option<Kind>, Line), phone: (Option<Kind>, Line), pass: usize) -> bool {
    let open = matches!(slot.0, None | Some(Kind::Other));
    let is_voice = !matches!(phone.1, Line::Fax | Line::Telex | Line::Tty | Line::Isdn | Line::Pager);
    match pass {
        0 => slot == phone,
        1 => open && slot.1 == phone.1,
        _ => slot == (Some(Kind::Other), Line::Voice) && is_voice,
    }
}

/// The slot of each phone: its own, else one of its line, else "Other Phone", else any.
fn assign(plans: &[Plan], phones: &[Phone]) -> Vec<Option<usize>> {
    let (mut slots, mut free) = (vec![None; phones.len()], vec![true; plans.len()]);
    let has_other = plans.iter().any(|plan| preset(plan) == Some((Some(Kind::Other), Line::Voice)));
    for pass in 0..4 {
        for (nth, phone) in phones.iter().enumerate() {
            if slots[nth].is_none() {
                // Where there is no "other", a phone that is not said to be elsewhere goes to any.
                let anywhere = pass == 3 && !has_other && wanted(phone) == (Some(Kind::Other), Line::Voice);
                let takes = |slot: (Option<Kind>, Line)| match pass {
                    3 => anywhere && slot.1 == Line::Voice,
                    _ => may_take(slot, wanted(phone), pass),
                };
                let fits = |at: &usize| preset(&plans[*at]).is_some_and(takes);
                slots[nth] = (0..plans.len()).filter(|at| free[*at]).find(fits);
                slots[nth].iter().for_each(|at| free[*at] = false);
            }
        }
    }
    slots
}

pub(super) fn write(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    if contact.phones.is_empty() {
        return;
    }
    if sheet.way.labelled {
        return write_labelled(plans, contact, sheet);
    }
    let slots = assign(plans, &contact.phones);
    for (nth, (phone, slot)) in contact.phones.iter().zip(slots).enumerate() {
        let Some(plan) = slot.map(|at| &plans[at]) else {
            let own = plans.iter().filter(|plan| preset(plan).is_some_and(|slot| slot.1 == phone.line)).count();
            sheet.lose_beyond(Field::Phones, &phone.number, own);
            continue;
        };
        sheet.put(plan, Part::Value, &phone.number);
        let mut remarks = Remarks { label: &phone.label, ..Remarks::default() };
        remarks.preference = phone.preference.filter(|_| nth > 0);
        if preset(plan) != Some(wanted(phone)) && preset(plan) != Some((phone.kind, phone.line)) {
            (remarks.kind, remarks.line) = wanted(phone);
        }
        sheet.lose_remarks(Field::Phones, &phone.number, remarks, &phone.rest);
    }
}

fn write_labelled(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    let values = contact.phones.iter().map(|phone| Value {
        field: Field::Phones,
        label: label::written(phone.kind, phone.line, &phone.label, phone.preference),
        parts: [(Part::Value, Cow::Borrowed(phone.number.as_str()))],
    });
    let values = values.collect();
    sheet.groups(plans, values);
    for phone in &contact.phones {
        let typed = phone.kind.is_some() || phone.line != Line::Voice;
        let label = if typed { phone.label.as_str() } else { "" };
        let preference = phone.preference.filter(|preference| *preference != 1);
        sheet.lose_remarks(
            Field::Phones,
            &phone.number,
            Remarks { label, preference, ..Remarks::default() },
            &phone.rest,
        );
    }
}
