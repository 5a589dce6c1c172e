//! The gate by itself: never more than is granted, never a wait while there is room, nobody left behind.

use std::sync::Mutex;
use std::time::Duration;

use cardferry::remote::Clock;
use cardferry::remote::gate::{Gate, Limits};
use futures_util::FutureExt;
use futures_util::future::join_all;
use pretty_assertions::assert_eq;

use super::OneClock;
use crate::generator::Draw;
use crate::scripted::StillClock;

/// When a request came to the gate, departed, arrived at the server, and was answered; and what it was.
#[derive(Debug, Clone, Copy)]
struct Flight {
    came: Duration,
    departed: Duration,
    arrived: Duration,
    answered: Duration,
    requests: usize,
    bytes: usize,
}

/// What comes to the gate.
#[derive(Debug, Clone, Copy)]
struct Mix {
    /// The largest body.
    bytes: usize,
    /// One in so many is a batch; none where it is zero.
    batches: usize,
}

/// Several workers, each with one request after the other, as drawn by the seed.
async fn fly(seed: u64, limits: Limits, workers: usize, each: usize, mix: Mix) -> Vec<Flight> {
    let (gate, clock, draw) = (Gate::new(limits), OneClock::start(), Mutex::new(Draw::new(seed)));
    let flights = Mutex::new(Vec::new());
    let below = |most: usize| if most == 0 { 0 } else { draw.lock().unwrap().below(most) };
    let work = async || {
        for _ in 0..each {
            let wait = |most| clock.sleep(Duration::from_millis(below(most) as u64));
            let (bytes, batch) = (below(mix.bytes + 1), mix.batches > 0 && below(mix.batches) == 0);
            let came = clock.now();
            let passage = if batch { gate.pass_batch(20, bytes, &clock).await } else { gate.pass(bytes, &clock).await };
            let departed = clock.now();
            wait(150).await;
            let arrived = clock.now();
            wait(300).await;
            drop(passage);
            let (answered, requests) = (clock.now(), if batch { 20 } else { 1 });
            flights.lock().unwrap().push(Flight { came, departed, arrived, answered, requests, bytes });
            // Now and then nobody asks for a while.
            if below(40) == 0 {
                wait(20_000).await;
            }
        }
    };
    join_all((0..workers).map(|_| work())).await;
    flights.into_inner().unwrap()
}

/// Checks what a server sees that counts exactly, and one that counts in pieces of a thousandth of the window: never
/// more than the limit, except what is larger by itself. Answers the most that it saw.
fn most(flights: &[Flight], (limit, length): (usize, Duration), amount: fn(&Flight) -> usize) -> usize {
    let mut most = 0;
    for piece in [Duration::from_nanos(1), length / 1000] {
        let end =
            |time: Duration| piece * u32::try_from(time.as_nanos().div_ceil(piece.as_nanos())).unwrap_or(u32::MAX);
        let end = |time: Duration| if piece.as_nanos() == 1 { time } else { end(time) };
        for last in flights {
            let counts = |other: &&Flight| other.arrived <= last.arrived && end(other.arrived) + length > last.arrived;
            let sum: usize = flights.iter().filter(counts).map(amount).sum();
            assert!(sum <= limit.max(amount(last)), "{sum} at {:?}", last.arrived);
            most = most.max(sum);
        }
    }
    most
}

fn under_way(flights: &[Flight], at: Duration) -> usize {
    flights.iter().filter(|flight| flight.departed <= at && at < flight.answered).count()
}

const WINDOW: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn no_window_ever_holds_more_than_is_granted_and_each_is_filled() {
    for seed in 1..=12 {
        let limits = Limits { in_flight: 4, requests: Some((200, WINDOW)), upload: Some((40_000, WINDOW / 2)) };
        let mix = Mix { bytes: if seed % 3 == 0 { 5000 } else { 0 }, batches: if seed % 2 == 0 { 15 } else { 0 } };
        let flights = fly(seed, limits, 8, 60, mix).await;
        assert_eq!(flights.len(), 480);
        let requests = most(&flights, limits.requests.unwrap(), |flight| flight.requests);
        let upload = most(&flights, limits.upload.unwrap(), |flight| flight.bytes);
        let filled = requests > 200 - 20 || upload > 40_000 - 5000;
        assert!(filled, "seed {seed}: {requests} requests, {upload} bytes");
        assert!(flights.iter().all(|flight| under_way(&flights, flight.departed) <= 4));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_while_there_is_room() {
    for seed in 1..=12 {
        let limits = Limits { in_flight: 4, requests: Some((150, WINDOW)), upload: None };
        let flights = fly(seed, limits, 7, 60, Mix { bytes: 0, batches: 0 }).await;
        let counts = WINDOW + WINDOW / 1000;
        for flight in flights.iter().filter(|flight| flight.departed > flight.came) {
            // What waited departs in the moment when a place is free, or when a request leaves the window.
            let freed = flights.iter().any(|other| other.answered == flight.departed);
            let left = |other: &Flight| (flight.departed + counts).abs_diff(other.answered + counts + counts);
            let left = flights.iter().any(|other| left(other) <= Duration::from_millis(1));
            assert!(freed || left, "seed {seed}: {flight:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_large_and_the_small_upload_in_the_order_in_which_they_came() {
    let limits = Limits { in_flight: 4, requests: None, upload: Some((1000, Duration::from_secs(10))) };
    let (gate, clock) = (Gate::new(limits), OneClock::start());
    let small = async || {
        for _ in 0..60 {
            let passage = gate.pass(50, &clock).await;
            clock.sleep(Duration::from_millis(10)).await;
            drop(passage);
        }
    };
    let large = async {
        clock.sleep(Duration::from_secs(1)).await;
        gate.pass(900, &clock).await;
        clock.now()
    };
    let (_, _, departed) = tokio::join!(small(), small(), large);
    // The window was full when it came, and is again as full as it may be when it goes.
    assert!(departed < Duration::from_secs(31), "{departed:?}");
}

#[tokio::test]
async fn what_uploads_nothing_passes_by_what_waits_to_upload() {
    let clock = StillClock::default();
    let gate = Gate::new(Limits { in_flight: 4, requests: None, upload: Some((1000, Duration::from_secs(10))) });
    gate.pass(1000, &clock).await;
    let paused = Frozen;
    let mut waiting: Vec<_> = (0..6).map(|_| Box::pin(gate.pass(1, &paused))).collect();
    assert!(waiting.iter_mut().all(|waits| waits.as_mut().now_or_never().is_none()));
    assert!(gate.pass(0, &clock).now_or_never().is_some());
    let waiting = gate.waiting(&clock).unwrap();
    assert_eq!(
        (waiting.left, waiting.why.to_string()),
        (Duration::from_millis(10_010), "the service takes 0 MB in 10 seconds".into())
    );
}

/// A clock that stands still: whoever sleeps by it waits.
struct Frozen;

impl Clock for Frozen {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn unix(&self) -> u64 {
        0
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending::<()>().await;
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

#[tokio::test(start_paused = true)]
async fn neither_batches_nor_single_requests_starve() {
    let (gate, clock) = (Gate::new(Limits::NONE), OneClock::start());
    let batches = Mutex::new(Vec::new());
    let batch = async {
        for _ in 0..5 {
            let passage = gate.pass_batch(20, 0, &clock).await;
            clock.sleep(Duration::from_millis(100)).await;
            batches.lock().unwrap().push(clock.now());
            drop(passage);
        }
    };
    let singles = join_all((0..8).map(|_| async {
        for _ in 0..10 {
            let passage = gate.pass(0, &clock).await;
            clock.sleep(Duration::from_millis(100)).await;
            drop(passage);
        }
        clock.now()
    }));
    let ((), singles) = tokio::join!(batch, singles);
    let batches = batches.into_inner().unwrap();
    // Eight single requests stand in line between two batches: two rounds of four, and the batch itself.
    assert!(batches.windows(2).all(|two| two[1] - two[0] == Duration::from_millis(300)), "{batches:?}");
    assert_eq!(singles.into_iter().max(), Some(Duration::from_millis(100 * (80 / 4 + 5))));
}

#[tokio::test]
async fn after_a_pause_one_goes_ahead_and_the_others_when_it_is_answered_or_given_up() {
    let clock = StillClock::default();
    let gate = Gate::new(Limits::NONE);
    for given_up in [false, true] {
        gate.pause(Duration::from_secs(5), &clock);
        let began = clock.now();
        let first = gate.pass(0, &clock).await;
        assert_eq!(clock.now() - began, Duration::from_secs(5));
        let mut second = Box::pin(gate.pass(0, &clock));
        let mut third = Box::pin(gate.pass(0, &clock));
        assert!(second.as_mut().now_or_never().is_none() && third.as_mut().now_or_never().is_none());
        if !given_up {
            first.granted();
        }
        drop(first);
        let second = second.as_mut().now_or_never();
        assert!(second.is_some() && third.as_mut().now_or_never().is_some());
    }
    // Throttled again: the next one goes alone too.
    gate.pause(Duration::from_secs(1), &clock);
    let first = gate.pass(0, &clock).await;
    assert_eq!(first.throttled(), Some(1));
    gate.pause(Duration::from_secs(1), &clock);
    drop(first);
    let _second = gate.pass(0, &clock).await;
    assert!(gate.pass(0, &clock).now_or_never().is_none());
}

#[tokio::test]
async fn whoever_stops_waiting_gives_back_what_it_had() {
    let clock = StillClock::default();
    let limits = Limits { in_flight: 1, requests: Some((2, WINDOW)), upload: Some((100, WINDOW)) };
    let gate = Gate::new(limits);
    let first = gate.pass(60, &clock).await;
    let second = Box::pin(gate.pass(30, &clock));
    let mut second = second;
    assert!(second.as_mut().now_or_never().is_none(), "one at a time");
    drop(second);
    drop(first);
    assert!(gate.pass(10, &clock).now_or_never().is_some(), "a place is free, and so is its turn");
}

#[tokio::test]
async fn what_a_mailbox_does_may_move_between_threads() {
    fn sends<F: Send>(future: F) -> F {
        future
    }
    let script = crate::scripted::Script::of([]);
    let mailbox = super::mailbox(script, StillClock::default(), Limits::EXCHANGE);
    let (place, body) = (cardferry::remote::api::Place::default(), serde_json::Map::new());
    drop(sends(mailbox.create(&place, &body, super::key(1))));
    drop(sends(mailbox.batch(&[])));
    drop(sends(mailbox.folders(&place)));
}
