//! Extended properties: written in bodies, read by `$expand`, found by `$filter`.

use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{BOTH, Bench, dialect_name as name, jpeg, spelled};

const KEY: &str = "String {D5E2A4C0-1111-4222-8333-444455556666} Name cardferry-key";
const KEY_NORMAL: &str = "String {d5e2a4c0-1111-4222-8333-444455556666} Name cardferry-key";
const PICTURE: &str = "Boolean {00062004-0000-0000-C000-000000000046} Id 0x8015";

/// Graph's option in the dialect's words, escaped for a URL.
fn option(dialect: Dialect, text: &str) -> String {
    let text = match dialect {
        Dialect::Graph => text.to_owned(),
        Dialect::Outlook => text
            .replace("singleValueExtendedProperties", "SingleValueExtendedProperties")
            .replace("ep/id", "ep/PropertyId")
            .replace("ep/value", "ep/Value")
            .replace("=id eq", "=PropertyId eq")
            .replace("or id eq", "or PropertyId eq"),
    };
    text.replace(' ', "%20")
}

fn expanded(bench: &Bench, dialect: Dialect, url: &str, ids: &[&str]) -> Value {
    let ids: Vec<String> = ids.iter().map(|id| format!("id eq '{id}'")).collect();
    let expand = option(dialect, &format!("$expand=singleValueExtendedProperties($filter={})", ids.join(" or ")));
    let reply = bench.get(dialect, &format!("{url}?{expand}"));
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

fn list(dialect: Dialect, entries: &[(&str, &str)]) -> Value {
    let entries = entries.iter().map(|(id, value)| json!({"id": id, "value": value}));
    let whole = json!({"singleValueExtendedProperties": entries.collect::<Vec<_>>()});
    spelled(dialect, whole)[name(dialect, "singleValueExtendedProperties")].clone()
}

#[test]
fn they_are_written_with_the_contact_and_read_by_expanding() {
    for dialect in BOTH {
        let bench = Bench::new();
        let property = name(dialect, "singleValueExtendedProperties");
        let body = spelled(
            dialect,
            json!({"givenName": "A", "singleValueExtendedProperties": [{"id": KEY, "value": "Value"}, {"id": "String 0x3A24", "value": "fax"}]}),
        );
        let created = bench.send(dialect, "POST", "/me/contacts", Some(&body)).json();
        assert_eq!(created.get(&property), None);
        let id = created[name(dialect, "id")].as_str().unwrap().to_owned();
        bench.contact(dialect, "/me/contacts", json!({"givenName": "B"}));
        let url = format!("/me/contacts/{id}");
        assert_eq!(bench.get(dialect, &url).json().get(&property), None);
        let asked = [KEY, "String 0x3A24", "String 0x3A25", PICTURE];
        let all = list(
            dialect,
            &[
                (KEY_NORMAL, "Value"),
                ("String 0x3a24", "fax"),
                (&PICTURE.to_lowercase().replace("boolean", "Boolean").replace("id 0x", "Id 0x"), "false"),
            ],
        );
        assert_eq!(expanded(&bench, dialect, &url, &asked)[&property], all);
        let listed = expanded(&bench, dialect, "/me/contacts", &[KEY]);
        assert_eq!(listed["value"][0][&property], list(dialect, &[(KEY_NORMAL, "Value")]));
        assert_eq!(listed["value"][1].get(&property), None);
        let patch = spelled(
            dialect,
            json!({"singleValueExtendedProperties": [{"id": KEY, "value": "new"}, {"id": "String 0x3A24", "value": null}]}),
        );
        assert_eq!(bench.send(dialect, "PATCH", &url, Some(&patch)).json().get(&property), None);
        assert_eq!(expanded(&bench, dialect, &url, &asked[..2])[&property], list(dialect, &[(KEY_NORMAL, "new")]));
    }
}

#[test]
fn they_are_found_by_id_and_value() {
    for dialect in BOTH {
        let bench = Bench::new();
        for (given, value) in [("A", "aa"), ("B", "BB"), ("C", "cc")] {
            bench.contact(
                dialect,
                "/me/contacts",
                json!({"givenName": given, "singleValueExtendedProperties": [{"id": KEY, "value": value}]}),
            );
        }
        let any =
            |value: &str| format!("singleValueExtendedProperties/Any(ep: ep/id eq '{KEY}' and ep/value eq '{value}')");
        let found = |filter: &str| {
            let url = format!("/me/contacts?$filter={}", option(dialect, filter));
            let body = bench.get(dialect, &url).json();
            let names = body["value"].as_array().unwrap_or_else(|| panic!("{body}")).iter();
            names.map(|one| one[name(dialect, "givenName")].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(found(&any("AA")), ["A"]);
        assert_eq!(found(&any("bb")), ["B"]);
        assert_eq!(found(&any("b")), [""; 0]);
        assert_eq!(found(&format!("{} or {}", any("cc"), any("aa"))), ["A", "C"]);
        assert_eq!(found(&any("aa").replace("cardferry-key", "Cardferry-key")), [""; 0]);
        assert_eq!(found(&any("aa").replace("ep/value eq", "ep/value ne")), ["B", "C"]);
        assert_eq!(found(&format!("singleValueExtendedProperties/any(ep: ep/id eq '{KEY}')")), ["A", "B", "C"]);
    }
}

#[test]
fn long_values_are_told_apart() {
    let bench = Bench::new();
    let long = "x".repeat(5000);
    for end in ["1", "2"] {
        bench.contact(
            Dialect::Graph,
            "/me/contacts",
            json!({"givenName": end, "singleValueExtendedProperties": [{"id": KEY, "value": format!("{long}{end}")}]}),
        );
    }
    let filter = format!("$filter=singleValueExtendedProperties/any(ep: ep/id eq '{KEY}' and ep/value eq '{long}2')");
    let body = bench.get(Dialect::Graph, &format!("/me/contacts?{}", option(Dialect::Graph, &filter))).json();
    let names: Vec<&str> =
        body["value"].as_array().unwrap().iter().map(|one| one["givenName"].as_str().unwrap()).collect();
    assert_eq!(names, ["2"]);
}

#[test]
fn the_picture_property_follows_the_photo() {
    for dialect in BOTH {
        let bench = Bench::new();
        let id = bench.contact(
            dialect,
            "/me/contacts",
            json!({"givenName": "A", "singleValueExtendedProperties": [{"id": PICTURE, "value": "true"}]}),
        );
        let url = format!("/me/contacts/{id}");
        let shown = || {
            let body = expanded(&bench, dialect, &url, &[PICTURE]);
            body[name(dialect, "singleValueExtendedProperties")][0][dialect_value(dialect)].clone()
        };
        assert_eq!(shown(), "false");
        bench.send_as(dialect, "PUT", &format!("{url}/photo/$value"), &[("content-type", "image/jpeg")], jpeg(4, 4));
        assert_eq!(shown(), "true");
        let filter =
            format!("$filter=singleValueExtendedProperties/any(ep: ep/id eq '{PICTURE}' and ep/value eq 'true')");
        let found = bench.get(dialect, &format!("/me/contacts?{}", option(dialect, &filter))).json();
        assert_eq!(found["value"].as_array().unwrap().len(), 1);
    }
}

fn dialect_value(dialect: Dialect) -> &'static str {
    if dialect == Dialect::Graph { "value" } else { "Value" }
}
