//! One process has a store; whoever else asks for it is told where it is served.

use std::io::Read;
use std::process::Stdio;

use pretty_assertions::assert_eq;

use super::{Client, Server};
use crate::cli::{Ran, Stage, card};
use crate::sandbox::BOTH;

/// The server, or exit code and message of the process that was to be one.
fn start(stage: &Stage) -> Result<Server, (Option<i32>, String)> {
    let mut command = stage.command();
    command.args(["sandbox", "serve", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    Server::of(command.spawn().unwrap()).map_err(|mut child| {
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (child.wait().unwrap().code(), err)
    })
}

#[test]
fn of_servers_that_start_at_once_one_serves_and_the_others_name_it() {
    let stage = Stage::new();
    for _ in 0..3 {
        let started: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| start(&stage))).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        let (mut serving, mut refused) = (Vec::new(), Vec::new());
        for one in started {
            match one {
                Ok(server) => serving.push(server),
                Err(ended) => refused.push(ended),
            }
        }
        let [server] = &serving[..] else { panic!("{} serve one store", serving.len()) };
        for (code, err) in refused {
            assert_eq!(code, Some(1), "{err}");
            assert!(err.contains(&server.address), "{} is not named: {err}", server.address);
        }
        // Killed without warning, it leaves its URL behind, which must not hold up the next round.
        drop(serving);
        assert!(stage.path("home/sandbox.db.url").exists());
    }
}

#[test]
fn after_a_kill_the_store_is_free_and_the_new_url_counts() {
    let stage = Stage::new();
    let first = Server::start(&stage);
    let gone = first.address.clone();
    Client::new(&first.address, BOTH[0]).unwrap().create("First").unwrap();
    drop(first);
    let second = Server::start(&stage);
    assert_ne!(second.address, gone);
    stage.run(&["sandbox", "serve", "--port", "0"]).stops(1, &[&second.address]);
    stage.write("in.vcf", card("Ann", "Second", "ann@a.example"));
    stage.run(&["import", "in.vcf", "--to", "sandbox"]).exits(0);
    assert_eq!(Client::new(&second.address, BOTH[1]).unwrap().listing().len(), 2);
    drop(second);
    // Nobody serves it: the program opens it by itself.
    stage.run(&["export", "--from", "sandbox", "-o", "out.vcf"]).exits(0);
    let out = stage.text("out.vcf");
    assert!(out.contains("First") && out.contains("Second"), "{out}");
}

#[test]
fn two_jobs_that_start_at_once_do_both_their_work() {
    let stage = Stage::new();
    let names = ["One", "Two"];
    for name in names {
        stage.write(&format!("{name}.vcf"), card("Ann", name, &format!("{name}@a.example")));
    }
    std::thread::scope(|scope| {
        for name in names {
            let mut command = stage.command();
            command.args(["import", &format!("{name}.vcf"), "--to", "sandbox"]);
            scope.spawn(|| Ran::of(command, b"").exits(0));
        }
    });
    stage.run(&["export", "--from", "sandbox", "-o", "out.vcf"]).exits(0);
    let out = stage.text("out.vcf");
    assert!(names.iter().all(|name| out.contains(name)), "{out}");
}

#[cfg(unix)]
#[test]
fn a_store_is_a_file_whatever_it_is_called() {
    for name in [":memory:", "file:a.db?mode=memory"] {
        let stage = Stage::new();
        stage.write("in.vcf", card("Ann", "Second", "ann@a.example"));
        let import = ["import", "in.vcf", "--to", "sandbox", "--sandbox-store", name, "--json"];
        assert_eq!(stage.run(&import).exits(0).json()["created"], 1, "{name}");
        assert_eq!(stage.run(&import).exits(0).json()["unchanged"], 1, "{name}");
        assert!(stage.path(name).exists(), "{name}");
    }
}
