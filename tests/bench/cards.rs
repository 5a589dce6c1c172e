//! Cards as programs other than ours write them: 3.0, invented people, about 550 bytes each, the same for the same
//! number; with photos of 11 to 22 KiB each about 24,000 bytes.

use std::io::{BufWriter, Write};

use crate::inputs::generator::Draw;

const GIVEN: &[&str] = &[
    "James",
    "Mary",
    "Robert",
    "Linda",
    "Jürgen",
    "Käthe",
    "François",
    "Zoë",
    "Søren",
    "José",
    "Łukasz",
    "Žofie",
    "Ömer",
    "Ольга",
    "Γιώργος",
    "太郎",
    "花子",
    "伟",
    "서연",
    "राहुल",
    "فاطمة",
    "דוד",
];
const FAMILY: &[&str] = &[
    "Smith",
    "Johnson",
    "Garcia",
    "Müller",
    "Lefèvre",
    "Núñez",
    "Ångström",
    "Kowalski",
    "Yılmaz",
    "Петрова",
    "Παπαδόπουλος",
    "鈴木",
    "王",
    "김",
    "शर्मा",
    "כהן",
    "O'Brien",
    "van der Berg",
    "Saint-Exupéry",
];
const COMPANIES: &[&str] = &[
    "Contoso\\, Ltd.;Engineering",
    "Fabrikam Inc.;Sales",
    "Adventure Works\\; Cycles;R&D",
    "Müller & Söhne GmbH;Öffentlichkeitsarbeit",
    "株式会社サンプル;Finance",
    "Example \"Quoted\" Co.;Sales",
];
const TITLES: &[&str] = &["Engineer", "Manager", "Director\\, EMEA", "エンジニア", "CEO"];
const STREETS: &[&str] =
    &["Main St", "Oak Ave\\, Apt 4", "Königstraße", "Rue de l'Église", "Calle Mayor\\; 2º izq.", "1-1 丸の内"];
const CITIES: &[&str] = &[
    "Seattle;WA;98101;United States",
    "München;Bayern;80331;Deutschland",
    "Paris;Île-de-France;75001;France",
    "東京都千代田区;東京都;100-0001;日本",
    "London;;SW1A 1AA;United Kingdom",
];
const CATEGORIES: &[&str] = &["Friends", "Family", "Key Customer", "Freunde"];
const WORDS: &[&str] = &[
    "met",
    "at",
    "the",
    "conference",
    "in",
    "spring",
    "and",
    "agreed",
    "to",
    "follow",
    "up",
    "about",
    "renewal",
    "service",
    "contract",
    "préparer",
    "réunion",
    "über",
    "Straße",
    "会議",
    "заметка",
];
const TELEPHONES: &[&str] = &["CELL", "HOME", "WORK", "FAX", "PAGER", "MAIN"];

/// Writes so many cards.
pub fn write(count: usize, photos: bool, out: impl Write) {
    let mut out = BufWriter::with_capacity(1 << 20, out);
    let mut draw = Draw::new(1);
    for number in 0..count {
        let mut card = Card(String::new());
        card.person(&mut draw);
        card.reach(&mut draw, number);
        card.said(&mut draw, number);
        if photos {
            card.photo(&mut draw);
        }
        card.line(&format!("UID:urn:uuid:{number:08x}-0000-4000-8000-{:012x}", draw.below(1 << 40)));
        card.line("REV:2024-01-01T12:00:00Z");
        card.line("END:VCARD");
        out.write_all(card.0.as_bytes()).unwrap();
    }
    out.flush().unwrap();
}

struct Card(String);

fn pick(draw: &mut Draw, list: &[&'static str]) -> &'static str {
    list[draw.below(list.len())]
}

fn chance(draw: &mut Draw, percent: usize) -> bool {
    draw.below(100) < percent
}

impl Card {
    /// Adds a line, folded at 75 octets between characters.
    fn line(&mut self, line: &str) {
        let mut width = 0;
        for char in line.chars() {
            if width + char.len_utf8() > 75 {
                self.0.push_str("\r\n ");
                width = 1;
            }
            self.0.push(char);
            width += char.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    fn person(&mut self, draw: &mut Draw) {
        self.0.push_str("BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Example//address book 1.0//EN\r\n");
        let (given, family) = (pick(draw, GIVEN), pick(draw, FAMILY));
        let middle = if chance(draw, 25) { "Marie" } else { "" };
        let prefix = if chance(draw, 20) { "Dr." } else { "" };
        self.line(&format!("N:{family};{given};{middle};{prefix};"));
        let full: Vec<_> = [prefix, given, middle, family].into_iter().filter(|part| !part.is_empty()).collect();
        self.line(&format!("FN:{}", full.join(" ")));
        if chance(draw, 10) {
            self.line(&format!("NICKNAME:{}", pick(draw, GIVEN)));
        }
        if chance(draw, 55) {
            self.line(&format!("ORG:{}", pick(draw, COMPANIES)));
            self.line(&format!("TITLE:{}", pick(draw, TITLES)));
        }
    }

    fn reach(&mut self, draw: &mut Draw, number: usize) {
        let hosts = [("HOME", "example.com"), ("WORK", "contoso.example"), ("OTHER", "mail.example.org")];
        for (at, (kind, host)) in hosts.into_iter().take([0, 1, 1, 1, 2, 3][draw.below(6)]).enumerate() {
            let preferred = if at == 0 { ",PREF" } else { "" };
            self.line(&format!("EMAIL;TYPE=INTERNET,{kind}{preferred}:user{number}.{at}@{host}"));
        }
        let first = draw.below(TELEPHONES.len());
        for at in 0..[0, 1, 1, 2, 2, 3, 4][draw.below(7)] {
            let kind = TELEPHONES[(first + at) % TELEPHONES.len()];
            self.line(&format!("TEL;TYPE={kind},VOICE:+1 (206) 555-01{:02}", draw.below(100)));
        }
        for kind in ["HOME", "WORK"].into_iter().take([0, 1, 1, 2][draw.below(4)]) {
            let street = format!("{} {}", 1 + draw.below(9998), pick(draw, STREETS));
            self.line(&format!("ADR;TYPE={kind}:;;{street};{}", pick(draw, CITIES)));
        }
        if chance(draw, 10) {
            self.line(&format!("item1.TEL:+1 (425) 555-01{:02}", draw.below(100)));
            self.line("item1.X-ABLabel:Assistant");
        }
        if chance(draw, 20) {
            self.line(&format!("URL:https://www.example.com/~user{number}"));
        }
    }

    fn said(&mut self, draw: &mut Draw, number: usize) {
        if chance(draw, 30) {
            self.line(&format!("BDAY:{}-{:02}-{:02}", 1940 + draw.below(70), 1 + draw.below(12), 1 + draw.below(28)));
        }
        if chance(draw, 40) {
            self.line(&format!("CATEGORIES:{},{}", pick(draw, CATEGORIES), CATEGORIES[number % CATEGORIES.len()]));
        }
        if chance(draw, 35) {
            let mut note = String::from("NOTE:");
            for line in 0..=draw.below(3) {
                note.push_str(if line > 0 { "\\n" } else { "" });
                for _ in 0..3 + draw.below(22) {
                    note.push_str(pick(draw, WORDS));
                    note.push(' ');
                }
                note.push_str(["\\, etc\\; done", "C:\\\\path"][draw.below(2)]);
            }
            self.line(&note);
        }
    }

    /// Bytes that begin as a JPEG does.
    fn photo(&mut self, draw: &mut Draw) {
        let mut bytes = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01".to_vec();
        bytes.resize_with(11_250 + draw.below(11_250), || draw.below(256) as u8);
        bytes.extend(b"\xff\xd9");
        self.line(&format!("PHOTO;ENCODING=b;TYPE=JPEG:{}", base64_simd::STANDARD.encode_to_string(&bytes)));
    }
}
