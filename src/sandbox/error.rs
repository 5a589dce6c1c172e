//! Refusals: the status, code and words of the service, and the envelope they travel in.
//!
//! Each constructor says where its words come from: *documented* (a page of the service), *observed* (recorded from the
//! service by others), or *guessed* (no source; the words of OData's own library or of EWS where those are known).

mod query;

use std::borrow::Cow;

use http::StatusCode;
use serde_json::{Value, json};

use super::clock::written;
use super::dialect::Dialect;

pub(super) use query::Clause;

/// A refusal as the service words it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ODataError {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: Cow<'static, str>,
}

/// What a refused or answered request is known by.
pub(super) struct RequestIds<'a> {
    pub request: &'a str,
    pub client: Option<&'a str>,
    /// Seconds since 1970.
    pub at: i64,
}

impl ODataError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> ODataError {
        ODataError { status, code, message: message.into() }
    }

    fn bad(code: &'static str, message: impl Into<Cow<'static, str>>) -> ODataError {
        ODataError::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// The body. v2.0 has no `innerError` in the samples seen; Graph's is documented.
    pub(super) fn body(&self, dialect: Dialect, ids: &RequestIds<'_>) -> Value {
        let mut error = json!({ "code": self.code, "message": self.message });
        if dialect == Dialect::Graph {
            error["innerError"] = json!({
                "date": written(ids.at).trim_end_matches('Z'),
                "request-id": ids.request,
                "client-request-id": ids.client.unwrap_or(ids.request),
            });
            // Documented by the sample of this one error.
            if self.code == "TooManyRequests" {
                for (name, value) in [("code", "429"), ("message", "Please retry after"), ("status", "429")] {
                    error["innerError"][name] = value.into();
                }
            }
        }
        json!({ "error": error })
    }
}

/// Who asks.
impl ODataError {
    /// Code documented; the words are Graph's own for a missing token (observed).
    pub(super) fn no_token() -> ODataError {
        ODataError::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", "Access token is empty.")
    }

    /// Code documented; the words are Graph's own for a token whose time is over (observed).
    pub(super) fn expired_token() -> ODataError {
        let message = "Lifetime validation failed, the token is expired.";
        ODataError::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
    }

    /// Observed, for too many requests at once (`MailboxConcurrency`) and for uploads (`IncomingBytes`).
    pub(super) fn throttled(message: &'static str) -> ODataError {
        ODataError::new(StatusCode::TOO_MANY_REQUESTS, "ApplicationThrottled", message)
    }

    /// Documented.
    pub(super) fn too_many_requests() -> ODataError {
        ODataError::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "Please retry again later.")
    }

    /// Observed, for what is no token of the service at all.
    pub(super) fn unknown_token() -> ODataError {
        let message = "CompactToken parsing failed with error code: 80049217";
        ODataError::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
    }

    /// Observed, for a token of the other API. A page says 403 for it.
    pub(super) fn wrong_audience() -> ODataError {
        let message = "Access token validation failure. Invalid audience.";
        ODataError::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
    }

    /// Observed.
    pub(super) fn access_denied() -> ODataError {
        let message = "Access is denied. Check credentials and try again.";
        ODataError::new(StatusCode::FORBIDDEN, "ErrorAccessDenied", message)
    }

    /// Observed: `me` with a token that no user stands behind.
    pub(super) fn me_without_user() -> ODataError {
        ODataError::bad("BadRequest", "/me request is only valid with delegated authentication flow.")
    }

    /// Observed, for the user itself.
    pub(super) fn no_such_resource(name: &str) -> ODataError {
        let message = format!(
            "Resource '{name}' does not exist or one of its queried reference-property objects are not present."
        );
        ODataError::new(StatusCode::NOT_FOUND, "Request_ResourceNotFound", message)
    }

    /// Observed code for a user without a mailbox; EWS's words.
    pub(super) fn no_such_user(user: &str) -> ODataError {
        ODataError::new(StatusCode::NOT_FOUND, "ErrorInvalidUser", format!("The requested user '{user}' is invalid."))
    }
}

/// What is asked for.
impl ODataError {
    /// Observed.
    pub(super) fn not_found() -> ODataError {
        let message = "The specified object was not found in the store.";
        ODataError::new(StatusCode::NOT_FOUND, "ErrorItemNotFound", message)
    }

    /// Observed words, for user photos.
    pub(super) fn no_photo() -> ODataError {
        ODataError::new(StatusCode::NOT_FOUND, "ErrorItemNotFound", "The photo wasn't found.")
    }

    /// Observed.
    pub(super) fn malformed_id() -> ODataError {
        ODataError::bad("ErrorInvalidIdMalformed", "Id is malformed.")
    }

    /// Observed.
    pub(super) fn empty_id() -> ODataError {
        ODataError::bad("ErrorInvalidIdEmpty", "Id must be non-empty.")
    }

    /// Observed words; the code changed over the years (`RequestBroker--ParseUri`, `BadRequest`).
    pub(super) fn no_segment(segment: &str) -> ODataError {
        ODataError::bad("BadRequest", format!("Resource not found for the segment '{segment}'."))
    }

    /// Observed on `/photos/{size}` of a contact (there with `users/{id}` for `me`).
    pub(super) fn unsupported_segment(path: &str) -> ODataError {
        ODataError::bad(
            "BadRequest",
            format!("Unsupported segment type. ODataQuery: /{}", path.trim_start_matches('/')),
        )
    }

    /// Observed on PATCH of a collection.
    pub(super) fn not_supported() -> ODataError {
        let message = "The OData request is not supported.";
        ODataError::new(StatusCode::METHOD_NOT_ALLOWED, "ErrorInvalidRequest", message)
    }
}

/// How the question is put.
impl ODataError {
    /// Guessed: a misspelt option must be seen, though the service may overlook it ("might fail silently").
    pub(super) fn bad_option(message: impl Into<Cow<'static, str>>) -> ODataError {
        ODataError::bad("BadRequest", message)
    }

    /// Observed on mail folders for `in`, on contacts for `startswith` inside `any`, on messages for `endswith`.
    pub(super) fn invalid_nodes() -> ODataError {
        ODataError::bad("ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
    }

    /// Documented.
    pub(super) fn no_expand(property: &str) -> ODataError {
        let message = format!("Expand is not allowed for property '{property}' according to the entity schema.");
        ODataError::bad("ExpandNotSupported", message)
    }

    /// Observed.
    pub(super) fn bad_extended_property() -> ODataError {
        let message = "The extended property attribute combination is invalid.";
        ODataError::bad("ErrorInvalidExtendedProperty", message)
    }
}

/// What is sent.
impl ODataError {
    /// Observed, where nothing says that the body is JSON and where it is none.
    pub(super) fn unreadable_body() -> ODataError {
        let message = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of \
                       valid JSON format.";
        ODataError::bad("BadRequest", message)
    }

    /// Observed when mail was sent; the service lists two dozen spellings of the one type.
    pub(super) fn not_json(kind: &str) -> ODataError {
        let kind: String = kind.chars().take(60).collect();
        let message = format!(
            "A supported MIME type could not be found that matches the content type of the response. None of the \
             supported type(s) 'application/json' matches the content type '{kind}'."
        );
        ODataError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "RequestBodyRead", message)
    }

    /// Observed, in Graph too, with the type names of Outlook.
    pub(super) fn no_such_member(name: &str, kind: &str) -> ODataError {
        let message = format!(
            "The property '{name}' does not exist on type 'Microsoft.OutlookServices.{kind}'. Make sure to only use \
             property names that are defined by the type or mark the type as open type."
        );
        ODataError::bad("RequestBodyRead", message)
    }

    /// Guessed: the words of OData's library.
    pub(super) fn wrong_shape(message: impl Into<Cow<'static, str>>) -> ODataError {
        ODataError::bad("RequestBodyRead", message)
    }

    /// Observed words, code not quoted (guessed).
    pub(super) fn too_many(name: &str, count: usize, max: usize) -> ODataError {
        let message =
            format!("The multi value property {name} has {count} entries, that exceeds the max allowed value of {max}");
        ODataError::bad("ErrorInvalidProperty", message)
    }

    /// Observed when a fetched entity was sent back.
    pub(super) fn read_only() -> ODataError {
        ODataError::bad("ErrorInvalidPropertySet", "Set action is invalid for property.")
    }

    /// Guessed; EWS's code and words.
    pub(super) fn bad_extended_value() -> ODataError {
        ODataError::bad("ErrorInvalidExtendedPropertyValue", "The specified value is invalid for property.")
    }

    /// Guessed: no source names the code for contacts.
    pub(super) fn not_an_image() -> ODataError {
        ODataError::bad("ErrorInvalidRequest", "The uploaded content is not a valid image.")
    }

    /// Guessed status (409), observed code.
    pub(super) fn folder_exists() -> ODataError {
        let message = "A folder with the specified name already exists.";
        ODataError::new(StatusCode::CONFLICT, "ErrorFolderExists", message)
    }

    /// Guessed; EWS's code and words for a stale change key.
    pub(super) fn stale() -> ODataError {
        let message = "The send or update operation could not be performed because the change key passed in the \
                       request does not match the current change key for the item.";
        ODataError::new(StatusCode::PRECONDITION_FAILED, "ErrorIrresolvableConflict", message)
    }

    /// Documented limit of 4 MB for each request; guessed words.
    pub(super) fn too_large() -> ODataError {
        let message = "The request body exceeds the limit of 4 MB.";
        ODataError::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestBodyTooLarge", message)
    }

    /// Observed, in 2018.
    pub(super) fn no_given_name() -> ODataError {
        ODataError::bad("ErrorInvalidProperty", "The property 'GivenName' is required when creating the entity.")
    }

    /// Guessed from the same refusal of contacts.
    pub(super) fn no_folder_name() -> ODataError {
        ODataError::bad("ErrorInvalidProperty", "The property 'DisplayName' is required when creating the entity.")
    }

    /// A mailbox that is full (observed code, guessed status; EWS's words).
    pub(super) fn mailbox_full() -> ODataError {
        let message = "The mailbox has exceeded its quota.";
        ODataError::new(StatusCode::INSUFFICIENT_STORAGE, "ErrorQuotaExceeded", message)
    }

    /// Observed: for a named property too many.
    pub(super) fn names_exhausted() -> ODataError {
        ODataError::new(StatusCode::FORBIDDEN, "ErrorQuotaExceeded", "Cannot get ID from name.")
    }

    /// The same as [`ODataError::mailbox_full`], where the sandbox's disk is full.
    pub(super) fn quota_exceeded() -> ODataError {
        let message = "The mailbox has exceeded its quota: the sandbox's disk is full.";
        ODataError::new(StatusCode::INSUFFICIENT_STORAGE, "ErrorQuotaExceeded", message)
    }

    /// The sandbox's own trouble (a full disk, a damaged store).
    pub(super) fn internal(what: impl Into<Cow<'static, str>>) -> ODataError {
        ODataError::new(StatusCode::INTERNAL_SERVER_ERROR, "ErrorInternalServerError", what)
    }
}
