//! Changes, one after the other in the order in which they were asked for, so that equal rehearsals go the same way.
//!
//! Those that wait while another is carried out are then carried out together: in one transaction, each in a part of it
//! that fails alone. Nothing is answered before the transaction is kept.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use tokio::sync::oneshot;

use super::store::tried;
use super::{Inner, request};

/// The most changes in one transaction.
const MOST: usize = 64;

/// Who waits for a turn.
#[derive(Default)]
pub(super) struct Turns(Mutex<State>);

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    /// Whether someone carries them out.
    busy: bool,
}

struct Job {
    inner: Arc<Inner>,
    request: Request<Bytes>,
    answer: oneshot::Sender<Response<Bytes>>,
}

/// Carries out what waits until nothing does.
struct Worker {
    turns: Arc<Turns>,
    is_done: bool,
}

/// Answers a request when its turn has come.
pub(super) async fn take(inner: Arc<Inner>, request: Request<Bytes>) -> Response<Bytes> {
    let turns = Arc::clone(&inner.turns);
    let (answer, answered) = oneshot::channel();
    let was_busy = {
        let mut state = turns.state();
        state.waiting.push_back(Job { inner, request, answer });
        std::mem::replace(&mut state.busy, true)
    };
    if !was_busy {
        let worker = Worker { turns, is_done: false };
        drop(tokio::task::spawn_blocking(move || worker.run()));
    }
    answered.await.unwrap_or_else(|_| failed())
}

impl Turns {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Worker {
    fn run(mut self) {
        while let Some(jobs) = self.next() {
            carry_out(jobs);
        }
    }

    /// What waits now; when nothing does, the next to come finds a worker of its own.
    fn next(&mut self) -> Option<Vec<Job>> {
        let mut state = self.turns.state();
        if state.waiting.is_empty() {
            state.busy = false;
            self.is_done = true;
            return None;
        }
        let count = state.waiting.len().min(MOST);
        Some(state.waiting.drain(..count).collect())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It never ran, for its runtime has ended, or it panicked. Who waits is told so: nobody else may come.
        if !self.is_done {
            let waiting = {
                let mut state = self.turns.state();
                state.busy = false;
                std::mem::take(&mut state.waiting)
            };
            drop(waiting);
        }
    }
}

fn carry_out(jobs: Vec<Job>) {
    let (mut requests, mut answers, mut sandbox) = (Vec::new(), Vec::new(), None);
    for Job { inner, request, answer } in jobs {
        sandbox.get_or_insert(inner);
        requests.push(request);
        answers.push(answer);
    }
    let done = sandbox.as_ref().map(|inner| together(inner, &mut requests)).unwrap_or_default();
    // Who has an answer may close the sandbox, and expects its store to be free then.
    drop(sandbox);
    for (answer, done) in answers.into_iter().zip(done) {
        // Whoever has stopped waiting does not learn of it.
        let _ = answer.send(done);
    }
}

/// Marks a request that is carried out again: its bearer was let in already, and is counted once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Again;

/// Carries out some changes. Where they cannot be kept together, as on a full disk, each is carried out by itself, so
/// that one fails for another's sake never. The answer stands of a request that changes nothing in the store.
fn together(inner: &Inner, requests: &mut [Request<Bytes>]) -> Vec<Response<Bytes>> {
    if let [request] = requests {
        return vec![answer(inner, request)];
    }
    let mut answers = Vec::new();
    let kept = inner.store.together(|| {
        for request in &*requests {
            tried();
            let answer = answer(inner, request);
            answers.push((answer, tried()));
        }
    });
    if kept.is_ok() {
        return answers.into_iter().map(|(answer, _)| answer).collect();
    }
    let mut answers = answers.into_iter();
    let again = |request: &mut Request<Bytes>| match answers.next() {
        Some((answer, false)) => answer,
        Some((_, true)) => {
            request.extensions_mut().insert(Again);
            answer(inner, request)
        }
        None => answer(inner, request),
    };
    requests.iter_mut().map(again).collect()
}

fn answer(inner: &Inner, request: &Request<Bytes>) -> Response<Bytes> {
    // A transaction that is cut off by a panic is undone; nothing else changes on the way.
    catch_unwind(AssertUnwindSafe(|| inner.answer(request))).unwrap_or_else(|_| failed())
}

fn failed() -> Response<Bytes> {
    request::empty(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use http::header::AUTHORIZATION;
    use tempfile::TempDir;
    use tokio::runtime::Runtime;

    use super::*;
    use crate::sandbox::{Opened, Sandbox, Settings, TokenRules};

    fn opened(store: &Path) -> Option<Sandbox> {
        match Sandbox::open(store, Settings::default()).unwrap() {
            Opened::Here(sandbox) => Some(sandbox),
            Opened::Elsewhere { .. } => None,
        }
    }

    #[test]
    fn a_change_whose_turn_never_comes_is_answered_and_does_not_keep_the_store_open() {
        let directory = tempfile::tempdir().unwrap();
        let store = directory.path().join("book.db");
        let sandbox = opened(&store).unwrap();
        let runtime = Runtime::new().unwrap();
        let handle = runtime.handle().clone();
        runtime.shutdown_background();
        let request = Request::post("http://sandbox.test/v1.0/me/contacts").body(Bytes::new()).unwrap();
        {
            let _entered = handle.enter();
            let mut change = pin!(sandbox.handle(request));
            let answer = change.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(matches!(answer, Poll::Ready(answer) if answer.status() == StatusCode::INTERNAL_SERVER_ERROR));
        }
        drop(sandbox);
        assert!(opened(&store).is_some());
    }

    /// A store that undoes everything, as SQLite may on a full disk, when a contact of this name comes.
    fn brittle(rules: TokenRules) -> (TempDir, Sandbox) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.db");
        let behaviours = Settings::default().behaviours;
        let Opened::Here(sandbox) =
            Sandbox::open(&path, Settings { tokens: rules, behaviours, ..Settings::default() }).unwrap()
        else {
            panic!("it is new")
        };
        sandbox.inner.store.break_on("Breaks").unwrap();
        (dir, sandbox)
    }

    fn post(token: &str, given: &str) -> Request<Bytes> {
        let request =
            Request::post("http://a.example/v1.0/me/contacts").header(AUTHORIZATION, format!("Bearer {token}"));
        let body = format!("{{\"givenName\":\"{given}\"}}");
        request.header("content-type", "application/json").body(Bytes::from(body)).unwrap()
    }

    fn statuses(answers: &[Response<Bytes>]) -> Vec<u16> {
        answers.iter().map(|answer| answer.status().as_u16()).collect()
    }

    #[test]
    fn what_is_carried_out_again_counts_once() {
        let (_dir, sandbox) = brittle(TokenRules { requests: Some(3), ..TokenRules::default() });
        let mut requests = [post("t", "A"), post("t", "Breaks"), post("t", "B"), post("t", "C")];
        assert_eq!(statuses(&together(&sandbox.inner, &mut requests)), [201, 500, 201, 401]);
        let mut others = [post("u", "D"), post("u", "E")];
        assert_eq!(statuses(&together(&sandbox.inner, &mut others)), [201, 201]);
        let folder = sandbox.inner.store.read(&sandbox.inner.mailbox.ids, |view| {
            let folder = view.folder(sandbox.inner.mailbox.contacts)?.unwrap();
            view.count_contacts(&folder)
        });
        assert_eq!(folder.unwrap(), 4);
    }

    /// A refresh token or a code is spent by its first use.
    #[test]
    fn what_changes_nothing_in_the_store_is_not_done_again() {
        let (_dir, sandbox) = brittle(TokenRules::default());
        sandbox.set_auto_approve(true);
        let form = |path: &str, body: String| {
            let url = format!("http://a.example/common/oauth2/v2.0/{path}");
            let request = Request::post(url).header("content-type", "application/x-www-form-urlencoded");
            request.body(Bytes::from(body)).unwrap()
        };
        let asked = answer(&sandbox.inner, &form("devicecode", "client_id=a&scope=Contacts.Read".into()));
        let code: serde_json::Value = serde_json::from_slice(asked.body()).unwrap();
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        let redeem = format!("grant_type={grant}&client_id=a&device_code={}", code["device_code"].as_str().unwrap());
        let mut requests = [form("token", redeem.clone()), post("t", "Breaks"), form("token", redeem)];
        assert_eq!(statuses(&together(&sandbox.inner, &mut requests)), [200, 500, 400]);
    }
}
