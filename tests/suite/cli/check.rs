//! `check`: findings on standard output, sums on standard error, exit 8.

use pretty_assertions::assert_eq;
use serde_json::Value;

use super::{Stage, sample};

/// A card of 3.0 with a further line.
fn card(line: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nN:Byron;Ada;;;\r\n{line}\r\nEND:VCARD\r\n")
}

#[test]
fn findings_are_shown_by_card_with_their_fix() {
    let stage = Stage::new();
    stage.write("a.vcf", card("TEL;HOME:1") + &card("BDAY:1996-02-30\r\nPHOTO;VALUE=uri:https://a.example"));
    let ran = stage.run(&["check", "a.vcf"]).exits(8);
    assert_eq!(
        ran.text(),
        "a.vcf, record 1, line 1\n\
         \x20 a.vcf:5: error parameter-bare: a parameter without its name: “HOME”; write TYPE= before a type, ENCODING= before an encoding\n\
         a.vcf, record 2, line 7\n\
         \x20 a.vcf:7: note several-cards: several cards in one file: Outlook reads the first one alone: this is the second one; write one file for each card for Outlook\n\
         \x20 a.vcf:11: error date: not a date, or a day that does not exist: “1996-02-30”; write it as 19960415, or as VALUE=text in 4.0\n\
         \x20 a.vcf:12: note photo-link: the photo is a link, not a picture; put the picture itself into the card before the link goes stale\n"
    );
    assert_eq!(ran.err, "checked 2 cards in 1 input: 2 errors, 0 warnings, 2 notes\n");
    let quiet = stage.run(&["check", "a.vcf", "-q"]).exits(8);
    assert_eq!((quiet.text(), quiet.err.as_str()), ("", ""));
}

#[test]
fn the_charset_is_the_one_that_convert_reads_the_file_in() {
    let stage = Stage::new();
    let names = ["Łukasz", "Żaneta", "Świętosława", "Ał", "Ćma", "Zażółć gęślą jaźń", "Źrebię", "Ó"];
    let text: String = names.iter().map(|name| card(&format!("NOTE:{name}"))).collect();
    let (bytes, ..) = encoding_rs::WINDOWS_1250.encode(&text);
    stage.write("in.vcf", &bytes);
    stage.run(&["convert", "in.vcf", "-o", "out.vcf"]).exits(0).says(&["was read as windows-1250"]);
    let ran = stage.run(&["check", "in.vcf"]).exits(8);
    assert_eq!(ran.text().matches("charset-undeclared").count(), names.len(), "{}", ran.text());
    assert_eq!(ran.text().matches("windows-1250 is likely").count(), names.len(), "{}", ran.text());
}

#[test]
fn notes_alone_are_no_fault() {
    let stage = Stage::new();
    stage.write("a.vcf", card("TEL;TYPE=mobile:1"));
    let ran = stage.run(&["check", "a.vcf"]).exits(0).says(&["0 errors, 0 warnings, 1 note"]);
    assert!(ran.text().contains("note type-unknown"));
    stage.write("b.vcf", card("TEL:1"));
    assert_eq!(stage.run(&["check", "b.vcf"]).exits(0).text(), "");
    stage.write("c.vcf", "\r\n");
    stage.run(&["check", "c.vcf", "--fail-empty"]).exits(7);
}

#[test]
fn json_is_one_object_with_every_finding() {
    let stage = Stage::new();
    stage.write("a.vcf", card(&"TEL;HOME:1\r\n".repeat(25)) + "BEGIN:VCARD\r\n");
    let ran = stage.run(&["check", "a.vcf", "--json"]).exits(8);
    let said: Value = serde_json::from_slice(&ran.out).unwrap();
    let findings = said["findings"].as_array().unwrap();
    assert_eq!(findings.iter().filter(|finding| finding["code"] == "parameter-bare").count(), 25);
    assert_eq!(
        findings[0],
        serde_json::json!({
            "file": "a.vcf", "record": 1, "line": 5, "severity": "error", "code": "parameter-bare",
            "what": "a parameter without its name: “HOME”",
            "fix": "write TYPE= before a type, ENCODING= before an encoding",
        })
    );
    assert_eq!((&said["inputs"], &said["cards"], &said["failedInputs"]), (&1.into(), &2.into(), &0.into()));
    let sum: u64 = said["codes"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    let of = |name: &str| said[name].as_u64().unwrap();
    assert_eq!(sum, findings.len() as u64);
    assert_eq!(sum, of("errors") + of("warnings") + of("notes"));
    let none: Value =
        serde_json::from_slice(&stage.fed(&["check", "-", "--json"], card("TEL:1").as_bytes()).out).unwrap();
    assert_eq!((&none["findings"], &none["errors"]), (&serde_json::json!([]), &0.into()));
}

#[test]
fn what_repeats_is_counted_and_shown_when_asked() {
    let stage = Stage::new();
    stage.write("a.vcf", card(&"TEL;HOME:1\r\n".repeat(30)));
    stage.write("b.vcf", card("TEL;HOME:1"));
    let capped = stage.run(&["check", "a.vcf", "b.vcf"]).exits(8);
    assert_eq!(capped.text().matches("parameter-bare").count(), 21, "20 of the first file, and the one of the second");
    let capped = capped.says(&["not shown: 10 that repeat earlier ones (10 × parameter-bare); -v shows each"]);
    assert!(capped.err.starts_with("checked 2 cards in 2 inputs: 31 errors"), "{}", capped.err);
    let whole = stage.run(&["check", "-v", "a.vcf", "b.vcf"]).exits(8);
    assert_eq!(whole.text().matches("parameter-bare").count(), 31);
}

#[test]
fn a_table_is_told_to_be_one() {
    let stage = Stage::new();
    let path = sample("csv/google.csv");
    stage.run(&["check", &path]).exits(1).says(&["is a table; check reads vCards"]);
    stage.write("a.vcf", card("TEL;HOME:1"));
    stage.run(&["check", &path, "a.vcf"]).exits(3).says(&["is a table", "1 error, 0 warnings"]);
    stage.write("d/a.vcf", card("TEL:1"));
    stage.write("d/b.csv", "Name,Phone\r\n");
    stage.run(&["check", "d"]).exits(0).says(&["note: 1 table was left out", "checked 1 card in 1 input"]);
    stage.write("b.vcf", "Name\r\n");
    stage.run(&["check", "b.vcf"]).exits(1).says(&["no BEGIN:VCARD", "no vCard file"]);
    stage.run(&["check", "none.vcf"]).exits(1).says(&["none.vcf"]);
    stage.run(&["check"]).exits(2);
}

#[test]
fn every_rule_can_be_printed() {
    let stage = Stage::new();
    let ran = stage.run(&["check", "--rules"]).exits(0);
    assert!(ran.text().lines().any(|line| line.starts_with("error qp-escape (2.1, 3.0, 4.0; RFC 2045 6.7): ")));
    let rules: Value = serde_json::from_slice(&stage.run(&["check", "--rules", "--json"]).exits(0).out).unwrap();
    let rules = rules.as_array().unwrap();
    assert_eq!(rules.len(), ran.text().lines().count());
    assert_eq!(rules[0]["code"], "end-missing");
}

#[test]
fn a_line_of_many_megabytes_is_told_and_not_held() {
    let stage = Stage::new();
    let long = "x".repeat(3_000_000);
    stage.write("a.vcf", card(&format!("NOTE:{long}")) + &card("TEL;HOME:1"));
    let ran = stage.run(&["check", "a.vcf", "--max-card-size", "1000000"]).exits(8);
    assert!(ran.text().contains("a.vcf:1: error too-large"), "{}", ran.text());
    assert!(ran.text().contains("a.vcf:11: error parameter-bare"), "{}", ran.text());
}
