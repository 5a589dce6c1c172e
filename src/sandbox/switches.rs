//! What can be changed while a sandbox runs: by the control endpoint, the page, and whoever has it in the same process.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::behaviour::Behaviours;
use super::faults::{Faults, Plan};
use super::late::Late;
use super::limits::{Limits, Meter};
use super::log::{Entry, Log};
use super::{Inner, Sandbox, Settings};

/// The switches and what they act on.
pub(super) struct Switches {
    behaviours: Mutex<Behaviours>,
    pub meter: Arc<Meter>,
    pub faults: Faults,
    pub late: Late,
    pub log: Log,
    /// How many requests there were.
    requests: AtomicU64,
    auto_approve: AtomicBool,
}

impl Switches {
    pub(super) fn new(settings: &Settings) -> Switches {
        Switches {
            behaviours: Mutex::new(settings.behaviours),
            meter: Arc::new(Meter::new(settings.faults.limits.unwrap_or(settings.limits))),
            faults: Faults::new(settings.faults.clone()),
            late: Late::default(),
            log: Log::default(),
            requests: AtomicU64::new(0),
            auto_approve: AtomicBool::new(settings.sign_in.auto_approve),
        }
    }

    pub(super) fn behaviours(&self) -> Behaviours {
        *self.behaviours.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_behaviours(&self, behaviours: Behaviours) {
        *self.behaviours.lock().unwrap_or_else(PoisonError::into_inner) = behaviours;
    }

    pub(super) fn auto_approve(&self) -> bool {
        self.auto_approve.load(Ordering::Relaxed)
    }

    /// Follows another plan from its beginning; its limits too, if it has some.
    pub(super) fn follow(&self, plan: Plan) {
        if let Some(limits) = plan.limits {
            self.meter.limit(limits);
        }
        self.faults.set(plan);
    }

    /// The next request's number, from 1.
    pub(super) fn number(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Sandbox {
    /// The last requests, oldest first: at most [`KEPT`](super::log::KEPT) of them.
    pub fn log(&self) -> Vec<Entry> {
        self.inner.switches.log.entries()
    }

    /// Which of Exchange's ways are followed.
    pub fn behaviours(&self) -> Behaviours {
        self.inner.switches.behaviours()
    }

    /// Follows these ways from now on.
    pub fn set_behaviours(&self, behaviours: Behaviours) {
        self.inner.switches.set_behaviours(behaviours);
    }

    /// Whether the authority consents by itself.
    pub fn auto_approve(&self) -> bool {
        self.inner.switches.auto_approve()
    }

    /// From now on the authority consents by itself, or asks at its page. What somebody was asked already waits for them.
    pub fn set_auto_approve(&self, on: bool) {
        self.inner.switches.auto_approve.store(on, Ordering::Relaxed);
    }

    /// What an app is granted in a mailbox.
    pub fn limits(&self) -> Limits {
        self.inner.switches.meter.limits()
    }

    /// Grants this from now on. What was used stays used.
    pub fn set_limits(&self, limits: Limits) {
        self.inner.switches.meter.limit(limits);
    }

    /// What goes wrong on purpose, and how often it did: `{"seed":7,"faults":[{"name":"lost","matched":9,"hit":1}]}`.
    pub fn faults(&self) -> Value {
        self.inner.switches.faults.json()
    }

    /// Follows another plan from now on, from its beginning; its limits too, if it has some.
    pub fn set_faults(&self, plan: Plan) {
        self.inner.switches.follow(plan);
    }

    /// The plan starts over: what was counted and drawn is forgotten.
    pub fn restart_faults(&self) {
        self.inner.switches.faults.restart();
    }

    /// The present moment by the sandbox's clock.
    pub fn now(&self) -> Timestamp {
        self.inner.settings.clock.now()
    }

    /// Moves the clock on, if it is a virtual one, and carries out what was on its way and is due by then.
    pub async fn advance(&self, by: Duration) -> bool {
        let moved = self.inner.settings.clock.move_on(by);
        self.arrive().await;
        moved
    }

    /// From now on every token that was used or issued is over: its next request is answered 401. Says how many of those
    /// that were used this ends.
    pub fn expire_tokens(&self) -> usize {
        self.inner.expire_tokens()
    }
}

impl Inner {
    pub(super) fn expire_tokens(&self) -> usize {
        self.authority.expire();
        self.uses.expire_all()
    }
}
