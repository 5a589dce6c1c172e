//! Killed at every write of a ledger, and run again.

use cardferry::formats::exchange::Dialect;
use cardferry::pipeline::import::{OnMatch, Stopped};
use cardferry::pipeline::ledger::{Head, Ledger};
use pretty_assertions::assert_eq;

use super::{Stage, after, same, sums, undo_head};

/// The undo goes on with the ledger that it left, or begins anew where it had sent nothing.
async fn until_done(stage: &Stage, run: &str, name: &str, kill_after: u64) -> (bool, [u64; 6]) {
    let of = Ledger::open(&stage.runs(), run).unwrap();
    let mut own = stage.create(undo_head(run, name));
    own.fail_after(kill_after);
    let (undone, _) = stage.undo_into(Some(&of), run, &mut own).await;
    drop(own);
    let Some(stopped) = undone.stopped else { return (false, sums(&undone.totals)) };
    assert!(matches!(stopped, Stopped::Ledger(_)), "{stopped}");
    let found = Ledger::unfinished(&stage.runs(), &undo_head(run, "other")).unwrap();
    let mut own = found.unwrap_or_else(|| stage.create(undo_head(run, &format!("{name}-again"))));
    let (undone, _) = stage.undo_into(Some(&of), run, &mut own).await;
    assert!(undone.stopped.is_none(), "{:?}", undone.stopped);
    own.end(0, None).unwrap();
    (true, sums(&undone.totals))
}

#[tokio::test]
async fn an_undo_that_is_killed_anywhere_goes_on() {
    let mut kills = 0;
    for kill_after in 0.. {
        let stage = Stage::new(Dialect::Graph);
        stage.before().await;
        let before = stage.dump().await;
        stage.import("run", &after(), OnMatch::Update).await;
        let after = stage.dump().await;
        let (killed, sums) = until_done(&stage, "run", "undo", kill_after).await;
        same(&stage.dump().await, &before, &format!("killed after {kill_after}"));
        assert_eq!(sums, [2, 4, 0, 0, 0, 0], "killed after {kill_after}");
        // Whatever happened, the way back is open.
        if stage.runs().join("undo-again.db").exists() {
            continue;
        }
        let (again, _) = until_done(&stage, "undo", "back", kill_after).await;
        same(&stage.dump().await, &after, &format!("killed after {kill_after}"));
        kills += u64::from(killed) + u64::from(again);
        if !killed && !again {
            break;
        }
    }
    println!("undo: {kills} kills");
    assert!(kills > 20, "{kills}");
}

#[tokio::test]
async fn an_import_that_was_killed_anywhere_is_taken_back() {
    let mut kills = 0;
    for kill_after in 0.. {
        let stage = Stage::new(Dialect::Graph);
        stage.before().await;
        let before = stage.dump().await;
        let mut ledger = stage.create(Head { run: "run".into(), ..Head::default() });
        ledger.fail_after(kill_after);
        let imported = stage.import_into(&after(), &mut ledger, OnMatch::Update).await;
        drop(ledger);
        let (totals, told) = stage.undo("run", "undo").await;
        same(&stage.dump().await, &before, &format!("killed after {kill_after}: {totals:?} {:?}", told.0));
        if imported.stopped.is_none() {
            break;
        }
        kills += 1;
    }
    assert!(kills > 20, "{kills}");
}

#[tokio::test]
async fn an_import_that_was_killed_and_went_on_is_taken_back_whole() {
    for kill_after in 0.. {
        let stage = Stage::new(Dialect::Graph);
        stage.before().await;
        let before = stage.dump().await;
        let mut ledger = stage.create(Head { run: "run".into(), ..Head::default() });
        ledger.fail_after(kill_after);
        let imported = stage.import_into(&after(), &mut ledger, OnMatch::Update).await;
        drop(ledger);
        let mut ledger = Ledger::open(&stage.runs(), "run").unwrap();
        assert!(stage.import_into(&after(), &mut ledger, OnMatch::Update).await.stopped.is_none());
        drop(ledger);
        let (totals, told) = stage.undo("run", "undo").await;
        same(&stage.dump().await, &before, &format!("killed after {kill_after}: {:?}", told.0));
        assert_eq!(sums(&totals), [2, 4, 0, 0, 0, 0], "killed after {kill_after}: {:?}", told.0);
        if imported.stopped.is_none() {
            break;
        }
    }
}
