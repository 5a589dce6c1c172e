//! `convert`: what goes in and out by which stream, and how formats are told.

use pretty_assertions::assert_eq;

use super::{Stage, card, cards, count_of, sample, samples};

#[test]
fn every_sample_goes_both_ways() {
    let all = [samples("csv"), samples("vcard")].concat();
    assert!(all.len() >= 5, "{all:?}");
    for path in all {
        let (stage, input) = (Stage::new(), path.to_str().unwrap());
        let first = stage.run(&["convert", input, "-o", "a.vcf", "--json"]).exits(0).json();
        let read = first["written"].as_u64().unwrap();
        assert!(read > 0 && first["rejected"] == 0, "{input}");
        let text = stage.text("a.vcf");
        assert_eq!(cards(&text), read, "{input}");
        assert_eq!(text.matches("\r\nVERSION:3.0\r\n").count() as u64, read, "3.0 is the default: {input}");
        let table = stage.run(&["convert", "a.vcf", "-o", "a.csv", "--json"]).exits(0).json();
        assert_eq!(table["written"], read, "{input}");
        let back = stage.run(&["convert", "a.csv", "-o", "b.vcf", "--date-order", "mdy", "--json"]).exits(0).json();
        assert_eq!(back["written"], read, "{input}");
    }
}

#[test]
fn every_version_can_be_written_and_read() {
    let stage = Stage::new();
    for version in ["2.1", "3.0", "4.0"] {
        stage.run(&["convert", &sample("csv/outlook-en.csv"), "-o", "a.vcf", "--vcard-version", version]).exits(0);
        let text = stage.text("a.vcf");
        assert_eq!(text.matches(&format!("\r\nVERSION:{version}\r\n")).count() as u64, cards(&text));
        let back = stage.run(&["convert", "a.vcf", "-o", "b.csv", "--json"]).exits(0).json();
        assert_eq!(back["written"].as_u64().unwrap(), cards(&text));
    }
    stage.run(&["convert", "a.vcf", "-o", "b.vcf", "--vcard-version", "5"]).stops(2, &["2.1, 3.0 and 4.0"]);
}

#[test]
fn standard_output_holds_the_data_and_nothing_else() {
    let stage = Stage::new();
    for (name, format) in [("a.vcf", "vcard"), ("a.csv", "csv")] {
        stage.run(&["convert", &sample("csv/google.csv"), "-o", name]).exits(0);
        let ran = stage.run(&["convert", &sample("csv/google.csv"), "-o", "-", "--output-format", format]).exits(0);
        assert_eq!(ran.out, stage.read(name));
        let count = count_of(&sample("csv/google.csv"));
        ran.says(&[&format!("read {count} = written {count} + rejected 0")]);
    }
}

#[test]
fn standard_input_is_read_and_its_format_seen() {
    let stage = Stage::new();
    let (table, path) = (std::fs::read(sample("csv/outlook-de.csv")).unwrap(), sample("csv/outlook-de.csv"));
    stage.run(&["convert", &path, "-o", "file.vcf"]).exits(0);
    stage.fed(&["convert", "-", "-o", "piped.vcf"], &table).exits(0).says(&["-: "]);
    assert_eq!(stage.text("file.vcf"), stage.text("piped.vcf"));
    let piped = stage.fed(&["convert", "-", "-o", "-", "--output-format", "csv"], &stage.read("file.vcf")).exits(0);
    stage.run(&["convert", "file.vcf", "-o", "file.csv"]).exits(0);
    assert_eq!(piped.out, stage.read("file.csv"));
}

#[test]
fn several_inputs_and_directories_are_read_in_their_order() {
    let stage = Stage::new();
    stage.write("book/b.vcf", card("Ben", "Two", "b@b.example"));
    stage.write("book/a.VCF", card("Ann", "One", "a@a.example"));
    stage.write("book/c.csv", "First Name,Last Name\nCid,Three\n");
    stage.write("book/notes.txt", "not a contact");
    stage.write("book/.hidden.vcf", "not read");
    stage.write("book/deeper/d.vcf", card("Dee", "Deep", "d@d.example"));
    stage.write("z.vcf", card("Zoe", "Four", "z@z.example"));
    let json = stage.run(&["convert", "z.vcf", "book", "-o", "all.vcf", "--json"]).exits(0).json();
    assert_eq!(json["read"], 5);
    let text = stage.text("all.vcf");
    let places: Vec<_> = ["Zoe", "Ann", "Ben", "Cid", "Dee"].iter().map(|name| text.find(name).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn an_output_among_the_files_of_a_directory_that_is_read_is_neither_read_nor_replaced() {
    let stage = Stage::new();
    stage.write("book/a.vcf", card("Ann", "One", "a@a.example"));
    let args = ["convert", "book", "-o", "book/all.vcf"];
    stage.run(&args).exits(0);
    stage.run(&args).stops(2, &["book/all.vcf", "would be replaced"]);
    assert_eq!(cards(&stage.text("book/all.vcf")), 1, "a second run doubles nothing and replaces nothing");
    stage.run(&["convert", "book/a.vcf", "-o", "book/a.vcf"]).exits(0);
    assert_eq!(cards(&stage.text("book/a.vcf")), 1, "a file may be converted onto itself");
}

#[test]
fn the_output_format_comes_from_the_name_or_the_flag_or_not_at_all() {
    let stage = Stage::new();
    stage.write("a.vcf", card("Ann", "One", "a@a.example"));
    let begins = |name: &str, with: &str| {
        let text = stage.text(name);
        assert!(text.trim_start_matches('\u{feff}').starts_with(with), "{name}: {text}");
    };
    stage.run(&["convert", "a.vcf", "-o", "b.CSV"]).exits(0);
    begins("b.CSV", "Full Name,");
    stage.run(&["convert", "a.vcf", "-o", "b.txt", "--output-format", "vcard"]).exits(0);
    begins("b.txt", "BEGIN:VCARD");
    stage.run(&["convert", "a.vcf", "-o", "c.txt", "--profile", "outlook-desktop"]).exits(0);
    begins("c.txt", "Title,");
    stage.run(&["convert", "a.vcf", "-o", "d.txt"]).stops(2, &["d.txt", "--output-format"]);
    stage.run(&["convert", "a.vcf", "-o", "-"]).stops(2, &["standard output", "--output-format"]);
    stage.run(&["convert", "a.vcf", "-o", "d.vcf", "--output-format", "pdf"]).stops(2, &["pdf", "vcard, csv"]);
    assert!(!stage.path("d.vcf").exists() && !stage.path("d.txt").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_name_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt;
    let stage = Stage::new();
    let name = std::ffi::OsStr::from_bytes(b"b\xfcch.vcf");
    std::fs::write(stage.path("x").with_file_name(name), card("Ann", "One", "a@a.example")).unwrap();
    let mut command = stage.command();
    command.arg("convert").arg(name).args(["-o", "out.csv"]);
    super::Ran::of(command, b"").exits(0).says(&["read 1 = written 1"]);
}

#[test]
fn every_flag_may_come_from_the_environment() {
    let stage = Stage::new();
    let mut command = stage.command();
    command.args(["convert", &sample("csv/google.csv")]);
    command.env("CARDFERRY_OUTPUT", "a.vcf").env("CARDFERRY_VCARD_VERSION", "4.0").env("CARDFERRY_QUIET", "1");
    let ran = super::Ran::of(command, b"").exits(0);
    assert_eq!(ran.err, "");
    assert!(stage.text("a.vcf").contains("VERSION:4.0"));
}
