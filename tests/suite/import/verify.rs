//! What `--verify` sees when all is read back at the end.

use std::fs;
use std::sync::Mutex;

use bytes::Bytes;
use cardferry::formats::exchange::Dialect;
use cardferry::pipeline::import::{Imported, OnMatch};
use cardferry::remote::{Transport, TransportError};
use cardferry::sandbox::Sandbox;
use http::{Method, Request, Response};
use pretty_assertions::assert_eq;
use serde_json::json;

use super::photos::{Told, verified};
use super::{BOTH, cards};
use crate::sandboxed::{Honest, mailbox, sandbox};

fn sums(imported: &Imported) -> (u64, u64) {
    let verified = imported.proof.unwrap().verified.unwrap();
    (verified.as_sent, verified.differ)
}

#[tokio::test]
async fn everything_is_as_it_was_sent() {
    for dialect in BOTH {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = mailbox(Honest(sandbox(directory.path())), dialect);
        let file = cards(directory.path(), 120, 20);
        for (run, on_match) in OnMatch::ALL.into_iter().filter(|how| *how != OnMatch::Duplicate).enumerate() {
            let (imported, told) = verified(&mailbox, &file, &format!("run{run}"), on_match).await;
            assert_eq!((sums(&imported), told.differs), ((120, 0), vec![]), "{on_match:?}");
        }
    }
}

/// Every property of the golden samples, the stash and what lists cut too.
#[tokio::test]
async fn every_sample_is_as_it_was_sent() {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/vcard");
    for dialect in BOTH {
        for entry in fs::read_dir(samples).unwrap() {
            let file = entry.unwrap().path();
            let directory = tempfile::tempdir().unwrap();
            let mailbox = mailbox(Honest(sandbox(directory.path())), dialect);
            for run in ["run1", "run2"] {
                let (imported, told) = verified(&mailbox, &file, run, OnMatch::Replace).await;
                assert_eq!((sums(&imported).1, told.differs), (0, vec![]), "{}", file.display());
            }
        }
    }
}

/// A line on which somebody else is at work: whenever the import has written, one thing is changed behind its back.
struct Meddling(Sandbox, Mutex<Option<&'static str>>);

impl Meddling {
    async fn ask(&self, method: Method, path: &str, kind: &str, body: Bytes) -> serde_json::Value {
        let request = Request::builder().method(method).uri(format!("http://localhost/v1.0/me{path}"));
        let request = request.header("authorization", "Bearer any").header("content-type", kind).body(body).unwrap();
        serde_json::from_slice(self.0.handle(request).await.body()).unwrap_or_default()
    }

    async fn meddle(&self, how: &str) {
        let page = self.ask(Method::GET, "/contacts?$top=1&$orderby=displayName", "", Bytes::new()).await;
        let path = format!("/contacts/{}", page["value"][0]["id"].as_str().unwrap());
        let (json, picture) = ("application/json", crate::pictures::quarters(9, 9));
        let patch = |body: serde_json::Value| self.ask(Method::PATCH, &path, json, body.to_string().into());
        drop(match how {
            "notes" => patch(json!({"personalNotes": "mine"})).await,
            "several" => patch(json!({"jobTitle": "Boss", "mobilePhone": "1", "displayName": "Someone"})).await,
            "gone" => self.ask(Method::DELETE, &path, json, Bytes::new()).await,
            "photo" => {
                let picture = crate::pictures::encoded(&picture, image::ImageFormat::Jpeg);
                self.ask(Method::PUT, &format!("{path}/photo/$value"), "image/jpeg", picture.into()).await
            }
            other => panic!("{other}"),
        });
    }
}

impl Transport for &Meddling {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let lists = request.method() == Method::GET && request.uri().query().is_some_and(|query| query.contains("top"));
        let written = self
            .0
            .handle(
                Request::get("http://localhost/v1.0/me/contacts/$count")
                    .header("authorization", "Bearer any")
                    .body(Bytes::new())
                    .unwrap(),
            )
            .await;
        // The list at the end, when there is something to be seen.
        if lists && written.body().as_ref() != b"0" {
            let how = self.1.lock().unwrap().take();
            if let Some(how) = how {
                self.meddle(how).await;
            }
        }
        Ok(self.0.handle(request).await)
    }
}

#[tokio::test]
async fn what_is_not_as_it_was_sent_is_told_by_its_fields() {
    for (how, says) in [
        ("notes", "notes"),
        ("several", "full name, job title, mobile phone"),
        ("gone", "it is not in the folder any more"),
        ("photo", "photo"),
    ] {
        for dialect in BOTH {
            let directory = tempfile::tempdir().unwrap();
            let line = Meddling(sandbox(directory.path()), Mutex::new(Some(how)));
            let mailbox = mailbox(&line, dialect);
            let file = directory.path().join("two.vcf");
            let card = |name: &str| {
                format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{name}\r\nFN:{name} B\r\nN:B;{name};;;\r\nEND:VCARD\r\n")
            };
            fs::write(&file, card("Ada") + &card("Bea")).unwrap();
            let (imported, Told { differs, .. }) = verified(&mailbox, &file, "run1", OnMatch::Skip).await;
            assert_eq!((sums(&imported), differs), ((1, 1), vec![format!("Ada B: {says}")]), "{how} {dialect:?}");
        }
    }
}

/// What was found unchanged is looked at too, and what somebody edited since an update.
#[tokio::test]
async fn what_was_found_unchanged_is_held_against_the_source_too() {
    for on_match in [OnMatch::Skip, OnMatch::Update] {
        let directory = tempfile::tempdir().unwrap();
        let line = Meddling(sandbox(directory.path()), Mutex::default());
        let mailbox = mailbox(&line, Dialect::Graph);
        let file = directory.path().join("a.vcf");
        fs::write(&file, "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:Ada\r\nNOTE:n\r\nEND:VCARD\r\n").unwrap();
        verified(&mailbox, &file, "run1", on_match).await;
        line.meddle("notes").await;
        let (imported, told) = verified(&mailbox, &file, "run2", on_match).await;
        match on_match {
            OnMatch::Skip => assert_eq!((sums(&imported), told.differs), ((0, 1), vec!["Ada: notes".to_owned()])),
            _ => assert_eq!((sums(&imported), told.differs), ((1, 0), vec![])),
        }
    }
}
