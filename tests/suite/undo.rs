//! Runs that are taken back, over the sandbox in process and over the real binary.

mod cli;
mod edits;
mod kills;
mod line;
mod round;
mod runs;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use cardferry::formats::exchange::{Dialect, all_extended};
use cardferry::pipeline::import::{Imported, MatchBy, OnMatch, Options};
use cardferry::pipeline::ledger::{Head, Kind, Ledger};
use cardferry::pipeline::undo::{Undo, Undone};
use cardferry::pipeline::{Ending, RecordReport, Totals, Watcher};
use cardferry::remote::Mailbox;
use cardferry::remote::api::{Expand, Place, Query};
use cardferry::sandbox::Sandbox;
use data_encoding::BASE64;
use serde_json::{Map, Value};

use crate::importing::{GOES_ON, How, import_file, ledger};
use crate::sandboxed::{Honest, mailbox, sandbox};
use crate::scripted::StillClock;

const BOTH: [Dialect; 2] = [Dialect::Graph, Dialect::Outlook];

/// A mailbox, and a directory for files and ledgers.
struct Stage {
    directory: tempfile::TempDir,
    sandbox: Sandbox,
    mailbox: Mailbox<Honest, Arc<StillClock>>,
    dialect: Dialect,
}

/// How contacts ended, each with its name and why.
#[derive(Default)]
struct Told(Vec<(String, Ending, String)>);

impl Watcher for Told {
    fn record(&mut self, report: &RecordReport<'_>) {
        self.0.push((report.name.to_owned(), report.ending, report.why.unwrap_or_default().to_owned()));
    }
}

impl Told {
    fn of(&self, ending: Ending) -> Vec<&str> {
        let mut names: Vec<_> = self.0.iter().filter(|told| told.1 == ending).map(|told| told.0.as_str()).collect();
        names.sort_unstable();
        names
    }

    fn why(&self, name: &str) -> &str {
        self.0.iter().find(|told| told.0 == name).map_or("", |told| told.2.as_str())
    }
}

/// A JPEG as far as anybody looks.
fn picture(text: &str) -> Vec<u8> {
    [b"\xff\xd8\xff\xe0 this is the picture of ", text.as_bytes()].concat()
}

/// A card: its name, its photo's text where it has one, and what else stands in it.
fn card(name: &str, photo: &str, more: &str) -> String {
    let photo = match photo {
        "" => String::new(),
        text => format!("PHOTO:data:image/jpeg;base64,{}\r\n", BASE64.encode(&picture(text))),
    };
    let mail = name.to_lowercase();
    format!(
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{name} Doe\r\nN:Doe;{name};;;\r\nEMAIL:{mail}@a.example\r\n{photo}{more}END:VCARD\r\n"
    )
}

impl Stage {
    fn new(dialect: Dialect) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let sandbox = sandbox(directory.path());
        let mailbox = mailbox(Honest(sandbox.clone()), dialect);
        Self { directory, sandbox, mailbox, dialect }
    }

    fn runs(&self) -> PathBuf {
        self.directory.path().join("runs")
    }

    fn create(&self, head: Head) -> Ledger {
        Ledger::create(&self.runs(), head).unwrap()
    }

    fn file(&self, cards: &[String]) -> PathBuf {
        let path = self.directory.path().join("cards.vcf");
        fs::write(&path, cards.concat()).unwrap();
        path
    }

    async fn import_into(&self, cards: &[String], ledger: &mut Ledger, on_match: OnMatch) -> Imported {
        let match_by = vec![MatchBy::Key, MatchBy::Uid, MatchBy::Email];
        let options = Options { match_by, on_match, ..Options::default() };
        let how = How { options, ..How::default() };
        import_file(&self.mailbox, &self.file(cards), ledger, &how, &mut Told::default()).await
    }

    async fn import(&self, run: &str, cards: &[String], on_match: OnMatch) -> Totals {
        let mut ledger = self.create(Head { run: run.to_owned(), ..Head::default() });
        let imported = self.import_into(cards, &mut ledger, on_match).await;
        assert!(imported.stopped.is_none(), "{:?}", imported.stopped);
        ledger.end(0, None).unwrap();
        imported.totals
    }

    /// The undoing of a run, into this ledger.
    async fn undo_into(&self, of: Option<&Ledger>, run: &str, own: &mut Ledger) -> (Undone, Told) {
        let (place, mut told) = (Place::default(), Told::default());
        let mailbox = &self.mailbox;
        let undo = Undo { mailbox, place: &place, run, of, max_changes: None, interrupted: &GOES_ON };
        let undone = undo.run(own, &mut told).await;
        (undone, told)
    }

    async fn undo(&self, run: &str, name: &str) -> (Totals, Told) {
        let of = Ledger::open(&self.runs(), run).unwrap();
        let mut own = self.create(undo_head(run, name));
        let (undone, told) = self.undo_into(Some(&of), run, &mut own).await;
        assert!(undone.stopped.is_none(), "{:?}", undone.stopped);
        own.end(0, None).unwrap();
        (undone.totals, told)
    }

    async fn whole(&self) -> Vec<(String, Map<String, Value>, Option<Bytes>)> {
        let (place, query) = (Place::default(), Query { expand: Expand(all_extended()), ..Query::default() });
        let id = self.dialect.pick(("id", "Id"));
        let (mut pages, mut all) = (self.mailbox.contacts(&place, &Query::default()), Vec::new());
        while let Some(page) = pages.next().await.unwrap() {
            for listed in page {
                let id = listed[id].as_str().unwrap().to_owned();
                let json = self.mailbox.contact(&place, &id, &query).await.unwrap();
                let photo = self.mailbox.photo(&place, &id).await.unwrap();
                all.push((id, json, photo));
            }
        }
        all
    }

    /// The whole mailbox as text, but for ids, times and change keys, and for extended properties that say nothing: the
    /// service takes none away.
    async fn dump(&self) -> Vec<String> {
        let says_nothing = |value: &Value| matches!(value.as_str(), Some("" | "0" | "4501-01-01T00:00:00Z"));
        let mut lines = Vec::new();
        for (_, mut json, photo) in self.whole().await {
            json.retain(|name, _| {
                let name = name.to_ascii_lowercase();
                !name.contains("@odata") && !name.ends_with("datetime") && !["id", "changekey"].contains(&name.as_str())
            });
            let extended = self.dialect.pick(("singleValueExtendedProperties", "SingleValueExtendedProperties"));
            let value = self.dialect.pick(("value", "Value"));
            if let Some(list) = json.get_mut(extended).and_then(Value::as_array_mut) {
                list.retain(|pair| !says_nothing(&pair[value]));
                list.sort_by_key(Value::to_string);
            }
            let sorted: std::collections::BTreeMap<_, _> = json.into_iter().collect();
            let photo = photo.map(|photo| String::from_utf8_lossy(&photo).into_owned());
            lines.push(format!("{} {photo:?}", serde_json::to_string_pretty(&sorted).unwrap()));
        }
        lines.sort();
        lines
    }

    async fn id_of(&self, name: &str) -> String {
        let shown = self.dialect.pick(("displayName", "DisplayName"));
        let name = format!("{name} Doe");
        self.whole().await.into_iter().find(|(_, json, _)| json[shown] == name).map(|(id, ..)| id).unwrap()
    }

    async fn edit(&self, name: &str, property: (&'static str, &'static str), value: Value) {
        let body = Map::from_iter([(self.dialect.pick(property).to_owned(), value)]);
        self.mailbox.update(&Place::default(), &self.id_of(name).await, &body).await.unwrap();
    }

    /// Contacts that an import put there, and one that something else did.
    async fn before(&self) {
        let cards = [
            card("Ada", "", "TEL;TYPE=work:1\r\nNOTE:first\r\nX-SHIP:yes\r\n"),
            card("Bob", "bob", "ANNIVERSARY:20000102\r\n"),
            card("Cid", "", "UID:cid\r\n"),
            card("Dan", "dan", ""),
        ];
        self.import_into(&cards, &mut ledger("before"), OnMatch::Skip).await;
        let mail = self.dialect.pick(("address", "Address"));
        let body = Map::from_iter([
            (self.dialect.pick(("givenName", "GivenName")).to_owned(), "Zoe".into()),
            (self.dialect.pick(("displayName", "DisplayName")).to_owned(), "Zoe Doe".into()),
            (
                self.dialect.pick(("emailAddresses", "EmailAddresses")).to_owned(),
                serde_json::json!([{ mail: "zoe@a.example" }]),
            ),
        ]);
        let key = "00112233445566778899aabbccddeeff".parse().unwrap();
        self.mailbox.create(&Place::default(), &body, key).await.unwrap();
    }
}

/// What comes: some that are there with other content and other photos, and new ones.
fn after() -> Vec<String> {
    vec![
        card("Ada", "", "TEL;TYPE=work:2\r\nNOTE:second\r\nTITLE:Countess\r\n"),
        card("Bob", "another bob", "ANNIVERSARY:20010102\r\n"),
        card("Cid", "cid", "UID:cid\r\nTITLE:Lord\r\n"),
        card("Dan", "dan", ""),
        card("Eve", "eve", "NOTE:new\r\n"),
        card("Fay", "", "X-BOAT:no\r\n"),
        card("Zoe", "", "TITLE:Chief\r\nSPOUSE:Yan\r\n"),
    ]
}

fn undo_head(run: &str, name: &str) -> Head {
    Head { run: name.to_owned(), kind: Kind::Undo, of: run.to_owned(), ..Head::default() }
}

/// The sums of an undo: deleted, restored, created again, unchanged, skipped, failed.
fn sums(totals: &Totals) -> [u64; 6] {
    let endings =
        [Ending::Deleted, Ending::Updated, Ending::Created, Ending::Unchanged, Ending::Skipped, Ending::Failed];
    let sums = endings.map(|ending| totals.of(ending));
    assert_eq!(totals.read, sums.iter().sum::<u64>(), "the totals add up");
    sums
}

/// Holds two dumps of a mailbox against each other.
#[track_caller]
fn same(one: &[String], other: &[String], when: &str) {
    let only = |these: &[String], those: &[String]| {
        let strange = these.iter().filter(|line| !those.contains(line));
        strange.flat_map(|contact| contact.lines().map(str::to_owned).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let (left, right) = (only(one, other), only(other, one));
    let of = |these: &[String], those: &[String]| these.iter().filter(|line| !those.contains(line)).cloned().collect();
    let (here, there): (Vec<String>, Vec<String>) = (of(&left, &right), of(&right, &left));
    assert!(one == other, "{when}: {here:#?} in place of {there:#?}");
}
