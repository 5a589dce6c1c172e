//! Mailboxes beside the first one, what a mailbox holds in all, and the distribution lists in it.

use rusqlite::Row;
use serde_json::{Map, Value, json};

use super::{Change, FolderRow, Mailbox, NewContact, Store};
use crate::sandbox::error::ODataError;
use crate::sandbox::ids::{Ids, guid};

/// All mailboxes, the first one first.
pub(super) const SELECT: &str = "SELECT id, guid, upn, name, secret,
    (SELECT folder.id FROM folder WHERE folder.mailbox = mailbox.id AND parent IS NULL)
    FROM mailbox ORDER BY id";

pub(super) fn mailbox(row: &Row<'_>) -> Result<Mailbox, rusqlite::Error> {
    let secret = row.get(4)?;
    let ids = Ids { guid: row.get(1)?, secret, store: secret };
    Ok(Mailbox { number: row.get(0)?, upn: row.get(2)?, name: row.get(3)?, ids, contacts: row.get(5)? })
}

/// The property that makes a stored contact a distribution list.
pub(in crate::sandbox) const LIST: &str = "distributionList";

/// How a distribution list stands in the store.
pub(super) const LIST_CONTENT: &str = "{\"distributionList\":true}";

/// What a distribution list is stored as. Neither API shows any of it.
fn list() -> Map<String, Value> {
    Map::from_iter([(LIST.to_owned(), json!(true))])
}

/// How much a mailbox holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) struct Held {
    /// Distribution lists too.
    pub contacts: u64,
    /// Of contacts, extended properties and photos.
    pub bytes: u64,
    /// Names of properties that were ever used.
    pub names: u64,
}

impl Store {
    /// The mailboxes beside `first`; those of `upns` that are missing are made.
    pub(in crate::sandbox) fn others(
        &self,
        first: &Mailbox,
        upns: &[String],
        now: i64,
    ) -> Result<Vec<Mailbox>, ODataError> {
        self.write(&first.ids, |change| {
            let mut all = change.mailboxes()?;
            for upn in upns {
                if !all.iter().any(|mailbox| mailbox.upn.eq_ignore_ascii_case(upn)) {
                    change.add_mailbox(upn, &first.ids, now)?;
                    all = change.mailboxes()?;
                }
            }
            all.retain(|mailbox| mailbox.number != first.number);
            all.iter_mut().for_each(|mailbox| mailbox.ids.store = first.ids.secret);
            Ok(all)
        })
    }
}

impl Change<'_> {
    fn mailboxes(&self) -> Result<Vec<Mailbox>, ODataError> {
        let mut statement = self.connection.prepare_cached(SELECT)?;
        let rows = statement.query_map([], mailbox)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Makes a mailbox. Its secret comes from the first one's and its name, so that equal runs give equal ids.
    fn add_mailbox(&self, upn: &str, first: &Ids, now: i64) -> Result<(), ODataError> {
        let lower = upn.to_lowercase();
        let secret = first.derived(&lower);
        let ids = Ids { guid: guid(&first.derived(&format!("guid of {lower}"))), secret, store: first.secret };
        let sql = "INSERT INTO mailbox (guid, upn, name, secret, created) VALUES (?, ?, ?, ?, ?)";
        let name = name_of(upn);
        self.connection.prepare_cached(sql)?.execute((&ids.guid, upn, name, ids.secret, now))?;
        let mailbox = self.connection.last_insert_rowid();
        let folder = self.next()?;
        let sql = "INSERT INTO folder (id, mailbox, parent, public, name, folded) VALUES (?, ?, NULL, ?, ?, ?)";
        self.connection.prepare_cached(sql)?.execute((folder, mailbox, ids.folder(folder), "Contacts", "contacts"))?;
        Ok(())
    }

    /// Sees to it that a folder holds so many distribution lists.
    pub(in crate::sandbox) fn have_lists(&self, folder: &FolderRow, wanted: u32, now: i64) -> Result<(), ODataError> {
        let content = list();
        let text = Value::Object(content.clone()).to_string();
        let sql = "SELECT count(*) FROM contact WHERE folder = ? AND content = ?";
        let found: u32 = self.connection.prepare_cached(sql)?.query_row((folder.id, text), |row| row.get(0))?;
        for _ in found..wanted {
            self.add_contact(&NewContact { folder, content: &content, now })?;
        }
        Ok(())
    }

    /// What a mailbox holds.
    pub(in crate::sandbox) fn held(&self, mailbox: &Mailbox) -> Result<Held, ODataError> {
        let sql = "SELECT sum(contacts), sum(bytes), (SELECT count(*) FROM named WHERE named.mailbox = ?1)
                   FROM folder WHERE mailbox = ?1";
        let count = |row: &Row<'_>, at| row.get::<_, i64>(at).map(i64::unsigned_abs);
        let held = |row: &Row<'_>| Ok(Held { contacts: count(row, 0)?, bytes: count(row, 1)?, names: count(row, 2)? });
        Ok(self.connection.prepare_cached(sql)?.query_row([mailbox.number], held)?)
    }
}

/// `ada.lovelace@example.com` is `Ada Lovelace`.
fn name_of(upn: &str) -> String {
    let alias = upn.split('@').next().unwrap_or_default();
    let words = alias.split(['.', '_', '-']).filter(|word| !word.is_empty()).map(|word| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<String>()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::sqlite;
    use crate::sandbox::store::{Store, tables};

    #[test]
    fn names_of_mailboxes() {
        for (upn, name) in
            [("ada.lovelace@x", "Ada Lovelace"), ("bob@x", "Bob"), ("a_b-c@x", "A B C"), ("élan@x", "Élan")]
        {
            assert_eq!(name_of(upn), name);
        }
    }

    /// A store of the first layout has no table of contacts that moved.
    #[test]
    fn a_store_of_the_first_layout_learns_to_move() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let old = sqlite::open(&path, &tables::FIRST).unwrap();
        let number = 5;
        old.execute_batch(
            "INSERT INTO mailbox VALUES (1, 'g', 'u', 'n', zeroblob(32), 0);
             INSERT INTO folder (id, mailbox, public, name, folded) VALUES (1, 1, 'f', 'Contacts', 'contacts');
             INSERT INTO counter VALUES (5);
             INSERT INTO contact VALUES (5, 1, 'c', 5, 0, 0, '{}');",
        )
        .unwrap();
        drop(old);
        let (store, mailbox) = Store::open(&path, 7, 0).unwrap();
        let found = store.write(&mailbox.ids, |change| {
            let folder = change.folder(mailbox.contacts)?.unwrap();
            let other = change.folder(change.add_folder(&folder, "A", false)?)?.unwrap();
            let contact = change.contact_by_number(number)?.unwrap();
            let there = change.move_contact(&contact, &other, false)?;
            Ok((there, change.contact_by_birth(number)?.map(|contact| contact.number)))
        });
        let (there, found) = found.unwrap();
        assert_eq!(found, Some(there));
    }
}
