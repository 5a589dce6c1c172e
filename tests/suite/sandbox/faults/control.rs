//! The control endpoint, over its own socket.

use cardferry::sandbox::clock::SystemClock;
use cardferry::sandbox::{Control, Opened, Sandbox, Settings};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::oneshot;

use super::super::socket::{request, served};
use super::{Saw, asks, bench, plan, see, status, still};
use crate::sandbox::Bench;

/// A control endpoint that somebody talks to.
struct Talk(String);

impl Talk {
    async fn says(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let saw = see(&self.0, &request(method, path, body)).await;
        (saw.status(), serde_json::from_slice(saw.body()).unwrap())
    }

    async fn told(&self, method: &str, path: &str, body: &str) -> Value {
        let (status, said) = self.says(method, path, body).await;
        assert_eq!(status, 200, "{method} {path}: {said}");
        said
    }

    async fn with_header(&self, header: &str) -> Saw {
        let asked = String::from_utf8(request("GET", "/log", "")).unwrap();
        see(&self.0, asked.replace("host: localhost:99", header).as_bytes()).await
    }
}

fn controlled(sandbox: &Sandbox, runtime: &tokio::runtime::Runtime, talk: impl AsyncFnOnce(Talk)) {
    runtime.block_on(async {
        let control = Control::bind(sandbox.clone(), 0).await.unwrap();
        let address = control.url().trim_start_matches("http://").to_owned();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(control.run(async move { drop(stopped.await) }));
        talk(Talk(address)).await;
        stop.send(()).unwrap();
        running.await.unwrap();
    });
}

fn control(bench: &Bench, talk: impl AsyncFnOnce(Talk)) {
    controlled(&bench.sandbox, &bench.runtime, talk);
}

#[test]
fn faults_are_set_counted_and_started_over() {
    let bench = bench(still(), plan(5, &["error,status=503,name=busy,every=2"]));
    control(&bench, async |talk| {
        let send = async || status(&bench.sandbox.send(asks("GET", "/v1.0/me", "")).await);
        assert_eq!([send().await, send().await, send().await], [Some(200), Some(503), Some(200)]);
        let busy =
            |matched: u64, hit: u64| json!({"seed": 5, "faults": [{"name": "busy", "matched": matched, "hit": hit}]});
        assert_eq!(talk.told("GET", "/faults", "").await, busy(3, 1));
        assert_eq!(talk.told("POST", "/reset", "").await, busy(0, 0));
        assert_eq!([send().await, send().await], [Some(200), Some(503)]);

        let (status, said) = talk.says("PUT", "/faults", "seed = 1\n[[fault]]\nwhat = \"lots\"\n").await;
        assert_eq!((status, said["error"].as_str().unwrap().starts_with("line 3, column 8: ")), (400, true), "{said}");
        assert_eq!(talk.told("GET", "/faults", "").await, busy(2, 1), "a plan with a mistake changes nothing");

        let told = talk.told("PUT", "/faults", "limits = \"in-flight=2\"\n[[fault]]\nwhat = \"quota\"\n").await;
        assert_eq!(told, json!({"seed": 0, "faults": [{"name": "quota", "matched": 0, "hit": 0}]}));
        assert_eq!((send().await, bench.sandbox.limits().to_string()), (Some(507), "in-flight=2".into()));
        let too_large = "#".repeat(5 * 1024 * 1024);
        assert_eq!((talk.says("PUT", "/faults", &too_large).await.0, send().await), (413, Some(507)));
        talk.told("PUT", "/faults", "").await;
        assert_eq!(send().await, Some(200));
    });
}

#[test]
fn the_log_tells_what_came_of_each_request() {
    let bench = bench(still(), plan(1, &["lost,method=POST"]));
    served(&bench, async |address| {
        see(address, &request("POST", "/v1.0/me/contacts", "{\"givenName\": \"Ada\"}")).await;
        see(address, &request("GET", "/api/v2.0/me/contacts/$count?$filter=x%20eq%201&access_token=secret", "")).await;
    });
    control(&bench, async |talk| {
        let log = talk.told("GET", "/log", "").await;
        let entries = log["entries"].as_array().unwrap();
        let lost = json!({
            "number": 1, "at": "2026-01-02T03:04:05Z", "method": "POST", "path": "/v1.0/me/contacts", "part": false,
            "status": null, "milliseconds": 0, "received": 20, "sent": 0, "fault": "lost",
        });
        assert_eq!((entries.len(), &entries[0]), (2, &lost));
        assert_eq!(entries[1]["path"], "/api/v2.0/me/contacts/$count?$filter=x%20eq%201&access_token=…");
        assert_eq!((&entries[1]["status"], &entries[1]["fault"]), (&400.into(), &Value::Null));
    });
    bench.runtime.block_on(async {
        for _ in 0..1100 {
            bench.sandbox.send(asks("GET", "/nowhere", "")).await;
        }
    });
    let log = bench.sandbox.log();
    assert_eq!((log.len(), log[0].number, log[999].number), (1000, 103, 1102));
}

#[test]
fn limits_behaviours_clock_and_tokens_are_switched() {
    let bench = bench(still(), plan(1, &[]));
    control(&bench, async |talk| {
        assert_eq!(talk.told("GET", "/limits", "").await, json!({"limits": "none"}));
        assert_eq!(talk.told("PUT", "/limits", "requests=1/1m").await, json!({"limits": "requests=1/1m"}));
        let send = async || status(&bench.sandbox.send(asks("GET", "/v1.0/me", "")).await);
        assert_eq!([send().await, send().await], [Some(200), Some(429)]);
        assert_eq!(talk.told("GET", "/clock", "").await, json!({"now": "2026-01-02T03:04:05Z"}));
        let later = talk.told("POST", "/clock/advance", "{\"seconds\": 60.5}").await;
        assert_eq!((later, send().await), (json!({"now": "2026-01-02T03:05:05.5Z"}), Some(200)));
        let (status, said) = talk.says("PUT", "/limits", "a lot").await;
        assert_eq!((status, said["error"].as_str().unwrap().contains("in-flight=4")), (400, true), "{said}");
        talk.told("PUT", "/limits", "none").await;

        let told = talk.told("PUT", "/behaviours", "{\"display-name\": false}").await;
        assert_eq!((&told["display-name"], &told["birthday-time"]), (&false.into(), &true.into()));
        for wrong in ["{\"display-name\": true, \"odd\": true}", "{\"birthday-time\": 1}", "[]"] {
            assert_eq!(talk.says("PUT", "/behaviours", wrong).await.0, 400, "{wrong}");
        }
        assert_eq!(talk.told("GET", "/behaviours", "").await, told);

        let delta = async |link: &str| bench.sandbox.handle(asks("GET", link, "")).await;
        let round: Value = serde_json::from_slice(delta("/v1.0/me/contacts/delta").await.body()).unwrap();
        let link = round["@odata.deltaLink"].as_str().unwrap().to_owned();
        let link = &link[link.find("/v1.0").unwrap()..];
        assert_eq!(delta(link).await.status(), 200);
        assert_eq!(talk.told("GET", "/sign-in", "").await, json!({"auto-approve": false}));
        assert_eq!(talk.told("PUT", "/sign-in", r#"{"auto-approve": true}"#).await, json!({"auto-approve": true}));
        assert_eq!((talk.says("PUT", "/sign-in", "{}").await.0, bench.sandbox.auto_approve()), (400, true));
        talk.told("POST", "/delta/expire", "").await;
        assert_eq!(delta(link).await.status(), 410);

        assert_eq!(talk.told("POST", "/tokens/expire", "").await, json!({"expired": 1}));
        assert_eq!(send().await, Some(401));
    });
}

#[test]
fn what_is_late_arrives_when_the_clock_has_moved_or_at_once() {
    let bench = bench(still(), plan(1, &["late,after=90s,method=POST"]));
    control(&bench, async |talk| {
        let count = async || {
            let asked = asks("GET", "/v1.0/me/contacts/$count", "");
            String::from_utf8(bench.sandbox.handle(asked).await.into_body().to_vec()).unwrap()
        };
        for (path, body, before) in [("/clock/advance", "{\"seconds\": 90}", "0"), ("/settle", "", "1")] {
            let create = asks("POST", "/v1.0/me/contacts", "{\"givenName\": \"Ada\"}");
            bench.sandbox.carry(create).await.unwrap_err();
            assert_eq!(count().await, before);
            talk.told("POST", path, body).await;
        }
        assert_eq!(count().await, "2");
    });
}

#[test]
fn the_machines_clock_is_not_moved() {
    let directory = tempfile::tempdir().unwrap();
    let settings = Settings { clock: Arc::new(SystemClock), ..Settings::default() };
    let Opened::Here(sandbox) = Sandbox::open(&directory.path().join("book.db"), settings).unwrap() else { panic!() };
    controlled(&sandbox, &tokio::runtime::Runtime::new().unwrap(), async |talk| {
        let (status, said) = talk.says("POST", "/clock/advance", "{\"seconds\": 1}").await;
        assert_eq!((status, said["error"].as_str().unwrap().contains("--clock virtual")), (409, true));
    });
}

#[test]
fn other_hosts_web_pages_and_other_requests_are_refused() {
    let bench = bench(still(), plan(1, &[]));
    control(&bench, async |talk| {
        let table = [
            ("host: localhost", 200),
            ("host: 127.0.0.1:1234", 200),
            ("host: [::1]:7", 200),
            ("host: localhost\r\nsec-fetch-site: none", 200),
            ("host: evil.example", 421),
            ("host: localhost.evil.example:99", 421),
            ("host: 127.0.0.1.evil.example", 421),
            ("host: localhost\r\norigin: https://evil.example", 403),
            ("host: localhost\r\norigin: null", 403),
            ("host: localhost\r\nsec-fetch-site: cross-site", 403),
        ];
        for (header, status) in table {
            assert_eq!(talk.with_header(header).await.status(), status, "{header}");
        }
        assert_eq!(talk.says("GET", "/nothing", "").await.0, 404);
        let saw = see(&talk.0, &request("DELETE", "/faults", "")).await;
        assert_eq!((saw.status(), saw.header("allow")), (405, Some("GET, PUT")));
        for (path, body) in [("/clock/advance", "{}"), ("/clock/advance", "{\"seconds\": -1}"), ("/clock/advance", "x")]
        {
            assert_eq!(talk.says("POST", path, body).await.0, 400, "{body}");
        }
        let routes = talk.told("GET", "/", "").await;
        assert_eq!(routes["GET /clock"], "the present moment");
        for route in routes.as_object().unwrap().keys() {
            let (method, path) = route.split_once(' ').unwrap();
            assert_ne!(talk.says(method, path, "").await.0, 404, "{method} {path}");
        }
    });
}
