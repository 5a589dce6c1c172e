//! A conversion on several threads: the same bytes and reports as on one, and an end whatever fails.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use cardferry::formats::vcard;
use cardferry::formats::{Encoder, Remark};
use cardferry::model::{Contact, Loss};
use cardferry::pipeline::{Encoded, Reading, RecordReport, Records, Sink, Source, Totals, Watcher, convert};
use pretty_assertions::assert_eq;

use crate::generator;

/// Everything that is told, in the order in which it is told.
#[derive(Default)]
struct Told(Vec<String>);

impl Watcher for Told {
    fn remarks(&mut self, source: &str, remarks: &[Remark]) {
        self.0.push(format!("{source}: {remarks:?}"));
    }

    fn source_failed(&mut self, why: &str) {
        self.0.push(why.to_owned());
    }

    fn record(&mut self, report: &RecordReport<'_>) {
        self.0.push(format!("{} {:?} {:?} {}", report.place(), report.ending, report.why, report.losses.len()));
    }
}

/// Two files of several batches with a broken card and an empty one among them, and a file that is not there between.
fn inputs(directory: &tempfile::TempDir) -> Vec<PathBuf> {
    let mut cards = Vec::new();
    let mut encoder = vcard::Encoder::new(vcard::Version::V3_0);
    for (at, contact) in generator::contacts(1500, 10, 5).enumerate() {
        encoder.encode(&contact, &mut cards);
        if at % 400 == 7 {
            cards.extend_from_slice(b"garbage\r\nBEGIN:VCARD\r\nNOTE:\r\nEND:VCARD\r\n");
        }
    }
    cards.extend_from_slice(b"BEGIN:VCARD\r\nFN:M\xfcller\r\n");
    let paths = ["a.vcf", "b.vcf", "c.vcf"].map(|name| directory.path().join(name));
    fs::write(&paths[0], &cards).unwrap();
    fs::write(&paths[2], &cards).unwrap();
    paths.into()
}

fn run(
    paths: &[PathBuf],
    sink: &mut dyn Sink,
    encoder: &mut dyn Encoder,
    threads: usize,
) -> (io::Result<Totals>, Vec<String>) {
    let (reading, mut told) = (Reading::default(), Told::default());
    let sources = paths.iter().map(|path| Ok(Source::File(path.clone()))).collect();
    let mut records = Records::new(sources, &reading);
    let totals = convert(&mut records, encoder, sink, threads, None, &AtomicBool::new(false), &mut told);
    (totals, told.0)
}

#[test]
fn threads_change_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let paths = inputs(&directory);
    let with = |threads| {
        let mut bytes = Vec::new();
        let (totals, told) = run(&paths, &mut bytes, &mut vcard::Encoder::new(vcard::Version::V2_1), threads);
        (bytes, totals.unwrap(), told)
    };
    let one = with(1);
    assert_eq!((one.1.read, one.1.failed_sources), (2 * (1500 + 2 * 4 + 1), 3));
    for threads in [2, 3, 8] {
        let many = with(threads);
        assert!(many.0 == one.0, "{threads} threads write other bytes");
        assert_eq!((many.1, many.2), (one.1.clone(), one.2.clone()));
    }
}

/// Has room for so many bytes.
struct Small(usize);

impl Sink for Small {
    fn put(&mut self, encoded: &Encoded) -> io::Result<()> {
        self.0 = self.0.checked_sub(encoded.bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(())
    }
}

#[test]
fn a_full_disk_ends_every_thread() {
    let directory = tempfile::tempdir().unwrap();
    let paths = inputs(&directory);
    for threads in [1, 2, 8] {
        let encoder = &mut vcard::Encoder::new(vcard::Version::V3_0);
        let (totals, _) = run(&paths, &mut Small(1_000_000), encoder, threads);
        assert_eq!(totals.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}

/// Breaks at a contact.
struct Breaking(vcard::Encoder);

impl Encoder for Breaking {
    fn opening(&mut self, into: &mut Vec<u8>) {
        self.0.opening(into);
    }

    fn encode(&mut self, contact: &Contact, into: &mut Vec<u8>) -> Vec<Loss> {
        assert!(into.len() < 100_000, "it breaks here");
        self.0.encode(contact, into)
    }

    fn another(&self) -> Box<dyn Encoder> {
        Box::new(Breaking(vcard::Encoder::new(vcard::Version::V3_0)))
    }
}

#[test]
fn a_thread_that_panics_is_not_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let paths = inputs(&directory);
    for threads in [1, 2, 8] {
        let mut encoder = Breaking(vcard::Encoder::new(vcard::Version::V3_0));
        let run = std::panic::AssertUnwindSafe(|| run(&paths, &mut Vec::new(), &mut encoder, threads).0.map(drop));
        assert!(std::panic::catch_unwind(run).is_err());
    }
}
