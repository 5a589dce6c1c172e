//! What an answer says of its request, of its record and of the run: one table, and the only place that knows.
//!
//! The service's code tells more than the status, so that a code that is known goes first. Codes are compared without
//! case (the service spells `SyncStateNotFound` and `syncStateNotFound`); messages are for people and never matched.

use std::ops::RangeInclusive;

use http::StatusCode;

/// What an answer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// It is done.
    Ok,
    /// What the request names is not there, or not any more.
    Vanished,
    /// The mailbox is asked for too much: everybody waits, then the request goes again.
    Throttled,
    /// Trouble that passes. Whether the request was carried out is not known.
    Transient,
    /// The token is not taken (401), or does not let its bearer do this (403).
    Authorisation,
    /// The service refuses this request; other records may pass.
    Record,
    /// No request to this mailbox fares better: the run stops.
    Run,
}

/// Codes of the service that tell more than their status.
const CODES: &[(&str, Class)] = &[
    // "Microsoft Graph throttling guidance" and "service-specific throttling limits"; the last two are seen in Outlook.
    ("TooManyRequests", Class::Throttled),
    ("activityLimitReached", Class::Throttled),
    ("ApplicationThrottled", Class::Throttled),
    ("ErrorTooManyObjectsOpened", Class::Throttled),
    // EWS, "ResponseCode": it comes with a time after which to try again.
    ("ErrorServerBusy", Class::Throttled),
    ("ErrorExceededConnectionCount", Class::Throttled),
    // EWS, "ResponseCode": try again later.
    ("MailboxStoreUnavailable", Class::Transient),
    ("ErrorMailboxStoreUnavailable", Class::Transient),
    ("ErrorMailboxMoveInProgress", Class::Transient),
    ("ErrorMailboxFailover", Class::Transient),
    ("MailboxInfoStale", Class::Transient),
    ("ErrorInternalServerTransientError", Class::Transient),
    ("ErrorTimeoutExpired", Class::Transient),
    ("ErrorConnectionFailed", Class::Transient),
    ("InvalidAuthenticationToken", Class::Authorisation),
    ("ErrorAccessDenied", Class::Authorisation),
    ("Authorization_RequestDenied", Class::Authorisation),
    ("ErrorItemNotFound", Class::Vanished),
    ("SyncStateNotFound", Class::Vanished),
    ("SyncStateInvalid", Class::Vanished),
    ("ResyncRequired", Class::Vanished),
    // A user without a mailbox, or none at all.
    ("MailboxNotEnabledForRESTAPI", Class::Run),
    ("MailboxNotSupportedForRESTAPI", Class::Run),
    ("ResourceNotFound", Class::Run),
    ("Request_ResourceNotFound", Class::Run),
    ("ErrorInvalidUser", Class::Run),
    ("ErrorNonExistentMailbox", Class::Run),
    // A mailbox that is full: waiting does not empty it.
    ("ErrorQuotaExceeded", Class::Run),
    ("ErrorInvalidIdMalformed", Class::Record),
    ("ErrorInvalidIdEmpty", Class::Record),
    ("ErrorInvalidProperty", Class::Record),
    ("ErrorInvalidRequest", Class::Record),
    ("RequestBodyRead", Class::Record),
    ("ErrorFolderExists", Class::Record),
    ("ErrorIrresolvableConflict", Class::Record),
];

/// What a status says by itself; the first row that holds it.
const STATUSES: &[(RangeInclusive<u16>, Class)] = &[
    (200..=299, Class::Ok),
    // No redirect is followed: whoever answers so is not the service.
    (300..=399, Class::Run),
    (401..=401, Class::Authorisation),
    (403..=403, Class::Authorisation),
    (404..=404, Class::Vanished),
    (410..=410, Class::Vanished),
    (408..=408, Class::Transient),
    // Misdirected, locked, too early.
    (421..=421, Class::Transient),
    (423..=423, Class::Transient),
    (425..=425, Class::Transient),
    (429..=429, Class::Throttled),
    (400..=499, Class::Record),
    (501..=501, Class::Record),
    (507..=507, Class::Run),
    // The bandwidth cap of "Microsoft Graph error responses".
    (509..=509, Class::Throttled),
    (500..=599, Class::Transient),
];

impl Class {
    /// The class of an answer by its status and the service's code; the code is empty where the answer has none.
    pub fn of(status: StatusCode, code: &str) -> Class {
        let by_status = STATUSES.iter().find(|(statuses, _)| statuses.contains(&status.as_u16()));
        let by_status = by_status.map_or(Class::Run, |(_, class)| *class);
        if status.is_client_error() || status.is_server_error() {
            let known = CODES.iter().find(|(known, _)| known.eq_ignore_ascii_case(code));
            return known.map_or(by_status, |(_, class)| *class);
        }
        by_status
    }

    /// Whether other records may pass although this request did not.
    pub fn is_about_one_request(self) -> bool {
        matches!(self, Class::Vanished | Class::Record)
    }
}

/// Whether the service broke down over a request, which may be the fault of what the request holds: it answers 500 to
/// some contents.
pub(super) fn is_breakdown(status: StatusCode) -> bool {
    status == StatusCode::INTERNAL_SERVER_ERROR
}

/// Whether the next attempt had better go over a new connection: a gateway that answers so may send every request of one
/// connection to the same broken server (msgraph-sdk-dotnet#1423); 421 asks for another one (RFC 9110, 15.5.20).
pub(super) fn wants_new_connection(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
            | StatusCode::MISDIRECTED_REQUEST
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(status: u16, code: &str) -> Class {
        Class::of(StatusCode::from_u16(status).unwrap(), code)
    }

    #[test]
    fn every_code_is_known_once_and_without_case() {
        for (at, (code, expected)) in CODES.iter().enumerate() {
            for spelled in [(*code).to_owned(), code.to_ascii_uppercase(), code.to_ascii_lowercase()] {
                assert_eq!(class(418, &spelled), *expected, "{spelled}");
                assert_eq!(class(200, &spelled), Class::Ok, "what is done is done");
            }
            assert!(!CODES[..at].iter().any(|(other, _)| other.eq_ignore_ascii_case(code)), "{code} stands twice");
        }
    }

    #[test]
    fn every_status_has_a_class() {
        for status in 100..=999 {
            let class = class(status, "NobodyKnowsThis");
            assert_eq!(class == Class::Ok, (200..300).contains(&status), "{status}");
        }
        assert_eq!((class(100, ""), class(999, "")), (Class::Run, Class::Run));
    }
}
