//! A batch of v2.0 as `multipart/mixed`: each part an HTTP request in text (OData 4.0, part 1, section 11.7).
//!
//! Lines may end in a bare line feed, as scripts write them. Change sets, which are multipart themselves, are refused
//! (guessed: the page shows none).

use std::fmt::Write;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response};

use super::json::capitals;
use super::{Door, Item, MOST, malformed, too_many};
use crate::sandbox::error::ODataError;

/// Reads the envelope; `kind` is its content type.
pub(super) fn read(door: &Door<'_>, kind: &str, body: &[u8]) -> Result<Vec<Item>, ODataError> {
    let boundary = boundary(kind).ok_or_else(malformed)?;
    let parts = parts(body, &boundary);
    if parts.is_empty() {
        return Err(malformed());
    }
    if parts.len() > MOST {
        return Err(too_many());
    }
    parts.iter().enumerate().map(|(at, part)| item(door, at, part)).collect()
}

fn boundary(kind: &str) -> Option<String> {
    let mut parameters = kind.split(';').skip(1).filter_map(|part| part.trim().split_once('='));
    let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let value = value.trim().trim_matches('"');
    (!value.is_empty() && value.len() <= 70).then(|| value.to_owned())
}

/// What stands between the boundaries; a last one that is missing is forgiven.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let marker = format!("--{boundary}");
    let (mut parts, mut start, mut at) = (Vec::new(), None, 0);
    while at < body.len() {
        let end = body[at..].iter().position(|byte| *byte == b'\n').map_or(body.len(), |end| at + end + 1);
        let line = body[at..end].trim_ascii_end();
        let last = line.strip_prefix(marker.as_bytes()).map(|rest| rest == b"--");
        if let Some(last) = last.filter(|last| *last || line.len() == marker.len()) {
            if let Some(start) = start.replace(end) {
                parts.push(without_break(&body[start..at]));
            }
            if last {
                return parts;
            }
        }
        at = end;
    }
    let rest = start.map(|start| without_break(&body[start..])).filter(|rest| !rest.trim_ascii().is_empty());
    parts.extend(rest);
    parts
}

/// The line break before a boundary belongs to the boundary.
fn without_break(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

fn item(door: &Door<'_>, at: usize, part: &[u8]) -> Result<Item, ODataError> {
    let (head, http) = head(part).ok_or_else(malformed)?;
    let text = |name: &str| head.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !text("content-type").to_ascii_lowercase().starts_with("application/http") {
        return Err(malformed());
    }
    let id = text("content-id").to_owned();
    let id = if id.is_empty() { (at + 1).to_string() } else { id };
    let end = http.iter().position(|byte| *byte == b'\n').unwrap_or(http.len());
    let line = std::str::from_utf8(&http[..end]).map_err(|_| malformed())?;
    let (method, url) = line.trim().split_once(' ').ok_or_else(malformed)?;
    let url = url.strip_suffix(" HTTP/1.1").unwrap_or(url).trim();
    let rest = http.get(end + 1..).unwrap_or_default();
    let (headers, body) = self::head(rest).ok_or_else(malformed)?;
    let length = headers.get("content-length").and_then(|length| length.to_str().ok()?.parse().ok());
    let body = length.and_then(|length: usize| body.get(..length)).unwrap_or(body);
    let request = door.request(method, url, headers, Bytes::copy_from_slice(body));
    Ok(Item { id, request, depends_on: Vec::new() })
}

/// Header lines up to an empty one or the end, and what follows.
fn head(text: &[u8]) -> Option<(HeaderMap, &[u8])> {
    let (mut headers, mut at) = (HeaderMap::new(), 0);
    while at < text.len() {
        let end = text[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| at + end + 1);
        let line = text[at..end].trim_ascii();
        at = end;
        if line.is_empty() {
            break;
        }
        let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
        headers.append(HeaderName::try_from(name.trim()).ok()?, HeaderValue::try_from(value.trim()).ok()?);
    }
    Some((headers, &text[at..]))
}

/// Writes the envelope of the answers, in the order of the requests: its content type and its body.
pub(super) fn write(answers: impl Iterator<Item = Response<Bytes>>, id: &str) -> (String, Bytes) {
    let boundary = format!("batchresponse_{id}");
    let mut body = Vec::new();
    for answer in answers {
        let status = answer.status();
        let mut head = format!(
            "--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 {} {}\r\n",
            status.as_u16(),
            status.canonical_reason().unwrap_or_default()
        );
        for (name, value) in answer.headers() {
            // Writing into a text does not fail.
            let _ = write!(head, "{}: {}\r\n", capitals(name.as_str()), value.to_str().unwrap_or_default());
        }
        body.extend(head.into_bytes());
        body.extend(b"\r\n");
        body.extend(answer.body());
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    (format!("multipart/mixed; boundary={boundary}"), Bytes::from(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(body: &str) -> Vec<String> {
        parts(body.as_bytes(), "b").into_iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect()
    }

    #[test]
    fn parts_stand_between_boundaries() {
        assert_eq!(
            texts("preamble\r\n--b\r\none\r\n--b\r\ntwo\r\nlines\r\n--b--\r\nepilogue"),
            ["one", "two\r\nlines"]
        );
        assert_eq!(texts("--b\none\n--b\ntwo\n--b\n"), ["one", "two"]);
        assert_eq!(texts("--b\none --b\n--bb\n--b--"), ["one --b\n--bb"]);
        assert_eq!(texts("none"), [""; 0]);
        assert_eq!(texts("--b\r\nunfinished"), ["unfinished"]);
    }

    #[test]
    fn boundaries_are_read_from_the_type() {
        assert_eq!(boundary("multipart/mixed; charset=utf-8; boundary=batch_1 ").as_deref(), Some("batch_1"));
        assert_eq!(boundary("multipart/mixed;Boundary=\"a b\"").as_deref(), Some("a b"));
        assert_eq!((boundary("multipart/mixed"), boundary("multipart/mixed; boundary=")), (None, None));
    }

    proptest! {
        #[test]
        fn hostile_bodies_never_panic(pieces in prop::collection::vec(prop::sample::select(vec![
            "--b", "--b--", "\r\n", "\n", "Content-Type: application/http", "GET /me HTTP/1.1", ":", " ", "ä", "{}"]), 0..40)) {
            let body = pieces.concat();
            for part in parts(body.as_bytes(), "b") {
                let _ = head(part);
            }
        }
    }
}
