//! Groups become categories: whom the groups of all inputs have, and what became of each group.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::formats::{Batch, Outcome, Position, Record, Remark};
use crate::model::group::{reference, references};
use crate::model::{Contact, Field, Group, Loss, Why};
use crate::pipeline::{Ending, RecordReport, Totals, Watcher};

/// How many groups are kept in memory. Those beyond become no category, and say so.
const MAX_GROUPS: usize = 50_000;

/// How many memberships are kept in memory. The groups of those beyond say how many they are.
const MAX_MEMBERSHIPS: usize = 1_000_000;

/// How many groups a contact can join, those that its own are within counted too. That there are more is told as a loss.
const MAX_JOINED: usize = 1_000;

/// How many groups are looked at for one contact: its own may all be within the same ones.
const MAX_LOOKS: usize = 10 * MAX_JOINED;

/// How many steps from a group to one that it is within are taken for all groups together.
const MAX_STEPS: usize = 1_000_000;

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
    /// The groups that it is within, the nearest first.
    outer: Vec<usize>,
    /// Whether it is within more groups than these.
    is_cut: bool,
    /// Members that are beyond [`MAX_MEMBERSHIPS`].
    beyond: usize,
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
        let Some(at) = self.place_of(group) else { return };
        for (taken, member) in group.members.iter().enumerate() {
            if self.memberships >= MAX_MEMBERSHIPS {
                self.known[at].beyond += group.members.len() - taken;
                break;
            }
            let groups = &mut self.members.entry(reference(member)).or_default().groups;
            // The members of a group come together, so that one that is named twice has it as its last.
            if groups.last() != Some(&at) {
                groups.push(at);
                self.memberships += 1;
            }
        }
    }

    /// Where a group is kept, from now on if there is room.
    fn place_of(&mut self, group: &Group) -> Option<usize> {
        let (key, next) = (key(group), self.known.len());
        if let Some(at) = self.places.get(&key) {
            return Some(*at);
        }
        if next >= MAX_GROUPS {
            return None;
        }
        self.uids.insert(key.0.clone());
        let (name, uid) = (group.name.clone(), key.0.clone());
        self.known.push(Known { name, uid, outer: Vec::new(), is_cut: false, beyond: 0, reached: AtomicU64::new(0) });
        self.places.insert(key, next);
        Some(next)
    }

    /// Finds the groups that each is within, once all of them are known; returns how many steps that took.
    pub(super) fn nest(&mut self) -> usize {
        // Who was seen from which group.
        let (mut seen, mut steps) = (vec![usize::MAX; self.known.len()], 0);
        for at in 0..self.known.len() {
            let (mut outer, mut open, mut is_cut) = (Vec::new(), VecDeque::from([at]), false);
            seen[at] = at;
            while let (false, Some(inner)) = (is_cut, open.pop_front()) {
                for &next in self.around(inner) {
                    is_cut = steps >= MAX_STEPS || outer.len() >= MAX_JOINED;
                    if is_cut {
                        break;
                    }
                    steps += 1;
                    if std::mem::replace(&mut seen[next], at) != at {
                        outer.push(next);
                        open.push_back(next);
                    }
                }
            }
            outer.shrink_to_fit();
            (self.known[at].outer, self.known[at].is_cut) = (outer, is_cut);
        }
        steps
    }

    /// The groups that have this one as a member.
    fn around(&self, at: usize) -> &[usize] {
        let uid = &self.known[at].uid;
        self.members.get(uid).filter(|_| !uid.is_empty()).map_or(&[], |member| &member.groups)
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// Gives a contact the names of its groups as categories, unless it has got them already, and those of the groups
    /// that these are within. Returns what is lost when these are too many.
    fn join(&self, contact: &mut Contact) -> Option<Loss> {
        let members: Vec<_> = references(contact).filter_map(|reference| self.members.get(&reference)).collect();
        members.iter().for_each(|member| member.there.store(true, Ordering::Relaxed));
        let (joined, is_cut) = self.joined(members.iter().flat_map(|member| &member.groups));
        if joined.is_empty() {
            return None;
        }
        let mut names: HashSet<String> = contact.categories.iter().map(|name| name.to_ascii_lowercase()).collect();
        for at in joined {
            let Known { name, reached, .. } = &self.known[at];
            reached.fetch_add(1, Ordering::Relaxed);
            if names.insert(name.to_ascii_lowercase()) {
                contact.categories.push(name.clone());
            }
        }
        is_cut.then(|| Loss::new(Field::Categories, "the names of further groups", Why::TooMany { max: MAX_JOINED }))
    }

    /// These groups and all that they are within, each once, however they hang together; and whether there may be more.
    fn joined<'g>(&'g self, own: impl Iterator<Item = &'g usize>) -> (BTreeSet<usize>, bool) {
        let (mut joined, mut is_cut) = (BTreeSet::new(), false);
        let all = own.flat_map(|own| {
            let known = &self.known[*own];
            std::iter::once((own, known.is_cut)).chain(known.outer.iter().map(|outer| (outer, false)))
        });
        for (looked, (at, is_within_more)) in all.enumerate() {
            if looked >= MAX_LOOKS || joined.len() >= MAX_JOINED && !joined.contains(at) {
                return (joined, true);
            }
            is_cut |= is_within_more;
            joined.insert(*at);
        }
        (joined, is_cut)
    }

    /// The members of each group that are not in the input, once all contacts have been read.
    pub(super) fn missing(&self) -> Missing<'_> {
        let mut missing = Missing::new();
        for (reference, member) in &self.members {
            if !member.there.load(Ordering::Relaxed) && !self.uids.contains(reference) {
                member.groups.iter().for_each(|at| missing.entry(*at).or_default().push(reference));
            }
        }
        for members in missing.values_mut() {
            members.sort_unstable();
            members.dedup();
        }
        missing
    }

    /// What became of a group, once all contacts have been read; and its members that are not among them.
    fn ending(&self, at: usize, missing: &[&str]) -> (String, Vec<Loss>) {
        let Known { reached, beyond, .. } = &self.known[at];
        let reached = reached.load(Ordering::Relaxed);
        let contacts = if reached == 1 { "contact" } else { "contacts" };
        let mut why = format!("a group: its name became a category of {reached} {contacts}");
        match missing.len() {
            0 => {}
            1 => why += "; 1 of its members is not in the input",
            count => why += &format!("; {count} of its members are not in the input"),
        }
        if *beyond > 0 {
            why += &format!("; {beyond} of its members are beyond the {MAX_MEMBERSHIPS} that can be kept");
        }
        (why, missing.iter().map(|member| Loss::new(Field::Categories, *member, Why::NotInInput)).collect())
    }
}

/// The members of each group that are not in the input, in order.
pub(super) type Missing<'g> = HashMap<usize, Vec<&'g str>>;

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
    fn read(self: Box<Self>, each: &mut dyn FnMut(Record) -> Option<Box<Contact>>) -> Vec<Remark> {
        let Joining { batch, groups } = *self;
        batch.read(&mut |mut record| {
            if let Outcome::Contact(contact) = &mut record.outcome {
                record.losses.extend(groups.join(contact));
            }
            each(record)
        })
    }
}

/// The record of a group. It ends when all inputs have been read, for its members may stand anywhere in them.
pub(super) struct Held {
    position: Position,
    /// Where the group is.
    at: usize,
    losses: Vec<Loss>,
}

/// Why the group that nobody holds became no category: [`MAX_GROUPS`] are kept, and of what a card hides in an encoding
/// nothing is known before it is read.
pub(super) const NOT_HELD: &str = "a group: its name became no category, for it is hidden in an encoding, or beyond the \
                                   50000 groups that can be kept";

impl Held {
    /// The record of a group that is kept; none of another.
    pub(super) fn of(groups: &Groups, group: &Group, position: &Position, losses: &mut Vec<Loss>) -> Option<Self> {
        let at = *groups.places.get(&key(group))?;
        let mut losses = std::mem::take(losses);
        losses.shrink_to_fit();
        Some(Self { position: position.clone(), at, losses })
    }

    /// Counts the record. Of a group that stands there twice the first record tells the members that are missing.
    pub(super) fn end(
        self,
        groups: &Groups,
        missing: &mut Missing<'_>,
        totals: &mut Totals,
        watcher: &mut dyn Watcher,
    ) {
        let Held { position, at, mut losses } = self;
        let (why, more) = groups.ending(at, &missing.remove(&at).unwrap_or_default());
        losses.extend(more);
        let (position, why, losses, name) = (Some(&position), Some(&*why), &*losses, &*groups.known[at].name);
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
        groups.nest();
        assert_eq!(joined(&groups, "a", &["inner", "Else"]), ["inner", "Else", "Outer"]);
        assert_eq!(joined(&groups, "urn:uuid:b", &[]), ["Inner", "Outer"]);
        assert_eq!(joined(&groups, "c", &[]), ["Alone"]);
        assert_eq!(joined(&groups, "d", &["x"]), ["x"]);
        let missing = groups.missing();
        let ending = |at: usize| groups.ending(at, missing.get(&at).map_or(&[], Vec::as_slice));
        let why = |at: usize| ending(at).0;
        assert_eq!(why(0), "a group: its name became a category of 2 contacts");
        assert_eq!(why(1), "a group: its name became a category of 2 contacts");
        assert_eq!(why(2), "a group: its name became a category of 1 contact; 2 of its members are not in the input");
        let lost: Vec<_> = ending(2).1.into_iter().map(|loss| loss.value).collect();
        assert_eq!(lost, ["mailto:x@y", "nobody"]);
    }

    #[test]
    fn memberships_are_bounded() {
        let mut groups = Groups::default();
        let members = (0..MAX_MEMBERSHIPS + 10).map(|at| at.to_string()).collect();
        groups.add(&Group { name: "Big".into(), uid: String::new(), members });
        assert_eq!((groups.members.len(), groups.memberships), (MAX_MEMBERSHIPS, MAX_MEMBERSHIPS));
        assert!(groups.ending(0, &[]).0.ends_with("; 10 of its members are beyond the 1000000 that can be kept"));
    }

    #[test]
    fn a_group_beyond_the_limit_is_held_by_nobody() {
        let mut groups = Groups::default();
        let all: Vec<_> = (0..=MAX_GROUPS).map(|at| group(&at.to_string(), "", &["everybody"])).collect();
        all.iter().chain(&all).for_each(|group| groups.add(group));
        assert_eq!((groups.known.len(), groups.places.len()), (MAX_GROUPS, MAX_GROUPS));
        let held = |group| Held::of(&groups, group, &Position::start(&"a".into()), &mut Vec::new()).is_some();
        assert_eq!((held(&all[MAX_GROUPS - 1]), held(&all[MAX_GROUPS])), (true, false));
        assert!(NOT_HELD.contains(&format!("the {MAX_GROUPS} groups")));
    }

    #[test]
    fn a_contact_joins_so_many_groups_and_no_more() {
        for (count, is_cut) in [(MAX_JOINED, false), (MAX_JOINED + 1, true), (MAX_GROUPS, true)] {
            let mut groups = Groups::default();
            (0..count).for_each(|at| groups.add(&group(&at.to_string(), "", &["a", "a"])));
            assert_eq!(groups.nest(), 0);
            let mut contact = Contact { uid: "a".into(), ..Contact::default() };
            assert_eq!(groups.join(&mut contact).is_some(), is_cut, "{count}");
            assert_eq!(contact.categories.len(), MAX_JOINED);
        }
    }

    #[test]
    fn groups_nested_without_end_take_a_bounded_number_of_steps() {
        let mut groups = Groups::default();
        let count = 3 * MAX_JOINED;
        let name = |at: usize| at.to_string();
        for at in 0..count {
            groups.add(&group(&name(at), &name(at), &[&name((at + count - 1) % count), &format!("contact{at}")]));
        }
        assert_eq!(groups.nest(), MAX_STEPS);
        assert!(groups.known.iter().map(|known| known.outer.len()).sum::<usize>() <= MAX_STEPS);
        for (at, joined) in [(0, MAX_JOINED), (count - 1, 1)] {
            let mut contact = Contact { uid: format!("contact{at}"), ..Contact::default() };
            let lost = groups.join(&mut contact).unwrap();
            assert_eq!((contact.categories.len(), lost.why), (joined, Why::TooMany { max: MAX_JOINED }));
        }
    }

    #[test]
    fn many_contacts_may_be_in_many_groups_that_are_all_within_each_other() {
        // This takes minutes when each contact goes from group to group.
        let (mut groups, count) = (Groups::default(), 700);
        let names: Vec<_> = (0..count).map(|at| at.to_string()).collect();
        let members: Vec<_> = names.iter().map(String::as_str).chain(["a"]).collect();
        names.iter().for_each(|name| groups.add(&group(name, name, &members)));
        groups.nest();
        for _ in 0..1_000 {
            let mut contact = Contact { uid: "a".into(), ..Contact::default() };
            groups.join(&mut contact);
            assert_eq!(contact.categories.len(), count);
        }
    }
}
