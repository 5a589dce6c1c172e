//! Over a line that loses requests and answers, delivers creates late and throttles.

use std::sync::Arc;

use cardferry::pipeline::import::{OnMatch, Stopped};
use cardferry::pipeline::ledger::Ledger;
use cardferry::pipeline::undo::Undo;
use cardferry::remote::api::Place;

use super::{BOTH, Stage, Told, after, same, sums, undo_head};
use crate::importing::GOES_ON;
use crate::sandboxed::{Lossy, mailbox};

/// Takes a run back over a bad line, until that comes to its end; how often it was stopped.
async fn over(line: &Arc<Lossy>, stage: &Stage, run: &str, name: &str) -> u64 {
    let bad = mailbox(Arc::clone(line), stage.dialect);
    let of = Ledger::open(&stage.runs(), run).unwrap();
    for attempt in 0..100 {
        let found = Ledger::unfinished(&stage.runs(), &undo_head(run, "other")).unwrap();
        let mut own = found.unwrap_or_else(|| stage.create(undo_head(run, &format!("{name}-{attempt}"))));
        let (place, of) = (Place::default(), Some(&of));
        let undo = Undo { mailbox: &bad, place: &place, run, of, max_changes: None, interrupted: &GOES_ON };
        let undone = undo.run(&mut own, &mut Told::default()).await;
        let sums = sums(&undone.totals);
        match undone.stopped {
            None if sums[5] == 0 => {
                own.end(0, None).unwrap();
                return attempt;
            }
            None | Some(Stopped::Remote(_)) => {}
            Some(stopped) => panic!("{stopped}"),
        }
    }
    panic!("it never came to its end");
}

#[tokio::test]
async fn a_bad_line_takes_nothing_back_twice() {
    let seeds: u64 = std::env::var("CARDFERRY_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let (mut faults, mut stops) = (0, 0);
    for seed in 0..seeds {
        let stage = Stage::new(BOTH[seed as usize % 2]);
        stage.before().await;
        let before = stage.dump().await;
        stage.import("run", &after(), OnMatch::Update).await;
        let after = stage.dump().await;
        let line = Arc::new(Lossy::new(stage.sandbox.clone(), seed));
        stops += over(&line, &stage, "run", "undo").await;
        line.settle().await;
        if seed % 2 == 0 {
            same(&stage.dump().await, &before, &format!("seed {seed}"));
        }
        let back =
            Ledger::runs(&stage.runs()).unwrap().into_iter().find(|(name, _)| name.starts_with("undo-")).unwrap();
        stops += over(&line, &stage, &back.0, "back").await;
        faults += *line.faults.lock().unwrap();
        same(&stage.dump().await, &after, &format!("seed {seed}"));
    }
    println!("undo over a bad line: {seeds} seeds, {faults} faults, stopped {stops} times");
    assert!(faults > seeds * 5, "only {faults} faults: the line is not bad");
}
