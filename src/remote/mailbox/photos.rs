//! A contact's picture: read, asked for, set, taken away.

use bytes::Bytes;
use http::{Method, Response};

use super::Mailbox;
use crate::remote::api::{Place, photos};
use crate::remote::clock::Clock;
use crate::remote::error::RemoteError;
use crate::remote::transport::Transport;

impl<T: Transport, C: Clock> Mailbox<T, C> {
    /// A contact's picture, if it has one.
    ///
    /// # Errors
    /// When the service refuses, or patience ends.
    pub async fn photo(&self, place: &Place, id: &str) -> Result<Option<Bytes>, RemoteError> {
        let answer = self.found(self.call(photos::bytes(&self.endpoint, place, id)).await)?;
        Ok(answer.map(Response::into_body).filter(|picture| !picture.is_empty()))
    }

    /// Whether a contact has a picture.
    ///
    /// # Errors
    /// When the service refuses, or patience ends.
    pub async fn has_photo(&self, place: &Place, id: &str) -> Result<bool, RemoteError> {
        let answer = self.found(self.call(photos::metadata(&self.endpoint, place, id)).await)?;
        Ok(answer.is_some())
    }

    /// Sets or replaces a contact's picture; `kind` is its media type.
    ///
    /// # Errors
    /// When the service refuses, or patience ends.
    pub async fn set_photo(&self, place: &Place, id: &str, kind: &str, picture: Bytes) -> Result<(), RemoteError> {
        self.call(photos::set(&self.endpoint, place, id, Method::PUT, kind, picture)).await.map(drop)
    }

    /// Takes a contact's picture away; one that is gone already is no error.
    ///
    /// # Errors
    /// When the service refuses, as Outlook REST does, or patience ends.
    pub async fn delete_photo(&self, place: &Place, id: &str) -> Result<(), RemoteError> {
        self.found(self.call(photos::delete(&self.endpoint, place, id)).await).map(drop)
    }
}
