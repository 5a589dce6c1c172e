//! Our own client over a socket against seeded faults of every kind: every record once, none lost, in both APIs.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use cardferry::formats::exchange::Dialect;
use cardferry::pipeline::Ending;
use cardferry::remote::gate::Limits;
use cardferry::remote::http::Http;
use cardferry::remote::{Clock, Endpoint, Mailbox, Owner, Token};
use cardferry::sandbox::{Sandbox, Server};
use jiff::Timestamp;
use pretty_assertions::assert_eq;
use tokio::sync::oneshot;

use super::{bench, plan, skipping};
use crate::import::{cards, counts, download, summary, upload};

/// Everything that may befall a client, in about a quarter of its requests; limits as the service has them beside it.
const RULES: [&str; 14] = [
    "latency,time=exponential:400ms,cap=5s,probability=0.2",
    "lost,method=POST|PATCH|PUT|DELETE,probability=0.05",
    "late,after=3s,method=POST,probability=0.06",
    "late,after=40s,method=POST,probability=0.02",
    "reset,probability=0.03",
    "reset,stored=true,probability=0.02",
    "cut,probability=0.03",
    "slow,chunk=1kB,pause=200ms,probability=0.03",
    "dirt,probability=0.03",
    "error,status=503,probability=0.03",
    "error,status=504,stored=true,body=empty,probability=0.03",
    "error,status=500,body=html,probability=0.02",
    "throttle,retry-after=1.5,probability=0.02",
    "throttle,code=ErrorTooManyObjectsOpened,probability=0.01",
];

/// The client's clock is the sandbox's, so that what the one waits for happens in the other. It never waits.
struct Shared(Sandbox);

impl Clock for Shared {
    fn now(&self) -> Duration {
        self.0.now().duration_since(Timestamp::UNIX_EPOCH).unsigned_abs()
    }

    fn unix(&self) -> u64 {
        self.now().as_secs()
    }

    async fn sleep(&self, time: Duration) {
        assert!(self.0.advance(time).await);
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

fn mailbox(url: &str, sandbox: &Sandbox, dialect: Dialect) -> Mailbox<Http, Arc<Shared>> {
    let endpoint = Endpoint::parse(url, Some(dialect), Owner::Me).unwrap();
    let clock = Arc::new(Shared(sandbox.clone()));
    Mailbox::new(endpoint, Http::new().unwrap(), clock, Token::new("any").unwrap(), Limits::EXCHANGE)
}

/// One campaign; answers how many faults there were, and how many runs gave up.
async fn campaign(seed: u64, directory: &Path, sandbox: &Sandbox, url: &str) -> (u64, u64) {
    let dialect = if seed.is_multiple_of(2) { Dialect::Graph } else { Dialect::Outlook };
    let file = cards(directory, 30, 30);
    let bad = mailbox(url, sandbox, dialect);
    let mut stops = 0;
    for run in 0..4 {
        let (imported, _) = upload(&bad, &file, &format!("run{run}")).await;
        counts(&imported.totals);
        stops += u64::from(imported.stopped.is_some());
    }
    let hits = sandbox.faults()["faults"].as_array().unwrap().iter().map(|rule| rule["hit"].as_u64().unwrap()).sum();
    sandbox.settle().await;
    sandbox.set_faults(plan(0, &[]));

    let good = mailbox(url, sandbox, dialect);
    let (last, _) = upload(&good, &file, "last").await;
    assert_eq!(last.totals.of(Ending::Failed) + last.totals.of(Ending::Rejected), 0, "seed {seed}");
    let source = crate::import::read(&std::fs::read(&file).unwrap());
    let (back, _) = download(&good).await.unwrap();
    assert_eq!(summary(&back), summary(&source), "seed {seed}");
    (hits, stops)
}

#[test]
fn nothing_is_lost_and_nothing_is_there_twice_whatever_goes_wrong() {
    let seeds: u64 = std::env::var("CARDFERRY_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let (mut faults, mut stops) = (0, 0);
    for seed in 0..seeds {
        let bench = bench(skipping(), plan(seed, &RULES));
        bench.sandbox.set_limits("exchange".parse().unwrap());
        let (hit, given_up) = bench.runtime.block_on(async {
            let server = Server::bind(bench.sandbox.clone(), 0).await.unwrap();
            let url = server.url().to_owned();
            let (stop, stopped) = oneshot::channel::<()>();
            let running = tokio::spawn(server.run(async move { drop(stopped.await) }));
            let said = campaign(seed, bench.dir.path(), &bench.sandbox, &url).await;
            stop.send(()).unwrap();
            running.await.unwrap().unwrap();
            said
        });
        faults += hit;
        stops += given_up;
    }
    println!("faults over a socket: {seeds} seeds, {faults} faults, {stops} runs given up");
    assert!(faults > seeds * 10, "only {faults} faults: nothing went wrong");
}
