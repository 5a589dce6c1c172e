//! Groups become categories of their members.

use cardferry::formats::{Outcome, Record, vcard};
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use crate::cli::{Stage, card};

fn contact(name: &str, uid: &str) -> String {
    card(name, "Doe", &format!("{name}@example.com")).replace("END:", &format!("UID:{uid}\r\nEND:"))
}

/// A group as Apple writes it into vCard 3.0.
fn apple(name: &str, uid: &str, members: &[&str]) -> String {
    let members: String = members.iter().map(|member| format!("X-ADDRESSBOOKSERVER-MEMBER:{member}\r\n")).collect();
    let head = "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iOS 18//EN\r\n";
    format!("{head}N:{name};;;;\r\nFN:{name}\r\nX-ADDRESSBOOKSERVER-KIND:group\r\n{members}UID:{uid}\r\nEND:VCARD\r\n")
}

/// Each contact's full name and categories.
fn categories(stage: &Stage, file: &str) -> Vec<String> {
    let text = stage.text(file);
    let mut shown = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("FN:") {
            shown.push(name.to_owned());
        } else if let (Some(all), Some(last)) = (line.strip_prefix("CATEGORIES:"), shown.last_mut()) {
            *last = format!("{last}: {all}");
        }
    }
    shown
}

#[test]
fn members_get_the_name_of_their_group_wherever_they_stand() {
    let stage = Stage::new();
    let group = apple("Family", "G", &["urn:uuid:A", "urn:uuid:B:ABPerson", "URN:UUID:gone", "mailto:Dee@Example.com"]);
    stage.write("0.vcf", contact("Ann", "a"));
    stage.write("1.vcf", group + &contact("Ben", "urn:uuid:B").replace("UID:", "CATEGORIES:Friends,family\r\nUID:"));
    stage.write("2.csv", "First Name,Last Name,E-mail Address\nDee,Doe,dee@example.com\nEve,Doe,eve@example.com\n");
    let args = ["convert", "0.vcf", "1.vcf", "2.csv", "-o", "out.vcf"];
    let ran = stage.run(&[&args[..], &["--json"]].concat()).exits(0);
    let json = ran.json();
    assert_eq!([&json["read"], &json["written"], &json["skipped"]], [5, 4, 1]);
    let shown = ["Ann Doe: Family", "Ben Doe: Friends,family", "Dee Doe: Family", "Eve Doe"];
    assert_eq!(categories(&stage, "out.vcf"), shown);
    ran.says(&[
        "skipped 1.vcf, record 1, line 1 (Family): a group: its name became a category of 3 contacts; \
         1 of its members is not in the input",
        "read 5 = written 4 + skipped 1 + rejected 0",
    ]);
    stage.run(&[&args[..], &["-v"]].concat()).says(&["lost categories: gone"]);
}

#[test]
fn groups_of_version_4_are_nested_and_what_else_they_say_is_told() {
    let stage = Stage::new();
    let group = |name: &str, uid: &str, rest: &str| {
        format!("BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:group\r\n{name}\r\nUID:{uid}\r\n{rest}END:VCARD\r\n")
    };
    let all = [
        contact("Ann", "urn:uuid:A"),
        group("FN:Outer", "urn:uuid:O", "MEMBER:urn:uuid:I\r\nNOTE:a secret\r\nX-COLOUR:red\r\n"),
        group("N:Inner;;;;", "urn:uuid:I", "MEMBER:urn:uuid:A\r\nMEMBER:urn:uuid:O\r\n"),
        group("ORG:Board", "urn:uuid:B", "MEMBER;PREF=1:mailto:Ann@example.com\r\nMEMBER:urn:uuid:A\r\n"),
        group("NOTE:nameless", "urn:uuid:N", "MEMBER:urn:uuid:A\r\n"),
    ];
    stage.write("in.vcf", all.concat());
    let ran = stage.run(&["convert", "in.vcf", "-o", "out.vcf", "-v"]).exits(3);
    assert_eq!(categories(&stage, "out.vcf"), ["Ann Doe: Outer,Inner,Board"]);
    ran.says(&[
        "in.vcf, record 2, line 8 (Outer): a group: its name became a category of 1 contact\n",
        "lost notes: a secret",
        "lost other properties: X-COLOUR:red",
        "rejected in.vcf, record 5, line 33: the group has no name",
        "read 5 = written 1 + skipped 3 + rejected 1",
    ]);
}

#[test]
fn an_import_knows_groups_too_and_a_second_run_changes_nothing() {
    let stage = Stage::new();
    stage.write("in.vcf", apple("Family", "G", &["urn:uuid:a"]) + &contact("Ann", "A"));
    let import = || stage.run(&["import", "in.vcf", "--to", "sandbox", "--json"]).exits(0);
    let first = import();
    assert_eq!([&first.json()["created"], &first.json()["skipped"]], [1, 1]);
    first.says(&["a group: its name became a category of 1 contact\n"]);
    assert_eq!([&import().json()["unchanged"], &import().json()["skipped"]], [1, 1]);
    stage.run(&["export", "--from", "sandbox", "-o", "out.vcf"]).exits(0);
    assert_eq!(categories(&stage, "out.vcf"), ["Ann Doe: Family"]);
}

#[test]
fn a_file_of_groups_alone_replaces_nothing() {
    let stage = Stage::new();
    stage.write("out.vcf", "old");
    stage.write("in.vcf", apple("Family", "G", &["urn:uuid:a"]) + &apple("Friends", "F", &[]));
    let json = stage.run(&["convert", "in.vcf", "-o", "out.vcf", "--json"]).exits(1).json();
    assert_eq!([&json["read"], &json["written"], &json["skipped"]], [2, 0, 2]);
    assert_eq!(stage.text("out.vcf"), "old");
}

/// The lines of a card in which KIND:group stands somewhere, in some spelling.
fn hidden_group() -> impl Strategy<Value = String> {
    let kind = prop_oneof![Just("KIND"), Just("kind"), Just("X-AddressBookServer-Kind"), Just("item1.KIND;X-A=b")];
    let word = prop_oneof![Just("group"), Just(" GROUP "), Just("gr\r\n oup"), Just("\r\n group"), Just("g\n\troup")];
    let filling = proptest::collection::vec(prop_oneof![Just("NOTE:é\r\n"), Just("X-A:b\r\n"), Just("\r\n")], 0..4);
    (kind, word, filling).prop_map(|(kind, word, filling)| {
        let filling = filling.concat();
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{filling}{kind}:{word}\r\nFN:Family\r\n{filling}END:VCARD\r\n")
    })
}

proptest! {
    /// A survey overlooks no group that the reader finds.
    #[test]
    fn what_the_reader_takes_for_a_group_the_survey_has_seen(
        text in hidden_group(), before in 0_usize..70, wide in any::<bool>(), bare in any::<bool>()
    ) {
        let mut text = "BEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\n".repeat(before) + &text;
        if bare {
            text = text.replace("\r\n", "\r");
        }
        let bytes: Vec<u8> = if wide { text.encode_utf16().flat_map(u16::to_le_bytes).collect() } else { text.into() };
        let options = vcard::Options::default();
        let reader = vcard::Reader::new("a.vcf".into(), bytes.as_slice(), options);
        let found = reader.filter(|record| matches!(record, Ok(Record { outcome: Outcome::Group(_), .. }))).count();
        prop_assert_eq!(found, 1);
        prop_assert!(vcard::survey(bytes.as_slice()).unwrap().groups);
        let mut groups = 0;
        vcard::groups(bytes.as_slice(), options, &mut |_| groups += 1);
        prop_assert_eq!(groups, 1);
    }

    #[test]
    fn a_survey_takes_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300), repeat in 1_usize..1500) {
        let bytes = bytes.repeat(repeat);
        let survey = vcard::survey(bytes.as_slice()).unwrap();
        prop_assert!(!survey.damaged || std::str::from_utf8(&bytes).is_err());
    }
}
