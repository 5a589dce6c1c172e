//! Which links are followed: the rules that need no network.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use url::{Host, Url};

use super::NotFetched;
use super::address::not_public;

/// The longest link that is followed, in bytes; no browser or server of note takes longer ones.
pub const MAX_LINK: usize = 8 * 1024;
/// The one port: what listens elsewhere is seldom meant for the public.
const PORT: u16 = 443;

/// The addresses of a name, or what the system says.
pub type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Answers for names.
pub trait Names: Send + Sync {
    /// The addresses of a name.
    fn addresses(&self, name: &str) -> Found;
}

/// The system's own resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn addresses(&self, name: &str) -> Found {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), PORT)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Decides which links are followed and which addresses are reached. The default follows the rules of this module, and is
/// what every file gets; a caller with a server of its own, as a test has one, may allow that.
#[derive(Clone)]
pub struct Guard {
    /// Addresses that are reached although they are not public, and ports that are although they are not 443.
    pub allowed: Vec<SocketAddr>,
    /// Certificates (DER) that are trusted beside the platform's.
    pub roots: Vec<Vec<u8>>,
    /// Who answers for names.
    pub names: Arc<dyn Names>,
}

impl Default for Guard {
    fn default() -> Self {
        Self { allowed: Vec::new(), roots: Vec::new(), names: Arc::new(SystemNames) }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let roots = self.roots.len();
        out.debug_struct("Guard").field("allowed", &self.allowed).field("roots", &roots).finish_non_exhaustive()
    }
}

impl Guard {
    /// The URL of a link that may be followed. A name's addresses are checked when they are known.
    ///
    /// # Errors
    /// Why it may not.
    pub fn link(&self, text: &str) -> Result<Url, NotFetched> {
        if text.len() > MAX_LINK {
            return Err(NotFetched::TooLong);
        }
        Url::parse(text).map_err(|_| NotFetched::NoUrl).and_then(|url| self.url(url))
    }

    /// Where a redirect leads, if it may be followed.
    ///
    /// # Errors
    /// Why it may not.
    pub fn redirect(&self, from: &Url, to: &str) -> Result<Url, NotFetched> {
        if to.len() > MAX_LINK {
            return Err(NotFetched::TooLong);
        }
        from.join(to).map_err(|_| NotFetched::NoUrl).and_then(|url| self.url(url))
    }

    fn url(&self, url: Url) -> Result<Url, NotFetched> {
        if url.scheme() != "https" {
            return Err(NotFetched::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(NotFetched::Credentials);
        }
        let port = url.port().unwrap_or(PORT);
        if port != PORT && !self.allowed.iter().any(|allowed| allowed.port() == port) {
            return Err(NotFetched::Port);
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.address(address.into())?,
            Some(Host::Ipv6(address)) => self.address(address.into())?,
            Some(Host::Domain(_)) => {}
            None => return Err(NotFetched::NoUrl),
        }
        Ok(url)
    }

    /// Whether an address may be reached.
    ///
    /// # Errors
    /// What it is.
    pub fn address(&self, address: IpAddr) -> Result<(), NotFetched> {
        match not_public(address) {
            Some(what) if !self.allowed.iter().any(|allowed| allowed.ip() == address) => {
                Err(NotFetched::Address { address, what })
            }
            _ => Ok(()),
        }
    }

    /// Those of a name's addresses that may be reached.
    ///
    /// # Errors
    /// When there are none.
    pub fn addresses(&self, found: Vec<IpAddr>) -> Result<Vec<IpAddr>, NotFetched> {
        let mut refused = NotFetched::NoAddress;
        let mut public = Vec::with_capacity(found.len());
        for address in found {
            match self.address(address) {
                Ok(()) => public.push(address),
                Err(why) => refused = why,
            }
        }
        if public.is_empty() { Err(refused) } else { Ok(public) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_https_is_followed() {
        let guard = Guard::default();
        for link in [
            "https://lh3.googleusercontent.com/a-/AOh14Gg=s96-c",
            "HTTPS://Example.COM:443/a.jpg?x=y#z",
            "https://1.1.1.1/a",
            "https://[2606:4700::1111]/a",
            "https://münchen.example/ä.jpg",
        ] {
            guard.link(link).unwrap_or_else(|why| panic!("{link}: {why}"));
        }
        let long = format!("https://example.com/{}", "x".repeat(MAX_LINK));
        for (link, says) in [
            ("http://example.com/a.jpg", "https"),
            ("ftp://example.com/a.jpg", "https"),
            ("file:///etc/passwd", "https"),
            ("data:image/svg+xml,x", "https"),
            ("cid:photo", "https"),
            ("a.jpg", "no URL"),
            ("", "no URL"),
            ("https://", "no URL"),
            ("https://exa mple.com/", "no URL"),
            ("https://me@example.com/a", "password"),
            ("https://me:secret@example.com/a", "password"),
            ("https://example.com:8443/a", "443"),
            ("https://example.com:80/a", "443"),
            ("https://127.0.0.1/a", "this machine"),
            ("https://2130706433/a", "this machine"),
            ("https://0x7f.1/a", "this machine"),
            ("https://0177.0.0.1/a", "this machine"),
            ("https:\\\\127.0.0.1\\a", "this machine"),
            ("https://１２７.０.０.１/a", "this machine"),
            ("https://0/a", "this network"),
            ("https://169.254.169.254/latest/meta-data", "metadata"),
            ("https://[::1]/a", "this machine"),
            ("https://[::ffff:10.0.0.1]/a", "IPv4 address in"),
            ("https://[64:ff9b::a00:1]/a", "IPv4 address in"),
            (&long, "too long"),
        ] {
            let why = guard.link(link).map(|url| panic!("{url} is followed")).unwrap_err().to_string();
            assert!(why.contains(says) && !why.contains("secret"), "{link}: {why}");
        }
    }

    #[test]
    fn a_redirect_is_held_to_the_same_rules() {
        let guard = Guard::default();
        let from = guard.link("https://example.com/a/b.jpg").unwrap();
        for (to, leads) in
            [("c.jpg", "https://example.com/a/c.jpg"), ("//cdn.example.com/x", "https://cdn.example.com/x")]
        {
            assert_eq!(guard.redirect(&from, to).unwrap().as_str(), leads);
        }
        for to in ["http://example.com/a", "https://10.0.0.1/", "//[::1]/", "//me@example.com/", "//example.com:22/"] {
            guard.redirect(&from, to).map(|url| panic!("{url} is followed")).unwrap_err();
        }
    }

    #[test]
    fn of_a_name_s_addresses_the_public_ones_are_taken() {
        let guard = Guard::default();
        let addresses = |texts: &[&str]| guard.addresses(texts.iter().map(|text| text.parse().unwrap()).collect());
        let public: IpAddr = "1.1.1.1".parse().unwrap();
        assert_eq!(addresses(&["10.0.0.1", "1.1.1.1", "::1"]).unwrap(), [public]);
        assert!(matches!(addresses(&["10.0.0.1"]), Err(NotFetched::Address { .. })));
        assert!(matches!(addresses(&[]), Err(NotFetched::NoAddress)));
    }

    #[test]
    fn what_is_allowed_is_allowed_and_nothing_else() {
        let guard = Guard { allowed: vec!["127.0.0.1:8443".parse().unwrap()], ..Guard::default() };
        guard.link("https://127.0.0.1:8443/").unwrap();
        for link in ["https://127.0.0.2:8443/", "https://127.0.0.1:8444/", "http://127.0.0.1:8443/"] {
            guard.link(link).map(|url| panic!("{url} is followed")).unwrap_err();
        }
    }
}
