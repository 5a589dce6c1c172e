//! What to do with a record: decisions over what the folder held, without a request.

use serde_json::{Map, Value};

use super::find::{self, Found};
use super::options::{MatchBy, OnMatch, Options};
use super::prepare::Prepared;
use crate::formats::exchange::extended::Fingerprint;
use crate::formats::exchange::{self, Change, Dialect};
use crate::model::identity::Key;
use crate::model::likeness::Traits;
use crate::model::{Merge, merge};
use crate::pipeline::Ending;
use crate::pipeline::ledger::{Action, Held, Ledger, LedgerError};

/// What is decided about a record.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decision {
    pub(super) action: Action,
    /// Why, where it does not go without saying.
    pub(super) why: String,
    /// The contact that is meant.
    pub(super) held: Option<Held>,
    /// The key that it gets, where that is another than the record's own.
    pub(super) key: Option<Key>,
    /// What would be changed in it.
    pub(super) changes: Vec<Change>,
    /// A contact of another origin that looks like it, and by what, where it is to be created all the same.
    pub(super) like: Option<(String, MatchBy)>,
}

/// What decisions are made by.
pub(super) struct Rules<'a> {
    pub(super) options: &'a Options,
    pub(super) dialect: Dialect,
    /// The run that decides.
    pub(super) run: &'a str,
    /// Whether photos that are links are fetched.
    pub(super) follows_links: bool,
}

/// The photo that a contact should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// None, or a link that is not followed.
    Nothing,
    /// Whatever a link leads to.
    Linked,
    /// A picture.
    Picture(Fingerprint),
}

impl Decision {
    fn end(ending: Ending, why: impl Into<String>) -> Self {
        Self::act(Action::End(ending), why, None)
    }

    fn act(action: Action, why: impl Into<String>, held: Option<Held>) -> Self {
        Self { action, why: why.into(), held, key: None, changes: Vec::new(), like: None }
    }
}

impl Rules<'_> {
    /// Decides about record number `number`, and notes in the ledger what later records are compared with.
    pub(super) fn decide(&self, ledger: &mut Ledger, record: &Prepared, number: u64) -> Result<Decision, LedgerError> {
        if record.empty {
            return Ok(Decision::end(Ending::Rejected, "the record holds nothing that a contact could have"));
        }
        let again = self.options.on_match == OnMatch::Duplicate;
        if record.repeated {
            return Ok(Decision::end(Ending::Skipped, "an earlier record is just the same"));
        }
        let traits = Traits::of(&record.contact);
        if let Some((earlier, by)) = self.earlier(ledger, &traits, number)?.filter(|_| !again) {
            let why = format!("record {earlier} has the same {}", by.common());
            return Ok(Decision::end(Ending::Skipped, why));
        }
        if let Some(held) = self.own(ledger, record)? {
            let key = held.key;
            return Ok(Decision { key, ..self.known(record, held, MatchBy::Key) });
        }
        match find::find(ledger, self.options, record, &traits)? {
            Found::Nobody => {
                let like = find::look_alike(ledger, &traits)?.map(|(held, by)| (held.title, by));
                Ok(Decision { like, ..self.create(ledger, record)? })
            }
            _ if again => self.create(ledger, record),
            Found::Several(count, by) => {
                let why = format!("{count} contacts there have the same {}", by.common());
                Ok(Decision::end(Ending::Skipped, why))
            }
            Found::One(held, by) => match ledger.earlier_of(&held.id, number)? {
                // A careless program gave two people one UID.
                Some(_) if by == MatchBy::Uid => self.create(ledger, record),
                Some(earlier) => {
                    let why = format!("record {earlier} means the same contact, “{}”", held.title);
                    Ok(Decision::end(Ending::Skipped, why))
                }
                None => Ok(self.known(record, *held, by)),
            },
        }
    }

    /// A new contact, under the record's own key where nobody has it: a look for a lost answer must not find another.
    fn create(&self, ledger: &Ledger, record: &Prepared) -> Result<Decision, LedgerError> {
        let is_taken = !ledger.held_by_key(record.key)?.is_empty();
        let key = is_taken.then(|| record.key.of_copy(self.run));
        Ok(Decision { key, ..Decision::act(Action::Create, "", None) })
    }

    /// The contact that this very run has made of the record, before it was stopped.
    fn own(&self, ledger: &Ledger, record: &Prepared) -> Result<Option<Held>, LedgerError> {
        let made = |held: &Held| held.state.as_ref().is_some_and(|state| state.run == self.run);
        for key in [record.key.of_copy(self.run), record.key] {
            if let Some(held) = ledger.held_by_key(key)?.into_iter().find(made) {
                return Ok(Some(held));
            }
        }
        Ok(None)
    }

    /// An earlier record of the source that this one would be found by.
    fn earlier(
        &self,
        ledger: &mut Ledger,
        traits: &Traits,
        number: u64,
    ) -> Result<Option<(u64, MatchBy)>, LedgerError> {
        let mut earlier = None;
        if !self.options.compares_traits() {
            return Ok(earlier);
        }
        for by in &self.options.match_by {
            for value in find::values(*by, traits) {
                let seen = ledger.first_seen(&value.value, number)?.filter(|seen| *seen < number);
                earlier = earlier.or(seen.map(|seen| (seen, *by)));
            }
        }
        Ok(earlier)
    }

    /// What to do with a record whose contact is there.
    fn known(&self, record: &Prepared, held: Held, by: MatchBy) -> Decision {
        let wanted = match record.print() {
            Some(photo) => Wanted::Picture(photo),
            None if record.link.is_some() && self.follows_links => Wanted::Linked,
            None => Wanted::Nothing,
        };
        match self.options.on_match.merging() {
            Some(how) => self.merged(record, held, how, wanted),
            None if matches!(by, MatchBy::Key | MatchBy::Uid) => {
                let (action, why) = left_alone(&held, record.written.content, wanted);
                Decision::act(action, why, Some(held))
            }
            None => {
                let why = format!("“{}” is there with the same {}", held.title, by.common());
                Decision::act(Action::End(Ending::Skipped), why, Some(held))
            }
        }
    }

    /// Fills, updates or replaces what is there.
    fn merged(&self, record: &Prepared, held: Held, how: Merge, wanted: Wanted) -> Decision {
        let served = held.json.as_deref().and_then(|json| serde_json::from_str::<Map<String, Value>>(json).ok());
        let Some(served) = served else {
            let why = "what is there could not be read";
            return Decision::act(Action::End(Ending::Failed), why, Some(held));
        };
        let there = exchange::read(served.clone(), self.dialect).contact;
        let written = exchange::write(&merge(&there, &record.contact, how), self.dialect);
        let changes = exchange::changes(&served, &written, None).fields;
        let photo = photo_of(&held, how, wanted);
        let action = match photo {
            _ if !changes.is_empty() => Action::Change,
            Action::Change => Action::Change,
            photo => photo,
        };
        Decision { changes, ..Decision::act(action, "", Some(held)) }
    }
}

/// What the photo alone asks for, where what is there is changed.
fn photo_of(held: &Held, how: Merge, wanted: Wanted) -> Action {
    let uploaded = held.state.as_ref().and_then(|state| state.photo);
    match (wanted, held.has_picture) {
        (Wanted::Nothing, _) => Action::End(Ending::Unchanged),
        (_, Some(false)) => Action::SetPhoto,
        (_, None) => Action::CheckPhoto,
        (Wanted::Picture(photo), Some(true)) if how != Merge::Fill && uploaded != Some(photo) => Action::Change,
        (_, Some(true)) => Action::End(Ending::Unchanged),
    }
}

/// What to do with a record whose contact an import has left there, when what is there stays as it is.
fn left_alone(held: &Held, content: Fingerprint, wanted: Wanted) -> (Action, &'static str) {
    let skipped = |why| (Action::End(Ending::Skipped), why);
    let unchanged = (Action::End(Ending::Unchanged), "");
    let Some(state) = &held.state else { return skipped("is there, but not as cardferry left it") };
    if state.content != content {
        return skipped("is there with other content");
    }
    match (wanted, held.has_picture) {
        (Wanted::Nothing, _) => unchanged,
        (Wanted::Picture(photo), Some(true)) if state.photo.is_some_and(|there| there != photo) => {
            skipped("is there with another photo")
        }
        // What a link leads to is not fetched again to see whether it has changed.
        (_, Some(true)) => unchanged,
        (_, Some(false)) => (Action::SetPhoto, ""),
        (_, None) => (Action::CheckPhoto, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::exchange::extended::State;

    fn held(content: &str, photo: Option<&str>, has_picture: Option<bool>) -> Held {
        let print = |text: &str| Fingerprint::of(text.as_bytes());
        let (run, changed_by) = ("r".into(), None);
        let state = Some(State { content: print(content), photo: photo.map(print), run, changed_by });
        let (change_key, title, name) = Default::default();
        Held { id: "id".into(), change_key, key: None, state, has_picture, title, name, json: None }
    }

    #[test]
    fn done_means_the_photo_too() {
        let (photo, none) = (Wanted::Picture(Fingerprint::of(b"p")), Wanted::Nothing);
        let left = |held: Held, wanted| left_alone(&held, Fingerprint::of(b"c"), wanted).0;
        let (unchanged, skipped) = (Action::End(Ending::Unchanged), Action::End(Ending::Skipped));
        assert_eq!(left(held("c", None, None), none), unchanged);
        assert_eq!(left(held("c", Some("p"), Some(true)), photo), unchanged);
        assert_eq!(left(held("c", None, Some(true)), photo), unchanged);
        assert_eq!(left(held("c", Some("p"), Some(false)), photo), Action::SetPhoto);
        assert_eq!(left(held("c", Some("p"), None), photo), Action::CheckPhoto);
        assert_eq!(left(held("c", Some("other"), Some(true)), photo), skipped);
        assert_eq!(left(held("other", Some("p"), Some(true)), photo), skipped);
        assert_eq!(left(Held { state: None, ..held("c", None, None) }, none), skipped);
    }

    #[test]
    fn a_link_is_followed_where_there_is_no_photo_yet() {
        for (photo, has_picture, action) in [
            (None, Some(false), Action::SetPhoto),
            (Some("p"), Some(false), Action::SetPhoto),
            (None, None, Action::CheckPhoto),
            (None, Some(true), Action::End(Ending::Unchanged)),
            (Some("p"), Some(true), Action::End(Ending::Unchanged)),
        ] {
            let held = held("c", photo, has_picture);
            assert_eq!(left_alone(&held, Fingerprint::of(b"c"), Wanted::Linked).0, action);
        }
    }

    #[test]
    fn another_photo_is_set_where_what_is_there_gives_way() {
        let photo = Wanted::Picture(Fingerprint::of(b"p"));
        let unchanged = Action::End(Ending::Unchanged);
        for (how, there, has_picture, action) in [
            (Merge::Update, Some("p"), Some(true), unchanged),
            (Merge::Update, Some("other"), Some(true), Action::Change),
            (Merge::Replace, None, Some(true), Action::Change),
            (Merge::Fill, Some("other"), Some(true), unchanged),
            (Merge::Fill, None, Some(false), Action::SetPhoto),
            (Merge::Update, Some("p"), Some(false), Action::SetPhoto),
            (Merge::Fill, None, None, Action::CheckPhoto),
        ] {
            assert_eq!(photo_of(&held("c", there, has_picture), how, photo), action, "{how:?} {there:?}");
        }
    }
}
