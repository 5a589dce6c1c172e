//! Contact folders in the store.

use rusqlite::{OptionalExtension, Row};

use super::{Change, View};
use crate::sandbox::error::ODataError;

/// A stored contact folder.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct FolderRow {
    pub id: i64,
    /// None for the default Contacts folder, whose parent holds no contacts.
    pub parent: Option<i64>,
    /// The id that the APIs show.
    pub public: String,
    /// The public id of its parent.
    pub parent_public: Option<String>,
    pub name: String,
    /// How many contacts have left it.
    pub removals: i64,
}

/// Exchange's limit is 300 levels.
const DEEPEST: i64 = 300;

pub(super) const SELECT: &str = "SELECT f.id, f.parent, f.public, p.public, f.name, f.removals, f.change
    FROM folder f LEFT JOIN folder p ON p.id = f.parent";

impl View<'_> {
    pub(in crate::sandbox) fn folder(&self, id: i64) -> Result<Option<FolderRow>, ODataError> {
        let sql = format!("{SELECT} WHERE f.id = ?");
        Ok(self.connection.prepare_cached(&sql)?.query_row([id], folder).optional()?)
    }

    pub(in crate::sandbox) fn folder_by_id(&self, public: &str) -> Result<Option<FolderRow>, ODataError> {
        let sql = format!("{SELECT} WHERE f.public = ?");
        Ok(self.connection.prepare_cached(&sql)?.query_row([public], folder).optional()?)
    }

    /// The folders directly below `parent`, in the order they were made.
    pub(in crate::sandbox) fn child_folders(&self, parent: i64) -> Result<Vec<FolderRow>, ODataError> {
        let mut statement = self.connection.prepare_cached(&format!("{SELECT} WHERE f.parent = ? ORDER BY f.id"))?;
        let rows = statement.query_map([parent], folder)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The ids of a folder and of all above it.
    pub(super) fn line(&self, id: i64) -> Result<Vec<i64>, ODataError> {
        let sql = "WITH RECURSIVE up (id) AS (
                       SELECT ? UNION SELECT f.parent FROM folder f JOIN up ON f.id = up.id WHERE f.parent IS NOT NULL
                   ) SELECT id FROM up";
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map([id], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What a folder's name is compared by. A `second` one may have a name that another one there has already.
    fn folded(&self, parent: i64, name: &str, id: i64, second: bool) -> Result<String, ODataError> {
        let folded = name.to_lowercase();
        let sql = "SELECT 1 FROM folder WHERE parent = ? AND folded = ? AND id <> ?";
        match self.connection.prepare_cached(sql)?.exists((parent, &folded, id))? {
            false => Ok(folded),
            // No name holds a control character; this one keeps the table's names apart.
            true if second => Ok(format!("{folded}\0{id}")),
            true => Err(ODataError::folder_exists()),
        }
    }

    /// How many levels a folder and those below it are.
    fn height(&self, id: i64) -> Result<i64, ODataError> {
        let sql = "WITH RECURSIVE down (id, level) AS (
                       SELECT ?, 1 UNION ALL SELECT f.id, level + 1 FROM folder f JOIN down ON f.parent = down.id
                   ) SELECT max(level) FROM down";
        Ok(self.connection.prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
    }
}

impl Change<'_> {
    /// Makes a folder and answers its id; with `second` even one of a name that is there already.
    pub(in crate::sandbox) fn add_folder(
        &self,
        parent: &FolderRow,
        name: &str,
        second: bool,
    ) -> Result<i64, ODataError> {
        self.is_not_too_deep(parent.id, 1)?;
        let id = self.next()?;
        let folded = self.folded(parent.id, name, id, second)?;
        let sql = "INSERT INTO folder (id, mailbox, parent, public, name, folded, change)
                   SELECT ?1, mailbox, id, ?2, ?3, ?4, ?1 FROM folder WHERE id = ?5";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute((id, self.ids.folder(id), name, folded, parent.id))?;
        Ok(id)
    }

    /// Renames a folder, moves it, or both; with `second` even to a name that is there already. Folder ids are constant
    /// (documented).
    pub(in crate::sandbox) fn set_folder(
        &self,
        folder: &FolderRow,
        name: &str,
        parent: &FolderRow,
        second: bool,
    ) -> Result<(), ODataError> {
        let folded = self.folded(parent.id, name, folder.id, second)?;
        if self.line(parent.id)?.contains(&folder.id) {
            return Err(ODataError::bad_option("A folder cannot be moved into itself or one of its subfolders."));
        }
        self.is_not_too_deep(parent.id, self.height(folder.id)?)?;
        self.folder_changes(folder, parent)?;
        let sql = "UPDATE folder SET name = ?, folded = ?, parent = ? WHERE id = ?";
        self.connection.prepare_cached(sql)?.execute((name, folded, parent.id, folder.id))?;
        Ok(())
    }

    /// Makes a folder one that changed, for whoever watches it.
    pub(in crate::sandbox) fn touch_folder(&self, folder: i64) -> Result<(), ODataError> {
        let mut statement = self.connection.prepare_cached("UPDATE folder SET change = ? WHERE id = ?")?;
        statement.execute((self.next()?, folder))?;
        Ok(())
    }

    /// Deletes a folder with all it holds.
    pub(in crate::sandbox) fn delete_folder(&self, folder: &FolderRow) -> Result<(), ODataError> {
        self.folder_goes(folder)?;
        self.connection.prepare_cached("DELETE FROM folder WHERE id = ?")?.execute([folder.id])?;
        Ok(())
    }

    /// Whether so many levels may stand below a folder.
    fn is_not_too_deep(&self, parent: i64, levels: i64) -> Result<(), ODataError> {
        if self.line(parent)?.len() as i64 + levels > DEEPEST {
            return Err(ODataError::bad_option("The folder hierarchy is too deep."));
        }
        Ok(())
    }
}

pub(super) fn folder(row: &Row<'_>) -> Result<FolderRow, rusqlite::Error> {
    Ok(FolderRow {
        id: row.get(0)?,
        parent: row.get(1)?,
        public: row.get(2)?,
        parent_public: row.get(3)?,
        name: row.get(4)?,
        removals: row.get(5)?,
    })
}
