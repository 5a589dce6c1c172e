//! Mapping files: what each word of one does, what is wrong in one, and headers that it is not for.

use std::sync::Arc;

use cardferry::formats::csv::Options;
use cardferry::formats::table::{self, Map};
use cardferry::formats::{Outcome, Record};
use cardferry::model::{Contact, Date, Kind, Line, PartialDate, Why};
use pretty_assertions::assert_eq;

fn options(map: &str) -> Options {
    let map = Map::parse(map).unwrap_or_else(|error| panic!("{error}\n{map}"));
    let (encoding, delimiter, date_order) = (map.encoding, map.delimiter, map.date_order);
    let table = table::Options { date_order, map: Some(Arc::new(map)), ..table::Options::default() };
    Options { encoding, delimiter, table, ..Options::default() }
}

/// The records of a table under a map, of which the version need not be written, and the remarks.
fn read(map: &str, text: &[u8]) -> (Vec<Record>, String) {
    let (records, remarks) = super::read(text, options(&format!("version = 1\n{map}"))).unwrap();
    (records, remarks.join("\n"))
}

fn contacts(map: &str, text: &[u8]) -> Vec<Contact> {
    let contact = |record: Record| match record.outcome {
        Outcome::Contact(contact) => *contact,
        other => panic!("{other:?}"),
    };
    read(map, text).0.into_iter().map(contact).collect()
}

fn one(map: &str, text: &[u8]) -> Contact {
    let mut contacts = contacts(map, text);
    assert_eq!(contacts.len(), 1);
    contacts.remove(0)
}

fn refused(map: &str, text: &[u8]) -> String {
    super::read(text, options(&format!("version = 1\n{map}"))).unwrap_err().to_string()
}

fn wrong(map: &str) -> String {
    Map::parse(map).unwrap_err().to_string()
}

#[test]
fn columns_go_by_header_by_number_and_by_their_place_among_equals() {
    let map = "[columns]\n'vor  NAME' = 'name.given'\n'@2' = 'name.family'\n'Ort' = 'address.home.city'\n\
               'Ort#2' = 'address.business.city'\n'Tel #2' = 'phone.home'";
    let text = "Vor Name;Weiß nicht;Ort;Ort ;Tel #2\nÈve;Roux;Kiel;Bonn;1\n";
    let eve = one(map, text.as_bytes());
    assert_eq!((eve.name.given.as_str(), eve.name.surname.as_str()), ("Ève", "Roux"));
    let cities: Vec<_> = eve.addresses.iter().map(|address| (address.kind, address.city.as_str())).collect();
    assert_eq!(cities, [(Some(Kind::Home), "Kiel"), (Some(Kind::Business), "Bonn")]);
    assert_eq!((eve.phones[0].kind, eve.phones[0].number.as_str()), (Some(Kind::Home), "1"));
    assert!(eve.extra.is_empty(), "{:?}", eve.extra);
}

#[test]
fn a_value_gets_something_around_it_only_where_there_is_one() {
    let map = "[columns]\nN = 'name.full'\nK = { to = 'hobby', prefix = '<', suffix = '>' }";
    let read = contacts(map, b"N,K\nEve,chess\nAda,\n");
    assert_eq!((read[0].hobby.as_str(), read[1].hobby.as_str()), ("<chess>", ""));
}

#[test]
fn notes_are_the_lines_of_all_that_go_there() {
    let map = "[columns]\nN = 'name.full'\nA = 'notes'\nK = { to = 'notes', prefix = 'No. ' }\n\
               J = { join = ['X', 'Y'], with = '/', to = 'notes' }\n[constants]\nnotes = 'imported'\n\
               [unmapped]\naction = 'notes'";
    let read = contacts(map, b"N,A,K,X,Y,Rest\nEve,\"one\ntwo\",7,x,y,z\nAda,,8,,y,\n");
    assert_eq!(read[0].notes, "one\ntwo\nNo. 7\nx/y\nRest: z\nimported");
    assert_eq!(read[1].notes, "No. 8\ny\nimported");
    let alone = one("[columns]\nN = 'name.full'\nA = 'notes'", b"N,A\nEve, one\n");
    assert_eq!(alone.notes, "one");
}

#[test]
fn a_split_cell_is_several_values_and_one_that_does_not_fit_is_told() {
    let map = r"[columns]
        N = 'name.full'
        'PLZ/Ort' = { split = '(\d{5}) (\w+)( .*)?', to = ['address.home.postal_code', 'address.home.city', 'ignore'] }
        Born = { split = 'am (.+)', to = ['birthday'] }";
    let (records, _) =
        read(map, "N;PLZ/Ort;Born\nEve;01067 Döbeln an der Elbe;am 24.12.1970\nAda;D-1 Kiel;\n".as_bytes());
    let Outcome::Contact(eve) = &records[0].outcome else { panic!() };
    assert_eq!((eve.addresses[0].postal_code.as_str(), eve.addresses[0].city.as_str()), ("01067", "Döbeln"));
    assert_eq!(eve.birthday, PartialDate::full(1970, 12, 24).map(Date::Known), "dates in made cells have a vote");
    assert!(records[0].losses.is_empty() && eve.extra.is_empty());
    let Outcome::Contact(ada) = &records[1].outcome else { panic!() };
    assert!(ada.addresses.is_empty());
    assert_eq!((ada.extra[0].name.as_str(), ada.extra[0].value.as_str()), ("PLZ/Ort", "D-1 Kiel"));
    assert_eq!(
        (records[1].losses[0].why, records[1].losses[0].value.as_str()),
        (Why::NotUnderstood, "PLZ/Ort: D-1 Kiel")
    );
}

#[test]
fn joined_columns_are_one_value() {
    let map = "[columns]\nN = 'name.full'\n\
               Phone = { join = ['Area', 'Number'], to = 'phone.business', prefix = '+49 ' }\n'Area' = 'hobby'";
    let read = contacts(map, b"N,Area,Number\nEve,30,123\nAda,,45\nNone,,\n");
    assert_eq!(read[0].phones[0].number, "+49 30 123");
    assert_eq!((read[0].phones[0].kind, read[0].phones[0].line), (Some(Kind::Business), Line::Voice));
    assert_eq!(read[0].hobby, "30", "a column may be joined and stand by itself");
    assert_eq!((read[1].phones[0].number.as_str(), read[2].phones.len()), ("+49 45", 0));
}

#[test]
fn constants_stand_in_each_contact_but_make_none() {
    let map = "[columns]\nN = 'name.full'\nCity = 'address.home.city'\nGroups = 'categories'\n[constants]\n\
               categories = ['Import 2026', 'New']\n'address.home.country' = 'France'\norg.company = 'Contoso'";
    let map = map.replace("org.company", "'org.company'");
    let (records, _) = read(&map, b"N,City,Groups,X\nEve,Paris,Old,\nAda,,,\n,,,only this\n");
    let Outcome::Contact(eve) = &records[0].outcome else { panic!() };
    assert_eq!(eve.categories, ["Old", "Import 2026", "New"]);
    assert_eq!((eve.addresses[0].city.as_str(), eve.addresses[0].country.as_str()), ("Paris", "France"));
    let Outcome::Contact(ada) = &records[1].outcome else { panic!() };
    assert_eq!((ada.organization.company.as_str(), ada.addresses.len()), ("Contoso", 0));
    assert!(matches!(records[2].outcome, Outcome::Reject(_)));
}

#[test]
fn what_is_not_named_is_reported_ignored_or_refused() {
    let text = b"N,Foo,Bar\nEve,1,2\n";
    let map = |action: &str| format!("[columns]\nN = 'name.full'\nBar = 'ignore'\n[unmapped]\naction = '{action}'");
    let (records, remarks) = read(&map("report"), text);
    let Outcome::Contact(eve) = &records[0].outcome else { panic!() };
    assert_eq!(eve.extra.iter().map(|extra| extra.name.as_str()).collect::<Vec<_>>(), ["Foo"]);
    assert!(remarks.contains("no field for “Foo”: kept as it is (filled in 1 of 1 rows)"), "{remarks}");
    let (records, remarks) = read(&map("ignore"), text);
    let Outcome::Contact(eve) = &records[0].outcome else { panic!() };
    assert!(eve.extra.is_empty() && remarks.contains("2 columns, 1 more left out"), "{remarks}");
    let said = refused(&map("error"), text);
    assert!(said.contains("new are “Foo”"), "{said}");
    let kept = one("[columns]\nN = 'name.full'\nFoo = 'keep'\n[unmapped]\naction = 'ignore'", text);
    assert_eq!((kept.extra.len(), kept.extra[0].name.as_str()), (1, "Foo"));
}

#[test]
fn other_headers_are_refused() {
    let map = "name = 'lex'\n[columns]\n'First' = 'name.given'\n'Kundennr.' = 'keep'\n'@9' = 'hobby'";
    let said = refused(map, b"First,Kundennr,Neu\nEve,1,2\n");
    for text in ["“lex”", "missing are “Kundennr.” (perhaps now “Kundennr”), “@9”", "new are “Kundennr”, “Neu”"]
    {
        assert!(said.contains(text), "{said}");
    }
    let said = refused("[columns]\n'First' = 'name.given'\n'@1' = 'name.family'", b"First\nEve\n");
    assert!(said.contains("names column 1 (“First”) twice"), "{said}");
}

#[test]
fn the_header_is_where_the_file_says() {
    let map = |header: &str| format!("[input]\nheader = {header}\n[columns]\nA = 'name.given'\nB = 'name.family'");
    let text = b"A,B\nNews,of,today\nB,A\nEve,Roe\n";
    let names = |map: &str| {
        contacts(map, text).iter().map(|one| format!("{} {}", one.name.given, one.name.surname)).collect::<Vec<_>>()
    };
    assert_eq!(names(&map("3")), ["Roe Eve"]);
    assert_eq!(names(&map("1")), ["News of", "B A", "Eve Roe"]);
    assert_eq!(names(&map("'auto'")), names(&map("1")), "the first of equals");
    let title = b"Members\n\nB,A\nEve,Roe\n";
    assert_eq!(contacts(&map("'auto'"), title)[0].name.given, "Roe");
    assert!(refused(&map("4"), text).contains("missing are “A”, “B”"));
}

#[test]
fn a_table_without_a_header_row() {
    let map = "[input]\nheader = 'none'\n[columns]\n'@1' = 'name.family'\n'@3' = 'phone.mobile'";
    let (records, remarks) = read(map, b"Roe;Eve;0123\nByron;Ada;\n");
    let Outcome::Contact(eve) = &records[0].outcome else { panic!() };
    assert_eq!((eve.name.surname.as_str(), eve.phones[0].number.as_str()), ("Roe", "0123"));
    assert_eq!((records.len(), records[0].position.line, records[1].position.line), (2, 1, 2));
    assert!(remarks.contains("no field for “column 2”: kept as it is (filled in 2 of 2 rows)"), "{remarks}");
    let (records, _) = read(map, b"Roe;Eve;0123\n;x;\n");
    let Outcome::Reject(reject) = &records[1].outcome else { panic!() };
    assert_eq!(reject.table.as_ref().unwrap().header, b"", "no header goes before the rejected rows");
}

#[test]
fn numbers_alone_need_the_right_delimiter_all_the_same() {
    let text = "A;B;C\nEve;\"a, b, c, d, e, f\";x\nAda;y\n";
    let read = contacts("[columns]\n'@1' = 'name.full'", text.as_bytes());
    assert_eq!(read.iter().map(|one| one.name.full.as_str()).collect::<Vec<_>>(), ["Eve", "Ada"]);
    let none = "[input]\nheader = 'none'\n[columns]\n'@1' = 'name.full'\n'@3' = 'hobby'";
    let read = contacts(none, b"Eve;a, b, c, d\nAda;y\nIda;z;chess\n");
    assert_eq!((read.len(), read[0].name.full.as_str(), read[2].hobby.as_str()), (3, "Eve", "chess"));
    assert!(refused(none, b"Eve;a\nAda;y\n").contains("missing are “@3”"));
}

#[test]
fn a_dialect_gives_conventions_and_names_columns_only_where_it_is_asked_to() {
    let text = b"Name,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Nr\nEve,a@b.example ::: c@d.example,Mobile,1,x\n";
    let map =
        "[input]\ndialect = 'google-2009'\n[columns]\n'Name' = 'name.full'\n'E-mail 1 - Value' = 'email[1].address'";
    let alone = one(map, text);
    assert_eq!(alone.emails.len(), 2);
    assert_eq!((alone.phones.len(), alone.extra.len()), (0, 3));
    let more = one(&format!("{map}\n'Nr' = 'hobby'\n[unmapped]\nby_dialect = true"), text);
    assert_eq!((more.emails.len(), more.phones[0].line, more.hobby.as_str()), (2, Line::Mobile, "x"));
    let none = one(&map.replace("google-2009", "none"), text);
    assert_eq!(none.emails.len(), 1);
    let auto = one("[input]\ndialect = 'auto'\n[columns]\nNr = 'name.full'\n[unmapped]\nby_dialect = true", text);
    assert_eq!(auto.name.full, "x", "what the file names goes before the dialect");
    assert_eq!(auto.extra.iter().map(|extra| extra.name.as_str()).collect::<Vec<_>>(), ["Name"]);
}

#[test]
fn a_dialect_that_names_columns_finds_the_header_as_without_a_map() {
    let map = "[input]\ndialect = 'outlook-desktop/de'\n[unmapped]\nby_dialect = true\n[columns]\n'Büro' = 'ignore'";
    let text = "Liste, 2026, für alle, die da sind, oder nicht\nVorname;Nachname;Büro\nJörg;Groß;1\n";
    let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(text);
    let joerg = one(map, &bytes);
    assert_eq!((joerg.name.given.as_str(), joerg.name.surname.as_str()), ("Jörg", "Groß"));
    assert!(joerg.organization.office.is_empty() && joerg.extra.is_empty());
}

#[test]
fn the_separators_of_several_values() {
    let map =
        "[input]\nvalue_separators = ['|', ' / ']\n[columns]\nN = 'name.full'\nP = 'phone.plain'\nG = 'categories'";
    let eve = one(map, b"N;P;G\nEve;1|2 / 3;a, b|c\n");
    assert_eq!(eve.phones.iter().map(|phone| phone.number.as_str()).collect::<Vec<_>>(), ["1", "2", "3"]);
    assert_eq!(eve.categories, ["a, b", "c"]);
}

#[test]
fn what_is_said_of_the_input_is_obeyed() {
    let map = "[input]\nencoding = 'windows-1251'\ndelimiter = ':'\ndate_order = 'mdy'\n[columns]\nN = 'name.full'\nB = 'birthday'";
    let (bytes, ..) = encoding_rs::WINDOWS_1251.encode("N:B\nИван:1/2/1980\n");
    let ivan = one(map, &bytes);
    assert_eq!((ivan.name.full.as_str(), ivan.birthday), ("Иван", PartialDate::full(1980, 1, 2).map(Date::Known)));
}

#[test]
fn several_columns_may_fill_what_holds_several() {
    let map = "[columns]\nN = 'name.full'\nF1 = 'phone.fax'\nF2 = 'phone.fax'\nM = 'phone.mobile'\nM2 = 'phone.mobile[2]'\n\
               C = 'address.home.city'\nC2 = 'address.home[2].city'\nG = 'categories'\nH = 'categories'";
    let eve = one(map, b"N,F1,F2,M,M2,C,C2,G,H\nEve,1,2,3,4,Kiel,Bonn,a,b\n");
    assert_eq!((eve.phones.len(), eve.addresses.len()), (4, 2));
    assert_eq!(eve.categories, ["a", "b"]);
}

/// Each mistake: where it stands, and what is said.
#[test]
fn mistakes_are_told_with_their_place_and_the_way_out() {
    let table: &[(&str, &str, &str)] = &[
        ("", "line 1, column 1", "write version = 1"),
        ("version = 2", "line 1, column 11", "another version"),
        ("version = 1\nnam = 'x'", "line 2, column 1", "did you mean “name”?"),
        ("version = 1\n[columns", "line 2, column 9", "is no TOML"),
        ("version = 1\n[columns]\nA = 'x'\nA = 'y'", "line 4, column 1", "is no TOML"),
        ("version = 1\ncolumns = 3", "line 2, column 11", "wants a table [columns]"),
        ("version = 1", "line 1, column 1", "says nothing of any column"),
        ("version = 1\n[columns]\nA = 'name.givn'", "line 3, column 5", "did you mean “name.given”?"),
        (
            "version = 1\n[columns]\nA = 'city'",
            "line 3, column 5",
            "did you mean “address[].city” or “address.business.city”",
        ),
        ("version = 1\n[columns]\nA = 'ignor'", "line 3, column 5", "did you mean “ignore”?"),
        ("version = 1\n[columns]\nA = 'favourite colour'", "line 3, column 5", "inspect --columns"),
        ("version = 1\n[columns]\nA = 'email[x].address'", "line 3, column 5", "there is no “email[x].address”"),
        ("version = 1\n[columns]\nA = 'email[0].address'", "line 3, column 5", "there is no"),
        ("version = 1\n[columns]\nA = 7", "line 3, column 5", "{ to = \"…\" }"),
        ("version = 1\n[columns]\nÄ = 7", "line 3, column 1", "is no TOML"),
        ("version = 1\n[columns]\n'Ä' = 7", "line 3, column 7", "wants the name"),
        ("version = 1\n[columns]\n'@0' = 'notes'", "line 3, column 1", "from @1 to"),
        ("version = 1\n[columns]\n' ' = 'notes'", "line 3, column 1", "goes by its number"),
        ("version = 1\n[columns]\nA = { too = 'notes' }", "line 3, column 7", "did you mean “to”?"),
        ("version = 1\n[columns]\nA = { to = 'ignore' }", "line 3, column 12", "stands alone"),
        ("version = 1\n[columns]\nA = { prefix = 'x' }", "line 3, column 5", "add to ="),
        ("version = 1\n[columns]\nA = { to = ['notes'] }", "line 3, column 12", "several are for split"),
        ("version = 1\n[columns]\nA = { to = 'notes', with = ' ' }", "line 3, column 28", "stands beside join"),
        (
            "version = 1\n[columns]\nA = { split = '(', to = ['notes'] }",
            "line 3, column 15",
            "is no regular expression: unclosed group",
        ),
        (
            "version = 1\n[columns]\nA = { split = 'a)|(b', to = ['notes'] }",
            "line 3, column 15",
            "is no regular expression",
        ),
        ("version = 1\n[columns]\nA = { split = '(\\w{500}){500}', to = ['notes'] }", "line 3, column 15", "too large"),
        (
            "version = 1\n[columns]\nA = { split = '(a)(b)', to = ['notes'] }",
            "line 3, column 30",
            "2 groups in ( ), and there is 1 name",
        ),
        ("version = 1\n[columns]\nA = { split = 'a', to = [] }", "line 3, column 25", "0 groups"),
        ("version = 1\n[columns]\nA = { split = '(a)' }", "line 3, column 5", "where the parts go"),
        (
            "version = 1\n[columns]\nA = { split = '(a)', prefix = 'x', to = ['notes'] }",
            "line 3, column 31",
            "does not go with split",
        ),
        ("version = 1\n[columns]\nA = { join = ['B'], to = 'notes' }", "line 3, column 14", "at least two"),
        (
            "version = 1\n[columns]\nA = { join = ['B', 'C'], split = 'x', to = 'notes' }",
            "line 3, column 34",
            "does not go with join",
        ),
        (
            "version = 1\n[columns]\nA = { join = ['B', 3], to = 'notes' }",
            "line 3, column 20",
            "a text in quotes, not a number",
        ),
        ("version = 1\n[columns]\nA = 'name.given'\nB = 'name.given'", "line 4, column 5", "join = [\"A\", \"B\"]"),
        (
            "version = 1\n[columns]\nA = 'email[1].address'\nB = 'email[1].address'",
            "line 4, column 5",
            "or name it email[2].address",
        ),
        ("version = 1\n[columns]\nA = 'phone.mobile'\nB = 'phone.mobile[1]'", "line 4, column 5", "phone.mobile[2]"),
        (
            "version = 1\n[columns]\nA = 'address.home.city'\nB = 'address.home.city'",
            "line 4, column 5",
            "address.home[2].city",
        ),
        (
            "version = 1\n[columns]\nA = 'gender'\n[constants]\ngender = 'male'",
            "line 5, column 10",
            "“A” is mapped to it already",
        ),
        (
            "version = 1\n[columns]\nA = 'notes'\n[constants]\nhoby = 'chess'",
            "line 5, column 1",
            "did you mean “hobby”?",
        ),
        ("version = 1\n[columns]\nA = 'notes'\n[constants]\ncategories = 'a, b'", "line 5, column 14", "as a list"),
        (
            "version = 1\n[columns]\nA = 'notes'\n[constants]\nspouse = ['a', 'b']",
            "line 5, column 16",
            "holds one value",
        ),
        ("version = 1\n[input]\nencoding = 'utf-9'", "line 3, column 12", "no such character set"),
        ("version = 1\n[input]\nencoding = 8", "line 3, column 12", "or \"auto\""),
        ("version = 1\n[input]\ndelimiter = 'ab'", "line 3, column 13", "one character"),
        ("version = 1\n[input]\nheader = 0", "line 3, column 10", "from 1 to 20"),
        ("version = 1\n[input]\nheader = 'first'", "line 3, column 10", "\"none\""),
        ("version = 1\n[input]\ndialect = 'google-2023'", "line 3, column 11", "did you mean"),
        ("version = 1\n[input]\ndate_order = 'ydm'", "line 3, column 14", "\"dmy\""),
        ("version = 1\n[input]\nvalue_separators = ';'", "line 3, column 20", "wants a list"),
        ("version = 1\n[input]\nvalue_separators = ['']", "line 3, column 21", "leave it out"),
        ("version = 1\n[input]\nheader = 'none'\n[columns]\nA = 'notes'", "line 5, column 1", "\"@1\" is the first"),
        ("version = 1\n[unmapped]\naction = 'drop'", "line 3, column 10", "\"ignore\""),
        ("version = 1\n[unmapped]\nby_dialect = true", "line 3, column 14", "wants a dialect"),
        ("version = 1\n[unmapped]\nby_dialect = 'yes'", "line 3, column 14", "true or false"),
    ];
    let is_said = |(map, place, says): &&(&str, &str, &str)| {
        let said = wrong(map);
        !said.starts_with(&format!("{place}: ")) || !said.contains(says)
    };
    let others: Vec<_> = table.iter().filter(is_said).map(|row| (row, wrong(row.0))).collect();
    assert!(others.is_empty(), "{others:#?}");
}

/// The sample, and what is left of it when any one piece is missing, doubled or another: never a panic.
#[test]
fn damaged_maps_are_told() {
    let sample = include_str!("../../../samples/map/customers.toml");
    let table = include_bytes!("../../../samples/map/customers.csv");
    let mut read = 0;
    for (at, letter) in sample.char_indices().step_by(3) {
        let (before, behind) = (&sample[..at], &sample[at + letter.len_utf8()..]);
        for damaged in
            [format!("{before}{behind}"), format!("{before}]{behind}"), format!("{before}{letter}{letter}{behind}")]
        {
            if let Ok(map) = Map::parse(&damaged) {
                let table_options = table::Options { map: Some(Arc::new(map)), ..table::Options::default() };
                let _ = super::read(table.as_slice(), Options { table: table_options, ..Options::default() });
                read += 1;
            }
        }
    }
    assert!(read > 30, "{read}");
}

#[test]
fn no_map_is_too_much_for_the_reader() {
    let many: String = (0..101).map(|n| format!("C{n} = {{ split = '(x)', to = ['notes'] }}\n")).collect();
    assert!(wrong(&format!("version = 1\n[columns]\n{many}")).contains("more than 100"));
    assert!(wrong(&"a".repeat(2 * 1024 * 1024)).contains("larger than 1 MiB"));
    let deep = format!("version = 1\n[columns]\nA = {}", "[".repeat(100_000));
    assert!(wrong(&deep).contains("is no TOML"));
    assert!(Map::parse("\u{feff}version = 1\r\n[columns]\r\nA = 'notes'\r\n").is_ok(), "as Windows writes it");
}

/// Traps 14 and 15: what a spreadsheet did to cells is seen where a map joins or splits them, too.
#[test]
fn damage_is_seen_in_cells_that_are_made() {
    let map = "[columns]\nN = 'name.full'\nT = { split = '(\\S+) (.*)', to = ['address.home.postal_code', 'address.home.city'] }\n\
               P = { join = ['Area', 'Number'], to = 'phone.home' }\nQ = { split = '(.*)/(.*)', to = ['phone.mobile', 'ignore'] }\n\
               [constants]\n'address.home.country' = 'Germany'";
    let text = b"N,T,Area,Number,Q\n\
                 Eve,1067 Dresden,0431,555,151/x\nAnn,98052.0 Redmond,0431,9.19E+11,12-Mar/x\n\
                 Ida,#### Kiel,,12-Mar,4915112345.0/x\nJo,24103 Kiel,,4255550103.0,5/x\n";
    let (records, remarks) = read(map, text);
    assert!(remarks.contains("1 postal code in “T” has fewer than five digits (line 2)"), "{remarks}");
    let contact = |at: usize| match &records[at].outcome {
        Outcome::Contact(contact) => contact,
        other => panic!("{other:?}"),
    };
    let numbers = |at: usize| contact(at).phones.iter().map(|phone| phone.number.as_str()).collect::<Vec<_>>();
    assert_eq!([0, 1, 2, 3].map(numbers), [vec!["0431 555", "151"], vec![], vec![], vec!["5"]]);
    let codes = [0, 1, 2, 3].map(|at| contact(at).addresses[0].postal_code.as_str());
    assert_eq!(codes, ["1067", "", "", "24103"]);
    assert_eq!(contact(2).addresses[0].city, "Kiel");
    let told = |at: usize| {
        let mut told: Vec<_> = records[at].losses.iter().map(|loss| (loss.field, loss.value.as_str())).collect();
        assert!(records[at].losses.iter().all(|loss| loss.why == Why::Spoiled));
        told.sort_unstable();
        told
    };
    use cardferry::model::Field::{Addresses, Phones};
    assert_eq!(told(0), []);
    assert_eq!(told(1), [(Phones, "0431"), (Phones, "12-Mar"), (Phones, "9.19E+11"), (Addresses, "98052.0")]);
    assert_eq!(told(2), [(Phones, "12-Mar"), (Phones, "4915112345.0"), (Addresses, "####")]);
    assert_eq!(told(3), [(Phones, "4255550103.0")]);
    assert_eq!(contact(1).extra.len(), 4, "all of it is kept");
}
