//! The way in and out: limits, faults, the sandbox itself, and how its answer travels back.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::clock::{Clock, Waits, http_date};
use super::dialect::Dialect;
use super::error::ODataError;
use super::faults::{self, Body, Fault, Kind, Refusal, RetryAfter, Seen};
use super::limits::{Limits, Over, Place};
use super::log::{Entry, path_of};
use super::path;
use super::request::{empty, set, with_type};
use super::tokens::bearer;
use super::{Inner, Sandbox};

/// What comes back to whoever sent a request.
#[derive(Debug)]
pub enum Delivery {
    /// The answer, at once and whole.
    Whole(Response<Bytes>),
    /// The answer, its body piece by piece.
    Slow {
        /// The answer.
        answer: Response<Bytes>,
        /// How large a piece is, at least 1.
        chunk: usize,
        /// How long to wait between two pieces.
        pause: Duration,
    },
    /// The head of the answer, which tells the body's whole length, and the body's first bytes.
    Cut {
        /// The answer.
        answer: Response<Bytes>,
        /// How many bytes of the body are sent.
        bytes: usize,
        /// Whether the connection is reset then, rather than closed.
        reset: bool,
    },
    /// Nothing: the connection is closed.
    Closed,
    /// Nothing: the connection is reset.
    Reset,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The connection was closed before an answer came.
    #[error("the sandbox closed the connection without an answer, as its faults say")]
    Closed,
    /// The connection was reset.
    #[error("the sandbox reset the connection, as its faults say")]
    Reset,
    /// The answer broke off.
    #[error("the sandbox's answer broke off, as its faults say")]
    Cut,
}

impl Sandbox {
    /// Sends one request through limits and faults, as over a socket. What the line does to the answer is for the
    /// caller to do.
    pub async fn send(&self, request: Request<Bytes>) -> Delivery {
        self.deliver(request, false).await
    }

    /// Sends one request as [`Sandbox::send`] does, for callers without a socket: what breaks on the line is an error.
    ///
    /// # Errors
    /// When there is no whole answer. The request may have been carried out all the same.
    pub async fn carry(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Broken> {
        match self.send(request).await {
            Delivery::Whole(answer) => Ok(answer),
            Delivery::Slow { answer, chunk, pause } => {
                let pauses = answer.body().len().saturating_sub(1) / chunk.max(1);
                let time = pause.saturating_mul(u32::try_from(pauses).unwrap_or(u32::MAX));
                self.inner.settings.clock.sleep(time, Waits::Answer).await;
                Ok(answer)
            }
            Delivery::Cut { .. } => Err(Broken::Cut),
            Delivery::Closed => Err(Broken::Closed),
            Delivery::Reset => Err(Broken::Reset),
        }
    }

    /// Sends one part of a batch: it counts by itself, and meets the faults that are about parts.
    ///
    /// Boxed, for a part goes the way that its batch has come.
    pub fn part(&self, request: Request<Bytes>) -> Pin<Box<dyn Future<Output = Response<Bytes>> + Send + '_>> {
        Box::pin(async move {
            match self.deliver(request, true).await {
                Delivery::Whole(answer) | Delivery::Slow { answer, .. } | Delivery::Cut { answer, .. } => answer,
                // No rule about parts says so.
                Delivery::Closed | Delivery::Reset => empty(StatusCode::BAD_GATEWAY),
            }
        })
    }

    async fn deliver(&self, request: Request<Bytes>, part: bool) -> Delivery {
        let switches = &self.inner.switches;
        let began = self.now();
        let seen = Seen::of(&request, part);
        let mut entry = Entry {
            number: switches.number(),
            at: began,
            method: request.method().clone(),
            path: path_of(request.uri()),
            part,
            status: None,
            milliseconds: 0,
            received: request.body().len(),
            sent: 0,
            fault: None,
        };
        let (delivery, fault) = self.through(request, &seen).await;
        let took = self.now().duration_since(began).max(SignedDuration::ZERO);
        entry.milliseconds = u64::try_from(took.as_millis()).unwrap_or_default();
        (entry.status, entry.sent) = delivery.told();
        entry.fault = fault;
        switches.log.add(entry);
        delivery
    }

    /// Through the limits, then the faults. The name is that of what hit the request.
    async fn through(&self, request: Request<Bytes>, seen: &Seen) -> (Delivery, Option<String>) {
        let (inner, clock) = (&self.inner, &self.inner.settings.clock);
        let under_way = UnderWay::start(clock);
        let place = match self.enter(&request, seen) {
            Ok(place) => place,
            Err(over) => return (Delivery::Whole(over_limit(inner, &request, over)), Some(over.name().into())),
        };
        let hit = inner.switches.faults.choose(seen);
        if !hit.wait.is_zero() {
            clock.sleep(hit.wait, Waits::Request).await;
        }
        // The parts of a batch are under way by themselves.
        let under_way = (seen.kind != Kind::Batch).then_some(under_way);
        let delivery = match hit.fault {
            None => Delivery::Whole(self.handle(request).await),
            Some(fault) => self.fail(fault, request).await,
        };
        drop((place, under_way));
        (delivery, (!hit.names.is_empty()).then(|| hit.names.join(", ")))
    }

    /// A place among the requests under way. A batch is let in by its parts.
    fn enter(&self, request: &Request<Bytes>, seen: &Seen) -> Result<Option<Place>, Over> {
        let api = Dialect::of(request.uri().path());
        let (Some((dialect, rest)), true) = (api, seen.part || seen.kind != Kind::Batch) else { return Ok(None) };
        if self.limits() == Limits::NONE {
            return Ok(None);
        }
        let uploads = matches!(seen.method, Method::POST | Method::PATCH | Method::PUT);
        let upload = if uploads { request.body().len() as u64 } else { 0 };
        let whose = path::parse(rest)
            .ok()
            .and_then(|path| self.inner.meant(request.headers(), dialect, &path.user, self.now().as_second()));
        // What asks for nobody's mailbox is counted together.
        let by = format!("{}\n{}", app(request.headers()), whose.map_or("", |mailbox| &mailbox.upn));
        self.inner.switches.meter.enter(&by, upload, self.now()).map(Some)
    }

    /// What a fault makes of a request.
    async fn fail(&self, fault: Fault, request: Request<Bytes>) -> Delivery {
        match fault {
            Fault::Latency(_) => Delivery::Whole(self.handle(request).await),
            Fault::Answer { refusal, stored } => {
                let answer = refused(&self.inner, &request, &refusal);
                if stored {
                    self.handle(request).await;
                }
                Delivery::Whole(answer)
            }
            Fault::Token => {
                if let Some(token) = bearer(request.headers()) {
                    self.inner.uses.expire(token);
                }
                Delivery::Whole(self.inner.refuse(&request, ODataError::expired_token()))
            }
            Fault::Lost => {
                self.handle(request).await;
                Delivery::Closed
            }
            Fault::Late(after) => {
                self.carry_out_late(request, after);
                Delivery::Closed
            }
            Fault::Reset { stored } => {
                if stored {
                    self.handle(request).await;
                }
                Delivery::Reset
            }
            Fault::Cut { bytes, reset } => Delivery::cut(self.handle(request).await, bytes, reset),
            Fault::Slow { chunk, pause } => {
                Delivery::Slow { answer: self.handle(request).await, chunk: chunk.max(1), pause }
            }
            Fault::Dirt => Delivery::Whole(self.handle(request).await.map(|body| faults::dirty(&body))),
        }
    }
}

impl Delivery {
    /// An answer that breaks off after so many bytes of its body, or in the middle; one without a body before its head.
    fn cut(answer: Response<Bytes>, bytes: Option<usize>, reset: bool) -> Delivery {
        let (whole, half) = (answer.body().len(), answer.body().len() / 2);
        match (whole, reset) {
            (0, false) => Delivery::Closed,
            (0, true) => Delivery::Reset,
            _ => Delivery::Cut { bytes: bytes.unwrap_or(half).min(whole - 1), answer, reset },
        }
    }

    /// Status and length of what is sent.
    fn told(&self) -> (Option<u16>, usize) {
        match self {
            Delivery::Whole(answer) | Delivery::Slow { answer, .. } => {
                (Some(answer.status().as_u16()), answer.body().len())
            }
            Delivery::Cut { answer, bytes, .. } => (Some(answer.status().as_u16()), *bytes),
            Delivery::Closed | Delivery::Reset => (None, 0),
        }
    }
}

/// A request that is under way, as a clock sees it.
struct UnderWay(Arc<dyn Clock>);

impl UnderWay {
    fn start(clock: &Arc<dyn Clock>) -> UnderWay {
        clock.under_way(true);
        UnderWay(Arc::clone(clock))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way(false);
    }
}

/// The app that a token names, if it is one that can be read (RFC 7519): Entra's `appid`, or `azp` in its second form.
fn app(headers: &HeaderMap) -> String {
    let claims = || {
        let payload = bearer(headers)?.split('.').nth(1)?;
        let bytes = data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?;
        let claims: Value = serde_json::from_slice(&bytes).ok()?;
        let app = claims.get("appid").or_else(|| claims.get("azp"))?.as_str()?;
        Some(app.chars().take(100).collect())
    };
    claims().unwrap_or_default()
}

impl Over {
    fn name(self) -> &'static str {
        match self {
            Over::InFlight => "limit: in-flight",
            Over::Requests(_) => "limit: requests",
            Over::Upload(_) => "limit: upload",
        }
    }
}

fn over_limit(inner: &Inner, request: &Request<Bytes>, over: Over) -> Response<Bytes> {
    let (error, seconds) = match over {
        Over::InFlight => (ODataError::throttled("Application is over its MailboxConcurrency limit."), 1),
        Over::Requests(seconds) => (ODataError::too_many_requests(), seconds),
        Over::Upload(seconds) => (ODataError::throttled("Application is over its IncomingBytes limit."), seconds),
    };
    let mut answer = inner.refuse(request, error);
    set(&mut answer, RETRY_AFTER, &seconds.to_string());
    answer
}

fn refused(inner: &Inner, request: &Request<Bytes>, refusal: &Refusal) -> Response<Bytes> {
    let mut answer = inner.refuse(request, faults::refusal(refusal));
    match refusal.body {
        Body::Service => {}
        Body::Empty => {
            answer.headers_mut().remove(CONTENT_TYPE);
            *answer.body_mut() = Bytes::new();
        }
        Body::Html => {
            let status = refusal.status;
            let page = format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\r\n");
            let head = std::mem::take(answer.headers_mut());
            answer = with_type(status, "text/html", Bytes::from(page));
            let own = head.into_iter().filter(|(name, _)| name.as_ref() != Some(&CONTENT_TYPE));
            answer.headers_mut().extend(own);
        }
    }
    if let Some(value) = retry_after(&refusal.retry_after, inner.settings.clock.now()) {
        set(&mut answer, RETRY_AFTER, &value);
    }
    answer
}

fn retry_after(said: &RetryAfter, now: Timestamp) -> Option<String> {
    match said {
        RetryAfter::Absent => None,
        RetryAfter::Seconds(text) => Some(text.clone()),
        RetryAfter::Date(ahead) => {
            let ahead = SignedDuration::try_from(*ahead).unwrap_or(SignedDuration::MAX);
            Some(http_date(now.saturating_add(ahead).unwrap_or(now)))
        }
    }
}
