//! What stands in an answer to delta: ids of either kind, and texts as lists show them.

use bytes::Bytes;
use cardferry::sandbox::Dialect;
use cardferry::sandbox::behaviour::{Behaviour, Behaviours};
use http::Request;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::super::{BOTH, Bench, Reply, dialect_name as name};
use super::{DELTA, get, start};

const GRAPH: Dialect = Dialect::Graph;

fn with_immutable_ids(bench: &Bench, url: &str) -> Reply {
    let request = Request::get(url).header("authorization", "Bearer t").header("prefer", "IdType=\"ImmutableId\"");
    bench.raw(request.body(Bytes::new()).unwrap())
}

fn lines(reply: &Reply) -> Vec<(Value, Value)> {
    let body = reply.json();
    let lines = body["value"].as_array().unwrap().iter();
    lines.map(|line| (line["id"].clone(), line["@removed"]["reason"].clone())).collect()
}

/// A client that knows contacts by their immutable ids is told of what left by these, from a link of either kind.
#[test]
fn what_left_has_its_immutable_id_where_such_ids_are_preferred() {
    let bench = Bench::new();
    let make = |given: &str| bench.contact(GRAPH, "/me/contacts", json!({"givenName": given}));
    let (gone, moved, back) = (make("Gone"), make("Moved"), make("Back"));
    let folder = bench.contact(GRAPH, "/me/contactFolders", json!({"displayName": "F"}));
    let first = with_immutable_ids(&bench, &start(GRAPH, "contacts"));
    let known: Vec<Value> = lines(&first).into_iter().map(|(id, _)| id).collect();
    let plain = get(&bench, GRAPH, &start(GRAPH, "contacts"), 10).json()[DELTA].as_str().unwrap().to_owned();
    let link = first.json()[DELTA].as_str().unwrap().to_owned();

    let to = |id: &str, folder: &str| {
        let moved = bench.send(GRAPH, "PATCH", &format!("/me/contacts/{id}"), Some(&json!({"parentFolderId": folder})));
        moved.json()["id"].as_str().unwrap().to_owned()
    };
    to(&moved, &folder);
    let away = to(&back, &folder);
    to(&away, "contacts");
    bench.send(GRAPH, "DELETE", &format!("/me/contacts/{gone}"), None);

    for link in [&link, &plain] {
        let told = lines(&with_immutable_ids(&bench, link));
        let changed = json!("changed");
        assert_eq!(
            told,
            [
                (known[1].clone(), changed.clone()),
                (known[2].clone(), changed),
                (known[2].clone(), Value::Null),
                (known[0].clone(), json!("deleted")),
            ]
        );
    }
    let told = lines(&get(&bench, GRAPH, &link, 10));
    assert_eq!((&told[0].0, &told[3].0), (&json!(moved), &json!(gone)), "ordinary ids for who prefers none");
    let there = start(GRAPH, &format!("contactFolders/{folder}/contacts"));
    assert_eq!(lines(&with_immutable_ids(&bench, &there)), [(known[1].clone(), Value::Null)]);
}

#[test]
fn a_store_of_an_earlier_layout_tells_what_had_left_by_the_last_number_that_it_knows() {
    let mut bench = Bench::new();
    let id = bench.contact(GRAPH, "/me/contacts", json!({"givenName": "A"}));
    let first = with_immutable_ids(&bench, &start(GRAPH, "contacts"));
    bench.send(GRAPH, "DELETE", &format!("/me/contacts/{id}"), None);
    let store = bench.store();
    let other = tempfile::tempdir().unwrap();
    bench.sandbox = super::super::open(&other.path().join("other.db"), &bench.clock);
    super::super::quotas::uncounted(&store);
    let old = "ALTER TABLE contact_removal DROP COLUMN born; PRAGMA user_version = 4;";
    rusqlite::Connection::open(&store).unwrap().execute_batch(old).unwrap();
    bench.sandbox = super::super::open(&store, &bench.clock);
    let told = lines(&with_immutable_ids(&bench, first.json()[DELTA].as_str().unwrap()));
    assert_eq!(told, [(lines(&first)[0].0.clone(), json!("deleted"))]);
}

#[test]
fn long_notes_are_cut_as_in_lists() {
    for (cuts, expected) in [(true, 256), (false, 301)] {
        let bench = Bench::new();
        bench.sandbox.set_behaviours(Behaviours::default().with(Behaviour::CutNotes, cuts));
        for dialect in BOTH {
            let notes = format!("\n{}", "x".repeat(300));
            bench.contact(dialect, "/me/contacts", json!({"givenName": "A", "personalNotes": notes}));
            let told = get(&bench, dialect, &start(dialect, "contacts"), 10).json();
            let listed = bench.get(dialect, "/me/contacts").json();
            for answer in [told, listed] {
                let shown = answer["value"][0][name(dialect, "personalNotes")].as_str().unwrap();
                assert_eq!(shown.chars().count(), expected);
            }
        }
    }
}
