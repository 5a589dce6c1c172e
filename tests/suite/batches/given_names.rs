//! Contacts without a given name, in batches to a mailbox that wants one.

use std::sync::Arc;

use cardferry::formats::exchange::Dialect;
use cardferry::remote::api::Place;
use cardferry::remote::{Created, Done, Operation, RemoteError};
use pretty_assertions::assert_eq;
use serde_json::{Map, Value};

use super::{BOTH, Mischief, Trickster, id, key, names, people};
use crate::sandboxed::{mailbox, sandbox};

/// People of whom these have no given name.
fn some_nameless(dialect: Dialect, count: usize, nameless: &[usize]) -> Vec<Map<String, Value>> {
    let mut people = people(dialect, count);
    for at in nameless {
        people[*at].remove(dialect.pick(("givenName", "GivenName")));
    }
    people
}

fn created(outcome: &Result<Done, RemoteError>) -> &Created {
    match outcome {
        Ok(Done::Created(created)) => created,
        other => panic!("no contact: {other:?}"),
    }
}

#[tokio::test]
async fn one_that_is_refused_for_want_of_it_is_sent_again_with_the_one_made_for_it() {
    for dialect in BOTH {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = sandbox(dir.path());
        let line = Trickster::new(&sandbox, |_, _| Mischief::default());
        let mailbox = mailbox(Arc::clone(&line), dialect);
        let nameless = [3, 7, 8, 22];
        let (place, whole) = (Place::default(), people(dialect, 25));
        let people = some_nameless(dialect, 25, &nameless);
        let create = |at: usize| {
            // Nothing was made for the eighth.
            let filled = Some(&whole[at]).filter(|_| nameless.contains(&at) && at != 8);
            Operation::Create { place: &place, body: &people[at], filled, key: key(at) }
        };
        let operations: Vec<_> = (0..25).map(create).collect();
        let outcomes = mailbox.batch(&operations).await;
        assert_eq!(line.batches(), [20, 7], "the last one has it at once");
        assert!(matches!(&outcomes[8], Err(RemoteError::Refused(error)) if error.wants_given_name()));
        let made = outcomes.iter().enumerate().filter(|(at, _)| *at != 8);
        let filled: Vec<_> = made.filter(|(_, made)| created(made).filled).map(|(at, _)| at).collect();
        assert_eq!((filled, names(&sandbox, dialect).await.len()), (vec![3, 7, 22], 24));

        let more = Operation::Create { place: &place, body: &people[3], filled: Some(&whole[3]), key: key(99) };
        let alone = mailbox.batch(&[more]).await;
        assert_eq!((created(&alone[0]).filled, line.batches().len()), (true, 3), "the mailbox is known to want it");
    }
}

#[tokio::test]
async fn one_that_was_filled_in_and_whose_answer_is_lost_is_found() {
    let dialect = Dialect::Graph;
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let line = Trickster::new(&sandbox, |number, _| Mischief { lost: number == 1, ..Mischief::default() });
    let mailbox = mailbox(Arc::clone(&line), dialect);
    let (place, whole, people) = (Place::default(), people(dialect, 1), some_nameless(dialect, 1, &[0]));
    let create = Operation::Create { place: &place, body: &people[0], filled: Some(&whole[0]), key: key(0) };
    let outcomes = mailbox.batch(&[create]).await;
    let expected = Created { id: id(&outcomes[0]), found: true, filled: true };
    assert_eq!((created(&outcomes[0]), line.batches()), (&expected, vec![1, 1]));
}

#[tokio::test]
async fn a_mailbox_that_takes_no_batches_is_sent_it_one_by_one() {
    let dialect = Dialect::Outlook;
    let dir = tempfile::tempdir().unwrap();
    let sandbox = sandbox(dir.path());
    let line = Trickster::new(&sandbox, |_, _| Mischief { whole: Some((404, "")), ..Mischief::default() });
    let mailbox = mailbox(Arc::clone(&line), dialect);
    let (place, whole, people) = (Place::default(), people(dialect, 1), some_nameless(dialect, 1, &[0]));
    let create = Operation::Create { place: &place, body: &people[0], filled: Some(&whole[0]), key: key(0) };
    let outcomes = mailbox.batch(&[create]).await;
    assert!(created(&outcomes[0]).filled);
}
