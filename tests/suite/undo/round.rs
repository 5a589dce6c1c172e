//! An import and its undo leave the mailbox as it was.

use cardferry::formats::exchange::Dialect;
use cardferry::pipeline::Ending;
use cardferry::pipeline::import::OnMatch;
use cardferry::pipeline::ledger::Ledger;
use pretty_assertions::assert_eq;

use super::{BOTH, Stage, after, same, sums, undo_head};

#[tokio::test]
async fn an_import_and_its_undo_leave_the_mailbox_as_it_was() {
    for dialect in BOTH {
        for (on_match, restored) in [(OnMatch::Fill, 3), (OnMatch::Update, 4), (OnMatch::Replace, 4)] {
            let stage = Stage::new(dialect);
            stage.before().await;
            let before = stage.dump().await;
            let ids: Vec<String> = stage.whole().await.into_iter().map(|(id, ..)| id).collect();
            let imported = stage.import("run", &after(), on_match).await;
            assert_eq!((imported.of(Ending::Created), imported.of(Ending::Updated)), (2, restored), "{on_match:?}");
            assert_ne!(stage.dump().await, before);
            let (totals, told) = stage.undo("run", "undo").await;
            assert_eq!(sums(&totals), [2, restored, 0, 0, 0, 0], "{on_match:?} {:?}", told.0);
            assert_eq!(told.of(Ending::Deleted), ["Eve Doe", "Fay Doe"]);
            let mut now = stage.dump().await;
            // Outlook REST has no way to take a photo away: that is told.
            let stays = u64::from(dialect == Dialect::Outlook);
            assert_eq!(totals.refused_photos, stays);
            if stays > 0 {
                now.iter_mut().filter(|line| line.contains("Cid Doe")).for_each(without_photo);
            }
            same(&now, &before, &format!("{dialect:?} {on_match:?}"));
            let ids_now: Vec<String> = stage.whole().await.into_iter().map(|(id, ..)| id).collect();
            assert_eq!(ids_now, ids, "nothing was made anew");
            // A second undo of the same run finds nothing more to do.
            let (again, _) = stage.undo("run", "again").await;
            assert_eq!(sums(&again)[..3], [0, stays, 0], "{on_match:?}");
        }
    }
}

/// Takes out of a dumped contact that it has a photo.
fn without_photo(line: &mut String) {
    let text = line.replace("\"true\"", "\"false\"").replace("\"True\"", "\"False\"");
    *line = text.split(" Some(").next().unwrap().to_owned() + " None";
}

#[tokio::test]
async fn an_undo_is_undone_and_that_too() {
    for dialect in BOTH {
        let stage = Stage::new(dialect);
        stage.before().await;
        let before = stage.dump().await;
        stage.import("run", &after(), OnMatch::Update).await;
        let after = stage.dump().await;
        stage.undo("run", "u1").await;
        let undone = stage.dump().await;
        assert_eq!(undone == before, dialect == Dialect::Graph);

        let (totals, told) = stage.undo("u1", "u2").await;
        assert_eq!(sums(&totals)[..3], [0, 4, 2], "{:?}", told.0);
        assert_eq!(told.of(Ending::Created), ["Eve Doe", "Fay Doe"]);
        same(&stage.dump().await, &after, &format!("{dialect:?}"));

        let (totals, told) = stage.undo("u2", "u3").await;
        assert_eq!(sums(&totals)[..3], [2, 4, 0], "{:?}", told.0);
        same(&stage.dump().await, &undone, &format!("{dialect:?}"));

        // What the first import would do, it does again; nothing is there twice.
        stage.undo("u3", "u4").await;
        same(&stage.dump().await, &after, &format!("{dialect:?}"));
    }
}

#[tokio::test]
async fn without_its_ledger_a_run_is_told_by_the_contacts_themselves() {
    for dialect in BOTH {
        let stage = Stage::new(dialect);
        stage.before().await;
        stage.import("run", &after(), OnMatch::Update).await;
        Ledger::remove(&stage.runs(), "run").unwrap();
        stage.edit("Fay", ("nickName", "NickName"), "boat".into()).await;
        let mut own = stage.create(undo_head("run", "undo"));
        let (place, go) = (cardferry::remote::api::Place::default(), std::sync::atomic::AtomicBool::new(false));
        let undo = cardferry::pipeline::undo::Undo {
            mailbox: &stage.mailbox,
            place: &place,
            run: "run",
            of: None,
            max_changes: None,
            interrupted: &go,
        };
        let plan = undo.plan(&mut own).await.unwrap();
        assert_eq!((plan.touched, plan.delete, plan.skip, plan.beyond), (2, 1, 1, 4), "{plan:?}");
        let mut told = super::Told::default();
        let undone = undo.apply(&mut own, &mut told).await;
        assert_eq!(sums(&undone.totals), [1, 0, 0, 0, 1, 0]);
        assert_eq!((told.of(Ending::Deleted), told.of(Ending::Skipped)), (vec!["Eve Doe"], vec!["Fay Doe"]));
        own.end(0, None).unwrap();
        drop(own);
        // What it deleted it can bring back.
        let (totals, _) = stage.undo("undo", "back").await;
        assert_eq!(sums(&totals)[2], 1);
        assert!(stage.whole().await.iter().any(|(_, _, photo)| photo.as_deref() == Some(&super::picture("eve")[..])));
    }
}
