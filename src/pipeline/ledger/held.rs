//! The target folder as it was listed.

use rusqlite::{OptionalExtension as _, Row, params};

use super::{Ledger, LedgerError};
use crate::formats::exchange::extended::State;
use crate::model::identity::Key;

/// A contact of the target folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The service's id.
    pub id: String,
    /// Its change key when it was listed.
    pub change_key: String,
    /// Its key, where it carries one.
    pub key: Option<Key>,
    /// What was uploaded of it, by which run.
    pub state: Option<State>,
    /// Whether it has a photo, where the service says so.
    pub has_picture: Option<bool>,
    /// What it is called, for people.
    pub title: String,
    /// Its normalised name.
    pub name: String,
    /// The whole contact as the service's JSON, where whole contacts were listed.
    pub json: Option<String>,
}

/// A value that a contact is compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trait {
    /// What it is looked up by: values that are not the same may have this in common.
    pub value: String,
    /// The value itself, normalised.
    pub whole: String,
}

const COLUMNS: &str = "id, change_key, key, state, has_picture, title, name, json";

impl Ledger {
    /// Forgets what the folder held, to list it anew.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn forget_held(&mut self) -> Result<(), LedgerError> {
        self.change_now(|db| db.execute_batch("DELETE FROM held; DELETE FROM traits"))
    }

    /// Keeps a page of a listing: each contact with the values that it is compared by. Pages over a changing folder may
    /// show a contact twice; the last one counts.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn hold(&mut self, page: &[(Held, Vec<Trait>)]) -> Result<(), LedgerError> {
        self.commit()?;
        self.change_now(|db| {
            let sql = format!("INSERT OR REPLACE INTO held ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
            let mut insert = db.prepare_cached(&sql)?;
            let mut index = db.prepare_cached("INSERT OR IGNORE INTO traits VALUES (?1, ?2, ?3)")?;
            for (held, traits) in page {
                let (key, state) = (held.key.map(|key| key.to_string()), held.state.as_ref().map(State::to_string));
                let Held { id, change_key, has_picture, title, name, json, .. } = held;
                insert.execute(params![id, change_key, key, state, has_picture, title, name, json])?;
                for Trait { value, whole } in traits {
                    index.execute(params![value, whole, id])?;
                }
            }
            Ok(())
        })
    }

    /// How many contacts the folder holds, and how many of them carry a key.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn held_counts(&self) -> Result<(u64, u64), LedgerError> {
        let read = self.db.query_row("SELECT count(*), count(key) FROM held", [], |row| Ok((row.get(0)?, row.get(1)?)));
        read.map_err(|error| self.failure(error))
    }

    /// The contacts of a key, in the order they were listed.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn held_by_key(&self, key: Key) -> Result<Vec<Held>, LedgerError> {
        self.held_where("key = ?1 ORDER BY rowid", &key.to_string())
    }

    /// The contacts that are looked up by a value, at most a hundred, each with its own value.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn held_by_trait(&self, value: &str) -> Result<Vec<(Held, String)>, LedgerError> {
        let read = || {
            let columns = COLUMNS.replace("id,", "held.id,");
            let sql = format!(
                "SELECT {columns}, whole FROM traits JOIN held ON held.id = traits.id WHERE value = ?1
                 ORDER BY held.rowid LIMIT 100"
            );
            let mut found = self.db.prepare_cached(&sql)?;
            let rows = found.query_map([value], |row| Ok((held_of(row)?, row.get("whole")?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.failure(error))
    }

    /// One contact.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn held(&self, id: &str) -> Result<Option<Held>, LedgerError> {
        Ok(self.held_where("id = ?1", id)?.pop())
    }

    /// The contacts that a run made or changed, as they say themselves, by their ids beyond this one; at most so many.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn held_of_run(&self, run: &str, after: &str, most: u32) -> Result<Vec<Held>, LedgerError> {
        let read = || {
            // What stands before the run are fingerprints, which hold no blank: so this finds the words of a state.
            let sql = format!(
                "SELECT {COLUMNS} FROM held WHERE id > ?1 AND state || ' ' LIKE '% ' || ?2 || ' %' ORDER BY id LIMIT ?3"
            );
            let mut found = self.db.prepare_cached(&sql)?;
            found.query_map(params![after, run, most], held_of)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.failure(error))
    }

    /// The contacts that no record means, in the order they were listed, at most so many: behind the one of this number,
    /// each with its number, its id and what it is called.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn held_without_record(&self, after: i64, most: u32) -> Result<Vec<(i64, String, String)>, LedgerError> {
        let sql = "SELECT rowid, id, title FROM held WHERE rowid > ?1
                   AND NOT EXISTS (SELECT 1 FROM records WHERE records.id = held.id) ORDER BY rowid LIMIT ?2";
        let read = || {
            let mut found = self.db.prepare_cached(sql)?;
            let rows = found.query_map(params![after, most], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.failure(error))
    }

    /// The keys that several contacts carry.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn repeated_keys(&self) -> Result<Vec<Key>, LedgerError> {
        let sql = "SELECT key FROM held WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1 ORDER BY key";
        let read = || {
            let mut found = self.db.prepare_cached(sql)?;
            let keys = found.query_map([], |row| row.get::<_, String>(0))?;
            keys.collect::<rusqlite::Result<Vec<_>>>()
        };
        let keys = read().map_err(|error| self.failure(error))?;
        Ok(keys.iter().filter_map(|key| key.parse().ok()).collect())
    }

    /// Takes a contact off the list that is no more.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn drop_held(&mut self, id: &str) -> Result<(), LedgerError> {
        self.change(|db| db.execute("DELETE FROM held WHERE id = ?1", [id]))?;
        Ok(())
    }

    /// The record that a value was first seen in; notes it for this one where it is new.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn first_seen(&mut self, value: &str, number: u64) -> Result<Option<u64>, LedgerError> {
        let earlier = self.change(|db| {
            let mut find = db.prepare_cached("SELECT number FROM seen WHERE value = ?1")?;
            if let Some(earlier) = find.query_row([value], |row| row.get(0)).optional()? {
                return Ok(Some(earlier));
            }
            db.prepare_cached("INSERT INTO seen VALUES (?1, ?2)")?.execute(params![value, number])?;
            Ok(None)
        })?;
        Ok(earlier)
    }

    /// The record that a value was first seen in.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn seen(&self, value: &str) -> Result<Option<u64>, LedgerError> {
        let read = || {
            let mut find = self.db.prepare_cached("SELECT number FROM seen WHERE value = ?1")?;
            find.query_row([value], |row| row.get(0)).optional()
        };
        read().map_err(|error| self.failure(error))
    }

    /// What was seen that begins so, at most a hundred: the rest of each value, and the record that it was first seen in.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn seen_with(&self, beginning: &str) -> Result<Vec<(String, u64)>, LedgerError> {
        let read = || {
            let sql = "SELECT substr(value, length(?1) + 1), number FROM seen
                       WHERE value >= ?1 AND value < ?1 || char(1114111) ORDER BY number LIMIT 100";
            let mut find = self.db.prepare_cached(sql)?;
            find.query_map([beginning], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.failure(error))
    }

    fn held_where(&self, condition: &str, value: &str) -> Result<Vec<Held>, LedgerError> {
        let read = || {
            let mut found = self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM held WHERE {condition}"))?;
            found.query_map([value], held_of)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.failure(error))
    }
}

fn held_of(row: &Row<'_>) -> rusqlite::Result<Held> {
    let (key, state): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
    Ok(Held {
        id: row.get(0)?,
        change_key: row.get(1)?,
        key: key.and_then(|key| key.parse().ok()),
        state: state.as_deref().and_then(State::parse),
        has_picture: row.get(4)?,
        title: row.get(5)?,
        name: row.get(6)?,
        json: row.get(7)?,
    })
}
