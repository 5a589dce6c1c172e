//! The known traps of contact tables, by their numbers in the collection that this room was built against.

use cardferry::formats::csv::Options;
use cardferry::formats::table::{self, DateOrder};
use cardferry::formats::{Outcome, ReadError, Reader as _, Record};
use cardferry::model::{Contact, Date, Field, Kind, Line, PartialDate, Why};

fn records(text: &[u8]) -> Vec<Record> {
    super::read(text, Options::default()).unwrap().0
}

fn contacts(text: &[u8]) -> Vec<Contact> {
    let contact = |record: Record| match record.outcome {
        Outcome::Contact(contact) => *contact,
        Outcome::Group(group) => panic!("{group:?}"),
        Outcome::Reject(reject) => panic!("rejected: {}", reject.why),
    };
    records(text).into_iter().map(contact).collect()
}

fn one(text: &[u8]) -> Contact {
    let mut contacts = contacts(text);
    assert_eq!(contacts.len(), 1);
    contacts.remove(0)
}

fn remarks(text: &[u8]) -> String {
    super::read(text, Options::default()).unwrap().1.join("\n")
}

fn refused(text: &[u8]) -> String {
    super::read(text, Options::default()).unwrap_err().to_string()
}

fn utf16(text: &str, mark: bool) -> Vec<u8> {
    let mark = mark.then_some('\u{feff}');
    let text: String = mark.into_iter().chain(text.chars()).collect();
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// 1, 2: a header means what it means in its own program and language.
#[test]
fn trap_01_02_the_same_word_means_another_field_elsewhere() {
    let german = one("Vorname,Nachname,Ort,Telefon geschäftlich,Büro\nEva,Roth,Kiel,1,2. OG\n".as_bytes());
    assert_eq!((german.location.as_str(), german.organization.office.as_str()), ("Kiel", "2. OG"));
    let french =
        one("Prénom,Nom,Anniversaire,Anniversaire de mariage ou fête\nÈve,Roux,13/04/1970,1/2/1999\n".as_bytes());
    assert_eq!(french.birthday, PartialDate::full(1970, 4, 13).map(Date::Known));
    assert_eq!(french.anniversary, PartialDate::full(1999, 2, 1).map(Date::Known));
    let outlook = one(b"Title,First Name,Last Name,Business Phone\nDr.,Eve,Roe,1\n");
    assert_eq!(outlook.name.prefix, "Dr.");
    let sheet = one(b"Name,Title,Email,Phone\nEve Roe,CTO,eve@example.com,1\n");
    assert_eq!((sheet.name.prefix.as_str(), sheet.organization.job_title.as_str()), ("", "CTO"));
}

/// 3: a day, a month and a year in cells of their own; or the whole date in the cell of the day.
#[test]
fn trap_03_birthdays_in_three_cells() {
    let table = |row: &str| format!("Display Name,Primary Email,Birth Year,Birth Month,Birth Day\n{row}\n");
    let birthday = |row: &str| one(table(row).as_bytes()).birthday;
    assert_eq!(birthday("Eve,e@example.com,1970,4,3"), PartialDate::full(1970, 4, 3).map(Date::Known));
    assert_eq!(birthday("Eve,e@example.com,,4,3"), PartialDate::yearless(4, 3).map(Date::Known));
    assert_eq!(birthday("Eve,e@example.com,,,1970-04-03"), PartialDate::full(1970, 4, 3).map(Date::Known));
    assert_eq!(birthday("Eve,e@example.com,,,"), None);
}

/// 4: twins.
#[test]
fn trap_04_two_columns_of_one_name() {
    let french = one("Titre,Prénom,Nom,Société ,Titre\nMme,Ève,Roux,Étoile,Gérante\n".as_bytes());
    assert_eq!((french.name.prefix.as_str(), french.organization.job_title.as_str()), ("Mme", "Gérante"));
    let twice = one(b"First Name,E-mail Address,E-mail Address,Notes,Notes\nEve,a@example.com,b@example.com,one,two\n");
    let addresses: Vec<_> = twice.emails.iter().map(|email| email.address.as_str()).collect();
    assert_eq!(addresses, ["a@example.com", "b@example.com"]);
    assert_eq!((twice.notes.as_str(), twice.extra.len()), ("one\ntwo", 0));
    let doctor = one(b"Anrede;Titel;Vorname;Nachname\nFrau;Dr.;Ida;Roth\n");
    assert_eq!((doctor.name.prefix.as_str(), doctor.extra.len()), ("Frau Dr.", 0));
    let (records, _) = super::read(
        b"First Name,Last Name,Account,Account,Birthday,Birthday,Anniversary,Anniversary,Gender,Gender,Photo,Photo\n\
          Eve,Roe,E,V,1990-01-02,1991-01-02,2000-01-02,2000-01-02,female,male,https://a.example/b,https://a.example/c\n"
            .as_slice(),
        Options::default(),
    )
    .unwrap();
    let Outcome::Contact(kept) = &records[0].outcome else { panic!("rejected") };
    assert_eq!((kept.account.as_str(), kept.birthday.clone()), ("E", PartialDate::full(1990, 1, 2).map(Date::Known)));
    let seconds = [
        ("Account", "V", Field::Account),
        ("Birthday", "1991-01-02", Field::Birthday),
        ("Gender", "male", Field::Gender),
        ("Photo", "https://a.example/c", Field::Photo),
    ];
    let mut extra: Vec<_> = kept.extra.iter().map(|extra| (extra.name.as_str(), extra.value.as_str())).collect();
    extra.sort_unstable();
    assert_eq!(extra, seconds.map(|(header, value, _)| (header, value)));
    let mut told: Vec<_> = records[0].losses.iter().map(|loss| (loss.value.as_str(), loss.field, loss.why)).collect();
    told.sort_unstable_by_key(|(value, ..)| seconds.iter().position(|(_, of, _)| of == value));
    assert_eq!(told, seconds.map(|(_, value, field)| (value, field, Why::Taken)));
}

/// 4: what can hold several values takes those of all its columns.
#[test]
fn trap_04_fields_that_hold_several_values() {
    let both =
        one(b"First Name,Last Name,Middle Name,Middle Name,Suffix,Suffix,Nickname,Nickname,Nickname,Hobby,Hobby,\
          Manager's Name,Manager's Name,Assistant's Name,Assistant's Name,Spouse,Spouse\n\
          Eve,Roe,Ida,Jo,Jr.,PhD,E,V,E,Chess,Go,Max,Mia,Ann,Abe,Sam,Sue\n");
    assert_eq!((both.name.middle.as_str(), both.name.suffix.as_str()), ("Ida Jo", "Jr. PhD"));
    assert_eq!((both.name.nickname.as_str(), both.hobby.as_str()), ("E, V", "Chess, Go"));
    let firsts = [&both.organization.manager, &both.organization.assistant, &both.spouse];
    assert_eq!(firsts, ["Max", "Ann", "Sam"]);
    let mut seconds: Vec<_> = both.relations.iter().map(|of| (of.label.as_str(), of.value.as_str())).collect();
    seconds.sort_unstable();
    assert_eq!(seconds, [("assistant", "Abe"), ("manager", "Mia"), ("spouse", "Sue")]);
    assert!(both.extra.is_empty(), "{:?}", both.extra);
}

/// 5: code pages without a mark.
#[test]
fn trap_05_code_pages() {
    let text = "Vorname;Nachname;Straße geschäftlich\nJörg;Groß;Königsweg 1\n";
    let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(text);
    assert_eq!(one(&bytes).name.given, "Jörg");
    assert!(remarks(&bytes).contains("windows-1252"));
    let (bytes, ..) = encoding_rs::WINDOWS_1251.encode("First Name,Last Name\nИван,Петров\nМария,Иванова\n");
    assert_eq!(contacts(&bytes)[0].name.given, "Иван", "the header is ASCII: the letters decide");
}

/// 5: a file that begins with plain ASCII and goes on in a code page.
#[test]
fn trap_05_a_late_umlaut() {
    let mut text = b"First Name,Last Name\n".to_vec();
    while text.len() < 300 * 1024 {
        text.extend_from_slice(b"Eve,Roe\n");
    }
    text.extend_from_slice(b"J\xf6rg,Gro\xdf\n");
    let (records, remarks) = super::read(text.as_slice(), Options::default()).unwrap();
    let Outcome::Contact(last) = &records.last().unwrap().outcome else { panic!("rejected") };
    assert_eq!((last.name.given.as_str(), last.name.surname.as_str()), ("Jörg", "Groß"));
    assert!(remarks.iter().any(|remark| remark.contains("windows-1252")), "{remarks:?}");
}

/// 6: UTF-16 with commas or tabs, with a mark or without.
#[test]
fn trap_06_utf16() {
    for mark in [true, false] {
        for delimiter in [",", "\t"] {
            let text = "First Name,Last Name\r\nЕва,Roe\r\n".replace(',', delimiter);
            let bytes = utf16(&text, mark);
            let records = records(&bytes);
            let Outcome::Contact(contact) = &records[0].outcome else { panic!("rejected") };
            assert_eq!(contact.name.given, "Ева");
            let at = records[0].position.byte as usize;
            assert_eq!(bytes[at..at + records[0].raw.len()], records[0].raw);
            assert_eq!(records[0].raw.len(), 14);
        }
    }
}

/// 7: a mark in front of the first header, quoted or not.
#[test]
fn trap_07_a_mark_before_the_first_header() {
    for header in ["\u{feff}First Name,Last Name", "\u{feff}\"First Name\",\"Last Name\""] {
        assert_eq!(one(format!("{header}\nEve,Roe\n").as_bytes()).name.given, "Eve");
    }
}

/// 8: delimiters, Excel's line, a file of one column.
#[test]
fn trap_08_delimiters() {
    for delimiter in [",", ";", "\t", "|"] {
        let text = "First Name,Last Name,Notes\nEve,Roe,\"a, b; c\td|e\"\n".replace(',', delimiter);
        assert_eq!(one(text.as_bytes()).name.surname, "Roe", "{delimiter:?}");
    }
    assert_eq!(one(b"sep=;\r\nFirst Name;Last Name\r\nEve;Roe\r\n").name.surname, "Roe");
    assert_eq!(one(b"\"sep=#\"\nFirst Name#Last Name\nEve#Roe\n").name.surname, "Roe");
    assert_eq!(one(b"Primary Email\neve@example.com\n").emails[0].address, "eve@example.com");
}

/// 9: the order of dates is the file's, never the cell's.
#[test]
fn trap_09_date_order() {
    let table = |cells: &[&str]| {
        let rows: String = cells.iter().map(|cell| format!("Eve,Roe,{cell}\n")).collect();
        format!("First Name,Last Name,Birthday\n{rows}")
    };
    let second = |cells: &[&str]| contacts(table(cells).as_bytes()).remove(1).birthday;
    let day = |year, month, day| PartialDate::full(year, month, day).map(Date::Known);
    assert_eq!(second(&["13/2/1970", "3/4/1970"]), day(1970, 4, 3));
    assert_eq!(second(&["2/13/1970", "3/4/1970"]), day(1970, 3, 4));
    let asked = refused(table(&["1/2/1970", "5/5/1970", "3/4/1970"]).as_bytes());
    assert!(asked.contains("2 dates (lines 2, 4) can be read as day, month, year or as month, day, year"), "{asked}");
    assert!(asked.ends_with("say it with --date-order dmy or mdy"), "{asked}");
    assert_eq!(second(&["5/5/1970", "6/6/1970"]), day(1970, 6, 6), "nothing to ask");
    let french = one("Prénom,Nom,Anniversaire\nÈve,Roux,3/4/1970\n".as_bytes());
    assert_eq!(french.birthday, day(1970, 4, 3), "French has one order");

    let contrary = table(&["13/2/1970", "2/13/1970", "3/4/1970"]);
    let read = records(contrary.as_bytes());
    let Outcome::Contact(third) = &read[2].outcome else { panic!("rejected") };
    assert_eq!(third.birthday, Some(Date::Text("3/4/1970".to_owned())));
    assert_eq!((read[2].losses[0].field, read[2].losses[0].why), (Field::Birthday, Why::NotUnderstood));

    let options = Options {
        table: table::Options { date_order: Some(DateOrder::DayMonthYear), ..Default::default() },
        ..Options::default()
    };
    let (read, _) = super::read(table(&["3/4/1970"]).as_bytes(), options).unwrap();
    let Outcome::Contact(contact) = &read[0].outcome else { panic!("rejected") };
    assert_eq!(contact.birthday, day(1970, 4, 3));
}

/// 9: what contradicts the decision far behind it is kept as text and said.
#[test]
fn trap_09_a_late_contradiction() {
    let mut text = b"First Name,Last Name,Birthday\nEve,Roe,2/13/1970\n".to_vec();
    while text.len() < 300 * 1024 {
        text.extend_from_slice(b"Eve,Roe,\n");
    }
    text.extend_from_slice(b"Eve,Roe,13/2/1970\n");
    let last = records(&text).pop().unwrap();
    let Outcome::Contact(contact) = &last.outcome else { panic!("rejected") };
    assert_eq!(contact.birthday, Some(Date::Text("13/2/1970".to_owned())));
    assert_eq!(last.losses.len(), 1);
}

/// 10, 11, 12: dates of zeros, years of two digits, birthdays without a year.
#[test]
fn trap_10_11_12_dates_that_are_none() {
    let birthday = |cell: &str| {
        let options =
            Options { table: table::Options { this_year: Some(2026), ..Default::default() }, ..Options::default() };
        let text = format!("First Name,Last Name,Birthday\nEve,Roe,{cell}\n");
        let (mut read, _) = super::read(text.as_bytes(), options).unwrap();
        let Outcome::Contact(contact) = read.remove(0).outcome else { panic!("rejected") };
        contact.birthday
    };
    for zeros in ["0/0/00", "0.0.00", "00/0/0", "0000-00-00"] {
        assert_eq!(birthday(zeros), None, "{zeros}");
    }
    assert_eq!(birthday("4/13/65"), PartialDate::full(1965, 4, 13).map(Date::Known));
    assert_eq!(birthday("4/13/26"), PartialDate::full(2026, 4, 13).map(Date::Known));
    for yearless in ["1604-04-13", "4/13/1604", " --04-13", "--0413"] {
        assert_eq!(birthday(yearless), PartialDate::yearless(4, 13).map(Date::Known), "{yearless}");
    }
}

/// 8: a blank before the quote that opens a cell, where every quote has one; elsewhere the quotes are data.
#[test]
fn trap_08_blanks_before_quotes() {
    let padded = b"First Name, Last Name, Home Street, Notes\n\
                   Eve, Roe, \"Main St, 1\",  \"said \"\"so\"\",\nand went\"\n\"Ann, jr.\", Poe, ,\n";
    let read = contacts(padded);
    let cells = |of: &Contact| [&of.name.given, &of.addresses[0].street, &of.notes].map(String::clone);
    assert_eq!(cells(&read[0]), ["Eve", "Main St, 1", "said \"so\",\nand went"]);
    assert_eq!((read.len(), read[1].name.given.as_str()), (2, "Ann, jr."));
    assert!(remarks(padded).contains("separated by commas, with blanks before quotes"), "{}", remarks(padded));
    for (row, nickname) in
        [("Eve, \"the builder\" Roe", "\"the builder\" Roe"), ("\"Eve\",\"E.\"\nAnn, \"A\"", "E."), ("Eve,6\"", "6\"")]
    {
        let text = format!("First Name,Nickname\n{row}\n");
        assert_eq!(contacts(text.as_bytes())[0].name.nickname, nickname, "{row}");
        assert!(!remarks(text.as_bytes()).contains("blanks"));
    }
    assert_eq!(contacts(b"First Name,Nickname\n\"Eve\",\"E\"\nAnn, \"A\"\n")[1].name.nickname, "\"A\"");
}

/// 17, 18, 19: Google's cells.
#[test]
fn trap_17_18_19_google() {
    let contacts = contacts(
        b"First Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\n\
          Eve,Club ::: * myContacts,* Work,a@example.com ::: b@example.com,* ,1\n\
          Ann,* My Contacts ::: * starred,Travail,c@example.com,Home Fax,2\n",
    );
    let emails: Vec<_> = contacts[0].emails.iter().map(|email| (email.address.as_str(), email.kind)).collect();
    assert_eq!(emails, [("a@example.com", Some(Kind::Business)), ("b@example.com", Some(Kind::Business))]);
    assert_eq!([0, 1].map(|at| contacts[0].emails[at].preference), [Some(1), None], "one of several is preferred");
    let phone = &contacts[0].phones[0];
    assert_eq!((phone.label.as_str(), phone.preference), ("", Some(1)));
    assert_eq!(contacts[0].categories, ["Club"]);
    assert_eq!(contacts[1].categories, ["Starred"]);
    assert_eq!((contacts[1].emails[0].label.as_str(), contacts[1].emails[0].kind), ("Travail", None));
    assert_eq!((contacts[1].phones[0].kind, contacts[1].phones[0].line), (Some(Kind::Home), Line::Fax));
}

/// 17: the parts of several addresses stay in step.
#[test]
fn trap_17_addresses_in_parallel() {
    let contact = one(b"First Name,Address 1 - Label,Address 1 - Street,Address 1 - City\n\
          Eve,* Home, ::: 1 Main St ::: 2 Side St, :::  ::: Redmond\n");
    assert_eq!([0, 1].map(|at| contact.addresses[at].preference), [Some(1), None]);
    let addresses: Vec<_> = contact.addresses.iter().map(|at| (at.street.as_str(), at.city.as_str())).collect();
    assert_eq!(addresses, [("1 Main St", ""), ("2 Side St", "Redmond")]);
}

/// 20: lines in cells.
#[test]
fn trap_20_line_breaks() {
    let contact = one(b"First Name,Last Name,Notes\r\nEve,Roe,\"a\r\nb\rc\nd\"\r\n");
    assert_eq!(contact.notes, "a\nb\nc\nd");
    assert_eq!(contacts(b"First Name,Last Name\rEve,Roe\rAnn,Poe\r").len(), 2);
}

/// 21: short and long rows.
#[test]
fn trap_21_rows_of_other_lengths() {
    let read =
        records(b"First Name,Last Name,E-mail Address,Notes\nEve,Roe\nAnn,Poe,a@example.com,note,more,,\n,,,\n , \n");
    assert_eq!(read.len(), 2, "blank rows are no records");
    assert!(read[0].losses.is_empty());
    assert_eq!((read[1].losses[0].value.as_str(), read[1].losses[0].why), ("more", Why::NotUnderstood));
    let Outcome::Contact(contact) = &read[1].outcome else { panic!("rejected") };
    assert_eq!((contact.extra[0].name.as_str(), contact.extra[0].value.as_str()), ("column 5", "more"));
}

/// 22: text before and behind the table.
#[test]
fn trap_22_text_around_the_table() {
    let text = b"Notes:\n\"Some, addresses are missing\"\n\nFirst Name,Last Name,Email Address,Company\n\
        Eve,Roe,,Contoso\n\n\"Confidential Information\"\n";
    let read = records(text);
    assert_eq!((read[0].position.record, read[0].position.line), (1, 5));
    assert!(matches!(read[0].outcome, Outcome::Contact(_)));
    let Outcome::Reject(reject) = &read[1].outcome else { panic!("a footer is no contact") };
    assert!(reject.why.contains("one cell where the header has 4"), "{}", reject.why);
    assert_eq!(read[1].raw, &b"\"Confidential Information\""[..]);
    assert_eq!(read.len(), 2);
}

/// 23: no header row.
#[test]
fn trap_23_no_header() {
    let what = refused(b"Eve Roe,Eve,Roe,eve@example.com\nAnn Poe,Ann,Poe,ann@example.com\n");
    assert!(what.contains("no header row") && what.contains("--csv-dialect"), "{what}");
    let near = refused(b"Frist Name,Lats Name\nEve,Roe\n");
    assert!(near.contains("“First Name”"), "{near}");
}

/// 24: default texts are no data.
#[test]
fn trap_24_default_texts() {
    let english =
        one(b"First Name,Last Name,Gender,Priority,Private,Sensitivity\nEve,Roe,Unspecified,Normal,False,Normal\n");
    let german =
        one("Vorname,Nachname,Geschlecht,Priorität,Privat,Vertraulichkeit\nEve,Roe,Keine Angabe,Normal,Aus,Normal\n"
            .as_bytes());
    assert_eq!(english, german);
    assert!(english.extra.is_empty() && english.gender.sex.is_none() && english.sensitivity.is_empty());
    let kept = one(b"First Name,Last Name,Priority,Private\nEve,Roe,High,True\n");
    assert_eq!((kept.extra[0].value.as_str(), kept.sensitivity.as_str()), ("High", "private"));
}

/// 25: Exchange's own names are no addresses.
#[test]
fn trap_25_exchange_names() {
    let table = |row: &str| format!("First Name,E-mail Address,E-mail Type,E-mail Display Name\n{row}\n");
    let found = one(table("Eve,/o=Contoso/cn=eve,EX,Eve Roe (eve@example.com)").as_bytes());
    assert_eq!((found.emails[0].address.as_str(), found.emails[0].name.as_str()), ("eve@example.com", "Eve Roe"));
    let read = records(table("Eve,/o=Contoso/cn=eve,EX,Eve Roe").as_bytes());
    let Outcome::Contact(lost) = &read[0].outcome else { panic!("rejected") };
    assert!(lost.emails.is_empty());
    assert_eq!((read[0].losses[0].field, read[0].losses[0].why), (Field::Emails, Why::NotUnderstood));
}

/// 27: composite and parts.
#[test]
fn trap_27_the_address_twice() {
    let table = |row: &str| format!("First Name,Home Address,Home Street,Home City,Home Postal Code\n{row}\n");
    let both = one(table("Eve,\"1 Main St\nRedmond 98052\",1 Main St,Redmond,98052").as_bytes());
    assert_eq!((both.addresses.len(), both.addresses[0].formatted.as_str()), (1, ""));
    let whole = one(table("Eve,\"1 Main St\nRedmond 98052\",,,").as_bytes());
    assert_eq!(whole.addresses[0].formatted, "1 Main St\nRedmond 98052");
}

/// 28: blanks and look-alikes in headers.
#[test]
fn trap_28_look_alikes() {
    let contact =
        one("FIRST  NAME ,Last\u{a0}Name,Assistant’s Name,E\u{2011}mail Address\nEve,Roe,Ann,e@example.com\n"
            .as_bytes());
    assert_eq!((contact.name.given.as_str(), contact.organization.assistant.as_str()), ("Eve", "Ann"));
    assert_eq!(contact.emails.len(), 1);
}

/// 31: a backslash is a letter like any other, also as the second byte of a Japanese one.
#[test]
fn trap_31_backslashes() {
    let contact = one(br#"First Name,Last Name,Notes
Eve,"O\"Roe",C:\temp
"#);
    assert_eq!((contact.name.surname.as_str(), contact.notes.as_str()), (r#"O\Roe""#, r"C:\temp"));
    let (bytes, ..) =
        encoding_rs::SHIFT_JIS.encode("First Name,Last Name,Notes\n表,能,\"申、これは日本語の文章です。ありがとう\"\n");
    let options = Options { encoding: Some(encoding_rs::SHIFT_JIS), ..Options::default() };
    let (read, _) = super::read(&*bytes, options).unwrap();
    let Outcome::Contact(contact) = &read[0].outcome else { panic!("rejected") };
    assert_eq!((contact.name.given.as_str(), contact.name.surname.as_str()), ("表", "能"));
    assert_eq!(read[0].raw, bytes[27..bytes.len() - 1]);
}

/// 32: a quote that nobody closes.
#[test]
fn trap_32_an_open_quote() {
    let read = records(b"First Name,Last Name,Notes\nEve,Roe,\"never closed\nAnn,Poe,fine\nZoe,Moe,fine\n");
    let Outcome::Reject(reject) = &read[0].outcome else { panic!("a contact of half a file") };
    assert_eq!(reject.why, "the quote that opens on line 2 in cell 3 is never closed: close it, or double it");
    assert_eq!(read[0].raw, &b"Eve,Roe,\"never closed"[..]);
    let names: Vec<_> = read[1..].iter().map(|record| (record.position.line, record.raw.as_ref())).collect();
    assert_eq!(names, [(3, &b"Ann,Poe,fine"[..]), (4, &b"Zoe,Moe,fine"[..])]);
}

/// 35: contacts without a name.
#[test]
fn trap_35_no_name() {
    let contacts = contacts(b"First Name,Company,E-mail Address\n,,eve@example.com\n,Contoso,info@example.com\n");
    assert_eq!(contacts[0].display_name(), "eve@example.com");
    assert_eq!(contacts[1].display_name(), "Contoso");
}

/// Files that are none.
#[test]
fn nothing_in_it() {
    for empty in [&b""[..], b"\xef\xbb\xbf", b"\xff\xfe", b"\r\n \r\n"] {
        let error = super::read(empty, Options::default()).unwrap_err();
        assert!(matches!(error, ReadError::Unusable { .. }));
        assert!(error.to_string().contains("the file is empty"), "{error}");
    }
    let (records, remarks) = super::read(&b"First Name,Last Name\n"[..], Options::default()).unwrap();
    assert!(records.is_empty());
    assert!(remarks.iter().any(|remark| remark.contains("no record below the header row")), "{remarks:?}");
    assert!(refused(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR").contains("no header row"));
}

/// A row of which no cell means anything is no contact, and is not passed over.
#[test]
fn nothing_known_in_a_row() {
    let read = records(b"First Name,Last Name,Shoe Size\n,,44\nEve,Roe,39\n");
    let Outcome::Reject(reject) = &read[0].outcome else { panic!("a contact of a shoe size") };
    assert!(reject.why.contains("known header"), "{}", reject.why);
    let Outcome::Contact(eve) = &read[1].outcome else { panic!("rejected") };
    assert_eq!((eve.extra[0].name.as_str(), eve.extra[0].value.as_str()), ("Shoe Size", "39"));
}

/// An input that fails is said once, with how far the reading had come.
#[test]
fn a_failing_input_ends_the_reading() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("gone"))
        }
    }
    let text = [b"First Name,Last Name\n".as_slice(), &b"Eve,Roe\n".repeat(40_000)].concat();
    let input = std::io::Read::chain(text.as_slice(), Failing);
    let mut reader = cardferry::formats::csv::Reader::new("pipe".into(), input, Options::default());
    let read: Vec<_> = reader.by_ref().collect();
    let errors: Vec<_> = read.iter().filter_map(|record| record.as_ref().err()).collect();
    assert_eq!(errors.len(), 1);
    assert!(matches!(errors[0], ReadError::Io { position, .. } if position.line > 39_000), "{:?}", errors[0]);
    assert!(!reader.remarks().is_empty());
}
