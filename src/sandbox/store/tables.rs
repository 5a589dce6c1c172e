//! The tables of a store, and how they came to be.

use crate::disk::sqlite::Layout;

pub(super) const LAYOUT: Layout = Layout {
    // "cfsb": a cardferry sandbox.
    application: 0x6366_7362,
    steps: &[MAILBOXES, LOOKUPS, MOVES, CHANGES, BIRTHS, SUMS, NAMES],
};

/// Mailboxes, and what is in them.
const MAILBOXES: &str = "
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
";

/// What a folder has beside its name, and who has an e-mail address.
const LOOKUPS: &str = "
CREATE TABLE folder_extended (
    folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
    property TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (folder, property)
) WITHOUT ROWID;

-- In lower case. A row may outlive its contact, whose number never comes again: what it finds is looked at again.
CREATE TABLE email (folded TEXT NOT NULL, contact INTEGER NOT NULL, PRIMARY KEY (folded, contact)) WITHOUT ROWID;
INSERT OR IGNORE INTO email (folded, contact)
    SELECT lower(json_extract(entry.value, '$.address')), contact.number
    FROM contact, json_each(contact.content, '$.emailAddresses') AS entry
    WHERE json_extract(entry.value, '$.address') IS NOT NULL;
";

/// Contacts that have another number than the one that they were made with, which their immutable ids are of.
const MOVES: &str = "
CREATE TABLE moved (
    number INTEGER PRIMARY KEY REFERENCES contact ON UPDATE CASCADE ON DELETE CASCADE,
    born INTEGER NOT NULL UNIQUE
);
";

/// What changed, and what left, in the order of change numbers.
const CHANGES: &str = "
ALTER TABLE folder ADD COLUMN change INTEGER NOT NULL DEFAULT 0;
UPDATE folder SET change = id;
CREATE INDEX contact_by_change ON contact (folder, change);

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
INSERT INTO sync (floor) SELECT coalesce(max(value), 0) FROM counter;
";

/// The number that a contact was made with, also where it left. Of what left before, its last number is known alone.
const BIRTHS: &str = "
ALTER TABLE contact_removal ADD COLUMN born INTEGER NOT NULL DEFAULT 0;
UPDATE contact_removal SET born = number;
";

/// How many contacts a folder holds, and how many bytes they, their extended properties and photos have: kept by
/// triggers, so that no statement forgets it. What goes with its folder, or with its contact, is no longer counted
/// there, for the row that counted is gone.
const SUMS: &str = "
ALTER TABLE folder ADD COLUMN contacts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE folder ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;

CREATE VIEW weight (contact, folder, bytes) AS SELECT number, folder, octet_length(content)
    + coalesce((SELECT sum(octet_length(value)) FROM extended WHERE extended.contact = number), 0)
    + coalesce((SELECT octet_length(bytes) FROM photo WHERE photo.contact = number), 0) FROM contact;
UPDATE folder SET contacts = (SELECT count(*) FROM contact WHERE contact.folder = folder.id),
    bytes = (SELECT coalesce(sum(bytes), 0) FROM weight WHERE weight.folder = folder.id);

CREATE TRIGGER contact_comes AFTER INSERT ON contact BEGIN
    UPDATE folder SET contacts = contacts + 1, bytes = bytes + octet_length(NEW.content) WHERE id = NEW.folder;
END;
CREATE TRIGGER contact_changes AFTER UPDATE OF content ON contact BEGIN
    UPDATE folder SET bytes = bytes + octet_length(NEW.content) - octet_length(OLD.content) WHERE id = NEW.folder;
END;
CREATE TRIGGER contact_moves BEFORE UPDATE OF folder ON contact BEGIN
    UPDATE folder SET contacts = contacts + 1,
        bytes = bytes + (SELECT bytes FROM weight WHERE contact = OLD.number) WHERE id = NEW.folder;
    UPDATE folder SET contacts = contacts - 1,
        bytes = bytes - (SELECT bytes FROM weight WHERE contact = OLD.number) WHERE id = OLD.folder;
END;
CREATE TRIGGER contact_goes BEFORE DELETE ON contact BEGIN
    UPDATE folder SET contacts = contacts - 1,
        bytes = bytes - (SELECT bytes FROM weight WHERE contact = OLD.number) WHERE id = OLD.folder;
END;
CREATE TRIGGER extended_comes AFTER INSERT ON extended BEGIN
    UPDATE folder SET bytes = bytes + octet_length(NEW.value)
        WHERE id = (SELECT folder FROM contact WHERE number = NEW.contact);
END;
CREATE TRIGGER extended_changes AFTER UPDATE OF value ON extended BEGIN
    UPDATE folder SET bytes = bytes + octet_length(NEW.value) - octet_length(OLD.value)
        WHERE id = (SELECT folder FROM contact WHERE number = NEW.contact);
END;
CREATE TRIGGER extended_goes AFTER DELETE ON extended BEGIN
    UPDATE folder SET bytes = bytes - octet_length(OLD.value)
        WHERE id = (SELECT folder FROM contact WHERE number = OLD.contact);
END;
CREATE TRIGGER photo_comes AFTER INSERT ON photo BEGIN
    UPDATE folder SET bytes = bytes + octet_length(NEW.bytes)
        WHERE id = (SELECT folder FROM contact WHERE number = NEW.contact);
END;
CREATE TRIGGER photo_changes AFTER UPDATE OF bytes ON photo BEGIN
    UPDATE folder SET bytes = bytes + octet_length(NEW.bytes) - octet_length(OLD.bytes)
        WHERE id = (SELECT folder FROM contact WHERE number = NEW.contact);
END;
CREATE TRIGGER photo_goes AFTER DELETE ON photo BEGIN
    UPDATE folder SET bytes = bytes - octet_length(OLD.bytes)
        WHERE id = (SELECT folder FROM contact WHERE number = OLD.contact);
END;
";

/// The names of properties that were ever used in a mailbox, without their types: an extended property is named by a
/// GUID and a name or number, an extension by its own name. None is given back when the last value of it goes.
const NAMES: &str = "
CREATE TABLE named (
    mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
    property TEXT NOT NULL,
    PRIMARY KEY (mailbox, property)
) WITHOUT ROWID;
INSERT OR IGNORE INTO named (mailbox, property)
    SELECT folder.mailbox, substr(property, instr(property, ' ') + 1) FROM folder
    JOIN contact ON contact.folder = folder.id JOIN extended ON extended.contact = contact.number
    WHERE property LIKE '% {%' OR property LIKE 'Extension %';
INSERT OR IGNORE INTO named (mailbox, property)
    SELECT folder.mailbox, substr(property, instr(property, ' ') + 1) FROM folder
    JOIN folder_extended ON folder_extended.folder = folder.id WHERE property LIKE '% {%';

CREATE TRIGGER extended_named AFTER INSERT ON extended
WHEN NEW.property LIKE '% {%' OR NEW.property LIKE 'Extension %' BEGIN
    INSERT OR IGNORE INTO named (mailbox, property)
        SELECT folder.mailbox, substr(NEW.property, instr(NEW.property, ' ') + 1)
        FROM contact JOIN folder ON folder.id = contact.folder WHERE contact.number = NEW.contact;
END;
CREATE TRIGGER folder_extended_named AFTER INSERT ON folder_extended WHEN NEW.property LIKE '% {%' BEGIN
    INSERT OR IGNORE INTO named (mailbox, property)
        SELECT mailbox, substr(NEW.property, instr(NEW.property, ' ') + 1) FROM folder WHERE id = NEW.folder;
END;
";

/// The layout of the first stores, for tests of what becomes of them.
#[cfg(test)]
pub(super) const FIRST: Layout = Layout { steps: &[MAILBOXES], ..LAYOUT };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk::sqlite::open;

    #[test]
    fn an_older_store_gets_the_tables_and_the_index() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("old.db");
        let content = r#"{"emailAddresses":[{"address":"A@x.example"},{"name":"n"},{"address":"b@x.example"}]}"#;
        let store = open(&path, &FIRST).unwrap();
        store
            .execute_batch(
                "INSERT INTO mailbox VALUES (1, 'g', 'u', 'n', x'00', 0);
                 INSERT INTO folder (id, mailbox, public, name, folded) VALUES (1, 1, 'f', 'Contacts', 'contacts');
                 INSERT INTO contact VALUES (3, 1, 'without', 3, 0, 0, '{}');",
            )
            .unwrap();
        store.execute("INSERT INTO contact VALUES (2, 1, 'with', 2, 0, 0, ?)", [content]).unwrap();
        drop(store);
        let upgraded = open(&path, &LAYOUT).unwrap();
        let mut statement = upgraded.prepare("SELECT folded, contact FROM email ORDER BY folded").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let rows: Vec<(String, i64)> = rows.collect::<Result<_, _>>().unwrap();
        assert_eq!(rows, [("a@x.example".to_owned(), 2), ("b@x.example".to_owned(), 2)]);
    }
}
