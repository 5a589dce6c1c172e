//! What is sent for which difference, an example each.

use super::*;
use crate::formats::exchange::{content, write};
use crate::model::identity::Keys;
use crate::model::{Address, Date, Email, Im, Kind, Line, PartialDate, Phone, Rest, Sex, Url};
use extended::State;
use pretty_assertions::assert_eq;
use serde_json::json;

const BOTH: [Dialect; 2] = [Dialect::Graph, Dialect::Outlook];

/// A contact with a value of every form.
fn ada() -> Contact {
    let mut ada = Contact { notes: "one\ntwo".into(), hobby: "sums".into(), uid: "u1".into(), ..Contact::default() };
    (ada.name.given, ada.name.surname, ada.name.full) = ("Ada".into(), "Byron".into(), "Ada Byron".into());
    ada.emails = vec![Email { address: "ada@example.com".into(), name: "Ada".into(), ..Email::default() }];
    let phone = |line, kind, number: &str| Phone { line, kind, number: number.into(), ..Phone::default() };
    let work = Some(Kind::Business);
    ada.phones = vec![phone(Line::Voice, work, "1"), phone(Line::Mobile, None, "2"), phone(Line::Fax, work, "3")];
    ada.ims = vec![Im { address: "ada".into(), ..Im::default() }];
    ada.urls = vec![Url { url: "https://ada.example".into(), kind: work, ..Url::default() }];
    let (city, country) = ("London".into(), "England".into());
    ada.addresses = vec![Address { city, country, kind: Some(Kind::Home), ..Address::default() }];
    ada.birthday = PartialDate::full(1815, 12, 10).map(Date::Known);
    ada.anniversary = PartialDate::full(1835, 7, 8).map(Date::Known);
    ada.gender.sex = Some(Sex::Female);
    ada.categories = vec!["Sums".into()];
    ada
}

fn marks(contact: &Contact, run: &str) -> Marks {
    let state = State { content: content(contact), photo: None, run: run.into(), changed_by: None };
    Marks { key: Keys::default().next(contact, 0).key, state }
}

/// The contact as the service answers it: with more than was sent, and some of it in other words.
fn served(contact: &Contact, dialect: Dialect) -> Map<String, Value> {
    let written = write(contact, dialect);
    let marks = marks(contact, "r1");
    let mut json = written.json_with_given_name(Some(&marks)).unwrap_or_else(|| written.json(Some(&marks)));
    for (names, value) in [
        (names::ID, json!("AAA=")),
        (names::CHANGE_KEY, json!("EQ")),
        (names::PARENT_FOLDER, json!("F")),
        (("createdDateTime", "CreatedDateTime"), json!("2024-01-01T00:00:00Z")),
        (("@odata.etag", "@odata.etag"), json!("W/\"EQ\"")),
    ] {
        json.insert(dialect.pick(names).to_owned(), value);
    }
    // Where there is no name the service makes one of the given name.
    if let (None, Some(given)) =
        (json.get(dialect.pick(names::DISPLAY_NAME)), json.get(dialect.pick(names::GIVEN_NAME)))
    {
        json.insert(dialect.pick(names::DISPLAY_NAME).to_owned(), given.clone());
    }
    for (names, form) in properties() {
        let nothing = match form {
            Form::Text if names.0 == "fileAs" => json!(""),
            Form::Text | Form::Day => Value::Null,
            Form::Texts | Form::Emails => json!([]),
            Form::Address => json!({}),
        };
        json.entry(dialect.pick(names).to_owned()).or_insert(nothing);
    }
    if let Some(day) = json.get_mut("Birthday").filter(|day| day.is_string()) {
        *day = json!("1815-12-10T00:00:00Z");
    }
    let notes = dialect.pick(("personalNotes", "PersonalNotes"));
    if let Some(text) = json[notes].as_str().map(str::to_owned) {
        json[notes] = text.replace('\n', "\r\n").into();
    }
    let list = dialect.pick(names::EXTENDED);
    for pair in json[list].as_array_mut().into_iter().flatten() {
        let id = dialect.pick(names::EXTENDED_ID);
        let spelled = pair[id].as_str().map(|id| id.replace("0x3A", "0x3a")).unwrap_or_default();
        pair[id] = spelled.into();
    }
    let picture = super::pair("Boolean {00062004-0000-0000-c000-000000000046} Id 0x8015", "false", dialect);
    json[list].as_array_mut().unwrap().push(picture);
    json
}

fn to(contact: &Contact, dialect: Dialect, change: fn(&mut Contact)) -> Changes {
    let mut changed = contact.clone();
    change(&mut changed);
    changes(&served(contact, dialect), &write(&changed, dialect), None)
}

/// The body in Graph, but for the stash, and the changes in words.
fn sent(contact: &Contact, change: fn(&mut Contact)) -> (Value, Vec<String>) {
    let Changes { mut body, fields, .. } = to(contact, Dialect::Graph, change);
    if let Some(pairs) = body.get_mut("singleValueExtendedProperties").and_then(Value::as_array_mut) {
        pairs.retain(|pair| pair["id"] != extended::STASH);
        if pairs.is_empty() {
            body.remove("singleValueExtendedProperties");
        }
    }
    (Value::Object(body), fields.iter().map(Change::to_string).collect())
}

#[test]
fn what_is_the_same_is_not_sent() {
    let company = Contact { notes: "x".into(), ..Contact::default() };
    for contact in [ada(), company, Contact::default()] {
        for dialect in BOTH {
            let same = to(&contact, dialect, |_| {});
            assert_eq!((same.body, same.fields), (Map::new(), vec![]));
            assert_eq!(content(&same.contact), content(&contact));
            let served = served(&contact, dialect);
            assert_eq!(restore(&served, &served, dialect), Map::new());
        }
    }
}

#[test]
fn one_difference_is_sent_as_it_is() {
    let told = |text: &str| vec![text.to_owned()];
    assert_eq!(
        sent(&ada(), |ada| ada.phones[0].number = "4".into()),
        (json!({ "businessPhones": ["4"], "displayName": "Ada Byron" }), told("phone (work): \"1\" -> \"4\""))
    );
    assert_eq!(
        sent(&ada(), |ada| ada.addresses[0].city = "Paris".into()).0,
        json!({
            "homeAddress": { "street": null, "city": "Paris", "state": null, "countryOrRegion": "England", "postalCode": null },
            "displayName": "Ada Byron",
        })
    );
    assert_eq!(
        sent(&ada(), |ada| ada.notes = "one\nthree".into()),
        (
            json!({ "personalNotes": "one\nthree", "displayName": "Ada Byron" }),
            told("notes: \"one / two\" -> \"one / three\"")
        )
    );
    assert_eq!(
        sent(&ada(), |ada| ada.name.surname = "Lovelace".into()),
        (json!({ "surname": "Lovelace", "displayName": "Ada Byron" }), told("family name: \"Byron\" -> \"Lovelace\""))
    );
    assert_eq!(sent(&ada(), |ada| ada.uid = "u2".into()).1, told("unique identifier: \"u1\" -> \"u2\""));
    assert_eq!(
        sent(&ada(), |ada| ada.birthday = PartialDate::yearless(12, 11).map(Date::Known)),
        (
            json!({ "birthday": "1604-12-11T11:59:00Z", "displayName": "Ada Byron" }),
            told("birthday: \"1815-12-10\" -> \"--12-11\"")
        )
    );
    assert_eq!(
        sent(&ada(), |ada| ada.phones[1].label = "boat".into()).1,
        told("mobile phone: \"2\" -> \"2 [“boat”]\"")
    );
    assert_eq!(sent(&ada(), |ada| ada.revision = "2031-01-01T00:00:00Z".into()).1, Vec::<String>::new());
    let remark = |ada: &mut Contact| ada.keep_rest(Field::Notes, Rest { raw: Some("r".into()), ..Rest::default() });
    assert_eq!(sent(&ada(), remark).1, told("notes: \"one / two\" -> \"one / two [r]\""));
}

#[test]
fn what_is_gone_is_taken_away_in_the_form_that_it_has() {
    let gone = |ada: &mut Contact| {
        let name = std::mem::take(&mut ada.name);
        *ada = Contact { name, ..Contact::default() };
    };
    for dialect in BOTH {
        let changes = to(&ada(), dialect, gone);
        let name = |names: Names| dialect.pick(names);
        let cleared = |graph, outlook| changes.body[name((graph, outlook))].clone();
        assert_eq!(cleared("personalNotes", "PersonalNotes"), json!(null));
        assert_eq!(cleared("birthday", "Birthday"), json!(null));
        assert_eq!(cleared("mobilePhone", "MobilePhone1"), json!(null));
        assert_eq!(cleared("businessPhones", "BusinessPhones"), json!([]));
        assert_eq!(cleared("emailAddresses", "EmailAddresses"), json!([]));
        assert_eq!(cleared("categories", "Categories"), json!([]));
        let address = cleared("homeAddress", "HomeAddress");
        assert!(address.as_object().is_some_and(|parts| parts.len() == 5 && parts.values().all(Value::is_null)));
        assert_eq!(changes.body[name(names::DISPLAY_NAME)], json!("Ada Byron"));
        for (id, value) in [
            ("String 0x3A24", ""),
            ("String 0x3A43", ""),
            ("Short 0x3A4D", "0"),
            ("SystemTime 0x3A41", "4501-01-01T00:00:00Z"),
            (extended::STASH, ""),
        ] {
            let list = changes.body[name(names::EXTENDED)].as_array().unwrap();
            assert!(list.contains(&pair(id, value, dialect)), "{id}: {list:?}");
        }
        assert_eq!(changes.body.len(), 11, "{:?}", changes.body);
        assert_eq!(content(&changes.contact), content(&Contact { name: ada().name, ..Contact::default() }));
        // What was emptied is absent, and is not emptied again.
        let mut after = served(&ada(), dialect);
        after.extend(changes.body.clone());
        let item = read(after.clone(), dialect);
        assert_eq!((content(&item.contact), item.stash_damaged), (content(&changes.contact), false));
        let mut emptied = ada();
        gone(&mut emptied);
        assert_eq!(super::changes(&after, &write(&emptied, dialect), None).body, Map::new());
    }
}

#[test]
fn the_name_of_an_unchanged_address_is_no_change() {
    let (body, told) = sent(&ada(), |ada| ada.emails[0].name = "Countess".into());
    assert_eq!((body, told), (json!({}), vec![]));
    let more = to(&ada(), Dialect::Graph, |ada| {
        ada.emails[0].name = "Countess".into();
        ada.emails.push(Email { address: "b@example.com".into(), ..Email::default() });
    });
    assert_eq!(more.contact.emails[0].name, "Ada");
    assert_eq!(more.body["emailAddresses"].as_array().map(Vec::len), Some(2));
    let told: Vec<String> = more.fields.iter().map(Change::to_string).collect();
    assert_eq!(told, ["e-mail: \"ada@example.com, Ada\" -> \"ada@example.com, Ada, b@example.com\""]);
}

#[test]
fn a_code_that_says_nothing_is_left_alone() {
    let with = |value: &str| {
        let mut served = served(&Contact { notes: "x".into(), ..Contact::default() }, Dialect::Graph);
        let list = served["singleValueExtendedProperties"].as_array_mut().unwrap();
        list.push(pair("Integer 0x36", value, Dialect::Graph));
        changes(&served, &write(&Contact { notes: "x".into(), ..Contact::default() }, Dialect::Graph), None).body
    };
    assert_eq!((with("0"), with("77")), (Map::new(), Map::new()));
    let list = with("2")["singleValueExtendedProperties"].clone();
    assert_eq!(list, json!([pair("Integer 0x0036", "0", Dialect::Graph)]));
}

#[test]
fn marks_alone_are_no_change_of_a_field() {
    for dialect in BOTH {
        let (served, written) = (served(&ada(), dialect), write(&ada(), dialect));
        let same = changes(&served, &written, Some(&marks(&ada(), "r1")));
        assert_eq!((same.body, same.fields), (Map::new(), vec![]));
        let other = marks(&ada(), "r2");
        let other = changes(&served, &written, Some(&other));
        assert_eq!(other.fields, vec![]);
        assert_eq!(other.body[dialect.pick(names::EXTENDED)].as_array().map(Vec::len), Some(1));
        assert_eq!(other.body[dialect.pick(names::DISPLAY_NAME)], json!("Ada Byron"));
    }
}

fn company(name: &str) -> Contact {
    let mut company = Contact { notes: "x".into(), ..Contact::default() };
    company.organization.company = name.into();
    company
}

#[test]
fn a_given_name_that_was_filled_in_stays_until_it_says_something_else() {
    let served = served(&company("Contoso"), Dialect::Graph);
    assert_eq!(served["givenName"], json!("Contoso"));
    let change = |change: fn(&mut Contact)| {
        let mut company = company("Contoso");
        change(&mut company);
        changes(&served, &write(&company, Dialect::Graph), None)
    };
    assert_eq!(change(|_| {}).body, Map::new());
    let noted = change(|company| company.notes.clear());
    assert_eq!(Value::Object(noted.body), json!({ "personalNotes": null, "displayName": "Contoso" }));
    let renamed = change(|company| company.organization.company = "Fabrikam".into());
    assert_eq!((&renamed.body["givenName"], &renamed.body["displayName"]), (&json!("Fabrikam"), &json!("Fabrikam")));
    assert_eq!(renamed.contact.name, Default::default());
    let named = change(|company| company.name.given = "Ada".into());
    assert_eq!((&named.body["givenName"], &named.contact.name.given), (&json!("Ada"), &"Ada".to_owned()));
}

#[test]
fn a_name_that_the_service_made_stays_while_there_is_no_other() {
    let mut served = served(&company("Contoso"), Dialect::Graph);
    served.insert("givenName".into(), Value::Null);
    served.remove("singleValueExtendedProperties");
    served.insert("displayName".into(), "a@b.example".into());
    served.insert("emailAddresses".into(), json!([{ "name": "a@b.example", "address": "a@b.example" }]));
    let mut contact = read(served.clone(), Dialect::Graph).contact;
    assert_eq!(contact.name.full, "");
    assert_eq!(changes(&served, &write(&contact, Dialect::Graph), None).body, Map::new());
    contact.notes.push('y');
    let body = changes(&served, &write(&contact, Dialect::Graph), None).body;
    assert_eq!(Value::Object(body), json!({ "personalNotes": "xy", "displayName": "a@b.example" }));
    // One that the source gives is sent, though it says no more than the company.
    contact.name.full = "Contoso".into();
    let body = changes(&served, &write(&contact, Dialect::Graph), None).body;
    assert_eq!(Value::Object(body), json!({ "personalNotes": "xy", "displayName": "Contoso" }));
}

#[test]
fn what_was_changed_is_restored_and_what_was_deleted_is_made_again() {
    for dialect in BOTH {
        let earlier = served(&ada(), dialect);
        let now = served(&company("Contoso"), dialect);
        let mut after = now.clone();
        after.extend(restore(&earlier, &now, dialect));
        let (before, after) = (read(earlier.clone(), dialect), read(after, dialect));
        assert_eq!(content(&after.contact), content(&before.contact));
        assert_eq!((after.key, after.state), (before.key, before.state));
        let body = recreate(&earlier, dialect);
        let item = read(body.clone(), dialect);
        assert_eq!(content(&item.contact), content(&before.contact));
        assert!(item.key.is_some() && item.has_picture.is_none());
        let own: Vec<&str> = properties().map(|(names, _)| dialect.pick(names)).collect();
        let list = dialect.pick(names::EXTENDED);
        assert!(body.keys().all(|name| own.contains(&name.as_str()) || name == list), "{body:?}");
        assert!(body.values().all(|value| !value.is_null()));
    }
}

#[test]
fn odd_answers_harm_nothing() {
    let full = served(&ada(), Dialect::Graph);
    for odd in [json!(null), json!(7), json!("x"), json!([7, null, [], {}]), json!({ "a": 1 }), json!([{ "id": 1 }])] {
        let odd: Map<String, Value> = full.keys().map(|name| (name.clone(), odd.clone())).collect();
        let body = changes(&odd, &write(&ada(), Dialect::Graph), None).body;
        assert_eq!(body["givenName"], json!("Ada"));
        assert_eq!(restore(&odd, &odd, Dialect::Graph), Map::new());
        recreate(&odd, Dialect::Graph);
        restore(&full, &odd, Dialect::Graph);
        restore(&odd, &full, Dialect::Graph);
    }
}
