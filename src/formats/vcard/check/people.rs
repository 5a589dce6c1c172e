//! The UIDs of a whole source, and the members that its groups name.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Code;
use super::tell::{Finding, Tell, excerpt};
use crate::formats::Position;

/// UIDs and members that are remembered, by eight bytes each: so many are compared with each other. Cards behind them are
/// checked in every other respect.
const UIDS: usize = 1 << 17;
const MEMBERS: usize = 1 << 13;

/// The people of a source.
#[derive(Debug, Default)]
pub(super) struct People {
    /// UID to the record that has it.
    uids: HashMap<u64, u64>,
    members: Vec<Member>,
    /// There were more UIDs than are remembered.
    full: bool,
}

/// A member of a group.
#[derive(Debug)]
struct Member {
    uid: u64,
    /// The group's record.
    position: Position,
    line: u64,
    shown: String,
}

impl People {
    /// A card's UID.
    pub(super) fn uid(&mut self, uid: &str, tell: &mut Tell<'_>) {
        let key = key(uid);
        if let Some(record) = self.uids.get(&key) {
            tell.say(Code::UidTwice, format!("record {record} has it too"));
        } else if self.uids.len() < UIDS {
            self.uids.insert(key, tell.position().record);
        } else {
            self.full = true;
        }
    }

    /// A group's member. One that is named by an address has no card to look for.
    pub(super) fn member(&mut self, member: &str, line: u64, tell: &Tell<'_>) {
        let member = member.trim();
        let address = member.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
        if !address && !member.is_empty() && self.members.len() < MEMBERS {
            let (uid, position, shown) = (key(member), tell.position().clone(), excerpt(member));
            self.members.push(Member { uid, position, line, shown });
        }
    }

    /// Tells the members whose cards were not in the source.
    pub(super) fn end(&mut self, sink: &mut dyn FnMut(Finding)) {
        for member in self.members.drain(..).filter(|_| !self.full) {
            if !self.uids.contains_key(&member.uid) {
                let Member { position, line, shown, .. } = member;
                sink(Finding { code: Code::MemberMissing, position, line, detail: shown });
            }
        }
    }
}

/// UIDs are the same with and without `urn:uuid:`, in any case.
fn key(uid: &str) -> u64 {
    let uid = uid.trim().to_lowercase();
    let bare = uid.strip_prefix("urn:uuid:").unwrap_or(&uid);
    let mut hasher = DefaultHasher::new();
    bare.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_uid_has_many_spellings() {
        assert_eq!(key("urn:uuid:F81D"), key(" f81d "));
        assert_ne!(key("a"), key("b"));
    }
}
