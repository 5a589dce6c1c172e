//! Contacts in the store: pages, single ones, and every change to them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rusqlite::{OptionalExtension, Row};
use serde_json::{Map, Value};

use super::mailboxes::LIST;
use super::{Change, FolderRow, View};
use crate::sandbox::error::ODataError;

/// A stored contact.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct ContactRow {
    pub number: i64,
    pub folder: i64,
    /// The id that the APIs show.
    pub public: String,
    /// The public id of its folder.
    pub folder_public: String,
    pub change: i64,
    /// Seconds since 1970.
    pub created: i64,
    /// Seconds since 1970.
    pub modified: i64,
    /// The properties that have a value, under Graph's names.
    pub content: Map<String, Value>,
    /// How many bytes these take in the store.
    pub size: usize,
    pub has_photo: bool,
    /// The number that it was made with: it has another one since it moved.
    pub born: i64,
}

impl ContactRow {
    /// Whether it is a distribution list, which neither API shows.
    pub(in crate::sandbox) fn is_list(&self) -> bool {
        self.content.contains_key(LIST)
    }
}

/// How many bytes of contacts a page holds, and a search at a time; the last contact may go beyond.
const HELD: usize = 16 * 1024 * 1024;

/// The contacts of a page as they are found, with one that tells of a next page if there is any.
pub(in crate::sandbox) struct Page {
    rows: Vec<ContactRow>,
    limit: usize,
    most: usize,
    held: usize,
}

impl Page {
    /// A page of so many contacts, and of [`HELD`] bytes.
    pub(in crate::sandbox) fn of(limit: usize) -> Page {
        Page { rows: Vec::new(), limit, most: HELD, held: 0 }
    }

    /// Takes a contact, and says whether there is room for another, or for the one that tells of a next page.
    pub(in crate::sandbox) fn takes(&mut self, row: ContactRow) -> bool {
        let had_room = self.held < self.most;
        self.held += row.size;
        self.rows.push(row);
        had_room && self.rows.len() <= self.limit
    }

    /// The contacts to show, and whether there are more.
    pub(in crate::sandbox) fn shown(mut self) -> (Vec<ContactRow>, bool) {
        let mut before = 0;
        let fits = self.rows.iter().take(self.limit).take_while(|row| {
            let fits = before < self.most;
            before += row.size;
            fits
        });
        let fits = fits.count();
        let more = self.rows.len() > fits;
        self.rows.truncate(fits);
        (self.rows, more)
    }
}

/// A contact to be made.
pub(in crate::sandbox) struct NewContact<'a> {
    pub folder: &'a FolderRow,
    pub content: &'a Map<String, Value>,
    pub now: i64,
}

pub(super) const COLUMNS: &str = "c.number, c.folder, c.public, f.public, c.change, c.created, c.modified, c.content,
    EXISTS (SELECT 1 FROM photo WHERE photo.contact = c.number),
    coalesce((SELECT born FROM moved WHERE moved.number = c.number), c.number)";

impl View<'_> {
    /// The contacts of a folder in the order they came, from the `skip`th on.
    pub(in crate::sandbox) fn page(
        &self,
        folder: &FolderRow,
        skip: u64,
        limit: usize,
    ) -> Result<Vec<ContactRow>, ODataError> {
        let page = Page { most: usize::MAX, ..Page::of(limit.saturating_sub(1)) };
        Ok(self.onto(page, folder, skip)?.rows)
    }

    /// Puts the contacts of a folder on a page in the order they came, from the `skip`th on.
    pub(in crate::sandbox) fn onto(&self, page: Page, folder: &FolderRow, skip: u64) -> Result<Page, ODataError> {
        let Some(first) = self.number_at(folder, skip)? else { return Ok(page) };
        let page = self.onto_from(page, folder, first)?;
        if let Some(last) = page.rows.last() {
            // The page after the next one starts behind the last row but one: the look-ahead row is among them.
            self.bookmarks.keep(folder, skip + page.rows.len() as u64 - 1, last.number);
        }
        Ok(page)
    }

    /// At most `limit` contacts of a folder whose number is `first` or more; fewer where they are large.
    pub(in crate::sandbox) fn contacts_from(
        &self,
        folder: &FolderRow,
        first: i64,
        limit: usize,
    ) -> Result<Vec<ContactRow>, ODataError> {
        Ok(self.onto_from(Page::of(limit.saturating_sub(1)), folder, first)?.rows)
    }

    fn onto_from(&self, mut page: Page, folder: &FolderRow, first: i64) -> Result<Page, ODataError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM contact c JOIN folder f ON f.id = c.folder
             WHERE c.folder = ? AND c.number >= ? ORDER BY c.number LIMIT ?"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let limit = i64::try_from(page.limit).unwrap_or(i64::MAX).saturating_add(1);
        for row in statement.query_map((folder.id, first, limit), contact)? {
            if !page.takes(row?) {
                break;
            }
        }
        Ok(page)
    }

    /// The number of the contact that `skip` others stand before.
    fn number_at(&self, folder: &FolderRow, skip: u64) -> Result<Option<i64>, ODataError> {
        if let Some(number) = self.bookmarks.find(folder, skip) {
            return Ok(Some(number));
        }
        let sql = "SELECT number FROM contact WHERE folder = ? ORDER BY number LIMIT 1 OFFSET ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let skip = i64::try_from(skip).unwrap_or(i64::MAX);
        Ok(statement.query_row((folder.id, skip), |row| row.get(0)).optional()?)
    }

    pub(in crate::sandbox) fn contact_by_number(&self, number: i64) -> Result<Option<ContactRow>, ODataError> {
        let sql = format!("SELECT {COLUMNS} FROM contact c JOIN folder f ON f.id = c.folder WHERE c.number = ?");
        Ok(self.connection.prepare_cached(&sql)?.query_row([number], contact).optional()?)
    }

    pub(in crate::sandbox) fn contact_by_id(&self, public: &str) -> Result<Option<ContactRow>, ODataError> {
        let sql = format!("SELECT {COLUMNS} FROM contact c JOIN folder f ON f.id = c.folder WHERE c.public = ?");
        Ok(self.connection.prepare_cached(&sql)?.query_row([public], contact).optional()?)
    }

    /// The contact that was made with this number, wherever it has moved since.
    pub(in crate::sandbox) fn contact_by_birth(&self, born: i64) -> Result<Option<ContactRow>, ODataError> {
        let sql = "SELECT number FROM moved WHERE born = ?";
        let moved = self.connection.prepare_cached(sql)?.query_row([born], |row| row.get(0)).optional()?;
        Ok(self.contact_by_number(moved.unwrap_or(born))?.filter(|contact| contact.born == born))
    }

    pub(in crate::sandbox) fn count_contacts(&self, folder: &FolderRow) -> Result<u64, ODataError> {
        let mut statement = self.connection.prepare_cached("SELECT count(*) FROM contact WHERE folder = ?")?;
        Ok(statement.query_row([folder.id], |row| row.get::<_, i64>(0))?.unsigned_abs())
    }
}

impl Change<'_> {
    /// Adds a contact at the end of its folder and answers its number.
    pub(in crate::sandbox) fn add_contact(&self, new: &NewContact<'_>) -> Result<i64, ODataError> {
        let number = self.next()?;
        let content = serde_json::to_string(new.content).unwrap_or_default();
        let sql = "INSERT INTO contact (number, folder, public, change, created, modified, content)
                   VALUES (?1, ?2, ?3, ?1, ?4, ?4, ?5)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute((number, new.folder.id, self.ids.contact(number), new.now, content))?;
        self.keep_emails(number, new.content)?;
        Ok(number)
    }

    /// Gives a contact new properties, a new change key and a new time.
    pub(in crate::sandbox) fn set_contact(
        &self,
        number: i64,
        content: &Map<String, Value>,
        now: i64,
    ) -> Result<(), ODataError> {
        let text = serde_json::to_string(content).unwrap_or_default();
        let sql = "UPDATE contact SET content = ?, change = ?, modified = ? WHERE number = ?";
        self.connection.prepare_cached(sql)?.execute((text, self.next()?, now, number))?;
        self.keep_emails(number, content)
    }

    /// Gives a contact a new change key and a new time.
    pub(in crate::sandbox) fn touch_contact(&self, number: i64, now: i64) -> Result<(), ODataError> {
        let sql = "UPDATE contact SET change = ?, modified = ? WHERE number = ?";
        self.connection.prepare_cached(sql)?.execute((self.next()?, now, number))?;
        Ok(())
    }

    /// Moves a contact to the end of another folder; it gets a new number and, unless `keeps_id`, a new id. Answers the
    /// number.
    pub(in crate::sandbox) fn move_contact(
        &self,
        contact: &ContactRow,
        to: &FolderRow,
        keeps_id: bool,
    ) -> Result<i64, ODataError> {
        let number = self.next()?;
        let sql = "UPDATE contact SET number = ?1, public = ?2, folder = ?3, change = ?1 WHERE number = ?4";
        let id = if keeps_id { contact.public.clone() } else { self.ids.contact(number) };
        self.connection.prepare_cached(sql)?.execute((number, id, to.id, contact.number))?;
        // One that moved before has its row already, which went along with the number.
        let sql = "INSERT OR IGNORE INTO moved (number, born) VALUES (?, ?)";
        self.connection.prepare_cached(sql)?.execute((number, contact.born))?;
        self.drop_emails(contact)?;
        if let Some(moved) = self.contact_by_number(number)? {
            self.keep_emails(number, &moved.content)?;
        }
        self.contact_left(contact, number, false)?;
        self.count_removal(contact.folder)?;
        Ok(number)
    }

    pub(in crate::sandbox) fn delete_contact(&self, contact: &ContactRow) -> Result<(), ODataError> {
        self.contact_left(contact, self.next()?, true)?;
        self.connection.prepare_cached("DELETE FROM contact WHERE number = ?")?.execute([contact.number])?;
        self.drop_emails(contact)?;
        self.count_removal(contact.folder)
    }

    fn count_removal(&self, folder: i64) -> Result<(), ODataError> {
        let sql = "UPDATE folder SET removals = removals + 1 WHERE id = ?";
        self.connection.prepare_cached(sql)?.execute([folder])?;
        Ok(())
    }
}

pub(super) fn contact(row: &Row<'_>) -> Result<ContactRow, rusqlite::Error> {
    let content: String = row.get(7)?;
    let size = content.len();
    let content = serde_json::from_str(&content)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(7, rusqlite::types::Type::Text, Box::new(error)))?;
    Ok(ContactRow {
        number: row.get(0)?,
        folder: row.get(1)?,
        public: row.get(2)?,
        folder_public: row.get(3)?,
        change: row.get(4)?,
        created: row.get(5)?,
        modified: row.get(6)?,
        content,
        size,
        has_photo: row.get(8)?,
        born: row.get(9)?,
    })
}

/// Where in a listing which contact stands, so that the next page is found without counting through the earlier ones.
///
/// Contacts join a listing at its end, so a bookmark holds until a contact leaves the folder (`removals`).
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Bookmarks(Mutex<HashMap<(i64, i64, u64), i64>>);

impl Bookmarks {
    const MOST: usize = 4096;

    fn keep(&self, folder: &FolderRow, skip: u64, number: i64) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= Bookmarks::MOST {
            kept.clear();
        }
        kept.insert((folder.id, folder.removals, skip), number);
    }

    fn find(&self, folder: &FolderRow, skip: u64) -> Option<i64> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&(folder.id, folder.removals, skip)).copied()
    }
}
