//! vCard to the mailbox and back: the same card. Over the corpus, which stands outside the project in the folder that
//! `CARDFERRY_CORPUS` names (the golden file holds counts only), and over invented cards.

use std::fmt::Write as _;

use cardferry::formats::exchange;
use cardferry::formats::vcard::Version;
use cardferry::model::{Contact, PhotoData};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::BOTH;
use crate::contacts::{arbitrary_contact, word};
use crate::golden;
use crate::vcard::corpus::{as_far_as, files, kept};
use crate::vcard::write;

/// A contact with the photo that travels by itself.
fn with_photo(mut back: Contact, contact: &Contact) -> Contact {
    let picture = contact.photo.clone().filter(|photo| !matches!(photo.data, PhotoData::Link(_)));
    back.photo = picture.or(back.photo);
    back
}

/// The first lines that differ.
fn difference(there: &str, back: &str) -> String {
    let cut = |line: Option<&str>| line.map(|line| line.chars().take(120).collect::<String>());
    let (mut there, mut back) = (there.lines(), back.lines());
    loop {
        match (there.next(), back.next()) {
            (None, None) => return String::new(),
            (one, other) if one == other => {}
            (one, other) => return format!("{:?} -> {:?}", cut(one), cut(other)),
        }
    }
}

/// Where the cards of a contact that came back differ from its own, in any version; or its fingerprint does.
pub(super) fn differs(contact: &Contact, back: Contact) -> Option<String> {
    let back = with_photo(back, contact);
    for version in Version::ALL {
        let [there, back] = [contact, &back].map(|contact| write(std::slice::from_ref(contact), version).0);
        if there != back {
            return Some(difference(&there, &back));
        }
    }
    (exchange::content(contact) != exchange::content(&back)).then(|| "fingerprint".to_owned())
}

/// One line a file: contacts, hidden values, losses, cards that come back the same in every version and dialect.
#[test]
fn the_corpus_comes_back_the_same() {
    let mut table = String::from("file\tcontacts\thidden\tlosses\tequal\n");
    let files = files();
    for (name, bytes) in &files {
        let contacts = kept(as_far_as(bytes).0);
        let (mut hidden, mut losses, mut equal) = (0, 0, 0);
        for contact in &contacts {
            let written = BOTH.map(|dialect| exchange::write(contact, dialect));
            let back = BOTH.iter().zip(&written).map(|(dialect, written)| exchange::read(written.json(None), *dialect));
            let differs = back.map(|item| differs(contact, item.contact)).find_map(|differs| differs);
            assert!(differs.is_none() || !written[0].losses.is_empty(), "{name}: {}", differs.unwrap());
            hidden += written[0].hidden.len();
            losses += written[0].losses.len();
            equal += usize::from(differs.is_none());
        }
        writeln!(table, "{name}\t{}\t{hidden}\t{losses}\t{equal}", contacts.len()).unwrap();
    }
    if !files.is_empty() {
        golden::check("exchange/corpus.tsv", &table);
    }
}

/// A line of a card that no sane program writes.
fn line() -> impl Strategy<Value = String> {
    let group = select(vec!["", "", "", "item1.", "ITEM1.", "a."]);
    let names = "FN N NICKNAME ORG TITLE ROLE TEL EMAIL ADR LABEL URL IMPP BDAY ANNIVERSARY X-ANNIVERSARY GENDER PHOTO NOTE \
        CATEGORIES CLASS UID REV PRODID GEO TZ LANG KEY SOUND AGENT RELATED X-ABLabel X-ABADR X-ABDATE X-ABRELATEDNAMES \
        X-SPOUSE X-EVOLUTION-SPOUSE X-SKYPE X-AIM X-SOCIALPROFILE X-PHONETIC-FIRST-NAME X-MS-IMADDRESS X-MS-TEL SORT-STRING \
        X-ANDROID-CUSTOM FBURL MAILER X-ODD MEMBER X-GENDER HOBBY X-HOBBY X-MANAGER X-EVOLUTION-MANAGER X-CHILD X-CHILDREN \
        SOCIALPROFILE X-JABBER X-SKYPE-USERNAME X-YAHOO-ID X-CLASS X-ABShowAs X-KADDRESSBOOK-X-Department X-MOZILLA-HTML";
    let params = select(vec![
        "",
        "",
        "",
        ";TYPE=HOME",
        ";TYPE=WORK",
        ";TYPE=CELL",
        ";TYPE=FAX",
        ";TYPE=pref",
        ";PREF=3",
        ";HOME;WORK;VOICE",
        ";TYPE=\"home,fax\"",
        ";VALUE=uri",
        ";VALUE=text",
        ";VALUE=date",
        ";LANGUAGE=de",
        ";ALTID=1",
        ";X-A=\"b;c\"",
        ";SORT-AS=\"x,y\"",
        ";LABEL=\"a^nb\"",
        ";ENCODING=QUOTED-PRINTABLE",
        ";CHARSET=UTF-8",
        ";TYPE=X-Odd,other",
        ";CALSCALE=gregorian",
        ";X-SERVICE-TYPE=Skype",
        ";MEDIATYPE=text/plain",
        ";TYPE=",
    ]);
    let values = prop_oneof![
        select(vec![
            "",
            "1",
            "a;b;c",
            ";;;;;;",
            "a,b\\,c;d\\;e",
            "https://a.example/x",
            "ftp://a.example",
            "xmpp:a@b",
            "skype:joe",
            "tel:+1-2;ext=3",
            "19850412",
            "--0412",
            "1985-04-12T10:20:30Z",
            "1604-01-01",
            "circa 1800",
            "M;words",
            "a@b.example",
            "A@B.example",
            "_$!<Home>!$_",
            "_$!<Anniversary>!$_",
            "=C3=A4=0D=0Ab",
            "x\\ny",
            "urn:uuid:1",
            "data:image/png;base64,iVBORw0KGgo=",
            "geo:1.0,2.0",
            "PRIVATE",
            "PUBLIC",
            "12;;Street;City;;1;Land",
            "\\",
        ])
        .prop_map(str::to_owned),
        word(),
    ];
    let names = select(names.split_whitespace().collect::<Vec<_>>());
    (group, names, params.clone(), params, values)
        .prop_map(|(group, name, one, two, value)| format!("{group}{name}{one}{two}:{value}"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn hostile_cards_come_back_the_same(lines in vec(line(), 0..25), version in select(vec!["2.1", "3.0", "4.0"])) {
        let card = format!("BEGIN:VCARD\r\nVERSION:{version}\r\n{}\r\nEND:VCARD\r\n", lines.join("\r\n"));
        for contact in kept(as_far_as(card.as_bytes()).0) {
            for dialect in BOTH {
                let written = exchange::write(&contact, dialect);
                prop_assert_eq!(&written.losses, &vec![], "{}", card);
                let item = exchange::read(written.json(None), dialect);
                prop_assert_eq!(differs(&contact, item.contact), None, "{}", card);
            }
        }
    }

    #[test]
    fn invented_contacts_come_back_the_same(contact in arbitrary_contact()) {
        for dialect in BOTH {
            let back = exchange::read(exchange::write(&contact, dialect).json(None), dialect).contact;
            prop_assert_eq!(exchange::content(&back), exchange::content(&contact));
        }
    }

    /// Another order of the card's properties, among which those of one name keep theirs, is the same content.
    #[test]
    fn the_order_of_properties_says_nothing(contact in arbitrary_contact(), reversed in any::<bool>()) {
        let card = write(std::slice::from_ref(&contact), Version::V4_0).0.replace("\r\n ", "");
        let mut lines: Vec<&str> = card.lines().collect();
        let last = lines.len() - 1;
        let name = |line: &&str| {
            let end = line.find([';', ':']).unwrap_or(line.len());
            line[..end].rsplit('.').next().unwrap_or_default().to_owned()
        };
        let names = |line: &&str| if reversed { name(line).bytes().map(|byte| !byte).collect() } else { name(line).into_bytes() };
        lines[2..last].sort_by_key(names);
        let sorted = format!("{}\r\n", lines.join("\r\n"));
        let [before, after] = [card.as_str(), &sorted].map(|card| {
            kept(as_far_as(card.as_bytes()).0).iter().map(exchange::content).collect::<Vec<_>>()
        });
        prop_assert_eq!(before, after, "{}\n{}", card, sorted);
    }
}
