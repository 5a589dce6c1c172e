//! Refusals whose words the reference gives, or OData's library.

use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::{Bench, Reply};

fn said(reply: &Reply) -> (u16, String) {
    let error = &reply.json()["error"];
    (reply.status, format!("{}: {}", error["code"].as_str().unwrap(), error["message"].as_str().unwrap()))
}

#[test]
fn what_cannot_be_expanded() {
    let bench = Bench::new();
    let no = |name: &str| {
        format!("ExpandNotSupported: Expand is not allowed for property '{name}' according to the entity schema.")
    };
    let (parse, kind) = ("BadRequest: Parsing OData Select and Expand failed: ", "on type 'microsoft.graph.contact'");
    let graph = [
        ("contacts?$expand=photo", no("Photo")),
        ("contacts?$expand=*", no("*")),
        ("contactFolders?$expand=childFolders", no("ChildFolders")),
        ("contactFolders?$expand=contacts", no("Contacts")),
        ("contacts?$expand=foo", format!("{parse}Could not find a property named 'foo' {kind}.")),
        (
            "contacts?$expand=GIVENNAME",
            format!(
                "{parse}Property 'givenName' {kind} is not a navigation property or complex property. Only navigation properties can be expanded."
            ),
        ),
    ];
    for (url, expected) in graph {
        assert_eq!(said(&bench.get(Dialect::Graph, &format!("/me/{url}"))), (400, expected), "{url}");
    }
    let outlook = [
        ("contacts?$expand=Photo", no("Photo")),
        (
            "contacts?$expand=Foo",
            "RequestBroker-ParseUri: Could not find a property named 'Foo' on type 'Microsoft.OutlookServices.Contact'.".into(),
        ),
    ];
    for (url, expected) in outlook {
        assert_eq!(said(&bench.get(Dialect::Outlook, &format!("/me/{url}"))), (400, expected), "{url}");
    }
}

#[test]
fn a_contact_has_no_photos_by_size() {
    let bench = Bench::new();
    let url = format!("/users/{}/contacts/x/photos/48x48/$value", bench.sandbox.upn());
    let expected = format!("BadRequest: Unsupported segment type. ODataQuery: {url}");
    assert_eq!(said(&bench.get(Dialect::Graph, &url)), (400, expected));
}

#[test]
fn a_folder_keeps_a_name() {
    let bench = Bench::new();
    let folder = bench.contact(Dialect::Graph, "/me/contactFolders", json!({"displayName": "F"}));
    let url = format!("/me/contactFolders/{folder}");
    for name in [json!(""), json!(" "), json!(null)] {
        let reply = bench.send(Dialect::Graph, "PATCH", &url, Some(&json!({"displayName": name})));
        let expected = "ErrorInvalidProperty: The property 'DisplayName' is required when creating the entity.";
        assert_eq!(said(&reply), (400, expected.to_owned()));
    }
    assert_eq!(bench.get(Dialect::Graph, &url).json()["displayName"], "F");
}
