//! What somebody has changed since is kept, and told.

use cardferry::pipeline::Ending;
use cardferry::pipeline::import::{OnMatch, Stopped};
use cardferry::pipeline::undo::Undo;
use cardferry::remote::api::Place;
use pretty_assertions::assert_eq;

use super::{BOTH, Stage, after, card, picture, same, sums, undo_head};
use crate::importing::GOES_ON;

#[tokio::test]
async fn what_was_edited_since_stays_as_it_is() {
    for dialect in BOTH {
        let stage = Stage::new(dialect);
        stage.before().await;
        stage.import("run", &after(), OnMatch::Update).await;
        // A created one, a changed one, photos of either; and one of each that is gone.
        stage.edit("Fay", ("nickName", "NickName"), "boat".into()).await;
        stage.edit("Ada", ("jobTitle", "JobTitle"), "Queen".into()).await;
        let place = Place::default();
        for name in ["Eve", "Bob"] {
            let id = stage.id_of(name).await;
            stage.mailbox.set_photo(&place, &id, "image/jpeg", picture("mine").into()).await.unwrap();
        }
        stage.mailbox.delete(&place, &stage.id_of("Zoe").await).await.unwrap();
        let edited = stage.dump().await;
        let (totals, told) = stage.undo("run", "undo").await;
        assert_eq!(sums(&totals), [0, 1, 0, 0, 5, 0], "{:?}", told.0);
        assert_eq!(told.of(Ending::Updated), ["Cid Doe"]);
        for name in ["Ada Doe", "Bob Doe", "Eve Doe", "Fay Doe"] {
            assert_eq!(told.why(name), "has been changed since", "{name}");
        }
        assert_eq!(told.why("Zoe Doe"), "is not in the folder any more");
        let others =
            |lines: Vec<String>| lines.into_iter().filter(|line| !line.contains("Cid Doe")).collect::<Vec<_>>();
        same(&others(stage.dump().await), &others(edited), "");
    }
}

/// What the service may do between the plan and the write is looked at just before it.
#[tokio::test]
async fn an_edit_between_the_plan_and_the_write_is_seen() {
    for dialect in BOTH {
        let stage = Stage::new(dialect);
        stage.before().await;
        stage.import("run", &after(), OnMatch::Update).await;
        let of = cardferry::pipeline::ledger::Ledger::open(&stage.runs(), "run").unwrap();
        let mut own = stage.create(undo_head("run", "undo"));
        let (place, of) = (Place::default(), Some(&of));
        let undo =
            Undo { mailbox: &stage.mailbox, place: &place, run: "run", of, max_changes: None, interrupted: &GOES_ON };
        assert_eq!(undo.plan(&mut own).await.unwrap().changes(), 6);
        stage.edit("Fay", ("nickName", "NickName"), "boat".into()).await;
        stage.edit("Ada", ("jobTitle", "JobTitle"), "Queen".into()).await;
        stage.mailbox.delete(&place, &stage.id_of("Eve").await).await.unwrap();
        stage.mailbox.delete(&place, &stage.id_of("Zoe").await).await.unwrap();
        let mut told = super::Told::default();
        let undone = undo.apply(&mut own, &mut told).await;
        assert_eq!(sums(&undone.totals), [0, 2, 0, 1, 3, 0], "{:?}", told.0);
        assert_eq!((told.why("Eve Doe"), told.why("Zoe Doe")), ("is gone already", "is gone since"));
    }
}

/// Another run has changed what this one created: it is to be taken back first.
#[tokio::test]
async fn runs_are_taken_back_in_their_order() {
    for dialect in BOTH {
        let stage = Stage::new(dialect);
        stage.import("one", &[card("Ada", "", "NOTE:1\r\n"), card("Bob", "", "")], OnMatch::Update).await;
        let one = stage.dump().await;
        stage.import("two", &[card("Ada", "", "NOTE:2\r\n")], OnMatch::Update).await;
        let (totals, told) = stage.undo("one", "u1").await;
        assert_eq!(sums(&totals), [1, 0, 0, 0, 1, 0]);
        assert_eq!(told.why("Ada Doe"), "run two has changed it since");
        stage.undo("u1", "back").await;
        stage.undo("two", "u2").await;
        same(&stage.dump().await, &one, "");
        // What was created again is what the first run left.
        assert_eq!(sums(&stage.undo("one", "u3").await.0), [2, 0, 0, 0, 0, 0]);
        assert_eq!(stage.dump().await.len(), 0);
    }
}

#[tokio::test]
async fn more_than_is_allowed_is_refused_before_anything_is_sent() {
    let stage = Stage::new(BOTH[0]);
    stage.before().await;
    stage.import("run", &after(), OnMatch::Update).await;
    let there = stage.dump().await;
    let of = cardferry::pipeline::ledger::Ledger::open(&stage.runs(), "run").unwrap();
    let mut own = stage.create(undo_head("run", "undo"));
    let (place, of, max_changes) = (Place::default(), Some(&of), Some(5));
    let undo = Undo { mailbox: &stage.mailbox, place: &place, run: "run", of, max_changes, interrupted: &GOES_ON };
    let undone = undo.run(&mut own, &mut super::Told::default()).await;
    assert!(matches!(undone.stopped, Some(Stopped::TooManyChanges { would: 6, most: 5 })), "{:?}", undone.stopped);
    same(&stage.dump().await, &there, "");
}
