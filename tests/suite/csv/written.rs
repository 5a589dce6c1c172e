//! The mapping file that says what was decided gives the same contacts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cardferry::formats::csv::{self, Options, survey};
use cardferry::formats::table::{self, DateOrder, Findings, Map};
use cardferry::formats::{Outcome, Record};
use pretty_assertions::assert_eq;

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).into_iter().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// The records as the whole file decides, and what was decided.
fn read(bytes: &[u8], mut options: Options) -> Option<(Vec<Record>, Findings)> {
    options.table.closely = true;
    let found = survey(bytes, &options)?;
    let findings = found.findings(&options);
    let reader = csv::Reader::new("table.csv".into(), bytes, Options { survey: Some(found), ..options });
    Some((reader.map(Result::unwrap).collect(), findings))
}

fn mapped(file: &str) -> Options {
    let map = Map::parse(file).unwrap_or_else(|error| panic!("{error}\n{file}"));
    let (encoding, delimiter, date_order) = (map.encoding, map.delimiter, map.date_order);
    let table = table::Options { date_order, map: Some(Arc::new(map)), ..table::Options::default() };
    Options { encoding, delimiter, table, ..Options::default() }
}

/// Reads a table, writes the mapping file and reads it again; whether it is a table.
fn is_same(name: &str, bytes: &[u8]) -> bool {
    let Some((records, findings)) = read(bytes, Options::default()) else { return false };
    let file = findings.mapping_file(name);
    let Some((again, found_again)) = read(bytes, mapped(&file)) else {
        let reader = csv::Reader::new("table.csv".into(), bytes, mapped(&file));
        panic!("{name}: {:?}\n{file}", reader.map(Result::unwrap_err).next());
    };
    let shown = |record: &Record| match &record.outcome {
        Outcome::Contact(contact) => {
            // Of two columns with the name, a map keeps the second one although it says the same.
            let mut contact = contact.clone();
            let name = contact.name.full.clone();
            contact.extra.retain(|extra| extra.value != name);
            format!("{contact:#?}\n{:#?}", record.losses)
        }
        other => format!("{other:#?}"),
    };
    assert_eq!(records.len(), again.len(), "{name}");
    for (one, other) in records.iter().zip(&again) {
        assert_eq!(shown(one), shown(other), "{name}\n{file}");
    }
    let columns = |findings: &Findings| -> Vec<_> {
        findings.columns.iter().map(|found| (found.header.clone(), found.filled)).collect()
    };
    assert_eq!(columns(&findings), columns(&found_again), "{name}");
    true
}

#[test]
fn each_sample_is_the_same_under_its_own_map() {
    let samples = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/csv"));
    for path in &samples {
        let name = path.file_name().unwrap().to_string_lossy();
        assert!(is_same(&name, &std::fs::read(path).unwrap()), "{name}");
    }
    assert!(samples.len() > 4);
}

#[test]
fn each_file_of_the_wild_is_the_same_under_its_own_map() {
    let Some(corpus) = std::env::var_os("CARDFERRY_CORPUS") else { return };
    let files = files(&Path::new(&corpus).join("csv"));
    let tables = files.iter().filter(|path| path.extension().is_none_or(|ending| ending != "tsv"));
    let same = tables.filter(|path| is_same(&path.to_string_lossy(), &std::fs::read(path).unwrap())).count();
    assert!(same > 30, "only {same} tables");
}

#[test]
fn headers_of_all_kinds_can_be_named() {
    let text = "First Name,Last Name,\"A \"\"b\"\"\nc\\d\",Ort#2,Ort,Ort,@7,,É,E-mail Address,E-mail Address,Notes,Notes\n\
                Eve,Roe,1,2,3,4,5,6,7,a@b.example,c@d.example,n,m\n";
    assert!(is_same("kinds", text.as_bytes()));
    let (_, findings) = read(text.as_bytes(), Options::default()).unwrap();
    let file = findings.mapping_file("a \"quoted\" \\ name");
    let said = |line: &str| assert!(file.lines().any(|one| one.starts_with(line)), "no {line} in\n{file}");
    said(r##"name = "a \"quoted\" \\ name""##);
    said(r##"# "A \"b\"\u000ac\\d" = "keep""##);
    said(r##"# "Ort#2" = "keep""##);
    said(r##"# "@6" = "keep""##);
    said(r##"# "@7" = "keep""##);
    said(r##"# "@8" = "keep""##);
    said(r##""E-mail Address#2" = "email[2].address""##);
    said(r##""Notes#2" = "notes""##);
}

#[test]
fn what_the_rows_show_is_counted() {
    let text =
        "Name;Telefonn;Geburtstag;Nachname;Kundennr.\nEve;1;13.04.1970;Roe;\n;;;;\nAda;2;1.2.1980;;x\nIda;2;;;\u{1b}\n";
    let (records, findings) = read(text.as_bytes(), Options::default()).unwrap();
    assert_eq!((records.len(), findings.rows), (3, 3));
    let found = |at: usize| (&findings.columns[at].to, findings.columns[at].filled, &findings.columns[at].samples);
    assert_eq!(found(0), (&vec!["name.given".to_owned()], 3, &["Eve", "Ada", "Ida"].map(str::to_owned).to_vec()));
    assert_eq!(found(1), (&vec![], 3, &["1", "2"].map(str::to_owned).to_vec()));
    assert_eq!(findings.columns[1].near, Some(("Telefon".to_owned(), "phone.plain".to_owned())));
    assert_eq!(findings.columns[4].near, None);
    assert_eq!((findings.dates.cells, findings.dates.order), (2, Some(DateOrder::DayMonthYear)));
    assert_eq!(findings.dates.examples[0].as_deref(), Some("13.04.1970"));
    assert_eq!((findings.header_row, findings.encoding.unwrap().0), (Some(1), "UTF-8".to_owned()));
}

#[test]
fn an_ordinary_survey_counts_no_columns() {
    let text = b"First Name,Last Name\nEve,Roe\n";
    let findings = survey(text.as_slice(), &Options::default()).unwrap().findings(&Options::default());
    assert_eq!((findings.columns[0].filled, findings.columns[0].samples.len()), (0, 0));
}
