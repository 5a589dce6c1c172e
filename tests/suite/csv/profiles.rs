//! How tables are written: columns, encodings, delimiters, cells that are no formulas.

use cardferry::formats::Outcome;
use cardferry::formats::csv::{Options, Writer, Writing};
use cardferry::formats::table::{Profile, Style};
use cardferry::model::{Address, Contact, Email, Field, Kind, Line, Loss, Organization, Phone, Shape, Why};
use encoding_rs::{EUC_KR, SHIFT_JIS, UTF_8, UTF_16LE, WINDOWS_1252};
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::roundtrip::contact;

fn written(contact: &Contact, writing: impl Into<Writing>) -> (Vec<u8>, Vec<Loss>) {
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out, writing);
    let losses = writer.write(contact).unwrap();
    writer.finish().unwrap();
    (out, losses)
}

fn read(bytes: &[u8]) -> (Contact, Vec<String>) {
    let (records, remarks) = super::read(bytes, Options::default()).unwrap();
    match &records[0].outcome {
        Outcome::Contact(contact) => ((**contact).clone(), remarks),
        other => panic!("{other:?}"),
    }
}

fn person(given: &str) -> Contact {
    let mut contact = Contact::default();
    contact.name.given = given.to_owned();
    contact.name.surname = "Doe".to_owned();
    contact
}

/// The beginning of a file, and what its rows end with, as each program expects them.
#[test]
fn each_program_gets_its_own_encoding_and_line_ends() {
    let style = |name: &str, language: &str| Style::of(Profile::named(name).unwrap(), language).unwrap();
    for (style, begins, ends) in [
        (style("outlook-desktop", "en"), &b"Title,First Name,"[..], "\r\n"),
        (style("outlook-desktop", "de"), b"Anrede,Vorname,Weitere Vornamen,", "\r\n"),
        (style("outlook-desktop", "fr"), b"Titre,Pr\xe9nom,Deuxi\xe8me", "\r\n"),
        (style("outlook-web", "en"), b"\xef\xbb\xbfFirst Name,Middle Name,", "\r\n"),
        (style("google", "en"), b"First Name,Middle Name,", "\n"),
        (style("thunderbird", "en"), b"First Name,Last Name,Display Name,", "\n"),
        (style("generic", "en"), b"\xef\xbb\xbfFull Name,Name Prefix,", "\r\n"),
    ] {
        let (bytes, losses) = written(&person("Ann"), style);
        assert!(bytes.starts_with(begins), "{}: {}", style.name(), String::from_utf8_lossy(&bytes));
        let carriage = bytes.contains(&b'\r');
        assert_eq!((carriage, bytes.ends_with(ends.as_bytes())), (ends == "\r\n", true), "{}", style.name());
        assert_eq!(losses, []);
    }
}

/// What Outlook fills with fixed words has those of the headers' language, and dates that no country turns round.
#[test]
fn fixed_words_are_of_the_language() {
    let mut contact = person("Ann");
    contact.gender.sex = Some(cardferry::model::Sex::Female);
    contact.sensitivity = "private".to_owned();
    contact.birthday = cardferry::model::PartialDate::yearless(4, 3).map(cardferry::model::Date::Known);
    for (language, words) in
        [("en", "Female Private True"), ("de", "Weiblich Privat Wahr"), ("fr", "Féminin Privé Vrai")]
    {
        let (bytes, losses) = written(&contact, Style::of(Profile::OutlookDesktop, language).unwrap());
        let text = WINDOWS_1252.decode(&bytes).0.into_owned();
        for word in words.split(' ').chain(["1604-04-03"]) {
            assert!(text.contains(&format!(",{word},")), "{language} {word}: {text}");
        }
        assert_eq!((losses, read(&bytes).0), (vec![], contact.clone()), "{language}");
    }
}

/// Thunderbird has few columns, each of which is used as far as it goes.
#[test]
fn thunderbird_gets_lines_of_the_street_and_parts_of_the_date() {
    let mut contact = person("Ann");
    let street = "Main Street 1\nBack door".to_owned();
    let plain = Address { street, po_box: "12".into(), city: "Bath".into(), ..Address::default() };
    contact.addresses.push(Address { kind: Some(Kind::Business), ..plain });
    contact.phones.push(Phone { number: "1".into(), kind: Some(Kind::Home), line: Line::Fax, ..Phone::default() });
    contact.phones.push(Phone { number: "2".into(), ..Phone::default() });
    contact.emails.extend(["a@b.example", "c@d.example", "e@f.example"].map(|address| Email {
        address: address.into(),
        name: "Ann Doe".into(),
        ..Email::default()
    }));
    contact.birthday = cardferry::model::PartialDate::yearless(4, 3).map(cardferry::model::Date::Known);
    let (bytes, losses) = written(&contact, Profile::Thunderbird);
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.contains("Main Street 1,\"Back door\n12\",Bath,"), "{text}");
    let told: Vec<String> = losses.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "e-mail addresses: e@f.example: the target takes only 2",
            "phone numbers: 1 (Home, Fax): the value is kept, but not its label or remark",
            "phone numbers: 2 (Other): the value is kept, but not its label or remark",
            "postal addresses: 12: the value is kept, but not its label or remark",
        ]
    );
    let back = read(&bytes).0;
    assert_eq!((back.birthday, back.addresses[0].street.as_str()), (contact.birthday, "Main Street 1\nBack door\n12"));
}

/// A character that the code page lacks is a question mark and a loss of its field; what the page would write as
/// another one is, too.
#[test]
fn what_a_code_page_lacks_is_told() {
    let mut contact = person("Zoë 東");
    contact.notes = "5 ¥ € −".to_owned();
    contact.organization = Organization { company: "表能 商事".to_owned(), ..Organization::default() };
    for (encoding, given, company, notes) in [
        (WINDOWS_1252, "Zoë ?", "?? ??", "5 ¥ € ?"),
        (SHIFT_JIS, "Zo? 東", "表能 商事", "5 ? ? ?"),
        (EUC_KR, "Zo? 東", "表能 商事", "5 ? € ?"),
        (UTF_16LE, "Zoë 東", "表能 商事", "5 ¥ € −"),
        (UTF_8, "Zoë 東", "表能 商事", "5 ¥ € −"),
    ] {
        let mark = encoding == UTF_16LE;
        let (bytes, losses) = written(&contact, Writing { encoding, mark, ..Profile::OutlookDesktop.into() });
        let text = encoding.decode(&bytes).0.into_owned();
        for cell in [given, company, notes] {
            assert!(text.contains(&format!(",{cell},")), "{}: {cell}: {text}", encoding.name());
        }
        let lost = |field: Field| losses.contains(&Loss::new(field, field.text(&contact).unwrap(), Why::Characters));
        let cells = [(Field::GivenName, given), (Field::Company, company), (Field::Notes, notes)];
        for (field, cell) in cells {
            assert_eq!(lost(field), cell.contains('?'), "{} {field:?}", encoding.name());
        }
        assert_eq!(losses.len(), cells.iter().filter(|(_, cell)| cell.contains('?')).count());
    }
}

#[test]
fn headers_that_an_encoding_lacks_are_found_before_anything_is_written() {
    let french = Style::of(Profile::OutlookDesktop, "fr").unwrap();
    let check = |encoding| Writing { encoding, ..french.into() }.check();
    assert_eq!(check(SHIFT_JIS), Err("Prénom".to_owned()));
    assert_eq!((check(WINDOWS_1252), check(UTF_8)), (Ok(()), Ok(())));
    for profile in Profile::ALL {
        for style in profile.languages().into_iter().filter_map(|language| Style::of(*profile, language)) {
            assert_eq!(Writing::from(style).check(), Ok(()), "{}", style.name());
        }
    }
}

#[test]
fn any_delimiter_is_found_again() {
    let contact = person("Ann, the; \"first\"\tof|all");
    for delimiter in *b",;\t|" {
        for profile in Profile::ALL {
            let (bytes, _) = written(&contact, Writing { delimiter, ..(*profile).into() });
            assert_eq!(read(&bytes).0.name, contact.name, "{profile:?} {delimiter}");
        }
    }
}

/// Each table is known again as its own, and no other one fits as well.
#[test]
fn each_table_is_known_again() {
    for profile in Profile::ALL {
        for language in profile.languages() {
            let style = Style::of(*profile, language).unwrap();
            let (bytes, _) = written(&person("Ann"), style);
            let (_, remarks) = read(&bytes);
            let all = |remark: &String| {
                let known = remark.split(", ").find_map(|part| part.split_once(" headers known"));
                known.and_then(|(counts, _)| counts.split_once(" of ")).is_some_and(|(known, all)| known == all)
            };
            assert!(remarks.iter().any(all), "{}: {remarks:?}", style.name());
            assert!(!remarks.iter().any(|remark| remark.contains("fits as well")), "{}: {remarks:?}", style.name());
        }
    }
}

/// Takes the guard of a cell off, as reading does.
fn unguarded(cell: &str) -> &str {
    const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    let guarded = cell.starts_with('\'') && cell.trim_start_matches('\'').starts_with(FORMULA);
    if guarded { &cell[1..] } else { cell }
}

fn cells(bytes: &[u8]) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    rows[1].iter().map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Fields of which no loss is told are as they were, whatever the encoding.
    #[test]
    fn encodings_hold_what_they_do_not_tell(mut contact in contact(), which in 0..4usize) {
        contact.forget_made_name();
        let encoding = [WINDOWS_1252, SHIFT_JIS, UTF_16LE, encoding_rs::GB18030][which];
        let writing = Writing { encoding, mark: which == 2, ..Profile::Generic.into() };
        let (bytes, losses) = written(&contact, writing);
        let options = Options { encoding: Some(encoding), ..Options::default() };
        let (records, _) = super::read(bytes.as_slice(), options).unwrap();
        let Some(Outcome::Contact(back)) = records.first().map(|record| &record.outcome) else {
            prop_assert!(contact.is_empty() || !losses.is_empty());
            return Ok(());
        };
        for field in Field::ALL.iter().filter(|field| field.shape() == Shape::Text) {
            if losses.iter().all(|loss| loss.field != *field) {
                prop_assert_eq!(field.text(back), field.text(&contact), "{:?}", field);
            }
        }
    }

    /// Whatever stands in a cell, no spreadsheet takes it for a formula, and reading gives back what it was.
    #[test]
    fn guarded_cells_are_no_formulas_and_are_undone(
        texts in proptest::collection::vec("['=+@\t＝\\-]{0,3}[a-z0-9 =]{0,4}[a-z]", 3),
        number in "[+0-9=-]?[0-9 ().x,;*|-]{0,8}[0-9]",
    ) {
        let mut contact = person(&texts[0]);
        contact.notes.clone_from(&texts[1]);
        contact.organization.company.clone_from(&texts[2]);
        contact.phones.push(Phone { number, kind: Some(Kind::Home), ..Phone::default() });
        for profile in [Profile::OutlookDesktop, Profile::Generic] {
            let plain = Writing { encoding: UTF_8, mark: false, ..profile.into() };
            let safe = cells(&written(&contact, Writing { excel_safe: true, ..plain }).0);
            let phone = &contact.phones[0].number;
            for cell in &safe {
                let harmless = !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
                prop_assert!(harmless || cell == phone && phone.starts_with('+') && !phone.contains('|'), "{:?}", cell);
            }
            let undone: Vec<_> = safe.iter().map(|cell| unguarded(cell)).collect();
            let bare = cells(&written(&contact, plain).0);
            prop_assert_eq!(undone, bare.iter().map(|cell| unguarded(cell)).collect::<Vec<_>>());
        }
    }
}

/// 17: of values that share a cell the first alone is read as the preferred one; that is told of the others.
#[test]
fn values_that_share_a_cell_have_one_preference() {
    let mut contact = person("Ann");
    let phone = |at: usize| Phone { number: format!("+1 425 555 010{at}"), preference: Some(1), ..Phone::default() };
    contact.phones = (0..9).map(phone).collect();
    let (bytes, losses) = written(&contact, Profile::Google);
    let told: Vec<_> = losses.iter().map(|loss| (loss.value.as_str(), loss.why)).collect();
    let wanted: Vec<_> = (1..9).map(|at| format!("+1 425 555 010{at} (preference 1)")).collect();
    assert_eq!(told, wanted.iter().map(|value| (value.as_str(), Why::Remark)).collect::<Vec<_>>());
    let again = read(&bytes).0.phones;
    assert_eq!(again.iter().filter(|phone| phone.preference.is_some()).count(), 1);
    assert_eq!(again.len(), 9);
}
