//! The samples: what is read of them, and what each profile makes of it.

use std::fmt::Write as _;
use std::path::Path;

use cardferry::formats::Outcome;
use cardferry::formats::csv::{Options, Writer, Writing};
use cardferry::formats::table::Profile;

use crate::{dump, golden};

const SAMPLES: &[&str] = &["outlook-en", "outlook-de", "outlook-fr", "google", "google-2009"];

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/csv").join(format!("{name}.csv"));
    std::fs::read(path).unwrap()
}

#[test]
fn each_sample_gives_its_contacts() {
    for name in SAMPLES {
        let bytes = sample(name);
        let (records, remarks) = super::read(bytes.as_slice(), Options::default()).unwrap();
        let mut text = String::new();
        remarks.iter().for_each(|remark| writeln!(text, "# {remark}").unwrap());
        for record in &records {
            let (byte, raw) = (record.position.byte as usize, &record.raw);
            assert_eq!(&bytes[byte..byte + raw.len()], raw, "{name}: the raw bytes stand where the position says");
            text.push('\n');
            text.push_str(&dump::record(record));
        }
        golden::check(&format!("csv/{name}.txt"), &text);
    }
}

#[test]
fn each_sample_is_written_in_each_profile() {
    for name in SAMPLES {
        let (records, _) = super::read(sample(name).as_slice(), Options::default()).unwrap();
        for profile in Profile::ALL {
            let mut out = Vec::new();
            let mut losses = String::new();
            let writing = Writing::from(*profile);
            let mut writer = Writer::new(&mut out, writing);
            for record in &records {
                let Outcome::Contact(contact) = &record.outcome else { continue };
                for loss in writer.write(contact).unwrap() {
                    writeln!(losses, "record {}: {loss}", record.position.record).unwrap();
                }
            }
            writer.finish().unwrap();
            drop(writer);
            let target = format!("csv/{name}.to-{}", profile.name());
            golden::check(&format!("{target}.csv"), &writing.encoding.decode(&out).0);
            golden::check(&format!("{target}.losses.txt"), &losses);
        }
    }
}
