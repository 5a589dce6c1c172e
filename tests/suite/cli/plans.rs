//! Rehearsals, plans, reports and events of an import, from the command line.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::mailbox::people;
use super::{Stage, card, count_of, sample};

/// A stage whose mailbox has Ann with an old number, and whose file has her with a new one, and two more.
fn scene() -> Stage {
    let stage = Stage::new();
    let ann = |number: &str| {
        card("Ann", "One", "a@a.example").replace("END:", &format!("UID:a\r\nTEL;TYPE=WORK:{number}\r\nEND:"))
    };
    stage.write("a.vcf", ann("1"));
    stage.run(&["import", "a.vcf", "--to", "sandbox"]).exits(0);
    let broken = "BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n";
    stage.write("a.vcf", ann("2") + &card("Ben", "Two", "b@b.example") + broken);
    stage
}

const IMPORT: [&str; 6] = ["import", "a.vcf", "--to", "sandbox", "--on-match", "update"];

fn with<'a>(args: &[&'a str]) -> Vec<&'a str> {
    [&IMPORT[..], args].concat()
}

fn contacts(stage: &Stage) -> u64 {
    let ran = stage.run(&["export", "--from", "sandbox", "-o", "-", "--output-format", "vcard"]).exits(0);
    super::cards(ran.text())
}

#[test]
fn a_rehearsal_says_what_would_be_done_and_does_nothing() {
    let stage = scene();
    let ran = stage.run(&with(&["--dry-run", "-v"])).exits(3);
    let ran = ran.says(&[
        "to update a.vcf, record 1, line 1 (Ann One)\n  phone (work): \"1\" -> \"2\"\n",
        "to create a.vcf, record 2, line 9 (Ben Two)\n",
        "rejected a.vcf, record 3",
        "read 3 = to create 1 + to update 1 + unchanged 0 + skipped 0 + rejected 1 + failed 0",
        "nothing was sent: this is what would be done",
    ]);
    assert!(!ran.err.contains("undo"), "{}", ran.err);
    assert_eq!(contacts(&stage), 1);
    let json = stage.run(&with(&["--dry-run", "--json", "-q"])).exits(3).json();
    assert_eq!((&json["created"], &json["updated"], &json["rehearsal"]), (&json!(1), &json!(1), &json!(true)));
    assert_eq!(stage.names(), ["a.vcf"]);
    let runs = std::fs::read_dir(stage.path("home/runs")).unwrap();
    let ledgers = runs.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|ending| ending == "db"));
    assert_eq!(ledgers.count(), 1, "a rehearsal is no run");
}

#[test]
fn a_rehearsal_makes_no_folder() {
    let stage = scene();
    let into = with(&["--folder", "New/One", "--create-folders"]);
    for last in [&["--dry-run"][..], &["--save-plan", "plan"]] {
        stage.run(&[&into[..], last].concat()).exits(3).says(&["the folder is not there yet", "to create 2"]);
    }
    stage.run(&["export", "--from", "sandbox", "--folder", "New", "-o", "x.vcf"]).stops(2, &["New"]);
    // Nor does a plan that no longer holds, or that would change too much.
    stage.write("a.vcf", card("Dee", "Four", "d@d.example"));
    stage.run(&[&into[..], &["--apply-plan", "plan"]].concat()).stops(9, &["content of the inputs"]);
    stage.run(&["export", "--from", "sandbox", "--folder", "New", "-o", "x.vcf"]).stops(2, &["New"]);
    stage.run(&into).exits(0);
    stage.run(&["export", "--from", "sandbox", "--folder", "New/One", "-o", "x.vcf"]).exits(0);
}

#[test]
fn a_plan_is_saved_and_carried_out() {
    let stage = scene();
    stage.run(&with(&["--save-plan", "plan"])).exits(3).says(&["plan has the plan; --apply-plan plan carries it out"]);
    assert_eq!(contacts(&stage), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(stage.path("plan")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let saved = stage.read("plan");
    stage.run(&with(&["--save-plan", "plan"])).stops(2, &["plan is there already", "name another file, or remove it"]);
    assert!(stage.read("plan") == saved);
    let other = ["import", "a.vcf", "--to", "sandbox", "--apply-plan", "plan"];
    stage.run(&other).stops(9, &["plan was made for another choice of options", "--save-plan"]);
    stage.run(&with(&["--apply-plan", "plan", "--dry-run"])).exits(3);
    assert_eq!(contacts(&stage), 1);
    let json = stage.run(&with(&["--apply-plan", "plan", "--json"])).exits(3).json();
    assert_eq!((&json["created"], &json["updated"]), (&json!(1), &json!(1)));
    stage
        .run(&with(&["--apply-plan", "plan"]))
        .stops(9, &["no longer holds for 2 records", "would now be “unchanged”"]);
    assert_eq!(stage.names(), ["a.vcf", "plan"], "and nothing is left beside them");
}

#[test]
fn a_plan_goes_to_standard_output_too() {
    let stage = scene();
    let ran = stage.run(&with(&["--save-plan", "-"])).exits(3);
    let lines: Vec<Value> = ran.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(lines[1]["changes"], json!(["phone (work): \"1\" -> \"2\""]));
    assert_eq!(lines[2]["body"]["displayName"], "Ben Two");
    stage.write("plan", ran.text());
    stage.run(&with(&["--apply-plan", "plan"])).exits(3);
    stage.run(&with(&["--save-plan", "-", "--json"])).stops(2, &["--json and --save-plan - both want standard output"]);
    stage.run(&with(&["--apply-plan", "-"])).stops(2, &["the name of a file"]);
    stage.run(&with(&["--apply-plan", "missing"])).stops(2, &["missing", "cannot be read"]);
    stage.run(&with(&["--apply-plan", "a.vcf"])).stops(2, &["a.vcf is no plan"]);
    stage.run(&with(&["--save-plan", "no/such/plan"])).stops(1, &["no/such/plan"]);
}

#[test]
fn a_report_says_what_became_of_every_record() {
    let stage = scene();
    let ran = stage.run(&with(&["--report", "r.json", "--json"])).exits(3);
    ran.json();
    let report: Value = serde_json::from_slice(&stage.read("r.json")).unwrap();
    let records = report["records"].as_array().unwrap();
    assert_eq!(report["summary"], ran.json());
    assert_eq!(records.len() as u64, report["summary"]["read"].as_u64().unwrap());
    let of = |name: &str| records.iter().find(|record| record["name"] == name).unwrap();
    assert_eq!(of("Ann One")["changes"], json!([{ "what": "phone (work)", "before": "1", "after": "2" }]));
    assert_eq!((&of("Ann One")["outcome"], &of("Ann One")["requests"]), (&json!("updated"), &json!(2)));
    assert_eq!((&of("Ben Two")["outcome"], &of("Ben Two")["requests"]), (&json!("created"), &json!(1)));
    assert!(of("Ben Two")["id"].as_str().unwrap().len() > 20);
    assert_eq!((&of("")["outcome"], &of("")["record"]), (&json!("rejected"), &json!(3)));
    let names: Vec<_> = of("").as_object().unwrap().keys().collect();
    let table = include_str!("../../../README.md").lines().skip_while(|line| !line.starts_with("| in JSON |"));
    let told = table.skip(2).take_while(|line| line.starts_with("| ")).flat_map(|line| {
        line.split('|').nth(1).unwrap().split(',').map(|name| name.trim().trim_matches('`')).collect::<Vec<_>>()
    });
    let (mut told, mut names): (Vec<_>, Vec<_>) = (told.collect(), names.iter().map(|name| name.as_str()).collect());
    told.sort_unstable();
    names.sort_unstable();
    assert_eq!(told, names, "the README tells each member");
    assert!(of("")["why"].is_string() && report["run"].is_string() && report["stopped"].is_null());

    stage.run(&with(&["--report", "r.csv"])).exits(3).says(&["r.csv says what became of every record"]);
    let table = stage.text("r.csv");
    assert!(table.starts_with("\u{feff}Source,Record,Line,Name,Outcome,"), "{table}");
    let mut reader = csv::Reader::from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let outcomes: Vec<_> = rows.iter().map(|row| row[4].to_owned()).collect();
    assert_eq!(outcomes, ["unchanged", "unchanged", "rejected"]);

    stage.run(&with(&["--report", "r.html", "--dry-run"])).exits(3);
    let page = stage.text("r.html");
    assert!(page.contains("What would be imported") && page.matches("<tr class=").count() == 3, "{page}");
    for (report, says) in
        [("r.txt", "ends in .html, .csv or .json"), ("a.vcf", "ends in"), ("no/r.csv", "no/r.csv"), ("-", "ends in")]
    {
        assert!(stage.run(&with(&["--report", report])).err.contains(says));
    }
    stage.run(&with(&["--report", "x.csv", "--rejects", "x.csv"])).stops(2, &["--report names a file"]);
}

/// What names and messages hold does no harm in a browser or a spreadsheet.
#[test]
fn a_report_is_harmless() {
    let stage = Stage::new();
    let evil = "<script>alert(1)</script>=\"&";
    stage.write("a.vcf", card("=cmd|'/c calc'!A1", "x", "a@a.example") + &card(evil, "\u{202e}y", "b@b.example"));
    stage.run(&["import", "a.vcf", "--to", "sandbox", "--report", "r.html"]).exits(0);
    let page = stage.text("r.html");
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script") && !page.contains('\u{202e}'), "{page}");
    assert!(page.contains("default-src 'none'") && !page.contains("http://") && !page.contains("https://"), "{page}");
    stage.run(&["import", "a.vcf", "--to", "sandbox", "--report", "r.csv"]).exits(0);
    assert!(stage.text("r.csv").contains(",'=cmd|'/c calc'!A1 x,"), "{}", stage.text("r.csv"));
}

#[test]
fn a_run_that_is_stopped_has_a_report_all_the_same() {
    let stage = Stage::new();
    stage.write("people.vcf", people(40, 0));
    stage.write("faults.toml", "[[fault]]\nwhat = \"error\"\nstatus = 401\nmethod = \"POST\"\nnth = 20\n");
    let import = ["import", "people.vcf", "--to", "sandbox", "--sandbox-faults", "faults.toml", "--report", "r.json"];
    let ran = stage.run(&import);
    assert_eq!(ran.code, 5, "{}", ran.err);
    let report: Value = serde_json::from_slice(&stage.read("r.json")).unwrap();
    let summary = &report["summary"];
    let [read, left] = ["read", "notReached"].map(|name| summary[name].as_u64().unwrap());
    assert_eq!((read + left, report["records"].as_array().unwrap().len() as u64), (40, read));
    assert!(left > 0 && report["stopped"].as_str().unwrap().contains("sandbox"), "{summary}");
    assert!(
        ran.err.contains(&format!("not reached: {left} records; the same command goes on from here")),
        "{}",
        ran.err
    );
    assert_eq!(stage.names(), ["faults.toml", "people.vcf", "r.json"]);
}

#[test]
fn events_are_lines_of_json() {
    let stage = scene();
    let ran = stage.run(&with(&["--json-lines", "-q"])).exits(3);
    assert!(ran.err.starts_with("rejected a.vcf, record 3") && ran.err.lines().count() == 1, "{}", ran.err);
    let events: Vec<Value> = ran.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["plan", "record", "record", "record", "summary"]);
    assert_eq!((&events[0]["created"], &events[0]["changes"]), (&json!(1), &json!(1)));
    assert_eq!((&events[4]["created"], &events[4]["stopped"]), (&json!(1), &Value::Null));
    stage.run(&with(&["--json-lines", "--json"])).stops(2, &["--json and --json-lines"]);

    let rows = stage.run(&["import", &sample("csv/google.csv"), "--to", "sandbox", "--json-lines", "--dry-run"]);
    let events = rows.exits(0);
    let kinds =
        |kind: &str| events.text().lines().filter(|line| line.contains(&format!("\"event\":\"{kind}\""))).count();
    assert_eq!(kinds("planned") as u64, count_of(&sample("csv/google.csv")));
    assert!(kinds("note") > 0 && kinds("plan") == 1 && kinds("summary") == 1);
}

/// Each trouble comes with its way out, and a run with the way back.
#[test]
fn the_summary_says_what_to_do() {
    let stage = scene();
    let ran = stage.run(&["import", "a.vcf", "--to", "sandbox"]).exits(3).says(&[
        "rejected: 1 record cannot be read; --rejects FILE keeps it",
        "left alone: 1 record has a contact there that says something else; --on-match fill, update or replace",
        "` takes back what it did",
    ]);
    let run = ran.err.split("cardferry undo ").nth(1).unwrap().split('`').next().unwrap();
    assert!(stage.path(&format!("home/runs/{run}.db")).exists(), "{run}");
    let kept = stage.run(&["import", "a.vcf", "--to", "sandbox", "--rejects", "left.vcf"]).exits(3);
    assert!(!kept.err.contains("rejected: ") && !kept.err.contains("undo"), "{}", kept.err);

    stage.write("eve.vcf", card("Eve", "Five", "e@e.example"));
    stage.run(&["import", "eve.vcf", "--to", "sandbox"]).exits(0);
    let quiet = stage.run(&["import", "eve.vcf", "--to", "sandbox", "-q"]).exits(0);
    assert_eq!(quiet.err, "");
}
