//! One mailbox over HTTP, when things go wrong and when there is much to do.

mod budgets;
mod classes;
mod connections;
mod gate;
mod looks;
mod pace;
mod throttling;
mod tokens;
mod traffic;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cardferry::formats::exchange::{Dialect, extended};
use cardferry::model::identity::Key;
use cardferry::remote::gate::Limits;
use cardferry::remote::{Clock, Endpoint, Mailbox, Owner, Sent, Token, Tokens, Transport, TransportError};
use cardferry::sandbox::clock::{Clock as SandboxClock, Sleep, Waits};
use cardferry::sandbox::{Sandbox, Settings};
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::scripted::Script;

/// The runtime's clock, for client and server alike. In a runtime that starts paused it moves on when every task waits.
#[derive(Clone, Debug)]
struct OneClock(tokio::time::Instant);

/// 2026-01-02T03:04:05Z.
const START: u64 = 1_767_323_045;

impl OneClock {
    fn start() -> Self {
        Self(tokio::time::Instant::now())
    }
}

impl Clock for OneClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn unix(&self) -> u64 {
        START + self.0.elapsed().as_secs()
    }

    async fn sleep(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

impl SandboxClock for OneClock {
    fn now(&self) -> Timestamp {
        let start = Timestamp::from_second(START.try_into().unwrap()).unwrap();
        start + self.0.elapsed()
    }

    fn sleep(&self, time: Duration, _: Waits) -> Sleep {
        Box::pin(tokio::time::sleep(time))
    }
}

/// A sandbox by one clock, with its directory.
struct Served {
    sandbox: Sandbox,
    clock: OneClock,
    _dir: tempfile::TempDir,
}

fn served(change: impl FnOnce(&mut Settings)) -> Served {
    let (dir, clock) = (tempfile::tempdir().unwrap(), OneClock::start());
    let mut settings = Settings { seed: Some(7), clock: Arc::new(clock.clone()), ..Settings::default() };
    change(&mut settings);
    let sandbox = crate::sandboxed::open(&dir.path().join("store.db"), &settings);
    Served { sandbox, clock, _dir: dir }
}

impl Served {
    fn mailbox(&self, dialect: Dialect, tokens: impl Into<Tokens>, limits: Limits) -> Mailbox<Line, OneClock> {
        self.over(Line(self.sandbox.clone()), dialect, tokens, limits)
    }

    fn over<T: Transport>(
        &self,
        line: T,
        dialect: Dialect,
        tokens: impl Into<Tokens>,
        limits: Limits,
    ) -> Mailbox<T, OneClock> {
        let endpoint = Endpoint::parse("http://localhost", Some(dialect), Owner::Me).unwrap();
        Mailbox::new(endpoint, line, self.clock.clone(), tokens, limits)
    }
}

/// A line to a sandbox with its limits and faults: what breaks on it may have been done.
#[derive(Clone)]
struct Line(Sandbox);

impl Transport for Line {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let broken = |what: String| TransportError { sent: Sent::Maybe, what };
        self.0.carry(request).await.map_err(|error| broken(error.to_string()))
    }
}

/// A script whose answers take 80 ms.
struct Slow(Arc<Script>);

impl Transport for Slow {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        tokio::time::sleep(Duration::from_millis(80)).await;
        self.0.send(request).await
    }
}

/// A mailbox at a made-up address, as [`crate::scripted::mailbox`] is, over another line.
fn mailbox<T: Transport, C: Clock>(line: T, clock: C, limits: Limits) -> Mailbox<T, C> {
    let endpoint = Endpoint::parse("https://mail.example/v1.0", None, Owner::Me).unwrap();
    Mailbox::new(endpoint, line, clock, token("secret"), limits)
}

fn token(text: &str) -> Token {
    Token::new(text).unwrap()
}

fn key(at: usize) -> Key {
    format!("{at:032x}").parse().unwrap()
}

/// A person with the key among the extended properties, as an import writes one.
fn person(dialect: Dialect, at: usize) -> Map<String, Value> {
    let (id, value) = (dialect.pick(("id", "PropertyId")), dialect.pick(("value", "Value")));
    let extended = json!([{ id: extended::KEY, value: key(at).to_string() }]);
    let name = dialect.pick(("givenName", "GivenName")).to_owned();
    let properties = dialect.pick(("singleValueExtendedProperties", "SingleValueExtendedProperties")).to_owned();
    Map::from_iter([(name, json!(format!("P{at}"))), (properties, extended)])
}
