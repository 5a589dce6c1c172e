//! Photos that are not in the mailbox as they are in the source.

use rusqlite::{OptionalExtension as _, params};

use super::{Ledger, LedgerError};
use crate::formats::exchange::extended::Fingerprint;

impl Ledger {
    /// Keeps what a record's picture was made into because the service did not take it as it was.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn note_photo(&mut self, number: u64, print: Fingerprint) -> Result<(), LedgerError> {
        let print = print.to_string();
        self.change(|db| {
            let mut insert = db.prepare_cached("INSERT OR REPLACE INTO photos VALUES (?1, ?2)")?;
            insert.execute(params![number, print])
        })?;
        Ok(())
    }

    /// Fingerprint, as text, of what a record's picture was made into; none where the service was sent the source's own.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn photo_made(&self, number: u64) -> Result<Option<String>, LedgerError> {
        let read = || {
            let mut find = self.db.prepare_cached("SELECT print FROM photos WHERE number = ?1")?;
            find.query_row([number], |row| row.get(0)).optional()
        };
        read().map_err(|error| self.failure(error))
    }
}
