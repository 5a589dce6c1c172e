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
    assert_eq!(stage.text("left.vcf"), format!("{outside}{empty}BEGIN:VCARD\nFN:cut o\r\n"));
    let mended = stage.text("left.vcf").replace(outside, "").replace("FN:\r\n", "FN:Dee Doe\r\n") + "END:VCARD\r\n";
    stage.write("left.vcf", mended);
    stage.run(&["convert", "left.vcf", "-o", "rest.vcf"]).exits(0).says(&["read 2 = written 2"]);
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
    assert_eq!(stage.text("left.vcf"), "BEGIN:VCARD\nEND:VCARD\n");
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
        assert!(left.len() < bytes.len() && row(&left[..8]), "{name}");
        let again = stage.run(&["convert", "left.csv", "-o", "none.vcf", "--json"]).json();
        assert_eq!([&again["read"], &again["rejected"]], [2, 2], "{name}");
    }
    stage.write("again.csv", rows);
    let both = ["convert", "8.csv", "w.csv", "again.csv", "-o", "out.vcf", "--rejects", "left.csv"];
    stage.run(&both).exits(3);
    let headers = stage.read("left.csv").windows(8).filter(|window| *window == b"Vorname,").count();
    assert_eq!(headers, 3, "once for each source");
}

#[test]
fn an_import_keeps_what_it_rejects_too() {
    let stage = Stage::new();
    stage.write("a.vcf", person("Ann") + "stray\r\n");
    stage.write("b.csv", "First Name,Last Name,E-mail Address\nBen,Doe,b@example.com\nTotal: 1\n");
    let args = ["import", "a.vcf", "b.csv", "--to", "sandbox", "--rejects", "left"];
    stage.run(&args).exits(3).says(&["vCards and tables are mixed in it", "created 2"]);
    assert_eq!(stage.text("left"), "stray\r\nFirst Name,Last Name,E-mail Address\r\nTotal: 1\r\n");
}

#[test]
fn of_a_card_that_is_too_large_the_beginning_is_kept_and_that_is_told() {
    let stage = Stage::new();
    let large = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nNOTE:{}\r\nEND:VCARD\r\n", "x".repeat(300_000));
    stage.write("a.vcf", person("Ann") + &large + &person("Ben"));
    let args = ["convert", "a.vcf", "-o", "out.vcf", "--rejects", "left.vcf", "--max-card-size", "100000"];
    stage.run(&args).exits(3).says(&[
        "left.vcf has the rejected record as it stands in its source; of one that is too large only the beginning",
        "written 2",
    ]);
    let left = stage.text("left.vcf");
    assert!(left.len() <= 64 * 1024 + 2 && large.starts_with(left.trim_end()), "{}", left.len());
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
