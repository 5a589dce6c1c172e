//! Faults and limits: what a plain client sees of each on the wire, and what our own client makes of them.

mod campaign;
mod closing;
mod control;
mod limits;
mod seeds;
mod sockets;
mod wire;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use bytes::Bytes;
use cardferry::sandbox::clock::VirtualClock;
use cardferry::sandbox::faults::Plan;
use cardferry::sandbox::{Delivery, Opened, Sandbox, Settings};
use http::Request;
use tokio::runtime::Runtime;

use super::Bench;

/// A plan of these rules.
fn plan(seed: u64, rules: &[&str]) -> Plan {
    let mut plan = Plan::seeded(seed);
    rules.iter().for_each(|rule| plan.add(rule).unwrap());
    plan
}

/// A sandbox with a plan and a clock of its own.
fn bench(clock: VirtualClock, faults: Plan) -> Bench {
    let (dir, clock) = (tempfile::tempdir().unwrap(), Arc::new(clock));
    let settings = Settings { clock: clock.clone(), seed: Some(7), faults, ..Settings::default() };
    let sandbox = match Sandbox::open(&dir.path().join("book.db"), settings).unwrap() {
        Opened::Here(sandbox) => sandbox,
        Opened::Elsewhere { .. } => panic!("the store is open twice"),
    };
    Bench { sandbox, clock, runtime: Runtime::new().unwrap(), dir }
}

fn still() -> VirtualClock {
    VirtualClock::at("2026-01-02T03:04:05Z".parse().unwrap())
}

fn skipping() -> VirtualClock {
    VirtualClock::skipping("2026-01-02T03:04:05Z".parse().unwrap())
}

/// A request with a token.
fn asks(method: &str, path: &str, body: &str) -> Request<Bytes> {
    let request = Request::builder().method(method).uri(format!("http://localhost{path}"));
    let request = request.header("authorization", "Bearer t").header("content-type", "application/json");
    request.body(Bytes::from(body.to_owned())).unwrap()
}

/// The status of what came, if something came.
fn status(delivery: &Delivery) -> Option<u16> {
    match delivery {
        Delivery::Whole(answer) | Delivery::Slow { answer, .. } | Delivery::Cut { answer, .. } => {
            Some(answer.status().as_u16())
        }
        Delivery::Closed | Delivery::Reset => None,
    }
}

/// What a plain client saw of a connection.
#[derive(Debug)]
struct Saw {
    bytes: Vec<u8>,
    /// Whether the connection was reset, rather than closed.
    reset: bool,
}

impl Saw {
    fn head(&self) -> &str {
        let end = self.bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(self.bytes.len());
        std::str::from_utf8(&self.bytes[..end]).unwrap()
    }

    fn body(&self) -> &[u8] {
        &self.bytes[(self.head().len() + 4).min(self.bytes.len())..]
    }

    fn status(&self) -> u16 {
        self.head()["HTTP/1.1 ".len()..][..3].parse().unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head().lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn length(&self) -> usize {
        self.header("content-length").unwrap().parse().unwrap()
    }

    fn code(&self) -> String {
        let body: serde_json::Value = serde_json::from_slice(self.body()).unwrap();
        body["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// Sends bytes on a connection of their own and reads whatever comes.
async fn see(address: &str, sent: &[u8]) -> Saw {
    let (address, sent) = (address.to_owned(), sent.to_owned());
    let talk = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(&sent).unwrap();
        let (mut bytes, mut some) = (Vec::new(), [0; 4096]);
        loop {
            match stream.read(&mut some) {
                Ok(0) => return Saw { bytes, reset: false },
                Ok(count) => bytes.extend_from_slice(&some[..count]),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Saw { bytes, reset: true },
                Err(error) => panic!("{error}"),
            }
        }
    };
    tokio::task::spawn_blocking(talk).await.unwrap()
}
