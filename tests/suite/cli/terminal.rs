//! What the terminal and the pipes see.

use std::io::Write;
use std::process::Stdio;

use pretty_assertions::assert_eq;

use super::{Ran, Stage, card, sample};

#[test]
fn quiet_means_errors_alone() {
    let stage = Stage::new();
    let (input, import) = (sample("csv/google.csv"), ["--to", "sandbox", "-q"]);
    for args in [
        &["convert", &input, "-o", "a.vcf", "-q"][..],
        &[&["import", &input], &import[..]].concat(),
        &["export", "--from", "sandbox", "-o", "b.vcf", "-q"],
    ] {
        let ran = stage.run(args).exits(0);
        assert_eq!((ran.err.as_str(), ran.text()), ("", ""), "{args:?}");
    }
    let ran = stage.run(&["convert", "missing.vcf", &input, "-o", "a.vcf", "-q"]).exits(3);
    assert!(ran.err.starts_with("error: missing.vcf") && ran.err.lines().count() == 1, "{}", ran.err);
    stage.run(&["convert", &input, "-o", "a.vcf", "-q", "--json"]).exits(0).json();
}

#[test]
fn quiet_does_not_hide_what_went_wrong_and_goes_before_verbose() {
    let stage = Stage::new();
    stage.write("a.vcf", [card("Ann", "One", "a@a.example"), "BEGIN:VCARD\r\nEND:VCARD\r\n".into()].concat());
    for args in [&["convert", "a.vcf", "-o", "b.vcf"][..], &["import", "a.vcf", "--to", "sandbox"]] {
        let ran = stage.run(&[args, &["-q", "-v"]].concat()).exits(3);
        assert!(ran.err.starts_with("rejected a.vcf, record 2") && ran.err.lines().count() == 1, "{}", ran.err);
    }
}

#[test]
fn a_table_is_told_in_one_line_and_in_full_when_verbose() {
    let stage = Stage::new();
    let input = sample("csv/outlook-en.csv");
    let ran = stage.run(&["convert", &input, "-o", "a.vcf"]).exits(0);
    let lines: Vec<_> = ran.err.lines().filter(|line| line.starts_with(&input)).collect();
    assert_eq!(lines.len(), 1, "{}", ran.err);
    for word in ["UTF-8", "commas", "Outlook for Windows in English", "92 of 92", "month, day, year"] {
        assert!(lines[0].contains(word), "{}", lines[0]);
    }
    let ran = stage.run(&["convert", &input, "-o", "a.vcf", "-v"]).exits(0);
    assert_eq!(ran.err.lines().filter(|line| line.starts_with(&format!("{input}: "))).count(), 4, "{}", ran.err);
    ran.says(&["because it has a byte order mark", "proved by 4 of 7"]);
}

#[test]
fn what_the_user_should_decide_keeps_a_line_of_its_own() {
    let stage = Stage::new();
    stage.write("a.csv", "Vorname,Geburtstag,Shoe size\nAnn,01/02/1990,37\n");
    let ran = stage.run(&["convert", "a.csv", "-o", "a.vcf"]).exits(0);
    let own = |words: &str| ran.err.lines().any(|line| line.starts_with("a.csv: ") && line.contains(words));
    assert!(own("--date-order decides") && own("no field for “Shoe size”"), "{}", ran.err);
}

/// Trap 9: English writes dates in two orders, and nothing is written of a table that does not tell which one.
#[test]
fn dates_that_nothing_decides_are_asked_for() {
    let stage = Stage::new();
    stage.write("a.csv", "First Name,Birthday\nAnn,01/02/1990\nBen,02/02/1990\n");
    let ask = "a.csv, record 1, line 1: 1 date (line 2) can be read as day, month, year or as month, day, year";
    stage.run(&["convert", "a.csv", "-o", "a.vcf"]).stops(1, &[ask, "say it with --date-order dmy or mdy"]);
    stage.run(&["convert", "a.csv", "-o", "a.vcf", "--date-order", "dmy"]).exits(0);
    assert!(stage.text("a.vcf").contains("BDAY:1990-02-01"), "{}", stage.text("a.vcf"));
    // A pipe is read twice, and so is every member of an archive: the last row decides for the first.
    let text = "First Name,Birthday\nAnn,01/02/1990\n".to_owned() + &"Ben,\n".repeat(100_000) + "Zoe,13/02/1990\n";
    stage.fed(&["convert", "-", "-o", "b.vcf", "--input-format", "csv"], text.as_bytes()).exits(0);
    assert!(stage.text("b.vcf").contains("BDAY:1990-02-01"));
}

#[test]
fn verbose_shows_every_record_in_the_words_of_the_totals() {
    let stage = Stage::new();
    stage.write("a.vcf", [card("Ann", "One", "a@a.example"), card("Ben", "Two", "b@b.example")].concat());
    let count = |ran: &Ran, word: &str| ran.err.lines().filter(|line| line.starts_with(word)).count();
    let converted = stage.run(&["convert", "a.vcf", "-o", "b.csv", "-v"]).exits(0);
    assert_eq!(count(&converted, "written a.vcf, record "), 2, "{}", converted.err);
    let imported = stage.run(&["import", "a.vcf", "--to", "sandbox", "-v"]).exits(0);
    assert_eq!(count(&imported, "created a.vcf, record "), 2, "{}", imported.err);
    let again = stage.run(&["import", "a.vcf", "--to", "sandbox", "-v"]).exits(0);
    assert_eq!(count(&again, "unchanged a.vcf, record "), 2, "{}", again.err);
    let exported = stage.run(&["export", "--from", "sandbox", "-o", "b.vcf", "-v"]).exits(0);
    assert_eq!(count(&exported, "written "), 2, "{}", exported.err);
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let stage = Stage::new();
    let evil = "Eve\\n\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}";
    let many: String = (0..9).map(|at| format!("TEL;TYPE=CELL:{at}\u{1b}[31m\r\n")).collect();
    stage.write("a.vcf", card(evil, "One", "a@a.example").replace("END:", &format!("{many}X-\u{1b}[1m:x\r\nEND:")));
    stage.write("b.csv", "First Name,\u{1b}[31mShoe\u{7}\nAnn,1\n\"Bob\u{1b}[2J,1\n");
    for args in [
        &["convert", "a.vcf", "-o", "out.csv", "-v"][..],
        &["convert", "b.csv", "-o", "out.vcf", "-v"],
        &["import", "a.vcf", "--to", "sandbox", "-v"],
        &["export", "--from", "sandbox", "-o", "out.csv", "-v"],
        &["import", "a.vcf", "--to", "sandbox", "--folder", "\u{1b}[31mred"],
        &["convert", "no\u{1b}[31mfile\nerror: forged", "-o", "out.vcf"],
    ] {
        let ran = stage.run(args);
        let bad = |letter: char| (letter.is_control() && letter != '\n') || ('\u{202a}'..='\u{202e}').contains(&letter);
        assert!(!ran.err.contains(bad), "{args:?}: {:?}", ran.err);
        assert!(!ran.err.lines().any(|line| line.starts_with("error: forged")), "{args:?}: {}", ran.err);
    }
}

/// Runs a conversion of many cards from standard input and closes a pipe before the program has written to it.
fn with_closed(args: &[&str], close: fn(&mut std::process::Child)) -> (i32, String) {
    let stage = Stage::new();
    let mut command = stage.command();
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    close(&mut child);
    let cards = card("Ann", "One", "a@a.example").repeat(3000);
    // The program may stop reading before everything is sent.
    let _ = child.stdin.take().unwrap().write_all(cards.as_bytes());
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_reader_that_has_enough_ends_the_program_quietly() {
    let close = |child: &mut std::process::Child| drop(child.stdout.take());
    let (code, err) = with_closed(&["convert", "-", "-o", "-", "--output-format", "vcard"], close);
    assert_eq!((code, err.as_str()), (1, ""));
    let (code, err) = with_closed(&["convert", "-", "-o", "out.vcf", "--json"], close);
    assert_eq!((code, err.contains("panicked")), (1, false), "{err}");
}

#[test]
fn nobody_listening_to_messages_does_no_harm() {
    let close = |child: &mut std::process::Child| drop(child.stderr.take());
    assert_eq!(with_closed(&["convert", "-", "-o", "out.vcf", "-v"], close).0, 0);
    assert_eq!(with_closed(&["convert", "-", "-o", "out.xyz"], close).0, 2);
    assert_eq!(with_closed(&["frobnicate"], close).0, 2);
}

/// The error of a run that is interrupted while it waits for standard input, once it has begun its output.
#[cfg(unix)]
fn interrupted(stage: &Stage, args: &[&str]) -> String {
    let mut command = stage.command();
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let begun = || stage.names().iter().any(|name| name.starts_with(".cardferry-"));
    while !begun() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before its time");
    }
    crate::socket::signal(child.id(), "INT");
    let stdin = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    assert_eq!(output.status.code(), Some(130));
    String::from_utf8(output.stderr).unwrap()
}

#[cfg(unix)]
#[test]
fn a_conversion_that_is_interrupted_leaves_nothing_to_go_on_with() {
    let stage = Stage::new();
    for output in [&["-o", "out.vcf"][..], &["-o", "cards", "--split"]] {
        let err = interrupted(&stage, &[&["convert", "-"], output].concat());
        assert_eq!(err, "error: interrupted; nothing was written\n", "{output:?}");
        let quiet = interrupted(&stage, &[&["convert", "-", "-q"], output].concat());
        assert_eq!((quiet.as_str(), stage.names()), ("", Vec::new()), "{output:?}");
    }
}
