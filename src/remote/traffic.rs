//! What a mailbox has sent and received so far, and what it waits for: for whoever shows how a run goes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::remote::gate::Waiting;

/// A look at a mailbox's counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests that were sent; each part of a batch is one.
    pub requests: u64,
    /// Attempts that did not succeed and were, or will be, followed by another.
    pub retries: u64,
    /// Answers and parts of answers that asked for less (429).
    pub throttled: u64,
    /// Bytes of request bodies.
    pub sent: u64,
    /// Bytes of answers.
    pub received: u64,
    /// How long requests were held up by pauses and budgets, in all. That several waited at a time counts once.
    pub held: Duration,
    /// What holds requests up at the moment.
    pub waiting: Option<Waiting>,
    /// Single requests that were answered.
    pub singles: Flights,
    /// Batches that were answered.
    pub batches: Flights,
}

/// Requests that were under way, without what they waited before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flights {
    /// How many there were.
    pub count: u64,
    /// How many requests they carried: the parts of a batch.
    pub requests: u64,
    /// How long they were under way in all.
    pub time: Duration,
}

/// The counters themselves.
#[derive(Debug, Default)]
pub(super) struct Counters {
    requests: AtomicU64,
    retries: AtomicU64,
    throttled: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
    singles: Counted,
    batches: Counted,
}

#[derive(Debug, Default)]
struct Counted {
    count: AtomicU64,
    requests: AtomicU64,
    nanoseconds: AtomicU64,
}

impl Counters {
    /// Something departs: so many requests with bodies of so many bytes.
    pub(super) fn departs(&self, requests: usize, bytes: usize) {
        add(&self.requests, requests);
        add(&self.sent, bytes);
    }

    /// It was answered with so many bytes. A batch is told by its number of parts.
    pub(super) fn answered(&self, parts: Option<usize>, bytes: usize, took: Duration) {
        add(&self.received, bytes);
        let counted = if parts.is_some() { &self.batches } else { &self.singles };
        add(&counted.count, 1);
        add(&counted.requests, parts.unwrap_or(1));
        add(&counted.nanoseconds, usize::try_from(took.as_nanos()).unwrap_or(usize::MAX));
    }

    pub(super) fn throttled(&self) {
        add(&self.throttled, 1);
    }

    pub(super) fn retries(&self, requests: usize) {
        add(&self.retries, requests);
    }

    /// What they say now.
    pub(super) fn look(&self, held: Duration, waiting: Option<Waiting>) -> Traffic {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let flights = |counted: &Counted| Flights {
            count: read(&counted.count),
            requests: read(&counted.requests),
            time: Duration::from_nanos(read(&counted.nanoseconds)),
        };
        Traffic {
            requests: read(&self.requests),
            retries: read(&self.retries),
            throttled: read(&self.throttled),
            sent: read(&self.sent),
            received: read(&self.received),
            held,
            waiting,
            singles: flights(&self.singles),
            batches: flights(&self.batches),
        }
    }
}

fn add(counter: &AtomicU64, amount: usize) {
    counter.fetch_add(amount as u64, Ordering::Relaxed);
}
