//! Transactions: one for a request, or one for several that are kept or lost together.

use std::cell::Cell;
use std::ptr;
use std::sync::PoisonError;

use rusqlite::{Connection, TransactionBehavior};

use super::{Change, Store, View};
use crate::disk::sqlite::{self, SqliteError};
use crate::sandbox::error::ODataError;
use crate::sandbox::ids::Ids;

/// Readers that are kept for the next request.
const IDLE_READERS: usize = 8;
/// What a reader may hold of the file, in KiB.
const READER_CACHE: i64 = 4 * 1024;

thread_local! {
    /// The address of the store whose transaction this thread has open for several requests; 0 if none.
    static OPEN_HERE: Cell<usize> = const { Cell::new(0) };
    /// Whether this thread has tried to write a part of such a transaction.
    static TRIED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread has tried to write a part of a transaction since it was last asked.
pub(in crate::sandbox) fn tried() -> bool {
    TRIED.take()
}

impl Store {
    /// From now on the file takes no more than so many pages.
    pub(in crate::sandbox) fn limit(&self, pages: u32) -> Result<(), SqliteError> {
        let connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(connection.pragma_update(None, "max_page_count", pages)?)
    }

    /// Looks at one moment of the store. Among requests that are carried out together it sees what they did before.
    pub(in crate::sandbox) fn read<T>(
        &self,
        ids: &Ids,
        work: impl FnOnce(&View<'_>) -> Result<T, ODataError>,
    ) -> Result<T, ODataError> {
        if self.is_open_here() {
            let connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            return work(&self.view(&connection, ids));
        }
        let mut connection = self.reader()?;
        let looking = connection.transaction()?;
        let result = work(&self.view(&looking, ids));
        drop(looking);
        let mut idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        result
    }

    /// Changes the store: all of `work` is kept, or none of it if it fails.
    pub(in crate::sandbox) fn write<T>(
        &self,
        ids: &Ids,
        work: impl FnOnce(&Change<'_>) -> Result<T, ODataError>,
    ) -> Result<T, ODataError> {
        if self.is_open_here() {
            return self.write_part(ids, work);
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let changing = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&Change(self.view(&changing, ids)))?;
        changing.commit()?;
        Ok(result)
    }

    /// Keeps all that `work` writes on this thread, or nothing of it. Each [`Store::write`] within fails alone.
    ///
    /// # Errors
    /// When it could not be kept: then none of it is, whatever `work` was told.
    pub(in crate::sandbox) fn together<T>(&self, work: impl FnOnce() -> T) -> Result<T, ODataError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.all_of_it("BEGIN IMMEDIATE")?;
        let open = OpenHere::mark(self);
        let result = work();
        drop(open);
        if let Err(error) = self.all_of_it("COMMIT") {
            // It fails where SQLite has undone everything already.
            let _ = self.all_of_it("ROLLBACK");
            return Err(error);
        }
        Ok(result)
    }

    /// A part of the transaction that is open here.
    fn write_part<T>(
        &self,
        ids: &Ids,
        work: impl FnOnce(&Change<'_>) -> Result<T, ODataError>,
    ) -> Result<T, ODataError> {
        TRIED.set(true);
        let mut connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // On a full disk SQLite may undo the whole transaction. What came after it would be kept, and then done again.
        if connection.is_autocommit() {
            return Err(ODataError::internal("The sandbox's store undid the requests before this one.".to_owned()));
        }
        let part = connection.savepoint()?;
        let result = work(&Change(self.view(&part, ids)))?;
        part.commit()?;
        Ok(result)
    }

    fn all_of_it(&self, statement: &str) -> Result<(), ODataError> {
        let connection = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(connection.execute_batch(statement)?)
    }

    fn is_open_here(&self) -> bool {
        OPEN_HERE.get() == ptr::from_ref(self).addr()
    }

    fn view<'a>(&'a self, connection: &'a Connection, ids: &'a Ids) -> View<'a> {
        View { connection, ids, bookmarks: &self.bookmarks }
    }

    fn reader(&self) -> Result<Connection, ODataError> {
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(connection) = idle {
            return Ok(connection);
        }
        let opened = sqlite::open(&self.path, &super::tables::LAYOUT);
        let connection = opened.map_err(|error| ODataError::internal(error.to_string()))?;
        connection.pragma_update(None, "cache_size", -READER_CACHE)?;
        Ok(connection)
    }
}

#[cfg(test)]
impl Store {
    /// From now on a contact that holds this text undoes the whole transaction, as SQLite may on a full disk.
    pub(in crate::sandbox) fn break_on(&self, text: &str) -> Result<(), ODataError> {
        self.all_of_it(&format!(
            "CREATE TRIGGER breaks BEFORE INSERT ON contact WHEN NEW.content LIKE '%{text}%'
             BEGIN SELECT RAISE(ROLLBACK, 'full'); END"
        ))
    }
}

/// While it lives, what this thread writes belongs to one transaction.
struct OpenHere;

impl OpenHere {
    fn mark(store: &Store) -> OpenHere {
        OPEN_HERE.set(ptr::from_ref(store).addr());
        OpenHere
    }
}

impl Drop for OpenHere {
    fn drop(&mut self) {
        OPEN_HERE.set(0);
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::sandbox::store::Mailbox;

    fn store() -> (TempDir, Store, Mailbox) {
        let dir = tempfile::tempdir().unwrap();
        let (store, mailbox) = Store::open(&dir.path().join("a.db"), 7, 0).unwrap();
        (dir, store, mailbox)
    }

    fn add(store: &Store, mailbox: &Mailbox, name: &str) -> Result<(), ODataError> {
        store.write(&mailbox.ids, |change| {
            let parent = change.folder(mailbox.contacts)?.ok_or_else(ODataError::not_found)?;
            change.add_folder(&parent, name, false).map(drop)
        })
    }

    fn names(store: &Store, mailbox: &Mailbox) -> Vec<String> {
        let folders = store.read(&mailbox.ids, |view| view.child_folders(mailbox.contacts)).unwrap();
        folders.into_iter().map(|folder| folder.name).collect()
    }

    #[test]
    fn what_fails_among_others_fails_alone_and_each_sees_those_before() {
        let (_dir, store, mailbox) = store();
        let (twice, seen) = store
            .together(|| {
                add(&store, &mailbox, "a").unwrap();
                let twice = store.write(&mailbox.ids, |change| {
                    let parent = change.folder(mailbox.contacts)?.ok_or_else(ODataError::not_found)?;
                    change.add_folder(&parent, "undone", false)?;
                    change.add_folder(&parent, "A", false)
                });
                add(&store, &mailbox, "b").unwrap();
                (twice, names(&store, &mailbox))
            })
            .unwrap();
        assert!(twice.is_err());
        assert_eq!((seen, names(&store, &mailbox)), (vec!["a".into(), "b".into()], vec!["a".into(), "b".into()]));
        add(&store, &mailbox, "c").unwrap();
        assert_eq!(names(&store, &mailbox).len(), 3);
    }

    #[test]
    fn others_see_nothing_before_all_is_kept() {
        let (_dir, store, mailbox) = store();
        store
            .together(|| {
                add(&store, &mailbox, "a").unwrap();
                let elsewhere = std::thread::scope(|scope| scope.spawn(|| names(&store, &mailbox)).join());
                assert!(elsewhere.unwrap().is_empty());
            })
            .unwrap();
        assert_eq!(names(&store, &mailbox), ["a"]);
    }

    #[test]
    fn what_cannot_be_kept_whole_is_not_kept_at_all() {
        let (_dir, store, mailbox) = store();
        store.limit(1).unwrap();
        let long = "a".repeat(100_000);
        let kept = store.together(|| (add(&store, &mailbox, "a"), add(&store, &mailbox, &long)));
        match kept {
            // SQLite has undone the one statement.
            Ok((first, second)) => {
                assert!(first.is_ok() && second.is_err());
                assert_eq!(names(&store, &mailbox), ["a"]);
            }
            // It has undone everything.
            Err(_) => assert!(names(&store, &mailbox).is_empty()),
        }
        store.limit(u32::MAX).unwrap();
        add(&store, &mailbox, "b").unwrap();
        add(&store, &mailbox, &long).unwrap();
    }
}
