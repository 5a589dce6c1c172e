//! The limits of the service, to the edge: everything that is granted is used, and nothing is refused.

use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use cardferry::formats::exchange::Dialect;
use cardferry::remote::api::Place;
use cardferry::remote::gate::Limits;
use cardferry::remote::{Clock, Operation, Transport, TransportError};
use futures_util::{StreamExt, stream};
use http::{Request, Response};
use pretty_assertions::assert_eq;

use super::{Line, OneClock, Served, key, person, served, token};
use crate::generator::Draw;

/// A line on which requests travel a while.
struct Far {
    line: Line,
    clock: OneClock,
    draw: Mutex<Draw>,
}

impl Far {
    async fn travel(&self) {
        let time = self.draw.lock().unwrap().below(120);
        self.clock.sleep(Duration::from_millis(time as u64)).await;
    }
}

impl Transport for Far {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.travel().await;
        self.line.send(request).await
    }
}

/// A sandbox with limits, and the same for the client.
fn limited(limits: &str) -> (Served, Far) {
    let served = served(|settings| {
        settings.limits = limits.parse().unwrap();
        settings.faults.add("latency,time=uniform:1ms..90ms,of=all").unwrap();
    });
    let (line, clock) = (Line(served.sandbox.clone()), served.clock.clone());
    (served, Far { line, clock, draw: Mutex::new(Draw::new(7)) })
}

fn refused(served: &Served) -> usize {
    served.sandbox.log().iter().filter(|entry| entry.status == Some(429)).count()
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn the_window_of_requests_is_used_to_the_last_one_and_none_is_refused() {
    let (served, far) = limited("in-flight=4,requests=300/1m");
    let limits = Limits { in_flight: 4, requests: Some((300, MINUTE)), upload: None };
    let mailbox = served.over(far, Dialect::Graph, token("t"), limits);
    let (mailbox, place) = (&mailbox, &Place::default());
    let asks = stream::iter(0..1501).map(|_| async move { mailbox.folders(place).await.unwrap() });
    asks.buffer_unordered(4).for_each(async |_| ()).await;
    let took = served.clock.now();
    assert_eq!((refused(&served), mailbox.traffic().requests), (0, 1501));
    // The 1501st may not arrive before five windows have passed since the first; beyond that, each window costs the
    // way back of one answer and a thousandth.
    let bound = MINUTE * 5;
    assert!(took >= bound && took < bound.mul_f64(1.01), "{took:?}");
    assert!(mailbox.traffic().held > bound / 2);
}

#[tokio::test(start_paused = true)]
async fn a_near_server_that_counts_in_pieces_of_time_refuses_nothing_either() {
    let served = served(|settings| {
        settings.limits = "in-flight=4,requests=300/1m".parse().unwrap();
        settings.faults.add("latency,time=3ms").unwrap();
    });
    let limits = Limits { in_flight: 4, requests: Some((300, MINUTE)), upload: None };
    let mailbox = served.mailbox(Dialect::Graph, token("t"), limits);
    let (mailbox, place) = (&mailbox, &Place::default());
    let asks = stream::iter(0..901).map(|_| async move { mailbox.folders(place).await.unwrap() });
    asks.buffer_unordered(4).for_each(async |_| ()).await;
    assert_eq!((refused(&served), mailbox.traffic().requests), (0, 901));
    assert!(served.clock.now() < MINUTE.mul_f64(3.01));
}

#[tokio::test(start_paused = true)]
async fn the_window_of_uploads_is_used_to_the_end_and_none_is_refused() {
    let (served, far) = limited("in-flight=4,upload=100kB/1m");
    let limits = Limits { in_flight: 4, requests: None, upload: Some((100_000, MINUTE)) };
    let mailbox = served.over(far, Dialect::Graph, token("t"), limits);
    let (mailbox, place, draw) = (&mailbox, &Place::default(), &Mutex::new(Draw::new(3)));
    let creates = stream::iter(0..160).map(|at| async move {
        let mut person = person(Dialect::Graph, at);
        let size = draw.lock().unwrap().below(6000);
        person.insert("personalNotes".into(), "x".repeat(size).into());
        mailbox.create(place, &person, key(at)).await.unwrap();
    });
    creates.buffer_unordered(4).for_each(async |()| ()).await;
    let (took, sent) = (served.clock.now(), mailbox.traffic().sent);
    assert_eq!(refused(&served), 0);
    // As many whole windows as come before the last byte, and at each end no room for one more.
    let bound = MINUTE.mul_f64(((sent - 1) / 100_000) as f64);
    assert!(sent > 400_000 && took >= bound.mul_f64(0.9) && took < bound.mul_f64(1.1) + MINUTE / 10, "{sent} {took:?}");
}

#[tokio::test(start_paused = true)]
async fn batches_count_as_their_parts_and_single_requests_go_between() {
    let (served, far) = limited("in-flight=4,requests=300/1m");
    let limits = Limits { in_flight: 4, requests: Some((300, MINUTE)), upload: None };
    let mailbox = served.over(far, Dialect::Graph, token("t"), limits);
    let (mailbox, place) = (&mailbox, &Place::default());
    let batches = async {
        for batch in 0..25 {
            let people: Vec<_> = (0..20).map(|at| person(Dialect::Graph, batch * 20 + at)).collect();
            let create = |(at, body)| Operation::Create { place, body, key: key(batch * 20 + at) };
            let operations: Vec<_> = people.iter().enumerate().map(create).collect();
            let outcomes = mailbox.batch(&operations).await;
            assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        }
    };
    let singles = stream::iter(0..401).map(|_| async move { mailbox.folders(place).await.unwrap() });
    tokio::join!(batches, singles.buffer_unordered(4).for_each(async |_| ()));
    let took = served.clock.now();
    assert_eq!((refused(&served), mailbox.traffic().requests), (0, 901));
    // A batch must find room for all of its parts.
    let bound = MINUTE * 3;
    assert!(took >= bound.mul_f64(0.95) && took < bound.mul_f64(1.1), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_follows_another_waits_as_it_is_told_and_loses_nothing() {
    let (served, far) = limited("in-flight=4,requests=300/1m");
    let limits = Limits { in_flight: 4, requests: Some((300, MINUTE)), upload: None };
    // An earlier process has used most of the window, of which this one knows nothing.
    let earlier = served.mailbox(Dialect::Graph, token("t"), limits);
    for _ in 0..250 {
        earlier.folders(&Place::default()).await.unwrap();
    }
    let mailbox = served.over(far, Dialect::Graph, token("t"), limits);
    let (mailbox, place) = (&mailbox, &Place::default());
    let creates = stream::iter(0..120)
        .map(|at| async move { mailbox.create(place, &person(Dialect::Graph, at), key(at)).await.unwrap() });
    let created: Vec<_> = creates.buffer_unordered(4).collect().await;
    assert!(created.iter().all(|created| !created.found));
    let throttled = mailbox.traffic().throttled;
    assert!((1..=8).contains(&throttled), "all that were under way, and few more: {throttled}");
    assert_eq!(refused(&served) as u64, throttled);
}
