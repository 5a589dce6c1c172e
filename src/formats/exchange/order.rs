//! The order of a list: places have one of their own, so that the mailbox shows a home phone behind a business phone that
//! the source had behind it, and what the stash keeps comes behind what is live.

use serde_json::{Value, json};

use super::assign::Live;
use super::extended::Fingerprint;
use super::merge::LivePrints;
use super::words::{FIELDS, of_word, word_of};
use crate::model::{Contact, Field, Loss, Why};

/// The order that a list had. It is void when somebody has changed the list since.
#[derive(Debug, Clone)]
pub(super) struct Order {
    list: Field,
    /// Fingerprint of what was live of the list.
    of: Fingerprint,
    /// For each value in the source's order its place behind the mailbox and the stash.
    places: Vec<usize>,
}

/// The orders that are missing from `back`, what a reader makes of the mailbox and the stash; `live` is of what it made
/// of the mailbox alone.
pub(super) fn orders(contact: &Contact, back: &Contact, live: &LivePrints) -> Vec<Order> {
    let lists = [
        order(&contact.emails, &back.emails, live),
        order(&contact.phones, &back.phones, live),
        order(&contact.ims, &back.ims, live),
        order(&contact.urls, &back.urls, live),
        order(&contact.addresses, &back.addresses, live),
    ];
    lists.into_iter().flatten().collect()
}

/// What was live of a list stands first, in the order of its places; then comes what was stashed, in the source's order.
fn order<V: Live>(values: &[V], back: &[V], live: &LivePrints) -> Option<Order> {
    let prints = live.list(V::FIELD);
    let (mut places, mut shown, mut stashed) = (Vec::new(), (0..prints.len()).collect::<Vec<_>>(), prints.len());
    for value in values {
        if let Some(at) = shown.iter().position(|at| back.get(*at) == Some(value)) {
            places.push(shown.remove(at));
        } else if back.get(stashed) == Some(value) {
            places.push(stashed);
            stashed += 1;
        }
    }
    let is_whole = places.len() == back.len() && !places.is_sorted();
    is_whole.then(|| Order { list: V::FIELD, of: print_of(prints), places })
}

/// One fingerprint of many.
fn print_of(prints: &[Fingerprint]) -> Fingerprint {
    Fingerprint::of(prints.iter().map(Fingerprint::to_string).collect::<String>().as_bytes())
}

impl Order {
    pub(super) fn json(&self) -> Value {
        json!({ "order": word_of(FIELDS, &self.list), "of": self.of.to_string(), "places": self.places })
    }

    pub(super) fn of_json(json: &Value) -> Option<Self> {
        let list = of_word(FIELDS, json.get("order")?.as_str()?)?;
        let of = Fingerprint::parse(json.get("of")?.as_str()?)?;
        let place = |place: &Value| usize::try_from(place.as_u64()?).ok();
        let places = json.get("places")?.as_array()?.iter().map(place).collect::<Option<_>>()?;
        Some(Self { list, of, places })
    }

    /// What is lost if there is no room for it.
    pub(super) fn loss(&self) -> Loss {
        Loss::new(self.list, "the order", Why::Remark)
    }

    /// Gives a list its order again.
    pub(super) fn restore(&self, contact: &mut Contact, live: &LivePrints) {
        if print_of(live.list(self.list)) != self.of {
            return;
        }
        match self.list {
            Field::Emails => reorder(&mut contact.emails, &self.places),
            Field::Phones => reorder(&mut contact.phones, &self.places),
            Field::Ims => reorder(&mut contact.ims, &self.places),
            Field::Urls => reorder(&mut contact.urls, &self.places),
            Field::Addresses => reorder(&mut contact.addresses, &self.places),
            _ => {}
        }
    }
}

/// Does nothing unless each place is named once.
fn reorder<V>(values: &mut Vec<V>, places: &[usize]) {
    let mut named = places.to_vec();
    named.sort_unstable();
    if !named.iter().copied().eq(0..values.len()) {
        return;
    }
    let mut taken: Vec<Option<V>> = values.drain(..).map(Some).collect();
    values.extend(places.iter().filter_map(|place| taken[*place].take()));
}
