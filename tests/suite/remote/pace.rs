//! Single requests or batches: a choice by what they take.

use std::time::Duration;

use cardferry::formats::exchange::Dialect;
use cardferry::remote::gate::Limits;
use cardferry::remote::{Pace, Stride};
use pretty_assertions::assert_eq;

const fn milliseconds(time: u64) -> Duration {
    Duration::from_millis(time)
}

/// How a service answers: a single request, and a batch of twenty.
#[derive(Clone, Copy)]
struct Service {
    single: u64,
    batch: u64,
}

/// What is far away: half a second there and back, and 80 ms of work for each.
const FAR: Service = Service { single: 580, batch: 500 + 5 * 80 };
const NEAR: Service = Service { single: 80, batch: 420 };
/// Batches gain nothing: the work itself is slow.
const SLOW: Service = Service { single: 600, batch: 3000 };

/// Creates so many contacts, and answers how long that takes and how many of them went in batches. Single requests go
/// four at a time.
fn run(pace: &mut Pace, contacts: usize, service: Service) -> (Duration, usize) {
    let (mut now, mut left, mut batched) = (Duration::ZERO, contacts, 0);
    while left > 0 {
        match pace.next() {
            Stride::Single => {
                let singles = left.min(4);
                now += milliseconds(service.single);
                (0..singles).for_each(|_| pace.told(Stride::Single, milliseconds(service.single)));
                left -= singles;
            }
            Stride::Batch(most) => {
                let parts = left.min(most);
                now += milliseconds(service.batch);
                pace.told(Stride::Batch(parts), milliseconds(service.batch));
                (left, batched) = (left - parts, batched + parts);
            }
        }
    }
    (now, batched)
}

fn pace() -> Pace {
    Pace::new(&Limits::EXCHANGE, Dialect::Graph)
}

#[test]
fn near_a_service_single_requests_fill_the_window_and_nothing_else_is_tried() {
    assert_eq!(run(&mut pace(), 20_000, NEAR), (milliseconds(80 * 5000), 0));
    let edge = Service { single: 240, batch: 100 };
    assert_eq!(run(&mut pace(), 20_000, edge).1, 0, "4 in 240 ms are the 10,000 in 10 minutes");
}

#[test]
fn far_from_a_service_batches_are_tried_and_kept() {
    let (took, batched) = run(&mut pace(), 20_000, FAR);
    assert!(batched > 19_000, "{batched}");
    // As good as batches alone, which are at the edge of what is granted.
    let (singles, batches) = (milliseconds(580 * 5000), milliseconds(900 * 1000));
    assert!(took < batches.mul_f64(1.05) && took < singles / 3, "{took:?}");
}

#[test]
fn where_batches_are_no_faster_they_cost_next_to_nothing() {
    let (took, batched) = run(&mut pace(), 20_000, SLOW);
    assert!((40..=400).contains(&batched), "{batched} were tried");
    assert!(took < milliseconds(600 * 5000).mul_f64(1.02), "{took:?}");
    // One that is a little faster is not worth its risk.
    let little = Service { single: 600, batch: 2850 };
    assert!(run(&mut pace(), 20_000, little).1 <= 400);
}

#[test]
fn when_the_service_changes_so_does_the_choice() {
    let mut pace = pace();
    assert!(run(&mut pace, 5000, NEAR).1 == 0);
    assert!(run(&mut pace, 5000, FAR).1 > 4500);
    let (_, batched) = run(&mut pace, 20_000, NEAR);
    assert!(batched < 8000, "{batched}: it is looked at again");
    assert_eq!(pace.next(), Stride::Single);
    assert!(run(&mut pace, 20_000, FAR).1 > 19_000);
}

#[test]
fn one_slow_answer_says_nothing() {
    let mut pace = pace();
    run(&mut pace, 1000, NEAR);
    for _ in 0..7 {
        pace.told(Stride::Single, Duration::from_secs(100));
    }
    assert_eq!(run(&mut pace, 1000, NEAR).1, 0);
}

#[test]
fn a_server_that_takes_no_batches_gets_none() {
    assert_eq!(run(&mut Pace::new(&Limits::EXCHANGE, Dialect::Outlook), 20_000, FAR).1, 0);
    let mut pace = pace();
    while pace.next() == Stride::Single {
        pace.told(Stride::Single, milliseconds(500));
    }
    assert_eq!(pace.next(), Stride::Batch(20));
    pace.refused();
    assert_eq!(run(&mut pace, 20_000, FAR).1, 0);
}

#[test]
fn where_nothing_is_granted_by_the_window_the_faster_way_is_taken() {
    let unlimited = || Pace::new(&Limits::NONE, Dialect::Graph);
    assert!(run(&mut unlimited(), 20_000, FAR).1 > 19_000);
    assert!(run(&mut unlimited(), 20_000, NEAR).1 < 1000, "a batch of twenty takes 420 ms, twenty single ones 400");
}

#[test]
fn what_took_no_time_breaks_nothing() {
    let mut pace = Pace::new(&Limits::NONE, Dialect::Graph);
    let (took, _) = run(&mut pace, 10_000, Service { single: 0, batch: 0 });
    assert_eq!(took, Duration::ZERO);
    pace.told(Stride::Batch(0), Duration::ZERO);
    pace.told(Stride::Batch(usize::MAX), Duration::MAX);
    pace.told(Stride::Single, Duration::MAX);
    let _ = pace.next();
}
