//! The network: HTTP over TCP and TLS. This file and those below it are the only ones that name the HTTP client.

pub(in crate::remote) mod pictures;

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response};

use crate::remote::transport::{Sent, Transport, TransportError};

/// How the program calls itself to servers.
const AGENT: &str = concat!("cardferry/", env!("CARGO_PKG_VERSION"));
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// The longest silence in the middle of an answer.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(100);
/// The largest answer that is taken: a page of a thousand contacts with everything is about 20 MiB.
const MAX_ANSWER: usize = 128 * 1024 * 1024;

/// HTTP/1.1 with TLS by rustls and the platform's trusted roots; follows no redirect, for a token must not travel on.
/// Clones share their connections.
#[derive(Debug, Clone)]
pub struct Http(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clients: Mutex<Clients>,
    /// The next request is to go over new connections.
    stale: AtomicBool,
}

#[derive(Debug, Clone)]
struct Clients {
    client: reqwest::Client,
    /// For plain http, which is allowed to this machine alone: a proxy would get the token in the clear.
    direct: reqwest::Client,
}

impl Http {
    /// A client with a connection pool of its own.
    ///
    /// # Errors
    /// When the platform's trusted roots cannot be loaded.
    pub fn new() -> Result<Self, TransportError> {
        let clients = Mutex::new(Clients::new()?);
        Ok(Self(Arc::new(Shared { clients, stale: AtomicBool::new(false) })))
    }

    fn clients(&self) -> Clients {
        let mut clients = self.0.clients.lock().unwrap_or_else(PoisonError::into_inner);
        // A pool cannot be emptied: another one takes its place. It ends with its last request, and so do its
        // connections.
        if self.0.stale.swap(false, Ordering::Relaxed)
            && let Ok(new) = Clients::new()
        {
            *clients = new;
        }
        clients.clone()
    }
}

impl Clients {
    fn new() -> Result<Self, TransportError> {
        use_ring();
        let built = |client: reqwest::ClientBuilder| client.build().map_err(|error| no_answer(&error));
        Ok(Self { client: built(builder())?, direct: built(builder().no_proxy())? })
    }
}

/// Makes ring the process's TLS provider. Another part of the process may have chosen one already; then that one serves.
fn use_ring() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(SILENCE_TIMEOUT)
        .user_agent(AGENT)
}

impl Transport for Http {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let (parts, body) = request.into_parts();
        let url = parts.uri.to_string();
        let plain = parts.uri.scheme() == Some(&http::uri::Scheme::HTTP);
        let Clients { client, direct } = self.clients();
        let client = if plain { direct } else { client };
        let sending = client.request(parts.method, url).headers(parts.headers).body(body).send();
        let mut answer = sending.await.map_err(|error| no_answer(&error))?;
        let mut whole = Response::new(Bytes::new());
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = std::mem::take(answer.headers_mut());
        let mut bytes = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| no_answer(&error))? {
            if bytes.len() + chunk.len() > MAX_ANSWER {
                let what = format!("the answer is larger than {} MiB", MAX_ANSWER >> 20);
                return Err(TransportError { sent: Sent::Maybe, what });
            }
            bytes.extend_from_slice(&chunk);
        }
        *whole.body_mut() = bytes.freeze();
        Ok(whole)
    }

    fn reconnect(&self) {
        self.0.stale.store(true, Ordering::Relaxed);
    }
}

/// The innermost cause says most ("Connection refused"); the URL is left out, for its query may hold personal data.
fn no_answer(error: &reqwest::Error) -> TransportError {
    let sent = if error.is_connect() || error.is_builder() { Sent::No } else { Sent::Maybe };
    let cause = innermost(error);
    let host = error.url().and_then(|url| {
        url.host_str().map(|host| match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        })
    });
    let what = match (host, error.is_timeout()) {
        (Some(host), true) => format!("no answer from {host} in time"),
        (Some(host), false) if error.is_connect() => format!("cannot connect to {host}: {cause}"),
        (Some(host), false) => format!("the connection to {host} broke: {cause}"),
        (None, _) => cause.to_string(),
    };
    TransportError { sent, what }
}

fn innermost(error: &reqwest::Error) -> &dyn Error {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause
}
