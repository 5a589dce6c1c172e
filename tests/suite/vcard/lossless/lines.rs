//! A small parser of cards that shares nothing with the one under test: properties as they stand, values decoded.
//!
//! It is for cards that are well enough formed; what no rule of it covers, it does not read.

use std::collections::BTreeSet;
use std::fmt;

use encoding_rs::Encoding;

/// One property.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::vcard) struct Prop {
    /// In lower case.
    pub(in crate::vcard) group: String,
    /// In upper case.
    pub(in crate::vcard) name: String,
    /// Names in upper case, TYPE and ENCODING values in lower case; without those of the transfer.
    pub(in crate::vcard) params: BTreeSet<(String, String)>,
    /// Transfer encoding and character set undone, escapes standing; base64 without blanks.
    pub(in crate::vcard) value: String,
}

impl fmt::Debug for Prop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |text: &str| text.chars().take(60).collect::<String>();
        write!(out, "{}", self.name)?;
        self.params.iter().try_for_each(|(name, value)| write!(out, ";{name}={}", short(value)))?;
        write!(out, ":{:?}", short(&self.value))?;
        if self.group.is_empty() { Ok(()) } else { write!(out, " with {:?}", short(&self.group)) }
    }
}

impl Prop {
    /// The values of a parameter.
    pub(in crate::vcard) fn values(&self, name: &str) -> Vec<String> {
        self.params.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }

    /// Whether a parameter has this value.
    pub(in crate::vcard) fn says(&self, name: &str, value: &str) -> bool {
        self.params.contains(&(name.to_owned(), value.to_owned()))
    }

    /// Takes a parameter's value away.
    pub(in crate::vcard) fn forget(&mut self, name: &str, value: &str) {
        self.params.remove(&(name.to_owned(), value.to_owned()));
    }
}

/// The properties of one card between its BEGIN and END; none when a line of it is beyond this parser.
pub(in crate::vcard) fn properties(card: &[u8], version: &str) -> Option<Vec<Prop>> {
    let lines = logical(card)?;
    lines.iter().map(|line| property(line, version)).collect()
}

/// The version that a card says it has.
pub(in crate::vcard) fn version(card: &[u8]) -> String {
    let text = String::from_utf8_lossy(card).to_ascii_uppercase();
    let found = text.split(['\r', '\n']).find_map(|line| line.strip_prefix("VERSION:"));
    found.map_or("3.0", |number| number.trim()).to_owned()
}

/// Logical lines: folds and soft breaks undone, an AGENT's card in its line.
fn logical(card: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut depth = 0;
    let mut after_blank = false;
    for line in physical(card) {
        let upper = line.trim_ascii().to_ascii_uppercase();
        let (begins, ends) = (upper.starts_with(b"BEGIN:VCARD"), upper.starts_with(b"END:VCARD"));
        depth += i32::from(begins);
        if depth > 1 {
            let last = lines.last_mut()?;
            if !last.ends_with(b":") {
                last.push(b'\n');
            }
            last.extend_from_slice(line);
        } else if !begins && !ends && depth == 1 {
            take(&mut lines, line, after_blank)?;
        }
        depth -= i32::from(ends);
        after_blank = line.is_empty();
    }
    Some(lines)
}

fn physical(card: &[u8]) -> Vec<&[u8]> {
    let card = card.strip_prefix(b"\xef\xbb\xbf").unwrap_or(card);
    let end = if card.contains(&b'\n') { b'\n' } else { b'\r' };
    card.split(|byte| *byte == end).map(without_returns).collect()
}

fn without_returns(mut line: &[u8]) -> &[u8] {
    while let Some(before) = line.strip_suffix(b"\r") {
        line = before;
    }
    line
}

fn take(lines: &mut Vec<Vec<u8>>, line: &[u8], after_blank: bool) -> Option<()> {
    let open = lines.last_mut().filter(|_| !after_blank);
    let head = open.as_deref().map(|open| head_of(open).to_ascii_uppercase()).unwrap_or_default();
    let quoted = contains(&head, b"QUOTED-PRINTABLE");
    match open {
        _ if line.contains(&b'\r') => return None,
        _ if line.is_empty() => {}
        Some(open) if quoted && open.ends_with(b"=") => {
            open.pop();
            open.extend_from_slice(line);
        }
        Some(open) if matches!(line[0], b' ' | b'\t') => open.extend_from_slice(&line[1..]),
        _ if line.contains(&b':') && line[0].is_ascii_alphabetic() => lines.push(line.to_vec()),
        Some(open) if contains(&head, b"BASE64") || contains(&head, b"ENCODING=B") => open.extend_from_slice(line),
        _ => return None,
    }
    Some(())
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// What stands before the colon, with quotation marks heeded.
fn head_of(line: &[u8]) -> &[u8] {
    let mut quoted = false;
    let at = line.iter().position(|byte| {
        quoted ^= *byte == b'"';
        *byte == b':' && !quoted
    });
    &line[..at.unwrap_or(line.len())]
}

fn property(line: &[u8], version: &str) -> Option<Prop> {
    let head = head_of(line);
    let value = line.get(head.len() + 1..)?;
    let head = std::str::from_utf8(head).ok()?;
    let mut parts = outside_quotes(head, ';').into_iter();
    let name = parts.next()?;
    let (group, name) = name.rsplit_once('.').unwrap_or(("", name));
    let mut prop = Prop {
        group: group.to_lowercase(),
        name: name.trim().to_uppercase(),
        params: BTreeSet::new(),
        value: String::new(),
    };
    let (mut quoted, mut base64, mut charset) = (false, false, None);
    for part in parts.filter(|part| !part.is_empty()) {
        let (name, values) = part.split_once('=').unwrap_or(("TYPE", part));
        let name = name.trim().to_uppercase();
        for value in outside_quotes(values, ',') {
            let value = value.trim_matches('"');
            let upper = value.trim().to_uppercase();
            let bare = !part.contains('=');
            match upper.as_str() {
                "QUOTED-PRINTABLE" if bare || name == "ENCODING" => quoted = true,
                "BASE64" | "B" if name == "ENCODING" || bare && upper.len() > 1 => base64 = true,
                "7BIT" | "8BIT" if bare || name == "ENCODING" => {}
                _ if name == "CHARSET" => charset = Some(upper),
                "INLINE" | "URL" | "CID" if bare => _ = prop.params.insert(("VALUE".into(), upper.to_lowercase())),
                _ if name == "TYPE" || name == "VALUE" => {
                    let words = value.split(',').map(|word| word.trim().to_lowercase());
                    prop.params.extend(words.map(|word| (name.clone(), word)));
                }
                _ => _ = prop.params.insert((name.clone(), uncaret(value, version))),
            }
        }
    }
    prop.value = text(value, quoted, charset.as_deref())?;
    if base64 {
        prop.params.insert(("ENCODING".into(), "b".into()));
        prop.value.retain(|char| !char.is_whitespace());
        prop.value = prop.value.trim_end_matches('=').to_owned();
    }
    Some(prop)
}

fn outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    let split = text.split(move |char| {
        quoted ^= char == '"';
        char == separator && !quoted
    });
    split.collect()
}

fn uncaret(value: &str, version: &str) -> String {
    if version != "4.0" {
        return value.to_owned();
    }
    value.replace("^^", "\u{1}").replace("^n", "\n").replace("^'", "\"").replace('\u{1}', "^")
}

fn text(value: &[u8], quoted: bool, charset: Option<&str>) -> Option<String> {
    let bytes = if quoted { unquoted(value) } else { value.to_vec() };
    if let Ok(text) = std::str::from_utf8(&bytes) {
        return Some(text.replace("\r\n", "\n"));
    }
    let encoding = Encoding::for_label(charset?.as_bytes())?;
    encoding.decode_without_bom_handling_and_without_replacement(&bytes).map(|text| text.replace("\r\n", "\n"))
}

fn unquoted(value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = value;
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    if bytes.last() == Some(&b'=') && value.ends_with(b"=") {
        bytes.pop();
    }
    bytes
}
