//! What went wrong between cardferry and a mailbox.

use http::StatusCode;

use crate::remote::api::ServiceError;
use crate::remote::class::{self, Class};
use crate::remote::retry::{Decision, Ended};
use crate::remote::transport::Sent;

/// Why a request to a mailbox did not do what it should.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The service does not let this token do this, nor the one that came in its place.
    #[error("not authorised: {0}")]
    NotAuthorised(ServiceError),
    /// The service refuses this request; others may pass.
    #[error("{0}")]
    Refused(ServiceError),
    /// The service takes no request to this mailbox: there is none, or it is full.
    #[error("nothing can be done in this mailbox: {0}")]
    Unusable(ServiceError),
    /// The service was out of reach, or too busy, for longer than patience lasts.
    #[error("unavailable after {attempts} attempts: {last}")]
    Unavailable {
        /// How often it was tried.
        attempts: u32,
        /// How the last attempt ended.
        last: String,
        /// The status that the service answered the last attempt with, if it answered.
        status: Option<StatusCode>,
        /// Whether there was a connection at the last attempt.
        connected: bool,
    },
    /// The answer is not what the API documents.
    #[error("{request}: the answer makes no sense: {what}")]
    Answer {
        /// Method and path, without query.
        request: String,
        /// What is wrong with it.
        what: String,
    },
    /// The service takes no request of this size, and was not asked.
    #[error("the contact takes {size} bytes, and a request may have no more than 4 MiB; shorten its notes")]
    TooLarge {
        /// The bytes of the request's body.
        size: usize,
    },
    /// A link in an answer leads to another server.
    #[error(
        "the server's next link leads to another server ({host}); it was not followed, so that the token stays here"
    )]
    ForeignLink {
        /// Where it leads.
        host: String,
    },
    /// A folder of the path is not there.
    #[error("there is no contact folder {missing:?} in its place; {there}")]
    NoFolder {
        /// The name that is missing.
        missing: String,
        /// What is there instead.
        there: String,
    },
}

impl RemoteError {
    /// What ended a request for good.
    pub(super) fn ended(decision: Decision, attempts: u32, ended: &Ended) -> Self {
        match (decision, ended) {
            (Decision::Refused, Ok(error)) => RemoteError::Refused(error.clone()),
            (Decision::Unusable, Ok(error)) => RemoteError::Unusable(error.clone()),
            (Decision::NotAuthorised, Ok(error)) => RemoteError::NotAuthorised(error.clone()),
            (_, ended) => RemoteError::unavailable(attempts, ended),
        }
    }

    /// What the service's last answer says, where it is known.
    pub fn class(&self) -> Option<Class> {
        match self {
            RemoteError::Refused(error) | RemoteError::Unusable(error) | RemoteError::NotAuthorised(error) => {
                Some(error.class())
            }
            RemoteError::Unavailable { status, .. } => status.map(|status| Class::of(status, "")),
            _ => None,
        }
    }

    /// Whether it concerns one request alone, so that the next record may still pass.
    pub fn is_about_one_request(&self) -> bool {
        matches!(self, RemoteError::TooLarge { .. }) || self.class().is_some_and(Class::is_about_one_request)
    }

    /// Whether the service broke down over the request, each time it was asked. That may be the request's fault (the
    /// service answers 500 to some contents), or the service's.
    pub fn is_breakdown(&self) -> bool {
        matches!(self, RemoteError::Unavailable { .. }) && self.status().is_some_and(class::is_breakdown)
    }

    /// The status that the service answered with last.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            RemoteError::Refused(error) | RemoteError::Unusable(error) | RemoteError::NotAuthorised(error) => {
                Some(error.status)
            }
            RemoteError::Unavailable { status, .. } => *status,
            _ => None,
        }
    }

    /// Patience is over.
    pub(super) fn unavailable(attempts: u32, last: &Ended) -> Self {
        let (last, status, connected) = match last {
            Ok(error) => (error.to_string(), Some(error.status), true),
            Err(error) => (error.to_string(), None, error.sent == Sent::Maybe),
        };
        RemoteError::Unavailable { attempts, last, status, connected }
    }
}
