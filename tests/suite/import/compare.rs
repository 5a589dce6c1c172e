//! `compare`: what the file says against what the mailbox holds.

use std::fs;
use std::path::Path;

use bytes::Bytes;
use cardferry::formats::exchange::Dialect;
use cardferry::pipeline::import::{Comparison, Import, Inputs, MatchBy, OnMatch, Options, compare};
use cardferry::pipeline::{Reading, Source};
use cardferry::remote::api::Place;
use cardferry::remote::{Clock, Mailbox, Transport, TransportError};
use cardferry::sandbox::Sandbox;
use http::{Method, Request, Response};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{BOTH, Kept, cards, upload};
use crate::importing::{GOES_ON, ledger};
use crate::pictures::{encoded, quarters};
use crate::sandboxed::{Honest, mailbox, sandbox};

/// A line that only lets questions through.
struct Asking(Sandbox);

impl Transport for Asking {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        assert_eq!(request.method(), Method::GET, "nothing is written");
        Ok(self.0.handle(request).await)
    }
}

/// The lines of a comparison: sign and name, what differs as the file and the mailbox have it, or why not.
async fn compared<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    file: &Path,
    match_by: &[MatchBy],
) -> (Vec<String>, Comparison) {
    let options = Options { match_by: match_by.to_vec(), on_match: OnMatch::Replace, ..Options::default() };
    let (reading, place, mut lines) = (Reading::default(), Place::default(), Vec::new());
    let import = Import { mailbox, place: &place, options: &options, pictures: None, interrupted: &GOES_ON };
    let inputs = Inputs::new(vec![Ok(Source::File(file.to_owned()))], &reading);
    let mut tell = |told: &cardferry::pipeline::import::Compared<'_>| {
        let changes: Vec<_> =
            told.changes.iter().map(|of| format!(" {}:{}|{}", of.name, of.after, of.before)).collect();
        lines.push(format!("{} {}{}{}", told.sign.letter(), told.name, changes.join(""), told.why));
        Ok(())
    };
    let sums = compare(&import, &inputs, &mut ledger("c"), &mut Kept::default(), &mut tell).await.unwrap();
    (lines, sums)
}

async fn ask(sandbox: &Sandbox, method: Method, path: &str, kind: &str, body: Vec<u8>) -> Value {
    let request = Request::builder().method(method).uri(format!("http://localhost/v1.0/me{path}"));
    let request = request.header("authorization", "Bearer any").header("content-type", kind);
    let answer = sandbox.handle(request.body(Bytes::from(body)).unwrap()).await;
    assert!(answer.status().is_success(), "{answer:?}");
    serde_json::from_slice(answer.body()).unwrap_or_default()
}

async fn post(sandbox: &Sandbox, body: Value) -> String {
    let made = ask(sandbox, Method::POST, "/contacts", "application/json", body.to_string().into()).await;
    made["id"].as_str().unwrap().to_owned()
}

async fn id_of(sandbox: &Sandbox, name: &str) -> String {
    let path = format!("/contacts?$filter=displayName%20eq%20'{}'", name.replace(' ', "%20"));
    let found = ask(sandbox, Method::GET, &path, "application/json", Vec::new()).await;
    found["value"][0]["id"].as_str().unwrap().to_owned()
}

fn card(name: &str, more: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:4.0\r\nUID:{name}\r\nFN:{name} B\r\nN:B;{name};;;\r\n{more}END:VCARD\r\n")
}

#[tokio::test]
async fn what_was_imported_is_the_same() {
    for dialect in BOTH {
        let directory = tempfile::tempdir().unwrap();
        let sandbox = sandbox(directory.path());
        let file = cards(directory.path(), 90, 30);
        upload(&mailbox(Honest(sandbox.clone()), dialect), &file, "run1").await;
        let (lines, sums) = compared(&mailbox(Asking(sandbox), dialect), &file, &MatchBy::DEFAULT).await;
        assert!(lines.len() == 90 && lines.iter().all(|line| line.starts_with("= ")), "{lines:?}");
        assert_eq!(sums, Comparison { same: 90, ..Comparison::default() });
        assert!(!sums.has_differences());
    }
}

#[tokio::test]
async fn every_sign_has_its_contact() {
    for dialect in BOTH {
        let directory = tempfile::tempdir().unwrap();
        let sandbox = sandbox(directory.path());
        let file = directory.path().join("a.vcf");
        let jpeg = |side| encoded(&quarters(side, side), image::ImageFormat::Jpeg);
        let photo = |side| {
            let text = data_encoding::BASE64.encode(&jpeg(side));
            format!("PHOTO:data:image/jpeg;base64,{text}\r\n")
        };
        let tel = "TEL;TYPE=cell:1\r\n";
        let all = [
            card("Ada", tel),
            card("Bea", tel),
            card("Cem", &photo(8)),
            card("Dan", &photo(9)),
            card("Eve", ""),
            card("Fay", &photo(8)),
            card("Gus", ""),
        ];
        fs::write(&file, all.concat()).unwrap();
        upload(&mailbox(Honest(sandbox.clone()), dialect), &file, "run1").await;
        let json = "application/json";
        let edit = json!({"mobilePhone": "2", "personalNotes": "n"}).to_string();
        ask(&sandbox, Method::PATCH, &format!("/contacts/{}", id_of(&sandbox, "Bea B").await), json, edit.into()).await;
        for (name, picture) in [("Dan B", jpeg(10)), ("Eve B", jpeg(11))] {
            let path = format!("/contacts/{}/photo/$value", id_of(&sandbox, name).await);
            ask(&sandbox, Method::PUT, &path, "image/jpeg", picture).await;
        }
        let path = format!("/contacts/{}/photo/$value", id_of(&sandbox, "Fay B").await);
        ask(&sandbox, Method::DELETE, &path, json, Vec::new()).await;
        ask(&sandbox, Method::DELETE, &format!("/contacts/{}", id_of(&sandbox, "Gus B").await), json, Vec::new()).await;
        post(&sandbox, json!({"givenName": "Zoe"})).await;
        let again = card("Ada", tel);
        fs::write(&file, all.concat() + &again + "BEGIN:VCARD\r\nVERSION:4.0\r\nEND:VCARD\r\n").unwrap();

        let (lines, sums) = compared(&mailbox(Asking(sandbox), dialect), &file, &MatchBy::DEFAULT).await;
        let begins = [
            "= Ada B",
            "* Bea B mobile phone:1|2 notes:|n",
            "= Cem B",
            "* Dan B photo:JPEG of ",
            "* Eve B photo:|JPEG of ",
            "* Fay B photo:JPEG of ",
            "+ Gus B",
            "! ",
            "- Zoe",
        ];
        assert_eq!(lines.len(), begins.len(), "{lines:#?}");
        for (line, begin) in lines.iter().zip(begins) {
            assert!(line.starts_with(begin), "{line} should begin with {begin}");
        }
        assert!(lines[5].ends_with('|'), "{}", lines[5]);
        let Comparison { same, file_only, mailbox_only, differ, not_compared, repeated, rejected, .. } = sums;
        assert_eq!((same, file_only, mailbox_only, differ), (2, 1, 1, 4));
        assert_eq!((not_compared, repeated, rejected), (1, 1, 1));
    }
}

#[tokio::test]
async fn contacts_of_another_origin_are_found_by_what_they_show() {
    let directory = tempfile::tempdir().unwrap();
    let sandbox = sandbox(directory.path());
    let mail = |address: &str| json!([{"address": address, "name": address}]);
    post(
        &sandbox,
        json!({"givenName": "Ada", "surname": "B", "displayName": "Ada B", "emailAddresses": mail("a@x.example")}),
    )
    .await;
    for name in ["Twin", "Other"] {
        post(&sandbox, json!({"givenName": name, "displayName": name, "emailAddresses": mail("t@x.example")})).await;
    }
    let file = directory.path().join("a.vcf");
    fs::write(&file, card("Ada", "EMAIL:A@x.example\r\n") + &card("Tom", "EMAIL:t@x.example\r\n")).unwrap();
    let mailbox = mailbox(Asking(sandbox), Dialect::Graph);
    let (lines, _) = compared(&mailbox, &file, &MatchBy::DEFAULT).await;
    assert_eq!(lines, ["+ Ada B", "+ Tom B", "- Ada B", "- Twin", "- Other"]);
    let (lines, _) = compared(&mailbox, &file, &MatchBy::ALL).await;
    assert!(lines[0].starts_with("* Ada B") && !lines[0].contains("full name"), "{lines:?}");
    assert_eq!(lines[1], "! Tom B2 contacts there have the same e-mail address");
}
