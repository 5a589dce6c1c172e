//! Requests whose connection is cut before they are carried out, which happens all the same, later.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use tokio::sync;

use super::clock::Waits;
use super::{Inner, Sandbox, batch};

/// What is on its way.
#[derive(Debug, Default)]
pub(super) struct Late {
    waiting: Mutex<Vec<OnItsWay>>,
    /// They are carried out one after the other.
    turn: sync::Mutex<()>,
}

#[derive(Debug)]
struct OnItsWay {
    due: Timestamp,
    request: Request<Bytes>,
}

/// How many bytes may be on their way. What is beyond arrives at once.
const MOST_BYTES: usize = 64 * 1024 * 1024;

impl Late {
    fn waiting(&self) -> MutexGuard<'_, Vec<OnItsWay>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what is due by then and came first, or what came first at all.
    fn take(&self, by: Option<Timestamp>) -> Option<Request<Bytes>> {
        let mut waiting = self.waiting();
        let due = waiting.iter().enumerate().filter(|(_, late)| by.is_none_or(|by| late.due <= by));
        let (at, _) = due.min_by_key(|(_, late)| late.due)?;
        Some(waiting.remove(at).request)
    }
}

impl Sandbox {
    /// Carries a request out so long from now, whatever becomes of whoever sent it.
    pub(super) fn carry_out_late(&self, request: Request<Bytes>, after: Duration) {
        let clock = &self.inner.settings.clock;
        let due = clock.now().saturating_add(SignedDuration::try_from(after).unwrap_or(SignedDuration::MAX));
        let full = {
            let mut waiting = self.inner.switches.late.waiting();
            waiting.push(OnItsWay { due: due.unwrap_or(Timestamp::MAX), request });
            waiting.iter().map(|late| late.request.body().len()).sum::<usize>() > MOST_BYTES
        };
        let sleep = clock.sleep(after, Waits::Background);
        // What waits must not keep the store open.
        let inner = std::sync::Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            sleep.await;
            if let Some(inner) = inner.upgrade() {
                Sandbox { inner }.arrive().await;
            }
        });
        if full {
            let sandbox = self.clone();
            tokio::spawn(async move { sandbox.settle().await });
        }
    }

    /// Carries out what is due, and returns when it is done.
    pub(super) async fn arrive(&self) {
        let late = &self.inner.switches.late;
        let _turn = late.turn.lock().await;
        while let Some(request) = late.take(Some(self.inner.settings.clock.now())) {
            self.handle(request).await;
        }
    }

    /// Carries out all that is on its way, whenever it is due, and returns when it is done.
    pub async fn settle(&self) {
        let late = &self.inner.switches.late;
        let _turn = late.turn.lock().await;
        while let Some(request) = late.take(None) {
            self.handle(request).await;
        }
    }
}

impl Drop for Inner {
    /// What is still on its way arrives before the store is closed.
    fn drop(&mut self) {
        while let Some(request) = self.switches.late.take(None) {
            if let Some(plan) = batch::planned(&mut self.answer(&request)) {
                batch::carry_out_here(self, &plan);
            }
        }
    }
}
