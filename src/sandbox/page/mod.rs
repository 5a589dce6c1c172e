//! What the sandbox shows in a browser: the address book, the requests, the switches.
//!
//! HTML made on the server, without scripts. It reads the store as the APIs do and asks for no token, for it is meant for
//! the person at this machine; the [guard](super::guard) keeps other web pages out, and forms carry a token of their own.

mod book;
mod card;
mod layout;
mod log;
mod record;
mod switches;
mod visit;

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, HeaderName, LOCATION};
use http::{Method, Request, Response, StatusCode};
use maud::Markup;

use super::error::ODataError;
use super::request::{empty, set, with_type};
use super::{Delivery, Inner, Sandbox};
pub(super) use layout::head;
use visit::Visit;

/// Nothing but what this server sends itself: no script, no frame, no form to elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Without any referrer browsers would send our own forms as from nowhere (`Origin: null`), and the guard refuses those.
const HEADERS: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// What a page is, or the refusal that stands for it.
type Shown = Result<Response<Bytes>, ODataError>;

/// One row for each address: its path, the methods it takes, what answers.
type Route = (&'static str, &'static [Method], fn(&Visit<'_>) -> Shown);

const ROUTES: [Route; 7] = [
    ("/", &[Method::GET, Method::HEAD], book::show),
    ("/contact", &[Method::GET, Method::HEAD], card::show),
    ("/photo", &[Method::GET, Method::HEAD], card::photo),
    ("/log", &[Method::GET, Method::HEAD], log::show),
    ("/switches", &[Method::GET, Method::HEAD, Method::POST], switches::answer),
    ("/style.css", &[Method::GET, Method::HEAD], |_| Ok(style())),
    ("/icon.svg", &[Method::GET, Method::HEAD], |_| Ok(icon())),
];

impl Sandbox {
    /// Shows one of the pages, or sends the request on to the APIs. Pages know neither faults nor limits.
    pub(super) async fn show_or_send(&self, request: Request<Bytes>) -> Delivery {
        if !ROUTES.iter().any(|(path, ..)| *path == request.uri().path()) {
            return self.send(request).await;
        }
        let inner = Arc::clone(&self.inner);
        let shown = tokio::task::spawn_blocking(move || answer(&inner, &request)).await;
        Delivery::Whole(shown.ok().flatten().unwrap_or_else(|| empty(StatusCode::INTERNAL_SERVER_ERROR)))
    }
}

/// Answers a request for one of the pages; none if it is for something else.
fn answer(inner: &Inner, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let (_, methods, show) = ROUTES.iter().find(|(path, ..)| *path == request.uri().path())?;
    let visit = Visit::new(inner, request);
    let mut response = if !methods.contains(request.method()) {
        layout::refused(&visit, &ODataError::not_supported())
    } else {
        show(&visit).unwrap_or_else(|error| layout::refused(&visit, &error))
    };
    restrict(&mut response, POLICY);
    set(&mut response, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    if !response.headers().contains_key(CACHE_CONTROL) {
        set(&mut response, CACHE_CONTROL, "no-store");
    }
    Some(response)
}

/// Tells the browser what a page may load and whom it may tell of itself.
pub(super) fn restrict(response: &mut Response<Bytes>, policy: &str) {
    for (name, value) in HEADERS.into_iter().chain([("content-security-policy", policy)]) {
        set(response, HeaderName::from_static(name), value);
    }
}

pub(super) fn html(status: StatusCode, page: Markup) -> Response<Bytes> {
    with_type(status, "text/html; charset=utf-8", Bytes::from(page.into_string()))
}

/// To another page, after a form was sent.
fn see(path: &str) -> Response<Bytes> {
    let mut response = empty(StatusCode::SEE_OTHER);
    set(&mut response, LOCATION, path);
    response
}

fn style() -> Response<Bytes> {
    fixed("text/css; charset=utf-8", include_str!("style.css"))
}

fn icon() -> Response<Bytes> {
    fixed("image/svg+xml", include_str!("icon.svg"))
}

fn fixed(kind: &str, text: &'static str) -> Response<Bytes> {
    let mut response = with_type(StatusCode::OK, kind, Bytes::from_static(text.as_bytes()));
    set(&mut response, CACHE_CONTROL, "max-age=300");
    response
}
