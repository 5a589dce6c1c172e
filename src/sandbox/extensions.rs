//! Open extensions: data of an app's own on a contact, under a name of its own.
//!
//! Documented: each is kept as a named property of the contact, and so the store has it among the extended properties,
//! under [`KIND`] and its name. The data are primitive values and lists of them.

use http::{Method, StatusCode};
use serde_json::{Map, Value};

use super::behaviour::Behaviour;
use super::contacts::{self, find, fresh};
use super::dialect::Dialect;
use super::error::ODataError;
use super::expand;
use super::query::Takes;
use super::request::{Answer, Call, empty, json, with_type};
use super::schema::{EXTENSION, Moment};
use super::store::Change;

/// What stands before the name in the store; no client can name an extended property so.
pub(super) const KIND: &str = "Extension";
/// The type in both dialects.
const TYPE: (&str, &str) = ("microsoft.graph.openTypeExtension", "Microsoft.OutlookServices.OpenTypeExtension");
/// Where the store has the name, beside the data: a member that no client can send.
const NAME: &str = "@name";
/// The longest name: a MAPI named property's (guessed to count here).
const LONGEST: usize = 127;
/// The service's own domains (documented: not to be used; guessed: refused).
const RESERVED: [&str; 2] = ["com.microsoft", "com.onmicrosoft"];

/// The store's id of the extension that a URL or a filter names: by its name, or by its type and name (documented).
/// Guessed: names compare without case.
pub(super) fn property_of(id: &str) -> String {
    let bare = [TYPE.0, TYPE.1].iter().find_map(|kind| {
        let (start, rest) = id.split_at_checked(kind.len())?;
        rest.strip_prefix('.').filter(|_| start.eq_ignore_ascii_case(kind))
    });
    format!("{KIND} {}", bare.unwrap_or(id).to_lowercase())
}

/// What a body says of an extension.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Extension {
    /// None where only the URL names it.
    pub name: Option<String>,
    pub data: Map<String, Value>,
}

/// Reads an extension.
///
/// # Errors
/// 400 for another type, a name or a value that cannot be.
pub(super) fn read(sent: Value, dialect: Dialect) -> Result<Extension, ODataError> {
    let Value::Object(sent) = sent else { return Err(ODataError::wrong_shape("A 'StartObject' node was expected.")) };
    let mut extension = Extension { name: None, data: Map::new() };
    for (member, value) in sent {
        if member == "@odata.type" {
            is_type(&value)?;
        } else if member == dialect.pick("extensionName", "ExtensionName") {
            extension.name = Some(name(&value)?);
        } else if !member.contains('@') && member != dialect.pick("id", "Id") {
            is_primitive(&value)?;
            extension.data.insert(member, value);
        }
    }
    Ok(extension)
}

fn is_type(value: &Value) -> Result<(), ODataError> {
    let sent = value.as_str().unwrap_or_default();
    let sent = sent.strip_prefix('#').unwrap_or(sent);
    let known = [TYPE.0, TYPE.1].iter().any(|kind| kind.eq_ignore_ascii_case(sent));
    let refuse = || ODataError::wrong_shape("The type of an extension must be an open type extension.");
    known.then_some(()).ok_or_else(refuse)
}

fn name(value: &Value) -> Result<String, ODataError> {
    let name = value.as_str().unwrap_or_default();
    let reserved = RESERVED.iter().any(|domain| name.to_ascii_lowercase().starts_with(domain));
    if name.trim().is_empty() || name.chars().count() > LONGEST || name.chars().any(char::is_control) || reserved {
        return Err(ODataError::bad_extension("The extension's name is not valid."));
    }
    Ok(name.to_owned())
}

/// Documented.
fn is_primitive(value: &Value) -> Result<(), ODataError> {
    let fits = match value {
        Value::Object(_) => false,
        Value::Array(entries) => entries.iter().all(|entry| !entry.is_object() && !entry.is_array()),
        _ => true,
    };
    let message = "The data of an extension are primitive values and lists of them.";
    fits.then_some(()).ok_or_else(|| ODataError::bad_extension(message))
}

/// An extension as an answer shows it. `stored` is what the store has.
pub(super) fn shown(stored: &str, dialect: Dialect) -> Map<String, Value> {
    let stored: Map<String, Value> = serde_json::from_str(stored).unwrap_or_default();
    let name = stored.get(NAME).and_then(Value::as_str).unwrap_or_default().to_owned();
    let kind = dialect.pick(TYPE.0, TYPE.1);
    let mut shown = Map::new();
    shown.insert("@odata.type".into(), format!("#{kind}").into());
    shown.insert(dialect.pick("id", "Id").into(), format!("{kind}.{name}").into());
    shown.insert(dialect.pick("extensionName", "ExtensionName").into(), name.into());
    for (member, value) in stored.into_iter().filter(|(member, _)| member != NAME) {
        // The other dialect's data may have one of these names.
        shown.entry(member).or_insert(value);
    }
    shown
}

/// Documented for v2.0: an extension says where it is, below the contact `at`.
pub(super) fn locate(extension: &mut Map<String, Value>, at: &str) {
    let id = extension.get("Id").and_then(Value::as_str).map(str::to_owned);
    if let Some(id) = id {
        extension.insert("@odata.id".into(), format!("{at}/Extensions('{id}')").into());
    }
}

/// Adds an extension to a contact, which must not have one of its name (guessed).
fn add(change: &Change<'_>, contact: i64, extension: &Extension) -> Result<String, ODataError> {
    let missing = || ODataError::bad_extension("The property 'ExtensionName' is required when creating the entity.");
    let name = extension.name.as_ref().ok_or_else(missing)?;
    let property = property_of(name);
    if change.extended_one(contact, &property)?.is_some() {
        return Err(ODataError::extension_exists());
    }
    let mut stored = Map::new();
    stored.insert(NAME.into(), name.as_str().into());
    stored.extend(extension.data.clone());
    let stored = Value::Object(stored).to_string();
    change.set_extended(contact, &property, Some(&stored))?;
    Ok(stored)
}

/// Adds every one of them, and answers how they are shown.
pub(super) fn add_all(
    change: &Change<'_>,
    contact: i64,
    extensions: &[Extension],
    dialect: Dialect,
) -> Result<Vec<Value>, ODataError> {
    let add = |extension| Ok(Value::Object(shown(&add(change, contact, extension)?, dialect)));
    extensions.iter().map(add).collect()
}

/// `contacts/{id}/extensions`.
pub(super) fn collection(call: &Call<'_>, id: &str) -> Answer {
    match call.method {
        // Observed: they are not listed.
        Method::GET if call.behaviours.has(Behaviour::UnlistedExtensions) => Err(ODataError::not_supported()),
        Method::GET => list(call, id),
        Method::POST => create(call, id),
        _ => Err(ODataError::not_supported()),
    }
}

/// `contacts/{id}/extensions/$count`.
pub(super) fn count(call: &Call<'_>, id: &str) -> Answer {
    if call.method != Method::GET || call.behaviours.has(Behaviour::UnlistedExtensions) {
        return Err(ODataError::not_supported());
    }
    call.query(&EXTENSION, Takes::NOTHING)?;
    let count = all(call, id)?.len();
    Ok(with_type(StatusCode::OK, "text/plain", count.to_string().into()))
}

/// `contacts/{id}/extensions/{name}`.
pub(super) fn single(call: &Call<'_>, id: &str, name: &str) -> Answer {
    match call.method {
        Method::GET => get(call, id, name),
        Method::PATCH => update(call, id, name),
        Method::DELETE => delete(call, id, name),
        _ => Err(ODataError::not_supported()),
    }
}

fn context(call: &Call<'_>, id: &str) -> String {
    format!("{}('{id}')/{}", contacts::context(call), call.dialect.pick("extensions", "Extensions"))
}

fn all(call: &Call<'_>, id: &str) -> Result<Vec<Value>, ODataError> {
    call.store.read(&call.mailbox.ids, |view| {
        let contact = find(view, call, id)?;
        let has = view.extended(contact.number)?;
        Ok(expand::every_extension(&has, call.dialect))
    })
}

fn list(call: &Call<'_>, id: &str) -> Answer {
    let query = call.query(&EXTENSION, Takes::PLAIN)?;
    let shown = all(call, id)?;
    let body = expand::page(call, &query, shown, context(call, id));
    Ok(json(call.dialect, StatusCode::OK, &body))
}

fn create(call: &Call<'_>, id: &str) -> Answer {
    call.query(&EXTENSION, Takes::NOTHING)?;
    let extension = sent(call)?;
    let stored = call.change(|change| {
        let contact = find(change, call, id)?;
        let stored = add(change, contact.number, &extension)?;
        change.touch_contact(contact.number, call.now)?;
        Ok(stored)
    })?;
    Ok(answer(call, StatusCode::CREATED, id, &stored))
}

fn sent(call: &Call<'_>) -> Result<Extension, ODataError> {
    let body = serde_json::from_slice(call.body).map_err(|_| ODataError::unreadable_body())?;
    read(body, call.dialect)
}

fn answer(call: &Call<'_>, status: StatusCode, id: &str, stored: &str) -> http::Response<bytes::Bytes> {
    let mut shown = shown(stored, call.dialect);
    if call.dialect == Dialect::Outlook {
        locate(&mut shown, &call.style(Moment::Read, None).entity_id("Contacts", id));
    }
    call.json(status, context(call, id) + "/$entity", shown)
}

fn get(call: &Call<'_>, id: &str, name: &str) -> Answer {
    call.query(&EXTENSION, Takes::SELECT)?;
    let stored = call.store.read(&call.mailbox.ids, |view| {
        let contact = find(view, call, id)?;
        view.extended_one(contact.number, &property_of(name))?.ok_or_else(ODataError::not_found)
    })?;
    Ok(answer(call, StatusCode::OK, id, &stored))
}

/// Documented: what is sent replaces what is there under its name, all else stays. Guessed: null takes away.
fn update(call: &Call<'_>, id: &str, name: &str) -> Answer {
    call.query(&EXTENSION, Takes::NOTHING)?;
    let extension = sent(call)?;
    let property = property_of(name);
    if extension.name.as_deref().is_some_and(|name| property_of(name) != property) {
        return Err(ODataError::bad_extension("The extension's name cannot be changed."));
    }
    let stored = call.change(|change| {
        let contact = find(change, call, id)?;
        let stored = change.extended_one(contact.number, &property)?.ok_or_else(ODataError::not_found)?;
        let mut stored: Map<String, Value> = serde_json::from_str(&stored).unwrap_or_default();
        for (member, value) in &extension.data {
            if value.is_null() {
                stored.shift_remove(member);
            } else {
                stored.insert(member.clone(), value.clone());
            }
        }
        let stored = Value::Object(stored).to_string();
        change.set_extended(contact.number, &property, Some(&stored))?;
        change.touch_contact(contact.number, call.now)?;
        Ok(stored)
    })?;
    Ok(answer(call, StatusCode::OK, id, &stored))
}

fn delete(call: &Call<'_>, id: &str, name: &str) -> Answer {
    call.query(&EXTENSION, Takes::NOTHING)?;
    let property = property_of(name);
    call.change(|change| {
        let contact = find(change, call, id)?;
        fresh(call, &contact)?;
        change.extended_one(contact.number, &property)?.ok_or_else(ODataError::not_found)?;
        change.set_extended(contact.number, &property, None)?;
        change.touch_contact(contact.number, call.now)
    })?;
    Ok(empty(StatusCode::NO_CONTENT))
}
