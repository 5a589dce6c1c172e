//! What a service answers.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use serde_json::{Map, Value};

use crate::remote::class::Class;

/// One page of a list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The items as the service has them.
    pub items: Vec<Map<String, Value>>,
    /// Where the next page is; followed as it stands, never taken apart.
    pub next: Option<String>,
}

/// Reads a page: `{"value": [...], "@odata.nextLink": "..."}`.
///
/// # Errors
/// What is wrong with the answer.
pub fn page(body: &[u8]) -> Result<Page, String> {
    let mut answer = object(body)?;
    let next = match answer.remove("@odata.nextLink") {
        Some(Value::String(link)) => Some(link),
        _ => None,
    };
    let Some(Value::Array(values)) = answer.remove("value") else { return Err("it has no list \"value\"".into()) };
    let item = |value| match value {
        Value::Object(item) => Ok(item),
        _ => Err("the list \"value\" holds something that is no object".to_owned()),
    };
    Ok(Page { items: values.into_iter().map(item).collect::<Result<_, _>>()?, next })
}

/// Reads an object. The service sends raw control characters inside texts now and then, which JSON forbids: they are
/// read as blanks.
///
/// # Errors
/// What is wrong with the answer.
pub fn object(body: &[u8]) -> Result<Map<String, Value>, String> {
    serde_json::from_slice(body).or_else(|_| serde_json::from_slice(&without_controls(body))).map_err(|error| {
        let head = String::from_utf8_lossy(&body[..body.len().min(16)]).trim_start().to_owned();
        if head.starts_with('<') {
            "it is a web page, not JSON".to_owned()
        } else {
            format!("it is no JSON object: {error}")
        }
    })
}

fn without_controls(body: &[u8]) -> Cow<'_, [u8]> {
    if !body.iter().any(|byte| *byte < 0x20) {
        return Cow::Borrowed(body);
    }
    Cow::Owned(body.iter().map(|byte| if *byte < 0x20 { b' ' } else { *byte }).collect())
}

/// A service's refusal: status, and what the error envelope says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The service's code (`ErrorItemNotFound`); empty when the answer has none.
    pub code: String,
    /// The service's message; not to be relied on.
    pub message: String,
    /// How long the service wants to be left alone.
    pub retry_after: Option<Duration>,
}

impl ServiceError {
    /// Reads the error envelope; an empty or foreign body gives an empty code. `now` is in seconds since 1970, and counts
    /// where the answer does not tell the server's own time.
    pub fn read(answer: &Response<Bytes>, now: u64) -> Self {
        let envelope = object(answer.body()).ok().and_then(|mut body| body.remove("error"));
        let text = |name: &str| {
            let text = envelope.as_ref().and_then(|error| error.get(name)).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let retry_after = retry_after(answer.headers(), now);
        Self { status: answer.status(), code: text("code"), message: text("message"), retry_after }
    }

    /// What the answer says of the request, its record and the run.
    pub fn class(&self) -> Class {
        Class::of(self.status, &self.code)
    }

    /// Whether the code is this one; the service spells codes in either case.
    pub fn is(&self, code: &str) -> bool {
        self.code.eq_ignore_ascii_case(code)
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the server answers {}", self.status.as_u16())?;
        if !self.code.is_empty() {
            write!(out, " {}", self.code)?;
        }
        if !self.message.is_empty() {
            write!(out, ": {}", self.message)?;
        }
        Ok(())
    }
}

/// What Retry-After says (RFC 9110, 10.2.3); the longest where there are several. A date is held against the date of the
/// answer, since this machine's clock may be wrong.
fn retry_after(headers: &HeaderMap, now: u64) -> Option<Duration> {
    let date = headers.get(header::DATE).and_then(|date| date.to_str().ok()).and_then(since_1970);
    let now = date.unwrap_or(Duration::from_secs(now));
    let values = headers.get_all(header::RETRY_AFTER).iter();
    values.filter_map(|value| wait(value.to_str().ok()?, now)).max()
}

/// Retry-After in its forms: whole seconds, fractions of them (Graph's own sample has one), a date in any of its three
/// forms (RFC 9110, 5.6.7). A date that is past is no time; what cannot be a time says nothing.
fn wait(value: &str, now: Duration) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    since_1970(value).map(|date| date.saturating_sub(now))
}

fn since_1970(date: &str) -> Option<Duration> {
    httpdate::parse_http_date(date.trim()).ok()?.duration_since(std::time::UNIX_EPOCH).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_and_its_link() {
        let page =
            page(br#"{"@odata.context":"x","value":[{"id":"1"},{"id":"2"}],"@odata.nextLink":"http://n"}"#).unwrap();
        assert_eq!((page.items.len(), page.next.as_deref()), (2, Some("http://n")));
        assert!(super::page(b"{\"value\":[]}").unwrap().next.is_none());
    }

    #[test]
    fn what_is_no_page_says_so() {
        for (body, says) in [
            ("", "no JSON"),
            ("<html>sign in</html>", "a web page"),
            ("[]", "no JSON object"),
            ("{}", "no list"),
            ("{\"value\":[1]}", "no object"),
        ] {
            let error = page(body.as_bytes()).unwrap_err();
            assert!(error.contains(says), "{body}: {error}");
        }
    }

    #[test]
    fn raw_control_characters_are_blanks() {
        assert_eq!(object(b"{\"a\":\"x\x0by\"}").unwrap()["a"], "x y");
    }

    fn waits(headers: &[(&'static str, &str)], now: u64) -> Option<Duration> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        retry_after(&map, now)
    }

    fn wait(value: &str, now: u64) -> Option<Duration> {
        waits(&[("retry-after", value)], now)
    }

    #[test]
    fn retry_after_in_whole_seconds() {
        assert_eq!(wait("7", 0), Some(Duration::from_secs(7)));
        assert_eq!(wait(" 0 ", 0), Some(Duration::ZERO));
    }

    #[test]
    fn retry_after_with_a_fraction() {
        assert_eq!(wait("2.128", 0), Some(Duration::from_millis(2128)));
        assert_eq!(wait("0.5", 0), Some(Duration::from_millis(500)));
    }

    #[test]
    fn retry_after_as_a_date_in_its_three_forms() {
        for date in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(wait(date, 784_111_762), Some(Duration::from_secs(15)), "{date}");
            assert_eq!(wait(date, 784_111_999), Some(Duration::ZERO), "{date} is past");
        }
    }

    #[test]
    fn a_date_is_held_against_the_servers_own() {
        let headers = [("date", "Thu, 01 Jan 1970 01:00:00 GMT"), ("retry-after", "Thu, 01 Jan 1970 01:00:09 GMT")];
        assert_eq!(waits(&headers, 1_700_000_000), Some(Duration::from_secs(9)));
        let headers = [("date", "noon"), headers[1]];
        assert_eq!(waits(&headers, 3600), Some(Duration::from_secs(9)), "a date that is none");
    }

    #[test]
    fn no_retry_after() {
        assert_eq!(waits(&[("date", "Thu, 01 Jan 1970 01:00:00 GMT")], 0), None);
    }

    #[test]
    fn retry_after_that_makes_no_sense_says_nothing() {
        for nonsense in ["", "soon", "7 seconds", "NaN", "inf", "0x7", "Thu, 99 Jan 1970 01:00:00 GMT", "\u{fc}"] {
            assert_eq!(wait(nonsense, 0), None, "{nonsense}");
        }
    }

    #[test]
    fn retry_after_that_is_negative_says_nothing() {
        assert_eq!((wait("-1", 0), wait("-0.5", 0)), (None, None));
    }

    #[test]
    fn retry_after_that_is_huge_is_told_as_far_as_time_goes() {
        assert_eq!(wait("1000000000", 0), Some(Duration::from_secs(1_000_000_000)));
        assert_eq!(wait("1e300", 0), None, "no such time");
        assert_eq!(wait("Fri, 31 Dec 9999 23:59:59 GMT", 0), Some(Duration::from_secs(253_402_300_799)));
    }

    #[test]
    fn the_longest_retry_after_counts() {
        assert_eq!(waits(&[("retry-after", "3"), ("retry-after", "x"), ("retry-after", "2")], 0), wait("3", 0));
    }

    #[test]
    fn an_error_is_read_from_any_body() {
        let answer = |body: &str| {
            let answer = Response::builder().status(404).body(Bytes::from(body.to_owned())).unwrap();
            ServiceError::read(&answer, 0)
        };
        let error = answer(r#"{"error":{"code":"errorItemNotFound","message":"Gone."}}"#);
        assert!(error.is("ErrorItemNotFound"));
        assert_eq!(error.to_string(), "the server answers 404 errorItemNotFound: Gone.");
        for body in ["", "<html>", "{}", r#"{"error":"x"}"#, r#"{"error":{"code":1}}"#] {
            assert_eq!(answer(body).to_string(), "the server answers 404", "{body}");
        }
    }
}
