//! Extended properties of folders in the store, under their normalised ids.

use super::{Change, View};
use crate::sandbox::error::ODataError;

impl View<'_> {
    /// All extended properties of a folder: normalised id and value.
    pub(in crate::sandbox) fn folder_properties(&self, folder: i64) -> Result<Vec<(String, String)>, ODataError> {
        let sql = "SELECT property, value FROM folder_extended WHERE folder = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([folder], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Change<'_> {
    /// Sets one extended property of a folder, or removes it.
    pub(in crate::sandbox) fn set_folder_property(
        &self,
        folder: i64,
        property: &str,
        value: Option<&str>,
    ) -> Result<(), ODataError> {
        let Some(value) = value else {
            let sql = "DELETE FROM folder_extended WHERE folder = ? AND property = ?";
            self.connection.prepare_cached(sql)?.execute((folder, property))?;
            return Ok(());
        };
        let sql = "INSERT INTO folder_extended (folder, property, value) VALUES (?, ?, ?)
                   ON CONFLICT (folder, property) DO UPDATE SET value = excluded.value";
        self.connection.prepare_cached(sql)?.execute((folder, property, value))?;
        Ok(())
    }

    /// Sets or removes several.
    pub(in crate::sandbox) fn set_folder_properties(
        &self,
        folder: i64,
        properties: &[(String, Option<String>)],
    ) -> Result<(), ODataError> {
        properties.iter().try_for_each(|(id, value)| self.set_folder_property(folder, id, value.as_deref()))
    }
}
