//! What is registered: properties and parameters with their versions, and the words of TYPE, VALUE and KIND.
//!
//! From vCard 2.1, RFC 2426, RFC 2739, RFC 4770, RFC 6350, and the registry that RFC 6474, RFC 6715, RFC 7852, RFC 8605,
//! RFC 9554 and RFC 9555 filled.

use crate::formats::vcard::Version;

/// A registered property.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) name: &'static str,
    /// The versions that have it, as bits.
    versions: u8,
    /// The versions in which it may stand once, as bits.
    once: u8,
    pub(super) value: Value,
}

/// What a property's value is when VALUE does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// A text without components or lists.
    Text,
    /// Texts separated by commas.
    List,
    /// Components separated by semicolons: how many there must be and may be.
    Parts(usize, usize),
    /// Components of any number, without lists in them.
    Org,
    Uri,
    /// A URI in 4.0, where a text has to say that it is one; a text before.
    UriOrText,
    Email,
    Tel,
    Date,
    Timestamp,
    Geo,
    Zone,
    Language,
    Gender,
    Kind,
    PidMap,
    /// Base64 or a link.
    Binary,
    /// Anything.
    Free,
}

const OLD: u8 = 1;
const THREE: u8 = 2;
const FOUR: u8 = 4;
const BEFORE_4: u8 = OLD | THREE;
const NEW: u8 = THREE | FOUR;
const ALL: u8 = OLD | THREE | FOUR;

const fn known(name: &'static str, versions: u8, once: u8, value: Value) -> Known {
    Known { name, versions, once, value }
}

/// The registered properties by name.
pub(super) static PROPERTIES: &[Known] = &[
    known("ADR", ALL, 0, Value::Parts(7, 18)),
    known("AGENT", BEFORE_4, 0, Value::Free),
    known("ANNIVERSARY", FOUR, FOUR, Value::Date),
    known("BDAY", ALL, ALL, Value::Date),
    known("BIRTHPLACE", FOUR, FOUR, Value::Text),
    known("CALADRURI", ALL, 0, Value::Uri),
    known("CALURI", ALL, 0, Value::Uri),
    known("CAPURI", BEFORE_4, 0, Value::Uri),
    known("CATEGORIES", NEW, 0, Value::List),
    known("CLASS", THREE, THREE, Value::Text),
    known("CLIENTPIDMAP", FOUR, 0, Value::PidMap),
    known("CONTACT-URI", FOUR, 0, Value::Uri),
    known("CREATED", FOUR, FOUR, Value::Timestamp),
    known("DEATHDATE", FOUR, FOUR, Value::Date),
    known("DEATHPLACE", FOUR, FOUR, Value::Text),
    known("EMAIL", ALL, 0, Value::Email),
    known("EXPERTISE", FOUR, 0, Value::Text),
    known("FBURL", ALL, 0, Value::Uri),
    known("FN", ALL, BEFORE_4, Value::Text),
    known("GENDER", FOUR, FOUR, Value::Gender),
    known("GEO", ALL, 0, Value::Geo),
    known("GRAMGENDER", FOUR, 0, Value::Text),
    known("HOBBY", FOUR, 0, Value::Text),
    known("IMPP", NEW, 0, Value::Uri),
    known("INTEREST", FOUR, 0, Value::Text),
    known("JSPROP", FOUR, 0, Value::Free),
    known("KEY", ALL, 0, Value::Binary),
    known("KIND", FOUR, FOUR, Value::Kind),
    known("LABEL", BEFORE_4, 0, Value::Text),
    known("LANG", FOUR, 0, Value::Language),
    known("LANGUAGE", FOUR, FOUR, Value::Language),
    known("LOGO", ALL, 0, Value::Binary),
    known("MAILER", BEFORE_4, 0, Value::Text),
    known("MEMBER", FOUR, 0, Value::Uri),
    known("N", ALL, ALL, Value::Parts(5, 7)),
    known("NAME", THREE, THREE, Value::Text),
    known("NICKNAME", NEW, 0, Value::List),
    known("NOTE", ALL, 0, Value::Text),
    known("ORG", ALL, 0, Value::Org),
    known("ORG-DIRECTORY", FOUR, 0, Value::Uri),
    known("PHOTO", ALL, 0, Value::Binary),
    known("PRODID", NEW, NEW, Value::Text),
    known("PROFILE", THREE, THREE, Value::Free),
    known("PRONOUNS", FOUR, 0, Value::Text),
    known("RELATED", FOUR, 0, Value::UriOrText),
    known("REV", ALL, ALL, Value::Timestamp),
    known("ROLE", ALL, 0, Value::Text),
    known("SOCIALPROFILE", FOUR, 0, Value::UriOrText),
    known("SORT-STRING", THREE, THREE, Value::Text),
    known("SOUND", ALL, 0, Value::Binary),
    known("SOURCE", NEW, 0, Value::Uri),
    known("TEL", ALL, 0, Value::Tel),
    known("TITLE", ALL, 0, Value::Text),
    known("TZ", ALL, 0, Value::Zone),
    known("UID", ALL, ALL, Value::UriOrText),
    known("URL", ALL, 0, Value::Uri),
    known("VERSION", ALL, ALL, Value::Free),
    known("XML", FOUR, 0, Value::Free),
];

/// The registered parameters by name, with the versions that have them. ENCODING and CHARSET have rules of their own.
static PARAMETERS: &[(&str, u8)] = &[
    ("ALTID", FOUR),
    ("AUTHOR", FOUR),
    ("AUTHOR-NAME", FOUR),
    ("CALSCALE", FOUR),
    ("CC", FOUR),
    ("CHARSET", ALL),
    ("CONTEXT", THREE),
    ("CREATED", FOUR),
    ("DERIVED", FOUR),
    ("ENCODING", ALL),
    ("GEO", FOUR),
    ("INDEX", FOUR),
    ("JSCOMPS", FOUR),
    ("JSPTR", FOUR),
    ("LABEL", FOUR),
    ("LANGUAGE", ALL),
    ("LEVEL", FOUR),
    ("MEDIATYPE", FOUR),
    ("PHONETIC", FOUR),
    ("PID", FOUR),
    ("PREF", FOUR),
    ("PROP-ID", FOUR),
    ("SCRIPT", FOUR),
    ("SERVICE-TYPE", FOUR),
    ("SORT-AS", FOUR),
    ("TYPE", ALL),
    ("TZ", FOUR),
    ("USERNAME", FOUR),
    ("VALUE", ALL),
];

/// Words of TYPE that any property may have.
const ANY_TYPES: &[&str] = &["HOME", "WORK", "PREF"];

/// Words of TYPE that a property has beside them; of the properties that are not here every word is taken.
static TYPES: &[(&str, &[&str])] = &[
    ("ADR", &["DOM", "INTL", "POSTAL", "PARCEL", "BILLING", "DELIVERY"]),
    ("LABEL", &["DOM", "INTL", "POSTAL", "PARCEL"]),
    (
        "TEL",
        &[
            "VOICE",
            "FAX",
            "MSG",
            "CELL",
            "PAGER",
            "BBS",
            "MODEM",
            "CAR",
            "ISDN",
            "VIDEO",
            "PCS",
            "TEXT",
            "TEXTPHONE",
            "MAIN-NUMBER",
        ],
    ),
    (
        "EMAIL",
        &[
            "INTERNET",
            "X400",
            "AOL",
            "APPLELINK",
            "ATTMAIL",
            "CIS",
            "EWORLD",
            "IBMMAIL",
            "MCIMAIL",
            "POWERSHARE",
            "PRODIGY",
            "TLX",
        ],
    ),
    ("IMPP", &["PERSONAL", "BUSINESS", "MOBILE"]),
    (
        "RELATED",
        &[
            "CONTACT",
            "ACQUAINTANCE",
            "FRIEND",
            "MET",
            "CO-WORKER",
            "COLLEAGUE",
            "CO-RESIDENT",
            "NEIGHBOR",
            "CHILD",
            "PARENT",
            "SIBLING",
            "SPOUSE",
            "KIN",
            "MUSE",
            "CRUSH",
            "DATE",
            "SWEETHEART",
            "ME",
            "AGENT",
            "EMERGENCY",
        ],
    ),
];

/// Words of VALUE, with the versions that have them.
static VALUES: &[(&str, u8)] = &[
    ("INLINE", OLD),
    ("URL", OLD),
    ("CID", OLD),
    ("CONTENT-ID", OLD),
    ("BINARY", THREE),
    ("BOOLEAN", NEW),
    ("DATE", NEW),
    ("DATE-TIME", NEW),
    ("DATE-AND-OR-TIME", FOUR),
    ("FLOAT", NEW),
    ("INTEGER", NEW),
    ("LANGUAGE-TAG", FOUR),
    ("PHONE-NUMBER", THREE),
    ("TEXT", NEW),
    ("TIME", NEW),
    ("TIMESTAMP", FOUR),
    ("URI", NEW),
    ("UTC-OFFSET", NEW),
    ("VCARD", THREE),
];

/// Words of KIND (RFC 6350 section 6.1.4, RFC 6473, RFC 6869).
const KINDS: &[&str] = &["individual", "group", "org", "location", "application", "device"];

/// Parameters of which a property has at most one (RFC 6350 section 5).
const SINGLE: &[&str] =
    &["LANGUAGE", "VALUE", "PREF", "ALTID", "MEDIATYPE", "CALSCALE", "LABEL", "CC", "INDEX", "LEVEL"];

const fn bit(version: Version) -> u8 {
    match version {
        Version::V2_1 => OLD,
        Version::V3_0 => THREE,
        Version::V4_0 => FOUR,
    }
}

impl Known {
    /// Whether a version has the property.
    pub(super) fn is_of(&self, version: Version) -> bool {
        self.versions & bit(version) != 0
    }

    /// Whether an earlier version has it, and this one not any more.
    pub(super) fn is_dropped(&self, version: Version) -> bool {
        self.versions < bit(version)
    }

    /// Whether VALUE may say this of the property in 4.0.
    pub(super) fn takes(&self, word: &str) -> bool {
        let words: &[&str] = match self.value {
            Value::Text if self.name.ends_with("PLACE") => &["text", "uri"],
            Value::Text | Value::List | Value::Parts(..) | Value::Org => &["text"],
            Value::Email | Value::Gender | Value::Kind | Value::PidMap => &["text"],
            Value::Tel | Value::UriOrText => &["text", "uri"],
            Value::Binary if self.name == "KEY" => &["text", "uri"],
            Value::Uri | Value::Binary | Value::Geo => &["uri"],
            // A whole date is a date-and-or-time too.
            Value::Date => &["date-and-or-time", "date", "date-time", "time", "text"],
            Value::Timestamp => &["timestamp"],
            Value::Zone => &["text", "uri", "utc-offset"],
            Value::Language => &["language-tag"],
            Value::Free => return true,
        };
        is_private(word) || is_one_of(word, words)
    }

    /// Whether the property may stand once in a card of a version.
    pub(super) fn is_single(&self, version: Version) -> bool {
        self.once & bit(version) != 0
    }
}

/// The place of a property in [`PROPERTIES`], its name in any case.
pub(super) fn property(name: &str) -> Option<usize> {
    PROPERTIES.iter().position(|known| known.name.eq_ignore_ascii_case(name))
}

/// Whether a version has a parameter; none when nobody registered it.
pub(super) fn parameter(name: &str, version: Version) -> Option<bool> {
    let (_, versions) = PARAMETERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(versions & bit(version) != 0)
}

/// The place of a parameter among those of which a property has at most one.
pub(super) fn single_parameter(name: &str) -> Option<usize> {
    SINGLE.iter().position(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a property may have this word of TYPE.
pub(super) fn is_type(property: &str, word: &str) -> bool {
    match TYPES.iter().find(|(known, _)| known.eq_ignore_ascii_case(property)) {
        Some((_, words)) => is_private(word) || is_one_of(word, ANY_TYPES) || is_one_of(word, words),
        None => true,
    }
}

/// Whether a version has this word of VALUE.
pub(super) fn is_value(word: &str, version: Version) -> bool {
    let has = |(known, versions): &(&str, u8)| known.eq_ignore_ascii_case(word) && versions & bit(version) != 0;
    is_private(word) || VALUES.iter().any(has)
}

/// Whether a bare word of vCard 2.1 says where the value is.
pub(super) fn is_place(word: &str) -> bool {
    VALUES.iter().any(|(known, versions)| known.eq_ignore_ascii_case(word) && versions & OLD != 0)
}

/// Whether this is a word of KIND.
pub(super) fn is_kind(word: &str) -> bool {
    is_private(word) || is_one_of(word, KINDS)
}

/// Whether a name is outside the registry on purpose.
pub(super) fn is_private(name: &str) -> bool {
    name.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case("X-"))
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_in_order_and_found_in_any_case() {
        assert!(PROPERTIES.is_sorted_by_key(|known| known.name));
        assert!(PARAMETERS.is_sorted_by_key(|(name, _)| *name));
        assert_eq!(property("adr"), Some(0));
        assert_eq!(property("X-ADR"), None);
        assert_eq!((parameter("pref", Version::V4_0), parameter("PREF", Version::V3_0)), (Some(true), Some(false)));
        assert_eq!(parameter("WEIGHT", Version::V4_0), None);
    }

    #[test]
    fn versions_know_what_they_dropped() {
        let known = |name: &str| &PROPERTIES[property(name).unwrap()];
        assert!(known("AGENT").is_dropped(Version::V4_0) && !known("KIND").is_dropped(Version::V3_0));
        assert!(known("NAME").is_dropped(Version::V4_0) && !known("NAME").is_of(Version::V2_1));
        assert!(known("N").is_single(Version::V4_0) && !known("TEL").is_single(Version::V4_0));
    }

    #[test]
    fn words_belong_to_their_properties() {
        assert!(
            is_type("TEL", "cell") && is_type("tel", "X-car") && !is_type("TEL", "FRIEND") && is_type("URL", "blog")
        );
        assert!(
            is_value("uri", Version::V3_0) && !is_value("uri", Version::V2_1) && is_kind("Group") && !is_kind("person")
        );
    }
}
