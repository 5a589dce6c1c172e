//! The closed list of what a contact can hold.

use crate::model::{Contact, Gender};

/// Declares the list: one row a field, with the place of its text where it is a single text.
macro_rules! fields {
    ($($variant:ident $name:literal $(at |$contact:ident| $place:expr)?;)*) => {
        /// What a contact can hold: the rows of every mapping table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = concat!("The ", $name, ".")] $variant,)*
        }

        impl Field {
            /// Every field there is.
            pub const ALL: &'static [Field] = &[$(Field::$variant,)*];

            /// What people call it, in lower case.
            pub fn name(self) -> &'static str {
                match self { $(Field::$variant => $name,)* }
            }

            /// Its text, where it is a single text.
            pub fn text(self, contact: &Contact) -> Option<&String> {
                match self {
                    $($(Field::$variant => { let $contact = contact; Some(&$place) })?)*
                    _ => None,
                }
            }

            /// Its text to change, where it is a single text.
            pub fn text_mut(self, contact: &mut Contact) -> Option<&mut String> {
                match self {
                    $($(Field::$variant => { let $contact = contact; Some(&mut $place) })?)*
                    _ => None,
                }
            }
        }
    };
}

fields! {
    FullName "full name" at |c| c.name.full;
    Prefix "name prefix" at |c| c.name.prefix;
    GivenName "given name" at |c| c.name.given;
    MiddleName "middle name" at |c| c.name.middle;
    Surname "family name" at |c| c.name.surname;
    Suffix "name suffix" at |c| c.name.suffix;
    Initials "initials" at |c| c.name.initials;
    Nickname "nickname" at |c| c.name.nickname;
    FileAs "file as" at |c| c.name.file_as;
    YomiGivenName "yomi given name" at |c| c.name.yomi_given;
    YomiMiddleName "yomi middle name" at |c| c.name.yomi_middle;
    YomiSurname "yomi family name" at |c| c.name.yomi_surname;
    MaidenName "family name at birth" at |c| c.name.maiden;
    Company "company" at |c| c.organization.company;
    YomiCompany "yomi company" at |c| c.organization.yomi_company;
    Department "department" at |c| c.organization.department;
    JobTitle "job title" at |c| c.organization.job_title;
    Role "role" at |c| c.organization.role;
    Office "office location" at |c| c.organization.office;
    Profession "profession" at |c| c.organization.profession;
    Manager "manager" at |c| c.organization.manager;
    Assistant "assistant" at |c| c.organization.assistant;
    Organizations "further employers";
    Emails "e-mail addresses";
    Phones "phone numbers";
    Ims "instant messaging addresses";
    Urls "web pages";
    Addresses "postal addresses";
    Birthday "birthday";
    Anniversary "wedding anniversary";
    Events "other dates";
    Spouse "spouse" at |c| c.spouse;
    Children "children";
    Relations "related people";
    Gender "gender";
    Hobby "hobby" at |c| c.hobby;
    Language "language" at |c| c.language;
    Location "location" at |c| c.location;
    TimeZone "time zone" at |c| c.time_zone;
    Geo "geographic position" at |c| c.geo;
    FreeBusyUrl "free/busy URL" at |c| c.free_busy_url;
    Account "account" at |c| c.account;
    Billing "billing information" at |c| c.billing;
    Mileage "mileage" at |c| c.mileage;
    GovernmentId "government ID number" at |c| c.government_id;
    OrganizationalId "organizational ID number" at |c| c.organizational_id;
    ReferredBy "referred by" at |c| c.referred_by;
    User1 "user field 1" at |c| c.user_fields[0];
    User2 "user field 2" at |c| c.user_fields[1];
    User3 "user field 3" at |c| c.user_fields[2];
    User4 "user field 4" at |c| c.user_fields[3];
    Sensitivity "sensitivity" at |c| c.sensitivity;
    Categories "categories";
    Notes "notes" at |c| c.notes;
    Photo "photo";
    Uid "unique identifier" at |c| c.uid;
    Revision "time of the last change" at |c| c.revision;
    Extra "other properties";
}

/// The form of a field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One text; [`Field::text`] reaches it.
    Text,
    /// A list of plain texts.
    TextList,
    /// A date, possibly partial.
    Date,
    /// Something with parts of its own, one or many.
    Structured,
}

impl Field {
    /// The form of its value.
    pub fn shape(self) -> Shape {
        match self {
            Field::Categories | Field::Children => Shape::TextList,
            Field::Birthday | Field::Anniversary => Shape::Date,
            Field::Organizations | Field::Emails | Field::Phones | Field::Ims | Field::Urls | Field::Addresses => {
                Shape::Structured
            }
            Field::Events | Field::Relations | Field::Gender | Field::Photo | Field::Extra => Shape::Structured,
            _ => Shape::Text,
        }
    }

    /// Whether the contact has nothing in this field.
    pub fn is_absent(self, contact: &Contact) -> bool {
        match self {
            Field::Organizations => contact.organizations.is_empty(),
            Field::Emails => contact.emails.is_empty(),
            Field::Phones => contact.phones.is_empty(),
            Field::Ims => contact.ims.is_empty(),
            Field::Urls => contact.urls.is_empty(),
            Field::Addresses => contact.addresses.is_empty(),
            Field::Birthday => contact.birthday.is_none(),
            Field::Anniversary => contact.anniversary.is_none(),
            Field::Events => contact.events.is_empty(),
            Field::Children => contact.children.is_empty(),
            Field::Relations => contact.relations.is_empty(),
            Field::Gender => contact.gender == Gender::default(),
            Field::Categories => contact.categories.is_empty(),
            Field::Photo => contact.photo.is_none(),
            Field::Extra => contact.extra.is_empty(),
            text => text.text(contact).is_none_or(String::is_empty),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_says_text_exactly_where_there_is_one_text() {
        let contact = Contact::default();
        for field in Field::ALL {
            assert_eq!(field.text(&contact).is_some(), field.shape() == Shape::Text, "{field:?}");
            assert!(field.is_absent(&contact), "{field:?}");
        }
    }

    #[test]
    fn each_text_has_a_place_of_its_own() {
        let texts: Vec<_> = Field::ALL.iter().filter(|field| field.shape() == Shape::Text).collect();
        let mut contact = Contact::default();
        for field in &texts {
            *field.text_mut(&mut contact).unwrap() = field.name().to_owned();
        }
        for field in texts {
            assert_eq!(field.text(&contact).unwrap(), field.name());
        }
    }

    #[test]
    fn names_are_unique() {
        let names: std::collections::BTreeSet<_> = Field::ALL.iter().map(|field| field.name()).collect();
        assert_eq!(names.len(), Field::ALL.len());
    }
}
