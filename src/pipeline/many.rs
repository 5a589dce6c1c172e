//! What jobs over the many contacts of a mailbox have in common: how many are worked on at once, and when the job gives up.

use crate::remote::RemoteError;
use crate::remote::gate::Limits;

/// Contacts that are worked on at once: as many as requests may be under way.
pub(super) const AT_ONCE: usize = Limits::EXCHANGE.in_flight;
/// Contacts in a row over which the service may break down before it is the service that is broken, and the job stops.
const MOST: u32 = 3;

/// Contacts in a row over which the service broke down.
#[derive(Debug, Default)]
pub(super) struct Breakdowns(u32);

impl Breakdowns {
    /// One has gone well.
    pub(super) fn end(&mut self) {
        self.0 = 0;
    }

    /// Whether the contacts to come would fare no better than the one that ended so.
    pub(super) fn stops(&mut self, error: &RemoteError) -> bool {
        if error.is_breakdown() {
            self.0 += 1;
            return self.0 >= MOST;
        }
        !error.is_about_one_request()
    }
}
