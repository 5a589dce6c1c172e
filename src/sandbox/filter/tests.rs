use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::sandbox::schema::CONTACT;
use crate::sandbox::store::ContactRow;

fn ada() -> (ContactRow, Vec<(String, String)>) {
    let content = json!({
        "givenName": "Ada", "surname": "O'Hara", "companyName": "Analytical Engines", "birthday": "1815-12-10",
        "homeAddress": { "city": "London" }, "children": ["Byron"],
        "emailAddresses": [{ "name": "Ada", "address": "Ada@Example.org" }],
    });
    let row = ContactRow {
        number: 2,
        folder: 1,
        public: "AAMk".into(),
        folder_public: "AAMk".into(),
        change: 2,
        created: 1_700_000_000,
        modified: 1_700_000_000,
        content: content.as_object().unwrap().clone(),
        has_photo: true,
        born: 1,
    };
    let id = "String {00020329-0000-0000-c000-000000000046} Name Key".to_owned();
    (row, vec![(id, "AbC".to_owned())])
}

fn holds(filter: &str) -> bool {
    let (contact, extended) = ada();
    parse(filter, Dialect::Graph, &CONTACT).unwrap().matches(Item::Contact(&contact, &extended))
}

#[test]
fn filters_hold_or_do_not() {
    let key = "String {00020329-0000-0000-C000-000000000046} Name Key";
    let table = [
        ("givenName eq 'ada'", true),
        ("'ADA' eq givenName", true),
        ("surname eq 'O''Hara'", true),
        ("surname ne 'x' and givenName ne 'Ada'", false),
        ("givenName eq 'x' or surname eq 'y' or companyName eq 'analytical engines'", true),
        ("givenName eq 'x' and surname eq 'y' or givenName eq 'Ada'", true),
        ("givenName eq 'x' and (surname eq 'y' or givenName eq 'Ada')", false),
        ("not (givenName eq 'Ada')", false),
        ("not(givenName eq 'x')", true),
        ("not startswith(givenName,'B')", true),
        ("startswith(givenName, 'aD') eq true", true),
        ("endswith(companyName,'ENGINES') and contains(companyName,'ical')", true),
        ("contains(companyName,'x') eq false", true),
        ("jobTitle eq null", true),
        ("jobTitle ne 'Clerk'", true),
        ("givenName eq null", false),
        ("givenName gt 'a' and givenName lt 'b'", true),
        ("createdDateTime ge 2023-11-14T22:13:20Z", true),
        ("createdDateTime lt 2023-11-14", false),
        ("birthday eq 1815-12-10T11:59:00Z", true),
        ("homeAddress/city eq 'london'", true),
        ("children/any(c: c eq 'byron')", true),
        ("emailAddresses/any(a:a/address eq 'ada@example.ORG')", true),
        ("emailAddresses/any()", true),
        ("children/Any(c:startswith(c,'X'))", false),
    ];
    for (filter, expected) in table {
        assert_eq!(holds(filter), expected, "{filter}");
    }
    assert!(holds(&format!("singleValueExtendedProperties/Any(ep: ep/id eq '{key}' and ep/value eq 'abc')")));
    assert!(!holds(&format!("singleValueExtendedProperties/any(ep: ep/id eq '{key}' and ep/value eq 'abd')")));
    let wrong_case = key.replace("Key", "key");
    assert!(!holds(&format!("singleValueExtendedProperties/any(ep: ep/id eq '{wrong_case}' and ep/value eq 'abc')")));
    let picture = "Boolean {00062004-0000-0000-C000-000000000046} Id 0x8015";
    assert!(holds(&format!("singleValueExtendedProperties/any(ep: ep/id eq '{picture}' and ep/value eq 'True')")));
}

#[test]
fn other_filters_are_refused() {
    for filter in [
        "",
        "givenName",
        "givenName eq",
        "givenName eq 'a",
        "givenName is 'a'",
        "givenname eq 'a'",
        "GivenName eq 'a'",
        "givenName eq 5",
        "givenName eq true",
        "title eq 'Dr'",
        "homePhones/any(p:p eq '1')",
        "id eq 'x'",
        "emailAddresses/any(a:a/name eq 'x')",
        "emailAddresses/any(a:startswith(a/address,'x'))",
        "emailAddresses/any(a:b/address eq 'x')",
        "emailAddresses/all(a:a/address eq 'x')",
        "emailAddresses eq 'x'",
        "emailAddresses/any(a:a/address ne 'x')",
        "homeAddress/town eq 'x'",
        "homeAddress eq null",
        "givenName eq 'a' and",
        "givenName eq 'a' 'b'",
        "(givenName eq 'a'",
        "startswith(givenName)",
        "substringof('a',givenName)",
        "createdDateTime ge 'never'",
        "contains(createdDateTime,'2')",
        "'a' eq 'a'",
        "singleValueExtendedProperties/any(ep: ep/id eq 'nonsense' and ep/value eq 'x')",
    ] {
        let result = parse(filter, Dialect::Graph, &CONTACT);
        assert_eq!(result.unwrap_err().status, 400, "{filter}");
    }
}

#[test]
fn the_dialects_have_their_own_names() {
    let filter = "SingleValueExtendedProperties/Any(ep: ep/PropertyId eq 'String 0x3A24' and ep/Value eq '1')";
    let parsed = parse(filter, Dialect::Outlook, &CONTACT).unwrap();
    assert_eq!(parsed.holders(), Some(vec![("String 0x3a24", "1")]));
    assert!(parse(filter, Dialect::Graph, &CONTACT).is_err());
    assert!(parse("GivenName eq 'a' and MobilePhone1 eq '1'", Dialect::Outlook, &CONTACT).is_ok());
    assert_eq!(
        parse_ids("PropertyId eq 'String 0x3A24' or PropertyId eq 'String 0x3A25'", Dialect::Outlook).unwrap(),
        ["String 0x3a24", "String 0x3a25"]
    );
    assert!(parse_ids("id ne 'String 0x3A24'", Dialect::Graph).is_err());
    assert!(parse_ids("id eq 'String 0x3A24' and id eq 'String 0x3A25'", Dialect::Graph).is_err());
}

#[test]
fn the_index_is_used_where_every_match_must_hold_a_value() {
    let one = "singleValueExtendedProperties/any(e: e/id eq 'String 0x1' and e/value eq 'A')";
    let two = "singleValueExtendedProperties/any(e: e/value eq 'B' and e/id eq 'String 0x2')";
    let holders = |filter: &str| {
        let filter = parse(filter, Dialect::Graph, &CONTACT).unwrap();
        filter.holders().map(|all| all.into_iter().map(|(id, value)| format!("{id}={value}")).collect::<Vec<_>>())
    };
    assert_eq!(holders(&format!("{one} or {two}")).unwrap(), ["String 0x1=a", "String 0x2=b"]);
    assert_eq!(holders(&format!("givenName eq 'x' and {two}")).unwrap(), ["String 0x2=b"]);
    assert_eq!(holders(&format!("givenName eq 'x' or {two}")), None);
    assert_eq!(holders(&format!("not ({one})")), None);
}

#[test]
fn depth_is_bounded() {
    let deep = format!("{}givenName eq 'a'{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(parse(&deep, Dialect::Graph, &CONTACT).is_err());
    let nots = format!("{}givenName eq 'a'", "not ".repeat(3_000));
    assert!(parse(&nots, Dialect::Graph, &CONTACT).is_ok());
    let nested = format!("{}givenName eq 'a'{}", "(".repeat(50), ")".repeat(50));
    assert!(parse(&nested, Dialect::Graph, &CONTACT).is_ok());
}

proptest! {
    #[test]
    fn hostile_filters_never_panic(text in "\\PC{0,120}") {
        let _ = parse(&text, Dialect::Graph, &CONTACT);
    }

    #[test]
    fn filters_of_known_pieces_never_panic(pieces in prop::collection::vec(prop::sample::select(vec![
        "(", ")", " ", "not ", " and ", " or ", " eq ", "givenName", "emailAddresses/any(", "a:", "a/address", "'x'", "''",
        "'", "startswith(", ",", "null", "2020-01-01", "-", "singleValueExtendedProperties/any("]), 0..30)) {
        let text = pieces.concat();
        if let Ok(filter) = parse(&text, Dialect::Graph, &CONTACT) {
            let (contact, extended) = ada();
            let _ = filter.matches(Item::Contact(&contact, &extended));
        }
    }

    #[test]
    fn a_quoted_text_is_found_again(text in "\\PC{1,30}") {
        let filter = format!("givenName eq '{}'", text.replace('\'', "''"));
        let (mut contact, extended) = ada();
        contact.content.insert("givenName".into(), text.into());
        let filter = parse(&filter, Dialect::Graph, &CONTACT).unwrap();
        prop_assert!(filter.matches(Item::Contact(&contact, &extended)));
    }
}
