//! What to do after an answer: a pure decision.

use std::time::Duration;

use http::StatusCode;

use crate::remote::api::ServiceError;
use crate::remote::class::Class;
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
    /// Send it again after waiting. Where everybody waits ([`pause`]) there is nothing to wait for here.
    Again {
        /// How long to wait.
        after: Duration,
    },
    /// It may have been carried out: wait, look, and send it again only if it has not been.
    Look {
        /// How long to wait before looking.
        after: Duration,
    },
    /// The service refuses this request.
    Refused,
    /// The service takes no request to this mailbox.
    Unusable,
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
    /// The most attempts for one request that the service throttles.
    pub throttled: u32,
    /// The most attempts while the service has never answered at all: a wrong address is told soon.
    pub first_contact: u32,
    /// The longest wait before the second attempt; doubles with each further one.
    pub base: Duration,
    /// The longest wait of one request, a server's own wish apart.
    pub longest: Duration,
    /// The longest pause of all requests, a server's own wish apart.
    pub longest_pause: Duration,
    /// The longest wish of a server (Retry-After) that is granted.
    pub longest_wish: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 7,
            throttled: 12,
            first_contact: 2,
            base: Duration::from_secs(1),
            longest: Duration::from_secs(30),
            // Twelve attempts outlast Exchange's window of ten minutes.
            longest_pause: Duration::from_secs(300),
            longest_wish: Duration::from_secs(900),
        }
    }
}

/// How a request ended without success: what the service answered, or that it did not.
pub type Ended = Result<ServiceError, TransportError>;

/// Decides after attempt number `attempt` (from 1) ended without success. `chance` is an even draw from 0 to 1,
/// `answered` whether the service has ever answered.
pub fn decide(
    patience: &Patience,
    attempt: u32,
    repeat: Repeat,
    answered: bool,
    ended: &Ended,
    chance: f64,
) -> Decision {
    let class = ended.as_ref().ok().map(ServiceError::class);
    let most = match class {
        _ if !answered => patience.first_contact,
        Some(Class::Throttled) => patience.throttled,
        _ => patience.attempts,
    };
    let wish = ended.as_ref().ok().and_then(|error| error.retry_after);
    let over = attempt >= most || wish.is_some_and(|wish| wish > patience.longest_wish);
    // Everybody waits at the gate, so that this request need not wait before it.
    let waits_at_gate = wish.is_some_and(|wish| !wish.is_zero()) || class == Some(Class::Throttled);
    let after = if waits_at_gate { Duration::ZERO } else { backoff(patience.longest, patience.base, attempt, chance) };
    match class {
        Some(Class::Vanished | Class::Record) => Decision::Refused,
        // A success that is not taken for one is no decision of ours.
        Some(Class::Run | Class::Ok) => Decision::Unusable,
        Some(Class::Authorisation) => Decision::NotAuthorised,
        _ if over => Decision::GiveUp,
        _ if repeat == Repeat::Doubles && is_unclear(ended) => Decision::Look { after },
        _ => Decision::Again { after },
    }
}

/// Whether a request that ended so may have been carried out. Only a 429 and a connection that never was say that it
/// was not, although it may go again; a throttling code under another status says less.
pub fn is_unclear(ended: &Ended) -> bool {
    match ended {
        Err(error) => error.sent == Sent::Maybe,
        Ok(error) => match error.class() {
            Class::Transient => true,
            Class::Throttled => error.status != StatusCode::TOO_MANY_REQUESTS,
            _ => false,
        },
    }
}

/// How long all requests to the mailbox wait after an answer; none where the others need not. `row` is the number of
/// throttled answers in a row, this one included: where the service names no time, the pause grows with them. A time of
/// nothing (`Retry-After: 0`) is none.
pub fn pause(patience: &Patience, error: &ServiceError, row: u32, chance: f64) -> Option<Duration> {
    let wish = error.retry_after.filter(|wish| !wish.is_zero());
    match error.class() {
        Class::Throttled | Class::Transient if wish.is_some_and(|wish| wish > patience.longest_wish) => None,
        Class::Throttled => Some(wish.unwrap_or_else(|| backoff(patience.longest_pause, patience.base, row, chance))),
        Class::Transient => wish,
        _ => None,
    }
}

/// Full jitter: anything up to a bound that doubles.
fn backoff(longest: Duration, base: Duration, attempt: u32, chance: f64) -> Duration {
    let bound = base.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(longest);
    bound.mul_f64(chance.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16, retry_after: Option<u64>) -> Ended {
        let status = StatusCode::from_u16(code).unwrap();
        let retry_after = retry_after.map(Duration::from_secs);
        Ok(ServiceError { status, code: String::new(), message: String::new(), retry_after })
    }

    fn broken(sent: Sent) -> Ended {
        Err(TransportError { sent, what: String::new() })
    }

    fn after(seconds: u64) -> Decision {
        Decision::Again { after: Duration::from_secs(seconds) }
    }

    fn look(seconds: u64) -> Decision {
        Decision::Look { after: Duration::from_secs(seconds) }
    }

    #[test]
    fn every_end_has_its_decision() {
        let table = [
            (status(400, None), Decision::Refused, Decision::Refused),
            (status(401, None), Decision::NotAuthorised, Decision::NotAuthorised),
            (status(403, None), Decision::NotAuthorised, Decision::NotAuthorised),
            (status(404, None), Decision::Refused, Decision::Refused),
            (status(302, None), Decision::Unusable, Decision::Unusable),
            (status(408, None), after(1), look(1)),
            (status(413, None), Decision::Refused, Decision::Refused),
            (status(429, Some(7)), after(0), after(0)),
            (status(429, None), after(0), after(0)),
            (status(429, Some(901)), Decision::GiveUp, Decision::GiveUp),
            (status(500, None), after(1), look(1)),
            (status(501, None), Decision::Refused, Decision::Refused),
            (status(503, Some(2)), after(0), look(0)),
            (status(503, Some(0)), after(1), look(1)),
            (status(503, Some(901)), Decision::GiveUp, Decision::GiveUp),
            (status(504, None), after(1), look(1)),
            (status(507, None), Decision::Unusable, Decision::Unusable),
            (status(509, None), after(0), look(0)),
            (broken(Sent::No), after(1), after(1)),
            (broken(Sent::Maybe), after(1), look(1)),
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
        assert_eq!(decision, Decision::Unusable);
    }

    #[test]
    fn patience_ends() {
        let patience = Patience::default();
        let decide = |attempt, answered, ended| decide(&patience, attempt, Repeat::Harmless, answered, &ended, 1.0);
        assert_eq!(decide(1, false, broken(Sent::No)), after(1));
        assert_eq!(decide(2, false, broken(Sent::No)), Decision::GiveUp);
        assert_eq!(decide(6, true, broken(Sent::No)), after(30));
        assert_eq!(decide(7, true, broken(Sent::No)), Decision::GiveUp);
        assert_eq!(decide(11, true, status(429, None)), after(0));
        assert_eq!(decide(12, true, status(429, None)), Decision::GiveUp);
    }

    #[test]
    fn a_pause_is_as_long_as_the_service_says_or_grows_with_every_429() {
        let patience = Patience::default();
        let pause =
            |ended: Ended, row, chance| pause(&patience, &ended.unwrap(), row, chance).map(|time| time.as_secs());
        assert_eq!(pause(status(429, Some(7)), 5, 1.0), Some(7));
        let bounds: Vec<_> = (1..=11).filter_map(|row| pause(status(429, None), row, 1.0)).collect();
        assert_eq!(bounds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(pause(status(429, Some(0)), 4, 0.5), Some(4), "no time is no pause");
        assert_eq!(pause(status(503, Some(9)), 1, 1.0), Some(9));
        for nobody_waits in [status(503, None), status(503, Some(0)), status(429, Some(901)), status(400, Some(5))] {
            assert_eq!(pause(nobody_waits, 1, 1.0), None);
        }
    }

    #[test]
    fn waiting_doubles_under_its_bound_and_is_drawn() {
        let (longest, base) = (Duration::from_secs(30), Duration::from_secs(1));
        let waits: Vec<_> = (1..=7).map(|attempt| backoff(longest, base, attempt, 1.0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(backoff(longest, base, 3, 0.25), Duration::from_secs(1));
        assert_eq!(backoff(longest, base, u32::MAX, 0.0), Duration::ZERO);
    }
}
