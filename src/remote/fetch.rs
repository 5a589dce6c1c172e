//! Pictures from where photo links lead: all that is ever fetched because a file says so.
//!
//! Whoever wrote the file chose the link, and must not choose what this machine reaches with it. Hence:
//!
//! | rule | why |
//! | --- | --- |
//! | https alone, port 443 alone, also after a redirect | nobody on the way reads or changes it; few inner services listen there |
//! | no name or password, no cookie, no token, no Referer | a link gets nothing but the request for the picture |
//! | public addresses alone ([`not_public`]), checked when the name is resolved; the connection goes to what was checked | the file must not reach this machine, its network or its cloud, nor by a name that changes its address |
//! | no proxy | it would resolve the name again, out of sight |
//! | redirects, bytes and time have limits ([`Bounds`]); nothing is decompressed | a server cannot hold up the run or fill the memory |
//! | only a picture is taken, told by its content | a page that asks to sign in is no photo |
//! | a host that fails three times in a row is left in peace | a dead one would cost its time for every contact |

mod address;
mod guard;

use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use url::Url;

pub use address::not_public;
pub use guard::{Found, Guard, MAX_LINK, Names, SystemNames};

use crate::formats::photo;
use crate::remote::http::pictures::{Answer, Pictures};
use crate::remote::{Clock, TransportError};

/// Failures of a host in a row after which it is not asked again.
const FAILURES: u32 = 3;
/// Hosts whose failures are remembered.
const MAX_HOSTS: usize = 1000;

/// How far one goes for a picture.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The most bytes of a picture: 4 MiB, what an Exchange mailbox takes.
    pub bytes: usize,
    /// The most redirects that are followed: 5.
    pub redirects: usize,
    /// How long a connection may take: 10 s.
    pub connect: Duration,
    /// How long all of it may take, redirects included: 30 s.
    pub whole: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        let (connect, whole) = (Duration::from_secs(10), Duration::from_secs(30));
        Self { bytes: 4 << 20, redirects: 5, connect, whole }
    }
}

/// Why there is no picture. No variant holds more of the link than an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotFetched {
    /// It is no URL.
    #[error("it is no URL")]
    NoUrl,
    /// It is longer than [`MAX_LINK`].
    #[error("it is too long")]
    TooLong,
    /// Its scheme is another than https.
    #[error("only https is followed")]
    NotHttps,
    /// It holds a user name or password.
    #[error("it holds a user name or password")]
    Credentials,
    /// Its port is another than 443.
    #[error("only port 443 is used")]
    Port,
    /// It leads to an address that is not public.
    #[error("it leads to {address}, {what}")]
    Address {
        /// The address.
        address: IpAddr,
        /// What the address is.
        what: &'static str,
    },
    /// Its host has no address.
    #[error("its host has no address")]
    NoAddress,
    /// A redirect led somewhere else, and that failed.
    #[error("after a redirect: {0}")]
    Redirected(Box<NotFetched>),
    /// There were more redirects than are followed.
    #[error("more than {0} redirects")]
    Redirects(usize),
    /// The server has no picture there.
    #[error("the server answers {0}")]
    Status(u16),
    /// The answer is larger than is taken.
    #[error("it is larger than {0} bytes")]
    TooLarge(usize),
    /// What came is no picture, or of no kind that is known.
    #[error("what is there is no picture of a known kind")]
    NoPicture,
    /// It took too long.
    #[error("it was not there within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// There was no connection, or it broke.
    #[error("{0}")]
    Broken(String),
    /// The host failed too often before.
    #[error("its host failed {FAILURES} times in a row and is not asked again")]
    GivenUp,
}

impl NotFetched {
    /// Whether the host is out of reach or wants to be left in peace, so that its other pictures fare no better.
    fn is_the_host_s(&self) -> bool {
        match self {
            NotFetched::Broken(_) | NotFetched::TimedOut(_) | NotFetched::NoAddress => true,
            NotFetched::Status(status) => *status == 429 || *status >= 500,
            NotFetched::Redirected(why) => why.is_the_host_s(),
            _ => false,
        }
    }
}

/// Brings the pictures that links lead to; any number at once.
pub trait Fetch: Send + Sync {
    /// The picture that a link leads to: its bytes, of a known kind; or why there is none.
    fn picture<'a>(&'a self, link: &'a str) -> Fetching<'a>;
}

/// A picture on its way.
pub type Fetching<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, NotFetched>> + Send + 'a>>;

/// Fetches pictures from the network.
#[derive(Debug)]
pub struct Fetcher<C> {
    pictures: Pictures,
    guard: Guard,
    bounds: Bounds,
    clock: C,
    /// Failures in a row, by host.
    failures: Mutex<HashMap<String, u32>>,
}

impl<C: Clock> Fetcher<C> {
    /// A fetcher within these bounds.
    ///
    /// # Errors
    /// When the platform's trusted roots cannot be loaded.
    pub fn new(guard: Guard, bounds: Bounds, clock: C) -> Result<Self, TransportError> {
        let pictures = Pictures::new(&guard, bounds.connect)?;
        Ok(Self { pictures, guard, bounds, clock, failures: Mutex::default() })
    }

    /// The picture that a link leads to: its bytes, of a known kind.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn fetch(&self, link: &str) -> Result<Vec<u8>, NotFetched> {
        let url = self.guard.link(link)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        if self.failures().get(&host).is_some_and(|failures| *failures >= FAILURES) {
            return Err(NotFetched::GivenUp);
        }
        let fetched = tokio::select! {
            biased;
            fetched = self.follow(url) => fetched,
            () = self.clock.sleep(self.bounds.whole) => Err(NotFetched::TimedOut(self.bounds.whole)),
        };
        self.remember(host, fetched.as_ref().err());
        fetched
    }

    /// Follows redirects to a picture.
    async fn follow(&self, mut url: Url) -> Result<Vec<u8>, NotFetched> {
        for redirects in 0..=self.bounds.redirects {
            let told = |why| if redirects == 0 { why } else { NotFetched::Redirected(Box::new(why)) };
            match self.pictures.get(&url, self.bounds.bytes).await.map_err(told)? {
                Answer::Body(bytes) if photo::kind_of(&bytes).is_some() => return Ok(bytes),
                Answer::Body(_) => return Err(told(NotFetched::NoPicture)),
                Answer::Redirect(to) => {
                    let next = self.guard.redirect(&url, &to);
                    url = next.map_err(|why| NotFetched::Redirected(Box::new(why)))?;
                }
                Answer::Other(status) => return Err(told(NotFetched::Status(status))),
            }
        }
        Err(NotFetched::Redirects(self.bounds.redirects))
    }

    fn remember(&self, host: String, why: Option<&NotFetched>) {
        let mut failures = self.failures();
        match why {
            Some(why) if why.is_the_host_s() => {
                if failures.len() < MAX_HOSTS || failures.contains_key(&host) {
                    *failures.entry(host).or_default() += 1;
                }
            }
            _ => drop(failures.remove(&host)),
        }
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<String, u32>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Clock> Fetch for Fetcher<C> {
    fn picture<'a>(&'a self, link: &'a str) -> Fetching<'a> {
        Box::pin(self.fetch(link))
    }
}
