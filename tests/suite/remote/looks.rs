//! No POST is repeated without a look: whatever goes wrong with a create, the next one of the same key comes after a
//! request that looks for the key, unless the first was certainly not carried out.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cardferry::formats::exchange::{Dialect, extended};
use cardferry::remote::api::Place;
use cardferry::remote::gate::Limits;
use cardferry::remote::{Operation, Renewing, Sent, Token, TokenSource, Tokens, Transport, TransportError};
use futures_util::future::join_all;
use http::{Method, Request, Response};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::{Line, key, person, served, token};
use crate::generator::Draw;

/// What happened to a key, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// It was posted, and perhaps carried out.
    Posted,
    /// It was posted, and certainly not carried out.
    NotPosted,
    Looked,
}

/// A line that writes down what happens to each key. Now and then there is no connection.
struct Witness {
    line: Line,
    draw: Mutex<Draw>,
    seen: Mutex<HashMap<String, Vec<Event>>>,
}

/// The key of a contact that is to be created.
fn key_of(contact: &Value) -> String {
    let list = ["singleValueExtendedProperties", "SingleValueExtendedProperties"];
    let properties = list.iter().find_map(|name| contact[name].as_array()).unwrap();
    let is_key = |one: &&Value| one["id"] == extended::KEY || one["PropertyId"] == extended::KEY;
    let one = properties.iter().find(is_key).unwrap();
    one.get("value").or(one.get("Value")).unwrap().as_str().unwrap().to_owned()
}

/// The key that a listing looks for.
fn looked_for(request: &Request<Bytes>) -> Option<String> {
    let query = percent_decode_str(request.uri().query()?).decode_utf8().unwrap().into_owned();
    let value = query.split_once("alue eq '")?.1;
    Some(value[..32].to_owned())
}

fn event(status: Option<u64>) -> Event {
    if matches!(status, Some(401 | 429)) { Event::NotPosted } else { Event::Posted }
}

impl Witness {
    fn saw(&self, key: String, event: Event) {
        self.seen.lock().unwrap().entry(key).or_default().push(event);
    }
}

impl Transport for Witness {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let batch = request.uri().path().ends_with("/$batch");
        let posted: Vec<(String, String)> = match *request.method() {
            Method::POST if batch => {
                let envelope: Value = serde_json::from_slice(request.body()).unwrap();
                let parts = envelope["requests"].as_array().unwrap().iter();
                parts.map(|part| (part["id"].as_str().unwrap().to_owned(), key_of(&part["body"]))).collect()
            }
            Method::POST => vec![(String::new(), key_of(&serde_json::from_slice(request.body()).unwrap()))],
            _ => Vec::new(),
        };
        if let Some(key) = looked_for(&request) {
            self.saw(key, Event::Looked);
        }
        let sent = if self.draw.lock().unwrap().below(12) == 0 {
            Err(TransportError { sent: Sent::No, what: "no connection".into() })
        } else {
            self.line.send(request).await
        };
        let answer = sent.as_ref().ok();
        let read = |answer: &Response<Bytes>| serde_json::from_slice::<Value>(answer.body()).unwrap_or_default();
        let parts = answer.filter(|_| batch).map(read).unwrap_or_default();
        for (id, key) in posted {
            let part = parts["responses"].as_array().into_iter().flatten().find(|part| part["id"] == id.as_str());
            let whole = answer.map(|answer| answer.status().as_u16().into());
            let status = part.map_or(whole, |part| part["status"].as_u64());
            let unsent = matches!(&sent, Err(error) if error.sent == Sent::No);
            // A server that refuses an envelope as a whole has not looked into it.
            let refused = batch && part.is_none() && matches!(whole, Some(400 | 404 | 405 | 413 | 415 | 501));
            self.saw(key, if unsent || refused { Event::NotPosted } else { event(status) });
        }
        sent
    }
}

/// A new token whenever one is refused.
#[derive(Default)]
struct Endless(AtomicUsize);

impl TokenSource for Endless {
    fn current(&self) -> Token {
        token(&format!("t{}", self.0.load(Ordering::Relaxed)))
    }

    fn renew<'a>(&'a self, _: &'a Token) -> Renewing<'a> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Ok(self.current()) })
    }
}

/// Everything that can go wrong with a request, and with a part of a batch.
const FAULTS: &[&str] = &[
    "latency,time=2s",
    "error,status=500",
    "error,status=500,stored=true",
    "error,status=502,body=html",
    "error,status=503,body=empty",
    "error,status=503,retry-after=3,stored=true",
    "error,status=504,stored=true",
    "error,status=504,body=empty",
    "error,status=408,stored=true",
    "error,status=509,stored=true",
    "error,status=400",
    "error,status=404,body=empty",
    "throttle",
    "throttle,code=ApplicationThrottled,retry-after=2.128",
    "throttle,code=ErrorTooManyObjectsOpened",
    "throttle,retry-after=date:7s",
    "quota",
    "token",
    "lost",
    "late,after=2s",
    "late,after=40s",
    "reset",
    "reset,stored=true",
    "cut",
    "cut,bytes=3,reset=true",
    "slow,chunk=10,pause=1s",
    "dirt",
];

/// Makes contacts one by one or in batches while faults happen, and answers what was seen.
async fn seen(dialect: Dialect, seed: u64, batches: bool, rules: &[String]) -> HashMap<String, Vec<Event>> {
    let served = served(|settings| {
        settings.faults = cardferry::sandbox::faults::Plan::seeded(seed);
        rules.iter().for_each(|rule| settings.faults.add(rule).unwrap());
    });
    let (line, draw) = (Line(served.sandbox.clone()), Mutex::new(Draw::new(seed)));
    let witness = Arc::new(Witness { line, draw, seen: Mutex::default() });
    let tokens = Tokens::from_source(Endless::default());
    let mailbox = served.over(Arc::clone(&witness), dialect, tokens, Limits::NONE);
    let place = Place::default();
    // The line answers once, so that patience is what it is with a server that is there.
    let _ = mailbox.folders(&place).await;
    let people: Vec<_> = (0..24).map(|at| person(dialect, at)).collect();
    if batches {
        let create = |(at, body)| Operation::Create { place: &place, body, key: key(at) };
        mailbox.batch(&people.iter().enumerate().map(create).collect::<Vec<_>>()).await;
    } else {
        let _ = join_all(people.iter().enumerate().map(|(at, body)| mailbox.create(&place, body, key(at)))).await;
    }
    drop(mailbox);
    Arc::into_inner(witness).unwrap().seen.into_inner().unwrap()
}

/// How many creates were repeated after what may have been carried out; each must have been looked for.
fn repeated(seen: &HashMap<String, Vec<Event>>, what: &str) -> usize {
    let mut repeated = 0;
    for (key, events) in seen {
        // Whether a post is out there that may have been carried out, and has not been looked for since.
        let mut open = false;
        let mut posts = 0;
        for event in events {
            match event {
                Event::Looked => open = false,
                Event::Posted | Event::NotPosted => {
                    assert!(!open, "{what}: {key} was posted again without a look: {events:?}");
                    repeated += usize::from(posts > 0);
                    open = *event == Event::Posted;
                    posts += usize::from(open);
                }
            }
        }
    }
    repeated
}

#[tokio::test(start_paused = true)]
async fn whatever_goes_wrong_with_a_single_create_it_is_looked_for_before_it_is_repeated() {
    let mut all = 0;
    for dialect in [Dialect::Graph, Dialect::Outlook] {
        for (seed, fault) in (1..).zip(FAULTS) {
            let rules = [format!("{fault},method=POST,probability=0.4")];
            all += repeated(&seen(dialect, seed, false, &rules).await, fault);
        }
    }
    assert!(all > 50, "{all} creates were repeated: too few to tell anything");
}

#[tokio::test(start_paused = true)]
async fn whatever_goes_wrong_with_a_batch_its_creates_are_looked_for_before_they_are_repeated() {
    let mut all = 0;
    for dialect in [Dialect::Graph, Dialect::Outlook] {
        for (seed, fault) in (1..).zip(FAULTS) {
            let whole = [format!("{fault},method=POST,kind=batch,nth=1")];
            all += repeated(&seen(dialect, seed, true, &whole).await, fault);
            if ["latency", "error", "throttle", "quota", "token"].iter().any(|of| fault.starts_with(of)) {
                let parts = [format!("{fault},method=POST,of=parts,probability=0.4")];
                all += repeated(&seen(dialect, seed, true, &parts).await, fault);
            }
        }
    }
    assert!(all > 50, "{all} creates were repeated: too few to tell anything");
}

#[tokio::test(start_paused = true)]
async fn nor_when_everything_goes_wrong_at_once() {
    let mut all = 0;
    for seed in 1..=6 {
        for batches in [false, true] {
            let rules: Vec<_> = FAULTS.iter().map(|fault| format!("{fault},probability=0.02")).collect();
            all += repeated(&seen(Dialect::Graph, seed, batches, &rules).await, &format!("seed {seed}"));
        }
    }
    assert!(all > 5, "{all} creates were repeated: too few to tell anything");
}
