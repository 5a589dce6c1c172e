//! `sandbox serve` with mailboxes, tokens and a sign-in of its own, from the command line to a client.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use pretty_assertions::assert_eq;
use serde_json::Value;

use super::{Stage, TOKEN, TOKEN_ENV, sample};

/// A running server on the stage's own store. Dropped, it is killed.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(stage: &Stage, flags: &[&str]) -> Self {
        let mut command = stage.command();
        command.args(["sandbox", "serve", "-q"]).args(flags).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Both lines: a server that nobody listens to stops.
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(2);
        let told: Vec<String> = lines.map(Result::unwrap).collect();
        let url = told[0].split("http://").nth(1).unwrap_or_else(|| panic!("{told:?}"));
        Self { child, address: url.split('/').next().unwrap().to_owned() }
    }

    /// Posts a form and answers the JSON that comes back.
    fn post(&self, path: &str, form: &str) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{form}",
            self.address,
            form.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or_else(|_| panic!("{answer}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_behaviours_are_listed_and_named() {
    let stage = Stage::new();
    let listed = stage.run(&["sandbox", "behaviours"]).exits(0);
    assert!(
        listed.text().contains("given-name (observed)\n    a create without a given name is refused"),
        "{}",
        listed.text()
    );
    let lines = stage.run(&["sandbox", "behaviours", "--json"]).exits(0).text().lines().count();
    assert!(lines > 15, "{lines}");
    let wrong = ["sandbox", "serve", "--without", "nonsense"];
    stage.run(&wrong).exits(2).says(&["there are birthday-time, display-name"]);
    stage.run(&["sandbox", "serve", "--with-mailbox", "nobody"]).exits(1).says(&["nobody cannot be a mailbox's name"]);
}

#[test]
fn tokens_and_mailboxes_are_those_of_the_command_line() {
    let stage = Stage::new();
    let server = Server::start(
        &stage,
        &[
            "--token",
            TOKEN,
            "--read-only-token",
            "reads-only",
            "--with-mailbox",
            "ada@sandbox.example",
            "--without",
            "given-name",
        ],
    );
    let url = format!("http://{}/v1.0", server.address);
    let file = sample("csv/google.csv");
    let import =
        ["import", &file, "--to", &url, "--token-env", TOKEN_ENV, "--mailbox", "ada@sandbox.example", "--json"];
    let imported = stage.run(&import).exits(0).json();
    assert_eq!(imported["created"], imported["read"]);
    let own =
        stage.run(&["export", "--from", &url, "--token-env", TOKEN_ENV, "-o", "me.vcf", "--json"]).exits(0).json();
    assert_eq!(own["read"], 0, "the first mailbox has none of it");
    stage.run(&["export", "--from", "sandbox", "--token-env", TOKEN_ENV, "-o", "b.vcf"]).exits(0);
    stage.run(&["export", "--from", "sandbox", "-o", "c.vcf"]).exits(5).says(&["InvalidAuthenticationToken"]);
    let mut reading = stage.command();
    reading.args(import).env(TOKEN_ENV, "reads-only");
    let again = super::Ran::of(reading, b"").exits(0).json();
    assert_eq!((&again["created"], &again["unchanged"]), (&Value::from(0), &imported["created"]));
}

#[test]
fn a_rehearsed_sign_in_opens_a_mailbox() {
    let stage = Stage::new();
    let flags = ["--sign-in-required", "--auto-approve", "--with-mailbox", "ada@sandbox.example"];
    let server = Server::start(&stage, &flags);
    let scope = "scope=Contacts.ReadWrite&login_hint=ada%40sandbox.example";
    let device = server.post("/common/oauth2/v2.0/devicecode", &format!("client_id=app&{scope}"));
    assert_eq!(device["verification_uri"], format!("http://{}/devicelogin", server.address));
    let code = device["device_code"].as_str().unwrap();
    let grant = "grant_type=urn:ietf:params:oauth:grant-type:device_code";
    let granted = server.post("/common/oauth2/v2.0/token", &format!("{grant}&client_id=app&device_code={code}"));
    let url = format!("http://{}/v1.0", server.address);
    let import = ["import", &sample("csv/google.csv"), "--to", &url, "--token-env", TOKEN_ENV];
    let run = |token: &str| {
        let mut command = stage.command();
        command.args(import).env(TOKEN_ENV, token);
        super::Ran::of(command, b"")
    };
    run(granted["access_token"].as_str().unwrap()).exits(0);
    run("made-up-token").exits(5);
}
