//! Contacts as the JSON of Microsoft Graph v1.0 and of Outlook REST v2.0.
//!
//! Both APIs show the same mailbox; they differ in the spelling of names ([`Dialect`]). What neither has a property for
//! travels in extended properties ([`extended`]): in the MAPI property that Outlook itself shows where there is one,
//! in cardferry's own stash otherwise. Which of several e-mails, phones, pages and addresses takes which place is one table
//! of rules ([`rules_table`]); the content has a fingerprint of its own ([`content`]). What has to be sent to make one
//! contact another, and to undo it, is said by [`changes`], [`restore`] and [`recreate`].

pub mod extended;

mod assign;
mod date;
mod dialect;
mod leftover;
mod merge;
mod order;
mod patch;
mod piece;
mod print;
mod read;
mod rules;
mod slots;
mod spelt;
mod stash;
mod table;
mod words;
mod write;

pub use dialect::{Dialect, Names};
pub use patch::{Change, Changes, changes, recreate, restore};
pub use print::{CONTENT_VERSION, content};
pub use read::{Item, all_extended, id_print, read, same_content, telling};
pub use rules::rules_table;
pub use table::carried_by;
pub use write::{Written, write};

/// The most bytes the service takes for a photo: the limit of one request (Graph, "Update profilePhoto").
pub const MAX_PHOTO_BYTES: usize = 4 * 1024 * 1024 - 1;
