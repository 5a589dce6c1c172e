//! One sandbox with a source, and processes that import it, one after the other.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use cardferry::formats::exchange::extended::{Fingerprint, Marks, State};
use cardferry::formats::exchange::{self, Dialect, Item};
use cardferry::formats::vcard;
use cardferry::model::identity::Keys;
use cardferry::model::{Contact, Email};
use cardferry::pipeline::import::{Import, Imported, Inputs, OnMatch, Options};
use cardferry::pipeline::ledger::{Head, Ledger, LedgerError};
use cardferry::pipeline::{Reading, Source};
use cardferry::remote::api::{Expand, Place, Query};
use cardferry::remote::gate::Limits;
use cardferry::remote::{Clock, Endpoint, Mailbox, Owner, Token};
use cardferry::sandbox::clock::VirtualClock;
use cardferry::sandbox::faults::Plan;
use cardferry::sandbox::{Sandbox, Settings};
use jiff::Timestamp;

use super::line::Line;
use crate::generator::{Draw, contacts};
use crate::import::Kept;
use crate::sandboxed::open;

/// The client's clock is the sandbox's, so that what the one waits for happens in the other. It never waits.
pub(super) struct Shared {
    sandbox: Sandbox,
    draw: Mutex<Draw>,
}

impl Clock for Shared {
    fn now(&self) -> Duration {
        self.sandbox.now().duration_since(Timestamp::UNIX_EPOCH).unsigned_abs()
    }

    fn unix(&self) -> u64 {
        self.now().as_secs()
    }

    async fn sleep(&self, time: Duration) {
        assert!(self.sandbox.advance(time).await);
    }

    fn chance(&self) -> f64 {
        self.draw.lock().unwrap().below(1000) as f64 / 1000.0
    }
}

/// What is tried out, the same for all processes.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    pub(super) seed: u64,
    pub(super) dialect: Dialect,
    pub(super) options: Options,
    /// Records in the source, duplicates not counted.
    pub(super) records: usize,
}

/// A sandbox, a source, and a directory of ledgers.
pub(super) struct Stage {
    pub(super) trial: Trial,
    pub(super) sandbox: Sandbox,
    directory: tempfile::TempDir,
    file: PathBuf,
    processes: u64,
}

impl Stage {
    /// A mailbox that already holds some contacts, and a source that has some of them, some new ones, some twice.
    pub(super) async fn set(trial: &Trial) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let start = "2026-01-02T03:04:05Z".parse().unwrap();
        let clock = Arc::new(VirtualClock::skipping(start));
        let settings = Settings { clock, seed: Some(7), ..Settings::default() };
        let sandbox = open(&directory.path().join("book.db"), &settings);
        let file = directory.path().join("people.vcf");
        let source = source(trial);
        fs::write(&file, cards(&source)).unwrap();
        let stage = Self { trial: trial.clone(), sandbox, directory, file, processes: 0 };
        stage.hold_some(&source).await;
        stage
    }

    /// Puts older versions of some contacts there, as an earlier run would have left them, and some that somebody else
    /// has put there.
    async fn hold_some(&self, source: &[Contact]) {
        let line = Line::to(&self.sandbox);
        let mailbox = self.mailbox(&line);
        let place = Place::default();
        let mut keys = Keys::default();
        let quarter = self.trial.records / 4;
        for (number, contact) in source.iter().take(quarter * 2).enumerate() {
            let mut older = contact.clone();
            let photo = older.photo.take();
            let ours = number < quarter;
            if number % 3 != 0 || !ours {
                older.notes = "as it was".into();
                older.organization.job_title.clear();
                older.organization.department = "Old department".into();
            }
            let key = keys.next(&older, number as u128).key;
            let written = exchange::write(&older, self.trial.dialect);
            let state = State { content: written.content, photo: None, run: "earlier".into(), changed_by: None };
            let body = written.json(ours.then_some(&Marks { key, state }));
            let created = mailbox.create(&place, &body, key).await.unwrap();
            if let (Some(photo), true) = (photo, number % 2 == 0) {
                let bytes = cardferry::formats::photo::bytes(&photo).unwrap().into_owned();
                mailbox.set_photo(&place, &created.id, "image/jpeg", Bytes::from(bytes)).await.unwrap();
            }
        }
    }

    fn mailbox<'a>(&self, line: &'a Line) -> Mailbox<&'a Line, Shared> {
        let endpoint = Endpoint::parse("http://localhost", Some(self.trial.dialect), Owner::Me).unwrap();
        let draw = Mutex::new(Draw::new(self.trial.seed));
        let clock = Shared { sandbox: self.sandbox.clone(), draw };
        let token = Token::new(&format!("token-{}", self.processes)).unwrap();
        Mailbox::new(endpoint, line, clock, token, Limits::EXCHANGE)
    }

    pub(super) fn ledgers(&self) -> PathBuf {
        self.directory.path().join("runs")
    }

    /// Lets everything arrive that is on its way, and nothing go wrong any more.
    pub(super) async fn calm(&self) {
        self.sandbox.settle().await;
        self.sandbox.set_faults(Plan::default());
        self.sandbox.set_limits("none".parse().unwrap());
    }

    /// The ledger that a process would take: that of a run that did not come to its end, else a new one.
    fn ledger(&self, options: &Options) -> Result<Ledger, LedgerError> {
        let reading = Reading::default();
        let source = Inputs::new(vec![Ok(Source::File(self.file.clone()))], &reading).print();
        let run = format!("{}-{}", self.trial.seed, self.processes);
        let head = Head { run, started: self.processes, source, options: options.telling(), ..Head::default() };
        match Ledger::unfinished(&self.ledgers(), &head)? {
            Some(ledger) => Ok(ledger),
            None => Ledger::create(&self.ledgers(), head),
        }
    }

    /// One process, from its start to its end or its death; after so many changes its ledger's disk is full. Answers how
    /// it ended; nothing, if it died.
    pub(super) async fn process(
        &mut self,
        line: &Line,
        options: &Options,
        full_after: Option<u64>,
    ) -> Option<Imported> {
        self.processes += 1;
        let mut ledger = self.ledger(options).unwrap();
        if let Some(changes) = full_after {
            ledger.fail_after(changes);
        }
        let (reading, place, mailbox) = (Reading::default(), Place::default(), self.mailbox(line));
        let interrupted = &line.interrupted;
        let import = Import { mailbox: &mailbox, place: &place, options, pictures: None, interrupted };
        let inputs = Inputs::new(vec![Ok(Source::File(self.file.clone()))], &reading);
        let mut kept = Kept::default();
        let imported = tokio::select! {
            biased;
            () = line.died.notified() => None,
            imported = import.run(&inputs, &mut ledger, &mut kept) => Some(imported),
        };
        if let Some(imported) = &imported {
            crate::import::counts(&imported.totals);
            let stopped = imported.stopped.as_ref().map(ToString::to_string);
            // A full disk takes this no more than the rest.
            let _ = ledger.end(self.processes, stopped.as_deref());
        }
        assert_eq!(*line.blind.lock().unwrap(), [""; 0], "seed {}: {:?}", self.trial.seed, self.trial.options.on_match);
        imported
    }

    /// A process of which nothing is to go wrong; how many requests that change something it sent.
    pub(super) async fn clean(&mut self, options: &Options) -> (Imported, u64) {
        let line = Line::to(&self.sandbox);
        let imported = self.process(&line, options, None).await.unwrap();
        assert!(imported.stopped.is_none(), "{:?}", imported.stopped);
        (imported, line.writes.load(Ordering::Relaxed))
    }

    /// Every contact of the mailbox, whole.
    pub(super) async fn items(&self) -> Vec<Item> {
        let line = Line::to(&self.sandbox);
        let mailbox = self.mailbox(&line);
        let query = Query { top: Some(500), expand: Expand(exchange::all_extended()), ..Query::default() };
        let place = Place::default();
        let mut pages = mailbox.contacts(&place, &query);
        let mut items = Vec::new();
        while let Some(page) = pages.next().await.unwrap() {
            items.extend(page.into_iter().map(|json| exchange::read(json, self.trial.dialect)));
        }
        items
    }

    /// What the mailbox holds, a line each: name, content and photo. Twins count.
    pub(super) async fn holds(&self) -> Vec<String> {
        let line = Line::to(&self.sandbox);
        let mailbox = self.mailbox(&line);
        let mut lines = Vec::new();
        for item in self.items().await {
            let photo = mailbox.photo(&Place::default(), &item.id).await.unwrap();
            let photo = photo.map(|photo| Fingerprint::of(&photo).to_string()).unwrap_or_default();
            // The key of a copy is its run's.
            let copies = self.trial.options.on_match == OnMatch::Duplicate;
            let key = item.key.filter(|_| !copies).map(|key| key.to_string()).unwrap_or_default();
            let Contact { name, organization, notes, .. } = &item.contact;
            let content = exchange::content(&item.contact);
            let shown = format!("{} | {} | {notes:?}", name.full, organization.job_title);
            lines.push(format!("{shown} | {key} {content} | {photo}"));
        }
        lines.sort();
        lines
    }
}

/// Invented people, some without a UID, some there twice word for word, two who share a UID, and namesakes.
fn source(trial: &Trial) -> Vec<Contact> {
    let mut people: Vec<Contact> = contacts(trial.records, 40, trial.seed + 1).collect();
    for (number, contact) in people.iter_mut().enumerate() {
        if contact.emails.is_empty() {
            contact.emails.push(Email { address: format!("only{number}@example.com"), ..Email::default() });
        }
        if number % 2 == 0 {
            contact.uid = format!("uid-{number}");
        }
    }
    let mut twice: Vec<Contact> = people.iter().step_by(7).cloned().collect();
    if let [first, .., last] = &mut twice[..] {
        first.notes = "a second one of the same UID".into();
        last.name.given = "Namesake".into();
    }
    people.extend(twice);
    people
}

fn cards(people: &[Contact]) -> Vec<u8> {
    let mut writer = vcard::Writer::new(Vec::new(), vcard::Version::V4_0);
    for contact in people {
        writer.write(contact).unwrap();
    }
    writer.finish().unwrap();
    writer.into_inner()
}

/// The options of a campaign's run.
pub(super) fn options(on_match: OnMatch) -> Options {
    Options { on_match, ..Options::default() }
}
