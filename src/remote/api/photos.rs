//! A contact's photo: metadata, bytes, set, taken away.

use bytes::Bytes;
use http::{Method, Request, header};

use super::path::{self, Place, key};
use super::{built, plain};
use crate::remote::endpoint::Endpoint;

/// `GET …/photo`: width, height and media type; 404 when there is none.
pub fn metadata(endpoint: &Endpoint, place: &Place, id: &str) -> Request<Bytes> {
    plain(Method::GET, photo(endpoint, place, id))
}

/// `GET …/photo/$value`: the picture's bytes; 404 when there is none.
pub fn bytes(endpoint: &Endpoint, place: &Place, id: &str) -> Request<Bytes> {
    let url = format!("{}/$value", photo(endpoint, place, id));
    built(Request::builder().method(Method::GET).uri(url).header(header::ACCEPT, "*/*"), Bytes::new())
}

/// `PUT …/photo/$value`: sets or replaces the picture. Both APIs take PATCH as well; `method` says which.
pub fn set(endpoint: &Endpoint, place: &Place, id: &str, method: Method, kind: &str, picture: Bytes) -> Request<Bytes> {
    let url = format!("{}/$value", photo(endpoint, place, id));
    built(Request::builder().method(method).uri(url).header(header::CONTENT_TYPE, kind), picture)
}

/// `DELETE …/photo/$value`: takes the picture away. Graph's OpenAPI has it, Outlook REST has nothing of the kind.
pub fn delete(endpoint: &Endpoint, place: &Place, id: &str) -> Request<Bytes> {
    plain(Method::DELETE, format!("{}/$value", photo(endpoint, place, id)))
}

/// The form with the key in parentheses is the one that v2.0 documents for photos; Graph takes it too.
fn photo(endpoint: &Endpoint, place: &Place, id: &str) -> String {
    format!("{}{}/photo", path::contacts(endpoint, place), key(id))
}
