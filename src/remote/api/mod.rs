//! Requests and answers of both APIs as values: nothing here waits or sends.

pub mod batch;
pub mod contacts;
pub mod delta;
pub mod folders;
pub mod photos;

mod answer;
mod path;
mod query;

pub use answer::{Page, ServiceError, object, page};
pub use path::{FolderId, Place};
pub use query::{Expand, Query};

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::{Map, Value};

/// A request without a body; nothing in `url` needs encoding any more.
fn plain(method: Method, url: String) -> Request<Bytes> {
    built(Request::builder().method(method).uri(url).header(header::ACCEPT, "application/json"), Bytes::new())
}

/// A request with a JSON body.
fn json(method: Method, url: String, body: &Map<String, Value>) -> Request<Bytes> {
    let builder = Request::builder()
        .method(method)
        .uri(url)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/json");
    // A map of JSON values always has a text.
    built(builder, serde_json::to_vec(body).unwrap_or_default().into())
}

fn built(builder: http::request::Builder, body: Bytes) -> Request<Bytes> {
    // Base URLs are parsed and what is put behind them is percent-encoded, so that building succeeds; if it ever does
    // not, the empty request is refused by every transport.
    builder.body(body).unwrap_or_default()
}
