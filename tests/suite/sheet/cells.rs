//! Cells as a person sees them, in each format.

use std::io::Cursor;

use cardferry::formats::sheet::{Book, Options};
use cardferry::formats::{Outcome, Record};
use cardferry::model::{Contact, Date, PartialDate};
use pretty_assertions::assert_eq;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula};

use super::make::{self, Xls};
use super::{contact, read, read_xlsx};

const HEADER: &[&str] = &[
    "First Name",
    "Last Name",
    "Mobile Phone",
    "Home Postal Code",
    "Birthday",
    "Anniversary",
    "Notes",
    "Company",
    "Private",
];

/// What the tests look at: mobile, postal code, birthday, anniversary, notes, company.
fn shown(contact: &Contact) -> [String; 6] {
    let date = |date: &Option<Date>| match date {
        Some(Date::Known(PartialDate { year, month, day })) => {
            let year = year.map_or("-".to_owned(), |year| year.to_string());
            format!("{year}-{}-{}", month.unwrap_or_default(), day.unwrap_or_default())
        }
        Some(Date::Text(text)) => text.clone(),
        None => String::new(),
    };
    [
        contact.phones.first().map(|phone| phone.number.clone()).unwrap_or_default(),
        contact.addresses.first().map(|address| address.postal_code.clone()).unwrap_or_default(),
        date(&contact.birthday),
        date(&contact.anniversary),
        contact.notes.clone(),
        contact.organization.company.clone(),
    ]
}

#[test]
fn numbers_dates_and_formulas_of_xlsx_are_read_as_they_look() {
    let day = |y, m, d| ExcelDateTime::from_ymd(y, m, d).unwrap();
    let code = |code: &str| Format::new().set_num_format(code);
    let book = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        make::put(sheet, 0, &[HEADER, &["Ann", "Doe"], &["Ben", "Doe"], &["Cid", "Doe"], &["Dee", "Doe"]]);
        sheet.write_number(1, 2, 491_511_234_567.0).unwrap();
        sheet.write_number_with_format(1, 3, 1067.0, &code("00000")).unwrap();
        sheet.write_datetime_with_format(1, 4, day(1980, 4, 2), &code("d.m.yy")).unwrap();
        sheet.write_datetime_with_format(1, 5, day(2026, 5, 6), &code("d-mmm")).unwrap();
        sheet.write_string(1, 6, "one\ntwo").unwrap();
        sheet.write_formula(1, 7, Formula::new("=A1").set_result("ACME")).unwrap();
        sheet.write_boolean(1, 8, true).unwrap();
        sheet.write_number_with_format(2, 2, 4_255_550_103.0, &code("[<=9999999]###-####;(###) ###-####")).unwrap();
        sheet.write_number(2, 3, 2134.0).unwrap();
        sheet.write_datetime_with_format(2, 4, day(1904, 1, 1), &code("yyyy\\-mm\\-dd hh:mm")).unwrap();
        sheet.write_string(2, 5, "31.12.1999").unwrap();
        sheet.write_number_with_format(2, 6, 0.25, &code("0%")).unwrap();
        sheet.write_string(2, 7, "=1+1").unwrap();
        sheet.write_number(3, 2, 4_915_112_345_678_901_234.0).unwrap();
        sheet.write_formula(3, 7, Formula::new("=B99").set_result("#REF!")).unwrap();
        sheet.write_number(4, 6, 0.1 + 0.2).unwrap();
        sheet.write_formula(5, 1, Formula::new("=B99").set_result("#N/A")).unwrap();
    });
    let (records, remarks) = read_xlsx(book);
    let rows: Vec<[String; 6]> = records[..4].iter().map(|record| shown(contact(record))).collect();
    assert_eq!(rows[0], ["491511234567", "01067", "1980-4-2", "--5-6", "one\ntwo", "ACME"]);
    assert_eq!(rows[1], ["(425) 555-0103", "2134", "1904-1-1", "1999-12-31", "25%", "=1+1"]);
    assert_eq!(rows[2], ["", "", "", "", "", ""], "neither a number that was cut nor an error is taken for true");
    assert_eq!(rows[3][4], "0.3");
    let losses: Vec<String> = records[2].losses.iter().map(ToString::to_string).collect();
    assert_eq!(
        losses,
        [
            "phone numbers: 4915112345678901248 (a spreadsheet keeps 15 digits of a number: write it as text): could not be understood",
            "company: #REF!: could not be understood",
        ]
    );
    assert!(matches!(records[4].outcome, Outcome::Reject(_)) && records[4].losses.len() == 1, "{:?}", records[4]);
    assert_eq!(records[2].position.line, 4);
    assert_eq!(records[1].raw.as_ref(), b"Ben,Doe,(425) 555-0103,2134,1904-01-01,31.12.1999,25%,=1+1".as_slice());
    assert!(remarks.iter().any(|remark| remark.contains("day, month, year, proved by 1 of")), "{remarks:?}");
}

#[test]
fn texts_and_dates_stand_in_xlsx_in_several_ways() {
    let sheet = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>First Name</t></is></c><c r=\"B1\" t=\"str\"><v>Birthday</v>\
        </c></row><row r=\"2\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" t=\"d\"><v>1980-04-02T00:00:00</v></c></row>\
        <row r=\"3\"><c r=\"A3\" t=\"s\"><v>1</v></c></row></sheetData>";
    let strings = "<sst><si><r><t>An</t></r><r><t xml:space=\"preserve\">n </t></r><rPh><t>no</t></rPh></si><si><t>B_x0065_n</t></si></sst>";
    let (records, _) = read_xlsx(make::raw_xlsx(sheet, strings));
    assert_eq!(contact(&records[0]).name.given, "Ann");
    assert_eq!(shown(contact(&records[0]))[2], "1980-4-2");
    assert_eq!(contact(&records[1]).name.given, "Ben");
}

#[test]
fn days_are_counted_from_1904_where_the_workbook_says_so() {
    let sheet = "<sheetData><row><c t=\"str\"><v>First Name</v></c><c t=\"str\"><v>Birthday</v></c></row>\
        <row><c t=\"str\"><v>Ann</v></c><c s=\"1\"><v>27851</v></c></row></sheetData>";
    let styles = "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    for (properties, birthday) in [("<workbookPr date1904=\"1\"/>", "1980-4-2"), ("<workbookPr/>", "1976-4-1")] {
        let book = make::with_part(make::xlsx_of(properties, sheet, "<sst/>"), "xl/styles.xml", styles);
        let (records, _) = read_xlsx(book);
        assert_eq!(shown(contact(&records[0]))[2], birthday, "{properties}");
    }
}

/// A birthday and what is told of it.
fn birthday(record: &Record) -> (String, Vec<String>) {
    let ann = contact(record);
    let kept = ann.extra.iter().map(|extra| format!("{}={}", extra.name, extra.value));
    (shown(ann)[2].clone(), kept.chain(record.losses.iter().map(ToString::to_string)).collect())
}

#[test]
fn numbers_in_date_columns_are_days_or_told() {
    let numbers = [29_221.0, 29_221.75, 1.5, 19_800_402.0, 1980.0, 0.0];
    let said = "could not be understood";
    let no_date = format!("birthday: 1.5 (a number, and no date): {said}");
    let expected = [
        ("1980-1-1", vec![]),
        ("1980-1-1", vec![]),
        ("", vec!["Birthday=1.5".to_owned(), no_date]),
        ("1980-4-2", vec![]),
        ("1980", vec![format!("birthday: 1980: {said}")]),
        ("", vec![]),
    ]
    .map(|(date, told)| (date.to_owned(), told));
    let rows = |cell: &dyn Fn(f64) -> String| numbers.iter().map(|number| cell(*number)).collect::<String>();
    let cells = rows(&|number| format!("<row><c t=\"str\"><v>Ann</v></c><c><v>{number}</v></c></row>"));
    let header = "<row><c t=\"str\"><v>First Name</v></c><c t=\"str\"><v>Birthday</v></c></row>";
    let sheet = format!("<sheetData>{header}{cells}</sheetData>");
    let xlsx = read_xlsx(make::raw_xlsx(&sheet, "<sst/>"));
    let cells = rows(&|number| {
        format!(
            "<table:table-row>{}<table:table-cell office:value-type=\"float\" office:value=\"{number}\"><text:p>{number}</text:p>\
            </table:table-cell></table:table-row>",
            "<table:table-cell office:value-type=\"string\"><text:p>Ann</text:p></table:table-cell>"
        )
    });
    let header = make::ods_rows(&[&["First Name", "Birthday"]]);
    let tables = format!("<table:table table:name=\"People\">{header}{cells}</table:table>");
    let ods = read(ods_book(&tables), Options::default()).unwrap();
    let mut cells = vec![vec![Xls::Text("First Name"), Xls::Text("Birthday")]];
    cells.extend(numbers.map(|number| vec![Xls::Text("Ann"), Xls::Number(number, 0)]));
    let xls = Book::Xls(Box::new(Cursor::new(make::xls(&[("People", 0, cells)], 8000))));
    for (records, remarks) in [xlsx, ods, read(xls, Options::default()).unwrap()] {
        assert_eq!(records.iter().map(birthday).collect::<Vec<_>>(), expected);
        let says =
            "2 dates are numbers without a date format (lines 2, 3): they were read as days, 29221 as 1980-01-01";
        assert!(remarks.iter().any(|remark| remark == says), "{remarks:?}");
    }
    let (records, _) = read_xlsx(make::xlsx_of("<workbookPr date1904=\"true\"/>", &sheet, "<sst/>"));
    assert_eq!(birthday(&records[0]).0, "1984-1-2");
}

#[test]
fn a_formula_without_its_result_is_told() {
    let header = "<row><c t=\"str\"><v>First Name</v></c><c t=\"str\"><v>Notes</v></c></row>";
    let row = |cell: &str| format!("<row><c t=\"str\"><v>Ann</v></c>{cell}</row>");
    let told = |text: &str| {
        vec![format!(
            "notes: ={text} (a formula without its result: save the file in a spreadsheet program): could not be understood"
        )]
    };
    let cells = [
        ("<c><f>A2&amp;\"!\"</f><v></v></c>", told("A2&\"!\"")),
        ("<c><f>B1</f></c>", told("B1")),
        ("<c><f t=\"shared\" si=\"0\"/></c>", told("…")),
        ("<c t=\"str\"><f>\"\"</f><v></v></c>", vec![]),
        ("<c><f>1+1</f><v>2</v></c>", vec![]),
    ];
    let rows: String = cells.iter().map(|(cell, _)| row(cell)).collect();
    let (records, _) = read_xlsx(make::raw_xlsx(&format!("<sheetData>{header}{rows}</sheetData>"), "<sst/>"));
    for (record, (cell, told)) in records.iter().zip(&cells) {
        assert_eq!(&record.losses.iter().map(ToString::to_string).collect::<Vec<_>>(), told, "{cell}");
    }
    assert_eq!(contact(&records[4]).notes, "2");
    let cell = "<table:table-cell table:formula=\"of:=[.A2]\"/>";
    let ann = "<table:table-cell office:value-type=\"string\"><text:p>Ann</text:p></table:table-cell>";
    let header = make::ods_rows(&[&["First Name", "Notes"]]);
    let tables =
        format!("<table:table table:name=\"a\">{header}<table:table-row>{ann}{cell}</table:table-row></table:table>");
    let (records, _) = read(ods_book(&tables), Options::default()).unwrap();
    assert_eq!(records[0].losses[0].to_string(), told("[.A2]")[0]);
}

#[test]
fn rows_that_a_sheet_does_not_show_are_read_and_told() {
    let people: &[&[&str]] = &[&["First Name", "Last Name"], &["Ann", "Doe"], &["Ben", "Doe"], &["Cid", "Doe"]];
    let xlsx = make::xlsx(|book| {
        let sheet = book.add_worksheet();
        make::put(sheet, 0, people);
        sheet.set_row_hidden(2).unwrap();
        sheet.set_row_hidden(7).unwrap();
    });
    let rows = make::ods_rows(people).replacen("<table:table-row>", "<table:table-row table:visibility=\"filter\">", 2);
    let ods =
        read(ods_book(&format!("<table:table table:name=\"a\">{rows}</table:table>")), Options::default()).unwrap();
    let says = [
        "1 row is hidden in the sheet, by a filter perhaps: it is read as the others are",
        "2 rows are hidden in the sheet, by a filter perhaps: they are read as the others are",
    ];
    for ((records, remarks), says) in [read_xlsx(xlsx), ods].into_iter().zip(says) {
        assert_eq!(records.len(), 3);
        assert!(remarks.iter().any(|remark| remark == says), "{remarks:?}");
    }
}

#[test]
fn cells_of_ods_are_read_as_they_look() {
    let cell = |attributes: &str, text: &str| {
        format!("<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>")
    };
    let row = [
        cell("office:value-type=\"string\"", "An<text:span>n</text:span>"),
        cell("office:value-type=\"string\"", "D&amp;<text:s text:c=\"2\"/>o&#101;</text:p><text:p>x"),
        cell("office:value-type=\"float\" office:value=\"491511234567\"", "4,92E+11"),
        cell("office:value-type=\"float\" office:value=\"1067\"", "01067"),
        cell("office:value-type=\"date\" office:date-value=\"1980-04-02\"", "2.4.80"),
        cell("office:value-type=\"date\" office:date-value=\"2026-05-06T00:00:00\"", "6. Mai"),
        cell("office:value-type=\"percentage\" office:value=\"0.25\"", "25%").replacen(
            "<text:p>",
            "<office:annotation><text:p>a note</text:p></office:annotation><text:p>",
            1,
        ),
        cell("office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"", "#REF!"),
        cell("office:value-type=\"boolean\" office:boolean-value=\"true\"", "WAHR"),
    ]
    .concat();
    let tables = format!(
        "<table:table table:name=\"People\">{}<table:table-row table:number-rows-repeated=\"2\">{row}\
         <table:table-cell table:number-columns-repeated=\"16000\"/></table:table-row>\
         <table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell table:number-columns-repeated=\"16384\"/>\
         </table:table-row></table:table>",
        make::ods_rows(&[HEADER])
    );
    let (records, _) = read(ods_book(&tables), Options::default()).unwrap();
    assert_eq!(records.len(), 2);
    let ann = contact(&records[1]);
    assert_eq!((ann.name.given.as_str(), ann.name.surname.as_str()), ("Ann", "D&  oe\nx"));
    assert_eq!(shown(ann), ["491511234567", "01067", "1980-4-2", "--5-6", "25%", ""]);
    assert_eq!(records[1].losses.len(), 1, "{:?}", records[1].losses);
    assert_eq!(records[1].position.line, 3);
}

/// An ODS file to read.
pub(super) fn ods_book(tables: &str) -> Book {
    Book::Ods(Box::new(Cursor::new(make::ods_content(tables).into_bytes())))
}

#[test]
fn cells_of_xls_are_read_as_they_look() {
    let header: Vec<Xls> = HEADER.iter().map(|text| Xls::Text(text)).collect();
    let ann = vec![
        Xls::Text("Ann"),
        Xls::Text("Žofia 東"),
        Xls::Number(491_511_234_567.0, 0),
        Xls::Rk((1067 << 2) | 2, 2),
        Xls::Number(29_313.0, 1),
        Xls::Rk((10_000 << 2) | 3, 0),
        Xls::Formula("by formula"),
        Xls::Error(0x17),
    ];
    for piece in [8000, 40, 12] {
        let book = make::xls(&[("One", 0, vec![]), ("People", 0, vec![header.clone(), ann.clone()])], piece);
        let (records, remarks) = read(Book::Xls(Box::new(Cursor::new(book))), Options::default()).unwrap();
        assert_eq!(records.len(), 1, "{remarks:?}");
        let read = contact(&records[0]);
        assert_eq!(read.name.surname, "Žofia 東", "{piece}");
        assert_eq!(shown(read), ["491511234567", "01067", "1980-4-2", "100", "by formula", ""], "{piece}");
        assert_eq!(records[0].losses.len(), 2, "{:?}", records[0].losses);
    }
}
