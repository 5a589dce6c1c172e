//! Tokens that end in the middle of a run: renewed once for all that were refused, and not twice in a row.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use cardferry::formats::exchange::Dialect;
use cardferry::remote::api::{Place, Query};
use cardferry::remote::gate::Limits;
use cardferry::remote::{
    Done, Endpoint, Mailbox, NoToken, Operation, Owner, RemoteError, Renewing, Sent, Token, TokenSource, Tokens,
    Transport, TransportError,
};
use cardferry::sandbox::{Sandbox, Settings, SignIn, TokenRules};
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream;
use http::{Request, Response};
use pretty_assertions::assert_eq;
use serde_json::{Map, Value};

use super::{Served, key, person, served, token};
use crate::scripted::StillClock;

const BOTH: [Dialect; 2] = [Dialect::Graph, Dialect::Outlook];

/// Signed in at the sandbox's authority.
struct SignedIn {
    sandbox: Sandbox,
    current: Mutex<Token>,
    refresh: Mutex<String>,
    renewals: AtomicUsize,
}

/// `POST …/token`, or another of the authority's endpoints.
async fn authority(sandbox: &Sandbox, endpoint: &str, form: &str) -> Value {
    let uri = format!("http://localhost/common/oauth2/v2.0/{endpoint}");
    let request = Request::post(uri).header("content-type", "application/x-www-form-urlencoded");
    let answer = sandbox.handle(request.body(Bytes::from(form.to_owned())).unwrap()).await;
    assert_eq!(answer.status(), 200, "{:?}", answer.body());
    serde_json::from_slice(answer.body()).unwrap()
}

fn text(answer: &Value, name: &str) -> String {
    answer[name].as_str().unwrap().to_owned()
}

impl SignedIn {
    async fn at(sandbox: &Sandbox, dialect: Dialect) -> Arc<Self> {
        let resource = dialect.pick(("https://graph.microsoft.com", "https://outlook.office.com"));
        let form = format!("client_id=app&scope=offline_access%20{resource}/Contacts.ReadWrite");
        let device = text(&authority(sandbox, "devicecode", &form).await, "device_code");
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        let granted =
            authority(sandbox, "token", &format!("grant_type={grant}&client_id=app&device_code={device}")).await;
        Arc::new(Self {
            sandbox: sandbox.clone(),
            current: Mutex::new(token(&text(&granted, "access_token"))),
            refresh: Mutex::new(text(&granted, "refresh_token")),
            renewals: AtomicUsize::new(0),
        })
    }

    fn renewals(&self) -> usize {
        self.renewals.load(Ordering::Relaxed)
    }
}

impl TokenSource for SignedIn {
    fn current(&self) -> Token {
        self.current.lock().unwrap().clone()
    }

    fn renew<'a>(&'a self, refused: &'a Token) -> Renewing<'a> {
        Box::pin(async move {
            assert_eq!(*refused, self.current());
            self.renewals.fetch_add(1, Ordering::Relaxed);
            // Each refresh token serves once: a second renewal at the same time would fail.
            let refresh = self.refresh.lock().unwrap().clone();
            let form = format!("grant_type=refresh_token&client_id=app&refresh_token={refresh}");
            let granted = authority(&self.sandbox, "token", &form).await;
            *self.refresh.lock().unwrap() = text(&granted, "refresh_token");
            let new = token(&text(&granted, "access_token"));
            *self.current.lock().unwrap() = new.clone();
            Ok(new)
        })
    }
}

/// A sandbox whose tokens end after so many requests, each of which takes a while.
fn brief(requests: u64) -> Served {
    served(|settings: &mut Settings| {
        settings.tokens = TokenRules { requests: Some(requests), ..TokenRules::default() };
        settings.sign_in = SignIn { auto_approve: true, required: true };
        settings.faults.add("latency,time=uniform:20ms..200ms,of=all").unwrap();
    })
}

async fn count<T: Transport, C: cardferry::remote::Clock>(mailbox: &Mailbox<T, C>) -> usize {
    let place = Place::default();
    let mut pages = mailbox.contacts(&place, &Query { top: Some(1000), ..Query::default() });
    let mut count = 0;
    while let Some(page) = pages.next().await.unwrap() {
        count += page.len();
    }
    count
}

#[tokio::test(start_paused = true)]
async fn single_requests_renew_once_for_all_that_are_under_way() {
    for dialect in BOTH {
        // The last of the 40 creates and the listing are the new token's.
        let served = brief(30);
        let source = SignedIn::at(&served.sandbox, dialect).await;
        let mailbox = served.mailbox(dialect, Tokens::from_source(Arc::clone(&source)), Limits::EXCHANGE);
        let (mailbox, place) = (&mailbox, &Place::default());
        let creates = stream::iter(0..40)
            .map(|at| async move { mailbox.create(place, &person(dialect, at), key(at)).await.unwrap().found });
        let found: Vec<bool> = creates.buffer_unordered(4).collect().await;
        assert!(found.iter().all(|found| !found), "a refused create was not carried out: it needs no look");
        assert_eq!((source.renewals(), count(mailbox).await), (1, 40));
        let refused = served.sandbox.log().iter().filter(|entry| entry.status == Some(401)).count();
        assert!(refused > 1, "several were under way: {refused}");
        assert_eq!(mailbox.traffic().requests, 41 + refused as u64);
    }
}

fn creates<'a>(place: &'a Place, people: &'a [Map<String, Value>]) -> Vec<Operation<'a>> {
    people.iter().enumerate().map(|(at, body)| Operation::Create { place, body, key: key(at) }).collect()
}

#[tokio::test(start_paused = true)]
async fn batches_renew_once_for_their_parts_or_for_their_envelope() {
    for dialect in BOTH {
        // In the sandbox, a batch is a request and so is each of its parts: these tokens end in the middle of the second
        // batch, at its first part, and at its envelope.
        for requests in [31, 22, 21] {
            let served = brief(requests);
            let source = SignedIn::at(&served.sandbox, dialect).await;
            let mailbox = served.mailbox(dialect, Tokens::from_source(Arc::clone(&source)), Limits::EXCHANGE);
            let people: Vec<_> = (0..40).map(|at| person(dialect, at)).collect();
            let outcomes = mailbox.batch(&creates(&Place::default(), &people)).await;
            let ids = outcomes.iter().map(|outcome| match outcome {
                Ok(Done::Created(created)) if !created.found => &created.id,
                other => panic!("{other:?}"),
            });
            let ids: BTreeSet<_> = ids.collect();
            assert_eq!((ids.len(), source.renewals()), (40, 1), "{requests}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn single_requests_and_batches_share_one_renewal() {
    let served = brief(25);
    let source = SignedIn::at(&served.sandbox, Dialect::Graph).await;
    let mailbox = served.mailbox(Dialect::Graph, Tokens::from_source(Arc::clone(&source)), Limits::EXCHANGE);
    let people: Vec<_> = (0..20).map(|at| person(Dialect::Graph, at)).collect();
    let (mailbox, place) = (&mailbox, &Place::default());
    let singles = join_all((20..30).map(|at| async move {
        mailbox.create(place, &person(Dialect::Graph, at), key(at)).await.unwrap();
    }));
    let operations = creates(place, &people);
    let (outcomes, _) = tokio::join!(mailbox.batch(&operations), singles);
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!((source.renewals(), count(mailbox).await), (1, 30));
}

/// A line that takes certain tokens alone, and remembers those that were sent.
#[derive(Default)]
struct Picky {
    takes: Vec<&'static str>,
    sent: Mutex<Vec<String>>,
}

impl Transport for Picky {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let sent = request.headers()["authorization"].to_str().unwrap().trim_start_matches("Bearer ").to_owned();
        self.sent.lock().unwrap().push(sent.clone());
        tokio::task::yield_now().await;
        match self.takes.contains(&sent.as_str()) {
            true => Ok(Response::new(Bytes::from_static(br#"{"value":[]}"#))),
            false if sent == "unsent" => Err(TransportError { sent: Sent::No, what: "no".into() }),
            false => Ok(Response::builder().status(401).body(Bytes::new()).unwrap()),
        }
    }
}

/// Tokens one after the other; then none.
struct List(Mutex<Vec<&'static str>>, AtomicUsize);

impl TokenSource for List {
    fn current(&self) -> Token {
        token(self.0.lock().unwrap()[0])
    }

    fn renew<'a>(&'a self, _: &'a Token) -> Renewing<'a> {
        self.1.fetch_add(1, Ordering::Relaxed);
        let mut list = self.0.lock().unwrap();
        let renewed = if list.len() > 1 {
            list.remove(0);
            Ok(token(list[0]))
        } else {
            Err(NoToken("please sign in again".into()))
        };
        Box::pin(async move {
            tokio::task::yield_now().await;
            renewed
        })
    }
}

fn picky(takes: &[&'static str], tokens: impl Into<Tokens>) -> (Arc<Picky>, Mailbox<Arc<Picky>, Arc<StillClock>>) {
    let line = Arc::new(Picky { takes: takes.to_vec(), ..Picky::default() });
    let endpoint = Endpoint::parse("https://mail.example/v1.0", None, Owner::Me).unwrap();
    (Arc::clone(&line), Mailbox::new(endpoint, line, Arc::default(), tokens, Limits::EXCHANGE))
}

fn list(tokens: &[&'static str]) -> (Arc<List>, Tokens) {
    let list = Arc::new(List(Mutex::new(tokens.to_vec()), AtomicUsize::new(0)));
    (Arc::clone(&list), Tokens::from_source(list))
}

#[tokio::test]
async fn a_second_refusal_in_a_row_stops() {
    let (list, tokens) = list(&["a", "b", "c"]);
    let (line, mailbox) = picky(&["c"], tokens);
    let error = mailbox.folders(&Place::default()).await.unwrap_err();
    assert!(matches!(error, RemoteError::NotAuthorised(_)) && !error.is_about_one_request());
    assert_eq!((line.sent.lock().unwrap().join(" "), list.1.load(Ordering::Relaxed)), ("a b".into(), 1));
}

#[tokio::test]
async fn a_fixed_token_is_not_sent_again() {
    let (line, mailbox) = picky(&[], token("a"));
    assert!(matches!(mailbox.folders(&Place::default()).await, Err(RemoteError::NotAuthorised(_))));
    let body = Map::new();
    let outcomes = mailbox.batch(&[Operation::Create { place: &Place::default(), body: &body, key: key(1) }]).await;
    assert!(matches!(outcomes[0], Err(RemoteError::NotAuthorised(_))));
    assert_eq!(line.sent.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_renewed_is_asked_for_once_and_says_why() {
    let (list, tokens) = list(&["a"]);
    let (line, mailbox) = picky(&[], tokens);
    let place = Place::default();
    for failed in join_all((0..4).map(|_| mailbox.folders(&place))).await {
        let error = failed.unwrap_err();
        assert!(matches!(error, RemoteError::NotAuthorised(_)));
        assert_eq!(error.to_string(), "not authorised: the server answers 401: please sign in again");
    }
    assert_eq!((line.sent.lock().unwrap().len(), list.1.load(Ordering::Relaxed)), (4, 1));
}

#[tokio::test]
async fn mailboxes_that_share_tokens_share_renewals() {
    let (list, tokens) = list(&["a", "b", "c"]);
    let (one, two) = (picky(&["b"], tokens.clone()).1, picky(&["b"], tokens).1);
    let place = Place::default();
    let (one, two) = tokio::join!(one.folders(&place), two.folders(&place));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(list.1.load(Ordering::Relaxed), 1);
}
