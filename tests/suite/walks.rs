//! The client's walk through changes, against the sandbox in both dialects and against servers that err.

use std::collections::BTreeMap;
use std::sync::Arc;

use cardferry::formats::exchange::Dialect;
use cardferry::model::identity::Key;
use cardferry::remote::api::{Place, Query};
use cardferry::remote::gate::Limits;
use cardferry::remote::{Changes, Clock, Endpoint, Mailbox, Owner, RemoteError, Step, Token, Transport};
use cardferry::sandbox::Sandbox;
use pretty_assertions::assert_eq;
use serde_json::{Map, Value, json};

use crate::sandboxed::{Honest, Lossy, mailbox, sandbox};
use crate::scripted::{Line, Script, StillClock, answer, mailbox as scripted};

const BOTH: [Dialect; 2] = [Dialect::Graph, Dialect::Outlook];

fn person(dialect: Dialect, given: &str) -> Map<String, Value> {
    Map::from_iter([(dialect.pick(("givenName", "GivenName")).to_owned(), given.into())])
}

fn key(at: usize) -> Key {
    format!("{at:032x}").parse().unwrap()
}

/// What a client knows.
#[derive(Default, Debug, PartialEq)]
struct Known {
    contacts: BTreeMap<String, Map<String, Value>>,
    started_over: usize,
    pages: usize,
}

impl Known {
    /// Walks to the end and answers the token.
    async fn walk<T: Transport, C: Clock>(
        &mut self,
        dialect: Dialect,
        changes: Result<Changes<'_, T, C>, RemoteError>,
    ) -> Result<String, RemoteError> {
        let mut changes = changes?;
        while let Some(step) = changes.next().await? {
            match step {
                Step::StartedOver => {
                    self.contacts.clear();
                    self.started_over += 1;
                }
                Step::Page(page) => {
                    self.pages += 1;
                    for entry in page.changed {
                        let id = entry[dialect.pick(("id", "Id"))].as_str().unwrap().to_owned();
                        self.contacts.insert(id, entry);
                    }
                    for removed in page.removed {
                        assert!(["deleted", "changed"].contains(&removed.reason.as_str()));
                        self.contacts.remove(&removed.id);
                    }
                }
            }
        }
        Ok(changes.token().unwrap().to_owned())
    }
}

async fn ids(sandbox: &Sandbox, dialect: Dialect, place: &Place) -> Vec<String> {
    let mailbox = mailbox(Honest(sandbox.clone()), dialect);
    let mut pages = mailbox.contacts(place, &Query { top: Some(100), ..Query::default() });
    let mut found = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        found.extend(page.iter().map(|one| one[dialect.pick(("id", "Id"))].as_str().unwrap().to_owned()));
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_walk_learns_everything_and_then_what_changed() {
    for dialect in BOTH {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = sandbox(dir.path());
        let mailbox = mailbox(Honest(sandbox.clone()), dialect);
        let place = mailbox.place(&["Clients".to_owned()], true).await.unwrap();
        let mut made = Vec::new();
        for at in 0..7 {
            let created = mailbox.create(&place, &person(dialect, &format!("P{at}")), key(at)).await.unwrap();
            made.push(created.id);
        }
        let mut known = Known::default();
        let select = vec![dialect.pick(("givenName", "GivenName"))];
        let changes = mailbox.contact_changes(&place, select.clone(), 3, None);
        let token = known.walk(dialect, changes).await.unwrap();
        assert_eq!((known.contacts.len(), known.pages), (7, 3));
        assert!(known.contacts.values().all(|one| one.get(dialect.pick(("surname", "Surname"))).is_none()));

        mailbox.delete(&place, &made[0]).await.unwrap();
        mailbox.update(&place, &made[1], &person(dialect, "Changed")).await.unwrap();
        mailbox.create(&place, &person(dialect, "New"), key(9)).await.unwrap();
        let changes = mailbox.contact_changes(&place, Vec::new(), 1, Some(&token));
        let token = known.walk(dialect, changes).await.unwrap();
        assert_eq!(known.contacts.keys().cloned().collect::<Vec<_>>(), ids(&sandbox, dialect, &place).await);
        assert_eq!(known.contacts[&made[1]][dialect.pick(("givenName", "GivenName"))], "Changed");
        assert_eq!(known.started_over, 0);

        // The service forgets: it starts over, and says so.
        sandbox.expire_delta_tokens().unwrap();
        mailbox.delete(&place, &made[2]).await.unwrap();
        for lost in [token.as_str(), &format!("{token}x")] {
            let changes = mailbox.contact_changes(&place, Vec::new(), 4, Some(lost));
            known.walk(dialect, changes).await.unwrap();
        }
        assert_eq!(known.started_over, 2);
        assert_eq!(known.contacts.keys().cloned().collect::<Vec<_>>(), ids(&sandbox, dialect, &place).await);
    }
}

#[tokio::test]
async fn a_walk_that_is_forgotten_in_the_middle_starts_over() {
    for dialect in BOTH {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = sandbox(dir.path());
        let mailbox = mailbox(Honest(sandbox.clone()), dialect);
        let place = Place::default();
        for at in 0..6 {
            mailbox.create(&place, &person(dialect, &format!("P{at}")), key(at)).await.unwrap();
        }
        let mut changes = mailbox.contact_changes(&place, Vec::new(), 2, None).unwrap();
        assert!(matches!(changes.next().await.unwrap(), Some(Step::Page(page)) if page.changed.len() == 2));
        sandbox.expire_delta_tokens().unwrap();
        assert_eq!(changes.next().await.unwrap(), Some(Step::StartedOver));
        assert_eq!(changes.token(), None);
        let mut known = Known::default();
        known.walk(dialect, Ok(changes)).await.unwrap();
        assert_eq!(known.contacts.len(), 6);
    }
}

#[tokio::test]
async fn folders_are_walked_with_their_parents() {
    for dialect in BOTH {
        let dir = tempfile::tempdir().unwrap();
        let mailbox = mailbox(Honest(sandbox(dir.path())), dialect);
        let path = ["A", "B", "C"].map(str::to_owned);
        let place = mailbox.place(&path, true).await.unwrap();
        let mut known = Known::default();
        let token = known.walk(dialect, mailbox.folder_changes(&Place::default(), 2, None)).await.unwrap();
        assert_eq!(known.contacts.len(), 3);
        let parent = &known.contacts[&place.0[2].0][dialect.pick(("parentFolderId", "ParentFolderId"))];
        assert_eq!(parent, &json!(place.0[1].0));
        mailbox.create_folder(&place, "D").await.unwrap();
        known.walk(dialect, mailbox.folder_changes(&Place::default(), 2, Some(&token))).await.unwrap();
        assert_eq!(known.contacts.len(), 4);
        let mut below = Known::default();
        let first = Place(place.0[..1].to_vec());
        below.walk(dialect, mailbox.folder_changes(&first, 9, None)).await.unwrap();
        assert_eq!(below.contacts.len(), 3);
    }
}

#[tokio::test]
async fn a_bad_line_loses_nothing_of_a_walk() {
    for (dialect, seed) in BOTH.into_iter().flat_map(|dialect| (1..=6).map(move |seed| (dialect, seed))) {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = sandbox(dir.path());
        let honest = mailbox(Honest(sandbox.clone()), dialect);
        let place = Place::default();
        for at in 0..12 {
            honest.create(&place, &person(dialect, &format!("P{at}")), key(at)).await.unwrap();
        }
        let rough = mailbox(Arc::new(Lossy::new(sandbox.clone(), seed)), dialect);
        let mut known = Known::default();
        let token = known.walk(dialect, rough.contact_changes(&place, Vec::new(), 2, None)).await.unwrap();
        let gone = known.contacts.keys().next().unwrap().clone();
        honest.delete(&place, &gone).await.unwrap();
        known.walk(dialect, rough.contact_changes(&place, Vec::new(), 1, Some(&token))).await.unwrap();
        assert_eq!(known.contacts.keys().cloned().collect::<Vec<_>>(), ids(&sandbox, dialect, &place).await);
    }
}

fn outlook(script: &Arc<Script>) -> Mailbox<Arc<Script>, Arc<StillClock>> {
    let endpoint = Endpoint::parse("https://mail.example/api/v2.0", None, Owner::Me).unwrap();
    let token = Token::new("secret").unwrap();
    Mailbox::new(endpoint, Arc::clone(script), Arc::default(), token, Limits::EXCHANGE)
}

fn page(items: &str, name: &str, link: &str) -> Line {
    let body = format!(r#"{{"value":[{items}],"@odata.{name}":"https://mail.example/{link}"}}"#);
    Line::Answer(200, &[("preference-applied", "odata.track-changes")], body)
}

#[tokio::test]
async fn v2_must_say_that_it_tracks_changes() {
    let list = answer(200, r#"{"value":[{"Id":"A"}]}"#);
    let script = Script::of([list]);
    let mailbox = outlook(&script);
    let mut changes = mailbox.contact_changes(&Place::default(), Vec::new(), 5, None).unwrap();
    let error = changes.next().await.unwrap_err();
    assert!(error.to_string().contains("Preference-Applied"), "{error}");
}

#[tokio::test]
async fn v2_is_asked_a_second_time_always_and_a_skip_token_leads_on_under_any_name() {
    let script = Script::of([
        page(r#"{"Id":"A"}"#, "deltaLink", "a?%24deltatoken=1"),
        page(r#"{"Id":"B"}"#, "deltaLink", "a?%24skiptoken=2"),
        page(r#"{"id":"Contacts('A')","reason":"deleted"}"#, "nextLink", "a?%24skiptoken=3"),
        page("", "deltaLink", "a?%24deltatoken=4"),
    ]);
    let mailbox = outlook(&script);
    let mut known = Known::default();
    let changes = mailbox.contact_changes(&Place::default(), Vec::new(), 5, None);
    let token = known.walk(Dialect::Outlook, changes).await.unwrap();
    assert_eq!(token, "https://mail.example/a?%24deltatoken=4");
    assert_eq!(known.contacts.keys().collect::<Vec<_>>(), ["B"]);
    assert_eq!(script.asked().len(), 4);
}

#[tokio::test]
async fn a_lying_server_gets_no_further() {
    let circle = || page("", "nextLink", "v1.0/me/contacts/delta?$skiptoken=1");
    let elsewhere = answer(200, r#"{"value":[],"@odata.nextLink":"https://evil.example/?$skiptoken=1"}"#);
    for (lines, says) in [
        (vec![circle(), circle(), circle()], "leads back"),
        (vec![answer(200, r#"{"value":[]}"#)], "no link"),
        (vec![elsewhere], "another server"),
        (vec![answer(410, "")], "410"),
    ] {
        let script = Script::of(lines);
        let mailbox = scripted(&script, &Arc::default());
        let changes = mailbox.contact_changes(&Place::default(), Vec::new(), 5, None);
        let error = Known::default().walk(Dialect::Graph, changes).await.unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let gone = || answer(410, r#"{"error":{"code":"syncStateNotFound","message":"x"}}"#);
    let again = || page("", "nextLink", "v1.0/me/contacts/delta?$skiptoken=1");
    let script = Script::of([gone(), again(), gone(), again(), gone(), again(), gone()]);
    let mailbox = scripted(&script, &Arc::default());
    let changes = mailbox.contact_changes(&Place::default(), Vec::new(), 5, Some("https://mail.example/x"));
    let error = Known::default().walk(Dialect::Graph, changes).await.unwrap_err();
    assert!(error.to_string().contains("syncStateNotFound"), "it does not start over for ever: {error}");
    let foreign = mailbox.contact_changes(&Place::default(), Vec::new(), 5, Some("https://evil.example/x"));
    assert!(matches!(foreign, Err(RemoteError::ForeignLink { .. })));
}
