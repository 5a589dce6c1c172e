//! `$batch` in both dialects.

mod headers;

use std::collections::BTreeMap;

use base64_simd::STANDARD;
use bytes::Bytes;
use cardferry::sandbox::Dialect;
use http::Request;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{BOTH, Bench, Reply, dialect_name as name, jpeg, spelled};

fn url(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Graph => "http://sandbox.test/v1.0/$batch",
        Dialect::Outlook => "http://sandbox.test/api/v2.0/me/$batch",
    }
}

fn post(bench: &Bench, dialect: Dialect, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Reply {
    let mut request = Request::post(url(dialect)).header("authorization", "Bearer t");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    bench.raw(request.body(body.into()).unwrap())
}

fn send(bench: &Bench, dialect: Dialect, requests: Value) -> Reply {
    let headers = [("content-type", "application/json"), ("prefer", "odata.continue-on-error")];
    post(bench, dialect, &headers, json!({ "requests": requests }).to_string())
}

/// The answers by their ids.
fn answers(reply: &Reply) -> BTreeMap<String, Value> {
    assert_eq!(reply.status, 200, "{reply:?}");
    let body = reply.json();
    let responses = body["responses"].as_array().unwrap().iter();
    responses.map(|one| (one["id"].as_str().unwrap().to_owned(), one.clone())).collect()
}

fn statuses(reply: &Reply) -> Vec<(String, u64)> {
    answers(reply).into_iter().map(|(id, one)| (id, one["status"].as_u64().unwrap())).collect()
}

fn create(dialect: Dialect, id: &str, given: &str) -> Value {
    let body = spelled(dialect, json!({ "givenName": given }));
    json!({"id": id, "method": "POST", "url": "/me/contacts", "headers": {"Content-Type": "application/json"}, "body": body})
}

#[test]
fn twenty_parts_are_done_and_told_in_any_order() {
    for dialect in BOTH {
        let bench = Bench::new();
        let requests: Vec<_> = (1..=20).map(|at| create(dialect, &at.to_string(), &format!("P{at}"))).collect();
        let reply = send(&bench, dialect, json!(requests));
        let found = answers(&reply);
        assert_eq!(found.len(), 20);
        for (id, one) in &found {
            assert_eq!(
                (one["status"].as_u64(), &one["body"][name(dialect, "givenName")]),
                (Some(201), &json!(format!("P{id}")))
            );
            assert!(one["headers"]["Content-Type"].as_str().unwrap().starts_with("application/json"), "{one}");
        }
        let order: Vec<_> = reply.json()["responses"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        assert_ne!(order, (1..=20).map(|at| json!(at.to_string())).collect::<Vec<_>>(), "in any order");
        assert_eq!(bench.get(dialect, "/me/contacts/$count").body, "20");
        let again = Bench::new();
        assert_eq!(send(&again, dialect, json!(requests)).body, reply.body, "equal seeds, equal answers");
    }
}

#[test]
fn photos_go_in_and_come_out_in_base64_and_texts_too() {
    for dialect in BOTH {
        let bench = Bench::new();
        let id = bench.contact(dialect, "/me/contacts", json!({"givenName": "A"}));
        let photo = format!("/me/contacts('{id}')/photo/$value");
        for text in [STANDARD.encode_to_string(jpeg(5, 6)), base64_simd::URL_SAFE_NO_PAD.encode_to_string(jpeg(5, 6))] {
            let put = json!([{"id": "1", "method": "PUT", "url": photo, "headers": {"content-type": "image/jpeg"}, "body": text}]);
            assert_eq!(statuses(&send(&bench, dialect, put)), [("1".into(), 200)]);
            assert_eq!(bench.get(dialect, &photo).body, jpeg(5, 6));
        }
        // With the version path or without, with a slash or without.
        let get = json!([
            {"id": "a", "method": "GET", "url": format!("{}{photo}", dialect.base())},
            {"id": "b", "method": "get", "url": "me/contacts/$count"},
            {"id": "c", "method": "PUT", "url": photo, "headers": {"content-type": "image/jpeg"}, "body": "no base64!"},
        ]);
        let found = answers(&send(&bench, dialect, get));
        assert_eq!(found["a"]["body"], json!(STANDARD.encode_to_string(jpeg(5, 6))));
        assert_eq!(found["a"]["headers"]["Content-Type"], "image/jpeg");
        assert_eq!(found["b"]["body"], json!(STANDARD.encode_to_string("1")));
        assert_eq!(found["c"]["status"], 400);
    }
}

#[test]
fn parts_wait_for_each_other_and_fail_with_each_other() {
    for dialect in BOTH {
        let bench = Bench::new();
        let after = |id: &str, on: &[&str]| {
            let mut part = create(dialect, id, id);
            part["dependsOn"] = json!(on);
            part
        };
        let chain = json!([create(dialect, "1", "1"), after("2", &["1"]), after("3", &["2"]), after("4", &["1", "3"])]);
        assert!(statuses(&send(&bench, dialect, chain)).iter().all(|(_, status)| *status == 201));
        let listed = bench.get(dialect, "/me/contacts").json();
        let given: Vec<_> =
            listed["value"].as_array().unwrap().iter().map(|one| one[name(dialect, "givenName")].clone()).collect();
        assert_eq!(given, ["1", "2", "3", "4"]);

        let mut broken = create(dialect, "A", "x");
        broken["body"] = json!({"nonsense": 1});
        let chain = json!([broken, after("B", &["a"]), after("C", &["b"]), create(dialect, "D", "d")]);
        let reply = send(&bench, dialect, chain);
        let expected = [("A", 400), ("B", 424), ("C", 424), ("D", 201)].map(|(id, status)| (id.to_owned(), status));
        assert_eq!(statuses(&reply), expected);
        assert_eq!(answers(&reply)["B"]["body"]["error"]["code"], "FailedDependency");
        assert_eq!(bench.get(dialect, "/me/contacts/$count").body, "5");
    }
}

#[test]
fn each_part_is_let_in_by_itself() {
    let bench = Bench::new();
    let parts = json!([
        {"id": "1", "method": "GET", "url": "/me/contacts/nonsense"},
        {"id": "2", "method": "GET", "url": "/users/else@where.example/contacts"},
        {"id": "3", "method": "GET", "url": "/me/contacts", "headers": {"Authorization": "Basic x"}},
        {"id": "4", "method": "GET", "url": "/me/contacts", "headers": {"Prefer": "odata.maxpagesize=5"}},
        {"id": "5", "method": "GET", "url": "https://elsewhere.example/v1.0/me/contacts"},
        {"id": "6", "method": "POST", "url": "/%24batch", "headers": {"Content-Type": "application/json"}, "body": {"requests": []}},
        {"id": "7", "method": "TRACE", "url": "/me/contacts"},
        {"id": "8", "method": "GET", "url": "http://sandbox.test/v1.0/me/contacts?$filter=givenName eq 'a'"},
        {"id": "9", "method": "DELETE", "url": "/me"},
    ]);
    let reply = send(&bench, Dialect::Graph, parts);
    let expected =
        [("1", 400), ("2", 404), ("3", 401), ("4", 200), ("5", 400), ("6", 400), ("7", 405), ("8", 200), ("9", 405)];
    assert_eq!(statuses(&reply), expected.map(|(id, status)| (id.to_owned(), status)));
    let found = answers(&reply);
    assert_eq!(found["4"]["headers"]["Preference-Applied"], "odata.maxpagesize=5");
    assert!(found["3"]["headers"]["Www-Authenticate"].is_string());
    let context = "http://sandbox.test/v1.0/$metadata#users";
    assert!(
        found["8"]["body"]["@odata.context"].as_str().unwrap().starts_with(context),
        "links have the batch's address"
    );
}

#[test]
fn an_envelope_that_cannot_be_is_refused_whole() {
    for dialect in BOTH {
        let bench = Bench::new();
        let one = || create(dialect, "1", "x");
        let with = |change: fn(&mut Value)| {
            let mut part = create(dialect, "2", "y");
            change(&mut part);
            json!([one(), part])
        };
        let many: Vec<_> = (0..21).map(|at| create(dialect, &at.to_string(), "x")).collect();
        let table = [
            (json!([]), "Invalid batch payload format."),
            (json!("x"), "Invalid batch payload format."),
            (json!([1]), "Invalid batch payload format."),
            (json!(many), "The maximum number of operations in a batch request is 20."),
            (
                json!([create(dialect, "a", "x"), create(dialect, "A", "y")]),
                "Request Id A has to be unique in a batch.",
            ),
            (with(|part| part["dependsOn"] = json!(["3"])), "Invalid dependency for request Id 2."),
            (with(|part| part["dependsOn"] = json!(["2"])), "Invalid dependency for request Id 2."),
            (with(|part| part["dependsOn"] = json!("1")), "Invalid batch payload format."),
            (with(|part| part["id"] = json!("")), "Invalid batch payload format."),
            (with(|part| part["method"] = json!(null)), "Invalid batch payload format."),
            (with(|part| part["headers"] = json!({"a b": "c"})), "Invalid batch payload format."),
            (
                with(|part| drop(part.as_object_mut().unwrap().remove("headers"))),
                "Write request id : 2 does not contain Content-Type header or body.",
            ),
        ];
        for (requests, says) in table {
            let reply = send(&bench, dialect, requests);
            assert_eq!((reply.status, reply.json()["error"]["message"].as_str()), (400, Some(says)));
        }
        let mut circle = [create(dialect, "1", "x"), create(dialect, "2", "y")];
        circle[0]["dependsOn"] = json!(["2"]);
        circle[1]["dependsOn"] = json!(["1"]);
        assert_eq!(send(&bench, dialect, json!(circle)).status, 400);
        for (headers, body) in
            [(&[("content-type", "text/plain")][..], "{}"), (&[("content-type", "application/json")], "{"), (&[], "")]
        {
            assert_eq!(post(&bench, dialect, headers, body).status, 400);
        }
        let get = Request::get(url(dialect)).header("authorization", "Bearer t").body(Bytes::new()).unwrap();
        assert_eq!(bench.raw(get).status, 405);
        assert_eq!(bench.raw(Request::post(url(dialect)).body(Bytes::new()).unwrap()).status, 401);
        assert_eq!(bench.get(dialect, "/me/contacts/$count").body, "0", "nothing of a refused batch is done");
    }
    let graph = Request::post("http://sandbox.test/v1.0/me/$batch").header("authorization", "Bearer t");
    assert_eq!(Bench::new().raw(graph.body(Bytes::new()).unwrap()).status, 400, "Graph's stands at the root alone");
}

#[test]
fn v2_stops_at_the_first_failure_unless_told_to_go_on() {
    let bench = Bench::new();
    let dialect = Dialect::Outlook;
    let mut broken = create(dialect, "2", "x");
    broken["body"] = json!({"nonsense": 1});
    let parts = json!({"requests": [create(dialect, "1", "a"), broken, create(dialect, "3", "c")]}).to_string();
    let headers = [("content-type", "application/json")];
    let reply = post(&bench, dialect, &headers, parts.clone());
    assert_eq!(statuses(&reply), [("1".into(), 201), ("2".into(), 400), ("3".into(), 424)]);
    let reply = post(&bench, dialect, &[headers[0], ("prefer", "odata.continue-on-error")], parts);
    assert_eq!(statuses(&reply), [("1".into(), 201), ("2".into(), 400), ("3".into(), 201)]);
    assert_eq!(bench.get(dialect, "/me/contacts/$count").body, "3");
}

#[test]
fn v2_speaks_multipart_too() {
    let bench = Bench::new();
    let id = bench.contact(Dialect::Outlook, "/me/contacts", json!({"givenName": "A"}));
    let mut body = Vec::new();
    let part = "--b1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n";
    body.extend(format!("{part}POST /api/v2.0/me/contacts HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{\"GivenName\": \"B\"}}\r\n").bytes());
    let photo = jpeg(5, 6);
    body.extend(format!("{part}PUT /api/v2.0/me/contacts('{id}')/photo/$value HTTP/1.1\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", photo.len()).bytes());
    body.extend(&photo);
    body.extend(b"\r\n");
    // Parts run side by side: what is read here was there before.
    let other = bench.contact(Dialect::Outlook, "/me/contacts", json!({"givenName": "C"}));
    let of_other = format!("/me/contacts('{other}')/photo/$value");
    bench.send_as(Dialect::Outlook, "PUT", &of_other, &[("content-type", "image/jpeg")], jpeg(7, 8));
    body.extend(format!("{part}GET /api/v2.0{of_other} HTTP/1.1\r\n\r\n\r\n").bytes());
    body.extend(format!("{part}GET /api/v2.0/me/nonsense HTTP/1.1\r\n\r\n--b1--\r\n").bytes());
    let kind = ("content-type", "multipart/mixed; boundary=b1");
    let reply = post(&bench, Dialect::Outlook, &[kind, ("prefer", "odata.continue-on-error")], body);
    assert_eq!(reply.status, 200, "{reply:?}");
    let boundary = reply.header("content-type").unwrap().strip_prefix("multipart/mixed; boundary=").unwrap().to_owned();
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    let parts: Vec<_> = text.split(&format!("--{boundary}")).collect();
    assert_eq!(parts.len(), 6, "four parts between five boundaries");
    for (part, status) in parts[1..5].iter().zip(["201 Created", "200 OK", "200 OK", "400 Bad Request"]) {
        assert!(part.contains(&format!("\r\n\r\nHTTP/1.1 {status}\r\n")), "{part}");
    }
    assert!(parts[1].contains("\"GivenName\":\"B\"") && parts[5] == "--\r\n");
    assert!(reply.body.windows(jpeg(7, 8).len()).any(|window| window == jpeg(7, 8)), "the picture's own bytes");
    assert_eq!(bench.get(Dialect::Outlook, &format!("/me/contacts('{id}')/photo/$value")).body, photo);

    // As a script writes it: bare line feeds, no last boundary, whole addresses, and JSON asked for.
    let line = "--b\nContent-Type: application/http\nContent-Transfer-Encoding: binary\n\nGET http://sandbox.test/api/v2.0/me/contacts/";
    let script = format!("{line}$count HTTP/1.1\n\n{line}{id}?$select=GivenName HTTP/1.1\n\n--b\n");
    let headers = [
        ("content-type", "multipart/mixed; charset=utf-8; boundary=b"),
        ("accept", "application/json, text/javascript"),
    ];
    let found = answers(&post(&bench, Dialect::Outlook, &headers, script));
    assert_eq!(found["2"]["body"]["GivenName"], "A");

    for (kind, body) in [
        ("multipart/mixed", "--b\r\n"),
        ("multipart/mixed; boundary=b", "x"),
        ("multipart/mixed; boundary=b", "--b\r\nContent-Type: text/plain\r\n\r\nGET /me HTTP/1.1\r\n\r\n--b--"),
    ] {
        assert_eq!(post(&bench, Dialect::Outlook, &[("content-type", kind)], body).status, 400, "{kind} {body}");
    }
    let many = format!("{line}$count HTTP/1.1\n\n").repeat(21) + "--b--";
    assert_eq!(post(&bench, Dialect::Outlook, &headers, many).status, 400);
    assert_eq!(post(&bench, Dialect::Graph, &headers, "").status, 400, "Graph takes JSON alone");
}
