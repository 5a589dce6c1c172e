//! The character sets that a property may say it is in, in every form in which it may be transferred.

use encoding_rs::Encoding;
use pretty_assertions::assert_eq;

use super::contacts;

/// What CHARSET says, the encoding that is meant by its WHATWG name, and a text in it.
const TEXTS: &[(&str, &str, &str)] = &[
    ("windows-1250", "windows-1250", "Iksiński Šimůnek"),
    ("windows-1251", "windows-1251", "Анна Каренина"),
    ("WINDOWS-1252", "windows-1252", "Jürgen Groß"),
    ("cp1252", "windows-1252", "Jürgen Groß"),
    ("ANSI", "windows-1252", "Jürgen Groß"),
    ("windows-1253", "windows-1253", "Γιώργος"),
    ("windows-1254", "windows-1254", "Işık Çağ"),
    ("windows-1255", "windows-1255", "שלום"),
    ("windows-1256", "windows-1256", "محمد"),
    ("windows-1257", "windows-1257", "Jūratė"),
    ("windows-1258", "windows-1258", "Đăng"),
    ("ISO-8859-1", "windows-1252", "Jürgen Groß"),
    ("\"iso-8859-1\"", "windows-1252", "Jürgen Groß"),
    ("ISO-8859-2", "iso-8859-2", "Iksiński"),
    ("ISO-8859-5", "iso-8859-5", "Анна"),
    ("ISO-8859-7", "iso-8859-7", "Γιώργος"),
    ("ISO-8859-9", "windows-1254", "Işık"),
    ("ISO-8859-15", "iso-8859-15", "Œuvre €"),
    ("KOI8-R", "koi8-r", "Анна Каренина"),
    ("SHIFT_JIS", "shift_jis", "山田太郎 ソ表"),
    ("CP932", "shift_jis", "山田太郎 ソ表"),
    ("ISO-2022-JP", "iso-2022-jp", "山田太郎"),
    ("GBK", "gbk", "李小龙"),
    ("GB2312", "gbk", "李小龙"),
    ("CP936", "gbk", "李小龙"),
    ("Big5", "big5", "張功蓋"),
    ("CP950", "big5", "張功蓋"),
    ("EUC-KR", "euc-kr", "김철수"),
    ("CP949", "euc-kr", "김철수"),
    ("UTF-8", "utf-8", "Zoë 山"),
    ("utf-8", "utf-8", "Anna"),
];

/// What CHARSET says, whether the bytes are big-endian, whether they have a mark, and the text.
const WIDE: &[(&str, bool, bool, &str)] = &[
    ("UTF-16", false, true, "Zoë 山田"),
    ("UTF-16", true, true, "Zoë 山田"),
    ("UTF-16", false, false, "Anna"),
    ("UTF-16", true, false, "Zoë Groß"),
    ("utf-16le", false, false, "Zoë 山"),
    ("UTF-16BE", true, false, "Zoë 山"),
    ("UTF-16LE", false, true, "Anna"),
    ("UTF-16BE", true, true, "山田"),
];

fn wide(text: &str, big: bool, marked: bool) -> Vec<u8> {
    let mark = if marked { "\u{feff}" } else { "" };
    let units: Vec<u16> = mark.encode_utf16().chain(text.encode_utf16()).collect();
    units.iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

/// The note of a card with these bytes in one of the forms that vCard 2.1 has.
fn read_back(charset: &str, form: &str, value: &[u8]) -> String {
    let mut card = b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN:a\r\n".to_vec();
    let encoding = if form.is_empty() { String::new() } else { format!(";ENCODING={form}") };
    card.extend_from_slice(format!("NOTE;CHARSET={charset}{encoding}:").as_bytes());
    card.extend_from_slice(value);
    card.extend_from_slice(b"\r\nTITLE:t\r\nEND:VCARD\r\n");
    let contact = contacts(&card).remove(0);
    assert_eq!((contact.name.full.as_str(), contact.organization.job_title.as_str()), ("a", "t"), "{charset} {form}");
    contact.notes
}

fn is_read(charset: &str, bytes: &[u8], text: &str) {
    let quoted: String = bytes.iter().map(|byte| format!("={byte:02X}")).collect();
    let sparing: String = bytes
        .iter()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(*byte).to_string(),
            _ => format!("={byte:02X}"),
        })
        .collect();
    let base64 = base64_simd::STANDARD.encode_to_string(bytes);
    let forms = [
        ("QUOTED-PRINTABLE", quoted.as_bytes()),
        ("QUOTED-PRINTABLE", sparing.as_bytes()),
        ("BASE64", base64.as_bytes()),
        ("8BIT", bytes),
        ("", bytes),
    ];
    for (form, value) in forms {
        assert_eq!(read_back(charset, form, value), text, "{charset} {form}");
    }
}

#[test]
fn each_character_set_is_read_in_each_form() {
    for (charset, meant, text) in TEXTS {
        let (bytes, _, lacks) = Encoding::for_label(meant.as_bytes()).unwrap().encode(text);
        assert!(!lacks, "{charset} has not all of {text}");
        is_read(charset, &bytes, text);
    }
    for (charset, big, marked, text) in WIDE {
        is_read(charset, &wide(text, *big, *marked), text);
    }
}

#[test]
fn a_label_that_a_converted_file_kept_is_passed_over() {
    assert_eq!(read_back("UTF-16", "", "Zoë 山".as_bytes()), "Zoë 山");
    assert_eq!(read_back("UTF-16", "", b"Anna"), "Anna");
    assert_eq!(read_back("ISO-8859-1", "", "Zoë".as_bytes()), "Zoë");
    // All of these bytes are ASCII, and coded they are what they say.
    assert_eq!(read_back("UTF-16BE", "QUOTED-PRINTABLE", b"=5Cqu0"), "山田");
    assert_eq!(read_back("UTF-16BE", "BASE64", b"XHF1MA=="), "山田");
}
