//! What must hold of any path and query that is sent to the sandbox. The test suite holds it to requests it makes up, the
//! fuzz target to whatever it comes upon.

use std::sync::Arc;

use bytes::Bytes;
use cardferry::sandbox::clock::VirtualClock;
use cardferry::sandbox::{Dialect, Opened, Sandbox, Settings};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// A mailbox with a little of everything, that is only looked at.
pub struct Stage {
    sandbox: Sandbox,
    runtime: Runtime,
    /// What a path may name: `{contact}` and `{folder}` stand for these.
    contact: String,
    folder: String,
    _dir: TempDir,
}

impl Stage {
    pub fn new() -> Stage {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(VirtualClock::at("2024-05-06T07:08:09Z".parse().unwrap()));
        let settings = Settings { clock, seed: Some(7), ..Settings::default() };
        let Opened::Here(sandbox) = Sandbox::open(&dir.path().join("book.db"), settings).unwrap() else {
            unreachable!()
        };
        let runtime = Builder::new_multi_thread().worker_threads(1).max_blocking_threads(1).build().unwrap();
        let mut stage = Stage { sandbox, runtime, contact: String::new(), folder: String::new(), _dir: dir };
        stage.folder = stage.make("contactFolders", &json!({"displayName": "F"}));
        stage.make(&format!("contactFolders/{}/contacts", stage.folder), &json!({"givenName": "Inner"}));
        stage.make("contacts", &json!({"givenName": "Bob", "surname": "O'Hara", "categories": ["x"]}));
        stage.contact = stage.make(
            "contacts",
            &json!({
                "givenName": "Ada", "birthday": "1815-12-10T11:59:00Z", "homeAddress": {"city": "London"},
                "emailAddresses": [{"address": "ada@x.example"}],
                "singleValueExtendedProperties": [{"id": "String 0x3A24", "value": "fax"}, {"id": "Integer 0x3A30", "value": "12"}],
                "multiValueExtendedProperties": [{"id": "StringArray 0x3A25", "value": ["a", "b"]}],
                "extensions": [{"@odata.type": "microsoft.graph.openTypeExtension", "extensionName": "A.B", "c": 1}],
            }),
        );
        stage
    }

    fn make(&self, url: &str, body: &Value) -> String {
        let (status, answer) = self.send("POST", &format!("/v1.0/me/{url}"), Bytes::from(body.to_string())).unwrap();
        assert_eq!(status, StatusCode::CREATED);
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        answer["id"].as_str().unwrap().to_owned()
    }

    /// None where the text is no address at all.
    fn send(&self, method: &str, url: &str, body: Bytes) -> Option<(StatusCode, Bytes)> {
        let request = Request::builder().method(method).uri(url).header("authorization", "Bearer t");
        let request = request.header("content-type", "application/json").body(body).ok()?;
        let answer = self.runtime.block_on(self.sandbox.handle(request));
        Some((answer.status(), answer.into_body()))
    }

    /// A GET of any path and query, in both dialects, is answered: with 200 and, where there is more, a next link that is
    /// answered too; or with a refusal that names a code and a reason.
    pub fn is_answered(&self, text: &str) -> Result<(), String> {
        let text = text.replace("{contact}", &self.contact).replace("{folder}", &self.folder);
        for dialect in [Dialect::Graph, Dialect::Outlook] {
            let url = format!("{}/{text}", dialect.base());
            let Some((status, body)) = self.send("GET", &url, Bytes::new()) else { continue };
            let told = |why: &str| format!("{url}: {status} {}: {why}", String::from_utf8_lossy(&body));
            if status.is_server_error() {
                return Err(told("the server failed"));
            }
            let json: Result<Value, _> = serde_json::from_slice(&body);
            if status != StatusCode::OK {
                let error = json.map_err(|_| told("a refusal is JSON"))?;
                let is_told = ["code", "message"]
                    .iter()
                    .all(|name| error["error"][name].as_str().is_some_and(|text| !text.is_empty()));
                is_told.then_some(()).ok_or_else(|| told("a refusal has a code and a message"))?;
                continue;
            }
            if let Some(next) = json.ok().and_then(|json| json["@odata.nextLink"].as_str().map(str::to_owned)) {
                let (status, _) =
                    self.send("GET", &next, Bytes::new()).ok_or_else(|| told("the next link is an address"))?;
                (status == StatusCode::OK).then_some(()).ok_or_else(|| told("the next link is answered"))?;
            }
        }
        Ok(())
    }
}
