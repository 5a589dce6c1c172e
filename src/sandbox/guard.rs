//! Which requests over a socket are let in: those that meant this server.
//!
//! A web page elsewhere can have its own name resolve to this machine ("DNS rebinding"), and then read what a server here
//! answers; but it cannot change the Host and Origin that the browser sends with it.

use std::net::IpAddr;

use http::header::{HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, StatusCode, Uri};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const NAMES_ALONE: &str = "This server answers to this machine's names and to addresses in figures alone; \
                           --allow-host NAME adds a name.";
const MACHINE_ALONE: &str =
    "The control endpoint answers to this machine's names and to addresses in figures alone; ask 127.0.0.1.";

/// The names that a server answers to, beside those of this machine and addresses in figures, and whom.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard {
    names: Vec<String>,
    /// Whether no web page is let in, not even one of this machine's.
    programs_alone: bool,
}

/// Why a request is not let in.
pub(super) type Refusal = (StatusCode, &'static str);

impl Guard {
    /// `names` are host names without a port.
    pub(super) fn new(names: &[String]) -> Guard {
        Guard { names: names.iter().map(|name| name.to_ascii_lowercase()).collect(), programs_alone: false }
    }

    /// Lets in programs, and people who type the address.
    pub(super) fn of_programs() -> Guard {
        Guard { names: Vec::new(), programs_alone: true }
    }

    /// Whether a request is let in.
    ///
    /// # Errors
    /// 421 for another host's name (RFC 9110 section 15.5.20), 403 for what another site's page sends.
    pub(super) fn admit(&self, target: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
        let said = |name| headers.get_all(name).iter().map(|value| value.to_str().unwrap_or_default());
        // Browsers always send a Host; a program that sends none was not lured here by a name. A target with a host of
        // its own goes before that header (RFC 9112 section 3.2.2), and answers would have links to it.
        if said(HOST).chain(target.authority().map(Authority::as_str)).any(|host| !self.knows(host)) {
            let why = if self.programs_alone { MACHINE_ALONE } else { NAMES_ALONE };
            return Err((StatusCode::MISDIRECTED_REQUEST, why));
        }
        let of_a_page = said(ORIGIN).next().is_some() || said(SEC_FETCH_SITE).any(|site| site != "none");
        if self.programs_alone && of_a_page {
            return Err((StatusCode::FORBIDDEN, "The control endpoint answers to no web page; ask it with a program."));
        }
        let is_ours = |origin: &str| origin.split_once("://").is_some_and(|(_, authority)| self.knows(authority));
        if !said(ORIGIN).all(is_ours) {
            return Err((StatusCode::FORBIDDEN, "This server answers to no web page of another site."));
        }
        Ok(())
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
        let status = |guard: Guard, headers: &[(HeaderName, &str)]| {
            let mut sent = HeaderMap::new();
            for (name, value) in headers {
                sent.append(name.clone(), value.parse().unwrap());
            }
            guard.admit(&Uri::from_static("/"), &sent).map_or_else(|(status, _)| status.as_u16(), |()| 200)
        };
        type Sent<'a> = &'a [(HeaderName, &'a str)];
        // What is sent, and what a server and what the control endpoint answer.
        let table: [(Sent<'_>, u16, u16); 9] = [
            (&[], 200, 200),
            (&[(HOST, "127.0.0.1:8080"), (SEC_FETCH_SITE, "none")], 200, 200),
            (&[(HOST, "127.0.0.1:8080"), (ORIGIN, "http://localhost:3000")], 200, 403),
            (&[(HOST, "127.0.0.1:8080"), (SEC_FETCH_SITE, "same-origin")], 200, 403),
            (&[(HOST, "evil.example:8080")], 421, 421),
            (&[(HOST, "localhost"), (ORIGIN, "https://evil.example")], 403, 403),
            (&[(HOST, "localhost"), (ORIGIN, "null")], 403, 403),
            (&[(HOST, "localhost"), (HOST, "evil.example")], 421, 421),
            (&[(ORIGIN, "http://localhost"), (ORIGIN, "https://evil.example")], 403, 403),
        ];
        for (headers, server, control) in table {
            let found = (status(Guard::default(), headers), status(Guard::of_programs(), headers));
            assert_eq!(found, (server, control), "{headers:?}");
        }
        let headers = HeaderMap::from_iter([(HOST, "localhost".parse().unwrap())]);
        for (target, let_in) in [("http://evil.example/", false), ("http://127.0.0.1:8080/v1.0/me", true)] {
            let admitted = Guard::default().admit(&Uri::from_static(target), &headers);
            assert_eq!(admitted.is_ok(), let_in, "{target}");
        }
    }
}
