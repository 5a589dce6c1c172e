//! What was decided about a table as a mapping file.

use std::fmt::Write as _;

use crate::formats::table::column::Column;
use crate::formats::table::findings::{Findings, Found};
use crate::formats::table::head::Head;
use crate::formats::table::map::file::{holds_several, next_free};
use crate::formats::table::map::fit::Index;
use crate::formats::table::map::{Key, Target};

/// Where the remarks behind the columns begin.
const WIDTH: usize = 56;

const HEADING: &str = "\
# Give this file to convert, import or inspect with --map; it is obeyed exactly.
# A column goes to a place in the contact (inspect --columns lists them), to \"ignore\" (left out) or to \"keep\" (kept
# under its header). \"text#2\" is the second column of that name, \"@14\" the column of that number. There is more:
#   \"Customer\" = { to = \"notes\", prefix = \"Customer: \" }
#   \"Phone\" = { join = [\"Area code\", \"Number\"], with = \" \", to = \"phone.business[1]\" }
#   \"Town\" = { split = '(\\d{5}) (.+)', to = [\"address.home.postal_code\", \"address.home.city\"] }
";

/// The whole file.
pub(in crate::formats) fn file(name: &str, findings: &Findings) -> String {
    format!("{HEADING}version = 1\nname = {}\n\n{}{}", quoted(name), findings.input, findings.sections)
}

/// The sections of a file that says what was decided.
pub(in crate::formats) fn written(head: &Head, findings: &Findings) -> String {
    let mut text = String::from("[columns]\n");
    let index = Index::of(&head.headers);
    let (mut taken, mut unknown): (Vec<(Column, String)>, Vec<&Found>) = (Vec::new(), Vec::new());
    for (at, found) in findings.columns.iter().enumerate() {
        match head.columns[at] {
            Some(column) => {
                let place = free_place(column, &mut taken);
                line(&mut text, "", &key(&index, head, at), &place, &remark(found, findings.rows));
            }
            None if head.unmapped().contains(&at) => unknown.push(found),
            None => {}
        }
    }
    if !unknown.is_empty() {
        text.push_str("\n# Nothing is known of these; give them a place, or [unmapped] decides.\n");
    }
    for found in unknown {
        let mut remark = remark(found, findings.rows);
        if let Some((near, place)) = &found.near {
            let _ = write!(remark, "; perhaps {} ({})", quoted(place), near.replace(['\n', '\r'], " "));
        }
        line(&mut text, "# ", &key(&index, head, found.number - 1), "keep", &remark);
    }
    text.push_str("\n[constants]\n# categories = [\"Import\"]\n\n[unmapped]\n");
    text.push_str("action = \"report\" # or \"notes\", \"ignore\", \"error\"\n");
    text
}

/// `[input]`, by what is known of it.
pub(in crate::formats) fn input(head: &Head, encoding: Option<&str>, findings: &Findings) -> String {
    let mut text = String::from("[input]\n");
    let mut said = |name: &str, value: &str, why: &str| {
        let why = if why.is_empty() { String::new() } else { format!(" # {}", why.replace(['\n', '\r'], " ")) };
        let _ = writeln!(text, "{name} = {value}{why}");
    };
    said("encoding", &quoted(encoding.unwrap_or("auto")), "");
    if let Some((delimiter, _)) = &findings.delimiter {
        said("delimiter", &quoted(&delimiter.to_string()), "");
    }
    match findings.header_row {
        Some(row) => said("header", &row.to_string(), ""),
        None => said("header", "\"none\"", ""),
    }
    if head.mapped.is_none() {
        said("dialect", &quoted(&head.table.name()), "whose conventions hold in the cells");
    }
    let order = findings.dates.order.map_or("auto", |order| order.name());
    said("date_order", &quoted(order), &findings.dates.words);
    text.push('\n');
    text
}

/// The name of a column's place; of one that is taken, the next that is free.
fn free_place(column: Column, taken: &mut Vec<(Column, String)>) -> String {
    let Some(name) = column.name() else { return "keep".to_owned() };
    let target = Target { column, name };
    let is_taken = taken.iter().any(|(of, _)| *of == column) && !holds_several(&target);
    let name = if is_taken { next_free(taken, column).unwrap_or_else(|| "keep".to_owned()) } else { target.name };
    taken.extend(Column::named(&name).map(|column| (column, String::new())));
    name
}

/// How a column is named: by its header where that is unmistakable.
fn key(index: &Index, head: &Head, at: usize) -> String {
    let header = head.headers[at].trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let before = head.headers[..at].iter().filter(|other| Index::alike(other, header)).count();
    let key = if before == 0 { header.to_owned() } else { format!("{header}#{}", before + 1) };
    let is_number = key.strip_prefix('@').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    let found = index.find(&Key { text: key.clone(), number: None });
    if found == Some(at) && !is_number && !header.is_empty() { key } else { format!("@{}", at + 1) }
}

fn remark(found: &Found, rows: u64) -> String {
    format!("column {}, filled in {} of {rows} rows", found.number, found.filled)
}

fn line(text: &mut String, before: &str, key: &str, place: &str, remark: &str) {
    let said = format!("{before}{} = {}", quoted(key), quoted(place));
    let gap = WIDTH.saturating_sub(said.chars().count()).max(1);
    let _ = writeln!(text, "{said}{:gap$}# {remark}", "");
}

/// A text of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(letter));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
