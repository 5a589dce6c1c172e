//! Contacts: listed, read, found, changed, deleted.

use serde_json::{Map, Value};

use super::{Mailbox, Pages, about};
use crate::formats::exchange::extended;
use crate::model::identity::Key;
use crate::remote::api::{self, Place, Query, contacts};
use crate::remote::clock::Clock;
use crate::remote::error::RemoteError;
use crate::remote::transport::Transport;

impl<T: Transport, C: Clock> Mailbox<T, C> {
    /// The contacts of a folder, page by page.
    pub fn contacts(&self, place: &Place, query: &Query) -> Pages<'_, T, C> {
        Pages::new(self, contacts::list(&self.endpoint, place, query))
    }

    /// One contact, whole: nothing in it is shortened as it may be in a list.
    ///
    /// # Errors
    /// [`RemoteError::Refused`] when there is none with this id; then its [class](RemoteError::class) is
    /// [`Vanished`](crate::remote::Class::Vanished).
    pub async fn contact(&self, place: &Place, id: &str, query: &Query) -> Result<Map<String, Value>, RemoteError> {
        let request = contacts::get(&self.endpoint, place, id, query);
        let about = about(&request);
        let answer = self.call(request).await?;
        api::object(answer.body()).map_err(|what| RemoteError::Answer { request: about, what })
    }

    /// The ids of the contacts in a folder that carry a key.
    ///
    /// # Errors
    /// When the service refuses, or patience ends.
    pub async fn find(&self, place: &Place, key: Key) -> Result<Vec<String>, RemoteError> {
        let id = self.endpoint.dialect.pick(("id", "Id"));
        let query = Query { select: vec![id], ..Query::default() };
        let request = contacts::find(&self.endpoint, place, extended::KEY, &key.to_string(), &query);
        let mut pages = Pages::new(self, request);
        let mut found = Vec::new();
        while let Some(page) = pages.next().await? {
            found.extend(page.into_iter().filter_map(|mut item| match item.remove(id) {
                Some(Value::String(id)) => Some(id),
                _ => None,
            }));
        }
        Ok(found)
    }

    /// Changes the properties that are sent. After a lost answer it is sent again, which does no harm.
    ///
    /// # Errors
    /// When the service refuses, or patience ends. [`RemoteError::class`] is
    /// [`Vanished`](crate::remote::Class::Vanished) where the contact is not there any more.
    pub async fn update(&self, place: &Place, id: &str, changes: &Map<String, Value>) -> Result<(), RemoteError> {
        self.call(contacts::update(&self.endpoint, place, id, changes)).await.map(drop)
    }

    /// Deletes a contact; one that is gone already is no error.
    ///
    /// # Errors
    /// When the service refuses, or patience ends.
    pub async fn delete(&self, place: &Place, id: &str) -> Result<(), RemoteError> {
        self.found(self.call(contacts::delete(&self.endpoint, place, id)).await).map(drop)
    }
}
