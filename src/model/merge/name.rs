//! When two names are one, and what a full name is made of.

use std::collections::BTreeSet;

use super::{Merging, Whose};
use crate::model::identity::normal_text;
use crate::model::{Contact, Field, Name};

/// The parts that tell one person from another.
fn parts(name: &Name) -> [&str; 3] {
    [&name.given, &name.middle, &name.surname]
}

fn has_parts(name: &Name) -> bool {
    parts(name).iter().any(|part| !part.is_empty())
}

/// Whether two names may be the same one, said more or less fully: the parts that both have agree. Of a name that is
/// known as a whole alone, every word stands in the other one, or the other way round.
pub(super) fn may_be_one(one: &Name, other: &Name) -> bool {
    if has_parts(one) && has_parts(other) {
        let both = parts(one).into_iter().zip(parts(other)).filter(|(one, other)| !one.is_empty() && !other.is_empty());
        return both.into_iter().all(|(one, other)| normal_text(one) == normal_text(other));
    }
    share_words(&shown(one), &shown(other))
}

/// Whether a source's name is another person's: both have a given and a family name, and neither agrees; or what is there
/// is known as a whole alone and does not agree with both.
pub(super) fn is_another(there: &Name, source: &Name) -> bool {
    if !has_parts(there) {
        let is_whole = !source.given.is_empty() && !source.surname.is_empty();
        return is_whole && !may_be_one(there, source);
    }
    let differ =
        |one: &str, other: &str| !one.is_empty() && !other.is_empty() && normal_text(one) != normal_text(other);
    differ(&there.given, &source.given) && differ(&there.surname, &source.surname)
}

/// Whether two companies may be the same one: `Contoso` and `Contoso, Ltd.` may.
pub(super) fn may_be_one_company(one: &str, other: &str) -> bool {
    share_words(one, other)
}

fn shown(name: &Name) -> String {
    if has_parts(name) { line(&parts(name), " ") } else { name.full.clone() }
}

/// Whether all words of one text stand in the other; a text without any stands in all.
fn share_words(one: &str, other: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        let normal = normal_text(text);
        normal.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    let (one, other) = (words(one), words(other));
    one.is_subset(&other) || other.is_subset(&one)
}

/// What a name as a whole may have been made of.
type Recipe = fn(&Contact) -> String;

const JOINED: Recipe = |contact| contact.name.joined();
const PLAIN: Recipe = |contact| line(&parts(&contact.name), " ");
const SHORT: Recipe = |contact| line(&[&contact.name.given, &contact.name.surname], " ");
const SORTED: Recipe = |contact| line(&[&contact.name.surname, &contact.name.given], ", ");
const SORTED_WHOLE: Recipe = |contact| {
    let given = line(&[&contact.name.given, &contact.name.middle], " ");
    line(&[&contact.name.surname, &given], ", ")
};
const COMPANY: Recipe = |contact| contact.organization.company.clone();

/// The names that follow the others, each with what it may have been made of, the likeliest first.
const FOLLOWERS: &[(Field, &[Recipe])] = &[
    (Field::FullName, &[JOINED, PLAIN, SHORT, SORTED, SORTED_WHOLE, COMPANY]),
    (Field::FileAs, &[SORTED, SORTED_WHOLE, JOINED, PLAIN, SHORT, COMPANY]),
];

/// The texts that are there, with something between.
fn line(texts: &[&str], between: &str) -> String {
    let texts: Vec<&str> = texts.iter().copied().filter(|text| !text.is_empty()).collect();
    texts.join(between)
}

/// Makes a name as a whole again that had been made of its parts: of a woman who has married nobody wants to see the
/// earlier surname above the new one.
pub(super) fn follow(merging: &mut Merging<'_>) {
    for (field, recipes) in FOLLOWERS {
        if merging.whose(*field) != Whose::There && !field.is_absent(merging.source) {
            continue;
        }
        let Some(text) = field.text(merging.there).filter(|text| !text.is_empty()) else { continue };
        let Some(recipe) = recipes.iter().find(|recipe| recipe(merging.there) == **text) else { continue };
        let made = recipe(&merging.merged);
        if let Some(place) = field.text_mut(&mut merging.merged).filter(|_| !made.is_empty()) {
            *place = made;
        }
    }
}
