//! RELATED (4.0), Apple's X-ABRELATEDNAMES, and the X- names of spouses and children.

use super::android;
use super::card::Card;
use super::draft::Draft;
use super::property::Property;
use super::single::has_scheme;
use super::table::Row;
use super::words;
use crate::model::{Field, Relation, Rest};

/// The property of 4.0, which has a TYPE.
const RELATED: &str = "RELATED";

/// Apple's, of which the label of its group says what the person is.
const LABELLED: &str = "X-ABRELATEDNAMES";

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
pub(super) fn assign(draft: &mut Draft<'_>, property: &Property<'_>, value: String, label: String, rest: Rest) {
    let is_name = property.value_is("text") || !has_scheme(&value);
    let contact = &mut draft.contact;
    let bare = is_name && rest.is_empty();
    let (field, at) = match label.as_str() {
        "spouse" if is_name && contact.spouse.is_empty() => {
            contact.spouse = value;
            contact.keep_rest(Field::Spouse, rest);
            (Field::Spouse, 0)
        }
        "child" if bare => {
            contact.children.push(value);
            (Field::Children, contact.children.len() - 1)
        }
        "manager" if bare && contact.organization.manager.is_empty() => {
            contact.organization.manager = value;
            (Field::Manager, 0)
        }
        "assistant" if bare && contact.organization.assistant.is_empty() => {
            contact.organization.assistant = value;
            (Field::Assistant, 0)
        }
        _ => {
            contact.relations.push(Relation { value, label, rest });
            (Field::Relations, contact.relations.len() - 1)
        }
    };
    draft.spell(field, at, property);
}

/// X-MS-CHILD and the like: a name alone.
pub(super) fn read_child(draft: &mut Draft<'_>, row: &'static Row, property: &Property<'_>) {
    let name = property.text().into_owned();
    if name.is_empty() {
        return;
    }
    let rest = property.rest(|_| false);
    if rest.is_empty() {
        draft.spell(row.field, draft.contact.children.len(), property);
        draft.contact.children.push(name);
    } else {
        draft.spell(Field::Relations, draft.contact.relations.len(), property);
        draft.contact.relations.push(Relation { value: name, label: "child".to_owned(), rest });
    }
}

pub(super) fn write_spouse(card: &mut Card<'_>, row: &'static Row) {
    write_name(card, row, "spouse");
}

pub(super) fn write_manager(card: &mut Card<'_>, row: &'static Row) {
    write_name(card, row, "manager");
}

pub(super) fn write_assistant(card: &mut Card<'_>, row: &'static Row) {
    write_name(card, row, "assistant");
}

/// Writes a field that is the name of somebody.
fn write_name(card: &mut Card<'_>, row: &'static Row, relation: &str) {
    let contact = card.contact;
    if let Some(text) = row.field.text(contact).filter(|text| !text.is_empty()) {
        write(card, row, 0, (text, true), relation, card.rest_of(row.field));
    }
}

pub(super) fn write_children(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    for (at, child) in contact.children.iter().enumerate() {
        write(card, row, at, (child, true), "child", &Rest::default());
    }
}

pub(super) fn write_relations(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    for (at, relation) in contact.relations.iter().enumerate() {
        let is_name = !has_scheme(&relation.value);
        write(card, row, at, (&relation.value, is_name), &relation.label, &relation.rest);
    }
}

/// Writes a related person, by a name or by a URI: with a TYPE or a label, or without either where the property says
/// what the person is.
fn write(card: &mut Card<'_>, row: &'static Row, at: usize, (value, is_name): (&str, bool), label: &str, rest: &Rest) {
    let is_somebody = !value.trim().is_empty();
    let is_staff = is_somebody && matches!(row.field, Field::Manager | Field::Assistant);
    let name = match () {
        () if is_somebody && card.profile.reads_customs() => android::NAME,
        // What a parameter says, or a group, belongs to the property that it came with.
        () if is_staff && card.profile.labels_staff() && rest.is_empty() => LABELLED,
        () => card.name(row, at),
    };
    // Among related people what reads as a URI is no name.
    let name = if name == LABELLED && is_name && has_scheme(value) { row.name(card.version) } else { name };
    if name == android::NAME {
        android::write_relation(card, row.field, value, label);
        return android::tell(card, rest);
    }
    let (word, label) = match name {
        RELATED if TYPES.contains(&label) => (label, ""),
        RELATED | LABELLED => ("", label),
        _ => ("", ""),
    };
    let group = card.group_for_made(row.field, rest, label);
    card.begin_in(row.field, &group, name, &[word], rest, false);
    match (name, is_name) {
        (RELATED, true) => {
            card.param("VALUE", "text");
            card.text(value);
        }
        (RELATED, false) => card.uri(value),
        _ => card.text(value),
    }
    if APPLE.contains(&label) {
        let mut capital = label.to_owned();
        capital[..1].make_ascii_uppercase();
        card.label(&group, &capital, true);
    } else {
        card.label(&group, label, false);
    }
}
