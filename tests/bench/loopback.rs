//! Many requests to a sandbox over the loopback: creates, walks through changes.

use bytes::Bytes;
use cardferry::model::identity::Key;
use cardferry::remote::api::Place;
use cardferry::remote::clock::System;
use cardferry::remote::http::Http;
use cardferry::remote::{Done, Mailbox, Operation, Step};
use futures_util::future::join_all;
use serde_json::{Map, Value};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::served::{Served, person};

/// A server, our own client, and people to be created.
pub struct Loopback {
    runtime: Runtime,
    mailbox: Mailbox<Http, System>,
    people: Vec<(Map<String, Value>, Key)>,
    _store: TempDir,
}

impl Loopback {
    /// So many people to be created, and a mailbox without any.
    pub fn new(count: usize) -> Self {
        let store = tempfile::tempdir().unwrap();
        let served = Served::new(store.path());
        let mailbox = served.client();
        Self { runtime: served.runtime, mailbox, people: (0..count).map(person).collect(), _store: store }
    }

    /// Creates everybody by requests of their own, as many at a time as the limits let pass.
    pub fn one_by_one(&self) {
        let place = Place::default();
        let creates = self.people.iter().map(|(body, key)| self.mailbox.create(&place, body, *key));
        assert!(self.runtime.block_on(join_all(creates)).iter().all(Result::is_ok));
    }

    /// Creates everybody by twenties.
    pub fn in_batches(&self) {
        let place = Place::default();
        let people = self.people.iter();
        let operations: Vec<_> =
            people.map(|(body, key)| Operation::Create { place: &place, body, filled: None, key: *key }).collect();
        let outcomes = self.runtime.block_on(self.mailbox.batch(&operations));
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(Done::Created(_)))));
    }

    /// Walks through everything in pages of a thousand; answers the token and how many there were.
    pub fn walk(&self, token: Option<&str>) -> (String, usize) {
        self.runtime.block_on(async {
            let mut changes = self.mailbox.contact_changes(&Place::default(), Vec::new(), 1000, token).unwrap();
            let mut count = 0;
            while let Some(step) = changes.next().await.unwrap() {
                match step {
                    Step::Page(page) => count += page.changed.len(),
                    Step::StartedOver => panic!("nothing was forgotten"),
                }
            }
            (changes.token().unwrap().to_owned(), count)
        })
    }

    /// The first page of a walk through everything.
    pub fn first_page(&self, size: u32) {
        let mut changes = self.mailbox.contact_changes(&Place::default(), Vec::new(), size, None).unwrap();
        let step = self.runtime.block_on(changes.next()).unwrap();
        assert!(matches!(step, Some(Step::Page(page)) if page.changed.len() == size as usize));
    }

    /// Sets one contact's picture, which changes the contact.
    pub fn change_one(&self) {
        let (body, key) = person(self.people.len());
        let created = self.runtime.block_on(self.mailbox.create(&Place::default(), &body, key)).unwrap();
        let picture = Bytes::from_static(&[0xff, 0xd8, 0xff, 0xe0, 0, 16, b'J', b'F', b'I', b'F', 0, 0xff, 0xd9]);
        let place = Place::default();
        self.runtime.block_on(self.mailbox.set_photo(&place, &created.id, "image/jpeg", picture)).unwrap();
    }
}
