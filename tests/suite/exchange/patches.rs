//! A contact that is changed, changed back, deleted and made again, on a server: the sandbox in this process.

use std::sync::Arc;

use cardferry::formats::exchange::extended::{self, Marks, State};
use cardferry::formats::exchange::{self, Dialect};
use cardferry::model::identity::Keys;
use cardferry::model::{Contact, Merge, merge};
use cardferry::remote::Mailbox;
use cardferry::remote::api::{Expand, Place, Query};
use pretty_assertions::assert_eq;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Map, Value};

use crate::generator;
use crate::merging::kin;
use crate::sandboxed::{Honest, mailbox, sandbox};
use crate::scripted::StillClock;

/// A mailbox that contacts are changed in.
struct Bench {
    mailbox: Mailbox<Honest, Arc<StillClock>>,
    dialect: Dialect,
    place: Place,
    _directory: tempfile::TempDir,
}

impl Bench {
    fn new(dialect: Dialect) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = mailbox(Honest(sandbox(directory.path())), dialect);
        Self { mailbox, dialect, place: Place::default(), _directory: directory }
    }

    fn marks(contact: &Contact, run: &str) -> Marks {
        let changed_by = (run != "r1").then(|| run.to_owned());
        let state = State { content: exchange::content(contact), photo: None, run: "r1".into(), changed_by };
        Marks { key: Keys::default().next(contact, 0).key, state }
    }

    async fn create(&self, contact: &Contact) -> String {
        let written = exchange::write(contact, self.dialect);
        let marks = Self::marks(contact, "r1");
        let body = written.json_with_given_name(Some(&marks)).unwrap_or_else(|| written.json(Some(&marks)));
        self.mailbox.create(&self.place, &body, marks.key).await.unwrap().id
    }

    async fn get(&self, id: &str) -> Map<String, Value> {
        let query = Query { expand: Expand(exchange::all_extended()), ..Query::default() };
        self.mailbox.contact(&self.place, id, &query).await.unwrap()
    }

    async fn update(&self, id: &str, body: &Map<String, Value>) {
        if !body.is_empty() {
            self.mailbox.update(&self.place, id, body).await.unwrap();
        }
    }

    /// What the contact says, without what changes with every change and without extended properties that were emptied.
    fn said(&self, json: &Map<String, Value>, with_id: bool) -> Map<String, Value> {
        let mut said = json.clone();
        let service = ["changekey", "createddatetime", "lastmodifieddatetime"];
        said.retain(|name, _| {
            let name = name.to_lowercase();
            !name.contains('@') && !service.contains(&name.as_str()) && (with_id || name != "id")
        });
        let (list, value) = self
            .dialect
            .pick(("singleValueExtendedProperties value", "SingleValueExtendedProperties Value"))
            .split_once(' ')
            .unwrap();
        if let Some(pairs) = said.get_mut(list).and_then(Value::as_array_mut) {
            let empty = ["", "0", "4501-01-01T00:00:00Z"];
            pairs.retain(|pair| !pair[value].as_str().is_some_and(|text| empty.contains(&text)));
        }
        said
    }

    /// Takes a contact through all of it.
    async fn take(&self, one: &Contact, other: &Contact, how: Merge) {
        let id = self.create(one).await;
        let first = self.get(&id).await;
        let there = exchange::read(first.clone(), self.dialect).contact;
        self.unchanged(&first, &there).await;

        let merged = merge(&there, other, how);
        let (written, marks) = (exchange::write(&merged, self.dialect), Self::marks(&merged, "r2"));
        let changes = exchange::changes(&first, &written, Some(&marks));
        self.update(&id, &changes.body).await;
        let second = self.get(&id).await;
        let item = exchange::read(second.clone(), self.dialect);
        assert_eq!(exchange::content(&item.contact), exchange::content(&changes.contact));
        assert_eq!((item.key, item.state), (Some(marks.key), Some(marks.state.clone())));
        assert_eq!(item.contact.name.full.is_empty(), changes.contact.name.full.is_empty());
        if written.losses.is_empty() {
            let names = |contact: &Contact| {
                let mut contact = contact.clone();
                contact.emails.iter_mut().for_each(|email| email.name.clear());
                exchange::content(&contact)
            };
            assert_eq!(names(&item.contact), names(&merged), "what was sent is what is read");
        }
        let again = exchange::changes(&second, &written, Some(&marks));
        assert_eq!((again.body, again.fields), (Map::new(), vec![]), "what was changed is as it was to be");
        let is_other = exchange::content(&there) != exchange::content(&changes.contact);
        assert_eq!(changes.fields.is_empty(), !is_other, "{:?}", changes.fields);

        self.update(&id, &exchange::restore(&first, &second, self.dialect)).await;
        let third = self.get(&id).await;
        assert_eq!(self.said(&third, true), self.said(&first, true), "it is restored");
        assert_eq!(exchange::restore(&first, &third, self.dialect), Map::new());

        self.mailbox.delete(&self.place, &id).await.unwrap();
        let body = exchange::recreate(&first, self.dialect);
        let id = self.mailbox.create(&self.place, &body, marks.key).await.unwrap().id;
        let fourth = self.get(&id).await;
        assert_eq!(self.said(&fourth, false), self.said(&first, false), "it is there again");
        self.mailbox.delete(&self.place, &id).await.unwrap();
    }

    /// A contact that is as it shall be needs nothing; another mark is sent and is no change.
    async fn unchanged(&self, served: &Map<String, Value>, there: &Contact) {
        let written = exchange::write(there, self.dialect);
        let same = exchange::changes(served, &written, None);
        assert_eq!((same.body, same.fields), (Map::new(), vec![]));
        let marked = exchange::changes(served, &written, Some(&Self::marks(there, "r3")));
        let list = self.dialect.pick(("singleValueExtendedProperties", "SingleValueExtendedProperties"));
        let id = self.dialect.pick(("id", "PropertyId"));
        let sent = marked.body[list].as_array().unwrap().iter().filter(|pair| pair[id] == extended::STATE).count();
        assert_eq!((sent, marked.fields), (1, vec![]));
    }
}

#[tokio::test]
async fn generated_contacts_become_each_other_and_themselves_again() {
    for dialect in super::BOTH {
        let bench = Bench::new(dialect);
        let contacts: Vec<Contact> = generator::contacts(60, 0, 11).collect();
        for (pair, how) in contacts.windows(2).zip([Merge::Replace, Merge::Update, Merge::Fill].into_iter().cycle()) {
            bench.take(&pair[0], &pair[1], how).await;
        }
    }
}

/// Contacts with anything in them, kin to each other.
#[test]
fn any_contacts_become_each_other_and_themselves_again() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let benches = super::BOTH.map(Bench::new);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(48) });
    let hows = proptest::sample::select(vec![Merge::Fill, Merge::Update, Merge::Replace]);
    let ran = runner.run(&(kin(), hows), |((one, other), how)| {
        for bench in &benches {
            let took = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                runtime.block_on(bench.take(&one, &other, how));
            }));
            took.map_err(|_| TestCaseError::fail("see above"))?;
        }
        Ok(())
    });
    ran.unwrap();
}

/// Cards of companies and of people without a given name, which the service takes only with one.
#[tokio::test]
async fn contacts_that_lack_a_name_become_each_other() {
    let company = |name: &str| {
        let mut company = Contact { notes: name.to_lowercase(), ..Contact::default() };
        company.organization.company = name.into();
        company
    };
    let mut person = company("Contoso");
    (person.name.given, person.name.surname) = ("Ada".into(), "Byron".into());
    let nickname = |name: &str| {
        let mut contact = Contact::default();
        contact.name.nickname = name.into();
        contact
    };
    let contacts =
        [company("Contoso"), company("Fabrikam"), person, nickname("Al"), nickname("Bo"), Contact::default()];
    for dialect in super::BOTH {
        let bench = Bench::new(dialect);
        for (one, other) in contacts.iter().flat_map(|one| contacts.iter().map(move |other| (one, other))) {
            for how in [Merge::Fill, Merge::Update, Merge::Replace] {
                bench.take(one, other, how).await;
            }
        }
    }
}
