//! Opening a SQLite file: whose it is, which layout it has, and the pragmas that make it last.
//!
//! WAL with `synchronous = NORMAL`: a committed transaction survives the death of the process at any moment
//! (<https://www.sqlite.org/pragma.html#pragma_synchronous>); only a power cut may undo the newest ones.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use thiserror::Error;

/// Whose file it is, and the tables it starts with.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// `PRAGMA application_id`: tells our files from any other program's.
    pub application: i32,
    /// `PRAGMA user_version`: the layout's version.
    pub version: i32,
    /// The statements that make a new file's tables.
    pub tables: &'static str,
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
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    let found: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if found == 0 && tables == 0 {
        lay_out(&mut connection, layout)?;
    } else if found != layout.application {
        return Err(SqliteError::Foreign);
    }
    let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != layout.version {
        return Err(SqliteError::Version { found: version, known: layout.version });
    }
    set_up(&connection)?;
    Ok(connection)
}

fn lay_out(connection: &mut Connection, layout: &Layout) -> Result<(), rusqlite::Error> {
    // One transaction, so that a kill in between leaves an empty file and not half a layout.
    let making = connection.transaction()?;
    making.pragma_update(None, "application_id", layout.application)?;
    making.pragma_update(None, "user_version", layout.version)?;
    making.execute_batch(layout.tables)?;
    making.commit()
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

    const OURS: Layout = Layout { application: 0x6361_7264, version: 1, tables: "CREATE TABLE a (b)" };

    #[test]
    fn a_file_opens_again_and_other_files_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        open(&path, &OURS).unwrap();
        open(&path, &OURS).unwrap();
        let newer = Layout { version: 2, ..OURS };
        assert!(matches!(open(&path, &newer), Err(SqliteError::Version { found: 1, known: 2 })));
        let other = Layout { application: 7, ..OURS };
        assert!(matches!(open(&path, &other), Err(SqliteError::Foreign)));
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
