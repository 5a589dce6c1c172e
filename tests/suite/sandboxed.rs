//! The sandbox as the other end of a mailbox, in this process: honest, or with a line that loses and delays.

use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cardferry::formats::exchange::Dialect;
use cardferry::remote::gate::Limits;
use cardferry::remote::{Endpoint, Mailbox, Owner, Sent, Token, Transport, TransportError};
use cardferry::sandbox::{OpenError, Opened, Sandbox, Settings};
use http::{Method, Request, Response};

use crate::generator::Draw;
use crate::scripted::StillClock;

/// A sandbox over a new store in a directory.
pub fn sandbox(directory: &Path) -> Sandbox {
    open(&directory.join("store.db"), &Settings { seed: Some(7), ..Settings::default() })
}

/// Opens a store that must be free. A process that another test starts has every open file for a moment, with its lock,
/// until it becomes the program that it is to be: that moment is waited out.
pub fn try_open(store: &Path, settings: &Settings) -> Result<Sandbox, OpenError> {
    for _ in 0..1_000_000 {
        match Sandbox::open(store, settings.clone())? {
            Opened::Here(sandbox) => return Ok(sandbox),
            Opened::Elsewhere { url: None } => std::thread::yield_now(),
            Opened::Elsewhere { url } => panic!("the store is served elsewhere: {url:?}"),
        }
    }
    panic!("the store is held elsewhere")
}

/// As [`try_open`], of a store that can be opened.
pub fn open(store: &Path, settings: &Settings) -> Sandbox {
    try_open(store, settings).unwrap()
}

/// A line to the sandbox that does what it should.
#[derive(Clone)]
pub struct Honest(pub Sandbox);

impl Transport for Honest {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        Ok(self.0.handle(request).await)
    }
}

/// The status that stands for the sandbox's answer to a request, if any.
type Refusal = fn(&Request<Bytes>) -> Option<u16>;

/// A line to a sandbox that refuses some requests.
pub struct Grumpy(pub Sandbox, pub Refusal);

impl Transport for Grumpy {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        match (self.1)(&request) {
            Some(status) => Ok(Response::builder().status(status).body(Bytes::new()).unwrap()),
            None => Ok(self.0.handle(request).await),
        }
    }
}

/// A line that loses requests and answers, delays commits, and answers 429 and 503 in the server's place.
pub struct Lossy {
    sandbox: Sandbox,
    draw: Mutex<Draw>,
    /// Creates that arrive later than their sender thinks, and after how many further requests.
    late: Mutex<Vec<(u8, Request<Bytes>)>>,
    /// Faults so far.
    pub faults: Mutex<u64>,
}

impl Lossy {
    /// Faults come as the seed says, in about a quarter of all requests.
    pub fn new(sandbox: Sandbox, seed: u64) -> Self {
        Self { sandbox, draw: Mutex::new(Draw::new(seed)), late: Mutex::default(), faults: Mutex::default() }
    }

    /// Lets everything arrive that is still on its way.
    pub async fn settle(&self) {
        let late = std::mem::take(&mut *self.late.lock().unwrap());
        for (_, request) in late {
            self.sandbox.handle(request).await;
        }
    }

    async fn arrive_late(&self) {
        let due: Vec<_> = {
            let mut late = self.late.lock().unwrap();
            late.iter_mut().for_each(|(wait, _)| *wait = wait.saturating_sub(1));
            late.extract_if(.., |(wait, _)| *wait == 0).collect()
        };
        for (_, request) in due {
            self.sandbox.handle(request).await;
        }
    }
}

impl Transport for Lossy {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.arrive_late().await;
        let fault = self.draw.lock().unwrap().below(20);
        *self.faults.lock().unwrap() += u64::from(fault < 5);
        let broken = |sent| Err(TransportError { sent, what: "the line broke".into() });
        let status = |status: u16| Ok(Response::builder().status(status).body(Bytes::new()).unwrap());
        match fault {
            0 => broken(Sent::No),
            1 => status(429),
            2 => status(503),
            3 => {
                self.sandbox.handle(request).await;
                broken(Sent::Maybe)
            }
            4 if request.method() == Method::POST => {
                let wait = 1 + self.draw.lock().unwrap().below(6) as u8;
                self.late.lock().unwrap().push((wait, request));
                broken(Sent::Maybe)
            }
            _ => Ok(self.sandbox.handle(request).await),
        }
    }
}

/// The sandbox's mailbox over some line.
pub fn mailbox<T: Transport>(line: T, dialect: Dialect) -> Mailbox<T, Arc<StillClock>> {
    let endpoint = Endpoint::parse("http://localhost", Some(dialect), Owner::Me).unwrap();
    Mailbox::new(endpoint, line, Arc::default(), Token::new("any").unwrap(), Limits::NONE)
}
