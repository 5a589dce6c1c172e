//! OData resource paths: `me/contactFolders('…')/childFolders/{id}/contacts/{id}/photo/$value` into a value.
//!
//! Both forms of key are read (documented): a segment of its own, and in parentheses after the name, where quotes are
//! doubled. Segments are split first and percent-decoded after, so that an escaped slash stays inside its segment.
//! Names compare without case (guessed from the pages' own mixed use); ids do not.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::error::ODataError;
use super::extended::Stored;

/// Whose mailbox is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum User {
    Me,
    /// `users/{id or UPN}`.
    Named(String),
}

/// What of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Mailbox,
    /// The folders below the last of [`ResourcePath::folders`].
    Folders,
    FoldersCount,
    FoldersDelta,
    /// The last of [`ResourcePath::folders`].
    Folder,
    Contacts,
    ContactsCount,
    ContactsDelta,
    Contact(String),
    Photo(String),
    PhotoValue(String),
    Extensions(String),
    ExtensionsCount(String),
    /// A contact's id and an extension's.
    Extension(String, String),
    /// Extended properties under a URL of their own.
    Properties(Holder, Stored),
    Property(Holder, Stored, String),
    PermanentDelete(Holder),
}

/// Whose extended property it is, or what is deleted for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holder {
    /// The last of [`ResourcePath::folders`].
    Folder,
    Contact(String),
}

/// A parsed resource path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResourcePath {
    pub user: User,
    /// The ids of the folders that are named on the way, outermost first.
    pub folders: Vec<String>,
    pub target: Target,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A whole segment: a name, or a key in its slash form.
    Segment(String),
    /// A key that stood in parentheses.
    Key(String),
}

/// Longer paths are refused before they are looked at.
const LONGEST: usize = 16 * 1024;

/// Reads what follows the version path, with or without its first slash.
///
/// # Errors
/// The service's 400s for segments and ids that cannot be.
pub(super) fn parse(path: &str) -> Result<ResourcePath, ODataError> {
    if path.len() > LONGEST {
        return Err(ODataError::bad_option("The request path is too long."));
    }
    let steps = steps(path)?;
    let mut steps = Steps { path, rest: steps.iter() };
    let user = steps.user()?;
    let mut folders = Vec::new();
    let target = loop {
        let Some(name) = steps.name()? else {
            break if folders.is_empty() { Target::Mailbox } else { Target::Folder };
        };
        let wanted = if folders.is_empty() { "contactFolders" } else { "childFolders" };
        if name.eq_ignore_ascii_case(wanted) {
            match steps.key_or_count()? {
                KeyOrCount::Nothing => break Target::Folders,
                KeyOrCount::Count => break Target::FoldersCount,
                KeyOrCount::Delta => break Target::FoldersDelta,
                KeyOrCount::Key(id) => folders.push(id),
            }
        } else if name.eq_ignore_ascii_case("contacts") {
            break match steps.key_or_count()? {
                KeyOrCount::Nothing => Target::Contacts,
                KeyOrCount::Count => Target::ContactsCount,
                KeyOrCount::Delta => Target::ContactsDelta,
                KeyOrCount::Key(id) => steps.of_contact(id)?,
            };
        } else if folders.is_empty() {
            return Err(ODataError::no_segment(name));
        } else {
            break steps.of_holder(name, Holder::Folder)?;
        }
    };
    steps.end()?;
    Ok(ResourcePath { user, folders, target })
}

/// A path as Graph's own links have it: the keys of folders in parentheses (observed).
pub(super) fn in_links(path: &str) -> String {
    let (mut written, mut is_key) = (String::with_capacity(path.len() + 8), false);
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        if is_key && !names_delta(segment) {
            written += &format!("('{segment}')");
            is_key = false;
        } else {
            written += "/";
            written += segment;
            is_key = ["contactFolders", "childFolders"].iter().any(|known| known.eq_ignore_ascii_case(segment));
        }
    }
    written
}

enum KeyOrCount {
    Nothing,
    Count,
    Delta,
    Key(String),
}

struct Steps<'a> {
    path: &'a str,
    rest: std::slice::Iter<'a, Step>,
}

impl<'a> Steps<'a> {
    fn user(&mut self) -> Result<User, ODataError> {
        match self.name()? {
            Some(name) if name.eq_ignore_ascii_case("me") => Ok(User::Me),
            Some(name) if name.eq_ignore_ascii_case("users") => match self.key_or_count()? {
                KeyOrCount::Key(user) => Ok(User::Named(user)),
                _ => Err(ODataError::unsupported_segment(self.path)),
            },
            Some(name) => Err(ODataError::no_segment(name)),
            None => Err(ODataError::no_segment("")),
        }
    }

    /// The next step, which must be a name.
    fn name(&mut self) -> Result<Option<&'a str>, ODataError> {
        match self.rest.next() {
            None => Ok(None),
            Some(Step::Segment(name)) => Ok(Some(name)),
            Some(Step::Key(_)) => Err(ODataError::unsupported_segment(self.path)),
        }
    }

    /// The next step, which must be a key or `$count` if there is one.
    fn key_or_count(&mut self) -> Result<KeyOrCount, ODataError> {
        match self.rest.next() {
            None => Ok(KeyOrCount::Nothing),
            Some(Step::Segment(name)) if name.eq_ignore_ascii_case("$count") => Ok(KeyOrCount::Count),
            Some(Step::Segment(name)) if names_delta(name) => Ok(KeyOrCount::Delta),
            Some(Step::Segment(key) | Step::Key(key)) if key.is_empty() => Err(ODataError::empty_id()),
            Some(Step::Segment(key) | Step::Key(key)) => Ok(KeyOrCount::Key(key.clone())),
        }
    }

    /// What may follow a contact's id.
    fn of_contact(&mut self, id: String) -> Result<Target, ODataError> {
        match self.name()? {
            None => Ok(Target::Contact(id)),
            Some(name) if name.eq_ignore_ascii_case("photo") => match self.name()? {
                None => Ok(Target::Photo(id)),
                Some(name) if name.eq_ignore_ascii_case("$value") => Ok(Target::PhotoValue(id)),
                Some(_) => Err(ODataError::unsupported_segment(self.path)),
            },
            // Observed: a contact has no `/photos/{size}`.
            Some(name) if name.eq_ignore_ascii_case("photos") => Err(ODataError::unsupported_segment(self.path)),
            Some(name) if name.eq_ignore_ascii_case("extensions") => Ok(match self.rest.next() {
                None => Target::Extensions(id),
                Some(Step::Segment(name)) if name.eq_ignore_ascii_case("$count") => Target::ExtensionsCount(id),
                Some(Step::Segment(key) | Step::Key(key)) if key.is_empty() => return Err(ODataError::empty_id()),
                Some(Step::Segment(key) | Step::Key(key)) => Target::Extension(id, key.clone()),
            }),
            Some(name) => self.of_holder(name, Holder::Contact(id)),
        }
    }

    /// What may follow a contact's id and a folder's alike.
    fn of_holder(&mut self, name: &str, holder: Holder) -> Result<Target, ODataError> {
        let kind = match name.to_ascii_lowercase().as_str() {
            "singlevalueextendedproperties" => Stored::Single,
            "multivalueextendedproperties" => Stored::Multi,
            "permanentdelete" | "microsoft.graph.permanentdelete" => return Ok(Target::PermanentDelete(holder)),
            _ => return Err(ODataError::no_segment(name)),
        };
        match self.rest.next() {
            None => Ok(Target::Properties(holder, kind)),
            Some(Step::Segment(key) | Step::Key(key)) if key.is_empty() => Err(ODataError::empty_id()),
            Some(Step::Segment(name)) if name.starts_with('$') => Err(ODataError::unsupported_segment(self.path)),
            Some(Step::Segment(key) | Step::Key(key)) => Ok(Target::Property(holder, kind, key.clone())),
        }
    }

    fn end(&mut self) -> Result<(), ODataError> {
        match self.rest.next() {
            None => Ok(()),
            Some(_) => Err(ODataError::unsupported_segment(self.path)),
        }
    }
}

/// Splits at slashes, decodes, and takes keys out of their parentheses.
fn steps(path: &str) -> Result<Vec<Step>, ODataError> {
    let path = path.strip_prefix('/').unwrap_or(path);
    // v2.0's page prints its sync links as `/Me/Contacts/?…`, with a slash at the end.
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut steps = Vec::new();
    for raw in path.split('/').filter(|_| !path.is_empty()) {
        let text: Cow<'_, str> = percent_decode_str(raw).decode_utf8().map_err(|_| ODataError::no_segment(raw))?;
        match text.split_once('(') {
            Some((name, key)) if names_a_collection(name) => {
                let key = key.strip_suffix(')').and_then(unquoted).ok_or_else(|| ODataError::no_segment(&text))?;
                steps.push(Step::Segment(name.to_owned()));
                steps.push(Step::Key(key));
            }
            _ => steps.push(Step::Segment(text.into_owned())),
        }
    }
    Ok(steps)
}

/// The function in each of its forms: in full (`microsoft.graph.delta`, documented), short, with or without parentheses.
fn names_delta(name: &str) -> bool {
    let name = name.strip_suffix("()").unwrap_or(name);
    ["delta", "microsoft.graph.delta"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Only these take a key; a parenthesis anywhere else belongs to the text.
fn names_a_collection(name: &str) -> bool {
    COLLECTIONS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

const COLLECTIONS: [&str; 7] = [
    "users",
    "contacts",
    "contactFolders",
    "childFolders",
    "extensions",
    "singleValueExtendedProperties",
    "multiValueExtendedProperties",
];

/// `'it''s'` is `it's`; a key without quotes stands for itself.
fn unquoted(key: &str) -> Option<String> {
    let Some(rest) = key.strip_prefix('\'') else {
        return (!key.contains('\'')).then(|| key.to_owned());
    };
    let inner = rest.strip_suffix('\'')?;
    let halves = inner.replace("''", "");
    (!halves.contains('\'')).then(|| inner.replace("''", "'"))
}

#[cfg(test)]
mod tests;
