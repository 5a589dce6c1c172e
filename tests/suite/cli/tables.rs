//! How tables are written, as the flags say.

use pretty_assertions::assert_eq;

use super::{Stage, card};

#[test]
fn a_table_in_any_encoding_is_read_again() {
    let stage = Stage::new();
    stage.write("in.vcf", card("Zoë", "Großmann", "z@example.com"));
    for (args, begins) in [
        (&["--output-encoding", "utf-8"][..], &b"Full Name,"[..]),
        (&["--output-encoding", "utf-8-bom", "--output-delimiter", ";"], b"\xef\xbb\xbfFull Name;"),
        (&["--output-encoding", "utf-16", "--output-delimiter", "tab"], b"\xff\xfeF\0u\0l\0l\0"),
        (&["--output-encoding", "cp1252", "--profile", "google"], b"First Name,"),
        (&["--profile", "outlook-desktop/fr"], b"Titre,Pr\xe9nom,"),
        (&["--profile", "thunderbird", "--output-delimiter", "|"], b"First Name|"),
    ] {
        stage.run(&[&["convert", "in.vcf", "-o", "out.csv"], args].concat()).exits(0);
        assert!(stage.read("out.csv").starts_with(begins), "{args:?}: {:?}", &stage.read("out.csv")[..20]);
        stage.run(&["convert", "out.csv", "-o", "back.vcf"]).exits(0);
        let back = stage.text("back.vcf");
        assert!(back.contains("N:Großmann;Zoë;") && back.contains("z@example.com"), "{args:?}: {back}");
    }
}

#[test]
fn what_an_encoding_lacks_is_told_and_counts_under_strict() {
    let stage = Stage::new();
    stage.write("in.vcf", card("Łukasz", "東", "l@example.com"));
    let args = ["convert", "in.vcf", "-o", "out.csv", "--profile", "outlook-desktop", "--strict", "-v"];
    let told = "lost given name: Łukasz: has a character that the target's character set lacks";
    stage.run(&args).exits(4).says(&[told, "lost family name: 東"]);
    assert!(stage.text("out.csv").contains(",?ukasz,,?,"), "{}", stage.text("out.csv"));
    stage.run(&[&args[..], &["--output-encoding", "utf-8-bom"]].concat()).exits(0);
    assert!(stage.text("out.csv").contains(",Łukasz,,東,"));
}

#[test]
fn a_spreadsheet_finds_no_formula_where_it_is_to_be_safe() {
    let stage = Stage::new();
    stage.write("in.vcf", card("=1+1", "@Lee", "l@example.com").replace("END:", "TEL:+1 425 555 0100\r\nEND:"));
    let run = |args: &[&str]| {
        stage.run(&[&["convert", "in.vcf", "-o", "out.csv", "--profile", "google"], args].concat()).exits(0);
        stage.text("out.csv")
    };
    let (plain, safe) = (run(&[]), run(&["--excel-safe"]));
    assert!(plain.contains("\n=1+1,,@Lee,") && safe.contains("\n'=1+1,,'@Lee,"), "{plain}{safe}");
    assert!(safe.contains(",+1 425 555 0100,"), "{safe}");
}

#[test]
fn what_does_not_go_together_is_refused() {
    let stage = Stage::new();
    stage.write("in.vcf", card("Ann", "One", "a@a.example"));
    let run = |args: &[&str]| stage.run(&[&["convert", "in.vcf"], args].concat());
    for flags in [&["--output-encoding", "utf-8"][..], &["--output-delimiter", ";"], &["--excel-safe"]] {
        run(&[&["-o", "out.vcf"], flags].concat()).stops(2, &[flags[0], "tables"]);
    }
    let french = ["-o", "out.csv", "--profile", "outlook-desktop/fr", "--output-encoding", "shift_jis"];
    run(&french).stops(2, &["--output-encoding Shift_JIS", "outlook-desktop/fr", "Prénom"]);
    run(&["-o", "out.csv", "--output-encoding", "klingon"]).stops(2, &["no such character set"]);
    run(&["-o", "out.csv", "--output-encoding", "shift_jis-bom"]).stops(2, &["byte order mark"]);
    assert_eq!(stage.names(), ["in.vcf"]);
}
