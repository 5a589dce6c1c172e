//! Contact folders: listed, read, made, renamed, moved, deleted.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde_json::{Map, Value};

use super::behaviour::Behaviour;
use super::body::{self, Changes, Purpose};
use super::dialect::Dialect;
use super::error::ODataError;
use super::filter::{Item, compare_by};
use super::query::{DEFAULT_TOP, MAX_TOP, Query, Takes};
use super::request::{Answer, Call, empty, json, paged, with_type};
use super::schema::{FOLDER, Moment};
use super::store::{FolderRow, View};

/// Names of the collection in both dialects.
pub(super) const FOLDERS: (&str, &str) = ("contactFolders", "ContactFolders");
const CHILDREN: (&str, &str) = ("childFolders", "ChildFolders");

/// Finds the folder that a path names: the default one where it names none.
///
/// Guessed: the first may stand anywhere in the mailbox, each further one directly below the one before.
pub(super) fn find(view: &View<'_>, call: &Call<'_>) -> Result<FolderRow, ODataError> {
    let mut found: Option<FolderRow> = None;
    for id in &call.path.folders {
        let folder = by_id(view, call, id)?;
        if found.is_some_and(|above| folder.parent != Some(above.id)) {
            return Err(ODataError::not_found());
        }
        found = Some(folder);
    }
    match found {
        Some(folder) => Ok(folder),
        None => default(view, call),
    }
}

fn default(view: &View<'_>, call: &Call<'_>) -> Result<FolderRow, ODataError> {
    view.folder(call.mailbox.contacts)?.ok_or_else(ODataError::not_found)
}

/// Finds a folder by id, or by the well-known name `contacts` (used by others' code, not documented).
pub(super) fn by_id(view: &View<'_>, call: &Call<'_>, id: &str) -> Result<FolderRow, ODataError> {
    if id.eq_ignore_ascii_case("contacts") {
        return default(view, call);
    }
    call.mailbox.ids.own(id)?;
    view.folder_by_id(id)?.ok_or_else(ODataError::not_found)
}

/// `contactFolders` and `childFolders`.
pub(super) fn collection(call: &Call<'_>) -> Answer {
    match call.method {
        Method::GET => list(call),
        Method::POST => create(call),
        _ => Err(ODataError::not_supported()),
    }
}

/// `contactFolders/{id}`.
pub(super) fn single(call: &Call<'_>) -> Answer {
    match (&call.method, call.dialect) {
        (&Method::GET, _) => get(call),
        // Documented for Graph alone: v2.0 has no renaming and no deleting.
        (&Method::PATCH, Dialect::Graph) => update(call),
        (&Method::DELETE, Dialect::Graph) => delete(call),
        _ => Err(ODataError::not_supported()),
    }
}

/// `…/$count`.
pub(super) fn count(call: &Call<'_>) -> Answer {
    if call.method != Method::GET {
        return Err(ODataError::not_supported());
    }
    let query = call.query(&FOLDER, Takes::COUNT)?;
    let count = call.store.read(&call.mailbox.ids, |view| Ok(matching(view, call, &query)?.len()))?;
    Ok(with_type(StatusCode::OK, "text/plain", Bytes::from(count.to_string())))
}

/// The folders below the one that the path names. Documented: the default folder itself is never among them.
fn matching(view: &View<'_>, call: &Call<'_>, query: &Query) -> Result<Vec<FolderRow>, ODataError> {
    let above = find(view, call)?;
    let mut found = view.child_folders(above.id)?;
    if call.path.folders.is_empty() && !call.behaviours.has(Behaviour::DefaultFolderHidden) {
        found.insert(0, above);
    }
    if let Some(filter) = &query.filter {
        let mut has = Vec::new();
        for folder in &found {
            has.push(if filter.asks_extended() { view.folder_properties(folder.id)? } else { Vec::new() });
        }
        let mut has = has.iter();
        found.retain(|folder| filter.matches(Item::Folder(folder, has.next().map_or(&[], Vec::as_slice))));
    }
    for (field, down) in query.order.iter().rev() {
        found.sort_by(|one, other| {
            let order = compare_by(*field, Item::Folder(one, &[]), Item::Folder(other, &[]));
            if *down { order.reverse() } else { order }
        });
    }
    Ok(found)
}

fn list(call: &Call<'_>) -> Answer {
    let query = call.query(&FOLDER, Takes::FOLDERS)?;
    let preferred = call.preferred_page().filter(|_| query.top.is_none());
    let top = query.top.or(preferred).unwrap_or(DEFAULT_TOP).min(MAX_TOP) as u64;
    let (found, value) = call.store.read(&call.mailbox.ids, |view| {
        let found = matching(view, call, &query)?;
        let page = found.iter().skip(usize::try_from(query.skip).unwrap_or(usize::MAX)).take(top as usize);
        let value = page.map(|folder| shown(call, view, folder, &query).map(Value::Object));
        let value = value.collect::<Result<Vec<Value>, _>>()?;
        Ok((found, value))
    })?;
    let mut body = Map::new();
    body.insert("@odata.context".into(), (collection_context(call) + &call.selected(query.select.as_deref())).into());
    if query.count {
        body.insert("@odata.count".into(), found.len().into());
    }
    body.insert("value".into(), value.into());
    let next = query.skip.saturating_add(top);
    if (found.len() as u64) > next {
        body.insert("@odata.nextLink".into(), call.next_link(next).into());
    }
    Ok(paged(json(call.dialect, StatusCode::OK, &Value::Object(body)), preferred))
}

fn collection_context(call: &Call<'_>) -> String {
    match call.path.folders.last() {
        Some(parent) => call.collection_context(Some(parent), CHILDREN),
        None => call.collection_context(None, FOLDERS),
    }
}

/// A folder with what is expanded.
fn shown(
    call: &Call<'_>,
    view: &View<'_>,
    folder: &FolderRow,
    query: &Query,
) -> Result<Map<String, Value>, ODataError> {
    let mut shown = call.style(Moment::Read, query.select.as_deref()).folder(folder);
    if !query.expand.is_empty() {
        let context = format!("{}('{}')", call.collection_context(None, FOLDERS), folder.public);
        query.expand.onto(&mut shown, &view.folder_properties(folder.id)?, call.dialect, &context);
    }
    Ok(shown)
}

fn show(call: &Call<'_>, status: StatusCode, shown: Map<String, Value>, query: &Query) -> Response<Bytes> {
    let context = call.collection_context(None, FOLDERS) + &call.selected(query.select.as_deref()) + "/$entity";
    call.json(status, context, shown)
}

fn get(call: &Call<'_>) -> Answer {
    let query = call.query(&FOLDER, Takes::ONE)?;
    let shown = call.store.read(&call.mailbox.ids, |view| shown(call, view, &find(view, call)?, &query))?;
    Ok(show(call, StatusCode::OK, shown, &query))
}

fn name_of(changes: &Changes) -> Option<&str> {
    changes.values.get("displayName").and_then(Value::as_str).filter(|name| !name.trim().is_empty())
}

/// Documented for Graph; v2.0's page has no such operation, and it is accepted there all the same.
fn create(call: &Call<'_>) -> Answer {
    let query = call.query(&FOLDER, Takes::NOTHING)?;
    let changes = body::read(call.body, call.dialect, &FOLDER, Purpose::Create)?;
    let name = name_of(&changes).ok_or_else(ODataError::no_folder_name)?;
    let shown = call.change(|change| {
        let parent = find(change, call)?;
        let second = !call.behaviours.has(Behaviour::UniqueFolders);
        let id = change.add_folder(&parent, name, second)?;
        change.set_folder_properties(id, &changes.extended)?;
        shown(call, change, &change.folder(id)?.ok_or_else(ODataError::not_found)?, &query)
    })?;
    Ok(show(call, StatusCode::CREATED, shown, &query))
}

/// Documented: `displayName` and `parentFolderId`.
fn update(call: &Call<'_>) -> Answer {
    let query = call.query(&FOLDER, Takes::NOTHING)?;
    let changes = body::read(call.body, call.dialect, &FOLDER, Purpose::Update)?;
    // Guessed: a folder keeps a name.
    if changes.values.contains_key("displayName") && name_of(&changes).is_none() {
        return Err(ODataError::no_folder_name());
    }
    let shown = call.change(|change| {
        let folder = find(change, call)?;
        let above = folder.parent.ok_or_else(distinguished)?;
        let parent = match &changes.parent {
            Some(id) => by_id(change, call, id)?,
            None => change.folder(above)?.ok_or_else(ODataError::not_found)?,
        };
        let name = name_of(&changes).unwrap_or(&folder.name);
        change.set_folder(&folder, name, &parent, !call.behaviours.has(Behaviour::UniqueFolders))?;
        change.set_folder_properties(folder.id, &changes.extended)?;
        shown(call, change, &change.folder(folder.id)?.ok_or_else(ODataError::not_found)?, &query)
    })?;
    Ok(show(call, StatusCode::OK, shown, &query))
}

/// Documented: any folder but the default one. Guessed: with all it holds.
fn delete(call: &Call<'_>) -> Answer {
    call.query(&FOLDER, Takes::NOTHING)?;
    call.change(|change| {
        let folder = find(change, call)?;
        folder.parent.ok_or_else(distinguished)?;
        change.delete_folder(&folder)
    })?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// Guessed; EWS's code for folders that every mailbox has.
pub(super) fn distinguished() -> ODataError {
    let message = "Distinguished folders cannot be changed or deleted.";
    ODataError::new(StatusCode::FORBIDDEN, "ErrorDeleteDistinguishedFolder", message)
}
