//! What the target folder holds, listed into the ledger.

use serde_json::{Map, Value};

use super::Stopped;
use super::options::MatchBy;
use crate::formats::exchange::extended::{self, State};
use crate::formats::exchange::{self, Item};
use crate::model::likeness::{Traits, phone_key};
use crate::pipeline::ledger::{Held, Ledger, Trait};
use crate::remote::api::{Expand, Place, Query};
use crate::remote::{Clock, Mailbox, RemoteError, Transport};

/// The most contacts on a page; the service takes up to 1,000, and other clients use one less.
const PER_PAGE: u32 = 999;
/// The same of whole contacts, which are larger.
const CONTENTS_PER_PAGE: u32 = 200;

/// Lists a folder in a few big pages: keys and states, and what contacts are compared by. The whole contacts where they
/// are wanted; and where another version of cardferry left a state, whose fingerprint says nothing to this one, so that
/// fingerprints are made of what is there.
pub(in crate::pipeline) async fn list<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    ledger: &mut Ledger,
    whole: bool,
) -> Result<(), Stopped> {
    if !whole && listed(mailbox, place, ledger, false).await? {
        return Ok(());
    }
    listed(mailbox, place, ledger, true).await.map(drop)
}

/// Whether the states that were found are all of this version; stops with the first that is not where whole contacts
/// are not listed.
async fn listed<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    ledger: &mut Ledger,
    whole: bool,
) -> Result<bool, Stopped> {
    ledger.forget_held()?;
    let query = if whole { contents() } else { states(mailbox) };
    let mut pages = mailbox.contacts(place, &query);
    while let Some(page) = pages.next().await? {
        let mut held = Vec::with_capacity(page.len());
        for json in page {
            let (item, json) = item_of(mailbox, place, json, whole).await?;
            if !whole && item.state.as_ref().is_some_and(|state| !state.is_of_this_version()) {
                return Ok(false);
            }
            held.push(held_of(item, json));
        }
        ledger.hold(&held)?;
    }
    Ok(true)
}

fn states<T: Transport, C: Clock>(mailbox: &Mailbox<T, C>) -> Query {
    Query {
        select: exchange::telling(mailbox.endpoint().dialect),
        top: Some(PER_PAGE),
        expand: Expand(vec![extended::KEY, extended::STATE, extended::HAS_PICTURE]),
        ..Query::default()
    }
}

fn contents() -> Query {
    Query { top: Some(CONTENTS_PER_PAGE), expand: Expand(exchange::all_extended()), ..Query::default() }
}

/// A listed contact; one that counts whole and that the list may have cut is fetched by itself, with its JSON.
async fn item_of<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    json: Map<String, Value>,
    whole: bool,
) -> Result<(Item, Option<Map<String, Value>>), RemoteError> {
    let dialect = mailbox.endpoint().dialect;
    if !whole {
        return Ok((exchange::read(json, dialect), None));
    }
    let item = exchange::read(json.clone(), dialect);
    let (item, json) = match item.may_be_cut() {
        true => match super::whole(mailbox, place, &item.id).await {
            Ok(json) => (exchange::read(json.clone(), dialect), json),
            // It is gone or cannot be read: it stays as the list has it.
            Err(error) if error.is_about_one_request() => (item, json),
            Err(error) => return Err(error),
        },
        false => (item, json),
    };
    let state = item.comparable_state();
    Ok((Item { state, ..item }, Some(json)))
}

fn held_of(item: Item, json: Option<Map<String, Value>>) -> (Held, Vec<Trait>) {
    let traits = Traits::of(&item.contact);
    let Item { id, change_key, key, state, has_picture, contact, .. } = item;
    let state: Option<State> = state;
    let held = Held {
        title: contact.display_name(),
        name: traits.name.clone(),
        json: json.map(|json| Value::Object(json).to_string()),
        id,
        change_key,
        key,
        state,
        has_picture,
    };
    (held, index(&traits))
}

/// The values that a contact is found by, each with the mark of what it is: how it is looked up, and what it is.
pub(super) fn index(traits: &Traits) -> Vec<Trait> {
    let of = |by: MatchBy, value: &str, whole: &str| Trait {
        value: format!("{} {value}", by.word()),
        whole: whole.to_owned(),
    };
    let mails = traits.mails.iter().map(|mail| of(MatchBy::Email, mail, mail));
    let phones = traits.phones.iter().map(|phone| of(MatchBy::Phone, phone_key(phone), phone));
    let name = Some(&traits.name).filter(|name| !name.is_empty()).map(|name| of(MatchBy::Name, name, name));
    mails.chain(phones).chain(name).collect()
}
