//! Over which connection a request goes after one that failed, on a real socket.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use cardferry::remote::api::Place;
use cardferry::remote::gate::Limits;
use cardferry::remote::http::Http;
use cardferry::remote::{Endpoint, Mailbox, Owner};
use pretty_assertions::assert_eq;
use serde_json::Map;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{key, token};
use crate::scripted::StillClock;

/// What the server does with a request.
#[derive(Clone, Copy)]
enum Does {
    Answer(u16),
    /// Closes the connection without an answer.
    Close,
}
use Does::{Answer, Close};

/// A server that keeps connections open and answers by a script. For each request, the number of its connection and its
/// method.
struct Server {
    script: Mutex<VecDeque<Does>>,
    seen: Mutex<Vec<(usize, String)>>,
}

/// Whether a whole request has come.
fn whole(got: &[u8]) -> bool {
    let text = String::from_utf8_lossy(got).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.split("\r\n").find_map(|line| line.strip_prefix("content-length: "));
    body.len() == length.map_or(0, |length| length.parse().unwrap())
}

impl Server {
    async fn run(self: Arc<Self>, listener: TcpListener) {
        for number in 1.. {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(Arc::clone(&self).serve(stream, number));
        }
    }

    async fn serve(self: Arc<Self>, mut stream: TcpStream, number: usize) {
        let mut got = Vec::new();
        loop {
            let mut bytes = [0; 4096];
            match stream.read(&mut bytes).await {
                Ok(0) | Err(_) => return,
                Ok(count) => got.extend_from_slice(&bytes[..count]),
            }
            if !whole(&got) {
                continue;
            }
            let method = String::from_utf8_lossy(&got).split(' ').next().unwrap().to_owned();
            got.clear();
            self.seen.lock().unwrap().push((number, method));
            let does = self.script.lock().unwrap().pop_front().unwrap();
            let Answer(status) = does else { return };
            let body = match status {
                200 => r#"{"value":[]}"#,
                201 => r#"{"id":"A"}"#,
                _ => "",
            };
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    }
}

/// Connection and method of each request, while folders are listed so many times and then, perhaps, a contact is made.
async fn seen(lists: usize, create: bool, script: &[Does]) -> Vec<(usize, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1.0", listener.local_addr().unwrap());
    let server = Arc::new(Server { script: Mutex::new(script.iter().copied().collect()), seen: Mutex::default() });
    let running = tokio::spawn(Arc::clone(&server).run(listener));
    let (http, clock) = (Http::new().unwrap(), Arc::new(StillClock::default()));
    let endpoint = Endpoint::parse(&base, None, Owner::Me).unwrap();
    let mailbox = Mailbox::new(endpoint, http, clock, token("any"), Limits::NONE);
    for _ in 0..lists {
        mailbox.folders(&Place::default()).await.unwrap();
    }
    if create {
        mailbox.create(&Place::default(), &Map::new(), key(1)).await.unwrap();
    }
    running.abort();
    assert!(server.script.lock().unwrap().is_empty());
    std::mem::take(&mut *server.seen.lock().unwrap())
}

async fn connections(lists: usize, script: &[Does]) -> Vec<usize> {
    seen(lists, false, script).await.into_iter().map(|(number, _)| number).collect()
}

#[tokio::test]
async fn a_connection_serves_as_long_as_it_does_well() {
    assert_eq!(connections(3, &[Answer(200), Answer(200), Answer(200)]).await, [1, 1, 1]);
    let refusals = [Answer(200), Answer(429), Answer(429), Answer(500), Answer(200)];
    assert_eq!(connections(2, &refusals).await, [1, 1, 1, 1, 1], "none of these is the connection's fault");
}

#[tokio::test]
async fn after_a_gateway_that_cannot_the_next_attempt_goes_another_way() {
    for status in [502, 503, 504, 421] {
        let script = [Answer(200), Answer(status), Answer(status), Answer(200), Answer(200)];
        assert_eq!(connections(3, &script).await, [1, 1, 2, 3, 3], "{status}");
    }
}

#[tokio::test]
async fn a_broken_connection_takes_the_idle_ones_with_it() {
    assert_eq!(connections(2, &[Answer(200), Close, Answer(200)]).await, [1, 1, 2]);
}

#[tokio::test]
async fn below_us_nobody_repeats_a_post() {
    let script = [Answer(200), Close, Answer(200), Answer(200), Answer(201)];
    let seen = seen(1, true, &script).await;
    let seen: Vec<_> = seen.iter().map(|(number, method)| format!("{number} {method}")).collect();
    assert_eq!(seen, ["1 GET", "1 POST", "2 GET", "2 GET", "2 POST"]);
}
