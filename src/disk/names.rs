//! Names for files, made from any text: every system takes them, none leads anywhere, no two are the same.
//!
//! What is refused or changed, and by whom:
//!
//! | what | why |
//! | --- | --- |
//! | `/ \ : * ? " < > \|`, control characters | Windows refuses them; the first two would lead elsewhere |
//! | what is one of these in a wide or small form (`／`) | programs of old code pages get the plain form |
//! | `~` | `NAME~1.VCF` may be the short name of another file on Windows |
//! | bidirectional controls, zero-width and other invisible characters | they make a name look like another |
//! | dots, blanks and hyphens at the front, dots and blanks at the end | hidden files, options; Windows drops the end |
//! | `CON`, `PRN`, `AUX`, `NUL`, `COM1`, `LPT¹`, `CLOCK$` …, with any ending | devices of Windows |
//! | more than 255 bytes of UTF-8, or units of UTF-16 composed or decomposed | the longest that ext4, NTFS, APFS and HFS+ take |
//! | names that differ in case, or in how letters are composed, alone | the same file to Windows and macOS |

use std::collections::HashMap;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// The longest name, in bytes of UTF-8 and in units of UTF-16.
const LONGEST: usize = 255;

/// Characters that are no part of a name, beside control characters.
const REFUSED: &[char] = &['/', '\\', ':', '*', '?', '"', '<', '>', '|', '~', '\u{2044}', '\u{2215}', '\u{29f8}'];

/// What stands for a character that is refused.
const INSTEAD: char = '_';

/// The devices of Windows and DOS without their numbered ones (`COM0` to `LPT9`).
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "clock$", "conin$", "conout$"];

/// Characters that show nothing: Unicode's `Default_Ignorable_Code_Point`, and those that are no characters.
const INVISIBLE: &[(u32, u32)] = &[
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x61c, 0x61c),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x202a, 0x202e),
    (0x2060, 0x206f),
    (0x3164, 0x3164),
    (0xfdd0, 0xfdef),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfff8),
    (0xfffe, 0xffff),
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe0fff),
];

/// The names given so far in one directory. The same texts in the same order always get the same names.
#[derive(Debug)]
pub struct Names {
    ending: &'static str,
    otherwise: &'static str,
    /// The hash of each name as careless systems see it, and the number that was last put behind it. Hashes keep it
    /// small; two that are the same by chance cost no more than a number.
    taken: HashMap<u64, u32>,
}

impl Names {
    /// Names with this ending, dot included; `otherwise` is the name of what has none.
    pub fn new(ending: &'static str, otherwise: &'static str) -> Self {
        Self { ending, otherwise, taken: HashMap::new() }
    }

    /// A name for something that people call `text`: never given before, with ` (2)` and so on where it must.
    pub fn next(&mut self, text: &str) -> String {
        let stem = safe(text, self.otherwise);
        let name = fitted(&stem, "", self.ending);
        let key = key(&name);
        if let std::collections::hash_map::Entry::Vacant(entry) = self.taken.entry(key) {
            entry.insert(1);
            return name;
        }
        let mut number = self.taken.get(&key).copied().unwrap_or(1);
        loop {
            number = number.saturating_add(1);
            let name = fitted(&stem, &format!(" ({number})"), self.ending);
            let own = self::key(&name);
            if !self.taken.contains_key(&own) || number == u32::MAX {
                self.taken.insert(own, 1);
                self.taken.insert(key, number);
                return name;
            }
        }
    }
}

/// A name for something that people call `text`, with a mark behind it that tells it from others of the same name.
/// `otherwise` is the name of what has none; the ending has its dot.
pub fn distinct(text: &str, otherwise: &str, mark: &str, ending: &str) -> String {
    fitted(&safe(text, otherwise), mark, ending)
}

/// A name without its ending.
fn safe(text: &str, otherwise: &str) -> String {
    // What is cut off anyway is not looked at.
    let shown = text.chars().filter_map(shown).take(4 * LONGEST);
    let mut name = String::new();
    for letter in shown.nfc() {
        // One blank is enough, and none at the front.
        if letter != ' ' || !name.is_empty() && !name.ends_with(' ') {
            name.push(letter);
        }
    }
    let name = name.trim_start_matches([' ', '.', '-']).trim_end_matches([' ', '.']);
    match name {
        "" => otherwise.to_owned(),
        name if is_device(name) => format!("{INSTEAD}{name}"),
        name => name.to_owned(),
    }
}

/// What a name shows of a character.
fn shown(letter: char) -> Option<char> {
    let code = u32::from(letter);
    // The last two of every plane are no characters.
    if code & 0xfffe == 0xfffe || INVISIBLE.iter().any(|(first, last)| (*first..=*last).contains(&code)) {
        return None;
    }
    match letter {
        letter if letter.is_whitespace() => Some(' '),
        letter if letter.is_control() => None,
        letter if std::iter::once(letter).nfkc().any(|plain| REFUSED.contains(&plain)) => Some(INSTEAD),
        letter => Some(letter),
    }
}

/// Whether Windows takes a name for a device, whatever its ending. `COM¹` is one too.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem: String = stem.trim_end().nfkc().flat_map(char::to_lowercase).collect();
    let numbered = stem.strip_prefix("com").or_else(|| stem.strip_prefix("lpt"));
    let numbered = numbered.is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']));
    numbered || DEVICES.contains(&stem.as_str())
}

/// The stem with what goes behind it, cut to what fits.
fn fitted(stem: &str, number: &str, ending: &str) -> String {
    let mut end = stem.floor_char_boundary(LONGEST);
    loop {
        let cut = stem[..end].trim_end_matches([' ', '.']);
        let name = format!("{cut}{number}{ending}");
        if fits(&name) || cut.is_empty() {
            return name;
        }
        end = cut.char_indices().next_back().map_or(0, |(at, _)| at);
    }
}

fn fits(name: &str) -> bool {
    let units = |letters: &mut dyn Iterator<Item = char>| letters.map(char::len_utf16).sum::<usize>();
    name.len() <= LONGEST && units(&mut name.chars()) <= LONGEST && units(&mut name.nfd()) <= LONGEST
}

/// What is the same for names that some system takes for the same.
fn key(name: &str) -> u64 {
    let folded: String = name.nfkd().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfkd().collect();
    let digest = Sha256::digest(folded.as_bytes());
    digest.iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> String {
        Names::new(".vcf", "Unnamed").next(text)
    }

    #[test]
    fn names_stay_readable() {
        let table = [
            ("Zoë Łuk", "Zoë Łuk.vcf"),
            ("山田 太郎", "山田 太郎.vcf"),
            ("Dr. Ada  Byron, Ph.D.", "Dr. Ada Byron, Ph.D.vcf"),
            ("ada@example.com", "ada@example.com.vcf"),
            ("+49 30 123", "+49 30 123.vcf"),
            ("O'Neill & Söhne (Berlin)", "O'Neill & Söhne (Berlin).vcf"),
            ("Jose\u{301}", "José.vcf"),
            ("Ann\u{a0}\tOne\nTwo", "Ann One Two.vcf"),
            ("🎈 Balloon", "🎈 Balloon.vcf"),
        ];
        for (text, wanted) in table {
            assert_eq!(name(text), wanted);
        }
    }

    #[test]
    fn nothing_leads_anywhere_or_is_special() {
        let table = [
            ("", "Unnamed.vcf"),
            (" .. ", "Unnamed.vcf"),
            ("../../etc/passwd", "_.._etc_passwd.vcf"),
            ("..\\..\\x", "_.._x.vcf"),
            ("C:\\x", "C__x.vcf"),
            ("a\u{0}b", "ab.vcf"),
            (".hidden", "hidden.vcf"),
            ("-rf", "rf.vcf"),
            ("a. . .", "a.vcf"),
            ("A/B:C*D?E\"F<G>H|I", "A_B_C_D_E_F_G_H_I.vcf"),
            ("a／b", "a_b.vcf"),
            ("CONTAC~1", "CONTAC_1.vcf"),
            ("con", "_con.vcf"),
            ("Nul.txt", "_Nul.txt.vcf"),
            ("AUX .x", "_AUX .x.vcf"),
            ("com¹", "_com¹.vcf"),
            ("LPT0", "_LPT0.vcf"),
            ("CONIN$", "_CONIN$.vcf"),
            ("CLOCK$", "_CLOCK$.vcf"),
            ("Connor", "Connor.vcf"),
            ("COM10", "COM10.vcf"),
            ("Com", "Com.vcf"),
            ("gpj.\u{202e}exe", "gpj.exe.vcf"),
            ("Ad\u{200b}a\u{fe0f}", "Ada.vcf"),
        ];
        for (text, wanted) in table {
            assert_eq!(name(text), wanted);
        }
    }

    #[test]
    fn names_that_some_system_takes_for_the_same_are_kept_apart() {
        let mut names = Names::new(".vcf", "Unnamed");
        let texts = ["Ann", "ann", "ANN", "Ann (2)", "Straße", "STRASSE", "Jos\u{e9}", "JOSE\u{301}", "Ann.", "", ""];
        let given: Vec<_> = texts.iter().map(|text| names.next(text)).collect();
        let wanted = [
            "Ann.vcf",
            "ann (2).vcf",
            "ANN (3).vcf",
            "Ann (2) (2).vcf",
            "Straße.vcf",
            "STRASSE (2).vcf",
            "José.vcf",
            "JOSÉ (2).vcf",
            "Ann (4).vcf",
            "Unnamed.vcf",
            "Unnamed (2).vcf",
        ];
        assert_eq!(given, wanted);
    }

    #[test]
    fn a_long_name_is_cut_between_characters_and_its_number_stays() {
        let mut names = Names::new(".vcf", "Unnamed");
        for letter in ["x", "é", "漢", "한", "🎈", "\u{1f82}"] {
            let text = letter.repeat(300);
            let (first, second) = (names.next(&text), names.next(&text));
            assert!(fits(&first) && fits(&second), "{first} {second}");
            assert!(first.len() > 150 && second.ends_with(" (2).vcf"), "{first} {second}");
        }
    }

    #[test]
    fn many_of_one_name_are_named_at_once() {
        let mut names = Names::new(".vcf", "Unnamed");
        let last = (0..20_000).map(|_| names.next("Ann")).last();
        assert_eq!(last.as_deref(), Some("Ann (20000).vcf"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

        #[test]
        fn any_texts_get_safe_and_different_names(texts in proptest::collection::vec(hostile(), 1..20)) {
            let mut names = Names::new(".vcf", "Unnamed");
            let given: Vec<_> = texts.iter().map(|text| names.next(text)).collect();
            let mut seen = std::collections::HashSet::new();
            for name in &given {
                prop_assert!(fits(name));
                prop_assert_eq!(name.nfc().collect::<String>(), name.as_str());
                let stem = name.strip_suffix(".vcf").unwrap();
                prop_assert!(!stem.is_empty() && !stem.starts_with([' ', '.', '-']) && !stem.ends_with([' ', '.']));
                prop_assert!(!name.nfkc().any(|letter| REFUSED.contains(&letter) || letter.is_control()), "{name:?}");
                prop_assert!(!is_device(name), "{name:?}");
                prop_assert!(name.chars().all(|letter| shown(letter) == Some(letter)), "{name:?}");
                prop_assert!(seen.insert(name.to_lowercase().nfc().collect::<String>()), "{given:?}");
            }
            let mut again = Names::new(".vcf", "Unnamed");
            prop_assert_eq!(given, texts.iter().map(|text| again.next(text)).collect::<Vec<_>>());
        }
    }

    /// Texts that look for trouble.
    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            3 => proptest::sample::select(
                &["con", "COM", "¹", "1", ".", "..", "/", "\\", " ", "-", "~", "a", "A", "é", "e\u{301}", "\u{345}", "ß",
                  "ss", "漢", "🎈", "\u{202e}", "\u{200d}", "\u{0}", "\u{2028}", "(2)", " (2)", "nul", "$", "：", "\u{338}"][..],
            ).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
            1 => "[a-zé漢]{1,140}",
        ];
        proptest::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }
}
