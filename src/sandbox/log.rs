//! The request log: the last requests with what came of them, kept in memory alone.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use http::{Method, Uri};
use jiff::Timestamp;
use serde_json::{Value, json};

/// How many requests are remembered.
pub const KEPT: usize = 1000;

/// The longest path that is remembered whole.
const LONGEST_PATH: usize = 2000;

/// One request and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number since the sandbox was opened, from 1; parts of batches have numbers of their own.
    pub number: u64,
    /// When it came.
    pub at: Timestamp,
    /// Its method.
    pub method: Method,
    /// Its path and query. Query options that may hold a token or a secret are shown without their values.
    pub path: String,
    /// Whether it came as part of a batch.
    pub part: bool,
    /// The status it was answered with; none when the line broke before the answer.
    pub status: Option<u16>,
    /// How long it took until there was an answer, in milliseconds by the sandbox's clock.
    pub milliseconds: u64,
    /// How long its body was, in bytes.
    pub received: usize,
    /// How long the answer's body was, in bytes, as far as it was sent.
    pub sent: usize,
    /// The fault or limit that hit it.
    pub fault: Option<String>,
}

impl Entry {
    /// As the control endpoint shows it.
    pub(super) fn json(&self) -> Value {
        json!({
            "number": self.number,
            "at": self.at.to_string(),
            "method": self.method.as_str(),
            "path": self.path,
            "part": self.part,
            "status": self.status,
            "milliseconds": self.milliseconds,
            "received": self.received,
            "sent": self.sent,
            "fault": self.fault,
        })
    }
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<VecDeque<Entry>>);

impl Log {
    pub(super) fn add(&self, entry: Entry) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        kept.push_back(entry);
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

/// Words in the names of query options whose values are not shown.
const SECRETS: [&str; 6] = ["token", "secret", "code", "assertion", "password", "key"];

/// A request's path and query for the log.
pub(super) fn path_of(uri: &Uri) -> String {
    let mut shown = uri.path().to_owned();
    for (at, option) in uri.query().into_iter().flat_map(|query| query.split('&')).enumerate() {
        shown.push(if at == 0 { '?' } else { '&' });
        let name = option.split('=').next().unwrap_or_default();
        let folded = name.to_ascii_lowercase();
        if SECRETS.iter().any(|word| folded.contains(word)) {
            shown.push_str(name);
            shown.push_str("=…");
        } else {
            shown.push_str(option);
        }
    }
    match shown.char_indices().nth(LONGEST_PATH) {
        Some((at, _)) => shown[..at].to_owned() + "…",
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_is_shown() {
        let shown = |text: &str| path_of(&text.parse().unwrap());
        assert_eq!(shown("/v1.0/me/contacts?$top=2&$skiptoken=abc&x"), "/v1.0/me/contacts?$top=2&$skiptoken=…&x");
        assert_eq!(shown("/x?%24deltaToken=abc&code=1&client_secret=2"), "/x?%24deltaToken=…&code=…&client_secret=…");
        assert_eq!(shown("http://h.example/v1.0"), "/v1.0");
        assert_eq!(shown(&format!("/{}", "a".repeat(5000))).chars().count(), LONGEST_PATH + 1);
    }
}
