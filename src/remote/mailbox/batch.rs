//! Many requests in few: batches of twenty, each part settled as if it had gone alone.
//!
//! A part that is throttled waits and is sent again, alone or with others that must; a part whose answer is lost is
//! looked for by its key before it is sent again. A batch that the service refuses whole is done one by one.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http::{Method, Request, Response, StatusCode, header};
use serde_json::{Map, Value};

use super::create::{first, id_of};
use super::{Created, MAX_BODY, Mailbox, fits};
use crate::model::identity::Key;
use crate::remote::api::{Place, ServiceError, batch, contacts, photos};
use crate::remote::auth::Token;
use crate::remote::clock::Clock;
use crate::remote::error::RemoteError;
use crate::remote::retry::{Decision, Ended, Repeat, decide, is_unclear};
use crate::remote::transport::{Sent, Transport, TransportError};

/// One thing to be done in a batch.
#[derive(Debug, Clone, Copy)]
pub enum Operation<'a> {
    /// Creates a contact once, as [`Mailbox::create`].
    Create {
        /// Its folder.
        place: &'a Place,
        /// Its properties.
        body: &'a Map<String, Value>,
        /// What it is found by when the answer is lost.
        key: Key,
    },
    /// Changes the properties that are sent.
    Update {
        /// The contact's folder.
        place: &'a Place,
        /// The contact.
        id: &'a str,
        /// Its new properties.
        changes: &'a Map<String, Value>,
    },
    /// Deletes a contact; one that is gone already is no error.
    Delete {
        /// The contact's folder.
        place: &'a Place,
        /// The contact.
        id: &'a str,
    },
    /// Sets or replaces a contact's picture.
    SetPhoto {
        /// The contact's folder.
        place: &'a Place,
        /// The contact.
        id: &'a str,
        /// The picture's media type.
        kind: &'a str,
        /// The picture.
        picture: &'a Bytes,
    },
}

/// What came of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// The contact exists.
    Created(Created),
    /// It is as it was asked for.
    Done,
}

/// An operation on its way.
struct Job<'a> {
    /// Its place among the operations.
    at: usize,
    operation: Operation<'a>,
    /// The request as a part of a batch.
    text: String,
    attempts: u32,
}

/// How one part ended.
type End = Result<Response<Bytes>, Ended>;

/// What came of an envelope.
enum Envelope {
    /// How each part ended.
    Parts(Vec<End>),
    /// It was too large.
    TooLarge,
    /// The service takes no such batch.
    Refused,
}

type Outcome = Result<Done, RemoteError>;

impl<T: Transport, C: Clock> Mailbox<T, C> {
    /// Does many things in batches of at most twenty, and answers for each of them in the order they were given. Each
    /// batch goes alone, and counts as its parts. The operations must not depend on each other.
    ///
    /// Each outcome is what the operation would have met by itself: a part that failed says nothing of the others unless
    /// its error [stops the run](RemoteError::is_about_one_request), and a create is repeated as [`Mailbox::create`] does.
    pub async fn batch(&self, operations: &[Operation<'_>]) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = operations.iter().map(|_| None).collect();
        let mut waiting: VecDeque<Job<'_>> = VecDeque::new();
        for (at, operation) in operations.iter().enumerate() {
            let request = self.request(operation);
            match fits(&request) {
                Err(error) => outcomes[at] = Some(Err(error)),
                Ok(()) => {
                    let text = batch::part(&self.endpoint, at, &request);
                    waiting.push_back(Job { at, operation: *operation, text, attempts: 0 });
                }
            }
        }
        let mut most = batch::MOST;
        while !waiting.is_empty() {
            let jobs = take(&mut waiting, most);
            most = batch::MOST;
            match self.send_all(&jobs).await {
                Envelope::Parts(ends) => {
                    let again = self.settle_all(jobs, ends, &mut outcomes).await;
                    again.into_iter().rev().for_each(|job| waiting.push_front(job));
                }
                Envelope::TooLarge if jobs.len() > 1 => {
                    most = jobs.len() / 2;
                    jobs.into_iter().rev().for_each(|job| waiting.push_front(job));
                }
                Envelope::TooLarge | Envelope::Refused => {
                    for job in jobs {
                        outcomes[job.at] = Some(self.alone(&job.operation).await);
                    }
                }
            }
        }
        outcomes.into_iter().flatten().collect()
    }

    fn request(&self, operation: &Operation<'_>) -> Request<Bytes> {
        let endpoint = &self.endpoint;
        match *operation {
            Operation::Create { place, body, .. } => contacts::create(endpoint, place, body),
            Operation::Update { place, id, changes } => contacts::update(endpoint, place, id, changes),
            Operation::Delete { place, id } => contacts::delete(endpoint, place, id),
            Operation::SetPhoto { place, id, kind, picture } => {
                photos::set(endpoint, place, id, Method::PUT, kind, picture.clone())
            }
        }
    }

    /// Without a batch.
    async fn alone(&self, operation: &Operation<'_>) -> Outcome {
        match *operation {
            Operation::Create { place, body, key } => self.create(place, body, key).await.map(Done::Created),
            Operation::Update { place, id, changes } => self.update(place, id, changes).await.map(|()| Done::Done),
            Operation::Delete { place, id } => self.delete(place, id).await.map(|()| Done::Done),
            Operation::SetPhoto { place, id, kind, picture } => {
                self.set_photo(place, id, kind, picture.clone()).await.map(|()| Done::Done)
            }
        }
    }

    /// One attempt at a batch. Parts whose token is refused go once more when it is renewed: they were not carried out.
    async fn send_all(&self, jobs: &[Job<'_>]) -> Envelope {
        let all: Vec<_> = jobs.iter().collect();
        let (token, envelope) = self.send_together(&all).await;
        let Envelope::Parts(mut ends) = envelope else { return envelope };
        let refused = |end: &End| matches!(end, Err(Ok(error)) if error.status == StatusCode::UNAUTHORIZED);
        let places: Vec<_> = (0..ends.len()).filter(|at| refused(&ends[*at])).collect();
        let Some(Err(Ok(error))) = places.first().map(|at| ends[*at].clone()) else { return Envelope::Parts(ends) };
        if let Err(error) = self.renew(&token, error).await {
            places.into_iter().for_each(|at| ends[at] = Err(Ok(error.clone())));
            return Envelope::Parts(ends);
        }
        let again: Vec<_> = places.iter().map(|at| all[*at]).collect();
        let no_batch = || TransportError { sent: Sent::No, what: "the service takes no such batch any more".into() };
        let renewed = match self.send_together(&again).await.1 {
            Envelope::Parts(ends) => ends,
            Envelope::TooLarge | Envelope::Refused => again.iter().map(|_| Err(Err(no_batch()))).collect(),
        };
        places.into_iter().zip(renewed).for_each(|(at, end)| ends[at] = end);
        Envelope::Parts(ends)
    }

    /// Through the gate, with the token of that moment, to the server.
    async fn send_together(&self, jobs: &[&Job<'_>]) -> (Token, Envelope) {
        let mut request = batch::envelope(&self.endpoint, jobs.iter().map(|job| job.text.as_str()));
        if request.body().len() > MAX_BODY {
            return (self.tokens.current(), Envelope::TooLarge);
        }
        let passage = self.gate.pass_batch(jobs.len(), request.body().len(), &self.clock).await;
        let token = self.tokens.current();
        request.headers_mut().insert(header::AUTHORIZATION, token.header());
        let envelope = match self.carry(request, Some(jobs.len())).await {
            Ok(answer) => self.opened(jobs, &answer),
            Err(ended) => return (token, Envelope::Parts(jobs.iter().map(|_| Err(ended.clone())).collect())),
        };
        if let Envelope::Parts(ends) = &envelope {
            let errors: Vec<_> = ends.iter().filter_map(|end| end.as_ref().err()?.as_ref().ok()).collect();
            self.heed(&passage, &errors);
        }
        (token, envelope)
    }

    /// Reads the answer to a batch.
    fn opened(&self, jobs: &[&Job<'_>], answer: &Response<Bytes>) -> Envelope {
        let same = |ended: Ended| Envelope::Parts(jobs.iter().map(|_| Err(ended.clone())).collect());
        // Documented: the parts' answers may come under a status of 424 or 400 as well.
        let parts = batch::answers(answer.body()).ok().filter(|parts| !parts.is_empty());
        let status = answer.status();
        match parts {
            Some(mut parts) if status.is_success() || status.is_client_error() => {
                let silent = || Err(Err(TransportError::maybe("the batch's answer says nothing of this part")));
                Envelope::Parts(jobs.iter().map(|job| self.end(parts.remove(&job.at)).unwrap_or_else(silent)).collect())
            }
            _ if status.is_success() || status == StatusCode::FAILED_DEPENDENCY => {
                same(Err(TransportError::maybe("the answer to a batch cannot be read")))
            }
            _ => match status {
                StatusCode::PAYLOAD_TOO_LARGE => Envelope::TooLarge,
                StatusCode::BAD_REQUEST
                | StatusCode::NOT_FOUND
                | StatusCode::METHOD_NOT_ALLOWED
                | StatusCode::UNSUPPORTED_MEDIA_TYPE
                | StatusCode::NOT_IMPLEMENTED => Envelope::Refused,
                _ => same(Ok(ServiceError::read(answer, self.clock.unix()))),
            },
        }
    }

    fn end(&self, answer: Option<Response<Bytes>>) -> Option<End> {
        let answer = answer?;
        if answer.status().is_success() {
            return Some(Ok(answer));
        }
        let error = ServiceError::read(&answer, self.clock.unix());
        // 424: it was not carried out, since another part failed.
        let skipped = error.status == StatusCode::FAILED_DEPENDENCY;
        Some(Err(if skipped { Err(TransportError { sent: Sent::No, what: error.to_string() }) } else { Ok(error) }))
    }

    /// Settles every part that can be settled, waits as long as the rest must wait, and answers what is to be sent again.
    async fn settle_all<'a>(
        &self,
        jobs: Vec<Job<'a>>,
        ends: Vec<End>,
        outcomes: &mut [Option<Outcome>],
    ) -> Vec<Job<'a>> {
        let (mut again, mut looks) = (Vec::new(), Vec::new());
        let mut wait = Duration::ZERO;
        for (mut job, end) in jobs.into_iter().zip(ends) {
            job.attempts += 1;
            let ended = match end.map(|answer| self.done(&job.operation, &answer)) {
                Ok(Some(done)) => {
                    outcomes[job.at] = Some(Ok(done));
                    continue;
                }
                Ok(None) => Err(TransportError::maybe("the answer to a create cannot be read")),
                Err(ended) => ended,
            };
            match self.decision(&job, &ended) {
                Decision::Again { after } => {
                    wait = wait.max(after);
                    again.push(job);
                }
                Decision::Look { after } => {
                    wait = wait.max(after);
                    looks.push(job);
                }
                _ => outcomes[job.at] = Some(self.over(&job, ended).await),
            }
        }
        self.counters.retries(again.len() + looks.len());
        self.rest(wait).await;
        let lost = self.look_for(looks, outcomes).await;
        if let Some(attempt) = lost.iter().map(|job| job.attempts).max() {
            self.clock.sleep(self.before_second_look(attempt)).await;
        }
        again.extend(self.look_for(lost, outcomes).await);
        again
    }

    fn decision(&self, job: &Job<'_>, ended: &Ended) -> Decision {
        let answered = self.answered.load(std::sync::atomic::Ordering::Relaxed);
        decide(&self.patience, job.attempts, job.repeat(), answered, ended, self.clock.chance())
    }

    /// What a part that succeeded has done; none when the answer to a create names no contact.
    fn done(&self, operation: &Operation<'_>, answer: &Response<Bytes>) -> Option<Done> {
        match operation {
            Operation::Create { .. } => {
                let id = id_of(answer, &self.endpoint)?;
                Some(Done::Created(Created { id, found: false }))
            }
            _ => Some(Done::Done),
        }
    }

    /// A part that is not tried any more. That a last attempt may have made the contact is looked for all the same.
    async fn over(&self, job: &Job<'_>, ended: Ended) -> Outcome {
        match (&job.operation, ended) {
            (Operation::Delete { .. }, Ok(error)) if error.status == StatusCode::NOT_FOUND => Ok(Done::Done),
            (Operation::Create { place, key, .. }, ended) if is_unclear(&ended) => {
                let found = self.find(place, *key).await.ok().and_then(first);
                let id = found.ok_or_else(|| RemoteError::unavailable(job.attempts, &ended))?;
                Ok(Done::Created(Created { id, found: true }))
            }
            (_, ended) => Err(RemoteError::ended(self.decision(job, &ended), job.attempts, &ended)),
        }
    }

    /// Looks for the contacts of lost answers by their keys, and answers the jobs whose contact is not there.
    async fn look_for<'a>(&self, jobs: Vec<Job<'a>>, outcomes: &mut [Option<Outcome>]) -> Vec<Job<'a>> {
        let looks = jobs.iter().map(|job| async move {
            match job.operation {
                Operation::Create { place, key, .. } => self.find(place, key).await.map(first),
                _ => Ok(None),
            }
        });
        let found = join_all(looks).await;
        let mut absent = Vec::new();
        for (job, found) in jobs.into_iter().zip(found) {
            match found {
                Ok(Some(id)) => outcomes[job.at] = Some(Ok(Done::Created(Created { id, found: true }))),
                Ok(None) => absent.push(job),
                Err(error) => outcomes[job.at] = Some(Err(error)),
            }
        }
        absent
    }
}

impl Job<'_> {
    fn repeat(&self) -> Repeat {
        if matches!(self.operation, Operation::Create { .. }) { Repeat::Doubles } else { Repeat::Harmless }
    }
}

/// Takes the next batch: as many as may stand in one, and as much. One that is too large for any goes alone.
fn take<'a>(waiting: &mut VecDeque<Job<'a>>, most: usize) -> Vec<Job<'a>> {
    let (mut jobs, mut size) = (Vec::new(), batch::AROUND);
    while let Some(job) = waiting.pop_front() {
        size += job.text.len() + 1;
        if jobs.len() == most || (size > MAX_BODY && !jobs.is_empty()) {
            waiting.push_front(job);
            break;
        }
        jobs.push(job);
    }
    jobs
}
