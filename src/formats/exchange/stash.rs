//! The stash: versioned text in an extended property for the pieces that have no other home.

use super::leftover::Piece;
use crate::model::{Contact, Loss};

/// The stash's text, if there is anything to keep, and what found no room in it.
pub(super) fn write(pieces: Vec<Piece>) -> (Option<String>, Vec<Loss>) {
    (None, pieces.into_iter().map(|piece| piece.loss).collect())
}

/// Why a stash is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

/// Reads a stash back.
pub(super) fn read(_text: &str) -> Result<Vec<Piece>, Damaged> {
    Err(Damaged)
}

/// Puts the pieces back into the contact they were taken from.
pub(super) fn merge(_contact: &mut Contact, _pieces: Vec<Piece>) {}
