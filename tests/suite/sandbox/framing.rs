//! What becomes of requests that HTTP frames badly, or whose sender is heard no more.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use super::Bench;
use super::socket::{exchange, request, served};

/// Sends bytes, says that no more will come, and reads to the end.
async fn half_closed(address: &str, sent: Vec<u8>) -> String {
    let address = address.to_owned();
    let talk = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(&sent).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    tokio::task::spawn_blocking(talk).await.unwrap()
}

const HEAD: &str = "POST /v1.0/me/contacts HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer t\r\n\
                    content-type: application/json\r\n";

#[test]
fn a_body_that_is_framed_badly_or_breaks_off_is_a_bad_request() {
    let bench = Bench::new();
    served(&bench, async |address| {
        for broken in [
            "content-length: 99\r\n\r\n{\"givenName\": \"Ada\"}",
            "transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
            "transfer-encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
            "transfer-encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n",
            "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
        ] {
            let answer = half_closed(address, format!("{HEAD}{broken}").into_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 400 "), "{broken}: {answer}");
            assert!(answer.contains("connection: close\r\n"), "{broken}: {answer}");
        }
        let count = exchange(address, &request("GET", "/v1.0/me/contacts/$count", "")).await;
        assert!(count.ends_with("\r\n\r\n0"), "{count}");
    });
}

#[test]
fn who_sends_no_more_still_gets_the_answer() {
    let bench = Bench::new();
    served(&bench, async |address| {
        let made = half_closed(address, request("POST", "/v1.0/me/contacts", "{\"givenName\": \"Ada\"}")).await;
        assert!(made.starts_with("HTTP/1.1 201 "), "{made}");
        let listed = half_closed(address, request("GET", "/v1.0/me/contacts/$count", "")).await;
        assert!(listed.ends_with("\r\n\r\n1"), "{listed}");
    });
}
