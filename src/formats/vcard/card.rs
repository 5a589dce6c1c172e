//! A card in the making: what the rows of the table write with.

mod params;

use std::collections::{HashMap, HashSet};

use super::draft::key;
use super::escape::{escape, escape_uri, escape_whole, is_unsayable, one_line, plain_2_1};
use super::fold;
use super::property::is_usual_word;
use super::table::{ROWS, Row, known_name};
use super::{Profile, Version};
use crate::formats::scan;
use crate::model::{Contact, Field, Loss, Rest, Why};

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
    /// The groups that have their label.
    labelled: HashSet<String>,
    /// The groups that the contact uses and how often, once somebody asked.
    used: Option<HashMap<String, usize>>,
    field: Field,
}

impl<'a> Card<'a> {
    /// Begins a card; `line` is a buffer.
    pub(super) fn new(
        contact: &'a Contact,
        profile: Profile,
        version: Version,
        out: &'a mut Vec<u8>,
        line: &'a mut String,
    ) -> Self {
        Card {
            contact,
            profile,
            version,
            losses: Vec::new(),
            out,
            line,
            value_at: 0,
            next_group: 1,
            labelled: HashSet::new(),
            used: None,
            field: Field::Extra,
        }
    }

    /// Writes all of the contact, and says what of it the version cannot say.
    pub(super) fn write(mut self) -> Vec<Loss> {
        self.out.extend_from_slice(b"BEGIN:VCARD\r\nVERSION:");
        self.out.extend_from_slice(self.version.number().as_bytes());
        self.out.extend_from_slice(b"\r\n");
        for row in ROWS {
            (row.write)(&mut self, row);
        }
        self.out.extend_from_slice(b"END:VCARD\r\n");
        self.losses
    }

    /// The property that carries a field: the one that it came from, in that one's own version.
    pub(super) fn name(&self, row: &'static Row, at: usize) -> &'static str {
        self.spelling(row.field, at).unwrap_or_else(|| row.name(self.version))
    }

    /// The property that a value of a field came from, if that is another than this version's usual one.
    pub(super) fn spelling(&self, field: Field, at: usize) -> Option<&'static str> {
        // A program's own profile asks for what that program reads.
        let spellings = Some(&self.contact.spellings).filter(|_| self.profile == Profile::Standard);
        known_name(field, spellings?.name(self.version.number(), field, at)?)
    }

    /// Whether a date without a year had, in this version, no more than its parts, or the program reads it so.
    pub(super) fn is_bare(&self, field: Field, at: usize) -> bool {
        let was_bare = || self.contact.spellings.is_bare(self.version.number(), field, at);
        self.profile.reads_customs() || self.profile == Profile::Standard && was_bare()
    }

    /// Whether the contact was read from a card of the version that is written.
    pub(super) fn is_own(&self) -> bool {
        self.contact.spellings.is_of(self.version.number())
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
        if group.is_empty() {
        } else if group.split('.').all(is_token) {
            self.line.push_str(group);
            self.line.push('.');
        } else {
            self.remark(group.to_owned());
        }
        self.line.push_str(name);
        self.type_words(words, rest);
        for (name, values) in rest.params.iter().filter(|(name, _)| name != "TYPE") {
            if name != "VALUE" || with_value || !is_usual(values) {
                self.params(name, values);
            }
        }
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

    /// Ends the line with the components of a structured value: `least` of them, and further ones up to the last that is
    /// not empty.
    pub(super) fn components(&mut self, components: &[&str], least: usize) {
        self.begin_value();
        let used = components.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
        let mut before = "";
        let padding = std::iter::repeat_n("", least.saturating_sub(used));
        for (at, part) in components[..used].iter().copied().chain(padding).enumerate() {
            if at > 0 {
                self.separate(';', before);
            }
            if !part.is_empty() {
                escape(part, self.version, self.line);
            }
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
        self.line.push_str(&one_line(value, self.version));
        self.end();
    }

    /// Ends the line with an unmodelled value, whose escapes are those of 3.0 and 4.0.
    pub(super) fn unmodelled(&mut self, value: &str) {
        if self.version != Version::V2_1 {
            return self.verbatim(value);
        }
        self.begin_value();
        if !plain_2_1(value, self.line) {
            self.losses.push(Loss::new(self.field, value, Why::Characters));
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
        if self.version != Version::V2_1 && has_control(self.line) && !self.is_own() {
            self.drop_controls();
        }
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

    /// Takes control characters out, which neither 3.0 nor 4.0 has (RFC 6350 section 3.3). Other versions' cards and
    /// other formats have them; a card in its own version keeps them.
    fn drop_controls(&mut self) {
        let value = self.line.split_off(self.value_at);
        let stays = |char: char| !u8::try_from(char).is_ok_and(is_control);
        self.line.retain(stays);
        self.value_at = self.line.len();
        self.line.extend(value.chars().filter(|char| stays(*char)));
        let rest: String = self.line[self.value_at..].chars().take(200).collect();
        self.losses.push(Loss::new(self.field, rest, Why::Characters));
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
            if self.uses(&group) == 0 {
                return group;
            }
        }
    }

    /// The group for a property whose label this version adds: not one that others share, which the label would then
    /// be of as well.
    pub(super) fn group_for_made(&mut self, field: Field, rest: &Rest, label: &str) -> String {
        if label.is_empty() || self.is_own() || self.uses(&rest.group) < 2 {
            return self.group_for(rest, label);
        }
        self.losses.push(Loss::new(field, rest.group.clone(), Why::Remark));
        self.new_group("item")
    }

    /// How many values of the contact are in a group.
    fn uses(&mut self, group: &str) -> usize {
        let contact = self.contact;
        let used = self.used.get_or_insert_with(|| used_groups(contact));
        used.get(key(group).as_ref()).copied().unwrap_or_default()
    }

    /// Writes the label of a group, once; built-in ones as Apple wraps them.
    pub(super) fn label(&mut self, group: &str, label: &str, wrapped: bool) {
        if !group.is_empty() && !label.is_empty() && !self.labelled.contains(&group.to_ascii_lowercase()) {
            self.new_label(group, label, wrapped);
        }
    }

    fn new_label(&mut self, group: &str, label: &str, wrapped: bool) {
        self.begin_in(self.field, group, "X-ABLabel", &[], &Rest::default(), false);
        if wrapped {
            self.text(&format!("_$!<{label}>!$_"));
        } else {
            self.text(label);
        }
        self.labelled.insert(group.to_ascii_lowercase());
    }
}

/// The groups that a contact uses, in lower case, and how often.
pub(super) fn used_groups(contact: &Contact) -> HashMap<String, usize> {
    let rests = contact.emails.iter().map(|value| &value.rest);
    let rests = rests.chain(contact.phones.iter().map(|value| &value.rest));
    let rests = rests.chain(contact.ims.iter().map(|value| &value.rest));
    let rests = rests.chain(contact.urls.iter().map(|value| &value.rest));
    let rests = rests.chain(contact.addresses.iter().map(|value| &value.rest));
    let rests = rests.chain(contact.organizations.iter().map(|value| &value.rest));
    let rests = rests.chain(contact.events.iter().map(|value| &value.rest));
    let rests = rests.chain(contact.relations.iter().map(|value| &value.rest));
    let rests = rests.chain(contact.rest.iter().map(|(_, rest)| rest));
    let rests = rests.chain(contact.extra.iter().map(|value| &value.rest));
    let mut used = HashMap::new();
    for rest in rests.filter(|rest| !rest.group.is_empty()) {
        *used.entry(key(&rest.group).into_owned()).or_default() += 1;
    }
    used
}

/// Whether a line has a control character that is no tab.
fn has_control(line: &str) -> bool {
    scan::any_control(line.as_bytes()) && line.bytes().any(is_control)
}

fn is_control(byte: u8) -> bool {
    (byte < 0x20) & (byte != 0x09) | (byte == 0x7f)
}

/// Whether a VALUE is one that the row of the property says where it must be said.
fn is_usual(values: &[String]) -> bool {
    values.iter().all(|value| is_usual_word(value))
}

/// Whether a text can be a name, a group or a bare word.
pub(super) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte))
}
