//! Clients that take their time, or too much of anything.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use cardferry::sandbox::Server;
use cardferry::sandbox::serve::Sockets;
use pretty_assertions::assert_eq;
use tokio::sync::oneshot;

use super::super::socket::{request, served};
use super::{asks, bench, plan, see, still};
use crate::sandbox::Bench;

const CONTACTS: &str = "/v1.0/me/contacts";
const SOON: Duration = Duration::from_millis(20);

/// Serves the bench's sandbox within these bounds.
fn bounded<T>(bench: &Bench, sockets: Sockets, talk: impl AsyncFnOnce(&str) -> T) -> T {
    bench.runtime.block_on(async {
        let server = Server::bind(bench.sandbox.clone(), 0).await.unwrap().bounded(sockets);
        let address = server.url().trim_start_matches("http://").to_owned();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(async move { drop(stopped.await) }));
        let said = talk(&address).await;
        stop.send(()).unwrap();
        running.await.unwrap().unwrap();
        said
    })
}

#[test]
fn a_head_that_does_not_end_is_not_waited_for() {
    let bench = bench(still(), plan(1, &[]));
    bounded(&bench, Sockets { head: SOON, ..Sockets::default() }, async |address| {
        for begun in ["", "GET /v1.0/me", "GET /v1.0/me HTTP/1.1\r\nhost: localhost\r\nx: "] {
            let saw = see(address, begun.as_bytes()).await;
            assert!(saw.bytes.is_empty() || saw.status() == 408, "{saw:?}");
        }
        assert_eq!(see(address, &request("GET", CONTACTS, "")).await.status(), 200);
    });
    assert_eq!(bench.sandbox.log().len(), 1, "what has no end is no request");
}

#[test]
fn a_body_that_does_not_end_is_not_waited_for() {
    let bench = bench(still(), plan(1, &[]));
    let whole = String::from_utf8(request("POST", CONTACTS, "{\"givenName\": \"Ada\"}")).unwrap();
    let begun = whole.trim_end_matches("\"}").replace("connection: close\r\n", "");
    for sockets in [Sockets { silence: SOON, ..Sockets::default() }, Sockets { body: SOON, ..Sockets::default() }] {
        bounded(&bench, sockets, async |address| {
            let saw = see(address, begun.as_bytes()).await;
            assert_eq!((saw.status(), saw.header("connection")), (408, Some("close")));
            let count = see(address, &request("GET", "/v1.0/me/contacts/$count", "")).await;
            assert_eq!(count.body(), b"0");
        });
    }
}

#[test]
fn so_many_connections_and_the_others_wait() {
    let bench = bench(still(), plan(1, &[]));
    bounded(&bench, Sockets { connections: 2, ..Sockets::default() }, async |address| {
        let hold = || {
            let mut stream = TcpStream::connect(address).unwrap();
            let ask = String::from_utf8(request("GET", CONTACTS, "")).unwrap().replace("connection: close\r\n", "");
            stream.write_all(ask.as_bytes()).unwrap();
            stream
        };
        let mut held = [hold(), hold()];
        for stream in &mut held {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
        }
        let waiting = TcpStream::connect(address).unwrap();
        (&waiting).write_all(&request("GET", CONTACTS, "")).unwrap();
        waiting.set_nonblocking(true).unwrap();
        assert!((&waiting).read(&mut [0]).is_err(), "nobody has taken it");
        waiting.set_nonblocking(false).unwrap();
        drop(held);
        let mut answer = String::new();
        (&waiting).read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    });
}

#[test]
fn a_client_that_takes_nothing_of_its_answer_is_not_waited_for() {
    let bench = bench(still(), plan(1, &[]));
    let notes = "x".repeat(3_900_000);
    for _ in 0..5 {
        let body = format!("{{\"givenName\": \"Ada\", \"personalNotes\": \"{notes}\"}}");
        let made = bench.runtime.block_on(bench.sandbox.handle(asks("POST", CONTACTS, &body)));
        assert_eq!(made.status(), 201);
    }
    bounded(&bench, Sockets { stall: SOON, connections: 1, ..Sockets::default() }, async |address| {
        let mut held = TcpStream::connect(address).unwrap();
        held.write_all(&request("GET", CONTACTS, "")).unwrap();
        held.read_exact(&mut [0]).unwrap();
        // There is one place, and it is free again.
        assert_eq!(see(address, &request("GET", "/v1.0/me", "")).await.status(), 200);
        let mut rest = Vec::new();
        let ended = held.read_to_end(&mut rest);
        assert!(ended.is_err() || rest.len() < 5 * notes.len(), "it broke off");
    });
}

#[test]
fn heads_are_bounded_in_size_and_number() {
    let bench = bench(still(), plan(1, &[]));
    served(&bench, async |address| {
        let ask = |more: &str| format!("GET {CONTACTS} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{more}\r\n");
        let many: String = (0..120).map(|at| format!("x-{at}: 1\r\n")).collect();
        let large = |size: usize| format!("x: {}\r\n", "y".repeat(size));
        for (more, status) in [(many, 431), (large(80_000), 431), (large(300_000), 431), (large(100), 401)] {
            assert_eq!(see(address, ask(&more).as_bytes()).await.status(), status);
        }
    });
}

#[test]
fn a_stop_waits_for_a_slow_answer() {
    let bench = bench(still(), plan(1, &["slow,chunk=1,pause=1s"]));
    let (head, clock) = (request("GET", "/v1.0/me", ""), bench.clock.clone());
    let reading = bounded(&bench, Sockets::default(), async |address| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(&head).unwrap();
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        // From here on the answer has begun; the server is told to stop, and the clock moves only now.
        std::thread::spawn(move || {
            let mut rest = Vec::new();
            let mut some = [0; 1000];
            loop {
                clock.advance(1);
                stream.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
                match stream.read(&mut some) {
                    Ok(0) => return rest,
                    Ok(count) => rest.extend_from_slice(&some[..count]),
                    Err(error) => assert!(error.kind() != std::io::ErrorKind::ConnectionReset, "{error}"),
                }
            }
        })
    });
    let rest = String::from_utf8(reading.join().unwrap()).unwrap();
    assert!(rest.contains("userPrincipalName") && rest.ends_with('}'), "{rest}");
}
