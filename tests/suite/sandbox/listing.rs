//! Lists: pages, options, counts.

use bytes::Bytes;
use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{BOTH, Bench, dialect_name as name};

/// Follows the next links of a list from `url` on; answers the pages' sizes and the given names.
fn walk(bench: &Bench, dialect: Dialect, url: &str) -> (Vec<usize>, Vec<String>) {
    let (mut sizes, mut names) = (Vec::new(), Vec::new());
    let mut url = url.to_owned();
    loop {
        let body = bench.get(dialect, &url).json();
        let value = body["value"].as_array().unwrap_or_else(|| panic!("{body}")).clone();
        sizes.push(value.len());
        names.extend(value.iter().map(|one| one[name(dialect, "givenName")].as_str().unwrap().to_owned()));
        let Some(next) = body["@odata.nextLink"].as_str() else { return (sizes, names) };
        let base = format!("http://sandbox.test{}", dialect.base());
        url = next.strip_prefix(&base).unwrap_or_else(|| panic!("{next}")).to_owned();
    }
}

fn fill(bench: &Bench, count: usize) -> Vec<String> {
    let names: Vec<String> = (0..count).map(|at| format!("N{at:03}")).collect();
    for given in &names {
        bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": given}));
    }
    names
}

#[test]
fn pages_hold_ten_unless_asked_and_hold_everything_in_the_end() {
    let bench = Bench::new();
    let names = fill(&bench, 25);
    for dialect in BOTH {
        assert_eq!(walk(&bench, dialect, "/me/contacts"), (vec![10, 10, 5], names.clone()));
        assert_eq!(walk(&bench, dialect, "/me/contacts?$top=25"), (vec![25], names.clone()));
        assert_eq!(walk(&bench, dialect, "/me/contacts?$top=1000"), (vec![25], names.clone()));
        assert_eq!(walk(&bench, dialect, "/me/contacts?%24top=12&$skip=2"), (vec![12, 11], names[2..].to_vec()));
        assert_eq!(walk(&bench, dialect, "/me/contacts?$skip=25"), (vec![0], vec![]));
        assert_eq!(walk(&bench, dialect, "/me/contacts?$skip=18446744073709551615"), (vec![0], vec![]));
        let select = format!("/me/contacts?$top=9&$select={}", name(dialect, "givenName"));
        assert_eq!(walk(&bench, dialect, &select), (vec![9, 9, 7], names.clone()));
    }
}

#[test]
fn a_next_link_keeps_the_other_parameters() {
    let bench = Bench::new();
    fill(&bench, 3);
    let body = bench.get(Dialect::Graph, "/me/contacts?$top=1&$select=givenName%2csurname").json();
    assert_eq!(
        body["@odata.nextLink"],
        "http://sandbox.test/v1.0/me/contacts?$top=1&$select=givenName%2csurname&$skip=1"
    );
}

#[test]
fn a_page_size_may_be_preferred() {
    let bench = Bench::new();
    fill(&bench, 4);
    let prefer = [("prefer", "odata.track-nothing, odata.maxpagesize=3")];
    let reply = bench.send_as(Dialect::Graph, "GET", "/me/contacts", &prefer, Bytes::new());
    assert_eq!(reply.json()["value"].as_array().unwrap().len(), 3);
    assert_eq!(reply.header("preference-applied"), Some("odata.maxpagesize=3"));
}

#[test]
fn selected_properties_come_with_the_id_and_the_etag() {
    let bench = Bench::new();
    let id = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A", "surname": "B"}));
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let list = bench.get(Dialect::Graph, "/me/contacts?$select=surname,givenName").json();
    assert_eq!(keys(&list["value"][0]), ["@odata.etag", "id", "givenName", "surname"]);
    assert!(list["@odata.context"].as_str().unwrap().ends_with("/contacts(surname,givenName)"));
    let one = bench.get(Dialect::Outlook, &format!("/me/contacts/{id}?$select=EmailAddresses,GivenName")).json();
    assert_eq!(keys(&one), ["@odata.context", "@odata.id", "@odata.etag", "Id", "GivenName", "EmailAddresses"]);
    assert_eq!(
        one["@odata.context"],
        "http://sandbox.test/api/v2.0/$metadata#Me/Contacts(EmailAddresses,GivenName)/$entity"
    );
}

#[test]
fn each_folder_lists_its_own() {
    for dialect in BOTH {
        let bench = Bench::new();
        let folder = bench.contact(dialect, "/me/contactfolders", json!({"displayName": "F"}));
        bench.contact(dialect, "/me/contacts", json!({"givenName": "top"}));
        bench.contact(
            dialect,
            &format!("/me/contactfolders/{folder}/contacts"),
            json!({"givenName": "inner", "parentFolderId": "ignored"}),
        );
        assert_eq!(walk(&bench, dialect, "/me/contacts").1, ["top"]);
        assert_eq!(walk(&bench, dialect, "/me/contactfolders/contacts/contacts").1, ["top"]);
        assert_eq!(walk(&bench, dialect, &format!("/me/contactFolders('{folder}')/contacts")).1, ["inner"]);
        assert_eq!(bench.get(dialect, &format!("/me/contactfolders/{folder}/contacts/$count")).body, "1");
    }
}

#[test]
fn filters_counts_and_order() {
    let bench = Bench::new();
    for (given, surname, mail) in
        [("Ada", "Byron", "ada@x.example"), ("Bob", "Astor", "bob@x.example"), ("Cay", "byron", "cay@y.example")]
    {
        bench.contact(
            Dialect::Graph,
            "/me/contacts",
            json!({"givenName": given, "surname": surname, "emailAddresses": [{"address": mail}]}),
        );
    }
    let table = [
        ("$filter=surname eq 'BYRON'", vec!["Ada", "Cay"]),
        ("$filter=surname eq 'BYRON'&$skip=1", vec!["Cay"]),
        ("$filter=emailAddresses/any(a:a/address eq 'BOB@x.example')", vec!["Bob"]),
        ("$filter=not startswith(givenName,'a') and createdDateTime ge 2024-01-01T00:00:00Z", vec!["Bob", "Cay"]),
        ("$orderby=surname,givenName desc", vec!["Bob", "Cay", "Ada"]),
        ("$orderby=givenName desc&$top=2", vec!["Cay", "Bob", "Ada"]),
        ("$filter=surname eq 'byron'&$orderby=surname,givenName desc&$top=1", vec!["Cay", "Ada"]),
    ];
    for (options, expected) in table {
        let url = format!("/me/contacts?{}", options.replace(' ', "%20"));
        assert_eq!(walk(&bench, Dialect::Graph, &url).1, expected, "{options}");
    }
    let counted = bench.get(Dialect::Graph, "/me/contacts?$count=true&$top=1&$filter=surname%20eq%20'byron'").json();
    assert_eq!((&counted["@odata.count"], counted["value"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(bench.get(Dialect::Graph, "/me/contacts?$count=false").json().get("@odata.count"), None);
    let count = bench.get(Dialect::Graph, "/me/contacts/$count?$filter=surname%20eq%20'byron'");
    assert_eq!((count.header("content-type"), &count.body[..]), (Some("text/plain"), &b"2"[..]));
    assert_eq!(
        bench.get(Dialect::Outlook, "/me/contacts?$filter=Surname%20eq%20'byron'&$count=true").json()["@odata.count"],
        2
    );
}

#[derive(Debug, Clone)]
enum Step {
    Add,
    Delete(usize),
    Move(usize),
    Page(u64, usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => Just(Step::Add),
        1 => any::<usize>().prop_map(Step::Delete),
        1 => any::<usize>().prop_map(Step::Move),
        3 => (0..12_u64, 1..6_usize).prop_map(|(skip, top)| Step::Page(skip, top)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Pages are found by bookmarks; whatever comes and goes in between, they show what counting would.
    #[test]
    fn pages_agree_with_a_plain_list(steps in prop::collection::vec(step(), 1..40)) {
        let bench = Bench::new();
        let elsewhere = bench.contact(Dialect::Graph, "/me/contactFolders", json!({"displayName": "F"}));
        let mut plain: Vec<String> = Vec::new();
        for step in steps {
            match step {
                Step::Add => plain.push(bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "x"}))),
                Step::Delete(at) if !plain.is_empty() => {
                    let id = plain.remove(at % plain.len());
                    bench.send(Dialect::Graph, "DELETE", &format!("/me/contacts/{id}"), None);
                }
                Step::Move(at) if !plain.is_empty() => {
                    let id = plain.remove(at % plain.len());
                    let body = json!({"parentFolderId": elsewhere});
                    bench.send(Dialect::Graph, "PATCH", &format!("/me/contacts/{id}"), Some(&body));
                }
                Step::Delete(_) | Step::Move(_) => {}
                Step::Page(skip, top) => {
                    let body = bench.get(Dialect::Graph, &format!("/me/contacts?$select=id&$skip={skip}&$top={top}")).json();
                    let shown: Vec<&str> = body["value"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
                    let expected: Vec<&String> = plain.iter().skip(skip as usize).take(top).collect();
                    prop_assert_eq!(shown, expected);
                    prop_assert_eq!(body.get("@odata.nextLink").is_some(), plain.len() as u64 > skip + top as u64);
                }
            }
        }
    }
}

#[test]
fn folders_page_count_and_filter_too() {
    for dialect in BOTH {
        let bench = Bench::new();
        for at in 0..12 {
            bench.contact(dialect, "/me/contactfolders", json!({"displayName": format!("F{at:02}")}));
        }
        let first = bench.get(dialect, "/me/contactfolders?$count=true").json();
        assert_eq!((first["value"].as_array().unwrap().len(), &first["@odata.count"]), (10, &json!(12)));
        assert!(first["@odata.nextLink"].as_str().unwrap().ends_with("skip=10"));
        for (options, size, applied) in [("", 5, Some("odata.maxpagesize=5")), ("?$top=7", 7, None)] {
            let prefer = [("prefer", "OData.MaxPageSize = 5")];
            let page =
                bench.send_as(dialect, "GET", &format!("/me/contactfolders{options}"), &prefer, bytes::Bytes::new());
            assert_eq!(page.json()["value"].as_array().unwrap().len(), size, "{options}");
            assert_eq!(page.header("preference-applied"), applied, "{options}");
        }
        let filter = format!("/me/contactfolders?$filter={}%20eq%20'f03'", name(dialect, "displayName"));
        let found = bench.get(dialect, &filter).json();
        assert_eq!(found["value"].as_array().unwrap().len(), 1);
        assert_eq!(bench.get(dialect, "/me/contactfolders/$count").body, "12");
        let down = format!("/me/contactfolders?$top=1&$orderby={}%20desc", name(dialect, "displayName"));
        assert_eq!(bench.get(dialect, &down).json()["value"][0][name(dialect, "displayName")], "F11");
    }
}
