//! What other programs do to cells: traps 14, 15, 16, 25, 26, 30, 34 by number.

use cardferry::formats::csv::{self, Options};
use cardferry::formats::table;
use cardferry::formats::{Outcome, Record};
use cardferry::model::{Contact, Field, Why};

fn read(text: &[u8]) -> (Vec<Record>, String) {
    read_with(text, table::Options::default())
}

fn read_with(text: &[u8], table: table::Options) -> (Vec<Record>, String) {
    let options = Options { table, ..Options::default() };
    let options = Options { survey: csv::survey(text, &options), ..options };
    let (records, remarks) = super::read(text, options).unwrap();
    (records, remarks.join("\n"))
}

fn contact(record: &Record) -> &Contact {
    let Outcome::Contact(contact) = &record.outcome else { panic!("{:?}", record.outcome) };
    contact
}

/// 14: what Excel leaves of a phone is no phone; it is told, and kept under its header.
#[test]
fn trap_14_numbers_that_excel_ate() {
    for cell in
        ["9.19E+11", "\"4,91512E+12\"", "#####", "4255550103.0", "#NAME?", "#REF!", "12-Mar", "Mar-12", "12. Dez 1980"]
    {
        let (records, _) = read(format!("First Name,Mobile Phone\nEve,{cell}\n").as_bytes());
        let (record, value) = (&records[0], cell.trim_matches('"'));
        let eve = contact(record);
        assert_eq!(eve.phones, [], "{cell}");
        assert_eq!((record.losses[0].field, record.losses[0].why), (Field::Phones, Why::Spoiled), "{cell}");
        assert_eq!((eve.extra[0].name.as_str(), eve.extra[0].value.as_str()), ("Mobile Phone", value));
    }
    let text = "First Name,Mobile Phone,Business Phone,Home Phone\nEve,=\"0049 151\",'+1 425 555 0100,'0049 152 x12\n";
    let (records, _) = read(text.as_bytes());
    let numbers: Vec<_> = contact(&records[0]).phones.iter().map(|phone| phone.number.as_str()).collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, ["+1 425 555 0100", "0049 151", "0049 152 x12"]);
    assert_eq!(records[0].losses, []);
}

/// 14: in other columns too; a note may say so.
#[test]
fn trap_14_errors_in_any_cell() {
    let (records, _) = read(b"First Name,Company,Notes\nEve,#VALUE!,he said 9.19E+11 # 5\n");
    assert_eq!(contact(&records[0]).organization.company, "");
    assert_eq!(contact(&records[0]).notes, "he said 9.19E+11 # 5");
    assert_eq!((records[0].losses.len(), records[0].losses[0].field), (1, Field::Company));
}

/// 15: postal codes without their zero are hinted at, where codes have five digits, and imported as they stand.
#[test]
fn trap_15_postal_codes_without_their_zero() {
    let table = |rows: &str| format!("First Name,Home Street,Home Postal Code,Home Country/Region\n{rows}");
    let (records, remarks) = read(table("Eve,Main 1,1067,Germany\nAnn,Main 2,80331,Germany\n").as_bytes());
    assert_eq!(contact(&records[0]).addresses[0].postal_code, "1067");
    let hint = "1 postal code in “Home Postal Code” has fewer than five digits (line 2): a spreadsheet";
    assert!(remarks.contains(hint), "{remarks}");
    assert_eq!(records[0].losses, []);
    for whole in ["Eve,Main 1,1067,Austria\nAnn,Main 2,80331,Germany\n", "Eve,Main 1,1067,\nAnn,Main 2,8033,\n"] {
        assert!(!read(table(whole).as_bytes()).1.contains("postal codes"), "{whole}");
    }
    let (records, _) = read(table("Eve,Main 1,98052.0,\n").as_bytes());
    assert_eq!((contact(&records[0]).addresses[0].postal_code.as_str(), records[0].losses[0].why), ("", Why::Spoiled));
}

/// 15: what proves that a zero was dropped: the country or the state beside it, the other codes of the table, the only
/// country of a language; zeros that stand there prove the contrary.
#[test]
fn trap_15_what_proves_a_dropped_zero() {
    let hint = |table: &str| {
        let remarks = read(table.as_bytes()).1;
        let end = ": a spreadsheet may have dropped the zero in front; they are kept as they stand";
        let hints = remarks.lines().filter_map(|line| line.strip_suffix(end)).map(str::to_owned);
        hints.collect::<Vec<_>>().join("; ")
    };
    let two = |rows: &str| {
        hint(&format!("First Name,Business State,Business Postal Code,Home Postal Code,Home Country/Region\n{rows}"))
    };
    for (rows, told) in [
        ("A,,,150,Norge\nB,,,1310100,Brasil\nC,,,1067,D\n", "four digits (line 2)"),
        ("A,MA,2134,,\n", "1 postal code in “Business Postal Code” has fewer than five digits (line 2)"),
        ("A,,80331,1067,\nB,,20095,,\n", "1 postal code in “Home Postal Code” has fewer than five digits (line 2)"),
        ("A,,,1067,\nB,,,1099,\nC,,,20095,\nD,,,20097,\nE,,,20099,\n", "2 postal codes in “Home Postal Code” have"),
    ] {
        assert!(two(rows).contains(told), "{rows}: {}", two(rows));
    }
    assert_eq!(two("A,,,150,Norge\nB,,,1310100,Brasil\nC,,,1067,D\n").matches("fewer than").count(), 3);
    for whole in [
        "A,,,1010,\nB,,,01067,\nC,,,20095,\nD,,,20097,\n",
        "A,Wien,1010,1010,\n",
        "A,,,1010,Österreich\nB,,,20095,\n",
        "A,,,8001,CH\nB,,,0150,Norway\nC,,,FO-100,\n",
        "A,,,SW1A 1AA,\nB,,,123,\n",
    ] {
        assert_eq!(two(whole), "", "{whole}");
    }
    let finnish = "Etunimi,Sukunimi,Postinumero,Kaupunki\nAino,Virta,100,Helsinki\n";
    assert_eq!(hint(finnish), "1 postal code in “Postinumero” has fewer than five digits (line 2)");
}

/// 16: guards against formulas are undone; what looks like a formula is a text like any other.
#[test]
fn trap_16_guards_against_formulas() {
    let text = "First Name,Last Name,Company,Notes\n'=Eve,''+Roe,'@home,'\tx\nO'Neil,'Tis,=1+1,-\n";
    let (records, _) = read(text.as_bytes());
    let eve = contact(&records[0]);
    let found = [&eve.name.given, &eve.name.surname, &eve.organization.company, &eve.notes];
    assert_eq!(found, ["=Eve", "'+Roe", "@home", "x"]);
    let neil = contact(&records[1]);
    let found = [&neil.name.given, &neil.name.surname, &neil.organization.company, &neil.notes];
    assert_eq!(found, ["O'Neil", "'Tis", "=1+1", "-"]);
}

/// 25: an address that only an Exchange server knows.
#[test]
fn trap_25_addresses_that_are_none() {
    let table = |row: &str| format!("First Name,E-mail Address,E-mail Type,E-mail Display Name\n{row}\n");
    let (records, _) = read(table("Eve,eve@example.com,EX,Eve Roe").as_bytes());
    assert_eq!(contact(&records[0]).emails[0].address, "eve@example.com", "the type is wrong, not the address");
    let (records, _) = read(table("Eve,IMCEAEX-_O=CONTOSO_CN=EVE@contoso.example,SMTP,").as_bytes());
    assert_eq!(contact(&records[0]).emails, []);
    assert_eq!((records[0].losses[0].field, records[0].losses[0].why), (Field::Emails, Why::NotUnderstood));
    let (records, _) = read(b"Name,Email\nEve,Eve Roe <eve@example.com>\n");
    let email = &contact(&records[0]).emails[0];
    assert_eq!((email.address.as_str(), email.name.as_str()), ("eve@example.com", "Eve Roe"));
}

/// 26: a table may have more values than any target has slots: all of them are read.
#[test]
fn trap_26_more_values_than_slots() {
    let header: String = (1..=12).map(|n| format!(",E-mail {n} - Label,E-mail {n} - Value")).collect();
    let row: String = (1..=12).map(|n| format!(",Work,a{n}@example.com")).collect();
    let (records, _) = read(format!("First Name,Last Name{header}\nEve,Roe{row}\n").as_bytes());
    assert_eq!(contact(&records[0]).emails.len(), 12);
}

/// 30: two exports pasted together: each cell as it is, and every one that was guessed is told.
#[test]
fn trap_30_mixed_encodings() {
    let mut text = "First Name,Last Name,Notes\nJürgen,Müller,\n".as_bytes().to_vec();
    text.extend(b"J\xf6rg,Gro\xdf,plain\nAnna,Roth,caf\xe9\n");
    let (records, remarks) = read(&text);
    let joerg = contact(&records[1]);
    assert_eq!((joerg.name.given.as_str(), joerg.name.surname.as_str()), ("Jörg", "Groß"));
    let told: Vec<_> = records[1].losses.iter().map(|loss| (loss.field, loss.value.as_str(), loss.why)).collect();
    assert_eq!(told, [(Field::GivenName, "Jörg", Why::Guessed), (Field::Surname, "Groß", Why::Guessed)]);
    assert_eq!(records[0].losses, []);
    let said =
        "3 cells (line 3 column 1, line 3 column 2, line 4 column 3) that are not UTF-8 are read as windows-1252";
    assert!(remarks.contains(said), "{remarks}");
    assert_eq!(records[1].raw, &b"J\xf6rg,Gro\xdf,plain"[..]);
    // Who says that it is UTF-8 has the other rows rejected.
    let options = Options { encoding: Some(encoding_rs::UTF_8), ..Options::default() };
    let (records, _) = super::read(text.as_slice(), options).unwrap();
    let Outcome::Reject(reject) = &records[1].outcome else { panic!("guessed") };
    assert_eq!(reject.why, "the row is not valid UTF-8: say what it is with --encoding");
}

/// 30: without a look over the whole table the same cells are read in the same way.
#[test]
fn trap_30_mixed_encodings_of_what_is_read_once() {
    let text = b"First Name,Last Name\nJ\xc3\xbcrgen,M\xc3\xbcller\nJ\xf6rg,Roe\n";
    let (records, _) = super::read(&text[..], Options::default()).unwrap();
    assert_eq!((contact(&records[1]).name.given.as_str(), records[1].losses[0].why), ("Jörg", Why::Guessed));
}

/// 30: letters that were decoded twice are told, and mended for who asks for it.
#[test]
fn trap_30_letters_decoded_twice() {
    let text = "First Name,Last Name\nJÃ¼rgen,MÃ¼ller\nRenÃ©,Lefèvre\nÂngela,São\n".as_bytes();
    let (records, remarks) = read(text);
    assert_eq!(contact(&records[0]).name.given, "JÃ¼rgen");
    assert!(remarks.contains("3 cells look like UTF-8 that was read as windows-1252"), "{remarks}");
    assert!(remarks.contains("--fix-mojibake mends them"), "{remarks}");
    let (records, remarks) = read_with(text, table::Options { fix_mojibake: true, ..Default::default() });
    let names: Vec<_> = records.iter().map(|record| contact(record).name.joined()).collect();
    assert_eq!(names, ["Jürgen Müller", "René Lefèvre", "Ângela São"]);
    assert!(remarks.contains("(lines 2, 3), and were mended"), "{remarks}");
}

/// 32: every row behind an open quote is read, in whatever way the quote comes to its end.
#[test]
fn trap_32_an_open_quote_among_quoted_cells() {
    let text = b"\"First Name\",\"Last Name\",\"Notes\"\n\"Eve\",\"Roe\",\"never closed\n\"Ann\",\"Poe\",\"fine\"\n\"Zoe\",\"Moe\",\"a\nb\"\n";
    let (records, _) = read(text);
    let Outcome::Reject(reject) = &records[0].outcome else { panic!("a contact of half a file") };
    assert_eq!(reject.why, "the quote that opens on line 2 in cell 3 is never closed: close it, or double it");
    let names: Vec<_> = records[1..].iter().map(|record| contact(record).name.given.as_str()).collect();
    assert_eq!(names, ["Ann", "Zoe"]);
    let header = super::read(&b"First Name,\"Last Name\nEve,Roe\n"[..], Options::default()).unwrap_err().to_string();
    assert!(header.contains("the quote that opens on line 1 in cell 2 of the header is never closed"), "{header}");
}

/// 34: a table of which nothing is understood is no success.
#[test]
fn trap_34_success_without_content() {
    let (records, remarks) = read(b"First Name,Last Name,Shoe\n,,44\n,,45\n");
    assert!(records.iter().all(|record| matches!(record.outcome, Outcome::Reject(_))));
    assert!(remarks.contains("no field for “Shoe”: kept as it is (filled in 2 of 2 rows)"), "{remarks}");
}
