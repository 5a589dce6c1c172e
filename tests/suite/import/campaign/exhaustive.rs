//! A small import that dies at every single place where it can.

use std::sync::atomic::Ordering;

use cardferry::formats::exchange::Dialect;
use cardferry::pipeline::import::{OnMatch, Stopped};
use pretty_assertions::assert_eq;

use super::line::{Death, Line};
use super::stage::{Stage, Trial, options};
use super::{agrees, finish, untroubled};

/// Filling and replacing are updating by another rule.
fn trials() -> impl Iterator<Item = Trial> {
    let of =
        [(OnMatch::Skip, Dialect::Graph), (OnMatch::Update, Dialect::Outlook), (OnMatch::Duplicate, Dialect::Graph)];
    of.into_iter().map(|(on_match, dialect)| Trial { seed: 5, dialect, options: options(on_match), records: 8 })
}

/// After whatever happened: the next process makes everything whole.
async fn is_made_whole(stage: &mut Stage, expected: &[String]) {
    stage.calm().await;
    finish(stage, 0).await;
    assert_eq!(stage.holds().await, expected, "{:?}", stage.trial);
    agrees(stage, 0).await;
}

#[tokio::test]
async fn a_ledger_that_is_full_at_any_of_its_writes_costs_nothing() {
    let mut places = 0;
    for trial in trials() {
        let expected = untroubled(&trial).await;
        for writes in 0.. {
            let mut stage = Stage::set(&trial).await;
            let line = Line::to(&stage.sandbox);
            let imported = stage.process(&line, &trial.options, Some(writes)).await.unwrap();
            match imported.stopped {
                None => break,
                Some(Stopped::Ledger(_)) => {}
                Some(other) => panic!("{other}"),
            }
            is_made_whole(&mut stage, &expected).await;
            places += 1;
        }
    }
    println!("kill points at ledger writes: {places}");
    assert!(places > 60, "{places}");
}

#[tokio::test]
async fn a_process_that_dies_at_any_of_its_requests_costs_nothing() {
    let mut places = 0;
    for trial in trials() {
        let expected = untroubled(&trial).await;
        for at in 1.. {
            let how = [Death::Before, Death::Sent, Death::After, Death::Asked][(at as usize + places) % 4];
            let mut stage = Stage::set(&trial).await;
            let line = Line::to(&stage.sandbox).dying(at, how);
            let imported = stage.process(&line, &trial.options, None).await;
            if line.requests.load(Ordering::Relaxed) < at {
                break;
            }
            let done = imported.is_some_and(|imported| imported.stopped.is_none());
            if !(done && trial.options.on_match == OnMatch::Duplicate) {
                is_made_whole(&mut stage, &expected).await;
            }
            places += 1;
        }
    }
    println!("kill points at requests: {places}");
    assert!(places > 50, "{places}");
}
