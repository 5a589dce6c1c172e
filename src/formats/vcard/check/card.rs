//! What a card as a whole must have, and what it may have once.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::Code;
use super::people::People;
use super::property::{self, Seen};
use super::registry::PROPERTIES;
use super::tell::{Tell, excerpt};
use crate::formats::vcard::Version;
use crate::formats::vcard::line::MOST;

/// Different ALTIDs of one property that are remembered.
const ALTIDS: usize = 16;

/// A card while its properties are looked at.
pub(super) struct Card<'p> {
    version: Version,
    people: &'p mut People,
    /// Whether a property has been seen.
    begun: bool,
    /// Lines and parameters so far.
    lines: usize,
    params: usize,
    /// The ALTIDs of each registered property that has been seen; none for one without.
    seen: Vec<Vec<Option<String>>>,
    /// Groups that a property other than a label has.
    groups: HashSet<String>,
    labels: Vec<(String, u64)>,
    is_group: bool,
    member: Option<u64>,
    /// Sources of PIDs with the line that names them first, and the sources that are explained.
    sources: BTreeMap<u32, u64>,
    explained: BTreeSet<u32>,
}

impl<'p> Card<'p> {
    pub(super) fn new(version: Version, people: &'p mut People) -> Self {
        Self {
            version,
            people,
            begun: false,
            lines: 0,
            params: 0,
            seen: vec![Vec::new(); PROPERTIES.len()],
            groups: HashSet::new(),
            labels: Vec::new(),
            is_group: false,
            member: None,
            sources: BTreeMap::new(),
            explained: BTreeSet::new(),
        }
    }

    /// Looks at one logical line.
    pub(super) fn property(&mut self, text: &[u8], tell: &mut Tell<'_>) {
        self.lines += 1;
        let Some(seen) = property::look(text, self.version, tell) else { return };
        self.params += seen.params;
        let first = !std::mem::replace(&mut self.begun, true);
        if first && self.version == Version::V4_0 && !seen.name.eq_ignore_ascii_case("VERSION") {
            tell.say(Code::VersionLate, format!("{} stands before it", seen.name));
        }
        let spaced = seen.value.trim() != seen.value && self.version != Version::V2_1;
        if spaced && seen.name.eq_ignore_ascii_case("VERSION") {
            tell.say(Code::BeginSpelling, excerpt(&seen.value));
        }
        self.count(&seen, tell);
        self.relate(&seen, tell);
        self.sources(&seen, tell);
    }

    /// The sources that PIDs name, and those that CLIENTPIDMAP explains.
    fn sources(&mut self, seen: &Seen<'_>, tell: &Tell<'_>) {
        if self.version != Version::V4_0 {
            return;
        }
        if seen.name.eq_ignore_ascii_case("CLIENTPIDMAP") {
            self.explained.extend(seen.value.split(';').next().and_then(|number| number.trim().parse::<u32>().ok()));
        }
        for source in &seen.sources {
            self.sources.entry(*source).or_insert(tell.line());
        }
    }

    /// Properties that stand once; those of one ALTID are one.
    fn count(&mut self, seen: &Seen<'_>, tell: &mut Tell<'_>) {
        let Some(at) = seen.known else { return };
        let (known, altids) = (&PROPERTIES[at], &mut self.seen[at]);
        if seen.altid.is_some() && altids.contains(&seen.altid) {
            return;
        }
        if known.is_single(self.version) && !altids.is_empty() {
            let code = if self.version == Version::V4_0 { Code::Once } else { Code::OnceUsual };
            tell.say(code, known.name);
        }
        if altids.len() < ALTIDS {
            altids.push(seen.altid.clone());
        }
    }

    /// Groups of properties, and people.
    fn relate(&mut self, seen: &Seen<'_>, tell: &mut Tell<'_>) {
        let is = |name: &str| seen.name.eq_ignore_ascii_case(name);
        if !seen.group.is_empty() {
            let group = seen.group.to_ascii_lowercase();
            if is("X-ABLABEL") {
                self.labels.push((group, tell.line()));
            } else {
                self.groups.insert(group);
            }
        }
        if is("KIND") || is("X-ADDRESSBOOKSERVER-KIND") {
            self.is_group |= seen.value.trim().eq_ignore_ascii_case("group");
        } else if is("MEMBER") || is("X-ADDRESSBOOKSERVER-MEMBER") {
            self.people.member(&seen.value, tell.line(), tell);
            if is("MEMBER") {
                self.member.get_or_insert(tell.line());
            }
        } else if is("UID") && !seen.value.trim().is_empty() {
            self.people.uid(&seen.value, tell);
        }
    }

    /// What can be said only when all has been seen.
    pub(super) fn finish(&mut self, tell: &mut Tell<'_>) {
        let lacks =
            |name: &str| PROPERTIES.iter().zip(&self.seen).any(|(known, seen)| known.name == name && seen.is_empty());
        if self.version != Version::V2_1 && lacks("FN") {
            tell.say_first(Code::FnMissing, "");
        }
        if self.version != Version::V4_0 && lacks("N") {
            tell.say_first(Code::NMissing, "");
        }
        if let (false, Some(line), Version::V4_0) = (self.is_group, self.member, self.version) {
            tell.at(line, Code::Member, "");
        }
        if self.lines.max(self.params) > MOST {
            let what = format!("{} properties, {} parameters", self.lines, self.params);
            tell.say_first(Code::TooMany, what);
        }
        for (source, line) in self.sources.iter().filter(|(source, _)| !self.explained.contains(source)) {
            tell.at(*line, Code::PidSource, source.to_string());
        }
        for (_, line) in self.labels.iter().filter(|(group, _)| !self.groups.contains(group)) {
            tell.at(*line, Code::LabelOrphan, "");
        }
    }
}
