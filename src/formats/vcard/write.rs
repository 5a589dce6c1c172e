//! The writer: one card after the other, by the rows of the table.

use std::io::Write;

use super::escape::{caret, escape, escape_uri, escape_whole, is_unsayable};
use super::fold;
use super::table::ROWS;
use super::{Profile, Version};
use crate::model::{Contact, Field, Loss, Rest, Why};

/// Encodes contacts as vCards of one version for one program: CR LF, folded at 75 octets, always the same bytes for the
/// same contact.
#[derive(Debug)]
pub struct Encoder {
    profile: Profile,
    version: Version,
    line: String,
}

impl Encoder {
    /// An encoder for a version, for whoever follows its specification.
    pub fn new(version: Version) -> Self {
        Self::of(Profile::Standard, version)
    }

    /// An encoder for a program; the version need not be the one that it reads best.
    pub fn of(profile: Profile, version: Version) -> Self {
        Self { profile, version, line: String::new() }
    }
}

impl crate::formats::Encoder for Encoder {
    fn opening(&mut self, _: &mut Vec<u8>) {}

    fn encode(&mut self, contact: &Contact, into: &mut Vec<u8>) -> Vec<Loss> {
        let mut card = Card {
            contact,
            profile: self.profile,
            version: self.version,
            losses: Vec::new(),
            out: into,
            line: &mut self.line,
            value_at: 0,
            next_group: 1,
            labelled: Vec::new(),
            field: Field::Extra,
        };
        card.write();
        card.losses
    }

    fn another(&self) -> Box<dyn crate::formats::Encoder> {
        Box::new(Encoder::of(self.profile, self.version))
    }
}

/// Writes contacts as vCards of one version.
pub type Writer<W> = crate::formats::Writer<W, Encoder>;

impl<W: Write> Writer<W> {
    /// Writes to `out`, which needs no buffer of its own.
    pub fn new(out: W, version: Version) -> Self {
        Writer::over(out, Encoder::new(version))
    }
}

/// A card in the making. A row calls [`begin`](Card::begin), then [`param`](Card::param) if it likes, then one of the
/// functions that end the line.
pub(super) struct Card<'a> {
    pub(super) contact: &'a Contact,
    pub(super) profile: Profile,
    pub(super) version: Version,
    pub(super) losses: Vec<Loss>,
    out: &'a mut Vec<u8>,
    line: &'a mut String,
    value_at: usize,
    next_group: u32,
    labelled: Vec<String>,
    field: Field,
}

impl<'a> Card<'a> {
    fn write(&mut self) {
        self.out.extend_from_slice(b"BEGIN:VCARD\r\nVERSION:");
        self.out.extend_from_slice(self.version.number().as_bytes());
        self.out.extend_from_slice(b"\r\n");
        for row in ROWS {
            (row.write)(self, row);
        }
        self.out.extend_from_slice(b"END:VCARD\r\n");
    }

    /// The rest of a single-valued field.
    pub(super) fn rest_of(&self, field: Field) -> &'a Rest {
        const NOTHING: &Rest = &Rest { group: String::new(), params: Vec::new(), raw: None };
        self.contact.rest_of(field).unwrap_or(NOTHING)
    }

    /// Begins a property: group, name, TYPE with these words and those of the rest, then the rest's other parameters.
    /// Its VALUE describes the raw text, and is written only `with_value`.
    pub(super) fn begin(&mut self, field: Field, name: &str, words: &[&str], rest: &Rest, with_value: bool) {
        self.begin_in(field, &rest.group, name, words, rest, with_value);
    }

    /// The same, in a group that is not the rest's own.
    pub(super) fn begin_in(
        &mut self,
        field: Field,
        group: &str,
        name: &str,
        words: &[&str],
        rest: &Rest,
        with_value: bool,
    ) {
        self.field = field;
        self.line.clear();
        if group.split('.').all(is_token) {
            self.line.push_str(group);
            self.line.push('.');
        } else if !group.is_empty() {
            self.remark(group.to_owned());
        }
        self.line.push_str(name);
        let mut first = true;
        for word in words.iter().filter(|word| !word.is_empty()) {
            self.type_word(word, &mut first);
        }
        for (_, values) in rest.params.iter().filter(|(name, _)| name == "TYPE") {
            for word in values {
                self.type_word(word, &mut first);
            }
        }
        for (name, values) in rest.params.iter().filter(|(name, _)| name != "TYPE") {
            if name != "VALUE" || with_value {
                self.params(name, values);
            }
        }
    }

    fn type_word(&mut self, word: &str, first: &mut bool) {
        if self.version == Version::V2_1 {
            if is_token(word) {
                self.line.push(';');
                self.line.push_str(word);
            } else {
                self.remark(word.to_owned());
            }
            return;
        }
        self.line.push_str(if *first { ";TYPE=" } else { "," });
        *first = false;
        push_param_value(word, self.line);
    }

    /// Adds a parameter with one value.
    pub(super) fn param(&mut self, name: &str, value: &str) {
        if self.param_fits(name, value) {
            self.line.push(';');
            self.line.push_str(name);
            self.line.push('=');
            push_param_value(value, self.line);
        }
    }

    fn params(&mut self, name: &str, values: &[String]) {
        if let [value] = values {
            return self.param(name, value);
        }
        if !values.iter().all(|value| self.param_fits(name, value)) {
            return;
        }
        for (at, value) in values.iter().enumerate() {
            self.line.push(if at == 0 { ';' } else { ',' });
            if at == 0 {
                self.line.push_str(name);
                self.line.push('=');
            }
            push_param_value(value, self.line);
        }
    }

    /// Whether a parameter can be said; if not, that is reported. 2.1 has no quoting.
    fn param_fits(&mut self, name: &str, value: &str) -> bool {
        let sayable = self.version != Version::V2_1 || is_plain_param(value);
        if !is_token(name) || !sayable {
            self.remark(format!("{name}={value}"));
            return false;
        }
        true
    }

    /// Reports that something said of a value is lost.
    pub(super) fn remark(&mut self, what: String) {
        self.losses.push(Loss::new(self.field, what, Why::Remark));
    }

    /// Ends the line with a text.
    pub(super) fn text(&mut self, text: &str) {
        self.begin_value();
        escape_whole(text, self.version, self.line);
        self.end();
    }

    /// Ends the line with a URI.
    pub(super) fn uri(&mut self, uri: &str) {
        self.begin_value();
        escape_uri(uri, self.version, self.line);
        self.end();
    }

    /// Ends the line with the components of a structured value, empty ones at the end left away beyond `least`.
    pub(super) fn components(&mut self, components: &[&str], least: usize) {
        self.begin_value();
        let used = components.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
        let mut before = "";
        for (at, part) in components[..used.max(least)].iter().enumerate() {
            if at > 0 {
                self.separate(';', before);
            }
            escape(part, self.version, self.line);
            before = part;
        }
        self.end();
    }

    /// Adds a separator. In 2.1 a backslash before it would escape it: a blank goes between, and that is reported.
    fn separate(&mut self, separator: char, before: &str) {
        if is_unsayable(before, self.version) {
            self.losses.push(Loss::new(self.field, before, Why::Characters));
            self.line.push(' ');
        }
        self.line.push(separator);
    }

    /// Ends the line with a list.
    pub(super) fn list<'i>(&mut self, items: impl Iterator<Item = &'i str>) {
        self.begin_value();
        let mut before = "";
        for (at, item) in items.enumerate() {
            if at > 0 {
                self.separate(',', before);
            }
            before = item;
            match self.version {
                // A comma in an item of a 2.1 list is escaped as everybody does it.
                Version::V2_1 => {
                    for (at, part) in item.split(',').enumerate() {
                        self.line.push_str(if at > 0 { "\\," } else { "" });
                        escape_whole(part, self.version, self.line);
                    }
                }
                _ => escape(item, self.version, self.line),
            }
        }
        self.end();
    }

    /// Ends the line with a text that is escaped already; a line end in it is written as the version can.
    pub(super) fn verbatim(&mut self, value: &str) {
        self.begin_value();
        if self.version == Version::V2_1 || !value.contains(['\n', '\r']) {
            self.line.push_str(value);
        } else {
            let joined = value.replace("\r\n", "\\n").replace(['\n', '\r'], "\\n");
            self.line.push_str(&joined);
        }
        self.end();
    }

    /// Ends the line with base64; `head` is what goes before it in a 4.0 `data:` URI.
    pub(super) fn base64(&mut self, head: &str, base64: &str) {
        if self.version == Version::V2_1 {
            fold::base64_block(self.line, base64, self.out);
            return;
        }
        self.begin_value();
        self.line.push_str(head);
        self.line.push_str(base64);
        self.end();
    }

    /// Ends the line of an AGENT in 2.1, whose card stands on the lines that follow.
    pub(super) fn nested(&mut self, card: &str) {
        self.out.extend_from_slice(self.line.as_bytes());
        self.out.extend_from_slice(b":\r\n");
        for line in card.lines().filter(|line| !line.is_empty()) {
            self.out.extend_from_slice(line.as_bytes());
            self.out.extend_from_slice(b"\r\n");
        }
    }

    fn begin_value(&mut self) {
        self.value_at = self.line.len() + 1;
        self.line.push(':');
    }

    fn end(&mut self) {
        if self.version == Version::V3_0 && self.profile.says_charset() && !self.line[self.value_at..].is_ascii() {
            self.line.insert_str(self.value_at - 1, ";CHARSET=UTF-8");
        }
        if self.version == Version::V2_1 && !fold::is_plain(self.line, self.value_at) {
            let (header, value) = self.line.split_at(self.value_at);
            fold::quoted_printable(&header[..header.len() - 1], value, self.out);
        } else {
            fold::fold(self.line, self.out);
        }
    }

    /// The group for a property with a label: its own, else a new one; empty when there is no label to carry.
    pub(super) fn group_for(&mut self, rest: &Rest, label: &str) -> String {
        if label.is_empty() || !rest.group.is_empty() { rest.group.clone() } else { self.new_group("item") }
    }

    /// A group that the contact does not use yet.
    pub(super) fn new_group(&mut self, stem: &str) -> String {
        loop {
            let group = format!("{stem}{}", self.next_group);
            self.next_group += 1;
            if !self.is_used(&group) {
                return group;
            }
        }
    }

    fn is_used(&self, group: &str) -> bool {
        let contact = self.contact;
        let rests = contact.emails.iter().map(|value| &value.rest);
        let rests = rests.chain(contact.phones.iter().map(|value| &value.rest));
        let rests = rests.chain(contact.ims.iter().map(|value| &value.rest));
        let rests = rests.chain(contact.urls.iter().map(|value| &value.rest));
        let rests = rests.chain(contact.addresses.iter().map(|value| &value.rest));
        let rests = rests.chain(contact.organizations.iter().map(|value| &value.rest));
        let rests = rests.chain(contact.events.iter().map(|value| &value.rest));
        let rests = rests.chain(contact.relations.iter().map(|value| &value.rest));
        let rests = rests.chain(contact.rest.iter().map(|(_, rest)| rest));
        let mut rests = rests.chain(contact.extra.iter().map(|value| &value.rest));
        rests.any(|rest| rest.group.eq_ignore_ascii_case(group))
    }

    /// Writes the label of a group, once; built-in ones as Apple wraps them.
    pub(super) fn label(&mut self, group: &str, label: &str, wrapped: bool) {
        if group.is_empty() || label.is_empty() || self.labelled.iter().any(|known| known.eq_ignore_ascii_case(group)) {
            return;
        }
        self.begin_in(self.field, group, "X-ABLabel", &[], &Rest::default(), false);
        if wrapped {
            self.text(&format!("_$!<{label}>!$_"));
        } else {
            self.text(label);
        }
        self.labelled.push(group.to_owned());
    }
}

/// Adds a parameter value, quoted where it must be.
fn push_param_value(value: &str, into: &mut String) {
    let quoted = value.contains([',', ';', ':']) || value.starts_with(' ') || value.ends_with(' ');
    if quoted {
        into.push('"');
    }
    caret(value, into);
    if quoted {
        into.push('"');
    }
}

/// Whether a text can be a name, a group or a bare word.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte))
}

fn is_plain_param(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !b",;:=\"^".contains(&byte))
}
