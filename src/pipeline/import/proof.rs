//! The proof at the end of an import: the folder's keys, listed once more.

use std::collections::HashMap;

use super::target::{Held, Target};
use crate::model::identity::Key;
use crate::pipeline::Watcher;
use crate::remote::api::Place;
use crate::remote::{Clock, Mailbox, RemoteError, Transport};

/// What the folder holds after an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Proof {
    /// Contacts in the folder, however they came there.
    pub contacts: u64,
    /// Those that carry a key of cardferry.
    pub keyed: u64,
    /// Contacts that this run created and that are there.
    pub found: u64,
    /// Contacts that this run created and that are missing.
    pub missing: u64,
    /// Twins that late commits of this run had made, and that were removed.
    pub twins_removed: u64,
}

/// Lists the folder, removes the twins that this run made, and compares with what this run created.
pub(super) async fn prove<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    run: &str,
    created: &HashMap<Key, String>,
    watcher: &mut dyn Watcher,
) -> Result<Proof, RemoteError> {
    let target = Target::list(mailbox, place).await?;
    let mut proof = Proof { contacts: target.contacts, ..Proof::default() };
    for (key, held) in &target.held {
        proof.keyed += held.len() as u64;
        let Some(ours) = created.get(key) else { continue };
        for twin in twins(held, ours, run) {
            mailbox.delete(place, &twin.id).await?;
            watcher.note("removed a twin that a late answer of this run had made");
            proof.twins_removed += 1;
        }
    }
    proof.contacts -= proof.twins_removed;
    proof.keyed -= proof.twins_removed;
    proof.found = created.keys().filter(|key| target.held.contains_key(key)).count() as u64;
    proof.missing = created.len() as u64 - proof.found;
    Ok(proof)
}

/// The contacts of one key that this very run made beside the one that counts.
fn twins<'a>(held: &'a [Held], ours: &'a str, run: &'a str) -> impl Iterator<Item = &'a Held> {
    let there = held.iter().any(|held| held.id == ours);
    let made_here = move |held: &&Held| held.state.as_ref().is_some_and(|state| state.run == run);
    held.iter().filter(move |held| there && held.id != ours).filter(made_here)
}
