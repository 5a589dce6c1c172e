//! The two spellings of the same properties.

use std::fmt;

/// The wire API that a mailbox is spoken to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Microsoft Graph v1.0: camelCase.
    Graph,
    /// Outlook REST v2.0: PascalCase. Closed by Microsoft to ordinary apps on 2024-03-31.
    Outlook,
}

impl fmt::Display for Dialect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.pick(("Microsoft Graph v1.0", "Outlook REST v2.0")))
    }
}

/// A property's name in Graph and in Outlook REST.
pub type Names = (&'static str, &'static str);

impl Dialect {
    /// This dialect's one of the two names.
    pub fn pick(self, (graph, outlook): Names) -> &'static str {
        match self {
            Dialect::Graph => graph,
            Dialect::Outlook => outlook,
        }
    }
}

/// Names that are not a field's own.
pub(crate) mod names {
    use super::Names;

    pub(crate) const ID: Names = ("id", "Id");
    pub(crate) const CHANGE_KEY: Names = ("changeKey", "ChangeKey");
    pub(crate) const PARENT_FOLDER: Names = ("parentFolderId", "ParentFolderId");

    pub(crate) const DISPLAY_NAME: Names = ("displayName", "DisplayName");
    pub(crate) const GIVEN_NAME: Names = ("givenName", "GivenName");
    pub(crate) const EMAIL_NAME: Names = ("name", "Name");
    pub(crate) const EMAIL_ADDRESS: Names = ("address", "Address");
    pub(crate) const EXTENDED: Names = ("singleValueExtendedProperties", "SingleValueExtendedProperties");
    pub(crate) const EXTENDED_ID: Names = ("id", "PropertyId");
    pub(crate) const EXTENDED_VALUE: Names = ("value", "Value");
    pub(crate) const STREET: Names = ("street", "Street");
    pub(crate) const CITY: Names = ("city", "City");
    pub(crate) const STATE: Names = ("state", "State");
    pub(crate) const POSTAL_CODE: Names = ("postalCode", "PostalCode");
    pub(crate) const COUNTRY: Names = ("countryOrRegion", "CountryOrRegion");
}
