//! What the target folder holds of earlier runs.

use std::collections::HashMap;

use crate::formats::exchange::extended::{self, State};
use crate::formats::exchange::{self};
use crate::model::identity::Key;
use crate::remote::api::{Expand, Place, Query};
use crate::remote::{Clock, Mailbox, RemoteError, Transport};

/// The most contacts on a page; the service takes up to 1,000, and other clients use one less.
pub(super) const PER_PAGE: u32 = 999;

/// A contact of the folder that carries a key.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: String,
    pub(super) state: Option<State>,
    pub(super) has_picture: Option<bool>,
}

/// The folder as it was listed.
#[derive(Debug, Default)]
pub(super) struct Target {
    /// By key; more than one where a key stands twice.
    pub(super) held: HashMap<Key, Vec<Held>>,
    /// All contacts, those without a key too.
    pub(super) contacts: u64,
}

impl Target {
    /// Lists a folder: keys and states in a few big pages.
    pub(super) async fn list<T: Transport, C: Clock>(
        mailbox: &Mailbox<T, C>,
        place: &Place,
    ) -> Result<Self, RemoteError> {
        let dialect = mailbox.endpoint().dialect;
        let query = Query {
            select: vec![dialect.pick(("id", "Id"))],
            top: Some(PER_PAGE),
            expand: Expand(vec![extended::KEY, extended::STATE, extended::HAS_PICTURE]),
            ..Query::default()
        };
        let mut target = Self::default();
        let mut pages = mailbox.contacts(place, &query);
        while let Some(page) = pages.next().await? {
            for json in page {
                target.add(exchange::read(json, dialect));
            }
        }
        Ok(target)
    }

    fn add(&mut self, item: exchange::Item) {
        self.contacts += 1;
        let Some(key) = item.key else { return };
        let held = self.held.entry(key).or_default();
        // Pages over a changing folder may show a contact twice.
        if held.iter().any(|held| held.id == item.id) {
            self.contacts -= 1;
            return;
        }
        held.push(Held { id: item.id, state: item.state, has_picture: item.has_picture });
    }
}
