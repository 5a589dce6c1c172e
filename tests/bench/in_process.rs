//! How fast the parts are, inside one process: each format both ways, the Exchange JSON, an import into the sandbox.
//!
//! `cargo bench --bench in_process [-- FILTER]`. Throughput is in bytes of the file form, or in contacts.
#![allow(
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::disallowed_types,
    reason = "a benchmark sets its own stage and may stop at the first surprise"
)]

mod inputs;
mod loopback;
mod served;
mod upload;

use std::hint::black_box;
use std::io;

use cardferry::formats::exchange::{self, Dialect};
use cardferry::formats::vcard::Version;
use cardferry::formats::{Encoder, Outcome, Reader, Writer, csv, table, vcard};
use cardferry::model::Contact;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

/// Contacts in an input; with photos a tenth of them.
const CONTACTS: usize = 2_000;

criterion_group!(benches, vcard_read, vcard_write, csv_read, csv_write, exchange_json, import, creates, delta);
criterion_main!(benches);

fn vcards(count: usize, photos: bool) -> Vec<u8> {
    let mut writer = vcard::Writer::new(Vec::new(), Version::V3_0);
    write_all(&mut writer, &inputs::contacts(count, photos).collect::<Vec<_>>());
    writer.into_inner()
}

/// Reads all there is, and sees to it that it is all there.
fn read_all(reader: impl Reader, expected: usize) {
    let records = reader.map(|record| black_box(record.unwrap()));
    assert_eq!(records.filter(|record| matches!(record.outcome, Outcome::Contact(_))).count(), expected);
}

fn write_all(writer: &mut Writer<impl io::Write, impl Encoder>, contacts: &[Contact]) {
    for contact in contacts {
        black_box(writer.write(contact).unwrap());
    }
    writer.finish().unwrap();
}

/// vCard 3.0 to contacts.
fn vcard_read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("vcard read");
    for (name, count, photos) in [("plain", CONTACTS, false), ("photos", CONTACTS / 10, true)] {
        let bytes = vcards(count, photos);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| read_all(vcard::Reader::new("bench".into(), &bytes[..], vcard::Options::default()), count));
        });
    }
}

/// Contacts to vCard. Those with photos come from a file, where a photo is text that is only moved.
fn vcard_write(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("vcard write");
    for (name, count, photos) in [("plain", CONTACTS, false), ("photos", CONTACTS / 10, true)] {
        let bytes = vcards(count, photos);
        let reader = vcard::Reader::new("bench".into(), &bytes[..], vcard::Options::default());
        let contacts: Vec<Contact> = reader.filter_map(|record| contact_of(record.unwrap().outcome)).collect();
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| write_all(&mut vcard::Writer::new(io::sink(), Version::V3_0), &contacts));
        });
    }
}

fn contact_of(outcome: Outcome) -> Option<Contact> {
    match outcome {
        Outcome::Contact(contact) => Some(*contact),
        Outcome::Group(_) | Outcome::Reject(_) => None,
    }
}

fn as_table(contacts: &[Contact], profile: table::Profile) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_all(&mut csv::Writer::new(&mut bytes, profile), contacts);
    bytes
}

/// Tables of both profiles to contacts.
fn csv_read(criterion: &mut Criterion) {
    let contacts: Vec<Contact> = inputs::contacts(CONTACTS, false).collect();
    let mut group = criterion.benchmark_group("csv read");
    for profile in table::Profile::ALL {
        let bytes = as_table(&contacts, *profile);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(profile.name(), |bencher| {
            let options = csv::Options::default;
            bencher.iter(|| read_all(csv::Reader::new("bench".into(), &bytes[..], options()), CONTACTS));
        });
    }
}

/// Contacts to tables of both profiles.
fn csv_write(criterion: &mut Criterion) {
    let contacts: Vec<Contact> = inputs::contacts(CONTACTS, false).collect();
    let mut group = criterion.benchmark_group("csv write");
    for profile in table::Profile::ALL {
        group.throughput(Throughput::Bytes(as_table(&contacts, *profile).len() as u64));
        group.bench_function(profile.name(), |bencher| {
            bencher.iter(|| write_all(&mut csv::Writer::new(io::sink(), *profile), &contacts));
        });
    }
}

/// Contacts to the bytes of a create request, and such bytes to contacts.
fn exchange_json(criterion: &mut Criterion) {
    let contacts: Vec<Contact> = inputs::contacts(CONTACTS, false).collect();
    let bodies: Vec<Vec<u8>> = contacts.iter().map(body_of).collect();
    let mut group = criterion.benchmark_group("exchange");
    group.throughput(Throughput::Elements(CONTACTS as u64));
    group.bench_function("write", |bencher| bencher.iter(|| contacts.iter().map(body_of).for_each(forget)));
    group.bench_function("read", |bencher| {
        bencher.iter(|| {
            for body in &bodies {
                black_box(exchange::read(serde_json::from_slice(body).unwrap(), Dialect::Graph));
            }
        });
    });
}

fn body_of(contact: &Contact) -> Vec<u8> {
    serde_json::to_vec(&exchange::write(contact, Dialect::Graph).json(None)).unwrap()
}

fn forget(body: Vec<u8>) {
    drop(black_box(body));
}

/// 1,000 contacts of a table into a sandbox that is new each time, then once more into one that has them.
fn import(criterion: &mut Criterion) {
    let stage = upload::Stage::new(1_000);
    let mut group = criterion.benchmark_group("import into the sandbox");
    group.sample_size(10);
    group.throughput(Throughput::Elements(1_000));
    group.bench_function("new", |bencher| {
        bencher.iter_batched_ref(|| stage.sandbox(), |sandbox| stage.import(sandbox), BatchSize::PerIteration);
    });
    let mut full = stage.sandbox();
    stage.import(&mut full);
    group.bench_function("again", |bencher| bencher.iter(|| stage.import_again(&full)));
}

/// 1,000 creates over the loopback into a new mailbox, client and server in this process.
fn creates(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("creates over the loopback");
    group.sample_size(10);
    group.throughput(Throughput::Elements(1_000));
    let new = || loopback::Loopback::new(1_000);
    group.bench_function("one by one", |bencher| {
        bencher.iter_batched_ref(new, |stage| stage.one_by_one(), BatchSize::PerIteration);
    });
    group.bench_function("in batches", |bencher| {
        bencher.iter_batched_ref(new, |stage| stage.in_batches(), BatchSize::PerIteration);
    });
}

/// Delta over the loopback, in a small folder and in a large one: the first page, and a round after one change.
fn delta(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("delta over the loopback");
    group.sample_size(10);
    for count in [1_000, 100_000] {
        let stage = loopback::Loopback::new(count);
        stage.in_batches();
        let (token, all) = stage.walk(None);
        assert_eq!(all, count);
        stage.change_one();
        group.bench_function(format!("page of 100 of {count}"), |bencher| bencher.iter(|| stage.first_page(100)));
        group.bench_function(format!("one change among {count}"), |bencher| {
            bencher.iter(|| assert_eq!(stage.walk(Some(&token)).1, 1));
        });
    }
}
