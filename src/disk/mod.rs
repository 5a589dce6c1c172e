//! What lasts: atomic files, locks, opening databases. Imports nothing of the crate.
