//! What to do with a record: a pure decision.

use super::apply::{Job, Picture, Work};
use super::target::{Held, Target};
use crate::formats::exchange::extended::Fingerprint;
use crate::formats::exchange::{self, Dialect};
use crate::formats::{Position, photo};
use crate::model::identity::{Keyed, Keys};
use crate::model::{Contact, Loss, Photo, PhotoData};
use crate::pipeline::links::link_of;
use crate::pipeline::{Ending, NoPhoto};

/// What to do with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Nothing: it ends at once, so and therefore.
    End(Ending, Option<&'static str>),
    /// Work for the mailbox.
    Do(Work),
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

/// What a record is planned against: what the folder held at the beginning, the keys so far, and whether links are
/// followed.
pub(super) struct Board<'a> {
    pub(super) keys: &'a mut Keys,
    pub(super) target: &'a Target,
    pub(super) dialect: Dialect,
    pub(super) follows_links: bool,
}

/// Plans one record.
pub(super) fn plan(mut contact: Contact, position: Position, mut losses: Vec<Loss>, board: Board<'_>) -> (Job, Action) {
    let Board { keys, target, dialect, follows_links } = board;
    let empty = contact.is_empty();
    let link = link_of(&contact).map(str::to_owned);
    let picture = contact.photo.take_if(|photo| !matches!(photo.data, PhotoData::Link(_)));
    let (picture, no_photo) = match picture.map(|photo| picture_of(&photo)).transpose() {
        Ok(picture) => (picture, None),
        Err(why) => (None, Some(NoPhoto::Refused(why))),
    };
    let written = exchange::write(&contact, dialect);
    let photo = picture.as_ref().map(|picture| picture.print);
    let print = written.content.number() ^ photo.map_or(0, Fingerprint::number);
    let Keyed { key, repeated } = keys.next(&contact, print);
    let held = target.held.get(&key).and_then(|held| held.first());
    let wanted = match photo {
        Some(photo) => Wanted::Picture(photo),
        None if link.is_some() && follows_links => Wanted::Linked,
        None => Wanted::Nothing,
    };
    let action = match held {
        _ if empty => Action::End(Ending::Rejected, Some("the record holds nothing that a contact could have")),
        _ if repeated => Action::End(Ending::Skipped, Some("an earlier record is just the same")),
        None => Action::Do(Work::Create),
        Some(held) => known(held, written.content, wanted),
    };
    if action == Action::Do(Work::Create) {
        losses.extend(written.losses.iter().cloned());
    }
    let id = held.map(|held| held.id.clone()).unwrap_or_default();
    let has_photo = held.is_some_and(|held| held.has_picture == Some(true));
    let name = contact.display_name();
    let work = Work::Create;
    (Job { position, name, key, written, picture, no_photo, link, has_photo, losses, id, work }, action)
}

/// What to do with a record whose key the folder has.
fn known(held: &Held, content: Fingerprint, wanted: Wanted) -> Action {
    let Some(state) = &held.state else {
        return Action::End(Ending::Skipped, Some("is there, but not as cardferry left it"));
    };
    if state.content != content {
        return Action::End(Ending::Skipped, Some("is there with other content"));
    }
    match (wanted, held.has_picture) {
        (Wanted::Nothing, _) => Action::End(Ending::Unchanged, None),
        (Wanted::Picture(photo), Some(true)) if state.photo.is_some_and(|there| there != photo) => {
            Action::End(Ending::Skipped, Some("is there with another photo"))
        }
        // What a link leads to is not fetched again to see whether it has changed.
        (_, Some(true)) => Action::End(Ending::Unchanged, None),
        (_, Some(false)) => Action::Do(Work::SetPhoto),
        (_, None) => Action::Do(Work::CheckPhoto),
    }
}

/// The picture to upload, or why it cannot be.
fn picture_of(of: &Photo) -> Result<Picture, String> {
    let bytes = photo::bytes(of).ok_or("it is no base64")?;
    Picture::of(bytes.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::exchange::extended::State;

    fn held(content: &str, photo: Option<&str>, has_picture: Option<bool>) -> Held {
        let print = |text: &str| Fingerprint::of(text.as_bytes());
        let state = State { content: print(content), photo: photo.map(print), run: "r".into(), changed_by: None };
        Held { id: "id".into(), state: Some(state), has_picture }
    }

    #[test]
    fn done_means_the_photo_too() {
        let (photo, none) = (Wanted::Picture(Fingerprint::of(b"p")), Wanted::Nothing);
        let content = Fingerprint::of(b"c");
        let skipped = |action| matches!(action, Action::End(Ending::Skipped, Some(_)));
        let unchanged = Action::End(Ending::Unchanged, None);
        assert_eq!(known(&held("c", None, None), content, none), unchanged);
        assert_eq!(known(&held("c", Some("p"), Some(true)), content, photo), unchanged);
        assert_eq!(known(&held("c", None, Some(true)), content, photo), unchanged);
        assert_eq!(known(&held("c", Some("p"), Some(false)), content, photo), Action::Do(Work::SetPhoto));
        assert_eq!(known(&held("c", Some("p"), None), content, photo), Action::Do(Work::CheckPhoto));
        assert!(skipped(known(&held("c", Some("other"), Some(true)), content, photo)));
        assert!(skipped(known(&held("other", Some("p"), Some(true)), content, photo)));
        assert!(skipped(known(&Held { state: None, ..held("c", None, None) }, content, photo)));
    }

    #[test]
    fn a_link_is_followed_where_there_is_no_photo_yet() {
        let content = Fingerprint::of(b"c");
        for (photo, has_picture, action) in [
            (None, Some(false), Action::Do(Work::SetPhoto)),
            (Some("p"), Some(false), Action::Do(Work::SetPhoto)),
            (None, None, Action::Do(Work::CheckPhoto)),
            (None, Some(true), Action::End(Ending::Unchanged, None)),
            (Some("p"), Some(true), Action::End(Ending::Unchanged, None)),
        ] {
            assert_eq!(known(&held("c", photo, has_picture), content, Wanted::Linked), action);
        }
    }
}
