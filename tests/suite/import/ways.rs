//! Exchange's ways that would cost a client something: refusals, cut texts, values that vanish.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use cardferry::formats::exchange::Dialect;
use cardferry::pipeline::Ending;
use cardferry::remote::{Transport, TransportError};
use cardferry::sandbox::Sandbox;
use http::{Method, Request, Response};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{BOTH, counts, download, read, upload};
use crate::sandboxed::{Honest, mailbox, sandbox};

/// A line that counts creates.
struct Counting(Sandbox, AtomicU64);

impl Transport for &Counting {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.1.fetch_add(u64::from(request.method() == Method::POST), Ordering::Relaxed);
        Ok(self.0.handle(request).await)
    }
}

/// Asks the sandbox itself.
async fn ask(sandbox: &Sandbox, method: &str, path: &str, body: Value) -> Value {
    let request = Request::builder().method(method).uri(format!("http://localhost/v1.0/me{path}"));
    let request = request.header("authorization", "Bearer any").header("content-type", "application/json");
    let answer = sandbox.handle(request.body(Bytes::from(body.to_string())).unwrap()).await;
    assert!(answer.status().is_success(), "{answer:?}");
    serde_json::from_slice(answer.body()).unwrap_or_default()
}

fn write(directory: &Path, cards: &[&str]) -> std::path::PathBuf {
    let file = directory.join("cards.vcf");
    let card = |inside: &&str| format!("BEGIN:VCARD\r\nVERSION:4.0\r\n{inside}\r\nEND:VCARD\r\n");
    fs::write(&file, cards.iter().map(card).collect::<String>()).unwrap();
    file
}

#[tokio::test]
async fn a_given_name_that_was_filled_in_does_not_come_back() {
    for dialect in BOTH {
        let directory = tempfile::tempdir().unwrap();
        let sandbox = sandbox(directory.path());
        let line = Counting(sandbox.clone(), AtomicU64::new(0));
        let mailbox = mailbox(&line, dialect);
        let nameless: Vec<String> = (0..20).map(|number| format!("FN:Navy {number}\r\nORG:Navy {number}")).collect();
        let mut cards = vec![
            "FN:Ada Byron\r\nN:Byron;Ada;;;",
            "FN:Byron\r\nN:Byron;;;;",
            "FN:a@b.example\r\nEMAIL:a@b.example",
            "FN:The Countess\r\nNICKNAME:Ada\r\nTEL:1\r\nX-SHIP:yes",
            "FN:\r\nNICKNAME:Zoe",
            "FN:\r\nNOTE:nobody",
        ];
        cards.extend(nameless.iter().map(String::as_str));
        let file = write(directory.path(), &cards);
        let (imported, kept) = upload(&mailbox, &file, "run1").await;
        assert_eq!(counts(&imported.totals), [26, 0, 0, 0, 0, 0], "{:?}", kept.0);
        let creates = line.1.load(Ordering::Relaxed);
        assert!((27..=26 + 4).contains(&creates), "{creates}: what the service wants is learnt once");

        let listed = ask(&sandbox, "GET", "/contacts?$top=100&$select=givenName,displayName", Value::Null).await;
        let names = |contact: &Value| (contact["givenName"].to_string(), contact["displayName"].to_string());
        let there: Vec<_> = listed["value"].as_array().unwrap().iter().map(names).collect();
        for name in ["Byron", "a@b.example", "The Countess", "Navy 7", "Zoe", "-"] {
            let name = format!("\"{name}\"");
            assert!(there.contains(&(name.clone(), name.clone())), "{name} in {there:?}");
        }
        assert_eq!(back(&mailbox).await, sorted(read(&fs::read(&file).unwrap())));
        assert_eq!(counts(&upload(&mailbox, &file, "run2").await.0.totals), [0, 0, 26, 0, 0, 0]);

        // Somebody gives the company a name: it is theirs.
        let navy = listed["value"].as_array().unwrap().iter().find(|contact| contact["givenName"] == "Navy 7").unwrap();
        let path = format!("/contacts/{}", navy["id"].as_str().unwrap());
        ask(&sandbox, "PATCH", &path, json!({"givenName": "Grace", "displayName": "Grace"})).await;
        let contacts = download(&mailbox).await.unwrap().0;
        let named = contacts.iter().find(|contact| contact.organization.company == "Navy 7").unwrap();
        assert_eq!((named.name.given.as_str(), named.name.full.as_str()), ("Grace", "Grace"));
    }
}

/// What the mailbox holds, in the order of names.
async fn back<T: Transport, C: cardferry::remote::Clock>(
    mailbox: &cardferry::remote::Mailbox<T, C>,
) -> Vec<cardferry::model::Contact> {
    sorted(download(mailbox).await.unwrap().0)
}

fn sorted(mut contacts: Vec<cardferry::model::Contact>) -> Vec<cardferry::model::Contact> {
    contacts.iter_mut().for_each(cardferry::model::Contact::forget_made_name);
    contacts.sort_by_key(|contact| (contact.display_name(), contact.notes.clone()));
    contacts
}

#[tokio::test]
async fn malformed_addresses_and_cut_texts_come_back_whole() {
    let notes = "x".repeat(300);
    let hobby = "y".repeat(300);
    let cards = [
        "FN:Ada\r\nN:;Ada;;;\r\nEMAIL;TYPE=home:ada@b.example,\r\nEMAIL:ada@c.example\r\nEMAIL:<ada@d.example>"
            .to_owned(),
        format!("FN:Bea\r\nN:;Bea;;;\r\nNOTE:\\n\\none\\n{notes}"),
        "FN:Cem\r\nN:;Cem;;;\r\nNOTE:\\nshort\\none".to_owned(),
        format!("FN:Dan\r\nN:;Dan;;;\r\nHOBBY:{hobby}\r\nX-LONG:{hobby}"),
        format!("FN:Eve\r\nN:;Eve;;;\r\nNOTE:{}", "z".repeat(256)),
    ];
    let cards: Vec<&str> = cards.iter().map(String::as_str).collect();
    for dialect in BOTH {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = mailbox(Honest(sandbox(directory.path())), dialect);
        let file = write(directory.path(), &cards);
        let (imported, _) = upload(&mailbox, &file, "run1").await;
        assert_eq!(counts(&imported.totals), [5, 0, 0, 0, 0, 0]);
        assert_eq!(imported.totals.hidden, 3, "two malformed addresses and an unknown property");
        assert_eq!(back(&mailbox).await, sorted(read(&fs::read(&file).unwrap())));
    }
}

/// Nobody's key tells that these are whole.
#[tokio::test]
async fn what_others_wrote_comes_whole_out_of_lists_too() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = sandbox(directory.path());
    let extended = json!([{"id": "String 0x3A43", "value": "y".repeat(300)}]);
    let texts = ["\n\none\ntwo".to_owned(), format!("\n{}", "x".repeat(300)), "plain".to_owned(), "a\nb".to_owned()];
    for text in &texts {
        let body = json!({"givenName": "Ada", "personalNotes": text, "singleValueExtendedProperties": extended});
        ask(&sandbox, "POST", "/contacts", body).await;
    }
    let contacts = download(&mailbox(Honest(sandbox), Dialect::Graph)).await.unwrap().0;
    let notes: Vec<&str> = contacts.iter().map(|contact| contact.notes.as_str()).collect();
    assert_eq!(notes, texts);
    assert!(contacts.iter().all(|contact| contact.hobby.len() == 300));
}

/// A company that went through a listing of contents under another version's state is still itself.
#[tokio::test]
async fn an_ending_is_right_for_cut_notes_under_an_older_state() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = sandbox(directory.path());
    let mailbox = mailbox(Honest(sandbox.clone()), Dialect::Graph);
    let file = write(directory.path(), &["FN:Ada\r\nN:;Ada;;;\r\nNOTE:\\none\\ntwo", "FN:Navy\r\nORG:Navy"]);
    upload(&mailbox, &file, "run1").await;
    let state = "String {8f1c3a52-6d0e-4b77-9a41-c5e2d7b3f604} Name cardferry-state";
    let listed = ask(&sandbox, "GET", "/contacts?$select=id", Value::Null).await;
    for contact in listed["value"].as_array().unwrap() {
        let other = format!("1 ff{} - run1", "0".repeat(30));
        let body = json!({"singleValueExtendedProperties": [{"id": state, "value": other}]});
        ask(&sandbox, "PATCH", &format!("/contacts/{}", contact["id"].as_str().unwrap()), body).await;
    }
    let (again, kept) = upload(&mailbox, &file, "run2").await;
    assert_eq!(again.totals.of(Ending::Unchanged), 2, "{:?}", kept.0);
}
