//! E-mail addresses.

use std::borrow::Cow;

use crate::formats::table::column::{Part, Slot};
use crate::formats::table::slot::label::{self, Label};
use crate::formats::table::slot::row::clean;
use crate::formats::table::slot::sheet::{Remarks, Value};
use crate::formats::table::slot::{Build, Plan, Row, Sheet, Source};
use crate::model::{Contact, Email, Field, Line, Loss, Why};

pub(super) fn read(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans {
        let Some(at) = plan.at(Part::Value) else { continue };
        let cell = |part| plan.at(part).map_or("", |at| row.cell(at));
        let (address, name, of) = (row.cell(at), cell(Part::Name), cell(Part::Type));
        if address.is_empty() {
            keep_lone_name(plan, name, source, into);
        } else if is_exchange_name(address) || of.eq_ignore_ascii_case("EX") && !address.contains('@') {
            read_exchange(address, name, into);
        } else {
            let label = Label::of_value(cell(Part::Label));
            let preset = if let Slot::Email(kind, _) = plan.slot { kind } else { None };
            for (nth, value) in addresses(row.verbatim(at), source).into_iter().enumerate() {
                let (own, address) = angled(value).unwrap_or(("", value));
                let shown = shown_name(name, address);
                into.contact.emails.push(Email {
                    address: clean(address).into_owned(),
                    name: clean(if shown.is_empty() { own } else { shown }).into_owned(),
                    kind: preset.or(label.kind),
                    label: label.text.clone(),
                    preference: label.preference_of(nth),
                    ..Email::default()
                });
            }
        }
    }
}

/// The addresses in a cell: Google separates them by ` ::: `, people by commas or semicolons.
fn addresses<'r>(cell: &'r str, source: &'r Source) -> Vec<&'r str> {
    let values: Vec<&str> = source.values(cell).filter(|value| !value.is_empty()).collect();
    if memchr::memchr2(b',', b';', cell.as_bytes()).is_none() {
        return values;
    }
    let parts: Vec<&str> = cell.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()).collect();
    if parts.len() > 1 && parts.iter().all(|part| part.contains('@')) { parts } else { values }
}

/// An X.500 name, which is no address outside its Exchange organisation; or one dressed up as an address.
fn is_exchange_name(address: &str) -> bool {
    let begins = |with: &str| address.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    begins("/o=") || begins("IMCEAEX-")
}

/// Name and address of `Ada Byron <ada@example.com>`, as people copy it out of a mail.
fn angled(value: &str) -> Option<(&str, &str)> {
    let (name, address) = value.strip_suffix('>')?.rsplit_once('<')?;
    let is_address = address.contains('@') && !address.contains(char::is_whitespace);
    is_address.then(|| (name.trim().trim_matches('"'), address))
}

/// An Exchange name: the address may stand in the shown name, as `Name (address)`.
fn read_exchange(address: &str, name: &str, into: &mut Build) {
    let inner = name.strip_suffix(')').and_then(|name| name.rsplit_once('(')).map(|(_, inner)| inner.trim());
    match inner.filter(|inner| inner.contains('@')) {
        Some(inner) => into.contact.emails.push(Email {
            address: inner.to_owned(),
            name: clean(shown_name(name, inner)).into_owned(),
            ..Email::default()
        }),
        None => into.losses.push(Loss::new(Field::Emails, address, Why::NotUnderstood)),
    }
}

/// A shown name without an address is kept under its header.
fn keep_lone_name(plan: &Plan, name: &str, source: &Source, into: &mut Build) {
    if let Some(at) = plan.at(Part::Name) {
        into.keep(&source.headers[at], name);
    }
}

/// The shown name without the address that Outlook puts behind it; none where it is only the address.
fn shown_name<'n>(name: &'n str, address: &str) -> &'n str {
    let without =
        name.strip_suffix(')').and_then(|name| name.strip_suffix(address)).and_then(|name| name.strip_suffix('('));
    let name = without.unwrap_or(name).trim();
    if without.is_none() && name.eq_ignore_ascii_case(address) { "" } else { name }
}

/// Whether a shown name is only the contact's own, which every program shows by itself.
fn is_own_name(name: &str, contact: &Contact) -> bool {
    let own = &contact.name;
    let words = name.split_whitespace();
    let without_title = [&own.given, &own.middle, &own.surname].into_iter().flat_map(|part| part.split_whitespace());
    !name.is_empty() && (words.eq(without_title) || name == own.joined() || name == contact.display_name())
}

pub(super) fn write(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    if sheet.way.labelled {
        return write_labelled(plans, contact, sheet);
    }
    for (nth, email) in contact.emails.iter().enumerate() {
        let Some(plan) = plans.get(nth) else {
            sheet.lose_beyond(Field::Emails, &email.address, plans.len());
            continue;
        };
        sheet.put(plan, Part::Value, &email.address);
        sheet.put(plan, Part::Type, "SMTP");
        let mut remarks = Remarks { kind: email.kind, label: &email.label, ..Remarks::default() };
        remarks.preference = email.preference.filter(|_| nth > 0);
        if plan.at(Part::Name).is_none() {
            remarks.name = if is_own_name(&email.name, contact) { "" } else { &email.name };
        } else if !email.name.is_empty() {
            sheet.put(plan, Part::Name, &format!("{} ({})", email.name, email.address));
        }
        sheet.lose_remarks(Field::Emails, &email.address, remarks, &email.rest);
    }
}

fn write_labelled(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    let values = contact.emails.iter().map(|email| Value {
        field: Field::Emails,
        label: label::written(email.kind, Line::Voice, &email.label, email.preference),
        parts: [(Part::Value, Cow::Borrowed(email.address.as_str())), (Part::Name, Cow::Borrowed(email.name.as_str()))],
    });
    let has_names = plans.iter().any(|plan| plan.at(Part::Name).is_some());
    let values = values.collect();
    sheet.groups(plans, values);
    for email in &contact.emails {
        let label = if email.kind.is_some() { email.label.as_str() } else { "" };
        let preference = email.preference.filter(|preference| *preference != 1);
        let name = if has_names || is_own_name(&email.name, contact) { "" } else { email.name.as_str() };
        let remarks = Remarks { label, name, preference, ..Remarks::default() };
        sheet.lose_remarks(Field::Emails, &email.address, remarks, &email.rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_address_in_one_cell_are_told_apart() {
        assert_eq!(angled("Ada Byron <ada@example.com>"), Some(("Ada Byron", "ada@example.com")));
        assert_eq!(angled("\"Byron, Ada\" <ada@example.com>"), Some(("Byron, Ada", "ada@example.com")));
        assert_eq!(angled("<ada@example.com>"), Some(("", "ada@example.com")));
        for value in ["ada@example.com", "Ada <at home>", "a <b", "Ada <>"] {
            assert_eq!(angled(value), None, "{value}");
        }
    }

    #[test]
    fn the_address_behind_the_name_is_taken_off() {
        for (name, shown) in [
            ("Ada Byron (ada@example.com)", "Ada Byron"),
            ("ada@example.com", ""),
            ("ada@example.com (ada@example.com)", "ada@example.com"),
            ("Ada (at home)", "Ada (at home)"),
            ("", ""),
        ] {
            assert_eq!(shown_name(name, "ada@example.com"), shown, "{name}");
        }
    }
}
