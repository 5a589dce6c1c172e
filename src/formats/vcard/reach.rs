//! EMAIL, TEL and URL, and what is said of such a value: kind, line, preference, label.

use std::borrow::Cow;

use super::Version;
use super::card::Card;
use super::draft::Draft;
use super::escape::unescape;
use super::line::Param;
use super::property::Property;
use super::table::Row;
use super::words::{self, Word};
use crate::model::{Email, Field, Kind, Line, Phone, Rest, Url};

/// Carries an e-mail's display name, for which no version has a parameter.
const NAME: &str = "X-CARDFERRY-NAME";

/// What a property says of its value.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) kind: Option<Kind>,
    pub(super) line: Line,
    pub(super) label: String,
    pub(super) preference: Option<u8>,
    pub(super) rest: Rest,
}

impl Said {
    /// Takes kind, line (`of_phone` only), preference and label; `known` are the parameters that the caller models.
    pub(super) fn read(
        draft: &mut Draft<'_>,
        property: &Property<'_>,
        of_phone: bool,
        known: impl Fn(&Param<'_>) -> bool,
    ) -> Said {
        let mut said = Said::default();
        for word in property.types().filter_map(words::meaning) {
            said.hear(word, of_phone);
        }
        let mut numbers = property.params.iter().filter(|param| param.is("PREF"));
        said.preference = numbers.find_map(|param| preference(&param.value)).or(said.preference);
        let mut rest = property.rest(|param| known(param) || said.covers(param, of_phone));
        let label = draft.label(property, &mut rest);
        said.rest = rest;
        if let Some(label) = label {
            said.name(&label, of_phone);
        }
        said
    }

    fn hear(&mut self, word: Word, of_phone: bool) {
        let (kind, line) = match word {
            Word::Kind(kind) => (Some(kind), None),
            Word::Line(line) => (None, Some(line)),
            Word::Both(kind, line) if of_phone => (Some(kind), Some(line)),
            Word::Both(..) => (None, None),
            Word::Preferred => {
                self.preference = Some(1);
                (None, None)
            }
        };
        self.kind = self.kind.or(kind);
        if let Some(line) = line.filter(|line| of_phone && words::tells_more(*line, self.line)) {
            self.line = line;
        }
    }

    /// Whether a parameter says no more than what was understood.
    fn covers(&self, param: &Param<'_>, of_phone: bool) -> bool {
        if param.is("PREF") {
            return preference(&param.value).is_some();
        }
        if !param.is_type() {
            return false;
        }
        // Evolution reads its own words alone, so they stay.
        if param.value.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("X-")) {
            return false;
        }
        match words::meaning(&param.value) {
            Some(Word::Kind(kind)) => self.kind == Some(kind),
            Some(Word::Line(Line::Voice)) => of_phone && words::implies_voice(self.line),
            Some(Word::Line(line)) => of_phone && self.line == line,
            Some(Word::Both(kind, line)) => of_phone && self.kind == Some(kind) && self.line == line,
            Some(Word::Preferred) => true,
            None => false,
        }
    }

    /// Takes the label. One that Apple wraps may be a kind or a line.
    fn name(&mut self, label: &str, of_phone: bool) {
        let word = words::unwrapped(label).and_then(words::meaning);
        match word {
            Some(Word::Kind(kind)) if self.kind.is_none_or(|known| known == kind) => self.kind = Some(kind),
            Some(Word::Line(line)) if of_phone && (self.line == Line::Voice || self.line == line) => self.line = line,
            Some(Word::Both(kind, line)) if of_phone && self.kind.is_none() => {
                (self.kind, self.line) = (Some(kind), line);
            }
            _ => self.label = words::label_read(label).to_owned(),
        }
    }
}

fn preference(text: &str) -> Option<u8> {
    text.trim().parse().ok().filter(|number| (1..=100).contains(number))
}

/// Begins a property of this kind, with its preference as the version has it. Gives the group back for the label.
#[expect(clippy::too_many_arguments, reason = "they are what there is to say")]
pub(super) fn begin(
    card: &mut Card<'_>,
    field: Field,
    name: &str,
    words: [&str; 2],
    kind: Option<Kind>,
    preferred: Option<u8>,
    (rest, raw): (&Rest, bool),
    label: &str,
) -> String {
    let version = card.version;
    let kind = kind.map_or("", |kind| words::kind_word(kind, version));
    let pref = if preferred == Some(1) && version != Version::V4_0 { "PREF" } else { "" };
    let group = card.group_for(rest, label);
    let [first, last] = words;
    card.begin_in(field, &group, name, &[first, kind, last, pref], rest, raw);
    if let Some(number) = preferred.filter(|_| pref.is_empty()) {
        match version {
            Version::V2_1 if !card.is_own() => card.remark(format!("PREF={number}")),
            _ => card.param("PREF", &number.to_string()),
        }
    }
    group
}

pub(super) fn read_email(draft: &mut Draft<'_>, _: &'static Row, property: &Property<'_>) {
    let address = property.text().trim().to_owned();
    if address.is_empty() {
        return;
    }
    let internet = |param: &Param<'_>| param.is_type() && param.value.eq_ignore_ascii_case("INTERNET");
    let said = Said::read(draft, property, false, |param| param.is(NAME) || internet(param));
    let name = property.param(NAME).unwrap_or_default().to_owned();
    let Said { kind, label, preference, rest, .. } = said;
    draft.contact.emails.push(Email { address, name, kind, label, preference, rest });
}

/// Networks other than the internet that 2.1 and 3.0 know addresses of.
const NETWORKS: &[&str] =
    &["AOL", "AppleLink", "ATTMail", "CIS", "eWorld", "IBMMail", "MCIMail", "PowerShare", "PRODIGY", "TLX", "X400"];

/// Whether a TYPE says that an address is of another network than the internet.
fn is_elsewhere(rest: &Rest) -> bool {
    let words = rest.params.iter().filter(|(name, _)| name == "TYPE").flat_map(|(_, values)| values);
    words.into_iter().any(|word| NETWORKS.iter().any(|network| network.eq_ignore_ascii_case(word)))
}

pub(super) fn write_emails(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    for email in &contact.emails {
        let Email { address, name, kind, label, preference, rest } = email;
        let internet = if card.version == Version::V4_0 || is_elsewhere(rest) { "" } else { "INTERNET" };
        let property = row.name(card.version);
        let group = begin(card, row.field, property, [internet, ""], *kind, *preference, (rest, false), label);
        if !name.is_empty() {
            card.own_param(NAME, name);
        }
        card.text(address);
        card.label(&group, label, words::label_is_wrapped(label));
    }
}

/// The parameter of a `tel:` URI for the number behind a switchboard (RFC 3966 section 3).
const EXTENSION: &str = ";ext=";

/// The text of a number without the scheme of a `tel:` URI, its extension as people write it; whether there was one.
fn number(text: &str) -> (Cow<'_, str>, bool) {
    let text = text.trim();
    let Some(scheme) = text.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("tel:")) else {
        return (Cow::Borrowed(text), false);
    };
    let number = text[scheme.len()..].trim();
    let spoken = number.to_ascii_lowercase().find(EXTENSION).and_then(|at| {
        let (main, extension) = (&number[..at], &number[at + EXTENSION.len()..]);
        let is_number = !main.is_empty() && !extension.is_empty() && !extension.contains([';', '=']);
        is_number.then(|| format!("{main} ext. {extension}"))
    });
    (spoken.map_or(Cow::Borrowed(number), Cow::Owned), true)
}

pub(super) fn read_phone(draft: &mut Draft<'_>, _: &'static Row, property: &Property<'_>) {
    let text = property.text();
    let (number, is_uri) = number(&text);
    if number.is_empty() {
        return;
    }
    let Said { kind, line, label, preference, mut rest } = Said::read(draft, property, true, |_| false);
    draft.spell(Field::Phones, draft.contact.phones.len(), property);
    if is_uri {
        property.keep_raw(&mut rest);
    }
    draft.contact.phones.push(Phone { number: number.into_owned(), kind, line, label, preference, rest });
}

pub(super) fn write_phones(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    for (at, phone) in contact.phones.iter().enumerate() {
        let version = card.version;
        let line = words::line_word(phone.line, version);
        let rest = &phone.rest;
        // A URI is for 4.0: readers of the older versions take it for a strange number.
        let fits = |raw: &&str| {
            version == Version::V4_0 && number(&unescape(raw, version)) == (Cow::Borrowed(&phone.number), true)
        };
        let raw = rest.raw.as_deref().filter(fits);
        let (name, said) = (card.name(row, at), (rest, raw.is_some()));
        let group = begin(card, row.field, name, ["", line], phone.kind, phone.preference, said, &phone.label);
        match raw {
            Some(raw) => card.verbatim(raw),
            None => card.text(&phone.number),
        }
        card.label(&group, &phone.label, words::label_is_wrapped(&phone.label));
    }
}

/// Properties of web pages.
pub(super) const PAGES: &[&str] = &["URL", "X-EVOLUTION-BLOG-URL", "X-EVOLUTION-VIDEO-URL", "X-KADDRESSBOOK-BlogFeed"];

/// What a page is that has a property of its own.
const PAGE_LABELS: &[(&str, &str)] =
    &[("X-EVOLUTION-BLOG-URL", "Blog"), ("X-EVOLUTION-VIDEO-URL", "Video"), ("X-KADDRESSBOOK-BlogFeed", "Blog")];

fn page_label(name: &str) -> Option<&'static str> {
    PAGE_LABELS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, label)| *label)
}

pub(super) fn read_url(draft: &mut Draft<'_>, _: &'static Row, property: &Property<'_>) {
    let url = property.text().trim().to_owned();
    if url.is_empty() {
        return;
    }
    // Its label would be one of the whole group.
    if page_label(property.name).is_some() && !property.group.is_empty() {
        return draft.extra(property);
    }
    let Said { kind, mut label, preference, rest, .. } = Said::read(draft, property, false, |_| false);
    if let Some(page) = page_label(property.name).filter(|_| label.is_empty()) {
        page.clone_into(&mut label);
        draft.spell(Field::Urls, draft.contact.urls.len(), property);
    }
    draft.contact.urls.push(Url { url, kind, label, preference, rest });
}

pub(super) fn write_urls(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    for (at, url) in contact.urls.iter().enumerate() {
        let spelt = card.spelling(row.field, at).filter(|name| page_label(name) == Some(&url.label));
        let (name, label) = spelt.map_or((row.name(card.version), url.label.as_str()), |name| (name, ""));
        let group = begin(card, row.field, name, ["", ""], url.kind, url.preference, (&url.rest, false), label);
        card.uri(&url.url);
        card.label(&group, label, words::label_is_wrapped(label));
    }
}
