//! What left long ago is forgotten, and who would have to be told of it starts over.

use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::super::Bench;
use super::{DELTA, NEXT, get, start};

const GRAPH: Dialect = Dialect::Graph;

/// Does something to the store's tables while it is closed.
fn between<T>(bench: &mut Bench, work: impl FnOnce(&rusqlite::Connection) -> T) -> T {
    let other = tempfile::tempdir().unwrap();
    let store = bench.store();
    bench.sandbox = super::super::open(&other.path().join("other.db"), &bench.clock);
    let done = work(&rusqlite::Connection::open(&store).unwrap());
    bench.sandbox = super::super::open(&store, &bench.clock);
    done
}

/// As if so many changes had been made.
fn many_changes_later(bench: &mut Bench) {
    between(bench, |store| store.execute("UPDATE counter SET value = value + 300000", []).unwrap());
}

fn page(bench: &Bench, link: &str, size: usize) -> Value {
    let reply = get(bench, GRAPH, link, size);
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

fn link(page: &Value) -> String {
    page.get(NEXT).or(page.get(DELTA)).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn what_left_is_remembered_for_a_number_of_changes() {
    let mut bench = Bench::new();
    let make = |bench: &Bench, given: &str| bench.contact(GRAPH, "/me/contacts", json!({"givenName": given}));
    let delete = |bench: &Bench, id: &str| bench.send(GRAPH, "DELETE", &format!("/me/contacts/{id}"), None);
    let (a, b, c) = (make(&bench, "A"), make(&bench, "B"), make(&bench, "C"));
    let folder = bench.contact(GRAPH, "/me/contactFolders", json!({"displayName": "F"}));
    let old = link(&page(&bench, &start(GRAPH, "contacts"), 50));
    make(&bench, "D");
    delete(&bench, &a);
    bench.send(GRAPH, "DELETE", &format!("/me/contactFolders/{folder}"), None);
    many_changes_later(&mut bench);
    make(&bench, "E");

    // Nothing has left since: who comes now is told everything still.
    let half = link(&page(&bench, &old, 1));
    let whole = page(&bench, &old, 50);
    assert_eq!(whole["value"].as_array().unwrap().len(), 3);
    let half_of_all = link(&page(&bench, &start(GRAPH, "contacts"), 1));
    let recent = link(&whole);
    delete(&bench, &b);

    for forgotten in [&old, &half] {
        let reply = get(&bench, GRAPH, forgotten, 50);
        assert_eq!((reply.status, reply.code()), (410, "SyncStateNotFound".into()));
    }
    let told = page(&bench, &recent, 50);
    assert_eq!(told["value"][0]["id"], json!(b), "who came lately learns of it");
    let rest = page(&bench, &half_of_all, 50);
    assert_eq!(rest["value"].as_array().unwrap().len(), 3, "a walk through everything needs nothing that left");
    assert_eq!(page(&bench, &start(GRAPH, "contacts"), 50)["value"][0]["id"], json!(c));
    let left: [i64; 2] = between(&mut bench, |store| {
        let count =
            |table: &str| store.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        [count("contact_removal"), count("folder_removal")]
    });
    assert_eq!(left, [1, 0]);
}
