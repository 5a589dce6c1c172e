//! Which states of synchronization are still known.
//!
//! Observed: the service keeps the newest few states of each synchronization, and refuses an older one with 410, even in
//! the middle of a chain of next links. How many is not fixed; the sandbox keeps all unless it is told a number.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use http::StatusCode;

use super::Watched;
use super::token::State;
use crate::sandbox::error::ODataError;
use crate::sandbox::store::Span;

/// The chains of answers that clients walk along. They are known to this process alone: after a restart the tokens of
/// before are good until newer ones were given out.
#[derive(Debug)]
pub(in crate::sandbox) struct Syncs {
    limit: Option<NonZeroU32>,
    next: AtomicU64,
    /// The newest generation of each chain, where they are limited.
    newest: Mutex<HashMap<u64, u32>>,
}

/// The most chains that are remembered.
const CHAINS: usize = 10_000;

impl Syncs {
    /// Nothing was given out yet. `opened` is in seconds since 1970.
    pub(in crate::sandbox) fn new(opened: i64, limit: Option<NonZeroU32>) -> Syncs {
        let first = opened.unsigned_abs() << 24;
        Syncs { limit, next: AtomicU64::new(first), newest: Mutex::default() }
    }

    /// A chain of its own; what it watches is the caller's to say.
    pub(super) fn start(&self) -> State {
        let chain = self.next.fetch_add(1, Ordering::Relaxed);
        let span = Span { since: 0, after: 0, until: 0 };
        State { watched: Watched::Contacts, folder: 0, span, chain, generation: 0, options: String::new() }
    }

    /// The state as the next generation of its chain.
    pub(super) fn issued(&self, state: State) -> State {
        let state = State { generation: state.generation.saturating_add(1), ..state };
        if self.limit.is_some() {
            let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
            if newest.len() >= CHAINS {
                newest.clear();
            }
            let known = newest.entry(state.chain).or_default();
            *known = state.generation.max(*known);
        }
        state
    }

    /// Whether a state is still known; `kept` is false for one that was forgotten on demand.
    ///
    /// # Errors
    /// 410 `SyncStateNotFound` with the service's words (observed).
    pub(super) fn check(&self, state: &State, kept: bool) -> Result<(), ODataError> {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let highest = newest.get(&state.chain).copied().unwrap_or(state.generation).max(state.generation);
        let limit = self.limit.map_or(u32::MAX, NonZeroU32::get);
        if kept && highest - state.generation < limit {
            return Ok(());
        }
        let oldest = if kept { highest.saturating_sub(limit - 1) } else { highest + 1 };
        let there: String = (oldest..=highest).take(8).map(|generation| format!("[{generation}]")).collect();
        let generation = state.generation;
        let message =
            format!("The sync state generation is not found; generation={generation};[highest={highest}]{there}.");
        Err(ODataError::new(StatusCode::GONE, "SyncStateNotFound", message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_states_are_kept() {
        let syncs = Syncs::new(5, NonZeroU32::new(3));
        let first = syncs.issued(syncs.start());
        let mut state = first.clone();
        for _ in 0..2 {
            state = syncs.issued(state);
        }
        assert!(syncs.check(&first, true).is_ok());
        let fourth = syncs.issued(state);
        let error = syncs.check(&first, true).unwrap_err();
        assert_eq!((error.status, error.code), (StatusCode::GONE, "SyncStateNotFound"));
        let says = "The sync state generation is not found; generation=1;[highest=4][2][3][4].";
        assert_eq!(error.message, says);
        assert!(syncs.check(&fourth, true).is_ok() && syncs.check(&fourth, false).is_err());
    }
}
