//! Damage done to files from seeds, and the campaign that holds laws against it.
//!
//! `CARDFERRY_SEEDS` says how often each file is damaged anew; a failure names its seed and shows the smallest input
//! that still fails.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use crate::generator::Draw;

/// Files above this are left to the tests that read them whole.
pub(crate) const LARGEST: usize = 24 * 1024;

/// One way to damage a file.
pub(crate) type Damage = fn(&mut Draw, Vec<u8>) -> Vec<u8>;

/// What a damaged file must keep; `Err` says what it broke.
type Law = fn(&[u8]) -> Result<(), String>;

pub(crate) fn flip_bits(draw: &mut Draw, mut bytes: Vec<u8>) -> Vec<u8> {
    for _ in 0..=draw.below(4) {
        let at = draw.below(bytes.len());
        bytes[at] ^= 1 << draw.below(8);
    }
    bytes
}

pub(crate) fn cut_out(draw: &mut Draw, mut bytes: Vec<u8>) -> Vec<u8> {
    let from = draw.below(bytes.len());
    let to = (from + 1 + draw.below(80)).min(bytes.len());
    bytes.drain(from..to);
    bytes
}

pub(crate) fn cut_off(draw: &mut Draw, mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(1 + draw.below(bytes.len()));
    bytes
}

/// The lines of a text, each with its end.
pub(crate) fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

pub(crate) fn duplicate_a_line(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let mut lines = lines(&bytes);
    let line = lines[draw.below(lines.len())].clone();
    lines.insert(draw.below(lines.len() + 1), line);
    lines.concat()
}

pub(crate) fn swap_two_lines(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let mut lines = lines(&bytes);
    let count = lines.len();
    lines.swap(draw.below(count), draw.below(count));
    lines.concat()
}

pub(crate) fn insert(draw: &mut Draw, mut bytes: Vec<u8>, piece: &[u8]) -> Vec<u8> {
    let at = draw.below(bytes.len() + 1);
    bytes.splice(at..at, piece.iter().copied());
    bytes
}

pub(crate) fn insert_garbage(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let count = 1 + draw.below(9);
    let garbage: Vec<u8> = (0..count).map(|_| draw.below(256) as u8).collect();
    insert(draw, bytes, &garbage)
}

/// Damages a file one to four times over.
fn damaged(bytes: &[u8], seed: u64, damages: &[Damage]) -> Vec<u8> {
    let mut draw = Draw::new(seed);
    let mut bytes = bytes.to_vec();
    for _ in 0..=draw.below(4) {
        if !bytes.is_empty() {
            bytes = damages[draw.below(damages.len())](&mut draw, bytes);
        }
    }
    bytes
}

/// A law, and no panic.
pub(crate) fn without_panic(law: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(law)).unwrap_or_else(|_| Err("a panic".to_owned()))
}

/// What is left when every line, then every byte, is taken out without which it fails in another way or not at all.
fn smallest(bytes: Vec<u8>, why: &str, holds: Law) -> Vec<u8> {
    let alike = |bytes: &[u8]| holds(bytes).is_err_and(|other| other.bytes().take(16).eq(why.bytes().take(16)));
    let mut pieces = lines(&bytes);
    for _ in 0..2 {
        let mut at = 0;
        while at < pieces.len() && pieces.len() < 600 {
            let piece = pieces.remove(at);
            if !alike(&pieces.concat()) {
                pieces.insert(at, piece);
                at += 1;
            }
        }
        pieces = pieces.concat().into_iter().map(|byte| vec![byte]).collect();
    }
    pieces.concat()
}

fn seeds() -> u64 {
    std::env::var("CARDFERRY_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// Damages each file from each seed, and fails with what broke the law.
pub(crate) fn campaign(files: &[(String, Vec<u8>)], damages: &[Damage], holds: Law) {
    let work = Mutex::new((0..seeds()).flat_map(|seed| files.iter().map(move |file| (seed, file))));
    let wrong = Mutex::new(Vec::new());
    let run = || {
        while let Some((seed, (name, bytes))) = { work.lock().unwrap().next() } {
            let bytes = damaged(bytes, seed, damages);
            if let Err(why) = holds(&bytes) {
                wrong.lock().unwrap().push((name, seed, why, bytes));
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(run);
        run();
    });
    let wrong = wrong.into_inner().unwrap();
    let shown = wrong.iter().take(10).map(|(name, seed, why, bytes)| {
        let why: String = why.chars().take(600).collect();
        let least =
            String::from_utf8_lossy(&smallest(bytes.clone(), &why, holds)).chars().take(400).collect::<String>();
        format!("{name}, seed {seed}: {why}\n    {least:?}\n")
    });
    assert!(wrong.is_empty(), "{} inputs\n{}", wrong.len(), shown.collect::<String>());
}
