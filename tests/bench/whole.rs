//! How fast the program is, from its start to its end: wall time, CPU time, peak memory.
//!
//! ```text
//! cargo bench --bench whole                       every case, over inputs that are made for it
//! cargo bench --bench whole -- import --runs 9    cases whose name has "import", nine runs of each
//! cargo bench --bench whole -- --file big.vcf     a file of one's own, to vCard and to CSV
//! cargo bench --bench whole -- vcf --tenfold      conversions, and once each over inputs ten times as large
//! ```
//! A conversion of vCards is held against calcard, which parses and writes the same file, one of tables against the csv
//! crate, which reads and writes the same rows, and both against a copy: one run of each after the other, so that all
//! three see the same machine.
//! On other systems than Unix wall time alone is known.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark sets its own stage, prints its figures and may stop at the first surprise"
)]

mod cards;
mod cases;
mod figures;
mod inputs;
mod measure;
mod peer;
mod usage;

use std::path::PathBuf;

use clap::Parser;

/// Measures whole runs of the program.
#[derive(Parser)]
struct Options {
    /// Only cases whose name has this in it
    filter: Option<String>,
    /// Runs of each case
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Cards and rows in the made inputs of the conversions; a twentieth of them in those with photos
    #[arg(long, default_value_t = 100_000)]
    cards: usize,
    /// Measure conversions of ten times as many cards as well, each once
    #[arg(long)]
    tenfold: bool,
    /// Convert this file instead of made inputs
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// What cargo bench says, and cargo test does not
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let mut words = std::env::args_os().skip(1).peekable();
    if words.next_if(|word| word == measure::CHILD).is_some() {
        return measure::child(words);
    }
    if words.next_if(|word| word == peer::WORD).is_some() {
        return peer::run(words);
    }
    let options = Options::parse();
    if !options.bench {
        println!("nothing measured: this is for cargo bench --bench whole");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let wanted = |case: &cases::Case| options.filter.as_ref().is_none_or(|filter| case.name.contains(filter.as_str()));
    let cases = match &options.file {
        Some(file) => cases::of_file(file, directory.path()),
        None => cases::all(directory.path(), options.cards, options.tenfold),
    };
    println!("{}", figures::HEAD);
    for case in cases.iter().filter(|case| wanted(case)) {
        case.input.make();
        for row in figures::rows(case, &case.rounds(options.runs)) {
            println!("{row}");
        }
    }
}
