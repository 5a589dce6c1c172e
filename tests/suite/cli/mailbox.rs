//! `import` and `export` with the sandbox in the same process.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;

use cardferry::formats::{Outcome, photo, vcard};
use pretty_assertions::assert_eq;
use serde_json::Value;

use super::{Stage, card, cards, count_of, sample};
use crate::generator;

/// A vCard file of so many invented people; `photos` percent of them have one.
pub(crate) fn people(count: usize, photos: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = vcard::Writer::new(&mut bytes, vcard::Version::V3_0);
    for contact in generator::contacts(count, photos, 7) {
        writer.write(&contact).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    bytes
}

/// The photos of a vCard file, byte for byte.
pub(crate) fn photos(bytes: Vec<u8>) -> BTreeSet<Vec<u8>> {
    let source: Arc<str> = "photos".into();
    let reader = vcard::Reader::new(source, std::io::Cursor::new(bytes), vcard::Options::default());
    let mut found = BTreeSet::new();
    for record in reader {
        if let Outcome::Contact(contact) = record.unwrap().outcome
            && let Some(of) = &contact.photo
        {
            found.insert(photo::bytes(of).unwrap().into_owned());
        }
    }
    found
}

fn numbers(summary: &Value, names: &[&str]) -> Vec<u64> {
    names.iter().map(|name| summary[name].as_u64().unwrap_or_else(|| panic!("no {name} in {summary}"))).collect()
}

#[test]
fn a_second_run_creates_nothing() {
    for api in ["graph", "outlook"] {
        let stage = Stage::new();
        let args = ["import", &sample("csv/outlook-en.csv"), "--to", "sandbox", "--api", api, "--json"];
        let count = count_of(&sample("csv/outlook-en.csv"));
        let first = stage.run(&args).exits(0).json();
        assert_eq!(numbers(&first, &["read", "created", "unchanged"]), [count, count, 0], "{api}");
        assert_eq!(numbers(&first["proof"], &["contacts", "keyed", "found", "missing"]), [count, count, count, 0]);
        let second = stage.run(&args).exits(0).json();
        assert_eq!(numbers(&second, &["read", "created", "unchanged"]), [count, 0, count], "{api}");
        assert_eq!(second["proof"]["contacts"], count);
    }
}

#[test]
fn what_one_api_wrote_the_other_knows() {
    let stage = Stage::new();
    stage.write("people.vcf", people(40, 25));
    let import = |api| stage.run(&["import", "people.vcf", "--to", "sandbox", "--api", api, "--json"]).exits(0).json();
    assert_eq!(import("outlook")["created"], 40);
    assert_eq!(numbers(&import("graph"), &["created", "unchanged", "photos"]), [0, 40, 0]);
}

#[test]
fn the_totals_are_said_in_words() {
    let stage = Stage::new();
    let count = count_of(&sample("csv/google.csv"));
    stage.run(&["import", &sample("csv/google.csv"), "--to", "sandbox"]).exits(0).says(&[
        &format!("read {count} = created {count} + updated 0 + unchanged 0 + skipped 0 + rejected 0 + failed 0"),
        &format!("the folder now holds {count} contacts"),
    ]);
    let export = stage.run(&["export", "--from", "sandbox", "-o", "a.vcf"]).exits(0);
    export.says(&[&format!("read {count} = written {count} + failed 0")]);
}

#[test]
fn photos_come_back_byte_for_byte_in_both_apis() {
    for api in ["graph", "outlook"] {
        let stage = Stage::new();
        stage.write("people.vcf", people(30, 50));
        let sent = photos(stage.read("people.vcf"));
        assert!(sent.len() > 5);
        let json = stage.run(&["import", "people.vcf", "--to", "sandbox", "--api", api, "--json"]).exits(0).json();
        assert_eq!(json["photos"], sent.len());
        let json =
            stage.run(&["export", "--from", "sandbox", "--api", api, "-o", "back.vcf", "--json"]).exits(0).json();
        assert_eq!(numbers(&json, &["written", "photos"]), [30, sent.len() as u64]);
        assert!(photos(stage.read("back.vcf")) == sent, "{api}: the photos differ");
    }
}

#[test]
fn an_export_can_be_a_table_or_a_stream() {
    let stage = Stage::new();
    stage.run(&["import", &sample("csv/outlook-en.csv"), "--to", "sandbox"]).exits(0);
    stage.run(&["export", "--from", "sandbox", "-o", "a.csv"]).exits(0);
    let json = stage.run(&["convert", "a.csv", "-o", "b.vcf", "--json"]).exits(0).json();
    let count = count_of(&sample("csv/outlook-en.csv"));
    assert_eq!(json["written"], count);
    let streamed = stage.run(&["export", "--from", "sandbox", "-o", "-", "--output-format", "vcard"]).exits(0);
    assert_eq!(cards(streamed.text()), count);
    assert!(streamed.text().ends_with("END:VCARD\r\n"));
}

#[test]
fn a_folder_is_made_only_when_asked_for() {
    let stage = Stage::new();
    stage.write("a.vcf", card("Ann", "One", "a@a.example"));
    let import = ["import", "a.vcf", "--to", "sandbox", "--folder", "Clients/Berlin", "--json"];
    let stopped = stage.run(&import).stops(2, &["Clients", "--create-folders"]);
    assert_eq!(stopped.text(), "");
    let json = stage.run(&[&import[..], &["--create-folders"]].concat()).exits(0).json();
    assert_eq!(json["created"], 1);
    assert_eq!(stage.run(&import).exits(0).json()["unchanged"], 1, "now the folder is there");
    let export = |args: &[&str]| stage.run(&[&["export", "--from", "sandbox", "--json"], args].concat());
    assert_eq!(export(&["-o", "top.vcf"]).exits(0).says(&["Clients/Berlin", "--all-folders"]).json()["written"], 0);
    assert_eq!(export(&["-o", "one.vcf", "--folder", "clients/BERLIN"]).exits(0).json()["written"], 1);
    assert_eq!(export(&["-o", "all.vcf", "--all-folders"]).exits(0).json()["written"], 1);
    export(&["-o", "no.vcf", "--folder", "Clients/Paris"]).stops(2, &["Paris", "Berlin"]);
    assert!(!stage.path("no.vcf").exists());
}

#[test]
fn every_folder_is_exported_when_asked_for() {
    let stage = Stage::new();
    for (name, folder) in [("Ann", "A"), ("Ben", "A/B"), ("Cid", "A/B/C"), ("Dee", "D\\/E")] {
        stage.write("one.vcf", card(name, "X", &format!("{name}@x.example")));
        let import = ["import", "one.vcf", "--to", "sandbox", "--create-folders", "--folder", folder];
        stage.run(&import).exits(0);
    }
    for (args, names) in [
        (&["--all-folders"][..], &["Ann", "Ben", "Cid", "Dee"][..]),
        (&["--all-folders", "--folder", "A/B"], &["Ben", "Cid"]),
        (&["--folder", "D\\/E"], &["Dee"]),
    ] {
        stage.run(&[&["export", "--from", "sandbox", "-o", "out.vcf"], args].concat()).exits(0);
        let text = stage.text("out.vcf");
        assert_eq!(cards(&text), names.len() as u64, "{args:?}: {text}");
        names.iter().for_each(|name| assert!(text.contains(&format!("FN:{name} X")), "{args:?}: {text}"));
    }
}

#[test]
fn nothing_is_touched_when_there_is_nothing_to_read() {
    let stage = Stage::new();
    let import = ["import", "missing.vcf", "--to", "sandbox", "--folder", "A", "--create-folders"];
    stage.run(&import).stops(1, &["missing.vcf"]);
    stage.run(&["export", "--from", "sandbox", "--folder", "A", "-o", "a.vcf"]).stops(2, &["\"A\""]);
}

/// Starts an import that says each record as it is done.
fn start_import(stage: &Stage) -> Child {
    let mut command = stage.command();
    command.args(["import", "people.vcf", "--to", "sandbox", "-v"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn an_import_killed_with_its_sandbox_is_made_whole_by_the_next() {
    let stage = Stage::new();
    stage.write("people.vcf", people(200, 30));
    let mut running = start_import(&stage);
    let lines = BufReader::new(running.stderr.take().unwrap()).lines();
    let done = lines.map_while(Result::ok).filter(|line| line.starts_with("created ")).take(50).count();
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!(done, 50);
    let import = || stage.run(&["import", "people.vcf", "--to", "sandbox", "--json"]).exits(0).json();
    let mended = import();
    assert!(mended["unchanged"].as_u64().unwrap() >= 49, "{mended}");
    assert_eq!(mended["proof"]["contacts"], 200);
    assert_eq!(import()["unchanged"], 200);
    stage.run(&["export", "--from", "sandbox", "-o", "back.vcf"]).exits(0);
    assert!(photos(stage.read("back.vcf")) == photos(stage.read("people.vcf")));
}

#[test]
fn of_two_imports_at_once_the_second_waits_and_creates_nothing() {
    let stage = Stage::new();
    stage.write("people.vcf", people(60, 0));
    let running = [start_import(&stage), start_import(&stage)];
    let created = |child: Child| {
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{err}");
        err.lines().filter(|line| line.starts_with("created ")).count()
    };
    assert_eq!(running.map(created).iter().sum::<usize>(), 60);
}

#[test]
fn what_was_edited_since_is_left_alone_and_said() {
    let stage = Stage::new();
    let with = |note: &str| card("Ann", "One", "a@a.example").replace("END:", &format!("NOTE:{note}\r\nEND:"));
    let import = || stage.run(&["import", "a.vcf", "--to", "sandbox", "--json"]).exits(0).json();
    stage.write("a.vcf", with("first"));
    assert_eq!(import()["created"], 1);
    stage.write("a.vcf", with("second"));
    assert_eq!(numbers(&import(), &["created", "skipped"]), [0, 1]);
}

#[test]
fn a_photo_that_the_source_gained_is_added() {
    let stage = Stage::new();
    stage.write("a.vcf", card("Ann", "One", "a@a.example"));
    stage.run(&["import", "a.vcf", "--to", "sandbox"]).exits(0);
    let text = String::from_utf8(people(1, 100)).unwrap();
    let start = text.find("\r\nPHOTO").unwrap() + 2;
    let end =
        start + text[start..].match_indices("\r\n").find(|(at, _)| !text[start + at + 2..].starts_with(' ')).unwrap().0;
    let with = card("Ann", "One", "a@a.example").replace("END:", &format!("{}\r\nEND:", &text[start..end]));
    stage.write("a.vcf", with);
    let json = stage.run(&["import", "a.vcf", "--to", "sandbox", "--json"]).exits(0).json();
    assert_eq!(numbers(&json, &["created", "updated", "photos"]), [0, 1, 1]);
    stage.run(&["export", "--from", "sandbox", "-o", "back.vcf"]).exits(0);
    assert!(photos(stage.read("back.vcf")) == photos(stage.read("a.vcf")));
}
