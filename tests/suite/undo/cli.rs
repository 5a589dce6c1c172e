//! `cardferry undo` over the real binary.

use cardferry::pipeline::ledger::{Head, Ledger};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::cli::{Ran, Stage, card};

/// A stage with three contacts that one run created, and that run's name.
pub(super) fn imported() -> (Stage, String) {
    let stage = Stage::new();
    let cards =
        [card("Ann", "One", "a@a.example"), card("Ben", "Two", "b@b.example"), card("Cem", "Three", "c@c.example")];
    stage.write("a.vcf", cards.concat());
    stage.run(&["import", "a.vcf", "--to", "sandbox"]).exits(0);
    let run = runs(&stage)[0]["run"].as_str().unwrap().to_owned();
    (stage, run)
}

/// The runs, the latest first.
pub(super) fn runs(stage: &Stage) -> Vec<Value> {
    let ran = stage.run(&["runs", "--json"]).exits(0);
    serde_json::from_slice::<Value>(&ran.out).unwrap().as_array().unwrap().clone()
}

fn export(stage: &Stage) -> String {
    stage.run(&["export", "--from", "sandbox", "-o", "-", "--output-format", "vcard"]).exits(0).text().to_owned()
}

fn counts(ran: &Ran) -> Value {
    serde_json::from_slice(&ran.out).unwrap()
}

#[test]
fn a_plan_is_shown_first_and_nobody_is_taken_by_surprise() {
    let (stage, run) = imported();
    let there = export(&stage);
    let ran = stage.run(&["undo", &run, "--dry-run", "-v", "--json"]).exits(0);
    let ran = ran.says(&[
        "of 3 contacts that run",
        " touched, 3 to delete, 0 to restore, 0 to create again\n",
        "  delete Ann One\n",
        "  delete Cem Three\n",
    ]);
    let plan = json!({
        "of": run, "touched": 3, "toDelete": 3, "toRestore": 0, "toCreateAgain": 0, "skipped": 0, "beyond": 0,
    });
    assert_eq!(counts(&ran), plan);
    stage.run(&["undo", &run]).stops(9, &["3 contacts would be touched", "--yes does it"]);
    stage.run(&["undo", &run, "--yes", "--max-changes", "2"]).stops(9, &["3 contacts", "--max-changes allows 2"]);
    assert_eq!(export(&stage), there);
    assert_eq!(runs(&stage).len(), 1, "what did nothing is not remembered");

    let ran = stage.run(&["undo", &run, "--yes", "--json"]).exits(0);
    let ran =
        ran.says(&["touched 3 = deleted 3 + restored 0 + created again 0 + unchanged 0 + skipped 0 + failed 0\n"]);
    let back = counts(&ran)["run"].as_str().unwrap().to_owned();
    assert_eq!((&counts(&ran)["deleted"], &counts(&ran)["of"]), (&json!(3), &json!(run)));
    assert_eq!(export(&stage), "");
    let ran = stage.run(&["undo", &run]).exits(0);
    ran.says(&["touched 3 = deleted 0", "+ unchanged 3 +"]);
    stage.run(&["undo", &back, "--yes"]).exits(0).says(&["created again 3"]);
    assert_eq!(export(&stage), there);
    // What came back is known again.
    stage.run(&["import", "a.vcf", "--to", "sandbox"]).exits(0).says(&["unchanged 3"]);
}

#[test]
fn a_run_is_found_by_its_name_alone() {
    let (stage, run) = imported();
    for name in ["no-such-run", "../runs/x", "/etc/passwd", "a.db", "", "x\u{1b}[31m"] {
        let ran = stage.run(&["undo", name, "--yes"]).stops(2, &["there is no run", "`cardferry runs` lists them"]);
        assert!(ran.err.contains("--to says where it was"), "{}", ran.err);
    }
    for path in ["../runs/x", "a/b", "a.db", ".."] {
        for command in [
            &["undo", path, "--to", "sandbox", "--yes"][..],
            &["runs", "show", path],
            &["runs", "forget", path, "--yes"],
        ] {
            stage.run(command).stops(2, &["there is no run"]);
        }
    }
    let other = stage.run(&["undo", &run, "--dry-run", "--mailbox", "other@a.example"]);
    let told = format!("note: run {run} was on sandbox; this looks at sandbox other@a.example\n");
    assert!(other.err.starts_with(&told), "{}", other.err);
    // It speaks the API that the run spoke, and the folder and mailbox are the run's.
    stage.run(&["undo", &run, "--yes", "--api", "outlook"]).stops(2, &["the run spoke graph"]);
    stage
        .run(&["import", "a.vcf", "--to", "sandbox", "--folder", "A/B\\/C", "--create-folders", "--api", "outlook"])
        .exits(0);
    let latest = runs(&stage).into_iter().find(|run| run["folder"] != "").unwrap();
    assert_eq!((&latest["folder"], &latest["api"]), (&json!("A/B\\/C"), &json!("outlook")));
    stage.run(&["undo", latest["run"].as_str().unwrap(), "--yes"]).exits(0).says(&["deleted 3"]);
    // The folder stays.
    stage.run(&["export", "--from", "sandbox", "--folder", "A/B\\/C", "-o", "b.vcf"]).exits(0).says(&["read 0"]);
}

#[test]
fn the_help_says_what_cannot_be_promised() {
    let help = Stage::new().run(&["undo", "--help"]).exits(0);
    let help = help.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("The service has no conditional write"), "{help}");
    assert!(help.contains("Folders that the run made stay"), "{help}");
}

#[test]
fn without_the_ledger_the_contacts_tell() {
    let (stage, run) = imported();
    stage.run(&["runs", "forget", &run]).stops(9, &["--yes does it"]);
    stage.run(&["runs", "forget", &run, "--yes"]).exits(0).says(&["1 run forgotten"]);
    let ran = stage.run(&["undo", &run, "--to", "sandbox", "--yes"]).exits(0);
    ran.says(&["the ledger of run", "deleted 3 +"]);
    assert_eq!(export(&stage), "");
}

#[test]
fn a_ledger_that_is_none_is_told_and_left_alone() {
    let (stage, run) = imported();
    let path = |name: &str| stage.path(&format!("home/runs/{name}.db"));
    let sql = |name: &str, sql: &str| rusqlite::Connection::open(path(name)).unwrap().execute_batch(sql).unwrap();
    std::fs::write(
        path("damaged"),
        "This is no database, although it is long enough to be looked at as one.".repeat(99),
    )
    .unwrap();
    sql("foreign", "CREATE TABLE photos (a)");
    std::fs::copy(path(&run), path("newer")).unwrap();
    sql("newer", "PRAGMA user_version = 99");
    for (name, why) in [
        ("damaged", "file is not a database"),
        ("foreign", "database of another program"),
        ("newer", "its layout is version 99, this program knows version"),
    ] {
        let file = format!("{name}.db");
        for command in [
            &["undo", name, "--to", "sandbox", "--yes"][..],
            &["runs", "show", name],
            &["runs", "forget", name, "--yes"],
        ] {
            stage.run(command).stops(1, &[&file, why]);
        }
        assert!(path(name).exists());
    }
    let listed = stage.run(&["runs"]).exits(0);
    assert_eq!(listed.text().lines().count(), 4, "{}", listed.text());
    assert_eq!(listed.text().matches("cannot be read").count(), 3, "{}", listed.text());
    // A run that is under way is not taken back.
    let ledger = Ledger::create(&stage.path("home/runs"), Head { run: "busy".into(), ..Head::default() }).unwrap();
    stage.run(&["undo", "busy", "--yes"]).stops(1, &["busy is under way in another process"]);
    assert!(stage.run(&["runs"]).exits(0).text().contains("busy  under way"));
    drop(ledger);
}

/// An earlier version that is damaged keeps its contact from being touched, and nothing else.
#[test]
fn a_damaged_earlier_version_fails_alone() {
    let (stage, _) = imported();
    let text = stage.text("a.vcf").replace("FN:", "TITLE:Chief\r\nFN:");
    stage.write("b.vcf", text);
    stage.run(&["import", "b.vcf", "--to", "sandbox", "--on-match", "update"]).exits(0).says(&["updated 3"]);
    let updated = |run: &Value| run["records"]["updated"] == json!(3);
    let run = runs(&stage).into_iter().find(updated).unwrap()["run"].as_str().unwrap().to_owned();
    let db = rusqlite::Connection::open(stage.path(&format!("home/runs/{run}.db"))).unwrap();
    db.execute("UPDATE versions SET json = '{' WHERE number = 2", []).unwrap();
    drop(db);
    let ran = stage.run(&["undo", &run, "--yes"]).exits(3);
    ran.says(&["restored 2 +", "failed 1\n", "failed Ben Two: its earlier version in the ledger is damaged"]);
    assert_eq!(export(&stage).matches("TITLE:Chief").count(), 1);
}
