//! Which value goes where: one line for each rule, and what holds for all of them.

use std::collections::BTreeMap;

use cardferry::formats::exchange::extended;
use cardferry::formats::exchange::{self, Dialect};
use cardferry::model::{Contact, Field, Why};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{BOTH, answered, in_the_mailbox};
use crate::contacts::arbitrary_contact;
use crate::vcard::contacts;

fn card(lines: &str) -> Contact {
    let card = format!("BEGIN:VCARD\nVERSION:3.0\nFN:n\n{lines}\nEND:VCARD\n");
    let mut contacts = contacts(card.as_bytes());
    assert_eq!(contacts.len(), 1);
    contacts.remove(0)
}

/// Where the mailbox shows the values: `place=value+value`, an address by its street, behind `hidden:` what nobody sees.
fn shown(contact: &Contact) -> String {
    let written = exchange::write(contact, Dialect::Graph);
    assert_eq!(written.losses, []);
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mut shown = Vec::new();
    for (name, value) in written.json(None) {
        let values: Vec<String> = match &value {
            Value::Array(values) if name == "emailAddresses" => {
                values.iter().filter_map(|email| text(&email["address"])).collect()
            }
            Value::Array(values) if name == "singleValueExtendedProperties" => {
                for pair in values.iter().filter(|pair| pair["id"] != extended::STASH) {
                    let id = text(&pair["id"]).unwrap();
                    shown.push(format!("{}={}", id.rsplit(' ').next().unwrap(), text(&pair["value"]).unwrap()));
                }
                continue;
            }
            Value::Array(values) => values.iter().filter_map(text).collect(),
            Value::Object(address) => address.get("street").and_then(text).into_iter().collect(),
            _ if name == "displayName" => continue,
            value => text(value).into_iter().collect(),
        };
        shown.push(format!("{name}={}", values.join("+")));
    }
    let hidden: Vec<String> = written.hidden.into_iter().map(|loss| loss.value).collect();
    if !hidden.is_empty() {
        shown.push(format!("hidden:{}", hidden.join("+")));
    }
    shown.join(" ")
}

/// A card's lines and where its values go.
type Case = (&'static str, &'static str);

fn hold(cases: &[Case]) {
    for (lines, wanted) in cases {
        let contact = card(lines);
        assert_eq!(shown(&contact), *wanted, "{lines}");
        for dialect in BOTH {
            assert_eq!(answered(&contact, dialect).contact, in_the_mailbox(&contact), "{lines}");
        }
    }
}

#[test]
fn emails_take_their_places_by_preference_and_order() {
    hold(&[
        ("EMAIL:a@x", "emailAddresses=a@x"),
        ("EMAIL;TYPE=HOME:a@x\nEMAIL;TYPE=WORK:b@x", "emailAddresses=a@x+b@x"),
        ("EMAIL:a@x\nEMAIL;TYPE=PREF:b@x", "emailAddresses=b@x+a@x"),
        ("EMAIL;PREF=50:a@x\nEMAIL;PREF=2:b@x\nEMAIL:c@x", "emailAddresses=b@x+a@x+c@x"),
        ("EMAIL:a@x\nEMAIL:b@x\nEMAIL:c@x\nEMAIL:d@x", "emailAddresses=a@x+b@x+c@x hidden:d@x"),
        ("EMAIL:a@x\nEMAIL:b@x\nEMAIL:c@x\nEMAIL;TYPE=PREF:d@x", "emailAddresses=d@x+a@x+b@x hidden:c@x"),
        // A repeat waits until all others have their place; without one it is to be seen all the same.
        ("EMAIL:a@x\nEMAIL:A@X\nEMAIL:b@x", "emailAddresses=a@x+b@x+A@X"),
        ("EMAIL:a@x\nEMAIL;TYPE=HOME:a@x\nEMAIL:b@x\nEMAIL:c@x", "emailAddresses=a@x+b@x+c@x"),
    ]);
}

#[test]
fn voice_phones_take_their_own_places_first() {
    hold(&[
        ("TEL;TYPE=WORK:1", "businessPhones=1"),
        ("TEL;TYPE=WORK,VOICE:1\nTEL;TYPE=WORK:2", "businessPhones=1+2"),
        ("TEL;TYPE=WORK:1\nTEL;TYPE=WORK,PREF:2", "businessPhones=2+1"),
        ("TEL;TYPE=HOME:1\nTEL;TYPE=HOME:2", "homePhones=1+2"),
        ("TEL:1", "0x3A1F=1"),
        ("TEL;TYPE=VOICE:1", "0x3A1F=1"),
        ("TEL;TYPE=OTHER:1", "0x3A1F=1"),
        ("TEL:1\nTEL:2\nTEL:3\nTEL:4", "0x3A1F=1 0x3A02=3 0x3A1A=2 hidden:4"),
        ("TEL:1\nTEL;TYPE=PREF:2", "0x3A1F=2 0x3A1A=1"),
        ("TEL;TYPE=VIDEO:1", "0x3A1F=1"),
        ("item1.TEL:1\nitem1.X-ABLabel:Boat", "0x3A1F=1"),
        ("item1.TEL:1\nitem1.X-ABLabel:_$!<Work>!$_", "businessPhones=1"),
    ]);
}

#[test]
fn a_third_voice_phone_goes_where_outlook_shows_it() {
    hold(&[
        ("TEL;TYPE=WORK:1\nTEL;TYPE=WORK:2\nTEL;TYPE=WORK:3", "businessPhones=1+2 0x3A1F=3"),
        ("TEL;TYPE=HOME:1\nTEL;TYPE=HOME:2\nTEL;TYPE=HOME:3", "homePhones=1+2 0x3A1F=3"),
        // The overflow does not take the place of the value that is meant to be there.
        ("TEL;TYPE=WORK:1\nTEL;TYPE=WORK:2\nTEL;TYPE=WORK:3\nTEL:4", "businessPhones=1+2 0x3A1F=4 0x3A1A=3"),
        // The least preferred one is the overflow.
        ("TEL;TYPE=WORK:1\nTEL;TYPE=WORK:2\nTEL;TYPE=WORK,PREF:3", "businessPhones=3+1 0x3A1F=2"),
        (
            "TEL;TYPE=HOME:1\nTEL;TYPE=HOME:2\nTEL;TYPE=HOME:3\nTEL;TYPE=HOME:4\nTEL;TYPE=HOME:5\nTEL;TYPE=HOME:6",
            "homePhones=1+2 0x3A1F=3 0x3A02=5 0x3A1A=4 hidden:6",
        ),
        // What is to be seen already takes no second place of another kind.
        ("TEL;TYPE=WORK:1\nTEL;TYPE=WORK:2\nTEL;TYPE=WORK:1", "businessPhones=1+2"),
        ("TEL;TYPE=CELL:1\nTEL;TYPE=WORK,CELL:1", "mobilePhone=1"),
    ]);
}

#[test]
fn mobile_phones_are_mobile_phones_whosever_they_are() {
    hold(&[
        ("TEL;TYPE=CELL:1", "mobilePhone=1"),
        ("TEL;TYPE=WORK,CELL:1", "mobilePhone=1"),
        ("TEL;TYPE=HOME,CELL:1", "mobilePhone=1"),
        ("TEL;TYPE=CELL,VOICE:1", "mobilePhone=1"),
        ("TEL;TYPE=WORK,CELL:1\nTEL;TYPE=CELL,PREF:2", "mobilePhone=2 0x3A1F=1"),
        ("TEL;TYPE=CELL:1\nTEL;TYPE=WORK,CELL:2", "mobilePhone=1 0x3A1F=2"),
        ("TEL;TYPE=CELL:1\nTEL;TYPE=CELL:2\nTEL:3", "mobilePhone=1 0x3A1F=3 0x3A1E=2"),
        (
            "TEL;TYPE=CELL:1\nTEL;TYPE=CELL:2\nTEL;TYPE=CELL:3\nTEL;TYPE=CAR:4",
            "mobilePhone=1 0x3A1F=2 0x3A1E=4 0x3A1A=3",
        ),
    ]);
}

#[test]
fn faxes_and_the_rest_of_the_lines() {
    hold(&[
        ("TEL;TYPE=WORK,FAX:1", "0x3A24=1"),
        ("TEL;TYPE=HOME,FAX:1", "0x3A25=1"),
        ("TEL;TYPE=FAX:1", "0x3A23=1"),
        ("TEL;TYPE=WORK,FAX:1\nTEL;TYPE=WORK,FAX:2\nTEL;TYPE=WORK,FAX:3", "0x3A24=1 0x3A23=2 hidden:3"),
        ("TEL;TYPE=FAX:1\nTEL;TYPE=FAX:2", "0x3A23=1 hidden:2"),
        ("TEL;TYPE=PAGER:1\nTEL;TYPE=PAGER:2", "0x3A1F=2 0x3A21=1"),
        ("TEL;TYPE=CAR:1", "0x3A1E=1"),
        ("TEL;TYPE=RADIO:1", "0x3A1D=1"),
        ("TEL;TYPE=CALLBACK:1", "0x3A02=1"),
        ("TEL;TYPE=COMPANY:1", "0x3A57=1"),
        ("TEL;TYPE=MAIN:1", "0x3A1A=1"),
        ("TEL;TYPE=ASSISTANT:1\nTEL;TYPE=ASSISTANT:2", "0x3A2E=1 hidden:2"),
        ("TEL;TYPE=ISDN:1\nTEL;TYPE=ISDN:2", "0x3A1F=2 0x3A2D=1"),
        ("TEL;TYPE=TLX:1", "0x3A2C=1"),
        ("TEL;TYPE=TTYTDD:1", "0x3A4B=1"),
    ]);
}

#[test]
fn web_pages() {
    hold(&[
        ("URL;TYPE=WORK:https://a", "businessHomePage=https://a"),
        ("URL;TYPE=HOME:https://a", "0x3A50=https://a"),
        ("URL:https://a", "businessHomePage=https://a"),
        ("URL:https://a\nURL;TYPE=WORK:https://b", "businessHomePage=https://b 0x3A50=https://a"),
        ("URL:https://a\nURL:https://b\nURL:https://c", "businessHomePage=https://a 0x3A50=https://b hidden:https://c"),
        ("URL;TYPE=HOME:https://a\nURL;TYPE=HOME:https://b", "0x3A50=https://a hidden:https://b"),
        ("URL:https://a\nURL;TYPE=PREF:https://b", "businessHomePage=https://b 0x3A50=https://a"),
        ("URL:FTP://a\nURL:https://b", "businessHomePage=https://b 0x3A4C=FTP://a"),
        ("FBURL:https://a", "0x80D8=https://a"),
    ]);
}

#[test]
fn addresses() {
    hold(&[
        ("ADR;TYPE=WORK:;;a;;;;", "businessAddress=a"),
        ("ADR;TYPE=HOME:;;a;;;;", "homeAddress=a"),
        ("ADR;TYPE=OTHER:;;a;;;;", "otherAddress=a"),
        ("ADR:;;a;;;;", "otherAddress=a"),
        ("ADR:;;a;;;;\nADR:;;b;;;;\nADR:;;c;;;;", "businessAddress=b otherAddress=a hidden:c"),
        ("ADR;TYPE=HOME:;;a;;;;\nADR;TYPE=HOME:;;b;;;;", "homeAddress=a otherAddress=b"),
        ("ADR;TYPE=HOME:;;a;;;;\nADR;TYPE=HOME,PREF:;;b;;;;", "homeAddress=b otherAddress=a"),
        ("ADR;TYPE=WORK:;;a;;;;\nADR;TYPE=WORK:;;b;;;;\nADR:;;c;;;;", "businessAddress=a otherAddress=c hidden:b"),
        (
            "ADR;TYPE=WORK:;;a;;;;\nADR;TYPE=HOME:;;b;;;;\nADR;TYPE=OTHER:;;c;;;;\nADR:;;d;;;;",
            "businessAddress=a homeAddress=b otherAddress=c hidden:d",
        ),
        ("LABEL;TYPE=WORK:a", "businessAddress=a"),
        (
            "LABEL;TYPE=HOME:a\nADR;TYPE=WORK:;;b;;;;\nADR;TYPE=HOME:;;c;;;;",
            "businessAddress=b homeAddress=c otherAddress=a",
        ),
        ("ADR;TYPE=WORK:12;;a;;;;", "businessAddress=a 0x804A=12"),
        ("ADR;TYPE=HOME:12;;;;;;", "0x3A5E=12"),
        ("ADR:12;;;;;;", "0x3A64=12"),
    ]);
}

#[test]
fn a_role_is_shown_as_the_profession_where_there_is_none() {
    hold(&[
        ("ROLE:a", "profession=a"),
        ("ROLE;LANGUAGE=de:a", "profession=a"),
        ("ROLE:a\nX-KADDRESSBOOK-X-Profession:b", "profession=b hidden:a"),
        ("X-KADDRESSBOOK-X-Profession:b", "profession=b"),
    ]);
    // Who types a profession into it means a profession.
    let mut body = exchange::write(&card("ROLE:a"), Dialect::Graph).json(None);
    body["profession"] = "b".into();
    let organization = exchange::read(body, Dialect::Graph).contact.organization;
    assert_eq!((organization.profession.as_str(), organization.role.as_str()), ("b", ""));
}

#[test]
fn messaging_addresses() {
    hold(&[
        ("IMPP:xmpp:a@x\nIMPP;TYPE=PREF:skype:b", "imAddresses=b+a@x"),
        ("IMPP:xmpp:a\nIMPP:xmpp:b\nIMPP:xmpp:c\nIMPP:xmpp:d", "imAddresses=a+b+c hidden:d"),
    ]);
}

#[test]
fn what_somebody_typed_into_an_overflow_s_place_is_what_the_place_says() {
    let contact = card("item1.TEL;TYPE=CELL:1\nTEL;TYPE=CELL:2");
    let mut body = exchange::write(&contact, Dialect::Graph).json(None);
    body["singleValueExtendedProperties"][0]["value"] = "3".into();
    let back = exchange::read(body, Dialect::Graph).contact;
    let phones: Vec<_> = back.phones.iter().map(|phone| (phone.number.as_str(), phone.line, phone.kind)).collect();
    use cardferry::model::{Kind, Line};
    assert_eq!(phones, [("1", Line::Mobile, None), ("3", Line::Voice, Some(Kind::Other))]);
}

/// A contact that somebody typed into Outlook goes back to where it came from, and nothing of it needs a stash.
#[test]
fn what_outlook_has_in_its_places_stays_there() {
    let phones = ["1F", "24", "25", "23", "21", "1E", "1D", "02", "57", "1A", "2E", "2D", "2C", "4B"];
    let phones = phones.map(|tag| json!({ "id": format!("String 0x3A{tag}"), "value": format!("+1 {tag}") }));
    let others = [
        ("String 0x3A50", "https://home.example"),
        ("String 0x3A4C", "ftp://files.example"),
        ("String {00062004-0000-0000-C000-000000000046} Id 0x804A", "PO 1"),
        ("String 0x3A5E", "PO 2"),
        ("String 0x3A64", "PO 3"),
    ];
    let mut extended = phones.to_vec();
    extended.extend(others.map(|(id, value)| json!({ "id": id, "value": value })));
    let email = |address: &str| json!({ "name": address, "address": address });
    let body = json!({
        "displayName": "Ada", "profession": "Countess",
        "emailAddresses": [email("a@example.com"), email("b@example.com"), email("a@example.com")],
        "businessPhones": ["1", "2"], "homePhones": ["3", "1"], "mobilePhone": "1",
        "imAddresses": ["x", "y", "z"], "businessHomePage": "https://work.example",
        "businessAddress": { "street": "a" }, "homeAddress": { "street": "a" }, "otherAddress": { "city": "c" },
        "singleValueExtendedProperties": extended,
    });
    let Value::Object(body) = body else { unreachable!() };
    let contact = exchange::read(body.clone(), Dialect::Graph).contact;
    let again = exchange::write(&contact, Dialect::Graph).json(None);
    let plain = |body: &Map<String, Value>| {
        let mut body = body.clone();
        let values = body["singleValueExtendedProperties"].as_array_mut().unwrap();
        values.sort_by_key(|pair| pair["id"].to_string());
        Value::Object(body)
    };
    let (mut again, mut body) = (plain(&again), plain(&body));
    again.sort_all_objects();
    body.sort_all_objects();
    assert_eq!(again, body);
}

/// Each text of the lists that have places, and how often it stands there.
fn texts(contact: &Contact) -> BTreeMap<(Field, String), usize> {
    let mut texts = BTreeMap::new();
    let mut count = |field, text: &str| *texts.entry((field, text.to_owned())).or_default() += 1;
    contact.emails.iter().for_each(|value| count(Field::Emails, &value.address));
    contact.phones.iter().for_each(|value| count(Field::Phones, &value.number));
    contact.ims.iter().for_each(|value| count(Field::Ims, &value.address));
    contact.urls.iter().for_each(|value| count(Field::Urls, &value.url));
    contact.addresses.iter().for_each(|value| count(Field::Addresses, &value.city));
    texts
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// Without its stash the mailbox holds nothing that the contact has not, nothing more often, and all but what is
    /// said to be hidden or to be a mere repeat.
    #[test]
    fn what_is_not_hidden_is_there_once(contact in arbitrary_contact()) {
        let written = exchange::write(&contact, Dialect::Graph);
        let mut body = written.json(None);
        if let Some(Value::Array(values)) = body.get_mut("singleValueExtendedProperties") {
            values.retain(|pair| pair["id"] != extended::STASH);
        }
        let seen = texts(&exchange::read(body, Dialect::Graph).contact);
        for ((field, text), count) in &texts(&contact) {
            let there = seen.get(&(*field, text.clone())).copied().unwrap_or_default();
            let hides = |why: Why| !matches!(why, Why::Remark);
            let hidden = written.hidden.iter().any(|loss| {
                loss.field == *field && hides(loss.why) && (loss.value == *text || *field == Field::Addresses)
            });
            prop_assert!(there <= *count, "{field:?} {text} is there {there} times instead of {count}");
            prop_assert!(there > 0 || hidden || text.is_empty(), "{field:?} {text} is neither seen nor said to be hidden");
        }
        for (field, text) in seen.keys() {
            prop_assert!(texts(&contact).contains_key(&(*field, text.clone())), "{field:?} {text} came from nowhere");
        }
    }
}
