//! What a service answers.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use serde_json::{Map, Value};

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
    /// Reads the error envelope; an empty or foreign body gives an empty code. `now` is in seconds since 1970.
    pub fn read(answer: &Response<Bytes>, now: u64) -> Self {
        let envelope = object(answer.body()).ok().and_then(|mut body| body.remove("error"));
        let text = |name: &str| {
            let text = envelope.as_ref().and_then(|error| error.get(name)).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let retry_after = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        Self {
            status: answer.status(),
            code: text("code"),
            message: text("message"),
            retry_after: retry_after.and_then(|value| wait(value, now)),
        }
    }

    /// Whether the code is this one; the service spells codes in either case.
    pub fn is(&self, code: &str) -> bool {
        self.code.eq_ignore_ascii_case(code)
    }

    /// Whether a contact was refused for want of a given name (msgraph-sdk-dotnet#247). The code says no more than that
    /// some property is wrong.
    pub fn wants_given_name(&self) -> bool {
        self.is("ErrorInvalidProperty") && self.message.to_ascii_lowercase().contains("givenname")
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

/// Retry-After in its forms: whole seconds, fractions of them, a date.
fn wait(value: &str, now: u64) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(value.trim()).ok()?;
    let date = date.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(date.saturating_sub(Duration::from_secs(now)))
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

    #[test]
    fn retry_after_has_three_forms() {
        assert_eq!(wait("7", 0), Some(Duration::from_secs(7)));
        assert_eq!(wait("2.128", 0), Some(Duration::from_millis(2128)));
        assert_eq!(wait("Thu, 01 Jan 1970 00:01:00 GMT", 45), Some(Duration::from_secs(15)));
        assert_eq!(wait("Thu, 01 Jan 1970 00:01:00 GMT", 99), Some(Duration::ZERO));
        for nonsense in ["", "soon", "-1", "NaN", "inf", "1e300"] {
            assert_eq!(wait(nonsense, 0), None, "{nonsense}");
        }
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
