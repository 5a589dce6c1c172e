//! What to do after an answer: a pure decision.

use std::time::Duration;

use http::StatusCode;

use crate::remote::api::ServiceError;
use crate::remote::transport::{Sent, TransportError};

/// Whether doing a request twice is the same as doing it once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It is: GET, PUT, PATCH, DELETE.
    Harmless,
    /// It is not: a POST makes a second contact.
    Doubles,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Send it again after waiting. With `all`, every request to the mailbox waits.
    Again {
        /// How long to wait.
        after: Duration,
        /// Whether everybody waits, since the service throttles the mailbox.
        all: bool,
    },
    /// It may have been carried out: wait, look, and send it again only if it has not been.
    Look {
        /// How long to wait before looking.
        after: Duration,
    },
    /// The service refuses this request.
    Refused,
    /// The service does not let this token do it.
    NotAuthorised,
    /// Patience is over.
    GiveUp,
}

/// How patient to be.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The most attempts for one request.
    pub attempts: u32,
    /// The most attempts while the service has never answered at all: a wrong address is told soon.
    pub first_contact: u32,
    /// The longest wait before the second attempt; doubles with each further one.
    pub base: Duration,
    /// The longest wait of all, a server's own wish apart.
    pub longest: Duration,
    /// The longest wish of a server (Retry-After) that is granted.
    pub longest_wish: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 7,
            first_contact: 2,
            base: Duration::from_secs(1),
            longest: Duration::from_secs(30),
            longest_wish: Duration::from_secs(900),
        }
    }
}

/// Decides after attempt number `attempt` (from 1) ended without success. `chance` is an even draw from 0 to 1,
/// `answered` whether the service has ever answered.
pub fn decide(
    patience: &Patience,
    attempt: u32,
    repeat: Repeat,
    answered: bool,
    ended: &Result<ServiceError, TransportError>,
    chance: f64,
) -> Decision {
    let over = attempt >= if answered { patience.attempts } else { patience.first_contact };
    let wish = ended.as_ref().ok().and_then(|error| error.retry_after);
    let after = wish.unwrap_or_else(|| backoff(patience, attempt, chance));
    let too_long = wish.is_some_and(|wish| wish > patience.longest_wish);
    match class(ended) {
        Class::Refused => Decision::Refused,
        Class::NotAuthorised => Decision::NotAuthorised,
        _ if over || too_long => Decision::GiveUp,
        Class::Throttled => Decision::Again { after, all: true },
        Class::NotSent => Decision::Again { after, all: false },
        Class::Unclear => match repeat {
            Repeat::Harmless => Decision::Again { after, all: false },
            Repeat::Doubles => Decision::Look { after },
        },
    }
}

/// Whether a request that ended so may have been carried out.
pub fn is_unclear(ended: &Result<ServiceError, TransportError>) -> bool {
    matches!(class(ended), Class::Unclear)
}

/// What an end without success says of the request.
enum Class {
    Refused,
    NotAuthorised,
    /// Not carried out, and the mailbox is asked for less.
    Throttled,
    /// Not carried out.
    NotSent,
    /// Perhaps carried out.
    Unclear,
}

fn class(ended: &Result<ServiceError, TransportError>) -> Class {
    match ended {
        Err(TransportError { sent: Sent::No, .. }) => Class::NotSent,
        Err(TransportError { sent: Sent::Maybe, .. }) => Class::Unclear,
        Ok(error) => match error.status {
            // Observed for a mailbox that has used up its named properties: no other token helps.
            StatusCode::FORBIDDEN if error.is("ErrorQuotaExceeded") => Class::Refused,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Class::NotAuthorised,
            StatusCode::TOO_MANY_REQUESTS => Class::Throttled,
            // 507 is a full mailbox: waiting does not empty it.
            StatusCode::INSUFFICIENT_STORAGE | StatusCode::NOT_IMPLEMENTED => Class::Refused,
            status if status.is_server_error() => Class::Unclear,
            StatusCode::REQUEST_TIMEOUT => Class::Unclear,
            _ => Class::Refused,
        },
    }
}

/// Full jitter: anything up to a bound that doubles.
fn backoff(patience: &Patience, attempt: u32, chance: f64) -> Duration {
    let bound = patience.base.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(patience.longest);
    bound.mul_f64(chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16, retry_after: Option<u64>) -> Result<ServiceError, TransportError> {
        let status = StatusCode::from_u16(code).unwrap();
        let retry_after = retry_after.map(Duration::from_secs);
        Ok(ServiceError { status, code: String::new(), message: String::new(), retry_after })
    }

    fn broken(sent: Sent) -> Result<ServiceError, TransportError> {
        Err(TransportError { sent, what: String::new() })
    }

    fn after(seconds: u64, all: bool) -> Decision {
        Decision::Again { after: Duration::from_secs(seconds), all }
    }

    #[test]
    fn every_end_has_its_decision() {
        let look = Decision::Look { after: Duration::from_secs(1) };
        let table = [
            (status(400, None), Decision::Refused, Decision::Refused),
            (status(401, None), Decision::NotAuthorised, Decision::NotAuthorised),
            (status(403, None), Decision::NotAuthorised, Decision::NotAuthorised),
            (status(404, None), Decision::Refused, Decision::Refused),
            (status(302, None), Decision::Refused, Decision::Refused),
            (status(408, None), after(1, false), look),
            (status(413, None), Decision::Refused, Decision::Refused),
            (status(429, Some(7)), after(7, true), after(7, true)),
            (status(429, None), after(1, true), after(1, true)),
            (status(429, Some(901)), Decision::GiveUp, Decision::GiveUp),
            (status(500, None), after(1, false), look),
            (status(501, None), Decision::Refused, Decision::Refused),
            (status(503, Some(2)), after(2, false), Decision::Look { after: Duration::from_secs(2) }),
            (status(504, None), after(1, false), look),
            (status(507, None), Decision::Refused, Decision::Refused),
            (broken(Sent::No), after(1, false), after(1, false)),
            (broken(Sent::Maybe), after(1, false), look),
        ];
        for (ended, harmless, doubles) in table {
            let decide = |repeat| decide(&Patience::default(), 1, repeat, true, &ended, 1.0);
            assert_eq!(decide(Repeat::Harmless), harmless, "{ended:?}");
            assert_eq!(decide(Repeat::Doubles), doubles, "{ended:?}");
        }
    }

    #[test]
    fn a_quota_that_is_used_up_is_no_matter_of_authority() {
        let code = "errorQuotaExceeded".to_owned();
        let ended = Ok(ServiceError { status: StatusCode::FORBIDDEN, code, message: String::new(), retry_after: None });
        let decision = decide(&Patience::default(), 1, Repeat::Doubles, true, &ended, 1.0);
        assert_eq!(decision, Decision::Refused);
    }

    #[test]
    fn patience_ends() {
        let patience = Patience::default();
        let decide = |attempt, answered| decide(&patience, attempt, Repeat::Harmless, answered, &broken(Sent::No), 1.0);
        assert_eq!(decide(1, false), after(1, false));
        assert_eq!(decide(2, false), Decision::GiveUp);
        assert_eq!(decide(6, true), after(30, false));
        assert_eq!(decide(7, true), Decision::GiveUp);
    }

    #[test]
    fn waiting_doubles_under_its_bound_and_is_drawn() {
        let patience = Patience::default();
        let waits: Vec<_> = (1..=7).map(|attempt| backoff(&patience, attempt, 1.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(backoff(&patience, 3, 0.25), Duration::from_secs(1));
        assert_eq!(backoff(&patience, u32::MAX, 0.0), Duration::ZERO);
    }
}
