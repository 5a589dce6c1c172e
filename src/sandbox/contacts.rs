//! Contacts: listed, read, made, changed, moved, deleted.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde_json::{Map, Value};

use super::behaviour::Behaviour;
use super::body::{self, Changes, Purpose};
use super::emails;
use super::error::ODataError;
use super::expand;
use super::extensions;
use super::folders;
use super::names::{display_name, file_as};
use super::query::{DEFAULT_TOP, MAX_TOP, Query, Takes};
use super::render::{Expanded, Style};
use super::request::{Answer, Call, empty, json, paged, set, with_type};
use super::schema::{CONTACT, Moment};
use super::search;
use super::store::{Change, ContactRow, NewContact, View};

/// Names of the collection in both dialects.
pub(super) const CONTACTS: (&str, &str) = ("contacts", "Contacts");

/// `contacts`, of the default folder or of the folder that the path names.
pub(super) fn collection(call: &Call<'_>) -> Answer {
    match call.method {
        Method::GET => list(call),
        Method::POST => create(call),
        // Observed: PATCH of a collection is 405.
        _ => Err(ODataError::not_supported()),
    }
}

/// `contacts/{id}`.
pub(super) fn single(call: &Call<'_>, id: &str) -> Answer {
    match call.method {
        Method::GET => get(call, id),
        Method::PATCH => update(call, id),
        Method::DELETE => delete(call, id),
        _ => Err(ODataError::not_supported()),
    }
}

/// `contacts/$count`.
pub(super) fn count(call: &Call<'_>) -> Answer {
    if call.method != Method::GET {
        return Err(ODataError::not_supported());
    }
    let query = call.query(&CONTACT, Takes::COUNT)?;
    let count = call.store.read(&call.mailbox.ids, |view| {
        search::count(view, &folders::find(view, call)?, query.filter.as_ref(), call.counts_lists())
    })?;
    Ok(with_type(StatusCode::OK, "text/plain", Bytes::from(count.to_string())))
}

/// Finds a contact of the mailbox; where the path names a folder, it must stand in it (guessed).
pub(super) fn find(view: &View<'_>, call: &Call<'_>, id: &str) -> Result<ContactRow, ODataError> {
    call.mailbox.ids.own(id)?;
    let found = match call.mailbox.ids.born(id) {
        Some(born) if call.behaviours.has(Behaviour::ImmutableIds) => view.contact_by_birth(born)?,
        _ => view.contact_by_id(id)?,
    };
    // Neither API shows distribution lists.
    let found = found.filter(|contact| !contact.is_list());
    if !call.path.folders.is_empty() {
        let folder = folders::find(view, call)?;
        return found.filter(|contact| contact.folder == folder.id).ok_or_else(ODataError::not_found);
    }
    found.ok_or_else(ODataError::not_found)
}

impl Call<'_> {
    /// Whether distribution lists take places in a listing.
    pub(super) fn counts_lists(&self) -> bool {
        self.behaviours.has(Behaviour::ShortPages)
    }
}

/// The context of the contacts that the path names, and with `/$entity` of one of them.
pub(super) fn context(call: &Call<'_>) -> String {
    call.collection_context(call.path.folders.last().map(String::as_str), CONTACTS)
}

fn show(
    call: &Call<'_>,
    view: &View<'_>,
    row: &ContactRow,
    query: &Query,
    listed: bool,
) -> Result<Map<String, Value>, ODataError> {
    let style = Style { listed, ..call.style(Moment::Read, query.select.as_deref()) };
    if query.expand.is_empty() {
        return Ok(style.contact(row, None));
    }
    let has = view.extended(row.number)?;
    let context = format!("{}('{}')", context(call), call.id_of(row));
    let single = Expanded { asked: &query.expand.single.ids, has: &has, context: context.clone() };
    let mut shown = style.contact(row, Some(&single));
    query.expand.onto(&mut shown, &has, call.dialect, &context);
    Ok(shown)
}

fn list(call: &Call<'_>) -> Answer {
    let query = call.query(&CONTACT, Takes::LIST)?;
    let preferred = call.preferred_page().filter(|_| query.top.is_none());
    let top = query.top.or(preferred).unwrap_or(DEFAULT_TOP).min(MAX_TOP);
    let mut body = Map::new();
    body.insert("@odata.context".into(), (context(call) + &call.selected(query.select.as_deref())).into());
    call.store.read(&call.mailbox.ids, |view| {
        let folder = folders::find(view, call)?;
        let (rows, more) = search::page(view, &folder, &query, top, call.counts_lists())?;
        if query.count {
            body.insert(
                "@odata.count".into(),
                search::count(view, &folder, query.filter.as_ref(), call.counts_lists())?.into(),
            );
        }
        let shown = rows.iter().filter(|row| !row.is_list());
        let value = shown.map(|row| show(call, view, row, &query, true).map(Value::Object));
        body.insert("value".into(), Value::Array(value.collect::<Result<_, _>>()?));
        if more {
            body.insert("@odata.nextLink".into(), call.next_link(query.skip + rows.len() as u64).into());
        }
        Ok(())
    })?;
    Ok(paged(json(call.dialect, StatusCode::OK, &Value::Object(body)), preferred))
}

fn get(call: &Call<'_>, id: &str) -> Answer {
    let query = call.query(&CONTACT, Takes::ONE)?;
    let shown = call.store.read(&call.mailbox.ids, |view| {
        let row = find(view, call, id)?;
        show(call, view, &row, &query, false)
    })?;
    let context = context(call) + &call.selected(query.select.as_deref()) + "/$entity";
    Ok(call.json(StatusCode::OK, context, shown))
}

/// The answer to a change. Documented: extended properties are not in it, extensions that were sent are.
fn changed(call: &Call<'_>, status: StatusCode, row: &ContactRow, sent: &Sent<'_>) -> Response<Bytes> {
    let style = call.style(Moment::Write, None);
    let extended = &sent.changes.extended;
    let asked: Vec<String> = extended.iter().map(|(id, _)| id.clone()).collect();
    let has: Vec<(String, String)> =
        extended.iter().filter_map(|(id, value)| Some((id.clone(), value.clone()?))).collect();
    let one = format!("{}('{}')", context(call), call.id_of(row));
    let quiet = call.behaviours.has(Behaviour::QuietExtended);
    let expanded = Expanded { asked: &asked, has: &has, context: one.clone() };
    let mut shown = style.contact(row, (!quiet).then_some(&expanded));
    let name = call.dialect.pick("extensions", "Extensions");
    expand::put(&mut shown, name, sent.extensions.clone(), &one);
    let location = shown.get("@odata.id").and_then(Value::as_str).map(str::to_owned);
    let mut response = call.json(status, context(call) + "/$entity", shown);
    if status == StatusCode::CREATED {
        let graph = || one.replace("$metadata#", "");
        set(&mut response, http::header::LOCATION, &location.unwrap_or_else(graph));
    }
    response
}

fn create(call: &Call<'_>) -> Answer {
    call.query(&CONTACT, Takes::NOTHING)?;
    let mut changes = read_body(call, Purpose::Create)?;
    if call.behaviours.has(Behaviour::GivenName) && !has_text(&changes.values, "givenName") {
        return Err(ODataError::no_given_name());
    }
    let mut content = Map::new();
    apply(call, &mut content, &mut changes);
    if !call.behaviours.has(Behaviour::FileAs)
        && !content.contains_key("fileAs")
        && let Some(name) = file_as(&content)
    {
        content.insert("fileAs".into(), name.into());
    }
    let (row, extensions) = call.change(|change| {
        let folder = folders::find(change, call)?;
        let number = change.add_contact(&NewContact { folder: &folder, content: &content, now: call.now })?;
        set_extended(change, number, &changes)?;
        let extensions = extensions::add_all(change, number, &changes.extensions, call.dialect)?;
        Ok((change.contact_by_number(number)?.ok_or_else(ODataError::not_found)?, extensions))
    })?;
    Ok(changed(call, StatusCode::CREATED, &row, &Sent { changes: &changes, extensions }))
}

/// What a write sent beside the contact's own properties.
struct Sent<'a> {
    changes: &'a Changes,
    /// As the answer shows them.
    extensions: Vec<Value>,
}

fn read_body(call: &Call<'_>, purpose: Purpose) -> Result<Changes, ODataError> {
    body::read_capped(call.body, call.dialect, &CONTACT, purpose, call.behaviours.has(Behaviour::ValueCaps))
}

fn has_text(content: &Map<String, Value>, name: &str) -> bool {
    content.get(name).and_then(Value::as_str).is_some_and(|text| !text.is_empty())
}

fn update(call: &Call<'_>, id: &str) -> Answer {
    call.query(&CONTACT, Takes::NOTHING)?;
    let mut changes = read_body(call, Purpose::Update)?;
    let row = call.change(|change| {
        let row = find(change, call, id)?;
        fresh(call, &row)?;
        let mut content = row.content.clone();
        apply(call, &mut content, &mut changes);
        change.set_contact(row.number, &content, call.now)?;
        set_extended(change, row.number, &changes)?;
        let number = moved(change, call, &row, &changes)?;
        change.contact_by_number(number)?.ok_or_else(ODataError::not_found)
    })?;
    Ok(changed(call, StatusCode::OK, &row, &Sent { changes: &changes, extensions: Vec::new() }))
}

/// Moves the contact where the body names another folder, and answers its number.
///
/// Documented: ids change on move. Guessed: that PATCH moves at all (the page lists the property).
fn moved(change: &Change<'_>, call: &Call<'_>, row: &ContactRow, changes: &Changes) -> Result<i64, ODataError> {
    let Some(parent) = &changes.parent else { return Ok(row.number) };
    let to = folders::by_id(change, call, parent)?;
    let keeps_id = !call.behaviours.has(Behaviour::NewIdOnMove);
    if to.id == row.folder { Ok(row.number) } else { change.move_contact(row, &to, keeps_id) }
}

fn delete(call: &Call<'_>, id: &str) -> Answer {
    call.query(&CONTACT, Takes::NOTHING)?;
    call.change(|change| {
        let row = find(change, call, id)?;
        fresh(call, &row)?;
        change.delete_contact(&row)
    })?;
    Ok(empty(StatusCode::NO_CONTENT))
}

/// Holds `If-Match` against the etag (412 is documented; that PATCH and DELETE of contacts heed it is guessed).
pub(super) fn fresh(call: &Call<'_>, row: &ContactRow) -> Result<(), ODataError> {
    let heeded = call.behaviours.has(Behaviour::IfMatch);
    let Some(wanted) = call.headers.get(http::header::IF_MATCH).filter(|_| heeded) else { return Ok(()) };
    let wanted = wanted.to_str().unwrap_or_default().trim();
    let etag = format!("W/\"{}\"", call.mailbox.ids.change_key(row.change));
    if wanted == "*" || wanted == etag || Some(wanted) == etag.strip_prefix("W/") {
        Ok(())
    } else {
        Err(ODataError::stale())
    }
}

/// Brings the changed values in. Documented: a value replaces the earlier one whole, an address too; the display name
/// is made anew from the names unless it is sent.
fn apply(call: &Call<'_>, content: &mut Map<String, Value>, changes: &mut Changes) {
    let named = !call.behaviours.has(Behaviour::DisplayName) || changes.values.contains_key("displayName");
    let emails = content.get("emailAddresses").cloned();
    let by_place = emails::by_place(&mut changes.values);
    let sent = changes.values.contains_key("emailAddresses") || !by_place.is_empty();
    for (name, value) in std::mem::take(&mut changes.values) {
        if value.is_null() {
            content.shift_remove(&name);
        } else {
            content.insert(name, value);
        }
    }
    emails::put(content, by_place);
    if sent {
        emails::settle(call, content, emails.as_ref());
    }
    if let (false, Some(name)) = (named, display_name(content)) {
        content.insert("displayName".into(), name.into());
    }
}

fn set_extended(change: &Change<'_>, number: i64, changes: &Changes) -> Result<(), ODataError> {
    changes.extended.iter().try_for_each(|(id, value)| change.set_extended(number, id, value.as_deref()))
}
