//! `cardferry runs` over the real binary.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::cli::{imported, runs};
use crate::cli::{Stage, card};

fn name_of(run: &Value) -> String {
    run["run"].as_str().unwrap().to_owned()
}

#[test]
fn runs_are_listed_and_shown() {
    let (stage, run) = imported();
    stage.run(&["undo", &run, "--yes"]).exits(0);
    let listed = runs(&stage);
    assert_eq!(listed.len(), 2);
    let first = listed.iter().find(|listed| listed["run"] == json!(run)).unwrap();
    let undo = listed.iter().find(|listed| listed["kind"] == "undo").unwrap();
    assert_eq!((&first["state"], &first["takenBackBy"], &undo["of"]), (&json!("done"), &undo["run"], &first["run"]));
    assert_eq!((&first["records"]["created"], &undo["records"]["deleted"]), (&json!(3), &json!(3)));
    let lines = stage.run(&["runs"]).exits(0);
    assert_eq!(lines.text().lines().count(), 2);
    let import = lines.text().lines().find(|line| line.starts_with(&run)).unwrap();
    assert!(import.contains(" UTC  import a.vcf -> sandbox: done; created 3; taken back by "), "{import}");
    assert!(lines.text().contains(&format!("undo of {run} -> sandbox: done; deleted 3\n")), "{}", lines.text());

    let shown = stage.run(&["runs", "show", &run]).exits(0);
    assert!(shown.text().contains("records  created 3\n") && !shown.text().contains("Ann"), "{}", shown.text());
    let shown = stage.run(&["runs", "show", &run, "-v"]).exits(0);
    assert!(shown.text().contains("created a.vcf, record 1, line 1 (Ann One)\n"), "{}", shown.text());
    let shown: Value = serde_json::from_slice(&stage.run(&["runs", "show", &run, "--json"]).exits(0).out).unwrap();
    assert_eq!(shown["rows"].as_array().unwrap().len(), 3);
    assert_eq!((&shown["rows"][1]["name"], &shown["rows"][1]["ending"]), (&json!("Ben Two"), &json!("created")));
}

#[test]
fn no_runs_is_no_error() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["runs"]).exits(0).says(&["no runs are remembered"]).text(), "");
    assert_eq!(runs(&stage).len(), 0);
    stage.run(&["runs", "show", "x"]).stops(2, &["there is no run"]);
    stage.run(&["runs", "forget"]).exits(2);
    stage.run(&["runs", "forget", "--older-than", "1"]).exits(0).says(&["0 runs forgotten"]);
}

#[test]
fn old_runs_are_forgotten() {
    let (stage, run) = imported();
    stage.run(&["import", "a.vcf", "--to", "sandbox"]).exits(0);
    let db = rusqlite::Connection::open(stage.path(&format!("home/runs/{run}.db"))).unwrap();
    db.execute("UPDATE run SET ended = ended - 10 * 86400", []).unwrap();
    drop(db);
    stage.run(&["runs", "forget", "--older-than", "9"]).stops(9, &["run ", "would be forgotten", "--yes does it"]);
    stage.run(&["runs", "forget", "--older-than", "11", "--yes"]).exits(0).says(&["0 runs forgotten"]);
    let ran = stage.run(&["runs", "forget", "--older-than", "9", "--yes", "--json"]).exits(0);
    assert_eq!(serde_json::from_slice::<Value>(&ran.out).unwrap(), json!({ "forgotten": [run] }));
    assert_eq!(runs(&stage).len(), 1);
    // Nothing of it is left lying about.
    let files = std::fs::read_dir(stage.path("home/runs")).unwrap();
    assert!(files.into_iter().all(|file| !file.unwrap().file_name().to_str().unwrap().starts_with(&run)));
}

/// One create is refused for good; once the service takes it, `retry` does that one and nothing else.
#[test]
fn what_failed_is_tried_again_and_nothing_else() {
    let stage = Stage::new();
    let names = ["Ann", "Ben", "Cem", "Dov"];
    let cards: String = names.iter().map(|name| card(name, "One", &format!("{name}@a.example"))).collect();
    stage.write("a.vcf", &cards);
    stage.write("faults.toml", "[[fault]]\nwhat = \"error\"\nstatus = 400\nmethod = \"POST\"\nnth = 2\n");
    stage.run(&["import", "a.vcf", "--to", "sandbox", "--category", "New", "--sandbox-faults", "faults.toml"]).exits(3);
    let run = name_of(&runs(&stage)[0]);
    assert_eq!(runs(&stage)[0]["records"]["failed"], 1);
    let shown = stage.run(&["runs", "show", &run]).exits(0);
    assert_eq!(shown.text().lines().filter(|line| line.starts_with("failed ")).count(), 1, "{}", shown.text());

    // Not with other files, nor read otherwise.
    stage.write("b.vcf", card("Eve", "One", "e@a.example"));
    stage.run(&["runs", "retry", &run, "b.vcf"]).stops(9, &["the files are not those that run", "FILE…"]);
    let ran = stage.run(&["runs", "retry", &run]).exits(0).says(&["created 1 + updated 0 + unchanged 3 +"]);
    assert!(ran.err.contains("the folder now holds 4 contacts"), "{}", ran.err);
    assert_eq!(runs(&stage).len(), 1, "it is the same run");
    assert_eq!(runs(&stage)[0]["records"]["created"], 4);
    let cards = stage.run(&["export", "--from", "sandbox", "-o", "-", "--output-format", "vcard"]).exits(0);
    assert_eq!(cards.text().matches("CATEGORIES:New").count(), 4);
    // Somebody deletes one: it has not failed, and stays away.
    stage.run(&["undo", &run, "--yes"]).exits(0).says(&["deleted 4"]);
    stage.run(&["runs", "retry", &run]).exits(3).says(&["created 0 + updated 0 + unchanged 4 +"]);
    let undo = name_of(runs(&stage).iter().find(|run| run["kind"] == "undo").unwrap());
    stage.run(&["runs", "retry", &undo]).stops(2, &["is an undo"]);
}

#[test]
fn files_that_moved_are_named_anew() {
    let stage = Stage::new();
    stage.write("a.vcf", [card("Ann", "One", "a@a.example"), card("Ben", "Two", "b@b.example")].concat());
    stage.write("faults.toml", "[[fault]]\nwhat = \"error\"\nstatus = 400\nmethod = \"POST\"\nnth = 1\n");
    stage.run(&["import", "a.vcf", "--to", "sandbox", "--sandbox-faults", "faults.toml"]).exits(3);
    let run = name_of(&runs(&stage)[0]);
    std::fs::rename(stage.path("a.vcf"), stage.path("moved.vcf")).unwrap();
    let ran = stage.run(&["runs", "retry", &run]);
    assert_ne!(ran.code, 0, "{}", ran.err);
    stage.run(&["runs", "retry", &run, "moved.vcf"]).exits(0).says(&["created 1 + updated 0 + unchanged 1"]);
}
