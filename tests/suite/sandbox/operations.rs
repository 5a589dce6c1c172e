//! Every path and operation of Graph's OpenAPI description, and every operation of v2.0's page.

use std::sync::Arc;

use bytes::Bytes;
use cardferry::sandbox::behaviour::{Behaviour, Behaviours};
use cardferry::sandbox::clock::VirtualClock;
use cardferry::sandbox::{Dialect, Opened, Sandbox, Settings};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{Bench, jpeg};
use crate::openapi::OpenApi;
use crate::openapi::examples::{OLD, Operation};

/// What is in the description and refused as the service refuses it, and the behaviour that says so.
const REFUSED: &[(&str, &str, Behaviour)] = &[
    ("", "/singleValueExtendedProperties", Behaviour::UnaddressedProperties),
    ("", "/multiValueExtendedProperties", Behaviour::UnaddressedProperties),
    ("GET", "/extensions", Behaviour::UnlistedExtensions),
    ("GET", "/extensions/$count", Behaviour::UnlistedExtensions),
];

/// A store where some of Exchange's ways are off.
pub(super) fn without(off: &[Behaviour]) -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(VirtualClock::at("2024-05-06T07:08:09Z".parse().unwrap()));
    let behaviours = off.iter().fold(Behaviours::default(), |all, one| all.with(*one, false));
    let still = Settings { clock: Arc::<VirtualClock>::clone(&clock), seed: Some(7), ..Settings::default() };
    let settings = Settings { behaviours, ..still };
    let Opened::Here(sandbox) = Sandbox::open(&dir.path().join("book.db"), settings).unwrap() else { unreachable!() };
    Bench { sandbox, clock, runtime: Runtime::new().unwrap(), dir }
}

/// Two folders one in the other, and a contact with all that a contact can have in the innermost that a path names.
struct Fixture {
    outer: String,
    inner: String,
    contact: String,
}

const SINGLE: &str = "String {00020329-0000-0000-c000-000000000046} Name Colour";
const MULTI: &str = "StringArray {00020329-0000-0000-c000-000000000046} Name Colours";

impl Fixture {
    fn new(bench: &Bench, path: &str, number: usize) -> Fixture {
        let folder = |parent: &str, name: &str| {
            let body = json!({
                "displayName": format!("{name}{number}"),
                "singleValueExtendedProperties": [{"id": SINGLE, "value": "red"}],
                "multiValueExtendedProperties": [{"id": MULTI, "value": ["red", "green"]}],
            });
            bench.contact(Dialect::Graph, parent, body)
        };
        let outer = folder("/me/contactFolders", "outer");
        let inner = folder(&format!("/me/contactFolders/{outer}/childFolders"), "inner");
        let place = match path.matches("olders/{").count() {
            0 => "/me/contacts".to_owned(),
            1 => format!("/me/contactFolders/{outer}/contacts"),
            _ => format!("/me/contactFolders/{outer}/childFolders/{inner}/contacts"),
        };
        let contact = bench.contact(
            Dialect::Graph,
            &place,
            json!({
                "givenName": "Ada",
                "singleValueExtendedProperties": [{"id": SINGLE, "value": "red"}],
                "multiValueExtendedProperties": [{"id": MULTI, "value": ["red", "green"]}],
                "extensions": [{"@odata.type": "microsoft.graph.openTypeExtension", "extensionName": OLD}],
            }),
        );
        let photo = format!("/me/contacts/{contact}/photo/$value");
        let sent = bench.send_as(Dialect::Graph, "PUT", &photo, &[("content-type", "image/jpeg")], jpeg(4, 4));
        assert_eq!(sent.status, 200);
        Fixture { outer, inner, contact }
    }

    /// The path with its keys filled in.
    fn fill(&self, bench: &Bench, path: &str) -> String {
        let escaped =
            |id: &str| percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string();
        path.replace("{user-id}", bench.sandbox.upn())
            .replace("{contactFolder-id}", &self.outer)
            .replace("{contactFolder-id1}", &self.inner)
            .replace("{contact-id}", &self.contact)
            .replace("{extension-id}", OLD)
            .replace("{singleValueLegacyExtendedProperty-id}", &escaped(SINGLE))
            .replace("{multiValueLegacyExtendedProperty-id}", &escaped(MULTI))
    }
}

fn send(bench: &Bench, operation: &Operation, url: &str) -> (u16, String) {
    let (kind, body) = match (&operation.body, operation.bytes) {
        (_, true) => ("image/jpeg", jpeg(8, 6)),
        (Some(body), _) => ("application/json", Bytes::from(body.to_string())),
        _ => ("application/json", Bytes::new()),
    };
    // Holds what was sent, if it was accepted, and what came back against the description.
    let reply = bench.send_as(Dialect::Graph, &operation.method, url, &[("content-type", kind)], body);
    (reply.status, String::from_utf8_lossy(&reply.body).into_owned())
}

fn refused(operation: &Operation, off: &[Behaviour]) -> bool {
    let is = |(method, end, behaviour): &(&str, &str, Behaviour)| {
        let listed = operation.path.ends_with(end) || method.is_empty() && operation.path.contains(end);
        listed && (method.is_empty() || *method == operation.method) && !off.contains(behaviour)
    };
    REFUSED.iter().any(is)
}

/// How many operations are served and refused; none without the description.
fn walk(off: &[Behaviour]) -> Option<(usize, usize)> {
    let api = OpenApi::load()?;
    let bench = without(off);
    let (mut served, mut not) = (0, 0);
    for (number, mut operation) in api.operations().into_iter().enumerate() {
        // Two folders of one name cannot stand in the same place.
        if let Some(name) = operation.body.as_mut().and_then(|body| body.get_mut("displayName")) {
            *name = format!("Text {number}").into();
        }
        let fixture = Fixture::new(&bench, &operation.path, number);
        let (status, body) = send(&bench, &operation, &fixture.fill(&bench, &operation.path));
        let told = format!("{} {}: {status} {body}", operation.method, operation.path);
        if refused(&operation, off) {
            assert_eq!(status, 405, "it is listed as refused; {told}");
            not += 1;
        } else {
            assert!((200..300).contains(&status), "{told}");
            served += 1;
        }
    }
    Some((served, not))
}

#[test]
fn every_operation_is_served_or_refused_as_the_service_refuses_it() {
    let counts = walk(&[]);
    assert!(counts.is_none_or(|counts| counts == (134, 72)), "{counts:?}");
}

#[test]
fn with_the_refusals_off_every_operation_is_served() {
    let counts = walk(&[Behaviour::UnaddressedProperties, Behaviour::UnlistedExtensions]);
    assert!(counts.is_none_or(|counts| counts == (206, 0)), "{counts:?}");
}

/// A value for each option that contacts and folders take, in this order of preference.
const OPTIONS: &[(&str, &[&str])] = &[
    ("$top", &["5"]),
    ("$skip", &["0"]),
    ("$count", &["true"]),
    ("$filter", &["displayName%20eq%20'x'"]),
    ("$orderby", &["displayName%20desc"]),
    ("$select", &["id,displayName"]),
    ("$expand", &["singleValueExtendedProperties($filter=id%20eq%20'String%200x3A24')"]),
];

#[test]
fn every_option_is_taken_but_search() {
    let Some(api) = OpenApi::load() else { return };
    let bench = Bench::new();
    let ours = |operation: &Operation| {
        let last = operation.path.rsplit('/').find(|name| !name.starts_with('{')).unwrap_or_default().to_owned();
        operation.method == "GET" && ["contacts", "contactFolders", "childFolders"].contains(&last.as_str())
    };
    for (number, operation) in api.operations().into_iter().filter(ours).enumerate() {
        let fixture = Fixture::new(&bench, &operation.path, number);
        let url = fixture.fill(&bench, &operation.path);
        for option in &operation.options {
            let values = OPTIONS.iter().find(|(name, _)| name == option).map_or(&["x"][..], |(_, values)| values);
            for value in values {
                let (status, body) = send(&bench, &operation, &format!("{url}?{option}={value}"));
                let expected = if option == "$search" { 400 } else { 200 };
                assert_eq!(status, expected, "{option} of {}: {body}", operation.path);
            }
        }
    }
}

/// The operations of v2.0's page by their numbers there; the sync operations (6 to 8) and batches (19) aside.
#[test]
fn every_operation_of_the_v2_page_is_served() {
    let bench = Bench::new();
    let outlook = Dialect::Outlook;
    let folder = bench.contact(outlook, "/me/contactfolders", json!({"displayName": "F"}));
    let json = |body: Value| (("content-type", "application/json"), Bytes::from(body.to_string()));
    let nothing = || json(Value::Null);
    let inside = format!("/me/contactfolders/{folder}/contacts");
    let created = bench.contact(outlook, "/me/contacts", json!({"givenName": "Ada"}));
    let one = format!("/me/contacts/{created}");
    let photo = format!("/me/contacts('{created}')/photo");
    let image = || (("content-type", "image/jpeg"), jpeg(4, 4));
    let table = [
        (1, "GET", "/me/contacts".to_owned(), nothing(), 200),
        (2, "GET", inside.clone(), nothing(), 200),
        (3, "GET", one.clone(), nothing(), 200),
        (4, "GET", format!("{one}?$select=EmailAddresses,GivenName,Surname"), nothing(), 200),
        (4, "GET", format!("{inside}?$select=EmailAddresses,GivenName,Surname"), nothing(), 200),
        (5, "GET", "/me/contacts/$count".to_owned(), nothing(), 200),
        (5, "GET", "/me/contactfolders/$count?$filter=DisplayName%20eq%20'f'".to_owned(), nothing(), 200),
        (9, "POST", "/Me/Contacts".to_owned(), json(json!({"GivenName": "B"})), 201),
        (10, "POST", inside, json(json!({"GivenName": "C"})), 201),
        (11, "PATCH", one.clone(), json(json!({"Surname": "Byron"})), 200),
        (13, "GET", "/me/contactfolders".to_owned(), nothing(), 200),
        (14, "GET", format!("/me/contactfolders/{folder}/childfolders"), nothing(), 200),
        (15, "GET", format!("/me/contactfolders/{folder}"), nothing(), 200),
        (17, "GET", format!("{photo}/$value"), nothing(), 404),
        (18, "PUT", format!("{photo}/$value"), image(), 200),
        (18, "PATCH", format!("{photo}/$value"), image(), 200),
        (16, "GET", photo.clone(), nothing(), 200),
        (17, "GET", format!("{photo}/$value"), nothing(), 200),
        (12, "DELETE", one, nothing(), 204),
    ];
    for (number, method, url, (header, body), status) in table {
        let reply = bench.send_as(outlook, method, &url, &[header], body);
        assert_eq!(reply.status, status, "operation {number}: {method} {url}: {reply:?}");
    }
}
