//! Import and export over the sandbox in process, in both APIs: every record once, whatever happens on the line.

mod campaign;
mod compare;
mod matching;
mod photos;
mod resuming;
mod verify;
mod ways;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use cardferry::formats::exchange::extended::{self, Fingerprint};
use cardferry::formats::exchange::{Dialect, all_extended};
use cardferry::formats::{Outcome, photo, vcard};
use cardferry::model::{Contact, Photo};
use cardferry::pipeline::import::{Imported, Stopped};
use cardferry::pipeline::{Ending, ExportError, RecordReport, Totals, Watcher, export};
use cardferry::remote::api::{Expand, Place, Query, contacts};
use cardferry::remote::{Clock, Mailbox, RemoteError, Transport};
use pretty_assertions::assert_eq;

use crate::generator;
use crate::importing::{How, import_file, ledger};
use crate::sandboxed::{Grumpy, Honest, Lossy, mailbox, sandbox};
use crate::scripted;

const BOTH: [Dialect; 2] = [Dialect::Graph, Dialect::Outlook];

/// Keeps what was reported.
#[derive(Default)]
pub(crate) struct Kept(Vec<(String, Ending, String)>);

impl Watcher for Kept {
    fn record(&mut self, report: &RecordReport<'_>) {
        self.0.push((report.name.to_owned(), report.ending, report.why.unwrap_or_default().to_owned()));
    }
}

pub(crate) async fn upload<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    file: &Path,
    run: &str,
) -> (Imported, Kept) {
    let mut kept = Kept::default();
    let imported = import_file(mailbox, file, &mut ledger(run), &How::default(), &mut kept).await;
    (imported, kept)
}

pub(crate) async fn download<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
) -> Result<(Vec<Contact>, Totals), ExportError> {
    let (mut encoder, mut cards) = (vcard::Encoder::new(vcard::Version::V4_0), Vec::new());
    let go = AtomicBool::new(false);
    let out = (&mut encoder as _, &mut cards as _);
    let totals = export(mailbox, &[Place::default()], out, &go, &mut Kept::default()).await?;
    Ok((read(&cards), totals))
}

pub(crate) fn read(cards: &[u8]) -> Vec<Contact> {
    let reader = vcard::Reader::new(Arc::from("cards"), cards, vcard::Options::default());
    let contact = |record: cardferry::formats::Record| match record.outcome {
        Outcome::Contact(contact) => *contact,
        Outcome::Group(group) => panic!("{group:?}"),
        Outcome::Reject(reject) => panic!("{reject:?}"),
    };
    reader.map(|record| contact(record.unwrap())).collect()
}

/// A vCard file of invented people.
pub(crate) fn cards(directory: &Path, count: usize, photos: usize) -> PathBuf {
    let mut writer = vcard::Writer::new(Vec::new(), vcard::Version::V4_0);
    for contact in generator::contacts(count, photos, 3) {
        assert_eq!(writer.write(&contact).unwrap(), []);
    }
    writer.finish().unwrap();
    let path = directory.join("people.vcf");
    fs::write(&path, writer.into_inner()).unwrap();
    path
}

/// One line a contact with its photo's fingerprint, for comparing address books whose order differs; twins count.
pub(crate) fn summary(contacts: &[Contact]) -> Vec<String> {
    let sorted = |mut texts: Vec<&str>| {
        texts.sort_unstable();
        texts.join(" ")
    };
    let print = |of: &Photo| Fingerprint::of(&photo::bytes(of).unwrap()).to_string();
    let line = |contact: &Contact| {
        let mails = sorted(contact.emails.iter().map(|email| email.address.as_str()).collect());
        let phones = sorted(contact.phones.iter().map(|phone| phone.number.as_str()).collect());
        let photo = contact.photo.as_ref().map(print).unwrap_or_default();
        format!("{} | {mails} | {phones} | {} | {photo}", contact.name.full, contact.notes)
    };
    let mut lines: Vec<_> = contacts.iter().map(line).collect();
    lines.sort();
    lines
}

pub(crate) fn counts(totals: &Totals) -> [u64; 6] {
    let counts = Ending::ALL.map(|ending| totals.of(ending));
    assert_eq!(totals.read, counts.iter().sum::<u64>(), "the totals add up");
    counts
}

#[tokio::test]
async fn everything_arrives_once_and_comes_back_with_its_photos() {
    for dialect in BOTH {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = mailbox(Honest(sandbox(directory.path())), dialect);
        let file = cards(directory.path(), 300, 20);
        let source = read(&fs::read(&file).unwrap());
        let photos = source.iter().filter(|contact| contact.photo.is_some()).count() as u64;

        let (imported, kept) = upload(&mailbox, &file, "run1").await;
        assert_eq!(
            counts(&imported.totals),
            [300, 0, 0, 0, 0, 0],
            "{:?}",
            kept.0.iter().find(|(.., why)| !why.is_empty())
        );
        assert_eq!((imported.totals.photos, imported.totals.refused_photos), (photos, 0));
        let proof = imported.proof.unwrap();
        assert_eq!((proof.contacts, proof.keyed, proof.found, proof.missing), (300, 300, 300, 0));

        let (again, _) = upload(&mailbox, &file, "run2").await;
        assert_eq!(counts(&again.totals), [0, 0, 300, 0, 0, 0]);
        assert_eq!(again.proof.unwrap().contacts, 300);

        let (back, totals) = download(&mailbox).await.unwrap();
        assert_eq!((totals.read, totals.photos), (300, photos));
        assert_eq!(summary(&back), summary(&source));
    }
}

/// Several requests are on their way at a time, and yet a rehearsal goes the same way each time.
#[tokio::test]
async fn contacts_stand_in_the_sandbox_as_they_stood_in_the_file() {
    for _ in 0..5 {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = mailbox(Honest(sandbox(directory.path())), Dialect::Graph);
        let file = cards(directory.path(), 60, 30);
        upload(&mailbox, &file, "run1").await;
        let names = |contacts: Vec<Contact>| contacts.into_iter().map(|contact| contact.name.full).collect::<Vec<_>>();
        assert_eq!(names(download(&mailbox).await.unwrap().0), names(read(&fs::read(&file).unwrap())));
    }
}

#[tokio::test]
async fn what_one_api_wrote_the_other_finds() {
    let directory = tempfile::tempdir().unwrap();
    let line = Honest(sandbox(directory.path()));
    let file = cards(directory.path(), 20, 30);
    upload(&mailbox(line.clone(), Dialect::Graph), &file, "run1").await;
    let (again, _) = upload(&mailbox(line.clone(), Dialect::Outlook), &file, "run2").await;
    assert_eq!(counts(&again.totals), [0, 0, 20, 0, 0, 0]);
    let graph = download(&mailbox(line.clone(), Dialect::Graph)).await.unwrap().0;
    let outlook = download(&mailbox(line, Dialect::Outlook)).await.unwrap().0;
    assert_eq!(graph, outlook);
}

/// A line that loses requests, loses answers, delivers creates late and throttles: still every record once.
#[tokio::test]
async fn a_bad_line_loses_nothing_and_doubles_nothing() {
    let seeds: u64 = std::env::var("CARDFERRY_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let (mut faults, mut stops) = (0, 0);
    for seed in 0..seeds {
        let dialect = BOTH[seed as usize % 2];
        let directory = tempfile::tempdir().unwrap();
        let file = cards(directory.path(), 30, 30);
        let sandbox = sandbox(directory.path());
        let lossy = Arc::new(Lossy::new(sandbox.clone(), seed));
        let bad = mailbox(Arc::clone(&lossy), dialect);
        for run in 0..4 {
            let (imported, _) = upload(&bad, &file, &format!("run{run}")).await;
            counts(&imported.totals);
            stops += u64::from(imported.stopped.is_some());
        }
        faults += *lossy.faults.lock().unwrap();
        lossy.settle().await;

        let good = mailbox(Honest(sandbox), dialect);
        let (last, _) = upload(&good, &file, "last").await;
        assert_eq!(last.totals.of(Ending::Failed) + last.totals.of(Ending::Rejected), 0, "seed {seed}");
        let source = read(&fs::read(&file).unwrap());
        let (back, _) = download(&good).await.unwrap();
        assert_eq!(summary(&back), summary(&source), "seed {seed}");
    }
    println!("bad line: {seeds} seeds, {faults} faults, {stops} runs given up");
    assert!(faults > seeds * 10, "only {faults} faults: the line is not bad");
}

#[tokio::test]
async fn a_missing_photo_is_added_and_nothing_else_is_touched() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = sandbox(directory.path());
    let mailbox = mailbox(Honest(sandbox.clone()), Dialect::Graph);
    let file = cards(directory.path(), 1, 100);
    upload(&mailbox, &file, "run1").await;
    let page = mailbox.contacts(&Place::default(), &Default::default()).next().await.unwrap().unwrap();
    let id = page[0]["id"].as_str().unwrap();
    let request = http::Request::delete(format!("http://localhost/v1.0/me/contacts('{id}')/photo/$value"));
    let request = request.header("authorization", "Bearer any").body(bytes::Bytes::new()).unwrap();
    assert!(sandbox.handle(request).await.status().is_success());

    let (again, _) = upload(&mailbox, &file, "run2").await;
    assert_eq!(counts(&again.totals), [0, 1, 0, 0, 0, 0]);
    assert!(mailbox.photo(&Place::default(), id).await.unwrap().is_some());
}

#[tokio::test]
async fn other_content_under_the_same_key_is_skipped_and_said() {
    let directory = tempfile::tempdir().unwrap();
    let mailbox = mailbox(Honest(sandbox(directory.path())), Dialect::Graph);
    let file = directory.path().join("a.vcf");
    let card = |note: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u1\r\nFN:Ada\r\nNOTE:{note}\r\nEND:VCARD\r\n");
    fs::write(&file, card("one")).unwrap();
    upload(&mailbox, &file, "run1").await;
    fs::write(&file, card("two") + &card("three") + &card("three")).unwrap();
    let (again, kept) = upload(&mailbox, &file, "run2").await;
    assert_eq!(counts(&again.totals), [1, 0, 0, 2, 0, 0], "another content is another contact, whatever its UID");
    let told = |(_, ending, why): (String, Ending, String)| (ending == Ending::Skipped).then_some(why);
    let whys: Vec<_> = kept.0.into_iter().filter_map(told).collect();
    assert_eq!(whys, ["is there with other content", "an earlier record is just the same"]);
    let notes: Vec<_> = download(&mailbox).await.unwrap().0.into_iter().map(|contact| contact.notes).collect();
    assert_eq!(notes, ["one", "three"]);
}

#[tokio::test]
async fn an_interrupted_import_finishes_what_it_began() {
    let directory = tempfile::tempdir().unwrap();
    let mailbox = mailbox(Honest(sandbox(directory.path())), Dialect::Graph);
    let file = cards(directory.path(), 50, 0);
    struct StopAt<'a>(u64, &'a AtomicBool);
    impl Watcher for StopAt<'_> {
        fn record(&mut self, _: &RecordReport<'_>) {
            self.0 = self.0.wrapping_sub(1);
            if self.0 == 0 {
                self.1.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }
    let stop = AtomicBool::new(false);
    let (mut watcher, how) = (StopAt(10, &stop), How { interrupted: &stop, ..How::default() });
    let imported = import_file(&mailbox, &file, &mut ledger("run1"), &how, &mut watcher).await;
    assert!(matches!(imported.stopped, Some(Stopped::Interrupted)));
    let created = imported.totals.of(Ending::Created);
    assert!((10..50).contains(&created), "{created}");
    assert_eq!(download(&mailbox).await.unwrap().0.len() as u64, created);
    let (again, _) = upload(&mailbox, &file, "run2").await;
    assert_eq!(counts(&again.totals), [50 - created, 0, created, 0, 0, 0]);
}

#[tokio::test]
async fn what_the_mailbox_does_not_give_costs_its_own_contact_alone() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = sandbox(directory.path());
    let file = cards(directory.path(), 5, 100);
    upload(&mailbox(Honest(sandbox.clone()), Dialect::Graph), &file, "run1").await;
    // The first photo is refused; the others come.
    static ASKED: AtomicBool = AtomicBool::new(false);
    let refuses = |request: &http::Request<bytes::Bytes>| {
        let photo = request.uri().path().ends_with("/photo/$value");
        (photo && !ASKED.swap(true, std::sync::atomic::Ordering::Relaxed)).then_some(400)
    };
    let (back, totals) = download(&mailbox(Grumpy(sandbox, refuses), Dialect::Graph)).await.unwrap();
    assert_eq!(counts(&totals), [5, 0, 0, 0, 0, 0]);
    assert_eq!((totals.photos, totals.refused_photos), (4, 1));
    assert_eq!(back.iter().filter(|contact| contact.photo.is_some()).count(), 4);
    assert!(totals.has_failures());
}

/// Pages are counted from the start: a contact that joins the folder in between moves the others on by one.
#[tokio::test]
async fn a_contact_that_two_pages_show_is_exported_once() {
    let page = |ids: [u8; 2], next: &str| {
        let items = ids.map(|id| format!(r#"{{"id":"{id}","displayName":"Person {id}"}}"#)).join(",");
        scripted::answer(200, &format!(r#"{{"value":[{items}]{next}}}"#))
    };
    let no_photo = || scripted::answer(404, "");
    let next = r#","@odata.nextLink":"https://mail.example/v1.0/me/contacts?$skip=2""#;
    let lines = [page([1, 2], next), no_photo(), no_photo(), page([2, 3], ""), no_photo()];
    let script = scripted::Script::of(lines);
    let (back, totals) = download(&scripted::mailbox(&script, &Arc::default())).await.unwrap();
    assert_eq!(totals.read, 3);
    let names: Vec<_> = back.into_iter().map(|contact| contact.name.full).collect();
    assert_eq!(names, ["Person 1", "Person 2", "Person 3"]);
}

#[tokio::test]
async fn a_contact_that_goes_while_it_is_exported_fails_alone() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = sandbox(directory.path());
    let file = directory.path().join("a.vcf");
    // Lists spoil notes that begin with an empty line, so that the contact is fetched singly.
    let card =
        |name: &str, notes: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nNOTE:{notes}\r\nEND:VCARD\r\n");
    fs::write(&file, card("Ada", "\\none\\ntwo") + &card("Bea", "one")).unwrap();
    upload(&mailbox(Honest(sandbox.clone()), Dialect::Graph), &file, "run1").await;
    let gone = |request: &http::Request<bytes::Bytes>| request.uri().path().contains("/contacts/").then_some(404);
    let (back, totals) = download(&mailbox(Grumpy(sandbox, gone), Dialect::Graph)).await.unwrap();
    assert_eq!(counts(&totals), [1, 0, 0, 0, 0, 1]);
    assert_eq!(back[0].name.full, "Bea");
}

#[tokio::test]
async fn a_record_that_breaks_the_server_does_not_hold_up_the_others() {
    let directory = tempfile::tempdir().unwrap();
    let breaks = |request: &http::Request<bytes::Bytes>| {
        let body = String::from_utf8_lossy(request.body());
        (request.method() == http::Method::POST && body.contains("Poison")).then_some(500)
    };
    let mailbox = mailbox(Grumpy(sandbox(directory.path()), breaks), Dialect::Graph);
    let file = directory.path().join("a.csv");
    let rows: String =
        (0..40).map(|row| format!("{},a{row}@a.example\n", if row == 3 { "Poison" } else { "Ada" })).collect();
    fs::write(&file, format!("First Name,E-mail Address\n{rows}")).unwrap();
    let (imported, _) = upload(&mailbox, &file, "run1").await;
    assert!(imported.stopped.is_none(), "{:?}", imported.stopped);
    assert_eq!(counts(&imported.totals), [39, 0, 0, 0, 0, 1]);
}

#[tokio::test]
async fn a_server_that_takes_nothing_stops_the_import() {
    let directory = tempfile::tempdir().unwrap();
    let breaks = |request: &http::Request<bytes::Bytes>| (request.method() == http::Method::POST).then_some(500);
    let mailbox = mailbox(Grumpy(sandbox(directory.path()), breaks), Dialect::Graph);
    let file = cards(directory.path(), 100, 0);
    let (imported, _) = upload(&mailbox, &file, "run1").await;
    assert!(matches!(imported.stopped, Some(Stopped::Remote(RemoteError::Unavailable { .. }))));
    let [created, .., failed] = counts(&imported.totals);
    assert!(created == 0 && (1..20).contains(&failed), "{failed}");
}

/// Somebody copies an uploaded contact, marks and all, as Outlook does, and may edit the copy: whose work is that?
#[tokio::test]
async fn a_copy_that_somebody_edited_is_no_twin() {
    for dialect in BOTH {
        let directory = tempfile::tempdir().unwrap();
        let sandbox = sandbox(directory.path());
        let mailbox = mailbox(Honest(sandbox.clone()), dialect);
        let file = cards(directory.path(), 1, 100);
        upload(&mailbox, &file, "run1").await;

        let asked = all_extended().into_iter().filter(|id| *id != extended::HAS_PICTURE).collect();
        let query = Query { expand: Expand(asked), ..Query::default() };
        let original = mailbox.contacts(&Place::default(), &query).next().await.unwrap().unwrap().remove(0);
        let made_by_the_server = ["id", "changekey", "createddatetime", "lastmodifieddatetime", "parentfolderid"];
        let mut copy = original.clone();
        copy.retain(|name, _| !name.contains('@') && !made_by_the_server.contains(&name.to_ascii_lowercase().as_str()));
        copy.retain(|_, value| !value.is_null() && value.as_object().is_none_or(|members| !members.is_empty()));
        for notes in ["the same", "edited"] {
            if notes == "edited" {
                copy.insert(dialect.pick(("personalNotes", "PersonalNotes")).into(), notes.into());
            }
            let mut request = contacts::create(mailbox.endpoint(), &Place::default(), &copy);
            request.headers_mut().insert("authorization", "Bearer any".parse().unwrap());
            assert_eq!(sandbox.handle(request).await.status(), 201);
        }

        let (again, _) = upload(&mailbox, &file, "run2").await;
        let proof = again.proof.unwrap();
        assert_eq!((proof.contacts, proof.twins_removed), (2, 1), "the one that says nothing new is gone");
        let notes: Vec<_> = download(&mailbox).await.unwrap().0.into_iter().map(|contact| contact.notes).collect();
        assert!(notes.contains(&"edited".to_owned()), "{notes:?}");
    }
}
