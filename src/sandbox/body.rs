//! Reading request bodies: each property is held against the schema and brought into the form of the store.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::dialect::Dialect;
use super::error::ODataError;
use super::extended::Stored;
use super::extensions::{self, Extension};
use super::properties;
use super::schema::{ADDRESS, CONTACT, EMAIL, Entity, FOLDER, MAX_EMAILS, Property, Set, Shape};

/// What a body asks for, under Graph's names.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Changes {
    /// Values to set; null takes one away.
    pub values: Map<String, Value>,
    /// Extended properties by normalised id, several values as a JSON list; none takes one away (guessed: the service's
    /// pages only ever set).
    pub extended: Vec<(String, Option<String>)>,
    /// Open extensions to add.
    pub extensions: Vec<Extension>,
    /// `parentFolderId`, where it was sent.
    pub parent: Option<String>,
}

/// What the body is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Create,
    Update,
}

/// Reads a body.
///
/// # Errors
/// The service's 400s: not JSON, no such property, wrong shape, too many entries, not to be set.
pub(super) fn read(body: &[u8], dialect: Dialect, entity: &Entity, purpose: Purpose) -> Result<Changes, ODataError> {
    read_capped(body, dialect, entity, purpose, true)
}

/// Reads a body; lists have their limits where it is `capped`.
///
/// # Errors
/// As [`read`].
pub(super) fn read_capped(
    body: &[u8],
    dialect: Dialect,
    entity: &Entity,
    purpose: Purpose,
    capped: bool,
) -> Result<Changes, ODataError> {
    let Ok(Value::Object(sent)) = serde_json::from_slice(body) else { return Err(ODataError::unreadable_body()) };
    let mut changes = Changes::default();
    for (name, value) in sent {
        // Annotations (`@odata.type`, `@odata.etag`) say nothing that is set.
        if name.contains('@') {
            continue;
        }
        if let Some(list) = list_sent(&name, dialect, entity, purpose) {
            changes.take_list(list, value, dialect)?;
            continue;
        }
        let row = entity.find(dialect, &name).ok_or_else(|| ODataError::no_such_member(&cut(&name), entity.outlook))?;
        changes.take(row, value, dialect, purpose)?;
    }
    if capped {
        changes.within_caps(entity)?;
    }
    Ok(changes)
}

/// The list beside the properties that a body's member is. Documented: extensions are sent with a new contact alone.
fn list_sent(name: &str, dialect: Dialect, entity: &Entity, purpose: Purpose) -> Option<Stored> {
    let named = |graph, outlook| name == dialect.pick(graph, outlook);
    let holds = [&CONTACT, &FOLDER].iter().any(|holder| std::ptr::eq(*holder, entity));
    let is_new = purpose == Purpose::Create && std::ptr::eq(&raw const CONTACT, entity);
    match () {
        () if holds && named("singleValueExtendedProperties", "SingleValueExtendedProperties") => Some(Stored::Single),
        () if holds && named("multiValueExtendedProperties", "MultiValueExtendedProperties") => Some(Stored::Multi),
        () if is_new && named("extensions", "Extensions") => Some(Stored::Extension),
        () => None,
    }
}

impl Changes {
    /// Observed for e-mail addresses and business phones; guessed from v2.0's padding for the other two.
    fn within_caps(&self, entity: &Entity) -> Result<(), ODataError> {
        for row in entity.rows {
            let count = self.values.get(row.graph).and_then(Value::as_array).map_or(0, Vec::len);
            let max = match row.shape {
                Shape::Texts(max) => max,
                Shape::Emails => Some(MAX_EMAILS),
                _ => None,
            };
            // The service names the property as v2.0 does, in Graph too (observed).
            if let Some(max) = max.filter(|max| count > *max) {
                return Err(ODataError::too_many(row.outlook, count, max));
            }
        }
        Ok(())
    }

    fn take_list(&mut self, list: Stored, value: Value, dialect: Dialect) -> Result<(), ODataError> {
        if list == Stored::Extension {
            let read = entries(value)?.into_iter().map(|entry| extensions::read(entry, dialect));
            self.extensions = read.collect::<Result<_, _>>()?;
        } else {
            self.extended.extend(properties::read(value, dialect, list)?);
        }
        Ok(())
    }

    fn take(&mut self, row: &Property, value: Value, dialect: Dialect, purpose: Purpose) -> Result<(), ODataError> {
        match (row.set, purpose, dialect) {
            (Set::Client, ..) => {
                let value = stored(row, value, dialect)?;
                self.values.insert(row.graph.to_owned(), value);
                Ok(())
            }
            // Observed: ignored on create, the folder of the URL counts.
            (Set::Move, Purpose::Create, _) => Ok(()),
            (Set::Move, Purpose::Update, Dialect::Graph) => {
                self.parent = text(value)?.as_str().map(str::to_owned);
                Ok(())
            }
            // Documented: not writable in v2.0.
            (Set::Move, Purpose::Update, Dialect::Outlook) | (Set::Service, ..) => Err(ODataError::read_only()),
        }
    }
}

/// A value in the store's form; null where there is nothing to keep.
fn stored(row: &Property, value: Value, dialect: Dialect) -> Result<Value, ODataError> {
    match row.shape {
        Shape::Text | Shape::Moment => text(value),
        Shape::Texts(_) => texts(value),
        Shape::Emails => emails(value, dialect),
        // Null takes it away, like an object that says nothing.
        Shape::EmailAt(_) if value.is_null() => Ok(value),
        Shape::EmailAt(_) => email(value, dialect),
        Shape::Address => members(value, &ADDRESS, dialect, "PhysicalAddress"),
        Shape::Birthday => birthday(value),
    }
}

fn text(value: Value) -> Result<Value, ODataError> {
    match value {
        Value::Null | Value::String(_) => Ok(value),
        Value::Array(_) | Value::Object(_) => Err(ODataError::wrong_shape(
            "A primitive value was expected, but a 'StartArray' or 'StartObject' node was found.",
        )),
        other => Err(ODataError::wrong_shape(format!(
            "Cannot convert the literal '{other}' to the expected type 'Edm.String'."
        ))),
    }
}

pub(super) fn entries(value: Value) -> Result<Vec<Value>, ODataError> {
    match value {
        Value::Array(entries) => Ok(entries),
        _ => Err(ODataError::wrong_shape(
            "An unexpected 'PrimitiveValue' node was found when reading from the JSON reader. A 'StartArray' node was \
             expected.",
        )),
    }
}

fn texts(value: Value) -> Result<Value, ODataError> {
    let mut kept = Vec::new();
    for entry in entries(value)? {
        // The schema allows null entries; they hold nothing.
        match text(entry)? {
            Value::Null => {}
            entry => kept.push(entry),
        }
    }
    Ok(if kept.is_empty() { Value::Null } else { Value::Array(kept) })
}

fn emails(value: Value, dialect: Dialect) -> Result<Value, ODataError> {
    let mut kept = Vec::new();
    for entry in entries(value)? {
        let email = email(entry, dialect)?;
        if !email.is_null() {
            kept.push(email);
        }
    }
    Ok(if kept.is_empty() { Value::Null } else { Value::Array(kept) })
}

fn email(value: Value, dialect: Dialect) -> Result<Value, ODataError> {
    let mut email = members(value, &EMAIL, dialect, "EmailAddress")?;
    if let (None, Some(address)) = (email.get("name"), email.get("address").cloned()) {
        // Documented by v2.0's samples: the name is the address unless sent.
        email["name"] = address;
    }
    Ok(email)
}

/// An object of strings; null when it holds none.
pub(super) fn members(
    value: Value,
    parts: &[(&'static str, &'static str)],
    dialect: Dialect,
    kind: &str,
) -> Result<Value, ODataError> {
    let sent = match value {
        Value::Object(sent) => sent,
        Value::Null if kind == "PhysicalAddress" => return Ok(Value::Null),
        _ => return Err(ODataError::wrong_shape("A 'StartObject' node was expected.")),
    };
    let mut kept = Map::new();
    for (name, value) in sent {
        if name.contains('@') {
            continue;
        }
        let part = parts.iter().find(|(graph, outlook)| dialect.pick(*graph, *outlook) == name);
        let (graph, _) = part.ok_or_else(|| ODataError::no_such_member(&cut(&name), kind))?;
        match text(value)? {
            Value::Null => {}
            value => drop(kept.insert((*graph).to_owned(), value)),
        }
    }
    Ok(if kept.is_empty() { Value::Null } else { Value::Object(kept) })
}

/// Documented: a date or a moment is sent. Observed: the date in UTC is what is kept.
fn birthday(value: Value) -> Result<Value, ODataError> {
    let sent = match text(value)? {
        Value::String(sent) => sent,
        other => return Ok(other),
    };
    let moment = sent.parse::<Timestamp>().ok().map(|moment| moment.to_zoned(TimeZone::UTC).date());
    let date = moment.or_else(|| (sent.len() == 10).then(|| sent.parse::<Date>().ok()).flatten());
    let refuse = || {
        let message = format!("Cannot convert the literal '{}' to the expected type 'Edm.DateTimeOffset'.", cut(&sent));
        ODataError::wrong_shape(message)
    };
    date.map(|date| Value::String(date.to_string())).ok_or_else(refuse)
}

fn cut(text: &str) -> String {
    text.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::schema::CONTACT;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;
    use serde_json::json;

    fn graph(body: &Value) -> Result<Changes, ODataError> {
        read(body.to_string().as_bytes(), Dialect::Graph, &CONTACT, Purpose::Update)
    }

    #[test]
    fn values_take_the_form_of_the_store() {
        let changes = read(
            br#"{"@odata.type": "x", "GivenName": "Ada", "MobilePhone1": "1", "EmailAddresses": [{"Address": "a@b.example"}],
                "HomeAddress": {"City": "London", "Street": null}, "HomePhones": ["1", null], "Children": [], "Surname": null,
                "SingleValueExtendedProperties": [{"PropertyId": "String 0x3A24", "Value": "5"}, {"PropertyId": "String 0x3A25", "Value": null}]}"#,
            Dialect::Outlook, &CONTACT, Purpose::Create).unwrap();
        assert_eq!(
            Value::Object(changes.values),
            json!({
                "givenName": "Ada", "mobilePhone": "1", "emailAddresses": [{"address": "a@b.example", "name": "a@b.example"}],
                "homeAddress": {"city": "London"}, "homePhones": ["1"], "children": null, "surname": null,
            })
        );
        assert_eq!(changes.extended, [("String 0x3a24".into(), Some("5".into())), ("String 0x3a25".into(), None)]);
    }

    #[test]
    fn birthdays_keep_their_day_in_utc() {
        for (sent, kept) in [
            ("1974-07-22", "1974-07-22"),
            ("1991-09-19T21:00:00.000Z", "1991-09-19"),
            ("1974-07-22T00:00:00+02:00", "1974-07-21"),
            ("1604-08-14T11:59:00Z", "1604-08-14"),
        ] {
            assert_eq!(graph(&json!({ "birthday": sent })).unwrap().values["birthday"], kept, "{sent}");
        }
    }

    #[test]
    fn refusals_are_worded_as_the_services() {
        let four = json!([{"address": "1"}, {"address": "2"}, {"address": "3"}, {"address": "4"}]);
        let table = [
            (
                json!({"emailAddresses": four}),
                "ErrorInvalidProperty",
                "The multi value property EmailAddresses has 4 entries, that exceeds the max allowed value of 3",
            ),
            (
                json!({"businessPhones": ["1", "2", "3"]}),
                "ErrorInvalidProperty",
                "The multi value property BusinessPhones has 3 entries, that exceeds the max allowed value of 2",
            ),
            (
                json!({"homePhones": ["1", "2", "3"]}),
                "ErrorInvalidProperty",
                "The multi value property HomePhones has 3 entries, that exceeds the max allowed value of 2",
            ),
            (
                json!({"imAddresses": ["1", "2", "3", "4"]}),
                "ErrorInvalidProperty",
                "The multi value property ImAddresses has 4 entries, that exceeds the max allowed value of 3",
            ),
            (
                json!({"GivenName": "x"}),
                "RequestBodyRead",
                "The property 'GivenName' does not exist on type 'Microsoft.OutlookServices.Contact'. Make sure to only use property names that are defined by the type or mark the type as open type.",
            ),
            (
                json!({"homeAddress": {"town": "x"}}),
                "RequestBodyRead",
                "The property 'town' does not exist on type 'Microsoft.OutlookServices.PhysicalAddress'. Make sure to only use property names that are defined by the type or mark the type as open type.",
            ),
            (
                json!({"givenName": 5}),
                "RequestBodyRead",
                "Cannot convert the literal '5' to the expected type 'Edm.String'.",
            ),
            (
                json!({"birthday": "soon"}),
                "RequestBodyRead",
                "Cannot convert the literal 'soon' to the expected type 'Edm.DateTimeOffset'.",
            ),
            (json!({"changeKey": "x"}), "ErrorInvalidPropertySet", "Set action is invalid for property."),
            (
                json!({"singleValueExtendedProperties": [{"id": "x", "value": "y"}]}),
                "ErrorInvalidProperty",
                "PropertyId values may only be in one of the following formats: 'MapiPropertyType namespaceGuid Name propertyName', 'MapiPropertyType namespaceGuid Id propertyId' or 'MapiPropertyType propertyTag'.",
            ),
        ];
        for (body, code, message) in table {
            let error = graph(&body).unwrap_err();
            assert_eq!((error.status.as_u16(), error.code, &*error.message), (400, code, message), "{body}");
        }
        for body in ["", "[]", "null", "{", "{\"givenName\": \"a\u{1}\"}", "\u{feff}{}"] {
            let error = read(body.as_bytes(), Dialect::Graph, &CONTACT, Purpose::Create).unwrap_err();
            assert_eq!(error, ODataError::unreadable_body(), "{body}");
        }
    }

    #[test]
    fn shapes_are_checked() {
        for body in [
            json!({"givenName": ["x"]}),
            json!({"emailAddresses": {}}),
            json!({"emailAddresses": [null]}),
            json!({"emailAddresses": ["a"]}),
            json!({"emailAddresses": null}),
            json!({"children": [1]}),
            json!({"homeAddress": "x"}),
            json!({"homeAddress": {"city": 1}}),
            json!({"singleValueExtendedProperties": [{"value": "x"}]}),
            json!({"photo": {}}),
            json!({"id": "x"}),
            json!({"singleValueExtendedProperties": [{"id": "Integer 0x1", "value": "x"}]}),
        ] {
            assert_eq!(graph(&body).unwrap_err().status, 400, "{body}");
        }
    }

    #[test]
    fn the_folder_of_a_contact_is_set_by_graphs_patch_alone() {
        let body = br#"{"parentFolderId": "F"}"#;
        assert_eq!(read(body, Dialect::Graph, &CONTACT, Purpose::Update).unwrap().parent.as_deref(), Some("F"));
        assert_eq!(read(body, Dialect::Graph, &CONTACT, Purpose::Create).unwrap(), Changes::default());
        let body = br#"{"ParentFolderId": "F"}"#;
        assert_eq!(read(body, Dialect::Outlook, &CONTACT, Purpose::Create).unwrap(), Changes::default());
        assert_eq!(read(body, Dialect::Outlook, &CONTACT, Purpose::Update), Err(ODataError::read_only()));
    }

    proptest! {
        #[test]
        fn hostile_bodies_never_panic(body in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = read(&body, Dialect::Graph, &CONTACT, Purpose::Create);
        }
    }
}
