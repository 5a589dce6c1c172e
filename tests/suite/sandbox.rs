//! The sandbox, through [`Sandbox::handle`] and over a socket: every operation in both dialects.

mod authority;
mod batch;
mod behaviours;
mod columns;
mod consent;
mod contacts;
mod content_type;
mod delta;
mod email_slots;
mod excess;
mod extended;
mod extensions;
mod faults;
mod folders;
mod framing;
mod golden;
mod hierarchy;
mod laws;
mod listing;
mod mailbox_pages;
mod mailboxes;
mod next_links;
mod operations;
mod page;
mod pages_say;
mod photos;
mod properties;
mod queries;
mod quota_bytes;
mod quotas;
mod refusals;
mod socket;
mod store;
mod tls;
mod wording;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use cardferry::sandbox::behaviour::{Behaviour, Behaviours};
use cardferry::sandbox::clock::VirtualClock;
use cardferry::sandbox::{Dialect, Sandbox, Settings};
use http::{HeaderMap, Request};
use serde_json::{Map, Value};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::openapi::OpenApi;
use crate::sandboxed;

pub(crate) const BOTH: [Dialect; 2] = [Dialect::Graph, Dialect::Outlook];

/// A sandbox of its own for one test: ids from a fixed seed, a clock that stands still.
pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) runtime: Runtime,
    dir: TempDir,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON in {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The error's code.
    pub(crate) fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// Opens a store that must be free.
pub(crate) fn open(store: &Path, clock: &Arc<VirtualClock>) -> Sandbox {
    let clock = Arc::<VirtualClock>::clone(clock);
    // Most of these tests are about something else than names.
    let behaviours = Behaviours::default().with(Behaviour::GivenName, false);
    sandboxed::open(store, &Settings { clock, seed: Some(7), behaviours, ..Settings::default() })
}

impl Bench {
    pub(crate) fn new() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(VirtualClock::at("2024-05-06T07:08:09Z".parse().unwrap()));
        let sandbox = open(&dir.path().join("book.db"), &clock);
        Bench { sandbox, clock, runtime: Runtime::new().unwrap(), dir }
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.dir.path().join("book.db")
    }

    /// Sends a request with a token; what Graph answers is held against its OpenAPI description.
    pub(crate) fn send(&self, dialect: Dialect, method: &str, url: &str, body: Option<&Value>) -> Reply {
        let bytes = body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string()));
        self.send_as(dialect, method, url, &[("content-type", "application/json")], bytes)
    }

    /// As [`Bench::send`], with headers and any bytes.
    pub(crate) fn send_as(
        &self,
        dialect: Dialect,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Reply {
        let uri = format!("http://sandbox.test{}{url}", dialect.base());
        let mut request = Request::builder().method(method).uri(uri).header("authorization", "Bearer t");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = serde_json::from_slice(&body).ok();
        let reply = self.raw(request.body(body).unwrap());
        if let (Dialect::Graph, Some(api)) = (dialect, OpenApi::load()) {
            check(api, method, url, sent.as_ref(), &reply);
        }
        reply
    }

    /// Sends a request as it is.
    pub(crate) fn raw(&self, request: Request<Bytes>) -> Reply {
        let response = self.runtime.block_on(self.sandbox.handle(request));
        let (head, body) = response.into_parts();
        Reply { status: head.status.as_u16(), headers: head.headers, body }
    }

    pub(crate) fn get(&self, dialect: Dialect, url: &str) -> Reply {
        self.send(dialect, "GET", url, None)
    }

    /// Makes a contact of Graph's properties and answers its id.
    pub(crate) fn contact(&self, dialect: Dialect, url: &str, graph: Value) -> String {
        let reply = self.send(dialect, "POST", url, Some(&spelled(dialect, graph)));
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()[dialect_name(dialect, "id")].as_str().unwrap().to_owned()
    }
}

/// What is accepted must be in the description; what is refused must be refused in the described form.
fn check(api: &OpenApi, method: &str, url: &str, sent: Option<&Value>, reply: &Reply) {
    // The subset leaves the user itself out.
    if url == "/me" {
        return;
    }
    let request = api.check_request(method, url, sent);
    if reply.status < 300 {
        request.clone().unwrap();
    }
    if request.is_err_and(|error| error.contains("no such")) {
        return;
    }
    let is_json = reply.header("content-type").is_some_and(|kind| kind.starts_with("application/json"));
    let body = is_json.then(|| reply.json());
    api.check_answer(method, url, reply.status, body.as_ref()).unwrap();
}

/// Graph's name of a property in the dialect's spelling.
pub(crate) fn dialect_name(dialect: Dialect, name: &str) -> String {
    match (dialect, name) {
        (Dialect::Graph, _) => name.to_owned(),
        (Dialect::Outlook, "mobilePhone") => "MobilePhone1".to_owned(),
        (Dialect::Outlook, name) if name.contains('@') => name.to_owned(),
        (Dialect::Outlook, name) => name[..1].to_uppercase() + &name[1..],
    }
}

/// JSON with Graph's names in the dialect's spelling.
pub(crate) fn spelled(dialect: Dialect, value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let spelled = members.into_iter().map(|(name, value)| {
                let extended = name == "singleValueExtendedProperties" && dialect == Dialect::Outlook;
                let value = if extended { extended_properties(value) } else { spelled(dialect, value) };
                (dialect_name(dialect, &name), value)
            });
            Value::Object(spelled.collect::<Map<_, _>>())
        }
        Value::Array(entries) => entries.into_iter().map(|entry| spelled(dialect, entry)).collect(),
        scalar => scalar,
    }
}

fn extended_properties(value: Value) -> Value {
    let entries = value.as_array().unwrap().iter();
    entries.map(|entry| serde_json::json!({"PropertyId": entry["id"], "Value": entry["value"]})).collect()
}

/// A JPEG's first bytes: enough to say how large it is.
pub(crate) fn jpeg(width: u16, height: u16) -> Bytes {
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe0, 0, 16];
    bytes.extend(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
    bytes.extend([0xff, 0xc0, 0, 17, 8]);
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.extend([3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1, 0xff, 0xd9]);
    Bytes::from(bytes)
}
