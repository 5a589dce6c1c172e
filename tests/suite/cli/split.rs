//! `--split` and `--profile`: whom the output is for, and a file for each contact.

use std::collections::BTreeMap;
use std::fs;

use pretty_assertions::assert_eq;

use super::{Stage, card, cards, count_of, sample};

/// The card files in a directory, with their content.
fn files(stage: &Stage, directory: &str) -> BTreeMap<String, String> {
    let entries = fs::read_dir(stage.path(directory)).unwrap().map(|entry| entry.unwrap());
    let named = entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
    named
        .filter(|(name, _)| name.ends_with(".vcf"))
        .map(|(name, path)| (name, fs::read_to_string(path).unwrap()))
        .collect()
}

fn names(stage: &Stage, directory: &str) -> Vec<String> {
    files(stage, directory).into_keys().collect()
}

#[test]
fn each_contact_gets_a_file_of_its_own() {
    let stage = Stage::new();
    let people = [("Ann", "One"), ("../Ben", "T/wo"), ("ann", "one"), ("", "CON")];
    stage.write("in.vcf", people.map(|(given, family)| card(given, family, "x@x.example")).concat());
    let ran = stage.run(&["convert", "in.vcf", "-o", "cards", "--split", "--json"]).exits(0);
    assert_eq!(ran.json()["written"], 4);
    assert_eq!(names(&stage, "cards"), ["Ann One.vcf", "_Ben T_wo.vcf", "_CON.vcf", "ann one (2).vcf"]);
    assert_eq!(stage.names(), ["cards", "in.vcf"]);
    for (name, text) in files(&stage, "cards") {
        assert_eq!(cards(&text), 1, "{name}");
        assert!(text.starts_with("BEGIN:VCARD\r\n") && text.ends_with("END:VCARD\r\n"), "{name}");
    }
    let before = files(&stage, "cards");
    stage.run(&["convert", "cards", "-o", "cards", "--split"]).exits(0);
    assert_eq!(files(&stage, "cards"), before, "onto itself");
    stage.run(&["convert", "cards", "-o", "again.vcf"]).exits(0);
    assert_eq!(cards(&stage.text("again.vcf")), 4);
}

#[test]
fn a_second_run_brings_up_to_date_and_never_takes_what_is_not_its_own() {
    let stage = Stage::new();
    let run = || stage.run(&["convert", "in.vcf", "-o", "cards/", "--split"]);
    stage.write("in.vcf", [card("Ann", "One", "a@a.example"), card("Ben", "Two", "b@b.example")].concat());
    run().exits(0);
    let first = files(&stage, "cards");
    run().exits(0);
    assert_eq!(files(&stage, "cards"), first);
    stage.write("in.vcf", [card("Ann", "One", "new@a.example"), card("Cid", "Three", "c@c.example")].concat());
    run().exits(0);
    assert_eq!(names(&stage, "cards"), ["Ann One.vcf", "Cid Three.vcf"]);
    assert!(stage.text("cards/Ann One.vcf").contains("new@a.example"));
    stage.write("cards/Ann One.vcf", "mine now");
    run().stops(1, &["cards", "Ann One.vcf", "name a new or an empty directory"]);
    assert_eq!((stage.text("cards/Ann One.vcf").as_str(), stage.names().len()), ("mine now", 2));
    stage.write("other/notes.txt", "mine");
    stage.run(&["convert", "in.vcf", "-o", "other", "--split"]).stops(1, &["other", "notes.txt"]);
    stage.run(&["convert", "in.vcf", "-o", "in.vcf", "--split"]).stops(1, &["in.vcf"]);
    assert_eq!(stage.names(), ["cards", "in.vcf", "other"]);
}

#[test]
fn what_stops_leaves_nothing_behind() {
    let stage = Stage::new();
    stage.write("in.vcf", card("Ann", "One", "a@a.example"));
    stage.run(&["convert", "in.vcf", "-o", "cards", "--split"]).exits(0);
    let before = files(&stage, "cards");
    stage.write("bad.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n");
    for args in [&["convert", "bad.vcf"][..], &["convert", "missing.vcf"]] {
        stage.run(&[args, &["-o", "cards", "--split"]].concat()).exits(1);
        stage.run(&[args, &["-o", "more", "--split"]].concat()).exits(1);
        assert_eq!(
            (files(&stage, "cards"), stage.names()),
            (before.clone(), vec!["bad.vcf".into(), "cards".into(), "in.vcf".into()])
        );
    }
    stage.run(&["convert", "in.vcf", "-o", "no/such/cards", "--split"]).stops(1, &["no/such/cards"]);
}

#[test]
fn a_mailbox_is_exported_into_files_too() {
    let stage = Stage::new();
    let (input, count) = (sample("csv/outlook-en.csv"), count_of(&sample("csv/outlook-en.csv")));
    stage.run(&["import", &input, "--to", "sandbox"]).exits(0);
    for _ in 0..2 {
        let ran = stage.run(&["export", "--from", "sandbox", "-o", "cards", "--split", "--json"]).exits(0);
        assert_eq!(ran.json()["written"], count);
        assert_eq!(names(&stage, "cards").len() as u64, count);
    }
    stage.run(&["export", "--from", "sandbox", "-o", "all.vcf"]).exits(0);
    let mut whole: Vec<_> = stage.text("all.vcf").split_inclusive("END:VCARD\r\n").map(str::to_owned).collect();
    let mut split: Vec<_> = files(&stage, "cards").into_values().collect();
    whole.sort();
    split.sort();
    assert_eq!(split, whole);
}

#[test]
fn the_current_directory_is_not_replaced_under_the_shell() {
    let stage = Stage::new();
    let text = card("Ann", "One", "a@a.example");
    stage
        .fed(&["convert", "-", "-o", ".", "--split"], text.as_bytes())
        .stops(1, &["is the current directory", "in it"]);
    assert!(stage.names().is_empty());
    stage.fed(&["convert", "-", "-o", "./cards", "--split"], text.as_bytes()).exits(0);
    assert_eq!(names(&stage, "cards"), ["Ann One.vcf"]);
}

#[test]
fn outlook_gets_a_file_for_each_contact_or_a_note() {
    let stage = Stage::new();
    stage.write("in.vcf", [card("Zoë", "One", "z@z.example"), card("Ben", "Two", "b@b.example")].concat());
    let outlook = |out: &str| stage.run(&["convert", "in.vcf", "-o", out, "--profile", "outlook"]).exits(0);
    outlook("new/");
    fs::create_dir(stage.path("there")).unwrap();
    outlook("there");
    assert_eq!(files(&stage, "new"), files(&stage, "there"));
    assert_eq!(names(&stage, "new"), ["Ben Two.vcf", "Zoë One.vcf"]);
    let text = stage.text("new/Zoë One.vcf");
    assert!(text.contains("VERSION:2.1\r\n"), "{text}");
    assert!(text.contains("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB One\r\n"), "{text}");
    outlook("all.vcf").says(&["note: outlook reads the first card", "--split"]);
    stage.write("one.vcf", card("Ann", "One", "a@a.example"));
    for args in [&["one.vcf", "-o", "all.vcf", "--profile", "outlook"][..], &["in.vcf", "-o", "all.vcf"]] {
        let ran = stage.run(&[&["convert"], args].concat()).exits(0);
        assert!(!ran.err.contains("--split"), "{}", ran.err);
    }
    let args = ["convert", "in.vcf", "-o", "all.vcf", "--profile", "outlook", "--vcard-version", "3.0"];
    stage.run(&args).exits(0);
    let text = stage.text("all.vcf");
    assert!(text.contains("VERSION:3.0\r\n") && text.contains("\r\nFN;CHARSET=UTF-8:Zoë One\r\n"), "{text}");
}

#[test]
fn the_profile_tells_version_and_photos() {
    let stage = Stage::new();
    let photo = |size: usize| {
        let mut bytes = vec![0; size];
        bytes[..3].copy_from_slice(b"\xff\xd8\xff");
        format!("PHOTO;ENCODING=b;TYPE=JPEG:{}\r\nEND:VCARD", data_encoding::BASE64.encode(&bytes))
    };
    let with = |size| card("Ann", "One", "a@a.example").replace("END:VCARD", &photo(size));
    stage.write("in.vcf", [with(224_000), with(224_001)].concat());
    for (profile, version, photos) in [
        ("standard", "3.0", 2),
        ("outlook", "2.1", 2),
        ("apple", "3.0", 1),
        ("google", "3.0", 2),
        ("thunderbird", "4.0", 2),
    ] {
        let ran = stage.run(&["convert", "in.vcf", "-o", "out.vcf", "--profile", profile, "-v"]).exits(0);
        let text = stage.text("out.vcf");
        assert_eq!(text.matches(&format!("VERSION:{version}\r\n")).count(), 2, "{profile}");
        assert_eq!(text.matches("\r\nPHOTO").count(), photos, "{profile}");
        assert_eq!(
            ran.err.contains("lost photo: JPEG, 224001 bytes: longer than the target's 224000"),
            photos < 2,
            "{}",
            ran.err
        );
    }
    stage.run(&["convert", "in.vcf", "-o", "out.vcf", "--profile", "apple", "--strict"]).exits(4);
}

#[test]
fn a_profile_and_a_format_go_together_or_are_refused() {
    let stage = Stage::new();
    stage.write("in.vcf", card("Ann", "One", "a@a.example"));
    let run = |args: &[&str]| stage.run(&[&["convert", "in.vcf"], args].concat());
    run(&["-o", "out.csv", "--profile", "apple"]).stops(2, &["apple", "CSV", "outlook-desktop, outlook-web, google"]);
    let vcard = "standard, outlook, apple, google, android, thunderbird";
    run(&["-o", "out.vcf", "--profile", "outlook-desktop"]).stops(2, &["outlook-desktop", "vCard", vcard]);
    run(&["-o", "out", "--profile", "google"]).stops(2, &["google", "--output-format vcard, csv or xlsx"]);
    run(&["-o", "out.vcf", "--profile", "lotus"]).stops(2, &[vcard, "outlook-desktop, outlook-web, google"]);
    run(&["-o", "out.csv", "--profile", "outlook-desktop/xx"]).stops(2, &["outlook-desktop", "en, de, fr"]);
    run(&["-o", "out.csv", "--split"]).stops(2, &["--split", "table"]);
    run(&["-o", "out.csv", "--vcard-version", "4.0"]).stops(2, &["--vcard-version", "table"]);
    run(&["-o", "-", "--split"]).stops(2, &["--split", "directory"]);
    run(&["-o", "out/"]).stops(2, &["out/", "is a directory", "--split"]);
    assert_eq!(stage.names(), ["in.vcf"]);
    for (args, begins) in [
        (&["-o", "out", "--profile", "Android"][..], "BEGIN:VCARD"),
        (&["-o", "out", "--profile", "outlook-desktop"], "Title,"),
        (&["-o", "out", "--profile", "Outlook-Desktop/DE", "--output-encoding", "utf-8"], "Anrede,"),
        (&["-o", "out", "--profile", "google", "--output-format", "csv"], "First Name,"),
        (&["-o", "out", "--profile", "google", "--output-format", "vcard"], "BEGIN:VCARD"),
    ] {
        run(args).exits(0);
        assert!(stage.text("out").starts_with(begins), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written_whole_leaves_the_old_directory_alone() {
    let stage = Stage::new();
    stage.write("in.vcf", card("Ann", "One", "a@a.example"));
    stage.run(&["convert", "in.vcf", "-o", "cards", "--split"]).exits(0);
    let before = files(&stage, "cards");
    let long = card("Ben", "Two", "b@b.example").replace("END:", &format!("NOTE:{}\r\nEND:", "x".repeat(200_000)));
    stage.write("in.vcf", [card("Ann", "New", "a@a.example"), long].concat());
    // No file may be longer than 64 KB, and the signal that says so is not listened to: as on a full disk.
    let mut command = std::process::Command::new("sh");
    let program = stage.command();
    let script = "trap '' XFSZ; ulimit -f 128; exec \"$0\" convert in.vcf -o cards --split";
    command.args(["-c", script]).arg(program.get_program()).current_dir(stage.path("."));
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    super::Ran::of(command, b"").stops(1, &["cards", "cannot be written"]);
    assert_eq!((files(&stage, "cards"), stage.names()), (before, vec!["cards".into(), "in.vcf".into()]));
}
