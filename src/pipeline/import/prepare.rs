//! A record made ready to be planned and uploaded. Both passes over the source make it alike.

use bytes::Bytes;

use crate::formats::exchange::extended::Fingerprint;
use crate::formats::exchange::{self, Dialect, Written};
use crate::formats::{Position, photo};
use crate::model::identity::{Key, Keyed, Keys};
use crate::model::{Contact, Loss, Photo, PhotoData, PhotoKind};
use crate::pipeline::NoPhoto;
use crate::pipeline::links::link_of;

/// Makes records ready, one after the other.
pub(super) struct Preparer<'a> {
    pub(super) keys: Keys,
    pub(super) dialect: Dialect,
    /// Categories that every contact gets.
    pub(super) categories: &'a [String],
}

/// A record with all that is needed to decide about it and to upload it.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) position: Position,
    pub(super) name: String,
    /// The contact without its photo, unless that is a link.
    pub(super) contact: Contact,
    pub(super) key: Key,
    /// Whether an earlier record is just the same.
    pub(super) repeated: bool,
    /// Whether there is nothing in it.
    pub(super) empty: bool,
    pub(super) written: Written,
    pub(super) picture: Option<Picture>,
    /// Why there is no picture to upload although the source has one.
    pub(super) no_photo: Option<NoPhoto>,
    /// The photo, when it is a link, which the contact keeps whatever becomes of its picture.
    pub(super) link: Option<String>,
    /// What was lost when it was read.
    pub(super) losses: Vec<Loss>,
}

/// A picture to upload.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub(super) bytes: Bytes,
    pub(super) kind: PhotoKind,
    pub(super) print: Fingerprint,
}

impl Preparer<'_> {
    /// Makes the next record ready.
    pub(super) fn prepare(&mut self, mut contact: Contact, position: Position, losses: Vec<Loss>) -> Prepared {
        let empty = contact.is_empty();
        for category in self.categories {
            if !contact.categories.contains(category) {
                contact.categories.push(category.clone());
            }
        }
        let link = link_of(&contact).map(str::to_owned);
        let picture = contact.photo.take_if(|photo| !matches!(photo.data, PhotoData::Link(_)));
        let (picture, no_photo) = match picture.map(|photo| Picture::read(&photo)).transpose() {
            Ok(picture) => (picture, None),
            Err(why) => (None, Some(NoPhoto::Refused(why))),
        };
        let written = exchange::write(&contact, self.dialect);
        let photo = picture.as_ref().map_or(0, |picture| picture.print.number());
        let Keyed { key, repeated } = self.keys.next(&contact, written.content.number() ^ photo);
        let name = contact.display_name();
        Prepared { position, name, contact, key, repeated, empty, written, picture, no_photo, link, losses }
    }
}

impl Prepared {
    /// The picture's fingerprint, if there is one.
    pub(super) fn print(&self) -> Option<Fingerprint> {
        self.picture.as_ref().map(|picture| picture.print)
    }
}

impl Picture {
    /// The picture of a photo, or why it cannot be uploaded.
    fn read(of: &Photo) -> Result<Self, String> {
        let bytes = photo::bytes(of).ok_or("it is no base64")?;
        Self::of(bytes.into_owned())
    }

    /// A picture that the service may take, as it is or made to fit, or why it does not.
    pub(super) fn of(bytes: Vec<u8>) -> Result<Self, String> {
        let kind = photo::kind_of(&bytes).ok_or("it is no picture of a known kind")?;
        Ok(Self { print: Fingerprint::of(&bytes), kind, bytes: Bytes::from(bytes) })
    }
}
