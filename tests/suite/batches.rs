//! The client's batches, against the sandbox in both dialects: honest lines, and lines that lose, cut and throttle.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use cardferry::formats::exchange::{Dialect, extended};
use cardferry::model::identity::Key;
use cardferry::remote::api::{Place, Query};
use cardferry::remote::gate::{Gate, Limits};
use cardferry::remote::{Clock, Done, Mailbox, Operation, RemoteError, Sent, Transport, TransportError};
use cardferry::sandbox::Sandbox;
use futures_util::FutureExt;
use http::{Request, Response};
use pretty_assertions::assert_eq;
use serde_json::{Map, Value, json};

use crate::generator::Draw;
use crate::sandboxed::{Honest, mailbox, sandbox};
use crate::scripted::StillClock;

const BOTH: [Dialect; 2] = [Dialect::Graph, Dialect::Outlook];

fn key(at: usize) -> Key {
    format!("{at:032x}").parse().unwrap()
}

/// A person with the key among the extended properties, as an import writes one.
fn person(dialect: Dialect, at: usize) -> Map<String, Value> {
    let names = [("givenName", "GivenName"), ("singleValueExtendedProperties", "SingleValueExtendedProperties")];
    let (id, value) = (dialect.pick(("id", "PropertyId")), dialect.pick(("value", "Value")));
    let extended = json!([{ id: extended::KEY, value: key(at).to_string() }]);
    let values = [json!(format!("P{at}")), extended];
    names.into_iter().map(|names| dialect.pick(names).to_owned()).zip(values).collect()
}

fn people(dialect: Dialect, count: usize) -> Vec<Map<String, Value>> {
    (0..count).map(|at| person(dialect, at)).collect()
}

fn creates<'a>(place: &'a Place, people: &'a [Map<String, Value>]) -> Vec<Operation<'a>> {
    people.iter().enumerate().map(|(at, body)| Operation::Create { place, body, key: key(at) }).collect()
}

fn id(outcome: &Result<Done, RemoteError>) -> String {
    match outcome {
        Ok(Done::Created(created)) => created.id.clone(),
        other => panic!("no contact: {other:?}"),
    }
}

/// Every given name in the mailbox, with those that stand there twice.
async fn names(sandbox: &Sandbox, dialect: Dialect) -> Vec<String> {
    let mailbox = mailbox(Honest(sandbox.clone()), dialect);
    let place = Place::default();
    let mut pages = mailbox.contacts(&place, &Query { top: Some(1000), ..Query::default() });
    let mut found = Vec::new();
    while let Some(page) = pages.next().await.unwrap() {
        found.extend(page.iter().map(|one| one[dialect.pick(("givenName", "GivenName"))].as_str().unwrap().to_owned()));
    }
    found.sort();
    found
}

fn expected(count: usize) -> Vec<String> {
    let mut expected: Vec<_> = (0..count).map(|at| format!("P{at}")).collect();
    expected.sort();
    expected
}

/// What a line does with an envelope: the parts that it answers itself, and what becomes of the answer.
#[derive(Default)]
struct Mischief {
    /// Ids of parts to be answered with a status and a Retry-After, and not done.
    parts: Vec<(String, u16, &'static str)>,
    /// The whole request is answered so, and not done.
    whole: Option<(u16, &'static str)>,
    /// There was no connection.
    unsent: bool,
    /// Everything is done and the answer lost.
    lost: bool,
    /// Everything is done and the answer ends after so many bytes.
    cut: Option<usize>,
    /// Parts whose answers are missing, though they are done.
    silent: Vec<String>,
}

/// A line that plays a trick on each batch, and is honest with everything else.
struct Trickster<F> {
    sandbox: Sandbox,
    tricks: F,
    /// How many parts each batch had.
    batches: Mutex<Vec<usize>>,
    singles: Mutex<usize>,
}

impl<F: Fn(usize, &[String]) -> Mischief + Send + Sync> Trickster<F> {
    fn new(sandbox: &Sandbox, tricks: F) -> Arc<Self> {
        Arc::new(Self { sandbox: sandbox.clone(), tricks, batches: Mutex::default(), singles: Mutex::default() })
    }

    fn batches(&self) -> Vec<usize> {
        self.batches.lock().unwrap().clone()
    }
}

impl<F: Fn(usize, &[String]) -> Mischief + Send + Sync> Transport for Trickster<F> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if !request.uri().path().ends_with("/$batch") {
            *self.singles.lock().unwrap() += 1;
            return Ok(self.sandbox.handle(request).await);
        }
        let (head, body) = request.into_parts();
        let mut envelope: Value = serde_json::from_slice(&body).unwrap();
        let requests = envelope["requests"].as_array_mut().unwrap();
        let ids: Vec<_> = requests.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        let number = {
            let mut batches = self.batches.lock().unwrap();
            batches.push(ids.len());
            batches.len() - 1
        };
        let trick = (self.tricks)(number, &ids);
        let broken = |sent| Err(TransportError { sent, what: "the line broke".into() });
        let respond = |status: u16, body: Bytes| Response::builder().status(status).body(body).unwrap();
        if trick.unsent {
            return broken(Sent::No);
        }
        if let Some((status, after)) = trick.whole {
            let mut answer = respond(status, Bytes::new());
            if !after.is_empty() {
                answer.headers_mut().insert("retry-after", after.parse().unwrap());
            }
            return Ok(answer);
        }
        requests.retain(|one| !trick.parts.iter().any(|(id, ..)| one["id"] == json!(id)));
        let mut responses = Vec::new();
        if !requests.is_empty() {
            let done = self.sandbox.handle(Request::from_parts(head, envelope.to_string().into())).await;
            assert_eq!(done.status(), 200, "{:?}", done.body());
            let done: Value = serde_json::from_slice(done.body()).unwrap();
            responses.extend(done["responses"].as_array().unwrap().iter().cloned());
        }
        responses.extend(trick.parts.iter().map(|(id, status, after)| {
            json!({"id": id, "status": status, "headers": {"Retry-After": after}, "body": {"error": {"code": "X"}}})
        }));
        responses.retain(|one| !trick.silent.iter().any(|id| one["id"] == json!(id)));
        if trick.lost {
            return broken(Sent::Maybe);
        }
        let mut body = json!({ "responses": responses }).to_string().into_bytes();
        body.truncate(trick.cut.unwrap_or(body.len()));
        Ok(respond(200, body.into()))
    }
}

#[tokio::test]
async fn many_creates_go_in_batches_of_twenty_and_are_told_in_their_order() {
    for dialect in BOTH {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = sandbox(dir.path());
        let line = Trickster::new(&sandbox, |_, _| Mischief::default());
        let mailbox = mailbox(Arc::clone(&line), dialect);
        let (place, people) = (Place::default(), people(dialect, 45));
        let outcomes = mailbox.batch(&creates(&place, &people)).await;
        assert_eq!(line.batches(), [20, 20, 5]);
        for (at, outcome) in outcomes.iter().enumerate() {
            let contact = mailbox.contact(&place, &id(outcome), &Query::default()).await.unwrap();
            assert_eq!(contact[dialect.pick(("givenName", "GivenName"))], json!(format!("P{at}")));
        }
        assert_eq!(mailbox.batch(&[]).await.len(), 0);
    }
}

/// A JPEG of so many bytes.
fn picture(size: usize) -> Bytes {
    let mut bytes = crate::sandbox::jpeg(5, 6).to_vec();
    bytes.resize(size, 7);
    Bytes::from(bytes)
}

#[tokio::test]
async fn twenty_creates_with_photos_that_fill_more_than_one_request() {
    for dialect in BOTH {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = sandbox(dir.path());
        let line = Trickster::new(&sandbox, |_, _| Mischief::default());
        let mailbox = mailbox(Arc::clone(&line), dialect);
        let (place, people) = (Place::default(), people(dialect, 20));
        let ids: Vec<_> = mailbox.batch(&creates(&place, &people)).await.iter().map(id).collect();
        // Six of these fill a request, and the last is too large for any batch.
        let pictures: Vec<_> = (0..20).map(|at| picture(if at == 19 { 3_500_000 } else { 500_000 + at })).collect();
        let photos = ids.iter().zip(&pictures);
        let photos: Vec<_> = photos
            .map(|(id, picture)| Operation::SetPhoto { place: &place, id, kind: "image/jpeg", picture })
            .collect();
        let outcomes = mailbox.batch(&photos).await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(Done::Done))), "{outcomes:?}");
        assert_eq!(line.batches(), [20, 6, 6, 6, 1]);
        for (id, picture) in ids.iter().zip(&pictures) {
            assert_eq!(mailbox.photo(&place, id).await.unwrap().as_ref(), Some(picture));
        }
        let changes = person(dialect, 99);
        let more = [
            Operation::Update { place: &place, id: &ids[0], changes: &changes },
            Operation::Delete { place: &place, id: &ids[1] },
        ];
        for _ in 0..2 {
            // What is gone already needs no deleting.
            assert!(mailbox.batch(&more).await.iter().all(Result::is_ok));
        }
        let names = names(&sandbox, dialect).await;
        assert!(names.contains(&"P99".to_owned()) && !names.contains(&"P1".to_owned()) && names.len() == 19);
    }
}

#[tokio::test]
async fn throttled_parts_alone_are_sent_again_after_the_longest_wait() {
    for dialect in BOTH {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = sandbox(dir.path());
        let line = Trickster::new(&sandbox, |number, ids| match number {
            0 => Mischief {
                parts: ids[3..10].iter().map(|id| (id.clone(), 429, "2.5")).collect(),
                ..Mischief::default()
            },
            1 => {
                Mischief { parts: vec![(ids[0].clone(), 429, "7"), (ids[1].clone(), 429, "1")], ..Mischief::default() }
            }
            _ => Mischief::default(),
        });
        let clock = Arc::new(StillClock::default());
        let mailbox = with_clock(&line, &clock, dialect);
        let (place, people) = (Place::default(), people(dialect, 20));
        let outcomes = mailbox.batch(&creates(&place, &people)).await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(Done::Created(created)) if !created.found)));
        assert_eq!(line.batches(), [20, 7, 2]);
        assert_eq!(clock.slept(), Duration::from_millis(9500));
        assert_eq!((names(&sandbox, dialect).await, *line.singles.lock().unwrap()), (expected(20), 0));
    }
}

fn with_clock<T: Transport>(
    line: &Arc<T>,
    clock: &Arc<StillClock>,
    dialect: Dialect,
) -> Mailbox<Arc<T>, Arc<StillClock>> {
    use cardferry::remote::{Endpoint, Owner, Token};
    let endpoint = Endpoint::parse("http://localhost", Some(dialect), Owner::Me).unwrap();
    Mailbox::new(endpoint, Arc::clone(line), Arc::clone(clock), Token::new("any").unwrap(), Limits::NONE)
}

#[tokio::test]
async fn lost_cut_and_silent_answers_leave_nothing_twice_and_nothing_out() {
    for dialect in BOTH {
        let tricks: [fn(usize, &[String]) -> Mischief; 5] = [
            |number, _| Mischief { lost: number == 0, ..Mischief::default() },
            |number, _| Mischief { cut: (number == 0).then_some(700), ..Mischief::default() },
            |number, _| Mischief { unsent: number == 0, ..Mischief::default() },
            |number, ids| Mischief {
                silent: if number == 0 { ids[5..9].to_vec() } else { Vec::new() },
                ..Mischief::default()
            },
            |number, ids| match number {
                0 => {
                    Mischief { parts: ids[..5].iter().map(|id| (id.clone(), 503, "")).collect(), ..Mischief::default() }
                }
                _ => Mischief::default(),
            },
        ];
        for (number, trick) in tricks.into_iter().enumerate() {
            let dir = tempfile::tempdir().unwrap();
            let sandbox = sandbox(dir.path());
            let line = Trickster::new(&sandbox, trick);
            let mailbox = mailbox(Arc::clone(&line), dialect);
            let (place, people) = (Place::default(), people(dialect, 20));
            let outcomes = mailbox.batch(&creates(&place, &people)).await;
            let ids: BTreeSet<_> = outcomes.iter().map(id).collect();
            assert_eq!((ids.len(), names(&sandbox, dialect).await), (20, expected(20)), "trick {number}");
            let found =
                outcomes.iter().filter(|one| matches!(one, Ok(Done::Created(created)) if created.found)).count();
            assert_eq!(
                (found, line.batches()),
                [(20, vec![20]), (20, vec![20]), (0, vec![20, 20]), (4, vec![20]), (0, vec![20, 5])][number]
            );
        }
    }
}

#[tokio::test]
async fn an_envelope_that_is_refused_is_halved_or_done_one_by_one() {
    for dialect in BOTH {
        for (status, batches, singles) in [
            (413, vec![20, 10, 10], 0),
            (400, vec![20], 20),
            (404, vec![20], 20),
            (503, vec![20, 20], 40),
            (429, vec![20, 20], 0),
            (424, vec![20, 20], 40),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let sandbox = sandbox(dir.path());
            let line = Trickster::new(&sandbox, |number, _| Mischief {
                whole: (number == 0).then_some((status, "1")),
                ..Mischief::default()
            });
            let mailbox = mailbox(Arc::clone(&line), dialect);
            let (place, people) = (Place::default(), people(dialect, 20));
            let outcomes = mailbox.batch(&creates(&place, &people)).await;
            assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
            assert_eq!((line.batches(), *line.singles.lock().unwrap()), (batches, singles), "{status}");
            assert_eq!(names(&sandbox, dialect).await, expected(20));
        }
    }
}

#[tokio::test]
async fn each_part_fails_for_itself() {
    for dialect in BOTH {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = sandbox(dir.path());
        let line = Trickster::new(&sandbox, |_, ids| {
            let parts = ids.iter().filter_map(|id| match id.as_str() {
                "2" => Some((id.clone(), 401, "")),
                "3" => Some((id.clone(), 503, "")),
                "4" => Some((id.clone(), 429, "10000")),
                _ => None,
            });
            Mischief { parts: parts.collect(), ..Mischief::default() }
        });
        let mailbox = mailbox(Arc::clone(&line), dialect);
        let place = Place::default();
        let mut people = people(dialect, 6);
        people[1] = Map::from_iter([("nonsense".to_owned(), json!(1))]);
        people[5].insert("x".into(), "x".repeat(4 << 20).into());
        let outcomes = mailbox.batch(&creates(&place, &people)).await;
        assert!(outcomes[0].is_ok(), "{outcomes:?}");
        assert!(matches!(&outcomes[1], Err(RemoteError::Refused(error)) if error.status == 400));
        assert!(matches!(&outcomes[2], Err(RemoteError::NotAuthorised(_))));
        assert!(matches!(&outcomes[3], Err(RemoteError::Unavailable { attempts: 7, .. })), "{:?}", outcomes[3]);
        assert!(matches!(&outcomes[4], Err(RemoteError::Unavailable { attempts: 1, .. })), "{:?}", outcomes[4]);
        assert!(matches!(&outcomes[5], Err(RemoteError::TooLarge { .. })));
        assert_eq!(names(&sandbox, dialect).await, ["P0"]);
    }
}

#[tokio::test]
async fn no_campaign_of_faults_makes_twins_or_loses_anyone() {
    for (dialect, seed) in BOTH.into_iter().flat_map(|dialect| (1..=12).map(move |seed| (dialect, seed))) {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = sandbox(dir.path());
        let draw = Mutex::new(Draw::new(seed));
        let line = Trickster::new(&sandbox, move |_, ids| {
            let mut draw = draw.lock().unwrap();
            let some = |draw: &mut Draw| ids.iter().filter(|_| draw.below(4) == 0).cloned().collect::<Vec<_>>();
            let parts = |ids: Vec<String>, status| ids.into_iter().map(|id| (id, status, "1")).collect();
            let (nothing, ids) = (Mischief::default(), some(&mut draw));
            match draw.below(10) {
                0 => Mischief { unsent: true, ..nothing },
                1 => Mischief { lost: true, ..nothing },
                2 => Mischief { cut: Some(draw.below(5000)), ..nothing },
                3 => Mischief { whole: Some((429, "1.5")), ..nothing },
                4 => Mischief { whole: Some((503, "")), ..nothing },
                5 => Mischief { parts: parts(ids, 429), ..nothing },
                6 => Mischief { parts: parts(ids, 500), ..nothing },
                7 => Mischief { silent: ids, ..nothing },
                _ => nothing,
            }
        });
        let mailbox = mailbox(Arc::clone(&line), dialect);
        let (place, people) = (Place::default(), people(dialect, 50));
        // The line answers once, so that patience is what it is with a server that is there.
        mailbox.folders(&place).await.unwrap();
        let outcomes = mailbox.batch(&creates(&place, &people)).await;
        let ids: BTreeSet<_> = outcomes.iter().map(id).collect();
        assert_eq!((ids.len(), names(&sandbox, dialect).await), (50, expected(50)), "seed {seed}");
    }
}

#[tokio::test]
async fn a_batch_goes_alone_and_counts_as_its_parts() {
    let clock = StillClock::default();
    let limits = Limits { in_flight: 4, requests: Some((30, Duration::from_secs(600))), upload: None };
    let gate = Gate::new(limits);
    let single = gate.pass(0, &clock).await;
    let mut batch = Box::pin(gate.pass_batch(20, 0, &clock));
    assert!(batch.as_mut().now_or_never().is_none(), "another request is under way");
    drop(single);
    let passage = batch.await;
    assert!(gate.pass(0, &clock).now_or_never().is_none(), "a batch is under way");
    drop(passage);
    for _ in 0..9 {
        gate.pass(0, &clock).await;
    }
    assert_eq!(clock.now(), Duration::ZERO);
    gate.pass(0, &clock).await;
    assert_eq!(clock.now(), Duration::from_millis(600_600), "one and twenty and nine are thirty");
}
