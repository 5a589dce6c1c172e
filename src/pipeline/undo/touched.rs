//! What a run did to a contact, and as what it left it.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::formats::exchange::extended::{Fingerprint, State};
use crate::formats::exchange::{self, Dialect};
use crate::pipeline::Ending;
use crate::pipeline::ledger::{Action, Kind, PhotoLeft, Row, Version};

/// What a run did to a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Touch {
    /// It created it.
    Made,
    /// It changed it, or was about to.
    Changed,
    /// It deleted it, or was about to: it was an undo.
    Deleted,
}

/// As what a run left a contact. Where its last request may have left without a noted end, each of the contents and
/// photos that it may have left is here: whichever is found is the run's own work.
#[derive(Debug, Default)]
pub(super) struct Left {
    contents: Vec<String>,
    photos: Vec<PhotoLeft>,
}

/// What the run did for a record; none where it touched nothing. `state` is that of the contact which is there.
pub(super) fn touch(of: (Kind, &str), row: &Row, earlier: Option<&Earlier>, state: Option<&State>) -> Option<Touch> {
    let (kind, run) = of;
    let made = |state: Option<&State>| kind == Kind::Import && state.is_some_and(|state| state.run == run);
    let ended = row.done.as_ref().map(|done| done.ending);
    let created = ended == Some(Ending::Created);
    // An undo that was killed may have created again what it had planned to.
    let unnoted = row.action == Action::Create && ended.is_none_or(|ending| ending == Ending::Failed);
    match earlier {
        _ if row.action == Action::Delete || ended == Some(Ending::Deleted) => earlier.map(|_| Touch::Deleted),
        _ if created || made(state) => Some(Touch::Made),
        Some(earlier) if made(earlier.state.as_ref()) => Some(Touch::Made),
        Some(_) => Some(Touch::Changed),
        None => unnoted.then_some(Touch::Made),
    }
}

impl Left {
    /// As what a run left a contact that it created. Where its ledger knows nothing of it, the contact's own state tells.
    pub(super) fn made(row: Option<&Row>, version: Option<&Version>, state: Option<&State>) -> Self {
        let Some(row) = row else {
            let photo = state.and_then(|state| state.photo).map(PhotoLeft::Picture);
            let contents = state.map(|state| state.content.to_string()).into_iter().collect();
            return Self { contents, photos: photo.into_iter().chain([PhotoLeft::Nothing]).collect() };
        };
        let done = row.done.as_ref();
        let contents = [Some(&row.content), done.map(|done| &done.left), version.map(|version| &version.left)];
        let mut photos: Vec<_> = version.map(|version| version.left_photo).into_iter().collect();
        match done.map(|done| (done.ending, done.left_photo)) {
            Some((_, photo @ PhotoLeft::Picture(_))) => photos.push(photo),
            Some((Ending::Created, _)) => photos.push(PhotoLeft::Nothing),
            _ => photos.extend([PhotoLeft::Nothing].into_iter().chain(picture(&row.photo))),
        }
        Self { contents: contents.into_iter().flatten().cloned().collect(), photos }
    }

    /// As what a run left a contact that it changed.
    pub(super) fn changed(row: Option<&Row>, version: &Version) -> Self {
        let done = row.and_then(|row| row.done.as_ref());
        let contents = [Some(&version.left), done.map(|done| &done.left)];
        let photos = [Some(version.left_photo), done.map(|done| done.left_photo)];
        Self {
            contents: contents.into_iter().flatten().cloned().collect(),
            photos: photos.into_iter().flatten().collect(),
        }
    }

    /// Whether this is a content that the run left.
    pub(super) fn has(&self, content: Fingerprint) -> bool {
        self.contents.contains(&content.to_string())
    }

    /// Whether the run has, or may have, touched the photo.
    pub(super) fn touches_photo(&self) -> bool {
        self.photos.iter().any(|photo| *photo != PhotoLeft::Untouched)
    }

    /// Whether this is a photo that the run left.
    pub(super) fn has_photo(&self, photo: Option<&Bytes>) -> bool {
        self.photos.contains(&PhotoLeft::of(photo))
    }

    /// Whether the run may have left it with a photo, or without one, as it is listed; where the list does not say, it may.
    pub(super) fn may_show(&self, has_picture: Option<bool>) -> bool {
        match has_picture {
            None => true,
            Some(false) => self.photos.contains(&PhotoLeft::Nothing),
            Some(true) => self.photos.iter().any(|photo| matches!(photo, PhotoLeft::Picture(_))),
        }
    }
}

fn picture(text: &str) -> Option<PhotoLeft> {
    Fingerprint::parse(text).map(PhotoLeft::Picture)
}

/// A contact as it was before a run touched it.
#[derive(Debug)]
pub(super) struct Earlier {
    pub(super) json: Map<String, Value>,
    pub(super) content: Fingerprint,
    pub(super) state: Option<State>,
    pub(super) version: Version,
}

impl Earlier {
    /// Reads a version; none when it is damaged.
    pub(super) fn read(version: Version, dialect: Dialect) -> Option<Self> {
        let json: Map<String, Value> = serde_json::from_str(&version.json).ok()?;
        let item = exchange::read(json.clone(), dialect);
        Some(Self { content: exchange::content(&item.contact), state: item.state, json, version })
    }

    /// Whether it had this photo, or like this one none.
    pub(super) fn had_photo(&self, photo: Option<&Bytes>) -> bool {
        self.version.photo.as_ref() == photo
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::ledger::Done;

    const JPEG: Bytes = Bytes::from_static(b"a");

    fn row(action: Action, done: Option<(Ending, PhotoLeft)>) -> Row {
        let (position, name, why) = Default::default();
        let (content, photo) = (Fingerprint::of(b"c").to_string(), Fingerprint::of(&JPEG).to_string());
        let done = done.map(|(ending, left_photo)| {
            let (said, change_key, losses) = Default::default();
            Done { ending, said, change_key, left: String::new(), left_photo, attempts: 0, losses }
        });
        Row { number: 1, position, name, key: None, content, photo, action, why, id: None, done }
    }

    #[test]
    fn a_photo_of_a_created_contact_is_known_where_its_end_was_noted() {
        let picture = PhotoLeft::Picture(Fingerprint::of(&JPEG));
        let other = Bytes::from_static(b"b");
        for (done, none, ours) in [
            (None, true, true),
            (Some((Ending::Failed, PhotoLeft::Untouched)), true, true),
            (Some((Ending::Unchanged, PhotoLeft::Untouched)), true, true),
            (Some((Ending::Created, PhotoLeft::Untouched)), true, false),
            (Some((Ending::Created, picture)), false, true),
            (Some((Ending::Unchanged, picture)), false, true),
        ] {
            let left = Left::made(Some(&row(Action::Create, done)), None, None);
            assert_eq!((left.has_photo(None), left.has_photo(Some(&JPEG))), (none, ours), "{done:?}");
            assert_eq!((left.may_show(Some(false)), left.may_show(Some(true))), (none, ours), "{done:?}");
            assert!(left.has(Fingerprint::of(b"c")) && !left.has(Fingerprint::of(b"d")));
            assert!(!left.has_photo(Some(&other)) && left.may_show(None));
        }
    }

    #[test]
    fn what_a_run_did_is_told_by_its_record_and_by_the_contact() {
        let state = |run: &str| {
            let (content, photo, changed_by) = (Fingerprint::of(b"c"), None, None);
            State { content, photo, run: run.into(), changed_by }
        };
        let version = || {
            let (left, photo, left_photo) = Default::default();
            Version { id: "i".into(), number: 1, json: "{}".into(), photo, left, left_photo }
        };
        let earlier = |state: Option<State>| Earlier { state, ..Earlier::read(version(), Dialect::Graph).unwrap() };
        let done = |ending| Some((ending, PhotoLeft::Untouched));
        let skipped = Action::End(Ending::Skipped);
        let (import, undo) = ((Kind::Import, "r"), (Kind::Undo, "r"));
        for (of, row, before, there, touched) in [
            (import, row(Action::Create, done(Ending::Created)), None, None, Some(Touch::Made)),
            (import, row(Action::Create, None), None, None, Some(Touch::Made)),
            (import, row(Action::Create, done(Ending::Failed)), None, None, Some(Touch::Made)),
            (import, row(Action::Change, done(Ending::Failed)), None, None, None),
            (import, row(skipped, done(Ending::Skipped)), None, Some("r"), Some(Touch::Made)),
            (import, row(skipped, done(Ending::Skipped)), None, Some("q"), None),
            (import, row(Action::Change, None), Some("q"), Some("q"), Some(Touch::Changed)),
            // A resumed run added to what it had created before it was killed.
            (import, row(Action::SetPhoto, done(Ending::Updated)), Some("r"), None, Some(Touch::Made)),
            (undo, row(Action::Delete, None), Some("q"), None, Some(Touch::Deleted)),
            (undo, row(Action::Delete, done(Ending::Skipped)), None, Some("q"), None),
            (undo, row(Action::End(Ending::Deleted), done(Ending::Deleted)), Some("q"), None, Some(Touch::Deleted)),
            (undo, row(Action::Change, done(Ending::Updated)), Some("q"), Some("q"), Some(Touch::Changed)),
            (undo, row(Action::Create, done(Ending::Created)), None, Some("q"), Some(Touch::Made)),
        ] {
            let before = before.map(|run| earlier(Some(state(run))));
            assert_eq!(touch(of, &row, before.as_ref(), there.map(state).as_ref()), touched, "{row:?}");
        }
    }
}
