//! What is refused, and in which words.

use bytes::Bytes;
use cardferry::sandbox::Dialect;
use http::Request;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::json;

use super::{BOTH, Bench, Reply};

/// An id as another mailbox would have it.
const FOREIGN: &str = "AAMkAGRmYmZlZDBkLTI1NjMtNDZkZi04MDk2LTk4YjBmODkyNzU1MwBGAAAAAABOOTMEQgwCRbbGUCX4oqohBwBWD04NmgV3S5nBYHa4vj4iAAAAAAEOAABWD04NmgV3S5nBYHa4vj4iAAB_PMFJAAA=";

#[test]
fn paths_and_methods() {
    let table = [
        ("GET", "/me/contactz", 400, "BadRequest"),
        ("GET", "/me/contacts/x/photos/48x48/$value", 400, "BadRequest"),
        ("GET", "/me/contacts/nonsense", 400, "ErrorInvalidIdMalformed"),
        ("GET", "/me/contacts('')", 400, "ErrorInvalidIdEmpty"),
        ("GET", "/me/contactFolders/nonsense/contacts", 400, "ErrorInvalidIdMalformed"),
        ("GET", "/users/nobody@example.org/contacts", 404, "ErrorInvalidUser"),
        ("PATCH", "/me/contacts", 405, "ErrorInvalidRequest"),
        ("PUT", "/me/contacts", 405, "ErrorInvalidRequest"),
        ("DELETE", "/me/contacts", 405, "ErrorInvalidRequest"),
        ("PATCH", "/me/contactFolders", 405, "ErrorInvalidRequest"),
        ("POST", "/me/contacts/$count", 405, "ErrorInvalidRequest"),
        ("GET", "/me/contacts?$search=x", 400, "BadRequest"),
        ("GET", "/me/contacts?$expand=photo", 400, "ExpandNotSupported"),
        ("GET", "/me/contactFolders?$expand=contacts", 400, "ExpandNotSupported"),
        ("GET", "/me/contacts?$search=x&$orderBy=surname", 400, "SearchWithOrderBy"),
    ];
    for dialect in BOTH {
        let bench = Bench::new();
        for (method, url, status, code) in table {
            let reply = bench.send(dialect, method, url, None);
            assert_eq!((reply.status, reply.code().as_str()), (status, code), "{method} {url}");
        }
        let unknown = if dialect == Dialect::Graph { "BadRequest" } else { "RequestBroker-ParseUri" };
        for url in
            ["/me/contacts?$select=nonsense", "/me/contactFolders?$select=nonsense", "/me/contacts?$filter=a eq 'b'"]
        {
            let reply = bench.get(dialect, &url.replace(' ', "%20"));
            assert_eq!((reply.status, reply.code().as_str()), (400, unknown), "{url}");
        }
        for url in [
            format!("/me/contacts/{FOREIGN}"),
            format!("/me/contactFolders/{FOREIGN}/contacts"),
            format!("/me/contacts('{FOREIGN}')/photo/$value"),
        ] {
            let reply = bench.get(dialect, &url);
            assert_eq!((reply.status, reply.code().as_str()), (404, "ErrorItemNotFound"), "{url}");
        }
    }
}

#[test]
fn ids_are_case_sensitive_and_of_one_kind() {
    let bench = Bench::new();
    let id = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
    let folder = bench.contact(Dialect::Graph, "/me/contactFolders", json!({"displayName": "F"}));
    let tail =
        id[40..].chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() });
    let swapped = id[..40].to_owned() + &tail.collect::<String>();
    for url in [
        format!("/me/contacts/{swapped}"),
        format!("/me/contacts/{folder}"),
        format!("/me/contactFolders/{id}"),
        format!("/me/contactFolders/{folder}/contacts/{id}"),
        format!("/me/contactFolders/{folder}/childFolders/{folder}"),
    ] {
        assert_eq!(bench.get(Dialect::Graph, &url).status, 404, "{url}");
    }
}

#[test]
fn bodies() {
    let bench = Bench::new();
    let post = |dialect, body: &'static str| {
        bench.send_as(
            dialect,
            "POST",
            "/me/contacts",
            &[("content-type", "application/json")],
            Bytes::from_static(body.as_bytes()),
        )
    };
    for (dialect, body, code) in [
        (Dialect::Graph, "", "BadRequest"),
        (Dialect::Graph, "{\"givenName\":", "BadRequest"),
        (Dialect::Graph, "[1]", "BadRequest"),
        (Dialect::Graph, "{\"GivenName\": \"x\"}", "RequestBodyRead"),
        (Dialect::Outlook, "{\"givenName\": \"x\"}", "RequestBodyRead"),
        (Dialect::Outlook, "{\"MobilePhone\": \"x\"}", "RequestBodyRead"),
        (Dialect::Graph, "{\"mobilePhone1\": \"x\"}", "RequestBodyRead"),
        (
            Dialect::Graph,
            "{\"emailAddresses\": [{},{},{},{\"address\":\"1\"},{\"address\":\"2\"},{\"address\":\"3\"},{\"address\":\"4\"}]}",
            "ErrorInvalidProperty",
        ),
        (Dialect::Outlook, "{\"BusinessPhones\": [\"1\",\"2\",\"3\"]}", "ErrorInvalidProperty"),
        (Dialect::Graph, "{\"createdDateTime\": \"2024-01-01T00:00:00Z\"}", "ErrorInvalidPropertySet"),
    ] {
        let reply = post(dialect, body);
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{body}");
    }
    assert_eq!(bench.get(Dialect::Graph, "/me/contacts/$count").body, "0");
}

#[test]
fn a_refused_change_changes_nothing() {
    let bench = Bench::new();
    let id = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
    let url = format!("/me/contacts/{id}");
    let before = bench.get(Dialect::Graph, &url).json();
    for body in
        [json!({"givenName": "B", "homePhones": ["1", "2", "3"]}), json!({"givenName": "B", "parentFolderId": FOREIGN})]
    {
        assert!(bench.send(Dialect::Graph, "PATCH", &url, Some(&body)).status >= 400);
    }
    assert_eq!(bench.get(Dialect::Graph, &url).json(), before);
}

fn unsigned(bench: &Bench, uri: &str, token: Option<&str>) -> Reply {
    let mut request = Request::builder().uri(uri).header("client-request-id", "mine");
    if let Some(token) = token {
        request = request.header("authorization", token);
    }
    bench.raw(request.body(Bytes::new()).unwrap())
}

#[test]
fn who_brings_no_token_is_told_where_to_get_one() {
    let bench = Bench::new();
    for dialect in BOTH {
        let uri = format!("http://sandbox.test{}/me/contacts", dialect.base());
        for token in [None, Some("Bearer "), Some("Bearer"), Some("Basic eDp5")] {
            let reply = unsigned(&bench, &uri, token);
            assert_eq!((reply.status, reply.code().as_str()), (401, "InvalidAuthenticationToken"), "{token:?}");
            assert!(reply.header("www-authenticate").unwrap().starts_with("Bearer "));
            assert!(reply.header("www-authenticate").unwrap().contains("authorization_uri=\"http"));
        }
        assert_eq!(unsigned(&bench, &uri, Some("bearer x")).status, 200);
    }
}

#[test]
fn request_ids_are_echoed() {
    let bench = Bench::new();
    let graph = unsigned(&bench, "http://sandbox.test/v1.0/me/contacts", None);
    assert_eq!(graph.header("client-request-id"), Some("mine"));
    let inner = &graph.json()["error"]["innerError"];
    assert_eq!(inner["client-request-id"], "mine");
    assert_eq!(inner["request-id"].as_str(), graph.header("request-id"));
    assert_eq!(inner["date"], "2024-05-06T07:08:09");
    let outlook = unsigned(&bench, "http://sandbox.test/api/v2.0/me/contacts", None);
    assert_eq!(outlook.json()["error"].get("innerError"), None);
    assert_ne!(graph.header("request-id"), outlook.header("request-id"));
    assert_eq!(graph.header("date"), Some("Mon, 06 May 2024 07:08:09 GMT"));
}

#[test]
fn links_start_with_the_requests_own_address() {
    let bench = Bench::new();
    let context = |uri: &str, host: Option<&str>| {
        let mut request = Request::builder().uri(uri).header("authorization", "Bearer t");
        if let Some(host) = host {
            request = request.header("host", host);
        }
        bench.raw(request.body(Bytes::new()).unwrap()).json()["@odata.context"].as_str().unwrap().to_owned()
    };
    assert!(context("/v1.0/me/contacts", Some("127.0.0.1:81")).starts_with("http://127.0.0.1:81/v1.0/$metadata#"));
    assert!(
        context("https://a.test/API/V2.0/Me/Contacts", None)
            .starts_with("https://a.test/api/v2.0/$metadata#Me/Contacts")
    );
}

#[test]
fn limits_on_what_is_sent() {
    let bench = Bench::new();
    let graph = Dialect::Graph;
    assert_eq!(bench.get(graph, &format!("/me/contacts?$filter={}", "x".repeat(20_000))).status, 414);
    assert_eq!(
        bench.send_as(graph, "GET", "/me/contacts", &[("x-large", &"x".repeat(70_000))], Bytes::new()).status,
        431
    );
    let large = bench.send_as(graph, "POST", "/me/contacts", &[], Bytes::from(vec![b' '; 4 * 1024 * 1024 + 1]));
    assert_eq!((large.status, large.code().as_str()), (413, "RequestBodyTooLarge"));
    assert_eq!(unsigned(&bench, "http://sandbox.test/elsewhere", Some("Bearer t")).status, 404);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn hostile_requests_are_answered(path in "[ -~]{0,60}", query in "[ -~]{0,60}", body in prop::collection::vec(any::<u8>(), 0..60), method in "GET|POST|PATCH|PUT|DELETE") {
        let bench = Bench::new();
        for dialect in BOTH {
            let uri = format!("{}/me/contacts{path}?{query}", dialect.base());
            let Ok(request) = Request::builder().method(method.as_str()).uri(uri).header("authorization", "Bearer t").body(Bytes::from(body.clone())) else { continue };
            let reply = bench.raw(request);
            prop_assert!(reply.status < 500, "{:?}", reply);
        }
    }
}
