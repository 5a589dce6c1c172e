//! How the values of a contact stand in cells, both ways: one file for each kind of value, with `read` and `write`.

mod address;
mod custom;
mod date;
mod email;
mod label;
mod list;
mod organization;
mod person;
mod phone;
mod plan;
mod row;
mod sheet;
mod text;
mod way;
mod web;
mod words;

pub(in crate::formats) use custom::LABELS;
pub(in crate::formats) use label::BETWEEN;
pub(in crate::formats) use person::OWN_FIELDS;
pub(in crate::formats) use plan::{Plan, Plans};
pub(in crate::formats) use row::{Build, Row, Second, Source};
pub(in crate::formats) use sheet::Sheet;
pub(in crate::formats) use way::{Dates, ENGLISH, Way, words_of};

use crate::model::Contact;

/// Reads everything that the columns of a row say.
pub(in crate::formats) fn read(plans: &Plans, row: Row<'_>, source: &Source, into: &mut Build) {
    text::read(&plans.texts, row, source, into);
    organization::read(&plans.organizations, row, source, into);
    email::read(&plans.emails, row, source, into);
    phone::read(&plans.phones, row, source, into);
    phone::read_preferred(&plans.preferred, row, source, into);
    address::read(&plans.addresses, row, source, into);
    web::read_urls(&plans.urls, row, source, into);
    web::read_ims(&plans.ims, row, source, into);
    date::read(&plans.dates, row, source, into);
    date::read_events(&plans.events, row, source, into);
    list::read(&plans.lists, row, source, into);
    person::read(&plans.persons, row, source, into);
    person::read_relations(&plans.relations, row, source, into);
    custom::read(&plans.customs, row, source, into);
    custom::read_kept(&plans.kept, row, source, into);
}

/// Writes everything that the columns can hold; the rest becomes the sheet's losses.
pub(in crate::formats) fn write(plans: &Plans, contact: &Contact, sheet: &mut Sheet) {
    text::write(&plans.texts, contact, sheet);
    organization::write(&plans.organizations, contact, sheet);
    email::write(&plans.emails, contact, sheet);
    phone::write(&plans.phones, contact, sheet);
    address::write(&plans.addresses, contact, sheet);
    web::write_urls(&plans.urls, contact, sheet);
    web::write_ims(&plans.ims, contact, sheet);
    date::write(&plans.dates, contact, sheet);
    date::write_events(&plans.events, contact, sheet);
    list::write(&plans.lists, contact, sheet);
    person::write(&plans.persons, contact, sheet);
    person::write_relations(&plans.relations, contact, sheet);
    custom::write(plans, contact, sheet);
    sheet.report_rest(contact);
}
