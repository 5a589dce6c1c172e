//! Delta: contacts of a folder and folders, in both dialects.

mod entries;
mod folders;
mod forgotten;
mod race;

use std::collections::BTreeMap;

use bytes::Bytes;
use cardferry::sandbox::{Dialect, Opened, Sandbox, Settings};
use http::Request;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{BOTH, Bench, Reply, dialect_name as name, jpeg};

const NEXT: &str = "@odata.nextLink";
const DELTA: &str = "@odata.deltaLink";

/// GET of a whole URL, with the preferences that the dialect wants.
fn get(bench: &Bench, dialect: Dialect, url: &str, page: usize) -> Reply {
    let mut request = Request::get(url).header("authorization", "Bearer t");
    if dialect == Dialect::Outlook {
        request = request.header("prefer", "odata.track-changes");
    }
    request = request.header("prefer", format!("odata.maxpagesize={page}"));
    bench.raw(request.body(Bytes::new()).unwrap())
}

/// The first URL of a walk; `path` is `contacts` or `contactFolders`, below a folder where one is named.
fn start(dialect: Dialect, path: &str) -> String {
    match dialect {
        Dialect::Graph => format!("http://sandbox.test/v1.0/me/{path}/delta"),
        Dialect::Outlook => format!("http://sandbox.test/api/v2.0/me/{path}"),
    }
}

/// What a client knows of what it watches.
#[derive(Default, Debug)]
struct Model(BTreeMap<String, Value>);

impl Model {
    /// Applies one page and answers the link to go on with and whether the round is over.
    fn apply(&mut self, dialect: Dialect, page: &Value) -> (String, bool) {
        for line in page["value"].as_array().unwrap() {
            let removed = line.get("@removed").or_else(|| line.get("reason").filter(|_| dialect == Dialect::Outlook));
            if removed.is_some() {
                let id = line["id"].as_str().unwrap();
                let inner = id.split('\'').nth(1).unwrap_or(id);
                self.0.remove(inner);
            } else {
                let mut line = line.clone();
                line.as_object_mut().unwrap().remove("@odata.type");
                self.0.insert(line[name(dialect, "id")].as_str().unwrap().to_owned(), line);
            }
        }
        match (page.get(NEXT), page.get(DELTA)) {
            (Some(link), None) => (link.as_str().unwrap().to_owned(), false),
            (None, Some(link)) => (link.as_str().unwrap().to_owned(), true),
            links => panic!("one link it is: {links:?}"),
        }
    }

    /// Walks a round to its end and answers the link of the next one, and how many lines there were.
    fn round(&mut self, bench: &Bench, dialect: Dialect, from: &str, page: usize) -> (String, usize) {
        let mut link = from.to_owned();
        let mut lines = 0;
        let mut first = dialect == Dialect::Outlook && !from.contains("token=");
        loop {
            let reply = get(bench, dialect, &link, page);
            assert_eq!(reply.status, 200, "{reply:?}");
            let body = reply.json();
            let count = body["value"].as_array().unwrap().len();
            assert!(count <= page);
            lines += count;
            let (next, over) = self.apply(dialect, &body);
            link = next;
            if over && !first {
                return (link, lines);
            }
            first = false;
        }
    }
}

fn listed(bench: &Bench, dialect: Dialect, path: &str) -> BTreeMap<String, Value> {
    let body = bench.get(dialect, &format!("/me/{path}?$top=1000")).json();
    let items = body["value"].as_array().unwrap().iter();
    items.map(|item| (item[name(dialect, "id")].as_str().unwrap().to_owned(), item.clone())).collect()
}

#[test]
fn a_walk_shows_everything_and_later_what_changed_and_what_left() {
    for dialect in BOTH {
        let bench = Bench::new();
        let folder = bench.contact(dialect, "/me/contactFolders", json!({"displayName": "F"}));
        let ids: Vec<_> =
            (0..5).map(|at| bench.contact(dialect, "/me/contacts", json!({"givenName": format!("P{at}")}))).collect();
        let mut model = Model::default();
        let (link, lines) = model.round(&bench, dialect, &start(dialect, "contacts"), 2);
        assert_eq!((lines, &model.0), (5, &listed(&bench, dialect, "contacts")));
        let (link, lines) = model.round(&bench, dialect, &link, 2);
        assert_eq!(lines, 0, "nothing has changed");

        let one = |id: &str| format!("/me/contacts/{id}");
        bench.send(dialect, "PATCH", &one(&ids[1]), Some(&json!({name(dialect, "surname"): "New"})));
        let photo = format!("{}/photo/$value", one(&ids[2]));
        bench.send_as(dialect, "PUT", &photo, &[("content-type", "image/jpeg")], jpeg(5, 6));
        bench.send(dialect, "DELETE", &one(&ids[0]), None);
        bench.send(Dialect::Graph, "PATCH", &one(&ids[3]), Some(&json!({"parentFolderId": folder})));
        let brief = bench.contact(dialect, "/me/contacts", json!({"givenName": "Brief"}));
        bench.send(dialect, "DELETE", &one(&brief), None);
        let body = get(&bench, dialect, &link, 50).json();
        let lines: Vec<Value> = body["value"].as_array().unwrap().clone();
        let ids_of: Vec<_> = lines.iter().map(|line| line[name(dialect, "id")].as_str().unwrap_or("left")).collect();
        match dialect {
            Dialect::Graph => {
                assert_eq!(ids_of, [&*ids[1], &ids[2], &ids[0], &ids[3]]);
                let gone =
                    json!({"@odata.type": "#microsoft.graph.contact", "id": ids[0], "@removed": {"reason": "deleted"}});
                assert_eq!(lines[2], gone);
                assert_eq!(lines[3]["@removed"], json!({"reason": "changed"}));
                assert_eq!(lines[0]["surname"], "New");
                assert_eq!(body["@odata.context"], "http://sandbox.test/v1.0/$metadata#Collection(contact)");
            }
            Dialect::Outlook => {
                assert_eq!(ids_of, [&*ids[1], &ids[2], "left", "left"]);
                let context = "http://sandbox.test/api/v2.0/$metadata#Me/Contacts";
                let gone = json!({"@odata.context": format!("{context}/$deletedEntity"), "id": format!("Contacts('{}')", ids[0]), "reason": "deleted"});
                assert_eq!(lines[2], gone);
                assert_eq!((&lines[3]["reason"], &body["@odata.context"]), (&json!("changed"), &json!(context)));
            }
        }
        model.round(&bench, dialect, &link, 1);
        assert_eq!(model.0, listed(&bench, dialect, "contacts"));
        let mut moved = Model::default();
        moved.round(&bench, dialect, &start(dialect, &format!("contactFolders/{folder}/contacts")), 9);
        assert_eq!(moved.0.len(), 1, "the moved one is new in its folder");
    }
}

#[test]
fn links_and_acknowledgements_are_each_dialects_own() {
    let bench = Bench::new();
    for at in 0..3 {
        bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": format!("P{at}")}));
    }
    let graph = get(&bench, Dialect::Graph, &start(Dialect::Graph, "contacts"), 2);
    assert_eq!(graph.header("preference-applied"), Some("odata.track-changes, odata.maxpagesize=2"));
    let link = graph.json()[NEXT].as_str().unwrap().to_owned();
    assert!(link.starts_with("http://sandbox.test/v1.0/me/contacts/delta?$skiptoken="), "{link}");
    let last = get(&bench, Dialect::Graph, &link, 2).json();
    assert!(last[DELTA].as_str().unwrap().starts_with("http://sandbox.test/v1.0/me/contacts/delta?$deltatoken="));

    // The first answer of v2.0 always ends in a delta token, and the second tells whether there is more.
    let first = get(&bench, Dialect::Outlook, "http://sandbox.test/api/v2.0/Me/Contacts", 1);
    assert_eq!(first.header("preference-applied"), Some("odata.track-changes, odata.maxpagesize=1"));
    let link = first.json()[DELTA].as_str().unwrap().to_owned();
    assert!(link.starts_with("http://sandbox.test/api/v2.0/Me/Contacts/?%24deltatoken="), "{link}");
    let second = get(&bench, Dialect::Outlook, &link, 1).json();
    let link = second[NEXT].as_str().unwrap().to_owned();
    assert!(link.starts_with("http://sandbox.test/api/v2.0/Me/Contacts/?%24skiptoken="), "{link}");
    let third = get(&bench, Dialect::Outlook, &link, 1).json();
    assert!(third[DELTA].is_string() && third.get(NEXT).is_none());

    // Without the preference it is an ordinary list, and a token means nothing there.
    let plain = bench.get(Dialect::Outlook, "/me/contacts");
    assert!(plain.json().get(DELTA).is_none() && plain.header("preference-applied").is_none());
    let token = link.strip_prefix("http://sandbox.test/api/v2.0").unwrap();
    assert_eq!(bench.get(Dialect::Outlook, token).status, 400);
    assert_eq!(bench.get(Dialect::Outlook, "/me/contacts/delta").status, 400, "v2.0 has no such function");
}

#[test]
fn a_folder_is_synchronized_by_its_own_address_too_in_v2() {
    let bench = Bench::new();
    let folder = bench.contact(Dialect::Outlook, "/me/contactFolders", json!({"displayName": "F"}));
    bench.contact(Dialect::Outlook, &format!("/me/contactFolders/{folder}/contacts"), json!({"givenName": "A"}));
    let (mut short, mut long) = (Model::default(), Model::default());
    short.round(&bench, Dialect::Outlook, &start(Dialect::Outlook, &format!("ContactFolders/{folder}")), 5);
    long.round(&bench, Dialect::Outlook, &start(Dialect::Outlook, &format!("ContactFolders('{folder}')/Contacts")), 5);
    assert_eq!((short.0.len(), &short.0), (1, &long.0));
}

#[test]
fn the_selection_is_part_of_the_token() {
    for dialect in BOTH {
        let bench = Bench::new();
        for at in 0..3 {
            bench.contact(dialect, "/me/contacts", json!({"givenName": format!("P{at}"), "surname": "S"}));
        }
        let url = format!("{}?$select={}", start(dialect, "contacts"), name(dialect, "givenName"));
        let mut model = Model::default();
        let (link, _) = model.round(&bench, dialect, &url, 2);
        bench.contact(dialect, "/me/contacts", json!({"givenName": "New", "surname": "S"}));
        model.round(&bench, dialect, &link, 2);
        assert_eq!(model.0.len(), 4);
        for line in model.0.values() {
            assert!(line.get(name(dialect, "givenName")).is_some() && line.get(name(dialect, "surname")).is_none());
        }
        assert_eq!(get(&bench, dialect, &format!("{link}&$select={}", name(dialect, "surname")), 2).status, 400);
    }
}

#[test]
fn a_token_is_good_for_what_it_was_made_for() {
    for dialect in BOTH {
        let bench = Bench::new();
        let folder = bench.contact(dialect, "/me/contactFolders", json!({"displayName": "F"}));
        let (link, _) = Model::default().round(&bench, dialect, &start(dialect, "contacts"), 5);
        let (base, token) = link.split_once("token=").unwrap();
        let option = base.rsplit_once('?').unwrap().1;
        for path in [format!("contactFolders/{folder}/contacts"), "contactFolders".to_owned()] {
            let reply = get(&bench, dialect, &format!("{}?{option}token={token}", start(dialect, &path)), 5);
            assert_eq!((reply.status, reply.code()), (400, "BadRequest".into()), "{path}");
        }
        for bad in ["", "x", "latest", &token[1..], &token.to_lowercase()] {
            let reply = get(&bench, dialect, &format!("{base}token={bad}"), 5);
            assert_eq!((reply.status, reply.code()), (400, "BadRequest".into()), "{bad}");
        }
        let other =
            Sandbox::open(&bench.store().with_extension("2"), Settings { seed: Some(8), ..Settings::default() });
        let Opened::Here(other) = other.unwrap() else { panic!("it is new") };
        let mut bench = bench;
        bench.sandbox = other;
        assert_eq!(get(&bench, dialect, &link, 5).status, 400, "another mailbox");
    }
}

#[test]
fn other_options_are_refused() {
    for dialect in BOTH {
        let bench = Bench::new();
        let (link, _) = Model::default().round(&bench, dialect, &start(dialect, "contacts"), 5);
        for option in
            ["$filter=x eq 'y'", "$orderby=x", "$search=x", "%24top=5", "$skip=1", "$expand=extensions", "$count=true"]
        {
            for url in [
                format!("{}?{}", start(dialect, "contacts"), option.replace(' ', "%20")),
                format!("{link}&{}", option.replace(' ', "%20")),
            ] {
                let reply = get(&bench, dialect, &url, 5);
                assert_eq!((reply.status, reply.code()), (400, "ErrorInvalidUrlQuery".into()), "{url}");
            }
        }
        assert_eq!(get(&bench, dialect, &format!("{}?$selekt=x", start(dialect, "contacts")), 5).status, 400);
        assert_eq!(get(&bench, dialect, &format!("{link}&$deltatoken=x"), 5).status, 400, "two tokens");
    }
    let bench = Bench::new();
    assert_eq!(bench.send(Dialect::Graph, "POST", "/me/contacts/delta", Some(&json!({}))).status, 405);
}

#[test]
fn the_answers_are_the_descriptions_own() {
    let bench = Bench::new();
    bench.contact(Dialect::Graph, "/me/contactFolders", json!({"displayName": "F"}));
    bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
    // Each is held against the OpenAPI file.
    for path in [
        "contacts/delta()",
        "contactFolders/contacts/contacts/delta()",
        "contactFolders/delta()",
        "contacts/delta()?$select=givenName",
    ] {
        let reply = bench.get(Dialect::Graph, &format!("/me/{path}"));
        assert_eq!((reply.status, reply.json()["value"].as_array().unwrap().len()), (200, 1), "{path}");
    }
    for path in [
        "contacts/delta()",
        "contacts/microsoft.graph.delta",
        "contactFolders('contacts')/contacts/microsoft.graph.delta()",
    ] {
        assert_eq!(
            get(&bench, Dialect::Graph, &format!("http://sandbox.test/v1.0/me/{path}"), 5).status,
            200,
            "{path}"
        );
    }
}

#[test]
fn tokens_expire_on_demand_in_mid_walk_too_and_a_new_walk_is_good() {
    for dialect in BOTH {
        let mut bench = Bench::new();
        for at in 0..5 {
            bench.contact(dialect, "/me/contacts", json!({"givenName": format!("P{at}")}));
        }
        let (done, _) = Model::default().round(&bench, dialect, &start(dialect, "contacts"), 9);
        let half = get(&bench, dialect, &start(dialect, "contacts"), 2).json();
        let half = half.get(NEXT).or(half.get(DELTA)).unwrap().as_str().unwrap().to_owned();
        bench.sandbox.expire_delta_tokens().unwrap();
        let store = bench.store();
        for reopened in [false, true] {
            if reopened {
                let dir = tempfile::tempdir().unwrap();
                bench.sandbox = super::open(&dir.path().join("other.db"), &bench.clock);
                bench.sandbox = super::open(&store, &bench.clock);
            }
            for link in [&done, &half] {
                let reply = get(&bench, dialect, link, 2);
                assert_eq!((reply.status, reply.code()), (410, "SyncStateNotFound".into()));
                let says = reply.json()["error"]["message"].as_str().unwrap().to_owned();
                assert!(says.starts_with("The sync state generation is not found; generation="), "{says}");
            }
        }
        let mut model = Model::default();
        let (link, lines) = model.round(&bench, dialect, &start(dialect, "contacts"), 2);
        assert_eq!((lines, model.round(&bench, dialect, &link, 2).1), (5, 0));
    }
}

#[test]
fn only_the_newest_generations_are_kept_where_they_are_limited() {
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings { delta_generations: std::num::NonZeroU32::new(2), ..Settings::default() };
    let Opened::Here(sandbox) = Sandbox::open(&dir.path().join("a.db"), settings).unwrap() else { panic!("new") };
    let mut bench = Bench::new();
    bench.sandbox = sandbox;
    for at in 0..6 {
        bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": format!("P{at}")}));
    }
    let step = |link: &str| {
        let reply = get(&bench, Dialect::Graph, link, 2);
        let body = reply.json();
        (reply.status, body.get(NEXT).or(body.get(DELTA)).map(|link| link.as_str().unwrap().to_owned()))
    };
    let start = start(Dialect::Graph, "contacts");
    let first = step(&start).1.unwrap();
    let second = step(&first).1.unwrap();
    assert_eq!(step(&first).0, 200, "a lost answer can be asked for again");
    step(&second);
    assert_eq!(step(&first).0, 410, "an unfinished chain is forgotten too");
    assert_eq!(step(&second).0, 200);
    assert_eq!(step(&start).0, 200);
}

#[test]
fn folders_are_watched_at_any_depth_with_moves_and_deletions() {
    for dialect in BOTH {
        let bench = Bench::new();
        let make = |url: &str, folder: &str| bench.contact(dialect, url, json!({"displayName": folder}));
        let (a, b) = (make("/me/contactFolders", "A"), make("/me/contactFolders", "B"));
        let c = make(&format!("/me/contactFolders/{a}/childFolders"), "C");
        let d = make(&format!("/me/contactFolders/{c}/childFolders"), "D");
        let below_a = start(dialect, &format!("contactFolders/{a}/childFolders"));
        let (mut all, mut below) = (Model::default(), Model::default());
        let (all_link, _) = all.round(&bench, dialect, &start(dialect, "contactFolders"), 1);
        let (below_link, _) = below.round(&bench, dialect, &below_a, 1);
        assert_eq!(all.0.len(), 4);
        let keys = |model: &Model| model.0.keys().cloned().collect::<std::collections::BTreeSet<_>>();
        assert_eq!(keys(&below), [c.clone(), d.clone()].into());

        bench.send(Dialect::Graph, "PATCH", &format!("/me/contactFolders/{c}"), Some(&json!({"parentFolderId": b})));
        let (all_link, _) = all.round(&bench, dialect, &all_link, 1);
        let (below_link, lines) = below.round(&bench, dialect, &below_link, 1);
        assert_eq!((keys(&below).len(), lines), (0, 2), "both went out of sight");
        assert_eq!(all.0[&c][name(dialect, "parentFolderId")], json!(b));
        bench.send(Dialect::Graph, "PATCH", &format!("/me/contactFolders/{c}"), Some(&json!({"parentFolderId": a})));
        bench.send(Dialect::Graph, "PATCH", &format!("/me/contactFolders/{d}"), Some(&json!({"displayName": "D2"})));
        let (below_link, _) = below.round(&bench, dialect, &below_link, 1);
        assert_eq!(below.0[&d][name(dialect, "displayName")], "D2");
        bench.send(Dialect::Graph, "DELETE", &format!("/me/contactFolders/{c}"), None);
        below.round(&bench, dialect, &below_link, 1);
        all.round(&bench, dialect, &all_link, 3);
        assert_eq!((keys(&below).len(), keys(&all)), (0, [a, b].into()));
    }
}

#[test]
fn a_store_of_the_first_layout_comes_up_with_its_order_of_changes() {
    let mut bench = Bench::new();
    let folder = bench.contact(Dialect::Graph, "/me/contactFolders", json!({"displayName": "F"}));
    let id = bench.contact(Dialect::Graph, "/me/contacts", json!({"givenName": "A"}));
    let store = bench.store();
    let other = tempfile::tempdir().unwrap();
    bench.sandbox = super::open(&other.path().join("other.db"), &bench.clock);
    super::quotas::uncounted(&store);
    let old = "DROP TABLE contact_removal; DROP TABLE folder_removal; DROP TABLE sync; DROP INDEX contact_by_change;
               DROP TABLE folder_extended; DROP TABLE email; DROP TABLE moved;
               ALTER TABLE folder DROP COLUMN change; PRAGMA user_version = 1;";
    rusqlite::Connection::open(&store).unwrap().execute_batch(old).unwrap();
    bench.sandbox = super::open(&store, &bench.clock);
    let (mut contacts, mut folders) = (Model::default(), Model::default());
    let (link, _) = contacts.round(&bench, Dialect::Graph, &start(Dialect::Graph, "contacts"), 5);
    folders.round(&bench, Dialect::Graph, &start(Dialect::Graph, "contactFolders"), 5);
    assert!(contacts.0.contains_key(&id) && folders.0.contains_key(&folder));
    bench.send(Dialect::Graph, "DELETE", &format!("/me/contacts/{id}"), None);
    contacts.round(&bench, Dialect::Graph, &link, 5);
    assert!(contacts.0.is_empty());
}
