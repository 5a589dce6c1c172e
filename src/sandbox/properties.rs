//! Extended properties under URLs of their own: `contacts/{id}/singleValueExtendedProperties/{id}` and its kin.
//!
//! Graph's OpenAPI file had these paths until 2023. The service refuses them (observed for PATCH of one and POST to the
//! list; documented: `$expand` is the only way to get one), and so does the sandbox. With
//! [`Behaviour::UnaddressedProperties`] off it does what the file says.

use http::{Method, Response, StatusCode};
use serde_json::{Map, Value};

use super::behaviour::Behaviour;
use super::body;
use super::contacts;
use super::dialect::Dialect;
use super::error::ODataError;
use super::expand;
use super::extended::{HAS_PICTURE, Stored, multi_id, normal_id, normal_value, stored};
use super::folders;
use super::path::Holder;
use super::query::Takes;
use super::request::{Answer, Call, empty, json};
use super::schema::PROPERTY;
use super::store::{Change, View};

/// Whose properties they are, in the store.
enum Owner {
    Contact(i64),
    Folder(i64),
}

impl Owner {
    fn find(view: &View<'_>, call: &Call<'_>, holder: &Holder) -> Result<Owner, ODataError> {
        Ok(match holder {
            Holder::Contact(id) => Owner::Contact(contacts::find(view, call, id)?.number),
            Holder::Folder => Owner::Folder(folders::find(view, call)?.id),
        })
    }

    /// All that it has of a kind.
    fn has(&self, view: &View<'_>, kind: Stored) -> Result<Vec<(String, String)>, ODataError> {
        let mut has = match self {
            Owner::Contact(number) => view.extended(*number)?,
            Owner::Folder(id) => view.folder_properties(*id)?,
        };
        has.retain(|(id, _)| stored(id) == kind);
        Ok(has)
    }

    fn set(&self, change: &Change<'_>, call: &Call<'_>, id: &str, value: Option<&str>) -> Result<(), ODataError> {
        match self {
            Owner::Contact(number) => {
                change.set_extended(*number, id, value)?;
                change.touch_contact(*number, call.now)
            }
            Owner::Folder(folder) => {
                change.set_folder_property(*folder, id, value)?;
                change.touch_folder(*folder)
            }
        }
    }
}

fn refused(call: &Call<'_>) -> Result<(), ODataError> {
    if call.behaviours.has(Behaviour::UnaddressedProperties) { Err(ODataError::not_supported()) } else { Ok(()) }
}

/// The list.
pub(super) fn collection(call: &Call<'_>, holder: &Holder, kind: Stored) -> Answer {
    refused(call)?;
    match call.method {
        Method::GET => list(call, holder, kind),
        Method::POST => create(call, holder, kind),
        _ => Err(ODataError::not_supported()),
    }
}

/// One of them.
pub(super) fn single(call: &Call<'_>, holder: &Holder, kind: Stored, id: &str) -> Answer {
    refused(call)?;
    let id = match kind {
        Stored::Multi => multi_id(id)?,
        _ => normal_id(id)?,
    };
    match call.method {
        Method::GET => get(call, holder, kind, &id),
        Method::PATCH => update(call, holder, kind, &id),
        Method::DELETE => delete(call, holder, kind, &id),
        _ => Err(ODataError::not_supported()),
    }
}

fn context(call: &Call<'_>, holder: &Holder, kind: Stored) -> String {
    let list = match kind {
        Stored::Multi => call.dialect.pick("multiValueExtendedProperties", "MultiValueExtendedProperties"),
        _ => call.dialect.pick("singleValueExtendedProperties", "SingleValueExtendedProperties"),
    };
    let owner = match holder {
        Holder::Contact(id) => format!("{}('{id}')", contacts::context(call)),
        Holder::Folder => {
            let folder = call.path.folders.last().map_or("", String::as_str);
            format!("{}('{folder}')", call.collection_context(None, folders::FOLDERS))
        }
    };
    format!("{owner}/{list}")
}

fn list(call: &Call<'_>, holder: &Holder, kind: Stored) -> Answer {
    let query = call.query(&PROPERTY, Takes::PLAIN)?;
    let has = call.store.read(&call.mailbox.ids, |view| Owner::find(view, call, holder)?.has(view, kind))?;
    let all = has.iter().map(|(id, value)| expand::shown(id, value, call.dialect)).collect();
    let body = expand::page(call, &query, all, context(call, holder, kind));
    Ok(json(call.dialect, StatusCode::OK, &body))
}

fn get(call: &Call<'_>, holder: &Holder, kind: Stored, id: &str) -> Answer {
    call.query(&PROPERTY, Takes::SELECT)?;
    let has = call.store.read(&call.mailbox.ids, |view| Owner::find(view, call, holder)?.has(view, kind))?;
    let (_, value) = has.iter().find(|(has, _)| has == id).ok_or_else(ODataError::not_found)?;
    Ok(answer(call, StatusCode::OK, holder, kind, (id, value)))
}

fn answer(
    call: &Call<'_>,
    status: StatusCode,
    holder: &Holder,
    kind: Stored,
    (id, value): (&str, &str),
) -> Response<bytes::Bytes> {
    let shown = match expand::shown(id, value, call.dialect) {
        Value::Object(shown) => shown,
        _ => Map::new(),
    };
    call.json(status, context(call, holder, kind) + "/$entity", shown)
}

/// Reads a list of extended properties of one kind, as it stands in a body: normal ids, and values as the store has them.
///
/// # Errors
/// The service's 400s for ids and values that cannot be.
pub(super) fn read(value: Value, dialect: Dialect, kind: Stored) -> Result<Vec<(String, Option<String>)>, ODataError> {
    let read = if kind == Stored::Multi { several } else { one };
    let properties = body::entries(value)?.into_iter().map(|entry| read(entry, dialect));
    let mut properties = properties.collect::<Result<Vec<_>, _>>()?;
    // The service keeps this one itself, from the photo.
    properties.retain(|(id, _)| id != HAS_PICTURE);
    Ok(properties)
}

fn one(entry: Value, dialect: Dialect) -> Result<(String, Option<String>), ODataError> {
    let parts = [("id", "PropertyId"), ("value", "Value")];
    let entry = body::members(entry, &parts, dialect, "SingleValueLegacyExtendedProperty")?;
    let part = |name: &str| entry.get(name).and_then(Value::as_str);
    let id = normal_id(part("id").unwrap_or_default())?;
    let value = part("value").map(|value| normal_value(&id, value)).transpose()?;
    Ok((id, value))
}

fn several(mut entry: Value, dialect: Dialect) -> Result<(String, Option<String>), ODataError> {
    let sent = entry.as_object_mut().and_then(|entry| entry.shift_remove(dialect.pick("value", "Value")));
    let entry = body::members(entry, &[("id", "PropertyId")], dialect, "MultiValueLegacyExtendedProperty")?;
    let id = multi_id(entry.get("id").and_then(Value::as_str).unwrap_or_default())?;
    let Some(sent) = sent.filter(|sent| !sent.is_null()) else { return Ok((id, None)) };
    let values = body::entries(sent)?;
    let value = |value: &Value| normal_value(&id, value.as_str().ok_or_else(ODataError::bad_extended_value)?);
    let values = values.iter().map(|one| value(one).map(Value::String)).collect::<Result<_, _>>()?;
    Ok((id, Some(Value::Array(values).to_string())))
}

/// Reads one property; `id` is the URL's, where it names one.
fn sent(call: &Call<'_>, kind: Stored, id: Option<&str>) -> Result<(String, Option<String>), ODataError> {
    let mut sent: Value = serde_json::from_slice(call.body).map_err(|_| ODataError::unreadable_body())?;
    let name = call.dialect.pick("id", "PropertyId");
    if let (Some(id), Some(sent)) = (id, sent.as_object_mut()) {
        sent.insert(name.to_owned(), id.into());
    }
    let list = Value::Array(vec![sent]);
    let read = self::read(list, call.dialect, kind)?;
    read.into_iter().next().ok_or_else(ODataError::read_only)
}

fn create(call: &Call<'_>, holder: &Holder, kind: Stored) -> Answer {
    call.query(&PROPERTY, Takes::NOTHING)?;
    let (id, value) = sent(call, kind, None)?;
    let value = value.ok_or_else(ODataError::bad_extended_value)?;
    keep(call, holder, &id, &value)?;
    Ok(answer(call, StatusCode::CREATED, holder, kind, (&id, &value)))
}

fn keep(call: &Call<'_>, holder: &Holder, id: &str, value: &str) -> Result<(), ODataError> {
    call.change(|change| Owner::find(change, call, holder)?.set(change, call, id, Some(value)))
}

/// The OpenAPI file knows no body here.
fn update(call: &Call<'_>, holder: &Holder, kind: Stored, id: &str) -> Answer {
    call.query(&PROPERTY, Takes::NOTHING)?;
    let (id, value) = sent(call, kind, Some(id))?;
    keep(call, holder, &id, &value.ok_or_else(ODataError::bad_extended_value)?)?;
    Ok(empty(StatusCode::NO_CONTENT))
}

fn delete(call: &Call<'_>, holder: &Holder, kind: Stored, id: &str) -> Answer {
    call.query(&PROPERTY, Takes::NOTHING)?;
    if id == HAS_PICTURE {
        return Err(ODataError::read_only());
    }
    call.change(|change| {
        let owner = Owner::find(change, call, holder)?;
        let held = owner.has(change, kind)?.iter().any(|(has, _)| has == id);
        if held { owner.set(change, call, id, None) } else { Err(ODataError::not_found()) }
    })?;
    Ok(empty(StatusCode::NO_CONTENT))
}
