//! `compare`, and `import --verify`, over the real binary.

use bytes::Bytes;
use cardferry::sandbox::Settings;
use http::Request;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::mailbox::people;
use super::{Ran, Stage};
use crate::sandboxed::open;

fn card(name: &str, more: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{name}\r\nFN:{name}\r\nN:;{name};;;\r\n{more}END:VCARD\r\n")
}

/// Somebody changes the contact of this name while no command runs.
fn edit(stage: &Stage, name: &str, body: &Value) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sandbox = open(&stage.path("s.db"), &Settings::default());
    let ask = |method: &str, path: &str, body: String| {
        let request = Request::builder().method(method).uri(format!("http://localhost/v1.0/me{path}"));
        let request = request.header("authorization", "Bearer any").header("content-type", "application/json");
        let answer = runtime.block_on(sandbox.handle(request.body(Bytes::from(body)).unwrap()));
        assert!(answer.status().is_success(), "{answer:?}");
        serde_json::from_slice::<Value>(answer.body()).unwrap_or_default()
    };
    let found = ask("GET", &format!("/contacts?$filter=givenName%20eq%20'{name}'"), String::new());
    let id = found["value"][0]["id"].as_str().unwrap();
    ask("PATCH", &format!("/contacts/{id}"), body.to_string());
}

fn text(ran: &Ran) -> String {
    String::from_utf8(ran.out.clone()).unwrap()
}

#[test]
fn a_line_for_each_contact_and_an_exit_code_for_all() {
    let stage = Stage::new();
    let store = ["--sandbox-store", "s.db"];
    let run = |args: &[&str]| stage.run(&[args, &store].concat());
    stage.write("a.vcf", card("Ada", "TITLE:Boss\r\n") + &card("Bea", "TITLE:Boss\r\n") + &card("Cem", ""));
    run(&["import", "a.vcf", "--to", "sandbox", "--verify"]).exits(0).says(&["verified: 3 as sent, 0 differ"]);
    let same = run(&["compare", "a.vcf", "--with", "sandbox"]).exits(0);
    assert_eq!(text(&same), "= Ada\n= Bea\n= Cem\n");
    same.says(&["same 3, in the files only 0, in the mailbox only 0, different 0, not compared 0"]);

    edit(&stage, "Bea", &json!({"jobTitle": "Owner", "personalNotes": "a\u{1b}[2Jb"}));
    stage.write("b.vcf", card("Ada", "TITLE:Boss\r\n") + &card("Bea", "TITLE:Boss\r\n") + &card("Dan", ""));
    let differs = run(&["compare", "b.vcf", "--with", "sandbox"]).exits(8);
    assert_eq!(text(&differs), "= Ada\n* Bea\n+ Dan\n- Cem\n");
    differs.says(&["same 1, in the files only 1, in the mailbox only 1, different 1, not compared 0", "-v shows what"]);
    let all = text(&run(&["compare", "b.vcf", "--with", "sandbox", "-v"]).exits(8));
    let fields = "* Bea\n    job title: \"Boss\" -> \"Owner\"\n    notes: nothing -> \"a\u{fffd}[2Jb\"\n";
    assert!(all.contains(fields), "{all}");
    assert_eq!(run(&["compare", "b.vcf", "--with", "sandbox", "-q"]).exits(8).err, "");

    let lines = text(&run(&["compare", "b.vcf", "--with", "sandbox", "--json"]).exits(8));
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let signs: Vec<_> = lines[..4].iter().map(|line| (line["sign"].clone(), line["is"].clone())).collect();
    let words = [("=", "same"), ("*", "differs"), ("+", "file only"), ("-", "mailbox only")];
    assert_eq!(signs, words.map(|(sign, is)| (json!(sign), json!(is))));
    let title = json!({"field": "job title", "name": "job title", "file": "Boss", "mailbox": "Owner"});
    assert_eq!((&lines[1]["changes"][0], &lines[1]["name"]), (&title, &json!("Bea")));
    let sums = json!({
        "same": 1, "fileOnly": 1, "mailboxOnly": 1, "differ": 1, "notCompared": 0, "repeated": 0, "rejected": 0,
        "failedInputs": 0,
    });
    assert_eq!(lines[4], json!({ "summary": sums }));

    // The import sees what was edited when it reads all back.
    let found = run(&["import", "a.vcf", "--to", "sandbox", "--verify"]).exits(8);
    found.says(&["differs a.vcf, record 2, line 8 (Bea): in job title, notes", "verified: 2 as sent, 1 differs"]);
    let json = run(&["import", "a.vcf", "--to", "sandbox", "--verify", "--json"]).exits(8).json();
    assert_eq!(json["verified"], json!({"asSent": 2, "differ": 1}));
    run(&["import", "a.vcf", "--to", "sandbox", "--verify", "--on-match", "replace"]).exits(0);
    run(&["compare", "a.vcf", "--with", "sandbox"]).exits(0);
}

#[test]
fn a_comparison_writes_nothing_and_says_what_stops_it() {
    let stage = Stage::new();
    stage.write("people.vcf", people(30, 30));
    let compare = ["compare", "people.vcf", "--with", "sandbox", "--sandbox-store", "s.db"];
    let first = stage.run(&compare).exits(8);
    assert!(text(&first).lines().count() == 30 && text(&first).lines().all(|line| line.starts_with("+ ")));
    assert_eq!(
        stage
            .run(&["export", "--from", "sandbox", "--sandbox-store", "s.db", "-o", "-", "--output-format", "vcard"])
            .exits(0)
            .out,
        b""
    );
    stage.run(&["compare", "none.vcf", "--with", "sandbox"]).exits(1).says(&["none.vcf"]);
    stage.run(&[&compare[..], &["--folder", "No/Such"]].concat()).exits(2).says(&["No"]);
    let both = ["compare", "people.vcf", "none.vcf", "--with", "sandbox", "--sandbox-store", "s.db"];
    stage.run(&both).exits(3).says(&["none.vcf"]);
    assert!(!stage.path("home/runs").exists(), "a comparison is no run");
}
