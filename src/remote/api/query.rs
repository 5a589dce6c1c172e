//! OData query options.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::formats::exchange::Dialect;

/// Which extended properties an answer should have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expand(pub Vec<&'static str>);

/// What is asked of a list or a contact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// `$select`: the properties, spelled in the dialect; empty for all.
    pub select: Vec<&'static str>,
    /// `$top`: the most items on a page.
    pub top: Option<u32>,
    /// `$skip`: how many items to leave out.
    pub skip: Option<u32>,
    /// `$expand` of extended properties.
    pub expand: Expand,
    /// `$filter`: an OData expression.
    pub filter: Option<String>,
}

/// What stays as it is in a query value.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'(')
    .remove(b')')
    .remove(b'\'')
    .remove(b',')
    .remove(b'$')
    .remove(b'/')
    .remove(b':')
    .remove(b'=');

impl Query {
    /// The query as it stands behind a path, with its question mark; empty when nothing is asked.
    pub fn text(&self, dialect: Dialect) -> String {
        let options = [
            ("$select", (!self.select.is_empty()).then(|| self.select.join(","))),
            ("$top", self.top.map(|top| top.to_string())),
            ("$skip", self.skip.map(|skip| skip.to_string())),
            ("$filter", self.filter.clone()),
            ("$expand", self.expand.text(dialect)),
        ];
        let mut text = String::new();
        for (name, value) in options.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            text.push(if text.is_empty() { '?' } else { '&' });
            text.push_str(name);
            text.push('=');
            text.extend(utf8_percent_encode(&value, VALUE));
        }
        text
    }
}

impl Expand {
    fn text(&self, dialect: Dialect) -> Option<String> {
        let (property, id) = match dialect {
            Dialect::Graph => ("singleValueExtendedProperties", "id"),
            Dialect::Outlook => ("SingleValueExtendedProperties", "PropertyId"),
        };
        let ids: Vec<String> = self.0.iter().map(|of| format!("{id} eq '{of}'")).collect();
        (!ids.is_empty()).then(|| format!("{property}($filter={})", ids.join(" or ")))
    }
}

/// The filter that finds contacts by the value of an extended property.
pub(super) fn has_extended(dialect: Dialect, id: &str, value: &str) -> String {
    let value = value.replace('\'', "''");
    match dialect {
        Dialect::Graph => {
            format!("singleValueExtendedProperties/Any(ep: ep/id eq '{id}' and ep/value eq '{value}')")
        }
        Dialect::Outlook => {
            format!("SingleValueExtendedProperties/Any(ep: ep/PropertyId eq '{id}' and ep/Value eq '{value}')")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_encoded_and_in_order() {
        let query = Query {
            select: vec!["id", "displayName"],
            top: Some(999),
            skip: Some(10),
            expand: Expand(vec!["String 0x3A24", "String {8f1c} Name a+b"]),
            filter: Some("displayName eq 'R&D 100%'".into()),
        };
        assert_eq!(
            query.text(Dialect::Graph),
            "?$select=id,displayName&$top=999&$skip=10&$filter=displayName%20eq%20'R%26D%20100%25'\
             &$expand=singleValueExtendedProperties($filter=id%20eq%20'String%200x3A24'%20or%20\
             id%20eq%20'String%20%7B8f1c%7D%20Name%20a%2Bb')"
        );
        assert_eq!(Query::default().text(Dialect::Graph), "");
    }

    #[test]
    fn outlook_has_its_own_names() {
        let query = Query { expand: Expand(vec!["String 0x3A24"]), ..Query::default() };
        let text = query.text(Dialect::Outlook);
        assert_eq!(text, "?$expand=SingleValueExtendedProperties($filter=PropertyId%20eq%20'String%200x3A24')");
        assert!(has_extended(Dialect::Outlook, "x", "o'hara").ends_with("ep/Value eq 'o''hara')"));
    }
}
