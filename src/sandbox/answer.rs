//! From a request to its answer: who asks, in which dialect, for what.

use bytes::Bytes;
use http::header::{AUTHORIZATION, DATE, HeaderName, WWW_AUTHENTICATE};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::{Map, Value};

use super::dialect::Dialect;
use super::error::{ODataError, RequestIds};
use super::path::{self, ResourcePath, Target, User};
use super::request::{Answer, Call, json, origin, set};
use super::serve::{MAX_BODY, MAX_HEADERS, MAX_URL, TooLarge};
use super::{Inner, batch, contacts, delta, folders, photos};

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

impl Inner {
    /// Answers one request.
    pub(super) fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let request_id = self.next_request();
        let now = self.settings.clock.now();
        let client = request.headers().get(CLIENT_REQUEST_ID).and_then(|id| id.to_str().ok());
        let ids = RequestIds { request: &request_id, client, at: now.as_second() };
        let found = Dialect::of(request.uri().path());
        let dialect = found.map_or(Dialect::Graph, |(dialect, _)| dialect);
        let answered = match found {
            Some((dialect, rest)) => self.let_in(request, dialect, rest, ids.at),
            None => Err(nowhere()),
        };
        let mut response = answered.unwrap_or_else(|error| refusal(&error, dialect, &ids, request));
        set(&mut response, REQUEST_ID, &request_id);
        set(&mut response, CLIENT_REQUEST_ID, client.unwrap_or(&request_id));
        set(&mut response, DATE, &now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
        response
    }

    fn let_in(&self, request: &Request<Bytes>, dialect: Dialect, rest: &str, now: i64) -> Answer {
        within_limits(request)?;
        authorized(request.headers())?;
        if batch::named(dialect, rest) {
            return batch::read(request, dialect);
        }
        let path = path::parse(rest)?;
        self.resolve(&path.user)?;
        let call = Call {
            store: &self.store,
            mailbox: &self.mailbox,
            behaviours: self.settings.behaviours,
            syncs: &self.syncs,
            dialect,
            method: request.method().clone(),
            path: &path,
            raw_path: rest,
            raw_query: request.uri().query().unwrap_or_default(),
            headers: request.headers(),
            body: request.body(),
            base: origin(request.uri(), request.headers()) + dialect.base(),
            now,
        };
        route(&call, &path)
    }

    /// The one mailbox there is: `me`, its id, its UPN, or the `{id}@{tenant}` of v2.0's own links.
    fn resolve(&self, user: &User) -> Result<(), ODataError> {
        let User::Named(name) = user else { return Ok(()) };
        let ids = &self.mailbox.ids;
        let known = [self.mailbox.upn.clone(), ids.guid.clone(), format!("{}@{}", ids.guid, ids.tenant())];
        if known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Ok(());
        }
        Err(ODataError::no_such_user(&name.chars().take(100).collect::<String>()))
    }
}

/// One row for each kind of resource.
fn route(call: &Call<'_>, path: &ResourcePath) -> Answer {
    if delta::tracked(call) {
        return delta::collection(call);
    }
    match &path.target {
        Target::Mailbox => mailbox(call),
        Target::Folders => folders::collection(call),
        Target::FoldersCount => folders::count(call),
        Target::Folder => folders::single(call),
        Target::ContactsDelta | Target::FoldersDelta => delta::function(call),
        Target::Contacts => contacts::collection(call),
        Target::ContactsCount => contacts::count(call),
        Target::Contact(id) => contacts::single(call, id),
        Target::Photo(id) => photos::metadata(call, id),
        Target::PhotoValue(id) => photos::value(call, id),
    }
}

/// `/me` (observed in v2.0).
fn mailbox(call: &Call<'_>) -> Answer {
    if call.method != Method::GET {
        return Err(ODataError::not_supported());
    }
    let mailbox = call.mailbox;
    let alias = mailbox.upn.split('@').next().unwrap_or_default();
    let (guid, upn, name) = (mailbox.ids.guid.as_str(), mailbox.upn.as_str(), mailbox.name.as_str());
    let shown: Vec<(&str, &str)> = match call.dialect {
        Dialect::Graph => vec![("id", guid), ("displayName", name), ("mail", upn), ("userPrincipalName", upn)],
        Dialect::Outlook => {
            vec![("Id", guid), ("EmailAddress", upn), ("DisplayName", name), ("Alias", alias), ("MailboxGuid", guid)]
        }
    };
    let shown: Map<String, Value> = shown.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    let context = match call.dialect {
        Dialect::Graph => format!("{}/$metadata#users/$entity", call.base),
        Dialect::Outlook => call.context(),
    };
    Ok(call.json(StatusCode::OK, context, shown))
}

fn within_limits(request: &Request<Bytes>) -> Result<(), ODataError> {
    let headers = request.headers();
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if request.uri().path_and_query().is_some_and(|path| path.as_str().len() > MAX_URL) {
        return Err(ODataError::new(StatusCode::URI_TOO_LONG, "BadRequest", "The request URL is too long."));
    }
    if size > MAX_HEADERS {
        let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
        return Err(ODataError::new(status, "BadRequest", "The request headers are too long."));
    }
    let too_large = request.body().len() > MAX_BODY || request.extensions().get::<TooLarge>().is_some();
    if too_large { Err(ODataError::too_large()) } else { Ok(()) }
}

/// Any bearer token that is not empty will do.
fn authorized(headers: &HeaderMap) -> Result<(), ODataError> {
    let sent = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token = match sent.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => "",
    };
    if token.is_empty() { Err(ODataError::no_token()) } else { Ok(()) }
}

fn nowhere() -> ODataError {
    let message = "The sandbox serves Microsoft Graph under /v1.0 and Outlook REST under /api/v2.0.";
    ODataError::new(StatusCode::NOT_FOUND, "ResourceNotFound", message)
}

fn refusal(error: &ODataError, dialect: Dialect, ids: &RequestIds<'_>, request: &Request<Bytes>) -> Response<Bytes> {
    let mut response = json(dialect, error.status, &error.body(dialect, ids));
    if error.status == StatusCode::UNAUTHORIZED {
        let origin = origin(request.uri(), request.headers());
        let challenge = format!("Bearer realm=\"\", authorization_uri=\"{origin}/common/oauth2/v2.0/authorize\"");
        set(&mut response, WWW_AUTHENTICATE, &challenge);
    }
    response
}
