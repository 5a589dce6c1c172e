//! Gender and related people.

use crate::model::Rest;

/// RFC 6350 GENDER: a sex and the person's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gender {
    /// The sex component.
    pub sex: Option<Sex>,
    /// The gender identity, as free text.
    pub identity: String,
}

/// RFC 6350 section 6.2.7.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// `M`.
    Male,
    /// `F`.
    Female,
    /// `O`.
    Other,
    /// `N`: none or not applicable.
    NotApplicable,
    /// `U`.
    Unknown,
}

/// A related person (RFC 6350 RELATED) other than spouse, child, manager and assistant, which have fields of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relation {
    /// Name, or a URI that points at another contact.
    pub value: String,
    /// What the person is to the contact: an RFC 6350 relation type in lower case ("friend"), or the user's own word.
    pub label: String,
    /// What the source said beyond that.
    pub rest: Rest,
}
