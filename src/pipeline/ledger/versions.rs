//! The earlier versions of what a run changes or deletes.

use bytes::Bytes;
use rusqlite::{OptionalExtension as _, params};

use super::{Ledger, LedgerError};

/// A contact as it was before the run touched it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The service's id.
    pub id: String,
    /// The source record that the change was for.
    pub number: u64,
    /// The whole contact as the service's JSON.
    pub json: String,
    /// Its photo, where it had one.
    pub photo: Option<Bytes>,
}

impl Ledger {
    /// Keeps a contact as it is before it is changed; it is on the disk when this returns. What is kept first stays: the
    /// run's own changes are no earlier version.
    ///
    /// # Errors
    /// When the disk is full or broken: then the contact must not be changed.
    pub fn keep(&mut self, version: &Version) -> Result<(), LedgerError> {
        let Version { id, number, json, photo } = version;
        self.change_durably(|db| {
            let mut keep = db.prepare_cached("INSERT OR IGNORE INTO versions VALUES (?1, ?2, ?3, ?4)")?;
            keep.execute(params![id, number, json, photo.as_deref()])
        })?;
        Ok(())
    }

    /// The earlier version of a contact, if the run has kept one.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn version(&self, id: &str) -> Result<Option<Version>, LedgerError> {
        let read = || {
            let mut find = self.db.prepare_cached("SELECT id, number, json, photo FROM versions WHERE id = ?1")?;
            let version = find.query_row([id], |row| {
                let photo: Option<Vec<u8>> = row.get(3)?;
                Ok(Version { id: row.get(0)?, number: row.get(1)?, json: row.get(2)?, photo: photo.map(Bytes::from) })
            });
            version.optional()
        };
        read().map_err(|error| self.failure(error))
    }
}
