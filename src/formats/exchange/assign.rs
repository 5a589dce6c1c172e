//! Giving the values of a contact their places, by the rules of [`super::slots`].

use std::collections::HashSet;

use super::slots::{Place, RULES, SLOTS, Slot, What, places};
use super::write::{has_parts, street_of};
use crate::model::{Address, Email, Field, Im, Kind, Line, Phone, Url};

/// A value that lives in a list of the contact, has a place in the mailbox and is recognised there by its text.
pub(super) trait Live: Clone + Default + PartialEq {
    /// The list that it stands in.
    const FIELD: Field;

    /// What it is.
    fn what(&self) -> What;

    /// Whose it is.
    fn kind(&self) -> Option<Kind>;

    /// 1 is the most preferred.
    fn preference(&self) -> Option<u8>;

    /// The text that the mailbox shows.
    fn live_text(&self) -> String;

    /// Whether there is anything to show that the service would keep.
    fn is_shown(&self) -> bool {
        let text = self.live_text();
        !text.is_empty() && (self.what() != What::Email || is_kept(&text))
    }

    /// Whether it is known in its parts where others like it are.
    fn is_structured(&self) -> bool {
        true
    }

    /// What tells it apart among values of one text. An e-mail or messaging address has no place of its own.
    fn slot(&self) -> (Option<Kind>, Line) {
        match self.what() {
            What::Email | What::Im => (None, Line::default()),
            What::Phone(line) => (self.kind(), line),
            What::Page | What::FtpSite | What::Address => (self.kind(), Line::default()),
        }
    }

    /// Whether this value may be what stands in the mailbox as `live`.
    fn may_be(&self, live: &Self) -> bool {
        let ((kind, line), (live_kind, live_line)) = (self.slot(), live.slot());
        line == live_line && (kind == live_kind || kind.is_none() || live_kind.is_none())
    }
}

/// The parts of [`Live`] that are the same for all.
macro_rules! live {
    ($value:ident, $field:ident, |$this:ident| $what:expr, $text:expr $(, $structured:expr)?) => {
        impl Live for $value {
            const FIELD: Field = Field::$field;

            fn what(&self) -> What {
                let $this = self;
                $what
            }

            fn kind(&self) -> Option<Kind> {
                self.kind
            }

            fn preference(&self) -> Option<u8> {
                self.preference
            }

            fn live_text(&self) -> String {
                let $this = self;
                $text
            }

            $(fn is_structured(&self) -> bool {
                $structured(self)
            })?
        }
    };
}

live!(Email, Emails, |_value| What::Email, _value.address.clone());
live!(Phone, Phones, |value| What::Phone(value.line), value.number.clone());
live!(Im, Ims, |_value| What::Im, _value.address.clone());
live!(Url, Urls, |value| page_of(&value.url), value.url.clone());
live!(Address, Addresses, |_value| What::Address, address_text(_value), has_parts);

/// Whether the service keeps an e-mail address: it takes malformed ones and drops them without a word
/// (microsoft-graph-docs#2186). What has no `@` may be an address of another kind.
fn is_kept(address: &str) -> bool {
    let Some((local, domain)) = address.rsplit_once('@') else { return true };
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | ';' | '<' | '>');
    !local.is_empty() && !domain.is_empty() && !domain.ends_with('.') && !address.contains(odd)
}

fn page_of(url: &str) -> What {
    let is_ftp = url.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("ftp:"));
    if is_ftp { What::FtpSite } else { What::Page }
}

/// The parts that the mailbox has, a line each; empty for an address that has none of them.
fn address_text(address: &Address) -> String {
    let street = street_of(address);
    let parts = [&street, &address.po_box, &address.city, &address.state, &address.postal_code, &address.country];
    if parts.iter().all(|part| part.is_empty()) { String::new() } else { parts.map(String::as_str).join("\n") }
}

/// The places of the values that find one, in the order in which each place takes them.
pub(super) fn assign<V: Live>(values: &[V]) -> Vec<(Place, &V)> {
    let mut waiting = in_order(values);
    let mut placed: Vec<(Place, &V)> = Vec::new();
    place_round(&mut waiting, &mut placed, 0, is_meant_for);
    let most = RULES.iter().map(|rule| rule.places.len()).max().unwrap_or_default();
    for choice in 0..most {
        place_round(&mut waiting, &mut placed, choice, |_, _| true);
    }
    placed
}

/// Lets each value try one place of its rule, if `may` says so.
fn place_round<'a, V: Live>(
    waiting: &mut Vec<&'a V>,
    placed: &mut Vec<(Place, &'a V)>,
    choice: usize,
    may: fn(Place, &V) -> bool,
) {
    waiting.retain(|value| {
        let Some(place) = places(value.what(), value.kind()).get(choice).copied() else { return true };
        let taken = placed.iter().filter(|(of, _)| *of == place).count();
        if taken >= place.room() || !may(place, value) || choice > 0 && is_seen(placed, *value) {
            return true;
        }
        placed.push((place, *value));
        false
    });
}

/// Whether a place is this very value's, and not one that is merely open to it.
fn is_meant_for<V: Live>(place: Place, value: &V) -> bool {
    let is = |slot: &Slot| slot.place == place && slot.what == value.what();
    SLOTS.iter().any(|slot| is(slot) && (slot.kind.is_none() || slot.kind == value.kind()))
}

/// Whether a value of the same text has a place already.
fn is_seen<V: Live>(placed: &[(Place, &V)], value: &V) -> bool {
    let text = value.live_text();
    placed.iter().any(|(_, other)| other.live_text().eq_ignore_ascii_case(&text))
}

/// The values that have anything to show, the most preferred first, those last that repeat another one or are addresses
/// in their printed form alone.
fn in_order<V: Live>(values: &[V]) -> Vec<&V> {
    let mut sorted: Vec<&V> = values.iter().filter(|value| value.is_shown()).collect();
    sorted.sort_by_key(|value| value.preference().unwrap_or(u8::MAX));
    let mut seen = HashSet::new();
    let (mut first, repeats): (Vec<&V>, Vec<&V>) = sorted.into_iter().partition(|value| {
        let text = value.live_text().to_ascii_lowercase();
        seen.insert((value.what(), value.slot().0, text)) && value.is_structured()
    });
    first.extend(repeats);
    first
}
