//! The form of the links to a next page: the service's own, whatever the client wrote.

use bytes::Bytes;
use cardferry::sandbox::Dialect;
use http::Request;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::{BOTH, Bench, dialect_name as name};

/// What is asked for, and the link behind the version path; `{F}` and `{C}` are a folder and its child.
const GRAPH: [(&str, &str); 7] = [
    ("/me/contacts?$top=1", "/me/contacts?$top=1&$skip=1"),
    ("/me/contacts/?%24top=1&$skip=1", "/me/contacts?$top=1&$skip=2"),
    ("/me/contacts?$select=givenName,surname&$top=1", "/me/contacts?$select=givenName%2csurname&$top=1&$skip=1"),
    (
        "/me/contacts?$orderBy=givenName%20desc&$top=1&$filter=givenName%20ne%20'%C3%A9%2B'",
        "/me/contacts?$orderby=givenName+desc&$top=1&$filter=givenName+ne+%27%c3%a9%2b%27&$skip=1",
    ),
    ("/me/contactFolders/{F}/contacts?$top=1", "/me/contactFolders('{F}')/contacts?$top=1&$skip=1"),
    (
        "/me/contactfolders('{F}')/childFolders/{C}/contacts?$top=1",
        "/me/contactfolders('{F}')/childFolders('{C}')/contacts?$top=1&$skip=1",
    ),
    ("/me/contactFolders/contacts/contacts?$top=1", "/me/contactFolders('contacts')/contacts?$top=1&$skip=1"),
];
const OUTLOOK: [(&str, &str); 4] = [
    ("/me/contacts?$top=1", "/me/contacts/?%24top=1&%24skip=1"),
    ("/Me/Contacts/?%24top=1&$skip=1", "/Me/Contacts/?%24top=1&%24skip=2"),
    (
        "/me/contacts?$select=GivenName,Surname&$top=1&$orderby=GivenName%20desc",
        "/me/contacts/?%24select=GivenName%2cSurname&%24top=1&%24orderby=GivenName+desc&%24skip=1",
    ),
    ("/me/contactfolders/{F}/contacts?$top=1", "/me/contactfolders/{F}/contacts/?%24top=1&%24skip=1"),
];

#[test]
fn each_api_writes_them_in_its_own_way() {
    for dialect in BOTH {
        let bench = Bench::new();
        let folder = bench.contact(dialect, "/me/contactFolders", json!({"displayName": "F"}));
        let below = format!("/me/contactFolders/{folder}");
        let child = bench.contact(dialect, &format!("{below}/childFolders"), json!({"displayName": "C"}));
        for list in ["/me/contacts", &format!("{below}/contacts"), &format!("{below}/childFolders/{child}/contacts")] {
            for given in ["A", "B", "C"] {
                bench.contact(dialect, list, json!({"givenName": given}));
            }
        }
        let filled = |url: &str| url.replace("{F}", &folder).replace("{C}", &child);
        let table = if dialect == Dialect::Graph { &GRAPH[..] } else { &OUTLOOK[..] };
        for (asked, expected) in table {
            let page = bench.get(dialect, &filled(asked)).json();
            let link = page["@odata.nextLink"].as_str().unwrap_or_else(|| panic!("{asked}: {page}"));
            let link = link.split_once(dialect.base()).unwrap().1;
            assert_eq!(link, filled(expected), "{asked}");
            let next = bench.get(dialect, link).json();
            let given = |page: &serde_json::Value| page["value"][0][name(dialect, "givenName")].clone();
            assert!(given(&next).is_string() && given(&next) != given(&page), "{link}: {next}");
        }
    }
}

#[test]
fn the_links_of_a_walk_over_changes_name_folders_likewise() {
    let bench = Bench::new();
    let folder = bench.contact(Dialect::Graph, "/me/contactFolders", json!({"displayName": "F"}));
    let round = bench.get(Dialect::Graph, &format!("/me/contactFolders/{folder}/contacts/delta()")).json();
    let link = round["@odata.deltaLink"].as_str().unwrap();
    let expected = format!("http://sandbox.test/v1.0/me/contactFolders('{folder}')/contacts/delta()?$deltatoken=");
    assert!(link.starts_with(&expected), "{link}");
    let request = Request::builder().uri(link).header("authorization", "Bearer t");
    assert_eq!(bench.raw(request.body(Bytes::new()).unwrap()).status, 200);
}
