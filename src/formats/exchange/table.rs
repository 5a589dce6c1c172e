//! The mapping: one row for each field, for both directions and both APIs.

use super::dialect::Names;
use super::slots::{Place, SLOTS, What};
use crate::model::{Contact, Field};

/// How a field travels.
#[derive(Debug, Clone, Copy)]
pub(super) enum Carried {
    /// As the text of a JSON property.
    Text(Names),
    /// As the list of texts of a JSON property.
    TextList(Names),
    /// As a JSON property with an instant that stands for a day.
    Day(Names),
    /// As the text of an extended property.
    Extended(&'static str),
    /// As an extended property with an instant that stands for a day.
    ExtendedDay(&'static str),
    /// As an extended property with a small number for each word.
    ExtendedCode(&'static str, &'static [(&'static str, &'static str)]),
    /// In the slots of [`super::slots`].
    Slots,
    /// As the text of another field's JSON property where that is free, in the stash otherwise.
    Lent(Names),
    /// In a request of its own.
    Photo,
    /// In the stash, having no other home.
    Stash,
}

const PROFESSION: Names = ("profession", "Profession");
/// PidTagGender (MS-OXPROPS 2.707): the words are RFC 6350's.
const GENDERS: &[(&str, &str)] = &[("F", "1"), ("M", "2")];
/// PidTagSensitivity (MS-OXPROPS 2.1014).
const SENSITIVITIES: &[(&str, &str)] = &[("personal", "1"), ("private", "2"), ("confidential", "3")];

/// One row for each of [`Field::ALL`]. Tags and ids of extended properties are MS-OXPROPS's.
pub(super) const ROWS: &[(Field, Carried)] = &[
    (Field::FullName, Carried::Text(("displayName", "DisplayName"))),
    (Field::Prefix, Carried::Text(("title", "Title"))),
    (Field::GivenName, Carried::Text(("givenName", "GivenName"))),
    (Field::MiddleName, Carried::Text(("middleName", "MiddleName"))),
    (Field::Surname, Carried::Text(("surname", "Surname"))),
    (Field::Suffix, Carried::Text(("generation", "Generation"))),
    (Field::Initials, Carried::Text(("initials", "Initials"))),
    (Field::Nickname, Carried::Text(("nickName", "NickName"))),
    (Field::FileAs, Carried::Text(("fileAs", "FileAs"))),
    (Field::YomiGivenName, Carried::Text(("yomiGivenName", "YomiGivenName"))),
    (Field::YomiMiddleName, Carried::Stash),
    (Field::YomiSurname, Carried::Text(("yomiSurname", "YomiSurname"))),
    (Field::MaidenName, Carried::Stash),
    (Field::Company, Carried::Text(("companyName", "CompanyName"))),
    (Field::YomiCompany, Carried::Text(("yomiCompanyName", "YomiCompanyName"))),
    (Field::Department, Carried::Text(("department", "Department"))),
    (Field::JobTitle, Carried::Text(("jobTitle", "JobTitle"))),
    // MS-OXVCARD has it in PidTagProfession too.
    (Field::Role, Carried::Lent(PROFESSION)),
    (Field::Office, Carried::Text(("officeLocation", "OfficeLocation"))),
    (Field::Profession, Carried::Text(PROFESSION)),
    (Field::Manager, Carried::Text(("manager", "Manager"))),
    (Field::Assistant, Carried::Text(("assistantName", "AssistantName"))),
    (Field::Organizations, Carried::Stash),
    (Field::Emails, Carried::Slots),
    (Field::Phones, Carried::Slots),
    (Field::Ims, Carried::Slots),
    (Field::Urls, Carried::Slots),
    (Field::Addresses, Carried::Slots),
    (Field::Birthday, Carried::Day(("birthday", "Birthday"))),
    (Field::Anniversary, Carried::ExtendedDay("SystemTime 0x3A41")),
    (Field::Events, Carried::Stash),
    (Field::Spouse, Carried::Text(("spouseName", "SpouseName"))),
    (Field::Children, Carried::TextList(("children", "Children"))),
    (Field::Relations, Carried::Stash),
    (Field::Gender, Carried::ExtendedCode("Short 0x3A4D", GENDERS)),
    (Field::Hobby, Carried::Extended("String 0x3A43")),
    (Field::Language, Carried::Extended("String 0x3A0C")),
    (Field::Location, Carried::Extended("String 0x3A0D")),
    (Field::TimeZone, Carried::Stash),
    (Field::Geo, Carried::Stash),
    (Field::FreeBusyUrl, Carried::Extended("String {00062004-0000-0000-C000-000000000046} Id 0x80D8")),
    (Field::Account, Carried::Extended("String 0x3A00")),
    (Field::Billing, Carried::Extended("String {00062008-0000-0000-C000-000000000046} Id 0x8535")),
    (Field::Mileage, Carried::Extended("String {00062008-0000-0000-C000-000000000046} Id 0x8534")),
    (Field::GovernmentId, Carried::Extended("String 0x3A07")),
    (Field::OrganizationalId, Carried::Extended("String 0x3A10")),
    (Field::ReferredBy, Carried::Extended("String 0x3A47")),
    (Field::User1, Carried::Extended("String {00062004-0000-0000-C000-000000000046} Id 0x804F")),
    (Field::User2, Carried::Extended("String {00062004-0000-0000-C000-000000000046} Id 0x8050")),
    (Field::User3, Carried::Extended("String {00062004-0000-0000-C000-000000000046} Id 0x8051")),
    (Field::User4, Carried::Extended("String {00062004-0000-0000-C000-000000000046} Id 0x8052")),
    (Field::Sensitivity, Carried::ExtendedCode("Integer 0x0036", SENSITIVITIES)),
    (Field::Categories, Carried::TextList(("categories", "Categories"))),
    (Field::Notes, Carried::Text(("personalNotes", "PersonalNotes"))),
    (Field::Photo, Carried::Photo),
    (Field::Uid, Carried::Stash),
    (Field::Revision, Carried::Stash),
    (Field::Extra, Carried::Stash),
];

/// Every extended property that a contact may have beyond cardferry's own: what a reader asks for.
pub(super) fn extended_ids() -> impl Iterator<Item = &'static str> {
    let rows = ROWS.iter().filter_map(|(_, carried)| match carried {
        Carried::Extended(id) | Carried::ExtendedDay(id) | Carried::ExtendedCode(id, _) => Some(*id),
        _ => None,
    });
    let slots = SLOTS.iter().filter_map(|slot| match slot.place {
        Place::Extended(id) | Place::Address(_, id) => Some(id),
        Place::One(_) | Place::Many(..) => None,
    });
    rows.chain(slots)
}

/// The field whose place this one has for as long as the contact has nothing in that field.
pub(super) fn lender(field: Field, contact: &Contact) -> Option<Field> {
    let row = |of: Field| ROWS.iter().find(move |(row, _)| *row == of).map(|(_, carried)| *carried);
    let Some(Carried::Lent(names)) = row(field) else { return None };
    let owns = |carried: &Carried| matches!(carried, Carried::Text(own) if *own == names);
    let (owner, _) = ROWS.iter().find(|(_, carried)| owns(carried))?;
    (owner.is_absent(contact) && !field.is_absent(contact)).then_some(*owner)
}

/// What carries a field in Graph, for people to read: property names, MAPI tags, or "stash".
pub fn carried_by(field: Field) -> Vec<String> {
    let carried = ROWS.iter().find(|(of, _)| *of == field).map(|(_, carried)| *carried);
    let one = match carried {
        Some(Carried::Text(names) | Carried::TextList(names) | Carried::Day(names)) => names.0.to_owned(),
        Some(Carried::Extended(id) | Carried::ExtendedDay(id) | Carried::ExtendedCode(id, _)) => short_id(id),
        Some(Carried::Slots) => return slots_of(field),
        Some(Carried::Lent(names)) => return vec![format!("{} where that is free", names.0), "stash".to_owned()],
        Some(Carried::Photo) => "photo/$value".to_owned(),
        Some(Carried::Stash) | None => "stash".to_owned(),
    };
    vec![one]
}

/// The places of a field that has several.
fn slots_of(field: Field) -> Vec<String> {
    SLOTS.iter().filter(|slot| field_of(slot.what) == field).map(|slot| carrier(slot.place)).collect()
}

/// The list that values of this sort stand in.
pub(super) fn field_of(what: What) -> Field {
    match what {
        What::Email => Field::Emails,
        What::Phone(_) => Field::Phones,
        What::Im => Field::Ims,
        What::Page | What::FtpSite => Field::Urls,
        What::Address => Field::Addresses,
    }
}

/// What carries a place in Graph, for people to read.
pub(super) fn carrier(place: Place) -> String {
    match place {
        Place::One(names) | Place::Address(names, _) => names.0.to_owned(),
        Place::Many(names, max) => format!("{} (at most {max})", names.0),
        Place::Extended(id) => short_id(id),
    }
}

/// The tag or id of an extended property, without its type and GUID.
fn short_id(id: &str) -> String {
    format!("MAPI {}", id.rsplit(' ').next().unwrap_or(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Shape;

    #[test]
    fn every_field_has_one_row() {
        let rows: Vec<Field> = ROWS.iter().map(|(field, _)| *field).collect();
        assert_eq!(rows, Field::ALL);
    }

    #[test]
    fn a_text_row_is_of_a_text_field() {
        for (field, carried) in ROWS {
            if matches!(carried, Carried::Text(_) | Carried::Extended(_)) {
                assert_eq!(field.shape(), Shape::Text, "{field:?}");
            }
        }
    }

    #[test]
    fn the_two_spellings_differ_in_case_alone_but_for_the_mobile_phone() {
        for (_, carried) in ROWS {
            if let Carried::Text((graph, outlook)) | Carried::TextList((graph, outlook)) = carried {
                assert!(graph.eq_ignore_ascii_case(outlook) && graph != outlook, "{graph} {outlook}");
            }
        }
    }

    #[test]
    fn no_extended_property_is_used_twice() {
        let ids: Vec<_> = extended_ids().collect();
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len());
    }
}
