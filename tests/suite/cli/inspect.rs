//! `inspect`: the page and the JSON of samples, mapping files written and obeyed, exit codes.

use serde_json::Value;

use super::{Stage, card, sample};
use crate::golden;

/// Runs it on a copy of a sample, so that no path of this machine is shown.
fn shown(name: &str, more: &[&str]) -> String {
    let (stage, file) = (Stage::new(), name.rsplit('/').next().unwrap());
    stage.write(file, std::fs::read(sample(name)).unwrap());
    let ran = stage.run(&[&["inspect", file], more].concat()).exits(0);
    ran.text().to_owned()
}

#[test]
fn samples_are_shown() {
    for name in ["outlook-en", "outlook-de", "outlook-fr", "google", "google-2009"] {
        let page = shown(&format!("csv/{name}.csv"), &["--target", "vcard"]);
        golden::check(&format!("inspect/{name}.txt"), &page);
        assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    }
    golden::check("inspect/customers.txt", &shown("map/customers.csv", &["--map", &sample("map/customers.toml")]));
    golden::check("inspect/apple-3.0.txt", &shown("vcard/apple-3.0.vcf", &["--target", "google"]));
    golden::check("inspect/outlook-2.1.txt", &shown("vcard/outlook-2.1.vcf", &[]));
}

#[test]
fn samples_are_shown_to_programs() {
    for (name, target) in [("csv/outlook-fr.csv", "exchange"), ("vcard/apple-3.0.vcf", "outlook-desktop")] {
        let said: Value = serde_json::from_str(&shown(name, &["--json", "--target", target])).unwrap();
        let file = name.rsplit('/').next().unwrap();
        golden::check(&format!("inspect/{file}.json"), &format!("{said:#}\n"));
    }
}

#[test]
fn names_of_photo_files_are_no_links() {
    let stage = Stage::new();
    stage.write("a.csv", "First Name,Last Name,Photo\nA,B,a.jpg\nC,D,https://photos.example/c\nE,F,e.png\n");
    let page = stage.run(&["inspect", "a.csv"]).exits(0);
    assert!(page.text().contains("0 pictures, 1 link, 2 file names"), "{}", page.text());
    let said: Value = serde_json::from_str(stage.run(&["inspect", "a.csv", "--json"]).exits(0).text()).unwrap();
    assert_eq!(said["files"][0]["photos"], serde_json::json!({ "pictures": 0, "links": 1, "fileNames": 2 }));
}

/// Of two columns for one field the page says what becomes of the second.
#[test]
fn a_second_column_of_a_field_is_shown_as_it_is_read() {
    let stage = Stage::new();
    stage.write("a.csv", "First Name,Last Name,Account,Account,Spouse,Spouse\nA,B,1,2,Sam,Sue\nC,D,,3,,Kim\n");
    let page = stage.run(&["inspect", "a.csv"]).exits(0);
    for part in [
        "unclear    1 × account: its field has a value already; it is kept under its",
        "where column 3 is filled: kept as it is",
        "where column 5 is filled: relation[].name",
    ] {
        assert!(page.text().contains(part), "no {part} in\n{}", page.text());
    }
    let said: Value = serde_json::from_str(stage.run(&["inspect", "a.csv", "--json"]).exits(0).text()).unwrap();
    let columns = &said["files"][0]["table"]["columns"];
    assert_eq!(columns[2]["second"], Value::Null);
    assert_eq!(columns[3]["second"], serde_json::json!({ "after": 3, "to": "keep" }));
    assert_eq!(columns[5]["second"], serde_json::json!({ "after": 5, "to": "relation[].name" }));
}

#[test]
fn the_losses_are_those_of_a_conversion() {
    let stage = Stage::new();
    let file = sample("vcard/apple-3.0.vcf");
    for (target, out, profile) in [("google", "a.csv", "google"), ("outlook-desktop", "b.csv", "outlook-desktop")] {
        let said: Value =
            serde_json::from_slice(&stage.run(&["inspect", &file, "--target", target, "--json"]).exits(0).out).unwrap();
        let converted = stage.run(&["convert", &file, "-o", out, "--profile", profile, "--json"]).exits(0).json();
        let sums = |losses: &Value| -> Vec<String> {
            let each = losses.as_array().unwrap().iter();
            each.map(|loss| format!("{} {} {}", loss["field"], loss["why"], loss["count"])).collect()
        };
        assert_eq!(sums(&said["files"][0]["target"]["losses"]), sums(&converted["losses"]));
        assert_eq!(said["files"][0]["contacts"], converted["written"]);
    }
    stage.run(&["inspect", &file, "--target", "google", "--strict"]).exits(4);
    stage.run(&["inspect", &file, "--target", "lotus"]).exits(2).says(&["the targets are exchange, vcard2.1"]);
}

#[test]
fn a_mapping_file_is_written_edited_and_obeyed() {
    let stage = Stage::new();
    stage.write("in.csv", "Vorname;Nachname;Kundennr.\nEve;Roe;7\n");
    stage.run(&["inspect", "in.csv", "--write-map", "m.toml"]).exits(0).says(&["note: m.toml says what was decided"]);
    stage.run(&["convert", "in.csv", "-o", "a.vcf"]).exits(0);
    let ran = stage.run(&["convert", "in.csv", "-o", "b.vcf", "--map", "m.toml"]).exits(0);
    ran.says(&["in.csv: UTF-8", "mapped by the file “in”: 2 columns", "no field for “Kundennr.”"]);
    assert_eq!(stage.text("a.vcf"), stage.text("b.vcf"));
    let text = stage
        .text("m.toml")
        .replace("# \"Kundennr.\" = \"keep\"", "\"Kundennr.\" = { to = \"notes\", prefix = \"No. \" }");
    stage.write("n.toml", text);
    stage.run(&["convert", "in.csv", "-o", "c.vcf", "--map", "n.toml"]).exits(0);
    assert!(stage.text("c.vcf").contains("\r\nNOTE:No. 7\r\n"));
    let said = stage.run(&["inspect", "in.csv", "--map", "n.toml"]).exits(0);
    let line = said.text().lines().find(|line| line.contains("Kundennr.")).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["3", "Kundennr.", "notes", "1", "7"]);
    stage.run(&["inspect", "in.csv", "--write-map", "m.toml"]).exits(2).says(&["m.toml: is there already"]);
    stage.run(&["inspect", "in.csv", "--write-map", "x.toml", "--map", "m.toml"]).exits(2);
    stage.run(&["inspect", "in.csv", "m.toml", "--write-map", "x.toml"]).exits(2).says(&["for one table"]);
    stage.run(&["inspect", "a.vcf", "--write-map", "x.toml"]).exits(2).says(&["is no table"]);
    assert_eq!(stage.names(), ["a.vcf", "b.vcf", "c.vcf", "in.csv", "m.toml", "n.toml"]);
}

#[test]
fn a_table_of_unknown_headers_gets_a_mapping_file_too() {
    let stage = Stage::new();
    stage.write("la.csv", "Praenomen;Cognomen;Sedes\nÁgnes;Kovács;Pécs\n");
    let ran = stage.run(&["inspect", "la.csv", "--write-map", "la.toml"]).stops_saying();
    assert!(ran.text().contains("none of the headers is known"), "{}", ran.text());
    stage.run(&["convert", "la.csv", "-o", "a.vcf", "--map", "la.toml"]).exits(2).says(&["la.toml, line", "[columns]"]);
    let text = stage.text("la.toml").replace("# \"Praenomen\" = \"keep\"", "\"Praenomen\" = \"name.given\"");
    stage.write("la2.toml", text.replace("# \"Cognomen\" = \"keep\"", "\"Cognomen\" = \"name.family\""));
    stage.run(&["convert", "la.csv", "-o", "a.vcf", "--map", "la2.toml"]).exits(0);
    assert!(stage.text("a.vcf").contains("\r\nN:Kovács;Ágnes;;;\r\n"));
}

impl super::Ran {
    /// It could read nothing, and said why.
    fn stops_saying(self) -> Self {
        self.exits(1).says(&["no header row with known column names"])
    }
}

#[test]
fn a_map_is_refused_before_anything_is_written() {
    let stage = Stage::new();
    stage.write("in.csv", "Vorname,Neu\nEve,1\n");
    stage.write("m.toml", "version = 1\n[columns]\n'Vorname' = 'name.given'\n'Nachname' = 'name.famly'\n");
    let run = |map: &str| stage.run(&["convert", "in.csv", "-o", "out.vcf", "--map", map]);
    run("m.toml")
        .stops(2, &["m.toml, line 4, column 14: there is no “name.famly” in a contact; did you mean “name.family”?"]);
    stage.write("n.toml", "version = 1\n[columns]\n'Vorname' = 'name.given'\n'Nachname' = 'name.family'\n");
    run("n.toml").stops(1, &["missing are “Nachname”; new are “Neu”"]);
    run("none.toml").stops(2, &["none.toml: cannot be read"]);
    stage.write("bytes.toml", b"\xff");
    run("bytes.toml").stops(2, &["bytes.toml: is not UTF-8"]);
    run(".").stops(2, &["cannot be read"]);
    stage.run(&["convert", "in.csv", "-o", "o.vcf", "--map", "n.toml", "--csv-dialect", "google-2009"]).exits(2);
    let to = ["import", "in.csv", "--to", "sandbox", "--map", "n.toml"];
    stage.run(&to).exits(1).says(&["missing are “Nachname”"]);
    assert_eq!(stage.names(), ["bytes.toml", "in.csv", "m.toml", "n.toml"]);
}

#[test]
fn rejected_rows_and_vcards_are_told_apart() {
    let stage = Stage::new();
    let rows: String = (0..7).map(|_| "Total\n").collect();
    stage.write("a.csv", format!("First Name,Last Name,Notes\nEve,Roe,\"a\tb\"\n{rows}"));
    stage.write("b.vcf", card("Ada", "Byron", "ada@example.com"));
    stage.write("c.bin", "hello");
    let ran = stage.run(&["inspect", "a.csv", "b.vcf", "c.bin"]).exits(3).says(&["error: c.bin"]);
    let text = ran.text();
    for part in ["CSV: 1 contact, 7 records rejected", "rejected   line 3: the row has one cell", "and 2 more", "a␉b"]
    {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    assert!(text.contains("\n\nb.vcf\n  is         vCard: 1 contact, 0 records rejected\n"), "{text}");
    assert_eq!(stage.run(&["inspect", "a.csv", "-q"]).exits(3).text(), "");
    stage.run(&["inspect", "c.bin"]).exits(1);
    stage.write("d.csv", "First Name,Last Name\n");
    stage.run(&["inspect", "d.csv", "--fail-empty"]).exits(7);
}

#[test]
fn the_vocabulary_can_be_printed() {
    let stage = Stage::new();
    let ran = stage.run(&["inspect", "--columns"]).exits(0);
    let names: Vec<_> = ran.text().lines().collect();
    assert!(names.contains(&"email[].address") && names.contains(&"address.home.city"));
    let said: Vec<String> =
        serde_json::from_slice(&stage.run(&["inspect", "--columns", "--json"]).exits(0).out).unwrap();
    assert_eq!(said, names);
    stage.run(&["inspect"]).exits(2);
}

#[test]
fn a_pipe_is_looked_at_as_well() {
    let stage = Stage::new();
    let ran = stage.fed(&["inspect", "-"], "姓,名,电子邮件\n山田,太郎,a@b.example\n".as_bytes());
    assert!(ran.text().starts_with("-\n"), "{}", ran.text());
    let ran = stage.fed(&["inspect", "-"], b"First Name,Last Name\nEve,Roe\n").exits(0);
    assert!(ran.text().contains("is         CSV: 1 contact"), "{}", ran.text());
}

#[test]
fn the_sample_of_a_mapping_file_is_obeyed() {
    let stage = Stage::new();
    let (table, map) = (sample("map/customers.csv"), sample("map/customers.toml"));
    let ran = stage.run(&["convert", &table, "-o", "-", "--output-format", "vcard", "--map", &map]).exits(0);
    golden::check("inspect/customers.vcf", ran.text());
}

#[test]
fn every_row_of_a_large_table_is_counted() {
    let stage = Stage::new();
    let rows: String = (0..15_000).map(|row| format!("Name {row},Roe,1/2/1980\n")).collect();
    stage.write("a.csv", format!("First Name,Last Name,Birthday\n{rows}Last,Roe,2/28/1980\n"));
    let said: Value = serde_json::from_slice(&stage.run(&["inspect", "a.csv", "--json"]).exits(0).out).unwrap();
    let file = &said["files"][0];
    assert_eq!((&file["contacts"], &file["table"]["rows"]), (&15_001.into(), &15_001.into()));
    assert_eq!(file["table"]["columns"][0]["filled"], 15_001);
    assert_eq!(file["table"]["columns"][0]["samples"], serde_json::json!(["Name 0", "Name 1", "Name 2"]));
    assert_eq!((&file["table"]["dates"]["order"], &file["table"]["dates"]["votes"]["mdy"]), (&"mdy".into(), &1.into()));
}

/// What a workbook is found to be, written down as a mapping file, gives the same contacts.
#[test]
fn a_workbook_is_inspected_and_mapped_as_a_table_is() {
    for ending in ["xlsx", "xls", "ods"] {
        let (stage, file) = (Stage::new(), format!("members.{ending}"));
        stage.write(&file, std::fs::read(sample(&format!("sheet/{file}"))).unwrap());
        let ran = stage.run(&["inspect", &file, "--json", "--write-map", "m.toml"]).exits(3);
        let said: Value = serde_json::from_slice(&ran.out).unwrap();
        let table = &said["files"][0]["table"];
        assert!(table["columns"].as_array().unwrap().iter().any(|column| column["filled"] != 0), "{said:#}");
        assert_eq!((&table["encoding"], &table["delimiter"]), (&Value::Null, &Value::Null));
        assert!(table["sheet"]["name"].is_string() && said["mapFile"] == "m.toml", "{said:#}");
        let page = stage.run(&["inspect", &file]).exits(3);
        let line = format!("\n  sheet      “{}”, ", table["sheet"]["name"].as_str().unwrap());
        assert!(page.text().contains(&line), "{}", page.text());
        stage.run(&["convert", &file, "-o", "a.vcf"]).exits(3);
        let ran = stage.run(&["convert", &file, "-o", "b.vcf", "--map", "m.toml"]).exits(3);
        ran.says(&["mapped by the file “members”"]);
        assert_eq!(stage.text("a.vcf"), stage.text("b.vcf"), "{}", stage.text("m.toml"));
    }
}

#[test]
fn a_sheet_is_chosen_for_a_look_as_for_a_conversion() {
    let (stage, file) = (Stage::new(), sample("sheet/members.xlsx"));
    stage.run(&["inspect", &file, "--sheet", "1"]).exits(3);
    stage.run(&["inspect", &file, "--sheet", "None such"]).exits(1).says(&["there is no such sheet"]);
    stage.run(&["inspect", &file, "--sheet", "1", "--input-format", "vcard"]).exits(2).says(&["--sheet"]);
}

/// A table that cannot be read before the user says more shows its columns all the same.
#[test]
fn what_stops_the_reading_does_not_hide_the_columns() {
    let stage = Stage::new();
    stage.write("in.csv", "First Name,Last Name,Birthday\nEve,Roe,1/2/1980\n");
    let ran = stage.run(&["inspect", "in.csv", "--write-map", "m.toml"]).exits(1).says(&["--date-order dmy or mdy"]);
    assert!(ran.text().contains("name.given"), "{}", ran.text());
    stage.run(&["convert", "in.csv", "-o", "a.vcf", "--map", "m.toml"]).exits(1).says(&["--date-order dmy or mdy"]);
    stage.write("n.toml", stage.text("m.toml").replace("date_order = \"auto\"", "date_order = \"dmy\""));
    stage.run(&["convert", "in.csv", "-o", "a.vcf", "--map", "n.toml"]).exits(0);
    assert!(stage.text("a.vcf").contains("1980-02-01"), "{}", stage.text("a.vcf"));
}

/// A file of rejected rows has one more column than the map knows; it is none of the contact's.
#[test]
fn rejected_rows_that_were_mended_are_read_under_the_same_map() {
    let stage = Stage::new();
    stage.write("m.toml", "version = 1\n[columns]\n'Who' = 'name.full'\n'Tel' = 'phone.plain'\n'No.' = 'ignore'\n[unmapped]\naction = 'error'\n");
    stage.write("in.csv", "Who,Tel,No.\nEve Roe,1,2\nTotal\n");
    stage.run(&["convert", "in.csv", "-o", "a.vcf", "--map", "m.toml", "--rejects", "r.csv"]).exits(3);
    assert!(
        stage.text("r.csv").starts_with("Who,Tel,No.,cardferry: why rejected\r\nTotal,,,rejected: "),
        "{}",
        stage.text("r.csv")
    );
    stage.write("r2.csv", stage.text("r.csv").replace("Total,,", "Ida Moe,3,"));
    stage.run(&["convert", "r2.csv", "-o", "b.vcf", "--map", "m.toml"]).exits(0);
    assert!(stage.text("b.vcf").contains("FN:Ida Moe") && !stage.text("b.vcf").contains("rejected"));
}
