//! Traps of the real world, one row each: what stands in a card, and what is read.

use std::sync::Arc;

use super::{Options, Reader};
use crate::formats::{Outcome, Record};
use crate::model::{Contact, Date, Field, Kind, Line, PartialDate, PhotoData, Sex, Why};

fn record(body: &[u8]) -> Record {
    let card = [b"BEGIN:VCARD\r\n", body, b"\r\nEND:VCARD\r\n"].concat();
    let mut records: Vec<_> = Reader::new(Arc::from("-"), card.as_slice(), Options::default()).collect();
    assert_eq!(records.len(), 1);
    records.remove(0).unwrap()
}

fn contact(body: &[u8]) -> Contact {
    match record(body).outcome {
        Outcome::Contact(contact) => *contact,
        Outcome::Group(group) => panic!("{group:?}"),
        Outcome::Reject(reject) => panic!("{}", reject.why),
    }
}

/// Asserts what each body gives.
fn reads(rows: &[(&str, &str)], value: impl Fn(&Contact) -> String) {
    for (body, wanted) in rows {
        assert_eq!(value(&contact(body.as_bytes())), *wanted, "{body:?}");
    }
}

#[test]
fn names() {
    let rows = [
        ("FN:Ada  Byron", "Ada  Byron"),
        ("fn:Ada", "Ada"),
        ("item1.FN;X-A=b:Ada", "Ada"),
        ("VERSION:2.1\nFN;QUOTED-PRINTABLE:J=C3=BCrgen", "Jürgen"),
        ("VERSION:2.1\nFN;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:J=FCrgen M=\n=FCller", "Jürgen Müller"),
        ("VERSION:2.1\nFN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=8ER=93c", "山田"),
        ("VERSION:2.1\nFN;ENCODING=BASE64:SsO8cmdlbg==", "Jürgen"),
        ("FN:\nFN:Ada", "Ada"),
        ("FN:Smith\\, John\\; Jr.", "Smith, John; Jr."),
        ("FN:Smith, John", "Smith, John"),
        ("VERSION:2.1\nFN:Back\\slash", "Back\\slash"),
        ("FN:Contoso\nORG:Contoso", ""),
        ("FN:Contoso\nN:;Contoso;;;\nORG:Contoso", "Contoso"),
    ];
    reads(&rows, |contact| contact.name.full.clone());
    let rows = [
        ("N:Doe;Jane;Philip,Paul;Dr.;Jr.,M.D.", "Doe|Jane|Philip Paul|Dr.|Jr., M.D."),
        ("N:Doe;Jane", "Doe|Jane|||"),
        ("N:Doe, MD;Jane", "Doe, MD|Jane|||"),
        ("N:O\\;Hara\\, x;Jane;;;", "O;Hara, x|Jane|||"),
        ("VERSION:2.1\nN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:M=C3=BC\\;ller;J,K;;;", "Mü;ller|J,K|||"),
        ("N:\nN:Doe", "Doe||||"),
        ("VERSION:2.1\nN;QUOTED-PRINTABLE:Doe=3B Ray;J=\n=3bK;;;", "Doe; Ray|J;K|||"),
        ("VERSION:2.1\nN;QUOTED-PRINTABLE:Doe=5C=3BRay;J\\=3BK;;;", "Doe;Ray|J;K|||"),
        ("VERSION:2.1\nN;QUOTED-PRINTABLE:Doe=3BJane=3B=3B=3B", "Doe|Jane|||"),
        ("VERSION:2.1\nN;CHARSET=ISO-2022-JP;QUOTED-PRINTABLE:=1B$B=3B3=1B(B;J;;;", "山|J|||"),
    ];
    reads(&rows, |contact| {
        let name = &contact.name;
        [&name.surname, &name.given, &name.middle, &name.prefix, &name.suffix].map(String::as_str).join("|")
    });
    assert_eq!(contact(b"N;SORT-AS=\"Harten,Rene\":van der Harten;Rene").name.file_as, "Harten,Rene");
    let android = "VERSION:2.1\nX-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;";
    let android = |rest: &str| contact(format!("{android}{rest};;;;;;;;;;;;;").as_bytes());
    assert_eq!((&*android("Ada;1").name.nickname, &*android("King;3").name.maiden), ("Ada", "King"));
    assert_eq!((&*android("A. B.;5").name.initials, android("Addie;4").extra.len()), ("A. B.", 1));
    assert_eq!(contact(b"NICKNAME:Bob,Bobby\\, the").name.nickname, "Bob, Bobby, the");
}

#[test]
fn raw_bytes_in_a_declared_charset() {
    assert_eq!(contact(b"FN;CHARSET=windows-1251:\xcf\xe5\xf2\xf0\xee\xe2\xe0").name.full, "Петрова");
    assert_eq!(contact(b"FN;CHARSET=GBK:\xc1\xaa\xcd\xa8").name.full, "联通", "which happens to be UTF-8 too");
    assert_eq!(contact("FN;CHARSET=ISO-8859-1:Zoë".as_bytes()).name.full, "Zoë", "converted, the label was not");
}

#[test]
fn telephones() {
    let rows = [
        ("VERSION:2.1\nTEL;HOME;VOICE:1", "1 Some(Home) Voice None "),
        ("TEL;TYPE=HOME;TYPE=FAX:1", "1 Some(Home) Fax None "),
        ("TEL;TYPE=\"work,cell\":1", "1 Some(Business) Mobile None "),
        ("TEL;type=pref;type=WORK:1", "1 Some(Business) Voice Some(1) "),
        ("TEL;PREF=7:1", "1 None Voice Some(7) "),
        ("TEL;TYPE=CELL,FAX:1", "1 None Fax None "),
        ("TEL;TYPE=HOMEFAX:1", "1 Some(Home) Fax None "),
        ("TEL;VALUE=uri:tel:+1-555;ext=9", "+1-555 ext. 9 None Voice None "),
        ("item1.TEL:1\nitem1.X-ABLabel:_$!<WorkFAX>!$_", "1 Some(Business) Fax None "),
        ("item1.TEL:1\nITEM1.X-ABLABEL:Cabin", "1 None Voice None Cabin"),
        ("TEL: 1 ", "1 None Voice None "),
        ("X-MS-TEL;VOICE;COMPANY:1", "1 None CompanyMain None "),
        ("TEL:\nTEL:1", "1 None Voice None "),
    ];
    reads(&rows, |contact| {
        let phone = &contact.phones[0];
        format!("{} {:?} {:?} {:?} {}", phone.number, phone.kind, phone.line, phone.preference, phone.label)
    });
    let both = contact(b"TEL;TYPE=HOME,WORK,MSG:1");
    assert_eq!((both.phones[0].kind, both.phones[0].line), (Some(Kind::Home), Line::Voice));
    assert_eq!(both.phones[0].rest.params, [("TYPE".to_owned(), vec!["WORK".to_owned(), "MSG".to_owned()])]);
}

#[test]
fn a_group_is_kept_when_it_does_more_than_label() {
    let one = contact(b"item1.TEL:1\nitem1.X-ABLabel:Cabin");
    assert_eq!(one.phones[0].rest.group, "");
    let two = contact(b"item1.ADR:;;1 Main St;;;;\nitem1.X-ABLabel:Cabin\nitem1.X-ABADR:us");
    assert_eq!((two.addresses[0].rest.group.as_str(), two.addresses[0].label.as_str()), ("item1", "Cabin"));
    assert_eq!(two.extra[0].rest.group, "item1");
    let none = contact(b"item1.NOTE:x\nitem1.X-ABLabel:y");
    assert_eq!((none.extra[0].name.as_str(), none.extra[0].value.as_str()), ("X-ABLabel", "y"));
}

#[test]
fn addresses_and_their_labels() {
    let rows = [
        ("ADR;LABEL=\"1 Main St\\nTown^nUS\":;;1 Main St;Town;;;US", "1 Main St|1 Main St\nTown\nUS"),
        ("VERSION:2.1\nADR;HOME:;;1;T;;;\nLABEL;HOME;QUOTED-PRINTABLE:1=0D=0AT", "1|1\nT"),
        ("LABEL;TYPE=WORK:w\nADR;TYPE=HOME:;;1;;;;\nLABEL;TYPE=HOME:h", "|w 1|h"),
        ("ADR;TYPE=HOME:;;1;;;;\nADR;TYPE=WORK:;;2;;;;\nLABEL;TYPE=HOME:h", "1|h 2|"),
        ("ADR:;;1\\, Main,2;;;;", "1, Main,2|"),
        ("ADR:;;1\nADR:;;;;;;", "1|"),
    ];
    reads(&rows, |contact| {
        let shown = contact.addresses.iter().map(|address| format!("{}|{}", address.street, address.formatted));
        shown.collect::<Vec<_>>().join(" ")
    });
}

#[test]
fn days() {
    let date = |year, month, day| Some(Date::Known(PartialDate { year, month, day }));
    let rows = [
        ("BDAY:1996-04-15", date(Some(1996), Some(4), Some(15))),
        ("BDAY;VALUE=date:19960415", date(Some(1996), Some(4), Some(15))),
        ("BDAY:1996-04-15T00:00:00Z", date(Some(1996), Some(4), Some(15))),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-15", date(None, Some(4), Some(15))),
        ("BDAY:1604-04-15", date(Some(1604), Some(4), Some(15))),
        ("BDAY:--04-15", date(None, Some(4), Some(15))),
        ("BDAY;VALUE=text:1996", Some(Date::Text("1996".into()))),
        ("BDAY:spring", Some(Date::Text("spring".into()))),
    ];
    for (body, wanted) in rows {
        assert_eq!(contact(body.as_bytes()).birthday, wanted, "{body}");
    }
    assert_eq!(record(b"BDAY:spring").losses[0].why, Why::NotUnderstood);
    assert_eq!(contact(b"X-WAB-SPOUSE_NAME:Ola").spouse, "Ola");
    for body in [
        "X-WAB-WEDDING_ANNIVERSARY:20100519",
        "item1.X-ABDATE:20100519\nitem1.X-ABLabel:_$!<Anniversary>!$_",
        "X-EVOLUTION-ANNIVERSARY:2010-05-19",
    ] {
        assert_eq!(contact(body.as_bytes()).anniversary, date(Some(2010), Some(5), Some(19)), "{body}");
    }
}

#[test]
fn people_and_employers() {
    let people = contact(
        b"RELATED;TYPE=spouse;VALUE=text:S\nRELATED;TYPE=child;VALUE=text:C\nRELATED;TYPE=spouse:urn:uuid:1\n\
          item1.X-ABRELATEDNAMES:M\nitem1.X-ABLabel:_$!<Manager>!$_\nX-EVOLUTION-ASSISTANT:A",
    );
    assert_eq!((people.spouse.as_str(), people.children.as_slice()), ("S", ["C".to_owned()].as_slice()));
    assert_eq!((people.relations[0].value.as_str(), people.relations[0].label.as_str()), ("urn:uuid:1", "spouse"));
    assert_eq!((people.organization.manager.as_str(), people.organization.assistant.as_str()), ("M", "A"));
    let employers = contact(b"w.TITLE:second\nORG:A;B;;C\nw.ORG:D\nTITLE:first");
    assert_eq!(employers.organization.department, "B; C");
    assert_eq!(employers.organization.job_title, "first");
    assert_eq!(employers.organizations[0].job_title, "second");
}

#[test]
fn genders_and_places() {
    let rows =
        [("GENDER:M;man", "Some(Male) man"), ("X-WAB-GENDER:1", "Some(Female) "), ("X-GENDER:neutral", "None neutral")];
    reads(&rows, |contact| format!("{:?} {}", contact.gender.sex, contact.gender.identity));
    assert_eq!(contact(b"X-GENDER:female").gender.sex, Some(Sex::Female));
    let rows =
        [("GEO:1.5;-2", "1.5,-2"), ("GEO:geo:1.5\\,-2", "1.5,-2"), ("GEO:1.5,-2", "1.5,-2"), ("GEO:here", "here")];
    reads(&rows, |contact| contact.geo.clone());
}

#[test]
fn messaging() {
    let rows = [
        ("IMPP;X-SERVICE-TYPE=Skype:skype:ada", "Skype ada"),
        ("IMPP;TYPE=SKYPE:ada@example.com", "Skype ada@example.com"),
        ("X-MS-IMADDRESS;TYPE=SKYPE:ada", " ada"),
        ("IMPP;TYPE=TELEGRAM;TYPE=HOME:ada", "Telegram ada"),
        ("IMPP;TYPE=Zoom;X-SERVICE-TYPE=Skype:x-apple:ada", "Skype ada"),
        ("IMPP:xmpp:ada%40example", "Jabber ada@example"),
        ("IMPP;X-SERVICE-TYPE=ICQ:aim:12", "ICQ 12"),
        ("IMPP:matrix:u/ada", " matrix:u/ada"),
        ("X-GOOGLE-TALK:ada", "GoogleTalk ada"),
        ("IMPP;X-SERVICE-TYPE=Google Talk:xmpp:ada", "Google Talk ada"),
        ("IMPP;TYPE=\"GOOGLE TALK\":ada", "GoogleTalk ada"),
        ("IMPP;TYPE=gadu-gadu:ada", "GaduGadu ada"),
        ("X-MS-IMADDRESS:ada", " ada"),
        ("IMPP:im:ada%2Bb@example.com", " ada+b@example.com"),
        ("IMPP:x-apple:ada", " ada"),
        ("IMPP;X-SERVICE-TYPE=Unheard:x-apple:ada", "Unheard ada"),
    ];
    reads(&rows, |contact| format!("{} {}", contact.ims[0].service, contact.ims[0].address));
}

#[test]
fn photos() {
    let rows = [
        ("PHOTO;ENCODING=b;TYPE=JPEG:/9j/4A==", "Some(Jpeg) /9j/4A=="),
        ("VERSION:2.1\nPHOTO;JPEG;BASE64:\n /9j/\n 4A==\n\nFN:a", "Some(Jpeg) /9j/4A=="),
        ("VERSION:2.1\nPHOTO;TYPE=JPEG;ENCODING=BASE64:/9j/\n4A==\nFN:a", "Some(Jpeg) /9j/4A=="),
        ("PHOTO:data:image/png;base64,iVBORw0K", "Some(Png) iVBORw0K"),
        ("PHOTO:data:image/png;base64\\,iVBORw0K", "Some(Png) iVBORw0K"),
        ("PHOTO;ENCODING=b;TYPE=png:data:image/png;base64,iVBORw0K", "Some(Png) iVBORw0K"),
        ("PHOTO;VALUE=uri:https://example.com/a.jpg", "None https://example.com/a.jpg"),
        ("PHOTO:/9j/4AAQSkZJRg==", "None /9j/4AAQSkZJRg=="),
    ];
    reads(&rows, |contact| {
        let photo = contact.photo.as_ref().unwrap();
        match &photo.data {
            PhotoData::Encoded(text) | PhotoData::Link(text) => format!("{:?} {text}", photo.kind),
            PhotoData::Bytes(_) => "bytes".to_owned(),
        }
    });
    let broken = record(b"PHOTO;ENCODING=b:????\nFN:a");
    assert_eq!((broken.losses[0].field, broken.losses[0].why), (Field::Photo, Why::NotUnderstood));
    let Outcome::Contact(contact) = broken.outcome else { panic!() };
    assert_eq!((contact.extra[0].name.as_str(), contact.extra[0].value.as_str()), ("PHOTO", "????"));
}

#[test]
fn what_nobody_models_stays_as_it_is() {
    let rows = [
        ("FN:a\nX-Multi;x-p=\"q;r\":a;b\\;c,d", "X-Multi [(\"X-P\", [\"q;r\"])] a;b\\;c,d"),
        ("NOTE:a\ng.NOTE;LANGUAGE=fr:b\\n", "NOTE [(\"LANGUAGE\", [\"fr\"])] b\\n"),
        ("VERSION:2.1\nAGENT:\nBEGIN:VCARD\nFN:b;c\nEND:VCARD\nFN:a", "AGENT [] BEGIN:VCARD\\nFN:b\\;c\\nEND:VCARD"),
        (
            "VERSION:2.1\nLOGO;GIF;BASE64:\n R0lG\n OA==\n\n",
            "LOGO [(\"TYPE\", [\"GIF\"]), (\"ENCODING\", [\"b\"])] R0lGOA==",
        ),
        ("LOGO;ENCODING=b:ü\nFN:a", "LOGO [(\"VALUE\", [\"text\"])] ü"),
        ("KIND:location\nFN:a", "KIND [] location"),
        ("X-EMPTY:\nFN:a", "X-EMPTY [] "),
    ];
    reads(&rows, |contact| {
        let extra = &contact.extra[0];
        format!("{} {:?} {}", extra.name, extra.rest.params, extra.value)
    });
    let column = contact(b"X-CARDFERRY-COLUMN;X-NAME=\"Sch^'u^'h, size\":42\\n43");
    assert_eq!((column.extra[0].name.as_str(), column.extra[0].value.as_str()), ("Sch\"u\"h, size", "42\n43"));
}

#[test]
fn broken_lines_are_mended_and_lost_ones_told() {
    assert_eq!(contact(b"NOTE:first\nsecond at 10:30\nFN:a").notes, "first\nsecond at 10:30");
    assert_eq!(contact(b"NOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0Ab=\n\nFN:c").notes, "a\nb");
    let lost = record(b"nobody knows\nFN:a");
    assert_eq!((lost.losses[0].field, lost.losses[0].value.as_str()), (Field::Extra, "nobody knows"));
}

#[test]
fn what_is_said_of_a_label_is_told() {
    let told = record(b"item1.TEL:1\nitem1.X-ABLabel;LANGUAGE=de;VALUE=text:lab\nFN:a");
    let losses: Vec<_> = told.losses.iter().map(|loss| (loss.value.as_str(), loss.why)).collect();
    assert_eq!(losses, [("X-ABLABEL;LANGUAGE=de", Why::Remark)]);
}

#[test]
fn single_values() {
    let rows = [("CLASS:PRIVATE", "private"), ("X-CLASS:Confidential", "confidential"), ("CLASS:PUBLIC\nFN:a", "")];
    reads(&rows, |contact| contact.sensitivity.clone());
    let rows = [("REV:20240311T091500Z", "2024-03-11T09:15:00Z"), ("REV:yesterday", "yesterday")];
    reads(&rows, |contact| contact.revision.clone());
    let rows = [("CATEGORIES:a\\,b,c\nCATEGORIES:d", "a,b|c|d"), ("CATEGORIES:,a", "a")];
    reads(&rows, |contact| contact.categories.join("|"));
    let rows = [("X-MS-TEXT:a\nX-MS-TEXT:\nX-MS-TEXT:c", "a||c|"), ("X-CUSTOM2:b\nX-CUSTOM4:d\nX-MS-TEXT:a", "a|b||d")];
    reads(&rows, |contact| contact.user_fields.join("|"));
    let rows = [("URL:http\\://x.example/a\\,b", "http://x.example/a,b")];
    reads(&rows, |contact| contact.urls[0].url.clone());
}
