//! What a mailbox holds: the running sums of the store against a recount, and what goes over a quota.

use std::path::Path;

use bytes::Bytes;
use cardferry::sandbox::behaviour::{Behaviour, Behaviours};
use cardferry::sandbox::{Dialect, Quota, Settings};
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{BOTH, Bench, Reply, jpeg, spelled};
use crate::sandboxed;

const GRAPH: Dialect = Dialect::Graph;

/// Takes from a closed store what counts in it, as if it were of an earlier layout.
pub(super) fn uncounted(store: &Path) {
    let connection = rusqlite::Connection::open(store).unwrap();
    let mut statement = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").unwrap();
    let triggers: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let drops = triggers.iter().map(|name| format!("DROP TRIGGER {name};")).collect::<String>();
    let rest = "DROP VIEW weight; DROP TABLE named; PRAGMA user_version = 5;
                ALTER TABLE folder DROP COLUMN contacts; ALTER TABLE folder DROP COLUMN bytes;";
    connection.execute_batch(&(drops + rest)).unwrap();
}

/// Each folder with its running sums, and with the same counted anew.
fn sums(store: &Path) -> [Vec<(i64, i64, i64)>; 2] {
    let recount = "SELECT folder.id, count(contact.number), coalesce(sum(octet_length(content)
            + coalesce((SELECT sum(octet_length(value)) FROM extended e WHERE e.contact = contact.number), 0)
            + coalesce((SELECT octet_length(bytes) FROM photo p WHERE p.contact = contact.number), 0)), 0)
        FROM folder LEFT JOIN contact ON contact.folder = folder.id GROUP BY folder.id ORDER BY folder.id";
    let connection = rusqlite::Connection::open(store).unwrap();
    ["SELECT id, contacts, bytes FROM folder ORDER BY id", recount].map(|sql| {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.map(Result::unwrap).collect()
    })
}

fn names(store: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(store).unwrap();
    let mut statement = connection.prepare("SELECT property FROM named ORDER BY property").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn property(name: usize, value: Option<String>) -> Value {
    json!({"id": format!("String {{00020329-0000-0000-c000-000000000046}} Name n{name}"), "value": value})
}

/// Makes one of many changes to what is there; it may fail.
fn step(bench: &Bench, folders: &mut Vec<String>, contacts: &mut Vec<String>, (kind, which, size): (u8, usize, usize)) {
    let folder = folders[which % folders.len()].clone();
    let text = "ä".repeat(size);
    if kind == 0 || contacts.is_empty() {
        let body = json!({
            "givenName": "A", "personalNotes": text,
            "singleValueExtendedProperties": [property(which, Some(text.clone())), property(1, Some("1".into()))],
            "extensions": [{"@odata.type": "microsoft.graph.openTypeExtension", "extensionName": "x", "text": text}],
        });
        contacts.push(bench.contact(GRAPH, &format!("/me/contactFolders/{folder}/contacts"), body));
        return;
    }
    let one = format!("/me/contacts/{}", contacts[which % contacts.len()]);
    let send = |method: &str, url: &str, body: Value| {
        let body = Some(&body).filter(|body| !body.is_null());
        bench.send(GRAPH, method, url, body)
    };
    let _: Reply = match kind {
        1 => send("PATCH", &one, json!({"personalNotes": text})),
        2 => send("PATCH", &one, json!({"singleValueExtendedProperties": [property(which % 3, Some(text))]})),
        3 => send("PATCH", &one, json!({"singleValueExtendedProperties": [property(1, None)]})),
        4 => {
            let moved = send("PATCH", &one, json!({"parentFolderId": folder, "jobTitle": text}));
            let at = which % contacts.len();
            if let Some(id) = Some(&moved).filter(|moved| moved.status == 200).map(Reply::json) {
                contacts[at] = id["id"].as_str().unwrap().to_owned();
            }
            moved
        }
        5 | 6 => {
            let picture: Vec<u8> = jpeg(3, 2).into_iter().chain(std::iter::repeat_n(0, size)).collect();
            let kind = [("content-type", "image/jpeg")];
            bench.send_as(GRAPH, "PUT", &format!("{one}/photo/$value"), &kind, Bytes::from(picture))
        }
        7 => send("DELETE", &format!("{one}/photo/$value"), Value::Null),
        8 => {
            let more = json!({"@odata.type": "microsoft.graph.openTypeExtension", "more": text});
            send("PATCH", &format!("{one}/extensions/x"), more)
        }
        9 => send("DELETE", &format!("{one}/extensions/x"), Value::Null),
        10 => send("DELETE", &one, Value::Null),
        11 => {
            let name = format!("F{which}");
            let made = send("POST", &format!("/me/contactFolders/{folder}/childFolders"), json!({"displayName": name}));
            folders.extend(made.json()["id"].as_str().map(str::to_owned));
            made
        }
        _ if folders.len() > 1 => send("DELETE", &format!("/me/contactFolders/{}", folders.remove(1)), Value::Null),
        _ => send("PATCH", &one, json!({"nickName": 5})),
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_running_sums_agree_with_a_recount(steps in prop::collection::vec((0u8..13, 0usize..9, 0usize..300), 1..50)) {
        let mut bench = Bench::new();
        let (mut folders, mut contacts) = (vec!["contacts".to_owned()], Vec::new());
        for one in steps {
            // Folders that are gone stay in the list of those below them: that such a change fails is part of it.
            if one.0 == 0 && bench.get(GRAPH, &format!("/me/contactFolders/{}", folders[one.1 % folders.len()])).status != 200 {
                continue;
            }
            step(&bench, &mut folders, &mut contacts, one);
        }
        let [running, recount] = sums(&bench.store());
        prop_assert_eq!(&running, &recount);
        let known = names(&bench.store());

        let store = bench.store();
        let other = tempfile::tempdir().unwrap();
        bench.sandbox = super::open(&other.path().join("other.db"), &bench.clock);
        uncounted(&store);
        bench.sandbox = super::open(&store, &bench.clock);
        let [upgraded, recount] = sums(&store);
        prop_assert_eq!(upgraded, recount);
        // What nobody has any more cannot be known of an earlier layout.
        prop_assert!(names(&store).iter().all(|name| known.contains(name)));
    }
}

/// A sandbox with a quota.
fn with(quota: Quota) -> Bench {
    let mut bench = Bench::new();
    let store = bench.store().with_extension("quota");
    let behaviours = Behaviours::default().with(Behaviour::UnaddressedProperties, false);
    bench.sandbox = sandboxed::open(&store, &Settings { quota, behaviours, ..Settings::default() });
    bench
}

#[test]
fn a_mailbox_takes_so_many_named_properties_and_gives_none_back() {
    for dialect in BOTH {
        let bench = with(Quota { named_properties: Some(3), ..Quota::default() });
        let send = |method: &str, url: &str, body: Value| {
            let reply = bench.send(dialect, method, url, Some(&spelled(dialect, body)));
            (reply.status, if reply.status < 300 { Value::Null } else { reply.json()["error"].clone() })
        };
        let of =
            |given: &str, properties: Value| json!({"givenName": given, "singleValueExtendedProperties": properties});
        let taken = |name| json!([property(name, Some("v".into()))]);
        let id = bench.contact(
            dialect,
            "/me/contacts",
            of("A", json!([property(1, Some("v".into())), property(2, Some("v".into()))])),
        );
        let tag = json!([{"id": "String 0x3a24", "value": "1"}]);
        assert_eq!(send("POST", "/me/contacts", of("tags are no names", tag)).0, 201);
        assert_eq!(send("POST", "/me/contacts", of("known ones are taken", taken(2))).0, 201);
        let one = format!("/me/contacts/{id}");
        let extension = json!({"extensionName": "com.example.x", "text": "t"});
        assert_eq!(send("POST", &format!("{one}/extensions"), extension).0, 201, "the third");

        let (status, error) = send("POST", "/me/contacts", of("B", taken(3)));
        assert_eq!(
            (status, &error["code"], &error["message"]),
            (403, &json!("ErrorQuotaExceeded"), &json!("Cannot get ID from name."))
        );
        assert_eq!(send("PATCH", &one, of("A", taken(3))).0, 403);
        let folder = json!({"displayName": "F", "singleValueExtendedProperties": taken(3)});
        assert_eq!(send("POST", "/me/contactFolders", folder).0, 403);
        let other = json!({"extensionName": "com.example.y", "text": "t"});
        assert_eq!(send("POST", &format!("{one}/extensions"), other).0, 403);
        if dialect == GRAPH {
            let list = format!("{one}/singleValueExtendedProperties");
            assert_eq!(send("POST", &list, property(3, Some("v".into()))).0, 403);
        }
        assert_eq!(bench.get(dialect, "/me/contacts/$count").body, "3", "nothing of them is kept");

        assert_eq!(send("PATCH", &one, of("A", json!([property(1, None)]))).0, 200);
        assert_eq!(send("POST", "/me/contacts", of("C", taken(3))).0, 403, "a name that nobody has is not free");
        assert_eq!(send("POST", "/me/contacts", of("D", taken(1))).0, 201);
    }
}

#[test]
fn extensions_and_properties_by_their_own_addresses_count_in_bytes() {
    let bench = with(Quota { bytes: Some(1000), ..Quota::default() });
    let id = bench.contact(GRAPH, "/me/contacts", json!({"givenName": "A"}));
    let one = format!("/me/contacts/{id}");
    let send = |url: &str, body: Value| bench.send(GRAPH, "POST", &format!("{one}/{url}"), Some(&body)).status;
    let long = "x".repeat(1000);
    let extension =
        |text: &str| json!({"@odata.type": "microsoft.graph.openTypeExtension", "extensionName": "x.y", "text": text});
    assert_eq!((send("extensions", extension(&long)), send("extensions", extension("short"))), (507, 201));
    let (long, short) = (property(1, Some(long)), property(1, Some("short".into())));
    let list = "singleValueExtendedProperties";
    assert_eq!((send(list, long), send(list, short)), (507, 201));
}
