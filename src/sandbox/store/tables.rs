//! The tables of a store.

use crate::disk::sqlite::Layout;

pub(super) const LAYOUT: Layout = Layout {
    // "cfsb": a cardferry sandbox.
    application: 0x6366_7362,
    version: 2,
    upgrades: &[ORDER_OF_CHANGES],
    tables: "
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
    change INTEGER NOT NULL DEFAULT 0,
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
CREATE INDEX contact_by_change ON contact (folder, change);

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

-- A contact that left a folder: when, under which id, and what number it had there. gone tells a deletion from a move.
CREATE TABLE contact_removal (
    folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    change INTEGER NOT NULL,
    number INTEGER NOT NULL,
    public TEXT NOT NULL,
    gone INTEGER NOT NULL,
    PRIMARY KEY (folder, change)
) WITHOUT ROWID;

-- A folder that left others: line holds the ids of those that it stood below and does no longer, as /1/5/.
CREATE TABLE folder_removal (
    change INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    public TEXT NOT NULL,
    line TEXT NOT NULL,
    gone INTEGER NOT NULL
);

-- The states of synchronization from before this change number are forgotten.
CREATE TABLE sync (floor INTEGER NOT NULL);
INSERT INTO sync (floor) VALUES (0);
",
};

/// From version 1 to 2: what changed, and what left, in the order of change numbers.
const ORDER_OF_CHANGES: &str = "
ALTER TABLE folder ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
UPDATE folder SET change = id;
CREATE INDEX contact_by_change ON contact (folder, change);
CREATE TABLE contact_removal (
    folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    change INTEGER NOT NULL,
    number INTEGER NOT NULL,
    public TEXT NOT NULL,
    gone INTEGER NOT NULL,
    PRIMARY KEY (folder, change)
) WITHOUT ROWID;
CREATE TABLE folder_removal (
    change INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    public TEXT NOT NULL,
    line TEXT NOT NULL,
    gone INTEGER NOT NULL
);
CREATE TABLE sync (floor INTEGER NOT NULL);
INSERT INTO sync (floor) SELECT value FROM counter;
";
