//! Each of Exchange's ways, on and off: what is answered.

use std::sync::Arc;

use bytes::Bytes;
use cardferry::sandbox::behaviour::{Behaviour, Behaviours};
use cardferry::sandbox::clock::VirtualClock;
use cardferry::sandbox::{Dialect, Opened, Quota, Sandbox, Settings};
use http::Request;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{Reply, jpeg};

const GRAPH: Dialect = Dialect::Graph;
const OUTLOOK: Dialect = Dialect::Outlook;

/// A sandbox with settings of its own.
pub(super) struct Stage {
    pub(super) sandbox: Sandbox,
    pub(super) clock: Arc<VirtualClock>,
    pub(super) runtime: Runtime,
    _dir: TempDir,
}

impl Stage {
    pub(super) fn new(settings: Settings) -> Stage {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(VirtualClock::at("2024-05-06T07:08:09Z".parse().unwrap()));
        let settings = Settings { clock: Arc::<VirtualClock>::clone(&clock), seed: Some(7), ..settings };
        let Opened::Here(sandbox) = Sandbox::open(&dir.path().join("book.db"), settings).unwrap() else {
            panic!("the store is held elsewhere")
        };
        Stage { sandbox, clock, runtime: Runtime::new().unwrap(), _dir: dir }
    }

    /// With one behaviour on or off, and all others as they are by default.
    fn with(behaviour: Behaviour, on: bool) -> Stage {
        Stage::new(Settings { behaviours: Behaviours::default().with(behaviour, on), ..Settings::default() })
    }

    pub(super) fn raw(&self, request: Request<Bytes>) -> Reply {
        let (head, body) = self.runtime.block_on(self.sandbox.handle(request)).into_parts();
        Reply { status: head.status.as_u16(), headers: head.headers, body }
    }

    pub(super) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Bytes) -> Reply {
        let mut request = Request::builder().method(method).uri(format!("http://sandbox.test{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.raw(request.body(body).unwrap())
    }

    /// A request of an API with a token.
    pub(super) fn call(
        &self,
        dialect: Dialect,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Reply {
        let mut all = vec![("authorization", "Bearer t"), ("content-type", "application/json")];
        all.extend(headers);
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        self.send(method, &format!("{}{path}", dialect.base()), &all, body)
    }

    fn get(&self, path: &str) -> Value {
        self.call(GRAPH, "GET", path, &[], &Value::Null).json()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let reply = self.call(GRAPH, "POST", path, &[], body);
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json()
    }

    /// Makes a contact and answers its id.
    fn contact(&self, body: &Value) -> String {
        self.post("/me/contacts", body)["id"].as_str().unwrap().to_owned()
    }

    fn photo(&self, id: &str, kind: &str, bytes: Bytes) -> u16 {
        let headers = [("authorization", "Bearer t"), ("content-type", kind)];
        self.send("PUT", &format!("/v1.0/me/contacts/{id}/photo/$value"), &headers, bytes).status
    }
}

/// What a stage answers to something, in one text.
type Shows = fn(&Stage) -> String;

const KEY: &str = "String {00020329-0000-0000-c000-000000000046} Name Key";
const PICTURE: &str = "Boolean {00062004-0000-0000-c000-000000000046} Id 0x8015";

fn ada() -> Value {
    json!({"givenName": "Ada"})
}

fn expand(id: &str) -> String {
    format!("$expand=singleValueExtendedProperties($filter=id%20eq%20'{}')", id.replace(' ', "%20"))
}

fn birthday_time(stage: &Stage) -> String {
    let id = stage.contact(&json!({"givenName": "Ada", "birthday": "1815-12-10"}));
    stage.get(&format!("/me/contacts/{id}"))["birthday"].to_string()
}

fn display_name(stage: &Stage) -> String {
    let id = stage.contact(&json!({"givenName": "Ada", "displayName": "Countess"}));
    let changed = stage.call(GRAPH, "PATCH", &format!("/me/contacts/{id}"), &[], &json!({"surname": "Byron"}));
    changed.json()["displayName"].to_string()
}

fn file_as(stage: &Stage) -> String {
    stage.post("/me/contacts", &json!({"givenName": "Ada", "surname": "Byron"}))["fileAs"].to_string()
}

fn given_name(stage: &Stage) -> String {
    let reply = stage.call(GRAPH, "POST", "/me/contacts", &[], &json!({"companyName": "Navy", "givenName": ""}));
    if reply.status == 201 {
        "201".to_owned()
    } else {
        format!("{} {}", reply.status, reply.json()["error"]["message"])
    }
}

fn value_caps(stage: &Stage) -> String {
    let phones = json!({"givenName": "Ada", "businessPhones": ["1", "2", "3"]});
    let reply = stage.call(GRAPH, "POST", "/me/contacts", &[], &phones);
    if reply.status == 201 { reply.json()["businessPhones"].to_string() } else { reply.code() }
}

fn malformed_emails(stage: &Stage) -> String {
    let emails = json!([{"name": "A", "address": "a@b.example,"}, {"address": "b@b.example"}]);
    stage.post("/me/contacts", &json!({"givenName": "Ada", "emailAddresses": emails}))["emailAddresses"].to_string()
}

fn sticky_names(stage: &Stage) -> String {
    let emails =
        |name: &str| json!([{"name": name, "address": "a@b.example"}, {"name": name, "address": "Me@Sandbox.example"}]);
    let id = stage.contact(&json!({"givenName": "Ada", "emailAddresses": emails("old")}));
    let body = json!({"emailAddresses": emails("new")});
    let changed = stage.call(GRAPH, "PATCH", &format!("/me/contacts/{id}"), &[], &body).json();
    format!("{} {}", changed["emailAddresses"][0]["name"], changed["emailAddresses"][1]["name"])
}

fn null_padding(stage: &Stage) -> String {
    let made = stage.call(OUTLOOK, "POST", "/me/contacts", &[], &json!({"GivenName": "Ada"})).json();
    format!("{} {}", made["HomePhones"], made["HomeAddress"]["City"])
}

fn quiet_extended(stage: &Stage) -> String {
    let body = json!({"givenName": "Ada", "singleValueExtendedProperties": [{"id": KEY, "value": "k"}]});
    stage.post("/me/contacts", &body)["singleValueExtendedProperties"].to_string()
}

fn folder_names(listed: &Value) -> String {
    listed["value"].as_array().unwrap().iter().map(|folder| folder["displayName"].to_string()).collect()
}

fn default_folder(stage: &Stage) -> String {
    stage.post("/me/contactFolders", &json!({"displayName": "A"}));
    folder_names(&stage.get("/me/contactFolders"))
}

fn unique_folders(stage: &Stage) -> String {
    stage.post("/me/contactFolders", &json!({"displayName": "A"}));
    let status = stage.call(GRAPH, "POST", "/me/contactFolders", &[], &json!({"displayName": "a"})).status;
    format!("{status} {}", folder_names(&stage.get("/me/contactFolders")))
}

fn short_pages(stage: &Stage) -> String {
    let names = |page: &Value| page["value"].as_array().unwrap().len().to_string();
    stage.contact(&ada());
    let page = stage.get("/me/contacts?$top=3&$count=true");
    let next = page["@odata.nextLink"].as_str().map_or("none", |link| link.split_once("/me/").unwrap().1);
    let count = stage.call(GRAPH, "GET", "/me/contacts/$count", &[], &Value::Null).body;
    format!("{} of {} ({count:?}), next {next}", names(&page), page["@odata.count"])
}

fn cut_notes(stage: &Stage) -> String {
    let notes = format!("\r\none\r\n{}", "x".repeat(300));
    let id = stage.contact(&json!({"givenName": "Ada", "personalNotes": notes}));
    let single = stage.get(&format!("/me/contacts/{id}"));
    assert_eq!(single["personalNotes"], notes.as_str(), "a single contact is whole");
    let listed = stage.get("/me/contacts");
    let listed = listed["value"][0]["personalNotes"].as_str().unwrap();
    format!("{:?} {}", &listed[..5], listed.len())
}

fn cut_strings(stage: &Stage) -> String {
    let extended = json!([{"id": KEY, "value": "ä".repeat(300)}]);
    let id = stage.contact(&json!({"givenName": "Ada", "singleValueExtendedProperties": extended}));
    let of = |contact: &Value| contact["singleValueExtendedProperties"][0]["value"].as_str().unwrap().chars().count();
    assert_eq!(of(&stage.get(&format!("/me/contacts/{id}?{}", expand(KEY)))), 300, "a single contact is whole");
    of(&stage.get(&format!("/me/contacts?{}", expand(KEY)))["value"][0]).to_string()
}

fn case_blind(stage: &Stage) -> String {
    stage.contact(&ada());
    let found = |filter: &str| stage.get(&format!("/me/contacts?$filter={filter}"))["value"].as_array().unwrap().len();
    format!("{} {}", found("givenName%20eq%20'ADA'"), found("givenName%20eq%20'Ada'"))
}

fn has_picture(stage: &Stage) -> String {
    let id = stage.contact(&ada());
    assert_eq!(stage.photo(&id, "image/jpeg", jpeg(3, 2)), 200);
    let shown = stage.get(&format!("/me/contacts/{id}?{}", expand(PICTURE)));
    shown["singleValueExtendedProperties"][0]["value"].to_string()
}

fn photo_changes(stage: &Stage) -> String {
    let made = stage.post("/me/contacts", &ada());
    let id = made["id"].as_str().unwrap();
    stage.clock.advance(60);
    assert_eq!(stage.photo(id, "image/jpeg", jpeg(3, 2)), 200);
    let now = stage.get(&format!("/me/contacts/{id}"));
    let same = |name: &str| now[name] == made[name];
    format!("{} {} {}", same("changeKey"), same("@odata.etag"), same("lastModifiedDateTime"))
}

fn if_match(stage: &Stage) -> String {
    let id = stage.contact(&ada());
    let stale = [("if-match", "W/\"x\"")];
    stage.call(GRAPH, "DELETE", &format!("/me/contacts/{id}"), &stale, &Value::Null).status.to_string()
}

/// Moves a contact and answers its earlier and its later id.
fn moved(stage: &Stage) -> (String, String) {
    let id = stage.contact(&ada());
    let folder = stage.post("/me/contactFolders", &json!({"displayName": "A"}));
    let body = json!({"parentFolderId": folder["id"]});
    let reply = stage.call(GRAPH, "PATCH", &format!("/me/contacts/{id}"), &[], &body);
    let later = reply.json()["id"].as_str().unwrap().to_owned();
    (id, later)
}

fn new_id_on_move(stage: &Stage) -> String {
    let (id, later) = moved(stage);
    let status = |id: &str| stage.call(GRAPH, "GET", &format!("/me/contacts/{id}"), &[], &Value::Null).status;
    format!("{} {} {}", id == later, status(&id), status(&later))
}

fn immutable_ids(stage: &Stage) -> String {
    let prefer = [("prefer", "IdType=\"ImmutableId\"")];
    let made = stage.call(GRAPH, "POST", "/me/contacts", &prefer, &ada());
    let applied = made.header("preference-applied").unwrap_or("-").to_owned();
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let folder = stage.post("/me/contactFolders", &json!({"displayName": "A"}));
    let body = json!({"parentFolderId": folder["id"]});
    let moved = stage.call(GRAPH, "PATCH", &format!("/me/contacts/{id}"), &prefer, &body).json();
    let ordinary = stage.call(GRAPH, "GET", &format!("/me/contacts/{id}"), &[], &Value::Null);
    let listed = stage.call(
        GRAPH,
        "GET",
        &format!("/me/contactFolders/{}/contacts", folder["id"].as_str().unwrap()),
        &prefer,
        &Value::Null,
    );
    format!(
        "{applied}; stays {}; plain {} {}; listed {}",
        moved["id"] == id.as_str(),
        ordinary.status,
        ordinary.status == 200 && ordinary.json()["id"] != id.as_str(),
        listed.json()["value"][0]["id"] == id.as_str(),
    )
}

fn quota(stage: &Stage) -> String {
    let status = |body: &Value| stage.call(GRAPH, "POST", "/me/contacts", &[], body).status;
    format!("{} {} {}", status(&ada()), status(&ada()), status(&ada()))
}

fn png_dropped(stage: &Stage) -> String {
    let id = stage.contact(&ada());
    let mut png = vec![0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', 0, 0, 0, 13];
    png.extend(b"IHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0");
    let put = stage.photo(&id, "image/png", Bytes::from(png));
    let got = stage.call(GRAPH, "GET", &format!("/me/contacts/{id}/photo"), &[], &Value::Null).status;
    format!("{put} {got}")
}

/// Behaviour, what shows it, what is shown while it is on, and while it is off.
const TABLE: &[(Behaviour, Shows, &str, &str)] = &[
    (Behaviour::BirthdayTime, birthday_time, "\"1815-12-10T11:59:00Z\"", "\"1815-12-10T00:00:00Z\""),
    (Behaviour::DisplayName, display_name, "\"Ada Byron\"", "\"Countess\""),
    (Behaviour::FileAs, file_as, "\"\"", "\"Byron, Ada\""),
    (Behaviour::GivenName, given_name, "400 \"The property 'GivenName' is required when creating the entity.\"", "201"),
    (Behaviour::ValueCaps, value_caps, "ErrorInvalidProperty", "[\"1\",\"2\",\"3\"]"),
    (
        Behaviour::MalformedEmails,
        malformed_emails,
        "[{\"name\":\"A\"},{\"name\":\"b@b.example\",\"address\":\"b@b.example\"}]",
        "[{\"name\":\"A\",\"address\":\"a@b.example,\"},{\"name\":\"b@b.example\",\"address\":\"b@b.example\"}]",
    ),
    (Behaviour::StickyNames, sticky_names, "\"old\" \"Sandbox\"", "\"new\" \"new\""),
    (Behaviour::NullPadding, null_padding, "[null,null] null", "[] null"),
    (
        Behaviour::QuietExtended,
        quiet_extended,
        "null",
        "[{\"id\":\"String {00020329-0000-0000-c000-000000000046} Name Key\",\"value\":\"k\"}]",
    ),
    (Behaviour::DefaultFolderHidden, default_folder, "\"A\"", "\"Contacts\"\"A\""),
    (Behaviour::UniqueFolders, unique_folders, "409 \"A\"", "201 \"A\"\"a\""),
    (
        Behaviour::ShortPages,
        short_pages,
        "0 of 4 (b\"4\"), next contacts?$top=3&$count=true&$skip=3",
        "1 of 1 (b\"1\"), next none",
    ),
    (Behaviour::CutNotes, cut_notes, "\"onexx\" 256", "\"\\r\\none\" 307"),
    (Behaviour::CutStrings, cut_strings, "255", "300"),
    (Behaviour::CaseBlind, case_blind, "1 1", "0 1"),
    (Behaviour::HasPicture, has_picture, "\"true\"", "null"),
    (Behaviour::PhotoChanges, photo_changes, "false false false", "true true true"),
    (Behaviour::IfMatch, if_match, "412", "204"),
    (Behaviour::NewIdOnMove, new_id_on_move, "false 404 200", "true 200 200"),
    (
        Behaviour::ImmutableIds,
        immutable_ids,
        "IdType=\"ImmutableId\"; stays true; plain 200 true; listed true",
        "-; stays false; plain 404 false; listed false",
    ),
    (Behaviour::Quota, quota, "201 201 507", "201 201 201"),
    (Behaviour::PngDropped, png_dropped, "200 404", "200 200"),
];

/// Behaviours that tests of their own show, by name.
const ELSEWHERE: &[&str] = &["unaddressed-properties", "unlisted-extensions"];

#[test]
fn every_behaviour_shows_and_can_be_switched_off() {
    for row in Behaviour::ALL.iter().filter(|row| !ELSEWHERE.contains(&row.name)) {
        let found = TABLE.iter().find(|(behaviour, ..)| *behaviour == row.behaviour);
        let (behaviour, shows, with, without) = found.unwrap_or_else(|| panic!("nothing shows {}", row.name));
        for (on, expected) in [(true, with), (false, without)] {
            let stage = match behaviour {
                Behaviour::ShortPages | Behaviour::Quota => Stage::new(Settings {
                    behaviours: Behaviours::default().with(*behaviour, on),
                    distribution_lists: if *behaviour == Behaviour::ShortPages { 3 } else { 0 },
                    quota: Quota { contacts: (*behaviour == Behaviour::Quota).then_some(2), ..Quota::default() },
                    ..Settings::default()
                }),
                _ => Stage::with(*behaviour, on),
            };
            assert_eq!(shows(&stage), **expected, "{} {on}", row.name);
        }
    }
}

/// A mailbox that is full takes no photo and no longer text, and takes all again when something went.
#[test]
fn a_quota_is_in_bytes_too() {
    let quota = Quota { bytes: Some(2000), ..Quota::default() };
    let stage = Stage::new(Settings { quota, ..Settings::default() });
    let id = stage.contact(&ada());
    let long = json!({"givenName": "Bea", "personalNotes": "x".repeat(1500)});
    let other = stage.contact(&long);
    let full = stage.call(GRAPH, "POST", "/me/contacts", &[], &long);
    assert_eq!((full.status, full.code()), (507, "ErrorQuotaExceeded".to_owned()));
    let mut large = jpeg(3, 2).to_vec();
    large.extend(vec![0; 1000]);
    assert_eq!(stage.photo(&id, "image/jpeg", Bytes::from(large.clone())), 507);
    let gone = stage.call(GRAPH, "GET", &format!("/me/contacts/{id}/photo"), &[], &Value::Null);
    assert_eq!(gone.status, 404, "nothing of it is kept");
    let path = format!("/me/contacts/{other}");
    let longer = json!({"personalNotes": "x".repeat(3000)});
    assert_eq!(stage.call(GRAPH, "PATCH", &path, &[], &longer).status, 507);
    assert_eq!(stage.call(GRAPH, "PATCH", &path, &[], &json!({"personalNotes": "x".repeat(1400)})).status, 200);
    assert_eq!(stage.call(GRAPH, "DELETE", &path, &[], &Value::Null).status, 204);
    assert_eq!(stage.photo(&id, "image/jpeg", Bytes::from(large)), 200);
}

/// A contact that moves twice keeps the immutable id that it was made with.
#[test]
fn immutable_ids_stay_over_many_moves() {
    let stage = Stage::new(Settings::default());
    let prefer = [("prefer", "odata.maxpagesize=5, IdType=\"ImmutableId\"")];
    let made = stage.call(GRAPH, "POST", "/me/contacts", &prefer, &ada()).json();
    let id = made["id"].as_str().unwrap();
    for name in ["A", "B", "C"] {
        let folder = stage.post("/me/contactFolders", &json!({"displayName": name}));
        let body = json!({"parentFolderId": folder["id"]});
        let moved = stage.call(GRAPH, "PATCH", &format!("/me/contacts/{id}"), &prefer, &body).json();
        assert_eq!((moved["id"].as_str(), &moved["parentFolderId"]), (Some(id), &folder["id"]));
    }
    let listed = stage.call(GRAPH, "GET", "/me/contacts", &prefer, &Value::Null);
    assert_eq!(listed.header("preference-applied"), Some("odata.maxpagesize=5, IdType=\"ImmutableId\""));
    assert_eq!(listed.json()["value"], json!([]));
    // v2.0 knows no such preference, and takes the id all the same.
    let outlook = stage.call(OUTLOOK, "GET", &format!("/me/contacts/{id}"), &prefer, &Value::Null);
    assert_eq!((outlook.status, outlook.header("preference-applied")), (200, None));
    assert_ne!(outlook.json()["Id"], id);
}
