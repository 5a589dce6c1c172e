//! HTML tables, which many programs write and call XLS: each table of the page is a sheet.

use std::borrow::Cow;
use std::io::Read;

use encoding_rs::{Encoding, UTF_8};

use crate::formats::charset;
use crate::formats::sheet::cells::Cells;
use crate::formats::sheet::store::{Scratch, Stop, Store};
use crate::formats::table::MAX_COLUMNS;

/// The longest page: all of it is held in memory.
const MAX_PAGE: u64 = 64 * 1024 * 1024;

/// How far a page's own word on its character set is looked for.
const HEAD: usize = 4096;

/// The characters that pages name; others come as numbers.
const NAMED: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("euro", '€'),
    ("shy", '\u{ad}'),
];

/// Reads every table into the store.
pub(super) fn fill<R: Read, S: Scratch>(input: R, store: &mut Store<S>) -> Result<(), Stop> {
    let mut bytes = Vec::new();
    input.take(MAX_PAGE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_PAGE {
        let what = "is a web page of more than 64 MiB; open it in a spreadsheet program and save it as CSV";
        return Err(Stop::Book(what.to_owned()));
    }
    let text = decoded(&bytes);
    let (mut page, mut rest) = (Page::default(), &*text);
    while let Some((before, behind)) = rest.split_once('<') {
        page.text(before);
        rest = if let Some(comment) = behind.strip_prefix("!--") {
            comment.split_once("-->").map_or("", |(_, rest)| rest)
        } else {
            let (tag, rest) = behind.split_once('>').unwrap_or((behind, ""));
            page.tag(tag, store)?;
            beyond_code(tag, rest)
        };
    }
    page.text(rest);
    page.end_row(store)?;
    Ok(())
}

/// The page as text: in the character set that its mark or it itself says, else in UTF-8 or what it looks like.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = charset::by_mark(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_lowercase();
    let said = head.split_once("charset=").map(|(_, rest)| rest.trim_start_matches(['"', '\'']));
    let said = said
        .and_then(|rest| rest.split(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter)).next());
    let said: Option<&'static Encoding> = said.and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = match said {
        _ if charset::is_utf8(bytes, true) => UTF_8,
        Some(encoding) if encoding != UTF_8 => encoding,
        _ => charset::guess(bytes),
    };
    encoding.decode_without_bom_handling(bytes).0
}

/// What follows an element whose content is no text.
fn beyond_code<'t>(tag: &str, rest: &'t str) -> &'t str {
    let name = name_of(tag);
    if name != "script" && name != "style" {
        return rest;
    }
    let mut at = 0;
    while let Some(end) = rest[at..].find("</") {
        at += end;
        if rest[at + 2..].get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(&name)) {
            return &rest[at..];
        }
        at += 2;
    }
    ""
}

/// The name of a tag in lower case, with the slash before it if it ends an element.
fn name_of(tag: &str) -> String {
    let end = tag.char_indices().find(|(at, letter)| letter.is_whitespace() || *letter == '/' && *at > 0);
    tag[..end.map_or(tag.len(), |(at, _)| at)].to_ascii_lowercase()
}

/// Where in the page the reading is.
#[derive(Default)]
struct Page {
    tables: usize,
    /// Tables within cells: their texts are texts of the cell.
    depth: usize,
    rows: u32,
    cells: Cells,
    column: usize,
    /// The cell that is open: how many columns it takes, and its text.
    cell: Option<(usize, String)>,
}

impl Page {
    fn tag<S: Scratch>(&mut self, tag: &str, store: &mut Store<S>) -> Result<(), Stop> {
        match name_of(tag).as_str() {
            "table" => {
                self.depth += 1;
                if self.depth == 1 {
                    self.tables += 1;
                    self.rows = 0;
                    store.begin(&format!("table {}", self.tables), false);
                }
            }
            "/table" => {
                if self.depth == 1 {
                    self.end_row(store)?;
                }
                self.depth = self.depth.saturating_sub(1);
            }
            "tr" if self.depth == 1 => {
                self.end_row(store)?;
                self.rows = self.rows.saturating_add(1);
                self.cells.begin(self.rows);
                self.column = 0;
            }
            "/tr" if self.depth == 1 => self.end_row(store)?,
            "td" | "th" if self.depth == 1 => {
                self.end_cell();
                self.cell = Some((span(tag), String::new()));
            }
            "/td" | "/th" if self.depth == 1 => self.end_cell(),
            "br" | "p" | "/p" | "div" | "/div" => self.break_line(),
            _ => {}
        }
        Ok(())
    }

    /// Adds text to the open cell; blanks and line breaks of the page are one blank.
    fn text(&mut self, text: &str) {
        let Some((_, cell)) = &mut self.cell else { return };
        for (at, word) in text.split([' ', '\t', '\n', '\r']).enumerate() {
            if at > 0 && !cell.is_empty() && !cell.ends_with([' ', '\n']) {
                cell.push(' ');
            }
            unescape(word, cell);
        }
    }

    fn break_line(&mut self) {
        if let Some((_, cell)) = &mut self.cell
            && !cell.is_empty()
        {
            cell.truncate(cell.trim_end_matches(' ').len());
            if !cell.ends_with('\n') {
                cell.push('\n');
            }
        }
    }

    fn end_cell(&mut self) {
        if let Some((span, text)) = self.cell.take() {
            self.cells.put(self.column, text.trim(), None);
            self.column = self.column.saturating_add(span);
        }
    }

    fn end_row<S: Scratch>(&mut self, store: &mut Store<S>) -> Result<(), Stop> {
        self.end_cell();
        if !self.cells.ends.is_empty() || self.cells.too_long {
            store.add(&self.cells)?;
        }
        self.cells.begin(self.rows);
        Ok(())
    }
}

/// How many columns a cell takes.
fn span(tag: &str) -> usize {
    let lower = tag.to_ascii_lowercase();
    let said = lower.split_once("colspan").map(|(_, rest)| rest.trim_start_matches([' ', '=', '"', '\'']));
    let digits = said.map(|rest| rest.split(|letter: char| !letter.is_ascii_digit()).next().unwrap_or_default());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(1).clamp(1, MAX_COLUMNS)
}

/// Adds a text whose characters may be named or numbered.
fn unescape(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        into.push_str(before);
        // The longest names and numbers have some eight letters.
        let end = behind.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((letter(&behind[..end])?, &behind[end + 1..]))) {
            Some((letter, behind)) => {
                into.push(letter);
                rest = behind;
            }
            None => {
                into.push('&');
                rest = behind;
            }
        }
    }
    into.push_str(rest);
}

fn letter(name: &str) -> Option<char> {
    let number = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(number) => u32::from_str_radix(number, 16),
            None => number.parse(),
        },
        None => return NAMED.iter().find(|(of, _)| *of == name).map(|(_, letter)| *letter),
    };
    number.ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn rows(page: &[u8]) -> Vec<(String, Vec<Vec<String>>)> {
        let mut store = Store::new(Cursor::new(Vec::new()));
        fill(page, &mut store).unwrap();
        let texts = |cells: &Cells| cells.texts().map(str::to_owned).collect();
        let sheets = store.end().unwrap().0;
        sheets.into_iter().map(|sheet| (sheet.name, sheet.first.iter().map(texts).collect())).collect()
    }

    #[test]
    fn tables_are_sheets() {
        let page = "<html><head><meta charset=\"windows-1252\"><style>td > p {}</style></head><body>text<table>\
            <tr><th>Name<th colspan=2>Phone</tr>\n<!-- <tr><td>no</td></tr> --><TR class=a><TD> J\u{fc}rgen\n  <b>Doe</b></TD>\
            <td></td><td>+49&nbsp;1 &#x41;&amp;B &x;<br>2</td></TR></table><table><tr><td>a<table><tr><td>b</td></tr></table>c</td>\
            </tr></table>";
        let page: Vec<u8> = page.chars().map(|letter| letter as u8).collect();
        let shown = rows(&page);
        assert_eq!(shown[0].0, "table 1");
        assert_eq!(shown[0].1, [vec!["Name", "Phone"], vec!["Jürgen Doe", "", "+49 1 A&B &x;\n2"]]);
        assert_eq!(shown[1].1, [vec!["abc"]]);
    }

    #[test]
    fn a_page_that_is_cut_off_gives_what_is_there() {
        for page in
            ["<table><tr><td>a", "<table><tr><td>a<", "<table><tr><td>a<!--", "<table><tr><td>a<script>", "<td>a</td>"]
        {
            rows(page.as_bytes());
        }
        assert_eq!(rows(b"<table><tr><td>a<td>b")[0].1, [["a", "b"]]);
    }
}
