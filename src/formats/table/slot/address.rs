//! Postal addresses.

use std::borrow::Cow;

use crate::formats::table::column::{Part, Slot};
use crate::formats::table::slot::label::{self, Label};
use crate::formats::table::slot::row::clean;
use crate::formats::table::slot::sheet::{Remarks, Value};
use crate::formats::table::slot::{Build, Plan, Row, Sheet, Source};
use crate::model::{Address, Contact, Field, Kind, Line, Why};

pub(super) fn read(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans.iter().filter(|plan| !row.lacks(plan)) {
        let Slot::Address(preset, _) = plan.slot else { continue };
        let label = match preset {
            Some(kind) => Label { kind, ..Label::default() },
            None => Label::of_value(plan.at(Part::Label).map_or("", |at| row.cell(at))),
        };
        let columns = plan.parts.iter().filter(|(part, _)| *part != Part::Label);
        let several = columns.map(|(_, at)| source.values(row.verbatim(*at)).count()).max().unwrap_or(0);
        let mut found = 0;
        for which in 0..several {
            let mut address = Address {
                kind: label.kind,
                label: label.text.clone(),
                preference: label.preference_of(found),
                ..Address::default()
            };
            for (part, at) in &plan.parts {
                let text = source.values(row.verbatim(*at)).nth(which).unwrap_or_default();
                put(&mut address, *part, text);
            }
            forget_repetition(&mut address);
            if !address.is_empty() {
                into.contact.addresses.push(address);
                found += 1;
            }
        }
    }
}

fn put(address: &mut Address, part: Part, text: &str) {
    if text.is_empty() {
        return;
    }
    let text = clean(text);
    let place = match part {
        Part::Street | Part::Street2 | Part::Street3 => {
            if !address.street.is_empty() {
                address.street.push('\n');
            }
            return address.street.push_str(&text);
        }
        Part::Extended => &mut address.extended,
        Part::PoBox => &mut address.po_box,
        Part::City => &mut address.city,
        Part::State => &mut address.state,
        Part::PostalCode => &mut address.postal_code,
        Part::Country => &mut address.country,
        Part::Formatted => &mut address.formatted,
        _ => return,
    };
    *place = text.into_owned();
}

/// The whole address in one cell is kept only where it says more than the parts.
fn forget_repetition(address: &mut Address) {
    if !address.formatted.is_empty() && !says_more(address) {
        address.formatted.clear();
    }
}

/// Whether the whole text has a word that none of the parts has.
fn says_more(address: &Address) -> bool {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let known: Vec<String> = address.parts().iter().flat_map(|part| words(part)).collect();
    words(&address.formatted).iter().any(|word| !known.contains(word))
}

fn preset(plan: &Plan) -> Option<Kind> {
    if let Slot::Address(Some(kind), _) = plan.slot { kind } else { None }
}

/// The slot of each address: its kind's own, else "other", which is also where one without a kind goes.
fn assign(plans: &[Plan], addresses: &[Address]) -> Vec<Option<usize>> {
    let (mut slots, mut free) = (vec![None; addresses.len()], vec![true; plans.len()]);
    let has_other = plans.iter().any(|plan| preset(plan) == Some(Kind::Other));
    for pass in 0..3 {
        for (nth, address) in addresses.iter().enumerate() {
            let wanted = if pass == 0 { address.kind.unwrap_or(Kind::Other) } else { Kind::Other };
            // Where there is no "other", an address that is not said to be elsewhere goes anywhere.
            let anywhere = pass == 2 && !has_other && matches!(address.kind, None | Some(Kind::Other));
            if slots[nth].is_none() {
                let mut open = (0..plans.len()).filter(|at| free[*at]);
                slots[nth] = open.find(|at| anywhere || preset(&plans[*at]) == Some(wanted));
                slots[nth].iter().for_each(|at| free[*at] = false);
            }
        }
    }
    slots
}

pub(super) fn write(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    if contact.addresses.is_empty() {
        return;
    }
    if sheet.way.labelled {
        return write_labelled(plans, contact, sheet);
    }
    let slots = assign(plans, &contact.addresses);
    for (nth, (address, slot)) in contact.addresses.iter().zip(slots).enumerate() {
        let Some(plan) = slot.map(|at| &plans[at]) else {
            sheet.lose_beyond(Field::Addresses, &shown(address), plans.len());
            continue;
        };
        write_parts(plan, address, sheet);
        let preference = address.preference.filter(|_| nth > 0);
        let mut remarks = Remarks { label: &address.label, preference, ..Remarks::default() };
        if preset(plan) != Some(address.kind.unwrap_or(Kind::Other)) {
            remarks.kind = Some(address.kind.unwrap_or(Kind::Other));
        }
        // Most addresses lose nothing, and need no text to say so.
        if remarks.says_something() || !address.rest.is_empty() {
            sheet.lose_remarks(Field::Addresses, &shown(address), remarks, &address.rest);
        }
    }
}

/// The parts, each in its column. What has none becomes a line of the street, and so does a whole text that has no
/// parts.
fn write_parts(plan: &Plan, address: &Address, sheet: &mut Sheet) {
    let lonely = address.parts().iter().all(|part| part.is_empty());
    let mut street = if lonely { address.formatted.clone() } else { address.street.clone() };
    let po_box = plan.at(Part::PoBox).map_or(address.po_box.as_str(), |_| "");
    for line in [&address.extended, po_box].into_iter().filter(|line| !line.is_empty()) {
        sheet.lose(Field::Addresses, line, Why::Remark);
        street.push_str(if street.is_empty() { "" } else { "\n" });
        street.push_str(line);
    }
    write_street(plan, &street, sheet);
    if !address.formatted.is_empty() && (lonely || says_more(address)) {
        sheet.lose(Field::Addresses, &address.formatted, Why::Remark);
    }
    let parts = [
        (Part::PoBox, &address.po_box),
        (Part::City, &address.city),
        (Part::State, &address.state),
        (Part::PostalCode, &address.postal_code),
        (Part::Country, &address.country),
    ];
    for (part, text) in parts {
        if !text.is_empty() {
            sheet.put(plan, part, text);
        }
    }
}

/// The lines of a street. Outlook has all of them in the first column, whatever stands beside it; elsewhere a column
/// holds a line, and the last one the rest. A line that begins or ends with a blank stays within the street: a cell of its
/// own would lose it.
fn write_street(plan: &Plan, street: &str, sheet: &mut Sheet) {
    let columns = [Part::Street, Part::Street2].map(|part| plan.at(part));
    match (columns, street.split_once('\n')) {
        ([Some(first), Some(second)], Some((line, rest)))
            if plan.at(Part::Street3).is_none() && line.trim() == line && rest.trim() == rest =>
        {
            sheet.set(first, line);
            sheet.set(second, rest);
        }
        _ => _ = sheet.put(plan, Part::Street, street),
    }
}

fn write_labelled(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    let shown = |address: &Address| if sheet.way.whole { address.formatted.clone() } else { shown(address) };
    let values = contact.addresses.iter().map(|address| Value {
        field: Field::Addresses,
        label: label::written(address.kind, Line::Voice, &address.label, address.preference),
        parts: [
            (Part::Formatted, Cow::Owned(shown(address))),
            (Part::Street, Cow::Borrowed(address.street.as_str())),
            (Part::City, Cow::Borrowed(address.city.as_str())),
            (Part::PoBox, Cow::Borrowed(address.po_box.as_str())),
            (Part::State, Cow::Borrowed(address.state.as_str())),
            (Part::PostalCode, Cow::Borrowed(address.postal_code.as_str())),
            (Part::Country, Cow::Borrowed(address.country.as_str())),
            (Part::Extended, Cow::Borrowed(address.extended.as_str())),
        ],
    });
    let values = values.collect();
    sheet.groups(plans, values);
    for address in &contact.addresses {
        let label = if address.kind.is_some() { address.label.as_str() } else { "" };
        let preference = address.preference.filter(|preference| *preference != 1);
        let remarks = Remarks { label, preference, ..Remarks::default() };
        if remarks.says_something() || !address.rest.is_empty() {
            sheet.lose_remarks(Field::Addresses, &self::shown(address), remarks, &address.rest);
        }
    }
}

/// The address as it is printed: the source's own text, else made of the parts as Google does.
fn shown(address: &Address) -> String {
    if !address.formatted.is_empty() {
        return address.formatted.clone();
    }
    let parts = address.parts();
    let mut shown = String::with_capacity(parts.iter().map(|part| part.len() + 2).sum());
    let mut line = 0;
    let mut add = |part: &str, between: &str, begins: bool| {
        if part.is_empty() {
            return;
        }
        if begins {
            shown.push_str(if shown.is_empty() { "" } else { "\n" });
            line = shown.len();
        } else {
            shown.push_str(if shown.len() == line { "" } else { between });
        }
        shown.push_str(part);
    };
    for part in [&address.street, &address.extended, &address.po_box] {
        add(part, "", true);
    }
    let (town, region) = (address.city.is_empty(), address.state.is_empty());
    add(&address.city, "", true);
    add(&address.state, ", ", town);
    add(&address.postal_code, if region { ", " } else { " " }, town && region);
    add(&address.country, "", true);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any of the parts may be missing.
    #[test]
    fn an_address_is_shown_line_by_line() {
        let names = ["street", "extended", "box", "city", "state", "code", "country"];
        for there in 0..1_u32 << names.len() {
            let part = |at: usize| if there >> at & 1 == 1 { names[at].to_owned() } else { String::new() };
            let [street, extended, po_box, city, state, postal_code, country] = std::array::from_fn(part);
            let join = |parts: &[&str], between: &str| {
                parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(between)
            };
            let town = join(&[&city, &join(&[&state, &postal_code], " ")], ", ");
            let lines = join(&[&street, &extended, &po_box, &town, &country], "\n");
            let rest = Address::default();
            let address = Address { street, extended, po_box, city, state, postal_code, country, ..rest };
            assert_eq!(shown(&address), lines);
        }
    }

    /// Trap 27: the composite that repeats the parts goes, the one that says more stays.
    #[test]
    fn a_composite_that_repeats_the_parts_is_forgotten() {
        let mut address = Address { street: "1 Main St".into(), city: "Redmond".into(), ..Address::default() };
        address.formatted = "1 Main St\nRedmond".into();
        forget_repetition(&mut address);
        assert_eq!(address.formatted, "");
        address.formatted = "1 Main St, back door\nRedmond".into();
        forget_repetition(&mut address);
        assert_eq!(address.formatted, "1 Main St, back door\nRedmond");
    }
}
