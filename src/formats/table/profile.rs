//! The tables that are written, and which column of them carries which field.

use crate::formats::table::column::{Column, Part, Slot};
use crate::formats::table::dialects::{self, Dialect};
use crate::formats::table::slot::{LABELS, OWN_FIELDS};
use crate::model::Field;

/// A program that a table is written for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// Outlook for Windows with English headers: 92 columns.
    #[default]
    OutlookDesktop,
    /// Google Contacts, with the names of 2024.
    Google,
}

/// How often Google's numbered columns are written. A stream cannot know the largest contact, so the numbers are fixed;
/// values beyond them join the one with the same label.
const GROUPS: &[(&str, u16)] = &[
    ("E-mail ", 4),
    ("Phone ", 8),
    ("Address ", 3),
    ("Relation ", 6),
    ("Website ", 3),
    ("Event ", 3),
    ("IM ", 2),
    ("Custom Field ", 8),
];

impl Profile {
    /// Every profile there is.
    pub const ALL: &'static [Profile] = &[Profile::OutlookDesktop, Profile::Google];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Profile::OutlookDesktop => "outlook-desktop",
            Profile::Google => "google",
        }
    }

    /// The profile of a name, if it is one.
    pub fn named(name: &str) -> Option<Profile> {
        Profile::ALL.iter().copied().find(|profile| profile.name() == name)
    }

    pub(in crate::formats) fn is_google(self) -> bool {
        self == Profile::Google
    }

    fn dialect(self) -> Dialect {
        match self {
            Profile::OutlookDesktop => Dialect::OutlookDesktop,
            Profile::Google => Dialect::Google2024,
        }
    }
}

/// The columns of a profile in their order, each with what it means.
pub(in crate::formats) fn layout(profile: Profile) -> Vec<(String, Column)> {
    let Some(table) = dialects::table(profile.dialect(), "en") else { return Vec::new() };
    let own = &table.headers[..table.own];
    let mut columns = Vec::new();
    let mut at = 0;
    while at < own.len() {
        let Some((group, count)) = GROUPS.iter().find(|(group, _)| own[at].text.starts_with(&format!("{group}{{n}}")))
        else {
            columns.push((own[at].text.to_owned(), own[at].column));
            at += 1;
            continue;
        };
        let members = own[at..].iter().take_while(|header| header.text.starts_with(group)).count();
        for number in 1..=*count {
            for header in &own[at..at + members] {
                let text = header.text.replace("{n}", &number.to_string());
                columns.push((text, header.column.numbered(number)));
            }
        }
        at += members;
    }
    columns
}

/// The columns of a profile that carry a field, for documentation; none when the field is lost in it. Numbered columns
/// are named once: `E-mail 1…4 - Value`.
pub fn columns(profile: Profile, field: Field) -> Vec<String> {
    let layout = layout(profile);
    let has_own = |field: Field| layout.iter().any(|(_, column)| direct(*column, profile).contains(&field));
    let mut names: Vec<String> = Vec::new();
    for (header, column) in &layout {
        let label = match column {
            column if direct(*column, profile).contains(&field) => None,
            Column { part: Part::Value, .. } if !has_own(field) => match by_label(*column, field) {
                Some(label) => Some(label),
                None => continue,
            },
            _ => continue,
        };
        let name = ranged(header);
        let name = label.map_or(name.clone(), |label| format!("{name} (“{label}”)"));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The fields that a column holds whatever its label says.
fn direct(column: Column, profile: Profile) -> Vec<Field> {
    match column.slot {
        Slot::Text(field) | Slot::List(field) | Slot::Date(field) => vec![field],
        Slot::Gender => vec![Field::Gender],
        Slot::Sensitivity => vec![Field::Sensitivity],
        Slot::Organization(_) => organization_fields(column.part, profile),
        Slot::Email(..) => vec![Field::Emails],
        Slot::Phone(..) | Slot::PreferredPhone => vec![Field::Phones],
        Slot::Address(..) => vec![Field::Addresses],
        Slot::Url(..) => vec![Field::Urls],
        Slot::Im(..) => vec![Field::Ims],
        Slot::Relation(_) => vec![Field::Relations],
        Slot::Event(_) => vec![Field::Events],
        Slot::Photo => vec![Field::Photo],
        Slot::Custom(_) | Slot::Priority | Slot::Kept => vec![Field::Extra],
    }
}

fn organization_fields(part: Part, profile: Profile) -> Vec<Field> {
    let own = match part {
        Part::Company => Field::Company,
        Part::YomiCompany => Field::YomiCompany,
        Part::Department => Field::Department,
        Part::JobTitle => Field::JobTitle,
        Part::Role => Field::Role,
        _ => Field::Office,
    };
    if profile.is_google() { vec![own, Field::Organizations] } else { vec![own] }
}

/// The label under which a labelled column carries a field.
fn by_label(column: Column, field: Field) -> Option<&'static str> {
    let rows: &[(&'static str, Field)] = match column.slot {
        Slot::Relation(_) if field == Field::Children => return Some("Child"),
        Slot::Event(_) if field == Field::Anniversary => return Some("Anniversary"),
        Slot::Relation(_) => OWN_FIELDS,
        Slot::Custom(_) => LABELS,
        _ => return None,
    };
    rows.iter().find(|(_, of)| *of == field).map(|(label, _)| *label)
}

/// A numbered header with the range of its numbers.
fn ranged(header: &str) -> String {
    let group = GROUPS.iter().find_map(|(group, count)| Some((group, count, header.strip_prefix(group)?)));
    match group.and_then(|(group, count, rest)| Some((group, count, rest.split_once(" - ")?.1))) {
        Some((group, count, part)) => format!("{group}1…{count} - {part}"),
        None => header.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::csv::Writer;
    use crate::model::{
        Address, Contact, Date, Email, Event, Extra, Im, Organization, Origin, PartialDate, Phone, Photo, PhotoData,
        Relation, Rest, Sex, Shape, Url,
    };

    /// A contact that has nothing but one field.
    fn only(field: Field) -> Contact {
        let text = || "sample".to_owned();
        let mut contact = Contact::default();
        let date = PartialDate::full(1970, 4, 3).map(Date::Known);
        match field {
            Field::Organizations => {
                contact.organizations.push(Organization { company: text(), ..Organization::default() });
            }
            Field::Emails => contact.emails.push(Email { address: text(), ..Email::default() }),
            Field::Phones => contact.phones.push(Phone { number: text(), ..Phone::default() }),
            Field::Ims => contact.ims.push(Im { address: text(), ..Im::default() }),
            Field::Urls => contact.urls.push(Url { url: text(), ..Url::default() }),
            Field::Addresses => contact.addresses.push(Address { city: text(), ..Address::default() }),
            Field::Birthday => contact.birthday = date,
            Field::Anniversary => contact.anniversary = date,
            Field::Events => {
                contact.events.extend(date.map(|date| Event { date, label: text(), rest: Rest::default() }));
            }
            Field::Children => contact.children.push(text()),
            Field::Relations => contact.relations.push(Relation { value: text(), ..Relation::default() }),
            Field::Gender => contact.gender.sex = Some(Sex::Female),
            Field::Categories => contact.categories.push(text()),
            Field::Photo => contact.photo = Some(Photo { data: PhotoData::Link(text()), kind: None }),
            Field::Extra => contact.extra.push(Extra {
                origin: Origin::Column,
                name: "Keywords".to_owned(),
                value: text(),
                rest: Rest::default(),
            }),
            field if field.shape() == Shape::Text => *field.text_mut(&mut contact).unwrap() = text(),
            field => panic!("no sample of {field:?}"),
        }
        contact
    }

    #[test]
    fn each_field_is_carried_or_said_to_be_lost() {
        for profile in Profile::ALL {
            for field in Field::ALL {
                let mut out = Vec::new();
                let losses = Writer::new(&mut out, *profile).write(&only(*field)).unwrap();
                let carried = losses.iter().all(|loss| loss.field != *field);
                let named = !columns(*profile, *field).is_empty();
                assert_eq!(carried, named, "{profile:?} {field:?}: {losses:?}");
            }
        }
    }

    #[test]
    fn columns_are_named_for_documentation() {
        assert_eq!(columns(Profile::OutlookDesktop, Field::Surname), ["Last Name"]);
        assert_eq!(columns(Profile::Google, Field::Emails), ["E-mail 1…4 - Label", "E-mail 1…4 - Value"]);
        assert_eq!(columns(Profile::Google, Field::Spouse), ["Relation 1…6 - Value (“Spouse”)"]);
        assert_eq!(columns(Profile::Google, Field::Office), ["Custom Field 1…8 - Value (“Office Location”)"]);
        assert_eq!(columns(Profile::OutlookDesktop, Field::Uid), [] as [&str; 0]);
    }

    #[test]
    fn outlook_is_written_with_its_92_columns() {
        assert_eq!(layout(Profile::OutlookDesktop).len(), 92);
        let google = layout(Profile::Google);
        assert_eq!(google[17].0, "E-mail 1 - Label");
        assert_eq!(google[20].0, "E-mail 2 - Value");
        assert_eq!(google.last().unwrap().0, "Custom Field 8 - Value");
    }
}
