//! A walk that races with writers.

use cardferry::sandbox::Dialect;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Bench, dialect_name as name, jpeg};
use super::{Model, get, listed, start};

/// What writers do between two pages.
#[derive(Debug, Clone)]
enum Act {
    Create,
    Update(usize),
    Photo(usize),
    Delete(usize),
    MoveOut(usize),
    MoveIn(usize),
    /// The walker takes one page of so many.
    Page(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => Just(Act::Create),
        2 => (0..50usize).prop_map(Act::Update),
        1 => (0..50usize).prop_map(Act::Photo),
        2 => (0..50usize).prop_map(Act::Delete),
        1 => (0..50usize).prop_map(Act::MoveOut),
        1 => (0..50usize).prop_map(Act::MoveIn),
        4 => (1..5usize).prop_map(Act::Page),
    ];
    prop::collection::vec(act, 0..60)
}

/// A folder with writers, beside another one.
struct Race<'a> {
    bench: &'a Bench,
    dialect: Dialect,
    here: Vec<String>,
    there: Vec<String>,
    folder: String,
}

impl Race<'_> {
    fn write(&mut self, act: &Act) {
        let dialect = self.dialect;
        let send = |method, url: &str, body: Option<Value>| {
            let reply = self.bench.send(dialect, method, url, body.as_ref());
            assert!(reply.status < 300, "{reply:?}");
        };
        let pick = |of: &[String], at: usize| (!of.is_empty()).then(|| at % of.len());
        match act {
            Act::Create => {
                let person = json!({"givenName": format!("P{}", self.here.len())});
                self.here.push(self.bench.contact(dialect, "/me/contacts", person));
            }
            Act::Update(at) => {
                let Some(at) = pick(&self.here, *at) else { return };
                let body = json!({name(dialect, "surname"): format!("S{at}")});
                send("PATCH", &format!("/me/contacts/{}", self.here[at]), Some(body));
            }
            Act::Photo(at) => {
                let Some(at) = pick(&self.here, *at) else { return };
                let url = format!("/me/contacts/{}/photo/$value", self.here[at]);
                self.bench.send_as(dialect, "PUT", &url, &[("content-type", "image/jpeg")], jpeg(5, 6));
            }
            Act::Delete(at) => {
                let Some(at) = pick(&self.here, *at) else { return };
                send("DELETE", &format!("/me/contacts/{}", self.here.remove(at)), None);
            }
            Act::MoveOut(at) => {
                let Some(at) = pick(&self.here, *at) else { return };
                let id = self.here.remove(at);
                let moved = self.moved(&id, &self.folder.clone());
                self.there.push(moved);
            }
            Act::MoveIn(at) => {
                let Some(at) = pick(&self.there, *at) else { return };
                let id = self.there.remove(at);
                let moved = self.moved(&id, "contacts");
                self.here.push(moved);
            }
            Act::Page(_) => {}
        }
    }

    fn moved(&self, id: &str, to: &str) -> String {
        let url = format!("/me/contacts/{id}");
        let reply = self.bench.send(Dialect::Graph, "PATCH", &url, Some(&json!({"parentFolderId": to})));
        reply.json()["id"].as_str().unwrap().to_owned()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_walk_that_races_with_writers_loses_nothing(acts in acts(), graph in any::<bool>(), last in 1..4usize) {
        let dialect = if graph { Dialect::Graph } else { Dialect::Outlook };
        let bench = Bench::new();
        let folder = bench.contact(dialect, "/me/contactFolders", json!({"displayName": "F"}));
        let mut race = Race { bench: &bench, dialect, here: Vec::new(), there: Vec::new(), folder };
        let (mut model, mut link) = (Model::default(), start(dialect, "contacts"));
        for act in &acts {
            race.write(act);
            if let Act::Page(size) = act {
                let reply = get(&bench, dialect, &link, *size);
                prop_assert_eq!(reply.status, 200);
                link = model.apply(dialect, &reply.json()).0;
            }
        }
        // A walk that is under way ends first; the one after it sees the rest.
        for _ in 0..2 {
            link = model.round(&bench, dialect, &link, last).0;
        }
        prop_assert_eq!(&model.0, &listed(&bench, dialect, "contacts"));
        prop_assert_eq!(model.0.len(), race.here.len());
    }
}
