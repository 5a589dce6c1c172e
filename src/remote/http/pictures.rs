//! GETs for pictures, to checked addresses alone. What may be asked for is decided in `remote/fetch.rs`.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, StatusCode, header};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use crate::remote::TransportError;
use crate::remote::fetch::{Guard, NotFetched};
use crate::remote::http::{AGENT, innermost, no_answer, use_ring};

/// Exchange documents JPEG alone, so that this is preferred where a server can choose.
const ACCEPT: HeaderValue = HeaderValue::from_static("image/jpeg, image/png;q=0.9, image/*;q=0.5");

/// A client that sends nothing but the request itself, and connects to what a [`Guard`] lets through.
#[derive(Debug, Clone)]
pub(in crate::remote) struct Pictures {
    client: reqwest::Client,
}

/// What a server answers.
#[derive(Debug)]
pub(in crate::remote) enum Answer {
    /// The whole body of a 200.
    Body(Vec<u8>),
    /// It is elsewhere: the `Location` as it stands.
    Redirect(String),
    /// Any other status.
    Other(u16),
}

impl Pictures {
    pub(in crate::remote) fn new(guard: &Guard, connect: Duration) -> Result<Self, TransportError> {
        use_ring();
        let roots = guard.roots.iter().map(|root| reqwest::Certificate::from_der(root));
        let roots: Vec<_> = roots.collect::<Result<_, _>>().map_err(|error| no_answer(&error))?;
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(Checked(guard.clone())))
            .https_only(true)
            .no_proxy()
            .referer(false)
            // A body is bounded as it travels, so that it must not grow afterwards.
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .connect_timeout(connect)
            .user_agent(AGENT)
            .tls_certs_merge(roots);
        Ok(Self { client: client.build().map_err(|error| no_answer(&error))? })
    }

    /// One GET. No more than `most` bytes are taken, whatever the headers promise.
    pub(in crate::remote) async fn get(&self, url: &Url, most: usize) -> Result<Answer, NotFetched> {
        let sending = self.client.get(url.clone()).header(header::ACCEPT, ACCEPT).send();
        let mut answer = sending.await.map_err(|error| why(&error))?;
        let status = answer.status();
        if let (true, Some(to)) = (is_redirect(status), answer.headers().get(header::LOCATION)) {
            return Ok(Answer::Redirect(String::from_utf8_lossy(to.as_bytes()).into_owned()));
        }
        if status != StatusCode::OK {
            return Ok(Answer::Other(status.as_u16()));
        }
        if answer.content_length().is_some_and(|length| length > most as u64) {
            return Err(NotFetched::TooLarge(most));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| why(&error))? {
            if body.len() + chunk.len() > most {
                return Err(NotFetched::TooLarge(most));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer::Body(body))
    }
}

/// The statuses by which a GET is sent elsewhere (RFC 9110, 15.4).
fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// What the guard said of an address, else what the network says.
fn why(error: &reqwest::Error) -> NotFetched {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref::<NotFetched>() {
            return refused.clone();
        }
        cause = error.source();
    }
    match error.is_connect() {
        true => NotFetched::Broken(format!("there is no connection: {}", innermost(error))),
        false => NotFetched::Broken(format!("the connection broke: {}", innermost(error))),
    }
}

/// Resolves names to what the guard lets through. The client connects to these addresses and asks no further; addresses
/// in numbers never come here and are checked in the URL.
struct Checked(Guard);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, found) = (self.0.clone(), self.0.names.addresses(name.as_str()));
        Box::pin(async move {
            // What the system says of a name that is not there differs from system to system.
            let found = found.await.map_err(|_| NotFetched::NoAddress)?;
            let addresses = guard.addresses(found)?;
            // Port 0 stands for the URL's own.
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
