//! Whom a record means, and what becomes of that contact: every way of looking, every way of dealing with what is found.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use cardferry::formats::exchange::Dialect;
use cardferry::pipeline::import::{Import, Imported, Inputs, MatchBy, OnMatch, Options, Plan, Stopped};
use cardferry::pipeline::ledger::Ledger;
use cardferry::pipeline::{Ending, Reading, RecordReport, Source, Watcher};
use cardferry::remote::api::Place;
use cardferry::remote::{Clock, Mailbox, Sent, Transport, TransportError};
use cardferry::sandbox::Sandbox;
use http::{Method, Request, Response};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{BOTH, counts};
use crate::importing::{GOES_ON, How, import_file, ledger};
use crate::sandboxed::{Honest, mailbox, sandbox};

/// A sandbox with a directory of its own.
struct Stage {
    directory: tempfile::TempDir,
    sandbox: Sandbox,
}

/// What became of each record: its name, its ending and why.
#[derive(Default)]
struct Ends(Vec<(String, Ending, String)>);

impl Watcher for Ends {
    fn record(&mut self, report: &RecordReport<'_>) {
        self.0.push((report.name.to_owned(), report.ending, report.why.unwrap_or_default().to_owned()));
    }
}

impl Ends {
    fn whys(&self) -> Vec<&str> {
        self.0.iter().map(|(.., why)| why.as_str()).filter(|why| !why.is_empty()).collect()
    }
}

impl Stage {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let sandbox = sandbox(directory.path());
        Self { directory, sandbox }
    }

    async fn ask(&self, method: Method, path: &str, body: Value) -> Value {
        let request = Request::builder().method(method).uri(format!("http://localhost/v1.0/me{path}"));
        let request = request.header("authorization", "Bearer any").header("content-type", "application/json");
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let answer = self.sandbox.handle(request.body(body).unwrap()).await;
        assert!(answer.status().is_success(), "{answer:?}");
        serde_json::from_slice(answer.body()).unwrap_or_default()
    }

    /// A contact that somebody else puts there; what it is called, its address and its telephone, each perhaps empty.
    async fn put(&self, name: &str, mail: &str, phone: &str) -> String {
        let mut body = json!({"displayName": name, "givenName": name, "jobTitle": "there"});
        if !mail.is_empty() {
            body["emailAddresses"] = json!([{"address": mail, "name": mail}]);
        }
        if !phone.is_empty() {
            body["mobilePhone"] = phone.into();
        }
        self.ask(Method::POST, "/contacts", body).await["id"].as_str().unwrap().to_owned()
    }

    async fn edit(&self, id: &str, body: Value) {
        self.ask(Method::PATCH, &format!("/contacts/{id}"), body).await;
    }

    /// Name, job title and notes of each contact, in the order of names.
    async fn there(&self) -> Vec<String> {
        let listed = self.ask(Method::GET, "/contacts?$top=200", Value::Null).await;
        let text = |contact: &Value, name: &str| contact[name].as_str().unwrap_or_default().to_owned();
        let line = |contact: &Value| {
            format!("{}/{}/{}", text(contact, "displayName"), text(contact, "jobTitle"), text(contact, "personalNotes"))
        };
        let mut lines: Vec<_> = listed["value"].as_array().unwrap().iter().map(line).collect();
        lines.sort();
        lines
    }

    async fn ids(&self) -> Vec<String> {
        let listed = self.ask(Method::GET, "/contacts?$top=200&$select=id", Value::Null).await;
        listed["value"].as_array().unwrap().iter().map(|contact| contact["id"].as_str().unwrap().to_owned()).collect()
    }

    fn file(&self, cards: &[String]) -> PathBuf {
        let file = self.directory.path().join("cards.vcf");
        fs::write(&file, cards.concat()).unwrap();
        file
    }

    /// Imports cards.
    async fn import(&self, dialect: Dialect, run: &str, options: &Options, cards: &[String]) -> (Imported, Ends) {
        let (mailbox, mut ends) = (mailbox(Honest(self.sandbox.clone()), dialect), Ends::default());
        let how = How { options: options.clone(), ..How::default() };
        let imported = import_file(&mailbox, &self.file(cards), &mut ledger(run), &how, &mut ends).await;
        assert!(imported.stopped.is_none(), "{:?}", imported.stopped);
        let proof = imported.proof.unwrap();
        assert_eq!((proof.missing, proof.twins_removed), (0, 0));
        (imported, ends)
    }
}

fn card(uid: &str, name: &str, more: &[&str]) -> String {
    let uid = if uid.is_empty() { String::new() } else { format!("UID:{uid}\r\n") };
    let more: String = more.iter().map(|line| format!("{line}\r\n")).collect();
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{uid}FN:{name}\r\nN:;{name};;;\r\n{more}END:VCARD\r\n")
}

fn options(match_by: &[MatchBy], on_match: OnMatch) -> Options {
    Options { match_by: match_by.to_vec(), on_match, ..Options::default() }
}

/// What becomes of the one contact there, whose job title is `there` and which has no notes, when a record that it is
/// found by has the title `new` and the notes `n`.
fn becomes(on_match: OnMatch) -> (&'static [&'static str], [u64; 6]) {
    match on_match {
        OnMatch::Skip => (&["Ada/there/"], [0, 0, 0, 1, 0, 0]),
        OnMatch::Fill => (&["Ada/there/n"], [0, 1, 0, 0, 0, 0]),
        OnMatch::Update | OnMatch::Replace => (&["Ada/new/n"], [0, 1, 0, 0, 0, 0]),
        OnMatch::Duplicate => (&["Ada/new/n", "Ada/there/"], [1, 0, 0, 0, 0, 0]),
    }
}

/// The endings of a second run: nothing is left to do, but that somebody who wants duplicates gets another.
fn again(on_match: OnMatch) -> [u64; 6] {
    match on_match {
        OnMatch::Skip => [0, 0, 0, 1, 0, 0],
        OnMatch::Duplicate => [1, 0, 0, 0, 0, 0],
        _ => [0, 0, 1, 0, 0, 0],
    }
}

#[tokio::test]
async fn each_way_of_looking_with_each_way_of_dealing() {
    let record =
        |uid| card(uid, "Ada", &["TITLE:new", "NOTE:n", "EMAIL:ADA@x.example", "TEL;TYPE=cell:+49 30 5550101"]);
    for dialect in BOTH {
        for by in MatchBy::ALL {
            for on_match in OnMatch::ALL {
                let stage = Stage::new();
                let case = format!("{dialect:?} {by:?} {on_match:?}");
                let (match_by, cards) = ([by], [record("u1")]);
                match by {
                    MatchBy::Key | MatchBy::Uid => {
                        // An earlier import has put it there, and left the notes empty.
                        let cards = [card("u1", "Ada", &["TITLE:there"])];
                        stage.import(dialect, "run0", &Options::default(), &cards).await;
                    }
                    MatchBy::Email => drop(stage.put("Ada", "ada@X.example", "").await),
                    MatchBy::Phone => drop(stage.put("Ada", "", "030 555-0101").await),
                    MatchBy::Name => drop(stage.put("Ada", "", "").await),
                }
                let options = options(&match_by, on_match);
                let (imported, _) = stage.import(dialect, "run1", &options, &cards).await;
                let (there, ended) = becomes(on_match);
                assert_eq!((stage.there().await, counts(&imported.totals)), (owned(there), ended), "{case}");
                let before = stage.there().await.len();
                let (imported, _) = stage.import(dialect, "run2", &options, &cards).await;
                assert_eq!(counts(&imported.totals), again(on_match), "{case}");
                assert_eq!(stage.there().await.len() - before, usize::from(on_match == OnMatch::Duplicate), "{case}");
            }
        }
    }
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

/// Somebody edits in Outlook what an import has put there.
#[tokio::test]
async fn edits_in_between() {
    let cards = [card("u1", "Ada", &["TITLE:new"])];
    for dialect in BOTH {
        for (on_match, there, ended) in [
            (OnMatch::Skip, "Ada/edited/own", [0, 0, 1, 0, 0, 0]),
            (OnMatch::Fill, "Ada/edited/own", [0, 0, 1, 0, 0, 0]),
            (OnMatch::Update, "Ada/new/own", [0, 1, 0, 0, 0, 0]),
            (OnMatch::Replace, "Ada/new/", [0, 1, 0, 0, 0, 0]),
        ] {
            let stage = Stage::new();
            stage.import(dialect, "run1", &options(&MatchBy::DEFAULT, on_match), &cards).await;
            stage.edit(&stage.ids().await[0], json!({"jobTitle": "edited", "personalNotes": "own"})).await;
            let (imported, _) = stage.import(dialect, "run2", &options(&MatchBy::DEFAULT, on_match), &cards).await;
            assert_eq!((stage.there().await, counts(&imported.totals)), (owned(&[there]), ended), "{on_match:?}");
            let (imported, _) = stage.import(dialect, "run3", &options(&MatchBy::DEFAULT, on_match), &cards).await;
            assert_eq!(counts(&imported.totals), [0, 0, 1, 0, 0, 0], "{on_match:?}");
        }
    }
}

#[tokio::test]
async fn the_first_thing_that_finds_somebody_decides() {
    for (match_by, found) in [
        (&[MatchBy::Email, MatchBy::Phone, MatchBy::Name][..], "Mail"),
        (&[MatchBy::Phone, MatchBy::Email], "Phone"),
        (&[MatchBy::Name, MatchBy::Email], "Ada"),
        (&[MatchBy::Uid, MatchBy::Key, MatchBy::Phone], "Phone"),
    ] {
        let stage = Stage::new();
        stage.put("Mail", "a@x.example", "").await;
        stage.put("Phone", "", "+49 30 5550101").await;
        stage.put("Ada", "", "").await;
        let cards = [card("", "Ada", &["NOTE:n", "EMAIL:a@x.example", "TEL:+49 30 5550101"])];
        stage.import(Dialect::Graph, "run1", &options(match_by, OnMatch::Fill), &cards).await;
        let noted: Vec<_> = stage.there().await.into_iter().filter(|line| line.ends_with("/n")).collect();
        assert_eq!(noted, [format!("{found}/there/n")]);
    }
}

#[tokio::test]
async fn of_several_the_namesake_is_meant_and_else_nobody() {
    let cards = [card("", "Ada", &["NOTE:n", "EMAIL:office@x.example"])];
    for on_match in [OnMatch::Skip, OnMatch::Fill, OnMatch::Update, OnMatch::Replace] {
        let stage = Stage::new();
        stage.put("Bea", "office@x.example", "").await;
        stage.put("Cem", "office@x.example", "").await;
        let options = options(&[MatchBy::Key, MatchBy::Email], on_match);
        for run in ["run1", "run2"] {
            let (imported, ends) = stage.import(Dialect::Graph, run, &options, &cards).await;
            assert_eq!(counts(&imported.totals), [0, 0, 0, 1, 0, 0]);
            assert_eq!(ends.whys(), ["2 contacts there have the same e-mail address"]);
        }
        stage.put("ADA", "office@x.example", "").await;
        let (imported, ends) = stage.import(Dialect::Graph, "run3", &options, &cards).await;
        match on_match {
            OnMatch::Skip => assert_eq!(ends.whys(), ["“ADA” is there with the same e-mail address"]),
            _ => assert_eq!(counts(&imported.totals), [0, 1, 0, 0, 0, 0]),
        }
        // Two of the same name and address cannot be told apart.
        stage.put("ada ", "office@x.example", "").await;
        let other = [card("", "Ada", &["NOTE:other", "EMAIL:office@x.example", "TEL:1"])];
        if on_match == OnMatch::Skip {
            let (_, ends) = stage.import(Dialect::Graph, "run4", &options, &other).await;
            assert_eq!(ends.whys(), ["2 contacts there have the same e-mail address"]);
        }
    }
}

#[tokio::test]
async fn a_name_that_is_none_is_nobody_s() {
    let stage = Stage::new();
    let cards = [
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\r\nTEL:2\r\nEND:VCARD\r\n".to_owned(),
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\r\nTEL:3\r\nEND:VCARD\r\n".to_owned(),
    ];
    let options = options(&[MatchBy::Key, MatchBy::Name], OnMatch::Replace);
    let (imported, _) = stage.import(Dialect::Graph, "run1", &options, &cards).await;
    assert_eq!((counts(&imported.totals), stage.there().await.len()), ([2, 0, 0, 0, 0, 0], 2));
    let (imported, _) = stage.import(Dialect::Graph, "run2", &options, &cards).await;
    assert_eq!(counts(&imported.totals), [0, 0, 2, 0, 0, 0]);
}

#[tokio::test]
async fn records_of_one_source_are_found_by_the_same_rules() {
    for (by, first, second, same) in [
        (MatchBy::Email, "EMAIL:a@x.example", "EMAIL:A@X.example", true),
        (MatchBy::Email, "EMAIL:a@x.example", "EMAIL:b@x.example", false),
        (MatchBy::Phone, "TEL:+49 30 5550101", "TEL:030 5550101", true),
        // The last nine digits are the same, the numbers are not.
        (MatchBy::Phone, "TEL:+49 30 5550101", "TEL:+43 30 5550101", false),
        (MatchBy::Phone, "TEL:+1 206 555 0101", "TEL:(306) 555-0101", false),
    ] {
        for on_match in OnMatch::ALL {
            let stage = Stage::new();
            let cards = [card("u1", "Ada", &[first]), card("u2", "Bea", &[second])];
            let options = options(&[MatchBy::Key, by], on_match);
            let (imported, ends) = stage.import(Dialect::Graph, "run1", &options, &cards).await;
            if same && on_match != OnMatch::Duplicate {
                assert_eq!(counts(&imported.totals), [1, 0, 0, 1, 0, 0], "{first} {second}");
                assert!(ends.whys()[0].starts_with("record 1 has the same "), "{:?}", ends.whys());
            } else {
                assert_eq!(counts(&imported.totals), [2, 0, 0, 0, 0, 0], "{first} {second} {on_match:?}");
            }
        }
    }
    let stage = Stage::new();
    let cards = [card("", "Ada", &["TEL:1"]), card("", " ADA ", &["TEL:2"]), card("", "Bea", &[])];
    let (imported, _) =
        stage.import(Dialect::Graph, "run1", &options(&[MatchBy::Key, MatchBy::Name], OnMatch::Skip), &cards).await;
    assert_eq!(counts(&imported.totals), [2, 0, 0, 1, 0, 0]);
}

/// A couple has one address: each of the two was imported, and each is found by what the import has left, whoever comes
/// first in the file.
#[tokio::test]
async fn what_an_import_has_left_goes_before_what_people_share() {
    let couple = |note: &str| {
        let note = format!("NOTE:{note}");
        ["Ada", "Bea"].map(|name| card(name, name, &["EMAIL:both@x.example", &note]))
    };
    for on_match in [OnMatch::Update, OnMatch::Replace] {
        let stage = Stage::new();
        stage.import(Dialect::Graph, "run1", &Options::default(), &couple("one")).await;
        let options = options(&[MatchBy::Key, MatchBy::Uid, MatchBy::Email], on_match);
        let (imported, ends) = stage.import(Dialect::Graph, "run2", &options, &couple("two")).await;
        assert_eq!(counts(&imported.totals), [0, 2, 0, 0, 0, 0], "{:?}", ends.whys());
        assert_eq!(stage.there().await, ["Ada//two", "Bea//two"]);
    }
}

/// A new record shares an address with one that was imported and stands behind it in the file: it must not take the
/// other's contact.
#[tokio::test]
async fn nobody_takes_the_contact_of_a_record_that_comes_later() {
    let ada = |note: &str| card("ada", "Ada", &["EMAIL:office@x.example", &format!("NOTE:{note}")]);
    let new = card("new", "Zoe", &["EMAIL:office@x.example"]);
    for on_match in [OnMatch::Skip, OnMatch::Fill, OnMatch::Update, OnMatch::Replace] {
        let stage = Stage::new();
        stage.import(Dialect::Graph, "run1", &Options::default(), &[ada("")]).await;
        let options = options(&[MatchBy::Key, MatchBy::Uid, MatchBy::Email], on_match);
        let (_, ends) = stage.import(Dialect::Graph, "run2", &options, &[new.clone(), ada("n")]).await;
        assert_eq!(ends.0[0].1, Ending::Skipped);
        assert_eq!(ends.0[0].2, "“Ada” is there with the same e-mail address, and is what record 2 means");
        let there = if on_match == OnMatch::Skip { "Ada//" } else { "Ada//n" };
        assert_eq!(stage.there().await, [there], "{on_match:?}");
    }
}

#[tokio::test]
async fn several_records_that_mean_one_contact_change_it_once() {
    let stage = Stage::new();
    let id = stage.put("Ada", "a@x.example", "+49 30 5550101").await;
    let body = json!({"emailAddresses": [{"address": "a@x.example"}, {"address": "b@x.example"}]});
    stage.edit(&id, body).await;
    let cards =
        [card("u1", "Ada", &["EMAIL:a@x.example", "NOTE:one"]), card("u2", "Ada", &["EMAIL:b@x.example", "NOTE:two"])];
    let options = options(&[MatchBy::Key, MatchBy::Email], OnMatch::Update);
    for run in ["run1", "run2"] {
        let (imported, ends) = stage.import(Dialect::Graph, run, &options, &cards).await;
        assert_eq!(imported.totals.of(Ending::Skipped), 1);
        let why = match run {
            "run1" => "record 1 means the same contact, “Ada”",
            _ => "“Ada” is there with the same e-mail address, and is what record 1 means",
        };
        assert_eq!(ends.whys(), [why]);
        assert_eq!(stage.there().await, ["Ada/there/one"]);
    }
}

/// Whatever is looked by, what a record has made is not made again.
#[tokio::test]
async fn a_second_run_finds_its_own_whatever_it_looks_by() {
    let cards = [card("", "Ada", &[]), card("", "Bea", &["NOTE:n"]), card("u", "Cem", &["TEL:1"])];
    for by in MatchBy::ALL {
        for on_match in [OnMatch::Skip, OnMatch::Fill, OnMatch::Update, OnMatch::Replace] {
            let stage = Stage::new();
            let options = options(&[by], on_match);
            stage.import(Dialect::Graph, "run1", &options, &cards).await;
            let (imported, _) = stage.import(Dialect::Graph, "run2", &options, &cards).await;
            assert_eq!((imported.totals.of(Ending::Created), stage.there().await.len()), (0, 3), "{by:?} {on_match:?}");
        }
    }
}

/// Two people of one UID both arrive, and both are found again.
#[tokio::test]
async fn one_uid_for_two_people() {
    let cards = [card("0", "Ada", &[]), card("0", "Bea", &[]), card("0", "Ada", &[])];
    for on_match in [OnMatch::Skip, OnMatch::Fill, OnMatch::Update, OnMatch::Replace] {
        for by in [&MatchBy::DEFAULT[..], &[MatchBy::Uid], &[MatchBy::Key]] {
            let stage = Stage::new();
            let options = options(by, on_match);
            let (imported, ends) = stage.import(Dialect::Graph, "run1", &options, &cards).await;
            assert_eq!(counts(&imported.totals), [2, 0, 0, 1, 0, 0]);
            assert_eq!(ends.whys(), ["an earlier record is just the same"]);
            let (imported, _) = stage.import(Dialect::Graph, "run2", &options, &cards).await;
            assert_eq!(imported.totals.of(Ending::Created), 0, "{on_match:?} {by:?}");
            assert_eq!(stage.there().await, ["Ada//", "Bea//"], "{on_match:?} {by:?}");
        }
    }
}

#[tokio::test]
async fn duplicates_have_keys_of_their_own() {
    let cards = [card("u1", "Ada", &["NOTE:n"])];
    for dialect in BOTH {
        let stage = Stage::new();
        let duplicate = options(&MatchBy::DEFAULT, OnMatch::Duplicate);
        for (at, run) in ["run1", "run2", "run3"].into_iter().enumerate() {
            let (imported, _) = stage.import(dialect, run, &duplicate, &cards).await;
            assert_eq!((counts(&imported.totals), stage.there().await.len()), ([1, 0, 0, 0, 0, 0], at + 1));
        }
        // The run that is done again, as after it was killed, makes no more.
        let (imported, _) = stage.import(dialect, "run3", &duplicate, &cards).await;
        assert_eq!((counts(&imported.totals), stage.there().await.len()), ([0, 0, 1, 0, 0, 0], 3));
        let (imported, _) = stage.import(dialect, "run4", &Options::default(), &cards).await;
        assert_eq!((counts(&imported.totals), stage.there().await.len()), ([0, 0, 1, 0, 0, 0], 3));
    }
}

/// A line that loses the answer to every create.
struct Mute(Sandbox);

impl Transport for &Mute {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let creates = request.method() == Method::POST;
        let answer = self.0.handle(request).await;
        if creates { Err(TransportError { sent: Sent::Maybe, what: "the line broke".into() }) } else { Ok(answer) }
    }
}

/// An older contact of the same record is not taken for the one whose answer was lost.
#[tokio::test]
async fn a_duplicate_whose_answer_is_lost_is_made_all_the_same() {
    let stage = Stage::new();
    let cards = [card("u1", "Ada", &["NOTE:n"])];
    stage.import(Dialect::Graph, "run1", &Options::default(), &cards).await;
    let older = stage.ids().await;
    let line = Mute(stage.sandbox.clone());
    let (mailbox, how) = (mailbox(&line, Dialect::Graph), options(&MatchBy::DEFAULT, OnMatch::Duplicate));
    let how = How { options: how, ..How::default() };
    let mut ledger = ledger("run2");
    let imported = import_file(&mailbox, &stage.file(&cards), &mut ledger, &how, &mut Ends::default()).await;
    assert_eq!(counts(&imported.totals), [1, 0, 0, 0, 0, 0]);
    let made = ledger.row(1).unwrap().unwrap().id.unwrap();
    assert!(stage.ids().await.len() == 2 && !older.contains(&made));
}

#[tokio::test]
async fn look_alikes_are_counted_and_told_by_what_finds_them() {
    let stage = Stage::new();
    stage.put("Ada", "a@x.example", "").await;
    stage.put("Bea", "", "030 5550101").await;
    stage.put("Cem", "c@x.example", "").await;
    stage.put("Dan", "", "").await;
    let cards = [
        card("", "Ada", &["EMAIL:A@x.example"]),
        card("", "Bea", &["TEL:+49 30 5550101"]),
        card("", "Someone", &["EMAIL:c@x.example"]),
        card("", "Dan", &["EMAIL:d@x.example"]),
    ];
    let plan = plan(&stage, &Options::default(), &cards).await.unwrap();
    assert_eq!((plan.there, plan.changes, plan.totals.of(Ending::Created)), (4, 0, 4));
    assert_eq!((plan.like.count, &plan.like.examples[..]), (2, &owned(&["Ada", "Bea"])[..]));
    assert_eq!(plan.like.by, [MatchBy::Email, MatchBy::Phone]);
    // What an import has put there is no look-alike.
    stage.import(Dialect::Graph, "run1", &Options::default(), &[card("x", "Eve", &["EMAIL:e@x.example"])]).await;
    let plan = self::plan(&stage, &Options::default(), &[card("y", "Eve", &["EMAIL:e@x.example"])]).await.unwrap();
    assert_eq!(plan.like.count, 0);
}

async fn plan(stage: &Stage, options: &Options, cards: &[String]) -> Result<Plan, Stopped> {
    let mailbox = mailbox(Honest(stage.sandbox.clone()), Dialect::Graph);
    planned(&mailbox, &stage.file(cards), options, &mut ledger("plan")).await
}

async fn planned<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    file: &Path,
    options: &Options,
    ledger: &mut Ledger,
) -> Result<Plan, Stopped> {
    let (reading, place) = (Reading::default(), Place::default());
    let import = Import { mailbox, place: &place, options, pictures: None, interrupted: &GOES_ON };
    let inputs = Inputs::new(vec![Ok(Source::File(file.to_owned()))], &reading);
    import.plan(&inputs, ledger, &mut Ends::default()).await
}

/// A line that lets questions through alone.
struct Asking(Sandbox);

impl Transport for &Asking {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        assert_eq!(request.method(), Method::GET, "something was sent");
        Ok(self.0.handle(request).await)
    }
}

#[tokio::test]
async fn more_changes_than_allowed_are_none() {
    for on_match in [OnMatch::Fill, OnMatch::Update, OnMatch::Replace] {
        let stage = Stage::new();
        let mut cards = Vec::new();
        for number in 0..5 {
            let name = format!("P{number}");
            stage.put(&name, "", "").await;
            cards.push(card("", &name, &["NOTE:n", "TITLE:there"]));
        }
        cards.push(card("", "New", &[]));
        let line = Asking(stage.sandbox.clone());
        let asking = mailbox(&line, Dialect::Graph);
        let file = stage.file(&cards);
        let by = [MatchBy::Key, MatchBy::Name];
        for (most, allowed) in [(0, false), (4, false), (5, true)] {
            let options = Options { max_changes: Some(most), ..options(&by, on_match) };
            match planned(&asking, &file, &options, &mut ledger("run1")).await {
                Ok(plan) => assert!(allowed && plan.changes == 5, "{most}"),
                Err(Stopped::TooManyChanges { would, most: limit }) => {
                    assert!(!allowed && would == 5 && limit == most, "{most}");
                }
                Err(other) => panic!("{other}"),
            }
        }
        let options = Options { max_changes: Some(5), ..options(&by, on_match) };
        stage.import(Dialect::Graph, "run1", &options, &cards).await;
        // Nothing is left to be changed: then none may be.
        let options = Options { max_changes: Some(0), ..options };
        let (imported, _) = stage.import(Dialect::Graph, "run2", &options, &cards).await;
        assert_eq!(counts(&imported.totals), [0, 0, 6, 0, 0, 0], "{on_match:?}");
    }
}

#[tokio::test]
async fn a_category_for_all_is_given_once_and_makes_no_other_contact() {
    for dialect in BOTH {
        let stage = Stage::new();
        let cards =
            [card("", "Ada", &["CATEGORIES:Own"]), card("", "Bea", &["CATEGORIES:From A,Own"]), card("", "Cem", &[])];
        let tagged = |on_match| Options { categories: vec!["From A".into()], ..options(&MatchBy::DEFAULT, on_match) };
        stage.import(dialect, "run1", &tagged(OnMatch::Skip), &cards).await;
        let listed = stage.ask(Method::GET, "/contacts?$orderby=displayName&$select=categories", Value::Null).await;
        let categories: Vec<_> =
            listed["value"].as_array().unwrap().iter().map(|of| of["categories"].clone()).collect();
        assert_eq!(categories, [json!(["Own", "From A"]), json!(["From A", "Own"]), json!(["From A"])]);
        let (imported, _) = stage.import(dialect, "run2", &tagged(OnMatch::Update), &cards).await;
        assert_eq!(counts(&imported.totals), [0, 0, 3, 0, 0, 0]);
        // Without it nothing is created either; an update leaves the category where it is.
        let (imported, _) = stage.import(dialect, "run3", &options(&MatchBy::DEFAULT, OnMatch::Update), &cards).await;
        assert_eq!(imported.totals.of(Ending::Created), 0);
        let (imported, _) = stage
            .import(dialect, "run4", &Options { categories: vec!["B".into()], ..Options::default() }, &cards)
            .await;
        assert_eq!(counts(&imported.totals), [0, 0, 0, 3, 0, 0]);
    }
}
