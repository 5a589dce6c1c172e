//! Graph's `primaryEmailAddress`, `secondaryEmailAddress` and `tertiaryEmailAddress`: the e-mail addresses by their place.

use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::Bench;

const SLOTS: [&str; 3] = ["primaryEmailAddress", "secondaryEmailAddress", "tertiaryEmailAddress"];

fn email(address: &str) -> Value {
    json!({"name": address, "address": address})
}

/// The addresses in the list, and by place.
fn addresses(contact: &Value) -> (Vec<&str>, [Option<&str>; 3]) {
    let listed = contact["emailAddresses"].as_array().unwrap().iter();
    (
        listed.map(|email| email["address"].as_str().unwrap()).collect(),
        SLOTS.map(|slot| contact.get(slot).unwrap_or_else(|| panic!("no {slot}"))["address"].as_str()),
    )
}

#[test]
fn they_are_got_and_set_by_place() {
    let bench = Bench::new();
    let made =
        bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A", SLOTS[0]: {"address": "a@x.example"}}));
    let url = format!("/me/contacts/{made}");
    let got = bench.get(Dialect::Graph, &url).json();
    assert_eq!(got[SLOTS[0]], email("a@x.example"), "the address names it, as in the list");
    assert_eq!(addresses(&got), (vec!["a@x.example"], [Some("a@x.example"), None, None]));
    let order: Vec<&String> = got.as_object().unwrap().keys().skip_while(|key| *key != "emailAddresses").collect();
    assert_eq!(order[1..5], [SLOTS[0], SLOTS[1], SLOTS[2], "homeAddress"]);
    let a = Some("a@x.example");
    let table = [
        (json!({SLOTS[1]: email("b@x")}), [a, Some("b@x"), None]),
        (json!({SLOTS[2]: email("c@x"), SLOTS[1]: email("d@x")}), [a, Some("d@x"), Some("c@x")]),
        (json!({"surname": "x"}), [a, Some("d@x"), Some("c@x")]),
        (json!({SLOTS[0]: null}), [Some("d@x"), Some("c@x"), None]),
        (json!({"emailAddresses": [email("e@x")], SLOTS[1]: email("f@x")}), [Some("e@x"), Some("f@x"), None]),
        (json!({"emailAddresses": []}), [None, None, None]),
        (json!({SLOTS[2]: email("g@x")}), [Some("g@x"), None, None]),
        (json!({SLOTS[0]: {}, SLOTS[1]: null}), [None, None, None]),
    ];
    for (body, expected) in table {
        let reply = bench.send(Dialect::Graph, "PATCH", &url, Some(&body));
        assert_eq!(reply.status, 200, "{body}: {reply:?}");
        let changed = reply.json();
        let listed: Vec<&str> = expected.iter().flatten().copied().collect();
        assert_eq!(addresses(&changed), (listed, expected), "{body}");
        assert_eq!(addresses(&bench.get(Dialect::Graph, &url).json()), addresses(&changed), "{body}");
    }
}

#[test]
fn they_are_selected_and_not_filtered_by() {
    let bench = Bench::new();
    bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A", SLOTS[0]: email("a@x.example")}));
    let page = bench.get(Dialect::Graph, "/me/contacts?$select=primaryEmailAddress,tertiaryEmailAddress").json();
    assert_eq!((&page["value"][0][SLOTS[0]], &page["value"][0][SLOTS[2]]), (&email("a@x.example"), &Value::Null));
    assert!(page["value"][0].get("emailAddresses").is_none(), "{page}");
    let found = bench.get(Dialect::Graph, "/me/contacts?$filter=emailAddresses/any(a:a/address%20eq%20'a@x.example')");
    assert_eq!(found.json()["value"].as_array().unwrap().len(), 1);
    for filter in ["primaryEmailAddress eq null", "primaryEmailAddress/address eq 'a@x.example'"] {
        let reply = bench.get(Dialect::Graph, &format!("/me/contacts?$filter={}", filter.replace(' ', "%20")));
        assert_eq!(reply.status, 400, "{filter}");
    }
}

#[test]
fn they_are_no_text_and_none_of_v2s() {
    let bench = Bench::new();
    let post = |dialect, body: Value| bench.send(dialect, "POST", "/me/contacts", Some(&body)).status;
    assert_eq!(post(Dialect::Graph, json!({"givenName": "A", SLOTS[0]: "a@x.example"})), 400);
    assert_eq!(post(Dialect::Graph, json!({"givenName": "A", SLOTS[0]: [email("a@x.example")]})), 400);
    assert_eq!(
        post(Dialect::Outlook, json!({"GivenName": "A", "PrimaryEmailAddress": {"Address": "a@x.example"}})),
        400
    );
    let made = bench.contact(Dialect::Outlook, "/me/contacts", json!({"givenName": "A"}));
    assert!(bench.get(Dialect::Outlook, &format!("/me/contacts/{made}")).json().get("PrimaryEmailAddress").is_none());
    assert_eq!(bench.get(Dialect::Outlook, "/me/contacts?$select=PrimaryEmailAddress").status, 400);
}
