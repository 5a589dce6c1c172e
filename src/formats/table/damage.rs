//! What other programs do to cells, and what can be undone of it: guards against formulas, numbers that a spreadsheet
//! made of phones, and letters that were decoded wrongly.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// What a formula begins with; Excel takes the wide forms for the plain ones.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// What Excel shows for a value that is none, where that does not end in `!` or `?`.
const ERRORS: &[&str] = &["#N/A", "#N/D", "#N/B", "#NA", "#NV", "#I/T", "#GETTING_DATA"];

/// A cell without what keeps spreadsheets from calculating it: `="0123"`, and one apostrophe of those before what looks
/// like a formula. Nothing where there is no such guard.
pub(super) fn unguarded(cell: &str) -> Option<Cow<'_, str>> {
    if let Some(quoted) = cell.trim().strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')) {
        let is_text = !quoted.replace("\"\"", "").contains('"');
        return is_text.then(|| Cow::Owned(quoted.replace("\"\"", "\"")));
    }
    let rest = cell.strip_prefix('\'')?;
    rest.trim_start_matches('\'').starts_with(FORMULA).then_some(Cow::Borrowed(rest))
}

/// Whether the cell is what a spreadsheet program leaves of a value: `9.19E+11`, `####`, `#NAME?`.
pub(super) fn is_spoiled(cell: &str) -> bool {
    match cell.strip_prefix('#') {
        Some(rest) => is_error(cell, rest),
        None => is_scientific(cell),
    }
}

fn is_error(cell: &str, rest: &str) -> bool {
    let is_filling = rest.len() > 1 && rest.bytes().all(|byte| byte == b'#');
    let is_word = rest.strip_suffix(['!', '?']).is_some_and(|word| {
        let is_capital = |letter: char| letter.is_uppercase() || letter.is_ascii_digit() || "/_ ".contains(letter);
        word.chars().count() > 2 && word.chars().count() < 16 && word.chars().all(is_capital)
    });
    is_filling || is_word || ERRORS.contains(&cell)
}

/// `9.19E+11`, with a comma in half of Europe.
fn is_scientific(cell: &str) -> bool {
    let Some((number, power)) = cell.split_once("E+") else { return false };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, parts) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    whole.strip_prefix('-').unwrap_or(whole).len() == 1 && is_digits(parts) && is_digits(power)
}

/// Whether a phone or a postal code went through a spreadsheet as a number: `4255550103.0`.
pub(super) fn is_fraction(cell: &str) -> bool {
    let Some(whole) = cell.trim_end_matches('0').strip_suffix(['.', ',']) else { return false };
    cell.ends_with('0') && whole.len() > 3 && whole.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text has a letter that may be the first byte of one in UTF-8 (U+00C2 to U+00F4), before another that is no
/// ASCII.
pub(super) fn may_be_scrambled(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(0xc3, bytes).any(|at| matches!(bytes.get(at + 1..at + 3), Some([0x82..=0xb4, 0xc2..=0xff])))
}

/// The text of a cell that was UTF-8 and was read as windows-1252 once too often (`JÃ¼rgen`), if all of the cell says so.
pub(super) fn unscrambled(cell: &str) -> Option<String> {
    if !may_be_scrambled(cell) {
        return None;
    }
    let (bytes, _, unmappable) = WINDOWS_1252.encode(cell);
    if unmappable {
        return None;
    }
    let text = String::from_utf8(bytes.into_owned()).ok()?;
    (!text.is_ascii() && !text.chars().any(|letter| letter.is_control() && !letter.is_ascii())).then_some(text)
}

/// Line breaks that are written as a backslash and a letter.
pub(super) fn with_line_breaks(cell: &str) -> Option<String> {
    cell.contains("\\n").then(|| cell.replace("\\r\\n", "\n").replace("\\n", "\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Traps 14 and 16.
    #[test]
    fn guards_are_undone() {
        for (cell, bare) in [
            ("=\"00491\"", Some("00491")),
            ("=\"say \"\"hi\"\"\"", Some("say \"hi\"")),
            ("=\"a\"&\"b\"", None),
            ("'+1 425", Some("+1 425")),
            ("''=1", Some("'=1")),
            ("'＝1", Some("＝1")),
            ("'\tx", Some("\tx")),
            ("'Tis", None),
            ("O'Neil", None),
            ("=1+1", None),
            ("'", None),
            ("", None),
        ] {
            assert_eq!(unguarded(cell).as_deref(), bare, "{cell}");
        }
    }

    /// Trap 14.
    #[test]
    fn what_spreadsheets_leave_is_known() {
        for cell in
            ["9.19E+11", "4,91512E+12", "9E+11", "###", "########", "#NAME?", "#REF!", "#DIV/0!", "#N/A", "#ÜBERLAUF!"]
        {
            assert!(is_spoiled(cell), "{cell}");
        }
        for cell in ["", "#", "#1", "##", "#tag", "Apt #5!", "E+", "1E+", "19.1E+11", "A1E+5", "2E+x", "#wow!", "+49 1"]
        {
            assert!(!is_spoiled(cell), "{cell}");
        }
        assert!(is_fraction("4255550103.0") && is_fraction("98052,0") && is_fraction("4255550103.00"));
        assert!(!is_fraction("425.555.0100") && !is_fraction("4255550100") && !is_fraction("1.0") && !is_fraction("0"));
    }

    /// Trap 30.
    #[test]
    fn what_was_decoded_twice_is_known_by_the_whole_cell() {
        assert_eq!(unscrambled("JÃ¼rgen MÃ¼ller").as_deref(), Some("Jürgen Müller"));
        assert_eq!(unscrambled("itâ€™s").as_deref(), Some("it’s"));
        for cell in ["Jürgen", "Ã", "São Paulo", "naïve", "Größe", "Ã¼ and ü", "日本Ã¼"] {
            assert_eq!(unscrambled(cell), None, "{cell}");
        }
    }
}
