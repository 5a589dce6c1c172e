//! Extended properties in the store, under their normalised ids.

use rusqlite::OptionalExtension;

use super::{Change, View, start};
use crate::sandbox::error::ODataError;

impl View<'_> {
    /// All extended properties of a contact: normalised id and value.
    pub(in crate::sandbox) fn extended(&self, contact: i64) -> Result<Vec<(String, String)>, ODataError> {
        let sql = "SELECT property, value FROM extended WHERE contact = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([contact], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// One extended property of a contact, by its normalised id.
    pub(in crate::sandbox) fn extended_one(&self, contact: i64, property: &str) -> Result<Option<String>, ODataError> {
        let sql = "SELECT value FROM extended WHERE contact = ? AND property = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row((contact, property), |row| row.get(0)).optional()?)
    }

    /// The numbers of the contacts, in any folder, whose property may hold the value: the caller looks again.
    pub(in crate::sandbox) fn holders(&self, property: &str, value: &str) -> Result<Vec<i64>, ODataError> {
        let sql = "SELECT contact FROM extended WHERE property = ? AND start = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map((property, start(value)), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The numbers of the contacts, in any folder, that have the property.
    pub(in crate::sandbox) fn holders_of(&self, property: &str) -> Result<Vec<i64>, ODataError> {
        let mut statement = self.connection.prepare_cached("SELECT contact FROM extended WHERE property = ?")?;
        let rows = statement.query_map([property], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Change<'_> {
    /// Sets one extended property, or removes it.
    pub(in crate::sandbox) fn set_extended(
        &self,
        contact: i64,
        property: &str,
        value: Option<&str>,
    ) -> Result<(), ODataError> {
        let Some(value) = value else {
            let sql = "DELETE FROM extended WHERE contact = ? AND property = ?";
            self.connection.prepare_cached(sql)?.execute((contact, property))?;
            return Ok(());
        };
        let sql = "INSERT INTO extended (contact, property, value, start) VALUES (?, ?, ?, ?)
                   ON CONFLICT (contact, property) DO UPDATE SET value = excluded.value, start = excluded.start";
        self.connection.prepare_cached(sql)?.execute((contact, property, value, start(value)))?;
        Ok(())
    }
}
