//! The gate to one mailbox: how many requests are under way, how many were lately, and one pause for all.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::remote::clock::Clock;

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
    budget: Mutex<Budget>,
}

/// Passage for one request; the place is free again when it is dropped.
pub type Passage<'a> = Option<SemaphorePermit<'a>>;

impl Gate {
    /// A gate that nothing has passed yet.
    pub fn new(limits: Limits) -> Self {
        let budget = Budget {
            pause_until: Duration::ZERO,
            requests: limits.requests.map(|(limit, length)| Window::new(limit, length)),
            upload: limits.upload.map(|(limit, length)| Window::new(limit, length)),
        };
        let in_flight = u32::try_from(limits.in_flight).unwrap_or(u32::MAX);
        Self { permits: Semaphore::new(limits.in_flight), in_flight, budget: Mutex::new(budget) }
    }

    /// Waits until a request with a body of so many bytes may go.
    pub async fn pass(&self, bytes: usize, clock: &impl Clock) -> Passage<'_> {
        // The semaphore is never closed.
        let permit = self.permits.acquire().await.ok();
        self.afford(1, bytes, clock).await;
        permit
    }

    /// Waits until a batch of so many requests, whose body has so many bytes, may go. It goes alone: the service runs
    /// as many parts of it at a time as there are permits. Each part counts as a request of its own.
    pub async fn pass_batch(&self, parts: usize, bytes: usize, clock: &impl Clock) -> Passage<'_> {
        let permits = self.permits.acquire_many(self.in_flight).await.ok();
        self.afford(parts, bytes, clock).await;
        permits
    }

    async fn afford(&self, requests: usize, bytes: usize, clock: &impl Clock) {
        loop {
            let wait = self.budget().take(clock.now(), requests, bytes);
            match wait {
                None => return,
                Some(wait) => clock.sleep(wait).await,
            }
        }
    }

    /// Nobody passes before that long from now.
    pub fn pause(&self, time: Duration, clock: &impl Clock) {
        let mut budget = self.budget();
        budget.pause_until = budget.pause_until.max(clock.now() + time);
    }

    fn budget(&self) -> std::sync::MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What has passed lately.
#[derive(Debug)]
struct Budget {
    pause_until: Duration,
    requests: Option<Window>,
    upload: Option<Window>,
}

impl Budget {
    /// Takes requests out of the budget, or says how long to wait before asking again.
    fn take(&mut self, now: Duration, requests: usize, bytes: usize) -> Option<Duration> {
        let paused = self.pause_until.saturating_sub(now);
        let counted = self.requests.as_mut().map_or(Duration::ZERO, |window| window.wait(now, requests));
        let upload = self.upload.as_mut().map_or(Duration::ZERO, |window| window.wait(now, bytes));
        let wait = paused.max(counted).max(upload);
        if !wait.is_zero() {
            return Some(wait);
        }
        if let Some(window) = &mut self.requests {
            window.add(now, requests);
        }
        if let Some(window) = &mut self.upload {
            window.add(now, bytes);
        }
        None
    }
}

/// A sum over a sliding window of time.
#[derive(Debug)]
struct Window {
    limit: usize,
    length: Duration,
    entries: VecDeque<(Duration, usize)>,
    sum: usize,
}

impl Window {
    fn new(limit: usize, length: Duration) -> Self {
        Self { limit, length, entries: VecDeque::new(), sum: 0 }
    }

    /// How long until `amount` fits. What alone is more than the limit fits an empty window.
    fn wait(&mut self, now: Duration, amount: usize) -> Duration {
        while self.entries.front().is_some_and(|(at, _)| *at + self.length <= now) {
            self.sum -= self.entries.pop_front().map_or(0, |(_, amount)| amount);
        }
        let mut over = (self.sum + amount).saturating_sub(self.limit.max(amount));
        for (at, amount) in &self.entries {
            if over == 0 {
                break;
            }
            over = over.saturating_sub(*amount);
            if over == 0 {
                return *at + self.length - now;
            }
        }
        Duration::ZERO
    }

    fn add(&mut self, now: Duration, amount: usize) {
        if amount > 0 {
            self.entries.push_back((now, amount));
            self.sum += amount;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_window_lets_its_limit_through_and_no_more() {
        let mut window = Window::new(3, seconds(10));
        for at in 0..3 {
            assert_eq!(window.wait(seconds(at), 1), seconds(0));
            window.add(seconds(at), 1);
        }
        assert_eq!(window.wait(seconds(3), 1), seconds(7), "until the first one is ten seconds old");
        assert_eq!(window.wait(seconds(3), 2), seconds(8));
        assert_eq!(window.wait(seconds(10), 1), seconds(0));
    }

    #[test]
    fn what_is_larger_than_the_limit_goes_alone() {
        let mut window = Window::new(100, seconds(10));
        assert_eq!(window.wait(seconds(0), 1000), seconds(0));
        window.add(seconds(0), 1000);
        assert_eq!(window.wait(seconds(1), 1), seconds(9));
        assert_eq!(window.wait(seconds(10), 1000), seconds(0));
    }

    #[test]
    fn a_pause_holds_everybody_and_the_longest_counts() {
        let limits = Limits { in_flight: 1, requests: None, upload: None };
        let gate = Gate::new(limits);
        gate.budget().pause_until = seconds(5);
        assert_eq!(gate.budget().take(seconds(1), 1, 0), Some(seconds(4)));
        assert_eq!(gate.budget().take(seconds(5), 1, 0), None);
    }
}
