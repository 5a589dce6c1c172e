//! RELATED (4.0), Apple's X-ABRELATEDNAMES, and the X- names of spouses and children.

use super::Version;
use super::draft::Draft;
use super::property::Property;
use super::single::{self, has_scheme};
use super::table::Row;
use super::words;
use super::write::Card;
use crate::model::{Field, Relation, Rest};

/// RFC 6350 section 6.6.6, without those that have fields of their own but `spouse` and `child`.
const TYPES: &[&str] = &[
    "contact",
    "acquaintance",
    "friend",
    "met",
    "co-worker",
    "colleague",
    "co-resident",
    "neighbor",
    "child",
    "parent",
    "sibling",
    "spouse",
    "kin",
    "muse",
    "crush",
    "date",
    "sweetheart",
    "me",
    "agent",
    "emergency",
];

/// Relations that Apple has built in; as labels they are capitalised and wrapped.
const APPLE: &[&str] = &[
    "mother",
    "father",
    "parent",
    "brother",
    "sister",
    "child",
    "son",
    "daughter",
    "friend",
    "spouse",
    "partner",
    "assistant",
    "manager",
];

/// The relation that a label means, in lower case where it is a known one.
fn relation(label: &str) -> String {
    let inner = words::unwrapped(label);
    let lower = inner.unwrap_or(label).to_lowercase();
    let own_field = matches!(lower.as_str(), "spouse" | "child" | "manager" | "assistant");
    let known = own_field || (inner.is_some() && APPLE.contains(&lower.as_str()));
    if known { lower } else { label.to_owned() }
}

pub(super) fn read_related(draft: &mut Draft<'_>, _: &'static Row, property: &Property<'_>) {
    let value = property.text().into_owned();
    if value.trim().is_empty() {
        return;
    }
    let known = property.types().find(|word| TYPES.iter().any(|known| known.eq_ignore_ascii_case(word)));
    let known = known.map(str::to_lowercase);
    let mut seen = false;
    let mut rest = property.rest(|_| false);
    let label = draft.label(property, &mut rest);
    let label = match (label, known) {
        (Some(label), known) => {
            let label = relation(&label);
            // The same said twice: a word that stayed would be joined by another one at each writing.
            if known.as_ref() == Some(&label) {
                drop_type(&mut rest, &label, &mut seen);
            }
            label
        }
        (None, Some(known)) => {
            drop_type(&mut rest, &known, &mut seen);
            known
        }
        (None, None) => String::new(),
    };
    assign(draft, property, value, label, rest);
}

/// Takes the word that became the label out of the TYPEs.
fn drop_type(rest: &mut Rest, word: &str, seen: &mut bool) {
    for (_, values) in rest.params.iter_mut().filter(|(name, _)| name == "TYPE") {
        values.retain(|value| {
            let drops = !*seen && value.eq_ignore_ascii_case(word);
            *seen |= drops;
            !drops
        });
    }
    rest.params.retain(|(name, values)| name != "TYPE" || !values.is_empty());
}

/// Puts a related person where that relation has its field; what that field cannot say makes it a relation.
fn assign(draft: &mut Draft<'_>, property: &Property<'_>, value: String, label: String, rest: Rest) {
    let is_name = property.value_is("text") || !has_scheme(&value);
    let contact = &mut draft.contact;
    match label.as_str() {
        "spouse" if is_name && contact.spouse.is_empty() => {
            contact.spouse = value;
            contact.keep_rest(Field::Spouse, rest);
        }
        "child" if is_name && rest.is_empty() => contact.children.push(value),
        "manager" if is_name && rest.is_empty() && contact.organization.manager.is_empty() => {
            contact.organization.manager = value;
        }
        "assistant" if is_name && rest.is_empty() && contact.organization.assistant.is_empty() => {
            contact.organization.assistant = value;
        }
        _ => contact.relations.push(Relation { value, label, rest }),
    }
}

/// X-MS-CHILD and the like: a name alone.
pub(super) fn read_child(draft: &mut Draft<'_>, _: &'static Row, property: &Property<'_>) {
    let name = property.text().into_owned();
    if !name.is_empty() {
        let rest = property.rest(|_| false);
        if rest.is_empty() {
            draft.contact.children.push(name);
        } else {
            draft.contact.relations.push(Relation { value: name, label: "child".to_owned(), rest });
        }
    }
}

pub(super) fn write_spouse(card: &mut Card<'_>, row: &'static Row) {
    if card.version == Version::V2_1 {
        return single::write_text(card, row);
    }
    let contact = card.contact;
    if !contact.spouse.is_empty() {
        let rest = card.rest_of(row.field);
        write(card, row, &contact.spouse, "spouse", rest);
    }
}

pub(super) fn write_children(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    for child in &contact.children {
        if card.version == Version::V2_1 {
            card.begin(row.field, row.name(card.version), &[], &Rest::default(), false);
            card.text(child);
        } else {
            write(card, row, child, "child", &Rest::default());
        }
    }
}

pub(super) fn write_relations(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    for relation in &contact.relations {
        write(card, row, &relation.value, &relation.label, &relation.rest);
    }
}

fn write(card: &mut Card<'_>, row: &'static Row, value: &str, label: &str, rest: &Rest) {
    let typed = card.version == Version::V4_0 && TYPES.contains(&label);
    let (word, label) = if typed { (label, "") } else { ("", label) };
    let group = card.group_for(rest, label);
    card.begin_in(row.field, &group, row.name(card.version), &[word], rest, false);
    if card.version == Version::V4_0 && !has_scheme(value) {
        card.param("VALUE", "text");
        card.text(value);
    } else if card.version == Version::V4_0 {
        card.uri(value);
    } else {
        card.text(value);
    }
    if APPLE.contains(&label) {
        let mut capital = label.to_owned();
        capital[..1].make_ascii_uppercase();
        card.label(&group, &capital, true);
    } else {
        card.label(&group, label, false);
    }
}
