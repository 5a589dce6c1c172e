//! One request on its way through the sandbox, and the answers it may get.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST, HeaderName};
use http::{HeaderMap, Method, Response, StatusCode};
use serde_json::{Map, Value};

use super::Inner;
use super::behaviour::{Behaviour, Behaviours};
use super::delta::Syncs;
use super::dialect::Dialect;
use super::error::ODataError;
use super::path::{self, ResourcePath, User};
use super::query::{self, Query, Takes, Ways};
use super::render::Style;
use super::schema::{Entity, Moment, Property};
use super::store::{Mailbox, Store};

/// A request that has been let in, with all that answers it.
pub(super) struct Call<'a> {
    pub store: &'a Store,
    pub mailbox: &'a Mailbox,
    pub sandbox: &'a Inner,
    pub behaviours: Behaviours,
    pub syncs: &'a Syncs,
    pub dialect: Dialect,
    pub method: Method,
    pub path: &'a ResourcePath,
    /// The resource path as it was sent.
    pub raw_path: &'a str,
    pub raw_query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    /// Scheme, authority and version path.
    pub base: String,
    /// Seconds since 1970.
    pub now: i64,
}

/// An answer, or the refusal that stands for it.
pub(super) type Answer = Result<Response<Bytes>, ODataError>;

impl Call<'_> {
    pub(super) fn query(&self, entity: &'static Entity, takes: Takes) -> Result<Query, ODataError> {
        let off = |behaviour| !self.behaviours.has(behaviour);
        let ways = Ways { free: off(Behaviour::UnlistedExtensions), exact: off(Behaviour::CaseBlind) };
        query::parse(self.raw_query, self.dialect, entity, takes, ways)
    }

    pub(super) fn style<'a>(&'a self, moment: Moment, select: Option<&'a [&'static Property]>) -> Style<'a> {
        Style {
            dialect: self.dialect,
            behaviours: self.behaviours,
            moment,
            base: &self.base,
            ids: &self.mailbox.ids,
            select,
            listed: false,
            immutable: self.immutable(),
        }
    }

    /// `…/$metadata#users('{user}')` in Graph (observed, for `me` too), `…/$metadata#Me` in v2.0 (documented).
    pub(super) fn context(&self) -> String {
        let user = match (self.dialect, &self.path.user) {
            (Dialect::Outlook, _) => "Me".to_owned(),
            (Dialect::Graph, User::Me) => format!("users('{}')", self.mailbox.ids.guid),
            (Dialect::Graph, User::Named(user)) => format!("users('{}')", user.replace('@', "%40")),
        };
        format!("{}/$metadata#{user}", self.base)
    }

    /// The context of a collection below the user, or below a folder.
    pub(super) fn collection_context(&self, folder: Option<&str>, collection: (&str, &str)) -> String {
        let name = self.dialect.pick(collection.0, collection.1);
        let folders = self.dialect.pick("contactFolders", "ContactFolders");
        match folder {
            Some(id) => format!("{}/{folders}('{id}')/{name}", self.context()),
            None => format!("{}/{name}", self.context()),
        }
    }

    /// `(A,B)` where properties were selected (documented for v2.0).
    pub(super) fn selected(&self, select: Option<&[&'static Property]>) -> String {
        let Some(select) = select else { return String::new() };
        let names: Vec<&str> = select.iter().map(|row| row.name(self.dialect)).collect();
        format!("({})", names.join(","))
    }

    /// Whether the client prefers this.
    pub(super) fn prefers(&self, what: &str) -> bool {
        prefers(self.headers, what)
    }

    /// The page size that `Prefer: odata.maxpagesize=N` asks for; the name is in any case (RFC 7240, section 2).
    pub(super) fn preferred_page(&self) -> Option<usize> {
        let pairs = preferences(self.headers).filter_map(|part| part.split_once('='));
        let mut sizes = pairs.filter(|(name, _)| name.trim_end().eq_ignore_ascii_case("odata.maxpagesize"));
        let size = sizes.next()?.1.trim_matches(['"', ' ']).parse().ok()?;
        (size > 0).then_some(size)
    }

    pub(super) fn json(&self, status: StatusCode, context: String, entity: Map<String, Value>) -> Response<Bytes> {
        let mut body = Map::new();
        body.insert("@odata.context".into(), context.into());
        body.extend(entity);
        json(self.dialect, status, &Value::Object(body))
    }

    /// Where the next page begins.
    pub(super) fn next_link(&self, skip: u64) -> String {
        self.link() + &query::next(self.raw_query, self.dialect, skip)
    }

    /// What the service's links to this collection begin with, up to their first option. v2.0's have a slash before
    /// the question mark (documented, and observed in next links).
    pub(super) fn link(&self) -> String {
        let path = self.raw_path.trim_end_matches('/');
        match self.dialect {
            Dialect::Graph => format!("{}{}?", self.base, path::in_links(path)),
            Dialect::Outlook => format!("{}{path}/?", self.base),
        }
    }
}

/// The parts of all `Prefer` headers.
pub(super) fn preferences(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let prefers = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    prefers.flat_map(|value| value.split([',', ';'])).map(str::trim)
}

/// Whether a preference without a value is among them.
pub(super) fn prefers(headers: &HeaderMap, what: &str) -> bool {
    preferences(headers).any(|part| part.eq_ignore_ascii_case(what))
}

/// Scheme and authority: the request's own, else the Host header's, which is how requests come over a socket.
pub(super) fn origin(uri: &http::Uri, headers: &HeaderMap) -> String {
    let scheme = uri.scheme_str().unwrap_or("http");
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = uri.authority().map(http::uri::Authority::as_str).or(host).unwrap_or("localhost");
    format!("{scheme}://{authority}")
}

/// A JSON answer with the dialect's own content type.
pub(super) fn json(dialect: Dialect, status: StatusCode, body: &Value) -> Response<Bytes> {
    let kind = dialect.pick(
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
        "application/json; odata.metadata=minimal; odata.streaming=true; charset=utf-8",
    );
    with_type(status, kind, Bytes::from(body.to_string()))
}

pub(super) fn with_type(status: StatusCode, kind: &str, body: Bytes) -> Response<Bytes> {
    let mut response = empty(status);
    set(&mut response, CONTENT_TYPE, kind);
    *response.body_mut() = body;
    response
}

pub(super) fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// The same answer, saying that a preferred page size was heeded.
pub(super) fn paged(mut response: Response<Bytes>, preferred: Option<usize>) -> Response<Bytes> {
    if let Some(size) = preferred {
        let applied = HeaderName::from_static("preference-applied");
        set(&mut response, applied, &format!("odata.maxpagesize={size}"));
    }
    response
}

/// Sets a header, unless the value cannot stand in one.
pub(super) fn set(response: &mut Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = value.parse() {
        response.headers_mut().insert(name, value);
    }
}
