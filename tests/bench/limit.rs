//! How near an import comes to what the service allows: its time divided by the least that it could be.
//!
//! ```text
//! cargo bench --bench limit                         2,000 contacts, without photos and with 30 %
//! cargo bench --bench limit -- --contacts 500       fewer of them
//! ```
//! The server is the sandbox in a process of its own, with the service's limits, and every request takes 80 ms. The bound
//! is the largest of three: all requests at 80 ms, four at a time; the window of requests; the window of bytes.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark sets its own stage, prints its figures and may stop at the first surprise"
)]

#[allow(dead_code, reason = "other benchmarks use the rest")]
mod inputs;
#[allow(dead_code, reason = "other benchmarks use the rest")]
mod measure;
#[allow(dead_code, reason = "other benchmarks use the rest")]
mod peer;
#[allow(dead_code, reason = "other benchmarks use the rest")]
mod server;
#[allow(dead_code, reason = "other benchmarks use the rest")]
mod usage;

use std::fs::{self, File};
use std::path::Path;

use cardferry::formats::vcard;
use clap::Parser;
use inputs::generator;
use server::Server;

/// Measures imports at the service's limits.
#[derive(Parser)]
struct Options {
    /// Contacts
    #[arg(long, default_value_t = 2_000)]
    contacts: usize,
    /// Milliseconds that every request takes
    #[arg(long, default_value_t = 80)]
    latency: u64,
    /// What cargo bench says, and cargo test does not
    #[arg(long, hide = true)]
    bench: bool,
}

/// Requests that the service answers at once.
const IN_FLIGHT: f64 = 4.0;
/// Requests in ten minutes, and bytes in five.
const REQUESTS: (f64, f64) = (10_000.0, 600.0);
const UPLOAD: (f64, f64) = (150e6, 300.0);

const HEAD: &str = "\
| contacts | photos | requests | needed | 429s | seconds | bound | ratio | goal |
| -------: | -----: | -------: | -----: | ---: | ------: | ----: | ----: | ---: |";

fn main() {
    let mut words = std::env::args_os().skip(1).peekable();
    if words.next_if(|word| word == measure::CHILD).is_some() {
        return measure::child(words);
    }
    let options = Options::parse();
    if !options.bench {
        println!("nothing measured: this is for cargo bench --bench limit");
        return;
    }
    println!("{HEAD}");
    for (photos, goal) in [(0, 1.10), (30, 1.15)] {
        println!("{}", row(&options, photos, goal));
    }
}

fn row(options: &Options, percent: usize, goal: f64) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let photos = write(options.contacts, percent, &path("people.vcf"));
    let server = Server::start(&path("book.db"), options.latency, &["--limits", "exchange"]);
    let ran = measure::measured(&server.import(&path("people.vcf"), &path("runs"), &[]));
    assert_eq!(ran.summary["created"], options.contacts, "{}", ran.summary);
    let (counts, needed) = (server.counts(), options.contacts as u64 + photos);
    let bytes = fs::metadata(path("people.vcf")).unwrap().len() as f64;
    let window = |(most, seconds): (f64, f64), used: f64| (used / most - 1.0).max(0.0) * seconds;
    let requests = counts.requests as f64;
    let least = requests * options.latency as f64 / 1e3 / IN_FLIGHT;
    let bound = least.max(window(REQUESTS, requests)).max(window(UPLOAD, bytes));
    let (contacts, ratio) = (options.contacts, ran.wall / bound);
    let counts = format!("{} | {needed} | {}", counts.requests, counts.throttled);
    format!("| {contacts} | {photos} | {counts} | {:.1} | {bound:.1} | {ratio:.3} | {goal:.2} |", ran.wall)
}

/// Writes contacts of whom so many percent have a photo; how many these are.
fn write(count: usize, percent: usize, path: &Path) -> u64 {
    let mut writer = vcard::Writer::new(File::create(path).unwrap(), vcard::Version::V4_0);
    let mut photos = 0;
    for contact in generator::contacts(count, percent, 7) {
        photos += u64::from(contact.photo.is_some());
        writer.write(&contact).unwrap();
    }
    writer.finish().unwrap();
    photos
}
