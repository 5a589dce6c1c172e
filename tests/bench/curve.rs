//! What a mailbox of 100,000 contacts costs, as it grows: every figure at five sizes, over real sockets.
//!
//! ```text
//! cargo bench --bench curve                    0 to 100,000 contacts
//! cargo bench --bench curve -- --step 1000     0 to 4,000
//! ```
//! Server and client are one process, so that its CPU time is that of both. A busy machine stretches wall time; CPU
//! time tells how many there could be in a second: with two processors, two divided by the seconds of one request.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark sets its own stage, prints its figures and may stop at the first surprise"
)]

mod served;
mod stage;
mod usage;

use clap::Parser;
use stage::{Cost, Stage};

/// Measures a mailbox as it grows.
#[derive(Parser)]
struct Options {
    /// Contacts between two measurements
    #[arg(long, default_value_t = 25_000)]
    step: usize,
    /// Requests of one kind in a measurement
    #[arg(long, default_value_t = 1_000)]
    count: usize,
    /// Clients, each with four requests in flight
    #[arg(long, default_value_t = 1)]
    clients: usize,
    /// What cargo bench says, and cargo test does not
    #[arg(long, hide = true)]
    bench: bool,
}

const HEAD: &str = "\
| contacts | create, CPU µs | per s on 2 CPUs | wall µs | get | first page | deep page | by key | photo |
| -------: | -------------: | --------------: | ------: | --: | ---------: | --------: | -----: | ----: |";

fn main() {
    let options = Options::parse();
    if !options.bench {
        println!("nothing measured: this is for cargo bench --bench curve");
        return;
    }
    let mut stage = Stage::new(options.clients);
    let in_flight = options.clients * 4;
    println!("{in_flight} requests in flight; all but the first three are CPU µs; pages have 100 contacts\n{HEAD}");
    for size in (0..5).map(|at| at * options.step) {
        stage.fill(size);
        println!("{}", row(size, &mut stage, options.count));
    }
    let peak = usage::usage(false).peak.unwrap_or_default() / 1024.0 / 1024.0;
    println!("peak memory: {peak:.0} MiB; the store: {:.0} MB", stage.megabytes());
}

fn row(size: usize, stage: &mut Stage, count: usize) -> String {
    let create = stage.measure(count, Stage::create);
    let others: [(Cost, f64); 5] = [
        (stage.measure(count, Stage::get), 1.0),
        (stage.measure(count / 10, Stage::first_page), 1.0),
        (stage.measure(count / 10, Stage::deep_pages), 2.0),
        (stage.measure(count, Stage::by_key), 1.0),
        (stage.measure(count / 2, Stage::photo), 1.0),
    ];
    let others: Vec<String> = others.iter().map(|(cost, requests)| format!("{:.0}", cost.cpu / requests)).collect();
    let per_second = 2e6 / create.cpu;
    format!("| {size} | {:.0} | {per_second:.0} | {:.0} | {} |", create.cpu, create.wall, others.join(" | "))
}
