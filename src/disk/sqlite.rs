//! Opening a SQLite file: whose it is, which layout it has, and the pragmas that make it last.
//!
//! WAL with `synchronous = NORMAL`: a committed transaction survives the death of the process at any moment
//! (<https://www.sqlite.org/pragma.html#pragma_synchronous>); only a power cut may undo the newest ones.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use thiserror::Error;

/// Whose file it is, and how its tables came to be.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// `PRAGMA application_id`: tells our files from any other program's.
    pub application: i32,
    /// The statements that make version 1 (`PRAGMA user_version`) of an empty file, version 2 of version 1, and so on.
    pub steps: &'static [&'static str],
}

/// Why a file could not be opened as a database of ours.
#[derive(Debug, Error)]
pub enum SqliteError {
    /// SQLite refused: no such directory, no permission, not a database.
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A database, but another program's.
    #[error("it is a SQLite database of another program")]
    Foreign,
    /// Ours, in a layout that this version does not know.
    #[error("its layout is version {found}, this program knows version {known}")]
    Version {
        /// The version in the file.
        found: i32,
        /// The version this program writes.
        known: i32,
    },
}

/// Opens or makes the file at `path`.
///
/// # Errors
/// See [`SqliteError`].
pub fn open(path: &Path, layout: &Layout) -> Result<Connection, SqliteError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // A path is a path: SQLite would take `:memory:` and `file:…?mode=memory` for databases that nothing keeps.
    set_up_as(Connection::open_with_flags(Path::new(".").join(path), flags)?, layout)
}

/// Makes a database in a file without a name, which goes when the connection does.
///
/// # Errors
/// See [`SqliteError`].
pub fn temporary(layout: &Layout) -> Result<Connection, SqliteError> {
    // An empty path is SQLite's own for such a file.
    set_up_as(Connection::open("")?, layout)
}

fn set_up_as(mut connection: Connection, layout: &Layout) -> Result<Connection, SqliteError> {
    connection.busy_timeout(Duration::from_secs(10))?;
    let found: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if found != layout.application && (found != 0 || tables != 0) {
        return Err(SqliteError::Foreign);
    }
    set_up(&connection)?;
    upgrade(&mut connection, layout)?;
    Ok(connection)
}

/// Brings an empty file or an older layout up to this one, whole or not at all.
fn upgrade(connection: &mut Connection, layout: &Layout) -> Result<(), SqliteError> {
    let known = i32::try_from(layout.steps.len()).unwrap_or(i32::MAX);
    if version(connection)? == known {
        return Ok(());
    }
    let changing = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it in the meantime.
    let found = version(&changing)?;
    let missing = usize::try_from(found).ok().and_then(|done| layout.steps.get(done..));
    for statements in missing.ok_or(SqliteError::Version { found, known })? {
        changing.execute_batch(statements)?;
    }
    changing.pragma_update(None, "application_id", layout.application)?;
    changing.pragma_update(None, "user_version", known)?;
    changing.commit()?;
    Ok(())
}

fn version(connection: &Connection) -> Result<i32, rusqlite::Error> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn set_up(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    // A checkpoint syncs the disk. With small transactions the default of 1000 pages comes every hundred of them.
    connection.pragma_update(None, "wal_autocheckpoint", 8000)?;
    connection.pragma_update(None, "cache_size", -16 * 1024)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Without this SQLite plans a cached statement anew for other bound values, which costs more than running it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Layout = Layout { application: 0x6361_7264, steps: &["CREATE TABLE a (b)"] };

    #[test]
    fn a_file_opens_again_and_other_files_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        open(&path, &OURS).unwrap();
        open(&path, &OURS).unwrap();
        let other = Layout { application: 7, ..OURS };
        assert!(matches!(open(&path, &other), Err(SqliteError::Foreign)));
    }

    #[test]
    fn an_older_layout_comes_up_and_a_newer_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        open(&path, &OURS).unwrap().execute("INSERT INTO a VALUES (7)", []).unwrap();
        let broken = Layout { steps: &["CREATE TABLE a (b)", "CREATE TABLE c (d); nonsense"], ..OURS };
        assert!(matches!(open(&path, &broken), Err(SqliteError::Sqlite(_))));
        let steps = &["CREATE TABLE a (b)", "CREATE TABLE c (d)", "ALTER TABLE c ADD COLUMN e"];
        let newer = Layout { steps, ..OURS };
        for _ in 0..2 {
            let connection = open(&path, &newer).unwrap();
            let sql = "SELECT b FROM a, (SELECT count(e) FROM c)";
            let kept: i64 = connection.query_row(sql, [], |row| row.get(0)).unwrap();
            assert_eq!(kept, 7);
        }
        assert!(matches!(open(&path, &OURS), Err(SqliteError::Version { found: 3, known: 1 })));
    }

    #[test]
    fn the_pragmas_hold() {
        let dir = tempfile::tempdir().unwrap();
        let connection = open(&dir.path().join("a.db"), &OURS).unwrap();
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        let keys: bool = connection.pragma_query_value(None, "foreign_keys", |row| row.get(0)).unwrap();
        assert_eq!((mode.as_str(), keys), ("wal", true));
    }
}
