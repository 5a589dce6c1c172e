//! What went wrong between cardferry and a mailbox.

use http::StatusCode;

use crate::remote::api::ServiceError;
use crate::remote::transport::TransportError;

/// Why a request to a mailbox did not do what it should.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The service does not let this token do this.
    #[error("not authorised: {0}")]
    NotAuthorised(ServiceError),
    /// The service refuses this request; others may pass.
    #[error("{0}")]
    Refused(ServiceError),
    /// The service was out of reach, or too busy, for longer than patience lasts.
    #[error("unavailable after {attempts} attempts: {last}")]
    Unavailable {
        /// How often it was tried.
        attempts: u32,
        /// How the last attempt ended.
        last: String,
    },
    /// The answer is not what the API documents.
    #[error("{request}: the answer makes no sense: {what}")]
    Answer {
        /// Method and path, without query.
        request: String,
        /// What is wrong with it.
        what: String,
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
    /// Whether it concerns one request alone, so that the next record may still pass.
    pub fn is_about_one_request(&self) -> bool {
        matches!(self, RemoteError::Refused(_))
    }

    /// The status that the service refused with.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            RemoteError::Refused(error) | RemoteError::NotAuthorised(error) => Some(error.status),
            _ => None,
        }
    }

    /// Patience is over.
    pub(super) fn unavailable(attempts: u32, last: &Result<ServiceError, TransportError>) -> Self {
        let last = match last {
            Ok(error) => error.to_string(),
            Err(error) => error.to_string(),
        };
        RemoteError::Unavailable { attempts, last }
    }
}
