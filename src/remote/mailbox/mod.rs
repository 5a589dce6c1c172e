//! One mailbox: the plain loop over requests, answers and decisions.

mod batch;
mod contacts;
mod create;
mod delta;
mod folders;
mod pages;
mod photos;

use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};

use crate::remote::api::ServiceError;
use crate::remote::attempts;
use crate::remote::auth::Token;
use crate::remote::clock::Clock;
use crate::remote::endpoint::Endpoint;
use crate::remote::error::RemoteError;
use crate::remote::gate::{Gate, Limits};
use crate::remote::retry::{Decision, Patience, Repeat, decide};
use crate::remote::transport::{Transport, TransportError};

pub use batch::{Done, Operation};
pub use create::Created;
pub use delta::{Changes, Step};
pub use pages::Pages;

/// How a request ended that did not succeed.
type Ended = Result<ServiceError, TransportError>;

/// The largest body of a request ("currently a limit of 4MB on the total size of each REST request", Graph, "Update
/// profilePhoto").
const MAX_BODY: usize = 4 * 1024 * 1024;

/// A mailbox in one of the two dialects, over some transport.
#[derive(Debug)]
pub struct Mailbox<T, C> {
    endpoint: Endpoint,
    transport: T,
    clock: C,
    token: Token,
    gate: Gate,
    patience: Patience,
    answered: AtomicBool,
}

impl<T: Transport, C: Clock> Mailbox<T, C> {
    /// A mailbox; nothing is sent yet.
    pub fn new(endpoint: Endpoint, transport: T, clock: C, token: Token, limits: Limits) -> Self {
        let (gate, patience) = (Gate::new(limits), Patience::default());
        Self { endpoint, transport, clock, token, gate, patience, answered: AtomicBool::new(false) }
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

    /// One attempt: through the gate, with the token, to the server.
    async fn attempt(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, Ended> {
        let _passage = self.gate.pass(request.body().len(), &self.clock).await;
        let mut request = request.clone();
        request.headers_mut().insert(header::AUTHORIZATION, self.token.header());
        attempts::count();
        let answer = self.transport.send(request).await.map_err(Err)?;
        self.answered.store(true, Ordering::Relaxed);
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(Ok(ServiceError::read(&answer, self.clock.unix())))
    }

    /// Decides what to do after an attempt without success, and waits if that is it.
    async fn settle(&self, attempt: u32, repeat: Repeat, ended: Ended) -> Result<Settled, RemoteError> {
        let answered = self.answered.load(Ordering::Relaxed);
        let decision = decide(&self.patience, attempt, repeat, answered, &ended, self.clock.chance());
        match (decision, ended) {
            (Decision::Again { after, all }, _) => {
                if all {
                    self.gate.pause(after, &self.clock);
                } else {
                    self.clock.sleep(after).await;
                }
                Ok(Settled::Again)
            }
            (Decision::Look { after }, _) => {
                self.clock.sleep(after).await;
                Ok(Settled::Look)
            }
            (Decision::Refused, Ok(error)) => Err(RemoteError::Refused(error)),
            (Decision::NotAuthorised, Ok(error)) => Err(RemoteError::NotAuthorised(error)),
            (_, ended) => Err(RemoteError::unavailable(attempt, &ended)),
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
