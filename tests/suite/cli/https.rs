//! The sandbox over TLS on the command line.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::Stdio;

use serde_json::Value;

use super::Stage;

#[test]
fn a_server_tells_where_it_answers_over_tls_and_what_to_trust() {
    let stage = Stage::new();
    let mut command = stage.command();
    command.args(["sandbox", "serve", "--https-port", "0", "--sandbox-store", "book.db"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(5);
    let lines: Vec<String> = lines.map(Result::unwrap).collect();
    let _ = child.kill();
    let _ = child.wait();
    assert!(lines[3].starts_with("The same over TLS:    https://127.0.0.1:"), "{lines:?}");
    assert!(lines[4].starts_with("Its certificate:      ") && lines[4].ends_with("book.db.pem"), "{lines:?}");
    let certificate = String::from_utf8(stage.read("book.db.pem")).unwrap();
    assert!(certificate.starts_with("-----BEGIN CERTIFICATE-----") && !certificate.contains("KEY"), "{certificate}");
}

#[test]
fn a_program_reads_the_addresses_as_one_line_of_json() {
    let stage = Stage::new();
    let mut command = stage.command();
    command.args(["sandbox", "serve", "--json", "--https-port", "0", "--sandbox-store", "book.db"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let line = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    let _ = child.kill();
    let _ = child.wait();
    let told: Value = serde_json::from_str(&line).unwrap();
    let starts = |name: &str, start: &str| told[name].as_str().is_some_and(|url| url.starts_with(start));
    assert!(starts("graph", "http://127.0.0.1:") && starts("https", "https://127.0.0.1:"), "{told}");
    assert!(told["outlook"].as_str().unwrap().ends_with("/api/v2.0") && told["control"].is_null(), "{told}");
    assert!(starts("store", "book.db") && starts("certificate", "book.db.pem"), "{told}");
}

#[test]
fn a_port_that_is_taken_is_told_with_the_flag() {
    let stage = Stage::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    stage.run(&["sandbox", "serve", "--https-port", &port]).stops(1, &[&format!("port {port}"), "--https-port"]);
}
