//! The stash: what has no other home, in one extended property of the contact itself.
//!
//! It is JSON: `{"v":1,"length":…,"sum":"…","pieces":[{"of":"…","card":"…"},{"extra":{…}},…]}`. Each piece is a line
//! or more of a vCard 4.0, or a leftover that no line can say; `of` is the fingerprint of the live value that it enriches. When somebody has changed that value since,
//! the piece is void: the live value wins. Length and checksum are those of the pieces' compact JSON, for a list may
//! cut long texts.

use std::sync::Arc;

use serde_json::{Value, json};

use super::extended::Fingerprint;
use super::leftover::{LIVE_PHOTO, Piece, date_text, list_text, live_print, live_prints};
use crate::formats::{Encoder as _, Outcome, vcard};
use crate::model::{Contact, Date, Extra, Field, Loss, Origin, Photo, PhotoData, Rest, Shape};

/// The most bytes that the stash's text may have: long string properties beyond this size are costly to the service.
const MAX_BYTES: usize = 16 * 1024;
const VERSION: u64 = 1;
const BEGIN: &str = "BEGIN:VCARD\r\nVERSION:4.0\r\n";
const END: &str = "END:VCARD\r\n";
/// What stands around the pieces, at most.
const ENVELOPE: usize = 100;

/// A piece that was read back.
#[derive(Debug)]
pub(super) struct Stashed {
    of: Option<Fingerprint>,
    fragment: Contact,
}

/// The pieces that have room, ready to be written.
#[derive(Debug, Default)]
pub(super) struct Stash {
    /// The pieces' JSON, each with whether it is the contact's content.
    kept: Vec<(String, bool)>,
    /// Values that nobody sees in the mailbox.
    pub(super) hidden: Vec<Loss>,
    /// What found no room.
    pub(super) losses: Vec<Loss>,
}

/// Properties that change when nothing of the contact does, whatever writes the file anew.
const ABOUT_THE_FILE: &[&str] = &["PRODID"];

impl Stash {
    /// Takes as many pieces as there is room for, in their order.
    pub(super) fn of(pieces: Vec<Piece>) -> Self {
        let mut stash = Self::default();
        let mut length = ENVELOPE;
        for piece in pieces {
            match json_of(&piece).map(|json| json.to_string()) {
                Some(json) if length + json.len() < MAX_BYTES => {
                    length += json.len() + 1;
                    stash.kept.push((json, is_content(&piece.loss)));
                    stash.hidden.extend(Some(piece.loss).filter(|loss| piece.of.is_none() && is_missed(loss)));
                }
                _ => stash.losses.push(piece.loss),
            }
        }
        stash
    }

    /// Its text, if there is anything to keep.
    pub(super) fn text(&self) -> Option<String> {
        let pieces = list(self.kept.iter());
        let (length, sum) = (pieces.len(), sum(&pieces));
        let text = || format!(r#"{{"v":{VERSION},"length":{length},"sum":"{sum}","pieces":{pieces}}}"#);
        (!self.kept.is_empty()).then(text)
    }

    /// The JSON of what of it is the contact's content: not when the file was written, nor by what.
    pub(super) fn content(&self) -> String {
        list(self.kept.iter().filter(|(_, is_content)| *is_content))
    }
}

/// Pieces as a JSON array.
fn list<'a>(pieces: impl Iterator<Item = &'a (String, bool)>) -> String {
    let pieces: Vec<&str> = pieces.map(|(json, _)| json.as_str()).collect();
    format!("[{}]", pieces.join(","))
}

/// Whether it is of the contact, not of the file that the contact stood in.
fn is_content(loss: &Loss) -> bool {
    match loss.field {
        Field::Extra => !ABOUT_THE_FILE.iter().any(|about| about.eq_ignore_ascii_case(&loss.value)),
        field => field != Field::Revision,
    }
}

/// Whether a person would miss it: nobody looks at identifiers, times of change and what is about the file.
fn is_missed(loss: &Loss) -> bool {
    loss.field != Field::Uid && is_content(loss)
}

fn json_of(piece: &Piece) -> Option<Value> {
    if let [extra] = piece.fragment.extra.as_slice() {
        return Some(json!({ "extra": extra_json(extra) }));
    }
    let card = card_of(&piece.fragment)?;
    Some(match piece.of {
        Some(of) => json!({ "of": of.to_string(), "card": card }),
        None => json!({ "card": card }),
    })
}

/// A verbatim leftover as it stands, since as the line of a card of its own it might mean something else.
fn extra_json(extra: &Extra) -> Value {
    let column = extra.origin == Origin::Column;
    let Rest { group, params, raw } = &extra.rest;
    json!({ "column": column, "name": extra.name, "value": extra.value, "group": group, "params": params, "raw": raw })
}

fn extra_of(json: &Value) -> Option<Extra> {
    let text = |name: &str| Some(json.get(name)?.as_str()?.to_owned());
    let texts = |list: &Value| -> Option<Vec<String>> {
        list.as_array()?.iter().map(|text| Some(text.as_str()?.to_owned())).collect()
    };
    let param = |pair: &Value| Some((pair.get(0)?.as_str()?.to_owned(), texts(pair.get(1)?)?));
    let params = json.get("params")?.as_array()?.iter().map(param).collect::<Option<_>>()?;
    let origin = if json.get("column")?.as_bool()? { Origin::Column } else { Origin::Vcard };
    let rest = Rest { group: text("group")?, params, raw: text("raw").map(String::into_boxed_str) };
    Some(Extra { origin, name: text("name")?, value: text("value")?, rest })
}

/// The first half of a fingerprint is enough to tell a cut text.
fn sum(text: &str) -> String {
    Fingerprint::of(text.as_bytes()).to_string()[..16].to_owned()
}

/// The lines that say a fragment, without those that every card has; none when a card cannot say it.
fn card_of(fragment: &Contact) -> Option<String> {
    let mut card = Vec::new();
    let losses = vcard::Encoder::new(vcard::Version::V4_0).encode(fragment, &mut card);
    let card = String::from_utf8(card).ok()?;
    let lines = card.strip_prefix(BEGIN)?.strip_suffix(END)?;
    let lines = without_made_name(lines, fragment);
    if !losses.is_empty() || lines.is_empty() {
        return None;
    }
    if reads_back(&lines, fragment) {
        return Some(lines);
    }
    // A group that has a single member is not kept by a reader, so it gets a second one.
    let with_group = format!("{lines}{}.{GROUP_MEMBER}:\r\n", group_of(fragment)?);
    reads_back(&with_group, fragment).then_some(with_group)
}

/// The lines without the name that the writer makes up for a card that has none; it may be folded.
fn without_made_name(lines: &str, fragment: &Contact) -> String {
    if !fragment.name.full.is_empty() {
        return lines.to_owned();
    }
    let mut in_name = false;
    let kept = lines.split_inclusive("\r\n").filter(|line| {
        in_name = line.starts_with("FN:") || in_name && line.starts_with(' ');
        !in_name
    });
    kept.collect()
}

/// Keeps a group alive that has one member in a piece, but others in its card.
const GROUP_MEMBER: &str = "X-CARDFERRY-GROUP";

/// The vCard group of a fragment's one value.
fn group_of(fragment: &Contact) -> Option<&str> {
    let emails = fragment.emails.iter().map(|value| &value.rest);
    let phones = fragment.phones.iter().map(|value| &value.rest);
    let ims = fragment.ims.iter().map(|value| &value.rest);
    let urls = fragment.urls.iter().map(|value| &value.rest);
    let addresses = fragment.addresses.iter().map(|value| &value.rest);
    let people = fragment.relations.iter().map(|value| &value.rest);
    let days = fragment.events.iter().map(|value| &value.rest);
    let mut rests = emails.chain(phones).chain(ims).chain(urls).chain(addresses).chain(people).chain(days);
    rests.next().map(|rest| rest.group.as_str()).filter(|group| !group.is_empty())
}

/// Whether the lines say the fragment and nothing else.
fn reads_back(lines: &str, fragment: &Contact) -> bool {
    fragment_of(lines).as_ref() == Some(fragment)
}

fn fragment_of(lines: &str) -> Option<Contact> {
    let card = format!("{BEGIN}{lines}{END}");
    let mut reader = vcard::Reader::new(Arc::from("stash"), card.as_bytes(), vcard::Options::default());
    match reader.next()?.ok()?.outcome {
        Outcome::Contact(mut contact) => {
            contact.extra.retain(|extra| extra.name != GROUP_MEMBER);
            Some(*contact)
        }
        Outcome::Reject(_) => None,
    }
}

/// The stash came back cut, or was never one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

/// Reads a stash back. One of a later version is not understood and gives no pieces; it is not damaged.
pub(super) fn read(text: &str) -> Result<Vec<Stashed>, Damaged> {
    let stash: Value = serde_json::from_str(text).map_err(|_| Damaged)?;
    if stash["v"].as_u64().ok_or(Damaged)? != VERSION {
        return Ok(Vec::new());
    }
    let pieces = stash["pieces"].to_string();
    if stash["length"].as_u64() != Some(pieces.len() as u64) || stash["sum"].as_str() != Some(&sum(&pieces)) {
        return Err(Damaged);
    }
    let stashed = |piece: &Value| {
        let of = piece["of"].as_str().and_then(Fingerprint::parse);
        let fragment = match extra_of(&piece["extra"]) {
            Some(extra) => Contact { extra: vec![extra], ..Contact::default() },
            None => fragment_of(piece["card"].as_str()?)?,
        };
        Some(Stashed { of, fragment })
    };
    Ok(stash["pieces"].as_array().ok_or(Damaged)?.iter().filter_map(stashed).collect())
}

/// Puts the pieces back where the values they belong to still are as they were.
pub(super) fn merge(contact: &mut Contact, pieces: Vec<Stashed>) {
    let live = LivePrints::of(contact);
    for Stashed { of, fragment } in pieces {
        merge_texts(contact, &fragment, of);
        merge_date(contact, &fragment, of, Field::Birthday, |contact| &mut contact.birthday);
        merge_date(contact, &fragment, of, Field::Anniversary, |contact| &mut contact.anniversary);
        if !Field::Gender.is_absent(&fragment) {
            let live = contact.gender.sex.map(|sex| live_print(Field::Gender, &format!("{sex:?}")));
            if live == of {
                contact.gender = fragment.gender.clone();
                keep_rest(contact, &fragment, Field::Gender);
            }
        }
        for field in [Field::Categories, Field::Children] {
            if of == Some(live_print(field, &list_text(contact, field))) {
                keep_rest(contact, &fragment, field);
            }
        }
        merge_photo(contact, &fragment);
        merge_list(&mut contact.emails, &live.emails, fragment.emails, of);
        merge_list(&mut contact.phones, &live.phones, fragment.phones, of);
        merge_list(&mut contact.ims, &live.ims, fragment.ims, of);
        merge_list(&mut contact.urls, &live.urls, fragment.urls, of);
        merge_list(&mut contact.addresses, &live.addresses, fragment.addresses, of);
        contact.organizations.extend(fragment.organizations);
        contact.events.extend(fragment.events);
        contact.relations.extend(fragment.relations);
        contact.extra.extend(fragment.extra);
    }
}

/// The mailbox's own photo goes before a link; a remark belongs to the mailbox's own.
fn merge_photo(contact: &mut Contact, fragment: &Contact) {
    keep_rest(contact, fragment, Field::Photo);
    let is_live = |photo: &Photo| matches!(&photo.data, PhotoData::Link(link) if link == LIVE_PHOTO);
    contact.photo = contact.photo.take().or_else(|| fragment.photo.clone().filter(|photo| !is_live(photo)));
}

fn merge_texts(contact: &mut Contact, fragment: &Contact, of: Option<Fingerprint>) {
    for field in Field::ALL.iter().copied().filter(|field| field.shape() == Shape::Text) {
        let (Some(text), Some(live)) = (field.text(fragment), field.text_mut(contact)) else { continue };
        let unchanged = if live.is_empty() { of.is_none() } else { of == Some(live_print(field, live)) };
        if !text.is_empty() && unchanged {
            live.clone_from(text);
        }
        if live == text {
            keep_rest(contact, fragment, field);
        }
    }
}

fn merge_date(
    contact: &mut Contact,
    fragment: &Contact,
    of: Option<Fingerprint>,
    field: Field,
    place: fn(&mut Contact) -> &mut Option<Date>,
) {
    let date = if field == Field::Birthday { &fragment.birthday } else { &fragment.anniversary };
    let live = place(contact).as_ref().map(|live| live_print(field, &date_text(live)));
    if date.is_some() && live == of {
        place(contact).clone_from(date);
        keep_rest(contact, fragment, field);
    }
}

fn keep_rest(contact: &mut Contact, fragment: &Contact, field: Field) {
    if let Some(rest) = fragment.rest_of(field) {
        contact.keep_rest(field, rest.clone());
    }
}

/// Fingerprints of what was live before anything was put back, each in its value's place.
struct LivePrints {
    emails: Vec<Fingerprint>,
    phones: Vec<Fingerprint>,
    ims: Vec<Fingerprint>,
    urls: Vec<Fingerprint>,
    addresses: Vec<Fingerprint>,
}

impl LivePrints {
    fn of(contact: &Contact) -> Self {
        Self {
            emails: live_prints(&contact.emails, Field::Emails),
            phones: live_prints(&contact.phones, Field::Phones),
            ims: live_prints(&contact.ims, Field::Ims),
            urls: live_prints(&contact.urls, Field::Urls),
            addresses: live_prints(&contact.addresses, Field::Addresses),
        }
    }
}

/// A value that was live is enriched if it is still there; one that never was comes back.
fn merge_list<V>(live: &mut Vec<V>, prints: &[Fingerprint], values: Vec<V>, of: Option<Fingerprint>) {
    for value in values {
        match of {
            None => live.push(value),
            Some(of) => {
                if let Some(at) = prints.iter().position(|print| *print == of) {
                    live[at] = value;
                }
            }
        }
    }
}
