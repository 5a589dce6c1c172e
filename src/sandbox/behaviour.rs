//! Exchange's ways that can be switched off one by one: one row for each.

use std::fmt::Write as _;

/// How it is known that the service does so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// A page of the service says so.
    Documented,
    /// Others saw it.
    Observed,
    /// Nobody says so; it is likely.
    Guessed,
}

impl Known {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Known::Documented => "documented",
            Known::Observed => "observed",
            Known::Guessed => "guessed",
        }
    }
}

/// One of Exchange's ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Birthdays are shown at 11:59 in Graph and at midnight in v2.0.
    BirthdayTime,
    /// The display name is made of the names on every write that does not send it.
    DisplayName,
    /// `fileAs` is blank unless it is sent.
    FileAs,
    /// A contact must have a given name when it is made.
    GivenName,
    /// Lists of e-mails, messaging addresses and phones have a limit.
    ValueCaps,
    /// A malformed e-mail address is taken and not kept.
    MalformedEmails,
    /// The name of an e-mail address that does not change is not changed.
    StickyNames,
    /// v2.0 pads the answers to writes with nulls.
    NullPadding,
    /// Extended properties are not in the answers to writes.
    QuietExtended,
    /// The default folder is not in the list of folders.
    DefaultFolderHidden,
    /// Two folders of one name cannot be in one place.
    UniqueFolders,
    /// Distribution lists take places in a listing and are not shown.
    ShortPages,
    /// Lists cut notes that begin with a line break.
    CutNotes,
    /// Lists cut long string extended properties.
    CutStrings,
    /// Values are compared without case.
    CaseBlind,
    /// `PidLidHasPicture` follows the photo.
    HasPicture,
    /// A photo that is set or deleted changes the contact.
    PhotoChanges,
    /// `If-Match` is heeded.
    IfMatch,
    /// A contact that moves gets another id.
    NewIdOnMove,
    /// `Prefer: IdType="ImmutableId"` is heeded.
    ImmutableIds,
    /// A mailbox has a size.
    Quota,
    /// A photo that is no JPEG is answered 200 and not kept.
    PngDropped,
    /// Extended properties have no URLs of their own.
    UnaddressedProperties,
    /// Extensions are not listed.
    UnlistedExtensions,
}

/// What is said of a behaviour.
#[derive(Debug)]
pub struct Row {
    /// Which one it is.
    pub behaviour: Behaviour,
    /// Its name on the command line and in files.
    pub name: &'static str,
    /// Whether it is on unless somebody switches it off.
    pub on: bool,
    /// What the service does.
    pub does: &'static str,
    /// What the sandbox does instead while it is off.
    pub without: &'static str,
    /// How it is known.
    pub known: Known,
}

impl Behaviour {
    /// Every behaviour, in the order of their numbers.
    pub const ALL: &'static [Row] = &[
        Row {
            behaviour: Behaviour::BirthdayTime,
            name: "birthday-time",
            on: true,
            does: "a birthday keeps its date in UTC and gets a time: 11:59 UTC in Graph, midnight UTC in v2.0",
            without: "midnight UTC in both",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::DisplayName,
            name: "display-name",
            on: true,
            does: "a write that does not send `displayName` makes it anew from the names",
            without: "it stays as it was sent",
            known: Known::Documented,
        },
        Row {
            behaviour: Behaviour::FileAs,
            name: "file-as",
            on: true,
            does: "`fileAs` is `\"\"` unless it is sent",
            without: "a create that does not send it makes it of the names: `Surname, Given`",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::GivenName,
            name: "given-name",
            on: true,
            does: "a create without a given name is refused: 400 `ErrorInvalidProperty`",
            without: "it is taken",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::ValueCaps,
            name: "value-caps",
            on: true,
            does: "more than 3 e-mails, 3 messaging addresses, 2 home or 2 business phones: 400 for the whole contact (seen for e-mails and business phones)",
            without: "any number is kept",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::MalformedEmails,
            name: "malformed-emails",
            on: true,
            does: "an e-mail address with an `@` that cannot be one (`a@b.example,`) is taken and vanishes; its name stays",
            without: "it is kept as it was sent",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::StickyNames,
            name: "sticky-names",
            on: true,
            does: "a PATCH that sends an e-mail address again keeps the name that it had; an address of one of the sandbox's mailboxes has that mailbox's name",
            without: "names are kept as they are sent",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::NullPadding,
            name: "null-padding",
            on: true,
            does: "v2.0's answers to POST and PATCH pad lists and addresses with nulls",
            without: "they look like the answers to GET",
            known: Known::Documented,
        },
        Row {
            behaviour: Behaviour::QuietExtended,
            name: "quiet-extended",
            on: true,
            does: "answers to POST and PATCH do not show extended properties",
            without: "they show those that were sent",
            known: Known::Documented,
        },
        Row {
            behaviour: Behaviour::DefaultFolderHidden,
            name: "default-folder-hidden",
            on: true,
            does: "`contactFolders` lists what is below the default folder, and not that folder",
            without: "the default folder is its first entry, as in Graph's beta",
            known: Known::Documented,
        },
        Row {
            behaviour: Behaviour::UniqueFolders,
            name: "unique-folders",
            on: true,
            does: "a folder of the same name (without case) in the same place is refused: 409 `ErrorFolderExists`",
            without: "there may be several",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::ShortPages,
            name: "short-pages",
            on: true,
            does: "distribution lists count in `$top`, `$skip` and `$count` and are not shown, so that pages are short",
            without: "they are left out of the counting too",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::CutNotes,
            name: "cut-notes",
            on: true,
            does: "notes that begin with a line break lose all line breaks and are cut to 256 characters in lists; a single contact has them whole",
            without: "lists have them whole too",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::CutStrings,
            name: "cut-strings",
            on: true,
            does: "string extended properties are cut to 255 characters in lists; a single contact has them whole",
            without: "lists have them whole too",
            known: Known::Guessed,
        },
        Row {
            behaviour: Behaviour::CaseBlind,
            name: "case-blind",
            on: true,
            does: "`$filter` compares texts without case (said of extended properties)",
            without: "with case",
            known: Known::Documented,
        },
        Row {
            behaviour: Behaviour::HasPicture,
            name: "has-picture",
            on: true,
            does: "`PidLidHasPicture` (`Boolean {00062004-0000-0000-c000-000000000046} Id 0x8015`) says whether there is a photo",
            without: "it is never there",
            known: Known::Guessed,
        },
        Row {
            behaviour: Behaviour::PhotoChanges,
            name: "photo-changes",
            on: true,
            does: "a photo that is set or deleted changes its contact's change key, etag and time",
            without: "the contact stays as it was",
            known: Known::Documented,
        },
        Row {
            behaviour: Behaviour::IfMatch,
            name: "if-match",
            on: true,
            does: "a stale `If-Match` on PATCH and DELETE is refused: 412",
            without: "it is not looked at",
            known: Known::Guessed,
        },
        Row {
            behaviour: Behaviour::NewIdOnMove,
            name: "new-id-on-move",
            on: true,
            does: "a contact that moves to another folder gets a new id; the old one is gone",
            without: "it keeps its id",
            known: Known::Documented,
        },
        Row {
            behaviour: Behaviour::ImmutableIds,
            name: "immutable-ids",
            on: true,
            does: "`Prefer: IdType=\"ImmutableId\"` (Graph) answers ids that stay when a contact moves; requests take ids of both kinds",
            without: "it is overlooked, and such ids are of nobody",
            known: Known::Documented,
        },
        Row {
            behaviour: Behaviour::Quota,
            name: "quota",
            on: true,
            does: "what would make a mailbox larger than its quota is refused: 507 `ErrorQuotaExceeded`, for a named property too many 403; there is none unless it is set",
            without: "a mailbox may grow",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::PngDropped,
            name: "png-dropped",
            on: false,
            does: "a photo that is no JPEG is answered 200 and not kept. Off by default: seen once, with a nearly empty upload",
            without: "it is kept as it came",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::UnaddressedProperties,
            name: "unaddressed-properties",
            on: true,
            does: "extended properties are sent and expanded with what has them; their own URLs are refused",
            without: "their own URLs list, get, make, change and delete them",
            known: Known::Observed,
        },
        Row {
            behaviour: Behaviour::UnlistedExtensions,
            name: "unlisted-extensions",
            on: true,
            does: "extensions are got by name alone: neither .../extensions nor $expand lists them all",
            without: "both list them",
            known: Known::Observed,
        },
    ];

    /// The behaviour of this name.
    pub fn named(name: &str) -> Option<Behaviour> {
        Behaviour::ALL.iter().find(|row| row.name == name).map(|row| row.behaviour)
    }
}

/// All behaviours in Markdown, for people to read.
pub fn table() -> String {
    let mut text = String::from(
        "| behaviour | the service | without it | known | by default |\n| --- | --- | --- | --- | --- |\n",
    );
    for Row { name, on, does, without, known, .. } in Behaviour::ALL {
        let state = if *on { "on" } else { "off" };
        // Writing to a string does not fail.
        let _ = writeln!(text, "| `{name}` | {does} | {without} | {} | {state} |", known.word());
    }
    text
}

/// Which behaviours are on. By default all are but those whose row says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behaviours(u64);

impl Default for Behaviours {
    fn default() -> Behaviours {
        Behaviour::ALL.iter().fold(Behaviours(0), |all, row| all.with(row.behaviour, row.on))
    }
}

impl Behaviours {
    /// Whether this one is on.
    pub fn has(self, behaviour: Behaviour) -> bool {
        self.0 & (1 << behaviour as u64) != 0
    }

    /// The same with this one switched on or off.
    #[must_use]
    pub fn with(self, behaviour: Behaviour, on: bool) -> Behaviours {
        let bit = 1 << behaviour as u64;
        Behaviours(if on { self.0 | bit } else { self.0 & !bit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_number_and_a_name_of_its_own() {
        for (number, row) in Behaviour::ALL.iter().enumerate() {
            assert_eq!(row.behaviour as usize, number, "{}", row.name);
            assert_eq!(Behaviour::named(row.name), Some(row.behaviour));
            let all = Behaviours::default();
            assert_eq!(all.has(row.behaviour), row.on);
            let changed = all.with(row.behaviour, !row.on);
            assert!(changed.has(row.behaviour) != row.on && changed.with(row.behaviour, row.on) == all);
        }
        assert_eq!(table().lines().count(), Behaviour::ALL.len() + 2);
    }
}
