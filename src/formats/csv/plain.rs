//! Plain tables for people to look at in a spreadsheet program: no contact's, and never read again.

use crate::formats::table::guard;

/// What stands before such a table, so that Excel takes it for UTF-8.
pub const MARK: &str = "\u{feff}";

/// A row of cells, none of which is taken for a formula.
pub fn row(cells: &[&str]) -> String {
    let cells: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
    cells.join(",") + "\r\n"
}

/// A cell as it stands in a row (RFC 4180). NUL ends the file for some programs.
fn quoted(cell: &str) -> String {
    let cell = cell.replace('\0', "\u{fffd}");
    let cell = if guard::is_needed(&cell, true, false) { format!("{}{cell}", guard::GUARD) } else { cell };
    let is_plain = !cell.contains([',', '"', '\r', '\n', ';', '\t']) && cell.trim().len() == cell.len();
    if is_plain { cell } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_and_are_no_formulas() {
        let cells = ["a", "", " b ", "c,d", "e\"f", "g\r\nh", "=1+1", "+1 425", "-x", "@y", "\tz", "ü; 山"];
        let row = row(&cells);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(row.as_bytes());
        let read: Vec<String> = reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect();
        let bare: Vec<_> = read.iter().map(|cell| cell.strip_prefix('\'').unwrap_or(cell)).collect();
        assert_eq!(bare, cells);
        assert!(!read.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t'])), "{read:?}");
    }
}
