//! What the target folder holds of earlier runs.

use std::collections::HashMap;

use crate::formats::exchange::extended::{self, State};
use crate::formats::exchange::{self, Item};
use crate::model::identity::Key;
use crate::remote::api::{Expand, Place, Query};
use crate::remote::{Clock, Mailbox, RemoteError, Transport};

/// The most contacts on a page; the service takes up to 1,000, and other clients use one less.
pub(super) const PER_PAGE: u32 = 999;
/// The same of whole contacts, which are larger.
const CONTENTS_PER_PAGE: u32 = 200;

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
    /// Lists a folder: keys and states in a few big pages. Where another version of cardferry left a state, whose
    /// fingerprint says nothing to this one, it lists the contents too and makes fingerprints of what is there.
    pub(super) async fn list<T: Transport, C: Clock>(
        mailbox: &Mailbox<T, C>,
        place: &Place,
    ) -> Result<Self, RemoteError> {
        let states = Query {
            select: vec![mailbox.endpoint().dialect.pick(("id", "Id"))],
            top: Some(PER_PAGE),
            expand: Expand(vec![extended::KEY, extended::STATE, extended::HAS_PICTURE]),
            ..Query::default()
        };
        let target = Self::listed(mailbox, place, &states, false, |item| item.state.clone()).await?;
        if target.held.values().flatten().filter_map(|held| held.state.as_ref()).all(State::is_of_this_version) {
            return Ok(target);
        }
        let contents =
            Query { top: Some(CONTENTS_PER_PAGE), expand: Expand(exchange::all_extended()), ..Query::default() };
        Self::listed(mailbox, place, &contents, true, Item::comparable_state).await
    }

    /// `whole` where the contents count: then what a list may have cut is fetched by itself.
    async fn listed<T: Transport, C: Clock>(
        mailbox: &Mailbox<T, C>,
        place: &Place,
        query: &Query,
        whole: bool,
        state: fn(&Item) -> Option<State>,
    ) -> Result<Self, RemoteError> {
        let mut target = Self::default();
        let mut pages = mailbox.contacts(place, query);
        while let Some(page) = pages.next().await? {
            for json in page {
                let mut item = exchange::read(json, mailbox.endpoint().dialect);
                if whole && item.key.is_some() && item.may_be_cut() {
                    item = single(mailbox, place, item, query).await?;
                }
                let state = state(&item);
                target.add(Item { state, ..item });
            }
        }
        Ok(target)
    }

    fn add(&mut self, item: Item) {
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

/// A contact that a list may have cut, whole. One that is gone or cannot be read stays as the list has it.
async fn single<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    listed: Item,
    query: &Query,
) -> Result<Item, RemoteError> {
    let query = Query { expand: query.expand.clone(), ..Query::default() };
    match mailbox.contact(place, &listed.id, &query).await {
        Ok(json) => Ok(exchange::read(json, mailbox.endpoint().dialect)),
        Err(error) if error.is_about_one_request() => Ok(listed),
        Err(error) => Err(error),
    }
}
