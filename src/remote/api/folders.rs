//! Contact folders: list, get, create. The default folder is in no list.

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Map, Value};

use super::path::{self, FolderId, Place};
use super::query::Query;
use super::{json, plain};
use crate::formats::exchange::Dialect;
use crate::remote::endpoint::Endpoint;

/// A contact folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its id.
    pub id: FolderId,
    /// Its name.
    pub name: String,
}

/// `GET …/contactFolders` or `…/childFolders`: a page of the folders in a place.
pub fn list(endpoint: &Endpoint, place: &Place, query: &Query) -> Request<Bytes> {
    plain(Method::GET, path::folders(endpoint, place) + &query.text(endpoint.dialect))
}

/// `GET …/contactFolders/{id}`: one folder.
pub fn get(endpoint: &Endpoint, place: &Place) -> Request<Bytes> {
    plain(Method::GET, path::folder(endpoint, place))
}

/// `POST …/contactFolders` or `…/childFolders`: creates a folder in a place. Outlook REST v2.0 documents no such
/// request.
pub fn create(endpoint: &Endpoint, place: &Place, name: &str) -> Request<Bytes> {
    let property = endpoint.dialect.pick(("displayName", "DisplayName"));
    let body = Map::from_iter([(property.to_owned(), Value::from(name))]);
    json(Method::POST, path::folders(endpoint, place), &body)
}

/// Reads a folder; none when it has no id.
pub fn read(mut folder: Map<String, Value>, dialect: Dialect) -> Option<Folder> {
    let mut take = |names| match folder.remove(dialect.pick(names)) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let id = FolderId(take(("id", "Id"))?);
    Some(Folder { id, name: take(("displayName", "DisplayName")).unwrap_or_default() })
}
