//! What counts against a mailbox's quota: all that makes it larger.

use cardferry::sandbox::behaviour::{Behaviour, Behaviours};
use cardferry::sandbox::{Quota, Settings};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::behaviours::Stage;
use super::{Dialect, Reply};

fn send(stage: &Stage, method: &str, path: &str, body: &Value) -> Reply {
    stage.call(Dialect::Graph, method, path, &[], body)
}

#[test]
fn extensions_and_properties_of_their_own_urls_count_too() {
    let quota = Quota { bytes: Some(1000), ..Quota::default() };
    let behaviours = Behaviours::default().with(Behaviour::UnaddressedProperties, false);
    let stage = Stage::new(Settings { quota, behaviours, ..Settings::default() });
    let made = send(&stage, "POST", "/me/contacts", &json!({"givenName": "Ada"})).json();
    let contact = format!("/me/contacts/{}", made["id"].as_str().unwrap());
    let extension = |size: usize| json!({"extensionName": "com.example.a", "data": "x".repeat(size)});
    let extensions = format!("{contact}/extensions");
    let property = json!({"id": "String 0x3A24", "value": "x".repeat(1000)});
    for (method, path, body) in [
        ("POST", extensions.clone(), extension(1000)),
        ("POST", format!("{contact}/singleValueExtendedProperties"), property),
    ] {
        let full = send(&stage, method, &path, &body);
        assert_eq!((full.status, full.code()), (507, "ErrorQuotaExceeded".to_owned()), "{path}");
    }
    assert_eq!(send(&stage, "POST", &extensions, &extension(10)).status, 201, "nothing was kept of what was refused");
    let one = format!("{extensions}/com.example.a");
    assert_eq!(send(&stage, "PATCH", &one, &extension(1000)).status, 507);
    assert_eq!(send(&stage, "PATCH", &one, &extension(5)).status, 200);
}
