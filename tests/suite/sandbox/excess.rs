//! Bodies that hold as much of one thing as a body can, and pages of them: what takes time grows with the size alone, or
//! these tests would not end, and what is held in memory does not grow with it.

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

#[test]
fn a_page_of_large_contacts_ends_sooner_and_says_where_it_goes_on() {
    let bench = Bench::new();
    let notes = "n".repeat(3_000_000);
    let names: Vec<String> = (0..7).map(|at| format!("A{at}")).collect();
    for name in &names {
        bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": name, "personalNotes": notes}));
    }
    for options in ["", "&$filter=startswith(givenName,'A')", "&$orderby=givenName"] {
        let (mut found, mut pages) = (Vec::new(), Vec::new());
        let mut url = Some(format!("/me/contacts?$top=1000{options}"));
        while let Some(page) = url.map(|url| bench.get(Dialect::Graph, &url).json()) {
            let given = page["value"].as_array().unwrap().iter().map(|contact| contact["givenName"].clone());
            let before = found.len();
            found.extend(given);
            pages.push(found.len() - before);
            let next = page["@odata.nextLink"].as_str();
            url = next.map(|next| next.split_once("/v1.0").unwrap().1.to_owned());
        }
        assert_eq!((found, pages), (names.iter().map(|name| json!(name)).collect(), vec![6, 1]), "{options}");
    }
}
