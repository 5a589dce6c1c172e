//! Servers that are down, refuse, or answer nonsense.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use pretty_assertions::assert_eq;

use super::{Stage, TOKEN, TOKEN_ENV, card};

const OLD: &str = "what stood there before";

/// A server that gives every request the same bytes as its answer, and remembers what was asked.
pub(crate) struct Server {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn that_answers(answer: impl Into<String>) -> Self {
        Self::that_answers_with(|_| answer.into())
    }

    /// As [`Server::that_answers`], with an answer that names the server's own address.
    pub(crate) fn that_answers_with(answer: impl FnOnce(&str) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (asked, stop) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicBool>::default());
        let (answer, log, stopped) = (answer(&address).into_bytes(), Arc::clone(&asked), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                // A client that hangs up in between is none of the server's business.
                let _ = serve(stream, &answer, &log);
            }
        });
        Self { address, asked, stop, thread: Some(thread) }
    }

    /// The first line and the headers of every request so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(&self.address);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn serve(mut stream: TcpStream, answer: &[u8], log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    log.lock().unwrap().push(head);
    stream.write_all(answer)
}

/// An answer with a body of its right length, on a connection that ends with it.
fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}")
}

/// Runs an export and an import against a server: both must stop so, in both APIs, and leave the old output alone.
fn both_stop(address: &str, code: i32, says: &[&str]) {
    let stage = Stage::new();
    stage.write("out.vcf", OLD);
    stage.write("in.vcf", card("Ann", "One", "a@a.example"));
    for version in ["v1.0", "api/v2.0"] {
        let url = format!("http://{address}/{version}");
        let export = ["export", "--from", &url, "--token-env", TOKEN_ENV, "-o", "out.vcf"];
        stage.run(&export).stops(code, says).stops(code, &[address]);
        let import = ["import", "in.vcf", "--to", &url, "--token-env", TOKEN_ENV];
        stage.run(&import).stops(code, says).stops(code, &[address]);
    }
    assert_eq!(stage.text("out.vcf"), OLD);
    assert_eq!(stage.names(), ["in.vcf", "out.vcf"]);
}

#[test]
fn a_server_that_is_down_is_told_soon() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    both_stop(&address, 6, &["cannot connect", "check the address, or run it again later"]);
}

#[test]
fn a_refused_token_is_not_authorised_and_not_shown() {
    let body = r#"{"error":{"code":"InvalidAuthenticationToken","message":"Access token is empty."}}"#;
    let server = Server::that_answers(answer("401 Unauthorized", "www-authenticate: Bearer\r\n", body));
    both_stop(&server.address, 5, &["401", "InvalidAuthenticationToken", "--token-env"]);
    assert_eq!(server.asked().len(), 4, "a refused token is not tried again");
}

#[test]
fn a_server_that_repeats_the_token_does_not_get_it_onto_the_terminal() {
    for status in ["401 Unauthorized", "400 Bad Request"] {
        let body = format!(r#"{{"error":{{"code":"Bad","message":"cannot take Bearer {TOKEN} here"}}}}"#);
        let server = Server::that_answers(answer(status, "", &body));
        both_stop(&server.address, if status.starts_with("401") { 5 } else { 1 }, &["Bad", "cannot take"]);
    }
}

#[test]
fn a_web_page_is_no_mailbox() {
    let page = "<!doctype html><html><body>Sign in</body></html>";
    let server = Server::that_answers(answer("200 OK", "content-type: text/html\r\n", page));
    both_stop(&server.address, 1, &["web page"]);
}

#[test]
fn nonsense_is_no_mailbox() {
    for body in ["", "{\"value\": [", "[]", "null", "{\"value\": 7}", "{\"value\": [7]}", "\u{0}\u{1}"] {
        let server = Server::that_answers(answer("200 OK", "", body));
        both_stop(&server.address, 1, &["answer"]);
    }
}

#[test]
fn a_server_that_fails_is_asked_again_and_then_left_alone() {
    let server = Server::that_answers(answer("503 Service Unavailable", "retry-after: 0\r\n", ""));
    both_stop(&server.address, 6, &["503", "run it again later"]);
    assert!((8..=40).contains(&server.asked().len()), "{}", server.asked().len());
}

#[test]
fn a_server_that_wants_a_long_pause_is_left_alone_at_once() {
    let server = Server::that_answers(answer("429 Too Many Requests", "retry-after: 86400\r\n", ""));
    both_stop(&server.address, 6, &["429", "run it again later"]);
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn an_answer_that_breaks_off_is_no_answer() {
    let server = Server::that_answers("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"value\": [");
    both_stop(&server.address, 6, &["run it again later"]);
    let server = Server::that_answers("SSH-2.0-OpenSSH_9.6\r\n");
    both_stop(&server.address, 6, &["run it again later"]);
}

#[test]
fn an_unknown_path_says_where() {
    let server = Server::that_answers(answer("404 Not Found", "", "no such page"));
    both_stop(&server.address, 1, &["404", "check the address"]);
}

#[test]
fn the_token_stays_with_the_server_it_is_for() {
    let thief = Server::that_answers(answer("200 OK", "", "{\"value\": []}"));
    let link = format!("{{\"value\": [], \"@odata.nextLink\": \"http://{}/v1.0/me/contacts\"}}", thief.address);
    let server = Server::that_answers(answer("200 OK", "", &link));
    both_stop(&server.address, 1, &["another server"]);
    let moved = format!("location: http://{}/v1.0/me/contacts\r\n", thief.address);
    let server = Server::that_answers(answer("302 Found", &moved, ""));
    both_stop(&server.address, 1, &["302"]);
    assert_eq!(thief.asked(), [""; 0]);
}

#[test]
fn what_is_on_this_machine_is_not_reached_through_a_proxy() {
    let proxy = Server::that_answers(answer("200 OK", "", "{\"value\": []}"));
    let server = Server::that_answers(answer("200 OK", "", "{\"value\": []}"));
    let stage = Stage::new();
    let mut command = stage.command();
    let url = format!("http://{}/v1.0", server.address);
    command.args(["export", "--from", &url, "--token-env", TOKEN_ENV, "-o", "out.vcf"]);
    let through = format!("http://{}", proxy.address);
    command.env("http_proxy", &through).env("HTTP_PROXY", &through).env("ALL_PROXY", &through);
    super::Ran::of(command, b"").exits(0);
    assert_eq!(proxy.asked(), [""; 0], "the token would be shown to the proxy");
    assert!(!server.asked().is_empty());
}

#[test]
fn a_link_that_leads_to_itself_ends() {
    let server = Server::that_answers_with(|address| {
        let link = format!("{{\"value\": [], \"@odata.nextLink\": \"http://{address}/v1.0/me/contacts\"}}");
        answer("200 OK", "", &link)
    });
    both_stop(&server.address, 1, &["next link leads back"]);
}

#[test]
fn folders_that_hold_each_other_end() {
    let folders = r#"{"value": [{"id": "a", "displayName": "A"}, {"id": "b", "displayName": "B"}]}"#;
    let server = Server::that_answers(answer("200 OK", "", folders));
    let (stage, url) = (Stage::new(), format!("http://{}/v1.0", server.address));
    stage.run(&["export", "--from", &url, "--token-env", TOKEN_ENV, "-o", "out.vcf", "--no-limits"]).exits(0);
    let asked = server.asked();
    let lists = asked.iter().filter(|request| request.contains("older")).count();
    assert_eq!(lists, 3, "the top, and each folder once: {asked:?}");
}

#[test]
fn a_server_s_message_is_one_clean_line() {
    let message = format!("first\\nerror: second\\u001b[2J\\u202e{}", "x".repeat(100_000));
    let body = format!("{{\"error\":{{\"code\":\"Bad\",\"message\":\"{message}\"}}}}");
    let server = Server::that_answers(answer("400 Bad Request", "", &body));
    let stage = Stage::new();
    let url = format!("http://{}/v1.0", server.address);
    let ran = stage.run(&["export", "--from", &url, "--token-env", TOKEN_ENV, "-o", "out.vcf"]);
    let ran = ran.stops(1, &["400 Bad", "first"]);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    assert!(!ran.err.contains(['\u{1b}', '\u{202e}']), "{:?}", ran.err);
}
