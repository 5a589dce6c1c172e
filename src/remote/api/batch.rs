//! `$batch`: up to twenty requests in one (Graph, "Combine multiple HTTP requests using JSON batching"; Outlook REST
//! v2.0, "Send Outlook REST requests in batches").

use std::collections::HashMap;

use bytes::Bytes;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::Value;

use super::{built, object};
use crate::formats::exchange::Dialect;
use crate::remote::endpoint::Endpoint;

/// The most requests in a batch.
pub const MOST: usize = 20;
/// What an envelope takes beside its parts and the commas between them, in bytes.
pub const AROUND: usize = 32;

/// A request as the text of a part with this id.
pub fn part(endpoint: &Endpoint, id: usize, request: &Request<Bytes>) -> String {
    let quoted = |text: &str| Value::from(text).to_string();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let (method, url) = (request.method(), quoted(&relative(endpoint, request)));
    let Some(kind) = kind else { return format!(r#"{{"id":"{id}","method":"{method}","url":{url}}}"#) };
    let body = if kind.starts_with("application/json") {
        String::from_utf8_lossy(request.body()).into_owned()
    } else {
        quoted(&BASE64.encode(request.body()))
    };
    let kind = quoted(kind);
    format!(r#"{{"id":"{id}","method":"{method}","url":{url},"headers":{{"Content-Type":{kind}}},"body":{body}}}"#)
}

/// Relative to the version in Graph; with the version's path in v2.0, as its page prints it.
fn relative(endpoint: &Endpoint, request: &Request<Bytes>) -> String {
    let whole = request.uri().path_and_query().map_or("/", |path| path.as_str());
    match endpoint.dialect {
        Dialect::Graph => {
            let url = request.uri().to_string();
            url.strip_prefix(endpoint.base()).unwrap_or(whole).to_owned()
        }
        Dialect::Outlook => whole.to_owned(),
    }
}

/// `POST /$batch`, in v2.0 `POST /me/$batch`: parts in one request. v2.0 is asked to go on behind a part that fails.
pub fn envelope<'a>(endpoint: &Endpoint, parts: impl Iterator<Item = &'a str>) -> Request<Bytes> {
    let url = format!("{}{}", endpoint.base(), endpoint.dialect.pick(("/$batch", "/me/$batch")));
    let mut body = String::from(r#"{"requests":["#);
    for (at, part) in parts.enumerate() {
        if at > 0 {
            body.push(',');
        }
        body.push_str(part);
    }
    body.push_str("]}");
    let builder = Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/json");
    let mut request = built(builder, Bytes::from(body));
    if endpoint.dialect == Dialect::Outlook {
        request.headers_mut().insert("prefer", HeaderValue::from_static("odata.continue-on-error"));
    }
    request
}

/// Reads the answers of the parts by their ids; they come in any order. What is no answer to a part is left out.
///
/// # Errors
/// What is wrong with the answer.
pub fn answers(body: &[u8]) -> Result<HashMap<usize, Response<Bytes>>, String> {
    let mut envelope = object(body)?;
    let Some(Value::Array(responses)) = envelope.remove("responses") else {
        return Err("it has no list \"responses\"".into());
    };
    Ok(responses.into_iter().filter_map(answer).collect())
}

fn answer(response: Value) -> Option<(usize, Response<Bytes>)> {
    let id = response.get("id")?.as_str()?.parse().ok()?;
    let status = StatusCode::from_u16(u16::try_from(response.get("status")?.as_u64()?).ok()?).ok()?;
    let mut answer = Response::builder().status(status);
    for (name, value) in response.get("headers").and_then(Value::as_object).into_iter().flatten() {
        // Retry-After may stand there as a number.
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        answer = answer.header(name, text);
    }
    let body = match response.get("body") {
        None | Some(Value::Null) => Bytes::new(),
        Some(Value::String(text)) => decoded(text),
        Some(body) => Bytes::from(body.to_string()),
    };
    Some((id, answer.body(body).ok()?))
}

/// A text is Base64 of something binary, or else itself.
fn decoded(text: &str) -> Bytes {
    let forms = [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD];
    let decoded = forms.iter().find_map(|form| form.decode(text.as_bytes()).ok());
    decoded.map_or_else(|| Bytes::copy_from_slice(text.as_bytes()), Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::endpoint::Owner;

    fn put(url: &str, kind: &'static str, body: &'static [u8]) -> Request<Bytes> {
        let builder = Request::builder().method(Method::PUT).uri(url).header(header::CONTENT_TYPE, kind);
        builder.body(Bytes::from_static(body)).unwrap()
    }

    #[test]
    fn parts_are_relative_and_photos_are_base64() {
        for (base, url) in [("https://x/v1.0", "/me/a?b=c%20d"), ("https://x/api/v2.0", "/api/v2.0/me/a?b=c%20d")] {
            let endpoint = Endpoint::parse(base, None, Owner::Me).unwrap();
            let put = |kind, body| put(&format!("{base}/me/a?b=c%20d"), kind, body);
            let photo = part(&endpoint, 7, &put("image/jpeg", b"\xff\xd8"));
            let json = part(&endpoint, 8, &put("application/json", br#"{"a":1}"#));
            let envelope = envelope(&endpoint, [photo.as_str(), &json].into_iter());
            assert!(envelope.body().len() <= photo.len() + json.len() + AROUND);
            let sent: Value = serde_json::from_slice(envelope.body()).unwrap();
            let expected = serde_json::json!({"requests": [
                {"id": "7", "method": "PUT", "url": url, "headers": {"Content-Type": "image/jpeg"}, "body": "/9g="},
                {"id": "8", "method": "PUT", "url": url, "headers": {"Content-Type": "application/json"}, "body": {"a": 1}},
            ]});
            assert_eq!(sent, expected);
        }
    }

    #[test]
    fn answers_are_read_leniently() {
        let body = br#"{"responses":[{"id":"2","status":429,"headers":{"Retry-After":3}},{"id":"1","status":201,"body":{"id":"A"}},
            {"id":"3","status":200,"body":"/9g="},{"id":"x","status":200},{"id":"4","status":99},5,{"id":"6","status":200,"headers":{"a b":"c"}}]}"#;
        let found = answers(body).unwrap();
        let mut ids: Vec<_> = found.keys().copied().collect();
        ids.sort_unstable();
        assert_eq!(ids, [1, 2, 3]);
        assert_eq!(found[&2].headers()["retry-after"], "3");
        assert_eq!((&found[&1].body()[..], &found[&3].body()[..]), (&br#"{"id":"A"}"#[..], &b"\xff\xd8"[..]));
        assert!(answers(b"{}").is_err() && answers(b"<html>").is_err());
    }
}
