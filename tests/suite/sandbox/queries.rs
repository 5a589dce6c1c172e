//! Query options over the wire: what is taken, what it finds, and which rules hold between them.

use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{BOTH, Bench, Reply, dialect_name as name};

fn get(bench: &Bench, options: &str) -> Reply {
    bench.get(Dialect::Graph, &format!("/me/contacts?{}", options.replace(' ', "%20")))
}

fn found(bench: &Bench, filter: &str) -> Vec<String> {
    let body = get(bench, &format!("$top=100&$filter={filter}")).json();
    let rows = body["value"].as_array().unwrap_or_else(|| panic!("{filter}: {body}"));
    rows.iter().map(|row| row["givenName"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn selecting_takes_names_in_any_case_and_no_parts() {
    let bench = Bench::new();
    bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A", "homeAddress": {"city": "Oslo"}}));
    let keys = |options: &str| {
        let body = get(&bench, options).json();
        let keys = body["value"][0].as_object().unwrap_or_else(|| panic!("{options}: {body}")).keys();
        keys.filter(|key| !key.contains('@')).cloned().collect::<Vec<_>>()
    };
    assert_eq!(keys("$select=GivenName,HOMEADDRESS"), ["id", "givenName", "homeAddress"]);
    assert_eq!(keys("$select=givenName, givenName"), ["id", "givenName"]);
    assert_eq!(keys("$select=givenName,singleValueExtendedProperties,extensions"), ["id", "givenName"]);
    assert!(keys("$select=*").len() > 30);
    let context = get(&bench, "$select=GivenName,givenName").json()["@odata.context"].clone();
    assert!(context.as_str().unwrap().ends_with("/contacts(givenName)"), "{context}");
    let nested = get(&bench, "$select=homeAddress/city");
    assert_eq!((nested.status, nested.code().as_str()), (400, "BadRequest"));
    // v2.0 is taken to the letter.
    assert_eq!(bench.get(Dialect::Outlook, "/me/contacts?$select=givenName").status, 400);
    assert_eq!(bench.get(Dialect::Outlook, "/me/contacts?$Select=GivenName&$TOP=1").status, 200);
}

#[test]
fn sorting_agrees_with_the_filter_or_is_refused() {
    let bench = Bench::new();
    for (given, city) in [("B", "Oslo"), ("A", "Bern"), ("C", "Rome")] {
        bench.contact(
            Dialect::Graph,
            "/me/contacts",
            json!({"givenName": given, "surname": "x", "homeAddress": {"city": city}}),
        );
    }
    let sorted = |options: &str| {
        let body = get(&bench, options).json();
        let rows = body["value"].as_array().unwrap_or_else(|| panic!("{options}: {body}"));
        rows.iter().map(|row| row["givenName"].as_str().unwrap()).collect::<String>()
    };
    let table = [
        ("$orderby=givenName", "ABC"),
        ("$orderby=surname,homeAddress/city desc", "CBA"),
        ("$orderBy=GivenName  desc , surname", "CBA"),
        ("$orderby=createdDateTime,givenName", "ABC"),
        ("$filter=givenName ge 'b'&$orderby=givenName desc", "CB"),
        ("$filter=surname eq 'x'&$orderby=surname,givenName", "ABC"),
        ("$filter=surname eq 'x' and givenName ne 'b'&$orderby=surname", "AC"),
        ("$filter=surname eq 'x' and givenName ne 'b'&$orderby=surname,givenName desc", "CA"),
    ];
    for (options, expected) in table {
        assert_eq!(sorted(options), expected, "{options}");
    }
    for options in [
        "$filter=surname eq 'x'&$orderby=givenName",
        "$filter=surname eq 'x' and givenName ne 'b'&$orderby=givenName,surname",
        "$orderby=givenName&$filter=emailAddresses/any(a:a/address eq 'x')",
        "$orderby=givenName&$filter=contains(surname,'x')",
    ] {
        let reply = get(&bench, options);
        assert_eq!((reply.status, reply.code().as_str()), (400, "InefficientFilter"), "{options}");
    }
    for options in ["$orderby=emailAddresses", "$orderby=title", "$orderby=homeAddress", "$orderby=length(surname)"] {
        let reply = get(&bench, options);
        assert_eq!((reply.status, reply.code().as_str()), (400, "ErrorInvalidUrlQuery"), "{options}");
    }
}

/// The index follows the addresses: when they change, when the contact moves and when it goes.
#[test]
fn addresses_are_found_wherever_they_are_now() {
    let bench = Bench::new();
    let folder = bench.contact(Dialect::Graph, "/me/contactFolders", json!({"displayName": "F"}));
    let mails = |all: &[&str]| all.iter().map(|one| json!({"address": one})).collect::<Vec<Value>>();
    let contact = |given: &str, all: &[&str]| {
        bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": given, "emailAddresses": mails(all)}))
    };
    let long = format!("{}@x.example", "a".repeat(100));
    let a = contact("A", &["One@x.example", "two@x.example", "TWO@x.example"]);
    let b = contact("B", &["two@x.example", &long, "É@x.example"]);
    let with = |address: &str| found(&bench, &format!("emailAddresses/any(a:a/address eq '{address}')"));
    assert_eq!(with("ONE@X.example"), ["A"]);
    assert_eq!(with("two@x.example"), ["A", "B"]);
    assert_eq!(with(&long), ["B"]);
    assert_eq!(with(&format!("{long}x")), [""; 0]);
    assert_eq!(with("%C3%A9@x.example"), ["B"]);
    let patch = json!({"emailAddresses": mails(&["three@x.example"])});
    bench.send(Dialect::Graph, "PATCH", &format!("/me/contacts/{a}"), Some(&patch));
    assert_eq!(with("one@x.example"), [""; 0]);
    assert_eq!(with("three@x.example"), ["A"]);
    let patch = json!({"parentFolderId": folder, "emailAddresses": mails(&["four@x.example"])});
    bench.send(Dialect::Graph, "PATCH", &format!("/me/contacts/{b}"), Some(&patch));
    assert_eq!(with("two@x.example"), [""; 0]);
    assert_eq!(with("four@x.example"), [""; 0]);
    let there =
        format!("/me/contactFolders/{folder}/contacts?$filter=emailAddresses/any(a:a/address%20eq%20'four@x.example')");
    assert_eq!(bench.get(Dialect::Graph, &there).json()["value"].as_array().unwrap().len(), 1);
    bench.send(Dialect::Graph, "DELETE", &format!("/me/contacts/{a}"), None);
    assert_eq!(with("three@x.example"), [""; 0]);
    let either = "emailAddresses/any(a:a/address eq 'none@x.example') or givenName eq 'A'";
    assert_eq!(found(&bench, either), [""; 0]);
}

#[test]
fn several_lists_are_expanded_at_once_and_cut_to_what_is_selected() {
    let bench = Bench::new();
    let id = bench.contact(
        Dialect::Graph,
        "/me/contacts",
        json!({
            "givenName": "A",
            "singleValueExtendedProperties": [{"id": "String 0x3A24", "value": "1"}, {"id": "String 0x3A25", "value": "2"}],
            "multiValueExtendedProperties": [{"id": "StringArray 0x3A26", "value": ["3"]}],
        }),
    );
    let expand = "SingleValueExtendedProperties($filter=Id eq 'String 0x3a25' or Id eq 'String 0x3A24'; $select=value),\
                  multiValueExtendedProperties( $filter = id eq 'StringArray 0x3A26' ; $select=* )";
    let url = format!("/me/contacts/{id}?$select=givenName&$expand={expand}").replace(' ', "%20");
    let body = bench.get(Dialect::Graph, &url).json();
    assert_eq!(body["singleValueExtendedProperties"], json!([{"value": "2"}, {"value": "1"}]));
    assert_eq!(body["multiValueExtendedProperties"], json!([{"id": "StringArray 0x3a26", "value": ["3"]}]));
    assert_eq!(body.get("surname"), None);
    for expand in [
        "multiValueExtendedProperties",
        "multiValueExtendedProperties($select=id)",
        "singleValueExtendedProperties($filter=id eq 'StringArray 0x3A26')",
        "singleValueExtendedProperties($filter=id eq 'String 0x3A24';$top=1)",
        "singleValueExtendedProperties($filter=id eq 'String 0x3A24';$expand=extensions)",
        "singleValueExtendedProperties($filter=id eq 'String 0x3A24';$select=a/b)",
        "singleValueExtendedProperties()",
        "singleValueExtendedProperties($filter=id eq 'String 0x3A24'",
        "photo,singleValueExtendedProperties($filter=id eq 'String 0x3A24')",
        "*",
    ] {
        assert_eq!(get(&bench, &format!("$expand={expand}")).status, 400, "{expand}");
    }
}

#[test]
fn what_is_deleted_for_good_is_gone() {
    let bench = Bench::new();
    let folder = bench.contact(Dialect::Graph, "/me/contactFolders", json!({"displayName": "F"}));
    let inner = format!("/me/contactFolders/{folder}/contacts");
    let one = bench.contact(Dialect::Graph, &inner, json!({"givenName": "A"}));
    let two = bench.contact(Dialect::Graph, &inner, json!({"givenName": "B"}));
    let post = |url: &str| bench.send(Dialect::Graph, "POST", url, None);
    assert_eq!(post(&format!("/me/contacts/{one}/permanentDelete")).status, 204);
    assert_eq!(post(&format!("/me/contacts/{one}/permanentDelete")).status, 404);
    assert_eq!(bench.get(Dialect::Graph, &format!("{inner}/$count")).body, "1");
    assert_eq!(post(&format!("{inner}('{two}')/microsoft.graph.permanentDelete")).status, 204);
    assert_eq!(post("/me/contactFolders/contacts/permanentDelete").code(), "ErrorDeleteDistinguishedFolder");
    assert_eq!(post(&format!("/me/contactFolders/{folder}/permanentDelete")).status, 204);
    assert_eq!(bench.get(Dialect::Graph, &inner).status, 404);
    for dialect in BOTH {
        let id = bench.contact(dialect, "/me/contacts", json!({"givenName": "C"}));
        assert_eq!(bench.send(dialect, "DELETE", &format!("/me/contacts/{id}/permanentDelete"), None).status, 405);
    }
    let id = bench.contact(Dialect::Outlook, "/me/contacts", json!({"givenName": "C"}));
    assert_eq!(bench.send(Dialect::Outlook, "POST", &format!("/me/contacts/{id}/permanentDelete"), None).status, 405);
}

#[test]
fn a_photos_metadata_cannot_be_set() {
    let bench = Bench::new();
    let id = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
    let url = format!("/me/contacts/{id}/photo");
    let patch = |dialect, body: Value| bench.send(dialect, "PATCH", &url, Some(&body)).status;
    assert_eq!(patch(Dialect::Graph, json!({})), 404);
    bench.send_as(
        Dialect::Graph,
        "PUT",
        &format!("{url}/$value"),
        &[("content-type", "image/jpeg")],
        super::jpeg(4, 3),
    );
    assert_eq!(patch(Dialect::Graph, json!({"@odata.type": "#microsoft.graph.profilePhoto"})), 200);
    assert_eq!(patch(Dialect::Graph, json!({"height": 5})), 400);
    assert_eq!(patch(Dialect::Graph, json!({"colour": 5})), 400);
    assert_eq!(patch(Dialect::Outlook, json!({})), 405);
}

#[test]
fn next_links_lead_through_filtered_and_expanded_lists() {
    for dialect in BOTH {
        let bench = Bench::new();
        for at in 0..25 {
            bench.contact(
                dialect,
                "/me/contacts",
                json!({"givenName": format!("N{at:02}"), "categories": [if at % 2 == 0 { "even" } else { "odd" }]}),
            );
        }
        let options = format!("$filter={}/any(c:c%20eq%20'EVEN')&$top=4&$skip=1", name(dialect, "categories"));
        let mut url = format!("/me/contacts?{options}");
        let mut seen = Vec::new();
        for _ in 0..10 {
            let page = bench.get(dialect, &url).json();
            seen.extend(
                page["value"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|one| one[name(dialect, "givenName")].as_str().unwrap().to_owned()),
            );
            let Some(next) = page.get("@odata.nextLink") else { break };
            url = next.as_str().unwrap().split_once(dialect.base()).unwrap().1.to_owned();
        }
        let expected: Vec<String> = (1..13).map(|at| format!("N{:02}", 2 * at)).collect();
        assert_eq!(seen, expected);
    }
}
