use encoding_rs::{SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};

use super::*;

/// Hands out few bytes at a time, as a slow pipe does.
struct Drip<'a>(&'a [u8]);

impl Read for Drip<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.0.len().min(into.len()).min(7919);
        into[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn of(bytes: &[u8]) -> Survey {
    let whole = survey(bytes).unwrap();
    assert_eq!(survey(Drip(bytes)).unwrap(), whole);
    whole
}

fn card(lines: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{lines}\r\nEND:VCARD\r\n")
}

fn wide(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn groups_are_seen_in_every_spelling() {
    for line in [
        "KIND:group",
        "kind:Group",
        "KIND;VALUE=text:GROUP",
        "item1.KIND: group",
        "X-ADDRESSBOOKSERVER-KIND:group",
        "X-AddressBookServer-Kind:GROUP",
        "KIND:gr\r\n oup",
        "KIND:\r\n group",
    ] {
        let text = card(line);
        assert!(of(text.as_bytes()).groups, "{line}");
        assert!(of(&wide(&text, u16::to_le_bytes)).groups && of(&wide(&text, u16::to_be_bytes)).groups, "{line}");
    }
    for line in ["KIND:individual", "NOTE:group", "FN:Group", "X-GROUP:yes", "CATEGORIES:x,kind,group"] {
        assert!(!of(card(line).as_bytes()).groups, "{line}");
    }
}

#[test]
fn a_group_is_seen_wherever_the_blocks_end() {
    let line = "\r\nKIND:\r\n group\r\n";
    for shift in 0..line.len() + 2 {
        for filling in [b'A', b'\n', b' ', 0xc3] {
            let mut bytes = vec![filling; BLOCK - shift];
            bytes.extend_from_slice(line.as_bytes());
            bytes.resize(2 * BLOCK, b'A');
            assert!(of(&bytes).groups, "{shift} {filling}");
        }
    }
}

#[test]
fn the_charset_of_undeclared_text_is_that_of_the_whole_source() {
    let (russian, ..) =
        WINDOWS_1251.encode("FN:Анна Каренина\r\nADR:;;Невский проспект;Санкт-Петербург;;;\r\nN:Я;Ё\r\n");
    assert_eq!(of(&russian).legacy, Some(WINDOWS_1251));
    let (german, ..) = WINDOWS_1252.encode("FN:Jürgen Müller\r\nADR:;;Königstraße;Düsseldorf;;;\r\n");
    assert_eq!(of(&german).legacy, Some(WINDOWS_1252));
    let (japanese, ..) = SHIFT_JIS.encode("FN:山田太郎\r\nADR:;;千代田区一丁目;東京都;;;\r\nNOTE:表示する\r\n");
    assert_eq!(of(&japanese).legacy, Some(SHIFT_JIS));
    assert_eq!(of("FN:Jürgen Müller 山田".as_bytes()).legacy, None);
    assert_eq!(of(b"FN:plain").legacy, None);
    assert_eq!(of(b"").legacy, None);
}

#[test]
fn quoted_printable_without_a_charset_counts_too() {
    let coded = "N;ENCODING=QUOTED-PRINTABLE:M=FCller;J=FCrgen\r\nNOTE;QUOTED-PRINTABLE:Gr=F6=DFe und L=E4n=\r\nge\r\n";
    assert_eq!(of(coded.as_bytes()).legacy, Some(WINDOWS_1252));
    assert_eq!(of(coded.to_lowercase().as_bytes()).legacy, Some(WINDOWS_1252));
    assert_eq!(of(coded.replace("QUOTED-P", "quoted-P").as_bytes()).legacy, Some(WINDOWS_1252));
    assert_eq!(of(coded.replace("\r\n", "\r").as_bytes()).legacy, Some(WINDOWS_1252));
    let declared = coded.replace("QUOTED-PRINTABLE:", "QUOTED-PRINTABLE;CHARSET=ISO-8859-15:");
    assert_eq!(of(declared.as_bytes()).legacy, None);
    assert_eq!(of(coded.replace("=FC", "=C3=BC").replace("=F6=DF", "").replace("=E4", "").as_bytes()).legacy, None);
}

#[test]
fn no_word_costs_a_look_at_the_whole_line_or_block() {
    // Each of these takes minutes when it does.
    let word = ";QUOTED-PRINTABLE";
    let (line, lines) = (word.repeat(300_000), format!("{word}\n").repeat(300_000));
    for text in [format!("NOTE{line}"), format!("NOTE:{line}"), format!("NOTE{word}:{line}"), lines] {
        let found = format!("{text}\nNOTE{word}:J=FCrgen M=FCller\n");
        assert_eq!(
            (survey(text.as_bytes()).unwrap(), of(found.as_bytes()).legacy),
            (Survey::default(), Some(WINDOWS_1252))
        );
    }
}

#[test]
fn what_declares_a_charset_or_is_base64_is_no_evidence() {
    assert_eq!(of(b"FN;CHARSET=ISO-8859-1:J\xfcrgen\r\nPHOTO;ENCODING=b:\xfc\xfc\xfc\r\n").legacy, None);
    assert_eq!(of(b"NOTE;CHARSET=ISO-8859-1:a\r\n b\r\n J\xfcrgen\r\n").legacy, None);
    assert_eq!(of(b"FN;CHARSET=UTF-8:x\r\nNOTE:J\xfcrgen M\xfcller\r\n").legacy, Some(WINDOWS_1252));
}

#[test]
fn damaged_utf_8_is_no_legacy_charset() {
    let whole = "FN:Jürgen Müller\r\nADR:;;Königstraße;Düsseldorf;;;\r\n";
    for damage in [&b"NOTE:J\xc3\r\n"[..], b"NOTE:J\xc3rgen\r\n", b"FN:J\xc3\xbcrgen Gro\xc3\x9f \xff\r\n"] {
        for bytes in [[whole.as_bytes(), damage].concat(), [damage, whole.as_bytes()].concat()] {
            let survey = of(&bytes);
            assert!(survey.legacy.is_none() && survey.damaged, "{damage:?}");
        }
    }
    let folded = b"NOTE:J\xc3\r\n \xbcrgen M\xc3\n\t\xbcller\r\n";
    assert_eq!(of(folded), Survey::default(), "a fold within a letter damages nothing");
}

#[test]
fn a_card_in_a_legacy_charset_among_others_in_utf_8_is_seen() {
    let mut text = card("FN:Jürgen Müller").repeat(1000).into_bytes();
    text.extend_from_slice(b"BEGIN:VCARD\r\nFN:Andr\xe9 Dupr\xe8\r\nEND:VCARD\r\n");
    assert_eq!(of(&text).legacy, Some(WINDOWS_1252));
}

#[test]
fn one_line_of_any_length_is_looked_at_in_constant_memory() {
    let mut line = b"NOTE:".to_vec();
    line.extend(std::iter::repeat_n(*b"caf\xe9 ", 3 * BLOCK / 5).flatten());
    assert_eq!(of(&line).legacy, Some(WINDOWS_1252));
    assert_eq!(of(&vec![b'\n'; 3 * BLOCK]).legacy, None);
    assert!(!of(&vec![0xff; 3 * BLOCK]).groups);
}
