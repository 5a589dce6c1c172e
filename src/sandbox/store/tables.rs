//! The tables of a store.

use crate::disk::sqlite::Layout;

/// What a folder has beside its name.
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

/// E-mail addresses in lower case, and who has them. A row may outlive its contact, whose number never comes again:
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
