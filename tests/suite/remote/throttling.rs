//! 429 and Retry-After, in answers and in parts of batches: how long everybody waits.

use std::sync::Arc;
use std::time::Duration;

use cardferry::remote::api::Place;
use cardferry::remote::gate::Limits;
use cardferry::remote::{Clock, Operation};
use futures_util::future::join_all;
use pretty_assertions::assert_eq;
use serde_json::{Map, json};

use super::{OneClock, Slow, key, mailbox as over};
use crate::scripted::{Line, Script, StillClock, answer, mailbox};

fn throttled(headers: &'static [(&'static str, &'static str)]) -> Line {
    Line::Answer(429, headers, String::new())
}

fn made() -> Line {
    answer(201, r#"{"id":"A"}"#)
}

/// How long a create waits in all that meets these answers first.
async fn waits(answers: Vec<Line>) -> Duration {
    let (script, clock) = (Script::of(answers.into_iter().chain([made()])), Arc::default());
    mailbox(&script, &clock).create(&Place::default(), &Map::new(), key(1)).await.unwrap();
    clock.slept()
}

/// The same for a batch of one part, whose headers are these.
async fn part_waits(headers: serde_json::Value) -> Duration {
    let envelope = |part: serde_json::Value| answer(200, &json!({ "responses": [part] }).to_string());
    let refused = envelope(json!({"id": "0", "status": 429, "headers": headers}));
    let done = envelope(json!({"id": "0", "status": 201, "body": {"id": "A"}}));
    let (script, clock) = (Script::of([refused, done]), Arc::default());
    let (place, body) = (Place::default(), Map::new());
    let outcomes =
        mailbox(&script, &clock).batch(&[Operation::Create { place: &place, body: &body, key: key(1) }]).await;
    assert!(outcomes[0].is_ok(), "{outcomes:?}");
    assert_eq!(script.asked(), ["POST /v1.0/$batch", "POST /v1.0/$batch"]);
    clock.slept()
}

const fn milliseconds(time: u64) -> Duration {
    Duration::from_millis(time)
}

/// Half of the longest first pause: the clock draws 0.5.
const DRAWN: Duration = milliseconds(500);

macro_rules! forms {
    ($($name:ident: $value:literal => $wait:expr;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                assert_eq!(waits(vec![throttled(&[("retry-after", $value)])]).await, $wait);
                assert_eq!(part_waits(json!({ "Retry-After": $value })).await, $wait);
            }
        )*
    };
}

// The clock starts in 1970.
forms! {
    seconds: "7" => milliseconds(7000);
    fractions_of_seconds: "2.128" => milliseconds(2128);
    a_date: "Thu, 01 Jan 1970 00:00:20 GMT" => milliseconds(20_000);
    a_date_of_old: "Thursday, 01-Jan-70 00:00:20 GMT" => milliseconds(20_000);
    a_date_of_unix: "Thu Jan  1 00:00:20 1970" => milliseconds(20_000);
    a_date_that_is_past: "Wed, 31 Dec 1969 23:59:59 GMT" => DRAWN;
    zero: "0" => DRAWN;
    nonsense: "soon" => DRAWN;
    negative: "-5" => DRAWN;
}

#[tokio::test]
async fn absent() {
    assert_eq!((waits(vec![throttled(&[])]).await, part_waits(json!({})).await), (DRAWN, DRAWN));
}

#[tokio::test]
async fn a_number_in_a_batch() {
    assert_eq!(part_waits(json!({ "retry-after": 3 })).await, milliseconds(3000));
    assert_eq!(part_waits(json!({ "retry-after": 2.5 })).await, milliseconds(2500));
}

#[tokio::test]
async fn huge() {
    for value in [[("retry-after", "901")], [("retry-after", "1000000000000")]] {
        let script = Script::of([Line::Answer(429, Box::leak(Box::new(value)), String::new())]);
        let clock = Arc::default();
        let error = mailbox(&script, &clock).folders(&Place::default()).await.unwrap_err();
        assert!(error.to_string().contains("429") && !error.is_about_one_request(), "{error}");
        assert_eq!(clock.slept(), Duration::ZERO, "it is not waited for in vain");
    }
}

#[tokio::test]
async fn what_is_unavailable_is_left_alone_as_long_as_it_says() {
    let unavailable = || Line::Answer(503, &[("retry-after", "9")], String::new());
    let script = Script::of([unavailable(), answer(200, r#"{"value":[]}"#)]);
    let clock = Arc::default();
    mailbox(&script, &clock).folders(&Place::default()).await.unwrap();
    assert_eq!(clock.slept(), milliseconds(9000));
}

fn nothing() -> Line {
    answer(200, r#"{"value":[]}"#)
}

#[tokio::test]
async fn pauses_grow_with_every_429_in_a_row_and_start_anew_after_a_success() {
    let refused = || throttled(&[]);
    let script = Script::of([refused(), refused(), refused(), nothing(), refused(), refused(), nothing()]);
    let clock = Arc::new(StillClock::default());
    let (mailbox, place) = (over(Arc::clone(&script), Arc::clone(&clock), Limits::NONE), Place::default());
    mailbox.folders(&place).await.unwrap();
    assert_eq!(clock.slept(), milliseconds(500 + 1000 + 2000));
    mailbox.folders(&place).await.unwrap();
    assert_eq!(clock.slept(), milliseconds(3500 + 500 + 1000));
    assert_eq!(mailbox.traffic().throttled, 5);
}

#[tokio::test(start_paused = true)]
async fn requests_that_are_throttled_together_are_one_in_the_row_and_one_goes_ahead_of_the_others() {
    let refused = || throttled(&[]);
    // Four at once, then one that goes alone, then all.
    let script = Script::of((0..4).map(|_| refused()).chain([refused()]).chain((0..4).map(|_| nothing())));
    let clock = OneClock::start();
    let (mailbox, place) = (over(Slow(Arc::clone(&script)), clock.clone(), Limits::NONE), Place::default());
    let all = join_all((0..4).map(|_| mailbox.folders(&place))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(clock.now(), milliseconds(80 + 500 + 80 + 1000 + 80 + 80));
    assert_eq!((script.asked().len(), mailbox.traffic().throttled), (9, 5));
}

#[tokio::test(start_paused = true)]
async fn pauses_do_not_add_up() {
    let script = Script::of([
        throttled(&[("retry-after", "3")]),
        throttled(&[("retry-after", "8")]),
        throttled(&[("retry-after", "5")]),
        nothing(),
        nothing(),
        nothing(),
    ]);
    let clock = OneClock::start();
    let (mailbox, place) = (over(Slow(script), clock.clone(), Limits::NONE), Place::default());
    join_all((0..3).map(|_| mailbox.folders(&place))).await;
    assert_eq!(clock.now(), milliseconds(80 + 8000 + 80 + 80));
}

#[tokio::test]
async fn throttled_requests_count_in_the_budget() {
    let limits = Limits { in_flight: 4, requests: Some((3, Duration::from_secs(600))), upload: None };
    let refused = || throttled(&[("retry-after", "1")]);
    let script = Script::of([refused(), refused(), nothing(), nothing()]);
    let clock = Arc::new(StillClock::default());
    let mailbox = over(Arc::clone(&script), Arc::clone(&clock), limits);
    mailbox.folders(&Place::default()).await.unwrap();
    assert_eq!(clock.slept(), milliseconds(2000));
    mailbox.folders(&Place::default()).await.unwrap();
    assert_eq!(clock.slept(), milliseconds(600_600), "the first, refused one has left the window");
}
