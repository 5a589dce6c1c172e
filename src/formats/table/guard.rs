//! Cells that spreadsheets would take for formulas (CSV injection), made harmless by an apostrophe before them.
//!
//! One apostrophe is put before a cell that begins with one of [`FORMULA`], or with apostrophes and then one of these;
//! reading takes one off a cell that begins with apostrophes and then one of these. So what is read is what was written.
//! For the same reason `="…"`, which people write to keep digits as they are, gets one in any case.

/// What a formula begins with; Excel takes the wide forms for the plain ones.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// What stands before a cell that is none.
pub(in crate::formats) const GUARD: char = '\'';

/// Whether an apostrophe is to be put before a cell. One that has some already needs one more in any case, because
/// reading takes one off. A phone of digits and what stands between them is no formula that does any harm.
pub(in crate::formats) fn is_needed(cell: &str, excel_safe: bool, phone: bool) -> bool {
    // As nearly all cells are by their first letter.
    if cell.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        return false;
    }
    let bare = cell.trim_start_matches(GUARD);
    if !bare.starts_with(FORMULA) {
        return false;
    }
    let is_undone = bare.len() < cell.len() || is_quoted(cell.trim());
    is_undone || excel_safe && !(phone && is_number(cell))
}

/// Whether a text is a formula that is nothing but a text, `="0123"`: reading would take the text for the value.
fn is_quoted(cell: &str) -> bool {
    cell.strip_prefix("=\"").is_some_and(|rest| rest.ends_with('"'))
}

/// Whether a text is a telephone number in international form and nothing else.
fn is_number(cell: &str) -> bool {
    let rest = cell.strip_prefix('+').unwrap_or_default();
    !rest.is_empty() && rest.chars().all(|letter| letter.is_ascii_digit() || " ()-./x#,;*".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_guarded_and_numbers_are_not() {
        for (cell, phone, needed) in [
            ("=1+1", false, true),
            ("+1 (425) 555-0100 x12", true, false),
            ("+1 (425) 555-0100 x12", false, true),
            ("+cmd|'/c calc'!A1", true, true),
            ("+", true, true),
            ("-1", true, true),
            ("@SUM(A1)", false, true),
            ("\tx", false, true),
            ("＝1", false, true),
            ("Ann", false, false),
            ("'Ann", false, false),
            ("", false, false),
            ("a=1", false, false),
        ] {
            assert_eq!(is_needed(cell, true, phone), needed, "{cell}");
            assert!(!is_needed(cell, false, phone), "{cell}");
        }
        assert!(is_needed("'=1", false, false) && is_needed("''+1", true, true));
        assert!(is_needed("=\"0123\"", false, false) && !is_needed("=\"0123", false, false));
    }
}
