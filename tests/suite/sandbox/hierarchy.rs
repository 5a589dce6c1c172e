//! Where folders stand: how deep they go, and who may have the same name.

use cardferry::sandbox::Settings;
use cardferry::sandbox::behaviour::{Behaviour, Behaviours};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::behaviours::Stage;
use super::{Dialect, Reply};

fn send(stage: &Stage, method: &str, path: &str, body: &Value) -> Reply {
    stage.call(Dialect::Graph, method, &format!("/me/contactFolders{path}"), &[], body)
}

/// Makes a folder and answers its id.
fn folder(stage: &Stage, path: &str, name: &str) -> String {
    let reply = send(stage, "POST", path, &json!({"displayName": name}));
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()["id"].as_str().unwrap().to_owned()
}

/// Folders below each other: the first and the last.
fn line(stage: &Stage, length: usize, name: &str) -> (String, String) {
    let first = folder(stage, "", name);
    let last = (1..length).fold(first.clone(), |above, _| folder(stage, &format!("/{above}/childFolders"), name));
    (first, last)
}

#[test]
fn what_is_moved_counts_with_all_below_it() {
    let stage = Stage::new(Settings::default());
    let (_, deep) = line(&stage, 200, "a");
    let (top, _) = line(&stage, 150, "b");
    let moved = send(&stage, "PATCH", &format!("/{top}"), &json!({"parentFolderId": deep}));
    assert_eq!(moved.status, 400, "350 levels are too many: {moved:?}");
    let (short, _) = line(&stage, 99, "c");
    assert_eq!(send(&stage, "PATCH", &format!("/{short}"), &json!({"parentFolderId": deep})).status, 200);
}

#[test]
fn folders_of_one_name_can_be_changed_where_they_can_be_made() {
    let behaviours = Behaviours::default().with(Behaviour::UniqueFolders, false);
    let stage = Stage::new(Settings { behaviours, ..Settings::default() });
    let (first, second, other) = (folder(&stage, "", "A"), folder(&stage, "", "a"), folder(&stage, "", "B"));
    for (id, change) in [
        (&second, json!({"displayName": "A"})),
        (&other, json!({"displayName": "A"})),
        (&first, json!({"displayName": "C"})),
        (&second, json!({"displayName": "A"})),
    ] {
        assert_eq!(send(&stage, "PATCH", &format!("/{id}"), &change).status, 200, "{change}");
    }
    let strict = Stage::new(Settings::default());
    let (_, second) = (folder(&strict, "", "A"), folder(&strict, "", "B"));
    assert_eq!(send(&strict, "PATCH", &format!("/{second}"), &json!({"displayName": "a"})).status, 409);
}
