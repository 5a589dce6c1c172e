//! Dates of tables: traps 9 to 12 as a whole table decides them.

use cardferry::formats::csv::{self, Options};
use cardferry::formats::table::{self, DateOrder};
use cardferry::formats::{Outcome, Record};
use cardferry::model::{Date, Field, PartialDate, Why};

fn table(header: &str, cells: &[&str]) -> String {
    let rows: String = cells.iter().map(|cell| format!("Eve,Roe,{cell}\n")).collect();
    format!("{header}\n{rows}")
}

const ENGLISH: &str = "First Name,Last Name,Birthday";

fn read(text: &str, order: Option<DateOrder>) -> Result<(Vec<Record>, String), String> {
    let table = table::Options { date_order: order, this_year: Some(2026), ..Default::default() };
    let options = Options { table, ..Options::default() };
    let options = Options { survey: csv::survey(text.as_bytes(), &options), ..options };
    let (records, remarks) = super::read(text.as_bytes(), options).map_err(|error| error.to_string())?;
    Ok((records, remarks.join("\n")))
}

fn birthday(record: &Record) -> Option<Date> {
    let Outcome::Contact(contact) = &record.outcome else { panic!("rejected") };
    contact.birthday.clone()
}

fn day(year: u16, month: u8, day: u8) -> Option<Date> {
    PartialDate::full(year, month, day).map(Date::Known)
}

/// 9: the cell that proves the order may stand anywhere.
#[test]
fn the_last_cell_decides_for_the_first() {
    let mut cells = vec!["3/4/1970"];
    cells.resize(60_000, "");
    cells.push("13/4/1970");
    let (records, remarks) = read(&table(ENGLISH, &cells), None).unwrap();
    assert_eq!(birthday(&records[0]), day(1970, 4, 3));
    assert!(remarks.contains("dates as day, month, year, proved by 1 of 2 date cells"), "{remarks}");
}

/// 9: no cell alone proves it, but only one order is left by all of them.
#[test]
fn all_cells_together_may_prove_it() {
    let (records, remarks) = read(&table(ENGLISH, &["3/4/1970", "13/4/05"]), None).unwrap();
    assert_eq!(birthday(&records[0]), day(1970, 4, 3));
    assert!(remarks.contains("the only order that all 2 date cells can be read in"), "{remarks}");
}

/// 9: English has two orders, so the user is asked before anything is read, and told which cells it is about.
#[test]
fn what_nothing_proves_is_asked_for() {
    let text = table(ENGLISH, &["1970-04-03", "3/4/1970", "", "7/8/90", "1/2/1980", "2/1/1980"]);
    let asked = read(&text, None).unwrap_err();
    let what = "4 dates (lines 3, 5, 6 and others) can be read as day, month, year or as month, day, year";
    assert!(asked.contains(what) && asked.contains("--date-order dmy or mdy"), "{asked}");
    let (records, _) = read(&text, Some(DateOrder::MonthDayYear)).unwrap();
    assert_eq!(birthday(&records[1]), day(1970, 3, 4));
    // Nothing hangs on it.
    let (records, _) = read(&table(ENGLISH, &["5/5/1970", "1970-04-03", "3 Apr 1970", "0/0/00"]), None).unwrap();
    assert_eq!(birthday(&records[0]), day(1970, 5, 5));
}

/// 9: a language with one order is not asked about.
#[test]
fn a_language_with_one_order_decides() {
    let (records, remarks) = read(&table("Vorname,Nachname,Geburtstag", &["3/4/1970"]), None).unwrap();
    assert_eq!(birthday(&records[0]), day(1970, 4, 3));
    assert!(remarks.contains("as the headers' language suggests; none of 1 date cells proves it"), "{remarks}");
}

/// 9: both orders are proved: no majority decides.
#[test]
fn a_table_that_contradicts_itself_is_told() {
    let cells = ["13/2/1970", "14/2/1970", "15/2/1970", "2/16/1970", "3/4/1970", "5/5/1970"];
    let (records, remarks) = read(&table(ENGLISH, &cells), None).unwrap();
    let found: Vec<_> = records.iter().map(birthday).collect();
    assert_eq!(found[..4], [day(1970, 2, 13), day(1970, 2, 14), day(1970, 2, 15), day(1970, 2, 16)]);
    assert_eq!(found[4..], [Some(Date::Text("3/4/1970".to_owned())), day(1970, 5, 5)]);
    let lost: Vec<_> = records.iter().flat_map(|record| &record.losses).collect();
    assert_eq!(lost.len(), 1);
    assert_eq!((lost[0].field, lost[0].why, lost[0].value.as_str()), (Field::Birthday, Why::NotUnderstood, "3/4/1970"));
    let proofs = "3 prove day, month, year (lines 2, 3, 4), 1 prove month, day, year (line 5)";
    assert!(remarks.contains(proofs), "{remarks}");
}

/// 12, and what no date is: eras, other calendars, the numbers behind a spreadsheet's dates.
#[test]
fn what_is_no_date_of_ours_is_kept_and_told() {
    let cells = ["29345", "昭和55年5月1日", "2523-05-01", "1/5/2523", "about 1800", "31.2.1980"];
    let (records, remarks) = read(&table(ENGLISH, &cells), Some(DateOrder::DayMonthYear)).unwrap();
    for (record, cell) in records.iter().zip(cells) {
        assert_eq!(birthday(record), Some(Date::Text(cell.to_owned())));
        assert_eq!((record.losses.len(), record.losses[0].value.as_str()), (1, cell));
    }
    assert!(remarks.contains("1 date cells hold the number that a spreadsheet keeps for a date (line 2)"), "{remarks}");
}

#[test]
fn months_and_marks_of_other_languages() {
    let (records, _) =
        read(&table("Prénom,Nom,Anniversaire", &["1er août 1980", "7 mars", "14-juil-89"]), None).unwrap();
    let found: Vec<_> = records.iter().map(birthday).collect();
    let yearless = PartialDate::yearless(3, 7).map(Date::Known);
    assert_eq!(found, [day(1980, 8, 1), yearless, day(1989, 7, 14)]);
    let (records, _) = read(&table(ENGLISH, &["1980年5月1日", "5월 1일", "5 мая 1980"]), None).unwrap();
    let found: Vec<_> = records.iter().map(birthday).collect();
    assert_eq!(found, [day(1980, 5, 1), PartialDate::yearless(5, 1).map(Date::Known), day(1980, 5, 5)]);
}
