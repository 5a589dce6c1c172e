//! The proof at the end of an import: the folder's keys, listed once more.

use super::{Import, Stopped, Verified, target};
use crate::formats::exchange::{self, extended};
use crate::pipeline::Watcher;
use crate::pipeline::ledger::{Held, Ledger};
use crate::remote::api::{Expand, Place, Query};
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
    /// Twins that lost answers had made, and that were removed.
    pub twins_removed: u64,
    /// What came of reading all back; none where that was not wanted.
    pub verified: Option<Verified>,
}

/// Lists the folder, removes the twins that lost answers made, and compares with what this run created.
pub(super) async fn prove<T: Transport, C: Clock>(
    import: &Import<'_, T, C>,
    ledger: &mut Ledger,
    watcher: &mut dyn Watcher,
) -> Result<Proof, Stopped> {
    target::list(import.mailbox, import.place, ledger, import.options.verify).await?;
    let twins_removed = remove_twins(import.mailbox, import.place, ledger, watcher).await?;
    let mut proof = Proof { twins_removed, ..Proof::default() };
    (proof.contacts, proof.keyed) = ledger.held_counts()?;
    let (created, found) = ledger.created()?;
    (proof.found, proof.missing) = (found, created - found);
    Ok(proof)
}

/// Removes the twins that lost answers made from the folder as it is listed; how many there were.
pub(in crate::pipeline) async fn remove_twins<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    ledger: &mut Ledger,
    watcher: &mut dyn Watcher,
) -> Result<u64, Stopped> {
    let mut removed = 0;
    for key in ledger.repeated_keys()? {
        let held = ledger.held_by_key(key)?;
        for (twin, kept) in twins(&held, ledger.created_of(key)?.as_ref()) {
            if !says_nothing_more((mailbox, place), twin, kept).await? {
                continue;
            }
            mailbox.delete(place, &twin.id).await?;
            ledger.drop_held(&twin.id)?;
            watcher.note("removed a twin of a contact, which a late answer had made");
            removed += 1;
        }
    }
    ledger.commit()?;
    Ok(removed)
}

/// The contacts of one key that are there twice because one create was carried out twice: made by the same run from
/// the same content, this run or an earlier one that did not come to its own proof. The one that counts stays: the one
/// this run knows, else one with a photo, else the first. Each comes with the one that stays.
fn twins<'a>(held: &'a [Held], ours: Option<&String>) -> Vec<(&'a Held, &'a Held)> {
    let mut rest: Vec<&Held> = held.iter().filter(|held| held.state.is_some()).collect();
    let mut twins = Vec::new();
    while let Some(first) = rest.pop() {
        let same = |other: &Held| other.state == first.state;
        let mut group: Vec<&Held> = rest.extract_if(.., |other| same(other)).collect();
        group.insert(0, first);
        let worth = |held: &&Held| (Some(&held.id) == ours, held.has_picture == Some(true));
        let Some(kept) = group.iter().copied().max_by_key(worth) else { continue };
        twins.extend(group.into_iter().filter(|held| held.id != kept.id).map(|twin| (twin, kept)));
    }
    twins
}

/// Whether nothing is lost with a twin. Somebody may have copied a contact, marks and all, or have edited one of the two
/// since: then both are somebody's work.
async fn says_nothing_more<T: Transport, C: Clock>(
    (mailbox, place): (&Mailbox<T, C>, &Place),
    twin: &Held,
    kept: &Held,
) -> Result<bool, RemoteError> {
    // Whether there is a photo may differ; the photos themselves are compared below.
    let asked = exchange::all_extended().into_iter().filter(|id| *id != extended::HAS_PICTURE).collect();
    let query = Query { expand: Expand(asked), ..Query::default() };
    let (one, other) =
        match (mailbox.contact(place, &twin.id, &query).await, mailbox.contact(place, &kept.id, &query).await) {
            (Ok(one), Ok(other)) => (one, other),
            // One of them is gone or cannot be read: then there is nothing to compare, and nothing is removed.
            (Err(error), _) | (_, Err(error)) if error.is_about_one_request() => return Ok(false),
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
    if !exchange::same_content(one, other) {
        return Ok(false);
    }
    if twin.has_picture == Some(false) {
        return Ok(true);
    }
    let photo = mailbox.photo(place, &twin.id).await?;
    Ok(photo.is_none() || photo == mailbox.photo(place, &kept.id).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::exchange::extended::{Fingerprint, State};

    fn held(id: &str, run: &str, has_picture: bool) -> Held {
        let state = State { content: Fingerprint::of(b"c"), photo: None, run: run.into(), changed_by: None };
        let (change_key, title, name) = Default::default();
        let (state, has_picture) = (Some(state), Some(has_picture));
        Held { id: id.into(), change_key, key: None, state, has_picture, title, name, json: None }
    }

    fn ids(held: &[Held], ours: Option<&str>) -> Vec<String> {
        let ours = ours.map(str::to_owned);
        let mut ids: Vec<_> = twins(held, ours.as_ref()).into_iter().map(|(twin, _)| twin.id.clone()).collect();
        ids.sort();
        ids
    }

    #[test]
    fn only_what_one_run_made_twice_is_a_twin() {
        assert_eq!(ids(&[held("a", "r1", false)], None), [""; 0]);
        assert_eq!(ids(&[held("a", "r1", false), held("b", "r2", false)], None), [""; 0]);
        assert_eq!(ids(&[held("a", "r1", false), held("b", "r1", true)], None), ["a"]);
        assert_eq!(ids(&[held("a", "r1", false), held("b", "r1", true)], Some("a")), ["b"]);
        assert_eq!(ids(&[held("a", "r1", false), held("b", "r1", false), held("c", "r1", true)], None), ["a", "b"]);
        let unknown = Held { state: None, ..held("b", "", false) };
        assert_eq!(ids(&[held("a", "r1", false), unknown.clone(), unknown], None), [""; 0]);
    }
}
