//! The pages of a list.

use std::collections::HashSet;

use bytes::Bytes;
use http::{Method, Request, header};
use serde_json::{Map, Value};
use url::Url;

use super::{Mailbox, about};
use crate::formats::exchange::extended::Fingerprint;
use crate::remote::api;
use crate::remote::clock::Clock;
use crate::remote::error::RemoteError;
use crate::remote::transport::Transport;

/// The pages of a list, fetched one at a time.
#[derive(Debug)]
pub struct Pages<'a, T, C> {
    mailbox: &'a Mailbox<T, C>,
    next: Option<Request<Bytes>>,
    /// Fingerprints of the links that were followed: a server must not lead in a circle.
    seen: HashSet<Fingerprint>,
    /// Empty pages in a row.
    empty: u32,
}

/// Empty pages in a row after which nothing is expected any more: a server must not lead on without end either.
pub(super) const EMPTY_PAGES: u32 = 100;

impl<'a, T: Transport, C: Clock> Pages<'a, T, C> {
    pub(super) fn new(mailbox: &'a Mailbox<T, C>, first: Request<Bytes>) -> Self {
        let seen = HashSet::from([Fingerprint::of(first.uri().to_string().as_bytes())]);
        Self { mailbox, next: Some(first), seen, empty: 0 }
    }

    /// The next page's items; none after the last page. A page may be empty and yet not the last.
    ///
    /// # Errors
    /// When the service refuses, answers nonsense, or patience ends.
    pub async fn next(&mut self) -> Result<Option<Vec<Map<String, Value>>>, RemoteError> {
        let Some(request) = self.next.take() else { return Ok(None) };
        let about = about(&request);
        let answer = self.mailbox.call(request).await?;
        let wrong = |what| RemoteError::Answer { request: about.clone(), what };
        let page = api::page(answer.body()).map_err(wrong)?;
        self.empty = if page.items.is_empty() { self.empty + 1 } else { 0 };
        if let Some(link) = page.next {
            if self.empty > EMPTY_PAGES {
                return Err(wrong(format!("{EMPTY_PAGES} pages in a row were empty, and it leads on")));
            }
            let next = self.mailbox.follow(&link)?;
            if !self.seen.insert(Fingerprint::of(next.uri().to_string().as_bytes())) {
                return Err(wrong("its next link leads back to a page that was read".into()));
            }
            self.next = Some(next);
        }
        Ok(Some(page.items))
    }
}

impl<T: Transport, C: Clock> Mailbox<T, C> {
    /// A link is followed as it stands, but only to the server that the token is for.
    pub(super) fn follow(&self, link: &str) -> Result<Request<Bytes>, RemoteError> {
        let wrong = || RemoteError::Answer { request: "next link".into(), what: "it is no URL".into() };
        let url = Url::parse(link).map_err(|_| wrong())?;
        if !self.endpoint.owns(&url) {
            return Err(RemoteError::ForeignLink { host: url.host_str().unwrap_or_default().to_owned() });
        }
        let request =
            Request::builder().method(Method::GET).uri(url.as_str()).header(header::ACCEPT, "application/json");
        request.body(Bytes::new()).map_err(|_| wrong())
    }
}
