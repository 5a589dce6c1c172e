//! One logical line in its parts: group, name, parameters, value.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use super::unfold::Logical;

/// A line's parts; the value is still as it was transferred.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) group: &'a str,
    pub(super) name: &'a str,
    pub(super) params: Vec<Param<'a>>,
    pub(super) value: &'a [u8],
    /// The value where its card is all UTF-8 without a NUL.
    pub(super) text: Option<&'a str>,
}

/// The most properties, and the most parameters, of a card: each takes some hundred bytes of memory, however short it is.
pub(super) const MOST: usize = 100_000;

/// One value of a parameter: `TYPE=HOME,FAX` makes two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Param<'a> {
    /// The parameter's name as written; empty for the bare words of vCard 2.1 (`TEL;HOME`).
    pub(super) name: &'a str,
    /// Its value, with RFC 6868's carets.
    pub(super) value: Cow<'a, str>,
    /// Whether it is the parameter's first value.
    pub(super) first: bool,
}

impl Param<'_> {
    /// Whether it is of the parameter of this name.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Whether it is a TYPE, named or bare.
    pub(super) fn is_type(&self) -> bool {
        self.name.is_empty() || self.name == "TYPE" || self.is("TYPE")
    }
}

/// Empty lists of parameters, whose memory the next lines take.
#[derive(Default)]
pub(super) struct Lists(Vec<Vec<Param<'static>>>);

impl Lists {
    /// So many lists are kept, none of them longer than that.
    const MOST: usize = 64;

    fn take<'a>(&mut self) -> Vec<Param<'a>> {
        self.0.pop().unwrap_or_else(|| Vec::with_capacity(4))
    }

    /// Takes back the list of a line that nobody needs any more.
    pub(super) fn give(&mut self, mut list: Vec<Param<'_>>) {
        if (1..=Self::MOST).contains(&list.capacity()) && self.0.len() < Self::MOST {
            list.clear();
            // The standard library collects into the memory that the elements come from.
            self.0.push(list.into_iter().map_while(|_| None).collect());
        }
    }
}

/// Takes a line apart; none when it has no colon or its header is no text.
#[cfg(any(test, feature = "check"))]
pub(super) fn parse(line: &[u8]) -> Option<Line<'_>> {
    let logical = Logical { bytes: line, text: None, header: super::unfold::header(line).len() };
    parse_logical(logical, &mut Lists::default())
}

/// Takes a line of which the header is known apart.
pub(super) fn parse_logical<'a>(line: Logical<'a>, lists: &mut Lists) -> Option<Line<'a>> {
    let Logical { bytes, text, header } = line;
    let value = bytes.get(header + 1..)?;
    match text {
        Some(text) => Some(assemble(text.get(..header)?, value, text.get(header + 1..), lists)),
        None => Some(assemble(std::str::from_utf8(&bytes[..header]).ok()?, value, None, lists)),
    }
}

fn assemble<'a>(head: &'a str, value: &'a [u8], text: Option<&'a str>, lists: &mut Lists) -> Line<'a> {
    // Most headers are a name alone.
    if !head.bytes().any(|byte| matches!(byte, b';' | b'.')) {
        return Line { group: "", name: trimmed(head), params: Vec::new(), value, text };
    }
    let (name, params) = before(head, |byte| byte == b';');
    let params = params.get(1..).unwrap_or_default();
    let dot = name.bytes().rposition(|byte| byte == b'.');
    let (group, name) = dot.map_or(("", name), |dot| (&name[..dot], &name[dot + 1..]));
    Line { group, name: trimmed(name), params: parse_params(params, lists), value, text }
}

/// The text up to the first byte that ends it, which is ASCII, and the rest. Headers are short: a plain loop is quickest.
fn before(text: &str, ends: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().position(ends).unwrap_or(text.len()))
}

/// The text without the blanks around it, which hardly any has.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

fn parse_params<'a>(mut text: &'a str, lists: &mut Lists) -> Vec<Param<'a>> {
    let mut params = if text.is_empty() { Vec::new() } else { lists.take() };
    while !text.is_empty() && params.len() <= MOST {
        let (name, rest) = before(text, |byte| matches!(byte, b';' | b'=' | b'"'));
        if let Some(values) = rest.strip_prefix('=') {
            text = parse_values(trimmed(name), values, &mut params);
        } else {
            // A bare word; a quotation mark in it is one of its characters.
            let (word, rest) = before(text, |byte| byte == b';');
            for word in word.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                params.push(Param { name: "", value: Cow::Borrowed(word), first: true });
            }
            text = rest.strip_prefix(';').unwrap_or(rest);
        }
    }
    params
}

/// Takes the values of a parameter up to the next semicolon; returns what follows that.
fn parse_values<'a>(name: &'a str, mut text: &'a str, params: &mut Vec<Param<'a>>) -> &'a str {
    let mut first = true;
    loop {
        let (value, rest) = parse_value(text);
        let mut push = |value| {
            params.push(Param { name, value, first });
            first = false;
        };
        match value {
            value if !name.eq_ignore_ascii_case("TYPE") => push(value),
            // TYPE="work,voice" is a common misquoting of two words. Blanks around a word are none of its letters.
            Cow::Borrowed(words) => words.split(',').take(MOST).for_each(|word| push(Cow::Borrowed(trimmed(word)))),
            Cow::Owned(words) => {
                words.split(',').take(MOST).for_each(|word| push(Cow::Owned(trimmed(word).to_owned())))
            }
        }
        match rest.strip_prefix(',') {
            Some(_) if params.len() > MOST => return "",
            Some(next) => text = next,
            None => return before(rest, |byte| byte == b';').1.get(1..).unwrap_or_default(),
        }
    }
}

/// Takes one value, up to a comma or semicolon that stands in no quotes; returns what follows it.
fn parse_value(text: &str) -> (Cow<'_, str>, &str) {
    let is_end = |byte| matches!(byte, b',' | b';');
    let Some((value, rest)) = text.strip_prefix('"').and_then(closed) else {
        let (value, rest) = before(text, is_end);
        return (Cow::Borrowed(value), rest);
    };
    // What stands behind the quotes, where nothing may, is a part of the value.
    let (strange, rest) = before(rest, is_end);
    let strange = strange.trim();
    let value = if strange.is_empty() { Cow::Borrowed(value) } else { Cow::Owned(format!("{value}{strange}")) };
    (value, rest)
}

/// Text that begins behind a quotation mark, up to the one that closes and from there. Marks may stand within, as in
/// `"Joe "Bud" Poe"`: the one that closes has a separator behind it, and none that opens another value goes before it.
fn closed(text: &str) -> Option<(&str, &str)> {
    const WITHIN: usize = 16;
    let first = memchr(b'"', text.as_bytes())?;
    let closes = |at: &usize| {
        let behind = text[at + 1..].trim_start_matches([' ', '\t']);
        behind.is_empty() || behind.starts_with([',', ';'])
    };
    let opens = |at: &usize| text[..*at].ends_with('=');
    let further = || memchr_iter(b'"', text.as_bytes()).take(WITHIN).take_while(|at| !opens(at)).find(closes);
    let at = Some(first).filter(closes).or_else(further).unwrap_or(first);
    Some((&text[..at], &text[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> String {
        let line = parse(line.as_bytes()).unwrap();
        let params: Vec<_> = line.params.iter().map(|param| format!("{}={}", param.name, param.value)).collect();
        let value = String::from_utf8_lossy(line.value);
        format!("{}|{}|{}|{value}", line.group, line.name, params.join(" "))
    }

    #[test]
    fn the_next_line_has_the_memory_of_the_last_ones_parameters() {
        let mut lists = Lists::default();
        let params = parse_params("TYPE=HOME", &mut lists);
        let memory = params.as_ptr().addr();
        lists.give(params);
        let params = parse_params("PREF=1", &mut lists);
        assert_eq!((params.len(), params.as_ptr().addr()), (1, memory));
        assert!(lists.0.is_empty());
        lists.give(Vec::new());
        lists.give(Vec::with_capacity(1000));
        assert!(lists.0.is_empty());
    }

    #[test]
    fn lines_come_apart() {
        let cases = [
            ("FN:a:b", "|FN||a:b"),
            ("item1.TEL;HOME;VOICE:1", "item1|TEL|=HOME =VOICE|1"),
            ("TEL;TYPE=HOME,FAX;PREF=1:1", "|TEL|TYPE=HOME TYPE=FAX PREF=1|1"),
            ("TEL;TYPE=\"work,voice\":1", "|TEL|TYPE=work TYPE=voice|1"),
            ("TEL;TYPE=\"work, voice\":1", "|TEL|TYPE=work TYPE=voice|1"),
            ("TEL;TYPE= work , voice;X= a :1", "|TEL|TYPE=work TYPE=voice X= a |1"),
            ("ADR;LABEL=\"a;b:c, ^'d^'^ne\":;;", "|ADR|LABEL=a;b:c, ^'d^'^ne|;;"),
            ("ADR;LABEL=\"Joe \"Bud\" Poe; 1\";TYPE=\"a\":;;", "|ADR|LABEL=Joe \"Bud\" Poe; 1 TYPE=a|;;"),
            ("X;A=\"b\"c;D=\"e\" ,\"f\":", "|X|A=bc D=e D=f|"),
            ("N;SORT-AS=\"Harten,Rene\":x", "|N|SORT-AS=Harten,Rene|x"),
            ("X;A=\"b\",\"c\";D:", "|X|A=b A=c =D|"),
            ("X;A=\"b:c", "|X|A=\"b|c"),
            ("TEL;HOME,FAX:1", "|TEL|=HOME =FAX|1"),
            ("X;;A=:v", "|X|A=|v"),
        ];
        for (line, wanted) in cases {
            assert_eq!(shown(line), wanted, "{line}");
        }
        assert!(parse(b"no colon").is_none());
    }
}
