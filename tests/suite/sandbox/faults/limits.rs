//! The service's limits, by a clock that is moved by hand, to the edge.

use std::time::Duration;

use bytes::Bytes;
use cardferry::sandbox::{Delivery, Sandbox};
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::super::socket::{request, served};
use super::{asks, bench, plan, see, status, still};

const COUNT: &str = "/v1.0/me/contacts/$count";

/// Code, words and Retry-After of a 429.
fn throttled(delivery: Delivery) -> (String, String, String) {
    let Delivery::Whole(answer) = delivery else { panic!("{delivery:?}") };
    assert_eq!(answer.status(), 429);
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    let text = |name: &str| body["error"][name].as_str().unwrap().to_owned();
    (text("code"), text("message"), answer.headers()["retry-after"].to_str().unwrap().to_owned())
}

async fn passes(sandbox: &Sandbox, times: usize) {
    for _ in 0..times {
        assert_eq!(status(&sandbox.send(asks("GET", COUNT, "")).await), Some(200));
    }
}

#[test]
fn ten_thousand_requests_in_ten_minutes_and_not_one_more() {
    let bench = bench(still(), plan(1, &[]));
    bench.sandbox.set_limits("exchange".parse().unwrap());
    served(&bench, async |address| {
        passes(&bench.sandbox, 5000).await;
        bench.clock.advance(100);
        passes(&bench.sandbox, 4999).await;
        let ask = async || see(address, &request("GET", COUNT, "")).await;
        let last = ask().await;
        assert_eq!(last.status(), 200, "the 10,000th");
        let over = ask().await;
        assert_eq!(
            (over.status(), over.code().as_str(), over.header("retry-after")),
            (429, "TooManyRequests", Some("500"))
        );
        assert_eq!(over.header("date"), Some("Fri, 02 Jan 2026 03:05:45 GMT"));
        bench.clock.advance(499);
        let over = ask().await;
        assert_eq!((over.status(), over.header("retry-after")), (429, Some("1")));
        bench.clock.advance(1);
        assert_eq!(ask().await.status(), 200);
        assert_eq!(bench.sandbox.log().last().unwrap().number, 10_003);
    });
}

#[test]
fn four_at_once_and_the_fifth_is_refused() {
    let bench = bench(still(), plan(1, &["latency,time=5s,times=4,of=all"]));
    let sandbox = &bench.sandbox;
    sandbox.set_limits("exchange".parse().unwrap());
    let ask = || sandbox.send(asks("GET", COUNT, ""));
    let another_app = || {
        let mut request = asks("GET", COUNT, "");
        // {"alg":"none"} and {"appid":"other"}.
        let token = "Bearer eyJhbGciOiJub25lIn0.eyJhcHBpZCI6Im90aGVyIn0.x".parse().unwrap();
        request.headers_mut().insert("authorization", token);
        sandbox.send(request)
    };
    let fifth = async {
        let words = "Application is over its MailboxConcurrency limit.".to_owned();
        assert_eq!(throttled(ask().await), ("ApplicationThrottled".into(), words, "1".into()));
        assert_eq!(status(&another_app().await), Some(200), "another app has places of its own");
        let batch = sandbox.send(asks("POST", "/v1.0/$batch", "{}")).await;
        assert_ne!(status(&batch), Some(429), "a batch is let in by its parts");
        assert_eq!(sandbox.part(asks("GET", COUNT, "")).await.status(), 429);
        assert!(sandbox.advance(Duration::from_secs(5)).await);
    };
    bench.runtime.block_on(async {
        let (a, b, c, d, ()) = tokio::join!(ask(), ask(), ask(), ask(), fifth);
        assert!([a, b, c, d].iter().all(|delivery| status(delivery) == Some(200)));
        passes(sandbox, 5).await;
    });
    let limited: Vec<_> = sandbox.log().into_iter().filter_map(|entry| entry.fault).collect();
    assert_eq!(limited.iter().filter(|fault| *fault == "limit: in-flight").count(), 2);
}

#[test]
fn uploads_count_by_their_bytes() {
    let bench = bench(still(), plan(1, &[]));
    bench.sandbox.set_limits("exchange-2021".parse().unwrap());
    let upload = |bytes: usize| {
        let request = asks("POST", "/api/v2.0/me/contacts", "").map(|_| Bytes::from(vec![b' '; bytes]));
        bench.runtime.block_on(bench.sandbox.send(request))
    };
    for _ in 0..5 {
        assert_eq!(status(&upload(3_000_000)), Some(400), "let in, and refused as no JSON");
    }
    bench.clock.advance(10);
    let words = "Application is over its IncomingBytes limit.".to_owned();
    assert_eq!(throttled(upload(1)), ("ApplicationThrottled".into(), words, "20".into()));
    bench.runtime.block_on(passes(&bench.sandbox, 1));
    bench.clock.advance(19);
    assert_eq!(status(&upload(1)), Some(429));
    bench.clock.advance(1);
    assert_eq!(status(&upload(3_000_000)), Some(400));
}

#[test]
fn nothing_is_limited_unless_it_is_asked_for() {
    let bench = bench(still(), plan(1, &[]));
    assert_eq!(bench.sandbox.limits().to_string(), "none");
    bench.runtime.block_on(passes(&bench.sandbox, 50));
}

#[test]
fn parts_of_a_batch_meet_their_own_faults() {
    let bench = bench(still(), plan(1, &["throttle,of=parts,nth=2,retry-after=2.5", "error,status=503"]));
    let part = || bench.runtime.block_on(bench.sandbox.part(asks("GET", COUNT, "")));
    let statuses = [part(), part(), part()].map(|answer| answer.status().as_u16());
    assert_eq!(statuses, [200, 429, 200]);
    let log = bench.sandbox.log();
    assert!(log.iter().all(|entry| entry.part) && log[1].fault.as_deref() == Some("throttle"), "{log:?}");
}
