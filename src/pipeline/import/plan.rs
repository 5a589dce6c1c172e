//! What to do with a record: a pure decision.

use bytes::Bytes;

use super::apply::{Job, Picture, Work};
use super::target::{Held, Target};
use crate::formats::exchange::extended::Fingerprint;
use crate::formats::exchange::{self, Dialect, MAX_PHOTO_BYTES};
use crate::formats::{Position, photo};
use crate::model::identity::{Keyed, Keys};
use crate::model::{Contact, Loss, Photo, PhotoData};
use crate::pipeline::Ending;

/// What to do with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// Nothing: it ends at once, so and therefore.
    End(Ending, Option<&'static str>),
    /// Work for the mailbox.
    Do(Work),
}

/// Plans one record against what the folder held at the beginning.
pub(super) fn plan(
    mut contact: Contact,
    position: Position,
    mut losses: Vec<Loss>,
    keys: &mut Keys,
    target: &Target,
    dialect: Dialect,
) -> (Job, Action) {
    let empty = contact.is_empty();
    let picture = contact.photo.take_if(|photo| !matches!(photo.data, PhotoData::Link(_)));
    let (picture, photo_refused) = match picture.map(|photo| picture_of(&photo)).transpose() {
        Ok(picture) => (picture, None),
        Err(why) => (None, Some(why)),
    };
    let written = exchange::write(&contact, dialect);
    let photo = picture.as_ref().map(|picture| picture.print);
    let print = written.content.number() ^ photo.map_or(0, Fingerprint::number);
    let Keyed { key, repeated } = keys.next(&contact, print);
    let held = target.held.get(&key).and_then(|held| held.first());
    let action = match held {
        _ if empty => Action::End(Ending::Rejected, Some("the record holds nothing that a contact could have")),
        _ if repeated => Action::End(Ending::Skipped, Some("an earlier record is just the same")),
        None => Action::Do(Work::Create),
        Some(held) => known(held, written.content, photo),
    };
    if action == Action::Do(Work::Create) {
        losses.extend(written.losses.iter().cloned());
    }
    let id = held.map(|held| held.id.clone()).unwrap_or_default();
    let name = contact.display_name();
    (Job { position, name, key, written, picture, photo_refused, losses, id, work: Work::Create }, action)
}

/// What to do with a record whose key the folder has.
fn known(held: &Held, content: Fingerprint, photo: Option<Fingerprint>) -> Action {
    let Some(state) = &held.state else {
        return Action::End(Ending::Skipped, Some("is there, but not as cardferry left it"));
    };
    if state.content != content {
        return Action::End(Ending::Skipped, Some("is there with other content"));
    }
    let Some(photo) = photo else { return Action::End(Ending::Unchanged, None) };
    match (held.has_picture, state.photo) {
        (Some(true), Some(there)) if there != photo => {
            Action::End(Ending::Skipped, Some("is there with another photo"))
        }
        (Some(true), _) => Action::End(Ending::Unchanged, None),
        (Some(false), _) => Action::Do(Work::SetPhoto),
        (None, _) => Action::Do(Work::CheckPhoto),
    }
}

/// The picture to upload, or why it cannot be.
fn picture_of(of: &Photo) -> Result<Picture, String> {
    let bytes = photo::bytes(of).ok_or("it is no base64")?;
    if bytes.len() > MAX_PHOTO_BYTES {
        let (size, most) = (bytes.len(), MAX_PHOTO_BYTES);
        return Err(format!("it has {size} bytes, and the service takes at most {most}"));
    }
    let kind = photo::kind_of(&bytes).ok_or("it is no picture of a known kind")?;
    Ok(Picture { print: Fingerprint::of(&bytes), kind, bytes: Bytes::from(bytes.into_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::exchange::extended::State;

    fn held(content: &str, photo: Option<&str>, has_picture: Option<bool>) -> Held {
        let print = |text: &str| Fingerprint::of(text.as_bytes());
        let state = State { content: print(content), photo: photo.map(print), run: "r".into() };
        Held { id: "id".into(), state: Some(state), has_picture }
    }

    #[test]
    fn done_means_the_photo_too() {
        let photo = Some(Fingerprint::of(b"p"));
        let content = Fingerprint::of(b"c");
        let skipped = |action| matches!(action, Action::End(Ending::Skipped, Some(_)));
        let unchanged = Action::End(Ending::Unchanged, None);
        assert_eq!(known(&held("c", None, None), content, None), unchanged);
        assert_eq!(known(&held("c", Some("p"), Some(true)), content, photo), unchanged);
        assert_eq!(known(&held("c", None, Some(true)), content, photo), unchanged);
        assert_eq!(known(&held("c", Some("p"), Some(false)), content, photo), Action::Do(Work::SetPhoto));
        assert_eq!(known(&held("c", Some("p"), None), content, photo), Action::Do(Work::CheckPhoto));
        assert!(skipped(known(&held("c", Some("other"), Some(true)), content, photo)));
        assert!(skipped(known(&held("other", Some("p"), Some(true)), content, photo)));
        assert!(skipped(known(&Held { state: None, ..held("c", None, None) }, content, photo)));
    }
}
