//! From a request to its answer: who asks, in which dialect, for what.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE, HeaderName, WWW_AUTHENTICATE};
use http::{Method, Request, Response, StatusCode};

use super::clock::http_date;
use super::dialect::Dialect;
use super::error::{ODataError, RequestIds};
use super::path::{self, ResourcePath, Target};
use super::request::{Answer, Call, json, origin, set};
use super::serve::{MAX_BODY, MAX_HEADERS, MAX_URL, TooLarge};
use super::{Inner, batch, contacts, delta, extensions, folders, immutable, photos, properties, purge, users};

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

impl Inner {
    /// Answers one request.
    pub(super) fn answer(&self, request: &Request<Bytes>) -> Response<Bytes> {
        self.dressed(request, |found, ids| match found {
            Some((dialect, rest)) => self.let_in(request, dialect, rest, ids.at),
            None => self.sign_in(request, ids).ok_or_else(nowhere),
        })
    }

    /// The answer to a request that goes no further.
    pub(super) fn refuse(&self, request: &Request<Bytes>, error: ODataError) -> Response<Bytes> {
        self.dressed(request, |_, _| Err(error))
    }

    /// An answer with what every answer has.
    fn dressed(
        &self,
        request: &Request<Bytes>,
        answer: impl FnOnce(Option<(Dialect, &str)>, &RequestIds<'_>) -> Answer,
    ) -> Response<Bytes> {
        let request_id = self.next_request();
        let now = self.settings.clock.now();
        let client = request.headers().get(CLIENT_REQUEST_ID).and_then(|id| id.to_str().ok());
        let ids = RequestIds { request: &request_id, client, at: now.as_second() };
        let found = Dialect::of(request.uri().path());
        let dialect = found.map_or(Dialect::Graph, |(dialect, _)| dialect);
        let answered = answer(found, &ids);
        let mut response = answered.unwrap_or_else(|error| refusal(&error, dialect, &ids, request));
        set(&mut response, REQUEST_ID, &request_id);
        set(&mut response, CLIENT_REQUEST_ID, client.unwrap_or(&request_id));
        set(&mut response, DATE, &http_date(now));
        response
    }

    fn let_in(&self, request: &Request<Bytes>, dialect: Dialect, rest: &str, now: i64) -> Answer {
        within_limits(request)?;
        let origin = origin(request.uri(), request.headers());
        let bearer = self.admit(request, dialect, now)?;
        if users::is_list(rest) {
            return self.users(request, dialect, &origin, None, &bearer);
        }
        if batch::named(dialect, rest) {
            return batch::read(request, dialect);
        }
        let path = path::parse(rest)?;
        if path.target == Target::Mailbox {
            return self.users(request, dialect, &origin, Some(&path.user), &bearer);
        }
        bearer.may(request)?;
        says_json(request, &path.target)?;
        let call = Call {
            store: &self.store,
            mailbox: self.resolve(&path.user, &bearer)?,
            sandbox: self,
            behaviours: self.switches.behaviours(),
            syncs: &self.syncs,
            dialect,
            method: request.method().clone(),
            path: &path,
            raw_path: rest,
            raw_query: request.uri().query().unwrap_or_default(),
            headers: request.headers(),
            body: request.body(),
            base: origin + dialect.base(),
            now,
        };
        let mut response = route(&call, &path)?;
        if call.immutable() {
            immutable::applied(&mut response);
        }
        Ok(response)
    }
}

/// One row for each kind of resource.
fn route(call: &Call<'_>, path: &ResourcePath) -> Answer {
    if delta::tracked(call) {
        return delta::collection(call);
    }
    match &path.target {
        // Answered before.
        Target::Mailbox => Err(ODataError::not_supported()),
        Target::Folders => folders::collection(call),
        Target::FoldersCount => folders::count(call),
        Target::Folder => folders::single(call),
        Target::ContactsDelta | Target::FoldersDelta => delta::function(call),
        Target::Contacts => contacts::collection(call),
        Target::ContactsCount => contacts::count(call),
        Target::Contact(id) => contacts::single(call, id),
        Target::Photo(id) => photos::metadata(call, id),
        Target::PhotoValue(id) => photos::value(call, id),
        Target::Extensions(id) => extensions::collection(call, id),
        Target::ExtensionsCount(id) => extensions::count(call, id),
        Target::Extension(id, name) => extensions::single(call, id, name),
        Target::Properties(holder, kind) => properties::collection(call, holder, *kind),
        Target::Property(holder, kind, id) => properties::single(call, holder, *kind, id),
        Target::PermanentDelete(holder) => purge::permanently(call, holder),
    }
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

/// Documented: a body of JSON says that it is.
fn says_json(request: &Request<Bytes>, target: &Target) -> Result<(), ODataError> {
    let reads = matches!(*request.method(), Method::POST | Method::PATCH) && !matches!(target, Target::PhotoValue(_));
    if !reads || request.body().is_empty() {
        return Ok(());
    }
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim() {
        "" => Err(ODataError::unreadable_body()),
        kind if kind.eq_ignore_ascii_case("application/json") => Ok(()),
        kind => Err(ODataError::not_json(kind)),
    }
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
