//! What a rule says: which requests it is about, which of those it hits, and what happens to them.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode};

use super::super::dialect::Dialect;
use super::draw::Times;

/// One rule of a plan.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rule {
    /// What it is called in the log.
    pub name: String,
    pub which: Which,
    pub when: When,
    pub fault: Fault,
}

/// Which requests a rule is about. What is not said is left open.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Which {
    pub methods: Vec<Method>,
    /// What paths start with, in small letters.
    pub path: Option<String>,
    pub kinds: Vec<Kind>,
    pub api: Option<Dialect>,
    pub of: Of,
}

/// Whether a rule is about requests, parts of batches, or both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Of {
    #[default]
    Requests,
    Parts,
    All,
}

/// Which of the requests that it is about a rule hits. All that is said must hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct When {
    pub nth: Option<u64>,
    pub every: Option<u64>,
    pub probability: Option<f64>,
    /// At most so many.
    pub times: Option<u64>,
    /// Draws by the number of the request rather than by the request.
    pub by_number: bool,
}

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) enum Fault {
    Latency(Times),
    /// A refusal; with `stored` after it was carried out.
    Answer {
        refusal: Refusal,
        stored: bool,
    },
    /// The token expires.
    Token,
    Lost,
    Late(Duration),
    Reset {
        stored: bool,
    },
    /// The body breaks off after so many bytes, or in the middle.
    Cut {
        bytes: Option<usize>,
        reset: bool,
    },
    Slow {
        chunk: usize,
        pause: Duration,
    },
    Dirt,
}

/// An answer in place of the sandbox's.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) struct Refusal {
    pub status: StatusCode,
    /// The code of a 429.
    pub throttle: Option<Throttle>,
    pub body: Body,
    pub retry_after: RetryAfter,
}

/// The codes that the service throttles with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Throttle {
    Concurrency,
    Requests,
    Objects,
}

/// What stands in a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox) enum Body {
    /// The service's own error.
    Service,
    Empty,
    /// A page of some proxy on the way.
    Html,
}

/// When to come again.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::sandbox) enum RetryAfter {
    Absent,
    /// Seconds, whole or with a fraction, as they are written.
    Seconds(String),
    /// The date so long from then.
    Date(Duration),
}

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A collection of contacts.
    Contacts,
    /// One contact, without what belongs to it.
    Contact,
    /// A photo or its bytes.
    Photo,
    /// A collection of folders.
    Folders,
    /// One folder.
    Folder,
    /// A count.
    Count,
    /// Changes since the last time.
    Delta,
    /// A batch.
    Batch,
    /// Whatever else.
    Other,
}

impl Kind {
    /// Every kind with its name.
    pub const ALL: [(&str, Kind); 9] = [
        ("contacts", Kind::Contacts),
        ("contact", Kind::Contact),
        ("photo", Kind::Photo),
        ("folders", Kind::Folders),
        ("folder", Kind::Folder),
        ("count", Kind::Count),
        ("delta", Kind::Delta),
        ("batch", Kind::Batch),
        ("other", Kind::Other),
    ];

    /// The kind of a path, from the version path on. Ids are opaque: what looks like one decides nothing.
    fn of(path: &str) -> Kind {
        let lower = path.to_ascii_lowercase();
        let mut kind = Kind::Other;
        let mut segments = lower.split('/').filter(|segment| !segment.is_empty()).peekable();
        // A user may be called anything.
        if segments.next_if_eq(&"users").is_some() {
            segments.next();
        }
        for segment in segments {
            let (name, keyed) = segment.split_once('(').map_or((segment, false), |(name, key)| (name, key != ")"));
            kind = match (name, kind) {
                ("$batch", _) => Kind::Batch,
                ("photo", Kind::Contact) | (_, Kind::Photo) => Kind::Photo,
                ("$count", _) => Kind::Count,
                ("delta" | "microsoft.graph.delta", Kind::Contacts | Kind::Folders) => Kind::Delta,
                ("contacts", Kind::Other | Kind::Folder) if keyed => Kind::Contact,
                ("contacts", Kind::Other | Kind::Folder) => Kind::Contacts,
                ("contactfolders" | "childfolders", Kind::Other | Kind::Folder) if keyed => Kind::Folder,
                ("contactfolders" | "childfolders", Kind::Other | Kind::Folder) => Kind::Folders,
                (_, Kind::Contacts) => Kind::Contact,
                (_, Kind::Folders) => Kind::Folder,
                (_, Kind::Contact | Kind::Folder) => Kind::Other,
                (_, kind) => kind,
            };
        }
        kind
    }
}

/// What is looked at of a request.
#[derive(Debug, Clone)]
pub(in crate::sandbox) struct Seen {
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// The path in small letters.
    path: String,
    pub kind: Kind,
    api: Option<Dialect>,
    pub part: bool,
    pub body: Bytes,
}

impl Seen {
    pub(in crate::sandbox) fn of(request: &Request<Bytes>, part: bool) -> Seen {
        let path = request.uri().path();
        let found = Dialect::of(path);
        Seen {
            method: request.method().clone(),
            target: request.uri().path_and_query().map(ToString::to_string).unwrap_or_default(),
            path: path.to_ascii_lowercase(),
            kind: Kind::of(found.map_or(path, |(_, rest)| rest)),
            api: found.map(|(api, _)| api),
            part,
            body: request.body().clone(),
        }
    }
}

impl Which {
    pub(super) fn is(&self, seen: &Seen) -> bool {
        let of = match self.of {
            Of::Requests => !seen.part,
            Of::Parts => seen.part,
            Of::All => true,
        };
        // What is no API (a page, a sign-in) meets only what names its path.
        let api = seen.api.is_some() || self.path.is_some();
        of && api
            && (self.methods.is_empty() || self.methods.contains(&seen.method))
            && self.path.as_ref().is_none_or(|path| seen.path.starts_with(path.as_str()))
            && (self.kinds.is_empty() || self.kinds.contains(&seen.kind))
            && self.api.is_none_or(|api| seen.api == Some(api))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_names_and_not_by_ids() {
        let table = [
            ("/me", Kind::Other),
            ("/me/contacts", Kind::Contacts),
            ("/Me/Contacts/", Kind::Contacts),
            ("/users/contacts/contacts", Kind::Contacts),
            ("/users('contacts')/contacts", Kind::Contacts),
            ("/me/contacts/AA=", Kind::Contact),
            ("/me/contacts('AA=')", Kind::Contact),
            ("/me/contacts('AA=')/photo/$value", Kind::Photo),
            ("/me/contacts/photo", Kind::Contact),
            ("/me/contacts/AA=/photo", Kind::Photo),
            ("/me/contacts/AA=/extensions/photo", Kind::Other),
            ("/me/contacts/$count", Kind::Count),
            ("/me/contacts/delta()", Kind::Delta),
            ("/me/contactFolders/F/contacts/delta", Kind::Delta),
            ("/me/contactFolders/microsoft.graph.delta", Kind::Delta),
            ("/me/contactFolders", Kind::Folders),
            ("/me/contactFolders('F')/childFolders", Kind::Folders),
            ("/me/contactFolders/F/childFolders/G", Kind::Folder),
            ("/me/contactFolders/F/contacts", Kind::Contacts),
            ("/$batch", Kind::Batch),
            ("/me/$batch", Kind::Batch),
        ];
        for (path, kind) in table {
            assert_eq!(Kind::of(path), kind, "{path}");
        }
    }
}
