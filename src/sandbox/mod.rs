//! A local server that behaves like the contacts part of Exchange, in both APIs. Imports `disk` alone.
//!
//! It shares no types with the client: it stores and checks JSON against its own list of properties, so that a client
//! that misspells one is refused here as it would be there. [`Sandbox::handle`] answers one request, [`Sandbox::send`]
//! does so behind the limits and [`faults`] that are set up, and [`serve`] does that over a socket. [`authority`] is an
//! OAuth authority beside them. Graph lives under [`Dialect::Graph`]'s `/v1.0`, Outlook REST under `/api/v2.0`, over one
//! store.
//!
//! # What it does as the service does, and how that is known
//!
//! Those of its ways that can be switched off are the rows of [`behaviour::Behaviour::ALL`], each with what happens
//! without it. The rest:
//!
//! | behaviour | known |
//! | --- | --- |
//! | names and their case, the order of properties, `@odata.context`, `@odata.id`, `@odata.etag` of each dialect | documented (v2.0), observed (Graph) |
//! | an e-mail address without a name is named by its address | documented |
//! | `primaryEmailAddress` and its kin get and set an e-mail address by its place, in Graph alone | documented; that a gap closes up guessed |
//! | an address that is sent replaces the old one whole | documented |
//! | a display name has the middle name in it; without names it is the company, else the first e-mail | guessed |
//! | a property of the other dialect's case, or none at all: 400 | observed |
//! | a body that says no type: 400; one of another type than JSON: 415 | observed |
//! | `id`, `changeKey` and the times cannot be sent: 400 | observed on messages |
//! | `parentFolderId` is ignored on POST; in Graph's PATCH it moves the contact | observed; guessed |
//! | extended properties are shown through `$expand`, ids in one normal form | documented; the form guessed |
//! | extended properties of several values, and those of folders, likewise | documented |
//! | an id in none of the three forms, a type that does not exist: 400 | observed; that a tag fits its type guessed |
//! | extensions are sent with a new contact, which then shows them, or to `extensions`; PATCH adds to the data | documented |
//! | an extension of the same name: 409; names of 127 characters; not in Microsoft's domains; values are primitive | guessed; guessed; documented; documented |
//! | `permanentDelete` of contacts and folders, in Graph alone | documented |
//! | PATCH of a photo's metadata sets nothing | guessed |
//! | values of extended properties come back in the form of their type: `007` as `7`, `True` as `true`, moments in UTC | guessed |
//! | an extended property sent with a null value goes away | guessed |
//! | change key and time change with every write | documented |
//! | `contacts` names the default folder as an id | guessed |
//! | contacts are listed in the order they came into the folder | guessed |
//! | a named property once used counts against its quota for good; types of one name count once | documented; guessed |
//! | e-mail addresses take `any` and `eq` alone | documented |
//! | `categories` and `children` take `any` | guessed; v2.0's page says that categories are not filtered by |
//! | extended values take `eq`, `ne`, `contains` and `startswith`, and every comparison through `cast` | documented |
//! | several values are searched with `any` inside `any`; `endswith` is served | guessed; the service refused it on messages |
//! | a value that its extended property's type cannot have: 400 | guessed |
//! | `in`, `all`, arithmetic and other functions: 400 `ErrorInvalidUrlQueryFilter` | observed for `in`, guessed for the rest |
//! | names in Graph's options in any case, in v2.0's to the letter | documented by samples; guessed |
//! | `$orderby` that does not begin as `$filter` does: 400 `InefficientFilter` | documented, observed |
//! | what `$filter` takes can be sorted by; an option's own name in any case | guessed |
//! | a part of an address cannot be selected | guessed from the service's OData library |
//! | a user who is not here: 404, `ErrorInvalidUser` below the user, `Request_ResourceNotFound` for the user itself | observed codes |
//! | mailboxes share nothing: another one's ids are 404 | guessed |
//! | 401 for no token, one that is over, an unknown one, one of the other API; 403 for writing with one that reads, or in a mailbox that it does not open | observed |
//! | `me` with an application's token: 400 | observed |
//! | a contact or folder must stand in the folder that the path names | guessed |
//! | folders stand 300 levels deep at most, with what is moved: 400 | documented limit; the refusal guessed |
//! | a folder goes with all it holds; the default one cannot be changed or deleted: 403 | guessed |
//! | v2.0 makes folders, and neither renames nor deletes them, nor deletes photos: 405 | guessed, documented |
//! | an id that cannot be: 400; one that is not here: 404 | observed |
//! | pages of 10, of 1000 at most, next links with the other options and `$skip` | documented |
//! | next links escape as .NET does; v2.0's escape `$` too and have a slash before `?`; Graph's have folders' keys in parentheses | observed, the last on mail folders |
//! | `Prefer: odata.maxpagesize` in lists without `$top` | observed in clients; that `$top` goes before guessed |
//! | a page ends sooner, with a next link, once it holds 16 MiB of contacts | guessed |
//! | unknown query options: 400 | guessed; the service may overlook them |
//! | JPEG, PNG, GIF, BMP, WEBP and HEIC photos are kept as they came; what is no image: 400 | guessed |
//! | limits, their 429s and `Retry-After`, off unless asked for: each has its row in [`limits`] | documented, observed, guessed |
//! | codes and words of what goes wrong on purpose ([`faults`]) | codes documented, 429s observed, other words guessed |
//! | delta of a folder's contacts: whole entries, `@removed` for what left, pages by `odata.maxpagesize`, `$select` | documented |
//! | what was deleted is removed as `deleted`, what was moved away as `changed`, and new under its new id elsewhere | documented; guessed |
//! | delta of folders tells of every folder below, at any depth, with its parent's id | guessed |
//! | a delta walk covers what changed before its first page; later changes come with the next walk | guessed |
//! | delta's entries, `@removed` ones too, have immutable ids where they are preferred | documented (ids), guessed (`@removed`) |
//! | delta cuts texts as lists do | guessed; nobody says that it does or does not |
//! | v2.0 tracks changes by `Prefer: odata.track-changes` on every request; a first answer always ends in a delta token | documented |
//! | v2.0's deleted entries: `reason`, `id` as `Contacts('…')`, and a context that ends in `$deletedEntity` | observed; the rest guessed from OData 4.0 |
//! | `$filter`, `$orderby`, `$search`, `$top` and `$expand` with delta: 400 | documented, words observed |
//! | `Preference-Applied: odata.track-changes` in both APIs | documented (v2.0), observed (Graph) |
//! | `$batch` of 20: four parts at a time, answers in any order, 424 for what depends on a failed part, photos in Base64 | documented |
//! | a part depends on earlier parts alone; ids that repeat without case: 400 for the whole batch | observed |
//! | independent and dependent parts may stand in one batch | documented once; refused with 400 once (observed) |
//! | a part has the batch's token unless it brings its own, and in v2.0 its other headers too | documented (v2.0), guessed that Graph's part has no others |
//! | v2.0's `$batch` takes JSON and `multipart/mixed`, and stops at the first failure without `odata.continue-on-error` | documented; how it stops guessed |
//! | what left is remembered for 250,000 changes; an older token is answered 410 | documented (a cache has its size), guessed (which) |
//! | a delta or skip token that expired: 410 `SyncStateNotFound`; what is no token of this folder: 400 | observed; the latter guessed |
//!
//! # Where a page contradicts itself
//!
//! * v2.0's PATCH sample answers an unchanged change key and time; here both change, as the type's page says.
//! * Graph's PATCH sample shows a birthday as a date; here it is the moment that the type says.
//! * The list sample of Graph's folders shows `Contacts`; here it is absent, as the known-issues page says.
//! * `parentFolderId` is a PATCH property in Graph and read-only in v2.0; each dialect does as its own page says.
//! * v2.0's sync page prints `odata.maxpages` and `odata-trackchanges` once each; the other, repeated forms hold here.
//! * It says that only full synchronization is supported and then describes delta tokens; here they are incremental.
//! * It prints a skip token under `@odata.deltaLink`, and once below `messages`; here it stands under `@odata.nextLink`.
//! * It names a folder where other pages have an id (`ContactFolders/{folderName}`); here ids are taken.
//! * Graph's error for delta names `$select` among the refused options, which its page documents; here it is taken.

mod answer;
mod authority;
mod batch;
pub mod behaviour;
mod body;
pub mod clock;
mod contacts;
mod control;
mod delta;
mod dialect;
mod door;
mod emails;
mod error;
mod expand;
mod extended;
mod extensions;
pub mod faults;
mod filter;
mod folders;
mod form;
mod guard;
mod ids;
mod immutable;
mod late;
pub mod limits;
pub mod log;
mod measure;
mod names;
mod page;
mod path;
mod photos;
mod properties;
mod purge;
mod query;
mod quota;
mod render;
mod request;
mod schema;
mod search;
pub mod serve;
mod settings;
mod store;
mod switches;
mod tokens;
mod turns;
mod users;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::disk::lock::{Attempt, StoreLock, try_hold};
use crate::disk::sqlite::SqliteError;
use authority::Authority;
use error::ODataError;
use store::{Mailbox, Store};
use switches::Switches;
use tokens::Uses;
use turns::Turns;

pub use authority::SignIn;
pub use control::Control;
pub use dialect::Dialect;
pub use door::{Broken, Delivery};
pub use serve::Server;
pub use settings::{Quota, Settings};
pub use tokens::TokenRules;

/// The most requests that look at the store at a time: each needs a connection of its own.
const LOOKS: usize = 8;

/// An open store and the server over it. Clones share both.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    /// The first mailbox: whose every token is that is nobody's.
    mailbox: Mailbox,
    /// The mailboxes beside it.
    others: Vec<Mailbox>,
    authority: Authority,
    uses: Uses,
    settings: Settings,
    syncs: delta::Syncs,
    /// When the store was opened, in seconds since 1970: part of request ids.
    opened: i64,
    requests: AtomicI64,
    switches: Switches,
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
    /// A mailbox that was asked for cannot be.
    #[error("{upn} cannot be a mailbox's name; name it as an e-mail address, such as ada@sandbox.example")]
    Mailbox {
        /// The name.
        upn: String,
    },
    /// The store cannot take what a new mailbox is made of.
    #[error("cannot set up the mailboxes in {}: {what}; make room on its disk, or name another file", path.display())]
    SetUp {
        /// The store.
        path: PathBuf,
        /// What it said.
        what: String,
    },
}

impl Sandbox {
    /// Opens the store at `store`, or makes one; its directory must exist.
    ///
    /// # Errors
    /// When the files cannot be opened or are not ours; that another process holds the store is no error.
    pub fn open(store: &Path, settings: Settings) -> Result<Opened, OpenError> {
        let path = store.to_owned();
        if let Some(upn) = settings.mailboxes.iter().find(|upn| !is_upn(upn)) {
            return Err(OpenError::Mailbox { upn: upn.clone() });
        }
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
        let others = set_up(&store, &mailbox, &settings, opened)
            .map_err(|error| OpenError::SetUp { path, what: error.message.into_owned() })?;
        let inner = Inner {
            store,
            mailbox,
            others,
            authority: Authority::new(settings.seed),
            uses: Uses::default(),
            switches: Switches::new(&settings),
            syncs: delta::Syncs::new(opened, settings.delta_generations),
            settings,
            opened,
            requests: AtomicI64::new(0),
            turns: Arc::default(),
            looks: Arc::new(Semaphore::new(LOOKS)),
            lock,
        };
        Ok(Opened::Here(Sandbox { inner: Arc::new(inner) }))
    }

    /// Answers one request, without the faults and limits of [`Sandbox::send`]. Links in the answer start with the
    /// request's own scheme and authority, else with its Host header.
    ///
    /// Changes are made in the order in which they were asked for, so that equal rehearsals go the same way, and answered
    /// when they would survive the death of the process. What was asked for is done even if the caller stops waiting, as
    /// on a server whose client hangs up.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let inner = Arc::clone(&self.inner);
        let mut answered = match *request.method() {
            Method::GET => look(inner, request).await,
            _ => turns::take(inner, request).await,
        };
        match batch::planned(&mut answered) {
            Some(plan) => batch::carry_out(self, plan, answered).await,
            None => answered,
        }
    }

    /// Lets every delta token so far expire: who comes with one is answered 410 and starts over.
    ///
    /// # Errors
    /// When the store fails.
    pub fn expire_delta_tokens(&self) -> std::io::Result<()> {
        let inner = &self.inner;
        let expired = inner.store.write(&inner.mailbox.ids, |change| change.forget_syncs());
        expired.map_err(|error| std::io::Error::other(error.message))
    }

    /// The mailbox's user principal name: `users/{this}` and `me` are the same mailbox.
    pub fn upn(&self) -> &str {
        &self.inner.mailbox.upn
    }

    /// The user principal names of all mailboxes, that of `me` first.
    pub fn mailboxes(&self) -> Vec<&str> {
        self.inner.mailboxes().map(|mailbox| mailbox.upn.as_str()).collect()
    }
}

/// Makes what the settings ask for in the store, and answers the mailboxes beside the first.
fn set_up(store: &Store, first: &Mailbox, settings: &Settings, now: i64) -> Result<Vec<Mailbox>, ODataError> {
    let others = store.others(first, &settings.mailboxes, now)?;
    if settings.distribution_lists > 0 {
        for mailbox in std::iter::once(first).chain(&others) {
            store.write(&mailbox.ids, |change| {
                let folder = change.folder(mailbox.contacts)?.ok_or_else(ODataError::not_found)?;
                change.have_lists(&folder, settings.distribution_lists, now)
            })?;
        }
    }
    Ok(others)
}

/// Whether a mailbox may be called so: `alias@domain`, without anything that means something in a path.
fn is_upn(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "!#$&*+-.=^_{}~".contains(c);
    let parts = text.split_once('@').filter(|(alias, domain)| !alias.is_empty() && !domain.is_empty());
    text.len() <= 113 && parts.is_some_and(|(alias, domain)| alias.chars().chain(domain.chars()).all(plain))
}

/// Answers a request that changes nothing.
async fn look(inner: Arc<Inner>, request: Request<Bytes>) -> Response<Bytes> {
    let place = Arc::clone(&inner.looks).acquire_owned().await;
    let work = move || {
        let answer = inner.answer(&request);
        drop((inner, place));
        answer
    };
    let answered = tokio::task::spawn_blocking(work).await;
    answered.unwrap_or_else(|_| request::empty(StatusCode::INTERNAL_SERVER_ERROR))
}

impl Inner {
    fn next_request(&self) -> String {
        self.mailbox.ids.request(self.opened, self.requests.fetch_add(1, Ordering::Relaxed))
    }
}
