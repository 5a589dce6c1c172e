//! What lasts: files that appear whole or not at all, directories of records, locks, databases. Imports nothing of the
//! crate.

pub mod input;
pub mod output;
