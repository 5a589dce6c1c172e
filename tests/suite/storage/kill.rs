//! The server is killed at any moment: what it answered is there, and the store is whole.
//!
//! Several clients write over the socket. Whoever gets a certain answer, the Nth of a round, kills the server. Then the
//! next one opens what is left, and everything is held against what was answered; a change whose answer was lost may
//! have come about or not, but not by half.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use fastrand::Rng;
use pretty_assertions::assert_eq;
use rusqlite::Connection;

use super::{Client, Server};
use crate::cli::Stage;
use crate::sandbox::{BOTH, jpeg};

const ROUNDS: usize = 20;
const CLIENTS: usize = 6;
/// The most answers of a round.
const ANSWERS: usize = 80;

/// Contacts by name.
type Book = BTreeMap<String, Person>;

/// The ids of contacts by their names.
type Ids = BTreeMap<String, String>;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Person {
    phone: String,
    photo: Option<u16>,
}

/// What one client knows. No other client has to do with its contacts.
#[derive(Default)]
struct Life {
    name: String,
    book: Book,
    ids: Ids,
    touched: BTreeSet<String>,
    /// A contact before and after a change whose answer has not come; none where there is none.
    doubt: Option<(String, [Option<Person>; 2])>,
}

#[test]
fn a_kill_at_any_moment_loses_nothing_that_was_answered() {
    let stage = Stage::new();
    let mut random = Rng::with_seed(5);
    let mut lives: Vec<Life> = (0..CLIENTS).map(|_| Life::default()).collect();
    for round in 0..ROUNDS {
        let last = 1 + random.usize(..ANSWERS);
        lived(Server::start(&stage), last, round, &mut lives);
        is_whole(&stage);
        let server = Server::start(&stage);
        let mut client = Client::new(&server.address, BOTH[round % 2]).unwrap();
        hold(&mut client, &mut lives);
    }
    let kept: usize = lives.iter().map(|life| life.book.len()).sum();
    assert!(kept > ROUNDS, "hardly anything was kept: {kept}");
    let server = Server::start(&stage);
    lives.iter_mut().for_each(|life| life.touched = life.book.keys().cloned().collect());
    hold(&mut Client::new(&server.address, BOTH[0]).unwrap(), &mut lives);
}

/// A server's life: clients write until the answer that ends it.
fn lived(server: Server, last: usize, round: usize, lives: &mut [Life]) {
    let (answers, address, server) = (AtomicUsize::new(0), server.address.clone(), Mutex::new(server));
    let answered = || {
        if answers.fetch_add(1, Ordering::SeqCst) + 1 == last {
            server.lock().unwrap().child.kill().unwrap();
        }
    };
    std::thread::scope(|scope| {
        for (at, life) in lives.iter_mut().enumerate() {
            let (answered, address) = (&answered, &address);
            life.name = format!("{round}-{at}");
            scope.spawn(move || {
                let mut random = Rng::with_seed((round * CLIENTS + at) as u64);
                // Whoever comes too late finds nobody.
                let Ok(mut client) = Client::new(address, BOTH[at % 2]) else { return };
                while life.step(&mut client, &mut random).is_ok() {
                    answered();
                }
            });
        }
    });
    assert!(answers.into_inner() >= last, "the server died before it was killed");
}

impl Life {
    /// Changes something, and keeps in mind what was answered.
    fn step(&mut self, client: &mut Client, random: &mut Rng) -> io::Result<()> {
        let dice = random.u8(..10);
        let known = random.choice(self.book.keys().cloned()).filter(|_| dice > 3);
        let name = known.unwrap_or_else(|| format!("{} {}", self.name, self.touched.len()));
        let old = self.book.get(&name).cloned();
        let mut new = Some(old.clone().unwrap_or(Person { phone: "0".into(), photo: None }));
        match (&mut new, &old, dice) {
            (Some(new), Some(_), ..7) => new.phone = random.u32(..).to_string(),
            (Some(new), Some(_), ..9) => new.photo = Some(random.u16(1..)),
            (new, Some(_), _) => *new = None,
            (_, None, _) => {}
        }
        self.touched.insert(name.clone());
        self.doubt = Some((name.clone(), [old.clone(), new.clone()]));
        match (self.ids.get(&name), old, &new) {
            (Some(id), Some(_), None) => client.delete(id)?,
            (Some(id), Some(old), Some(new)) if old.photo != new.photo => {
                client.set_photo(id, new.photo.unwrap_or_default())?;
            }
            (Some(id), Some(_), Some(new)) => drop(client.update(id, &new.phone)?),
            _ => drop(self.ids.insert(name.clone(), client.create(&name)?.id)),
        }
        self.doubt = None;
        self.became(name, new);
        Ok(())
    }

    fn became(&mut self, name: String, state: Option<Person>) {
        match state {
            Some(person) => drop(self.book.insert(name, person)),
            None => drop(self.book.remove(&name)),
        }
    }
}

/// SQLite finds nothing wrong with what is left.
fn is_whole(stage: &Stage) {
    let store = Connection::open(stage.path("home/sandbox.db")).unwrap();
    let said: String = store.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(said, "ok");
    assert!(!store.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());
}

/// Holds the store against what was answered, and learns what became of the changes that were not.
fn hold(client: &mut Client, lives: &mut [Life]) {
    let listing = client.listing();
    let stored: BTreeMap<_, _> = listing.values().map(|shown| (shown.name.clone(), shown.clone())).collect();
    assert_eq!(stored.len(), listing.len(), "a contact stands there twice");
    let mut photo = |name: &str| client.photo(&stored[name].id);
    for life in lives.iter_mut() {
        if let Some((name, states)) = life.doubt.take() {
            let now = stored.get(&name).map(|shown| (shown.phone.clone(), photo(&name)));
            let is = |state: &Option<Person>| state.as_ref().map(shown) == now;
            let state = states.into_iter().find(is).unwrap_or_else(|| panic!("{name} is neither old nor new: {now:?}"));
            if let Some(shown) = stored.get(&name) {
                life.ids.insert(name.clone(), shown.id.clone());
            }
            life.became(name, state);
        }
        for name in std::mem::take(&mut life.touched) {
            let Some(person) = life.book.get(&name) else { continue };
            assert!(stored.contains_key(&name), "{name} is lost");
            assert_eq!(photo(&name), shown(person).1, "{name}");
        }
    }
    let phones: BTreeMap<_, _> = stored.values().map(|shown| (&shown.name, &shown.phone)).collect();
    let books = lives.iter().flat_map(|life| &life.book);
    assert_eq!(phones, books.map(|(name, person)| (name, &person.phone)).collect());
}

/// Phone and photo as the server shows them.
fn shown(person: &Person) -> (String, Option<Vec<u8>>) {
    (person.phone.clone(), person.photo.map(|width| jpeg(width, 7).to_vec()))
}
