//! How much a mailbox may hold: each change is made through here, and undone if it makes the mailbox larger than that.

use super::behaviour::Behaviour;
use super::error::ODataError;
use super::request::Call;
use super::settings::Quota;
use super::store::{Change, Held};

impl Call<'_> {
    /// Changes the store: all of `work` is kept, or none of it if it fails, or makes too large a mailbox.
    pub(super) fn change<T>(&self, work: impl FnOnce(&Change<'_>) -> Result<T, ODataError>) -> Result<T, ODataError> {
        let quota = self.sandbox.settings.quota;
        let counts = self.behaviours.has(Behaviour::Quota) && quota != Quota::default();
        self.store.write(&self.mailbox.ids, |change| {
            let before = counts.then(|| change.held(self.mailbox)).transpose()?;
            let done = work(change)?;
            if let Some(before) = before {
                within(&quota, &before, &change.held(self.mailbox)?)?;
            }
            Ok(done)
        })
    }
}

/// A mailbox that is too large already may become smaller.
fn within(quota: &Quota, before: &Held, now: &Held) -> Result<(), ODataError> {
    let over = |most: Option<u64>, before: u64, now: u64| now > before && most.is_some_and(|most| now > most);
    if over(quota.bytes, before.bytes, now.bytes) || over(quota.contacts, before.contacts, now.contacts) {
        return Err(ODataError::mailbox_full());
    }
    if over(quota.named_properties, before.names, now.names) {
        return Err(ODataError::names_exhausted());
    }
    Ok(())
}
