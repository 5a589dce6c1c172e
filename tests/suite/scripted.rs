//! A clock that never waits and a transport that answers by a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use cardferry::remote::gate::Limits;
use cardferry::remote::{Clock, Endpoint, Mailbox, Owner, Sent, Token, Transport, TransportError};
use http::{Request, Response};

/// Sleeping moves it on at once; chance is always the same.
#[derive(Debug, Default)]
pub struct StillClock {
    now: Mutex<Duration>,
}

impl StillClock {
    /// How long was slept in all.
    pub fn slept(&self) -> Duration {
        *self.now.lock().unwrap()
    }
}

impl Clock for StillClock {
    fn now(&self) -> Duration {
        *self.now.lock().unwrap()
    }

    fn unix(&self) -> u64 {
        self.now().as_secs()
    }

    async fn sleep(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
        tokio::task::yield_now().await;
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// One answer of the script.
pub enum Line {
    /// A status, headers and a body.
    Answer(u16, &'static [(&'static str, &'static str)], String),
    /// No answer.
    Broken(Sent),
}

/// A status with a body.
pub fn answer(status: u16, body: &str) -> Line {
    Line::Answer(status, &[], body.to_owned())
}

/// Answers line by line, and remembers what was asked.
#[derive(Default)]
pub struct Script {
    lines: Mutex<VecDeque<Line>>,
    asked: Mutex<Vec<String>>,
}

impl Script {
    /// A script of these lines.
    pub fn of(lines: impl IntoIterator<Item = Line>) -> Arc<Self> {
        Arc::new(Self { lines: Mutex::new(lines.into_iter().collect()), asked: Mutex::default() })
    }

    /// Method and path of every request so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Transport for Script {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        assert_eq!(request.headers()["authorization"], "Bearer secret");
        self.asked.lock().unwrap().push(format!("{} {}", request.method(), request.uri().path()));
        let line = self.lines.lock().unwrap().pop_front();
        match line.unwrap_or_else(|| panic!("the script has no answer to {} {}", request.method(), request.uri())) {
            Line::Answer(status, headers, body) => {
                let mut answer = Response::builder().status(status);
                for (name, value) in headers {
                    answer = answer.header(*name, *value);
                }
                Ok(answer.body(Bytes::from(body)).unwrap())
            }
            Line::Broken(sent) => Err(TransportError { sent, what: "the line broke".into() }),
        }
    }
}

/// A mailbox at a made-up address over a script.
pub fn mailbox(script: &Arc<Script>, clock: &Arc<StillClock>) -> Mailbox<Arc<Script>, Arc<StillClock>> {
    let endpoint = Endpoint::parse("https://mail.example/v1.0", None, Owner::Me).unwrap();
    Mailbox::new(endpoint, Arc::clone(script), Arc::clone(clock), Token::new("secret").unwrap(), Limits::EXCHANGE)
}
