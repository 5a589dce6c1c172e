//! What a contact and a contact folder are made of, in both dialects: one row for each property.
//!
//! Sources: the property tables of Graph v1.0 (its CSDL) and of Outlook REST v2.0 ("Writable", "Filterable").
//! `primaryEmailAddress` and its kin, Graph's since 2026, get and set an e-mail address by its place (documented).

use std::sync::LazyLock;

use super::dialect::Dialect;

/// One property of a contact or a folder.
#[derive(Debug)]
pub(super) struct Property {
    /// Graph's name, which is also the name in the store.
    pub graph: &'static str,
    /// v2.0's name.
    pub outlook: &'static str,
    pub shape: Shape,
    pub set: Set,
    pub filter: Filterable,
    pub unset: Unset,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    /// A list of strings, and how many it holds at most. Where there is a limit, v2.0 pads with nulls up to it.
    Texts(Option<usize>),
    /// At most three of `{name, address}`.
    Emails,
    /// One of the e-mail addresses, by its place among them. Graph alone has it.
    EmailAt(usize),
    /// `{street, city, state, countryOrRegion, postalCode}`.
    Address,
    /// A day: sent as a date or a moment, stored as the date in UTC.
    Birthday,
    /// A moment that the service sets.
    Moment,
}

/// Who sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    Client,
    Service,
    /// `parentFolderId`: ignored when a contact is made, moves in Graph's PATCH, refused in v2.0's.
    Move,
}

/// Whether `$filter` and `$orderby` take it (v2.0's column; Graph says no more than that).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filterable {
    No,
    Yes,
    /// Through `any` alone.
    Any,
}

/// What an answer shows while there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unset {
    Null,
    /// `""`.
    Blank,
    /// `""` in Graph (observed), null in v2.0 (documented).
    BlankInGraph,
}

/// Documented by an observed refusal: more is 400 for the whole contact.
pub(super) const MAX_EMAILS: usize = 3;
/// The parts of an address: Graph's name, v2.0's name.
pub(super) const ADDRESS: [(&str, &str); 5] = [
    ("street", "Street"),
    ("city", "City"),
    ("state", "State"),
    ("countryOrRegion", "CountryOrRegion"),
    ("postalCode", "PostalCode"),
];
/// The parts of an e-mail address.
pub(super) const EMAIL: [(&str, &str); 2] = [("name", "Name"), ("address", "Address")];

const fn row(graph: &'static str, outlook: &'static str, shape: Shape, set: Set, filter: Filterable) -> Property {
    Property { graph, outlook, shape, set, filter, unset: Unset::Null }
}

const fn text(graph: &'static str, outlook: &'static str, filter: Filterable) -> Property {
    row(graph, outlook, Shape::Text, Set::Client, filter)
}

use Filterable::{Any, No, Yes};
use Set::{Client, Move, Service};

/// A kind of entity.
#[derive(Debug)]
pub(super) struct Entity {
    /// Its name in Graph, behind `microsoft.graph.`.
    pub graph: &'static str,
    /// Its name in v2.0, behind `Microsoft.OutlookServices.`.
    pub outlook: &'static str,
    pub rows: &'static [Property],
}

pub(super) static CONTACT: Entity = Entity { graph: "contact", outlook: "Contact", rows: CONTACT_ROWS };
pub(super) static FOLDER: Entity = Entity { graph: "contactFolder", outlook: "ContactFolder", rows: FOLDER_ROWS };
/// A photo's metadata.
pub(super) static PHOTO: Entity = Entity { graph: "profilePhoto", outlook: "Photo", rows: PHOTO_ROWS };

/// An open extension, for `$select`.
pub(super) static EXTENSION: Entity =
    Entity { graph: "openTypeExtension", outlook: "OpenTypeExtension", rows: EXTENSION_ROWS };
/// An extended property, for `$select`.
pub(super) static PROPERTY: Entity =
    Entity { graph: "extendedProperty", outlook: "ExtendedProperty", rows: PROPERTY_ROWS };

impl Entity {
    /// The property that `dialect` calls `name`, to the letter: the other dialect's case is an unknown property.
    pub(super) fn find(&self, dialect: Dialect, name: &str) -> Option<&'static Property> {
        self.rows.iter().find(|row| row.is_in(dialect) && row.name(dialect) == name)
    }

    /// The type's name in full.
    pub(super) fn name(&self, dialect: Dialect) -> String {
        match dialect {
            Dialect::Graph => format!("microsoft.graph.{}", self.graph),
            Dialect::Outlook => format!("Microsoft.OutlookServices.{}", self.outlook),
        }
    }
}

/// A contact's properties in the order of v2.0's GET (documented).
static CONTACT_ROWS: &[Property] = &[
    row("id", "Id", Shape::Text, Service, No),
    row("createdDateTime", "CreatedDateTime", Shape::Moment, Service, Yes),
    row("lastModifiedDateTime", "LastModifiedDateTime", Shape::Moment, Service, Yes),
    row("changeKey", "ChangeKey", Shape::Text, Service, No),
    row("categories", "Categories", Shape::Texts(None), Client, Any),
    row("parentFolderId", "ParentFolderId", Shape::Text, Move, No),
    row("birthday", "Birthday", Shape::Birthday, Client, Yes),
    Property { unset: Unset::Blank, ..text("fileAs", "FileAs", Yes) },
    text("displayName", "DisplayName", Yes),
    text("givenName", "GivenName", Yes),
    text("initials", "Initials", Yes),
    text("middleName", "MiddleName", Yes),
    text("nickName", "NickName", Yes),
    text("surname", "Surname", Yes),
    text("title", "Title", No),
    text("yomiGivenName", "YomiGivenName", No),
    text("yomiSurname", "YomiSurname", No),
    text("yomiCompanyName", "YomiCompanyName", No),
    text("generation", "Generation", Yes),
    row("emailAddresses", "EmailAddresses", Shape::Emails, Client, Any),
    row("primaryEmailAddress", "PrimaryEmailAddress", Shape::EmailAt(0), Client, No),
    row("secondaryEmailAddress", "SecondaryEmailAddress", Shape::EmailAt(1), Client, No),
    row("tertiaryEmailAddress", "TertiaryEmailAddress", Shape::EmailAt(2), Client, No),
    row("imAddresses", "ImAddresses", Shape::Texts(Some(3)), Client, No),
    text("jobTitle", "JobTitle", Yes),
    text("companyName", "CompanyName", Yes),
    text("department", "Department", Yes),
    text("officeLocation", "OfficeLocation", Yes),
    text("profession", "Profession", Yes),
    text("businessHomePage", "BusinessHomePage", Yes),
    text("assistantName", "AssistantName", Yes),
    text("manager", "Manager", Yes),
    row("homePhones", "HomePhones", Shape::Texts(Some(2)), Client, No),
    text("mobilePhone", "MobilePhone1", Yes),
    row("businessPhones", "BusinessPhones", Shape::Texts(Some(2)), Client, No),
    row("homeAddress", "HomeAddress", Shape::Address, Client, Yes),
    row("businessAddress", "BusinessAddress", Shape::Address, Client, Yes),
    row("otherAddress", "OtherAddress", Shape::Address, Client, Yes),
    text("spouseName", "SpouseName", Yes),
    Property { unset: Unset::BlankInGraph, ..text("personalNotes", "PersonalNotes", Yes) },
    row("children", "Children", Shape::Texts(None), Client, Any),
];

/// A folder's properties, in the order of v2.0's GET (documented).
static FOLDER_ROWS: &[Property] = &[
    row("id", "Id", Shape::Text, Service, No),
    row("parentFolderId", "ParentFolderId", Shape::Text, Move, No),
    text("displayName", "DisplayName", Yes),
];

/// A photo's properties, for `$select`.
static PHOTO_ROWS: &[Property] = &[
    row("id", "Id", Shape::Text, Service, No),
    row("width", "Width", Shape::Text, Service, No),
    row("height", "Height", Shape::Text, Service, No),
];

static EXTENSION_ROWS: &[Property] =
    &[row("id", "Id", Shape::Text, Service, No), text("extensionName", "ExtensionName", No)];

static PROPERTY_ROWS: &[Property] = &[row("id", "PropertyId", Shape::Text, Service, No), text("value", "Value", No)];

/// Graph's order, where it differs from [`CONTACT_ROWS`] (recorded; where those by place stand, documented): these come
/// last.
const GRAPH_LAST: [&str; 7] = [
    "emailAddresses",
    "primaryEmailAddress",
    "secondaryEmailAddress",
    "tertiaryEmailAddress",
    "homeAddress",
    "businessAddress",
    "otherAddress",
];

/// The order of v2.0's POST and PATCH answers (documented).
const OUTLOOK_WRITE: [&str; 38] = [
    "Id",
    "ChangeKey",
    "Categories",
    "CreatedDateTime",
    "LastModifiedDateTime",
    "ParentFolderId",
    "Birthday",
    "FileAs",
    "DisplayName",
    "GivenName",
    "Initials",
    "MiddleName",
    "NickName",
    "Surname",
    "Title",
    "Generation",
    "EmailAddresses",
    "ImAddresses",
    "JobTitle",
    "CompanyName",
    "Department",
    "OfficeLocation",
    "Profession",
    "BusinessHomePage",
    "AssistantName",
    "Manager",
    "HomePhones",
    "BusinessPhones",
    "MobilePhone1",
    "HomeAddress",
    "BusinessAddress",
    "OtherAddress",
    "SpouseName",
    "PersonalNotes",
    "Children",
    "YomiSurname",
    "YomiGivenName",
    "YomiCompanyName",
];

/// Which answer a contact stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// The answer to a GET.
    Read,
    /// The answer to a POST or PATCH.
    Write,
}

/// A contact's properties as an answer of this dialect orders them.
pub(super) fn ordered(dialect: Dialect, moment: Moment) -> impl Iterator<Item = &'static Property> {
    static GRAPH: LazyLock<Vec<&'static Property>> = LazyLock::new(|| {
        let (last, first): (Vec<_>, Vec<_>) = CONTACT.rows.iter().partition(|row| GRAPH_LAST.contains(&row.graph));
        first.into_iter().chain(last).collect()
    });
    static WRITE: LazyLock<Vec<&'static Property>> = LazyLock::new(|| {
        OUTLOOK_WRITE.iter().filter_map(|name| CONTACT.rows.iter().find(|row| row.outlook == *name)).collect()
    });
    static READ: LazyLock<Vec<&'static Property>> =
        LazyLock::new(|| CONTACT.rows.iter().filter(|row| row.is_in(Dialect::Outlook)).collect());
    let order = match (dialect, moment) {
        (Dialect::Graph, _) => &GRAPH,
        (Dialect::Outlook, Moment::Read) => &READ,
        (Dialect::Outlook, Moment::Write) => &WRITE,
    };
    order.iter().copied()
}

impl Property {
    pub(super) const fn name(&self, dialect: Dialect) -> &'static str {
        dialect.pick(self.graph, self.outlook)
    }

    /// Whether the dialect has it at all.
    pub(super) const fn is_in(&self, dialect: Dialect) -> bool {
        !matches!((self.shape, dialect), (Shape::EmailAt(_), Dialect::Outlook))
    }

    /// The name under which the store has it.
    pub(super) const fn kept_as(&self) -> &'static str {
        match self.shape {
            Shape::EmailAt(_) => "emailAddresses",
            _ => self.graph,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_holds_every_property_once() {
        for (dialect, moment) in
            [(Dialect::Graph, Moment::Read), (Dialect::Outlook, Moment::Read), (Dialect::Outlook, Moment::Write)]
        {
            let mut names: Vec<_> = ordered(dialect, moment).map(|row| row.graph).collect();
            let all = CONTACT.rows.iter().filter(|row| row.is_in(dialect)).count();
            assert_eq!(names.len(), all);
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{dialect:?} {moment:?}");
        }
    }

    #[test]
    fn the_dialects_differ_in_case_but_for_the_mobile_phone() {
        for row in CONTACT.rows.iter().chain(FOLDER.rows) {
            let expected = if row.graph == "mobilePhone" { "mobilephone1".into() } else { row.graph.to_lowercase() };
            assert_eq!(row.outlook.to_lowercase(), expected);
            assert!(row.outlook.starts_with(|c: char| c.is_ascii_uppercase()));
        }
    }
}
