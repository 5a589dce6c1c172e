//! The tables of a ledger.

use crate::disk::sqlite::Layout;

/// What the file of a ledger is.
pub(super) const LAYOUT: Layout = Layout { application: 0x6366_6c67, steps: &[RUN] };

/// The run itself, one row; the target folder as it was listed; the source's records in their order; the earlier versions
/// of what the run changes or deletes.
///
/// `held.name` and `traits` are normalised for comparing; `held.json` is there only where whole contacts were listed.
/// `records.left` is the fingerprint of the content that the run leaves in the mailbox, `left_photo` what it makes of the
/// photo; those of `versions` are there before the change is sent.
///
/// `photos` are the pictures that were made to fit, by their record's number.
const RUN: &str = "
CREATE TABLE run (
    run TEXT NOT NULL, kind TEXT NOT NULL, of TEXT NOT NULL, started INTEGER NOT NULL,
    address TEXT NOT NULL, api TEXT NOT NULL, mailbox TEXT NOT NULL, folder TEXT NOT NULL,
    source TEXT NOT NULL, inputs TEXT NOT NULL, options TEXT NOT NULL,
    phase TEXT NOT NULL, ended INTEGER, stopped TEXT
);
CREATE TABLE held (
    id TEXT PRIMARY KEY, change_key TEXT NOT NULL, key TEXT, state TEXT, has_picture INTEGER,
    title TEXT NOT NULL, name TEXT NOT NULL, json TEXT
);
CREATE INDEX held_by_key ON held (key) WHERE key IS NOT NULL;
CREATE TABLE traits (
    value TEXT NOT NULL, whole TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (value, id, whole)
) WITHOUT ROWID;
CREATE TABLE seen (value TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE records (
    number INTEGER PRIMARY KEY, position TEXT NOT NULL, name TEXT NOT NULL, key TEXT,
    content TEXT NOT NULL, photo TEXT NOT NULL, action TEXT NOT NULL, why TEXT NOT NULL, id TEXT,
    ending TEXT, said TEXT NOT NULL DEFAULT '', change_key TEXT NOT NULL DEFAULT '', left TEXT NOT NULL DEFAULT '',
    left_photo TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0, losses TEXT NOT NULL DEFAULT ''
);
CREATE INDEX records_by_id ON records (id) WHERE id IS NOT NULL;
CREATE INDEX records_by_key ON records (key) WHERE key IS NOT NULL;
CREATE TABLE photos (number INTEGER PRIMARY KEY, print TEXT NOT NULL);
CREATE TABLE versions (
    id TEXT PRIMARY KEY, number INTEGER NOT NULL, json TEXT NOT NULL, photo BLOB, left TEXT NOT NULL, left_photo TEXT NOT NULL
) WITHOUT ROWID;
";
