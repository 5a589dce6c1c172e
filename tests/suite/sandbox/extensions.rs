//! Open extensions: made with a contact or later, got by name, changed, deleted, found and expanded.

use cardferry::sandbox::Dialect;
use cardferry::sandbox::behaviour::Behaviour;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::operations::without;
use super::{BOTH, Bench, dialect_name as name};

const REFERRAL: &str = "Com.Contoso.Referral";

fn kind(dialect: Dialect) -> &'static str {
    if dialect == Dialect::Graph {
        "microsoft.graph.openTypeExtension"
    } else {
        "Microsoft.OutlookServices.OpenTypeExtension"
    }
}

fn extension(dialect: Dialect, named: &str) -> Value {
    json!({
        "@odata.type": kind(dialect), name(dialect, "extensionName"): named,
        "companyName": "Wingtip Toys", "dealValue": 500050, "topPicks": ["Employees only", "Add family"], "open": true,
    })
}

/// What an answer shows of it, without its context and, in v2.0, its place.
fn shown(dialect: Dialect, named: &str) -> Value {
    let mut shown = extension(dialect, named);
    shown["@odata.type"] = format!("#{}", kind(dialect)).into();
    shown[name(dialect, "id")] = format!("{}.{named}", kind(dialect)).into();
    shown
}

fn bare(mut answer: Value) -> Value {
    let members = answer.as_object_mut().unwrap();
    members.remove("@odata.context");
    let is_v2 = members.contains_key("ExtensionName");
    if let Some(place) = members.remove("@odata.id") {
        let place = place.as_str().unwrap();
        let end = format!("')/Extensions('{}')", members["Id"].as_str().unwrap());
        assert!(place.contains("/api/v2.0/Users('") && place.ends_with(&end), "{place}");
    } else {
        assert!(!is_v2, "v2.0 says where an extension is");
    }
    answer
}

fn all_bare(list: &Value) -> Value {
    list.as_array().unwrap().iter().cloned().map(bare).collect()
}

#[test]
fn one_is_made_got_changed_and_deleted() {
    for dialect in BOTH {
        let bench = Bench::new();
        let id = bench.contact(dialect, "/me/contacts", json!({"givenName": "Ada"}));
        let list = format!("/me/contacts/{id}/extensions");
        let before = bench.get(dialect, &format!("/me/contacts/{id}")).json()["@odata.etag"].clone();
        let made = bench.send(dialect, "POST", &list, Some(&extension(dialect, REFERRAL)));
        assert_eq!(made.status, 201, "{made:?}");
        let context = made.json()["@odata.context"].as_str().unwrap().to_owned();
        assert!(context.ends_with(&format!("ontacts('{id}')/{}/$entity", name(dialect, "extensions"))), "{context}");
        assert_eq!(bare(made.json()), shown(dialect, REFERRAL));
        assert_ne!(bench.get(dialect, &format!("/me/contacts/{id}")).json()["@odata.etag"], before);
        let again = bench.send(dialect, "POST", &list, Some(&extension(dialect, "COM.contoso.referral")));
        assert_eq!(again.status, 409);
        let full = format!("{list}('{}.{REFERRAL}')", kind(dialect));
        for url in [format!("{list}/{REFERRAL}"), full.clone(), format!("{list}/com.contoso.referral")] {
            assert_eq!(bare(bench.get(dialect, &url).json()), shown(dialect, REFERRAL), "{url}");
        }
        let patch = json!({"@odata.type": kind(dialect), name(dialect, "extensionName"): REFERRAL, "dealValue": 1, "updated": "now", "open": null});
        let patched = bench.send(dialect, "PATCH", &full, Some(&patch));
        assert_eq!(patched.status, 200);
        let changed = bare(bench.get(dialect, &full).json());
        assert_eq!(bare(patched.json()), changed);
        assert_eq!(
            (&changed["dealValue"], &changed["updated"], &changed["companyName"]),
            (&json!(1), &json!("now"), &json!("Wingtip Toys"))
        );
        assert_eq!(changed.get("open"), None);
        assert_eq!(bench.send(dialect, "DELETE", &full, None).status, 204);
        for (method, body) in [("GET", None), ("DELETE", None), ("PATCH", Some(&patch))] {
            let reply = bench.send(dialect, method, &full, body);
            assert_eq!((reply.status, reply.code().as_str()), (404, "ErrorItemNotFound"), "{method}");
        }
    }
}

#[test]
fn a_contact_comes_with_those_that_were_sent_with_it() {
    for dialect in BOTH {
        let bench = Bench::new();
        let list = name(dialect, "extensions");
        let body = json!({name(dialect, "givenName"): "Ada", list.clone(): [extension(dialect, "A.B"), extension(dialect, "C.D")]});
        let made = bench.send(dialect, "POST", "/me/contacts", Some(&body));
        assert_eq!(all_bare(&made.json()[&list]), json!([shown(dialect, "A.B"), shown(dialect, "C.D")]));
        let id = made.json()[name(dialect, "id")].as_str().unwrap().to_owned();
        let url = format!("/me/contacts/{id}");
        assert_eq!(bench.get(dialect, &url).json().get(&list), None);
        let patch = json!({list.clone(): [extension(dialect, "E.F")]});
        assert_eq!(bench.send(dialect, "PATCH", &url, Some(&patch)).status, 400);
        let twice = json!({list.clone(): [extension(dialect, "A.B"), extension(dialect, "a.b")]});
        assert_eq!(bench.send(dialect, "POST", "/me/contacts", Some(&twice)).status, 409);
        assert_eq!(bench.get(dialect, "/me/contacts/$count").body, "1");
    }
}

#[test]
fn they_are_found_and_expanded_by_name() {
    for dialect in BOTH {
        let bench = Bench::new();
        let list = name(dialect, "extensions");
        for (given, named) in [("A", REFERRAL), ("B", "Com.Contoso.Other"), ("C", REFERRAL)] {
            let body = json!({name(dialect, "givenName"): given, list.clone(): [extension(dialect, named)]});
            assert_eq!(bench.send(dialect, "POST", "/me/contacts", Some(&body)).status, 201);
        }
        let id = name(dialect, "id");
        let url = format!(
            "/me/contacts?$filter={list}/any(f:f/{id}%20eq%20'{REFERRAL}')&$expand={list}($filter={id}%20eq%20'{}.{REFERRAL}')",
            kind(dialect)
        );
        let found = bench.get(dialect, &url).json();
        let found = found["value"].as_array().unwrap();
        assert_eq!(found.iter().map(|one| &one[name(dialect, "givenName")]).collect::<Vec<_>>(), ["A", "C"]);
        assert_eq!(all_bare(&found[0][&list]), json!([shown(dialect, REFERRAL)]));
        let context = found[0][format!("{list}@odata.context")].as_str().unwrap();
        assert!(context.ends_with(&format!("')/{list}")), "{context}");
        let url = format!("/me/contacts?$expand={list}($filter={id}%20eq%20'Com.Contoso.Other';$select=dealValue)");
        let some = bench.get(dialect, &url).json();
        assert_eq!(some["value"][0].get(&list), None);
        assert_eq!(
            some["value"][1][&list],
            json!([{"@odata.type": format!("#{}", kind(dialect)), "dealValue": 500050}])
        );
    }
}

#[test]
fn they_are_listed_only_where_that_is_switched_on() {
    let url = |bench: &Bench| {
        let id = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
        for at in 0..12 {
            let body = extension(Dialect::Graph, &format!("Com.Contoso.N{at:02}"));
            bench.send(Dialect::Graph, "POST", &format!("/me/contacts/{id}/extensions"), Some(&body));
        }
        format!("/me/contacts/{id}")
    };
    let bench = Bench::new();
    let contact = url(&bench);
    let refusals = [
        (format!("{contact}/extensions"), 405, "ErrorInvalidRequest"),
        (format!("{contact}/extensions/$count"), 405, "ErrorInvalidRequest"),
        (format!("{contact}?$expand=extensions"), 400, "ErrorGraphExtensionExpandRequiresFilter"),
    ];
    for (url, status, code) in refusals {
        let reply = bench.get(Dialect::Graph, &url);
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{url}");
    }
    let bench = without(&[Behaviour::UnlistedExtensions]);
    let contact = url(&bench);
    let page = bench.get(Dialect::Graph, &format!("{contact}/extensions?$count=true")).json();
    assert_eq!((page["value"].as_array().unwrap().len(), &page["@odata.count"]), (10, &json!(12)));
    assert!(page["@odata.nextLink"].as_str().unwrap().ends_with("/extensions?$count=true&$skip=10"));
    assert_eq!(bench.get(Dialect::Graph, &format!("{contact}/extensions/$count")).body, "12");
    let whole = bench.get(Dialect::Graph, &format!("{contact}?$expand=extensions")).json();
    assert_eq!(whole["extensions"].as_array().unwrap().len(), 12);
}

#[test]
fn names_and_data_have_rules() {
    let bench = Bench::new();
    let id = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
    let url = format!("/me/contacts/{id}/extensions");
    let kind = "microsoft.graph.openTypeExtension";
    for body in [
        json!([]),
        json!({}),
        json!({"@odata.type": kind}),
        json!({"@odata.type": kind, "extensionName": ""}),
        json!({"@odata.type": kind, "extensionName": 5}),
        json!({"@odata.type": kind, "extensionName": "a\nb"}),
        json!({"@odata.type": kind, "extensionName": "x".repeat(128)}),
        json!({"@odata.type": kind, "extensionName": "Com.Microsoft.Secret"}),
        json!({"@odata.type": "microsoft.graph.contact", "extensionName": "A.B"}),
        json!({"@odata.type": kind, "extensionName": "A.B", "deep": {"a": 1}}),
        json!({"@odata.type": kind, "extensionName": "A.B", "deep": [[1]]}),
        json!({"@odata.type": kind, "ExtensionName": "A.B"}),
    ] {
        assert_eq!(bench.send(Dialect::Graph, "POST", &url, Some(&body)).status, 400, "{body}");
    }
    let widest = json!({"@odata.type": kind, "extensionName": "x".repeat(127)});
    assert_eq!(bench.send(Dialect::Graph, "POST", &url, Some(&widest)).status, 201);
    let renamed = json!({"@odata.type": kind, "extensionName": "A.B"});
    assert_eq!(bench.send(Dialect::Graph, "PATCH", &format!("{url}/{}", "x".repeat(127)), Some(&renamed)).status, 400);
    for method in ["PUT", "PATCH", "DELETE"] {
        assert_eq!(bench.send(Dialect::Graph, method, &url, None).status, 405, "{method}");
    }
}

/// The other dialect's names are data there; none of them is taken for the name here.
#[test]
fn the_dialects_share_them_and_keep_their_own_names() {
    let bench = Bench::new();
    let id = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
    let url = format!("/me/contacts/{id}/extensions");
    let body =
        json!({"@odata.type": kind(Dialect::Outlook), "ExtensionName": "A.B", "extensionName": "data", "Id": "x"});
    assert_eq!(bench.send(Dialect::Outlook, "POST", &url, Some(&body)).status, 201);
    let graph = bench.get(Dialect::Graph, &format!("{url}/A.B")).json();
    assert_eq!(
        (&graph["extensionName"], &graph["id"]),
        (&json!("A.B"), &json!("microsoft.graph.openTypeExtension.A.B"))
    );
    let outlook = bench.get(Dialect::Outlook, &format!("{url}/A.B")).json();
    assert_eq!((&outlook["ExtensionName"], &outlook["extensionName"]), (&json!("A.B"), &json!("data")));
}
