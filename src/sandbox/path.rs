//! OData resource paths: `me/contactFolders('…')/childFolders/{id}/contacts/{id}/photo/$value` into a value.
//!
//! Both forms of key are read (documented): a segment of its own, and in parentheses after the name, where quotes are
//! doubled. Segments are split first and percent-decoded after, so that an escaped slash stays inside its segment.
//! Names compare without case (guessed from the pages' own mixed use); ids do not.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::error::ODataError;

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
        let wanted = if folders.is_empty() { "contactfolders" } else { "childfolders" };
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
        } else {
            return Err(ODataError::no_segment(name));
        }
    };
    steps.end()?;
    Ok(ResourcePath { user, folders, target })
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
            Some(name) => Err(ODataError::no_segment(name)),
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
    ["users", "contacts", "contactfolders", "childfolders"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(user: User, folders: &[&str], target: Target) -> ResourcePath {
        ResourcePath { user, folders: folders.iter().map(|id| (*id).to_owned()).collect(), target }
    }

    #[test]
    fn every_form_is_read() {
        let named = |user: &str| User::Named(user.to_owned());
        let table = [
            ("/me", path(User::Me, &[], Target::Mailbox)),
            ("/me/contacts", path(User::Me, &[], Target::Contacts)),
            ("/Me/Contacts/", path(User::Me, &[], Target::Contacts)),
            ("/me/contacts/$count", path(User::Me, &[], Target::ContactsCount)),
            ("/me/contacts/delta", path(User::Me, &[], Target::ContactsDelta)),
            ("/me/contactFolders/microsoft.graph.delta()", path(User::Me, &[], Target::FoldersDelta)),
            ("/me/contactFolders/F/childFolders/delta()", path(User::Me, &["F"], Target::FoldersDelta)),
            ("/me/contactFolders/F/contacts/Delta()", path(User::Me, &["F"], Target::ContactsDelta)),
            ("/me/contacts/AA=", path(User::Me, &[], Target::Contact("AA=".into()))),
            ("/me/contacts/AA%3D", path(User::Me, &[], Target::Contact("AA=".into()))),
            ("/me/contacts('AA=')", path(User::Me, &[], Target::Contact("AA=".into()))),
            ("/me/contacts(%27it%27%27s%27)", path(User::Me, &[], Target::Contact("it's".into()))),
            ("/me/contacts(AA)/photo", path(User::Me, &[], Target::Photo("AA".into()))),
            ("/me/contacts('a%2Fb')/photo/$value", path(User::Me, &[], Target::PhotoValue("a/b".into()))),
            ("/users/a@b.example/contacts", path(named("a@b.example"), &[], Target::Contacts)),
            ("/Users('g@t')/Contacts('x')", path(named("g@t"), &[], Target::Contact("x".into()))),
            ("/me/contactfolders", path(User::Me, &[], Target::Folders)),
            ("/me/contactFolders/$count", path(User::Me, &[], Target::FoldersCount)),
            ("/me/contactFolders/F", path(User::Me, &["F"], Target::Folder)),
            ("/me/contactFolders/F/childFolders", path(User::Me, &["F"], Target::Folders)),
            (
                "/me/contactFolders('F')/childFolders('G')/childfolders/H/contacts/X",
                path(User::Me, &["F", "G", "H"], Target::Contact("X".into())),
            ),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn other_paths_are_refused() {
        for text in [
            "",
            "/",
            "/you",
            "/me/contactz",
            "/me//contacts",
            "/me/contacts//",
            "/me/contacts/x/photos/48x48/$value",
            "/me/contacts/x/photo/$value/y",
            "/me('x')",
            "/me/childFolders",
            "/me/contactFolders/F/contactFolders",
            "/users",
            "/users/",
            "/me/contacts('')",
            "/me/contacts('x",
            "/me/contacts('x'y')",
            "/me/contacts('x')('y')",
            "/me/contacts/$count/x",
            "/me/contacts/%ff",
            "/users/$count/contacts",
        ] {
            assert!(parse(text).is_err(), "{text} gives {:?}", parse(text));
        }
        assert!(parse(&"/a".repeat(LONGEST)).is_err());
    }

    proptest! {
        #[test]
        fn hostile_paths_never_panic(text in "\\PC{0,80}") {
            let _ = parse(&text);
        }

        #[test]
        fn paths_of_known_pieces_never_panic(pieces in prop::collection::vec(
            prop::sample::select(vec!["/", "me", "users", "contacts", "contactFolders", "childFolders", "('", "')", "(", ")", "''", "%27", "%2", "$count", "$value", "photo", "ä"]), 0..20)) {
            let _ = parse(&pieces.concat());
        }

        #[test]
        fn a_quoted_key_comes_back(key in "[^/]{1,40}") {
            let escaped = percent_encoding::utf8_percent_encode(&key.replace('\'', "''"), percent_encoding::NON_ALPHANUMERIC).to_string();
            let parsed = parse(&format!("/me/contacts('{escaped}')")).unwrap();
            prop_assert_eq!(parsed.target, Target::Contact(key));
        }
    }
}
