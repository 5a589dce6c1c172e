//! Damaged and hostile workbooks: a clear end, never a panic, never memory without bounds.
//!
//! `CARDFERRY_SEEDS` says how often each workbook is damaged anew, in hundreds.

use std::io::Cursor;

use cardferry::formats::sheet::{Book, Contents, Guard, Options, Reader, contents};
use cardferry::formats::{ReadError, Record};

use super::make::{self, Xls};
use super::{cells::ods_book, read};

/// Any of the ways to a reader.
type Way = fn(Vec<u8>) -> Book;

const WAYS: [(&str, Way); 4] = [
    ("xlsx", make::book),
    ("xls", |bytes| Book::Xls(Box::new(Cursor::new(bytes)))),
    ("ods", |bytes| Book::Ods(Box::new(Cursor::new(bytes)))),
    ("html", |bytes| Book::Html(Box::new(Cursor::new(bytes)))),
];

/// How often each workbook is damaged.
fn rounds() -> usize {
    let hundreds = std::env::var("CARDFERRY_SEEDS").ok().and_then(|text| text.parse().ok());
    100 * hundreds.unwrap_or(2)
}

/// Reads as far as it goes.
fn as_far_as(book: Book) -> Vec<Result<Record, ReadError>> {
    Reader::new("book".into(), book, Options::default()).collect()
}

fn people() -> Vec<Vec<Xls>> {
    let row = |given, family| vec![Xls::Text(given), Xls::Text(family), Xls::Number(29_313.0, 1), Xls::Formula("note")];
    let header = vec![Xls::Text("First Name"), Xls::Text("Last Name"), Xls::Text("Birthday"), Xls::Text("Notes")];
    vec![header, row("Ann", "Doe"), row("Žofia", "東"), row("Cid", "Doe")]
}

fn samples() -> [(&'static str, Vec<u8>); 5] {
    let rows: &[&[&str]] = &[&["First Name", "Last Name", "Notes"], &["Ann", "Doe", "a &amp; b"], &["Ben", "Doe", "x"]];
    let table = format!("<table:table table:name=\"People\">{}</table:table>", make::ods_rows(rows));
    let html = "<html><table><tr><th>First Name<th>Last Name</tr><tr><td>Ann<td>D&ouml;e &#228;</tr></table>";
    [
        ("xlsx", make::texts(rows)),
        ("xls", make::xls(&[("People", 0, people())], 60)),
        ("ods", make::ods_content(&table).into_bytes()),
        ("html", html.as_bytes().to_vec()),
        ("xls", super::samples::sample("xls")),
    ]
}

/// Numbers that are as good as random, and always the same.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below.max(1) as u64) as usize
    }
}

#[test]
fn damage_anywhere_ends_in_an_error_or_in_records() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for (name, bytes) in samples() {
        let way = WAYS.iter().find(|(of, _)| *of == name).unwrap().1;
        assert!(as_far_as(way(bytes.clone())).iter().all(Result::is_ok), "{name}");
        for _ in 0..rounds() {
            let mut bytes = bytes.clone();
            for _ in 0..=dice.next(4) {
                let at = dice.next(bytes.len());
                bytes[at] = [0, 0xff, 0x7f, b'<', b'9', dice.next(256) as u8][dice.next(6)];
            }
            if dice.next(4) == 0 {
                bytes.truncate(dice.next(bytes.len()));
            }
            as_far_as(way(bytes));
        }
    }
}

/// Zip archives refuse damaged bytes; here the XML in them is damaged.
#[test]
fn damage_in_the_parts_of_a_workbook_ends_in_an_error_or_in_records() {
    let sheet = "<dimension ref=\"A1:C3\"/><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>\
        </row><row r=\"2\" spans=\"1:3\"><c r=\"A2\" t=\"inlineStr\"><is><t>A&amp;n</t></is></c><c r=\"B2\" s=\"1\"><v>29313.5</v></c>\
        <c r=\"C2\" t=\"e\"><f>A1</f><v>#REF!</v></c></row></sheetData>";
    let strings = "<sst count=\"2\" uniqueCount=\"2\"><si><t>First Name</t></si><si><r><t>Last </t></r><r><t>Name</t></r></si></sst>";
    assert!(as_far_as(WAYS[0].1(make::raw_xlsx(sheet, strings))).iter().all(Result::is_ok));
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut hurt = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=dice.next(3) {
            let at = dice.next(bytes.len());
            bytes[at] = b"<>/\"9 &ZAe-"[dice.next(11)];
        }
        String::from_utf8(bytes).unwrap()
    };
    for round in 0..rounds() {
        let (sheet, strings) =
            if round % 3 == 0 { (sheet.to_owned(), hurt(strings)) } else { (hurt(sheet), strings.to_owned()) };
        // What the guard refuses is not parsed.
        if Guard::default().part("xl/sharedStrings.xml", strings.as_bytes()).is_ok() {
            as_far_as(WAYS[0].1(make::raw_xlsx(&sheet, &strings)));
        }
    }
}

#[test]
fn bytes_that_are_no_workbook_say_so() {
    for bytes in
        [&b""[..], b"PK", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"hello", &[0; 5000], &[0xff; 5000]]
    {
        for (name, way) in WAYS {
            let read = as_far_as(way(bytes.to_vec()));
            assert!(matches!(read.as_slice(), [Err(ReadError::Unusable { .. })]), "{name} {bytes:?}: {read:?}");
        }
    }
}

#[test]
fn a_sheet_that_says_it_is_huge_is_as_large_as_its_cells() {
    let text = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = format!(
        "<dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\">{}{}{}</row><row r=\"1048576\">{}{}</row></sheetData>",
        text("A1", "First Name"),
        text("B1", "Last Name"),
        text("XFD1", "far"),
        text("A1048576", "Ann"),
        text("XFD1048576", "beyond")
    );
    let (records, remarks) = super::read_xlsx(make::raw_xlsx(&sheet, "<sst/>"));
    assert_eq!((records.len(), records[0].position.line), (1, 1_048_576));
    assert_eq!(
        told(&records[0]),
        ["other properties: beyond (beyond column 4096, where nothing is read): could not be understood"]
    );
    assert!(
        remarks.iter().any(|remark| remark.starts_with("what stands beyond column 4096 is left out")),
        "{remarks:?}"
    );
    let wide: Vec<Xls> = ["First Name", "Last Name"].into_iter().map(Xls::Text).collect();
    let mut rows: Vec<Vec<Xls>> = vec![wide];
    rows.resize_with(65_535, Vec::new);
    rows.push(vec![Xls::Text("Ann")]);
    let book = make::xls(&[("People", 0, rows)], 8000);
    let (records, _) = read(Book::Xls(Box::new(Cursor::new(book))), Options::default()).unwrap();
    assert_eq!(records[0].position.line, 65_536);
}

#[test]
fn cells_that_are_not_in_their_order_are_not_guessed_at() {
    let cell = |at: &str, text: &str| format!("<c r=\"{at}\" t=\"str\"><v>{text}</v></c>");
    let row = |cells: &[(&str, &str)]| {
        format!("<row>{}</row>", cells.iter().map(|(at, text)| cell(at, text)).collect::<String>())
    };
    let header = row(&[("A1", "First Name"), ("B1", "Last Name")]);
    for rows in [row(&[("A3", "Ben")]) + &row(&[("B2", "Doe")]), row(&[("B3", "Doe"), ("A3", "Ben")])] {
        let sheet = format!("<sheetData>{header}{}{rows}{}</sheetData>", row(&[("A2", "Ann")]), row(&[("A9", "Cid")]));
        let read = as_far_as(WAYS[0].1(make::raw_xlsx(&sheet, "<sst/>")));
        let Some(Err(ReadError::Unusable { what, .. })) = read.last() else { panic!("{read:?}") };
        assert!(what.contains("not in their order in row"), "{what}");
        assert!(read.len() <= 3 && read[0].is_ok(), "{read:?}");
    }
}

#[test]
fn repetition_without_end_ends() {
    let header = make::ods_rows(&[&["First Name", "Last Name"]]);
    let filled = "<table:table-cell table:number-columns-repeated=\"4294967295\" office:value-type=\"string\"><text:p>\
        <text:s text:c=\"4294967295\"/></text:p></table:table-cell>";
    let rows = |repeat: &str| {
        format!(
            "<table:table table:name=\"a\">{header}<table:table-row table:number-rows-repeated=\"{repeat}\">{filled}\
            </table:table-row></table:table>"
        )
    };
    let read = as_far_as(ods_book(&rows("4294967295")));
    assert!(
        matches!(read.last(), Some(Err(ReadError::Unusable { what, .. })) if what.contains("4294967295 times")),
        "{}",
        read.len()
    );
    assert_eq!(as_far_as(ods_book(&rows("3"))).len(), 0, "blanks are nothing");
}

#[test]
fn entities_of_the_file_s_own_are_not_followed() {
    let bomb = "<!DOCTYPE a [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>";
    let text = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = format!(
        "{bomb}<sheetData><row>{}{}</row><row>{}</row></sheetData>",
        text("First Name"),
        text("Last Name"),
        text("&b;")
    );
    let (records, _) = super::read_xlsx(make::raw_xlsx(&sheet, "<sst/>"));
    assert_eq!(told(&records[0]), ["given name: &b; (the cell is damaged): could not be understood"]);
    let content = make::ods_content(&format!(
        "<table:table table:name=\"a\">{}</table:table>",
        make::ods_rows(&[&["First Name", "Last Name"], &["Ann"], &["&b;"]])
    ));
    let read = as_far_as(WAYS[2].1(
        content.replacen("<office:document-content>", &format!("{bomb}<office:document-content>"), 1).into_bytes(),
    ));
    assert!(matches!(read.as_slice(), [Ok(_), Err(ReadError::Unusable { .. })]), "{read:?}");
}

/// The losses of a record, as they are told.
fn told(record: &Record) -> Vec<String> {
    record.losses.iter().map(ToString::to_string).collect()
}

#[test]
fn a_cell_that_is_damaged_is_told_and_the_others_are_read() {
    let header = "<row><c t=\"str\"><v>First Name</v></c><c t=\"str\"><v>Notes</v></c></row>";
    let strings = "<sst uniqueCount=\"99999999999\"><si><t>An&n;</t></si><si><t>Ann</t></si></sst>";
    for (cell, text) in [
        ("<c><v>&b;</v></c>", "&b;"),
        ("<c><v>12&b;</v></c>", "12&b;"),
        ("<c t=\"str\"><v>a &b;</v></c>", "a &b;"),
        ("<c t=\"inlineStr\"><is><r><t>a</t></r><r><t>&b;c</t></r></is></c>", "a&b;c"),
        ("<c t=\"s\"><v>0</v></c>", "An&n;"),
        ("<c t=\"b\"><v>2</v></c>", "2"),
        ("<c t=\"n\"><v>twelve</v></c>", "twelve"),
        ("<c t=\"x\"><v>12</v></c>", "12"),
    ] {
        let rows = format!("<sheetData>{header}<row><c t=\"s\"><v>1</v></c>{cell}</row></sheetData>");
        let (records, _) = super::read_xlsx(make::raw_xlsx(&rows, strings));
        let ann = super::contact(&records[0]);
        assert_eq!((ann.name.given.as_str(), ann.notes.as_str()), ("Ann", ""), "{cell}");
        assert_eq!(told(&records[0]), [format!("notes: {text} (the cell is damaged): could not be understood")]);
    }
    let rows =
        format!("<sheetData>{header}<row><c t=\"s\"><v>1</v></c><c t=\"e\"><v>#SPILL!</v></c></row></sheetData>");
    let (records, _) = super::read_xlsx(make::raw_xlsx(&rows, strings));
    assert_eq!(told(&records[0]), ["notes: #SPILL!: could not be understood"]);
}

#[test]
fn what_no_sheet_can_have_ends_it() {
    let header = "<row><c t=\"str\"><v>First Name</v></c><c t=\"str\"><v>Notes</v></c></row>";
    let ann = "<row><c t=\"str\"><v>Ann</v></c></row>";
    for (row, why) in [
        ("<row><c r=\"A99999999999\"><v>1</v></c></row>", "no sheet has a place A99999999999"),
        ("<row r=\"4294967297\"><c><v>1</v></c></row>", "no sheet has a place 4294967297"),
        ("<row><c r=\"XFE3\"><v>1</v></c></row>", "no sheet has a place XFE3"),
        ("<row><c r=\"AAAAAAAAB3\"><v>1</v></c></row>", "no sheet has a place AAAAAAAAB3"),
        ("<row><c t=\"s\"><v>7</v></c></row>", "a cell names a text that is not there"),
        ("<row><c t=\"s\"><v>no</v></c></row>", "a cell names a text that is not there"),
        ("<row><c><v>1</v></c></row></sheetdata>", "it ends in the midst of a sheet"),
    ] {
        let end = if row.contains("sheetdata") { "" } else { "</sheetData>" };
        let rows = format!("<sheetData>{header}{ann}{row}{end}");
        let read = as_far_as(make::book(make::raw_xlsx(&rows, "<sst/>")));
        assert!(read[0].is_ok(), "{read:?}");
        let Some(Err(ReadError::Unusable { what, .. })) = read.last() else { panic!("{row}: {read:?}") };
        assert!(what.contains(why), "{row}: {what}");
    }
}

#[test]
fn a_compound_file_whose_chains_run_in_circles_ends() {
    let whole = make::xls(&[("People", 0, people())], 8000);
    // Every entry of the table of sectors in turn points at each sector, itself too.
    for entry in 0..12 {
        for to in [0u32, 1, 2, 5, 9, 10, 11, 0xffff_fff0] {
            let mut bytes = whole.clone();
            bytes[512 + 4 * entry..][..4].copy_from_slice(&to.to_le_bytes());
            as_far_as(WAYS[1].1(bytes.clone()));
            let _ = contents(Cursor::new(bytes));
        }
    }
    // A table of sectors that would go on for ever.
    let mut bytes = whole;
    bytes[68..72].copy_from_slice(&1u32.to_le_bytes());
    as_far_as(WAYS[1].1(bytes));
}

#[test]
fn compound_files_are_known_by_their_streams() {
    let of = |name: &str| contents(Cursor::new(make::compound(name, b"")));
    assert_eq!(of("Workbook"), Ok(Contents::Workbook));
    assert_eq!(of("EncryptedPackage"), Ok(Contents::Encrypted));
    assert_eq!(of("__properties_version1.0"), Ok(Contents::Message));
    assert_eq!(of("WordDocument"), Ok(Contents::Other));
    assert!(contents(Cursor::new(&b"\xd0\xcf\x11\xe0"[..])).is_err());
}

#[test]
fn the_guard_passes_what_programs_write() {
    let mut guard = Guard::default();
    for part in ["xl/worksheets/sheet1.xml", "xl/styles.xml", "content.xml"] {
        guard.part(part, &b"<row><c><v>1</v></c></row>"[..]).unwrap();
    }
}
