//! What the import of a large address book into a large mailbox takes: time, memory, requests.
//!
//! ```text
//! cargo bench --bench large                          100,000 contacts into a mailbox that has 100,000 others
//! cargo bench --bench large -- --contacts 10000      a tenth of it
//! ```
//! The server is a process of its own, whose memory is not counted. The goal for the import is 64 MiB.
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

use std::fs::File;
use std::path::Path;

use cardferry::formats::vcard;
use clap::Parser;
use inputs::generator;
use server::Server;

/// Measures large imports.
#[derive(Parser)]
struct Options {
    /// Contacts that are imported, and as many others that are there
    #[arg(long, default_value_t = 100_000)]
    contacts: usize,
    /// What cargo bench says, and cargo test does not
    #[arg(long, hide = true)]
    bench: bool,
}

/// What is run, one after the other, on the same mailbox.
const CASES: [(&str, &[&str]); 5] = [
    ("planned", &["--dry-run"]),
    ("imported", &[]),
    ("again, nothing to do", &[]),
    ("again, --dry-run --on-match update", &["--dry-run", "--on-match", "update"]),
    ("again, --on-match update", &["--on-match", "update"]),
];

const HEAD: &str = "\
| case | contacts | seconds | CPU seconds | requests | peak MiB | goal |
| ---- | -------: | ------: | ----------: | -------: | -------: | ---: |";

fn main() {
    let mut words = std::env::args_os().skip(1).peekable();
    if words.next_if(|word| word == measure::CHILD).is_some() {
        return measure::child(words);
    }
    let options = Options::parse();
    if !options.bench {
        println!("nothing measured: this is for cargo bench --bench large");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    write(options.contacts, 11, "other", &path("others.vcf"));
    write(options.contacts, 7, "person", &path("people.vcf"));
    let server = Server::start(&path("book.db"), 0, &[]);
    println!("{HEAD}");
    let run = |name: &str, file: &str, more: &[&str]| {
        let before = server.counts().requests;
        let more = [more, &["--no-limits"]].concat();
        let ran = measure::measured(&server.import(&path(file), &path("runs"), &more));
        let requests = server.counts().requests - before;
        let mib = ran.peak.map_or_else(|| "?".to_owned(), |peak| format!("{:.1}", peak / 1024.0 / 1024.0));
        let cpu = ran.cpu.unwrap_or_default();
        println!("| {name} | {} | {:.1} | {cpu:.1} | {requests} | {mib} | 64 |", options.contacts, ran.wall);
    };
    run("the mailbox is filled", "others.vcf", &[]);
    CASES.iter().for_each(|(name, more)| run(name, "people.vcf", more));
}

/// Writes contacts without photos, each with a UID that begins so.
fn write(count: usize, seed: u64, uid: &str, path: &Path) {
    let mut writer = vcard::Writer::new(File::create(path).unwrap(), vcard::Version::V4_0);
    for (number, mut contact) in generator::contacts(count, 0, seed).enumerate() {
        contact.uid = format!("{uid}-{number}");
        writer.write(&contact).unwrap();
    }
    writer.finish().unwrap();
}
