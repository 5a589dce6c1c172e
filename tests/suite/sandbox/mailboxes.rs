//! Many mailboxes over one store, and whose token opens which.

use bytes::Bytes;
use cardferry::sandbox::{OpenError, Settings, TokenRules};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::behaviours::Stage;
use super::{BOTH, Reply};
use crate::sandboxed;

fn stage() -> Stage {
    let mailboxes = vec!["ada.byron@sandbox.example".to_owned(), "Bob@Other.example".to_owned()];
    Stage::new(Settings { mailboxes, ..Settings::default() })
}

fn ask(stage: &Stage, token: &str, method: &str, path: &str, body: &Value) -> Reply {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    stage.send(method, path, &headers, body)
}

fn get(stage: &Stage, token: &str, path: &str) -> Reply {
    ask(stage, token, "GET", path, &Value::Null)
}

#[test]
fn users_are_listed_and_found() {
    let stage = stage();
    let users = get(&stage, "t", "/v1.0/users").json();
    assert!(users["@odata.context"].as_str().unwrap().ends_with("/v1.0/$metadata#users"));
    let names: Vec<_> = users["value"].as_array().unwrap().iter().map(|user| user["displayName"].clone()).collect();
    assert_eq!(names, ["Sandbox", "Ada Byron", "Bob"]);
    assert_eq!(stage.sandbox.mailboxes(), ["me@sandbox.example", "ada.byron@sandbox.example", "Bob@Other.example"]);
    let id = users["value"][1]["id"].as_str().unwrap();
    for name in [id, "ADA.byron@sandbox.example"] {
        let user = get(&stage, "t", &format!("/v1.0/users/{name}?$select=displayName")).json();
        assert_eq!(
            (user["id"].as_str(), &user["displayName"], &user["mail"]),
            (Some(id), &json!("Ada Byron"), &Value::Null)
        );
    }
    assert_eq!(get(&stage, "t", "/v1.0/me").json()["userPrincipalName"], "me@sandbox.example");
    assert_eq!(get(&stage, "bob@other.EXAMPLE", "/v1.0/me").json()["userPrincipalName"], "Bob@Other.example");
    assert_eq!(get(&stage, "bob@other.example", "/api/v2.0/me").json()["EmailAddress"], "Bob@Other.example");
}

#[test]
fn refusals_of_users() {
    let stage = stage();
    let words = |path: &str| {
        let reply = get(&stage, "t", path);
        format!("{} {} {}", reply.status, reply.code(), reply.json()["error"]["message"].as_str().unwrap())
    };
    for (path, expected) in [
        ("/v1.0/users/eve@x.example/contacts", "404 ErrorInvalidUser The requested user 'eve@x.example' is invalid."),
        (
            "/v1.0/users/eve",
            "404 Request_ResourceNotFound Resource 'eve' does not exist or one of its queried reference-property objects are not present.",
        ),
        ("/v1.0/users?$top=1", "400 BadRequest The query option '$top' is not supported."),
        (
            "/v1.0/me?$select=Id",
            "400 BadRequest Parsing OData Select and Expand failed: Could not find a property named 'Id' on type 'microsoft.graph.user'.",
        ),
        ("/api/v2.0/users", "405 ErrorInvalidRequest The OData request is not supported."),
    ] {
        assert_eq!(words(path), expected, "{path}");
    }
    assert_eq!(ask(&stage, "t", "DELETE", "/v1.0/me", &Value::Null).status, 405);
}

#[test]
fn mailboxes_share_nothing() {
    for dialect in BOTH {
        let stage = stage();
        let base = dialect.base();
        let (given, name, id) =
            if base == "/v1.0" { ("givenName", "displayName", "id") } else { ("GivenName", "DisplayName", "Id") };
        let make = |user: &str| {
            let made = ask(&stage, "t", "POST", &format!("{base}/users/{user}/contacts"), &json!({given: "Ada"}));
            let folder = ask(&stage, "t", "POST", &format!("{base}/users/{user}/contactfolders"), &json!({name: "A"}));
            assert_eq!((made.status, folder.status), (201, 201), "{made:?} {folder:?}");
            let text = |reply: &Reply| reply.json()[id].as_str().unwrap().to_owned();
            (text(&made), text(&folder), made.header("location").unwrap().to_owned())
        };
        let (ada, bob) = (make("ada.byron@sandbox.example"), make("bob@other.example"));
        assert!(ada.0 != bob.0 && ada.1 != bob.1);
        let status = |user: &str, rest: &str| get(&stage, "t", &format!("{base}/users/{user}/{rest}")).status;
        for user in ["ada.byron@sandbox.example", "bob@other.example", "me@sandbox.example"] {
            let own = user.starts_with("ada");
            assert_eq!(status(user, &format!("contacts/{}", ada.0)), if own { 200 } else { 404 });
            assert_eq!(status(user, &format!("contactfolders/{}", ada.1)), if own { 200 } else { 404 });
            let count = get(&stage, "t", &format!("{base}/users/{user}/contacts/$count")).body;
            assert_eq!(count, if user.starts_with("me") { "0" } else { "1" });
        }
        assert_eq!(get(&stage, "ada.byron@sandbox.example", &ada.2.replace("http://sandbox.test", "")).status, 200);
        let stray = json!({ "parentFolderId": bob.1 });
        let moved =
            ask(&stage, "t", "PATCH", &format!("/v1.0/users/ada.byron@sandbox.example/contacts/{}", ada.0), &stray);
        assert_eq!(moved.status, 404, "a folder of another mailbox");
    }
}

#[test]
fn mailboxes_last_and_are_made_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("book.db");
    let upns = |mailboxes: &[&str]| {
        let mailboxes = mailboxes.iter().map(|upn| (*upn).to_owned()).collect();
        let settings = Settings { mailboxes, distribution_lists: 2, ..Settings::default() };
        match sandboxed::try_open(&store, &settings) {
            Ok(sandbox) => sandbox.mailboxes().join(" "),
            Err(OpenError::Mailbox { upn }) => format!("refused {upn}"),
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(upns(&["a@x.example"]), "me@sandbox.example a@x.example");
    assert_eq!(upns(&["B@x.example", "A@X.example", "b@x.example"]), "me@sandbox.example a@x.example B@x.example");
    assert_eq!(upns(&[]), "me@sandbox.example a@x.example B@x.example");
    for wrong in ["a", "@x", "a@", "a/b@x", "a b@x", "a@x@y", "a'@x"] {
        assert_eq!(upns(&[wrong]), format!("refused {wrong}"));
    }
}

#[test]
fn delta_tells_of_no_distribution_list() {
    let stage = Stage::new(Settings { distribution_lists: 3, ..Settings::default() });
    for name in ["Ada", "Bob"] {
        assert_eq!(ask(&stage, "t", "POST", "/v1.0/me/contacts", &json!({"givenName": name})).status, 201);
    }
    let round = get(&stage, "t", "/v1.0/me/contacts/delta").json();
    let names: Vec<&str> =
        round["value"].as_array().unwrap().iter().filter_map(|one| one["givenName"].as_str()).collect();
    assert_eq!((names, round["value"].as_array().unwrap().len()), (vec!["Ada", "Bob"], 2));
    assert!(round["@odata.deltaLink"].is_string(), "{round}");
}

fn rules(tokens: TokenRules) -> Stage {
    Stage::new(Settings { tokens, ..Settings::default() })
}

#[test]
fn named_tokens_and_no_others() {
    let stage = rules(TokenRules { accepted: vec!["one".into()], read_only: vec!["two".into()], requests: None });
    let ada = json!({"givenName": "Ada"});
    let make = |token: &str| {
        let reply = ask(&stage, token, "POST", "/v1.0/me/contacts", &ada);
        let code = if reply.status < 300 { String::new() } else { reply.code() };
        (reply.status, code)
    };
    assert_eq!(make("one"), (201, String::new()));
    assert_eq!(make("two"), (403, "ErrorAccessDenied".to_owned()));
    assert_eq!(make("three"), (401, "InvalidAuthenticationToken".to_owned()));
    assert_eq!(
        (get(&stage, "one", "/v1.0/me/contacts").status, get(&stage, "two", "/v1.0/me/contacts").status),
        (200, 200)
    );
    let refused = get(&stage, "three", "/v1.0/me/contacts");
    let challenge = refused.header("www-authenticate").unwrap();
    assert!(
        challenge.contains("authorization_uri=\"http://sandbox.test/common/oauth2/v2.0/authorize\""),
        "{challenge}"
    );
    let lenient = rules(TokenRules { read_only: vec!["two".into()], ..TokenRules::default() });
    assert_eq!(get(&lenient, "any", "/v1.0/me/contacts").status, 200);
}

#[test]
fn tokens_expire_after_some_requests_or_on_demand() {
    let stage = rules(TokenRules { requests: Some(2), ..TokenRules::default() });
    let statuses = |token: &str| (0..3).map(|_| get(&stage, token, "/v1.0/me/contacts").status).collect::<Vec<_>>();
    assert_eq!(statuses("one"), [200, 200, 401]);
    assert_eq!(statuses("two"), [200, 200, 401]);
    let refused = get(&stage, "one", "/v1.0/me/contacts");
    assert_eq!(refused.json()["error"]["message"], "Lifetime validation failed, the token is expired.");
    assert!(refused.header("www-authenticate").is_some());
    let stage = rules(TokenRules::default());
    assert_eq!(get(&stage, "one", "/v1.0/me/contacts").status, 200);
    stage.sandbox.expire_tokens();
    assert_eq!(get(&stage, "one", "/v1.0/me/contacts").status, 401);
    assert_eq!(get(&stage, "two", "/v1.0/me/contacts").status, 200);
}
