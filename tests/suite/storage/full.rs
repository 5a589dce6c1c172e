//! A disk that is full, and files that are damaged.

use std::collections::BTreeSet;
use std::path::Path;

use bytes::Bytes;
use cardferry::sandbox::{Sandbox, Settings};
use futures_util::future::join_all;
use http::Request;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{Client, Server};
use crate::cli::Stage;
use crate::sandbox::BOTH;
use crate::sandboxed;

/// Requests that are sent at once, so that several of them stand in one transaction.
const AT_ONCE: usize = 8;

fn open(store: &Path, pages: Option<u32>) -> Sandbox {
    sandboxed::open(store, &Settings { pages, seed: Some(7), ..Settings::default() })
}

async fn send(sandbox: &Sandbox, method: &str, path: &str, body: String) -> (u16, Value) {
    let request = Request::builder().method(method).uri(format!("http://x/v1.0/me/contacts{path}"));
    let request = request.header("authorization", "Bearer t").header("content-type", "application/json");
    let request = request.body(Bytes::from(body)).unwrap();
    let answer = sandbox.handle(request).await;
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap_or_default())
}

/// The id, if there was room for it.
async fn create(sandbox: &Sandbox, name: &str) -> Option<String> {
    let body = json!({"givenName": name, "personalNotes": "n".repeat(3000)}).to_string();
    let (status, body) = send(sandbox, "POST", "", body).await;
    match status {
        201 => Some(body["id"].as_str().unwrap().to_owned()),
        _ => {
            assert_eq!((status, body["error"]["code"].as_str()), (507, Some("ErrorQuotaExceeded")));
            None
        }
    }
}

async fn listed(sandbox: &Sandbox) -> BTreeSet<String> {
    let (status, body) = send(sandbox, "GET", "?$top=1000&$select=id", String::new()).await;
    assert_eq!(status, 200);
    body["value"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn on_a_full_disk_what_was_answered_stays_and_room_is_used_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("book.db");
    Runtime::new().unwrap().block_on(async {
        let sandbox = open(&store, Some(120));
        let mut kept = BTreeSet::new();
        let mut refused = 0;
        for round in 0..1000 {
            let names: Vec<String> = (0..AT_ONCE).map(|at| format!("{round} {at}")).collect();
            let made = join_all(names.iter().map(|name| create(&sandbox, name))).await;
            refused = made.iter().filter(|id| id.is_none()).count();
            kept.extend(made.into_iter().flatten());
            if refused == AT_ONCE {
                break;
            }
        }
        assert_eq!(refused, AT_ONCE, "the disk was never full");
        assert!(kept.len() > 50, "too little found room: {}", kept.len());
        assert_eq!(listed(&sandbox).await, kept);
        let room = kept.iter().take(AT_ONCE).cloned().collect::<Vec<_>>();
        for id in &room {
            // Keeping in mind that it went may itself want room.
            match send(&sandbox, "DELETE", &format!("/{id}"), String::new()).await.0 {
                204 => assert!(kept.remove(id)),
                status => assert_eq!(status, 507),
            }
        }
        kept.insert(create(&sandbox, "again").await.expect("there is room again"));
        assert_eq!(listed(&sandbox).await, kept);
        drop(sandbox);
        let larger = open(&store, None);
        kept.extend(join_all(["a", "b", "c"].map(|name| create(&larger, name))).await.into_iter().flatten());
        assert_eq!(listed(&larger).await, kept);
    });
}

#[test]
fn a_damaged_store_stops_the_server_and_stays_as_it_is() {
    let stage = Stage::new();
    let server = Server::start(&stage);
    Client::new(&server.address, BOTH[0]).unwrap().create("Ann").unwrap();
    drop(server);
    // Only a program that opens it alone brings the newest changes from beside it into the file.
    stage.run(&["export", "--from", "sandbox", "-o", "out.vcf"]).exits(0);
    let whole = stage.read("home/sandbox.db");
    let mut no_head = whole.clone();
    no_head[..16].fill(b'x');
    let mut no_tables = whole.clone();
    no_tables[100..4096].fill(0xee);
    let short = whole[..whole.len().min(1000)].to_vec();
    for (what, damaged) in [("head", no_head), ("tables", no_tables), ("short", short)] {
        stage.write("home/sandbox.db", &damaged);
        for args in [&["sandbox", "serve", "--port", "0"][..], &["export", "--from", "sandbox", "-o", "out.vcf"]] {
            stage.run(args).stops(1, &["sandbox.db", "name another file"]);
            assert!(stage.read("home/sandbox.db") == damaged, "{what}: the file was changed");
        }
    }
    stage.write("home/sandbox.db", &whole);
    stage.run(&["export", "--from", "sandbox", "-o", "out.vcf"]).exits(0);
    assert!(stage.text("out.vcf").contains("Ann"));
}
