//! Plans that are written and carried out later: what has changed in between is refused, and nothing is sent.

use std::fs;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use cardferry::formats::exchange::Dialect;
use cardferry::pipeline::import::{
    Import, Imported, Inputs, MatchBy, OnMatch, Options, Plan, PlanCheck, PlanError, PlanWriter, Stopped,
};
use cardferry::pipeline::ledger::{Head, Ledger};
use cardferry::pipeline::{Ending, Reading, RecordReport, Source, Watcher};
use cardferry::remote::api::{Place, Query};
use cardferry::remote::{Mailbox, Transport, TransportError};
use http::{Method, Request, Response};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::import::{cards, counts, download, read, summary, upload};
use crate::importing::GOES_ON;
use crate::sandboxed::{Honest, mailbox, sandbox};
use crate::scripted::StillClock;

/// A line that counts what is more than a question.
struct Counted(Honest, AtomicUsize);

impl Transport for Counted {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.1.fetch_add(usize::from(request.method() != Method::GET), Ordering::Relaxed);
        self.0.send(request).await
    }
}

type Post = Mailbox<Arc<Counted>, Arc<StillClock>>;

/// A mailbox, a file to import into it, and the plan of that.
struct Scene {
    directory: tempfile::TempDir,
    line: Arc<Counted>,
    mailbox: Post,
    file: PathBuf,
    options: Options,
}

struct Nobody;
impl Watcher for Nobody {}

/// Keeps each ending and why.
#[derive(Default)]
struct Told(Vec<(Ending, String)>);

impl Watcher for Told {
    fn record(&mut self, report: &RecordReport<'_>) {
        self.0.push((report.ending, report.why.unwrap_or_default().to_owned()));
    }
}

fn head(run: &str, inputs: &Inputs<'_>, options: &Options) -> Head {
    let (source, options) = (inputs.print(), options.telling());
    Head { run: run.into(), address: "sandbox".into(), api: "graph".into(), source, options, ..Head::default() }
}

impl Scene {
    fn new(on_match: OnMatch, file: impl FnOnce(&Path) -> PathBuf) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let line = Arc::new(Counted(Honest(sandbox(directory.path())), AtomicUsize::new(0)));
        let mailbox = mailbox(Arc::clone(&line), Dialect::Graph);
        let file = file(directory.path());
        Self { directory, line, mailbox, file, options: Options { on_match, exactly: true, ..Options::default() } }
    }

    /// Two contacts that an earlier import left, and a file that changes one and adds one.
    async fn with_three(on_match: OnMatch) -> Self {
        let scene = Self::new(on_match, |directory| directory.join("people.vcf"));
        fs::write(&scene.file, card("Ada", "old") + &card("Bea", "same")).unwrap();
        upload(&scene.mailbox, &scene.file, "first").await;
        fs::write(&scene.file, card("Ada", "new") + &card("Bea", "same") + &card("Cid", "")).unwrap();
        scene
    }

    fn inputs<'a>(&self, reading: &'a Reading) -> Inputs<'a> {
        Inputs::new(vec![Ok(Source::File(self.file.clone()))], reading)
    }

    fn import<'a>(
        &'a self,
        place: &'a Place,
        interrupted: &'a AtomicBool,
    ) -> Import<'a, Arc<Counted>, Arc<StillClock>> {
        Import { mailbox: &self.mailbox, place, options: &self.options, pictures: None, interrupted }
    }

    /// The plan as it is written.
    async fn save(&self) -> Vec<u8> {
        let (reading, place, mut bytes) = (Reading::default(), Place::default(), Vec::new());
        let inputs = self.inputs(&reading);
        let head = head("rehearsal", &inputs, &self.options);
        let mut ledger = Ledger::temporary(head.clone()).unwrap();
        let mut nobody = Nobody;
        let mut writer = PlanWriter::new(&mut bytes, &head, &mut nobody);
        self.import(&place, &GOES_ON).plan(&inputs, &mut ledger, &mut writer).await.unwrap();
        writer.finish().unwrap();
        bytes
    }

    fn ledger(&self, run: &str) -> Ledger {
        let reading = Reading::default();
        Ledger::temporary(head(run, &self.inputs(&reading), &self.options)).unwrap()
    }

    /// Holds a plan against what would be done now.
    async fn check(&self, plan: &[u8], ledger: &mut Ledger) -> Result<Plan, PlanError> {
        let (reading, place, mut lines) = (Reading::default(), Place::default(), plan);
        let inputs = self.inputs(&reading);
        let head = ledger.head().clone();
        let mut nobody = Nobody;
        let mut check = PlanCheck::new(&mut lines, &head, &mut nobody)?;
        let plan = self.import(&place, &GOES_ON).plan(&inputs, ledger, &mut check).await.unwrap();
        check.finish().map(|()| plan)
    }

    /// Does what is planned.
    async fn apply(&self, plan: &Plan, ledger: &mut Ledger, stop: &AtomicBool, told: &mut dyn Watcher) -> Imported {
        let (reading, place) = (Reading::default(), Place::default());
        self.import(&place, stop).apply(plan, &self.inputs(&reading), ledger, told).await
    }

    fn changes(&self) -> usize {
        self.line.1.load(Ordering::Relaxed)
    }

    /// The id of the contact of this name.
    async fn id(&self, name: &str) -> String {
        let page = self.mailbox.contacts(&Place::default(), &Query::default()).next().await.unwrap().unwrap();
        let found = page.iter().find(|contact| contact["displayName"] == name).unwrap();
        found["id"].as_str().unwrap().to_owned()
    }

    /// Somebody edits a contact.
    async fn edit(&self, name: &str, changes: Value) {
        let (id, changes) = (self.id(name).await, changes.as_object().unwrap().clone());
        self.mailbox.update(&Place::default(), &id, &changes).await.unwrap();
    }

    /// Somebody makes a contact.
    async fn make(&self, contact: Value) {
        let contact: Map<String, Value> = contact.as_object().unwrap().clone();
        let key = "0123456789abcdef0123456789abcdef".parse().unwrap();
        self.mailbox.create(&Place::default(), &contact, key).await.unwrap();
    }
}

fn card(name: &str, note: &str) -> String {
    let mail = format!("{}@x.example", name.to_lowercase());
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{name}\r\nFN:{name}\r\nEMAIL:{mail}\r\nNOTE:{note}\r\nEND:VCARD\r\n")
}

#[tokio::test]
async fn a_plan_that_holds_is_carried_out() {
    for on_match in [OnMatch::Skip, OnMatch::Fill, OnMatch::Update, OnMatch::Replace, OnMatch::Duplicate] {
        let scene = Scene::with_three(on_match).await;
        let before = scene.changes();
        let plan = scene.save().await;
        let mut ledger = scene.ledger("r1");
        let planned = scene.check(&plan, &mut ledger).await.unwrap();
        assert_eq!(scene.changes(), before, "a plan sends nothing but questions");
        let imported = scene.apply(&planned, &mut ledger, &GOES_ON, &mut Nobody).await;
        assert!(imported.stopped.is_none(), "{on_match:?}: {:?}", imported.stopped);
        assert_eq!(counts(&imported.totals), counts(&planned.totals), "{on_match:?}");
    }
}

#[tokio::test]
async fn every_line_says_what_would_be_done() {
    let scene = Scene::with_three(OnMatch::Update).await;
    let text = String::from_utf8(scene.save().await).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [head, ada, bea, cid, end] = lines.as_slice() else { panic!("{text}") };
    assert_eq!((&head["cardferry"], &head["address"]), (&json!("plan"), &json!("sandbox")));
    assert_eq!(ada["action"], "change");
    assert_eq!(ada["changes"], json!(["notes: \"old\" -> \"new\""]));
    assert!(ada["changeKey"].is_string() && ada["id"].is_string() && ada.get("body").is_none());
    assert_eq!(bea["action"], "unchanged");
    assert_eq!(
        (&cid["action"], &cid["body"]["emailAddresses"][0]["address"]),
        (&json!("create"), &json!("cid@x.example"))
    );
    assert_eq!(*end, json!({ "end": "plan", "records": 3 }));
}

/// Whatever counts has changed: the plan is refused, and nothing is sent.
#[tokio::test]
async fn what_counts_has_changed_since() {
    for (what, says) in [
        ("the contact that would be changed", "the contact there has changed"),
        ("its notes are what they should be", "was planned as “change”, and would now be “unchanged”"),
        ("it is gone", "was planned as “change”, and would now be “create”"),
        ("an unchanged one is gone", "was planned as “unchanged”, and would now be “create”"),
        ("the new one is there", "was planned as “create”"),
        ("a look-alike is there", "a contact that looks like it is there now, Cid"),
        ("the source", "another content of the inputs"),
        ("a record more", "another content of the inputs"),
        ("the options", "another choice of options"),
        ("the order of options", "another choice of options"),
        ("the folder", "another folder (“”, and now it is “A/B”)"),
        ("the mailbox", "another mailbox"),
        ("the address", "another address"),
        ("the API", "another API (“graph”, and now it is “outlook”)"),
    ] {
        let mut scene = Scene::with_three(OnMatch::Update).await;
        let plan = scene.save().await;
        change(&mut scene, what).await;
        let before = scene.changes();
        let mut ledger = Ledger::temporary(changed_head(&scene, what)).unwrap();
        let error = scene.check(&plan, &mut ledger).await.map(drop).unwrap_err();
        assert!(error.is_stale() && error.to_string().contains(says), "{what}: {error}");
        assert!(error.to_string().contains("nothing was sent"), "{what}: {error}");
        assert_eq!(scene.changes(), before, "{what}");
    }
}

async fn change(scene: &mut Scene, what: &str) {
    let place = Place::default();
    match what {
        "the contact that would be changed" => scene.edit("Ada", json!({ "jobTitle": "Countess" })).await,
        "its notes are what they should be" => scene.edit("Ada", json!({ "personalNotes": "new" })).await,
        "it is gone" => scene.mailbox.delete(&place, &scene.id("Ada").await).await.unwrap(),
        "an unchanged one is gone" => scene.mailbox.delete(&place, &scene.id("Bea").await).await.unwrap(),
        "the new one is there" => {
            let other = scene.directory.path().join("cid.vcf");
            fs::write(&other, card("Cid", "")).unwrap();
            upload(&scene.mailbox, &other, "another").await;
        }
        "a look-alike is there" => {
            let mails = json!([{ "address": "cid@x.example" }]);
            scene.make(json!({ "displayName": "Cid", "givenName": "Cid", "emailAddresses": mails })).await;
        }
        "the source" => fs::write(&scene.file, card("Ada", "newer") + &card("Bea", "same") + &card("Cid", "")).unwrap(),
        "a record more" => {
            let more = fs::read_to_string(&scene.file).unwrap() + &card("Dee", "");
            fs::write(&scene.file, more).unwrap();
        }
        "the options" => scene.options.on_match = OnMatch::Replace,
        "the order of options" => scene.options.match_by = vec![MatchBy::Uid, MatchBy::Key],
        _ => {}
    }
}

fn changed_head(scene: &Scene, what: &str) -> Head {
    let reading = Reading::default();
    let mut head = head("r1", &scene.inputs(&reading), &scene.options);
    match what {
        "the folder" => head.folder = "A/B".into(),
        "the mailbox" => head.mailbox = "ada@x.example".into(),
        "the address" => head.address = "https://other.example/v1.0".into(),
        "the API" => head.api = "outlook".into(),
        _ => {}
    }
    head
}

/// Somebody edits a contact after the plan was found to hold: it is left alone, told, and the others are done.
#[tokio::test]
async fn what_changes_between_the_check_and_the_write_fails_alone() {
    let scene = Scene::with_three(OnMatch::Update).await;
    let plan = scene.save().await;
    let mut ledger = scene.ledger("r1");
    let planned = scene.check(&plan, &mut ledger).await.unwrap();
    scene.edit("Ada", json!({ "jobTitle": "Countess" })).await;
    let mut told = Told::default();
    let imported = scene.apply(&planned, &mut ledger, &GOES_ON, &mut told).await;
    assert_eq!(counts(&imported.totals), [1, 0, 1, 0, 0, 1]);
    assert!(told.0.iter().any(|(ending, why)| *ending == Ending::Failed && why.contains("left alone")), "{:?}", told.0);
    let id = scene.id("Ada").await;
    let ada = scene.mailbox.contact(&Place::default(), &id, &Query::default()).await.unwrap();
    assert_eq!((&ada["personalNotes"], &ada["jobTitle"]), (&json!("old"), &json!("Countess")));
}

/// Without a plan the same edit is merged with, as ever.
#[tokio::test]
async fn without_a_plan_what_is_there_now_counts() {
    let mut scene = Scene::with_three(OnMatch::Update).await;
    scene.options.exactly = false;
    let plan = scene.save().await;
    let mut ledger = scene.ledger("r1");
    let planned = scene.check(&plan, &mut ledger).await.unwrap();
    scene.edit("Ada", json!({ "jobTitle": "Countess" })).await;
    let imported = scene.apply(&planned, &mut ledger, &GOES_ON, &mut Nobody).await;
    assert_eq!(counts(&imported.totals), [1, 1, 1, 0, 0, 0]);
}

/// A plan that is stopped after any of its records, or by a full disk at any of the ledger's writes, goes on.
#[tokio::test]
async fn a_plan_that_was_stopped_goes_on() {
    struct StopAt<'a>(usize, &'a AtomicBool);
    impl Watcher for StopAt<'_> {
        fn record(&mut self, _: &RecordReport<'_>) {
            self.0 = self.0.wrapping_sub(1);
            if self.0 == 0 {
                self.1.store(true, Ordering::Relaxed);
            }
        }
    }
    let (mut stops, mut full) = (0, 0);
    for on_match in [OnMatch::Skip, OnMatch::Update, OnMatch::Duplicate] {
        for (at, disk) in [1, 4, 8, 11].into_iter().flat_map(|at| [(at, false), (at, true)]) {
            let scene = Scene::new(on_match, |directory| cards(directory, 12, 60));
            let source = fs::read_to_string(&scene.file).unwrap();
            fs::write(&scene.file, source.replacen("TEL", "NOTE:changed later\r\nTEL", 4)).unwrap();
            if on_match != OnMatch::Skip {
                let earlier = scene.directory.path().join("earlier.vcf");
                fs::write(&earlier, &source).unwrap();
                upload(&scene.mailbox, &earlier, "first").await;
            }
            let plan = scene.save().await;
            let (mut ledger, stop) = (scene.ledger("r1"), AtomicBool::new(false));
            let planned = scene.check(&plan, &mut ledger).await.unwrap();
            let stopped = if disk {
                ledger.fail_after(at as u64);
                scene.apply(&planned, &mut ledger, &stop, &mut Nobody).await
            } else {
                scene.apply(&planned, &mut ledger, &stop, &mut StopAt(at, &stop)).await
            };
            stops += u64::from(matches!(stopped.stopped, Some(Stopped::Interrupted)));
            full += u64::from(matches!(stopped.stopped, Some(Stopped::Ledger(_))));
            ledger.fail_after(u64::MAX);
            let again = scene.check(&plan, &mut ledger).await;
            let again = again.unwrap_or_else(|error| panic!("{on_match:?}, stopped after {at}, {disk}: {error}"));
            let imported = scene.apply(&again, &mut ledger, &GOES_ON, &mut Nobody).await;
            assert!(imported.stopped.is_none(), "{:?}", imported.stopped);
            let mut wanted = read(&fs::read(&scene.file).unwrap());
            if on_match == OnMatch::Duplicate {
                wanted.extend(read(source.as_bytes()));
            }
            let (back, _) = download(&scene.mailbox).await.unwrap();
            assert_eq!(summary(&back), summary(&wanted), "{on_match:?}, stopped after {at}, {disk}");
        }
    }
    assert!(stops > 8 && full > 8, "{stops} stops, {full} full disks");
}

/// What somebody does to a contact that the plan has changed already is a change, and not the plan's own doing.
#[tokio::test]
async fn what_is_edited_while_a_plan_is_stopped_is_refused() {
    let scene = Scene::with_three(OnMatch::Update).await;
    let plan = scene.save().await;
    let mut ledger = scene.ledger("r1");
    let planned = scene.check(&plan, &mut ledger).await.unwrap();
    scene.apply(&planned, &mut ledger, &GOES_ON, &mut Nobody).await;
    assert!(scene.check(&plan, &mut ledger).await.is_ok(), "all of it is this run's own work");
    let other = scene.check(&plan, &mut scene.ledger("r2")).await.map(drop).unwrap_err();
    assert!(other.is_stale(), "another run has done it: {other}");
    scene.edit("Ada", json!({ "personalNotes": "edited" })).await;
    let error = scene.check(&plan, &mut ledger).await.map(drop).unwrap_err();
    assert!(error.to_string().contains("the contact there has changed"), "{error}");
}

#[tokio::test]
async fn what_is_no_plan_is_told() {
    let scene = Scene::with_three(OnMatch::Update).await;
    let plan = scene.save().await;
    let before = scene.changes();
    let foreign = [
        &b""[..],
        b"\n",
        b"BEGIN:VCARD\r\nEND:VCARD\r\n",
        b"{}",
        b"[1]",
        b"\xff\xfe\0\0",
        b"{\"cardferry\":\"plan\",\"version\":2}",
    ];
    for bytes in foreign {
        let error = scene.check(bytes, &mut scene.ledger("r1")).await.map(drop).unwrap_err();
        assert!(matches!(error, PlanError::Foreign), "{bytes:?}: {error}");
    }
    let lines = |edit: fn(&mut Vec<String>)| {
        let mut lines: Vec<_> = std::str::from_utf8(&plan).unwrap().lines().map(str::to_owned).collect();
        edit(&mut lines);
        lines.join("\n").into_bytes()
    };
    for (bytes, says) in [
        (lines(|lines| drop(lines.pop())), "line 5 is missing: the plan breaks off"),
        (lines(|lines| drop(lines.remove(2))), "line 4 is not the last one that was written"),
        (lines(|lines| lines.insert(2, lines[2].clone())), "line 6 is not the last one that was written"),
        (lines(|lines| lines.push("{}".into())), "line 6 stands behind the end of the plan"),
        (lines(|lines| lines[3].truncate(40)), "line 4 is no whole line of JSON"),
        (lines(|lines| lines[3] = "7".into()), "line 4 is none of a plan"),
    ] {
        let error = scene.check(&bytes, &mut scene.ledger("r1")).await.map(drop).unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("--save-plan"), "{says}: {error}");
    }
    assert_eq!(scene.changes(), before);
}

/// A file without end, with or without a plan's beginning, is neither read to its end nor kept.
#[tokio::test]
async fn a_plan_without_end_is_given_up() {
    let scene = Scene::with_three(OnMatch::Skip).await;
    let plan = scene.save().await;
    let head = scene.ledger("r1").head().clone();
    let first = plan.split_inclusive(|byte| *byte == b'\n').next().unwrap();
    let mut endless = BufReader::new(io::repeat(b' '));
    assert!(matches!(PlanCheck::new(&mut endless, &head, &mut Nobody), Err(PlanError::Foreign)));
    let mut endless = BufReader::new(first.chain(io::repeat(b'[')));
    let mut nobody = Nobody;
    let check = PlanCheck::new(&mut endless, &head, &mut nobody).unwrap();
    let error = check.finish().unwrap_err().to_string();
    assert!(error.contains("line 2 is longer than any of a plan"), "{error}");
}

/// A contact whose line would be longer than one that is read has a shorter one, which holds all the same.
#[tokio::test]
async fn a_huge_record_has_a_line_that_can_be_read() {
    let scene = Scene::new(OnMatch::Skip, |directory| {
        let path = directory.join("huge.vcf");
        fs::write(&path, card("Ada", &"\u{1}x".repeat(3_000_000)) + &card("Bea", "")).unwrap();
        path
    });
    let plan = scene.save().await;
    let lines: Vec<_> = plan.split(|byte| *byte == b'\n').collect();
    assert!(lines.iter().all(|line| line.len() < 16 * 1024 * 1024));
    let has_body = |line: &[u8]| line.windows(7).any(|at| at == b"\"body\":");
    assert!(!has_body(lines[1]) && has_body(lines[2]));
    scene.check(&plan, &mut scene.ledger("r1")).await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    /// A plan that is cut anywhere is no plan, and whatever is done to its bytes sends nothing.
    #[test]
    fn damage_is_told(cut in 0.0..1.0f64, at in 0.0..1.0f64, byte in any::<u8>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let scene = Scene::with_three(OnMatch::Update).await;
            let plan = scene.save().await;
            let before = scene.changes();
            let end = ((plan.len() - 1) as f64 * cut) as usize;
            prop_assert!(scene.check(&plan[..end], &mut scene.ledger("r1")).await.is_err());
            let mut spoiled = plan.clone();
            spoiled[(plan.len() as f64 * at) as usize] = byte;
            let _ = scene.check(&spoiled, &mut scene.ledger("r1")).await;
            prop_assert_eq!(scene.changes(), before);
            Ok(())
        })?;
    }
}
