//! Groups become categories: whom the groups of all inputs have, and what became of each group.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::formats::{Batch, Outcome, Position, Record, Remark};
use crate::model::group::{reference, references};
use crate::model::{Contact, Field, Group, Loss, Why};
use crate::pipeline::{Ending, RecordReport, Totals, Watcher};

/// How many memberships are kept in memory. Those beyond are told as members that are not there.
const MAX_MEMBERSHIPS: usize = 1_000_000;

/// The groups of a run. All of them are known before the first contact joins them, on whatever thread.
#[derive(Debug, Default)]
pub(super) struct Groups {
    known: Vec<Known>,
    /// Where the group of an identifier and name is.
    places: HashMap<(String, String), usize>,
    /// What groups are known by as members of others.
    uids: HashSet<String>,
    /// Whom groups have.
    members: HashMap<String, Member>,
    memberships: usize,
}

#[derive(Debug)]
struct Known {
    name: String,
    /// By what it is a member of other groups; may be empty.
    uid: String,
    /// The contacts that have its name as a category now.
    reached: AtomicU64,
}

#[derive(Debug, Default)]
struct Member {
    groups: Vec<usize>,
    /// Whether a contact was read that is known so.
    there: AtomicBool,
}

impl Groups {
    /// Takes note of a group and its members.
    pub(super) fn add(&mut self, group: &Group) {
        let (known, key) = (&mut self.known, key(group));
        self.uids.insert(key.0.clone());
        let at = *self.places.entry(key.clone()).or_insert_with(|| {
            known.push(Known { name: group.name.clone(), uid: key.0, reached: AtomicU64::new(0) });
            known.len() - 1
        });
        for member in &group.members {
            if self.memberships >= MAX_MEMBERSHIPS {
                break;
            }
            let member = self.members.entry(reference(member)).or_default();
            if !member.groups.contains(&at) {
                member.groups.push(at);
                self.memberships += 1;
            }
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Gives a contact the names of its groups as categories, unless it has got them already, and those of the groups
    /// that these are within.
    fn join(&self, contact: &mut Contact) {
        let mut joined = Vec::new();
        for member in references(contact).filter_map(|reference| self.members.get(&reference)) {
            member.there.store(true, Ordering::Relaxed);
            joined.extend_from_slice(&member.groups);
        }
        for at in self.with_outer(joined) {
            let Known { name, reached, .. } = &self.known[at];
            reached.fetch_add(1, Ordering::Relaxed);
            if !contact.categories.iter().any(|category| category.eq_ignore_ascii_case(name)) {
                contact.categories.push(name.clone());
            }
        }
    }

    /// These groups and all that they are within, each once, however they hang together.
    fn with_outer(&self, mut open: Vec<usize>) -> BTreeSet<usize> {
        let mut all = BTreeSet::new();
        while let Some(at) = open.pop() {
            if all.insert(at) {
                let outer = self.members.get(&self.known[at].uid).filter(|_| !self.known[at].uid.is_empty());
                open.extend(outer.iter().flat_map(|outer| &outer.groups));
            }
        }
        all
    }

    /// What became of a group, once all contacts have been read; and its members that are not among them.
    fn ending(&self, group: &Group) -> (String, Vec<Loss>) {
        let reached = self.places.get(&key(group)).map_or(0, |at| self.known[*at].reached.load(Ordering::Relaxed));
        let was_read = |member: &Member| member.there.load(Ordering::Relaxed);
        let is_there = |uid: &String| self.members.get(uid).is_some_and(was_read) || self.uids.contains(uid);
        let missing: BTreeSet<_> =
            group.members.iter().map(|member| reference(member)).filter(|uid| !is_there(uid)).collect();
        let contacts = if reached == 1 { "contact" } else { "contacts" };
        let mut why = format!("a group: its name became a category of {reached} {contacts}");
        match missing.len() {
            0 => {}
            1 => why += "; 1 of its members is not in the input",
            count => why += &format!("; {count} of its members are not in the input"),
        }
        (why, missing.into_iter().map(|member| Loss::new(Field::Categories, member, Why::NoPlace)).collect())
    }
}

/// What groups are told apart by: the same one may stand in several inputs.
fn key(group: &Group) -> (String, String) {
    (reference(&group.uid), group.name.clone())
}

/// Records whose contacts join their groups as they are read.
pub(super) struct Joining {
    pub(super) batch: Box<dyn Batch>,
    pub(super) groups: Arc<Groups>,
}

impl Batch for Joining {
    fn read(self: Box<Self>, each: &mut dyn FnMut(Record)) -> Vec<Remark> {
        let Joining { batch, groups } = *self;
        batch.read(&mut |mut record| {
            if let Outcome::Contact(contact) = &mut record.outcome {
                groups.join(contact);
            }
            each(record);
        })
    }
}

/// The record of a group. It ends when all inputs have been read, for its members may stand anywhere in them.
pub(super) struct Held {
    pub(super) position: Position,
    pub(super) group: Group,
    pub(super) losses: Vec<Loss>,
}

impl Held {
    /// Counts the record.
    pub(super) fn end(mut self, groups: &Groups, totals: &mut Totals, watcher: &mut dyn Watcher) {
        let (why, missing) = groups.ending(&self.group);
        self.losses.extend(missing);
        let (position, why, losses, name) = (Some(&self.position), Some(why.as_str()), &self.losses, &self.group.name);
        totals.count(&RecordReport { position, why, losses, name, ..RecordReport::of(Ending::Skipped) }, watcher);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, uid: &str, members: &[&str]) -> Group {
        Group { name: name.into(), uid: uid.into(), members: members.iter().map(|&member| member.into()).collect() }
    }

    fn joined(groups: &Groups, uid: &str, has: &[&str]) -> Vec<String> {
        let categories = has.iter().map(|&has| has.into()).collect();
        let mut contact = Contact { uid: uid.into(), categories, ..Contact::default() };
        groups.join(&mut contact);
        contact.categories
    }

    #[test]
    fn groups_within_groups_pass_their_names_on_even_in_a_circle() {
        let mut groups = Groups::default();
        let all = [
            group("Inner", "urn:uuid:I", &["urn:uuid:A", "o"]),
            group("Outer", "O", &["i", "B"]),
            group("Alone", "", &["C", "C", "nobody", "mailto:x@y"]),
        ];
        all.iter().for_each(|group| groups.add(group));
        assert_eq!(joined(&groups, "a", &["inner", "Else"]), ["inner", "Else", "Outer"]);
        assert_eq!(joined(&groups, "urn:uuid:b", &[]), ["Inner", "Outer"]);
        assert_eq!(joined(&groups, "c", &[]), ["Alone"]);
        assert_eq!(joined(&groups, "d", &["x"]), ["x"]);
        let why = |at: usize| groups.ending(&all[at]).0;
        assert_eq!(why(0), "a group: its name became a category of 2 contacts");
        assert_eq!(why(1), "a group: its name became a category of 2 contacts");
        assert_eq!(why(2), "a group: its name became a category of 1 contact; 2 of its members are not in the input");
        assert_eq!(groups.ending(&all[2]).1.len(), 2);
    }

    #[test]
    fn memberships_are_bounded() {
        let mut groups = Groups::default();
        let members = (0..MAX_MEMBERSHIPS + 10).map(|at| at.to_string()).collect();
        groups.add(&Group { name: "Big".into(), uid: String::new(), members });
        assert_eq!((groups.members.len(), groups.memberships), (MAX_MEMBERSHIPS, MAX_MEMBERSHIPS));
    }
}
