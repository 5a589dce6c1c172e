//! One mailbox: the plain loop over requests, answers and decisions.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use serde_json::{Map, Value};
use url::Url;

use crate::formats::exchange::extended::{self, Fingerprint};
use crate::model::identity::Key;
use crate::remote::api::folders::{self, Folder};
use crate::remote::api::{self, Place, Query, ServiceError, contacts, photos};
use crate::remote::auth::Token;
use crate::remote::clock::Clock;
use crate::remote::endpoint::Endpoint;
use crate::remote::error::RemoteError;
use crate::remote::gate::{Gate, Limits};
use crate::remote::retry::{Decision, Patience, Repeat, decide, is_unclear};
use crate::remote::transport::{Transport, TransportError};

/// How a request ended that did not succeed.
type Ended = Result<ServiceError, TransportError>;

/// The largest page of folders that is asked for.
const FOLDERS_PER_PAGE: u32 = 100;
/// The largest body of a request ("currently a limit of 4MB on the total size of each REST request", Graph, "Update
/// profilePhoto").
const MAX_BODY: usize = 4 * 1024 * 1024;

/// A mailbox in one of the two dialects, over some transport.
#[derive(Debug)]
pub struct Mailbox<T, C> {
    endpoint: Endpoint,
    transport: T,
    clock: C,
    token: Token,
    gate: Gate,
    patience: Patience,
    answered: AtomicBool,
}

/// A contact that exists now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The service's id of it.
    pub id: String,
    /// True when the answer was lost and the contact was found by its key.
    pub found: bool,
}

impl<T: Transport, C: Clock> Mailbox<T, C> {
    /// A mailbox; nothing is sent yet.
    pub fn new(endpoint: Endpoint, transport: T, clock: C, token: Token, limits: Limits) -> Self {
        let (gate, patience) = (Gate::new(limits), Patience::default());
        Self { endpoint, transport, clock, token, gate, patience, answered: AtomicBool::new(false) }
    }

    /// Where it is and what is spoken there.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The contacts of a folder, page by page.
    pub fn contacts(&self, place: &Place, query: &Query) -> Pages<'_, T, C> {
        Pages::new(self, contacts::list(&self.endpoint, place, query))
    }

    /// One contact, whole: nothing in it is shortened as it may be in a list.
    ///
    /// # Errors
    /// [`RemoteError::Refused`] when there is none with this id.
    pub async fn contact(&self, place: &Place, id: &str, query: &Query) -> Result<Map<String, Value>, RemoteError> {
        let request = contacts::get(&self.endpoint, place, id, query);
        let about = about(&request);
        let answer = self.call(request).await?;
        api::object(answer.body()).map_err(|what| RemoteError::Answer { request: about, what })
    }

    /// Creates a contact once: when the answer is lost it is looked for by its key before it is sent again, and a
    /// second time a while later, for a commit may come late.
    ///
    /// # Errors
    /// When the service refuses it, or patience ends.
    pub async fn create(&self, place: &Place, body: &Map<String, Value>, key: Key) -> Result<Created, RemoteError> {
        let request = contacts::create(&self.endpoint, place, body);
        fits(&request)?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let ended = match self.attempt(&request).await {
                Ok(answer) => match id_of(&answer, &self.endpoint) {
                    Some(id) => return Ok(Created { id, found: false }),
                    None => Err(TransportError::maybe("the answer to a create cannot be read")),
                },
                Err(ended) => ended,
            };
            let unclear = is_unclear(&ended);
            let found = match self.settle(attempt, Repeat::Doubles, ended).await {
                Ok(Settled::Look) => self.look_twice(place, key, attempt).await?,
                Ok(Settled::Again) => None,
                // Patience is over, but the last attempt may have done it. That the look fails too tells nothing new.
                Err(error) if unclear => Some(self.find(place, key).await.ok().and_then(first).ok_or(error)?),
                Err(error) => return Err(error),
            };
            if let Some(id) = found {
                return Ok(Created { id, found: true });
            }
        }
    }

    async fn look_twice(&self, place: &Place, key: Key, attempt: u32) -> Result<Option<String>, RemoteError> {
        if let Some(id) = first(self.find(place, key).await?) {
            return Ok(Some(id));
        }
        let wait = self.patience.base.saturating_mul(1 << attempt.min(4)).min(self.patience.longest);
        self.clock.sleep(wait).await;
        Ok(first(self.find(place, key).await?))
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

    /// Changes the properties that are sent.
    ///
    /// # Errors
    /// When the service refuses, or patience ends.
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

    /// The folders in a place.
    ///
    /// # Errors
    /// When the service refuses, or patience ends.
    pub async fn folders(&self, place: &Place) -> Result<Vec<Folder>, RemoteError> {
        let query = Query { top: Some(FOLDERS_PER_PAGE), ..Query::default() };
        let mut pages = Pages::new(self, folders::list(&self.endpoint, place, &query));
        let mut found = Vec::new();
        while let Some(page) = pages.next().await? {
            found.extend(page.into_iter().filter_map(|folder| folders::read(folder, self.endpoint.dialect)));
        }
        Ok(found)
    }

    /// Creates a folder in a place.
    ///
    /// # Errors
    /// When the service refuses, or patience ends.
    pub async fn create_folder(&self, place: &Place, name: &str) -> Result<Folder, RemoteError> {
        let request = folders::create(&self.endpoint, place, name);
        let about = about(&request);
        // A second one of the same name is refused, so that repeating does no harm.
        let answer = match self.call(request).await {
            Err(RemoteError::Refused(error)) if error.is("ErrorFolderExists") => None,
            answer => Some(answer?),
        };
        let made = answer.and_then(|answer| api::object(answer.body()).ok());
        match made.and_then(|made| folders::read(made, self.endpoint.dialect)) {
            Some(folder) => Ok(folder),
            None => {
                let what = "it names no folder".to_owned();
                let there = self.folders(place).await?.into_iter().find(|folder| same_name(&folder.name, name));
                there.ok_or(RemoteError::Answer { request: about, what })
            }
        }
    }

    /// The place that a path of folder names stands for; with `create`, missing folders are made.
    ///
    /// # Errors
    /// [`RemoteError::NoFolder`] when one is missing; when the service refuses, or patience ends.
    pub async fn place(&self, path: &[String], create: bool) -> Result<Place, RemoteError> {
        let mut place = Place::default();
        for name in path {
            let there = self.folders(&place).await?;
            let found = there.iter().find(|folder| same_name(&folder.name, name)).cloned();
            let folder = match found {
                Some(folder) => folder,
                None if create => self.create_folder(&place, name).await?,
                None => return Err(no_folder(name, &there)),
            };
            place.0.push(folder.id);
        }
        Ok(place)
    }

    /// An answer, or none when the service says that the thing is not there.
    fn found(&self, answer: Result<Response<Bytes>, RemoteError>) -> Result<Option<Response<Bytes>>, RemoteError> {
        match answer {
            Err(RemoteError::Refused(error)) if error.status == StatusCode::NOT_FOUND => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// Sends a request that does no harm when it is sent twice, until it succeeds or patience ends.
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, RemoteError> {
        fits(&request)?;
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.attempt(&request).await {
                Ok(answer) => return Ok(answer),
                Err(ended) => self.settle(attempt, Repeat::Harmless, ended).await?,
            };
        }
    }

    /// One attempt: through the gate, with the token, to the server.
    async fn attempt(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, Ended> {
        let _passage = self.gate.pass(request.body().len(), &self.clock).await;
        let mut request = request.clone();
        request.headers_mut().insert(header::AUTHORIZATION, self.token.header());
        let answer = self.transport.send(request).await.map_err(Err)?;
        self.answered.store(true, Ordering::Relaxed);
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(Ok(ServiceError::read(&answer, self.clock.unix())))
    }

    /// Decides what to do after an attempt without success, and waits if that is it.
    async fn settle(&self, attempt: u32, repeat: Repeat, ended: Ended) -> Result<Settled, RemoteError> {
        let answered = self.answered.load(Ordering::Relaxed);
        let decision = decide(&self.patience, attempt, repeat, answered, &ended, self.clock.chance());
        match (decision, ended) {
            (Decision::Again { after, all }, _) => {
                if all {
                    self.gate.pause(after, &self.clock);
                } else {
                    self.clock.sleep(after).await;
                }
                Ok(Settled::Again)
            }
            (Decision::Look { after }, _) => {
                self.clock.sleep(after).await;
                Ok(Settled::Look)
            }
            (Decision::Refused, Ok(error)) => Err(RemoteError::Refused(error)),
            (Decision::NotAuthorised, Ok(error)) => Err(RemoteError::NotAuthorised(error)),
            (_, ended) => Err(RemoteError::unavailable(attempt, &ended)),
        }
    }
}

/// What to do after the waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settled {
    Again,
    Look,
}

/// Whether the service takes a request of this size; what it would refuse for that is not sent.
fn fits(request: &Request<Bytes>) -> Result<(), RemoteError> {
    let size = request.body().len();
    if size > MAX_BODY { Err(RemoteError::TooLarge { size }) } else { Ok(()) }
}

fn first(ids: Vec<String>) -> Option<String> {
    ids.into_iter().next()
}

fn id_of(answer: &Response<Bytes>, endpoint: &Endpoint) -> Option<String> {
    match api::object(answer.body()).ok()?.remove(endpoint.dialect.pick(("id", "Id"))) {
        Some(Value::String(id)) => Some(id),
        _ => None,
    }
}

/// Exchange compares folder names without case.
fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn no_folder(missing: &str, there: &[Folder]) -> RemoteError {
    let names: Vec<_> = there.iter().map(|folder| format!("\"{}\"", folder.name.replace('/', "\\/"))).collect();
    let there =
        if names.is_empty() { "there is none at all".to_owned() } else { format!("there are {}", names.join(", ")) };
    RemoteError::NoFolder { missing: missing.to_owned(), there }
}

/// Method and path, without the query.
fn about(request: &Request<Bytes>) -> String {
    format!("{} {}", request.method(), request.uri().path())
}

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
const EMPTY_PAGES: u32 = 100;

impl<'a, T: Transport, C: Clock> Pages<'a, T, C> {
    fn new(mailbox: &'a Mailbox<T, C>, first: Request<Bytes>) -> Self {
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
            let next = self.follow(&link)?;
            if !self.seen.insert(Fingerprint::of(next.uri().to_string().as_bytes())) {
                return Err(wrong("its next link leads back to a page that was read".into()));
            }
            self.next = Some(next);
        }
        Ok(Some(page.items))
    }

    /// A link is followed as it stands, but only to the server that the token is for.
    fn follow(&self, link: &str) -> Result<Request<Bytes>, RemoteError> {
        let wrong = || RemoteError::Answer { request: "next link".into(), what: "it is no URL".into() };
        let url = Url::parse(link).map_err(|_| wrong())?;
        if !self.mailbox.endpoint.owns(&url) {
            return Err(RemoteError::ForeignLink { host: url.host_str().unwrap_or_default().to_owned() });
        }
        let request =
            Request::builder().method(Method::GET).uri(url.as_str()).header(header::ACCEPT, "application/json");
        request.body(Bytes::new()).map_err(|_| wrong())
    }
}
