//! Folders that changed by a property of theirs.

use cardferry::sandbox::Dialect;
use cardferry::sandbox::behaviour::{Behaviour, Behaviours};
use pretty_assertions::assert_eq;
use serde_json::json;

use super::super::Bench;
use super::{DELTA, get, start};

#[test]
fn a_folder_whose_extended_property_changes_by_its_own_address_has_changed() {
    let dialect = Dialect::Graph;
    let bench = Bench::new();
    bench.sandbox.set_behaviours(Behaviours::default().with(Behaviour::UnaddressedProperties, false));
    let folder = bench.contact(dialect, "/me/contactFolders", json!({"displayName": "F"}));
    let mut link = start(dialect, "contactFolders");
    let property = "String {00020329-0000-0000-c000-000000000046} Name a";
    let list = format!("/me/contactFolders/{folder}/singleValueExtendedProperties");
    let one = format!("{list}('{}')", property.replace(' ', "%20").replace('{', "%7B").replace('}', "%7D"));
    for (method, url, body) in [
        ("GET", "/me", None),
        ("POST", list.as_str(), Some(json!({"id": property, "value": "1"}))),
        ("PATCH", &one, Some(json!({"value": "2"}))),
        ("DELETE", &one, None),
    ] {
        let done = bench.send(dialect, method, url, body.as_ref());
        assert!(done.status < 300, "{done:?}");
        let told = get(&bench, dialect, &link, 5).json();
        assert_eq!(told["value"][0]["id"], json!(folder), "{method}");
        link = told[DELTA].as_str().unwrap().to_owned();
    }
    assert_eq!(get(&bench, dialect, &link, 5).json()["value"], json!([]));
}
