//! The stash: what has no other home, in one extended property of the contact itself.
//!
//! It is JSON: `{"v":1,"length":…,"sum":"…","pieces":[{"of":"…","piece":{…}},{"order":"phones","of":"…",…},…]}`. Each
//! piece is a fragment of a contact ([`super::piece`]) or the order of a list; `of` is the fingerprint of the live value
//! that it enriches. When somebody has changed that value since, the piece is void: the live value wins. Length and
//! checksum are those of the pieces' compact JSON, for a list may cut long texts.
//!
//! Last come the names that the source's properties had ([`super::spelt`]), which are the first to find no room. That is
//! not told: under another name the value is the same, and what another name cannot say is told by whoever writes it.
//! The source's version always has room; it is kept where anything else is, since a contact that is all live reads the
//! same in every version.

use serde_json::{Value, json};

use super::extended::Fingerprint;
use super::leftover::{Piece, live_print};
use super::merge::Stashed;
use super::order::Order;
use super::piece;
use super::spelt::Spelt;
use super::words::{FIELDS, of_word, word_of};
use crate::model::{Contact, Field, Loss, Why};

/// The most bytes that the stash's text may have: long string properties beyond this size are costly to the service.
const MAX_BYTES: usize = 16 * 1024;
const VERSION: u64 = 1;
/// What stands around the pieces, at most, the version of the source and a [`Filler`].
const ENVELOPE: usize = 180;

/// The pieces that have room, ready to be written.
#[derive(Debug, Clone)]
pub(super) struct Stash {
    /// The pieces' JSON.
    kept: Vec<String>,
    /// The bytes that it takes, the envelope's with them.
    length: usize,
    /// What a reader will make of it.
    pub(super) stashed: Vec<Stashed>,
    /// Values that nobody sees in the mailbox.
    pub(super) hidden: Vec<Loss>,
    /// What found no room.
    pub(super) losses: Vec<Loss>,
}

impl Stash {
    /// Takes as many pieces as there is room for, in their order.
    pub(super) fn of(pieces: Vec<Piece>) -> Self {
        let mut stash =
            Self { kept: Vec::new(), length: ENVELOPE, stashed: Vec::new(), hidden: Vec::new(), losses: Vec::new() };
        for Piece { fragment, of, loss } in pieces {
            let json = json_of(&fragment, of);
            if !json.is_some_and(|json| stash.takes(&json)) {
                stash.losses.push(loss);
                continue;
            }
            stash.stashed.push(Stashed::Piece { of, fragment: Box::new(fragment) });
            if of.is_none() && loss.why != Why::Remark && is_missed(&loss) {
                stash.hidden.push(loss);
            }
        }
        stash
    }

    /// Takes the orders of lists, as long as there is room.
    pub(super) fn take_orders(&mut self, orders: Vec<Order>) {
        for order in orders {
            if !self.takes(&order.json()) {
                self.losses.push(order.loss());
            }
        }
    }

    /// Takes the names of the source's properties, all of them if there is room, else its version alone.
    pub(super) fn take_spelt(&mut self, spelt: Option<Spelt>) {
        let Some(spelt) = spelt.filter(|spelt| spelt.has_names() || !self.kept.is_empty()) else { return };
        if !self.takes(&spelt.json()) {
            self.kept.push(spelt.without_names().json().to_string());
        }
    }

    /// Takes a piece's JSON, if there is room.
    fn takes(&mut self, json: &Value) -> bool {
        let json = json.to_string();
        let fits = self.length + json.len() < MAX_BYTES;
        if fits {
            self.length += json.len() + 1;
            self.kept.push(json);
        }
        fits
    }

    /// Its text, if there is anything to keep; with a note of what was filled in, if anything was.
    pub(super) fn text(&self, filler: Option<Filler>) -> Option<String> {
        let note = filler.map(|filler| filler.json().to_string());
        let kept: Vec<&str> = self.kept.iter().map(String::as_str).chain(note.as_deref()).collect();
        let pieces = format!("[{}]", kept.join(","));
        let (length, sum) = (pieces.len(), sum(&pieces));
        let text = || format!(r#"{{"v":{VERSION},"length":{length},"sum":"{sum}","pieces":{pieces}}}"#);
        (!kept.is_empty()).then(text)
    }
}

/// Says that a contact's given name was filled in because the service wants one: `{"filler":"givenName","of":"…"}`, with
/// `"full":true` where the contact has no name at all and the service makes one of it. It always has room. When somebody
/// has changed that name since, it is theirs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filler {
    of: Fingerprint,
    full: bool,
}

impl Filler {
    pub(super) fn of(text: &str, full: bool) -> Self {
        Self { of: live_print(Field::GivenName, text), full }
    }

    fn json(self) -> Value {
        let mut json = json!({ "filler": word_of(FIELDS, &Field::GivenName), "of": self.of.to_string() });
        if self.full {
            json["full"] = true.into();
        }
        json
    }

    fn of_json(json: &Value) -> Option<Self> {
        let field = of_word(FIELDS, json.get("filler")?.as_str()?)?;
        let of = Fingerprint::parse(json.get("of")?.as_str()?)?;
        let full = json.get("full").and_then(Value::as_bool).unwrap_or_default();
        (field == Field::GivenName).then_some(Self { of, full })
    }

    /// Whether this is the name that was filled in.
    fn is_of(self, given: &str) -> bool {
        live_print(Field::GivenName, given) == self.of
    }

    /// Takes the name away again, if it is still the one that was filled in.
    pub(super) fn take_out(self, contact: &mut Contact) {
        let name = &mut contact.name;
        if self.is_of(&name.given) {
            if self.full && name.full == name.given {
                name.full.clear();
            }
            name.given.clear();
        }
    }
}

/// Properties that programs keep for themselves.
const NOT_FOR_PEOPLE: &[&str] =
    &["PRODID", "X-ABUID", "X-ABADR", "CLIENTPIDMAP", "KIND", "X-ABShowAs", "X-ADDRESSBOOKSERVER-KIND"];

/// Whether a person would miss it: nobody looks at identifiers, times of change and what is about the file.
fn is_missed(loss: &Loss) -> bool {
    match loss.field {
        Field::Extra => !NOT_FOR_PEOPLE.iter().any(|name| name.eq_ignore_ascii_case(&loss.value)),
        field => !matches!(field, Field::Uid | Field::Revision),
    }
}

/// A piece's JSON; none for one that would not read back as it is.
fn json_of(fragment: &Contact, of: Option<Fingerprint>) -> Option<Value> {
    let piece = piece::json_of(fragment);
    if piece::fragment_of(&piece).as_ref() != Some(fragment) {
        return None;
    }
    Some(match of {
        Some(of) => json!({ "of": of.to_string(), "piece": piece }),
        None => json!({ "piece": piece }),
    })
}

/// The first half of a fingerprint is enough to tell a cut text.
fn sum(text: &str) -> String {
    Fingerprint::of(text.as_bytes()).to_string()[..16].to_owned()
}

/// Whether a stash says that a contact's given name was filled in.
pub(super) fn has_filler(text: &str, given: &str) -> bool {
    let is = |stashed: &Stashed| matches!(stashed, Stashed::Filler(filler) if filler.is_of(given));
    read(text).is_ok_and(|stashed| stashed.iter().any(is))
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
        if let Some(order) = Order::of_json(piece) {
            return Some(Stashed::Order(order));
        }
        if let Some(spelt) = Spelt::of_json(piece) {
            return Some(Stashed::Spelt(spelt));
        }
        if let Some(filler) = Filler::of_json(piece) {
            return Some(Stashed::Filler(filler));
        }
        let of = piece["of"].as_str().and_then(Fingerprint::parse);
        let fragment = Box::new(piece::fragment_of(piece["piece"].as_object()?)?);
        Some(Stashed::Piece { of, fragment })
    };
    Ok(stash["pieces"].as_array().ok_or(Damaged)?.iter().filter_map(stashed).collect())
}
