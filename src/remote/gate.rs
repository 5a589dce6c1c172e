//! The gate to one mailbox: how many requests are under way, how many were lately, and one pause for all.
//!
//! Requests pass in the order in which they come. One that waits for the window of requests keeps its permit meanwhile,
//! since all others wait for the same; one that waits for the window of uploads has none yet, so that what uploads
//! nothing passes by. Nobody starves: a batch, which needs all permits, stands in the same line as the single requests.
//!
//! After a pause one request goes alone, and the others when it is answered: while the service goes on refusing, that
//! costs one request of the budget rather than as many as may be under way, for refused requests count too.

mod window;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{self, Notify, Semaphore, SemaphorePermit};

use crate::remote::clock::Clock;
use window::Window;

/// What a service grants a mailbox.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Requests under way at once.
    pub in_flight: usize,
    /// Requests in a window of time; none where the server does not count.
    pub requests: Option<(usize, Duration)>,
    /// Bytes of request bodies in a window of time; none where the server does not count.
    pub upload: Option<(usize, Duration)>,
}

impl Limits {
    /// Exchange Online: 4 at once, 10,000 in 10 minutes, 150 MB in 5 minutes ("Microsoft Graph service-specific
    /// throttling limits", Outlook).
    pub const EXCHANGE: Limits = Limits {
        in_flight: 4,
        requests: Some((10_000, Duration::from_secs(600))),
        upload: Some((150_000_000, Duration::from_secs(300))),
    };

    /// A server that does not count, such as the embedded sandbox.
    pub const NONE: Limits = Limits { in_flight: 4, requests: None, upload: None };
}

/// Lets requests through as the limits allow.
#[derive(Debug)]
pub struct Gate {
    permits: Semaphore,
    /// All of the permits.
    in_flight: u32,
    /// Whose turn it is to wait for the window of uploads: a large one is not passed by small ones for ever.
    uploads: sync::Mutex<()>,
    state: Mutex<State>,
    /// The request that went alone has been answered.
    answered: Notify,
}

#[derive(Debug)]
struct State {
    pause_until: Duration,
    /// Throttled answers in a row.
    row: u32,
    alone: Alone,
    requests: Option<Window>,
    upload: Option<Window>,
    holding: Holding,
}

/// Whether a request goes alone, for the service has just throttled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alone {
    Nobody,
    TheNext,
    UnderWay,
}

/// What the gate holds up, and has.
#[derive(Debug, Default)]
struct Holding {
    until: Duration,
    why: Option<Why>,
    total: Duration,
}

/// Why nothing passes for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The service asked for a pause.
    Throttled,
    /// So many requests in that time are all that the service grants.
    Requests(usize, Duration),
    /// So many bytes in that time are all that it takes.
    Upload(usize, Duration),
}

impl fmt::Display for Why {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Throttled => out.write_str("the service asked for a pause"),
            Why::Requests(count, length) => {
                write!(out, "the service allows {} requests in {}", thousands(*count), time(*length))
            }
            Why::Upload(bytes, length) => {
                write!(out, "the service takes {} MB in {}", thousands(bytes / 1_000_000), time(*length))
            }
        }
    }
}

fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn time(length: Duration) -> String {
    match length.as_secs() {
        60 => "a minute".to_owned(),
        seconds if seconds % 60 == 0 => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} seconds"),
    }
}

/// How long nothing passes yet, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How long from now.
    pub left: Duration,
    /// Why.
    pub why: Why,
}

/// What the answer of [`State::take`] is when a request may not go.
enum Wait {
    For(Duration),
    UntilAnswered,
}

impl Gate {
    /// A gate that nothing has passed yet.
    pub fn new(limits: Limits) -> Self {
        let state = State {
            pause_until: Duration::ZERO,
            row: 0,
            alone: Alone::Nobody,
            requests: limits.requests.map(Window::new),
            upload: limits.upload.map(Window::new),
            holding: Holding::default(),
        };
        Self {
            permits: Semaphore::new(limits.in_flight),
            in_flight: u32::try_from(limits.in_flight).unwrap_or(u32::MAX),
            uploads: sync::Mutex::new(()),
            state: Mutex::new(state),
            answered: Notify::new(),
        }
    }

    /// Waits until a request with a body of so many bytes may go.
    pub async fn pass<'a, C: Clock>(&'a self, bytes: usize, clock: &'a C) -> Passage<'a, C> {
        self.let_through(1, 1, bytes, clock).await
    }

    /// Waits until a batch of so many requests, whose body has so many bytes, may go. It goes alone: the service runs
    /// as many parts of it at a time as there are permits. Each part counts as a request of its own.
    pub async fn pass_batch<'a, C: Clock>(&'a self, parts: usize, bytes: usize, clock: &'a C) -> Passage<'a, C> {
        self.let_through(self.in_flight, parts, bytes, clock).await
    }

    async fn let_through<'a, C: Clock>(
        &'a self,
        permits: u32,
        requests: usize,
        bytes: usize,
        clock: &'a C,
    ) -> Passage<'a, C> {
        // What it holds so far is given back when the caller stops waiting.
        let mut passage = Passage { gate: self, clock, requests: 0, bytes: 0, row: 0, alone: false, _permit: None };
        if bytes > 0 {
            let _turn = self.uploads.lock().await;
            loop {
                let wait = self.state().upload(clock.now(), bytes);
                let Some(wait) = wait else { break };
                clock.sleep(wait).await;
            }
            passage.bytes = bytes;
        }
        // The semaphore is never closed.
        passage._permit = self.permits.acquire_many(permits).await.ok();
        loop {
            // Made before the look, so that no answer is missed between the look and the waiting.
            let answered = self.answered.notified();
            let taken = self.state().take(clock.now(), requests);
            match taken {
                Ok((row, alone)) => {
                    (passage.requests, passage.row, passage.alone) = (requests, row, alone);
                    return passage;
                }
                Err(Wait::For(time)) => clock.sleep(time).await,
                Err(Wait::UntilAnswered) => answered.await,
            }
        }
    }

    /// Nobody passes before that long from now; the longest pause counts.
    pub fn pause(&self, time: Duration, clock: &impl Clock) {
        let mut state = self.state();
        state.pause_until = state.pause_until.max(clock.now() + time);
        state.alone = Alone::TheNext;
    }

    /// What holds requests up at the moment, if anything does.
    pub fn waiting(&self, clock: &impl Clock) -> Option<Waiting> {
        let state = self.state();
        let left = state.holding.until.saturating_sub(clock.now());
        state.holding.why.filter(|_| !left.is_zero()).map(|why| Waiting { left, why })
    }

    /// How long requests were held up so far, in all. That several waited at a time counts once.
    pub fn held(&self, clock: &impl Clock) -> Duration {
        let state = self.state();
        state.holding.total.saturating_sub(state.holding.until.saturating_sub(clock.now()))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passage for one request or batch. Dropped when it was answered: then its place is free again.
#[derive(Debug)]
pub struct Passage<'a, C: Clock> {
    gate: &'a Gate,
    clock: &'a C,
    requests: usize,
    bytes: usize,
    /// Throttled answers in a row when it departed.
    row: u32,
    alone: bool,
    _permit: Option<SemaphorePermit<'a>>,
}

impl<C: Clock> Passage<'_, C> {
    /// The answer was a throttled one: how many there are in a row now. None when it says nothing new, since it departed
    /// before another one was told.
    pub fn throttled(&self) -> Option<u32> {
        let mut state = self.gate.state();
        let news = state.row == self.row;
        if news {
            state.row = state.row.saturating_add(1);
        }
        news.then_some(state.row)
    }

    /// The service was willing: what is throttled from now on is the first in a row.
    pub fn granted(&self) {
        let mut state = self.gate.state();
        if state.row == self.row {
            state.row = 0;
        }
    }
}

impl<C: Clock> Drop for Passage<'_, C> {
    fn drop(&mut self) {
        let now = self.clock.now();
        let mut state = self.gate.state();
        if let Some(window) = &mut state.requests {
            window.answer(now, self.requests);
        }
        if let Some(window) = &mut state.upload {
            window.answer(now, self.bytes);
        }
        if self.alone {
            if state.alone == Alone::UnderWay {
                state.alone = Alone::Nobody;
            }
            self.gate.answered.notify_waiters();
        }
    }
}

impl State {
    /// Takes bytes out of the window of uploads, or says how long to wait before asking again.
    fn upload(&mut self, now: Duration, bytes: usize) -> Option<Duration> {
        let window = self.upload.as_mut()?;
        let why = Why::Upload(window.limit, window.length);
        let wait = window.wait(now, bytes);
        match wait {
            None => window.depart(bytes),
            Some(wait) => self.holding.hold(now, wait, why),
        }
        wait
    }

    /// Takes requests out of the window; answers how many throttled answers there were in a row, and whether it goes
    /// alone.
    fn take(&mut self, now: Duration, requests: usize) -> Result<(u32, bool), Wait> {
        let paused = self.pause_until.saturating_sub(now);
        if !paused.is_zero() {
            self.holding.hold(now, paused, Why::Throttled);
            return Err(Wait::For(paused));
        }
        if self.alone == Alone::UnderWay {
            return Err(Wait::UntilAnswered);
        }
        if let Some(window) = &mut self.requests {
            if let Some(wait) = window.wait(now, requests) {
                self.holding.hold(now, wait, Why::Requests(window.limit, window.length));
                return Err(Wait::For(wait));
            }
            window.depart(requests);
        }
        let alone = self.alone == Alone::TheNext;
        if alone {
            self.alone = Alone::UnderWay;
        }
        Ok((self.row, alone))
    }
}

impl Holding {
    fn hold(&mut self, now: Duration, time: Duration, why: Why) {
        let until = now + time;
        if until > self.until {
            self.total += until - self.until.max(now);
            (self.until, self.why) = (until, Some(why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_up_is_told_in_words() {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        for (why, says) in [
            (Why::Throttled, "the service asked for a pause"),
            (Why::Requests(10_000, minutes(10)), "the service allows 10,000 requests in 10 minutes"),
            (Why::Requests(999, Duration::from_secs(30)), "the service allows 999 requests in 30 seconds"),
            (Why::Upload(150_000_000, minutes(5)), "the service takes 150 MB in 5 minutes"),
            (Why::Upload(1_234_000_000, minutes(1)), "the service takes 1,234 MB in a minute"),
        ] {
            assert_eq!(why.to_string(), says);
        }
    }

    #[test]
    fn time_that_several_wait_at_once_counts_once() {
        let (mut holding, seconds) = (Holding::default(), Duration::from_secs);
        for (now, time) in [(10, 5), (11, 4), (12, 2), (13, 4), (30, 1)] {
            holding.hold(seconds(now), seconds(time), Why::Throttled);
        }
        assert_eq!((holding.total, holding.until), (seconds(5 + 2 + 1), seconds(31)));
    }
}
