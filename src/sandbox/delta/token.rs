//! Delta and skip tokens: where a walk stands, sealed.
//!
//! A token is `tag ‖ (state ⊕ stream)`, both made of the mailbox's secret: it reads like noise, and one that was
//! changed, cut, or made by another mailbox does not open.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::Watched;
use crate::sandbox::ids::Ids;
use crate::sandbox::store::Span;

/// Where a walk stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub watched: Watched,
    /// The number of the folder that is watched, or whose folders are.
    pub folder: i64,
    pub span: Span,
    /// The walks of one client, from the first request on.
    pub chain: u64,
    /// Counts the answers of the chain.
    pub generation: u32,
    /// The options of the first request, as they were sent.
    pub options: String,
}

const TAG: usize = 16;
/// The longest token that is looked at.
const LONGEST: usize = 8 * 1024;

impl State {
    /// The token of this state.
    pub(super) fn seal(&self, ids: &Ids) -> String {
        let Span { since, after, until } = self.span;
        let kind = if self.watched == Watched::Contacts { 'c' } else { 'f' };
        let (folder, chain, generation) = (self.folder, self.chain, self.generation);
        let text = format!("{kind};{folder};{since};{after};{until};{chain};{generation};{}", self.options);
        let tag = tag(ids, text.as_bytes());
        let mut bytes = tag.to_vec();
        bytes.extend(crossed(ids, &tag, text.as_bytes()));
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// The state of a token of this mailbox.
    pub(super) fn open(ids: &Ids, token: &str) -> Option<State> {
        if token.len() > LONGEST {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
        let (sent, sealed) = bytes.split_at_checked(TAG)?;
        let text = crossed(ids, sent, sealed);
        if tag(ids, &text) != sent {
            return None;
        }
        read(std::str::from_utf8(&text).ok()?)
    }
}

fn read(text: &str) -> Option<State> {
    let mut parts = text.splitn(8, ';');
    let watched = match parts.next()? {
        "c" => Watched::Contacts,
        _ => Watched::Folders,
    };
    let mut number = || parts.next()?.parse::<i64>().ok();
    let folder = number()?;
    let span = Span { since: number()?, after: number()?, until: number()? };
    let chain = parts.next()?.parse().ok()?;
    let generation = parts.next()?.parse().ok()?;
    Some(State { watched, folder, span, chain, generation, options: parts.next()?.to_owned() })
}

fn digest(ids: &Ids, what: &[u8], more: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(ids.secret).chain_update(what).chain_update(more).finalize().into()
}

fn tag(ids: &Ids, text: &[u8]) -> [u8; TAG] {
    let whole = digest(ids, b"delta tag", text);
    std::array::from_fn(|at| whole[at])
}

/// The text with the stream of its tag over it; twice is the text again.
fn crossed(ids: &Ids, tag: &[u8], text: &[u8]) -> Vec<u8> {
    let mut crossed = Vec::with_capacity(text.len());
    for (block, chunk) in text.chunks(32).enumerate() {
        let stream = digest(ids, b"delta stream", &[tag, &(block as u64).to_be_bytes()[..]].concat());
        crossed.extend(chunk.iter().zip(stream).map(|(byte, over)| byte ^ over));
    }
    crossed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(secret: u8) -> Ids {
        Ids { guid: "g".into(), secret: [secret; 32], store: [secret; 32] }
    }

    fn state(options: &str) -> State {
        let span = Span { since: 1, after: 2, until: 30 };
        let options = options.to_owned();
        State { watched: Watched::Contacts, folder: 1, span, chain: u64::MAX, generation: 9, options }
    }

    proptest! {
        #[test]
        fn a_token_opens_for_its_mailbox_alone_and_only_whole(options in "\\PC{0,60}", at in any::<prop::sample::Index>()) {
            let (state, token) = (state(&options), state(&options).seal(&ids(1)));
            prop_assert_eq!(State::open(&ids(1), &token), Some(state));
            prop_assert_eq!(State::open(&ids(2), &token), None);
            let at = at.index(token.len());
            prop_assert_eq!(State::open(&ids(1), &token[..at]), None);
            let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &token[..at], &token[at + 1..]);
            prop_assert!(State::open(&ids(1), &changed).is_none());
        }

        #[test]
        fn what_is_no_token_does_not_open(text in "\\PC{0,80}") {
            prop_assert_eq!(State::open(&ids(1), &text), None);
        }
    }

    #[test]
    fn tokens_tell_nothing() {
        let token = state("$select=givenName").seal(&ids(1));
        let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("select"));
        assert_eq!(State::open(&ids(1), &"A".repeat(LONGEST + 1)), None);
    }
}
