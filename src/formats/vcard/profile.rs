//! Whom cards are written for: one row a program, with what it reads.
//!
//! Text is UTF-8 for everybody, and lines are folded at 75 octets. What differs is in the rows; where each fact comes
//! from stands beside it.

use std::fmt::Write;

use super::Version;
use crate::formats::photo;
use crate::model::{Photo, PhotoData, PhotoKind, Why};

/// A program that cards are written for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// Everything that the version can say, for whoever follows its specification.
    #[default]
    Standard,
    /// Outlook for Windows.
    Outlook,
    /// Apple's Contacts and iCloud.
    Apple,
    /// Google Contacts.
    Google,
    /// The Contacts app of Android.
    Android,
    /// Thunderbird 102 and later.
    Thunderbird,
}

/// One program.
struct Row {
    profile: Profile,
    name: &'static str,
    /// The version, unless the user wants another.
    version: Version,
    /// Whether text that is not ASCII says its character set in 3.0 too, where it is UTF-8 by definition.
    says_charset: bool,
    /// The kinds of pictures that are shown; none for any.
    kinds: &'static [PhotoKind],
    /// The bytes that a picture may have.
    most: Option<usize>,
    /// Whether a photo that is a link is looked at.
    links: bool,
    /// Whether a file's first card alone is read.
    first_card_alone: bool,
    /// The messaging services' own properties that are read, where IMPP is not.
    messengers: &'static [&'static str],
    /// Whether dates and related people are read from X-ANDROID-CUSTOM, an anniversary from ANNIVERSARY, and a day
    /// without a year as it is.
    customs: bool,
    /// Whether a birthday may have a time of day.
    times: bool,
    /// Whether a manager and an assistant are people with Apple's labels, and no properties of their own.
    labels_staff: bool,
    /// What else people should know.
    note: &'static str,
}

/// AOSP frameworks/opt/vcard, VCardEntry.sImMap; of IMPP it reads `sip:` alone.
const AOSP: &[&str] = &["X-AIM", "X-MSN", "X-YAHOO", "X-ICQ", "X-JABBER", "X-QQ", "X-GOOGLE-TALK", "X-SKYPE-USERNAME"];

const ROWS: &[Row] = &[
    Row {
        profile: Profile::Standard,
        name: "standard",
        version: Version::V3_0,
        says_charset: false,
        kinds: &[],
        most: None,
        links: true,
        first_card_alone: false,
        messengers: &[],
        customs: false,
        times: true,
        labels_staff: false,
        note: "all that the version can say",
    },
    // One card a file: sperrysoftware.com/Email-Tools/vcard-limitations. Without CHARSET the Windows code page is
    // assumed, with it UTF-8 is read: jeroendesloovere/vcard#51, ical4j#190, Dolibarr#31958; 2.1 in quoted-printable is
    // what Outlook itself writes, and its BDAY is a date alone. Photos: [MS-OXVCARD] 2.1.3.2.4, four kinds, inline alone.
    Row {
        profile: Profile::Outlook,
        name: "outlook",
        version: Version::V2_1,
        says_charset: true,
        kinds: &[PhotoKind::Jpeg, PhotoKind::Png, PhotoKind::Gif, PhotoKind::Bmp],
        most: None,
        links: false,
        first_card_alone: true,
        messengers: &[],
        customs: false,
        times: false,
        labels_staff: false,
        note: "reads the first card of a file alone: `--split`",
    },
    // support.apple.com/103188: photos of 224 KB in JPEG, BMP, PNG and GIF, cards of 256 KB, 50,000 cards. iCloud refuses
    // 2.1 and quoted-printable. A link is not followed: enesser/vCards-js#20. Manager and assistant are labels of its
    // related names (CNLabelContactRelationManager); it has no property of their own.
    Row {
        profile: Profile::Apple,
        name: "apple",
        version: Version::V3_0,
        says_charset: false,
        kinds: &[PhotoKind::Jpeg, PhotoKind::Png, PhotoKind::Gif, PhotoKind::Bmp],
        most: Some(224_000),
        links: false,
        first_card_alone: false,
        messengers: &[],
        customs: false,
        times: true,
        labels_staff: true,
        note: "iCloud takes 50,000 cards of 256 KB",
    },
    // developers.google.com/people/api/rest/v1/people/updateContactPhoto: photos are JPEG or PNG. Google's own exports are
    // 3.0 with links.
    Row {
        profile: Profile::Google,
        name: "google",
        version: Version::V3_0,
        says_charset: false,
        kinds: &[PhotoKind::Jpeg, PhotoKind::Png],
        most: None,
        links: true,
        first_card_alone: false,
        messengers: &[],
        customs: false,
        times: true,
        labels_staff: false,
        note: "",
    },
    // AOSP frameworks/opt/vcard: parsers of 2.1 and 3.0, 4.0 late and premature (GrapheneOS#977); VALUE=URL is passed
    // over. VCardEntry knows X-ANDROID-CUSTOM and ANNIVERSARY, none of Apple's labelled properties. Pictures are what BitmapFactory decodes (developer.android.com/media/platform/supported-formats); they reach
    // the store in a Binder transaction, whose buffer is 1 MB for all that is under way (TransactionTooLargeException).
    Row {
        profile: Profile::Android,
        name: "android",
        version: Version::V3_0,
        says_charset: false,
        kinds: &[PhotoKind::Jpeg, PhotoKind::Png, PhotoKind::Gif, PhotoKind::Bmp, PhotoKind::Webp, PhotoKind::Heic],
        most: Some(1_000_000),
        links: false,
        first_card_alone: false,
        messengers: AOSP,
        customs: true,
        times: true,
        labels_staff: false,
        note: "",
    },
    // comm-central, mailnews/addrbook: cards are kept as 4.0; of `data:` photos any picture that Gecko shows, of 3.0's own
    // form JPEG and PNG alone (AddrBookCard.photoURL); http links are shown.
    Row {
        profile: Profile::Thunderbird,
        name: "thunderbird",
        version: Version::V4_0,
        says_charset: false,
        kinds: &[PhotoKind::Jpeg, PhotoKind::Png, PhotoKind::Gif, PhotoKind::Bmp, PhotoKind::Webp],
        most: None,
        links: true,
        first_card_alone: false,
        messengers: &[],
        customs: false,
        times: true,
        labels_staff: false,
        note: "",
    },
];

impl Profile {
    /// Every profile there is.
    pub const ALL: &'static [Profile] =
        &[Profile::Standard, Profile::Outlook, Profile::Apple, Profile::Google, Profile::Android, Profile::Thunderbird];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The profile of a name, if it is one.
    pub fn named(name: &str) -> Option<Profile> {
        Profile::ALL.iter().copied().find(|profile| profile.name() == name)
    }

    /// The version that the program reads best.
    pub fn version(self) -> Version {
        self.row().version
    }

    /// Whether the program reads the first card of a file alone.
    pub fn reads_first_card_alone(self) -> bool {
        self.row().first_card_alone
    }

    pub(super) fn says_charset(self) -> bool {
        self.row().says_charset
    }

    pub(super) fn messengers(self) -> &'static [&'static str] {
        self.row().messengers
    }

    pub(super) fn reads_customs(self) -> bool {
        self.row().customs
    }

    pub(super) fn labels_staff(self) -> bool {
        self.row().labels_staff
    }

    pub(super) fn reads_times(self) -> bool {
        self.row().times
    }

    /// Why the program does not take a photo, if so.
    pub(super) fn refuses(self, picture: &Photo) -> Option<Why> {
        let row = self.row();
        if let PhotoData::Link(_) = picture.data {
            return (!row.links).then_some(Why::NoPlace);
        }
        let kind = photo::kind(picture);
        if !row.kinds.is_empty() && !kind.is_some_and(|kind| row.kinds.contains(&kind)) {
            return Some(Why::NoPlace);
        }
        row.most.filter(|most| photo::size(picture) > *most).map(|max| Why::TooLong { max })
    }

    fn row(self) -> &'static Row {
        // Every profile has a row (tested below); the first one stands in for a profile that is added without.
        ROWS.iter().find(|row| row.profile == self).unwrap_or(&ROWS[0])
    }
}

/// The profiles in Markdown, one row each, for people.
pub fn table() -> String {
    let mut text =
        String::from("| profile | version | photos | photos as links | |\n| --- | --- | --- | --- | --- |\n");
    for row in ROWS {
        let links = if row.links { "kept" } else { "left out" };
        // Writing to a string does not fail.
        let _ =
            writeln!(text, "| `{}` | {} | {} | {links} | {} |", row.name, row.version.number(), photos(row), row.note);
    }
    text
}

fn photos(row: &Row) -> String {
    let kinds: Vec<_> = row.kinds.iter().map(|kind| photo::type_word(*kind)).collect();
    let kinds = if kinds.is_empty() { "any".to_owned() } else { kinds.join(", ") };
    match row.most {
        None => kinds,
        Some(most) if most.is_multiple_of(1_000_000) => format!("{kinds}; at most {} MB", most / 1_000_000),
        Some(most) => format!("{kinds}; at most {} KB", most / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_has_its_row() {
        assert_eq!(ROWS.len(), Profile::ALL.len());
        for (row, profile) in ROWS.iter().zip(Profile::ALL) {
            assert_eq!(row.profile, *profile);
            assert_eq!(Profile::named(row.name), Some(*profile));
            assert!(table().contains(&format!("\n| `{}` | {} |", row.name, profile.version().number())));
        }
        assert_eq!(Profile::named("lotus"), None);
        assert_eq!((Profile::default(), Profile::default().version()), (Profile::Standard, Version::default()));
    }

    #[test]
    fn photos_are_weighed_by_their_own_bytes() {
        let jpeg = |size: usize| {
            let mut bytes = vec![0; size];
            bytes[..3].copy_from_slice(b"\xff\xd8\xff");
            Photo { data: PhotoData::Bytes(bytes), kind: None }
        };
        let encoded = |picture: &Photo| {
            let text = photo::encoded(picture).map(|text| text.into_owned()).unwrap_or_default();
            Photo { data: PhotoData::Encoded(text), kind: None }
        };
        for size in [223_999, 224_000] {
            assert_eq!(Profile::Apple.refuses(&jpeg(size)), None);
            assert_eq!(Profile::Apple.refuses(&encoded(&jpeg(size))), None);
        }
        let too_long = Some(Why::TooLong { max: 224_000 });
        assert_eq!(Profile::Apple.refuses(&jpeg(224_001)), too_long);
        assert_eq!(Profile::Apple.refuses(&encoded(&jpeg(224_001))), too_long);
        assert_eq!(Profile::Outlook.refuses(&jpeg(224_001)), None);
    }

    #[test]
    fn kinds_and_links_are_taken_or_not() {
        let of = |bytes: &[u8]| Photo { data: PhotoData::Bytes(bytes.to_vec()), kind: None };
        let (webp, unknown) = (of(b"RIFF....WEBP"), of(b"?"));
        let link = Photo { data: PhotoData::Link("https://example.com/a.jpg".into()), kind: None };
        let refusing = |photo: &Photo| -> Vec<_> {
            Profile::ALL.iter().filter(|profile| profile.refuses(photo).is_some()).map(|one| one.name()).collect()
        };
        assert_eq!(refusing(&webp), ["outlook", "apple", "google"]);
        assert_eq!(refusing(&unknown), ["outlook", "apple", "google", "android", "thunderbird"]);
        assert_eq!(refusing(&link), ["outlook", "apple", "android"]);
    }
}
