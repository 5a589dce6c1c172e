//! The tables of a store.

use crate::disk::sqlite::Layout;

/// What a folder has beside its name, since version 2.
macro_rules! folder_extended {
    () => {
        "
CREATE TABLE folder_extended (
    folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    property TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (folder, property)
) WITHOUT ROWID;
"
    };
}

/// E-mail addresses in lower case, and who has them, since version 2. A row may outlive its contact, whose number never comes again:
/// what it finds is looked at again.
macro_rules! email {
    () => {
        "
CREATE TABLE email (folded TEXT NOT NULL, contact INTEGER NOT NULL, PRIMARY KEY (folded, contact)) WITHOUT ROWID;
"
    };
}

pub(super) const LAYOUT: Layout = Layout {
    // "cfsb": a cardferry sandbox.
    application: 0x6366_7362,
    version: 2,
    upgrades: &[concat!(
        folder_extended!(),
        email!(),
        "INSERT OR IGNORE INTO email (folded, contact)
             SELECT lower(json_extract(entry.value, '$.address')), contact.number
             FROM contact, json_each(contact.content, '$.emailAddresses') AS entry
             WHERE json_extract(entry.value, '$.address') IS NOT NULL;"
    )],
    tables: concat!(
        "
-- One change number for everything: it makes change keys, ids and the order of listings.
CREATE TABLE counter (value INTEGER NOT NULL);

CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY,
    guid TEXT NOT NULL UNIQUE,
    upn TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name TEXT NOT NULL,
    secret BLOB NOT NULL,
    created INTEGER NOT NULL
);

-- parent is null for the default Contacts folder alone. removals counts the contacts that left the folder: while it
-- stands, the first contacts of the listing stay the first.
CREATE TABLE folder (
    id INTEGER PRIMARY KEY,
    mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
    parent INTEGER REFERENCES folder ON DELETE CASCADE,
    public TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    folded TEXT NOT NULL,
    removals INTEGER NOT NULL DEFAULT 0,
    UNIQUE (parent, folded)
);
CREATE INDEX folder_by_mailbox ON folder (mailbox, parent);

CREATE TABLE contact (
    number INTEGER PRIMARY KEY,
    folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    public TEXT NOT NULL UNIQUE,
    change INTEGER NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    content TEXT NOT NULL
);
CREATE INDEX contact_by_folder ON contact (folder, number);

-- start is the value's beginning in lower case: enough to find it by, short enough to index.
CREATE TABLE extended (
    contact INTEGER NOT NULL REFERENCES contact ON UPDATE CASCADE ON DELETE CASCADE,
    property TEXT NOT NULL,
    value TEXT NOT NULL,
    start TEXT NOT NULL,
    PRIMARY KEY (contact, property)
) WITHOUT ROWID;
CREATE INDEX extended_by_value ON extended (property, start);

CREATE TABLE photo (
    contact INTEGER PRIMARY KEY REFERENCES contact ON UPDATE CASCADE ON DELETE CASCADE,
    kind TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes BLOB NOT NULL
);
",
        folder_extended!(),
        email!()
    ),
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::sqlite::open;
    use rusqlite::Connection;

    fn schema(connection: &Connection) -> Vec<(String, Option<String>)> {
        let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    /// A store of version 1 is one of this version without its later tables.
    fn first_version(path: &std::path::Path) -> Connection {
        let store = open(path, &LAYOUT).unwrap();
        store.execute_batch("DROP TABLE folder_extended; DROP TABLE email; PRAGMA user_version = 1").unwrap();
        store
    }

    #[test]
    fn an_older_store_gets_the_tables_and_the_index() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (dir.path().join("old.db"), dir.path().join("new.db"));
        let content = r#"{"emailAddresses":[{"address":"A@x.example"},{"name":"n"},{"address":"b@x.example"}]}"#;
        let store = first_version(&old);
        store
            .execute_batch(
                "INSERT INTO mailbox VALUES (1, 'g', 'u', 'n', x'00', 0);
                 INSERT INTO folder (id, mailbox, public, name, folded) VALUES (1, 1, 'f', 'Contacts', 'contacts');
                 INSERT INTO contact VALUES (3, 1, 'without', 3, 0, 0, '{}');",
            )
            .unwrap();
        store.execute("INSERT INTO contact VALUES (2, 1, 'with', 2, 0, 0, ?)", [content]).unwrap();
        drop(store);
        let upgraded = open(&old, &LAYOUT).unwrap();
        assert_eq!(schema(&upgraded), schema(&open(&new, &LAYOUT).unwrap()));
        let mut statement = upgraded.prepare("SELECT folded, contact FROM email ORDER BY folded").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let rows: Vec<(String, i64)> = rows.collect::<Result<_, _>>().unwrap();
        assert_eq!(rows, [("a@x.example".to_owned(), 2), ("b@x.example".to_owned(), 2)]);
    }
}
