//! Which headers of a batch hold for its parts.

use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::super::{BOTH, Bench};
use super::{answers, post};

/// In v2.0 the headers of the envelope apply to each part, but those of its content, and a part's own go before them.
#[test]
fn those_of_the_envelope_apply_to_each_part_in_v2() {
    for dialect in BOTH {
        let bench = Bench::new();
        for given in ["A", "B"] {
            bench.contact(dialect, "/me/contacts", json!({"givenName": given}));
        }
        let parts = json!({"requests": [
            {"id": "1", "method": "GET", "url": "/me/contacts"},
            {"id": "2", "method": "GET", "url": "/me/contacts", "headers": {"Prefer": "odata.maxpagesize=5"}},
        ]});
        let headers =
            [("content-type", "application/json"), ("prefer", "odata.continue-on-error, odata.maxpagesize=1")];
        let found = answers(&post(&bench, dialect, &headers, parts.to_string()));
        let shown = |id: &str| found[id]["body"]["value"].as_array().map(Vec::len);
        let expected = if dialect == Dialect::Outlook { (Some(1), Some(2)) } else { (Some(2), Some(2)) };
        assert_eq!((shown("1"), shown("2")), expected);
    }
}

#[test]
fn changes_are_tracked_by_the_envelopes_preference() {
    let (bench, dialect) = (Bench::new(), Dialect::Outlook);
    let headers = [
        ("content-type", "multipart/mixed; boundary=b"),
        ("prefer", "odata.track-changes"),
        ("accept", "application/json"),
    ];
    let part = "--b\r\nContent-Type: application/http\r\n\r\nGET /api/v2.0/me/contacts HTTP/1.1\r\n\r\n--b--\r\n";
    let found = answers(&post(&bench, dialect, &headers, part));
    assert!(matches!(&found["1"]["body"]["@odata.deltaLink"], Value::String(_)), "{found:?}");
}
