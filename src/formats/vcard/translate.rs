//! Properties that no field models and that have another name in 4.0. A contact has them under their older names.

use super::card::Card;
use super::media::OWNERS;
use super::{Profile, Version};
use crate::model::{Extra, Field};

/// A property under its names before 4.0 and in 4.0.
struct Pair {
    old: &'static str,
    new: &'static str,
    /// The one value that both can say, where only that one can be translated.
    value: Option<(&'static str, &'static str)>,
    /// Parameters before 4.0 and in 4.0. `TYPE` stands for its words that do not say whose a value is.
    params: &'static [(&'static str, &'static str)],
}

const fn pair(old: &'static str, new: &'static str) -> Pair {
    Pair { old, new, value: None, params: &[] }
}

/// Apple's names for what 4.0 and RFC 9554 have, those of fields that a card has more than once, and what 4.0 has given
/// up (RFC 6350 appendix A.2).
const PAIRS: &[Pair] = &[
    Pair { params: &[("X-USER", "USERNAME"), ("TYPE", "SERVICE-TYPE")], ..pair("X-SOCIALPROFILE", "SOCIALPROFILE") },
    Pair { value: Some(("COMPANY", "org")), ..pair("X-ABShowAs", "KIND") },
    pair("X-MS-INTERESTS", "HOBBY"),
    pair("X-MS-ANNIVERSARY", "ANNIVERSARY"),
    pair("X-GENDER", "GENDER"),
    pair("CLASS", "X-CLASS"),
    pair("AGENT", "X-AGENT"),
    pair("MAILER", "X-MAILER"),
];

/// Properties that a card has once, and the names under which further ones of them (4.0 tells them by ALTID) stand in the
/// older versions: readers of those take the last, and would rename the person.
const ALTERNATES: &[(&str, &str)] = &[
    ("FN", "X-CARDFERRY-ALT-FN"),
    ("N", "X-CARDFERRY-ALT-N"),
    ("BDAY", "X-CARDFERRY-ALT-BDAY"),
    ("REV", "X-CARDFERRY-ALT-REV"),
    ("UID", "X-CARDFERRY-ALT-UID"),
];

/// The name of an alternate, where it must not stand under its own: a card of the same version keeps what it had, unless
/// it is written for a program.
fn alternate(card: &Card<'_>, at: usize, extra: &Extra) -> Option<&'static str> {
    let (_, name) = ALTERNATES.iter().find(|(usual, _)| usual.eq_ignore_ascii_case(&extra.name))?;
    let is_kept = card.is_own() && card.profile == Profile::Standard && card.spelling(Field::Extra, at) != Some(name);
    (card.version != Version::V4_0 && !is_kept).then_some(name)
}

/// Gives a property that was read its older name. Its own name, if its version is usually written with the other.
pub(super) fn to_old(extra: &mut Extra, version: Version) -> Option<&'static str> {
    let is = |name: &str, value: Option<&str>| {
        name.eq_ignore_ascii_case(&extra.name)
            && value.is_none_or(|value| value.eq_ignore_ascii_case(extra.value.trim()))
    };
    let is_old = |pair: &&Pair| is(pair.old, pair.value.map(|value| value.0));
    let alternate = ALTERNATES.iter().find(|(_, name)| version != Version::V4_0 && is(name, None));
    if let Some((usual, name)) = alternate {
        (*usual).clone_into(&mut extra.name);
        return Some(name);
    }
    if let Some(pair) = PAIRS.iter().find(is_old) {
        return (version == Version::V4_0).then_some(pair.old);
    }
    let pair = PAIRS.iter().find(|pair| is(pair.new, pair.value.map(|value| value.1)))?;
    pair.old.clone_into(&mut extra.name);
    if let Some((old, _)) = pair.value {
        old.clone_into(&mut extra.value);
    }
    for (old, new) in pair.params {
        rename(&mut extra.rest.params, new, old);
    }
    (version != Version::V4_0).then_some(pair.new)
}

/// The name itself, if it is one of a pair, or that of a further property.
pub(super) fn known_name(name: &str) -> Option<&'static str> {
    let further = ALTERNATES.iter().map(|(_, further)| *further);
    PAIRS.iter().flat_map(|pair| [pair.old, pair.new]).chain(further).find(|known| *known == name)
}

/// The property under its newer name, if it is to be written so: `at` is its place among the contact's.
pub(super) fn to_new(card: &Card<'_>, at: usize, extra: &Extra) -> Option<Extra> {
    if let Some(name) = alternate(card, at, extra) {
        return Some(Extra { name: name.to_owned(), ..extra.clone() });
    }
    let pair = PAIRS.iter().find(|pair| pair.old.eq_ignore_ascii_case(&extra.name))?;
    let usual = if card.version == Version::V4_0 { pair.new } else { pair.old };
    let is_new = card.spelling(Field::Extra, at).unwrap_or(usual) == pair.new;
    let has_new = || card.contact.extra.iter().any(|other| other.name.eq_ignore_ascii_case(pair.new));
    let sayable = pair.value.is_none_or(|(old, _)| old.eq_ignore_ascii_case(extra.value.trim()) && !has_new());
    if !is_new || !sayable {
        return None;
    }
    let mut extra = extra.clone();
    pair.new.clone_into(&mut extra.name);
    if let Some((_, new)) = pair.value {
        new.clone_into(&mut extra.value);
    }
    for (old, new) in pair.params {
        rename(&mut extra.rest.params, old, new);
    }
    Some(extra)
}

/// Gives a parameter its other name; of TYPE that is done to the one word that says what the value is.
fn rename(params: &mut Vec<(String, Vec<String>)>, from: &str, to: &str) {
    let Some(at) = params.iter().position(|(name, _)| name == from) else { return };
    let values = if from == "TYPE" {
        let is_owner = |word: &String| OWNERS.iter().any(|owner| owner.eq_ignore_ascii_case(word));
        let (owners, words): (Vec<_>, Vec<_>) = params[at].1.drain(..).partition(is_owner);
        params[at].1 = owners;
        words
    } else {
        params.remove(at).1
    };
    params.retain(|(_, values)| !values.is_empty());
    if values.is_empty() {
        return;
    }
    match params.iter_mut().find(|(name, _)| name == to) {
        Some((_, known)) => known.extend(values),
        None => params.push((to.to_owned(), values)),
    }
}
