//! Each fault over a real socket.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use pretty_assertions::assert_eq;
use serde_json::Value;

use super::super::socket::{request, served};
use super::{Saw, bench, plan, see, skipping, still};

const ADA: &str = "{\"givenName\": \"Ada\", \"personalNotes\": \"first\"}";
const CONTACTS: &str = "/v1.0/me/contacts";

/// How many contacts there are.
async fn count(address: &str) -> u64 {
    let saw = see(address, &request("GET", "/v1.0/me/contacts/$count", "")).await;
    std::str::from_utf8(saw.body()).unwrap().parse().unwrap()
}

/// What a create meets under one rule, and how many contacts there are afterwards.
fn create(rule: &str) -> (Saw, u64) {
    let bench = bench(still(), plan(1, &[&format!("{rule},method=POST")]));
    served(&bench, async |address| (see(address, &request("POST", CONTACTS, ADA)).await, count(address).await))
}

#[test]
fn statuses_come_with_the_services_body_with_none_or_with_a_page() {
    for (status, code) in [
        (500, "ErrorInternalServerError"),
        (502, "BadGateway"),
        (503, "ServiceUnavailable"),
        (504, "GatewayTimeout"),
        (507, "ErrorQuotaExceeded"),
    ] {
        let (saw, count) = create(&format!("error,status={status}"));
        assert_eq!((saw.status(), saw.code().as_str(), saw.header("retry-after"), count), (status, code, None, 0));
        let (saw, count) = create(&format!("error,status={status},body=empty,stored=true"));
        assert_eq!((saw.status(), saw.length(), saw.body(), count), (status, 0, &b""[..], 1));
        assert_eq!(saw.header("content-type"), None);
    }
    let (saw, _) = create("error,status=502,body=html,retry-after=7");
    assert_eq!((saw.header("content-type"), saw.header("retry-after")), (Some("text/html"), Some("7")));
    assert!(saw.body().starts_with(b"<html>"), "{saw:?}");
    let (saw, count) = create("quota");
    assert_eq!((saw.status(), saw.code().as_str(), count), (507, "ErrorQuotaExceeded", 0));
}

#[test]
fn throttling_has_the_services_bodies_and_every_kind_of_retry_after() {
    let table = [
        ("", "TooManyRequests", Some("5")),
        (",retry-after=2.128", "TooManyRequests", Some("2.128")),
        (",retry-after=none", "TooManyRequests", None),
        (",retry-after=date:90s", "TooManyRequests", Some("Fri, 02 Jan 2026 03:05:35 GMT")),
        (",code=ApplicationThrottled,retry-after=10", "ApplicationThrottled", Some("10")),
        (",code=ErrorTooManyObjectsOpened", "ErrorTooManyObjectsOpened", None),
    ];
    for (words, code, retry_after) in table {
        let (saw, count) = create(&format!("throttle{words}"));
        assert_eq!((saw.status(), saw.code().as_str(), saw.header("retry-after"), count), (429, code, retry_after, 0));
        assert_eq!(saw.header("date"), Some("Fri, 02 Jan 2026 03:04:05 GMT"));
    }
    let (saw, _) = create("throttle");
    let body: Value = serde_json::from_slice(saw.body()).unwrap();
    assert_eq!(body["error"]["message"], "Please retry again later.");
    let inner = &body["error"]["innerError"];
    assert_eq!(
        (&inner["code"], &inner["message"], &inner["status"]),
        (&"429".into(), &"Please retry after".into(), &"429".into())
    );
    let (saw, _) = create("throttle,code=ApplicationThrottled");
    let body: Value = serde_json::from_slice(saw.body()).unwrap();
    assert_eq!(body["error"]["message"], "Application is over its MailboxConcurrency limit.");
}

#[test]
fn a_lost_answer_is_stored_and_the_connection_ends() {
    let (saw, count) = create("lost");
    assert_eq!((saw.bytes.len(), saw.reset, count), (0, false, 1));
}

#[cfg(unix)]
#[test]
fn a_reset_is_a_reset() {
    let (saw, count) = create("reset");
    assert_eq!((saw.bytes.len(), saw.reset, count), (0, true, 0));
    let (saw, count) = create("reset,stored=true");
    assert_eq!((saw.bytes.len(), saw.reset, count), (0, true, 1));
    let (saw, count) = create("cut,reset=true,bytes=9");
    assert_eq!((saw.reset, count), (true, 1));
}

#[test]
fn a_late_commit_is_cut_off_first_and_stored_afterwards() {
    let bench = bench(still(), plan(1, &["late,after=5s,method=POST"]));
    served(&bench, async |address| {
        let saw = see(address, &request("POST", CONTACTS, ADA)).await;
        assert_eq!((saw.bytes.len(), saw.reset, count(address).await), (0, false, 0));
        bench.sandbox.advance(Duration::from_secs(4)).await;
        assert_eq!(count(address).await, 0);
        bench.sandbox.advance(Duration::from_secs(1)).await;
        assert_eq!(count(address).await, 1);
        see(address, &request("POST", CONTACTS, ADA)).await;
    });
    let after = bench.runtime.block_on(bench.sandbox.handle(super::asks("GET", "/v1.0/me/contacts/$count", "")));
    assert_eq!(&after.body()[..], b"2", "what is on its way when the server stops arrives");
}

#[test]
fn a_cut_body_is_shorter_than_its_content_length() {
    for (words, bytes) in [("cut,bytes=17", Some(17)), ("cut,bytes=0", Some(0)), ("cut", None)] {
        let (saw, count) = create(words);
        assert_eq!((saw.status(), saw.reset, count), (201, false, 1), "{words}");
        assert_eq!(saw.body().len(), bytes.unwrap_or(saw.length() / 2), "{words}");
        assert!(saw.body().len() < saw.length());
    }
    let (saw, _) = create("cut,bytes=99999999");
    assert_eq!(saw.body().len() + 1, saw.length(), "at least a byte is missing");
}

#[test]
fn an_answer_without_a_body_breaks_off_before_its_head() {
    let bench = bench(still(), plan(1, &["cut,method=DELETE"]));
    served(&bench, async |address| {
        let made = see(address, &request("POST", CONTACTS, ADA)).await;
        let made: Value = serde_json::from_slice(made.body()).unwrap();
        let path = format!("{CONTACTS}/{}", made["id"].as_str().unwrap());
        let saw = see(address, &request("DELETE", &path, "")).await;
        assert_eq!((saw.bytes.len(), saw.reset, count(address).await), (0, false, 0));
    });
}

#[test]
fn a_large_body_is_cut_where_it_should_be() {
    let bench = bench(still(), plan(1, &["cut,bytes=300000,method=GET,kind=contacts"]));
    served(&bench, async |address| {
        let notes = format!("{{\"givenName\": \"Ada\", \"personalNotes\": \"{}\"}}", "x".repeat(900_000));
        see(address, &request("POST", CONTACTS, &notes)).await;
        let saw = see(address, &request("GET", CONTACTS, "")).await;
        assert_eq!((saw.body().len(), saw.reset), (300_000, false));
        assert!(saw.length() > 900_000);
    });
}

#[test]
fn a_slow_body_comes_piece_by_piece() {
    let bench = bench(still(), plan(1, &["slow,chunk=100,pause=1s,method=POST"]));
    served(&bench, async |address| {
        let (address, clock) = (address.to_owned(), bench.clock.clone());
        let talk = move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(&request("POST", CONTACTS, ADA)).unwrap();
            let mut saw = Saw { bytes: Vec::new(), reset: false };
            let mut byte = [0];
            while !saw.bytes.ends_with(b"\r\n\r\n") {
                stream.read_exact(&mut byte).unwrap();
                saw.bytes.extend(byte);
            }
            let mut piece = [0; 100];
            for _ in 0..saw.length() / 100 {
                stream.read_exact(&mut piece).unwrap();
                saw.bytes.extend(piece);
                stream.set_nonblocking(true).unwrap();
                assert_eq!(stream.read(&mut byte).unwrap_err().kind(), ErrorKind::WouldBlock);
                stream.set_nonblocking(false).unwrap();
                clock.advance(1);
            }
            stream.read_to_end(&mut saw.bytes).unwrap();
            assert_eq!(saw.body().len(), saw.length());
            serde_json::from_slice::<Value>(saw.body()).unwrap();
        };
        tokio::task::spawn_blocking(talk).await.unwrap();
    });
}

#[test]
fn a_clock_that_skips_lets_slow_answers_and_late_ones_cost_no_time() {
    let rules = ["latency,time=uniform:1m..2m,method=POST", "slow,chunk=10,pause=1m,method=POST"];
    let bench = bench(skipping(), plan(1, &rules));
    served(&bench, async |address| {
        let saw = see(address, &request("POST", CONTACTS, ADA)).await;
        assert_eq!((saw.status(), saw.body().len()), (201, saw.length()));
        let (entry, pieces) = (bench.sandbox.log()[0].clone(), saw.length().div_ceil(10) as i64);
        assert!((60_000..=120_000).contains(&entry.milliseconds), "{entry:?}");
        assert_eq!(entry.fault.as_deref(), Some("latency, slow"));
        let passed = bench.sandbox.now().duration_since(entry.at).as_millis() as i64;
        assert_eq!(passed, entry.milliseconds as i64 + (pieces - 1) * 60_000);
    });
}

#[test]
fn dirt_stands_in_what_people_wrote_and_nowhere_else() {
    let (saw, count) = create("dirt");
    assert_eq!((saw.status(), saw.body().len(), count), (201, saw.length(), 1));
    assert!(serde_json::from_slice::<Value>(saw.body()).is_err());
    let controls = saw.body().iter().filter(|byte| **byte < 0x20).count();
    let clean: Vec<u8> = saw.body().iter().copied().filter(|byte| *byte >= 0x20).collect();
    let clean: Value = serde_json::from_slice(&clean).unwrap();
    assert_eq!((controls, &clean["personalNotes"]), (3, &"first".into()), "displayName, givenName, personalNotes");
}

#[test]
fn a_token_expires_for_good_and_another_one_passes() {
    let bench = bench(still(), plan(1, &["token,nth=2"]));
    served(&bench, async |address| {
        let ask = async |token: &str| {
            let asked = String::from_utf8(request("GET", CONTACTS, "")).unwrap().replace("Bearer t", token);
            let saw = see(address, asked.as_bytes()).await;
            (saw.status(), saw.header("www-authenticate").is_some())
        };
        let answers = [ask("Bearer a").await, ask("Bearer a").await, ask("Bearer a").await, ask("Bearer b").await];
        assert_eq!(answers, [(200, false), (401, true), (401, true), (200, false)]);
        assert_eq!(bench.sandbox.expire_tokens(), 1);
        assert_eq!([ask("Bearer b").await, ask("Bearer c").await], [(401, true), (200, false)]);
    });
}

#[test]
fn the_connection_lives_on_after_an_answer_and_dies_after_a_break() {
    let bench = bench(still(), plan(1, &["error,status=503,nth=1", "lost,nth=3"]));
    served(&bench, async |address| {
        let ask = String::from_utf8(request("GET", CONTACTS, "")).unwrap().replace("connection: close\r\n", "");
        let saw = see(address, ask.repeat(4).as_bytes()).await;
        let answers: Vec<_> = saw.bytes.windows(9).enumerate().filter(|(_, some)| *some == b"HTTP/1.1 ").collect();
        let statuses: Vec<_> = answers.iter().map(|(at, _)| &saw.bytes[at + 9..at + 12]).collect();
        assert_eq!(statuses.first(), Some(&&b"503"[..]));
        assert!(statuses.len() <= 2, "nothing comes after the break");
    });
}
