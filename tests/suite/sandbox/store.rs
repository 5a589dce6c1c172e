//! The store: it lasts, and one process has it.

use cardferry::sandbox::{Dialect, OpenError, Opened, Sandbox, Server, Settings};
use pretty_assertions::assert_eq;
use serde_json::json;

use super::{Bench, jpeg, open};

#[test]
fn what_was_written_is_there_after_a_restart() {
    let mut bench = Bench::new();
    let folder = bench.contact(Dialect::Graph, "/me/contactFolders", json!({"displayName": "F"}));
    let id =
        bench.contact(Dialect::Outlook, &format!("/me/contactFolders/{folder}/contacts"), json!({"givenName": "A"}));
    let url = format!("/me/contactFolders/{folder}/contacts/{id}");
    bench.send_as(Dialect::Graph, "PUT", &format!("{url}/photo/$value"), &[("content-type", "image/jpeg")], jpeg(5, 6));
    let before = bench.get(Dialect::Graph, &url);
    let store = bench.store();
    let second = tempfile::tempdir().unwrap();
    // The bench needs some sandbox while the first one is closed.
    bench.sandbox = open(&second.path().join("other.db"), &bench.clock);
    assert_eq!(bench.get(Dialect::Graph, &url).status, 404);
    bench.sandbox = open(&store, &bench.clock);
    assert_eq!(bench.get(Dialect::Graph, &url).json(), before.json());
    assert_eq!(bench.get(Dialect::Graph, &format!("{url}/photo/$value")).body, jpeg(5, 6));
    let new = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "B"}));
    assert_ne!(new, id);
}

/// What a process that dies at once leaves behind is what the files hold while the store is open.
#[test]
fn what_was_answered_survives_the_death_of_the_process() {
    let bench = Bench::new();
    let after = tempfile::tempdir().unwrap();
    let copy = after.path().join("book.db");
    for round in 1..=3 {
        bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
        for ending in ["", "-wal"] {
            let end = |path: &std::path::Path| std::path::PathBuf::from(format!("{}{ending}", path.display()));
            std::fs::copy(end(&bench.store()), end(&copy)).unwrap();
        }
        let mut survivor = Bench::new();
        survivor.sandbox = open(&copy, &survivor.clock);
        assert_eq!(survivor.get(Dialect::Graph, "/me/contacts/$count").body, round.to_string());
        let listed = survivor.get(Dialect::Graph, "/me/contacts?$top=1000").json();
        assert_eq!(listed["value"].as_array().unwrap().len(), round);
    }
}

#[test]
fn equal_seeds_and_equal_requests_give_equal_answers() {
    let run = || {
        let bench = Bench::new();
        bench.send(Dialect::Graph, "POST", "/me/contacts", Some(&json!({"givenName": "A"}))).body
    };
    assert_eq!(run(), run());
}

#[test]
fn the_second_to_open_a_store_learns_where_it_is_served() {
    let bench = Bench::new();
    let again = || match Sandbox::open(&bench.store(), Settings::default()).unwrap() {
        Opened::Here(_) => panic!("one store was opened twice"),
        Opened::Elsewhere { url } => url,
    };
    assert_eq!(again(), None);
    bench.runtime.block_on(async {
        let server = Server::bind(bench.sandbox.clone(), 0).await.unwrap();
        let url = server.url().to_owned();
        assert_eq!(again(), Some(url));
        server.run(std::future::ready(())).await.unwrap();
        assert_eq!(again(), None);
    });
}

#[test]
fn a_file_that_is_no_store_is_refused_and_stays_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notes.txt");
    std::fs::write(&path, "these are notes, and longer than the header of a database is: ".repeat(40)).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = Sandbox::open(&path, Settings::default()).err().unwrap();
    assert!(matches!(error, OpenError::Store { .. }));
    assert!(error.to_string().contains("notes.txt"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let missing = Sandbox::open(&dir.path().join("no/such/dir.db"), Settings::default()).err().unwrap();
    assert!(matches!(missing, OpenError::Lock { .. }), "{missing}");
}

#[test]
fn parallel_writers_lose_nothing() {
    let bench = Bench::new();
    let workers: Vec<_> = (0..8)
        .map(|worker| {
            let sandbox = bench.sandbox.clone();
            bench.runtime.spawn(async move {
                for at in 0..25 {
                    let body = json!({"givenName": format!("{worker}-{at}")}).to_string();
                    let request = http::Request::builder()
                        .method("POST")
                        .uri("http://x.test/v1.0/me/contacts")
                        .header("authorization", "Bearer t")
                        .header("content-type", "application/json");
                    let reply = sandbox.handle(request.body(bytes::Bytes::from(body)).unwrap()).await;
                    assert_eq!(reply.status(), 201);
                }
            })
        })
        .collect();
    for worker in workers {
        bench.runtime.block_on(worker).unwrap();
    }
    assert_eq!(bench.get(Dialect::Graph, "/me/contacts/$count").body, "200");
    let body = bench.get(Dialect::Graph, "/me/contacts?$top=1000&$select=givenName").json();
    let mut names: Vec<&str> =
        body["value"].as_array().unwrap().iter().map(|one| one["givenName"].as_str().unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 200);
}
