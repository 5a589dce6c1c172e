//! `sandbox serve` as a process of its own, and the program against it over real sockets.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use pretty_assertions::assert_eq;
use serde_json::Value;

use crate::cli::mailbox::{people, photos};
use crate::cli::{Ran, Stage, TOKEN, TOKEN_ENV, card, count_of, sample};

/// A running server. Dropped, it is killed.
struct Server {
    child: Child,
    graph: String,
    outlook: String,
}

impl Server {
    /// Starts one on the stage's own store, and waits until it has told its URLs.
    fn start(stage: &Stage, port: &str) -> Self {
        let mut command = stage.command();
        command.args(["sandbox", "serve", "--port", port]).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut url = |api: &str| {
            let line = lines.next().unwrap().unwrap();
            assert!(line.starts_with(api), "{line}");
            line[line.find("http://").unwrap()..].to_owned()
        };
        let (graph, outlook) = (url("Microsoft Graph v1.0:"), url("Outlook REST v2.0:"));
        Self { child, graph, outlook }
    }

    fn address(&self) -> &str {
        self.graph.trim_start_matches("http://").trim_end_matches("/v1.0")
    }

    fn port(&self) -> &str {
        self.address().rsplit(':').next().unwrap()
    }

    /// How many contacts it holds.
    fn count(&self) -> u64 {
        self.get("/v1.0/me/contacts/$count").rsplit("\r\n").next().unwrap().parse().unwrap()
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer x\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs an import through a URL, with the token from the environment.
fn import(stage: &Stage, url: &str, file: &str) -> Value {
    let ran = stage.run(&["import", file, "--to", url, "--token-env", TOKEN_ENV, "--json"]);
    ran.exits(0).json()
}

#[test]
fn both_apis_work_through_their_urls() {
    let stage = Stage::new();
    stage.write("people.vcf", people(40, 25));
    let sent = photos(stage.read("people.vcf"));
    for url in [|server: &Server| server.graph.clone(), |server: &Server| server.outlook.clone()] {
        let stage = Stage::new();
        stage.write("people.vcf", people(40, 25));
        let server = Server::start(&stage, "0");
        let url = url(&server);
        assert_eq!(import(&stage, &url, "people.vcf")["created"], 40);
        let again = import(&stage, &url, "people.vcf");
        assert_eq!((&again["created"], &again["unchanged"]), (&0.into(), &40.into()), "{url}");
        stage.run(&["export", "--from", &url, "--token-env", TOKEN_ENV, "-o", "back.vcf"]).exits(0);
        assert!(photos(stage.read("back.vcf")) == sent, "{url}: the photos differ");
        assert_eq!(server.count(), 40);
    }
}

#[test]
fn the_built_in_account_goes_through_the_server_that_holds_the_store() {
    let stage = Stage::new();
    let (server, count) = (Server::start(&stage, "0"), count_of(&sample("csv/outlook-en.csv")));
    let says = format!("read {count} = written {count}");
    for api in ["graph", "outlook"] {
        stage.run(&["import", &sample("csv/outlook-en.csv"), "--to", "sandbox", "--api", api]).exits(0);
        assert_eq!(server.count(), count, "the running server has them");
    }
    stage.run(&["export", "--from", "sandbox", "-o", "a.vcf"]).exits(0).says(&[&says]);
    server.kill();
    stage.run(&["export", "--from", "sandbox", "-o", "b.vcf"]).exits(0).says(&[&says]);
    assert_eq!(stage.text("a.vcf"), stage.text("b.vcf"));
}

#[test]
fn a_second_server_is_refused_and_told_where_the_first_is() {
    let stage = Stage::new();
    let server = Server::start(&stage, "0");
    stage.run(&["sandbox", "serve"]).stops(1, &[server.address(), "--sandbox-store"]);
    let port = server.port().to_owned();
    let other = ["sandbox", "serve", "--sandbox-store", "other.db", "--port", &port];
    stage.run(&other).stops(1, &[&port, "--port"]);
}

#[test]
fn the_server_wants_a_token_and_shows_none() {
    let stage = Stage::new();
    let mut server = Server::start(&stage, "0");
    let url = server.graph.clone();
    stage.run(&["export", "--from", &url, "-o", "a.vcf"]).stops(5, &["--token-env"]);
    import(&stage, &url, &sample("csv/google.csv"));
    server.child.kill().unwrap();
    let mut err = String::new();
    server.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert!(err.contains("store: ") && !err.contains(TOKEN), "{err}");
}

#[cfg(unix)]
pub(crate) fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().unwrap();
    assert!(status.success());
}

#[cfg(unix)]
#[test]
fn a_signal_stops_the_server_cleanly() {
    for name in ["TERM", "INT"] {
        let stage = Stage::new();
        let mut server = Server::start(&stage, "0");
        import(&stage, &server.graph, &sample("csv/google.csv"));
        assert!(stage.path("home/sandbox.db.url").exists());
        signal(server.child.id(), name);
        assert_eq!(server.child.wait().unwrap().code(), Some(0), "{name}");
        assert!(!stage.path("home/sandbox.db.url").exists(), "{name}");
        assert!(TcpStream::connect(server.address()).is_err());
        let next = Server::start(&stage, "0");
        assert_eq!(next.count(), count_of(&sample("csv/google.csv")));
    }
}

/// Waits until the import that runs has brought the server so many contacts.
fn until_it_holds(server: &Server, count: u64, import: &mut Child) {
    while server.count() < count {
        let ended = import.try_wait().unwrap();
        assert!(ended.is_none() || server.count() >= count, "the import ended before its time: {ended:?}");
    }
}

/// Starts an import of `people.vcf` that runs beside the test.
fn start_import(stage: &Stage, url: &str) -> Child {
    let mut command = stage.command();
    command.args(["import", "people.vcf", "--to", url, "--token-env", TOKEN_ENV, "--json", "-q"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// After whatever happened: a run makes everything whole, a further one finds nothing to do, nothing is there twice.
fn all_is_there_once(stage: &Stage, url: &str, contacts: u64) {
    let mended = import(stage, url, "people.vcf");
    assert_eq!(mended["proof"]["contacts"], contacts, "{mended}");
    let again = import(stage, url, "people.vcf");
    assert_eq!((&again["unchanged"], &again["photos"]), (&contacts.into(), &0.into()), "{again}");
    stage.run(&["export", "--from", url, "--token-env", TOKEN_ENV, "-o", "back.vcf"]).exits(0);
    assert!(photos(stage.read("back.vcf")) == photos(stage.read("people.vcf")), "the photos differ");
}

#[test]
fn a_server_killed_in_the_middle_leaves_nothing_twice_and_no_photo_missing() {
    let stage = Stage::new();
    stage.write("people.vcf", people(300, 30));
    let server = Server::start(&stage, "0");
    let (url, port) = (server.graph.clone(), server.port().to_owned());
    let mut running = start_import(&stage, &url);
    until_it_holds(&server, 60, &mut running);
    server.kill();
    // At the same place again: the import that runs goes on with it by itself.
    let server = Server::start(&stage, &port);
    let output = running.wait_with_output().unwrap();
    let ran =
        Ran { code: output.status.code().unwrap(), out: output.stdout, err: String::from_utf8(output.stderr).unwrap() };
    let ran = ran.exits(0).json();
    assert_eq!((&ran["created"], &ran["proof"]["contacts"]), (&300.into(), &300.into()), "{ran}");
    all_is_there_once(&stage, &url, 300);
    assert_eq!(server.count(), 300);
}

#[test]
fn an_import_killed_in_the_middle_is_made_whole_by_the_next() {
    let stage = Stage::new();
    stage.write("people.vcf", people(300, 30));
    let server = Server::start(&stage, "0");
    for count in [40, 120] {
        let mut running = start_import(&stage, &server.outlook);
        until_it_holds(&server, count, &mut running);
        running.kill().unwrap();
        running.wait().unwrap();
    }
    all_is_there_once(&stage, &server.outlook, 300);
    assert_eq!(server.count(), 300);
}

#[cfg(unix)]
#[test]
fn an_import_that_is_asked_to_stop_finishes_what_it_began() {
    let stage = Stage::new();
    stage.write("people.vcf", people(300, 30));
    let server = Server::start(&stage, "0");
    let mut running = start_import(&stage, &server.graph);
    until_it_holds(&server, 40, &mut running);
    signal(running.id(), "INT");
    let output = running.wait_with_output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let ran = Ran { code: output.status.code().unwrap(), out: output.stdout, err }.exits(130);
    assert_eq!(ran.json()["created"].as_u64().unwrap(), server.count(), "what was begun is finished and counted");
    all_is_there_once(&stage, &server.graph, 300);
}

#[cfg(unix)]
#[test]
fn a_conversion_that_waits_for_input_can_be_stopped_and_leaves_no_trace() {
    for output in [&["-o", "out.vcf"][..], &["-o", "cards", "--split"]] {
        stop_a_conversion(output);
    }
}

#[cfg(unix)]
fn stop_a_conversion(output: &[&str]) {
    let stage = Stage::new();
    let mut command = stage.command();
    command.args(["convert", "-"]).args(output).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(card("Ann", "One", "a@a.example").repeat(200).as_bytes()).unwrap();
    // The file beside the output's place says that the program listens for signals.
    while stage.names().is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before its time");
    }
    signal(child.id(), "TERM");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(input);
    assert_eq!(stage.names(), [""; 0], "no half file stays");
}

/// The names of the runs that are remembered.
fn ledgers(stage: &Stage) -> Vec<String> {
    let files = std::fs::read_dir(stage.path("home/runs")).unwrap().map(|file| file.unwrap().file_name());
    let names = files.filter_map(|name| name.into_string().unwrap().strip_suffix(".db").map(str::to_owned));
    names.collect()
}

#[test]
fn a_killed_run_goes_on_under_its_name() {
    let stage = Stage::new();
    stage.write("people.vcf", people(300, 30));
    let server = Server::start(&stage, "0");
    let runs = || ledgers(&stage);
    for _ in 0..2 {
        let mut running = start_import(&stage, &server.graph);
        until_it_holds(&server, server.count() + 40, &mut running);
        running.kill().unwrap();
        running.wait().unwrap();
        assert_eq!(runs().len(), 1, "the second process went on with the first one's run");
    }
    let run = runs().remove(0);
    let ran = stage.run(&["import", "people.vcf", "--to", &server.graph, "--token-env", TOKEN_ENV]);
    ran.exits(0).says(&[&format!("going on with run {run}")]);
    assert_eq!(runs(), [run]);
    all_is_there_once(&stage, &server.graph, 300);
}

#[test]
fn without_a_place_for_the_ledger_nothing_is_sent() {
    let stage = Stage::new();
    stage.write("people.vcf", people(3, 0));
    stage.write("taken", "no directory");
    let server = Server::start(&stage, "0");
    for directory in ["taken", "taken/below", "/proc/nowhere"] {
        let args = ["import", "people.vcf", "--to", &server.graph, "--token-env", TOKEN_ENV, "--state-dir", directory];
        stage.run(&args).stops(1, &[directory, "--state-dir"]);
    }
    assert_eq!(server.count(), 0);
}

/// The system lets the process write no file beyond a size, as on a full disk.
#[cfg(unix)]
#[test]
fn a_ledger_that_finds_no_room_stops_the_import_and_the_next_one_makes_it_whole() {
    let stage = Stage::new();
    stage.write("people.vcf", people(300, 10));
    let server = Server::start(&stage, "0");
    let mut counts = Vec::new();
    for blocks in [16, 512, 900] {
        let program = stage.command();
        let import = format!("import people.vcf --to {} --token-env {TOKEN_ENV}", server.graph);
        let mut command = Command::new("sh");
        command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" {import}")]);
        command.arg(program.get_program()).current_dir(stage.path("."));
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        Ran::of(command, b"").stops(1, &["ledger", "--state-dir"]);
        counts.push(server.count());
    }
    assert_eq!(counts[0], 0, "where no plan fits nothing is sent");
    all_is_there_once(&stage, &server.graph, 300);
}
