//! The address book: folders, search, and a page of contacts.

use maud::{Markup, html};
use serde_json::Value;

use super::visit::{Visit, folder};
use super::{Shown, layout, record};
use crate::sandbox::error::ODataError;
use crate::sandbox::store::{ContactRow, FolderRow, View};
use http::StatusCode;

/// How many contacts stand on a page.
const ON_A_PAGE: u64 = 50;
/// How many contacts are looked at in one go while searching.
const BATCH: usize = 500;
/// How many folders are shown, and how deep.
const MAX_FOLDERS: usize = 500;
const DEEPEST: usize = 20;

/// A folder where the tree has it.
struct Branch {
    folder: FolderRow,
    depth: usize,
    contacts: u64,
}

/// What a page of the list shows.
struct List {
    tree: Vec<Branch>,
    folder: FolderRow,
    contacts: Vec<ContactRow>,
    /// Whether more follow on the next page.
    more: bool,
    /// How many there are in the folder.
    total: u64,
}

pub(super) fn show(visit: &Visit<'_>) -> Shown {
    let mailbox = visit.mailbox()?;
    let number = visit.asked("page").parse::<u64>().unwrap_or(1).clamp(1, u64::MAX / ON_A_PAGE);
    let wanted = visit.asked("q").trim().to_lowercase();
    let list = visit.look(mailbox, |view| {
        let folder = folder(view, mailbox, visit.asked("folder"))?;
        let mut tree = Vec::new();
        grow(view, view.folder(mailbox.contacts)?, 0, &mut tree)?;
        let skip = (number - 1) * ON_A_PAGE;
        let mut contacts = match wanted.as_str() {
            "" => view.page(&folder, skip, ON_A_PAGE as usize + 1)?,
            wanted => search(view, &folder, wanted, skip)?,
        };
        let more = contacts.len() as u64 > ON_A_PAGE;
        contacts.truncate(ON_A_PAGE as usize);
        contacts.retain(|row| !row.is_list());
        let total = view.count_contacts(&folder)?;
        Ok(List { tree, folder, contacts, more, total })
    })?;
    let content = content(visit, &list, number);
    Ok(super::html(StatusCode::OK, layout::page(visit, "/", &list.folder.name, content)))
}

/// The folder and all below it, as a flat list that knows its depths.
fn grow(view: &View<'_>, top: Option<FolderRow>, depth: usize, tree: &mut Vec<Branch>) -> Result<(), ODataError> {
    let Some(folder) = top.filter(|_| tree.len() < MAX_FOLDERS && depth < DEEPEST) else { return Ok(()) };
    let (id, contacts) = (folder.id, view.count_contacts(&folder)?);
    tree.push(Branch { folder, depth, contacts });
    view.child_folders(id)?.into_iter().try_for_each(|child| grow(view, Some(child), depth + 1, tree))
}

/// The contacts of a folder that hold a text, from the `skip`th match on, and one more than a page has.
fn search(view: &View<'_>, folder: &FolderRow, wanted: &str, mut skip: u64) -> Result<Vec<ContactRow>, ODataError> {
    let mut found = Vec::new();
    let mut first = i64::MIN;
    loop {
        let batch = view.contacts_from(folder, first, BATCH)?;
        let Some(last) = batch.last() else { return Ok(found) };
        first = last.number + 1;
        for row in batch.into_iter().filter(|row| row.content.values().any(|value| holds(value, wanted))) {
            if skip > 0 {
                skip -= 1;
            } else if found.len() as u64 > ON_A_PAGE {
                return Ok(found);
            } else {
                found.push(row);
            }
        }
    }
}

/// Whether a text stands anywhere in a value. `wanted` is in lower case.
fn holds(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text.to_lowercase().contains(wanted),
        Value::Array(values) => values.iter().any(|value| holds(value, wanted)),
        Value::Object(members) => members.values().any(|value| holds(value, wanted)),
        _ => false,
    }
}

fn content(visit: &Visit<'_>, list: &List, number: u64) -> Markup {
    let wanted = visit.asked("q");
    html! {
        div.sides {
            (folders(visit, list))
            section aria-labelledby="folder" {
                h1 #folder { (list.folder.name) " " small { (count(list.total)) } }
                form.search role="search" action="/" method="get" {
                    @for name in ["mailbox", "folder"] {
                        @let value = visit.asked(name);
                        @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
                    }
                    label for="q" { "Search this folder" }
                    div {
                        input #q type="search" name="q" value=(wanted) autocomplete="off" maxlength="200";
                        button { "Search" }
                    }
                }
                (people(visit, list, wanted))
                (steps(visit, list, number))
            }
        }
    }
}

fn folders(visit: &Visit<'_>, list: &List) -> Markup {
    html! {
        nav.folders aria-label="Folders" {
            h2 { "Folders" }
            ul {
                @for branch in &list.tree {
                    @let default = branch.depth == 0;
                    @let to = visit.address("/", &[("folder", if default { "" } else { &branch.folder.public })]);
                    li class={ "depth-" (branch.depth.min(8)) } {
                        a href=(to) aria-current=[(branch.folder.id == list.folder.id).then_some("true")] {
                            span { (branch.folder.name) } " " span.number { (branch.contacts) }
                        }
                    }
                }
            }
        }
    }
}

fn people(visit: &Visit<'_>, list: &List, wanted: &str) -> Markup {
    if list.contacts.is_empty() {
        return html! {
            @if wanted.is_empty() {
                p.empty { "Nobody here yet. " code { (import(visit)) } " brings some." }
            } @else {
                p.empty { "Nothing in this folder holds “" (wanted) "”." }
            }
        };
    }
    html! {
        ul.people {
            @for row in &list.contacts {
                li {
                    (record::portrait(visit, row, 40))
                    div {
                        a href=(visit.address("/contact", &[("id", &row.public)])) { (record::name(row)) }
                        @if let Some(line) = record::line(row) { p { (line) } }
                    }
                    @if let Some(email) = record::email(row) { p.reach { (email) } }
                }
            }
        }
    }
}

/// The command that fills the mailbox that is shown.
fn import(visit: &Visit<'_>) -> String {
    let mailbox = visit.asked("mailbox");
    let which = if mailbox.is_empty() { String::new() } else { format!(" --mailbox {mailbox}") };
    format!("cardferry import FILE --to sandbox{which}")
}

fn steps(visit: &Visit<'_>, list: &List, number: u64) -> Markup {
    let (folder, wanted) = (visit.asked("folder"), visit.asked("q"));
    let to = |page: u64| visit.address("/", &[("folder", folder), ("q", wanted), ("page", &page.to_string())]);
    html! {
        @if number > 1 || list.more {
            nav.steps aria-label="Pages" {
                @if number > 1 { a rel="prev" href=(to(number - 1)) { "← Earlier" } }
                span { "Page " (number) }
                @if list.more { a rel="next" href=(to(number + 1)) { "More →" } }
            }
        }
    }
}

fn count(contacts: u64) -> String {
    match contacts {
        1 => "1 contact".to_owned(),
        _ => format!("{contacts} contacts"),
    }
}
