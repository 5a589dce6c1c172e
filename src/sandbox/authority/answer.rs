//! The answers of the authority, which nobody may keep.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, LOCATION, PRAGMA};
use http::{Response, StatusCode};
use maud::Markup;
use serde_json::Value;

use crate::sandbox::page;
use crate::sandbox::request::{empty, set, with_type};

/// What the pages may load. Where their forms lead is not limited: a browser would apply that to the redirect that
/// follows, too.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A JSON answer.
pub(super) fn json(status: StatusCode, body: &Value) -> Response<Bytes> {
    unkept(with_type(status, "application/json; charset=utf-8", Bytes::from(body.to_string())))
}

/// A page.
pub(super) fn html(status: StatusCode, page: Markup) -> Response<Bytes> {
    let mut response = page::html(status, page);
    page::restrict(&mut response, POLICY);
    unkept(response)
}

/// Sends the browser on.
pub(super) fn redirect(to: &str) -> Response<Bytes> {
    let mut response = empty(StatusCode::FOUND);
    set(&mut response, LOCATION, to);
    unkept(response)
}

fn unkept(mut response: Response<Bytes>) -> Response<Bytes> {
    set(&mut response, CACHE_CONTROL, "no-store");
    set(&mut response, PRAGMA, "no-cache");
    response
}
