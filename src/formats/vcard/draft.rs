//! A contact in the making: what the rows of the table read into, and what they ask of the card around a property.

use std::borrow::Cow;
use std::collections::HashMap;

use super::name;
use super::property::Property;
use super::rejected::REASON;
use super::table::ORGANIZATION;
use super::translate;
use crate::model::{Contact, Field, Kind, Loss, Rest, Spellings, Why};

/// The property that labels its group.
const LABEL: &str = "X-ABLABEL";

/// A contact in the making.
pub(super) struct Draft<'a> {
    pub(super) contact: Box<Contact>,
    pub(super) losses: Vec<Loss>,
    /// How many employers were read.
    pub(super) employers_read: usize,
    /// Where in the list of further employers the one of a group is.
    pub(super) employers: HashMap<String, usize>,
    /// How many of Outlook's user fields were read, empty ones too.
    pub(super) user_fields: usize,
    /// Whether the property before this one was an address.
    pub(super) follows_address: bool,
    /// For each kind of address: before this one, all have their formatted text.
    free_addresses: [usize; 4],
    properties: &'a [Property<'a>],
    /// The groups of the card, if any of them has a label.
    groups: HashMap<Cow<'a, str>, Group>,
}

/// The properties that share a group.
#[derive(Debug, Default)]
struct Group {
    /// The property that labels it, and whether it was used.
    label: Option<(usize, bool)>,
    /// How many others there are.
    others: usize,
}

impl<'a> Draft<'a> {
    /// Makes a contact of a card's properties, in the memory of one that is spent if there is such.
    pub(super) fn read(properties: &'a [Property<'a>], spent: Option<Box<Contact>>) -> (Box<Contact>, Vec<Loss>) {
        let version = properties.first().map_or("", |property| property.version.number());
        let mut contact = spent.unwrap_or_default();
        contact.clear();
        contact.spellings = Spellings::of_version(version);
        let mut draft = Draft {
            contact,
            losses: Vec::new(),
            employers_read: 0,
            employers: HashMap::new(),
            user_fields: 0,
            follows_address: false,
            free_addresses: [0; 4],
            properties,
            groups: groups(properties),
        };
        // Employers come first, because titles of the same group belong to them.
        for property in properties.iter().filter(|property| is_employer(property)) {
            draft.property(property);
        }
        for property in properties.iter().filter(|property| !is_employer(property) && !is_label(property)) {
            draft.property(property);
            draft.follows_address = property.name.eq_ignore_ascii_case("ADR");
        }
        draft.keep_unused_labels();
        name::drop_made_groups(&mut draft.contact);
        draft.contact.addresses.retain(|address| !address.is_empty());
        draft.contact.forget_made_name();
        (draft.contact, draft.losses)
    }

    fn property(&mut self, property: &'a Property<'a>) {
        match property.row {
            Some(row) => (row.read)(self, row, property),
            None if property.name.eq_ignore_ascii_case("VERSION") => {}
            None if property.name.eq_ignore_ascii_case(REASON) => {}
            None => self.extra(property),
        }
    }

    /// Keeps the labels that label nothing. What is said of one that does has no place, and that is told.
    fn keep_unused_labels(&mut self) {
        if self.groups.is_empty() {
            return;
        }
        for (at, property) in self.properties.iter().enumerate().filter(|(_, property)| is_label(property)) {
            let group = self.groups.get::<str>(&key(property.group));
            let used = group.is_some_and(|group| group.label == Some((at, true)));
            if !used && !property.value.is_empty() {
                self.extra(property);
            } else if used {
                let said = property.rest(|_| false).params.into_iter();
                let lost = |(name, values): (String, Vec<String>)| format!("{name}={}", values.join(","));
                let lost = said.map(|param| Loss::new(Field::Extra, format!("{LABEL};{}", lost(param)), Why::Remark));
                self.losses.extend(lost);
            }
        }
    }

    /// Keeps a property verbatim.
    pub(super) fn extra(&mut self, property: &Property<'_>) {
        let mut extra = property.whole();
        if let Some(name) = translate::to_old(&mut extra, property.version) {
            self.contact.spellings.note(Field::Extra, self.contact.extra.len(), name);
        }
        self.contact.extra.push(extra);
    }

    /// Reports a value that could not be understood.
    pub(super) fn not_understood(&mut self, field: Field, value: &str) {
        // What is long is no value that a person would recognise by its end.
        self.losses.push(Loss::new(field, value.chars().take(200).collect::<String>(), Why::NotUnderstood));
    }

    /// Keeps what is not modelled of a single-valued field, and the name that its property has.
    pub(super) fn keep(&mut self, field: Field, property: &Property<'_>) {
        self.spell(field, 0, property);
        if !property.group.is_empty() || !property.params.is_empty() {
            self.contact.keep_rest(field, property.rest(|_| false));
        }
    }

    /// Notes the name of the property that a value was read from, if it is not the one that would be written.
    pub(super) fn spell(&mut self, field: Field, at: usize, property: &Property<'_>) {
        let Some(row) = property.row else { return };
        if row.field == field && row.name(property.version).eq_ignore_ascii_case(property.name) {
            return;
        }
        if let Some(name) = row.reads.iter().find(|name| name.eq_ignore_ascii_case(property.name)) {
            self.contact.spellings.note(field, at, *name);
        }
    }

    /// The label of a property's group. A group that does nothing but carry the label is not kept.
    pub(super) fn label(&mut self, property: &Property<'_>, rest: &mut Rest) -> Option<Cow<'a, str>> {
        if property.group.is_empty() || self.groups.is_empty() {
            return None;
        }
        let group = self.groups.get_mut::<str>(&key(property.group))?;
        let (at, used) = group.label.as_mut()?;
        *used = true;
        if group.others == 1 {
            rest.group.clear();
        }
        Some(self.properties.get(*at)?.text())
    }

    /// The first address of this kind that has no formatted text yet.
    pub(super) fn free_address(&mut self, kind: Option<Kind>) -> Option<usize> {
        let from = &mut self.free_addresses[kind.map_or(0, |kind| 1 + kind as usize)];
        let mut addresses = self.contact.addresses.iter().enumerate().skip(*from);
        let found = addresses.find(|(_, address)| address.formatted.is_empty() && address.kind == kind);
        *from = found.map_or(self.contact.addresses.len(), |(at, _)| at);
        found.map(|(at, _)| at)
    }
}

/// A group's name in any case.
pub(super) fn key(group: &str) -> Cow<'_, str> {
    if group.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(group.to_ascii_lowercase())
    } else {
        Cow::Borrowed(group)
    }
}

fn groups<'a>(properties: &'a [Property<'a>]) -> HashMap<Cow<'a, str>, Group> {
    let mut groups: HashMap<_, Group> = HashMap::new();
    if !properties.iter().any(is_label) {
        return groups;
    }
    for (at, property) in properties.iter().enumerate().filter(|(_, property)| !property.group.is_empty()) {
        let group = groups.entry(key(property.group)).or_default();
        if is_label(property) && group.label.is_none() && !property.value.is_empty() {
            group.label = Some((at, false));
        } else if !property.name.eq_ignore_ascii_case("LABEL") {
            group.others += 1;
        }
    }
    groups
}

fn is_label(property: &Property<'_>) -> bool {
    !property.group.is_empty() && property.name.eq_ignore_ascii_case(LABEL)
}

fn is_employer(property: &Property<'_>) -> bool {
    property.name.eq_ignore_ascii_case(ORGANIZATION)
}
