//! Photos in the store.

use rusqlite::OptionalExtension;

use super::{Change, View};
use crate::sandbox::error::ODataError;

/// A stored photo.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct PhotoRow {
    /// Its media type, by content.
    pub kind: String,
    pub width: u32,
    pub height: u32,
    /// Empty where only the metadata was asked for.
    pub bytes: Vec<u8>,
}

impl View<'_> {
    /// A contact's photo; its bytes only `with_bytes`.
    pub(in crate::sandbox) fn photo(&self, contact: i64, with_bytes: bool) -> Result<Option<PhotoRow>, ODataError> {
        let sql = "SELECT kind, width, height, CASE WHEN ? THEN bytes ELSE x'' END FROM photo WHERE contact = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            Ok(PhotoRow { kind: row.get(0)?, width: row.get(1)?, height: row.get(2)?, bytes: row.get(3)? })
        };
        Ok(statement.query_row((with_bytes, contact), read).optional()?)
    }
}

impl Change<'_> {
    /// Sets a contact's photo, in place of any earlier one.
    pub(in crate::sandbox) fn set_photo(&self, contact: i64, photo: &PhotoRow) -> Result<(), ODataError> {
        let sql = "INSERT INTO photo (contact, kind, width, height, bytes) VALUES (?, ?, ?, ?, ?)
                   ON CONFLICT (contact) DO UPDATE SET kind = excluded.kind, width = excluded.width,
                       height = excluded.height, bytes = excluded.bytes";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute((contact, &photo.kind, photo.width, photo.height, &photo.bytes))?;
        Ok(())
    }

    /// Removes a contact's photo; answers whether there was one.
    pub(in crate::sandbox) fn delete_photo(&self, contact: i64) -> Result<bool, ODataError> {
        let mut statement = self.connection.prepare_cached("DELETE FROM photo WHERE contact = ?")?;
        Ok(statement.execute([contact])? > 0)
    }
}
