//! How a sandbox is set up: what it goes by while it runs, and what a new store starts from.

use std::num::NonZeroU32;
use std::sync::Arc;

use super::behaviour::Behaviours;
use super::clock::{Clock, SystemClock};

/// How a sandbox is set up. The default is Exchange as it is, by the machine's clock, without faults.
#[derive(Clone)]
pub struct Settings {
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// What a new store's ids come from; drawn at random where there is none. It says nothing about an existing store.
    pub seed: Option<u64>,
    /// Which of Exchange's ways are followed.
    pub behaviours: Behaviours,
    /// How many states of one synchronization are kept: a delta or skip token that is older is answered 410. All where
    /// there is none.
    pub delta_generations: Option<NonZeroU32>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            clock: Arc::new(SystemClock),
            seed: None,
            behaviours: Behaviours::default(),
            delta_generations: None,
        }
    }
}
