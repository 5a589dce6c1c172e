//! A batch as JSON: `{"requests": [...]}`, answered by `{"responses": [...]}`.

use bytes::Bytes;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use serde_json::{Map, Value};

use super::{Door, Item, MOST, bad, malformed, too_many};
use crate::sandbox::dialect::Dialect;
use crate::sandbox::error::ODataError;

/// Reads the envelope.
pub(super) fn read(door: &Door<'_>, body: &[u8]) -> Result<Vec<Item>, ODataError> {
    let Ok(Value::Object(mut envelope)) = serde_json::from_slice(body) else { return Err(malformed()) };
    let Some(Value::Array(requests)) = envelope.remove("requests") else { return Err(malformed()) };
    if requests.is_empty() {
        return Err(malformed());
    }
    if requests.len() > MOST {
        return Err(too_many());
    }
    let mut items: Vec<Item> = Vec::new();
    for request in requests {
        let item = item(door, request, &items)?;
        items.push(item);
    }
    Ok(items)
}

fn item(door: &Door<'_>, request: Value, earlier: &[Item]) -> Result<Item, ODataError> {
    let Value::Object(mut request) = request else { return Err(malformed()) };
    let mut text = |name: &str| match request.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        _ => Err(malformed()),
    };
    let (id, method, url) = (text("id")?, text("method")?, text("url")?);
    // Observed words; documented that ids compare without case.
    let position = |id: &str| earlier.iter().position(|item| item.id.to_lowercase() == id.to_lowercase());
    if position(&id).is_some() {
        return Err(bad(format!("Request Id {} has to be unique in a batch.", cut(&id))));
    }
    let headers = headers(request.remove("headers"))?;
    let body = request.remove("body").filter(|body| !body.is_null());
    // Documented that it is required; the words as the service is remembered to put them (guessed).
    if body.is_some() && !headers.contains_key(CONTENT_TYPE) {
        let message = format!("Write request id : {} does not contain Content-Type header or body.", cut(&id));
        return Err(bad(message));
    }
    let depends_on = depends_on(request.remove("dependsOn"), &id, position)?;
    let request = bytes(body, &headers).and_then(|body| door.request(&method, &url, headers, body));
    Ok(Item { id, request, depends_on })
}

/// Observed: only what stands earlier in the list can be depended on, so that no circle can be; guessed wording beyond
/// its beginning.
fn depends_on(
    sent: Option<Value>,
    id: &str,
    position: impl Fn(&str) -> Option<usize>,
) -> Result<Vec<usize>, ODataError> {
    let ids = match sent {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(ids)) => ids,
        Some(_) => return Err(malformed()),
    };
    let found = ids.iter().map(|on| on.as_str().and_then(&position));
    found.collect::<Option<_>>().ok_or_else(|| bad(format!("Invalid dependency for request Id {}.", cut(id))))
}

fn headers(sent: Option<Value>) -> Result<HeaderMap, ODataError> {
    let sent = match sent {
        None | Some(Value::Null) => return Ok(HeaderMap::new()),
        Some(Value::Object(sent)) => sent,
        Some(_) => return Err(malformed()),
    };
    let header = |(name, value): (String, Value)| {
        let name = HeaderName::try_from(name).ok()?;
        Some((name, HeaderValue::try_from(value.as_str()?).ok()?))
    };
    sent.into_iter().map(header).collect::<Option<_>>().ok_or_else(malformed)
}

/// Documented: JSON stands as it is, anything binary in Base64 (of either alphabet).
fn bytes(body: Option<Value>, headers: &HeaderMap) -> Result<Bytes, ODataError> {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    match body {
        None => Ok(Bytes::new()),
        Some(Value::String(text)) if kind.starts_with("text/") => Ok(Bytes::from(text)),
        Some(Value::String(text)) if !kind.contains("json") => {
            let forms = [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD];
            let decoded = forms.iter().find_map(|form| form.decode(text.as_bytes()).ok());
            decoded.map(Bytes::from).ok_or_else(|| bad("The body of the request is not valid Base64."))
        }
        Some(body) => Ok(Bytes::from(body.to_string())),
    }
}

/// Writes the envelope of the answers: its content type and its body.
pub(super) fn write(dialect: Dialect, parts: &[(&str, Response<Bytes>)]) -> (String, Bytes) {
    let responses = parts.iter().map(|(id, answer)| {
        let mut response = Map::new();
        response.insert("id".into(), (*id).into());
        response.insert("status".into(), answer.status().as_u16().into());
        response.insert("headers".into(), Value::Object(shown(answer.headers())));
        if !answer.body().is_empty() {
            response.insert("body".into(), body(answer));
        }
        Value::Object(response)
    });
    let envelope = Map::from_iter([("responses".to_owned(), Value::Array(responses.collect()))]);
    let kind = dialect.pick("application/json", "application/json; charset=utf-8");
    (kind.to_owned(), Bytes::from(Value::Object(envelope).to_string()))
}

/// JSON as it is, anything else in Base64 (documented for photos; guessed for `$count`).
fn body(answer: &Response<Bytes>) -> Value {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let json = kind.starts_with("application/json").then(|| serde_json::from_slice(answer.body()).ok()).flatten();
    json.unwrap_or_else(|| BASE64.encode(answer.body()).into())
}

/// The headers of a part, with capital letters as the pages print them. What names a whole request is the envelope's.
fn shown(headers: &HeaderMap) -> Map<String, Value> {
    let whole = ["request-id", "client-request-id", "date"];
    let own = headers.iter().filter(|(name, _)| !whole.contains(&name.as_str()));
    own.filter_map(|(name, value)| Some((capitals(name.as_str()), value.to_str().ok()?.into()))).collect()
}

pub(super) fn capitals(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join("-")
}

fn cut(text: &str) -> String {
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_graph(body: &str) -> Result<Vec<Item>, ODataError> {
        let (envelope, origin) = (HeaderMap::new(), "http://a.example".to_owned());
        read(&Door { dialect: Dialect::Graph, origin, envelope: &envelope }, body.as_bytes())
    }

    #[test]
    fn urls_are_relative_with_the_version_or_without() {
        for (url, whole) in [
            ("/me/contacts?$filter=a eq 'b://c'", Some("http://a.example/v1.0/me/contacts?$filter=a%20eq%20'b://c'")),
            ("me", Some("http://a.example/v1.0/me")),
            ("//me", Some("http://a.example/v1.0/me")),
            ("/v1.0/me", Some("http://a.example/v1.0/me")),
            ("/api/v2.0/me", Some("http://a.example/v1.0/api/v2.0/me")),
            ("http://a.example/v1.0/me", Some("http://a.example/v1.0/me")),
            ("https://a.example/v1.0/me", None),
            ("/$batch", None),
            ("/v1.0/%24Batch/?x", None),
            ("/me/\u{1}", None),
        ] {
            let body = serde_json::json!({"requests": [{"id": "1", "method": "GET", "url": url}]});
            let items = read_graph(&body.to_string()).unwrap();
            let found = items[0].request.as_ref().ok().map(|request| request.uri().to_string());
            assert_eq!(found.as_deref(), whole, "{url}");
        }
    }

    proptest! {
        #[test]
        fn hostile_envelopes_never_panic(pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", "\"requests\":", "\"id\":", "\"1\"", ",", "\"method\":\"GET\"", "\"url\":\"/me\"",
            "\"headers\":", "\"body\":", "\"dependsOn\":", "null", "1", "\"content-type\":\"image/png\""]), 0..40)) {
            let _ = read_graph(&pieces.concat());
            let _ = read_graph(&format!("{{\"requests\":[{{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/\",{}}}]}}", pieces.concat()));
        }
    }
}
