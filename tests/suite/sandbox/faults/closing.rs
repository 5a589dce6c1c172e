//! What is still on its way when a store closes.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::super::Bench;
use super::{asks, bench, plan, still};

/// Makes a request, closes the store with it on its way, opens that again and counts the contacts.
fn after_closing(path: &str, body: &str) -> String {
    let bench = bench(still(), plan(1, &["late,method=POST"]));
    bench.runtime.block_on(bench.sandbox.carry(asks("POST", path, body))).unwrap_err();
    let Bench { sandbox, clock, runtime, dir } = bench;
    drop((sandbox, runtime));
    let again = crate::sandbox::open(&dir.path().join("book.db"), &clock);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let counted = runtime.block_on(again.handle(asks("GET", "/v1.0/me/contacts/$count", "")));
    String::from_utf8(counted.into_body().to_vec()).unwrap()
}

/// A batch of creates whose ids and dependencies are these; the one of id 3 fails.
fn batch(parts: &[(&str, &[&str])]) -> String {
    let part = |(id, on): &(&str, &[&str])| {
        let body = if *id == "3" { json!({"sandwich": 1}) } else { json!({"givenName": id}) };
        json!({"id": id, "method": "POST", "url": "/me/contacts", "dependsOn": on, "body": body,
            "headers": {"content-type": "application/json"}})
    };
    json!({"requests": parts.iter().map(part).collect::<Vec<_>>()}).to_string()
}

#[test]
fn what_is_on_its_way_when_the_store_closes_arrives_before() {
    assert_eq!(after_closing("/v1.0/me/contacts", "{\"givenName\": \"Ada\"}"), "1");
}

#[test]
fn so_do_the_parts_of_a_batch_with_what_depends_on_them() {
    let many: Vec<String> = (10..30).map(|id| id.to_string()).collect();
    let many: Vec<(&str, &[&str])> = many.iter().map(|id| (id.as_str(), &[][..])).collect();
    assert_eq!(after_closing("/v1.0/$batch", &batch(&many)), "20");
    let chain = [("1", &[][..]), ("2", &["1"][..]), ("3", &[]), ("4", &["3"]), ("5", &["4"]), ("6", &["2"])];
    assert_eq!(after_closing("/v1.0/$batch", &batch(&chain)), "3");
}
