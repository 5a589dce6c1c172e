//! How a sandbox is set up: what it goes by while it runs, and what a new store starts from.

use std::sync::Arc;

use super::behaviour::Behaviours;
use super::clock::{Clock, SystemClock};
use super::faults::Plan;
use super::limits::Limits;

/// How a sandbox is set up. The default is Exchange as it is, by the machine's clock, without faults.
#[derive(Clone)]
pub struct Settings {
    /// What tells the time.
    pub clock: Arc<dyn Clock>,
    /// What a new store's ids come from; drawn at random where there is none. It says nothing about an existing store.
    pub seed: Option<u64>,
    /// Which of Exchange's ways are followed.
    pub behaviours: Behaviours,
    /// What is granted to an app in a mailbox. A plan of faults may say so too, and then that holds.
    pub limits: Limits,
    /// What goes wrong on purpose.
    pub faults: Plan,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            clock: Arc::new(SystemClock),
            seed: None,
            behaviours: Behaviours::default(),
            limits: Limits::NONE,
            faults: Plan::default(),
        }
    }
}
