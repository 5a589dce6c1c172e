//! The same server over a real socket.

use std::io::{Read, Write};
use std::net::TcpStream;

use cardferry::sandbox::{Sandbox, Server};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use super::Bench;

/// Serves the bench's sandbox while `talk` runs with the server's address.
pub(super) fn served<T>(bench: &Bench, talk: impl AsyncFnOnce(&str) -> T) -> T {
    serving(&bench.runtime, &bench.sandbox, talk)
}

/// Serves a sandbox while `talk` runs with the server's address.
pub(super) fn serving<T>(runtime: &Runtime, sandbox: &Sandbox, talk: impl AsyncFnOnce(&str) -> T) -> T {
    runtime.block_on(async {
        let server = Server::bind(sandbox.clone(), 0).await.unwrap();
        let address = server.url().trim_start_matches("http://").to_owned();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        let said = talk(&address).await;
        stop.send(()).unwrap();
        running.await.unwrap().unwrap();
        assert!(TcpStream::connect(&address).is_err(), "the server still listens");
        said
    })
}

/// Sends bytes on a connection of their own and reads to its end.
pub(super) async fn exchange(address: &str, sent: &[u8]) -> String {
    let (address, sent) = (address.to_owned(), sent.to_owned());
    let talk = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(&sent).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    tokio::task::spawn_blocking(talk).await.unwrap()
}

pub(super) fn request(method: &str, path: &str, body: &str) -> Vec<u8> {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost:99\r\nauthorization: Bearer t\r\ncontent-type: application/json\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

#[test]
fn a_contact_goes_in_and_comes_out() {
    let bench = Bench::new();
    served(&bench, async |address| {
        let created = exchange(address, &request("POST", "/v1.0/me/contacts", "{\"givenName\": \"Ada\"}")).await;
        assert!(created.starts_with("HTTP/1.1 201 Created\r\n"), "{created}");
        let listed = exchange(address, &request("GET", "/api/v2.0/me/contacts", "")).await;
        assert!(listed.starts_with("HTTP/1.1 200 OK\r\n"), "{listed}");
        assert!(listed.contains("\"GivenName\":\"Ada\""), "{listed}");
        assert!(
            listed.contains("\"@odata.context\":\"http://localhost:99/api/v2.0/$metadata#Me/Contacts\""),
            "{listed}"
        );
    });
}

#[test]
fn garbage_and_excess_are_refused_and_the_server_goes_on() {
    let bench = Bench::new();
    served(&bench, async |address| {
        for garbage in
            [&b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n"[..], b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
        {
            let answer = exchange(address, garbage).await;
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
        }
        let many: String = (0..200).map(|at| format!("x-{at}: 1\r\n")).collect();
        let answer =
            exchange(address, format!("GET /v1.0/me/contacts HTTP/1.1\r\nhost: localhost\r\n{many}\r\n").as_bytes())
                .await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
        let large = " ".repeat(5 * 1024 * 1024);
        let answer = exchange(address, &request("POST", "/v1.0/me/contacts", &large)).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{}", &answer[..answer.len().min(200)]);
        let answer = exchange(address, &request("GET", "/v1.0/me/contacts/$count", "")).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n0"), "{answer}");
    });
}

#[test]
fn a_head_request_gets_no_body() {
    let bench = Bench::new();
    served(&bench, async |address| {
        let answer = exchange(address, &request("HEAD", "/v1.0/me/contacts", "")).await;
        assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    });
}
