//! The source's records: what is to become of each, and what became of it.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension as _, params};

use super::{Ledger, LedgerError, PhotoLeft};
use crate::model::identity::Key;
use crate::pipeline::Ending;

/// What is to be done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Create the contact, then set its photo.
    Create,
    /// Change the contact that is there, its photo too.
    Change,
    /// Set the photo of a contact that is there without it.
    SetPhoto,
    /// See whether the contact has a photo, and set it if not.
    CheckPhoto,
    /// Delete the contact: an undo does.
    Delete,
    /// Nothing: it ends so.
    End(Ending),
}

/// A record and what is planned for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number in the run, from 1.
    pub number: u64,
    /// Where it stands in its file, for people.
    pub position: String,
    /// The contact's name.
    pub name: String,
    /// Its key; none for what cannot be read.
    pub key: Option<Key>,
    /// Fingerprint of its content; empty for what cannot be read.
    pub content: String,
    /// Fingerprint of its photo; empty where there is none.
    pub photo: String,
    /// What is to be done.
    pub action: Action,
    /// Why, where it does not go without saying.
    pub why: String,
    /// The contact that is meant, where it is there already; once it is created, that one.
    pub id: Option<String>,
    /// What became of it; none as long as nothing has.
    pub done: Option<Done>,
}

/// What became of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// How it ended.
    pub ending: Ending,
    /// Why, where it did not simply succeed.
    pub said: String,
    /// The contact's change key after the last write, where the service said it.
    pub change_key: String,
    /// Fingerprint of the content that was left in the mailbox.
    pub left: String,
    /// What became of the photo in the mailbox.
    pub left_photo: PhotoLeft,
    /// Requests that it took.
    pub attempts: u32,
    /// What was lost, a line each.
    pub losses: String,
}

impl Action {
    /// Its word in the ledger and in plans.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Change => "change",
            Self::SetPhoto => "set photo",
            Self::CheckPhoto => "check photo",
            Self::Delete => "delete",
            Self::End(ending) => ending.word(),
        }
    }

    fn named(word: &str) -> Option<Self> {
        let works = [Self::Create, Self::Change, Self::SetPhoto, Self::CheckPhoto, Self::Delete];
        works.into_iter().chain(Ending::every().map(Self::End)).find(|action| action.word() == word)
    }

    /// Whether it changes a contact that is there.
    pub fn changes(self) -> bool {
        matches!(self, Self::Change | Self::SetPhoto | Self::CheckPhoto | Self::Delete)
    }
}

const COLUMNS: &str = "number, position, name, key, content, photo, action, why, id, ending, said, change_key, left, \
                       left_photo, attempts, losses";

impl Ledger {
    /// Keeps what is planned for a record. What an earlier attempt of the run has done of it stays known.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn plan(&mut self, row: &Row) -> Result<(), LedgerError> {
        let Row { number, position, name, content, photo, why, id, .. } = row;
        let key = row.key.map(|key| key.to_string());
        self.change(|db| {
            let mut insert = db.prepare_cached(
                "INSERT INTO records (number, position, name, key, content, photo, action, why, id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (number) DO UPDATE SET position = ?2, name = ?3, key = ?4, content = ?5, photo = ?6,
                 action = ?7, why = ?8, id = coalesce(?9, id)",
            )?;
            insert.execute(params![number, position, name, key, content, photo, row.action.word(), why, id])
        })?;
        Ok(())
    }

    /// Keeps what became of a record, and the id of its contact. What the run has once done to a contact stays known,
    /// whatever became of a further attempt: it is what there is to undo.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn done(&mut self, number: u64, id: Option<&str>, done: &Done) -> Result<(), LedgerError> {
        let Done { ending, said, change_key, left, left_photo, attempts, losses } = done;
        self.change(|db| {
            let mut update = db.prepare_cached(
                "UPDATE records SET id = coalesce(?2, id), said = ?4, change_key = ?5, left = CASE ?6 WHEN '' THEN left ELSE ?6 END,
                 left_photo = CASE ?9 WHEN '' THEN left_photo ELSE ?9 END, attempts = attempts + ?7, losses = ?8,
                 ending = CASE WHEN ending IN ('created', 'updated', 'deleted')
                 AND ?3 IN ('unchanged', 'updated', 'skipped', 'failed') THEN ending ELSE ?3 END
                 WHERE number = ?1",
            )?;
            let left_photo = left_photo.to_string();
            update.execute(params![number, id, ending.word(), said, change_key, left, attempts, losses, left_photo])
        })?;
        Ok(())
    }

    /// Notes what a contact is to hold after a change that is about to be made: should the process die right after it,
    /// the next one knows. It is on the disk with the next change that must be.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn expect(&mut self, number: u64, id: &str, left: &str) -> Result<(), LedgerError> {
        self.change(|db| {
            let mut update = db.prepare_cached("UPDATE records SET id = ?2, left = ?3 WHERE number = ?1")?;
            update.execute(params![number, id, left])
        })?;
        Ok(())
    }

    /// A record.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn row(&self, number: u64) -> Result<Option<Row>, LedgerError> {
        let read = || {
            let mut find = self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM records WHERE number = ?1"))?;
            find.query_row([number], row_of).optional()
        };
        read().map_err(|error| self.failure(error))
    }

    /// The record before this one that means the same contact, if there is one.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn earlier_of(&self, id: &str, number: u64) -> Result<Option<u64>, LedgerError> {
        let sql = "SELECT min(number) FROM records WHERE id = ?1 AND number < ?2";
        let read = || self.db.prepare_cached(sql)?.query_row(params![id, number], |row| row.get(0));
        read().map_err(|error| self.failure(error))
    }

    /// The record that means a contact: the one that the run did something for, where several do.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn row_of(&self, id: &str) -> Result<Option<Row>, LedgerError> {
        let read = || {
            let sql = format!(
                "SELECT {COLUMNS} FROM records WHERE id = ?1
                 ORDER BY ending IN ('created', 'updated', 'deleted') DESC, number LIMIT 1"
            );
            self.db.prepare_cached(&sql)?.query_row([id], row_of).optional()
        };
        read().map_err(|error| self.failure(error))
    }

    /// The number of the last record; 0 where there is none.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn last_number(&self) -> Result<u64, LedgerError> {
        let read = self.db.query_row("SELECT coalesce(max(number), 0) FROM records", [], |row| row.get(0));
        read.map_err(|error| self.failure(error))
    }

    /// The records after this one, in their order, at most so many.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn rows_after(&self, number: u64, most: u32) -> Result<Vec<Row>, LedgerError> {
        let read = || {
            let sql = format!("SELECT {COLUMNS} FROM records WHERE number > ?1 ORDER BY number LIMIT ?2");
            let mut find = self.db.prepare_cached(&sql)?;
            find.query_map(params![number, most], row_of)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.failure(error))
    }

    /// Forgets the records beyond this one, which an earlier attempt over a longer source had.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn forget_rows_after(&mut self, number: u64) -> Result<(), LedgerError> {
        self.change_now(|db| db.execute("DELETE FROM records WHERE number > ?1", [number]))?;
        Ok(())
    }

    /// Forgets what was seen in the source, to plan it anew.
    ///
    /// # Errors
    /// When the disk is full or broken.
    pub fn forget_seen(&mut self) -> Result<(), LedgerError> {
        self.change_now(|db| db.execute_batch("DELETE FROM seen"))
    }

    /// How many records are planned for each action.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn actions(&self) -> Result<Vec<(Action, u64)>, LedgerError> {
        let counted = self.counted("SELECT action, count(*) FROM records GROUP BY action")?;
        Ok(counted.into_iter().filter_map(|(word, count)| Some((Action::named(&word)?, count))).collect())
    }

    /// How many records ended how.
    pub(super) fn endings(&self) -> Result<BTreeMap<Ending, u64>, LedgerError> {
        let counted = self.counted("SELECT ending, count(*) FROM records WHERE ending IS NOT NULL GROUP BY ending")?;
        Ok(counted.into_iter().filter_map(|(word, count)| Some((Ending::named(&word)?, count))).collect())
    }

    /// How many contacts this run created, and how many of these the folder holds, as it was last listed.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn created(&self) -> Result<(u64, u64), LedgerError> {
        let sql = "SELECT count(*), count(held.key) FROM records
                   LEFT JOIN (SELECT DISTINCT key FROM held) held ON held.key = records.key WHERE ending = 'created'";
        let read = self.db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
        read.map_err(|error| self.failure(error))
    }

    /// The id of the contact that this run created for a key.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn created_of(&self, key: Key) -> Result<Option<String>, LedgerError> {
        let sql = "SELECT id FROM records WHERE key = ?1 AND ending = 'created' AND id IS NOT NULL";
        let read = || self.db.prepare_cached(sql)?.query_row([key.to_string()], |row| row.get(0)).optional();
        read().map_err(|error| self.failure(error))
    }

    fn counted(&self, sql: &str) -> Result<Vec<(String, u64)>, LedgerError> {
        let read = || {
            let mut count = self.db.prepare_cached(sql)?;
            count.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<Vec<_>>>()
        };
        read().map_err(|error| self.failure(error))
    }
}

fn row_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let (key, action, ending): (Option<String>, String, Option<String>) =
        (row.get("key")?, row.get("action")?, row.get("ending")?);
    let done = match ending.as_deref().and_then(Ending::named) {
        None => None,
        Some(ending) => Some(Done {
            ending,
            said: row.get("said")?,
            change_key: row.get("change_key")?,
            left: row.get("left")?,
            left_photo: PhotoLeft::parse(&row.get::<_, String>("left_photo")?),
            attempts: row.get("attempts")?,
            losses: row.get("losses")?,
        }),
    };
    Ok(Row {
        number: row.get("number")?,
        position: row.get("position")?,
        name: row.get("name")?,
        key: key.and_then(|key| key.parse().ok()),
        content: row.get("content")?,
        photo: row.get("photo")?,
        action: Action::named(&action).unwrap_or(Action::End(Ending::Failed)),
        why: row.get("why")?,
        id: row.get("id")?,
        done,
    })
}
