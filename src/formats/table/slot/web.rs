//! Web pages and messaging addresses.

use std::borrow::Cow;

use crate::formats::table::column::{Part, Slot};
use crate::formats::table::slot::label::{self, Label};
use crate::formats::table::slot::row::clean;
use crate::formats::table::slot::sheet::{Remarks, Value};
use crate::formats::table::slot::{Build, Plan, Row, Sheet, Source};
use crate::model::{Contact, Field, Im, Kind, Line, Url};

pub(super) fn read_urls(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans {
        let (Slot::Url(preset, _), Some(at)) = (plan.slot, plan.at(Part::Value)) else { continue };
        let label = match preset {
            Some((kind, text)) => Label { kind, text: text.to_owned(), ..Label::default() },
            None => Label::of_value(plan.at(Part::Label).map_or("", |at| row.cell(at))),
        };
        for (nth, url) in source.values(row.verbatim(at)).filter(|url| !url.is_empty()).enumerate() {
            into.contact.urls.push(Url {
                url: clean(url).into_owned(),
                kind: label.kind,
                label: label.text.clone(),
                preference: label.preference_of(nth),
                ..Url::default()
            });
        }
    }
}

pub(super) fn read_ims(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans {
        let (Slot::Im(preset, _), Some(at)) = (plan.slot, plan.at(Part::Value)) else { continue };
        let cell = |part| plan.at(part).map_or("", |at| row.verbatim(at));
        let label = Label::of_value(cell(Part::Label));
        let mut services = source.values(cell(Part::Service));
        let mut last = "";
        for (nth, address) in source.values(row.verbatim(at)).filter(|address| !address.is_empty()).enumerate() {
            last = services.next().unwrap_or(last);
            into.contact.ims.push(Im {
                address: clean(address).into_owned(),
                service: preset.unwrap_or(last).to_owned(),
                kind: label.kind,
                label: label.text.clone(),
                preference: label.preference_of(nth),
                ..Im::default()
            });
        }
    }
}

fn preset(plan: &Plan) -> Option<Kind> {
    if let Slot::Url(Some((kind, _)), _) = plan.slot { kind } else { None }
}

/// The slot of each page: its kind's own, which a page without a kind may take; then whichever is left.
fn assign(plans: &[Plan], urls: &[Url]) -> Vec<Option<usize>> {
    let mut slots = vec![None; urls.len()];
    for pass in 0..2 {
        for (nth, url) in urls.iter().enumerate() {
            if slots[nth].is_none() {
                let free = |at: &usize| !slots.contains(&Some(*at));
                let fits = |at: &usize| pass == 1 || preset(&plans[*at]) == Some(url.kind.unwrap_or(Kind::Business));
                slots[nth] = (0..plans.len()).filter(free).find(fits);
            }
        }
    }
    slots
}

pub(super) fn write_urls(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    if sheet.way.labelled {
        let values = contact.urls.iter().map(|url| Value {
            field: Field::Urls,
            label: label::written(url.kind, Line::Voice, &url.label, url.preference),
            parts: [(Part::Value, Cow::Borrowed(url.url.as_str()))],
        });
        let values = values.collect();
        sheet.groups(plans, values);
    }
    let slots = if sheet.way.labelled { vec![Some(0); contact.urls.len()] } else { assign(plans, &contact.urls) };
    for (nth, (url, slot)) in contact.urls.iter().zip(slots).enumerate() {
        let Some(plan) = slot.and_then(|at| plans.get(at)) else {
            sheet.lose_beyond(Field::Urls, &url.url, plans.len());
            continue;
        };
        let mut remarks =
            Remarks { preference: url.preference.filter(|_| nth > 0 || sheet.way.labelled), ..Remarks::default() };
        if sheet.way.labelled {
            remarks.label = if url.kind.is_some() { &url.label } else { "" };
            remarks.preference = remarks.preference.filter(|preference| *preference != 1);
        } else {
            sheet.put(plan, Part::Value, &url.url);
            remarks.label = &url.label;
            let wanted = url.kind.unwrap_or(Kind::Business);
            remarks.kind = (preset(plan) != Some(wanted)).then_some(url.kind.unwrap_or(Kind::Other));
        }
        sheet.lose_remarks(Field::Urls, &url.url, remarks, &url.rest);
    }
}

/// Addresses in columns that say nothing of their service, or the same always.
fn write_fixed_ims(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    for (nth, im) in contact.ims.iter().enumerate() {
        let Some(plan) = plans.get(nth) else {
            sheet.lose_beyond(Field::Ims, &im.address, plans.len());
            continue;
        };
        sheet.put(plan, Part::Value, &im.address);
        let service = if let Slot::Im(Some(service), _) = plan.slot { service } else { "" };
        let name = if service == im.service { "" } else { im.service.as_str() };
        let preference = im.preference.filter(|_| nth > 0);
        let remarks = Remarks { kind: im.kind, label: &im.label, name, preference, ..Remarks::default() };
        sheet.lose_remarks(Field::Ims, &im.address, remarks, &im.rest);
    }
}

pub(super) fn write_ims(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    if !sheet.way.labelled {
        return write_fixed_ims(plans, contact, sheet);
    }
    let values = contact.ims.iter().map(|im| Value {
        field: Field::Ims,
        label: label::written(im.kind, Line::Voice, &im.label, im.preference),
        parts: [(Part::Value, Cow::Borrowed(im.address.as_str())), (Part::Service, Cow::Borrowed(im.service.as_str()))],
    });
    let values = values.collect();
    sheet.groups(plans, values);
    for im in &contact.ims {
        let label = if im.kind.is_some() { im.label.as_str() } else { "" };
        let preference = im.preference.filter(|preference| *preference != 1);
        sheet.lose_remarks(Field::Ims, &im.address, Remarks { label, preference, ..Remarks::default() }, &im.rest);
    }
}
