//! The one door to the network: from a request to an answer.

use std::future::Future;

use bytes::Bytes;
use http::{Request, Response};

/// Carries requests to a server and brings the answers.
pub trait Transport: Send + Sync {
    /// Sends one request. Any status is an answer; an error means that there was none.
    fn send(&self, request: Request<Bytes>) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send;

    /// The next request is to go over a new connection: that of an earlier one leads to a server that is broken, or is
    /// broken itself. What is under way goes on. By default nothing happens, as where there are no connections.
    fn reconnect(&self) {}
}

impl<T: Transport> Transport for std::sync::Arc<T> {
    fn send(&self, request: Request<Bytes>) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send {
        (**self).send(request)
    }

    fn reconnect(&self) {
        (**self).reconnect();
    }
}

/// Whether a request that got no answer may have reached the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Certainly not: there was no connection.
    No,
    /// Perhaps, and perhaps it was carried out.
    Maybe,
}

/// There was no answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}")]
pub struct TransportError {
    /// Whether the request may have reached the server.
    pub sent: Sent,
    /// What happened, for people; names the host but no token and no content.
    pub what: String,
}

impl TransportError {
    /// There was no usable answer, and the request may have been carried out.
    pub(super) fn maybe(what: &str) -> Self {
        Self { sent: Sent::Maybe, what: what.to_owned() }
    }
}
