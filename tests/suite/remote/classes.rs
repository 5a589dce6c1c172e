//! Every kind of answer, one test a row: its class, and what a mailbox makes of it, for a request that does no harm when
//! it is repeated and for a create.

use std::sync::Arc;

use cardferry::remote::api::{Place, Query};
use cardferry::remote::{Class, RemoteError};
use http::StatusCode;
use pretty_assertions::assert_eq;
use serde_json::Map;

use super::key;
use crate::scripted::{Line, Script, answer, mailbox};

/// What becomes of a request that is answered so once, and well from then on.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// It went through at once.
    Through,
    /// It was sent again, a create without a look.
    Again,
    /// It was sent again, a create after two looks.
    Looked,
    /// This one alone is refused.
    Refused,
    /// The run stops: nothing goes in this mailbox.
    Unusable,
    /// The run stops: the token is not good enough.
    NotAuthorised,
}
use End::{Again, Looked, NotAuthorised, Refused, Through, Unusable};

fn first(status: u16, code: &str) -> Line {
    match (status, code) {
        (..=299, _) => answer(status, r#"{"id":"A"}"#),
        (_, "") => answer(status, ""),
        _ => answer(status, &format!(r#"{{"error":{{"code":"{code}","message":"ErrorQuotaExceeded"}}}}"#)),
    }
}

fn end<T>(script: &Script, result: Result<T, RemoteError>, class: Class) -> End {
    let asked = script.asked().len();
    match result {
        Ok(_) if asked == 1 => Through,
        Ok(_) => {
            if asked == 2 {
                Again
            } else {
                Looked
            }
        }
        Err(error) => {
            assert_eq!((asked, error.class()), (1, Some(class)), "{error}");
            let stops = !error.is_about_one_request();
            assert!(!error.is_breakdown());
            match error {
                RemoteError::Refused(_) if !stops => Refused,
                RemoteError::Unusable(_) if stops => Unusable,
                RemoteError::NotAuthorised(_) if stops => NotAuthorised,
                other => panic!("{other:?}"),
            }
        }
    }
}

async fn row(status: u16, code: &str, class: Class, harmless: End, create: End) {
    assert_eq!(Class::of(StatusCode::from_u16(status).unwrap(), code), class);
    for code in [code.to_owned(), code.to_uppercase()] {
        let script = Script::of([first(status, &code), answer(200, r#"{"id":"A"}"#)]);
        let read = mailbox(&script, &Arc::default()).contact(&Place::default(), "A", &Query::default()).await;
        assert_eq!(end(&script, read, class), harmless);
        let nothing = || answer(200, r#"{"value":[]}"#);
        let after = match create {
            Looked => vec![nothing(), nothing(), answer(201, r#"{"id":"A"}"#)],
            _ => vec![answer(201, r#"{"id":"A"}"#)],
        };
        let script = Script::of([first(status, &code)].into_iter().chain(after));
        let made = mailbox(&script, &Arc::default()).create(&Place::default(), &Map::new(), key(1)).await;
        assert_eq!(end(&script, made, class), create);
        if create == Looked {
            let methods: Vec<_> = script.asked().iter().map(|asked| asked[..4].to_owned()).collect();
            assert_eq!(methods, ["POST", "GET ", "GET ", "POST"]);
        }
    }
}

macro_rules! rows {
    ($($name:ident: $status:literal $code:literal => $class:ident, $harmless:ident, $create:ident;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                row($status, $code, Class::$class, $harmless, $create).await;
            }
        )*
    };
}

rows! {
    done_200: 200 "" => Ok, Through, Through;
    done_201: 201 "" => Ok, Through, Through;
    a_redirect_302: 302 "" => Run, Unusable, Unusable;
    bad_request_400: 400 "" => Record, Refused, Refused;
    an_unknown_code_400: 400 "NobodyKnowsThis" => Record, Refused, Refused;
    invalid_property: 400 "ErrorInvalidProperty" => Record, Refused, Refused;
    malformed_id: 400 "ErrorInvalidIdMalformed" => Record, Refused, Refused;
    empty_id: 400 "ErrorInvalidIdEmpty" => Record, Refused, Refused;
    invalid_request: 405 "ErrorInvalidRequest" => Record, Refused, Refused;
    unreadable_body: 400 "RequestBodyRead" => Record, Refused, Refused;
    unauthorised_401: 401 "" => Authorisation, NotAuthorised, NotAuthorised;
    invalid_token: 401 "InvalidAuthenticationToken" => Authorisation, NotAuthorised, NotAuthorised;
    forbidden_403: 403 "" => Authorisation, NotAuthorised, NotAuthorised;
    access_denied: 403 "ErrorAccessDenied" => Authorisation, NotAuthorised, NotAuthorised;
    request_denied: 403 "Authorization_RequestDenied" => Authorisation, NotAuthorised, NotAuthorised;
    not_found_404: 404 "" => Vanished, Refused, Refused;
    item_not_found: 404 "ErrorItemNotFound" => Vanished, Refused, Refused;
    no_mailbox: 404 "MailboxNotEnabledForRESTAPI" => Run, Unusable, Unusable;
    no_mailbox_of_a_person: 404 "MailboxNotSupportedForRESTAPI" => Run, Unusable, Unusable;
    no_resource: 404 "ResourceNotFound" => Run, Unusable, Unusable;
    no_such_user: 404 "Request_ResourceNotFound" => Run, Unusable, Unusable;
    an_invalid_user: 404 "ErrorInvalidUser" => Run, Unusable, Unusable;
    a_mailbox_that_is_not_there: 404 "ErrorNonExistentMailbox" => Run, Unusable, Unusable;
    not_allowed_405: 405 "" => Record, Refused, Refused;
    timeout_408: 408 "" => Transient, Again, Looked;
    conflict_409: 409 "" => Record, Refused, Refused;
    a_folder_that_exists: 409 "ErrorFolderExists" => Record, Refused, Refused;
    a_conflict_of_changes: 412 "ErrorIrresolvableConflict" => Record, Refused, Refused;
    gone_410: 410 "" => Vanished, Refused, Refused;
    a_forgotten_state: 410 "SyncStateNotFound" => Vanished, Refused, Refused;
    an_invalid_state: 410 "SyncStateInvalid" => Vanished, Refused, Refused;
    resync: 410 "ResyncRequired" => Vanished, Refused, Refused;
    too_large_413: 413 "" => Record, Refused, Refused;
    unsupported_415: 415 "" => Record, Refused, Refused;
    misdirected_421: 421 "" => Transient, Again, Looked;
    unprocessable_422: 422 "" => Record, Refused, Refused;
    locked_423: 423 "" => Transient, Again, Looked;
    too_early_425: 425 "" => Transient, Again, Looked;
    throttled_429: 429 "" => Throttled, Again, Again;
    too_many_requests: 429 "TooManyRequests" => Throttled, Again, Again;
    application_throttled: 429 "ApplicationThrottled" => Throttled, Again, Again;
    activity_limit: 429 "activityLimitReached" => Throttled, Again, Again;
    too_many_objects: 429 "ErrorTooManyObjectsOpened" => Throttled, Again, Again;
    too_many_objects_as_500: 500 "ErrorTooManyObjectsOpened" => Throttled, Again, Looked;
    server_busy: 503 "ErrorServerBusy" => Throttled, Again, Looked;
    connections_exceeded: 503 "ErrorExceededConnectionCount" => Throttled, Again, Looked;
    internal_500: 500 "" => Transient, Again, Looked;
    internal_transient: 500 "ErrorInternalServerTransientError" => Transient, Again, Looked;
    timeout_expired: 500 "ErrorTimeoutExpired" => Transient, Again, Looked;
    connection_failed: 500 "ErrorConnectionFailed" => Transient, Again, Looked;
    not_implemented_501: 501 "" => Record, Refused, Refused;
    bad_gateway_502: 502 "" => Transient, Again, Looked;
    unavailable_503: 503 "" => Transient, Again, Looked;
    store_unavailable: 503 "MailboxStoreUnavailable" => Transient, Again, Looked;
    mailbox_store_unavailable: 503 "ErrorMailboxStoreUnavailable" => Transient, Again, Looked;
    mailbox_moves: 503 "ErrorMailboxMoveInProgress" => Transient, Again, Looked;
    mailbox_fails_over: 503 "ErrorMailboxFailover" => Transient, Again, Looked;
    mailbox_information_is_stale: 503 "MailboxInfoStale" => Transient, Again, Looked;
    gateway_timeout_504: 504 "" => Transient, Again, Looked;
    full_507: 507 "" => Run, Unusable, Unusable;
    quota_exceeded: 507 "ErrorQuotaExceeded" => Run, Unusable, Unusable;
    quota_exceeded_as_403: 403 "ErrorQuotaExceeded" => Run, Unusable, Unusable;
    bandwidth_509: 509 "" => Throttled, Again, Looked;
    another_server_error_599: 599 "" => Transient, Again, Looked;
}

#[tokio::test]
async fn a_request_that_the_service_breaks_down_over_may_be_at_fault() {
    for (status, breakdown) in [(500, true), (502, false), (503, false)] {
        let script = Script::of((0..9).map(|_| answer(status, "")));
        let error = mailbox(&script, &Arc::default()).folders(&Place::default()).await.unwrap_err();
        assert_eq!((error.is_breakdown(), error.is_about_one_request()), (breakdown, false), "{error}");
        assert_eq!(error.class(), Some(Class::Transient));
    }
}
