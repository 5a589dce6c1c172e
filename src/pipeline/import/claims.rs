//! Which contacts that are there belong to which record of the source, by their keys, before anything is decided.
//!
//! What a contact shows may be shown by several records: a company's address, a family's telephone. The record that an
//! earlier import made it from is the one that it belongs to, wherever in the source that stands; without knowing that
//! beforehand, an earlier record would take it.

use super::plan::Silent;
use super::prepare::Preparer;
use super::{Import, Inputs, Stopped};
use crate::formats::Outcome;
use crate::model::identity::{Key, Keys};
use crate::pipeline::Totals;
use crate::pipeline::ledger::{Held, Ledger, LedgerError};
use crate::remote::{Clock, Transport};

/// Notes the key of every record.
pub(super) fn note<T: Transport, C: Clock>(
    import: &Import<'_, T, C>,
    inputs: &Inputs<'_>,
    ledger: &mut Ledger,
) -> Result<(), Stopped> {
    let dialect = import.mailbox.endpoint().dialect;
    let mut preparer = Preparer { keys: Keys::default(), dialect, categories: &import.options.categories };
    let (mut records, mut number) = (inputs.records(), 0);
    while let Some(record) = records.next(&mut Totals::default(), &mut Silent) {
        import.check_interrupted()?;
        number += 1;
        let Outcome::Contact(contact) = record.outcome else { continue };
        let key = preparer.prepare(*contact, record.position, record.losses).key;
        ledger.first_seen(&claim(key), number)?;
    }
    Ok(())
}

/// The record that a contact belongs to, if that is another one than the one of this key.
pub(super) fn owner(ledger: &Ledger, held: &Held, key: Key) -> Result<Option<u64>, LedgerError> {
    match held.key {
        Some(other) if other != key => ledger.seen(&claim(other)),
        _ => Ok(None),
    }
}

fn claim(key: Key) -> String {
    format!("key {key}")
}
