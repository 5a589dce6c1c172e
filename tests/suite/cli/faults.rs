//! Faults, limits, clock and control of the sandbox on the command line.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use pretty_assertions::assert_eq;

use super::{Stage, card};

const PLAN: &str = "seed = 3\n[[fault]]\nwhat = \"lost\"\nmethod = \"POST\"\nnth = 1\n\n\
                    [[fault]]\nwhat = \"throttle\"\nretry-after = 0.01\nmethod = \"POST\"\nnth = 2\n";

#[test]
fn an_import_into_the_built_in_sandbox_rehearses_the_bad_days() {
    let stage = Stage::new();
    stage.write("plan.toml", PLAN);
    stage.write("people.vcf", card("Ann", "One", "a@a.example") + &card("Ben", "Two", "b@b.example"));
    let import = ["import", "people.vcf", "--to", "sandbox", "--json"];
    let mut command = stage.command();
    command.args(import).env("CARDFERRY_SANDBOX_FAULTS", "plan.toml");
    let ran = super::Ran::of(command, b"").exits(0).json();
    assert_eq!((&ran["created"], &ran["proof"]["contacts"]), (&2.into(), &2.into()), "{ran}");
    let again = stage.run(&import).exits(0).json();
    assert_eq!(&again["unchanged"], 2);
}

#[test]
fn what_breaks_for_good_stops_the_import_and_says_why() {
    let stage = Stage::new();
    stage.write("plan.toml", "[[fault]]\nwhat = \"token\"\n");
    stage.write("people.vcf", card("Ann", "One", "a@a.example"));
    let import = ["import", "people.vcf", "--to", "sandbox", "--sandbox-faults", "plan.toml"];
    stage.run(&import).stops(5, &["InvalidAuthenticationToken"]);
}

#[test]
fn mistakes_are_told_with_their_place() {
    let stage = Stage::new();
    stage.write("plan.toml", "seed = 3\n[[fault]]\nwhat = \"lots\"\n");
    stage.write("people.vcf", card("Ann", "One", "a@a.example"));
    let import = ["import", "people.vcf", "--to", "sandbox", "--sandbox-faults", "plan.toml"];
    stage.run(&import).stops(2, &["plan.toml", "line 3, column 8", "lost, late"]);
    let serve = |more: &[&str]| stage.run(&[&["sandbox", "serve"], more].concat());
    serve(&["--faults", "plan.toml"]).stops(2, &["plan.toml", "line 3, column 8"]);
    serve(&["--faults", "none.toml"]).stops(2, &["none.toml"]);
    serve(&["--fault", "lost,metod=POST"]).stops(2, &["--fault lost,metod=POST", "known are what"]);
    serve(&["--limits", "much"]).stops(2, &["in-flight=4"]);
    serve(&["--clock", "sundial"]).stops(2, &["system, virtual and still"]);
    serve(&["--clock", "still=tomorrow"]).stops(2, &["2026-01-01T00:00:00Z"]);
}

/// A running server with its control endpoint. Dropped, it is killed.
struct Served {
    child: Child,
    urls: [String; 3],
}

impl Served {
    fn start(stage: &Stage, more: &[&str]) -> Served {
        let mut command = stage.command();
        command.args(["sandbox", "serve", "--control-port", "0"]).args(more);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let names = ["Microsoft Graph v1.0:", "Outlook REST v2.0:", "In the browser:", "Control:"];
        let [graph, outlook, _, control] = names.map(|name| {
            let line = lines.next().unwrap().unwrap();
            assert!(line.starts_with(name), "{line}");
            line[line.find("http://").unwrap()..].to_owned()
        });
        Served { child, urls: [graph, outlook, control] }
    }

    /// Asks one of the two ports.
    fn ask(&self, url: &str, request: &str) -> String {
        let address = url.trim_start_matches("http://").split('/').next().unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = "HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer x\r\nconnection: close\r\n\r\n";
        stream.write_all(format!("{request} {head}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_server_is_set_up_by_its_flags_and_asked_by_its_control_port() {
    let stage = Stage::new();
    stage.write("plan.toml", PLAN);
    let served = Served::start(
        &stage,
        &["--faults", "plan.toml", "--fault", "error,status=503,nth=2,method=GET,name=busy", "--fault-seed", "9"]
            .into_iter()
            .chain(["--limits", "requests=2/10m", "--clock", "still=2026-01-02T03:04:05Z"])
            .collect::<Vec<_>>(),
    );
    let get = || served.ask(&served.urls[0], "GET /v1.0/me/contacts/$count");
    let first = get();
    assert!(first.starts_with("HTTP/1.1 200") && first.contains("Fri, 02 Jan 2026 03:04:05 GMT"), "{first}");
    assert!(get().starts_with("HTTP/1.1 503"));
    let over = get();
    assert!(over.starts_with("HTTP/1.1 429") && over.contains("retry-after: 600\r\n"), "{over}");
    let faults = served.ask(&served.urls[2], "GET /faults");
    assert!(faults.contains("\"seed\": 9") && faults.contains("\"busy\""), "{faults}");
    assert!(served.ask(&served.urls[2], "GET /clock").contains("2026-01-02T03:04:05Z"));
    assert!(served.ask(&served.urls[2], "GET /log").contains("limit: requests"));

    stage.write("people.vcf", card("Ann", "One", "a@a.example"));
    let import = ["import", "people.vcf", "--to", "sandbox", "--sandbox-faults", "plan.toml"];
    stage.run(&import).stops(2, &["has faults of its own", "--faults"]);
}
