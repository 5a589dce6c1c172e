//! Walking through the changes of a folder, or of the folders, since the caller last did.

use std::collections::HashSet;

use bytes::Bytes;
use http::{Request, StatusCode};

use super::pages::EMPTY_PAGES;
use super::{Mailbox, about};
use crate::formats::exchange::Dialect;
use crate::formats::exchange::extended::Fingerprint;
use crate::remote::api::delta::{self, DeltaPage, Link};
use crate::remote::api::{Place, ServiceError};
use crate::remote::clock::Clock;
use crate::remote::error::RemoteError;
use crate::remote::transport::Transport;

/// One step of a walk.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// What changed and what left. The same entry may come several times: the last one counts.
    Page(DeltaPage),
    /// The service has forgotten where the walk was. From here on it shows everything anew; what the caller knows and
    /// the rest of the walk does not show is gone.
    StartedOver,
}

/// How often a walk may start over before something is wrong.
const RESTARTS: u32 = 3;

/// A walk through changes, page by page.
#[derive(Debug)]
pub struct Changes<'a, T, C> {
    mailbox: &'a Mailbox<T, C>,
    page: u32,
    /// Where a walk through everything begins.
    start: Request<Bytes>,
    next: Option<Request<Bytes>>,
    /// Where the next request comes from.
    from: Origin,
    token: Option<String>,
    restarts: u32,
    seen: HashSet<Fingerprint>,
    empty: u32,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// It begins a walk through everything.
    Start,
    /// A token that the caller kept.
    Caller,
    /// A link of this walk.
    Link,
}

impl<T: Transport, C: Clock> Mailbox<T, C> {
    /// The changes of a folder's contacts since `token`, or everything where there is none. `select` names properties
    /// in the dialect's spelling and counts where there is no token; `page` is the most entries on a page.
    ///
    /// # Errors
    /// When the token leads to another server.
    pub fn contact_changes(
        &self,
        place: &Place,
        select: Vec<&'static str>,
        page: u32,
        token: Option<&str>,
    ) -> Result<Changes<'_, T, C>, RemoteError> {
        Changes::new(self, delta::contacts(&self.endpoint, place, select, page), page, token)
    }

    /// The changes of the folders below a place, at any depth, since `token`, or all of them where there is none. Each
    /// folder names its parent.
    ///
    /// # Errors
    /// When the token leads to another server.
    pub fn folder_changes(
        &self,
        place: &Place,
        page: u32,
        token: Option<&str>,
    ) -> Result<Changes<'_, T, C>, RemoteError> {
        Changes::new(self, delta::folders(&self.endpoint, place, page), page, token)
    }
}

impl<'a, T: Transport, C: Clock> Changes<'a, T, C> {
    fn new(
        mailbox: &'a Mailbox<T, C>,
        start: Request<Bytes>,
        page: u32,
        token: Option<&str>,
    ) -> Result<Self, RemoteError> {
        let from = if token.is_some() { Origin::Caller } else { Origin::Start };
        let token = token.map(str::to_owned);
        let seen = HashSet::new();
        let mut changes = Self { mailbox, page, start, next: None, from, token, restarts: 0, seen, empty: 0 };
        changes.next = Some(match changes.token.clone() {
            Some(token) => changes.request(&token)?,
            None => changes.start.clone(),
        });
        Ok(changes)
    }

    /// Where to go on from: the last page's link, good for [`Mailbox::contact_changes`] or [`Mailbox::folder_changes`]
    /// of the same place. Before the first page, the caller's own.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The next step; none when the walk is over.
    ///
    /// # Errors
    /// When the service refuses, does not track changes, answers nonsense, or patience ends.
    pub async fn next(&mut self) -> Result<Option<Step>, RemoteError> {
        let Some(request) = self.next.take() else { return Ok(None) };
        let about = about(&request);
        let wrong = |what: String| RemoteError::Answer { request: about.clone(), what };
        let answer = match self.mailbox.call(request).await {
            Err(RemoteError::Refused(error)) if self.is_lost(&error) => return self.start_over(error).map(Some),
            answer => answer?,
        };
        if self.mailbox.endpoint.dialect == Dialect::Outlook && !delta::is_tracked(&answer) {
            return Err(wrong("it does not say that changes are tracked (Preference-Applied)".into()));
        }
        let page = delta::page(answer.body()).map_err(wrong)?;
        self.go_on(&page, &about)?;
        Ok(Some(Step::Page(page)))
    }

    /// A token that the caller kept may be damaged, or of another folder: that is answered 400.
    fn is_lost(&self, error: &ServiceError) -> bool {
        let kept = self.from == Origin::Caller && error.status == StatusCode::BAD_REQUEST;
        (kept || delta::is_forgotten(error)) && self.restarts < RESTARTS
    }

    fn start_over(&mut self, error: ServiceError) -> Result<Step, RemoteError> {
        if self.from == Origin::Start {
            return Err(RemoteError::Refused(error));
        }
        self.restarts += 1;
        self.token = None;
        self.seen.clear();
        self.next = Some(self.start.clone());
        self.from = Origin::Start;
        Ok(Step::StartedOver)
    }

    /// Takes the page's link. In v2.0 the first answer of a walk through everything always ends in a delta token, and
    /// only the answer to that one tells whether there is more.
    fn go_on(&mut self, page: &DeltaPage, about: &str) -> Result<(), RemoteError> {
        let wrong = |what: &str| RemoteError::Answer { request: about.to_owned(), what: what.to_owned() };
        let first = self.from == Origin::Start && self.mailbox.endpoint.dialect == Dialect::Outlook;
        let (link, more) = match &page.link {
            Link::Next(link) => (link, true),
            Link::Delta(link) => (link, first),
        };
        self.token = Some(link.clone());
        self.from = Origin::Link;
        let nothing = page.changed.is_empty() && page.removed.is_empty();
        self.empty = if nothing { self.empty + 1 } else { 0 };
        if !more {
            return Ok(());
        }
        if self.empty > EMPTY_PAGES {
            return Err(wrong("too many pages in a row were empty, and it leads on"));
        }
        if !self.seen.insert(Fingerprint::of(link.as_bytes())) {
            return Err(wrong("its next link leads back to a page that was read"));
        }
        self.next = Some(self.request(link)?);
        Ok(())
    }

    fn request(&self, link: &str) -> Result<Request<Bytes>, RemoteError> {
        let request = self.mailbox.follow(link)?;
        Ok(delta::preferring(request, self.mailbox.endpoint.dialect, self.page))
    }
}
