//! One contact: what it holds, and what both APIs show of it.

use bytes::Bytes;
use http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;

use super::visit::Visit;
use super::{Shown, layout, record};
use crate::sandbox::dialect::Dialect;
use crate::sandbox::error::ODataError;
use crate::sandbox::render::{Expanded, Style};
use crate::sandbox::request::with_type;
use crate::sandbox::schema::{CONTACT, Moment};
use crate::sandbox::store::{ContactRow, Mailbox, PhotoRow, View};

/// Kinds of pictures that browsers show and that carry nothing but a picture.
const SHOWN: [&str; 5] = ["image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp"];

/// The parts of an e-mail address and of a postal one, in the order of reading.
const PARTS: [&str; 7] = ["name", "address", "street", "postalCode", "city", "state", "countryOrRegion"];

/// A contact and all that hangs on it.
struct Card {
    row: ContactRow,
    folder: String,
    extended: Vec<(String, String)>,
    photo: Option<PhotoRow>,
}

pub(super) fn show(visit: &Visit<'_>) -> Shown {
    let mailbox = visit.mailbox()?;
    let card = visit.look(mailbox, |view| read(view, visit.asked("id")))?;
    let title = record::name(&card.row).to_owned();
    Ok(super::html(StatusCode::OK, layout::page(visit, "/", &title, content(visit, mailbox, &card))))
}

pub(super) fn photo(visit: &Visit<'_>) -> Shown {
    let photo = visit.look(visit.mailbox()?, |view| {
        let row = find(view, visit.asked("id"))?;
        view.photo(row.number, true)?.ok_or_else(ODataError::no_photo)
    })?;
    // What browsers do not show is a file to them, never a page.
    let kind = SHOWN.iter().find(|kind| **kind == photo.kind).unwrap_or(&"application/octet-stream");
    Ok(with_type(StatusCode::OK, kind, Bytes::from(photo.bytes)))
}

fn find(view: &View<'_>, id: &str) -> Result<ContactRow, ODataError> {
    view.ids.own(id)?;
    view.contact_by_id(id)?.filter(|row| !row.is_list()).ok_or_else(ODataError::not_found)
}

fn read(view: &View<'_>, id: &str) -> Result<Card, ODataError> {
    let row = find(view, id)?;
    let folder = view.folder(row.folder)?.ok_or_else(ODataError::not_found)?.name;
    let (extended, photo) = (view.extended(row.number)?, view.photo(row.number, false)?);
    Ok(Card { row, folder, extended, photo })
}

fn content(visit: &Visit<'_>, mailbox: &Mailbox, card: &Card) -> Markup {
    let row = &card.row;
    let folder = if row.folder == mailbox.contacts { "" } else { &row.folder_public };
    html! {
        p.trail { a href=(visit.address("/", &[("folder", folder)])) { "← " (card.folder) } }
        div.face {
            (record::portrait(visit, row, 96))
            div {
                h1 { (record::name(row)) }
                @if let Some(line) = record::line(row) { p { (line) } }
            }
        }
        section aria-labelledby="holds" {
            h2 #holds { "What it holds" }
            (properties(row))
        }
        @if !card.extended.is_empty() {
            section aria-labelledby="extended" {
                h2 #extended { "Extended properties" }
                dl.wide { @for (id, value) in &card.extended { dt { code { (id) } } dd { (value) } } }
            }
        }
        @if let Some(photo) = &card.photo {
            p.note { "Photo: " (photo.kind) ", " (photo.width) " × " (photo.height) " pixels." }
        }
        div.twin {
            (source("graph", "In Microsoft Graph v1.0", &json(visit, mailbox, card, Dialect::Graph)))
            (source("outlook", "In Outlook REST v2.0", &json(visit, mailbox, card, Dialect::Outlook)))
        }
    }
}

/// Every property that has a value, under a name made of Graph's.
fn properties(row: &ContactRow) -> Markup {
    html! {
        dl {
            @for property in CONTACT.rows {
                @if let Some(lines) = row.content.get(property.graph).map(lines).filter(|lines| !lines.is_empty()) {
                    dt { (label(property.graph)) }
                    @for line in lines { dd { (line) } }
                }
            }
        }
    }
}

/// A value as lines of text: one for each entry of a list, an address in one.
fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) if !text.is_empty() => vec![text.clone()],
        Value::Array(entries) => entries.iter().flat_map(lines).collect(),
        Value::Object(members) => {
            let parts = PARTS.iter().filter_map(|part| members.get(*part)?.as_str());
            let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
            // An e-mail address that has no name is named by itself.
            let same = parts.len() == 2 && parts[0] == parts[1];
            if parts.is_empty() { Vec::new() } else { vec![parts[usize::from(same)..].join(", ")] }
        }
        _ => Vec::new(),
    }
}

/// `businessHomePage` in words: `Business home page`.
fn label(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        match letter {
            _ if words.is_empty() => words.extend(letter.to_uppercase()),
            'A'..='Z' => words.extend([' ', letter.to_ascii_lowercase()]),
            _ => words.push(letter),
        }
    }
    words
}

/// The contact as a GET answers it, with every extended property.
fn json(visit: &Visit<'_>, mailbox: &Mailbox, card: &Card, dialect: Dialect) -> String {
    let base = dialect.base();
    let style = Style {
        dialect,
        behaviours: visit.inner.switches.behaviours(),
        moment: Moment::Read,
        base,
        ids: &mailbox.ids,
        select: None,
        immutable: false,
        listed: false,
    };
    let asked: Vec<String> = card.extended.iter().map(|(id, _)| id.clone()).collect();
    let expanded = Expanded { asked: &asked, has: &card.extended, context: "$metadata".to_owned() };
    let shown = Value::Object(style.contact(&card.row, Some(&expanded)));
    serde_json::to_string_pretty(&shown).unwrap_or_default()
}

fn source(id: &str, title: &str, json: &str) -> Markup {
    html! {
        section.source aria-labelledby=(id) {
            h2 #(id) { (title) }
            pre tabindex="0" role="region" aria-labelledby=(id) { code { (json) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_and_names_are_readable() {
        assert_eq!(label("businessHomePage"), "Business home page");
        let emails =
            json!([{"name": "a@b.example", "address": "a@b.example"}, {"name": "Bo", "address": "b@b.example"}]);
        assert_eq!(lines(&emails), ["a@b.example", "Bo, b@b.example"]);
        assert_eq!(lines(&json!({"street": "1 Main St", "city": ""})), ["1 Main St"]);
        assert!(lines(&json!([])).is_empty() && lines(&json!("")).is_empty() && lines(&json!({})).is_empty());
    }
}
