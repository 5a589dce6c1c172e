//! What the service grants an app in a mailbox: requests at once, requests in a window of time, bytes in another.
//!
//! | limit | known |
//! | --- | --- |
//! | 4 requests at once, 10,000 in 10 minutes, 150 MB of uploads in 5 minutes (earlier 15 MB in 30 seconds) | documented |
//! | counted for each app in each mailbox | documented until 2021; later for the app as a whole |
//! | the app is the one that the token names, where it is one whose claims can be read; all others are one app | guessed |
//! | refused requests count as well | documented ("all requests accrue against your usage limits") |
//! | refused uploads do not count as uploads | guessed |
//! | `ApplicationThrottled` with the words for requests at once and for uploads | observed |
//! | `TooManyRequests` with its words for requests in a window | documented |
//! | a `Retry-After` in whole seconds, after which a request passes; 1 where too many were under way | guessed |
//! | the parts of a batch count, each by itself; the batch around them does not | documented; guessed |

use std::collections::{HashMap, VecDeque};
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::measure::{bytes, bytes_of, time, time_of};

/// What is granted. Nothing is limited by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests under way at once.
    pub in_flight: Option<u64>,
    /// Requests in a window of time.
    pub requests: Option<(u64, Duration)>,
    /// Bytes of request bodies (POST, PATCH, PUT) in a window of time.
    pub upload: Option<(u64, Duration)>,
}

/// The names of the sets of limits, and what they are.
pub const SETS: [(&str, Limits); 3] =
    [("none", Limits::NONE), ("exchange", Limits::EXCHANGE), ("exchange-2021", Limits::EXCHANGE_2021)];

impl Limits {
    /// No limits at all.
    pub const NONE: Limits = Limits { in_flight: None, requests: None, upload: None };

    /// Exchange Online's of today.
    pub const EXCHANGE: Limits = Limits {
        in_flight: Some(4),
        requests: Some((10_000, Duration::from_secs(600))),
        upload: Some((150_000_000, Duration::from_secs(300))),
    };

    /// Exchange Online's of 2021, with the smaller window for uploads.
    pub const EXCHANGE_2021: Limits =
        Limits { upload: Some((15_000_000, Duration::from_secs(30))), ..Limits::EXCHANGE };
}

impl Display for Limits {
    /// As it is read.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = SETS.iter().find(|(_, set)| set == self) {
            return f.write_str(name);
        }
        let parts = [
            self.in_flight.map(|count| format!("in-flight={count}")),
            self.requests.map(|(count, window)| format!("requests={count}/{}", time_of(window))),
            self.upload.map(|(size, window)| format!("upload={}/{}", bytes_of(size), time_of(window))),
        ];
        f.write_str(&parts.into_iter().flatten().collect::<Vec<_>>().join(","))
    }
}

/// What limits are written as, for messages.
const FORM: &str =
    "limits are none, exchange or exchange-2021, or parts such as in-flight=4,requests=10000/10m,upload=15MB/30s";

impl FromStr for Limits {
    type Err = String;

    /// Reads the name of a set, or `in-flight=4,requests=10000/10m,upload=15MB/30s`, each part of which may be left out.
    fn from_str(text: &str) -> Result<Limits, String> {
        let text = text.trim();
        if let Some((_, set)) = SETS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            return Ok(*set);
        }
        let mut limits = Limits::NONE;
        for part in text.split(',') {
            let (name, value) = part.split_once('=').ok_or(FORM)?;
            let wrong = || format!("{part:?} cannot be read; {FORM}");
            match name.trim() {
                "in-flight" => limits.in_flight = Some(count(value).ok_or_else(wrong)?),
                "requests" => limits.requests = Some(window(value, count).ok_or_else(wrong)?),
                "upload" => limits.upload = Some(window(value, bytes).ok_or_else(wrong)?),
                _ => return Err(wrong()),
            }
        }
        Ok(limits)
    }
}

fn count(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|count| *count > 0)
}

/// The longest window.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

fn window(text: &str, amount: fn(&str) -> Option<u64>) -> Option<(u64, Duration)> {
    let (size, length) = text.split_once('/')?;
    let length = time(length).filter(|length| !length.is_zero() && *length <= LONGEST)?;
    Some((amount(size)?, length))
}

/// Which limit a request is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    InFlight,
    /// Enough have left the window after that many seconds.
    Requests(u64),
    Upload(u64),
}

/// What everybody has used of the limits.
#[derive(Debug, Default)]
pub(super) struct Meter(Mutex<Used>);

#[derive(Debug, Default)]
struct Used {
    limits: Limits,
    by: HashMap<String, Usage>,
}

/// What one app has used in one mailbox.
#[derive(Debug, Default)]
struct Usage {
    in_flight: u64,
    requests: Window,
    upload: Window,
}

/// How many apps and mailboxes are told apart; those beyond share what the last one has.
const MOST: usize = 1000;

impl Meter {
    pub(super) fn new(limits: Limits) -> Meter {
        Meter(Mutex::new(Used { limits, by: HashMap::new() }))
    }

    pub(super) fn limits(&self) -> Limits {
        self.used().limits
    }

    /// Other limits from now on. What was used stays used.
    pub(super) fn limit(&self, limits: Limits) {
        self.used().limits = limits;
    }

    /// Lets a request with so many bytes to upload in, or says what it is over.
    pub(super) fn enter(self: &Arc<Self>, by: &str, upload: u64, now: Timestamp) -> Result<Place, Over> {
        let mut used = self.used();
        let limits = used.limits;
        let by = used.name(by, now);
        let usage = used.by.entry(by.clone()).or_default();
        usage.enter(&limits, upload, now)?;
        Ok(Place { meter: Arc::clone(self), by })
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Used {
    /// Under which name it is counted.
    fn name(&mut self, by: &str, now: Timestamp) -> String {
        if self.by.len() >= MOST && !self.by.contains_key(by) {
            let limits = self.limits;
            self.by.retain(|_, usage| usage.in_flight > 0 || !usage.is_over(&limits, now));
            if self.by.len() >= MOST {
                return String::new();
            }
        }
        by.to_owned()
    }
}

impl Usage {
    fn enter(&mut self, limits: &Limits, upload: u64, now: Timestamp) -> Result<(), Over> {
        if let Some((limit, length)) = limits.requests {
            let wait = self.requests.wait(limit, 1, length, now);
            self.requests.add(1, length, now);
            if let Some(wait) = wait {
                return Err(Over::Requests(wait));
            }
        }
        let uploads = limits.upload.filter(|_| upload > 0);
        if let Some(wait) = uploads.and_then(|(limit, length)| self.upload.wait(limit, upload, length, now)) {
            return Err(Over::Upload(wait));
        }
        if limits.in_flight.is_some_and(|limit| self.in_flight >= limit) {
            return Err(Over::InFlight);
        }
        if let Some((_, length)) = uploads {
            self.upload.add(upload, length, now);
        }
        self.in_flight += 1;
        Ok(())
    }

    /// Whether nothing of it counts any more.
    fn is_over(&mut self, limits: &Limits, now: Timestamp) -> bool {
        let ended = |window: &mut Window, limit: Option<(u64, Duration)>| {
            limit.is_none_or(|(_, length)| {
                window.forget(length, now);
                window.sum == 0
            })
        };
        ended(&mut self.requests, limits.requests) && ended(&mut self.upload, limits.upload)
    }
}

/// A request's place among those under way; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    meter: Arc<Meter>,
    by: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(usage) = self.meter.used().by.get_mut(&self.by) {
            usage.in_flight = usage.in_flight.saturating_sub(1);
        }
    }
}

/// How many pieces a window is counted in at least, and at most ten times as many. More would only take memory.
const PIECES: u128 = 1000;

/// The length of a piece in nanoseconds: a power of ten, so that whole seconds are whole pieces.
fn piece(length: Duration) -> i128 {
    10_i128.pow((length.as_nanos() / PIECES).max(1).ilog10())
}

/// A sum over a sliding window of time.
#[derive(Debug, Default)]
struct Window {
    entries: VecDeque<(Timestamp, u64)>,
    sum: u64,
}

impl Window {
    fn forget(&mut self, length: Duration, now: Timestamp) {
        // A clock may be set back: what lies further ahead than a window is long was counted by another time.
        let left = |at: &Timestamp| now.duration_since(*at).abs() >= signed(length);
        while self.entries.front().is_some_and(|(at, _)| left(at)) {
            self.sum -= self.entries.pop_front().map_or(0, |(_, amount)| amount);
        }
    }

    /// After how many whole seconds `amount` fits; none if it does now. What alone is more than the limit fits an empty
    /// window.
    fn wait(&mut self, limit: u64, amount: u64, length: Duration, now: Timestamp) -> Option<u64> {
        self.forget(length, now);
        let over = (self.sum + amount).saturating_sub(limit.max(amount));
        if over == 0 {
            return None;
        }
        let mut leaving = 0;
        let until = self.entries.iter().find_map(|(at, amount)| {
            leaving += amount;
            (leaving >= over).then_some(*at)
        });
        let wait = until.map_or(SignedDuration::ZERO, |at| signed(length) - now.duration_since(at));
        let up = u64::from(wait.subsec_nanos() > 0);
        Some(u64::try_from(wait.as_secs()).unwrap_or_default() + up)
    }

    /// Counts, in the piece of the window that ends at or after now.
    fn add(&mut self, amount: u64, length: Duration, now: Timestamp) {
        let piece = piece(length);
        let ends = now.as_nanosecond() + (piece - now.as_nanosecond().rem_euclid(piece)) % piece;
        let at = Timestamp::from_nanosecond(ends).unwrap_or(now);
        self.sum += amount;
        match self.entries.back_mut() {
            Some((last, counted)) if *last >= at => *counted += amount,
            _ => self.entries.push_back((at, amount)),
        }
    }
}

fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn limits_are_read_as_they_are_written() {
        for text in ["none", "exchange", "exchange-2021", "in-flight=2", "requests=7/1500ms,upload=3kB/1h"] {
            assert_eq!(text.parse::<Limits>().unwrap().to_string(), text);
        }
        assert_eq!("in-flight=4,requests=10000/10m,upload=150MB/5m".parse(), Ok(Limits::EXCHANGE));
        assert_eq!(" Exchange ".parse(), Ok(Limits::EXCHANGE));
        for text in ["", "all", "in-flight=0", "requests=5", "requests=5/0s", "upload=5/2d", "upload=x/2s", "a=1"] {
            let error = text.parse::<Limits>().unwrap_err();
            assert!(error.contains("in-flight=4"), "{text}: {error}");
        }
    }

    #[test]
    fn what_was_refused_counts_and_the_wait_is_true() {
        let meter = Arc::new(Meter::new("requests=3/10s".parse().unwrap()));
        for second in 0..3 {
            drop(meter.enter("a", 0, at(second)).unwrap());
        }
        let over = |second| meter.enter("a", 0, at(second)).map(drop);
        assert_eq!(over(3), Err(Over::Requests(7)));
        assert_eq!(over(4), Err(Over::Requests(7)), "two have to leave before a third fits");
        assert_eq!(over(11), Err(Over::Requests(1)));
        assert_eq!(over(30), Ok(()));
        assert!(meter.enter("b", 0, at(3)).is_ok(), "another mailbox has its own");
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let meter = Arc::new(Meter::new("requests=1/10s".parse().unwrap()));
        let over = |second| meter.enter("a", 0, at(second)).map(drop);
        assert_eq!((over(86_400), over(86_401)), (Ok(()), Err(Over::Requests(9))));
        assert_eq!(over(5), Ok(()));
        assert_eq!(over(6), Err(Over::Requests(9)), "what it counted since then counts");
    }

    #[test]
    fn a_long_window_of_many_requests_takes_little_memory() {
        let mut window = Window::default();
        let length = Duration::from_secs(600);
        for step in 0..1_000_000 {
            let now = Timestamp::from_millisecond(step).unwrap();
            window.forget(length, now);
            window.add(1, length, now);
        }
        assert!(window.entries.len() <= 6001, "{}", window.entries.len());
        assert_eq!(window.sum, 600_000 + 99, "the pieces end later than what is in them, never sooner");
    }

    #[test]
    fn a_window_of_a_day_has_no_more_pieces_than_a_short_one() {
        let (mut window, day) = (Window::default(), Duration::from_secs(24 * 60 * 60));
        for second in 0..24 * 60 * 60 {
            window.add(1, day, at(second));
        }
        assert!(window.entries.len() <= 10_000, "{}", window.entries.len());
    }

    #[test]
    fn refused_uploads_do_not_count() {
        let meter = Arc::new(Meter::new("in-flight=1,upload=10/60s".parse().unwrap()));
        let first = meter.enter("a", 6, at(0)).unwrap();
        assert_eq!(meter.enter("a", 4, at(1)).map(drop), Err(Over::InFlight));
        drop(first);
        assert!(meter.enter("a", 4, at(2)).is_ok(), "the refused four bytes took no room");
    }

    #[test]
    fn strangers_without_end_are_not_remembered_without_end() {
        let meter = Arc::new(Meter::new(Limits::EXCHANGE));
        for stranger in 0..3000 {
            let _ = meter.enter(&stranger.to_string(), 0, at(0));
        }
        assert!(meter.used().by.len() <= MOST + 1);
        let _ = meter.enter("late", 0, at(601));
        assert_eq!(meter.used().by.len(), 1);
    }
}
