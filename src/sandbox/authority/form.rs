//! Forms as they come in, and the answers that go out.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, HeaderName, LOCATION, PRAGMA};
use http::{Response, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::sandbox::form::fields;
use crate::sandbox::request::{empty, set, with_type};

/// What needs no escape in a query value (RFC 3986 section 2.3).
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The fields of a form or a query, in `application/x-www-form-urlencoded`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form; what is no UTF-8 is read with replacement characters.
    pub(super) fn parse(text: &[u8]) -> Form {
        Form(fields(&String::from_utf8_lossy(text)))
    }

    /// A field that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str());
        field.filter(|value| !value.is_empty())
    }
}

/// `name=value&…`, escaped.
pub(super) fn query(pairs: &[(&str, String)]) -> String {
    let pair = |(name, value): &(&str, String)| format!("{name}={}", utf8_percent_encode(value, VALUE));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// A JSON answer that nobody may keep.
pub(super) fn json(status: StatusCode, body: &Value) -> Response<Bytes> {
    let mut response = with_type(status, "application/json; charset=utf-8", Bytes::from(body.to_string()));
    unkept(&mut response);
    response
}

/// A page that runs nothing, loads nothing and stands in no frame. Where its forms lead is not limited: a browser would
/// apply that to the redirect that follows, too. They say that they come from here, or the guard would refuse them.
pub(super) fn html(status: StatusCode, body: String) -> Response<Bytes> {
    let mut response = with_type(status, "text/html; charset=utf-8", Bytes::from(body));
    unkept(&mut response);
    for (name, value) in [
        ("content-security-policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
    ] {
        set(&mut response, HeaderName::from_static(name), value);
    }
    response
}

/// Sends the browser on.
pub(super) fn redirect(to: &str) -> Response<Bytes> {
    let mut response = empty(StatusCode::FOUND);
    set(&mut response, LOCATION, to);
    unkept(&mut response);
    response
}

fn unkept(response: &mut Response<Bytes>) {
    set(response, CACHE_CONTROL, "no-store");
    set(response, PRAGMA, "no-cache");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read() {
        let form = Form::parse(b"a=1+2%2B3&&empty=&b&a=second&%C3%A4=%ff");
        assert_eq!((form.get("a"), form.get("empty"), form.get("b")), (Some("1 2+3"), None, None));
        assert_eq!(form.get("ä"), Some("\u{fffd}"));
        assert_eq!(query(&[("a", "x y&=".to_owned()), ("b", "ä".to_owned())]), "a=x%20y%26%3D&b=%C3%A4");
    }
}
