//! The mailbox on disk: a SQLite file, one transaction for each request that writes or for some that came together.
//!
//! Contacts keep their properties as one JSON text with Graph's names; extended properties and photos have tables of
//! their own. A contact's number is the change that made it, so that numbers grow in the order of the listing.

mod contacts;
mod delta;
mod emails;
mod extended;
mod folder_extended;
mod folders;
mod mailboxes;
mod photos;
mod tables;
mod transactions;

use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior};

use super::error::ODataError;
use super::ids::{Ids, guid};
use crate::disk::sqlite::{self, SqliteError};

pub(super) use contacts::{Bookmarks, ContactRow, NewContact, Page};
pub(super) use delta::{Removal, Span};
pub(super) use folders::FolderRow;
pub(super) use mailboxes::Held;
pub(super) use photos::PhotoRow;
pub(super) use transactions::tried;

/// The file, one connection that writes and some that read.
pub(super) struct Store {
    path: PathBuf,
    writer: Mutex<Connection>,
    /// Whoever begins a transaction, until it ends.
    turn: Mutex<()>,
    readers: Mutex<Vec<Connection>>,
    pub bookmarks: Bookmarks,
}

/// The mailbox that every store has.
#[derive(Debug, Clone)]
pub(super) struct Mailbox {
    pub upn: String,
    pub name: String,
    pub ids: Ids,
    /// Its number in the store.
    pub number: i64,
    /// The default Contacts folder.
    pub contacts: i64,
}

/// A look at the store: what it holds at one moment.
pub(super) struct View<'a> {
    connection: &'a Connection,
    pub ids: &'a Ids,
    bookmarks: &'a Bookmarks,
}

/// A change to the store, not yet kept.
pub(super) struct Change<'a>(View<'a>);

impl<'a> Deref for Change<'a> {
    type Target = View<'a>;

    fn deref(&self) -> &View<'a> {
        &self.0
    }
}

impl From<rusqlite::Error> for ODataError {
    fn from(error: rusqlite::Error) -> ODataError {
        if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
            return ODataError::quota_exceeded();
        }
        // SQLite's words name tables and files, never values.
        ODataError::internal(format!("The sandbox's store failed: {error}"))
    }
}

impl Store {
    /// Opens or makes the store. `seed` decides a new store's ids and nothing about an existing one.
    pub(super) fn open(path: &Path, seed: u64, now: i64) -> Result<(Store, Mailbox), SqliteError> {
        let mut writer = sqlite::open(path, &tables::LAYOUT)?;
        let mailbox = match mailbox(&writer)? {
            Some(mailbox) => mailbox,
            None => {
                let making = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let mailbox = make_mailbox(&making, seed, now)?;
                making.commit()?;
                mailbox
            }
        };
        let store = Store {
            path: path.to_owned(),
            writer: Mutex::new(writer),
            turn: Mutex::default(),
            readers: Mutex::new(Vec::new()),
            bookmarks: Bookmarks::default(),
        };
        Ok((store, mailbox))
    }
}

impl Change<'_> {
    /// The next change number.
    fn next(&self) -> Result<i64, ODataError> {
        let mut statement = self.connection.prepare_cached("UPDATE counter SET value = value + 1 RETURNING value")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}

/// The beginning of a text as it is indexed: in lower case, enough to find it by, short enough to index.
fn start(text: &str) -> String {
    text.to_lowercase().chars().take(64).collect()
}

fn mailbox(connection: &Connection) -> Result<Option<Mailbox>, rusqlite::Error> {
    connection.query_row(&format!("{} LIMIT 1", mailboxes::SELECT), [], mailboxes::mailbox).optional()
}

fn make_mailbox(making: &Transaction<'_>, seed: u64, now: i64) -> Result<Mailbox, rusqlite::Error> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes = || std::array::from_fn(|_| random.u8(..));
    let (guid, secret) = (guid(&bytes()), bytes());
    let ids = Ids { guid, secret, store: secret };
    let (upn, name) = ("me@sandbox.example", "Sandbox");
    let sql = "INSERT INTO mailbox (guid, upn, name, secret, created) VALUES (?, ?, ?, ?, ?)";
    making.execute(sql, (&ids.guid, upn, name, ids.secret, now))?;
    let sql = "INSERT INTO folder (id, mailbox, parent, public, name, folded) VALUES (1, ?, NULL, ?, ?, ?)";
    let number = making.last_insert_rowid();
    making.execute(sql, (number, ids.folder(1), "Contacts", "contacts"))?;
    making.execute("INSERT INTO counter (value) VALUES (1)", [])?;
    Ok(Mailbox { number, upn: upn.into(), name: name.into(), ids, contacts: 1 })
}
