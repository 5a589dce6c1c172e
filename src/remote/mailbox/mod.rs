//! One mailbox: the plain loop over requests, answers and decisions.

mod batch;
mod contacts;
mod create;
mod delta;
mod folders;
mod pages;
mod photos;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};

use crate::remote::api::ServiceError;
use crate::remote::attempts;
use crate::remote::auth::{Token, Tokens};
use crate::remote::class::{self, Class};
use crate::remote::clock::Clock;
use crate::remote::endpoint::Endpoint;
use crate::remote::error::RemoteError;
use crate::remote::gate::{Gate, Limits, Passage};
use crate::remote::retry::{self, Decision, Ended, Patience, Repeat, decide};
use crate::remote::traffic::{Counters, Traffic};
use crate::remote::transport::{Sent, Transport};

pub use batch::{Done, Operation};
pub use create::Created;
pub use delta::{Changes, Step};
pub use pages::Pages;

/// The largest body of a request ("currently a limit of 4MB on the total size of each REST request", Graph, "Update
/// profilePhoto").
const MAX_BODY: usize = 4 * 1024 * 1024;

/// A mailbox in one of the two dialects, over some transport.
///
/// Every request goes through one [`Gate`], so that any number of futures may ask at once: what the service allows is
/// held to, and the rest waits. An answer that may be passing trouble is waited out; what comes back is the answer, or an
/// error that says whether it is [about one request](RemoteError::is_about_one_request) or stops the run. A token that is
/// refused is renewed once, if its source can, and the request sent once more.
#[derive(Debug)]
pub struct Mailbox<T, C> {
    endpoint: Endpoint,
    transport: T,
    clock: C,
    tokens: Tokens,
    gate: Gate,
    patience: Patience,
    answered: AtomicBool,
    counters: Counters,
}

impl<T: Transport, C: Clock> Mailbox<T, C> {
    /// A mailbox; nothing is sent yet. A plain [`Token`] is never renewed; see [`Tokens::from_source`].
    pub fn new(endpoint: Endpoint, transport: T, clock: C, tokens: impl Into<Tokens>, limits: Limits) -> Self {
        let (gate, patience, answered) = (Gate::new(limits), Patience::default(), AtomicBool::new(false));
        let (tokens, counters) = (tokens.into(), Counters::default());
        Self { endpoint, transport, clock, tokens, gate, patience, answered, counters }
    }

    /// What was sent and received so far, and what is waited for at the moment. Costs next to nothing: look as often as
    /// a progress bar wants.
    pub fn traffic(&self) -> Traffic {
        self.counters.look(self.gate.held(&self.clock), self.gate.waiting(&self.clock))
    }

    /// Where it is and what is spoken there.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// An answer, or none when the service says that the thing is not there.
    fn found(&self, answer: Result<Response<Bytes>, RemoteError>) -> Result<Option<Response<Bytes>>, RemoteError> {
        match answer {
            Err(RemoteError::Refused(error)) if error.status == StatusCode::NOT_FOUND => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// Sends a request that does no harm when it is sent twice, until it succeeds or patience ends.
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, RemoteError> {
        fits(&request)?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.attempt(&request).await {
                Ok(answer) => return Ok(answer),
                Err(ended) => self.settle(attempt, Repeat::Harmless, ended).await?,
            };
        }
    }

    /// One attempt. A token that is refused is renewed, and the request sent once more: it was not carried out.
    async fn attempt(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, Ended> {
        match self.send(request).await {
            (token, Err(Ok(error))) if error.status == StatusCode::UNAUTHORIZED => {
                match self.renew(&token, error).await {
                    Ok(()) => self.send(request).await.1,
                    Err(error) => Err(Ok(error)),
                }
            }
            (_, ended) => ended,
        }
    }

    /// Another token in place of one that was refused, or the refusal with what came of trying.
    async fn renew(&self, refused: &Token, mut error: ServiceError) -> Result<(), ServiceError> {
        match self.tokens.renew(refused).await {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(why) if error.message.is_empty() => error.message = why.to_string(),
            Err(why) => error.message = format!("{} There is no new token: {why}", error.message),
        }
        Err(error)
    }

    /// Through the gate, with the token of that moment, to the server.
    async fn send(&self, request: &Request<Bytes>) -> (Token, Result<Response<Bytes>, Ended>) {
        let passage = self.gate.pass(request.body().len(), &self.clock).await;
        let token = self.tokens.current();
        let mut request = request.clone();
        request.headers_mut().insert(header::AUTHORIZATION, token.header());
        let answer = match self.carry(request, None).await {
            Ok(answer) => answer,
            Err(ended) => return (token, Err(ended)),
        };
        if answer.status().is_success() {
            passage.granted();
            return (token, Ok(answer));
        }
        let error = ServiceError::read(&answer, self.clock.unix());
        self.heed(&passage, &[&error]);
        (token, Err(Ok(error)))
    }

    /// To the server and back, counted. A batch is told by its number of parts.
    async fn carry(&self, request: Request<Bytes>, parts: Option<usize>) -> Result<Response<Bytes>, Ended> {
        self.counters.departs(parts.unwrap_or(1), request.body().len());
        attempts::count();
        let departed = self.clock.now();
        let answer = match self.transport.send(request).await {
            Ok(answer) => answer,
            Err(error) => {
                if error.sent == Sent::Maybe {
                    self.transport.reconnect();
                }
                return Err(Err(error));
            }
        };
        self.answered.store(true, Ordering::Relaxed);
        self.counters.answered(parts, answer.body().len(), self.clock.now().saturating_sub(departed));
        if class::wants_new_connection(answer.status()) {
            self.transport.reconnect();
        }
        Ok(answer)
    }

    /// Does what refusals ask of all requests: a pause where one throttles or says when to come again. Of several that
    /// came together the longest counts.
    fn heed(&self, passage: &Passage<'_, C>, errors: &[&ServiceError]) {
        let throttled = |error: &&&ServiceError| error.class() == Class::Throttled;
        errors.iter().filter(throttled).for_each(|_| self.counters.throttled());
        let row = match errors.iter().any(|error| throttled(&error)) {
            true => passage.throttled(),
            false if errors.iter().any(|error| error.class() == Class::Transient) => None,
            false => {
                passage.granted();
                return;
            }
        };
        let (row, chance) = row.map_or((0, 0.0), |row| (row, self.clock.chance()));
        let pauses = errors.iter().filter_map(|error| retry::pause(&self.patience, error, row, chance));
        if let Some(pause) = pauses.max() {
            self.gate.pause(pause, &self.clock);
        }
    }

    /// Decides what to do after an attempt without success, and waits if that is it.
    async fn settle(&self, attempt: u32, repeat: Repeat, ended: Ended) -> Result<Settled, RemoteError> {
        let answered = self.answered.load(Ordering::Relaxed);
        let decision = decide(&self.patience, attempt, repeat, answered, &ended, self.clock.chance());
        let (settled, after) = match decision {
            Decision::Again { after } => (Settled::Again, after),
            Decision::Look { after } => (Settled::Look, after),
            _ => return Err(RemoteError::ended(decision, attempt, &ended)),
        };
        self.counters.retries(1);
        self.rest(after).await;
        Ok(settled)
    }

    async fn rest(&self, time: Duration) {
        if !time.is_zero() {
            self.clock.sleep(time).await;
        }
    }
}

/// What to do after the waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settled {
    Again,
    Look,
}

/// Whether the service takes a request of this size; what it would refuse for that is not sent.
fn fits(request: &Request<Bytes>) -> Result<(), RemoteError> {
    let size = request.body().len();
    if size > MAX_BODY { Err(RemoteError::TooLarge { size }) } else { Ok(()) }
}

/// Method and path, without the query.
fn about(request: &Request<Bytes>) -> String {
    format!("{} {}", request.method(), request.uri().path())
}
