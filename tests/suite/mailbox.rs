//! The loop over one mailbox: retries, lost answers, pages, links that lead away.

use std::sync::Arc;
use std::time::Duration;

use cardferry::model::identity::Key;
use cardferry::remote::api::{Place, Query};
use cardferry::remote::{RemoteError, Sent};
use serde_json::Map;

use crate::scripted::{Line, Script, StillClock, answer, mailbox};

const CONTACTS: &str = "/v1.0/me/contacts";

fn key() -> Key {
    "00112233445566778899aabbccddeeff".parse().unwrap()
}

async fn create(script: &Arc<Script>, clock: &Arc<StillClock>) -> Result<(String, bool), RemoteError> {
    let created = mailbox(script, clock).create(&Place::default(), &Map::new(), key()).await;
    created.map(|created| (created.id, created.found))
}

fn posts(script: &Script) -> usize {
    script.asked().iter().filter(|asked| asked.starts_with("POST")).count()
}

#[tokio::test]
async fn a_create_is_one_request() {
    let (script, clock) = (Script::of([answer(201, r#"{"id":"A"}"#)]), Arc::default());
    assert_eq!(create(&script, &clock).await.unwrap(), ("A".into(), false));
    assert_eq!(script.asked(), [format!("POST {CONTACTS}")]);
}

#[tokio::test]
async fn a_lost_answer_is_looked_for_and_not_sent_again() {
    let script = Script::of([
        Line::Broken(Sent::Maybe),
        answer(200, r#"{"value":[]}"#),
        answer(200, r#"{"value":[{"id":"LATE"}]}"#),
    ]);
    assert_eq!(create(&script, &Arc::default()).await.unwrap(), ("LATE".into(), true));
    assert_eq!(posts(&script), 1);
}

#[tokio::test]
async fn a_create_that_was_lost_on_the_way_is_sent_again_after_two_looks() {
    let nothing = || answer(200, r#"{"value":[]}"#);
    for lost in [answer(503, ""), answer(500, "<html>"), answer(201, "cut"), Line::Broken(Sent::Maybe)] {
        let script = Script::of([lost, nothing(), nothing(), answer(201, r#"{"id":"A"}"#)]);
        assert_eq!(create(&script, &Arc::default()).await.unwrap(), ("A".into(), false));
        assert_eq!(posts(&script), 2);
    }
}

#[tokio::test]
async fn the_last_attempt_is_looked_for_too() {
    let nothing = || answer(200, r#"{"value":[]}"#);
    let lost = (1..7).flat_map(|_| [Line::Broken(Sent::Maybe), nothing(), nothing()]);
    let last = [Line::Broken(Sent::Maybe), answer(200, r#"{"value":[{"id":"A"}]}"#)];
    let script = Script::of([nothing()].into_iter().chain(lost).chain(last));
    let mailbox = mailbox(&script, &Arc::default());
    mailbox.folders(&Place::default()).await.unwrap();
    let created = mailbox.create(&Place::default(), &Map::new(), key()).await.unwrap();
    assert_eq!((created.id.as_str(), created.found), ("A", true));
    assert_eq!(posts(&script), 7);
}

#[tokio::test]
async fn a_throttled_create_waits_as_long_as_it_is_told_and_needs_no_look() {
    let throttled = Line::Answer(429, &[("retry-after", "2.5")], String::new());
    let (script, clock) = (Script::of([throttled, answer(201, r#"{"id":"A"}"#)]), Arc::default());
    assert_eq!(create(&script, &clock).await.unwrap(), ("A".into(), false));
    assert_eq!(clock.slept(), Duration::from_millis(2500));
    assert_eq!(posts(&script), 2);
}

#[tokio::test]
async fn a_refusal_is_about_one_request_and_a_missing_right_is_not() {
    let refused = answer(400, r#"{"error":{"code":"ErrorInvalidProperty","message":"No."}}"#);
    let error = create(&Script::of([refused]), &Arc::default()).await.unwrap_err();
    assert!(error.is_about_one_request());
    assert_eq!(error.to_string(), "the server answers 400 ErrorInvalidProperty: No.");
    for status in [401, 403] {
        let error = create(&Script::of([answer(status, "")]), &Arc::default()).await.unwrap_err();
        assert!(matches!(error, RemoteError::NotAuthorised(_)) && !error.is_about_one_request());
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_soon_and_one_that_went_away_later() {
    let gone = |times| (0..times).map(|_| Line::Broken(Sent::No));
    let clock = Arc::default();
    let error = create(&Script::of(gone(2)), &clock).await.unwrap_err();
    assert!(matches!(error, RemoteError::Unavailable { attempts: 2, .. }), "{error}");
    assert!(clock.slept() < Duration::from_secs(2));

    let script = Script::of([answer(200, r#"{"value":[]}"#)].into_iter().chain(gone(7)));
    let mailbox = mailbox(&script, &Arc::default());
    mailbox.folders(&Place::default()).await.unwrap();
    let error = mailbox.folders(&Place::default()).await.unwrap_err();
    assert!(matches!(error, RemoteError::Unavailable { attempts: 7, .. }), "{error}");
}

#[tokio::test]
async fn pages_are_followed_to_the_last_one_even_through_an_empty_one() {
    let next = |items: &str, page: u8| {
        answer(
            200,
            &format!(r#"{{"value":[{items}],"@odata.nextLink":"https://mail.example/v1.0/me/contacts?$skip={page}"}}"#),
        )
    };
    let script = Script::of([next(r#"{"id":"1"}"#, 1), next("", 2), answer(200, r#"{"value":[{"id":"2"}]}"#)]);
    let mailbox = mailbox(&script, &Arc::default());
    let mut pages = mailbox.contacts(&Place::default(), &Query::default());
    let mut items = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        items.extend(page.into_iter().map(|item| item["id"].as_str().unwrap().to_owned()));
    }
    assert_eq!(items, ["1", "2"]);
}

#[tokio::test]
async fn a_link_to_another_server_is_not_followed() {
    for link in
        ["https://evil.example/v1.0/me/contacts", "http://mail.example/v1.0/me/contacts", "https://mail.example:8443/x"]
    {
        let script = Script::of([answer(200, &format!(r#"{{"value":[],"@odata.nextLink":"{link}"}}"#))]);
        let mailbox = mailbox(&script, &Arc::default());
        let error = mailbox.contacts(&Place::default(), &Query::default()).next().await.unwrap_err();
        assert!(matches!(error, RemoteError::ForeignLink { .. }), "{link}: {error}");
        assert_eq!(script.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_lying_server_gets_no_further() {
    let itself = r#"{"value":[],"@odata.nextLink":"https://mail.example/v1.0/me/contacts"}"#;
    for (body, says) in
        [("<html>please sign in</html>", "web page"), ("", "no JSON"), (itself, "leads back"), ("{}", "no list")]
    {
        let script = Script::of([answer(200, body)]);
        let mailbox = mailbox(&script, &Arc::default());
        let error = mailbox.contacts(&Place::default(), &Query::default()).next().await.unwrap_err();
        assert!(error.to_string().contains(says), "{body}: {error}");
    }
}

#[tokio::test]
async fn what_is_too_large_for_a_request_is_not_sent() {
    let script = Script::of([]);
    let mailbox = mailbox(&script, &Arc::default());
    let body = Map::from_iter([("personalNotes".to_owned(), "x".repeat(4 << 20).into())]);
    let place = Place::default();
    let created = mailbox.create(&place, &body, key()).await.unwrap_err();
    for error in [created, mailbox.update(&place, "C1", &body).await.unwrap_err()] {
        assert!(error.is_about_one_request() && error.to_string().contains("4 MiB"), "{error}");
    }
    assert_eq!(script.asked(), [""; 0]);
}

#[tokio::test]
async fn a_circle_of_pages_ends() {
    let page = |to: u8| {
        answer(200, &format!(r#"{{"value":[],"@odata.nextLink":"https://mail.example/v1.0/me/contacts?p={to}"}}"#))
    };
    let script = Script::of([page(1), page(2), page(1)]);
    let mailbox = mailbox(&script, &Arc::default());
    let mut pages = mailbox.contacts(&Place::default(), &Query::default());
    assert!(pages.next().await.unwrap().is_some() && pages.next().await.unwrap().is_some());
    assert!(pages.next().await.unwrap_err().to_string().contains("leads back"));
}

#[tokio::test]
async fn empty_pages_without_end_end() {
    let page = |to: u32| {
        answer(200, &format!(r#"{{"value":[],"@odata.nextLink":"https://mail.example/v1.0/me/contacts?p={to}"}}"#))
    };
    let script = Script::of((0..200).map(page));
    let mailbox = mailbox(&script, &Arc::default());
    let mut pages = mailbox.contacts(&Place::default(), &Query::default());
    let error = loop {
        match pages.next().await {
            Ok(page) => assert!(page.is_some_and(|items| items.is_empty())),
            Err(error) => break error.to_string(),
        }
    };
    assert!(error.contains("100 pages in a row were empty"), "{error}");
}

#[tokio::test]
async fn folders_are_found_by_their_names_and_made_when_asked() {
    let top = r#"{"value":[{"id":"F1","displayName":"Clients"}]}"#;
    let script = Script::of([answer(200, top), answer(200, r#"{"value":[]}"#)]);
    let path = ["clients".to_owned(), "Berlin".to_owned()];
    let error = mailbox(&script, &Arc::default()).place(&path, false).await.unwrap_err();
    assert!(matches!(&error, RemoteError::NoFolder { missing, .. } if missing == "Berlin"), "{error}");

    let made = answer(201, r#"{"id":"F2","displayName":"Berlin"}"#);
    let script = Script::of([answer(200, top), answer(200, r#"{"value":[]}"#), made]);
    let place = mailbox(&script, &Arc::default()).place(&path, true).await.unwrap();
    assert_eq!(place.0.iter().map(|id| id.0.as_str()).collect::<Vec<_>>(), ["F1", "F2"]);
    assert_eq!(script.asked().last().unwrap(), "POST /v1.0/me/contactFolders/F1/childFolders");
}

#[tokio::test]
async fn what_is_not_there_has_no_photo_and_needs_no_deleting() {
    let script = Script::of([answer(404, ""), answer(404, ""), answer(404, "")]);
    let mailbox = mailbox(&script, &Arc::default());
    assert_eq!(mailbox.photo(&Place::default(), "A='/").await.unwrap(), None);
    assert!(!mailbox.has_photo(&Place::default(), "A").await.unwrap());
    mailbox.delete(&Place::default(), "A").await.unwrap();
    assert_eq!(script.asked()[0], "GET /v1.0/me/contacts('A=%27%27%2F')/photo/$value");
}
