//! The rules of the stash: it is one text of limited size that says whether it is whole, and what is live wins.

use cardferry::formats::exchange::{self, Dialect, extended};
use cardferry::model::{Contact, Email, Extra, Field, Kind, Line, Origin, PartialDate, Phone, Why};
use pretty_assertions::assert_eq;
use serde_json::{Map, Value, json};

use super::{answered, extended_value};

fn email(address: &str, label: &str) -> Email {
    Email { address: address.into(), label: label.into(), ..Email::default() }
}

/// A mailbox with nothing but a stash.
fn stashed(text: &str) -> Map<String, Value> {
    let pair = json!({ "id": extended::STASH, "value": text });
    Map::from_iter([("singleValueExtendedProperties".to_owned(), json!([pair]))])
}

#[test]
fn a_live_value_that_somebody_edited_wins_over_its_remark() {
    let emails = vec![email("a@example.com", "boat"), email("b@example.com", "shed")];
    let contact = Contact { emails, uid: "u1".into(), ..Contact::default() };
    let mut body = exchange::write(&contact, Dialect::Graph).json(None);
    body["emailAddresses"][0]["address"] = "new@example.com".into();
    body["emailAddresses"][0]["name"] = "new@example.com".into();
    let back = exchange::read(body, Dialect::Graph).contact;
    assert_eq!(back.emails, [email("new@example.com", ""), email("b@example.com", "shed")]);
    assert_eq!(back.uid, "u1");
}

#[test]
fn a_live_value_that_somebody_deleted_stays_deleted() {
    let mut contact = Contact::default();
    contact.emails.push(email("a@example.com", "boat"));
    let mut body = exchange::write(&contact, Dialect::Graph).json(None);
    body.remove("emailAddresses");
    assert_eq!(exchange::read(body, Dialect::Graph).contact.emails, []);
}

#[test]
fn a_stash_that_was_cut_says_so_and_harms_nothing() {
    let contact = Contact { uid: "x".repeat(500), ..Contact::default() };
    let body = exchange::write(&contact, Dialect::Graph).json(None);
    let stash = extended_value(&body, extended::STASH).unwrap();
    for cut in [1, 255, stash.len() - 1] {
        let mut body = body.clone();
        body["singleValueExtendedProperties"][0]["value"] = stash[..cut].into();
        let item = exchange::read(body, Dialect::Graph);
        assert!(item.stash_damaged && item.contact.uid.is_empty(), "cut at {cut}");
    }
    // An extended property cannot be taken away: one that was emptied is none.
    let item = exchange::read(stashed(""), Dialect::Graph);
    assert_eq!((item.stash_damaged, item.contact), (false, Contact::default()));
    let mut foreign = body.clone();
    foreign["singleValueExtendedProperties"][0]["value"] = stash.replacen("\"v\":1", "\"v\":9", 1).into();
    let item = exchange::read(foreign, Dialect::Graph);
    assert!(!item.stash_damaged && item.contact.uid.is_empty(), "a later version is not understood");
}

#[test]
fn what_the_stash_has_no_room_for_is_a_loss() {
    let mut contact = Contact::default();
    for number in 0..3 {
        let name = format!("X-BIG-{number}");
        let value = "x".repeat(7000);
        contact.extra.push(Extra { origin: Origin::Vcard, name, value, rest: Default::default() });
    }
    let written = exchange::write(&contact, Dialect::Graph);
    let lost: Vec<_> = written.losses.iter().map(|loss| (loss.field, loss.value.as_str(), loss.why)).collect();
    assert_eq!(lost, [(Field::Extra, "X-BIG-2", Why::NoPlace)]);
    assert_eq!(answered(&contact, Dialect::Graph).contact.extra.len(), 2);
}

/// What was stashed once reads back for good: nothing of it depends on how a program spells contacts today.
#[test]
fn a_stash_of_version_1_reads_back() {
    let pieces = concat!(
        r#"[{"piece":{"uid":"urn:uuid:1"}},{"piece":{"birthday":[1985,4,null]}},"#,
        r#"{"piece":{"phones":[{"number":"+44 1","label":"boat","kind":"work","line":"mobile","preference":1,"#,
        r#""rest":{"group":"i","params":[["X-A",["1","2"]]],"raw":"r"}}]}},"#,
        r#"{"piece":{"extra":[{"column":true,"name":"Shoe","value":"43"}]}},"#,
        r#"{"piece":{"gender":{"sex":"O","identity":"it's complicated"}}}]"#,
    );
    let text = |pieces: &str| {
        let sum = &extended::Fingerprint::of(pieces.as_bytes()).to_string()[..16];
        format!(r#"{{"v":1,"length":{},"sum":"{sum}","pieces":{pieces}}}"#, pieces.len())
    };
    let item = exchange::read(stashed(&text(pieces)), Dialect::Graph);
    assert!(!item.stash_damaged);
    let back = item.contact;
    assert_eq!(back.uid, "urn:uuid:1");
    let month = PartialDate { year: Some(1985), month: Some(4), day: None };
    assert_eq!(back.birthday.as_ref().and_then(cardferry::model::Date::known), Some(month));
    let phone = &back.phones[0];
    assert_eq!((phone.number.as_str(), phone.label.as_str(), phone.preference), ("+44 1", "boat", Some(1)));
    assert_eq!((phone.kind, phone.line), (Some(Kind::Business), Line::Mobile));
    assert_eq!((phone.rest.group.as_str(), phone.rest.raw.as_deref()), ("i", Some("r")));
    assert_eq!((back.extra[0].origin, back.extra[0].value.as_str()), (Origin::Column, "43"));
    assert_eq!(back.gender.identity, "it's complicated");
    // What is not understood of a whole stash is passed over, piece by piece.
    for odd in [
        r#"[1,{},{"piece":1},{"piece":{"uid":7}},{"piece":{"phones":[{"line":"?"}]}},{"piece":{"uid":"x"}}]"#,
        r#"[{"order":"phones","of":"00","places":[0]},{"order":"?"},{"piece":{"newer":1}},{"piece":{"uid":"x"}}]"#,
        r#"[{"piece":{"birthday":[1985,13,1]}},{"piece":{"anniversary":[]}},{"piece":{"uid":"x"}}]"#,
    ] {
        let item = exchange::read(stashed(&text(odd)), Dialect::Graph);
        assert_eq!((item.stash_damaged, item.contact), (false, Contact { uid: "x".into(), ..Contact::default() }));
    }
}

#[test]
fn every_remark_finds_its_own_value_and_the_list_its_order() {
    let mut contact = Contact::default();
    let phone = |number: &str, line, kind| Phone { number: number.into(), line, kind, ..Phone::default() };
    contact.phones = vec![
        phone("4", Line::Telex, None),
        phone("1", Line::Mobile, Some(Kind::Home)),
        phone("2", Line::Voice, Some(Kind::Business)),
        phone("5", Line::Telex, None),
        phone("3", Line::Mobile, Some(Kind::Business)),
    ];
    assert_eq!(answered(&contact, Dialect::Graph).contact.phones, contact.phones);
    // Somebody changes one of them: the others keep what is theirs, in the mailbox's order.
    let mut body = exchange::write(&contact, Dialect::Graph).json(None);
    body["businessPhones"] = json!(["7"]);
    let back = exchange::read(body, Dialect::Graph).contact.phones;
    let numbers: Vec<_> = back.iter().map(|phone| (phone.number.as_str(), phone.kind)).collect();
    let (home, work) = (Some(Kind::Home), Some(Kind::Business));
    assert_eq!(numbers, [("7", work), ("1", home), ("3", work), ("4", None), ("5", None)]);
}

#[test]
fn the_stash_is_never_longer_than_it_may_be_and_says_what_it_left_out() {
    for size in [15_000, 16_000, 16_200, 16_260, 16_270, 16_280, 16_290, 16_300, 16_384, 40_000] {
        let contact = Contact { uid: "ä\"".repeat(size / 4), ..Contact::default() };
        let written = exchange::write(&contact, Dialect::Graph);
        let stash = extended_value(&written.json(None), extended::STASH).unwrap_or_default();
        assert!(stash.len() <= 16 * 1024, "{size}: {}", stash.len());
        assert_eq!(stash.is_empty(), written.losses.len() == 1, "{size}");
        assert_eq!(answered(&contact, Dialect::Graph).contact.uid.is_empty(), stash.is_empty(), "{size}");
    }
}

#[test]
fn an_edited_text_wins_and_a_deleted_one_stays_away() {
    let mut contact = Contact { notes: "was".into(), ..Contact::default() };
    contact.keep_rest(Field::Notes, cardferry::model::Rest { raw: Some("Was".into()), ..Default::default() });
    let body = exchange::write(&contact, Dialect::Graph).json(None);
    assert_eq!(exchange::read(body.clone(), Dialect::Graph).contact, contact);
    for now in [json!("is"), json!("")] {
        let mut body = body.clone();
        body["personalNotes"] = now.clone();
        let back = exchange::read(body, Dialect::Graph).contact;
        assert_eq!((json!(back.notes), back.rest.len()), (now, 0));
    }
}
