//! What we write as 4.0, held against two programs that share no code with us: `vcard_parser` for each line as
//! RFC 6350 has it, and `vcard` by magiclen for each card as a whole.
//!
//! Where one of them objects, a row of [`EXCUSED`] says why. `Theirs` are its own errors. `Source` is what was wrong
//! before we read it: a value is what its owner wrote, and a converter that "mends" it invents another one.

use std::collections::BTreeSet;

use cardferry::formats::vcard::Version;
use cardferry::model::{Contact, Origin};
use magiclen_vcard::VCard;
use proptest::prelude::*;
use vcard_parser::vcard::property::Property;

use super::corpus::files;
use super::samples::samples;
use super::write;
use crate::contacts::arbitrary_contact;
use crate::generator;
use crate::laws;

/// Whose error an objection shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Theirs,
    Source,
}

use Whose::{Source, Theirs};

/// Whose error; what the objection is about, as its text begins; what the line says for it to be that; the reason.
type Row = (Whose, &'static str, fn(&str) -> bool, &'static str);

const EXCUSED: &[Row] = &[
    // vcard_parser, line by line.
    (Theirs, "line: ValueMalformed", |line| param(line, "PID").contains(','), "it takes one PID; section 5.5 a list"),
    (Theirs, "line: ValueInvalid", |line| is(line, "ADR"), "it splits at escaped separators, and knows seven parts"),
    (Theirs, "line: ValueInvalid", |line| is(line, "N"), "it splits at escaped separators, and wants five parts"),
    (Theirs, "line: ValueMismatch", |line| is_extension(line), "it wants VALUE=text of every extension"),
    (Theirs, "line: ParseError", |line| value(line).contains('\t'), "it takes a tab for a control character"),
    (Theirs, "line: ParseError", |line| is(line, "NAME"), "it takes NAME for N"),
    (
        Source,
        "line: ValueMalformed",
        |line| is_link(line),
        "a link or handle that names no scheme is no URI; it is kept",
    ),
    (Source, "line: ValueMalformed", |line| is(line, "REV"), "a time that is none is kept"),
    (Source, "line: ParseError", |line| !is_name(name(line)), "a name that no version allows is kept"),
    (Source, "line: ParseError", |line| has_odd_type(line), "a TYPE that no version allows is kept"),
    // vcard by magiclen, card by card.
    (Source, "card: the value of the property", |line| is_link(line), "a link or handle that names no scheme is kept"),
    (Source, "card: the value of the property", |line| is(line, "REV"), "a time that is none is kept"),
    (Source, "card: the value of the property", |line| is(line, "EMAIL"), "an e-mail address that is none is kept"),
    (Source, "card: the parameter TYPE is invalid", |line| has_odd_type(line), "a TYPE that no version allows is kept"),
    (Source, "card: the parameter TYPE of", |_| true, "a TYPE that another property has is kept"),
    (
        Source,
        "card: the line is not a well-formed",
        |line| !is_name(name(line)),
        "a name that no version allows is kept",
    ),
    (Source, "card: the property", |line| is_single(line), "there were two; both are kept"),
    (Source, "card: the PID", |_| true, "a PID that is none is kept"),
    (Source, "card: the MEMBER property", |_| true, "a member of what is no group is kept"),
];

/// Group, name and parameters of a line, without a colon in quotation marks for its end.
fn head(line: &str) -> &str {
    let mut quoted = false;
    let end = line.find(|char| {
        quoted ^= char == '"';
        char == ':' && !quoted
    });
    &line[..end.unwrap_or(line.len())]
}

fn value(line: &str) -> &str {
    line.get(head(line).len() + 1..).unwrap_or_default()
}

fn name(line: &str) -> &str {
    let name = head(line).split(';').next().unwrap_or_default();
    name.rsplit('.').next().unwrap_or_default()
}

fn is(line: &str, wanted: &str) -> bool {
    name(line).eq_ignore_ascii_case(wanted)
}

/// The values of a parameter, as written.
fn param<'l>(line: &'l str, wanted: &str) -> &'l str {
    let params = head(line).split(';').skip(1).filter_map(|param| param.split_once('='));
    params.into_iter().find(|(name, _)| *name == wanted).map_or("", |(_, values)| values)
}

fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_extension(line: &str) -> bool {
    const KNOWN: &[&str] = &["LOGO", "SOUND", "KEY", "PHOTO", "TEL", "RELATED", "UID", "URL", "TZ", "GEO", "BDAY"];
    !KNOWN.contains(&name(line))
}

/// Properties whose value is a URI in 4.0, and which says none.
fn is_link(line: &str) -> bool {
    const LINKS: &[&str] = &["IMPP", "URL", "FBURL", "SOURCE", "SOUND"];
    // A host that is percent-encoded is no host.
    LINKS.contains(&name(line)) && (!value(line).contains("://") || value(line).contains("://home%32"))
}

/// What a card may have once (section 6, cardinality *1).
fn is_single(line: &str) -> bool {
    ["N", "BDAY", "GENDER", "REV"].contains(&name(line))
}

fn has_odd_type(line: &str) -> bool {
    // Quoted ones may have any separator in them.
    let types = param(line, "TYPE");
    let token = |word: &str| !word.is_empty() && is_name(word);
    head(line).contains('"') || !types.split(',').all(token)
}

/// The logical lines of a text.
fn unfolded(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").split("\r\n").filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn is_frame(line: &str) -> bool {
    ["BEGIN:", "END:", "VERSION:"].iter().any(|word| line.starts_with(word))
}

/// What the two say of a card: each objection with the line that it is about.
fn objections(text: &str) -> Vec<(String, String)> {
    let mut lines = unfolded(text);
    let mut found = Vec::new();
    for line in lines.iter().filter(|line| !is_frame(line)) {
        if let Err(error) = Property::try_from(format!("{line}\n").as_str()) {
            found.push((format!("line: {error:?}"), line.clone()));
        }
    }
    // It stops at the first line that it will not have: the next ones show when that is taken out.
    loop {
        match lines.concat_lines().parse::<VCard>() {
            Ok(card) => {
                found.extend(card.validate().err().map(|error| (format!("card: {error}"), String::new())));
                return found;
            }
            Err(error) => {
                let at = error.line.saturating_sub(1).min(lines.len() - 1);
                found.push((format!("card: {error}"), lines[at].clone()));
                if is_frame(&lines[at]) {
                    return found;
                }
                lines.remove(at);
            }
        }
    }
}

trait ConcatLines {
    fn concat_lines(&self) -> String;
}

impl ConcatLines for Vec<String> {
    fn concat_lines(&self) -> String {
        self.iter().map(|line| format!("{line}\r\n")).collect()
    }
}

/// The objections to a contact's card that no row excuses; the rows that excuse others are noted.
fn unexcused(contact: &Contact, whose: &[Whose], used: &mut BTreeSet<usize>) -> Vec<String> {
    let text = write(std::slice::from_ref(contact), Version::V4_0).0;
    let mut left = Vec::new();
    for (objection, line) in objections(&text) {
        let excuses =
            |(by, begins, applies, _): &Row| whose.contains(by) && objection.starts_with(begins) && applies(&line);
        match EXCUSED.iter().position(excuses) {
            Some(row) => drop(used.insert(row)),
            None => left.push(format!("{objection}\n    {line}")),
        }
    }
    left
}

#[test]
fn every_card_of_the_corpus_is_valid_or_excused() {
    let corpus = files();
    let is_there = !corpus.is_empty();
    let (mut used, mut wrong) = (BTreeSet::new(), Vec::new());
    for (name, bytes) in corpus.into_iter().chain(samples()) {
        for contact in laws::kept(laws::as_far_as(&bytes).0) {
            let left = unexcused(&contact, &[Theirs, Source], &mut used);
            wrong.extend(left.into_iter().map(|objection| format!("{name}: {objection}")));
        }
    }
    assert!(wrong.is_empty(), "{} objections\n{}", wrong.len(), wrong.join("\n"));
    let idle: Vec<_> = (0..EXCUSED.len()).filter(|row| is_there && !used.contains(row)).collect();
    assert!(idle.is_empty(), "rows that excuse nothing any more: {idle:?}");
}

#[test]
fn every_made_contact_is_valid() {
    for contact in generator::contacts(400, 10, 3) {
        assert_eq!(unexcused(&contact, &[], &mut BTreeSet::new()), [""; 0]);
    }
}

/// A contact whose values are of the kind that their fields are for: no reader checks that.
fn plausible(mut contact: Contact) -> Contact {
    if !contact.language.is_empty() {
        contact.language = "gsw-CH".to_owned();
    }
    contact.ims.retain(|im| !im.service.is_empty());
    for email in &mut contact.emails {
        let (local, host) = email.address.split_once('@').unwrap_or_default();
        email.address = format!("{}@{host}", local.replace('.', "o"));
    }
    contact.extra.retain(|extra| extra.origin == Origin::Column || extra.name.starts_with(['X', 'x']));
    contact
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn every_plausible_contact_is_valid(contact in arbitrary_contact()) {
        let left = unexcused(&plausible(contact), &[Theirs], &mut BTreeSet::new());
        prop_assert!(left.is_empty(), "{}", left.join("\n"));
    }
}
