//! The table: one row a field, in the order in which the properties of a card are written.
//!
//! # A card in its own version
//!
//! A card that is read and written in its own version keeps every property, group and parameter, whether a field models
//! them or not. The contact remembers, beside its values:
//!
//! | where | what |
//! | --- | --- |
//! | [`Rest`](crate::model::Rest) of a value | its group, the parameters that nobody models, and the value's own text where the typed value says less: a list in N, components that RFC 9554 adds, the time of day of a birthday, a `tel:` URI |
//! | [`Spellings`](crate::model::Spellings) | the property's name where there are several (`X-EVOLUTION-SPOUSE` is not written as `X-ABRELATEDNAMES`); used in the version they came from alone |
//! | [`Extra`](crate::model::Extra) | whole properties: those that no field models, and second ones where a field has one value |
//!
//! **The typed value wins.** The text in a rest is written only if reading it again, in the version that is written,
//! gives the typed value; a spelling only if its row reads it as the same field. Whoever changes a typed value need not
//! know of either.
//!
//! What may differ all the same means the same: the order; folding, transfer encoding and character set; letter case of
//! names and TYPE; one of two words of a pair (`MOBILE`, `CELL`), and words that are understood unsaid (`VOICE` of a number,
//! `INTERNET` of an address); `TYPE=pref` and `PREF=1`; the name of a group that does nothing but carry a label, and a label
//! that is a word of TYPE; a VALUE that names the property's usual type, or one that is added where the value is of
//! another; basic and extended dates; LABEL's TYPE, which is that of its ADR; several CATEGORIES of one kind, which are one
//! list; empty components at the end and empty properties; an N or FN that the version asks for; the TYPE of a picture,
//! which is that of its content.
//!
//! # A card in another version
//!
//! What the other version cannot say goes to the property that producers have for it, else it is a
//! [`Loss`](crate::model::Loss): parameters that 2.1 does not have or cannot quote, what only RFC 6868's carets can say,
//! lists of N and ADR in 2.1, RFC 9554's components before 4.0, control characters in 3.0 and 4.0. 4.0 is stricter than
//! what producers write before it: a REV that is a day gets a time, one that is none is lost, and a messaging address that
//! names no service becomes a URI of RFC 3860's `im:`, or of Apple's `x-apple:` where it is no mailbox. A TYPE without a
//! word says nothing, and is left out.

use std::sync::LazyLock;

use super::card::Card;
use super::draft::Draft;
use super::index::Index;
use super::property::Property;
use super::{Version, address, android, days, extra, messaging, name, people, picture, reach, single, translate};
use crate::model::Field;

/// The property that employers are read from.
pub(super) const ORGANIZATION: &str = "ORG";

/// Carries the column of a table that no field models.
pub(super) const COLUMN: &str = "X-CARDFERRY-COLUMN";

/// KDE's property of a department.
pub(super) const DEPARTMENT_NAME: &str = "X-KADDRESSBOOK-X-Department";

/// Outlook's property of all user fields, and Thunderbird's of each.
pub(super) const USER_FIELDS: &[&str] = &["X-MS-TEXT", "X-CUSTOM1", "X-CUSTOM2", "X-CUSTOM3", "X-CUSTOM4"];

/// How a field stands in a card.
pub(super) struct Row {
    pub(super) field: Field,
    /// The property that carries it in 2.1, 3.0 and 4.0.
    written: [&'static str; 3],
    /// The properties that this row reads; none when another row reads them along with its own field.
    pub(super) reads: &'static [&'static str],
    pub(super) read: fn(&mut Draft<'_>, &'static Row, &Property<'_>),
    pub(super) write: fn(&mut Card<'_>, &'static Row),
}

impl Row {
    /// The property that carries the field in a version.
    pub(super) fn name(&self, version: Version) -> &'static str {
        let [old, middle, new] = self.written;
        match version {
            Version::V2_1 => old,
            Version::V3_0 => middle,
            Version::V4_0 => new,
        }
    }

    /// Whether its values may be base64 that stays so.
    pub(super) fn is_binary(&self) -> bool {
        self.field == Field::Photo
    }
}

type Read = fn(&mut Draft<'_>, &'static Row, &Property<'_>);
type Write = fn(&mut Card<'_>, &'static Row);

/// A row whose field has a property of its own, the same in every version.
const fn row(field: Field, name: &'static str, reads: &'static [&'static str], read: Read, write: Write) -> Row {
    Row { field, written: [name; 3], reads, read, write }
}

/// A row whose field is one text.
const fn text(field: Field, name: &'static str, reads: &'static [&'static str]) -> Row {
    row(field, name, reads, single::read_text, single::write_text)
}

/// A row whose field is read and written by another row.
const fn within(field: Field, name: &'static str) -> Row {
    row(field, name, &[], |_, _, _| {}, |_, _| {})
}

/// A row whose field belongs to an employer.
const fn employer(field: Field, name: &'static str, reads: &'static [&'static str]) -> Row {
    row(field, name, reads, name::read_employer_part, single::write_text)
}

/// Every field, in the order of writing.
pub(super) const ROWS: &[Row] = &[
    row(Field::Surname, "N", &["N"], name::read_name, name::write_name),
    within(Field::GivenName, "N"),
    within(Field::MiddleName, "N"),
    within(Field::Prefix, "N"),
    within(Field::Suffix, "N"),
    row(Field::FullName, "FN", &["FN"], single::read_text, name::write_full_name),
    row(Field::Nickname, "NICKNAME", &["NICKNAME", "X-NICKNAME"], name::read_nickname, name::write_nickname),
    text(Field::Initials, "X-CARDFERRY-INITIALS", &["X-CARDFERRY-INITIALS"]),
    Row {
        field: Field::FileAs,
        written: ["SORT-STRING", "SORT-STRING", "N;SORT-AS"],
        reads: &["SORT-STRING", "X-EVOLUTION-FILE-AS"],
        read: single::read_text,
        write: name::write_file_as,
    },
    text(Field::YomiGivenName, "X-PHONETIC-FIRST-NAME", &["X-PHONETIC-FIRST-NAME"]),
    text(Field::YomiMiddleName, "X-PHONETIC-MIDDLE-NAME", &["X-PHONETIC-MIDDLE-NAME"]),
    text(Field::YomiSurname, "X-PHONETIC-LAST-NAME", &["X-PHONETIC-LAST-NAME"]),
    text(Field::MaidenName, "X-MAIDENNAME", &["X-MAIDENNAME"]),
    row(Field::Company, "ORG", &[ORGANIZATION], name::read_organization, name::write_organization),
    row(Field::Department, "ORG", &[], |_, _, _| {}, name::write_department),
    within(Field::Organizations, "ORG"),
    employer(Field::YomiCompany, "X-PHONETIC-ORG", &["X-PHONETIC-ORG"]),
    employer(Field::JobTitle, "TITLE", &["TITLE"]),
    employer(Field::Role, "ROLE", &["ROLE"]),
    employer(Field::Office, "X-KADDRESSBOOK-X-Office", &["X-KADDRESSBOOK-X-Office"]),
    employer(Field::Profession, "X-KADDRESSBOOK-X-Profession", &["X-KADDRESSBOOK-X-Profession"]),
    row(
        Field::Manager,
        "X-MS-MANAGER",
        &["X-MS-MANAGER", "X-MANAGER", "X-EVOLUTION-MANAGER", "X-KADDRESSBOOK-X-ManagersName"],
        name::read_employer_part,
        people::write_manager,
    ),
    row(
        Field::Assistant,
        "X-MS-ASSISTANT",
        &["X-MS-ASSISTANT", "X-ASSISTANT", "X-EVOLUTION-ASSISTANT", "X-KADDRESSBOOK-X-AssistantsName"],
        name::read_employer_part,
        people::write_assistant,
    ),
    row(Field::Emails, "EMAIL", &["EMAIL"], reach::read_email, reach::write_emails),
    row(Field::Phones, "TEL", &["TEL", "X-MS-TEL"], reach::read_phone, reach::write_phones),
    Row {
        field: Field::Ims,
        written: ["X-AIM, X-ICQ, X-SKYPE, …; IMPP", "IMPP", "IMPP"],
        reads: messaging::READS,
        read: messaging::read_im,
        write: messaging::write_ims,
    },
    row(Field::Addresses, "ADR", &["ADR"], address::read_address, address::write_addresses),
    row(Field::Urls, "URL", reach::PAGES, reach::read_url, reach::write_urls),
    row(Field::Birthday, "BDAY", &["BDAY"], days::read_day, days::write_day),
    Row {
        field: Field::Anniversary,
        written: ["X-MS-ANNIVERSARY", "X-ABDATE", "ANNIVERSARY"],
        reads: &[
            "ANNIVERSARY",
            "X-MS-ANNIVERSARY",
            "X-ANNIVERSARY",
            "X-EVOLUTION-ANNIVERSARY",
            "X-KADDRESSBOOK-X-Anniversary",
            "X-WAB-WEDDING_ANNIVERSARY",
        ],
        read: days::read_day,
        write: days::write_day,
    },
    row(Field::Events, "X-ABDATE", &["X-ABDATE"], days::read_event, days::write_events),
    Row {
        field: Field::Spouse,
        written: ["X-MS-SPOUSE", "X-ABRELATEDNAMES", "RELATED"],
        reads: &["X-MS-SPOUSE", "X-SPOUSE", "X-EVOLUTION-SPOUSE", "X-KADDRESSBOOK-X-SpousesName", "X-WAB-SPOUSE_NAME"],
        read: single::read_text,
        write: people::write_spouse,
    },
    Row {
        field: Field::Children,
        written: ["X-MS-CHILD", "X-ABRELATEDNAMES", "RELATED"],
        reads: &["X-MS-CHILD", "X-CHILD", "X-CHILDREN"],
        read: people::read_child,
        write: people::write_children,
    },
    Row {
        field: Field::Relations,
        written: ["X-ABRELATEDNAMES", "X-ABRELATEDNAMES", "RELATED"],
        reads: &["RELATED", "X-ABRELATEDNAMES"],
        read: people::read_related,
        write: people::write_relations,
    },
    Row {
        field: Field::Gender,
        written: ["X-GENDER", "X-GENDER", "GENDER"],
        reads: &["GENDER", "X-GENDER", "X-WAB-GENDER"],
        read: single::read_gender,
        write: single::write_gender,
    },
    Row {
        field: Field::Hobby,
        written: ["X-MS-INTERESTS", "X-MS-INTERESTS", "HOBBY"],
        reads: &["HOBBY", "X-MS-INTERESTS", "X-HOBBY"],
        read: single::read_text,
        write: single::write_text,
    },
    text(Field::Language, "LANG", &["LANG"]),
    text(Field::Location, "X-CARDFERRY-LOCATION", &["X-CARDFERRY-LOCATION"]),
    row(Field::TimeZone, "TZ", &["TZ"], single::read_time_zone, single::write_time_zone),
    row(Field::Geo, "GEO", &["GEO"], single::read_geo, single::write_geo),
    row(Field::FreeBusyUrl, "FBURL", &["FBURL"], single::read_trimmed, single::write_uri),
    text(Field::Account, "X-CARDFERRY-ACCOUNT", &["X-CARDFERRY-ACCOUNT"]),
    text(Field::Billing, "X-CARDFERRY-BILLING", &["X-CARDFERRY-BILLING"]),
    text(Field::Mileage, "X-CARDFERRY-MILEAGE", &["X-CARDFERRY-MILEAGE"]),
    text(Field::GovernmentId, "X-CARDFERRY-GOVERNMENT-ID", &["X-CARDFERRY-GOVERNMENT-ID"]),
    text(Field::OrganizationalId, "X-CARDFERRY-ORGANIZATIONAL-ID", &["X-CARDFERRY-ORGANIZATIONAL-ID"]),
    text(Field::ReferredBy, "X-CARDFERRY-REFERRED-BY", &["X-CARDFERRY-REFERRED-BY"]),
    row(Field::User1, "X-MS-TEXT", USER_FIELDS, single::read_user_field, single::write_user_fields),
    within(Field::User2, "X-MS-TEXT"),
    within(Field::User3, "X-MS-TEXT"),
    within(Field::User4, "X-MS-TEXT"),
    Row {
        field: Field::Sensitivity,
        written: ["CLASS", "CLASS", "X-CLASS"],
        reads: &["CLASS", "X-CLASS"],
        read: single::read_sensitivity,
        write: single::write_sensitivity,
    },
    row(Field::Categories, "CATEGORIES", &["CATEGORIES"], single::read_categories, single::write_categories),
    text(Field::Notes, "NOTE", &["NOTE"]),
    row(Field::Photo, "PHOTO", &["PHOTO"], picture::read_photo, picture::write_photo),
    row(Field::Uid, "UID", &["UID"], single::read_trimmed, single::write_uid),
    row(Field::Revision, "REV", &["REV"], single::read_revision, single::write_revision),
    row(Field::Extra, COLUMN, &[COLUMN], extra::read_column, extra::write_extras),
];

/// LABEL has no field of its own: it is the formatted text of an address.
static LABEL: Row = row(Field::Addresses, "LABEL", &["LABEL"], address::read_label, |_, _| {});

/// Android's property may hold one of several fields.
static ANDROID: Row = row(Field::Extra, android::NAME, &[android::NAME], android::read, |_, _| {});

/// A department of its own: KDE's address book had no ORG with several units.
static DEPARTMENT: Row = row(Field::Department, "ORG", &[DEPARTMENT_NAME], name::read_employer_part, |_, _| {});

/// The rows by the names that they read.
static BY_NAME: LazyLock<Index<&'static Row>> = LazyLock::new(|| {
    let rows = ROWS.iter().chain([&LABEL, &ANDROID, &DEPARTMENT]);
    Index::new(rows.flat_map(|row| row.reads.iter().map(move |name| (*name, row))))
});

/// Fields that are related people, each with a row of its own.
const PEOPLE: &[Field] = &[Field::Spouse, Field::Children, Field::Manager, Field::Assistant];

/// Properties whose row is another field's, and the fields that they may hold a value of all the same.
const SHARED: &[(&[&str], &[Field])] = &[
    (&["RELATED", "X-ABRELATEDNAMES"], PEOPLE),
    (&["X-MS-CHILD", "X-CHILD", "X-CHILDREN"], &[Field::Relations]),
    (&["X-ABDATE"], &[Field::Anniversary]),
    (&[android::NAME], PEOPLE),
    (&[android::NAME], &[Field::Relations, Field::Nickname, Field::Birthday, Field::Anniversary, Field::Events]),
    (&[android::NAME], &[Field::MaidenName, Field::Initials]),
    (USER_FIELDS, &[Field::User2, Field::User3, Field::User4]),
];

/// The name itself, if a property of that name may hold a value of the field: spellings come from mailboxes too.
pub(super) fn known_name(field: Field, name: &str) -> Option<&'static str> {
    let special: &[_] = match field {
        Field::Ims => messaging::SPELLINGS,
        Field::Extra => return translate::known_name(name),
        _ => &[],
    };
    if let Some(known) = special.iter().find(|known| **known == name) {
        return Some(known);
    }
    let row = row_named(name)?;
    let known = row.reads.iter().find(|known| **known == name)?;
    let shares = |(names, fields): &(&[&str], &[Field])| names.contains(known) && fields.contains(&field);
    (row.field == field || SHARED.iter().any(shares)).then_some(known)
}

/// The row that reads a property, its name in any case.
pub(super) fn row_named(name: &str) -> Option<&'static Row> {
    BY_NAME.get(name)
}

/// Every field with the property that carries it in vCard 2.1, 3.0 and 4.0: for the printed table of fields.
pub fn columns() -> impl Iterator<Item = (Field, [&'static str; 3])> {
    Field::ALL.iter().filter_map(|field| {
        let row = ROWS.iter().find(|row| row.field == *field)?;
        Some((*field, row.written))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_one_row() {
        for field in Field::ALL {
            assert_eq!(ROWS.iter().filter(|row| row.field == *field).count(), 1, "{field:?}");
        }
        assert_eq!(columns().count(), Field::ALL.len());
    }

    #[test]
    fn no_name_is_read_by_two_rows() {
        let mut names: Vec<_> = ROWS.iter().flat_map(|row| row.reads).map(|name| name.to_uppercase()).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn a_name_stands_for_its_own_fields_alone() {
        for (field, name, is_known) in [
            (Field::Spouse, "X-EVOLUTION-SPOUSE", true),
            (Field::Spouse, "RELATED", true),
            (Field::Hobby, "RELATED", false),
            (Field::Spouse, "x-evolution-spouse", false),
            (Field::Spouse, "TEL:1\r\nX", false),
            (Field::Birthday, android::NAME, true),
            (Field::Notes, android::NAME, false),
            (Field::Ims, "IMPP;SERVICE-TYPE", true),
            (Field::Extra, "SOCIALPROFILE", true),
            (Field::Extra, "END", false),
            (Field::Department, DEPARTMENT_NAME, true),
        ] {
            assert_eq!(known_name(field, name), is_known.then_some(name), "{field:?} {name}");
        }
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert!(row_named("n").is_some_and(|row| row.field == Field::Surname));
        assert!(row_named("x-kaddressbook-x-OFFICE").is_some_and(|row| row.field == Field::Office));
        assert!(row_named("X-UNHEARD").is_none() && row_named("").is_none());
    }
}
