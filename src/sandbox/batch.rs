//! `$batch`: up to twenty requests in one.
//!
//! The envelope is read like any request, which gives a [`Plan`]; then its parts are answered through the same door as
//! all other requests ([`Sandbox::part`]), four at a time as the service does it, so that limits and faults meet each
//! of them. Graph takes JSON; v2.0 takes JSON and `multipart/mixed`.

mod json;
mod multipart;

use std::borrow::Cow;
use std::future::{Future, ready};

use bytes::Bytes;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use http::header::{
    ACCEPT, AUTHORIZATION, CONNECTION, CONTENT_TYPE, EXPECT, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode, Uri};
use percent_encoding::percent_decode_str;

use super::dialect::Dialect;
use super::error::{ODataError, RequestIds};
use super::request::{empty, json as answer_json, origin, prefers, set};
use super::{Inner, Sandbox};

/// Documented.
const MOST: usize = 20;
/// Documented: Outlook runs four parts of a batch at a time.
const AT_ONCE: usize = 4;

/// What a batch asks for, in order.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    dialect: Dialect,
    items: Vec<Item>,
    form: Form,
    /// Whether the first part that fails is the last one that is looked at.
    stops: bool,
}

/// One part.
#[derive(Debug, Clone)]
struct Item {
    id: String,
    /// The request, or why it is none.
    request: Result<Request<Bytes>, ODataError>,
    /// The earlier items that must succeed first.
    depends_on: Vec<usize>,
}

/// How the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Multipart,
}

/// Marks a request that came as part of a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part;

/// Whether a path behind the version leads to a batch: `$batch`, in v2.0 below the user too (documented).
pub(super) fn named(dialect: Dialect, path: &str) -> bool {
    let path: Cow<'_, str> = percent_decode_str(path.trim_matches('/')).decode_utf8_lossy();
    let below = ["$batch", "me/$batch"];
    let known = dialect.pick(&below[..1], &below[..]);
    known.iter().any(|known| known.eq_ignore_ascii_case(&path))
}

/// Reads the envelope; the answer carries the plan and nothing else yet.
///
/// # Errors
/// The refusals of an envelope as a whole.
pub(super) fn read(request: &Request<Bytes>, dialect: Dialect) -> Result<Response<Bytes>, ODataError> {
    if request.extensions().get::<Part>().is_some() {
        return Err(nested());
    }
    if request.method() != Method::POST {
        return Err(ODataError::not_supported());
    }
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = text(CONTENT_TYPE).to_ascii_lowercase();
    let outlook = dialect == Dialect::Outlook;
    let door = Door { dialect, origin: origin(request.uri(), request.headers()), envelope: request.headers() };
    let (items, form) = if kind.starts_with("multipart/mixed") && outlook {
        // Observed: who accepts JSON gets JSON, whatever was sent.
        let form = if text(ACCEPT).contains("application/json") { Form::Json } else { Form::Multipart };
        (multipart::read(&door, text(CONTENT_TYPE), request.body())?, form)
    } else if kind.starts_with("application/json") {
        (json::read(&door, request.body())?, Form::Json)
    } else {
        return Err(ODataError::unreadable_body());
    };
    // Documented for v2.0; Graph answers every part.
    let stops = outlook && !prefers(request.headers(), "odata.continue-on-error");
    let mut response = empty(StatusCode::OK);
    response.extensions_mut().insert(Plan { dialect, items, form, stops });
    Ok(response)
}

/// Takes the plan out of an answer that carries one.
pub(super) fn planned(answer: &mut Response<Bytes>) -> Option<Plan> {
    answer.extensions_mut().remove()
}

/// Answers every part, then writes the answers into the envelope. What has begun is done even if nobody waits any more.
pub(super) async fn carry_out(sandbox: &Sandbox, plan: Plan, envelope: Response<Bytes>) -> Response<Bytes> {
    let sandbox = sandbox.clone();
    let work = async move {
        let answers = plan.answers(&sandbox.inner, |part| sandbox.part(part)).await;
        plan.write(answers, envelope, &sandbox.inner)
    };
    tokio::spawn(work).await.unwrap_or_else(|_| empty(StatusCode::INTERNAL_SERVER_ERROR))
}

/// As [`carry_out`], on this thread, past limits and faults, and with nobody to hear the answers.
pub(super) fn carry_out_here(inner: &Inner, plan: &Plan) {
    // Every part is answered when it is asked for, so that there is nothing to wait for.
    let _ = plan.answers(inner, |part| ready(inner.answer(&part))).now_or_never();
}

impl Plan {
    /// The answer of each part; none for those behind the one at which the batch stopped.
    async fn answers<F>(&self, inner: &Inner, part: impl Fn(Request<Bytes>) -> F) -> Vec<Option<Response<Bytes>>>
    where
        F: Future<Output = Response<Bytes>>,
    {
        let mut answers: Vec<Option<Response<Bytes>>> = vec![None; self.items.len()];
        let mut started = vec![false; self.items.len()];
        let mut running = FuturesUnordered::new();
        // Guessed: a batch that stops at a failure goes one by one.
        let width = if self.stops { 1 } else { AT_ONCE };
        loop {
            let stopped = self.stops && answers.iter().flatten().any(failed);
            while let Some(at) = self.ready(&started, &answers).filter(|_| running.len() < width && !stopped) {
                started[at] = true;
                let item = &self.items[at];
                let held = item.depends_on.iter().any(|on| answers[*on].as_ref().is_some_and(failed));
                match &item.request {
                    _ if held => answers[at] = Some(self.refused(&dependency_failed(), inner)),
                    Err(error) => answers[at] = Some(self.refused(error, inner)),
                    Ok(request) => {
                        let answer = part(request.clone());
                        running.push(async move { (at, answer.await) });
                    }
                }
                if self.stops && answers[at].as_ref().is_some_and(failed) {
                    break;
                }
            }
            match running.next().await {
                Some((at, answer)) => answers[at] = Some(answer),
                None => return answers,
            }
        }
    }

    /// The first part that may start now.
    fn ready(&self, started: &[bool], answers: &[Option<Response<Bytes>>]) -> Option<usize> {
        let may = |at: &usize| !started[*at] && self.items[*at].depends_on.iter().all(|on| answers[*on].is_some());
        (0..self.items.len()).find(may)
    }

    fn refused(&self, error: &ODataError, inner: &Inner) -> Response<Bytes> {
        let at = inner.settings.clock.now().as_second();
        let request = inner.next_request();
        let ids = RequestIds { request: &request, client: None, at };
        answer_json(self.dialect, error.status, &error.body(self.dialect, &ids))
    }

    fn write(
        &self,
        answers: Vec<Option<Response<Bytes>>>,
        mut envelope: Response<Bytes>,
        inner: &Inner,
    ) -> Response<Bytes> {
        let id = envelope.headers().get("request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
        let ids = self.items.iter().map(|item| item.id.as_str());
        let (kind, body) = match self.form {
            Form::Multipart => multipart::write(answers.into_iter().flatten(), &id),
            Form::Json => {
                // Documented: in any order. Guessed: what was not looked at failed with what it waited for.
                let skipped = || self.refused(&dependency_failed(), inner);
                let mut parts: Vec<_> =
                    ids.zip(answers.into_iter().map(|answer| answer.unwrap_or_else(skipped))).collect();
                let seed = id.bytes().fold(0u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
                fastrand::Rng::with_seed(seed).shuffle(&mut parts);
                json::write(self.dialect, &parts)
            }
        };
        set(&mut envelope, CONTENT_TYPE, &kind);
        *envelope.body_mut() = body;
        envelope
    }
}

fn failed(answer: &Response<Bytes>) -> bool {
    answer.status().as_u16() >= 400
}

/// Makes parts into requests of their own.
struct Door<'a> {
    dialect: Dialect,
    /// The scheme and authority that the envelope was sent to.
    origin: String,
    envelope: &'a HeaderMap,
}

impl Door<'_> {
    /// A part as a request of its own: with the envelope's token unless it brings one, and in v2.0 with all of its
    /// headers that tell nothing of its content (documented: those apply to each part, and the part's own go before).
    fn request(&self, method: &str, url: &str, headers: HeaderMap, body: Bytes) -> Result<Request<Bytes>, ODataError> {
        let method =
            ["GET", "POST", "PUT", "PATCH", "DELETE"].into_iter().find(|known| known.eq_ignore_ascii_case(method));
        let method = method.ok_or_else(ODataError::not_supported)?;
        let mut request = Request::builder().method(method).uri(self.uri(url)?).body(body).unwrap_or_default();
        let all = self.dialect == Dialect::Outlook;
        let inherited = |name: &HeaderName| [AUTHORIZATION, HOST].contains(name) || (all && !is_of_the_envelope(name));
        for (name, value) in self.envelope.iter().filter(|(name, _)| inherited(name)) {
            request.headers_mut().append(name, value.clone());
        }
        request.headers_mut().extend(headers);
        request.extensions_mut().insert(Part);
        Ok(request)
    }

    /// Documented: relative to the version path. The version path itself may stand before it, as v2.0's page has it,
    /// and the server's own address.
    fn uri(&self, url: &str) -> Result<Uri, ODataError> {
        let wrong = || ODataError::bad_option("The URL of a request in a batch must be relative.");
        let path = url.strip_prefix(self.origin.as_str()).unwrap_or(url);
        if path.contains("://") && path.find("://") < path.find(['/', '?']) {
            return Err(wrong());
        }
        let path = format!("/{}", path.trim_start_matches('/'));
        let bare = path.split('?').next().unwrap_or_default();
        let (before, rest) = match Dialect::of(bare) {
            Some((dialect, rest)) if dialect == self.dialect => ("", rest),
            _ => (self.dialect.base(), bare),
        };
        if named(self.dialect, rest) {
            return Err(nested());
        }
        format!("{}{before}{}", self.origin, path.replace(' ', "%20")).parse().map_err(|_| wrong())
    }
}

/// Whether a header is about the envelope's own body or connection.
fn is_of_the_envelope(name: &HeaderName) -> bool {
    let hop = [CONNECTION, EXPECT, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];
    name.as_str().starts_with("content-") || hop.contains(name)
}

fn bad(message: impl Into<Cow<'static, str>>) -> ODataError {
    ODataError::new(StatusCode::BAD_REQUEST, "BadRequest", message)
}

/// Observed, for an empty batch too.
fn malformed() -> ODataError {
    bad("Invalid batch payload format.")
}

/// Observed in v2.0; guessed for Graph.
fn too_many() -> ODataError {
    bad("The maximum number of operations in a batch request is 20.")
}

/// Documented that it does not work; guessed words.
fn nested() -> ODataError {
    bad("A batch request cannot be part of another batch request.")
}

/// Documented status; guessed code and words.
fn dependency_failed() -> ODataError {
    let message = "The request depends on another request of the batch, which failed.";
    ODataError::new(StatusCode::FAILED_DEPENDENCY, "FailedDependency", message)
}
