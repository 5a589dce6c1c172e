//! Whatever stands between two cards or within one, the cards around it are read as ever, and positions are right.

use pretty_assertions::assert_eq;

use crate::cli::{Stage, card};

/// A card of six lines.
fn person(name: &str) -> String {
    card(name, "Doe", &format!("{name}@example.com"))
}

/// Runs a conversion of these bytes, and says what became of each record: its ending, number, line, and the beginning of
/// the reason.
fn endings(stage: &Stage, bytes: &[u8]) -> Vec<String> {
    stage.write("in.vcf", bytes);
    let ran = stage.run(&["convert", "in.vcf", "-o", "out.vcf", "-v"]);
    let shown =
        ran.err.lines().filter_map(|line| line.split_once(" in.vcf, record ").filter(|(word, _)| !word.contains(':')));
    shown.map(|(word, rest)| format!("{word} {}", rest.chars().take(40).collect::<String>())).collect()
}

/// What stands between Ann and Ben, and what becomes of it and of Ben. Ann is record 1 on lines 1 to 6.
const BETWEEN: &[(&str, &[u8], &[&str])] = &[
    ("nothing", b"", &["written 2, line 7"]),
    ("blank lines", b"\r\n \r\n\n", &["written 2, line 10"]),
    ("NULs", b"\0\0\0", &["written 2, line 7"]),
    ("lines of NULs", b"\0\0\n\0\n", &["written 2, line 9"]),
    ("a mark, as where files were joined", b"\xef\xbb\xbf", &["written 2, line 7"]),
    ("the end of a DOS file", b"\x1a", &["written 2, line 7"]),
    ("words", b"What is this?\nIndeed.\n", &["rejected 2, line 7: 22 bytes stand outside", "written 3, line 9"]),
    ("a table", b"Name,Mail\r\nAda,a@b\r\n", &["rejected 2, line 7: 20 bytes stand outside", "written 3, line 9"]),
    ("a card without END", b"BEGIN:VCARD\nFN:X\n", &["written 2, line 7", "written 3, line 9"]),
    ("a card without BEGIN", b"FN:X\nEND:VCARD\n", &["rejected 2, line 7: 15 bytes stand", "written 3, line 9"]),
    ("a card without VERSION", b"BEGIN:VCARD\nFN:X\nEND:VCARD\n", &["written 2, line 7", "written 3, line 10"]),
    ("an empty card", b"BEGIN:VCARD\nEND:VCARD\n", &["rejected 2, line 7: the card is empty", "written 3, line 9"]),
    (
        "a card of NULs",
        b"BEGIN:VCARD\n\0\0\0\nEND:VCARD\n",
        &["rejected 2, line 7: the card is empty", "written 3, line 10"],
    ),
    ("NULs in a value", b"BEGIN:VCARD\nFN:X\0Y\nEND:VCARD\n", &["written 2, line 7", "written 3, line 10"]),
    ("END twice", b"END:VCARD\r\n", &["rejected 2, line 7: 11 bytes stand", "written 3, line 8"]),
    ("BEGIN twice", b"BEGIN:VCARD\r\n", &["rejected 2, line 7: the card is empty", "written 3, line 8"]),
    ("other line ends", b"BEGIN:VCARD\rFN:X\rEND:VCARD\r", &["written 2, line 7", "written 3, line 10"]),
    ("doubled line ends", b"BEGIN:VCARD\r\r\nFN:X\r\r\nEND:VCARD\r\r\n", &["written 2, line 7", "written 3, line 10"]),
    ("what is no UTF-8", b"\xff\xfe\xc3\x28\n", &["rejected 2, line 7: 5 bytes stand outside", "written 3, line 8"]),
];

#[test]
fn what_stands_between_two_cards_harms_neither() {
    let stage = Stage::new();
    for (what, bytes, become_of) in BETWEEN {
        let all = [person("Ann").as_bytes(), bytes, person("Ben").as_bytes()].concat();
        let shown = endings(&stage, &all);
        assert_eq!(shown.len(), become_of.len() + 1, "{what}: {shown:?}");
        assert_eq!(shown[0], "written 1, line 1", "{what}");
        for (shown, wanted) in shown[1..].iter().zip(*become_of) {
            assert!(shown.starts_with(wanted), "{what}: {shown} and not {wanted}");
        }
        let out = stage.text("out.vcf");
        stage.write("in.vcf", person("Ann") + &person("Ben"));
        stage.run(&["convert", "in.vcf", "-o", "alone.vcf"]).exits(0);
        let alone = stage.text("alone.vcf");
        let (ann, ben) = alone.split_at(alone.find("END:VCARD\r\n").unwrap() + "END:VCARD\r\n".len());
        assert!(out.starts_with(ann) && out.ends_with(ben), "{what}: {out}");
    }
}

#[test]
fn what_is_large_is_gone_by() {
    let stage = Stage::new();
    let noise: Vec<u8> = (0..3_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8 | 0x80).collect();
    let line = vec![b'x'; 50_000_000];
    let in_card = [b"BEGIN:VCARD\nNOTE:".as_slice(), &line, b"\nEND:VCARD\n"].concat();
    let outside = [line.as_slice(), b"\n"].concat();
    for (what, bytes, lines) in [
        ("megabytes of noise", [noise.as_slice(), b"\n"].concat(), 1),
        ("a line of 50 MB in a card", in_card, 3),
        ("a line of 50 MB in none", outside, 1),
    ] {
        let all = [person("Ann").as_bytes(), &bytes, person("Ben").as_bytes()].concat();
        let shown = endings(&stage, &all);
        assert_eq!(shown.len(), 3, "{what}: {shown:?}");
        assert!(shown[1].starts_with("rejected 2, line 7: "), "{what}: {shown:?}");
        assert_eq!(shown[2], format!("written 3, line {}", 7 + lines), "{what}");
    }
}

#[test]
fn files_in_utf_16_need_no_mark() {
    let stage = Stage::new();
    let text = person("Zoë") + "stray\r\n" + &person("山");
    for mark in ["", "\u{feff}"] {
        let units: Vec<u16> = format!("{mark}{text}").encode_utf16().collect();
        let wide = |to_bytes: fn(u16) -> [u8; 2]| units.iter().flat_map(|unit| to_bytes(*unit)).collect::<Vec<u8>>();
        for bytes in [wide(u16::to_le_bytes), wide(u16::to_be_bytes)] {
            let shown = endings(&stage, &bytes);
            assert_eq!(shown[0], "written 1, line 1");
            assert!(shown[1].starts_with("rejected 2, line 7"), "{shown:?}");
            assert_eq!(shown[2], "written 3, line 8");
            assert!(stage.text("out.vcf").contains("FN:山 Doe"));
        }
    }
}

#[test]
fn cards_that_were_joined_without_a_line_break_are_two() {
    let stage = Stage::new();
    for between in ["", " ", "\u{feff}", "\0"] {
        let joined = person("Ann").trim_end().to_owned() + between + &person("Ben") + "stray\r\n";
        let shown = endings(&stage, joined.as_bytes());
        assert_eq!(shown[..2], ["written 1, line 1", "written 2, line 6"], "{between:?}");
        assert!(shown[2].starts_with("rejected 3, line 12: 7 bytes"), "{shown:?}");
    }
}
