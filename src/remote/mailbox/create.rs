//! Creating a contact once, whatever becomes of the answer.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde_json::{Map, Value};

use super::{Mailbox, Settled, fits};
use crate::model::identity::Key;
use crate::remote::api::{self, Place, contacts};
use crate::remote::clock::Clock;
use crate::remote::endpoint::Endpoint;
use crate::remote::error::RemoteError;
use crate::remote::retry::{Repeat, is_unclear};
use crate::remote::transport::{Transport, TransportError};

/// A contact that exists now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The service's id of it.
    pub id: String,
    /// True when the answer was lost and the contact was found by its key.
    pub found: bool,
}

impl<T: Transport, C: Clock> Mailbox<T, C> {
    /// Creates a contact once: when the answer is lost it is looked for by its key before it is sent again, and a
    /// second time a while later, for a commit may come late. Without a look it is sent again only after what says that it
    /// was not carried out: 401 (with a new token), 429, or that there was no connection.
    ///
    /// # Errors
    /// When the service refuses it, or patience ends: then it may still come to be, if the last answer was lost and its
    /// commit comes late. Whoever creates many looks for their keys once more at the end.
    pub async fn create(&self, place: &Place, body: &Map<String, Value>, key: Key) -> Result<Created, RemoteError> {
        let request = contacts::create(&self.endpoint, place, body);
        fits(&request)?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let ended = match self.attempt(&request).await {
                Ok(answer) => match id_of(&answer, &self.endpoint) {
                    Some(id) => return Ok(Created { id, found: false }),
                    None => Err(TransportError::maybe("the answer to a create cannot be read")),
                },
                Err(ended) => ended,
            };
            let unclear = is_unclear(&ended);
            let found = match self.settle(attempt, Repeat::Doubles, ended).await {
                Ok(Settled::Look) => self.look_twice(place, key, attempt).await?,
                Ok(Settled::Again) => None,
                // Patience is over, but the last attempt may have done it. That the look fails too tells nothing new.
                Err(error) if unclear => Some(self.find(place, key).await.ok().and_then(first).ok_or(error)?),
                Err(error) => return Err(error),
            };
            if let Some(id) = found {
                return Ok(Created { id, found: true });
            }
        }
    }

    /// How long a commit may take to come late.
    pub(super) fn before_second_look(&self, attempt: u32) -> Duration {
        self.patience.base.saturating_mul(1 << attempt.min(4)).min(self.patience.longest)
    }

    async fn look_twice(&self, place: &Place, key: Key, attempt: u32) -> Result<Option<String>, RemoteError> {
        if let Some(id) = first(self.find(place, key).await?) {
            return Ok(Some(id));
        }
        self.clock.sleep(self.before_second_look(attempt)).await;
        Ok(first(self.find(place, key).await?))
    }
}

pub(super) fn first(ids: Vec<String>) -> Option<String> {
    ids.into_iter().next()
}

pub(super) fn id_of(answer: &Response<Bytes>, endpoint: &Endpoint) -> Option<String> {
    match api::object(answer.body()).ok()?.remove(endpoint.dialect.pick(("id", "Id"))) {
        Some(Value::String(id)) => Some(id),
        _ => None,
    }
}
