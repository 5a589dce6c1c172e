//! The earlier versions of what a run changes or deletes.

use std::fmt;

use bytes::Bytes;
use rusqlite::{OptionalExtension as _, params};

use super::{Ledger, LedgerError};
use crate::formats::exchange::extended::Fingerprint;

/// A contact as it was before the run touched it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The service's id.
    pub id: String,
    /// The source record that the change was for.
    pub number: u64,
    /// The whole contact as the service's JSON.
    pub json: String,
    /// Its photo, where it had one.
    pub photo: Option<Bytes>,
    /// Fingerprint of the content that the change is to leave.
    pub left: String,
    /// What the change is to make of the photo.
    pub left_photo: PhotoLeft,
}

/// What a run makes of a contact's photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PhotoLeft {
    /// It does not touch it.
    #[default]
    Untouched,
    /// It sets one that is not known yet: what a link leads to.
    Unknown,
    /// It takes it away.
    Nothing,
    /// It sets this one.
    Picture(Fingerprint),
}

impl PhotoLeft {
    /// Reads it back; what nobody understands is unknown.
    pub(super) fn parse(text: &str) -> Self {
        match text {
            "" => Self::Untouched,
            "-" => Self::Nothing,
            print => Fingerprint::parse(print).map_or(Self::Unknown, Self::Picture),
        }
    }

    /// A photo of which there may be none.
    pub fn of(photo: Option<&Bytes>) -> Self {
        photo.map_or(Self::Nothing, |photo| Self::Picture(Fingerprint::of(photo)))
    }
}

impl fmt::Display for PhotoLeft {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untouched => Ok(()),
            Self::Unknown => out.write_str("?"),
            Self::Nothing => out.write_str("-"),
            Self::Picture(print) => print.fmt(out),
        }
    }
}

impl Ledger {
    /// Keeps a contact as it is before it is changed, and what the change is to leave; it is on the disk when this returns.
    /// What is kept first stays: the run's own changes are no earlier version.
    ///
    /// # Errors
    /// When the disk is full or broken: then the contact must not be changed.
    pub fn keep(&mut self, version: &Version) -> Result<(), LedgerError> {
        let Version { id, number, json, photo, left, left_photo } = version;
        self.change_durably(|db| {
            let mut keep = db.prepare_cached(
                "INSERT INTO versions VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (id) DO UPDATE SET left = ?5, left_photo = CASE ?6 WHEN '' THEN left_photo ELSE ?6 END",
            )?;
            keep.execute(params![id, number, json, photo.as_deref(), left, left_photo.to_string()])
        })?;
        Ok(())
    }

    /// Whether the run has kept an earlier version of a contact.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn has_version(&self, id: &str) -> Result<bool, LedgerError> {
        let read = || self.db.prepare_cached("SELECT 1 FROM versions WHERE id = ?1")?.exists([id]);
        read().map_err(|error| self.failure(error))
    }

    /// The earlier version of a contact, if the run has kept one.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn version(&self, id: &str) -> Result<Option<Version>, LedgerError> {
        let read = || {
            let mut find = self.db.prepare_cached("SELECT * FROM versions WHERE id = ?1")?;
            let version = find.query_row([id], |row| {
                let (photo, left_photo): (Option<Vec<u8>>, String) = (row.get("photo")?, row.get("left_photo")?);
                Ok(Version {
                    id: row.get("id")?,
                    number: row.get("number")?,
                    json: row.get("json")?,
                    photo: photo.map(Bytes::from),
                    left: row.get("left")?,
                    left_photo: PhotoLeft::parse(&left_photo),
                })
            });
            version.optional()
        };
        read().map_err(|error| self.failure(error))
    }
}
