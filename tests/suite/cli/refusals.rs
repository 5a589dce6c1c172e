//! Bad input: one clear line, the documented exit code, the rest processed, the old output unharmed.

use pretty_assertions::assert_eq;

use super::{Stage, TOKEN, TOKEN_ENV, card, cards, sample};

const OLD: &str = "what stood there before";

/// Bytes that are no text in any format: every byte value, in no order.
fn junk() -> Vec<u8> {
    (0..3000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 | 0x80).collect()
}

/// A stage with an old output to lose.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.write("out.vcf", OLD);
    stage
}

#[test]
fn an_input_that_gives_nothing_stops_and_the_old_output_stays() {
    let table: [(&str, &[u8], &[&str]); 9] = [
        ("missing.csv", b"", &["missing.csv", "(os error 2)"]),
        ("empty.csv", b"", &["empty.csv", "empty"]),
        ("empty.vcf", b"", &["empty.vcf", "empty"]),
        ("words.txt", b"just some words", &["words.txt", "--input-format"]),
        ("book.csv", b"PK\x03\x04rest", &["book.csv", "spreadsheet", "CSV"]),
        ("book.xls", b"\xd0\xcf\x11\xe0rest", &["book.xls", "workbook", "cut off"]),
        ("mail.vcf", b"!BDNrest", &["mail.vcf", "PST", "CSV"]),
        ("words.csv", b"Hello\nworld\n", &["words.csv", "header row"]),
        ("folder", b"", &["folder", ".vcf, .csv or spreadsheet"]),
    ];
    for (name, content, says) in table {
        let stage = stage();
        match name {
            "missing.csv" => {}
            "folder" => stage.write("folder/notes.txt", "no contact"),
            name => stage.write(name, content),
        }
        for args in [&["convert", name, "-o", "out.vcf"], &["import", name, "--to", "sandbox"]] {
            let ran = stage.run(args).exits(1).says(says);
            assert_eq!(ran.text(), "", "{name}");
            assert_eq!(stage.text("out.vcf"), OLD, "{name}");
        }
        let mut ran = stage.run(&["convert", name, "-o", "out.vcf"]);
        // A list of every dialect makes the line for tables longer.
        if name != "words.csv" {
            ran = ran.stops(1, says);
        }
        assert_eq!(ran.err.lines().count(), 1, "one input, one line: {}", ran.err);
    }
}

#[test]
fn an_empty_file_is_told_although_its_format_is_given() {
    for format in ["vcard", "csv"] {
        let stage = stage();
        stage.write("empty", "");
        let args = ["convert", "empty", "--input-format", format, "-o", "out.vcf"];
        stage.run(&args).stops(1, &["empty: is empty"]);
        assert_eq!(stage.text("out.vcf"), OLD);
    }
}

#[test]
fn rejected_rows_are_no_workbook() {
    let stage = stage();
    stage.write("rows.csv", "First Name,Last Name\nAnn,\"Roe\n");
    for name in ["rest.xlsx", "rest.XLS", "rest.ods"] {
        stage.run(&["convert", "rows.csv", "-o", "out.vcf", "--rejects", name]).exits(2).says(&["--rejects", ".csv"]);
        assert!(!stage.path(name).exists(), "{name}");
    }
    assert_eq!(stage.text("out.vcf"), OLD);
}

#[test]
fn binary_junk_stops_and_the_old_output_stays() {
    for name in ["junk.vcf", "junk.csv", "junk.bin"] {
        let stage = stage();
        stage.write(name, junk());
        stage.run(&["convert", name, "-o", "out.vcf"]).exits(1).says(&[name]);
        assert_eq!(stage.text("out.vcf"), OLD, "{name}");
        assert_eq!(stage.names().len(), 2, "no temporary file stays: {:?}", stage.names());
    }
}

#[test]
fn a_file_of_broken_records_alone_replaces_nothing() {
    let stage = stage();
    stage.write("a.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n");
    stage.run(&["convert", "a.vcf", "-o", "out.vcf"]).exits(1).says(&["a.vcf, record 1, line 1", "read 1 ="]);
    assert_eq!(stage.text("out.vcf"), OLD);
}

#[test]
fn a_broken_record_is_told_and_the_rest_is_processed() {
    let stage = Stage::new();
    let cards_around =
        |middle: &str| [&card("Ann", "One", "a@a.example"), middle, &card("Ben", "Two", "b@b.example")].concat();
    stage.write("a.vcf", cards_around("BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n"));
    let ran = stage.run(&["convert", "a.vcf", "-o", "out.vcf", "--json"]).exits(3).says(&["a.vcf, record 2, line 7"]);
    assert_eq!((&ran.json()["written"], &ran.json()["rejected"]), (&2.into(), &1.into()));
    assert_eq!(cards(&stage.text("out.vcf")), 2);
    let json = stage.run(&["import", "a.vcf", "--to", "sandbox", "--json"]).exits(3).json();
    assert_eq!((&json["created"], &json["rejected"]), (&2.into(), &1.into()));
}

#[test]
fn a_missing_file_among_good_ones_is_told_and_the_rest_is_processed() {
    let stage = Stage::new();
    stage.write("a.vcf", card("Ann", "One", "a@a.example"));
    let ran = stage.run(&["convert", "missing.vcf", "a.vcf", "-o", "out.vcf", "--json"]).exits(3);
    assert!(ran.err.contains("error: missing.vcf: "), "{}", ran.err);
    assert_eq!((&ran.json()["written"], &ran.json()["failedInputs"]), (&1.into(), &1.into()));
    assert_eq!(cards(&stage.text("out.vcf")), 1);
    let ran = stage.run(&["convert", "missing.vcf", "gone.vcf", "-o", "none.vcf"]).exits(1);
    assert!(ran.says(&["missing.vcf", "gone.vcf"]).err.lines().count() == 3);
    assert!(!stage.path("none.vcf").exists());
}

#[test]
fn a_truncated_card_does_not_pass_in_silence() {
    let stage = Stage::new();
    let whole = card("Ann", "One", "a@a.example");
    stage.write("a.vcf", format!("{whole}BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Cut"));
    let ran = stage.run(&["convert", "a.vcf", "-o", "out.vcf"]).exits(3);
    ran.says(&["rejected a.vcf, record 2, line 7: the file ends in the middle of this card"]);
    assert!(stage.text("out.vcf").contains("FN:Ann One") && !stage.text("out.vcf").contains("FN:Cut"));
    stage.write("a.vcf", format!("{whole}BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Whole\r\n"));
    stage.run(&["convert", "a.vcf", "-o", "out.vcf"]).exits(3).says(&["a.vcf, record 2, line 7: the file ends inside"]);
    assert!(stage.text("out.vcf").contains("FN:Whole"));
}

#[test]
fn an_unterminated_quote_costs_its_own_record_alone() {
    let stage = Stage::new();
    stage.write("a.csv", "First Name,Last Name\nAnn,Lee\n\"Bob,Ray\nCid,Roe\n");
    stage.run(&["convert", "a.csv", "-o", "out.vcf"]).exits(3).says(&["a.csv, record 2, line 3", "quote", "close it"]);
    assert!(stage.text("out.vcf").contains("Cid"));
}

#[test]
fn utf_16_is_read() {
    let stage = Stage::new();
    let bytes = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    stage.write("a.vcf", bytes(&format!("\u{feff}{}", card("Zoë", "Łuk", "z@z.example"))));
    stage.write("a.csv", bytes("\u{feff}First Name\tLast Name\r\nZoë\tŁuk\r\n"));
    for name in ["a.vcf", "a.csv"] {
        stage.run(&["convert", name, "-o", "out.vcf"]).exits(0);
        assert!(stage.text("out.vcf").contains("Zoë Łuk"), "{name}");
    }
}

#[test]
fn an_address_that_is_none_is_wrong_usage() {
    let stage = stage();
    for (address, says) in [
        ("nobody", &["nobody", "sandbox and graph"][..]),
        ("http://example.com/v1.0", &["https://"]),
        ("https://example.com/", &["--api", "/v1.0"]),
        ("ftp://example.com/v1.0", &["https://"]),
        ("https://", &["https://"]),
    ] {
        let args = ["export", "--from", address, "-o", "out.vcf", "--token-env", TOKEN_ENV];
        stage.run(&args).stops(2, says);
        stage.run(&["import", &sample("csv/google.csv"), "--to", address, "--token-env", TOKEN_ENV]).stops(2, says);
    }
    let both = ["export", "--from", "https://example.com/v1.0", "--api", "outlook", "-o", "out.vcf"];
    stage.run(&both).stops(2, &["--api"]);
    assert_eq!(stage.text("out.vcf"), OLD);
}

#[test]
fn a_password_in_an_address_is_not_shown() {
    let stage = stage();
    for address in
        [format!("https://me:{TOKEN}@example.com/v1.0"), format!("https://example.com/?access_token={TOKEN}")]
    {
        stage.run(&["export", "--from", &address, "-o", "out.vcf"]).stops(2, &["example.com"]);
    }
    assert_eq!(stage.text("out.vcf"), OLD);
}

#[test]
fn a_missing_token_is_not_authorised() {
    let stage = stage();
    let export =
        |more: &[&str]| stage.run(&[&["export", "--from", "http://127.0.0.1:1/v1.0", "-o", "out.vcf"], more].concat());
    export(&[]).stops(5, &["--token-env"]);
    export(&["--token-env", "NO_SUCH_VARIABLE"]).stops(5, &["NO_SUCH_VARIABLE", "not set"]);
    // The token itself in place of its variable's name: a likely slip, and no reason to print it.
    export(&["--token-env", TOKEN]).stops(5, &["--token-env"]);
    let mut command = stage.command();
    command.args(["export", "--from", "graph", "-o", "out.vcf", "--token-env", TOKEN_ENV]).env(TOKEN_ENV, " ");
    super::Ran::of(command, b"").stops(5, &[TOKEN_ENV, "empty"]);
    // However a variable is spelled, one that is there is meant.
    let mut command = stage.command();
    command.args(["export", "--from", "http://127.0.0.1:1/v1.0", "-o", "out.vcf", "--token-env", "Graph_Token"]);
    super::Ran::of(
        {
            command.env("Graph_Token", TOKEN);
            command
        },
        b"",
    )
    .stops(6, &["cannot connect"]);
    assert_eq!(stage.text("out.vcf"), OLD);
}

#[test]
fn an_output_that_cannot_be_is_told_before_anything_is_read() {
    let stage = stage();
    stage.write("file", "");
    stage.write("folder.vcf/x", "");
    for (output, says) in [
        ("no/such/out.vcf", &["no/such/out.vcf", "(os error "][..]),
        ("file/out.vcf", &["file/out.vcf", "ot a directory"]),
        ("folder.vcf", &["folder.vcf", "is a directory"]),
    ] {
        for command in [&["convert", "-"][..], &["export", "--from", "sandbox"]] {
            let ran = stage.run(&[command, &["-o", output]].concat()).stops(1, says);
            assert!(!ran.err.contains(".part"), "the user knows of no such file: {}", ran.err);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_and_not_a_panic() {
    let stage = Stage::new();
    let input = sample("csv/outlook-en.csv");
    stage.run(&["convert", &input, "-o", "/dev/full", "--output-format", "vcard"]).stops(1, &["/dev/full", "No space"]);
    let ran = stage.run(&["convert", &input, "-o", "/dev/full", "--profile", "outlook-desktop", "--json"]).exits(1);
    assert!(ran.text().is_empty() && !ran.err.contains("written 14"), "{}", ran.err);
    for args in [&["-o", "-", "--output-format", "csv"][..], &["-o", "out.vcf", "--json"]] {
        let mut command = stage.command();
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = command.args(["convert", &input]).args(args).stdout(full).stderr(std::process::Stdio::piped());
        let output = ran.spawn().unwrap().wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{err}");
        assert!(err.contains("error: standard output: cannot be written: No space"), "{err}");
        assert!(!err.contains("stood there before"), "nothing ever stood there: {err}");
        assert!(args.contains(&"--json") || !err.contains("read 14"), "nothing was: {err}");
    }
}

#[test]
fn losses_matter_under_strict_alone() {
    let stage = Stage::new();
    let phones: String = (0..40).map(|at| format!("TEL;TYPE=CELL:+1 555 01{at}\r\n")).collect();
    stage.write("many.vcf", card("Ann", "One", "a@a.example").replace("END:", &format!("{phones}END:")));
    let args = ["convert", "many.vcf", "-o", "out.csv"];
    stage.run(&args).exits(0).says(&["losses: "]);
    stage.run(&[&args[..], &["--strict"]].concat()).exits(4).says(&["losses: "]);
    stage.write("a.vcf", [card("Ann", "One", "a@a.example"), "BEGIN:VCARD\r\nEND:VCARD\r\n".into()].concat());
    stage.run(&["convert", "a.vcf", "-o", "out.csv", "--strict"]).exits(3);
}

#[test]
fn nothing_to_do_matters_under_fail_empty_alone_and_then_replaces_nothing() {
    let stage = stage();
    stage.write("a.csv", "First Name,Last Name\n");
    for command in [&["convert", "a.csv"][..], &["export", "--from", "sandbox"]] {
        stage.run(&[command, &["-o", "out.vcf", "--fail-empty"]].concat()).exits(7);
        assert_eq!(stage.text("out.vcf"), OLD, "{command:?}");
        stage.run(&[command, &["-o", "other.vcf"]].concat()).exits(0);
        assert_eq!(stage.text("other.vcf"), "");
    }
    stage.run(&["import", "a.csv", "--to", "sandbox", "--fail-empty"]).exits(7);
    stage.run(&["import", "a.csv", "--to", "sandbox"]).exits(0);
}

#[test]
fn wrong_usage_is_2() {
    let stage = stage();
    stage.write("a.vcf", card("Ann", "One", "a@a.example"));
    for args in [
        &[][..],
        &["frobnicate"],
        &["convert", "a.vcf"],
        &["convert", "-o", "out.vcf"],
        &["convert", "a.vcf", "-o", "out.vcf", "--no-such-flag"],
        &["convert", "a.vcf", "-o", "out.vcf", "--encoding", "klingon"],
        &["convert", "a.vcf", "-o", "out.vcf", "--delimiter", "ab"],
        &["convert", "a.vcf", "-o", "out.vcf", "--csv-dialect", "lotus"],
        &["convert", "a.vcf", "-o", "out.vcf", "--input-format", "vcard", "--csv-dialect", "thunderbird"],
        &["import", "a.vcf", "--to", "sandbox", "--input-format", "vcard", "--delimiter", ";"],
        &["convert", "a.vcf", "-o", "out.csv", "--vcard-version", "3.0"],
        &["convert", "a.vcf", "-o", "out.vcf", "--profile", "lotus"],
        &["convert", "a.vcf", "-o", "-", "--output-format", "csv", "--json"],
        &["check", "--rules", "a.vcf"],
        &["import", "a.vcf"],
        &["import", "a.vcf", "--to", "sandbox", "--folder", "A//B"],
        &["export", "--from", "sandbox"],
        &["sandbox"],
        &["sandbox", "serve", "--port", "70000"],
    ] {
        let ran = stage.run(args).exits(2);
        assert_eq!(ran.text(), "", "{args:?}");
        assert!(!ran.err.is_empty(), "{args:?}");
    }
    assert_eq!(stage.text("out.vcf"), OLD);
    stage.run(&["--help"]).exits(0);
    stage.run(&["import", "-h"]).exits(0);
    stage.run(&["--version"]).exits(0);
}

#[test]
fn a_store_that_is_none_is_refused_and_kept() {
    let stage = Stage::new();
    stage.write("notes.db", "my own notes, and no database");
    let export = ["export", "--from", "sandbox", "--sandbox-store", "notes.db", "-o", "out.vcf"];
    stage.run(&export).stops(1, &["notes.db", "another file"]);
    assert_eq!(stage.text("notes.db"), "my own notes, and no database");
    let below = ["export", "--from", "sandbox", "--sandbox-store", "notes.db/x.db", "-o", "out.vcf"];
    stage.run(&below).stops(1, &["notes.db", "--sandbox-store"]);
}

/// A table of two contacts with a row between them that is none.
const HALF_GOOD: &str = "First Name,Last Name,E-mail Address\nAnn,One,a@a.example\nshort\nBen,Two,b@b.example\n";

#[test]
fn a_file_that_is_converted_onto_itself_loses_no_record() {
    let stage = Stage::new();
    stage.write("a.csv", HALF_GOOD);
    let onto_itself = ["convert", "a.csv", "-o", "a.csv"];
    stage.run(&onto_itself).stops(1, &["a.csv", "1 record", "not replaced", "--rejects"]);
    assert_eq!(stage.text("a.csv"), HALF_GOOD);
    let with_another = ["convert", "a.csv", "missing.csv", "-o", "./a.csv", "--rejects", "left.csv"];
    stage.run(&with_another).exits(1).says(&["a.csv is an input", "to its end", "not replaced"]);
    assert_eq!(stage.text("a.csv"), HALF_GOOD);
    assert_eq!(stage.names(), ["a.csv", "left.csv"], "nothing half is left");
    stage.run(&[onto_itself.as_slice(), &["--rejects", "left.csv"]].concat()).exits(3);
    assert!(stage.text("left.csv").contains("short") && !stage.text("a.csv").contains("short"));
}

#[test]
fn a_record_that_is_kept_in_part_alone_is_no_reason_to_replace_its_file() {
    let stage = Stage::new();
    let large = format!("First Name,E-mail Address\nAnn,a@a.example\n\"{}\",b@b.example\n", "x".repeat(9 << 20));
    stage.write("a.csv", &large);
    stage.run(&["convert", "a.csv", "-o", "a.csv", "--rejects", "left.csv"]).stops(1, &["a.csv", "not replaced"]);
    assert!(stage.text("a.csv") == large);
}

#[test]
fn a_mapping_file_is_never_replaced() {
    const MAP: &str = "version = 1\n[columns]\n\"First Name\" = \"name.given\"\n";
    let stage = Stage::new();
    stage.write("a.csv", HALF_GOOD);
    stage.write("map.toml", MAP);
    let with_map = ["convert", "a.csv", "--map", "map.toml"];
    for other in [
        ["-o", "out.vcf", "--rejects", "map.toml"].as_slice(),
        &["-o", "./map.toml", "--output-format", "csv"],
        &["-o", "map.toml", "--output-format", "vcard", "--rejects", "left.csv"],
    ] {
        stage.run(&[with_map.as_slice(), other].concat()).stops(2, &["would", "replace", "choose another"]);
        assert_eq!(stage.text("map.toml"), MAP, "{other:?}");
    }
    assert_eq!(stage.names(), ["a.csv", "map.toml"]);
}

#[test]
fn a_group_that_only_becomes_a_category_is_no_reason_to_replace_its_file() {
    let group = "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:group\r\nFN:Club\r\nNOTE:founded 1900\r\nEND:VCARD\r\n";
    let (stage, both) = (Stage::new(), group.to_owned() + &card("Ann", "Lee", "ann@example.com"));
    stage.write("g.vcf", &both);
    stage.run(&["convert", "g.vcf", "-o", "g.vcf"]).stops(1, &["g.vcf", "groups became categories", "not replaced"]);
    assert_eq!(stage.text("g.vcf"), both);
    stage.run(&["convert", "g.vcf", "-o", "out.vcf"]).exits(0);
}
