//! The laws of paths and queries, held to requests that are made of known pieces and to plain noise.

use std::cell::LazyCell;

use proptest::prelude::*;

use crate::odata_laws::Stage;

thread_local! {
    static STAGE: LazyCell<Stage> = const { LazyCell::new(Stage::new) };
}

/// What paths and queries are made of.
const PIECES: &[&str] = &[
    "me",
    "users",
    "/",
    "contacts",
    "contactFolders",
    "childFolders",
    "{contact}",
    "{folder}",
    "('",
    "')",
    "(",
    ")",
    "extensions",
    "A.B",
    "photo",
    "$value",
    "$count",
    "singleValueExtendedProperties",
    "multiValueExtendedProperties",
    "?",
    "&",
    "=",
    "$select",
    "$filter",
    "$expand",
    "$orderby",
    "$top",
    "$skip",
    "givenName",
    "surname%20desc",
    "*",
    ",",
    ";",
    "%20eq%20",
    "%20and%20",
    "not%20",
    "'x'",
    "null",
    "1",
    "2024-01-01",
    "any(a:a/address",
    "emailAddresses",
    "/any(e:e/id",
    "'String%200x3A24'",
    "cast(",
    "Edm.Int32",
    "startswith(",
    "%27",
    "%",
    "ä",
];

/// Requests that are answered with 200, to start from.
const WHOLE: &[&str] = &[
    "me/contacts?$filter=startswith(givenName,'A')%20and%20not%20(surname%20eq%20null)",
    "me/contacts?$expand=singleValueExtendedProperties($filter=id%20eq%20'String%200x3A24';$select=value),extensions($filter=id%20eq%20'A.B')",
    "me/contacts?$filter=emailAddresses/any(a:a/address%20eq%20'ada@x.example')&$count=true&$top=1",
    "me/contacts?$filter=singleValueExtendedProperties/any(e:e/id%20eq%20'Integer%200x3A30'%20and%20cast(e/value,Edm.Int32)%20ge%2012)",
    "me/contacts?$orderby=surname,homeAddress/city%20desc&$top=1&$skip=1&$select=id,givenName",
    "me/contactFolders('{folder}')/contacts('{contact}')/photo/$value",
    "me/contacts/{contact}/extensions/A.B?$select=id",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn requests_of_known_pieces_are_answered(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..24)) {
        STAGE.with(|stage| stage.is_answered(&pieces.concat())).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn damaged_requests_are_answered(whole in prop::sample::select(WHOLE.to_vec()), at in any::<prop::sample::Index>(), cut in 0..6_usize, piece in prop::sample::select(PIECES.to_vec())) {
        let mut text: Vec<char> = whole.chars().collect();
        let at = at.index(text.len());
        text.splice(at..(at + cut).min(text.len()), piece.chars());
        STAGE.with(|stage| stage.is_answered(&text.iter().collect::<String>())).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn noise_is_answered(text in "[ -~]{0,60}") {
        STAGE.with(|stage| stage.is_answered(&text)).map_err(TestCaseError::fail)?;
    }
}
