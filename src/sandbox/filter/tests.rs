use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::sandbox::schema::CONTACT;
use crate::sandbox::store::ContactRow;

fn ada() -> (ContactRow, Vec<(String, String)>) {
    let content = json!({
        "givenName": "Ada", "surname": "O'Hara", "companyName": "Analytical Engines", "birthday": "1815-12-10",
        "homeAddress": { "city": "London" }, "children": ["Byron"], "categories": ["Friends"],
        "emailAddresses": [{ "name": "Ada", "address": "Ada@Example.org" }],
    });
    let row = ContactRow {
        number: 2,
        born: 2,
        folder: 1,
        public: "AAMk".into(),
        folder_public: "AAMk".into(),
        change: 2,
        created: 1_700_000_000,
        modified: 1_700_000_000,
        content: content.as_object().unwrap().clone(),
        size: 0,
        has_photo: true,
    };
    let extended = [
        ("String {00020329-0000-0000-c000-000000000046} Name Key", "AbC"),
        ("Integer {00020329-0000-0000-c000-000000000046} Name Pallete", "12"),
        ("Double 0x3a01", "1.5"),
        ("CLSID {00062008-0000-0000-c000-000000000046} Name Sender", "{B9CF8971-7d55-4b73-9ffa-a584611b600b}"),
        ("SystemTime 0x3a41", "2001-02-03T04:05:06Z"),
        ("StringArray {66f5a359-4659-4830-9070-00050ec6ac6e} Name Recreation", "[\"Food\",\"Hiking\"]"),
        ("Extension com.contoso.referral", "{\"@name\":\"Com.Contoso.Referral\",\"dealValue\":1}"),
    ];
    (row, extended.map(|(id, value)| (id.to_owned(), value.to_owned())).to_vec())
}

fn holds(filter: &str) -> bool {
    let (contact, extended) = ada();
    parse(filter, Dialect::Graph, &CONTACT, false).unwrap().matches(Item::Contact(&contact, &extended))
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
        ("categories/any(c:c eq 'friends')", true),
        ("GIVENNAME eq 'ada' and HomeAddress/City eq 'London'", true),
        ("birthday eq null", false),
        ("birthday ne null and createdDateTime ne null", true),
        ("false eq contains(companyName,'x')", true),
        ("startswith(givenName,'A') ne false", true),
        ("  ( givenName eq 'Ada' )  ", true),
        ("not(emailAddresses/any(a:a/address eq 'x'))", true),
        ("Extensions/any(f:f/id eq 'com.contoso.Referral')", true),
        ("extensions/any(f:f/Id eq 'Microsoft.OutlookServices.OpenTypeExtension.Com.Contoso.Referral')", true),
        ("extensions/any(f:f/id eq 'Com.Contoso.Other')", false),
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
fn values_are_cast_as_the_page_has_it() {
    let number = "Integer {00020329-0000-0000-C000-000000000046} Name Pallete";
    let guid = "CLSID {00062008-0000-0000-C000-000000000046} Name Sender";
    let table = [
        (number, "cast(ep/value, Edm.Int32) eq 12", true),
        (number, "cast(ep/value,Edm.Int32) ne 12", false),
        (number, "cast(ep/value, Edm.Int32) gt 9", true),
        (number, "9 lt cast(ep/value, Edm.Int64)", true),
        (number, "cast(ep/value, Edm.Double) le 11.9", false),
        (number, "ep/value eq '12'", true),
        ("Double 0x3A01", "cast(ep/value, Edm.Double) ge 1.25 and cast(ep/value, Edm.Double) lt 2", true),
        ("Double 0x3A01", "cast(ep/value, Edm.Int32) eq 1", false),
        (guid, "cast(ep/value, Edm.Guid) eq (b9cf8971-7d55-4b73-9ffa-a584611b600b)", true),
        (guid, "cast(ep/value, Edm.Guid) ne b9cf8971-7d55-4b73-9ffa-a584611b600b", false),
        ("SystemTime 0x3A41", "cast(ep/value, Edm.DateTimeOffset) ge 2001-02-03", true),
        ("SystemTime 0x3A41", "cast(ep/value, Edm.DateTimeOffset) ge 2001-02-04", false),
        ("String 0x3A41", "cast(ep/value, Edm.Int32) eq 12", false),
    ];
    for (id, test, expected) in table {
        let filter = format!("singleValueExtendedProperties/any(ep: ep/id eq '{id}' and {test})");
        assert_eq!(holds(&filter), expected, "{filter}");
    }
    let picture = "Boolean {00062004-0000-0000-C000-000000000046} Id 0x8015";
    let filter =
        format!("singleValueExtendedProperties/any(e: e/id eq '{picture}' and cast(e/value, Edm.Boolean) eq true)");
    assert!(holds(&filter));
}

#[test]
fn case_counts_where_it_is_asked_to() {
    let (contact, extended) = ada();
    let key = "String {00020329-0000-0000-C000-000000000046} Name Key";
    let table = [
        ("givenName eq 'Ada'".to_owned(), true),
        ("givenName eq 'ada'".to_owned(), false),
        ("startswith(companyName,'Ana') and contains(companyName,'Eng')".to_owned(), true),
        ("contains(companyName,'eng')".to_owned(), false),
        ("emailAddresses/any(a:a/address eq 'Ada@Example.org')".to_owned(), true),
        ("emailAddresses/any(a:a/address eq 'ada@example.org')".to_owned(), false),
        (format!("singleValueExtendedProperties/any(e:e/id eq '{key}' and e/value eq 'AbC')"), true),
        (format!("singleValueExtendedProperties/any(e:e/id eq '{key}' and e/value eq 'abc')"), false),
        ("jobTitle ne 'x' and jobTitle eq null".to_owned(), true),
    ];
    for (text, expected) in table {
        let filter = parse(&text, Dialect::Graph, &CONTACT, true).unwrap();
        assert_eq!(filter.matches(Item::Contact(&contact, &extended)), expected, "{text}");
        // The indexes do not mind case: what they find is looked at again.
        assert_eq!(filter.lookups().is_some(), text.contains("/any("), "{text}");
    }
}

#[test]
fn several_values_are_searched_one_by_one() {
    let id = "StringArray {66F5A359-4659-4830-9070-00050EC6AC6E} Name Recreation";
    let any = |test: &str| format!("multiValueExtendedProperties/any(ep: ep/id eq '{id}' and {test})");
    assert!(holds(&any("ep/value/any(v: v eq 'hiking')")));
    assert!(!holds(&any("ep/value/any(v: v eq 'swimming')")));
    assert!(holds(&any("ep/value/any(v: startswith(v,'Fo'))")));
    assert!(parse(&any("ep/value eq 'hiking'"), Dialect::Graph, &CONTACT, false).is_err());
    // One of several values is no single value.
    assert!(!holds("singleValueExtendedProperties/any(ep: contains(ep/value,'Hiking'))"));
}

/// What is no filter, what does not exist, and what may not be filtered by, with the code and a piece of the words.
const REFUSED: &[(&str, &str, &str)] = &[
    ("", "BadRequest", "Syntax error at position 0 in ''"),
    ("givenName eq", "BadRequest", "Syntax error"),
    ("givenName eq 'a", "BadRequest", "Syntax error at position"),
    ("givenName is 'a'", "BadRequest", "Syntax error at position 10"),
    ("givenName eq 'a' and", "BadRequest", "Syntax error at position 17"),
    ("givenName eq 'a' 'b'", "BadRequest", "Syntax error at position 17"),
    ("(givenName eq 'a'", "BadRequest", "Syntax error"),
    ("givenName eq 'a')", "BadRequest", "Syntax error at position 16"),
    ("givenName EQ 'a'", "BadRequest", "Syntax error"),
    ("emailAddresses/some(a:a/address eq 'x')", "BadRequest", "Syntax error"),
    ("createdDateTime ge 2020-13-45", "BadRequest", "Syntax error"),
    ("givenName", "BadRequest", "must evaluate to a single boolean value"),
    ("'a'", "BadRequest", "must evaluate to a single boolean value"),
    ("not givenName", "BadRequest", "must evaluate to a single boolean value"),
    ("givenNam eq 'a'", "BadRequest", "Could not find a property named 'givenNam' on type 'microsoft.graph.contact'"),
    (
        "homeAddress/town eq 'x'",
        "BadRequest",
        "Could not find a property named 'town' on type 'microsoft.graph.physicalAddress'",
    ),
    ("givenName eq 5", "BadRequest", "'Edm.String' and 'Edm.Int32' for operator kind 'Equal'"),
    ("givenName eq true", "BadRequest", "'Edm.String' and 'Edm.Boolean'"),
    ("givenName gt null", "BadRequest", "incompatible types"),
    (
        "createdDateTime ge 'never'",
        "BadRequest",
        "'Edm.DateTimeOffset' and 'Edm.String' for operator kind 'GreaterThanOrEqual'",
    ),
    ("title eq 'Dr'", "ErrorInvalidProperty", "The property 'Title' does not support filtering."),
    ("id eq 'x'", "ErrorInvalidProperty", "The property 'Id' does not support filtering."),
    ("contains(emailAddresses/address,'x')", "BadRequest", "property 'address' is not a single value"),
    ("startswith(givenName)", "BadRequest", "No function signature"),
    ("contains(createdDateTime,'2')", "BadRequest", "No function signature"),
    ("contains(givenName,2)", "BadRequest", "No function signature"),
    ("nonsense(givenName,'a')", "BadRequest", "unknown function with name 'nonsense'"),
    ("homePhones/any(p:p eq '1')", "ErrorInvalidUrlQueryFilter", "invalid nodes"),
    ("emailAddresses/any(a:a/name eq 'x')", "ErrorInvalidUrlQueryFilter", ""),
    ("emailAddresses/any(a:startswith(a/address,'x'))", "ErrorInvalidUrlQueryFilter", ""),
    ("emailAddresses/any(a:b/address eq 'x')", "ErrorInvalidUrlQueryFilter", ""),
    ("emailAddresses/all(a:a/address eq 'x')", "ErrorInvalidUrlQueryFilter", ""),
    ("emailAddresses/any(a:a/address ne 'x')", "ErrorInvalidUrlQueryFilter", ""),
    ("emailAddresses eq 'x'", "ErrorInvalidUrlQueryFilter", ""),
    ("homeAddress eq null", "ErrorInvalidUrlQueryFilter", ""),
    ("'a' eq 'a'", "ErrorInvalidUrlQueryFilter", ""),
    ("givenName eq surname", "ErrorInvalidUrlQueryFilter", ""),
    ("givenName in ('a', 'b')", "ErrorInvalidUrlQueryFilter", ""),
    ("true", "ErrorInvalidUrlQueryFilter", ""),
    ("tolower(givenName) eq 'a'", "ErrorInvalidUrlQueryFilter", ""),
    ("substringof('a',givenName)", "BadRequest", "unknown function with name 'substringof'"),
    ("length(givenName) add 1 gt 2 mul 3", "ErrorInvalidUrlQueryFilter", ""),
    ("year(birthday) eq 1815", "ErrorInvalidUrlQueryFilter", ""),
    ("givenName has 'a'", "ErrorInvalidUrlQueryFilter", ""),
    ("isof('microsoft.graph.contact')", "ErrorInvalidUrlQueryFilter", ""),
    ("cast(givenName, Edm.Int32) eq 1", "ErrorInvalidUrlQueryFilter", ""),
    ("singleValueExtendedProperties/any(ep: endswith(ep/value,'x'))", "ErrorInvalidUrlQueryFilter", ""),
    ("singleValueExtendedProperties/any(ep: ep/value gt 'x')", "ErrorInvalidUrlQueryFilter", ""),
    ("singleValueExtendedProperties/any(ep: ep/value eq 12)", "BadRequest", "incompatible types"),
    ("singleValueExtendedProperties/any(ep: cast(ep/value, Edm.Int32) eq '12')", "BadRequest", "incompatible types"),
    ("singleValueExtendedProperties/any(ep: ep/id ne 'String 0x3A24')", "ErrorInvalidUrlQueryFilter", ""),
    (
        "singleValueExtendedProperties/any(ep: ep/id eq 'nonsense' and ep/value eq 'x')",
        "ErrorInvalidProperty",
        "PropertyId values may only be",
    ),
    ("singleValueExtendedProperties/any(ep: ep/id eq 'StringArray 0x3A24')", "ErrorInvalidExtendedProperty", ""),
];

#[test]
fn other_filters_are_refused() {
    for (filter, code, words) in REFUSED {
        let error = parse(filter, Dialect::Graph, &CONTACT, false).unwrap_err();
        assert_eq!((error.status.as_u16(), error.code), (400, *code), "{filter}: {}", error.message);
        assert!(error.message.contains(words), "{filter}: {}", error.message);
    }
    let error = parse("givenName eq 'a'", Dialect::Outlook, &CONTACT, false).unwrap_err();
    assert_eq!(
        (error.code, &*error.message),
        (
            "RequestBroker-ParseUri",
            "Could not find a property named 'givenName' on type 'Microsoft.OutlookServices.Contact'."
        )
    );
    let folder = parse("extensions/any(e:e/id eq 'x')", Dialect::Graph, &crate::sandbox::schema::FOLDER, false);
    assert!(folder.unwrap_err().message.contains("'extensions' on type 'microsoft.graph.contactFolder'"));
}

#[test]
fn the_dialects_have_their_own_names() {
    let filter = "SingleValueExtendedProperties/Any(ep: ep/PropertyId eq 'String 0x3A24' and ep/Value eq '1')";
    let parsed = parse(filter, Dialect::Outlook, &CONTACT, false).unwrap();
    assert_eq!(parsed.lookups(), Some(vec![Lookup::Value("String 0x3a24", "1")]));
    assert!(parse(filter, Dialect::Graph, &CONTACT, false).is_err());
    assert!(parse("GivenName eq 'a' and MobilePhone1 eq '1'", Dialect::Outlook, &CONTACT, false).is_ok());
}

#[test]
fn expanded_ids_are_named_one_by_one() {
    let read = |text: &str, dialect| ids(&grammar::parse(text).unwrap(), Collection::Single, dialect);
    assert_eq!(
        read("PropertyId eq 'String 0x3A24' or PropertyId eq 'String 0x3A25'", Dialect::Outlook).unwrap(),
        ["String 0x3a24", "String 0x3a25"]
    );
    assert_eq!(read("Id eq 'String 0x3A24'", Dialect::Graph).unwrap(), ["String 0x3a24"]);
    for text in [
        "id ne 'String 0x3A24'",
        "id eq 'String 0x3A24' and id eq 'String 0x3A25'",
        "value eq 'x'",
        "not(id eq 'String 0x3A24')",
    ] {
        assert!(read(text, Dialect::Graph).is_err(), "{text}");
    }
}

#[test]
fn the_index_is_used_where_every_match_must_hold_a_value() {
    let one = "singleValueExtendedProperties/any(e: e/id eq 'String 0x1' and e/value eq 'A')";
    let two = "singleValueExtendedProperties/any(e: e/value eq 'B' and e/id eq 'String 0x2')";
    let lookups = |text: &str| {
        let filter = parse(text, Dialect::Graph, &CONTACT, false).unwrap();
        filter.lookups().map(|all| all.iter().map(|one| format!("{one:?}")).collect::<Vec<_>>().join(" "))
    };
    let (first, second) = (r#"Value("String 0x1", "a")"#, r#"Value("String 0x2", "b")"#);
    let mail = "emailAddresses/any(a:a/address eq 'X@Y.example')";
    let found = r#"Email("x@y.example")"#;
    let table = [
        (format!("{one} or {two}"), Some(format!("{first} {second}"))),
        (format!("givenName eq 'x' and {two}"), Some(second.to_owned())),
        (format!("givenName eq 'x' or {two}"), None),
        (format!("not ({one})"), None),
        (mail.to_owned(), Some(found.to_owned())),
        (format!("({mail} or {one}) and givenName eq 'x'"), Some(format!("{found} {first}"))),
        (
            "singleValueExtendedProperties/any(e: e/id eq 'Integer 0x1' and cast(e/value, Edm.Int32) gt 5)".to_owned(),
            Some(r#"Property("Integer 0x1")"#.to_owned()),
        ),
        ("extensions/any(e: e/id eq 'A.B')".to_owned(), Some(r#"Property("Extension a.b")"#.to_owned())),
        ("emailAddresses/any()".to_owned(), None),
        (
            "singleValueExtendedProperties/any(e: e/id eq 'Boolean {00062004-0000-0000-C000-000000000046} Id 0x8015')"
                .to_owned(),
            None,
        ),
    ];
    for (text, expected) in table {
        assert_eq!(lookups(&text), expected, "{text}");
    }
}

#[test]
fn depth_is_bounded() {
    let deep = format!("{}givenName eq 'a'{}", "(".repeat(100_000), ")".repeat(100_000));
    assert!(parse(&deep, Dialect::Graph, &CONTACT, false).is_err());
    for deep in ["not ", "- ", "not(", "tolower(", "emailAddresses/any(a:"] {
        let error = parse(&deep.repeat(700), Dialect::Graph, &CONTACT, false).unwrap_err();
        assert_eq!(error.status, 400, "{deep}");
    }
    let nots = format!("{}(givenName eq 'a')", "not ".repeat(40));
    assert!(parse(&nots, Dialect::Graph, &CONTACT, false).is_ok());
    let wide = format!("givenName eq 'a'{}", " or givenName eq 'a'".repeat(700));
    assert!(parse(&wide, Dialect::Graph, &CONTACT, false).is_ok());
    let nested = format!("{}givenName eq 'a'{}", "(".repeat(45), ")".repeat(45));
    assert!(parse(&nested, Dialect::Graph, &CONTACT, false).is_ok());
}

proptest! {
    #[test]
    fn hostile_filters_never_panic(text in "\\PC{0,120}") {
        let _ = parse(&text, Dialect::Graph, &CONTACT, false);
    }

    #[test]
    fn filters_of_known_pieces_never_panic(pieces in prop::collection::vec(prop::sample::select(vec![
        "(", ")", " ", "not ", " and ", " or ", " eq ", "givenName", "emailAddresses/any(", "a:", "a/address", "'x'", "''",
        "'", "startswith(", ",", "null", "2020-01-01", "-", "singleValueExtendedProperties/any("]), 0..30)) {
        let text = pieces.concat();
        if let Ok(filter) = parse(&text, Dialect::Graph, &CONTACT, false) {
            let (contact, extended) = ada();
            let _ = filter.matches(Item::Contact(&contact, &extended));
        }
    }

    #[test]
    fn a_quoted_text_is_found_again(text in "\\PC{1,30}") {
        let filter = format!("givenName eq '{}'", text.replace('\'', "''"));
        let (mut contact, extended) = ada();
        contact.content.insert("givenName".into(), text.into());
        let filter = parse(&filter, Dialect::Graph, &CONTACT, false).unwrap();
        prop_assert!(filter.matches(Item::Contact(&contact, &extended)));
    }
}
