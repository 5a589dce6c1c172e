//! Workbooks on the command line: known by their content wherever they come from, refused with a way out.

use pretty_assertions::assert_eq;

use super::make::{self, Xls};
use crate::cli::{Stage, card};

const PEOPLE: &[&[&str]] = &[&["First Name", "Last Name"], &["Ann", "Doe"], &["Ben", "Doe"]];

fn xls() -> Vec<u8> {
    let rows = PEOPLE.iter().map(|row| row.iter().map(|text| Xls::Text(text)).collect()).collect();
    make::xls(&[("People", 0, rows)], 8000)
}

fn ods() -> Vec<u8> {
    make::ods(&format!("<table:table table:name=\"People\">{}</table:table>", make::ods_rows(PEOPLE)))
}

const HTML: &str =
    "<html><body><table><tr><th>First Name<th>Last Name</tr><tr><td>Ann<td>Doe</tr><tr><td>Ben<td>Doe</tr></table>";

fn names(stage: &Stage, file: &str) -> Vec<String> {
    let text = stage.text(file);
    text.lines().filter_map(|line| line.strip_prefix("FN:")).map(str::to_owned).collect()
}

#[test]
fn a_workbook_is_known_by_its_content_wherever_it_comes_from() {
    let stage = Stage::new();
    let books = [
        ("a.xlsx", make::texts(PEOPLE)),
        ("b.xls", xls()),
        ("c.ods", ods()),
        ("d.xls", HTML.as_bytes().to_vec()),
        ("e.xls", b"First Name\tLast Name\nAnn\tDoe\nBen\tDoe\n".to_vec()),
        ("f.xls", make::texts(PEOPLE)),
        ("g", ods()),
        ("h.csv", xls()),
    ];
    for (name, bytes) in &books {
        stage.write(name, bytes);
        stage.run(&["convert", name, "-o", "out.vcf"]).exits(0);
        assert_eq!(names(&stage, "out.vcf"), ["Ann Doe", "Ben Doe"], "{name}");
        stage.fed(&["convert", "-", "-o", "piped.vcf"], bytes).exits(0);
        assert_eq!(names(&stage, "piped.vcf"), ["Ann Doe", "Ben Doe"], "{name} piped");
    }
    let parts: Vec<(&str, &[u8])> = books.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    stage.write("books.zip", make::zipped(&parts));
    let ran = stage.run(&["convert", "books.zip", "-o", "out.vcf", "--json"]).exits(0);
    assert_eq!(ran.json()["read"], 14, "all but the one without an ending: {}", ran.err);
    stage.write("in/~$a.xlsx", "a lock");
    stage.write("in/a.xlsx", make::texts(PEOPLE));
    stage.write("in/b/c.ods", ods());
    let ran = stage.run(&["convert", "in", "-o", "out.vcf", "--json"]).exits(0);
    assert_eq!(ran.json()["read"], 4, "{}", ran.err);
}

#[test]
fn what_is_no_workbook_that_is_read_says_what_to_do() {
    let stage = Stage::new();
    let zip = |parts: &[&str]| make::zipped(&parts.iter().map(|part| (*part, &b"x"[..])).collect::<Vec<_>>());
    let locked = |manifest: &[u8]| {
        make::zipped(&[
            ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
            ("content.xml", b"\x12\x34"),
            ("META-INF/manifest.xml", manifest),
        ])
    };
    let mut damaged = make::texts(PEOPLE);
    let at = damaged.windows(8).position(|bytes| bytes == b"sheet1.x").unwrap() + 60;
    damaged[at] ^= 0xff;
    let old = make::compound("Book", b"");
    let twice = make::with_part(make::texts(PEOPLE), "xl/WORKSHEETS/sheet1.xml", "<worksheet/>");
    for (name, bytes, says) in [
        (
            "a.xlsx",
            make::compound("EncryptedPackage", b""),
            "is protected by a password; open it and save it without one",
        ),
        ("b.ods", locked(b"<manifest:encryption-data/>"), "is protected by a password"),
        (
            "c.xlsb",
            zip(&["xl/workbook.bin", "[Content_Types].xml"]),
            "is a binary workbook (XLSB); open it in a spreadsheet program and save it as XLSX or CSV",
        ),
        ("d.numbers", zip(&["Index/Document.iwa"]), "is an Apple Numbers file; export it from Numbers as CSV or XLSX"),
        ("e.docx", zip(&["word/document.xml", "[Content_Types].xml"]), "is a Word document"),
        ("f.doc", make::compound("WordDocument", b""), "is an old Office file, but no workbook"),
        ("g.msg", make::compound("__properties_version1.0", b""), "is an Outlook message"),
        (
            "h.xls",
            b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">".to_vec(),
            "XML of 2003",
        ),
        ("i.xls", b"no table at all".to_vec(), "is no spreadsheet, although its name says so"),
        ("j.xls", old, "is of Excel 95 or older; open it in a spreadsheet program and save it as XLSX or CSV"),
        (
            "l.xls",
            b"\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00".to_vec(),
            "is a workbook of Excel 95 or older; open it in a spreadsheet program and save it as XLSX or CSV",
        ),
        ("n.xlsx", twice, "has two parts xl/WORKSHEETS/sheet1.xml: it is damaged or forged"),
        ("k.xlsx", damaged, "sheet1.xml"),
    ] {
        stage.write(name, bytes);
        stage.run(&["convert", name, "-o", "none.vcf"]).stops(1, &[name, says]);
    }
    let says = ["-: is no spreadsheet, although --input-format says so"];
    stage.fed(&["convert", "-", "-o", "none.vcf", "--input-format", "ods"], b"words").stops(1, &says);
    stage.write("m.xlsx", make::texts(&[&["Article"], &["Chair"]]));
    stage.run(&["convert", "m.xlsx", "-o", "none.vcf"]).exits(1).says(&["sheet “Sheet1”: no header row"]);
}

#[test]
fn a_workbook_that_unpacks_to_an_absurd_size_is_stopped() {
    let stage = Stage::new();
    let text = " ".repeat(17 << 20);
    let sheet = format!("<sheetData>{}</sheetData>", "<row></row>".repeat(2_000_000));
    for (name, sheet, strings) in [
        ("long.xlsx", "<sheetData/>".to_owned(), format!("<sst><si><t>{text}</t></si></sst>")),
        ("many.xlsx", sheet, "<sst/>".to_owned()),
    ] {
        stage.write(name, make::raw_xlsx(&sheet, &strings));
        stage.run(&["convert", name, "-o", "none.vcf"]).stops(1, &[name]);
    }
}

#[test]
fn a_sheet_is_named_and_rejects_are_csv() {
    let stage = Stage::new();
    let book = make::xlsx(|book| {
        make::put(book.add_worksheet().set_name("People").unwrap(), 0, PEOPLE);
        let others: &[&[&str]] = &[&["First Name", "Other", "Last Name"], &["Cid"], &["", "only this"], &["Dee"]];
        make::put(book.add_worksheet().set_name("Others").unwrap(), 1, others);
    });
    stage.write("book.xlsx", book);
    let args = ["convert", "book.xlsx", "--sheet", "Others", "-o", "out.vcf", "--rejects", "rejects.csv"];
    let ran = stage.run(&args).exits(3).says(&["book.xlsx, record 2, line 4", "sheet “Others”"]);
    assert!(ran.err.contains("“People” (3 rows)"), "{}", ran.err);
    assert_eq!(names(&stage, "out.vcf"), ["Cid", "Dee"]);
    assert!(stage.text("rejects.csv").contains("only this"), "{}", stage.text("rejects.csv"));
    stage.run(&["convert", "book.xlsx", "--sheet", "9", "-o", "out.vcf"]).stops(1, &["no such sheet"]);
}

#[test]
fn workbooks_are_written_to_files_and_to_standard_output() {
    let stage = Stage::new();
    let cards: String = (0..500).map(|at| card(&format!("P{at}"), "Doe", "p@example.com")).collect();
    stage.write("in.vcf", cards);
    stage.run(&["convert", "in.vcf", "-o", "out.xlsx"]).exits(0);
    let piped = stage.run(&["convert", "in.vcf", "-o", "-", "--output-format", "xlsx"]).exits(0);
    assert!(piped.out == stage.read("out.xlsx"));
    stage.run(&["convert", "out.xlsx", "-o", "back.vcf"]).exits(0);
    let back = names(&stage, "back.vcf");
    assert_eq!((back.len(), back[0].as_str(), back[499].as_str()), (500, "P0 Doe", "P499 Doe"));
    stage.run(&["convert", "in.vcf", "-o", "out.ods"]).stops(2, &["ODS is read, but not written"]);
    stage.run(&["convert", "in.vcf", "-o", "a.csv", "--thumbnails"]).stops(2, &["--thumbnails"]);
    stage.run(&["convert", "in.vcf", "-o", "t.xlsx", "--thumbnails=32"]).exits(0);
    assert_eq!(stage.names(), ["back.vcf", "in.vcf", "out.xlsx", "t.xlsx"]);
}
