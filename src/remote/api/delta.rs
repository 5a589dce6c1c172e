//! Delta: what changed in a folder, or among the folders, since a token was given out.
//!
//! Graph has a function for it (`…/contacts/delta`); Outlook REST v2.0 answers its ordinary lists so where each request
//! prefers `odata.track-changes`. Neither takes `$filter`, `$orderby`, `$search` or `$top`.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};
use url::Url;

use super::path::{self, Place};
use super::query::Query;
use super::{ServiceError, object, plain};
use crate::formats::exchange::Dialect;
use crate::remote::endpoint::Endpoint;

const TRACK_CHANGES: &str = "odata.track-changes";

/// One page of a walk.
#[derive(Debug, Clone, PartialEq)]
pub struct DeltaPage {
    /// What is new or changed, whole.
    pub changed: Vec<Map<String, Value>>,
    /// What left.
    pub removed: Vec<Removed>,
    /// Where the walk goes on.
    pub link: Link,
}

/// Something that left the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Its id, as it was there.
    pub id: String,
    /// Why: `deleted`, or `changed` for what still exists elsewhere.
    pub reason: String,
}

/// Where a walk goes on. A link is followed as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// There is more of this walk.
    Next(String),
    /// The walk is over; here begins the next one.
    Delta(String),
}

/// `GET …/contacts/delta`, in v2.0 `GET …/contacts`: the first page of a folder's contacts. `select` names properties
/// in the dialect's spelling, none for all; `page` is the most entries on a page.
pub fn contacts(endpoint: &Endpoint, place: &Place, select: Vec<&'static str>, page: u32) -> Request<Bytes> {
    first(endpoint, path::contacts(endpoint, place), select, page)
}

/// `GET …/contactFolders/delta`, in v2.0 `GET …/contactFolders`: the first page of the folders below a place.
pub fn folders(endpoint: &Endpoint, place: &Place, page: u32) -> Request<Bytes> {
    first(endpoint, path::folders(endpoint, place), Vec::new(), page)
}

fn first(endpoint: &Endpoint, mut url: String, select: Vec<&'static str>, page: u32) -> Request<Bytes> {
    url.push_str(endpoint.dialect.pick(("/delta", "")));
    url.push_str(&Query { select, ..Query::default() }.text(endpoint.dialect));
    preferring(plain(http::Method::GET, url), endpoint.dialect, page)
}

/// The same request with the preferences that each request of a walk has.
pub fn preferring(mut request: Request<Bytes>, dialect: Dialect, page: u32) -> Request<Bytes> {
    let headers = request.headers_mut();
    if dialect == Dialect::Outlook {
        headers.append("prefer", HeaderValue::from_static(TRACK_CHANGES));
    }
    if let Ok(size) = HeaderValue::try_from(format!("odata.maxpagesize={page}")) {
        headers.append("prefer", size);
    }
    request
}

/// Whether the service says that it tracks changes. In v2.0 it must, or the answer is an ordinary list.
pub fn is_tracked(answer: &Response<Bytes>) -> bool {
    let applied = answer.headers().get_all("preference-applied").iter().filter_map(|value| value.to_str().ok());
    applied.flat_map(|value| value.split([',', ';'])).any(|part| part.trim().eq_ignore_ascii_case(TRACK_CHANGES))
}

/// Whether the service has forgotten where the walk was, so that it must start over (410; codes by Graph's "Error
/// responses" and as others met them).
pub fn is_forgotten(error: &ServiceError) -> bool {
    let codes = ["SyncStateNotFound", "SyncStateInvalid", "ResyncRequired"];
    error.status == StatusCode::GONE || codes.iter().any(|code| error.is(code))
}

/// Reads a page.
///
/// # Errors
/// What is wrong with the answer.
pub fn page(body: &[u8]) -> Result<DeltaPage, String> {
    let mut answer = object(body)?;
    let mut link = |name: &str| match answer.remove(name) {
        Some(Value::String(link)) => Some(link),
        _ => None,
    };
    let link = match (link("@odata.nextLink"), link("@odata.deltaLink")) {
        (Some(link), _) => Link::Next(link),
        // A page of v2.0's documentation prints links with a skip token under this name, while there is more.
        (None, Some(link)) if has_skip_token(&link) => Link::Next(link),
        (None, Some(link)) => Link::Delta(link),
        (None, None) => return Err("it has no link to go on with".into()),
    };
    let Some(Value::Array(values)) = answer.remove("value") else { return Err("it has no list \"value\"".into()) };
    let mut page = DeltaPage { changed: Vec::new(), removed: Vec::new(), link };
    for value in values {
        let Value::Object(entry) = value else {
            return Err("the list \"value\" holds something that is no object".into());
        };
        match removed(&entry) {
            Some(removed) => page.removed.push(removed?),
            None => page.changed.push(entry),
        }
    }
    Ok(page)
}

fn has_skip_token(link: &str) -> bool {
    let query = Url::parse(link).ok().and_then(|url| url.query().map(str::to_owned)).unwrap_or_default();
    query.split('&').any(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        percent_decode_str(name).decode_utf8_lossy().eq_ignore_ascii_case("$skiptoken")
    })
}

/// An entry that says that something left: Graph's `@removed`, or v2.0's `reason` beside an id such as `Contacts('…')`.
fn removed(entry: &Map<String, Value>) -> Option<Result<Removed, String>> {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let reason = match (entry.get("@removed"), entry.get("reason")) {
        (Some(removed), _) => text(removed.get("reason")),
        // Only entries that left have a lower-case id in v2.0.
        (None, Some(reason)) if entry.contains_key("id") && !entry.contains_key("Id") => text(Some(reason)),
        _ => return None,
    };
    let id = text(entry.get("id").or_else(|| entry.get("Id")));
    if id.is_empty() {
        return Some(Err("an entry that was removed has no id".into()));
    }
    let quoted = id.strip_suffix("')").and_then(|rest| rest.rsplit_once("('"));
    let id = quoted.map_or_else(|| id.clone(), |(_, key)| key.replace("''", "'"));
    Some(Ok(Removed { id, reason }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_what_left_are_read() {
        let body = br#"{"value":[{"id":"A","@removed":{"reason":"changed"}},{"id":"B","givenName":"b"},
            {"@odata.context":"x/$deletedEntity","id":"Contacts('it''s')","reason":"deleted"},{"Id":"D","reason":"a property"},
            {"id":"https://x/api/v2.0/Users('u')/Contacts('E')","reason":"deleted"}],
            "@odata.deltaLink":"https://x/y?%24deltatoken=1"}"#;
        let page = page(body).unwrap();
        let removed: Vec<_> = page.removed.iter().map(|one| (one.id.as_str(), one.reason.as_str())).collect();
        assert_eq!(removed, [("A", "changed"), ("it's", "deleted"), ("E", "deleted")]);
        assert_eq!(page.changed.len(), 2);
        assert_eq!(page.link, Link::Delta("https://x/y?%24deltatoken=1".into()));
    }

    #[test]
    fn a_skip_token_means_that_there_is_more_whatever_its_link_is_called() {
        for (body, more) in [
            (r#"{"value":[],"@odata.nextLink":"https://x/y?$skiptoken=1"}"#, true),
            (r#"{"value":[],"@odata.deltaLink":"https://x/y?a=b&%24skipToken=1"}"#, true),
            (r#"{"value":[],"@odata.deltaLink":"https://x/y?$deltatoken=$skiptoken"}"#, false),
        ] {
            assert_eq!(matches!(page(body.as_bytes()).unwrap().link, Link::Next(_)), more, "{body}");
        }
        for body in [
            "{}",
            r#"{"value":[]}"#,
            r#"{"@odata.deltaLink":"x"}"#,
            r#"{"value":[1],"@odata.deltaLink":"x"}"#,
            r#"{"value":[{"@removed":{}}],"@odata.deltaLink":"x"}"#,
        ] {
            assert!(page(body.as_bytes()).is_err(), "{body}");
        }
    }
}
