//! A line to the sandbox on which a process dies, and which sees whether a create is repeated without a look.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use bytes::Bytes;
use cardferry::formats::exchange::extended;
use cardferry::remote::{Sent, Transport, TransportError};
use cardferry::sandbox::Sandbox;
use http::{Method, Request, Response, StatusCode};
use serde_json::Value;
use tokio::sync::Notify;

use crate::generator::Draw;

/// Where in a request the end comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Death {
    /// It has not left yet.
    Before,
    /// It is under way, and is carried out.
    Sent,
    /// Its answer is here, and nobody has read it.
    After,
    /// It is no death: somebody asks for an end.
    Asked,
}

/// What is known of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    /// A create may have made its contact.
    Perhaps,
    /// A look has found it.
    There,
}

/// A process's line. It counts the requests.
pub(super) struct Line {
    sandbox: Sandbox,
    dies: Option<(u64, Death)>,
    /// One request in so many finds no connection at all; none of them where it is 0.
    unreachable: usize,
    draw: Mutex<Draw>,
    known: Mutex<HashMap<String, Known>>,
    dead: AtomicBool,
    /// Tells that the end has come.
    pub(super) died: Notify,
    /// Somebody asks for an end.
    pub(super) interrupted: AtomicBool,
    /// Requests.
    pub(super) requests: AtomicU64,
    /// Requests that change something.
    pub(super) writes: AtomicU64,
    /// Creates that were repeated though their contact might be there.
    pub(super) blind: Mutex<Vec<String>>,
}

impl Line {
    /// A line that works, and does what the sandbox's faults say.
    pub(super) fn to(sandbox: &Sandbox) -> Self {
        Self {
            sandbox: sandbox.clone(),
            dies: None,
            unreachable: 0,
            draw: Mutex::new(Draw::new(0)),
            known: Mutex::default(),
            dead: AtomicBool::new(false),
            died: Notify::new(),
            interrupted: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            blind: Mutex::default(),
        }
    }

    /// The end comes in the request of this number.
    pub(super) fn dying(self, at: u64, how: Death) -> Self {
        Self { dies: Some((at, how)), ..self }
    }

    /// One request in so many finds no connection.
    pub(super) fn unreachable(self, one_in: usize, seed: u64) -> Self {
        Self { unreachable: one_in, draw: Mutex::new(Draw::new(seed)), ..self }
    }

    /// The process is dead: nothing goes on.
    async fn die(&self) {
        self.dead.store(true, Ordering::Relaxed);
        self.died.notify_one();
        std::future::pending().await
    }

    fn finds_no_connection(&self) -> bool {
        self.unreachable > 0 && self.draw.lock().unwrap().below(self.unreachable) == 0
    }

    /// Notes what a request that leaves is: a create must not leave twice without a look.
    fn leaves(&self, request: &Request<Bytes>) -> Option<String> {
        let key = created_key(request)?;
        let known = self.known.lock().unwrap().insert(key.clone(), Known::Perhaps);
        if let Some(known) = known {
            self.blind.lock().unwrap().push(format!("{key} was created again; it is {known:?}"));
        }
        Some(key)
    }

    /// Notes what came back.
    fn came(&self, looked: &str, created: Option<String>, answer: &Result<Response<Bytes>, TransportError>) {
        let mut known = self.known.lock().unwrap();
        match (created, answer) {
            (Some(key), Ok(answer)) if was_refused(answer.status()) => drop(known.remove(&key)),
            (Some(key), Err(TransportError { sent: Sent::No, .. })) => drop(known.remove(&key)),
            (Some(_), _) => {}
            (None, Ok(answer)) if answer.status().is_success() && !looked.is_empty() => {
                let page: Option<Value> = serde_json::from_slice(answer.body()).ok();
                let found = page.is_some_and(|page| page["value"].as_array().is_some_and(|found| !found.is_empty()));
                known.extract_if(|key, _| looked.contains(key.as_str())).for_each(drop);
                let key = looked.split('\'').find(|text| text.len() == 32);
                known.extend(key.filter(|_| found).map(|key| (key.to_owned(), Known::There)));
            }
            (None, _) => {}
        }
    }
}

/// Whether a create was certainly not carried out.
fn was_refused(status: StatusCode) -> bool {
    status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT || status == StatusCode::INSUFFICIENT_STORAGE
}

/// The key of the contact that a request creates.
fn created_key(request: &Request<Bytes>) -> Option<String> {
    if request.method() != Method::POST || !request.uri().path().to_ascii_lowercase().ends_with("/contacts") {
        return None;
    }
    let body: Value = serde_json::from_slice(request.body()).ok()?;
    let list = |name: &str| body.get(name).and_then(Value::as_array).cloned();
    let pairs = list("singleValueExtendedProperties").or_else(|| list("SingleValueExtendedProperties"))?;
    let text =
        |pair: &Value, names: [&str; 2]| names.iter().find_map(|name| pair.get(*name)?.as_str()).map(str::to_owned);
    let key = pairs.iter().find(|pair| text(pair, ["id", "PropertyId"]).as_deref() == Some(extended::KEY))?;
    text(key, ["value", "Value"])
}

impl Transport for &Line {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
        let dies = self.dies.filter(|(at, _)| *at == number).map(|(_, how)| how);
        match dies {
            Some(Death::Before) => self.die().await,
            Some(Death::Asked) => self.interrupted.store(true, Ordering::Relaxed),
            _ if self.dead.load(Ordering::Relaxed) => std::future::pending().await,
            _ => {}
        }
        self.writes.fetch_add(u64::from(request.method() != Method::GET), Ordering::Relaxed);
        let created = self.leaves(&request);
        let query = percent_encoding::percent_decode_str(request.uri().query().unwrap_or_default());
        let looked = query.decode_utf8_lossy().into_owned();
        let answer = if self.finds_no_connection() {
            Err(TransportError { sent: Sent::No, what: "connection refused".into() })
        } else {
            let sandbox = self.sandbox.clone();
            // What is under way goes on when the process dies.
            let carried = tokio::spawn(async move { sandbox.carry(request).await });
            if dies == Some(Death::Sent) {
                self.die().await;
            }
            let broken = |what: String| TransportError { sent: Sent::Maybe, what };
            carried.await.unwrap().map_err(|error| broken(error.to_string()))
        };
        if dies == Some(Death::After) {
            self.die().await;
        }
        self.came(&looked, created, &answer);
        answer
    }
}
