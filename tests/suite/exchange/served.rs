//! To a server and back: the sandbox makes of values what the service does.

use std::fs;
use std::sync::atomic::AtomicBool;

use bytes::Bytes;
use cardferry::formats::exchange::extended::{self, State};
use cardferry::formats::exchange::{self, Dialect};
use cardferry::formats::vcard::{self, Version};
use cardferry::model::identity::Keys;
use cardferry::pipeline::{Ending, Watcher, export};
use cardferry::remote::api::{Expand, Place, Query};
use cardferry::remote::{Transport, TransportError};
use http::{Request, Response};
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::round::differs;
use crate::importing::{How, import_file, ledger};
use crate::sandboxed::{Honest, mailbox, sandbox};
use crate::vcard::corpus::{as_far_as, files, kept};
use crate::vcard::{contacts, write};

/// The sandbox makes of values what the service does: another time of the birthday's day, other spellings of ids, lists
/// padded with nulls, blank notes.
#[tokio::test]
async fn the_corpus_comes_back_the_same_from_a_server() {
    // The two differ in spelling alone: a part is enough for the second.
    for (dialect, every) in [(Dialect::Graph, 1), (Dialect::Outlook, 5)] {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = mailbox(Honest(sandbox(directory.path())), dialect);
        let (place, mut keys) = (Place::default(), Keys::default());
        for (number, contact) in
            (0..).zip(files().iter().flat_map(|(_, bytes)| kept(as_far_as(bytes).0)).step_by(every))
        {
            let written = exchange::write(&contact, dialect);
            let key = keys.next(&contact, number).key;
            // The service wants a given name; the import asks for one after the first refusal.
            let body = written.json_with_given_name(None).unwrap_or_else(|| written.json(None));
            let created = mailbox.create(&place, &body, key).await.unwrap();
            let query = Query { expand: Expand(exchange::all_extended()), ..Query::default() };
            let item = exchange::read(mailbox.contact(&place, &created.id, &query).await.unwrap(), dialect);
            let differs = differs(&contact, item.contact);
            assert!(differs.is_none() || !written.losses.is_empty(), "{number}: {}", differs.unwrap());
        }
    }
}

/// Hears nothing.
struct Deaf;

impl Watcher for Deaf {}

/// A line to a server whose lists cut long texts, as the service's lists cut notes.
struct Cutting(Honest);

impl Transport for Cutting {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let is_list = request.uri().path().ends_with("/contacts");
        let (head, body) = self.0.send(request).await?.into_parts();
        let Some(mut json) = serde_json::from_slice::<Value>(&body).ok().filter(|_| is_list) else {
            return Ok(Response::from_parts(head, body));
        };
        for contact in json["value"].as_array_mut().into_iter().flatten() {
            for pair in contact["singleValueExtendedProperties"].as_array_mut().into_iter().flatten() {
                let cut: String = pair["value"].as_str().unwrap().chars().take(255).collect();
                pair["value"] = cut.into();
            }
        }
        Ok(Response::from_parts(head, json.to_string().into()))
    }
}

#[tokio::test]
async fn a_stash_that_a_list_cut_is_fetched_by_itself() {
    let labels: String =
        (0..3).map(|number| format!("i{number}.TEL:{number}\ni{number}.X-ABLabel:Boat {number}\n")).collect();
    let card = format!("BEGIN:VCARD\nVERSION:3.0\nFN:Ada Byron\nN:Byron;Ada;;;\nUID:1\n{labels}END:VCARD\n");
    let contact = contacts(card.as_bytes()).remove(0);
    let directory = tempfile::tempdir().unwrap();
    let mailbox = mailbox(Cutting(Honest(sandbox(directory.path()))), Dialect::Graph);
    let place = Place::default();
    let body = exchange::write(&contact, Dialect::Graph).json(None);
    mailbox.create(&place, &body, Keys::default().next(&contact, 0).key).await.unwrap();
    let query = Query { expand: Expand(exchange::all_extended()), ..Query::default() };
    let page = mailbox.contacts(&place, &query).next().await.unwrap().unwrap();
    assert!(exchange::read(page[0].clone(), Dialect::Graph).stash_damaged, "the list cut it");
    let (mut encoder, mut cards) = (vcard::Encoder::new(Version::V3_0), Vec::new());
    let out = (&mut encoder as _, &mut cards as _);
    export(&mailbox, &[place], out, &AtomicBool::new(false), &mut Deaf).await.unwrap();
    assert_eq!(String::from_utf8(cards).unwrap(), write(&[contact], Version::V3_0).0);
}

/// What a later version of cardferry uploaded is compared by what is there.
#[tokio::test]
async fn a_fingerprint_of_another_version_makes_nothing_new_of_what_is_there() {
    for (notes, ending) in [("", Ending::Unchanged), ("NOTE:edited\n", Ending::Skipped)] {
        let directory = tempfile::tempdir().unwrap();
        let card =
            |notes| format!("BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nN:Byron;Ada;;;\nTEL:1\n{notes}UID:1\nEND:VCARD\n");
        let contact = contacts(card("").as_bytes()).remove(0);
        let mailbox = mailbox(Honest(sandbox(directory.path())), Dialect::Graph);
        let key = Keys::default().next(&contact, 0).key;
        let state = State::parse(&format!("1 ff{} - r", "0".repeat(30))).unwrap();
        let marks = extended::Marks { key, state };
        let body = exchange::write(&contact, Dialect::Graph).json(Some(&marks));
        mailbox.create(&Place::default(), &body, key).await.unwrap();
        let file = directory.path().join("a.vcf");
        fs::write(&file, card(notes)).unwrap();
        let imported = import_file(&mailbox, &file, &mut ledger("r2"), &How::default(), &mut Deaf).await;
        assert_eq!((imported.totals.read, imported.totals.of(ending)), (1, 1), "{notes}");
    }
}
