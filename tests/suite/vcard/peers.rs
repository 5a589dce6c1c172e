//! What we read of the corpus, held against calcard and vcard-rs, which share no code with us.
//!
//! Compared are the texts of the properties that all three understand, blanks and separators aside. Every disagreement
//! is a row of a golden file: the file, the property, who sees it otherwise, and a word for the reason why we are right.
//! A row without a reason, and a reason that no longer disagrees, fail the test. `CARDFERRY_BLESS=1` writes the rows
//! anew and keeps the reasons; a new row gets a `?`, which somebody has to replace by one of [`REASONS`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

use calcard::vcard::{VCard, VCardEntry, VCardProperty, VCardValue};
use calcard::{Entry, Parser};
use cardferry::model::{Contact, Date, PartialDate};
use pimalaya_vcard::tree::cst::VcardCst;
use pimalaya_vcard::tree::line::VcardLine;
use pimalaya_vcard::tree::value::cursor::VcardValueCursor;

use super::corpus::files;
use crate::golden;
use crate::laws;

/// The word of a golden row, and what it stands for.
const REASONS: &[(&str, &str)] = &[
    ("backslash", "2.1 escapes semicolons and commas alone: C:\\new is a path; the peers undo or misread more"),
    ("bare-qp", "QUOTED-PRINTABLE stands without ENCODING=, as 2.1 allows: calcard does not decode it"),
    ("bytes", "the file is not UTF-8, and calcard takes text alone"),
    ("charset", "an old character set, declared, in quoted-printable or neither: vcard-rs leaves damaged characters"),
    ("cut", "the last character is cut: we mark it, calcard makes the whole text binary"),
    ("dashes", "a date with dashes, the rule in 3.0 and a habit in 4.0: calcard loses the day"),
    ("empty", "the card has no value at all: the peers count it, we reject it and say so"),
    ("group", "the card is of a group, which makes no contact: its members get its name as a category"),
    ("kde", "a department or web feed that KDE has a property of its own for is in the field as well"),
    ("no-date", "there is no month 31: we keep the text, the peers make a date of it"),
    ("no-end", "a card has no END: calcard loses the one that follows, vcard-rs all that do"),
    (
        "stops",
        "the peer takes no card of such a file: BOM, UTF-16, bare CR, base64 without indent, lines without colon",
    ),
    ("stray-line", "a line without a colon belongs to the one before; calcard drops it"),
];

/// Property, and its texts in order.
type Card = BTreeMap<&'static str, Vec<String>>;

/// The properties that are compared. Of the first ones a card has one: what comes after it is not compared.
const SINGLE: &[&str] = &["FN", "N", "NOTE", "BDAY"];
const SEVERAL: &[&str] = &["EMAIL", "TEL", "ADR", "ORG", "URL", "CATEGORIES"];

/// A text without what the three rightly treat in their own way: blanks, and the separators of lists.
fn plain(text: &str) -> String {
    let split = |char: char| char.is_whitespace() || char.is_control() || ",;".contains(char);
    text.split(split).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn without<'t>(text: &'t str, scheme: &str) -> &'t str {
    let text = text.trim();
    text.get(..scheme.len()).filter(|it| it.eq_ignore_ascii_case(scheme)).map_or(text, |_| &text[scheme.len()..])
}

/// The components of a value as one text: which is which is seen by the bars between them.
fn components(parts: impl IntoIterator<Item = String>) -> String {
    let parts: Vec<String> = parts.into_iter().map(|part| plain(&part)).collect();
    let used = parts.iter().rposition(|part| !part.is_empty()).map_or(0, |last| last + 1);
    parts[..used].join("|")
}

fn day(year: Option<u16>, month: Option<u8>, day: Option<u8>) -> String {
    format!("{} {} {}", year.unwrap_or(0), month.unwrap_or(0), day.unwrap_or(0))
}

/// A date as vcard-rs leaves it: text.
fn written_day(text: &str) -> String {
    let date = text.split(['T', ' ']).next().unwrap_or_default();
    let digits: String = date.chars().filter(char::is_ascii_digit).collect();
    let number = |from: usize, to: usize| digits.get(from..to).and_then(|it| it.parse::<u16>().ok());
    let [year, month, of_month] = match (date.starts_with("--"), digits.len()) {
        (false, 8) => [number(0, 4), number(4, 6), number(6, 8)],
        (true, 4) => [None, number(0, 2), number(2, 4)],
        (false, 6) if date.contains('-') => [number(0, 4), number(4, 6), None],
        (false, 4) => [number(0, 4), None, None],
        _ => return plain(text),
    };
    day(year, month.map(|it| it as u8), of_month.map(|it| it as u8))
}

fn push(card: &mut Card, name: &'static str, text: String) {
    let values = card.entry(name).or_default();
    let taken = SINGLE.contains(&name) && !values.is_empty();
    if !text.is_empty() && !taken {
        values.push(text);
    }
}

fn ours(contact: &Contact) -> Card {
    let mut card = Card::new();
    let name = &contact.name;
    push(&mut card, "FN", plain(&name.full));
    let parts = [&name.surname, &name.given, &name.middle, &name.prefix, &name.suffix];
    push(&mut card, "N", components(parts.map(Clone::clone)));
    push(&mut card, "NOTE", plain(&contact.notes));
    push(
        &mut card,
        "BDAY",
        match &contact.birthday {
            Some(Date::Known(PartialDate { year, month, day: of_month })) => day(*year, *month, *of_month),
            Some(Date::Text(text)) => plain(text),
            None => String::new(),
        },
    );
    contact.emails.iter().for_each(|it| push(&mut card, "EMAIL", plain(&it.address)));
    // They leave the extension of a URI as the URI has it.
    contact.phones.iter().for_each(|it| push(&mut card, "TEL", plain(&it.number.replace(" ext. ", ";ext="))));
    contact.addresses.iter().for_each(|it| push(&mut card, "ADR", components(it.parts().map(str::to_owned))));
    let employers = std::iter::once(&contact.organization).chain(&contact.organizations);
    employers.for_each(|it| push(&mut card, "ORG", plain(&format!("{};{}", it.company, it.department))));
    contact.urls.iter().for_each(|it| push(&mut card, "URL", plain(&it.url)));
    contact.categories.iter().for_each(|it| push(&mut card, "CATEGORIES", plain(it)));
    card
}

/// What calcard reads, as far as it gets.
fn of_calcard(text: &str) -> Vec<Card> {
    let mut parser = Parser::new(text);
    let mut cards = Vec::new();
    loop {
        match parser.entry() {
            Entry::VCard(card) => cards.push(calcards(&card)),
            Entry::Eof => return cards,
            _ => {}
        }
    }
}

fn calcards(vcard: &VCard) -> Card {
    let mut card = Card::new();
    for VCardEntry { name, values, .. } in &vcard.entries {
        let mut texts = values.iter().map(|value| match value {
            VCardValue::Text(text) => text.clone(),
            VCardValue::Component(parts) => parts.join(","),
            VCardValue::PartialDateTime(date) => day(date.year, date.month, date.day),
            other => format!("{other:?}"),
        });
        match name {
            VCardProperty::Fn => push(&mut card, "FN", plain(&texts.collect::<String>())),
            VCardProperty::N => push(&mut card, "N", components(texts)),
            VCardProperty::Note => push(&mut card, "NOTE", plain(&texts.collect::<String>())),
            VCardProperty::Bday => push(&mut card, "BDAY", plain(&texts.collect::<String>())),
            VCardProperty::Email => push(&mut card, "EMAIL", plain(&texts.collect::<String>())),
            VCardProperty::Tel => push(&mut card, "TEL", plain(without(&texts.collect::<String>(), "tel:"))),
            VCardProperty::Adr => push(&mut card, "ADR", components(texts)),
            VCardProperty::Org => push(&mut card, "ORG", plain(&texts.collect::<Vec<_>>().join(";"))),
            VCardProperty::Url => push(&mut card, "URL", plain(&texts.collect::<String>())),
            VCardProperty::Categories => texts.by_ref().for_each(|it| push(&mut card, "CATEGORIES", plain(&it))),
            _ => {}
        }
    }
    card
}

/// What vcard-rs reads, as far as it gets.
fn of_vcard_rs(bytes: &[u8]) -> Vec<Card> {
    VcardCst::parse_many(bytes).map_while(Result::ok).map(vcard_rss).collect()
}

fn vcard_rss(mut vcard: VcardCst<'_>) -> Card {
    let mut card = Card::new();
    for line in &mut vcard.props {
        let name = line.bare_name().to_ascii_uppercase();
        match name.as_str() {
            "FN" => push(&mut card, "FN", plain(&text(line))),
            "N" => push(&mut card, "N", components(parts(line, 5))),
            "NOTE" => push(&mut card, "NOTE", plain(&text(line))),
            "BDAY" => push(&mut card, "BDAY", written_day(&text(line))),
            "EMAIL" => push(&mut card, "EMAIL", plain(&text(line))),
            "TEL" => push(&mut card, "TEL", plain(without(&text(line), "tel:"))),
            "ADR" => push(&mut card, "ADR", components(parts(line, 7))),
            "ORG" => push(&mut card, "ORG", plain(&text(line))),
            "URL" => push(&mut card, "URL", plain(&text(line))),
            "CATEGORIES" if !is_encoded(line) => {
                line.value.decode_list().iter().for_each(|it| push(&mut card, "CATEGORIES", plain(it)));
            }
            "CATEGORIES" => text(line).split(',').for_each(|it| push(&mut card, "CATEGORIES", plain(it))),
            _ => {}
        }
    }
    card
}

fn text(line: &mut VcardLine<'_>) -> String {
    VcardValueCursor { line }.charset()
}

fn is_encoded(line: &VcardLine<'_>) -> bool {
    line.params
        .iter()
        .any(|param| ["ENCODING", "CHARSET", "QUOTED-PRINTABLE"].contains(&param.name.get().to_uppercase().as_str()))
}

fn parts(line: &mut VcardLine<'_>, count: usize) -> Vec<String> {
    if is_encoded(line) {
        return text(line).split(';').take(count).map(str::to_owned).collect();
    }
    (0..count).map(|at| line.value.decode_component(at).into_owned()).collect()
}

/// The properties that a peer sees otherwise; one word when it does not see as many cards.
fn disagreements(ours: &[Contact], theirs: &[Card]) -> Vec<&'static str> {
    if ours.len() != theirs.len() {
        return vec!["cards"];
    }
    let mut found = BTreeSet::new();
    for (contact, theirs) in ours.iter().zip(theirs) {
        let card = self::ours(contact);
        let nothing = Vec::new();
        for name in SINGLE.iter().chain(SEVERAL) {
            let [mine, other] = [&card, theirs].map(|card| card.get(name).unwrap_or(&nothing));
            if mine != other && !(*name == "FN" && is_made(contact, other)) {
                found.insert(*name);
            }
        }
    }
    found.into_iter().collect()
}

/// Whether a full name is one that we know to be made of something else: we forget it, and make it again.
fn is_made(contact: &Contact, full: &[String]) -> bool {
    contact.name.full.is_empty() && full.iter().all(|full| *full == plain(&contact.display_name()))
}

/// Who sees what otherwise, in which file.
fn rows() -> Vec<[String; 3]> {
    let mut rows = Vec::new();
    for (file, bytes) in files() {
        let contacts = laws::kept(laws::as_far_as(&bytes).0);
        let text = std::str::from_utf8(&bytes);
        let calcard = text.map_or(vec!["bytes"], |text| disagreements(&contacts, &of_calcard(text)));
        let found = [("calcard", calcard), ("vcard-rs", disagreements(&contacts, &of_vcard_rs(&bytes)))];
        for (who, names) in found {
            rows.extend(names.into_iter().map(|name| [file.clone(), name.to_owned(), who.to_owned()]));
        }
    }
    rows
}

#[test]
fn every_disagreement_has_its_reason() {
    let rows = rows();
    if rows.is_empty() {
        return;
    }
    let golden = fs::read_to_string(golden::path("vcard/peers.tsv")).unwrap_or_default();
    let known: BTreeMap<&str, &str> = golden.lines().filter_map(|line| line.rsplit_once('\t')).collect();
    let mut table = String::from("file\tproperty\twho\treason\n");
    for row in rows {
        let row = row.join("\t");
        let reason = known.get(row.as_str()).unwrap_or(&"?");
        let _ = writeln!(table, "{row}\t{reason}");
    }
    golden::check("vcard/peers.tsv", &table);
    let is_reason = |word: &str| REASONS.iter().any(|(known, _)| *known == word);
    let bare = table.lines().skip(1).filter(|line| !line.rsplit('\t').next().is_some_and(is_reason));
    assert_eq!(bare.collect::<Vec<_>>(), [""; 0], "rows without a reason of the test's own table");
}
