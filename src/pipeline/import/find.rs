//! Whom a record means among the contacts that are there.

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
}

/// Looks by one thing after the other; the first that finds somebody decides.
pub(super) fn find(
    ledger: &Ledger,
    options: &Options,
    record: &Prepared,
    traits: &Traits,
) -> Result<Found, LedgerError> {
    for by in &options.match_by {
        let mut found = found_by(ledger, *by, record, traits)?;
        let namesake = |held: &Held| !traits.name.is_empty() && held.name == traits.name;
        if found.len() > 1 && found.iter().any(namesake) {
            found.retain(namesake);
        }
        match (found.len(), by) {
            (0, _) => {}
            // Twins of one key are the same contact, and are cleared away at the end.
            (1, _) | (_, MatchBy::Key) => return Ok(Found::One(Box::new(found.swap_remove(0)), *by)),
            (several, _) => return Ok(Found::Several(several, *by)),
        }
    }
    Ok(Found::Nobody)
}

fn found_by(ledger: &Ledger, by: MatchBy, record: &Prepared, traits: &Traits) -> Result<Vec<Held>, LedgerError> {
    match by {
        MatchBy::Key => ledger.held_by_key(record.key),
        MatchBy::Uid => match identity::uid_key(&record.contact) {
            Some(key) => ledger.held_by_key(key),
            None => Ok(Vec::new()),
        },
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
