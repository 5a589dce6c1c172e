//! Which sheet is read, and where its table begins.

use std::io::Cursor;

use cardferry::formats::sheet::{Book, Choice, Options};
use cardferry::formats::{Outcome, ReadError, Record};
use pretty_assertions::assert_eq;
use rust_xlsxwriter::Format;

use super::cells::ods_book;
use super::make::{self, Xls};
use super::{contact, read, read_xlsx};

const PEOPLE: &[&[&str]] =
    &[&["First Name", "Last Name", "E-mail Address"], &["Ann", "Doe", "ann@example.com"], &["Ben"]];
const PRODUCTS: &[&[&str]] = &[&["Article", "Price"], &["Chair", "12"]];

/// The given names, each with its row's number.
fn names(records: &[Record]) -> Vec<(String, u64)> {
    records.iter().map(|record| (contact(record).name.given.clone(), record.position.line)).collect()
}

/// A book of products, people, and people who are hidden.
fn three_sheets() -> Vec<u8> {
    make::xlsx(|book| {
        make::put(book.add_worksheet().set_name("Products").unwrap(), 0, PRODUCTS);
        make::put(book.add_worksheet().set_name("Old").unwrap().set_hidden(true), 0, PEOPLE);
        make::put(book.add_worksheet().set_name("2").unwrap(), 0, &PEOPLE[..2]);
        book.add_worksheet().set_name("Empty").unwrap();
    })
}

fn chosen(choice: &str) -> Result<(Vec<Record>, Vec<String>), ReadError> {
    let options = Options { sheet: Some(choice.parse::<Choice>().unwrap()), ..Options::default() };
    read(make::book(three_sheets()), options)
}

#[test]
fn the_sheet_that_fits_best_is_read_and_the_others_are_told() {
    let (records, remarks) = read_xlsx(three_sheets());
    assert_eq!(names(&records), [("Ann".to_owned(), 2)]);
    assert_eq!(
        remarks[..2],
        [
            "sheet “2”, whose headers fit best; --sheet names another",
            "other sheets were left out: “Products” (2 rows), “Old” (3 rows, hidden)",
        ]
    );
}

#[test]
fn the_sheet_that_is_named_is_read() {
    for choice in ["Old", "old"] {
        assert_eq!(chosen(choice).unwrap().0.len(), 2, "{choice}");
    }
    // A sheet that is called so goes before the second one.
    let (records, remarks) = chosen("2").unwrap();
    assert_eq!((records.len(), remarks[0].as_str()), (1, "sheet “2”, as you said"));
    assert_eq!(chosen("3").unwrap().1[0], "sheet “2”, as you said");
    let why = |choice: &str| chosen(choice).unwrap_err().to_string();
    assert!(why("People").contains("there is no such sheet; its sheets are “Products”, “Old”, “2”, “Empty”"));
    for number in ["0", "5", "99999999999999999999"] {
        assert!(why(number).contains("no such sheet"), "{number}");
    }
    assert!(why("Products").contains("sheet “Products”: no header row"), "{}", why("Products"));
    assert!(why("Empty").contains("there is nothing in its sheets"));
}

/// A book of these sheets, each with what stands in its `sheetData`, and how that goes on behind it.
fn raw(sheets: &[(&str, &str, &str)]) -> Vec<u8> {
    let book = make::xlsx(|book| {
        for (name, ..) in sheets {
            book.add_worksheet().set_name(*name).unwrap();
        }
    });
    let part = |rows: &str, end: &str| format!("<worksheet><sheetData>{rows}{end}");
    sheets.iter().enumerate().fold(book, |book, (at, (_, rows, end))| {
        make::with_other_part(book, &format!("xl/worksheets/sheet{}.xml", at + 1), &part(rows, end))
    })
}

fn rows(rows: &[&[&str]]) -> String {
    let cell = |text: &&str| format!("<c t=\"str\"><v>{text}</v></c>");
    rows.iter().map(|row| format!("<row>{}</row>", row.iter().map(cell).collect::<String>())).collect()
}

#[test]
fn a_damaged_sheet_is_not_passed_over_for_another() {
    let (people, products) = (rows(PEOPLE), rows(PRODUCTS));
    let book = raw(&[("Staff", "", "<row><c r=\"A0\"/>"), ("People", &people, "</sheetData>")]);
    let of = |book: &[u8], choice: Option<&str>| {
        let sheet = choice.map(|choice| choice.parse().unwrap());
        read(make::book(book.to_vec()), Options { sheet, ..Options::default() })
    };
    let why = of(&book, None).unwrap_err().to_string();
    assert!(why.contains("its sheet “Staff” is damaged (no sheet has a place A0)"), "{why}");
    assert!(why.ends_with("--sheet 'People' reads the sheet “People” without it"), "{why}");
    let (records, remarks) = of(&book, Some("People")).unwrap();
    assert_eq!(records.len(), 2);
    assert!(remarks[1].contains("“Staff” (0 rows, damaged)"), "{remarks:?}");
    let why = of(&book, Some("Staff")).unwrap_err().to_string();
    assert!(why.contains("its sheet “Staff” is damaged"), "{why}");
    // A sheet whose header would have been seen is none of contacts, whatever its end is.
    let long = products.repeat(20);
    let (records, remarks) = of(&raw(&[("Shop", &long, ""), ("People", &people, "</sheetData>")]), None).unwrap();
    assert_eq!(records.len(), 2);
    assert!(remarks[1].contains("“Shop” (40 rows, damaged)"), "{remarks:?}");
    let why = of(&raw(&[("Shop", &products, "")]), None).unwrap_err().to_string();
    assert!(why.contains("its sheet “Shop” is damaged (it ends in the midst of a sheet)"), "{why}");
}

#[test]
fn a_hidden_sheet_is_read_when_no_other_fits() {
    let book = make::xlsx(|book| {
        make::put(book.add_worksheet().set_name("Products").unwrap(), 0, PRODUCTS);
        make::put(book.add_worksheet().set_name("Old").unwrap().set_hidden(true), 0, PEOPLE);
    });
    let (records, remarks) = read_xlsx(book);
    assert_eq!(records.len(), 2);
    assert!(remarks[1].contains("“Old” is hidden"), "{remarks:?}");
    let tables = format!(
        "<table:table table:name=\"Products\">{}</table:table><table:table table:name=\"Old\" table:style-name=\"gone\">{}</table:table>",
        make::ods_rows(PRODUCTS),
        make::ods_rows(PEOPLE)
    );
    let (records, remarks) = read(ods_book(&tables), Options::default()).unwrap();
    assert_eq!(records.len(), 2);
    assert!(remarks[1].contains("“Old” is hidden"), "{remarks:?}");
    let texts =
        |rows: &[&[&'static str]]| rows.iter().map(|row| row.iter().map(|text| Xls::Text(text)).collect()).collect();
    let book = make::xls(&[("Products", 0, texts(PRODUCTS)), ("Old", 1, texts(PEOPLE))], 8000);
    let (records, remarks) = read(Book::Xls(Box::new(Cursor::new(book))), Options::default()).unwrap();
    assert_eq!(records.len(), 2);
    assert!(remarks[1].contains("“Old” is hidden"), "{remarks:?}");
}

#[test]
fn titles_merged_cells_and_blank_rows_may_stand_above_the_header() {
    let book = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        sheet.merge_range(0, 1, 0, 3, "Our people", &Format::new()).unwrap();
        sheet.write_string(2, 0, "as of today").unwrap();
        make::put(sheet, 5, PEOPLE);
        sheet.write_string(9, 1, "Doe").unwrap();
        sheet.write_string(9, 6, "beyond the header").unwrap();
    });
    let (records, remarks) = read_xlsx(book);
    assert_eq!(names(&records), [("Ann".to_owned(), 7), ("Ben".to_owned(), 8), (String::new(), 10)]);
    assert!(remarks[1].ends_with("in row 6"), "{remarks:?}");
    assert_eq!(records[2].losses.len(), 1, "{:?}", records[2].losses);
    let far = make::xlsx(|book| make::put(book.add_worksheet(), 400, PEOPLE));
    let (records, remarks) = read_xlsx(far);
    assert_eq!(names(&records), [("Ann".to_owned(), 402), ("Ben".to_owned(), 403)]);
    assert!(remarks[1].ends_with("in row 401"), "{remarks:?}");
}

#[test]
fn a_row_that_gives_no_contact_is_rejected_as_csv_with_its_header() {
    let (records, _) =
        read_xlsx(make::texts(&[&["First Name", "Last, Name", "E-mail Address"], &["", "a \"b\""], &["Ann"]]));
    let Outcome::Reject(reject) = &records[0].outcome else { panic!("{:?}", records[0]) };
    assert_eq!(records[0].raw.as_ref(), b",\"a \"\"b\"\"\"".as_slice());
    let table = reject.table.as_ref().unwrap();
    assert_eq!(table.header, "\u{feff}First Name,\"Last, Name\",E-mail Address\r\n".as_bytes());
    assert_eq!(records.len(), 2);
}

#[test]
fn a_text_below_the_table_is_no_contact() {
    let rows: &[&[&str]] = &[PEOPLE[0], PEOPLE[1], &["Ben"], &[], &["2 people"], &["Cid", "Doe"], &[], &["Dee", "Doe"]];
    let (records, _) = read_xlsx(make::texts(rows));
    let rejected: Vec<bool> = records.iter().map(|record| matches!(record.outcome, Outcome::Reject(_))).collect();
    assert_eq!(rejected, [false, false, true, false, false]);
}

#[test]
fn a_sheet_without_rows_below_its_header_says_so() {
    let (records, remarks) = read_xlsx(make::texts(&PEOPLE[..1]));
    assert!(records.is_empty());
    assert_eq!(remarks.last().unwrap(), "there is no record below the header row");
}
