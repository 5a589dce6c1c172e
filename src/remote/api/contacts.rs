//! Contacts: list, get, create, update, delete.

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Map, Value};

use super::path::{self, Place, segment};
use super::query::{Query, has_extended};
use super::{json, plain};
use crate::remote::endpoint::Endpoint;

/// `GET …/contacts`: a page of a folder's contacts.
pub fn list(endpoint: &Endpoint, place: &Place, query: &Query) -> Request<Bytes> {
    plain(Method::GET, path::contacts(endpoint, place) + &query.text(endpoint.dialect))
}

/// `GET …/contacts?$filter=…`: the contacts of a folder whose extended property has this value.
pub fn find(endpoint: &Endpoint, place: &Place, property: &str, value: &str, query: &Query) -> Request<Bytes> {
    let filter = Some(has_extended(endpoint.dialect, property, value));
    list(endpoint, place, &Query { filter, ..query.clone() })
}

/// `GET …/contacts/{id}`: one contact.
pub fn get(endpoint: &Endpoint, place: &Place, id: &str, query: &Query) -> Request<Bytes> {
    plain(Method::GET, one(endpoint, place, id) + &query.text(endpoint.dialect))
}

/// `POST …/contacts`: creates a contact in a folder.
pub fn create(endpoint: &Endpoint, place: &Place, contact: &Map<String, Value>) -> Request<Bytes> {
    json(Method::POST, path::contacts(endpoint, place), contact)
}

/// `PATCH …/contacts/{id}`: changes the properties that are sent. An address is replaced whole; `displayName` is made
/// anew by the service unless it is sent.
pub fn update(endpoint: &Endpoint, place: &Place, id: &str, changes: &Map<String, Value>) -> Request<Bytes> {
    json(Method::PATCH, one(endpoint, place, id), changes)
}

/// `DELETE …/contacts/{id}`.
pub fn delete(endpoint: &Endpoint, place: &Place, id: &str) -> Request<Bytes> {
    plain(Method::DELETE, one(endpoint, place, id))
}

fn one(endpoint: &Endpoint, place: &Place, id: &str) -> String {
    format!("{}/{}", path::contacts(endpoint, place), segment(id))
}
