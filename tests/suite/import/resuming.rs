//! What a run knows of its own work when it was stopped and goes on, and what becomes of copies.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use cardferry::formats::exchange::Dialect;
use cardferry::pipeline::Ending;
use cardferry::pipeline::import::{Imported, OnMatch, Options, Stopped};
use cardferry::pipeline::ledger::{Ledger, Row};
use cardferry::remote::{Clock, Mailbox, Transport};
use http::Method;
use pretty_assertions::assert_eq;

use super::{BOTH, Kept, cards, counts, download, upload};
use crate::importing::{How, import_file, ledger};
use crate::sandboxed::{Grumpy, Honest, mailbox, sandbox};

async fn run<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    file: &Path,
    ledger: &mut Ledger,
    on_match: OnMatch,
) -> Imported {
    let how = How { options: Options { on_match, ..Options::default() }, ..How::default() };
    import_file(mailbox, file, ledger, &how, &mut Kept::default()).await
}

fn ended(ledger: &Ledger, ending: Ending) -> Vec<Row> {
    let rows = ledger.rows_after(0, 100).unwrap().into_iter();
    rows.filter(|row| row.done.as_ref().is_some_and(|done| done.ending == ending)).collect()
}

/// The run's ledger is lost at a place where most contacts are there, and begins anew under the same name: as after a
/// power cut that undid what was not yet on the disk.
#[tokio::test]
async fn what_was_created_and_not_noted_is_known_by_its_marks() {
    for on_match in OnMatch::ALL {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = mailbox(Honest(sandbox(directory.path())), Dialect::Graph);
        let file = cards(directory.path(), 6, 50);
        assert_eq!(counts(&run(&mailbox, &file, &mut ledger("one"), on_match).await.totals), [6, 0, 0, 0, 0, 0]);
        let mut again = ledger("one");
        let resumed = run(&mailbox, &file, &mut again, on_match).await;
        assert_eq!(counts(&resumed.totals), [0, 0, 6, 0, 0, 0], "{on_match:?}");
        let created = ended(&again, Ending::Created);
        assert_eq!(created.len(), 6, "{on_match:?}");
        assert!(created.iter().all(|row| row.id.is_some() && row.done.as_ref().unwrap().left == row.content));
        assert_eq!(resumed.proof.unwrap().found, 6);
    }
}

#[tokio::test]
async fn what_was_changed_and_not_noted_is_known_by_its_marks() {
    let directory = tempfile::tempdir().unwrap();
    let mailbox = mailbox(Honest(sandbox(directory.path())), Dialect::Outlook);
    let file = directory.path().join("a.vcf");
    let card = |title: &str| format!("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:1\r\nFN:Ada\r\nTITLE:{title}\r\nEND:VCARD\r\n");
    std::fs::write(&file, card("old")).unwrap();
    upload(&mailbox, &file, "one").await;
    std::fs::write(&file, card("new")).unwrap();
    for _ in 0..2 {
        let mut ledger = ledger("two");
        run(&mailbox, &file, &mut ledger, OnMatch::Update).await;
        assert_eq!(ended(&ledger, Ending::Updated).len(), 1);
    }
}

/// What is there under the record's key is not the copy: a look for a lost copy must not find it.
#[tokio::test]
async fn a_copy_is_made_once_by_every_run_that_is_to_make_one() {
    for dialect in BOTH {
        let directory = tempfile::tempdir().unwrap();
        let sandbox = sandbox(directory.path());
        let file = cards(directory.path(), 3, 100);
        upload(&mailbox(Honest(sandbox.clone()), dialect), &file, "one").await;
        static LOST: AtomicBool = AtomicBool::new(false);
        LOST.store(false, Ordering::Relaxed);
        let loses_one = |request: &http::Request<bytes::Bytes>| {
            (request.method() == Method::POST && !LOST.swap(true, Ordering::Relaxed)).then_some(503)
        };
        let mailbox = mailbox(Grumpy(sandbox, loses_one), dialect);
        for (name, there) in [("two", 6), ("two", 6), ("three", 9)] {
            let copied = run(&mailbox, &file, &mut ledger(name), OnMatch::Duplicate).await;
            assert_eq!(copied.totals.of(Ending::Failed), 0);
            let (back, totals) = download(&mailbox).await.unwrap();
            assert_eq!((back.len(), totals.photos), (there, there as u64), "{name}");
        }
    }
}

#[tokio::test]
async fn a_photo_that_breaks_the_service_leaves_its_contact_created() {
    let directory = tempfile::tempdir().unwrap();
    let breaks = |request: &http::Request<bytes::Bytes>| (request.method() == Method::PUT).then_some(500);
    let mailbox = mailbox(Grumpy(sandbox(directory.path()), breaks), Dialect::Graph);
    let file = cards(directory.path(), 5, 100);
    let mut ledger = ledger("one");
    let imported = run(&mailbox, &file, &mut ledger, OnMatch::Skip).await;
    assert!(imported.stopped.is_none(), "{:?}", imported.stopped);
    assert_eq!(counts(&imported.totals), [5, 0, 0, 0, 0, 0]);
    assert_eq!((imported.totals.photos, imported.totals.refused_photos), (0, 5));
    assert_eq!(ended(&ledger, Ending::Created).len(), 5);
}

#[tokio::test]
async fn a_contact_that_is_there_is_noted_although_its_photo_stopped_the_run() {
    let directory = tempfile::tempdir().unwrap();
    let refuses = |request: &http::Request<bytes::Bytes>| (request.method() == Method::PUT).then_some(401);
    let mailbox = mailbox(Grumpy(sandbox(directory.path()), refuses), Dialect::Graph);
    let file = cards(directory.path(), 1, 100);
    let mut ledger = ledger("one");
    let imported = run(&mailbox, &file, &mut ledger, OnMatch::Skip).await;
    assert!(matches!(imported.stopped, Some(Stopped::Remote(_))));
    let created = ended(&ledger, Ending::Created);
    assert!(created[0].id.is_some() && !created[0].done.as_ref().unwrap().left.is_empty(), "{created:?}");
}

/// Two share a UID. The second one's create is lost with the process that sent it, and the first one is there: the
/// second is no copy of it all the same, and a further run finds it.
#[tokio::test]
async fn a_key_that_nobody_has_stays_the_records_own() {
    let directory = tempfile::tempdir().unwrap();
    let mailbox = mailbox(Honest(sandbox(directory.path())), Dialect::Graph);
    let file = directory.path().join("a.vcf");
    let card = |name: &str| format!("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:1\r\nFN:{name}\r\nEND:VCARD\r\n");
    std::fs::write(&file, card("Ada")).unwrap();
    run(&mailbox, &file, &mut ledger("one"), OnMatch::Duplicate).await;
    std::fs::write(&file, card("Ada") + &card("Bea")).unwrap();
    let resumed = run(&mailbox, &file, &mut ledger("one"), OnMatch::Duplicate).await;
    assert_eq!(counts(&resumed.totals), [1, 0, 1, 0, 0, 0]);
    let again = run(&mailbox, &file, &mut ledger("two"), OnMatch::Skip).await;
    assert_eq!(counts(&again.totals), [0, 0, 2, 0, 0, 0]);
}
