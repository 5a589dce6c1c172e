//! What lasts: atomic files, locks, opening databases. Imports nothing of the crate.

pub mod lock;
#[cfg(feature = "sandbox")]
pub mod sqlite;
