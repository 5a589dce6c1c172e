//! Every property of a contact under each query option, as the column "Filterable" of its page says, in both dialects.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::{BOTH, Bench, dialect_name as name};

/// What can be done with a property beside selecting it.
#[derive(Clone, Copy)]
enum Column {
    /// Compared and sorted by, as a text.
    Text,
    /// Compared and sorted by, as a moment.
    Moment,
    /// Its parts are.
    Parts,
    /// Searched with `any`.
    Any,
    No,
}

use Column::{Any, Moment, No, Parts, Text};

/// `categories` take `any` by a guess.
const PROPERTIES: [(Column, &str); 5] = [
    (
        Text,
        "fileAs displayName givenName initials middleName nickName surname generation mobilePhone businessHomePage \
         jobTitle companyName department officeLocation profession assistantName manager spouseName personalNotes",
    ),
    (Moment, "createdDateTime lastModifiedDateTime birthday"),
    (Parts, "homeAddress businessAddress otherAddress"),
    (Any, "categories children"),
    (
        No,
        "id changeKey parentFolderId title yomiGivenName yomiSurname yomiCompanyName imAddresses homePhones \
         businessPhones emailAddresses",
    ),
];

/// The options, with `#` for the property, and whether each is taken.
fn taken(column: Column, part: &str) -> [(String, bool); 8] {
    let is =
        |columns: &[Column]| columns.iter().any(|one| std::mem::discriminant(one) == std::mem::discriminant(&column));
    [
        ("$select=#".into(), true),
        ("$orderby=#".into(), is(&[Text, Moment])),
        ("$filter=# eq 'x'".into(), is(&[Text])),
        ("$filter=contains(#,'x')".into(), is(&[Text])),
        ("$filter=# ge 2020-01-01T00:00:00Z".into(), is(&[Moment])),
        ("$filter=not (# ne null)&$orderby=# desc&$top=2&$skip=1&$count=true".into(), is(&[Text, Moment])),
        ("$filter=#/any(x:x eq 'x')".into(), is(&[Any])),
        (format!("$filter=#/{part} eq 'x' or startswith(#/{part},'y')&$orderby=#/{part}"), is(&[Parts])),
    ]
}

#[test]
fn each_option_takes_what_its_column_says() {
    for dialect in BOTH {
        let bench = Bench::new();
        bench.contact(dialect, "/me/contacts", json!({"givenName": "A"}));
        let mut tried = 0;
        for (column, properties) in PROPERTIES {
            for property in properties.split_whitespace() {
                tried += 1;
                for (option, expected) in taken(column, &name(dialect, "city")) {
                    let option = option.replace('#', &name(dialect, property)).replace(' ', "%20");
                    let reply = bench.get(dialect, &format!("/me/contacts?{option}"));
                    assert_eq!(reply.status, if expected { 200 } else { 400 }, "{option}: {reply:?}");
                }
            }
        }
        assert_eq!(tried, 38, "every property that both dialects have");
    }
}
