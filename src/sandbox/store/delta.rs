//! The order of changes: what changed in a folder, or below one, between two change numbers, and what left it.
//!
//! A contact or folder stands at its latest change alone, so that it is met once in a walk, and again in the next one
//! when it changes meanwhile. What left has a row of its own for each time that it left.

use super::contacts::{COLUMNS, contact};
use super::folders::{SELECT, folder};
use super::mailboxes::LIST_CONTENT;
use super::{Change, ContactRow, FolderRow, View};
use crate::sandbox::error::ODataError;

/// Which changes a walk is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) struct Span {
    /// The change up to which the walker knew everything when the walk began; 0 if nothing.
    pub since: i64,
    /// The change up to which the walk has come.
    pub after: i64,
    /// The latest change when the walk began: later ones are the next walk's, so that a walk ends.
    pub until: i64,
}

/// Something that left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sandbox) struct Removal {
    pub change: i64,
    /// The id that the APIs showed.
    pub public: String,
    /// The number that a contact was made with, which its immutable id is of; a folder's own.
    pub born: i64,
    /// Deleted, not moved elsewhere.
    pub gone: bool,
}

/// How many changes back it is remembered what left.
const REMEMBERED: i64 = 250_000;
/// How many more there may be before the older ones are forgotten.
const SLACK: i64 = 25_000;

/// The folders below one, at any depth.
const BELOW: &str = "WITH RECURSIVE below (id) AS (
        SELECT id FROM folder WHERE parent = ?1 UNION SELECT f.id FROM folder f JOIN below ON f.parent = below.id
    )";

fn changed_contacts() -> String {
    format!(
        "SELECT {COLUMNS} FROM contact c JOIN folder f ON f.id = c.folder
         WHERE c.folder = ? AND c.change > ? AND c.change <= ? AND c.content <> '{LIST_CONTENT}'
         ORDER BY c.change LIMIT ?"
    )
}

const REMOVED_CONTACTS: &str = "SELECT change, public, gone, born FROM contact_removal
    WHERE folder = ? AND change > ? AND change <= ? AND number <= ? ORDER BY change LIMIT ?";

impl View<'_> {
    /// The latest change.
    pub(in crate::sandbox) fn latest(&self) -> Result<i64, ODataError> {
        Ok(self.connection.prepare_cached("SELECT value FROM counter")?.query_row([], |row| row.get(0))?)
    }

    fn floor(&self) -> Result<i64, ODataError> {
        Ok(self.connection.prepare_cached("SELECT floor FROM sync")?.query_row([], |row| row.get(0))?)
    }

    /// Whether all is still known that a walk has to tell. A walk through everything tells of nothing that left.
    pub(in crate::sandbox) fn remembers(&self, span: Span) -> Result<bool, ODataError> {
        let floor = self.floor()?;
        Ok(span.until >= floor && (span.since == 0 || span.after >= floor))
    }

    /// The contacts of a folder that changed, with their changes, in the order of these.
    pub(in crate::sandbox) fn changed_contacts(
        &self,
        of: &FolderRow,
        span: Span,
        limit: usize,
    ) -> Result<Vec<(i64, ContactRow)>, ODataError> {
        let mut statement = self.connection.prepare_cached(&changed_contacts())?;
        let rows = statement.query_map((of.id, span.after, span.until, limit as i64), contact)?;
        Ok(rows.map(|row| row.map(|row| (row.change, row))).collect::<Result<_, _>>()?)
    }

    /// The contacts that left a folder. What came after the walker's last visit, and left again, was never shown.
    pub(in crate::sandbox) fn removed_contacts(
        &self,
        of: &FolderRow,
        span: Span,
        limit: usize,
    ) -> Result<Vec<Removal>, ODataError> {
        let mut statement = self.connection.prepare_cached(REMOVED_CONTACTS)?;
        let rows = statement.query_map((of.id, span.after, span.until, span.since, limit as i64), removal)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The folders anywhere below one that changed, with their changes, in the order of these.
    pub(in crate::sandbox) fn changed_folders(
        &self,
        below: &FolderRow,
        span: Span,
        limit: usize,
    ) -> Result<Vec<(i64, FolderRow)>, ODataError> {
        let sql = format!(
            "{BELOW} {SELECT} JOIN below ON below.id = f.id
             WHERE f.change > ?2 AND f.change <= ?3 ORDER BY f.change LIMIT ?4"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let with_change = |row: &rusqlite::Row<'_>| Ok((row.get(6)?, folder(row)?));
        let rows = statement.query_map((below.id, span.after, span.until, limit as i64), with_change)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The folders that stood below one and do no longer.
    pub(in crate::sandbox) fn removed_folders(
        &self,
        below: &FolderRow,
        span: Span,
        limit: usize,
    ) -> Result<Vec<Removal>, ODataError> {
        let sql = "SELECT change, public, gone, number FROM folder_removal
                   WHERE change > ? AND change <= ? AND number <= ? AND instr(line, ?) > 0 ORDER BY change LIMIT ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let named = format!("/{}/", below.id);
        let rows = statement.query_map((span.after, span.until, span.since, named, limit as i64), removal)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// A folder and all below it: numbers and public ids.
    fn whole(&self, folder: &FolderRow) -> Result<Vec<(i64, String)>, ODataError> {
        let sql = format!("{BELOW} SELECT id, public FROM folder WHERE id = ?1 OR id IN below");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map([folder.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Change<'_> {
    /// Forgets every state of synchronization so far, and what only they still needed.
    pub(in crate::sandbox) fn forget_syncs(&self) -> Result<(), ODataError> {
        self.forget_before(self.next()?)
    }

    fn forget_before(&self, floor: i64) -> Result<(), ODataError> {
        self.connection.prepare_cached("UPDATE sync SET floor = ?")?.execute([floor])?;
        self.connection.prepare_cached("DELETE FROM contact_removal WHERE change <= ?")?.execute([floor])?;
        self.connection.prepare_cached("DELETE FROM folder_removal WHERE change <= ?")?.execute([floor])?;
        Ok(())
    }

    /// Something leaves with this change. What left long ago is forgotten then, so that a store does not grow for ever.
    fn forget_old(&self, change: i64) -> Result<(), ODataError> {
        let floor = change - REMEMBERED;
        if self.floor()? + SLACK <= floor { self.forget_before(floor) } else { Ok(()) }
    }

    /// Keeps in mind that a contact leaves its folder with this change.
    pub(super) fn contact_left(&self, contact: &ContactRow, change: i64, gone: bool) -> Result<(), ODataError> {
        let sql = "INSERT INTO contact_removal (folder, change, number, public, gone, born) VALUES (?, ?, ?, ?, ?, ?)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute((contact.folder, change, contact.number, &contact.public, gone, contact.born))?;
        self.forget_old(change)
    }

    /// A folder is about to be renamed or to move below `parent`: it changes, and with a move all below it, which come
    /// into sight for whoever watches their new place and go out of it at the old one.
    pub(super) fn folder_changes(&self, folder: &FolderRow, parent: &FolderRow) -> Result<(), ODataError> {
        let (old, new) = (self.line(folder.parent.unwrap_or_default())?, self.line(parent.id)?);
        let left: Vec<i64> = old.into_iter().filter(|above| !new.contains(above)).collect();
        let moves = folder.parent != Some(parent.id);
        let changed = if moves { self.whole(folder)? } else { vec![(folder.id, folder.public.clone())] };
        for (number, public) in &changed {
            if !left.is_empty() {
                self.folder_left(*number, public, &left, false)?;
            }
            self.touch_folder(*number)?;
        }
        Ok(())
    }

    /// A folder is about to be deleted with all below it.
    pub(super) fn folder_goes(&self, folder: &FolderRow) -> Result<(), ODataError> {
        let above = self.line(folder.parent.unwrap_or_default())?;
        for (number, public) in self.whole(folder)? {
            self.folder_left(number, &public, &above, true)?;
        }
        Ok(())
    }

    fn folder_left(&self, number: i64, public: &str, left: &[i64], gone: bool) -> Result<(), ODataError> {
        let line = left.iter().fold("/".to_owned(), |line, above| format!("{line}{above}/"));
        let sql = "INSERT INTO folder_removal (change, number, public, line, gone) VALUES (?, ?, ?, ?, ?)";
        let change = self.next()?;
        self.connection.prepare_cached(sql)?.execute((change, number, public, line, gone))?;
        self.forget_old(change)
    }
}

fn removal(row: &rusqlite::Row<'_>) -> Result<Removal, rusqlite::Error> {
    Ok(Removal { change: row.get(0)?, public: row.get(1)?, gone: row.get(2)?, born: row.get(3)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::store::Store;

    /// A page of a large folder costs what a page of a small one does: both statements walk along an index, and sort
    /// nothing.
    #[test]
    fn pages_follow_an_index() {
        let dir = tempfile::tempdir().unwrap();
        let (store, mailbox) = Store::open(&dir.path().join("a.db"), 7, 0).unwrap();
        for (sql, index) in [(changed_contacts().as_str(), "contact_by_change"), (REMOVED_CONTACTS, "PRIMARY KEY")] {
            let plan: Result<Vec<String>, ODataError> = store.read(&mailbox.ids, |view| {
                let mut statement = view.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let mut rows = statement.raw_query();
                let mut plan = Vec::new();
                while let Some(row) = rows.next()? {
                    plan.push(row.get(3)?);
                }
                Ok(plan)
            });
            let plan = plan.unwrap().join("; ");
            assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
