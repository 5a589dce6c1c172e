//! `--rejects`: what was rejected, as it stands in its source.

use pretty_assertions::assert_eq;

use crate::cli::{Stage, card};

fn person(name: &str) -> String {
    card(name, "Doe", &format!("{name}@example.com"))
}

#[test]
fn rejected_cards_stand_there_verbatim_and_can_be_mended() {
    let stage = Stage::new();
    let (outside, empty) = ("what is this?\r\n\tindeed\r\n", "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\r\nEND:VCARD\r\n");
    stage.write("a.vcf", person("Ann") + outside + &person("Ben") + empty);
    stage.write("b.vcf", person("Cid") + "BEGIN:VCARD\nFN:cut o");
    let args = ["convert", "a.vcf", "b.vcf", "-o", "out.vcf", "--rejects", "left.vcf"];
    let ran = stage.run(&args).exits(3).says(&["note: left.vcf has the 3 rejected records as they stand"]);
    ran.says(&["read 6 = written 3 + rejected 3"]);
    let reason = |line: &str| {
        let why = line.strip_prefix("X-CARDFERRY-REJECTED:").unwrap_or_else(|| panic!("{line}"));
        assert!(why.len() > 10, "{line}");
    };
    let left = stage.text("left.vcf");
    let rest = left.strip_prefix(outside).unwrap();
    let lines: Vec<&str> = rest.lines().collect();
    assert_eq!((lines[0], lines[2..6].join("|")), ("BEGIN:VCARD", "VERSION:3.0|FN:|END:VCARD|BEGIN:VCARD".to_owned()));
    assert_eq!(lines[7..], ["FN:cut o"]);
    [lines[1], lines[6]].iter().for_each(|line| reason(line));
    let mended = left.replace(outside, "").replace("FN:\r\n", "FN:Dee Doe\r\n") + "END:VCARD\r\n";
    stage.write("left.vcf", mended);
    stage.run(&["convert", "left.vcf", "-o", "rest.vcf"]).exits(0).says(&["read 2 = written 2"]);
    assert!(!stage.text("rest.vcf").contains("REJECTED"), "the reason is no part of the contact");
}

/// Cards in UTF-16 stay in it.
#[test]
fn rejected_cards_keep_the_encoding_of_their_source() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    let broken = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\r\nEND:VCARD\r\n";
    let (stage, bad) = (Stage::new(), "\u{feff}".to_owned() + broken + broken + &person("Ann"));
    stage.write("a.vcf", utf16(&bad));
    stage.write("b.vcf", broken);
    stage.run(&["convert", "a.vcf", "b.vcf", "-o", "out.vcf", "--rejects", "left.vcf"]).exits(3);
    let wide = stage.read("left.vcf");
    let units: Vec<u16> = wide.chunks(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]])).collect();
    let text = String::from_utf16(&units).unwrap();
    assert!(text.starts_with("\u{feff}BEGIN:VCARD\r\nX-CARDFERRY-REJECTED:") && text.matches("FN:\r\n").count() == 2);
    assert!(stage.text("left-2.vcf").contains("FN:\r\n"), "cards in UTF-8 stand in a file of their own");
    stage.write("mended.vcf", utf16(&text.replace("FN:\r\n", "FN:Ann\r\n")));
    stage.run(&["convert", "mended.vcf", "-o", "rest.vcf"]).exits(0).says(&["read 2 = written 2"]);
}

#[test]
fn a_second_run_over_what_was_rejected_keeps_one_reason() {
    let stage = Stage::new();
    stage.write("a.vcf", person("Ann") + "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\r\nEND:VCARD\r\n");
    stage.write("a.csv", "Vorname;Nachname;E-Mail-Adresse\r\nJo;Groß;j@example.com\r\nSumme: 1\r\n;;\r\nEva;\"Ro");
    for (name, rejected) in [("a.vcf", 1), ("a.csv", 2)] {
        let run = |from: &str, to: &str| {
            let json = stage.run(&["convert", from, "-o", "out.vcf", "--rejects", to, "--json"]).json();
            assert_eq!(json["rejected"], rejected, "{from}");
        };
        let first = format!("first.{}", &name[2..]);
        run(name, &first);
        let second = format!("second.{}", &name[2..]);
        run(&first, &second);
        // But for the line that a quote opens on, which is another one here.
        assert_eq!(stage.text(&first).replace("line 5", "line 3"), stage.text(&second));
    }
    let first = stage.text("first.csv");
    assert!(
        first.starts_with("Vorname;Nachname;E-Mail-Adresse;cardferry: why rejected\r\nSumme: 1;;;rejected: "),
        "{first}"
    );
}

/// The whole way: rejected, mended in place, read again; nothing is left of the reasons, and all contacts are there.
#[test]
fn a_mended_table_is_read_without_renaming_anything() {
    let stage = Stage::new();
    let rows = "Vorname;Nachname;E-Mail-Adresse\r\nJürgen;Groß;j@example.com\r\nüber\r\nEva;\"Roß;e@example.com\r\n";
    let (western, ..) = encoding_rs::WINDOWS_1252.encode(rows);
    stage.write("w.csv", &western);
    stage.run(&["convert", "w.csv", "-o", "out.vcf", "--rejects", "left.csv"]).exits(3).says(&["windows-1252"]);
    let left = encoding_rs::WINDOWS_1252.decode(&stage.read("left.csv")).0.into_owned();
    let mended: Vec<String> = left
        .lines()
        .map(|line| match line {
            line if line.starts_with("über;") => line.replace("über;;", "Ute;Über;"),
            line => line.replace("\"Roß", "Roß"),
        })
        .collect();
    stage.write("left.csv", &encoding_rs::WINDOWS_1252.encode(&mended.join("\r\n")).0);
    let json = stage.run(&["convert", "left.csv", "-o", "rest.vcf", "--json"]).exits(0).json();
    assert_eq!([&json["read"], &json["written"]], [2, 2]);
    assert_eq!(json["losses"], serde_json::json!([]));
    let rest = stage.text("rest.vcf");
    assert!(rest.contains("Über;Ute") && rest.contains("Roß;Eva") && !rest.contains("rejected"), "{rest}");
}

/// The output takes its place last, and must not take that of what was rejected.
#[test]
fn the_output_s_name_is_taken() {
    let stage = Stage::new();
    stage.write("a.vcf", person("Ann") + "BEGIN:VCARD\nEND:VCARD\n");
    stage.write("b.csv", "First Name,Last Name,E-mail Address\nBen,Doe,b@example.com\nTotal: 1\n");
    let args = ["convert", "a.vcf", "b.csv", "-o", "left-2.csv", "--rejects", "left.vcf"];
    stage.run(&args).exits(3).says(&["left.vcf, left-3.csv have the 2 rejected records"]);
    assert_eq!(stage.names(), ["a.vcf", "b.csv", "left-2.csv", "left-3.csv", "left.vcf"]);
    assert!(stage.text("left-3.csv").contains("Total: 1") && stage.text("left-2.csv").contains("Ben"));
}

/// What says how the table is to be read is said of what is rejected, too.
#[test]
fn an_unusual_delimiter_is_found_again() {
    let stage = Stage::new();
    stage.write("a.csv", "sep=^\r\nFirst Name^Last Name^E-mail Address\r\nAnn^Lee^a@example.com\r\nTotal: 1\r\n");
    stage.run(&["convert", "a.csv", "-o", "out.vcf", "--rejects", "left.csv"]).exits(3);
    assert!(stage.text("left.csv").starts_with("sep=^\r\nFirst Name^"), "{}", stage.text("left.csv"));
    stage.write("left.csv", stage.text("left.csv").replace("Total: 1^^^", "Bo^Lee^b@example.com^"));
    let json = stage.run(&["convert", "left.csv", "-o", "rest.vcf", "--json"]).exits(0).json();
    assert_eq!((&json["written"], &json["losses"]), (&1.into(), &serde_json::json!([])));
}

#[test]
fn what_cannot_stand_in_one_file_stands_in_several() {
    let stage = Stage::new();
    let german = "Vorname;Nachname;E-Mail-Adresse\nEva;Roß;e@example.com\nSumme: 1\n";
    stage.write("a.csv", german);
    stage.write("b.vcf", person("Ann") + "BEGIN:VCARD\nEND:VCARD\n");
    stage.write("c.csv", "First Name,Last Name,E-mail Address\nBen,Doe,b@example.com\nTotal: 1\n");
    stage.write("d.csv", german.replace("Summe", "Ende"));
    stage.write("left-2.vcf", "somebody's own");
    let ran = stage.run(&["convert", "a.csv", "b.vcf", "c.csv", "d.csv", "-o", "out.vcf", "--rejects", "left.csv"]);
    ran.exits(3).says(&["left.csv, left-3.vcf, left-3.csv have the 4 rejected records"]);
    assert_eq!(stage.names().iter().filter(|name| name.starts_with("left")).count(), 4);
    assert_eq!(stage.text("left-2.vcf"), "somebody's own");
    let rows = |name: &str| {
        stage.text(name).lines().map(|line| line.split("rejected: ").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(rows("left.csv")[1..], ["Summe: 1;;;", "Ende: 1;;;"]);
    assert_eq!(rows("left-3.csv")[1..], ["Total: 1,,,"]);
    for name in ["left.csv", "left-3.vcf", "left-3.csv"] {
        let json = stage.run(&["convert", name, "-o", "none.vcf", "--json"]).json();
        assert_eq!(json["read"], json["rejected"], "{name}");
    }
}

#[test]
fn without_a_reject_there_is_no_file_and_an_old_one_stays() {
    let stage = Stage::new();
    stage.write("a.vcf", person("Ann"));
    let run = || stage.run(&["convert", "a.vcf", "-o", "out.vcf", "--rejects", "left.vcf"]).exits(0);
    run();
    assert_eq!(stage.names(), ["a.vcf", "out.vcf"]);
    stage.write("left.vcf", "old");
    run();
    assert_eq!(stage.text("left.vcf"), "old");
}

#[test]
fn it_is_written_although_nothing_arrived() {
    let stage = Stage::new();
    stage.write("a.vcf", "BEGIN:VCARD\nEND:VCARD\n");
    let args = ["convert", "a.vcf", "-o", "out.vcf", "--rejects", "left.vcf"];
    stage.run(&args).exits(1);
    assert_eq!(stage.names(), ["a.vcf", "left.vcf"]);
    let left = stage.text("left.vcf");
    assert!(left.starts_with("BEGIN:VCARD\nX-CARDFERRY-REJECTED:the card is empty") && left.ends_with("\nEND:VCARD\n"));
}

#[test]
fn rejected_rows_stand_below_the_header_of_their_table() {
    let stage = Stage::new();
    let rows = "Vorname,Nachname,E-Mail-Adresse\r\nJürgen,Groß,j@example.com\r\nüber alles\r\nEva,Roß,\"nie zu\r\n";
    let utf16: Vec<u8> = format!("\u{feff}{rows}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (western, ..) = encoding_rs::WINDOWS_1252.encode(rows);
    for (name, bytes) in [("8.csv", rows.as_bytes()), ("16.csv", &utf16), ("w.csv", &western)] {
        stage.write(name, bytes);
        let args = ["convert", name, "-o", "out.vcf", "--rejects", "left.csv", "--json"];
        let json = stage.run(&args).exits(3).json();
        assert_eq!([&json["written"], &json["rejected"]], [1, 2], "{name}");
        let left = stage.read("left.csv");
        let row = |from: &[u8]| bytes.windows(from.len()).any(|window| window == from);
        assert!(row(&left[..8]), "{name}");
        let again = stage.run(&["convert", "left.csv", "-o", "none.vcf", "--json"]).json();
        assert_eq!([&again["read"], &again["rejected"]], [2, 2], "{name}");
    }
    stage.write("again.csv", rows);
    let both = ["convert", "8.csv", "w.csv", "again.csv", "-o", "out.vcf", "--rejects", "left.csv"];
    stage.run(&both).exits(3).says(&["left.csv, left-2.csv (windows-1252) have the 6 rejected records"]);
    for name in ["left.csv", "left-2.csv"] {
        let headers = stage.read(name).windows(8).filter(|window| *window == b"Vorname,").count();
        assert_eq!(headers, 1, "{name}");
    }
}

#[test]
fn an_import_keeps_what_it_rejects_too() {
    let stage = Stage::new();
    stage.write("a.vcf", person("Ann") + "stray\r\n");
    stage.write("b.csv", "First Name,Last Name,E-mail Address\nBen,Doe,b@example.com\nTotal: 1\n");
    let args = ["import", "a.vcf", "b.csv", "--to", "sandbox", "--rejects", "left"];
    stage.run(&args).exits(3).says(&["left, left-2.csv have the 2", "created 2"]);
    assert_eq!(stage.text("left"), "stray\r\n");
    let rows = stage.text("left-2.csv");
    assert!(rows.starts_with("First Name,Last Name,E-mail Address,cardferry: why rejected\r\nTotal: 1,,,rejected: "));
}

#[test]
fn of_a_card_that_is_too_large_the_beginning_is_kept_and_that_is_told() {
    let stage = Stage::new();
    let large = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nNOTE:{}\r\nEND:VCARD\r\n", "x".repeat(300_000));
    stage.write("a.vcf", person("Ann") + &large + &person("Ben"));
    let args = ["convert", "a.vcf", "-o", "out.vcf", "--rejects", "left.vcf", "--max-card-size", "100000"];
    stage.run(&args).exits(3).says(&[
        "left.vcf has the rejected record as it stands in its source, with the reason; of one that is too large only the beginning",
        "written 2",
    ]);
    let left = stage.text("left.vcf");
    let lines: Vec<&str> = left.lines().collect();
    let bare = [&lines[..1], &lines[2..]].concat().join("\r\n");
    assert!(bare.len() <= 64 * 1024 + 2 && large.starts_with(&bare), "{}", left.len());
}

#[test]
fn it_has_a_place_of_its_own() {
    let stage = Stage::new();
    stage.write("book/a.vcf", person("Ann") + "stray\r\n");
    stage.run(&["convert", "book", "-o", "x.vcf", "--rejects", "x.vcf"]).stops(2, &["--rejects", "reads or writes"]);
    stage.run(&["convert", "book", "-o", "x.vcf", "--rejects", "no/such/x.vcf"]).stops(1, &["no/such/x.vcf"]);
    stage.run(&["convert", "book", "-o", "x.vcf", "--rejects", "-"]).stops(2, &["--rejects"]);
    let args = ["convert", "book", "-o", "x.vcf", "--rejects", "book/left.vcf"];
    stage.run(&args).exits(3);
    stage.run(&args).stops(2, &["book/left.vcf", "would be replaced"]);
    stage.write("book/b.vcf", person("Ben"));
    stage.run(&["convert", "book", "-o", "book/b.vcf"]).stops(2, &["book/b.vcf", "would be replaced"]);
    assert_eq!(stage.text("book/b.vcf"), person("Ben"));
}

#[test]
fn what_the_run_reads_or_writes_is_not_replaced() {
    let stage = Stage::new();
    let cards = person("Ann") + "BEGIN:VCARD\nEND:VCARD\n";
    stage.write("a.vcf", &cards);
    for args in [
        &["convert", "a.vcf", "-o", "out.vcf", "--rejects", "./a.vcf"][..],
        &["convert", "a.vcf", "-o", "out.vcf", "--rejects", "out.vcf"],
        &["import", "a.vcf", "--to", "sandbox", "--rejects", "a.vcf"],
        &["import", "a.vcf", "--to", "sandbox", "--sandbox-store", "s.db", "--rejects", "s.db"],
    ] {
        stage.run(args).stops(2, &["--rejects", "choose another"]);
    }
    assert_eq!(stage.text("a.vcf"), cards);
}
