//! How a sandbox is set up: what it goes by while it runs, and what a new store starts from.

use std::num::NonZeroU32;
use std::sync::Arc;

use super::authority::SignIn;
use super::behaviour::Behaviours;
use super::clock::{Clock, SystemClock};
use super::faults::Plan;
use super::limits::Limits;
use super::tokens::TokenRules;

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
    /// User principal names of mailboxes that there are beside the first one; those that are missing are made.
    pub mailboxes: Vec<String>,
    /// How many distribution lists the default folder of each mailbox holds at least. They can be neither read nor
    /// deleted; see [`Behaviour::ShortPages`](super::behaviour::Behaviour::ShortPages).
    pub distribution_lists: u32,
    /// How large a mailbox may become.
    pub quota: Quota,
    /// Which bearer tokens are taken.
    pub tokens: TokenRules,
    /// How people sign in at the sandbox's own authority.
    pub sign_in: SignIn,
    /// How many states of one synchronization are kept: a delta or skip token that is older is answered 410. All where
    /// there is none.
    pub delta_generations: Option<NonZeroU32>,
    /// The most pages of 4 KiB that the store's file may have, so that a full disk can be rehearsed; as many as the
    /// disk holds where there is none.
    pub pages: Option<u32>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            clock: Arc::new(SystemClock),
            seed: None,
            behaviours: Behaviours::default(),
            limits: Limits::NONE,
            faults: Plan::default(),
            mailboxes: Vec::new(),
            distribution_lists: 0,
            quota: Quota::default(),
            tokens: TokenRules::default(),
            sign_in: SignIn::default(),
            delta_generations: None,
            pages: None,
        }
    }
}

/// How large a mailbox may become. Nothing is looked at while none is set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Quota {
    /// Bytes of its contacts, their extended properties and photos.
    pub bytes: Option<u64>,
    /// Contacts, in all folders.
    pub contacts: Option<u64>,
    /// Named properties: extended properties with a GUID, and extensions. Documented: none is given back when its last
    /// value goes.
    pub named_properties: Option<u64>,
}
