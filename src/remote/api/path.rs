//! Resource paths below a mailbox.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::remote::endpoint::{Endpoint, Owner};

/// A contact folder's id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FolderId(pub String);

/// Where contacts are: the default folder, or a folder reached through its parents, outermost first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Place(pub Vec<FolderId>);

/// What stays as it is in a path segment: RFC 3986's unreserved characters and the `=` that ids end in.
const SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'=').remove(b'@');

/// One path segment, percent-encoded.
pub(super) fn segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// A text as an OData key in parentheses and quotes.
pub(super) fn key(text: &str) -> String {
    format!("('{}')", segment(&text.replace('\'', "''")))
}

/// The mailbox: `…/me` or `…/users/{id}`.
pub(super) fn mailbox(endpoint: &Endpoint) -> String {
    match &endpoint.owner {
        Owner::Me => format!("{}/me", endpoint.base()),
        Owner::User(user) => format!("{}/users/{}", endpoint.base(), segment(user)),
    }
}

/// The folders of a place: the top ones, or a folder's own.
pub(super) fn folders(endpoint: &Endpoint, place: &Place) -> String {
    match place.0.as_slice() {
        [] => format!("{}/contactFolders", mailbox(endpoint)),
        _ => format!("{}/childFolders", folder(endpoint, place)),
    }
}

/// One folder, through its parents.
pub(super) fn folder(endpoint: &Endpoint, place: &Place) -> String {
    let mut path = mailbox(endpoint);
    for (depth, FolderId(id)) in place.0.iter().enumerate() {
        path.push_str(if depth == 0 { "/contactFolders/" } else { "/childFolders/" });
        path.push_str(&segment(id));
    }
    path
}

/// The contacts of a place.
pub(super) fn contacts(endpoint: &Endpoint, place: &Place) -> String {
    format!("{}/contacts", folder(endpoint, place))
}
