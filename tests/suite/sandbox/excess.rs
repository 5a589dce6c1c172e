//! Bodies that hold as much of one thing as a body can: each is answered in a time that grows with its size alone, or
//! these tests would not end.

use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::Bench;

const MANY: usize = 20_000;

fn many(one: impl Fn(usize) -> Value) -> Value {
    (0..MANY).map(one).collect()
}

#[test]
fn a_contact_may_hold_thousands_of_anything() {
    let bench = Bench::new();
    let named = |at| format!("String {{00020329-0000-0000-c000-000000000046}} Name N{at}");
    let one = "microsoft.graph.openTypeExtension";
    for (name, values) in [
        ("extensions", many(|at| json!({"@odata.type": one, "extensionName": format!("Com.X{at}"), "a": at}))),
        ("singleValueExtendedProperties", many(|at| json!({"id": named(at), "value": "v"}))),
        ("categories", many(|at| json!(format!("c{at}")))),
        ("children", many(|at| json!(format!("c{at}")))),
    ] {
        let id = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A", name: values}));
        let url = format!("/me/contacts/{id}/extensions/Com.X{}", MANY - 1);
        let last = bench.get(Dialect::Graph, &url);
        assert_eq!(last.status, if name == "extensions" { 200 } else { 404 }, "{name}");
        assert_eq!(bench.get(Dialect::Graph, &format!("/me/contacts/{id}")).status, 200, "{name}");
        assert_eq!(bench.send(Dialect::Graph, "DELETE", &format!("/me/contacts/{id}"), None).status, 204, "{name}");
    }
}
