//! A local server that behaves like the contacts part of Exchange, in both APIs. Imports `disk` alone.
//!
//! It shares no types with the client: it stores and checks JSON against its own list of properties, so that a client
//! that misspells one is refused here as it would be there. [`Sandbox::handle`] answers one request; [`serve`] does the
//! same over a socket. Graph lives under [`Dialect::Graph`]'s `/v1.0`, Outlook REST under `/api/v2.0`, over one store.
//!
//! # What it does as the service does, and how that is known
//!
//! | behaviour | known |
//! | --- | --- |
//! | names and their case, the order of properties, `@odata.context`, `@odata.id`, `@odata.etag` of each dialect | documented (v2.0), observed (Graph) |
//! | v2.0 pads POST and PATCH answers with nulls (3 e-mails, 3 IM, 2 phones, whole addresses), and no GET | documented |
//! | birthdays keep their date in UTC; v2.0 shows `T00:00:00Z`, Graph `T11:59:00Z` | documented, observed |
//! | `displayName` is made of the names unless sent, on every PATCH again; `fileAs` stays `""` | documented |
//! | an e-mail address without a name is named by its address | documented |
//! | an address that is sent replaces the old one whole | documented |
//! | more than 3 e-mails or 2 business phones: 400 for the whole contact | observed; 3 IM and 2 home phones guessed |
//! | a property of the other dialect's case, or none at all: 400 | observed |
//! | `id`, `changeKey` and the times cannot be sent: 400 | observed |
//! | `parentFolderId` is ignored on POST; in Graph's PATCH it moves the contact, whose id then changes | observed; guessed, documented |
//! | extended properties are shown through `$expand` alone, ids in one normal form, values compared without case | documented; the form guessed |
//! | an extended property sent with a null value goes away | guessed |
//! | `PidLidHasPicture` follows the photo | guessed from MAPI |
//! | change key and time change with every write, the photo's too | documented |
//! | `contactFolders` lists what is below the default folder; `contacts` names the default folder as an id | documented; guessed |
//! | a folder of the same name (without case) in the same place: 409 | observed code, guessed status |
//! | contacts are listed in the order they came into the folder | guessed |
//! | `$filter` compares texts without case; e-mail addresses take `any` and `eq` alone | guessed; documented |
//! | another user's mailbox: 404 `ErrorInvalidUser` | observed code |
//! | a contact or folder must stand in the folder that the path names | guessed |
//! | v2.0 makes folders, and neither renames nor deletes them, nor deletes photos: 405 | guessed, documented |
//! | an id that cannot be: 400; one that is not here: 404 | observed |
//! | pages of 10, of 1000 at most, next links with `$skip` and the other options as they were sent | documented |
//! | unknown query options: 400 | guessed; the service may overlook them |
//! | JPEG, PNG, GIF, BMP, WEBP and HEIC photos are kept as they came; what is no image: 400 | guessed |
//! | `If-Match` on PATCH and DELETE: 412 if stale | guessed |
//!
//! # Where a page contradicts itself
//!
//! * v2.0's PATCH sample answers an unchanged change key and time; here both change, as the type's page says.
//! * Graph's PATCH sample shows a birthday as a date; here it is the moment that the type says.
//! * The list sample of Graph's folders shows `Contacts`; here it is absent, as the known-issues page says.
//! * `parentFolderId` is a PATCH property in Graph and read-only in v2.0; each dialect does as its own page says.
//!
//! # Not here yet
//!
//! Delta and tracked changes, `$batch`, open extensions and multi-value extended properties, faults and limits, OAuth.

mod answer;
pub mod behaviour;
mod body;
pub mod clock;
mod contacts;
mod dialect;
mod error;
mod extended;
mod filter;
mod folders;
mod ids;
mod names;
mod path;
mod photos;
mod query;
mod render;
mod request;
mod schema;
mod search;
pub mod serve;
mod settings;
mod store;
mod turns;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::disk::lock::{Attempt, StoreLock, try_hold};
use crate::disk::sqlite::SqliteError;
use store::{Mailbox, Store};
use turns::Turns;

pub use dialect::Dialect;
pub use serve::{MAX_BODY, Server};
pub use settings::Settings;

/// The most requests that look at the store at a time: each needs a connection of its own.
const LOOKS: usize = 8;

/// An open store and the server over it. Clones share both.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    mailbox: Mailbox,
    settings: Settings,
    /// When the store was opened, in seconds since 1970: part of request ids.
    opened: i64,
    requests: AtomicI64,
    turns: Arc<Turns>,
    /// How many may look at the store at a time.
    looks: Arc<Semaphore>,
    // After the store, so that the store is closed when the lock goes.
    lock: StoreLock,
}

/// What came of opening a store.
pub enum Opened {
    /// It is open here.
    Here(Sandbox),
    /// Another process has it, and serves it at `url` if it serves it at all.
    Elsewhere {
        /// The other server's base URL, without a version path or a trailing slash.
        url: Option<String>,
    },
}

/// Why a store could not be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The lock beside the store could not be taken or read.
    #[error("cannot lock the sandbox's store {}: {source}; check that its directory exists and can be written", path.display())]
    Lock {
        /// The store.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no store, or not one this version knows.
    #[error("cannot open {} as a sandbox's store: {source}; name another file, or remove this one to start afresh", path.display())]
    Store {
        /// The store.
        path: PathBuf,
        /// What is wrong with it.
        source: SqliteError,
    },
}

impl Sandbox {
    /// Opens the store at `store`, or makes one; its directory must exist.
    ///
    /// # Errors
    /// When the files cannot be opened or are not ours; that another process holds the store is no error.
    pub fn open(store: &Path, settings: Settings) -> Result<Opened, OpenError> {
        let path = store.to_owned();
        let lock = match try_hold(store) {
            Ok(Attempt::Mine(lock)) => lock,
            Ok(Attempt::Held { url }) => return Ok(Opened::Elsewhere { url }),
            Err(source) => return Err(OpenError::Lock { path, source }),
        };
        let opened = settings.clock.now().as_second();
        let seed = settings.seed.unwrap_or_else(|| fastrand::u64(..));
        let wrong = |source| OpenError::Store { path: path.clone(), source };
        let (store, mailbox) = Store::open(store, seed, opened).map_err(wrong)?;
        settings.pages.map_or(Ok(()), |pages| store.limit(pages)).map_err(wrong)?;
        let (turns, looks) = (Arc::default(), Arc::new(Semaphore::new(LOOKS)));
        let inner = Inner { store, mailbox, settings, opened, requests: AtomicI64::new(0), turns, looks, lock };
        Ok(Opened::Here(Sandbox { inner: Arc::new(inner) }))
    }

    /// Answers one request, as over a socket. Links in the answer start with the request's own scheme and authority,
    /// else with its Host header.
    ///
    /// Changes are made in the order in which they were asked for, so that equal rehearsals go the same way, and answered
    /// when they would survive the death of the process. What was asked for is done even if the caller stops waiting, as
    /// on a server whose client hangs up.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let inner = Arc::clone(&self.inner);
        if *request.method() != Method::GET {
            return turns::take(inner, request).await;
        }
        let place = Arc::clone(&inner.looks).acquire_owned().await;
        let work = move || {
            let answer = inner.answer(&request);
            drop((inner, place));
            answer
        };
        let answered = tokio::task::spawn_blocking(work).await;
        answered.unwrap_or_else(|_| request::empty(StatusCode::INTERNAL_SERVER_ERROR))
    }

    /// The mailbox's user principal name: `users/{this}` and `me` are the same mailbox.
    pub fn upn(&self) -> &str {
        &self.inner.mailbox.upn
    }
}

impl Inner {
    fn next_request(&self) -> String {
        self.mailbox.ids.request(self.opened, self.requests.fetch_add(1, Ordering::Relaxed))
    }
}
