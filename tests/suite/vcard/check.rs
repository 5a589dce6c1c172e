//! `check`: every rule by small cards, the samples, what we write, hostile bytes.

mod cases;
mod corpus;

use std::sync::Arc;

use cardferry::formats::vcard::Version;
use cardferry::formats::vcard::check::{Checker, Code, Finding, RULES, Severity};
use cardferry::formats::{Outcome, ReadError};
use cardferry::model::Contact;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::{hostile, read, samples, write};
use crate::contacts::arbitrary_contact;
use crate::generator;

/// What is found in a source, and how its reading ended.
fn look(bytes: &[u8], max_card_size: usize) -> (Vec<Finding>, Result<u64, ReadError>) {
    let mut found = Vec::new();
    let mut checker = Checker::new(Arc::from("test.vcf"), bytes, max_card_size);
    loop {
        match checker.check_next(&mut |finding| found.push(finding)) {
            Ok(true) => {}
            Ok(false) => return (found, Ok(checker.cards())),
            Err(error) => return (found, Err(error)),
        }
    }
}

/// What is found in a source that can be read to its end.
fn findings(bytes: &[u8]) -> Vec<Finding> {
    let (found, ended) = look(bytes, 32 * 1024 * 1024);
    ended.unwrap();
    found
}

/// Findings as the tables have them: `code:line`, in the order of the lines.
fn shown(found: &[Finding]) -> String {
    let mut lines: Vec<_> = found.iter().map(|finding| (finding.line, finding.code.to_string())).collect();
    lines.sort();
    lines.iter().map(|(line, code)| format!("{code}:{line}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_found_in_the_samples_is_true() {
    // Apple's words of TYPE are its own. Google writes years-less dates as 4.0 has them, an ADR part too many, escaped
    // colons in URLs, and links as photos without VALUE. Outlook's quoted-printable lines are longer than they may be.
    let wanted = [
        ("apple-3.0", "type-unknown:15 type-unknown:17 several-cards:93"),
        ("apple-4.0", "several-cards:47"),
        (
            "google-3.0",
            "parts-many:13 value-empty:15 date-form:18 uri-character:19 photo-link:28 photo-value:28 several-cards:30 \
             photo-link:36 photo-value:36",
        ),
        ("outlook-2.1", "property-later:5 soft-length:8 several-cards:67 soft-length:73"),
        ("outlook-3.0", "several-cards:390"),
        ("rfc-4.0", "several-cards:86 photo-link:100"),
    ];
    let found: Vec<_> =
        samples::samples().iter().map(|(name, bytes)| (name.clone(), shown(&findings(bytes)))).collect();
    let found: Vec<_> = found.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    assert_eq!(found, wanted);
}

/// Nothing but notes may be found in what we write: a file with several cards, and in 2.1 properties that only later
/// versions name, as Outlook writes them.
fn is_clean(contacts: &[Contact], version: Version) {
    let (text, _) = write(contacts, version);
    let expected = |code: Code| match code {
        Code::SeveralCards => true,
        Code::PropertyLater => version == Version::V2_1,
        _ => false,
    };
    let faults: Vec<_> = findings(text.as_bytes()).into_iter().filter(|finding| !expected(finding.code)).collect();
    assert!(faults.is_empty(), "{version:?}: {:#?}", &faults[..faults.len().min(3)]);
}

#[test]
fn what_we_write_of_the_generator_s_contacts_is_clean() {
    let contacts: Vec<_> = generator::contacts(300, 10, 7).collect();
    for version in Version::ALL {
        is_clean(&contacts, version);
    }
}

/// Rules about what a value says: a contact may come with any text, and it is written as it is.
const OF_VALUES: &[Code] = &[
    Code::Date,
    Code::DateForm,
    Code::Email,
    Code::Kind,
    Code::Language,
    Code::Geo,
    Code::Member,
    Code::Once,
    Code::OnceUsual,
    Code::PhotoValue,
    Code::UriCharacter,
    Code::UriScheme,
    Code::UtcOffset,
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn hostile_bytes_do_no_harm(bytes in hostile()) {
        let (found, ended) = look(&bytes, 32 * 1024 * 1024);
        let lines = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).count() as u64;
        for finding in found {
            prop_assert!(finding.line >= 1 && finding.line <= lines, "{finding:?}");
            prop_assert!(finding.detail.len() < 400, "{finding:?}");
        }
        let usable = !matches!(ended, Err(ReadError::Io { .. }));
        prop_assert!(usable, "bytes in memory do not fail");
    }

    #[test]
    fn what_we_write_of_any_contact_is_sound_but_for_its_values(contact in arbitrary_contact()) {
        for version in Version::ALL {
            let (text, _) = write(std::slice::from_ref(&contact), version);
            for finding in findings(text.as_bytes()) {
                let excused = finding.rule().severity == Severity::Note || OF_VALUES.contains(&finding.code);
                prop_assert!(excused, "{version:?}, line {}: {}\n{text}", finding.line, finding.what());
            }
        }
    }

    #[test]
    fn a_damaged_card_does_not_touch_its_neighbours(bytes in hostile()) {
        let good = b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nEND:VCARD\r\n";
        let text = [&good[..], &bytes, b"\r\nEND:VCARD\r\n", good].concat();
        let found = findings(&text);
        let last = text.len() - good.len();
        let faults = found.iter().filter(|finding| finding.rule().severity == Severity::Error);
        for fault in faults {
            prop_assert!(fault.position.byte != last as u64 && fault.position.byte != 0, "{fault:?}");
        }
    }
}

#[test]
fn a_table_is_no_vcard_source_and_nothing_is_found_in_it() {
    let (found, ended) = look(b"Name,Phone\r\nAda,1\r\n", 1000);
    assert!(found.is_empty());
    assert!(ended.unwrap_err().to_string().contains("no vCard file"));
    assert_eq!(look(b"\r\n\r\n", 1000).1.unwrap(), 0);
}

#[test]
fn a_long_line_costs_no_more_than_the_limit() {
    let long = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nN:a\r\nNOTE:{}\r\nEND:VCARD\r\n", "x".repeat(1 << 20));
    let (found, ended) = look(long.as_bytes(), 100_000);
    assert_eq!((shown(&found).as_str(), ended.unwrap()), ("too-large:1", 1));
}

#[test]
fn findings_name_their_record_and_show_little() {
    let secret = "x".repeat(200);
    let text = format!(
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nURL:{secret}\r\nEND:VCARD\r\n"
    );
    let found = findings(text.as_bytes());
    let finding = found.iter().find(|finding| finding.code == Code::UriScheme).unwrap();
    assert_eq!((finding.position.record, finding.position.line, finding.line), (2, 5, 8));
    assert_eq!(finding.position.to_string(), "test.vcf, record 2, line 5");
    assert!(
        finding.what().starts_with("a URI without a scheme: “xxx") && finding.what().len() < 80,
        "{}",
        finding.what()
    );
}

#[test]
fn there_are_rules_of_every_severity_and_each_is_documented() {
    for severity in Severity::ALL {
        assert!(RULES.iter().any(|rule| rule.severity == severity));
    }
    assert!(RULES.iter().all(|rule| rule.code.to_string() == rule.name));
}

#[test]
fn what_the_reader_does_not_take_for_its_numbers_is_told() {
    let card = |lines: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nN:a;;;;\r\nFN:a\r\n{lines}END:VCARD\r\n");
    for (lines, most, wanted) in [
        ("TEL:1\r\n".repeat(99_997), 1 << 20, ""),
        ("TEL:1\r\n".repeat(99_998), 1 << 20, "too-many:1"),
        (format!("TEL{}:1\r\n", ";TYPE=HOME".repeat(100_001)), 1 << 21, "too-many:1"),
    ] {
        let text = card(&lines);
        let (found, _) = look(text.as_bytes(), most);
        let found: Vec<_> = found.into_iter().filter(|finding| finding.rule().name == "too-many").collect();
        assert_eq!(shown(&found), wanted);
        let rejected = read(text.as_bytes()).unwrap().iter().any(|record| matches!(record.outcome, Outcome::Reject(_)));
        assert_eq!(rejected, !wanted.is_empty());
    }
}
