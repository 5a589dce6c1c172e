//! What a body says it is: JSON must say so.

use bytes::Bytes;
use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;
use serde_json::json;

use super::{BOTH, Bench, Reply, dialect_name as name, jpeg, spelled};

/// What the service says of a body that is said to be nothing, and of one that is said to be something else.
const UNSAID: (u16, &str, &str) = (
    400,
    "BadRequest",
    "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
);
const OTHER: (u16, &str, &str) =
    (415, "RequestBodyRead", "A supported MIME type could not be found that matches the content type of the response.");

#[test]
fn a_body_of_json_says_that_it_is_json() {
    for dialect in BOTH {
        let bench = Bench::new();
        let contact = bench.contact(dialect, "/me/contacts", json!({"givenName": "A"}));
        let folder = bench.contact(dialect, "/me/contactFolders", json!({"displayName": "F"}));
        let named = |what: &str| Bytes::from(spelled(dialect, json!({what: "x"})).to_string());
        let requests = [
            ("POST", "/me/contacts".to_owned(), named("givenName")),
            ("PATCH", format!("/me/contacts/{contact}"), named("givenName")),
            ("POST", "/me/contactFolders".to_owned(), named("displayName")),
            ("POST", format!("/me/contactFolders/{folder}/contacts"), named("givenName")),
            ("POST", format!("/me/contacts/{contact}/extensions"), named("extensionName")),
        ];
        for (method, url, body) in requests {
            let send = |headers: &[(&str, &str)]| bench.send_as(dialect, method, &url, headers, body.clone());
            refused(&send(&[]), UNSAID, &url);
            for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp; charset=utf-8"] {
                refused(&send(&[("content-type", kind)]), OTHER, &url);
            }
            let kind = "Application/JSON;odata.metadata=minimal; charset=utf-8";
            assert!(send(&[("content-type", kind)]).status < 300, "{method} {url}");
        }
        let count = bench.get(dialect, "/me/contacts/$count");
        assert_eq!(count.body, "2", "what was refused was not made");
        assert_eq!(bench.get(dialect, &format!("/me/contacts/{contact}")).json()[name(dialect, "givenName")], "x");
    }
}

fn refused(reply: &Reply, (status, code, words): (u16, &str, &str), what: &str) {
    assert_eq!((reply.status, reply.code().as_str()), (status, code), "{what}");
    let said = reply.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(said.starts_with(words), "{said}");
}

#[test]
fn a_request_without_a_body_says_nothing() {
    let bench = Bench::new();
    let contact = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
    let photo = format!("/me/contacts/{contact}/photo/$value");
    let send = |method, url: &str, headers: &[(&str, &str)], body| {
        bench.send_as(Dialect::Graph, method, url, headers, body).status
    };
    assert_eq!(send("PATCH", &photo, &[("content-type", "image/jpeg")], jpeg(4, 3)), 200);
    assert_eq!(send("POST", &format!("/me/contacts/{contact}/permanentDelete"), &[], Bytes::new()), 204);
}
