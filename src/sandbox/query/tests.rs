use super::*;
use crate::sandbox::schema::CONTACT;
use proptest::prelude::*;

fn list(raw: &str) -> Result<Query, ODataError> {
    parse(raw, Dialect::Graph, &CONTACT, Takes::LIST, Ways::default())
}

#[test]
fn options_are_read() {
    let query =
        list("$select=givenName,%20surname&%24top=5&$skip=7&$count=true&$orderby=surname%20desc,givenName").unwrap();
    let names: Vec<_> = query.select.unwrap().iter().map(|row| row.graph).collect();
    assert_eq!(names, ["givenName", "surname"]);
    assert_eq!((query.top, query.skip, query.count), (Some(5), 7, true));
    assert_eq!(query.order, [(Field::Property("surname", None), true), (Field::Property("givenName", None), false)]);
    assert_eq!(list("$top=100000").unwrap().top, Some(MAX_TOP));
    let query =
        list("$filter=givenName+eq+'a%2Bb'&$expand=singleValueExtendedProperties($filter=id%20eq%20'String%200x3A24')")
            .unwrap();
    assert_eq!(query.filter, Some(filter::parse("givenName eq 'a+b'", Dialect::Graph, &CONTACT, false).unwrap()));
    assert_eq!(query.expand.single.ids, ["String 0x3a24"]);
}

#[test]
fn other_options_are_refused() {
    for raw in [
        "$top=0",
        "$top=-1",
        "$top=x",
        "$top=",
        "$skip=1.5",
        "$count=yes",
        "$select=",
        "$select=homeAddress/city",
        "$select=givenName;surname",
        "$select=givenName,,surname",
        "$skiptoken=x",
        "$apply=x",
        "$format=json",
        "$select=nonsense",
        "top=5",
        "$tops=5",
        "$search=x",
        "$top=1&$top=2",
        "$orderby=title",
        "$orderby=surname down",
        "$orderby=emailAddresses",
        "$expand=photo",
        "$expand=singleValueExtendedProperties",
        "$expand=singleValueExtendedProperties($filter=value eq 'x')",
        "$expand=singleValueExtendedProperties($top=1)",
        "$expand=singleValueExtendedProperties($filter=id eq 'String 0x1'",
        "$expand=multiValueExtendedProperties($filter=id eq 'String 0x1')",
        "$expand=extensions",
        "$expand=*",
        "$orderby=surname asc desc",
        "$orderby=tolower(surname)",
        "$orderby=homeAddress/town",
        "$filter=%ff",
        "$skip=99999999999999999999",
    ] {
        assert_eq!(list(raw).unwrap_err().status, 400, "{raw}");
    }
    assert_eq!(parse("$top=1", Dialect::Graph, &CONTACT, Takes::ONE, Ways::default()).unwrap_err().status, 400);
}

#[test]
fn the_next_page_keeps_what_the_client_asked_for() {
    let raw = "$select=subject,from&%24skip=10&$Top=1";
    assert_eq!(next(raw, Dialect::Graph, 11), "$select=subject%2cfrom&$top=1&$skip=11");
    assert_eq!(next(raw, Dialect::Outlook, 11), "%24select=subject%2cfrom&%24top=1&%24skip=11");
    assert_eq!(next("", Dialect::Graph, 10), "$skip=10");
}

proptest! {
    #[test]
    fn hostile_queries_never_panic(raw in "\\PC{0,100}") {
        let _ = list(&raw);
        let _ = next(&raw, Dialect::Graph, 1);
    }

    #[test]
    fn queries_of_known_pieces_never_panic(pieces in prop::collection::vec(prop::sample::select(vec![
        "&", "=", "$select", "$expand=", "singleValueExtendedProperties", "(", ")", "$filter", "%24", "%", ",", "id eq '", "'", "$orderby=", "surname", " desc"]), 0..20)) {
        let _ = list(&pieces.concat());
    }
}
