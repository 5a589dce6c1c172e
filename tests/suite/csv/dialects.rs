//! The tables of all programs and languages: a sample of each, and the traps of headers by their numbers.

use std::fmt::Write as _;
use std::path::Path;

use cardferry::formats::csv::Options;
use cardferry::formats::table::{self, Dialect, DialectChoice};
use cardferry::formats::{Outcome, Record};
use cardferry::model::{Contact, Date, Kind, Line, PartialDate};
use encoding_rs::Encoding;
use pretty_assertions::assert_eq;

use crate::{dump, golden};

fn records(text: &[u8]) -> Vec<Record> {
    super::read(text, Options::default()).unwrap().0
}

fn one(text: impl AsRef<[u8]>) -> Contact {
    let mut records = records(text.as_ref());
    assert_eq!(records.len(), 1);
    match records.remove(0).outcome {
        Outcome::Contact(contact) => *contact,
        other => panic!("{other:?}"),
    }
}

fn remarks(text: impl AsRef<[u8]>) -> String {
    super::read(text.as_ref(), Options::default()).unwrap().1.join("\n")
}

fn refused(text: impl AsRef<[u8]>) -> String {
    super::read(text.as_ref(), Options::default()).unwrap_err().to_string()
}

fn said(dialect: &str) -> Options {
    let dialect: DialectChoice = dialect.parse().unwrap();
    Options { table: table::Options { dialect: Some(dialect), ..table::Options::default() }, ..Options::default() }
}

/// The one contact of a table whose dialect the user names.
fn one_as(dialect: &str, text: &str) -> Contact {
    let (mut records, _) = super::read(text.as_bytes(), said(dialect)).unwrap();
    match records.remove(0).outcome {
        Outcome::Contact(contact) => *contact,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_sample_of_a_dialect_gives_its_contacts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/dialects");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in &paths {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = std::fs::read(path).unwrap();
        let (records, remarks) = super::read(bytes.as_slice(), Options::default()).unwrap();
        let mut text = String::new();
        remarks.iter().for_each(|remark| writeln!(text, "# {remark}").unwrap());
        for record in &records {
            text.push('\n');
            text.push_str(&dump::record(record));
        }
        golden::check(&format!("csv/dialects/{name}.txt"), &text);
    }
    let has =
        |dialect: &&str| paths.iter().any(|path| path.file_name().unwrap().to_str().unwrap().starts_with(*dialect));
    let elsewhere = ["google-2009", "google-2024"];
    let lacking: Vec<_> = table::known().into_iter().filter(|name| !elsewhere.contains(name) && !has(name)).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

/// 1: the headers of Outlook in each language, in any order.
#[test]
fn trap_01_outlook_in_its_languages() {
    for (language, header) in [
        ("German", "Büro,Nachname,Vorname"),
        ("French", "Bureau,Nom,Prénom"),
        ("Italian", "Ubicazione ufficio,Cognome,Nome"),
        ("Russian", "Расположение комнаты,Фамилия,Имя"),
        ("Japanese", "事業所,姓,名"),
        ("Korean", "사무실 위치,성,이름"),
        ("Chinese (simplified)", "办公地点,姓,名"),
        ("Chinese (traditional)", "辦公室,姓氏,名字"),
        ("Portuguese (Brazil)", "Sala,Sobrenome,Primeiro nome"),
        ("Danish", "Kontoradresse,Efternavn,Fornavn"),
    ] {
        let text = format!("{header}\nB 12,Roe,Eve\n");
        let contact = one(&text);
        let read = (contact.organization.office.as_str(), contact.name.surname.as_str(), contact.name.given.as_str());
        assert_eq!(read, ("B 12", "Roe", "Eve"), "{header}");
        let said = remarks(&text);
        assert!(said.contains(&format!("Outlook for Windows in {language}, 3 of 3 headers known")), "{said}");
    }
}

/// 2: the same word means what it means in its own table.
#[test]
fn trap_02_the_same_word_in_other_tables() {
    let italian = one("Nome,Cognome,Ufficio,Compleanno\nEva,Rossi,011 1,24/12/1971\n");
    assert_eq!(italian.phones[0].kind, Some(Kind::Business));
    let windows = one("Nome,Cognome,Ufficio,Telefono (ufficio)\nEva,Rossi,B 12,011 1\n");
    assert_eq!(windows.organization.office, "B 12");
    let spanish = one("Nombre,Apellidos,Particular,Puesto,Calle del trabajo\nEva,Roja,91 1,Jefa,Mayor 1\n");
    assert_eq!((spanish.phones[0].kind, spanish.phones[0].line), (Some(Kind::Home), Line::Voice));
    let brazilian = one("Primeiro nome,Sobrenome,Particular,Telefone celular\nEva,Rosa,Verdadeiro,11 1\n");
    assert_eq!(brazilian.sensitivity, "private");
    let chinese = one("英文称谓,名,姓,中文称谓\nDr.,小红,李,女士\n");
    assert_eq!((chinese.name.prefix.as_str(), chinese.name.suffix.as_str()), ("Dr.", "女士"));
    let yahoo = one("First,Last,Title,Home,Work,Yahoo! Phone\nEve,Roe,CTO,1,2,3\n");
    assert_eq!(yahoo.organization.job_title, "CTO");
    let kinds: Vec<_> = yahoo.phones.iter().map(|phone| (phone.number.as_str(), phone.kind)).collect();
    assert_eq!(kinds, [("1", Some(Kind::Home)), ("2", Some(Kind::Business)), ("3", Some(Kind::Other))]);
    let snappy = one("Title,First Name,Last Name,Nick Name,Home Email\nEve Roe,Eve,Roe,E,e@example.com\n");
    assert_eq!(snappy.name.full, "Eve Roe");
}

/// 2: where tables fit alike and disagree, the user is asked.
#[test]
fn trap_02_a_tie_stops_the_reading() {
    let text = "First Name,Last Name,Title,Company\nEve,Roe,CTO,Contoso\n";
    let what = refused(text);
    assert!(what.contains("“Title” is name.prefix in outlook-desktop/en, outlook-web/en"), "{what}");
    assert!(what.contains("but org.job_title in generic/en"), "{what}");
    assert!(
        what.contains("say which it is with --csv-dialect outlook-desktop/en or --csv-dialect generic/en"),
        "{what}"
    );
    assert_eq!(one_as("generic", text).organization.job_title, "CTO");
    assert_eq!(one_as("outlook-desktop/en", text).name.prefix, "CTO");
}

/// 2: an empty column is no reason to ask, but is told.
#[test]
fn trap_02_nobody_asks_for_an_empty_column() {
    let text = "First Name,Last Name,Title,Company\nEve,Roe,,Contoso\nAnn,Poe, ,\n";
    assert_eq!(records(text.as_bytes()).len(), 2);
    assert!(remarks(text).contains("several tables fit: “Title” is name.prefix"), "{}", remarks(text));
}

/// 2: what fills the column may come late.
#[test]
fn trap_02_a_late_value_stops_the_reading_too() {
    let mut text = "First Name,Last Name,Title,Company\n".to_owned();
    text.push_str(&"Eve,Roe,,Contoso\n".repeat(20_000));
    text.push_str("Ann,Poe,CEO,Contoso\n");
    let survey = cardferry::formats::csv::survey(text.as_bytes(), &Options::default());
    assert!(survey.is_some());
    let error = super::read(text.as_bytes(), Options { survey, ..Options::default() }).unwrap_err().to_string();
    assert!(error.contains("--csv-dialect"), "{error}");
}

/// 2: tables that differ in nothing that matters, or that hardly anybody has, are no reason to ask.
#[test]
fn trap_02_what_is_no_tie() {
    let street = one("Name,Company,Street,City,State,Postal Code,Country\nEve,X,1 Main St,Salem,OR,97301,US\n");
    assert_eq!((street.addresses[0].kind, street.addresses[0].city.as_str()), (None, "Salem"));
    let page = one("First Name,Last Name,Company,Website\nEve,Roe,X,https://x.example\n");
    assert_eq!(page.urls[0].kind, None);
    let day = one("Vorname,Nachname,Geburtstag\nEve,Roe,24.12.1971\n");
    assert_eq!(day.birthday, PartialDate::full(1971, 12, 24).map(Date::Known));
    let korean = one("이름,휴대폰\n김민지,010\n");
    assert_eq!((korean.name.full.as_str(), korean.name.given.as_str()), ("김민지", ""));
    let brazilian = one("Nome,E-mail,Cidade,Estado\nEva Rosa,e@example.com,Salvador,BA\n");
    assert_eq!((brazilian.name.full.as_str(), brazilian.name.given.as_str()), ("Eva Rosa", ""));
    let address = &brazilian.addresses[0];
    assert_eq!((address.kind, address.city.as_str(), address.state.as_str()), (None, "Salvador", "BA"));
}

/// 3: the word for the whole date and the day alone.
#[test]
fn trap_03_a_birthday_and_a_day_of_birth() {
    let born = PartialDate::full(1971, 12, 24).map(Date::Known);
    let outlook = one("Vorname,Nachname,Geburtstag,Jahrestag,Telefon geschäftlich\nEva,Roth,24.12.1971,,1\n");
    assert_eq!(outlook.birthday, born);
    let thunderbird =
        "Vorname,Nachname,Anzeigename,Geburtsjahr,Geburtsmonat,Geburtstag\nEva,Roth,Eva Roth,1971,12,24\n";
    assert_eq!(one(thunderbird).birthday, born);
    let korean = "이름,성,표시명,태어난 해,태어난 달,생일\n민지,김,김민지,1971,12,24\n";
    assert_eq!(one(korean).birthday, born);
    assert_eq!(one("姓,名,誕生日,携帯電話\n見本,花子,1971/12/24,090\n").birthday, born);
}

/// 4: twins in the order of their program.
#[test]
fn trap_04_twins_of_thunderbird() {
    for (header, language) in [
        ("Prénom,Nom de famille,Nom à afficher,Ville,Pays/État,Code postal,Ville,Pays/État,Code postal", "French"),
        ("이름,성,표시명,구/군,시/도,우편번호,구/군,시/도,우편번호", "Korean"),
        ("Křestní jméno,Příjmení,Zobrazované jméno,Město,Kraj,PSČ,Město,Kraj,PSČ", "Czech"),
        ("名字,姓氏,显示名称,城市,省/自治区/直辖市,邮政编码,城市,省/自治区/直辖市,邮政编码", "Chinese (simplified)"),
    ] {
        let text = format!("{header}\nEve,Roe,Eve Roe,A,B,1,C,D,2\n");
        assert!(remarks(&text).contains(&format!("Thunderbird in {language}, 9 of 9")), "{}", remarks(&text));
        let contact = one(text);
        let read = contact.addresses.iter().map(|at| (at.kind, &*at.city, &*at.state, &*at.postal_code));
        let wanted = [(Some(Kind::Home), "A", "B", "1"), (Some(Kind::Business), "C", "D", "2")];
        assert!(read.eq(wanted), "{language}: {:?}", contact.addresses);
    }
    let swedish = "Förnamn,Efternamn,Visa,Annan uppgift 1,Annan uppgift 1\nEva,Ros,Eva Ros,a,b\n";
    let kept: Vec<_> = one(swedish).extra.into_iter().map(|extra| extra.value).collect();
    assert_eq!(kept, ["a", "b"]);
}

/// 5: the header decides on the code page.
#[test]
fn trap_05_the_code_page_of_the_header() {
    for (encoding, header, given) in [
        ("windows-1252", "Prénom,Nom,Deuxième prénom,Société ", "Hélène"),
        ("windows-1250", "Křestní jméno,Příjmení,Zobrazované jméno,Společnost", "Jiří"),
        ("iso-8859-2", "Utónév,Vezetéknév,Megjelenő név,Szervezet", "Győző"),
        ("windows-1251", "Имя,Фамилия,Отчество,Организация", "Пётр"),
        ("koi8-r", "Имя,Фамилия,Отчество,Организация", "Пётр"),
        ("shift_jis", "名,姓,ミドル ネーム,会社名", "能子"),
        ("gbk", "名,姓,中间名,单位", "小红"),
        ("euc-kr", "이름,성,중간 이름,회사", "민지"),
        ("big5", "名字,姓氏,中間名,公司", "許功"),
        ("windows-1253", "Όνομα,Επώνυμο,Εμφανιζόμενο όνομα,Εταιρεία", "Ελένη"),
        ("windows-1254", "Adı,Soyadı,Görüntülenecek ad,Kurum", "Işıl"),
        ("windows-1255", "שם פרטי,שם משפחה,שם תצוגה,ארגון", "רות"),
        ("windows-1256", "الاسم الأول,الاسم الأخير,اسم العرض,الكنية", "ليلى"),
        ("windows-1257", "Vārds,Uzvārds,Rādāmais vārds,Organizācija", "Jānis"),
        ("windows-874", "ชื่อจริง,นามสกุล,ชื่อที่แสดงผล,ชื่อเล่น", "สมชาย"),
    ] {
        let label = encoding;
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        let text = format!("{header}\n{given},X,Y,Z\n{given},X,Y,Z\n");
        let (bytes, _, lossy) = encoding.encode(&text);
        assert!(!lossy, "{label} has these letters");
        let (records, remarks) = super::read(&*bytes, Options::default()).unwrap();
        let Outcome::Contact(contact) = &records[0].outcome else { panic!("{label}: {records:?}") };
        assert_eq!(contact.name.given, given, "{label}: {remarks:?}");
    }
}

/// 5: where the header says nothing, the program may, and the letters do.
#[test]
fn trap_05_code_pages_without_a_word_in_the_header() {
    let text = "Vorname\tNachname\tArbeitsadresse Strasse\tPrivatadresse Strasse\tPager Nummer\rS\u{9a}ren\tM\u{9f}ller\t\t\t1\r";
    let bytes: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
    assert_eq!(one(&bytes).name.given, "Sören");
    assert!(remarks(&bytes).contains("macintosh, because the program writes it"), "{}", remarks(&bytes));
    let (polish, ..) = encoding_rs::WINDOWS_1250
        .encode("First Name,Last Name,Notes\nGrażyna,Żółć,Zażółć gęślą jaźń\nŁukasz,Śliwa,Pchnąć w tę łódź jeża\n");
    assert!(
        remarks(&polish).contains("windows-1250, because its letters look like it; --encoding"),
        "{}",
        remarks(&polish)
    );
}

/// 5: headers that nobody knows are read in the code page that was chosen.
#[test]
fn trap_05_unknown_headers_are_text_too() {
    let text = "First Name,Last Name,Любимый цвет\nИван,Петров,синий\nМария,Иванова,красный\n";
    let (bytes, ..) = encoding_rs::WINDOWS_1251.encode(text);
    let records = records(&bytes);
    let Outcome::Contact(contact) = &records[0].outcome else { panic!("{records:?}") };
    assert_eq!((&*contact.extra[0].name, &*contact.extra[0].value), ("Любимый цвет", "синий"));
}

/// 17, 18, 19: Google's cells in its older table, and the groups of other languages.
#[test]
fn trap_17_18_19_the_older_table() {
    let text = "Name,Given Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,IM 1 - Type,\
                IM 1 - Service,IM 1 - Value,Phone 1 - Type,Phone 1 - Value\n\
                Eve Roe,Eve,Roe,* My Contacts ::: Choir ::: * Starred,* ,a@x.example ::: b@x.example,Home,Google Talk,\
                eve@im.example,Home Fax,1 ::: 2\n\
                Ann Poe,Ann,Poe,* Meine Kontakte ::: * Friends,Arbeit,c@x.example,,,,* ,3\n";
    let read = records(text.as_bytes());
    let contacts: Vec<&Contact> = read
        .iter()
        .map(|record| match &record.outcome {
            Outcome::Contact(contact) => &**contact,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(contacts[0].categories, ["Choir", "Starred"]);
    assert_eq!(contacts[1].categories, ["Friends"]);
    let emails: Vec<_> = contacts[0].emails.iter().map(|email| (&*email.address, email.preference)).collect();
    assert_eq!(emails, [("a@x.example", Some(1)), ("b@x.example", None)]);
    assert_eq!(contacts[1].emails[0].label, "Arbeit");
    let im = &contacts[0].ims[0];
    assert_eq!((&*im.service, &*im.address, im.kind), ("Google Talk", "eve@im.example", Some(Kind::Home)));
    let faxes: Vec<_> = contacts[0].phones.iter().map(|phone| (&*phone.number, phone.kind, phone.line)).collect();
    assert_eq!(faxes, [("1", Some(Kind::Home), Line::Fax), ("2", Some(Kind::Home), Line::Fax)]);
    assert!(remarks(text).contains("“* myContacts”, which is on every contact, is no category"));
    let outlook = "First Name,Last Name,Home Address,Business Address,Categories\nEve,Roe,,,myContacts;Choir;starred\n";
    assert_eq!(one(outlook).categories, ["Choir", "Starred"]);
}

/// 22: what stands above and below a table.
#[test]
fn trap_22_above_and_below() {
    let report = "Contacts of the choir,,\nas of 2024-01-05,,\n,,\nFirst Name,Last Name,Email\nEve,Roe,e@example.com\n";
    assert_eq!(one(report).name.surname, "Roe");
    assert!(remarks(report).contains("in row 4"), "{}", remarks(report));
    let deep = format!("{}First Name,Last Name,Email\nEve,Roe,e@example.com\n", "a line of the report\n".repeat(20));
    assert!(refused(deep).contains("in the first 20 rows"));
    let salesforce = records(b"First Name,Last Name,Account Name\nEve,Roe,X\n\n\"Copyright\"\n\"Confidential\"\n");
    let kinds: Vec<_> = salesforce.iter().map(|record| matches!(record.outcome, Outcome::Contact(_))).collect();
    assert_eq!(kinds, [true, false, false], "a footer is no contact, and is not passed over");
}

/// 23: values are no header, even where they look like a program's words.
#[test]
fn trap_23_values_are_no_header() {
    let google = "Eve,Roe,Home,e@example.com,Work,+1 425 555 0101\nAnn,Poe,Home,a@example.com,Mobile,+1 425 555 0102\n";
    let what = refused(google);
    assert!(what.contains("no header row") && what.contains("--map"), "{what}");
    assert!(refused("Home,Work,555 0101\nMobile,Fax,555 0102\n").contains("no header row"));
    assert!(refused("John Doe,John,Doe,john@doe.invalid\n").contains("no header row"));
    assert!(refused("a,b\n1,2\n3,4\n").contains("no header row"), "numbers are no sign of a header");
}

/// 24: Outlook's defaults are no data, in any language.
#[test]
fn trap_24_defaults_in_each_language() {
    for text in [
        "Prénom,Nom,Sexe,Priorité,Privé,Critère de diffusion\nE,R,Non spécifié,Normale,Faux,Normal\n",
        "Nome,Cognome,Sesso,Priorità,Privato,Riservatezza\nE,R,Non specificato,Normale,Falso,Normale\n",
        "Имя,Фамилия,Пол,Важность,Частное,Пометка\nE,R,Не указан,Обычная,Ложь,Обычная\n",
        "名,姓,性別,優先度,プライベート,秘密度\nE,R,指定なし,標準,False,標準\n",
        "이름,성,성별,우선 순위,숨김,우편물 종류\nE,R,지정 안 함,보통,False,보통\n",
        "名,姓,性别,优先级,私有,敏感度\nE,R,未指定,普通,False,普通\n",
        "名字,姓氏,性別,優先順序,私人,敏感度\nE,R,未指定,普通,False,普通\n",
        "Fornavn,Efternavn,Køn,Prioritet,Privat,Følsomhed\nE,R,Ikke angivet,Normal,Falsk,Normal\n",
    ] {
        let contact = one(text);
        assert_eq!((&*contact.name.given, &*contact.name.surname), ("E", "R"), "{text}");
        assert!(contact.extra.is_empty() && contact.gender.sex.is_none(), "{text}: {contact:?}");
        assert!(contact.gender.identity.is_empty() && contact.sensitivity.is_empty(), "{text}: {contact:?}");
    }
}

/// 24: a word that nobody knows is told.
#[test]
fn trap_24_an_unknown_flag_is_told() {
    let read = records(b"First Name,Last Name,Private,Sensitivity\nEve,Roe,Perhaps,Normal\nAnn,Poe,False,Personal\n");
    assert_eq!((read[0].losses.len(), &*read[0].losses[0].value), (1, "Perhaps"));
    assert!(read[1].losses.is_empty());
}

/// 28: headers that look alike.
#[test]
fn trap_28_headers_that_look_alike() {
    for header in ["携帯電話 ,姓,名,会社名", "携帯電話,姓,名,会社名", "携帯電話\u{3000},姓,名,会社名"]
    {
        assert_eq!(one(format!("{header}\n090,見本,花子,X\n")).phones[0].line, Line::Mobile, "{header}");
    }
    let russian = one("Имя,Фамилия,Улица  2 (другой адрес),УЛИЦА (ДРУГОЙ АДРЕС)\nЕва,Роу,кв. 5,Лесная 1\n");
    assert_eq!(russian.addresses[0].street, "кв. 5\nЛесная 1");
    let evolution = one("First Name,Last Name,Senstivity,Internet FREE/BUSY\nEve,Roe,Private,http://x.example\n");
    assert_eq!((&*evolution.sensitivity, &*evolution.free_busy_url), ("private", "http://x.example"));
    let near = refused("Frist Name,Lats Name,Phnoe\nEve,Roe,1\n");
    assert!(near.contains("near to known ones: “First Name”, “Last Name”"), "{near}");
}

/// 29: half-translated headers count in the table that has both halves.
#[test]
fn trap_29_half_translated() {
    let spanish = "Title,Nombre,Apellidos,Home Street,Mobile Phone,Particular,E-mail Address,Puesto\n\
                   Sra.,Eva,Roja,Mayor 1,600,91,e@example.com,Jefa\n";
    assert!(remarks(spanish).contains("Outlook for Windows in Spanish, 8 of 8"), "{}", remarks(spanish));
    let contact = one(spanish);
    assert_eq!((&*contact.name.prefix, &*contact.organization.job_title), ("Sra.", "Jefa"));
    let brazilian = "Tratamento,Primeiro nome,Sobrenome,Business Street,Telefone celular,Birthday,Spouse,Cargo\n\
                     Sra.,Eva,Rosa,Rua 1,11,24/12/1971,Ana,Chefe\n";
    assert!(remarks(brazilian).contains("in Portuguese (Brazil), 8 of 8"), "{}", remarks(brazilian));
    assert_eq!(one(brazilian).addresses[0].kind, Some(Kind::Business));
}

/// What programs do in their cells: the phone that comes first, line breaks, blanks behind commas.
#[test]
fn programs_have_their_habits() {
    let yahoo =
        |primary: &str| one(format!("First,Last,Home,Work,Mobile,Primary,Yahoo! Phone\nEve,Roe,1,2,3,{primary},\n"));
    let preferred = |contact: &Contact| contact.phones.iter().position(|phone| phone.preference == Some(1));
    assert_eq!(preferred(&yahoo("Work")), Some(1));
    assert_eq!(preferred(&yahoo("Mobile")), Some(2));
    let pigeon = yahoo("Pigeon");
    assert_eq!((preferred(&pigeon), &*pigeon.extra[0].value), (None, "Pigeon"));
    let kde = "Formatted Name,Family Name,Given Name,Nick Name,Note\nEve Roe,Roe,Eve,E,one\\ntwo\n";
    assert_eq!(one(kde).notes, "one\ntwo");
    let others = "First Name,Last Name,Company,Notes\nEve,Roe,X,C:\\new\n";
    assert_eq!(one(others).notes, "C:\\new");
}

#[test]
fn every_dialect_can_be_named() {
    assert!(table::known().len() >= 26);
    let languages = table::languages(Dialect::Thunderbird);
    assert!(languages.len() > 65 && languages.contains(&"pt-BR"), "{languages:?}");
    for name in table::known() {
        assert!(name.parse::<DialectChoice>().is_ok(), "{name}");
    }
    let contact = one_as("thunderbird/fr", "Prénom,Ville\nÈve,Lyon\n");
    assert_eq!(contact.addresses[0].kind, Some(Kind::Home));
}
