//! Contacts: create, read, change, move, delete.

use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{BOTH, Bench, dialect_name as name, spelled};

/// The forms in which one contact's URL may be written: `contact-update` documents six, twice each for the keys.
fn forms(user: &str, folder: &str, child: &str, top: &str, inner: &str, deep: &str) -> Vec<(String, String)> {
    let mut forms = Vec::new();
    for user in [
        "me".to_owned(),
        format!("users/{user}"),
        format!("Users('{user}')"),
        format!("USERS/{}", user.replace('@', "%40")),
    ] {
        forms.push((format!("/{user}/contacts/{top}"), top.to_owned()));
        forms.push((format!("/{user}/contacts('{top}')"), top.to_owned()));
        forms.push((format!("/{user}/contactFolders/{folder}/contacts/{inner}"), inner.to_owned()));
        forms.push((format!("/{user}/contactfolders('{folder}')/Contacts('{inner}')"), inner.to_owned()));
        forms.push((format!("/{user}/contactFolders/{folder}/childFolders/{child}/contacts/{deep}"), deep.to_owned()));
        forms.push((
            format!("/{user}/contactFolders('{folder}')/childfolders('{child}')/contacts/{}", deep.replace('=', "%3D")),
            deep.to_owned(),
        ));
    }
    forms
}

#[test]
fn a_contact_is_read_and_changed_in_every_form_of_its_url() {
    for dialect in BOTH {
        let bench = Bench::new();
        let folder = bench.contact(dialect, "/me/contactFolders", json!({"displayName": "F"}));
        let child =
            bench.contact(dialect, &format!("/me/contactFolders/{folder}/childFolders"), json!({"displayName": "C"}));
        let top = bench.contact(dialect, "/me/contacts", json!({"givenName": "Top"}));
        let inner =
            bench.contact(dialect, &format!("/me/contactFolders/{folder}/contacts"), json!({"givenName": "Inner"}));
        let deep = bench.contact(
            dialect,
            &format!("/me/contactFolders/{folder}/childFolders/{child}/contacts"),
            json!({"givenName": "Deep"}),
        );
        for (at, (url, id)) in forms(bench.sandbox.upn(), &folder, &child, &top, &inner, &deep).iter().enumerate() {
            let reply = bench.get(dialect, url);
            assert_eq!((reply.status, &reply.json()[name(dialect, "id")]), (200, &json!(id)), "{url}");
            let title = format!("title {at}");
            let reply = bench.send(dialect, "PATCH", url, Some(&spelled(dialect, json!({"jobTitle": title}))));
            assert_eq!((reply.status, &reply.json()[name(dialect, "jobTitle")]), (200, &json!(title)), "{url}");
        }
    }
}

#[test]
fn every_property_comes_back_and_goes_away_again() {
    let values = [
        ("categories", json!(["a", "b"]), json!([])),
        ("birthday", json!("1974-07-22T11:59:00Z"), Value::Null),
        ("fileAs", json!("x"), json!("")),
        ("displayName", json!("x"), Value::Null),
        ("givenName", json!("x"), Value::Null),
        ("initials", json!("x"), Value::Null),
        ("middleName", json!("x"), Value::Null),
        ("nickName", json!("x"), Value::Null),
        ("surname", json!("x"), Value::Null),
        ("title", json!("x"), Value::Null),
        ("yomiGivenName", json!("x"), Value::Null),
        ("yomiSurname", json!("x"), Value::Null),
        ("yomiCompanyName", json!("x"), Value::Null),
        ("generation", json!("x"), Value::Null),
        ("emailAddresses", json!([{"name": "n", "address": "a"}]), json!([])),
        ("imAddresses", json!(["x"]), json!([])),
        ("jobTitle", json!("x"), Value::Null),
        ("companyName", json!("x"), Value::Null),
        ("department", json!("x"), Value::Null),
        ("officeLocation", json!("x"), Value::Null),
        ("profession", json!("x"), Value::Null),
        ("businessHomePage", json!("x"), Value::Null),
        ("assistantName", json!("x"), Value::Null),
        ("manager", json!("x"), Value::Null),
        ("homePhones", json!(["x", "y"]), json!([])),
        ("mobilePhone", json!("x"), Value::Null),
        ("businessPhones", json!(["x", "y"]), json!([])),
        ("homeAddress", json!({"street": "s", "postalCode": "p"}), json!({})),
        ("businessAddress", json!({"city": "c", "state": "s"}), json!({})),
        ("otherAddress", json!({"countryOrRegion": "c"}), json!({})),
        ("spouseName", json!("x"), Value::Null),
        ("personalNotes", json!("line\r\nline"), Value::Null),
        ("children", json!(["a", "b", "c", "d"]), json!([])),
    ];
    for dialect in BOTH {
        let bench = Bench::new();
        let id = bench.contact(dialect, "/me/contacts", json!({}));
        let url = format!("/me/contacts/{id}");
        for (property, value, unset) in &values {
            let patch = |value: &Value| {
                let body = spelled(dialect, json!({*property: value}));
                let reply = bench.send(dialect, "PATCH", &url, Some(&body));
                assert_eq!(reply.status, 200, "{property} {reply:?}");
                bench.get(dialect, &url).json()[name(dialect, property)].clone()
            };
            let expected = match (*property, dialect) {
                ("birthday", Dialect::Outlook) => json!("1974-07-22T00:00:00Z"),
                _ => spelled(dialect, value.clone()),
            };
            assert_eq!(patch(value), expected, "{property}");
            let unset = if (*property, dialect) == ("personalNotes", Dialect::Graph) { &json!("") } else { unset };
            let empty = if value.is_array() { json!([]) } else { Value::Null };
            assert_eq!(&patch(&empty), unset, "{property}");
        }
    }
}

#[test]
fn display_names_are_made_again_unless_they_are_sent() {
    for dialect in BOTH {
        let bench = Bench::new();
        let id = bench.contact(dialect, "/me/contacts", json!({"givenName": "Ada", "displayName": "The Countess"}));
        let url = format!("/me/contacts/{id}");
        let shown = |patch: Value| {
            let reply = bench.send(dialect, "PATCH", &url, Some(&spelled(dialect, patch)));
            reply.json()[name(dialect, "displayName")].as_str().unwrap().to_owned()
        };
        assert_eq!(bench.get(dialect, &url).json()[name(dialect, "displayName")], "The Countess");
        assert_eq!(shown(json!({"jobTitle": "x", "displayName": "Kept"})), "Kept");
        assert_eq!(shown(json!({"jobTitle": "y"})), "Ada");
        assert_eq!(shown(json!({"surname": "Byron"})), "Ada Byron");
        let bare = bench.contact(dialect, "/me/contacts", json!({"displayName": "Only"}));
        let reply = bench.send(
            dialect,
            "PATCH",
            &format!("/me/contacts/{bare}"),
            Some(&spelled(dialect, json!({"jobTitle": "x"}))),
        );
        assert_eq!(reply.json()[name(dialect, "displayName")], "Only");
    }
}

#[test]
fn an_address_is_replaced_whole_and_other_properties_stay() {
    for dialect in BOTH {
        let bench = Bench::new();
        let id = bench.contact(
            dialect,
            "/me/contacts",
            json!({"givenName": "A", "homeAddress": {"street": "s", "city": "c"}, "homePhones": ["1"]}),
        );
        let url = format!("/me/contacts/{id}");
        bench.send(dialect, "PATCH", &url, Some(&spelled(dialect, json!({"homeAddress": {"city": "d"}}))));
        let body = bench.get(dialect, &url).json();
        assert_eq!(body[name(dialect, "homeAddress")], spelled(dialect, json!({"city": "d"})));
        assert_eq!(body[name(dialect, "homePhones")], json!(["1"]));
    }
}

#[test]
fn every_write_changes_the_change_key_and_the_time() {
    for dialect in BOTH {
        let bench = Bench::new();
        let id = bench.contact(dialect, "/me/contacts", json!({"givenName": "A"}));
        let url = format!("/me/contacts/{id}");
        let before = bench.get(dialect, &url).json();
        assert_eq!(
            before["@odata.etag"],
            json!(format!("W/\"{}\"", before[name(dialect, "changeKey")].as_str().unwrap()))
        );
        assert_eq!(bench.get(dialect, &url).json(), before);
        bench.clock.advance(5);
        bench.send(dialect, "PATCH", &url, Some(&spelled(dialect, json!({"givenName": "B"}))));
        let after = bench.get(dialect, &url).json();
        assert_ne!(after[name(dialect, "changeKey")], before[name(dialect, "changeKey")]);
        assert_eq!(after[name(dialect, "lastModifiedDateTime")], "2024-05-06T07:08:14Z");
        assert_eq!(after[name(dialect, "createdDateTime")], "2024-05-06T07:08:09Z");
    }
}

#[test]
fn a_stale_etag_is_refused() {
    let bench = Bench::new();
    let id = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
    let url = format!("/me/contacts/{id}");
    let etag = bench.get(Dialect::Graph, &url).json()["@odata.etag"].as_str().unwrap().to_owned();
    let patch = |etag: &str| {
        let body = bytes::Bytes::from_static(b"{\"surname\": \"x\"}");
        let headers = [("content-type", "application/json"), ("if-match", etag)];
        bench.send_as(Dialect::Graph, "PATCH", &url, &headers, body).status
    };
    assert_eq!((patch(&etag), patch(&etag), patch("*")), (200, 412, 200));
    let delete = bench.send_as(Dialect::Graph, "DELETE", &url, &[("if-match", &etag)], bytes::Bytes::new());
    assert_eq!((delete.status, bench.get(Dialect::Graph, &url).status), (412, 200));
}

#[test]
fn equal_contacts_are_two_contacts() {
    let bench = Bench::new();
    let one = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
    let two = bench.contact(Dialect::Outlook, "/me/contacts", json!({"givenName": "A"}));
    assert_ne!(one, two);
    assert_eq!(bench.get(Dialect::Graph, "/me/contacts/$count").body, "2");
}

#[test]
fn a_deleted_contact_is_gone_in_both_dialects() {
    for dialect in BOTH {
        let bench = Bench::new();
        let id = bench.contact(dialect, "/me/contacts", json!({"givenName": "A"}));
        let url = format!("/me/contacts/{id}");
        let reply = bench.send(dialect, "DELETE", &url, None);
        assert_eq!((reply.status, reply.body.len()), (204, 0));
        for dialect in BOTH {
            assert_eq!(bench.get(dialect, &url).status, 404);
            assert_eq!(bench.send(dialect, "DELETE", &url, None).status, 404);
        }
    }
}

#[test]
fn graphs_patch_moves_a_contact_and_its_id_changes() {
    let bench = Bench::new();
    let graph = Dialect::Graph;
    let folder = bench.contact(graph, "/me/contactFolders", json!({"displayName": "F"}));
    let key = "String {00020329-0000-0000-c000-000000000046} Name key";
    let id = bench.contact(
        graph,
        "/me/contacts",
        json!({"givenName": "A", "singleValueExtendedProperties": [{"id": key, "value": "k"}]}),
    );
    let url = format!("/me/contacts/{id}");
    bench.send_as(graph, "PUT", &format!("{url}/photo/$value"), &[("content-type", "image/jpeg")], super::jpeg(2, 2));
    let reply = bench.send(graph, "PATCH", &url, Some(&json!({"parentFolderId": folder, "surname": "B"})));
    let moved = reply.json();
    let new = moved["id"].as_str().unwrap();
    assert_eq!((reply.status, &moved["parentFolderId"], &moved["displayName"]), (200, &json!(folder), &json!("A B")));
    assert_ne!(new, id);
    assert_eq!(bench.get(graph, &url).status, 404);
    assert_eq!(bench.get(graph, "/me/contacts/$count").body, "0");
    assert_eq!(bench.get(graph, &format!("/me/contactFolders/{folder}/contacts/{new}/photo")).status, 200);
    let filter =
        format!("singleValueExtendedProperties/any(e: e/id eq '{key}' and e/value eq 'k')").replace(' ', "%20");
    let found = bench.get(graph, &format!("/me/contactFolders/{folder}/contacts?$filter={filter}")).json();
    assert_eq!(found["value"][0]["id"], json!(new));
    let stays = bench.send(graph, "PATCH", &format!("/me/contacts/{new}"), Some(&json!({"parentFolderId": folder})));
    assert_eq!(stays.json()["id"], json!(new));
    let nowhere = bench.send(graph, "PATCH", &format!("/me/contacts/{new}"), Some(&json!({"parentFolderId": id})));
    assert_eq!(nowhere.status, 404);
}
