//! Rejected rows as they stand in their table, each with the reason in one more last column, to be mended and read
//! again. The reader knows that column and leaves it out of the contact, so that nothing has to be renamed or removed.

use std::borrow::Cow;

use crate::formats::table::{REASON, REASON_MARK};
use crate::formats::{Reject, Table, charset};

/// What would need quotes in a cell, whatever program has been over the file meanwhile, and what stands for it.
const PLAIN: &[(char, &str)] =
    &[(',', ""), (';', " -"), ('|', "/"), ('\t', " "), ('\n', " "), ('\r', ""), ('"', "'"), ('“', "'"), ('”', "'")];

/// The delimiters that are found without being said.
const KNOWN: &[u8] = b",;\t|";

/// The header row with the column for the reasons, which it may have already; a line break behind it. Where another
/// delimiter than the usual ones is used, a line that Excel knows says which.
pub fn header(table: &Table) -> Vec<u8> {
    if !has_header(table) {
        return table.header.clone();
    }
    let bare = table.header.strip_suffix(table.line_break.as_slice()).unwrap_or(&table.header);
    let mut header = Vec::new();
    let mark = charset::by_mark(bare).map_or(0, |(_, mark)| mark);
    header.extend_from_slice(&bare[..mark]);
    if !KNOWN.contains(&table.delimiter) {
        header.extend(encoded(table, &format!("sep={}", char::from(table.delimiter))));
        header.extend_from_slice(&table.line_break);
    }
    header.extend_from_slice(&bare[mark..]);
    if !has_reasons(table) {
        header.extend(encoded(table, &format!("{}{REASON}", char::from(table.delimiter))));
    }
    header.extend_from_slice(&table.line_break);
    header
}

/// A rejected row with its reason; a line break behind it. A row that reaches beyond its header keeps its cells as they
/// are, and gets none; nor does one of a table without a header, because nothing would tell the reason from a value.
pub fn row(raw: &[u8], reject: &Reject, table: &Table) -> Vec<u8> {
    if !has_header(table) {
        return [raw, table.line_break.as_slice()].concat();
    }
    let text = decoded(table, raw);
    let mut text = text.trim_end_matches(['\r', '\n']);
    let (mut width, _) = cells(&decoded(table, &table.header), table);
    if has_reasons(table) {
        width = width.saturating_sub(1);
        text = without_reason(text, table);
    }
    let (mut row, (there, _)) = (encoded(table, text), cells(text, table));
    if there <= width {
        let delimiter = char::from(table.delimiter);
        let fill: String = std::iter::repeat_n(delimiter, width - there + 1).collect();
        row.extend(encoded(table, &format!("{fill}{REASON_MARK}{}", plain(&reject.why))));
    }
    row.extend_from_slice(&table.line_break);
    row
}

/// Whether there is a header row.
fn has_header(table: &Table) -> bool {
    let mark = charset::by_mark(&table.header).map_or(0, |(_, mark)| mark);
    table.header.len() > mark
}

/// Whether the table has the column already, because it is itself what was rejected before.
fn has_reasons(table: &Table) -> bool {
    decoded(table, &table.header).trim_end().trim_end_matches('"').ends_with(REASON)
}

/// A row without the reason of an earlier run.
fn without_reason<'t>(text: &'t str, table: &Table) -> &'t str {
    let delimiter = table.delimiter;
    let Some(at) = text.rfind(REASON_MARK) else { return text };
    let before = text[..at].strip_suffix('"').unwrap_or(&text[..at]);
    let is_last = !text[at..].contains(char::from(delimiter));
    let bare = before.strip_suffix(char::from(delimiter)).filter(|_| is_last);
    match bare {
        // The cells that were put between a cell that is open and the reason are not to become more each time.
        Some(bare) if cells(bare, table).1 => bare.trim_end_matches(char::from(delimiter)),
        Some(bare) => bare,
        None => text,
    }
}

/// How many cells stand in a row, and whether a quote in it is never closed. What follows that one counts as if it were
/// none: it is most likely what was forgotten.
fn cells(text: &str, table: &Table) -> (usize, bool) {
    // A quote counts at the beginning of a cell, inside one that began so, and right behind one that seemed to end it.
    let (mut count, mut hidden, mut quoted, mut counts) = (1, 0, false, true);
    for byte in text.trim_start_matches('\u{feff}').bytes() {
        match byte {
            b'"' if counts => {
                quoted = !quoted;
                continue;
            }
            byte if byte == table.delimiter && quoted => hidden += 1,
            byte if byte == table.delimiter => (count, hidden) = (count + 1, 0),
            _ => {}
        }
        counts = quoted || byte == table.delimiter || counts && byte == b' ' && table.padded;
    }
    (count + if quoted { hidden } else { 0 }, quoted)
}

fn plain(why: &str) -> String {
    let shown = |letter| {
        PLAIN
            .iter()
            .find(|(of, _)| *of == letter)
            .map_or(Cow::Owned(String::from(letter)), |(_, to)| Cow::Borrowed(*to))
    };
    why.chars().map(shown).collect()
}

fn decoded(table: &Table, bytes: &[u8]) -> String {
    let (text, _, _) = table.encoding.decode(bytes);
    text.into_owned()
}

fn encoded(table: &Table, text: &str) -> Vec<u8> {
    charset::encode(table.encoding, text)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{Encoding, UTF_8, UTF_16LE, WINDOWS_1252};

    use super::*;

    fn table(header: &str, delimiter: u8, encoding: &'static Encoding) -> Table {
        let (header, line_break) = (charset::encode(encoding, header), charset::encode(encoding, "\r\n"));
        Table { header, line_break, encoding, delimiter, padded: false }
    }

    fn again(header: &str, raw: &str, why: &str) -> (String, String) {
        let table = table(&format!("{header}\r\n"), b',', UTF_8);
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(self::header(&table)), text(row(raw.as_bytes(), &Reject::new(why), &table)))
    }

    #[test]
    fn the_reason_stands_in_one_more_last_column() {
        for (raw, shown) in [
            ("Ann", "Ann,,,rejected: no; good"),
            ("\"A, \"\"B\"\"\",2,3", "\"A, \"\"B\"\"\",2,3,rejected: no; good"),
            ("Ann,\"open, and", "Ann,\"open, and,rejected: no; good"),
            ("\"\"\"open, and", "\"\"\"open, and,,rejected: no; good"),
            ("\"a, \"\"open, and", "\"a, \"\"open, and,rejected: no; good"),
            ("1,2,3,4", "1,2,3,4"),
        ] {
            let shown = shown.replace("no; good", "no - good");
            assert_eq!(again("A,B,C", raw, "no; good"), (format!("A,B,C,{REASON}\r\n"), format!("{shown}\r\n")));
        }
    }

    #[test]
    fn a_second_run_puts_its_reason_in_the_place_of_the_first() {
        let (header, row) = again("A,B,C", "Ann", "because: “x”, y");
        assert_eq!(row, "Ann,,,rejected: because: 'x' y\r\n");
        for row in [row.trim_end().to_owned(), "Ann,,,\"rejected: because: 'x' y\"".to_owned(), "Ann,,".to_owned()] {
            let second = again(header.trim_end(), &row, "still");
            assert_eq!(second, (header.clone(), "Ann,,,rejected: still\r\n".to_owned()));
        }
        let (_, open) = again("A,B,C", "Ann,\"open", "once");
        assert_eq!(again(header.trim_end(), open.trim_end(), "twice").1, "Ann,\"open,,rejected: twice\r\n");
    }

    #[test]
    fn blanks_before_quotes_are_no_cells() {
        let padded = Table { padded: true, ..table("A, B, C\r\n", b',', UTF_8) };
        assert_eq!(row(b"Ann, \"a, b\"", &Reject::new("why"), &padded), b"Ann, \"a, b\",,rejected: why\r\n");
    }

    #[test]
    fn a_table_without_a_header_has_rows_alone() {
        for mark in ["", "\u{feff}"] {
            let bare = table(mark, b',', UTF_8);
            assert_eq!(header(&bare), mark.as_bytes());
            assert_eq!(row(b"Total: 1", &Reject::new("why"), &bare), b"Total: 1\r\n");
        }
    }

    #[test]
    fn encoding_and_delimiter_stay() {
        let odd = table("\u{feff}A^B\r\n", b'^', UTF_8);
        assert_eq!(header(&odd), format!("\u{feff}sep=^\r\nA^B^{REASON}\r\n").into_bytes());
        let wide = table("\u{feff}A;\"B;é\"\r\n", b';', UTF_16LE);
        let text = |bytes: Vec<u8>| UTF_16LE.decode_without_bom_handling(&bytes).0.into_owned();
        assert_eq!(text(header(&wide)), format!("\u{feff}A;\"B;é\";{REASON}\r\n"));
        let raw = charset::encode(UTF_16LE, "é東");
        assert_eq!(text(row(&raw, &Reject::new("why"), &wide)), "é東;;rejected: why\r\n");
        let western = table("A\tB\r\n", b'\t', WINDOWS_1252);
        assert_eq!(row(b"\xe9\t2", &Reject::new("why"), &western), b"\xe9\t2\trejected: why\r\n");
    }
}
