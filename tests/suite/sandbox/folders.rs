//! Contact folders.

use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{BOTH, Bench, dialect_name as name, spelled};

fn names(bench: &Bench, dialect: Dialect, url: &str) -> Vec<String> {
    let body = bench.get(dialect, url).json();
    let shown = body["value"].as_array().unwrap().iter();
    shown.map(|folder| folder[name(dialect, "displayName")].as_str().unwrap().to_owned()).collect()
}

#[test]
fn folders_are_made_listed_and_read_at_any_depth() {
    for dialect in BOTH {
        let bench = Bench::new();
        assert_eq!(names(&bench, dialect, "/me/contactfolders"), [""; 0]);
        let mut url = "/me/contactFolders".to_owned();
        let mut parent: Option<String> = None;
        for depth in 0..4 {
            let folder_name = format!("depth {depth}");
            let id = bench.contact(dialect, &url, json!({"displayName": folder_name}));
            assert_eq!(names(&bench, dialect, &url), std::slice::from_ref(&folder_name));
            let one = bench.get(dialect, &format!("{url}/{id}")).json();
            assert_eq!(one[name(dialect, "displayName")], json!(folder_name));
            if let Some(parent) = parent {
                assert_eq!(one[name(dialect, "parentFolderId")], json!(parent));
            }
            url = format!("{url}/{id}/childFolders");
            parent = Some(id);
        }
        assert_eq!(bench.get(dialect, &format!("{url}/$count")).body, "0");
    }
}

#[test]
fn the_default_folder_is_the_parent_of_contacts_and_never_listed() {
    for dialect in BOTH {
        let bench = Bench::new();
        bench.contact(dialect, "/me/contacts", json!({"givenName": "A"}));
        let listed =
            bench.get(dialect, &format!("/me/contacts?$top=1&$select={}", name(dialect, "parentFolderId"))).json();
        let default = listed["value"][0][name(dialect, "parentFolderId")].as_str().unwrap().to_owned();
        let folder = bench.get(dialect, &format!("/me/contactFolders/{default}")).json();
        assert_eq!(folder[name(dialect, "displayName")], "Contacts");
        assert_eq!(bench.get(dialect, "/me/contactFolders/Contacts").json(), folder);
        bench.contact(dialect, "/me/contactFolders", json!({"displayName": "Below"}));
        assert_eq!(names(&bench, dialect, "/me/contactfolders"), ["Below"]);
        assert_eq!(names(&bench, dialect, &format!("/me/contactfolders/{default}/childfolders")), ["Below"]);
        assert_eq!(bench.get(dialect, &format!("/me/contactfolders/{default}/contacts/$count")).body, "1");
    }
}

#[test]
fn a_name_is_taken_once_in_one_place() {
    for dialect in BOTH {
        let bench = Bench::new();
        let one = bench.contact(dialect, "/me/contactFolders", json!({"displayName": "Finance"}));
        let body = spelled(dialect, json!({"displayName": "finance"}));
        let again = bench.send(dialect, "POST", "/me/contactFolders", Some(&body));
        assert_eq!((again.status, again.code().as_str()), (409, "ErrorFolderExists"));
        bench.contact(dialect, &format!("/me/contactFolders/{one}/childFolders"), json!({"displayName": "Finance"}));
        for unnamed in [json!({}), json!({"displayName": " "}), json!({"displayName": null})] {
            let reply = bench.send(dialect, "POST", "/me/contactFolders", Some(&spelled(dialect, unnamed)));
            assert_eq!((reply.status, reply.code().as_str()), (400, "ErrorInvalidProperty"));
        }
    }
}

#[test]
fn graph_renames_moves_and_deletes_folders() {
    let bench = Bench::new();
    let graph = Dialect::Graph;
    let a = bench.contact(graph, "/me/contactFolders", json!({"displayName": "A"}));
    let b = bench.contact(graph, "/me/contactFolders", json!({"displayName": "B"}));
    let inner = bench.contact(graph, &format!("/me/contactFolders/{b}/contacts"), json!({"givenName": "x"}));
    let patch = |id: &str, body: Value| bench.send(graph, "PATCH", &format!("/me/contactFolders/{id}"), Some(&body));
    assert_eq!(patch(&b, json!({"displayName": "a"})).code(), "ErrorFolderExists");
    assert_eq!(patch(&b, json!({"displayName": "b"})).json()["displayName"], "b");
    let moved = patch(&b, json!({"parentFolderId": a})).json();
    assert_eq!((&moved["id"], &moved["parentFolderId"]), (&json!(b), &json!(a)));
    assert_eq!(names(&bench, graph, "/me/contactFolders"), ["A"]);
    assert_eq!(patch(&a, json!({"parentFolderId": b})).status, 400);
    assert_eq!(patch(&a, json!({"parentFolderId": a})).status, 400);
    assert_eq!(bench.send(graph, "DELETE", &format!("/me/contactFolders/{a}"), None).status, 204);
    assert_eq!(bench.get(graph, &format!("/me/contactFolders/{b}")).status, 404);
    assert_eq!(bench.get(graph, &format!("/me/contacts/{inner}")).status, 404);
    for method in ["DELETE", "PATCH"] {
        let body = (method == "PATCH").then(|| json!({"displayName": "x"}));
        let reply = bench.send(graph, method, "/me/contactFolders/contacts", body.as_ref());
        assert_eq!((reply.status, reply.code().as_str()), (403, "ErrorDeleteDistinguishedFolder"));
    }
}

#[test]
fn outlook_neither_renames_nor_deletes_folders() {
    let bench = Bench::new();
    let id = bench.contact(Dialect::Outlook, "/me/contactfolders", json!({"displayName": "A"}));
    for method in ["PATCH", "DELETE"] {
        let reply = bench.send(
            Dialect::Outlook,
            method,
            &format!("/me/contactfolders/{id}"),
            Some(&json!({"DisplayName": "x"})),
        );
        assert_eq!((reply.status, reply.code().as_str()), (405, "ErrorInvalidRequest"));
    }
}
