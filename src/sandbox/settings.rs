//! How a sandbox is set up: what it goes by while it runs, and what a new store starts from.

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
    /// The most pages of 4 KiB that the store's file may have, so that a full disk can be rehearsed; as many as the
    /// disk holds where there is none.
    pub pages: Option<u32>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { clock: Arc::new(SystemClock), seed: None, behaviours: Behaviours::default(), pages: None }
    }
}
