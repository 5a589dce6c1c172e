//! Whom a record means among the contacts that are there.

use super::claims;
use super::options::{MatchBy, Options};
use super::prepare::Prepared;
use super::target::index;
use crate::model::identity;
use crate::model::likeness::{Traits, same_phone};
use crate::pipeline::ledger::{Held, Ledger, LedgerError, Trait};

/// Whom a record means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// Nobody who is there.
    Nobody,
    /// This one.
    One(Box<Held>, MatchBy),
    /// Several, of whom none is more like it than the others.
    Several(usize, MatchBy),
    /// One that an earlier import has made from another record of this source, which has this number.
    Claimed(Box<Held>, MatchBy, u64),
}

/// Looks by one thing after the other; the first that finds somebody decides. What an earlier import has made from this
/// very record is found whatever the user looks by, or every run would make it anew.
pub(super) fn find(
    ledger: &Ledger,
    options: &Options,
    record: &Prepared,
    traits: &Traits,
) -> Result<Found, LedgerError> {
    for by in options.match_by.iter().chain([&MatchBy::Key]) {
        let mut found = found_by(ledger, *by, record, traits)?;
        let claimed = if by.is_mark() { None } else { take_claimed(ledger, &mut found, record)? };
        let namesake = |held: &Held| !traits.name.is_empty() && held.name == traits.name;
        if found.len() > 1 && found.iter().any(namesake) {
            found.retain(namesake);
        }
        match (found.len(), claimed) {
            (0, None) => {}
            (0, Some((held, owner))) => return Ok(Found::Claimed(Box::new(held), *by, owner)),
            (1, _) => return Ok(Found::One(Box::new(found.swap_remove(0)), *by)),
            // Twins of one key are the same contact, and are cleared away at the end.
            _ if by.is_mark() => return Ok(Found::One(Box::new(found.swap_remove(0)), *by)),
            (several, _) => return Ok(Found::Several(several, *by)),
        }
    }
    Ok(Found::Nobody)
}

/// Takes out those that belong to other records of the source; the first of them, and its record.
fn take_claimed(ledger: &Ledger, found: &mut Vec<Held>, record: &Prepared) -> Result<Option<(Held, u64)>, LedgerError> {
    let (mut free, mut claimed) = (Vec::new(), None);
    for held in found.drain(..) {
        match claims::owner(ledger, &held, record.key)? {
            None => free.push(held),
            Some(owner) => claimed = claimed.or(Some((held, owner))),
        }
    }
    *found = free;
    Ok(claimed)
}

fn found_by(ledger: &Ledger, by: MatchBy, record: &Prepared, traits: &Traits) -> Result<Vec<Held>, LedgerError> {
    match by {
        MatchBy::Key => ledger.held_by_key(record.key),
        MatchBy::Uid => {
            let Some(key) = identity::uid_key(&record.contact) else { return Ok(Vec::new()) };
            // Where several records have one UID, each has a key of its own beside.
            let own = ledger.held_by_key(record.key)?;
            if own.is_empty() { ledger.held_by_key(key) } else { Ok(own) }
        }
        MatchBy::Email | MatchBy::Phone | MatchBy::Name => {
            let mut found: Vec<Held> = Vec::new();
            for value in values(by, traits) {
                for held in holders(ledger, by, &value)? {
                    if !found.iter().any(|known| known.id == held.id) {
                        found.push(held);
                    }
                }
            }
            Ok(found)
        }
    }
}

/// The values of a record that one thing compares.
pub(super) fn values(by: MatchBy, traits: &Traits) -> Vec<Trait> {
    let mark = format!("{} ", by.word());
    index(traits).into_iter().filter(|of| of.value.starts_with(&mark)).collect()
}

/// The contacts there that have a value in common with a record. Different phones may be looked up by the same digits.
fn holders(ledger: &Ledger, by: MatchBy, of: &Trait) -> Result<Vec<Held>, LedgerError> {
    let same = |whole: &str| by != MatchBy::Phone || same_phone(whole, &of.whole);
    let found = ledger.held_by_trait(&of.value)?;
    Ok(found.into_iter().filter(|(_, whole)| same(whole)).map(|(held, _)| held).collect())
}

/// The record that has the same value first, perhaps this one, which is noted. Different phones may be looked up by the
/// same digits.
pub(super) fn first_seen(
    ledger: &mut Ledger,
    by: MatchBy,
    of: &Trait,
    number: u64,
) -> Result<Option<u64>, LedgerError> {
    if by != MatchBy::Phone {
        return ledger.first_seen(&of.value, number);
    }
    let beginning = format!("{} ", of.value);
    let seen = ledger.seen_with(&beginning)?;
    let earlier = seen.into_iter().find(|(whole, _)| same_phone(whole, &of.whole)).map(|(_, number)| number);
    ledger.first_seen(&(beginning + &of.whole), number)?;
    Ok(earlier)
}

/// A contact that something else has put there and that looks like this record: the same name, and an e-mail address or
/// a phone number in common.
pub(super) fn look_alike(ledger: &Ledger, traits: &Traits) -> Result<Option<(Held, MatchBy)>, LedgerError> {
    for by in [MatchBy::Email, MatchBy::Phone] {
        for value in values(by, traits) {
            let held = holders(ledger, by, &value)?;
            let like = held.into_iter().find(|held| held.key.is_none() && held.name == traits.name);
            if let Some(held) = like.filter(|_| !traits.name.is_empty()) {
                return Ok(Some((held, by)));
            }
        }
    }
    Ok(None)
}
