//! Extended properties of several values, those of folders, and those under URLs of their own.

use cardferry::sandbox::Dialect;
use cardferry::sandbox::behaviour::Behaviour;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::operations::without;
use super::{BOTH, Bench, dialect_name as name};

const COLOUR: &str = "String {00020329-0000-0000-c000-000000000046} Name Colour";
const RECREATION: &str = "StringArray {66f5a359-4659-4830-9070-00050ec6ac6e} Name Recreation";

fn multi(dialect: Dialect, id: &str, values: &Value) -> Value {
    let (id_name, value) = if dialect == Dialect::Graph { ("id", "value") } else { ("PropertyId", "Value") };
    json!({ id_name: id, value: values })
}

fn expand(dialect: Dialect, list: &str, id: &str) -> String {
    let key = if dialect == Dialect::Graph { "id" } else { "PropertyId" };
    format!("{}($filter={key} eq '{id}')", name(dialect, list)).replace(' ', "%20")
}

#[test]
fn several_values_are_written_expanded_found_and_taken_away() {
    for dialect in BOTH {
        let bench = Bench::new();
        let list = name(dialect, "multiValueExtendedProperties");
        let sent = multi(
            dialect,
            &RECREATION
                .to_uppercase()
                .replace("STRINGARRAY", "stringarray")
                .replace("NAME RECREATION", "name Recreation"),
            &json!(["Food", "Hiking"]),
        );
        let numbers = multi(dialect, "IntegerArray 0x3A30", &json!(["1", "-2"]));
        let body = json!({name(dialect, "givenName"): "A", list.clone(): [sent, numbers]});
        let made = bench.send(dialect, "POST", "/me/contacts", Some(&body));
        assert_eq!((made.status, made.json().get(&list)), (201, None), "{made:?}");
        bench.contact(dialect, "/me/contacts", json!({"givenName": "B"}));
        let url = format!("/me/contacts/{}", made.json()[name(dialect, "id")].as_str().unwrap());
        let asked = expand(dialect, "multiValueExtendedProperties", RECREATION);
        let shown = multi(dialect, RECREATION, &json!(["Food", "Hiking"]));
        let listed = bench.get(dialect, &format!("/me/contacts?$expand={asked}")).json();
        assert_eq!(listed["value"][0][&list], json!([shown]));
        assert_eq!(listed["value"][1].get(&list), None);
        let context = listed["value"][0][format!("{list}@odata.context")].as_str().unwrap();
        assert!(context.ends_with(&format!("')/{list}")), "{context}");
        let (id, value) = if dialect == Dialect::Graph { ("id", "value") } else { ("PropertyId", "Value") };
        let filter = format!("{list}/any(e: e/{id} eq '{RECREATION}' and e/{value}/any(v: v eq 'HIKING'))");
        let found = bench.get(dialect, &format!("/me/contacts?$filter={}", filter.replace(' ', "%20"))).json();
        assert_eq!(found["value"].as_array().unwrap().len(), 1);
        let two = format!("{url}?$expand={asked},{}", expand(dialect, "singleValueExtendedProperties", COLOUR));
        assert_eq!(bench.get(dialect, &two).json()[&list], json!([shown]));
        if dialect == Dialect::Graph {
            // Its description has no null here.
            continue;
        }
        let patch = json!({list.clone(): [multi(dialect, RECREATION, &json!(null))]});
        assert_eq!(bench.send(dialect, "PATCH", &url, Some(&patch)).status, 200);
        assert_eq!(bench.get(dialect, &format!("{url}?$expand={asked}")).json().get(&list), None);
    }
}

#[test]
fn ids_and_values_must_be_of_their_type() {
    let bench = Bench::new();
    let post = |body: Value| bench.send(Dialect::Graph, "POST", "/me/contacts", Some(&body));
    let table = [
        (json!({"id": "String 0x3A24", "value": ["x"]}), "ErrorInvalidExtendedProperty"),
        (json!({"id": "nonsense", "value": ["x"]}), "ErrorInvalidProperty"),
        (json!({"value": ["x"]}), "ErrorInvalidProperty"),
        (json!({"id": "IntegerArray 0x3A24", "value": ["x"]}), "ErrorInvalidExtendedPropertyValue"),
        (json!({"id": "IntegerArray 0x3A24", "value": [5]}), "ErrorInvalidExtendedPropertyValue"),
        (json!({"id": "IntegerArray 0x3A24", "value": "5"}), "RequestBodyRead"),
        (json!({"id": "IntegerArray 0x3A24", "values": ["5"]}), "RequestBodyRead"),
        (json!("x"), "RequestBodyRead"),
    ];
    for (entry, code) in table {
        let reply = post(json!({"givenName": "A", "multiValueExtendedProperties": [entry]}));
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{entry}");
    }
    let single =
        post(json!({"givenName": "A", "singleValueExtendedProperties": [{"id": "StringArray 0x3A24", "value": "x"}]}));
    assert_eq!((single.status, single.code().as_str()), (400, "ErrorInvalidExtendedProperty"));
}

#[test]
fn folders_have_them_too() {
    for dialect in BOTH {
        let bench = Bench::new();
        let (single, several) =
            (name(dialect, "singleValueExtendedProperties"), name(dialect, "multiValueExtendedProperties"));
        let (id, value) = if dialect == Dialect::Graph { ("id", "value") } else { ("PropertyId", "Value") };
        for (folder, colour) in [("F", "red"), ("G", "blue")] {
            let body = json!({
                name(dialect, "displayName"): folder,
                single.clone(): [{id: COLOUR, value: colour}],
                several.clone(): [multi(dialect, RECREATION, &json!([folder]))],
            });
            let made = bench.send(dialect, "POST", "/me/contactfolders", Some(&body));
            assert_eq!((made.status, made.json().get(&single)), (201, None), "{made:?}");
        }
        let both = [
            expand(dialect, "singleValueExtendedProperties", COLOUR),
            expand(dialect, "multiValueExtendedProperties", RECREATION),
        ];
        let filter = format!("{single}/Any(e: e/{id} eq '{COLOUR}' and e/{value} eq 'BLUE')").replace(' ', "%20");
        let found =
            bench.get(dialect, &format!("/me/contactfolders?$filter={filter}&$expand={}", both.join(","))).json();
        assert_eq!(found["value"].as_array().unwrap().len(), 1);
        let folder = &found["value"][0];
        assert_eq!(folder[&single], json!([{id: COLOUR, value: "blue"}]));
        assert_eq!(folder[&several], json!([multi(dialect, RECREATION, &json!(["G"]))]));
        assert_eq!(bench.get(dialect, &format!("/me/contactfolders/$count?$filter={filter}")).body, "1");
        let url = format!("/me/contactfolders/{}", folder[name(dialect, "id")].as_str().unwrap());
        let one = bench.get(dialect, &format!("{url}?$expand={}", both[0])).json();
        assert_eq!(one[&single], folder[&single]);
        if dialect == Dialect::Graph {
            let patch = json!({"singleValueExtendedProperties": [{"id": COLOUR, "value": null}]});
            assert_eq!(bench.send(dialect, "PATCH", &url, Some(&patch)).status, 200);
            assert_eq!(bench.get(dialect, &format!("{url}?$expand={}", both[0])).json().get(&single), None);
        }
        let refused = bench.get(dialect, &format!("{url}?$expand={}", name(dialect, "extensions")));
        assert_eq!((refused.status, refused.code() == "ExpandNotSupported"), (400, false), "a folder has none");
    }
}

/// Each step on the list and on one of it; all of them are refused by default.
#[test]
fn urls_of_their_own_are_refused_unless_switched_on() {
    let escaped = |id: &str| id.replace(' ', "%20").replace('{', "%7B").replace('}', "%7D");
    let off = [Behaviour::UnaddressedProperties];
    for bench in [Bench::new(), without(&off)] {
        let served = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "B"}));
        let folder = bench.contact(Dialect::Graph, "/me/contactFolders", json!({"displayName": "F"}));
        let is_refused =
            bench.get(Dialect::Graph, &format!("/me/contacts/{served}/singleValueExtendedProperties")).status == 405;
        for owner in [format!("/me/contacts/{served}"), format!("/me/contactFolders/{folder}")] {
            for (list, id, first, second) in [
                ("singleValueExtendedProperties", COLOUR, json!("red"), json!("blue")),
                ("multiValueExtendedProperties", RECREATION, json!(["a"]), json!(["b", "c"])),
            ] {
                let all = format!("{owner}/{list}");
                let one = format!("{all}('{}')", escaped(id));
                let steps = [
                    ("GET", &one, None, 404),
                    ("POST", &all, Some(json!({"id": id, "value": first})), 201),
                    ("GET", &all, None, 200),
                    ("PATCH", &one, Some(json!({"value": second})), 204),
                    ("GET", &one, None, 200),
                    ("DELETE", &one, None, 204),
                    ("DELETE", &one, None, 404),
                    ("PUT", &one, None, 405),
                ];
                for (method, url, body, status) in steps {
                    let reply = bench.send(Dialect::Graph, method, url, body.as_ref());
                    assert_eq!(reply.status, if is_refused { 405 } else { status }, "{method} {url}: {reply:?}");
                    if reply.status == 200 && url == &one {
                        assert_eq!(reply.json()["value"], second, "{method} {url}");
                    }
                }
            }
        }
    }
}
