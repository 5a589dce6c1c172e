//! Which requests over a socket are let in: those that meant this server.
//!
//! A web page elsewhere can have its own name resolve to this machine ("DNS rebinding"), and then read what a server here
//! answers; but it cannot change the Host and Origin that the browser sends with it.

use std::net::IpAddr;

use bytes::Bytes;
use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, Response, StatusCode, Uri};

use super::request::with_type;

/// The names that a server answers to, beside those of this machine and addresses in figures.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard {
    names: Vec<String>,
}

impl Guard {
    /// `names` are host names without a port.
    pub(super) fn new(names: &[String]) -> Guard {
        Guard { names: names.iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// What a request gets that is not let in: 421 for another host's name (RFC 9110 section 15.5.20), 403 for what
    /// another site's page sends.
    pub(super) fn refusal(&self, target: &Uri, headers: &HeaderMap) -> Option<Response<Bytes>> {
        let said = |name| headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
        // Browsers always send a Host; a program that sends none was not lured here by a name. A target with a host of
        // its own goes before that header (RFC 9112 section 3.2.2), and answers would have links to it.
        if said(HOST).chain(target.authority().map(Authority::as_str)).any(|host| !self.knows(host)) {
            let what = "This server answers to this machine's names and to addresses in figures alone; \
                        --allow-host NAME adds a name.\n";
            return Some(refusal(StatusCode::MISDIRECTED_REQUEST, what));
        }
        let authority = |origin: &str| origin.split_once("://").map_or_else(String::new, |(_, rest)| rest.to_owned());
        let foreign = said(ORIGIN).any(|origin| !self.knows(&authority(origin)));
        foreign.then(|| refusal(StatusCode::FORBIDDEN, "This server answers to no web page of another site.\n"))
    }

    fn knows(&self, authority: &str) -> bool {
        let name = without_port(authority).to_ascii_lowercase();
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        // Nobody can make an address in figures point elsewhere. Browsers resolve `localhost` and what is below it to this
        // machine (RFC 6761 section 6.3).
        let is_local = name == "localhost" || name.ends_with(".localhost");
        is_local || bare.parse::<IpAddr>().is_ok() || self.names.contains(&name)
    }
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => authority,
    }
}

fn refusal(status: StatusCode, what: &'static str) -> Response<Bytes> {
    with_type(status, "text/plain; charset=utf-8", Bytes::from_static(what.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_this_machine_and_figures_are_known() {
        let guard = Guard::new(&["Sandbox.Test".to_owned()]);
        for (host, known) in [
            ("localhost", true),
            ("LOCALHOST:8080", true),
            ("a.localhost:1", true),
            ("127.0.0.1:8080", true),
            ("192.168.1.5", true),
            ("[::1]:8080", true),
            ("[fe80::1]", true),
            ("sandbox.test:80", true),
            ("evil.example", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example:8080", false),
            ("notlocalhost", false),
            ("", false),
        ] {
            assert_eq!(guard.knows(host), known, "{host}");
        }
    }

    #[test]
    fn other_hosts_and_sites_are_refused() {
        let status = |headers: &[(http::HeaderName, &str)]| {
            let mut sent = HeaderMap::new();
            for (name, value) in headers {
                sent.append(name.clone(), value.parse().unwrap());
            }
            Guard::default().refusal(&Uri::from_static("/"), &sent).map(|refusal| refusal.status().as_u16())
        };
        assert_eq!(status(&[]), None);
        assert_eq!(status(&[(HOST, "127.0.0.1:8080"), (ORIGIN, "http://localhost:3000")]), None);
        assert_eq!(status(&[(HOST, "evil.example:8080")]), Some(421));
        assert_eq!(status(&[(HOST, "localhost"), (ORIGIN, "https://evil.example")]), Some(403));
        assert_eq!(status(&[(HOST, "localhost"), (ORIGIN, "null")]), Some(403));
        assert_eq!(status(&[(HOST, "localhost"), (HOST, "evil.example")]), Some(421));
        assert_eq!(status(&[(ORIGIN, "http://localhost"), (ORIGIN, "https://evil.example")]), Some(403));
        let headers = HeaderMap::from_iter([(HOST, "localhost".parse().unwrap())]);
        for (target, refused) in [("http://evil.example/", true), ("http://127.0.0.1:8080/v1.0/me", false)] {
            let refusal = Guard::default().refusal(&Uri::from_static(target), &headers);
            assert_eq!(refusal.is_some(), refused, "{target}");
        }
    }
}
