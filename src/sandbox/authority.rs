//! An OAuth authority beside the APIs, so that signing in can be rehearsed: Entra's v2.0 endpoints over the sandbox's
//! own mailboxes.
//!
//! | endpoint | |
//! | --- | --- |
//! | `/{tenant}/oauth2/v2.0/authorize` | authorization code, with or without PKCE (`S256`; `plain` is refused), on a page without scripts |
//! | `/{tenant}/oauth2/v2.0/devicecode`, `/devicelogin` | device code |
//! | `/{tenant}/oauth2/v2.0/token` | both codes, client credentials, refresh with rotation |
//! | `/{tenant}/v2.0/.well-known/openid-configuration` | where all that is |
//!
//! Documented: the endpoints, their parameters and errors, lifetimes of 3599 seconds (token) and 15 minutes (device
//! code). Observed: the errors' JSON and the words of most `AADSTS` codes. Guessed: that polling too fast is `slow_down`
//! (RFC 8628; not in the service's list), that a refresh token is over once it was used, and the codes marked so in
//! [`error`].
//!
//! Every `client_id` is an application, every client secret that is not empty is right, every redirect URI is registered,
//! and whoever is at the page is whom they say. Tokens live in memory: they end with the process. They are drawn from the
//! sandbox's seed and are secret from nobody who has it.

mod answer;
mod claims;
mod error;
mod flows;
mod pages;
mod scope;
mod state;
mod token;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde_json::json;

use super::Inner;
use super::error::RequestIds;
use super::form::Form;
use super::ids::is_guid;
use super::request::{empty, origin};
use error::Refusal;
pub(super) use state::Authority;

/// How people sign in at the sandbox's authority.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignIn {
    /// Consent is given without asking: nobody has to be at a page.
    pub auto_approve: bool,
    /// No tokens are taken but those of the authority and those that the settings name.
    pub required: bool,
}

/// How long an access token lasts, in seconds (documented).
const TOKEN_LASTS: i64 = 3599;

/// One request to the authority.
struct Visit<'a> {
    inner: &'a Inner,
    request: &'a Request<Bytes>,
    ids: &'a RequestIds<'a>,
    tenant: String,
    /// Scheme and authority of the sandbox itself.
    origin: String,
    now: i64,
}

/// What of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Authorize,
    Token,
    DeviceCode,
    DeviceLogin,
    Configuration,
    Keys,
}

/// The tenant and the endpoint of a path; none where it is no path of the authority.
fn endpoint(path: &str) -> Option<(String, Endpoint)> {
    let path = path.trim_matches('/').to_lowercase();
    let parts: Vec<&str> = path.split('/').collect();
    let (tenant, endpoint) = match parts.as_slice() {
        ["devicelogin"] => ("common", Endpoint::DeviceLogin),
        [tenant, "oauth2", "v2.0", "authorize"] => (*tenant, Endpoint::Authorize),
        [tenant, "oauth2", "v2.0", "token"] => (*tenant, Endpoint::Token),
        [tenant, "oauth2", "v2.0", "devicecode"] => (*tenant, Endpoint::DeviceCode),
        [tenant, "discovery", "v2.0", "keys"] => (*tenant, Endpoint::Keys),
        [".well-known", "openid-configuration"] => ("common", Endpoint::Configuration),
        [tenant, ".well-known", "openid-configuration"] | [tenant, "v2.0", ".well-known", "openid-configuration"] => {
            (*tenant, Endpoint::Configuration)
        }
        _ => return None,
    };
    Some((tenant.to_owned(), endpoint))
}

impl Inner {
    /// Answers a request to the authority; none where it is not for it.
    pub(super) fn sign_in(&self, request: &Request<Bytes>, ids: &RequestIds<'_>) -> Option<Response<Bytes>> {
        let (tenant, endpoint) = endpoint(request.uri().path())?;
        let origin = origin(request.uri(), request.headers());
        let visit = Visit { inner: self, request, ids, tenant, origin, now: ids.at };
        Some(visit.answer(endpoint))
    }
}

impl Visit<'_> {
    fn answer(&self, endpoint: Endpoint) -> Response<Bytes> {
        let method = self.request.method();
        let fits = match endpoint {
            Endpoint::Authorize | Endpoint::DeviceLogin => *method == Method::GET || *method == Method::POST,
            Endpoint::Token | Endpoint::DeviceCode => *method == Method::POST,
            Endpoint::Configuration | Endpoint::Keys => *method == Method::GET,
        };
        if !fits {
            return empty(StatusCode::METHOD_NOT_ALLOWED);
        }
        if !self.knows_tenant() {
            return self.refused(&Refusal::no_tenant(&self.tenant));
        }
        match endpoint {
            Endpoint::Authorize => self.authorize(),
            Endpoint::DeviceLogin => self.device_login(),
            Endpoint::Token => self.token().unwrap_or_else(|refusal| self.refused(&refusal)),
            Endpoint::DeviceCode => self.device_code().unwrap_or_else(|refusal| self.refused(&refusal)),
            Endpoint::Configuration => answer::json(StatusCode::OK, &self.configuration()),
            Endpoint::Keys => answer::json(StatusCode::OK, &json!({ "keys": [] })),
        }
    }

    /// `common`, `organizations`, `consumers`, any GUID, or the domain of a mailbox.
    fn knows_tenant(&self) -> bool {
        let tenant = self.tenant.as_str();
        let domain = |upn: &str| upn.rsplit('@').next().is_some_and(|domain| domain.eq_ignore_ascii_case(tenant));
        matches!(tenant, "common" | "organizations" | "consumers")
            || is_guid(tenant)
            || self.inner.mailboxes().any(|mailbox| domain(&mailbox.upn))
    }

    fn refused(&self, refusal: &Refusal) -> Response<Bytes> {
        answer::json(refusal.status, &refusal.body(self.ids))
    }

    /// What the request's body says, if it is a form.
    fn form(&self) -> Form {
        Form::parse(self.request.body())
    }

    /// The id of the mailbox that somebody named, else of the first.
    fn user(&self, named: Option<&str>) -> String {
        let found = named.and_then(|name| self.inner.mailboxes().find(|mailbox| mailbox.is_called(name)));
        found.unwrap_or(&self.inner.mailbox).ids.guid.clone()
    }

    /// Documented: OpenID Connect discovery.
    fn configuration(&self) -> serde_json::Value {
        let base = format!("{}/{}", self.origin, self.tenant);
        json!({
            "issuer": self.issuer(),
            "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
            "token_endpoint": format!("{base}/oauth2/v2.0/token"),
            "device_authorization_endpoint": format!("{base}/oauth2/v2.0/devicecode"),
            "jwks_uri": format!("{base}/discovery/v2.0/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
        })
    }

    /// Documented: who issues tokens, by tenant; for several tenants it is the user's own.
    fn issuer(&self) -> String {
        format!("{}/{}/v2.0", self.origin, self.inner.mailbox.ids.tenant())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_authority() {
        let common = |endpoint| Some(("common".to_owned(), endpoint));
        for (path, found) in [
            ("/common/oauth2/v2.0/authorize", common(Endpoint::Authorize)),
            ("/Common/OAuth2/v2.0/Token", common(Endpoint::Token)),
            ("/common/oauth2/v2.0/devicecode/", common(Endpoint::DeviceCode)),
            ("/devicelogin", common(Endpoint::DeviceLogin)),
            ("/.well-known/openid-configuration", common(Endpoint::Configuration)),
            ("/common/v2.0/.well-known/openid-configuration", common(Endpoint::Configuration)),
            ("/common/discovery/v2.0/keys", common(Endpoint::Keys)),
            ("/", None),
            ("/v1.0/me", None),
            ("/oauth2/v2.0/token", None),
            ("/common/oauth2/token", None),
        ] {
            assert_eq!(endpoint(path), found, "{path}");
        }
    }
}
