//! What a mailbox tells of its traffic while it goes.

use std::sync::Arc;
use std::time::Duration;

use cardferry::remote::api::Place;
use cardferry::remote::gate::{Limits, Waiting, Why};
use cardferry::remote::{Flights, Operation, Sent, Traffic};
use futures_util::FutureExt;
use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use serde_json::{Map, json};

use super::{OneClock, Slow, key, mailbox as over};
use crate::scripted::{Line, Script, StillClock, answer, mailbox};

#[tokio::test]
async fn everything_is_counted() {
    let parts = json!({"responses": [
        {"id": "0", "status": 201, "body": {"id": "A"}},
        {"id": "1", "status": 429, "headers": {"Retry-After": "5"}},
    ]});
    let rest = json!({"responses": [{"id": "1", "status": 201, "body": {"id": "B"}}]});
    let (parts, rest) = (parts.to_string(), rest.to_string());
    let script = Script::of([
        Line::Answer(429, &[("retry-after", "3")], String::new()),
        answer(200, r#"{"value":[]}"#),
        Line::Broken(Sent::Maybe),
        answer(204, ""),
        answer(200, &parts),
        answer(200, &rest),
    ]);
    let mailbox = mailbox(&script, &Arc::new(StillClock::default()));
    assert_eq!(mailbox.traffic(), Traffic::default());
    let (place, body) = (Place::default(), Map::from_iter([("a".to_owned(), json!(1))]));
    mailbox.folders(&place).await.unwrap();
    mailbox.update(&place, "A", &body).await.unwrap();
    let before = mailbox.traffic();
    assert_eq!((before.requests, before.retries, before.sent), (4, 2, 2 * 7));
    let creates = [1, 2].map(|at| Operation::Create { place: &place, body: &body, key: key(at) });
    assert!(mailbox.batch(&creates).await.iter().all(Result::is_ok));
    let traffic = mailbox.traffic();
    assert_eq!((traffic.requests, traffic.retries, traffic.throttled), (4 + 2 + 1, 3, 2));
    assert_eq!(traffic.received, (12 + parts.len() + rest.len()) as u64);
    assert_eq!(traffic.held, Duration::from_secs(3 + 5));
    assert_eq!((traffic.singles.count, traffic.singles.requests), (3, 3), "what was lost has no time");
    assert_eq!((traffic.batches.count, traffic.batches.requests), (2, 3));
    assert_eq!(traffic.waiting, None);
}

#[tokio::test(start_paused = true)]
async fn it_says_what_is_waited_for_and_how_long_yet() {
    let nothing = || answer(200, r#"{"value":[]}"#);
    let refused = Line::Answer(429, &[("retry-after", "60")], String::new());
    let limits = Limits { in_flight: 4, requests: Some((3, Duration::from_secs(600))), upload: None };
    let script = Script::of([nothing(), refused, nothing(), nothing()]);
    let (clock, place) = (OneClock::start(), Place::default());
    let mailbox = over(script, clock, limits);
    mailbox.folders(&place).await.unwrap();
    let mut throttled = Box::pin(mailbox.folders(&place));
    assert!(throttled.as_mut().now_or_never().is_none());
    tokio::time::advance(Duration::from_secs(20)).await;
    let waits = |seconds, why| Some(Waiting { left: Duration::from_secs(seconds), why });
    assert_eq!(mailbox.traffic().waiting, waits(40, Why::Throttled));
    assert_eq!(mailbox.traffic().held, Duration::from_secs(20));
    throttled.await.unwrap();
    assert_eq!((mailbox.traffic().waiting, mailbox.traffic().held), (None, Duration::from_secs(60)));

    let mut spent = Box::pin(mailbox.folders(&place));
    assert!(spent.as_mut().now_or_never().is_none());
    tokio::time::advance(Duration::from_millis(40_600)).await;
    let waiting = mailbox.traffic().waiting.unwrap();
    assert_eq!((waiting.left, waiting.why), (Duration::from_secs(500), Why::Requests(3, Duration::from_secs(600))));
    assert_eq!(waiting.why.to_string(), "the service allows 3 requests in 10 minutes");
    spent.await.unwrap();
    assert_eq!(mailbox.traffic().requests, 4);
}

#[tokio::test(start_paused = true)]
async fn the_time_under_way_is_without_the_time_before() {
    let script = Script::of((0..8).map(|_| answer(200, r#"{"value":[]}"#)));
    let mailbox = over(Slow(script), OneClock::start(), Limits::NONE);
    let place = Place::default();
    let all = join_all((0..8).map(|_| mailbox.folders(&place))).await;
    assert!(all.iter().all(Result::is_ok));
    let flights = Flights { count: 8, requests: 8, time: Duration::from_millis(640) };
    assert_eq!(mailbox.traffic().singles, flights);
}
