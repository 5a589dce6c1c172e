//! Headers and labels for comparing: case, blanks, full-width forms, quotes and dashes folded.

use unicode_normalization::UnicodeNormalization;

/// The text as it is compared: NFKC, lower case, one kind of quote and of dash, underscores and runs of blanks as one
/// blank, none at the ends, no byte order mark.
pub(in crate::formats) fn fold(text: &str) -> String {
    // Thousands of headers are folded before a table is read, and nearly all of them are normal as they stand; few words
    // of ASCII have anything to fold but their case.
    if text.bytes().all(|byte| matches!(byte, b'!'..=b'~' | b' ') && byte != b'`' && byte != b'_')
        && !(text.starts_with(' ') || text.ends_with(' ') || text.contains("  "))
    {
        return text.to_ascii_lowercase();
    }
    if text.chars().all(is_normal) { folded(text.chars(), text.len()) } else { folded(text.nfkc(), text.len()) }
}

fn folded(letters: impl Iterator<Item = char>, length: usize) -> String {
    let mut folded = String::with_capacity(length);
    let mut gap = false;
    for c in letters {
        match c {
            '\u{feff}' => {}
            c if c.is_whitespace() || c == '_' => gap = true,
            c => {
                if gap && !folded.is_empty() {
                    folded.push(' ');
                }
                gap = false;
                if c.is_ascii() {
                    folded.push(plain(c.to_ascii_lowercase()));
                } else {
                    folded.extend(c.to_lowercase().map(plain));
                }
            }
        }
    }
    folded
}

/// Whether a letter stays as it is under NFKC whatever other such letter stands beside it: Latin with its usual accents,
/// Cyrillic, kana, ideographs, Hangul syllables.
fn is_normal(c: char) -> bool {
    matches!(c,
        '\0'..='\x7f' | 'À'..='ÿ' | 'А'..='я' | 'ぁ'..='ゔ' | 'ァ'..='ー' | '一'..='\u{9fff}' | '가'..='힣')
}

fn plain(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '`' | '\u{b4}' => '\'',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        other => other,
    }
}

/// The known name that is nearest to a folded one, if any is near enough to be a slip of the pen.
pub(in crate::formats) fn nearest<'n>(folded: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let slip = Folded::new(folded);
    let distance = |name: &'n str| Some((slip.distance(&Folded::new(&fold(name)))?, name));
    names.filter(|name| slip.is_alike(name)).filter_map(distance).min().map(|(_, name)| name)
}

/// A folded name in letters: one that may be a slip of the pen, or one that may have been meant.
#[derive(Debug)]
pub(in crate::formats) struct Folded {
    letters: Vec<char>,
    /// One bit for each kind of letter in it; some kinds share one.
    kinds: u64,
}

impl Folded {
    pub(in crate::formats) fn new(folded: &str) -> Folded {
        let letters: Vec<char> = folded.chars().collect();
        let kinds = letters.iter().fold(0, |kinds, letter| kinds | 1 << (u32::from(*letter) % 64));
        Folded { letters, kinds }
    }

    /// How many letters it has.
    pub(in crate::formats) fn len(&self) -> usize {
        self.letters.len()
    }

    /// How many letters a slip of the pen in it changes at most.
    pub(in crate::formats) fn limit(&self) -> usize {
        self.len() / 4 + 1
    }

    /// Whether a name that is not folded may be near by its length: folding takes blanks away at most.
    pub(in crate::formats) fn is_alike(&self, name: &str) -> bool {
        name.chars().count().abs_diff(self.len()) <= self.limit() + 2
    }

    /// How many letters of it must be changed, added or dropped for another name (Levenshtein); none where those are
    /// more than a slip. Long names are far from everything.
    pub(in crate::formats) fn distance(&self, name: &Folded) -> Option<usize> {
        const LONG: usize = 64;
        let limit = self.limit().min(LONG - 1);
        // A letter that the other has not takes a change at least.
        let strange = |of: u64, to: u64| (of & !to).count_ones() as usize;
        let least = strange(self.kinds, name.kinds).max(strange(name.kinds, self.kinds));
        if least > limit || name.len().abs_diff(self.len()) > limit.min(LONG / 4) {
            return None;
        }
        let name = &name.letters[..name.len().min(LONG)];
        let mut row: Vec<usize> = (0..=name.len()).collect();
        for (i, a) in self.letters.iter().enumerate() {
            let mut diagonal = i;
            row[0] = i + 1;
            for (j, b) in name.iter().enumerate() {
                let changed = diagonal + usize::from(a != b);
                diagonal = row[j + 1];
                row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
            }
            // No row has less than the one before it.
            if row.iter().all(|far| *far > limit) {
                return None;
            }
        }
        row.last().copied().filter(|far| *far <= limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trap 28: blanks and look-alikes.
    #[test]
    fn look_alikes_are_alike() {
        for (written, folded) in [
            ("Société ", "société"),
            ("Assistant’s Name", "assistant's name"),
            ("Улица  2 (другой адрес)", "улица 2 (другой адрес)"),
            ("E\u{2011}Mail\u{a0}Adresse", "e-mail adresse"),
            ("\u{feff}First Name", "first name"),
            ("first_name", "first name"),
            ("ＦＡＸ", "fax"),
            ("携帯電話 ", "携帯電話"),
            ("", ""),
        ] {
            assert_eq!(fold(written), folded);
        }
    }

    #[test]
    fn what_is_normal_stays_as_it_is() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| is_normal(*c)) {
            let beside = ['a', 'é', 'я', 'か', 'ハ', 'ー', '一', '가', c];
            for text in beside.map(|other| format!("{other}{c}{other}")) {
                assert!(text.nfkc().eq(text.chars()), "{text:?}");
            }
        }
    }

    #[test]
    fn a_slip_of_the_pen_finds_its_name() {
        let names = ["Telex", "Sensitivity", "Notes"];
        assert_eq!(nearest("senstivity", names.into_iter()), Some("Sensitivity"));
        assert_eq!(nearest("telix", names.into_iter()), Some("Telex"));
        assert_eq!(nearest("customer number", names.into_iter()), None);
        let distance = |one: &str, other: &str| Folded::new(one).distance(&Folded::new(other));
        assert_eq!(distance("kitten, cat", "sitting, cat"), Some(3));
        assert_eq!(distance("kitten", "sitting"), None, "three of six letters are no slip");
        assert_eq!(distance(&"a".repeat(300), &"a".repeat(300)), None);
    }
}
