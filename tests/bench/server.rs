//! `sandbox serve` in a process of its own, and what it counts.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_cardferry");

/// A running server. Dropped, it is killed.
pub struct Server {
    child: Child,
    /// Its Graph API.
    pub url: String,
    control: String,
    // It is not done with it when it has told its URLs.
    _out: BufReader<ChildStdout>,
}

/// Requests that a server has had.
#[derive(Debug, Clone, Copy)]
pub struct Counts {
    /// All of them.
    pub requests: u64,
    /// Those that were over a limit, and were answered 429.
    pub throttled: u64,
}

impl Server {
    /// Starts one over a store, with some flags of its own. Every request waits so many milliseconds.
    pub fn start(store: &Path, milliseconds: u64, flags: &[&str]) -> Self {
        // What is over a limit comes to no fault: so the server's log counts all, and this rule the others.
        let latency = format!("latency,time={milliseconds}ms,of=all");
        let mut command = Command::new(PROGRAM);
        command.args([
            "sandbox",
            "serve",
            "--port",
            "0",
            "--control-port",
            "0",
            "--fault",
            &latency,
            "--sandbox-store",
        ]);
        command.arg(store).args(flags).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (mut url, mut control) = (String::new(), String::new());
        while control.is_empty() {
            let mut line = String::new();
            assert!(out.read_line(&mut line).unwrap() > 0, "the server told no URL");
            let told = line.find("http://").map(|at| line[at..].trim().to_owned()).unwrap_or_default();
            match line.split_once(':') {
                Some(("Microsoft Graph v1.0", _)) => url = told,
                Some(("Control", _)) => control = told,
                _ => {}
            }
        }
        Self { child, url, control, _out: out }
    }

    /// What it has had so far.
    pub fn counts(&self) -> Counts {
        let log = self.ask("/log");
        let entries = log["entries"].as_array().unwrap();
        let requests = entries.iter().filter_map(|entry| entry["number"].as_u64()).max().unwrap_or_default();
        let passed = self.ask("/faults")["faults"][0]["matched"].as_u64().unwrap();
        Counts { requests, throttled: requests - passed }
    }

    fn ask(&self, path: &str) -> Value {
        let address = self.control.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }

    /// The words of an import into it.
    pub fn import(&self, file: &Path, state: &Path, more: &[&str]) -> Vec<OsString> {
        let mut words: Vec<OsString> = ["--quiet", "--json", "import"].map(Into::into).into();
        words.push(file.into());
        words.extend(["--to", &self.url, "--token-env", crate::measure::TOKEN_ENV, "--state-dir"].map(Into::into));
        words.push(state.into());
        words.extend(more.iter().map(Into::into));
        words
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
