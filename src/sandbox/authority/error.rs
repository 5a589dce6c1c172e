//! The authority's refusals: OAuth's word, Entra's number and sentence, in Entra's JSON.
//!
//! Numbers and meanings are documented on the page of AADSTS codes; the sentences are observed where that is said.

use std::borrow::Cow;

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sandbox::error::RequestIds;

/// A refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: StatusCode,
    /// OAuth's word (RFC 6749 section 5.2, RFC 8628 section 3.5).
    pub error: &'static str,
    /// Entra's number.
    pub code: u32,
    pub message: Cow<'static, str>,
}

impl Refusal {
    fn new(error: &'static str, code: u32, message: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { status: StatusCode::BAD_REQUEST, error, code, message: message.into() }
    }

    fn unauthorized(self) -> Refusal {
        Refusal { status: StatusCode::UNAUTHORIZED, ..self }
    }

    /// Observed form: the sentence, then what the request is known by.
    pub(super) fn description(&self, ids: &RequestIds<'_>) -> String {
        let (trace, correlation) = (ids.request, ids.client.unwrap_or(ids.request));
        let Refusal { code, message, .. } = self;
        let time = time(ids.at);
        format!("AADSTS{code}: {message} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}")
    }

    /// Observed: these members, in this order.
    pub(super) fn body(&self, ids: &RequestIds<'_>) -> Value {
        json!({
            "error": self.error,
            "error_description": self.description(ids),
            "error_codes": [self.code],
            "timestamp": time(ids.at),
            "trace_id": ids.request,
            "correlation_id": ids.client.unwrap_or(ids.request),
            "error_uri": format!("https://login.microsoftonline.com/error?code={}", self.code),
        })
    }
}

/// `2016-10-19 16:29:47Z` (observed).
fn time(seconds: i64) -> String {
    let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn cut(text: &str) -> String {
    text.chars().take(100).collect()
}

/// What is wrong with any request.
impl Refusal {
    /// Observed.
    pub(super) fn no_tenant(tenant: &str) -> Refusal {
        let message = format!(
            "Tenant '{}' not found. Check to make sure you have the correct tenant ID and are signing into the correct \
             cloud.",
            cut(tenant)
        );
        Refusal::new("invalid_request", 90002, message)
    }

    /// Observed.
    pub(super) fn missing(parameter: &str) -> Refusal {
        let message = format!("The request body must contain the following parameter: '{parameter}'.");
        Refusal::new("invalid_request", 900_144, message)
    }

    /// Observed.
    pub(super) fn grant_type(sent: &str) -> Refusal {
        let message = format!("The app requested an unsupported grant type '{}'.", cut(sent));
        Refusal::new("unsupported_grant_type", 70003, message)
    }

    /// Observed.
    pub(super) fn scope(sent: &str) -> Refusal {
        let message = format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter \
             'scope' is not valid. The scope '{}' does not exist.",
            cut(sent)
        );
        Refusal::new("invalid_scope", 70011, message)
    }

    /// Observed.
    pub(super) fn two_resources(scope: &str) -> Refusal {
        let message = format!(
            "Provided value for the input parameter scope is not valid because it contains more than one resource. \
             Scope {} is not valid.",
            cut(scope)
        );
        Refusal::new("invalid_request", 28000, message)
    }
}

/// Authorization codes.
impl Refusal {
    /// Documented meaning.
    pub(super) fn no_reply_address() -> Refusal {
        Refusal::new("invalid_request", 900_971, "No reply address provided.")
    }

    /// Documented meaning.
    pub(super) fn response_type(sent: &str) -> Refusal {
        let message = format!("The app requested an unsupported response type '{}'.", cut(sent));
        Refusal::new("unsupported_response_type", 70005, message)
    }

    /// Documented for sizes; guessed for `plain`.
    pub(super) fn challenge() -> Refusal {
        let message = "Invalid size of Code_Challenge parameter, or a method that is not S256.";
        Refusal::new("invalid_request", 501_491, message)
    }

    /// Documented.
    pub(super) fn declined() -> Refusal {
        Refusal::new("access_denied", 65004, "User declined to consent to access the app.")
    }

    /// Observed.
    pub(super) fn nobody_signed_in() -> Refusal {
        let message = "Session information is not sufficient for single-sign-on.";
        Refusal::new("login_required", 50058, message)
    }

    /// Observed.
    pub(super) fn verifier() -> Refusal {
        let message = "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
        Refusal::new("invalid_grant", 501_481, message)
    }

    /// Observed.
    pub(super) fn redeemed() -> Refusal {
        let message = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an \
                       existing refresh token.";
        Refusal::new("invalid_grant", 54005, message)
    }

    /// Documented meaning; also for another client or redirect URI than those that the code was given to (guessed).
    pub(super) fn bad_grant(parameter: &str) -> Refusal {
        let message = format!("The provided value for the input parameter '{parameter}' is not valid.");
        Refusal::new("invalid_grant", 70000, message)
    }

    /// Documented meaning.
    pub(super) fn grant_expired() -> Refusal {
        let message = "The provided authorization code or refresh token has expired. Send a new interactive \
                       authorization request for this user and resource.";
        Refusal::new("invalid_grant", 70008, message)
    }
}

/// Device codes.
impl Refusal {
    /// Observed.
    pub(super) fn pending() -> Refusal {
        let message = "OAuth 2.0 device flow error. Authorization is pending. Continue polling.";
        Refusal::new("authorization_pending", 70016, message)
    }

    /// Guessed: RFC 8628's word, with the number of a pending authorization.
    pub(super) fn slow_down() -> Refusal {
        Refusal::new("slow_down", 70016, "OAuth 2.0 device flow error. Poll less often.")
    }

    /// Documented word; guessed number.
    pub(super) fn device_declined() -> Refusal {
        Refusal::new("authorization_declined", 70017, "The end user has denied the authorization request.")
    }

    /// Documented.
    pub(super) fn bad_device_code() -> Refusal {
        let message = "Invalid verification code due to User typing in wrong user code for device code flow.";
        Refusal::new("bad_verification_code", 70018, message)
    }

    /// Observed.
    pub(super) fn device_code_expired() -> Refusal {
        let message = "The provided value for the input parameter 'device_code' is not valid. This device code has \
                       expired.";
        Refusal::new("expired_token", 70020, message)
    }
}

/// Applications.
impl Refusal {
    /// Observed.
    pub(super) fn no_secret() -> Refusal {
        let message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
        Refusal::new("invalid_client", 7_000_218, message).unauthorized()
    }

    /// Observed.
    pub(super) fn app_scope(sent: &str) -> Refusal {
        let message = format!(
            "The provided value for scope {} is not valid. Client credential flows must have a scope value with \
             /.default suffixed to the resource identifier (application ID URI).",
            cut(sent)
        );
        Refusal::new("invalid_scope", 1_002_012, message)
    }
}
