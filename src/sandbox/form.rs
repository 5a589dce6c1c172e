//! Forms as browsers send them (URL Standard, `application/x-www-form-urlencoded`), in bodies and in queries.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// The most fields that are looked at.
const MAX_FIELDS: usize = 100;

/// What needs no escape in a query value (RFC 3986 section 2.3).
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The fields of a form or of a query.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form; what is no UTF-8 is read with replacement characters.
    pub(super) fn parse(bytes: &[u8]) -> Form {
        let text = String::from_utf8_lossy(bytes);
        let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).take(MAX_FIELDS);
        let halves = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Form(halves.map(|(name, value)| (decoded(name), decoded(value))).collect())
    }

    /// Reads the query of an address, if it has one.
    pub(super) fn of_query(query: Option<&str>) -> Form {
        Form::parse(query.unwrap_or_default().as_bytes())
    }

    /// The first field of this name, unless it is empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        field.filter(|value| !value.is_empty())
    }
}

/// Fields as a query has them, `name=value&…`; names stand as they are.
pub(super) fn query<'f>(fields: impl IntoIterator<Item = (&'f str, &'f str)>) -> String {
    let mut query = String::new();
    for (name, value) in fields {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(name);
        query.push('=');
        query.extend(utf8_percent_encode(value, VALUE));
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_and_bounded() {
        let form = Form::parse(b"q=J%C3%BCrg+%26+co%2B&&empty=&bare&=x&q=2&%C3%A4=%ff");
        let found = ["q", "", "ä", "empty", "bare", "absent"].map(|name| form.get(name));
        assert_eq!(found, [Some("Jürg & co+"), Some("x"), Some("\u{fffd}"), None, None, None]);
        assert_eq!(Form::parse("a=b&".repeat(1000).as_bytes()).0.len(), MAX_FIELDS);
    }

    #[test]
    fn what_is_written_is_read() {
        let fields = [("a", "x y&=+"), ("b", "ä-._~/")];
        let written = query(fields);
        assert_eq!(written, "a=x%20y%26%3D%2B&b=%C3%A4-._~%2F");
        let read = Form::parse(written.as_bytes());
        assert_eq!(fields.map(|(name, _)| read.get(name)), fields.map(|(_, value)| Some(value)));
    }
}
