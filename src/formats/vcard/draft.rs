//! A contact in the making: what the rows of the table read into, and what they ask of the card around a property.

use std::borrow::Cow;

use super::name;
use super::property::Property;
use super::table::ORGANIZATION;
use crate::model::{Contact, Field, Loss, Rest, Why};

/// The property that labels its group.
const LABEL: &str = "X-ABLABEL";

/// A contact in the making.
pub(super) struct Draft<'a> {
    pub(super) contact: Contact,
    pub(super) losses: Vec<Loss>,
    /// How many employers were read.
    pub(super) employers_read: usize,
    /// How many of Outlook's user fields were read, empty ones too.
    pub(super) user_fields: usize,
    /// Whether the property before this one was an address.
    pub(super) follows_address: bool,
    properties: &'a [Property<'a>],
    /// Properties that were used as labels.
    labels: Vec<usize>,
}

impl<'a> Draft<'a> {
    /// Makes a contact of a card's properties.
    pub(super) fn read(properties: &'a [Property<'a>]) -> (Contact, Vec<Loss>) {
        let mut draft = Draft {
            contact: Contact::default(),
            losses: Vec::new(),
            employers_read: 0,
            user_fields: 0,
            follows_address: false,
            properties,
            labels: Vec::new(),
        };
        // Employers come first, because titles of the same group belong to them.
        for property in properties.iter().filter(|property| is_employer(property)) {
            draft.property(property);
        }
        for property in properties.iter().filter(|property| !is_employer(property) && !is_label(property)) {
            draft.property(property);
            draft.follows_address = property.name.eq_ignore_ascii_case("ADR");
        }
        for (at, property) in properties.iter().enumerate().filter(|(_, property)| is_label(property)) {
            if !draft.labels.contains(&at) && !property.value.is_empty() {
                draft.extra(property);
            }
        }
        name::drop_made_groups(&mut draft.contact);
        draft.contact.addresses.retain(|address| !address.is_empty());
        draft.contact.forget_made_name();
        (draft.contact, draft.losses)
    }

    fn property(&mut self, property: &'a Property<'a>) {
        match property.row {
            Some(row) => (row.read)(self, row, property),
            None if property.name.eq_ignore_ascii_case("VERSION") => {}
            None => self.extra(property),
        }
    }

    /// Keeps a property verbatim.
    pub(super) fn extra(&mut self, property: &Property<'_>) {
        self.contact.extra.push(property.whole());
    }

    /// Reports a value that could not be understood.
    pub(super) fn not_understood(&mut self, field: Field, value: &str) {
        // What is long is no value that a person would recognise by its end.
        self.losses.push(Loss::new(field, value.chars().take(200).collect::<String>(), Why::NotUnderstood));
    }

    /// Keeps what is not modelled of a single-valued field.
    pub(super) fn keep(&mut self, field: Field, property: &Property<'_>) {
        if !property.group.is_empty() || !property.params.is_empty() {
            self.contact.keep_rest(field, property.rest(|_| false));
        }
    }

    /// The label of a property's group. A group that does nothing but carry the label is not kept.
    pub(super) fn label(&mut self, property: &Property<'_>, rest: &mut Rest) -> Option<Cow<'a, str>> {
        if property.group.is_empty() {
            return None;
        }
        let (mut label, mut others) = (None, 0);
        for (at, member) in self.properties.iter().enumerate() {
            if !member.group.eq_ignore_ascii_case(property.group) {
                continue;
            }
            if is_label(member) && label.is_none() && !member.value.is_empty() {
                label = Some(member.text());
                if !self.labels.contains(&at) {
                    self.labels.push(at);
                }
            } else if !member.name.eq_ignore_ascii_case("LABEL") {
                others += 1;
            }
        }
        if label.is_some() && others == 1 {
            rest.group.clear();
        }
        label
    }
}

fn is_label(property: &Property<'_>) -> bool {
    !property.group.is_empty() && property.name.eq_ignore_ascii_case(LABEL)
}

fn is_employer(property: &Property<'_>) -> bool {
    property.name.eq_ignore_ascii_case(ORGANIZATION)
}
