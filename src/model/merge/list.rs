//! How the values of a list find each other.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// A value that stands in a list with others like it.
pub(super) trait Listed: Clone {
    /// Its sort: values of different sorts do not stand in each other's place.
    type Slot: Eq + Hash;
    /// What it is, however it is written.
    type Essence: PartialEq;
    /// Whether the list is one statement, which is filled only as a whole.
    const WHOLE: bool;
    /// Whether a value that the source lacks stays beside the source's; it makes place for them otherwise.
    const STAYS: bool;

    fn slot(&self) -> Self::Slot;

    fn essence(&self) -> Self::Essence;

    /// Whether two may be the same, one of which says more.
    fn agree(one: &Self::Essence, other: &Self::Essence) -> bool {
        one == other
    }

    /// Whether one would only say again what the other says.
    fn repeats(one: &Self::Essence, other: &Self::Essence) -> bool {
        one == other
    }

    /// This value, with what the older one said of the same thing and this one does not.
    fn heir(&self, older: &Self) -> Self;

    /// Lets others go before it.
    fn stand_back(&mut self) {}
}

/// A value of the merged list and the places that it had in the two.
#[derive(Debug)]
pub(super) struct Placed<V> {
    pub(super) value: V,
    pub(super) there: Option<usize>,
    pub(super) source: Option<usize>,
}

impl<V> Placed<V> {
    fn of_there(at: usize, value: V) -> Self {
        Self { value, there: Some(at), source: None }
    }

    fn of_source(at: usize, value: V) -> Self {
        Self { value, there: None, source: Some(at) }
    }
}

/// What is there, and of the source what is of a sort of which there is nothing.
pub(super) fn fill<V: Listed>(there: &[V], source: &[V]) -> Vec<Placed<V>> {
    let mut placed: Vec<_> = there.iter().cloned().enumerate().map(|(at, value)| Placed::of_there(at, value)).collect();
    if V::WHOLE && !there.is_empty() {
        return placed;
    }
    let slots: HashSet<V::Slot> = there.iter().map(V::slot).collect();
    let essences: Vec<V::Essence> = there.iter().map(V::essence).collect();
    for (at, value) in source.iter().enumerate().filter(|(_, value)| !slots.contains(&value.slot())) {
        let essence = value.essence();
        if essences.iter().any(|other| V::repeats(&essence, other)) {
            continue;
        }
        let mut value = value.clone();
        if !there.is_empty() {
            value.stand_back();
        }
        placed.push(Placed::of_source(at, value));
    }
    placed
}

/// The source's values in the places of those of their sort, and behind them what stays. A sort that the source lacks
/// stays as it is.
pub(super) fn update<V: Listed>(there: &[V], source: &[V]) -> Vec<Placed<V>> {
    let mut slots: HashMap<V::Slot, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for (at, value) in there.iter().enumerate() {
        slots.entry(value.slot()).or_default().0.push(at);
    }
    for (at, value) in source.iter().enumerate() {
        slots.entry(value.slot()).or_default().1.push(at);
    }
    let mut places: Vec<Option<Placed<V>>> = there.iter().map(|_| None).collect();
    let mut further = Vec::new();
    for (old, new) in slots.into_values() {
        let mut values = succeed(there, source, &old, &new).into_iter();
        for at in old {
            places[at] = values.next();
        }
        further.extend(values);
    }
    further.sort_by_key(|placed| placed.source.unwrap_or(usize::MAX));
    places.into_iter().flatten().chain(further).collect()
}

/// The values of one sort: the source's in their order, then those that stay.
fn succeed<V: Listed>(there: &[V], source: &[V], old: &[usize], new: &[usize]) -> Vec<Placed<V>> {
    let essences = |values: &[V], at: &[usize]| at.iter().map(|at| values[*at].essence()).collect::<Vec<_>>();
    let (olds, news) = (essences(there, old), essences(source, new));
    let pairs = pair::<V>(&olds, &news);
    let mut values: Vec<Placed<V>> = Vec::with_capacity(old.len().max(new.len()));
    for ((at, essence), pair) in new.iter().zip(&news).zip(&pairs) {
        let value = match pair {
            Some(pair) if V::agree(essence, &olds[*pair]) => source[*at].heir(&there[old[*pair]]),
            _ => source[*at].clone(),
        };
        values.push(Placed { value, there: pair.map(|pair| old[pair]), source: Some(*at) });
    }
    let taken: HashSet<usize> = pairs.into_iter().flatten().collect();
    let said: Vec<V::Essence> = values.iter().map(|placed| placed.value.essence()).collect();
    for (at, essence) in olds.iter().enumerate().filter(|(at, _)| !taken.contains(at)) {
        if said.contains(essence) {
            continue;
        }
        let mut value = there[old[at]].clone();
        if !new.is_empty() {
            value.stand_back();
        }
        values.push(Placed::of_there(old[at], value));
    }
    values
}

/// For each new value the old one whose place it takes: the one that agrees in the same place, else the same one, else
/// one that agrees, else, unless all stay, the first that is left. What was merged before pairs with itself.
fn pair<V: Listed>(olds: &[V::Essence], news: &[V::Essence]) -> Vec<Option<usize>> {
    let mut free = vec![true; olds.len()];
    let mut pairs: Vec<Option<usize>> = vec![None; news.len()];
    for (at, (old, new)) in olds.iter().zip(news).enumerate() {
        if V::agree(new, old) {
            pairs[at] = Some(at);
            free[at] = false;
        }
    }
    type Fits<'a, E> = &'a dyn Fn(&E, &E) -> bool;
    let passes: [Fits<'_, V::Essence>; 3] = [&|new, old| new == old, &V::agree, &|_, _| !V::STAYS];
    for fits in passes {
        for (new, pair) in news.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
            *pair = (0..olds.len()).find(|at| free[*at] && fits(new, &olds[*at]));
            pair.iter().for_each(|at| free[*at] = false);
        }
    }
    pairs
}
