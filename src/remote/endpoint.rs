//! Where a mailbox is: base URL, dialect, whose.

use std::fmt;

use url::{Host, Url};

use crate::formats::exchange::Dialect;

/// Whose mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The signed-in user's.
    Me,
    /// Another user's, by id or user principal name.
    User(String),
}

/// A mailbox's address: a service's base URL with its version, the dialect spoken there, and whose mailbox it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    base: Url,
    /// The dialect spoken there.
    pub dialect: Dialect,
    /// Whose mailbox.
    pub owner: Owner,
}

/// Why a text is no mailbox's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// It is no URL.
    #[error("not a URL ({why}); write it like https://graph.microsoft.com/v1.0")]
    NoUrl {
        /// What the parser says.
        why: String,
    },
    /// It is not http or https.
    #[error("a mailbox's URL begins with https:// (or http:// on this machine)")]
    Scheme,
    /// A token would travel in the clear.
    #[error("http:// is for servers on this machine alone; use https://, so that the token stays secret")]
    Plain,
    /// It holds a user name or password.
    #[error("a mailbox's URL holds no user name or password; give a token instead")]
    Credentials,
    /// The path does not tell the API.
    #[error(
        "the URL does not tell the API: let it end in /v1.0 (Microsoft Graph) or /api/v2.0 (Outlook REST), or add --api"
    )]
    NoVersion,
    /// The path says one API, the caller another.
    #[error("the URL is one of {url}, but --api asks for {asked}")]
    Contradiction {
        /// The API of the path.
        url: Dialect,
        /// The API asked for.
        asked: Dialect,
    },
}

/// The version path of each API.
const VERSIONS: [(&str, Dialect); 2] = [("/v1.0", Dialect::Graph), ("/api/v2.0", Dialect::Outlook)];

impl Endpoint {
    /// The endpoint that a URL stands for. A URL without any path takes that of `api`.
    ///
    /// # Errors
    /// What is wrong with the URL, and how to write it.
    pub fn parse(text: &str, api: Option<Dialect>, owner: Owner) -> Result<Self, EndpointError> {
        let mut base = Url::parse(text).map_err(|error| EndpointError::NoUrl { why: error.to_string() })?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(EndpointError::Scheme);
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(EndpointError::Credentials);
        }
        if base.scheme() == "http" && !is_loopback(&base) {
            return Err(EndpointError::Plain);
        }
        base.set_query(None);
        base.set_fragment(None);
        let path = base.path().trim_end_matches('/').to_owned();
        let told = VERSIONS.iter().find(|(version, _)| path.to_ascii_lowercase().ends_with(version));
        let dialect = match (told, api) {
            (Some((_, url)), Some(asked)) if *url != asked => {
                return Err(EndpointError::Contradiction { url: *url, asked });
            }
            (Some((_, url)), _) => *url,
            (None, Some(asked)) => asked,
            (None, None) => return Err(EndpointError::NoVersion),
        };
        if path.is_empty() {
            let version = VERSIONS.iter().find(|(_, of)| *of == dialect).map(|(version, _)| *version);
            base.set_path(version.unwrap_or_default());
        } else {
            base.set_path(&path);
        }
        Ok(Self { base, dialect, owner })
    }

    /// The base URL without a slash at the end.
    pub fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Whether a link of an answer leads to the same server, where the token may go: same scheme, host and port.
    pub fn owns(&self, link: &Url) -> bool {
        link.origin() == self.base.origin()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({})", self.base(), self.dialect)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, api: Option<Dialect>) -> Result<(String, Dialect), EndpointError> {
        Endpoint::parse(text, api, Owner::Me).map(|endpoint| (endpoint.base().to_owned(), endpoint.dialect))
    }

    #[test]
    fn the_path_tells_the_api() {
        let graph = ("https://graph.microsoft.com/v1.0".to_owned(), Dialect::Graph);
        assert_eq!(parse("https://graph.microsoft.com/v1.0", None), Ok(graph.clone()));
        assert_eq!(parse("https://graph.microsoft.com/v1.0/", None), Ok(graph.clone()));
        assert_eq!(parse("https://graph.microsoft.com", Some(Dialect::Graph)), Ok(graph));
        let outlook = ("http://127.0.0.1:8080/api/v2.0".to_owned(), Dialect::Outlook);
        assert_eq!(parse("http://127.0.0.1:8080/API/v2.0?x=1#y", None).unwrap().1, Dialect::Outlook);
        assert_eq!(parse("http://127.0.0.1:8080", Some(Dialect::Outlook)), Ok(outlook));
        assert_eq!(parse("http://[::1]:1/gateway", Some(Dialect::Graph)).unwrap().0, "http://[::1]:1/gateway");
    }

    #[test]
    fn what_is_no_address() {
        assert!(matches!(parse("sandbx", None), Err(EndpointError::NoUrl { .. })));
        assert_eq!(parse("ftp://example.com/v1.0", None), Err(EndpointError::Scheme));
        assert_eq!(parse("http://example.com/v1.0", None), Err(EndpointError::Plain));
        assert_eq!(parse("https://me:pw@example.com/v1.0", None), Err(EndpointError::Credentials));
        assert_eq!(parse("https://example.com/v3", None), Err(EndpointError::NoVersion));
        assert!(matches!(
            parse("https://example.com/v1.0", Some(Dialect::Outlook)),
            Err(EndpointError::Contradiction { url: Dialect::Graph, asked: Dialect::Outlook })
        ));
    }

    #[test]
    fn only_the_same_server_gets_the_token() {
        let endpoint = Endpoint::parse("https://graph.microsoft.com/v1.0", None, Owner::Me).unwrap();
        let owns = |link: &str| endpoint.owns(&Url::parse(link).unwrap());
        assert!(owns("https://graph.microsoft.com/v1.0/me/contacts?$skip=10"));
        assert!(owns("https://GRAPH.microsoft.com:443/beta"));
        assert!(!owns("http://graph.microsoft.com/v1.0"));
        assert!(!owns("https://graph.microsoft.com.example.org/v1.0"));
        assert!(!owns("https://graph.microsoft.com:444/v1.0"));
    }
}
