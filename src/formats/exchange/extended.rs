//! Extended properties: MAPI properties that the APIs have no name for, and cardferry's own three.
//!
//! Ids are written `{type} {tag}` or `{type} {guid} Id {id}` or `{type} {guid} Name {name}` (Graph, "Extended
//! properties overview"); the service may answer them with other letter case.

use std::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::print::CONTENT_VERSION;
use crate::model::identity::Key;

/// The key of the source record: see [`crate::model::identity`].
pub const KEY: &str = "String {8f1c3a52-6d0e-4b77-9a41-c5e2d7b3f604} Name cardferry-key";
/// What was uploaded and by which run: see [`State`].
pub const STATE: &str = "String {8f1c3a52-6d0e-4b77-9a41-c5e2d7b3f604} Name cardferry-state";
/// What has no other home.
pub const STASH: &str = "String {8f1c3a52-6d0e-4b77-9a41-c5e2d7b3f604} Name cardferry-stash";
/// PidLidHasPicture (MS-OXPROPS 2.148), kept by the server: whether the contact has a photo.
pub const HAS_PICTURE: &str = "Boolean {00062004-0000-0000-C000-000000000046} Id 0x8015";

/// Whether two ids name the same property: the service answers GUIDs and numbers in a form of its own. Names are
/// case-sensitive by the documentation; those used here differ in more than case.
pub fn same_id(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || one.split(' ').count() == other.split(' ').count()
            && one.split(' ').zip(other.split(' ')).all(|(one, other)| same_word(one, other))
}

/// Whether two words of an id are the same: `0x0036` and `0x36` are.
fn same_word(one: &str, other: &str) -> bool {
    let number = |word: &str| u32::from_str_radix(word.to_ascii_lowercase().strip_prefix("0x")?, 16).ok();
    one.eq_ignore_ascii_case(other) || number(one).is_some_and(|one| number(other) == Some(one))
}

/// What was uploaded, as the contact itself remembers it in [`STATE`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Fingerprint of the content without the photo.
    pub content: Fingerprint,
    /// Fingerprint of the photo's bytes, when the source has one.
    pub photo: Option<Fingerprint>,
    /// The run that made the contact.
    pub run: String,
    /// The run that changed it last, where one did.
    pub changed_by: Option<String>,
}

/// 128 bits that stand for something longer, written as 32 lower-case hex digits: the first of a SHA-256, but for a
/// content's, which begins with the version of its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// A fingerprint made elsewhere.
    pub(super) fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The fingerprint of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let mut print = [0; 16];
        print.copy_from_slice(&Sha256::digest(bytes)[..16]);
        Self(print)
    }

    /// The version of the form that it is of, where it is a content's: see [`super::content`].
    pub(super) fn content_version(self) -> u8 {
        self.0[0]
    }

    /// The fingerprint as a number.
    pub fn number(self) -> u128 {
        u128::from_be_bytes(self.0)
    }

    /// Reads a fingerprint back, in either letter case.
    pub fn parse(text: &str) -> Option<Self> {
        data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok().map(Self)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&HEXLOWER.encode(&self.0))
    }
}

/// The first word of a state: a later version of cardferry may write others.
const STATE_VERSION: &str = "1";

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{STATE_VERSION} {} ", self.content)?;
        match &self.photo {
            Some(photo) => write!(out, "{photo}")?,
            None => out.write_str("-")?,
        }
        write!(out, " {}", self.run)?;
        self.changed_by.iter().try_for_each(|run| write!(out, " {run}"))
    }
}

impl State {
    /// Whether its fingerprint of the content can be compared with this version's.
    pub fn is_of_this_version(&self) -> bool {
        self.content.content_version() == CONTENT_VERSION
    }

    /// Reads a state back; none when it is of another version or damaged.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        if words.next()? != STATE_VERSION {
            return None;
        }
        let content = Fingerprint::parse(words.next()?)?;
        let photo = match words.next()? {
            "-" => None,
            print => Some(Fingerprint::parse(print)?),
        };
        let run = words.next()?.to_owned();
        let changed_by = words.next().map(str::to_owned);
        words.next().is_none().then_some(Self { content, photo, run, changed_by })
    }
}

/// The marks that an uploaded contact carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// Which source record it is.
    pub key: Key,
    /// What was uploaded of it, by which run.
    pub state: State,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_in_any_spelling() {
        assert!(same_id("Integer 0x0036", "integer 0x36"));
        assert!(same_id(HAS_PICTURE, "Boolean {00062004-0000-0000-c000-000000000046} Id 0x8015"));
        assert!(!same_id("String 0x3A24", "String 0x3A25"));
        assert!(!same_id("String 0x3A24", "Integer 0x3A24"));
        assert!(!same_id("String 0x3A24", "String 0x3A24 more"));
        assert!(!same_id(KEY, STATE));
    }

    #[test]
    fn a_state_reads_back() {
        for photo in [None, Some(Fingerprint::of(b"photo"))] {
            for changed_by in [None, Some("r2".to_owned())] {
                let state = State { content: Fingerprint::of(b"content"), photo, run: "r1".into(), changed_by };
                let words = 4 + usize::from(state.changed_by.is_some());
                assert_eq!(state.to_string().split(' ').count(), words);
                assert_eq!(State::parse(&state.to_string()), Some(state.clone()));
                assert_eq!(State::parse(&state.to_string().to_uppercase()).unwrap().content, state.content);
            }
        }
    }

    #[test]
    fn a_foreign_state_is_none() {
        for text in ["", "1", "2 00 - r", "1 00112233445566778899aabbccddeeff - r r2 more", "1 xx - r"] {
            assert_eq!(State::parse(text), None, "{text}");
        }
    }
}
