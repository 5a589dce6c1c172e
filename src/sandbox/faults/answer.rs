//! What a fault answers in the sandbox's place.

use bytes::Bytes;
use http::StatusCode;

use super::rule::{Refusal, Throttle};
use crate::sandbox::error::ODataError;

/// Status, code and words. Codes are documented where they are Exchange's or Graph's own; words are guessed.
const WORDS: [(u16, &str, &str); 11] = [
    (401, "InvalidAuthenticationToken", "Access token validation failure."),
    (403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    (404, "ErrorItemNotFound", "The specified object was not found in the store."),
    (409, "ErrorIrresolvableConflict", "The send or update operation could not be performed because of a conflict."),
    (410, "SyncStateNotFound", "The sync state generation is not found."),
    (500, "ErrorInternalServerError", "An internal server error occurred. The operation failed."),
    (502, "BadGateway", "The server, while acting as a proxy, received an invalid response from the upstream server."),
    (503, "ServiceUnavailable", "The service is temporarily unavailable. Please try again later."),
    (504, "GatewayTimeout", "The server did not receive a response in time from the upstream server."),
    (507, "ErrorQuotaExceeded", "The mailbox has exceeded its quota."),
    (509, "BandwidthLimitExceeded", "The bandwidth limit is exceeded."),
];

/// The service's error of a refusal.
pub(in crate::sandbox) fn refusal(refusal: &Refusal) -> ODataError {
    let (code, words) = match refusal.throttle {
        // Observed.
        Some(Throttle::Concurrency) => ("ApplicationThrottled", "Application is over its MailboxConcurrency limit."),
        // Documented.
        Some(Throttle::Requests) => ("TooManyRequests", "Please retry again later."),
        // Observed code; EWS's words.
        Some(Throttle::Objects) => ("ErrorTooManyObjectsOpened", "Too many concurrent connections opened."),
        None => {
            let row = WORDS.iter().find(|(status, ..)| *status == refusal.status.as_u16());
            let other = ("UnknownError", "The request failed on purpose.");
            let throttled = ("TooManyRequests", "Please retry again later.");
            let fallback = if refusal.status == StatusCode::TOO_MANY_REQUESTS { throttled } else { other };
            row.map_or(fallback, |(_, code, words)| (*code, *words))
        }
    };
    ODataError::new(refusal.status, code, words)
}

/// Properties whose texts people write; dirt stands in these alone, for ids and links are the service's own.
const WRITTEN: [&str; 5] = ["displayname", "companyname", "jobtitle", "personalnotes", "givenname"];

/// Puts raw control characters into the strings of JSON, as they were observed in stored contacts. A body without such
/// strings stays as it is.
pub(in crate::sandbox) fn dirty(body: &Bytes) -> Bytes {
    const CONTROLS: [u8; 3] = [0x0b, 0x01, 0x1f];
    let mut dirty = Vec::with_capacity(body.len() + body.len() / 8);
    let mut copied = 0;
    for (count, begins) in memchr::memmem::find_iter(body, b"\":\"").filter(|at| is_written(&body[..*at])).enumerate() {
        let inside = begins + 3;
        dirty.extend_from_slice(&body[copied..inside]);
        dirty.push(CONTROLS[count % CONTROLS.len()]);
        copied = inside;
    }
    dirty.extend_from_slice(&body[copied..]);
    Bytes::from(dirty)
}

/// Whether what ends here is the name of a property that people write.
fn is_written(before: &[u8]) -> bool {
    let name = before.rsplit(|byte| *byte == b'"').next().unwrap_or_default();
    WRITTEN.iter().any(|written| written.as_bytes().eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dirty_json_is_no_json() {
        let body = Bytes::from_static(br#"{"id":"x","displayName":"Ada","b":1,"PersonalNotes":""}"#);
        let dirty = dirty(&body);
        assert_eq!(&dirty[..], b"{\"id\":\"x\",\"displayName\":\"\x0bAda\",\"b\":1,\"PersonalNotes\":\"\x01\"}");
        assert!(serde_json::from_slice::<serde_json::Value>(&dirty).is_err());
    }
}
