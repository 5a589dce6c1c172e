//! The sandbox's only source of time, and the only place where it waits.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Waiting by a clock.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// A request that is under way.
    Request,
    /// The rest of an answer that has begun.
    Answer,
    /// Something that nobody waits for.
    Background,
}

/// Tells the time. The one thing in the sandbox that may differ between two equal runs.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Returns after that long by this clock.
    fn sleep(&self, time: Duration, waits: Waits) -> Sleep;

    /// One request more is under way, or one less.
    fn under_way(&self, _more: bool) {}

    /// Moves the clock on, if it is one that can be moved.
    fn move_on(&self, _by: Duration) -> bool {
        false
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the sandbox's one clock")]
    fn sleep(&self, time: Duration, _: Waits) -> Sleep {
        Box::pin(tokio::time::sleep(time))
    }
}

/// A clock that moves when it is told to and, if it [skips](VirtualClock::skipping), when every request waits for it.
/// Clones are the same clock.
#[derive(Debug, Clone)]
pub struct VirtualClock(Arc<Mutex<Time>>);

#[derive(Debug)]
struct Time {
    now: Timestamp,
    skips: bool,
    /// Requests under way that do not wait for this clock.
    busy: usize,
    sleepers: Vec<Sleeper>,
    /// The number of the next sleeper.
    next: u64,
}

#[derive(Debug)]
struct Sleeper {
    number: u64,
    until: Timestamp,
    waits: Waits,
    waker: Option<Waker>,
}

impl VirtualClock {
    /// A clock that stands at `start` until it is told to move.
    pub fn at(start: Timestamp) -> VirtualClock {
        VirtualClock::new(start, false)
    }

    /// A clock that starts at `start` and, when every request under way waits for it, moves on by itself to the moment
    /// when the first of them goes on. What nobody waits for happens on the way, and never makes it move.
    pub fn skipping(start: Timestamp) -> VirtualClock {
        VirtualClock::new(start, true)
    }

    fn new(now: Timestamp, skips: bool) -> VirtualClock {
        VirtualClock(Arc::new(Mutex::new(Time { now, skips, busy: 0, sleepers: Vec::new(), next: 0 })))
    }

    /// Moves the clock on by whole seconds; it stops at the end of time.
    pub fn advance(&self, seconds: i64) {
        self.time().move_by(SignedDuration::from_secs(seconds));
    }

    fn time(&self) -> MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.time().now
    }

    fn sleep(&self, time: Duration, waits: Waits) -> Sleep {
        let mut clock = self.time();
        let until = clock.after(SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX));
        let number = clock.next;
        clock.next += 1;
        clock.sleepers.push(Sleeper { number, until, waits, waker: None });
        if waits == Waits::Request {
            clock.busy = clock.busy.saturating_sub(1);
        }
        clock.wake();
        clock.skip();
        Box::pin(Asleep { clock: self.clone(), number, waits })
    }

    fn under_way(&self, more: bool) {
        let mut clock = self.time();
        clock.busy = if more { clock.busy + 1 } else { clock.busy.saturating_sub(1) };
        clock.skip();
    }

    fn move_on(&self, by: Duration) -> bool {
        self.time().move_by(SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX));
        true
    }
}

impl Time {
    /// The moment that long from now, or the end of time.
    fn after(&self, time: SignedDuration) -> Timestamp {
        self.now.saturating_add(time).unwrap_or(Timestamp::MAX)
    }

    fn move_by(&mut self, time: SignedDuration) {
        self.now = self.after(time);
        self.wake();
    }

    /// Wakes everybody whose time has come. A request goes on from this moment, not when its thread gets to it: the
    /// clock must not skip over what it is about to do.
    fn wake(&mut self) {
        let now = self.now;
        for sleeper in self.sleepers.extract_if(.., |sleeper| sleeper.until <= now) {
            self.busy += usize::from(sleeper.waits == Waits::Request);
            sleeper.waker.into_iter().for_each(Waker::wake);
        }
    }

    /// Moves on if nothing else can happen before somebody who is waited for wakes up.
    fn skip(&mut self) {
        let waited_for = self.sleepers.iter().filter(|sleeper| sleeper.waits != Waits::Background);
        let first = waited_for.map(|sleeper| sleeper.until).min();
        if let (true, 0, Some(first)) = (self.skips, self.busy, first) {
            self.now = first;
            self.wake();
        }
    }
}

/// Waits until the clock has dropped its sleeper.
struct Asleep {
    clock: VirtualClock,
    number: u64,
    waits: Waits,
}

impl Future for Asleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut clock = self.clock.time();
        match clock.sleepers.iter_mut().find(|sleeper| sleeper.number == self.number) {
            Some(sleeper) => {
                sleeper.waker = Some(context.waker().clone());
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Asleep {
    fn drop(&mut self) {
        let mut clock = self.clock.time();
        let left = clock.sleepers.iter().position(|sleeper| sleeper.number == self.number);
        match (left, self.waits) {
            // Whoever gives up waiting is under way again, until it says that it ended.
            (Some(at), Waits::Request) => {
                clock.sleepers.swap_remove(at);
                clock.busy += 1;
            }
            (Some(at), _) => drop(clock.sleepers.swap_remove(at)),
            (None, _) => {}
        }
        // The end of an answer tells nobody else: requests may wait for what comes after it.
        if self.waits == Waits::Answer {
            clock.skip();
        }
    }
}

/// `2024-05-06T07:08:09Z`: how both APIs write a moment, without a fraction.
pub(super) fn written(seconds: i64) -> String {
    let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A moment as an HTTP header says it (RFC 9110, 5.6.7).
pub(super) fn http_date(moment: Timestamp) -> String {
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn ready(sleep: &mut Sleep) -> bool {
        sleep.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn a_still_clock_wakes_when_it_is_moved() {
        let clock = VirtualClock::at(Timestamp::UNIX_EPOCH);
        clock.under_way(true);
        let mut sleeps = [1, 2, 3].map(|seconds| clock.sleep(SECOND * seconds, Waits::Request));
        assert!(!sleeps.iter_mut().any(ready));
        assert!(clock.move_on(SECOND * 2));
        assert_eq!(sleeps.each_mut().map(ready), [true, true, false]);
        assert_eq!(clock.now().as_second(), 2);
        assert!(!SystemClock.move_on(SECOND));
    }

    #[test]
    fn a_skipping_clock_moves_when_every_request_waits_and_no_sooner() {
        let clock = VirtualClock::skipping(Timestamp::UNIX_EPOCH);
        let mut later = clock.sleep(SECOND * 5, Waits::Background);
        assert!(!ready(&mut later), "nobody waits for it");
        clock.under_way(true);
        clock.under_way(true);
        let mut first = clock.sleep(SECOND * 9, Waits::Request);
        assert!(!ready(&mut first), "another request is busy");
        let mut second = clock.sleep(SECOND * 7, Waits::Request);
        assert_eq!((ready(&mut second), ready(&mut first), clock.now().as_second()), (true, false, 7));
        assert!(ready(&mut later), "it happened on the way");
        clock.under_way(false);
        assert_eq!((ready(&mut first), clock.now().as_second()), (true, 9));
        clock.under_way(false);
    }

    #[test]
    fn an_answer_that_has_ended_lets_the_next_go_on() {
        let clock = VirtualClock::skipping(Timestamp::UNIX_EPOCH);
        clock.under_way(true);
        let mut answer = clock.sleep(SECOND, Waits::Answer);
        let mut request = clock.sleep(SECOND * 2, Waits::Request);
        assert!(ready(&mut answer) && !ready(&mut request));
        assert_eq!(clock.now().as_second(), 1);
        drop(answer);
        assert!(ready(&mut request));
        assert_eq!(clock.now().as_second(), 2);
    }

    #[test]
    fn whoever_stops_waiting_holds_nobody_up() {
        let clock = VirtualClock::skipping(Timestamp::UNIX_EPOCH);
        clock.under_way(true);
        clock.under_way(true);
        drop(clock.sleep(SECOND, Waits::Request));
        clock.under_way(false);
        let mut sleep = clock.sleep(SECOND * 3, Waits::Request);
        assert!(ready(&mut sleep));
        assert_eq!(clock.now().as_second(), 3);
    }
}
